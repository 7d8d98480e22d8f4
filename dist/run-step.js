import { A as withoutSecrets, B as inspectNodes, C as createRunner, D as readSecrets, E as makeTempDir, F as buildWords, G as escapeText, H as within$1, I as defaults, J as renderTable, K as formatBytes, L as inputNames, M as reportOutsideBuild, N as findOutside, O as isUntrusted, P as toRealPaths, R as diagnoseNow, S as openMemoryFile, T as readEnvironment, U as findNearestWord, V as lookAtNodes, W as escapeCell, Y as toLine, _ as toTargets, a as runIdState, b as findSecretMounts, c as joinScript, d as startNoteTaker, f as handoverRepository, g as toOwnTarget, h as toCached, i as leftoversOf, j as reportOutside, k as whySecretsAreEmpty, l as runLabel, m as toBakeFile, p as toBakeArgs, q as formatDuration, s as containerdClient, t as createBuildToken, u as toHelperContainer, v as readTargets, w as forgetSecrets, x as refuseMissing, y as toBuildWords } from "./build-token.js";
import { n as renderError, t as Failure } from "./failure.js";
import { A as parseBoolean, B as parseImageId, D as checkAssignments, E as writeBaseline, F as toLines, G as toRepository, H as toCriName, I as toList$1, J as toSections, L as toOptional, M as parseList, N as parseWord, O as clusterPattern, P as reportNothing, R as couldBeId, U as toImmutable, V as parseImageReference, W as toNodeNames, _ as execute, a as startPiped, b as isWarning, f as isMissing, i as runCaptured, j as parseChoice, k as parseAssignments, l as canRead, m as findNodes, n as createDocker, o as dockerFolderOf, p as kindOf, r as describeEnd, s as findDockerFolders, t as withEngineApi, u as canSearch, y as runContainer, z as isImageId } from "./engine-api.js";
import { t as readRegularFile } from "./read-file.js";
import { i as splitLines, r as neutralise } from "./later.js";
import { a as escapeTemplate, c as toContextPaths, i as toBuildFiles, l as wantsAgent, n as readQuietly$1, s as toContextFolder, t as readDockerfile } from "./find.js";
import { t as Secret } from "./secret.js";
import { t as parseQuantity } from "./quantity.js";
import { i as maskToken, n as maskPrivateKey, r as maskSecret, t as isTooPlain } from "./masks.js";
import timers from "node:timers/promises";
import { isIPv4 } from "node:net";
import { Transform } from "node:stream";
import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { AsyncLocalStorage } from "node:async_hooks";
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync, readSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { glob, lstat, realpath, rm, stat, statfs, writeFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// src/diagnose/notes/take-baseline.ts
/** What there is to note of nodes that were looked at; undefined when none of them tells. */
const toBaseline = (clusterName, nodes) => {
	const machine = nodes.find(({ report }) => report !== void 0)?.report;
	if (machine === void 0) return void 0;
	const { bootId, clockMs, uptimeS, kills, log } = machine;
	return {
		clusterName,
		bootId,
		clockMs,
		uptimeS,
		kills,
		logLastS: typeof log === "string" ? void 0 : log.lastS,
		nodes: nodes.map(({ name, id, startedAt, report }) => ({
			name,
			id,
			startedAt,
			kills: report?.nodeKills
		})),
		images: []
	};
};
/** Notes how a cluster and its machine are; undefined when no node tells. */
const takeBaseline = async (api, clusterName) => {
	const { nodes } = await inspectNodes(api.ask, clusterName);
	return toBaseline(clusterName, await lookAtNodes(api, nodes, "kernel-only"));
};

// src/diagnose/notes/job-notes.ts
/** Mostly it has ended long before. */
const patienceMs = 3500;
/** A string says why nothing could be noted. */
const note = async ({ docker, clusterName, folder, childEnv }) => {
	const baseline = await withEngineApi(docker, (api) => takeBaseline(api, clusterName));
	if (baseline === void 0) return "no node answers";
	writeBaseline(folder, baseline);
	startNoteTaker(folder, childEnv);
	return baseline;
};
/**
* Notes how things are before anything is loaded, and has a process go on noting until post. No
* trouble with it is the step's.
*/
const beginNotes = (options) => {
	const noting = note(options).catch(renderError);
	const refuse = (why) => options.line(`How the nodes are could not be noted, so post does not look at them: ${why}`);
	return { finish: async (images) => {
		const baseline = await within$1(noting, patienceMs, "no answer in time");
		if (typeof baseline === "string") return refuse(baseline);
		try {
			writeBaseline(options.folder, {
				...baseline,
				images
			});
		} catch (error) {
			refuse(renderError(error));
		}
	} };
};

// src/load/plan-way.ts
/**
* Says why Docker's layer folders must not be used, from what the daemon says of itself. With other
* drivers, remapped users or layers that hold only differences of metadata, it would succeed and be
* wrong, and nothing later would notice.
*/
const findGate = (engine) => {
	const has = (option) => engine.securityOptions.some((text) => text.split(",").includes(option));
	if (has("name=rootless")) return "the daemon is rootless";
	if (has("name=userns")) return "the daemon remaps users";
	if (engine.hasContainerdStore) {
		if (engine.driver !== "overlayfs") return `Docker's snapshotter is ${engine.driver}`;
		return engine.containerd === void 0 ? "Docker does not say where its containerd is" : void 0;
	}
	if (engine.driver !== "overlay2") return `Docker's storage driver is ${engine.driver}`;
	if (engine.driverStatus["Native Overlay Diff"] === "false") return "the layers may hold redirects (Native Overlay Diff is false)";
	if (engine.driverStatus["Using metacopy"] === "true") return "the layers may hold metadata alone (metacopy is on)";
};
const findNodeGate = (node) => node.snapshotter === "overlayfs" ? void 0 : `its snapshotter is ${node.snapshotter}`;
/**
* Chooses how to load into one node.
*
* @throws {Failure} when a way is wanted that cannot work
*/
const planWay = (engine, node, mode) => {
	if (mode === "stream" || mode === "kind") return {
		kind: mode,
		because: `load-mode is ${mode}`
	};
	const gate = findGate(engine) ?? findNodeGate(node);
	if (gate === void 0) return {
		kind: "folders",
		wanted: mode
	};
	if (mode === "auto") return {
		kind: "stream",
		because: gate
	};
	throw new Failure(`load-mode: ${mode} cannot work with ${node.name}: ${gate}`, { remedy: "Use load-mode: auto, which streams the image then." });
};
/** Where containerd keeps overlayfs snapshots in a node. */
const snapshotterRoot = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs";
/** The folder of the daemon's host behind a folder of the node; undefined when it is no mount. */
const toHostPath = (node, path) => {
	const mount = node.mounts.filter(({ destination }) => path === destination || path.startsWith(`${destination}/`)).sort((a, b) => b.destination.length - a.destination.length)[0];
	return mount && `${mount.source}${path.slice(mount.destination.length)}`;
};

// src/load/order.ts
/** The deepest folder that holds all the paths. */
const commonFolder = (paths) => {
	const [first = "", ...others] = paths;
	const parts = first.split("/");
	const isShared = (length) => {
		const prefix = `${parts.slice(0, length).join("/")}/`;
		return others.every((path) => `${path}/`.startsWith(prefix));
	};
	let length = parts.length;
	while (length > 1 && !isShared(length)) length -= 1;
	return parts.slice(0, length).join("/") || "/";
};
/**
* All names under which a node should have an image: as it was given first, then by its content. Only
* the containerd store keeps the manifest, and so its digest, that a registry knows.
*/
const namesOf = (engine, image) => [.../* @__PURE__ */ new Set([
	...image.references.flatMap(({ canonical }) => toNodeNames(canonical)),
	...image.references.map((reference) => toImmutable(reference, image.id).canonical),
	...engine.hasContainerdStore ? image.digestNames : []
])];
/** What Docker is asked for: never a name that somebody may have given to another image meanwhile. */
const toSource = ({ heldAs, id }) => heldAs ?? id;
/** Where the socket of Docker's containerd is; undefined with a store that has none. */
const socketFolderOf = ({ hasContainerdStore, containerd }) => hasContainerdStore ? containerd?.address.replace(/\/[^/]*$/, "") : void 0;
const toHex = (digest) => digest.replace(/^sha256:/, "");
const overlay2Rows = (engine, image) => {
	const store = `${engine.dataRoot}/image/overlay2`;
	return [["overlay2", `${store}/imagedb/content/sha256/${toHex(image.id)}`], ...image.layers.map(({ diffId, chainId, folder = "" }) => {
		return [
			"layer",
			diffId,
			chainId,
			folder,
			`${store}/layerdb/sha256/${toHex(chainId)}/size`
		];
	})];
};
const containerdRows = ({ containerd }, image) => [[
	"containerd",
	containerd?.address ?? "",
	containerd?.namespace ?? "",
	image.id,
	image.architecture
], ...image.layers.map(({ diffId, chainId }) => [
	"layer",
	diffId,
	chainId
])];
/** Where the store's folders are, that of the layers last; a containerd of the system's own has a root of its own. */
const storeFolders = ({ containerd, dataRoot, hasContainerdStore }) => {
	const isSystems = containerd !== void 0 && /^(\/var)?\/run\/containerd\//.test(containerd.address);
	return hasContainerdStore && isSystems ? [dataRoot, "/var/lib/containerd"] : [dataRoot];
};
/** Where the node's snapshots are; no part of a volume where the helper must go through the node. */
const rootOf = (node) => toHostPath(node, "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs") ?? "/";
/**
* Chooses what a helper has to see of the daemon's host for one image and some nodes.
*
* @returns a string where it could not see enough, saying why
*/
const toMounts$1 = (engine, image, nodes) => {
	if (!engine.hasContainerdStore && image.layers.some(({ folder }) => folder === void 0)) return "Docker does not say where the image's layers are";
	const folders = image.layers.flatMap(({ folder }) => folder ?? []);
	const reachable = nodes.map(rootOf).filter((root) => root !== "/");
	return {
		mountedFolder: commonFolder([
			...storeFolders(engine),
			...reachable,
			...folders
		]),
		socketFolder: socketFolderOf(engine)
	};
};
/**
* Writes the order for one image and nodes that are given it by their folders.
*
* @param runId names the snapshots while they are being made: `slipway/RUN/CHAIN`
*/
const toOrderLines = (engine, image, nodes, wanted, runId, deadlineMs, { mountedFolder }) => {
	return `${[
		["run", runId],
		["deadline", String(Math.ceil(deadlineMs / 1e3))],
		["way", wanted],
		["mount", mountedFolder],
		...namesOf(engine, image).map((name) => ["name", name]),
		...nodes.map((node) => [
			"node",
			node.name,
			String(node.pid),
			snapshotterRoot,
			rootOf(node)
		]),
		...engine.hasContainerdStore ? containerdRows(engine, image) : overlay2Rows(engine, image),
		["go"]
	].map((row) => row.join("	")).join("\n")}\n`;
};

// src/facts/filesystems.ts
/** Numbers of another machine may be the same, and mean nothing here. */
const toDevice = (dev, isHere = true) => `${isHere ? "" : "daemon:"}${dev}`;
/** Undefined where the folder is not on this machine, or not for us to see. */
const seeFolder = async (path) => {
	try {
		const [{ dev }, at] = await Promise.all([stat(path), statfs(path)]);
		return {
			device: toDevice(dev),
			path,
			totalBytes: at.blocks * at.bsize,
			freeBytes: at.bavail * at.bsize,
			totalInodes: at.files,
			freeInodes: at.ffree
		};
	} catch {
		return;
	}
};
/** Where containerd keeps all that it has in a node. */
const containerdFolder = "/var/lib/containerd";
/** The volume that kind gives a node, and the folder of its containerd: mostly one filesystem. */
const nodeFolders = ["/var", containerdFolder];
const askNode$1 = `for folder in ${nodeFolders.join(" ")}; do
  echo "$(stat -L -c %d "$folder")" "$(stat -f -c '%S %b %a %c %d' "$folder")"
done
ctr --namespace=k8s.io images list --quiet`;
/** Reads the first lines that `askNode` prints: device, block size, blocks, free blocks, i-nodes, free i-nodes. */
const parseNodeFolders = (printed, isHere) => nodeFolders.map((path, index) => {
	const line = printed.split("\n")[index] ?? "";
	if (!/^\d+( \d+){5}$/.test(line)) return void 0;
	const [dev = 0, block = 0, blocks = 0, free = 0, totalInodes = 0, freeInodes = 0] = line.split(" ").map(Number);
	const bytes = {
		totalBytes: blocks * block,
		freeBytes: free * block
	};
	return {
		device: toDevice(dev, isHere),
		path,
		...bytes,
		totalInodes,
		freeInodes
	};
});
/** A node that cannot tell is no reason to fail: less is known, that is all. */
const seeNode = async (api, node, isHere) => {
	const argv = [
		"sh",
		"-c",
		askNode$1
	];
	const printed = await execute(api, node.containerId, argv, 1e4).catch(() => "");
	const [volume, containerd] = parseNodeFolders(printed, isHere);
	return {
		node,
		volume,
		containerd,
		images: printed.split("\n").slice(nodeFolders.length).filter((name) => name !== "")
	};
};
/** One entry per filesystem, with all of its uses. */
const toFilesystems = (sightings) => {
	const known = sightings.flatMap(({ seen, use }) => seen === void 0 ? [] : [{
		seen,
		use
	}]);
	return [...Map.groupBy(known, ({ seen }) => seen.device).values()].flatMap((group) => {
		const [first] = group;
		return first === void 0 ? [] : [{
			...first.seen,
			uses: group.map(({ use }) => use)
		}];
	});
};
/**
* Looks at the filesystems of Docker's data, of the temp folder and of the nodes.
*
* A node's volume is in Docker's folder, so what the node sees there is Docker's filesystem: also
* where the daemon is elsewhere, and a folder of that name here would be another one.
*/
const findFilesystems = async (api, { engine, nodes, isLocalDaemon }, tempDir) => {
	const { dataRoot } = engine;
	const store = storeFolders(engine).at(-1) ?? dataRoot;
	const [local, temp, ...inNodes] = await Promise.all([
		isLocalDaemon ? seeFolder(store) : void 0,
		seeFolder(tempDir),
		...nodes.map((node) => seeNode(api, node, isLocalDaemon))
	]);
	const hasVolume = ({ mounts }) => mounts.some(({ destination, source }) => destination === "/var" && source.startsWith(`${dataRoot}/`));
	const volume = store === dataRoot ? inNodes.find(({ node }) => hasVolume(node))?.volume : void 0;
	const docker = volume === void 0 ? local : {
		...volume,
		path: dataRoot
	};
	return {
		filesystems: toFilesystems([
			{
				seen: docker,
				use: { kind: "docker" }
			},
			{
				seen: temp,
				use: { kind: "temp" }
			},
			...inNodes.map(({ node, containerd }) => ({
				seen: containerd,
				use: {
					kind: "node",
					name: node.name
				}
			}))
		]),
		nodeImages: new Map(inNodes.map(({ node, images }) => [node.name, images]))
	};
};
/** The one that a use is on. */
const findUse = (filesystems, isMeant) => filesystems.find(({ uses }) => uses.some(isMeant));
const findDockers = (filesystems) => findUse(filesystems, ({ kind }) => kind === "docker");
/** Where to ask what is free for Docker: with a containerd of the system's own not its own folder. */
const toDockersFolder = ({ filesystems, engine }) => findDockers(filesystems)?.path ?? engine.dataRoot;

// src/disk/free-space.ts
/** Bytes that an ordinary user may still write to the filesystem that holds `path`. */
const freeBytesAt = async (path) => {
	const { bavail, bsize } = await statfs(path);
	return bavail * bsize;
};

// src/disk/free-disk.ts
/** The largest entry has some 100,000 files, and the disk may be slow. */
const timeoutMs$6 = 9e5;
/** Why a catalog path is left alone; undefined means that it may go. */
const findObjection$1 = (path) => lookAt$1(path).catch(renderError);
const lookAt$1 = async (path) => {
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
const runAsRoot = (hands, program, ...args) => {
	const command = process.getuid?.() === 0 ? {
		...hands,
		file: program,
		args,
		timeoutMs: timeoutMs$6
	} : {
		...hands,
		file: "sudo",
		args: [
			"-n",
			program,
			...args
		],
		timeoutMs: timeoutMs$6
	};
	return runCaptured(command).catch(() => ({
		code: 127,
		stdout: ""
	}));
};
/**
* Bytes on the disk below a folder. Free space before and after would not tell: builds write
* meanwhile. Whoever removes the folder next needs what this reads.
*/
const measureFolder = async (hands, path) => {
	const { stdout } = await runAsRoot(hands, "du", ...[
		"--summarize",
		"--one-file-system",
		"--block-size=1"
	], "--", path);
	return Number(/^\d+/.exec(stdout)?.[0] ?? 0);
};
/** Moved aside first: a path that half exists would break whoever looks at it meanwhile. */
const removeFolder = async (hands, path) => {
	const aside = join(dirname(path), `.slipway-freed-${process.pid}`);
	if ((await runAsRoot(hands, "mv", "--no-target-directory", "--", path, aside)).code !== 0) return false;
	return (await runAsRoot(hands, "rm", "-rf", "--one-file-system", "--", aside)).code === 0;
};
const freePath = async (hands, name, path, log) => {
	const objection = await findObjection$1(path);
	if (objection !== void 0) {
		if (objection !== "not there") log(`Left ${path} alone: ${objection}.`);
		return [];
	}
	const bytes = await measureFolder(hands, path);
	if (hands.signal.aborted) return [];
	if (!await removeFolder(hands, path)) {
		log(`Could not remove ${path}; going on without.`);
		return [];
	}
	log(`Freed ${(bytes / 1e9).toFixed(1)} GB: ${name} (${path}).`);
	return [{
		name,
		path,
		bytes
	}];
};
const hasEnough = async (freeing, folder) => freeing.targetFreeBytes !== void 0 && await freeBytesAt(folder).catch(() => Number.POSITIVE_INFINITY) >= freeing.targetFreeBytes;
/** With this a build can begin: it will not have written as much before more is free. */
const enoughToBegin = 4e9;
/** Waits until there is room to begin, or nothing more comes. */
const waitForRoom = async (freeing, folder) => {
	let hasEnded = false;
	const end = () => {
		hasEnded = true;
	};
	const ending = freeing.then(end, end);
	const room = () => freeBytesAt(folder).catch(() => enoughToBegin);
	while (!hasEnded && await room() < enoughToBegin) await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, 500))]);
};
/**
* Removes entries of the catalog, one after another, until the target is reached.
*
* @param folder one on the filesystem that is to have room
*/
const freeDisk = async (freeing, folder, env, log, signal) => {
	const freed = [];
	const paths = freeing.entries.flatMap((entry) => entry.paths.map((path) => ({
		name: entry.name,
		path
	})));
	for (const { name, path } of paths) {
		if (signal.aborted || await hasEnough(freeing, folder)) break;
		freed.push(...await freePath({
			env,
			signal
		}, name, path, log));
	}
	return freed;
};

// src/disk/catalog.ts
const gb = 1e9;
const everywhere = [
	"ubuntu22",
	"ubuntu24",
	"ubuntu26"
];
/**
* What may go: what should have the fewest files per byte first, as its bytes cost the least.
* Swap and apt packages stay: the one keeps memory-hungry jobs alive, the others take minutes.
*/
const catalog = [
	{
		name: "codeql",
		what: "the bundle of CodeQL",
		paths: ["/opt/hostedtoolcache/CodeQL"],
		typicalBytes: 1.7 * gb,
		images: everywhere
	},
	{
		name: "android",
		what: "the Android SDK and NDK",
		paths: ["/usr/local/lib/android"],
		typicalBytes: 11 * gb,
		images: everywhere
	},
	{
		name: "ghcup",
		what: "Haskell's compiler and tools",
		paths: ["/usr/local/.ghcup", "/opt/ghc"],
		typicalBytes: 5 * gb,
		images: everywhere
	},
	{
		name: "swift",
		what: "the Swift tool chain",
		paths: ["/usr/share/swift"],
		typicalBytes: 3 * gb,
		images: ["ubuntu22", "ubuntu24"]
	},
	{
		name: "dotnet",
		what: "the .NET SDKs",
		paths: ["/usr/share/dotnet", "/usr/lib/dotnet"],
		typicalBytes: 4 * gb,
		images: everywhere
	}
];

// src/disk/plan-freeing.ts
/**
* What a build of unknown size should find: hosted runners promise 14 GB in all, and the story's
* largest image takes 7 GB while its layers are unpacked beside the build cache.
*/
const comfortableBytes = 16e9;
/** For stages that are not part of an image, the context, logs and what else the job writes. */
const spareBytes = 2e9;
/** Of the catalog, what this machine has where it helps Docker, and what is not to be kept. */
const findEntries$1 = ({ freeDiskKeep }, { freeable, filesystems }) => {
	const device = findDockers(filesystems)?.device;
	const helps = (name) => freeable.some((each) => each.name === name && each.device === device);
	return catalog.filter(({ name }) => helps(name) && !freeDiskKeep.includes(name));
};
/** What `auto` wants to be free before images are built and loaded. */
const toWantedBytes = ({ targets }, { sums, sizes }) => {
	if (targets.length > 0 && sizes === void 0) return comfortableBytes;
	const neededBytes = sums.find(({ filesystem }) => filesystem.uses.some(({ kind }) => kind === "docker"))?.neededBytes ?? 0;
	return neededBytes === 0 ? 0 : Math.ceil(neededBytes * 1.25) + spareBytes;
};
/** Decides what to free. Self-hosted runners' files are not ours to delete, whatever was asked. */
const planFreeing = (asked, facts, disk) => {
	const { freeDisk, freeDiskKeep } = asked;
	if (freeDisk === "never" || !facts.isHostedRunner) return void 0;
	if (freeDisk === "always") return {
		entries: catalog.filter(({ name }) => !freeDiskKeep.includes(name)),
		targetFreeBytes: void 0
	};
	const freeBytes = findDockers(facts.filesystems)?.freeBytes;
	const targetFreeBytes = freeDisk === "auto" ? toWantedBytes(facts, disk) : freeDisk.targetBytes;
	const entries = findEntries$1(asked, facts);
	return freeBytes !== void 0 && freeBytes < targetFreeBytes && entries.length > 0 ? {
		entries,
		targetFreeBytes
	} : void 0;
};

// src/disk/prune-cache.ts
/** BuildKit deletes file after file. */
const timeoutMs$5 = 3e5;
const units$1 = {
	B: 1,
	kB: 1e3,
	MB: 1e6,
	GB: 1e9,
	TB: 0xe8d4a51000
};
/** Bytes of the line `Total:  1.2GB`. */
const parseTotal = (printed) => {
	const [, number = "0", unit = "B"] = /^Total:\s*(\d+(?:\.\d+)?)\s*([kMGT]?B)\s*$/m.exec(printed) ?? [];
	return Math.round(Number(number) * (units$1[unit] ?? 0));
};
/** Why the build cache stays whatever was asked, as caches of others do; undefined where it may go. */
const findPruneObjection = ({ targets, isHostedRunner, builder }) => {
	if (targets.length === 0) return "nothing is built";
	if (!isHostedRunner) return "this is not a GitHub-hosted runner";
	if (builder === void 0) return "buildx does not say where the builder is";
	return builder.isLocal ? void 0 : "the builder is not on this machine";
};
/** Removes the build cache that no image holds and no build uses, of the builder in use. */
const pruneCache = async (docker, line) => {
	const { code, stdout } = await docker.try([
		"buildx",
		"prune",
		"--force"
	], { timeoutMs: timeoutMs$5 });
	if (code !== 0) line("The build cache could not be pruned; going on without.");
	const bytes = parseTotal(stdout);
	if (bytes === 0) return [];
	line(`Freed ${(bytes / 1e9).toFixed(1)} GB: build cache.`);
	return [{
		name: "build cache",
		path: "`docker buildx prune`",
		bytes
	}];
};

// src/disk/more-room.ts
const findObjection = ({ freeDisk, pruneCache }, facts) => {
	if (!facts.isHostedRunner) return "Nothing was freed: this is not GitHub's machine, and what is on it stays";
	if (!facts.isLocalDaemon) return "Nothing was freed: the daemon is on another machine";
	return freeDisk === "never" && pruneCache === "never" ? "Nothing was freed: free-disk and prune-cache forbid it" : void 0;
};
/** What to do when the disk is full although the plan said that it would do. */
const createMoreRoom = (inputs, facts, hands) => {
	const { docker, childEnv, line, signal, background, freedBytes, enter } = hands;
	const objection = findObjection(inputs, facts);
	const free = async () => {
		line("The disk is full: freeing what may go.");
		const before = freedBytes();
		await Promise.allSettled(background);
		const meanwhile = freedBytes() - before;
		const freeing = {
			entries: inputs.freeDisk === "never" ? [] : findEntries$1(inputs, facts),
			targetFreeBytes: void 0
		};
		const folders = await freeDisk(freeing, toDockersFolder(facts), childEnv, line, signal);
		const cache = inputs.pruneCache !== "never" && findPruneObjection(facts) === void 0 ? await pruneCache(docker, line) : [];
		const freed = [...folders, ...cache];
		enter(freed);
		return {
			bytes: meanwhile + freed.reduce((sum, { bytes }) => sum + bytes, 0),
			endedMs: performance.now()
		};
	};
	let round;
	return {
		objection,
		make: async (sinceMs) => {
			if (objection !== void 0) return 0;
			round ??= free();
			const { bytes, endedMs } = await round;
			return endedMs < sinceMs ? 0 : bytes;
		}
	};
};

// src/build/schedule.ts
/**
* Does jobs side by side, each after those that it depends on. What depends on a failed one is
* skipped. What is at work when all is ended has no failure of its own, whatever it says.
*
* @param parallel how many at once
* @param isEnded true where nothing more shall begin
* @param onFailure may end all
* @returns how each ended, in the order of the jobs; never fails
*/
const runJobs = async (jobs, parallel, isEnded, run, onFailure = () => {}) => {
	const outcomes = /* @__PURE__ */ new Map();
	const running = /* @__PURE__ */ new Map();
	const end = ({ name }, state, error, because) => {
		outcomes.set(name, {
			name,
			state,
			error,
			because
		});
		running.delete(name);
	};
	const isDone = (name) => outcomes.get(name)?.state === "done";
	const begin = (job) => {
		const work = run(job).then(() => end(job, "done"), (error) => {
			if (isEnded()) end(job, "cancelled");
			else end(job, "failed", error);
			onFailure();
		});
		running.set(job.name, work);
	};
	for (;;) {
		for (const job of jobs) {
			if (outcomes.has(job.name) || running.has(job.name)) continue;
			const lost = job.dependsOn.find((name) => /failed|skipped/.test(outcomes.get(name)?.state ?? ""));
			if (lost !== void 0) end(job, "skipped", void 0, lost);
			else if (isEnded()) end(job, "cancelled");
			else if (running.size < parallel && job.dependsOn.every(isDone)) begin(job);
		}
		if (running.size === 0 && outcomes.size === jobs.length) break;
		if (running.size > 0) await Promise.race(running.values());
	}
	return jobs.flatMap(({ name }) => outcomes.get(name) ?? []);
};

// src/disk/size-memory.ts
const mb = 1e6;
const lookupDeadlineMs = 5e3;
const saveDeadlineMs = 1e4;
/** A name has room for these, and for no more than 512 characters in all. */
const mostImages = 60;
/** The service tells entries apart by path, too; RUNNER_TEMP is not the same on every runner. */
const path = "/tmp/slipway-size";
/** Targets whose images' sizes are kept, in an order that does not depend on Bake's. */
const toRemembered = (targets) => {
	return targets.filter(({ isWanted, tags }) => isWanted && tags.length > 0).toSorted((a, b) => compare(nameOf$1(a), nameOf$1(b)));
};
/** By code units, the same in every language; 0 for what is the same, as sorting wants it. */
const compare = (a, b) => Number(a > b) - Number(a < b);
const nameOf$1 = ({ tags: [tag] }) => toRepository(tag?.canonical ?? "");
/** The same images of one repository, whichever workflow builds them and whatever their tags are. */
const toPrefix = (repository, targets) => {
	const names = toRemembered(targets).map(nameOf$1);
	return `slipway-size-v2-${createHash("sha256").update([repository, ...names].join("\n")).digest("hex").slice(0, 16)}-`;
};
/** MB with three digits that count, rounded up, so that names stay short. */
const toMb = (bytes) => {
	const whole = Math.min(999e4, Math.max(1, Math.ceil(bytes / mb)));
	const step = 10 ** Math.max(0, `${whole}`.length - 3);
	return Math.ceil(whole / step) * step;
};
/** Such as `PREFIX7120-6200.950`: all together, and each. */
const toKey = (prefix, { totalBytes, each }) => `${prefix}${toMb(totalBytes)}-${each.map(toMb).join(".")}`;
const keyPattern = /^(slipway-size-v2-[0-9a-f]{16}-)([1-9][0-9]{0,6})-([1-9][0-9]{0,6}(?:\.[1-9][0-9]{0,6})*)(?:-[0-9a-f]{8})?$/;
/** The sizes that a name tells; undefined when it is not one that we would have given. */
const parseKey = (prefix, key, images) => {
	const [, start, total, list = ""] = keyPattern.exec(key) ?? [];
	const each = list.split(".").map((size) => Number(size) * mb);
	if (start !== prefix || each.length !== images) return void 0;
	return {
		totalBytes: Number(total) * mb,
		each
	};
};
/** So little is not worth another entry. */
const isNear = (a, b) => Math.abs(a.totalBytes - b.totalBytes) <= .05 * b.totalBytes;
const listener = new AsyncLocalStorage();
/**
* Runs `body` with all that it prints going to `hear`, and nothing that others print meanwhile.
* `@actions/cache` annotates the step with errors and warnings of its own, and prints the names of
* entries as they are, which could hold a command for the runner. Only masks go through.
*/
const overhear = (hear, body) => {
	for (const stream of [process.stdout, process.stderr]) divert(stream);
	return listener.run(hear, body);
};
const divert = (stream) => {
	const write = stream.write.bind(stream);
	stream.write = (chunk, ...rest) => {
		const hear = listener.getStore();
		if (hear === void 0) return write(chunk, ...rest);
		const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
		listener.run(void 0, () => {
			for (const line of text.trimEnd().split("\n")) if (line.startsWith("::add-mask::")) write(`${line}\n`);
			else hear(line);
		});
		return true;
	};
};
/** Gives up waiting at the deadline or when the step is cancelled; the work itself has no brake. */
const within = async (deadlineMs, signal, work) => {
	const settled = new AbortController();
	const lateness = timers.setTimeout(deadlineMs, void 0, { signal: AbortSignal.any([signal, settled.signal]) }).then(() => {
		throw new Error(`no answer within ${deadlineMs} ms`);
	});
	try {
		return await Promise.race([work, lateness]);
	} finally {
		settled.abort();
	}
};
/** Nothing here may fail or hold up a job: all that goes wrong is a line of the debug log. */
const askCache = async ({ debug, signal }, deadlineMs, ask) => {
	let isOver = false;
	const hear = (line) => {
		if (!isOver) debug(`Actions cache: ${line}`);
	};
	try {
		const work = overhear(hear, async () => ask(await import("./cache.js")));
		return await within(deadlineMs, signal, work);
	} catch (error) {
		debug(`Actions cache: ${renderError(error)}`);
		return;
	} finally {
		isOver = true;
	}
};
/** The sizes that the images had when they were built last; undefined when nobody remembers. */
const recallSizes = async (memory, targets) => {
	const { repository, debug } = memory;
	const { length } = toRemembered(targets);
	if (length === 0 || length > mostImages) return void 0;
	const prefix = toPrefix(repository, targets);
	const key = await askCache(memory, lookupDeadlineMs, (cache) => cache.restoreCache([path], prefix, [prefix], { lookupOnly: true }));
	const sizes = key === void 0 ? void 0 : parseKey(prefix, key, length);
	debug(`Size of the images last time: ${sizes === void 0 ? "unknown" : JSON.stringify(sizes)}`);
	return sizes;
};
/** Saves sizes for the next run, unless that would find nearly the same already. */
const rememberSizes = async (memory, targets, sizes, lastSizes) => {
	const { length } = toRemembered(targets);
	if (length === 0 || length > mostImages || sizes.each.length !== length) return;
	if (lastSizes !== void 0 && isNear(sizes, lastSizes)) return;
	const prefix = toPrefix(memory.repository, targets);
	const key = `${toKey(prefix, sizes)}-${randomBytes(4).toString("hex")}`;
	await askCache(memory, saveDeadlineMs, async (cache) => {
		await rm(path, { force: true });
		await writeFile(path, `${key}\n`, {
			flag: "wx",
			mode: 384
		});
		return cache.saveCache([path], key);
	});
	await rm(path, { force: true }).catch(() => void 0);
};

