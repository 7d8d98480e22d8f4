const { chmodSync, mkdirSync, writeFileSync, writeSync } = process.getBuiltinModule("node:fs");
const { delimiter, join } = process.getBuiltinModule("node:path");
const { text } = process.getBuiltinModule("node:stream/consumers");

// src/cache-client.ts
/**
* Asks the Actions cache one question beside main, which hears what the library prints, and ends this
* process when it takes too long. The answer goes to descriptor 3, a new entry's file into the step's own
* folder, which RUNNER_TEMP names here.
*/
const { variables, path, keys, kind } = JSON.parse(await text(process.stdin));
const unlisted = Object.entries(variables).map(([name, value]) => [name, { value }]);
process.env = Object.defineProperties({ ...process.env }, Object.fromEntries(unlisted));
const folder = process.env["RUNNER_TEMP"] ?? "";
process.chdir(folder);
process.env["GITHUB_WORKSPACE"] = folder;
if (kind === "note") writeFileSync(path, `${keys.join("\n")}\n`, {
	flag: "wx",
	mode: 384
});
/**
* The library has tar unpack what comes with all its paths, whoever has packed it. This one, which it finds
* first, only gives the archive a name. Where the runner's debug log is on, the library has it list the archive
* before.
*/
const handOver = () => {
	const programs = join(folder, "programs");
	mkdirSync(programs, { mode: 448 });
	const tar = join(programs, "tar");
	writeFileSync(tar, "#!/bin/sh\n[ \"$1\" = -tf ] && exit\n[ \"$1\" = -xf ] && exec ln -- \"$2\" archive\nexit 1\n", { mode: 448 });
	chmodSync(tar, 448);
	process.env["PATH"] = `${programs}${delimiter}${process.env["PATH"] ?? ""}`;
};
const { restoreCache, saveCache } = await import("./cache.js");
const make = (key) => saveCache([path], key).then(() => key);
const ask = async () => {
	const [first = "", ...others] = keys;
	if (kind === "look") return Promise.all(keys.map((key) => restoreCache([path], key, [key], { lookupOnly: true })));
	if (kind === "note") return Promise.all(keys.map(make));
	if (kind === "save") return [await saveCache([path], first) > 0 ? first : void 0];
	handOver();
	return [await restoreCache([path], first, others)];
};
writeSync(3, JSON.stringify((await ask()).map((key) => key ?? null)));
process.exit();

export {  };