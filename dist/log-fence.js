import { randomBytes } from "node:crypto";
import { StringDecoder } from "node:string_decoder";

// src/failure.ts
/** A failure that we can explain: what was tried, what came back, and what to do about it. */
var Failure = class extends Error {
	remedy;
	constructor(what, options = {}) {
		super(what, { cause: options.cause });
		this.name = "Failure";
		this.remedy = options.remedy;
	}
};
const isWorthAddingTo = (message, cause) => cause.message !== "" && !message.includes(cause.message);
/**
* The one formatter for errors: what was tried, what came back (the chain of causes), what to do.
* An error that nobody foresaw keeps its stack in the debug log, not here.
*/
const renderError = (error) => {
	if (!(error instanceof Error)) return String(error);
	if (error instanceof AggregateError) return error.errors.map(renderError).join("\n");
	let message = error.message;
	for (let cause = error.cause; cause instanceof Error; cause = cause.cause) if (isWorthAddingTo(message, cause)) message = `${message}: ${cause.message}`;
	const remedy = error instanceof Failure ? error.remedy : void 0;
	return remedy === void 0 ? message : `${message.replace(/\.$/, "")}. ${remedy}`;
};

// src/host/log-fence.ts
/** From here on a line is cut where it has white space, so that no word and no secret is torn. */
const longLine = 65536;
/** A line without an end would otherwise be held in memory for ever. */
const longestLine = 1048576;
/** Where to cut what has no end yet; 0 where it may still grow. */
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
*/
const splitLines = (stream, onLine) => {
	const decoder = new StringDecoder("utf8");
	let rest = "";
	stream.on("data", (chunk) => {
		const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!\n|$)/);
		rest = lines.pop() ?? "";
		process.stdout.cork();
		for (const line of lines) onLine(line);
		for (let cut = findCut(rest); cut > 0; cut = findCut(rest)) {
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
/** @param write prints a line of ours */
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

export { renderError as a, Failure as i, neutralise as n, splitLines as r, createFence as t };