import { __toESM } from "./rolldown-runtime.js";
import { require_ignore } from "./vendor/balena-dockerignore.js";
import { attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { readQuietly } from "./shared.actions-step.js";

// src/build/ignored.ts
var import_ignore = /* @__PURE__ */ __toESM(require_ignore(), 1);
/** The text of a context's ignore file, and its path; one beside the Dockerfile goes first. */
const readIgnoreFile = ({ folder, dockerfile }) => {
	const own = dockerfile === void 0 ? void 0 : `${dockerfile}.dockerignore`;
	const text = readQuietly(own);
	if (own !== void 0 && text !== void 0) return {
		text,
		path: own
	};
	const path = `${folder}/.dockerignore`;
	return {
		text: readQuietly(path) ?? "",
		path
	};
};
/** What the text of an ignore file leaves out of a context. BuildKit refuses a pattern that is none. */
const createIgnore = (text) => {
	const patterns = text.replace(/^\ufeff/, "").replace(/\*{3,}/g, "**");
	const matcher = attempt(() => import_ignore.default.default({ ignorecase: false }).add(patterns));
	return (path) => attempt(() => matcher?.ignores(path)) ?? false;
};
/** Whether a context's ignore file leaves a path out of it. */
const isIgnored = (path, files) => createIgnore(readIgnoreFile(files).text)(path);

export { createIgnore, isIgnored, readIgnoreFile };