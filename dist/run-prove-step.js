import { countRemoved } from "./shared.commands-report.run-analyse-step.run-prove-step.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { partStreams, splitLines, toDigest } from "./shared.actions-post.actions-step.recorder.js";
import { dropName, findImage, openMemoryFile } from "./shared.actions-step.js";
import { findFolderAbove, foldersAbove } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-prove-step.js";
import { runLabel, toHeldName } from "./shared.actions-post.actions-step.js";
const { closeSync } = process.getBuiltinModule("node:fs");
const { finished } = process.getBuiltinModule("node:stream/promises");

// src/analysis/find-culprits.ts
/**
* Finds which of several things cannot go, by halving: about log2 of their number in runs for each culprit.
*
* @param isFine whether all still works without these; undefined where no further run is to be had
*/
const findCulprits = async (all, isFine) => {
	const culprits = [];
	let rest = all;
	let fine = 0;
	while (fine < rest.length) {
		const whole = await isFine(rest);
		if (whole === void 0) return {
			passing: rest.slice(0, fine),
			culprits,
			isComplete: false
		};
		if (whole) break;
		let broken = rest.length;
		while (broken - fine > 1) {
			const middle = Math.floor((fine + broken) / 2);
			const half = await isFine(rest.slice(0, middle));
			if (half === void 0) return {
				passing: rest.slice(0, fine),
				culprits,
				isComplete: false
			};
			if (half) fine = middle;
			else broken = middle;
		}
		culprits.push(...rest.slice(broken - 1, broken));
		rest = rest.toSpliced(broken - 1, 1);
	}
	return {
		passing: rest,
		culprits,
		isComplete: true
	};
};

// src/analysis/proof.ts
/** Enough for one culprit among a thousand findings, or some among a few. */
const mostRuns = 12;
/**
* Runs a test in the image as it is, then without findings; where it fails, finds out which of them it needs.
*
* @param test runs it without some findings; `late` where there is no time left
*/
const proveRemoval = async ({ parts }, totalBytes, test) => {
	const beganMs = performance.now();
	let runs = 0;
	let failed;
	const run = async (without) => {
		runs += 1;
		return test(without);
	};
	const count = () => ({
		runs,
		durationMs: performance.now() - beganMs
	});
	const first = await run([]);
	if (first.kind === "failed") return {
		...first,
		kind: "useless",
		...count()
	};
	if (first.kind === "late") return {
		kind: "useless",
		how: "it did not end in time",
		said: [],
		...count()
	};
	const seen = parts.filter(({ hides }) => hides.length > 0);
	const unseen = parts.filter(({ hides }) => hides.length === 0);
	const search = await findCulprits(seen, async (without) => {
		if (runs > mostRuns) return void 0;
		const end = await run(without);
		if (end.kind === "failed") failed = end;
		return end.kind === "late" ? void 0 : end.kind === "passed";
	});
	const goes = /* @__PURE__ */ new Set([...unseen, ...search.passing]);
	const removed = parts.filter((part) => goes.has(part));
	const { culprits: brokenBy, isComplete } = search;
	return {
		kind: "tried",
		removed,
		brokenBy,
		isComplete,
		bytes: totalBytes - countRemoved(removed),
		failed,
		...count()
	};
};

// src/docker/run-to-end.ts
/** Fulfilled when a time has passed or the step is cancelled. */
const waitForEnd = (deadlineMs, signal) => {
	const late = Promise.withResolvers();
	const end = () => late.resolve("late");
	const timer = setTimeout(end, deadlineMs);
	signal.addEventListener("abort", end, { once: true });
	if (signal.aborted) end();
	const release = () => {
		clearTimeout(timer);
		signal.removeEventListener("abort", end);
	};
	return {
		late: late.promise,
		release
	};
};
/**
* Runs a container whose program knows nothing of us, and removes it with its volumes whatever it does.
*
* @param container as Docker's API takes it, without AutoRemove: its exit code would go with it
* @throws {Failure} when it cannot be made, or the step is cancelled
*/
const runToEnd = async ({ post, remove, attach }, container, { deadlineMs, signal, onLine }) => {
	signal.throwIfAborted();
	const made = await post("/containers/create", container);
	if (made === void 0) throw new Failure("Docker no longer has the image");
	const path = `/containers/${made.Id}`;
	try {
		const socket = await attach(`${path}/attach?stream=1&stdout=1&stderr=1`);
		const { stdout, stderr } = partStreams(socket);
		for (const stream of [stdout, stderr]) splitLines(stream, onLine);
		const ended = Promise.all([finished(stdout), finished(stderr)]);
		ended.catch(() => {});
		const why = await post(`${path}/start`).then(() => void 0, renderError);
		if (why !== void 0) {
			socket.destroy();
			return {
				kind: "not started",
				why
			};
		}
		const { late, release } = waitForEnd(deadlineMs, signal);
		const end = await Promise.race([ended, late]).finally(release);
		if (end === "late") socket.destroy();
		signal.throwIfAborted();
		if (end === "late") return { kind: "late" };
		const waited = await post(`${path}/wait`);
		if (waited === void 0) throw new Failure("Somebody removed the container");
		return {
			kind: "ended",
			exitCode: waited.StatusCode
		};
	} finally {
		await remove(`${path}?force=true&v=true`).catch(() => {});
	}
};

