import { a as renderError, i as Failure, r as splitLines, t as createFence } from "./log-fence.js";
import { c as setOutput, d as summary, l as setSecret, o as saveState, s as setFailed, t as debug, u as warning } from "./core.js";
import { t as Secret } from "./secret.js";
import { randomBytes } from "node:crypto";
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, unlinkSync, writeSync } from "node:fs";
import { Duplex } from "node:stream";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { homedir, tmpdir } from "node:os";

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
/** A canonical name without its tag or digest. */
const toRepository = (canonical) => canonical.replace(/(@.*|:[^/:]*)$/, "");

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
const graceMs = 3e3;
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

// src/host/memory-file.ts
const memoryFolder = "/dev/shm";
/** O_TMPFILE: a file that never has a name. Node's constants lack it; Linux's own value. */
const withoutName = 4194304 | constants.O_DIRECTORY;
const openNameless = () => {
	try {
		return openSync(memoryFolder, withoutName | constants.O_RDWR, 384);
	} catch {
		const path = `${memoryFolder}/slipway-${randomBytes(16).toString("hex")}`;
		const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
		const fd = openSync(path, flags, 384);
		unlinkSync(path);
		return fd;
	}
};
/**
* Makes an anonymous file in memory that holds `content`, and returns its descriptor, which the
* caller closes. Other than a pipe it can be opened again and again, through /proc or, as a child's
* fd 0, as /dev/stdin.
*
* @throws where there is no /dev/shm, or /proc does not let us open it again
*/
const openMemoryFile = (content) => {
	const fd = openNameless();
	try {
		writeSync(fd, content);
		closeSync(openSync(`/proc/self/fd/${fd}`, "r"));
		return fd;
	} catch (error) {
		closeSync(fd);
		throw error;
	}
};

