import { GitHub } from "./vendor/actions-github.js";
import { HttpClient, require_undici } from "./vendor/actions-http-client.js";
import { createAppAuth } from "./vendor/octokit.js";
import { pRetry } from "./vendor/p-retry.js";
import { mostBytes, tooMuch } from "./shared.actions-post.actions-step.recorder.watchdog.js";
const timers = process.getBuiltinModule("node:timers/promises");

// src/token/github.ts
var import_undici = require_undici();
/** One answer of GitHub must come within this time, or the request counts as lost. */
const requestTimeoutMs = 1e4;
/** All tries of one request together. */
const retriesTimeoutMs = 6e4;
/** Octokit logs deprecations to the console by itself; our log has one voice. */
const silent = {
	debug: () => {},
	info: () => {},
	warn: () => {},
	error: () => {}
};
/** Fails, once more has come than anybody should answer: Octokit reads whatever comes. */
const limit = (response) => {
	if (response.body === null) return response;
	let bytes = 0;
	const counting = new TransformStream({ transform: (chunk, controller) => {
		bytes += chunk.byteLength;
		if (bytes > 67108864) throw tooMuch("GitHub's answer");
		controller.enqueue(chunk);
	} });
	const { status, statusText, headers } = response;
	return new Response(response.body.pipeThrough(counting), {
		status,
		statusText,
		headers
	});
};
/**
* A fetch that takes the way to a server which HTTPS_PROXY, HTTP_PROXY and NO_PROXY tell, in either
* case: Node's own takes it only with a further variable, and the toolkit's that to GITHUB_API_URL.
*/
const createFetch = (apiUrl) => {
	const dispatcher = new HttpClient().getAgentDispatcher(apiUrl);
	const send = ((url, options) => (0, import_undici.fetch)(url, {
		...options,
		...dispatcher && { dispatcher }
	}));
	return async (url, options) => limit(await send(url, options));
};
/** A client that signs as the App: a fresh JWT for each request, masked before it is sent. */
const createAppClient = (app, mask) => {
	const { apiUrl, clientId, privateKey } = app;
	const send = createFetch(apiUrl);
	const maskAndSend = (url, options) => {
		const { authorization } = options?.headers ?? {};
		if (authorization !== void 0) mask(authorization.replace(/^\w+ /, ""));
		return send(url, options);
	};
	return new GitHub({
		baseUrl: apiUrl,
		authStrategy: createAppAuth,
		auth: {
			appId: clientId,
			privateKey: privateKey.expose()
		},
		log: silent,
		request: { fetch: maskAndSend }
	});
};
/** A client that signs with an installation's token. */
const createTokenClient = (apiUrl, token) => new GitHub({
	baseUrl: apiUrl,
	auth: token.expose(),
	log: silent,
	request: { fetch: createFetch(apiUrl) }
});
/** True when GitHub answered, and refused. Octokit dresses a lost connection as status 500. */
const isRefusal = (error) => error instanceof Error && "status" in error && "response" in error && error.response !== void 0;
/** Seconds that GitHub asks to wait before the next request; 0 where it does not say. */
const askedToWait = (error) => {
	if (!isRefusal(error)) return 0;
	const { headers } = error.response;
	const after = Number(headers["retry-after"]);
	if (after > 0) return after;
	const reset = Number(headers["x-ratelimit-reset"]);
	if (headers["x-ratelimit-remaining"] !== "0" || Number.isNaN(reset)) return 0;
	return Math.max(1, reset - Date.now() / 1e3);
};
/** Worth another try: the server's own trouble, limits that pass, and lost connections. */
const isPassing = (error) => {
	if (!isRefusal(error)) return true;
	const isLimited = error.status === 403 && askedToWait(error) > 0;
	return error.status >= 500 || error.status === 429 || isLimited;
};
/** Octokit hands on what it could not parse as text: an answer that was cut off on its way. */
const requireWhole = (answer) => {
	const { status, data, headers } = answer;
	if (status !== 204 && `${headers["content-type"]}`.includes("json") && typeof data === "string") throw new Error("GitHub's answer was cut off");
	return answer;
};
/** Tries a request again, with jitter, where another try can help and there is time for it. */
const withRetries = (request, { log, signal, mayHelp = isPassing, deadlineMs = retriesTimeoutMs }) => {
	const ends = performance.now() + deadlineMs;
	const isWorthIt = (error) => mayHelp(error) && performance.now() + askedToWait(error) * 1e3 < ends;
	return pRetry(async () => {
		const timeout = AbortSignal.timeout(requestTimeoutMs);
		const either = signal === void 0 ? timeout : AbortSignal.any([signal, timeout]);
		return requireWhole(await request({ signal: either }));
	}, {
		retries: 8,
		minTimeout: 500,
		maxTimeout: 8e3,
		randomize: true,
		maxRetryTime: deadlineMs,
		signal,
		shouldRetry: ({ error }) => isWorthIt(error),
		onFailedAttempt: async ({ error, retriesLeft }) => {
			if (retriesLeft === 0 || !isWorthIt(error)) return;
			const seconds = askedToWait(error);
			const when = seconds > 0 ? ` in ${Math.ceil(seconds)} s` : "";
			log(`GitHub: ${error.message}; trying again${when}.`);
			if (seconds > 0) await timers.setTimeout(seconds * 1e3, void 0, { signal });
		}
	});
};

export { createAppClient, createTokenClient, isPassing, isRefusal, withRetries };