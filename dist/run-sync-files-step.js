import { syncFiles } from "./shared.run-image-volumes-step.run-sync-files-step.js";
import { formatBytes, formatCount } from "./shared.actions-post.actions-step.js";
import { doAtOnce } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { restoreEntry } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { saveEntries } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-sync-files-step.js";
import { createEntryCache } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.store-entry-cache.js";
const { createHash, randomUUID } = process.getBuiltinModule("node:crypto");
const { createReadStream, lstatSync } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { lstat, mkdir, open, rename, rm } = process.getBuiltinModule("node:fs/promises");

// src/files/kept/entries.ts
/** What is smaller shares an entry: each costs requests. */
const largeBytes = 5e7;
/** An entry has at most 10 GiB. */
const mostEntryBytes = 8 * 2 ** 30;
const toParts = (file, most) => {
	const count = Math.ceil(file.sizeBytes / most);
	return Array.from({ length: count }, (_, at) => ({
		key: `slipway-file-v1-${file.sha256}${count === 1 ? "" : `-${at + 1}of${count}`}`,
		fallbacks: [],
		files: [file],
		part: count === 1 ? void 0 : {
			offset: at * most,
			bytes: Math.min(most, file.sizeBytes - at * most)
		}
	}));
};
/** In groups that an entry can hold. */
const toGroups = (files, most) => {
	const groups = [];
	let bytes = Number.POSITIVE_INFINITY;
	for (const file of files) {
		if (bytes + file.sizeBytes > most) {
			groups.push([]);
			bytes = 0;
		}
		groups.at(-1)?.push(file);
		bytes += file.sizeBytes;
	}
	return groups;
};
const hashOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
/**
* The entries that hold files: a changed shard of a model moves nothing but itself.
*
* @param scope what tells steps apart whose small files change together
*/
const toEntries = (files, scope, most = mostEntryBytes) => {
	const sorted = [...new Map(files.map((file) => [file.sha256, file])).values()].toSorted((a, b) => a.sha256 < b.sha256 ? -1 : 1);
	const small = sorted.filter(({ sizeBytes }) => sizeBytes < largeBytes);
	const groups = toGroups(small, most).map((group, at) => {
		const start = `slipway-files-v1-${hashOf(`${scope}\0${at}`)}-`;
		return {
			key: `${start}${hashOf(group.map(({ sha256 }) => sha256).join("\n"))}`,
			fallbacks: [start],
			files: group,
			part: void 0
		};
	});
	const large = sorted.filter(({ sizeBytes }) => sizeBytes >= largeBytes);
	return [...groups, ...large.flatMap((file) => toParts(file, most))];
};
/** As many files as a budget has room for, the largest first, and what is left out. */
const withinBudget = (files, budgetBytes) => {
	let left = budgetBytes;
	const kept = [];
	const leftOut = [];
	for (const file of files.toSorted((a, b) => b.sizeBytes - a.sizeBytes)) if (file.sizeBytes > left) leftOut.push(file);
	else {
		kept.push(file);
		left -= file.sizeBytes;
	}
	return {
		kept,
		leftOut
	};
};

// src/files/kept/restore-files.ts
/** Downloads take memory, and share one network. */
const atOnce = 2;
/** Entries of files that are put together here from several, by their digests. */
const createAssembly = (folder) => {
	const drafts = /* @__PURE__ */ new Map();
	return {
		open: async ({ sha256, sizeBytes }, parts) => {
			const path = join(folder, `part-${randomUUID()}`);
			const handle = await open(path, "wx", 384);
			await handle.truncate(sizeBytes);
			await handle.close();
			drafts.set(sha256, {
				path,
				missing: parts
			});
		},
		pathOf: ({ sha256 }) => drafts.get(sha256)?.path ?? "",
		count: ({ sha256 }) => {
			const draft = drafts.get(sha256);
			if (draft !== void 0) draft.missing -= 1;
		},
		/** Of what has all its parts, what is right is kept. */
		close: async (warn) => {
			for (const [sha256, { path, missing }] of drafts) {
				const hash = createHash("sha256");
				if (missing === 0) for await (const piece of createReadStream(path)) hash.update(piece);
				const found = missing === 0 ? hash.digest("hex") : void 0;
				if (found === sha256) await rename(path, join(folder, sha256));
				else await rm(path, { force: true });
				if (missing === 0 && found !== sha256) warn(`The parts of ${sha256} in the cache have the digest ${found}`);
			}
		}
	};
};
const restoreFrom = async ({ key, fallbacks, files, part }, assembly, order) => {
	const find = (digest) => files.find(({ sha256 }) => sha256 === digest);
	const wanted = {
		part,
		find,
		pathOf: assembly.pathOf
	};
	if (await restoreEntry([key, ...fallbacks], wanted, order) !== void 0) for (const file of files) assembly.count(file);
};
/**
* Brings files from the Actions cache, each compared with its digest; what cannot be had is left to its
* source. Whoever can write to the cache may have written what is there.
*
* @returns digests of those that came
*/
const restoreFiles = async (files, order) => {
	const { folder, scope, warn, mostEntryBytes } = order;
	const entries = toEntries(files, scope, mostEntryBytes);
	const assembly = createAssembly(folder);
	const parted = Map.groupBy(entries.filter(({ part }) => part !== void 0), ({ files: [file] }) => file?.sha256 ?? "");
	for (const [, parts] of parted) {
		const file = parts[0]?.files[0];
		if (file !== void 0) await assembly.open(file, parts.length);
	}
	await doAtOnce(entries, atOnce, (entry) => restoreFrom(entry, assembly, order));
	await assembly.close(warn);
	const came = await Promise.all(files.map(async ({ sha256 }) => {
		return (await lstat(join(folder, sha256)).catch(() => void 0))?.isFile() ? [sha256] : [];
	}));
	return new Set(came.flat());
};

