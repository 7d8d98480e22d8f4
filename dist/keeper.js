import { n as renderError, t as Failure } from "./failure.js";
import { t as later } from "./later.js";
import { t as Secret } from "./secret.js";
import { a as isRefusal, i as isPassing, n as createAppClient, o as requireWhole, r as createTokenClient, s as withRetries, t as revokeToken } from "./revoke.js";
import { i as maskToken } from "./masks.js";
import timers from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { spawn } from "node:child_process";

// src/token/explain.ts
const describe = ({ owner, repositories }) => repositories.length === 0 ? owner : repositories.map((name) => `${owner}/${name}`).join(", ");
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
const findUngranted = ({ permissions }, installation) => Object.entries(permissions).filter(([name, level]) => {
	const granted = installation.permissions?.[name] ?? (name === "metadata" ? "read" : "");
	return levels.indexOf(level) > levels.indexOf(granted);
}).map((entry) => entry.join(": "));
/** Says beforehand what GitHub would refuse without saying which permission it means. */
const checkInstallation = (asked, installation) => {
	if (installation.suspended_at) throw fail(asked, `the installation is suspended since ${installation.suspended_at}`, `An owner of ${asked.scope.owner} can lift that in the settings, "Installed GitHub Apps".`);
	if (installation.permissions === void 0) return;
	const ungranted = findUngranted(asked, installation);
	if (ungranted.length === 0) return;
	const granted = Object.entries(installation.permissions).map((entry) => entry.join(": "));
	throw fail(asked, `the installation does not grant ${ungranted.join(", ")}`, `It grants ${granted.join(", ")}. Add the permission to the App and accept it at ${asked.scope.owner}, or ask for less.`);
};
/**
* Every refusal explains itself: what GitHub said, and where to mend it.
*
* @param unreachable repositories that the installation does not have, where that was found out
*/
const explainRefusal = (error, asked, unreachable) => {
	if (error instanceof Failure) return error;
	const { apiUrl, scope, permissions } = asked;
	if (!isRefusal(error)) {
		const remedy = `Check that ${apiUrl} can be reached, and HTTPS_PROXY and NO_PROXY.`;
		return fail(asked, "GitHub did not answer", remedy, error);
	}
	const words = error.message.toLowerCase();
	if (words.includes("ip allow list")) return fail(asked, `the IP allow list of ${scope.owner} shuts this runner out`, "Add the runner's address to the list, or use a runner whose address is on it.", error);
	if (error.status === 401) return fail(asked, "GitHub does not accept the App's signature", "Check that client-id and private-key belong to the same App.", error);
	if (error.status === 403) return fail(asked, "GitHub refuses the App", "Its owner may have suspended the App, or GitHub limits its requests.", error);
	if (error.status === 404 && words.includes("integration not found")) return fail(asked, "GitHub knows no App with this client-id", "Copy the Client ID from the App's settings page.", error);
	if (error.status === 404 || unreachable.length > 0) {
		const where = unreachable.length > 0 ? unreachable.join(", ") : describe(scope);
		return fail(asked, `the App is not installed on ${where}`, "Install it there (App settings, \"Install App\"), or correct owner and repositories.", error);
	}
	if (error.status === 422) {
		const wanted = Object.entries(permissions).map((entry) => entry.join(": "));
		return fail(asked, "the installation does not grant what is asked", `Asked: ${wanted.join(", ") || "all permissions"} on ${describe(scope)}. Add the repositories and permissions to the installation, or ask for less.`, error);
	}
	return fail(asked, `GitHub answered ${error.status}`, "Try again later; githubstatus.com may say more.", error);
};

