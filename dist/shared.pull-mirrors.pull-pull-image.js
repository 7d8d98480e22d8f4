import { runStreaming, splitLines, withoutWarnings } from "./shared.actions-post.actions-step.recorder.js";
import { mayPass, toRefusal } from "./shared.actions-post.commands-diagnose.pull-explain.pull-mirrors.pull-pull-image.js";
import { toPlace } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { formatDuration } from "./shared.actions-post.actions-step.js";
const { setTimeout } = process.getBuiltinModule("node:timers/promises");

// src/pull/pull-image.ts
/** Gigabytes from a slow registry. */
const timeoutMs = 18e5;
const progressMs = 5e3;
/** What the command says of a layer when there is no terminal: `0123456789ab: Pull complete`. */
const layerPattern = /^([0-9a-f]{12}): (.{1,60})$/;
/** Tells now and then how many layers are there. */
const createLayerCount = (name, line) => {
	const layers = /* @__PURE__ */ new Map();
	let lastTold = performance.now();
	return (text) => {
		const [, layer, state = ""] = layerPattern.exec(text) ?? [];
		if (layer === void 0 || layers.size > 500 && !layers.has(layer)) return;
		layers.set(layer, /^(?:Pull complete|Already exists)$/.test(state));
		if (performance.now() - lastTold < progressMs) return;
		lastTold = performance.now();
		const done = [...layers.values()].filter(Boolean).length;
		line(`Pull ${name}: ${done} of ${layers.size} layers`);
	};
};
/** Docker's own command finds logins, helpers and contexts. */
const pullOnce = async (docker, { given, canonical }, line) => {
	const count = createLayerCount(given, line);
	const said = [];
	const command = docker.command(["pull", canonical], {
		timeoutMs,
		env: { DOCKER_DEFAULT_PLATFORM: "" }
	});
	const { code, timedOut } = await runStreaming(command, {
		stdout: (stream) => splitLines(stream, count),
		stderr: (stream) => splitLines(stream, (text) => {
			said.push(text.slice(0, 2e3));
			if (said.length > 50) said.shift();
		})
	});
	if (code === 0) return void 0;
	if (timedOut) return {
		kind: "passing",
		said: "no end within half an hour"
	};
	return toRefusal(withoutWarnings(said.join("\n")));
};
const usualPatience = {
	pauseMs: 2e3,
	limitPauseMs: 15e3
};
const retries = 3;
/** With jitter, so that pulls which failed together do not come back together. */
const toPauseMs = ({ kind }, tried, patience) => (kind === "rate-limit" ? patience.limitPauseMs : patience.pauseMs * 2 ** tried) * (1 + Math.random());
/**
* Has Docker pull an image, again where that may help.
*
* @param explain says what a refusal means, and may ask the registry for that
* @throws {Failure} as `explain` has it
*/
const pullImage = async (docker, reference, line, explain, signal, patience = usualPatience) => {
	const { domain } = toPlace(reference.canonical);
	for (let tried = 0;; tried += 1) {
		const refusal = await pullOnce(docker, reference, line);
		signal.throwIfAborted();
		if (refusal === void 0) return;
		if (tried === retries || !mayPass(refusal, domain)) throw await explain(refusal);
		const pauseMs = toPauseMs(refusal, tried, patience);
		line(`Pull ${reference.given}: ${refusal.said}. Trying again in ${formatDuration(pauseMs)}.`);
		await setTimeout(pauseMs, void 0, { signal }).catch(() => signal.throwIfAborted());
	}
};

export { pullImage, pullOnce };