// src/files/kept/save-files.ts
/** What changed of the small ones makes a new entry of all of them. */
const isNew = ({ files }, restored) => files.some(({ sha256 }) => !restored.has(sha256));
/**
* Keeps files for later runs.
*
* @returns how many bytes were kept
*/
const saveFiles = (files, order) => {
	const entries = toEntries(files, order.scope, order.mostEntryBytes);
	return saveEntries(entries.filter((each) => isNew(each, order.restored)), order);
};

// src/run/files-cache.ts
const sum = (files) => files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
/** Files from elsewhere that one step needs, kept from run to run in the Actions cache. */
const createFilesCache = (plan, folder, { log, run }) => {
	const asked = /* @__PURE__ */ new Map();
	const restored = /* @__PURE__ */ new Set();
	const stored = {
		cache: createEntryCache(run.cache),
		folder,
		input: "node-files-cache",
		warn: log.warning,
		signal: run.signal
	};
	return {
		keepsArchives: plan?.mayWrite === true,
		restore: async (files) => {
			for (const file of files) asked.set(file.sha256, file);
			if (plan === void 0 || files.length === 0) return;
			const { kept } = withinBudget(files, plan.bytes);
			const order = {
				...stored,
				scope: plan.scope
			};
			const came = await restoreFiles(kept, order);
			for (const sha256 of came) restored.add(sha256);
			const bytes = sum(kept.filter(({ sha256 }) => came.has(sha256)));
			if (came.size > 0) log.line(`node-files-cache: ${formatCount(came.size, "file")} restored, ${formatBytes(bytes)}`);
		},
		/**
		* Keeps what has come from its source.
		*
		* @returns that
		*/
		save: async () => {
			const all = [...asked.values()].filter(({ sha256 }) => lstatSync(join(folder, sha256), { throwIfNoEntry: false }) !== void 0);
			const fetched = all.filter(({ sha256 }) => !restored.has(sha256));
			if (fetched.length === 0) return fetched;
			const what = `${formatCount(fetched.length, "file")}, ${formatBytes(sum(fetched))},`;
			if (plan === void 0) return fetched;
			if (!plan.mayWrite) {
				log.line(`node-files-cache: ${what} not kept: this run may only read the cache.`);
				return fetched;
			}
			const { kept, leftOut } = withinBudget(all, plan.bytes);
			const order = {
				...stored,
				scope: plan.scope,
				restored
			};
			const bytes = await saveFiles(kept, order);
			log.line(`node-files-cache: ${formatBytes(bytes)} kept for later runs.`);
			if (leftOut.length > 0) log.warning(`node-files-cache-limit: ${formatCount(leftOut.length, "file")}, ${formatBytes(sum(leftOut))}, beyond ${formatBytes(plan.bytes)} not kept. Later runs fetch them again.`);
			return fetched;
		}
	};
};

// src/run/sync-files-step.ts
/** Copying and hashing want a core each; the store's disk is one. */
const mostWorkers = 4;
/** What the store keeps of files that no node has: the next cluster on this machine may want them. */
const keptBytes = 1e10;
const toLfsDigests = ({ files: { origin }, found }) => origin.kind === "lfs" && found.kind === "remote" ? [...found.source.elsewhere ?? []] : [];
/** Puts files into nodes. */
const syncNodeFiles = async ({ wanted, removals, verifies, cache: plan }, { docker: { api, engine }, log, run }) => {
	const folder = join(run.layoutDir, "files");
	await mkdir(folder, {
		mode: 448,
		recursive: true
	});
	try {
		const cache = createFilesCache(plan, folder, {
			log,
			run
		});
		const result = await syncFiles(api, {
			wanted,
			removals,
			verifies,
			folder,
			keptBytes,
			keeping: cache,
			runId: run.id,
			workers: Math.min(engine.cores, mostWorkers),
			line: log.line,
			signal: run.signal
		});
		const fetched = await cache.save();
		const { broken } = result;
		if (broken.length > 0) log.warning(`node-files: ${formatCount(broken.length, "file")} had changed in a node or in the store, and ${broken.length === 1 ? "was" : "were"} replaced: ${broken.slice(0, 3).join(", ")}`);
		const lfs = new Set(wanted.flatMap(toLfsDigests));
		const lfsBytes = fetched.reduce((sum, { sha256, sizeBytes }) => sum + (lfs.has(sha256) ? sizeBytes : 0), 0);
		return {
			...result,
			lfsBytes
		};
	} finally {
		await rm(folder, {
			recursive: true,
			force: true
		});
	}
};

export { syncNodeFiles };