import { Failure, later, mostBytes, renderError, tooMuch } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { Secret } from "./shared.actions-post.actions-step.watchdog.js";
import { GitHub } from "./vendor/actions-github.js";
import { HttpClient, require_undici } from "./vendor/actions-http-client.js";
import { createAppAuth } from "./vendor/octokit.js";
import { pRetry } from "./vendor/p-retry.js";
import { maskToken } from "./shared.actions-step.watchdog.js";
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

// src/token/explain.ts
const describe = ({ owner, repositories }) => repositories.length === 0 ? owner : repositories.map((name) => `${owner}/${name}`).join(", ");
const renderPermissions = (permissions) => Object.entries(permissions).map((entry) => entry.join(": ")).join(", ");
const fail = ({ scope }, got, remedy, cause) => new Failure(`No token could be minted for ${describe(scope)}: ${got}`, {
	remedy,
	cause
});
const levels = [
	"read",
	"write",
	"admin"
];
/** What is asked beyond what the installation grants. Everybody may read metadata. */
const findUngranted = ({ permissions }, granted) => Object.entries(permissions).filter(([name, level]) => {
	const most = granted[name] ?? (name === "metadata" ? "read" : "");
	return levels.indexOf(level) > levels.indexOf(most);
});
/** Says beforehand what GitHub would refuse without saying which permission it means. */
const checkInstallation = (asked, installation) => {
	if (installation.suspended_at) throw fail(asked, `the installation is suspended since ${installation.suspended_at}`, `An owner of ${asked.scope.owner} can lift that in the settings, "Installed GitHub Apps".`);
	if (installation.permissions === void 0) return;
	const ungranted = findUngranted(asked, installation.permissions);
	if (ungranted.length === 0) return;
	throw fail(asked, `the installation does not grant ${renderPermissions(Object.fromEntries(ungranted))}`, `It grants ${renderPermissions(installation.permissions)}. Add the permission to the App and accept it at ${asked.scope.owner}, or ask for less.`);
};
/** What GitHub means, and where to mend it. */
const interpret = (status, words, { scope, permissions }, unreachable) => {
	if (words.includes("ip allow list")) return [`the IP allow list of ${scope.owner} shuts this runner out`, "Add the runner's address to the list, or use a runner whose address is on it."];
	if (status === 401) return ["GitHub does not accept the App's signature", "Check that client-id and private-key belong to the same App."];
	if (status === 403) return ["GitHub refuses the App", "Its owner may have suspended the App, or GitHub limits its requests."];
	if (status === 404 && words.includes("integration not found")) return ["GitHub knows no App with this client-id", "Copy the Client ID from the App's settings page."];
	if (status === 404 || unreachable.length > 0) return [`the App is not installed on ${unreachable.join(", ") || describe(scope)}`, "Install it there (App settings, \"Install App\"), or correct owner and repositories."];
	if (status === 422) return ["the installation does not grant what is asked", `Asked: ${renderPermissions(permissions) || "all permissions"} on ${describe(scope)}. Add the repositories and permissions to the installation, or ask for less.`];
	return [`GitHub answered ${status}`, "Try again later; githubstatus.com may say more."];
};
/**
* Every refusal explains itself: what GitHub said, and where to mend it.
*
* @param unreachable repositories that the installation does not have, where that was found out
*/
const explainRefusal = (error, asked, unreachable) => {
	if (error instanceof Failure) return error;
	if (!isRefusal(error)) {
		const remedy = `Check that ${asked.apiUrl} can be reached, and HTTPS_PROXY and NO_PROXY.`;
		return fail(asked, "GitHub did not answer", remedy, error);
	}
	const meaning = interpret(error.status, error.message.toLowerCase(), asked, unreachable);
	return fail(asked, ...meaning, error);
};

