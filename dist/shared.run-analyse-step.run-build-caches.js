import { attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { expand, parseInstructions, toInstruction, toQuotedWords } from "./shared.actions-step.js";
import { toFields } from "./shared.actions-post.actions-step.js";
const { join, posix } = process.getBuiltinModule("node:path");
const { lstat, opendir } = process.getBuiltinModule("node:fs/promises");

// src/build/dockerfile/sources.ts
const isList = (value) => Array.isArray(value) && value.every((each) => typeof each === "string");
const toWords = (rest, escapeSign) => {
	const list = rest.startsWith("[") ? attempt(() => JSON.parse(rest)) : void 0;
	return isList(list) ? list : toQuotedWords(rest, escapeSign);
};
const isElsewhere = (source) => source.startsWith("<<") || /^(?:https?|git|ssh):\/\/|^git@/i.test(source);
/** As written, variables and all. */
const toWritten = ({ keyword, flags, rest }, escapeSign) => {
	if (keyword === "copy" || keyword === "add") return flags.some((flag) => flag.startsWith("--from=")) ? [] : toWords(rest, escapeSign).slice(0, -1).filter((source) => !isElsewhere(source));
	if (keyword !== "run") return [];
	return flags.flatMap((flag) => {
		const options = flag.startsWith("--mount=") ? toFields(flag.slice(8)) : void 0;
		if (options === void 0 || options.has("from") || (options.get("type") ?? "bind") !== "bind") return [];
		return [options.get("source") ?? options.get("src") ?? "."];
	});
};
/** Paths of a context begin at its top, also with `/` or `../` before them. */
const tidy = (path) => {
	const tidied = posix.normalize(`/${path}`).slice(1).replace(/\/$/, "");
	return tidied === "" ? "." : tidied;
};
const setVariables = ({ rest }, escapeSign, given, variables) => {
	for (const word of toQuotedWords(rest, escapeSign)) {
		const [, name = "", sign = "", text = ""] = /^([^=]*)(=?)(.*)$/s.exec(word) ?? [];
		const value = given[name] ?? (sign === "" ? void 0 : expand(text, escapeSign, (key) => variables.get(key)));
		if (value !== void 0) variables.set(name, value);
	}
};
/**
* What all stages take of the build context, needed or not.
*
* @returns undefined where a name cannot be known
*/
const findContextSources = (dockerfile, { args }) => {
	const { escapeSign, instructions } = parseInstructions(dockerfile);
	const variables = new Map(Object.entries(args));
	const sources = [];
	for (const given of instructions) {
		const instruction = given.keyword === "onbuild" ? toInstruction(given.rest, escapeSign, given.line) : given;
		const { keyword, line } = instruction;
		if (keyword === "arg" || keyword === "env") setVariables(instruction, escapeSign, keyword === "arg" ? args : {}, variables);
		for (const written of toWritten(instruction, escapeSign)) {
			let isKnown = true;
			const lookup = (name) => {
				isKnown &&= variables.has(name);
				return variables.get(name);
			};
			const path = expand(written, escapeSign, lookup);
			if (path === void 0 || !isKnown) return void 0;
			sources.push({
				path: tidy(path),
				line
			});
		}
	}
	return sources;
};

// src/build/walk-context.ts
/** From here on a context is worth a look. */
const largeContextBytes = 1e8;
/** More than that takes longer than the answer is worth. */
const mostEntries = 2e5;
const listFolder = async (path, most) => {
	const entries = [];
	for await (const entry of await opendir(path)) {
		if (entries.length >= most) break;
		entries.push(entry);
	}
	return entries;
};
/**
* All files of a folder; no link is followed.
*
* @param isLeftOut whether nobody needs to look into a folder, or at a file
* @param isLate whether it has taken too long
* @returns undefined where there are too many, or it takes too long
*/
const walkContext = async (root, isLeftOut, isLate) => {
	const files = [];
	const folders = /* @__PURE__ */ new Map();
	const open = [""];
	let entries = 0;
	for (let folder = open.pop(); folder !== void 0; folder = open.pop()) {
		const found = await listFolder(join(root, folder), mostEntries - entries).catch(() => []);
		entries += found.length;
		if (entries >= mostEntries) return void 0;
		folders.set(folder, new Set(found.map(({ name }) => name)));
		for (const entry of found) {
			if (isLate()) return void 0;
			const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
			if (isLeftOut(path, entry.isDirectory())) continue;
			if (entry.isDirectory()) open.push(path);
			else if (entry.isFile()) {
				const bytes = await lstat(join(root, path)).then(({ size }) => size, () => 0);
				files.push({
					path,
					bytes
				});
			}
		}
	}
	return {
		files,
		folders
	};
};

export { findContextSources, largeContextBytes, walkContext };