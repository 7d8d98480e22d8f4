import { restoreEntry } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
const { createHash } = process.getBuiltinModule("node:crypto");

// src/store/layers.ts
/** Smaller layers share an entry: each costs requests. */
const leastOwnBytes = 1e7;
/** An entry has at most 10 GB, and a tar may be several times as large. */
const mostLayerBytes = 2e10;
/** A layer's entry has its tar, which unpacks sooner than what registries have. */
const toLayerEntry = (file) => ({
	key: `slipway-layer-v1-${file.sha256}`,
	fallbacks: [],
	files: [file],
	part: void 0
});
const toPackKey = (pack) => `slipway-layers-v1-${pack}`;
/**
* Layers that share an entry.
*
* @param unique what tells this run from others: an entry that is broken cannot be replaced
*/
const toPack = (files, unique) => {
	const content = [unique, ...files.map(({ sha256 }) => sha256)].join("\n");
	const pack = createHash("sha256").update(content).digest("hex").slice(0, 32);
	return {
		pack,
		entry: {
			key: toPackKey(pack),
			fallbacks: [],
			files,
			part: void 0
		}
	};
};
/**
* Brings a layer's tar into the folder: whoever wrote the entry may have put any number of bytes there.
*
* @param layer by its diff ID in hex
* @returns whether it has come
*/
const restoreLayer = async (layer, order) => {
	const { key } = toLayerEntry({
		...layer,
		sizeBytes: 0
	});
	let came = false;
	const find = (sha256, sizeBytes) => {
		if (sha256 !== layer.sha256 || sizeBytes > mostLayerBytes) return void 0;
		came = true;
		return {
			sha256,
			sizeBytes
		};
	};
	return await restoreEntry([key], {
		part: void 0,
		find
	}, order) !== void 0 && came;
};

export { leastOwnBytes, restoreLayer, toLayerEntry, toPack, toPackKey };