// src/build/bases.ts
/** `${NAME}`, `${NAME:-word}` and `$NAME`, as Dockerfiles have them in FROM. */
const substitute = (text, args) => text.replace(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (_, braced, otherwise, bare) => args.get(braced ?? bare ?? "") || otherwise || "");
/** Lines that end with a backslash go on in the next one; comments are none. */
const toInstructions = (dockerfile) => dockerfile.replace(/^\s*#.*$/gm, "").replace(/\\\r?\n/g, " ").split("\n").map((line) => line.trim()).filter((line) => line !== "");
/**
* The images that a Dockerfile builds upon or copies from, as it writes them, with build arguments
* put in. Its own stages are left out.
*
* @param given build arguments, which go before the defaults in the Dockerfile
*/
const findBases = (dockerfile, given) => {
	const args = /* @__PURE__ */ new Map();
	const stages = /* @__PURE__ */ new Set();
	const bases = /* @__PURE__ */ new Set();
	const add = (name) => {
		if (name !== "" && !stages.has(name.toLowerCase()) && !/^\d+$/.test(name)) bases.add(name);
	};
	for (const line of toInstructions(dockerfile)) {
		const [, name = "", otherwise = ""] = /^ARG\s+(\w+)(?:=(\S*))?/i.exec(line) ?? [];
		if (name !== "" && stages.size + bases.size === 0) args.set(name, given[name] ?? substitute(otherwise.replace(/^["']|["']$/g, ""), args));
		const [, base, stage] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
		if (base !== void 0) add(substitute(base, args));
		if (stage !== void 0) stages.add(stage.toLowerCase());
		for (const [, from = ""] of line.matchAll(/(?:--from=|[,=]from=)([^\s,]+)/g)) add(from);
	}
	return [...bases];
};

// src/build/definition.ts
const text = (value) => typeof value === "string" ? value : void 0;
const strings = (value) => Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
const toStrings = (value) => Object.fromEntries(Object.entries(value ?? {}).flatMap(([key, each]) => typeof each === "string" ? [[key, each]] : []));
const readTags = (name, value) => strings(value).map((tag) => {
	const reference = parseImageReference(tag);
	if (typeof reference !== "string") return reference;
	throw new Failure(`The target ${name} has a tag that is none, ${JSON.stringify(tag)}: ${reference}`, { remedy: "Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev." });
});
/** The target's Dockerfile, as far as it is a file of this machine. */
const readDockerfile = (definition, workspace) => {
	const inline = text(definition["dockerfile-inline"]);
	if (inline !== void 0) return inline;
	try {
		const context = resolve(workspace, text(definition["context"]) ?? ".");
		return readFileSync(resolve(context, text(definition["dockerfile"]) ?? "Dockerfile"), "utf8");
	} catch {
		return "";
	}
};
const targetPrefix = "target:";
/** What was asked for. A group may hold groups; Bake makes one of every target with a matrix, too. */
const readWanted = ({ group = {}, target }) => {
	const wanted = new Set(group["default"]?.targets ?? Object.keys(target));
	for (const name of wanted) {
		if (name in target) continue;
		for (const member of group[name]?.targets ?? []) wanted.add(member);
	}
	return wanted;
};
/**
* Reads what Bake printed. A Dockerfile that names another target's tag builds upon that target, so
* that this one finds what the other has just made, also with a builder that does not see Docker's
* images.
*
* @throws {Failure} when a tag is none, or targets build upon each other
*/
const readTargets = (printed, workspace) => {
	const wanted = readWanted(printed);
	const all = Object.entries(printed.target).map(([name, definition]) => {
		if (!/^[\w-]+$/.test(name)) throw new Failure(`Bake has a target with the name ${name}`);
		return {
			name,
			definition,
			tags: readTags(name, definition["tags"])
		};
	});
	const byTag = new Map(all.flatMap(({ name, tags }) => tags.map(({ canonical }) => [canonical, name])));
	const targets = all.map(({ name, definition, tags }) => {
		const given = toStrings(definition["contexts"]);
		const links = findBases(readDockerfile(definition, workspace), toStrings(definition["args"])).flatMap((base) => {
			const reference = parseImageReference(base);
			const target = typeof reference === "string" ? void 0 : byTag.get(reference.canonical);
			if (target === void 0 || target === name || base in given) return [];
			return [[base, `${targetPrefix}${target}`]];
		});
		const contexts = {
			...Object.fromEntries(links),
			...given
		};
		const dependsOn = Object.values(contexts).filter((context) => context.startsWith(targetPrefix)).map((context) => context.slice(7));
		return {
			name,
			tags,
			isWanted: wanted.has(name),
			dependsOn: [...new Set(dependsOn)],
			definition: {
				...definition,
				contexts
			}
		};
	});
	requireOrder(targets);
	return targets;
};
const requireOrder = (targets) => {
	const done = /* @__PURE__ */ new Set();
	for (let before = -1; before !== done.size;) {
		before = done.size;
		for (const { name, dependsOn } of targets) if (dependsOn.every((base) => done.has(base))) done.add(name);
	}
	const rest = targets.filter(({ name }) => !done.has(name)).map(({ name }) => name);
	if (rest.length === 0) return;
	throw new Failure(`No order to build these targets in, as they build upon each other: ${rest.join(", ")}`, { remedy: "See their contexts, and the FROM lines of their Dockerfiles." });
};
/** A target with all that it builds upon. */
const withBases = (name, targets) => {
	const picked = /* @__PURE__ */ new Map();
	const pick = (each) => {
		const target = targets.find((one) => one.name === each);
		if (target === void 0 || picked.has(each)) return;
		picked.set(each, target);
		target.dependsOn.forEach(pick);
	};
	pick(name);
	return [...picked.values()];
};
/**
* Has Bake read its files, or the builds that are written in the step.
*
* @throws {Failure} with what Bake said
*/
const printTargets = async (docker, { files, definition, targets, sets }, workspace) => {
	const args = [
		"buildx",
		"bake",
		"--print",
		...[...(definition === void 0 ? files : ["/dev/stdin"]).map((file) => `--file=${file}`), ...sets.map((set) => `--set=${set}`)],
		"--",
		...targets
	];
	const fd = definition && openMemoryFile(Buffer.from(JSON.stringify(definition)));
	const stdin = fd === void 0 ? {} : { stdin: { fd } };
	const ended = await docker.try(args, {
		cwd: workspace,
		...stdin
	}).finally(() => {
		if (fd !== void 0) closeSync(fd);
	});
	if (ended.code !== 0) throw new Failure(`Bake cannot read ${files.join(", ") || "builds"}: ${describeEnd(ended)}`, { remedy: `\`docker buildx bake --print ${files.map((file) => `-f ${file}`).join(" ")}\` says the same on your machine.` });
	return readTargets(JSON.parse(ended.stdout), workspace);
};

// src/build/target.ts
/** The step's own build, without any Bake file. */
const toOwnTarget = (build) => ({
	name: build.tags[0]?.given ?? build.context,
	tags: build.tags,
	dependsOn: [],
	isWanted: true,
	handover: void 0,
	source: {
		kind: "own",
		build
	}
});
/**
* Of images that exist only while a step works; what is left of a killed one is found by it. No
* registry can ever have that name (RFC 2606).
*/
const handoverRepository = (runId) => `slipway.invalid/base/${runId}`;
/** The target with images in place of the targets that it builds upon. */
const withImages = (target, handoverOf) => {
	const contexts = Object.entries(target.definition["contexts"] ?? {}).map(([key, context]) => {
		const [, base] = /^target:(.*)$/.exec(String(context)) ?? [];
		const handover = base === void 0 ? void 0 : handoverOf(base);
		return [key, handover === void 0 ? context : `docker-image://${handover}`];
	});
	return {
		...target,
		definition: {
			...target.definition,
			contexts: Object.fromEntries(contexts)
		}
	};
};
/**
* What Bake has, as builds of their own.
*
* Docker's own builder finds what others build upon as images: from its cache it would take them
* mostly, but not while another build works upon the same lower image (moby/buildkit#6954), and
* then builds them twice. Other builders do not see Docker's images, and have only the cache; and
* `pull` would look for them in a registry.
*/
const toTargets = (all, builderDriver, runId) => {
	const bases = [...new Set(all.flatMap(({ dependsOn }) => dependsOn))];
	const handoverOf = (name) => builderDriver === "docker" && bases.includes(name) ? `${handoverRepository(runId)}:${bases.indexOf(name)}` : void 0;
	return all.map((target) => {
		const { name, tags, dependsOn, isWanted, definition } = target;
		const pulls = definition["pull"] === true;
		const source = {
			kind: "bake",
			targets: builderDriver === "docker" && !pulls ? [withImages(target, handoverOf)] : withBases(name, all)
		};
		return {
			name,
			tags,
			dependsOn,
			isWanted,
			handover: handoverOf(name),
			source
		};
	});
};
/**
* The Bake file for one target: as Bake resolved it, and with our secrets. What is asked for and has a
* name goes into the local store; what is made for others is there for a while, or only in the build
* cache.
*/
const toBakeFile = ({ name, tags, isWanted, handover }, targets, secrets) => ({ target: Object.fromEntries(targets.map(({ name: each, definition }) => {
	const given = Array.isArray(definition["secret"]) ? definition["secret"] : [];
	const ours = secrets.map(({ id, from }) => `id=${id},${from}`);
	const output = each === name && (handover !== void 0 || isWanted && tags.length > 0) ? ["type=docker"] : ["type=cacheonly"];
	const own = isWanted ? tags.map((tag) => tag.given) : [];
	const names = each === name ? { tags: [...own, ...handover ? [handover] : []] } : {};
	const again = each === name ? {} : {
		"no-cache": false,
		"no-cache-filter": [],
		pull: false
	};
	const changed = {
		...names,
		...again,
		secret: [...given, ...ours],
		output
	};
	return [each, {
		...definition,
		...changed
	}];
})) });
/** Bake asks on a terminal, where there is none, whether a target may use the network that it names. */
const toAllowances = (targets) => targets.some(({ definition }) => definition["network"] === "host") ? ["--allow=network.host"] : [];
/** The arguments of `docker` that build one target of a Bake file. */
const toBakeArgs = (file, name, targets, metadataFile) => [
	"buildx",
	"bake",
	"--progress=plain",
	"--provenance=false",
	...toAllowances(targets),
	`--file=${file}`,
	`--metadata-file=${metadataFile}`,
	"--",
	name
];

// src/load/helper.ts
/** The label by which leftover helpers are found, and the run that they belong to. */
const runLabel = "dev.slipway.run";
/** Where the helper sees the one folder that it mounts; its scripts know it, too. */
const mountPoint = "/slipway";
const readPart = (name) => readFileSync(new URL(`./helper/${name}`, import.meta.url), "utf8");
/** Joins parts of our shell scripts, in the order in which they are given. */
const joinScript = (...parts) => parts.map((part) => readPart(`${part}.sh`)).join("\n");
/** A helper for nodes like this one, made from its image, in the words of Docker's API. */
const toHelperContainer = (node, { mountedFolder, socketFolder }, runId) => {
	const mount = (source, target) => ({
		Type: "bind",
		Source: source,
		Target: target
	});
	return {
		Image: node.imageId,
		Entrypoint: ["/bin/bash"],
		Cmd: [
			"-c",
			joinScript("order", "record", "source", "node", "stage", "publish", "main"),
			"slipway",
			readPart("containerd.pl")
		],
		Labels: {
			[runLabel]: runId,
			"dev.slipway.node": node.name
		},
		StopSignal: "TERM",
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true,
		OpenStdin: true,
		StdinOnce: true,
		HostConfig: {
			AutoRemove: true,
			Privileged: true,
			UsernsMode: "host",
			PidMode: "host",
			NetworkMode: "none",
			Mounts: [mount(mountedFolder, mountPoint), ...socketFolder === void 0 ? [] : [mount(socketFolder, `${mountPoint}-containerd`)]]
		}
	};
};

// src/host/temp-dir.ts
/** The runner's folder, or the system's own. Main and post both ask, and find the same. */
const findTempDir = (given) => given && canWriteIn(given) ? given : tmpdir();
/** @throws {Failure} when nothing can be written there either */
const makeTempDir = (path) => {
	try {
		mkdirSync(path, { mode: 448 });
	} catch (cause) {
		throw new Failure("There is no folder for what the step has to write down for a while", {
			cause,
			remedy: "Let the runner's user write to the folder that RUNNER_TEMP names, or to TMPDIR."
		});
	}
};

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

// src/inputs/raw-inputs.ts
/** What a single build is told, by the step or by an entry of `builds`. */
const buildWords = [
	"ssh",
	"context",
	"file",
	"target",
	"tags",
	"build-args",
	"labels",
	"build-contexts",
	"network",
	"no-cache",
	"pull"
];
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
	"allow-untrusted-trigger",
	"secret-format",
	"secret-id",
	"secrets",
	"secret-envs",
	"secret-files",
	...buildWords,
	"bake-files",
	"targets",
	"bake-set",
	"builds",
	"parallel",
	"fail-fast",
	"dry-run",
	"images",
	"cluster-name",
	"nodes",
	"load-mode",
	"keep-images",
	"free-disk",
	"free-disk-keep",
	"prune-cache"
];

// src/inputs/trigger.ts
/** A fork that has been deleted has no name any more; it was one all the same. */
const isForeign = (head, { repository }) => head?.full_name === void 0 || head.full_name !== repository?.full_name;
/**
* Reads the trigger from GITHUB_EVENT_NAME, GITHUB_ACTOR and the event's payload, which is written
* by GitHub and not by the fork.
*/
const readTrigger = (event, actor, payload) => {
	const given = payload ?? {};
	return {
		event,
		isFork: given.pull_request !== void 0 && isForeign(given.pull_request.head?.repo, given) || given.workflow_run !== void 0 && isForeign(given.workflow_run.head_repository, given),
		isDependabot: actor === "dependabot[bot]"
	};
};
/** These run with this repository's secrets on whatever code they check out. */
const privileged = ["pull_request_target", "workflow_run"];
/** True where a minted token would be shown to somebody else's Dockerfile. */
const isUntrusted = ({ event, isFork }) => isFork && privileged.includes(event);
/** Why secrets are empty in this run; undefined where they should not be. */
const whySecretsAreEmpty = ({ isFork, isDependabot }) => {
	if (isFork) return "workflows that a fork triggers get no secrets";
	if (isDependabot) return "Dependabot triggered this run, and it has secrets of its own";
};

// src/inputs/read-secrets.ts
/** `--secret` is CSV: a comma in an id would start another option. */
const idPattern = /^[\w.-]+$/;
/** BuildKit's own limit. */
const largestBytes = 512e3;
/**
* Cuts `secrets` into entries, one a line. Values are taken as they are, whatever marks they hold; an
* entry whose first character is a quote may span lines and ends at the next quote, `""` being one.
*/
const splitSecrets = (text) => {
	const entries = [];
	const pattern = /[^\S\n]*(?:"((?:[^"]|"")*)"[^\S\n\r]*(?=\r?\n|$)|([^\n]*))(?:\n|$)/y;
	while (pattern.lastIndex < text.length) {
		const [, quoted, plain = ""] = pattern.exec(text) ?? [];
		const entry = quoted?.replaceAll("\"\"", "\"") ?? plain.replace(/\r$/, "");
		if (entry.trim() !== "") entries.push(entry);
	}
	return entries;
};
const toEntries = (input, entries, what, report) => entries.flatMap((entry) => {
	const at = entry.indexOf("=");
	const id = entry.slice(0, Math.max(at, 0)).trim();
	const rest = entry.slice(at + 1);
	if (at > 0 && idPattern.test(id) && rest !== "") return [{
		id,
		rest
	}];
	const reason = at < 0 ? "a line without =" : "not an id, or nothing after it";
	report({
		input,
		...at > 0 && { value: `${id}=...` },
		reason,
		remedy: `Write one id=${what} a line; an id has letters, digits, dots, dashes and underscores.`
	});
	return [];
});
const readFile = (path, id, report) => {
	try {
		return readFileSync(path, "latin1");
	} catch (error) {
		report({
			input: "secret-files",
			value: `${id}=${path}`,
			reason: `cannot be read (${error.code})`,
			remedy: "Check the path; it starts in the workspace."
		});
		return;
	}
};
const fromEnvironment = ({ id, rest }, { env }, report) => {
	const value = env[rest.trim()];
	if (value !== void 0) return [{
		id,
		value: new Secret(value)
	}];
	report({
		input: "secret-envs",
		value: `${id}=${rest}`,
		reason: "the step has no such environment variable",
		remedy: "Set it with env: on the step or the job."
	});
	return [];
};
const reportSizesAndTwins = (secrets, taken, report) => {
	const seen = new Set(taken === void 0 ? [] : [taken]);
	for (const { id, value } of secrets) {
		const remedy = "Give every secret an id of its own, and see secret-id for the token's.";
		if (seen.has(id)) report({
			input: "secrets",
			value: id,
			reason: "the id is used twice",
			remedy
		});
		seen.add(id);
		if (value.exposeBytes().length > largestBytes) report({
			input: "secrets",
			value: id,
			reason: "larger than the 500 KB that BuildKit takes",
			remedy: "Pass a key to it instead."
		});
	}
};
/** The names of environment variables whose values are secrets, so that no child gets them. */
const secretVariables = (raw) => toLines(raw["secret-envs"]).map((line) => line.slice(line.indexOf("=") + 1).trim());
/**
* Reads the further secrets of the build.
*
* @param tokenId the id that the token uses, if there is one
*/
const readSecrets = (raw, places, tokenId, report) => {
	const written = toEntries("secrets", splitSecrets(raw["secrets"] ?? ""), "value", report);
	const variables = toEntries("secret-envs", toLines(raw["secret-envs"]), "VARIABLE", report);
	const files = toEntries("secret-files", toLines(raw["secret-files"]), "path", report);
	const secrets = [
		...written.map(({ id, rest }) => ({
			id,
			value: new Secret(rest)
		})),
		...variables.flatMap((entry) => fromEnvironment(entry, places, report)),
		...files.flatMap(({ id, rest }) => {
			const content = readFile(resolve(places.workspace, rest.trim()), id, report);
			return content === void 0 ? [] : [{
				id,
				value: new Secret(content, "latin1")
			}];
		})
	];
	reportSizesAndTwins(secrets, tokenId, report);
	return secrets;
};

// src/sweep.ts
/** What Docker answers of a container that is going or gone. */
const isGoing = /already in progress|no such container/i;
/** The state by which post knows what this run was called. */
const runIdState = "run-id";
/** Where a run leaves things while it works, and by which label its helpers are found. */
const leftoversOf = (environment, runId) => ({
	tempDir: join(environment.tempDir, `slipway-${runId}`),
	label: `${runLabel}=${runId}`
});
/** Images by which a killed main handed one target over to another. */
const removeImages = async (docker, runId) => {
	const filter = `reference=${handoverRepository(runId)}`;
	const listed = await docker.try([
		"image",
		"ls",
		"--filter",
		filter,
		"--format",
		"{{.Repository}}:{{.Tag}}"
	]);
	const names = listed.code === 0 ? listed.stdout.split("\n").filter(Boolean) : [];
	if (names.length > 0) await docker.try(["rmi", ...names]);
};
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
		await removeImages(docker, runId);
		if (containers.length === 0) return;
		const problems = (await docker.try([
			"rm",
			"--force",
			...containers
		])).stderr.split("\n").filter((line) => line !== "" && !isGoing.test(line));
		if (problems.length > 0) throw new Failure(problems.join(" "));
	} catch (error) {
		runner.warning(`Cleaning up was not complete: ${renderError(error)}`);
	}
};

