import { renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { readOwnFile } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { createEntryCache } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.store-entry-cache.js";
import { saveEntries } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-sync-files-step.js";
import { parseSavedPlan, savedPlanFile } from "./shared.commands-keep-layers.run-build-caches.js";
import { formatBytes, formatDuration, leftoversOf } from "./shared.actions-post.actions-step.js";
const { createHash } = process.getBuiltinModule("node:crypto");
const { constants } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { open } = process.getBuiltinModule("node:fs/promises");

// src/commands/keep-layers.ts
/** Later steps of the job run as the same user. */
const isUntouched = async ({ sha256 }, folder) => {
	const hash = createHash("sha256");
	const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
	try {
		const handle = await open(join(folder, sha256), flags);
		for await (const piece of handle.createReadStream()) hash.update(piece);
		return hash.digest("hex") === sha256;
	} catch {
		return false;
	}
};
/**
* Keeps what builds have made for later runs, after the job's other steps. Never fails.
*
* @param mark the state that main has left, which a build may have tried to set
*/
const keepLayers = async (place, front, runId, mark) => {
	if (mark === "") return;
	const { laterDir: folder } = leftoversOf(place, runId);
	const began = performance.now();
	const { signal } = new AbortController();
	const { cacheEnv: variables, childEnv: env } = place;
	try {
		const entries = parseSavedPlan(readOwnFile(folder, savedPlanFile), mark);
		if (entries === void 0) throw new Error("what main has left is not there any more");
		const whole = [];
		for (const { key, files } of entries) {
			if ((await Promise.all(files.map((file) => isUntouched(file, folder)))).includes(false)) throw new Error(`somebody has changed what belongs to ${key}`);
			whole.push({
				key,
				files,
				fallbacks: [],
				part: void 0
			});
		}
		const order = {
			cache: createEntryCache({
				env,
				variables,
				signal,
				...front
			}),
			folder,
			input: "build-cache",
			warn: front.warning,
			signal
		};
		const bytes = await saveEntries(whole, order);
		const took = formatDuration(performance.now() - began);
		front.line(`build-cache: ${formatBytes(bytes)} kept for later runs in ${took}.`);
	} catch (error) {
		front.warning(`build-cache: nothing is kept of this run: ${renderError(error)}`);
	}
};

export { keepLayers };