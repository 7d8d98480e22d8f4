import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
const { randomUUID } = process.getBuiltinModule("node:crypto");
const { createReadStream } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { lstat, open, rename, rm } = process.getBuiltinModule("node:fs/promises");

// src/store/file-store.ts
/** Neither blocks nor inodes are left. */
const explain = (folder) => (cause) => {
	if (cause.code !== "ENOSPC") throw cause;
	throw new Failure(`The disk of ${folder} is full`, { cause });
};
/** Files of a folder that are called by their digests: what others call them names nothing here. */
const createFileStore = (folder) => {
	const toPath = (sha256) => join(folder, sha256);
	/** Whether it is there: what has a digest's name is whole. */
	const has = async (sha256, sizeBytes) => {
		const found = await lstat(toPath(sha256)).catch(() => void 0);
		return found?.isFile() === true && found.size === sizeBytes;
	};
	const read = (sha256) => createReadStream(toPath(sha256), { highWaterMark: 1048576 });
	/** A file that has no name yet: `keep` gives it one, and without that it goes. */
	const create = async () => {
		const draft = join(folder, `part-${randomUUID()}`);
		const handle = await open(draft, "wx", 384).catch(explain(folder));
		let isOpen = true;
		const close = async () => {
			if (isOpen) await handle.close();
			isOpen = false;
		};
		return {
			write: (bytes) => handle.writeFile(bytes).catch(explain(folder)),
			keep: async (sha256) => {
				await close();
				await rename(draft, toPath(sha256));
			},
			drop: async () => {
				await close();
				await rm(draft, { force: true });
			}
		};
	};
	return {
		has,
		read,
		create
	};
};

export { createFileStore };