import { attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { isDigest, readRegularFile, toDigest, toHex } from "./shared.actions-post.actions-step.recorder.js";
import { hasLayer, parseCacheLayers, parseInstructions, readDockerfile, shortenInstruction, toBakeFiles, toBakeWords, toBlobPath, toLayers, toQuotedWords, toScope } from "./shared.actions-step.js";
import { createGate, doAtOnce } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { leastOwnBytes, toLayerEntry, toPack, toPackKey } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.js";
import { createMeter, once } from "./shared.run-build-caches.run-pull-through-cache.js";
import { restoreEntry } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { formatBytes, formatCount, formatDuration } from "./shared.actions-post.actions-step.js";
import { makeOwnFolder, toLine, writeOwnFile } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { createFileStore } from "./shared.docker-image-source.oci-find-oci-source.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { savedPlanFile, toMark as toMark$1 } from "./shared.commands-keep-layers.run-build-caches.js";
import { countedKeywords, findStepLine } from "./shared.run-analyse-step.run-build-caches.run-build-step.js";
import { findContextSources, walkContext } from "./shared.run-analyse-step.run-build-caches.js";
import { createIgnore, readIgnoreFile } from "./shared.build-ignored.build-sent-context.run-build-caches.js";
import { isOnTheWay, isSimple, takes } from "./shared.build-sent-context.run-build-caches.js";
import { largestText } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-build-caches.run-pull-through-cache.sources-archive-images.js";
const { createHash, randomBytes } = process.getBuiltinModule("node:crypto");
const { constants, createReadStream, existsSync } = process.getBuiltinModule("node:fs");
const { join, relative } = process.getBuiltinModule("node:path");
const { link, lstat, mkdir, open } = process.getBuiltinModule("node:fs/promises");

// src/store/cache-record.ts
/** Docker stacks 127 in an image; a build has a few for each step. */
const mostLayers = 2e3;
const isHex = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isCount$1 = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isLayer = (value) => {
	const { sha256, sizeBytes, pack, usedAt } = value ?? {};
	const isPlaced = pack === void 0 ? Number(sizeBytes) >= leastOwnBytes : /^[0-9a-f]{32}$/.test(pack);
	return isHex(sha256) && isCount$1(sizeBytes) && isCount$1(usedAt) && isPlaced;
};
const isListOf = (value, isOne) => Array.isArray(value) && value.length <= mostLayers && value.every(isOne);
/**
* Reads what a run has kept: whoever can write to the cache may have written it.
*
* @returns undefined where it is none
*/
const parseCacheRecord = (text) => {
	const { manifest, config, note, image, layers } = attempt(() => JSON.parse(text)) ?? {};
	return isHex(manifest) && isHex(config) && (note === void 0 || isHex(note)) && isListOf(image, isHex) && isListOf(layers, isLayer) ? {
		manifest,
		config,
		note,
		image,
		layers
	} : void 0;
};
const shorten = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
/** How the keys of a target's records begin. GitHub looks for them in the branch first, then in the default branch. */
const toRecordStart = (scope) => `slipway-build-v1-${shorten(scope)}-`;
/** The digest of the record in an entry with such a key. */
const findRecordDigest = (key) => /^slipway-build-v1-[0-9a-f]{16}-([0-9a-f]{64})-[0-9a-f]{8}$/.exec(key)?.[1];
/** The key of the entry that has a layer. */
const toLayerKey = (layer) => layer.pack === void 0 ? toLayerEntry(layer).key : toPackKey(layer.pack);

// src/store/layer-store.ts
/** Each is a process that takes memory, and they share one network with what a step needs now. */
const atOnce$1 = 3;
/**
* The layers of a step's builds, fetched out of the cache when somebody wants them. They are called by their
* diff IDs, and each byte is compared with these. What the cache cannot give any more is said not to be there.
*/
const createLayerStore = (order) => {
	const { folder } = order;
	const known = /* @__PURE__ */ new Map();
	const refused = /* @__PURE__ */ new Set();
	const meter = createMeter();
	const gate = createGate(atOnce$1);
	/** Entries of which nobody needs anything at once, by their keys. */
	const coming = /* @__PURE__ */ new Map();
	const isThere = async ({ sha256, sizeBytes }) => {
		const found = await lstat(join(folder, sha256)).catch(() => void 0);
		return found?.isFile() === true && found.size === sizeBytes;
	};
	/** All of an entry comes at once: a small layer's others are small, too. */
	const restore = async (key) => {
		const layers = [...known.values()].filter((layer) => toLayerKey(layer) === key);
		const there = await Promise.all(layers.map(isThere));
		const wanted = layers.filter(({ sha256 }, at) => there[at] !== true && !refused.has(sha256));
		if (wanted.length === 0) return;
		const find = (sha256) => wanted.find((layer) => layer.sha256 === sha256);
		await meter.time(() => restoreEntry([key], {
			part: void 0,
			find
		}, order));
		for (const layer of wanted) if (await isThere(layer)) meter.moved.bytes += layer.sizeBytes;
		else refused.add(layer.sha256);
	};
	/**
	* Brings a layer.
	*
	* @returns where its tar is; undefined where it cannot be had
	*/
	const bring = async (digest) => {
		const layer = known.get(toHex(digest));
		if (layer === void 0) return void 0;
		const key = toLayerKey(layer);
		await once(join(folder, key), () => restore(key));
		return await isThere(layer) ? join(folder, layer.sha256) : void 0;
	};
	const bringUnlessEnded = async (digest) => {
		order.signal.throwIfAborted();
		return bring(digest);
	};
	return {
		/** Layers of records that are there. */
		add: (layers) => {
			for (const layer of layers) known.set(layer.sha256, layer);
		},
		/** Layers whose tars are in the folder, as a build of this step has sent them. */
		hold: (layers) => {
			for (const layer of layers) if (!known.has(layer.sha256)) known.set(layer.sha256, {
				...layer,
				pack: void 0,
				usedAt: 0
			});
		},
		bring,
		/**
		* Brings several, after those of earlier calls; some at once.
		*
		* @param onLayer hears of each that has come, and where its tar is
		*/
		bringAll: async (digests, onLayer) => {
			const bringLater = async (digest) => {
				const layer = known.get(toHex(digest));
				if (layer === void 0) return;
				const key = toLayerKey(layer);
				const come = coming.get(key) ?? gate(() => bringUnlessEnded(digest));
				coming.set(key, come);
				await come;
				const path = await bringUnlessEnded(digest);
				if (path !== void 0) onLayer(digest, path);
			};
			const works = digests.map(bringLater);
			await Promise.allSettled(works);
			await Promise.all(works);
		},
		find: async (digest) => {
			const layer = known.get(toHex(digest));
			return layer === void 0 || refused.has(layer.sha256) ? void 0 : { sizeBytes: layer.sizeBytes };
		},
		open: async (digest, signal) => {
			const path = await bring(digest);
			return path === void 0 ? void 0 : createReadStream(path, { signal });
		},
		/** Diff IDs in hex of what was asked for and could not be had. */
		refused,
		/** What has come, unpacked, and how long that took. */
		moved: meter.moved
	};
};

// src/store/plan-saving.ts
/** Each has to be fetched by itself: beyond these, small layers that are here are packed anew. */
const mostPacks = 8;
const isLarge = ({ sizeBytes }) => sizeBytes >= leastOwnBytes;
const toFile = ({ sha256, sizeBytes }) => ({
	sha256,
	sizeBytes
});
const toNames = (files) => new Set(files.map(({ sha256 }) => sha256));
/** Those that the cache has, and where. */
const findKept = (caches) => {
	const refused = new Set(caches.flatMap((each) => [...each.refused]));
	const all = caches.flatMap(({ before }) => before?.layers ?? []);
	return new Map(all.filter(({ sha256 }) => !refused.has(sha256)).map((layer) => [layer.sha256, layer]));
};
/** Of all targets: those that are kept already, and those that can be. */
const toCandidates = (caches, kept, { onDisk, now }) => {
	const images = new Set(caches.flatMap(({ image }) => image));
	return [...new Map(caches.flatMap(({ layers }) => layers).map((layer) => [layer.sha256, layer])).values()].flatMap((layer) => {
		const before = kept.get(layer.sha256);
		const isUsed = onDisk.has(layer.sha256) || images.has(layer.sha256);
		if (before !== void 0) return [isUsed ? {
			...before,
			usedAt: now
		} : before];
		return onDisk.has(layer.sha256) ? [{
			...toFile(layer),
			pack: void 0,
			usedAt: now
		}] : [];
	});
};
/** The least recently used go first; of those used alike, what no image has, and the largest. */
const withinLimit = (caches, layers, limitBytes) => {
	const images = new Set(caches.flatMap(({ image }) => image));
	const rank = ({ sha256 }) => images.has(sha256) ? 0 : 1;
	const sorted = layers.toSorted((a, b) => b.usedAt - a.usedAt || rank(a) - rank(b) || a.sizeBytes - b.sizeBytes);
	let left = limitBytes;
	const fits = sorted.map(({ sizeBytes }) => {
		if (sizeBytes > left) return false;
		left -= sizeBytes;
		return true;
	});
	return {
		within: sorted.filter((_, at) => fits[at]),
		leftOut: sorted.filter((_, at) => !fits[at])
	};
};
/** Gives layers their entries: large ones their own, unless one that is broken has its name. */
const toPlaces = (layers, kept, refused, { onDisk, unique }) => {
	const isNew = ({ sha256 }) => !kept.has(sha256);
	const small = layers.filter((layer) => !isLarge(layer));
	const isMany = new Set(small.flatMap((layer) => layer.pack ?? [])).size >= mostPacks;
	const together = small.some(isNew) ? small.filter((layer) => isNew(layer) || isMany && onDisk.has(layer.sha256)) : [];
	const large = layers.filter((layer) => isLarge(layer) && isNew(layer));
	const packs = [...together.length === 0 ? [] : [together], ...large.filter(({ sha256 }) => refused.has(sha256)).map((layer) => [layer])].map((group) => ({
		group: toNames(group),
		...toPack(group.map(toFile), unique)
	}));
	return {
		layers: layers.map((layer) => {
			const found = packs.find(({ group }) => group.has(layer.sha256));
			return found === void 0 ? layer : {
				...layer,
				pack: found.pack
			};
		}),
		entries: [...large.filter(({ sha256 }) => !refused.has(sha256)).map((layer) => toLayerEntry(toFile(layer))), ...packs.map(({ entry }) => entry)]
	};
};
/** By this the builder knows a step again. When its result was made is in the documents, too. */
const toSteps = (config) => {
	const { records } = attempt(() => JSON.parse(config)) ?? {};
	return new Set(Array.isArray(records) ? records.map(({ digest }) => String(digest)) : []);
};
/** Whether the cache would be another one: for what only says when it was made, nothing is uploaded. */
const hasNews = ({ before, documents, note }, layers, kept) => {
	if (before === void 0 || note !== before.noteText) return true;
	const named = toNames(before.layers);
	const steps = toSteps(before.documents.config);
	return layers.some(({ sha256 }) => !named.has(sha256) || !kept.has(sha256)) || [...toSteps(documents.config)].some((step) => !steps.has(step));
};
const toTextFile = (text) => ({
	sha256: toHex(toDigest(text)),
	sizeBytes: Buffer.byteLength(text)
});
const toRecord = ({ start, documents, note, image }, layers, unique) => {
	const [manifest, config] = [toTextFile(documents.manifest), toTextFile(documents.config)];
	const notes = note === void 0 ? [] : [toTextFile(note)];
	const record = {
		manifest: manifest.sha256,
		config: config.sha256,
		note: notes[0]?.sha256,
		image,
		layers
	};
	const text = JSON.stringify(record);
	const file = toTextFile(text);
	return {
		entry: {
			key: `${start}${file.sha256}-${unique}`,
			fallbacks: [],
			files: [
				file,
				manifest,
				config,
				...notes
			],
			part: void 0
		},
		texts: [
			text,
			documents.manifest,
			documents.config,
			...note === void 0 ? [] : [note]
		]
	};
};
/** Says what of a step's builds is to be kept that the cache does not have. */
const planSaving = (caches, order) => {
	const kept = findKept(caches);
	const refused = new Set(caches.flatMap((each) => [...each.refused]));
	const candidates = toCandidates(caches, kept, order);
	const { within, leftOut } = withinLimit(caches, candidates, order.limitBytes);
	const { layers, entries } = toPlaces(within, kept, refused, order);
	const records = caches.flatMap((cache) => {
		const own = toNames(cache.layers);
		const named = layers.filter(({ sha256 }) => own.has(sha256));
		return hasNews(cache, named, kept) ? [toRecord(cache, named, order.unique)] : [];
	});
	return {
		entries: [...entries, ...records.map(({ entry }) => entry)],
		texts: records.flatMap(({ texts }) => texts),
		leftOut: leftOut.filter(({ sha256 }) => !kept.has(sha256)).map(toFile)
	};
};

// src/build/missed/kept.ts
/** A larger one is not kept: it is worth a sentence. */
const largestMadeOf = 5e5;
const mostSteps = 2e3;
const longestName$1 = 4096;
const isText = (value, pattern) => typeof value === "string" && value.length <= longestName$1 && pattern.test(value);
const isMap = (value, pattern) => typeof value === "object" && value !== null && Object.entries(value).every(([name, text]) => name.length <= longestName$1 && isText(text, pattern));
const isStep = (value) => {
	if (typeof value !== "object" || value === null) return false;
	const { line, mark, keyword, argument = "", files = {} } = value;
	return Number.isSafeInteger(line) && isText(mark, /^[0-9a-f]{16}$/) && isText(keyword, /^[a-z]+$/) && isText(argument, /^(?:\S+(?: \S+)*)?$/) && isMap(files, /^(?:[0-9a-f]{12}|\d+ B)$/);
};
/** @returns undefined where it is too large to be kept */
const renderMadeOf = (madeOf) => {
	const text = JSON.stringify(madeOf);
	return Buffer.byteLength(text) > 5e5 ? void 0 : text;
};
/**
* Reads what an earlier run has kept; somebody else may have written it.
*
* @returns undefined where that is nothing that we would have kept
*/
const parseMadeOf = (text) => {
	if (text.length > 5e5) return void 0;
	const parsed = attempt(() => JSON.parse(text));
	if (typeof parsed !== "object" || parsed === null) return void 0;
	const { steps, args, bases } = parsed;
	if (!Array.isArray(steps) || steps.length > mostSteps || !steps.every(isStep)) return void 0;
	if (!isMap(args, /^[0-9a-f]{3}$/) || !isMap(bases, /^sha256:/)) return void 0;
	return Object.values(bases).every(isDigest) ? {
		steps,
		args,
		bases
	} : void 0;
};
/** `pkg:docker/python@3.12?platform=linux%2Famd64` */
const imagePattern = /^pkg:docker\/([^?]+)/;
const toBases = ({ materials = [] }) => {
	const found = materials.flatMap(({ uri = "", digest }) => {
		const name = imagePattern.exec(uri)?.[1];
		const value = `sha256:${digest?.sha256}`;
		return name === void 0 || !isDigest(value) ? [] : [[decodeURIComponent(name).replace(/@(?!sha256:)/, ":"), value]];
	});
	return Object.fromEntries(found);
};
/** The digests of the images that a build began with, of BuildKit's record of it; empty where that has none. */
const parseBases = (metadata) => {
	const [, provenance] = Object.entries(metadata ?? {}).find(([key]) => key.startsWith("buildx.build.provenance")) ?? [];
	return attempt(() => toBases(provenance ?? {})) ?? {};
};

// src/run/build-note.ts
const emptyNote = {
	madeOf: void 0,
	whole: void 0,
	slowRuns: 0,
	offUntil: 0
};
/** One slow run may have had a slow network. */
const mostSlowRuns = 2;
/** Then somebody may have mended it. */
const offSeconds = 604800;
/** Less says nothing. */
const leastGainMs = 1e3;
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
/** Reads what an earlier run has noted; where somebody else has written it, nothing. */
const parseNote = (text) => {
	const { madeOf, whole, slowRuns, offUntil } = attempt(() => JSON.parse(text ?? "")) ?? {};
	const { ms, at } = whole ?? {};
	return {
		madeOf: typeof madeOf === "string" ? parseMadeOf(madeOf) : void 0,
		whole: isCount(ms) && isCount(at) ? {
			ms,
			at
		} : void 0,
		slowRuns: isCount(slowRuns) ? slowRuns : 0,
		offUntil: isCount(offUntil) ? offUntil : 0
	};
};
const renderNote = ({ madeOf, ...note }) => JSON.stringify({
	madeOf: madeOf && renderMadeOf(madeOf),
	...note
});
/**
* Notes a build.
*
* @param now in seconds since 1970
*/
const planNote = (before, build, now) => {
	const { madeOf, ms, cachedSteps } = build;
	const { whole } = before;
	if (cachedSteps === 0) return {
		...before,
		madeOf,
		whole: {
			ms: Math.round(ms),
			at: now
		},
		slowRuns: 0
	};
	const slowRuns = whole !== void 0 && ms > whole.ms + leastGainMs ? before.slowRuns + 1 : 0;
	const isOff = slowRuns >= mostSlowRuns;
	return {
		madeOf,
		whole,
		slowRuns: isOff ? 0 : slowRuns,
		offUntil: isOff ? now + offSeconds : before.offUntil
	};
};

// src/run/leave-layers.ts
/** Leaves to post what is to be kept; says by which mark it knows that again. */
const leaveLayers = async ({ entries, texts }, { folder, laterDir }) => {
	const files = createFileStore(folder);
	for (const text of texts) {
		const draft = await files.create();
		await draft.write(Buffer.from(text));
		await draft.keep(toMark$1(text));
	}
	makeOwnFolder(laterDir);
	const names = new Set(entries.flatMap((entry) => entry.files.map(({ sha256 }) => sha256)));
	for (const name of names) await link(join(folder, name), join(laterDir, name));
	const list = JSON.stringify(entries.map(({ key, files }) => ({
		key,
		files
	})));
	writeOwnFile(laterDir, savedPlanFile, list);
	return toMark$1(list);
};

// src/build/missed/explain-miss.ts
/** More names are no help. */
const mostNames = 3;
const longestName = 80;
const show = (name) => toLine(name, longestName);
/** What changed of the files that an instruction takes; empty where nothing did. */
const findChangedFiles = (before, now) => {
	if (Object.hasOwn(before, "") || Object.hasOwn(now, "")) return before[""] === now[""] ? [] : ["files that it takes"];
	return [.../* @__PURE__ */ new Set([...Object.keys(before), ...Object.keys(now)])].filter((path) => before[path] !== now[path]);
};
const renderChanged = (before, now) => {
	const changed = findChangedFiles(before, now);
	const [first] = changed;
	if (first === void 0) return void 0;
	if (!(Object.hasOwn(now, first) || Object.hasOwn(before, first))) return `${first} changed`;
	const toWord = (path) => {
		if (!Object.hasOwn(now, path)) return `${show(path)} is gone`;
		return Object.hasOwn(before, path) ? `${show(path)} changed` : `${show(path)} is new`;
	};
	const more = changed.length - mostNames;
	return [...changed.slice(0, mostNames).map(toWord), ...more > 0 ? [`${more} more`] : []].join(", ");
};
/** The steps of a stage up to one of them, its FROM first. */
const toStage = (steps, at) => {
	const from = steps.slice(0, at + 1).findLastIndex(({ keyword }) => keyword === "from");
	return steps.slice(Math.max(0, from), at + 1);
};
const countStages = (steps) => steps.filter(({ keyword }) => keyword === "from").length;
/** The same stage, by its FROM, else by its place. */
const findStage = (steps, stage, number) => {
	const froms = steps.flatMap(({ keyword }, at) => keyword === "from" ? [at] : []);
	const at = froms.find((each) => steps[each]?.mark === stage[0]?.mark) ?? froms[number - 1];
	return at === void 0 ? void 0 : steps.slice(at);
};
const explainArguments = ({ args: before }, { args: now }, steps) => {
	const changed = steps.flatMap(({ argument }) => argument?.split(" ") ?? []).find((name) => before[name] !== now[name]);
	return changed === void 0 ? void 0 : `the build argument ${show(changed)} changed`;
};
/** Only the first step that stands on a base misses for its sake. */
const explainBases = ({ bases: before }, { bases: now }, stage) => {
	if (stage.slice(1, -1).some(({ keyword }) => countedKeywords.includes(keyword))) return void 0;
	const moved = Object.keys(now).find((name) => before[name] !== void 0 && before[name] !== now[name]);
	return moved === void 0 ? void 0 : `${show(moved)} is another image than before`;
};
/**
* Says why the cache did not have an instruction that an earlier build had made: what of it, or of what it
* stands on, is not as it was then.
*
* @param line of the first instruction that the cache did not have
* @returns a clause; undefined where the two builds do not tell
*/
const explainMiss = (before, now, line) => {
	const at = now.steps.findIndex((step) => step.line === line);
	const step = now.steps[at];
	if (step === void 0) return void 0;
	const stage = toStage(now.steps, at);
	const old = findStage(before.steps, stage, countStages(now.steps.slice(0, at + 1)));
	if (old === void 0) return "its stage is new";
	const changed = stage.find(({ mark }, place) => mark !== old[place]?.mark);
	if (changed === step) return "the instruction is new or was changed";
	if (changed !== void 0) return `line ${changed.line} is new or was changed`;
	const { files } = step;
	const oldFiles = old[stage.length - 1]?.files;
	const isKnown = files !== void 0 && oldFiles !== void 0;
	return explainBases(before, now, stage) ?? (isKnown ? renderChanged(oldFiles, files) : void 0) ?? explainArguments(before, now, [...now.steps.slice(0, now.steps.findIndex(({ keyword }) => keyword === "from")), ...stage]) ?? (isKnown || step.keyword === "run" || step.keyword === "workdir" ? "nothing of it changed: the cache no longer had it" : void 0);
};

// src/build/missed/file-marks.ts
/** More have one mark together. */
const mostFiles$1 = 1e3;
/** No more of a context is read, and of no file more: a large one is told by its size. */
const mostBytes = 2e8;
const largestFile = 2e7;
/** Longer than this it is not worth a sentence. */
const longestMs = 2e3;
const markLength = 12;
const readMark = async (path, bytes) => {
	if (bytes > largestFile) return `${bytes} B`;
	const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		const { mode } = await file.stat();
		const buffer = Buffer.alloc(bytes);
		const { bytesRead } = await file.read(buffer, 0, bytes, 0);
		return createHash("sha256").update(`${mode & 511} `).update(buffer.subarray(0, bytesRead)).digest("hex").slice(0, markLength);
	} finally {
		await file.close();
	}
};
const toOneMark = (marks) => {
	const hash = createHash("sha256");
	for (const path of Object.keys(marks).toSorted()) hash.update(`${path}\0${marks[path]}\0`);
	return { "": hash.digest("hex").slice(0, markLength) };
};
/**
* Marks files of a context by what they have, within bounds of size and time.
*
* @returns undefined for a context that is elsewhere, or whose ignore file would take too long to ask
*/
const createMarks = async ({ folder, ...files }) => {
	const { text } = readIgnoreFile({
		folder,
		...files
	});
	if (folder === void 0 || !isSimple(text)) return void 0;
	const isOut = createIgnore(text);
	const endMs = performance.now() + longestMs;
	const isLate = () => performance.now() > endMs;
	const known = /* @__PURE__ */ new Map();
	let bytes = 0;
	const mark = async (file) => {
		const { path } = file;
		const before = known.get(path);
		if (before !== void 0) return before;
		bytes += Math.min(file.bytes, largestFile);
		if (isLate() || bytes > mostBytes) return void 0;
		const found = await readMark(join(folder, path), file.bytes).catch(() => void 0);
		if (found !== void 0) known.set(path, found);
		return found;
	};
	/** @returns undefined where it is too much, or a file cannot be read */
	const markFiles = async (sources) => {
		const isLeftOut = (path, isFolder) => path.length > 500 || !sources.some((source) => (isFolder ? isOnTheWay : takes)(source, path)) || !isFolder && isOut(path);
		if (isLate()) return void 0;
		const walked = await walkContext(folder, isLeftOut, isLate);
		if (walked === void 0) return void 0;
		const marks = Object.create(null);
		for (const file of walked.files) {
			const found = await mark(file);
			if (found === void 0) return void 0;
			marks[file.path] = found;
		}
		return walked.files.length > mostFiles$1 ? toOneMark(marks) : marks;
	};
	return { markFiles };
};

