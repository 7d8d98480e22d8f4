import { toHex } from "./shared.actions-post.actions-step.recorder.js";
import { toLayerEntry } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.js";
const { createHash, randomUUID } = process.getBuiltinModule("node:crypto");

// src/run/image-entries.ts
const shorten = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
/**
* How the keys of images' entries begin: of a repository on one platform, and of one image of it.
*
* @param root digest of what the registry has under the name, an index or a manifest
*/
const toStarts = (repository, architecture, root) => {
	const every = `slipway-image-v1-${shorten(`${repository}\0${architecture}`)}-`;
	return {
		every,
		one: `${every}${toHex(root).slice(0, 32)}-`
	};
};
/** A key says what the registry took: later runs compare the cache with that. No two are the same, so that one can be replaced. */
const toImageEntry = ({ start, small, fromRegistry }) => ({
	key: `${start}${fromRegistry.bytes}b${Math.round(fromRegistry.ms)}ms-${randomUUID().slice(0, 8)}`,
	fallbacks: [],
	files: small,
	part: void 0
});
/** Whoever writes entries writes their keys, so it is only ever shown. */
const readMoved = (key) => {
	const [, bytes, ms] = /-(\d{1,15})b(\d{1,10})ms-[0-9a-f]{8}$/.exec(key) ?? [];
	return bytes === void 0 ? void 0 : {
		bytes: Number(bytes),
		ms: Number(ms)
	};
};
const sum = (files) => files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
/** Images for which a budget has room, in their order, and those for which it has none. */
const withinLimit = (pulls, limitBytes) => {
	const counted = /* @__PURE__ */ new Set();
	const kept = [];
	const leftOut = [];
	let left = limitBytes;
	for (const pull of pulls) {
		const large = pull.large.filter(({ sha256 }) => !counted.has(sha256));
		const bytes = sum(pull.small) + sum(large);
		if (bytes > left) leftOut.push(pull);
		else {
			left -= bytes;
			kept.push(pull);
			for (const { sha256 } of large) counted.add(sha256);
		}
	}
	return {
		kept,
		leftOut
	};
};
/** The entries that are not there yet. */
const toNewEntries = (pulls) => {
	const restored = new Set(pulls.flatMap((pull) => [...pull.restored]));
	const large = new Map(pulls.flatMap((pull) => pull.large).map((file) => [file.sha256, file]));
	const images = new Map(pulls.filter(({ isWhole, isKept }) => isWhole && !isKept).map((pull) => [pull.start, pull]));
	return [...[...large.values()].filter(({ sha256 }) => !restored.has(sha256)).map(toLayerEntry), ...[...images.values()].map(toImageEntry)];
};

export { readMoved, toNewEntries, toStarts, withinLimit };