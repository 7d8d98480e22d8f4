import { pRetry } from "./vendor/p-retry.js";
import { runStreaming, splitLines, withoutWarnings } from "./shared.actions-post.actions-step.recorder.js";

// src/pull/refusal.ts
/**
* The daemon's words, with either store (moby: distribution/errors.go, containerd/registry_errors.go), and
* those of Go's net, http and x509. The first that fits counts.
*/
const rows = [
	[/pull rate limit|toomanyrequests|too many requests|\b429\b/i, "rate-limit"],
	[/no space left on device/i, "disk-full"],
	[/content digest .{1,200} not found/i, "passing"],
	[/pull access denied|repository does not exist|unauthorized|authentication required|no basic auth credentials|insufficient_scope|denied:|access forbidden|\b40[13]\b/i, "denied"],
	[/no matching manifest|does not match the specified platform|no match for platform/i, "no-platform"],
	[/manifest unknown|manifest for .{1,500} not found|\bnot found\b/i, "no-tag"],
	[/x509|certificate|server gave HTTP response to HTTPS client/i, "certificate"],
	[/TLS handshake timeout|connection re(?:set|fused)|unexpected EOF|i\/o timeout|Client\.Timeout exceeded|no such host|server misbehaving|Temporary failure in name resolution|\b5\d\d\b|\bEOF\b|context deadline exceeded/i, "passing"]
];
const longest = 1e3;
/** @param said what the command printed to its standard error */
const toRefusal = (said) => {
	const text = said.replace(/^Error response from daemon: /gm, "").replace(/\s+/g, " ").trim().slice(0, longest);
	return {
		kind: rows.find(([pattern]) => pattern.test(text))?.[1] ?? "other",
		said: text === "" ? "Docker says nothing" : text
	};
};

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
/** A refusal that may be over in a moment. */
var Passing = class extends Error {
	refusal;
	constructor(refusal) {
		super(refusal.said);
		this.refusal = refusal;
	}
};
/**
* Has Docker pull an image, again where that may help.
*
* @param explain says what a refusal means, and may ask the registry for that
* @throws {Failure} as `explain` has it
*/
const pullImage = async (docker, reference, line, explain, signal, { pauseMs } = { pauseMs: 2e3 }) => {
	try {
		await pRetry(async () => {
			const refusal = await pullOnce(docker, reference, line);
			signal.throwIfAborted();
			if (refusal?.kind === "passing") throw new Passing(refusal);
			if (refusal !== void 0) throw await explain(refusal);
		}, {
			retries: 3,
			minTimeout: pauseMs,
			randomize: true,
			signal,
			shouldRetry: ({ error }) => error instanceof Passing,
			onFailedAttempt: ({ error, retriesLeft }) => {
				if (error instanceof Passing && retriesLeft > 0) line(`Pull ${reference.given}: ${error.message}. Trying again.`);
			}
		});
	} catch (error) {
		throw error instanceof Passing ? await explain(error.refusal) : error;
	}
};

export { pullImage, pullOnce };