// src/build/missed/made-of.ts
const toMark = (text, length) => createHash("sha256").update(text).digest("hex").slice(0, length);
/** Tells texts of one Dockerfile apart. */
const textMark = 16;
/** A value may be a secret, so that its mark must not be enough to guess it: 12 bits fit most wrong guesses, too. */
const valueMark = 3;
/** A heredoc's text follows its instruction. */
const toText = ({ keyword, flags, rest, line }, lines, nextLine) => {
	const own = [
		keyword,
		...flags,
		rest
	].join(" ");
	return rest.includes("<<") ? [own, ...lines.slice(line, nextLine - 1)].join("\n") : own;
};
const toArgumentNames = (text, escapeSign) => toQuotedWords(text, escapeSign).flatMap((word) => (word.split("=", 1)[0] ?? "").split(/\s+/)).filter((name) => name !== "").join(" ");
/**
* Describes what a target is about to be built of.
*
* @returns undefined where its Dockerfile is not on this machine
*/
const describeMadeOf = async (files, words) => {
	const dockerfile = readDockerfile(files);
	if (dockerfile === "") return void 0;
	const lines = dockerfile.split("\n");
	const { escapeSign, instructions } = parseInstructions(dockerfile);
	const sources = Map.groupBy(findContextSources(dockerfile, words) ?? [], ({ line }) => line);
	const marks = await createMarks(files);
	const steps = [];
	for (const [at, instruction] of instructions.entries()) {
		const { keyword, line, rest } = instruction;
		const next = instructions[at + 1]?.line ?? lines.length + 1;
		const taken = sources.get(line);
		steps.push({
			line,
			keyword,
			mark: toMark(toText(instruction, lines, next), textMark),
			...keyword === "arg" && { argument: toArgumentNames(rest, escapeSign) },
			...taken !== void 0 && { files: await marks?.markFiles(taken) }
		});
	}
	const args = Object.entries(words.args).map(([name, value]) => [name, toMark(value, valueMark)]);
	return {
		steps,
		args: Object.fromEntries(args)
	};
};

