import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { createTarCutter } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.sources-archive-images.js";
import { largestText } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-build-caches.run-pull-through-cache.sources-archive-images.js";
const { constants } = process.getBuiltinModule("node:fs");
const { posix } = process.getBuiltinModule("node:path");
const { open } = process.getBuiltinModule("node:fs/promises");

// src/image/sources/archive-parts.ts
/** More parts than any image has. */
const mostParts = 1e4;
/** Enough for a header and a small document behind it. */
const stepBytes = 65536;
const withFile = async (file, act) => {
	const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		if (!(await handle.stat()).isFile()) throw new Failure(`${file} is no regular file`);
		return await act(handle);
	} finally {
		await handle.close();
	}
};
/** Docker before version 25 writes a layer once, and links to it inside of the archive. */
const withLinks = (parts, links) => {
	for (const { name, to } of links) {
		const part = parts.get(to);
		if (part !== void 0) parts.set(name, part);
	}
	return parts;
};
const tidy = (name) => posix.normalize(name).replace(/^\.\//, "");
/**
* Where the parts of saved images are in an archive. What is in them is not read.
*
* @throws {Failure} where it is no tar archive, or ends in the middle
*/
const findParts = (file, signal) => withFile(file, async (handle) => {
	const parts = /* @__PURE__ */ new Map();
	const links = [];
	const { write, skip, isOver, end } = createTarCutter({
		onEntry: ({ name, linkName, type, offset, storedBytes: bytes }) => {
			if (parts.size + links.length >= mostParts) return;
			if (/^[07]$/.test(type)) parts.set(tidy(name), {
				offset,
				bytes
			});
			if (type === "1") links.push({
				name: tidy(name),
				to: tidy(linkName)
			});
			if (type === "2") links.push({
				name: tidy(name),
				to: tidy(posix.join(posix.dirname(name), linkName))
			});
		},
		onData: () => {},
		onEntryEnd: () => {}
	});
	const { size } = await handle.stat();
	const block = Buffer.alloc(stepBytes);
	let at = 0;
	while (at < size && !isOver()) {
		signal.throwIfAborted();
		const { bytesRead } = await handle.read(block, 0, stepBytes, at);
		write(block.subarray(0, bytesRead));
		at += bytesRead + skip();
	}
	if (at > size) throw new Failure("it is cut off");
	end();
	return withLinks(parts, links);
});
/** @throws {Failure} for a part that no manifest or config can be */
const readPart = (file, { offset, bytes }) => {
	if (bytes > 8e6) throw new Failure(`A manifest or config has ${bytes} bytes`);
	return withFile(file, async (handle) => {
		const content = Buffer.alloc(bytes);
		const { bytesRead } = await handle.read(content, 0, bytes, offset);
		return content.subarray(0, bytesRead);
	});
};
/** The first bytes of a part, by which it shows how it is packed. */
const readHead = (file, { offset, bytes }) => readPart(file, {
	offset,
	bytes: Math.min(bytes, 4)
});

export { findParts, readHead, readPart };