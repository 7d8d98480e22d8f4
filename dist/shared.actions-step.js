import { attempt } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { readRegularFile } from "./shared.actions-post.actions-step.recorder.js";
import { parseQuantity, toContextFolder, toTextMap, toTexts } from "./shared.actions-post.actions-step.js";
const { randomBytes } = process.getBuiltinModule("node:crypto");
const { closeSync, constants, existsSync, openSync, readFileSync, statfsSync, unlinkSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { basename, dirname, join, resolve } = process.getBuiltinModule("node:path");

// src/inputs/yaml-words.ts
const isMap = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const refuse = (value, wanted, path, report) => {
	report(path, `${value === null ? "a value is missing" : `a ${Array.isArray(value) ? "list" : "map"} where none can be`}. Write ${wanted}.`);
	return [];
};
/** Entries of `name=value` from a map, or a list of such entries and maps. A name alone has no value. */
const toAssignments = (value, path, report) => {
	const wanted = "a map of names and texts, or a list of name=value";
	if (value === null) return [];
	if (typeof value === "string") return [value];
	if (Array.isArray(value)) return value.flatMap((item, at) => typeof item === "string" || isMap(item) ? toAssignments(item, [...path, at], report) : refuse(item, wanted, [...path, at], report));
	return Object.entries(value).flatMap(([key, each]) => {
		if (key.includes("=")) report([...path, key], `a name with =. Write ${wanted}.`, key);
		if (each === null) return [key];
		return typeof each === "string" ? [`${key}=${each}`] : refuse(each, wanted, [...path, key], report);
	});
};
const lists = [
	"tags",
	"ssh",
	"add-hosts",
	"annotations",
	"attests",
	"cache-from",
	"cache-to",
	"no-cache-filters",
	"outputs",
	"platforms",
	"ulimit"
];
/** A value as the input of that name has it: the items of a list are its lines. */
const toWordText = (value, path, report) => {
	if (value === null) return "";
	if (typeof value === "string") return value;
	const mayBeList = lists.includes(path.at(-1));
	if (Array.isArray(value) && mayBeList) return value.flatMap((item, at) => typeof item === "string" ? [item] : refuse(item, "a text", [...path, at], report)).join("\n");
	refuse(value, mayBeList ? "a text, or a list of texts" : "a text", path, report);
	return "";
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
/**
* Where the files of a build are, as far as they are on this machine. Bake looks for a target's
* Dockerfile in its context.
*/
const toBakeFiles = (definition, workspace) => {
	const inline = text(definition["dockerfile-inline"]);
	const folder = toContextFolder(text(definition["context"]) ?? ".", workspace);
	const given = text(definition["dockerfile"]) || "Dockerfile";
	const own = given.startsWith("cwd://") ? given.slice(6) : void 0;
	const base = own === void 0 ? folder : workspace;
	const isUrl = /^https?:\/\//.test(given);
	return {
		/** The context's folder; undefined for one that is elsewhere. */
		folder,
		/** Undefined where it is elsewhere, or written in the Bake file. */
		dockerfile: inline === void 0 && !isUrl && (base !== void 0 || given[0] === "/") ? findDockerfile(resolve(base ?? "/", own ?? given)) : void 0,
		/** What is written in the Bake file. */
		inline: inline && unescapeTemplate(inline)
	};
};
/** A file's text; undefined where it cannot be read, which the build itself says better. */
const readQuietly = (path) => path === void 0 ? void 0 : attempt(() => readRegularFile(path).toString("utf8"));
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

// src/host/memory-file.ts
/** Where anonymous files are, as /proc tells of them. */
const memoryFolder = "/dev/shm";
/** O_TMPFILE: a file that never has a name. Node's constants lack it; Linux's own value. */
const withoutName = 4194304 | constants.O_DIRECTORY;
const openNameless = () => {
	try {
		return openSync(memoryFolder, withoutName | constants.O_RDWR, 384);
	} catch {
		const path = `${memoryFolder}/slipway-${randomBytes(16).toString("hex")}`;
		const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
		const fd = openSync(path, flags, 384);
		unlinkSync(path);
		return fd;
	}
};
/** Opens it anew, as its reader will. */
const requireWhole = (fd, content) => {
	const found = readFileSync(`/proc/self/fd/${fd}`);
	if (found.equals(content)) return;
	throw new Error(`${found.length} bytes of ${content.length} can be read again`);
};
/** Where the folder is full, how full it is. */
const explain = (error) => {
	if (error.code !== "ENOSPC") return error;
	const { bavail, bsize, blocks } = statfsSync(memoryFolder);
	return new Error(`ENOSPC: ${memoryFolder} is full, ${bavail * bsize} of ${blocks * bsize} bytes are free`, { cause: error });
};
/**
* Makes an anonymous file in memory that holds `content`, and returns its descriptor, which the
* caller closes. Other than a pipe it can be opened again and again, through /proc or, as a child's
* fd 0, as /dev/stdin.
*
* @throws where there is no /dev/shm, it is full, or /proc does not let us open the file again
*/
const openMemoryFile = (content) => {
	let fd;
	try {
		fd = openNameless();
		writeFileSync(fd, content);
		requireWhole(fd, content);
		return fd;
	} catch (error) {
		if (fd !== void 0) closeSync(fd);
		throw explain(error);
	}
};

// src/manifests/workload.ts
/** What was found in several places, as one. */
const joinManifests = (all) => ({
	workloads: all.flatMap(({ workloads = [] }) => workloads),
	claims: all.flatMap(({ claims = [] }) => claims),
	warnings: all.flatMap(({ warnings = [] }) => warnings)
});

// src/manifests/read-storage.ts
/** Bytes; 0 for what is not written or is no quantity. */
const readBytes = ({ text }, node) => parseQuantity(text(node) ?? "") ?? 0;
/** What a PersistentVolumeClaim, or a template of one, asks for. */
const readClaimed = (reader, claim) => readBytes(reader, reader.at(claim, "spec", "resources", "requests", "storage"));
const readEmptyDir = (reader, volume) => {
	const { at, text } = reader;
	return (text(at(volume, "emptyDir", "medium")) ?? "") === "" ? readBytes(reader, at(volume, "emptyDir", "sizeLimit")) : 0;
};
const sum = (amounts) => amounts.reduce((all, one) => all + one, 0);
const readVolumes = (reader, document, podSpec) => {
	const { at, items } = reader;
	const volumes = items(at(podSpec, "volumes"));
	const templates = items(at(document, "spec", "volumeClaimTemplates"));
	const ephemeral = volumes.map((volume) => at(volume, "ephemeral", "volumeClaimTemplate"));
	return {
		/** The limits of its `emptyDir`s, which Kubernetes counts as the pod's ephemeral storage. */
		emptyDirs: sum(volumes.map((volume) => readEmptyDir(reader, volume))),
		/** What it claims for itself: each replica of a StatefulSet has volumes of its own. */
		claims: sum([...templates, ...ephemeral].map((claim) => readClaimed(reader, claim)))
	};
};

export { escapeTemplate, isMap, joinManifests, memoryFolder, openMemoryFile, readClaimed, readDockerfile, readQuietly, readVolumes, sum, toAssignments, toBakeFiles, toBakeWords, toWordText, usualPlatform };