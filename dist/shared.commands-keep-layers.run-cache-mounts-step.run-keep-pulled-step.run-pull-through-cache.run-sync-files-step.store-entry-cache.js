import { createGate } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { splitLines } from "./shared.actions-post.actions-step.recorder.js";
import { hearClient, parseAnswer, startClient } from "./shared.actions-post.actions-step.js";

// src/store/cache-clients.ts
/** Nobody who died is asked twice, so whoever asks again gets another. */
var ClientEnded = class extends Error {};
/** Each costs a third of a second of processor time, and moves eight pieces at once. */
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
	const answers = {
		hear: () => {},
		fail: () => {}
	};
	const client = {
		group,
		answers,
		isOver: false
	};
	alive.add(client);
	splitLines(group.child.stdio[3], (line) => answers.hear(line));
	hearClient(group.child, access);
	const end = (error) => {
		client.isOver = true;
		alive.delete(client);
		answers.fail(error);
	};
	group.ended.then(({ code }) => end(new ClientEnded(`the client ended with exit code ${code}`)), (error) => end(error));
	return client;
};
/**
* Processes that ask the Actions cache one question after another: each takes a third of a second to start,
* and an image has many entries. See {@link askCache} for why they are processes.
*/
const createCacheClients = (access) => {
	const gate = createGate(mostClients);
	const idle = [];
	const rest = (client) => {
		const timer = setTimeout(() => {
			idle.splice(idle.findIndex((each) => each.client === client), 1);
			client.group.child.stdin?.end();
		}, idleMs);
		idle.push({
			client,
			timer
		});
	};
	const takeIdle = () => {
		const found = idle.pop();
		if (found === void 0) return void 0;
		clearTimeout(found.timer);
		return found.client.isOver ? takeIdle() : found.client;
	};
	const askClient = async (client, ...[question, timeoutMs, signal]) => {
		const { group, answers } = client;
		const { promise, resolve, reject } = Promise.withResolvers();
		Object.assign(answers, {
			hear: resolve,
			fail: reject
		});
		const abort = () => reject(signal.reason);
		signal.addEventListener("abort", abort);
		const timer = setTimeout(() => reject(/* @__PURE__ */ new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
		try {
			group.child.stdin?.write(`${JSON.stringify({
				...question,
				variables: access.variables
			})}\n`);
			const answer = parseAnswer(await promise);
			rest(client);
			return answer;
		} catch (error) {
			group.end();
			await group.ended.catch(() => {});
			throw error;
		} finally {
			clearTimeout(timer);
			signal.removeEventListener("abort", abort);
		}
	};
	/** Whoever waited idle may have died a moment ago, unseen: a new one is asked then. */
	const askAny = async (question, timeoutMs, signal) => {
		signal.throwIfAborted();
		const idler = takeIdle();
		if (idler !== void 0) try {
			return await askClient(idler, question, timeoutMs, signal);
		} catch (error) {
			if (!(error instanceof ClientEnded)) throw error;
			signal.throwIfAborted();
		}
		return await askClient(start(access), question, timeoutMs, signal);
	};
	return (question, timeoutMs, signal, isShort = false) => {
		const ask = () => askAny(question, timeoutMs, signal);
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