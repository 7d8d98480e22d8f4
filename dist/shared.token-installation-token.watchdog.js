import { Failure, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { later } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { Secret } from "./shared.actions-post.actions-step.watchdog.js";
import { createAppClient, createTokenClient, isPassing, isRefusal, withRetries } from "./shared.commands-pull-comment.token-installation-token.watchdog.js";
import { maskToken } from "./shared.actions-step.watchdog.js";

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
	if (status === 429 || status === 403 && words.includes("rate limit")) return ["GitHub takes no more requests of the App now", "Run it again in some minutes, and fewer jobs at once; one token serves all builds of a step."];
	if (status === 401 && words.includes("'iss'")) return ["GitHub takes no such client-id", "Give the App ID as app-id: older GitHub Enterprise Servers know no Client IDs."];
	if (status === 401) return ["GitHub does not accept the App's signature", "Check that client-id and private-key belong to the same App."];
	if (status === 403) return ["GitHub refuses the App", "Its owner may have suspended the App."];
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