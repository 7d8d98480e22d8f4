import { Secret } from "./shared.actions-post.actions-step.watchdog.js";
import { revokeToken } from "./shared.token-installation-token.watchdog.js";
const { createInterface } = process.getBuiltinModule("node:readline");

// src/watchdog.ts
/**
* Runs beside main while it has a minted token. Ends with main's "done"; when standard input ends
* without it, main was killed, and the tokens are revoked from here.
*/
for (const signal of [
	"SIGINT",
	"SIGTERM",
	"SIGHUP"
]) process.on(signal, () => {});
const guarded = [];
for await (const line of createInterface({ input: process.stdin })) {
	const message = JSON.parse(line);
	if (message === "done") process.exit();
	guarded.push({
		apiUrl: message.guard.apiUrl,
		token: new Secret(message.guard.token)
	});
}
await Promise.allSettled(guarded.map((token) => revokeToken(token, () => {})));
process.exit();

export {  };