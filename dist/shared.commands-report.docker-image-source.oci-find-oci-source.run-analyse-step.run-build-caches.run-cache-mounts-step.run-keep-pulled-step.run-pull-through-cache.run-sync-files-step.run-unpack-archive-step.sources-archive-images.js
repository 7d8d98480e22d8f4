import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
const { pipeline } = process.getBuiltinModule("node:stream");
const zlib = process.getBuiltinModule("node:zlib");
const { createHash } = process.getBuiltinModule("node:crypto");
const { constants: constants$1 } = process.getBuiltinModule("node:fs");
const { open } = process.getBuiltinModule("node:fs/promises");

// src/image/contents/blobs/zstd-frames.ts
const read$1 = (bytes) => ({
	bytes,
	isRead: true
});
const pass = (bytes) => ({
	bytes,
	isRead: false
});
/** Bytes of a frame's header behind its first one, which tells of them. */
const countHeader = (about) => {
	const isSingle = (about & 32) !== 0;
	const window = isSingle ? 0 : 1;
	const dictionary = [
		0,
		1,
		2,
		4
	][about & 3] ?? 0;
	const size = [
		isSingle ? 1 : 0,
		2,
		4,
		8
	][about >> 6] ?? 0;
	return window + dictionary + size;
};
/** RFC 8878, 3.1. What is none of it, the unpacker refuses. */
function* walkFrames() {
	for (;;) {
		const magic = (yield read$1(4)).readUInt32LE(0);
		if (magic >= 407710288 && magic <= 407710303) yield pass((yield read$1(4)).readUInt32LE(0));
		else if (magic === 4247762216) {
			const [about = 0] = yield read$1(1);
			yield pass(countHeader(about));
			for (let isLast = false; !isLast;) {
				const block = (yield read$1(3)).readUIntLE(0, 3);
				isLast = (block & 1) === 1;
				yield pass((block >> 1 & 3) === 1 ? 1 : block >> 3);
			}
			if ((about & 4) !== 0) yield pass(4);
		} else yield pass(Number.POSITIVE_INFINITY);
		yield "end";
	}
}
/**
* Cuts what zstd has packed where its frames end: Node's unpacker drops, without a word, what comes behind
* the end of a frame in the same piece.
*/
async function* splitFrames(pieces) {
	const walk = walkFrames();
	const none = Buffer.alloc(0);
	let want = walk.next(none).value;
	let seen = none;
	let missing = want === "end" ? 0 : want.bytes;
	for await (const piece of pieces) {
		let [begin, at] = [0, 0];
		while (at < piece.length || missing === 0) {
			const taken = Math.min(missing, piece.length - at);
			if (want !== "end" && want.isRead) seen = Buffer.concat([seen, piece.subarray(at, at + taken)]);
			at += taken;
			missing -= taken;
			if (missing > 0) break;
			want = walk.next(seen).value;
			seen = none;
			missing = want === "end" ? 0 : want.bytes;
			if (want !== "end") continue;
			if (at > begin) yield piece.subarray(begin, at);
			begin = at;
		}
		if (at > begin) yield piece.subarray(begin, at);
	}
}

// src/image/contents/blobs/blob.ts
/** Type names of layers differ from what is in them, so their first bytes count, as for Docker. */
const sniff = (head) => {
	if (head.length < 4) return "tar";
	if (head.readUInt16BE(0) === 8075) return "gzip";
	const number = head.readUInt32LE(0);
	return number === 4247762216 || number >= 407710288 && number <= 407710303 ? "zstd" : "tar";
};
/**
* Opens a layer, without following a link.
*
* @throws {Failure} where there is no such file, or one of another size
*/
const openBlob = async (blob) => {
	const { file, start, sizeBytes, digest } = blob;
	const flags = constants$1.O_RDONLY | constants$1.O_NOFOLLOW | constants$1.O_NONBLOCK;
	const handle = await open(file, flags).catch((cause) => {
		throw new Failure(`The layer ${digest} cannot be read`, { cause });
	});
	try {
		const about = await handle.stat();
		if (!about.isFile() || sizeBytes === 0 || about.size < start + sizeBytes) throw new Failure(`The layer ${digest} has ${about.size} bytes in place of ${sizeBytes}`);
		const head = Buffer.alloc(4);
		await handle.read(head, 0, Math.min(4, sizeBytes), start);
		return {
			...blob,
			handle,
			packing: sniff(head)
		};
	} catch (error) {
		await handle.close();
		throw error;
	}
};
const unpackers = {
	gzip: () => zlib.createGunzip({ chunkSize: 131072 }),
	zstd: () => {
		if (zlib.createZstdDecompress === void 0) throw new Failure("A layer is packed with zstd, for which Slipway needs Node.js 24");
		return zlib.createZstdDecompress({ chunkSize: 524288 });
	}
};
const readRaw = ({ handle, start, sizeBytes }) => handle.createReadStream({
	start,
	end: start + sizeBytes - 1,
	autoClose: false,
	highWaterMark: 262144
});
/** What is packed, as it is read. Whoever leaves it before its end ends what unpacks it. */
const unpack = (packed, packing) => {
	if (packing === "tar") return packed;
	const unpacker = unpackers[packing]();
	if (packing === "gzip") pipeline(packed, unpacker, () => {});
	else pipeline(packed, splitFrames, unpacker, () => {});
	return unpacker;
};
/** The archive in a layer. */
const readArchive = (blob) => unpack(readRaw(blob), blob.packing);
const hashBlob = async (blob, signal) => {
	const hash = createHash("sha256");
	for await (const chunk of readRaw(blob)) {
		signal.throwIfAborted();
		hash.update(chunk);
	}
	return `sha256:${hash.digest("hex")}`;
};

export { hashBlob, openBlob, readArchive, sniff, unpack };