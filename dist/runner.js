import { n as renderError, t as Failure } from "./failure.js";
import { c as setOutput, d as summary, l as setSecret, o as saveState, s as setFailed, t as debug, u as warning } from "./core.js";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { spawn } from "node:child_process";

// src/host/log-fence.ts
/** A line without an end would otherwise be held in memory for ever. */
const longestLine = 65536;
/** Cuts a stream into lines at \n, \r\n and \r, as the runner does. */
const splitLines = (stream, onLine) => {
	const decoder = new StringDecoder("utf8");
	let rest = "";
	stream.on("data", (chunk) => {
		const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!\n|$)/);
		rest = lines.pop() ?? "";
		for (const line of lines) onLine(line);
		while (rest.length > longestLine) {
			onLine(rest.slice(0, longestLine));
			rest = rest.slice(longestLine);
		}
	});
	stream.on("end", () => {
		for (const line of (rest + decoder.end()).split(/\r/)) if (line !== "") onLine(line);
	});
};
/**
* The runner obeys `##[command]` anywhere in a line, even while commands are stopped by the newer
* form's fence; a zero-width space between the marks keeps the line readable and harmless.
*/
const neutralise = (line) => line.replaceAll("##[", "##​[");
/**
* Runs `body` while the runner takes no commands from our output, so that nothing that a build
* prints can set a state, an output, a mask or a path. Commands work again afterwards, also when
* `body` throws.
*/
const withFence = async (write, body) => {
	const token = randomBytes(16).toString("hex");
	write(`::stop-commands::${token}`);
	try {
		return await body((line) => write(neutralise(line)));
	} finally {
		write(`::${token}::`);
	}
};

// src/host/process.ts
/** What a child gets between a polite request to end and SIGKILL. */
const graceMs = 3e3;
const stdioOf = (command) => {
	const { stdin = "none" } = command;
	if (stdin === "none") return [
		"ignore",
		"pipe",
		"pipe"
	];
	return [
		"fd" in stdin ? stdin.fd : "pipe",
		"pipe",
		"pipe"
	];
};
/** Ends the child, politely first, when the deadline passes or the step is cancelled. */
const superviseChild = (child, command, onTimeout) => {
	const timers = [];
	const end = () => {
		child.kill("SIGTERM");
		timers.push(setTimeout(() => child.kill("SIGKILL"), graceMs));
	};
	timers.push(setTimeout(() => {
		onTimeout();
		end();
	}, command.timeoutMs));
	command.signal?.addEventListener("abort", end, { once: true });
	if (command.signal?.aborted) end();
	return () => {
		for (const timer of timers) clearTimeout(timer);
		command.signal?.removeEventListener("abort", end);
	};
};
const notStarted = (file, cause) => new Failure(`${file} could not be started`, {
	cause,
	remedy: `Install ${file} and put it on the PATH.`
});
/**
* Runs a command and hands its output streams to the caller.
*
* @throws {Failure} when the program cannot be started at all; an exit code is a result
*/
const runStreaming = (command, streams) => new Promise((resolve, reject) => {
	let timedOut = false;
	const child = spawn(command.file, [...command.args], {
		env: command.env,
		stdio: stdioOf(command),
		...command.cwd !== void 0 && { cwd: command.cwd }
	});
	const release = superviseChild(child, command, () => {
		timedOut = true;
	});
	child.once("error", (cause) => {
		release();
		reject(notStarted(command.file, cause));
	});
	child.once("close", (code) => {
		release();
		resolve({
			code,
			timedOut
		});
	});
	if (child.stdout !== null) streams.stdout(child.stdout);
	if (child.stderr !== null) streams.stderr(child.stderr);
	const { stdin } = command;
	if (typeof stdin === "object" && "lifeline" in stdin) {
		child.stdin?.on("error", () => {});
		child.stdin?.write(stdin.lifeline);
	}
});
/** Captured output ends here: what we ask for is small, and a flood must not eat the memory. */
const capturedBytes = 67108864;
const collect = (stream, chunks) => {
	let bytes = 0;
	stream.on("data", (chunk) => {
		bytes += chunk.length;
		if (bytes <= capturedBytes) chunks.push(chunk);
	});
};
/** Runs a command to its end and returns what it printed. */
const runCaptured = async (command) => {
	const stdout = [];
	const stderr = [];
	return {
		...await runStreaming(command, {
			stdout: (stream) => collect(stream, stdout),
			stderr: (stream) => collect(stream, stderr)
		}),
		stdout: Buffer.concat(stdout).toString("utf8"),
		stderr: Buffer.concat(stderr).toString("utf8")
	};
};

// src/load/helper.ts
/** The label by which leftover helpers are found, and the run that they belong to. */
const runLabel = "dev.slipway.run";
/** Where the helper sees the one folder that it mounts; its scripts know it, too. */
const mountPoint = "/slipway";
/** Joins parts of our shell scripts, in the order in which they are given. */
const joinScript = (...parts) => parts.map((part) => readFileSync(new URL(`./helper/${part}.sh`, import.meta.url), "utf8")).join("\n");
/** The arguments of `docker` that start a helper, made from a node's image, for nodes like it. */
const toHelperArgs = (node, { mountedFolder, socketFolder }, runId) => [
	"run",
	"--rm",
	"--interactive",
	"--pull=never",
	"--privileged",
	"--userns=host",
	"--pid=host",
	"--network=none",
	`--label=${runLabel}=${runId}`,
	`--label=dev.slipway.node=${node.name}`,
	`--mount=type=bind,source=${mountedFolder},target=${mountPoint}`,
	...socketFolder === void 0 ? [] : [`--mount=type=bind,source=${socketFolder},target=${mountPoint}-containerd`],
	"--entrypoint=/bin/bash",
	node.imageId,
	"-c",
	joinScript("order", "record", "source", "node", "stage", "publish", "main")
];

