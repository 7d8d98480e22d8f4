import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { retry, toPassing } from "./shared.commands-doctor.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
const { setTimeout } = process.getBuiltinModule("node:timers/promises");
const { createHash } = process.getBuiltinModule("node:crypto");

// src/image/sources/registry/read-blob.ts
/** Cuts in a row that brought hardly anything. */
const mostCuts = 3;
/** Whoever sends so much between two cuts gets on. */
const leastProgress = 4e6;
const pauseMs = 500;
/** Where an answer of the second half of a blob begins: some registries begin anew. */
const findBegin = (status, range) => {
	if (status !== 206) return 0;
	const [, begin] = /^bytes (\d{1,16})-/.exec(range ?? "") ?? [];
	if (begin !== void 0) return Number(begin);
	throw new Failure("The registry sent a part of a blob, and not which");
};
/** The rest of a blob, from a byte on. */
const openAt = async (get, digest, from) => {
	const { status, headers, body } = await get(`blobs/${digest}`, from);
	const begin = findBegin(status, headers["content-range"]);
	if (begin <= from) return {
		body,
		surplus: from - begin
	};
	body.destroy();
	throw new Failure("The registry sent another part of a blob than it was asked for");
};
/** What cuts an answer off comes as its last piece, so that nobody takes the reader's error for it. */
async function* readPieces(body) {
	try {
		yield* body;
	} catch (cause) {
		yield cause ?? /* @__PURE__ */ new Error("it ended");
	}
}
/**
* Reads a blob from a registry, and goes on where it was cut off. Its last bytes come when all of them are
* known to be right.
*
* @throws {Failure} where it is not what its digest promises
*/
async function* readBlob(get, { digest, size }, signal) {
	const hash = createHash("sha256");
	let last;
	let offset = 0;
	let cuts = 0;
	while (offset < size) {
		const { body, surplus } = await retry(() => openAt(get, digest, offset), signal);
		const begin = offset;
		let toSkip = surplus;
		let cause;
		try {
			for await (const all of readPieces(body)) {
				if (!Buffer.isBuffer(all)) {
					cause = all;
					break;
				}
				const piece = all.subarray(toSkip);
				toSkip -= all.length - piece.length;
				offset += piece.length;
				if (offset > size) throw new Failure(`The blob ${digest} has more than its ${size} bytes`);
				hash.update(piece);
				if (last !== void 0) yield last;
				last = piece;
			}
		} finally {
			body.destroy();
		}
		signal.throwIfAborted();
		if (offset === size) break;
		cuts = offset - begin >= leastProgress ? 0 : cuts + 1;
		if (cuts > mostCuts) throw toPassing(cause);
		await setTimeout(pauseMs * cuts, void 0, { signal });
	}
	const found = `sha256:${hash.digest("hex")}`;
	if (found !== digest) throw new Failure(`The registry sent ${found} in place of ${digest}`);
	if (last !== void 0) yield last;
}

export { readBlob };