// src/facts/own-names.ts
/**
* Of images that nobody ever named. No registry can be meant: without a port, `localhost` is nobody's
* in a node.
*/
const nameless = {
	given: "localhost/slipway",
	canonical: "localhost/slipway"
};
/** Names that Docker or a step of ours keeps for itself. */
const isPrivate = ({ canonical }) => /^slipway\.invalid\/|^docker\.io\/library\/moby-dangling[:@]/.test(canonical);
const read$1 = (names) => (names ?? []).flatMap((name) => {
	const reference = parseImageReference(name);
	return typeof reference === "string" || isPrivate(reference) ? [] : [reference];
});
/** The names that Docker has for an image, tags before digests; else one that its content gives it. */
const toOwnNames = (image) => {
	const tags = read$1(image.RepoTags);
	if (tags.length > 0) return tags;
	const digests = read$1(image.RepoDigests);
	return digests.length > 0 ? digests : [toImmutable(nameless, image.Id)];
};
/** Whether Docker has an image without any name; with a name of ours it would lose it, too. */
const isNameless = (id, references) => references[0]?.canonical === toImmutable(nameless, id).canonical;
/** What a pod can use of an image that was given by its ID and has no name; undefined for others. */
const renderNameless = (id, references) => {
	const [name] = references;
	if (name === void 0 || !isNameless(id, references)) return void 0;
	return `${id} has no name in Docker; pods find it as ${name.given}.`;
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
/** Digests under the repositories that were asked for; other names of the image are not ours. */
const toDigestNames = (repoDigests, references) => {
	const repositories = new Set(references.map(({ canonical }) => toRepository(canonical)));
	return repoDigests.flatMap((text) => {
		const reference = parseImageReference(text);
		if (typeof reference === "string") return [];
		return repositories.has(toRepository(reference.canonical)) ? [reference.canonical] : [];
	});
};
/** Reads what the daemon says of an image. */
const toLocalImage = (inspected, references) => {
	const diffIds = inspected.RootFS.Layers ?? [];
	const chainIds = toChainIds(diffIds);
	const folders = foldersOf(inspected);
	return {
		references,
		id: inspected.Id,
		sizeBytes: inspected.Size,
		architecture: inspected.Architecture,
		digestNames: toDigestNames(inspected.RepoDigests ?? [], references),
		layers: diffIds.map((diffId, index) => ({
			diffId,
			chainId: chainIds[index] ?? "",
			folder: folders.length === diffIds.length ? folders[index] : void 0
		}))
	};
};
/** As Docker knows it; the beginning of an ID counts where nothing has it as its name. */
const inspectImage = async (ask, reference) => {
	const inspected = await ask(`/images/${reference.canonical}/json`);
	if (inspected !== void 0 || !couldBeId(reference)) return {
		reference,
		inspected,
		isById: isImageId(reference)
	};
	const digits = reference.given.replace(/^sha256:/, "");
	const other = await ask(`/images/${digits}/json`);
	const isIt = other?.Id.startsWith(`sha256:${digits}`) ?? false;
	return {
		reference,
		inspected: isIt ? other : void 0,
		isById: isIt
	};
};
const groupById = (found) => {
	const rows = found.flatMap(({ reference, inspected, isById }) => inspected === void 0 ? [] : [{
		inspected,
		names: isById ? toOwnNames(inspected) : [reference]
	}]);
	return [...Map.groupBy(rows, ({ inspected }) => inspected.Id).values()].flatMap((group) => {
		const [first] = group;
		const names = new Map(group.flatMap(({ names }) => names.map((name) => [name.canonical, name])));
		return first === void 0 ? [] : [toLocalImage(first.inspected, [...names.values()])];
	});
};
/**
* Finds images in the local store; several names of one image become one entry.
*
* @throws {Failure} naming the images that are not there
*/
const findImages = async (ask, references) => {
	const found = await Promise.all(references.map((reference) => inspectImage(ask, reference)));
	const missing = found.filter(({ inspected }) => inspected === void 0);
	if (missing.length > 0) {
		const names = missing.map(({ reference }) => reference.given).join(", ");
		throw new Failure(`Docker's local store does not have ${names}`, { remedy: "Build or pull it before this step; `docker image ls` shows what is there." });
	}
	return groupById(found);
};

// src/facts/built.ts
const everyRun = handoverRepository("");
const findMoved = async (ask, tags, id) => {
	return (await Promise.all(tags.map(async ({ given, canonical }) => {
		const other = await ask(`/images/${canonical}/json`);
		if (other?.Id === id) return [];
		const isOtherStep = (other?.RepoTags ?? []).some((name) => name.startsWith(everyRun));
		return [{
			given,
			id: other?.Id,
			isOtherStep
		}];
	}))).flat();
};
/**
* Finds what this step has just built, by the name that no other step gives to an image: what its
* tags point to may be somebody else's by now.
*
* @throws {Failure} when it is gone
*/
const findBuilt = async (ask, heldAs, tags) => {
	const inspected = await ask(`/images/${heldAs}/json`);
	if (inspected === void 0) {
		const names = tags.map(({ given }) => given).join(", ");
		throw new Failure(`Docker's local store no longer has ${names}, which was just built`, { remedy: "Does something beside this step remove images? Run it again." });
	}
	const image = {
		...toLocalImage(inspected, tags),
		heldAs
	};
	return {
		image,
		moved: await findMoved(ask, tags, image.id)
	};
};
const shorten$1 = (id) => id.slice(0, 19);
/** One warning for each tag that somebody else has given to another image meanwhile. */
const renderMoved = (id, { given, id: other, isOtherStep }) => {
	const who = isOtherStep ? "another Slipway step" : "something beside this step";
	const now = other === void 0 ? `${who} removed ${given} from Docker while this step was building it` : `${who} gave ${given} to another image (${shorten$1(other)}) while this step was building it`;
	return `${now.charAt(0).toUpperCase()}${now.slice(1)}. The nodes get the image that was built here (${shorten$1(id)}) as ${given}. Give jobs that share a Docker tags of their own.`;
};

// src/facts/sizes.ts
const digest = (text) => createHash("sha256").update(text).digest("hex");
/** Bytes of all steps, and of those that no image before this one had. */
const sumSteps = (history, seen) => {
	let chain = "";
	let allBytes = 0;
	let newBytes = 0;
	for (const { Created, CreatedBy, Size } of history.toReversed()) {
		chain = digest(JSON.stringify([
			chain,
			Created,
			CreatedBy,
			Size
		]));
		allBytes += Size;
		if (!seen.has(chain)) newBytes += Size;
		seen.add(chain);
	}
	return {
		allBytes,
		newBytes
	};
};
/**
* Sums what the histories tell. Steps that look the same from the lowest up are one layer.
*
* @param keepsBlobs whether the store keeps the compressed layers beside the unpacked ones, as
*   containerd's does; their size is that of the image, to which some versions of Docker add the
*   unpacked layers
*/
const sumSizes = (images, keepsBlobs) => {
	const seen = /* @__PURE__ */ new Set();
	let totalBytes = 0;
	const each = images.map(({ sizeBytes, history }) => {
		const { allBytes, newBytes } = sumSteps(history, seen);
		if (!keepsBlobs || allBytes === 0) {
			totalBytes += newBytes;
			return sizeBytes;
		}
		const blobBytes = sizeBytes > allBytes ? sizeBytes - allBytes : sizeBytes;
		totalBytes += newBytes + Math.round(blobBytes * newBytes / allBytes);
		return allBytes + blobBytes;
	});
	return {
		totalBytes,
		each
	};
};
/** Asks Docker what an image consists of, as long as it is there. */
const measureImage = async (ask, { id, sizeBytes }) => ({
	sizeBytes,
	history: await ask(`/images/${id}/history`) ?? []
});

// src/report/unloaded.ts
/** One sentence for those that were built here, one for the others. */
const renderUnloaded = (unloaded) => {
	const list = (isBuilt) => unloaded.flatMap((each) => each.isBuilt === isBuilt ? [each.names] : []).join(", ");
	const [built, given] = [list(true), list(false)];
	return [...built === "" ? [] : [`Built, not loaded: ${built}.`], ...given === "" ? [] : [`Not loaded: ${given}.`]];
};

// src/build/actions-cache.ts
/** An entry's words, as newer versions of buildx print it, a map, or as older ones do, in a line. */
const toWords = (entry) => typeof entry === "string" ? entry.split(",").map((word) => word.trim().replace(/^"|"$/g, "")) : Object.entries(entry ?? {}).map((pair) => pair.join("="));
const isOfActions = (words) => words.some((word) => /^type=gha$/i.test(word));
/** An address of the Bake file's own choice would be sent the run's token. */
const isElsewhere = (words) => words.some((word) => /^url(?:_v2)?\s*=/i.test(word));
/** A secret of the Bake file's could be the token itself, by the name of its variable. */
const namesToken = ({ definition }) => /ACTIONS_/.test(JSON.stringify(definition["secret"] ?? ""));
/**
* Whether a target's cache is GitHub's, for which BuildKit needs the run's own token. One build gets
* it for all of its entries, or for none.
*/
const usesActionsCache = (targets) => {
	const entries = targets.flatMap(({ definition }) => [definition["cache-from"], definition["cache-to"]]).flatMap((each) => Array.isArray(each) ? each.map(toWords) : []).filter(isOfActions);
	return entries.length > 0 && !entries.some(isElsewhere) && !targets.some(namesToken);
};

// src/build/argv.ts
const flag = (name, value) => value === void 0 ? [] : [name, value];
const flags$1 = (name, values) => values.flatMap((value) => [name, value]);
/** The arguments of `docker` for one build whose image ends up in the local store. */
const toBuildArgs = (build, metadataFile, secrets) => [
	"buildx",
	"build",
	"--progress=plain",
	"--load",
	"--provenance=false",
	...flag("--file", build.file),
	...flag("--target", build.target),
	...flags$1("--tag", build.tags.map(({ given }) => given)),
	...flags$1("--build-arg", build.buildArgs),
	...flags$1("--label", build.labels),
	...flags$1("--build-context", build.buildContexts),
	...flag("--network", build.network),
	...build.noCache ? ["--no-cache"] : [],
	...build.pull ? ["--pull"] : [],
	...flags$1("--ssh", build.ssh),
	...flags$1("--allow", build.allow),
	...flags$1("--secret", secrets.map(({ id, from }) => `id=${id},${from}`)),
	"--metadata-file",
	metadataFile,
	"--",
	build.context
];

// src/disk/plan-disk.ts
const largestOf$1 = (sizes) => Math.max(0, ...sizes);
const toBuildNeeds = ({ builder, filesystems }, sizes) => {
	const filesystem = findDockers(filesystems);
	const needs = [{
		kind: "images",
		bytes: sizes.totalBytes
	}];
	if (builder?.driver === "docker-container" && builder.isLocal) {
		needs.push({
			kind: "builder",
			bytes: sizes.totalBytes
		});
		needs.push({
			kind: "export",
			bytes: largestOf$1(sizes.each)
		});
	}
	return needs.map((need) => ({
		need,
		filesystem
	}));
};
const toLoaded$1 = ({ targets, images, lastSizes }) => [...toRemembered(targets).flatMap((target, index) => {
	const bytes = lastSizes?.each[index];
	return bytes === void 0 ? [] : [{
		repository: toRepository(target.tags[0]?.canonical ?? ""),
		bytes
	}];
}), ...images.map(({ references, sizeBytes }) => ({
	repository: toRepository(references[0]?.canonical ?? ""),
	bytes: sizeBytes
}))];
/**
* What a node that has other versions of some images lacks at least, and the largest that it lacks:
* of those that it has, perhaps nothing has changed.
*/
const findLacking = (facts, node) => {
	const there = new Set(facts.nodeImages.get(node)?.map(toRepository));
	const loaded = toLoaded$1(facts);
	const lacking = loaded.filter(({ repository }) => !there.has(repository));
	const sum = (all) => all.reduce((bytes, one) => bytes + one.bytes, 0);
	const totalBytes = facts.images.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0) + (facts.lastSizes?.totalBytes ?? 0);
	return {
		bytes: Math.max(0, totalBytes - (sum(loaded) - sum(lacking))),
		largestBytes: largestOf$1(lacking.map((one) => one.bytes))
	};
};
/** What a load writes into one node at least; links cost nothing that is worth counting. */
const toLoadNeeds = (facts, { node, choice }) => {
	const { filesystems } = facts;
	const { bytes, largestBytes } = findLacking(facts, node.name);
	if (bytes === 0) return [];
	const filesystem = findUse(filesystems, (use) => use.kind === "node" && use.name === node.name);
	const copies = (times) => ({
		need: {
			kind: "copies",
			node: node.name,
			bytes: times * bytes
		},
		filesystem
	});
	const isReachable = filesystem === findDockers(filesystems);
	switch (choice.kind) {
		case "folders": return choice.wanted === "copy" || !isReachable ? [copies(1)] : [];
		case "stream": return [copies(1)];
		case "kind": {
			const temp = findUse(filesystems, ({ kind }) => kind === "temp");
			return [copies(2), {
				need: {
					kind: "tar",
					bytes: largestBytes
				},
				filesystem: temp
			}];
		}
	}
};
const sumUp = (facts, needs, keep) => facts.filesystems.map((filesystem) => {
	const here = needs.filter((each) => each.filesystem === filesystem).map(({ need }) => need);
	const free = facts.freeable.filter(({ name, device }) => device === filesystem.device && !keep.includes(name));
	const isDockers = filesystem === findDockers(facts.filesystems);
	return {
		filesystem,
		needs: here,
		neededBytes: here.reduce((sum, { bytes }) => sum + bytes, 0),
		freeableBytes: free.reduce((sum, { typicalBytes }) => sum + typicalBytes, 0),
		heldBytes: isDockers ? facts.heldBytes : 0
	};
});
/**
* Sums up what builds and loads write where, from the sizes that the images had last time.
*
* @param keep names of the catalog's entries that must stay
*/
const planDisk = (facts, nodes, keep) => {
	const { lastSizes } = facts;
	const needs = [...lastSizes === void 0 ? [] : toBuildNeeds(facts, lastSizes), ...nodes.flatMap((node) => toLoadNeeds(facts, node))];
	return {
		sums: sumUp(facts, needs, keep),
		sizes: lastSizes
	};
};
/** Sizes are rounded, and images change a little: what is this close is tried. */
const tolerance = .95;
/** Nobody knows what of its part a builder has already. */
const isCertain = ({ kind }) => kind !== "builder" && kind !== "export";
/** True when not even all that could be freed would make room, should images be as they were. */
const cannotFit = ({ filesystem, needs, freeableBytes, heldBytes }) => {
	return needs.filter(isCertain).reduce((sum, { bytes }) => sum + bytes, 0) * tolerance > filesystem.freeBytes + freeableBytes + heldBytes;
};

// src/disk/explain.ts
const nameUse = (use) => {
	switch (use.kind) {
		case "docker": return "Docker's data";
		case "temp": return "the temp folder";
		case "node": return use.name;
	}
};
/** Such as `/var/lib/docker (Docker's data, kind-worker): 5.0 GB of 14 GB free, 812,000 i-nodes`. */
const renderFilesystem = (filesystem) => {
	const { path, uses, freeBytes, totalBytes, freeInodes, totalInodes } = filesystem;
	const names = uses.map(nameUse).join(", ");
	const inodes = totalInodes === 0 ? "" : `, ${freeInodes.toLocaleString("en")} i-nodes`;
	return `${path} (${names}): ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free${inodes}`;
};
const nameNeed = (need) => {
	switch (need.kind) {
		case "images": return "images";
		case "builder": return "the builder's own copies";
		case "export": return "one image on its way out of the builder";
		case "copies": return `copies in ${need.node}`;
		case "tar": return "one image's tar";
	}
};
const renderParts$1 = (needs) => needs.map((need) => `${nameNeed(need)} ${formatBytes(need.bytes)}`).join(" + ");
/** A filesystem with what it has to take. */
const renderSum = ({ filesystem, needs, neededBytes, freeableBytes }) => {
	const need = needs.length === 0 ? "" : `; needed: ${formatBytes(neededBytes)}`;
	const parts = needs.length < 2 ? "" : ` = ${renderParts$1(needs)}`;
	const may = freeableBytes === 0 ? "" : `; may be freed: about ${formatBytes(freeableBytes)}`;
	return `${renderFilesystem(filesystem)}${need}${parts}${may}`;
};
/** What would make room, most useful first. */
const findHelp = (sum, freeDisk, keep) => [
	...freeDisk === "never" ? ["let free-disk be auto on a hosted runner"] : [],
	...keep.length > 0 ? [`let free-disk-keep be empty (it protects ${keep.join(", ")})`] : [],
	...sum.needs.some(({ kind }) => kind === "copies") ? ["keep the nodes on the filesystem of Docker, where images are linked and not copied"] : [],
	...sum.needs.some(({ kind }) => kind === "builder") ? ["build with Docker's own builder, which keeps no second copy"] : [],
	"build fewer images in this job (targets), or smaller ones",
	"take a runner with a larger disk"
];
/**
* Says why the images cannot fit, as far as that is known before anything is built.
*
* @returns undefined when they may fit, or nobody knows how large they are
*/
const explainShortage = ({ sums, sizes }, freeDisk, keep) => {
	const short = sums.filter(cannotFit);
	const [first] = short;
	if (first === void 0) return void 0;
	const lines = short.map((sum) => {
		const has = [`${formatBytes(sum.filesystem.freeBytes)} free`];
		if (sum.freeableBytes > 0) has.push(`about ${formatBytes(sum.freeableBytes)} may be freed`);
		if (sum.heldBytes > 0) has.push(`${formatBytes(sum.heldBytes)} of images and build cache`);
		return `${renderFilesystem(sum.filesystem)}. Needed: ${formatBytes(sum.neededBytes)} (${renderParts$1(sum.needs)}); there is: ${has.join(" + ")}`;
	});
	return new Failure(`This cannot fit${sizes === void 0 ? "" : ", going by the sizes that the images had last time"}: ${lines.join("; ")}`, { remedy: `What would help: ${findHelp(first, freeDisk, keep).join("; ")}. If that is wrong, or the images have become smaller, run the job again: a second attempt goes ahead all the same.` });
};

// src/disk/fill.ts
/** Files are counted for this; the reason of a failure is worth some seconds. */
const deadlineMs$3 = 15e3;
const inTime = (work) => Promise.race([work, timers.setTimeout(deadlineMs$3, void 0, { ref: false })]).catch(() => void 0);
const renderParts = (parts) => parts.toSorted((a, b) => b.bytes - a.bytes).map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`).join(", ");
/** What Docker's data consists of, largest first. */
const renderUsage = (usage) => {
	const sum = (sizes = []) => sizes.reduce((all, size) => all + Math.max(0, size ?? 0), 0);
	const cache = usage.BuildCache?.filter(({ Shared }) => Shared !== true);
	return renderParts([
		{
			what: "images",
			bytes: usage.LayersSize ?? 0
		},
		{
			what: "build cache",
			bytes: sum(cache?.map(({ Size }) => Size))
		},
		{
			what: "containers",
			bytes: sum(usage.Containers?.map(({ SizeRw }) => SizeRw))
		},
		{
			what: "volumes, the nodes' too",
			bytes: sum(usage.Volumes?.map((v) => v.UsageData?.Size))
		}
	]);
};
/** What is asked first where several are on one filesystem. */
const order = [
	"docker",
	"node",
	"temp"
];
const duArgs = [
	"--one-file-system",
	"--max-depth=1",
	"--block-size=1",
	"--"
];
/** The largest folders of those that `du` prints, the last of which is all together. */
const parseDu = (printed) => printed.split("\n").flatMap((line) => {
	const [, bytes, what = ""] = /^(\d+)\t(.+)$/.exec(line) ?? [];
	return bytes === void 0 ? [] : [{
		what,
		bytes: Number(bytes)
	}];
}).slice(0, -1).toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
const askDocker = async (ask) => {
	const usage = await ask("/system/df");
	if (usage === void 0) return "";
	return `. Docker's data there: ${renderUsage(usage)} (a file that nodes share with Docker counts twice)`;
};
const askNode = async (api, facts, name) => {
	const node = facts.nodes.find((each) => each.name === name);
	const argv = [
		"du",
		...duArgs,
		containerdFolder
	];
	const parts = node && parseDu(await execute(api, node.containerId, argv, deadlineMs$3));
	return parts === void 0 || parts.length === 0 ? "" : `. Most of it: ${renderParts(parts)}`;
};
const askTemp = async ({ cancelled }, env, path) => {
	const command = {
		file: "du",
		args: [...duArgs, path],
		env,
		timeoutMs: deadlineMs$3
	};
	const { stdout } = await runCaptured({
		...command,
		signal: cancelled
	});
	const parts = parseDu(stdout);
	return parts.length === 0 ? "" : `. Most of it: ${renderParts(parts)}`;
};
/** What fills a filesystem, as the end of a sentence; nothing where nobody can say in time. */
const describeFill = async (api, facts, { uses, path }, env) => {
	const asked = (use) => {
		switch (use.kind) {
			case "docker": return askDocker(api.ask);
			case "node": return askNode(api, facts, use.name);
			case "temp": return askTemp(api, env, path);
		}
	};
	const [first] = uses.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
	return (first && await inTime(asked(first))) ?? "";
};

// src/disk/no-space.ts
/** Whoever says it: the daemon, BuildKit, a node, or a program in a build. */
const pattern = /no space left on device|\bENOSPC\b(?!: System limit)|disk quota exceeded/i;
const saysNoSpace = (text) => pattern.test(text);
const isNoSpace = (error) => saysNoSpace(renderError(error));
/** Full, or as good as: what was half done has been removed meanwhile. */
const isFull = ({ freeBytes, totalBytes, freeInodes, totalInodes }) => freeBytes < Math.max(.03 * totalBytes, 1e8) || totalInodes > 0 && freeInodes < .01 * totalInodes;
/** Looks once more, as what was found before the builds is no longer true. */
const lookAgain = async (api, facts, tempDir) => {
	const { filesystems } = await findFilesystems(api, facts, tempDir);
	return {
		filesystems,
		full: filesystems.filter(isFull)
	};
};
/** Nothing can be written: whatever failed just now failed for that, also where it says otherwise. */
const isChoked = ({ filesystems }) => filesystems.some(({ freeBytes, freeInodes, totalInodes }) => freeBytes < 32e6 || totalInodes > 0 && freeInodes < 100);
/**
* False when all have as much as a build should find: then a program in it meant something else,
* such as its shared memory, and nothing is said of disks.
*/
const couldBeFull = ({ filesystems, full }) => filesystems.length === 0 || full.length > 0 || filesystems.some(({ freeBytes }) => freeBytes < 16e9);
/** True when room on Docker's filesystem could help: it is full itself, or nobody knows which is. */
const couldHelp = ({ filesystems, full }) => {
	const dockers = findDockers(filesystems);
	return full.length === 0 || dockers !== void 0 && full.includes(dockers);
};
const remedies = {
	docker: "Build fewer or smaller images in this job, free the disk before this step (`docker system prune`, `docker buildx prune`), or take a runner with a larger one.",
	node: "Remove images from the node (`docker exec NODE crictl rmi --prune`), give its /var a larger filesystem, or keep it on Docker's, where images are linked.",
	temp: "Give RUNNER_TEMP a folder with more room, or let load-mode be auto, which needs none there."
};
/**
* What to say of something that did not fit: where it was full, and what fills it.
*
* @param tried what was done to make room, or why nothing was
*/
const explainNoSpace = async ({ api, facts, env }, error, { filesystems, full }, tried) => {
	const fullest = filesystems.toSorted((a, b) => a.freeBytes - b.freeBytes).slice(0, 1);
	const shown = full.length > 0 ? full : fullest;
	const lines = await Promise.all(shown.map(async (one) => renderFilesystem(one) + await describeFill(api, facts, one, env)));
	const where = full.length > 0 ? "Full:" : "Now, without what was half done:";
	const what = error instanceof Error ? error.message : String(error);
	const kinds = shown[0]?.uses.map(({ kind }) => kind) ?? [];
	const kind = [
		"docker",
		"node",
		"temp"
	].find((each) => kinds.includes(each)) ?? "docker";
	return new Failure(`${what.replace(/\.$/, "")}. ${where} ${lines.join("; ")}. ${tried}`, {
		cause: error,
		remedy: remedies[kind]
	});
};

