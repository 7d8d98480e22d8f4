import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { createLinkCheck, show } from "./shared.actions-step.js";
import { formatBytes } from "./shared.actions-post.actions-step.js";
import { foldersAbove } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-prove-step.js";
import { sniff, unpack } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.run-unpack-archive-step.sources-archive-images.js";
import { createTarCutter } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.sources-archive-images.js";
import { mark, opaqueMark, specialMark, toLayerPath } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.js";
const { Readable } = process.getBuiltinModule("node:stream");
const { createHash } = process.getBuiltinModule("node:crypto");
const { statfs } = process.getBuiltinModule("node:fs/promises");

// src/files/sources/oci/disk-room.ts
/** What stays free, for everybody else on that disk. */
const spareBytes = 256e6;
/** @param bytes that are left of the disk of a folder */
const createRoom = (bytes, folder) => {
	let left = bytes;
	return {
		take: (wanted, what) => {
			if (wanted > left) throw new Failure(`${what} has ${formatBytes(wanted)}, and ${folder} has room for ${formatBytes(left)}`, { remedy: "Free space on that disk, such as with `free-disk`." });
			left -= wanted;
		},
		give: (unused) => {
			left += unused;
		}
	};
};
const findRoom = async (folder) => {
	const { bavail, bsize } = await statfs(folder);
	return createRoom(Math.max(0, bavail * bsize - spareBytes), folder);
};

// src/files/sources/oci/names.ts
/** What the node puts before a path has to fit, too: Linux takes 4,096 bytes. */
const longestPath = 1024;
const longestName = 255;
/** Nobody nests deeper, and what walks up from each file should not take for ever. */
const deepest = 64;
/** The same of an archive's, which are bytes, one a character. */
const showBytes = (name) => show(Buffer.from(name, "latin1").toString());
const refuse = (name, why) => new Failure(`The path ${show(name)} ${why}`);
/**
* A path as it may become one on a node: relative, without `.`, `..` and empty names.
*
* @param name text
* @returns empty for the top itself
* @throws {Failure} for what leads elsewhere, or is none
*/
const toTreePath = (name) => {
	if (Buffer.byteLength(name) > longestPath) throw refuse(name, `has more than ${longestPath} bytes`);
	if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) throw refuse(name, "has control characters");
	if (!name.isWellFormed()) throw refuse(name, "is no text");
	if (name.startsWith("/")) throw refuse(name, "is absolute");
	const parts = name.split("/").filter((part) => part !== "" && part !== ".");
	if (parts.includes("..")) throw refuse(name, "leads out of the folder");
	if (parts.length > deepest) throw refuse(name, `has more than ${deepest} folders`);
	if (parts.some((part) => Buffer.byteLength(part) > longestName)) throw refuse(name, `has a name of more than ${longestName} bytes`);
	return parts.join("/");
};
const decoder = new TextDecoder("utf-8", {
	fatal: true,
	ignoreBOM: true
});
/**
* Text of what an archive says, which is bytes.
*
* @param bytes one a character (latin1)
* @throws {Failure} for what is no UTF-8: elsewhere it would become another name
*/
const toText = (bytes) => {
	try {
		return decoder.decode(Buffer.from(bytes, "latin1"));
	} catch {
		throw new Failure(`The path ${showBytes(bytes)} is no UTF-8`);
	}
};

