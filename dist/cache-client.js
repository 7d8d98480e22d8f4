const { writeFileSync, writeSync } = process.getBuiltinModule("node:fs");
const { text } = process.getBuiltinModule("node:stream/consumers");

// src/cache-client.ts
/**
* Asks the Actions cache one question beside main, which hears what the library prints, and ends this
* process when it takes too long. The answer goes to descriptor 3, a new entry's file into the step's own
* folder, which RUNNER_TEMP names here.
*/
const { variables, path, keys, isNew } = JSON.parse(await text(process.stdin));
const unlisted = Object.entries(variables).map(([name, value]) => [name, { value }]);
process.env = Object.defineProperties({ ...process.env }, Object.fromEntries(unlisted));
const folder = process.env["RUNNER_TEMP"] ?? "";
process.chdir(folder);
process.env["GITHUB_WORKSPACE"] = folder;
if (isNew) writeFileSync(path, `${keys.join("\n")}\n`, {
	flag: "wx",
	mode: 384
});
const { restoreCache, saveCache } = await import("./cache.js");
const ask = async (key) => isNew ? saveCache([path], key).then(() => key) : restoreCache([path], key, [key], { lookupOnly: true });
const found = await Promise.all(keys.map(ask));
writeSync(3, JSON.stringify(found.map((key) => key ?? null)));
process.exit();

export {  };