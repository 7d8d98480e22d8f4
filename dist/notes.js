import { i as Failure, r as splitLines } from "./log-fence.js";
import { accessSync, appendFileSync, constants, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { Duplex, PassThrough } from "node:stream";
import { homedir } from "node:os";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";

// src/host/access.ts
const { R_OK, W_OK, X_OK } = constants;
const allows = (path, mode) => {
	try {
		accessSync(path, mode);
		return true;
	} catch {
		return false;
	}
};
/** Whether something may be made in a folder that is there; also false on a read-only mount. */
const canWriteIn = (folder) => allows(folder, R_OK | W_OK | X_OK);
/** Whether files of a folder that is there can be opened by their names. */
const canSearch = (folder) => allows(folder, X_OK);
const canRead = (file) => allows(file, R_OK);
/** Whether there is something, as far as one may look: in a locked folder, perhaps. */
const isMissing = (path) => {
	try {
		return statSync(path, { throwIfNoEntry: false }) === void 0;
	} catch {
		return false;
	}
};
/** Whether `mkdir --parents` would make a folder that is missing. */
const canMake = (folder) => {
	let above = dirname(resolve(folder));
	while (isMissing(above)) above = dirname(above);
	return canWriteIn(above);
};

// src/host/docker-folders.ts
/** A user may have no home at all: none in the environment, and none in the system's list of users. */
const findHome = (env) => {
	try {
		return env["HOME"] || homedir();
	} catch {
		return "";
	}
};
/** Without any home it is in the current folder, and so a relative path. */
const dockerFolderOf = (env) => env["DOCKER_CONFIG"] || join(findHome(env), ".docker");
const foldersIn = (parent) => isMissing(parent) ? [] : readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
/** Another user's buildx may have left single folders and files that are closed to us. */
const canBuildxUse = (folder) => {
	if (isMissing(folder)) return canMake(folder);
	const inside = (...names) => names.map((name) => join(folder, name));
	try {
		const builders = inside("refs").flatMap(foldersIn);
		const folders = inside("", "instances", "defaults", "activity", "refs");
		const files = inside(".lock", "current");
		return [
			...folders,
			...builders,
			...builders.flatMap(foldersIn)
		].every((path) => isMissing(path) || canWriteIn(path)) && files.every((path) => isMissing(path) || canRead(path));
	} catch {
		return false;
	}
};
/** Looks at them, and changes nothing. */
const findDockerFolders = (env) => {
	const config = dockerFolderOf(env);
	const buildx = env["BUILDX_CONFIG"] || join(config, "buildx");
	return {
		config: {
			path: config,
			isInReach: isMissing(config) ? isAbsolute(config) && canMake(config) : canSearch(config)
		},
		buildx: {
			path: buildx,
			isUsable: canBuildxUse(buildx)
		}
	};
};

// src/host/process.ts
/** What a child gets between a polite request to end and SIGKILL. */
const graceMs$1 = 3e3;
const stdioOf = (command) => {
	const { stdin = "none" } = command;
	if (stdin === "none") return [
		"ignore",
		"pipe",
		"pipe"
	];
	return [
		stdin.fd,
		"pipe",
		"pipe"
	];
};
/** Ends the child, politely first, when the deadline passes or the step is cancelled. */
const superviseChild = (child, command, onTimeout) => {
	const timers = [];
	const end = () => {
		child.kill("SIGTERM");
		timers.push(setTimeout(() => child.kill("SIGKILL"), graceMs$1));
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
});
/** Captured output ends here: what we ask for is small, and a flood must not eat the memory. */
const capturedBytes = 67108864;
const collect$1 = (stream, chunks) => {
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
			stdout: (stream) => collect$1(stream, stdout),
			stderr: (stream) => collect$1(stream, stderr)
		}),
		stdout: Buffer.concat(stdout).toString("utf8"),
		stderr: Buffer.concat(stderr).toString("utf8")
	};
};

