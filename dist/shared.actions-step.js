import { readRegularFile } from "./shared.actions-post.actions-step.recorder.js";
import { toContextFolder } from "./shared.actions-post.actions-step.js";
const { existsSync } = process.getBuiltinModule("node:fs");
const { basename, dirname, join, resolve } = process.getBuiltinModule("node:path");

// src/inputs/entries.ts
/** The entries of a target's list; one alone may stand without it. */
const toEntries = (value) => Array.isArray(value) ? value : value === void 0 || value === null ? [] : [value];
/** The texts of a list. */
const toTexts = (value) => toEntries(value).filter((each) => typeof each === "string");
/** The texts of a map. */
const toTextMap = (value) => Object.fromEntries(Object.entries(value ?? {}).filter(([, each]) => typeof each === "string"));
/** A line of CSV as Go reads it, where a field in quotes has commas of its own. */
const splitFields = (line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = ""]) => quoted?.replaceAll("\"\"", "\"") ?? plain);
/**
* An entry as newer versions of buildx print it, a map, or as older ones do, `key=value,...`. Names are
* in lower case; what has no sign is under the empty one.
*/
const toFields = (entry) => {
	const pairs = typeof entry === "string" ? splitFields(entry).map((field) => {
		const at = field.indexOf("=");
		return at < 0 ? ["", field] : [field.slice(0, at).trim(), field.slice(at + 1)];
	}) : Object.entries(entry ?? {});
	return new Map(pairs.flatMap(([key, value]) => /^(?:string|boolean)$/.test(typeof value) ? [[key.toLowerCase(), String(value)]] : []));
};

// src/inputs/template.ts
/** Text as a Bake file has to write it: Bake puts in what `${...}` and `%{...}` say. */
const escapeTemplate = (text) => text.replace(/[$%](?=\{)/g, "$&$&");
/** What Bake reads of it. */
const unescapeTemplate = (text) => text.replace(/([$%])\1(?=\{)/g, "$1");

// src/build/dockerfile/find.ts
/** A Dockerfile's path as BuildKit looks for it: `Dockerfile` may be written in lower case, too. */
const findDockerfile = (path) => {
	const lower = join(dirname(path), "dockerfile");
	return basename(path) === "Dockerfile" && !existsSync(path) && existsSync(lower) ? lower : path;
};
const text = (value) => typeof value === "string" ? value : void 0;
/** Of a target of Bake's, which looks for its Dockerfile in its context. */
const toBakeFiles = (definition, workspace) => {
	const inline = text(definition["dockerfile-inline"]);
	const folder = toContextFolder(text(definition["context"]) ?? ".", workspace);
	const given = text(definition["dockerfile"]) || "Dockerfile";
	const own = given.startsWith("cwd://") ? given.slice(6) : void 0;
	const base = own === void 0 ? folder : workspace;
	const isUrl = /^https?:\/\//.test(given);
	return {
		folder,
		dockerfile: inline === void 0 && !isUrl && (base !== void 0 || given[0] === "/") ? findDockerfile(resolve(base ?? "/", own ?? given)) : void 0,
		inline: inline === void 0 ? void 0 : unescapeTemplate(inline)
	};
};
/** A file's text; undefined where it cannot be read, which the build itself says better. */
const readQuietly = (path) => {
	try {
		return path === void 0 ? void 0 : readRegularFile(path).toString("utf8");
	} catch {
		return;
	}
};
/** The Dockerfile's text; empty where it is elsewhere. */
const readDockerfile = ({ dockerfile, inline }) => inline ?? readQuietly(dockerfile) ?? "";
/** Linux for this machine's processor, where nobody says what is built for. */
const usualPlatform = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
/** What decides what a Dockerfile means, of a target of Bake's. */
const toBakeWords = (definition) => {
	const args = Object.entries(toTextMap(definition["args"]));
	return {
		args: Object.fromEntries(args.map(([name, value]) => [name, unescapeTemplate(value)])),
		target: text(definition["target"]) || void 0,
		contexts: Object.keys(definition["contexts"] ?? {}),
		platform: toTexts(definition["platforms"])[0] ?? usualPlatform
	};
};

export { escapeTemplate, readDockerfile, readQuietly, splitFields, toBakeFiles, toBakeWords, toEntries, toFields, toTextMap, toTexts };