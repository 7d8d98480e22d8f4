import { __toESM } from "./rolldown-runtime.js";
import { require_ignore } from "./vendor/balena-dockerignore.js";
import { attempt } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { readQuietly } from "./shared.actions-step.js";

// src/build/ignored.ts
var import_ignore = /* @__PURE__ */ __toESM(require_ignore(), 1);
/** Whether a context's ignore file leaves a path out of it. One beside the Dockerfile goes first. */
const isIgnored = (path, { folder, dockerfile }) => {
	const patterns = ((dockerfile && readQuietly(`${dockerfile}.dockerignore`)) ?? readQuietly(`${folder}/.dockerignore`) ?? "").replace(/^\ufeff/, "").replace(/\*{3,}/g, "**");
	return attempt(() => import_ignore.default.default({ ignorecase: false }).add(patterns).ignores(path)) ?? false;
};

export { isIgnored };