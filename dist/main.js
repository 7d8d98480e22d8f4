import { i as __toESM } from "./rolldown-runtime.js";
import { A as findNodes, C as printTargets, E as diagnoseNow, F as renderTable, M as escapeCell, N as formatBytes, O as inspectNodes, P as formatDuration, S as toTargets, T as startNoteTaker, _ as toHelperContainer, b as toBakeFile, c as runIdState, d as isUntrusted, f as whySecretsAreEmpty, g as runLabel, h as joinScript, i as createBuildToken, j as within$1, k as lookAtNodes, m as makeTempDir, n as forgetInputs, p as buildWords, r as readEnvironment, s as leftoversOf, t as createRunner, u as readSecrets, v as handoverRepository, w as openMemoryFile, x as toOwnTarget, y as toBakeArgs } from "./runner.js";
import { a as renderError, i as Failure, n as neutralise, r as splitLines } from "./log-fence.js";
import { A as canRead, C as toImmutable, D as describeEnd, E as createDocker, N as isMissing, O as runCaptured, S as parseImageReference, T as withEngineApi, c as parseAssignments, d as parseWord, f as toLines, j as canSearch, k as findDockerFolders, l as parseBoolean, m as toOptional, o as writeBaseline, p as toList, s as clusterPattern, u as parseChoice, v as toSections, w as toRepository, x as runContainer, y as execute } from "./notes.js";
import { p as getExecOutput } from "./core.js";
import { t as Secret } from "./secret.js";
import { t as parseQuantity } from "./quantity.js";
import { n as maskSecret, r as maskToken, t as maskPrivateKey } from "./masks.js";
import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { dirname, join, relative, resolve } from "node:path";
import { Transform } from "node:stream";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { glob, lstat, readFile, realpath, rm, stat, statfs, writeFile } from "node:fs/promises";
import { AsyncLocalStorage } from "node:async_hooks";
import timers from "node:timers/promises";
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
	const nodes = await inspectNodes(api.ask, clusterName);
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
	...image.references.map(({ canonical }) => canonical),
	...image.references.map((reference) => toImmutable(reference, image.id).canonical),
	...engine.hasContainerdStore ? image.digestNames : []
])];
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
const toMounts = (engine, image, nodes) => {
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

// src/disk/free-space.ts
/** Bytes that an ordinary user may still write to the filesystem that holds `path`. */
const freeBytesAt = async (path) => {
	const { bavail, bsize } = await statfs(path);
	return bavail * bsize;
};

// src/disk/free-disk.ts
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
const runAsRoot = (env, file, ...args) => {
	const [program = file, ...rest] = process.getuid?.() === 0 ? [file, ...args] : [
		"sudo",
		"-n",
		file,
		...args
	];
	const options = {
		env: { ...env },
		silent: true,
		ignoreReturnCode: true
	};
	return getExecOutput(program, rest, options).catch(() => ({
		exitCode: 127,
		stdout: ""
	}));
};
/**
* Bytes on the disk below a folder. Free space before and after would not tell: builds write
* meanwhile. Whoever removes the folder next needs what this reads.
*/
const measureFolder = async (env, path) => {
	const { stdout } = await runAsRoot(env, "du", ...[
		"--summarize",
		"--one-file-system",
		"--block-size=1"
	], "--", path);
	return Number(/^\d+/.exec(stdout)?.[0] ?? 0);
};
/** Moved aside first: a path that half exists would break whoever looks at it meanwhile. */
const removeFolder = async (env, path) => {
	const aside = join(dirname(path), `.slipway-freed-${process.pid}`);
	if ((await runAsRoot(env, "mv", "--no-target-directory", "--", path, aside)).exitCode !== 0) return false;
	return (await runAsRoot(env, "rm", "-rf", "--one-file-system", "--", aside)).exitCode === 0;
};
const freePath = async (env, name, path, log) => {
	const objection = await findObjection$1(path);
	if (objection !== void 0) {
		if (objection !== "not there") log(`Left ${path} alone: ${objection}.`);
		return [];
	}
	const bytes = await measureFolder(env, path);
	if (!await removeFolder(env, path)) {
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
		freed.push(...await freePath(env, name, path, log));
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
const timeoutMs$3 = 3e5;
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
	], { timeoutMs: timeoutMs$3 });
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
* skipped.
*
* @param parallel how many at once
* @param isEnded true where nothing more shall begin
* @returns how each ended, in the order of the jobs; never fails
*/
const runJobs = async (jobs, parallel, isEnded, run) => {
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
		const work = run(job).then(() => end(job, "done"), (error) => end(job, "failed", error));
		running.set(job.name, work);
	};
	for (;;) {
		for (const job of jobs) {
			if (outcomes.has(job.name) || running.has(job.name)) continue;
			const lost = job.dependsOn.find((name) => /failed|skipped/.test(outcomes.get(name)?.state ?? ""));
			if (lost !== void 0) end(job, "skipped", void 0, lost);
			else if (isEnded()) end(job, "skipped");
			else if (running.size < parallel && job.dependsOn.every(isDone)) begin(job);
		}
		if (running.size === 0 && outcomes.size === jobs.length) break;
		if (running.size > 0) await Promise.race(running.values());
	}
	return jobs.flatMap(({ name }) => outcomes.get(name) ?? []);
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
const findImages = async (ask, references) => {
	const found = await Promise.all(references.map(async (reference) => {
		return [reference, await ask(`/images/${reference.canonical}/json`)];
	}));
	const missing = found.filter(([, inspected]) => inspected === void 0);
	if (missing.length > 0) {
		const names = missing.map(([{ given }]) => given).join(", ");
		throw new Failure(`Docker's local store does not have ${names}`, { remedy: "Build or pull it before this step; `docker image ls` shows what is there." });
	}
	return groupById(found.flatMap(([reference, it]) => it ? [[reference, it]] : []));
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

// src/build/argv.ts
const flag = (name, value) => value === void 0 ? [] : [name, value];
const flags = (name, values) => values.flatMap((value) => [name, value]);
/** The arguments of `docker` for one build whose image ends up in the local store. */
const toBuildArgs = (build, metadataFile, secrets) => [
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
	...flags("--ssh", build.ssh),
	...flags("--secret", secrets.map(({ id, from }) => `id=${id},${from}`)),
	"--metadata-file",
	metadataFile,
	"--",
	build.context
];

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
const askTemp = async (env, path) => {
	const options = {
		env: { ...env },
		silent: true,
		ignoreReturnCode: true
	};
	const { stdout } = await getExecOutput("du", [...duArgs, path], options);
	const parts = parseDu(stdout);
	return parts.length === 0 ? "" : `. Most of it: ${renderParts(parts)}`;
};
/** What fills a filesystem, as the end of a sentence; nothing where nobody can say in time. */
const describeFill = async (api, facts, { uses, path }, env) => {
	const asked = (use) => {
		switch (use.kind) {
			case "docker": return askDocker(api.ask);
			case "node": return askNode(api, facts, use.name);
			case "temp": return askTemp(env, path);
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

// src/build/explain.ts
/** BuildKit's last word, such as `failed to solve: process "..." did not complete: exit code: 1`. */
const findReason = (tail) => {
	return tail.findLast((text) => text.startsWith("ERROR: "))?.slice(7).trim();
};
/** `Dockerfile:12` as BuildKit prints it above the lines that it quotes. */
const findPlace = (tail) => tail.findLast((line) => /^\S.*:\d+$/.test(line) && !line.startsWith("#"));
/** 128 and SIGKILL's 9, as BuildKit and programs that start others tell it. */
const wasKilled = /\bexit code: 137\b|\bsignal: killed\b/;
const usualRemedy = "The build log above shows the step and what it printed.";
const killedRemedy = "Something of it was killed, mostly by the kernel as memory ran out; the last line of this job's post step counts such kills. Build fewer images at once (parallel: 1), have the step use less, or take a larger runner.";
/** A build that failed, said in one line; the log above has the rest. */
const explainBuildFailure = (name, code, tail) => {
	const reason = findReason(tail) ?? `exit code ${code ?? "none (ended by a signal)"}`;
	const place = findPlace(tail);
	const full = tail.some(saysNoSpace) && !saysNoSpace(reason) ? ": no space left on device" : "";
	return new Failure(neutralise(`Building ${name} failed${place === void 0 ? "" : ` at ${place}`}: ${reason.slice(0, 1e3)}${full}`), { remedy: wasKilled.test(reason) ? killedRemedy : usualRemedy });
};

// src/build/metadata.ts
const digestPattern = /^sha256:[a-f0-9]{64}$/;
/** Reads buildx's metadata file; a digest that is none is left out. */
const parseMetadata = (text) => {
	const parsed = JSON.parse(text);
	const digestOf = (key) => {
		const value = parsed?.[key];
		return typeof value === "string" && digestPattern.test(value) ? value : void 0;
	};
	const digest = digestOf("containerimage.digest");
	return {
		imageId: digestOf("containerimage.config.digest") ?? digest,
		digest,
		json: text.trim()
	};
};

// src/build/secret-channel.ts
const byEnvironment = (secrets) => {
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
const byMemory = (secrets, fds) => ({
	sources: secrets.map(({ id }, index) => ({
		id,
		from: index === 0 ? "src=/dev/stdin" : `src=/proc/${process.pid}/fd/${fds[index]}`
	})),
	stdinFd: fds[0],
	env: {}
});
/**
* Runs `body` with a way for secrets to reach one build. Each is an anonymous file in memory: the
* first is the child's standard input, the others stay open in our own process. BuildKit opens the
* path anew for every RUN that mounts it, so a pipe would be empty from the second on
* (moby/buildkit#2880), and Node's own piped stdin is a socket, which cannot be opened at all
* (nodejs/node#21941).
*
* @param tell hears that secrets have to go through the child's environment instead
*/
const withSecretChannel = async (secrets, tell, body) => {
	const fds = [];
	try {
		for (const { value } of secrets) fds.push(openMemoryFile(value.exposeBytes()));
	} catch (error) {
		for (const fd of fds) closeSync(fd);
		const why = error.message;
		tell(`Anonymous files in memory do not work here (${why}): secrets reach buildx through its environment.`);
		return body(byEnvironment(secrets));
	}
	try {
		return await body(byMemory(secrets, fds));
	} finally {
		for (const fd of fds) closeSync(fd);
	}
};

// src/build/build-image.ts
/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 216e5;
/** Enough of the log's end to name the step that failed. */
const keptLines = 200;
/** Bake would ask on a terminal whether it may read what a target's secrets and contexts name. */
const bakeEnv = { BUILDX_BAKE_ENTITLEMENTS_FS: "0" };
/** The command, once the files that it reads are there. They hold names of secrets, never a value. */
const prepare = ({ target, tempDir }, { sources }, metadataFile) => {
	const { source } = target;
	if (source.kind === "own") return {
		args: toBuildArgs(source.build, metadataFile, sources),
		env: {}
	};
	const file = join(tempDir, `bake-${target.name}.json`);
	writeFileSync(file, JSON.stringify(toBakeFile(target, source.targets, sources)), { mode: 384 });
	return {
		args: toBakeArgs(file, target.name, source.targets, metadataFile),
		env: bakeEnv
	};
};
const runBuild = async (docker, order, channel, metadataFile, onLine) => {
	const tail = [];
	const { args, env } = prepare(order, channel, metadataFile);
	const { code } = await docker.follow(args, (line) => {
		tail.push(line);
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
	if (code !== 0) throw explainBuildFailure(order.target.name, code, tail);
};
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
	await withSecretChannel(order.secrets, warn, (channel) => runBuild(docker, order, channel, metadataFile, onLine));
	try {
		return parseMetadata(pickMetadata(target, readFileSync(metadataFile, "utf8")));
	} catch (cause) {
		throw new Failure("The build ended well, but buildx left no metadata that can be read", {
			cause,
			remedy: "Slipway needs buildx 0.13 or newer; see `docker buildx version`."
		});
	}
};

// src/build/warnings.ts
/** One `--mount=type=secret,...` in its text, without the quotes that a shell would take away. */
const toSecretId = (options) => {
	const entries = options.split(",").map((entry) => entry.split("=", 2));
	const option = (...names) => entries.find(([name = ""]) => names.includes(name))?.[1]?.replaceAll("\"", "");
	if (option("type") !== "secret") return void 0;
	const target = option("target", "dst", "destination");
	return option("id") ?? target?.split("/").at(-1);
};
/** The secrets that a Dockerfile's RUN steps mount. Ids with build arguments in them are left out. */
const findSecretMounts = (dockerfile) => dockerfile.split("\n").flatMap((text, index) => {
	if (/^\s*#/.test(text)) return [];
	return [...text.matchAll(/--mount=(\S+)/g)].flatMap(([, options = ""]) => {
		const id = toSecretId(options);
		return id === void 0 || id.includes("$") ? [] : [{
			id,
			line: index + 1
		}];
	});
});
const readQuietly$1 = (path) => {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return;
	}
};
const findUnpassed = (dockerfile, passed) => findSecretMounts(readQuietly$1(dockerfile) ?? "").filter(({ id }) => !passed.includes(id)).map(({ id, line }) => ({
	message: `A RUN mounts the secret \`${id}\`, which is not given: that step finds no file there.`,
	file: dockerfile,
	line
}));
/** True when the context leaves `.git` out, as far as the usual ways to write that go. */
const leavesGitOut = (context, dockerfile) => {
	const own = `${dockerfile}.dockerignore`;
	return (readQuietly$1(existsSync(own) ? own : join(context, ".dockerignore")) ?? "").split("\n").some((line) => /^\/?(\*\*\/)?(\.git|\*|\.\*)\/?(\*\*)?$/.test(line.trim()));
};
/** actions/checkout leaves a token in .git/config unless persist-credentials is false. */
const findPersisted = (context, dockerfile) => {
	const file = join(context, ".git", "config");
	const at = (readQuietly$1(file)?.split("\n") ?? []).findIndex((line) => /^\s*extraheader\s*=\s*authorization:/i.test(line));
	if (at < 0 || leavesGitOut(context, dockerfile)) return [];
	return [{
		message: "The build context holds checkout's credentials (.git/config). Set persist-credentials: false on actions/checkout, or put .git into .dockerignore.",
		file,
		line: at + 1
	}];
};
/** Where the files of a build are; nowhere for a context that is not a folder of this machine. */
const placesOf = (source, workspace) => {
	const own = source.kind === "own" ? source.build : toWords(source.targets[0]);
	if (own === void 0 || /^(https?|git|ssh|target|docker-image|oci-layout):|^git@/.test(own.context)) return [];
	const folder = resolve(workspace, own.context);
	const base = source.kind === "own" ? workspace : folder;
	return [{
		folder,
		dockerfile: own.file === void 0 ? join(folder, "Dockerfile") : resolve(base, own.file)
	}];
};
const toWords = (target) => {
	const { context = ".", dockerfile } = target?.definition ?? {};
	if (typeof context !== "string") return void 0;
	return {
		context,
		file: typeof dockerfile === "string" ? dockerfile : void 0
	};
};
/** Ids of the secrets that a target of Bake's has of its own. */
const ownIds = (source) => {
	const secrets = source.kind === "own" ? [] : source.targets[0]?.definition["secret"];
	return (Array.isArray(secrets) ? secrets : []).flatMap((secret) => {
		if (typeof secret === "string") return /(?:^|,)id=([^,]+)/.exec(secret)?.[1] ?? [];
		const { id } = secret ?? {};
		return typeof id === "string" ? [id] : [];
	});
};
/**
* Looks at a local context before it is built.
*
* @param passed ids of the secrets that the build gets from us
*/
const findBuildWarnings = (source, workspace, passed) => placesOf(source, workspace).flatMap(({ folder, dockerfile }) => [...findUnpassed(dockerfile, [...passed, ...ownIds(source)]), ...findPersisted(folder, dockerfile)]);

// src/workshop.ts
/** Times a stage and enters it into the report, also when it fails. */
const timed$1 = async (shop, name, body) => {
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
const warnBeforehand = ({ shop }, { source }, ids) => {
	const { workspace, runner } = shop;
	for (const { message, file, line } of findBuildWarnings(source, workspace, ids)) runner.warning(message, {
		file: relative(workspace, file),
		line
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
	const { inputs, runner, tempDir, workspace } = shop;
	const tokenIds = inputs.credentials.kind === "none" ? [] : [inputs.secretId];
	warnBeforehand(bench, target, [...tokenIds, ...inputs.secrets.map(({ id }) => id)]);
	const prefix = step.targets.length > 1 ? `${target.name} | ` : "";
	return withRoom(bench, async () => {
		const order = {
			target,
			secrets: await takeSecrets(bench),
			tempDir,
			workspace
		};
		return timed$1(shop, `Build ${target.name}`, () => runner.fenced((onLine) => buildImage(docker, order, (line) => onLine(prefix + line), runner.warning)));
	});
};

// src/make/failures.ts
const toProblems = (outcomes) => outcomes.flatMap(({ name, state, error, because }) => {
	if (state === "failed") return [{
		name,
		error
	}];
	if (state !== "skipped" || because === void 0) return [];
	return [{
		name,
		error: new Failure(`Not built, as ${because} was not`)
	}];
});
/** One error for all that went wrong; the only one is told as it is. */
const toFailure = (problems, among) => {
	const [first] = problems;
	if (among === 1 || first === void 0) return first?.error;
	const lines = problems.map(({ name, error }) => `- ${name}: ${renderError(error)}`);
	return new Failure(`${problems.length} of ${among} images failed.\n${lines.join("\n")}`);
};

// src/make/handover.ts
/** GitHub ends jobs on self-hosted runners after five days, and all others sooner. */
const longestJobMs = 432e6;
/** True for a name that no step can be using any more, as its machine died before post could run. */
const isLeftOver = (lastTagTime, nowMs) => nowMs - Date.parse(lastTagTime ?? "") > longestJobMs;
const findLeftOvers = async ({ ask }) => {
	const everyRun = handoverRepository("");
	const ours = (await ask(`/images/json?filters=${encodeURIComponent(JSON.stringify({ reference: [`${everyRun}*`] }))}`) ?? []).flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => name.startsWith(everyRun));
	const inspected = await Promise.all(ours.map((name) => ask(`/images/${name}/json`)));
	const now = Date.now();
	return ours.filter((_, index) => isLeftOver(inspected[index]?.Metadata?.LastTagTime, now));
};
/**
* Takes away the names under which targets were handed over, and those of machines that died. Their
* layers stay with the images that have them.
*/
const dropHandovers = async ({ step, api }) => {
	const own = step.targets.flatMap(({ handover }) => handover ?? []);
	if (own.length === 0) return;
	const others = await findLeftOvers(api).catch(() => []);
	for (const name of [...own, ...others]) await api.tell("DELETE", `/images/${name}`).catch(() => {});
};

// src/load/drop-images.ts
/**
* The names that may go from Docker's store. Where links share the files, removing a name frees
* nothing, so `auto` keeps it.
*/
const planDropping = (loads, keepImages) => loads.filter(({ nodes }) => keepImages === "never" || nodes.every(({ way }) => way === "copy" || way === "stream" || way === "kind")).flatMap(({ image }) => image.references.map(({ given }) => given));
/** Removes names; layers go with the last of them. What is in use stays, and that is no failure. */
const dropImages = async (docker, names, line) => {
	for (const name of names) {
		const { code } = await docker.try(["rmi", name]);
		line(code === 0 ? `Removed ${name} from Docker.` : `Docker keeps ${name}: it is in use.`);
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
const toCriIds = (json) => {
	if (json.trim() === "") return /* @__PURE__ */ new Map();
	const { images } = JSON.parse(json);
	return new Map(images.flatMap(({ id, repoTags, repoDigests }) => [
		id,
		...repoTags ?? [],
		...repoDigests ?? []
	].map((name) => [name, id])));
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
const timeoutMs$2 = 3e4;
/** @throws {Failure} when the node does not answer */
const lookIntoNode = async (api, node, names) => {
	const command = [
		"bash",
		"-c",
		joinScript("record", "look"),
		"bash",
		...names
	];
	return parseNodeState(await execute(api, node.name, command, timeoutMs$2));
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
/** Looks until CRI knows one image by all names; the rest was somebody else's work. */
const checkNames = (api, names, node) => lookUntilWell(api, node, names, ({ criIds }) => {
	const missing = names.find((name) => !criIds.has(name));
	return missing === void 0 ? void 0 : `CRI does not have ${missing}`;
});

// src/load/kind.ts
/** The slowest way takes its time. */
const timeoutMs$1 = 36e5;
const tagTimeoutMs = 3e4;
/** Adds the names that kind does not know. */
const addNames = async (api, tagged, names, node) => {
	const tag = [
		"ctr",
		"--namespace=k8s.io",
		"images",
		"tag",
		"--force",
		tagged
	];
	const others = names.filter((name) => name !== tagged);
	await Promise.all(others.map((name) => execute(api, node.name, [...tag, name], tagTimeoutMs)));
	const { flaw } = await checkNames(api, names, node);
	if (flaw !== void 0) throw new Failure(`Naming ${tagged} in ${node.name} failed: ${flaw}`);
};
/**
* The last resort: kind's own load, which writes the whole image to the temp folder.
*
* @throws {Failure} with what kind said
*/
const loadWithKind = async ({ docker, api, engine, clusterName, tempDir }, image, node) => {
	const tagged = image.references.find(({ canonical }) => !canonical.includes("@"));
	const names = image.references.map(({ given }) => given);
	if (tagged === void 0) throw new Failure(`\`kind load\` cannot name an image of a digest alone: ${names.join(", ")}`, { remedy: "Give it with a tag, or use load-mode: auto." });
	const args = [
		"load",
		"docker-image",
		...names,
		`--name=${clusterName}`,
		`--nodes=${node.name}`
	];
	const options = {
		timeoutMs: timeoutMs$1,
		env: { TMPDIR: tempDir }
	};
	const ended = await runCaptured({
		...docker.command(args, options),
		file: "kind"
	});
	if (ended.code !== 0) throw new Failure(`\`kind load docker-image\` failed for ${node.name}: ${describeEnd(ended)}`);
	await addNames(api, tagged.canonical, namesOf(engine, image), node);
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
	const { layers = [], config } = JSON.parse(manifest ?? "{}");
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
const deadlineMs$2 = 18e5;
/** A cancelled end that reads has this long to undo what it did; the runner grants a few seconds. */
const graceMs = 5e3;
const start = (docker, args) => {
	const { file, env, signal } = docker.command(args);
	const child = spawn(file, [...args], {
		env,
		timeout: deadlineMs$2,
		stdio: "pipe"
	});
	child.on("error", () => {});
	child.stdin.on("error", () => {});
	let stderr = "";
	child.stderr.on("data", (chunk) => {
		stderr = (stderr + chunk.toString("utf8")).slice(-4e3);
	});
	return {
		child,
		signal,
		ended: once(child, "close").then(([code]) => ({
			code,
			stdout: "",
			stderr,
			timedOut: child.killed && !signal?.aborted
		}))
	};
};
const whenAborted = (signal, act) => {
	signal?.addEventListener("abort", act, { once: true });
	if (signal?.aborted) act();
};
/** Starts a docker command whose output goes into a pipe. Cancelled, it is killed. */
const startSource = (docker, args) => {
	const { child, signal, ended } = start(docker, args);
	child.stdin.end();
	const collect = createCollector();
	child.stdout.on("data", (chunk) => collect(chunk.length));
	whenAborted(signal, () => child.kill());
	return {
		stdout: child.stdout,
		ended
	};
};
/** Starts a docker command that reads from a pipe. Cancelled, it sees the pipe's end first. */
const startTarget = (docker, args) => {
	const { child, signal, ended } = start(docker, args);
	const { stdin } = child;
	whenAborted(signal, () => {
		stdin.end();
		setTimeout(() => child.kill(), graceMs).unref();
	});
	return {
		stdin,
		stdout: child.stdout,
		ended
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
/** Goes through a tar with constant memory and passes on what is kept. */
const rewrite = (choose) => {
	const header = Buffer.alloc(blockBytes);
	let headerBytes = 0;
	let keptBytes = 0;
	let droppedBytes = 0;
	const takeHeader = (chunk, at) => {
		const taken = Math.min(blockBytes - headerBytes, chunk.length - at);
		chunk.copy(header, headerBytes, at, at + taken);
		headerBytes += taken;
		return taken;
	};
	const beginFile = () => {
		headerBytes = 0;
		const size = sizeOf(header);
		const bytes = Math.ceil(size / blockBytes) * blockBytes;
		const kept = choose(nameOf(header), size, header);
		keptBytes = kept === void 0 ? 0 : kept.isPadded ? bytes : size;
		droppedBytes = bytes - keptBytes;
		return kept?.lead;
	};
	const transform = function(chunk, _, done) {
		for (let at = 0; at < chunk.length;) if (keptBytes > 0) {
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
		done();
	};
	return new Transform({ transform });
};
/** Passes a tar on without the files whose names are to be left out. */
const leaveOut = (isLeftOut) => rewrite((name, _, header) => isLeftOut(name) ? void 0 : {
	lead: Buffer.from(header),
	isPadded: true
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
	const names = image.references.map(({ given }) => given);
	const source = startSource(docker, [
		"save",
		"--",
		...names
	]);
	const target = startTarget(docker, importArgs);
	target.stdout.resume();
	const piped = pipeline(source.stdout, leaveOut((name) => leftOut.has(name)), countBytes(onBytes), target.stdin).catch(() => {});
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
	return ["--discard-unpacked-layers", .../^\s+--local\b/m.test(help) ? ["--local"] : []];
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
	const { flaw, state } = await check(image.references.map(({ canonical }) => canonical));
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
	const names = image.references.map(({ given }) => given);
	const source = startSource(docker, [
		"save",
		"--",
		...names
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
	const script = joinScript("record", "source", "node", "stage", "publish", "receive", "stream");
	const args = [
		"exec",
		"--interactive",
		node.name,
		"bash",
		"-c",
		script
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
/** Has kind load it. */
const byKind = (task, node, because) => timed(node.name, "kind", because, async () => {
	await loadWithKind(task, task.image, node);
	return task.image.sizeBytes;
});
/** Streams; where even that fails and nobody insisted on it, kind may do what we could not. */
const byStream = async (task, node, because, isWanted) => {
	const { states, signal, warn } = task;
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
/** Reads the helper's events: tab-separated node, event and details. */
const watchEvents = (started, progress) => {
	const results = /* @__PURE__ */ new Map();
	const repaired = /* @__PURE__ */ new Map();
	const onLine = (line) => {
		const [node = "", event, first, second, third] = line.split("	");
		if (event === "copying") progress(node, Number(first), Number(second));
		if (event === "repaired") repaired.set(node, Number(first));
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
const reasonFor = (node, errors, end) => {
	const own = errors.filter((line) => line.startsWith(`${node.name}: `));
	return (own.length > 0 ? own.map((line) => line.slice(node.name.length + 2)) : errors).slice(-2).join(" ") || end;
};
/**
* Gives one image to nodes by its layers' folders, side by side, with one helper container. A node
* that fails has nothing of the image, and the result says why.
*/
const loadFolders = async (api, { engine, image, nodes, wanted, runId }, progress, signal) => {
	const [first] = nodes;
	if (first === void 0) return /* @__PURE__ */ new Map();
	const mounts = toMounts(engine, image, nodes);
	if (typeof mounts === "string") return new Map(nodes.map(({ name }) => [name, {
		kind: "failed",
		reason: mounts
	}]));
	const { results, onLine } = watchEvents(performance.now(), progress);
	const errors = [];
	const lines = toOrderLines(engine, image, nodes, wanted, runId, deadlineMs$1, mounts);
	const end = await runContainer(api, toHelperContainer(first, mounts, runId), lines, {
		deadlineMs: 915e3,
		signal,
		onLine,
		onErrorLine: (line) => errors.push(line),
		isEnough: () => results.size === nodes.length
	});
	return new Map(nodes.map((node) => [node.name, results.get(node.name) ?? {
		kind: "failed",
		reason: reasonFor(node, errors, end)
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
		const reason = result?.reason ?? "no result";
		if (wanted !== "auto") throw new Failure(`load-mode: ${wanted} does not work with ${node.name}: ${reason}`, { remedy: "Use load-mode: auto, which takes another way then." });
		if (saysNoSpace(reason)) throw new Failure(`${node.name} could not take the image: ${reason}`);
		warn(`Linking into ${node.name} failed, so the image is streamed: ${reason}`);
		return byStream(task, node, reason, false);
	}));
};

// src/load/progress.ts
/** Often enough to show life, seldom enough to keep the log short. */
const intervalMs = 5e3;
/** Tells bytes, rate and time left of each node, at most every five seconds. */
const createProgress = (line, what) => {
	const started = performance.now();
	const lastTold = /* @__PURE__ */ new Map();
	return (node, doneBytes, totalBytes) => {
		const now = performance.now();
		if (now - (lastTold.get(node) ?? started) < intervalMs) return;
		lastTold.set(node, now);
		const perMs = doneBytes / (now - started);
		const left = perMs > 0 ? Math.max(0, totalBytes - doneBytes) / perMs : NaN;
		const rate = `${formatBytes(perMs * 1e3)}/s`;
		const rest = Number.isNaN(left) ? "" : `, ${formatDuration(left)} left`;
		line(`${what}, ${node}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${rate}${rest}`);
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
	const task = {
		...context,
		image,
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
		image,
		nodes: [...present, ...loads.flat()].sort((a, b) => a.name.localeCompare(b.name))
	};
};

// src/make/load-images.ts
const toContext = ({ shop, api, docker, signal }) => {
	const { runner, runId, facts, inputs, tempDir } = shop;
	const { line, warning: warn } = runner;
	const { engine } = facts;
	return {
		docker,
		api,
		engine,
		clusterName: inputs.clusterName,
		runId,
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
const loadImages = async (bench, images) => {
	const { shop, step, docker, signal } = bench;
	const context = toContext(bench);
	for (const image of images) {
		signal.throwIfAborted();
		const name = image.references.map(({ given }) => given).join(", ");
		const done = await timed$1(shop, `Load ${name}`, () => withRoom(bench, () => loadImage(context, image, step.nodes)));
		shop.update((report) => ({
			...report,
			loads: [...report.loads, done]
		}));
		if (!step.dropsCopies) continue;
		await dropImages(docker, planDropping([done], shop.inputs.keepImages), shop.runner.line);
	}
};

// src/make/make.ts
const makeTarget = async (bench, target, made) => {
	const { shop, api, load } = bench;
	const metadata = await buildTarget(bench, target);
	const result = {
		name: target.name,
		kind: target.source.kind,
		metadata
	};
	shop.update((report) => ({
		...report,
		builds: [...report.builds, result]
	}));
	if (!target.isWanted) return;
	if (target.tags.length === 0) {
		shop.runner.line(`${target.name} has no tags: no pod could name it, so it is not loaded.`);
		return;
	}
	const images = await findImages(api.ask, target.tags);
	const measuring = Promise.all(images.map((image) => measureImage(api.ask, image)));
	made.set(target.name, await measuring.catch(() => []));
	load(target.name, async () => images);
};
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
	let loading = Promise.resolve();
	const endAll = () => {
		if (shop.inputs.failFast) stop.abort();
	};
	const made = /* @__PURE__ */ new Map();
	const bench = {
		shop,
		step,
		api,
		signal,
		docker: createDocker(shop.childEnv, signal),
		load: (name, find) => {
			loading = loading.then(async () => {
				if (signal.aborted) return;
				await find().then((images) => loadImages(bench, images)).catch((error) => {
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
	if (given.length > 0) bench.load(given.join(", "), async () => step.images);
	const isEnded = () => signal.aborted;
	const outcomes = await runJobs(step.targets, step.parallel, isEnded, async (target) => {
		await makeTarget(bench, target, made).catch((error) => {
			const wasAborted = signal.aborted;
			endAll();
			throw wasAborted ? new Failure("Ended, as another one failed") : error;
		});
	});
	await shop.token.close();
	await dropHandovers(bench);
	await remember(bench, made);
	await loading;
	shop.signal.throwIfAborted();
	const problems = [...toProblems(outcomes), ...failedLoads];
	const among = step.targets.length + (given.length > 0 ? 1 : 0);
	if (problems.length > 0) throw toFailure(problems, among);
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

// src/facts/facts.ts
/** The names that the nodes are to get: of what is built for them, and of what was there before. */
const toWanted = ({ targets, images }) => [...targets.filter(({ isWanted }) => isWanted).flatMap(({ tags }) => tags), ...images.flatMap(({ references }) => references)];

// src/manifests/find-manifests.ts
/** Larger ones are no manifests that people write; definitions of resources come near to it. */
const largestBytes = 4e6;
/** More than this is a whole repository, not what is applied. */
const mostFiles = 2e3;
const isManifestName = (path) => /\.(ya?ml|json)$/i.test(path);
/** Links are followed; one that leads nowhere is `other`, as is what is not there. */
const lookAt = async (path) => {
	const found = await stat(path).catch(() => void 0);
	return {
		path,
		kind: found?.isFile() ? "file" : found?.isDirectory() ? "folder" : "other",
		bytes: found?.size ?? 0
	};
};
const expand = async (pattern, exclude, workspace) => {
	const named = await lookAt(resolve(workspace, pattern));
	if (named.kind !== "other") return [named];
	const entries = [];
	for await (const path of glob(pattern, {
		cwd: workspace,
		exclude
	})) {
		if (entries.length > mostFiles) break;
		if (isManifestName(path)) entries.push(await lookAt(resolve(workspace, path)));
	}
	return entries.filter(({ kind }) => kind !== "folder");
};
const requireSome = (pattern, entries) => {
	const [first] = entries;
	if (first?.kind === "folder") throw new Failure(`manifests: ${pattern} is a folder`, { remedy: `Write which of its files are meant, such as ${pattern.replace(/\/$/, "")}/*.yaml.` });
	if (entries.length > 0) return;
	throw new Failure(`manifests: ${pattern} matches no file that ends in .yaml, .yml or .json`, { remedy: "Paths start in the workspace; what another step makes has to be there before this step." });
};
const findEntries = async (patterns, workspace) => {
	const exclude = ["**/node_modules", ...patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1).trim().replace(/^\.\//, ""))];
	const found = /* @__PURE__ */ new Map();
	for (const pattern of patterns.filter((each) => !each.startsWith("!"))) {
		const entries = await expand(pattern, exclude, workspace);
		requireSome(pattern, entries);
		for (const entry of entries) found.set(entry.path, entry);
	}
	if (found.size > mostFiles) throw new Failure(`manifests: more than ${mostFiles} files match`, { remedy: "Name the folder of the manifests, such as k8s/**/*.yaml." });
	return [...found.values()].sort((a, b) => a.path.localeCompare(b.path));
};
const readEntry$1 = async ({ path, kind, bytes }, workspace) => {
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
	if (bytes > largestBytes) return skip("it is larger than 4 MB");
	const text = await readFile(path, "utf8").catch(() => void 0);
	if (text === void 0) return skip("it cannot be read");
	const { parseManifest } = await import("./parse-manifest.js");
	return parseManifest(text, file);
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
const readQuietly = (path) => readFile(path, "utf8").catch(() => void 0);
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
	const written = [...config.matchAll(/^ +([\w.]+): *"?([^"\n]*)"?$/gm)].map(([, signal = "", threshold = ""]) => [signal, threshold]);
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
	const all = nodes.length === 0 ? found.nodes : await findNodes(api.ask, clusterName, []).catch(() => found.nodes);
	return Promise.all(all.map((node) => findRoom(api, node, found)));
};

// src/facts/look.ts
const findTargets = async (docker, { build, bake }, { workspace, runId }) => {
	const asking = findBuilder(docker);
	const printing = bake && printTargets(docker, bake, workspace);
	await Promise.allSettled([asking, printing]);
	const [builder, printed] = [await asking, await printing];
	if (printed !== void 0) return {
		targets: toTargets(printed, builder?.driver, runId),
		builder
	};
	return {
		targets: build === void 0 ? [] : [toOwnTarget(build)],
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
	await Promise.allSettled(questions);
	const [engine, nodes, images] = [
		await questions[0],
		await questions[1],
		await questions[2]
	];
	const { isLocal: isLocalDaemon } = docker;
	const found = {
		engine,
		isLocalDaemon,
		nodes,
		images,
		...await questions[3]
	};
	const manifests = await questions[4];
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
		builders: config.isInReach && !buildx.isUsable ? {
			from: buildx.path,
			to: ownBuildx
		} : void 0
	};
};
/** Names of builders and of this machine; no secrets, which `instances` may hold. */
const copyIfThere = (from, to) => {
	if (!isMissing(from)) writeFileSync(to, readFileSync(from), { mode: 384 });
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
	if (variables["DOCKER_CONFIG"] !== void 0) log(`${found.config.path} is out of reach: no logins and contexts from there.`);
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
/** Names of images, each once. */
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
		buildArgs: parseAssignments("build-args", raw["build-args"], "bare-names", report),
		labels: parseAssignments("labels", raw["labels"], "bare-names", report),
		buildContexts: parseAssignments("build-contexts", raw["build-contexts"], "values-only", report),
		network: toOptional(raw["network"]),
		ssh: readSsh(raw, report),
		noCache: parseBoolean("no-cache", raw["no-cache"], report),
		pull: parseBoolean("pull", raw["pull"], report)
	};
};
/** Reads the step's own build; undefined where it has none. */
const readBuild = (raw, report) => {
	const { context, ...words } = readBuildWords(raw, report);
	if (context === void 0) return void 0;
	if (toOptional(raw["tags"]) === void 0) report({
		input: "tags",
		reason: "empty, and a pod could not name the image that is built",
		remedy: "Give the image a name, such as my-api:dev."
	});
	return {
		context,
		...words
	};
};

// src/inputs/read-builds.ts
/** The YAML parser where these inputs need one. */
const importYaml = async (raw) => toOptional(raw["builds"]) === void 0 ? () => void 0 : (await import("./dist2.js").then((m) => /* @__PURE__ */ __toESM(m.default, 1))).parse;
const isMap = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** One line of a map: a name without a value takes it from the environment. */
const toLine = ([key, value]) => value === null ? key : `${key}=${value}`;
/** A value as the input of that name has it: lists and maps are what they would be in lines. */
const toText = (value) => {
	if (value === void 0 || value === null) return "";
	if (Array.isArray(value)) return value.map(String).join("\n");
	return isMap(value) ? Object.entries(value).map(toLine).join("\n") : String(value);
};
/** The last part of a name, without its tag: `api` of `ghcr.io/acme/api:dev`. */
const shortName = (reference) => reference?.replace(/@.*$/, "").replace(/:[^:/]*$/, "").split("/").at(-1)?.replace(/[^\w-]/g, "-");
/** `NAME=value` as a map; a name alone takes its value from the environment, as in a build. */
const toMap = (lines, env) => Object.fromEntries(lines.flatMap((line) => {
	const at = line.indexOf("=");
	const name = at < 0 ? line : line.slice(0, at);
	const value = at < 0 ? env[name] : line.slice(at + 1);
	return value === void 0 ? [] : [[name, value]];
}));
/** Bake looks for a Dockerfile in the context, a build where it was started. */
const toTarget = (build, { env, workspace }) => ({
	context: build.context,
	...build.file !== void 0 && { dockerfile: resolve(workspace, build.file) },
	...build.target !== void 0 && { target: build.target },
	...build.network !== void 0 && { network: build.network },
	...build.noCache && { "no-cache": true },
	...build.pull && { pull: true },
	tags: build.tags.map(({ given }) => given),
	args: toMap(build.buildArgs, env),
	labels: toMap(build.labels, {}),
	contexts: toMap(build.buildContexts, {}),
	ssh: build.ssh
});
const readEntry = (value, index, places, report) => {
	const input = `builds, entry ${index + 1}`;
	if (!isMap(value)) {
		report({
			input,
			reason: "not a map",
			remedy: "Write its words as `context: ...`, `tags: ...`."
		});
		return [];
	}
	const known = ["name", ...buildWords];
	for (const word of Object.keys(value).filter((key) => !known.includes(key))) report({
		input,
		value: word,
		reason: "unknown",
		remedy: `It may have: ${known.join(", ")}.`
	});
	const raw = Object.fromEntries(buildWords.map((word) => [word, toText(value[word])]));
	const { context, ...rest } = readBuildWords(raw, (problem) => report({
		...problem,
		input: `${input}, ${problem.input}`
	}));
	if (context === void 0) report({
		input,
		reason: "it has no context",
		remedy: "Name the folder to build."
	});
	const name = toOptional(toText(value["name"])) ?? shortName(rest.tags[0]?.given);
	if (name === void 0 || !/^[a-zA-Z0-9_-]+$/.test(name)) {
		const remedy = "Give it a name of letters, digits, dashes and underscores, or tags.";
		report({
			input,
			...name !== void 0 && { value: name },
			reason: "it has no name",
			remedy
		});
		return [];
	}
	return [{
		name,
		target: toTarget({
			context: context ?? ".",
			...rest
		}, places)
	}];
};
const parseList = (text, { parseYaml }, report) => {
	try {
		const list = parseYaml(text);
		if (Array.isArray(list) && list.length > 0) return list;
	} catch {}
	report({
		input: "builds",
		reason: "not a YAML list",
		remedy: "Write `- context: api`, newline, `  tags: api:dev`, and so on for each image."
	});
	return [];
};
/** Reads the list of builds in the step, as a file of Bake would have it. */
const readBuilds = (text, places, report) => {
	const entries = parseList(text, places, report).flatMap((value, index) => readEntry(value, index, places, report));
	const names = entries.map(({ name }) => name);
	for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) report({
		input: "builds",
		value: name,
		reason: "two entries have this name",
		remedy: "Give each a name of its own."
	});
	return {
		group: { default: { targets: names } },
		target: Object.fromEntries(entries.map(({ name, target }) => [name, target]))
	};
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
const readBake = (raw, places, report) => {
	reportMixture(raw, report);
	const [files, targets, sets] = [
		toList(raw["bake-files"]),
		toList(raw["targets"]),
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
	return {
		files,
		definition: text === void 0 ? void 0 : readBuilds(text, places, report),
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
const toEntries = (text) => toList(text).map((entry) => entry.replace(/^[-{\s]+|[}\s]+$/g, "").replaceAll(/["']/g, "")).filter((entry) => entry !== "");
const readPermissions = (raw, report) => {
	const permissions = {};
	for (const entry of toEntries(toOptional(raw["permissions"]) ?? defaultPermissions)) {
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
const readRepositories = (raw, report) => toList(raw["repositories"]).flatMap((entry) => {
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
	return [...Map.groupBy(named, (entry) => (entry.owner ?? owner).toLowerCase()).values()].map((group) => ({
		owner: group[0]?.owner ?? owner,
		repositories: group.map(({ name }) => name)
	}));
};
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
	if (given !== void 0 || currentName === void 0) return [{
		owner: owner ?? "",
		repositories: []
	}];
	return [{
		owner: owner ?? "",
		repositories: [currentName]
	}];
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
/** Reads where GitHub's API is. */
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
const hasId = (raw) => toOptional(raw["client-id"]) !== void 0 || toOptional(raw["app-id"]) !== void 0;
const hasKey = (raw) => toOptional(raw["private-key"]) !== void 0;
const reportMissingHalf = (raw, trigger, report) => {
	if (hasId(raw) && !hasKey(raw)) {
		const why = whySecretsAreEmpty(trigger);
		report({
			input: "private-key",
			reason: `empty, though a client-id is given${why === void 0 ? "" : `: ${why}`}`,
			remedy: why === void 0 ? "Check the name of the secret; workflows of forks and of Dependabot do not get secrets." : "Give github-token as well (such as the job's own): it is used where the key is empty."
		});
	}
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
	const isAllowed = parseBoolean("allow-untrusted-trigger", raw["allow-untrusted-trigger"], report);
	const app = readApp(raw, repository, report);
	if (given === void 0) reportMissingHalf(raw, trigger, report);
	if (app === void 0) {
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
	if (isUntrusted(trigger) && !isAllowed) report({
		input: "allow-untrusted-trigger",
		reason: `${trigger.event} runs for a fork's code here, and its Dockerfile would see the token`,
		remedy: "Build such code on pull_request without secrets, or set it to true if only trusted code is built."
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
	const names = toList(raw["free-disk-keep"]).map((name) => name.toLowerCase());
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
	if (globs.length > 0 && globs.every((glob) => glob.startsWith("!"))) report({
		input: "manifests",
		value: globs.join(", "),
		reason: "it only leaves files out",
		remedy: "Name files too, such as k8s/**/*.yaml."
	});
	return globs;
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
/**
* Reads the step's inputs.
*
* @throws {Failure} one error that names every problem, with the input, its value and a remedy
*/
const readInputs = (raw, run) => collectProblems((report) => {
	const mode = parseChoice("mode", raw["mode"], modes, report);
	if (mode === "run") reportNothingToDo(raw, report);
	const word = (input, pattern, remedy) => parseWord(input, raw[input], pattern, remedy, report);
	const secretFormat = parseChoice("secret-format", raw["secret-format"], formats, report);
	const credentials = readCredentials(raw, run, secretFormat, report);
	const secretId = word("secret-id", /^[\w.-]+$/, "Use letters, digits, dots, dashes and underscores.") ?? usualIds[secretFormat];
	const tokenId = credentials.kind === "none" ? void 0 : secretId;
	return {
		mode,
		credentials,
		apiUrl: readApiUrl(raw, report),
		secretFormat,
		secretId,
		secrets: readSecrets(raw, run, tokenId, report),
		build: readBuild(raw, report),
		bake: readBake(raw, run, report),
		parallel: readParallel(raw, report),
		isDryRun: parseBoolean("dry-run", raw["dry-run"], report),
		failFast: parseBoolean("fail-fast", raw["fail-fast"] ?? "true", report),
		images: readReferences("images", raw, report),
		clusterName: word("cluster-name", clusterPattern, "Use the name that `kind get clusters` shows.") ?? "kind",
		nodes: toList(raw["nodes"]),
		loadMode: parseChoice("load-mode", raw["load-mode"], loadModes, report),
		keepImages: toTri[parseChoice("keep-images", raw["keep-images"], triWords, report)],
		freeDisk: readFreeDisk(raw, report),
		freeDiskKeep: readFreeDiskKeep(raw, report),
		pruneCache: toTri[parseChoice("prune-cache", raw["prune-cache"], triWords, report)],
		manifests: readManifests(raw, report)
	};
});

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
const isLoaded = (canonical, loaded) => loaded.some((image) => image.canonical === canonical) || /^sha-[0-9a-f]{12}$/.test(tagOf(canonical) ?? "") && loaded.some((image) => repositoryOf(image.canonical) === repositoryOf(canonical));
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
	return [{
		message: `The container ${name} has an image that Kubernetes refuses, ${JSON.stringify(image.slice(0, 200))}: ${reason}.`,
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

// src/report/report.ts
const emptyReport = {
	builds: [],
	loads: [],
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
const toLoaded = ({ loads }) => loads.flatMap(({ image: { id, references }, nodes }) => references.map((each) => ({
	...each,
	immutable: toImmutable(each, id).given,
	id,
	nodes: nodes.map(({ name }) => name)
})));
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
	if (failure !== void 0) parts.push(`**Failed:** ${failure.split("\n").map(escapeCell).join("\n")}`);
	if (report.loads.length > 0) parts.push(renderImages(report));
	if (report.stages.length > 0) parts.push(renderStages(report));
	if (report.freed.length > 0) parts.push(renderFreed(report));
	return `${parts.join("\n\n")}\n`;
};

// src/action.ts
/** Nothing may print before the secrets that came as inputs are hidden. */
const maskInputs = ({ credentials, secrets }, given, runner) => {
	const { mask } = runner;
	for (const { value } of secrets) maskSecret(value.expose(), mask);
	if (credentials.kind === "given") maskToken(credentials.token.expose(), mask);
	if (credentials.kind !== "app") return;
	maskPrivateKey(given["private-key"] ?? "", credentials.privateKey.expose(), mask);
};
/** What was asked and will not happen should not surprise anybody later. */
const tellWhatIsNot = (inputs, facts, { line }) => {
	if (facts.targets.length > 0 && inputs.credentials.kind === "none") line("The build gets no token: neither client-id with private-key nor github-token is given.");
	if (inputs.credentials.kind === "given" && inputs.credentials.insteadOfApp !== void 0) line(`${inputs.credentials.insteadOfApp}; the build gets github-token.`);
	if (inputs.freeDisk !== "auto" && inputs.freeDisk !== "never" && !facts.isHostedRunner) line("Nothing is deleted to free disk: this is not a GitHub-hosted runner.");
	else if (typeof inputs.freeDisk === "object" && !facts.isLocalDaemon) line("Nothing is deleted to free disk: the daemon is on another machine.");
	const objection = findPruneObjection(facts);
	if (inputs.pruneCache === "always" && objection !== void 0) line(`The build cache stays: ${objection}.`);
};
/** Undefined where there is no Actions cache, or nobody says for which repository this is. */
const findMemory = ({ repository, hasCacheService }, { debug }, signal) => repository !== void 0 && hasCacheService ? {
	repository,
	debug,
	signal
} : void 0;
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
			parseYaml
		});
		maskInputs(inputs, environment.inputs, runner);
		if (inputs.mode === "diagnose") return await diagnoseNow(environment, runner, inputs.clusterName);
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

// src/main.ts
const runner = createRunner();
const cancelled = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => cancelled.abort(new Error(signal)));
try {
	const environment = readEnvironment();
	forgetInputs();
	await runAction(environment, runner, cancelled.signal);
} catch (error) {
	runner.debug(error instanceof Error ? error.stack ?? error.message : String(error));
	runner.fail(renderError(error));
}
await runner.flush();
process.exit();

export {  };