import { findFolderAbove, foldersAbove } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-prove-step.js";
import { mergeLayers } from "./shared.commands-report.oci-find-oci-source.run-analyse-step.run-prove-step.js";
import { attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
const { constants, deflateRawSync } = process.getBuiltinModule("node:zlib");

// src/analysis/findings/subject.ts
const keyOf = ({ layer, entry }) => `${layer} ${entry.inode}`;
/** Whether a line writes what it has from elsewhere; other lines run commands. */
const isCopy = (instruction) => instruction !== void 0 && /^(?:COPY|ADD)\b/i.test(instruction);
/** Whether a line has copied from the build's context, and not from another stage or image. */
const isFromContext = ({ instruction }) => isCopy(instruction) && !/\s--from=/.test(instruction ?? "");
const toSubject = (contents, origins, files, mostHashedBytes, background) => {
	const merged = mergeLayers(contents.layers, (layer) => !isCopy(origins[layer]?.instruction));
	const names = /* @__PURE__ */ new Map();
	contents.layers.forEach((entries, layer) => {
		for (const entry of entries) {
			if (entry.type !== "f") continue;
			const key = keyOf({
				layer,
				entry
			});
			names.set(key, (names.get(key) ?? 0) + 1);
		}
	});
	return {
		contents,
		origins,
		merged,
		visible: new Map(merged.visible.map((placed) => [placed.entry.path, placed])),
		namesOf: (placed) => names.get(keyOf(placed)) ?? 0,
		files,
		mostHashedBytes,
		background
	};
};
/** Bytes of what is placed, each file once. */
const countPlaced = (all) => {
	const seen = /* @__PURE__ */ new Set();
	let bytes = 0;
	for (const placed of all) {
		const key = keyOf(placed);
		if (placed.entry.type !== "f" || seen.has(key)) continue;
		seen.add(key);
		bytes += placed.entry.sizeBytes;
	}
	return bytes;
};
/** Each file once, of which no name is elsewhere: what has one there stays without these, too. */
const withoutShared = (files, { namesOf }) => {
	const inside = /* @__PURE__ */ new Map();
	for (const placed of files) inside.set(keyOf(placed), (inside.get(keyOf(placed)) ?? 0) + 1);
	return [...new Map(files.map((placed) => [keyOf(placed), placed]))].flatMap(([key, placed]) => inside.get(key) === namesOf(placed) ? placed : []);
};
const isBase = ({ origins }, layer) => origins[layer]?.isBase ?? false;
const nameOf = ({ path }) => path.slice(path.lastIndexOf("/") + 1);
const parentOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

// src/analysis/findings/match-copies.ts
/** Less, of two lines, is not worth a word. */
const leastBytes = 1e6;
const copyRules = {
	"metadata copy": {
		id: "metadata-copies",
		level: "warning",
		removes: "copies",
		what: "A later line changes owner, mode or time of files, which copies them whole",
		fix: "Write the files with their owner and mode at once: `COPY --chown=... --chmod=...`, or change them in the RUN that makes them."
	},
	linked: {
		id: "linked-copies",
		level: "warning",
		removes: "copies",
		what: "A later line gives files of a lower layer another name, which copies them whole",
		fix: "Make the links in the RUN that makes the files, or use symbolic links."
	},
	rewritten: {
		id: "rewritten",
		level: "warning",
		removes: "copies",
		what: "A later line writes files again",
		fix: "Write them once, or in the same RUN."
	},
	deleted: {
		id: "deleted-later",
		level: "warning",
		removes: "copies",
		what: "A later line deletes files, which stay in the image",
		fix: "Delete them in the RUN that makes them, or make them in a stage of their own and copy what is needed."
	}
};
/**
* What a rebuilt image would not have. Copies in the base are the base's, but for those that our own line makes
* of them.
*/
const matchCopies = (subject) => {
	const isOurs = ({ layer, hiddenBy, reason }) => !isBase(subject, layer) || !isBase(subject, hiddenBy) && (reason === "metadata copy" || reason === "linked");
	const own = subject.merged.hidden.filter(isOurs);
	const keyOf = ({ layer, hiddenBy, reason }) => `${isBase(subject, layer) ? "base" : layer} ${hiddenBy} ${reason}`;
	return [...Map.groupBy(own, keyOf).values()].flatMap((group) => {
		const [first] = group;
		const bytes = group.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
		if (first === void 0 || bytes < leastBytes) return [];
		const { layer, hiddenBy, reason } = first;
		const other = subject.origins[reason === "deleted" ? hiddenBy : layer];
		const role = reason === "deleted" ? "deleted" : "written";
		const where = other?.location === void 0 ? "" : ` in line ${other.location.line}`;
		const paths = group.toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes).map(({ entry }) => entry.path);
		return [{
			rule: copyRules[reason],
			layer: reason === "deleted" ? layer : hiddenBy,
			bytes,
			paths,
			evidence: other?.instruction && `${role}${where} by ${other.instruction}`
		}].map(({ evidence, ...rest }) => evidence === void 0 ? rest : {
			...rest,
			evidence
		});
	});
};

