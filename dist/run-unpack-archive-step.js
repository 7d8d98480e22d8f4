import { toDigest, toHex, toRepository } from "./shared.actions-post.actions-step.recorder.js";
import { findWanted, unpackLayer, writeLayout } from "./shared.run-pull-through-cache.run-unpack-archive-step.js";
const { join } = process.getBuiltinModule("node:path");
const { mkdir, rm } = process.getBuiltinModule("node:fs/promises");

// src/run/unpack-archive-step.ts
/**
* Unpacks what nodes lack of an image of an archive.
*
* @throws {Failure} where a layer is not what the image's config promises
*/
const unpackArchive = async ({ packed: { image, references }, nodes }, ports) => {
	const { layoutDir, signal } = ports.run;
	const root = toDigest(image.manifest);
	const [reference] = references;
	if (reference === void 0) throw new Error("an image of an archive has no name");
	const folder = join(layoutDir, `archive-${toHex(root)}-${toHex(toDigest(reference.canonical))}`);
	const drafts = `${folder}-layers`;
	await mkdir(drafts, { mode: 448 });
	try {
		const wanted = await findWanted(image, nodes, ports);
		const unpacked = await writeLayout({
			image,
			folder,
			reference,
			root,
			wanted,
			bring: async (layer) => {
				const path = join(drafts, toHex(layer.diffId));
				await unpackLayer(layer, path, signal);
				return path;
			}
		});
		const digestNames = [...new Set(references.map(({ canonical }) => toRepository(canonical)))].map((repository) => `${repository}@${root}`);
		const sizeBytes = image.layers.map(({ sizeBytes }, at) => unpacked.layout?.layerBytes[at] || sizeBytes).reduce((sum, each) => sum + each, 0);
		return {
			...unpacked,
			references,
			digestNames,
			sizeBytes
		};
	} finally {
		await rm(drafts, {
			recursive: true,
			force: true
		});
	}
};

export { unpackArchive };