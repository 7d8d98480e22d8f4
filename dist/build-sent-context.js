import { findFolderAbove } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-prove-step.js";
import { readDockerfile, toBakeFiles, toBakeWords } from "./shared.actions-step.js";
import { findContextSources, largeContextBytes, walkContext } from "./shared.run-analyse-step.run-build-caches.js";
import { createIgnore, readIgnoreFile } from "./shared.build-ignored.build-sent-context.run-build-caches.js";
import { depthOf, isOnTheWay, isSimple, takes } from "./shared.build-sent-context.run-build-caches.js";
const { relative } = process.getBuiltinModule("node:path");

// src/build/sent-context.ts
const leastBytes = 1e6;
const mostParts = 6;
const longestPath = 80;
/** Longer than this it is no advice beside a load. */
const longestMs = 5e3;
/** Names of folders that tools make, and make again in the image where it needs them. */
const madeByTools = /^(?:__pycache__|\.(?:pytest|mypy|ruff|parcel)_?-?cache|\.cache|\.tox|\.nox|\.gradle|\.terraform|\.turbo|\.hypothesis|\.ipynb_checkpoints|\.nyc_output)$/;
const installs = /\b(?:npm|yarn|pnpm|bun|corepack)\b/;
const installsPython = /\b(?:pip[\d.]*|uv|poetry|pdm|pipenv|conda|mamba)\b/;
/** What leaves such a folder out, wherever it is, and where it is; undefined for a folder that may be needed. */
const toPatterns = (path, inside, dockerfile) => {
	const name = path.split("/").at(-1) ?? "";
	if (name === ".git" && inside.has("HEAD")) return [path];
	if (name === "node_modules") return installs.test(dockerfile) ? [`**/${name}`, path] : void 0;
	if (inside.has("pyvenv.cfg")) return installsPython.test(dockerfile) ? [path] : void 0;
	if (madeByTools.test(name)) return [`**/${name}`, path];
	return inside.has("CACHEDIR.TAG") ? [path] : void 0;
};
/** Such a path means itself in an ignore file. */
const isPlain = (path) => path.length <= longestPath && /^[\w.@+-]+(?:[ /][\w.@+-]+)*$/.test(path);
const isIn = (path, folder) => folder === "." || path === folder || path.startsWith(`${folder}/`);
/** Whether a source means a folder, or something in it, and not only a folder around it. */
const means = (source, folder) => depthOf(source) >= folder.split("/").length && isOnTheWay(source, folder);
const topmost = (path, folders) => findFolderAbove(path, (folder) => folders.has(folder));
const sum = (files) => files.reduce((bytes, file) => bytes + file.bytes, 0);
/** A pattern that leaves out these folders, and nothing else that would be sent. */
const findPattern = ({ path }, choices, ignoreText, files, needless, sources, isLate) => choices.find((pattern) => {
	const isOut = createIgnore(`${ignoreText}\n${pattern}\n`);
	const isWrong = (file) => {
		if (isLate()) return true;
		const isPart = isIn(file.path, path);
		const isOther = topmost(file.path, needless) !== void 0;
		return isPart ? !isOut(file.path) : !isOther && isOut(file.path);
	};
	return !sources.some(({ path: source }) => source !== "." && isOut(source)) && !files.some(isWrong);
});
const findNeedless = ({ files, folders }, sources, ignoreText, dockerfile, isLate) => {
	const patterns = new Map([...folders].flatMap(([path, inside]) => {
		const found = path === "" || !isPlain(path) ? void 0 : toPatterns(path, inside, dockerfile);
		const isNamed = sources.some((source) => means(source, path));
		return found === void 0 || isNamed ? [] : [[path, found]];
	}));
	const needless = new Set(patterns.keys());
	return [...Map.groupBy(files, ({ path }) => topmost(path, needless))].flatMap(([path, inside]) => path === void 0 ? [] : [{
		path,
		files: inside
	}]).filter((part) => sum(part.files) >= leastBytes).toSorted((a, b) => sum(b.files) - sum(a.files)).slice(0, mostParts).flatMap((part) => {
		const choices = patterns.get(part.path) ?? [];
		const pattern = findPattern(part, choices, ignoreText, files, needless, sources, isLate);
		return pattern === void 0 ? [] : [{
			path: part.path,
			bytes: sum(part.files),
			pattern
		}];
	});
};
/** Two folders deep, which says where to look. */
const findLargest = (files) => {
	return [...Map.groupBy(files, ({ path }) => path.split("/").slice(0, 2).join("/"))].map(([path, inside]) => ({
		path,
		bytes: sum(inside)
	})).toSorted((a, b) => b.bytes - a.bytes).filter(({ bytes }) => bytes >= leastBytes).slice(0, mostParts);
};
const toLocation = (sources, { dockerfile }, workspace) => {
	const [first] = sources.toSorted((a, b) => a.path.length - b.path.length);
	if (first === void 0 || dockerfile === void 0) return void 0;
	return {
		file: relative(workspace, dockerfile),
		line: first.line
	};
};
/**
* What a large build context was sent for. BuildKit asks only for what the Dockerfile names, so that folders
* beside that cost nothing.
*
* @returns undefined for a small one, and for one that is elsewhere
*/
const describeContext = async ({ bake }, workspace, sentBytes) => {
	const files = toBakeFiles(bake.definition, workspace);
	if (sentBytes < 1e8 || files.folder === void 0) return void 0;
	const dockerfile = readDockerfile(files);
	const sources = findContextSources(dockerfile, toBakeWords(bake.definition));
	const { text, path } = readIgnoreFile(files);
	const plain = {
		sentBytes,
		location: void 0,
		needless: [],
		largest: [],
		ignoreFile: relative(workspace, path)
	};
	if (sources === void 0 || !isSimple(text)) return plain;
	const endMs = performance.now() + longestMs;
	const isLate = () => performance.now() > endMs;
	const isOut = createIgnore(text);
	const mayReturn = /^\s*!/m.test(text);
	const isNotSent = (path, isFolder) => {
		if (path.length > 500) return true;
		return isFolder ? !sources.some((source) => isOnTheWay(source, path)) || !mayReturn && isOut(path) : !sources.some((source) => takes(source, path)) || isOut(path);
	};
	const walked = await walkContext(files.folder, isNotSent, isLate);
	const location = toLocation(sources, files, workspace);
	if (walked === void 0) return {
		...plain,
		location
	};
	return {
		...plain,
		location,
		needless: findNeedless(walked, sources, text, dockerfile, isLate),
		largest: findLargest(walked.files)
	};
};

export { describeContext };