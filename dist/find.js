import { t as readRegularFile } from "./read-file.js";
import { t as toContextPaths } from "./context.js";
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

// src/inputs/context-folder.ts
/**
* The folder of a build context; undefined for a context that is elsewhere. GitHub's old short form is
* a folder where there is one, and else an address.
*/
const toContextFolder = (context, workspace) => {
	const [path] = toContextPaths(context, workspace);
	if (path === void 0 || context.startsWith("oci-layout:")) return void 0;
	const folder = resolve(workspace, path);
	return path.startsWith("github.com/") && !existsSync(folder) ? void 0 : folder;
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
const isUrl = (text) => /^https?:\/\//.test(text);
const text = (value) => typeof value === "string" ? value : void 0;
/** Of a target of Bake's, which looks for its Dockerfile in its context. */
const toBakeFiles = (definition, workspace) => {
	const inline = text(definition["dockerfile-inline"]);
	const folder = toContextFolder(text(definition["context"]) ?? ".", workspace);
	const given = text(definition["dockerfile"]) || "Dockerfile";
	const own = given.startsWith("cwd://") ? given.slice(6) : void 0;
	const base = own === void 0 ? folder : workspace;
	return {
		folder,
		dockerfile: inline === void 0 && !isUrl(given) && (base !== void 0 || given[0] === "/") ? findDockerfile(resolve(base ?? "/", own ?? given)) : void 0,
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

export { toBakeFiles as a, toContextFolder as c, readQuietly as i, isUrl as n, escapeTemplate as o, readDockerfile as r, unescapeTemplate as s, findDockerfile as t };