// src/build/failed-step.ts
/** ` > [worker build 2/3] RUN make:`, above the last lines of its output. */
const headerPattern = /^ > (?:\[[^\]]*\] )?(.*):$/;
/** `#12 0.52 text`, as the step's own lines come; `#12 ERROR: ...` is BuildKit's. */
const ownLine = /^#(\d+) \d+\.\d+ (.*)$/;
const errorLine = /^#(\d+) ERROR: /;
/** Of a step that runs beside others, all lines that it printed; BuildKit repeats only the last. */
const findOutput = (log) => {
	const number = log.map((line) => errorLine.exec(line)?.[1]).find((found) => found !== void 0);
	return log.flatMap((line) => {
		const [, of, text = ""] = ownLine.exec(line) ?? [];
		return of !== void 0 && of === number ? [text] : [];
	});
};
/** Finds the step that failed; undefined where none was run, as with a mistake in the Dockerfile. */
const findFailedStep = (log) => {
	const header = log.findLast((line) => headerPattern.test(line));
	const instruction = headerPattern.exec(header ?? "")?.[1];
	if (instruction === void 0 || instruction.startsWith("[internal]")) return void 0;
	return {
		instruction,
		output: findOutput(log)
	};
};
const rule = "--------------------";
/** `worker.Dockerfile:3`, above the lines that BuildKit quotes between two rules. */
const findFailedPlace = (log) => {
	const end = log.lastIndexOf(rule);
	const start = end > 0 ? log.lastIndexOf(rule, end - 1) : -1;
	const above = start > 0 ? log[start - 1] ?? "" : "";
	const colon = above.lastIndexOf(":");
	const [file, line] = [above.slice(0, colon), above.slice(colon + 1)];
	if (colon < 1 || !/^\d{1,7}$/.test(line)) return void 0;
	const marked = log.slice(start, end).find((text) => /^ *\d+ \| >>>/.test(text));
	return {
		file,
		line: Number(marked?.trim().split(" ", 1)[0] ?? line)
	};
};
/** Words with which programs begin what went wrong, most telling first. */
const tellingWords = [
	/^\S{1,200}[:(]\d+\S{0,20}: (fatal )?error\b/i,
	/(^|\s)(fatal )?error(\[\w{1,20}\])?: /i,
	/^(Uncaught )?[\w.]{0,100}(Error|Exception|Panic)\b(: |$)/,
	/^(E: |ERR!|npm (error|ERR!) |fatal: |panic: |ERROR\b|Err:)/,
	/^\S{1,200}:\d+:\d+: /,
	/\b(no such file or directory|not found|permission denied|cannot |could not |failed|denied)\b/i
];
/** Programs that only pass on that another one failed. */
const isPassedOn = (line) => /^(g?make(\[\d+\])?: \*\*\*|ninja: build stopped|npm (error|ERR!) (code|path|command|A complete log)|error: could not compile|The command .* returned)/i.test(line);
/** Longer lines are data that a program dumped, and patterns need not go through all of them. */
const longestTold = 500;
/** The line that says what went wrong: the first of the most telling kind, else the last one. */
const findCause = (output) => {
	const lines = output.map((line) => line.slice(0, longestTold).trim()).filter((line) => line !== "");
	const own = lines.filter((line) => !isPassedOn(line));
	for (const pattern of tellingWords) {
		const found = own.find((line) => pattern.test(line));
		if (found !== void 0) return found;
	}
	return own.at(-1) ?? lines.at(-1);
};

// src/build/explain.ts
/** BuildKit's last word, without what each layer of it has put before. */
const findReason = (log) => log.findLast((text) => text.startsWith("ERROR: "))?.replace(/^ERROR: (failed to build: )?(failed to solve: )?/, "").replace(/^failed to compute cache key: /, "").replace(/failed to calculate checksum of ref \S+: /, "").trim();
/** 128 and SIGKILL's 9, as BuildKit and programs that start others tell it. */
const wasKilled = /\bexit code: 137\b|\bsignal: killed\b/;
/** The docker driver's and the exporter's own words. */
const hasSeveralPlatforms = /exporting manifest lists|Multi-platform build is not supported/;
const platformsRemedy = "Docker's store here holds an image for one platform: set that alone (bake-set: TARGET.platform=linux/amd64), or use Docker's containerd image store.";
const usualRemedy = "The build log above has all that the step printed.";
const killedRemedy = "Something of it was killed, mostly by the kernel as memory ran out; the last line of this job's post step counts such kills. Build fewer images at once (parallel: 1), have the step use less, or take a larger runner.";
const remedyFor$1 = (reason) => {
	if (hasSeveralPlatforms.test(reason)) return platformsRemedy;
	return wasKilled.test(reason) ? killedRemedy : usualRemedy;
};
/** Longer ones are heredocs and chains of commands; the place says where all of it is. */
const longestInstruction = 80;
const shorten = (text) => text.length <= longestInstruction ? text : `${text.slice(0, 77).trimEnd()}...`;
/**
* A build that failed, said in one line: the image, the instruction, and the line of its output that
* says why. The annotation is at the Dockerfile's line.
*/
const explainBuildFailure = ({ name, dockerfile }, code, log) => {
	const reason = findReason(log) ?? `exit code ${code ?? "none (ended by a signal)"}`;
	const step = findFailedStep(log);
	const found = findFailedPlace(log);
	const place = found && {
		file: dockerfile ?? found.file,
		line: found.line
	};
	const exitCode = /did not complete successfully: exit code: (\d+)/.exec(reason)?.[1];
	const cause = exitCode === void 0 ? reason : findCause(step?.output ?? []);
	const full = log.some(saysNoSpace) && !saysNoSpace(cause ?? "") ? ": no space left on device" : "";
	const what = step === void 0 ? "the build" : shorten(step.instruction);
	const ending = exitCode === void 0 ? "failed" : `exited with ${exitCode}`;
	const told = cause === void 0 ? "" : `: ${toLine(cause)}`;
	const at = place === void 0 ? "" : `${place.file}:${place.line}. `;
	return new Failure(neutralise(toLine(`${name}: ${what} ${ending}`) + told + full), {
		remedy: neutralise(`${at}${remedyFor$1(reason)}`),
		place: dockerfile === void 0 ? void 0 : place
	});
};

// src/build/metadata.ts
const digestPattern = /^sha256:[a-f0-9]{64}$/;
/** `image.name` lists all names of an image, separated by commas. */
const withoutName = (json, name) => json.replace(`,${name}"`, "\"").replace(`"${name}"`, "\"\"");
/**
* Reads buildx's metadata file; a digest that is none is left out.
*
* @param handover a name of the image that is nobody else's business
*/
const parseMetadata = (text, handover) => {
	const parsed = JSON.parse(text);
	const digestOf = (key) => {
		const value = parsed?.[key];
		return typeof value === "string" && digestPattern.test(value) ? value : void 0;
	};
	const digest = digestOf("containerimage.digest");
	return {
		imageId: digestOf("containerimage.config.digest") ?? digest,
		digest,
		json: handover === void 0 ? text.trim() : withoutName(text.trim(), handover)
	};
};

// src/host/way-in.ts
/** Where the docker command looks for its plugins, after its own folder. */
const pluginFolders = [
	"local/lib",
	"local/libexec",
	"lib",
	"libexec"
].map((folder) => `/usr/${folder}/docker/cli-plugins`);
const isProgram = (path) => {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
};
/** Neither a script, which may do anything with its input, nor a snap, which is shut in. */
const isPlain = (path) => {
	try {
		const real = realpathSync(path);
		const fd = openSync(real, "r");
		const head = Buffer.alloc(4);
		try {
			readSync(fd, head);
		} finally {
			closeSync(fd);
		}
		return head.toString("latin1") === "ELF" && basename(real) !== "snap";
	} catch {
		return false;
	}
};
/** Further folders, which come first. */
const readPluginFolders = (dockerFolder) => {
	try {
		const folders = JSON.parse(readRegularFile(join(dockerFolder, "config.json")).toString()).cliPluginsExtraDirs;
		return Array.isArray(folders) ? folders.filter((each) => typeof each === "string") : [];
	} catch {
		return [];
	}
};
/** What runs when we run `docker buildx`, as far as that is known. */
const findPrograms = (env) => {
	const docker = (env["PATH"] ?? "").split(":").map((folder) => join(folder, "docker")).find((file) => !isAbsolute(file) || isProgram(file));
	const own = dockerFolderOf(env);
	const buildx = [...own === void 0 ? [] : [...readPluginFolders(own), join(own, "cli-plugins")], ...pluginFolders].map((folder) => join(folder, "docker-buildx")).find(isProgram);
	return buildx === void 0 ? [docker] : [docker, buildx];
};
/** Whether there is nothing between us and buildx that anybody could have written. */
const isDirect = ({ command }) => findPrograms(command([]).env).every((file) => file !== void 0 && isPlain(file));
const timeoutMs$4 = 2e4;
/** Has buildx read a file that holds no secret, in the way in which it is to read secrets. */
const arrives = async (docker, way) => {
	const name = `probe-${randomBytes(8).toString("hex")}`;
	const fd = openMemoryFile(Buffer.from(JSON.stringify({ target: { [name]: {} } })));
	try {
		const args = [
			"buildx",
			"bake",
			"--print",
			`--file=${toPath(way, fd)}`,
			"--",
			name
		];
		const { code, stdout } = await docker.try(args, {
			timeoutMs: timeoutMs$4,
			stdin: { fd }
		});
		return code === 0 && stdout.includes(`"${name}"`);
	} finally {
		closeSync(fd);
	}
};
/** The path by which a child opens a descriptor of ours. */
const toPath = (way, fd) => way === "stdin" ? "/dev/stdin" : `/proc/${process.pid}/fd/${fd}`;
/**
* Finds out how a file in memory reaches buildx. What stands before docker, such as a script on the
* PATH, may close its standard input, and a secret would be empty without a word; or run it as
* another user or in a container, where our descriptors are not to be seen.
*
* @returns undefined where there is no way
*/
const findWayIn = async (docker) => {
	if (isDirect(docker) || await arrives(docker, "stdin")) return "stdin";
	return await arrives(docker, "descriptor") ? "descriptor" : void 0;
};
const variable = "SLIPWAY_PROBE";
/**
* The same for the environment.
*
* @param tempDir a folder of the step's own
*/
const passesEnvironment = async (docker, tempDir) => {
	if (isDirect(docker)) return true;
	const value = randomBytes(8).toString("hex");
	const file = join(tempDir, "probe.hcl");
	writeFileSync(file, `variable "${variable}" { default = "" }\n${`target "probe" { args = { VALUE = ${variable} } }`}\n`, { mode: 384 });
	const args = [
		"buildx",
		"bake",
		"--print",
		`--file=${file}`,
		"--",
		"probe"
	];
	const { code, stdout } = await docker.try(args, {
		timeoutMs: timeoutMs$4,
		env: { [variable]: value }
	});
	return code === 0 && stdout.includes(value);
};

// src/build/secret-channel.ts
/** Linux takes no longer variable (MAX_ARG_STRLEN), and its name is part of it. */
const longestVariable = 131008;
/** A variable is text without NUL: other bytes would arrive as others, or cut. */
const requireText = ({ id, value }) => {
	const bytes = value.exposeBytes();
	const isText = Buffer.from(value.expose(), "utf8").equals(bytes) && !bytes.includes(0);
	if (isText && bytes.length < longestVariable) return;
	throw new Failure(`The secret ${id} is ${isText ? "too long" : "no text"}, and can reach the build through a file in memory alone`, { remedy: "Give the runner a /dev/shm with room, and put the docker program itself on the PATH." });
};
const byEnvironment = (secrets) => {
	secrets.forEach(requireText);
	const named = secrets.map(({ id, value }, index) => {
		return {
			id,
			variable: `SLIPWAY_SECRET_${index}`,
			value: value.expose()
		};
	});
	return {
		sources: named.map(({ id, variable }) => ({
			id,
			from: `env=${variable}`
		})),
		stdinFd: void 0,
		env: Object.fromEntries(named.map(({ variable, value }) => [variable, value]))
	};
};
const byMemory = (secrets, fds, way) => ({
	sources: secrets.map(({ id }, index) => ({
		id,
		from: `src=${toPath(index === 0 ? way : "descriptor", fds[index] ?? -1)}`
	})),
	stdinFd: way === "stdin" ? fds[0] : void 0,
	env: {}
});
const openAll = (secrets, fds) => {
	try {
		for (const { value } of secrets) fds.push(openMemoryFile(value.exposeBytes()));
		return;
	} catch (error) {
		return `anonymous files in memory do not work here (${error.message})`;
	}
};
const openChannel = async (secrets, fds, { docker, tempDir, tell }) => {
	if (secrets.length === 0) return {
		sources: [],
		stdinFd: void 0,
		env: {}
	};
	const flaw = openAll(secrets, fds);
	const way = flaw === void 0 ? await findWayIn(docker) : void 0;
	if (way !== void 0) return byMemory(secrets, fds, way);
	const why = flaw ?? "the docker on the PATH is no program, and hands no file in memory on";
	if (!await passesEnvironment(docker, tempDir)) throw new Failure(`No secret can reach the build: ${why}, nor its environment`, { remedy: "Put the docker program itself on the PATH, before what stands for it." });
	const channel = byEnvironment(secrets);
	tell(`Secrets reach buildx through its environment, as ${why}.`);
	return channel;
};
/**
* Runs `body` with a way for secrets to reach one build. Each is an anonymous file in memory: the
* first is the child's standard input, the others stay open in our own process. BuildKit opens the
* path anew for every RUN that mounts it, so a pipe would be empty from the second on
* (moby/buildkit#2880), and Node's own piped stdin is a socket, which cannot be opened at all
* (nodejs/node#21941).
*
* @throws {Failure} when a secret would not arrive as it is
*/
const withSecretChannel = async (secrets, options, body) => {
	const fds = [];
	try {
		return await body(await openChannel(secrets, fds, options));
	} finally {
		for (const fd of fds) closeSync(fd);
	}
};

// src/build/build-image.ts
/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 216e5;
/** Enough of the log's end to name the step that failed. */
const keptLines = 2e3;
const keptLength = 1e4;
/** Bake's own check stays on, beside ours; and paths mean what they meant when they were checked. */
const bakeEnv = {
	BUILDX_BAKE_ENTITLEMENTS_FS: "1",
	BUILDX_BAKE_FILE_RELATIVE_PATHS: "0"
};
/** The command, once the files that it reads are there. They hold names of secrets, never a value. */
const prepare = ({ target, tempDir, cacheEnv }, { sources }, metadataFile) => {
	const { source } = target;
	if (source.kind === "own") return {
		args: toBuildArgs(source.build, metadataFile, sources),
		env: {}
	};
	const file = join(tempDir, `bake-${target.name}.json`);
	writeFileSync(file, JSON.stringify(toBakeFile(target, source.targets, sources)), { mode: 384 });
	return {
		args: toBakeArgs(file, target.name, source.targets, metadataFile, sources),
		env: {
			...bakeEnv,
			...usesActionsCache(source.targets) && cacheEnv
		}
	};
};
/**
* BuildKit's words in the containerd store for two builds that make one name at the same time. All
* is built by then.
*/
const isNameRace = (error) => error instanceof Failure && /\bimage "[^"]+": already exists/.test(error.message);
/** Once the name is there, nobody fails on it; it may be removed and made again. */
const nameTries = 4;
const runBuild = async (docker, order, channel, metadataFile, onLine) => {
	const tail = [];
	const { args, env } = prepare(order, channel, metadataFile);
	const { code } = await docker.follow(args, (line) => {
		tail.push(line.slice(0, keptLength));
		if (tail.length > keptLines) tail.shift();
		onLine(line);
	}, {
		cwd: order.workspace,
		timeoutMs: buildTimeoutMs,
		env: {
			...env,
			...channel.env
		},
		...channel.stdinFd !== void 0 && { stdin: { fd: channel.stdinFd } }
	});
	if (code !== 0) throw explainBuildFailure({
		name: order.target.name,
		dockerfile: order.dockerfile
	}, code, tail);
};
/** It holds the provenance of each target, where an option of buildx has that. */
const largestMetadata = 16e6;
const readMetadata = (file) => readRegularFile(file, largestMetadata).toString("utf8");
/** Bake writes down all that it built, by name. */
const pickMetadata = ({ name, source }, text) => source.kind === "own" ? text : JSON.stringify(JSON.parse(text)[name]);
/**
* Builds one image into the local store, with its output passed on line by line. Secrets are in
* memory and exist nowhere else.
*
* @param warn hears where that is not possible
* @throws {Failure} naming the Dockerfile's step that failed
*/
const buildImage = async (docker, order, onLine, warn) => {
	const { target, tempDir } = order;
	const part = target.source.kind === "own" ? "build" : target.name;
	const metadataFile = join(tempDir, `${part}-metadata.json`);
	const build = (each) => withSecretChannel(order.secrets, {
		docker,
		tempDir,
		tell: warn
	}, (channel) => runBuild(docker, each, channel, metadataFile, onLine));
	const again = {
		...order,
		target: toCached(target)
	};
	for (let tries = 1;; tries += 1) try {
		await build(tries === 1 ? order : again);
		break;
	} catch (error) {
		if (tries === nameTries || !isNameRace(error)) throw error;
		onLine("Another build gave an image that name at the same moment; trying once more.");
	}
	try {
		return parseMetadata(pickMetadata(target, readMetadata(metadataFile)), target.handover);
	} catch (cause) {
		throw new Failure("The build ended well, but buildx left no metadata that can be read", {
			cause,
			remedy: "Slipway needs buildx 0.13 or newer; see `docker buildx version`."
		});
	}
};

// src/build/outline.ts
/** It takes a quarter of a second, but it may ask registries. */
const deadlineMs$2 = 1e4;
/** Nothing is written; whether the files may be read was checked when they were found. */
const env = {
	BUILDX_BAKE_FILE_RELATIVE_PATHS: "0",
	BUILDX_BAKE_ENTITLEMENTS_FS: "0"
};
/** The words of a target that decide what its Dockerfile means; nothing of what it would write. */
const outlined = [
	"context",
	"dockerfile",
	"dockerfile-inline",
	"target",
	"args"
];
/** In place of other targets, which an outline cannot have: their secrets are told of themselves. */
const withoutTargets = (contexts, emptyFolder) => Object.fromEntries(Object.entries(contexts ?? {}).map(([name, context]) => [name, String(context).startsWith("target:") ? emptyFolder : String(context)]));
const ofOwn = (build) => {
	const nothing = {
		tags: [],
		labels: [],
		ssh: [],
		allow: [],
		network: void 0
	};
	const asked = {
		...build,
		...nothing,
		noCache: false,
		pull: false
	};
	const [command = "", subcommand = "", ...rest] = toBuildArgs(asked, "", []);
	return [
		command,
		subcommand,
		"--call=outline,format=json",
		...rest.filter((flag) => !/^(?:--load|--progress=.*|--provenance=.*|--metadata-file|)$/.test(flag))
	];
};
const ofBake = (name, { definition }, { tempDir }) => {
	const emptyFolder = join(tempDir, "empty");
	mkdirSync(emptyFolder, { recursive: true });
	const words = outlined.flatMap((word) => word in definition ? [[word, definition[word]]] : []);
	const contexts = withoutTargets(definition["contexts"], emptyFolder);
	const target = { [name]: {
		...Object.fromEntries(words),
		contexts
	} };
	const file = join(tempDir, `outline-${name}.json`);
	writeFileSync(file, JSON.stringify({ target }), { mode: 384 });
	return [
		"buildx",
		"bake",
		"--call=outline,format=json",
		`--file=${file}`,
		"--",
		name
	];
};
const toMounts = ({ secrets = [] }) => secrets.map(({ name, location }) => ({
	id: name,
	line: location?.ranges?.[0]?.start.line ?? 1
}));
/**
* Asks BuildKit which secrets a build mounts, of the stages that it needs alone and with all variables
* put in. Its bases have to be there.
*
* @returns undefined where nobody answers: buildx before 0.15 (0.16 for Bake), or a base is missing
*/
const askForSecrets = async (docker, { name, source }, place) => {
	try {
		const [first] = source.kind === "bake" ? source.targets : [];
		const args = source.kind === "own" ? ofOwn(source.build) : first && ofBake(name, first, place);
		if (args === void 0) return void 0;
		const { workspace: cwd } = place;
		const { code, stdout } = await docker.try(args, {
			cwd,
			env,
			timeoutMs: deadlineMs$2
		});
		if (code !== 0) return void 0;
		const answer = JSON.parse(stdout);
		return toMounts(source.kind === "own" ? answer : answer.target[name].outline);
	} catch {
		return;
	}
};

// src/build/warnings.ts
/** Ids of the secrets that a target of Bake's has of its own. */
const ownIds = (source) => {
	const secrets = source.kind === "own" ? [] : source.targets[0]?.definition["secret"];
	return (Array.isArray(secrets) ? secrets : []).flatMap((secret) => {
		if (typeof secret === "string") return /(?:^|,)id=([^,]+)/.exec(secret)?.[1] ?? [];
		const { id } = secret ?? {};
		return typeof id === "string" ? [id] : [];
	});
};
const toWarnings = (mounts, isPassed, dockerfile) => mounts.filter(({ id }) => !isPassed(id)).map(({ id, line }) => ({
	message: `A RUN mounts the secret \`${id}\`, which is not given: that step finds no file there.`,
	place: dockerfile === void 0 ? void 0 : {
		file: dockerfile,
		line
	}
}));
/**
* Secrets that a build mounts and does not get. BuildKit is asked where there may be any; where it does
* not answer, what the Dockerfile says for certain counts.
*
* @param passed ids of the secrets that the build gets from us
*/
const findSecretWarnings = async (docker, target, place, passed) => {
	const { source } = target;
	const files = toBuildFiles(source, place.workspace);
	const { certain, all } = findSecretMounts(readDockerfile(files), toBuildWords(source));
	const ids = /* @__PURE__ */ new Set([...passed, ...ownIds(source)]);
	const isPassed = (id) => ids.has(id);
	if (all.every(({ id }) => isPassed(id))) return [];
	const told = await askForSecrets(docker, target, place);
	return toWarnings(told ?? certain, isPassed, files.dockerfile);
};
/** actions/checkout leaves a token in .git/config unless persist-credentials is false. */
const findPersisted = async ({ source }, workspace) => {
	const files = toBuildFiles(source, workspace);
	if (files.folder === void 0) return [];
	const file = join(files.folder, ".git", "config");
	const at = (readQuietly$1(file)?.split("\n") ?? []).findIndex((line) => /^\s*extraheader\s*=\s*authorization:/i.test(line));
	if (at < 0) return [];
	const { isIgnored } = await import("./ignored.js");
	if (isIgnored(".git/config", files)) return [];
	return [{
		message: "The build context holds checkout's credentials (.git/config). Set persist-credentials: false on actions/checkout, or put .git into .dockerignore.",
		place: {
			file,
			line: at + 1
		}
	}];
};

// src/workshop.ts
/**
* Times a stage and enters it into the report, also when it fails or is cut off.
*
* @param signal ends the stage
*/
const timed$1 = async (shop, name, body, signal = shop.signal) => {
	shop.signal.throwIfAborted();
	const started = performance.now();
	let ending = "done";
	try {
		return await body();
	} catch (error) {
		ending = signal.aborted ? "cancelled" : "failed";
		throw error;
	} finally {
		const durationMs = Math.round(performance.now() - started);
		const stage = {
			name: ending === "done" ? name : `${name} (${ending})`,
			durationMs
		};
		shop.update((report) => ({
			...report,
			stages: [...report.stages, stage]
		}));
		const how = ending === "done" ? "" : `${ending} after `;
		shop.runner.line(`${name}: ${how}${formatDuration(durationMs)}`);
	}
};

// src/make/with-room.ts
/** Frees what may go; tells what came of it, and whether it is worth another try. */
const makeRoom = async ({ shop: { moreRoom } }, state, sinceMs) => {
	if (moreRoom.objection !== void 0) return {
		isWorthIt: false,
		tried: moreRoom.objection
	};
	if (!couldHelp(state)) return {
		isWorthIt: false,
		tried: "Nothing was freed, as nothing that may go is on it"
	};
	const bytes = await moreRoom.make(sinceMs);
	if (bytes === 0) return {
		isWorthIt: false,
		tried: "There was nothing more that could be freed"
	};
	return {
		isWorthIt: true,
		tried: `Freeing ${formatBytes(bytes)} more was not enough`
	};
};
/**
* Does something that writes to disks. When they are full, more is freed where that is allowed, and
* it is done once more.
*
* @throws {Failure} that names the full filesystem and what fills it
*/
const withRoom = async (bench, body) => {
	const { shop, api, signal } = bench;
	const hands = {
		api,
		facts: shop.facts,
		env: shop.childEnv
	};
	const explain = async (error, tried) => explainNoSpace(hands, error, await lookAgain(api, shop.facts, shop.tempRoot), tried);
	const sinceMs = performance.now();
	try {
		return await body();
	} catch (error) {
		if (signal.aborted) throw error;
		const state = await lookAgain(api, shop.facts, shop.tempRoot).catch(() => void 0);
		if (state === void 0) throw error;
		if (!isChoked(state) && !(isNoSpace(error) && couldBeFull(state))) throw error;
		const { isWorthIt, tried } = await makeRoom(bench, state, sinceMs);
		if (!isWorthIt) throw await explain(error, tried);
		if (signal.aborted) throw error;
		shop.runner.line(`${renderError(error)} Trying once more.`);
		return body().catch(async (again) => {
			throw isNoSpace(again) ? await explain(again, tried) : again;
		});
	}
};

// src/make/build-target.ts
/** Never fails, and is soon over: it goes on beside the build. */
const warn = async (bench, target, ids) => {
	const { shop, docker } = bench;
	const { workspace, runner } = shop;
	const found = await Promise.allSettled([findSecretWarnings(docker, target, shop, ids), findPersisted(target, workspace)]);
	for (const { message, place } of found.flatMap((each) => each.status === "fulfilled" ? each.value : [])) runner.warning(message, place && {
		file: relative(workspace, place.file),
		line: place.line
	});
};
const takeSecrets = async ({ shop }) => {
	const { inputs, token } = shop;
	const value = inputs.credentials.kind === "app" && !token.isTaken() ? await timed$1(shop, "Mint token", token.take) : await token.take();
	return [...value === void 0 ? [] : [{
		id: inputs.secretId,
		value
	}], ...inputs.secrets];
};
/**
* Builds one target, with the token and the step's secrets at hand.
*
* @throws {Failure} saying which step failed, or what is full
*/
const buildTarget = async (bench, target) => {
	const { shop, step, docker } = bench;
	const { inputs, runner, tempDir, workspace, cacheEnv } = shop;
	const tokenIds = inputs.credentials.kind === "none" ? [] : [inputs.secretId];
	const warned = warn(bench, target, [...tokenIds, ...inputs.secrets.map(({ id }) => id)]);
	const file = toBuildFiles(target.source, workspace).dockerfile;
	const dockerfile = file && relative(workspace, file);
	const prefix = step.targets.length > 1 ? `${target.name} | ` : "";
	return withRoom(bench, async () => {
		const order = {
			target,
			secrets: await takeSecrets(bench),
			tempDir,
			workspace,
			cacheEnv,
			dockerfile
		};
		const build = () => runner.fenced((onLine) => buildImage(docker, order, (line) => onLine(prefix + line), runner.warning));
		return timed$1(shop, `Build ${target.name}`, build, bench.signal);
	}).finally(() => warned);
};

// src/make/failures.ts
const toProblems = (outcomes) => outcomes.flatMap(({ name, state, error }) => state === "failed" ? [{
	name,
	error
}] : []);
const placeOf = ({ error }) => error instanceof Failure ? error.place : void 0;
/** A build that failed begins with its own name. */
const renderProblem = ({ name, error }) => {
	const text = renderError(error);
	return text.startsWith(`${name}: `) ? text : `${name}: ${text}`;
};
/** Annotates all but the first, whose place is that of the step's own error. */
const annotateOthers = (problems, { error }) => {
	for (const problem of problems.slice(1)) {
		const place = placeOf(problem);
		if (place !== void 0) error(renderProblem(problem), place);
	}
};
/** What others' failures left undone. */
const renderUndone = (outcomes, unloaded) => {
	const skipped = outcomes.flatMap(({ name, state, because }) => state === "skipped" ? [because === void 0 ? name : `${name} (needs ${because})`] : []);
	const cancelled = outcomes.flatMap(({ name, state }) => state === "cancelled" ? [name] : []);
	return [
		...skipped.length > 0 ? [`Not built: ${skipped.join(", ")}.`] : [],
		...cancelled.length > 0 ? [`Cancelled: ${cancelled.join(", ")}.`] : [],
		...renderUnloaded(unloaded)
	];
};
/**
* One error for all that went wrong, the causes first, then what came of them; the only one is told
* as it is.
*
* @param problems of builds and loads
* @param among how many images it was about
*/
const toFailure$1 = (problems, among, outcomes, unloaded) => {
	const [first] = problems;
	if (first === void 0 || among === 1) return first?.error;
	const mark = problems.length === 1 ? "" : "- ";
	const causes = problems.map((problem) => `${mark}${renderProblem(problem)}`);
	const rest = [`${problems.length} of ${among} images failed.`, ...renderUndone(outcomes, unloaded)].join(" ");
	return new Failure([...causes, rest].join("\n"), { place: placeOf(first) });
};

// src/make/handover.ts
/** GitHub ends jobs on self-hosted runners after five days, and all others sooner. */
const longestJobMs = 432e6;
/**
* True for a name that no step can be using any more, as its machine died before post could run. Who does
* not know the time writes one of the year 1.
*/
const isLeftOver = (lastTagTime, nowMs) => {
	const taggedMs = Date.parse(lastTagTime ?? "");
	return taggedMs > 0 && nowMs - taggedMs > longestJobMs;
};
const findLeftOvers = async ({ ask }) => {
	const everyRun = handoverRepository("");
	const ours = (await ask(`/images/json?filters=${encodeURIComponent(JSON.stringify({ reference: [`${everyRun}*`] }))}`) ?? []).flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => name.startsWith(everyRun));
	const inspected = await Promise.all(ours.map((name) => ask(`/images/${name}/json`)));
	const now = Date.now();
	return ours.filter((_, index) => isLeftOver(inspected[index]?.Metadata?.LastTagTime, now));
};
/**
* Gives an image a name that only this run uses. Its own names may be given to another one at any
* moment, and Docker's containerd store drops an image with its last name.
*
* @throws {Failure} when Docker has it no more
*/
const holdImage = async ({ ask, tell }, runId, image) => {
	const repository = handoverRepository(runId);
	const tag = image.id.replace(/^sha256:/, "").slice(0, 32);
	const name = `${repository}:${tag}`;
	await tell("POST", `/images/${image.id}/tag?repo=${encodeURIComponent(repository)}&tag=${tag}`);
	if ((await ask(`/images/${name}/json`))?.Id === image.id) return {
		...image,
		heldAs: name
	};
	const names = image.references.map(({ given }) => given).join(", ");
	throw new Failure(`Docker no longer has the image that ${names} was when this step began`, { remedy: "Something beside this step gives its name to another image, or removes it." });
};
/**
* Names go as soon as they are not needed: with the last name of an image go its layers. What is
* left of machines that died goes, too.
*/
const createHandovers = (api, { targets }, runId) => {
	const held = new Set(targets.flatMap(({ handover }) => handover ?? []));
	const waiting = new Set(targets.flatMap(({ handover, isWanted, tags }) => handover !== void 0 && isWanted && tags.length > 0 ? [handover] : []));
	const bases = new Set(targets.flatMap(({ dependsOn }) => dependsOn.flatMap((base) => targets.find(({ name }) => name === base)?.handover ?? [])));
	const drop = async (names) => {
		for (const name of names) {
			held.delete(name);
			const path = `/images/${name}`;
			const again = () => api.tell("DELETE", `${path}?force=true`);
			await api.tell("DELETE", path).catch(again).catch(() => {});
		}
	};
	const unneeded = () => [...held].filter((name) => !waiting.has(name) && !bases.has(name));
	return {
		hold: async (image) => {
			if (image.heldAs !== void 0 || isNameless(image.id, image.references)) return image;
			const holding = await holdImage(api, runId, image);
			if (holding.heldAs !== void 0) {
				held.add(holding.heldAs);
				waiting.add(holding.heldAs);
			}
			return holding;
		},
		loaded: async ({ heldAs }) => {
			if (heldAs !== void 0) waiting.delete(heldAs);
			await drop(unneeded());
		},
		built: async () => {
			bases.clear();
			if (held.size === 0) return;
			await drop([...unneeded(), ...await findLeftOvers(api).catch(() => [])]);
		},
		end: () => drop([...held])
	};
};

// src/load/drop-images.ts
/**
* The names that may go from Docker's store. Where links share the files, removing a name frees
* nothing, so `auto` keeps it.
*/
const planDropping = (loads, keepImages) => loads.filter(({ nodes }) => keepImages === "never" || nodes.every(({ way }) => way === "copy" || way === "stream" || way === "kind")).flatMap(({ image: { references, id } }) => references.map((each) => ({
	...each,
	id
})));
/**
* Removes names; layers go with the last of them. What is in use stays, and that is no failure; so
* does a name that somebody else has given to another image.
*/
const dropImages = async (docker, ask, names, line) => {
	for (const { given, canonical, id } of names) {
		const now = await ask(`/images/${canonical}/json`);
		if (now === void 0) continue;
		if (now.Id !== id) {
			line(`Docker keeps ${given}: it names another image now.`);
			continue;
		}
		const { code } = await docker.try(["rmi", given]);
		line(code === 0 ? `Removed ${given} from Docker.` : `Docker keeps ${given}: it is in use.`);
	}
};

// src/load/node-state.ts
/** Of a node that tells nothing: all is loaded then. */
const emptyState = {
	chains: /* @__PURE__ */ new Set(),
	held: /* @__PURE__ */ new Map(),
	records: /* @__PURE__ */ new Map(),
	criIds: /* @__PURE__ */ new Map()
};
const recordPattern = /\bdev\.slipway\/record=(([0-9a-f]{64})\.([0-9a-f]{64})\.[0-9a-z]+([0-9.]*))/;
const firstWord = (line) => line.split(/\s/, 1)[0] ?? "";
const toRecords = (images, sound) => new Map(images.split("\n").flatMap((line) => {
	const [, record = "", image = "", config = "", folders = ""] = recordPattern.exec(line) ?? [];
	if (!sound.has(record)) return [];
	return [[firstWord(line), {
		image,
		config,
		layers: folders.split(".").length - 1
	}]];
}));
const toHeld = (content) => new Map(content.split("\n").flatMap((line) => {
	const top = /containerd\.io\/gc\.ref\.snapshot\.[\w-]+=(sha256:[0-9a-f]{64})/.exec(line)?.[1];
	return top === void 0 ? [] : [[firstWord(line), top]];
}));
/** As crictl prints them; none where it printed something else. */
const parseCriJson = (json) => {
	try {
		const { images = [] } = JSON.parse(json);
		return images.map(({ id, repoTags, repoDigests }) => [
			id,
			...repoTags ?? [],
			...repoDigests ?? []
		]);
	} catch {
		return [];
	}
};
/** As helper/containerd.pl prints them. */
const parseCriLines = (text) => text.split("\n").flatMap((line) => {
	const [word, ...image] = line.split("	");
	return word === "image" ? [image] : [];
});
const toCriIds = (text) => {
	const images = text.startsWith("{") ? parseCriJson(text) : parseCriLines(text);
	return new Map(images.flatMap(([id = "", ...names]) => [id, ...names].map((name) => [name, id])));
};
/** Reads what helper/look.sh prints. */
const parseNodeState = (text) => {
	const sections = toSections(text);
	const section = (name) => sections.get(name) ?? "";
	const committed = section("snapshots").split("\n").filter((line) => /\sCommitted\s*$/.test(line));
	return {
		chains: new Set(committed.map(firstWord)),
		held: toHeld(section("content")),
		records: toRecords(section("images"), new Set(section("sound").split("\n"))),
		criIds: toCriIds(section("cri"))
	};
};
/** A node that does not answer should not keep anybody waiting; its programs have deadlines, too. */
const timeoutMs$3 = 3e4;
/** @throws {Failure} when the node does not answer */
const lookIntoNode = async (api, node, names) => {
	const command = [
		"bash",
		"-c",
		joinScript("record", "look"),
		"bash",
		containerdClient(),
		...names
	];
	return parseNodeState(await execute(api, node.name, command, timeoutMs$3));
};

// src/load/check.ts
/**
* True when the node has the image whole, by every name, as an earlier load of ours left it. False
* may also mean that somebody else brought the image: then it is loaded, which costs little.
*/
const isPresent = (image, names, state) => image.layers.every(({ chainId }) => state.chains.has(chainId)) && names.every((name) => {
	const record = state.records.get(name);
	if (record === void 0 || `sha256:${record.image}` !== image.id) return false;
	const config = `sha256:${record.config}`;
	return record.layers === image.layers.length && state.criIds.get(name) === config && state.held.get(config) === image.layers.at(-1)?.chainId;
});
/** CRI hears of images by events, so it may need a moment. */
const lookAgainMs = 200;
const looks = 15;
/**
* Says what is wrong with an image that has just been imported: CRI must know it by every name, and
* every chain must be there. Undefined means that all is well.
*
* @param config the expected digest of its config, where Docker tells
*/
const findFlaw = (image, names, config, { chains, criIds, held }) => {
	const missing = image.layers.find(({ chainId }) => !chains.has(chainId));
	if (missing !== void 0) return `snapshot ${missing.chainId} is missing after the import`;
	for (const name of names) {
		const id = criIds.get(name);
		if (id === void 0) return `CRI does not have ${name} after the import`;
		if (config !== void 0 && id !== config) return `CRI has ${name} as ${id}, not as ${config}`;
		if (held.get(id) !== image.layers.at(-1)?.chainId) return `${name} does not hold on to its snapshots`;
	}
};
const lookUntilWell = async (api, node, names, judge) => {
	for (let look = 1;; look += 1) {
		const state = await lookIntoNode(api, node, names);
		const flaw = judge(state);
		if (flaw === void 0 || look === looks) return {
			flaw,
			state
		};
		await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
	}
};
/** Looks until the image is as it should be by all names, or says what is wrong with it. */
const checkInNode = (api, image, names, node, config) => lookUntilWell(api, node, names, (state) => findFlaw(image, names, config, state));
/** Looks until CRI knows one and the same image by all names; the rest was somebody else's work. */
const checkNames = (api, names, node) => lookUntilWell(api, node, names, ({ criIds }) => {
	const missing = names.find((name) => !criIds.has(name));
	if (missing !== void 0) return `CRI does not have ${missing}`;
	const other = names.find((name) => criIds.get(name) !== criIds.get(names[0] ?? ""));
	return other === void 0 ? void 0 : `CRI has another image as ${other}`;
});

