import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { filesLabel, filesVolume, formatCount } from "./shared.actions-post.actions-step.js";
import { createProgress, placeTrees, planView, toFilesHelper, toStat } from "./shared.actions-step.js";
import { isWarning, runContainer } from "./shared.actions-post.actions-step.recorder.js";
const { lstatSync } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");

// src/files/conversation.ts
/** As the helper reads them. */
const toText = (commands) => commands.map((fields) => `${fields.join("\0")}\0`).join("");
/** What it says, kept until somebody hears it. */
const createMailbox = () => {
	const waiting = [];
	let ended;
	let wake = Promise.withResolvers();
	const ring = () => {
		wake.resolve();
		wake = Promise.withResolvers();
	};
	const hearUntil = async (word, hear = () => {}) => {
		while (true) {
			for (let told = waiting.shift(); told !== void 0; told = waiting.shift()) {
				if (told[0] === word) return told;
				hear(told);
			}
			if (ended !== void 0) throw ended.error;
			await wake.promise;
		}
	};
	return {
		hearUntil,
		add: (line) => {
			waiting.push(line.split("	"));
			ring();
		},
		end: (error) => {
			ended ??= { error };
			ring();
		}
	};
};
/** Copying 30 GB to a slow disk, and fetching it before. */
const deadlineMs = 108e5;
/**
* Starts a helper, has it spoken with, and ends it, however that went.
*
* @throws {Failure} when it ends early, saying why; or what `speak` throws
*/
const withHelper = async (api, container, first, cancelled, speak) => {
	const mailbox = createMailbox();
	const errors = [];
	const stop = new AbortController();
	const signal = AbortSignal.any([cancelled, stop.signal]);
	let reply;
	let isOver = false;
	const ended = runContainer(api, container, toText(first), {
		deadlineMs,
		signal,
		onLine: (line, answer) => {
			reply = answer;
			mailbox.add(line);
		},
		onErrorLine: (line) => {
			if (!isWarning(line) && errors.length < 20) errors.push(line.slice(0, 1e3));
		},
		isEnough: () => isOver
	}).then((how) => mailbox.end(new Failure(`The helper ended early: ${errors.join(" ") || how}`)), (error) => mailbox.end(error));
	const helper = {
		send: (commands) => reply?.(toText(commands)),
		hearUntil: mailbox.hearUntil
	};
	try {
		const result = await speak(helper);
		isOver = true;
		helper.send([["end"]]);
		await ended;
		return result;
	} catch (error) {
		stop.abort();
		await ended;
		cancelled.throwIfAborted();
		throw error;
	}
};

// src/files/sources/hugging-face.ts
/** A file of a cache that has been fetched from Hugging Face's store of large files. */
const blob = /^(.*\/|)blobs\/([0-9a-f]{64})$/;
/**
* Reads what files of caches of Hugging Face's call themselves by their names. Whoever wrote such a name may
* have written anything: it never stands for bytes that nobody has read.
*
* @returns of a path: a digest in hex; undefined for other files
*/
const readNamedDigests = ({ links }) => {
	const caches = new Set(links.flatMap(({ path }) => {
		const at = `/${path}`.indexOf("/snapshots/");
		return at < 0 ? [] : [path.slice(0, at)];
	}));
	return (path) => {
		const [, cache = "", digest] = blob.exec(path) ?? [];
		return caches.has(cache) ? digest : void 0;
	};
};
/**
* Finds files that are not what their names say, such as downloads that broke off.
*
* @param tree all digests known
*/
const findBrokenBlobs = (tree) => {
	const toNamed = readNamedDigests(tree);
	return tree.files.flatMap(({ path, sha256 }) => {
		const named = toNamed(path);
		return named === void 0 || named === sha256 ? [] : [path];
	});
};

// src/files/unseen.ts
/** Of a folder of this machine. */
const refuseUnseen = (path) => {
	throw new Failure(`node-files: the Docker daemon does not see ${path} as this step does`, { remedy: "Files are copied by a container of that daemon: mount the folder into it at the same path, or run the step where the daemon is." });
};
/** Docker makes no container with a folder that its own machine lacks, and so none that could say so. */
const explainUnseen = (error, folders) => {
	const said = error instanceof Failure ? error.message : "";
	const isMeant = (path) => said.includes(`bind source path does not exist: ${JSON.stringify(path).slice(1)}`);
	const path = folders.find(isMeant);
	if (path !== void 0) refuseUnseen(path);
	throw error;
};