// src/token/mint.ts
/** How long a token that may be on its way is waited for when the step is cancelled. */
const lastAnswerMs = 2500;
/** The path for users answers for organizations as well. */
const findInstallation = async (client, { owner, repositories }, { log, signal, deadlineMs }) => {
	const [repo] = repositories;
	const ask = (abort) => {
		const request = { signal: abort };
		if (repo === void 0) return client.request("GET /users/{owner}/installation", {
			owner,
			request
		});
		return client.request("GET /repos/{owner}/{repo}/installation", {
			owner,
			repo,
			request
		});
	};
	const { data } = await withRetries(async (abort) => requireWhole(await ask(abort)), {
		log,
		signal,
		...deadlineMs !== void 0 && { deadlineMs }
	});
	const { id } = data;
	if (typeof id === "number") return data;
	throw new Failure("GitHub answered something else than an installation", { remedy: "Check github-api-url: does a proxy or a login page answer there?" });
};
/** GitHub's own spelling of the owner, as addresses that people copy have it. */
const withSpelling = (scope, login) => login === void 0 || login.toLowerCase() !== scope.owner.toLowerCase() ? scope : {
	...scope,
	spellings: [.../* @__PURE__ */ new Set([...scope.spellings, login])]
};
/** GitHub says that there is such a repository, but not which. */
const findUnreachable = async (client, { owner, repositories }, error, cancelled) => {
	if (!isRefusal(error) || error.status !== 422 || !error.message.includes("repository")) return [];
	return (await Promise.all(repositories.map(async (repo) => {
		const signal = AbortSignal.any([cancelled, AbortSignal.timeout(5e3)]);
		return client.request("GET /repos/{owner}/{repo}/installation", {
			owner,
			repo,
			request: { signal }
		}).then(() => void 0).catch((missing) => isRefusal(missing) && missing.status === 404 ? repo : void 0);
	}))).flatMap((repo) => repo === void 0 ? [] : [`${owner}/${repo}`]);
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
		const ending = later(signal, lastAnswerMs);
		const { data } = await withRetries(async (abort) => requireWhole(await client.request("POST /app/installations/{installation_id}/access_tokens", {
			installation_id: installation.id,
			...scope.repositories.length > 0 && { repositories: [...scope.repositories] },
			...Object.keys(permissions).length > 0 && { permissions },
			request: { signal: abort }
		})), {
			log,
			signal: ending,
			isPassing: (error) => !signal.aborted && isPassing(error)
		});
		if (typeof data.token !== "string" || data.token === "") throw new Failure("GitHub answered something else than a token", { remedy: "Check github-api-url: does a proxy or a login page answer there?" });
		maskToken(data.token, mask);
		const known = withSpelling(scope, installation.account?.login);
		return {
			secret: new Secret(data.token),
			apiUrl,
			scope: known,
			expiresAt: data.expires_at
		};
	} catch (error) {
		throw explainRefusal(error, asked, await findUnreachable(client, scope, error, signal));
	}
};

// src/token/probe.ts
/** Longer than this GitHub has not been seen to need. */
const deadlineMs = 1e4;
/** A fresh token may be refused for some seconds; other refusals are as good as none for us. */
const isTooFresh = (error) => isRefusal(error) && (error.status === 401 || error.status === 403);
/**
* Waits until GitHub knows a fresh token, so that the build does not find that out
* (octokit/auth-app.js#65). When it takes too long the build is tried all the same.
*/
const probeToken = async ({ apiUrl, secret }, log, signal) => {
	const client = createTokenClient(apiUrl, secret);
	try {
		await withRetries((abort) => client.request("GET /installation/repositories", {
			per_page: 1,
			request: { signal: abort }
		}), {
			log: () => {},
			signal,
			isPassing: isTooFresh,
			deadlineMs
		});
	} catch (error) {
		signal.throwIfAborted();
		log(`GitHub does not accept the fresh token yet; building all the same: ${renderError(error)}`);
	}
};

