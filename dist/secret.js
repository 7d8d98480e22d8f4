import { inspect } from "node:util";

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

export { Secret as t };