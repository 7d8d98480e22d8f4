import { require_dist } from "./vendor/yaml.js";
import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { readRegularFile } from "./shared.actions-post.actions-step.recorder.js";
import { isMap } from "./shared.actions-step.js";
const { dirname, join } = process.getBuiltinModule("node:path");
const { homedir } = process.getBuiltinModule("node:os");

// src/build/compose-requests.ts
var import_dist = require_dist();
const toMap = (value) => isMap(value) ? value : {};
/** A path, a list of paths, or of maps that have one. */
const toPaths = (value) => (Array.isArray(value) ? value : [value]).flatMap((entry) => {
	if (typeof entry === "string") return [entry];
	return toMap(entry)["path"] === void 0 ? [] : toPaths(toMap(entry)["path"]);
});
/** Values under a name in any case: Compose goes by that in `include`. */
const toFolded = (map, name) => Object.entries(map).flatMap(([key, value]) => key.toLowerCase() === name ? [value] : []);
const unreadable = (file, why) => new Failure(`Bake's Compose file ${file} cannot be read: ${why}`);
/** Where Bake's own YAML begins a line, or skips something, and ours does not. */
const oddBreaks = /\r(?!\n)|[\u0085\u2028\u2029\ufeff]/;
/** Bake's own parser takes what begins with a mark of UTF-16 for that. */
const readText = (file, path) => {
	const bytes = readRegularFile(path);
	const text = attempt(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	if (text !== void 0 && !oddBreaks.test(text)) return text;
	throw unreadable(file, "it is not UTF-8 text with ordinary line ends");
};
const harmlessTags = /^(?:!|!reset|!override|tag:yaml\.org,2002:(?:str|null|bool|int|float|map|seq))$/;
/** A tag such as `!!binary` would have a text mean another one. */
const requireOrdinaryTags = (file, document) => {
	(0, import_dist.visit)(document, { Node: (_, node) => {
		const { tag } = node;
		if (tag !== void 0 && !harmlessTags.test(tag)) throw unreadable(file, `it has the tag ${tag}`);
	} });
};
const parse = (file, path) => {
	try {
		const documents = (0, import_dist.parseAllDocuments)(readText(file, path), {
			merge: true,
			uniqueKeys: false,
			resolveKnownTags: false,
			logLevel: "silent"
		});
		for (const { errors } of documents) if (errors[0] !== void 0) throw errors[0];
		return documents.map((document) => {
			requireOrdinaryTags(file, document);
			return toMap(document.toJS({ maxAliasCount: 1e4 }));
		});
	} catch (cause) {
		if (cause instanceof Failure) throw cause;
		if (!/\.ya?ml$/i.test(file)) return [];
		throw unreadable(file, String(cause.message).split("\n")[0] ?? "");
	}
};
/** More is no project that people write. */
const mostFiles = 100;
const createEnter = (mayRead, requests) => {
	const read = (key, text) => {
		const request = {
			key,
			kind: "read",
			text
		};
		requests.push(request);
		return request;
	};
	return (key, base, path) => {
		if (path.includes("$")) {
			if (!mayRead({
				key,
				kind: "read",
				text: "/"
			})) requests.push({
				key,
				kind: "template",
				text: path
			});
			return;
		}
		if (path.startsWith("~")) read(key, join(homedir(), path.slice(1)));
		const full = path.startsWith("/") ? path : join(base, path);
		return mayRead(read(key, full)) ? full : void 0;
	};
};
const findExtended = (services, base, enter) => Object.values(toMap(services)).flatMap((service) => {
	const { env_file: variables, extends: extended } = toMap(service);
	for (const path of toPaths(variables)) enter("env_file", base, path);
	const { file } = toMap(extended);
	if (typeof file !== "string") return [];
	const found = enter("extends", base, file);
	return [{
		file: found,
		base: dirname(found ?? "")
	}];
});
const findIncluded = (entry, base, enter) => {
	const named = typeof entry === "string" ? { path: entry } : toMap(entry);
	for (const path of toFolded(named, "env_file").flatMap(toPaths)) enter("include", base, path);
	const files = toFolded(named, "path").flatMap(toPaths).map((path) => enter("include", base, path));
	const folders = toFolded(named, "project_directory").flatMap(toPaths);
	if (folders.length > 0 && base !== ".") throw new Failure(`A Compose file that is included, in ${base}, includes others with a project_directory, of which Compose does not say where their paths start`, { remedy: "Include them from the first file, or leave project_directory out." });
	return (folders.length === 0 ? [dirname(files[0] ?? "")] : folders.flatMap((folder) => enter("include", base, folder) ?? [])).flatMap((start) => files.map((file) => ({
		file,
		base: start
	})));
};
/**
* What Compose files have Bake read of the machine while it prints what they mean: other files of
* theirs, and variables. A service's own paths are among its target's.
*
* @param files relative to the workspace, or absolute
* @throws {Failure} when one is no YAML, or may be read in two ways
*/
const findComposeRequests = (files, workspace, mayRead) => {
	const requests = [];
	const enter = createEnter(mayRead, requests);
	const seen = /* @__PURE__ */ new Set();
	const visit = ({ file, base }) => {
		if (file === void 0 || seen.has(`${base} ${file}`)) return;
		if (seen.size >= mostFiles) throw new Failure(`More than ${mostFiles} Compose files include each other`);
		seen.add(`${base} ${file}`);
		enter(".env", base, ".env");
		const path = join(file.startsWith("/") ? "" : workspace, file);
		for (const { services, include } of parse(file, path)) {
			findExtended(services, base, enter).forEach(visit);
			const entries = Array.isArray(include) ? include : [];
			for (const entry of entries) findIncluded(entry, base, enter).forEach(visit);
		}
	};
	for (const file of files) visit({
		file,
		base: "."
	});
	return requests;
};

export { findComposeRequests };