// src/token/formats.ts
/**
* The server of repositories that belongs to an API: `https://api.github.com` to github.com,
* `https://api.SUB.ghe.com` to SUB.ghe.com, `https://HOST/api/v3` to HOST.
*/
const toServerUrl = (apiUrl) => {
	const { protocol, host } = new URL(apiUrl);
	return `${protocol}//${host.replace(/^api\./, "")}`;
};
const basic = (token) => Buffer.from(`x-access-token:${token.expose()}`).toString("base64");
/**
* Git reads the header from its configuration, so the token is in no command line: an address with a
* password in it would be an argument of git-remote-https.
*/
const toGitConfig = (server, credentials) => {
	const { hostname } = new URL(server);
	const rewrite = [
		`[url "${server}/"]`,
		`\tinsteadOf = ssh://git@${hostname}/`,
		`\tinsteadOf = git@${hostname}:`
	];
	const headers = credentials.flatMap(({ token, scope }) => {
		return [`[http "${credentials.length === 1 || scope === void 0 ? `${server}/` : `${server}/${scope.owner}/`}"]`, `\textraheader = AUTHORIZATION: basic ${basic(token)}`];
	});
	return [
		...rewrite,
		...headers,
		""
	].join("\n");
};
/** With several owners each repository has lines of its own; git needs credential.useHttpPath then. */
const toGitCredentials = (server, credentials) => {
	const { protocol, host } = new URL(server);
	return `${credentials.flatMap(({ token, scope }) => {
		const line = `${protocol}//x-access-token:${encodeURIComponent(token.expose())}@${host}`;
		if (credentials.length === 1 || scope === void 0) return [line];
		return scope.repositories.flatMap((name) => {
			const path = `${line}/${scope.owner}/${name}`;
			return [path, `${path}.git`];
		});
	}).join("\n")}\n`;
};
const toNetrc = (server, [first]) => `machine ${new URL(server).hostname} login x-access-token password ${first?.token.expose()}\n`;
/** What the Dockerfile finds at the token's id. */
const formatToken = (format, apiUrl, credentials) => {
	const server = toServerUrl(apiUrl);
	switch (format) {
		case "token": return new Secret(credentials[0]?.token.expose() ?? "");
		case "gitconfig": return new Secret(toGitConfig(server, credentials));
		case "git-credentials": return new Secret(toGitCredentials(server, credentials));
		case "netrc": return new Secret(toNetrc(server, credentials));
	}
};

// src/token/build-token.ts
/** The state by which post knows whether main ended what it minted. It never holds a token. */
const tokenState = "token";
const createBuildToken = (options) => {
	const { inputs, warn, saveState } = options;
	const { credentials, apiUrl, secretFormat } = inputs;
	let keeping;
	return {
		isTaken: () => keeping !== void 0,
		take: async () => {
			if (credentials.kind === "none") return void 0;
			if (credentials.kind === "given") return formatToken(secretFormat, apiUrl, [{ token: credentials.token }]);
			keeping ??= import("./keeper.js").then(({ createTokenKeeper }) => createTokenKeeper({
				...options,
				app: {
					...credentials,
					apiUrl
				}
			}));
			const keeper = await keeping;
			saveState(tokenState, "minted");
			const known = (await keeper.take()).map(({ secret, scope }) => ({
				token: secret,
				scope
			}));
			return formatToken(secretFormat, apiUrl, known);
		},
		close: async () => {
			if (keeping === void 0) return;
			try {
				await (await keeping).close();
				saveState(tokenState, "ended");
			} catch (error) {
				warn(`The token could not be ended: ${renderError(error)}`);
			}
			keeping = void 0;
		}
	};
};

// src/host/environment.ts
const isOurs = (name) => /^(INPUT|STATE)_/i.test(name);
const inputVariable = (name) => `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
/**
* Inputs hold the private key and perhaps a token, so no child gets to see them.
* RUNNER_TRACKING_ID stays: the runner finds leftover children by it.
*/
const toChildEnv = (env, secrets) => {
	const kept = {};
	for (const [name, value] of Object.entries(env)) if (value !== void 0 && !isOurs(name) && !secrets.includes(name)) kept[name] = value;
	return kept;
};
/** Inputs and states out of our own environment, which children that libraries start inherit. */
const forgetInputs = (env = process.env) => {
	for (const name of Object.keys(env)) if (isOurs(name)) delete env[name];
};
/** The event's payload; without one nothing is known of a fork. */
const readPayload = (path) => {
	try {
		return path === void 0 ? void 0 : JSON.parse(readFileSync(path, "utf8"));
	} catch {
		return;
	}
};
const readRawInputs = (env) => Object.fromEntries(inputNames.flatMap((name) => {
	const value = env[inputVariable(name)];
	return value === void 0 ? [] : [[name, value]];
}));
/** The only place that reads `process.env`. */
const readEnvironment = (env = process.env) => {
	const inputs = readRawInputs(env);
	return {
		inputs,
		repository: env["GITHUB_REPOSITORY"] || void 0,
		trigger: readTrigger(env["GITHUB_EVENT_NAME"] ?? "", env["GITHUB_ACTOR"] ?? "", readPayload(env["GITHUB_EVENT_PATH"])),
		isHostedRunner: env["RUNNER_ENVIRONMENT"] === "github-hosted",
		runAttempt: Number(env["GITHUB_RUN_ATTEMPT"]) || 1,
		hasCacheService: Boolean(env["ACTIONS_RESULTS_URL"] && env["ACTIONS_RUNTIME_TOKEN"]),
		tempDir: findTempDir(env["RUNNER_TEMP"]),
		workspace: env["GITHUB_WORKSPACE"] || process.cwd(),
		env: { ...env },
		childEnv: toChildEnv(env, secretVariables(inputs))
	};
};

