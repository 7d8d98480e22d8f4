import { HttpClient } from "./vendor/actions-http-client.js";
import { pRetry } from "./vendor/p-retry.js";
import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
const { setTimeout } = process.getBuiltinModule("node:timers/promises");

// src/host/http.ts
/** Nobody who answers is silent for so long. */
const silenceMs = 6e4;
const mostRedirects = 5;
const isLoopback = ({ hostname }) => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
/**
* What may be asked: plain HTTP only of this machine, and of that only where the server is on it.
*
* @throws {Failure} for other addresses
*/
const requireSafe = (url, server) => {
	const isPlainHere = url.protocol === "http:" && isLoopback(url) && isLoopback(server);
	if (url.protocol === "https:" || isPlainHere) return url;
	throw new Failure(`${server.host} sends us to ${url.protocol}//${url.host}, which is no https`);
};
/** The server's trouble, or the network's, that may be over in a moment. */
var Passing = class extends Error {
	/** How long the server wants to be left alone at least. */
	waitMs;
	constructor(message, { cause, waitMs = 0 } = {}) {
		super(message, { cause });
		this.waitMs = waitMs;
	}
};
const isPassing = (error) => error instanceof Passing;
/** Of a header `retry-after`: seconds, or a date. */
const toWaitMs = (header, nowMs = Date.now()) => {
	if (header === void 0) return 0;
	if (/^\d{1,9}$/.test(header)) return Number(header) * 1e3;
	const ms = / GMT$/.test(header) ? Date.parse(header) - nowMs : 0;
	return Number.isNaN(ms) ? 0 : Math.max(0, ms);
};
/** A limit that is used up, and no word of its end: Docker Hub's lasts for hours. */
const isUsedUp = (headers) => headers["retry-after"] === void 0 && /^0(?:;|$)/.test(`${headers["ratelimit-remaining"]}`);
/** No room (507) and no budget (509) stay so; GitHub's second limit is a 403 that says how long it is one. */
const mayPass = (status, headers, waitMs) => status === 429 && !isUsedUp(headers) || status === 408 || status === 403 && waitMs > 0 || status >= 500 && status !== 507 && status !== 509;
const sendOnce = async (client, url, headers, { body, isHead }, signal) => {
	signal.throwIfAborted();
	const cancelled = Promise.withResolvers();
	const cancel = () => cancelled.reject(signal.reason);
	signal.addEventListener("abort", cancel, { once: true });
	const ask = () => {
		if (isHead) return client.head(url.href, headers);
		return body === void 0 ? client.get(url.href, headers) : client.post(url.href, body, headers);
	};
	const asked = ask();
	asked.catch(() => {});
	try {
		const { message } = await Promise.race([asked, cancelled.promise]);
		const { statusCode: status = 0 } = message;
		const end = () => void message.destroy();
		signal.addEventListener("abort", end, { once: true });
		message.once("close", () => signal.removeEventListener("abort", end));
		const waitMs = toWaitMs(message.headers["retry-after"]);
		if (!mayPass(status, message.headers, waitMs)) return {
			status,
			headers: message.headers,
			body: message
		};
		message.destroy();
		const wish = waitMs > longestWaitMs ? `, and wants to be asked again in ${waitMs / 1e3} s` : "";
		throw new Passing(`${url.host} answered ${status}${wish}`, { waitMs });
	} catch (cause) {
		if (signal.aborted || cause instanceof Passing) throw cause;
		throw new Passing(`${url.host} does not answer`, { cause });
	} finally {
		signal.removeEventListener("abort", cancel);
	}
};
/** A step that waits for longer is better told of it. */
const longestWaitMs = 12e4;
/** Tries again what may have failed for a moment, when the server wants to be asked. */
const retry = (act, signal, firstPauseMs = 500) => pRetry(act, {
	retries: 3,
	minTimeout: firstPauseMs,
	maxTimeout: firstPauseMs * 8,
	randomize: true,
	signal,
	shouldRetry: ({ error }) => error instanceof Passing && error.waitMs <= longestWaitMs,
	onFailedAttempt: async ({ error, retriesLeft }) => {
		const waitMs = error instanceof Passing ? error.waitMs : 0;
		if (retriesLeft === 0 || waitMs === 0 || waitMs > longestWaitMs) return;
		await setTimeout(waitMs, void 0, { signal });
	}
});
/** Of what was cut off on its way. */
const toPassing = (cause) => new Passing("the answer was cut off", { cause });
const pick = (headers, names) => Object.fromEntries(Object.entries(headers).filter(([name]) => names?.includes(name) ?? name.toLowerCase() !== "authorization"));
/** Asks by the proxies that HTTPS_PROXY and others name. */
const createRequests = (server, signal) => {
	const client = new HttpClient("slipway", [], {
		allowRedirects: false,
		allowRetries: false,
		keepAlive: true,
		socketTimeout: silenceMs
	});
	/** Follows where it is sent; what it says of itself only the first address hears. */
	const send = async (first, headers, { body, forOthers, isHead = false } = {}) => {
		let url = requireSafe(first, server);
		const others = pick(headers, forOthers);
		for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
			const isFirst = url.origin === first.origin;
			const answer = await sendOnce(client, url, isFirst ? headers : others, {
				body,
				isHead
			}, signal);
			const { location } = answer.headers;
			if (answer.status < 300 || answer.status > 399 || location === void 0) return answer;
			answer.body.destroy();
			const next = URL.parse(location, url.href);
			if (next === null) throw new Failure(`${url.host} sends us to no address`);
			if (body !== void 0 && next.origin !== first.origin) throw new Failure(`${url.host} sends us to ${next.host}, which we do not post to`);
			url = requireSafe(next, server);
		}
		throw new Failure(`${first.host} sends us from one address to the next`);
	};
	return {
		send,
		dispose: () => client.dispose()
	};
};
/** @throws {Failure} where it is more than it may be */
const readText = async ({ body }, most, what) => {
	const chunks = [];
	let bytes = 0;
	try {
		for await (const chunk of body) {
			bytes += chunk.length;
			if (bytes > most) break;
			chunks.push(chunk);
		}
	} catch (cause) {
		throw toPassing(cause);
	}
	if (bytes > most) throw new Failure(`${what} has more than ${most} bytes`);
	return Buffer.concat(chunks);
};

export { createRequests, isLoopback, isPassing, readText, requireSafe, retry, toPassing };