import { t as readRegularFile } from "./read-file.js";
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

// src/inputs/context.ts
const isFolder = (path) => {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
};
/** What BuildKit fetches itself, or takes from another build; every other name is a path. */
const elsewhere = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|[\w.-]+@[^/]+:|docker-image:\/\/|target:)/;
const cutAt = (text, sign) => text.includes(sign) ? text.slice(0, text.lastIndexOf(sign)) : text;
/** A path with a tag, a digest or both behind it; what looks like one may belong to the path. */
const toLayoutPaths = (layout, workspace) => {
	const [named, tagged] = [cutAt(cutAt(layout, "@"), ":"), cutAt(layout, "@")];
	return [named, ...[
		tagged,
		layout,
		cutAt(layout, ":")
	].filter((path) => path !== named).filter((path) => isFolder(resolve(workspace, path)))];
};
/**
* The paths of this machine that a build context means, as written; none for what is elsewhere. buildx
* looks for a folder of that name first, so that `https://x` may be one.
*/
const toContextPaths = (context, workspace) => {
	const path = context.replace(/^cwd:\/\//, "");
	if (isFolder(resolve(workspace, path)) || isFolder(`${workspace}/${path}`)) return [path];
	const layout = /^oci-layout:\/\/(.*)$/s.exec(path)?.[1];
	if (layout !== void 0) return toLayoutPaths(layout, workspace);
	return elsewhere.test(path) ? [] : [path];
};
/** Git over SSH wants the agent. */
const wantsAgent = (context) => /^(?:ssh:\/\/|[\w.-]+@[^/]+:)/.test(context);

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
/** Of any build. */
const toBuildFiles = (source, workspace) => {
	if (source.kind === "bake") return toBakeFiles(source.targets[0]?.definition ?? {}, workspace);
	const { context, file } = source.build;
	const folder = toContextFolder(context, workspace);
	const path = file ?? (folder === void 0 ? void 0 : join(folder, "Dockerfile"));
	return {
		folder,
		dockerfile: path !== void 0 && !isUrl(path) && (folder !== void 0 || path[0] === "/") ? findDockerfile(resolve(workspace, path)) : void 0,
		inline: void 0
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

export { escapeTemplate as a, toContextPaths as c, toBuildFiles as i, wantsAgent as l, readQuietly as n, unescapeTemplate as o, toBakeFiles as r, toContextFolder as s, readDockerfile as t };