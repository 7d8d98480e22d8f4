import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { foldersAbove } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-prove-step.js";
import { createTarCutter } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.sources-archive-images.js";
const { createHash } = process.getBuiltinModule("node:crypto");

// src/image/contents/tar/list-layer.ts
/** What rules compare is at least so large; below it, reading again costs as little. */
const leastHashed = 1e6;
/** Linux takes no longer one, so no container has it. */
const longestPath = 4096;
/** Most filesystems give files whole blocks of it; an archive says nothing of that. */
const diskBlock = 4096;
/** Names that mark what is gone (OCI image spec, "Whiteouts"). */
const mark = ".wh.";
const specialMark = ".wh..wh.";
const opaqueMark = ".wh..wh..opq";
/** A path below the layer's top. An absolute one is meant so, as everybody unpacks it. */
const toLayerPath = (name) => {
	const parts = name.split("/").filter((part) => part !== "" && part !== ".");
	if (name.length > longestPath || name.includes("\0")) throw new Failure(`A layer has a path of ${name.length} characters`);
	if (parts.includes("..")) throw new Failure("A layer has a path that leads out of it");
	return parts.join("/");
};
const types = {
	"0": "f",
	"1": "f",
	"2": "l",
	"3": "c",
	"4": "b",
	"5": "d",
	"6": "p",
	"7": "f",
	S: "f"
};
const toFolder = (path, inode) => ({
	path,
	type: "d",
	sizeBytes: diskBlock,
	diskBytes: diskBlock,
	mode: 493,
	uid: 0,
	gid: 0,
	mtime: `0.${"0".repeat(10)}`,
	inode,
	isWhiteout: false,
	isOpaque: false
});
/**
* Lists a layer's archive as the reader in a container lists the folder that it would be unpacked to.
*
* @param onFile hears of each file, and of each folder that a path alone tells of, so that there are not too many
*/
const createLayerListing = (onFile) => {
	const entries = /* @__PURE__ */ new Map([["", toFolder("", "0:0")]]);
	const whiteouts = /* @__PURE__ */ new Set();
	const opaque = /* @__PURE__ */ new Set();
	const offsets = /* @__PURE__ */ new Map();
	const sizes = /* @__PURE__ */ new Map();
	const hashes = /* @__PURE__ */ new Map();
	let inodes = 0;
	let hashing;
	const nextInode = () => {
		inodes += 1;
		return `0:${inodes}`;
	};
	const provideParents = (path) => {
		for (const parent of foldersAbove(path)) {
			if (entries.has(parent)) continue;
			onFile();
			entries.set(parent, toFolder(parent, nextInode()));
		}
	};
	const forget = (path) => {
		offsets.delete(path);
		sizes.delete(path);
	};
	const addLink = (path, target) => {
		const found = entries.get(target);
		const [offset, size] = [offsets.get(target), sizes.get(target)];
		if (offset !== void 0) offsets.set(path, offset);
		if (size !== void 0) sizes.set(path, size);
		return found && {
			...found,
			path
		};
	};
	const addFile = (entry, path) => {
		const { storedBytes, realBytes, offset, mode, uid, gid, mtime } = entry;
		const type = types[entry.type] ?? "f";
		const sizeBytes = type === "f" ? realBytes ?? storedBytes : entry.linkName.length;
		if (type === "f" && realBytes === void 0 && entry.type !== "1") {
			offsets.set(path, offset);
			sizes.set(path, sizeBytes);
			if (sizeBytes >= leastHashed) hashing = {
				hash: createHash("sha256"),
				offset
			};
		}
		const diskBytes = Math.ceil((type === "f" ? storedBytes : 0) / diskBlock) * diskBlock;
		const about = {
			mode,
			uid,
			gid,
			mtime,
			inode: nextInode()
		};
		const flags = {
			isWhiteout: false,
			isOpaque: false
		};
		const folder = type === "d" ? {
			sizeBytes: diskBlock,
			diskBytes: diskBlock
		} : {};
		return {
			path,
			type,
			sizeBytes,
			diskBytes,
			...about,
			...flags,
			...folder
		};
	};
	const onEntry = (entry) => {
		onFile();
		if (types[entry.type] === void 0) return;
		const path = toLayerPath(entry.name);
		const slash = path.lastIndexOf("/");
		const [parent, last] = [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
		if (last === ".wh..wh..opq") {
			provideParents(path);
			opaque.add(parent);
			return;
		}
		if (path.split("/").some((name) => name.startsWith(".wh..wh."))) return;
		provideParents(path);
		if (last.startsWith(".wh.")) {
			const gone = last.slice(4);
			if (/^\.{0,2}$/.test(gone)) throw new Failure("A layer deletes what has no name");
			whiteouts.add(parent === "" ? gone : `${parent}/${gone}`);
			return;
		}
		if (path === "" && types[entry.type] !== "d") return;
		const target = entry.type === "1" ? toLayerPath(entry.linkName) : void 0;
		if (target === path) return;
		forget(path);
		const link = target === void 0 ? void 0 : addLink(path, target);
		entries.set(path, link ?? addFile(entry, path));
	};
	const cutter = createTarCutter({
		onEntry,
		onData: (piece) => void hashing?.hash.update(piece),
		onEntryEnd: () => {
			if (hashing !== void 0) hashes.set(hashing.offset, hashing.hash.digest("hex"));
			hashing = void 0;
		}
	});
	const finish = () => {
		cutter.end();
		const reset = (path) => {
			const folder = entries.get(path);
			if (folder?.type === "d") entries.set(path, {
				...folder,
				isOpaque: true
			});
		};
		for (const path of opaque) reset(path);
		for (const path of whiteouts) if (entries.has(path)) reset(path);
		else {
			const gone = {
				...toFolder(path, nextInode()),
				sizeBytes: 0,
				diskBytes: 0
			};
			entries.set(path, {
				...gone,
				type: "c",
				isWhiteout: true
			});
		}
		return {
			entries: [...entries.values()],
			index: {
				offsets,
				sizes,
				hashes
			}
		};
	};
	return {
		write: cutter.write,
		finish
	};
};

export { createLayerListing, mark, opaqueMark, specialMark, toLayerPath };