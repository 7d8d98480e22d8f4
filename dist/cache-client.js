const { writeFileSync, writeSync } = process.getBuiltinModule("node:fs");
const { text } = process.getBuiltinModule("node:stream/consumers");

// src/cache-client.ts
/**
* Asks the Actions cache one question beside main, which hears what the library prints, and ends this
* process when it takes too long. The answer goes to descriptor 3, a new entry's file into the step's own
* folder, which RUNNER_TEMP names here.
*/
const { variables, path, key, isNew } = JSON.parse(await text(process.stdin));
const unlisted = Object.entries(variables).map(([name, value]) => [name, { value }]);
process.env = Object.defineProperties({ ...process.env }, Object.fromEntries(unlisted));
const folder = process.env["RUNNER_TEMP"] ?? "";
process.chdir(folder);
process.env["GITHUB_WORKSPACE"] = folder;
if (isNew) writeFileSync(path, `${key}\n`, {
	flag: "wx",
	mode: 384
});
const { restoreCache, saveCache } = await import("./cache.js");
const found = isNew ? await saveCache([path], key).then(() => key) : await restoreCache([path], key, [key], { lookupOnly: true });
writeSync(3, found ?? "");
process.exit();

export {  };