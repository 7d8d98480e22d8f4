const { inspect } = process.getBuiltinModule("node:util");
const { randomBytes } = process.getBuiltinModule("node:crypto");

// src/secret.ts
const redacted = "***";
/**
* A value that must not be seen. Everything that would print it prints `***`; whoever needs the
* value says so by calling `expose()`, which makes the places easy to find.
*/
var Secret = class {
	#value;
	#encoding;
	/** @param encoding `latin1` for bytes that need not be text */
	constructor(value, encoding = "utf8") {
		this.#value = value;
		this.#encoding = encoding;
	}
	expose() {
		return this.#value;
	}
	/** What a build is given, byte for byte. */
	exposeBytes() {
		return Buffer.from(this.#value, this.#encoding);
	}
	toString() {
		return redacted;
	}
	toJSON() {
		return redacted;
	}
	[inspect.custom]() {
		return redacted;
	}
};

// src/host/log-fence.ts
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
	const writeUntrusted = (line) => write(neutralise(line));
	return {
		within: async (body) => {
			inside += 1;
			if (inside === 1) close();
			try {
				return await body(writeUntrusted);
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
		},
		block: (lines) => {
			if (inside === 0) close();
			for (const line of lines) writeUntrusted(line);
			if (inside === 0) open();
		}
	};
};

export { Secret, createFence, neutralise, toHarmless };