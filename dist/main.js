import { n as renderError, t as Failure } from "./failure.js";
import { a as runIdState, c as planNodeWay, d as describeEnd, f as exec, i as leftoversOf, l as planWay, m as withFence, p as neutralise, r as readEnvironment, s as linkImage, t as createRunner, u as createDocker } from "./runner.js";
import { n as maskToken, r as Secret, t as maskPrivateKey } from "./masks.js";
import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { lstat, realpath, statfs } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";

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
* Runs `body` with the descriptor of an anonymous file in memory that holds `content`. As a child's
* fd 0 it can be opened as /dev/stdin again and again, which a pipe cannot: BuildKit reads the
* secret's path anew for every RUN that mounts it, and would get nothing from the second on
* (moby/buildkit#2880); Node's own piped stdin is a socket, which cannot be opened at all
* (nodejs/node#21941).
*/
const withMemoryFile = async (content, body) => {
	const fd = openNameless();
	try {
		writeSync(fd, content);
		return await body(fd);
	} finally {
		closeSync(fd);
	}
};

// src/build/argv.ts
const flag = (name, value) => value === void 0 ? [] : [name, value];
const flags = (name, values) => values.flatMap((value) => [name, value]);
/** The arguments of `docker` for one build whose image ends up in the local store. */
const toBuildArgs = (build, metadataFile, secret) => [
	"buildx",
	"build",
	"--progress=plain",
	"--load",
	"--provenance=false",
	...flag("--file", build.file),
	...flag("--target", build.target),
	...flags("--tag", build.tags.map(({ given }) => given)),
	...flags("--build-arg", build.buildArgs),
	...flags("--label", build.labels),
	...flags("--build-context", build.buildContexts),
	...flag("--network", build.network),
	...build.noCache ? ["--no-cache"] : [],
	...build.pull ? ["--pull"] : [],
	...flag("--secret", secret && `id=${secret.id},src=${secret.src}`),
	"--metadata-file",
	metadataFile,
	"--",
	build.context
];

// src/build/explain.ts
/** BuildKit's last word, such as `failed to solve: process "..." did not complete: exit code: 1`. */
const findReason = (tail) => {
	return tail.findLast((text) => text.startsWith("ERROR: "))?.slice(7).trim();
};
/** `Dockerfile:12` as BuildKit prints it above the lines that it quotes. */
const findPlace = (tail) => tail.findLast((line) => /^\S.*:\d+$/.test(line) && !line.startsWith("#"));
/** A build that failed, said in one line; the log above has the rest. */
const explainBuildFailure = (build, code, tail) => {
	const reason = findReason(tail) ?? `exit code ${code ?? "none (ended by a signal)"}`;
	const place = findPlace(tail);
	const name = build.tags[0]?.given ?? build.context;
	return new Failure(neutralise(`Building ${name} failed${place === void 0 ? "" : ` at ${place}`}: ${reason.slice(0, 1e3)}`), { remedy: "The build log above shows the step and what it printed." });
};

// src/build/metadata.ts
const digestPattern$1 = /^sha256:[a-f0-9]{64}$/;
/** Reads buildx's metadata file; a digest that is none is left out. */
const parseMetadata = (text) => {
	const parsed = JSON.parse(text);
	const digestOf = (key) => {
		const value = parsed?.[key];
		return typeof value === "string" && digestPattern$1.test(value) ? value : void 0;
	};
	const digest = digestOf("containerimage.digest");
	return {
		imageId: digestOf("containerimage.config.digest") ?? digest,
		digest,
		json: text.trim()
	};
};

// src/build/build-image.ts
/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 216e5;
/** Enough of the log's end to name the step that failed. */
const keptLines = 200;
/**
* Builds one image into the local store, with its output passed on line by line. The secret is the
* build's standard input and exists nowhere else.
*
* @throws {Failure} naming the Dockerfile's step that failed
*/
const buildImage = async (docker, order, onLine) => {
	const metadataFile = join(order.tempDir, "build-metadata.json");
	const source = order.secret && {
		id: order.secret.id,
		src: "/dev/stdin"
	};
	const args = toBuildArgs(order.build, metadataFile, source);
	const tail = [];
	const run = (stdin) => docker.follow(args, (line) => {
		tail.push(line);
		if (tail.length > keptLines) tail.shift();
		onLine(line);
	}, {
		cwd: order.workspace,
		timeoutMs: buildTimeoutMs,
		...stdin && { stdin }
	});
	const { code } = order.secret === void 0 ? await run() : await withMemoryFile(order.secret.value.expose(), (fd) => run({ fd }));
	if (code !== 0) throw explainBuildFailure(order.build, code, tail);
	try {
		return parseMetadata(readFileSync(metadataFile, "utf8"));
	} catch (cause) {
		throw new Failure("The build ended well, but buildx left no metadata that can be read", {
			cause,
			remedy: "Slipway needs buildx 0.13 or newer; see `docker buildx version`."
		});
	}
};

// src/disk/free-space.ts
/** Bytes that an ordinary user may still write to the filesystem that holds `path`. */
const freeBytesAt = async (path) => {
	const { bavail, bsize } = await statfs(path);
	return bavail * bsize;
};

// src/disk/free-disk.ts
/** Why a catalog path is left alone; undefined means that it may go. */
const findObjection = async (path) => {
	const stat = await lstat(path).catch(() => void 0);
	if (stat === void 0) return "not there";
	if (!stat.isDirectory()) return "not a folder";
	if (await realpath(path) !== path) return "reached through a symbolic link";
	for (let parent = dirname(path), child = stat;; parent = dirname(parent)) {
		const above = await lstat(parent);
		if (above.uid !== 0) return `${parent} does not belong to root`;
		if (child === stat && above.dev !== stat.dev) return "a mount of its own";
		child = above;
		if (parent === "/") return void 0;
	}
};
const runAsRoot = async (env, file, ...args) => {
	const [program = file, ...rest] = process.getuid?.() === 0 ? [file, ...args] : [
		"sudo",
		"-n",
		file,
		...args
	];
	return exec(program, rest, {
		env: { ...env },
		silent: true,
		ignoreReturnCode: true
	});
};
/** Moved aside first: a path that half exists would break whoever looks at it meanwhile. */
const removeFolder = async (env, path) => {
	const aside = join(dirname(path), `.slipway-freed-${process.pid}`);
	if (await runAsRoot(env, "mv", "--no-target-directory", "--", path, aside) !== 0) return false;
	return await runAsRoot(env, "rm", "-rf", "--one-file-system", "--", aside) === 0;
};
const freePath = async (env, name, path, log) => {
	const objection = await findObjection(path);
	if (objection !== void 0) {
		if (objection !== "not there") log(`Left ${path} alone: ${objection}.`);
		return [];
	}
	const before = await freeBytesAt(dirname(path));
	if (!await removeFolder(env, path)) {
		log(`Could not remove ${path}; going on without.`);
		return [];
	}
	const bytes = Math.max(0, await freeBytesAt(dirname(path)) - before);
	log(`Freed ${(bytes / 1e9).toFixed(1)} GB: ${name} (${path}).`);
	return [{
		name,
		path,
		bytes
	}];
};
const hasEnough = async (freeing, dataRoot) => freeing.targetFreeBytes !== void 0 && await freeBytesAt(dataRoot) >= freeing.targetFreeBytes;
/** Removes entries of the catalog, one after another, until the target is reached. */
const freeDisk = async (freeing, dataRoot, env, log) => {
	const freed = [];
	const paths = freeing.entries.flatMap((entry) => entry.paths.map((path) => ({
		name: entry.name,
		path
	})));
	for (const { name, path } of paths) {
		if (await hasEnough(freeing, dataRoot)) break;
		freed.push(...await freePath(env, name, path, log));
	}
	return freed;
};

// src/facts/images.ts
const sha256 = (text) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
/** Chain IDs of layers, lowest first (OCI image spec, "Layer ChainID"). */
const toChainIds = (diffIds) => {
	const chain = [];
	for (const diffId of diffIds) {
		const parent = chain.at(-1);
		chain.push(parent === void 0 ? diffId : sha256(`${parent} ${diffId}`));
	}
	return chain;
};
const foldersOf = ({ GraphDriver }) => {
	const { UpperDir, LowerDir } = GraphDriver?.Data ?? {};
	if (UpperDir === void 0) return [];
	return [UpperDir, ...LowerDir === void 0 || LowerDir === "" ? [] : LowerDir.split(":")].reverse();
};
/** Reads one entry of `docker image inspect`. */
const toLocalImage = (inspected, references) => {
	const diffIds = inspected.RootFS.Layers ?? [];
	const chainIds = toChainIds(diffIds);
	const folders = foldersOf(inspected);
	return {
		references,
		id: inspected.Id,
		sizeBytes: inspected.Size,
		platform: `${inspected.Os}/${inspected.Architecture}`,
		layers: diffIds.map((diffId, index) => ({
			diffId,
			chainId: chainIds[index] ?? "",
			folder: folders.length === diffIds.length ? folders[index] : void 0
		}))
	};
};
const groupById = (found) => {
	return [...Map.groupBy(found, ([, inspected]) => inspected.Id).values()].flatMap((group) => {
		const [first] = group;
		return first === void 0 ? [] : [toLocalImage(first[1], group.map(([reference]) => reference))];
	});
};
/**
* Finds images in the local store; several names of one image become one entry.
*
* @throws {Failure} naming the images that are not there
*/
const findImages = async (docker, references) => {
	if (references.length === 0) return [];
	const given = references.map((reference) => reference.given);
	const ended = await docker.try([
		"image",
		"inspect",
		"--",
		...given
	]);
	const inspected = JSON.parse(ended.stdout.trim() || "[]");
	if (ended.code === 0 && inspected.length === references.length) return groupById(references.flatMap((reference, index) => {
		const entry = inspected[index];
		return entry === void 0 ? [] : [[reference, entry]];
	}));
	const missing = [...ended.stderr.matchAll(/No such image: (\S+)/g)].map(([, name]) => name);
	throw new Failure(`Docker's local store does not have ${missing.join(", ") || given.join(", ")}`, { remedy: "Build or pull it before this step; `docker image ls` shows what is there." });
};

// src/load/stream.ts
/** `docker save` of a large image on a slow disk. */
const deadlineMs = 18e5;
/** The arguments of `docker` that unpack an archive from standard input in a node. */
const toImportArgs = (node) => [
	"exec",
	"--interactive",
	node.name,
	"ctr",
	"--namespace=k8s.io",
	"images",
	"import",
	`--snapshotter=${node.snapshotter}`,
	"-"
];
/** Starts one end of the pipe and collects what it says when it fails. */
const startEnd = (docker, args, stdio) => {
	const { file, env, signal } = docker.command(args);
	const child = spawn(file, [...args], {
		env,
		stdio: [...stdio, "pipe"],
		signal,
		timeout: deadlineMs
	});
	child.on("error", () => {});
	let stderr = "";
	child.stderr?.on("data", (chunk) => {
		stderr = (stderr + chunk.toString("utf8")).slice(-4e3);
	});
	return {
		child,
		ended: once(child, "close").then(([code]) => ({
			code,
			stdout: "",
			stderr,
			timedOut: child.killed && !signal?.aborted
		}))
	};
};
const removeNames = async (docker, node, image) => {
	const names = image.references.map(({ canonical }) => canonical);
	await docker.try([
		"exec",
		node.name,
		"ctr",
		"-n",
		"k8s.io",
		"images",
		"remove",
		...names
	]);
};
/**
* Sends an image's tar into a node's containerd, without a file in between.
*
* @returns the bytes that were sent
* @throws {Failure} saying which end failed; the node then does not believe in the image
*/
const streamImage = async (docker, image, node) => {
	const names = image.references.map(({ given }) => given);
	const source = startEnd(docker, [
		"save",
		"--",
		...names
	], ["ignore", "pipe"]);
	const target = startEnd(docker, toImportArgs(node), ["pipe", "ignore"]);
	const { stdout } = source.child;
	const { stdin } = target.child;
	if (stdout === null || stdin === null) throw new Error("The pipe has no ends");
	let bytes = 0;
	stdout.on("data", (chunk) => {
		bytes += chunk.length;
	});
	const piped = pipeline(stdout, stdin).catch(() => {});
	const [saved, imported] = await Promise.all([
		source.ended,
		target.ended,
		piped
	]);
	if (saved.code === 0 && imported.code === 0) return bytes;
	await removeNames(docker, node, image);
	const [side, ended] = imported.code === 0 ? ["docker save", saved] : [`ctr in ${node.name}`, imported];
	throw new Failure(`Streaming ${names.join(", ")} into ${node.name} failed: ${side}: ${describeEnd(ended)}`, { remedy: `See whether the node is well and has room: \`docker exec ${node.name} df -h /var\`.` });
};

// src/load/load-image.ts
const stream = async ({ docker }, image, node, because) => {
	const started = performance.now();
	const copiedBytes = await streamImage(docker, image, node);
	const durationMs = Math.round(performance.now() - started);
	return {
		name: node.name,
		way: "stream",
		because,
		copiedBytes,
		durationMs
	};
};
/** Links, and streams to those nodes where linking turned out not to work. */
const link = async (context, image, nodes) => {
	const { docker, engine, runId, warn } = context;
	const results = await linkImage(docker, engine, image, nodes, runId);
	return Promise.all(nodes.map(async (node) => {
		const result = results.get(node.name);
		if (result?.kind === "loaded") {
			const way = result.layers === 0 ? "present" : "link";
			const { copiedBytes, durationMs } = result;
			return {
				name: node.name,
				way,
				because: void 0,
				copiedBytes,
				durationMs
			};
		}
		const reason = result?.reason ?? "no result";
		docker.command([]).signal?.throwIfAborted();
		warn(`Linking into ${node.name} failed, so the image is streamed: ${reason}`);
		return stream(context, image, node, reason);
	}));
};
/**
* Puts one image into all nodes, side by side.
*
* @throws {Failure} when a node could not be given the image in any way
*/
const loadImage = async (context, image, nodes, engineWay) => {
	const choices = nodes.map((node) => ({
		node,
		choice: planNodeWay(node, engineWay)
	}));
	const linked = choices.filter(({ choice }) => choice.way === "link").map(({ node }) => node);
	const groups = [...Map.groupBy(linked, ({ imageId }) => imageId).values()];
	return {
		image,
		nodes: (await Promise.all([...groups.map((group) => link(context, image, group)), ...choices.filter(({ choice }) => choice.way === "stream").map(async ({ node, choice }) => [await stream(context, image, node, choice.because)])])).flat().sort((a, b) => a.name.localeCompare(b.name))
	};
};

// src/report/format.ts
/** `840 MB`, `1.2 GB`: decimal units, as Docker shows them. */
const formatBytes = (bytes) => {
	const units = [
		"B",
		"kB",
		"MB",
		"GB",
		"TB"
	];
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1e3;
		unit += 1;
	}
	return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
};
/** `85 ms`, `1.4 s`, `3 min 20 s`. */
const formatDuration = (ms) => {
	if (ms < 1e3) return `${Math.round(ms)} ms`;
	if (ms < 6e4) return `${(ms / 1e3).toFixed(1)} s`;
	const seconds = Math.round(ms / 1e3);
	return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};
/** Text that stays text in a Markdown table's cell, whatever a name or a message holds. */
const escapeCell = (text) => text.replace(/[\r\n]+/g, " ").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(/[|`\\[\]*_]/g, (mark) => `\\${mark}`);
/** A Markdown table with padded columns, so that it reads well in a terminal, too. */
const renderTable = (header, rows) => {
	const widths = header.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
	const renderRow = (cells) => `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
	const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
	return [
		renderRow(header),
		rule,
		...rows.map(renderRow)
	].join("\n");
};

// src/execute.ts
/** Times a stage and enters it into the report, also when it fails. */
const timed = async (shop, name, body) => {
	shop.signal.throwIfAborted();
	const started = performance.now();
	try {
		return await body();
	} finally {
		const durationMs = Math.round(performance.now() - started);
		shop.update((report) => ({
			...report,
			stages: [...report.stages, {
				name,
				durationMs
			}]
		}));
		shop.runner.line(`${name}: ${formatDuration(durationMs)}`);
	}
};
/** Runs `body` with the build's token; one that we minted lives only that long. */
const withToken = async (shop, source, body) => {
	if (source.kind === "none") return body(void 0);
	if (source.kind === "given") return body(source.token);
	const { credentials } = source;
	const { mintToken } = await import("./mint.js");
	const { revokeToken } = await import("./revoke.js");
	const minted = await timed(shop, "Mint token", () => mintToken(credentials, {
		mask: shop.runner.mask,
		log: shop.runner.line,
		signal: shop.signal
	}));
	try {
		return await body(minted.secret);
	} finally {
		await revokeToken(minted, shop.runner.line).catch((error) => shop.runner.warning(`The token could not be revoked; it ends at ${minted.expiresAt}: ${renderError(error)}`));
	}
};
const build = (shop, order, source) => withToken(shop, source, (token) => timed(shop, `Build ${order.tags[0]?.given ?? order.context}`, () => withFence(shop.runner.line, (onLine) => buildImage(shop.docker, {
	build: order,
	secret: token && {
		id: shop.inputs.secretId,
		value: token
	},
	tempDir: shop.tempDir,
	workspace: shop.workspace
}, onLine))));
const load = async (shop, source, step) => {
	const { docker, runId, runner, facts } = shop;
	const images = source.kind === "local" ? source.images : await findImages(docker, source.build.tags);
	const context = {
		docker,
		engine: facts.engine,
		runId,
		warn: runner.warning
	};
	for (const image of images) {
		const name = image.references.map(({ given }) => given).join(", ");
		const done = await timed(shop, `Load ${name}`, () => loadImage(context, image, facts.nodes, step.way));
		shop.update((report) => ({
			...report,
			loads: [...report.loads, done]
		}));
	}
};
/** Does one step of the plan. */
const executeStep = async (shop, step) => {
	switch (step.kind) {
		case "free-disk": {
			const { dataRoot } = shop.facts.engine;
			const freed = await timed(shop, "Free disk", () => freeDisk(step.freeing, dataRoot, shop.childEnv, shop.runner.line));
			return shop.update((report) => ({
				...report,
				freed
			}));
		}
		case "build": {
			const metadata = await build(shop, step.build, step.token);
			return shop.update((report) => ({
				...report,
				metadata
			}));
		}
		case "load": return load(shop, step.source, step);
	}
};

// src/facts/engine.ts
/** `docker info` waits long for a daemon that does not answer; people do not. */
const answerTimeoutMs = 3e4;
/** Reads `docker info --format '{{json .}}'`; undefined when only the client speaks in it. */
const parseEngine = (json) => {
	const info = JSON.parse(json);
	if (!info.ServerVersion) return void 0;
	return {
		version: info.ServerVersion,
		driver: info.Driver ?? "unknown",
		driverStatus: Object.fromEntries(info.DriverStatus ?? []),
		dataRoot: info.DockerRootDir ?? "/var/lib/docker",
		securityOptions: info.SecurityOptions ?? [],
		operatingSystem: info.OperatingSystem ?? "unknown"
	};
};
/** @throws {Failure} when there is no docker, or no daemon behind it */
const findEngine = async (docker) => {
	const ended = await docker.try([
		"info",
		"--format",
		"{{json .}}"
	], { timeoutMs: answerTimeoutMs });
	const engine = ended.stdout.trim().startsWith("{") ? parseEngine(ended.stdout) : void 0;
	if (engine !== void 0) return engine;
	throw new Failure(`Docker does not answer: ${ended.stderr.trim() || describeEnd(ended)}`, { remedy: "Start the daemon, and check DOCKER_HOST, the docker context and that this user may use the socket." });
};
/** @throws {Failure} when the docker command has no buildx */
const requireBuildx = async (docker) => {
	const ended = await docker.try(["buildx", "version"]);
	if (ended.code === 0) return;
	throw new Failure(`\`docker buildx\` does not work: ${describeEnd(ended)}`, { remedy: "Install the buildx plugin, or use docker/setup-buildx-action before this step." });
};

// src/facts/nodes.ts
const clusterLabel = "io.x-k8s.kind.cluster";
const roleLabel = "io.x-k8s.kind.role";
/** kind's load balancer carries the cluster's label, too, but runs no pods. */
const runsPods = ({ role }) => role !== "external-load-balancer";
const listNodes = async (docker) => {
	const args = [
		"ps",
		"--all",
		"--no-trunc",
		"--filter",
		`label=${clusterLabel}`,
		"--format",
		`{{.ID}}\t{{.Names}}\t{{.State}}\t{{.Label "${clusterLabel}"}}\t{{.Label "${roleLabel}"}}`
	];
	return (await docker.run(args)).split("\n").filter((line) => line !== "").map((line) => {
		const [id = "", name = "", state = "", cluster = "", role = ""] = line.split("	");
		return {
			id,
			name,
			state,
			cluster,
			role
		};
	}).filter(runsPods);
};
const names = (listed) => listed.map(({ name }) => name).sort().join(", ");
const requireCluster = (all, clusterName) => {
	const members = all.filter(({ cluster }) => cluster === clusterName);
	if (members.length > 0) return members;
	const known = [...new Set(all.map(({ cluster }) => cluster))].sort();
	throw new Failure(`There is no kind cluster named ${clusterName}`, { remedy: known.length === 0 ? "Create one before this step (`kind create cluster`); Docker here runs none." : `Set cluster-name to one of: ${known.join(", ")}.` });
};
const pickNodes = (members, wanted) => {
	const unknown = wanted.filter((word) => !members.some(({ name }) => name === word));
	if (unknown.length > 0) throw new Failure(`The cluster has no node named ${unknown.join(", ")}`, { remedy: `Its nodes are: ${names(members)}.` });
	return wanted.length === 0 ? members : members.filter(({ name }) => wanted.includes(name));
};
const requireRunning = (picked) => {
	const down = picked.filter(({ state }) => state !== "running");
	if (down.length === 0) return;
	const list = down.map(({ name, state }) => `${name} is ${state}`).join(", ");
	const paused = down.every(({ state }) => state === "paused");
	throw new Failure(`Not every node is up: ${list}`, { remedy: `\`docker ${paused ? "unpause" : "start"} ${down.map(({ name }) => name).join(" ")}\` brings it back, or leave it out with the input nodes.` });
};
const toNode = (inspected) => {
	const variable = "KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER=";
	const chosen = inspected.Config.Env?.find((entry) => entry.startsWith(variable));
	return {
		name: inspected.Name.replace(/^\//, ""),
		role: inspected.Config.Labels[roleLabel] ?? "unknown",
		containerId: inspected.Id,
		imageId: inspected.Image,
		pid: inspected.State.Pid,
		mounts: inspected.Mounts.flatMap(({ Destination, Source }) => Source === void 0 || Source === "" ? [] : [{
			destination: Destination,
			source: Source
		}]),
		snapshotter: chosen?.slice(41) || "overlayfs"
	};
};
/**
* Finds a kind cluster's nodes by the labels that kind gives their containers.
*
* @throws {Failure} when there is no such cluster or node, or one is not running
*/
const findNodes = async (docker, clusterName, wanted) => {
	const members = requireCluster(await listNodes(docker), clusterName);
	const picked = pickNodes(members, wanted);
	requireRunning(picked);
	const json = await docker.run([
		"inspect",
		"--type=container",
		...picked.map(({ id }) => id)
	]);
	return JSON.parse(json).map(toNode).sort((a, b) => a.name.localeCompare(b.name));
};

// src/facts/look.ts
/**
* Looks at all that the plan depends on, changing nothing.
*
* @throws {Failure} one per thing that is missing: docker, buildx, the cluster, nodes, images
*/
const look = async (docker, inputs, isHostedRunner) => {
	const questions = [
		findEngine(docker),
		findNodes(docker, inputs.clusterName, inputs.nodes),
		findImages(docker, inputs.images),
		inputs.build === void 0 ? void 0 : requireBuildx(docker)
	];
	await Promise.allSettled(questions);
	const [engine, nodes, images] = [
		await questions[0],
		await questions[1],
		await questions[2]
	];
	await questions[3];
	return {
		engine,
		nodes,
		images,
		freeBytes: existsSync(engine.dataRoot) ? await freeBytesAt(engine.dataRoot) : void 0,
		isHostedRunner
	};
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

// src/inputs/problems.ts
const render = ({ input, value, reason, remedy }) => `${input}${value === void 0 ? "" : ` (${JSON.stringify(value)})`}: ${reason}. ${remedy}`;
/**
* Runs a reader that may report any number of problems, and throws one error that holds them all.
* Nobody should have to push five times to find five mistakes.
*/
const collectProblems = (read) => {
	const problems = [];
	const result = read((problem) => problems.push(problem));
	if (problems.length === 0) return result;
	const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
	throw new Failure(`The step's inputs have ${count}; nothing was done.\n${problems.map((problem) => `- ${render(problem)}`).join("\n")}`);
};

// src/inputs/private-key.ts
const looksLikePem = (text) => text.includes("-----BEGIN ");
const toPem = (given) => {
	const unfolded = given.replaceAll("\\n", "\n").replaceAll("\r\n", "\n").trim();
	if (looksLikePem(unfolded)) return unfolded;
	const decoded = Buffer.from(unfolded, "base64").toString("utf8");
	return looksLikePem(decoded) ? decoded.replaceAll("\r\n", "\n").trim() : unfolded;
};
const describeWrongKey = (pem) => {
	const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
	if (label === void 0) return "it has no \"-----BEGIN ... PRIVATE KEY-----\" line";
	if (label === "OPENSSH PRIVATE KEY") return "it is an OpenSSH key";
	if (label === "ENCRYPTED PRIVATE KEY" || pem.includes("Proc-Type: 4,ENCRYPTED")) return "it is protected by a passphrase";
	if (label.endsWith("PUBLIC KEY")) return "it is a public key";
	if (label.endsWith("CERTIFICATE")) return "it is a certificate";
	if (!pem.includes(`-----END ${label}-----`)) return `it is a ${label} whose end is missing (truncated, or only its first line was passed on)`;
	return `it is labelled ${label}, but its content cannot be read`;
};
/**
* Reads a GitHub App's RSA key: PKCS#1 or PKCS#8 PEM, with real newlines, CRLF or literal `\n`, or
* base64 of the whole file. Returns PKCS#8; a string is the reason why the text is no such key.
*/
const parsePrivateKey = (given) => {
	const pem = toPem(given);
	if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(pem)) return describeWrongKey(pem);
	try {
		const key = createPrivateKey(pem);
		if (key.asymmetricKeyType !== "rsa") return `it is an ${key.asymmetricKeyType} key, not RSA`;
		return new Secret(key.export({
			type: "pkcs8",
			format: "pem"
		}).toString());
	} catch {
		return describeWrongKey(pem);
	}
};

// src/inputs/read-credentials.ts
const readClientId = (raw, report) => {
	const clientId = toOptional(raw["client-id"]);
	const appId = toOptional(raw["app-id"]);
	if (clientId !== void 0 && appId !== void 0 && clientId !== appId) report({
		input: "client-id",
		value: clientId,
		reason: `app-id says ${appId} at the same time`,
		remedy: "Give one of the two."
	});
	const id = clientId ?? appId;
	if (id !== void 0 && !/^[\w.-]+$/.test(id)) report({
		input: clientId === void 0 ? "app-id" : "client-id",
		value: id,
		reason: "not the ID of a GitHub App",
		remedy: "Copy the Client ID from the App's settings page."
	});
	return id;
};
const readPrivateKey = (raw, report) => {
	const given = toOptional(raw["private-key"]);
	if (given === void 0) return void 0;
	const key = parsePrivateKey(given);
	if (key instanceof Secret) return key;
	report({
		input: "private-key",
		reason: `not the key of a GitHub App: ${key}`,
		remedy: "Pass the .pem file that GitHub offered when the key was made, whole and unchanged."
	});
};
/** As in action.yml. */
const defaultPermissions = "contents: read";
const readPermissions = (raw, report) => {
	const permissions = {};
	for (const entry of toList(toOptional(raw["permissions"]) ?? defaultPermissions)) {
		const [, name, level] = /^([a-z][a-z_-]*)\s*:\s*(read|write|admin)$/.exec(entry) ?? [];
		if (name !== void 0 && level !== void 0) permissions[name.replaceAll("-", "_")] = level;
		else report({
			input: "permissions",
			value: entry,
			reason: "not a permission",
			remedy: "Write name: read, name: write or name: admin."
		});
	}
	return permissions;
};
const readRepositories = (raw, owner, report) => toList(raw["repositories"]).map((entry) => {
	const [, prefix, name] = /^(?:([\w.-]+)\/)?([\w.-]+)$/.exec(entry) ?? [];
	if (name === void 0) report({
		input: "repositories",
		value: entry,
		reason: "not the name of a repository",
		remedy: "Write its name, or owner/name."
	});
	else if (prefix !== void 0 && prefix.toLowerCase() !== owner?.toLowerCase()) report({
		input: "repositories",
		value: entry,
		reason: `its owner is not ${owner ?? "known"}, the owner of the installation`,
		remedy: `Set owner: ${prefix}; one token reaches the repositories of one owner.`
	});
	return name ?? entry;
});
const readApiUrl = (raw, report) => {
	const given = toOptional(raw["github-api-url"]) ?? "https://api.github.com";
	const url = URL.canParse(given) ? new URL(given) : void 0;
	const isLocal = url !== void 0 && /^(localhost|127\.|\[::1\])/.test(url.hostname);
	if (url?.protocol !== "https:" && !(url?.protocol === "http:" && isLocal)) report({
		input: "github-api-url",
		value: given,
		reason: "not an https URL",
		remedy: "Write https://HOST/api/v3 for GitHub Enterprise Server, or leave it out."
	});
	return given.replace(/\/+$/, "");
};
const readApp = (raw, currentRepository, report) => {
	const clientId = readClientId(raw, report);
	const privateKey = readPrivateKey(raw, report);
	const [currentOwner, currentName] = currentRepository?.split("/") ?? [];
	const givenOwner = toOptional(raw["owner"]);
	const prefix = /^([\w.-]+)\//.exec(toList(raw["repositories"])[0] ?? "")?.[1];
	const owner = givenOwner ?? prefix ?? currentOwner;
	if (givenOwner !== void 0 && !/^[\w.-]+$/.test(givenOwner)) report({
		input: "owner",
		value: givenOwner,
		reason: "not a user or an organization",
		remedy: "Write the name alone, as in github.com/NAME."
	});
	const named = readRepositories(raw, owner, report);
	const isDefault = named.length === 0 && givenOwner === void 0 && currentName !== void 0;
	const permissions = readPermissions(raw, report);
	const apiUrl = readApiUrl(raw, report);
	if (clientId === void 0 || privateKey === void 0) return void 0;
	if (owner === void 0) {
		report({
			input: "owner",
			reason: "empty, and no repository is known from the run",
			remedy: "Name the owner of the installation."
		});
		return;
	}
	return {
		clientId,
		privateKey,
		owner,
		repositories: isDefault ? [currentName] : named,
		permissions,
		apiUrl
	};
};
const reportMissingHalf = (raw, report) => {
	const hasId = toOptional(raw["client-id"]) !== void 0 || toOptional(raw["app-id"]) !== void 0;
	const hasKey = toOptional(raw["private-key"]) !== void 0;
	if (hasId && !hasKey) report({
		input: "private-key",
		reason: "empty, though a client-id is given",
		remedy: "Check the name of the secret; workflows of forks and of Dependabot do not get secrets."
	});
	if (!hasId && hasKey) report({
		input: "client-id",
		reason: "empty, though a private-key is given",
		remedy: "Give the Client ID (or app-id) of the App that the key belongs to."
	});
};
/** Reads where the build's token comes from; `none` when nothing about one is said. */
const readCredentials = (raw, currentRepository, report) => {
	const given = toOptional(raw["github-token"]);
	const app = readApp(raw, currentRepository, report);
	if (given !== void 0) {
		if (/\s/.test(given)) report({
			input: "github-token",
			reason: "it contains white space",
			remedy: "Pass one token and nothing else."
		});
		return {
			kind: "given",
			token: new Secret(given)
		};
	}
	reportMissingHalf(raw, report);
	return app === void 0 ? { kind: "none" } : {
		kind: "app",
		...app
	};
};

// src/inputs/read-inputs.ts
const readReferences = (input, raw, report) => {
	const references = /* @__PURE__ */ new Map();
	for (const value of toList(raw[input])) {
		const reference = parseImageReference(value);
		if (typeof reference !== "string") references.set(reference.canonical, reference);
		else report({
			input,
			value,
			reason: reference,
			remedy: "Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev."
		});
	}
	return [...references.values()];
};
const reportStandardInput = (raw, report) => {
	for (const input of ["context", "file"]) if (toOptional(raw[input]) === "-") report({
		input,
		value: "-",
		reason: "standard input is how the token reaches the build, so nothing else can come that way",
		remedy: "Write it to a file and name that."
	});
};
const readBuild = (raw, report) => {
	reportStandardInput(raw, report);
	const build = {
		file: toOptional(raw["file"]),
		target: toOptional(raw["target"]),
		tags: readReferences("tags", raw, report),
		buildArgs: parseAssignments("build-args", raw["build-args"], "bare-names", report),
		labels: parseAssignments("labels", raw["labels"], "bare-names", report),
		buildContexts: parseAssignments("build-contexts", raw["build-contexts"], "values-only", report),
		network: toOptional(raw["network"]),
		noCache: parseBoolean("no-cache", raw["no-cache"], report),
		pull: parseBoolean("pull", raw["pull"], report)
	};
	const context = toOptional(raw["context"]);
	for (const tag of build.tags.filter(({ given }) => given.includes("@"))) report({
		input: "tags",
		value: tag.given,
		reason: "a build cannot be given a digest",
		remedy: "Write NAME:TAG."
	});
	if (context !== void 0 && toOptional(raw["tags"]) === void 0) report({
		input: "tags",
		reason: "empty, and a pod could not name the image that is built",
		remedy: "Give the image a name, such as my-api:dev."
	});
	return context === void 0 ? void 0 : {
		context,
		...build
	};
};
const reportNothingToDo = (raw, report) => {
	if (toOptional(raw["context"]) !== void 0 || toOptional(raw["images"]) !== void 0) return;
	const built = [
		"tags",
		"file",
		"target"
	].find((name) => toOptional(raw[name]));
	report(built === void 0 ? {
		input: "context",
		reason: "neither context nor images is given, so there is nothing to do",
		remedy: "Name a folder to build, or images that the local store has."
	} : {
		input: "context",
		reason: `empty, though ${built} is given`,
		remedy: "Name the folder to build, such as context: ."
	});
};
/**
* Reads the step's inputs.
*
* @param currentRepository `owner/name` of the repository that the workflow runs in
* @throws {Failure} one error that names every problem, with the input, its value and a remedy
*/
const readInputs = (raw, currentRepository) => collectProblems((report) => {
	reportNothingToDo(raw, report);
	const word = (input, pattern, remedy) => parseWord(input, raw[input], pattern, remedy, report);
	return {
		credentials: readCredentials(raw, currentRepository, report),
		secretId: word("secret-id", /^[\w.-]+$/, "Use letters, digits, dots, dashes and underscores.") ?? "github_token",
		build: readBuild(raw, report),
		images: readReferences("images", raw, report),
		clusterName: word("cluster-name", /^[a-z0-9.-]+$/, "Use the name that `kind get clusters` shows.") ?? "kind",
		nodes: toList(raw["nodes"]),
		freeDisk: parseChoice("free-disk", raw["free-disk"], [
			"auto",
			"always",
			"never"
		], report)
	};
});

// src/disk/catalog.ts
const gb = 1e9;
/**
* What may go, fewest files per byte first, so that the cheapest bytes go first.
* Swap and apt packages stay: the one keeps memory-hungry jobs alive, the others take minutes.
*/
const catalog = [
	{
		name: "codeql",
		paths: ["/opt/hostedtoolcache/CodeQL"],
		typicalBytes: 1.7 * gb
	},
	{
		name: "android",
		paths: ["/usr/local/lib/android"],
		typicalBytes: 11 * gb
	},
	{
		name: "ghcup",
		paths: ["/usr/local/.ghcup", "/opt/ghc"],
		typicalBytes: 5 * gb
	},
	{
		name: "swift",
		paths: ["/usr/share/swift"],
		typicalBytes: 3 * gb
	},
	{
		name: "dotnet",
		paths: ["/usr/share/dotnet", "/usr/lib/dotnet"],
		typicalBytes: 4 * gb
	}
];

// src/disk/plan-freeing.ts
/**
* What a build of unknown size should find: hosted runners promise 14 GB in all, and the story's
* largest image takes 7 GB while its layers are unpacked beside the build cache.
*/
const comfortableBytes = 16e9;
/** Decides what to free. Self-hosted runners' files are not ours to delete, whatever was asked. */
const planFreeing = (mode, facts, builds) => {
	if (mode === "never" || !facts.isHostedRunner) return void 0;
	if (mode === "always") return {
		entries: catalog,
		targetFreeBytes: void 0
	};
	const isShort = facts.freeBytes !== void 0 && facts.freeBytes < 16e9;
	return builds && isShort ? {
		entries: catalog,
		targetFreeBytes: comfortableBytes
	} : void 0;
};

// src/plan/plan.ts
const toTokenSource = (credentials) => {
	switch (credentials.kind) {
		case "none": return { kind: "none" };
		case "given": return {
			kind: "given",
			token: credentials.token
		};
		case "app": return {
			kind: "minted",
			credentials
		};
	}
};
/** Decides what to do, in which order, from what was asked and what was found. */
const planSteps = (inputs, facts) => {
	const { build, images } = {
		build: inputs.build,
		images: facts.images
	};
	const freeing = planFreeing(inputs.freeDisk, facts, build !== void 0);
	const way = planWay(facts.engine);
	const steps = [];
	if (freeing !== void 0) steps.push({
		kind: "free-disk",
		freeing
	});
	if (build !== void 0) {
		steps.push({
			kind: "build",
			build,
			token: toTokenSource(inputs.credentials)
		});
		steps.push({
			kind: "load",
			source: {
				kind: "built",
				build
			},
			way
		});
	}
	if (images.length > 0) steps.push({
		kind: "load",
		source: {
			kind: "local",
			images
		},
		way
	});
	return steps;
};

// src/report/report.ts
const emptyReport = {
	metadata: void 0,
	loads: [],
	freed: [],
	stages: []
};
/** The step's outputs; those without a value are left out. */
const toOutputs = (report) => {
	const { metadata, loads, freed } = report;
	const images = loads.flatMap(({ image, nodes }) => image.references.map(({ given }) => ({
		ref: given,
		id: image.id,
		sizeBytes: image.sizeBytes,
		nodes
	})));
	return {
		...metadata?.imageId !== void 0 && { "image-id": metadata.imageId },
		...metadata?.digest !== void 0 && { digest: metadata.digest },
		...metadata !== void 0 && { metadata: metadata.json },
		images: JSON.stringify(images),
		"freed-bytes": String(freed.reduce((sum, { bytes }) => sum + bytes, 0))
	};
};

// src/report/summary.ts
const ways = {
	link: "linked",
	stream: "streamed",
	present: "was there already"
};
const renderImages = ({ loads }) => {
	const rows = loads.flatMap(({ image, nodes }) => nodes.map((node) => [
		escapeCell(image.references.map(({ given }) => given).join(", ")),
		formatBytes(image.sizeBytes),
		escapeCell(node.name),
		ways[node.way] + (node.because === void 0 ? "" : ` (${escapeCell(node.because)})`),
		formatBytes(node.copiedBytes),
		formatDuration(node.durationMs)
	]));
	return renderTable([
		"Image",
		"Size",
		"Node",
		"Way",
		"Copied",
		"Time"
	], rows);
};
const renderStages = ({ stages }) => renderTable(["Stage", "Time"], stages.map(({ name, durationMs }) => [escapeCell(name), formatDuration(durationMs)]));
const renderFreed = ({ freed }) => renderTable(["Freed", "Bytes"], freed.map(({ name, path, bytes }) => [escapeCell(`${name} (${path})`), formatBytes(bytes)]));
/** The job summary, as Markdown that reads well in a terminal, too. */
const renderSummary = (report, failure) => {
	const parts = ["### Slipway"];
	if (failure !== void 0) parts.push(`**Failed:** ${failure.split("\n").map(escapeCell).join("\n")}`);
	if (report.loads.length > 0) parts.push(renderImages(report));
	if (report.stages.length > 0) parts.push(renderStages(report));
	if (report.freed.length > 0) parts.push(renderFreed(report));
	return `${parts.join("\n\n")}\n`;
};

// src/action.ts
/** Nothing may print before the secrets that came as inputs are hidden. */
const maskInputs = ({ credentials }, given, { mask }) => {
	if (credentials.kind === "given") maskToken(credentials.token.expose(), mask);
	if (credentials.kind !== "app") return;
	maskPrivateKey(given["private-key"] ?? "", credentials.privateKey.expose(), mask);
};
/** What was asked and will not happen should not surprise anybody later. */
const tellWhatIsNot = (inputs, facts, { line }) => {
	if (inputs.build !== void 0 && inputs.credentials.kind === "none") line("The build gets no token: neither client-id with private-key nor github-token is given.");
	if (inputs.freeDisk === "always" && !facts.isHostedRunner) line("Nothing is deleted to free disk: this is not a GitHub-hosted runner.");
};
/** Read, look, plan, execute, report: one image's way through the action. */
const runAction = async (environment, runner, signal) => {
	const runId = randomBytes(8).toString("hex");
	const tempDir = leftoversOf(environment, runId).tempDir;
	let report = emptyReport;
	try {
		const inputs = readInputs(environment.inputs, environment.repository);
		maskInputs(inputs, environment.inputs, runner);
		runner.saveState(runIdState, runId);
		const docker = createDocker(environment.childEnv, signal);
		const facts = await look(docker, inputs, environment.isHostedRunner);
		tellWhatIsNot(inputs, facts, runner);
		const steps = planSteps(inputs, facts);
		mkdirSync(tempDir, {
			recursive: true,
			mode: 448
		});
		const shop = {
			docker,
			runner,
			inputs,
			facts,
			runId,
			tempDir,
			workspace: environment.workspace,
			childEnv: environment.childEnv,
			signal,
			update: (change) => {
				report = change(report);
			}
		};
		for (const step of steps) await executeStep(shop, step);
		await publish(runner, report);
	} catch (error) {
		const failure = signal.aborted ? new Failure("The step was cancelled", { cause: error }) : error;
		await publish(runner, report, renderError(failure));
		throw failure;
	} finally {
		rmSync(tempDir, {
			recursive: true,
			force: true
		});
	}
};
/** Tells what was done, and keeps an unwritable summary from failing the step. */
const publish = async (runner, report, failure) => {
	for (const [name, value] of Object.entries(toOutputs(report))) runner.output(name, value);
	const summary = renderSummary(report, failure);
	if (failure === void 0) runner.line(`\n${summary}`);
	await runner.summary(summary).catch((error) => {
		runner.debug(`The job summary could not be written: ${renderError(error)}`);
	});
};

// src/main.ts
const runner = createRunner();
const cancelled = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => cancelled.abort(new Error(signal)));
try {
	await runAction(readEnvironment(), runner, cancelled.signal);
} catch (error) {
	runner.debug(error instanceof Error ? error.stack ?? error.message : String(error));
	runner.fail(renderError(error));
}
process.exit();

export {  };