// src/token/installation-token.ts
/** How long a token that may be on its way is waited for when the step is cancelled. */
const lastAnswerMs = 2500;
/** Longer than this GitHub has not been seen to need until it knows a fresh token. */
const probingMs = 1e4;
const notGitHub = (what) => new Failure(`GitHub answered something else than ${what}`, { remedy: "Check github-api-url: does a proxy or a login page answer there?" });
/** The path for users answers for organizations as well. */
const findInstallation = async ({ rest: { apps } }, { owner, repositories: [repo] }, { log, signal, deadlineMs }) => {
	const { data } = await withRetries((request) => repo === void 0 ? apps.getUserInstallation({
		username: owner,
		request
	}) : apps.getRepoInstallation({
		owner,
		repo,
		request
	}), {
		log,
		signal,
		deadlineMs
	});
	const { id } = data;
	if (typeof id !== "number") throw notGitHub("an installation");
	return data;
};
/** GitHub's own spelling of the owner, as addresses that people copy have it. */
const withSpelling = (scope, login) => login === void 0 || login.toLowerCase() !== scope.owner.toLowerCase() ? scope : {
	...scope,
	spellings: [.../* @__PURE__ */ new Set([...scope.spellings, login])]
};
/** Words alone: what a server answers is printed. */
const toPermissions = (given) => Object.fromEntries(Object.entries(given).filter(([name, level]) => /^\w+ \w+$/.test(`${name} ${level}`)));
/** GitHub says that there is such a repository, but not which. */
const findUnreachable = async ({ rest: { apps } }, { owner, repositories }, error, cancelled) => {
	if (!isRefusal(error) || error.status !== 422 || !error.message.includes("repository")) return [];
	const outcomes = repositories.map(async (repo) => {
		const signal = AbortSignal.any([cancelled, AbortSignal.timeout(5e3)]);
		return await apps.getRepoInstallation({
			owner,
			repo,
			request: { signal }
		}).catch((missing) => !isRefusal(missing) || missing.status !== 404) ? [] : [`${owner}/${repo}`];
	});
	return (await Promise.all(outcomes)).flat();
};
/**
* Mints a token of the App's installation at one owner, scoped to the repositories and permissions
* asked for, and registers its masks before anyone else can print it.
*
* @throws {Failure} saying why GitHub refused
*/
const mintToken = async (app, scope, options) => {
	const { log, mask, signal } = options;
	const { apiUrl, permissions } = app;
	const asked = {
		apiUrl,
		scope,
		permissions
	};
	const client = createAppClient(app, mask);
	try {
		const installation = await findInstallation(client, scope, options);
		checkInstallation(asked, installation);
		signal.throwIfAborted();
		const { data } = await withRetries((request) => client.rest.apps.createInstallationAccessToken({
			installation_id: installation.id,
			...scope.repositories.length > 0 && { repositories: [...scope.repositories] },
			...Object.keys(permissions).length > 0 && { permissions },
			request
		}), {
			log,
			signal: later(signal, lastAnswerMs),
			mayHelp: (error) => !signal.aborted && isPassing(error)
		});
		if (typeof data.token !== "string" || data.token === "") throw notGitHub("a token");
		maskToken(data.token, mask);
		return {
			token: new Secret(data.token),
			apiUrl,
			scope: withSpelling(scope, installation.account?.login),
			/** As GitHub says it, ISO 8601. */
			expiresAt: data.expires_at,
			/** What GitHub gave it. */
			permissions: toPermissions(data.permissions ?? permissions),
			/** As `performance.now()`. */
			mintedMs: performance.now()
		};
	} catch (error) {
		throw explainRefusal(error, asked, await findUnreachable(client, scope, error, signal));
	}
};
/** A fresh token may be refused for some seconds; other refusals are as good as none for us. */
const isTooFresh = (error) => isRefusal(error) && (error.status === 401 || error.status === 403);
/**
* Waits until GitHub knows a fresh token, so that the build does not find that out
* (octokit/auth-app.js#65). When it takes too long the build is tried all the same.
*/
const probeToken = async ({ apiUrl, token }, log, signal) => {
	const { apps } = createTokenClient(apiUrl, token).rest;
	try {
		await withRetries((request) => apps.listReposAccessibleToInstallation({
			per_page: 1,
			request
		}), {
			log: () => {},
			signal,
			mayHelp: isTooFresh,
			deadlineMs: probingMs
		});
	} catch (error) {
		signal.throwIfAborted();
		log(`GitHub does not accept the fresh token yet; building all the same: ${renderError(error)}`);
	}
};
/**
* Ends a token's life. A token that GitHub does not know any more (401) is as good as revoked.
*
* @param signal not the step's cancelling: a cancelled step must revoke, too
*/
const revokeToken = async ({ apiUrl, token }, log, signal) => {
	const { apps } = createTokenClient(apiUrl, token).rest;
	try {
		await withRetries((request) => apps.revokeInstallationAccessToken({ request }), {
			log,
			signal
		});
	} catch (error) {
		if (!isRefusal(error) || error.status !== 401) throw error;
	}
};

export { mintToken, probeToken, revokeToken };