import { i as withRetries, n as createTokenClient, r as isRefusal } from "./github.js";

// src/token/revoke.ts
/**
* Ends a token's life. A token that GitHub does not know any more (401) is as good as revoked.
* Not bound to the step's cancelling: a cancelled step must revoke, too.
*/
const revokeToken = async ({ secret, apiUrl }, log) => {
	const client = createTokenClient(apiUrl, secret.expose());
	try {
		await withRetries((signal) => client.request("DELETE /installation/token", { request: { signal } }), log);
	} catch (error) {
		if (!isRefusal(error) || error.status !== 401) throw error;
	}
};

export { revokeToken };