import { t as Failure } from "./failure.js";
import { n as maskToken, r as Secret } from "./masks.js";
import { i as withRetries, r as isRefusal, t as createAppClient } from "./github.js";

// src/token/mint.ts
const scopeOf = ({ owner, repositories }) => repositories.length === 0 ? owner : repositories.map((name) => `${owner}/${name}`).join(", ");
/** Every refusal explains itself: what GitHub said, and where to mend it. */
const explain = (error, credentials) => {
	const what = `No token could be minted for ${scopeOf(credentials)}`;
	const fail = (got, remedy) => new Failure(`${what}: ${got}`, {
		remedy,
		cause: error
	});
	if (!isRefusal(error)) return fail("GitHub did not answer", `Check that ${credentials.apiUrl} can be reached.`);
	const asked = Object.entries(credentials.permissions).map((entry) => entry.join(": "));
	switch (error.status) {
		case 401: return fail("GitHub does not accept the App's signature", "Check that client-id and private-key belong to the same App.");
		case 403: return fail("GitHub refuses the App", "The installation may be suspended, or an IP allow list may shut this runner out.");
		case 404: return fail(`the App is not installed on ${scopeOf(credentials)}`, "Install it there (App settings, \"Install App\"), or correct owner and repositories.");
		case 422: return fail("the installation does not grant what is asked", `Asked: ${asked.join(", ") || "all permissions"} on ${scopeOf(credentials)}. Add the repositories and permissions to the installation, or ask for less.`);
		default: return fail(`GitHub answered ${error.status}`, "Try again later; githubstatus.com may say more.");
	}
};
/** An owner is an organization or a user, and GitHub has one path for each. */
const findInstallation = async (client, { owner, repositories }, { log, signal }) => {
	const [repo] = repositories;
	const get = async (route, parameters) => {
		const { data } = await withRetries((abort) => client.request(`GET ${route}`, {
			...parameters,
			request: { signal: abort }
		}), log, signal);
		return data.id;
	};
	if (repo !== void 0) return get("/repos/{owner}/{repo}/installation", {
		owner,
		repo
	});
	try {
		return await get("/orgs/{owner}/installation", { owner });
	} catch (error) {
		if (!isRefusal(error) || error.status !== 404) throw error;
		return get("/users/{owner}/installation", { owner });
	}
};
/**
* Mints a token of the App's installation, scoped to the repositories and permissions asked for,
* and registers its masks before anyone else can print it.
*
* @throws {Failure} saying why GitHub refused
*/
const mintToken = async (credentials, options) => {
	const { log, mask, signal } = options;
	const client = createAppClient(credentials, mask);
	const { repositories, permissions } = credentials;
	try {
		const installation = await findInstallation(client, credentials, options);
		signal.throwIfAborted();
		const { data } = await withRetries((abort) => client.request("POST /app/installations/{installation_id}/access_tokens", {
			installation_id: installation,
			...repositories.length > 0 && { repositories: [...repositories] },
			...Object.keys(permissions).length > 0 && { permissions },
			request: { signal: abort }
		}), log);
		maskToken(data.token, mask);
		return {
			secret: new Secret(data.token),
			apiUrl: credentials.apiUrl,
			expiresAt: data.expires_at
		};
	} catch (error) {
		throw explain(error, credentials);
	}
};

export { mintToken };