// src/analysis/packed.ts
/** How much of the image is compressed to know about the rest. */
const sampledBytes = 8388608;
const blockBytes = 16384;
/** Deflate looks back so far. */
const windowBytes = 32768;
/** A file's place in its layer's archive, once packed. */
const entryBytes = 70;
/** So few samples say less of a layer than the whole image does. */
const fewSamples = 4;
/** What the containerd store keeps of layers that came packed, or were built so. */
const readPackedSizes = (manifest, layers) => {
	const listed = attempt(() => JSON.parse(manifest ?? ""))?.layers ?? [];
	const sizes = (Array.isArray(listed) ? listed : []).map(({ mediaType, size }) => /[.+](gzip|zstd)$/.test(String(mediaType)) && Number.isSafeInteger(size) ? Number(size) : void 0);
	return sizes.length === layers ? sizes : Array.from({ length: layers }, () => void 0);
};
/** In an archive, files of one folder are beside each other, in the order of their names. */
const toStream = (entries, layer) => {
	const seen = /* @__PURE__ */ new Set();
	const files = entries.filter(({ type, sizeBytes, inode }) => {
		if (type !== "f" || sizeBytes === 0 || seen.has(inode)) return false;
		seen.add(inode);
		return true;
	}).sort((a, b) => a.path < b.path ? -1 : 1);
	const starts = [];
	let bytes = 0;
	for (const { sizeBytes } of files) {
		starts.push(bytes);
		bytes += sizeBytes;
	}
	return {
		layer,
		files,
		starts,
		bytes
	};
};
/** The last file that begins at or before a place. */
const findFile = (starts, at) => {
	let [low, high] = [0, starts.length - 1];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((starts[middle] ?? 0) <= at) low = middle;
		else high = middle - 1;
	}
	return low;
};
const readStretch = async ({ layer, files, starts }, from, to, reader) => {
	const parts = [];
	let at = from;
	for (let index = findFile(starts, from); at < to && index < files.length; index += 1) {
		const file = files[index];
		if (file === void 0) break;
		const offset = at - (starts[index] ?? 0);
		const length = Math.min(file.sizeBytes - offset, to - at);
		parts.push(reader.bytes(layer, file.path, offset, length));
		at += length;
	}
	return Buffer.concat(await Promise.all(parts));
};
const options = {
	level: 6,
	memLevel: 9,
	strategy: constants.Z_DEFAULT_STRATEGY
};
/** How a block is compressed that follows another one, as in the middle of an archive. */
const toRatio = (stretch, before) => {
	const body = stretch.subarray(before);
	if (body.length === 0) return void 0;
	const dictionary = stretch.subarray(0, before);
	return deflateRawSync(body, before > 0 ? {
		...options,
		dictionary
	} : options).length / body.length;
};
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/**
* Estimates what a registry would have, by compressing blocks from all over the image. The mean of the
* blocks' ratios is what is near; their sums are not.
*
* @param known of layers that have been packed
*/
const estimatePacked = async (layers, known, reader) => {
	const streams = layers.map(toStream);
	const unknown = streams.filter(({ layer }) => known[layer] === void 0);
	const bytes = unknown.reduce((sum, stream) => sum + stream.bytes, 0);
	const step = Math.max(1, bytes / (sampledBytes / blockBytes));
	const ratios = /* @__PURE__ */ new Map();
	let passed = 0;
	for (const stream of unknown) {
		const places = [];
		const first = (Math.ceil(passed / step - .5) + .5) * step - passed;
		for (let at = first; at < stream.bytes; at += step) places.push(Math.floor(at));
		passed += stream.bytes;
		const found = await Promise.all(places.map(async (at) => {
			const from = Math.max(0, at - windowBytes);
			const stretch = await readStretch(stream, from, Math.min(stream.bytes, at + blockBytes), reader);
			return toRatio(stretch, at - from);
		}));
		ratios.set(stream.layer, found.filter((ratio) => ratio !== void 0));
	}
	const all = [...ratios.values()].flat();
	const common = all.length === 0 ? 1 : mean(all);
	return {
		layerBytes: streams.map(({ layer, bytes: size }) => {
			const own = ratios.get(layer) ?? [];
			const ratio = own.length < fewSamples ? common : mean(own);
			const entries = layers[layer]?.length ?? 0;
			return known[layer] ?? Math.round(size * ratio + entries * entryBytes);
		}),
		isExact: unknown.length === 0
	};
};

