import { renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { createGate } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { countBuffersAsHeap } from "./shared.cache-client.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { makeOwnFolder, toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
const { createInterface } = process.getBuiltinModule("node:readline");
const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
const { chmodSync, writeFileSync, writeSync } = process.getBuiltinModule("node:fs");
const { delimiter, join } = process.getBuiltinModule("node:path");

// src/cache-client.ts
/**
* Asks the Actions cache beside main, which hears what the library prints, and ends this process when it takes
* too long. A question is a line; the line of its answers goes to descriptor 3, a new entry's file into the step's
* own folder.
*/
const inherited = { ...process.env };
/** The question that is at work: those that fetch are at work side by side. */
const questions = new AsyncLocalStorage();
const getPlace = () => {
	const { folder } = questions.getStore() ?? {};
	if (folder !== void 0) return folder;
	throw new Error("whoever asks for a folder works for no question");
};
/** The service refuses whoever asks too much at once, which the library takes for a key that is not there. */
const gate = createGate(8);
/** The environment as the library shall find it, whichever question it works for. */
const setEnv = (variables) => {
	const unlisted = Object.entries(variables).map(([name, value]) => [name, { value }]);
	const listed = {
		...inherited,
		get PATH() {
			const usual = inherited["PATH"] ?? "";
			return questions.getStore()?.kind === "fetch" ? `${join(getPlace(), "programs")}${delimiter}${usual}` : usual;
		},
		get RUNNER_TEMP() {
			return getPlace();
		},
		get GITHUB_WORKSPACE() {
			return getPlace();
		}
	};
	process.env = Object.defineProperties(listed, Object.fromEntries(unlisted));
};
/**
* The library has tar unpack what comes with all its paths, whoever has packed it. This one, which it finds
* first, only gives the archive a name. Where the runner's debug log is on, the library has it list the archive
* before.
*/
const handOver = (folder) => {
	const programs = join(folder, "programs");
	makeOwnFolder(programs);
	const tar = join(programs, "tar");
	writeFileSync(tar, `${[
		"#!/bin/sh",
		"[ \"$1\" = -tf ] && exit",
		"[ \"$1\" = -xf ] && exec ln -f -- \"$2\" \"$GITHUB_WORKSPACE/archive\"",
		"exit 1"
	].join("\n")}\n`, { mode: 448 });
	chmodSync(tar, 448);
};
const ask = async ({ variables, folder, path, keys, kind }) => {
	setEnv(variables);
	process.chdir(kind === "save" || kind === "note" ? folder : "/");
	if (kind === "note") writeFileSync(path, `${keys.join("\n")}\n`, {
		flag: "wx",
		mode: 384
	});
	const { restoreCache, saveCache } = await import("./cache.js");
	countBuffersAsHeap();
	const make = (key) => saveCache([path], key).then(() => key);
	const [first = "", ...others] = keys;
	const look = (key) => gate(() => restoreCache([path], key, [key], { lookupOnly: true }));
	if (kind === "look") return Promise.all(keys.map(look));
	if (kind === "note") return Promise.all(keys.map(make));
	if (kind === "save") return [await saveCache([path], first) > 0 ? first : void 0];
	handOver(folder);
	return [await gate(() => restoreCache([path], first, others))];
};
const answer = async (question) => {
	const { id } = question;
	const line = await questions.run(question, () => ask(question)).then((keys) => ({
		id,
		keys: keys.map((key) => key ?? null)
	}), (error) => ({
		id,
		keys: [],
		error: toLine(renderError(error), 500)
	}));
	writeSync(3, `${JSON.stringify(line)}\n`);
};
for await (const line of createInterface({ input: process.stdin })) answer(JSON.parse(line));
process.exit();

export {  };