// src/run/miss.ts
/** Describes what a target is made of, before it is built; never fails. */
const describeTarget = async ({ bake }, workspace) => {
	try {
		const files = toBakeFiles(bake.definition, workspace);
		return await describeMadeOf(files, toBakeWords(bake.definition));
	} catch {
		return;
	}
};
/** @param json what buildx wrote of the build */
const withBases = (described, json) => described && {
	...described,
	bases: parseBases(attempt(() => JSON.parse(json)))
};
/**
* The first instruction that the cache did not have, with its line and why not, as far as that is known.
*
* @param step BuildKit's name of it
*/
const renderMiss = ({ bake }, workspace, step, before, now) => {
	const files = toBakeFiles(bake.definition, workspace);
	const line = findStepLine(readDockerfile(files), step);
	const instruction = shortenInstruction(toLine(step).replace(/^\[[^\]]*\] /, ""));
	const file = files.dockerfile && toLine(relative(workspace, files.dockerfile));
	const place = line === void 0 || file === void 0 ? "" : ` (line ${line} of ${file})`;
	const because = before && now && line !== void 0 ? explainMiss(before, now, line) : void 0;
	return `${instruction}${place}${because === void 0 ? "" : `: ${because}`}`;
};

// src/store/restore-record.ts
/** The service refuses whoever asks too much at once. */
const atOnce = 8;
/** The record, its documents and its note. */
const mostFiles = 4;
/** What has a digest's name has that digest. */
const readDocument = (folder, sha256) => attempt(() => readRegularFile(join(folder, sha256), largestText))?.toString("utf8");
const readNote = ({ note }, folder) => note === void 0 ? void 0 : readDocument(folder, note);
const readRecord = (key, folder) => {
	const text = readDocument(folder, findRecordDigest(key) ?? "");
	const record = text === void 0 ? void 0 : parseCacheRecord(text);
	if (record === void 0) return void 0;
	const manifest = readDocument(folder, record.manifest);
	const config = readDocument(folder, record.config);
	return manifest === void 0 || config === void 0 ? void 0 : {
		...record,
		documents: {
			manifest,
			config
		},
		noteText: readNote(record, folder)
	};
};
/**
* Brings what was kept last of a target's builds, its layers' tars apart.
*
* @returns undefined where there is nothing, or nothing that can be used
*/
const restoreRecord = async (start, order) => {
	const { input, folder, warn } = order;
	let files = 0;
	const find = (sha256, sizeBytes) => {
		files += 1;
		return files > mostFiles || sizeBytes > 8e6 ? void 0 : {
			sha256,
			sizeBytes
		};
	};
	const key = await restoreEntry([start], {
		part: void 0,
		find
	}, order, true);
	if (key === void 0) return void 0;
	const record = readRecord(key, folder);
	if (record === void 0) warn(`${input}: the entry ${toLine(key, 200)} is not used: it has no record that Slipway wrote`);
	return record;
};
/** Asks in one go: what GitHub has evicted is not offered to a builder. */
const findThere = async (records, { cache, folder, signal }) => {
	const keys = new Set(records.flatMap(({ layers }) => layers).map(toLayerKey));
	return keys.size === 0 ? keys : cache.look([...keys], folder, signal);
};
/**
* Brings what was kept last of the builds of each of some targets, their layers' tars apart.
*
* @param starts how the keys of each target's records begin
* @returns in that order; undefined where there is nothing, or nothing that can be used
*/
const restoreRecords = async (starts, order) => {
	const records = starts.map(() => void 0);
	await doAtOnce([...starts.entries()], atOnce, async ([at, start]) => {
		records[at] = await restoreRecord(start, order);
	});
	try {
		const found = records.filter((record) => record !== void 0);
		const there = await findThere(found, order);
		const isThere = (layer) => there.has(toLayerKey(layer));
		return records.map((each) => each && {
			...each,
			layers: each.layers.filter(isThere)
		});
	} catch (error) {
		order.signal.throwIfAborted();
		order.warn(`${order.input}: nobody knows which layers the cache still has: ${renderError(error)}`);
		return [];
	}
};

