import { neutralise } from "./shared.actions-post.actions-step.watchdog.js";

// src/token/masks.ts
/**
* Hides a token and the forms in which tools print it. The runner derives base64, URL, JSON and XML
* forms by itself, but neither base64url nor the Basic header's `x-access-token:TOKEN`.
*/
const maskToken = (token, mask) => {
	const basic = Buffer.from(`x-access-token:${token}`);
	mask(token);
	mask(basic.toString("base64"));
	mask(Buffer.from(token).toString("base64url"));
};
/**
* Hides a key, both as it was given and as we read it: the runner masks line by line, and short
* lines would hide ordinary text.
*/
const maskPrivateKey = (given, pem, mask) => {
	const lines = new Set(`${given}\n${pem}`.split(/\s+|\\r|\\n/).map((line) => line.trim()));
	for (const line of lines) if (line.length >= 16 && !line.startsWith("-----")) mask(line);
};
/** Shorter values are in every log, as parts of words and numbers. */
const shortestValue = 4;
/** Settings that people pass as secrets; a mask would put `***` all over the job's log. */
const plainWords = /^(true|false|yes|none|null|undefined|enabled?|disabled?|default|debug|info|warn(ing)?|error|test(ing)?|prod(uction)?|staging|dev(elopment)?|local(host)?|latest|main|master|root|admin|user|public|private|linux|http|https)$/i;
/** Shorter lines of a longer secret, such as a brace, would hide ordinary text. */
const shortestLine = 8;
/** What of a value can be hidden: of several lines each, because logs are masked by line. */
const toHidden = (value) => {
	const text = value.trim();
	if (text.length < shortestValue || plainWords.test(text)) return [];
	const lines = value.split(/\r?\n/).filter((line) => line.trim() !== "");
	return lines.length === 1 ? [text] : lines.filter((line) => line.length >= shortestLine);
};
/** Whether hiding a value would hide ordinary text instead: it is too short, or a plain word. */
const isTooPlain = (value) => value.trim() !== "" && toHidden(value).length === 0;
/** Hides a further secret of the build, also as the log shows it when it looks like a command. */
const maskSecret = (value, mask) => {
	for (const line of new Set(toHidden(value).flatMap((text) => [text, neutralise(text)]))) mask(line);
};

export { isTooPlain, maskPrivateKey, maskSecret, maskToken };