// src/token/watchdog.ts
const send = ({ stdin }, message) => {
	stdin?.write(`${JSON.stringify(message)}\n`);
};
const guardBy = (child, { apiUrl, secret }) => send(child, { guard: {
	apiUrl,
	token: secret.expose()
} });
/** A watchdog that does not end by itself must not hold up the step. */
const patienceMs = 1500;
/** What dies again and again is not started for ever. */
const mostDeaths = 3;
/** Beside us in the bundle; a source beside sources. */
const script = fileURLToPath(import.meta.url.endsWith(".ts") ? new URL("../watchdog.ts", import.meta.url) : new URL("./watchdog.js", import.meta.url));
const hasEnded = ({ pid, exitCode, signalCode }) => pid === void 0 || exitCode !== null || signalCode !== null;
/**
* Starts a process of its own that holds tokens in memory and revokes them when its standard input
* ends without a word: then we were killed. Tokens reach it through a pipe alone. It has a session of
* its own, so that a signal to our process group does not reach it. When it dies another one takes its
* place.
*
* @param warn hears of that
*/
const startWatchdog = (env, warn) => {
	const guarded = [];
	let deaths = 0;
	let isOver = false;
	const start = () => {
		const child = spawn(process.execPath, [script], {
			env,
			stdio: [
				"pipe",
				"ignore",
				"ignore"
			],
			detached: true
		});
		child.stdin.on("error", () => {});
		child.once("error", ({ message }) => replace(message));
		child.once("exit", (code, signal) => replace(signal ?? `exit code ${code}`));
		for (const token of guarded) guardBy(child, token);
		return child;
	};
	const replace = (why) => {
		if (isOver) return;
		deaths += 1;
		const what = `The watchdog, which revokes the token should this step be killed, has ended (${why})`;
		if (deaths > mostDeaths) {
			isOver = true;
			warn(`${what} ${deaths} times: there is none from here on.`);
			return;
		}
		child = start();
		warn(`${what}: started another one.`);
	};
	let child = start();
	return {
		guard: (token) => {
			guarded.push(token);
			guardBy(child, token);
		},
		dismiss: async () => {
			isOver = true;
			if (hasEnded(child)) return;
			const ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
			send(child, "done");
			child.stdin?.end();
			await Promise.race([ended, timers.setTimeout(patienceMs, void 0, { ref: false })]);
			child.kill("SIGKILL");
		},
		release: () => {
			isOver = true;
			child.stdin?.end();
			child.unref();
		}
	};
};

// src/token/keeper.ts
/** A build that starts with less than this left may outlive its token. */
const enoughMs = 6e5;
/** Who cancels gives us seconds; after so many of them revoking is the watchdog's. */
const revokingMs = 4e3;
const createTokenKeeper = (options) => {
	const { app, log, warn, signal, childEnv, now = Date.now } = options;
	const tooLate = later(signal, revokingMs);
	let watchdog;
	let current = [];
	/** Another build may still use what has too little life left for a new one. */
	let older = [];
	let taking = Promise.resolve();
	const mintOne = async (scope) => {
		const token = await mintToken(app, scope, options);
		watchdog?.guard(token);
		current = [...current, token];
		await probeToken(token, log, signal);
		return token;
	};
	/** Tells whether nothing is left to do. */
	const revoke = async (token) => {
		try {
			await revokeToken(token, log, tooLate);
			return true;
		} catch (error) {
			const end = `it ends at ${token.expiresAt}`;
			if (tooLate.aborted) warn(`The token is not revoked yet: the watchdog goes on trying, and ${end}.`);
			else warn(`The token could not be revoked; ${end}: ${renderError(error)}`);
			return !tooLate.aborted;
		}
	};
	const endAll = async () => {
		const ending = [...older, ...current];
		older = [];
		current = [];
		return (await Promise.all(ending.map(revoke))).every(Boolean);
	};
	const isFresh = ({ expiresAt }) => Date.parse(expiresAt) - now() > enoughMs;
	const takeFresh = async () => {
		if (current.length === app.scopes.length && current.every(isFresh)) return current;
		older = [...older, ...current];
		current = [];
		watchdog ??= startWatchdog(childEnv, warn);
		const minted = await Promise.allSettled(app.scopes.map(mintOne));
		for (const outcome of minted) if (outcome.status === "rejected") throw outcome.reason;
		return current;
	};
	return {
		take: () => {
			const taken = taking.catch(() => {}).then(takeFresh);
			taking = taken;
			return taken;
		},
		close: async () => {
			if (await endAll()) await watchdog?.dismiss();
			else watchdog?.release();
			watchdog = void 0;
		}
	};
};

export { createTokenKeeper };