// src/host/docker.ts
/** Questions to the daemon take milliseconds; a minute means that it hangs. */
const defaultTimeoutMs = 6e4;
const lastLines = (text) => text.trim().split("\n").slice(-3).join(" ").slice(0, 1e3);
/** What a failed command says for itself, in one line. */
const describeEnd = (ended) => {
	if (ended.timedOut) return "no answer within its deadline";
	const said = lastLines(ended.stderr) || lastLines(ended.stdout);
	return `exit code ${ended.code ?? "none (ended by a signal)"}${said === "" ? "" : `: ${said}`}`;
};
const createDocker = (env, signal) => {
	const command = (args, options = {}) => ({
		file: "docker",
		args,
		env,
		timeoutMs: defaultTimeoutMs,
		signal,
		...options
	});
	const attempt = (args, options) => runCaptured(command(args, options));
	return {
		command,
		try: attempt,
		run: async (args, options) => {
			const ended = await attempt(args, options);
			if (ended.code === 0) return ended.stdout;
			throw new Failure(`\`docker ${args.slice(0, 2).join(" ")}\` failed: ${describeEnd(ended)}`);
		},
		follow: (args, onLine, options) => runStreaming(command(args, options), {
			stdout: (stream) => splitLines(stream, onLine),
			stderr: (stream) => splitLines(stream, onLine)
		})
	};
};

// src/sweep.ts
/** The state by which post knows what this run was called. */
const runIdState = "run-id";
/** Where a run leaves things while it works, and by which label its helpers are found. */
const leftoversOf = (environment, runId) => ({
	tempDir: join(environment.tempDir, `slipway-${runId}`),
	label: `${runLabel}=${runId}`
});
/**
* Removes what a killed main left: helper containers and the temp folder. It warns and never fails,
* and a second run finds nothing to do. The state is only taken for a run's name when it looks like
* one: whatever a build printed may have tried to set it.
*/
const sweep = async (environment, runner, runId) => {
	if (runId === void 0 || !/^[0-9a-f]{16}$/.test(runId)) return;
	const { tempDir, label } = leftoversOf(environment, runId);
	try {
		rmSync(tempDir, {
			recursive: true,
			force: true
		});
		const docker = createDocker(environment.childEnv);
		const listed = await docker.try([
			"ps",
			"--all",
			"--quiet",
			"--filter",
			`label=${label}`
		]);
		const containers = listed.code === 0 ? listed.stdout.split("\n").filter(Boolean) : [];
		if (containers.length > 0) await docker.run([
			"rm",
			"--force",
			...containers
		]);
	} catch (error) {
		runner.warning(`Cleaning up was not complete: ${renderError(error)}`);
	}
};

// src/inputs/raw-inputs.ts
/** The names of all inputs; a test holds them equal to those of `action.yml`. */
const inputNames = [
	"client-id",
	"app-id",
	"private-key",
	"owner",
	"repositories",
	"permissions",
	"github-token",
	"github-api-url",
	"secret-id",
	"context",
	"file",
	"target",
	"tags",
	"build-args",
	"labels",
	"build-contexts",
	"network",
	"no-cache",
	"pull",
	"images",
	"cluster-name",
	"nodes",
	"load-mode",
	"keep-images",
	"free-disk"
];

// src/host/environment.ts
const isOurs = (name) => /^(INPUT|STATE)_/i.test(name);
const inputVariable = (name) => `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
/**
* Inputs hold the private key and perhaps a token, so no child gets to see them.
* RUNNER_TRACKING_ID stays: the runner finds leftover children by it.
*/
const toChildEnv = (env) => {
	const kept = {};
	for (const [name, value] of Object.entries(env)) if (value !== void 0 && !isOurs(name)) kept[name] = value;
	return kept;
};
/** Inputs and states out of our own environment, which children that libraries start inherit. */
const forgetInputs = (env = process.env) => {
	for (const name of Object.keys(env)) if (isOurs(name)) delete env[name];
};
/** The only place that reads `process.env`. */
const readEnvironment = (env = process.env) => ({
	inputs: Object.fromEntries(inputNames.flatMap((name) => {
		const value = env[inputVariable(name)];
		return value === void 0 ? [] : [[name, value]];
	})),
	repository: env["GITHUB_REPOSITORY"] || void 0,
	isHostedRunner: env["RUNNER_ENVIRONMENT"] === "github-hosted",
	hasCacheService: Boolean(env["ACTIONS_RESULTS_URL"] && env["ACTIONS_RUNTIME_TOKEN"]),
	tempDir: env["RUNNER_TEMP"] || "/tmp",
	workspace: env["GITHUB_WORKSPACE"] || process.cwd(),
	childEnv: toChildEnv(env)
});

// src/host/runner.ts
const createRunner = () => ({
	line: (line) => process.stdout.write(`${line}\n`),
	debug,
	warning: (message, file) => warning(message, file === void 0 ? {} : { file }),
	fail: setFailed,
	mask: setSecret,
	output: setOutput,
	saveState,
	summary: async (markdown) => {
		await summary.addRaw(markdown, true).write();
	}
});

export { withFence as _, runIdState as a, describeEnd as c, toHelperArgs as d, notStarted as f, splitLines as g, neutralise as h, leftoversOf as i, joinScript as l, runStreaming as m, forgetInputs as n, sweep as o, runCaptured as p, readEnvironment as r, createDocker as s, createRunner as t, runLabel as u };