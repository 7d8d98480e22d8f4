import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { doAtOnce } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { toDigest, toRepository } from "./shared.actions-post.actions-step.recorder.js";
import { inspectNode, toBlobPath, toChainIds, toLayers } from "./shared.actions-step.js";
import { openBlob, readArchive } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.run-unpack-archive-step.sources-archive-images.js";
const { createHash, randomUUID } = process.getBuiltinModule("node:crypto");
const { createWriteStream } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { pipeline } = process.getBuiltinModule("node:stream/promises");
const { link, mkdir, rename, rm, stat, writeFile } = process.getBuiltinModule("node:fs/promises");

// src/image/sources/write-layout.ts
/**
* Unpacks a layer into a file of its tar: nodes have no zstd, and read no packed layers out of a folder.
*
* @throws {Failure} where that is not what the image's config promises
*/
const unpackLayer = async (layer, to, signal) => {
	const draft = `${to}-${randomUUID()}`;
	const blob = await openBlob(layer);
	const hash = createHash("sha256");
	try {
		await pipeline(readArchive(blob), async function* (source) {
			for await (const piece of source) {
				hash.update(piece);
				yield piece;
			}
		}, createWriteStream(draft, {
			flags: "wx",
			mode: 384
		}), { signal });
		const found = `sha256:${hash.digest("hex")}`;
		if (found !== layer.diffId) throw new Failure(`The layer ${layer.digest} unpacks to ${found} in place of ${layer.diffId}`);
		await rename(draft, to);
	} catch (cause) {
		signal.throwIfAborted();
		if (cause instanceof Failure) throw cause;
		throw new Failure(`The layer ${layer.digest} could not be unpacked`, { cause });
	} finally {
		await blob.handle.close();
		await rm(draft, { force: true });
	}
};
const atOnce = 3;
/**
* Writes an image as builders write theirs for the nodes, with its layers unpacked; its manifest stays the
* registry's, byte for byte.
*
* @throws {Failure} where a layer is not what the image's config promises
*/
const writeLayout = async (order) => {
	const { image, folder, reference, root, wanted, bring } = order;
	await rm(folder, {
		recursive: true,
		force: true
	});
	await mkdir(join(folder, "blobs", "sha256"), {
		recursive: true,
		mode: 448
	});
	const id = toDigest(image.config);
	await writeFile(toBlobPath(folder, id), image.config);
	const bytes = /* @__PURE__ */ new Map();
	const once = [...new Map(image.layers.map((layer) => [layer.diffId, layer])).values()];
	await doAtOnce(once, atOnce, async (layer) => {
		const blob = toBlobPath(folder, layer.diffId);
		if (!wanted.has(layer.diffId)) return writeFile(blob, "");
		const path = await bring(layer);
		await link(path, blob);
		bytes.set(layer.diffId, (await stat(path)).size);
	});
	const layerBytes = image.layers.map(({ diffId }) => bytes.get(diffId) ?? 0);
	const { architecture = "" } = JSON.parse(image.config);
	const { manifest } = image;
	return {
		references: [reference],
		id,
		sizeBytes: layerBytes.reduce((sum, each) => sum + each, 0),
		digestNames: [`${toRepository(reference.canonical)}@${root}`],
		architecture,
		layers: toLayers(image.layers.map(({ diffId }) => diffId)),
		layout: {
			folder,
			digest: toDigest(manifest),
			manifest,
			layerBytes
		}
	};
};

// src/run/wanted-layers.ts
/** What nodes had when the first image of a step asked: what they get meanwhile, they get by this step. */
const known = /* @__PURE__ */ new WeakMap();
const findStates = (nodes, { api }) => {
	const asked = known.get(nodes) ?? Promise.all(nodes.map((node) => inspectNode(api, node, []).catch(() => void 0)));
	known.set(nodes, asked);
	return asked;
};
/**
* What of an image some node lacks, or none is there yet; of one that does not answer nobody knows, and the
* load says why.
*
* @returns diff IDs
*/
const findWanted = async ({ layers }, nodes, { docker }) => {
	const states = await findStates(nodes, docker);
	const chainIds = toChainIds(layers.map(({ diffId }) => diffId));
	const lacking = layers.filter((_, at) => states.length === 0 || states.some((state) => state?.chains.has(chainIds[at] ?? "") !== true));
	return new Set(lacking.map(({ diffId }) => diffId));
};

export { findWanted, unpackLayer, writeLayout };