// src/image/derived/whiteouts.ts
const blockBytes = 512;
const pad = (bytes) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)]);
/** Octal digits, or base-256 where they do not suffice (GNU tar). */
const putNumber = (block, at, length, value) => {
	const digits = value.toString(8);
	if (digits.length < length) block.write(digits.padStart(length - 1, "0"), at, "latin1");
	else {
		block.writeUInt8(128, at);
		block.writeUIntBE(value, at + length - 6, 6);
	}
};
const toBlock = ({ name, kind, sizeBytes, mode, uid, gid, seconds }) => {
	const block = Buffer.alloc(blockBytes);
	block.write(name, 0, 100, "latin1");
	putNumber(block, 100, 8, mode);
	putNumber(block, 108, 8, uid);
	putNumber(block, 116, 8, gid);
	putNumber(block, 124, 12, sizeBytes);
	putNumber(block, 136, 12, seconds);
	block.write(`        ${kind}`, 148, "latin1");
	block.write("ustar  \0", 257, "latin1");
	const checksum = block.reduce((total, byte) => total + byte, 0);
	block.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
	return block;
};
const none = {
	mode: 0,
	uid: 0,
	gid: 0,
	seconds: 0,
	sizeBytes: 0
};
/** A file of a tar archive. */
const toTarEntry = (header, content = Buffer.alloc(0)) => {
	const whole = {
		...none,
		kind: "0",
		...header,
		sizeBytes: content.length
	};
	const name = Buffer.from(`${whole.name}\0`, "latin1");
	const long = name.length <= 101 ? [] : [toBlock({
		...none,
		name: "././@LongLink",
		kind: "L",
		sizeBytes: name.length
	}), pad(name)];
	return Buffer.concat([
		...long,
		toBlock(whole),
		pad(content)
	]);
};
const tarEnd = Buffer.alloc(2 * blockBytes);
/** More is no list that somebody waits for. */
const mostBytes = 64e6;
const toFolderEntry = ({ path, mode, uid, gid, mtime }) => {
	const seconds = Math.max(0, Math.floor(Number(mtime)));
	return toTarEntry({
		name: `./${path === "" ? "" : `${path}/`}`,
		kind: "5",
		mode,
		uid,
		gid,
		seconds
	});
};
const toWhiteout = (path) => {
	const at = path.lastIndexOf("/") + 1;
	return `./${path.slice(0, at)}.wh.${path.slice(at)}`;
};
/**
* A layer, as a tar archive, that hides paths of those below it and changes nothing else: the folders on the way
* come with their owner, mode and time, as the upper ones' count.
*
* @throws {Failure} when it hides more than can be
*/
const toWhiteoutLayer = ({ paths, folders }) => {
	const all = new Set(paths);
	const hidden = [...all].filter((path) => findFolderAbove(path, (folder) => all.has(folder)) === void 0);
	const parts = [
		...[...new Set(hidden.flatMap((path) => ["", ...foldersAbove(path)]))].toSorted().flatMap((path) => {
			const entry = folders.get(path);
			return entry === void 0 ? [] : [toFolderEntry(entry)];
		}),
		...hidden.toSorted().map((path) => toTarEntry({ name: toWhiteout(path) })),
		tarEnd
	];
	if (parts.reduce((sum, part) => sum + part.length, 0) > mostBytes) throw new Failure(`It takes away ${hidden.length} files one by one`);
	return Buffer.concat(parts);
};

