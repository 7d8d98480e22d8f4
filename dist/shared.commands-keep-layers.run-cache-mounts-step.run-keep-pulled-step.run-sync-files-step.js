import { renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { doAtOnce } from "./shared.actions-step.cache-client.commands-keep-layers.js";
const { randomUUID } = process.getBuiltinModule("node:crypto");
const { createReadStream, createWriteStream } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { pipeline } = process.getBuiltinModule("node:stream/promises");
const { link, mkdir, rm } = process.getBuiltinModule("node:fs/promises");

// src/store/save-entries.ts
const fill = async ({ files, part }, folder, place) => {
	await mkdir(join(place, "kept"), { mode: 448 });
	for (const { sha256 } of files) {
		const [from, to] = [join(folder, sha256), join(place, "kept", sha256)];
		if (part === void 0) await link(from, to);
		else {
			const end = part.offset + part.bytes - 1;
			await pipeline(createReadStream(from, {
				start: part.offset,
				end
			}), createWriteStream(to));
		}
	}
};
/** Packing takes all cores, and an upload waits. */
const atOnce = 2;
/** Of one layer or several small ones. */
const isOfLayers = ({ key }) => key.startsWith("slipway-layer");
/**
* Makes entries, those of layers first: where an entry is that names layers, they are there. What cannot be kept
* is a warning.
*
* @returns how many bytes were kept
*/
const saveEntries = async (entries, { cache, folder, warn, signal, input }) => {
	let bytes = 0;
	const save = async (entry) => {
		const place = join(folder, `entry-${randomUUID()}`);
		try {
			await mkdir(place, { mode: 448 });
			await fill(entry, folder, place);
			if (await cache.save(entry.key, place, signal)) bytes += entry.part?.bytes ?? entry.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
		} catch (error) {
			signal.throwIfAborted();
			warn(`${input}: ${entry.key} is not kept: ${renderError(error)}`);
		} finally {
			await rm(place, {
				recursive: true,
				force: true
			});
		}
	};
	await doAtOnce(entries.filter(isOfLayers), atOnce, save);
	await doAtOnce(entries.filter((entry) => !isOfLayers(entry)), atOnce, save);
	return bytes;
};

export { saveEntries };