// src/host/runner.ts
const createRunner = () => {
	const line = (text) => process.stdout.write(`${text}\n`);
	const { within, outside } = createFence(line);
	return {
		line,
		debug: (text) => outside(() => debug(text)),
		warning: (message, place) => outside(() => warning(message, place && {
			file: place.file,
			startLine: place.line
		})),
		fail: (message) => outside(() => setFailed(message)),
		mask: (value) => outside(() => setSecret(value)),
		output: setOutput,
		saveState,
		summary: async (markdown) => {
			await summary.addRaw(markdown, true).write();
		},
		fenced: within,
		flush: () => new Promise((resolve) => process.stdout.write("", () => resolve()))
	};
};

export { openMemoryFile as A, parseImageReference as B, toHelperContainer as C, toOwnTarget as D, toBakeFile as E, runCaptured as F, findDockerFolders as I, canRead as L, describeEnd as M, findEndpoint as N, toTargets as O, noAnswer as P, canSearch as R, runLabel as S, toBakeArgs as T, toRepository as V, toLines as _, tokenState as a, makeTempDir as b, sweep as c, whySecretsAreEmpty as d, buildWords as f, parseWord as g, parseChoice as h, createBuildToken as i, createDocker as j, printTargets as k, readSecrets as l, parseBoolean as m, forgetInputs as n, leftoversOf as o, parseAssignments as p, readEnvironment as r, runIdState as s, createRunner as t, isUntrusted as u, toList as v, handoverRepository as w, joinScript as x, toOptional as y, isMissing as z };