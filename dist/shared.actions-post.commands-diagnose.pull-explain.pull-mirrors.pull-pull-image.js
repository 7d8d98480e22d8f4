import { tellsStatus } from "./shared.actions-post.actions-step.js";

// src/image/refusal.ts
/**
* The daemon's words, with either store (moby: distribution/errors.go, containerd/registry_errors.go), and
* those of Go's net, http and x509. The first that fits, by its words or by its HTTP status, counts.
*/
const rows = [
	[
		/pull rate limit|rate exceeded|toomanyrequests|too many requests/i,
		"rate-limit",
		/429/
	],
	[/no space left on device/i, "disk-full"],
	[/content digest .{1,200} not found/i, "passing"],
	[
		/pull access denied|repository does not exist|unauthorized|authentication required|no basic auth credentials|insufficient_scope|denied:|access forbidden/i,
		"denied",
		/40[13]/
	],
	[/no matching manifest|does not match the specified platform|no match for platform/i, "no-platform"],
	[/manifest unknown|manifest for .{1,500} not found|\bnot found\b/i, "no-tag"],
	[/\bx509: |\btls: [^:]{0,100}certificate|server gave HTTP response to HTTPS client/i, "certificate"],
	[
		/TLS handshake timeout|connection re(?:set|fused)|unexpected EOF|i\/o timeout|Client\.Timeout exceeded|no such host|server misbehaving|Temporary failure in name resolution|\bEOF\b|context deadline exceeded/i,
		"passing",
		/5\d\d/
	]
];
const longest = 1e3;
/** @param said what the command printed to its standard error */
const toRefusal = (said) => {
	const text = said.replace(/^Error response from daemon: /gm, "").replace(/\s+/g, " ").trim().slice(0, longest);
	return {
		kind: rows.find(([pattern, , status]) => pattern.test(text) || status !== void 0 && tellsStatus(text, status))?.[1] ?? "other",
		said: text === "" ? "Docker says nothing" : text
	};
};
const hub = "docker.io";
/** Docker Hub's limit ends only hours later; others throttle who asks too often at once. */
const mayPass = ({ kind }, domain) => kind === "passing" || kind === "rate-limit" && domain !== "docker.io";

export { hub, mayPass, toRefusal };