// src/files/gather-files.ts
/** Which folder of this machine its files are in, or come to be in. */
const toFolder = ({ found, folder }) => found.kind === "local" ? found.source.folder : folder;
const toFlag = (isSo) => isSo ? "1" : "";
/** Which files of what comes from elsewhere the store has. */
const askStore = async (helper, files) => {
	const asked = files.map(({ sha256 = "", sizeBytes, isExecutable }) => [
		"have",
		sha256,
		sizeBytes,
		toFlag(isExecutable)
	]);
	helper.send([...asked, ["answer"]]);
	const has = /* @__PURE__ */ new Set();
	await helper.hearUntil("answered", ([word, digest = "", executable = ""]) => {
		if (word === "has") has.add(`${digest}${executable}`);
	});
	return has;
};
/** Digests that are needed in no form that the store lacks. */
const toHeld = (files, has) => {
	const isHeld = ({ sha256, isExecutable }) => has.has(`${sha256}${toFlag(isExecutable)}`);
	const lacking = new Set(files.filter((file) => !isHeld(file)).map(({ sha256 }) => sha256));
	return new Set(files.flatMap(({ sha256 = "" }) => lacking.has(sha256) ? [] : [sha256]));
};
/** Of what is nowhere on this machine; an archive alone says which files it has. */
const toMissing = ({ tree, blobs = [], elsewhere }, has) => (tree?.files ?? blobs).flatMap(({ sha256 = "", sizeBytes }) => {
	return (elsewhere?.has(sha256) ?? true) && !has.has(sha256) ? [{
		sha256,
		sizeBytes
	}] : [];
});
/**
* Brings what comes from elsewhere to this machine, but for what the store has.
*
* @returns a tree for each source
*/
const fetchTrees = async (helper, sought, progress, signal, { restore, keepsArchives }) => {
	const held = /* @__PURE__ */ new Map();
	for (const { found } of sought) {
		if (found.kind === "local") continue;
		const known = found.source.tree?.files ?? [];
		held.set(found.source, toHeld(known, await askStore(helper, known)));
	}
	await restore([...held].flatMap(([source, has]) => toMissing(source, has)));
	const trees = [];
	for (const { found, folder } of sought) {
		const has = found.kind === "local" ? void 0 : held.get(found.source);
		const tell = (done, total) => progress("fetching", done, total);
		trees.push(found.kind === "local" ? await found.recall?.() ?? found.source : await found.source.fetch({
			folder,
			has: has ?? /* @__PURE__ */ new Set(),
			keepsArchives,
			progress: tell,
			signal
		}));
	}
	return trees;
};
/** How the helper finds a file; without a stat, it has to be in the store. */
const toRow = ({ found, folder }, index, file, toNamed) => {
	const { path, isExecutable, sha256 = "", sizeBytes } = file;
	if ("stat" in file) return [...[
		"file",
		index,
		path,
		`${file.stat}`,
		toFlag(isExecutable),
		sha256
	], toNamed(path) ?? ""];
	const stats = found.kind === "remote" ? lstatSync(join(folder, sha256), {
		bigint: true,
		throwIfNoEntry: false
	}) : void 0;
	return [
		"file",
		index,
		sha256,
		stats === void 0 ? `0:0:${sizeBytes}:0:0` : toStat(stats),
		toFlag(isExecutable),
		sha256,
		""
	];
};
const identityOf = ({ found, folder }) => {
	if (found.kind === "local") return found.source.identity;
	const { dev, ino } = lstatSync(folder, { bigint: true });
	return `${dev}:${ino}`;
};
const refuseBroken = (paths) => {
	if (paths.length === 0) return;
	throw new Failure(`node-files: ${formatCount(paths.length, "file")} of a cache of Hugging Face ${paths.length === 1 ? "is" : "are"} not what the name says: ${paths.slice(0, 3).join(", ")}`, { remedy: "Download again with `hf download --force-download`." });
};
/**
* Has the store get all files that it lacks.
*
* @throws {Failure} where one changed meanwhile, or is not what its digest promises
*/
const gatherFiles = async (helper, sought, trees, verifies, progress) => {
	const all = trees.flatMap((tree, at) => tree.files.map((file) => ({
		at,
		file
	})));
	const totalBytes = all.reduce((sum, { file }) => sum + file.sizeBytes, 0);
	const digests = all.map(({ file }) => file.sha256);
	const toNamed = trees.map(readNamedDigests);
	const broken = [];
	let copiedBytes = 0;
	const nameOf = (index) => all[Number(index)]?.file.path ?? index;
	const hear = ([word, first = "", second = ""]) => {
		if (word === "object") digests[Number(first)] = second;
		else if (word === "broken") broken.push(first);
		else if (word === "copied") {
			copiedBytes += Number(first);
			progress("copying", copiedBytes, totalBytes);
		} else if (word === "unseen") refuseUnseen(toFolder(sought[Number(first)]));
		else if (word === "changed") throw new Failure(`node-files: ${nameOf(first)} changed while it was copied`, { remedy: "Run this step after those that write to it." });
		else if (word === "other") throw new Failure(`node-files: ${nameOf(first)} has the digest ${second}, and not ${digests[Number(first)]}`);
	};
	helper.send([
		...sought.map((each, index) => [
			"source",
			index,
			each.seenAs,
			identityOf(each)
		]),
		...all.map(({ at, file }) => toRow(sought[at], at, file, toNamed[at])),
		["gather", toFlag(verifies)]
	]);
	await helper.hearUntil("gathered", hear);
	let next = 0;
	const known = trees.map((tree) => ({
		...tree,
		files: tree.files.map((file) => ({
			...file,
			sha256: digests[next++]
		}))
	}));
	for (const tree of known) refuseBroken(findBrokenBlobs(tree));
	return {
		trees: known,
		copiedBytes,
		broken
	};
};

