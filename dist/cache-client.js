import { createGate } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { countBuffersAsHeap } from "./shared.cache-client.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
const { createInterface } = process.getBuiltinModule("node:readline");
const { chmodSync, mkdirSync, writeFileSync, writeSync } = process.getBuiltinModule("node:fs");
const { delimiter, join } = process.getBuiltinModule("node:path");

// src/cache-client.ts
/**
* Asks the Actions cache beside main, which hears what the library prints, and ends this process when it takes
* too long. A question is a line; the line of answers goes to descriptor 3, a new entry's file into the step's
* own folder.
*/
const inherited = { ...process.env };
/** The service refuses whoever asks too much at once, which the library takes for a key that is not there. */
const gate = createGate(8);
/**
* The library has tar unpack what comes with all its paths, whoever has packed it. This one, which it finds
* first, only gives the archive a name. Where the runner's debug log is on, the library has it list the archive
* before.
*/
const handOver = (folder) => {
	const programs = join(folder, "programs");
	mkdirSync(programs, { mode: 448 });
	const tar = join(programs, "tar");
	writeFileSync(tar, "#!/bin/sh\n[ \"$1\" = -tf ] && exit\n[ \"$1\" = -xf ] && exec ln -- \"$2\" archive\nexit 1\n", { mode: 448 });
	chmodSync(tar, 448);
	process.env["PATH"] = `${programs}${delimiter}${process.env["PATH"] ?? ""}`;
};
const ask = async ({ variables, folder, path, keys, kind }) => {
	const unlisted = Object.entries(variables).map(([name, value]) => [name, { value }]);
	const listed = {
		...inherited,
		RUNNER_TEMP: folder,
		GITHUB_WORKSPACE: folder
	};
	process.env = Object.defineProperties(listed, Object.fromEntries(unlisted));
	process.chdir(folder);
	if (kind === "note") writeFileSync(path, `${keys.join("\n")}\n`, {
		flag: "wx",
		mode: 384
	});
	const { restoreCache, saveCache } = await import("./cache.js");
	countBuffersAsHeap();
	const make = (key) => saveCache([path], key).then(() => key);
	const [first = "", ...others] = keys;
	if (kind === "look") return Promise.all(keys.map((key) => gate(() => restoreCache([path], key, [key], { lookupOnly: true }))));
	if (kind === "note") return Promise.all(keys.map(make));
	if (kind === "save") return [await saveCache([path], first) > 0 ? first : void 0];
	handOver(folder);
	return [await restoreCache([path], first, others)];
};
for await (const line of createInterface({ input: process.stdin })) {
	const answers = await ask(JSON.parse(line));
	writeSync(3, `${JSON.stringify(answers.map((key) => key ?? null))}\n`);
}
process.exit();

export {  };