// src/load/kind.ts
/** The slowest way takes its time. */
const timeoutMs$2 = 36e5;
const tagTimeoutMs = 3e4;
const ctrImages = [
	"ctr",
	"--namespace=k8s.io",
	"images"
];
/** Names the image as a pod would. What kind loaded it as is a name that only this run uses. */
const addNames = async (api, loaded, names, node) => {
	const tag = [
		...ctrImages,
		"tag",
		"--force",
		loaded
	];
	await Promise.all(names.map((name) => execute(api, node.name, [...tag, name], tagTimeoutMs)));
	const { flaw } = await checkNames(api, [loaded, ...names], node);
	if (flaw !== void 0) throw new Failure(`Naming ${names[0]} in ${node.name} failed: ${flaw}`);
};
/** A name that was never made is as good as gone. */
const dropName = async (api, loaded, node) => {
	const remove = [
		...ctrImages,
		"remove",
		loaded
	];
	await execute(api, node.name, remove, tagTimeoutMs).catch(() => {});
};
/**
* The last resort: kind's own load, which writes the whole image to the temp folder.
*
* @throws {Failure} with what kind said
*/
const loadWithKind = async ({ docker, api, engine, clusterName, tempDir }, image, node) => {
	const loaded = toSource(image);
	const args = [
		"load",
		"docker-image",
		loaded,
		`--name=${clusterName}`,
		`--nodes=${node.name}`
	];
	const options = {
		timeoutMs: timeoutMs$2,
		env: { TMPDIR: tempDir }
	};
	try {
		const ended = await runCaptured({
			...docker.command(args, options),
			file: "kind"
		});
		if (ended.code !== 0) throw new Failure(`\`kind load docker-image\` failed for ${node.name}: ${describeEnd(ended)}`);
		await addNames(api, loaded, namesOf(engine, image), node);
	} finally {
		await dropName(api, loaded, node);
	}
};

// src/load/layer-blobs.ts
const readContent = async ({ docker, engine, node, runId }, digest) => {
	const folder = socketFolderOf(engine);
	const { address = "", namespace = "" } = engine.containerd ?? {};
	if (folder === void 0) return void 0;
	const ended = await docker.try([
		"run",
		"--rm",
		"--pull=never",
		"--network=none",
		"--userns=host",
		`--label=${runLabel}=${runId}`,
		`--mount=type=bind,source=${folder},target=/slipway-containerd`,
		"--entrypoint=ctr",
		node.imageId,
		`--address=/slipway-containerd/${address.split("/").at(-1)}`,
		`--namespace=${namespace}`,
		"content",
		"get",
		digest
	]);
	return ended.code === 0 ? ended.stdout : void 0;
};
const toUnpacker = ({ mediaType = "" }) => {
	if (/[.+]gzip$/.test(mediaType)) return "gzip";
	return /[.+]zstd$/.test(mediaType) ? "zstd" : "cat";
};
const ofContainerdStore = async (archivist, image) => {
	const root = await readContent(archivist, image.id);
	if (root === void 0) return void 0;
	const own = JSON.parse(root).manifests?.find(({ platform }) => platform?.os === "linux" && platform.architecture === image.architecture);
	const manifest = own === void 0 ? root : await readContent(archivist, own.digest);
	const { layers: listed, config } = JSON.parse(manifest ?? "{}");
	const layers = listed ?? [];
	if (config === void 0 || layers.length !== image.layers.length) return void 0;
	return {
		blobs: layers.map(({ digest }) => digest),
		unpackers: layers.map(toUnpacker),
		config: config.digest,
		manifest
	};
};
/**
* Under which names an archive of `docker save` has what the image is made of. In the overlay2 store a
* layer's blob is its uncompressed tar, named by the diff ID; in the containerd store the manifest
* names it. Undefined where that cannot be found out.
*/
const findArchived = async (archivist, image) => archivist.engine.hasContainerdStore ? ofContainerdStore(archivist, image) : {
	blobs: image.layers.map(({ diffId }) => diffId),
	unpackers: image.layers.map(() => "cat"),
	config: image.id,
	manifest: void 0
};
/** The name of a blob in the archive. */
const toBlobName = (digest) => `blobs/sha256/${digest.replace("sha256:", "")}`;
/**
* The archive's files that need not cross: layers that the node has. One that occurs twice in the
* image must be there both times.
*/
const toNeedlessBlobs = (image, blobs, chains) => {
	const isThere = image.layers.map(({ chainId }) => chains.has(chainId));
	const missing = new Set(blobs.filter((_, index) => !isThere[index]));
	const needless = blobs.filter((digest) => !missing.has(digest));
	return new Set(needless.map(toBlobName));
};

// src/load/archive-names.ts
/** containerd takes the first; Docker writes both. */
const nameKeys = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
const renameIndex = (text, names) => {
	const index = JSON.parse(text);
	const manifests = (index.manifests ?? []).flatMap((descriptor) => {
		const { [nameKeys[1]]: _, ...others } = descriptor.annotations ?? {};
		return names.map((name) => ({
			...descriptor,
			annotations: {
				...others,
				[nameKeys[0]]: name
			}
		}));
	});
	return JSON.stringify({
		...index,
		manifests
	});
};
const renameManifest = (text, names) => {
	const images = JSON.parse(text);
	return JSON.stringify(images.map((image) => ({
		...image,
		RepoTags: names
	})));
};
/**
* Gives the one image of an archive of `docker save` its names in the node, whatever it is called in
* the archive: in `index.json`, and in `manifest.json`, all that Docker before version 25 has.
*/
const toRenaming = (names) => (file) => {
	if (file === "index.json") return (text) => renameIndex(text, names);
	return file === "manifest.json" ? (text) => renameManifest(text, names) : void 0;
};

// src/load/young-memory.ts
/** What may pile up before it is collected. */
const heapBytes = 8388608;
/**
* Node allocates a buffer for each read from a pipe and by itself collects them only when there are
* 64 MB of them. Whoever is told of all bytes of a stream by the returned function collects sooner;
* it takes a millisecond or two.
*/
const createCollector = () => {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc");
	let pendingBytes = 0;
	return (bytes) => {
		pendingBytes += bytes;
		if (pendingBytes < heapBytes) return;
		pendingBytes = 0;
		collect({ type: "minor" });
	};
};

// src/load/pipe-end.ts
/** `docker save` of a large image on a slow disk. */
const timeoutMs$1 = 18e5;
/** Of what a program says, its end is kept, from the beginning of a line. */
const keepEnd = (text) => text.length <= 4e3 ? text : text.slice(-4e3).replace(/^.*\n/, "");
const withStderr = ({ child, ended }) => {
	let stderr = "";
	child.stderr.on("data", (chunk) => {
		stderr = keepEnd(stderr + chunk.toString("utf8"));
	});
	return ended.then((end) => ({
		...end,
		stdout: "",
		stderr
	}), (error) => ({
		code: null,
		timedOut: false,
		stdout: "",
		stderr: error.message
	}));
};
/** Starts a docker command whose output goes into a pipe. Cancelled, it is ended. */
const startSource = (docker, args) => {
	const group = startPiped(docker.command(args, { timeoutMs: timeoutMs$1 }));
	const { stdin, stdout } = group.child;
	stdin.end();
	const collect = createCollector();
	stdout.on("data", (chunk) => collect(chunk.length));
	return {
		stdout,
		ended: withStderr(group)
	};
};
/**
* Starts a docker command that reads from a pipe. Cancelled, it sees the pipe's end first and has a
* moment to undo what it did.
*/
const startTarget = (docker, args) => {
	const group = startPiped(docker.command(args, { timeoutMs: timeoutMs$1 }), ({ stdin }) => stdin?.end());
	const { stdin, stdout } = group.child;
	return {
		stdin,
		stdout,
		ended: withStderr(group)
	};
};
/** Passes everything on and tells how much it was. */
const countBytes = (onBytes) => new Transform({ transform: (chunk, _, done) => {
	onBytes(chunk.length);
	done(null, chunk);
} });

// src/load/tar-filter.ts
const blockBytes = 512;
/** A ustar header's file name; blobs have short names, so prefix and long-name records are not read. */
const nameOf = (header) => {
	const end = header.indexOf(0);
	return header.toString("latin1", 0, end < 0 || end > 100 ? 100 : end);
};
/** A ustar header's size: octal digits, or base-256 for files of 8 GiB and more. */
const sizeOf = (header) => {
	if (((header[124] ?? 0) & 128) !== 0) return Number(header.readBigUInt64BE(128));
	return Number.parseInt(header.toString("latin1", 124, 136).replace(/\0.*$/s, "").trim() || "0", 8);
};
/** Indexes of one image have a few hundred bytes. */
const longestReplaced = 4194304;
/** A header for a file of another size; its checksum counts its own field as blanks (POSIX ustar). */
const withSize = (header, size) => {
	const changed = Buffer.from(header);
	changed.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
	changed.write(" ".repeat(8), 148, "latin1");
	const sum = changed.reduce((all, byte) => all + byte, 0);
	changed.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
	return changed;
};
const toPadded = (content) => Buffer.concat([content, Buffer.alloc(-content.length & 511)]);
/** Goes through a tar with constant memory and passes on what is kept. */
const rewrite = (choose) => {
	const header = Buffer.alloc(blockBytes);
	let headerBytes = 0;
	let keptBytes = 0;
	let droppedBytes = 0;
	let replacing;
	let collectedBytes = 0;
	const takeHeader = (chunk, at) => {
		const taken = Math.min(blockBytes - headerBytes, chunk.length - at);
		chunk.copy(header, headerBytes, at, at + taken);
		headerBytes += taken;
		return taken;
	};
	/** The replaced file with its header, once all of it has come. */
	const endReplaced = () => {
		if (replacing === void 0 || collectedBytes < replacing.size) return void 0;
		const content = replacing.replace(Buffer.concat(replacing.chunks));
		replacing = void 0;
		return Buffer.concat([withSize(header, content.length), toPadded(content)]);
	};
	const beginFile = () => {
		headerBytes = 0;
		const size = sizeOf(header);
		const bytes = Math.ceil(size / blockBytes) * blockBytes;
		const kept = choose(nameOf(header), size, header);
		if (kept !== void 0 && "replace" in kept) {
			if (size > longestReplaced) throw new Error(`an index of ${size} bytes`);
			replacing = {
				chunks: [],
				size,
				...kept
			};
			collectedBytes = 0;
			droppedBytes = bytes - size;
			return size === 0 ? endReplaced() : void 0;
		}
		keptBytes = kept === void 0 ? 0 : kept.isPadded ? bytes : size;
		droppedBytes = bytes - keptBytes;
		return kept?.lead;
	};
	const pass = function(chunk) {
		for (let at = 0; at < chunk.length;) if (replacing !== void 0) {
			const taken = Math.min(replacing.size - collectedBytes, chunk.length - at);
			replacing.chunks.push(Buffer.from(chunk.subarray(at, at + taken)));
			collectedBytes += taken;
			at += taken;
			const whole = endReplaced();
			if (whole !== void 0) this.push(whole);
		} else if (keptBytes > 0) {
			const taken = Math.min(keptBytes, chunk.length - at);
			this.push(chunk.subarray(at, at + taken));
			keptBytes -= taken;
			at += taken;
		} else if (droppedBytes > 0) {
			const taken = Math.min(droppedBytes, chunk.length - at);
			droppedBytes -= taken;
			at += taken;
		} else {
			at += takeHeader(chunk, at);
			if (headerBytes < blockBytes) break;
			const lead = beginFile();
			if (lead !== void 0) this.push(lead);
		}
	};
	const transform = function(chunk, _, done) {
		try {
			pass.call(this, chunk);
			done();
		} catch (error) {
			done(error);
		}
	};
	return new Transform({ transform });
};
/**
* Passes a tar on without the files whose names are to be left out.
*
* @param toReplace says of a file, by its name, what becomes of its text; undefined leaves it as it is
*/
const leaveOut = (isLeftOut, toReplace = () => void 0) => rewrite((name, _, header) => {
	if (isLeftOut(name)) return void 0;
	const change = toReplace(name);
	if (change === void 0) return {
		lead: Buffer.from(header),
		isPadded: true
	};
	return { replace: (content) => Buffer.from(change(content.toString("utf8"))) };
});
/**
* Passes on only some files of a tar, each as a line and its bytes.
*
* @param toLine hears of every file; undefined leaves it out
*/
const pickOut = (toLine) => rewrite((name, size) => {
	const line = toLine(name, size);
	return line === void 0 ? void 0 : {
		lead: Buffer.from(`${line}\n`),
		isPadded: false
	};
});

// src/load/pipe.ts
/** Pipes an image's archive from Docker into a node. Returns which end failed and why, if one did. */
const pump = async (docker, pumping) => {
	const { image, leftOut, importArgs, onBytes } = pumping;
	const source = startSource(docker, [
		"save",
		"--",
		toSource(image)
	]);
	const target = startTarget(docker, importArgs);
	target.stdout.resume();
	const piped = pipeline(source.stdout, leaveOut((name) => leftOut.has(name), toRenaming(image.references.flatMap(({ canonical }) => toNodeNames(canonical)))), countBytes(onBytes), target.stdin).catch(() => {});
	const [saved, imported] = await Promise.all([
		source.ended,
		target.ended,
		piped
	]);
	if (imported.code !== 0) return `ctr's import: ${describeEnd(imported)}`;
	return saved.code === 0 ? void 0 : `docker save: ${describeEnd(saved)}`;
};

// src/load/import-archive.ts
/** containerd 1.6 has no such flag, and 2.x only with an import that it does not do by itself. */
const findImportFlags = async (docker, node) => {
	const { stdout: help } = await docker.try([
		"exec",
		node.name,
		"ctr",
		"images",
		"import",
		"--help"
	]);
	if (!help.includes("--discard-unpacked-layers")) return [];
	return ["--discard-unpacked-layers", .../^[ \t]+--local\b/m.test(help) ? ["--local"] : []];
};
/** The arguments of `docker` that unpack an archive from standard input in a node. */
const toImportArgs = (node, flags) => [
	"exec",
	"--interactive",
	node.name,
	"ctr",
	"--namespace=k8s.io",
	"images",
	"import",
	`--snapshotter=${node.snapshotter}`,
	...flags,
	"-"
];
/**
* Removes an image whose import failed, so that kubelet does not believe in it. CRI gives every
* image its ID as a second name and does not take it back; it goes unless it was there before.
*/
const removeImage = async ({ docker, engine, image, node, before }, after) => {
	const names = namesOf(engine, image);
	const ids = names.map((name) => after?.criIds.get(name) ?? image.id);
	const gone = [...names, ...ids.filter((id) => !before.criIds.has(id))];
	const ctr = [
		"exec",
		node.name,
		"ctr",
		"--namespace=k8s.io"
	];
	for (const name of new Set(gone)) await docker.try([
		...ctr,
		"images",
		"remove",
		name
	]);
	await docker.try([
		...ctr,
		"content",
		"prune",
		"references"
	]);
};
/** Lets the next run know the image again. Returns what went wrong, if something did. */
const remember$1 = async ({ docker, engine, runId, image, node }, state) => {
	const [given = "", ...further] = namesOf(engine, image);
	const config = state.criIds.get(given) ?? "";
	const script = joinScript("record", "mark");
	const top = image.layers.at(-1)?.chainId ?? "";
	const args = [
		runId,
		image.id,
		config,
		top,
		given,
		...further
	];
	const ended = await docker.try([
		"exec",
		node.name,
		"bash",
		"-c",
		script,
		"bash",
		...args
	]);
	return ended.code === 0 ? void 0 : `naming it: ${describeEnd(ended)}`;
};
/** @returns what went wrong, and what the node had then */
const send$1 = async (streaming, blobs) => {
	const { docker, api, engine, image, node, before, onBytes } = streaming;
	const flags = await findImportFlags(docker, node);
	const leftOut = toNeedlessBlobs(image, blobs, before.chains);
	const importArgs = toImportArgs(node, flags);
	const problem = await pump(docker, {
		image,
		leftOut,
		importArgs,
		onBytes
	});
	if (problem !== void 0) return {
		problem,
		state: void 0
	};
	const config = engine.hasContainerdStore ? void 0 : image.id;
	const check = (names) => checkInNode(api, image, names, node, config);
	const { flaw, state } = await check(image.references.flatMap(({ canonical }) => toNodeNames(canonical)));
	const unnamed = flaw ?? await remember$1(streaming, state);
	if (unnamed !== void 0) return {
		problem: unnamed,
		state
	};
	const named = await check(namesOf(engine, image));
	return {
		problem: named.flaw,
		state: named.state
	};
};
/**
* Sends an image's tar into a node's containerd, without the layers that the node has, as far as it
* is known what they are called in the tar. containerd keeps the blobs while it unpacks them, so
* the image is in the node twice for a while.
*
* @returns what went wrong; the node then does not believe in the image
*/
const importArchive = async (streaming, archived) => {
	const { problem, state } = await send$1(streaming, archived?.blobs ?? []);
	if (problem !== void 0) await removeImage(streaming, state);
	return problem;
};

// src/load/send-layers.ts
const toOrder = ({ engine, runId, image, node }, { unpackers, config }) => {
	return [
		["run", runId],
		["node", node.name],
		["image", image.id],
		["config", config],
		...namesOf(engine, image).map((name) => ["name", name]),
		...image.layers.map(({ diffId, chainId }, index) => [
			"layer",
			diffId,
			chainId,
			unpackers[index] ?? "cat"
		]),
		["go"]
	].map((row) => `${row.join("	")}\n`).join("");
};
/** A manifest for an image of a store that keeps none, with the sizes that `docker save` shows. */
const makeManifest = ({ blobs, config }, sizes) => {
	const describe = (kind, digest) => ({
		mediaType: `application/vnd.oci.image.${kind}`,
		digest,
		size: sizes.get(toBlobName(digest)) ?? 0
	});
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: "application/vnd.oci.image.manifest.v1+json",
		config: describe("config.v1+json", config),
		layers: blobs.map((blob) => describe("layer.v1.tar", blob))
	});
};
/** Chooses the archive's files that the node needs, and says what they are. */
const pickMissing = (archived, missing) => {
	const { blobs, config } = archived;
	const wanted = Map.groupBy(missing, (index) => toBlobName(blobs[index] ?? ""));
	const sizes = /* @__PURE__ */ new Map();
	return {
		files: pickOut((name, size) => {
			const isAgain = sizes.has(name);
			sizes.set(name, size);
			const indexes = wanted.get(name);
			if (isAgain) return void 0;
			if (indexes !== void 0) return `layer ${size} ${indexes.join(" ")}`;
			return name === toBlobName(config) ? `blob ${size} ${config}` : void 0;
		}),
		sizes
	};
};
/** Docker before version 25 gives its files other names. Its archive is not for us. */
const hasBlobs = (sizes) => [...sizes.keys()].some((name) => name.startsWith("blobs/"));
const writeManifest = (target, text) => {
	const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
	target.write(`blob ${Buffer.byteLength(text)} ${digest}\n${text}end ${digest}\n`);
};
/** Sends what is missing. */
const sendMissing = async ({ docker, image, onBytes }, archived, missing, target) => {
	const source = startSource(docker, [
		"save",
		"--",
		toSource(image)
	]);
	const { files, sizes } = pickMissing(archived, missing);
	const pipes = [
		source.stdout,
		files,
		countBytes(onBytes),
		target
	];
	const piped = pipeline(...pipes, { end: false }).catch(() => {});
	const [saved] = await Promise.all([source.ended, piped]);
	if (saved.code !== 0) return {
		kind: "failed",
		problem: `docker save: ${describeEnd(saved)}`
	};
	if (!hasBlobs(sizes)) return { kind: "cannot" };
	writeManifest(target, archived.manifest ?? makeManifest(archived, sizes));
	return { kind: "sent" };
};
/**
* Sends an image's missing layers into a node, where they are unpacked as they arrive: nothing is
* kept twice. The node undoes everything when it fails or when the stream ends early.
*/
const sendLayers = async (streaming, archived) => {
	const { docker, node } = streaming;
	const program = [
		"bash",
		"-c",
		joinScript(...[
			"record",
			"source",
			"node",
			"names",
			"stage",
			"publish"
		], "entries", "receive", "stream"),
		"slipway",
		containerdClient()
	];
	const args = [
		"exec",
		"--interactive",
		node.name,
		...program
	];
	const { stdin, stdout, ended } = startTarget(docker, args);
	let sending;
	let result;
	splitLines(stdout, (line) => {
		const [event, ...rest] = line.split("	");
		if (event === "loaded") result = { kind: "sent" };
		if (event === "cannot") result = { kind: "cannot" };
		if (event !== "missing") return;
		sending = sendMissing(streaming, archived, rest.map(Number), stdin);
		sending.then(({ kind }) => kind === "sent" || stdin.end());
	});
	stdin.write(toOrder(streaming, archived));
	const end = await ended;
	const endedFirst = stdin.errored !== null;
	stdin.destroy();
	const sent = await sending;
	if (result !== void 0) return result;
	if (sent !== void 0 && sent.kind !== "sent" && !endedFirst) return sent;
	return {
		kind: "failed",
		problem: describeEnd(end)
	};
};

// src/load/stream.ts
const send = async (streaming, archived) => {
	if (archived !== void 0 && streaming.node.snapshotter === "overlayfs") {
		const sent = await sendLayers(streaming, archived);
		if (sent.kind === "sent") return void 0;
		if (sent.kind === "failed") return sent.problem;
	}
	return importArchive(streaming, archived);
};
/**
* Sends an image out of `docker save` into a node, without a file in between and without the layers
* that the node has.
*
* @returns the bytes that were sent
* @throws {Failure} saying which end failed; the node then does not believe in the image
*/
const streamImage = async (task) => {
	const { image, node, progress } = task;
	let sentBytes = 0;
	const onBytes = (bytes) => {
		sentBytes += bytes;
		progress(node.name, sentBytes, image.sizeBytes);
	};
	const problem = await send({
		...task,
		onBytes
	}, await findArchived(task, image));
	if (problem === void 0) return sentBytes;
	const name = image.references[0]?.given ?? image.id;
	throw new Failure(`Streaming ${name} into ${node.name} failed: ${problem}`, { remedy: `See whether the node is well and has room: \`docker exec ${node.name} df -h /var\`.` });
};

// src/load/by-stream.ts
const timed = async (name, way, because, body) => {
	const started = performance.now();
	return {
		name,
		way,
		because,
		copiedBytes: await body(),
		durationMs: Math.round(performance.now() - started)
	};
};
/** Docker's graph drivers answer `empty export - not implemented`, to kind as well. */
const refuseEmpty = ({ engine, image }) => {
	if (engine.hasContainerdStore || image.layers.length > 0) return;
	const name = image.references[0]?.given ?? image.id;
	const store = engine.driver;
	throw new Failure(`${name} has no layers, and Docker's ${store} store cannot export such an image`, { remedy: "Give it a file (COPY), or use load-mode: auto where links reach the node." });
};
/** Has kind load it. */
const byKind = (task, node, because) => timed(node.name, "kind", because, async () => {
	refuseEmpty(task);
	await loadWithKind(task, task.image, node);
	return task.image.sizeBytes;
});
/** Streams; where even that fails and nobody insisted on it, kind may do what we could not. */
const byStream = async (task, node, because, isWanted) => {
	const { states, signal, warn } = task;
	refuseEmpty(task);
	const before = states.get(node.name) ?? emptyState;
	try {
		return await timed(node.name, "stream", because, () => streamImage({
			...task,
			node,
			before
		}));
	} catch (error) {
		signal.throwIfAborted();
		if (isWanted || isNoSpace(error)) throw error;
		warn(`${renderError(error)} Trying \`kind load\` as the last resort.`);
		return byKind(task, node, "streaming failed").catch(() => Promise.reject(error));
	}
};

// src/load/folders.ts
/** Linking takes a second; copying a large image to a slow disk, minutes. */
const deadlineMs$1 = 9e5;
const toWay = (word) => word === "link" || word === "reflink" || word === "copy" ? word : "present";
/** Reads the helper's events: tab-separated node, event and details; without a node for all of them. */
const watchEvents = (nodes, started, progress) => {
	const results = /* @__PURE__ */ new Map();
	const repaired = /* @__PURE__ */ new Map();
	const onLine = (line) => {
		const [node = "", event, first, second, third] = line.split("	");
		if (event === "copying") progress(node, Number(first), Number(second));
		if (event === "repaired") repaired.set(node, Number(first));
		if (event === "cannot") {
			const result = {
				kind: "failed",
				reason: first ?? "",
				isForeseen: true
			};
			for (const name of node === "" ? nodes : [node]) results.set(name, result);
		}
		if (event !== "loaded") return;
		results.set(node, {
			kind: "loaded",
			way: toWay(third),
			copiedBytes: Number(second),
			repairedLayers: repaired.get(node) ?? 0,
			durationMs: Math.round(performance.now() - started)
		});
	};
	return {
		results,
		onLine
	};
};
/** How much of what a helper says on standard error is kept. */
const errorLines = 200;
/** The last that a helper said of a node that is not merely a warning; else of all, or how it ended. */
const reasonFor = (node, errors, end) => {
	const said = errors.flatMap((line) => {
		const isOwn = line.startsWith(`${node}: `);
		const text = isOwn ? line.slice(node.length + 2) : line;
		return isWarning(text) ? [] : [{
			isOwn,
			text
		}];
	});
	const own = said.filter(({ isOwn }) => isOwn);
	return (own.length > 0 ? own : said).slice(-2).map(({ text }) => text).join(" ") || end;
};
/**
* Gives one image to nodes by its layers' folders, side by side, with one helper container. A node
* that fails has nothing of the image, and the result says why.
*/
const loadFolders = async (api, { engine, image, nodes, wanted, runId }, progress, signal) => {
	const [first] = nodes;
	if (first === void 0) return /* @__PURE__ */ new Map();
	const mounts = toMounts$1(engine, image, nodes);
	if (typeof mounts === "string") {
		const result = {
			kind: "failed",
			reason: mounts,
			isForeseen: true
		};
		return new Map(nodes.map(({ name }) => [name, result]));
	}
	const names = nodes.map(({ name }) => name);
	const { results, onLine } = watchEvents(names, performance.now(), progress);
	const errors = [];
	const lines = toOrderLines(engine, image, nodes, wanted, runId, deadlineMs$1, mounts);
	const end = await runContainer(api, toHelperContainer(first, mounts, runId), lines, {
		deadlineMs: 915e3,
		signal,
		onLine,
		onErrorLine: (line) => {
			errors.push(line.slice(0, 4e3));
			if (errors.length > errorLines) errors.shift();
		},
		isEnough: () => [...results.values()].every(({ kind }) => kind === "loaded") && results.size === nodes.length
	});
	return new Map(names.map((name) => [name, results.get(name) ?? {
		kind: "failed",
		reason: reasonFor(name, errors, end),
		isForeseen: false
	}]));
};

// src/load/task.ts
/** Waits for all before it fails with the first failure: no node's load may outlive the step. */
const allEnded = async (works) => {
	await Promise.allSettled(works);
	return Promise.all(works);
};

// src/load/by-folders.ts
const groupForHelpers = (plans) => [...Map.groupBy(plans.flatMap(({ node, choice }) => choice.kind === "folders" ? [{
	node,
	choice
}] : []), ({ node }) => node.imageId).values()].map((group) => ({
	nodes: group.map(({ node }) => node),
	wanted: group[0]?.choice.wanted ?? "auto"
}));
/**
* What to say of a node that did not get its image by folders. A failure that nobody foresaw is a fault of
* ours where the image got there otherwise; where it did not, the node is not well.
*
* @param load how it got the image then; undefined when it has not, or not yet
*/
const renderFallback = (node, { reason, isForeseen }, load) => {
	if (isForeseen || load === void 0) return `Linking into ${node} failed, so the image is streamed: ${reason}`;
	return `Linking into ${node} failed unexpectedly: ${reason}. ${load.way === "kind" ? "kind loaded the image" : "The image was streamed"} instead: ${`${formatBytes(load.copiedBytes)} in ${formatDuration(load.durationMs)}`}. Please report this as an issue of Slipway's repository, with this message, the step's log, \`docker version\` and \`docker exec ${node} ctr version\`.`;
};
/** Streams after a failure. What one that nobody foresaw has cost is told as soon as it is known. */
const fallBack = async (task, node, failure) => {
	const tell = (load) => task.warn(renderFallback(node.name, failure, load));
	if (failure.isForeseen) tell();
	const streaming = byStream(task, node, failure.reason, false);
	if (!failure.isForeseen) await streaming.then(tell, () => tell());
	return streaming;
};
/** By folders; streams to those nodes where that turned out not to work and was not insisted on. */
const byFolders = async (task, { nodes, wanted }) => {
	const { api, engine, image, runId, progress, signal, warn } = task;
	const results = await loadFolders(api, {
		engine,
		image,
		nodes,
		wanted,
		runId
	}, progress, signal);
	signal.throwIfAborted();
	return allEnded(nodes.map(async (node) => {
		const result = results.get(node.name);
		if (result?.kind === "loaded") {
			const { way, copiedBytes, durationMs, repairedLayers } = result;
			if (repairedLayers > 0) warn(`${node.name} had ${repairedLayers} broken layers of the image; they are whole again.`);
			const because = wanted === "auto" && way === "copy" ? "links cannot reach the node" : void 0;
			return {
				name: node.name,
				way,
				because,
				copiedBytes,
				durationMs
			};
		}
		const failure = result ?? {
			kind: "failed",
			reason: "no result",
			isForeseen: false
		};
		const { reason } = failure;
		if (wanted !== "auto") throw new Failure(`load-mode: ${wanted} does not work with ${node.name}: ${reason}`, { remedy: "Use load-mode: auto, which takes another way then." });
		if (saysNoSpace(reason)) throw new Failure(`${node.name} could not take the image: ${reason}`);
		return fallBack(task, node, failure);
	}));
};

// src/load/progress.ts
/** Often enough to show life, seldom enough to keep the log short. */
const intervalMs = 5e3;
/** Before so much is done, the beginning says nothing of the rest. */
const telling = {
	bytes: 1e6,
	share: .01
};
/** Nobody waits for longer, so nobody needs to be told. */
const longestMs = 864e5;
/** Bytes; as soon as there are some, their rate; the time left as soon as the rate tells it. */
const renderProgress = (doneBytes, totalBytes, elapsedMs) => {
	const done = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
	const perMs = doneBytes / elapsedMs;
	if (!(doneBytes > 0 && elapsedMs > 0)) return done;
	const leftMs = (totalBytes - doneBytes) / perMs;
	const rest = doneBytes >= Math.max(telling.bytes, telling.share * totalBytes) && leftMs > 0 && leftMs < longestMs ? `, ${formatDuration(leftMs)} left` : "";
	return `${done}, ${formatBytes(perMs * 1e3)}/s${rest}`;
};
/** Tells bytes, rate and time left of each node, at most every five seconds. */
const createProgress = (line, what) => {
	const started = performance.now();
	const lastTold = /* @__PURE__ */ new Map();
	return (node, doneBytes, totalBytes) => {
		const now = performance.now();
		if (now - (lastTold.get(node) ?? started) < intervalMs) return;
		lastTold.set(node, now);
		line(`${what}, ${node}: ${renderProgress(doneBytes, totalBytes, now - started)}`);
	};
};

