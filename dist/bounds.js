import { t as Failure } from "./failure.js";

// src/host/bounds.ts
const mib = 1048576;
/** The most that is read of what a program prints or a server answers: more is no answer to us. */
const mostBytes = 64 * mib;
/** @param what names what was asked, as the beginning of a sentence */
const tooMuch = (what, most = mostBytes) => new Failure(`${what} is more than the ${most / mib} MB that are read of it`);
/**
* Reads a stream to its end.
*
* @throws {Failure} as soon as it is more than the bound; the stream is destroyed then
*/
const readStream = async (stream, what, most = mostBytes) => {
	const chunks = [];
	let bytes = 0;
	for await (const chunk of stream) {
		bytes += chunk.length;
		if (bytes > most) throw tooMuch(what, most);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
};

export { readStream as n, tooMuch as r, mostBytes as t };