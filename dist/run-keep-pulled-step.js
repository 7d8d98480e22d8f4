import { formatBytes, rememberNames } from "./shared.actions-post.actions-step.js";
import { isTold, judgeRestore, toRate, toRestoreKey } from "./shared.actions-step.js";
import { createEntryCache } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.store-entry-cache.js";
import { saveEntries } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-sync-files-step.js";
import { toNewEntries, withinLimit } from "./shared.run-keep-pulled-step.run-pull-through-cache.js";
const { join } = process.getBuiltinModule("node:path");
const { mkdir } = process.getBuiltinModule("node:fs/promises");

// src/run/keep-pulled-step.ts
const add = (all) => all.reduce((sum, each) => ({
	bytes: sum.bytes + (each?.bytes ?? 0),
	ms: sum.ms + (each?.ms ?? 0)
}), {
	bytes: 0,
	ms: 0
});
const ofRegistry = ({ fromRegistry, before }) => add([fromRegistry, before]);
/** Which way was faster; undefined where only one was gone, or too little to tell. */
const renderFaster = (pulls) => {
	const cache = add(pulls.map(({ fromCache }) => fromCache));
	const registry = add(pulls.map(ofRegistry));
	if (!isTold({
		cache,
		registry
	})) return void 0;
	const [restored, pulled] = [toRate(cache), toRate(registry)];
	const verdict = restored >= pulled ? "the cache was faster" : "registries were faster";
	const hint = restored >= pulled ? "" : " `image-cache: false` has Docker pull.";
	return `image-cache: the cache sent ${formatBytes(restored)}/s, registries ${formatBytes(pulled)}/s: ${verdict}.${hint}`;
};
/** Remembers of each image which way was faster, where later runs choose by it. */
const rememberRestores = async (pulls, { run }) => {
	const keys = pulls.flatMap(({ by, reference, slowRuns }) => {
		const record = run.resultOf("pull", by)?.kept;
		if (slowRuns === void 0 || record === void 0) return [];
		const moved = {
			cache: record.fromCache,
			registry: ofRegistry(record)
		};
		const restore = judgeRestore(moved, slowRuns);
		return restore === void 0 ? [] : [toRestoreKey(reference, restore, Date.now())];
	});
	if (keys.length === 0) return;
	const folder = join(run.layoutDir, "restores");
	await mkdir(folder, {
		mode: 448,
		recursive: true
	});
	await rememberNames({
		...run.cache,
		env: {
			...run.cache.env,
			RUNNER_TEMP: folder
		}
	}, keys);
};
/** Keeps what is new of the images that this step has brought, once the nodes have them. */
const keepPulled = async ({ pulls: images, cache }, ports) => {
	const { log, run } = ports;
	const pulls = images.flatMap(({ by }) => run.resultOf("pull", by)?.kept ?? []);
	if (cache.mayWrite) await rememberRestores(images, ports);
	const { kept, leftOut } = withinLimit(pulls, cache.bytes);
	const faster = renderFaster(pulls);
	if (faster !== void 0) log.line(faster);
	if (leftOut.length > 0) {
		const names = leftOut.map(({ name }) => name).join(", ");
		log.warning(`image-cache-limit: ${formatBytes(cache.bytes)} have no room for ${names}: not kept, so later runs fetch them again.`);
	}
	const entries = toNewEntries(kept);
	if (entries.length === 0) return;
	if (!cache.mayWrite) {
		log.line("image-cache: new layers are not kept: this run may only read the cache.");
		return;
	}
	const began = performance.now();
	const bytes = await saveEntries(entries, {
		cache: createEntryCache(run.cache),
		folder: join(run.layoutDir, "pulled"),
		warn: log.warning,
		signal: run.signal,
		input: "image-cache"
	});
	const seconds = ((performance.now() - began) / 1e3).toFixed(1);
	log.line(`image-cache: ${formatBytes(bytes)} kept for later runs in ${seconds} s.`);
};

export { keepPulled };