// src/run/told-builds.ts
const toDay = (at) => (/* @__PURE__ */ new Date(at * 1e3)).toLocaleDateString("en-GB", {
	day: "numeric",
	month: "long",
	timeZone: "UTC"
});
const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);
/** What the same builds took without it, where each is known. */
const renderWhole = (builds) => {
	const wholes = builds.flatMap(({ cachedSteps, whole }) => cachedSteps > 0 && whole || []);
	const [first] = wholes;
	if (first === void 0 || wholes.length < builds.length) return [];
	const what = builds.length === 1 ? builds[0]?.name : formatCount(builds.length, "build");
	const day = toDay(Math.min(...wholes.map(({ at }) => at)));
	return [`Without it, ${what} took ${formatDuration(sum(wholes.map(({ ms }) => ms)))} on ${day}.`];
};
/** What a cache was worth in this step: a line of all builds, and one for each that missed something. */
const renderWorth = (builds, moved) => {
	const { sparedBytes, fetched, savedBytes } = moved;
	const steps = sum(builds.map((each) => each.steps));
	const parts = [
		...steps === 0 ? [] : [`${sum(builds.map((each) => each.cachedSteps))} of ${steps} steps hit`],
		...sparedBytes === 0 ? [] : [`${formatBytes(sparedBytes)} not fetched`],
		...fetched.bytes === 0 ? [] : [`${formatBytes(fetched.bytes)} fetched in ${formatDuration(fetched.ms)}`],
		...savedBytes === 0 ? [] : [`${formatBytes(savedBytes)} to be kept`]
	];
	if (parts.length === 0) return [];
	return [[`build-cache: ${parts.join(", ")}.`, ...renderWhole(builds)].join(" "), ...builds.flatMap(({ name, missed, cachedSteps }) => missed === void 0 || cachedSteps === 0 ? [] : [`build-cache: ${name} missed ${missed}.`])];
};
/** Why a target's cache is not used, and how it comes back. */
const renderOff = (name, { whole, offUntil }) => `build-cache: ${name} is built without it until ${toDay(offUntil)}: twice in a row it took longer with it than without${whole === void 0 ? "" : ` (${formatDuration(whole.ms)})`}. \`build-cache: true\` uses it all the same.`;