// src/files/sources/oci/listing.ts
/** The folder of a container image that has the files of a model (KServe's modelcars). */
const imageFolder = "models";
const isFile = (type) => type === "0" || type === "7";
const others = {
	"3": "a device",
	"4": "a device",
	"6": "a pipe",
	S: "a file with holes"
};
const isOfInterest = (path) => path === "models" || path.startsWith(`${"models"}/`);
const parentOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const toContent = ({ storedBytes, mode }) => ({
	sizeBytes: storedBytes,
	isExecutable: (mode & 73) !== 0,
	sha256: ""
});
/** @returns what is at the path now, of which a file's content is still to be read */
const toItem = (entry, path, findTarget) => {
	const { type, linkName, realBytes } = entry;
	if (type === "5") return {
		kind: "folder",
		path
	};
	if (type === "2") return {
		kind: "link",
		path,
		target: toText(linkName)
	};
	if (type === "1") {
		const target = findTarget(linkName);
		if (target !== void 0 && target.kind !== "folder") return {
			...target,
			path
		};
		throw new Failure(`${show(path)} is a hard link to ${showBytes(linkName)}, of which nothing was read before it`);
	}
	if (isFile(type) && realBytes === void 0) return {
		kind: "file",
		path,
		content: toContent(entry)
	};
	const what = isFile(type) ? "a file with holes" : others[type] ?? `of the type ${show(type)}`;
	throw new Failure(`${show(path)} is ${what}`, { remedy: "Pack it without: nodes get folders, files and links." });
};
const contentOf = (entry, item) => isFile(entry.type) && item.kind === "file" ? item.content : void 0;
/** Lists an archive of an artifact, where all that is not plain is an error. */
const createArtifactListing = (onItem) => {
	const items = /* @__PURE__ */ new Map();
	const toPath = (name) => toTreePath(toText(name));
	return {
		add: (entry) => {
			onItem();
			const path = toPath(entry.name);
			if (path === "" && entry.type !== "5") throw new Failure("An archive has a file without a name");
			const item = toItem(entry, path, (name) => items.get(toPath(name)));
			const before = items.get(path);
			if (before !== void 0 && (before.kind !== "folder" || item.kind !== "folder")) throw new Failure(`An archive has ${show(path)} twice`);
			items.set(path, item);
			return contentOf(entry, item);
		},
		finish: () => ({
			items: [...items.values()],
			gone: /* @__PURE__ */ new Set(),
			opaque: /* @__PURE__ */ new Set()
		})
	};
};
/** Lists what a layer of an image has in the folder of models; what else it has is nobody's here. */
const createLayerListing = (onItem) => {
	const items = /* @__PURE__ */ new Map();
	const gone = /* @__PURE__ */ new Set();
	const opaque = /* @__PURE__ */ new Set();
	const addMark = (marks, path) => {
		if (path !== "" && !isOfInterest(path)) return;
		onItem();
		marks.add(toTreePath(toText(path)));
	};
	return {
		add: (entry) => {
			const name = toLayerPath(entry.name);
			const [parent, last] = [parentOf(name), name.slice(name.lastIndexOf("/") + 1)];
			if (last === ".wh..wh..opq") return addMark(opaque, parent);
			if (name.split("/").some((part) => part.startsWith(".wh..wh."))) return void 0;
			if (last.startsWith(".wh.")) {
				const hidden = last.slice(mark.length);
				if (/^\.{0,2}$/.test(hidden)) throw new Failure("A layer deletes what has no name");
				return addMark(gone, parent === "" ? hidden : `${parent}/${hidden}`);
			}
			if (!isOfInterest(name)) return void 0;
			onItem();
			const path = toTreePath(toText(name));
			const item = toItem(entry, path, (target) => items.get(toText(toLayerPath(target))));
			for (const folder of foldersAbove(path)) {
				if (items.has(folder)) continue;
				onItem();
				items.set(folder, {
					kind: "folder",
					path: folder
				});
			}
			items.set(path, item);
			return contentOf(entry, item);
		},
		finish: () => ({
			items: [...items.values()],
			gone,
			opaque
		})
	};
};

// src/files/sources/oci/tree.ts
/** As many files as one tree may have: nodes get each of them by its name. */
const mostItems = 1e5;
/** Counts what there is, from however many layers. */
const createCount = () => {
	let items = 0;
	return (more = 1) => {
		items += more;
		if (items > mostItems) throw new Failure(`It has more than ${mostItems} files`);
	};
};
/**
* Collects what several layers bring beside each other.
*
* @throws {Failure} where two of them have a file at the same path
*/
const collect = (layers) => {
	const found = /* @__PURE__ */ new Map();
	const count = createCount();
	for (const items of layers) for (const item of items) {
		count();
		const other = found.get(item.path);
		if (other !== void 0 && (other.kind !== "folder" || item.kind !== "folder")) throw new Failure(`It has ${show(item.path)} twice`);
		found.set(item.path, item);
	}
	return found;
};
/**
* @throws {Failure} where something is in what is no folder, or a link leads out
*/
const toTree = (items) => {
	const full = /* @__PURE__ */ new Set();
	for (const { path } of items.values()) for (const folder of foldersAbove(path)) {
		const above = items.get(folder);
		if (above !== void 0 && above.kind !== "folder") throw new Failure(`${show(path)} is in ${show(folder)}, which is no folder`);
		full.add(folder);
	}
	const check = createLinkCheck((path) => {
		const item = items.get(path);
		return item?.kind === "link" ? item.target : void 0;
	});
	const sorted = [...items.values()].toSorted((a, b) => a.path < b.path ? -1 : 1);
	const tree = {
		isFile: false,
		files: sorted.flatMap((item) => item.kind === "file" ? [{
			path: item.path,
			...item.content
		}] : []),
		links: sorted.flatMap((item) => {
			if (item.kind !== "link") return [];
			check(item.path, item.target);
			return [{
				path: item.path,
				target: item.target
			}];
		}),
		emptyFolders: sorted.flatMap(({ kind, path }) => kind === "folder" && path !== "" && !full.has(path) ? [path] : [])
	};
	if (tree.files.length > 0) return tree;
	throw new Failure("It has no files");
};