// src/files/sync-files.ts
/** The store's folder on the daemon's host. */
const openStore = async ({ get, post }) => {
	const path = `/volumes/${filesVolume}`;
	const wish = {
		Name: filesVolume,
		Labels: { [filesLabel]: "true" }
	};
	const volume = await get(path) ?? await post("/volumes/create", wish);
	if (volume?.Labels?.["dev.slipway.files"] === "true") return volume.Mountpoint;
	throw new Failure(`Docker has a volume ${filesVolume} that Slipway did not make`, { remedy: `Rename or remove it (\`docker volume rm ${filesVolume}\`): Slipway keeps files for nodes in a volume of that name.` });
};
const seenAs = (index) => `/slipway-source/${index}`;
/**
* Puts files into nodes: copies into a store what that lacks, and links it from there.
*
* @throws {Failure} where a source cannot be had, or a node cannot be given them
*/
const syncFiles = async (api, order) => {
	const { wanted, removals, runId, folder, workers, keptBytes, signal, line } = order;
	const [first] = [...wanted.flatMap(({ into }) => into), ...removals.map(({ node }) => node)];
	if (first === void 0) return {
		placed: [],
		trees: /* @__PURE__ */ new Map(),
		copiedBytes: 0,
		broken: []
	};
	const at = wanted.flatMap(({ files: { target }, into }) => into.map((node) => ({
		node,
		target
	})));
	const view = planView(await openStore(api), [...at, ...removals]);
	const sought = wanted.map(({ found }, index) => ({
		found,
		seenAs: seenAs(index),
		folder
	}));
	const sources = sought.map((each) => ({
		folder: toFolder(each),
		seenAs: each.seenAs
	}));
	const container = toFilesHelper(first, view.mounted, sources, runId);
	const speak = async (helper) => {
		await helper.hearUntil("opened");
		const progress = createProgress(line, "node-files");
		const trees = await fetchTrees(helper, sought, progress, signal, order.keeping);
		const gathered = await gatherFiles(helper, sought, trees, order.verifies, progress);
		const verifies = order.verifies || gathered.broken.length > 0;
		const placed = await placeTrees(helper, wanted, gathered.trees, removals, view, verifies);
		helper.send([["trim", keptBytes]]);
		await helper.hearUntil("trimmed");
		const byTarget = new Map(wanted.map(({ files: { target } }, index) => [target, gathered.trees[index]]));
		return {
			...gathered,
			placed,
			trees: byTarget
		};
	};
	const opening = [[
		"open",
		runId,
		view.store,
		workers
	]];
	return withHelper(api, container, opening, signal, speak).catch((error) => explainUnseen(error, sought.map(toFolder)));
};

export { openStore, syncFiles, withHelper };