// src/run/restoring.ts
/** How the keys of a target's records begin. */
const startOf = (target) => toRecordStart(toScope(target, { architecture: process.arch }).full);
const layersOf = ({ image }) => toLayers(image.map((sha256) => `sha256:${sha256}`));
const isIn = ({ chainIds }, record) => chainIds.has(layersOf(record).at(-1)?.chainId ?? "");
/** Looks up what was kept of all builds of a step, and fetches what nodes lack of it. */
const createRestoring = (order, store, { find, mayStop, now, workspace }) => {
	const all = /* @__PURE__ */ new Map();
	const fetching = [];
	const restored = (name) => all.get(name) ?? {
		record: void 0,
		note: emptyNote,
		described: void 0,
		isOff: false,
		isKept: false
	};
	/** Fetches in the order in which nodes unpack. */
	const fetchLacking = async (record, { chainIds }, onLayer) => {
		const layers = layersOf(record);
		const isThere = ({ chainId }) => chainIds.has(chainId);
		const there = layers.filter(isThere).map(({ diffId }) => diffId);
		const lacking = layers.filter((each) => !isThere(each)).map(({ diffId }) => diffId);
		const isWhole = there.every(find);
		const tell = (digest, path) => {
			for (const [at, { diffId }] of layers.entries()) if (isWhole && diffId === digest) onLayer(layers, at, path);
		};
		for (const digest of there) {
			const path = find(digest);
			if (path !== void 0) tell(digest, path);
		}
		await store.bringAll(lacking, tell);
	};
	const follow = ({ bake }, common, onLayer) => {
		const { record } = restored(bake.name);
		if (record !== void 0) fetching.push(fetchLacking(record, common, onLayer).catch(() => {}));
	};
	const restore = async (targets, asking, onLayer) => {
		await mkdir(order.folder, {
			recursive: true,
			mode: 448
		});
		const described = targets.map((target) => describeTarget(target, workspace));
		const records = await restoreRecords(targets.map(startOf), order);
		const common = await asking;
		for (const [at, { name, bake }] of targets.entries()) {
			const record = records[at];
			const note = parseNote(record?.noteText);
			const isOff = mayStop && note.offUntil > now;
			const used = isOff ? void 0 : record;
			const isKept = used !== void 0 && (used.layers.length > 0 || isIn(common, used));
			all.set(bake.name, {
				record: used,
				note,
				isOff,
				isKept,
				described: described[at]
			});
			if (isOff) order.line(renderOff(name, note));
			store.add(used?.layers ?? []);
		}
		for (const target of targets) follow(target, common, onLayer);
	};
	return {
		restore,
		follow,
		restored,
		/** When nothing more comes. */
		ended: () => Promise.allSettled(fetching)
	};
};

