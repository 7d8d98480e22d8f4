import { Failure, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { countBuffersAsHeap } from "./shared.cache-client.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { sniff, unpack } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.run-unpack-archive-step.sources-archive-images.js";
import { createTarCutter } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.sources-archive-images.js";
import { createFileStore } from "./shared.docker-image-source.oci-find-oci-source.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
const { createHash, randomUUID } = process.getBuiltinModule("node:crypto");
const { createReadStream } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { mkdir, open, rm } = process.getBuiltinModule("node:fs/promises");

// src/store/read-entry.ts
const types = {
	"1": "a hard link",
	"2": "a symbolic link",
	"3": "a device",
	"4": "a device",
	"6": "a pipe"
};
const show = (name) => `"${toLine(Buffer.from(name, "latin1").toString(), 100)}"`;
/** Smaller ones cost more to hand on than to unpack: of 64 KB, a layer took half as long again. */
const pieceBytes = 1048576;
/** Folders that the packer names; everything else has to be a file that somebody waits for. */
const findWanted = ({ name, type, storedBytes }, { find, part }) => {
	if (type === "5" && /^(?:\.\/)?kept\/?$/.test(name)) return void 0;
	if (type !== "0" && type !== "7") throw new Failure(`${show(name)} is ${types[type] ?? "no file"}, which Slipway never keeps`);
	const [, digest] = /^(?:\.\/)?kept\/([0-9a-f]{64})$/.exec(name) ?? [];
	if (digest === void 0) throw new Failure(`${show(name)} is no name that Slipway gives`);
	const file = find(digest, storedBytes);
	const bytes = part?.bytes ?? file?.sizeBytes;
	if (file === void 0) return void 0;
	if (storedBytes === bytes) return file;
	throw new Failure(`${show(name)} has ${storedBytes} bytes in place of ${bytes}`);
};
/** Writes a part to where it belongs; the whole is compared with its digest once all parts are there. */
const writePart = async (path, offset) => {
	const handle = await open(path, "r+");
	let at = offset;
	return {
		write: async (piece) => {
			await handle.write(piece, 0, piece.length, at);
			at += piece.length;
		},
		close: () => handle.close()
	};
};
/**
* Takes files out of an entry's archive, as whoever could write to the cache has packed it: nothing in it
* becomes a path, and what is not what its digest promises is not kept.
*
* @throws {Failure} naming what is not ours
*/
const readEntry = async (archive, entry, folder, signal) => {
	countBuffersAsHeap();
	const store = createFileStore(folder);
	const [head] = await readHead(archive);
	const source = createReadStream(archive, { highWaterMark: pieceBytes });
	const unpacked = unpack(source, sniff(head));
	let acts = [];
	let current;
	let draft;
	let part;
	let hash = createHash("sha256");
	const finish = async (file) => {
		await part?.close();
		part = void 0;
		if (entry.part !== void 0) return;
		const found = hash.digest("hex");
		if (found === file.sha256) await draft?.keep(found);
		else await draft?.drop();
		draft = void 0;
		if (found !== file.sha256) throw new Failure(`What is called ${file.sha256} has the digest ${found}`);
	};
	const cutter = createTarCutter({
		onEntry: (each) => {
			const file = findWanted(each, entry);
			current = file;
			if (file === void 0) return;
			acts.push(async () => {
				hash = createHash("sha256");
				if (entry.part === void 0) draft = await store.create();
				else part = await writePart(entry.pathOf?.(file) ?? "", entry.part.offset);
			});
		},
		onData: (piece) => {
			if (current === void 0) return;
			acts.push(async () => {
				hash.update(piece);
				await draft?.write(piece);
				await part?.write(piece);
			});
		},
		onEntryEnd: () => {
			const file = current;
			if (file !== void 0) acts.push(() => finish(file));
			current = void 0;
		}
	});
	try {
		for await (const piece of unpacked) {
			signal.throwIfAborted();
			cutter.write(piece);
			for (const act of acts) await act();
			acts = [];
		}
		cutter.end();
	} finally {
		source.destroy();
		await draft?.drop();
		await part?.close();
	}
};
const readHead = async (path) => {
	const handle = await open(path);
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
	await handle.close();
	return [buffer.subarray(0, bytesRead)];
};

// src/store/restore-entry.ts
/**
* Brings what is wanted of an entry into the folder. Whoever can write to the cache may have written what is there.
*
* @param isSmall whether it is a few kilobytes, for which builds wait
* @returns its key; undefined where there is none that can be used
*/
const restoreEntry = async (keys, wanted, { cache, folder, input, warn, signal }, isSmall = false) => {
	const place = join(folder, `entry-${randomUUID()}`);
	let key;
	try {
		await mkdir(place, { mode: 448 });
		key = await cache.fetch(keys, place, signal, isSmall);
		if (key !== void 0) await readEntry(join(place, "archive"), wanted, folder, signal);
		return key;
	} catch (error) {
		signal.throwIfAborted();
		warn(`${input}: the entry ${toLine(key ?? keys[0], 200)} is not used: ${renderError(error)}`);
		return;
	} finally {
		await rm(place, {
			recursive: true,
			force: true
		});
	}
};

export { restoreEntry };