import { t as require_dist } from "./dist.js";
import { t as Failure } from "./failure.js";
import { t as readRegularFile } from "./read-file.js";
import { dirname, join } from "node:path";

// src/build/compose-asks.ts
var import_dist = require_dist();
const toMap = (value) => typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
/** A path, a list of paths, or of maps that have one. */
const toPaths = (value) => (Array.isArray(value) ? value : [value]).flatMap((entry) => {
	if (typeof entry === "string") return [entry];
	return toMap(entry)["path"] === void 0 ? [] : toPaths(toMap(entry)["path"]);
});
const parse = (file, path) => {
	try {
		const documents = (0, import_dist.parseAllDocuments)(readRegularFile(path).toString("utf8"), {
			merge: true,
			uniqueKeys: false,
			logLevel: "silent"
		});
		for (const { errors } of documents) if (errors[0] !== void 0) throw errors[0];
		return documents.map((document) => toMap(document.toJS({ maxAliasCount: 1e4 })));
	} catch (cause) {
		if (!/\.ya?ml$/i.test(file)) return [];
		const line = String(cause.message).split("\n")[0];
		throw new Failure(`Bake's Compose file ${file} cannot be read: ${line}`);
	}
};
/** More is no project that people write. */
const mostFiles = 100;
/**
* What Compose files have Bake read of the machine while it prints what they mean: other files of
* theirs, and variables. A service's own paths are among its target's.
*
* @param files relative to the workspace, or absolute
* @throws {Failure} when one is no YAML
*/
const findComposeAsks = (files, workspace, mayRead) => {
	const asks = [];
	const seen = /* @__PURE__ */ new Set();
	const add = (key, base, path) => {
		if (path.includes("$")) {
			asks.push({
				key,
				want: {
					kind: "template",
					text: path
				}
			});
			return;
		}
		const full = path.startsWith("/") ? path : join(base, path);
		const ask = {
			key,
			want: {
				kind: "read",
				path: full
			}
		};
		asks.push(ask);
		return mayRead(ask) ? full : void 0;
	};
	const visit = (file, base) => {
		if (file === void 0 || seen.has(`${base} ${file}`)) return;
		if (seen.size >= mostFiles) throw new Failure(`More than ${mostFiles} Compose files include each other`);
		seen.add(`${base} ${file}`);
		add(".env", base, ".env");
		for (const { services, include } of parse(file, join(file.startsWith("/") ? "" : workspace, file))) {
			for (const service of Object.values(toMap(services)).map(toMap)) {
				for (const path of toPaths(service["env_file"])) add("env_file", base, path);
				const { file: extended } = toMap(service["extends"]);
				if (typeof extended !== "string") continue;
				const found = add("extends", base, extended);
				visit(found, dirname(found ?? ""));
			}
			for (const entry of Array.isArray(include) ? include : []) {
				const { project_directory: folder, env_file: variables } = toMap(entry);
				for (const path of toPaths(variables)) add("include", base, path);
				const found = toPaths(entry).map((path) => add("include", base, path));
				const start = typeof folder === "string" ? add("include", base, folder) : dirname(found[0] ?? "");
				for (const each of found) if (start !== void 0) visit(each, start);
			}
		}
	};
	for (const file of files) visit(file, ".");
	return asks;
};

export { findComposeAsks };