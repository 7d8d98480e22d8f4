import { createGate } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { splitLines } from "./shared.actions-post.actions-step.recorder.js";
import { hearClient, parseAnswer, readKeys, startClient } from "./shared.actions-post.actions-step.js";

// src/store/cache-clients.ts
/** Nobody who died is asked twice, so whoever asks again gets another. */
var ClientEnded = class extends Error {};
/** Each costs a fifth of a second of processor time, and moves eight pieces at once. */
const mostClients = 4;
/** Somebody may ask again in a moment. */
const idleMs = 1e3;
/** Without a question of its own for so long, no deadline is meant. */
const noDeadlineMs = 2 ** 31 - 1;
/** Those that live; none outlives us. */
const alive = /* @__PURE__ */ new Set();
process.once("exit", () => {
	for (const { group } of alive) group.child.kill("SIGKILL");
});
const start = ({ signal: _, ...access }) => {
	const group = startClient(access, noDeadlineMs);
	const client = {
		group,
		waiting: /* @__PURE__ */ new Map(),
		isOver: false
	};
	alive.add(client);
	const end = (error) => {
		client.isOver = true;
		alive.delete(client);
		for (const { fail } of client.waiting.values()) fail(error);
	};
	splitLines(group.child.stdio[3], (line) => {
		const answer = parseAnswer(line);
		if (answer === void 0) group.end();
		else client.waiting.get(answer.id)?.hear(answer);
	});
	hearClient(group.child, access);
	group.ended.then(({ code }) => end(new ClientEnded(`the client ended with exit code ${code}`)), (error) => end(error));
	return client;
};
/** Those that nobody asks at the moment; after a second without a question they end. */
const createIdle = () => {
	const idle = [];
	return {
		rest: (client) => {
			const timer = setTimeout(() => {
				idle.splice(idle.findIndex((each) => each.client === client), 1);
				client.group.child.stdin?.end();
			}, idleMs);
			idle.push({
				client,
				timer
			});
		},
		take: () => {
			for (let found = idle.pop(); found !== void 0; found = idle.pop()) {
				clearTimeout(found.timer);
				if (!found.client.isOver) return found.client;
			}
		}
	};
};
/**
* Processes that ask the Actions cache: each takes a fifth of a second of processor time to start, and an image
* has many entries, so one is asked one question after another, and all short ones of a moment at once. See
* {@link askCache} for why they are processes.
*/
const createCacheClients = (access) => {
	const gate = createGate(mostClients);
	const { rest, take } = createIdle();
	let asked = 0;
	/** Who is asked short questions. */
	let shared;
	const getShared = (isShort) => isShort && shared?.isOver === false ? shared : void 0;
	const askClient = async (client, question, signal) => {
		const { group, waiting } = client;
		const { promise, resolve, reject } = Promise.withResolvers();
		asked += 1;
		const id = asked;
		waiting.set(id, {
			hear: resolve,
			fail: reject
		});
		const abort = () => reject(signal.reason);
		signal.addEventListener("abort", abort);
		try {
			const { variables } = access;
			group.child.stdin?.write(`${JSON.stringify({
				...question,
				id,
				variables
			})}\n`);
			return await promise;
		} catch (error) {
			client.isOver = true;
			group.end();
			await group.ended.catch(() => {});
			throw error;
		} finally {
			signal.removeEventListener("abort", abort);
			waiting.delete(id);
			if (waiting.size === 0) {
				if (shared === client) shared = void 0;
				if (!client.isOver) rest(client);
			}
		}
	};
	/**
	* Whoever waited idle may have died a moment ago, unseen, and whom others asked, too, they may have ended:
	* another is asked then.
	*/
	const askAny = async (question, isShort, signal) => {
		const begin = (client) => {
			if (isShort) shared = client;
			return askClient(client, question, signal);
		};
		signal.throwIfAborted();
		const found = getShared(isShort) ?? take();
		try {
			return await begin(found ?? start(access));
		} catch (error) {
			if (!(error instanceof ClientEnded) || found === void 0 && !isShort) throw error;
		}
		signal.throwIfAborted();
		return await begin(getShared(isShort) ?? start(access));
	};
	return (question, timeoutMs, signal, isShort = false) => {
		const ask = async () => {
			const late = new AbortController();
			const error = /* @__PURE__ */ new Error(`no answer within ${timeoutMs} ms`);
			const timer = setTimeout(() => late.abort(error), timeoutMs);
			const either = AbortSignal.any([signal, late.signal]);
			const answer = await askAny(question, isShort, either).finally(() => clearTimeout(timer));
			return readKeys(answer);
		};
		return isShort ? ask() : gate(ask);
	};
};

// src/store/entry-cache.ts
/** The library's own for a download; uploads of 10 GB take as long. */
const moveTimeoutMs = 12e5;
const shortTimeoutMs = 3e4;
/** Of one access, all of a step share. */
const clients = /* @__PURE__ */ new WeakMap();
const clientsOf = (access) => {
	const found = clients.get(access) ?? createCacheClients(access);
	clients.set(access, found);
	return found;
};
const createEntryCache = (access) => {
	const move = (kind, keys, folder, signal, isSmall = false) => {
		const timeoutMs = isSmall ? shortTimeoutMs : moveTimeoutMs;
		return clientsOf(access)({
			kind,
			folder,
			path: "kept",
			keys
		}, timeoutMs, signal, isSmall);
	};
	return {
		look: async (keys, folder, signal) => {
			const question = {
				kind: "look",
				folder,
				path: "kept",
				keys
			};
			const found = new Set(await clientsOf(access)(question, shortTimeoutMs, signal, true));
			return new Set(keys.filter((key) => found.has(key)));
		},
		fetch: async (keys, folder, signal, isSmall) => (await move("fetch", keys, folder, signal, isSmall))[0],
		save: async (key, folder, signal) => {
			const [saved] = await move("save", [key], folder, signal);
			return saved !== void 0;
		}
	};
};

export { createEntryCache };