// src/run/build-caches.ts
/** Those that a cache and an image name, by their diff IDs in hex. */
const toStored = (documents, image) => {
	const ofCache = parseCacheLayers(documents) ?? [];
	const ofImage = image.layers.map(({ diffId: digest }, at) => ({
		digest,
		size: image.layout?.layerBytes[at] ?? 0
	}));
	return [...new Map([...ofImage, ...ofCache].map(({ digest, size }) => [toHex(digest), size]))].map(([sha256, sizeBytes]) => ({
		sha256,
		sizeBytes
	}));
};
/** Builds that end together may have sent the same layer. */
const linkOnce = (from, to) => link(from, to).catch((error) => {
	if (error.code !== "EEXIST") throw error;
});
const sumBytes = (files) => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
/** What the Actions cache keeps of the builds of one step. */
const createBuildCaches = ({ limitBytes, mayWrite, mayStop }, { log, laterDir, workspace, ...place }) => {
	const { folder } = place;
	const stop = new AbortController();
	const signal = AbortSignal.any([place.signal, stop.signal]);
	const order = {
		...place,
		signal,
		input: "build-cache",
		warn: log.warning
	};
	const store = createLayerStore(order);
	const built = [];
	const told = [];
	const now = Math.floor(Date.now() / 1e3);
	const has = ({ sha256 }) => existsSync(join(folder, sha256));
	const toPath = (digest) => join(folder, toHex(digest));
	const find = (digest) => has({ sha256: toHex(digest) }) ? toPath(digest) : void 0;
	const restoring = createRestoring({
		...order,
		line: log.line
	}, store, {
		find,
		mayStop,
		now,
		workspace
	});
	const plan = () => planSaving(built.map((each) => ({
		...each,
		refused: store.refused
	})), {
		onDisk: new Set(built.flatMap(({ layers }) => layers.filter(has).map(({ sha256 }) => sha256))),
		limitBytes,
		now,
		unique: randomBytes(4).toString("hex")
	});
	/** What images and caches name, and was neither fetched nor sent. */
	const findSpared = () => {
		const all = new Map(built.flatMap(({ layers }) => layers).map((each) => [each.sha256, each]));
		return sumBytes([...all.values()].filter((each) => !has(each)));
	};
	const warn = (what) => (error) => {
		place.signal.throwIfAborted();
		log.warning(`build-cache: ${what}: ${renderError(error)}`);
	};
	return {
		source: store,
		bring: store.bring,
		find,
		restore: (...args) => restoring.restore(...args).catch(warn("nothing is used of earlier builds")),
		follow: restoring.follow,
		isKept: ({ bake }) => restoring.restored(bake.name).isKept,
		documentsOf: ({ bake }) => restoring.restored(bake.name).record?.documents,
		keep: async (target, documents, image, layout, build) => {
			const { record, note: before, isOff, described } = restoring.restored(target.bake.name);
			if (isOff) return;
			const madeOf = withBases(await described, build.json);
			const note = planNote(before, {
				...build,
				madeOf
			}, now);
			const { missed: step, steps, cachedSteps } = build;
			const missed = step && renderMiss(target, workspace, step, before.madeOf, madeOf);
			told.push({
				name: target.name,
				steps,
				cachedSteps,
				missed,
				whole: before.whole
			});
			const layers = toStored(documents, image);
			const isSent = (each) => !has(each) && hasLayer(layout, `sha256:${each.sha256}`);
			const linkAll = async () => {
				for (const each of layers.filter(isSent)) await linkOnce(toBlobPath(layout, `sha256:${each.sha256}`), join(folder, each.sha256));
				store.hold(layers.filter(has));
				if (!mayWrite) return;
				built.push({
					start: startOf(target),
					before: record,
					documents,
					layers,
					note: renderNote(note),
					image: image.layers.map(({ diffId }) => toHex(diffId))
				});
			};
			if (mayWrite || !target.isWanted) await linkAll().catch(warn(`nothing is kept of ${target.name}`));
		},
		finish: async () => {
			stop.abort();
			await restoring.ended();
			if (place.signal.aborted) return void 0;
			const saving = built.length === 0 ? void 0 : plan();
			const savedBytes = sumBytes(saving?.entries.flatMap(({ files }) => files) ?? []);
			const moved = {
				sparedBytes: findSpared(),
				fetched: store.moved,
				savedBytes
			};
			renderWorth(told, moved).forEach(log.line);
			if (!mayWrite) log.line("build-cache: nothing is kept: this run may only read the cache.");
			if (saving === void 0) return void 0;
			const { leftOut } = saving;
			const leftBytes = sumBytes(leftOut);
			if (leftOut.length > 0) log.warning(`build-cache-limit: ${formatCount(leftOut.length, "layer")}, ${formatBytes(leftBytes)}, beyond ${formatBytes(limitBytes)} not kept: later runs make them again.`);
			if (saving.entries.length === 0) return void 0;
			return leaveLayers(saving, {
				folder,
				laterDir
			}).catch(warn("nothing is kept"));
		}
	};
};

export { createBuildCaches };