// src/load/load-image.ts
/** Nodes that do not answer are left to the loading, which says more when it fails. */
const lookIntoNodes = async ({ api, engine, signal }, image, nodes) => {
	const states = /* @__PURE__ */ new Map();
	await Promise.all(nodes.map(async (node) => {
		const state = await lookIntoNode(api, node, namesOf(engine, image)).catch(() => void 0);
		if (state !== void 0) states.set(node.name, state);
	}));
	signal.throwIfAborted();
	return states;
};
/**
* Puts one image into all nodes, side by side. Nothing is done to those that have it.
*
* @throws {Failure} when a node could not be given the image in any way
*/
const loadImage = async (context, image, plans) => {
	const started = performance.now();
	const nodes = plans.map(({ node }) => node);
	const states = await lookIntoNodes(context, image, nodes);
	const names = namesOf(context.engine, image);
	const isThere = ({ name }) => {
		const state = states.get(name);
		return state !== void 0 && isPresent(image, names, state);
	};
	const durationMs = Math.round(performance.now() - started);
	const present = nodes.filter(isThere).map(({ name }) => ({
		name,
		way: "present",
		because: void 0,
		copiedBytes: 0,
		durationMs
	}));
	const lacking = plans.filter(({ node }) => !isThere(node));
	const progress = createProgress(context.line, image.references[0]?.given ?? image.id);
	const held = lacking.length > 0 ? await context.hold(image) : image;
	const task = {
		...context,
		image: held,
		progress,
		states
	};
	const loads = await allEnded([...groupForHelpers(lacking).map((group) => byFolders(task, group)), ...lacking.map(async ({ node, choice }) => {
		if (choice.kind === "folders") return [];
		const isWanted = choice.because.startsWith("load-mode");
		if (choice.kind === "kind") return [await byKind(task, node, choice.because)];
		return [await byStream(task, node, choice.because, isWanted)];
	})]);
	return {
		image: held,
		nodes: [...present, ...loads.flat()].sort((a, b) => a.name.localeCompare(b.name))
	};
};

// src/make/foreign.ts
/** What an image is for, and the nodes that are something else; undefined where there are none. */
const renderForeign = ({ references, architecture }, nodes) => {
	const others = nodes.filter((node) => architecture !== "" && node.architecture !== architecture);
	const [first] = others;
	if (first === void 0) return void 0;
	return `${references.map(({ given }) => given).join(", ")} is built for ${architecture}, and ${others.map((node) => node.name).join(", ")} ${others.length > 1 ? "are" : "is"} ${first.architecture}: its pods end with "exec format error", unless the machine emulates ${architecture}. Build it with the platform linux/${first.architecture}.`;
};
/** Asks for what the nodes are: what their image is for, or the daemon where that is gone. */
const findForeign = async (ask, image, plans) => {
	const ids = [...new Set(plans.map(({ node }) => node.imageId))];
	const known = new Map(await Promise.all(ids.map(async (id) => {
		const found = await ask(`/images/${id}/json`) ?? await ask("/version");
		return [id, found?.Architecture ?? found?.Arch ?? image.architecture];
	})));
	const nodes = plans.map(({ node }) => ({
		name: node.name,
		architecture: known.get(node.imageId) ?? image.architecture
	}));
	return renderForeign(image, nodes);
};

// src/make/load-images.ts
const toContext = ({ shop, api, docker, handovers, signal }) => {
	const { runner, runId, facts, inputs, tempDir } = shop;
	const { line, warning: warn } = runner;
	const { engine } = facts;
	return {
		docker,
		api,
		engine,
		clusterName: inputs.clusterName,
		runId,
		hold: handovers.hold,
		tempDir,
		signal,
		line,
		warn
	};
};
/**
* Loads images into all nodes. Docker's copy goes at once where the plan says so: the next image may
* need its room.
*
* @throws {Failure} when one cannot be loaded in any way, or does not fit
*/
const loadImages = async (bench, images, onLoaded) => {
	const { shop, step, api, docker, handovers, signal } = bench;
	const context = toContext(bench);
	const isAtRisk = shop.facts.engine.hasContainerdStore;
	const holding = images.map((image, index) => isAtRisk && index > 0 ? handovers.hold(image) : Promise.resolve(image));
	for (const each of holding) each.catch(() => {});
	for (const [index, given] of images.entries()) {
		signal.throwIfAborted();
		const image = await holding[index] ?? given;
		const name = image.references.map(({ given }) => given).join(", ");
		const foreign = findForeign(api.ask, image, step.nodes).then((text) => text !== void 0 && shop.runner.warning(text), () => {});
		const load = () => withRoom(bench, () => loadImage(context, image, step.nodes));
		const done = await timed$1(shop, `Load ${name}`, load, signal).finally(() => foreign);
		shop.update((report) => ({
			...report,
			loads: [...report.loads, done]
		}));
		onLoaded(given);
		if (step.dropsCopies) {
			const names = planDropping([done], shop.inputs.keepImages);
			await dropImages(docker, api.ask, names, shop.runner.line);
		}
		await handovers.loaded(done.image);
	}
};

// src/make/make.ts
const makeTarget = async (bench, target, made) => {
	const { shop, api, load } = bench;
	const metadata = await buildTarget(bench, target);
	const { name, tags, source, handover } = target;
	const enter = (imageId = metadata.imageId) => {
		const result = {
			name,
			kind: source.kind,
			metadata: {
				...metadata,
				imageId
			}
		};
		shop.update((report) => ({
			...report,
			builds: [...report.builds, result]
		}));
	};
	if (!target.isWanted || handover === void 0 || tags.length === 0) {
		enter();
		if (!target.isWanted) return;
		return shop.runner.line(`${name} has no tags: no pod could name it, so it is not loaded.`);
	}
	const { image, moved } = await findBuilt(api.ask, handover, tags);
	enter(image.id);
	for (const tag of moved) shop.runner.warning(renderMoved(image.id, tag));
	made.set(name, await measureImage(api.ask, image).then(toList, () => []));
	load(name, [image], true);
};
const toList = (measured) => [measured];
/** Before the loads have ended, as it may be they that fail on a disk that is too small. */
const remember = async ({ shop, step }, made) => {
	const { memory, facts } = shop;
	const images = toRemembered(step.targets).flatMap(({ name }) => made.get(name) ?? []);
	if (memory === void 0 || images.length === 0) return;
	const sizes = sumSizes(images, facts.engine.hasContainerdStore);
	await rememberSizes(memory, step.targets, sizes, facts.lastSizes);
};
/**
* Builds targets side by side, each after those that it builds upon, and loads every image as soon
* as it is there, while others are still being built.
*
* @throws {Failure} with all that went wrong; what was loaded stays loaded
*/
const make = (shop, step) => withEngineApi(shop.docker, async (api) => {
	const stop = new AbortController();
	const signal = AbortSignal.any([shop.signal, stop.signal]);
	const failedLoads = [];
	const unloaded = /* @__PURE__ */ new Map();
	let loading = Promise.resolve();
	const endAll = () => {
		if (shop.inputs.failFast) stop.abort();
	};
	const made = /* @__PURE__ */ new Map();
	const handovers = createHandovers(api, step, shop.runId);
	const bench = {
		shop,
		step,
		api,
		signal,
		docker: createDocker(shop.childEnv, signal),
		handovers,
		load: (name, images, isBuilt) => {
			for (const image of images) {
				const names = image.references.map(({ given }) => given).join(", ");
				unloaded.set(image, {
					names,
					isBuilt
				});
			}
			loading = loading.then(async () => {
				if (signal.aborted) return;
				const onLoaded = (image) => unloaded.delete(image);
				await loadImages(bench, images, onLoaded).catch((error) => {
					if (!signal.aborted) failedLoads.push({
						name,
						error
					});
					endAll();
				});
			});
		}
	};
	const given = step.images.flatMap(({ references }) => references.map((each) => each.given));
	for (const { id, references } of step.images) {
		const text = renderNameless(id, references);
		if (text !== void 0) shop.runner.line(text);
	}
	if (given.length > 0) bench.load(given.join(", "), step.images, false);
	const isEnded = () => signal.aborted;
	const build = (target) => makeTarget(bench, target, made);
	const outcomes = await runJobs(step.targets, step.parallel, isEnded, build, endAll);
	await shop.token.close();
	await handovers.built();
	await remember(bench, made);
	await loading;
	await handovers.end();
	const rest = [...unloaded.values()];
	shop.update((report) => ({
		...report,
		unloaded: rest
	}));
	for (const sentence of renderUnloaded(rest)) shop.runner.line(sentence);
	shop.signal.throwIfAborted();
	const problems = [...toProblems(outcomes), ...failedLoads];
	const among = step.targets.length + (given.length > 0 ? 1 : 0);
	annotateOthers(problems, shop.runner);
	if (problems.length > 0) throw toFailure$1(problems, among, outcomes, rest);
});

// src/execute.ts
/** Does one step of the plan. */
const executeStep = async (shop, step) => {
	switch (step.kind) {
		case "free-disk": {
			const folder = toDockersFolder(shop.facts);
			const { childEnv, runner, signal } = shop;
			const freeing = timed$1(shop, "Free disk", async () => {
				const freed = await freeDisk(step.freeing, folder, childEnv, runner.line, signal);
				shop.update((report) => ({
					...report,
					freed: [...report.freed, ...freed]
				}));
			});
			freeing.catch(() => {});
			shop.background.push(freeing);
			return waitForRoom(freeing, folder);
		}
		case "make": return make(shop, step);
		case "prune-cache": {
			const freed = await timed$1(shop, "Prune cache", () => pruneCache(shop.docker, shop.runner.line));
			return shop.update((report) => ({
				...report,
				freed: [...report.freed, ...freed]
			}));
		}
	}
};

