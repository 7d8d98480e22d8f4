import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";

// src/image/contents/tar/header.ts
const noTar = (why) => new Failure(`A layer is no tar archive: ${why}`);
/** Up to the first NUL. */
const toText = (block, from, length) => {
	const text = block.toString("latin1", from, from + length);
	const end = text.indexOf("\0");
	return end < 0 ? text : text.slice(0, end);
};
/** Base 256 with its sign, which GNU's tar writes where octal digits do not do. */
const toBinary = (field) => {
	const isNegative = ((field[0] ?? 0) & 64) !== 0;
	let value = isNegative ? -1n : 0n;
	field.forEach((byte, at) => {
		const bits = at > 0 ? byte : isNegative ? byte | 128 : byte & 127;
		value = value << 8n | BigInt(bits);
	});
	return Number(value);
};
const toNumber = (block, from, length) => {
	if (((block[from] ?? 0) & 128) !== 0) return toBinary(block.subarray(from, from + length));
	const text = toText(block, from, length).trim();
	if (text === "") return 0;
	return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : NaN;
};
const toSize = (value) => {
	if (Number.isSafeInteger(value) && value >= 0) return value;
	throw noTar("a size that is none");
};
/** Owners that are none say nothing that a report needs. */
const toOwner = (value) => Number.isSafeInteger(value) && value >= 0 && value <= 2 ** 32 ? value : 0;
/** The sum over a header in which its own field is blanks; old programs added signed bytes. */
const hasRightSum = (block) => {
	let [sum, signed] = [0, 0];
	block.forEach((byte, at) => {
		const value = at >= 148 && at < 156 ? 32 : byte;
		sum += value;
		signed += value > 127 ? value - 256 : value;
	});
	const said = toNumber(block, 148, 8);
	return said === sum || said === signed;
};
const toName = (block) => {
	const name = toText(block, 0, 100);
	const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? toText(block, 345, 155) : "";
	return prefix === "" ? name : `${prefix}/${name}`;
};
const formatTime = (seconds) => `${Number.isSafeInteger(seconds) ? seconds : 0}.${"0".repeat(10)}`;
/** @throws {Failure} for a block that is no header */
const parseHeader = (block) => {
	if (!hasRightSum(block)) throw noTar("a header with a wrong checksum");
	const name = toName(block);
	const flag = block.toString("latin1", 156, 157);
	const type = flag === "\0" ? name.endsWith("/") ? "5" : "0" : flag;
	const isSparse = type === "S";
	return {
		name,
		linkName: toText(block, 157, 100),
		type,
		mode: toNumber(block, 100, 8) & 4095,
		uid: toOwner(toNumber(block, 108, 8)),
		gid: toOwner(toNumber(block, 116, 8)),
		storedBytes: toSize(toNumber(block, 124, 12)),
		realBytes: isSparse ? toSize(toNumber(block, 483, 12)) : void 0,
		mtime: formatTime(toNumber(block, 136, 12)),
		hasMoreHoles: isSparse && block[482] !== 0
	};
};
/** Records of the form `LENGTH KEY=VALUE\n`, in which a length counts its own digits. */
const parsePax = (bytes) => {
	const records = /* @__PURE__ */ new Map();
	for (let at = 0; at < bytes.length;) {
		const [, digits = ""] = /^(\d{1,9}) /.exec(bytes.toString("latin1", at, at + 10)) ?? [];
		const end = at + Number(digits);
		if (!(digits !== "" && end > at + digits.length + 1 && end <= bytes.length) || bytes[end - 1] !== 10) throw noTar("a record of a header that does not end");
		const record = bytes.toString("latin1", at + digits.length + 1, end - 1);
		const sign = record.indexOf("=");
		if (sign < 1) throw noTar("a record of a header without a name");
		records.set(record.slice(0, sign), record.slice(sign + 1));
		at = end;
	}
	return records;
};
const readCount = (text, otherwise) => {
	if (text === void 0) return otherwise;
	return toSize(/^\d{1,16}$/.test(text) ? Number(text) : NaN);
};
const readTime = (text, otherwise) => {
	const [, seconds, rest = ""] = /^(-?\d{1,16})(?:\.(\d{1,30}))?$/.exec(text ?? "") ?? [];
	return seconds === void 0 ? otherwise : `${seconds}.${rest.slice(0, 10).padEnd(10, "0")}`;
};
/** A header with what the records before it say instead. */
const withPax = (header, records) => {
	if (records.size === 0) return header;
	const sparse = records.get("GNU.sparse.realsize") ?? records.get("GNU.sparse.size");
	return {
		...header,
		name: records.get("GNU.sparse.name") ?? records.get("path") ?? header.name,
		linkName: records.get("linkpath") ?? header.linkName,
		uid: toOwner(readCount(records.get("uid"), header.uid)),
		gid: toOwner(readCount(records.get("gid"), header.gid)),
		storedBytes: readCount(records.get("size"), header.storedBytes),
		realBytes: sparse === void 0 ? header.realBytes : readCount(sparse, 0),
		mtime: readTime(records.get("mtime"), header.mtime)
	};
};

// src/image/contents/tar/cut-tar.ts
/** Go's reader, and so every builder of images, takes no longer names and records. */
const longestSpecial = 1048576;
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
		if (storedBytes > longestSpecial) throw new Failure(`A layer has a header of ${storedBytes} bytes`);
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