import { inspect } from "node:util";

// src/secret.ts
const redacted = "***";
/**
* A value that must not be seen. Everything that would print it prints `***`; whoever needs the
* value says so by calling `expose()`, which makes the places easy to find.
*/
var Secret = class {
	#value;
	constructor(value) {
		this.#value = value;
	}
	expose() {
		return this.#value;
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

// src/token/masks.ts
/**
* Hides a token and the forms in which tools print it. The runner derives base64, URL, JSON and XML
* forms by itself, but neither base64url nor the Basic header's `x-access-token:TOKEN`.
*/
const maskToken = (token, mask) => {
	const basic = Buffer.from(`x-access-token:${token}`);
	mask(token);
	mask(basic.toString("base64"));
	mask(Buffer.from(token).toString("base64url"));
};
/**
* Hides a key, both as it was given and as we read it: the runner masks line by line, and short
* lines would hide ordinary text.
*/
const maskPrivateKey = (given, pem, mask) => {
	const lines = new Set(`${given}\n${pem}`.split(/\r?\n|\\n/).map((line) => line.trim()));
	for (const line of lines) if (line.length >= 16 && !line.startsWith("-----")) mask(line);
};

export { maskToken as n, Secret as r, maskPrivateKey as t };