import { randomBytes } from "node:crypto";
import { StringDecoder } from "node:string_decoder";

// src/host/log-fence.ts
/** From here on a line is cut where it has white space, so that no word and no secret is torn. */
const longLine = 65536;
/** A line without an end would otherwise be held in memory for ever. */
const longestLine = 1048576;
const findCut = (text) => {
	if (text.length <= longLine) return 0;
	const space = text.slice(longLine).search(/\s/);
	if (space >= 0) return longLine + space;
	if (text.length <= longestLine) return 0;
	return (text.charCodeAt(1048575) & 64512) === 55296 ? 1048575 : longestLine;
};
/**
* Cuts a stream into lines at \n, \r\n and \r, as the runner does. Stops reading while our standard
* output, where lines mostly go, takes no more.
*
* @param cutAt for lines that are read by us, and may be longer than what people read
*/
const splitLines = (stream, onLine, cutAt = findCut) => {
	const decoder = new StringDecoder("utf8");
	let rest = "";
	stream.on("data", (chunk) => {
		const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!\n|$)/);
		rest = lines.pop() ?? "";
		process.stdout.cork();
		for (const line of lines) onLine(line);
		for (let cut = cutAt(rest); cut > 0; cut = cutAt(rest)) {
			onLine(rest.slice(0, cut));
			rest = rest.slice(cut);
		}
		process.stdout.uncork();
		if (!process.stdout.writableNeedDrain) return;
		stream.pause();
		process.stdout.once("drain", () => stream.resume());
	});
	stream.on("end", () => {
		for (const line of (rest + decoder.end()).split(/\r/)) if (line !== "") onLine(line);
	});
};
/**
* The older form of commands, `##[command]`, counts anywhere in a line. The fence stops it, too; with
* a zero-width space between the marks the line is harmless even without, and can be read as before.
*/
const neutralise = (line) => line.replaceAll("##[", "##​[");
/**
* Two colons that begin a line, after white space and after characters that a comparison of texts may not
* weigh. White space alone before them would not help: the runner skips it.
*/
const newForm = /^([^\p{L}\p{N}\p{P}\p{S}]*:)(?=[^\p{L}\p{N}\p{P}\p{S}]*:)/u;
/**
* A text of ours, which may quote others: whatever a server, an image or a file has put into it, no line
* of it is a command. It can be read as before.
*/
const toHarmless = (text) => text.split(/\r\n|\n|\r/).map((line) => neutralise(line).replace(newForm, "$1​")).join("\n");
/** @param write prints a line as it is */
const createFence = (write) => {
	let inside = 0;
	let token = "";
	const close = () => {
		token = randomBytes(16).toString("hex");
		write(`::stop-commands::${token}`);
	};
	const open = () => write(`::${token}::`);
	return {
		within: async (body) => {
			inside += 1;
			if (inside === 1) close();
			try {
				return await body((line) => write(neutralise(line)));
			} finally {
				inside -= 1;
				if (inside === 0) open();
			}
		},
		outside: (say) => {
			if (inside === 0) return say();
			open();
			try {
				say();
			} finally {
				close();
			}
		}
	};
};

// src/host/later.ts
/** A signal that is aborted some time after another one: what is under way has so long to come to its end. */
const later = (signal, ms) => {
	const controller = new AbortController();
	const begin = () => setTimeout(() => controller.abort(signal?.reason), ms).unref();
	signal?.addEventListener("abort", begin, { once: true });
	if (signal?.aborted) begin();
	return controller.signal;
};

export { toHarmless as a, splitLines as i, createFence as n, neutralise as r, later as t };