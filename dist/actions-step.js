import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { canRead, canSearch, createDocker, describeEnd, findDockerFolders, findNodes as findNodes$1, findOlder, findToolImage, gatherNodes as gatherNodes$1, inspectNodes as inspectNodes$1, isContainer, isImageId, isMachine, isMissing, isOlder, kindOf, parseImageId, parseImageReference, readRegularFile, runCaptured, runContainer, toBaseline, toHex, withEngineApi, writeBaseline } from "./shared.actions-post.actions-step.recorder.js";
import { buildWords, checkOptions, clusterState, createBuildToken, createReader, createRunner, defaultPermissions, defaults, drivers, findBuilder, findBuildxVersion, findEngine, findNearestWord, findOutside, findRoomyDir, forgetSecrets, formatBytes, formatDuration, givenByRunner, grammar, inputNames, isImagesFolder, isPush as isPush$1, isUntrusted, layersState, leftoversOf, longestJobMs, makeTempDir, nameImages, nameTimes, namesState, nothingRemembered, parseOptions, readEnvironment, readSecrets, recall, rememberSizes, removeLeftBuilders, reportOutside, reportOutsideBuild, runIdState, runLabel, runVariable, splitFields, startRecorder, toContainerName, toContextFolder, toContextPaths, toEntries as toEntries$1, toFields, toHeldName, toLines, toList, toOptional, toRealPaths, toRemembered, toServerUrl, toTexts as toTexts$1, toVariable, wantsAgent, whySecretsAreEmpty, withBuilder, within, withoutSecrets } from "./shared.actions-post.actions-step.js";
import { allEnded, architecture, areBeside, asksForGpu, byDirect, byKind, byStream, canExportCache, checkImageLimits, chooseMounts, classicStore, compareImages, createProgress, dropLayout, dropName, escapeTemplate, executeIn, explainShortage, fillsDisks, findAnnotated, findAttested, findDockers, findFilesImages, findFilesystems, findGate, findImage, findImages, findLeftOvers, findLocalSource, findNamedImages, findNodeCapacities, findNodeObjection, findOverlap, findPruneObjection, findTargetObjection, findWayIn, groupForHelpers, hasImage, hasLayer, holdImage, idsOf, inspectNode, inspectNodes as inspectNodes$2, isForFolder, isMap, isNameless, isNoSpace, joinManifests, listen, loadLayout, lookForImages, mountFolder, namesOf as namesOf$1, noImages, noMounts, openMemoryFile, planBuildCache, planDisk, planImageCache, planMethod, planRestoringBuilds, pruneCache, readQuietly, readRecords, readTargets, recallRestores, refuseMissing as refuseMissing$1, refuseMissing$1 as refuseMissing, refuseShortage, refuseUnknownLimits, remark, remarkOnLoads, remarkOnManifests, renderEndedToken, renderFilesystem, renderPlace, requireCacheExport, runJobs, send, sumSizes, toAssignments, toBakeFiles, toBlobPath, toBuildId, toBuildTimes, toCache, toDevice, toDockersFolder, toFailure as toFailure$1, toHelperBase, toImagesToKeep, toKey, toLane, toLayoutFolder, toLimits, toLoaded, toManifest, toPath, toSecret, toStep, toTargets, toWordText, typeOf, unpackScript, usualPlatform, withSafeCaches, withoutCacheExport } from "./shared.actions-step.js";
import { Secret } from "./shared.actions-post.actions-step.watchdog.js";
import { isOwnFolder } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { createGate } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { _usingCtx } from "./usingCtx.js";
import { isTooPlain, maskPrivateKey, maskSecret, maskToken } from "./shared.actions-step.watchdog.js";
const { isIPv4 } = process.getBuiltinModule("node:net");
const { createPrivateKey, randomBytes } = process.getBuiltinModule("node:crypto");
const { closeSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { dirname, isAbsolute, join, relative, resolve } = process.getBuiltinModule("node:path");
const { availableParallelism } = process.getBuiltinModule("node:os");
const { glob, lstat, realpath, stat, statfs } = process.getBuiltinModule("node:fs/promises");

// src/inputs/read-build-options.ts
/** A list of entries, as Bake takes it; undefined for none. */
const toTexts = (values) => values.length === 0 ? void 0 : values.map(escapeTemplate);
/** The addresses of each host: Bake has a map of them. */
const readHosts = ({ raw, check }) => {
	const hosts = {};
	for (const entry of check("add-hosts", toList(raw["add-hosts"]))) {
		const [, host = "", address = ""] = /^([^:=]+)[:=](.*)$/.exec(entry) ?? [];
		hosts[host] = hosts[host] === void 0 ? address : `${hosts[host]},${address}`;
	}
	return Object.keys(hosts).length === 0 ? void 0 : hosts;
};
/** By which a provenance names its builder: the run, in the words of build-push-action. */
const toRunUrl = ({ env }) => `${env["GITHUB_SERVER_URL"] ?? "https://github.com"}/${env["GITHUB_REPOSITORY"] ?? ""}/actions/runs/${env["GITHUB_RUN_ID"] ?? ""}/attempts/${env["GITHUB_RUN_ATTEMPT"] ?? "1"}`;
const attestWords = ["provenance", "sbom"];
/** `true`, `false`, or parameters of the attestation. */
const toAttest = (word, value, run) => {
	if (/^false$/i.test(value)) return `type=${word},disabled=true`;
	return `type=${word}${/^true$/i.test(value) ? "" : `,${value}`}${word === "sbom" || /(?:^|,)builder-id=/.test(value) ? "" : `,builder-id=${toRunUrl(run)}`}`;
};
/** The inputs of their own go before what `attests` says of the same. */
const readAttests = ({ raw, run, text, check }) => {
	const own = attestWords.flatMap((word) => {
		const value = text(word);
		return value === void 0 ? [] : [toAttest(word, value, run)];
	});
	const others = check("attests", toLines(raw["attests"])).filter((entry) => !attestWords.some((word) => text(word) && toFields(entry).get("type") === word));
	return [...own, ...others];
};
const isPush = (output) => {
	const fields = toFields(output);
	const type = fields.get("type");
	return type === "registry" || type === "image" && fields.get("push") === "true";
};
/** `push` has the images among the outputs pushed, or is one more. */
const readOutputs = (reader, tags) => {
	const { raw, check, isTrue, report } = reader;
	const given = check("outputs", toLines(raw["outputs"]));
	const isImage = (output) => toFields(output).get("type") === "image";
	const pushed = given.map((output) => isImage(output) && !isPush(output) ? `${output},push=true` : output);
	const all = !isTrue("push") ? given : pushed.some(isPush) ? pushed : [...pushed, "type=image,push=true"];
	const isNamed = (output) => tags.length > 0 || toFields(output).has("name");
	if (all.some((output) => isPush(output) && !isNamed(output))) report("push", `there are no tags, so nothing says where to. Give the image a tag with its registry, such as ghcr.io/acme/api:dev.`);
	return all;
};
/** What cannot be, in place of a build that does something else. */
const reportImpossible = ({ text, report }) => {
	const group = text("cgroup-parent");
	if (group !== void 0) report("cgroup-parent", `Bake, by which Slipway builds, has no such attribute. Leave it out, and give it to the builder: \`driver-opts: cgroup-parent=NAME\` of docker/setup-buildx-action.`, group);
	const call = text("call");
	if (call !== void 0 && call !== "build") report("call", `only build makes an image that can be loaded. ${`Leave it out; \`docker buildx build --call=${call}\` in a step of its own says the same.`}`, call);
};
/**
* Reads what else build-push-action has, with the same names and meanings, as attributes of a Bake target.
*
* @param tags names of the image
*/
const readBuildOptions = (reader, tags) => {
	const { raw, check, word } = reader;
	reportImpossible(reader);
	return {
		"extra-hosts": readHosts(reader),
		annotations: toTexts(check("annotations", toLines(raw["annotations"]))),
		attest: toTexts(readAttests(reader)),
		"cache-from": toTexts(toLines(raw["cache-from"])),
		"cache-to": toTexts(toLines(raw["cache-to"])),
		"no-cache-filter": toTexts(check("no-cache-filters", toList(raw["no-cache-filters"]))),
		output: toTexts(readOutputs(reader, tags)),
		platforms: toTexts(check("platforms", toList(raw["platforms"]))),
		"shm-size": word("shm-size"),
		ulimits: toTexts(check("ulimit", toLines(raw["ulimit"])))
	};
};

// src/inputs/report-missing.ts
const remedy = "Paths start in the workspace: has actions/checkout run before this step?";
const noFile = `there is no such file. ${remedy}`;
/**
* Reports what is to be built and is not there, before a token is minted for it.
*
* @param file the Dockerfile, as Bake finds it; undefined for the one that is usual
*/
const reportMissing$1 = ({ run, text, report }, file) => {
	const { workspace, kindOf } = run;
	const context = text("context") ?? ".";
	const folder = toContextFolder(context, workspace);
	if (folder === void 0) return;
	const kind = kindOf(folder);
	const isThere = (name) => kindOf(resolve(folder, name)) !== "nothing";
	if (kind !== "folder") report("context", `${kind === "file" ? "it is no folder" : "there is no such folder"}. ${remedy}`, context);
	else if (file !== void 0) {
		if (!isThere(file)) report("file", noFile, file);
	} else if (!isThere("Dockerfile") && !isThere("dockerfile")) report("context", `the folder has no Dockerfile. Name it with file. ${remedy}`, context);
};
/** The same for a Bake file; one with an address is elsewhere. */
const reportMissingFile = ({ run, report }, file) => {
	if (file.includes("://") || run.kindOf(resolve(run.workspace, file)) !== "nothing") return;
	report("bake-files", noFile, file);
};

// src/inputs/read-build.ts
/** Names of images, each once; of `images`, IDs too. */
const readReferences = (input, { list, report }) => {
	const references = /* @__PURE__ */ new Map();
	for (const value of list(input)) {
		const reference = (input === "images" ? parseImageId(value) : void 0) ?? parseImageReference(value);
		if (typeof reference !== "string") references.set(reference.canonical, reference);
		else report(input, `${reference}. Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev.`, value);
	}
	return [...references.values()];
};
const readTags = (reader) => {
	const tags = readReferences("tags", reader).map(({ given }) => given);
	for (const tag of tags.filter((each) => each.includes("@"))) reader.report("tags", "a build cannot be given a digest. Write NAME:TAG.", tag);
	return tags;
};
/** @returns whether there was something to report */
const reportStandardInput = ({ text, report }) => {
	const inputs = ["context", "file"].filter((name) => text(name) === "-");
	const why = "standard input is how the token reaches the build, so nothing else can come that way";
	for (const input of inputs) report(input, `${why}. Write it to a file and name that.`, "-");
	return inputs.length > 0;
};
/** Bake looks for a Dockerfile in the context; the step's paths start in the workspace. */
const readFile = ({ run, text, report }, isHere) => {
	const file = text("file");
	if (file === void 0) return void 0;
	if (/^https?:\/\//.test(file)) report("file", `Bake reads no Dockerfile from a URL. Download it in a step before, or take a git address as context.`, file);
	return isHere ? resolve(run.workspace, file) : file;
};
/** What stands before the sign, and whether it may stand alone. */
const mapWords = {
	"build-args": {
		pattern: /^[a-z_][\w.-]*$/i,
		isBare: true
	},
	labels: {
		pattern: /^[^\s"'`#-][^\s"'`]*$/,
		isBare: true
	},
	"build-contexts": {
		pattern: /^[^\s"'`#-][^\s"'`]*$/,
		isBare: false
	}
};
/** Whether the values of a word are maps of names. */
const isMapWord = (word) => word in mapWords;
const whyNoName = (name) => {
	if (/^["'`]/.test(name)) return "the quotes would be part of the name";
	return name.startsWith("#") ? "a comment is none here" : "not name=value";
};
/** Cuts entries of `name=value`, whose values may have any text; undefined for a name alone. */
const toPairs = (word, entries, { report }) => entries.map((entry) => {
	const { pattern, isBare } = mapWords[word];
	const at = entry.indexOf("=");
	const [name, value] = at < 0 ? [entry] : [entry.slice(0, at), entry.slice(at + 1)];
	if (!pattern.test(name) || !(isBare || value)) report(word, `${whyNoName(name)}. Write one name=value a line, without quotes; builds takes values of several lines.`, entry);
	return [name, value];
});
const toMap = (pairs, bareValue) => Object.fromEntries(pairs.flatMap(([name, given]) => {
	const value = given ?? bareValue(name);
	return value === void 0 ? [] : [[escapeTemplate(name), escapeTemplate(value)]];
}));
/** Reads one build, by itself or in a list, as a target of a Bake file. */
const readBuild = (reader, allow, lists = {}) => {
	const { raw, run, text, check, isTrue } = reader;
	const pairsOf = (word) => toPairs(word, lists[word] ?? toLines(raw[word]), reader);
	const tags = readTags(reader);
	const escaped = (value) => value && escapeTemplate(value);
	const context = text("context") ?? ".";
	const isHere = toContextFolder(context, run.workspace) !== void 0;
	const file = readFile(reader, isHere);
	const contexts = pairsOf("build-contexts");
	const further = contexts.flatMap(([, value]) => value || []);
	reportOutsideBuild(reader, further);
	if (!reportStandardInput(reader)) reportMissing$1(reader, file);
	const entitlements = allow.words.filter((word) => word !== "ssh");
	return {
		context: escapeTemplate(context),
		dockerfile: escaped(file),
		target: escaped(text("target")),
		network: escaped(text("network")),
		"no-cache": isTrue("no-cache") || void 0,
		pull: isTrue("pull") || void 0,
		tags,
		args: toMap(pairsOf("build-args"), (name) => run.childEnv[name]),
		labels: toMap(pairsOf("labels"), () => ""),
		contexts: toMap(contexts, () => void 0),
		ssh: check("ssh", toLines(raw["ssh"])).map(escapeTemplate),
		entitlements: entitlements.length > 0 ? entitlements : void 0,
		...readBuildOptions(reader, tags)
	};
};

// src/inputs/read-builds.ts
/** The YAML parser where these inputs need one. */
const importYaml = async (raw) => [raw["builds"], raw["append"]].every((text) => toOptional(text) === void 0) ? () => ({
	value: void 0,
	lineOf: () => 1
}) : (await import("./inputs-parse-yaml.js")).parseYaml;
/** The last part of a name, without its tag: `api` of `ghcr.io/acme/api:dev`. */
const shortName = (reference) => reference?.replace(/@.*$/, "").replace(/:[^:/]*$/, "").split("/").at(-1)?.replace(/[^\w-]/g, "-");
/** Words that others have for the same thing. */
const otherWords$1 = {
	dockerfile: "file",
	args: "build-args",
	contexts: "build-contexts",
	image: "tags",
	tag: "tags"
};
const knownWords = ["name", ...buildWords];
const nameRemedy = "Give it a name of letters, digits, dashes and underscores.";
const readName = (name, input, report) => {
	if (name === void 0) report(input, `it has no name. ${nameRemedy} Or give it tags.`);
	else if (!/^[a-zA-Z0-9_-]+$/.test(name)) report(input, `not the name of a target. ${nameRemedy}`, name);
	return name ?? "";
};
/** The words of an entry as the inputs of a single build. */
const readWords = (item, index, report) => {
	const raw = {};
	const lists = {};
	for (const [key, value] of Object.entries(item)) {
		const path = [index, key];
		const other = otherWords$1[key];
		if (!knownWords.includes(key)) report(path, `unknown. ${other === void 0 ? `It may have: ${knownWords.join(", ")}.` : `Write ${other}.`}`, key);
		else if (isMapWord(key) && typeof value !== "string") lists[key] = toAssignments(value, path, report);
		else raw[key] = toWordText(value, path, report);
	}
	return {
		raw,
		lists
	};
};
const readEntry$1 = ({ run, report }, allow, item, index, { lineOf }) => {
	const line = lineOf([index]);
	const input = `builds, line ${line}`;
	if (!isMap(item)) {
		report(input, "the entry is not a map. Write its words as `context: ...`, `tags: ...`.");
		return [];
	}
	const { raw, lists } = readWords(item, index, (path, text, value) => {
		const word = knownWords.includes(String(path[1])) ? `, ${path[1]}` : "";
		report(`builds, line ${lineOf(path)}${word}`, text, value);
	});
	const reportWord = (word, text, value) => report(`builds, line ${lineOf([index, word])}, ${word}`, text, value);
	const reader = createReader(raw, reportWord, run);
	const target = readBuild(reader, allow, lists);
	if (reader.text("context") === void 0) report(input, "it has no context. Name the folder to build.");
	const given = toOptional(raw["name"]);
	return [{
		name: readName(given ?? shortName(target.tags[0]), input, report),
		line,
		target
	}];
};
/** Reads the list of builds in the step, as a file of Bake would have it. */
const readBuilds = (reader, text, allow) => {
	const { report } = reader;
	const parsed = reader.run.parseYaml(text);
	const { value, problem } = parsed;
	const items = Array.isArray(value) ? value : [];
	if (items.length === 0) report(`builds${problem === void 0 ? "" : `, line ${problem.line}`}`, `${problem?.reason ?? "not a YAML list"}. Write \`- context: api\`, newline, \`  tags: api:dev\`, and so on for each image.`);
	const entries = items.flatMap((item, index) => readEntry$1(reader, allow, item, index, parsed));
	const first = /* @__PURE__ */ new Map();
	for (const { name, line } of entries) {
		const other = first.get(name);
		first.set(name, other ?? line);
		if (other === void 0 || name === "") continue;
		const what = `the entry of line ${other} has this name, too`;
		report(`builds, line ${line}`, `${what}. Give each a name of its own.`, name);
	}
	return {
		group: { default: { targets: entries.map(({ name }) => name) } },
		target: Object.fromEntries(entries.map(({ name, target }) => [name, target]))
	};
};

// src/inputs/allow.ts
/** Reads what the workflow's author allows. */
const readAllow = ({ list, check }) => {
	const values = check("allow", list("allow"));
	const pathsOf = (kind) => values.flatMap((value) => new RegExp(`^fs(?:\\.${kind})?=(.+)$`).exec(value)?.[1] ?? []);
	return {
		/** Such as `network.host` or `ssh`. */
		words: values.filter((value) => !/^fs(?:\.\w+)?=/.test(value)),
		/** Paths as given; `*` is all of them. */
		reads: pathsOf("read"),
		writes: pathsOf("write")
	};
};

// src/inputs/problems.ts
/**
* Runs a reader that may report any number of problems, and throws one error that holds them all.
* Nobody should have to push five times to find five mistakes.
*
* @param what has them, with its verb
*/
const collectProblems = (read, what = "The step's inputs have") => {
	const problems = [];
	const result = read((input, text, value) => {
		const given = value === void 0 ? "" : ` (${JSON.stringify(value)})`;
		problems.push(`- ${input}${given}: ${text}`);
	});
	if (problems.length === 0) return result;
	const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
	throw new Failure(`${what} ${count}; nothing was done.\n${problems.join("\n")}`);
};

// src/inputs/read-archives.ts
/** Files with images, as absolute paths. */
const readArchives = (reader) => {
	const { list, report, run } = reader;
	return list("image-archives", toLines).flatMap((given) => {
		if (!reportOutside(reader, "image-archives", given)) return [];
		const path = resolve(run.workspace, given);
		const kind = run.kindOf(path);
		if (kind === "file") return [path];
		report("image-archives", `${kind === "folder" ? "it is a folder" : "there is no such file"}. Write the path of a file that \`docker save --output\` has written.`, given);
		return [];
	});
};

// src/inputs/read-bake.ts
/** Words that say what is built, of which one step takes one. */
const ways = [
	"context",
	"bake-files",
	"builds"
];
const reportMixture = ({ text, report }) => {
	const given = ways.filter((name) => text(name) !== void 0);
	const [first, second] = given;
	if (second !== void 0) report(second, `given together with ${first}. Keep one of ${given.join(", ")}; a build of its own can be an entry or a target.`);
	if (first === void 0 || first === "context") return;
	const place = first === "builds" ? "the entries" : "the file, or bake-set";
	for (const word of buildWords) {
		if (word === "context" || word === "push" || [void 0, "false"].includes(text(word))) continue;
		report(word, `for a single build, not for ${first}. Write it into ${place}.`);
	}
};
/** The step's own build, as a Bake file with the target that Bake takes where it is told none. */
const readSingle = (reader, allow) => {
	if (reader.text("tags") === void 0) reader.report("tags", `empty, and a pod could not name the image that is built. Give the image a name, such as my-api:dev.`);
	return {
		isSingle: true,
		files: [],
		definition: { target: { default: readBuild(reader, allow) } },
		targets: [],
		sets: [],
		pushes: false
	};
};
/** Reads what is to be built: the step's own build, a list of builds, or Bake files. */
const readBake = (reader, allow) => {
	const { raw, text, list, check, isTrue, report } = reader;
	reportMixture(reader);
	const files = list("bake-files");
	const sets = check("bake-set", toLines(raw["bake-set"]));
	const targets = check("targets", list("targets"));
	const builds = text("builds");
	if (files.length === 0 && builds === void 0) {
		for (const input of ["targets", "bake-set"]) {
			if (text(input) === void 0) continue;
			report(input, `given without bake-files or builds. Name the Bake files in bake-files, or leave it out.`);
		}
		return text("context") === void 0 ? void 0 : readSingle(reader, allow);
	}
	for (const file of files) {
		reportOutside(reader, "bake-files", file);
		reportMissingFile(reader, file);
	}
	return {
		isSingle: false,
		files,
		definition: builds === void 0 ? void 0 : readBuilds(reader, builds, allow),
		targets,
		sets,
		pushes: isTrue("push")
	};
};

// src/inputs/read-builder-nodes.ts
const tlsWords = [
	"cacert",
	"cert",
	"key"
];
/** Reports what buildx would say of it long after, or at each dial. */
const checkTls = ({ run }, options, given, report) => {
	const said = parseOptions(options);
	for (const [name, value] of said) {
		if (!tlsWords.some((word) => word === name)) continue;
		if (given.some(([word]) => word === name)) report("driver-opts", `${name} is also in a variable of the step. Keep one.`);
		else if (!isAbsolute(value)) report("driver-opts", `${name} is no absolute path, and buildx takes no other.`, value);
		else if (run.kindOf(value) !== "file") report("driver-opts", `${name}: there is no such file.`, value);
	}
	const words = new Set([...said, ...given].map(([name]) => name));
	if ([...tlsWords, "servername"].some((word) => words.has(word)) && !words.has("cacert")) report("driver-opts", "TLS needs cacert, the certificate of who signed the builder's own.");
	if (words.has("cert") !== words.has("key")) report("driver-opts", "a certificate of ours is cert and key together. Give both or none.");
};
/** What the step's variables hold for a node of a remote builder. */
const readCertificates = ({ run }, index, report) => tlsWords.flatMap((word) => {
	const name = toVariable(index, word);
	const text = run.env[name]?.trim();
	if (!text) return [];
	if (!text.includes("-----BEGIN ")) report(name, "no PEM: it has no line -----BEGIN ...-----.");
	return [[word, new Secret(`${text}\n`)]];
});
/** @param index of the node in its builder */
const readNode = (reader, driver, index, given, report) => {
	const certificates = driver === "remote" ? readCertificates(reader, index, report) : [];
	if (driver !== void 0) checkOptions(driver, given.options, report);
	if (driver === "remote") {
		checkTls(reader, given.options, certificates, report);
		if (given.endpoint === void 0) report("endpoint", "empty, though driver is remote. Write where BuildKit listens, such as tcp://HOST:1234.");
	}
	const [pattern, wrong] = grammar.platforms;
	for (const each of given.platforms) if (!pattern.test(each)) report("platforms", wrong, each);
	return {
		...given,
		certificates
	};
};
const words$1 = [
	"name",
	"endpoint",
	"driver-opts",
	"buildkitd-flags",
	"platforms"
];
/** Further nodes of the builder, as docker/setup-buildx-action has them. */
const readAppended = (reader, driver) => {
	const { text, run, report } = reader;
	const given = text("append");
	if (given === void 0) return [];
	if (driver === "kubernetes") {
		report("append", `a builder in Kubernetes has one node here. Make it with docker/setup-buildx-action before this step, and name it in builder.`);
		return [];
	}
	const { value, problem, lineOf } = run.parseYaml(given);
	if (!Array.isArray(value) || value.length === 0) {
		report(`append${problem === void 0 ? "" : `, line ${problem.line}`}`, `${problem?.reason ?? "not a YAML list"}. Write \`- endpoint: tcp://HOST:1234\`, newline, \`  platforms: linux/arm64\`.`);
		return [];
	}
	const seen = /* @__PURE__ */ new Set([text("endpoint")]);
	return value.flatMap((item, at) => {
		const reportAt = (word, what, shown) => report(`append, line ${lineOf([at, word])}, ${word}`, what, shown);
		if (!isMap(item)) {
			report(`append, line ${lineOf([at])}`, "the node is not a map. Write its endpoint.");
			return [];
		}
		for (const word of Object.keys(item)) if (!words$1.some((each) => each === word)) reportAt(word, `unknown. It may have: ${words$1.join(", ")}.`);
		const lines = (word) => {
			const found = item[word] ?? "";
			const isList = Array.isArray(found) && found.every((each) => typeof each === "string");
			if (typeof found !== "string" && !isList) reportAt(word, "neither a text nor a list of texts.");
			return isList ? found.join("\n") : typeof found === "string" ? found.trim() : "";
		};
		const node = {
			endpoint: lines("endpoint") || void 0,
			options: toLines(lines("driver-opts")),
			flags: lines("buildkitd-flags") || void 0,
			platforms: toList(lines("platforms"))
		};
		if (seen.has(node.endpoint)) reportAt("endpoint", "another node has it, too.", node.endpoint);
		seen.add(node.endpoint);
		return [readNode(reader, driver, at + 1, node, reportAt)];
	});
};

// src/inputs/read-builder.ts
/** What no builder can be made of without a driver. */
const parts = [
	"driver-opts",
	"endpoint",
	"buildkitd-flags",
	"buildkitd-config",
	"buildkitd-config-inline",
	"builder-platforms",
	"append"
];
const readConfig$1 = ({ text, report, run }) => {
	const [path, inline] = [text("buildkitd-config"), text("buildkitd-config-inline")];
	if (path !== void 0 && inline !== void 0) report("buildkitd-config-inline", "given together with buildkitd-config. Keep one.");
	if (path !== void 0 && run.kindOf(path) !== "file") report("buildkitd-config", "there is no such file. Paths start in the workspace.", path);
	if (inline !== void 0) return {
		kind: "inline",
		text: inline
	};
	return path === void 0 ? void 0 : {
		kind: "file",
		path
	};
};
/** By it we find what we may remove. */
const reportMark = ({ report }, lines) => {
	for (const [name, value] of parseOptions(lines)) {
		if (!/^(?:labels|annotations)$/.test(name) || !value.includes(`${"dev.slipway.run"}=`)) continue;
		report("driver-opts", `${runLabel} is what Slipway finds its own builders by. Leave it out.`);
	}
};
const readKeepsState = ({ isTrue, report, run }, driver) => {
	if (!isTrue("keep-state")) return "no";
	if (driver === "remote") report("keep-state", "a remote builder stays as it is. Leave it out.");
	if (driver === "kubernetes") report("keep-state", "of a builder in Kubernetes nothing stays. Make one that stays, and name it in builder.");
	return run.trigger.isFork ? "not-for-forks" : "yes";
};
/** Reads the builder that the step is to make for itself; undefined where it uses the one that is there. */
const readBuilder = (reader) => {
	const { text, report, list, isTrue } = reader;
	const driver = text("driver");
	const given = parts.filter((name) => text(name) !== void 0);
	if (driver === void 0) {
		for (const name of given) report(name, `given without driver. Write one of ${drivers.join(", ")}.`);
		if (isTrue("keep-state")) report("keep-state", `given without driver. Write one of ${drivers.join(", ")}.`);
		return;
	}
	const found = drivers.find((each) => each === driver);
	if (found === void 0) report("driver", `unknown. ${`Write one of ${drivers.join(", ")}`}; a builder of another driver can be made before, and is used if it is the current one.`, driver);
	const endpoint = text("endpoint");
	if (text("builder") !== void 0) report("builder", "given together with driver, which makes another one. Keep one of the two.");
	if (found === "kubernetes" && endpoint !== void 0) report("endpoint", "a builder in Kubernetes is where the kubeconfig leads. Leave it out, and set KUBECONFIG for the step.");
	const options = list("driver-opts", toLines);
	if (found === "kubernetes") reportMark(reader, options);
	const config = readConfig$1(reader);
	const keepsState = readKeepsState(reader, found);
	if (found === "remote" && config !== void 0) report("buildkitd-config", "a remote builder has its own configuration. Leave it out.");
	const platforms = list("builder-platforms");
	const first = {
		options,
		endpoint,
		flags: text("buildkitd-flags"),
		platforms
	};
	const reportWord = (word, what, value) => report(word === "platforms" ? "builder-platforms" : word, what, value);
	return {
		...readNode(reader, found, 0, first, reportWord),
		driver: found ?? "docker-container",
		config,
		keepsState,
		appended: readAppended(reader, found)
	};
};

// src/inputs/sizes.ts
/** What sizes are counted in, in bytes. */
const units$1 = {
	KB: 1e3,
	MB: 1e6,
	GB: 1e9,
	TB: 0xe8d4a51000,
	KIB: 1024,
	MIB: 2 ** 20,
	GIB: 2 ** 30,
	TIB: 2 ** 40
};
/** Reads a size such as `5GB`; undefined for what is none. */
const parseSize = (given) => {
	const [, number = "", unit = ""] = /^(\d{1,7}(?:\.\d{1,3})?)\s*([KMGT]i?B)$/i.exec(given) ?? [];
	const bytes = Math.round(Number(number) * (units$1[unit.toUpperCase()] ?? 0));
	return bytes > 0 ? bytes : void 0;
};

// src/inputs/read-cache.ts
const choices = [
	"none",
	"gha",
	"registry",
	"inline",
	"auto"
];
const buildCaches = {
	auto: "auto",
	true: "always",
	false: "never"
};
/** Reads where builds keep their caches. */
const readCache = ({ text, choice, isTrue, report }) => {
	const cache = choice("cache", choices);
	const cacheRef = text("cache-ref");
	const how = "Write a repository, such as ghcr.io/acme/cache.";
	if (cacheRef !== void 0) {
		const reference = parseImageReference(cacheRef);
		if (typeof reference === "string") report("cache-ref", `${reference}. ${how}`, cacheRef);
		else if (cacheRef.includes("@")) report("cache-ref", `a cache cannot be given a digest. ${how}`, cacheRef);
		if (cache !== "registry") report("cache-ref", "given without `cache: registry`. Set that, or leave cache-ref out.");
	}
	const buildCache = buildCaches[choice("build-cache", [
		"false",
		"auto",
		"true"
	])];
	const limit = text("build-cache-limit") ?? "5GB";
	const buildCacheBytes = parseSize(limit);
	if (buildCacheBytes === void 0) report("build-cache-limit", "not a size. Write 5GB or 800MB.", limit);
	return {
		cache,
		cacheRef,
		cacheRequired: isTrue("cache-required"),
		buildCache,
		buildCacheBytes: buildCacheBytes ?? 0
	};
};
/** Reads which caches of RUN steps are kept between runs. */
const readCacheMounts = ({ text, list, check, report }) => {
	const cacheMounts = check("cache-mounts", list("cache-mounts", toLines));
	const builds = [
		"context",
		"bake-files",
		"builds"
	].some((name) => text(name));
	if (cacheMounts.length > 0 && !builds) report("cache-mounts", "the step builds nothing that could mount a cache. Leave it out.");
	const given = text("cache-mounts-limit") ?? "2GB";
	const bytes = parseSize(given);
	if (bytes === void 0) report("cache-mounts-limit", "not a size. Write 2GB or 800MB.", given);
	return {
		cacheMounts: [...new Set(cacheMounts)],
		cacheMountsBytes: bytes ?? 0
	};
};

// src/inputs/read-cluster.ts
const ofCluster = [
	"kind-config",
	"node-image",
	"wait",
	"kubeconfig"
];
/** YAML, and no path: a mapping has a colon and a space, or ends its line with one. */
const isInline = (text) => /[\n{]|:\s|:$/.test(text);
const readConfig = (reader) => {
	const { text, report, run } = reader;
	const given = text("kind-config");
	if (given === void 0) return void 0;
	if (isInline(given)) return {
		kind: "inline",
		text: `${given}\n`
	};
	const path = resolve(run.workspace, given);
	if (reportOutside(reader, "kind-config", given) && run.kindOf(path) !== "file") report("kind-config", `there is no such file. Name a file of the workspace, or write the YAML itself.`, given);
	return {
		kind: "file",
		path
	};
};
const readKubeconfig = (reader) => {
	const { text, report, run } = reader;
	const given = text("kubeconfig");
	if (given === void 0) return void 0;
	const path = resolve(run.workspace, given);
	if (reportOutside(reader, "kubeconfig", given) && run.kindOf(path) === "folder") report("kubeconfig", "it is a folder. Write the path of a file.", given);
	return path;
};
/** Reads which cluster the step is to make; undefined for none. */
const readCluster = (reader) => {
	const { text, word, isTrue, report } = reader;
	const isWanted = isTrue("create-cluster");
	const keeps = isTrue("keep-cluster");
	if (!isWanted) {
		const useless = [...ofCluster.filter((name) => text(name) !== void 0), ...keeps ? ["keep-cluster"] : []];
		for (const name of useless) report(name, "it is for a cluster that this step makes. Set create-cluster: true, or leave it out.");
		return;
	}
	return {
		config: readConfig(reader),
		nodeImage: word("node-image"),
		wait: word("wait"),
		kubeconfig: readKubeconfig(reader),
		keeps
	};
};

// src/inputs/permissions.ts
/**
* What an installation's token may be asked for, as GitHub's REST API describes it ("App
* Permissions"). GitHub adds some every year: a name that is not here is still asked for.
*/
const knownPermissions = `
  actions administration artifact_metadata attestations checks code_quality codespaces contents
  custom_properties_for_organizations dependabot_secrets deployments discussions email_addresses
  environments followers git_ssh_keys gpg_keys interaction_limits issues members merge_queues
  metadata organization_administration organization_announcement_banners
  organization_copilot_agent_settings organization_copilot_seat_management
  organization_custom_org_roles organization_custom_properties organization_custom_roles
  organization_events organization_hooks organization_packages
  organization_personal_access_token_requests organization_personal_access_tokens
  organization_plan organization_projects organization_secrets organization_self_hosted_runners
  organization_user_blocking packages pages profile pull_requests repository_custom_properties
  repository_hooks repository_projects secret_scanning_alerts secrets security_events
  single_file starring statuses vulnerability_alerts workflows
`.trim().split(/\s+/);

// src/inputs/private-key.ts
const looksLikePem = (text) => text.includes("-----BEGIN ");
/** Line ends as text, as JSON, YAML and shells leave them over. */
const unescapeLines = (text) => text.replaceAll("\\r", "\n").replaceAll("\\n", "\n").replaceAll("\r", "\n");
/** Quotes that were meant for a shell or a YAML file, around the whole or at each line. */
const withoutQuotes = (text) => text.replaceAll(/["'`]/g, "").trim();
/**
* A PEM whose lines end where they should, whatever became of their ends: a variable that passed
* through a shell has spaces there, a YAML block its indentation. Base64 has no white space.
*/
const toPem = (given) => {
	const unfolded = withoutQuotes(unescapeLines(given));
	const text = looksLikePem(unfolded) ? unfolded : withoutQuotes(unescapeLines(Buffer.from(unfolded, "base64").toString("utf8")));
	if (!looksLikePem(text)) return unfolded;
	const [, label, body] = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/.exec(text) ?? [];
	if (label === void 0 || body === void 0 || body.includes(":")) return text;
	const lines = body.replaceAll(/\s/g, "").match(/.{1,64}/g) ?? [];
	return [
		`-----BEGIN ${label}-----`,
		...lines,
		`-----END ${label}-----`
	].join("\n");
};
const describeWrongKey = (pem) => {
	const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
	if (label === void 0) return "it has no \"-----BEGIN ... PRIVATE KEY-----\" line";
	if (label === "OPENSSH PRIVATE KEY") return "it is an OpenSSH key";
	if (label === "ENCRYPTED PRIVATE KEY" || pem.includes("Proc-Type: 4,ENCRYPTED")) return "it is protected by a passphrase";
	if (label === "EC PRIVATE KEY" || label === "EC PARAMETERS") return "it is an EC key, not RSA";
	if (label === "DSA PRIVATE KEY") return "it is a DSA key, not RSA";
	if (label.endsWith("PUBLIC KEY")) return "it is a public key";
	if (label.endsWith("CERTIFICATE")) return "it is a certificate";
	if (!pem.includes(`-----END ${label}-----`)) return `it is a ${label} whose end is missing (truncated, or only its first line was passed on)`;
	return `it is labelled ${label}, but its content cannot be read`;
};
/**
* Reads a GitHub App's RSA key: PKCS#1 or PKCS#8 PEM, with line ends of any kind (also written out,
* as `\n` or `\r\n`, or as spaces), indented, in quotes, or as base64 of the whole file. Returns PKCS#8; a string is the reason why the text is no such key.
*/
const parsePrivateKey = (given) => {
	const pem = toPem(given);
	if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(pem)) return describeWrongKey(pem);
	try {
		const key = createPrivateKey(pem);
		if (key.asymmetricKeyType !== "rsa") return `it is an ${key.asymmetricKeyType?.toUpperCase()} key, not RSA`;
		return new Secret(key.export({
			type: "pkcs8",
			format: "pem"
		}).toString());
	} catch {
		return describeWrongKey(pem);
	}
};

// src/inputs/read-app.ts
/** Both may be given: then the Client ID is the one that is used. */
const readClientId = ({ text, word }) => word(text("client-id") === void 0 ? "app-id" : "client-id");
const readPrivateKey = ({ text, report }) => {
	const given = text("private-key");
	if (given === void 0) return void 0;
	const key = parsePrivateKey(given);
	if (key instanceof Secret) return key;
	report("private-key", `not the key of a GitHub App: ${key}. Pass the .pem file that GitHub offered when the key was made, whole and unchanged.`);
};
/** A YAML map in either style, a YAML list, or words with commas: the marks around entries go. */
const toEntries = (text) => toList(text).map((entry) => entry.replace(/^[-{\s]+|[}\s]+$/g, "").replaceAll(/["']/g, "")).filter((entry) => entry !== "");
/** An expression that came out empty must not ask for all that the installation may do. */
const readPermissions = ({ text, list, report }) => {
	const permissions = {};
	const entries = text("permissions") === void 0 ? [defaultPermissions] : list("permissions", toEntries);
	for (const value of entries) {
		const entry = parsePermission(value);
		if (typeof entry !== "string") permissions[entry[0]] = entry[1];
		else report("permissions", `${entry}. Write name: read, name: write or name: admin.`, value);
	}
	return permissions;
};
/** A string says why it is none. A name that GitHub may have added since is passed on. */
const parsePermission = (entry) => {
	const [, given, level] = /^([a-z][a-z_-]*)\s*:\s*(read|write|admin)$/.exec(entry) ?? [];
	if (given === void 0 || level === void 0) return "not a permission";
	const name = given.replaceAll("-", "_");
	const meant = knownPermissions.includes(name) ? name : findNearestWord(name, knownPermissions);
	if (meant === void 0 || meant === name) return [name, level];
	return `GitHub has no permission ${given}; the nearest is ${meant}`;
};
const readRepositories = ({ list, check }) => check("repositories", list("repositories")).map((entry) => {
	const [name = "", owner] = entry.split("/").reverse();
	return {
		owner,
		name
	};
});
/** One scope for each owner that the repositories name; those without one belong to `owner`. */
const toScopes = (named, owner) => {
	return [...Map.groupBy(named, (entry) => (entry.owner ?? owner).toLowerCase()).values()].map((group) => {
		const names = new Map(group.map(({ name }) => [name.toLowerCase(), name]));
		const spellings = group.map((entry) => entry.owner ?? owner);
		return toScope(spellings[0] ?? owner, [...names.values()], spellings);
	});
};
const toScope = (owner, repositories, spellings = [owner]) => ({
	owner,
	repositories,
	spellings: [.../* @__PURE__ */ new Set([...spellings, owner.toLowerCase()])]
});
const readScopes = (reader) => {
	const [currentOwner, currentName] = reader.run.repository?.split("/") ?? [];
	const given = reader.word("owner");
	const named = readRepositories(reader);
	const owner = given ?? currentOwner;
	const isComplete = named.length > 0 && named.every((entry) => entry.owner !== void 0);
	if (owner === void 0 && !isComplete) {
		reader.report("owner", `empty, and no repository is known from the run. Name the owner of the installation.`);
		return [];
	}
	if (named.length > 0) return toScopes(named, owner ?? "");
	return [toScope(owner ?? "", given !== void 0 || currentName === void 0 ? [] : [currentName])];
};
/** Reads the App that mints the token; undefined unless it is named and its key can be read. */
const readApp = (reader) => {
	const clientId = readClientId(reader);
	const privateKey = readPrivateKey(reader);
	const permissions = readPermissions(reader);
	if (clientId === void 0 || privateKey === void 0) return void 0;
	return {
		clientId,
		privateKey,
		scopes: readScopes(reader),
		permissions
	};
};

// src/inputs/read-credentials.ts
/** This machine and no other one; a URL writes every address of 127.0.0.0/8 as four numbers. */
const isLoopback$1 = ({ hostname }) => hostname === "localhost" || hostname === "[::1]" || isIPv4(hostname) && hostname.startsWith("127.");
/** Whether it is nothing but an address, to which the App's signed requests may go. */
const isApiUrl = (url) => (url.protocol === "https:" || url.protocol === "http:" && isLoopback$1(url)) && [
	url.username,
	url.password,
	url.search,
	url.hash
].every((part) => part === "");
/** Reads where GitHub's API is. */
const readApiUrl = ({ text, report }) => {
	const given = text("github-api-url") ?? "https://api.github.com";
	const url = URL.canParse(given) ? new URL(given) : void 0;
	if (url === void 0 || !isApiUrl(url)) {
		const how = "Write https://HOST/api/v3 for GitHub Enterprise Server, or leave it out.";
		const shown = given.replace(/\/\/[^/]*@/, "//***@");
		report("github-api-url", `not an https URL, or more than a host and a path. ${how}`, shown);
	}
	return (url?.href ?? given).replace(/\/+$/, "");
};
/** Words about a token. */
const tokenWords = [
	"repositories",
	"owner",
	"permissions",
	"secret-format"
];
/** Half of an App, or whoever says which token wants one: the build would fail later, with less to go by. */
const reportMissing = ({ run, text, report }) => {
	const hasId = (text("client-id") ?? text("app-id")) !== void 0;
	const hasKey = text("private-key") !== void 0;
	const why = whySecretsAreEmpty(run.trigger);
	const because = why === void 0 ? "" : `: ${why}`;
	const how = why === void 0 ? "Check the name of the secret; workflows of forks and of Dependabot do not get secrets." : withoutSecrets;
	const asked = tokenWords.filter((name) => (text(name) ?? defaults[name]) !== defaults[name]);
	if (hasId && !hasKey) report("private-key", `empty, though a client-id is given${because}. ${how}`);
	else if (hasKey && !hasId) report("client-id", `empty, though a private-key is given. Give the Client ID (or app-id) of the App that the key belongs to.`);
	else if (!hasId && asked.length > 0) {
		const what = `client-id with private-key is empty, and so is github-token${because}`;
		report(asked.join(", "), `given, but there is no token: ${what}. ${how}`);
	}
};
const readGiven = ({ text, report }) => {
	const given = text("github-token");
	if (given === void 0) return void 0;
	if (/\s/.test(given)) report("github-token", "it contains white space. Pass one token and nothing else.");
	return new Secret(given);
};
/** Several tokens fit only into what tells them apart by address. */
const severalFit = ["gitconfig", "git-credentials"];
/**
* Reads where the build's token comes from; `none` when nothing about one is said. A token that is
* given is what is left where the App's key is not there.
*/
const readCredentials = (reader, format) => {
	const { run, text, report } = reader;
	const given = readGiven(reader);
	const app = readApp(reader);
	if (given === void 0) reportMissing(reader);
	if (app === void 0) {
		if (given === void 0) return { kind: "none" };
		const isNamed = (text("client-id") ?? text("app-id")) !== void 0;
		const why = whySecretsAreEmpty(run.trigger) ?? "the secret has no value here";
		return {
			kind: "given",
			token: given,
			insteadOfApp: isNamed && text("private-key") === void 0 ? `private-key is empty: ${why}` : void 0
		};
	}
	if (app.scopes.length > 1 && !severalFit.includes(format)) report("repositories", `several owners need one token each, and secret-format: ${format} holds one. Use secret-format: gitconfig, or one step for each owner.`, app.scopes.map(({ owner }) => owner).join(", "));
	return {
		kind: "app",
		...app
	};
};

// src/storage/catalog.ts
const gb = 1e9;
const everywhere = [
	"ubuntu22",
	"ubuntu24",
	"ubuntu26"
];
/**
* What may go: what should have the fewest files per byte first, as its bytes cost the least.
* Swap and apt packages stay: the one keeps memory-hungry jobs alive, the others take minutes.
*/
const catalog = [
	{
		name: "codeql",
		what: "the bundle of CodeQL",
		paths: ["/opt/hostedtoolcache/CodeQL"],
		typicalBytes: 1.7 * gb,
		images: everywhere
	},
	{
		name: "android",
		what: "the Android SDK and NDK",
		paths: ["/usr/local/lib/android"],
		typicalBytes: 11 * gb,
		images: everywhere
	},
	{
		name: "ghcup",
		what: "Haskell's compiler and tools",
		paths: ["/usr/local/.ghcup", "/opt/ghc"],
		typicalBytes: 5 * gb,
		images: everywhere
	},
	{
		name: "swift",
		what: "the Swift tool chain",
		paths: ["/usr/share/swift"],
		typicalBytes: 3 * gb,
		images: ["ubuntu22", "ubuntu24"]
	},
	{
		name: "dotnet",
		what: "the .NET SDKs",
		paths: ["/usr/share/dotnet", "/usr/lib/dotnet"],
		typicalBytes: 4 * gb,
		images: everywhere
	}
];

// src/inputs/read-disk.ts
const units = {
	MB: 1e6,
	GB: 1e9,
	GIB: 2 ** 30,
	TB: 0xe8d4a51000
};
const words = [
	"auto",
	"always",
	"never"
];
/** Reads whether, and how much, disk is to be freed. */
const readFreeDisk = ({ text, report }) => {
	const given = text("free-disk") ?? "auto";
	const word = words.find((each) => each === given);
	if (word !== void 0) return word;
	const [, number = "", unit = ""] = /^(\d{1,6}(?:\.\d+)?)\s*(MB|GB|GiB|TB)$/i.exec(given) ?? [];
	const targetBytes = Math.round(Number(number) * (units[unit.toUpperCase()] ?? 0));
	if (targetBytes > 0) return { targetBytes };
	report("free-disk", `unknown. ${`Write one of ${words.join(", ")}, or how much shall be free, such as 20GB.`}`, given);
	return "auto";
};
/** Reads which entries of the catalog stay. */
const readFreeDiskKeep = ({ list, report }) => {
	const known = catalog.map(({ name }) => name);
	const names = list("free-disk-keep").map((name) => name.toLowerCase());
	const text = `nothing of that name is ever deleted. Write names of ${known.join(", ")}.`;
	for (const name of names) if (!known.includes(name)) report("free-disk-keep", text, name);
	return names;
};

// src/inputs/read-image-limits.ts
/** `2GB`, `5%`, `api:dev=500MB compressed`. */
const pattern$1 = /^(?:(\S+)=)?(\d{1,7}(?:\.\d{1,3})?)\s*(%|[KMGT]i?B)(\s+compressed)?$/i;
const parseLimit = (given) => {
	const [, image, number = "", unit = "", packed] = pattern$1.exec(given) ?? [];
	const value = Number(number);
	if (unit === "" || value === 0 && unit !== "%") return void 0;
	return {
		given,
		image,
		bytes: unit === "%" ? void 0 : Math.round(value * (units$1[unit.toUpperCase()] ?? 0)),
		percent: unit === "%" ? value : void 0,
		isPacked: packed !== void 0
	};
};
const readLimits = ({ list, report }, input, how, isGrowth) => list(input).flatMap((given) => {
	const limit = parseLimit(given);
	if (limit !== void 0 && (isGrowth || limit.percent === void 0)) return [limit];
	report(input, `not a limit. Write ${how}; for one image alone, api:dev=${how}.`, given);
	return [];
});
/** How large images may be, and how much they may grow. */
const readImageLimits = (reader) => ({
	size: readLimits(reader, "image-size-limit", "2GB, or 700MB compressed", false),
	growth: readLimits(reader, "image-growth-limit", "5% or 50MB, or 20MB compressed", true),
	isWarning: reader.choice("image-limit-action", ["error", "warning"]) === "warning"
});
/** A token of one's own is a secret, and where there are none a comment is left out. */
const readComment = ({ isTrue, text, report, run }) => {
	if (!isTrue("comment")) return void 0;
	const given = text("comment-token");
	if (given === void 0) {
		const how = "Leave it out to use the job's own token, or check the name of the secret.";
		if (whySecretsAreEmpty(run.trigger) === void 0) report("comment-token", `empty, though comment is true. ${how}`);
		return { token: void 0 };
	}
	if (/\s/.test(given)) report("comment-token", "it contains white space. Pass one token and nothing else.");
	return { token: new Secret(given) };
};
const reports = [
	"auto",
	"full",
	"false"
];
/** Reads whether images are looked into, which limits and a comment need. */
const readImageReport = (reader) => {
	const imageLimits = readImageLimits(reader);
	const given = reader.choice("image-report", reports);
	const comment = readComment(reader);
	return {
		imageReport: (imageLimits.size.length + imageLimits.growth.length > 0 || comment !== void 0) && given === "false" ? "auto" : given,
		imageLimits,
		comment
	};
};

// src/inputs/read-manifests.ts
/** Commas or newlines part globs; a comma within braces is the glob's own, as in `*.{yml,yaml}`. */
const toGlobs = (raw) => (raw ?? "").split(/\n|,(?![^{}\n]*\})/).map((glob) => glob.trim()).filter((glob) => glob !== "");
/** Whether `manifests` is also where images come from. */
const readImagesFrom = ({ text, check, list, report }) => {
	const from = text("images-from");
	const exclude = check("images-from-exclude", list("images-from-exclude"));
	if (from === void 0) {
		if (exclude.length > 0) report("images-from-exclude", "it says nothing without images-from. Leave it out, or add images-from: manifests.", exclude.join(", "));
		return;
	}
	if (from !== "manifests") report("images-from", "unknown. Write manifests, or leave it out.", from);
	else if (text("manifests") === void 0) report("images-from", "manifests is not given. Name files there, such as k8s/**/*.yaml.", from);
	return { exclude };
};
/** Reads the globs of Kubernetes manifests; what begins with `!` leaves files out. */
const readManifests = (reader) => {
	const { list, report } = reader;
	const globs = list("manifests", toGlobs);
	if (globs.length > 0 && globs.every((glob) => glob.startsWith("!"))) report("manifests", "it only leaves files out. Name files too, such as k8s/**/*.yaml.", globs.join(", "));
	return {
		manifests: globs,
		imagesFrom: readImagesFrom(reader)
	};
};

// src/inputs/read-mirrors.ts
const pattern = /^(?:(https?):\/\/)?([a-z0-9.-]+(?::\d{1,5})?(?:\/[a-z0-9._-]+)*)\/?$/i;
const isLoopback = (host) => /^(?:localhost|127(?:\.\d{1,3}){3})(?::|\/|$)/.test(host);
/** Reads which registries are asked for Docker Hub's images first. */
const readMirrors = ({ list, report }) => list("registry-mirrors").flatMap((given) => {
	const [, scheme, host] = pattern.exec(given) ?? [];
	if (host !== void 0) return [{
		host,
		isPlain: scheme === void 0 ? isLoopback(host) : scheme.toLowerCase() === "http"
	}];
	report("registry-mirrors", "not a registry. Write mirror.example, or https://mirror.example/path.", given);
	return [];
});
/** As BuildKit's configuration has them (docs/buildkitd.toml.md). */
const toBuildkitConfig = (mirrors) => [
	"[registry.\"docker.io\"]",
	`  mirrors = [${mirrors.map(({ host }) => `"${host}"`).join(", ")}]`,
	...mirrors.flatMap(({ host, isPlain }) => isPlain ? [`[registry."${host.replace(/\/.*$/, "")}"]`, "  http = true"] : []),
	""
].join("\n");
/** A builder that has a configuration of its own says there which mirrors it asks. */
const withMirrors = (builder, mirrors) => builder === void 0 || mirrors.length === 0 || builder.config !== void 0 || builder.driver === "remote" ? builder : {
	...builder,
	config: {
		kind: "inline",
		text: toBuildkitConfig(mirrors)
	}
};

// src/inputs/read-node-files.ts
const form = "SOURCE:/path/on/node, with :ro or :rw behind it if need be";
/** The last `:/` is the node's: sources may have some of their own. */
const linePattern = /^(.+):(\/[^:]*)(?::([^:/]*))?$/s;
const readPath = (kind, path, { run, report }, given) => {
	if (!reportOutside({
		run,
		report
	}, "node-files", path)) return void 0;
	const whole = resolve(run.workspace, path);
	if (run.kindOf(whole) !== "nothing") return {
		kind,
		path: whole
	};
	report("node-files", `there is no ${path}. Paths start in the workspace.`, given);
};
const readReference = (text, { report }, given) => {
	const reference = parseImageReference(text);
	if (typeof reference !== "string") return reference;
	report("node-files", `${text} is no name of an image or artifact: ${reference}.`, given);
};
const readOrigin = (source, reader, given) => {
	const [, scheme, rest = ""] = /^(lfs:|oci:\/\/|image:\/\/)(.*)$/s.exec(source) ?? [];
	if (scheme === void 0) {
		const [other] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(source) ?? [];
		if (other === void 0) return readPath("local", source, reader, given);
		const text = `unknown source ${other}. Write a path, lfs:PATH, oci://REF or image://REF:/path.`;
		reader.report("node-files", text, given);
		return;
	}
	if (scheme === "lfs:") return readPath("lfs", rest, reader, given);
	if (scheme === "oci://") {
		const reference = readReference(rest, reader, given);
		return reference && {
			kind: "oci",
			reference
		};
	}
	const [, name = "", path = ""] = /^(.+):(\/.*)$/s.exec(rest) ?? [];
	if (name === "") {
		reader.report("node-files", "it names no folder of the image. Write image://REF:/path:/path/on/node.", given);
		return;
	}
	const reference = readReference(name, reader, given);
	return reference && {
		kind: "image",
		reference,
		path
	};
};
const readLine = (given, reader) => {
	const { report } = reader;
	const [, source = "", target = "", mode = "ro"] = linePattern.exec(given) ?? [];
	if (source === "") {
		report("node-files", `it names no path on the node. Write ${form}.`, given);
		return [];
	}
	const tidy = target.replace(/(?<=[^/])\/+$/, "");
	const objection = findTargetObjection(tidy);
	if (objection !== void 0) report("node-files", `${objection}.`, given);
	if (mode !== "ro" && mode !== "rw") report("node-files", `${mode} is neither ro nor rw. Write ${form}.`, given);
	const origin = readOrigin(source, reader, given);
	return origin === void 0 || objection !== void 0 ? [] : [{
		given,
		origin,
		target: tidy,
		isWritable: mode === "rw"
	}];
};
const readCacheBytes = ({ isTrue, text, report }) => {
	const given = text("node-files-cache-limit") ?? "5GB";
	const bytes = parseSize(given);
	if (bytes === void 0) report("node-files-cache-limit", "not a size. Write 5GB or 800MB.", given);
	return isTrue("node-files-cache") ? bytes : void 0;
};
/** Reads which files nodes are to have. */
const readNodeFiles = (reader) => {
	const nodeFiles = [];
	for (const each of reader.list("node-files", toLines).flatMap((line) => readLine(line, reader))) {
		const other = findOverlap(nodeFiles, each);
		if (other !== void 0) reader.report("node-files", `${each.target} is, or is in, what \`${other.given}\` makes. Give each a path of its own.`, each.given);
		nodeFiles.push(each);
	}
	return {
		nodeFiles,
		prunesNodeFiles: reader.isTrue("node-files-prune"),
		verifiesNodeFiles: reader.isTrue("node-files-verify"),
		makesFilesImages: reader.isTrue("node-files-images"),
		nodeFilesCacheBytes: readCacheBytes(reader)
	};
};

// src/inputs/read-prove.ts
const seconds = {
	s: 1,
	m: 60,
	h: 3600
};
const longestSeconds = 6 * seconds.h;
/** An argument of a process has at most 128 KiB. */
const longestArgument = 1e5;
const readTimeout = ({ text, report }) => {
	const given = text("prove-timeout") ?? "10m";
	const [, number = "", unit = "s"] = /^(\d{1,5})([smh])$/.exec(given) ?? [];
	const value = Number(number) * seconds[unit];
	if (value < 1 || value > longestSeconds) report("prove-timeout", "not a time. Write 90s, 10m or 1h, of at most 6h.", given);
	return value * 1e3;
};
const isArgv = (value) => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
/** A list in JSON is run as it is, as in a Dockerfile; all else by a shell. */
const toArgv = (given) => {
	if (!/^\[\s*"/.test(given)) return [
		"/bin/sh",
		"-c",
		given
	];
	const argv = attempt(() => JSON.parse(given));
	return isArgv(argv) && argv[0] !== "" ? argv : void 0;
};
/** Reads the test that is to be run in images without their findings. */
const readProve = (reader) => {
	const { text, report } = reader;
	const given = text("prove");
	const timeoutMs = readTimeout(reader);
	if (given === void 0) return void 0;
	const argv = toArgv(given);
	if (argv === void 0) report("prove", `not a list of strings in JSON. Write a command for /bin/sh, or a list such as ["/app/test", "--fast"].`, given);
	else if (argv.some((each) => each.length > longestArgument || each.includes("\0"))) report("prove", "too long for a command. Copy a script into the image, and write its path.");
	if (text("image-report") !== "full") report("prove", "it tries what the report finds. Set image-report: full, or leave prove out.");
	return argv && {
		given,
		argv,
		timeoutMs
	};
};

// src/inputs/read-report.ts
/** Inputs that say something where images are only looked at. */
const usedByReport = [
	...[
		"mode",
		"images",
		"cluster-name",
		"image-report"
	],
	...["image-size-limit", "image-limit-action"],
	...[
		"comment",
		"comment-token",
		"github-api-url"
	]
];
/** What would do nothing is a mistake: somebody waits for it. */
const reportUseless = (raw, report) => {
	for (const name of inputNames) {
		const value = toOptional(raw[name]);
		if (value === void 0 || value === defaults[name] || usedByReport.includes(name)) continue;
		report(name, name === "image-growth-limit" ? "mode: report compares with no earlier run. Leave it out, or take image-size-limit." : "mode: report only looks at images. Leave it out.");
	}
};
const layoutScheme = "oci-layout://";
const registryScheme = "registry://";
/** `FOLDER`, `FOLDER:TAG` or `FOLDER@DIGEST`. */
const readLayout = (given, text, reader) => {
	const [, path = "", tag, digest] = /^(.*?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/s.exec(text) ?? [];
	const how = "Write oci-layout://FOLDER, with :TAG or @sha256:DIGEST behind it where it has several.";
	if (path === "" || path.includes("@")) {
		reader.report("images", `it names no folder. ${how}`, given);
		return [];
	}
	const { workspace, kindOf } = reader.run;
	const folder = resolve(workspace, path);
	if (!reportOutside(reader, "images", path)) return [];
	if (kindOf(folder) !== "folder") {
		reader.report("images", `there is no such folder. ${how}`, given);
		return [];
	}
	return [{
		kind: "layout",
		given,
		folder,
		tag,
		digest
	}];
};
const readOne = (given, reader) => {
	if (given.startsWith(layoutScheme)) return readLayout(given, given.slice(13), reader);
	if (/^[./]/.test(given)) return readLayout(given, given, reader);
	const id = parseImageId(given);
	if (id !== void 0) return [{
		kind: "any",
		given,
		reference: id
	}];
	const isRegistrys = given.startsWith(registryScheme);
	const reference = parseImageReference(isRegistrys ? given.slice(11) : given);
	if (typeof reference !== "string") return [{
		kind: isRegistrys ? "registry" : "any",
		given,
		reference: {
			...reference,
			given
		}
	}];
	reader.report("images", `${reference}. Write NAME:TAG, registry://NAME:TAG, or oci-layout://FOLDER.`, given);
	return [];
};
/** Reads which images `mode: report` is about. */
const readReported = (reader) => {
	const given = reader.list("images");
	if (given.length === 0 && reader.text("images") === void 0) reader.report("images", "none is given. Name those that mode: report is to look at.");
	return [...new Set(given)].flatMap((each) => readOne(each, reader));
};

// src/inputs/read-which-cluster.ts
const kinds = [
	"auto",
	"kind",
	"k3d",
	"minikube",
	"containerd"
];
const reportNoDocker = ({ report, run }) => {
	const provider = run.childEnv["KIND_EXPERIMENTAL_PROVIDER"];
	if (provider !== void 0 && provider !== "" && provider !== "docker") report("cluster", "KIND_EXPERIMENTAL_PROVIDER has kind run its nodes elsewhere than in Docker, where Slipway cannot reach them. Unset it, and make the cluster in Docker.", provider);
};
/** What needs nodes that are containers, and what does the same without. */
const needless = [
	["cluster-name", "a machine has one cluster. Leave it out."],
	["nodes", "this machine is the one node. Leave it out."],
	["node-files", "it links files into the volumes of containers. Mount them as `hostPath`."],
	["node-files-prune", "there are no files of Slipway on a machine. Leave it out."],
	["image-report", "a node's image has the programs for it. Use a step with mode: report."],
	["image-size-limit", "a node's image has the programs for it. Use a step with mode: report."],
	["image-growth-limit", "a node's image has the programs for it. Use a step with mode: report."],
	["comment", "a node's image has the programs for it. Use a step with mode: report."],
	["keep-state", "a node's image is what claims it. Use cache or build-cache."]
];
const isGiven = ({ text }, name) => {
	const given = text(name);
	return given !== void 0 && given !== defaults[name];
};
const reportNeedless = (reader) => {
	const { report, raw, text } = reader;
	for (const [name, why] of needless) if (isGiven(reader, name)) report(name, `not with cluster: containerd: ${why}`, raw[name]);
	if (text("load-mode") === "kind") report("load-mode", "not with cluster: containerd: kind does not know it. Take auto.", "kind");
};
/** Images go into the cluster that is there, and is not made here. */
const reportUnmade = ({ isTrue, report }, kind) => {
	if (isTrue("create-cluster") && kind !== "auto" && kind !== "kind") report("cluster", "create-cluster makes clusters of kind alone. Make it before this step.", kind);
};
/** Reads which cluster the images are for. */
const readWhichCluster = (reader, mode) => {
	const { choice, word, text, report } = reader;
	const given = word("cluster-name");
	const containerdAddress = word("containerd-address") ?? "/run/containerd/containerd.sock";
	if (mode === "report") return {
		cluster: "auto",
		clusterName: given ?? "kind",
		containerdAddress
	};
	const cluster = choice("cluster", kinds);
	reportUnmade(reader, cluster);
	if (cluster === "containerd") {
		reportNeedless(reader);
		return {
			cluster,
			clusterName: "containerd",
			containerdAddress
		};
	}
	reportNoDocker(reader);
	if (text("containerd-address") !== void 0) report("containerd-address", "it is for cluster: containerd. Set that, or leave it out.");
	return {
		cluster,
		clusterName: given ?? "kind",
		containerdAddress
	};
};

// src/inputs/report-unknown.ts
/** Words of other actions, and what says the same here. */
const otherWords = {
	tag: "tags",
	image: "images",
	dockerfile: "file",
	"docker-file": "file",
	path: "context",
	config: "buildkitd-config",
	"config-inline": "buildkitd-config-inline",
	cluster: "cluster-name",
	name: "cluster-name",
	token: "github-token",
	"app-client-id": "client-id",
	"app-private-key": "private-key",
	bake: "bake-files",
	"bake-file": "bake-files",
	files: "bake-files",
	set: "bake-set"
};
/** Words of docker/setup-buildx-action for what a step's own builder does not have. */
const ofBuilders = {
	version: "Slipway uses the buildx that is there. docker/setup-buildx-action installs another one.",
	install: "`docker build` stays what it is. Leave it out.",
	use: "The step alone uses its builder. Leave it out.",
	cleanup: "The builder goes with the step. To keep one, make it before and name it in builder.",
	"cache-binary": "Slipway downloads no buildx. Leave it out."
};
const toRemedy = (name) => {
	const word = name.replaceAll("_", "-");
	const known = inputNames;
	if (Object.hasOwn(ofBuilders, word)) return ofBuilders[word] ?? "";
	const meant = known.includes(word) ? word : otherWords[word] ?? findNearestWord(word, known);
	if (meant !== void 0) return `Did you mean ${meant}?`;
	return "The README has a table of all inputs.";
};
/**
* What the runner passed and no input is called: it warns, and the step would go on without what its
* author asked for.
*
* @param names in lower case, as the workflow has them
*/
const reportUnknown = (names, report) => {
	for (const input of names) {
		const otherwise = `If it is not in \`with\`, the job sets ${`INPUT_${input.toUpperCase()}`}: rename that.`;
		report(input, `no such input. ${toRemedy(input)} ${otherwise}`);
	}
};

// src/inputs/report-untrusted.ts
/** All that a Dockerfile could be shown. */
const secretInputs = [
	"private-key",
	"github-token",
	"secrets",
	"secret-envs",
	"secret-files",
	"ssh"
];
/** What several builds are told of secrets, in the words of Bake or of an entry. */
const findOfBake = (raw, bake) => {
	if (bake === void 0 || bake.isSingle) return [];
	const hasAgent = Object.values(bake.definition?.target ?? {}).some(({ ssh }) => Array.isArray(ssh) && ssh.length > 0);
	const isSet = bake.sets.some((line) => /^[^=]*\.(?:secrets?|ssh)\b/.test(line));
	return [
		...hasAgent ? ["ssh in builds"] : [],
		...isSet ? ["secrets in bake-set"] : [],
		...toList(raw.allow).includes("ssh") ? ["the agent (allow: ssh)"] : []
	];
};
/**
* The one gate for secrets: none reaches code that somebody else may have written, unasked.
*
* @returns whether the code is trusted, by where it comes from or by the author's word
*/
const reportUntrusted = (reader, bake) => {
	const { raw, text, isTrue, report } = reader;
	const { trigger } = reader.run;
	const isAllowed = isTrue("allow-untrusted-trigger");
	const given = [...secretInputs.filter((name) => text(name) !== void 0), ...findOfBake(raw, bake)];
	if (isAllowed || !isUntrusted(trigger)) return true;
	if (given.length === 0) return false;
	const runs = /^(pull_request|workflow_run)/.test(trigger.event) ? "runs for a fork's code here" : "may run for a fork's code (the event does not say)";
	report("allow-untrusted-trigger", `${trigger.event} ${runs}, and its Dockerfile would see ${given.join(", ")}. Build such code on pull_request without secrets, or set it to true if only trusted code is built.`);
	return false;
};

// src/inputs/read-inputs.ts
const modes = [
	"run",
	"diagnose",
	"report",
	"doctor"
];
const loadModes = [
	"auto",
	"reflink",
	"link",
	"copy",
	"stream",
	"kind"
];
const triWords = [
	"auto",
	"true",
	"false"
];
const toTri = {
	auto: "auto",
	true: "always",
	false: "never"
};
const readImageCache = ({ choice, text, report }) => {
	const given = text("image-cache-limit") ?? "4GB";
	const bytes = parseSize(given);
	if (bytes === void 0) report("image-cache-limit", "not a size. Write 4GB or 800MB.", given);
	return {
		imageCache: toTri[choice("image-cache", [
			"false",
			"auto",
			"true"
		])],
		imageCacheBytes: bytes ?? 0
	};
};
const reportNothingToDo = ({ text, report }) => {
	if ((text("create-cluster") ?? "false") !== "false") return;
	if ([...[
		"context",
		"images",
		"images-from",
		"bake-files",
		"builds",
		"node-files"
	], "image-archives"].some((name) => text(name) !== void 0)) return;
	const built = [
		"tags",
		"file",
		"target"
	].find((name) => text(name));
	report("context", built === void 0 ? "none of context, images, bake-files, builds and node-files is given, so there is nothing to do. Name a folder to build, a Bake file, or images that the local store has." : `empty, though ${built} is given. Name the folder to build, such as context: .`);
};
const formats = [
	"token",
	"gitconfig",
	"git-credentials",
	"netrc"
];
/** Under which the Dockerfile finds the token where the step does not say. */
const usualIds = {
	token: "github_token",
	gitconfig: "gitconfig",
	"git-credentials": "git-credentials",
	netrc: "netrc"
};
const usedByDiagnose = ["mode", "cluster-name"];
const usedBy = {
	diagnose: usedByDiagnose,
	report: usedByReport,
	doctor: [
		...[
			"mode",
			"cluster-name",
			"cluster",
			"containerd-address",
			"builder",
			"client-id",
			"app-id",
			"private-key",
			"owner"
		],
		...[
			"repositories",
			"permissions",
			"github-token",
			"github-api-url",
			"secret-format"
		],
		"allow-untrusted-trigger"
	]
};
const pick = (raw, names) => Object.fromEntries(names.flatMap((name) => name in raw ? [[name, raw[name]]] : []));
/** Given, other than by default, and of no use. */
const findUnused = (raw) => inputNames.filter((name) => {
	const value = toOptional(raw[name]);
	if (value === void 0 || givenByRunner.includes(name)) return false;
	return !usedByDiagnose.includes(name) && value !== defaults[name];
});
/**
* Reads the step's inputs.
*
* @throws {Failure} one error that names every problem, with the input, its value and a remedy
*/
const readInputs = (given, run) => collectProblems((report) => {
	reportUnknown(run.unknownInputs, report);
	const mode = createReader(given, report, run).choice("mode", modes);
	const unused = mode === "diagnose" ? findUnused(given) : [];
	const raw = mode === "run" ? given : pick(given, usedBy[mode]);
	const reader = createReader(raw, report, run);
	const { word, list, choice, isTrue } = reader;
	if (mode === "run") reportNothingToDo(reader);
	if (mode === "report") reportUseless(given, report);
	if (mode === "diagnose" && toOptional(given.cluster) === "containerd") report("cluster", "mode: diagnose asks nodes that are containers. Use kubectl.", "containerd");
	if (mode === "diagnose" && toOptional(given.prove) !== void 0) report("prove", "mode: diagnose has no image to run it in. Leave it out.");
	const isReport = mode === "report";
	const secretFormat = choice("secret-format", formats);
	const credentials = readCredentials(reader, secretFormat);
	const secretId = word("secret-id") ?? usualIds[secretFormat];
	const allow = readAllow(reader);
	const bake = readBake(reader, allow);
	const parallel = word("parallel");
	const mirrors = readMirrors(reader);
	return {
		mode,
		unused,
		isTrusted: reportUntrusted(reader, bake),
		credentials,
		apiUrl: readApiUrl(reader),
		secretFormat,
		secretId,
		secrets: readSecrets(reader, credentials.kind === "none" ? void 0 : secretId),
		bake,
		allow,
		...readCache(reader),
		...readCacheMounts(reader),
		retries: Number(word("retries") ?? "1"),
		parallel: parallel === void 0 ? void 0 : Number(parallel),
		builder: withMirrors(readBuilder(reader), mirrors),
		mirrors,
		keepsInDocker: isTrue("load"),
		existingBuilder: word("builder"),
		isDryRun: isTrue("dry-run"),
		failFast: isTrue("fail-fast", "true"),
		images: isReport ? [] : readReferences("images", reader),
		imageArchives: readArchives(reader),
		pullImages: choice("pull-images", [
			"missing",
			"always",
			"never"
		]),
		...readImageCache(reader),
		reported: isReport ? readReported(reader) : [],
		...readWhichCluster(reader, mode),
		createCluster: readCluster(reader),
		nodes: list("nodes"),
		loadMode: choice("load-mode", loadModes),
		keepImages: toTri[choice("keep-images", triWords)],
		freeDisk: readFreeDisk(reader),
		freeDiskKeep: readFreeDiskKeep(reader),
		pruneCache: toTri[choice("prune-cache", triWords)],
		...readNodeFiles(reader),
		...readManifests(reader),
		...readImageReport(reader),
		prove: readProve(reader)
	};
}, run.whose);

// src/docker/prepare-config.ts
/**
* What the step gives the docker command of its own, instead of what this user cannot use. Keeps all that works. Where a folder for logins is out of reach, nothing is lost with another one.
* Where only buildx cannot write, logins and contexts stay where they are, and buildx alone gets
* another one: so a login never has to be copied.
*
* @param tempDir a folder that ends with the step
*/
const planOwnFolders = ({ config, buildx }, tempDir) => {
	const own = join(tempDir, "docker");
	const ownBuildx = join(own, "buildx");
	const variables = {
		...!config.isInReach && { DOCKER_CONFIG: own },
		...!buildx.isUsable && { BUILDX_CONFIG: ownBuildx }
	};
	const from = config.isInReach && !buildx.isUsable ? buildx.path : void 0;
	return {
		variables,
		builders: from === void 0 ? void 0 : {
			from,
			to: ownBuildx
		}
	};
};
/** Names of builders and of this machine; no secrets, which `instances` may hold. */
const copyIfThere = (from, to) => {
	if (!isMissing(from)) writeFileSync(to, readRegularFile(from), { mode: 384 });
};
/**
* Lets buildx find the builders of a folder in which it cannot write, and which of them is in use.
* The builders themselves are only linked: with them are keys of registries and of remote builders.
*
* @returns whether there are none that could not be read
*/
const lendBuilders = (from, to) => {
	mkdirSync(join(to, "defaults"), {
		recursive: true,
		mode: 448
	});
	const instances = resolve(from, "instances");
	if (isMissing(instances)) return true;
	if (!canRead(instances) || !canSearch(instances)) return false;
	try {
		for (const name of [".buildNodeID", "current"]) copyIfThere(join(from, name), join(to, name));
		const defaults = join(from, "defaults");
		for (const name of isMissing(defaults) ? [] : readdirSync(defaults)) copyIfThere(join(defaults, name), join(to, "defaults", name));
	} catch {
		return false;
	}
	symlinkSync(instances, join(to, "instances"));
	return true;
};
/**
* Makes folders of the step's own where docker and buildx cannot use this user's.
*
* @param tempDir a folder that ends with the step
* @returns the environment for docker, and for all that starts it
*/
const prepareConfig = (env, tempDir, log) => {
	const found = findDockerFolders(env);
	const { variables, builders } = planOwnFolders(found, tempDir);
	if (variables["DOCKER_CONFIG"] !== void 0) {
		const { path } = found.config;
		log(path === void 0 ? "This user has no home folder: docker has no logins and no contexts." : `This user cannot use ${path}: docker has no logins and no contexts from there.`);
	}
	if (builders !== void 0) {
		const without = lendBuilders(builders.from, builders.to) ? "" : ", and cannot read the builders there";
		log(`buildx cannot write to ${builders.from}${without}: it uses a folder of this step.`);
	}
	return {
		...env,
		...variables
	};
};

// src/host/core-limit.ts
/**
* Keeps secrets out of core dumps of this process and of the children that it starts from now on. One
* byte, not none: the kernel then writes no file and starts no collector either (core(5)); a limit of
* none would be ignored for collectors. Node cannot set limits, util-linux can.
*/
const forbidCoreDumps = async (env) => {
	const args = [`--pid=${process.pid}`, "--core=1:1"];
	const options = {
		env: { ...env },
		silent: true,
		ignoreReturnCode: true
	};
	const file = ["/usr/bin/prlimit", "/bin/prlimit"].find(existsSync);
	if (file === void 0) return;
	const { exec } = await import("./exec.js");
	await exec(file, args, options).catch(() => void 0);
};

// src/host/left-folders.ts
/**
* Removes folders of this user's runs that are so old that no job can have them. Their post was killed, too, or
* the machine went. Never fails.
*
* @param nowMs since 1970
*/
const removeLeftFolders = (dir, nowMs) => {
	for (const name of attempt(() => readdirSync(dir)) ?? []) {
		const folder = join(dir, name);
		if (!isImagesFolder(name) || !isOwnFolder(folder)) continue;
		attempt(() => {
			if (nowMs - statSync(folder).mtimeMs > 432e6) rmSync(folder, {
				recursive: true,
				force: true
			});
		});
	}
};

// src/diagnose/recording/begin-recording.ts
/** Mostly it has ended long before. */
const patienceMs = 3500;
/** A string says why nothing could be recorded. */
const record = async (options) => {
	await options.after;
	const { clusterName, folder, childEnv } = options;
	const baseline = await withEngineApi(createDocker(childEnv), async (api) => {
		const { nodes } = await inspectNodes$1(api.get, clusterName);
		return toBaseline(clusterName, await gatherNodes$1(api, nodes, "kernel-only"));
	});
	if (baseline === void 0) return "no node answered";
	writeBaseline(folder, baseline);
	startRecorder(folder, childEnv);
	return baseline;
};
/**
* Records how things are before anything is loaded, and has a process go on recording until post. No
* trouble with it is the step's.
*
* @returns what adds the images that were loaded
*/
const beginRecording = (options) => {
	const recording = record(options).catch(renderError);
	const refuse = (why) => options.line(`Could not record the nodes' state; the post step will not diagnose: ${why}`);
	return async (images) => {
		const baseline = await within(recording, patienceMs, "no answer in time");
		if (typeof baseline === "string") return refuse(baseline);
		try {
			writeBaseline(options.folder, {
				...baseline,
				images
			});
		} catch (error) {
			refuse(renderError(error));
		}
	};
};

// src/build/refuse.ts
/**
* An image in `images` is loaded as Docker has it at the start, so one that this step is about to
* build would be the old one or the new one, as it happens.
*
* @throws {Failure} naming them
*/
const refuseOwnImages = (images, targets) => {
	for (const image of images) {
		const target = targets.find(({ tags }) => tags.some(({ canonical }) => canonical === image.canonical));
		if (target === void 0) continue;
		const remedy = target.isWanted ? `Remove ${image.given} from images: what the step builds is loaded anyway.` : `Remove ${image.given} from images, and add ${target.name} to targets, so that it is loaded.`;
		throw new Failure(`images names ${image.given}, which this step itself builds`, { remedy });
	}
};
/**
* Only the containerd store holds an image for several platforms; what goes into the nodes at once is for
* theirs.
*
* @throws {Failure} naming the first target that asks for them
*/
const refuseSeveralPlatforms = (targets, { driver, hasContainerdStore }) => {
	for (const target of targets) {
		const platforms = toTexts$1(target.bake.definition["platforms"]);
		if (platforms.length < 2 || target.output === "cache") continue;
		const isLayout = isForFolder(target);
		if (hasContainerdStore && !isLayout) continue;
		const what = `${target.name} is for several platforms (${platforms.join(", ")})`;
		if (isLayout) {
			const how = `Name the nodes' platform, ${onePlatformOf(platforms)}, and build for others in a step of its own.`;
			throw new Failure(`${what}, and nodes take an image for one`, { remedy: how });
		}
		throw new Failure(`${what}, and Docker's ${driver} store holds one`, { remedy: `Set bake-set: ${target.name}.platform=${onePlatformOf(platforms)}, as the nodes need no other, or use Docker's containerd image store.` });
	}
};
/** That of the nodes, as far as this machine tells: they run beside us, mostly. */
const onePlatformOf = (platforms) => platforms.includes(usualPlatform) ? usualPlatform : platforms[0] ?? usualPlatform;

// src/build/require-outputs.ts
/** The first release of buildx whose Bake knows an attribute; older ones leave it out without a word. */
const firstBuildx = {
	"extra-hosts": ["add-hosts", [0, 25]],
	network: ["network", [0, 17]],
	entitlements: ["allow", [0, 17]]
};
/**
* Requires that buildx knows what the step says.
*
* @param findVersion asks buildx, if that matters
* @throws {Failure} with the input, and the version that it needs
*/
const requireBuildx = async ({ definition }, findVersion) => {
	const targets = Object.values(definition?.target ?? {});
	for (const [word, [input, wanted]] of Object.entries(firstBuildx)) {
		if (!targets.some((target) => target[word] !== void 0)) continue;
		const version = await findVersion();
		if (version === void 0 || !isOlder(version, wanted)) continue;
		const what = `${input} needs buildx ${wanted.join(".")} or newer, and this one is ${version.join(".")}`;
		throw new Failure(what, { remedy: "Install a newer one, as with `version: latest` of docker/setup-buildx-action." });
	}
};
const another = "Use another builder, as of docker/setup-buildx-action, and leave load out.";
const findUnnamed = (targets) => targets.filter(({ further, tags }) => tags.length === 0 && further.some((out) => isPush$1(out) && !out.has("name"))).map(({ name }) => [`push: ${name} has no tags, so nothing says where to`, "Give it a tag with its registry, such as ghcr.io/acme/api:dev."]);
/** What would be in Docker's store with the image, and go into the nodes. */
const findMixed = (targets) => {
	const mixed = targets.filter(({ output, further }) => output === "docker" && further.length > 0);
	const toProblem = (word, names) => names.length === 0 ? [] : [[`${word} of ${names.join(", ")} would also be in Docker's store and in the nodes`, another]];
	return [...toProblem("attestations", findAttested(mixed)), ...toProblem("annotations", findAnnotated(mixed))];
};
const findImpossible = (targets, { builder, hasContainerdStore }) => {
	if (builder?.driver !== "docker" || hasContainerdStore) return [];
	return targets.flatMap(({ name, further }) => further.map((output) => output.get("type") ?? "").filter((type) => type === "oci" || type === "docker").map((type) => [`outputs of ${name}: Docker's classic image store cannot write type=${type}`, "Use another builder, as of docker/setup-buildx-action, or the containerd image store."]));
};
const severalOutputs = [0, 13];
const findOld = (targets, { builder }) => {
	const old = findOlder(builder?.versions ?? [], severalOutputs);
	const names = targets.filter(({ further }) => further.length > 0).map(({ name }) => name);
	if (old === void 0 || names.length === 0) return [];
	return [[`${`several outputs at once (${names.join(", ")}) need BuildKit 0.13 or newer`}, and the builder has ${old.join(".")}`, "Use a newer builder."]];
};
/** The part that decides: variants run on what is newer, and a builder has one for each. */
const toBare = (platform) => platform.replace(/^([^/]+\/(?:amd64|arm64))\/.*$/, "$1");
/** A Dockerfile that says where its steps run may need no such machine. */
const saysPlatform = ({ bake }, workspace) => {
	const { dockerfile, folder } = toBakeFiles(bake.definition, workspace);
	const text = dockerfile && readQuietly(dockerfile);
	return folder === void 0 || text === void 0 || /--platform=/.test(text);
};
const findForeign$1 = (targets, { builder, workspace }) => {
	const known = (builder?.platforms ?? []).map(toBare);
	if (known.length === 0) return [];
	return targets.flatMap((target) => {
		const lacking = toTexts$1(target.bake.definition["platforms"]).filter((each) => each !== "local" && !known.includes(toBare(each)));
		if (lacking.length === 0 || saysPlatform(target, workspace)) return [];
		return [[`${`platforms of ${target.name}: the builder has no ${lacking.join(", ")}`} (it has ${[...new Set(known)].join(", ")})`, "Use docker/setup-qemu-action before, a builder for them, or FROM --platform=$BUILDPLATFORM."]];
	});
};
/**
* Requires that the builder can make all that targets say at once.
*
* @throws {Failure} one for all that it cannot, before anything is built
*/
const requireOutputs = (targets, facts) => {
	const problems = [
		...findUnnamed(targets),
		...findMixed(targets),
		...findImpossible(targets, facts),
		...findOld(targets, facts),
		...findForeign$1(targets, facts)
	];
	const [first] = problems;
	if (first === void 0) return;
	const [what, remedy] = first;
	if (problems.length === 1) throw new Failure(what, { remedy });
	const lines = problems.map(([each, how]) => `- ${each}. ${how}`);
	throw new Failure(["The builder cannot make what the step asks for:", ...lines].join("\n"));
};

// src/manifests/decode.ts
/** Marks at a file's beginning that say how its text is encoded. */
const encodings = [
	[[
		239,
		187,
		191
	], "utf-8"],
	[[255, 254], "utf-16le"],
	[[254, 255], "utf-16be"]
];
const hasMark = (bytes, mark) => mark.every((byte, index) => bytes[index] === byte);
/** A manifest's text, as an editor of any system may have saved it; a string with `why` says why it is none. */
const decodeManifest = (bytes) => {
	const [, encoding = "utf-8"] = encodings.find(([mark]) => hasMark(bytes, mark)) ?? [];
	try {
		const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
		return text.includes("\0") ? { why: "it is not UTF-8 text (UTF-16 without a byte order mark?)" } : { text };
	} catch {
		return { why: `it is not ${encoding.toUpperCase()} text` };
	}
};

// src/manifests/find-manifests.ts
/** More than this is a whole repository, not what is applied. */
const mostFiles = 2e3;
const isManifestName = (path) => /\.(ya?ml|json)$/i.test(path);
/** Links are followed; one that leads nowhere is `other`, as is what is not there. */
const inspectPath = async (path, pattern, workspace) => {
	const found = await stat(path).catch(() => void 0);
	return {
		path,
		kind: found?.isFile() ? "file" : found?.isDirectory() ? "folder" : "other",
		outside: findOwnOutside(path, pattern, workspace)
	};
};
/** Links there are whoever's who wrote what was checked out; an absolute glob is the author's own. */
const findOwnOutside = (path, pattern, workspace) => pattern.startsWith("/") ? void 0 : findOutside(path, workspace, toRealPaths(".", workspace));
/** What would be gone through must not be the whole machine. */
const requireInside = (pattern, workspace) => {
	const folder = pattern.replace(/[^/]*[*?{[(].*$/s, "");
	const outside = findOwnOutside(folder, pattern, workspace);
	if (outside === void 0) return;
	throw new Failure(`manifests: ${pattern} leads out of the workspace, to ${outside}`, { remedy: "Write the absolute path if you mean that." });
};
const expand = async (pattern, search) => {
	const { workspace, exclude } = search;
	requireInside(pattern, workspace);
	const named = await inspectPath(resolve(workspace, pattern), pattern, workspace);
	if (named.kind !== "other") return [named];
	const entries = [];
	for await (const path of glob(pattern, {
		cwd: workspace,
		exclude
	})) {
		if (entries.length > mostFiles) break;
		if (isManifestName(path)) entries.push(await inspectPath(resolve(workspace, path), pattern, workspace));
	}
	return entries.filter(({ kind }) => kind !== "folder");
};
const requireSome = async (pattern, entries, excluded, workspace) => {
	const [first] = entries;
	if (first?.kind === "folder") throw new Failure(`manifests: ${pattern} is a folder`, { remedy: `Name its files, such as ${pattern.replace(/\/$/, "")}/*.yaml.` });
	if (entries.length > 0) return;
	if (excluded.length > 0 && (await expand(pattern, {
		workspace,
		exclude: []
	})).length > 0) {
		const all = excluded.map((glob) => `!${glob}`).join(", ");
		throw new Failure(`manifests: ${all} leaves out all files that ${pattern} matches`, { remedy: "Exclude less, or do not set manifests at all." });
	}
	throw new Failure(`manifests: ${pattern} matches no file that ends in .yaml, .yml or .json`, { remedy: "Paths start in the workspace. A step that writes manifests must run before this one." });
};
const findEntries$1 = async (patterns, workspace) => {
	const excluded = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1).trim().replace(/^\.\//, ""));
	const search = {
		workspace,
		exclude: ["**/node_modules", ...excluded]
	};
	const found = /* @__PURE__ */ new Map();
	for (const pattern of patterns.filter((each) => !each.startsWith("!"))) {
		const entries = await expand(pattern, search);
		await requireSome(pattern, entries, excluded, workspace);
		for (const entry of entries) found.set(entry.path, entry);
	}
	if (found.size > mostFiles) throw new Failure(`manifests: more than ${mostFiles} files match`, { remedy: "Name the folder of the manifests, such as k8s/**/*.yaml." });
	return [...found.values()].sort((a, b) => a.path.localeCompare(b.path));
};
const readManifest = (path) => {
	try {
		return decodeManifest(readRegularFile(path));
	} catch (error) {
		const { code, message } = error;
		return { why: `it cannot be read (${code ?? message})` };
	}
};
const readEntry = async ({ path, kind, outside }, workspace) => {
	const below = relative(workspace, path);
	const file = below.startsWith("..") ? path : below;
	const skip = (why) => ({ warnings: [{
		message: `${file} is not checked: ${why}.`,
		location: {
			file,
			line: 1
		}
	}] });
	if (kind !== "file") return skip("it is not a file");
	if (outside !== void 0) return skip(`it leads out of the workspace, to ${outside}`);
	const decoded = readManifest(path);
	if ("why" in decoded) return skip(decoded.why);
	const { parseManifest } = await import("./manifests-parse-manifest.js");
	return parseManifest(decoded.text, file);
};
/**
* Reads the Kubernetes manifests that the globs name, those that begin with `!` left out.
*
* @throws {Failure} when a glob matches no manifest: a typo must not mean that nothing is checked
*/
const findManifests = async (patterns, workspace) => {
	const read = [];
	for (const entry of await findEntries$1(patterns, workspace)) read.push(await readEntry(entry, workspace));
	return joinManifests(read);
};

// src/facts/find-archived.ts
/**
* Images of archives. Most steps have none, and start without what reads them.
*
* @param folder for what has to be unpacked first
*/
const findArchived = async ({ imageArchives }, folder, signal) => {
	if (imageArchives.length === 0) return [];
	const { findArchiveImages } = await import("./sources-archive-images.js");
	const found = [];
	for (const file of imageArchives) found.push(...await findArchiveImages(file, architecture, folder, signal));
	return found;
};

// src/build/caches.ts
/** Why builds cannot use the Actions cache; undefined where they can. */
const findGhaObjection = ({ hasCacheService, isTrusted }) => {
	if (!hasCacheService) return "this runner offers no Actions cache";
	return isTrusted ? void 0 : "builds of a fork do not get the token of the Actions cache";
};
const readOnly = "this run may only read the Actions cache";
const choose = (targets, facts) => {
	const objection = findGhaObjection(facts) ?? (canExportCache(facts) ? void 0 : "the docker driver cannot export its cache from the classic image store");
	if (objection === void 0) return ["gha", "the runner has the Actions cache"];
	if (targets.some(({ further }) => further.some(isPush$1))) return ["inline", objection];
	return ["none", objection];
};
const hasOwn = ({ bake }) => [bake.definition["cache-from"], bake.definition["cache-to"]].some((each) => toEntries$1(each).length > 0);
const namesOf = (targets) => targets.map(({ name }) => name).join(", ");
const refuseHomeless = (targets) => {
	if (targets.length === 0) return;
	throw new Failure(`cache: registry has no place for the cache of ${namesOf(targets)}: no tag names a registry`, { remedy: "Name a repository in cache-ref, such as ghcr.io/acme/cache, or begin a tag with its registry." });
};
const toLack = (why) => new Failure(`cache-required is set, and there is no cache: ${why}`, { remedy: "Leave cache-required out for such runs, or take another cache." });
/** Adds the caches that `cache` asks for. A target that has some of its own keeps them. */
const addCaches = (all, inputs, facts) => {
	if (inputs.cache === "none" || all.length === 0) return {
		targets: all,
		lines: []
	};
	const own = all.filter(hasOwn);
	const [kind, why] = inputs.cache === "auto" ? choose(all, facts) : [inputs.cache, ""];
	if (kind === "none" && own.length < all.length && inputs.cacheRequired) throw toLack(why);
	const found = all.map((target) => ({
		target,
		cache: hasOwn(target) ? void 0 : toCache(kind, target, inputs, facts)
	}));
	refuseHomeless(found.flatMap(({ target, cache }) => cache || hasOwn(target) ? [] : [target]));
	const places = found.flatMap(({ target, cache }) => cache && kind !== "none" ? [`${target.name} (${cache.place})`] : []);
	const chosen = inputs.cache === "auto" ? `auto chose ${kind}, as ${why}` : kind;
	const into = places.length === 0 ? "" : `: ${places.join(", ")}`;
	return {
		targets: found.map(({ target, cache }) => change(target, (definition) => ({
			...definition,
			...cache?.entries
		}))),
		lines: [`cache: ${chosen}${into}.`, ...own.length === 0 ? [] : [`cache: cache-from and cache-to stay as they are for ${namesOf(own)}.`]]
	};
};
const change = (target, toDefinition) => ({
	...target,
	bake: {
		...target.bake,
		definition: toDefinition(target.bake.definition)
	}
});
/** What its bases have as targets of their own: they find their cache, and have written it. */
const withBases = (target, all) => ({
	...target,
	bases: target.bases.map((base) => {
		const { definition = base.definition } = all.find(({ bake }) => bake.name === base.name)?.bake ?? {};
		const { "cache-from": from } = definition;
		const found = from === void 0 ? base.definition : {
			...base.definition,
			"cache-from": from
		};
		return {
			...base,
			definition: withoutCacheExport(found)
		};
	})
});
const isGha = (entry) => typeOf(toFields(entry)) === "gha";
/** buildx leaves out what it has no token for, and says nothing of it. */
const findIdle = (targets, facts) => {
	const uses = (word) => targets.filter(({ bake }) => toEntries$1(bake.definition[word]).some(isGha));
	const users = [.../* @__PURE__ */ new Set([...uses("cache-from"), ...uses("cache-to")])];
	if (users.length === 0) return void 0;
	const objection = findGhaObjection(facts);
	if (objection !== void 0) return `type=gha of ${namesOf(users)} has no effect: ${objection}`;
	return facts.mayWriteCache ? void 0 : `The cache of ${namesOf(users)} stays as it is: ${readOnly}`;
};
/**
* Decides where each target's cache is: what `cache` asks for, or the definition's own, made such that every
* registry takes it and that a build does not fail where it is not to.
*
* @throws {Failure} when a cache has no place, or what is required cannot be
*/
const planCaches = (all, inputs, facts) => {
	const added = addCaches(all, inputs, facts);
	const rules = {
		isRequired: inputs.cacheRequired,
		versions: facts.versions
	};
	const targets = added.targets.map((target) => change(target, (definition) => withSafeCaches(definition, rules)));
	const idle = findIdle(targets, facts);
	if (inputs.cacheRequired && idle !== void 0) throw toLack(idle);
	return {
		targets: targets.map((target) => withBases(target, targets)),
		lines: [...added.lines, ...idle === void 0 ? [] : [`${idle}.`]]
	};
};

// src/build/look-for-image.ts
/** A builder that is there answers in half a second. */
const deadlineMs$3 = 1e4;
/**
* Has the builder look for an image in its registry. Where nobody has it, that is no failure.
*
* @param folder of the run's own, which need not be there
*/
const lookForImage = async (docker, image, folder) => {
	mkdirSync(folder, {
		recursive: true,
		mode: 448
	});
	writeFileSync(join(folder, "Dockerfile"), `FROM ${image}\n`);
	const args = [
		"buildx",
		"build",
		"--quiet",
		"--output=type=cacheonly",
		"--",
		folder
	];
	await docker.try(args, { timeoutMs: deadlineMs$3 });
};

// src/build/requests.ts
const read$1 = (path) => ["read", path];
const write = (path) => ["write", path];
const ofContexts = (target, workspace) => {
	const { context = ".", contexts, dockerfile = "Dockerfile" } = target;
	const named = typeof context === "string" ? context : void 0;
	const paths = named === void 0 ? [] : toContextPaths(named, workspace);
	const file = String(dockerfile);
	const local = /^cwd:\/\/(.*)$/s.exec(file)?.[1];
	const ofFiles = (local !== void 0 || file.startsWith("/") ? [local ?? file] : paths.map((path) => join(path, file))).flatMap((path) => [
		dirname(path),
		path,
		`${path}.rego`
	]);
	const further = Object.values(contexts ?? {}).map(String);
	const agent = {
		key: "context",
		kind: "word",
		text: "ssh"
	};
	const ofKey = (key, all) => all.map((text) => ({
		key,
		kind: "read",
		text
	}));
	return [
		...ofKey("context", paths),
		...ofKey("dockerfile", ofFiles),
		...named !== void 0 && wantsAgent(named) ? [agent] : [],
		...further.flatMap((each) => ofKey("contexts", toContextPaths(each, workspace)))
	];
};
const ofSecret = (entry) => {
	const fields = toFields(entry);
	const env = fields.get("env");
	const paths = ["src", "source"].flatMap((name) => fields.get(name) || []);
	if (paths.length > 0 && fields.get("type") === "env" && !env) return [];
	return (paths.length > 0 || env ? paths : [fields.get("id") ?? ""]).map(read$1);
};
const ofSsh = (entry) => {
	const paths = typeof entry === "string" ? entry.slice(entry.indexOf("=") + 1 || entry.length).split(",") : toEntries$1(entry?.paths).map(String);
	const named = paths.filter((path) => path !== "");
	const isAgent = named.length < Math.max(paths.length, 1);
	return [...named.map(read$1), ...isAgent ? [["word", "ssh"]] : []];
};
const cachePaths = (entry) => ["src", "dest"].flatMap((name) => toFields(entry).get(name) ?? []);
/** `-` is standard output, a text without `=` a folder. */
const ofOutput = (entry) => {
	const path = toFields(entry).get("dest") ?? toFields(entry).get("");
	return path === void 0 || path === "" || path === "-" ? [] : [write(path)];
};
const ofEntitlement = (entry) => {
	const [name = "", value = ""] = String(entry).split(/=(.*)/s);
	const [device] = splitFields(value);
	return [["word", name === "device" && device ? `device=${device}` : String(entry)]];
};
/** What each entry of a word requests. */
const finders = {
	secret: ofSecret,
	ssh: ofSsh,
	"cache-from": (entry) => cachePaths(entry).map(read$1),
	"cache-to": (entry) => cachePaths(entry).map(write),
	output: ofOutput,
	network: (entry) => entry === "host" ? [["word", "network.host"]] : [],
	entitlements: ofEntitlement
};
/** `output` is replaced by ours. */
const reaching = [
	"context",
	"contexts",
	"dockerfile",
	...Object.keys(finders)
].filter((key) => key !== "output");
/**
* Bake printed what it had read, and reads it once more for the build: `${...}` in a path would be
* something else then.
*/
const ofTemplates = (target) => reaching.flatMap((key) => {
	const text = JSON.stringify(target[key] ?? "");
	return /[$%]\{/.test(text) ? [{
		key,
		kind: "template",
		text
	}] : [];
});
/**
* All that a target requests of the machine, as far as Bake's own `--allow` is about it, and more: what
* follows from an id alone, folders of images, names that look like addresses.
*/
const findRequests = (target, workspace) => [
	...ofTemplates(target),
	...ofContexts(target, workspace),
	...Object.entries(finders).flatMap(([key, find]) => toEntries$1(target[key]).flatMap(find).map(([kind, text]) => ({
		key,
		kind,
		text
	})))
];
/** What each target requests, by its name. */
const findTargetRequests = ({ target }, workspace) => new Map(Object.entries(target).map(([name, definition]) => [name, findRequests(definition, workspace)]));

// src/build/allowed.ts
const findNeeds = (requests, workspace, granted) => requests.flatMap((request) => {
	const { kind, text } = request;
	if (kind === "template") return [{
		request,
		allowance: ""
	}];
	if (kind === "word") return [{
		request,
		allowance: text
	}];
	const outside = findOutside(text, workspace, granted[kind]);
	return outside === void 0 ? [] : [{
		request,
		allowance: `fs.${kind}=${outside}`
	}];
});
const toFolders = (paths, workspace) => paths.flatMap((path) => path === "*" ? ["/"] : toRealPaths(path, workspace));
/** `bake-set` is the workflow's author's own word; as for an input, an absolute path is meant. */
const findSetPaths = (sets, workspace) => sets.flatMap((line) => {
	const [, key = "", value = ""] = /^[^=]*?\.([\w-]+)[^=]*=(.*)$/s.exec(line) ?? [];
	const word = key === "secrets" ? "secret" : key;
	return findRequests({
		context: "target:",
		...word === "contexts" ? { contexts: { set: value } } : { [word]: value }
	}, workspace).filter(({ kind, text }) => /^(?:read|write)$/.test(kind) && text.startsWith("/"));
});
const toGranted = ({ sets }, allow, workspace) => {
	const own = toRealPaths(".", workspace);
	const set = findSetPaths(sets, workspace);
	const grant = (wanted, paths) => {
		const given = set.flatMap(({ kind, text }) => kind === wanted ? [text] : []);
		return [...own, ...toFolders([...paths, ...given], workspace)];
	};
	return {
		read: grant("read", allow.reads),
		write: grant("write", allow.writes)
	};
};
const isGranted = ({ request, allowance }, { words }) => request.kind === "word" && words.some((word) => word === allowance || word === "device" && /^device=/.test(allowance));
const longestValue = 200;
const quote = (text) => JSON.stringify(text.slice(0, longestValue));
/** As it is where that is one line that can be copied. */
const show = (text) => /^[\x20-\x7e]*$/.test(text) && text.length <= longestValue ? text : quote(text);
const renderRefusal = (name, { request, allowance }) => {
	const { key, kind, text } = request;
	const what = `- ${name}: ${key}`;
	if (kind === "word") return `${what} needs ${show(allowance)}`;
	if (kind !== "template") return `${what} ${kind}s ${quote(text)} outside the workspace, needs ${show(allowance)}`;
	const how = key === "env_file" ? " (fs.read=* allows it)" : "";
	return `${what} has a variable in it, which Bake would evaluate: ${show(text)}${how}`;
};
/** A folder covers what is in it. */
const isCovered = (allowance, by) => allowance.startsWith(`${by.replace(/\/$/, "")}/`);
const toAllowances = (needs) => {
	const all = [...new Set(needs.map(({ allowance }) => allowance).filter((each) => each !== ""))];
	return all.filter((each) => !all.some((other) => other !== each && isCovered(each, other)));
};
/** A Bake file may have thousands of targets. */
const mostLines = 50;
const toFailure = (lines, needs) => {
	const more = lines.length > mostLines ? [`- and ${lines.length - mostLines} more`] : [];
	const allowances = toAllowances(needs).map(show);
	const remedy = allowances.length === 0 ? "Write these values without $ and %{." : `To allow it, add this line to the step: \`allow: ${allowances.join(", ")}\`. It then holds for the Bake file of every pull request.`;
	return new Failure([
		"The Bake files want what this step does not allow; nothing was built.",
		...lines.slice(0, mostLines),
		...more,
		remedy
	].join("\n"));
};
/** A Dockerfile in a context that is refused already says nothing new. */
const isNews = ({ request, allowance }, all) => request.key !== "dockerfile" || !all.some((other) => isCovered(allowance, other.allowance) || other.request.key === "context" && other.allowance === allowance);
/** Whether something may be read, of which a refusal is told later. */
const createMayRead = (bake, allow, workspace) => {
	const granted = toGranted(bake, allow, workspace);
	return ({ kind, text }) => kind === "read" && findOutside(text, workspace, granted.read) === void 0;
};
/**
* Requires that targets request nothing of the machine but files of the workspace and what the
* workflow's author allows. What is written in the step itself is that author's own.
*
* @param requested by targets, or by files
* @returns what each of them needs beyond the workspace, in the words of `bake --allow`
* @throws {Failure} one for all that is not allowed, with the input that allows it
*/
const requireAllowed = (requested, bake, allow, workspace) => {
	const own = toRealPaths(".", workspace);
	const granted = toGranted(bake, allow, workspace);
	const isRefused = (need) => need.request.kind === "template" || !(bake.definition !== void 0 || isGranted(need, allow));
	const refused = [...requested].map(([name, requests]) => {
		const needs = findNeeds(requests, workspace, granted).filter(isRefused);
		return {
			name,
			needs: needs.filter((need) => isNews(need, needs))
		};
	});
	const lines = refused.flatMap(({ name, needs }) => needs.map((need) => renderRefusal(name, need)));
	const needs = refused.flatMap((each) => each.needs);
	if (lines.length > 0) throw toFailure([...new Set(lines)], needs);
	const workspaceOnly = {
		read: own,
		write: own
	};
	return new Map([...requested].map(([name, requests]) => [name, toAllowances(findNeeds(requests, workspace, workspaceOnly))]));
};

// src/build/print-targets.ts
/** Grants nothing, as nothing is built; a Bake that does not know the flag says so. */
const probe = "--allow=network.host";
const knowsAllow = ({ code, stderr }) => code === 0 || !/unknown flag: --allow/.test(stderr);
/** What Bake reads on its own while it only prints: what it says of it may hold what is in it. */
const findFileRequests = async (bake, allow, workspace) => {
	const env = {
		key: ".env",
		kind: "read",
		text: ".env"
	};
	const compose = bake.files.filter((file) => !/\.(?:hcl|json)$/i.test(file));
	if (compose.length === 0) return [env];
	const { findComposeRequests } = await import("./build-compose-requests.js");
	return [env, ...findComposeRequests(compose, workspace, createMayRead(bake, allow, workspace))];
};
/** Bake's last word, without what it printed of its progress before. */
const explainUnread = ({ files }, ended) => {
	const said = ended.stderr.split("\n").findLast((line) => line.startsWith("ERROR: "));
	const why = said === void 0 || ended.timedOut ? describeEnd(ended) : said.slice(7);
	if (files.length === 0) return new Failure(`Bake refuses what the step builds: ${why}`, { remedy: "Correct the input, or the entry of builds, that it names." });
	return new Failure(`Bake cannot read ${files.join(", ")}: ${why}`, { remedy: `\`docker buildx bake --print ${files.map((file) => `-f ${file}`).join(" ")}\` says the same on your machine.` });
};
/**
* Has Bake read its files, or the builds that are written in the step.
*
* @throws {Failure} with what Bake said, or with what its targets want and may not have
*/
const printTargets = async (docker, bake, allow, workspace) => {
	const { files, definition, targets, sets } = bake;
	const way = definition !== void 0 && await findWayIn(docker) || "stdin";
	const print = async (...more) => {
		const fd = definition && openMemoryFile(Buffer.from(JSON.stringify(definition)));
		const flags = [...(fd === void 0 ? files : [toPath(way, fd)]).map((file) => `--file=${file}`), ...sets.map((set) => `--set=${set}`)];
		const args = [
			"buildx",
			"bake",
			"--print",
			...more,
			...flags,
			"--",
			...targets
		];
		const stdin = fd === void 0 ? {} : {
			stdin: { fd },
			env: { BUILDX_BAKE_FILE_RELATIVE_PATHS: "0" }
		};
		return docker.try(args, {
			cwd: workspace,
			...stdin
		}).finally(() => {
			if (fd !== void 0) closeSync(fd);
		});
	};
	const read = await findFileRequests(bake, allow, workspace);
	requireAllowed(/* @__PURE__ */ new Map([[files.join(", "), read]]), bake, allow, workspace);
	const first = await print(probe);
	const isAsking = knowsAllow(first);
	const ended = isAsking ? first : await print();
	if (ended.code !== 0) throw explainUnread(bake, ended);
	const printed = JSON.parse(ended.stdout);
	const requests = findTargetRequests(printed, workspace);
	const allowances = requireAllowed(requests, bake, allow, workspace);
	const order = targets.length > 0 ? targets : definition?.group?.["default"]?.targets ?? [];
	const found = readTargets(printed, workspace, isAsking ? allowances : void 0, order);
	refuseMissing(found, files, workspace);
	return found;
};

// src/registry/reach.ts
/**
* Whether somebody who looks for an image that is not there comes to us: then our loopback is theirs.
*
* @param ask has them look for it; how that ends does not matter
*/
const isReached = async (ask) => {
	const secret = toSecret();
	let isHere = false;
	const server = await listen((request, response) => {
		isHere ||= request.url?.includes(secret) === true;
		send(response, 404);
	});
	try {
		await ask(`${server.host}/${secret}:probe`).catch(() => {});
		return isHere;
	} finally {
		await server.close();
	}
};
/** @param own the one that the step makes, which may not be there yet */
const isOnHostNetwork = async ({ get }, { nodes }, own) => {
	if (own !== void 0) return parseOptions(own.options).findLast(([name]) => name === "network")?.[1] === "host" && own.appended.length === 0;
	const [node = "", ...others] = nodes ?? [];
	if (node === "" || others.length > 0) return false;
	return (await get(`/containers/${toContainerName(node)}/json`))?.HostConfig?.NetworkMode === "host";
};
/** A tunnel begins here, too, and a socket may be passed on: only asking tells. */
const mayBeHere = (endpoint) => /^unix:|^tcp:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(endpoint);
/** A builder on another machine is not asked: it would wait for nobody there. */
const findRemoteObjection = async (endpoints, ask) => {
	if (endpoints.length !== 1 || !endpoints.every(mayBeHere)) return "a builder of the driver remote is used only at a loopback address or a socket";
	return await isReached(ask) ? void 0 : "the builder does not reach this machine's loopback";
};
const toEndpoints = ({ endpoints = [] }, own) => own === void 0 ? endpoints : [own, ...own.appended].flatMap(({ endpoint }) => endpoint ?? []);
/**
* Why a builder cannot push to this machine's loopback what nodes need; undefined where it can. Found by
* asking.
*
* @param own the builder's request where the step makes it
* @param askBuilder has the builder look for an image; how that ends does not matter
*/
const findObjection$2 = async (api, isLocalDaemon, builder, own, askBuilder) => {
	const { driver } = builder ?? {};
	if (builder === void 0 || !/^(?:docker|docker-container|remote)$/.test(builder.driver)) return `a builder of the driver ${driver ?? "that nobody knows"} may be on another machine`;
	if (!isLocalDaemon) return "Docker is on another machine";
	if (driver === "remote") return findRemoteObjection(toEndpoints(builder, own), askBuilder);
	if (!builder.isLocal) return "the builder is on another machine";
	if (driver === "docker" && !(await findEngine(api.get)).hasContainerdStore) return "Docker's own builder needs the containerd image store for that";
	if (driver === "docker-container" && !await isOnHostNetwork(api, builder, own)) return "its container is not on the host network (`driver-opts: network=host`)";
	const askDaemon = (image) => api.get(`/distribution/${image}/json`);
	return await isReached(askDaemon) ? void 0 : "Docker does not reach this machine's loopback";
};

// src/facts/find-builds.ts
const toOwnBuilder = ({ driver, appended }, { isLocal }) => ({
	driver,
	isLocal: isLocal && driver === "docker-container" && appended.length === 0
});
const toLast = ({ sizes, times, images }) => ({
	lastSizes: sizes,
	lastTimes: times,
	lastImages: images
});
/** What is to be linked, or loaded by kind, has to be in Docker's store. */
const keepsInDocker = ({ keepsInDocker: isAsked, loadMode }) => isAsked || loadMode !== "auto";
/**
* Whether the images come through a registry of the step's own, and a line that says why they do not.
*
* @throws {Failure} where the step asks for that in any case, and it cannot be
*/
const decideRegistry = async (api, docker, inputs, builder, layoutDir) => {
	const { buildCache, builder: own, keepImages } = inputs;
	if (buildCache === "never") return {
		usesRegistry: false,
		cacheLines: []
	};
	const objection = keepsInDocker(inputs) || keepImages === "always" ? "load, load-mode and keep-images want the images in Docker's store" : await findObjection$2(api, docker.isLocal, builder, own, (image) => lookForImage(docker, image, join(layoutDir, "probe")));
	if (objection === void 0) return {
		usesRegistry: true,
		cacheLines: []
	};
	if (buildCache === "auto") return {
		usesRegistry: false,
		cacheLines: [`build-cache: not used, as ${objection}.`]
	};
	throw new Failure(`build-cache: true, but ${objection}`, { remedy: "Take `build-cache: auto` for runs that can do without." });
};
/** What is to be built, with what, and how large it was last time. */
const findBuilds = async (docker, api, inputs, { runId, workspace, layoutDir, hasCacheService, repository }, cache) => {
	const { bake, builder: own, existingBuilder, allow, imageReport } = inputs;
	const keptFor = hasCacheService ? repository : void 0;
	if (bake === void 0) return {
		targets: [],
		builder: void 0,
		cacheLines: [],
		...toLast(nothingRemembered),
		keptFor
	};
	const asking = own === void 0 ? findBuilder(docker, existingBuilder) : toOwnBuilder(own, docker);
	const printing = requireBuildx(bake, () => findBuildxVersion(docker)).then(() => printTargets(docker, bake, allow, workspace));
	const deciding = Promise.resolve(asking).then((found) => decideRegistry(api, docker, inputs, found, layoutDir));
	await Promise.allSettled([
		asking,
		printing,
		deciding
	]);
	const builder = await asking;
	const { usesRegistry, cacheLines } = await deciding;
	const targets = toTargets(await printing, builder?.driver, runId, {
		isSingle: bake.isSingle,
		isOwn: bake.definition !== void 0,
		pushes: bake.pushes,
		keepsInDocker: keepsInDocker(inputs),
		usesRegistry
	});
	const last = keptFor === void 0 ? nothingRemembered : await recall({
		repository: keptFor,
		...cache
	}, targets, imageReport !== "false");
	return {
		targets,
		builder,
		cacheLines,
		...toLast(last),
		keptFor
	};
};
/** Where the builds' caches are, of which nothing is asked on the way. */
const findCaches = (found, inputs, context) => {
	const { hasContainerdStore } = found.engine;
	const { hasCacheService, mayWriteCache } = context;
	const { driver, versions = [] } = found.builder ?? {};
	const { isTrusted } = inputs;
	const facts = {
		driver,
		versions,
		hasContainerdStore,
		hasCacheService,
		mayWriteCache,
		isTrusted,
		architecture: process.arch
	};
	const plan = planCaches(found.targets, inputs, facts);
	const usesService = hasCacheService && isTrusted;
	requireCacheExport(plan.targets, {
		...facts,
		hasCacheService: usesService
	});
	return plan;
};

// src/facts/find-cache-mounts.ts
/** Caches of RUN steps that can be kept, and a line that says why none can be. */
const findCacheMounts = ({ builder, targets }, { cacheMounts, isTrusted, builder: own }, { hasCacheService, workspace }) => {
	if (cacheMounts.length === 0) return {
		cacheMounts: noMounts,
		lines: []
	};
	const chosen = chooseMounts(cacheMounts, targets, workspace);
	const hasSeveral = (builder?.nodes?.length ?? 0) > 1 || (own?.appended.length ?? 0) > 0;
	const [objection] = [
		...hasCacheService ? [] : ["this run has no Actions cache"],
		...isTrusted ? [] : ["a fork's Dockerfile would see what is in them"],
		...hasSeveral ? ["the builder has several nodes"] : []
	];
	return objection === void 0 ? {
		cacheMounts: chosen,
		lines: []
	} : {
		cacheMounts: noMounts,
		lines: [`cache-mounts: not used, as ${objection}.`]
	};
};

// src/disk/freeable.ts
/** Looks which folders of the catalog are there; whether they may go is asked once more then. */
const findFreeable = async () => {
	const found = catalog.map(async ({ name, paths, typicalBytes }) => {
		const stats = await Promise.all(paths.map((path) => lstat(path).catch(() => void 0)));
		const present = paths.flatMap((path, index) => {
			const stat = stats[index];
			return stat?.isDirectory() ? [{
				name,
				path,
				device: toDevice(stat.dev)
			}] : [];
		});
		return present.map((each) => ({
			...each,
			typicalBytes: typicalBytes / present.length
		}));
	});
	return (await Promise.all(found)).flat();
};

// src/docker/usage.ts
const toUsage = (answer) => {
	const { ImageUsage, BuildCacheUsage, ContainerUsage, VolumeUsage } = answer;
	if (ImageUsage === void 0) return answer.LayersSize === void 0 ? void 0 : answer;
	return {
		LayersSize: ImageUsage.TotalSize,
		Images: ImageUsage.Items,
		BuildCache: BuildCacheUsage?.Items,
		Containers: ContainerUsage?.Items,
		Volumes: VolumeUsage?.Items
	};
};
/**
* Asks for what Docker's data consists of.
*
* @param parts what is to be counted, images among it
* @returns undefined where Docker answers in words that are not known here
*/
const findUsage = async (get, parts) => {
	const answer = await get(`/system/df?${parts.map((part) => `type=${part}`).join("&")}&verbose=1`);
	return answer && toUsage(answer);
};

// src/docker/reusable.ts
/** Docker says -1 of what it has not counted. */
const sumBytes = (sizes = []) => sizes.reduce((all, size) => all + Math.max(0, size ?? 0), 0);
/** Of the build cache, what no image holds as well. */
const sumCache = ({ BuildCache }) => sumBytes(BuildCache?.filter(({ Shared }) => Shared !== true).map(({ Size }) => Size));
/** Upper bound of the bytes that a build may reuse: Docker's images except node images, plus unshared build cache. */
const toReusableBytes = (usage, nodes) => {
	const ofNodes = new Set(nodes.map(({ imageId }) => imageId));
	const images = usage.Images?.filter(({ Id }) => !ofNodes.has(Id));
	const imageBytes = sumBytes(images?.map(({ Size }) => Size));
	return Math.min(imageBytes, usage.LayersSize ?? 0) + sumCache(usage);
};
/** Docker may count long, or be asked the same by another job: nothing is refused for that. */
const deadlineMs$2 = 1e4;
/** Docker takes long to count them, so this is asked only where it matters. Infinite when unknown. */
const findReusableBytes = async (get, nodes) => {
	const asked = findUsage(get, ["image", "build-cache"]).catch(() => void 0);
	const usage = await within(asked, deadlineMs$2, void 0);
	return usage === void 0 ? Number.POSITIVE_INFINITY : toReusableBytes(usage, nodes);
};

// src/facts/find-disk.ts
/** What a load alone writes is little; it does not wait for this. */
const isNeeded = ({ targets }, { isDryRun }, { isHostedRunner }) => targets.length > 0 || isDryRun || isHostedRunner;
const findDisk = async (api, found, inputs, context) => {
	const { nodes, lastSizes } = found;
	const { tempRoot, isHostedRunner } = context;
	if (!isNeeded(found, inputs, context)) return {
		filesystems: [],
		nodeImages: /* @__PURE__ */ new Map(),
		freeable: [],
		reusableBytes: 0
	};
	const [{ filesystems, nodeImages }, freeable] = await Promise.all([findFilesystems(api, found, tempRoot), isHostedRunner ? findFreeable() : []]);
	const freeBytes = findDockers(filesystems)?.freeBytes ?? Number.POSITIVE_INFINITY;
	return {
		filesystems,
		nodeImages,
		freeable,
		reusableBytes: lastSizes !== void 0 && 4 * lastSizes.totalBytes > freeBytes ? await findReusableBytes(api.get, nodes.filter(isContainer)) : 0
	};
};

// src/facts/find-source.ts
const requireContent = ({ files, pointers }, path) => {
	if (pointers.length < files.length) return;
	throw new Failure(`node-files: all files of ${path} are Git LFS pointers, not what they point to`, { remedy: `Write lfs:${path}, and Slipway fetches them; or check out with lfs: true.` });
};
const findRemote = async (api, origin, context) => {
	const { runId, workspace, env, serverUrl, repository, takeToken: token, signal } = context;
	switch (origin.kind) {
		case "oci": {
			const { findOciSource } = await import("./oci-find-oci-source.js");
			return findOciSource({
				reference: origin.reference,
				architecture,
				env,
				signal
			});
		}
		case "image": {
			const [image] = await findImages(api.get, [origin.reference]);
			if (image === void 0) throw new Failure(`Docker has no image ${origin.reference.given}`);
			const { findImageSource } = await import("./docker-image-source.js");
			return findImageSource(api, image, origin.path, runId);
		}
		case "lfs": {
			const path = relative(workspace, origin.path);
			const { findLfsSource } = await import("./lfs-lfs-source.js");
			return findLfsSource({
				workspace,
				path,
				serverUrl,
				repository,
				token,
				env,
				signal
			});
		}
	}
};
/**
* Finds where files for nodes come from, moving none of them.
*
* @param given as people wrote it
* @throws {Failure} where it is not there, or is nothing that nodes could get
*/
const findSource = async (api, { origin }, given, context) => {
	if (origin.kind !== "local") return {
		kind: "remote",
		source: await findRemote(api, origin, context)
	};
	const source = findLocalSource(origin.path, given);
	requireContent(source, given);
	const recall = async () => {
		const { recallDigests } = await import("./lfs-checked-out.js");
		return recallDigests(source, context.workspace, context);
	};
	return {
		kind: "local",
		source,
		recall
	};
};

// src/facts/find-files.ts
const noFiles = {
	files: [],
	removals: [],
	kept: [],
	images: noImages
};
/** One error for all that cannot be. */
const requireAll = (results, objections) => {
	const failed = results.flatMap((each) => each.status === "rejected" ? [renderError(each.reason)] : []);
	const all = [.../* @__PURE__ */ new Set([...objections.map((text) => `node-files: ${text}`), ...failed])];
	if (all.length > 0) throw new Failure(all.join("\n"));
	return results.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
};
/** Of files that a node has as they are to be. */
const findCurrent = (records, files, found) => {
	const key = toKey({
		files,
		found
	});
	return (records ?? []).find((record) => record.target === files.target && record.isThere && key !== void 0 && record.key === key);
};
/** Only folders can be layers, and only what nobody writes to. */
const canBeImage = ({ isWritable }, { kind, source }) => !isWritable && (kind === "local" ? source : source.tree)?.isFile !== true;
/** As people wrote it. */
const sourceOf = ({ given, target }) => given.slice(0, Math.max(given.lastIndexOf(`:${target}`), 0)) || given;
/**
* Finds the files that nodes are to have, and what the nodes have already.
*
* @throws {Failure} one that names all that cannot be had, or not be put there
*/
const findNodeFiles = async (api, inputs, all, context) => {
	const { nodeFiles, prunesNodeFiles, verifiesNodeFiles } = inputs;
	if (nodeFiles.length === 0 && !prunesNodeFiles) return noFiles;
	const bare = all.find(({ userland }) => userland === "busybox");
	if (bare !== void 0) throw new Failure(`node-files cannot work with ${bare.name}: its image has BusyBox alone`, { remedy: "Put the files into the image, or take kind." });
	const nodes = all.filter(isContainer);
	const objections = nodeFiles.flatMap(({ target }) => nodes.flatMap((node) => findNodeObjection(node, target) ?? []));
	const finding = Promise.allSettled(nodeFiles.map(async (each) => findSource(api, each, sourceOf(each), context)));
	const [records, states] = await Promise.all([Promise.all(nodes.map((node) => readRecords(api, node))), inspectNodes$2(api, inputs, nodes)]);
	const sources = requireAll(await finding, objections);
	const recordsOf = new Map(nodes.map((node, at) => [node, records[at]]));
	const foundOf = new Map(nodeFiles.map((each, at) => [each, sources[at]]));
	const currentIn = (node, each) => findCurrent(recordsOf.get(node), each, foundOf.get(each));
	const able = nodeFiles.filter((each) => canBeImage(each, foundOf.get(each)) && !nodes.some((node) => currentIn(node, each)?.isFile));
	const idOf = (node, each) => currentIn(node, each)?.id;
	const { images, of } = await findFilesImages(api, inputs, able, states, idOf);
	const files = [...foundOf].map(([each, found]) => {
		const image = of.get(each);
		const isDone = (node) => currentIn(node, each) !== void 0 && image?.nodes.has(node) !== false;
		return {
			files: each,
			found,
			nodes,
			into: nodes.filter((node) => verifiesNodeFiles || !isDone(node)),
			image
		};
	});
	const isNamed = (target) => nodeFiles.some((each) => each.target === target);
	const removals = nodes.flatMap((node) => (recordsOf.get(node) ?? []).flatMap(({ target }) => isNamed(target) ? [] : [{
		node,
		target
	}]));
	return prunesNodeFiles ? {
		files,
		removals,
		kept: [],
		images
	} : {
		files,
		removals: [],
		kept: [...new Set(removals.map(({ target }) => target))],
		images
	};
};

// src/facts/find-given.ts
/**
* The step's images: those that Docker has, and those that it is to pull.
*
* @param placeOf where a name was found that no input has
*/
const findGiven = async (get, { images: references, pullImages }, placeOf) => {
	const isNamed = (reference) => !isImageId(reference);
	if (pullImages === "always") {
		const { images, missing } = await lookForImages(get, references.filter(isImageId));
		refuseMissing$1(missing, "An ID cannot be pulled: name the image.");
		return {
			images,
			pulls: references.filter(isNamed)
		};
	}
	const { images, missing } = await lookForImages(get, references);
	const [named, ids] = [missing.filter(isNamed), missing.filter(isImageId)];
	refuseMissing$1(ids, "An ID cannot be pulled: name the image.");
	if (pullImages === "never") refuseMissing$1(named, "Build or pull it first, or set pull-images to missing.", placeOf);
	return {
		images,
		pulls: named
	};
};
/**
* Adds the images that the manifests name to those of the inputs. All are looked for together: two names
* may be one image.
*/
const findNamed = async (get, inputs, manifests, { targets, images, pulls }) => {
	const { imagesFrom } = inputs;
	if (imagesFrom === void 0) return {
		images,
		pulls,
		namedImages: []
	};
	const wanted = [
		...targets.flatMap(({ tags }) => tags),
		...images.flatMap(({ references }) => references),
		...pulls
	];
	const namedImages = findNamedImages(manifests, {
		wanted,
		images
	}, imagesFrom.exclude);
	if (namedImages.length === 0) return {
		images,
		pulls,
		namedImages
	};
	const places = new Map(namedImages.map((each) => [each.reference, ` (${renderPlace(each)})`]));
	const references = [...inputs.images, ...places.keys()];
	const placeOf = (reference) => places.get(reference) ?? "";
	return {
		...await findGiven(get, {
			...inputs,
			images: references
		}, placeOf),
		namedImages
	};
};

// src/facts/gather.ts
/** Only manifests are compared with it; their pods may also go to nodes that the step leaves out. */
const findCapacities = async (api, inputs, { env }, found) => {
	if (inputs.manifests.length === 0 || found.nodes.length === 0) return [];
	const all = inputs.nodes.length === 0 ? found : await findNodes$1(api, inputs, env).catch(() => found);
	return findNodeCapacities(api, all.nodes, found);
};
/** A cluster that is still to be made has none yet. */
const findNodes = (api, inputs, { env }) => inputs.createCluster === void 0 ? findNodes$1(api, inputs, env, inputs.nodes) : Promise.resolve({
	nodes: [],
	leftOut: []
});
/** Whoever asks for the cache, or cannot have it, wants no memory of it. */
const findRestores = async ({ pulls }, { imageCache }, { isHostedRunner, hasCacheService }, cache) => {
	return imageCache === "auto" && isHostedRunner && hasCacheService && pulls.length > 0 ? recallRestores(cache, pulls) : /* @__PURE__ */ new Map();
};
const toFilesContext = (inputs, context, cache) => ({
	...context,
	serverUrl: toServerUrl(inputs.apiUrl),
	signal: cache.signal
});
/**
* Adds what only nodes can tell, once there are some.
*
* @throws {Failure} when there are none, or they lack what is wanted of them
*/
const gatherNodes = async (api, inputs, context, cache, facts) => {
	const found = await findNodes$1(api, inputs, context.env, inputs.nodes);
	const [nodeFiles, nodeCapacities] = await Promise.all([findNodeFiles(api, inputs, found.nodes, toFilesContext(inputs, context, cache)), findCapacities(api, inputs, context, {
		...facts,
		...found
	})]);
	return {
		...facts,
		...found,
		nodeFiles,
		nodeCapacities
	};
};
/**
* Asks for all that the plan depends on, changing nothing.
*
* @throws {Failure} one per thing that is missing: docker, buildx, the cluster, nodes, images
*/
const gather = async (docker, api, inputs, context, cache) => {
	const { get } = api;
	const questions = [
		findEngine(get),
		findNodes(api, inputs, context),
		findGiven(get, inputs),
		findBuilds(docker, api, inputs, context, cache),
		findManifests(inputs.manifests, context.workspace),
		findArchived(inputs, context.layoutDir, cache.signal)
	];
	const [, , , builds] = await Promise.allSettled(questions);
	if (builds.status === "fulfilled") refuseOwnImages(inputs.images, builds.value.targets);
	const [engine, given] = [await questions[0], await questions[2]];
	const { nodes, leftOut } = await questions[1];
	const { isLocal: isLocalDaemon } = docker;
	const built = await questions[3];
	const manifests = await questions[4];
	const archived = await questions[5];
	const images = await findNamed(get, inputs, manifests, {
		...built,
		...given
	});
	const found = {
		engine,
		isLocalDaemon,
		nodes,
		leftOut,
		archived,
		...built,
		...images
	};
	refuseSeveralPlatforms(found.targets, engine);
	const { isHostedRunner, workspace } = context;
	const { hasContainerdStore } = engine;
	requireOutputs(found.targets, {
		builder: found.builder,
		hasContainerdStore,
		workspace
	});
	const { targets, lines: cacheLines } = findCaches(found, inputs, context);
	const { cacheMounts, lines: mountLines } = findCacheMounts(found, inputs, context);
	const [disk, restores, nodeFiles, nodeCapacities] = await Promise.all([
		findDisk(api, found, inputs, context),
		findRestores(found, inputs, context, cache),
		findNodeFiles(api, inputs, nodes, toFilesContext(inputs, context, cache)),
		findCapacities(api, inputs, context, found)
	]);
	const { hasCacheService, mayWriteCache: mayWrite, repository } = context;
	return {
		...found,
		targets,
		filesCache: hasCacheService && repository ? {
			repository,
			mayWrite
		} : void 0,
		cacheLines: [
			...found.cacheLines,
			...cacheLines,
			...mountLines
		],
		cacheMounts,
		...disk,
		restores,
		nodeFiles,
		isHostedRunner,
		manifests,
		nodeCapacities
	};
};

// src/plan/freeing.ts
/**
* What a build of unknown size should find: hosted runners promise 14 GB in all, and the story's
* largest image takes 7 GB while its layers are unpacked beside the build cache.
*/
const comfortableBytes = 16e9;
/** For stages that are not part of an image, the context, logs and what else the job writes. */
const spareBytes = 2e9;
/** Of the catalog, what this machine has where it helps Docker, and what is not to be kept. */
const findEntries = (asked, facts) => {
	const { freeable, filesystems } = facts;
	const device = findDockers(filesystems)?.device;
	const helps = (name) => freeable.some((each) => each.name === name && each.device === device);
	return catalog.filter(({ name }) => helps(name) && !asked.freeDiskKeep.includes(name));
};
/** What `auto` wants to be free before images are built and loaded. */
const toWantedBytes = ({ targets }, { sums, sizes }) => {
	if (targets.length > 0 && sizes === void 0) return comfortableBytes;
	const neededBytes = sums.find(({ filesystem }) => filesystem.uses.some(({ kind }) => kind === "docker"))?.neededBytes ?? 0;
	return neededBytes === 0 ? 0 : Math.ceil(neededBytes * 1.25) + spareBytes;
};
/** Decides what to free. Self-hosted runners' files are not ours to delete, whatever was asked. */
const planFreeing = (asked, facts, disk) => {
	const { freeDisk, freeDiskKeep } = asked;
	if (freeDisk === "never" || !facts.isHostedRunner) return void 0;
	if (freeDisk === "always") return {
		entries: catalog.filter(({ name }) => !freeDiskKeep.includes(name)),
		targetFreeBytes: void 0
	};
	const freeBytes = findDockers(facts.filesystems)?.freeBytes;
	const targetFreeBytes = freeDisk === "auto" ? toWantedBytes(facts, disk) : freeDisk.targetBytes;
	const entries = findEntries(asked, facts);
	return freeBytes !== void 0 && freeBytes < targetFreeBytes && entries.length > 0 ? {
		entries,
		targetFreeBytes
	} : void 0;
};

// src/plan/archives.ts
/** Each is unpacked as far as nodes lack it, and loaded from there. */
const planArchives = ({ archived, nodes }, toLoad, toReport, room) => archived.flatMap((packed) => {
	const { references } = packed;
	const id = `unpack ${references.map(({ given }) => given).join(", ")}`;
	const unpack = toStep(id, {
		kind: "unpack-archive",
		packed,
		nodes
	}, {
		needs: room,
		lane: "pull"
	});
	const source = {
		kind: "unpacked",
		by: id
	};
	const load = toLoad(references, source, [id]);
	return [
		unpack,
		load,
		...toReport(references, source, [id], load.id)
	];
});

// src/plan/cache-mounts.ts
const restoring = "restore cache mounts";
/** The step after which a target can be built that mounts a cache. */
const afterMounts = ({ cacheMounts }, target) => cacheMounts.users.includes(target) ? [restoring] : [];
const planRestoring = ({ cacheMounts: { mounts } }) => mounts.length === 0 ? [] : [toStep(restoring, {
	kind: "restore-mounts",
	mounts
})];
/** What builds left is kept when they ended well and nodes have their images: nobody waits for it longer. */
const planKeeping$1 = ({ cacheMountsBytes: bytes }, { cacheMounts: { mounts, users }, filesCache }, after) => {
	if (mounts.length === 0) return [];
	const mayWrite = filesCache?.mayWrite === true;
	const work = {
		kind: "keep-mounts",
		restored: restoring,
		bytes,
		mayWrite
	};
	const order = {
		needs: [restoring, ...users.map(toBuildId)],
		after
	};
	return [toStep("keep cache mounts", work, order)];
};

// src/plan/files.ts
const syncId = "node files";
const planImages = ({ nodes, nodeFiles: { files, images } }, isPossible) => {
	const all = files.filter(({ image }) => image !== void 0);
	const wanted = all.filter(({ into }) => into.length > 0);
	if (wanted.length === 0 && !images.hasStale && !isPossible) return [];
	const kept = all.flatMap(({ image }) => image?.reference ?? []);
	const work = {
		kind: "image-volumes",
		wanted,
		sync: syncId,
		nodes,
		kept
	};
	const needs = wanted.length === 0 && !isPossible ? [] : [syncId];
	return [toStep("image volumes", {
		...work,
		scope: images.scope
	}, {
		needs,
		lane: "load"
	})];
};
/** Nothing where all nodes have all of it. */
const planFiles = (inputs, facts, room, nodesFirst) => {
	const { verifiesNodeFiles: verifies, nodeFilesCacheBytes: bytes, isTrusted } = inputs;
	const { nodeFiles, filesCache } = facts;
	const { files, removals } = nodeFiles;
	const isPossible = nodesFirst.length > 0 && (files.length > 0 || inputs.prunesNodeFiles);
	const images = planImages(facts, isPossible && inputs.makesFilesImages);
	const wanted = files.filter(({ into }) => into.length > 0);
	if (wanted.length + removals.length === 0 && !isPossible) return images;
	const scope = [filesCache?.repository, ...files.map(({ files: { given } }) => given)].join("\n");
	const mayWrite = isTrusted && filesCache?.mayWrite === true;
	const work = {
		kind: "sync-files",
		wanted,
		removals,
		verifies,
		cache: filesCache === void 0 || bytes === void 0 ? void 0 : {
			bytes,
			scope,
			mayWrite
		}
	};
	const needs = [...room, ...nodesFirst];
	return [toStep(syncId, work, {
		needs,
		lane: "files"
	}), ...images];
};
/** Git LFS is asked with the builds' token. */
const usersOfToken = (files) => files.flatMap((each) => {
	return each.kind === "sync-files" && each.wanted.some(({ files: { origin } }) => origin.kind === "lfs") ? [each.id] : [];
});

// src/plan/loads.ts
/** Self-hosted machines keep what they have unless they are told otherwise. */
const dropsCopies = ({ keepImages }, { isHostedRunner, isLocalDaemon }) => keepImages === "never" || keepImages === "auto" && isHostedRunner && isLocalDaemon;
/** Beside all else; what needs nodes begins when they answer, while kind is at work on Kubernetes. */
const planCluster = ({ createCluster: request, clusterName: cluster }) => {
	if (request === void 0) return [];
	const create = toStep("start cluster", {
		kind: "create-cluster",
		cluster,
		request
	});
	const work = {
		kind: "await-cluster",
		creating: create.id
	};
	return [create, toStep("create cluster", work, {
		after: [create.id],
		isFinal: true
	})];
};
/** What is to be done before anything can be done with nodes. */
const nodesFirst = (inputs) => idsOf(planCluster(inputs).filter(({ kind }) => kind === "create-cluster"));
const createToLoad = (inputs, facts, into) => {
	const keepImages = dropsCopies(inputs, facts) ? inputs.keepImages : void 0;
	const { clusterName: cluster } = inputs;
	return (references, image, needs) => {
		const names = references.map(({ given }) => given);
		const work = {
			kind: "load",
			names,
			image,
			cluster,
			into,
			keepImages
		};
		const order = {
			needs: [...needs, ...nodesFirst(inputs)],
			lane: "load"
		};
		return toStep(`load ${names.join(", ")}`, work, order);
	};
};
/** Nothing where no report is wanted, or nobody could read the image. */
const createToReport = (inputs, { nodes, manifests }) => {
	const { imageReport: depth, prove } = inputs;
	const nodeImage = findToolImage(nodes);
	const first = nodesFirst(inputs);
	return (references, image, needs, loadedBy, target) => {
		if (depth === "false" || nodeImage === void 0 && first.length === 0) return [];
		const names = references.map(({ given }) => given);
		const loaded = loadedBy === void 0 ? void 0 : {
			by: loadedBy,
			into: nodes
		};
		const about = {
			target,
			asksForGpu: asksForGpu(manifests, references)
		};
		const work = {
			kind: "analyse",
			names,
			image,
			depth,
			nodeImage,
			loaded,
			...about
		};
		const order = {
			needs: [...needs, ...first],
			lane: "report"
		};
		const report = toStep(`report ${names.join(", ")}`, work, order);
		if (prove === void 0 || loaded !== void 0) return [report];
		const { given: command, argv, timeoutMs } = prove;
		const test = {
			kind: "prove",
			names,
			image,
			report: report.id,
			argv,
			command,
			timeoutMs
		};
		return [report, toStep(`prove ${names.join(", ")}`, test, {
			needs: [report.id],
			lane: "proof"
		})];
	};
};
/** A load that may remove Docker's copy waits until the copy has been read; others go on beside that. */
const afterReport = (load, reports) => load.kind === "load" && load.keepImages !== void 0 ? {
	...load,
	after: [...load.after, ...idsOf(reports)]
} : load;

// src/plan/pulls.ts
/** What is new of them is kept when all are loaded. */
const planKeeping = (steps) => {
	const pulls = steps.flatMap((each) => each.kind === "pull" && each.cache !== void 0 ? [{
		...each,
		cache: each.cache
	}] : []);
	const [first] = pulls;
	if (first === void 0) return [];
	const work = {
		kind: "keep-pulled",
		pulls: pulls.map(({ id, reference, cache: { slowRuns } }) => ({
			by: id,
			reference,
			slowRuns
		})),
		cache: first.cache
	};
	return [toStep("keep images", work, { after: idsOf(steps) })];
};
/** Each is loaded as soon as it is there; what is new is kept when all are. */
const planPulls = (inputs, facts, toLoad, toReport, room) => {
	const { mirrors } = inputs;
	const { pulls, nodes } = facts;
	const steps = pulls.flatMap((reference) => {
		const id = `pull ${reference.given}`;
		const cache = planImageCache(inputs, facts, reference);
		const pull = toStep(id, {
			kind: "pull",
			reference,
			mirrors,
			cache,
			nodes
		}, {
			needs: room,
			lane: "pull"
		});
		const source = {
			kind: "pulled",
			by: id
		};
		const reports = toReport([reference], source, [id]);
		const load = afterReport(toLoad([reference], source, [id]), reports);
		return [
			pull,
			cache !== void 0 ? {
				...load,
				lane: "cached-load"
			} : load,
			...reports
		];
	});
	const tell = {
		kind: "mirror-nodes",
		into: nodes,
		mirrors
	};
	const order = { needs: nodesFirst(inputs) };
	return [
		...mirrors.length === 0 ? [] : [toStep("mirrors of nodes", tell, order)],
		...steps,
		...planKeeping(steps)
	];
};

// src/plan/graph.ts
/** Builds and loads begin as soon as there is room; freeing goes on beside them. */
const planDiskSteps = (freeing, folder) => freeing === void 0 ? [] : [toStep("free disk", {
	kind: "free-disk",
	freeing,
	folder
}), toStep("wait for disk", {
	kind: "await-disk",
	freeing: "free disk",
	folder
})];
/**
* The first is loaded at once. The others may lose their names meanwhile, and with them their place in
* the containerd store, so they are held; the other store keeps them.
*/
const planGiven = (images, isAtRisk, toLoad, toReport, room) => images.flatMap((image, index) => {
	const { id, references } = image;
	const hold = isAtRisk && index > 0 ? toStep(`hold ${id}`, {
		kind: "hold-image",
		image
	}) : void 0;
	const source = hold === void 0 ? {
		kind: "local",
		image
	} : {
		kind: "held",
		by: hold.id
	};
	const needs = hold === void 0 ? room : [hold.id, ...room];
	const reports = toReport(references, source, needs);
	const load = afterReport(toLoad(references, source, needs), reports);
	const steps = [
		...hold === void 0 ? [] : [hold],
		load,
		...reports
	];
	if (isNameless(id, references)) return steps;
	const release = {
		kind: "release-image",
		image,
		loadedBy: load.id
	};
	const after = [load.id, ...idsOf(reports)];
	return [...steps, toStep(`release ${id}`, release, {
		after,
		isFinal: true
	})];
});
/**
* First those upon which the longest rows of others are built, as these all wait; else as they were given. So
* each comes after those that it is built upon.
*/
const inOrder = (targets) => {
	const rows = /* @__PURE__ */ new Map();
	/** How many are in the longest row upon it. */
	const rowUpon = (target) => {
		const known = rows.get(target);
		if (known !== void 0) return known;
		const upon = targets.filter(({ dependsOn }) => dependsOn.includes(target.name));
		const row = Math.max(0, ...upon.map((other) => rowUpon(other) + 1));
		rows.set(target, row);
		return row;
	};
	return targets.toSorted((one, other) => rowUpon(other) - rowUpon(one));
};
/** What an image left on its way into the nodes. */
const planDrop = (target, after) => {
	const { name, intermediate } = target;
	const order = {
		after,
		isFinal: true
	};
	if (isForFolder(target)) return [toStep(`drop the files of ${name}`, {
		kind: "drop-layout",
		target
	}, order)];
	if (intermediate === void 0) return [];
	return [toStep(`drop ${intermediate}`, {
		kind: "drop-image",
		name: intermediate
	}, order)];
};
/** Whether all nodes that there are get links, for which an image is unpacked once. */
const isDirect = (load) => load.kind === "load" && load.into.every(({ choice }) => choice.kind === "direct");
const planBuilds = (inputs, facts, toLoad, toReport, room) => {
	const { retries, cacheRequired } = inputs;
	const { targets, nodes } = facts;
	const ordered = inOrder(targets);
	const restoring = planRestoringBuilds(inputs, facts, ordered, room);
	const builds = ordered.flatMap((target) => {
		const { name, tags, isWanted, output, dependsOn } = target;
		const id = toBuildId(name);
		const needs = [...dependsOn.map(toBuildId), ...room];
		const isAlone = targets.length === 1;
		const looked = output === "registry" ? idsOf(restoring) : [];
		const isLoaded = isWanted && output !== "cache" && tags.length > 0;
		const source = {
			kind: "built",
			by: id
		};
		const load = toLoad(tags, source, [id]);
		const isLayout = isForFolder(target);
		const loadedBy = isLayout ? load.id : void 0;
		const reports = isLoaded ? toReport(tags, source, [id], loadedBy, target) : [];
		const own = isLayout && isDirect(load) ? {
			...load,
			lane: "cached-load"
		} : load;
		const loads = isLoaded ? [isLayout ? own : afterReport(load, reports)] : [];
		const wantsOrigins = reports.length > 0;
		const order = {
			target,
			isAlone,
			retries,
			cacheRequired,
			nodes,
			wantsOrigins
		};
		const upon = targets.filter((other) => other.dependsOn.includes(name));
		const users = [...idsOf([...loads, ...reports]), ...upon.map((other) => toBuildId(other.name))];
		return [
			toStep(id, {
				kind: "build",
				...order
			}, {
				needs,
				after: [...looked, ...afterMounts(facts, name)],
				lane: "build"
			}),
			...loads,
			...reports,
			...planDrop(target, [id, ...users])
		];
	});
	return [...restoring, ...builds];
};
/** What is done once all is built. */
const planAfterBuilds = ({ credentials }, facts, others) => {
	const { targets, lastSizes, keptFor: repository } = facts;
	const after = targets.map(({ name }) => toBuildId(name));
	const users = [...after, ...others];
	if (users.length === 0) return [];
	const sizes = {
		kind: "record-sizes",
		targets: toRemembered(targets),
		lastSizes
	};
	return [
		...credentials.kind === "app" ? [toStep("revoke token", { kind: "revoke-token" }, {
			after: users,
			isFinal: true
		})] : [],
		...repository === void 0 || after.length === 0 ? [] : [toStep("record sizes", {
			...sizes,
			repository
		}, {
			after,
			isFinal: true
		})],
		...targets.some(({ intermediate }) => intermediate !== void 0) ? [toStep("drop leftovers", { kind: "drop-leftovers" }, { after })] : []
	];
};
/** Puts together what is to be done, and what has to wait for what. */
const planSteps = (inputs, facts, nodes, freeing) => {
	const { images, engine } = facts;
	const disk = planDiskSteps(freeing, toDockersFolder(facts));
	const room = disk.filter(({ kind }) => kind === "await-disk").map(({ id }) => id);
	const toLoad = createToLoad(inputs, facts, nodes);
	const toReport = createToReport(inputs, facts);
	const files = planFiles(inputs, facts, room, nodesFirst(inputs));
	const main = [
		...planCluster(inputs),
		...disk,
		...files,
		...planRestoring(facts),
		...planGiven(images, engine.hasContainerdStore, toLoad, toReport, room),
		...planArchives(facts, toLoad, toReport, room),
		...planPulls(inputs, facts, toLoad, toReport, room),
		...planBuilds(inputs, facts, toLoad, toReport, room)
	];
	const prunes = inputs.pruneCache === "always" && findPruneObjection(facts) === void 0;
	const needs = idsOf(main.filter(({ isFinal }) => !isFinal));
	const keeping = planKeeping$1(inputs, facts, needs);
	const order = {
		needs,
		after: idsOf(keeping)
	};
	return [
		...main,
		...keeping,
		...planAfterBuilds(inputs, facts, usersOfToken(files)),
		...prunes ? [toStep("prune cache", { kind: "prune-cache" }, order)] : []
	];
};

// src/plan/plan.ts
/** A compiler with less than this would have to swap. */
const memoryOfBuild = 3e9;
const planParallel = ({ cores, memoryBytes }) => Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryOfBuild), 8));
/** Decides what to do, in which order, from what was asked and what was found. */
const planRun = (inputs, facts) => {
	const { engine } = facts;
	const nodes = facts.nodes.map((node) => ({
		node,
		choice: planMethod(engine, node, inputs.loadMode, facts.isLocalDaemon)
	}));
	const { freeDisk, freeDiskKeep, failFast } = inputs;
	const mayFree = facts.isHostedRunner && facts.isLocalDaemon && freeDisk !== "never";
	const disk = planDisk(mayFree ? facts : {
		...facts,
		freeable: []
	}, nodes, freeDiskKeep);
	return {
		disk,
		steps: planSteps(inputs, facts, nodes, planFreeing(inputs, facts, disk)),
		/** How many builds run at once. */
		parallel: inputs.parallel ?? planParallel(engine),
		/** Whether the first failure ends the rest. */
		failFast,
		/** Why it cannot fit, as far as that is known beforehand. */
		shortage: explainShortage(disk, freeDisk, freeDiskKeep)
	};
};

// src/load/unpacker-helper.ts
/** Longer than any step. */
const deadlineMs$1 = 864e5;
/** Where the helper sees its volume and the step's layers; its script knows them, too. */
const [volumePoint, layersPoint] = ["/slipway", "/slipway-layers"];
/**
* A helper with a volume of its own, which Docker removes with it. It unpacks what others have made, so it may
* no more than that: `SYS_ADMIN` is for overlay's attributes.
*/
const toUnpacker = (node, layoutDir, runId) => ({
	...toHelperBase(node, runId),
	Cmd: ["-c", unpackScript()],
	HostConfig: {
		AutoRemove: true,
		UsernsMode: "host",
		NetworkMode: "none",
		CapAdd: ["SYS_ADMIN"],
		SecurityOpt: ["no-new-privileges", "label=disable"],
		Mounts: [{
			Type: "volume",
			Target: volumePoint
		}, {
			...mountFolder(layoutDir, layersPoint),
			ReadOnly: true
		}]
	}
});
/** Starts the container, which reads requests in lines and answers each; see helper/unpack.sh. */
const startUnpackerHelper = ({ api, layoutDir, runId, signal }, node) => {
	const waiting = /* @__PURE__ */ new Map();
	let said = "";
	/** Why it answers no more. */
	let over;
	const started = Promise.withResolvers();
	const fail = (error) => {
		over ??= { error };
		started.reject(error);
		for (const each of waiting.values()) each.reject(error);
		waiting.clear();
	};
	const onLine = (line) => {
		const [state, word, name, reason = ""] = line.split("	");
		const asked = waiting.get(`${word} ${name}`);
		waiting.delete(`${word} ${name}`);
		if (state === "done") asked?.resolve();
		else asked?.reject(new Failure(reason));
	};
	const onStarted = async (id, reply) => {
		const path = `/containers/${id}/json`;
		const { Mounts = [] } = await api.get(path).catch(() => void 0) ?? {};
		const volume = Mounts.find(({ Destination }) => Destination === volumePoint)?.Source ?? "";
		const ask = (...words) => {
			if (over !== void 0) return Promise.reject(over.error);
			const answer = Promise.withResolvers();
			waiting.set(words.slice(0, 2).join(" "), answer);
			reply(`${words.join("	")}\n`);
			return answer.promise;
		};
		const end = () => reply("end\n");
		if (volume !== "") return started.resolve({
			volume,
			ask,
			end
		});
		end();
		fail(new Failure("Docker does not say where the volume is"));
	};
	const watch = {
		deadlineMs: deadlineMs$1,
		signal,
		onLine,
		onStarted,
		onErrorLine: (line) => {
			said = line.slice(0, 1e3);
		},
		isEnough: () => false
	};
	const ended = runContainer(api, toUnpacker(node, layoutDir, runId), "", watch).then((end) => fail(new Failure(said || end)), fail);
	started.promise.catch(() => {});
	return {
		started: started.promise,
		ended
	};
};

// src/load/unpacker.ts
/** Does a thing once for each name; whoever asks again waits for the same. */
const createOnce = () => {
	const begun = /* @__PURE__ */ new Map();
	const doOnce = (name, act) => {
		const work = begun.get(name) ?? act();
		begun.set(name, work);
		work.catch(() => {});
		return work;
	};
	return {
		doOnce,
		hasBegun: (name) => begun.has(name)
	};
};
const createUnpacker = (order) => {
	const { engine, isLocal, layoutDir, atOnce, line } = order;
	const gate = createGate(atOnce);
	const [unpacking, finishing, giving] = [
		createOnce(),
		createOnce(),
		createOnce()
	];
	let helper;
	let isTold = false;
	const getHelper = (node) => {
		helper ??= startUnpackerHelper(order, node);
		return helper.started;
	};
	/** By chain IDs: a layer's folders may have what those below say. */
	const unpackLayer = (layers, at, file, node, proven) => {
		const { chainId = "", diffId = "" } = layers[at] ?? {};
		const words = [
			toHex(chainId),
			String(at),
			diffId,
			relative(layoutDir, file)
		];
		if (proven !== void 0) words.push(proven);
		return unpacking.doOnce(chainId, async () => {
			const { ask } = await getHelper(node);
			await gate(() => ask("layer", ...words));
		});
	};
	/** One of them, whose programs are used; undefined where links do not reach them all. */
	const findNode = (nodes) => isLocal && areBeside(engine, nodes) ? nodes.find(isContainer) : void 0;
	const begin = (layers, at, file, nodes, proven) => {
		const node = findNode(nodes);
		if (node !== void 0) unpackLayer(layers, at, file, node, proven);
	};
	const unpackAll = async (image, node, proven) => {
		const { layers, layout, id } = image;
		const toFile = (digest) => toBlobPath(layout?.folder ?? "", digest);
		await Promise.all(layers.map(({ diffId }, at) => unpackLayer(layers, at, toFile(diffId), node, proven)));
		const { volume, ask } = await getHelper(node);
		const chains = layers.map(({ chainId }) => toHex(chainId));
		for (const [at, chain] of chains.entries()) await finishing.doOnce(chain, () => ask("parents", chain, String(at), ...chains.slice(0, at)));
		await giving.doOnce(id, () => ask("config", id, relative(layoutDir, toFile(id))));
		const toFolder = (layer, at) => ({
			...layer,
			folder: `${volume}/${chains[at]}/to/${at}`
		});
		return {
			image: {
				...image,
				layers: layers.map(toFolder)
			},
			config: `${volume}/${toHex(id)}`
		};
	};
	const unpack = async (image, nodes, proven) => {
		const node = findNode(nodes);
		const { folder = "" } = image.layout ?? {};
		const isWhole = image.layers.every(({ diffId }) => hasLayer(folder, diffId));
		const isOurs = !relative(layoutDir, folder).startsWith("..");
		if (node === void 0 || !isWhole || !isOurs) return void 0;
		return unpackAll(image, node, proven).catch((error) => {
			order.signal.throwIfAborted();
			if (!isTold) line(`Layers are unpacked in nodes, not beside them: ${renderError(error)}`);
			isTold = true;
		});
	};
	const counted = /* @__PURE__ */ new Set();
	const countBytes = ({ layers, layout }) => layers.reduce((sum, { chainId }, at) => {
		if (counted.has(chainId)) return sum;
		counted.add(chainId);
		return sum + (layout?.layerBytes[at] ?? 0);
	}, 0);
	const close = async () => {
		isTold = true;
		const { end } = await helper?.started.catch(() => void 0) ?? {};
		end?.();
		await helper?.ended;
	};
	const hasBegun = ({ layers }) => layers.some(({ chainId }) => unpacking.hasBegun(chainId));
	return {
		begin,
		unpack,
		countBytes,
		hasBegun,
		close
	};
};

// src/disk/fill.ts
/** Files are counted for this; the reason of a failure is worth some seconds. */
const deadlineMs = 15e3;
const renderParts = (parts) => parts.toSorted((a, b) => b.bytes - a.bytes).map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`).join(", ");
/** What Docker's data consists of, largest first. */
const renderUsage = (usage) => {
	const volumes = usage.Volumes?.map(({ UsageData }) => UsageData?.Size);
	return renderParts([
		{
			what: "images",
			bytes: usage.LayersSize ?? 0
		},
		{
			what: "build cache",
			bytes: sumCache(usage)
		},
		{
			what: "containers",
			bytes: sumBytes(usage.Containers?.map(({ SizeRw }) => SizeRw))
		},
		{
			what: "volumes (the nodes' included)",
			bytes: sumBytes(volumes)
		}
	]);
};
/** What is asked first where several are on one filesystem. */
const order = [
	"docker",
	"node",
	"temp"
];
const duArgs = [
	"--one-file-system",
	"--max-depth=1",
	"--block-size=1",
	"--"
];
/** The largest folders of those that `du` prints, the last of which is all together. */
const parseDu = (printed) => printed.split("\n").flatMap((line) => {
	const [, bytes, what = ""] = /^(\d+)\t(.+)$/.exec(line) ?? [];
	return bytes === void 0 ? [] : [{
		what,
		bytes: Number(bytes)
	}];
}).slice(0, -1).toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
const askDocker = async (get) => {
	const usage = await findUsage(get, [
		"image",
		"build-cache",
		"container",
		"volume"
	]);
	if (usage === void 0) return "";
	return `. Docker's disk usage: ${renderUsage(usage)} (files that nodes share with Docker count twice)`;
};
const renderFolders = (parts) => parts.length === 0 ? "" : `. Largest folders: ${renderParts(parts)}`;
const askNode = async (api, nodes, name) => {
	const node = nodes.find((each) => each.name === name);
	if (node === void 0) return "";
	const argv = [
		"du",
		...duArgs,
		node.containerd.root
	];
	return renderFolders(parseDu(await executeIn(api, node, argv, deadlineMs)));
};
const askTemp = async ({ cancelled }, env, path) => {
	const command = {
		file: "du",
		args: [...duArgs, path],
		env,
		timeoutMs: deadlineMs
	};
	const { stdout } = await runCaptured({
		...command,
		signal: cancelled
	});
	return renderFolders(parseDu(stdout));
};
/** What fills a filesystem, as the end of a sentence; nothing where nobody can say in time. */
const describeFill = async (api, nodes, { uses, path }, env) => {
	const asked = (use) => {
		switch (use.kind) {
			case "docker": return askDocker(api.get);
			case "node": return askNode(api, nodes, use.name);
			case "temp": return askTemp(api, env, path);
		}
	};
	const [first] = uses.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
	if (first === void 0) return "";
	const answer = asked(first).catch(() => "");
	return within(answer, deadlineMs, "");
};

// src/run/disk-full.ts
/** Full, or as good as: what was half done has been removed meanwhile. */
const isFull = ({ freeBytes, totalBytes, freeInodes, totalInodes }) => freeBytes < Math.max(.03 * totalBytes, 1e8) || totalInodes > 0 && freeInodes < .01 * totalInodes;
/** Inspects the disks once more: the builds have changed what was found before. */
const inspectDisks = async (api, facts, tempDir) => {
	const { filesystems } = await findFilesystems(api, facts, tempDir);
	return {
		filesystems,
		full: filesystems.filter(isFull)
	};
};
/** Nothing can be written: whatever failed just now failed for that, also where it says otherwise. */
const isChoked = ({ filesystems }) => filesystems.some(({ freeBytes, freeInodes, totalInodes }) => freeBytes < 32e6 || totalInodes > 0 && freeInodes < 100);
/**
* False when all have as much as a build should find: then a program in it meant something else,
* such as its shared memory, and nothing is said of disks.
*/
const couldBeFull = ({ filesystems, full }) => filesystems.length === 0 || full.length > 0 || filesystems.some(({ freeBytes }) => freeBytes < 16e9);
/** True when room on Docker's filesystem could help: it is full itself, or nobody knows which is. */
const couldHelp = ({ filesystems, full }) => {
	const dockers = findDockers(filesystems);
	return full.length === 0 || dockers !== void 0 && full.includes(dockers);
};
const remedies = {
	docker: "Build fewer or smaller images in this job, free the disk before this step (`docker system prune`, `docker buildx prune`), or use a runner with a larger one.",
	node: "Remove images from the node (`docker exec NODE crictl rmi --prune`), give its /var a larger filesystem, or keep it on Docker's, where Slipway links images.",
	temp: "Point RUNNER_TEMP at a folder with more free space, or set load-mode: auto, which needs none there."
};
/**
* What to say of something that did not fit: where it was full, and what fills it.
*
* @param tried what was done to make room, or why nothing was
*/
const explainNoSpace = async ({ api, facts, env }, error, { filesystems, full }, tried) => {
	const fullest = filesystems.toSorted((a, b) => a.freeBytes - b.freeBytes).slice(0, 1);
	const shown = full.length > 0 ? full : fullest;
	const lines = await Promise.all(shown.map(async (one) => renderFilesystem(one) + await describeFill(api, facts.nodes, one, env)));
	const where = full.length > 0 ? "Full:" : "After cleanup:";
	const what = error instanceof Error ? error.message : String(error);
	const kinds = shown[0]?.uses.map(({ kind }) => kind) ?? [];
	const kind = [
		"docker",
		"node",
		"temp"
	].find((each) => kinds.includes(each)) ?? "docker";
	return new Failure(`${what.replace(/\.$/, "")}. ${where} ${lines.join("; ")}. ${tried}`, {
		cause: error,
		remedy: remedies[kind]
	});
};

// src/run/disk-retry.ts
/** Frees what may go; tells what came of it, and whether it is worth another try. */
const reclaimSpace = async (reclaim, state, sinceMs) => {
	const giveUp = (tried) => ({
		isWorthIt: false,
		tried
	});
	if (reclaim.objection !== void 0) return giveUp(reclaim.objection);
	if (!couldHelp(state)) return giveUp("Slipway freed nothing: that disk has nothing that it may delete");
	const bytes = await reclaim.run(sinceMs);
	if (bytes === 0) return giveUp("Slipway found nothing more to free");
	return {
		isWorthIt: true,
		tried: `Freeing ${formatBytes(bytes)} more was not enough`
	};
};
/**
* Does something that writes to disks. When they are full, more is freed where that is allowed, and
* it is done once more; else the failure names the full filesystem and what fills it.
*/
const createDiskRetry = (facts, given, reclaim) => {
	const { docker, log, run, tempRoot } = given;
	const inspect = () => inspectDisks(docker.api, facts, tempRoot);
	const explain = async (error, tried) => explainNoSpace({
		api: docker.api,
		facts,
		env: run.env
	}, error, await inspect(), tried);
	return async (body, signal) => {
		const sinceMs = performance.now();
		try {
			return await body();
		} catch (error) {
			if (signal.aborted) throw error;
			const state = await inspect().catch(() => void 0);
			if (state === void 0) throw error;
			if (!isChoked(state) && !(isNoSpace(error) && couldBeFull(state))) throw error;
			const { isWorthIt, tried } = await reclaimSpace(reclaim, state, sinceMs);
			if (!isWorthIt) throw await explain(error, tried);
			if (signal.aborted) throw error;
			log.line(`${renderError(error)} Retrying once.`);
			return body().catch(async (again) => {
				throw isNoSpace(again) ? await explain(again, tried) : again;
			});
		}
	};
};

// src/disk/free-disk.ts
/** The largest entry has some 100,000 files, and the disk may be slow. */
const timeoutMs = 9e5;
/** Why a catalog path stays; undefined means that it may go. */
const findObjection$1 = async (path) => {
	const stat = await lstat(path).catch(() => void 0);
	if (stat === void 0) return "not there";
	if (!stat.isDirectory()) return "it is not a folder";
	if (await realpath(path) !== path) return "its path has a symbolic link";
	for (let parent = dirname(path), child = stat;; parent = dirname(parent)) {
		const above = await lstat(parent);
		if (above.uid !== 0) return `${parent} does not belong to root`;
		if (child === stat && above.dev !== stat.dev) return "it is a mount";
		child = above;
		if (parent === "/") return void 0;
	}
};
const runAsRoot = (context, program, ...args) => {
	const command = process.getuid?.() === 0 ? {
		...context,
		file: program,
		args,
		timeoutMs
	} : {
		...context,
		file: "sudo",
		args: [
			"-n",
			program,
			...args
		],
		timeoutMs
	};
	return runCaptured(command).catch(() => ({
		code: 127,
		stdout: ""
	}));
};
/**
* Bytes on the disk below a folder. Free space before and after would not tell: builds write
* meanwhile. Whoever removes the folder next needs what this reads.
*/
const measureFolder = async (context, path) => {
	const { stdout } = await runAsRoot(context, "du", ...[
		"--summarize",
		"--one-file-system",
		"--block-size=1"
	], "--", path);
	return Number(/^\d+/.exec(stdout)?.[0] ?? 0);
};
/** Moved aside first: a path that half exists would break whoever uses it meanwhile. */
const removeFolder = async (context, path) => {
	const aside = join(dirname(path), `.slipway-freed-${process.pid}`);
	if ((await runAsRoot(context, "mv", "--no-target-directory", "--", path, aside)).code !== 0) return false;
	return (await runAsRoot(context, "rm", "-rf", "--one-file-system", "--", aside)).code === 0;
};
const freePath = async (context, name, path, log) => {
	const objection = await findObjection$1(path).catch(renderError);
	if (objection !== void 0) {
		if (objection !== "not there") log(`Kept ${path}: ${objection}.`);
		return [];
	}
	const bytes = await measureFolder(context, path);
	if (context.signal.aborted) return [];
	if (!await removeFolder(context, path)) {
		log(`Could not remove ${path}; the step continues.`);
		return [];
	}
	log(`Freed ${formatBytes(bytes)}: ${name} (${path}).`);
	return [{
		name,
		path,
		bytes
	}];
};
/** Bytes that an ordinary user may still write to the filesystem that holds `path`. */
const freeBytesAt = async (path) => {
	const { bavail, bsize } = await statfs(path);
	return bavail * bsize;
};
const hasEnough = async (freeing, folder) => freeing.targetFreeBytes !== void 0 && await freeBytesAt(folder).catch(() => Number.POSITIVE_INFINITY) >= freeing.targetFreeBytes;
/** With this a build can begin: it will not have written as much before more is free. */
const enoughToBegin = 4e9;
/** Waits until builds have enough free disk to start, or nothing more is freed. */
const waitForDisk = async (freeing, folder) => {
	let hasEnded = false;
	const ending = Promise.allSettled([freeing]).then(() => {
		hasEnded = true;
	});
	const freeBytes = () => freeBytesAt(folder).catch(() => enoughToBegin);
	while (!hasEnded && await freeBytes() < enoughToBegin) await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, 500))]);
};
/**
* Removes entries of the catalog, one after another, until the target is reached.
*
* @param folder one on the filesystem that is to have room
*/
const freeDisk = async (freeing, folder, env, log, signal) => {
	const freed = [];
	const all = freeing.entries.flatMap(({ name, paths }) => paths.map((path) => ({
		name,
		path
	})));
	for (const { name, path } of all) {
		if (signal.aborted || await hasEnough(freeing, folder)) break;
		freed.push(...await freePath({
			env,
			signal
		}, name, path, log));
	}
	return freed;
};

// src/load/drop-images.ts
/**
* The names that may go from Docker's store. Where links share the files, removing a name frees
* nothing, so `auto` keeps it.
*/
const planDropping = (loads, keepImages) => loads.filter(({ nodes }) => keepImages === "never" || nodes.every(({ way }) => way === "copy" || way === "stream" || way === "kind")).flatMap(({ image: { references, id } }) => references.map((each) => ({
	...each,
	id
})));
/**
* Removes names; layers go with the last of them. What is in use stays, and that is no failure; so
* does a name that somebody else has given to another image.
*/
const dropImages = async (docker, get, names, line) => {
	for (const { given, canonical, id } of names) {
		const now = await get(`/images/${canonical}/json`);
		if (now === void 0) continue;
		if (now.Id !== id) {
			line(`Docker keeps ${given}: it names another image now.`);
			continue;
		}
		const { code } = await docker.try(["rmi", given]);
		line(code === 0 ? `Removed ${given} from Docker.` : `Docker keeps ${given}: it is in use.`);
	}
};

// src/load/foreign.ts
/** What an image is for, and the nodes that are something else; undefined where there are none. */
const renderForeign = ({ references, architecture }, nodes) => {
	const others = nodes.filter((node) => architecture !== "" && node.architecture !== architecture);
	const [first] = others;
	if (first === void 0) return void 0;
	return `${references.map(({ given }) => given).join(", ")} is built for ${architecture}, and ${others.map((node) => node.name).join(", ")} ${others.length > 1 ? "are" : "is"} ${first.architecture}: its pods end with "exec format error", unless the machine emulates ${architecture}. Build it with the platform linux/${first.architecture}.`;
};
/** Asks for what the nodes are: what their image is for, or the daemon where that is gone. */
const findForeign = async (get, image, plans) => {
	const ids = [...new Set(plans.flatMap(({ node }) => isMachine(node) ? [] : [node.imageId]))];
	const known = new Map(await Promise.all(ids.map(async (id) => {
		const found = await get(`/images/${id}/json`) ?? await get("/version");
		return [id, found?.Architecture ?? found?.Arch ?? image.architecture];
	})));
	const nodes = plans.map(({ node }) => ({
		name: node.name,
		architecture: isMachine(node) ? architecture : known.get(node.imageId) ?? image.architecture
	}));
	return renderForeign(image, nodes);
};

// src/load/manifest.ts
/**
* The layers' sizes out of the history, which also has steps without a layer, as steps of 0 bytes. A layer of
* 0 bytes looks the same, and which of them it is does not matter.
*
* @param historyBytes oldest first
* @param totalBytes what the lowest layer is said to have where the history is not one of all layers
*/
const toLayerSizes = (historyBytes, layers, totalBytes) => {
	let needless = historyBytes.length - layers;
	const sizes = [];
	for (const bytes of historyBytes) if (bytes === 0 && needless > 0) needless -= 1;
	else sizes.push(bytes);
	return sizes.length === layers ? sizes : Array.from({ length: layers }, (_, index) => index === 0 ? totalBytes : 0);
};
/** Asks for what an image's manifest is made of; a store that keeps manifests need not be asked. */
const findManifestMaker = async (get, { hasContainerdStore }, image) => {
	const { layout } = image;
	if (layout !== void 0) return () => layout.manifest;
	const path = `/images/${image.id}/history`;
	const bytes = (hasContainerdStore ? [] : await get(path) ?? []).map(({ Size }) => Size).reverse();
	const sizes = toLayerSizes(bytes, image.layers.length, image.sizeBytes);
	const layers = image.layers.map(({ diffId }, index) => ({
		digest: diffId,
		size: sizes[index] ?? 0
	}));
	return (configBytes) => toManifest({
		digest: image.id,
		size: configBytes
	}, layers);
};

// src/load/load-image.ts
/** Nodes that do not answer are left to the loading, which says more when it fails. */
const inspectNodes = async ({ api, engine, signal }, image, nodes) => {
	const states = /* @__PURE__ */ new Map();
	await Promise.all(nodes.map(async (node) => {
		const state = await inspectNode(api, node, namesOf$1(engine, image)).catch(() => void 0);
		if (state !== void 0) states.set(node.name, state);
	}));
	signal.throwIfAborted();
	return states;
};
const loadFromDocker = async (task, plans) => {
	return (await allEnded([...groupForHelpers(plans).map((group) => byDirect(task, group)), ...plans.map(async ({ node, choice }) => {
		if (choice.kind === "direct") return [];
		return [await (choice.kind === "kind" ? byKind : byStream)(await task.begun, node, choice.because)];
	})])).flat();
};
/** A helper starts meanwhile: both take a while. */
const begin = (task) => {
	const { api, engine, image, hold } = task;
	const holding = image.layout === void 0 ? hold(image) : image;
	const begun = Promise.all([holding, findManifestMaker(api.get, engine, image)]).then(([held, toManifest]) => ({
		...task,
		image: held,
		toManifest
	}));
	begun.catch(() => {});
	return {
		...task,
		begun
	};
};
/**
* Puts one image into all nodes, side by side. Nothing is done to those that have it.
*
* @throws {Failure} when a node could not be given the image in any way
*/
const loadImage = async (context, image, plans) => {
	const started = performance.now();
	const nodes = plans.map(({ node }) => node);
	const states = await inspectNodes(context, image, nodes);
	const names = namesOf$1(context.engine, image);
	const isThere = (node) => {
		const state = states.get(node.name);
		return state !== void 0 && hasImage(node, image, names, state);
	};
	const durationMs = Math.round(performance.now() - started);
	const present = nodes.filter(isThere).map(({ name }) => ({
		name,
		way: "present",
		because: void 0,
		copiedBytes: 0,
		durationMs
	}));
	const lacking = plans.filter(({ node }) => !isThere(node));
	if (lacking.length === 0) return {
		image,
		nodes: present
	};
	const name = image.references[0]?.given ?? image.id;
	const progress = createProgress(context.line, name, context.bar);
	const task = begin({
		...context,
		image,
		progress
	});
	const loads = await (image.layout === void 0 ? loadFromDocker : loadLayout)(task, lacking).finally(() => {
		for (const { node } of lacking) context.bar?.clear(`${name}, ${node.name}`);
	});
	const all = [...present, ...loads];
	const { image: held } = await task.begun;
	return {
		image: held,
		nodes: all.sort((a, b) => a.name.localeCompare(b.name))
	};
};

// src/run/load-step.ts
/**
* Loads an image into nodes. Docker's copy goes at once where the plan says so: the next image may
* need its room.
*
* @throws {Failure} when it cannot be loaded in any way, or does not fit
*/
const load = async (step, { docker, log, run }) => {
	const image = findImage(step.image, run);
	if (image === void 0) throw new Error(`nothing made the image of ${step.names.join(", ")}`);
	const { api, engine } = docker;
	const foreign = findForeign(api.get, image, step.into).then((text) => text !== void 0 && log.warning(text), () => {});
	const { image: source } = step;
	const context = {
		docker: docker.command,
		api,
		engine,
		clusterName: step.cluster,
		runId: run.id,
		hold: (each) => holdImage(api, run.id, each),
		exportLayers: source.kind === "built" ? run.resultOf("build", source.by)?.exportLayers : void 0,
		unpacker: run.unpacker,
		tempDir: run.tempDir,
		signal: run.signal,
		line: log.line,
		warn: log.warning,
		bar: log.bar
	};
	const done = await loadImage(context, image, step.into).finally(() => foreign);
	if ((source.kind === "pulled" || source.kind === "unpacked") && image.layout !== void 0) dropLayout(image.layout.folder);
	if (step.keepImages !== void 0 && image.layout === void 0) await dropImages(docker.command, api.get, planDropping([done], step.keepImages), log.line);
	return done;
};

// src/run/pull-step.ts
/** Brings an image out of the Actions cache, or has Docker pull it, and finds what has come. */
const pull = async ({ reference, mirrors, cache, nodes }, ports) => {
	const { docker, log, run } = ports;
	const { env, signal } = run;
	if (cache !== void 0) {
		const { pullThroughCache } = await import("./run-pull-through-cache.js");
		const pulled = await pullThroughCache(reference, nodes, ports);
		if (pulled !== void 0) return pulled;
	}
	const { pullImage } = await import("./pull-pull-image.js");
	const { explainPull } = await import("./pull-explain.js");
	const explain = (refusal) => explainPull(reference, refusal, {
		env,
		signal
	});
	const { pullFromMirrors } = await import("./pull-mirrors.js");
	if (!await pullFromMirrors(docker.command, docker.api.get, reference, mirrors, log.line)) await pullImage(docker.command, reference, log.line, explain, signal);
	const [image] = await findImages(docker.api.get, [reference]);
	if (image === void 0) throw new Error(`${reference.given} is gone after it was pulled`);
	return {
		image,
		kept: void 0
	};
};

// src/run/handlers.ts
/** A start reads only what every plan needs: what others need is read when they do. */
const later = (find) => async (step, ports) => (await find())(step, ports);
/** How each kind of step is done. */
const handlers = {
	load,
	pull,
	analyse: later(async () => (await import("./run-analyse-step.js")).analyse),
	build: later(async () => (await import("./run-build-step.js")).build),
	prove: later(async () => (await import("./run-prove-step.js")).prove),
	"unpack-archive": later(async () => (await import("./run-unpack-archive-step.js")).unpackArchive),
	"create-cluster": later(async () => (await import("./run-create-cluster-step.js")).createClusterStep),
	"await-cluster": later(async () => (await import("./run-create-cluster-step.js")).awaitClusterStep),
	"keep-pulled": later(async () => (await import("./run-keep-pulled-step.js")).keepPulled),
	"restore-builds": later(async () => (await import("./run-restore-builds-step.js")).restoreBuilds),
	"restore-mounts": later(async () => (await import("./run-cache-mounts-step.js")).restoreCacheMounts),
	"keep-mounts": later(async () => (await import("./run-cache-mounts-step.js")).keepCacheMounts),
	"sync-files": later(async () => (await import("./run-sync-files-step.js")).syncNodeFiles),
	"image-volumes": later(async () => (await import("./run-image-volumes-step.js")).makeImageVolumes),
	"free-disk": ({ freeing, folder }, { log, run }) => freeDisk(freeing, folder, run.env, log.line, run.signal),
	"await-disk": ({ freeing, folder }, { run }) => waitForDisk(run.over(freeing), folder),
	"hold-image": ({ image }, { docker, run }) => holdImage(docker.api, run.id, image),
	"mirror-nodes": async ({ into, mirrors }, { docker, log }) => {
		const { mirrorNodes } = await import("./pull-mirrors.js");
		for (const line of await mirrorNodes(docker.api, into, mirrors)) log.line(line);
	},
	"revoke-token": async (_, { secrets, log }) => {
		const ended = await secrets.close();
		for (const token of ended) log.line(`Token: ${renderEndedToken(token)}`);
		return ended;
	},
	"record-sizes": async ({ repository, targets, lastSizes }, { docker, run }) => {
		const images = targets.flatMap(({ name }) => run.resultOf("build", toBuildId(name))?.measured ?? []);
		if (images.length === 0) return;
		const areInDocker = targets.some(({ output }) => output === "docker");
		const sizes = sumSizes(images, areInDocker && docker.engine.hasContainerdStore);
		const memory = {
			...run.cache,
			repository,
			signal: run.signal
		};
		await rememberSizes(memory, targets, sizes, lastSizes);
	},
	"drop-image": ({ name }, { docker }) => dropName(docker.api, name),
	"release-image": async ({ image, loadedBy }, { docker, run }) => {
		const loaded = run.resultOf("load", loadedBy);
		if (loaded === void 0 || loaded.image.heldAs !== void 0) await dropName(docker.api, toHeldName(run.id, image.id));
	},
	"drop-leftovers": async (_, { docker: { api } }) => {
		for (const name of await findLeftOvers(api).catch(() => [])) await dropName(api, name);
	},
	"drop-layout": async ({ target }, { run }) => dropLayout(toLayoutFolder(run, target)),
	"prune-cache": (_, { docker, log }) => pruneCache(docker.command, log.line)
};

// src/run/reclaim.ts
const sum = (all) => all.reduce((bytes, one) => bytes + one.bytes, 0);
const findObjection = ({ freeDisk, pruneCache }, facts) => {
	if (!facts.isHostedRunner) return "Slipway freed nothing: this is not a GitHub-hosted runner";
	if (!facts.isLocalDaemon) return "Slipway freed nothing: the Docker daemon is on another machine";
	return freeDisk === "never" && pruneCache === "never" ? "Slipway freed nothing: free-disk and prune-cache forbid it" : void 0;
};
/**
* What to do when the disk is full although the plan said that it would do.
*
* @param freeing what is freed already by a step of the plan, as soon as that is over
*/
const createReclaim = (inputs, facts, { docker, log: { line }, run: { env, signal } }, freeing) => {
	const objection = findObjection(inputs, facts);
	const freed = [];
	let isOver = false;
	const planned = freeing().then((all) => {
		isOver = true;
		return sum(all);
	});
	const free = async () => {
		line("The disk is full: reclaiming space.");
		const meanwhile = isOver ? 0 : await planned;
		const rest = {
			entries: inputs.freeDisk === "never" ? [] : findEntries(inputs, facts),
			targetFreeBytes: void 0
		};
		const folders = await freeDisk(rest, toDockersFolder(facts), env, line, signal);
		const cache = inputs.pruneCache !== "never" && findPruneObjection(facts) === void 0 ? await pruneCache(docker.command, line) : [];
		freed.push(...folders, ...cache);
		return {
			bytes: meanwhile + sum(freed),
			endedMs: performance.now()
		};
	};
	let round;
	return {
		objection,
		freed,
		run: async (sinceMs) => {
			if (objection !== void 0) return 0;
			round ??= free();
			const { bytes, endedMs } = await round;
			return endedMs < sinceMs ? 0 : bytes;
		}
	};
};

// src/run/run-plan.ts
const endings = {
	done: "",
	failed: "failed after ",
	cancelled: "cancelled after "
};
const told = [...[
	"build",
	"load",
	"free-disk",
	"prune-cache",
	"sync-files",
	"image-volumes",
	"pull"
], "unpack-archive"];
/** `Build api: 4.1 s` when it has ended; nothing of what is not worth a line. */
const renderEnd = ({ step, state, time }) => {
	if (!told.includes(step.kind) || time === void 0 || state === "skipped") return void 0;
	return `${step.id.charAt(0).toUpperCase() + step.id.slice(1)}: ${endings[state]}${formatDuration(time.endedMs - time.startedMs)}`;
};
/** Tells who waits for a step when it is over. */
const createBells = (steps) => {
	const bells = new Map(steps.map(({ id }) => [id, Promise.withResolvers()]));
	return {
		ring: (id) => bells.get(id)?.resolve(),
		over: async (id) => bells.get(id)?.promise
	};
};
/** The kind picks the handler of its own step, which the compiler cannot see. */
const handlerOf = ({ kind }) => handlers[kind];
/** A container that unpacks, should something have to be; linking is what nodes get of it. */
const openUnpacker = ({ loadMode }, { docker: { api, engine }, log: { line } }, { id, isLocal, layoutDir, signal }) => loadMode === "stream" || loadMode === "kind" || findGate(engine) !== void 0 ? void 0 : createUnpacker({
	api,
	engine,
	isLocal,
	runId: id,
	layoutDir,
	signal,
	line,
	atOnce: Math.min(availableParallelism(), 4)
});
/**
* Does all steps of a plan. The first failure ends the others where the plan says so; what finds a disk
* full is done once more when room could be made.
*
* @returns how each ended, in the plan's order, and what was freed beyond the plan; never fails
*/
const runPlan = async (inputs, facts, { steps, parallel, failFast }, given) => {
	const { docker, log, run } = given;
	const stop = new AbortController();
	const signal = AbortSignal.any([run.signal, stop.signal]);
	const results = /* @__PURE__ */ new Map();
	const { ring, over } = createBells(steps);
	const resultOf = ((_, id) => results.get(id));
	const command = createDocker(run.env, signal);
	const unpacker = openUnpacker(inputs, given, {
		...run,
		isLocal: command.isLocal,
		signal
	});
	const ports = {
		...given,
		docker: {
			...docker,
			command
		},
		run: {
			...run,
			signal,
			resultOf,
			over,
			unpacker
		}
	};
	const finalPorts = {
		...ports,
		run: {
			...ports.run,
			signal: run.signal
		}
	};
	let renewed = /* @__PURE__ */ new Map();
	const reclaim = createReclaim(inputs, facts, given, async () => {
		const id = steps.find(({ kind }) => kind === "free-disk")?.id ?? "";
		await over(id);
		return resultOf("free-disk", id) ?? [];
	});
	const retry = createDiskRetry(facts, given, reclaim);
	const isKept = (target) => run.buildCaches?.isKept(target) === true;
	return {
		outcomes: await runJobs(steps, {
			limits: toLimits(parallel),
			isEnded: () => signal.aborted,
			renew: (step) => toLane(renewed.get(step.id) ?? step, inputs, isKept),
			run: (step) => {
				const work = async () => {
					const result = await handlerOf(step)(step, step.isFinal ? finalPorts : ports);
					if (step.kind === "create-cluster") renewed = new Map((await given.planAgain()).map((each) => [each.id, each]));
					return result;
				};
				return fillsDisks.has(step.lane) ? retry(work, signal) : work();
			},
			onEnd: (outcome) => {
				const { step, state, result } = outcome;
				if (state === "done") results.set(step.id, result);
				if (step.kind === "build") given.onBuilt();
				if (state === "failed" && failFast) stop.abort();
				ring(step.id);
				const text = renderEnd(outcome);
				if (text !== void 0) log.line(text);
			}
		}).finally(() => unpacker?.close()),
		reclaimed: reclaim.freed
	};
};

// src/commands/run-memory.ts
/** Post writes down what these names hold, for which nobody waits. */
const leaveNames = ({ keptFor, targets, lastTimes }, report, history, { mayWriteCache, isDefaultBranch }, { saveState }) => {
	const times = toBuildTimes(report, history);
	if (keptFor === void 0 || lastTimes === void 0 || !mayWriteCache) return;
	const images = toImagesToKeep(report, history.targets);
	const names = [times && nameTimes(keptFor, targets, times, lastTimes), ...images === void 0 ? [] : nameImages(keptFor, targets, images, isDefaultBranch)].filter((name) => name !== void 0);
	if (names.length > 0) saveState(namesState, names.join(" "));
};
/** Undefined where nothing is kept of builds. */
const openBuildCaches = async (inputs, facts, { layoutDir, laterDir, workspace }, access, log) => {
	const plan = planBuildCache(inputs, facts);
	if (plan === void 0 || laterDir === void 0) return void 0;
	const [{ createBuildCaches }, { createEntryCache }] = await Promise.all([import("./run-build-caches.js"), import("./store-entry-cache.js")]);
	const { signal } = access;
	const place = {
		folder: join(layoutDir, "kept"),
		laterDir,
		workspace,
		log,
		signal
	};
	return createBuildCaches(plan, {
		cache: createEntryCache(access),
		...place
	});
};

// src/token/git-auth.ts
/** The address of a context on a server; undefined for what is elsewhere, or no address. */
const toAddress = (context, server) => {
	const address = /^github\.com\//.test(context) ? `https://${context}` : context;
	if (!URL.canParse(address)) return void 0;
	const url = new URL(address);
	return url.protocol === server.protocol && url.host === server.host ? url : void 0;
};
/**
* The token by which BuildKit fetches contexts in Git, under the name that it has for one server. It is
* nobody else's: BuildKit sends it to that server alone.
*
* @param contexts of one build
*/
const toGitAuth = (apiUrl, contexts, credentials) => {
	const server = new URL(toServerUrl(apiUrl));
	const owners = contexts.flatMap((context) => {
		const [, owner] = toAddress(context, server)?.pathname.split("/") ?? [];
		return owner === void 0 ? [] : [owner.toLowerCase()];
	});
	if (owners.length === 0) return [];
	const [only] = credentials;
	const found = credentials.length === 1 ? only : credentials.find(({ scope }) => scope && owners.includes(scope.owner.toLowerCase()));
	return found === void 0 ? [] : [{
		id: `GIT_AUTH_TOKEN.${server.host}`,
		value: found.token
	}];
};

// src/commands/run-secrets.ts
/** What builds may have, and what ends with them. */
const toSecrets = (inputs, token, { cacheEnv }) => {
	const { credentials, secretId, secrets, isTrusted } = inputs;
	return {
		ids: [...credentials.kind === "none" ? [] : [secretId], ...secrets.map(({ id }) => id)],
		take: async (contexts) => {
			const taken = await token.take();
			if (taken === void 0) return secrets;
			const { value, credentials } = taken;
			const git = toGitAuth(inputs.apiUrl, contexts, credentials);
			const own = [{
				id: secretId,
				value
			}, ...secrets];
			return [...own, ...git.filter(({ id }) => !own.some((other) => other.id === id))];
		},
		close: token.close,
		cacheEnv: isTrusted ? cacheEnv : {}
	};
};
/** What Git LFS keeps of the repository is fetched with the builds' token, where there is one. */
const takeFilesToken = async (token, { apiUrl }, { repository = "" }) => {
	const taken = await token.take();
	const address = `${toServerUrl(apiUrl)}/${repository}`;
	return taken && toGitAuth(apiUrl, [address], taken.credentials)[0]?.value;
};

// src/commands/run.ts
const toCacheAccess = ({ env, tempDir, cacheEnv }, { log, mask, signal }) => ({
	env: {
		...env,
		RUNNER_TEMP: tempDir
	},
	variables: cacheEnv,
	mask,
	debug: log.debug,
	signal
});
const toHistory = ({ targets, lastTimes }) => ({
	targets: toRemembered(targets).map(({ name }) => name),
	before: lastTimes ?? []
});
/** So long the first builds may have the cores to themselves, as all of a small step waits for them. */
const aheadMs = 500;
/** Whether nodes can get nothing before a build has ended. */
const beginsWithBuilds = ({ targets, images, pulls, archived, nodeFiles }) => targets.length > 0 && [
	images,
	pulls,
	archived,
	nodeFiles.files
].every(({ length }) => length === 0);
const runWith = async (api, inputs, context, front, booted) => {
	try {
		var _usingCtx$1 = _usingCtx();
		const { log, signal } = front;
		const { env, recordingFolder: folder } = context;
		const command = createDocker(env, signal);
		const cache = toCacheAccess(context, front);
		const token = _usingCtx$1.a(createBuildToken({
			...front,
			inputs,
			log: log.line,
			warn: log.warning,
			childEnv: env
		}));
		const takeToken = () => takeFilesToken(token, inputs, context);
		const facts = await gather(command, api, inputs, {
			...context,
			takeToken
		}, cache);
		await remark(inputs, facts, log);
		const plan = planRun(inputs, facts);
		refuseUnknownLimits(inputs, facts);
		if (inputs.isDryRun) return {
			kind: "planned",
			plan
		};
		refuseShortage(plan, context.runAttempt, log);
		remarkOnLoads(facts, log);
		await booted;
		const { cluster, clusterName, createCluster } = inputs;
		const built = Promise.withResolvers();
		const record = (after) => {
			if (folder === void 0) return void 0;
			if (cluster !== "containerd") return beginRecording({
				clusterName,
				folder,
				childEnv: env,
				line: log.line,
				after
			});
			log.line("The post step will not diagnose: with cluster: containerd there is no node to ask.");
		};
		const ahead = beginsWithBuilds(facts) ? within(built.promise, aheadMs, void 0) : Promise.resolve();
		let finishRecording = createCluster === void 0 ? record(ahead) : void 0;
		let known = facts;
		const planAgain = async () => {
			known = await gatherNodes(api, inputs, {
				...context,
				takeToken
			}, cache, facts);
			finishRecording = record(Promise.resolve());
			await remarkOnManifests(inputs, known, log);
			return planRun(inputs, known).steps;
		};
		const buildCaches = await openBuildCaches(inputs, facts, context, cache, log);
		const report = await runPlan(inputs, facts, plan, {
			docker: {
				command,
				api,
				engine: facts.engine
			},
			secrets: toSecrets(inputs, token, context),
			log,
			run: {
				...context,
				id: context.runId,
				cache,
				buildCaches,
				signal,
				saveClusterState: (state) => front.saveState(clusterState, state)
			},
			tempRoot: context.tempRoot,
			planAgain,
			onBuilt: built.resolve
		});
		built.resolve();
		if (!signal.aborted) await finishRecording?.(toLoaded(report));
		const mark = await buildCaches?.finish();
		if (mark !== void 0) front.saveState(layersState, mark);
		const history = toHistory(facts);
		const compared = compareImages(report, history.targets, facts.lastImages);
		const excesses = checkImageLimits(compared, inputs.imageLimits);
		const failure = signal.aborted ? signal.reason : toFailure$1(report);
		if (failure === void 0 && (excesses.length === 0 || inputs.imageLimits.isWarning)) leaveNames(facts, report, history, context, front);
		const { files: nodeFiles } = known.nodeFiles;
		const { clusterLogs } = context;
		return {
			kind: "run",
			report,
			history,
			nodeFiles,
			compared,
			excesses,
			clusterLogs,
			failure
		};
	} catch (_) {
		_usingCtx$1.e = _;
	} finally {
		await _usingCtx$1.d();
	}
};
/**
* Builds and loads what the inputs ask for, or says what it would do.
*
* @throws {Failure} when nothing could be begun; what went wrong later is in the result
*/
const run = (inputs, context, front) => {
	const { existingBuilder } = inputs;
	const named = existingBuilder === void 0 ? {} : { BUILDX_BUILDER: existingBuilder };
	const env = {
		...context.env,
		...named
	};
	return withEngineApi(createDocker(env, front.signal), (api) => withBuilder(inputs, api, {
		...context,
		env
	}, front, async (place, booted) => {
		const swept = inputs.builder !== void 0 && !inputs.isDryRun && removeLeftBuilders(createDocker(env), api, Date.now()).catch(() => {});
		return runWith(api, inputs, place, front, booted).finally(() => swept);
	}));
};

// src/commands/run-in-place.ts
/** Gives a command a place of its own, which goes with it. */
const withPlace = async (inputs, surroundings, front, command) => {
	const runId = randomBytes(8).toString("hex");
	const left = leftoversOf(surroundings, runId);
	const { tempDir, layoutDir, clusterLogs } = left;
	front.saveState(runIdState, runId);
	const roomyDir = findRoomyDir(surroundings.tempDir);
	if (roomyDir !== surroundings.tempDir) removeLeftFolders(roomyDir, Date.now());
	try {
		makeTempDir(tempDir);
		makeTempDir(layoutDir);
		const childEnv = {
			...surroundings.childEnv,
			[runVariable]: runId
		};
		const env = prepareConfig(childEnv, tempDir, front.log.line);
		const { credentials, secrets, comment } = inputs;
		if (credentials.kind !== "none" || secrets.length > 0 || comment?.token !== void 0) await forbidCoreDumps(env);
		const { tempDir: tempRoot, isRecorded = true } = surroundings;
		const recordingFolder = isRecorded ? left.recordingFolder : void 0;
		const folders = {
			tempDir,
			layoutDir,
			laterDir: isRecorded ? left.laterDir : void 0,
			tempRoot,
			recordingFolder,
			clusterLogs
		};
		return await command({
			place: {
				...surroundings,
				...folders,
				runId,
				env
			},
			front
		});
	} finally {
		for (const folder of [tempDir, layoutDir]) rmSync(folder, {
			recursive: true,
			force: true
		});
	}
};
/** A whole run, or a report alone, in a place of its own. */
const runInPlace = (inputs, surroundings, front) => withPlace(inputs, surroundings, front, async ({ place }) => {
	if (inputs.mode !== "report") return run(inputs, place, front);
	const { report } = await import("./commands-report.js");
	return report(inputs, place, front);
});
/** A run fails for the first image that is beyond its limit, unless that is to be a warning. */
const toExcessFailure = ({ imageLimits }, { excesses }) => {
	const [first] = imageLimits.isWarning ? [] : excesses;
	return first && new Failure(first.message, { location: first.location });
};

// src/commands/actions/comment.ts
const none = "comment: true writes no comment:";
/**
* Finds out whether a comment can be written, before anything else is done.
*
* @returns undefined where none is wanted, or none is possible, which the log says
* @throws {Failure} when the job's token lacks the permission
*/
const prepareComment = async ({ comment, isDryRun, apiUrl, clusterName }, { pullRequest: number, repository, trigger, commentOrigin: origin }, { line, warning }, signal) => {
	if (comment === void 0 || isDryRun) return void 0;
	if (number === void 0 || repository === void 0) {
		line(`${none} the event ${trigger.event || "(unknown)"} is not that of a pull request.`);
		return;
	}
	const { token } = comment;
	if (token === void 0) {
		line(`${none} comment-token is empty, as this run gets no secrets.`);
		return;
	}
	const { probeComments, putComment } = await import("./commands-pull-comment.js");
	const thread = {
		apiUrl,
		token,
		repository,
		number
	};
	const front = {
		line,
		warning,
		signal
	};
	const why = await probeComments(thread, trigger, front);
	if (why !== void 0) {
		line(`${none} ${why}.`);
		return;
	}
	return async ({ report, compared, excesses }) => {
		if (compared.length === 0) return line(`${none} there is no image report.`);
		const { renderImageComment, toCommentMarker } = await import("./report-image-comment.js");
		const marker = toCommentMarker(origin, clusterName, report);
		const body = renderImageComment(marker, compared, excesses, origin);
		await putComment(thread, marker, body, front);
	};
};

// src/commands/actions/mask-inputs.ts
/** Nothing may print before the secrets that came as inputs are hidden. */
const maskInputs = ({ credentials, secrets, comment }, given, runner) => {
	const { mask } = runner;
	for (const { value } of secrets) maskSecret(value.expose(), mask);
	const plain = secrets.filter(({ value }) => isTooPlain(value.expose())).map(({ id }) => id);
	if (plain.length > 0) runner.warning(`The log does not mask the ${plain.length === 1 ? "secret" : "secrets"} ${plain.join(", ")}: a mask for a short value or a plain word, such as \`true\`, would hide ordinary text.`);
	if (comment?.token !== void 0) maskToken(comment.token.expose(), mask);
	if (credentials.kind === "given") maskToken(credentials.token.expose(), mask);
	if (credentials.kind !== "app") return;
	maskPrivateKey(given["private-key"] ?? "", credentials.privateKey.expose(), mask);
};

// src/commands/actions/step.ts
const readAndMask = async (environment, runner) => {
	const parseYaml = await importYaml(environment.inputs);
	const inputs = readInputs(environment.inputs, {
		...environment,
		parseYaml,
		kindOf
	});
	maskInputs(inputs, environment.inputs, runner);
	if (inputs.unused.length > 0) runner.warning(`mode: ${inputs.mode} does not use ${inputs.unused.join(", ")}.`);
	return inputs;
};
/** @throws {Failure} when something is missing that every step needs */
const examine = async (inputs, environment, runner, signal) => {
	const beganMs = performance.now();
	const [{ doctor }, { reportDoctor }] = await Promise.all([import("./commands-doctor.js"), import("./actions-report-doctor.js")]);
	const front = {
		...runner,
		log: runner,
		signal
	};
	const failure = await reportDoctor(runner, await withPlace(inputs, environment, front, ({ place }) => doctor(inputs, place, front)), performance.now() - beganMs);
	if (signal.aborted) throw new Failure("The step was cancelled");
	if (failure !== void 0) throw failure;
};
const runStep = async (environment, runner, signal) => {
	const beganMs = performance.now();
	let inputs;
	let result;
	let failure;
	let comment;
	try {
		inputs = await readAndMask(environment, runner);
		if (inputs.mode === "diagnose") {
			const { diagnoseNow } = await import("./commands-diagnose.js");
			const { reportDiagnosis } = await import("./actions-report-diagnosis.js");
			return await reportDiagnosis(runner, await diagnoseNow(environment, signal, inputs.clusterName), true);
		}
		if (inputs.mode === "doctor") return await examine(inputs, environment, runner, signal);
		comment = await prepareComment(inputs, environment, runner, signal);
		const front = {
			...runner,
			log: runner,
			signal
		};
		result = await runInPlace(inputs, environment, front);
		failure = result.kind === "run" ? result.failure ?? toExcessFailure(inputs, result) : void 0;
	} catch (error) {
		failure = error;
	}
	const cause = failure === signal.reason ? void 0 : failure;
	if (signal.aborted) failure = new Failure("The step was cancelled", { cause });
	const { publish } = await import("./actions-publish.js");
	await publish(runner, {
		inputs,
		result,
		failure,
		beganMs
	});
	if (!signal.aborted && result?.kind === "run") await comment?.(result);
	if (failure !== void 0) throw failure;
};
const runner = createRunner();
process.on("uncaughtException", (error) => {
	runner.fail(renderError(error));
	process.exit();
});
const cancelled = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => cancelled.abort(new Error(signal)));
try {
	const environment = await readEnvironment();
	const why = forgetSecrets(environment);
	if (why !== void 0) runner.line(`This user's other processes can read the step's inputs while it runs: ${why}`);
	await runStep(environment, runner, cancelled.signal);
} catch (error) {
	runner.debug(error instanceof Error ? error.stack ?? error.message : String(error));
	runner.fail(renderError(error), error instanceof Failure ? error.location : void 0);
}
await runner.flush();
process.exit();

export {  };