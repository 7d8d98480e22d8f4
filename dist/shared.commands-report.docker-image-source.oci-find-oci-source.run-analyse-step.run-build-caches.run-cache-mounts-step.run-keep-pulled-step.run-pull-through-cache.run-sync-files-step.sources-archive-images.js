import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { longestSpecial, noTar, parseHeader, parsePax, withPax } from "./shared.actions-step.js";

// src/image/contents/tar/cut-tar.ts
/** One image may have so many files, and each of them a few headers. */
const mostHeaders = 1e7;
/** Kinds that have no content, whatever size their header says: links, folders, devices. */
const isWithoutContent = (type) => /^[1-6]$/.test(type);
const withoutNul = (bytes) => bytes.toString("latin1").replace(/\0.*$/s, "");
/**
* Cuts an archive into its files, with as much memory as its longest name. The library for it would keep a
* header of any length in memory, and makes text of names that are bytes.
*/
const createTarCutter = ({ onEntry, onData, onEntryEnd }) => {
	const header = Buffer.alloc(512);
	let filled = 0;
	let position = 0;
	let headers = 0;
	let content = 0;
	let padding = 0;
	let isOver = false;
	let isInFile = false;
	let special;
	let sparse;
	let [name, linkName] = [];
	let records = /* @__PURE__ */ new Map();
	const pad = (bytes) => {
		padding = -bytes & 512 - 1;
	};
	const beginFile = (found) => {
		const storedBytes = isWithoutContent(found.type) ? 0 : found.storedBytes;
		onEntry({
			...found,
			storedBytes,
			offset: position
		});
		content = storedBytes;
		padding = (512 - storedBytes % 512) % 512;
		[name, linkName, records, sparse] = [
			void 0,
			void 0,
			/* @__PURE__ */ new Map(),
			void 0
		];
		isInFile = content > 0;
		if (!isInFile) onEntryEnd();
	};
	const beginSpecial = ({ type, storedBytes }) => {
		if (storedBytes > 1048576) throw new Failure(`A layer has a header of ${storedBytes} bytes`);
		special = {
			type,
			bytes: Buffer.alloc(storedBytes),
			filled: 0
		};
		pad(storedBytes);
		if (storedBytes === 0) endSpecial();
	};
	const endSpecial = () => {
		if (special === void 0) return;
		const { type, bytes } = special;
		special = void 0;
		if (type === "L") name = withoutNul(bytes);
		else if (type === "K") linkName = withoutNul(bytes);
		else if (type === "x") records = parsePax(bytes);
	};
	const takeHeader = () => {
		filled = 0;
		headers += 1;
		if (headers > 1e7) throw new Failure(`A layer has more than ${mostHeaders} headers`);
		if (sparse !== void 0) {
			if (header[504] === 0) beginFile(sparse);
			return;
		}
		if (header.every((byte) => byte === 0)) {
			isOver = true;
			return;
		}
		const plain = parseHeader(header);
		if (/^[LKxg]$/.test(plain.type)) {
			beginSpecial(plain);
			return;
		}
		const named = {
			...plain,
			name: name ?? plain.name,
			linkName: linkName ?? plain.linkName
		};
		const found = withPax(named, records);
		if (found.hasMoreHoles) sparse = found;
		else beginFile(found);
	};
	const take = (chunk, at) => {
		if (padding > 0 && content === 0 && special === void 0) {
			const taken = Math.min(padding, chunk.length - at);
			padding -= taken;
			return taken;
		}
		if (content > 0) {
			const piece = chunk.subarray(at, at + content);
			content -= piece.length;
			onData(piece);
			if (content === 0) {
				isInFile = false;
				onEntryEnd();
			}
			return piece.length;
		}
		if (special !== void 0) {
			const { bytes, filled: before } = special;
			const taken = chunk.copy(bytes, before, at, at + bytes.length - before);
			special.filled += taken;
			if (special.filled === bytes.length) endSpecial();
			return taken;
		}
		const taken = chunk.copy(header, filled, at, at + 512 - filled);
		filled += taken;
		return taken;
	};
	const write = (chunk) => {
		for (let at = 0; at < chunk.length;) {
			if (isOver) {
				position += chunk.length - at;
				return;
			}
			const taken = take(chunk, at);
			at += taken;
			position += taken;
			if (filled === 512) takeHeader();
		}
	};
	/** Goes beyond the content that is left of the file, which nobody wants: to be read on from there. */
	const skip = () => {
		const bytes = content;
		position += bytes;
		content = 0;
		if (isInFile) onEntryEnd();
		isInFile = false;
		return bytes;
	};
	const end = () => {
		if (!isOver && !(filled === 0 && content === 0 && special === void 0 && !isInFile && sparse === void 0)) throw noTar("it ends in the middle of a file");
	};
	return {
		write,
		skip,
		isOver: () => isOver,
		end
	};
};

export { createTarCutter };