// src/host/endpoint.ts
const noAnswer = (why) => new Failure(`Docker does not answer: ${why}`, { remedy: "Start the daemon, and check DOCKER_HOST, the docker context and that this user may use the socket." });
const defaultSocket = "/var/run/docker.sock";
/** The context that `docker context use` wrote down; undefined for the default. */
const readCurrentContext = (env) => {
	try {
		const file = join(dockerFolderOf(env), "config.json");
		const name = JSON.parse(readFileSync(file, "utf8"))?.currentContext;
		return typeof name === "string" && name !== "" && name !== "default" ? name : void 0;
	} catch {
		return;
	}
};
/**
* The daemon's socket on this machine; undefined where only the docker command knows the way, such as
* over SSH or TLS.
*/
const findSocket = (env) => {
	const host = env["DOCKER_HOST"] || void 0;
	if (host !== void 0) return /^unix:\/\/(\/.+)$/.exec(host)?.[1];
	const context = env["DOCKER_CONTEXT"] || readCurrentContext(env);
	return context === void 0 || context === "default" ? defaultSocket : void 0;
};
/** What the HTTP client asks of a socket, and a child's pipes need not do. */
const toSocket = ({ stdout, stdin }) => {
	const nothing = () => {};
	const pipes = Duplex.from({
		readable: stdout ?? void 0,
		writable: stdin ?? void 0
	});
	return Object.assign(pipes, {
		setKeepAlive: nothing,
		setNoDelay: nothing,
		setTimeout: nothing,
		ref: nothing,
		unref: nothing
	});
};
const dialSocket = (path) => {
	const socket = connect(path);
	return {
		socket,
		gone: new Promise((_, reject) => {
			let problem = "the connection was closed";
			socket.once("error", ({ message }) => {
				problem = message;
			});
			socket.once("close", () => reject(noAnswer(problem)));
		})
	};
};
/** The docker command's own way to the daemon, whatever the context. */
const dialWithCommand = (docker) => {
	const { file, args, env, signal } = docker.command(["system", "dial-stdio"]);
	const child = spawn(file, [...args], {
		env,
		signal
	});
	const socket = toSocket(child);
	let problem = "";
	child.stderr.on("data", (chunk) => {
		problem = (problem + chunk.toString("utf8")).slice(-2e3);
	});
	const gone = new Promise((_, reject) => {
		child.once("error", (cause) => reject(notStarted(file, cause)));
		child.once("close", () => reject(noAnswer(problem.trim() || "the connection was closed")));
	});
	socket.once("close", () => child.kill());
	return {
		socket,
		gone
	};
};
/** How to reach the daemon that the docker command would reach. */
const findEndpoint = (docker) => {
	const path = findSocket(docker.command([]).env);
	const dial = () => {
		const connection = path === void 0 ? dialWithCommand(docker) : dialSocket(path);
		connection.socket.on("error", () => {});
		connection.gone.catch(() => {});
		return connection;
	};
	return {
		dial,
		connections: path === void 0 ? 1 : 4
	};
};

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
		timeoutMs: defaultTimeoutMs,
		signal,
		...options,
		env: {
			...env,
			...options.env
		}
	});
	const attempt = (args, options) => runCaptured(command(args, options));
	return {
		isLocal: findSocket(env) !== void 0,
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

// src/host/engine-api.ts
/** People do not wait longer for a daemon that hangs. */
const answerTimeoutMs = 3e4;
const toBody = (body) => ({
	payload: body === void 0 ? "" : JSON.stringify(body),
	headers: body === void 0 ? {} : { "content-type": "application/json" }
});
const refused = (said, { statusCode }, path) => new Failure(`Docker answered ${statusCode} to ${path}: ${said.trim().slice(0, 1e3)}`);
const readAnswer = async (response, path) => {
	const body = await text(response);
	const { statusCode = 0 } = response;
	if (statusCode === 404) return void 0;
	if (statusCode < 200 || statusCode > 299) throw refused(body, response, path);
	return body === "" ? void 0 : JSON.parse(body);
};
/** Sends a request and waits for the first answer, or for the reason why none can come. */
const send = async (options, payload, goneOf) => {
	const asked = request({
		...options,
		signal: AbortSignal.timeout(answerTimeoutMs)
	});
	let gone;
	asked.once("socket", (socket) => {
		gone = goneOf(socket);
	});
	const answered = Promise.race([once(asked, "response").then(([response]) => ({ response })), once(asked, "upgrade").then(([response, socket, head]) => {
		if (head.length > 0) socket.unshift(head);
		return {
			response,
			socket
		};
	})]);
	asked.end(payload);
	return answered.catch(async (cause) => {
		if (cause.name === "AbortError") throw noAnswer("no answer within its deadline");
		return gone ?? Promise.reject(noAnswer(cause.message));
	});
};
/** Talks with the daemon that the docker command would talk with, and hangs up at the end. */
const withEngineApi = async (docker, body) => {
	const { dial, connections } = findEndpoint(docker);
	const open = /* @__PURE__ */ new Map();
	const createConnection = () => {
		const connection = dial();
		open.set(connection.socket, connection);
		connection.gone.catch(() => open.delete(connection.socket));
		return connection.socket;
	};
	const goneOf = (socket) => open.get(socket)?.gone;
	const agent = new Agent({
		keepAlive: true,
		maxSockets: connections
	});
	agent.createConnection = createConnection;
	const tell = async (method, path, content) => {
		const { payload, headers } = toBody(content);
		const { response } = await send({
			agent,
			method,
			path,
			headers
		}, payload, goneOf);
		return readAnswer(response, path);
	};
	const attach = async (path, content) => {
		const { payload, headers } = toBody(content);
		const upgrade = {
			...headers,
			connection: "Upgrade",
			upgrade: "tcp"
		};
		const { response, socket } = await send({
			createConnection,
			method: "POST",
			path,
			headers: upgrade
		}, payload, goneOf);
		if (socket === void 0) throw refused(await text(response), response, path);
		return socket;
	};
	try {
		return await body({
			ask: (path) => tell("GET", path),
			tell,
			attach
		});
	} finally {
		const connections = [...open.values()];
		agent.destroy();
		for (const { socket } of connections) socket.destroy();
		await Promise.allSettled(connections.map(({ gone }) => gone));
	}
};

// src/inputs/image-reference.ts
const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const pathPattern = new RegExp(`^${component}(?:/${component})*$`);
const domainPattern = /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^sha256:[a-f0-9]{64}$/;
const splitDomain = (name) => {
	const slash = name.indexOf("/");
	const first = name.slice(0, slash);
	const isDomain = slash > 0 && (/[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first);
	const domain = isDomain && first !== "index.docker.io" ? first : "docker.io";
	const path = isDomain ? name.slice(slash + 1) : name;
	return [domain, domain === "docker.io" && !path.includes("/") ? `library/${path}` : path];
};
const splitTag = (text) => {
	const colon = text.lastIndexOf(":");
	return colon > text.lastIndexOf("/") ? [text.slice(0, colon), text.slice(colon + 1)] : [text, void 0];
};
/** Reads an image reference; a string is the reason why the text is none. */
const parseImageReference = (given) => {
	const at = given.indexOf("@");
	const digest = at < 0 ? void 0 : given.slice(at + 1);
	const [name, tag] = splitTag(at < 0 ? given : given.slice(0, at));
	if (digest !== void 0 && !digestPattern.test(digest)) return "the part after @ is not a sha256 digest";
	if (tag !== void 0 && !tagPattern.test(tag)) return "a tag has up to 128 letters, digits, dots, dashes and underscores";
	if (/^[a-f0-9]{64}$/.test(name)) return "an image ID is not a name; give the image a tag";
	const [domain, path] = splitDomain(name);
	if (path !== path.toLowerCase()) return "image names are lower case";
	if (!domainPattern.test(domain) || !pathPattern.test(path) || name.length > 255) return "this is not an image name";
	const ending = `${tag === void 0 ? "" : `:${tag}`}${digest === void 0 ? "" : `@${digest}`}`;
	return {
		given,
		canonical: `${domain}/${path}${ending === "" ? ":latest" : ending}`
	};
};
/** A name without its tag and digest, given or canonical. */
const toRepository = (name) => name.replace(/(:[^/:@]*)?(@.*)?$/, "");
/** The tag that only this image can have: the beginning of its ID, as Docker shows it. */
const immutableTag = (id) => `sha-${id.replace(/^sha256:/, "").slice(0, 12)}`;
/** What an image is called by its content, in its repository and in the spelling that was given. */
const toImmutable = ({ given, canonical }, id) => {
	const rename = (name) => `${toRepository(name)}:${immutableTag(id)}`;
	return {
		given: rename(given),
		canonical: rename(canonical)
	};
};

// src/host/container.ts
/** Before each piece: which stream, three zeros, its length (Docker's API, "Attach to a container"). */
const headerBytes = 8;
/**
* Parts what a container prints into standard output and error. Both end when it has ended or the
* connection is lost.
*/
const partStreams = (socket) => {
	const stdout = new PassThrough();
	const stderr = new PassThrough();
	let rest = Buffer.alloc(0);
	socket.on("data", (chunk) => {
		rest = Buffer.concat([rest, chunk]);
		while (rest.length >= headerBytes) {
			const end = headerBytes + rest.readUInt32BE(4);
			if (rest.length < end) return;
			(rest[0] === 2 ? stderr : stdout).write(rest.subarray(headerBytes, end));
			rest = rest.subarray(end);
		}
	});
	const end = () => {
		stdout.end();
		stderr.end();
	};
	socket.once("end", end);
	socket.once("close", end);
	return {
		stdout,
		stderr
	};
};
const collect = async (stream) => {
	const chunks = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks).toString("utf8");
};
/**
* Runs a program in a running container and returns what it printed.
*
* @throws {Failure} when it cannot be started there, has not ended by its deadline, or failed
*/
const execute = async ({ ask, tell, attach }, container, argv, timeoutMs) => {
	const create = {
		Cmd: argv,
		AttachStdout: true,
		AttachStderr: true
	};
	const made = await tell("POST", `/containers/${container}/exec`, create);
	if (made === void 0) throw new Failure(`The container ${container} is gone`);
	const socket = await attach(`/exec/${made.Id}/start`, {
		Detach: false,
		Tty: false
	});
	const timer = setTimeout(() => socket.destroy(), timeoutMs);
	const { stdout, stderr } = partStreams(socket);
	const [printed, said] = await Promise.all([collect(stdout), collect(stderr)]);
	clearTimeout(timer);
	const ended = await ask(`/exec/${made.Id}/json`);
	if (ended?.ExitCode === 0) return printed;
	const code = ended?.ExitCode ?? "none: it has not ended within its deadline";
	throw new Failure(`\`${argv[0]}\` in ${container} failed: exit code ${code} ${said.slice(-1e3)}`);
};
/** How long one that was asked to end is waited for; what it undoes goes on afterwards. */
const graceMs = 3e3;
/** Asks a container to end when the deadline passes or the step is cancelled, and waits a little. */
const supervise = ({ tell }, path, { deadlineMs, signal }) => {
	const timers = [];
	const lateness = Promise.withResolvers();
	const end = () => {
		tell("POST", `${path}/kill?signal=TERM`).catch(() => {});
		timers.push(setTimeout(lateness.resolve, graceMs, "it does not end"));
	};
	timers.push(setTimeout(end, deadlineMs));
	signal.addEventListener("abort", end, { once: true });
	if (signal.aborted) end();
	const release = () => {
		for (const timer of timers) clearTimeout(timer);
		signal.removeEventListener("abort", end);
	};
	return {
		late: lateness.promise,
		release
	};
};
/**
* Runs a container to its end, or until it has said enough. Its input stays open as a lifeline: its
* end tells it that we are gone.
*
* @param container as Docker's API takes it, with AutoRemove
* @param input what it reads first
* @returns how it ended, in words, where it did not say enough
*/
const runContainer = async (api, container, input, watch) => {
	const { tell, attach } = api;
	const made = await tell("POST", "/containers/create", container);
	if (made === void 0) return "its image is gone";
	const path = `/containers/${made.Id}`;
	try {
		const socket = await attach(`${path}/attach?stream=1&stdin=1&stdout=1&stderr=1`);
		const { stdout, stderr } = partStreams(socket);
		const enough = Promise.withResolvers();
		splitLines(stdout, (line) => {
			watch.onLine(line);
			if (watch.isEnough()) enough.resolve("");
		});
		splitLines(stderr, watch.onErrorLine);
		const ended = Promise.all([finished(stdout), finished(stderr)]);
		await tell("POST", `${path}/start`);
		socket.write(input);
		const { late, release } = supervise(api, path, watch);
		const end = ended.then(async () => {
			const waited = await tell("POST", `${path}/wait?condition=removed`);
			return waited === void 0 ? "it ended" : `exit code ${waited.StatusCode}`;
		});
		end.catch(() => {});
		return await Promise.race([
			enough.promise,
			end,
			late
		]).finally(release);
	} catch (error) {
		await tell("DELETE", `${path}?force=true`).catch(() => {});
		throw error;
	}
};

// src/host/sections.ts
/** Splits what our scripts print into its sections, each headed by `== name`. */
const toSections = (text) => {
	const [, ...parts] = text.split(/^== (\w+)\n/m);
	const sections = /* @__PURE__ */ new Map();
	for (let at = 0; at < parts.length; at += 2) sections.set(parts[at] ?? "", parts[at + 1] ?? "");
	return sections;
};

// src/diagnose/kernel/kernel-log.ts
const linePattern = /^\[ *(\d+\.\d+)\](?:\[ *[CT]\d+\])? (.*)$/;
const usagePattern = /^memory: usage (\d+)kB, limit (\d+)kB/;
const headingPattern = /^oom-kill:constraint=/;
const pathsPattern = /^oom-kill:constraint=.*?,(?:oom_memcg=(.*?),|global_oom,)task_memcg=(.*?),task=.*,pid=(\d+),uid=\d+$/;
const olderPattern = /^Task in (.*) killed as a result of limit of (.*)$/;
const groupPattern = /^Tasks in (.*) are going to be killed due to memory\.oom\.group set$/;
const killedPattern = /Killed process (\d+) \((.*)\).*? total-vm:/;
const residentPattern = /\b(?:anon|file|shmem)-rss:(\d+)kB/g;
/** Of kills within so many seconds the kernel writes no more headings than so many. */
const headingPeriodS = 5;
/** While it may leave headings out, only what comes so soon is taken for one of a group. */
const groupPauseS = .005;
const toBytes = (kilobytes) => kilobytes === void 0 ? void 0 : Number(kilobytes) * 1024;
const residentBytes = (text) => [...text.matchAll(residentPattern)].reduce((sum, [, kB]) => sum + (toBytes(kB) ?? 0), 0);
/**
* Parts times and texts. A heading longer than a line of the kernel's, as nested containers make it, goes
* on in the next ones: it becomes one again.
*/
const toLines$1 = (raw) => {
	const lines = [];
	for (const each of raw) {
		const [, stamp, text = ""] = linePattern.exec(each) ?? [];
		if (stamp === void 0) continue;
		const last = lines.at(-1);
		if (last && /^[,/]/.test(text) && headingPattern.test(last.text) && !pathsPattern.test(last.text)) lines[lines.length - 1] = {
			...last,
			text: last.text + text
		};
		else lines.push({
			stampS: Number(stamp),
			text
		});
	}
	return lines;
};
const unknown = {
	pid: void 0,
	cgroup: void 0,
	limitCgroup: void 0,
	limitBytes: void 0,
	usedBytes: void 0
};
/** What a line adds to a heading; undefined when it is none of it. */
const addTo = (heading, text) => {
	if (text.includes(" invoked oom-killer: ")) return unknown;
	const usage = usagePattern.exec(text);
	if (usage) return {
		...heading,
		usedBytes: toBytes(usage[1]),
		limitBytes: toBytes(usage[2])
	};
	const paths = pathsPattern.exec(text);
	if (paths) return {
		...heading,
		limitCgroup: paths[1],
		cgroup: paths[2],
		pid: Number(paths[3])
	};
	const older = olderPattern.exec(text);
	return older ? {
		...heading,
		cgroup: older[1],
		limitCgroup: older[2]
	} : void 0;
};
const toKill = ({ stampS, text }, heading) => {
	const [, pid, process] = killedPattern.exec(text) ?? [];
	if (pid === void 0 || process === void 0) return void 0;
	const { pid: _, ...circumstances } = heading.pid === void 0 || heading.pid === Number(pid) ? heading : unknown;
	const isOfLimit = text.startsWith("Memory cgroup") || circumstances.limitCgroup !== void 0;
	return {
		...circumstances,
		stampS,
		pid: Number(pid),
		process,
		isOfMachine: !isOfLimit,
		processBytes: residentBytes(text),
		others: 0,
		counted: 1
	};
};
/**
* Reads lines of the kernel's log, as `dmesg` prints them. Where a cgroup is killed as a whole
* (`memory.oom.group`) the log names the process that was chosen, then the cgroup, then all processes in
* it, mostly with the chosen one again: that is one kill.
*/
const parseKills = (raw) => {
	const kills = [];
	const headings = [];
	let heading = unknown;
	let group;
	let beginsGroup = false;
	const isOfGroup = ({ pid, stampS }) => {
		if (group === void 0) return false;
		return (headings.at(-10) ?? -Infinity) <= stampS - headingPeriodS || pid === group.chosen || stampS - group.atS < groupPauseS;
	};
	for (const line of toLines$1(raw)) {
		const kill = toKill(line, heading);
		const last = kills.at(-1);
		const named = groupPattern.exec(line.text)?.[1];
		if (named !== void 0 && last && heading === unknown) {
			kills[kills.length - 1] = {
				...last,
				cgroup: last.cgroup ?? named
			};
			group = {
				chosen: last.pid,
				atS: line.stampS
			};
		} else if (named !== void 0) {
			heading = {
				...heading,
				pid: void 0,
				cgroup: heading.cgroup ?? named
			};
			beginsGroup = true;
		} else if (kill === void 0) {
			const added = addTo(heading, line.text);
			if (added === unknown) headings.push(line.stampS);
			if (added !== void 0) group = void 0;
			heading = added ?? heading;
		} else if (last && isOfGroup(kill)) {
			const others = last.others + (kill.pid === last.pid ? 0 : 1);
			kills[kills.length - 1] = {
				...last,
				others,
				counted: last.counted + 1
			};
			group = {
				chosen: last.pid,
				atS: line.stampS
			};
		} else {
			kills.push(kill);
			heading = unknown;
			group = beginsGroup ? {
				chosen: kill.pid,
				atS: line.stampS
			} : void 0;
			beginsGroup = false;
		}
	}
	return kills;
};

// src/diagnose/nodes/node-report.ts
const toKnown = ({ id, state, labels, image }) => {
	const label = (name) => labels?.[`io.kubernetes.${name}`] ?? "";
	if (id === void 0 || label("pod.name") === "") return [];
	return [{
		id,
		name: label("container.name"),
		pod: label("pod.name"),
		namespace: label("pod.namespace"),
		podUid: label("pod.uid"),
		image: image?.userSpecifiedImage || image?.image || "",
		isRunning: state === "CONTAINER_RUNNING",
		ended: void 0
	}];
};
/** Reads what `crictl ps --all --output json` prints; nothing where it printed something else. */
const parseContainers = (json) => {
	try {
		const { containers } = JSON.parse(json);
		return (containers ?? []).flatMap(toKnown);
	} catch {
		return [];
	}
};
const isEnd = (value) => Number.isInteger(value?.exitCode) && Number.isFinite(value?.atMs);
/** Reads a line of what was noted; nothing where it is not whole. */
const parseNoted = (line) => {
	try {
		const { id, name, pod, namespace, podUid, image, ended } = JSON.parse(line);
		if (![
			id,
			name,
			pod,
			namespace,
			podUid,
			image
		].every((text) => typeof text === "string")) return [];
		return [{
			id,
			name,
			pod,
			namespace,
			podUid,
			image,
			isRunning: false,
			ended: isEnd(ended) ? ended : void 0
		}];
	} catch {
		return [];
	}
};
const endedPattern = /^([0-9a-f]{64}) (-?\d+) (\w*) (\S+)$/;
const toEnded = (line) => {
	const [, id, exitCode, reason = "", at = ""] = endedPattern.exec(line) ?? [];
	return id === void 0 ? [] : [{
		id,
		exitCode: Number(exitCode),
		reason,
		at
	}];
};
const toLog = (section) => {
	const lines = section.trimEnd().split("\n");
	const last = lines.at(-1) ?? "";
	const [, first, end] = /^reach (\S+) +(\S+)$/.exec(last.replace(/ +/g, " ")) ?? [];
	if (first === void 0 || end === void 0) return last.replace(/^unread ?/, "").trim() || "it is empty";
	return {
		kills: parseKills(lines),
		firstS: Number(first),
		lastS: Number(end)
	};
};
const numberIn = (text, pattern) => {
	const found = pattern.exec(text)?.[1];
	return found === void 0 ? void 0 : Number(found);
};
/** Reads what node/look.sh prints; undefined when that is not what it prints. */
const parseNodeReport = (text) => {
	const sections = toSections(text);
	const section = (name) => sections.get(name) ?? "";
	const [seconds, uptime] = section("clock").split("\n").map(Number);
	const bootId = section("boot").trim();
	const kills = numberIn(section("kills"), /^oom_kill (\d+)$/m);
	if (bootId === "" || !seconds || !uptime || kills === void 0) return void 0;
	return {
		bootId,
		clockMs: Math.round(seconds * 1e3),
		uptimeS: uptime,
		kills,
		nodeKills: numberIn(section("events"), /^oom_kill (\d+)$/m),
		nodeGroupKills: numberIn(section("events"), /^oom_group_kill (\d+)$/m) ?? 0,
		log: toLog(section("log")),
		containers: parseContainers(section("containers")),
		ended: section("ended").split("\n").flatMap(toEnded),
		images: section("images").split("\n").filter(Boolean)
	};
};

// src/diagnose/nodes/node-script.ts
/** One of our scripts that run in a node, as it is. */
const readScript = (name) => readFileSync(new URL(`./in-node/${name}.sh`, import.meta.url), "utf8");

// src/inputs/parsers.ts
/** Empty and blank inputs are the same as none: the runner passes a missing input as ''. */
const toOptional = (raw) => {
	const text = raw?.trim();
	return text === void 0 || text === "" ? void 0 : text;
};
/** Comma- or newline-separated words. */
const toList = (raw) => (raw ?? "").split(/[\n,]/).map((word) => word.trim()).filter((word) => word !== "");
/** One entry a line: values may contain commas. */
const toLines = (raw) => (raw ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== "");
/** YAML 1.2's booleans, the ones that @actions/core takes; a typo is not `false`. */
const parseBoolean = (input, raw, report) => {
	const text = toOptional(raw) ?? "false";
	if (/^(true|True|TRUE)$/.test(text)) return true;
	if (/^(false|False|FALSE)$/.test(text)) return false;
	report({
		input,
		value: text,
		reason: "not a boolean",
		remedy: "Write true or false."
	});
	return false;
};
/** One of a few words. */
const parseChoice = (input, raw, choices, report) => {
	const text = toOptional(raw) ?? choices[0];
	const choice = choices.find((word) => word === text);
	if (choice !== void 0) return choice;
	report({
		input,
		value: text,
		reason: "unknown",
		remedy: `Write one of ${choices.join(", ")}.`
	});
	return choices[0];
};
/**
* Lines of `name=value`. Where `bare` allows it, a name alone is fine too: Docker then takes the
* value from the environment (build arguments) or leaves it empty (labels).
*/
const parseAssignments = (input, raw, bare, report) => {
	const pattern = bare === "bare-names" ? /^[^=]/ : /^[^=]+=./;
	const lines = toLines(raw);
	for (const line of lines.filter((text) => !pattern.test(text))) report({
		input,
		value: line,
		reason: "not name=value",
		remedy: "Write one name=value a line."
	});
	return lines;
};
/** A word that must match a pattern, if it is given at all. */
const parseWord = (input, raw, pattern, remedy, report) => {
	const text = toOptional(raw);
	if (text === void 0 || pattern.test(text)) return text;
	report({
		input,
		value: text,
		reason: "not a valid value",
		remedy
	});
};
/** Names that kind takes for clusters. */
const clusterPattern = /^[a-z0-9.-]+$/;

// src/diagnose/notes/baseline.ts
const isText = (value) => typeof value === "string";
const isNumber = (value) => Number.isFinite(value);
const isNode = (value) => isText(value.name) && /^[0-9a-f]{64}$/.test(value.id) && isText(value.startedAt);
const isName = (value) => isText(value) && typeof parseImageReference(value) !== "string";
const isImage = (value) => [
	value.given,
	value.canonical,
	value.immutable
].every(isName) && isText(value.id) && value.nodes.every(isText);
/** Reads what main wrote; undefined for anything else, such as half a file. */
const parseBaseline = (json) => {
	try {
		const value = JSON.parse(json);
		const numbers = [
			value.clockMs,
			value.uptimeS,
			value.kills
		];
		return isText(value.clusterName) && clusterPattern.test(value.clusterName) && isText(value.bootId) && numbers.every(isNumber) && value.nodes.every(isNode) && value.images.every(isImage) ? value : void 0;
	} catch {
		return;
	}
};

// src/diagnose/notes/notes.ts
const prefix = "slipway-notes-";
const baselineFile = "baseline.json";
const containersFile = "containers.jsonl";
const toldFile = "told";
/** A folder of the run's own, beside its temp folder, which does not live until post. */
const notesFolderOf = (tempRoot, runId) => join(tempRoot, `${prefix}${runId}`);
/** Writes so that nobody ever reads half of it. */
const writeBaseline = (folder, baseline) => {
	mkdirSync(folder, {
		recursive: true,
		mode: 448
	});
	const path = join(folder, baselineFile);
	writeFileSync(`${path}.new`, JSON.stringify(baseline), { mode: 384 });
	renameSync(`${path}.new`, path);
};
/** Adds containers that were not noted before. */
const noteContainers = (folder, containers) => {
	const lines = containers.map((container) => `${JSON.stringify(container)}\n`);
	appendFileSync(join(folder, containersFile), lines.join(""), { mode: 384 });
};
/** Keeps others of the job from telling the same once more. */
const noteTold = (folder, keys) => {
	if (keys.length === 0) return;
	appendFileSync(join(folder, toldFile), keys.map((key) => `${key}\n`).join(""), { mode: 384 });
};
const read = (path) => {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
};
/** The machine's temp folder may be everybody's: what another user put there is not ours. */
const isOurs = (folder) => {
	try {
		return statSync(folder).uid === process.getuid?.();
	} catch {
		return false;
	}
};
/** Undefined when there are none, or they are not whole. */
const readNotes = (folder) => {
	const baseline = isOurs(folder) ? parseBaseline(read(join(folder, baselineFile))) : void 0;
	if (baseline === void 0) return void 0;
	const noted = read(join(folder, containersFile)).split("\n").flatMap(parseNoted);
	return {
		folder,
		baseline,
		containers: [...new Map(noted.map((each) => [each.id, each])).values()],
		told: new Set(read(join(folder, toldFile)).split("\n").filter(Boolean))
	};
};
const listFolders = (tempRoot) => {
	try {
		return readdirSync(tempRoot).filter((name) => name.startsWith(prefix));
	} catch {
		return [];
	}
};
/** Notes of all steps of this job about a cluster, the earliest first. */
const findNotes = (tempRoot, clusterName) => {
	return listFolders(tempRoot).flatMap((name) => readNotes(join(tempRoot, name)) ?? []).filter(({ baseline }) => baseline.clusterName === clusterName).sort((a, b) => a.baseline.clockMs - b.baseline.clockMs);
};

export { canRead as A, toImmutable as C, describeEnd as D, createDocker as E, canWriteIn as M, isMissing as N, runCaptured as O, parseImageReference as S, withEngineApi as T, parseNodeReport as _, readNotes as a, partStreams as b, parseAssignments as c, parseWord as d, toLines as f, parseContainers as g, readScript as h, notesFolderOf as i, canSearch as j, findDockerFolders as k, parseBoolean as l, toOptional as m, noteContainers as n, writeBaseline as o, toList as p, noteTold as r, clusterPattern as s, findNotes as t, parseChoice as u, toSections as v, toRepository as w, runContainer as x, execute as y };