// src/build/asks.ts
const toEntries$2 = (value) => Array.isArray(value) ? value : value === void 0 || value === null ? [] : [value];
/** A line of CSV as Go reads it, where a field in quotes has commas of its own. */
const splitFields = (line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = ""]) => quoted?.replaceAll("\"\"", "\"") ?? plain);
/** An entry as newer versions of buildx print it, a map, or as older ones do, `key=value,...`. */
const toFields = (entry) => {
	const pairs = typeof entry === "string" ? splitFields(entry).map((field) => {
		const at = field.indexOf("=");
		return at < 0 ? ["", field] : [field.slice(0, at).trim(), field.slice(at + 1)];
	}) : Object.entries(entry ?? {});
	return new Map(pairs.flatMap(([key, value]) => typeof value === "string" ? [[key.toLowerCase(), value]] : []));
};
const read = (key, path) => ({
	key,
	want: {
		kind: "read",
		path
	}
});
const write = (key, path) => ({
	key,
	want: {
		kind: "write",
		path
	}
});
const word = (key, text) => ({
	key,
	want: {
		kind: "word",
		word: text
	}
});
const ofContexts = (target, workspace) => {
	const { context = ".", contexts, dockerfile = "Dockerfile" } = target;
	const paths = typeof context === "string" ? toContextPaths(context, workspace) : [];
	const file = String(dockerfile);
	const local = /^cwd:\/\/(.*)$/s.exec(file)?.[1];
	const files = local !== void 0 || file.startsWith("/") ? [local ?? file] : paths.map((path) => join(path, file));
	return [
		...paths.map((path) => read("context", path)),
		...files.flatMap((path) => [
			read("dockerfile", dirname(path)),
			read("dockerfile", path),
			read("dockerfile", `${path}.rego`)
		]),
		...typeof context === "string" && wantsAgent(context) ? [word("context", "ssh")] : [],
		...Object.values(contexts ?? {}).flatMap((each) => toContextPaths(String(each), workspace).map((path) => read("contexts", path)))
	];
};
const ofSecret = (entry) => {
	const fields = toFields(entry);
	const env = fields.get("env");
	const paths = ["src", "source"].flatMap((name) => fields.get(name) || []);
	if (paths.length > 0 && fields.get("type") === "env" && !env) return [];
	return (paths.length > 0 || env ? paths : [fields.get("id") ?? ""]).map((path) => read("secret", path));
};
const ofSsh = (entry) => {
	const paths = typeof entry === "string" ? entry.slice(entry.indexOf("=") + 1 || entry.length).split(",") : toEntries$2(entry?.paths).map(String);
	const named = paths.filter((path) => path !== "");
	const isAgent = named.length < Math.max(paths.length, 1);
	return [...named.map((path) => read("ssh", path)), ...isAgent ? [word("ssh", "ssh")] : []];
};
const ofCache = (key, ask, entry) => {
	const fields = toFields(entry);
	return ["src", "dest"].flatMap((name) => {
		const path = fields.get(name);
		return path === void 0 ? [] : [ask(key, path)];
	});
};
/** A text without `=` is the name of an image. */
const toCacheType = (entry) => toFields(entry).get("type") ?? "registry";
/** `-` is standard output, a text without `=` a folder. */
const ofOutput = (entry) => {
	const fields = toFields(entry);
	const path = fields.get("dest") ?? fields.get("");
	return path === void 0 || path === "" || path === "-" ? [] : [write("output", path)];
};
const ofEntitlement = (entry) => {
	const [name = "", value = ""] = String(entry).split(/=(.*)/s);
	const [device] = splitFields(value);
	return [word("entitlements", name === "device" && device ? `device=${device}` : String(entry))];
};
const reaching = [
	"context",
	"contexts",
	"dockerfile",
	"secret",
	"ssh",
	"cache-from",
	"cache-to",
	"network",
	"entitlements"
];
/**
* Bake printed what it had read, and reads it once more for the build: `${...}` in a path would be
* something else then.
*/
const ofTemplates = (target) => reaching.flatMap((key) => {
	const text = JSON.stringify(target[key] ?? "");
	return /[$%]\{/.test(text) ? [{
		key,
		want: {
			kind: "template",
			text
		}
	}] : [];
});
/**
* All that a target wants from the machine, as far as Bake's own `--allow` is about it, and more: what
* follows from an id alone, folders of images, names that look like addresses.
*/
const findAsks = (target, workspace) => [
	...ofTemplates(target),
	...ofContexts(target, workspace),
	...toEntries$2(target["secret"]).flatMap(ofSecret),
	...toEntries$2(target["ssh"]).flatMap(ofSsh),
	...toEntries$2(target["cache-from"]).flatMap((entry) => ofCache("cache-from", read, entry)),
	...toEntries$2(target["cache-to"]).flatMap((entry) => ofCache("cache-to", write, entry)),
	...toEntries$2(target["output"]).flatMap(ofOutput),
	...target["network"] === "host" ? [word("network", "network.host")] : [],
	...toEntries$2(target["entitlements"]).flatMap(ofEntitlement)
];
/** What each target wants, by its name. */
const findTargetAsks = ({ target }, workspace) => new Map(Object.entries(target).map(([name, definition]) => [name, findAsks(definition, workspace)]));

// src/build/exports.ts
const findDefinition = ({ name, source }) => source.kind === "own" ? {} : source.targets.find((target) => target.name === name)?.definition ?? {};
/** As newer versions of buildx print an entry, or older ones: a list of `key=value`. */
const isDisabled = (entry) => typeof entry === "string" ? /(?:^|,)disabled=true(?:,|$)/.test(entry) : String(entry?.disabled) === "true";
/** Targets whose images shall have attestations, by their names. */
const findAttested = (targets) => targets.filter((target) => {
	const { attest } = findDefinition(target);
	return Array.isArray(attest) && attest.some((entry) => !isDisabled(entry));
}).map(({ name }) => name);
/**
* Requires that the builder can do what `cache-to` says.
*
* @throws {Failure} before anything is built, as every one of these builds would fail
*/
const requireCacheExport = (targets, { driver, hasContainerdStore, hasCacheService }) => {
	if (driver !== "docker" || hasContainerdStore) return;
	const isExported = (entry) => {
		const type = toCacheType(entry);
		return type !== "inline" && (type !== "gha" || hasCacheService);
	};
	const names = targets.filter((target) => {
		const entries = findDefinition(target)["cache-to"];
		return Array.isArray(entries) && entries.some(isExported);
	}).map(({ name }) => name);
	if (names.length === 0) return;
	throw new Failure(`cache-to of ${names.join(", ")}: the docker driver cannot export its cache from the classic image store`, { remedy: "Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, write type=inline, or set `bake-set: '*.cache-to='`." });
};

// src/build/allowed.ts
const flags = {
	read: "fs.read",
	write: "fs.write"
};
/** @param folders real paths that need no allowance */
const findNeed = (ask, workspace, folders) => {
	const { want } = ask;
	if (want.kind === "template") return [{
		ask,
		allowance: ""
	}];
	if (want.kind === "word") return [{
		ask,
		allowance: want.word
	}];
	const outside = findOutside(want.path, workspace, folders);
	return outside === void 0 ? [] : [{
		ask,
		allowance: `${flags[want.kind]}=${outside}`
	}];
};
const toFolders = (paths, workspace) => paths.flatMap((path) => path === "*" ? ["/"] : toRealPaths(path, workspace));
/** `bake-set` is the workflow's author's own word; as for an input, an absolute path is meant. */
const findSetPaths = (sets, workspace) => sets.flatMap((line) => {
	const [, key = "", value = ""] = /^[^=]*?\.([\w-]+)[^=]*=(.*)$/s.exec(line) ?? [];
	const word = key === "secrets" ? "secret" : key;
	return findAsks({
		context: "target:",
		...word === "contexts" ? { contexts: { set: value } } : { [word]: value }
	}, workspace).filter(({ want }) => "path" in want && want.path.startsWith("/"));
});
const toGranted = ({ sets }, allow, workspace) => {
	const own = toRealPaths(".", workspace);
	const set = (kind) => findSetPaths(sets, workspace).flatMap(({ want }) => want.kind === kind ? [want.path] : []);
	return {
		read: [...own, ...toFolders([...allow.reads, ...set("read")], workspace)],
		write: [...own, ...toFolders([...allow.writes, ...set("write")], workspace)]
	};
};
const isGranted = ({ ask: { want }, allowance }, { words }) => want.kind === "word" && words.some((word) => word === allowance || word === "device" && /^device=/.test(allowance));
const longestValue = 200;
/** As it is where that is one line that can be copied. */
const show = (text) => /^[\x20-\x7e]*$/.test(text) && text.length <= longestValue ? text : JSON.stringify(text.slice(0, longestValue));
const verbs = {
	read: "reads",
	write: "writes"
};
const renderRefusal = (name, { ask: { key, want }, allowance }) => {
	const what = `- ${name}: ${key}`;
	switch (want.kind) {
		case "template": return `${what} has a variable in it, which Bake would evaluate: ${show(want.text)}${key === "env_file" ? " (fs.read=* allows it)" : ""}`;
		case "word": return `${what} needs ${show(allowance)}`;
		default: return `${what} ${verbs[want.kind]} ${JSON.stringify(want.path.slice(0, longestValue))} outside the workspace, needs ${show(allowance)}`;
	}
};
const unique = (values) => [...new Set(values)];
/** A folder covers what is in it. */
const isCovered = (allowance, by) => allowance.startsWith(`${by.replace(/\/$/, "")}/`);
const toAllowances = (needs) => {
	const all = unique(needs.map(({ allowance }) => allowance).filter((each) => each !== ""));
	return all.filter((each) => !all.some((other) => other !== each && isCovered(each, other)));
};
/** A Bake file may have thousands of targets. */
const mostLines = 50;
const toFailure = (lines, needs) => {
	const more = lines.length > mostLines ? [`- and ${lines.length - mostLines} more`] : [];
	const allowances = toAllowances(needs).map(show);
	const remedy = allowances.length === 0 ? "Write these values without $ and %{." : `To allow it, add this line to the step: \`allow: ${allowances.join(", ")}\`. It then holds for the Bake file of every pull request.`;
	return new Failure([
		"The Bake files want what this step does not allow; nothing was built.",
		...lines.slice(0, mostLines),
		...more,
		remedy
	].join("\n"));
};
/** A Dockerfile in a context that is refused already says nothing new. */
const isNews = ({ ask, allowance }, all) => ask.key !== "dockerfile" || !all.some((other) => isCovered(allowance, other.allowance) || other.ask.key === "context" && other.allowance === allowance);
/** Whether something may be read, of which a refusal is told later. */
const mayRead = ({ want }, bake, allow, workspace) => want.kind === "read" && findOutside(want.path, workspace, toGranted(bake, allow, workspace).read) === void 0;
/**
* Requires that targets want nothing from the machine but files of the workspace and what the
* workflow's author allows. What is written in the step itself is that author's own.
*
* @param wanted by targets, or by files
* @returns what each of them needs beyond the workspace, in the words of `bake --allow`
* @throws {Failure} one for all that is not allowed, with the input that allows it
*/
const requireAllowed = (wanted, bake, allow, workspace) => {
	const own = toRealPaths(".", workspace);
	const granted = toGranted(bake, allow, workspace);
	const foldersOf = ({ want }) => want.kind === "read" || want.kind === "write" ? granted[want.kind] : [];
	const isRefused = (need) => need.ask.want.kind === "template" || !(bake.definition !== void 0 || isGranted(need, allow));
	const targets = [...wanted].map(([name, asks]) => {
		const refused = asks.flatMap((ask) => findNeed(ask, workspace, foldersOf(ask))).filter(isRefused);
		return {
			name,
			allowances: toAllowances(asks.flatMap((ask) => findNeed(ask, workspace, own))),
			refused: refused.filter((need) => isNews(need, refused))
		};
	});
	const lines = targets.flatMap(({ name, refused }) => refused.map((need) => renderRefusal(name, need)));
	if (lines.length === 0) return new Map(targets.map(({ name, allowances }) => [name, allowances]));
	throw toFailure(unique(lines), targets.flatMap(({ refused }) => refused));
};

// src/build/print-targets.ts
/** Grants nothing, as nothing is built; a Bake that does not know the flag says so. */
const probe = "--allow=network.host";
const knowsAllow = ({ code, stderr }) => code === 0 || !/unknown flag: --allow/.test(stderr);
/** What Bake reads on its own while it only prints: what it says of it may hold what is in it. */
const findFileAsks = async (bake, allow, workspace) => {
	const env = {
		key: ".env",
		want: {
			kind: "read",
			path: ".env"
		}
	};
	const compose = bake.files.filter((file) => !/\.(?:hcl|json)$/i.test(file));
	if (compose.length === 0) return [env];
	const { findComposeAsks } = await import("./compose-asks.js");
	const isAllowed = (ask) => mayRead(ask, bake, allow, workspace);
	return [env, ...findComposeAsks(compose, workspace, isAllowed)];
};
/** Bake's last word, without what it printed of its progress before. */
const explainUnread = ({ files }, ended) => {
	const said = ended.stderr.split("\n").findLast((line) => line.startsWith("ERROR: "));
	const why = said === void 0 || ended.timedOut ? describeEnd(ended) : said.slice(7);
	if (files.length === 0) return new Failure(`Bake cannot use builds: ${why}`, { remedy: "Mend that entry of builds." });
	return new Failure(`Bake cannot read ${files.join(", ")}: ${why}`, { remedy: `\`docker buildx bake --print ${files.map((file) => `-f ${file}`).join(" ")}\` says the same on your machine.` });
};
/**
* Has Bake read its files, or the builds that are written in the step.
*
* @throws {Failure} with what Bake said, or with what its targets want and may not have
*/
const printTargets = async (docker, bake, allow, workspace) => {
	const { files, definition, targets, sets } = bake;
	const way = definition !== void 0 && await findWayIn(docker) || "stdin";
	const print = async (...more) => {
		const fd = definition && openMemoryFile(Buffer.from(JSON.stringify(definition)));
		const flags = [...(fd === void 0 ? files : [toPath(way, fd)]).map((file) => `--file=${file}`), ...sets.map((set) => `--set=${set}`)];
		const args = [
			"buildx",
			"bake",
			"--print",
			...more,
			...flags,
			"--",
			...targets
		];
		const stdin = fd === void 0 ? {} : {
			stdin: { fd },
			env: { BUILDX_BAKE_FILE_RELATIVE_PATHS: "0" }
		};
		return docker.try(args, {
			cwd: workspace,
			...stdin
		}).finally(() => {
			if (fd !== void 0) closeSync(fd);
		});
	};
	const read = await findFileAsks(bake, allow, workspace);
	requireAllowed(/* @__PURE__ */ new Map([[files.join(", "), read]]), bake, allow, workspace);
	const first = await print(probe);
	const isAsking = knowsAllow(first);
	const ended = isAsking ? first : await print();
	if (ended.code !== 0) throw explainUnread(bake, ended);
	const printed = JSON.parse(ended.stdout);
	const asks = findTargetAsks(printed, workspace);
	const allowances = requireAllowed(asks, bake, allow, workspace);
	const order = targets.length > 0 ? targets : definition?.group?.["default"]?.targets ?? [];
	const found = readTargets(printed, workspace, isAsking ? allowances : void 0, order);
	refuseMissing(found, files, workspace);
	return found;
};

// src/build/refuse.ts
/**
* An image in `images` is loaded as Docker has it at the start, so one that this step is about to
* build would be the old one or the new one, as it happens.
*
* @throws {Failure} naming them
*/
const refuseOwnImages = (images, targets) => {
	for (const image of images) {
		const target = targets.find(({ tags }) => tags.some(({ canonical }) => canonical === image.canonical));
		if (target === void 0) continue;
		const remedy = target.isWanted ? `Remove ${image.given} from images: what the step builds is loaded anyway.` : `Remove ${image.given} from images, and add ${target.name} to targets, so that it is loaded.`;
		throw new Failure(`images names ${image.given}, which this step itself builds`, { remedy });
	}
};
const platformsOf = ({ source }) => {
	const listed = source.kind === "bake" ? source.targets[0]?.definition["platforms"] : void 0;
	return Array.isArray(listed) ? listed.filter((each) => typeof each === "string") : [];
};
/**
* Only the containerd store holds an image for several platforms.
*
* @throws {Failure} naming the first target that asks for them
*/
const refuseSeveralPlatforms = (targets, { driver, hasContainerdStore }) => {
	if (hasContainerdStore) return;
	for (const target of targets) {
		const platforms = platformsOf(target);
		if (platforms.length < 2 || target.handover === void 0) continue;
		throw new Failure(`${target.name} is for several platforms (${platforms.join(", ")}), and Docker's ${driver} store holds one`, { remedy: `Set bake-set: ${target.name}.platform=${onePlatformOf(platforms)}, as the nodes need no other, or use Docker's containerd image store.` });
	}
};
/** That of the nodes, as far as this machine tells: they run beside us, mostly. */
const onePlatformOf = (platforms) => {
	const own = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
	return platforms.includes(own) ? own : platforms[0] ?? own;
};

// src/manifests/decode.ts
/** Marks at a file's beginning that say how its text is encoded. */
const encodings = [
	[[
		239,
		187,
		191
	], "utf-8"],
	[[255, 254], "utf-16le"],
	[[254, 255], "utf-16be"]
];
const hasMark = (bytes, mark) => mark.every((byte, index) => bytes[index] === byte);
/** A manifest's text, as an editor of any system may have saved it; a string with `why` says why it is none. */
const decodeManifest = (bytes) => {
	const [, encoding = "utf-8"] = encodings.find(([mark]) => hasMark(bytes, mark)) ?? [];
	try {
		const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
		return text.includes("\0") ? { why: "it is no UTF-8 text (UTF-16 without a mark?)" } : { text };
	} catch {
		return { why: `it is no ${encoding.toUpperCase()} text` };
	}
};

// src/manifests/find-manifests.ts
/** More than this is a whole repository, not what is applied. */
const mostFiles = 2e3;
const isManifestName = (path) => /\.(ya?ml|json)$/i.test(path);
/** Links are followed; one that leads nowhere is `other`, as is what is not there. */
const lookAt = async (path, pattern, workspace) => {
	const found = await stat(path).catch(() => void 0);
	return {
		path,
		kind: found?.isFile() ? "file" : found?.isDirectory() ? "folder" : "other",
		outside: findOwnOutside(path, pattern, workspace)
	};
};
/** Links there are whoever's who wrote what was checked out; an absolute glob is the author's own. */
const findOwnOutside = (path, pattern, workspace) => pattern.startsWith("/") ? void 0 : findOutside(path, workspace, toRealPaths(".", workspace));
/** What would be gone through must not be the whole machine. */
const requireInside = (pattern, workspace) => {
	const folder = pattern.replace(/[^/]*[*?{[(].*$/s, "");
	const outside = findOwnOutside(folder, pattern, workspace);
	if (outside === void 0) return;
	throw new Failure(`manifests: ${pattern} leads out of the workspace, to ${outside}`, { remedy: "Write the absolute path where that is meant." });
};
const expand = async (pattern, exclude, workspace) => {
	requireInside(pattern, workspace);
	const named = await lookAt(resolve(workspace, pattern), pattern, workspace);
	if (named.kind !== "other") return [named];
	const entries = [];
	for await (const path of glob(pattern, {
		cwd: workspace,
		exclude
	})) {
		if (entries.length > mostFiles) break;
		if (isManifestName(path)) entries.push(await lookAt(resolve(workspace, path), pattern, workspace));
	}
	return entries.filter(({ kind }) => kind !== "folder");
};
const requireSome = async (pattern, entries, excluded, workspace) => {
	const [first] = entries;
	if (first?.kind === "folder") throw new Failure(`manifests: ${pattern} is a folder`, { remedy: `Write which of its files are meant, such as ${pattern.replace(/\/$/, "")}/*.yaml.` });
	if (entries.length > 0) return;
	if (excluded.length > 0 && (await expand(pattern, [], workspace)).length > 0) {
		const all = excluded.map((glob) => `!${glob}`).join(", ");
		throw new Failure(`manifests: ${all} leaves out all files that ${pattern} matches`, { remedy: "Leave out less, or leave manifests out altogether." });
	}
	throw new Failure(`manifests: ${pattern} matches no file that ends in .yaml, .yml or .json`, { remedy: "Paths start in the workspace; what another step makes has to be there before this step." });
};
const findEntries = async (patterns, workspace) => {
	const excluded = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1).trim().replace(/^\.\//, ""));
	const exclude = ["**/node_modules", ...excluded];
	const found = /* @__PURE__ */ new Map();
	for (const pattern of patterns.filter((each) => !each.startsWith("!"))) {
		const entries = await expand(pattern, exclude, workspace);
		await requireSome(pattern, entries, excluded, workspace);
		for (const entry of entries) found.set(entry.path, entry);
	}
	if (found.size > mostFiles) throw new Failure(`manifests: more than ${mostFiles} files match`, { remedy: "Name the folder of the manifests, such as k8s/**/*.yaml." });
	return [...found.values()].sort((a, b) => a.path.localeCompare(b.path));
};
const readBytes = (path) => {
	try {
		return readRegularFile(path);
	} catch (error) {
		return error;
	}
};
const readEntry$1 = async ({ path, kind, outside }, workspace) => {
	const below = relative(workspace, path);
	const file = below.startsWith("..") ? path : below;
	const skip = (why) => ({
		workloads: [],
		claims: [],
		warnings: [{
			message: `${file} is not checked: ${why}.`,
			place: {
				file,
				line: 1
			}
		}]
	});
	if (kind !== "file") return skip("it is not a file");
	if (outside !== void 0) return skip(`it leads out of the workspace, to ${outside}`);
	const bytes = readBytes(path);
	if (!Buffer.isBuffer(bytes)) return skip(`it cannot be read (${bytes.code ?? bytes.message})`);
	const decoded = decodeManifest(bytes);
	if ("why" in decoded) return skip(decoded.why);
	const { parseManifest } = await import("./parse-manifest.js");
	return parseManifest(decoded.text, file);
};
/**
* Reads the Kubernetes manifests that the globs name, those that begin with `!` left out.
*
* @throws {Failure} when a glob matches no manifest: a typo must not mean that nothing is checked
*/
const findManifests = async (patterns, workspace) => {
	const read = [];
	for (const entry of await findEntries(patterns, workspace)) read.push(await readEntry$1(entry, workspace));
	return {
		workloads: read.flatMap(({ workloads }) => workloads),
		claims: read.flatMap(({ claims }) => claims),
		warnings: read.flatMap(({ warnings }) => warnings)
	};
};

// src/facts/engine.ts
const toEngine = (info) => {
	const driverStatus = Object.fromEntries(info.DriverStatus ?? []);
	const { Address: address, Namespaces } = info.Containerd ?? {};
	const namespace = Namespaces?.Containers ?? "moby";
	return {
		version: info.ServerVersion ?? "unknown",
		driver: info.Driver ?? "unknown",
		driverStatus,
		dataRoot: info.DockerRootDir ?? "/var/lib/docker",
		cores: info.NCPU ?? 1,
		memoryBytes: info.MemTotal ?? 0,
		securityOptions: info.SecurityOptions ?? [],
		operatingSystem: info.OperatingSystem ?? "unknown",
		containerd: address === void 0 ? void 0 : {
			address,
			namespace
		},
		hasContainerdStore: driverStatus["driver-type"]?.startsWith("io.containerd") ?? false
	};
};
/** @throws {Failure} when there is no daemon */
const findEngine = async (ask) => toEngine(await ask("/info") ?? {});
/** Reads what `buildx inspect` prints. */
const parseBuilder = (printed, isLocalDaemon) => {
	const driver = /^Driver:\s*(\S+)/m.exec(printed)?.[1];
	if (driver === void 0) return void 0;
	const endpoints = [...printed.matchAll(/^Endpoint:\s*(\S+)/gm)].map(([, endpoint = ""]) => endpoint);
	const isHere = (endpoint) => /^(?:default$|unix:)/.test(endpoint);
	return {
		driver,
		isLocal: isLocalDaemon && (driver === "docker" || driver === "docker-container") && endpoints.every(isHere)
	};
};
/**
* Asks which builder buildx uses.
*
* @returns undefined where buildx does not tell, which is the builds' own trouble
* @throws {Failure} when the docker command has no buildx
*/
const findBuilder = async (docker) => {
	const inspected = await docker.try(["buildx", "inspect"]);
	if (inspected.code === 0) return parseBuilder(inspected.stdout, docker.isLocal);
	const ended = await docker.try(["buildx", "version"]);
	if (ended.code === 0) return void 0;
	throw new Failure(`\`docker buildx\` does not work: ${describeEnd(ended)}`, { remedy: "Install the buildx plugin, or use docker/setup-buildx-action before this step." });
};

// src/facts/freeable.ts
/** Looks which folders of the catalog are there; whether they may go is asked once more then. */
const findFreeable = async () => {
	const found = catalog.map(async ({ name, paths, typicalBytes }) => {
		const stats = await Promise.all(paths.map((path) => lstat(path).catch(() => void 0)));
		const present = paths.flatMap((path, index) => {
			const stat = stats[index];
			return stat?.isDirectory() ? [{
				name,
				path,
				device: toDevice(stat.dev)
			}] : [];
		});
		return present.map((each) => ({
			...each,
			typicalBytes: typicalBytes / present.length
		}));
	});
	return (await Promise.all(found)).flat();
};

// src/facts/held.ts
/** At most so much of what a build needs may be there already: images, but the nodes' own, and cache. */
const toHeldBytes = (usage, nodes) => {
	const ofNodes = new Set(nodes.map(({ imageId }) => imageId));
	const images = (usage.Images ?? []).filter(({ Id }) => !ofNodes.has(Id));
	const cache = (usage.BuildCache ?? []).filter(({ Shared }) => !Shared);
	const sum = (all) => all.reduce((bytes, { Size }) => bytes + Size, 0);
	return Math.min(sum(images), usage.LayersSize ?? 0) + sum(cache);
};
/** Docker may count long, or be asked the same by another job: nothing is refused for that. */
const deadlineMs = 1e4;
/** Asks Docker, which has to think about it: only where it could matter. Infinite when unknown. */
const findHeldBytes = async (ask, nodes) => {
	const late = timers.setTimeout(deadlineMs, void 0, { ref: false });
	const asked = ask("/system/df?type=image&type=build-cache").catch(() => void 0);
	const usage = await Promise.race([asked, late]);
	return usage === void 0 ? Number.POSITIVE_INFINITY : toHeldBytes(usage, nodes);
};

// src/facts/cgroups.ts
const readQuietly = async (path) => {
	try {
		return readRegularFile(path).toString("utf8");
	} catch {
		return;
	}
};
/** Version 1 says "no limit" with a number that no machine has. */
const leastUnlimited = 2 ** 60;
/** Reads a limit of memory, of either version of cgroups; undefined for none. */
const parseMemoryLimit = (text) => {
	const bytes = /^\s*(\d+)\s*$/.exec(text)?.[1];
	return bytes === void 0 || Number(bytes) >= leastUnlimited ? void 0 : Number(bytes);
};
/** Reads microseconds and the period that they are of, as `cpu.max` has them; undefined for no limit. */
const parseCpuLimit = (text) => {
	const [, quota, period] = /^\s*(\d+)\s+(\d+)\s*$/.exec(text) ?? [];
	return quota === void 0 || Number(period) === 0 ? void 0 : Number(quota) / Number(period);
};
/**
* The cgroups above a container's own, outermost first. There are none where the text is of another
* process, as when we are in a container with process numbers of its own.
*
* @param text of `/proc/PID/cgroup`
*/
const toAbove = (text, controller, containerId) => {
	const lines = text.split("\n").map((line) => line.split(":"));
	const first = lines.find(([, names = ""]) => names.split(",").includes(controller));
	const [, , path = ""] = first ?? lines.find(([number]) => number === "0") ?? [];
	const parts = path.split("/").slice(1);
	const own = parts.findIndex((part) => part.includes(containerId));
	if (own < 0 || parts.includes("..")) return [];
	const base = first === void 0 ? "/sys/fs/cgroup" : `/sys/fs/cgroup/${controller}`;
	return Array.from({ length: own + 1 }, (_, depth) => {
		const above = parts.slice(0, depth);
		const folder = [base, ...above].join("/");
		return {
			path: `/${above.join("/")}`,
			folder,
			version: first === void 0 ? 2 : 1
		};
	});
};
const limitOf = async ({ folder, version }, controller, read) => {
	const file = async (name) => await read(join(folder, name)) ?? "";
	if (controller === "memory") return parseMemoryLimit(await file(version === 1 ? "memory.limit_in_bytes" : "memory.max"));
	if (version === 2) return parseCpuLimit(await file("cpu.max"));
	return parseCpuLimit(`${await file("cpu.cfs_quota_us")} ${await file("cpu.cfs_period_us")}`);
};
/** Limits of the layers between this machine and a container that runs on it. */
const findBoundsAbove = async (pid, containerId, read = readQuietly) => {
	const text = await read(`/proc/${pid}/cgroup`) ?? "";
	const find = async (controller) => {
		const above = toAbove(text, controller, containerId);
		return (await Promise.all(above.map(async (layer) => ({
			layer,
			amount: await limitOf(layer, controller, read)
		})))).flatMap(({ layer: { path }, amount }) => amount === void 0 ? [] : [{
			what: `limit of the machine's cgroup ${path}`,
			amount,
			isShared: true
		}]);
	};
	return {
		memory: await find("memory"),
		cpu: await find("cpu")
	};
};

// src/facts/node-rooms.ts
/** What kubelet takes where its configuration says nothing. */
const defaultEvicts = {
	"nodefs.available": "10%",
	"imagefs.available": "15%",
	"nodefs.inodesFree": "5%",
	"imagefs.inodesFree": "5%"
};
const defaultCollectsAbove = 85;
/** Limits are rounded to pages, and what is a hair lower is the same limit seen once more. */
const isTighter = (one, other) => one.amount < other.amount * .9999;
/** The one that counts; of equal ones the first. */
const findTightest = ([first, ...rest]) => first && rest.reduce((least, bound) => isTighter(bound, least) ? bound : least, first);
const own = (amount) => amount ? [{
	what: "limit of its container",
	amount,
	isShared: false
}] : [];
const toContainerBounds = ({ HostConfig = {} }) => {
	const { Memory, NanoCpus = 0, CpuQuota = 0, CpuPeriod } = HostConfig;
	const quota = CpuQuota > 0 ? CpuQuota / (CpuPeriod || 1e5) : void 0;
	return {
		memory: own(Memory),
		cpu: [...own(NanoCpus / 1e9), ...own(quota)]
	};
};
const lineOf = (printed, word) => printed.split("\n").find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
const bound = (what, amount, isShared) => amount === void 0 ? [] : [{
	what,
	amount,
	isShared
}];
/** What the node itself sees of its cgroups. */
const toInnerBounds = (printed, { HostConfig = {} }) => {
	const line = (word) => lineOf(printed, word) ?? "";
	const inner = "limit of its container's cgroup";
	const cores = Number(line("cores")) || void 0;
	const isPinned = Boolean(HostConfig.CpusetCpus);
	return {
		memory: [...bound(inner, parseMemoryLimit(line("memory")), false), ...bound("limit of a cgroup above its container", parseMemoryLimit(line("memory-around")), true)],
		cpu: [...bound(inner, parseCpuLimit(line("cpu")), false), ...bound(isPinned ? "the CPUs of its container" : "the CPUs it may run on", cores, !isPinned)]
	};
};
const toDisk = (line, isHere) => {
	if (line === void 0 || !/^\d+( \d+){5}$/.test(line)) return void 0;
	const [dev = 0, block = 0, blocks = 0, free = 0, totalInodes = 0, freeInodes = 0] = line.split(" ").map(Number);
	const bytes = {
		totalBytes: blocks * block,
		freeBytes: free * block
	};
	return {
		device: toDevice(dev, isHere),
		...bytes,
		totalInodes,
		freeInodes
	};
};
const toKubelet = (printed) => {
	const [, config] = printed.split(/^kubelet\n/m);
	if (config === void 0) return void 0;
	const written = [...config.matchAll(/^ +([\w.]+): {0,9}"?([^"\n]*)"?$/gm)].map(([, signal = "", threshold = ""]) => [signal, threshold]);
	const collects = /^imageGCHighThresholdPercent: *(\d+)$/m.exec(config)?.[1];
	return {
		evicts: config.includes("evictionHard:") ? Object.fromEntries(written) : defaultEvicts,
		collectsAbove: collects === void 0 ? defaultCollectsAbove : Number(collects)
	};
};
/** Puts together what the engine, the node and the machine say of one node. */
const toNodeRoom = (sighting) => {
	const { engine, node, inspected, printed, above, isLocalDaemon } = sighting;
	const container = toContainerBounds(inspected);
	const inner = toInnerBounds(printed, inspected);
	const all = (amount) => amount > 0 ? [{
		what: "all that the machine has",
		amount,
		isShared: true
	}] : [];
	return {
		node: node.name,
		role: node.role,
		bounds: {
			memory: [
				...container.memory,
				...all(engine.memoryBytes),
				...above.memory,
				...inner.memory
			],
			cpu: [
				...container.cpu,
				...all(engine.cores),
				...above.cpu,
				...inner.cpu
			]
		},
		disk: toDisk(lineOf(printed, "disk"), isLocalDaemon),
		kubelet: toKubelet(printed)
	};
};
const timeoutMs = 1e4;
/** What runs in a node to tell its room, as it is. */
const readRoomScript = () => readFileSync(new URL("./in-node/room.sh", import.meta.url), "utf8");
const findRoom = async (api, node, { engine, isLocalDaemon }) => {
	const argv = [
		"bash",
		"-c",
		readRoomScript()
	];
	const [inspected, printed, above] = await Promise.all([
		api.ask(`/containers/${node.containerId}/json`).catch(() => void 0),
		execute(api, node.containerId, argv, timeoutMs).catch(() => ""),
		isLocalDaemon ? findBoundsAbove(node.pid, node.containerId) : {
			memory: [],
			cpu: []
		}
	]);
	return toNodeRoom({
		engine,
		node,
		inspected: inspected ?? {},
		printed,
		above,
		isLocalDaemon
	});
};
/** Looks how much room the cluster's nodes have; only manifests are compared with it. */
const findNodeRooms = async (api, { manifests, clusterName, nodes }, found) => {
	if (manifests.length === 0) return [];
	const all = nodes.length === 0 ? found.nodes : await findNodes(api.ask, clusterName, []).then((all) => all.nodes, () => found.nodes);
	return Promise.all(all.map((node) => findRoom(api, node, found)));
};

// src/facts/look.ts
const findTargets = async (docker, { build, bake, allow }, { workspace, runId }) => {
	const asking = findBuilder(docker);
	const printing = bake && printTargets(docker, bake, allow, workspace);
	await Promise.allSettled([asking, printing]);
	const [builder, printed] = [await asking, await printing];
	if (printed !== void 0) return {
		targets: toTargets(printed, builder?.driver, runId),
		builder
	};
	return {
		targets: build === void 0 ? [] : [toOwnTarget(build, runId)],
		builder
	};
};
/** What is to be built, with what, and how large it was last time. */
const findBuilds = async (docker, inputs, place, memory) => {
	if (inputs.build === void 0 && inputs.bake === void 0) return {
		targets: [],
		builder: void 0,
		lastSizes: void 0
	};
	const found = await findTargets(docker, inputs, place);
	return {
		...found,
		lastSizes: memory && await recallSizes(memory, found.targets)
	};
};
/** What a load alone writes is little; it does not wait for this. */
const isNeeded = ({ targets }, { isDryRun }, { isHostedRunner }) => targets.length > 0 || isDryRun || isHostedRunner;
const findDisk = async (api, found, inputs, place) => {
	const { nodes, lastSizes } = found;
	const { tempDir, isHostedRunner } = place;
	if (!isNeeded(found, inputs, place)) return {
		filesystems: [],
		nodeImages: /* @__PURE__ */ new Map(),
		freeable: [],
		heldBytes: 0
	};
	const [{ filesystems, nodeImages }, freeable] = await Promise.all([findFilesystems(api, found, tempDir), isHostedRunner ? findFreeable() : []]);
	const freeBytes = findDockers(filesystems)?.freeBytes ?? Number.POSITIVE_INFINITY;
	return {
		filesystems,
		nodeImages,
		freeable,
		heldBytes: lastSizes !== void 0 && 4 * lastSizes.totalBytes > freeBytes ? await findHeldBytes(api.ask, nodes) : 0
	};
};
/**
* Looks at all that the plan depends on, changing nothing.
*
* @throws {Failure} one per thing that is missing: docker, buildx, the cluster, nodes, images
*/
const look = (docker, inputs, place, memory) => withEngineApi(docker, async (api) => {
	const { ask } = api;
	const questions = [
		findEngine(ask),
		findNodes(ask, inputs.clusterName, inputs.nodes),
		findImages(ask, inputs.images),
		findBuilds(docker, inputs, place, memory),
		findManifests(inputs.manifests, place.workspace)
	];
	const [, , , builds] = await Promise.allSettled(questions);
	if (builds.status === "fulfilled") refuseOwnImages(inputs.images, builds.value.targets);
	const [engine, images] = [await questions[0], await questions[2]];
	const { nodes, leftOut } = await questions[1];
	const { isLocal: isLocalDaemon } = docker;
	const found = {
		engine,
		isLocalDaemon,
		nodes,
		leftOut,
		images,
		...await questions[3]
	};
	refuseSeveralPlatforms(found.targets, engine);
	const manifests = await questions[4];
	const { hasContainerdStore } = engine;
	const { hasCacheService } = place;
	const driver = found.builder?.driver;
	requireCacheExport(found.targets, {
		driver,
		hasContainerdStore,
		hasCacheService
	});
	const [disk, nodeRooms] = await Promise.all([findDisk(api, found, inputs, place), findNodeRooms(api, inputs, found)]);
	const { isHostedRunner } = place;
	return {
		...found,
		...disk,
		isHostedRunner,
		manifests,
		nodeRooms
	};
});

// src/host/core-limit.ts
/**
* Keeps secrets out of core dumps of this process and of the children that it starts from now on. One
* byte, not none: the kernel then writes no file and starts no collector either (core(5)); a limit of
* none would be ignored for collectors. Node cannot set limits, util-linux can.
*/
const forbidCoreDumps = async (env) => {
	const args = [`--pid=${process.pid}`, "--core=1:1"];
	await runCaptured({
		file: "prlimit",
		args,
		env,
		timeoutMs: 5e3
	}).catch(() => void 0);
};

// src/host/own-docker-folders.ts
/**
* Keeps all that works. Where a folder for logins is out of reach, nothing is lost with another one.
* Where only buildx cannot write, logins and contexts stay where they are, and buildx alone gets
* another one: so a login never has to be copied.
*
* @param tempDir a folder that ends with the step
*/
const planOwnFolders = ({ config, buildx }, tempDir) => {
	const own = join(tempDir, "docker");
	const ownBuildx = join(own, "buildx");
	return {
		variables: {
			...!config.isInReach && { DOCKER_CONFIG: own },
			...!buildx.isUsable && { BUILDX_CONFIG: ownBuildx }
		},
		builders: config.isInReach && !buildx.isUsable && buildx.path !== void 0 ? {
			from: buildx.path,
			to: ownBuildx
		} : void 0
	};
};
/** Names of builders and of this machine; no secrets, which `instances` may hold. */
const copyIfThere = (from, to) => {
	if (!isMissing(from)) writeFileSync(to, readRegularFile(from), { mode: 384 });
};
/**
* Lets buildx find the builders of a folder in which it cannot write, and which of them is in use.
* The builders themselves are only linked: with them are keys of registries and of remote builders.
*
* @returns whether there are none that could not be read
*/
const lendBuilders = (from, to) => {
	mkdirSync(join(to, "defaults"), {
		recursive: true,
		mode: 448
	});
	const instances = resolve(from, "instances");
	if (isMissing(instances)) return true;
	if (!canRead(instances) || !canSearch(instances)) return false;
	try {
		for (const name of [".buildNodeID", "current"]) copyIfThere(join(from, name), join(to, name));
		const defaults = join(from, "defaults");
		for (const name of isMissing(defaults) ? [] : readdirSync(defaults)) copyIfThere(join(defaults, name), join(to, "defaults", name));
	} catch {
		return false;
	}
	symlinkSync(instances, join(to, "instances"));
	return true;
};
/**
* Makes folders of the step's own where docker and buildx cannot use this user's.
*
* @param tempDir a folder that ends with the step
* @returns the environment for docker, and for all that starts it
*/
const settleDocker = (env, tempDir, log) => {
	const found = findDockerFolders(env);
	const { variables, builders } = planOwnFolders(found, tempDir);
	if (variables["DOCKER_CONFIG"] !== void 0) {
		const { path } = found.config;
		log(path === void 0 ? "This user has no home: no logins and contexts from there." : `${path} is out of reach: no logins and contexts from there.`);
	}
	if (builders !== void 0) {
		const without = lendBuilders(builders.from, builders.to) ? "" : "; what builders it has cannot be read";
		log(`buildx cannot write to ${builders.from}, and gets a folder for this step${without}.`);
	}
	return {
		...env,
		...variables
	};
};

// src/inputs/read-build.ts
/** Names of images, each once; `orId` where an image's ID will do. */
const readReferences = (input, raw, report, orId = "names-only") => {
	const references = /* @__PURE__ */ new Map();
	for (const value of parseList(input, raw, report)) {
		const reference = (orId === "or-id" ? parseImageId(value) : void 0) ?? parseImageReference(value);
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
/** `default`, or an id with the sockets or keys behind it. */
const readSsh = (raw, report) => {
	const lines = toLines(raw["ssh"]);
	for (const value of lines.filter((line) => !/^[\w.-]+(=.+)?$/.test(line))) report({
		input: "ssh",
		value,
		reason: "not what --ssh takes",
		remedy: "Write default, or id=path of a socket or key, one a line."
	});
	return lines;
};
/** What a build is given of what is allowed; `ssh` needs no more than to be named. */
const toEntitlements = ({ words }) => words.filter((word) => word !== "ssh");
/** What one build takes, with its context or without. */
const readBuildWords = (raw, report) => {
	reportStandardInput(raw, report);
	const tags = readReferences("tags", raw, report);
	for (const tag of tags.filter(({ given }) => given.includes("@"))) report({
		input: "tags",
		value: tag.given,
		reason: "a build cannot be given a digest",
		remedy: "Write NAME:TAG."
	});
	return {
		context: toOptional(raw["context"]),
		file: toOptional(raw["file"]),
		target: toOptional(raw["target"]),
		tags,
		buildArgs: parseAssignments("build-args", raw["build-args"], "argument", report),
		labels: parseAssignments("labels", raw["labels"], "label", report),
		buildContexts: parseAssignments("build-contexts", raw["build-contexts"], "context", report),
		network: toOptional(raw["network"]),
		ssh: readSsh(raw, report),
		noCache: parseBoolean("no-cache", raw["no-cache"], report),
		pull: parseBoolean("pull", raw["pull"], report)
	};
};
/** Reads the step's own build; undefined where it has none. */
const readBuild = (raw, allow, workspace, report) => {
	const { context, ...words } = readBuildWords(raw, report);
	if (context === void 0) return void 0;
	if (toOptional(raw["tags"]) === void 0) report({
		input: "tags",
		reason: "empty, and a pod could not name the image that is built",
		remedy: "Give the image a name, such as my-api:dev."
	});
	reportOutsideBuild({
		context,
		...words
	}, workspace, report);
	return {
		context,
		...words,
		allow: toEntitlements(allow)
	};
};

// src/inputs/to-bake-target.ts
/** `NAME=value` as a map; a name alone takes its value from the environment, as in a build. */
const toMap = (entries, bareValue) => Object.fromEntries(entries.flatMap((entry) => {
	const at = entry.indexOf("=");
	const name = at < 0 ? entry : entry.slice(0, at);
	const value = at < 0 ? bareValue(name) : entry.slice(at + 1);
	return value === void 0 ? [] : [[escapeTemplate(name), escapeTemplate(value)]];
}));
/** Bake looks for a Dockerfile in the context, a build where it was started. */
const toDockerfile = (context, file, workspace) => {
	return toContextFolder(context, workspace) === void 0 || /^https?:\/\//.test(file) ? file : resolve(workspace, file);
};
/** A build as a target of a Bake file. */
const toBakeTarget = (build, { env, workspace }) => {
	const { context, file, target, network } = build;
	const dockerfile = file === void 0 ? void 0 : toDockerfile(context, file, workspace);
	return {
		context: escapeTemplate(context),
		...dockerfile !== void 0 && { dockerfile: escapeTemplate(dockerfile) },
		...target !== void 0 && { target: escapeTemplate(target) },
		...network !== void 0 && { network: escapeTemplate(network) },
		...build.noCache && { "no-cache": true },
		...build.pull && { pull: true },
		tags: build.tags.map(({ given }) => given),
		args: toMap(build.buildArgs, (name) => env[name]),
		labels: toMap(build.labels, () => ""),
		contexts: toMap(build.buildContexts, () => void 0),
		ssh: build.ssh.map(escapeTemplate),
		...build.allow.length > 0 && { entitlements: build.allow }
	};
};

// src/inputs/yaml-words.ts
const refuse = (word, { kind, line }, wanted, report) => {
	const reason = kind === "none" ? "a value is missing" : `a ${kind} where none can be`;
	report({
		input: `builds, line ${line}, ${word}`,
		reason,
		remedy: `Write ${wanted}.`
	});
	return [];
};
/** Entries of `name=value` from a map, or a list of such entries and maps. A name alone has no value. */
const toAssignments = (word, value, report) => {
	const wanted = "a map of names and texts, or a list of name=value";
	if (value.kind === "none") return [];
	if (value.kind === "list") return value.items.flatMap((item) => {
		if (item.kind === "text") return [item.text];
		return item.kind === "map" ? toAssignments(word, item, report) : refuse(word, item, wanted, report);
	});
	if (value.kind === "text") return [value.text];
	return value.entries.flatMap(({ key, line, value: each }) => {
		if (key.includes("=")) {
			report({
				input: `builds, line ${line}, ${word}`,
				value: key,
				reason: "a name with =",
				remedy: `Write ${wanted}.`
			});
			return [];
		}
		if (each.kind === "none") return [key];
		return each.kind === "text" ? [`${key}=${each.text}`] : refuse(word, each, wanted, report);
	});
};
const lists = ["tags", "ssh"];
/** A value as the input of that name has it: the items of a list are its lines. */
const toWordText = (word, value, report) => {
	if (value.kind === "none") return "";
	if (value.kind === "text") return value.text;
	if (value.kind === "map" || !lists.includes(word)) {
		refuse(word, value, lists.includes(word) ? "a text, or a list of texts" : "a text", report);
		return "";
	}
	return value.items.flatMap((item) => item.kind === "text" ? [item.text] : refuse(word, item, "a text", report)).join("\n");
};

// src/inputs/read-builds.ts
/** The YAML parser where these inputs need one. */
const importYaml = async (raw) => toOptional(raw["builds"]) === void 0 ? () => ({
	value: void 0,
	problem: void 0
}) : (await import("./parse-yaml.js")).parseYaml;
/** The last part of a name, without its tag: `api` of `ghcr.io/acme/api:dev`. */
const shortName = (reference) => reference?.replace(/@.*$/, "").replace(/:[^:/]*$/, "").split("/").at(-1)?.replace(/[^\w-]/g, "-");
/** Words that others have for the same thing. */
const otherWords$1 = {
	dockerfile: "file",
	args: "build-args",
	contexts: "build-contexts",
	image: "tags",
	tag: "tags"
};
const reportUnknown$1 = ({ key, line }, known, report) => {
	const other = otherWords$1[key];
	const remedy = other === void 0 ? `It may have: ${known.join(", ")}.` : `Write ${other}.`;
	report({
		input: `builds, line ${line}`,
		value: key,
		reason: "unknown",
		remedy
	});
};
/** Words whose values are maps of names, with the kind of those. */
const maps = {
	"build-args": "argument",
	labels: "label",
	"build-contexts": "context"
};
const isMapWord = (word) => word in maps;
const nameRemedy = "Give it a name of letters, digits, dashes and underscores.";
const readName = (given, tag, input, report) => {
	const name = given ?? shortName(tag);
	if (name === void 0) report({
		input,
		reason: "it has no name",
		remedy: `${nameRemedy} Or give it tags.`
	});
	else if (!/^[a-zA-Z0-9_-]+$/.test(name)) report({
		input,
		value: name,
		reason: "not the name of a target",
		remedy: nameRemedy
	});
	else return name;
};
const readEntry = (item, allow, places, report) => {
	const input = `builds, line ${item.line}`;
	if (item.kind !== "map") {
		report({
			input,
			reason: "the entry is not a map",
			remedy: "Write its words as `context: ...`, `tags: ...`."
		});
		return [];
	}
	const known = ["name", ...buildWords];
	const raw = {};
	const assigned = {};
	const lines = new Map(item.entries.map(({ key, line }) => [key, line]));
	const reportAt = (problem) => {
		const line = lines.get(problem.input) ?? item.line;
		report({
			...problem,
			input: `builds, line ${line}, ${problem.input}`
		});
	};
	for (const entry of item.entries) {
		const { key, value } = entry;
		if (!known.includes(key)) reportUnknown$1(entry, known, report);
		else if (isMapWord(key) && value.kind !== "text") {
			const entries = toAssignments(key, value, report);
			assigned[key] = checkAssignments(key, entries, maps[key], reportAt);
		} else raw[key] = toWordText(key, value, report);
	}
	const { context, ...words } = readBuildWords(raw, reportAt);
	if (context === void 0) report({
		input,
		reason: "it has no context",
		remedy: "Name the folder to build."
	});
	const name = readName(toOptional(raw["name"]), words.tags[0]?.given, input, report);
	if (name === void 0) return [];
	const build = {
		...words,
		context: context ?? ".",
		buildArgs: assigned["build-args"] ?? words.buildArgs,
		labels: assigned["labels"] ?? words.labels,
		buildContexts: assigned["build-contexts"] ?? words.buildContexts,
		allow: toEntitlements(allow)
	};
	reportOutsideBuild(build, places.workspace, reportAt);
	return [{
		name,
		line: item.line,
		target: toBakeTarget(build, places)
	}];
};
const parseItems = (text, { parseYaml }, report) => {
	const { value, problem } = parseYaml(text);
	if (value?.kind === "list" && value.items.length > 0) return value.items;
	report({
		input: "builds",
		reason: "not a YAML list",
		...problem && {
			input: `builds, line ${problem.line}`,
			reason: problem.reason
		},
		remedy: "Write `- context: api`, newline, `  tags: api:dev`, and so on for each image."
	});
	return [];
};
/** Reads the list of builds in the step, as a file of Bake would have it. */
const readBuilds = (text, allow, places, report) => {
	const entries = parseItems(text, places, report).flatMap((item) => readEntry(item, allow, places, report));
	const first = /* @__PURE__ */ new Map();
	for (const { name, line } of entries) {
		const other = first.get(name);
		first.set(name, other ?? line);
		if (other === void 0) continue;
		const reason = `the entry of line ${other} has this name, too`;
		report({
			input: `builds, line ${line}`,
			value: name,
			reason,
			remedy: "Give each a name of its own."
		});
	}
	return {
		group: { default: { targets: entries.map(({ name }) => name) } },
		target: Object.fromEntries(entries.map(({ name, target }) => [name, target]))
	};
};

// src/inputs/allow.ts
const remedy$2 = "Write fs=PATH, fs.read=PATH, fs.write=PATH, network.host, security.insecure, ssh, device or device=NAME.";
/** Reads what the workflow's author allows. */
const readAllow = (raw, report) => {
	const words = [];
	const reads = [];
	const writes = [];
	for (const value of parseList("allow", raw, report)) {
		const [, kind, path = ""] = /^fs(\.read|\.write)?=(.+)$/.exec(value) ?? [];
		const isPath = path !== "";
		if (isPath && kind !== ".write") reads.push(path);
		if (isPath && kind !== ".read") writes.push(path);
		if (isPath) continue;
		if (/^(?:network\.host|security\.insecure|ssh|device(?:=.+)?)$/.test(value)) words.push(value);
		else report({
			input: "allow",
			value,
			reason: "nothing that can be allowed",
			remedy: remedy$2
		});
	}
	return {
		words,
		reads,
		writes
	};
};

// src/inputs/find-missing.ts
const remedy$1 = "Paths start in the workspace: has actions/checkout run before this step?";
const reportPlace = (place, { workspace, kindOf }, report) => {
	const { input, context, file } = place;
	const folder = toContextFolder(context, workspace);
	if (folder === void 0 || context === "-") return;
	const kind = kindOf(folder);
	const isThere = (name) => kindOf(resolve(folder, name)) !== "nothing";
	if (kind !== "folder") {
		const reason = kind === "file" ? "it is no folder" : "there is no such folder";
		report({
			input: `${input}context`,
			value: context,
			reason,
			remedy: remedy$1
		});
	} else if (file === void 0 && !isThere("Dockerfile") && !isThere("dockerfile")) report({
		input: `${input}context`,
		value: context,
		reason: "the folder has no Dockerfile",
		remedy: `Name it with file. ${remedy$1}`
	});
	else if (file !== void 0 && !isThere(file)) report({
		input: `${input}file`,
		value: file,
		reason: "there is no such file",
		remedy: remedy$1
	});
};
const toOwn = ({ context, file }, workspace) => file === "-" || /^https?:/.test(file ?? "") ? [] : [{
	input: "",
	context,
	file: file === void 0 ? void 0 : resolve(workspace, file)
}];
const text = (value) => typeof value === "string" ? value : void 0;
/** Of the entries in `builds`; Bake looks for their Dockerfiles in their contexts. */
const toEntries$1 = ({ definition }, workspace) => Object.entries(definition?.target ?? {}).flatMap(([name, target]) => {
	if (target["dockerfile-inline"] !== void 0) return [];
	const context = text(target["context"]) ?? ".";
	const file = text(target["dockerfile"]);
	const inside = file === void 0 ? void 0 : resolve(workspace, context, file);
	return [{
		input: `builds, ${name}, `,
		context,
		file: inside
	}];
});
/** What is to be built and is not there: said before a token is minted for it. */
const reportMissing = (build, bake, looker, report) => {
	const { workspace, kindOf } = looker;
	const places = [...build === void 0 ? [] : toOwn(build, workspace), ...bake === void 0 ? [] : toEntries$1(bake, workspace)];
	for (const place of places) reportPlace(place, looker, report);
	for (const value of bake?.files ?? []) {
		if (value.includes("://") || kindOf(resolve(workspace, value)) !== "nothing") continue;
		report({
			input: "bake-files",
			value,
			reason: "there is no such file",
			remedy: remedy$1
		});
	}
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

// src/inputs/read-bake.ts
/** Words that say what is built, of which one step takes one. */
const ways$1 = [
	"context",
	"bake-files",
	"builds"
];
const reportMixture = (raw, report) => {
	const given = ways$1.filter((name) => toOptional(raw[name]) !== void 0);
	if (given.length > 1) {
		const remedy = `Keep one of ${given.join(", ")}; a build of its own can be an entry or a target.`;
		report({
			input: given[1] ?? "builds",
			reason: `given together with ${given[0]}`,
			remedy
		});
	}
	if (given.length === 0 || given[0] === "context") return;
	for (const word of buildWords) {
		const value = toOptional(raw[word]);
		if (word === "context" || value === void 0 || value === "false") continue;
		const remedy = `Write it into ${given[0] === "builds" ? "the entries" : "the file, or bake-set"}.`;
		report({
			input: word,
			reason: `for a single build, not for ${given[0]}`,
			remedy
		});
	}
};
/** Reads what is to be built from Bake files, or from the list in the step; undefined for neither. */
const readBake = (raw, allow, places, report) => {
	reportMixture(raw, report);
	const [files, targets, sets] = [
		parseList("bake-files", raw, report),
		parseList("targets", raw, report),
		toLines(raw["bake-set"])
	];
	const text = toOptional(raw["builds"]);
	for (const value of sets.filter((line) => !/^[^\s.=]+\.[^\s=]+=/.test(line))) report({
		input: "bake-set",
		value,
		reason: "not a change to a target",
		remedy: "Write TARGET.KEY=VALUE, as for `docker buildx bake --set`."
	});
	for (const value of targets.filter((name) => !/^[a-zA-Z0-9_.-]+$/.test(name) || /^[.-]/.test(name))) report({
		input: "targets",
		value,
		reason: "not the name of a target",
		remedy: "Write names of targets or groups, as the Bake file has them."
	});
	if (files.length === 0 && text === void 0) {
		for (const input of ["targets", "bake-set"]) {
			if (toOptional(raw[input]) === void 0) continue;
			report({
				input,
				reason: "given without bake-files or builds",
				remedy: "Name the Bake files in bake-files, or leave it out."
			});
		}
		return;
	}
	for (const file of files) reportOutside("bake-files", file, places.workspace, report);
	return {
		files,
		definition: text === void 0 ? void 0 : readBuilds(text, allow, places, report),
		targets,
		sets
	};
};
/** How many builds may run at once; undefined leaves it to the machine. */
const readParallel = (raw, report) => {
	const text = toOptional(raw["parallel"]);
	if (text === void 0) return void 0;
	if (!/^[1-9][0-9]?$/.test(text)) report({
		input: "parallel",
		value: text,
		reason: "not a number of builds",
		remedy: "Write 1 to 99."
	});
	return Number(text);
};

// src/inputs/permissions.ts
/**
* What an installation's token may be asked for, as GitHub's REST API describes it ("App
* Permissions"). GitHub adds some every year: a name that is not here is still asked for.
*/
const knownPermissions = [
	"actions",
	"administration",
	"artifact_metadata",
	"attestations",
	"checks",
	"code_quality",
	"codespaces",
	"contents",
	"custom_properties_for_organizations",
	"dependabot_secrets",
	"deployments",
	"discussions",
	"email_addresses",
	"environments",
	"followers",
	"git_ssh_keys",
	"gpg_keys",
	"interaction_limits",
	"issues",
	"members",
	"merge_queues",
	"metadata",
	"organization_administration",
	"organization_announcement_banners",
	"organization_copilot_agent_settings",
	"organization_copilot_seat_management",
	"organization_custom_org_roles",
	"organization_custom_properties",
	"organization_custom_roles",
	"organization_events",
	"organization_hooks",
	"organization_packages",
	"organization_personal_access_token_requests",
	"organization_personal_access_tokens",
	"organization_plan",
	"organization_projects",
	"organization_secrets",
	"organization_self_hosted_runners",
	"organization_user_blocking",
	"packages",
	"pages",
	"profile",
	"pull_requests",
	"repository_custom_properties",
	"repository_hooks",
	"repository_projects",
	"secret_scanning_alerts",
	"secrets",
	"security_events",
	"single_file",
	"starring",
	"statuses",
	"vulnerability_alerts",
	"workflows"
];

// src/inputs/private-key.ts
const looksLikePem = (text) => text.includes("-----BEGIN ");
/** Line ends as text, as JSON, YAML and shells leave them over. */
const unescapeLines = (text) => text.replaceAll("\\r", "\n").replaceAll("\\n", "\n").replaceAll("\r", "\n");
/** Quotes that were meant for a shell or a YAML file, around the whole or at each line. */
const withoutQuotes = (text) => text.replaceAll(/["'`]/g, "").trim();
/**
* A PEM whose lines end where they should, whatever became of their ends: a variable that passed
* through a shell has spaces there, a YAML block its indentation. Base64 has no white space.
*/
const toPem = (given) => {
	const unfolded = withoutQuotes(unescapeLines(given));
	const text = looksLikePem(unfolded) ? unfolded : withoutQuotes(unescapeLines(Buffer.from(unfolded, "base64").toString("utf8")));
	if (!looksLikePem(text)) return unfolded;
	const [, label, body] = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/.exec(text) ?? [];
	if (label === void 0 || body === void 0 || body.includes(":")) return text;
	const lines = body.replaceAll(/\s/g, "").match(/.{1,64}/g) ?? [];
	return [
		`-----BEGIN ${label}-----`,
		...lines,
		`-----END ${label}-----`
	].join("\n");
};
const describeWrongKey = (pem) => {
	const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
	if (label === void 0) return "it has no \"-----BEGIN ... PRIVATE KEY-----\" line";
	if (label === "OPENSSH PRIVATE KEY") return "it is an OpenSSH key";
	if (label === "ENCRYPTED PRIVATE KEY" || pem.includes("Proc-Type: 4,ENCRYPTED")) return "it is protected by a passphrase";
	if (label === "EC PRIVATE KEY" || label === "EC PARAMETERS") return "it is an EC key, not RSA";
	if (label === "DSA PRIVATE KEY") return "it is a DSA key, not RSA";
	if (label.endsWith("PUBLIC KEY")) return "it is a public key";
	if (label.endsWith("CERTIFICATE")) return "it is a certificate";
	if (!pem.includes(`-----END ${label}-----`)) return `it is a ${label} whose end is missing (truncated, or only its first line was passed on)`;
	return `it is labelled ${label}, but its content cannot be read`;
};
/**
* Reads a GitHub App's RSA key: PKCS#1 or PKCS#8 PEM, with line ends of any kind (also written out,
* as `\n` or `\r\n`, or as spaces), indented, in quotes, or as base64 of the whole file. Returns PKCS#8; a string is the reason why the text is no such key.
*/
const parsePrivateKey = (given) => {
	const pem = toPem(given);
	if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(pem)) return describeWrongKey(pem);
	try {
		const key = createPrivateKey(pem);
		if (key.asymmetricKeyType !== "rsa") return `it is an ${key.asymmetricKeyType?.toUpperCase()} key, not RSA`;
		return new Secret(key.export({
			type: "pkcs8",
			format: "pem"
		}).toString());
	} catch {
		return describeWrongKey(pem);
	}
};

// src/inputs/read-app.ts
/** Both may be given: then the Client ID is the one that is used. */
const readClientId = (raw, report) => {
	const clientId = toOptional(raw["client-id"]);
	const id = clientId ?? toOptional(raw["app-id"]);
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
/** A YAML map in either style, a YAML list, or words with commas: the marks around entries go. */
const toEntries = (text) => toList$1(text).map((entry) => entry.replace(/^[-{\s]+|[}\s]+$/g, "").replaceAll(/["']/g, "")).filter((entry) => entry !== "");
const readPermissions = (raw, report) => {
	const permissions = {};
	const entries = toEntries(toOptional(raw["permissions"]) ?? "contents: read");
	if (entries.length === 0) reportNothing("permissions", raw, report);
	for (const value of entries) {
		const entry = parsePermission(value);
		if (typeof entry === "string") report({
			input: "permissions",
			value,
			reason: entry,
			remedy: "Write name: read, name: write or name: admin."
		});
		else permissions[entry.name] = entry.level;
	}
	return permissions;
};
/** A string says why it is none. A name that GitHub may have added since is passed on. */
const parsePermission = (entry) => {
	const [, given, level] = /^([a-z][a-z_-]*)\s*:\s*(read|write|admin)$/.exec(entry) ?? [];
	if (given === void 0 || level === void 0) return "not a permission";
	const name = given.replaceAll("-", "_");
	const meant = knownPermissions.includes(name) ? name : findNearestWord(name, knownPermissions);
	if (meant === void 0 || meant === name) return {
		name,
		level
	};
	return `GitHub has no permission ${given}; the nearest is ${meant}`;
};
const readRepositories = (raw, report) => parseList("repositories", raw, report).flatMap((entry) => {
	const [, owner, name] = /^(?:([\w.-]+)\/)?([\w.-]+)$/.exec(entry) ?? [];
	if (name !== void 0) return [{
		owner,
		name
	}];
	report({
		input: "repositories",
		value: entry,
		reason: "not the name of a repository",
		remedy: "Write its name, or owner/name."
	});
	return [];
});
/** One scope for each owner that the repositories name; those without one belong to `owner`. */
const toScopes = (named, owner) => {
	return [...Map.groupBy(named, (entry) => (entry.owner ?? owner).toLowerCase()).values()].map((group) => {
		const names = new Map(group.map(({ name }) => [name.toLowerCase(), name]));
		const spellings = group.map((entry) => entry.owner ?? owner);
		return toScope(spellings[0] ?? owner, [...names.values()], spellings);
	});
};
const toScope = (owner, repositories, spellings = [owner]) => ({
	owner,
	repositories,
	spellings: [.../* @__PURE__ */ new Set([...spellings, owner.toLowerCase()])]
});
const readScopes = (raw, currentRepository, report) => {
	const [currentOwner, currentName] = currentRepository?.split("/") ?? [];
	const given = toOptional(raw["owner"]);
	if (given !== void 0 && !/^[\w.-]+$/.test(given)) report({
		input: "owner",
		value: given,
		reason: "not a user or an organization",
		remedy: "Write the name alone, as in github.com/NAME."
	});
	const named = readRepositories(raw, report);
	const owner = given ?? currentOwner;
	const isComplete = named.length > 0 && named.every((entry) => entry.owner !== void 0);
	if (owner === void 0 && !isComplete) {
		report({
			input: "owner",
			reason: "empty, and no repository is known from the run",
			remedy: "Name the owner of the installation."
		});
		return [];
	}
	if (named.length > 0) return toScopes(named, owner ?? "");
	if (given !== void 0 || currentName === void 0) return [toScope(owner ?? "", [])];
	return [toScope(owner ?? "", [currentName])];
};
/** Reads the App that mints the token; undefined unless it is named and its key can be read. */
const readApp = (raw, currentRepository, report) => {
	const clientId = readClientId(raw, report);
	const privateKey = readPrivateKey(raw, report);
	const permissions = readPermissions(raw, report);
	if (clientId === void 0 || privateKey === void 0) return void 0;
	return {
		clientId,
		privateKey,
		scopes: readScopes(raw, currentRepository, report),
		permissions
	};
};

// src/inputs/read-credentials.ts
/** This machine and no other one; a URL writes every address of 127.0.0.0/8 as four numbers. */
const isLoopback = ({ hostname }) => hostname === "localhost" || hostname === "[::1]" || isIPv4(hostname) && hostname.startsWith("127.");
/** Whether it is nothing but an address, to which the App's signed requests may go. */
const isApiUrl = (url) => (url.protocol === "https:" || url.protocol === "http:" && isLoopback(url)) && [
	url.username,
	url.password,
	url.search,
	url.hash
].every((part) => part === "");
/** Reads where GitHub's API is. */
const readApiUrl = (raw, report) => {
	const given = toOptional(raw["github-api-url"]) ?? "https://api.github.com";
	const url = URL.canParse(given) ? new URL(given) : void 0;
	if (url === void 0 || !isApiUrl(url)) report({
		input: "github-api-url",
		value: given.replace(/\/\/[^/]*@/, "//***@"),
		reason: "not an https URL, or more than a host and a path",
		remedy: "Write https://HOST/api/v3 for GitHub Enterprise Server, or leave it out."
	});
	return (url?.href ?? given).replace(/\/+$/, "");
};
const hasId = (raw) => toOptional(raw["client-id"]) !== void 0 || toOptional(raw["app-id"]) !== void 0;
const hasKey = (raw) => toOptional(raw["private-key"]) !== void 0;
const becauseOf = (trigger) => {
	const why = whySecretsAreEmpty(trigger);
	return why === void 0 ? "" : `: ${why}`;
};
const remedyFor = (trigger) => whySecretsAreEmpty(trigger) === void 0 ? "Check the name of the secret; workflows of forks and of Dependabot do not get secrets." : withoutSecrets;
/** Words about a token, and what they say where nobody gave them. */
const tokenWords = {
	repositories: "",
	owner: "",
	permissions: defaultPermissions,
	"secret-format": "token"
};
/** Whoever says which token wants one: the build would fail later, with less to go by. */
const reportNoToken = (raw, trigger, report) => {
	const asked = Object.entries(tokenWords).filter(([name, usual]) => {
		const value = toOptional(raw[name]);
		return value !== void 0 && value !== usual;
	});
	if (asked.length === 0) return;
	report({
		input: asked.map(([name]) => name).join(", "),
		reason: `given, but there is no token: client-id with private-key is empty, and so is github-token${becauseOf(trigger)}`,
		remedy: remedyFor(trigger)
	});
};
const reportMissingHalf = (raw, trigger, report) => {
	if (hasId(raw) && !hasKey(raw)) report({
		input: "private-key",
		reason: `empty, though a client-id is given${becauseOf(trigger)}`,
		remedy: remedyFor(trigger)
	});
	if (!hasId(raw) && hasKey(raw)) report({
		input: "client-id",
		reason: "empty, though a private-key is given",
		remedy: "Give the Client ID (or app-id) of the App that the key belongs to."
	});
};
const readGiven = (raw, report) => {
	const given = toOptional(raw["github-token"]);
	if (given !== void 0 && /\s/.test(given)) report({
		input: "github-token",
		reason: "it contains white space",
		remedy: "Pass one token and nothing else."
	});
	return given === void 0 ? void 0 : new Secret(given);
};
/** Several tokens fit only into what tells them apart by address. */
const severalFit = ["gitconfig", "git-credentials"];
/**
* Reads where the build's token comes from; `none` when nothing about one is said. A token that is
* given is what is left where the App's key is not there.
*/
const readCredentials = (raw, { repository, trigger }, format, report) => {
	const given = readGiven(raw, report);
	const app = readApp(raw, repository, report);
	if (given === void 0) reportMissingHalf(raw, trigger, report);
	if (app === void 0) {
		if (given === void 0 && !hasId(raw) && !hasKey(raw)) reportNoToken(raw, trigger, report);
		if (given === void 0) return { kind: "none" };
		const why = whySecretsAreEmpty(trigger) ?? "the secret has no value here";
		return {
			kind: "given",
			token: given,
			insteadOfApp: hasId(raw) && !hasKey(raw) ? `private-key is empty: ${why}` : void 0
		};
	}
	if (app.scopes.length > 1 && !severalFit.includes(format)) report({
		input: "repositories",
		value: app.scopes.map(({ owner }) => owner).join(", "),
		reason: `several owners need one token each, and secret-format: ${format} holds one`,
		remedy: "Use secret-format: gitconfig, or one step for each owner."
	});
	return {
		kind: "app",
		...app
	};
};

// src/inputs/read-disk.ts
const units = {
	MB: 1e6,
	GB: 1e9,
	GIB: 2 ** 30,
	TB: 0xe8d4a51000
};
const words = [
	"auto",
	"always",
	"never"
];
/** Reads whether, and how much, disk is to be freed. */
const readFreeDisk = (raw, report) => {
	const text = toOptional(raw["free-disk"]) ?? "auto";
	const word = words.find((each) => each === text);
	if (word !== void 0) return word;
	const [, number = "", unit = ""] = /^(\d{1,6}(?:\.\d+)?)\s*(MB|GB|GiB|TB)$/i.exec(text) ?? [];
	const targetBytes = Math.round(Number(number) * (units[unit.toUpperCase()] ?? 0));
	if (targetBytes > 0) return { targetBytes };
	report({
		input: "free-disk",
		value: text,
		reason: "unknown",
		remedy: `Write one of ${words.join(", ")}, or how much shall be free, such as 20GB.`
	});
	return "auto";
};
/** Reads which entries of the catalog stay. */
const readFreeDiskKeep = (raw, report) => {
	const known = catalog.map(({ name }) => name);
	const names = parseList("free-disk-keep", raw, report).map((name) => name.toLowerCase());
	for (const value of names.filter((name) => !known.includes(name))) report({
		input: "free-disk-keep",
		value,
		reason: "nothing of that name is ever deleted",
		remedy: `Write names of ${known.join(", ")}.`
	});
	return names;
};

// src/inputs/read-manifests.ts
/** Commas or newlines part globs; a comma within braces is the glob's own, as in `*.{yml,yaml}`. */
const separator = /\n|,(?![^{}\n]*\})/;
/** Reads the globs of Kubernetes manifests; what begins with `!` leaves files out. */
const readManifests = (raw, report) => {
	const globs = (raw["manifests"] ?? "").split(separator).map((glob) => glob.trim()).filter((glob) => glob !== "");
	if (globs.length === 0) reportNothing("manifests", raw, report);
	if (globs.length > 0 && globs.every((glob) => glob.startsWith("!"))) report({
		input: "manifests",
		value: globs.join(", "),
		reason: "it only leaves files out",
		remedy: "Name files too, such as k8s/**/*.yaml."
	});
	return globs;
};

// src/inputs/report-unknown.ts
/** Words of other actions, and what says the same here. */
const otherWords = {
	tag: "tags",
	image: "images",
	dockerfile: "file",
	"docker-file": "file",
	path: "context",
	cluster: "cluster-name",
	name: "cluster-name",
	token: "github-token",
	"app-client-id": "client-id",
	"app-private-key": "private-key",
	bake: "bake-files",
	"bake-file": "bake-files",
	files: "bake-files",
	set: "bake-set"
};
/** Words of docker/build-push-action that a Bake file has, and this step has not. */
const bakeWords = [
	"add-hosts",
	"annotations",
	"attests",
	"cache-from",
	"cache-to",
	"no-cache-filters",
	"platforms",
	"provenance",
	"sbom",
	"shm-size",
	"ulimit"
];
const toRemedy = (name) => {
	const word = name.replaceAll("_", "-");
	const known = inputNames;
	const meant = known.includes(word) ? word : otherWords[word] ?? findNearestWord(word, known);
	if (meant !== void 0) return `Did you mean ${meant}?`;
	if (bakeWords.includes(word)) return "Write it into a Bake file (bake-files), or say bake-set.";
	if (word === "load" || word === "push") return "Leave it out: every image is loaded into the nodes, and none is pushed.";
	return "The README has a table of all inputs.";
};
/**
* What the runner passed and no input is called: it warns, and the step would go on without what its
* author asked for.
*
* @param names in lower case, as the workflow has them
*/
const reportUnknown = (names, report) => {
	for (const input of names) {
		const variable = `INPUT_${input.toUpperCase()}`;
		report({
			input,
			reason: "no such input",
			remedy: `${toRemedy(input)} If it is not in \`with\`, the job sets ${variable}: rename that.`
		});
	}
};

// src/inputs/report-untrusted.ts
/** All that a Dockerfile could be shown. */
const secretInputs = [
	"private-key",
	"github-token",
	"secrets",
	"secret-envs",
	"secret-files",
	"ssh"
];
/** What several builds are told of secrets, in the words of Bake or of an entry. */
const findOfBake = (raw, bake) => {
	const hasAgent = Object.values(bake?.definition?.target ?? {}).some(({ ssh }) => Array.isArray(ssh) && ssh.length > 0);
	const isSet = bake?.sets.some((line) => /^[^=]*\.(?:secrets?|ssh)\b/.test(line)) ?? false;
	return [
		...hasAgent ? ["ssh in builds"] : [],
		...isSet ? ["secrets in bake-set"] : [],
		...bake !== void 0 && toList$1(raw.allow).includes("ssh") ? ["the agent (allow: ssh)"] : []
	];
};
/**
* The one gate for secrets: none reaches code that somebody else may have written, unasked.
*
* @returns whether the code is trusted, by where it comes from or by the author's word
*/
const reportUntrusted = (raw, bake, trigger, report) => {
	const isAllowed = parseBoolean("allow-untrusted-trigger", raw["allow-untrusted-trigger"], report);
	const given = [...secretInputs.filter((name) => toOptional(raw[name]) !== void 0), ...findOfBake(raw, bake)];
	if (isAllowed || !isUntrusted(trigger)) return true;
	if (given.length === 0) return false;
	const code = /^(pull_request|workflow_run)/.test(trigger.event) ? "runs for a fork's code here, and its Dockerfile" : "may run for a fork's code (the event does not say), and its Dockerfile";
	report({
		input: "allow-untrusted-trigger",
		reason: `${trigger.event} ${code} would see ${given.join(", ")}`,
		remedy: "Build such code on pull_request without secrets, or set it to true if only trusted code is built."
	});
	return false;
};

// src/inputs/read-inputs.ts
const modes = ["run", "diagnose"];
const loadModes = [
	"auto",
	"reflink",
	"link",
	"copy",
	"stream",
	"kind"
];
const triWords = [
	"auto",
	"true",
	"false"
];
const toTri = {
	auto: "auto",
	true: "always",
	false: "never"
};
const reportNothingToDo = (raw, report) => {
	if ([
		"context",
		"images",
		"bake-files",
		"builds"
	].some((name) => toOptional(raw[name]) !== void 0)) return;
	const built = [
		"tags",
		"file",
		"target"
	].find((name) => toOptional(raw[name]));
	report(built === void 0 ? {
		input: "context",
		reason: "none of context, images, bake-files and builds is given, so there is nothing to do",
		remedy: "Name a folder to build, a Bake file, or images that the local store has."
	} : {
		input: "context",
		reason: `empty, though ${built} is given`,
		remedy: "Name the folder to build, such as context: ."
	});
};
const formats = [
	"token",
	"gitconfig",
	"git-credentials",
	"netrc"
];
/** Under which the Dockerfile finds the token where the step does not say. */
const usualIds = {
	token: "github_token",
	gitconfig: "gitconfig",
	"git-credentials": "git-credentials",
	netrc: "netrc"
};
const usedByDiagnose = ["mode", "cluster-name"];
const pick = (raw, names) => Object.fromEntries(names.flatMap((name) => name in raw ? [[name, raw[name]]] : []));
/** Given, other than by default, and of no use. The API's URL comes by itself, and differs. */
const findUnused = (raw) => inputNames.filter((name) => {
	const value = toOptional(raw[name]);
	if (value === void 0 || name === "github-api-url") return false;
	return !usedByDiagnose.includes(name) && value !== defaults[name];
});
/**
* Reads the step's inputs.
*
* @throws {Failure} one error that names every problem, with the input, its value and a remedy
*/
const readInputs = (given, run) => collectProblems((report) => {
	reportUnknown(run.unknownInputs, report);
	const mode = parseChoice("mode", given["mode"], modes, report);
	const unused = mode === "diagnose" ? findUnused(given) : [];
	const raw = mode === "diagnose" ? pick(given, usedByDiagnose) : given;
	if (mode === "run") reportNothingToDo(raw, report);
	const word = (input, pattern, remedy) => parseWord(input, raw[input], pattern, remedy, report);
	const secretFormat = parseChoice("secret-format", raw["secret-format"], formats, report);
	const credentials = readCredentials(raw, run, secretFormat, report);
	const secretId = word("secret-id", /^[\w.-]+$/, "Use letters, digits, dots, dashes and underscores.") ?? usualIds[secretFormat];
	const allow = readAllow(raw, report);
	const tokenId = credentials.kind === "none" ? void 0 : secretId;
	const build = readBuild(raw, allow, run.workspace, report);
	const bake = readBake(raw, allow, run, report);
	const isTrusted = reportUntrusted(raw, bake, run.trigger, report);
	reportMissing(build, bake, run, report);
	return {
		mode,
		unused,
		isTrusted,
		credentials,
		apiUrl: readApiUrl(raw, report),
		secretFormat,
		secretId,
		secrets: readSecrets(raw, run, tokenId, report),
		build,
		bake,
		allow,
		parallel: readParallel(raw, report),
		isDryRun: parseBoolean("dry-run", raw["dry-run"], report),
		failFast: parseBoolean("fail-fast", raw["fail-fast"] ?? "true", report),
		images: readReferences("images", raw, report, "or-id"),
		clusterName: word("cluster-name", clusterPattern, "Use the name that `kind get clusters` shows.") ?? "kind",
		nodes: parseList("nodes", raw, report),
		loadMode: parseChoice("load-mode", raw["load-mode"], loadModes, report),
		keepImages: toTri[parseChoice("keep-images", raw["keep-images"], triWords, report)],
		freeDisk: readFreeDisk(raw, report),
		freeDiskKeep: readFreeDiskKeep(raw, report),
		pruneCache: toTri[parseChoice("prune-cache", raw["prune-cache"], triWords, report)],
		manifests: readManifests(raw, report)
	};
});

// src/manifests/check-disk.ts
/** Below this share an image with many small files may find no room, whatever kubelet does. */
const fewInodes = .05;
/** Below this a layer or a log may find no room, also where kubelet minds nothing, as kind has it. */
const fewBytes = (totalBytes) => Math.min(1e9, .05 * totalBytes);
/** `15%` of something, or an amount. */
const toAmount = (threshold, total) => {
	const percent = /^(\d+(?:\.\d+)?)%$/.exec(threshold ?? "")?.[1];
	return percent === void 0 ? parseQuantity(threshold ?? "") ?? 0 : total * Number(percent) / 100;
};
const percentOf = (part, whole) => `${(part / whole * 100).toFixed(0)} %`;
const checkBytes = (where, { totalBytes, freeBytes }, kubelet) => {
	const { evicts, collectsAbove } = kubelet ?? {
		evicts: {},
		collectsAbove: 100
	};
	const evictsBelow = Math.max(toAmount(evicts["nodefs.available"], totalBytes), toAmount(evicts["imagefs.available"], totalBytes));
	const is = `${where} has ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free (${percentOf(freeBytes, totalBytes)})`;
	if (freeBytes < evictsBelow) return [`${is}. Kubelet evicts pods there below ${formatBytes(evictsBelow)}. Free some of it first.`];
	if (100 - 100 * freeBytes / totalBytes >= collectsAbove && collectsAbove < 100) return [`${is}. Kubelet removes images there that no pod runs when more than ${collectsAbove} % is used, also those that were just loaded. Free some of it first.`];
	if (freeBytes >= fewBytes(totalBytes)) return [];
	return [`${is}. Images, logs and what pods write go there, and fail when it is full (no space left on device). Free some of it first.`];
};
const checkInodes = (where, { totalInodes, freeInodes }, kubelet) => {
	const { evicts = {} } = kubelet ?? {};
	const evictsBelow = Math.max(toAmount(evicts["nodefs.inodesFree"], totalInodes), toAmount(evicts["imagefs.inodesFree"], totalInodes));
	if (totalInodes === 0 || freeInodes >= Math.max(evictsBelow, fewInodes * totalInodes)) return [];
	const end = freeInodes < evictsBelow ? "Kubelet evicts pods there." : "Images are many files.";
	return [`${where} has ${freeInodes} of ${totalInodes} i-nodes free (${percentOf(freeInodes, totalInodes)}). ${end} Delete what has many small files.`];
};
/** Whether kubelet would evict pods or remove images at once, or there is hardly any room at all. */
const checkDisks = (rooms) => {
	const withDisk = rooms.flatMap(({ node, disk, kubelet }) => disk ? [{
		node,
		disk,
		kubelet
	}] : []);
	return [...Map.groupBy(withDisk, ({ disk }) => disk.device).values()].flatMap((group) => {
		const [first] = group;
		if (first === void 0) return [];
		const { disk, kubelet } = first;
		const where = `The disk of ${group.map(({ node }) => node).join(" and ")}`;
		return [...checkBytes(where, disk, kubelet), ...checkInodes(where, disk, kubelet)].map((message) => ({
			message,
			place: void 0
		}));
	});
};

// src/facts/facts.ts
/** The names that the nodes are to get: of what is built for them, and of what was there before. */
const toWanted = ({ targets, images }) => [...targets.filter(({ isWanted }) => isWanted).flatMap(({ tags }) => tags), ...images.flatMap(({ references }) => references)];

// src/manifests/check-images.ts
const toUsers = (workloads) => workloads.flatMap(({ file, containers }) => containers.flatMap((container) => {
	const reference = parseImageReference(container.image);
	return typeof reference === "string" ? [] : [{
		container,
		canonical: reference.canonical,
		file
	}];
}));
const withoutDigest = (canonical) => canonical.replace(/@.*$/, "");
/** Undefined for a name that has a digest and no tag. */
const tagOf = (canonical) => /:([^/:]+)$/.exec(withoutDigest(canonical))?.[1];
const repositoryOf = (canonical) => toRepository(withoutDigest(canonical));
const lastPart = (canonical) => repositoryOf(canonical).split("/").at(-1) ?? "";
/** Whether the node asks a registry although it has the image. */
const isPulled = ({ container, canonical }) => container.pullPolicy === void 0 ? tagOf(canonical) === "latest" : container.pullPolicy === "Always";
/** The names under which the nodes will have something once the step has ended. */
const findLoaded = (loaded) => [...toWanted(loaded), ...loaded.images.flatMap(({ digestNames }) => digestNames.map((name) => ({
	given: name,
	canonical: name
})))];
/** What is loaded can also be named by what it holds: `api:sha-0123456789ab`. */
const isLoaded = (canonical, loaded) => loaded.some((image) => toNodeNames(image.canonical).includes(toCriName(canonical))) || /^sha-[0-9a-f]{12}$/.test(tagOf(canonical) ?? "") && loaded.some((image) => repositoryOf(image.canonical) === repositoryOf(canonical));
const toPullWarning = ({ container, canonical, file }) => {
	const { name, image, pullPolicy, line } = container;
	return {
		message: `The container ${name} pulls ${image} from a registry although the nodes get it by this step: ${pullPolicy === void 0 ? "without imagePullPolicy Kubernetes takes Always for :latest and for no tag" : "imagePullPolicy is Always"}. ${`Write imagePullPolicy: IfNotPresent${tagOf(canonical) === "latest" && pullPolicy === void 0 ? ", or use another tag than latest" : ""}.`}`,
		place: {
			file,
			line
		}
	};
};
/**
* The loaded image that was probably meant. A name from elsewhere is suspicious with the same tag, or
* while nothing uses the one that is loaded; `nginx:1.27` beside an `acme/nginx:dev` is neither.
*/
const findNearest = (canonical, loaded, used) => {
	const repository = repositoryOf(canonical);
	const alike = loaded.filter((image) => lastPart(image.canonical) === lastPart(canonical));
	const sameTag = alike.filter((image) => tagOf(image.canonical) === tagOf(canonical));
	return alike.find((image) => repositoryOf(image.canonical) === repository) ?? sameTag[0] ?? alike.find((image) => !used.has(image.canonical));
};
const toStrangerWarning = ({ container, file }, nearest) => {
	const { name, image, line } = container;
	return {
		message: `The container ${name} uses ${image}, which this step does not load; the nearest that it does is ${nearest.given}. The two are different images to Kubernetes: write the same name in both places.`,
		place: {
			file,
			line
		}
	};
};
const toNameWarnings = (workloads) => workloads.flatMap(({ file, containers }) => containers.flatMap(({ name, image, line }) => {
	const reason = parseImageReference(image);
	if (typeof reason !== "string") return [];
	const why = image.trim() === image ? reason : "there is white space around it";
	return [{
		message: `The container ${name} has an image that Kubernetes refuses, ${JSON.stringify(image.slice(0, 200))}: ${why}.`,
		place: {
			file,
			line
		}
	}];
}));
/** What is wrong with the images that manifests name, going by what will be in the nodes. */
const checkImages = (workloads, facts) => {
	const loaded = findLoaded(facts);
	const users = toUsers(workloads);
	const used = new Set(users.map(({ canonical }) => canonical));
	const warnings = users.flatMap((user) => {
		if (isLoaded(user.canonical, loaded)) return isPulled(user) ? [toPullWarning(user)] : [];
		const nearest = findNearest(user.canonical, loaded, used);
		return nearest === void 0 ? [] : [toStrangerWarning(user, nearest)];
	});
	return [...toNameWarnings(workloads), ...warnings];
};
/** The canonical names that containers use: whether they pull has been judged, each at its line. */
const findUsed = (workloads) => new Set(toUsers(workloads).map(({ canonical }) => canonical));

// src/manifests/pod-sets.ts
/**
* What one pod asks for. Init containers run one after another, so the largest of them counts, with
* the sidecars that started before it; then all others run at once.
*/
const sumRequests = (containers, resource) => {
	let sidecars = 0;
	let peak = 0;
	let main = 0;
	for (const { role, requests } of containers) {
		const asked = requests[resource] ?? 0;
		if (role === "sidecar") sidecars += asked;
		if (role === "main") main += asked;
		peak = Math.max(peak, role === "init" ? sidecars + asked : 0);
	}
	return Math.max(peak, sidecars + main);
};
/** Two of one name are one, as in a base and what is laid over it; the last that is applied counts. */
const withoutTwins = (all) => [...Map.groupBy(all, ({ kind, namespace, name }) => `${kind} ${namespace} ${name}`).values()].flatMap((twins) => twins.at(-1) ?? []);
/** The pods of workloads that are to run at all. */
const toPodSets = (workloads) => withoutTwins(workloads).filter(({ pods }) => pods !== 0).map(({ kind, name, file, pods, containers, volumes }) => ({
	kind,
	name,
	file,
	line: containers[0]?.line ?? 1,
	request: {
		memory: sumRequests(containers, "memory"),
		cpu: sumRequests(containers, "cpu"),
		storage: sumRequests(containers, "storage")
	},
	volumes,
	isOccasional: kind === "CronJob",
	countIn: (nodes) => pods === "per-node" ? nodes : pods
}));

// src/manifests/check-room.ts
/** What Kubernetes' own pods ask for in a node of kind's. */
const systemRequests = (role) => role === "control-plane" ? {
	memory: 3e8,
	cpu: .95
} : {
	memory: 5e7,
	cpu: .1
};
/** Sums of tenths are not quite what they should be. */
const slack = 1.000001;
const format = (resource, amount) => {
	if (resource === "memory") return `${formatBytes(amount)} of memory`;
	return `${Number(amount.toFixed(2))} CPU${amount === 1 ? "" : "s"}`;
};
const systemOf = (nodes, resource) => nodes.reduce((sum, { role }) => sum + systemRequests(role)[resource], 0);
const roomOf = ({ node, role, bounds }, resource) => {
	const tightest = findTightest(bounds[resource]);
	if (tightest === void 0) return void 0;
	const { amount, what } = tightest;
	return {
		amount,
		words: `the node ${node} has ${format(resource, amount)} (${what})`,
		system: systemRequests(role)[resource]
	};
};
const largestOf = ({ nodes, resource }) => {
	const [largest] = nodes.flatMap((node) => roomOf(node, resource) ?? []).toSorted((a, b) => b.amount - b.system - (a.amount - a.system));
	if (largest === void 0 || nodes.length === 1) return largest;
	return {
		...largest,
		words: `${largest.words}, and no node has more`
	};
};
const togetherOf = ({ nodes, resource }) => {
	const rooms = nodes.flatMap((node) => roomOf(node, resource) ?? []);
	if (rooms.length < nodes.length) return void 0;
	if (rooms.length === 1) return rooms[0];
	const amount = rooms.reduce((sum, room) => sum + room.amount, 0);
	return {
		amount,
		words: `${nodes.map(({ node }) => node).join(" and ")} have ${format(resource, amount)} together`,
		system: systemOf(nodes, resource)
	};
};
/** Nodes of one machine share what it has, and each may have a limit of its own. */
const totalOf = (each) => {
	const { allNodes, resource } = each;
	const together = togetherOf(each);
	const isOfAll = ({ what, isShared }) => isShared && allNodes.every(({ bounds }) => bounds[resource].some((it) => it.what === what));
	const shared = findTightest(allNodes.flatMap(({ bounds }) => bounds[resource].filter(isOfAll)));
	if (allNodes.length === 1 || together === void 0 || shared === void 0) return together;
	if (together.amount < shared.amount) return together;
	const words = `all nodes share ${format(resource, shared.amount)} (${shared.what})`;
	return {
		amount: shared.amount,
		words,
		system: systemOf(allNodes, resource)
	};
};
/** Kubelet sees the whole machine, in each of its nodes, whatever their limits. */
const consequence$1 = (needed, believers, { resource, engine }) => {
	const each = resource === "memory" ? engine.memoryBytes : engine.cores;
	if (needed > each * believers * slack) return `Some stay Pending (Insufficient ${resource}).`;
	const end = resource === "memory" ? "the kernel kills one when the memory is used up" : "they are slow, and probes may time out";
	return `Kubernetes believes that each node has ${format(resource, each).replace(" of memory", "")}, so it starts them all the same, and ${end}.`;
};
const remedy = "Lower the requests or the replicas, or give the nodes more.";
/** `a.yaml and 2 other files`, each once and in the order given. */
const listFiles = (sets) => {
	const [first = "", second, ...more] = [...new Set(sets.map(({ file }) => file))];
	if (second === void 0) return first;
	return more.length === 0 ? `${first} and ${second}` : `${first} and ${more.length + 1} other files`;
};
const checkLargest$1 = (each) => {
	const { resource, sets } = each;
	const largest = largestOf(each);
	if (largest === void 0) return [];
	const { amount, words, system } = largest;
	return sets.flatMap(({ file, line, kind, name, request }) => {
		const asked = request[resource];
		if (asked === 0 || asked + system <= amount * slack) return [];
		const own = format(resource, system);
		return [{
			message: `A pod of the ${kind} ${name} asks for ${format(resource, asked)}, and Kubernetes' own pods for about ${own}; ${words}. ${consequence$1(asked + system, 1, each)} ${remedy}`,
			place: {
				file,
				line
			}
		}];
	});
};
const checkTotal$1 = (each) => {
	const { resource, nodes } = each;
	const room = totalOf(each);
	const sets = each.sets.filter(({ request, isOccasional }) => request[resource] > 0 && !isOccasional);
	const totalOfSet = ({ request, countIn }) => request[resource] * countIn(nodes.length);
	const [most] = sets.toSorted((a, b) => totalOfSet(b) - totalOfSet(a));
	if (room === void 0 || most === void 0) return [];
	const asked = sets.reduce((sum, set) => sum + totalOfSet(set), 0);
	const needed = asked + room.system;
	if (needed <= room.amount * slack) return [];
	return [{
		message: `The pods of ${listFiles([most, ...sets])} ask for ${format(resource, asked)}, and Kubernetes' own for about ${format(resource, room.system)}; ${room.words}. ${consequence$1(needed, nodes.length, each)} ${remedy}`,
		place: {
			file: most.file,
			line: most.line
		}
	}];
};
/** Limits that the node's own comes before; one that is asked for as well has been told of. */
const checkLimits$1 = (workloads, each) => {
	const largest = largestOf(each);
	if (largest === void 0) return [];
	return workloads.flatMap(({ file, containers }) => containers.flatMap(({ name, limits, requests, line }) => {
		const limit = limits.memory ?? 0;
		if (limit <= largest.amount * slack || requests.memory === limit) return [];
		return [{
			message: `The container ${name} may use ${format("memory", limit)}; ${largest.words}. Before it comes to its limit, the kernel kills something in the node, perhaps another pod. Lower the limit.`,
			place: {
				file,
				line
			}
		}];
	}));
};
/** kind lets ordinary pods into a control plane only where that is the one node. */
const takesPods = (rooms) => {
	const workers = rooms.filter(({ role }) => role !== "control-plane");
	return workers.length > 0 ? workers : rooms;
};
/** Whether the pods of the manifests find the memory and CPUs that they ask for. */
const checkRoom = (workloads, rooms, engine) => {
	if (rooms.length === 0) return [];
	const sets = toPodSets(workloads);
	const nodes = takesPods(rooms);
	const toCase = (resource) => ({
		resource,
		engine,
		nodes,
		allNodes: rooms,
		sets
	});
	return [...["memory", "cpu"].flatMap((resource) => {
		const each = toCase(resource);
		const total = checkTotal$1(each);
		const alone = rooms.length > 1 ? sets : sets.filter(({ isOccasional }) => isOccasional);
		const tooLarge = checkLargest$1({
			...each,
			sets: alone
		});
		return rooms.length > 1 && tooLarge.length > 0 ? tooLarge : [...tooLarge, ...total];
	}), ...checkLimits$1(workloads, toCase("memory"))];
};

// src/manifests/check-storage.ts
const toWriters = (workloads, claims, nodes) => [...toPodSets(workloads).map(({ kind, name, file, line, request, volumes, ...set }) => ({
	what: `A pod of the ${kind} ${name}`,
	file,
	line,
	requested: request.storage,
	ephemeral: Math.max(request.storage, volumes.emptyDirs),
	claims: volumes.claims,
	count: set.countIn(nodes),
	isOccasional: set.isOccasional
})), ...withoutTwins(claims).map(({ name, file, line, bytes }) => ({
	what: `The PersistentVolumeClaim ${name}`,
	file,
	line,
	requested: 0,
	ephemeral: 0,
	claims: bytes,
	count: 1,
	isOccasional: false
}))];
/** Undefined unless all nodes told of theirs: what may be elsewhere is not known to be too much. */
const findDisks = (nodes) => {
	const seen = nodes.flatMap(({ node, disk }) => disk ? [{
		node,
		disk
	}] : []);
	if (seen.length < nodes.length) return void 0;
	return [...Map.groupBy(seen, ({ disk }) => disk.device).values()].flatMap((group) => {
		const [first] = group;
		return first ? [{
			...first.disk,
			nodes: group.map(({ node }) => node)
		}] : [];
	});
};
const sum = (amounts) => amounts.reduce((all, one) => all + one, 0);
/** `the disk of kind-worker and kind-worker2 has 4.0 GB of 100 GB free`. */
const renderFree = (disks) => {
	const names = disks.flatMap(({ nodes }) => nodes).join(" and ");
	const free = formatBytes(sum(disks.map(({ freeBytes }) => freeBytes)));
	const total = formatBytes(sum(disks.map(({ totalBytes }) => totalBytes)));
	return `${disks.length === 1 ? "the disk of" : "the disks of"} ${names} ${disks.length === 1 ? "has" : "have"} ${free} of ${total} free`;
};
/** `14 GB to disk (4.0 GB of ephemeral storage, 10 GB of volumes)`. */
const renderAmount = (ephemeral, claims) => {
	const parts = [...ephemeral > 0 ? [`${formatBytes(ephemeral)} of ephemeral storage`] : [], ...claims > 0 ? [`${formatBytes(claims)} of volumes`] : []];
	return `${formatBytes(ephemeral + claims)} to disk (${parts.join(", ")})`;
};
/** Kubelet says that each node has the whole disk, whatever is on it and whoever shares it. */
const consequence = (requested, believed) => requested > believed ? "Some stay Pending (Insufficient ephemeral-storage). Ask for less." : "Kubernetes compares with the size of the disk, not with what is free, and kind's volumes with nothing, so it starts them all the same, and writing fails once the disk is full (no space left on device), for other pods, too. Ask for less, or free some of it first.";
const checkTotal = (writers, disks) => {
	const lasting = writers.filter(({ isOccasional }) => !isOccasional);
	const bytesOf = ({ ephemeral, claims, count }) => (ephemeral + claims) * count;
	const asking = lasting.filter((writer) => bytesOf(writer) > 0);
	const [most] = asking.toSorted((a, b) => bytesOf(b) - bytesOf(a));
	if (most === void 0) return [];
	const ephemeral = sum(asking.map((writer) => writer.ephemeral * writer.count));
	const claims = sum(asking.map((writer) => writer.claims * writer.count));
	const requested = sum(asking.map((writer) => writer.requested * writer.count));
	const believed = sum(disks.map(({ totalBytes, nodes }) => totalBytes * nodes.length));
	if (ephemeral + claims <= sum(disks.map(({ freeBytes }) => freeBytes))) return [];
	return [{
		message: `What is in ${listFiles([most, ...asking])} may write ${renderAmount(ephemeral, claims)}; ${renderFree(disks)}. ${consequence(requested, believed)}`,
		place: {
			file: most.file,
			line: most.line
		}
	}];
};
/** Those that are too large by themselves: a pod and its volumes are in one node. */
const checkLargest = (writers, largest) => writers.filter(({ ephemeral, claims }) => ephemeral + claims > largest.freeBytes).map(({ what, file, line, requested, ephemeral, claims }) => {
	return {
		message: `${what} may write ${renderAmount(ephemeral, claims)}; ${renderFree([largest])}. ${consequence(requested, largest.totalBytes)}`,
		place: {
			file,
			line
		}
	};
});
/** Limits above what is free; one that is asked for as well has been told of. */
const checkLimits = (workloads, largest) => workloads.flatMap(({ file, containers }) => containers.flatMap(({ name, limits, requests, line }) => {
	const limit = limits.storage ?? 0;
	if (limit <= largest.freeBytes || requests.storage === limit) return [];
	return [{
		message: `The container ${name} may write ${renderAmount(limit, 0)} before it comes to its limit; ${renderFree([largest])}. Once that is full, writing fails for all pods there (no space left on device). Lower the limit, or free some of it first.`,
		place: {
			file,
			line
		}
	}];
}));
/** Whether what the manifests may write to the nodes' disks finds the room for it. */
const checkStorage = ({ workloads, claims }, rooms) => {
	const nodes = takesPods(rooms);
	const disks = findDisks(nodes) ?? [];
	const [largest] = disks.toSorted((a, b) => b.freeBytes - a.freeBytes);
	if (largest === void 0) return [];
	const writers = toWriters(workloads, claims, nodes.length);
	const alone = disks.length > 1 ? writers : writers.filter(({ isOccasional }) => isOccasional);
	const tooLarge = checkLargest(alone, largest);
	const total = checkTotal(writers, disks);
	return [...disks.length > 1 && tooLarge.length > 0 ? tooLarge : [...tooLarge, ...total], ...checkLimits(workloads, largest)];
};

// src/manifests/check-manifests.ts
/**
* All that is to be said of the manifests before anything is built. What is about room comes first:
* it is about all pods, where the others are about one line, and GitHub shows only the first ones.
*/
const checkManifests = (facts) => {
	const { manifests, nodeRooms, engine } = facts;
	return [
		...checkRoom(manifests.workloads, nodeRooms, engine),
		...checkStorage(manifests, nodeRooms),
		...checkDisks(nodeRooms),
		...manifests.warnings,
		...checkImages(manifests.workloads, facts)
	];
};

// src/manifests/tell-manifests.ts
/** GitHub shows ten annotations of a step; the tenth tells of those that it would leave out. */
const mostShown = 9;
const renderLine = ({ message, place }) => place ? `${place.file}:${place.line}: ${message}` : message;
/** Warns of what is wrong with the manifests; what GitHub would not show is in the log at least. */
const tellManifests = async (facts, { warning, fenced }) => {
	const all = checkManifests(facts);
	for (const { message, place } of all.slice(0, mostShown)) warning(message, place);
	const rest = all.slice(mostShown);
	if (rest.length === 0) return;
	const are = rest.length === 1 ? "warning is" : "warnings are";
	warning(`${rest.length} more ${are} in the step's log, as GitHub shows ten of a step.`);
	await fenced(async (write) => {
		for (const each of rest) write(renderLine(each));
	});
};

// src/plan/plan.ts
/** Self-hosted machines keep what they have unless they are told otherwise. */
const dropsImages = ({ keepImages }, { isHostedRunner, isLocalDaemon }) => keepImages === "never" || keepImages === "auto" && isHostedRunner && isLocalDaemon;
/** A compiler with less than this would have to swap. */
const memoryOfBuild = 3e9;
const planParallel = ({ cores, memoryBytes }) => Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryOfBuild), 8));
/** Decides what to do, in which order, from what was asked and what was found. */
const planRun = (inputs, facts) => {
	const { targets, images, engine } = facts;
	const nodes = facts.nodes.map((node) => ({
		node,
		choice: planWay(engine, node, inputs.loadMode)
	}));
	const { freeDisk, freeDiskKeep } = inputs;
	const mayFree = facts.isHostedRunner && facts.isLocalDaemon && freeDisk !== "never";
	const disk = planDisk(mayFree ? facts : {
		...facts,
		freeable: []
	}, nodes, freeDiskKeep);
	const freeing = planFreeing(inputs, facts, disk);
	const steps = [];
	if (freeing !== void 0) steps.push({
		kind: "free-disk",
		freeing
	});
	const parallel = inputs.parallel ?? planParallel(engine);
	const dropsCopies = dropsImages(inputs, facts);
	steps.push({
		kind: "make",
		targets,
		parallel,
		images,
		nodes,
		dropsCopies
	});
	if (inputs.pruneCache === "always" && findPruneObjection(facts) === void 0) steps.push({ kind: "prune-cache" });
	return {
		disk,
		steps,
		shortage: explainShortage(disk, freeDisk, freeDiskKeep)
	};
};

// src/plan/render.ts
const list = (words) => words.join(", ");
const renderTarget = ({ name, tags, dependsOn, isWanted }) => {
	const names = tags.map(({ given }) => given).filter((given) => given !== name);
	const notes = [
		...names.length > 0 ? [list(names)] : [],
		...dependsOn.length > 0 ? [`after ${list(dependsOn)}`] : [],
		...isWanted ? [] : ["only for others, not loaded"]
	];
	return `   - ${name}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
};
const renderWay = (choice) => {
	if (choice.kind !== "folders") return `by ${choice.kind}, as ${choice.because}`;
	return choice.wanted === "auto" ? "by link, or what a probe there finds possible" : `by ${choice.wanted}`;
};
/** Targets in an order in which they can be built. */
const inOrder = (targets) => {
	const sorted = [];
	const isReady = ({ dependsOn }) => dependsOn.every((name) => sorted.some((target) => target.name === name));
	for (let left = targets; left.length > 0;) {
		const ready = left.filter(isReady);
		if (ready.length === 0) return [...sorted, ...left];
		sorted.push(...ready);
		left = left.filter((target) => !ready.includes(target));
	}
	return sorted;
};
const renderMake = ({ targets, parallel, images, nodes, dropsCopies }) => {
	const local = images.flatMap(({ references }) => references.map(({ given }) => given));
	const building = [`Build, ${parallel} at a time, each image loaded as soon as it is there:`, ...inOrder(targets).map(renderTarget)];
	return [
		...targets.length > 0 ? [building.join("\n")] : [],
		...local.length > 0 ? [`Load what Docker has: ${list(local)}`] : [],
		[
			"Load into:",
			...nodes.map(({ node, choice }) => `   - ${node.name}, ${renderWay(choice)}`),
			dropsCopies ? "   Docker's copy goes after a load that did not share its files." : "   Docker's copies stay."
		].join("\n")
	];
};
const renderStep = (step) => {
	switch (step.kind) {
		case "free-disk": {
			const { entries, targetFreeBytes } = step.freeing;
			return [`Free disk${targetFreeBytes === void 0 ? "" : `, until ${formatBytes(targetFreeBytes)} are free`}, beside what follows: ${list(entries.map(({ name }) => name))}`];
		}
		case "make": return renderMake(step);
		case "prune-cache": return ["Remove the build cache that no image holds"];
	}
};
const renderSizes = (sizes, steps) => {
	if (!steps.some((step) => step.kind === "make" && step.targets.length > 0)) return "";
	if (sizes === void 0) return "\n- how large the images become is not known before a first run";
	const each = sizes.each.map(formatBytes).join(", ");
	return `\n- the images had ${formatBytes(sizes.totalBytes)} together last time (${each})`;
};
/** What was counted, and the plan, for people: numbered, in the order in which it would be done. */
const renderPlan = ({ disk, steps, shortage }) => {
	const sums = disk.sums.map((sum) => `\n- ${renderSum(sum)}`);
	const numbered = steps.flatMap(renderStep).map((text, index) => `${index + 1}. ${text}`);
	const verdict = shortage === void 0 ? [] : [renderError(shortage)];
	return [
		`Disk:${sums.join("")}${renderSizes(disk.sizes, steps)}`,
		...numbered,
		...verdict
	].join("\n");
};

// src/plan/pull-warning.ts
/**
* Warns of images whose pods pull by default, whatever the nodes have: those with the tag `latest` or
* none. Undefined when there is none.
*
* @param judged canonical names of which something else has been said already, at its line
*/
const renderPullWarning = (references, judged) => {
	const pulled = references.filter(({ canonical }) => canonical.endsWith(":latest") && !judged.has(canonical));
	if (pulled.length === 0) return void 0;
	return `Pods pull ${[...new Set(pulled.map(({ given }) => given))].join(", ")} instead of using what is loaded, unless they have imagePullPolicy: IfNotPresent: for the tag latest, and for none, Kubernetes' default is Always. Set it, or use the names in the output immutable-tags.`;
};

// src/remarks.ts
/** Nothing may print before the secrets that came as inputs are hidden. */
const maskInputs = ({ credentials, secrets }, given, runner) => {
	const { mask } = runner;
	for (const { value } of secrets) maskSecret(value.expose(), mask);
	const plain = secrets.filter(({ value }) => isTooPlain(value.expose())).map(({ id }) => id);
	if (plain.length > 0) runner.warning(`The log does not hide the ${plain.length === 1 ? "secret" : "secrets"} ${plain.join(", ")}: values that are short or plain words, such as \`true\`, are in every log, and hiding them would hide ordinary text.`);
	if (credentials.kind === "given") maskToken(credentials.token.expose(), mask);
	if (credentials.kind !== "app") return;
	maskPrivateKey(given["private-key"] ?? "", credentials.privateKey.expose(), mask);
};
/** What was asked and will not happen should not surprise anybody later. */
const tellWhatIsNot = (inputs, facts, { line, warning }) => {
	for (const text of facts.leftOut) line(text);
	if (facts.targets.length > 0 && inputs.credentials.kind === "none") line("The build gets no token: neither client-id with private-key nor github-token is given.");
	if (inputs.credentials.kind === "given" && inputs.credentials.insteadOfApp !== void 0) line(`${inputs.credentials.insteadOfApp}; the build gets github-token.`);
	const attested = findAttested(facts.targets);
	if (attested.length > 0) line(`attest of ${attested.join(", ")} is left out: nodes take images without attestations.`);
	if (inputs.freeDisk !== "auto" && inputs.freeDisk !== "never" && !facts.isHostedRunner) line("Nothing is deleted to free disk: this is not a GitHub-hosted runner.");
	else if (typeof inputs.freeDisk === "object" && !facts.isLocalDaemon) line("Nothing is deleted to free disk: the daemon is on another machine.");
	const disk = findDockers(facts.filesystems);
	if (typeof inputs.freeDisk === "object" && disk !== void 0) {
		const { targetBytes } = inputs.freeDisk;
		if (targetBytes > disk.totalBytes) warning(`free-disk: ${formatBytes(targetBytes)} can never be free: the disk has ${formatBytes(disk.totalBytes)} in all.`);
	}
	const objection = findPruneObjection(facts);
	if (inputs.pruneCache === "always" && objection !== void 0) line(`The build cache stays: ${objection}.`);
};
/** Whoever runs the job again knows better than what we remember of the last time. */
const refuseOrTell = ({ disk, shortage }, environment, runner) => {
	for (const sum of disk.sums) if (sum.needs.length > 0) runner.line(renderSum(sum));
	if (shortage === void 0) return;
	if (environment.runAttempt === 1) throw shortage;
	runner.warning(`${shortage.message}. It is tried all the same, as the job was run again.`);
};
/** Names that manifests use have been judged there, each at its line. */
const tellPulls = (facts, { warning }) => {
	const text = renderPullWarning(toWanted(facts), findUsed(facts.manifests.workloads));
	if (text !== void 0) warning(text);
};

// src/report/report.ts
const emptyReport = {
	builds: [],
	loads: [],
	unloaded: [],
	freed: [],
	stages: []
};
/** The step's own build's; of Bake's targets, the metadata by their names, as Bake writes it. */
const toBuildOutputs = (builds) => {
	const [first] = builds;
	if (first === void 0) return {};
	if (first.kind === "bake") {
		const all = builds.map(({ name, metadata }) => [name, JSON.parse(metadata.json)]);
		return { metadata: JSON.stringify(Object.fromEntries(all)) };
	}
	const { imageId, digest, json } = first.metadata;
	return {
		...imageId !== void 0 && { "image-id": imageId },
		...digest !== void 0 && { digest },
		metadata: json
	};
};
/** What post may want to know of what was loaded, and where. */
const toLoaded = ({ loads }) => loads.flatMap(({ image: { id, references }, nodes }) => references.flatMap((each) => toNodeNames(each.canonical).map((canonical) => ({
	given: each.given,
	canonical,
	immutable: toImmutable(each, id).given,
	id,
	nodes: nodes.map(({ name }) => name)
}))));
/** The step's outputs; those without a value are left out. */
const toOutputs = (report) => {
	const { builds, loads, freed } = report;
	const images = loads.flatMap(({ image, nodes }) => image.references.map(({ given }) => ({
		ref: given,
		id: image.id,
		sizeBytes: image.sizeBytes,
		nodes
	})));
	const immutable = toLoaded(report).map(({ given, immutable: name }) => [given, name]);
	return {
		...toBuildOutputs(builds),
		images: JSON.stringify(images),
		"immutable-tags": JSON.stringify(Object.fromEntries(immutable)),
		"freed-bytes": String(freed.reduce((sum, { bytes }) => sum + bytes, 0))
	};
};

// src/report/summary.ts
const ways = {
	reflink: "reflinked",
	link: "linked",
	copy: "copied",
	stream: "streamed",
	kind: "loaded by kind",
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
	if (failure !== void 0) parts.push(`**Failed:** ${escapeText(failure)}`);
	if (report.loads.length > 0) parts.push(renderImages(report));
	parts.push(...renderUnloaded(report.unloaded).map(escapeCell));
	if (report.stages.length > 0) parts.push(renderStages(report));
	if (report.freed.length > 0) parts.push(renderFreed(report));
	return `${parts.join("\n\n")}\n`;
};

// src/action.ts
/** Undefined where there is no Actions cache, or nobody says for which repository this is. */
const findMemory = ({ repository, hasCacheService }, { debug }, signal) => repository !== void 0 && hasCacheService ? {
	repository,
	debug,
	signal
} : void 0;
/** Read, look, plan, execute, report: one image's way through the action. */
const runAction = async (environment, runner, signal) => {
	const runId = randomBytes(8).toString("hex");
	const { tempDir, notesFolder } = leftoversOf(environment, runId);
	let report = emptyReport;
	let token;
	let notes;
	const background = [];
	try {
		const parseYaml = await importYaml(environment.inputs);
		const inputs = readInputs(environment.inputs, {
			...environment,
			parseYaml,
			kindOf
		});
		maskInputs(inputs, environment.inputs, runner);
		if (inputs.unused.length > 0) runner.warning(`mode: ${inputs.mode} does not use ${inputs.unused.join(", ")}.`);
		if (inputs.mode === "diagnose") return await diagnoseNow(environment, runner, inputs.clusterName, signal);
		runner.saveState(runIdState, runId);
		makeTempDir(tempDir);
		const childEnv = settleDocker(environment.childEnv, tempDir, runner.line);
		const docker = createDocker(childEnv, signal);
		if (inputs.credentials.kind !== "none" || inputs.secrets.length > 0) await forbidCoreDumps(childEnv);
		const memory = findMemory(environment, runner, signal);
		const facts = await look(docker, inputs, {
			...environment,
			runId
		}, memory);
		tellWhatIsNot(inputs, facts, runner);
		await tellManifests(facts, runner);
		const plan = planRun(inputs, facts);
		if (inputs.isDryRun) return await publishPlan(runner, plan);
		refuseOrTell(plan, environment, runner);
		tellPulls(facts, runner);
		notes = beginNotes({
			docker: createDocker(environment.childEnv),
			clusterName: inputs.clusterName,
			folder: notesFolder,
			childEnv: environment.childEnv,
			line: runner.line
		});
		token = createBuildToken({
			inputs,
			mask: runner.mask,
			log: runner.line,
			warn: runner.warning,
			saveState: runner.saveState,
			signal,
			childEnv
		});
		const shop = {
			docker,
			runner,
			token,
			inputs,
			facts,
			memory,
			runId,
			tempDir,
			tempRoot: environment.tempDir,
			moreRoom: createMoreRoom(inputs, facts, {
				docker,
				childEnv,
				line: runner.line,
				signal,
				background,
				freedBytes: () => report.freed.reduce((sum, { bytes }) => sum + bytes, 0),
				enter: (freed) => {
					report = {
						...report,
						freed: [...report.freed, ...freed]
					};
				}
			}),
			workspace: environment.workspace,
			childEnv,
			cacheEnv: inputs.isTrusted ? environment.cacheEnv : {},
			signal,
			background,
			update: (change) => {
				report = change(report);
			}
		};
		for (const step of plan.steps) await executeStep(shop, step);
		await Promise.all(background);
		await notes.finish(toLoaded(report));
		await publish(runner, report);
	} catch (error) {
		await token?.close();
		await Promise.allSettled(background);
		if (!signal.aborted) await notes?.finish(toLoaded(report));
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
const publishOutputs = ({ output }, report) => {
	for (const [name, value] of Object.entries(toOutputs(report))) output(name, value);
};
const publishPlan = async (runner, plan) => {
	const text = renderPlan(plan);
	runner.line(`The plan, of which nothing is done (dry-run):\n${text}`);
	publishOutputs(runner, emptyReport);
	const markdown = text.split("\n").map(escapeCell).join("\n");
	await runner.summary(`### Slipway's plan (dry run)\n\n${markdown}\n`);
};
const publish = async (runner, report, failure) => {
	publishOutputs(runner, report);
	const summary = renderSummary(report, failure);
	if (failure === void 0) runner.line(`\n${summary}`);
	await runner.summary(summary);
};

// src/run-step.ts
const runner = createRunner();
process.on("uncaughtException", (error) => {
	runner.fail(renderError(error));
	process.exit();
});
const cancelled = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => cancelled.abort(new Error(signal)));
try {
	const environment = readEnvironment();
	const why = forgetSecrets(environment);
	if (why !== void 0) runner.line(`This user's other processes can read the step's inputs while it runs: ${why}`);
	await runAction(environment, runner, cancelled.signal);
} catch (error) {
	runner.debug(error instanceof Error ? error.stack ?? error.message : String(error));
	runner.fail(renderError(error), error instanceof Failure ? error.place : void 0);
}
await runner.flush();
process.exit();

export {  };