// src/files/sources/oci/unpack-archive.ts
/** What is read and thrown away is bounded as well: it takes time, and a packed file may hold any number of zeros. */
const mostBytes = 2e12;
/** The first bytes of a stream, and all of it. */
const peek = async (pieces, bytes) => {
	const source = pieces[Symbol.asyncIterator]();
	let head = Buffer.alloc(0);
	while (head.length < bytes) {
		const { value, done } = await source.next();
		if (done === true) break;
		head = Buffer.concat([head, value]);
	}
	async function* all() {
		try {
			yield head;
			yield* { [Symbol.asyncIterator]: () => source };
		} finally {
			await source.return?.();
		}
	}
	return {
		head,
		all: all()
	};
};
/** Writes what an archive has, one file after another, as the archive is cut. */
const createWriter = (listing, { store, room, has }) => {
	let acts = [];
	let draft;
	let current;
	let hash = createHash("sha256");
	const finish = async (content) => {
		content.sha256 = hash.digest("hex");
		const { sha256, sizeBytes } = content;
		if (has.has(sha256) || await store.has(sha256, sizeBytes)) {
			await draft?.drop();
			room.give(sizeBytes);
		} else await draft?.keep(sha256);
		draft = void 0;
	};
	const cutter = createTarCutter({
		onEntry: (entry) => {
			const content = listing.add(entry);
			current = content;
			if (content === void 0) return;
			room.take(content.sizeBytes, showBytes(entry.name));
			acts.push(async () => {
				draft = await store.create();
				hash = createHash("sha256");
			});
		},
		onData: (piece) => {
			if (current === void 0) return;
			acts.push(async () => {
				hash.update(piece);
				await draft?.write(piece);
			});
		},
		onEntryEnd: () => {
			const content = current;
			if (content !== void 0) acts.push(() => finish(content));
			current = void 0;
		}
	});
	return {
		write: async (piece) => {
			cutter.write(piece);
			for (const act of acts) await act();
			acts = [];
		},
		end: cutter.end,
		drop: async () => draft?.drop()
	};
};
/**
* Unpacks an archive while it comes. No name in it is used as one on this machine: files come to be called
* by their digests.
*
* @param unpackedDigest what the archive has to be, where somebody has said it
* @throws {Failure} for what is no archive, is not what was promised, or has what nodes do not get
*/
const unpackArchive = async (pieces, listing, target, unpackedDigest, signal) => {
	let isWhole = false;
	async function* watched() {
		yield* pieces;
		isWhole = true;
	}
	const { head, all } = await peek(watched(), 4);
	const archive = unpack(Readable.from(all), sniff(head));
	const hash = unpackedDigest === void 0 ? void 0 : createHash("sha256");
	const writer = createWriter(listing, target);
	let bytes = 0;
	try {
		for await (const piece of archive) {
			signal.throwIfAborted();
			bytes += piece.length;
			if (bytes > mostBytes) throw new Failure("It is too large once it is unpacked");
			hash?.update(piece);
			await writer.write(piece);
		}
		writer.end();
		if (!isWhole) throw new Failure("Something comes behind its end");
	} finally {
		await writer.drop();
	}
	const found = hash && `sha256:${hash.digest("hex")}`;
	if (found === unpackedDigest) return listing.finish();
	throw new Failure(`Unpacked it has the digest ${found}; ${unpackedDigest} was promised`);
};

export { collect, createArtifactListing, createCount, createLayerListing, findRoom, imageFolder, toTree, toTreePath, unpackArchive };