// src/image/derived/archive.ts
const parse = (json, what) => {
	const value = attempt(() => JSON.parse(json ?? ""));
	if (typeof value === "object" && value !== null) return value;
	throw new Failure(`The image's ${what} is no JSON`);
};
const toConfig = (json, layer) => {
	const config = parse(json, "config");
	const { rootfs = {}, history = [] } = config;
	return Buffer.from(JSON.stringify({
		...config,
		rootfs: {
			...rootfs,
			diff_ids: [...rootfs.diff_ids ?? [], toDigest(layer)]
		},
		history: [...history, { created_by: "slipway: without findings" }]
	}));
};
const toTar = (files) => Buffer.concat([...Object.entries(files).map(([name, content]) => toTarEntry({
	name,
	mode: 420
}, content)), tarEnd]);
const toJson = (value) => Buffer.from(JSON.stringify(value));
const toBlobName = (content) => `blobs/sha256/${toDigest(content).slice(7)}`;
/** What the classic store loads: layers that it has need no file. */
const toDockerArchive = (config, layer, name) => {
	const { rootfs } = JSON.parse(config.toString());
	const layers = (rootfs?.diff_ids ?? []).map((_, at) => `${at}/layer.tar`);
	const file = `${toDigest(config).slice(7)}.json`;
	return toTar({
		"manifest.json": toJson([{
			Config: file,
			RepoTags: [name],
			Layers: layers
		}]),
		[file]: config,
		[layers.at(-1) ?? ""]: layer
	});
};
/** What the containerd store loads: a layout without the blobs that it has. */
const toLayoutArchive = (source, config, layer, name) => {
	const old = parse(source.manifest, "manifest");
	const { mediaType = "application/vnd.oci.image.manifest.v1+json" } = old;
	const describe = (content) => ({
		digest: toDigest(content),
		size: content.length
	});
	const added = {
		mediaType: "application/vnd.oci.image.layer.v1.tar",
		...describe(layer)
	};
	const manifest = toJson({
		...old,
		config: {
			...old.config,
			...describe(config)
		},
		layers: [...old.layers ?? [], added]
	});
	const annotations = { "io.containerd.image.name": name };
	const manifests = [{
		mediaType,
		...describe(manifest),
		annotations
	}];
	return toTar({
		"oci-layout": toJson({ imageLayoutVersion: "1.0.0" }),
		"index.json": toJson({
			schemaVersion: 2,
			manifests
		}),
		[toBlobName(manifest)]: manifest,
		[toBlobName(config)]: config,
		[toBlobName(layer)]: layer
	});
};
/**
* An archive from which Docker makes an image of one that it has and a layer upon it. It holds that layer alone,
* so that nothing is copied.
*
* @param nameOf the new image's name, by a digest that is its own
*/
const toDerivedArchive = (source, layer, hasContainerdStore, nameOf) => {
	const config = toConfig(source.config, layer);
	const name = nameOf(toDigest(config));
	return {
		name,
		archive: hasContainerdStore ? toLayoutArchive(source, config, layer, name) : toDockerArchive(config, layer, name)
	};
};

// src/run/prove-step.ts
/** The test's container, as `docker run` would make it. */
const toContainer = (image, { argv, names }, runId) => ({
	Image: image,
	Entrypoint: argv.slice(0, 1),
	Cmd: argv.slice(1),
	Env: [`SLIPWAY_IMAGE=${names[0] ?? ""}`],
	Labels: { [runLabel]: runId },
	AttachStdout: true,
	AttachStderr: true,
	Healthcheck: { Test: ["NONE"] },
	HostConfig: { LogConfig: { Type: "none" } }
});
const linesKept = 10;
const longestLine = 1e3;
const toTestEnd = (end, said) => {
	if (end.kind === "late") return end;
	if (end.kind === "not started") return {
		kind: "failed",
		how: end.why,
		said: []
	};
	if (end.exitCode === 0) return { kind: "passed" };
	return {
		kind: "failed",
		how: `exit code ${end.exitCode}`,
		said
	};
};
/** Makes an image without some findings of one that Docker has, under a name that goes with the run. */
const makeWithout = async ({ docker: { command, engine }, run }, removal, without) => {
	const paths = without.flatMap(({ hides }) => hides);
	const layer = toWhiteoutLayer({
		paths,
		folders: removal.folders
	});
	const toName = (digest) => toHeldName(run.id, digest);
	const { name, archive } = toDerivedArchive(removal, layer, engine.hasContainerdStore, toName);
	const fd = openMemoryFile(archive);
	try {
		await command.run([
			"image",
			"load",
			"--quiet",
			"--input",
			"/dev/stdin"
		], { stdin: { fd } });
	} finally {
		closeSync(fd);
	}
	return name;
};
const createTest = (step, ports, image, removal) => {
	const { docker, run } = ports;
	const endMs = performance.now() + step.timeoutMs;
	const runIn = async (name) => {
		const deadlineMs = endMs - performance.now();
		if (deadlineMs <= 0) return { kind: "late" };
		const said = [];
		const onLine = (line) => {
			said.push(line.slice(0, longestLine));
			if (said.length > linesKept) said.shift();
		};
		const container = toContainer(name, step, run.id);
		const end = await runToEnd(docker.api, container, {
			deadlineMs,
			signal: run.signal,
			onLine
		});
		return toTestEnd(end, said);
	};
	return async (without) => {
		if (without.length === 0) return runIn(image.id);
		const name = await makeWithout(ports, removal, without);
		return runIn(name).finally(() => dropName(docker.api, name));
	};
};
/** Runs the user's test in an image without its findings. That fails no step, whatever the test says. */
const prove = async (step, ports) => {
	const { log, run } = ports;
	const names = step.names.join(", ");
	const analysis = run.resultOf("analyse", step.report);
	const image = findImage(step.image, run);
	if (analysis === void 0 || image === void 0) return void 0;
	const { removal, totalBytes } = analysis;
	if (removal === void 0) {
		log.line(`prove: ${names} has no finding whose fix only removes something, so no test ran.`);
		return;
	}
	try {
		return await proveRemoval(removal, totalBytes, createTest(step, ports, image, removal));
	} catch (error) {
		if (!run.signal.aborted) log.warning(`prove: cannot run the test in ${names} without its findings: ${renderError(error)}. The image is built and loaded all the same.`);
		return;
	}
};

export { prove };