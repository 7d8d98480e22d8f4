import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";

// src/host/later.ts
/** A signal that is aborted some time after another one: what is under way has so long to come to its end. */
const later = (signal, ms) => {
	const controller = new AbortController();
	const begin = () => setTimeout(() => controller.abort(signal?.reason), ms).unref();
	signal?.addEventListener("abort", begin, { once: true });
	if (signal?.aborted) begin();
	return controller.signal;
};

// src/host/bounds.ts
const mib = 1048576;
/** The most that is read of what a program prints or a server answers: more is no answer to us. */
const mostBytes = 64 * mib;
/** @param what names what was asked, as the beginning of a sentence */
const tooMuch = (what) => new Failure(`${what} exceeds the ${mostBytes / mib} MB that Slipway reads of it`);
/**
* Reads a stream to its end.
*
* @throws {Failure} as soon as it is more than the bound; the stream is destroyed then
*/
const readStream = async (stream, what) => {
	const chunks = [];
	let bytes = 0;
	for await (const chunk of stream) {
		bytes += chunk.length;
		if (bytes > 67108864) throw tooMuch(what);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
};

export { later, mostBytes, readStream, tooMuch };