// src/analysis/removal.ts
const sum = (numbers) => {
	let total = 0;
	for (const number of numbers) total += number;
	return total;
};
const toFiles = (subject, layer, entries) => {
	const files = entries.filter(({ type }) => type === "f").map((entry) => ({
		layer,
		entry
	}));
	const groups = Map.groupBy(files, keyOf);
	return new Map([...groups].flatMap(([key, [first, ...others]]) => first !== void 0 && subject.namesOf(first) === others.length + 1 ? [[key, first.entry.sizeBytes]] : []));
};
/** In the archive of a layer, such a name says something of its own. */
const isMark = (path) => nameOf({ path }).startsWith(".wh.");
/** By a path, what is there and below it. */
const groupBelow = (all, tops) => {
	const found = /* @__PURE__ */ new Map();
	for (const placed of all) {
		const { path } = placed.entry;
		for (const top of [...foldersAbove(path), path]) {
			if (!tops.has(top)) continue;
			const group = found.get(top) ?? [];
			found.set(top, group);
			group.push(placed);
		}
	}
	return found;
};
/** What findings are about: as a container sees it, and the folders of each layer. */
const indexSeen = ({ contents, merged }, matches) => {
	const tops = new Set(matches.flatMap(({ paths }) => paths));
	const folders = contents.layers.flatMap((entries, layer) => entries.filter(({ type }) => type === "d").map((entry) => ({
		layer,
		entry
	})));
	return {
		seen: groupBelow(merged.visible, tops),
		folders: groupBelow(folders, tops)
	};
};
/** The path, and the folders that it is in, as far as they are not above another one. */
const toWay = (top, path) => [...foldersAbove(path), path].filter(({ length }) => length >= top.length);
/** A part that takes files away: those of its line, as other lines' are other findings. */
const toSeen = (subject, match, { seen, folders }) => {
	const given = new Set(match.paths);
	const going = [];
	const kept = /* @__PURE__ */ new Set();
	for (const top of given) {
		if (findFolderAbove(top, (folder) => given.has(folder)) !== void 0) continue;
		const keep = (path) => {
			for (const folder of toWay(top, path)) kept.add(folder);
		};
		for (const { layer, entry } of seen.get(top) ?? []) {
			const { path, type } = entry;
			if (layer !== match.layer || isMark(path)) keep(type === "d" ? path : parentOf(path));
			else if (type !== "d") going.push({
				top,
				entry
			});
		}
		for (const { layer, entry } of folders.get(top) ?? []) if (layer < match.layer) keep(entry.path);
	}
	const hides = going.map(({ top, entry: { path } }) => toWay(top, path).find((each) => !kept.has(each)) ?? path);
	const entries = going.map(({ entry }) => entry);
	return {
		match,
		files: toFiles(subject, match.layer, entries),
		hides: [...new Set(hides)]
	};
};
/** A part that takes copies away which nobody sees; those in the base are the base's. */
const toUnseen = (subject, match) => {
	const paths = new Set(match.paths);
	const copies = subject.merged.hidden.filter(({ layer, hiddenBy, reason, entry }) => {
		const by = reason === "deleted" ? layer : hiddenBy;
		return copyRules[reason] === match.rule && by === match.layer && paths.has(entry.path) && !isBase(subject, layer);
	});
	return {
		match,
		files: new Map(copies.map((copy) => [keyOf(copy), copy.entry.sizeBytes])),
		hides: []
	};
};
/** Bytes that go with some parts, each file once. */
const countRemoved = (parts) => sum(new Map(parts.flatMap(({ files }) => [...files])).values());
const withoutFiles = (layers, gone) => layers.map((entries, layer) => entries.filter((entry) => !gone.has(keyOf({
	layer,
	entry
}))));
/**
* Finds out what the image would be without all findings whose fix only takes something away.
*
* @returns undefined where there are none
*/
const planRemoval = async (subject, matches, packed, totalBytes, reader) => {
	const index = indexSeen(subject, matches.filter(({ rule }) => rule.removes === "files"));
	const parts = matches.flatMap((match) => {
		const { removes } = match.rule;
		if (removes === void 0) return [];
		return [removes === "files" ? toSeen(subject, match, index) : toUnseen(subject, match)];
	}).filter(({ files }) => files.size > 0).toSorted((a, b) => countRemoved([b]) - countRemoved([a]));
	if (parts.length === 0) return void 0;
	const gone = new Set(parts.flatMap(({ files }) => [...files.keys()]));
	const layers = withoutFiles(subject.contents.layers, gone);
	const known = layers.map((entries, layer) => entries.length === subject.contents.layers[layer]?.length ? packed.layerBytes[layer] : void 0);
	const { layerBytes } = await estimatePacked(layers, known, reader);
	const folders = [...new Set(parts.flatMap(({ hides }) => hides.flatMap(foldersAbove))), ""].flatMap((path) => {
		const entry = subject.visible.get(path)?.entry;
		return entry?.type === "d" ? [[path, entry]] : [];
	});
	const { config, manifest } = subject.contents;
	return {
		parts,
		bytes: totalBytes - countRemoved(parts),
		packedBytes: sum(layerBytes),
		folders: new Map(folders),
		config,
		manifest
	};
};

export { copyRules, countPlaced, countRemoved, estimatePacked, isBase, isCopy, isFromContext, keyOf, matchCopies, nameOf, parentOf, planRemoval, readPackedSizes, toSubject, withoutShared };