import { canRead, canSearch, createDocker, createLineCutter, createRecordCutter, describeEnd, execute, findDockerFolders, gatherNodes as gatherNodes$1, inspectNodes as inspectNodes$2, isDigest, isDirect, isImageId, isMissing as isMissing$1, isWarning, kind, kindOf, listMembers, makeOwnFolder, parseImageId, parseImageReference, partStreams, readRegularFile, runCaptured, runContainer, runStreaming, snapshotsOf, splitLines, startPiped, toBaseline, toDigest, toHex, toHostPath, toImmutable, toNodeNames, toReferences, toRepository, withEngineApi, writeBaseline, writeOwnFile } from "./shared.actions-post.actions-step.recorder.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { exec } from "./vendor/actions-core.js";
import { buildWords, checkOptions, clusterState, createBuildToken, createReader, createRunner, defaultPermissions, defaults, diagnoseNow, drivers, escapeCell, escapeLine, escapeText, filesImages, filesLabel, filesRecords, filesVolume, findBuilder, findBuildxVersion, findEngine, findMaker, findNearestWord, findOlder, findOutside, forgetSecrets, formatBytes, formatCount, formatDuration, givenByRunner, grammar, inputNames, intermediateRepository, isComplete, isFilesImage, isOlder, isPush as isPush$1, isUntrusted, leftoversOf, listClaimed, listMadeBy, longestJobMs, makeTempDir, markComplete, nameImages, nameTimes, namesState, nothingRemembered, parseOptions, quote as quote$2, readEnvironment, readSecrets, recall, rememberSizes, removeLeftBuilders, removeOwned, reportDiagnosis, reportOutside, reportOutsideBuild, runIdState, runLabel, splitFields, startRecorder, toAttests, toContextFolder, toContextPaths, toEntries as toEntries$1, toFields, toFurther, toFurtherEntries, toHeldName, toLine, toLines, toList as toList$1, toOptional, toRealPaths, toRemembered, toServerUrl, toTextMap, toTexts as toTexts$1, toVariable, wantsAgent, whySecretsAreEmpty, withBuilder, within, withoutSecrets } from "./shared.actions-post.actions-step.js";
import { analyseImage, architecture, asksForGpu, canExportCache, checkImageLimits, classicStore, commonFolder, compareImages, compareReports, containerdClient, containerdFolder, countRemoved, createArtifactListing, createCount, createFileStore, createFilesCache, createLinkCheck, emptyReport, emptyState, escapeTemplate, expand as expand$1, explainShortage, findAnnotated, findAttested, findContextSources, findDockers, findFilesystems, findFolderAbove, findImages, findLargest, findManifest as findManifest$1, findNamedImages, findNodeCapacities, findOthers, findOverlap, findPruneObjection, findRoom, findTargetObjection, fixOf, foldersAbove, freedOf, helperHostConfig, hideTokens, idsOf, inspectNode, isMap, isNameless, isNoSpace, joinManifests, joinScript, largeContextBytes, lookForImages, memoryFolder, mountFolder, openMemoryFile, outcomesOf, parseInstructions, planDisk, pruneCache, readBlob, readDockerfile, readQuietly, refuseMissing as refuseMissing$1, refuseShortage, refuseUnknownLimits, remark, remarkOnLoads, remarkOnManifests, renderBecause, renderChange, renderEvidence, renderFilesystem, renderFinding, renderGrowth, renderMatchPlace, renderParts as renderParts$1, renderPath, renderPlace as renderPlace$1, renderPlace$1 as renderPlace, renderProof, renderSaid, renderSum, renderUnloaded, requireCacheExport, requirementFile, runJobs, saveEntries, saysNoSpace, storeFolders, streamScript, toAnnotations, toAssignments, toBakeFiles, toBakeWords, toBlobPath, toBuildId, toCache as toCache$1, toChainIds, toContainerImage, toDevice, toDockersFolder, toFailure as toFailure$2, toFolders as toFolders$1, toGrowths, toHelperBase, toHelperContainer, toHistoryOrigins, toImageReportOutput, toImageReports, toImagesToKeep, toInstruction, toLayoutHelper, toLoaded, toNewEntries, toOutputs, toProblems, toQuotedWords, toStep as toStep$1, toTree, toTreeDigest, toTreeId, toWordText, unpackArchive, usualPlatform, withBlobs, withContents, withinLimit, withoutTag } from "./shared.actions-step.js";
import { Secret, neutralise } from "./shared.actions-post.actions-step.watchdog.js";
import { _usingCtx } from "./usingCtx.js";
import { markdownTable } from "./vendor/markdown-table.js";
import { isTooPlain, maskPrivateKey, maskSecret, maskToken } from "./shared.actions-step.watchdog.js";
const { isDeepStrictEqual } = process.getBuiltinModule("node:util");
const { setTimeout: setTimeout$1 } = process.getBuiltinModule("node:timers/promises");
const { createServer, isIPv4 } = process.getBuiltinModule("node:net");
const { Transform } = process.getBuiltinModule("node:stream");
const { createHash, createPrivateKey, randomBytes } = process.getBuiltinModule("node:crypto");
const { closeSync, constants, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { basename, delimiter, dirname, isAbsolute, join, posix, relative, resolve } = process.getBuiltinModule("node:path");
const { finished, pipeline: pipeline$1 } = process.getBuiltinModule("node:stream/promises");
const { homedir } = process.getBuiltinModule("node:os");
const { glob, lstat, mkdir, open, realpath, rm, stat, statfs } = process.getBuiltinModule("node:fs/promises");
const { setFlagsFromString } = process.getBuiltinModule("node:v8");
const { runInNewContext } = process.getBuiltinModule("node:vm");

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
	if (!isMissing$1(from)) writeFileSync(to, readRegularFile(from), { mode: 384 });
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
	if (isMissing$1(instances)) return true;
	if (!canRead(instances) || !canSearch(instances)) return false;
	try {
		for (const name of [".buildNodeID", "current"]) copyIfThere(join(from, name), join(to, name));
		const defaults = join(from, "defaults");
		for (const name of isMissing$1(defaults) ? [] : readdirSync(defaults)) copyIfThere(join(defaults, name), join(to, "defaults", name));
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
	if (file !== void 0) await exec(file, args, options).catch(() => void 0);
};

// src/inputs/read-build-options.ts
/** A list of entries, as Bake takes it; undefined for none. */
const toTexts = (values) => values.length === 0 ? void 0 : values.map(escapeTemplate);
/** The addresses of each host: Bake has a map of them. */
const readHosts = ({ raw, check }) => {
	const hosts = {};
	for (const entry of check("add-hosts", toList$1(raw["add-hosts"]))) {
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
		"no-cache-filter": toTexts(check("no-cache-filters", toList$1(raw["no-cache-filters"]))),
		output: toTexts(readOutputs(reader, tags)),
		platforms: toTexts(check("platforms", toList$1(raw["platforms"]))),
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
const readTags$1 = (reader) => {
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
const readFile$1 = ({ run, text, report }, isHere) => {
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
	const tags = readTags$1(reader);
	const escaped = (value) => value && escapeTemplate(value);
	const context = text("context") ?? ".";
	const isHere = toContextFolder(context, run.workspace) !== void 0;
	const file = readFile$1(reader, isHere);
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
*/
const collectProblems = (read) => {
	const problems = [];
	const result = read((input, text, value) => {
		const given = value === void 0 ? "" : ` (${JSON.stringify(value)})`;
		problems.push(`- ${input}${given}: ${text}`);
	});
	if (problems.length === 0) return result;
	const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
	throw new Failure(`The step's inputs have ${count}; nothing was done.\n${problems.join("\n")}`);
};

// src/inputs/read-bake.ts
/** Words that say what is built, of which one step takes one. */
const ways$2 = [
	"context",
	"bake-files",
	"builds"
];
const reportMixture = ({ text, report }) => {
	const given = ways$2.filter((name) => text(name) !== void 0);
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
			platforms: toList$1(lines("platforms"))
		};
		if (seen.has(node.endpoint)) reportAt("endpoint", "another node has it, too.", node.endpoint);
		seen.add(node.endpoint);
		return [readNode(reader, driver, at + 1, node, reportAt)];
	});
};

// src/inputs/read-builder.ts
/** What no builder can be made of without a driver. */
const parts$1 = [
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
	const given = parts$1.filter((name) => text(name) !== void 0);
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

// src/inputs/read-cache.ts
const choices = [
	"none",
	"gha",
	"registry",
	"inline",
	"auto"
];
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
	return {
		cache,
		cacheRef,
		cacheRequired: isTrue("cache-required")
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
const toEntries = (text) => toList$1(text).map((entry) => entry.replace(/^[-{\s]+|[}\s]+$/g, "").replaceAll(/["']/g, "")).filter((entry) => entry !== "");
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
		return toScope$1(spellings[0] ?? owner, [...names.values()], spellings);
	});
};
const toScope$1 = (owner, repositories, spellings = [owner]) => ({
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
	return [toScope$1(owner ?? "", given !== void 0 || currentName === void 0 ? [] : [currentName])];
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
const units$1 = {
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
	const targetBytes = Math.round(Number(number) * (units$1[unit.toUpperCase()] ?? 0));
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

// src/inputs/sizes.ts
/** What sizes are counted in, in bytes. */
const units = {
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
	const bytes = Math.round(Number(number) * (units[unit.toUpperCase()] ?? 0));
	return bytes > 0 ? bytes : void 0;
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
		bytes: unit === "%" ? void 0 : Math.round(value * (units[unit.toUpperCase()] ?? 0)),
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
const readLayout$1 = (given, text, reader) => {
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
	if (given.startsWith(layoutScheme)) return readLayout$1(given, given.slice(13), reader);
	if (/^[./]/.test(given)) return readLayout$1(given, given, reader);
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
		...toList$1(raw.allow).includes("ssh") ? ["the agent (allow: ssh)"] : []
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
	"report"
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
	]].some((name) => text(name) !== void 0)) return;
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
	report: usedByReport
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
		retries: Number(word("retries") ?? "1"),
		parallel: parallel === void 0 ? void 0 : Number(parallel),
		builder: withMirrors(readBuilder(reader), mirrors),
		mirrors,
		keepsInDocker: isTrue("load"),
		existingBuilder: word("builder"),
		isDryRun: isTrue("dry-run"),
		failFast: isTrue("fail-fast", "true"),
		images: isReport ? [] : readReferences("images", reader),
		pullImages: choice("pull-images", [
			"missing",
			"always",
			"never"
		]),
		...readImageCache(reader),
		reported: isReport ? readReported(reader) : [],
		clusterName: word("cluster-name") ?? "kind",
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
});

// src/diagnose/recording/begin-recording.ts
/** Mostly it has ended long before. */
const patienceMs$1 = 3500;
/** A string says why nothing could be recorded. */
const record = async (options) => {
	const { clusterName, folder, childEnv } = options;
	const baseline = await withEngineApi(createDocker(childEnv), async (api) => {
		const { nodes } = await inspectNodes$2(api.get, clusterName);
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
		const baseline = await within(recording, patienceMs$1, "no answer in time");
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

// src/build/cache-entries.ts
/** A text without `=` is the name of an image. */
const typeOf = (fields) => (fields.get("type") ?? "registry").toLowerCase();
/** What is there is never changed. */
const addFields = (entry, added) => {
	const fields = toFields(entry);
	const missing = Object.entries(added).filter(([key]) => !fields.has(key));
	if (missing.length === 0) return entry;
	if (typeof entry !== "string") return {
		...entry,
		...Object.fromEntries(missing)
	};
	return [fields.has("") ? `type=registry,ref=${entry}` : entry, ...missing.map(([key, value]) => `${key}=${value}`)].join(",");
};
/** Registries such as Amazon's refuse the older form of a cache, an index of layers. */
const asImage = (fields) => fields.get("oci-mediatypes") === "false" || fields.get("image-manifest") === "false" ? {} : {
	"image-manifest": "true",
	"oci-mediatypes": "true"
};
/** The first release of BuildKit that knows `ignore-error`. */
const ignoreError = [0, 12];
const toSafe = (entry, { isRequired, versions }) => {
	const fields = toFields(entry);
	const type = typeOf(fields);
	const isKnown = findOlder(versions, ignoreError) === void 0;
	const isLenient = type !== "inline" && !isRequired && isKnown;
	return addFields(entry, {
		...type === "registry" && asImage(fields),
		...isLenient && { "ignore-error": "true" }
	});
};
/**
* A definition whose caches are written in a form that every registry takes, and that does not fail where
* one cannot be written.
*/
const withSafeCaches = (definition, rules) => {
	const entries = toEntries$1(definition["cache-to"]);
	if (entries.length === 0) return definition;
	return {
		...definition,
		"cache-to": entries.map((entry) => toSafe(entry, rules))
	};
};
/** One that writes no cache but what is a part of the image itself, whose ID would be another one. */
const withoutCacheExport = (definition) => {
	const entries = toEntries$1(definition["cache-to"]);
	const inline = entries.filter((entry) => typeOf(toFields(entry)) === "inline");
	return inline.length === entries.length ? definition : {
		...definition,
		"cache-to": inline
	};
};

// src/build/cache-places.ts
/** Node.js' names, where they are not Docker's. */
const architectures = {
	x64: "amd64",
	ia32: "386"
};
const toWord$1 = (text) => text.replace(/[^\w.-]+/g, "-");
/**
* What tells a target's cache from others: the target's name, and what else makes it another build. Jobs
* for several platforms, or stages, often share all else.
*/
const toScope = ({ name, tags, bake }, { architecture }) => {
	const { definition } = bake;
	const isSingle = name !== bake.name;
	const own = `linux/${architectures[architecture] ?? architecture}`;
	const given = toTexts$1(definition["platforms"]);
	const platforms = (given.length > 0 ? given : [own]).join("-");
	const stage = isSingle && definition["target"];
	const image = toRepository(tags[0]?.canonical ?? "").replace(/^docker\.io\/(library\/)?/, "");
	const rest = [...typeof stage === "string" ? [stage] : [], ...platforms === "linux/amd64" ? [] : [platforms]];
	return {
		full: toWord$1([isSingle ? image : name, ...rest].join("-")),
		/** Where the image's name stands before it. */
		short: toWord$1([...isSingle ? [] : [name], ...rest].join("-"))
	};
};
/**
* A name with its registry. Others are names of this machine: on Docker Hub they may be a stranger's, whose
* cache the build would take.
*/
const findRegistryTag = ({ tags }) => tags.find(({ given }) => /^(?:[^/]*[.:][^/]*|localhost)\//.test(given))?.given;
const toCacheRef = (target, ref, facts) => {
	const { full, short } = toScope(target, facts);
	if (ref !== void 0) {
		const repository = toRepository(ref);
		return `${repository}:${ref.slice(repository.length + 1) || "buildcache"}-${full}`;
	}
	const tag = findRegistryTag(target);
	return tag && `${toRepository(tag)}:${["buildcache", ...short === "" ? [] : [short]].join("-")}`;
};
/** The entries of one target, and how its cache is called; undefined where it has no place. */
const toCache = (kind, target, { cacheRef }, facts) => {
	switch (kind) {
		case "none": return {
			place: "",
			entries: {}
		};
		case "gha": {
			const { full } = toScope(target, facts);
			const entry = `type=gha,scope=${full}`;
			const to = facts.mayWriteCache ? { "cache-to": [`${entry},mode=max`] } : {};
			return {
				place: `scope ${full}`,
				entries: {
					"cache-from": [entry],
					...to
				}
			};
		}
		case "registry": {
			const ref = toCacheRef(target, cacheRef, facts);
			const entry = `type=registry,ref=${ref}`;
			const entries = {
				"cache-from": [entry],
				"cache-to": [`${entry},mode=max`]
			};
			return ref === void 0 ? void 0 : {
				place: ref,
				entries
			};
		}
		case "inline": {
			const tag = findRegistryTag(target);
			const from = tag === void 0 ? {} : { "cache-from": [`type=registry,ref=${tag}`] };
			return {
				place: tag ?? "the image",
				entries: {
					...from,
					"cache-to": ["type=inline"]
				}
			};
		}
	}
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
const namesOf$1 = (targets) => targets.map(({ name }) => name).join(", ");
const refuseHomeless = (targets) => {
	if (targets.length === 0) return;
	throw new Failure(`cache: registry has no place for the cache of ${namesOf$1(targets)}: no tag names a registry`, { remedy: "Name a repository in cache-ref, such as ghcr.io/acme/cache, or begin a tag with its registry." });
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
		lines: [`cache: ${chosen}${into}.`, ...own.length === 0 ? [] : [`cache: cache-from and cache-to stay as they are for ${namesOf$1(own)}.`]]
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
	if (objection !== void 0) return `type=gha of ${namesOf$1(users)} has no effect: ${objection}`;
	return facts.mayWriteCache ? void 0 : `The cache of ${namesOf$1(users)} stays as it is: ${readOnly}`;
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
const quote$1 = (text) => JSON.stringify(text.slice(0, longestValue));
/** As it is where that is one line that can be copied. */
const show = (text) => /^[\x20-\x7e]*$/.test(text) && text.length <= longestValue ? text : quote$1(text);
const renderRefusal = (name, { request, allowance }) => {
	const { key, kind, text } = request;
	const what = `- ${name}: ${key}`;
	if (kind === "word") return `${what} needs ${show(allowance)}`;
	if (kind !== "template") return `${what} ${kind}s ${quote$1(text)} outside the workspace, needs ${show(allowance)}`;
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
const toFailure$1 = (lines, needs) => {
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
	if (lines.length > 0) throw toFailure$1([...new Set(lines)], needs);
	const workspaceOnly = {
		read: own,
		write: own
	};
	return new Map([...requested].map(([name, requests]) => [name, toAllowances(findNeeds(requests, workspace, workspaceOnly))]));
};

// src/build/contradictions.ts
/**
* Two that are asked for and have one name would overwrite each other's image. The same build twice, as
* services of Compose often have it, makes one image.
*
* @throws {Failure} with the targets and the tag
*/
const refuseContradictions = (targets) => {
	const byTag = /* @__PURE__ */ new Map();
	for (const target of targets.filter(({ isWanted }) => isWanted)) for (const { canonical, given } of target.tags) {
		const other = byTag.get(canonical);
		byTag.set(canonical, target);
		if (other === void 0 || isDeepStrictEqual(other.definition, target.definition)) continue;
		const what = `The targets ${other.name} and ${target.name} both have the tag ${given}`;
		throw new Failure(`${what}, so one image would replace the other`, { remedy: "Give each target a tag of its own." });
	}
};
/** A folder that a file of Compose names relatively to itself. */
const findBeside = (context, files, workspace) => files.map((file) => relative(workspace, resolve(workspace, dirname(file), context))).find((path) => existsSync(join(workspace, path)));
/**
* A context that is not there, said before a token is minted for it.
*
* @throws {Failure} with the target and the folder that may have been meant
*/
const refuseMissing = (targets, files, workspace) => {
	for (const { name, definition } of targets) {
		const { folder } = toBakeFiles(definition, workspace);
		if (folder === void 0 || existsSync(folder)) continue;
		const context = String(definition["context"] ?? ".");
		const beside = findBeside(context, files, workspace);
		const remedy = beside === void 0 ? "Check the path, and that actions/checkout ran before this step." : `Bake starts relative paths in the workspace, not beside its file: write ${beside}, or add \`${name}.context=${beside}\` to bake-set.`;
		const what = `The target ${name} has the context ${JSON.stringify(context)}`;
		throw new Failure(`${what}, and the workspace has no such folder`, { remedy });
	}
};

// src/build/dockerfile/stages.ts
const mountsOf = ({ keyword, flags }) => keyword !== "run" ? [] : flags.flatMap((flag) => flag.startsWith("--mount=") ? [toFields(flag.slice(8))] : []);
const toSecrets$1 = (instruction) => mountsOf(instruction).flatMap((options) => {
	if (options.get("type")?.toLowerCase() !== "secret") return [];
	const given = options.get("id") ?? options.get("source") ?? options.get("src");
	const target = options.get("target") ?? options.get("dst") ?? options.get("destination");
	const id = given ?? target?.split("/").findLast((part) => part !== "");
	return id === void 0 ? [] : [{
		id,
		line: instruction.line
	}];
});
const toSources = (instruction) => {
	const { keyword, flags } = instruction;
	const from = flags.find((flag) => keyword === "copy" && flag.startsWith("--from="));
	const mounted = mountsOf(instruction).flatMap((options) => options.get("from") ?? []);
	return [...from === void 0 ? [] : [from.slice(7)], ...mounted];
};
/** Variables that BuildKit has without being told. */
const builtIn = (kind, platform) => {
	const [os = "", arch = "", variant = ""] = platform.split("/");
	return Object.fromEntries(Object.entries({
		PLATFORM: platform,
		OS: os,
		OSVERSION: "",
		ARCH: arch,
		VARIANT: variant
	}).map(([name, value]) => [kind + name, value]));
};
const toVariables = ({ args, platform, target }) => {
	const known = {
		...builtIn("BUILD", platform),
		...builtIn("TARGET", platform),
		TARGETSTAGE: target ?? "default"
	};
	return new Map(Object.entries(known).map(([name, value]) => [name, args[name] ?? value]));
};
const setArguments = (text, escapeSign, given, variables) => {
	for (const word of toQuotedWords(text, escapeSign)) {
		const at = word.indexOf("=");
		const name = at < 0 ? word : word.slice(0, at);
		const otherwise = at < 0 ? void 0 : expand$1(word.slice(at + 1), escapeSign, (each) => variables.get(each));
		const value = given[name] ?? otherwise;
		if (value !== void 0) variables.set(name, value);
	}
};
/** Reads the stages of a Dockerfile, with build arguments put into what they begin with. */
const readStages$2 = (dockerfile, words) => {
	const { escapeSign, instructions } = parseInstructions(dockerfile);
	const variables = toVariables(words);
	const byName = /* @__PURE__ */ new Map();
	const stages = [];
	for (const instruction of instructions) {
		const { keyword, rest, line } = instruction;
		const stage = stages.at(-1);
		if (keyword === "from") {
			const [image = "", as = "", alias] = rest.split(/[\t\v\f\r ]+/);
			const name = as.toLowerCase() === "as" ? alias?.toLowerCase() : void 0;
			const found = expand$1(image, escapeSign, (each) => variables.get(each));
			const begun = {
				line,
				name,
				base: byName.get(found?.toLowerCase() ?? "") ?? found,
				sources: [],
				secrets: [],
				laterSecrets: []
			};
			stages.push(begun);
			if (name !== void 0) byName.set(name, begun);
		} else if (keyword === "onbuild") stage?.laterSecrets.push(...toSecrets$1(toInstruction(rest, escapeSign, line)));
		else if (stage !== void 0) {
			stage.sources.push(...toSources(instruction));
			stage.secrets.push(...toSecrets$1(instruction));
		} else if (keyword === "arg") setArguments(rest, escapeSign, words.args, variables);
	}
	return stages;
};
/** What the stage to build needs: stages, and images that the Dockerfile does not make. */
const findNeeded = (stages, { target, contexts }) => {
	const byName = new Map(stages.flatMap((stage) => stage.name ? [[stage.name, stage]] : []));
	const elsewhere = new Set(contexts.map((context) => context.split("::")[0] ?? ""));
	const images = /* @__PURE__ */ new Set();
	const needed = /* @__PURE__ */ new Set();
	const need = (each) => {
		if (typeof each === "string") images.add(each);
		else if (each !== void 0 && !elsewhere.has(each.name ?? "")) needed.add(each);
	};
	need(target === void 0 ? stages.at(-1) : byName.get(target.toLowerCase()));
	for (const { base, sources } of needed) {
		need(base);
		for (const source of sources) if (/^\d+$/.test(source)) need(stages[Number(source)]);
		else need(byName.get(source.toLowerCase()) ?? source);
	}
	for (const none of ["", "scratch"]) images.delete(none);
	return {
		needed,
		images
	};
};
/**
* The images that a Dockerfile builds upon or copies from, as it writes them, with build arguments put
* in. Only what the stage to build needs counts, and the Dockerfile's own stages do not.
*/
const findBases = (dockerfile, words) => [...findNeeded(readStages$2(dockerfile, words), words).images];
/**
* The secrets that the RUN steps of a stage and of those below it mount.
*
* @returns `certain`, which the file alone decides, and `all` that there may be
*/
const findSecretMounts = (dockerfile, words) => {
	const stages = readStages$2(dockerfile, words);
	const { needed } = findNeeded(stages, words);
	return {
		certain: [...needed].flatMap(({ secrets }) => secrets).filter(({ id }) => !id.includes("$")).toSorted((one, other) => one.line - other.line),
		all: stages.flatMap(({ secrets, laterSecrets }) => [...secrets, ...laterSecrets])
	};
};
/**
* How many stages there are, and what the stage to build begins with once its stages are followed, with the
* line of that FROM; undefined for an image that is given from elsewhere, or a name that cannot be known.
*/
const findRoot = (dockerfile, words) => {
	const stages = readStages$2(dockerfile, words);
	const target = words.target?.toLowerCase();
	const elsewhere = new Set(words.contexts.map((context) => context.split("::")[0] ?? ""));
	let stage = target === void 0 ? stages.at(-1) : stages.findLast(({ name }) => name === target);
	while (typeof stage?.base === "object" && !elsewhere.has(stage.base.name ?? "")) stage = stage.base;
	const base = stage?.base;
	const root = stage === void 0 || typeof base !== "string" || elsewhere.has(base) ? void 0 : {
		image: base,
		line: stage.line
	};
	return {
		stages: stages.length,
		root
	};
};

// src/build/links.ts
/** A name as BuildKit looks for it among the contexts; Bake takes their names as they are. */
const toContextName = ({ canonical }) => canonical.replace(/^docker\.io\/(library\/(?=[^/]*$))?/, "").replace(/:latest$/, "");
/** Which targets' tags the Dockerfiles of others name. */
const findLinks = (targets, workspace) => {
	const inOrder = targets.toSorted((one, other) => Number(one.isWanted) - Number(other.isWanted));
	const byTag = new Map(inOrder.flatMap(({ name, tags }) => tags.map(({ canonical }) => [canonical, name])));
	return targets.flatMap(({ name, definition }) => {
		const words = toBakeWords(definition);
		const dockerfile = readDockerfile(toBakeFiles(definition, workspace));
		const links = toReferences(findBases(dockerfile, words)).flatMap((reference) => {
			const upon = byTag.get(reference.canonical);
			const context = toContextName(reference);
			const isGiven = words.contexts.some((each) => each.split("::")[0] === context);
			if (upon === void 0 || upon === name || isGiven) return [];
			return [{
				of: name,
				upon,
				name: context
			}];
		});
		return [...new Map(links.map((link) => [link.name, link])).values()];
	});
};
/** All that a target builds upon, by what is known of each. */
const findBelow = (name, known) => {
	const below = new Set(known.get(name));
	for (const each of below) for (const upon of known.get(each) ?? []) below.add(upon);
	return below;
};
/**
* The links that Dockerfiles have by naming another target's tag. They are a guess, so what would close
* a circle is left out, first of all what goes against the order in which the targets were given.
*
* @param given what the targets' contexts say themselves, by their names
*/
const inferLinks = (targets, given, workspace) => {
	const known = new Map([...given].map(([name, upon]) => [name, new Set(upon)]));
	const places = new Map(targets.map(({ name }, index) => [name, index]));
	const isForward = ({ of, upon }) => (places.get(upon) ?? 0) > (places.get(of) ?? 0);
	const found = findLinks(targets, workspace);
	const kept = found.toSorted((one, other) => Number(isForward(one)) - Number(isForward(other))).filter(({ of, upon }) => {
		if (upon === of || findBelow(upon, known).has(of)) return false;
		known.get(of)?.add(upon);
		return true;
	});
	return found.filter((link) => kept.includes(link));
};

// src/build/definition.ts
const readTags = (name, value) => toTexts$1(value).map((tag) => {
	const reference = parseImageReference(tag);
	if (typeof reference !== "string") return reference;
	throw new Failure(`The target ${name} has the invalid tag ${JSON.stringify(tag)}: ${reference}`, { remedy: "Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev." });
});
/** What was asked for. A group may hold groups; Bake makes one of every target with a matrix, too. */
const readWanted = ({ group = {}, target }) => {
	const wanted = new Set(group["default"]?.targets ?? Object.keys(target));
	for (const name of wanted) {
		if (name in target) continue;
		for (const member of group[name]?.targets ?? []) wanted.add(member);
	}
	return wanted;
};
/** What was asked for in the order in which it was, and then what that builds upon. */
const inOrder$1 = ({ target }, wanted, order) => {
	return [.../* @__PURE__ */ new Set([
		...order,
		...wanted,
		...Object.keys(target)
	])].filter((name) => Object.hasOwn(target, name));
};
/**
* Reads what Bake printed. A Dockerfile that names another target's tag builds upon that target, so
* that this one finds what the other has just made, also with a builder that does not see Docker's
* images.
*
* @param allowances of the targets, by their names; undefined where Bake does not know of them
* @param order names in the order in which somebody gave them, as Bake sorts its own
* @throws {Failure} when a tag is none or two targets have it, or targets build upon each other
*/
const readTargets = (printed, workspace, allowances, order = []) => {
	const wanted = readWanted(printed);
	const all = inOrder$1(printed, wanted, order).map((name) => {
		if (!/^[\w-]+$/.test(name)) throw new Failure(`Bake has a target whose name is no file name: ${JSON.stringify(name)}`);
		const definition = printed.target[name] ?? {};
		return {
			name,
			definition,
			tags: readTags(name, definition["tags"]),
			isWanted: wanted.has(name)
		};
	});
	refuseContradictions(all);
	const given = new Map(all.map(({ name, definition }) => [name, toDependencies(toTextMap(definition["contexts"]))]));
	requireOrder(given);
	const links = inferLinks(all, given, workspace);
	return all.map((target) => {
		const own = links.filter(({ of }) => of === target.name);
		const contexts = {
			...Object.fromEntries(own.map(({ name, upon }) => [name, `target:${upon}`])),
			...toTextMap(target.definition["contexts"])
		};
		const dependsOn = toDependencies(contexts);
		return {
			...target,
			dependsOn,
			definition: {
				...target.definition,
				contexts
			},
			allowances: allowances && (allowances.get(target.name) ?? [])
		};
	});
};
/** The targets among contexts. */
const toDependencies = (contexts) => {
	const names = Object.values(contexts).flatMap((each) => /^target:(.*)$/s.exec(each)?.[1] ?? []);
	return [...new Set(names)];
};
const requireOrder = (targets) => {
	const circle = [...targets.keys()].filter((name) => findBelow(name, targets).has(name));
	if (circle.length === 0) return;
	throw new Failure(`These targets build upon each other in a circle: ${circle.join(", ")}`, { remedy: "See their contexts in the Bake file." });
};
/** All that a target builds upon. */
const findBaseTargets = (name, targets) => {
	const upon = new Map(targets.map((target) => [target.name, target.dependsOn]));
	const below = findBelow(name, upon);
	return targets.filter((target) => below.has(target.name));
};

// src/build/way-in.ts
const timeoutMs$8 = 2e4;
/** Has buildx read a file that holds no secret, in the way in which it is to read secrets. */
const arrives = async (docker, way) => {
	const name = `probe-${randomBytes(8).toString("hex")}`;
	const fd = openMemoryFile(Buffer.from(JSON.stringify({ target: { [name]: {} } })));
	try {
		const args = [
			"buildx",
			"bake",
			"--print",
			`--file=${toPath(way, fd)}`,
			"--",
			name
		];
		const { code, stdout } = await docker.try(args, {
			timeoutMs: timeoutMs$8,
			stdin: { fd }
		});
		return code === 0 && stdout.includes(`"${name}"`);
	} finally {
		closeSync(fd);
	}
};
/** The path by which a child opens a descriptor of ours. */
const toPath = (way, fd) => way === "stdin" ? "/dev/stdin" : `/proc/${process.pid}/fd/${fd}`;
/**
* Finds out how a file in memory reaches buildx. What stands before docker, such as a script on the
* PATH, may close its standard input, and a secret would be empty without a word; or run it as
* another user or in a container, where our descriptors are not to be seen.
*
* @returns undefined where there is no way
*/
const findWayIn = async (docker) => {
	if (isDirect(docker.command([]).env) || await arrives(docker, "stdin")) return "stdin";
	return await arrives(docker, "descriptor") ? "descriptor" : void 0;
};
const variable = "SLIPWAY_PROBE";
/**
* The same for the environment.
*
* @param tempDir a folder of the step's own
*/
const passesEnvironment = async (docker, tempDir) => {
	if (isDirect(docker.command([]).env)) return true;
	const value = randomBytes(8).toString("hex");
	const file = join(tempDir, "probe.hcl");
	writeFileSync(file, `variable "${variable}" { default = "" }\n${`target "probe" { args = { VALUE = ${variable} } }`}\n`, { mode: 384 });
	const args = [
		"buildx",
		"bake",
		"--print",
		`--file=${file}`,
		"--",
		"probe"
	];
	const { code, stdout } = await docker.try(args, {
		timeoutMs: timeoutMs$8,
		env: { [variable]: value }
	});
	return code === 0 && stdout.includes(value);
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
		const isLayout = target.output === "oci-layout";
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
/** The first release of buildx whose Bake knows an attribute, where ours needs a newer one than we do. */
const firstBuildx = { "extra-hosts": ["add-hosts", [0, 25]] };
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

// src/build/layout-output.ts
/** Has buildx write an image as files, each layer as the tar that its diff ID is the digest of. */
const toLayoutOutput = (folder) => [
	"type=oci",
	"tar=false",
	quote$2(`dest=${folder}`),
	"compression=uncompressed",
	"force-compression=true"
].join(",");
/**
* Makes the folder that a builder writes an image into. It does not send a layer whose file is there, and does
* not look into it.
*
* @param folder an absolute path; what was there is gone
* @param needless diff IDs of layers that nobody needs
*/
const prepareLayout = (folder, needless) => {
	rmSync(folder, {
		recursive: true,
		force: true
	});
	mkdirSync(join(folder, "blobs", "sha256"), {
		recursive: true,
		mode: 448
	});
	for (const diffId of needless) writeFileSync(toBlobPath(folder, diffId), "");
};
/** Has the next build send layers that the last one was not to send. */
const wantLayers = (folder, diffIds) => {
	for (const diffId of diffIds) rmSync(toBlobPath(folder, diffId), { force: true });
};

// src/build/target.ts
/** The target with images in place of the targets that it builds upon. */
const withImages = (target, intermediateOf) => {
	const contexts = Object.entries(target.definition["contexts"] ?? {}).map(([key, context]) => {
		const [, base] = /^target:(.*)$/.exec(String(context)) ?? [];
		const intermediate = base === void 0 ? void 0 : intermediateOf(base);
		return [key, intermediate === void 0 ? context : `docker-image://${intermediate}`];
	});
	return {
		...target,
		definition: {
			...target.definition,
			contexts: Object.fromEntries(contexts)
		}
	};
};
/** It has just been built, so the cache has it, and nothing newer is wanted. */
const toCachedBake = (target) => {
	const again = {
		"no-cache": false,
		"no-cache-filter": [],
		pull: false
	};
	return {
		...target,
		definition: {
			...target.definition,
			...again
		}
	};
};
/** The target as it is for the nodes alone: nothing is pushed once more. */
const withoutFurther = (target) => ({
	...target,
	further: []
});
/** The target for another try. */
const toCached = (target) => ({
	...target,
	bake: toCachedBake(target.bake)
});
/** The target without the caches that it would write. */
const toUncached = (target) => ({
	...target,
	bake: {
		...target.bake,
		definition: withoutCacheExport(target.bake.definition)
	}
});
/**
* What Bake has, as builds of their own.
*
* Docker's own builder finds what others build upon as images: from its cache it would take them
* mostly, but not while another build works upon the same lower image (moby/buildkit#6954), and
* then builds them twice. Other builders do not see Docker's images, and have only the cache; and
* `pull` would look for them in a registry.
*
* Nor need Docker have what they make: it goes from them into the nodes.
*
* @param isSingle the step's own build, which people know by its tag
* @param isOwn the step itself says what is built, not a Bake file
* @param pushes all that was asked for goes to its registries, too
* @param keepsInDocker Docker's store is to have what another builder makes
*/
const toTargets = (all, builderDriver, runId, { isSingle = false, isOwn = false, pushes = false, keepsInDocker = false } = {}) => {
	const isDockers = builderDriver === "docker" || builderDriver === void 0;
	const upon = new Set(all.flatMap(({ dependsOn }) => dependsOn));
	const isIntermediate = (name) => builderDriver === "docker" && upon.has(name);
	const nameOf = (name) => `${intermediateRepository(runId)}:${all.findIndex((target) => target.name === name)}`;
	const intermediateOf = (name) => isIntermediate(name) ? nameOf(name) : void 0;
	return all.map((bake) => {
		const { name, tags, dependsOn, isWanted, definition } = bake;
		const isExported = isIntermediate(name) || isWanted && tags.length > 0;
		const findsImages = builderDriver === "docker" && definition["pull"] !== true;
		const below = findsImages ? [] : findBaseTargets(name, all);
		const { further, isLoaded } = toFurther(bake, {
			isOwn,
			pushes
		});
		const output = isExported ? isDockers || keepsInDocker || isLoaded ? "docker" : "oci-layout" : "cache";
		return {
			name: isSingle && tags[0]?.given || name,
			tags,
			dependsOn,
			isWanted,
			intermediate: output === "docker" ? nameOf(name) : void 0,
			output,
			further,
			bake: findsImages ? withImages(bake, intermediateOf) : bake,
			bases: below.map(toCachedBake)
		};
	});
};
/** All that Bake is told of for one build. */
const toBakeTargets = ({ bake, bases }) => [bake, ...bases];
/** Where the files of a build come from, as written. */
const toContexts = (target) => toBakeTargets(target).flatMap(({ definition }) => [String(definition["context"] ?? "."), ...Object.values(toTextMap(definition["contexts"]))]);
/** @param names that only this output has, where others have others */
const toOutput = ({ output }, layout, names) => {
	switch (output) {
		case "docker": return names.length === 0 ? "type=docker" : `type=docker,${quote$2(`name=${names.join(",")}`)}`;
		case "oci-layout": return toLayoutOutput(layout);
		case "cache": return "type=cacheonly";
	}
};
/** Whether some output takes attestations. */
const isAttested = ({ further, bake }) => further.length > 0 && toEntries$1(bake.definition["attest"]).length > 0;
/**
* The Bake file for one target: as Bake resolved it, and with our secrets. What is asked for and has a
* name goes into the local store or into a folder; what is made for others is in the store for a while, or
* only in the build cache.
*
* @param layout the folder
*/
const toBakeFile = (target, secrets, layout) => {
	const { bake, bases, tags, isWanted, intermediate, further } = target;
	const ours = secrets.map(({ id, from }) => `id=${id},${from}`);
	const own = isWanted ? tags.map((tag) => tag.given) : [];
	const names = intermediate === void 0 ? own : [...own, intermediate];
	const isApart = further.length > 0 && intermediate !== void 0;
	const toEntry = ({ definition }, output) => ({
		...definition,
		attest: void 0,
		annotations: void 0,
		call: void 0,
		secret: [...toEntries$1(definition["secret"]), ...ours],
		output
	});
	const outputs = [toOutput(target, layout, isApart ? names : []), ...toFurtherEntries(further, bake.definition, isApart ? own : [])];
	const attest = isAttested(target) ? { attest: toAttests(further, bake.definition) } : {};
	return { target: {
		...Object.fromEntries(bases.map((base) => [base.name, toEntry(base, ["type=cacheonly"])])),
		[bake.name]: {
			...toEntry(bake, outputs),
			...attest,
			tags: isApart ? void 0 : names
		}
	} };
};
/**
* What was checked, once more for Bake's own check, which would ask on a terminal otherwise. Our
* secrets are files in memory, and the folder for the image is ours.
*/
const toAllowFlags = (target, secrets, layout) => {
	const targets = toBakeTargets(target);
	if (targets.some(({ allowances }) => allowances === void 0)) return [];
	const own = [...secrets.some(({ from }) => from.startsWith("src=")) ? [`fs.read=${memoryFolder}`] : [], ...target.output === "oci-layout" ? [`fs.write=${layout}`] : []];
	return [.../* @__PURE__ */ new Set([...targets.flatMap(({ allowances = [] }) => allowances), ...own])].map((allowance) => `--allow=${allowance}`);
};
/** The arguments of `docker` that build one target. */
const toBakeArgs = (target, file, metadataFile, secrets, layout) => [
	"buildx",
	"bake",
	...isAttested(target) ? [] : ["--provenance=false"],
	...toAllowFlags(target, secrets, layout),
	`--file=${file}`,
	`--metadata-file=${metadataFile}`,
	"--",
	target.bake.name
];

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
const deadlineMs$6 = 1e4;
/** Docker takes long to count them, so this is asked only where it matters. Infinite when unknown. */
const findReusableBytes = async (get, nodes) => {
	const asked = get("/system/df?type=image&type=build-cache").catch(() => void 0);
	const usage = await within(asked, deadlineMs$6, void 0);
	return usage === void 0 ? Number.POSITIVE_INFINITY : toReusableBytes(usage, nodes);
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
const mostFiles$1 = 2e3;
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
		if (entries.length > mostFiles$1) break;
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
	if (found.size > mostFiles$1) throw new Failure(`manifests: more than ${mostFiles$1} files match`, { remedy: "Name the folder of the manifests, such as k8s/**/*.yaml." });
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

// src/files/record.ts
/** The name of a target's record. */
const toRecordName = (target) => createHash("sha256").update(target).digest("hex").slice(0, 32);
/** Longer than any node takes that answers. */
const timeoutMs$7 = 3e4;
const script = () => readFileSync(new URL("./in-node/records.sh", import.meta.url), "utf8");
const parseLine = (line) => {
	const [there, name, version, target = "", id = "", , , key = ""] = line.split("	");
	const isOurs = version === "v1" && findTargetObjection(target) === void 0 && name === toRecordName(target) && /^[0-9a-f]{16}$/.test(id);
	const isFile = there === "file";
	return isOurs ? [{
		target,
		id,
		key,
		isThere: isFile || there === "there",
		isFile
	}] : [];
};
/**
* Reads what one node has of ours.
*
* @throws {Failure} where the node does not answer
*/
const readRecords = async (api, node) => {
	return (await execute(api, node.name, [
		"/bin/bash",
		"-c",
		script()
	], timeoutMs$7)).split("\n").flatMap(parseLine);
};

// src/files/place-trees.ts
const ways$1 = [
	"link",
	"mount",
	"copy",
	"write",
	"same"
];
const toTreeCommands = (tree, id) => [
	[
		"tree",
		id,
		tree.isFile ? "file" : "folder"
	],
	...toFolders$1(tree).map((path) => ["folder", path]),
	...tree.links.map(({ path, target }) => [
		"link",
		path,
		target
	]),
	...tree.files.map(({ path, sha256 = "", isExecutable }) => [
		"entry",
		path,
		sha256,
		isExecutable ? "1" : ""
	])
];
/** The fields in the order in which the helper reads them. */
const toPlace = (word, view, node, target, [id, mode, key, verifies]) => {
	const { destination, root, var: varFolder, parent, name } = view.toPlace(node, target);
	return [
		word,
		...[
			node.name,
			node.pid,
			destination,
			root,
			varFolder,
			parent,
			name
		],
		id,
		mode,
		key,
		target,
		verifies,
		toRecordName(target)
	];
};
/** By what a later step knows that nothing has changed. */
const toKey = ({ files, found }) => {
	const { key } = found.source;
	return key === void 0 ? void 0 : `${files.isWritable ? "rw" : "ro"}-${key}`;
};
/** @throws {Failure} naming all nodes that could not be given something */
const placeTrees = async (helper, wanted, trees, removals, view, verifies) => {
	const commands = wanted.flatMap(({ files, found, into }, index) => {
		const { target, isWritable } = files;
		const tree = trees[index];
		const id = toTreeId(tree, isWritable);
		const key = toKey({
			files,
			found
		}) ?? "-";
		const how = [
			id,
			isWritable ? "rw" : "ro",
			key,
			verifies ? "1" : ""
		];
		return [...toTreeCommands(tree, id), ...into.map((node) => toPlace("place", view, node, target, how))];
	});
	const gone = removals.map(({ node, target }) => toPlace("remove", view, node, target, [
		"",
		"",
		"",
		""
	]));
	helper.send([
		...gone,
		...commands,
		["go"]
	]);
	const placed = [];
	const reasons = [];
	await helper.hearUntil("done", ([word, node = "", target = "", third = "", fourth = ""]) => {
		const way = ways$1.find((each) => each === third);
		if (word === "cannot") reasons.push(`${target} in ${node}: ${third}`);
		else if (word === "placed" && way) placed.push({
			node,
			target,
			way,
			bytes: Number(fourth)
		});
		else if (word === "removed" || word === "kept") placed.push({
			node,
			target,
			way: word,
			bytes: 0
		});
	});
	if (reasons.length === 0) return placed;
	throw new Failure(`node-files could not be put there: ${reasons.join("; ")}`, { remedy: "Remove what is there, or take another path." });
};

// src/files/helper.ts
/** Where the helper sees the one folder that holds the store and the nodes' volumes. */
const mountPoint = "/slipway";
const parts = [
	"common",
	"store",
	"gather",
	"node",
	"mount",
	"place",
	"stage",
	"main"
];
/** All of it, as Perl takes it. */
const filesProgram = () => parts.map((part) => readFileSync(new URL(`./files-helper/${part}.pl`, import.meta.url), "utf8")).join("\n");
/** A helper that puts files into nodes like this one, in the words of Docker's API. */
const toFilesHelper = (node, mountedFolder, sources, runId) => ({
	...toHelperBase(node, runId),
	Entrypoint: ["/usr/bin/perl"],
	Cmd: ["-e", filesProgram()],
	Env: ["LC_ALL=C"],
	HostConfig: {
		...helperHostConfig,
		PidMode: "host",
		LogConfig: { Type: "none" },
		Mounts: [mountFolder(mountedFolder, mountPoint), ...sources.map(({ folder, seenAs }) => ({
			...mountFolder(folder, seenAs),
			ReadOnly: true
		}))]
	}
});

// src/files/places.ts
const isWithin = (path, folder) => path.startsWith(`${folder}/`);
/** The folder of the daemon's host that a path of a node is in. */
const findMount = (node, path) => node.mounts.filter(({ destination }) => isWithin(path, destination)).toSorted((a, b) => b.destination.length - a.destination.length)[0];
const recordsFolder = `/var/${filesRecords}`;
const varOf = (node) => findMount(node, recordsFolder);
/** Why a node can have nothing of ours at a path; undefined where it can. */
const findNodeObjection = (node, target) => {
	const below = "Take a path below /var, such as /var/local/models";
	const mount = findMount(node, target);
	if (mount === void 0) return `${target} is in the image of ${node.name} or in its memory, on no volume of it. ${below}`;
	if (mount.isReadOnly) return `${mount.destination} is mounted read-only into ${node.name}. ${below}`;
	if (varOf(node)?.destination !== "/var") return `${node.name} has no volume at /var for ${recordsFolder}, where Slipway keeps what it knows`;
};
/** What a helper has to see of the daemon's host, and where it sees the rest then. */
const planView = (store, at) => {
	const mountOf = (node, path) => findMount(node, path) ?? {
		destination: "/var",
		source: store
	};
	const sources = at.flatMap(({ node, target }) => [mountOf(node, recordsFolder).source, mountOf(node, target).source]);
	const mounted = commonFolder([store, ...sources]);
	const inside = (path) => mounted === "/" ? `${mountPoint}${path}` : `${mountPoint}${path.slice(mounted.length)}`;
	const toPlace = (node, target) => {
		const { destination, source } = mountOf(node, target);
		const cut = target.lastIndexOf("/");
		return {
			destination,
			root: inside(source),
			var: inside(mountOf(node, recordsFolder).source),
			parent: target.slice(destination.length + 1, Math.max(cut, destination.length + 1)),
			name: target.slice(cut + 1)
		};
	};
	return {
		mounted,
		store: inside(store),
		toPlace
	};
};

// src/files/volumes.ts
/** A name that Kubernetes takes for objects and labels. */
const toObjectName = (target) => target.toLowerCase().replace(/^\/var\/(?:local\/|lib\/)?/, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "") || "files";
/** What the image of a path's files is called in the nodes. */
const toFilesImage = (target, id) => `${filesImages}/${toObjectName(target)}:${id}`;
const accessOf = (isWritable) => isWritable ? "ReadWriteOnce" : "ReadOnlyMany";
/** A local volume is on one node, and a claim takes one volume: each node has its own of both. */
const toPersistent = (name, { target, isWritable }, node, bytes) => {
	const accessModes = [accessOf(isWritable)];
	const storage = `${Math.max(1, Math.ceil(bytes / 2 ** 20))}Mi`;
	const own = `${name}-${node}`.slice(0, 63).replace(/[^a-z0-9]+$/, "");
	return [{
		apiVersion: "v1",
		kind: "PersistentVolume",
		metadata: { name: own },
		spec: {
			capacity: { storage },
			accessModes,
			persistentVolumeReclaimPolicy: "Retain",
			storageClassName: "",
			claimRef: {
				namespace: "default",
				name: own
			},
			local: { path: target },
			nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{
				key: "kubernetes.io/hostname",
				operator: "In",
				values: [node]
			}] }] } }
		}
	}, {
		apiVersion: "v1",
		kind: "PersistentVolumeClaim",
		metadata: {
			name: own,
			namespace: "default"
		},
		spec: {
			accessModes,
			storageClassName: "",
			volumeName: own,
			resources: { requests: { storage } }
		}
	}];
};
/** How pods use files that nodes have. */
const toVolume = (files, isFile, sizeBytes, nodes, image) => {
	const { target, isWritable } = files;
	const name = toObjectName(target);
	const type = isFile === void 0 ? "" : isFile ? "File" : "Directory";
	return {
		target,
		nodes: nodes.map((node) => node.name),
		volume: {
			name,
			hostPath: {
				path: target,
				type
			}
		},
		volumeMount: {
			name,
			mountPath: target,
			readOnly: !isWritable
		},
		...image !== void 0 && { image: {
			reference: image,
			pullPolicy: "Never"
		} },
		persistentVolumes: isFile ? [] : nodes.flatMap((node) => toPersistent(name, files, node.name, sizeBytes))
	};
};

// src/load/volume-state.ts
const timeoutMs$6 = 3e4;
const toVersion = (text) => {
	const [, major, minor] = /\bv?([0-9]{1,4})\.([0-9]{1,4})\b/.exec(text) ?? [];
	return major === void 0 ? void 0 : [Number(major), Number(minor)];
};
/** Reads what helper/volumes.sh prints: a line for each fact, tab-separated. */
const parseVolumeState = (text) => {
	const rows = text.split("\n").map((line) => line.split("	"));
	const factOf = (word) => rows.find(([first]) => first === word)?.[1] ?? "";
	const gate = factOf("gate");
	return {
		containerd: toVersion(factOf("containerd")),
		kubelet: toVersion(factOf("kubelet")),
		gate: gate === "" ? void 0 : gate === "true",
		images: rows.flatMap(([word, name = "", use, pinned]) => word === "image" && isFilesImage(name) ? [{
			name,
			isUsed: use !== "free",
			isPinned: pinned === "pinned"
		}] : [])
	};
};
const run$1 = (api, { name }, act, names = []) => {
	const script = joinScript("client", "volumes");
	return execute(api, name, [
		"bash",
		"-c",
		script,
		"bash",
		act,
		...names
	], timeoutMs$6);
};
/** @throws {Failure} where the node does not answer */
const inspectVolumes = async (api, node) => parseVolumeState(await run$1(api, node, "list"));
/** Has kubelet keep images that nobody could bring again. */
const pinVolumes = (api, node, names) => run$1(api, node, "pin", names);
/**
* Removes images of ours that nothing in the node uses.
*
* @returns those that it has no more
*/
const dropVolumes = async (api, node, names) => {
	const ours = names.filter(isFilesImage);
	if (ours.length === 0) return [];
	const printed = await run$1(api, node, "drop", ours);
	const kept = new Set(printed.match(/(?<=^kept\t).*$/gm));
	return ours.filter((name) => !kept.has(name));
};
/** Whether a node has an image of files whole, as an earlier load left it. */
const isWhole = (name, { records, criIds, held, chains }) => {
	const record = records.get(name);
	const config = `sha256:${record?.config}`;
	const top = held.get(config);
	const isKnown = record?.image === record?.config && criIds.get(name) === config;
	return record !== void 0 && isKnown && top !== void 0 && chains.has(top);
};
/** Which of some images a node has. */
const findWhole = async (api, node, names) => {
	if (names.length === 0) return /* @__PURE__ */ new Set();
	const state = await inspectNode(api, node, names);
	return new Set(names.filter((name) => isWhole(name, state)));
};
const render = ([major, minor]) => `${major}.${minor}`;
/** Why pods of a node cannot mount images; undefined where they can, as far as the node tells. */
const findVolumeObjection = ({ name, containerd: { snapshotter } }, { containerd, kubelet, gate }) => {
	if (snapshotter !== "overlayfs") return `the snapshotter of ${name} is ${snapshotter}, and only overlayfs takes layers of links`;
	if (containerd === void 0) return `the containerd of ${name} does not tell its version`;
	if (isOlder(containerd, [2, 1])) return `${name} has containerd ${render(containerd)}, and image volumes need 2.1`;
	if (kubelet === void 0) return void 0;
	if (isOlder(kubelet, [1, 31])) return `${name} has Kubernetes ${render(kubelet)}, and image volumes need 1.35, or 1.31 with the feature gate ImageVolume`;
	if (gate ?? !isOlder(kubelet, [1, 35])) return void 0;
	return `the feature gate ImageVolume is off in ${name} (Kubernetes ${render(kubelet)}): create the cluster with featureGates: {ImageVolume: true}`;
};

// src/facts/find-files-images.ts
const noImages = {
	objection: void 0,
	scope: [],
	hasStale: false
};
/** Whether an image's version is nobody's business any more. */
const isStale = (name, kept, scope) => !kept.has(name) && (scope === void 0 || scope.some((each) => name.startsWith(`${each}:`)));
/** Asks nodes what they can do with images of files; undefined where that is of no interest. */
const inspectNodes$1 = async (api, { makesFilesImages, prunesNodeFiles }, nodes) => makesFilesImages || prunesNodeFiles ? Promise.all(nodes.map(async (node) => ({
	node,
	state: await inspectVolumes(api, node)
}))) : void 0;
/**
* Finds which files are images in which nodes.
*
* @param able those files that can become images
*/
const findFilesImages = async (api, { makesFilesImages, prunesNodeFiles }, able, states, idOf) => {
	if (states === void 0) return {
		images: noImages,
		of: /* @__PURE__ */ new Map()
	};
	const nodes = states.map(({ node }) => node);
	const [objection] = states.flatMap(({ node, state }) => findVolumeObjection(node, state) ?? []);
	const wanted = makesFilesImages && objection === void 0 ? able : [];
	const nameIn = (node, files) => {
		const id = idOf(node, files);
		return id === void 0 ? void 0 : toFilesImage(files.target, id);
	};
	const has = new Map(await Promise.all(states.map(async ({ node, state }) => {
		const pinned = state.images.filter(({ isPinned }) => isPinned);
		const there = new Set(pinned.map(({ name }) => name));
		const names = wanted.flatMap((files) => nameIn(node, files) ?? []);
		return [node, await findWhole(api, node, names.filter((name) => there.has(name)))];
	})));
	const of = new Map(wanted.map((files) => {
		const names = nodes.map((node) => nameIn(node, files));
		const having = nodes.filter((node, at) => has.get(node)?.has(names[at] ?? "") === true);
		return [files, {
			reference: new Set(names).size === 1 && having.length === nodes.length ? names[0] : void 0,
			nodes: new Set(having)
		}];
	}));
	const kept = new Set([...of.values()].flatMap(({ reference }) => reference ?? []));
	const scope = prunesNodeFiles ? void 0 : wanted.map(({ target }) => `${filesImages}/${toObjectName(target)}`);
	const hasStale = states.some(({ state }) => state.images.some(({ name, isUsed }) => !isUsed && isStale(name, kept, scope)));
	return {
		images: {
			objection: makesFilesImages ? objection : void 0,
			scope,
			hasStale
		},
		of
	};
};

// src/files/sources/docker/image-source.ts
/** Has what the image has, and is never started. */
const toContainer$1 = ({ id }, runId) => ({
	Image: id,
	Cmd: ["none"],
	NetworkDisabled: true,
	Labels: { [runLabel]: runId }
});
async function* count(stream, progress) {
	let bytes = 0;
	for await (const piece of stream) {
		bytes += piece.length;
		progress(bytes);
		yield piece;
	}
}
/** Docker puts the folder's own name before all that is in it. */
const withoutTop = (items, top) => {
	const [only] = items;
	if (items.length === 1 && only !== void 0 && only.kind === "file") return /* @__PURE__ */ new Map([[only.path, only]]);
	const inner = items.filter(({ path }) => path !== top && path !== "");
	return new Map(inner.map((item) => {
		const path = item.path.startsWith(`${top}/`) ? item.path.slice(top.length + 1) : item.path;
		return [path, {
			...item,
			path
		}];
	}));
};
const readFolder = async (api, containerId, path, { folder, has, progress, signal }, sizeBytes) => {
	const from = `/containers/${containerId}/archive?path=${encodeURIComponent(path)}`;
	const stream = await api.download(from);
	if (stream === void 0) throw new Failure(`it has no ${path}`);
	const target = {
		store: createFileStore(folder),
		room: await findRoom(folder),
		has
	};
	const listing = createArtifactListing(createCount());
	const pieces = count(stream, (done) => progress(Math.min(done, sizeBytes), sizeBytes));
	const { items } = await unpackArchive(pieces, listing, target, void 0, signal);
	const top = path.replace(/\/+$/, "").replace(/^.*\//, "");
	const found = withoutTop(items, top);
	return {
		...toTree(found),
		isFile: items.length === 1 && items[0]?.kind === "file"
	};
};
/**
* A folder, or a file, of an image that Docker's store has; whichever store that is, Docker packs it.
*
* @param path absolute, in the image
*/
const findImageSource = (api, image, path, runId) => {
	const name = image.references[0]?.given ?? image.id;
	return {
		key: `${image.id.replace(/^sha256:/, "")}-${Buffer.from(path).toString("base64url").slice(0, 200)}`,
		sizeBytes: image.sizeBytes,
		tree: void 0,
		fetch: async (order) => {
			const made = await api.post("/containers/create", toContainer$1(image, runId));
			if (made === void 0) throw new Failure(`image://${name} is gone`);
			try {
				return await readFolder(api, made.Id, path, order, image.sizeBytes);
			} catch (cause) {
				order.signal.throwIfAborted();
				const remedy = cause instanceof Failure ? cause.remedy : void 0;
				throw new Failure(`image://${name}:${path} cannot be had`, {
					cause,
					...remedy && { remedy }
				});
			} finally {
				await api.remove(`/containers/${made.Id}?force=true`).catch(() => {});
			}
		}
	};
};

// src/files/sources/local.ts
const mostEntries = 1e5;
/** Times of files tell changes apart only if some time lies between them. */
const quietNs = 2000000000n;
/** Of a cache of Hugging Face's, what is of use to nobody who only reads: locks, and second copies. */
const isLeftOut = (path) => path === ".git" || /(?:^|\/)\.locks$/.test(path) || /(?:^|\/)xet$/.test(path);
const pointerStart = "version https://git-lfs.github.com/spec/v1\n";
const isPointer = (path, { size }) => size > 100n && size < 1024n && readRegularFile(path, 1024).toString("latin1").startsWith(pointerStart);
const refuse = (path, why, remedy) => {
	throw new Failure(`node-files: ${path} ${why}`, { remedy });
};
/** Within the tree, and lexically so: what is at its path is somebody else's to say. */
const requireInner = (path, target, given) => {
	const end = posix.normalize(posix.join(posix.dirname(path), target));
	if (target.startsWith("/") || end === ".." || end.startsWith("../")) refuse(`${given}/${path}`, `is a link that leads out of ${given}`, "Put a file in its place, or name the folder that holds both.");
};
const toStat = ({ dev, ino, size, mtimeNs, ctimeNs }) => `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
const addFile = (found, root, path, stats) => {
	const { size, mode, mtimeNs, ctimeNs } = stats;
	for (const time of [mtimeNs, ctimeNs]) if (time > found.latestNs) found.latestNs = time;
	const isExecutable = (mode & 64n) !== 0n;
	const file = {
		path,
		sizeBytes: Number(size),
		isExecutable,
		sha256: void 0
	};
	found.files.push({
		...file,
		stat: toStat(stats)
	});
	if (isPointer(join(root, path), stats)) found.pointers.push(path);
};
const addFolder = (found, root, path, given) => {
	const names = readdirSync(join(root, path), { encoding: "buffer" });
	let isEmpty = true;
	for (const bytes of names.toSorted(Buffer.compare)) {
		const name = bytes.toString("utf8");
		const inner = path === "" ? name : `${path}/${name}`;
		if (!Buffer.from(name).equals(bytes)) refuse(`${given}/${inner}`, "has a name that is not UTF-8", "Rename it.");
		if (isLeftOut(inner)) continue;
		isEmpty = false;
		found.count += 1;
		if (found.count > found.mostEntries) refuse(given, `has more than ${found.mostEntries} files and folders`, "Name a folder with fewer, or pack it.");
		const stats = lstatSync(join(root, inner), { bigint: true });
		if (stats.isDirectory()) addFolder(found, root, inner, given);
		else if (stats.isFile()) addFile(found, root, inner, stats);
		else if (stats.isSymbolicLink()) {
			const target = readlinkSync(join(root, inner));
			requireInner(inner, target, given);
			found.links.push({
				path: inner,
				target
			});
		} else refuse(`${given}/${inner}`, "is neither a file, a folder nor a link", "Leave it out of the folder.");
	}
	if (isEmpty && path !== "") found.emptyFolders.push(path);
};
/** Names alone do not tell where a link ends that leads through another one. */
const requireInnerEnds = ({ links }, given) => {
	const targets = new Map(links.map(({ path, target }) => [path, target]));
	const check = createLinkCheck((path) => targets.get(path));
	for (const { path, target } of links) try {
		check(path, target);
	} catch (cause) {
		throw new Failure(`node-files: ${given} has a link that no node can be given`, { cause });
	}
};
const toStatKey = ({ files, links, emptyFolders }, isFile) => {
	const hash = createHash("sha256").update(isFile ? "file\0" : "folder\0");
	for (const { path, isExecutable, stat } of files) hash.update(`f${path}\0${isExecutable}\0${stat}\0`);
	for (const { path, target } of links) hash.update(`l${path}\0${target}\0`);
	for (const path of emptyFolders) hash.update(`d${path}\0`);
	return hash.digest("hex");
};
/**
* Lists a folder, or a file, of this machine.
*
* @param path absolute; checked to be one that the workflow's author means
* @param given as people wrote it
* @param most of files and folders
* @throws {Failure} for what cannot be put onto a node
*/
const findLocalSource = (path, given, most = mostEntries) => {
	const real = realpathSync(path);
	const top = lstatSync(real, { bigint: true });
	const isFile = top.isFile();
	if (!isFile && !top.isDirectory()) refuse(given, "is neither a file nor a folder", "Name one.");
	const folder = isFile ? dirname(real) : real;
	const found = {
		files: [],
		links: [],
		emptyFolders: [],
		pointers: [],
		latestNs: 0n,
		count: 0,
		mostEntries: most
	};
	if (isFile) addFile(found, folder, basename(real), top);
	else addFolder(found, folder, "", given);
	requireInnerEnds(found, given);
	if (found.files.length === 0) refuse(given, "has no files", "Name a folder that has some; is it made by a later step?");
	const { dev, ino } = lstatSync(folder, { bigint: true });
	const isQuiet = BigInt(Date.now()) * 1000000n - found.latestNs > quietNs;
	return {
		isFile,
		...found,
		folder,
		identity: `${dev}:${ino}`,
		sizeBytes: found.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
		key: isQuiet ? toStatKey(found, isFile) : void 0
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
	return {
		kind: "local",
		source
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
const findNodeFiles = async (api, inputs, nodes, context) => {
	const { nodeFiles, prunesNodeFiles, verifiesNodeFiles } = inputs;
	if (nodeFiles.length === 0 && !prunesNodeFiles) return noFiles;
	const objections = nodeFiles.flatMap(({ target }) => nodes.flatMap((node) => findNodeObjection(node, target) ?? []));
	const finding = Promise.allSettled(nodeFiles.map(async (each) => findSource(api, each, sourceOf(each), context)));
	const [records, states] = await Promise.all([Promise.all(nodes.map((node) => readRecords(api, node))), inspectNodes$1(api, inputs, nodes)]);
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
	if (pullImages === "never") refuseMissing$1(named, "Build or pull it before this step, or leave out pull-images: never.", placeOf);
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
const toOwnBuilder = ({ driver, appended }, { isLocal }) => ({
	driver,
	isLocal: isLocal && driver === "docker-container" && appended.length === 0
});
const toLast = ({ sizes, times, images }) => ({
	lastSizes: sizes,
	lastTimes: times,
	lastImages: images
});
/** What is to be built, with what, and how large it was last time. */
const findBuilds = async (docker, { bake, builder: own, existingBuilder, allow, loadMode, keepsInDocker, imageReport }, { runId, workspace, hasCacheService, repository }, cache) => {
	const keptFor = hasCacheService ? repository : void 0;
	if (bake === void 0) return {
		targets: [],
		builder: void 0,
		...toLast(nothingRemembered),
		keptFor
	};
	const asking = own === void 0 ? findBuilder(docker, existingBuilder) : toOwnBuilder(own, docker);
	const printing = requireBuildx(bake, () => findBuildxVersion(docker)).then(() => printTargets(docker, bake, allow, workspace));
	await Promise.allSettled([asking, printing]);
	const builder = await asking;
	const targets = toTargets(await printing, builder?.driver, runId, {
		isSingle: bake.isSingle,
		isOwn: bake.definition !== void 0,
		pushes: bake.pushes,
		keepsInDocker: keepsInDocker || loadMode !== "auto"
	});
	const last = keptFor === void 0 ? nothingRemembered : await recall({
		repository: keptFor,
		...cache
	}, targets, imageReport !== "false");
	return {
		targets,
		builder,
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
/** Only manifests are compared with it; their pods may also go to nodes that the step leaves out. */
const findCapacities = async (api, { manifests, clusterName, nodes }, found) => {
	if (manifests.length === 0 || found.nodes.length === 0) return [];
	const all = nodes.length === 0 ? found : await kind.findNodes(api.get, clusterName, []).catch(() => found);
	return findNodeCapacities(api, all.nodes, found);
};
/** A cluster that is still to be made has none yet. */
const findNodes$1 = ({ get }, { createCluster, clusterName, nodes }) => createCluster === void 0 ? kind.findNodes(get, clusterName, nodes) : Promise.resolve({
	nodes: [],
	leftOut: []
});
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
		reusableBytes: lastSizes !== void 0 && 4 * lastSizes.totalBytes > freeBytes ? await findReusableBytes(api.get, nodes) : 0
	};
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
	const found = await kind.findNodes(api.get, inputs.clusterName, inputs.nodes);
	const [nodeFiles, nodeCapacities] = await Promise.all([findNodeFiles(api, inputs, found.nodes, toFilesContext(inputs, context, cache)), findCapacities(api, inputs, {
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
		findNodes$1(api, inputs),
		findGiven(get, inputs),
		findBuilds(docker, inputs, context, cache),
		findManifests(inputs.manifests, context.workspace)
	];
	const [, , , builds] = await Promise.allSettled(questions);
	if (builds.status === "fulfilled") refuseOwnImages(inputs.images, builds.value.targets);
	const [engine, given] = [await questions[0], await questions[2]];
	const { nodes, leftOut } = await questions[1];
	const { isLocal: isLocalDaemon } = docker;
	const built = await questions[3];
	const manifests = await questions[4];
	const images = await findNamed(get, inputs, manifests, {
		...built,
		...given
	});
	const found = {
		engine,
		isLocalDaemon,
		nodes,
		leftOut,
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
	const [disk, nodeFiles, nodeCapacities] = await Promise.all([
		findDisk(api, found, inputs, context),
		findNodeFiles(api, inputs, nodes, toFilesContext(inputs, context, cache)),
		findCapacities(api, inputs, found)
	]);
	const { hasCacheService, mayWriteCache: mayWrite, repository } = context;
	return {
		...found,
		targets,
		filesCache: hasCacheService && repository ? {
			repository,
			mayWrite
		} : void 0,
		cacheLines,
		...disk,
		nodeFiles,
		isHostedRunner,
		manifests,
		nodeCapacities
	};
};

// src/load/plan-method.ts
/**
* Says why Docker's layer folders must not be used, from what the daemon says of itself. With other
* drivers, remapped users or layers that hold only differences of metadata, it would succeed and be
* wrong, and nothing later would notice.
*/
const findGate = (engine) => {
	const has = (option) => engine.securityOptions.some((text) => text.split(",").includes(option));
	if (has("name=rootless")) return { kind: "rootless" };
	if (has("name=userns")) return { kind: "remapped-users" };
	if (engine.hasContainerdStore) {
		if (engine.driver !== "overlayfs") return {
			kind: "snapshotter",
			name: engine.driver
		};
		return engine.containerd === void 0 ? { kind: "hidden-containerd" } : void 0;
	}
	if (engine.driver !== "overlay2") return {
		kind: "storage-driver",
		name: engine.driver
	};
	if (engine.driverStatus["Native Overlay Diff"] === "false") return { kind: "redirects" };
	if (engine.driverStatus["Using metacopy"] === "true") return { kind: "metacopy" };
};
const findNodeGate = ({ containerd: { snapshotter: name } }) => name === "overlayfs" ? void 0 : {
	kind: "node-snapshotter",
	name
};
/**
* Chooses how to load into one node.
*
* @throws {Failure} when a method is wanted that cannot work
*/
const planMethod = (engine, node, mode) => {
	if (mode === "stream" || mode === "kind") return {
		kind: mode,
		because: {
			kind: "load-mode",
			mode
		}
	};
	const gate = findGate(engine) ?? findNodeGate(node);
	if (gate === void 0) return {
		kind: "direct",
		wanted: mode
	};
	if (mode === "auto") return {
		kind: "stream",
		because: gate
	};
	throw new Failure(`load-mode: ${mode} cannot work with ${node.name}: ${renderBecause(gate)}`, { remedy: "Use load-mode: auto, which streams the image then." });
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
	return [toStep$1("image volumes", {
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
	return [toStep$1(syncId, work, {
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
	const create = toStep$1("start cluster", {
		kind: "create-cluster",
		cluster,
		request
	});
	const work = {
		kind: "await-cluster",
		creating: create.id
	};
	return [create, toStep$1("create cluster", work, {
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
		return toStep$1(`load ${names.join(", ")}`, work, order);
	};
};
/** Nothing where no report is wanted, or nobody could read the image. */
const createToReport = (inputs, { nodes, manifests }) => {
	const { imageReport: depth, prove } = inputs;
	const nodeImage = nodes[0]?.imageId;
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
		const report = toStep$1(`report ${names.join(", ")}`, work, order);
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
		return [report, toStep$1(`prove ${names.join(", ")}`, test, {
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

// src/plan/image-cache.ts
/**
* Whether an image to pull comes from the Actions cache, and is kept there. Such images go into the nodes out of a
* folder, so Docker's store has none of them: whoever wants them there has Docker pull.
*/
const planImageCache = ({ imageCache, imageCacheBytes: bytes, imageReport, keepsInDocker, keepImages, loadMode, mirrors, isTrusted }, { filesCache, nodes, isHostedRunner, isLocalDaemon }, { canonical }) => {
	if (filesCache === void 0 || nodes.length === 0) return void 0;
	const isWanted = imageCache === "always" || imageCache === "auto" && isHostedRunner;
	const needsDocker = imageReport !== "false" || keepsInDocker || keepImages === "always";
	const needsMirror = mirrors.length > 0 && canonical.startsWith("docker.io/");
	const goesAnyWay = loadMode === "auto" || loadMode === "stream";
	const canUnpack = isLocalDaemon && nodes.every(({ containerd }) => containerd.snapshotter === "overlayfs");
	if (!isWanted || needsDocker || needsMirror || !goesAnyWay || !canUnpack) return void 0;
	return {
		bytes,
		mayWrite: isTrusted && filesCache.mayWrite
	};
};

// src/plan/pulls.ts
/** What is new of them is kept when all are loaded. */
const planKeeping = (steps) => {
	const pulls = steps.flatMap((each) => each.kind === "pull" && each.cache !== void 0 ? [{
		id: each.id,
		cache: each.cache
	}] : []);
	const [first] = pulls;
	if (first === void 0) return [];
	const work = {
		kind: "keep-pulled",
		pulls: pulls.map(({ id }) => id),
		cache: first.cache
	};
	return [toStep$1("keep images", work, { after: idsOf(steps) })];
};
/** Each is loaded as soon as it is there; what is new is kept when all are. */
const planPulls = (inputs, facts, toLoad, toReport, room) => {
	const { mirrors } = inputs;
	const { pulls, nodes } = facts;
	const steps = pulls.flatMap((reference) => {
		const id = `pull ${reference.given}`;
		const cache = planImageCache(inputs, facts, reference);
		const pull = toStep$1(id, {
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
		return [
			pull,
			afterReport(toLoad([reference], source, [id]), reports),
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
		...mirrors.length === 0 ? [] : [toStep$1("mirrors of nodes", tell, order)],
		...steps,
		...planKeeping(steps)
	];
};

// src/plan/graph.ts
/** Builds and loads begin as soon as there is room; freeing goes on beside them. */
const planDiskSteps = (freeing, folder) => freeing === void 0 ? [] : [toStep$1("free disk", {
	kind: "free-disk",
	freeing,
	folder
}), toStep$1("wait for disk", {
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
	const hold = isAtRisk && index > 0 ? toStep$1(`hold ${id}`, {
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
	return [...steps, toStep$1(`release ${id}`, release, {
		after,
		isFinal: true
	})];
});
/** Each after those that it is built upon, else as they were given. */
const inOrder = (targets) => {
	const sorted = /* @__PURE__ */ new Set();
	const add = (target) => {
		if (sorted.has(target)) return;
		for (const other of targets) if (target.dependsOn.includes(other.name)) add(other);
		sorted.add(target);
	};
	targets.forEach(add);
	return [...sorted];
};
/** What an image left on its way into the nodes. */
const planDrop = (target, after) => {
	const { name, intermediate, output } = target;
	const order = {
		after,
		isFinal: true
	};
	if (output === "oci-layout") return [toStep$1(`drop the files of ${name}`, {
		kind: "drop-layout",
		target
	}, order)];
	if (intermediate === void 0) return [];
	return [toStep$1(`drop ${intermediate}`, {
		kind: "drop-image",
		name: intermediate
	}, order)];
};
const planBuilds = ({ retries, cacheRequired }, { targets, nodes }, toLoad, toReport, room) => inOrder(targets).flatMap((target) => {
	const { name, tags, isWanted, output, dependsOn } = target;
	const id = toBuildId(name);
	const needs = [...dependsOn.map(toBuildId), ...room];
	const isAlone = targets.length === 1;
	const isLoaded = isWanted && output !== "cache" && tags.length > 0;
	const source = {
		kind: "built",
		by: id
	};
	const load = toLoad(tags, source, [id]);
	const isLayout = output === "oci-layout";
	const loadedBy = isLayout ? load.id : void 0;
	const reports = isLoaded ? toReport(tags, source, [id], loadedBy, target) : [];
	const loads = isLoaded ? [isLayout ? load : afterReport(load, reports)] : [];
	const order = {
		target,
		isAlone,
		retries,
		cacheRequired,
		nodes,
		wantsOrigins: reports.length > 0
	};
	const upon = targets.filter((other) => other.dependsOn.includes(name));
	const users = [...idsOf([...loads, ...reports]), ...upon.map((other) => toBuildId(other.name))];
	return [
		toStep$1(id, {
			kind: "build",
			...order
		}, {
			needs,
			lane: "build"
		}),
		...loads,
		...reports,
		...planDrop(target, [id, ...users])
	];
});
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
		...credentials.kind === "app" ? [toStep$1("revoke token", { kind: "revoke-token" }, {
			after: users,
			isFinal: true
		})] : [],
		...repository === void 0 || after.length === 0 ? [] : [toStep$1("record sizes", {
			...sizes,
			repository
		}, {
			after,
			isFinal: true
		})],
		...targets.some(({ intermediate }) => intermediate !== void 0) ? [toStep$1("drop leftovers", { kind: "drop-leftovers" }, { after })] : []
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
		...planGiven(images, engine.hasContainerdStore, toLoad, toReport, room),
		...planPulls(inputs, facts, toLoad, toReport, room),
		...planBuilds(inputs, facts, toLoad, toReport, room)
	];
	const prunes = inputs.pruneCache === "always" && findPruneObjection(facts) === void 0;
	const needs = idsOf(main.filter(({ isFinal }) => !isFinal));
	return [
		...main,
		...planAfterBuilds(inputs, facts, usersOfToken(files)),
		...prunes ? [toStep$1("prune cache", { kind: "prune-cache" }, { needs })] : []
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
		choice: planMethod(engine, node, inputs.loadMode)
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

// src/report/usual.ts
/** Fewer runs have no usual time. */
const fewestRuns = 3;
/** What is no longer than this is not worth a word. */
const shortMs$1 = 5e3;
/** So much more than usual is noteworthy. */
const isMuch = (ms, usualMs) => ms - usualMs >= 2 * shortMs$1 && ms >= 1.3 * usualMs;
const sum$1 = (times) => times.reduce((total, ms) => total + ms, 0);
const toMedian = (times) => {
	const sorted = times.toSorted((a, b) => a - b);
	const middle = (sorted.length - 1) / 2;
	return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
};
const buildsOf = (report, { targets }) => targets.flatMap((name) => outcomesOf(report, "build").filter(({ step }) => step.target.name === name));
const toMs$1 = ({ time }) => time === void 0 ? 0 : time.endedMs - time.startedMs;
/** How long the builds took, each; undefined where not all ended well. */
const toBuildTimes = (report, history) => {
	const builds = buildsOf(report, history);
	return builds.every(({ state }) => state === "done") && builds.length === history.targets.length ? builds.map(toMs$1) : void 0;
};
/** What took the time of a build, as far as that is not its own slow steps. */
const findCauses = ({ result }) => {
	if (result === void 0) return [];
	const { timings, missed } = result.metadata;
	const phases = [
		["base images pulled anew", timings.pullMs],
		["context sent", timings.contextMs],
		["caches read and written", timings.cacheMs],
		["image exported", timings.exportMs]
	];
	const at = missed?.location;
	const where = at === void 0 ? "" : ` from line ${at.line} of ${at.file}`;
	return [...phases.flatMap(([what, ms]) => ms < shortMs$1 ? [] : [`${what} (${formatDuration(ms)})`]), ...missed === void 0 ? [] : [`cache missed${where}: ${missed.instruction}`]];
};
/** The target that took most beyond its usual time, where each has one. */
const findSlower = (builds, before) => {
	return builds.map((build, index) => {
		const usualMs = toMedian(before.map((times) => times[index] ?? 0));
		return {
			build,
			ms: toMs$1(build),
			usualMs
		};
	}).toSorted((a, b) => b.ms - b.usualMs - (a.ms - a.usualMs))[0];
};
/**
* How long the builds took beside what they usually take, in one line, and why they took longer; undefined
* where nobody knows what is usual.
*/
const compareWithUsual = (report, history) => {
	const { before } = history;
	const times = toBuildTimes(report, history);
	if (times === void 0 || before.length < fewestRuns) return void 0;
	const [ms, usualMs] = [sum$1(times), toMedian(before.map(sum$1))];
	const runs = `the last ${before.length} runs`;
	const all = `${formatDuration(ms)}, usually ${formatDuration(usualMs)} (${runs})`;
	if (!isMuch(ms, usualMs)) return {
		line: all,
		isSlower: false
	};
	const builds = buildsOf(report, history);
	const slower = before.every(({ length }) => length === builds.length) && builds.length > 1 ? findSlower(builds, before) : void 0;
	const ofOne = slower && `${slower.build.step.target.name} ${formatDuration(slower.ms)}`;
	const one = slower && `; most of it ${ofOne}, usually ${formatDuration(slower.usualMs)}`;
	const build = slower?.build ?? builds.toSorted((a, b) => toMs$1(b) - toMs$1(a))[0];
	const causes = build === void 0 ? [] : findCauses(build);
	const why = causes.length === 0 ? "" : `: ${causes.join("; ")}`;
	return {
		line: `${all}${one ?? ""}${why}`,
		isSlower: true
	};
};

// src/disk/fill.ts
/** Files are counted for this; the reason of a failure is worth some seconds. */
const deadlineMs$5 = 15e3;
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
	const usage = await get("/system/df");
	if (usage === void 0) return "";
	return `. Docker's disk usage: ${renderUsage(usage)} (files that nodes share with Docker count twice)`;
};
const renderFolders = (parts) => parts.length === 0 ? "" : `. Largest folders: ${renderParts(parts)}`;
const askNode = async (api, nodes, name) => {
	const node = nodes.find((each) => each.name === name);
	const argv = [
		"du",
		...duArgs,
		containerdFolder
	];
	return renderFolders(node ? parseDu(await execute(api, node.containerId, argv, deadlineMs$5)) : []);
};
const askTemp = async ({ cancelled }, env, path) => {
	const command = {
		file: "du",
		args: [...duArgs, path],
		env,
		timeoutMs: deadlineMs$5
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
	return within(answer, deadlineMs$5, "");
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
const timeoutMs$5 = 9e5;
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
		timeoutMs: timeoutMs$5
	} : {
		...context,
		file: "sudo",
		args: [
			"-n",
			program,
			...args
		],
		timeoutMs: timeoutMs$5
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

// src/image/sizes.ts
/** Bytes of all steps, and of those that no image before this one had. */
const sumSteps = (history, seen) => {
	let chain = "";
	let allBytes = 0;
	let newBytes = 0;
	for (const { Created, CreatedBy, Size } of history.toReversed()) {
		chain = toDigest(JSON.stringify([
			chain,
			Created,
			CreatedBy,
			Size
		]));
		allBytes += Size;
		if (!seen.has(chain)) newBytes += Size;
		seen.add(chain);
	}
	return {
		allBytes,
		newBytes
	};
};
/**
* Sums what the histories tell. Steps that look the same from the lowest up are one layer.
*
* @param keepsBlobs whether the store keeps the compressed layers beside the unpacked ones, as
*   containerd's does; their size is that of the image, to which some versions of Docker add the
*   unpacked layers
*/
const sumSizes = (images, keepsBlobs) => {
	const seen = /* @__PURE__ */ new Set();
	let totalBytes = 0;
	const each = images.map(({ sizeBytes, history }) => {
		const { allBytes, newBytes } = sumSteps(history, seen);
		if (!keepsBlobs || allBytes === 0) {
			totalBytes += newBytes;
			return sizeBytes;
		}
		const blobBytes = sizeBytes > allBytes ? sizeBytes - allBytes : sizeBytes;
		totalBytes += newBytes + Math.round(blobBytes * newBytes / allBytes);
		return allBytes + blobBytes;
	});
	return {
		totalBytes,
		each
	};
};
/** Asks Docker what an image consists of, as long as it is there. */
const measureImage = async (get, image) => ({
	sizeBytes: image.sizeBytes,
	history: await get(`/images/${image.id}/history`) ?? []
});

// src/token/ended-token.ts
/** `acme/one, acme/two · contents: read · lived 4.1 s, revoked`. */
const renderEndedToken = (token) => {
	const { owner, repositories, permissions, livedMs, isRevoked } = token;
	const names = repositories.length === 0 ? `all repositories of ${owner}` : repositories.map((name) => `${owner}/${name}`).join(", ");
	const granted = Object.entries(permissions).map(([name, level]) => `${name}: ${level}`);
	const life = `lived ${formatDuration(livedMs)}, ${isRevoked ? "revoked" : "not revoked yet"}`;
	return [
		names,
		...granted.length === 0 ? [] : [granted.join(", ")],
		life
	].join(" · ");
};

// src/build/context-origin.ts
const mostPatterns = 200;
const longestPattern = 200;
/** A pattern without a slash is about names wherever they are, others about paths from its file on. */
const toPattern = (folder, pattern) => {
	const trimmed = pattern.replace(/^\//, "");
	return pattern.includes("/") ? join(folder, trimmed) : trimmed;
};
const readPatterns = (workspace, folder) => (readQuietly(join(workspace, folder, ".gitattributes")) ?? "").split("\n").flatMap((line) => {
	const [pattern = "", ...attributes] = line.trim().split(/\s+/);
	return /^[^#"!]/.test(pattern) && pattern.length <= longestPattern && attributes.includes("filter=lfs") ? [toPattern(folder, pattern)] : [];
}).slice(0, mostPatterns);
/** Where a build's context is in the workspace; undefined for one that is elsewhere. */
const readContextOrigin = ({ folder: whole }, workspace) => {
	const folder = whole === void 0 ? ".." : relative(workspace, whole);
	if (folder === ".." || folder.startsWith("../")) return void 0;
	return {
		folder,
		lfs: (folder === "" ? [""] : ["", folder]).flatMap((each) => readPatterns(workspace, each))
	};
};

// src/build/recipe.ts
/** In a folder of that name all are. */
const requirementFolder = /(?:^|\/)requirements$/;
const mostFiles = 50;
const mostNames = 1e4;
const namesIn = (folder) => (attempt(() => readdirSync(folder)) ?? []).slice(0, mostNames);
/** Paths of a context that the Dockerfile takes and that say what is to be installed. */
const findRequirements = (text, words, folder) => (findContextSources(text, words) ?? [{ path: "." }]).flatMap(({ path }) => {
	const name = path.split("/").at(-1) ?? "";
	if (requirementFile.test(name)) return [path];
	const isAll = requirementFolder.test(path);
	return namesIn(join(folder, path)).filter((each) => (isAll ? /\.(?:txt|in)$/ : requirementFile).test(each)).map((each) => join(path, each));
});
const readRequirements = (text, words, { folder }) => {
	if (folder === void 0) return [];
	const [real = folder] = toRealPaths(".", folder);
	return [...new Set(findRequirements(text, words, folder))].filter((path) => findOutside(path, folder, [real]) === void 0).slice(0, mostFiles).flatMap((path) => readQuietly(join(folder, path)) ?? []);
};
/** What the Dockerfile of a target says; undefined where it is not on this machine. */
const readRecipe = ({ bake }, workspace) => {
	const files = toBakeFiles(bake.definition, workspace);
	const words = toBakeWords(bake.definition);
	const text = readDockerfile(files);
	if (text === "") return void 0;
	const { stages, root } = findRoot(text, words);
	const file = files.dockerfile && relative(workspace, files.dockerfile);
	const base = root && {
		image: root.image,
		location: file === void 0 ? void 0 : {
			file,
			line: root.line
		}
	};
	return {
		text,
		requirements: readRequirements(text, words, files),
		origin: readContextOrigin(files, workspace),
		stages,
		base
	};
};

// src/image/sources/oci-layout.ts
const isSize = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const readImage = (folder, references, reported) => {
	const digest = findManifest$1(folder, reported?.digest);
	const manifest = readBlob(folder, digest);
	const { config, layers } = JSON.parse(manifest);
	const { architecture = "", rootfs } = JSON.parse(readBlob(folder, config.digest));
	const diffIds = rootfs?.diff_ids ?? [];
	const layerBytes = (layers ?? []).map(({ size }) => size);
	if (diffIds.join() !== (layers ?? []).map((layer) => layer.digest).join()) throw new Error("its layers are compressed, as only BuildKit before 0.10 has them");
	if (!diffIds.every(isDigest) || !layerBytes.every(isSize)) throw new Error("its layers are none");
	const repositories = new Set(references.map(({ canonical }) => toRepository(canonical)));
	const chainIds = toChainIds(diffIds);
	const known = reported?.isPushed && reported.digest || digest;
	return {
		references,
		id: config.digest,
		sizeBytes: layerBytes.reduce((sum, bytes) => sum + bytes, 0),
		digestNames: [...repositories].map((repository) => `${repository}@${known}`),
		architecture,
		layers: diffIds.map((diffId, index) => ({
			diffId,
			chainId: chainIds[index] ?? "",
			folder: void 0
		})),
		layout: {
			folder,
			digest,
			manifest,
			layerBytes
		}
	};
};
/**
* Reads the image that a builder has written into a folder, as buildx does with `type=oci,tar=false` and no
* compression. Layers may be missing there: empty files stand for those that nobody needs.
*
* @param reported where the same build made more; by the pushed digest nodes find the image, too
* @throws {Failure} when it is not one image, or not what its digests say
*/
const readLayout = (folder, references, reported) => {
	try {
		return readImage(folder, references, reported);
	} catch (cause) {
		throw new Failure("The build ended well, but what the builder wrote is no image to load", {
			cause,
			remedy: "Slipway needs buildx 0.13 and BuildKit 0.11 or newer: `docker buildx inspect`."
		});
	}
};
/** Whether a layout has a layer itself, not only an empty file in its place. */
const hasLayer = (folder, diffId) => (statSync(toBlobPath(folder, diffId), { throwIfNoEntry: false })?.size ?? 0) > 0;
/** An image that a builder has written, to be read where it lies; undefined where layers were left out. */
const toWholeBlobs = ({ id, layers, layout }) => {
	if (layout === void 0 || !layers.every(({ diffId }) => hasLayer(layout.folder, diffId))) return void 0;
	const { folder, manifest, layerBytes } = layout;
	return {
		manifest,
		config: readBlob(folder, id),
		layers: layers.map(({ diffId }, at) => ({
			file: toBlobPath(folder, diffId),
			start: 0,
			sizeBytes: layerBytes[at] ?? 0,
			digest: diffId,
			diffId
		}))
	};
};

// src/load/helper-request.ts
/**
* All names under which a node should have an image: as it was given first, then by its content. Only
* the containerd store keeps the manifest, and so its digest, that a registry knows.
*/
const namesOf = (engine, image) => [.../* @__PURE__ */ new Set([
	...image.references.flatMap(({ canonical }) => toNodeNames(canonical)),
	...image.references.map((reference) => toImmutable(reference, image.id).canonical),
	...engine.hasContainerdStore || image.layout ? image.digestNames : []
])];
/** What Docker is asked for: never a name that somebody may have given to another image meanwhile. */
const toSource = ({ heldAs, id }) => heldAs ?? id;
/** Where the socket of Docker's containerd is; undefined with a store that has none. */
const socketFolderOf = ({ hasContainerdStore, containerd }) => hasContainerdStore ? containerd?.address.replace(/\/[^/]*$/, "") : void 0;
/** Of a store whose folders are known, and which keeps no manifest for the helper to read. */
const folderRows = (image, config) => {
	return [[
		"overlay2",
		config,
		image.id
	], ...image.layers.map(({ diffId, chainId, folder = "" }) => [
		"layer",
		diffId,
		chainId,
		folder
	])];
};
const containerdRows = ({ containerd }, image) => [[
	"containerd",
	containerd?.address ?? "",
	containerd?.namespace ?? "",
	image.id,
	image.architecture
], ...image.layers.map(({ diffId, chainId }) => [
	"layer",
	diffId,
	chainId
])];
const sourceRows = (engine, image, config) => {
	if (config !== void 0) return folderRows(image, config);
	if (engine.hasContainerdStore) return containerdRows(engine, image);
	return folderRows(image, `${engine.dataRoot}/image/overlay2/imagedb/content/sha256/${toHex(image.id)}`);
};
/** Where the node's snapshots are; no part of a volume where the helper must go through the node. */
const rootOf = (node) => toHostPath(node, snapshotsOf(node)) ?? "/";
/**
* Chooses what a helper has to see of the daemon's host for one image and some nodes.
*
* @returns a string where it could not see enough, saying why
*/
const toMounts$1 = (engine, image, nodes) => {
	const isInDocker = image.layout === void 0;
	if (isInDocker && !engine.hasContainerdStore && image.layers.some(({ folder }) => folder === void 0)) return "Docker does not say where the image's layers are";
	const folders = image.layers.flatMap(({ folder }) => folder ?? []);
	const reachable = nodes.map(rootOf).filter((root) => root !== "/");
	return {
		mountedFolder: commonFolder([
			...isInDocker ? storeFolders(engine) : [],
			...reachable,
			...folders
		]),
		socketFolder: isInDocker ? socketFolderOf(engine) : void 0
	};
};
/**
* Writes the request for one image and nodes that are given it by their folders.
*
* @param runId names the snapshots while they are being made: `slipway/RUN/CHAIN`
* @param config the image's, on the daemon's host, where another node has the image and not Docker
*/
const toHelperRequest = (engine, image, nodes, wanted, runId, deadlineMs, { mountedFolder }, config) => {
	return `${[
		["run", runId],
		["deadline", String(Math.ceil(deadlineMs / 1e3))],
		["method", wanted],
		["mount", mountedFolder],
		...namesOf(engine, image).map((name) => ["name", name]),
		...nodes.map((node) => [
			"node",
			node.name,
			String(node.pid),
			snapshotsOf(node),
			rootOf(node)
		]),
		...sourceRows(engine, image, config),
		["go"]
	].map((row) => row.join("	")).join("\n")}\n`;
};

// src/load/find-in-node.ts
/** Finds an image in a node that was given it; undefined where it is gone, or out of Docker's reach. */
const findInNode = async ({ api, engine }, image, node) => {
	const [name = ""] = namesOf(engine, image);
	const { records } = await inspectNode(api, node, [name]);
	const { folders = [] } = records.get(name) ?? {};
	const root = toHostPath(node, snapshotsOf(node));
	const content = `${node.containerd.root}/io.containerd.content.v1.content/blobs/sha256`;
	const config = toHostPath(node, `${content}/${toHex(image.id)}`);
	if (root === void 0 || config === void 0 || folders.length !== image.layers.length) return void 0;
	const layers = image.layers.map((layer, index) => ({
		...layer,
		folder: `${root}/snapshots/${folders[index]}/fs`
	}));
	return {
		image: {
			...image,
			layers
		},
		config
	};
};

// src/run/find-image.ts
/** The plan has a step wait for the one that makes or holds its image. */
const findImage = (source, { resultOf }) => {
	switch (source.kind) {
		case "built": return resultOf("build", source.by)?.image;
		case "held": return resultOf("hold-image", source.by);
		case "pulled": return resultOf("pull", source.by)?.image;
		case "local": return source.image;
		case "elsewhere": return;
	}
};

// src/build/dockerfile/history-lines.ts
const readStages$1 = (dockerfile) => {
	const stages = [];
	for (const instruction of parseInstructions(dockerfile).instructions) {
		const { keyword, rest } = instruction;
		if (keyword === "from") {
			const [from = "", as = "", name] = rest.split(/[\t\v\f\r ]+/);
			const alias = as.toLowerCase() === "as" ? name?.toLowerCase() : void 0;
			stages.push({
				name: alias,
				from: from.toLowerCase(),
				own: []
			});
		} else stages.at(-1)?.own.push(instruction);
	}
	return stages;
};
/** All that is done upon the image that the stage to build begins with, stages that it builds upon first. */
const findOwn = (dockerfile, target) => {
	const stages = readStages$1(dockerfile);
	const isTarget = ({ name }) => name === target?.toLowerCase();
	let at = target === void 0 ? stages.length - 1 : stages.findLastIndex(isTarget);
	const chain = [];
	while (at >= 0) {
		const stage = stages[at];
		if (stage === void 0) break;
		chain.unshift(stage.own);
		at = stages.slice(0, at).findLastIndex(({ name }) => name === stage.from);
	}
	return chain.flat();
};
const keywordOf = (createdBy) => {
	const [, old] = /^\/bin\/sh -c #\(nop\)\s+([A-Z]+)\b/.exec(createdBy) ?? [];
	const [, word] = /^([A-Z]+)\s/.exec(createdBy) ?? [];
	return (old ?? word ?? "RUN").toLowerCase();
};
/** So much of a command tells it from others. */
const comparedCharacters = 30;
/** A command is in the history as it is written, unless it is a list or reads on in further lines. */
const isSame = ({ keyword, rest }, createdBy) => {
	if (keywordOf(createdBy) !== keyword) return false;
	return !(keyword === "run" && !rest.startsWith("[") && !rest.includes("<<")) || createdBy.includes(rest.slice(0, comparedCharacters).trim());
};
/**
* Finds the lines that an image's history is of, counted from 1, where BuildKit has no record of the build:
* each instruction of the stage has one entry, so they are matched from the end. An entry of the image that it
* is built upon has none.
*
* @param history what made each entry, oldest first, entries without a layer among them
* @returns undefined where the two do not agree, as nothing is certain then
*/
const findHistoryLines = (dockerfile, target, history) => {
	const own = findOwn(dockerfile, target);
	const base = history.length - own.length;
	if (own.length === 0 || base < 0) return void 0;
	if (!own.every((instruction, at) => isSame(instruction, history[base + at] ?? ""))) return void 0;
	return history.map((_, at) => own[at - base]?.line);
};

// src/run/history-origins.ts
/**
* What made each layer, by the image's history and the Dockerfile that it was built of: for a BuildKit that
* has no record of its builds.
*
* @returns undefined where the two do not agree
*/
const toLineOrigins = (config, layers, { file, text, target }) => {
	const { history } = attempt(() => JSON.parse(config)) ?? {};
	if (!Array.isArray(history)) return void 0;
	const entries = history;
	const ofLayers = findHistoryLines(text, target, entries.map((entry) => String(entry?.created_by ?? "")))?.filter((_, at) => entries[at]?.empty_layer !== true);
	if (ofLayers?.length !== layers) return void 0;
	return toHistoryOrigins(config, layers).map((origin, at) => {
		const line = ofLayers[at];
		return line === void 0 ? {
			...origin,
			isBase: true
		} : {
			...origin,
			location: {
				file,
				line
			}
		};
	});
};

// src/run/analyse-step.ts
/** A moment beside a load, where all goes well. */
const deadlineMs$4 = {
	auto: 12e4,
	full: 9e5
};
/** Over, or ended with all else. */
const waitFor = (over, signal) => {
	const ended = Promise.withResolvers();
	signal.addEventListener("abort", () => ended.resolve(), { once: true });
	if (signal.aborted) ended.resolve();
	return Promise.race([over, ended.promise]);
};
/**
* What another builder has written is read where it lies. The layers that it left out are in the nodes, so
* such an image is read in one of them once it has been loaded.
*/
const analyseLayout = async ({ loaded }, order, { docker: { api, engine }, run }, analyse) => {
	const { image, signal } = order;
	const whole = toWholeBlobs(image);
	if (whole !== void 0) {
		const late = AbortSignal.timeout(order.deadlineMs);
		return withBlobs(whole, AbortSignal.any([signal, late]), analyse);
	}
	if (loaded !== void 0) await waitFor(run.over(loaded.by), signal);
	signal.throwIfAborted();
	for (const node of loaded?.into ?? []) {
		const found = await findInNode({
			api,
			engine
		}, image, node).catch(() => void 0);
		if (found !== void 0) return withContents(api, {
			...order,
			...found
		}, analyse);
	}
	throw new Failure("the builder sent only the layers that nodes lacked, and Docker sees no node that has the others");
};
/** Most contexts are small, and most steps start without the library of ignore files. */
const describeSent = async ({ target, image: source }, { workspace, resultOf }) => {
	const { contextBytes = 0 } = (source.kind === "built" ? resultOf("build", source.by) : void 0)?.metadata ?? {};
	if (target === void 0 || contextBytes < 1e8) return void 0;
	const { describeContext } = await import("./build-sent-context.js");
	return describeContext(target, workspace, contextBytes).catch(() => void 0);
};
/** Says what an image's bytes are for. That fails no step: the image is there and works. */
const analyse = async (step, ports) => {
	const { docker, log, run } = ports;
	const { depth, nodeImage, image: source, names } = step;
	const image = findImage(source, run);
	const built = source.kind === "built" ? run.resultOf("build", source.by) : void 0;
	if (image === void 0 || nodeImage === void 0) throw new Error(`nothing made the image of ${names.join(", ")}`);
	const { api, engine } = docker;
	const { id: runId, signal } = run;
	const order = {
		engine,
		image,
		nodeImage,
		runId,
		signal,
		deadlineMs: deadlineMs$4[depth]
	};
	const analyseIt = async (contents, files) => {
		const { config, layers } = contents;
		const { origins: recorded, builtOf } = built ?? {};
		const origins = recorded?.length === layers.length ? recorded : builtOf && toLineOrigins(config, layers.length, builtOf);
		const background = {
			recipe: step.target && readRecipe(step.target, run.workspace),
			context: await describeSent(step, run),
			asksForGpu: step.asksForGpu
		};
		return analyseImage(contents, files, origins, depth, background);
	};
	try {
		if (image.layout !== void 0) return await analyseLayout(step, order, ports, analyseIt);
		return await withContents(api, order, analyseIt);
	} catch (error) {
		if (!signal.aborted) log.warning(`image-report: cannot read the layers of ${names.join(", ")}: ${renderError(error)}. The image is built and loaded all the same; image-report: false leaves the report out.`);
		return;
	}
};

// src/build/actions-cache.ts
/** A secret of the Bake file's could be the token itself, by the name of its variable. */
const namesToken = ({ definition }) => /ACTIONS_/.test(JSON.stringify(definition["secret"] ?? ""));
/**
* Whether a target's cache is GitHub's, for which BuildKit needs the run's own token. One build gets
* it for all of its entries, or for none: an address of the Bake file's own choice would be sent it.
*/
const usesActionsCache = (targets) => {
	const entries = targets.flatMap(({ definition }) => [definition["cache-from"], definition["cache-to"]]).flatMap((each) => Array.isArray(each) ? each : []).map(toFields).filter((fields) => /^gha$/i.test(fields.get("type") ?? ""));
	const isElsewhere = entries.some((fields) => fields.has("url") || fields.has("url_v2"));
	return entries.length > 0 && !isElsewhere && !targets.some(namesToken);
};

// src/build/transient.ts
/**
* BuildKit's and buildx's words, and those of the libraries that they pass on: containerd's client of
* registries, Go's net and http, gRPC. The first that fits counts; what is not here does not change by itself.
*/
const rows$1 = [
	[
		/429 Too Many Requests|toomanyrequests/i,
		"the registry allows no more requests now",
		15e3
	],
	[
		/unexpected status(?: code)? .{0,500}\b5\d\d\b|received unexpected HTTP status: 5\d\d/i,
		"the registry failed",
		2e3
	],
	[
		/no such host|server misbehaving|Temporary failure in name resolution/i,
		"a name was not found",
		2e3
	],
	[
		/i\/o timeout|TLS handshake timeout|connection (?:reset|refused)|broken pipe|unexpected EOF|(?:failed to do request|failed to copy|httpReadSeeker).{0,500}\bEOF\b/i,
		"the network failed",
		2e3
	],
	[
		/failed to receive status: .{0,500}(?:Unavailable|EOF)|graceful_stop|transport is closing|no active session|error reading from server: EOF/i,
		"the builder went away",
		3e3
	],
	[
		/no running buildkit pods found|expected \d+ replicas to be ready/i,
		"the builder's pod went away",
		5e3
	]
];
/** A registry that refuses, or has it not, does so again. */
const isFinal = /\b(?:401|403|404)\b|insufficient_scope|pull access denied|authorization failed|manifest unknown|: not found\b/i;
const isRun = /did not complete successfully: exit code/;
/** What they pass on may be a whole page of a proxy. */
const longestReason = 4e3;
/** A program that found no server says this in whatever words it has; the C library's are these. */
const isNameFailure = /Temporary failure in name resolution/;
/**
* Says why a build that failed might succeed the next time; undefined where it would fail again.
*
* @param reason BuildKit's last word
* @param output what the failed step printed
*/
const findTransient = (reason, output) => {
	const text = (isRun.test(reason) ? output.find((line) => isNameFailure.test(line)) ?? "" : reason).slice(0, longestReason);
	if (isFinal.test(text)) return void 0;
	const row = rows$1.find(([pattern]) => pattern.test(text));
	return row && {
		what: row[1],
		waitMs: row[2]
	};
};

// src/build/cache-failures.ts
/** With the target before it, where a build has several. */
const stepPattern$1 = /^(?:\[[\w.-]+\] )?(?:(importing cache manifest from )|exporting (?:cache to |content cache|to GitHub Actions Cache))/;
/** Whether a step of BuildKit's reads or writes a cache. */
const toCacheKind = (name) => {
	const found = stepPattern$1.exec(name);
	if (found === null) return void 0;
	return found[1] === void 0 ? "export" : "import";
};
/** What BuildKit and those that it passes on say; the first that fits counts. */
const rows = [
	[
		/failed to reserve cache|cache write denied|no writable scopes?/i,
		"the Actions cache takes nothing from this run: its token is read-only, or the repository's quota is used up",
		"Runs for a fork or of pull_request_target read it alone; the default branch's write it. Its size is in the repository under Actions, Caches: beyond the limit (10 GB by default) nothing is added until older entries go."
	],
	[
		/cache token expired/i,
		"the token of the Actions cache has expired, as the job runs for so long",
		"Write the cache to a registry, or build earlier in the job."
	],
	[
		/429|exceeding usage of resource|maximum timeout reached|toomanyrequests|rate ?limit/i,
		"the service takes no more requests now (rate limit)",
		"Fewer layers need fewer requests: `mode=min` in cache-to, or a cache in a registry."
	],
	[
		/quota|limit ?exceeded|insufficient storage|\b(?:413|507)\b|no space left/i,
		"the place for it is full (quota)",
		"Remove older caches there, or write less with `mode=min` in cache-to."
	],
	[
		/Cache export is not supported|unknown cache (?:ex|im)porter/i,
		"this builder cannot do that",
		"Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, or set `cache: inline`."
	],
	[
		/error writing (?:manifest|config) blob.{0,1000}\b(?:400|404|405|406|415)\b|manifest invalid|MANIFEST_INVALID|unsupported (?:media|manifest)/i,
		"the registry refuses cache manifests",
		"Slipway sets image-manifest=true,oci-mediatypes=true where cache-to does not say otherwise. A registry that refuses that, too, takes `cache: inline`."
	],
	[
		/denied|unauthorized|insufficient_scope|authorization failed|\b(?:401|403)\b/i,
		"the registry does not allow it",
		"Log in with docker/login-action before this step, with a token that may write packages; a fork's token may only read."
	],
	[
		/no such host|i\/o timeout|connection (?:refused|reset)|TLS handshake|EOF|\b5\d\d\b/i,
		"the place of the cache cannot be reached",
		"The builder reads and writes caches, so it is the builder that needs the way there."
	]
];
/** What they pass on may be a whole page of a proxy. */
const longestError = 4e3;
const longestTold$1 = 400;
const findRow = (error) => rows.find(([pattern]) => pattern.test(error.slice(0, longestError)));
/** What to do about a cache that cannot be read or written. */
const findCacheRemedy = (error) => findRow(error)?.[2];
const isMissing = ({ kind, error }) => kind === "import" && /not found|404|manifest unknown|NAME_UNKNOWN/i.test(error.slice(0, longestError));
const explain = (name, { kind, error }) => {
	const [, cause, remedy] = findRow(error) ?? [];
	const what = `${name}: the cache could not be ${kind === "import" ? "read" : "written"}`;
	const said = neutralise(toLine(error, longestTold$1));
	return {
		text: `${[what, ...cause === void 0 ? [] : [cause]].join(": ")} (${said})`,
		remedy
	};
};
/** A line of the warnings. */
const renderCacheFailure = (name, failure) => {
	const { text, remedy } = explain(name, failure);
	return [
		text,
		"The image is complete",
		...remedy === void 0 ? [] : [remedy]
	].join(". ").replace(/([^.])$/, "$1.");
};
/** The failure of a step whose caches are required. */
const toCacheError = (name, failure) => {
	const { text, remedy } = explain(name, failure);
	return new Failure(text, {
		remedy: remedy ?? "Without cache-required, this is a warning.",
		transient: findTransient(failure.error, [])
	});
};
/** BuildKit's words, and buildx', for a cache that no build can write, whatever its entry says. */
const beforehand = /failed to configure \S+ cache exporter|Cache export is not supported|unknown cache exporter/;
/** A build that failed for its cache before it began, and may do without; undefined for all others. */
const toNeedlessFailure = (error) => error instanceof Failure && beforehand.test(error.message) ? {
	kind: "export",
	error: error.message.replace(/^.*?(?=failed to configure|Cache export|unknown cache)/s, "")
} : void 0;
/** Follows a build, and keeps what went wrong with its caches. One that is not there yet is no failure. */
const watchCaches = () => {
	const failures = /* @__PURE__ */ new Map();
	return {
		onEvent: (event) => {
			if (event.kind !== "ended") return;
			const { name } = event.step;
			const kind = toCacheKind(name);
			if (kind === void 0) return;
			const failure = {
				kind,
				error: event.error
			};
			if (event.how === "failed" && !isMissing(failure)) failures.set(name, failure);
			else failures.delete(name);
		},
		failures: () => [...failures.values()]
	};
};

// src/build/failed-step.ts
/**
* The step that failed, as the Dockerfile has it, such as `RUN make`, and what it printed. Undefined
* where none was run, as with a mistake in the Dockerfile.
*/
const findFailedStep = (log) => {
	const failed = log.findLast((event) => event.kind === "ended" && event.how === "failed");
	if (failed?.kind !== "ended" || failed.step.name.startsWith("[internal]")) return void 0;
	const { step } = failed;
	const output = log.flatMap((event) => event.kind === "output" && event.step === step ? [event.text] : []);
	return {
		instruction: step.name.replace(/^\[[^\]]*\] /, ""),
		output
	};
};
const rule = "--------------------";
/**
* `worker.Dockerfile:3`, above the lines that buildx quotes between two rules; no event has it. The
* file's name is without a folder.
*/
const findFailedPlace = (log) => {
	const end = log.lastIndexOf(rule);
	const start = end > 0 ? log.lastIndexOf(rule, end - 1) : -1;
	const above = start > 0 ? log[start - 1] ?? "" : "";
	const colon = above.lastIndexOf(":");
	const [file, line] = [above.slice(0, colon), above.slice(colon + 1)];
	if (colon < 1 || !/^\d{1,7}$/.test(line)) return void 0;
	const marked = log.slice(start, end).find((text) => /^ *\d+ \| >>>/.test(text));
	return {
		file,
		line: Number(marked?.trim().split(" ", 1)[0] ?? line)
	};
};
/** Words with which programs begin what went wrong, most telling first. */
const tellingWords = [
	/^\S{1,200}[:(]\d+\S{0,20}: (fatal )?error\b/i,
	/(^|\s)(fatal )?error(\[\w{1,20}\])?: /i,
	/^(Uncaught )?[\w.]{0,100}(Error|Exception|Panic)\b(: |$)/,
	/^(E: |ERR!|npm (error|ERR!) |fatal: |panic: |ERROR\b|Err:)/,
	/^\S{1,200}:\d+:\d+: /,
	/\b(no such file or directory|not found|permission denied|cannot |could not |failed|denied)\b/i
];
/** Programs that only pass on that another one failed. */
const isPassedOn = (line) => /^(g?make(\[\d+\])?: \*\*\*|ninja: build stopped|npm (error|ERR!) (code|path|command|A complete log)|error: could not compile|The command .* returned)/i.test(line);
/** Longer lines are data that a program dumped, and patterns need not go through all of them. */
const longestTold = 500;
/** The line that says what went wrong: the first of the most telling kind, else the last one. */
const findCause = (output) => {
	const lines = output.map((line) => line.slice(0, longestTold).trim()).filter((line) => line !== "");
	const own = lines.filter((line) => !isPassedOn(line));
	for (const pattern of tellingWords) {
		const found = own.find((line) => pattern.test(line));
		if (found !== void 0) return found;
	}
	return own.at(-1) ?? lines.at(-1);
};

// src/build/render-event.ts
const toSeconds = (ms) => (ms / 1e3).toFixed(1);
/** Longer ones are heredocs and chains of commands; the place says where all of it is. */
const longestInstruction$2 = 80;
const shortenInstruction = (text) => text.length <= longestInstruction$2 ? text : `${text.slice(0, 77).trimEnd()}...`;
const renderTransfer = (transfer) => {
	const { id, currentBytes, totalBytes, startedMs, completedMs, atMs = 0 } = transfer;
	const bytes = [currentBytes, totalBytes].filter((each) => each > 0).map(formatBytes);
	const ms = (completedMs ?? atMs) - (startedMs ?? completedMs ?? atMs);
	const took = ms >= 100 ? [`${toSeconds(ms)}s`] : [];
	const done = completedMs === void 0 ? [] : ["done"];
	return [
		id,
		...bytes.length > 0 ? [bytes.join(" / ")] : [],
		...took,
		...done
	].join(" ");
};
/**
* The lines of one event, nearly as BuildKit prints them itself (`--progress=plain`), so that they are
* recognised. Steps at work side by side keep their own lines apart by their numbers alone.
*/
const renderEvent = (event) => {
	if (event.kind === "text") return [event.text];
	const { step } = event;
	const mark = `#${step.number}`;
	switch (event.kind) {
		case "began": return ["", `${mark} ${step.name}`];
		case "output": return [`${mark} ${(event.ms / 1e3).toFixed(3)} ${event.text}`];
		case "transfer": return [`${mark} ${renderTransfer(event.transfer)}`];
		case "warning": return [`${mark} WARN: ${event.warning.message}`];
		case "ended":
			if (event.how === "failed") return [`${mark} ERROR: ${event.error}`];
			if (event.how === "cancelled") return [`${mark} CANCELED`];
			return [`${mark} ${event.how === "cached" ? "CACHED" : `DONE ${toSeconds(event.ms)}s`}`];
	}
};
const renderStep$1 = ({ name }) => shortenInstruction(toLine(name));
/** Quicker steps are not worth a line of their own. */
const slowMs$1 = 1e3;
/** In one line for one of several builds; undefined for what is not worth one. */
const renderBriefly = (event) => {
	if (event.kind !== "ended" || event.how === "cancelled") return void 0;
	const { step, how, ms } = event;
	const took = ms < slowMs$1 ? [] : [formatDuration(ms)];
	const parts = [...how === "failed" ? ["failed"] : [], ...took];
	return parts.length === 0 ? void 0 : [renderStep$1(step), ...parts].join(", ");
};
const renderWaiting = (step) => `${renderStep$1(step)}, still running`;

// src/build/explain.ts
/** BuildKit's last word, without what each layer of it has put before. */
const findReason$1 = (log) => log.findLast((text) => text.startsWith("ERROR: "))?.replace(/^ERROR: (failed to build: )?(failed to solve: )?/, "").replace(/^failed to compute cache key: /, "").replace(/failed to calculate checksum of ref \S+: /, "").trim();
/** 128 and SIGKILL's 9, as BuildKit and programs that start others tell it. */
const wasKilled = /\bexit code: 137\b|\bsignal: killed\b/;
/** The docker driver's and the exporter's own words. */
const hasSeveralPlatforms = /exporting manifest lists|Multi-platform build is not supported/;
const platformsRemedy = "Docker's store here holds an image for one platform: set that alone (bake-set: TARGET.platform=linux/amd64), or use Docker's containerd image store.";
const usualRemedy = "The build's log has all that the instruction printed.";
const killedRemedy = "Something of it was killed, mostly by the kernel as memory ran out; the last line of this job's post step counts such kills. Build fewer images at once (parallel: 1), have the step use less, or take a larger runner.";
const remedyFor = (reason, instruction) => {
	const ofCache = toCacheKind(instruction) && findCacheRemedy(reason);
	if (ofCache !== void 0) return ofCache;
	if (hasSeveralPlatforms.test(reason)) return platformsRemedy;
	return wasKilled.test(reason) ? killedRemedy : usualRemedy;
};
/**
* A build that failed, said in one line: the image, the instruction, and the line of its output that
* says why. The annotation is at the Dockerfile's line.
*/
const explainBuildFailure = ({ name, dockerfile }, code, log) => {
	const said = log.flatMap((event) => event.kind === "text" ? [event.text] : []);
	const printed = log.flatMap((event) => event.kind === "output" ? [event.text] : []);
	const reason = findReason$1(said) ?? `exit code ${code ?? "none (ended by a signal)"}`;
	const step = findFailedStep(log);
	const found = findFailedPlace(said);
	const location = found && {
		file: dockerfile ?? found.file,
		line: found.line
	};
	const exitCode = /did not complete successfully: exit code: (\d+)/.exec(reason)?.[1];
	const cause = exitCode === void 0 ? reason : findCause(step?.output ?? []);
	const full = [...said, ...printed].some(saysNoSpace) && !saysNoSpace(cause ?? "") ? ": no space left on device" : "";
	const what = step === void 0 ? "the build" : shortenInstruction(step.instruction);
	const ending = exitCode === void 0 ? "failed" : `exited with ${exitCode}`;
	const told = cause === void 0 ? "" : `: ${toLine(cause)}`;
	const at = location === void 0 ? "" : `${location.file}:${location.line}. `;
	return new Failure(neutralise(toLine(`${name}: ${what} ${ending}`) + told + full), {
		remedy: neutralise(`${at}${remedyFor(reason, step?.instruction ?? "")}`),
		location: dockerfile === void 0 ? void 0 : location,
		transient: findTransient(reason, step?.output ?? [])
	});
};

// src/build/metadata.ts
/** `image.name` lists all names of an image, separated by commas. */
const withoutName = (json, name) => json.replace(`,${name}"`, "\"").replace(`"${name}"`, "\"\"");
/**
* Reads buildx's metadata file; a digest that is none is left out.
*
* @param intermediate a name of the image that is nobody else's business
*/
const parseMetadata = (text, intermediate) => {
	const parsed = JSON.parse(text);
	const digestOf = (key) => {
		const value = parsed?.[key];
		return isDigest(value) ? value : void 0;
	};
	const digest = digestOf("containerimage.digest");
	return {
		/** Of the image's config, or of its manifest where that is the image's ID. */
		imageId: digestOf("containerimage.config.digest") ?? digest,
		digest,
		/** buildx's own JSON, without the name that only the step uses. */
		json: intermediate === void 0 ? text.trim() : withoutName(text.trim(), intermediate)
	};
};

// src/build/status.ts
const isFields = (value) => typeof value === "object" && value !== null;
const toList = (value) => Array.isArray(value) ? value.filter(isFields) : [];
/** A name is a Dockerfile's text, which may be as long as that. */
const longestText = 1e4;
/** One line, of what others wrote. */
const toText$1 = (value) => typeof value === "string" ? value.slice(0, longestText).replace(/\p{Cc}+/gu, " ") : "";
const toBytes = (value) => Buffer.from(typeof value === "string" ? value : "", "base64");
const toMs = (value) => {
	const ms = typeof value === "string" ? Date.parse(value) : NaN;
	return Number.isNaN(ms) ? void 0 : ms;
};
const toCount = (value) => typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
const toVertex = (fields) => ({
	digest: toText$1(fields["digest"]),
	/** Such as `[build 2/3] RUN make`. */
	name: toText$1(fields["name"]),
	/** Undefined where it is only announced. */
	startedMs: toMs(fields["started"]),
	completedMs: toMs(fields["completed"]),
	isCached: fields["cached"] === true,
	/** Empty for what did not fail. */
	error: toText$1(fields["error"])
});
const toTransfer = (fields) => ({
	vertex: toText$1(fields["vertex"]),
	id: toText$1(fields["id"]),
	currentBytes: toCount(fields["current"]),
	/** 0 where nobody knows. */
	totalBytes: toCount(fields["total"]),
	startedMs: toMs(fields["started"]),
	completedMs: toMs(fields["completed"]),
	atMs: toMs(fields["timestamp"])
});
const toLog = (fields) => ({
	vertex: toText$1(fields["vertex"]),
	data: toBytes(fields["data"]),
	atMs: toMs(fields["timestamp"])
});
const toWarning = (fields) => {
	const [range] = toList(fields["range"]);
	const start = range?.["start"];
	return {
		vertex: toText$1(fields["vertex"]),
		message: toText$1(toBytes(fields["short"]).toString("utf8")),
		/** Counted from 1; undefined where it is about no line. */
		line: isFields(start) && toCount(start["line"]) || void 0
	};
};
/** Whether a line is meant as a status; the rest of what buildx prints is text. */
const isStatus = (line) => /^(?:\{"(?:vertexes|statuses|logs|warnings)":|\{\}\s*$|null\s*$)/.test(line.toString("latin1", 0, 16));
/** Undefined where it cannot be read. What is not as BuildKit writes it counts as left out. */
const parseStatus = (line) => attempt(() => {
	const parsed = JSON.parse(line.toString("utf8"));
	const fields = isFields(parsed) ? parsed : {};
	return {
		vertexes: toList(fields["vertexes"]).map(toVertex),
		transfers: toList(fields["statuses"]).map(toTransfer),
		logs: toList(fields["logs"]).map(toLog),
		warnings: toList(fields["warnings"]).map(toWarning)
	};
});

// src/build/timings.ts
/** BuildKit's and buildx's names of steps, after the target's and the stage's. */
const phases = [
	["context", /^\[(?:\S+ )?(?:internal|context \S+)\] load (?:build context|from client|build definition|\.dockerignore)/],
	["pull", /^\[(?:\S+ )*(?:internal|auth|context \S+)\]|^\[(?:[^\]]* )?\d+\/\d+\] FROM |^resolve image config/],
	["steps", /^\[(?:[^\]]* )?\d+\/\d+\] /],
	["cache", /^(?:\[[^\]]*\] )?(?:importing cache|exporting cache|preparing build cache)/],
	["export", /^(?:\[[^\]]*\] )?(?:exporting|sending tarball|importing to docker|pushing|unpacking)/]
];
const toPhase = (name) => phases.find(([, pattern]) => pattern.test(name))?.[0];
const mostSlow = 3;
/** Quicker ones are nobody's trouble. */
const slowMs = 1e3;
/** Sums up what the steps of a build took. */
const toTimings = (steps) => {
	const sums = {
		context: 0,
		pull: 0,
		steps: 0,
		export: 0,
		cache: 0
	};
	for (const { name, ms } of steps) {
		const phase = toPhase(name);
		if (phase !== void 0) sums[phase] += ms;
	}
	const slowest = steps.filter(({ isCached, ms, name }) => !isCached && ms >= slowMs && toPhase(name) !== void 0).toSorted((a, b) => b.ms - a.ms).slice(0, mostSlow).map(({ name, ms }) => ({
		name: shortenInstruction(toLine(name)),
		ms
	}));
	return {
		contextMs: sums.context,
		pullMs: sums.pull,
		stepsMs: sums.steps,
		exportMs: sums.export,
		cacheMs: sums.cache,
		slowest
	};
};

// src/build/progress.ts
/** BuildKit's messages have at most 16 MB, in JSON and base64 somewhat more. */
const longestStatus = 67108864;
/** A build that has more is not worth our memory. */
const mostSteps = 1e4;
/** A part that goes on is told of so often. */
const transferMs = 5e3;
/** A vertex that looks into the cache ends at once, and begins again to do its work: so long is waited. */
const briefMs = 150;
/**
* `[3/7] RUN make`, `[linux/arm64 build 3/7] RUN make`: not BuildKit's own work. A base that is there
* counts as cached only where something is done with it.
*/
const isCounted = ({ name }) => /^\[(?:[^\]]* )?\d+\/\d+\] (?!FROM )/.test(name);
const isContext = ({ name }) => /^\[(?:\S+ )?internal\] load build context$/.test(name);
/** What is known of a step. */
const createTracked = (step, onEvent) => {
	const tracked = {
		step,
		startedMs: 0,
		/** Undefined while it goes on. */
		completedMs: void 0,
		isCached: false,
		/** How it ended last, so that nothing is told twice. */
		ending: "",
		/** When what it printed last was printed. */
		printedMs: 0,
		output: createLineCutter((text) => {
			onEvent({
				kind: "output",
				step,
				ms: tracked.printedMs - tracked.startedMs,
				text
			});
		}),
		/** When a part of it was told of last. */
		toldMs: /* @__PURE__ */ new Map(),
		/** Of the build context, as far as it is sent. */
		contextBytes: 0
	};
	return tracked;
};
const track = ({ all, onEvent }, digest, name) => {
	const step = {
		number: all.size + 1,
		name
	};
	const tracked = createTracked(step, onEvent);
	all.set(digest, tracked);
	onEvent({
		kind: "began",
		step
	});
	return tracked;
};
const hold = ({ held }, digest, end) => {
	const drop = () => {
		clearTimeout(timer);
		held.delete(digest);
	};
	const release = () => {
		drop();
		end();
	};
	const timer = setTimeout(release, briefMs);
	held.set(digest, {
		drop,
		release
	});
};
const toEnding = ({ error, isCached }) => {
	if (error !== "") return error.endsWith("context canceled") ? "cancelled" : "failed";
	return isCached ? "cached" : "done";
};
const onVertex = (state, vertex) => {
	const { all, held, onEvent } = state;
	const { digest, name, startedMs, completedMs, error } = vertex;
	if (startedMs === void 0 || !all.has(digest) && all.size === mostSteps) return;
	const tracked = all.get(digest) ?? track(state, digest, name);
	const how = toEnding(vertex);
	const ending = `${startedMs} ${completedMs} ${how}`;
	if (ending === tracked.ending) return;
	held.get(digest)?.drop();
	Object.assign(tracked, {
		startedMs,
		completedMs,
		isCached: vertex.isCached,
		ending
	});
	if (completedMs === void 0) return;
	const ms = completedMs - startedMs;
	const end = () => {
		tracked.output.end();
		onEvent({
			kind: "ended",
			step: tracked.step,
			how,
			ms,
			error
		});
	};
	if (ms < briefMs && how === "done") hold(state, digest, end);
	else end();
};
const onTransfer = ({ all, onEvent }, transfer) => {
	const { id, startedMs = 0, completedMs, atMs = 0 } = transfer;
	const tracked = all.get(transfer.vertex);
	if (tracked === void 0) return;
	const { step, toldMs } = tracked;
	if (id === "transferring context:" && isContext(step)) tracked.contextBytes = Math.max(tracked.contextBytes, transfer.currentBytes);
	if (completedMs !== void 0) toldMs.delete(id);
	else if (atMs - (toldMs.get(id) ?? startedMs) < transferMs || toldMs.size > mostSteps) return;
	else toldMs.set(id, atMs);
	onEvent({
		kind: "transfer",
		step,
		transfer
	});
};
const onLog = ({ all }, { vertex, data, atMs }) => {
	const tracked = all.get(vertex);
	if (tracked === void 0) return;
	tracked.printedMs = atMs ?? tracked.printedMs;
	tracked.output.write(data);
};
const onWarning = ({ all, onEvent }, warning) => {
	const step = all.get(warning.vertex)?.step;
	if (step !== void 0) onEvent({
		kind: "warning",
		step,
		warning
	});
};
const onStatus = (state, { vertexes, transfers, logs, warnings }) => {
	const again = new Set(vertexes.map(({ digest }) => digest));
	for (const [digest, { release }] of [...state.held]) if (!again.has(digest)) release();
	for (const each of vertexes) onVertex(state, each);
	for (const each of transfers) onTransfer(state, each);
	for (const each of logs) onLog(state, each);
	for (const each of warnings) onWarning(state, each);
};
const onRecord = (state, record) => {
	const toldText = (text) => state.onEvent({
		kind: "text",
		text
	});
	if (record !== void 0 && !isStatus(record)) {
		const lines = createLineCutter(toldText);
		lines.write(record);
		lines.end();
		return;
	}
	const status = record && parseStatus(record);
	if (status !== void 0) onStatus(state, status);
	else toldText("A part of the progress is left out, as it could not be read.");
};
/** Follows one build: what buildx prints goes in, events come out. */
const createProgress$1 = (onEvent) => {
	const state = {
		onEvent,
		all: /* @__PURE__ */ new Map(),
		held: /* @__PURE__ */ new Map()
	};
	return {
		createSink: () => createRecordCutter((record) => onRecord(state, record), longestStatus),
		/** Tells what is still held back. */
		finish: () => {
			for (const { release } of [...state.held.values()]) release();
			for (const { output } of state.all.values()) output.end();
		},
		stats: () => {
			const all = [...state.all.values()];
			const steps = all.filter(({ step }) => isCounted(step));
			const cachedSteps = steps.filter(({ isCached }) => isCached).length;
			const ended = all.flatMap(({ step: { name }, startedMs, completedMs, isCached }) => completedMs === void 0 ? [] : [{
				name,
				isCached,
				ms: completedMs - startedMs
			}]);
			const [missed] = steps.filter(({ isCached }) => !isCached).toSorted((a, b) => a.startedMs - b.startedMs);
			const timings = toTimings(ended);
			const contextBytes = all.reduce((sum, each) => sum + each.contextBytes, 0);
			const missedName = missed?.step.name;
			return {
				steps: steps.length,
				cachedSteps,
				timings,
				missed: missedName,
				contextBytes
			};
		}
	};
};

// src/build/provenance.ts
const buildkitKey = "https://mobyproject.org/buildkit@v1#metadata";
/** With several platforms, one for each: `buildx.build.provenance/linux/amd64`. */
const provenanceKey = "buildx.build.provenance";
const isPrefix = (chain, of) => chain.length <= of.length && chain.every(({ digest }, at) => digest === of[at]?.digest);
/** The image's layers: those of the step that the last one hands on. */
const findFinal = (definitions, layers) => {
	const last = definitions.at(-1)?.inputs?.[0] ?? "";
	const longest = Object.values(layers ?? {}).flat().toSorted((a, b) => b.length - a.length)[0];
	return layers?.[last]?.[0] ?? longest ?? [];
};
/** The instruction's text and its first line, of the Dockerfile that BuildKit has read. */
const readPlace = (source, step) => {
	const place = source?.locations?.[step]?.locations?.[0];
	const known = (place?.ranges ?? []).flatMap(({ start, end }) => [start?.line, end?.line]).filter((line) => Number.isSafeInteger(line));
	if (known.length === 0) return void 0;
	const [first, last] = [Math.min(...known), Math.max(...known)];
	const index = place?.sourceIndex ?? 0;
	const whole = Buffer.from(source?.infos?.[index]?.data ?? "", "base64").toString("utf8").split(/\r?\n/).slice(first - 1, last).map((line) => line.replace(/\\\s*$/, "")).join(" ");
	const instruction = toLine(hideTokens(whole));
	return {
		line: first,
		index,
		instruction: instruction === "" ? void 0 : instruction
	};
};
const toStep = (key) => key.replace(/:\d+$/, "");
/** The steps of the last stage that make a layer each, lowest first; undefined where others are among them. */
const findMakers = (definitions) => {
	const byId = new Map(definitions.map((definition) => [definition.id, definition]));
	const makers = [];
	let step = toStep(definitions.at(-1)?.inputs?.[0] ?? "");
	for (let at = byId.get(step); at !== void 0; at = byId.get(step)) {
		const { source, exec, file } = at.op?.Op ?? {};
		if (source !== void 0) return makers.toReversed();
		if (exec === void 0 && file === void 0 || makers.length > definitions.length) break;
		makers.push(step);
		step = toStep(at.inputs?.[0] ?? "");
	}
};
/**
* Which step made each layer, from some layer on. The record has no layers of a step that another build has
* run at the same time, and none of a base that nobody had to look into: only counting tells these apart.
*
* @returns undefined where the record has a layer that would be another's
*/
const countMakers = (definitions, own, layers) => {
	const makers = findMakers(definitions);
	const baseLayers = layers - (makers?.length ?? layers + 1);
	const fits = own.every(({ step }) => {
		const at = makers?.indexOf(step) ?? -1;
		return at < 0 || own.some((each) => each.step === step && each.length === baseLayers + at + 1);
	});
	return makers !== void 0 && baseLayers >= 0 && fits ? {
		baseLayers,
		makers
	} : void 0;
};
const toOrigins = ({ buildConfig, metadata }, dockerfile) => {
	const definitions = buildConfig?.llbDefinition ?? [];
	const { layers = {}, source } = metadata?.[buildkitKey] ?? {};
	const final = findFinal(definitions, layers);
	const chains = Object.entries(layers).flatMap(([key, all]) => all.filter((chain) => isPrefix(chain, final)).map((chain) => ({
		step: toStep(key),
		length: chain.length
	})));
	const bases = new Set(definitions.filter(({ op }) => op?.Op?.source?.identifier?.startsWith("docker-image://")).map(({ id }) => id));
	const own = chains.filter(({ step }) => !bases.has(step));
	const counted = countMakers(definitions, own, final.length);
	const places = final.map((_, at) => {
		const made = own.filter(({ length }) => length === at + 1).map(({ step }) => step);
		const maker = counted?.makers[at - counted.baseLayers];
		return (made.length > 0 || maker === void 0 ? made : [maker]).flatMap((step) => readPlace(source, step) ?? []).at(-1);
	});
	const firstOwn = places.findIndex((place) => place !== void 0);
	const known = chains.filter(({ step }) => bases.has(step)).map(({ length }) => length);
	const baseLayers = Math.max(0, firstOwn, ...known);
	return final.map(({ mediaType = "", size = -1 }, at) => {
		const place = at < baseLayers ? void 0 : places[at];
		const isOurs = place?.index === 0 && dockerfile !== void 0;
		return {
			instruction: place?.instruction,
			location: isOurs ? {
				file: dockerfile,
				line: place.line
			} : void 0,
			isBase: at < baseLayers,
			packedBytes: /[.+](gzip|zstd)$/.test(mediaType) && size > 0 ? size : void 0
		};
	});
};
/**
* Reads which line of the Dockerfile made which layer, of the record that BuildKit keeps of each build.
*
* @param metadata what buildx wrote of one target
* @param dockerfile relative to the workspace; undefined where it is no file of this machine
* @returns undefined where there is no such record
*/
const parseOrigins = (metadata, dockerfile) => {
	const [, provenance] = Object.entries(metadata ?? {}).find(([key]) => key.startsWith(provenanceKey)) ?? [];
	const origins = attempt(() => toOrigins(provenance, dockerfile));
	return origins === void 0 || origins.length === 0 ? void 0 : origins;
};
/** The metadata as buildx writes them unless it is asked for the whole record. */
const withoutRecord = (metadata) => Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => {
	if (!key.startsWith(provenanceKey)) return [key, value];
	const { buildConfig: _, metadata: __, ...rest } = value ?? {};
	return [key, rest];
}));

// src/build/secret-channel.ts
/** Linux takes no longer variable (MAX_ARG_STRLEN), and its name is part of it. */
const longestVariable = 131008;
/** A variable is text without NUL: other bytes would arrive as others, or cut. */
const requireText = ({ id, value }) => {
	const bytes = value.exposeBytes();
	const isText = Buffer.from(value.expose(), "utf8").equals(bytes) && !bytes.includes(0);
	if (isText && bytes.length < longestVariable) return;
	const what = `The secret ${id} is ${isText ? "too long" : "no text"}`;
	throw new Failure(`${what}, and can reach the build through a file in memory alone`, { remedy: "Give the runner a /dev/shm with room, and put the docker program itself on the PATH." });
};
const byEnvironment = (secrets) => {
	secrets.forEach(requireText);
	const nameOf = (index) => `SLIPWAY_SECRET_${index}`;
	return {
		sources: secrets.map(({ id }, index) => ({
			id,
			from: `env=${nameOf(index)}`
		})),
		stdinFd: void 0,
		env: Object.fromEntries(secrets.map(({ value }, index) => [nameOf(index), value.expose()]))
	};
};
const byMemory = (secrets, fds, way) => ({
	sources: secrets.map(({ id }, index) => ({
		id,
		from: `src=${toPath(index === 0 ? way : "descriptor", fds[index] ?? -1)}`
	})),
	stdinFd: way === "stdin" ? fds[0] : void 0,
	env: {}
});
const openAll = (secrets, fds) => {
	try {
		for (const { value } of secrets) fds.push(openMemoryFile(value.exposeBytes()));
		return;
	} catch (error) {
		return `anonymous files in memory do not work here (${error.message})`;
	}
};
const openChannel = async (secrets, fds, { docker, tempDir, warn }) => {
	if (secrets.length === 0) return {
		sources: [],
		stdinFd: void 0,
		env: {}
	};
	const flaw = openAll(secrets, fds);
	const way = flaw === void 0 ? await findWayIn(docker) : void 0;
	if (way !== void 0) return byMemory(secrets, fds, way);
	const why = flaw ?? "the docker on the PATH passes no file in memory to buildx";
	if (!await passesEnvironment(docker, tempDir)) throw new Failure(`No secret can reach the build: ${why}, nor its environment`, { remedy: "Put the docker program itself on the PATH, before what stands for it." });
	const channel = byEnvironment(secrets);
	warn(`Secrets reach buildx through its environment, as ${why}.`);
	return channel;
};
/**
* Runs `body` with a way for secrets to reach one build. Each is an anonymous file in memory: the
* first is the child's standard input, the others stay open in our own process. BuildKit opens the
* path anew for every RUN that mounts it, so a pipe would be empty from the second on
* (moby/buildkit#2880), and Node's own piped stdin is a socket, which cannot be opened at all
* (nodejs/node#21941).
*
* @throws {Failure} when a secret would not arrive as it is
*/
const withSecretChannel = async (secrets, options, body) => {
	const fds = [];
	try {
		return await body(await openChannel(secrets, fds, options));
	} finally {
		for (const fd of fds) closeSync(fd);
	}
};

// src/build/build-image.ts
/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 216e5;
/** Enough of the end to name the step that failed. */
const keptEvents = 2e3;
const keptLength = 1e4;
/** For machines, of buildx 0.12 or newer. As an option, it would keep Bake from checking `--allow`. */
const progressEnv = { BUILDKIT_PROGRESS: "rawjson" };
/** Bake's own check stays on, beside ours; and paths mean what they meant when they were checked. */
const bakeEnv = {
	BUILDX_BAKE_ENTITLEMENTS_FS: "1",
	BUILDX_BAKE_FILE_RELATIVE_PATHS: "0"
};
/** BuildKit's record of the build, which knows the lines, goes with the metadata. */
const recordEnv = { BUILDX_METADATA_PROVENANCE: "max" };
const toMetadataFile = ({ target, tempDir }) => join(tempDir, `${target.bake.name}-metadata.json`);
/** The command, once the files that it reads are there. They hold names of secrets, never a value. */
const prepare = (order, { sources }) => {
	const { target, tempDir, cacheEnv, layout } = order;
	const file = join(tempDir, `bake-${target.bake.name}.json`);
	writeFileSync(file, JSON.stringify(toBakeFile(target, sources, layout)), { mode: 384 });
	const args = toBakeArgs(target, file, toMetadataFile(order), sources, layout);
	const usesService = usesActionsCache(toBakeTargets(target));
	return {
		args,
		env: {
			...bakeEnv,
			...order.wantsOrigins && recordEnv,
			...usesService && cacheEnv
		}
	};
};
/**
* BuildKit's words in the containerd store for two builds that make one name at the same time. All
* is built by then.
*/
const isNameRace = (error) => error instanceof Failure && /\bimage "[^"]+": already exists/.test(error.message);
/** Once the name is there, nobody fails on it; it may be removed and made again. */
const nameTries = 4;
/** What tells of a failure. */
const keep = (tail, event) => {
	if (event.kind === "text" || event.kind === "output") tail.push({
		...event,
		text: event.text.slice(0, keptLength)
	});
	else if (event.kind === "ended") tail.push(event);
	if (tail.length > keptEvents) tail.shift();
};
const runBuild = async (docker, order, channel, onEvent) => {
	const tail = [];
	const caches = watchCaches();
	const progress = createProgress$1((event) => {
		keep(tail, event);
		caches.onEvent(event);
		onEvent(event);
	});
	const { args, env } = prepare(order, channel);
	const options = {
		cwd: order.workspace,
		timeoutMs: buildTimeoutMs,
		env: {
			...env,
			...channel.env,
			...progressEnv
		},
		...channel.stdinFd !== void 0 && { stdin: { fd: channel.stdinFd } }
	};
	const { code } = await docker.follow(args, progress.createSink, options).finally(() => progress.finish());
	if (code === 0) return {
		...progress.stats(),
		cacheFailures: caches.failures()
	};
	throw explainBuildFailure({
		name: order.target.name,
		dockerfile: order.dockerfile
	}, code, tail);
};
/**
* Builds without writing caches where BuildKit cannot even begin to, and tells what went wrong with caches.
*
* @throws {Failure} where they are required
*/
const buildWithCaches = async (order, build, warn) => {
	const { target, cacheRequired } = order;
	const tell = (failure) => {
		if (cacheRequired) throw toCacheError(target.name, failure);
		warn(renderCacheFailure(target.name, failure));
	};
	const { cacheFailures, ...share } = await build(order).catch((error) => {
		const failure = toNeedlessFailure(error);
		if (failure === void 0 || cacheRequired) throw error;
		tell(failure);
		return build({
			...order,
			target: toUncached(target)
		});
	});
	cacheFailures.forEach(tell);
	return share;
};
/** Builds once more where another build takes the name at the same moment. */
const buildNamed = async (order, build, onEvent) => {
	for (let tries = 1, each = order;; tries += 1) try {
		return await build(each);
	} catch (error) {
		if (tries === nameTries || !isNameRace(error)) throw error;
		onEvent({
			kind: "text",
			text: "Another build gave an image that name at the same moment; trying once more."
		});
		each = {
			...order,
			target: toCached(order.target)
		};
	}
};
/** It holds the provenance of each target, where an option of buildx has that. */
const largestMetadata = 16e6;
const readMetadata = (order) => {
	const { bake, intermediate } = order.target;
	const file = toMetadataFile(order);
	const text = readRegularFile(file, largestMetadata).toString("utf8");
	const own = JSON.parse(text)[bake.name];
	if (!order.wantsOrigins) return {
		...parseMetadata(JSON.stringify(own), intermediate),
		origins: void 0
	};
	rmSync(file, { force: true });
	return {
		...parseMetadata(JSON.stringify(withoutRecord(own)), intermediate),
		origins: parseOrigins(own, order.dockerfile)
	};
};
/**
* Builds one image into the local store, and tells what happens. Secrets are in memory and exist
* nowhere else.
*
* @param warn hears where that is not possible
* @throws {Failure} naming the Dockerfile's step that failed
*/
const buildImage = async (docker, order, onEvent, warn) => {
	const { secrets, tempDir } = order;
	const build = (each) => withSecretChannel(secrets, {
		docker,
		tempDir,
		warn
	}, (channel) => runBuild(docker, each, channel, onEvent));
	const named = (each) => buildWithCaches(each, build, warn);
	const share = await buildNamed(order, named, onEvent);
	try {
		return {
			...readMetadata(order),
			...share
		};
	} catch (cause) {
		throw new Failure("The build ended well, but buildx left no metadata that can be read", {
			cause,
			remedy: "Slipway needs buildx 0.13 or newer; see `docker buildx version`."
		});
	}
};

// src/build/builder-watch.ts
/** Of no build's output: buildx's own last words, and those of Kubernetes' library in it. */
const isLastWord = (event) => event.kind === "text" && /^ERROR: |^E\d{4} .*"Unhandled Error"/.test(event.text);
const lost = {
	what: "the connection to the builder was lost",
	waitMs: 5e3
};
/** Its pod is there, so that another try may reach it, if it may. */
const toLost = (word) => ({
	what: `buildx lost its builder: ${toLine(word)}`,
	transient: /forbidden|unauthorized/i.test(word) ? void 0 : lost
});
/** buildx ends within moments of its last word, or never. */
const patienceMs = 8e3;
/** A step may print nothing for hours; the cluster is asked now and then whether its pod is there. */
const silenceMs = 2e4;
const lookMs = 1e3;
const toFailure = (name, { what, transient }) => new Failure(`${name}: ${what}`, {
	remedy: "buildx did not notice, and was ended; from 0.36 on it does.",
	transient
});
/**
* Ends a build whose builder has gone, of which buildx before 0.36 hears nothing: it would wait for ever.
*
* @param build is to end with its signal
*/
const watchBuild = async ({ name, watch, signal, onEvent }, build) => {
	if (watch === void 0) return build(signal, onEvent);
	const { findEnd } = watch();
	const stop = new AbortController();
	let end;
	let lastWord;
	let heardMs = performance.now();
	let isAsking = false;
	const give = (found) => {
		end = found;
		stop.abort();
	};
	const look = async () => {
		const silentMs = performance.now() - heardMs;
		if (isAsking || end !== void 0 || silentMs < (lastWord ? patienceMs : silenceMs)) return;
		isAsking = true;
		const askedMs = heardMs;
		const found = await findEnd();
		isAsking = false;
		if (askedMs !== heardMs) return;
		if (found !== void 0) return give(found);
		if (lastWord === void 0) heardMs = performance.now();
		else give(toLost(lastWord));
	};
	const timer = setInterval(() => void look(), lookMs);
	try {
		return await build(AbortSignal.any([signal, stop.signal]), (event) => {
			heardMs = performance.now();
			lastWord = isLastWord(event) && event.kind === "text" ? event.text : void 0;
			onEvent(event);
		});
	} catch (error) {
		throw end === void 0 || signal.aborted ? error : toFailure(name, end);
	} finally {
		clearInterval(timer);
	}
};

// src/build/dockerfile/step-line.ts
/** What BuildKit counts as steps of a stage, beside what the stage begins with. */
const countedKeywords = [
	"add",
	"copy",
	"run",
	"workdir"
];
/** `[3/7] RUN make`, `[build 3/7] RUN make`, `[linux/arm64 build 3/7] RUN make`. */
const stepPattern = /^\[(?:([^\]]*) )?(\d{1,5})\/(\d{1,5})\] (\w+)/;
const readStages = (dockerfile) => {
	const stages = [];
	for (const instruction of parseInstructions(dockerfile).instructions) {
		const { keyword, rest } = instruction;
		if (keyword === "from") {
			const [, name] = /\sas\s+(\S+)\s*$/i.exec(rest) ?? [];
			const names = [`stage-${stages.length}`, ...name === void 0 ? [] : [name.toLowerCase()]];
			stages.push({
				names,
				steps: []
			});
		} else if (countedKeywords.includes(keyword)) stages.at(-1)?.steps.push(instruction);
	}
	return stages;
};
/**
* The line, counted from 1, of the instruction that BuildKit calls by that name; undefined where the
* Dockerfile does not say so for certain.
*/
const findStepLine = (dockerfile, name) => {
	const [, words = "", number, total, keyword = ""] = stepPattern.exec(name) ?? [];
	const stageName = words.split(" ").at(-1)?.toLowerCase() ?? "";
	const stages = readStages(dockerfile);
	const found = (stages.find(({ names }) => names.includes(stageName)) ?? (stages.length === 1 ? stages[0] : void 0))?.steps.at(Number(number) - Number(total) - 1);
	return found?.keyword === keyword.toLowerCase() ? found.line : void 0;
};

// src/build/outline.ts
/** It takes a quarter of a second, but it may ask registries. */
const deadlineMs$3 = 1e4;
/** Nothing is written; whether the files may be read was checked when they were found. */
const env = {
	BUILDX_BAKE_FILE_RELATIVE_PATHS: "0",
	BUILDX_BAKE_ENTITLEMENTS_FS: "0"
};
/** The words of a target that decide what its Dockerfile means; nothing of what it would write. */
const outlined = [
	"context",
	"dockerfile",
	"dockerfile-inline",
	"target",
	"args"
];
/** In place of other targets, which an outline cannot have: their secrets are told of themselves. */
const withoutTargets = (contexts, emptyFolder) => Object.fromEntries(Object.entries(contexts ?? {}).map(([name, context]) => [name, String(context).startsWith("target:") ? emptyFolder : String(context)]));
const toArgs = ({ name, definition }, { tempDir }) => {
	const emptyFolder = join(tempDir, "empty");
	mkdirSync(emptyFolder, { recursive: true });
	const words = outlined.flatMap((word) => word in definition ? [[word, definition[word]]] : []);
	const contexts = withoutTargets(definition["contexts"], emptyFolder);
	const target = { [name]: {
		...Object.fromEntries(words),
		contexts
	} };
	const file = join(tempDir, `outline-${name}.json`);
	writeFileSync(file, JSON.stringify({ target }), { mode: 384 });
	return [
		"buildx",
		"bake",
		"--call=outline,format=json",
		`--file=${file}`,
		"--",
		name
	];
};
const toMounts = ({ secrets = [] }) => secrets.map(({ name, location }) => ({
	id: name,
	line: location?.ranges?.[0]?.start.line ?? 1
}));
/**
* Asks BuildKit which secrets a build mounts, of the stages that it needs alone and with all variables
* put in. Its bases have to be there.
*
* @returns undefined where nobody answers: buildx before 0.16, or a base is missing
*/
const outlineSecrets = async (docker, target, place) => {
	try {
		const options = {
			cwd: place.workspace,
			env,
			timeoutMs: deadlineMs$3
		};
		const { code, stdout } = await docker.try(toArgs(target, place), options);
		return code === 0 ? toMounts(JSON.parse(stdout).target[target.name].outline) : void 0;
	} catch {
		return;
	}
};

// src/build/warnings.ts
/** Ids of the secrets that a target has of its own. */
const ownIds = ({ bake }) => toEntries$1(bake.definition["secret"]).flatMap((secret) => toFields(secret).get("id") ?? []);
/**
* What a check of BuildKit's says of the Dockerfile of the target called `name`, with its line; undefined
* for all that is something else. What it builds upon may be built together with it.
*/
const toCheckWarning = (event, name) => {
	if (event.kind !== "warning") return void 0;
	const { step, warning } = event;
	if (!["[internal] ", `[${name} internal] `].some((mark) => step.name.startsWith(mark)) || warning.line === void 0) return void 0;
	return {
		message: warning.message.replace(/ \(line \d+\)$/, ""),
		line: warning.line
	};
};
/**
* Secrets that a build mounts and does not get. BuildKit is asked where there may be any; where it does
* not answer, what the Dockerfile says for certain counts.
*
* @param passed ids of the secrets that the build gets from us
*/
const findSecretWarnings = async (docker, target, place, passed) => {
	const { definition } = target.bake;
	const files = toBakeFiles(definition, place.workspace);
	const file = files.dockerfile;
	const { certain, all } = findSecretMounts(readDockerfile(files), toBakeWords(definition));
	const ids = /* @__PURE__ */ new Set([...passed, ...ownIds(target)]);
	const isMissing = ({ id }) => !ids.has(id);
	if (!all.some(isMissing)) return [];
	return (await outlineSecrets(docker, target.bake, place) ?? certain).filter(isMissing).map(({ id, line }) => ({
		message: `A RUN mounts the secret \`${id}\`, which is not given: that step finds no file there.`,
		location: file === void 0 ? void 0 : {
			file,
			line
		}
	}));
};
/** actions/checkout leaves a token in .git/config unless persist-credentials is false. */
const findPersisted = async ({ bake }, workspace) => {
	const files = toBakeFiles(bake.definition, workspace);
	if (files.folder === void 0) return [];
	const file = join(files.folder, ".git", "config");
	const at = (readQuietly(file)?.split("\n") ?? []).findIndex((line) => /^\s*extraheader\s*=\s*authorization:/i.test(line));
	if (at < 0) return [];
	const { isIgnored } = await import("./build-ignored.js");
	if (isIgnored(".git/config", files)) return [];
	return [{
		message: "The build context holds checkout's credentials (.git/config). Set persist-credentials: false on actions/checkout, or put .git into .dockerignore.",
		location: {
			file,
			line: at + 1
		}
	}];
};

// src/image/sources/built.ts
const everyRun = intermediateRepository("");
/** Where tags point now; no ID where one is gone. */
const findMoved = async (get, tags, id) => {
	const found = tags.map(async ({ given, canonical }) => {
		const other = await get(`/images/${canonical}/json`);
		/** The other image is another Slipway step's, which is still at work. */
		const isOtherStep = (other?.RepoTags ?? []).some((name) => name.startsWith(everyRun));
		return {
			given,
			id: other?.Id,
			isOtherStep
		};
	});
	return (await Promise.all(found)).filter((tag) => tag.id !== id);
};
/**
* Finds what this step has just built, by the name that no other step gives to an image: what its
* tags point to may be somebody else's by now.
*
* @throws {Failure} when it is gone
*/
const findBuilt = async (get, heldAs, tags) => {
	const inspected = await get(`/images/${heldAs}/json`);
	if (inspected === void 0) {
		const names = tags.map(({ given }) => given).join(", ");
		throw new Failure(`Docker's local store no longer has ${names}, which this step just built`, { remedy: "Another process may have removed it. Run the step again." });
	}
	const image = {
		...toContainerImage(inspected, tags),
		heldAs
	};
	return {
		image,
		moved: await findMoved(get, tags, image.id)
	};
};
const shorten = (id) => id.slice(0, 19);
/** One warning for each tag that somebody else has given to another image meanwhile. */
const renderMoved = (id, { given, id: other, isOtherStep }) => {
	const who = isOtherStep ? "another Slipway step" : "another process";
	const now = other === void 0 ? `${who} removed ${given} from Docker while this step was building it` : `${who} gave ${given} to another image (${shorten(other)}) while this step was building it`;
	return `${now.charAt(0).toUpperCase()}${now.slice(1)}. The nodes get this step's image (${shorten(id)}) as ${given}. Give each job that shares a Docker daemon its own tags.`;
};

// src/load/common-layers.ts
/** A node that does not answer has nothing that could be left out. */
const timeoutMs$4 = 3e4;
/**
* Configs of all images that a node's containerd has, null-terminated; blobs are named by their digests.
* Compressed layers are larger, or do not have the word in them.
*/
const listConfigs = `cd "$1/io.containerd.content.v1.content/blobs/sha256" || exit 0
find . -maxdepth 1 -type f -size -2048k -exec grep --files-with-matches --null --fixed-strings '"diff_ids"' {} + |
  while IFS= read -r -d '' blob; do cat "$blob" && printf '\\0'; done`;
const toDiffIds = (text) => {
	const diffIds = attempt(() => JSON.parse(text))?.rootfs?.diff_ids;
	return Array.isArray(diffIds) && diffIds.every(isDigest) ? diffIds : [];
};
/**
* The layers of a node: those of images whose snapshots are there.
*
* @param configs texts of images' configs; anything else is passed over
* @param chains chain IDs of the node's snapshots
*/
const toPresentLayers = (configs, chains) => new Set(configs.flatMap((text) => {
	const diffIds = toDiffIds(text);
	const chainIds = toChainIds(diffIds);
	return diffIds.filter((_, index) => chains.has(chainIds[index] ?? ""));
}));
const findLayers = async (api, node) => {
	const argv = [
		"bash",
		"-c",
		listConfigs,
		"bash",
		node.containerd.root
	];
	const [printed, { chains }] = await Promise.all([execute(api, node.name, argv, timeoutMs$4), inspectNode(api, node, [])]);
	return toPresentLayers(printed.split("\0"), chains);
};
/**
* Diff IDs of the layers that all nodes have, as part of some image. A builder need not send them: mostly
* they are there below the same layers, too, and where they are not, the load asks for them.
*/
const findCommonLayers = async (api, nodes) => {
	const [first, ...others] = await Promise.all(nodes.map((node) => findLayers(api, node).catch(() => /* @__PURE__ */ new Set())));
	return [...first ?? []].filter((diffId) => others.every((layers) => layers.has(diffId)));
};

// src/text/ends.ts
/** What a line takes beside its characters. */
const lineOverhead = 32;
/** @param most characters of the beginning, and at least as many of the end */
const createEnds = (most) => {
	const head = [];
	let before = [];
	let tail = head;
	let size = 0;
	let leftOut = 0;
	return {
		push: (line) => {
			size += line.length + lineOverhead;
			if (size > most) {
				size = line.length + lineOverhead;
				if (tail !== head) {
					leftOut += before.length;
					before = tail;
				}
				tail = [];
			}
			tail.push(line);
		},
		lines: () => {
			const gap = leftOut > 0 ? [`(${leftOut} lines left out)`] : [];
			return [
				...head,
				...gap,
				...before,
				...tail === head ? [] : tail
			];
		}
	};
};

// src/run/build-log.ts
/** Of one build's output, at its beginning as at its end; more is left out. */
const keptCharacters$1 = 2e6;
/** Of a build that failed, outside of the group. */
const lastLines$1 = 60;
/** A step that takes longer is told of while it works. */
const waitMs = 5e3;
/** Tells in brief what goes on, as long as it is not ended. */
const createBrief = (tell) => {
	const waiting = /* @__PURE__ */ new Map();
	return {
		onEvent: (event) => {
			if (event.kind === "began") {
				const timer = setTimeout(tell, waitMs, renderWaiting(event.step));
				waiting.set(event.step.number, timer);
			}
			if (event.kind !== "ended") return;
			clearTimeout(waiting.get(event.step.number));
			const text = renderBriefly(event);
			if (text !== void 0) tell(text);
		},
		end: () => waiting.forEach(clearTimeout)
	};
};
/**
* Of a build among others, slow steps have a line each, and all that it printed comes when it has
* ended, in a group; the last lines of a failure outside.
*/
const logInBrief = async ({ line, fenced, group }, { name, signal }, build) => {
	const output = createEnds(keptCharacters$1);
	const brief = createBrief((text) => line(`${name}: ${text}`));
	try {
		const built = await build((event) => {
			for (const each of renderEvent(event)) output.push(each);
			brief.onEvent(event);
		});
		const { steps, cachedSteps } = built;
		group(`${name}: build log${steps === 0 ? "" : `, ${cachedSteps} of ${steps} steps cached`}`, output.lines());
		return built;
	} catch (error) {
		const lines = output.lines();
		const isLong = lines.length > lastLines$1;
		if (isLong || signal.aborted) group(`${name}: build log`, lines);
		if (signal.aborted) throw error;
		line(`${name}: ${isLong ? `last ${lastLines$1} lines of the ` : ""}build log`);
		await fenced(async (write) => lines.slice(-60).forEach(write));
		throw error;
	} finally {
		brief.end();
	}
};
/** More are no help. */
const mostWarnings = 100;
/** Logs a build, and what BuildKit's checks say of its Dockerfile. One that is alone prints as it goes. */
const logBuild = async (log, logged, build) => {
	const { name, isAlone, dockerfile: file } = logged;
	const warnings = /* @__PURE__ */ new Map();
	const watched = (onEvent) => build((event) => {
		onEvent(event);
		const found = file !== void 0 && toCheckWarning(event, name);
		if (!found || warnings.size === mostWarnings) return;
		const { message, line } = found;
		warnings.set(`${line} ${message}`, {
			message,
			location: {
				file,
				line
			}
		});
	});
	const show = (write) => watched((event) => renderEvent(event).forEach(write));
	try {
		return await (isAlone ? log.fenced(show) : logInBrief(log, logged, watched));
	} finally {
		await log.warnings([...warnings.values()]);
	}
};

// src/run/build-retry.ts
/** So that builds which failed together do not come back together. */
const withJitter = ({ waitMs }) => Math.round(waitMs * (1 + Math.random()));
/** Builds again what failed on the way, and not by itself. BuildKit's cache has what was done before. */
const retryBuild = async ({ name, retries, signal, line }, build) => {
	for (let left = retries;; left -= 1) try {
		return await build();
	} catch (error) {
		const transient = error instanceof Failure ? error.transient : void 0;
		if (transient === void 0 || left === 0 || signal.aborted) throw error;
		const waitMs = withJitter(transient);
		line(`${name}: ${transient.what}. Building again in ${formatDuration(waitMs)}.`);
		await setTimeout$1(waitMs, void 0, { signal }).catch(() => {
			throw error;
		});
	}
};

// src/run/layouts.ts
/** Where a builder writes the image of a target. */
const toLayoutFolder = ({ layoutDir }, { bake }) => join(layoutDir, bake.name);
/** Never fails: the run's own folder goes at its end. */
const dropLayout = (folder) => attempt(() => rmSync(folder, {
	recursive: true,
	force: true
}));
/** As Docker would tell of its own: a layer looks the same whichever image it is in. */
const measureLayout = ({ sizeBytes, layers, layout }) => ({
	sizeBytes,
	history: layers.map(({ diffId }, index) => ({
		Created: 0,
		CreatedBy: diffId,
		Size: layout?.layerBytes[index] ?? 0
	})).reverse()
});
/**
* Has the builder write layers that were not needed when it built: all is in its cache, so no step runs
* again, and none needs a secret.
*/
const createExportLayers = (order, { docker, log }) => async (diffIds) => {
	wantLayers(order.layout, diffIds);
	const target = withoutFurther(toUncached(toCached(order.target)));
	const again = {
		...order,
		target,
		secrets: []
	};
	await buildImage(docker.command, again, () => {}, log.warning);
};

// src/run/build-step.ts
/** Never fails, and is soon over: it goes on beside the build. */
const warn = async ({ docker, secrets, log, run }, target) => {
	const { workspace } = run;
	const warnings = (await Promise.allSettled([findSecretWarnings(docker.command, target, run, secrets.ids), findPersisted(target, workspace)])).flatMap((each) => each.status === "fulfilled" ? each.value : []);
	for (const { message, location } of warnings) log.warning(message, location && {
		file: relative(workspace, location.file),
		line: location.line
	});
};
/** The step that the cache did not have, and where the Dockerfile has it. */
const toMissed = (name, files, dockerfile) => {
	if (name === void 0) return void 0;
	const line = dockerfile === void 0 ? void 0 : findStepLine(readDockerfile(files), name);
	return {
		instruction: shortenInstruction(toLine(name).replace(/^\[[^\]]*\] /, "")),
		location: line === void 0 ? void 0 : {
			file: dockerfile ?? "",
			line
		}
	};
};
const toBuiltOf = ({ bake }, files, file) => file === void 0 ? void 0 : {
	file,
	text: readDockerfile(files),
	target: toBakeWords(bake.definition).target
};
/**
* Builds one target, with the token and the step's secrets at hand.
*
* @throws {Failure} saying which step failed, or that what was built is gone
*/
const build = async (step, ports) => {
	const { target, isAlone, retries, cacheRequired, nodes, wantsOrigins } = step;
	const { docker, log, run } = ports;
	const warned = warn(ports, target);
	const { tempDir, workspace } = run;
	const files = toBakeFiles(target.bake.definition, workspace);
	const dockerfile = files.dockerfile && relative(workspace, files.dockerfile);
	const secrets = await ports.secrets.take(toContexts(target));
	const { cacheEnv } = ports.secrets;
	const layout = toLayoutFolder(run, target);
	const order = {
		target,
		secrets,
		cacheEnv,
		cacheRequired,
		wantsOrigins,
		tempDir,
		layout,
		workspace,
		dockerfile
	};
	const { name, tags, isWanted, output, intermediate, further } = target;
	const common = output === "oci-layout" ? await findCommonLayers(docker.api, nodes) : [];
	const { signal } = run;
	const buildOnce = () => {
		if (output === "oci-layout") prepareLayout(layout, common);
		return logBuild(log, {
			name,
			isAlone,
			dockerfile,
			signal
		}, (onEvent) => watchBuild({
			name,
			watch: run.watch,
			signal,
			onEvent
		}, (until, onEvent) => buildImage(createDocker(run.env, until), order, onEvent, log.warning)));
	};
	const { origins, ...built } = await retryBuild({
		name,
		retries,
		signal,
		line: log.line
	}, buildOnce).finally(() => warned);
	const builtOf = wantsOrigins ? toBuiltOf(target, files, dockerfile) : void 0;
	const metadata = {
		...built,
		missed: toMissed(built.missed, files, dockerfile)
	};
	if (output === "oci-layout") {
		const { digest } = metadata;
		const reported = further.length > 0 ? {
			digest,
			isPushed: further.some(isPush$1)
		} : void 0;
		const image = readLayout(layout, tags, reported);
		const exportLayers = createExportLayers(order, ports);
		const measured = measureLayout(image);
		return {
			metadata: {
				...metadata,
				imageId: image.id
			},
			image,
			measured,
			origins,
			builtOf,
			exportLayers
		};
	}
	if (!isWanted || intermediate === void 0 || tags.length === 0) {
		if (isWanted) log.line(`${name} has no tags, so no pod could name it: Slipway does not load it.`);
		return {
			metadata,
			image: void 0,
			measured: void 0,
			origins,
			builtOf
		};
	}
	const { get } = docker.api;
	const { image, moved } = await findBuilt(get, intermediate, tags);
	for (const tag of moved) log.warning(renderMoved(image.id, tag));
	const measured = await measureImage(get, image).catch(() => void 0);
	return {
		metadata: {
			...metadata,
			imageId: image.id
		},
		image,
		measured,
		origins,
		builtOf
	};
};

// src/host/name-lock.ts
/**
* Takes a name on this machine that no other process can have until it is released: that of a socket
* without a file. Whatever ends this process releases it, and no child inherits it.
*
* @returns what releases it; undefined where somebody has it
*/
const takeNameLock = async (name) => {
	const server = createServer((socket) => socket.destroy());
	const { promise, resolve, reject } = Promise.withResolvers();
	server.once("error", (error) => error.code === "EADDRINUSE" ? resolve(false) : reject(error));
	server.listen(`\0${name}`, () => resolve(true));
	if (!await promise) return void 0;
	server.unref();
	return () => new Promise((done) => server.close(() => done()));
};

// src/cluster/providers/run-kind.ts
/** Of a machine that is busy, with a node image to pull. */
const timeoutMs$3 = 18e5;
/** kind finds ours first when it looks for docker; where no file may run there, it finds only its own. */
const putOnPath = (folder) => {
	const path = join(folder, "kind-path");
	mkdirSync(path, {
		recursive: true,
		mode: 448
	});
	const script = readFileSync(new URL("./on-path/docker", import.meta.url));
	writeFileSync(join(path, "docker"), script, { mode: 448 });
	return path;
};
/**
* What kind and all that it starts has: the run's name, by which its containers and, after a kill, its
* processes are found.
*/
const toEnv = ({ runId, tempDir }, env) => {
	const { PATH = "" } = env;
	const own = {
		SLIPWAY_PATH: PATH,
		SLIPWAY_RUN: runId,
		SLIPWAY_MAKER: findMaker()
	};
	const pinned = env["KIND_EXPERIMENTAL_PROVIDER"] === void 0 ? {} : { KIND_EXPERIMENTAL_PROVIDER: "docker" };
	return {
		...own,
		...pinned,
		PATH: `${putOnPath(tempDir)}${delimiter}${PATH}`
	};
};
/** A copy of our own: nobody changes it between our reading and kind's. */
const writeConfig = ({ tempDir }, config) => {
	const copy = join(tempDir, "kind-config.yaml");
	try {
		const text = config.kind === "inline" ? config.text : readRegularFile(config.path);
		writeFileSync(copy, text, { mode: 384 });
		return copy;
	} catch (cause) {
		const what = config.kind === "inline" ? "kind-config" : `kind-config ${config.path}`;
		throw new Failure(`Could not read ${what}`, { cause });
	}
};
const toFile = ({ kubeconfig }) => kubeconfig === void 0 ? [] : [`--kubeconfig=${kubeconfig}`];
/** A kind command with the file that it is to write. */
const toKindCommand = ({ docker }, args, request) => ({
	...docker.command([...args, ...toFile(request)]),
	file: "kind"
});
/** `--retain`: what failed is to be looked at before it goes. */
const toCreateCommand = (place, cluster, request) => {
	const { config, nodeImage, wait } = request;
	const args = [
		...[
			"create",
			"cluster",
			`--name=${cluster}`,
			"--retain"
		],
		...config === void 0 ? [] : [`--config=${writeConfig(place, config)}`],
		...nodeImage === void 0 ? [] : [`--image=${nodeImage}`],
		...wait === void 0 ? [] : [`--wait=${wait}`]
	];
	const command = toKindCommand(place, args, request);
	const env = {
		...command.env,
		...toEnv(place, command.env)
	};
	return {
		...command,
		env,
		cwd: place.workspace,
		timeoutMs: timeoutMs$3
	};
};
/** Runs kind to its end; it prints on both streams. */
const followKind = (command, onLine) => runStreaming(command, {
	stdout: (stream) => splitLines(stream, onLine),
	stderr: (stream) => splitLines(stream, onLine)
});
/** The file that kind writes to: the first that is there of those that are named, else the last. */
const findKubeconfig = ({ kubeconfig }, env) => {
	if (kubeconfig !== void 0) return kubeconfig;
	const named = (env["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
	const found = named.find((path) => !isMissing$1(path)) ?? named.at(-1);
	return resolve(found ?? join(env["HOME"] || (attempt(homedir) ?? "/"), ".kube", "config"));
};

// src/cluster/providers/existing-kind.ts
/** Longer than kind takes with our deadline. */
const longestCreationMs = 36e5;
/** Whether nobody can be at work on it any more, as we have the lock. */
const isAbandoned = ({ made, createdMs }, nowMs) => made !== void 0 && (made.maker === findMaker() || nowMs - createdMs > longestCreationMs);
const refuseHalf = (cluster, why, cause) => {
	throw new Failure(`There is a half-made cluster ${cluster}, and ${why}`, {
		cause,
		remedy: `Wait until it is made, remove it with \`kind delete cluster --name ${cluster}\`, or take another cluster-name.`
	});
};
/**
* Makes the cluster of that name ready for use where there is one. What a killed step of ours left half
* made goes; nobody else's is ever touched.
*
* @returns whether there is one
* @throws {Failure} for one that cannot be used
*/
const takeExisting = async (options) => {
	const { place, api, cluster, request, line } = options;
	const claimed = await listClaimed(api.get, cluster);
	if (claimed.length === 0) return false;
	const ours = claimed.filter(({ made }) => made !== void 0);
	if (ours.length > 0 && !await isComplete(api, ours)) {
		if (ours.length < claimed.length) refuseHalf(cluster, "not all of its nodes are ours");
		if (!ours.every((each) => isAbandoned(each, Date.now()))) refuseHalf(cluster, "another runner may be making it");
		line(`Removing the half-made cluster ${cluster} that a killed step left.`);
		await removeOwned(place.docker, api, ours, request.kubeconfig);
		return false;
	}
	await kind.findNodes(api.get, cluster, []);
	const args = [
		"export",
		"kubeconfig",
		`--name=${cluster}`
	];
	const ended = await runCaptured(toKindCommand(place, args, request));
	if (ended.code !== 0) refuseHalf(cluster, "Slipway did not make it", new Error(describeEnd(ended)));
	line(`Using the cluster ${cluster} that is there; Slipway will not remove it.`);
	return true;
};

// src/cluster/providers/explain-kind.ts
const addressOf = (match) => match[1] ?? match[2] ?? "a host port";
/** The most telling first: one fault often brings the words of another. */
const rules = [
	{
		pattern: /no space left on device/i,
		why: () => "the disk is full (no space left on device)",
		remedy: () => "Free disk before (free-disk), or take a smaller node-image; a node image takes 1 to 2 GB."
	},
	{
		pattern: /(?:Bind for (\S+) failed: )?port is already allocated|(?:bind host port for ([\d.]+:\d+|\[\S+?\]:\d+)\S* )?address already in use/i,
		why: (match) => `${addressOf(match)} is taken on this machine (port is already allocated)`,
		remedy: () => "See who has it with `docker ps`, or leave the hostPort out of kind-config, or take another one."
	},
	{
		pattern: /node\(s\) already exist for a cluster with the name "([^"]+)"/,
		remedy: () => "Somebody made it meanwhile. Run the job again to use it, or take another cluster-name."
	},
	{
		pattern: /kubelet is configured to not run on a host using cgroup v1/i,
		why: () => "kubelet is configured to not run on a host using cgroup v1",
		remedy: () => "Take a machine with cgroup v2, or a node-image of Kubernetes before 1.35."
	},
	{
		pattern: /too many open files|inotify/i,
		remedy: () => "Raise the limits: `sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`."
	},
	{
		pattern: /could not find a log line that matches/,
		remedy: () => "A node did not boot. Mostly inotify is exhausted: `sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`."
	},
	{
		pattern: /failed to pull image "([^"]+)"/,
		remedy: (match) => `Pull it before (\`docker pull ${match[1]}\`), log in where it is private, or name one that Docker has by its tag: after \`docker load\`, Docker's classic store does not know a digest.`
	},
	{
		pattern: /unable to decode config|error unmarshaling|unknown apiVersion|unknown kind|invalid configuration|failed to load config|yaml:/i,
		remedy: () => "Correct kind-config: https://kind.sigs.k8s.io/docs/user/configuration/."
	},
	{
		pattern: /failed to (?:init|join) node with kubeadm/,
		remedy: () => "The logs of the nodes say more, in journal.log and kubelet.log."
	},
	{
		pattern: /Cannot connect to the Docker daemon/i,
		remedy: () => "Start Docker before this step."
	}
];
/** `failed to create cluster: ` and what of a command's output says most: its last line. */
const findReason = (lines) => {
	const at = lines.findIndex((line) => line.startsWith("ERROR: "));
	if (at < 0) return lines.findLast((line) => line.trim() !== "") ?? "it printed nothing";
	const error = (lines[at] ?? "").slice(7).replace(/^failed to create cluster: /, "").replace(/: command ".*" failed with error: .*$/, "");
	const output = lines.slice(at + 1).filter((line) => line.trim() !== "");
	const said = (output.find((line) => /^(?:Command Output: )?(?:error|fatal|\s*\[ERROR)/i.test(line)) ?? output.at(-1))?.replace(/^Command Output: /, "");
	return said === void 0 ? error : `${error}: ${said.trim()}`;
};
/** Where a line says it, and not the banner of a node. */
const most$1 = 600;
/** Explains a creation that failed by what kind printed. */
const explainKind = (lines) => {
	const at = lines.findIndex((line) => line.startsWith("ERROR: "));
	const text = (at < 0 ? lines : lines.slice(at)).join("\n");
	const reason = toLine(findReason(lines), most$1);
	for (const { pattern, why, remedy } of rules) {
		const match = pattern.exec(text);
		if (match !== null) return {
			why: why?.(match) ?? reason,
			remedy: remedy(match)
		};
	}
	return {
		why: reason,
		remedy: "kind's output above says more."
	};
};

// src/cluster/providers/create-kind.ts
const pauseMs = 250;
/** One of our steps at a time makes a cluster of a name; the next one finds it. */
const waitForLock = async ({ cluster, log, signal }) => {
	for (let tries = 0;; tries += 1) {
		signal.throwIfAborted();
		const release = await takeNameLock(`slipway-cluster-${cluster}`);
		if (release !== void 0) return release;
		if (tries === 0) log.line(`Waiting: another step is making the cluster ${cluster}.`);
		await setTimeout$1(pauseMs, void 0, { signal });
	}
};
/** Of kind's output, at its beginning as at its end. */
const keptCharacters = 1e6;
/** Of one that failed, outside of the group. */
const lastLines = 40;
const exportLogs = async (options, lines) => {
	const { place, api, cluster, request, logsFolder, signal } = options;
	makeOwnFolder(logsFolder);
	writeOwnFile(logsFolder, "kind-create-cluster.log", `${lines.join("\n")}\n`);
	if ((await listMadeBy(api.get, place.runId)).length === 0) return;
	const args = [
		"export",
		"logs",
		logsFolder,
		`--name=${cluster}`
	];
	const command = toKindCommand(place, args, {
		...request,
		kubeconfig: void 0
	});
	await runCaptured({
		...command,
		signal,
		timeoutMs: 12e4
	});
};
/** Tells what kind printed, keeps its logs, and removes what it has made. */
const giveUp = async (options, lines, timedOut) => {
	const { place, api, cluster, request, log, logsFolder, saveState } = options;
	if (lines.length > lastLines) log.group(`kind create cluster ${cluster}: log`, lines);
	log.line(`kind create cluster ${cluster}: the end of its output`);
	await log.fenced(async (write) => lines.slice(-40).forEach(write));
	await exportLogs(options, lines).catch((error) => log.warning(`Could not keep all logs of the cluster ${cluster}: ${error.message}`));
	const owned = await listMadeBy(api.get, place.runId);
	await removeOwned(place.docker, api, owned, request.kubeconfig);
	saveState("none");
	const { why, remedy } = timedOut ? {
		why: "it had not ended after 30 min",
		remedy: "kind's output above says more."
	} : explainKind(lines);
	throw new Failure(`kind could not create the cluster ${cluster}: ${why}`, { remedy: `${remedy} Logs: ${logsFolder} (output cluster-logs).` });
};
/** kind goes on with a cluster that is not ready, and exits with 0. */
const isUnready = (line) => /timed out waiting for ready/i.test(line);
/** From then on nothing restarts a node's containerd: changes to its configuration have been made. */
const isConfigured = (line) => /✓ Writing configuration/.test(line);
const runKind = async (options, onConfigured) => {
	const { place, api, cluster, request, log, signal, saveState } = options;
	const { wait, keeps } = request;
	const output = createEnds(keptCharacters);
	const beganMs = performance.now();
	const command = {
		...toCreateCommand(place, cluster, request),
		signal
	};
	saveState("making");
	log.line(`kind is making the cluster ${cluster}, beside the builds.`);
	let unready = false;
	const { code, timedOut } = await followKind(command, (line) => {
		output.push(line);
		unready ||= isUnready(line);
		if (isConfigured(line)) onConfigured();
	});
	const lines = output.lines();
	if (signal.aborted) {
		log.group(`kind create cluster ${cluster}: log`, lines);
		return false;
	}
	if (code !== 0) await giveUp(options, lines, timedOut);
	const owned = await listMadeBy(api.get, place.runId);
	await markComplete(api, owned);
	saveState(keeps ? "kept" : "made");
	const took = formatDuration(performance.now() - beganMs);
	log.group(`kind create cluster ${cluster}: ${took}`, lines);
	if (owned.length === 0 && !keeps) log.warning(`Slipway cannot tell the nodes of ${cluster} from others', so it will not remove the cluster. Programs in ${place.tempDir} do not run: let RUNNER_TEMP be on a filesystem without noexec.`);
	if (unready) log.warning(`The cluster ${cluster} was not ready after wait: ${wait}. kind does not fail for that; wait for the nodes before you use it, or give it longer.`);
	return true;
};
/** Until containerd's CRI answers in all nodes, or kind has ended. */
const waitForNodes = async ({ api, cluster }, hasEnded) => {
	while (!hasEnded()) {
		const { nodes } = await listMembers(api.get, cluster);
		const answers = await Promise.allSettled(nodes.map(({ id }) => execute(api, id, ["crictl", "version"], 1e4)));
		if (answers.length > 0 && answers.every(({ status }) => status === "fulfilled")) return;
		await setTimeout$1(pauseMs);
	}
};
/**
* Has kind make a cluster, or takes the one of that name that is there.
*
* @returns when its nodes answer; kind may still be at work on Kubernetes
* @throws {Failure} saying why kind could not, and where its logs are
*/
const createCluster = async (options) => {
	const { place, request } = options;
	const { env } = place.docker.command([]);
	const kubeconfig = findKubeconfig(request, env);
	const release = await waitForLock(options);
	try {
		if (await takeExisting({
			...options,
			line: options.log.line
		})) return {
			kubeconfig,
			ended: release().then(() => true)
		};
		const configured = Promise.withResolvers();
		let isOver = false;
		const ended = runKind(options, configured.resolve).finally(() => {
			isOver = true;
			return release();
		});
		await Promise.race([configured.promise, ended]);
		ended.catch(() => {});
		await waitForNodes(options, () => isOver);
		if (isOver) await ended;
		options.signal.throwIfAborted();
		return {
			kubeconfig,
			ended
		};
	} catch (error) {
		await release();
		throw error;
	}
};

// src/run/create-cluster-step.ts
/** Ends when nodes answer: loads begin while kind is at work on Kubernetes. */
const createClusterStep = ({ cluster, request }, { docker: { api }, log, run }) => {
	const { id: runId, tempDir, workspace, signal, clusterLogs: logsFolder, saveClusterState } = run;
	const place = {
		docker: createDocker(run.env),
		runId,
		tempDir,
		workspace
	};
	return createCluster({
		place,
		api,
		cluster,
		request,
		logsFolder,
		log,
		signal,
		saveState: saveClusterState
	});
};
/** Also waits for a kind that is being ended, so that post finds it gone. */
const awaitClusterStep = async ({ creating }, { run }) => await run.resultOf("create-cluster", creating)?.ended ?? false;

// src/files/conversation.ts
/** As the helper reads them. */
const toText = (commands) => commands.map((fields) => `${fields.join("\0")}\0`).join("");
/** What it says, kept until somebody hears it. */
const createMailbox = () => {
	const waiting = [];
	let ended;
	let wake = Promise.withResolvers();
	const ring = () => {
		wake.resolve();
		wake = Promise.withResolvers();
	};
	const hearUntil = async (word, hear = () => {}) => {
		while (true) {
			for (let told = waiting.shift(); told !== void 0; told = waiting.shift()) {
				if (told[0] === word) return told;
				hear(told);
			}
			if (ended !== void 0) throw ended.error;
			await wake.promise;
		}
	};
	return {
		hearUntil,
		add: (line) => {
			waiting.push(line.split("	"));
			ring();
		},
		end: (error) => {
			ended ??= { error };
			ring();
		}
	};
};
/** Copying 30 GB to a slow disk, and fetching it before. */
const deadlineMs$2 = 108e5;
/**
* Starts a helper, has it spoken with, and ends it, however that went.
*
* @throws {Failure} when it ends early, saying why; or what `speak` throws
*/
const withHelper = async (api, container, first, cancelled, speak) => {
	const mailbox = createMailbox();
	const errors = [];
	const stop = new AbortController();
	const signal = AbortSignal.any([cancelled, stop.signal]);
	let reply;
	let isOver = false;
	const ended = runContainer(api, container, toText(first), {
		deadlineMs: deadlineMs$2,
		signal,
		onLine: (line, answer) => {
			reply = answer;
			mailbox.add(line);
		},
		onErrorLine: (line) => {
			if (!isWarning(line) && errors.length < 20) errors.push(line.slice(0, 1e3));
		},
		isEnough: () => isOver
	}).then((how) => mailbox.end(new Failure(`The helper ended early: ${errors.join(" ") || how}`)), (error) => mailbox.end(error));
	const helper = {
		send: (commands) => reply?.(toText(commands)),
		hearUntil: mailbox.hearUntil
	};
	try {
		const result = await speak(helper);
		isOver = true;
		helper.send([["end"]]);
		await ended;
		return result;
	} catch (error) {
		stop.abort();
		await ended;
		cancelled.throwIfAborted();
		throw error;
	}
};

// src/text/progress.ts
/** Often enough to show life, seldom enough to keep the log short. */
const intervalMs = 5e3;
/** Before so much is done, the beginning says nothing of the rest. */
const telling = {
	bytes: 1e6,
	share: .01
};
/** Nobody waits for longer, so nobody needs to be told. */
const longestMs = 864e5;
/** Bytes; as soon as there are some, their rate; the time left as soon as the rate tells it. */
const renderProgress = (doneBytes, totalBytes, elapsedMs) => {
	const done = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
	const perMs = doneBytes / elapsedMs;
	if (!(doneBytes > 0 && elapsedMs > 0)) return done;
	const leftMs = (totalBytes - doneBytes) / perMs;
	const rest = doneBytes >= Math.max(telling.bytes, telling.share * totalBytes) && leftMs > 0 && leftMs < longestMs ? `, ${formatDuration(leftMs)} left` : "";
	return `${done}, ${formatBytes(perMs * 1e3)}/s${rest}`;
};
/** Tells bytes, rate and time left of each node, at most every five seconds. */
const createProgress = (line, what) => {
	const started = performance.now();
	const lastTold = /* @__PURE__ */ new Map();
	return (node, doneBytes, totalBytes) => {
		const now = performance.now();
		if (now - (lastTold.get(node) ?? started) < intervalMs) return;
		lastTold.set(node, now);
		line(`${what}, ${node}: ${renderProgress(doneBytes, totalBytes, now - started)}`);
	};
};

// src/files/gather-files.ts
const toFlag = (isSo) => isSo ? "1" : "";
/** Which files of what comes from elsewhere the store has. */
const askStore = async (helper, files) => {
	const asked = files.map(({ sha256 = "", sizeBytes, isExecutable }) => [
		"have",
		sha256,
		sizeBytes,
		toFlag(isExecutable)
	]);
	helper.send([...asked, ["answer"]]);
	const has = /* @__PURE__ */ new Set();
	await helper.hearUntil("answered", ([word, digest = "", executable = ""]) => {
		if (word === "has") has.add(`${digest}${executable}`);
	});
	return has;
};
/** Digests that are needed in no form that the store lacks. */
const toHeld = (files, has) => {
	const isHeld = ({ sha256, isExecutable }) => has.has(`${sha256}${toFlag(isExecutable)}`);
	const lacking = new Set(files.filter((file) => !isHeld(file)).map(({ sha256 }) => sha256));
	return new Set(files.flatMap(({ sha256 = "" }) => lacking.has(sha256) ? [] : [sha256]));
};
/** Of what is nowhere on this machine; an archive alone says which files it has. */
const toMissing = ({ tree, elsewhere }, has) => (tree?.files ?? []).flatMap(({ sha256 = "", sizeBytes }) => {
	return (elsewhere?.has(sha256) ?? true) && !has.has(sha256) ? [{
		sha256,
		sizeBytes
	}] : [];
});
/**
* Brings what comes from elsewhere to this machine, but for what the store has.
*
* @returns a tree for each source
*/
const fetchTrees = async (helper, sought, progress, signal, restore) => {
	const held = /* @__PURE__ */ new Map();
	for (const { found } of sought) {
		if (found.kind === "local") continue;
		const known = found.source.tree?.files ?? [];
		held.set(found.source, toHeld(known, await askStore(helper, known)));
	}
	await restore([...held].flatMap(([source, has]) => toMissing(source, has)));
	const trees = [];
	for (const { found, folder } of sought) {
		const has = found.kind === "local" ? void 0 : held.get(found.source);
		const tell = (done, total) => progress("fetching", done, total);
		trees.push(found.kind === "local" ? found.source : await found.source.fetch({
			folder,
			has: has ?? /* @__PURE__ */ new Set(),
			progress: tell,
			signal
		}));
	}
	return trees;
};
/** How the helper finds a file; without a stat, it has to be in the store. */
const toRow = ({ found, folder }, index, file) => {
	const { path, isExecutable, sha256 = "", sizeBytes } = file;
	if ("stat" in file) return [
		"file",
		index,
		path,
		`${file.stat}`,
		toFlag(isExecutable),
		sha256
	];
	const stats = found.kind === "remote" ? lstatSync(join(folder, sha256), {
		bigint: true,
		throwIfNoEntry: false
	}) : void 0;
	return [
		"file",
		index,
		sha256,
		stats === void 0 ? `0:0:${sizeBytes}:0:0` : toStat(stats),
		toFlag(isExecutable),
		sha256
	];
};
const identityOf = ({ found, folder }) => {
	if (found.kind === "local") return found.source.identity;
	const { dev, ino } = lstatSync(folder, { bigint: true });
	return `${dev}:${ino}`;
};
const refuseUnseen = ({ found, folder }) => {
	const path = found.kind === "local" ? found.source.folder : folder;
	throw new Failure(`node-files: the Docker daemon does not see ${path} as this step does`, { remedy: "Files are copied by a container of that daemon: mount the folder into it at the same path, or run the step where the daemon is." });
};
/**
* Has the store get all files that it lacks.
*
* @throws {Failure} where one changed meanwhile, or is not what its digest promises
*/
const gatherFiles = async (helper, sought, trees, verifies, progress) => {
	const all = trees.flatMap((tree, at) => tree.files.map((file) => ({
		at,
		file
	})));
	const totalBytes = all.reduce((sum, { file }) => sum + file.sizeBytes, 0);
	const digests = all.map(({ file }) => file.sha256);
	const broken = [];
	let copiedBytes = 0;
	const nameOf = (index) => all[Number(index)]?.file.path ?? index;
	const hear = ([word, first = "", second = ""]) => {
		if (word === "object") digests[Number(first)] = second;
		else if (word === "broken") broken.push(first);
		else if (word === "copied") {
			copiedBytes += Number(first);
			progress("copying", copiedBytes, totalBytes);
		} else if (word === "unseen") refuseUnseen(sought[Number(first)]);
		else if (word === "changed") throw new Failure(`node-files: ${nameOf(first)} changed while it was copied`, { remedy: "Run this step after those that write to it." });
		else if (word === "other") throw new Failure(`node-files: ${nameOf(first)} has the digest ${second}, and not ${digests[Number(first)]}`);
	};
	helper.send([
		...sought.map((each, index) => [
			"source",
			index,
			each.seenAs,
			identityOf(each)
		]),
		...all.map(({ at, file }) => toRow(sought[at], at, file)),
		["gather", toFlag(verifies)]
	]);
	await helper.hearUntil("gathered", hear);
	let next = 0;
	return {
		trees: trees.map((tree) => ({
			...tree,
			files: tree.files.map((file) => ({
				...file,
				sha256: digests[next++]
			}))
		})),
		copiedBytes,
		broken
	};
};

// src/files/sync-files.ts
/** The store's folder on the daemon's host. */
const openStore = async ({ get, post }) => {
	const path = `/volumes/${filesVolume}`;
	const wish = {
		Name: filesVolume,
		Labels: { [filesLabel]: "true" }
	};
	const volume = await get(path) ?? await post("/volumes/create", wish);
	if (volume?.Labels?.["dev.slipway.files"] === "true") return volume.Mountpoint;
	throw new Failure(`Docker has a volume ${filesVolume} that Slipway did not make`, { remedy: `Rename or remove it (\`docker volume rm ${filesVolume}\`): Slipway keeps files for nodes in a volume of that name.` });
};
const seenAs = (index) => `/slipway-source/${index}`;
/**
* Puts files into nodes: copies into a store what that lacks, and links it from there.
*
* @throws {Failure} where a source cannot be had, or a node cannot be given them
*/
const syncFiles = async (api, order) => {
	const { wanted, removals, runId, folder, workers, keptBytes, signal, line } = order;
	const [first] = [...wanted.flatMap(({ into }) => into), ...removals.map(({ node }) => node)];
	if (first === void 0) return {
		placed: [],
		trees: /* @__PURE__ */ new Map(),
		copiedBytes: 0,
		broken: []
	};
	const at = wanted.flatMap(({ files: { target }, into }) => into.map((node) => ({
		node,
		target
	})));
	const view = planView(await openStore(api), [...at, ...removals]);
	const sought = wanted.map(({ found }, index) => ({
		found,
		seenAs: seenAs(index),
		folder
	}));
	const folders = sought.map(({ found }, index) => ({
		folder: found.kind === "local" ? found.source.folder : folder,
		seenAs: seenAs(index)
	}));
	const container = toFilesHelper(first, view.mounted, folders, runId);
	const speak = async (helper) => {
		await helper.hearUntil("opened");
		const progress = createProgress(line, "node-files");
		const trees = await fetchTrees(helper, sought, progress, signal, order.restore);
		const gathered = await gatherFiles(helper, sought, trees, order.verifies, progress);
		const verifies = order.verifies || gathered.broken.length > 0;
		const placed = await placeTrees(helper, wanted, gathered.trees, removals, view, verifies);
		helper.send([["trim", keptBytes]]);
		await helper.hearUntil("trimmed");
		const byTarget = new Map(wanted.map(({ files: { target } }, index) => [target, gathered.trees[index]]));
		return {
			...gathered,
			placed,
			trees: byTarget
		};
	};
	return withHelper(api, container, [[
		"open",
		runId,
		view.store,
		workers
	]], signal, speak);
};

// src/files/stage-trees.ts
/**
* Builds trees of links in the store for as long as somebody uses them.
*
* @param node from whose image the helper is made
* @throws {Failure} where the store lacks a file meanwhile; or what `use` throws
*/
const withStagedTrees = async (api, node, all, { runId, signal }, use) => {
	const store = await openStore(api);
	const view = planView(store, []);
	const container = toFilesHelper(node, view.mounted, [], runId);
	return withHelper(api, container, [[
		"open",
		runId,
		view.store,
		1
	]], signal, async (helper) => {
		await helper.hearUntil("opened");
		const staged = [];
		for (const { tree, config } of all) {
			const id = toTreeId(tree, false);
			helper.send([...toTreeCommands(tree, id), ["stage", config]]);
			await helper.hearUntil("staged");
			const at = `${store}/staging/${runId}`;
			staged.push({
				folder: `${at}/layer.${id}`,
				config: `${at}/config.${id}`
			});
		}
		return use(staged);
	});
};

// src/load/direct.ts
/** Linking takes a second; copying a large image to a slow disk, minutes. */
const deadlineMs$1 = 9e5;
const toMethod = (word) => word === "link" || word === "reflink" || word === "copy" ? word : "present";
/** Reads the helper's events: tab-separated node, event and details; without a node for all of them. */
const watchEvents = (nodes, started, progress, toManifest) => {
	const results = /* @__PURE__ */ new Map();
	const repaired = /* @__PURE__ */ new Map();
	const onLine = (line, reply) => {
		const [node = "", event, first, second, third] = line.split("	");
		if (event === "copying") progress(node, Number(first), Number(second));
		if (event === "config") toManifest.then((make) => {
			const manifest = make(Number(first));
			reply(`${toDigest(manifest)}\t${Buffer.byteLength(manifest)}\n${manifest}`);
		});
		if (event === "repaired") repaired.set(node, Number(first));
		if (event === "cannot") {
			const result = {
				kind: "failed",
				reason: first ?? "",
				isForeseen: true
			};
			for (const name of node === "" ? nodes : [node]) results.set(name, result);
		}
		if (event !== "loaded") return;
		results.set(node, {
			kind: "loaded",
			way: toMethod(third),
			copiedBytes: Number(second),
			repairedLayers: repaired.get(node) ?? 0,
			durationMs: Math.round(performance.now() - started)
		});
	};
	return {
		results,
		onLine
	};
};
/** How much of what a helper says on standard error is kept. */
const errorLines = 200;
/** The last that a helper said of a node that is not merely a warning; else of all, or how it ended. */
const reasonFor = (node, errors, end) => {
	const said = errors.flatMap((line) => {
		const isOwn = line.startsWith(`${node}: `);
		const text = isOwn ? line.slice(node.length + 2) : line;
		return isWarning(text) ? [] : [{
			isOwn,
			text
		}];
	});
	const own = said.filter(({ isOwn }) => isOwn);
	return (own.length > 0 ? own : said).slice(-2).map(({ text }) => text).join(" ") || end;
};
/**
* Gives one image to nodes by its layers' folders, side by side, with one helper container. A node
* that fails has nothing of the image, and the result says why.
*/
const loadDirectly = async (api, { engine, image, nodes, wanted, runId, config, toManifest }, progress, signal) => {
	const [first] = nodes;
	if (first === void 0) return /* @__PURE__ */ new Map();
	const mounts = toMounts$1(engine, image, nodes);
	if (typeof mounts === "string") {
		const result = {
			kind: "failed",
			reason: mounts,
			isForeseen: true
		};
		return new Map(nodes.map(({ name }) => [name, result]));
	}
	const names = nodes.map(({ name }) => name);
	const { results, onLine } = watchEvents(names, performance.now(), progress, toManifest);
	const errors = [];
	const lines = toHelperRequest(engine, image, nodes, wanted, runId, deadlineMs$1, mounts, config);
	const input = toManifest.then(() => lines);
	input.catch(() => {});
	const end = await runContainer(api, toHelperContainer(first, mounts, runId), input, {
		deadlineMs: 915e3,
		signal,
		onLine,
		onErrorLine: (line) => {
			errors.push(line.slice(0, 4e3));
			if (errors.length > errorLines) errors.shift();
		},
		isEnough: () => [...results.values()].every(({ kind }) => kind === "loaded") && results.size === nodes.length
	});
	return new Map(names.map((name) => [name, results.get(name) ?? {
		kind: "failed",
		reason: reasonFor(name, errors, end),
		isForeseen: false
	}]));
};

// src/load/manifest.ts
/**
* The manifest of an image of a store that keeps none: the same bytes, and so the same digest, whichever way
* the image takes. CRI reports the sum of the sizes as the image's, and kubelet rejects 0.
*/
const toManifest = (config, layers) => {
	const describe = (kind, { digest, size }) => ({
		mediaType: `application/vnd.oci.image.${kind}`,
		digest,
		size
	});
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: "application/vnd.oci.image.manifest.v1+json",
		config: describe("config.v1+json", config),
		layers: layers.map((layer) => describe("layer.v1.tar", layer))
	});
};
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

// src/load/volume-image.ts
/**
* @param treeDigest what tells its files from others
* @param sizeBytes what CRI says of the image's size
*/
const toVolumeImage = (reference, treeDigest, sizeBytes, architecture) => {
	const diffId = toDigest(`slipway files v1\0${treeDigest}`);
	const config = JSON.stringify({
		architecture,
		os: "linux",
		config: { Labels: { [filesLabel]: "true" } },
		rootfs: {
			type: "layers",
			diff_ids: [diffId]
		}
	});
	const id = toDigest(config);
	const size = Math.max(1, sizeBytes);
	const manifest = toManifest({
		digest: id,
		size: Buffer.byteLength(config)
	}, [{
		digest: diffId,
		size
	}]);
	return {
		reference,
		config,
		image: {
			references: [],
			digestNames: [reference],
			id,
			sizeBytes: size,
			architecture,
			layers: [{
				diffId,
				chainId: diffId,
				folder: void 0
			}],
			layout: {
				folder: "",
				digest: toDigest(manifest),
				manifest,
				layerBytes: [size]
			}
		}
	};
};
const requireLoaded = (reference, results) => {
	const reasons = [...results].flatMap(([node, result]) => result.kind === "failed" ? [`${node}: ${result.reason}`] : []);
	if (reasons.length > 0) throw new Failure(`node-files-images: ${reference} could not be made in ${reasons.join("; ")}`, { remedy: "Set node-files-images: false; pods then mount the path on the node, as the output volumes says." });
	return [...results].flatMap(([node, result]) => result.kind === "loaded" ? [{
		...result,
		node
	}] : []);
};
/**
* Makes a folder of files an image in nodes.
*
* @param at the folder, and a file with the config's text, on the daemon's host
* @throws {Failure} naming all nodes that could not be given it
*/
const loadVolumeImage = async ({ api, engine }, { reference, image }, at, nodes, { runId, progress, signal }) => {
	const layers = image.layers.map((layer) => ({
		...layer,
		folder: at.folder
	}));
	const { manifest = "" } = image.layout ?? {};
	const order = {
		engine,
		image: {
			...image,
			layers
		},
		wanted: "auto",
		runId,
		config: at.config,
		toManifest: Promise.resolve(() => manifest)
	};
	const groups = [...Map.groupBy(nodes, ({ imageId }) => imageId).values()];
	const loads = await Promise.all(groups.map((group) => loadDirectly(api, {
		...order,
		nodes: group
	}, progress, signal)));
	signal.throwIfAborted();
	return requireLoaded(reference, new Map(loads.flatMap((each) => [...each])));
};

// src/run/image-volumes-step.ts
/** What the nodes' image is for, as all of a cluster are of one kind. */
const findArchitecture = async ({ docker: { api } }, imageId) => {
	return (await api.get(`/images/${imageId}/json`) ?? await api.get("/version"))?.Architecture ?? "amd64";
};
const toItems = ({ wanted }, treeOf, architecture) => wanted.flatMap((each) => {
	const tree = treeOf(each.files.target);
	if (tree === void 0 || tree.isFile) return [];
	const reference = toFilesImage(each.files.target, toTreeId(tree, false));
	const bytes = tree.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
	return [{
		each,
		tree,
		volume: toVolumeImage(reference, toTreeDigest(tree, false), bytes, architecture)
	}];
});
const makeAll = async (items, { docker, log, run }) => {
	const node = items[0]?.each.into[0];
	if (node === void 0) return [];
	const { id: runId, signal } = run;
	const staging = items.map(({ tree, volume: { config } }) => ({
		tree,
		config
	}));
	return withStagedTrees(docker.api, node, staging, {
		runId,
		signal
	}, async (staged) => {
		const made = [];
		for (const [index, { each, volume }] of items.entries()) {
			const { reference } = volume;
			const progress = createProgress(log.line, reference);
			const at = staged[index] ?? {
				folder: "",
				config: ""
			};
			const nodes = await loadVolumeImage(docker, volume, at, each.into, {
				runId,
				progress,
				signal
			});
			await Promise.all(each.into.map((one) => pinVolumes(docker.api, one, [reference])));
			made.push({
				target: each.files.target,
				reference,
				nodes
			});
		}
		return made;
	});
};
/** Makes files images that pods can mount, and removes earlier versions that no pod has mounted. */
const makeImageVolumes = async (step, ports) => {
	const { docker, run, log } = ports;
	const { api } = docker;
	const synced = run.resultOf("sync-files", step.sync);
	const architecture = await findArchitecture(ports, step.nodes[0]?.imageId);
	const items = toItems(step, (target) => synced?.trees.get(target), architecture);
	if ((synced?.broken.length ?? 0) > 0) {
		for (const { each, volume } of items) for (const node of each.into) if ((await dropVolumes(api, node, [volume.reference])).length === 0) log.warning(`node-files-images: pods in ${node.name} use ${volume.reference}, of which a file had changed. Remove them, and run the step again.`);
	}
	const made = await makeAll(items, ports);
	const kept = /* @__PURE__ */ new Set([...step.kept, ...made.map(({ reference }) => reference)]);
	return {
		made,
		dropped: (await Promise.all(step.nodes.map(async (node) => {
			const { images } = await inspectVolumes(api, node);
			const stale = images.filter(({ name }) => isStale(name, kept, step.scope));
			return (await dropVolumes(api, node, stale.map(({ name }) => name))).map((reference) => ({
				node: node.name,
				reference
			}));
		}))).flat()
	};
};

// src/run/intermediates.ts
/**
* True for a name that no step can be using any more, as its machine died before post could run. Who does
* not know the time writes one of the year 1.
*/
const isLeftOver = (lastTagTime, nowMs) => {
	const taggedMs = Date.parse(lastTagTime ?? "");
	return taggedMs > 0 && nowMs - taggedMs > 432e6;
};
/** Names that machines left which died before post could run. */
const findLeftOvers = async ({ get }) => {
	const everyRun = intermediateRepository("");
	const ours = (await get(`/images/json?filters=${encodeURIComponent(JSON.stringify({ reference: [`${everyRun}*`] }))}`) ?? []).flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => name.startsWith(everyRun));
	const inspected = await Promise.all(ours.map((name) => get(`/images/${name}/json`)));
	const now = Date.now();
	return ours.filter((_, index) => isLeftOver(inspected[index]?.Metadata?.LastTagTime, now));
};
/**
* Gives an image a name that only this run uses; again for one that is held costs nothing. Its own
* names may be given to another one at any moment, and Docker's containerd store drops an image with
* its last name.
*
* @throws {Failure} when Docker has it no more
*/
const holdImage = async ({ get, post }, runId, image) => {
	if (image.heldAs !== void 0 || isNameless(image.id, image.references)) return image;
	const name = toHeldName(runId, image.id);
	const [repository = "", tag] = name.split(":");
	await post(`/images/${image.id}/tag?repo=${encodeURIComponent(repository)}&tag=${tag}`);
	if ((await get(`/images/${name}/json`))?.Id === image.id) return {
		...image,
		heldAs: name
	};
	const names = image.references.map(({ given }) => given).join(", ");
	throw new Failure(`Docker no longer has the image that ${names} named when this step began`, { remedy: "Another process removed it or moved its tag. Run the step again." });
};
/**
* Removes a name. What was never made, or is gone already, is what we want; with the last name of an
* image go its layers.
*/
const dropName$1 = async ({ remove }, name) => {
	const path = `/images/${name}`;
	const again = () => remove(`${path}?force=true`);
	await remove(path).catch(again).catch(() => {});
};

// src/run/keep-pulled.ts
const add = (all) => all.reduce((sum, each) => ({
	bytes: sum.bytes + (each?.bytes ?? 0),
	ms: sum.ms + (each?.ms ?? 0)
}), {
	bytes: 0,
	ms: 0
});
const toRate = ({ bytes, ms }) => bytes * 1e3 / Math.max(ms, 1);
/** Which way was faster; undefined where only one was gone, or too little to tell. */
const renderFaster = (pulls) => {
	const cache = add(pulls.map(({ fromCache }) => fromCache));
	const registry = add(pulls.flatMap(({ fromRegistry, before }) => [fromRegistry, before]));
	if (cache.bytes < 1e6 || registry.bytes < 1e6) return void 0;
	const [restored, pulled] = [toRate(cache), toRate(registry)];
	const verdict = restored >= pulled ? "the cache was faster" : "registries were faster";
	const hint = restored >= pulled ? "" : " `image-cache: false` has Docker pull.";
	return `image-cache: the cache sent ${formatBytes(restored)}/s, registries ${formatBytes(pulled)}/s: ${verdict}.${hint}`;
};
/** Keeps what is new of the images that this step has brought, once the nodes have them. */
const keepPulled = async ({ pulls: ids, cache }, { log, run }) => {
	const pulls = ids.flatMap((id) => run.resultOf("pull", id)?.kept ?? []);
	const { kept, leftOut } = withinLimit(pulls, cache.bytes);
	const faster = renderFaster(pulls);
	if (faster !== void 0) log.line(faster);
	if (leftOut.length > 0) {
		const names = leftOut.map(({ name }) => name).join(", ");
		log.warning(`image-cache-limit: ${formatBytes(cache.bytes)} have no room for ${names}: not kept, so later runs fetch them again.`);
	}
	const entries = toNewEntries(kept);
	if (entries.length === 0) return;
	if (!cache.mayWrite) {
		log.line("image-cache: new layers are not kept: this run may only read the cache.");
		return;
	}
	const began = performance.now();
	const bytes = await saveEntries(entries, {
		cache: toCache$1(run.cache),
		folder: join(run.layoutDir, "pulled"),
		warn: log.warning,
		signal: run.signal,
		input: "image-cache"
	});
	const seconds = ((performance.now() - began) / 1e3).toFixed(1);
	log.line(`image-cache: ${formatBytes(bytes)} kept for later runs in ${seconds} s.`);
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
	const ids = [...new Set(plans.map(({ node }) => node.imageId))];
	const known = new Map(await Promise.all(ids.map(async (id) => {
		const found = await get(`/images/${id}/json`) ?? await get("/version");
		return [id, found?.Architecture ?? found?.Arch ?? image.architecture];
	})));
	const nodes = plans.map(({ node }) => ({
		name: node.name,
		architecture: known.get(node.imageId) ?? image.architecture
	}));
	return renderForeign(image, nodes);
};

// src/load/check.ts
/**
* True when the node has the image whole, by every name, as an earlier load of ours left it. False
* may also mean that somebody else brought the image: then it is loaded, which costs little.
*/
const isPresent = (image, names, state) => image.layers.every(({ chainId }) => state.chains.has(chainId)) && names.every((name) => {
	const record = state.records.get(name);
	if (record === void 0 || `sha256:${record.image}` !== image.id) return false;
	const config = `sha256:${record.config}`;
	return record.folders.length === image.layers.length && state.criIds.get(name) === config && state.held.get(config) === image.layers.at(-1)?.chainId;
});
/** CRI hears of images by events, so it may need a moment. */
const retryMs = 200;
const attempts = 15;
/**
* Says what is wrong with an image that has just been imported: CRI must know it by every name, and
* every chain must be there. Undefined means that all is well.
*
* @param config the expected digest of its config, where Docker tells
*/
const findFlaw = (image, names, config, { chains, criIds, held }) => {
	const missing = image.layers.find(({ chainId }) => !chains.has(chainId));
	if (missing !== void 0) return `snapshot ${missing.chainId} is missing after the import`;
	for (const name of names) {
		const id = criIds.get(name);
		if (id === void 0) return `CRI does not have ${name} after the import`;
		if (config !== void 0 && id !== config) return `CRI has ${name} as ${id}, not as ${config}`;
		if (held.get(id) !== image.layers.at(-1)?.chainId) return `${name} does not hold on to its snapshots`;
	}
};
const inspectUntilWell = async (api, node, judge) => {
	for (let attempt = 1;; attempt += 1) {
		const state = await inspectNode(api, node, []);
		const flaw = judge(state);
		if (flaw === void 0 || attempt === attempts) return {
			flaw,
			state
		};
		await new Promise((resolve) => setTimeout(resolve, retryMs));
	}
};
/** Inspects the node until the image is as it should be by all names, or says what is wrong with it. */
const checkInNode = (api, image, names, node, config) => inspectUntilWell(api, node, (state) => findFlaw(image, names, config, state));
/** Inspects the node until CRI knows one and the same image by all names; the rest was somebody else's work. */
const checkNames = (api, names, node) => inspectUntilWell(api, node, ({ criIds }) => {
	const missing = names.find((name) => !criIds.has(name));
	if (missing !== void 0) return `CRI does not have ${missing}`;
	const other = names.find((name) => criIds.get(name) !== criIds.get(names[0] ?? ""));
	return other === void 0 ? void 0 : `CRI has another image as ${other}`;
});

// src/load/layer-blobs.ts
const readContent = async ({ docker, engine, node, runId }, digest) => {
	const folder = socketFolderOf(engine);
	const { address = "", namespace = "" } = engine.containerd ?? {};
	if (folder === void 0) return void 0;
	const ended = await docker.try([
		"run",
		"--rm",
		"--pull=never",
		"--network=none",
		"--userns=host",
		`--label=${runLabel}=${runId}`,
		`--mount=type=bind,source=${folder},target=/slipway-containerd`,
		"--entrypoint=ctr",
		node.imageId,
		`--address=/slipway-containerd/${address.split("/").at(-1)}`,
		`--namespace=${namespace}`,
		"content",
		"get",
		digest
	]);
	return ended.code === 0 ? ended.stdout : void 0;
};
const toUnpacker = ({ mediaType = "" }) => {
	if (/[.+]gzip$/.test(mediaType)) return "gzip";
	return /[.+]zstd$/.test(mediaType) ? "zstd" : "cat";
};
const ofContainerdStore = async (archivist, image) => {
	const root = await readContent(archivist, image.id);
	if (root === void 0) return void 0;
	const own = JSON.parse(root).manifests?.find(({ platform }) => platform?.os === "linux" && platform.architecture === image.architecture);
	const manifest = own === void 0 ? root : await readContent(archivist, own.digest);
	const { layers: listed, config } = JSON.parse(manifest ?? "{}");
	const layers = listed ?? [];
	if (config === void 0 || layers.length !== image.layers.length) return void 0;
	return {
		blobs: layers.map(({ digest }) => digest),
		unpackers: layers.map(toUnpacker),
		config: config.digest,
		manifest
	};
};
/**
* Under which names an archive of `docker save` has what the image is made of. In the overlay2 store a
* layer's blob is its uncompressed tar, named by the diff ID; in the containerd store the manifest
* names it. Undefined where that cannot be found out.
*/
const findArchived = async (archivist, image) => {
	if (archivist.engine.hasContainerdStore && image.layout === void 0) return ofContainerdStore(archivist, image);
	return {
		blobs: image.layers.map(({ diffId }) => diffId),
		unpackers: image.layers.map(() => "cat"),
		config: image.id,
		manifest: image.layout?.manifest
	};
};
/** The name of a blob in the archive. */
const toBlobName$1 = (digest) => `blobs/sha256/${digest.replace("sha256:", "")}`;
/**
* The archive's files that need not cross: layers that the node has. One that occurs twice in the
* image must be there both times.
*/
const toNeedlessBlobs = (image, blobs, chains) => {
	const isThere = image.layers.map(({ chainId }) => chains.has(chainId));
	const missing = new Set(blobs.filter((_, index) => !isThere[index]));
	const needless = blobs.filter((digest) => !missing.has(digest));
	return new Set(needless.map(toBlobName$1));
};

// src/load/name-image.ts
const timeoutMs$2 = 3e4;
/** An argument has at most 128 KiB; who publishes an image may write as much as he likes into its manifest. */
const longestManifest = 1e5;
/** The manifest that the image has in every node; without one it is what came with the archive. */
const findManifest = async ({ api, engine, node, toManifest }, archived, config) => {
	if (engine.hasContainerdStore) {
		const { manifest = "" } = archived ?? {};
		return Buffer.byteLength(manifest) > longestManifest ? "" : manifest;
	}
	const get = [
		"ctr",
		`--namespace=${node.containerd.namespace}`,
		"content",
		"get",
		config
	];
	return toManifest(Buffer.byteLength(await execute(api, node.name, get, timeoutMs$2)));
};
/**
* Gives an image that a node has unpacked, under a name that only this run uses, its own names and manifest,
* and lets the next run know it again.
*
* @returns what went wrong, if something did
*/
const nameImage = async (streaming, archived, loadedAs) => {
	const { docker, api, engine, runId, image, node } = streaming;
	const { flaw, state } = await checkNames(api, [loadedAs], node);
	if (flaw !== void 0) return flaw;
	const config = state.criIds.get(loadedAs) ?? "";
	const manifest = await findManifest(streaming, archived, config);
	const chains = node.containerd.snapshotter === "overlayfs" ? image.layers.map(({ chainId }) => chainId).join(" ") : "";
	const script = joinScript("record", "client", "names", "node", "source", "publish", "name");
	const about = [
		loadedAs,
		runId,
		image.id,
		config,
		chains,
		toDigest(manifest),
		manifest
	];
	const args = [
		containerdClient(),
		...about,
		...namesOf(engine, image)
	];
	const ended = await docker.try([
		"exec",
		node.name,
		"bash",
		"-c",
		script,
		"bash",
		...args
	]);
	return ended.code === 0 ? void 0 : `naming it: ${describeEnd(ended)}`;
};

// src/load/kind.ts
/** The slowest method takes its time. */
const timeoutMs$1 = 36e5;
const timeoutOfRemovalMs = 3e4;
const ctrImages = [
	"ctr",
	"--namespace=k8s.io",
	"images"
];
/** A name that was never made is as good as gone. */
const dropName = async (api, loaded, node) => {
	const remove = [
		...ctrImages,
		"remove",
		loaded
	];
	await execute(api, node.name, remove, timeoutOfRemovalMs).catch(() => {});
};
/**
* The last resort: kind's own load, which writes the whole image to the temp folder.
*
* @throws {Failure} with what kind said
*/
const loadWithKind = async (streaming) => {
	const { docker, api, engine, image, node, clusterName, tempDir } = streaming;
	const loaded = toSource(image);
	const args = [
		"load",
		"docker-image",
		loaded,
		`--name=${clusterName}`,
		`--nodes=${node.name}`
	];
	const options = {
		timeoutMs: timeoutMs$1,
		env: { TMPDIR: tempDir }
	};
	try {
		const ended = await runCaptured({
			...docker.command(args, options),
			file: "kind"
		});
		if (ended.code !== 0) throw new Failure(`\`kind load docker-image\` failed for ${node.name}: ${describeEnd(ended)}`);
		const names = namesOf(engine, image);
		const flaw = await nameImage(streaming, await findArchived(streaming, image), loaded) ?? (await checkNames(api, names, node)).flaw;
		if (flaw !== void 0) throw new Failure(`Naming ${names[0]} in ${node.name} failed: ${flaw}`);
	} finally {
		await dropName(api, loaded, node);
	}
};

// src/load/archive-names.ts
/** containerd takes the first; Docker writes both. */
const nameKeys = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
const renameIndex = (text, names) => {
	const index = JSON.parse(text);
	const manifests = (index.manifests ?? []).flatMap((descriptor) => {
		const { [nameKeys[1]]: _, ...others } = descriptor.annotations ?? {};
		return names.map((name) => ({
			...descriptor,
			annotations: {
				...others,
				[nameKeys[0]]: name
			}
		}));
	});
	return JSON.stringify({
		...index,
		manifests
	});
};
const renameManifest = (text, names) => {
	const images = JSON.parse(text);
	return JSON.stringify(images.map((image) => ({
		...image,
		RepoTags: names
	})));
};
/**
* Gives the one image of an archive of `docker save` its names in the node, whatever it is called in
* the archive: in `index.json`, and in `manifest.json`, all that Docker before version 25 has.
*/
const toRenaming = (names) => (file) => {
	if (file === "index.json") return (text) => renameIndex(text, names);
	return file === "manifest.json" ? (text) => renameManifest(text, names) : void 0;
};

// src/load/minor-gc.ts
/** What may pile up before it is collected. */
const heapBytes = 8388608;
/**
* Node allocates a buffer for each read from a pipe and by itself collects them only when there are
* 64 MB of them. Whoever is told of all bytes of a stream by the returned function collects sooner;
* it takes a millisecond or two.
*/
const createCollector = () => {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc");
	let pendingBytes = 0;
	return (bytes) => {
		pendingBytes += bytes;
		if (pendingBytes < heapBytes) return;
		pendingBytes = 0;
		collect({ type: "minor" });
	};
};

// src/load/pipe-end.ts
/** `docker save` of a large image on a slow disk. */
const timeoutMs = 18e5;
/** Of what a program says, its end is kept, from the beginning of a line. */
const keepEnd = (text) => text.length <= 4e3 ? text : text.slice(-4e3).replace(/^.*\n/, "");
const withStderr = ({ child, ended }) => {
	let stderr = "";
	child.stderr.on("data", (chunk) => {
		stderr = keepEnd(stderr + chunk.toString("utf8"));
	});
	return ended.then((end) => ({
		...end,
		stdout: "",
		stderr
	}), (error) => ({
		code: null,
		timedOut: false,
		stdout: "",
		stderr: error.message
	}));
};
/** Starts a docker command whose output goes into a pipe. Cancelled, it is ended. */
const startSource = (docker, args) => {
	const group = startPiped(docker.command(args, { timeoutMs }));
	const { stdin, stdout } = group.child;
	stdin.end();
	const collect = createCollector();
	stdout.on("data", (chunk) => collect(chunk.length));
	return {
		stdout,
		ended: withStderr(group)
	};
};
/**
* Starts a docker command that reads from a pipe. Cancelled, it sees the pipe's end first and has a
* moment to undo what it did.
*/
const startTarget = (docker, args) => {
	const group = startPiped(docker.command(args, { timeoutMs }), ({ stdin }) => stdin?.end());
	const { stdin, stdout } = group.child;
	return {
		stdin,
		stdout,
		ended: withStderr(group)
	};
};
/** Passes everything on and tells how much it was. */
const countBytes = (onBytes) => new Transform({ transform: (chunk, _, done) => {
	onBytes(chunk.length);
	done(null, chunk);
} });

// src/load/tar-filter.ts
const blockBytes$1 = 512;
/** A ustar header's file name; blobs have short names, so prefix and long-name records are not read. */
const nameOf = (header) => {
	const end = header.indexOf(0);
	return header.toString("latin1", 0, end < 0 || end > 100 ? 100 : end);
};
/** A ustar header's size: octal digits, or base-256 for files of 8 GiB and more. */
const sizeOf = (header) => {
	if (((header[124] ?? 0) & 128) !== 0) return Number(header.readBigUInt64BE(128));
	return Number.parseInt(header.toString("latin1", 124, 136).replace(/\0.*$/s, "").trim() || "0", 8);
};
/** Indexes of one image have a few hundred bytes. */
const longestReplaced = 4194304;
/** A header for a file of another size; its checksum counts its own field as blanks (POSIX ustar). */
const withSize = (header, size) => {
	const changed = Buffer.from(header);
	changed.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
	changed.write(" ".repeat(8), 148, "latin1");
	const sum = changed.reduce((all, byte) => all + byte, 0);
	changed.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
	return changed;
};
const toPadded = (content) => Buffer.concat([content, Buffer.alloc(-content.length & 511)]);
/** Goes through a tar with constant memory and passes on what is kept. */
const rewrite = (choose) => {
	const header = Buffer.alloc(blockBytes$1);
	let headerBytes = 0;
	let keptBytes = 0;
	let droppedBytes = 0;
	let replacing;
	let collectedBytes = 0;
	const takeHeader = (chunk, at) => {
		const taken = Math.min(blockBytes$1 - headerBytes, chunk.length - at);
		chunk.copy(header, headerBytes, at, at + taken);
		headerBytes += taken;
		return taken;
	};
	/** The replaced file with its header, once all of it has come. */
	const endReplaced = () => {
		if (replacing === void 0 || collectedBytes < replacing.size) return void 0;
		const content = replacing.replace(Buffer.concat(replacing.chunks));
		replacing = void 0;
		return Buffer.concat([withSize(header, content.length), toPadded(content)]);
	};
	const beginFile = () => {
		headerBytes = 0;
		const size = sizeOf(header);
		const bytes = Math.ceil(size / blockBytes$1) * blockBytes$1;
		const kept = choose(nameOf(header), size, header);
		if (kept !== void 0 && "replace" in kept) {
			if (size > longestReplaced) throw new Error(`an index of ${size} bytes`);
			replacing = {
				chunks: [],
				size,
				...kept
			};
			collectedBytes = 0;
			droppedBytes = bytes - size;
			return size === 0 ? endReplaced() : void 0;
		}
		keptBytes = kept === void 0 ? 0 : kept.isPadded ? bytes : size;
		droppedBytes = bytes - keptBytes;
		return kept?.lead;
	};
	const pass = function(chunk) {
		for (let at = 0; at < chunk.length;) if (replacing !== void 0) {
			const taken = Math.min(replacing.size - collectedBytes, chunk.length - at);
			replacing.chunks.push(Buffer.from(chunk.subarray(at, at + taken)));
			collectedBytes += taken;
			at += taken;
			const whole = endReplaced();
			if (whole !== void 0) this.push(whole);
		} else if (keptBytes > 0) {
			const taken = Math.min(keptBytes, chunk.length - at);
			this.push(chunk.subarray(at, at + taken));
			keptBytes -= taken;
			at += taken;
		} else if (droppedBytes > 0) {
			const taken = Math.min(droppedBytes, chunk.length - at);
			droppedBytes -= taken;
			at += taken;
		} else {
			at += takeHeader(chunk, at);
			if (headerBytes < blockBytes$1) break;
			const lead = beginFile();
			if (lead !== void 0) this.push(lead);
		}
	};
	const transform = function(chunk, _, done) {
		try {
			pass.call(this, chunk);
			done();
		} catch (error) {
			done(error);
		}
	};
	return new Transform({ transform });
};
/**
* Passes a tar on without the files whose names are to be left out.
*
* @param toReplace says of a file, by its name, what becomes of its text; undefined leaves it as it is
*/
const leaveOut = (isLeftOut, toReplace = () => void 0) => rewrite((name, _, header) => {
	if (isLeftOut(name)) return void 0;
	const change = toReplace(name);
	if (change === void 0) return {
		lead: Buffer.from(header),
		isPadded: true
	};
	return { replace: (content) => Buffer.from(change(content.toString("utf8"))) };
});
/**
* Passes on only some files of a tar, each as a line and its bytes.
*
* @param toLine hears of every file; undefined leaves it out
*/
const pickOut = (toLine) => rewrite((name, size) => {
	const line = toLine(name, size);
	return line === void 0 ? void 0 : {
		lead: Buffer.from(`${line}\n`),
		isPadded: false
	};
});

// src/load/pipe.ts
/** Pipes an image's archive from Docker into a node. Returns which end failed and why, if one did. */
const pump = async (docker, pumping) => {
	const { image, loadedAs, leftOut, importArgs, onBytes } = pumping;
	const source = startSource(docker, [
		"save",
		"--",
		toSource(image)
	]);
	const target = startTarget(docker, importArgs);
	target.stdout.resume();
	const piped = pipeline$1(source.stdout, leaveOut((name) => leftOut.has(name), toRenaming([loadedAs])), countBytes(onBytes), target.stdin).catch(() => {});
	const [saved, imported] = await Promise.all([
		source.ended,
		target.ended,
		piped
	]);
	if (imported.code !== 0) return `ctr's import: ${describeEnd(imported)}`;
	return saved.code === 0 ? void 0 : `docker save: ${describeEnd(saved)}`;
};

// src/load/import-archive.ts
/** containerd 1.6 has no such flag, and 2.x only with an import that it does not do by itself. */
const findImportFlags = async (docker, node) => {
	const { stdout: help } = await docker.try([
		"exec",
		node.name,
		"ctr",
		"images",
		"import",
		"--help"
	]);
	if (!help.includes("--discard-unpacked-layers")) return [];
	return ["--discard-unpacked-layers", .../^[ \t]+--local\b/m.test(help) ? ["--local"] : []];
};
/** The arguments of `docker` that unpack an archive from standard input in a node. */
const toImportArgs = (node, flags) => [
	"exec",
	"--interactive",
	node.name,
	"ctr",
	`--namespace=${node.containerd.namespace}`,
	"images",
	"import",
	`--snapshotter=${node.containerd.snapshotter}`,
	...flags,
	"-"
];
/** One that does not answer has nothing. */
const inspectWhole = (api, node) => inspectNode(api, node, []).catch(() => emptyState);
/**
* Removes an image whose import failed, so that kubelet does not believe in it. CRI gives every
* image its ID as a second name and does not take it back; it goes unless it was there before.
*/
const removeImage = async ({ docker, api, engine, image, node }, before, loadedAs) => {
	const names = [loadedAs, ...namesOf(engine, image)];
	const { criIds } = await inspectWhole(api, node);
	const ids = names.map((name) => criIds.get(name) ?? image.id);
	const gone = [...names, ...ids.filter((id) => !before.criIds.has(id))];
	const ctr = [
		"exec",
		node.name,
		"ctr",
		`--namespace=${node.containerd.namespace}`
	];
	for (const name of new Set(gone)) await docker.try([
		...ctr,
		"images",
		"remove",
		name
	]);
	await docker.try([
		...ctr,
		"content",
		"prune",
		"references"
	]);
};
/** @returns what went wrong, if something did */
const send$1 = async (streaming, archived, before, loadedAs) => {
	const { docker, api, engine, image, node, onBytes } = streaming;
	const flags = await findImportFlags(docker, node);
	const leftOut = toNeedlessBlobs(image, archived?.blobs ?? [], before.chains);
	const importArgs = toImportArgs(node, flags);
	const problem = await pump(docker, {
		image,
		loadedAs,
		leftOut,
		importArgs,
		onBytes
	}) ?? await nameImage(streaming, archived, loadedAs);
	if (problem !== void 0) return problem;
	const config = engine.hasContainerdStore ? void 0 : image.id;
	return (await checkInNode(api, image, namesOf(engine, image), node, config)).flaw;
};
/**
* Sends an image's tar into a node's containerd, without the layers that the node has, as far as it
* is known what they are called in the tar. containerd keeps the blobs while it unpacks them, so
* the image is in the node twice for a while. Until it is whole, only we know its name.
*
* @returns what went wrong; the node then does not believe in the image
*/
const importArchive = async (streaming, archived) => {
	const { docker, api, image, node, runId } = streaming;
	const loadedAs = image.heldAs ?? `slipway.invalid/import/${runId}:0`;
	const before = await inspectWhole(api, node);
	const problem = await send$1(streaming, archived, before, loadedAs);
	if (problem !== void 0) await removeImage(streaming, before, loadedAs);
	else await docker.try([
		"exec",
		node.name,
		"ctr",
		`--namespace=${node.containerd.namespace}`,
		"images",
		"remove",
		loadedAs
	]);
	return problem;
};

// src/load/send-layers.ts
/** What is to be put into the node, for helper/stream.sh. */
const toRequest = ({ engine, runId, image, node }, { unpackers, config }) => {
	return [
		["run", runId],
		["node", node.name],
		["image", image.id],
		["config", config],
		...namesOf(engine, image).map((name) => ["name", name]),
		...image.layers.map(({ diffId, chainId }, index) => [
			"layer",
			diffId,
			chainId,
			unpackers[index] ?? "cat"
		]),
		["go"]
	].map((row) => `${row.join("	")}\n`).join("");
};
/** Chooses the archive's files that the node needs, and says what they are. */
const pickMissing = (archived, missing) => {
	const { blobs, config } = archived;
	const wanted = Map.groupBy(missing, (index) => toBlobName$1(blobs[index] ?? ""));
	const sizes = /* @__PURE__ */ new Map();
	return {
		files: pickOut((name, size) => {
			const isAgain = sizes.has(name);
			sizes.set(name, size);
			const indexes = wanted.get(name);
			if (isAgain) return void 0;
			if (indexes !== void 0) return `layer ${size} ${indexes.join(" ")}`;
			return name === toBlobName$1(config) ? `blob ${size} ${config}` : void 0;
		}),
		sizes
	};
};
/** Docker before version 25 gives its files other names. Its archive is not for us. */
const hasBlobs = (sizes) => [...sizes.keys()].some((name) => name.startsWith("blobs/"));
const writeManifest = (target, text) => {
	const digest = toDigest(text);
	target.write(`blob ${Buffer.byteLength(text)} ${digest}\n${text}end ${digest}\n`);
};
/** Out of what `docker save` writes. */
const sendSaved = async ({ docker, image, toManifest, onBytes }, archived, missing, target) => {
	const source = startSource(docker, [
		"save",
		"--",
		toSource(image)
	]);
	const { files, sizes } = pickMissing(archived, missing);
	const pipes = [
		source.stdout,
		files,
		countBytes(onBytes),
		target
	];
	const piped = pipeline$1(...pipes, { end: false }).catch(() => {});
	const [saved] = await Promise.all([source.ended, piped]);
	if (saved.code !== 0) return {
		kind: "failed",
		problem: `docker save: ${describeEnd(saved)}`
	};
	if (!hasBlobs(sizes)) return { kind: "cannot" };
	const configBytes = sizes.get(toBlobName$1(archived.config)) ?? 0;
	writeManifest(target, archived.manifest ?? toManifest(configBytes));
	return { kind: "sent" };
};
/**
* Sends an image's missing layers into a node, where they are unpacked as they arrive: nothing is
* kept twice. The node undoes everything when it fails or when the stream ends early.
*/
const sendLayers = async (streaming, archived, feed) => {
	const { docker, node } = streaming;
	const program = [
		"bash",
		"-c",
		streamScript(),
		"slipway",
		containerdClient()
	];
	const args = [
		"exec",
		"--interactive",
		node.name,
		...program
	];
	const { stdin, stdout, ended } = startTarget(docker, args);
	let sending;
	let result;
	splitLines(stdout, (line) => {
		const [event, ...rest] = line.split("	");
		if (event === "loaded") result = { kind: "sent" };
		if (event === "cannot") result = { kind: "cannot" };
		if (event !== "missing") return;
		sending = feed(streaming, archived, rest.map(Number), stdin);
		sending.then(({ kind }) => kind === "sent" || stdin.end());
	});
	stdin.write(toRequest(streaming, archived));
	const end = await ended;
	const endedFirst = stdin.errored !== null;
	stdin.destroy();
	const sent = await sending;
	if (result !== void 0) return result;
	if (sent !== void 0 && sent.kind !== "sent" && !endedFirst) return sent;
	return {
		kind: "failed",
		problem: describeEnd(end)
	};
};

// src/load/send-files.ts
/** A file after the line that says what it is; an empty one stands for a layer that is not there. */
async function* readFile(path, toHead) {
	const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const { size } = await file.stat();
		if (size === 0) throw new Error("the builder left a layer out that the node lacks");
		yield Buffer.from(toHead(size));
		yield* file.createReadStream({
			end: size - 1,
			autoClose: false
		});
	} finally {
		await file.close();
	}
}
/** Sends layers out of the folder that a builder has written the image into. */
const sendFiles = async ({ image, onBytes }, { config }, missing, target) => {
	const { folder = "", manifest = "" } = image.layout ?? {};
	const byLayer = Map.groupBy(missing, (index) => image.layers[index]?.diffId ?? "");
	const read = async function* () {
		for (const [diffId, indexes] of byLayer) {
			const toHead = (size) => `layer ${size} ${indexes.join(" ")}\n`;
			yield* readFile(toBlobPath(folder, diffId), toHead);
		}
		yield* readFile(toBlobPath(folder, config), (size) => `blob ${size} ${config}\n`);
	};
	try {
		await pipeline$1(read, countBytes(onBytes), target, { end: false });
	} catch (error) {
		return {
			kind: "failed",
			problem: `reading what the builder wrote: ${String(error)}`
		};
	}
	writeManifest(target, manifest);
	return { kind: "sent" };
};

// src/load/unpack-layout.ts
/** A large image on a slow disk. */
const deadlineMs = 18e5;
/** What the helper is told once it has said what is missing: layers lie there, all else is sent. */
const toRecords = ({ image }, { config }, missing) => {
	const { folder = "", manifest = "" } = image.layout ?? {};
	const layers = [...Map.groupBy(missing, (index) => image.layers[index]?.diffId ?? "").values()].map((indexes) => `layer here ${indexes.join(" ")}\n`);
	const toRecord = (digest, text) => `blob ${Buffer.byteLength(text)} ${digest}\n${text}`;
	const digest = toDigest(manifest);
	const blobs = [toRecord(config, readBlob(folder, config)), toRecord(digest, manifest)];
	return [
		...layers,
		...blobs,
		`end ${digest}\n`
	].join("");
};
/**
* Unpacks an image's missing layers in a node out of the folder that a builder has written it into, which a
* helper container sees: through a pipe, each byte would be copied ten times.
*
* @returns `cannot` where the daemon does not see the folder, or starts no such container
*/
const unpackLayout = async (streaming, archived) => {
	const { docker, api, image, node, runId, signal, onBytes } = streaming;
	const { folder = "", layerBytes = [] } = image.layout ?? {};
	if (!docker.isLocal) return { kind: "cannot" };
	let result = { kind: "cannot" };
	const errors = [];
	const onLine = (line, reply) => {
		const [event, ...rest] = line.split("	");
		if (event === "loaded") result = { kind: "sent" };
		if (event === "unpacked") onBytes(layerBytes[Number(rest[0])] ?? 0);
		if (event !== "missing") return;
		result = {
			kind: "failed",
			problem: ""
		};
		reply(toRecords(streaming, archived, rest.map(Number)));
	};
	const watch = {
		deadlineMs,
		signal,
		onLine,
		onErrorLine: (line) => void errors.push(line.slice(0, 4e3)),
		isEnough: () => result.kind === "sent"
	};
	const helper = toLayoutHelper(node, folder, runId);
	const end = await runContainer(api, helper, toRequest(streaming, archived), watch).catch((error) => {
		if (!(error instanceof Failure) || result.kind === "failed") throw error;
		return "";
	});
	signal.throwIfAborted();
	return result.kind === "failed" ? {
		kind: "failed",
		problem: reasonFor(node.name, errors, end)
	} : result;
};

// src/load/stream.ts
const sendLayout = async (streaming, archived) => {
	const unpacked = await unpackLayout(streaming, archived);
	return unpacked.kind === "cannot" ? sendLayers(streaming, archived, sendFiles) : unpacked;
};
const send = async (streaming, archived) => {
	const { image, node } = streaming;
	if (archived !== void 0 && node.containerd.snapshotter === "overlayfs") {
		const sent = await (image.layout === void 0 ? sendLayers(streaming, archived, sendSaved) : sendLayout(streaming, archived));
		if (sent.kind === "sent") return void 0;
		if (sent.kind === "failed") return sent.problem;
	}
	if (image.layout !== void 0) return `its snapshotter is ${node.containerd.snapshotter}, which takes no single layers. Set load: true`;
	return importArchive(streaming, archived);
};
/**
* Sends an image out of `docker save` into a node, without a file in between and without the layers
* that the node has.
*
* @returns the bytes that were sent
* @throws {Failure} saying which end failed; the node then does not believe in the image
*/
const streamImage = async (task) => {
	const { image, node, progress } = task;
	let sentBytes = 0;
	const onBytes = (bytes) => {
		sentBytes += bytes;
		progress(node.name, sentBytes, image.sizeBytes);
	};
	const problem = await send({
		...task,
		onBytes
	}, await findArchived(task, image));
	if (problem === void 0) return sentBytes;
	const name = image.references[0]?.given ?? image.id;
	throw new Failure(`Streaming ${name} into ${node.name} failed: ${problem}`, { remedy: `See whether the node is well and has room: \`docker exec ${node.name} df -h /var\`.` });
};

// src/load/by-stream.ts
const timed = async (name, way, because, body) => {
	const started = performance.now();
	return {
		name,
		way,
		because,
		copiedBytes: await body(),
		durationMs: Math.round(performance.now() - started)
	};
};
/** Docker's graph drivers answer `empty export - not implemented`, to kind as well. */
const refuseEmpty = ({ engine, image }) => {
	if (!(image.layout === void 0) || engine.hasContainerdStore || image.layers.length > 0) return;
	const name = image.references[0]?.given ?? image.id;
	const store = engine.driver;
	throw new Failure(`${name} has no layers, and Docker's ${store} store cannot export such an image`, { remedy: "Give it a file (COPY), or use load-mode: auto where links reach the node." });
};
/** Has kind load it. */
const byKind = (task, node, because) => timed(node.name, "kind", because, async () => {
	refuseEmpty(task);
	await loadWithKind({
		...task,
		node,
		onBytes: () => {}
	});
	return task.image.sizeBytes;
});
/** Streams; where even that fails and nobody insisted on it, kind may do what we could not. */
const byStream = async (task, node, because) => {
	const { signal, warn } = task;
	refuseEmpty(task);
	try {
		return await timed(node.name, "stream", because, () => streamImage({
			...task,
			node
		}));
	} catch (error) {
		signal.throwIfAborted();
		if (!(task.image.layout === void 0) || because?.kind === "load-mode" || isNoSpace(error)) throw error;
		warn(`${renderError(error)} Trying \`kind load\` as the last resort.`);
		return byKind(task, node, { kind: "streaming-failed" }).catch(() => Promise.reject(error));
	}
};

// src/load/task.ts
/** Waits for all before it fails with the first failure: no node's load may outlive the step. */
const allEnded = async (works) => {
	await Promise.allSettled(works);
	return Promise.all(works);
};

// src/load/by-direct.ts
const groupForHelpers = (plans) => [...Map.groupBy(plans.flatMap(({ node, choice }) => choice.kind === "direct" ? [{
	node,
	choice
}] : []), ({ node }) => node.imageId).values()].map((group) => ({
	nodes: group.map(({ node }) => node),
	wanted: group[0]?.choice.wanted ?? "auto"
}));
/**
* What to say of a node that did not get its image by folders. A failure that nobody foresaw is a fault of
* ours where the image got there otherwise; where it did not, the node is not well.
*
* @param load how it got the image then; undefined when it has not, or not yet
*/
const renderFallback = (node, { reason, isForeseen }, load) => {
	if (isForeseen || load === void 0) return `Linking into ${node} failed, so the image is streamed: ${reason}`;
	return `Linking into ${node} failed unexpectedly: ${reason}. ${load.way === "kind" ? "kind loaded the image" : "The image was streamed"} instead: ${`${formatBytes(load.copiedBytes)} in ${formatDuration(load.durationMs)}`}. Please report this as an issue of Slipway's repository, with this message, the step's log, \`docker version\` and \`docker exec ${node} ctr version\`.`;
};
/** Streams after a failure. What one that nobody foresaw has cost is told as soon as it is known. */
const fallBack = async (task, node, failure) => {
	const report = (load) => task.warn(renderFallback(node.name, failure, load));
	if (failure.isForeseen) report();
	const streaming = byStream(task, node, {
		kind: "direct-failed",
		reason: failure.reason
	});
	if (!failure.isForeseen) await streaming.then(report, () => report());
	return streaming;
};
/**
* By folders; streams to those nodes where that turned out not to work and was not insisted on.
*
* @param config see `DirectLoad`
*/
const byDirect = async (task, { nodes, wanted }, config) => {
	const { api, engine, image, runId, progress, signal, warn, begun } = task;
	const toManifest = begun.then((whole) => whole.toManifest);
	toManifest.catch(() => {});
	const results = await loadDirectly(api, {
		engine,
		image,
		nodes,
		wanted,
		runId,
		config,
		toManifest
	}, progress, signal);
	signal.throwIfAborted();
	return allEnded(nodes.map(async (node) => {
		const result = results.get(node.name);
		if (result?.kind === "loaded") {
			const { way, copiedBytes, durationMs, repairedLayers } = result;
			if (repairedLayers > 0) warn(`${node.name} had ${repairedLayers} broken layers of the image; they are whole again.`);
			const because = wanted === "auto" && way === "copy" ? { kind: "out-of-reach" } : void 0;
			return {
				name: node.name,
				way,
				because,
				copiedBytes,
				durationMs
			};
		}
		const failure = result ?? {
			kind: "failed",
			reason: "no result",
			isForeseen: false
		};
		const { reason } = failure;
		if (wanted !== "auto") throw new Failure(`load-mode: ${wanted} does not work with ${node.name}: ${reason}`, { remedy: "Use load-mode: auto, which takes another way then." });
		if (saysNoSpace(reason)) throw new Failure(`${node.name} could not take the image: ${reason}`);
		return fallBack(await begun, node, failure);
	}));
};

// src/load/from-layout.ts
/** Layers that some node lacks and the builder left out: no node lacked them when it began, or below others. */
const findLeftOut = async ({ api, image }, plans) => {
	const states = await Promise.all(plans.map(({ node }) => inspectNode(api, node, []).catch(() => void 0)));
	return image.layers.filter(({ chainId }) => states.some((state) => state?.chains.has(chainId) !== true)).map(({ diffId }) => diffId).filter((diffId) => !hasLayer(image.layout?.folder ?? "", diffId));
};
/** So few bytes are unpacked in each node sooner than they are linked from the first one. */
const fewBytes = 8e6;
const sumWritten = ({ layers, layout }) => layers.reduce((sum, { diffId }, index) => {
	return sum + (hasLayer(layout?.folder ?? "", diffId) ? layout?.layerBytes[index] ?? 0 : 0);
}, 0);
/** Links what one node has into others, as if it were Docker's; streams where links cannot be. */
const spread = async (task, from, plans) => {
	const stream = async ({ node }) => byStream(await task.begun, node);
	const found = plans.length === 0 ? void 0 : await findInNode(task, task.image, from).catch(() => void 0);
	if (found === void 0) return allEnded(plans.map(stream));
	const { image, config } = found;
	const begun = task.begun.then((whole) => ({
		...whole,
		image
	}));
	return (await allEnded([...groupForHelpers(plans).map((group) => byDirect({
		...task,
		image,
		begun
	}, group, config)), ...plans.filter(({ choice }) => choice.kind !== "direct").map(async (plan) => [await stream(plan)])])).flat();
};
/**
* Puts an image that a builder has written into a folder into nodes that lack it: unpacked in the first,
* linked into the others. What is small is unpacked in all of them, side by side.
*/
const loadLayout = async (task, plans) => {
	const [first, ...others] = plans;
	if (first === void 0) return [];
	const leftOut = await findLeftOut(task, plans);
	if (leftOut.length > 0) await task.exportLayers?.(leftOut);
	if (sumWritten(task.image) <= fewBytes) {
		const begun = await task.begun;
		return allEnded(plans.map(({ node }) => byStream(begun, node)));
	}
	return [await byStream(await task.begun, first.node), ...await spread(task, first.node, others)];
};

// src/load/load-image.ts
/** Nodes that do not answer are left to the loading, which says more when it fails. */
const inspectNodes = async ({ api, engine, signal }, image, nodes) => {
	const states = /* @__PURE__ */ new Map();
	await Promise.all(nodes.map(async (node) => {
		const state = await inspectNode(api, node, namesOf(engine, image)).catch(() => void 0);
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
	const names = namesOf(context.engine, image);
	const isThere = ({ name }) => {
		const state = states.get(name);
		return state !== void 0 && isPresent(image, names, state);
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
	const progress = createProgress(context.line, image.references[0]?.given ?? image.id);
	const task = begin({
		...context,
		image,
		progress
	});
	const loads = await (image.layout === void 0 ? loadFromDocker : loadLayout)(task, lacking);
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
		tempDir: run.tempDir,
		signal: run.signal,
		line: log.line,
		warn: log.warning
	};
	const done = await loadImage(context, image, step.into).finally(() => foreign);
	if (source.kind === "pulled" && image.layout !== void 0) dropLayout(image.layout.folder);
	if (step.keepImages !== void 0 && image.layout === void 0) await dropImages(docker.command, api.get, planDropping([done], step.keepImages), log.line);
	return done;
};

// src/analysis/find-culprits.ts
/**
* Finds which of several things cannot go, by halving: about log2 of their number in runs for each culprit.
*
* @param isFine whether all still works without these; undefined where no further run is to be had
*/
const findCulprits = async (all, isFine) => {
	const culprits = [];
	let rest = all;
	let fine = 0;
	while (fine < rest.length) {
		const whole = await isFine(rest);
		if (whole === void 0) return {
			passing: rest.slice(0, fine),
			culprits,
			isComplete: false
		};
		if (whole) break;
		let broken = rest.length;
		while (broken - fine > 1) {
			const middle = Math.floor((fine + broken) / 2);
			const half = await isFine(rest.slice(0, middle));
			if (half === void 0) return {
				passing: rest.slice(0, fine),
				culprits,
				isComplete: false
			};
			if (half) fine = middle;
			else broken = middle;
		}
		culprits.push(...rest.slice(broken - 1, broken));
		rest = rest.toSpliced(broken - 1, 1);
	}
	return {
		passing: rest,
		culprits,
		isComplete: true
	};
};

// src/analysis/proof.ts
/** Enough for one culprit among a thousand findings, or some among a few. */
const mostRuns = 12;
/**
* Runs a test in the image as it is, then without findings; where it fails, finds out which of them it needs.
*
* @param test runs it without some findings; `late` where there is no time left
*/
const proveRemoval = async ({ parts }, totalBytes, test) => {
	const beganMs = performance.now();
	let runs = 0;
	let failed;
	const run = async (without) => {
		runs += 1;
		return test(without);
	};
	const count = () => ({
		runs,
		durationMs: performance.now() - beganMs
	});
	const first = await run([]);
	if (first.kind === "failed") return {
		...first,
		kind: "useless",
		...count()
	};
	if (first.kind === "late") return {
		kind: "useless",
		how: "it did not end in time",
		said: [],
		...count()
	};
	const seen = parts.filter(({ hides }) => hides.length > 0);
	const unseen = parts.filter(({ hides }) => hides.length === 0);
	const search = await findCulprits(seen, async (without) => {
		if (runs > mostRuns) return void 0;
		const end = await run(without);
		if (end.kind === "failed") failed = end;
		return end.kind === "late" ? void 0 : end.kind === "passed";
	});
	const goes = /* @__PURE__ */ new Set([...unseen, ...search.passing]);
	const removed = parts.filter((part) => goes.has(part));
	const { culprits: brokenBy, isComplete } = search;
	return {
		kind: "tried",
		removed,
		brokenBy,
		isComplete,
		bytes: totalBytes - countRemoved(removed),
		failed,
		...count()
	};
};

// src/docker/run-to-end.ts
/** Fulfilled when a time has passed or the step is cancelled. */
const waitForEnd = (deadlineMs, signal) => {
	const late = Promise.withResolvers();
	const end = () => late.resolve("late");
	const timer = setTimeout(end, deadlineMs);
	signal.addEventListener("abort", end, { once: true });
	if (signal.aborted) end();
	const release = () => {
		clearTimeout(timer);
		signal.removeEventListener("abort", end);
	};
	return {
		late: late.promise,
		release
	};
};
/**
* Runs a container whose program knows nothing of us, and removes it with its volumes whatever it does.
*
* @param container as Docker's API takes it, without AutoRemove: its exit code would go with it
* @throws {Failure} when it cannot be made, or the step is cancelled
*/
const runToEnd = async ({ post, remove, attach }, container, { deadlineMs, signal, onLine }) => {
	signal.throwIfAborted();
	const made = await post("/containers/create", container);
	if (made === void 0) throw new Failure("Docker no longer has the image");
	const path = `/containers/${made.Id}`;
	try {
		const socket = await attach(`${path}/attach?stream=1&stdout=1&stderr=1`);
		const { stdout, stderr } = partStreams(socket);
		for (const stream of [stdout, stderr]) splitLines(stream, onLine);
		const ended = Promise.all([finished(stdout), finished(stderr)]);
		ended.catch(() => {});
		const why = await post(`${path}/start`).then(() => void 0, renderError);
		if (why !== void 0) {
			socket.destroy();
			return {
				kind: "not started",
				why
			};
		}
		const { late, release } = waitForEnd(deadlineMs, signal);
		const end = await Promise.race([ended, late]).finally(release);
		if (end === "late") socket.destroy();
		signal.throwIfAborted();
		if (end === "late") return { kind: "late" };
		const waited = await post(`${path}/wait`);
		if (waited === void 0) throw new Failure("Somebody removed the container");
		return {
			kind: "ended",
			exitCode: waited.StatusCode
		};
	} finally {
		await remove(`${path}?force=true&v=true`).catch(() => {});
	}
};

// src/image/derived/whiteouts.ts
const blockBytes = 512;
const pad = (bytes) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)]);
/** Octal digits, or base-256 where they do not suffice (GNU tar). */
const putNumber = (block, at, length, value) => {
	const digits = value.toString(8);
	if (digits.length < length) block.write(digits.padStart(length - 1, "0"), at, "latin1");
	else {
		block.writeUInt8(128, at);
		block.writeUIntBE(value, at + length - 6, 6);
	}
};
const toBlock = ({ name, kind, sizeBytes, mode, uid, gid, seconds }) => {
	const block = Buffer.alloc(blockBytes);
	block.write(name, 0, 100, "latin1");
	putNumber(block, 100, 8, mode);
	putNumber(block, 108, 8, uid);
	putNumber(block, 116, 8, gid);
	putNumber(block, 124, 12, sizeBytes);
	putNumber(block, 136, 12, seconds);
	block.write(`        ${kind}`, 148, "latin1");
	block.write("ustar  \0", 257, "latin1");
	const checksum = block.reduce((total, byte) => total + byte, 0);
	block.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
	return block;
};
const none$1 = {
	mode: 0,
	uid: 0,
	gid: 0,
	seconds: 0,
	sizeBytes: 0
};
/** A file of a tar archive. */
const toTarEntry = (header, content = Buffer.alloc(0)) => {
	const whole = {
		...none$1,
		kind: "0",
		...header,
		sizeBytes: content.length
	};
	const name = Buffer.from(`${whole.name}\0`, "latin1");
	const long = name.length <= 101 ? [] : [toBlock({
		...none$1,
		name: "././@LongLink",
		kind: "L",
		sizeBytes: name.length
	}), pad(name)];
	return Buffer.concat([
		...long,
		toBlock(whole),
		pad(content)
	]);
};
const tarEnd = Buffer.alloc(2 * blockBytes);
/** More is no list that somebody waits for. */
const mostBytes = 64e6;
const toFolderEntry = ({ path, mode, uid, gid, mtime }) => {
	const seconds = Math.max(0, Math.floor(Number(mtime)));
	return toTarEntry({
		name: `./${path === "" ? "" : `${path}/`}`,
		kind: "5",
		mode,
		uid,
		gid,
		seconds
	});
};
const toWhiteout = (path) => {
	const at = path.lastIndexOf("/") + 1;
	return `./${path.slice(0, at)}.wh.${path.slice(at)}`;
};
/**
* A layer, as a tar archive, that hides paths of those below it and changes nothing else: the folders on the way
* come with their owner, mode and time, as the upper ones' count.
*
* @throws {Failure} when it hides more than can be
*/
const toWhiteoutLayer = ({ paths, folders }) => {
	const all = new Set(paths);
	const hidden = [...all].filter((path) => findFolderAbove(path, (folder) => all.has(folder)) === void 0);
	const parts = [
		...[...new Set(hidden.flatMap((path) => ["", ...foldersAbove(path)]))].toSorted().flatMap((path) => {
			const entry = folders.get(path);
			return entry === void 0 ? [] : [toFolderEntry(entry)];
		}),
		...hidden.toSorted().map((path) => toTarEntry({ name: toWhiteout(path) })),
		tarEnd
	];
	if (parts.reduce((sum, part) => sum + part.length, 0) > mostBytes) throw new Failure(`It takes away ${hidden.length} files one by one`);
	return Buffer.concat(parts);
};

// src/image/derived/archive.ts
const parse = (json, what) => {
	const value = attempt(() => JSON.parse(json ?? ""));
	if (typeof value === "object" && value !== null) return value;
	throw new Failure(`The image's ${what} is no JSON`);
};
const toConfig = (json, layer) => {
	const config = parse(json, "config");
	const { rootfs = {}, history = [] } = config;
	return Buffer.from(JSON.stringify({
		...config,
		rootfs: {
			...rootfs,
			diff_ids: [...rootfs.diff_ids ?? [], toDigest(layer)]
		},
		history: [...history, { created_by: "slipway: without findings" }]
	}));
};
const toTar = (files) => Buffer.concat([...Object.entries(files).map(([name, content]) => toTarEntry({
	name,
	mode: 420
}, content)), tarEnd]);
const toJson = (value) => Buffer.from(JSON.stringify(value));
const toBlobName = (content) => `blobs/sha256/${toDigest(content).slice(7)}`;
/** What the classic store loads: layers that it has need no file. */
const toDockerArchive = (config, layer, name) => {
	const { rootfs } = JSON.parse(config.toString());
	const layers = (rootfs?.diff_ids ?? []).map((_, at) => `${at}/layer.tar`);
	const file = `${toDigest(config).slice(7)}.json`;
	return toTar({
		"manifest.json": toJson([{
			Config: file,
			RepoTags: [name],
			Layers: layers
		}]),
		[file]: config,
		[layers.at(-1) ?? ""]: layer
	});
};
/** What the containerd store loads: a layout without the blobs that it has. */
const toLayoutArchive = (source, config, layer, name) => {
	const old = parse(source.manifest, "manifest");
	const { mediaType = "application/vnd.oci.image.manifest.v1+json" } = old;
	const describe = (content) => ({
		digest: toDigest(content),
		size: content.length
	});
	const added = {
		mediaType: "application/vnd.oci.image.layer.v1.tar",
		...describe(layer)
	};
	const manifest = toJson({
		...old,
		config: {
			...old.config,
			...describe(config)
		},
		layers: [...old.layers ?? [], added]
	});
	const annotations = { "io.containerd.image.name": name };
	const manifests = [{
		mediaType,
		...describe(manifest),
		annotations
	}];
	return toTar({
		"oci-layout": toJson({ imageLayoutVersion: "1.0.0" }),
		"index.json": toJson({
			schemaVersion: 2,
			manifests
		}),
		[toBlobName(manifest)]: manifest,
		[toBlobName(config)]: config,
		[toBlobName(layer)]: layer
	});
};
/**
* An archive from which Docker makes an image of one that it has and a layer upon it. It holds that layer alone,
* so that nothing is copied.
*
* @param nameOf the new image's name, by a digest that is its own
*/
const toDerivedArchive = (source, layer, hasContainerdStore, nameOf) => {
	const config = toConfig(source.config, layer);
	const name = nameOf(toDigest(config));
	return {
		name,
		archive: hasContainerdStore ? toLayoutArchive(source, config, layer, name) : toDockerArchive(config, layer, name)
	};
};

// src/run/prove-step.ts
/** The test's container, as `docker run` would make it. */
const toContainer = (image, { argv, names }, runId) => ({
	Image: image,
	Entrypoint: argv.slice(0, 1),
	Cmd: argv.slice(1),
	Env: [`SLIPWAY_IMAGE=${names[0] ?? ""}`],
	Labels: { [runLabel]: runId },
	AttachStdout: true,
	AttachStderr: true,
	Healthcheck: { Test: ["NONE"] },
	HostConfig: { LogConfig: { Type: "none" } }
});
const linesKept = 10;
const longestLine = 1e3;
const toTestEnd = (end, said) => {
	if (end.kind === "late") return end;
	if (end.kind === "not started") return {
		kind: "failed",
		how: end.why,
		said: []
	};
	if (end.exitCode === 0) return { kind: "passed" };
	return {
		kind: "failed",
		how: `exit code ${end.exitCode}`,
		said
	};
};
/** Makes an image without some findings of one that Docker has, under a name that goes with the run. */
const makeWithout = async ({ docker: { command, engine }, run }, removal, without) => {
	const paths = without.flatMap(({ hides }) => hides);
	const layer = toWhiteoutLayer({
		paths,
		folders: removal.folders
	});
	const toName = (digest) => toHeldName(run.id, digest);
	const { name, archive } = toDerivedArchive(removal, layer, engine.hasContainerdStore, toName);
	const fd = openMemoryFile(archive);
	try {
		await command.run([
			"image",
			"load",
			"--quiet",
			"--input",
			"/dev/stdin"
		], { stdin: { fd } });
	} finally {
		closeSync(fd);
	}
	return name;
};
const createTest = (step, ports, image, removal) => {
	const { docker, run } = ports;
	const endMs = performance.now() + step.timeoutMs;
	const runIn = async (name) => {
		const deadlineMs = endMs - performance.now();
		if (deadlineMs <= 0) return { kind: "late" };
		const said = [];
		const onLine = (line) => {
			said.push(line.slice(0, longestLine));
			if (said.length > linesKept) said.shift();
		};
		const container = toContainer(name, step, run.id);
		const end = await runToEnd(docker.api, container, {
			deadlineMs,
			signal: run.signal,
			onLine
		});
		return toTestEnd(end, said);
	};
	return async (without) => {
		if (without.length === 0) return runIn(image.id);
		const name = await makeWithout(ports, removal, without);
		return runIn(name).finally(() => dropName$1(docker.api, name));
	};
};
/** Runs the user's test in an image without its findings. That fails no step, whatever the test says. */
const prove = async (step, ports) => {
	const { log, run } = ports;
	const names = step.names.join(", ");
	const analysis = run.resultOf("analyse", step.report);
	const image = findImage(step.image, run);
	if (analysis === void 0 || image === void 0) return void 0;
	const { removal, totalBytes } = analysis;
	if (removal === void 0) {
		log.line(`prove: ${names} has no finding whose fix only removes something, so no test ran.`);
		return;
	}
	try {
		return await proveRemoval(removal, totalBytes, createTest(step, ports, image, removal));
	} catch (error) {
		if (!run.signal.aborted) log.warning(`prove: cannot run the test in ${names} without its findings: ${renderError(error)}. The image is built and loaded all the same.`);
		return;
	}
};

// src/run/pull-step.ts
/** Brings an image out of the Actions cache, or has Docker pull it, and finds what has come. */
const pull = async ({ reference, mirrors, cache, nodes }, ports) => {
	const { docker, log, run } = ports;
	const { env, signal } = run;
	if (cache !== void 0) {
		const { pullKept } = await import("./run-pull-kept.js");
		const pulled = await pullKept(reference, nodes, ports);
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

// src/run/sync-files-step.ts
/** Copying and hashing want a core each; the store's disk is one. */
const mostWorkers = 4;
/** What the store keeps of files that no node has: the next cluster on this machine may want them. */
const keptBytes = 1e10;
const toLfsDigests = ({ files: { origin }, found }) => origin.kind === "lfs" && found.kind === "remote" ? [...found.source.elsewhere ?? []] : [];
/** Puts files into nodes. */
const syncNodeFiles = async ({ wanted, removals, verifies, cache: plan }, { docker: { api, engine }, log, run }) => {
	const folder = join(run.layoutDir, "files");
	await mkdir(folder, {
		mode: 448,
		recursive: true
	});
	try {
		const cache = createFilesCache(plan, folder, {
			log,
			run
		});
		const result = await syncFiles(api, {
			wanted,
			removals,
			verifies,
			folder,
			keptBytes,
			restore: cache.restore,
			runId: run.id,
			workers: Math.min(engine.cores, mostWorkers),
			line: log.line,
			signal: run.signal
		});
		const fetched = await cache.save();
		const { broken } = result;
		if (broken.length > 0) log.warning(`node-files: ${formatCount(broken.length, "file")} had changed in a node or in the store, and ${broken.length === 1 ? "was" : "were"} replaced: ${broken.slice(0, 3).join(", ")}`);
		const lfs = new Set(wanted.flatMap(toLfsDigests));
		const lfsBytes = fetched.reduce((sum, { sha256, sizeBytes }) => sum + (lfs.has(sha256) ? sizeBytes : 0), 0);
		return {
			...result,
			lfsBytes
		};
	} finally {
		await rm(folder, {
			recursive: true,
			force: true
		});
	}
};

// src/run/handlers.ts
/** How each kind of step is done. */
const handlers = {
	analyse,
	build,
	load,
	prove,
	pull,
	"create-cluster": createClusterStep,
	"await-cluster": awaitClusterStep,
	"keep-pulled": keepPulled,
	"sync-files": syncNodeFiles,
	"image-volumes": makeImageVolumes,
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
	"drop-image": ({ name }, { docker }) => dropName$1(docker.api, name),
	"release-image": async ({ image, loadedBy }, { docker, run }) => {
		const loaded = run.resultOf("load", loadedBy);
		if (loaded === void 0 || loaded.image.heldAs !== void 0) await dropName$1(docker.api, toHeldName(run.id, image.id));
	},
	"drop-leftovers": async (_, { docker: { api } }) => {
		for (const name of await findLeftOvers(api).catch(() => [])) await dropName$1(api, name);
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
const told = [
	"build",
	"load",
	"free-disk",
	"prune-cache",
	"sync-files",
	"image-volumes",
	"pull"
];
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
/** Steps of these lanes are done again when room could be made. */
const fillsDisks = /* @__PURE__ */ new Set([
	"build",
	"load",
	"files",
	"pull"
]);
/** The kind picks the handler of its own step, which the compiler cannot see. */
const handlerOf = ({ kind }) => handlers[kind];
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
	const ports = {
		...given,
		docker: {
			...docker,
			command: createDocker(run.env, signal)
		},
		run: {
			...run,
			signal,
			resultOf,
			over
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
	return {
		outcomes: await runJobs(steps, {
			lanes: {
				build: parallel,
				load: 1,
				report: 1,
				proof: 1,
				files: 1,
				pull: 3
			},
			isEnded: () => signal.aborted,
			renew: (step) => renewed.get(step.id) ?? step,
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
				if (state === "failed" && failFast) stop.abort();
				ring(step.id);
				const text = renderEnd(outcome);
				if (text !== void 0) log.line(text);
			}
		}),
		reclaimed: reclaim.freed
	};
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

// src/commands/run.ts
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
/** Post writes down what these names hold, for which nobody waits. */
const leaveNames = ({ keptFor, targets, lastTimes }, report, history, { mayWriteCache, isDefaultBranch }, { saveState }) => {
	const times = toBuildTimes(report, history);
	if (keptFor === void 0 || lastTimes === void 0 || !mayWriteCache) return;
	const images = toImagesToKeep(report, history.targets);
	const names = [times && nameTimes(keptFor, targets, times, lastTimes), ...images === void 0 ? [] : nameImages(keptFor, targets, images, isDefaultBranch)].filter((name) => name !== void 0);
	if (names.length > 0) saveState(namesState, names.join(" "));
};
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
		const { clusterName, createCluster } = inputs;
		const record = () => beginRecording({
			clusterName,
			folder,
			childEnv: env,
			line: log.line
		});
		let finishRecording = createCluster === void 0 ? record() : void 0;
		let known = facts;
		const planAgain = async () => {
			known = await gatherNodes(api, inputs, {
				...context,
				takeToken
			}, cache, facts);
			finishRecording = record();
			await remarkOnManifests(inputs, known, log);
			return planRun(inputs, known).steps;
		};
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
				signal,
				saveClusterState: (state) => front.saveState(clusterState, state)
			},
			tempRoot: context.tempRoot,
			planAgain
		});
		if (!signal.aborted) await finishRecording?.(toLoaded(report));
		const history = toHistory(facts);
		const compared = compareImages(report, history.targets, facts.lastImages);
		const excesses = checkImageLimits(compared, inputs.imageLimits);
		const failure = signal.aborted ? signal.reason : toFailure$2(report);
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

// src/report/image-report-text.ts
const eighths = [
	"",
	"▏",
	"▎",
	"▍",
	"▌",
	"▋",
	"▊",
	"▉"
];
/** A bar that is as long as a part is of a whole; shorter than that it is not shown. */
const renderBar$1 = (part, whole, width = 10) => {
	const length = whole > 0 ? Math.round(part / whole * width * 8) : 0;
	return "█".repeat(Math.floor(length / 8)) + (eighths[length % 8] ?? "");
};
const percent = (part, whole) => whole > 0 ? `${(part / whole * 100).toFixed(1)} %` : "0 %";
/** `169 MB in 6 layers, about 64 MB in a registry`. */
const renderSizes$1 = ({ totalBytes, layers, packedBytes, isPackedExact }) => {
	const about = isPackedExact ? "" : "about ";
	return `${formatBytes(totalBytes)} in ${formatCount(layers.length, "layer")}, ${about}${formatBytes(packedBytes)} in a registry`;
};
/** Own lines and the base apart, and nothing of what is nothing. */
const renderWaste = ({ waste, totalBytes, dive }) => {
	const { ownBytes, squashBytes, baseBytes } = waste;
	const parts = [
		`${formatBytes(ownBytes)} (${percent(ownBytes, totalBytes)}) that a better Dockerfile does not have`,
		...squashBytes > 0 ? [`${formatBytes(squashBytes)} of the base that your lines hide, which only squashing loses`] : [],
		...baseBytes > 0 ? [`${formatBytes(baseBytes)} inside the base`] : []
	];
	const efficiency = (dive.efficiency * 100).toFixed(4);
	return `${parts.join("; ")}. dive says: efficiency ${efficiency} %, ${formatBytes(dive.wastedBytes)} wasted`;
};
const longestInstruction$1 = 120;
/** Layers that have something, as lines of the log. */
const renderLayers$1 = ({ layers, totalBytes }) => layers.flatMap((layer, index) => {
	const { bytes, wastedBytes } = layer;
	const instruction = toLine(layer.instruction ?? "", longestInstruction$1);
	if (bytes === 0) return [];
	const bar = renderBar$1(bytes, totalBytes).padEnd(10);
	const waste = wastedBytes > 0 ? ` (${formatBytes(wastedBytes)} hidden)` : "";
	const place = renderPlace$1(layer, index);
	return [`${formatBytes(bytes).padStart(7)} ${bar} ${place} ${instruction}${waste}`.trimEnd()];
});
/** The report of one image as lines of the log, the title apart. */
const renderReportLines = ({ name, analysis, proof }) => {
	const { findings, layers, folders } = analysis;
	const lines = findings.map((match) => {
		const place = renderMatchPlace(match, layers);
		return `${match.rule.level}${place && ` ${place}`}: ${renderFinding(match)}`;
	});
	return {
		title: `Image report: ${name}: ${renderSizes$1(analysis)}, ${formatCount(findings.length, "finding")}`,
		lines: [
			`Waste: ${renderWaste(analysis)}`,
			"Layers:",
			...renderLayers$1(analysis),
			"Largest folders:",
			...folders.map(({ path, bytes }) => `${formatBytes(bytes).padStart(7)} ${renderPath(path)}`),
			...lines.length === 0 ? ["Findings: none"] : ["Findings:", ...lines],
			...[renderProof(analysis, proof)].filter(Boolean),
			...renderSaid(proof)
		]
	};
};

// src/report/shared-base.ts
/** Layers that are worth a word. */
const mostPlaces = 3;
const renderPlaces = ({ analysis: { layers } }, common, at) => (common.layers[at] ?? []).slice(0, mostPlaces).flatMap(({ layer }) => {
	const made = layers[layer];
	return made === void 0 ? [] : [renderPlace$1(made, layer)];
}).join(", ");
const listNames = (names) => names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
/** What several images of the run install, each for itself, and what to do; undefined where there is little. */
const renderCommon = (reports, { common }) => {
	if (common === void 0) return void 0;
	const images = common.images.flatMap((image) => reports[image] ?? []);
	const lines = images.map((image, at) => `${image.name} by ${renderPlaces(image, common, at) || "layers of its own"}`);
	return `${listNames(images.map(({ name }) => name))} each have the same ${formatBytes(common.bytes)} in layers of their own (${common.files} files at the same paths, of the same sizes): ${lines.join("; ")}. Put what these lines install into one stage or Bake target, and begin all of these images with it: it is then built, kept and loaded once, ${formatBytes(common.savedBytes)} less.`;
};

// src/report/image-report-summary.ts
const marks$2 = {
	error: "❌",
	warning: "⚠️",
	info: "ℹ️"
};
const fold = (title, body) => `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
/** More rows would be read by nobody. */
const mostFindings = 20;
const renderFindings$1 = ({ findings, layers }) => {
	const shown = findings.slice(0, mostFindings);
	if (shown.length === 0) return [];
	const toRow = (match) => {
		const { rule, bytes } = match;
		const place = escapeCell(renderMatchPlace(match, layers));
		const size = bytes > 0 ? formatBytes(bytes).replace(" ", "\xA0") : "";
		const doubt = rule.doubt === void 0 ? "" : ` (Unless ${rule.doubt}.)`;
		return [
			`${marks$2[rule.level]} ${rule.what}`,
			size,
			place,
			escapeCell(renderEvidence({
				...match,
				bytes: 0
			})),
			`${fixOf(match)}${doubt}`
		];
	};
	const head = [
		"Finding",
		"Bytes",
		"Line",
		"Where",
		"What to do"
	];
	const rest = findings.length - shown.length;
	return [markdownTable([head, ...shown.map(toRow)], { align: [
		"l",
		"r",
		"l",
		"l",
		"l"
	] }), ...rest > 0 ? [`${rest} more in the step's log.`] : []];
};
/** A row should not become a page. */
const longestInstruction = 120;
const renderLayers = ({ layers, totalBytes }) => {
	const rows = layers.flatMap((layer, index) => layer.bytes === 0 && layer.isBase ? [] : [[
		escapeCell(renderPlace$1(layer, index)),
		escapeCell(toLine(layer.instruction ?? "", longestInstruction)),
		formatBytes(layer.bytes),
		renderBar$1(layer.bytes, totalBytes),
		String(layer.files),
		layer.wastedBytes > 0 ? formatBytes(layer.wastedBytes) : "",
		formatBytes(layer.packedBytes)
	]]);
	return markdownTable([[
		"Line",
		"Instruction",
		"Bytes",
		"",
		"Files",
		"Hidden later",
		"Packed"
	], ...rows], { align: [
		"l",
		"l",
		"r",
		"l",
		"r",
		"r",
		"r"
	] });
};
const renderWasted = ({ waste, layers }) => {
	const placeOf = (index) => {
		const layer = layers[index];
		return layer === void 0 ? "" : escapeCell(renderPlace$1(layer, index));
	};
	const rows = waste.parts.slice(0, mostFindings).map(({ layer, hiddenBy, reason, bytes, files, paths }) => [
		formatBytes(bytes),
		String(files),
		placeOf(layer),
		placeOf(hiddenBy),
		reason,
		escapeCell(paths.map(renderPath).join(", "))
	]);
	return markdownTable([[
		"Bytes",
		"Files",
		"Written by",
		"Hidden by",
		"Reason",
		"Largest"
	], ...rows], { align: [
		"r",
		"r",
		"l",
		"l",
		"l",
		"l"
	] });
};
const renderLargest = ({ folders, files, visibleBytes }) => markdownTable([[
	"Bytes",
	"",
	"Folder or file"
], ...[...folders, ...files].map(({ path, bytes }) => [
	formatBytes(bytes),
	renderBar$1(bytes, visibleBytes),
	escapeCell(renderPath(path))
])], { align: [
	"r",
	"l",
	"l"
] });
const renderImage$1 = ({ name, analysis, proof }) => [
	`#### ${escapeLine(`${name}: ${renderSizes$1(analysis)}`)}`,
	`**Waste**: ${escapeCell(renderWaste(analysis))}`,
	...renderFindings$1(analysis),
	...[escapeLine(renderProof(analysis, proof))].filter(Boolean),
	fold(formatCount(analysis.layers.length, "layer"), renderLayers(analysis)),
	...analysis.waste.parts.length === 0 ? [] : [fold("Waste", renderWasted(analysis))],
	fold("Largest folders and files", renderLargest(analysis))
].join("\n\n");
/** GitHub takes a megabyte of a step's summary, and drops a longer one. */
const mostCharacters = 6e5;
/** The reports in Markdown, what is to be done first; empty where there are none. */
const renderImageReports = (reports, compared) => {
	if (reports.length === 0) return "";
	const common = renderCommon(reports, compared);
	const parts = [...common === void 0 ? [] : [escapeLine(common)], ...reports.map(renderImage$1)];
	let length = 0;
	const shown = parts.filter((part) => {
		length += Buffer.byteLength(part);
		return length <= mostCharacters;
	});
	const rest = parts.length - shown.length;
	const more = rest > 0 ? [`${formatCount(rest, "report")} more in the step's log.`] : [];
	return `${[
		"### Image report",
		...shown,
		...more
	].join("\n\n")}\n`;
};

// src/report/image-comment.ts
/**
* How a comment begins, by which a later run finds it. Steps with other images have another one, and
* names count without tags, as these often change from run to run.
*/
const toCommentMarker = ({ workflow, job }, clusterName, report) => {
	const names = outcomesOf(report, "analyse").flatMap(({ step }) => step.names.map(withoutTag));
	const parts = [
		workflow,
		job,
		clusterName,
		...new Set(names.toSorted())
	];
	return `<!-- slipway:images:${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)} -->`;
};
/** GitHub links names of people and issues in comments, and tells those people. */
const unlink = (text) => escapeCell(text).replace(/[@#]|:(?=\/\/)|\bwww(?=\.)|\bGH(?=-\d)/gi, "$&&#8203;");
const longestName$1 = 120;
const longestList = 600;
/** What others wrote, as text that is nothing else. */
const toCode = (text, longest = longestName$1) => `<code>${unlink(toLine(text, longest))}</code>`;
const toCell = (bytes) => bytes > 0 ? formatBytes(bytes).replace(" ", "\xA0") : "";
/** So many rows of each make forty lines with all that is around them. */
const most = {
	images: 6,
	excesses: 3,
	findings: 7,
	details: 5
};
const renderRest = (all, shown, what) => all > shown ? [`${formatCount(all - shown, `more ${what}`)} in the summary of the job.`] : [];
const renderTable$1 = (head, rows) => markdownTable([head, ...rows], { alignDelimiters: false }).split("\n");
const renderImages$1 = (images) => {
	const rows = images.slice(0, most.images).map((image) => {
		const { totalBytes, packedBytes, isPackedExact } = image.analysis;
		const packed = `${isPackedExact ? "" : "about "}${formatBytes(packedBytes)}`;
		return [
			toCode(image.name),
			formatBytes(totalBytes),
			packed,
			renderChange(image) ?? "unknown"
		];
	});
	return [
		...renderTable$1([
			"Image",
			"Files of all layers",
			"In a registry",
			"Change"
		], rows),
		"",
		...renderRest(images.length, most.images, "image")
	];
};
const ranks = {
	error: 0,
	warning: 1,
	info: 2
};
const renderFindings = (images) => {
	const all = images.flatMap(({ name, analysis: { findings, layers } }) => findings.map((match) => ({
		name,
		layers,
		match
	}))).toSorted(({ match: a }, { match: b }) => ranks[a.rule.level] - ranks[b.rule.level] || b.bytes - a.bytes);
	if (all.length === 0) return ["No findings.", ""];
	const rows = all.slice(0, most.findings).map(({ name, layers, match }) => [
		`${marks$2[match.rule.level]} ${match.rule.what}`,
		toCell(match.bytes),
		toCode(renderMatchPlace(match, layers)),
		match.paths[0] === void 0 ? "" : toCode(renderPath(match.paths[0])),
		toCode(name)
	]);
	return [
		...renderTable$1([
			"Finding",
			"Bytes",
			"Line",
			"Where",
			"Image"
		], rows),
		"",
		...renderRest(all.length, most.findings, "finding")
	];
};
const renderDetail = ({ name, analysis, grown }) => {
	const largest = findLargest(analysis, false);
	const [folder] = analysis.folders;
	const instruction = largest?.layer.instruction;
	const grew = renderParts$1({
		analysis,
		grown
	});
	return `- ${[
		`${toCode(name)}: ${formatCount(analysis.layers.length, "layer")}`,
		grew && `grown: ${toCode(grew, longestList)}`,
		`waste ${renderWaste(analysis)}`,
		largest && `largest layer ${toCode(renderPlace$1(largest.layer, largest.index))}${instruction === void 0 ? "" : ` ${toCode(instruction)}`} ${formatBytes(largest.bytes)}`,
		folder && `largest folder ${toCode(renderPath(folder.path))} ${formatBytes(folder.bytes)}`
	].filter(Boolean).join("; ")}`;
};
const renderOrigin = ({ runUrl, commit }) => {
	return `All of it is in ${runUrl === void 0 ? "the summary of the job" : `[the summary of the job](${runUrl})`}${commit === void 0 ? "" : `; of commit ${commit}`}.`;
};
/** A comment of at most forty lines: sizes and the worst first, the rest folded. */
const renderImageComment = (marker, images, excesses, origin) => {
	return [
		marker,
		"### Image report",
		...excesses.slice(0, most.excesses).map(({ message }) => `- ❌ ${unlink(toLine(message))}`),
		"",
		...renderImages$1(images),
		...renderFindings(images),
		"<details><summary>Details</summary>",
		"",
		...images.slice(0, most.details).map(renderDetail),
		"",
		"</details>",
		"",
		renderOrigin(origin)
	].join("\n");
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

// src/plan/render.ts
const list = (words) => words.join(", ");
const renderTarget = ({ name, tags, isWanted, further }) => {
	const names = tags.map(({ given }) => given).filter((given) => given !== name);
	const pushed = further.some(isPush$1) ? "pushed, too" : "";
	const notes = [list(names), isWanted ? pushed : "a dependency, not loaded"].filter(Boolean);
	return `Build ${name}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
};
const renderFiles = ({ wanted, removals }) => {
	const each = wanted.map(({ files: { target }, found: { source } }) => `${target} (${formatBytes(source.sizeBytes)})`);
	const gone = [...new Set(removals.map(({ target }) => `remove ${target}`))];
	return `Put files into nodes: ${list([...each, ...gone])}`;
};
const renderImages = ({ wanted }) => {
	const targets = wanted.map(({ files: { target } }) => target);
	return targets.length === 0 ? "Remove images of files that nobody asks for" : `Make images of files: ${list(targets)}`;
};
/** Undefined for what is only bookkeeping, such as names that exist while a step works. */
const renderStep = (step) => {
	switch (step.kind) {
		case "create-cluster": return `Start the cluster ${step.cluster} with kind, or use the one that is there`;
		case "await-cluster": return "Wait until kind has made the cluster";
		case "free-disk": {
			const { entries, targetFreeBytes } = step.freeing;
			return `Free disk${targetFreeBytes === void 0 ? "" : ` until ${formatBytes(targetFreeBytes)} are free`}: ${list(entries.map(({ name }) => name))}`;
		}
		case "await-disk": return "Wait until builds have enough free disk to start";
		case "build": return renderTarget(step.target);
		case "pull": return `Pull ${step.reference.given}`;
		case "mirror-nodes": return `Have the nodes ask ${list(step.mirrors.map(({ host }) => host))} for what pods pull`;
		case "keep-pulled": return "Keep new layers of pulled images for later runs";
		case "load": return `Load ${list(step.names)}`;
		case "analyse": return `Report on ${list(step.names)}`;
		case "prove": return `Prove by the test what ${list(step.names)} can do without`;
		case "sync-files": return renderFiles(step);
		case "image-volumes": return renderImages(step);
		case "revoke-token": return "Revoke the token";
		case "prune-cache": return "Prune the build cache that no image uses";
		default: return;
	}
};
/** Numbered in the order of the plan, each with the numbers of those that it waits for. */
const renderSteps = (steps) => {
	const shown = steps.flatMap((step) => {
		const text = renderStep(step);
		return text === void 0 ? [] : [{
			step,
			text
		}];
	});
	const numbers = new Map(shown.map(({ step }, index) => [step.id, index + 1]));
	return shown.map(({ step, text }) => {
		const waits = [...step.needs, ...step.after].flatMap((id) => numbers.get(id) ?? []).sort((a, b) => a - b);
		return `${numbers.get(step.id)}. ${text}${waits.length > 0 ? `, after ${list(waits.map(String))}` : ""}`;
	});
};
const renderMethod$1 = (choice) => {
	if (choice.kind !== "direct") return `by ${choice.kind} (${renderBecause(choice.because)})`;
	return choice.wanted === "auto" ? "by reflink, link or copy (a probe in the node decides)" : `by ${choice.wanted}`;
};
const dockersCopies = {
	always: "Docker keeps its copies.",
	auto: "Slipway removes Docker's copy after a load by copy, stream or kind.",
	never: "Slipway removes Docker's copy after each load."
};
const renderNodes = (steps) => {
	const [first] = steps.filter((step) => step.kind === "load");
	if (first === void 0) return [];
	if (steps.some((step) => step.kind === "build" && step.target.output === "oci-layout")) return [`Nodes:${first.into.map(({ node }) => `\n- ${node.name}`).join("")}`, "The builder sends the layers that the nodes lack. Docker gets no copy of what it builds."];
	if (steps.some(({ kind }) => kind === "create-cluster") && first.into.length === 0) return [`Nodes: those of the cluster ${first.cluster}, as soon as they answer`];
	const renderNode = ({ node, choice }) => `\n- ${node.name}, ${renderMethod$1(choice)}`;
	return [`Nodes:${first.into.map(renderNode).join("")}`, dockersCopies[first.keepImages ?? "always"]];
};
const renderSizes = (sizes, steps) => {
	if (!steps.some(({ kind }) => kind === "build")) return "";
	if (sizes === void 0) return "\n- image sizes: unknown before the first run";
	const each = list(sizes.each.map(formatBytes));
	return `\n- image sizes in the last run: ${formatBytes(sizes.totalBytes)} together (${each})`;
};
/** What was counted, and the plan's graph, for people. */
const renderPlan = ({ disk, steps, parallel, shortage }) => {
	const sums = disk.sums.map((sum) => `\n- ${renderSum(sum)}`);
	const builds = steps.filter(({ kind }) => kind === "build").length;
	const most = Math.min(parallel, builds);
	const atMost = most > 1 ? `up to ${most} builds` : "one build";
	const atOnce = builds > 1 ? `${atMost} and ` : "";
	return [
		`Disk:${sums.join("")}${renderSizes(disk.sizes, steps)}`,
		...renderNodes(steps),
		`Steps (${atOnce}one load at a time):`,
		...renderSteps(steps),
		...shortage === void 0 ? [] : [renderError(shortage)]
	].join("\n");
};
/** The same in Markdown: its lists stay lists, and what is in them is text. */
const renderPlanSummary = (plan) => {
	return `### Slipway's plan (dry run)\n${renderPlan(plan).split("\n").map((line) => {
		const [, mark = "", text = ""] = /^(- |\d+\. )?(.*)$/s.exec(line) ?? [];
		return mark === "" ? `\n${escapeLine(text)}\n` : mark + escapeLine(text);
	}).join("\n")}\n`;
};

// src/report/node-files.ts
const ways = {
	link: "linked",
	mount: "mounted",
	copy: "copied",
	write: "copied",
	same: "unchanged",
	removed: "removed",
	kept: "removed once no pod uses it"
};
const placedOf = (report) => outcomesOf(report, "sync-files").flatMap(({ result }) => result?.placed ?? []);
/** What became of one target in each node; what was not even tried is as it was. */
const waysOf = ({ files, nodes, into }, placed, isDone) => nodes.map(({ name }) => {
	const own = placed.find(({ node, target }) => node === name && target === files.target);
	const isAsked = into.some((node) => node.name === name);
	if (own !== void 0) return [name, own.way];
	return [name, isAsked && !isDone ? "unknown" : "same"];
});
/** What its files are called as an image; undefined where they are none, or not yet. */
const imageOf = (report, { files, image }) => {
	return outcomesOf(report, "image-volumes").flatMap(({ result }) => result?.made ?? []).find(({ target }) => target === files.target)?.reference ?? image?.reference;
};
const renderImage = (report, each) => {
	const image = imageOf(report, each);
	const bytes = outcomesOf(report, "image-volumes").flatMap(({ result }) => result?.made ?? []).filter(({ target }) => target === each.files.target).flatMap(({ nodes }) => nodes).reduce((sum, { copiedBytes }) => sum + copiedBytes, 0);
	return image === void 0 ? "" : `; image ${image}${bytes > 0 ? `, ${formatBytes(bytes)} copied` : ""}`;
};
const renderWays = (all) => {
	const groups = Map.groupBy(all, ([, way]) => way);
	return [...groups].map(([way, nodes]) => {
		const where = groups.size === 1 ? formatCount(nodes.length, "node") : nodes.map(([name]) => name).join(", ");
		return `${way === "unknown" ? "not there" : ways[way]} (${where})`;
	}).join("; ");
};
const countFiles = ({ found: { source } }) => {
	const files = "files" in source ? source.files : source.tree?.files;
	return files === void 0 ? "" : formatCount(files.length, "file");
};
/** A table in Markdown of the files that nodes have beside their images; undefined where there are none. */
const renderNodeFiles = (report, files) => {
	const placed = placedOf(report);
	const isDone = outcomesOf(report, "sync-files").every(({ state }) => state === "done");
	const rows = files.map((each) => [
		escapeCell(each.files.target),
		escapeCell(each.files.given.slice(0, 80)),
		formatBytes(each.found.source.sizeBytes),
		countFiles(each),
		escapeCell(renderWays(waysOf(each, placed, isDone)) + renderImage(report, each))
	]);
	const gone = placed.flatMap(({ node, target, way }) => way === "removed" || way === "kept" ? [[
		escapeCell(target),
		"",
		"",
		"",
		`${ways[way]} (${node})`
	]] : []);
	if (rows.length + gone.length === 0) return void 0;
	return markdownTable([
		[
			"Files",
			"From",
			"Size",
			"Count",
			"How"
		],
		...rows,
		...gone
	]);
};
/** GitHub's prices for Git LFS, as of November 2026: docs.github.com, "Git LFS billing". */
const lfs = {
	freeGib: 10,
	dollarsPerGib: .0875
};
/** What Git LFS's server had to send, and what GitHub takes for that; undefined where it sent nothing. */
const renderLfsCharge = (report) => {
	const bytes = outcomesOf(report, "sync-files").reduce((sum, { result }) => sum + (result?.lfsBytes ?? 0), 0);
	if (bytes === 0) return void 0;
	const gib = bytes / 2 ** 30;
	const runs = Math.floor(lfs.freeGib / gib);
	const free = `${formatCount(runs, "such run")} a month ${runs === 1 ? "is" : "are"} free`;
	const then = `then ${(gib * lfs.dollarsPerGib).toFixed(gib < .1 ? 4 : 2)} dollars each`;
	return `Git LFS sent ${formatBytes(bytes)}, which GitHub counts on the repository's owner: on the Free plan ${free}, ${then}. With node-files-cache: true later runs fetch only what changed.`;
};
/** `2 paths unchanged`, `2 paths put into nodes, 1.2 GB copied`; undefined where there are none. */
const renderFilesVerdict = (report, files) => {
	const outcomes = outcomesOf(report, "sync-files");
	if (files.length === 0 && outcomes.length === 0) return void 0;
	const paths = formatCount(files.length, "path");
	if (outcomes.length === 0) return `${paths} unchanged`;
	if (outcomes.some(({ state }) => state !== "done")) return `${paths} not in the nodes`;
	const copied = outcomes.reduce((sum, { result }) => sum + (result?.copiedBytes ?? 0), 0);
	return `${paths} in the nodes, ${formatBytes(copied)} copied`;
};
/** What the output `volumes` says. */
const toVolumes = (report, all) => all.map((one) => {
	const { files: each, found, nodes } = one;
	const { source } = found;
	const isFile = found.kind === "local" ? found.source.isFile : found.source.tree?.isFile;
	return toVolume(each, isFile, source.sizeBytes, nodes, imageOf(report, one));
});
const renderPiece = ({ volume, volumeMount, image }) => [
	"volumes:",
	`  - name: ${volume.name}`,
	"    hostPath:",
	`      path: ${volume.hostPath.path}`,
	...volume.hostPath.type === "" ? [] : [`      type: ${volume.hostPath.type}`],
	...image === void 0 ? [] : [
		"    # or, in place of hostPath, without subPath in its mounts:",
		"    # image:",
		`    #   reference: ${image.reference}`,
		`    #   pullPolicy: ${image.pullPolicy}`
	],
	"containers: # in each that uses them",
	"  - volumeMounts:",
	`      - name: ${volumeMount.name}`,
	`        mountPath: ${volumeMount.mountPath}`,
	`        readOnly: ${volumeMount.readOnly}`
].join("\n");
/** The pieces of manifests by which pods use them. */
const renderPieces = (volumes) => volumes.map(renderPiece);

// src/report/gantt.ts
/** Mermaid takes colons, commas and much else for its own. */
const toWord = (text) => text.replace(/[^\w./-]+/g, " ").trim().slice(0, 60) || "image";
const marks$1 = {
	done: "",
	failed: "crit, ",
	cancelled: "done, ",
	skipped: "done, "
};
const renderTask = ({ what, state, startMs, endMs }) => `  ${what} :${marks$1[state]}${Math.round(startMs)}, ${Math.round(endMs)}`;
/** What was done when, as a folded Gantt picture; nothing where there is nothing to see. */
const renderGantt = (sections) => {
	if (sections.length === 0) return void 0;
	const lines = sections.flatMap(({ name, tasks }) => [`  section ${toWord(name)}`, ...tasks.map(renderTask)]);
	const leftPadding = 30 + 7 * Math.max(...sections.map(({ name }) => toWord(name).length));
	return [
		"<details><summary>Timeline</summary>",
		"",
		...[
			"```mermaid",
			`%%{init: ${JSON.stringify({ gantt: { leftPadding } })}}%%`,
			...[
				"gantt",
				"  dateFormat x",
				"  axisFormat %M:%S",
				...lines
			],
			"```"
		],
		"",
		"</details>"
	].join("\n");
};

// src/report/rows.ts
/** Every image that the nodes were to get, and every other build that failed. */
const toImageRows = (report) => {
	const builds = outcomesOf(report, "build");
	const loads = outcomesOf(report, "load");
	return [...loads.filter(({ step }) => step.image.kind !== "built").map((load) => ({
		name: load.step.names.join(", "),
		build: void 0,
		load,
		pull: outcomesOf(report, "pull").find(({ step }) => load.step.needs.includes(step.id))
	})), ...builds.flatMap((build) => {
		const { target } = build.step;
		const load = loads.find(({ step }) => step.needs.includes(build.step.id));
		if (!target.isWanted && build.state === "done") return [];
		const tags = target.tags.map(({ given: tag }) => tag).join(", ");
		return [{
			name: tags === "" ? target.name : tags,
			build,
			load
		}];
	})];
};
const resultOf = ({ build, load, pull }) => {
	const states = [
		build?.state,
		load?.state,
		pull?.state
	];
	if (states.includes("failed")) return "failed";
	if (states.includes("skipped")) return "skipped";
	if (states.includes("cancelled")) return "cancelled";
	if (load?.state === "skipped") return "skipped";
	return load === void 0 ? "built" : "loaded";
};
const marks = {
	loaded: "✅",
	built: "✅",
	failed: "❌",
	cancelled: "⏹",
	skipped: "⏹"
};
const methods = {
	reflink: "reflinked",
	link: "linked",
	copy: "copied",
	stream: "streamed",
	kind: "loaded by kind",
	present: "unchanged"
};
const renderMethod = (nodes, isAll) => {
	const [{ way, because } = {
		way: "present",
		because: void 0
	}] = nodes;
	const copied = nodes.reduce((sum, { copiedBytes }) => sum + copiedBytes, 0);
	const bytes = way === "present" ? "" : `, ${formatBytes(copied)} copied`;
	const where = isAll ? "" : ` in ${nodes.map(({ name }) => name).join(", ")}`;
	const why = because === void 0 ? "" : `: ${renderBecause(because)}`;
	return `${because === void 0 ? "" : "⚠️ "}${methods[way]}${where}${bytes}${why}`;
};
/** How it came into the nodes, which are named only where they differ; else what it lacked. */
const renderHow = ({ build, load }) => {
	if (build?.because !== void 0) return `${build.because.replace(/^build /, "")} was not built`;
	const nodes = load?.result?.nodes ?? [];
	const keyOf = ({ way, because }) => `${way} ${because && renderBecause(because)}`;
	const groups = [...Map.groupBy(nodes, keyOf).values()];
	return groups.map((group) => renderMethod(group, groups.length === 1)).join("; ");
};
const renderTime = (outcome) => outcome?.time === void 0 ? "" : formatDuration(outcome.time.endedMs - outcome.time.startedMs);
/** With how many of the Dockerfile's steps the cache had. */
const renderBuild = (build) => {
	const time = renderTime(build);
	const { steps = 0, cachedSteps = 0 } = build?.result?.metadata ?? {};
	return time === "" || steps === 0 ? time : `${time} (${cachedSteps}/${steps})`;
};
const renderSize = ({ build, load }) => {
	const image = load?.result?.image ?? build?.result?.image;
	return image === void 0 ? "" : formatBytes(image.sizeBytes);
};
const columns = [
	["Image", ({ name }) => escapeCell(name)],
	[
		"Result",
		(row) => `${marks[resultOf(row)]} ${resultOf(row)}`,
		"word"
	],
	[
		"Size",
		renderSize,
		"number"
	],
	[
		"Build (cached)",
		({ build }) => renderBuild(build),
		"number"
	],
	[
		"Pull",
		({ pull }) => renderTime(pull),
		"number"
	],
	[
		"Load",
		({ load }) => renderTime(load),
		"number"
	],
	["How", (row) => escapeCell(renderHow(row))]
];
/**
* A table in Markdown with one row an image, without the columns that no image has anything for.
*
* @param space between the words of short cells: one that does not break where a page is narrow
*/
const renderTable = (rows, space) => {
	const used = columns.filter(([, of]) => rows.some((row) => of(row) !== ""));
	const cells = rows.map((row) => used.map(([, of, kind]) => kind === void 0 ? of(row) : of(row).replaceAll(" ", space)));
	const align = used.map(([, , kind]) => kind === "number" ? "r" : "l");
	return markdownTable([used.map(([title]) => title), ...cells], { align });
};

// src/report/tasks.ts
/** The section of the step as a whole. */
const stepSection = "step";
const toTask = (what, outcome, beganMs) => {
	if (outcome?.time === void 0) return [];
	const { startedMs, endedMs } = outcome.time;
	const { state } = outcome;
	return [{
		what,
		state,
		startMs: startedMs - beganMs,
		endMs: endedMs - beganMs
	}];
};
/** More cannot be seen in a picture. */
const mostRows = 40;
/**
* What was done when, of the whole step; empty where there is too little or too much to see.
*
* @param beganMs when the step began, by the clock that outcomes have
*/
const toSections = (report, rows, beganMs) => {
	const images = rows.flatMap(({ name, build, load, pull }) => {
		const tasks = [
			...toTask("pull", pull, beganMs),
			...toTask("build", build, beganMs),
			...toTask("load", load, beganMs)
		];
		return tasks.length === 0 ? [] : [{
			name,
			tasks
		}];
	});
	if (images.flatMap(({ tasks }) => tasks).length < 2 || rows.length > mostRows) return [];
	const disk = [
		...outcomesOf(report, "create-cluster").flatMap((each) => toTask("start cluster", each, beganMs)),
		...outcomesOf(report, "await-cluster").flatMap((each) => toTask("create cluster", each, beganMs)),
		...outcomesOf(report, "free-disk").flatMap((each) => toTask("free disk", each, beganMs)),
		...outcomesOf(report, "prune-cache").flatMap((each) => toTask("prune cache", each, beganMs))
	];
	const begun = [...images.flatMap(({ tasks }) => tasks), ...disk].map(({ startMs }) => startMs);
	const prepared = {
		what: "prepare",
		state: "done",
		startMs: 0,
		endMs: Math.min(...begun)
	};
	return [{
		name: stepSection,
		tasks: [prepared, ...disk]
	}, ...images];
};

// src/report/timeline.ts
const width = 40;
const longestName = 40;
/** Of a shorter step there is no picture to be made. */
const shortMs = 1e4;
const renderBar = ({ startMs, endMs, state }, totalMs) => {
	const from = Math.min(39, Math.floor(width * startMs / totalMs));
	const to = Math.max(from + 1, Math.round(width * endMs / totalMs));
	const mark = state === "done" ? "█" : "▒";
	return (" ".repeat(from) + mark.repeat(to - from)).slice(0, width).padEnd(width);
};
const ends = {
	done: "",
	failed: ", failed",
	cancelled: ", cancelled",
	skipped: ""
};
/**
* What was done when, as bars of text, one a line; nothing for a step that was soon over.
*/
const renderTimeline = (sections) => {
	const all = sections.flatMap(({ name, tasks }) => tasks.map((task) => ({
		task,
		title: (name === "step" ? task.what : `${task.what} ${name}`).slice(0, longestName)
	})));
	const totalMs = Math.max(0, ...all.map(({ task }) => task.endMs));
	if (totalMs < shortMs) return void 0;
	const titleWidth = Math.max(...all.map(({ title }) => title.length));
	return all.map(({ task, title }) => {
		const took = `${formatDuration(task.endMs - task.startMs)}${ends[task.state]}`;
		return `${toLine(title).padEnd(titleWidth)} |${renderBar(task, totalMs)}| ${took}`;
	}).join("\n");
};

// src/report/summary.ts
const findNodes = (rows) => Math.max(0, ...rows.map(({ load }) => load?.step.into.length ?? 0));
/** `2 of 3 images reported`, where nothing else was asked for. */
const renderReported = (report) => {
	const all = outcomesOf(report, "analyse");
	if (all.length === 0) return void 0;
	const done = all.filter(({ state }) => state === "done").length;
	return `${done === all.length ? "" : `${done} of `}${formatCount(all.length, "image")} reported`;
};
/** `4 of 6 images in kind (2 nodes), 1 failed, 1 cancelled`. */
const renderVerdict = ({ report, clusterName, failure, files }) => {
	const rows = toImageRows(report);
	if (rows.length === 0) return renderReported(report) ?? (failure === void 0 ? files ?? "nothing to do" : "failed");
	const number = (result) => rows.filter((row) => resultOf(row) === result).length;
	const loads = rows.filter(({ load }) => load !== void 0);
	const done = number("loaded");
	const all = done === rows.length ? formatCount(done, "image") : `${done} of ${formatCount(rows.length, "image")}`;
	const where = loads.length === 0 ? "" : ` in ${clusterName} (${formatCount(findNodes(rows), "node")})`;
	const rest = [
		"built",
		"failed",
		"cancelled",
		"skipped"
	].flatMap((result) => number(result) === 0 ? [] : [`${number(result)} ${result}`]);
	return [
		`${all}${where}`,
		...rest,
		...files === void 0 ? [] : [files]
	].join(", ");
};
/** Longer than any run of backquotes inside, so that nothing in it can end it. */
const renderCode = (text) => {
	const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
	const fence = "`".repeat(longest + 1);
	return `${fence}text\n${text}\n${fence}`;
};
const quote = (text) => `> ${text.replaceAll("\n", "\n> ")}`;
const renderProblem = ({ name, error, location }) => {
	const [first = "", ...rest] = renderError(error).split(/\r\n|\n|\r/);
	const what = first.startsWith(`${name}: `) ? first.slice(name.length + 2) : first;
	const at = location && `${location.file}:${location.line}`;
	const where = at === void 0 || first.includes(at) ? "" : ` — ${escapeLine(at)}`;
	const head = `**❌ ${escapeLine(name)}**${where} — ${escapeLine(what)}`;
	return quote(rest.length === 0 ? head : `${head}\n${renderCode(rest.join("\n"))}`);
};
const renderFailure = ({ report, failure }) => {
	if (failure === void 0) return [];
	const problems = toProblems(report);
	if (problems.length > 0) return problems.map(renderProblem);
	return [quote(`**❌** ${escapeText(renderError(failure))}`)];
};
const renderFreed = (report) => {
	const freed = freedOf(report);
	if (freed.length === 0) return [];
	const bytes = freed.reduce((sum, each) => sum + each.bytes, 0);
	const each = freed.map((one) => `${one.name} (${one.path}) ${formatBytes(one.bytes)}`).join(", ");
	return [`**Freed**: ${formatBytes(bytes)}: ${escapeLine(each)}`];
};
/** Of all builds, the three instructions that took longest. */
const renderSlowest = (report) => {
	const slowest = outcomesOf(report, "build").flatMap(({ step, result }) => (result?.metadata.timings.slowest ?? []).map((slow) => ({
		target: step.target.name,
		...slow
	}))).toSorted((a, b) => b.ms - a.ms).slice(0, 3);
	if (slowest.length === 0) return [];
	return [`**Slowest**: ${slowest.map(({ target, name, ms }) => `${target}: ${name}, ${formatDuration(ms)}`).map(escapeLine).join(" · ")}`];
};
const renderTokens = (report) => outcomesOf(report, "revoke-token").flatMap(({ result }) => result ?? []).map((token) => `**Token**: ${escapeLine(renderEndedToken(token))}`);
/** What the log ends with: what was done when, the verdict, and one row an image. */
const renderResult = (told) => {
	const rows = toImageRows(told.report);
	const verdict = `${renderVerdict(told)}, ${formatDuration(told.durationMs)}`;
	const timeline = renderTimeline(toSections(told.report, rows, told.beganMs));
	return [
		...timeline === void 0 ? [] : [timeline, ""],
		`Slipway: ${verdict}`,
		...rows.length === 0 ? [] : [renderTable(rows, " ")],
		...told.growth === void 0 ? [] : [`Growth: ${told.growth}`],
		...told.usual?.isSlower === true ? [`Builds: ${told.usual.line}`] : [],
		...renderUnloaded(told.report)
	].join("\n");
};
/** The job summary, in Markdown: the answer first. */
const renderSummary = (told) => {
	const rows = toImageRows(told.report);
	const gantt = renderGantt(toSections(told.report, rows, told.beganMs));
	return `${[
		`### Slipway: ${escapeLine(renderVerdict(told))} &nbsp; ⏱ ${formatDuration(told.durationMs)}`,
		...renderFailure(told),
		...rows.length === 0 ? [] : [renderTable(rows, "\xA0")],
		...renderUnloaded(told.report).map(escapeLine),
		...told.usual === void 0 ? [] : [`**Builds**: ${escapeLine(told.usual.line)}`],
		...told.growth === void 0 ? [] : [`**Growth**: ${escapeLine(told.growth)}`],
		...renderSlowest(told.report),
		...renderTokens(told.report),
		...renderFreed(told.report),
		...gantt === void 0 ? [] : [gantt]
	].join("\n\n")}\n`;
};

// src/commands/actions/publish.ts
/** At the Dockerfile's lines, and with all that is behind it in the log. */
const tellReports = async (runner, reports, compared, growths) => {
	if (reports.length === 0) return;
	runner.output("image-report", toImageReportOutput(reports, compared, growths));
	for (const report of reports) {
		const { title, lines } = renderReportLines(report);
		runner.group(title, lines);
	}
	const common = renderCommon(reports, compared);
	if (common !== void 0) runner.line(`Image report: ${toLine(common, 2e3)}`);
	const annotations = reports.map(toAnnotations);
	for (const { message, location } of annotations.flatMap(({ errors }) => errors)) runner.error(message, location);
	await runner.warnings(annotations.flatMap(({ warnings }) => warnings));
};
/** By what pods use the files: for programs, and to be copied by people. */
const tellVolumes = (runner, volumes) => {
	runner.output("volumes", JSON.stringify(volumes));
	const lines = renderPieces(volumes).flatMap((piece) => [...piece.split("\n"), ""]);
	runner.group("node-files: pieces of manifests for pods that use them", lines);
};
/** Later steps find the cluster, or what is left of one that could not be made. */
const tellCluster = (runner, { report, clusterLogs = "" }) => {
	const [creation] = outcomesOf(report, "create-cluster");
	if (creation === void 0) return;
	if (existsSync(clusterLogs)) runner.output("cluster-logs", clusterLogs);
	const isMade = outcomesOf(report, "await-cluster").some(({ result }) => result === true);
	const { kubeconfig } = creation.result ?? {};
	if (kubeconfig === void 0 || !isMade) return;
	runner.output("kubeconfig", kubeconfig);
	runner.exportVariable("KUBECONFIG", kubeconfig);
};
/** All but the one that the step fails with. */
const tellExcesses = async (runner, { excesses }, inputs, failure) => {
	if (inputs?.imageLimits.isWarning === true) return runner.warnings(excesses);
	const others = excesses.filter((each) => !isOf(failure, each));
	for (const { message, location } of others) runner.error(message, location);
};
const isOf = (failure, { message }) => failure instanceof Failure && failure.message === message;
/** Sets the outputs, and writes down what came of it: the end of the log, and the summary. */
const publish = async (runner, { inputs, result, failure, beganMs }) => {
	const report = result?.kind === "run" ? result.report : emptyReport;
	const outputs = toOutputs(report, inputs?.bake?.isSingle === true);
	for (const [name, value] of Object.entries(outputs)) runner.output(name, value);
	if (result?.kind === "planned") {
		runner.line(`The plan (dry-run: Slipway does none of it):\n${renderPlan(result.plan)}`);
		return runner.summary(renderPlanSummary(result.plan));
	}
	if (result?.kind === "run") tellCluster(runner, result);
	for (const { message, location } of findOthers(report)) runner.error(message, location);
	const history = result?.kind === "run" ? result.history : void 0;
	const usual = history && compareWithUsual(report, history);
	const durationMs = performance.now() - beganMs;
	const growth = result?.kind === "run" ? renderGrowth(result.compared) : void 0;
	const nodeFiles = result?.kind === "run" ? result.nodeFiles : [];
	const told = {
		files: renderFilesVerdict(report, nodeFiles),
		growth,
		beganMs,
		report,
		usual,
		clusterName: inputs?.clusterName ?? "",
		durationMs,
		failure
	};
	const files = renderNodeFiles(report, nodeFiles);
	if (nodeFiles.length > 0) tellVolumes(runner, toVolumes(report, nodeFiles));
	const reports = toImageReports(report);
	const compared = compareReports(reports);
	const growths = result?.kind === "run" ? toGrowths(result.compared) : [];
	await tellReports(runner, reports, compared, growths);
	if (result?.kind === "run") await tellExcesses(runner, result, inputs, failure);
	if (report.outcomes.length + nodeFiles.length > 0) runner.line(`\n${renderResult(told)}`);
	if (files !== void 0) runner.line(`\n${files}`);
	const details = renderImageReports(reports, compared);
	const charge = inputs?.nodeFilesCacheBytes === void 0 ? renderLfsCharge(report) : void 0;
	if (charge !== void 0) runner.line(charge);
	const parts = [
		renderSummary(told),
		files,
		charge && `\n${charge}\n`,
		details
	].filter((part) => part !== void 0 && part !== "");
	await runner.summary(parts.join("\n"));
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
/** Gives the command a place of its own, which goes with it. */
const runInPlace = async (inputs, environment, runner, signal) => {
	const runId = randomBytes(8).toString("hex");
	const { tempDir, layoutDir, recordingFolder, clusterLogs } = leftoversOf(environment, runId);
	runner.saveState(runIdState, runId);
	try {
		makeTempDir(tempDir);
		makeTempDir(layoutDir);
		const env = prepareConfig(environment.childEnv, tempDir, runner.line);
		const { credentials, secrets, comment } = inputs;
		if (credentials.kind !== "none" || secrets.length > 0 || comment?.token !== void 0) await forbidCoreDumps(env);
		const { tempDir: tempRoot } = environment;
		const folders = {
			tempDir,
			layoutDir,
			tempRoot,
			recordingFolder,
			clusterLogs
		};
		const place = {
			...environment,
			...folders,
			runId,
			env
		};
		const front = {
			...runner,
			log: runner,
			signal
		};
		if (inputs.mode !== "report") return await run(inputs, place, front);
		const { report } = await import("./commands-report.js");
		return await report(inputs, place, front);
	} finally {
		for (const folder of [tempDir, layoutDir]) rmSync(folder, {
			recursive: true,
			force: true
		});
	}
};
/** The step fails for the first image that is beyond its limit, unless that is to be a warning. */
const toExcessFailure = ({ imageLimits }, { excesses }) => {
	const [first] = imageLimits.isWarning ? [] : excesses;
	return first && new Failure(first.message, { location: first.location });
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
			const diagnosis = await diagnoseNow(environment, signal, inputs.clusterName);
			return await reportDiagnosis(runner, diagnosis, true);
		}
		comment = await prepareComment(inputs, environment, runner, signal);
		result = await runInPlace(inputs, environment, runner, signal);
		failure = result.kind === "run" ? result.failure ?? toExcessFailure(inputs, result) : void 0;
	} catch (error) {
		failure = error;
	}
	const cause = failure === signal.reason ? void 0 : failure;
	if (signal.aborted) failure = new Failure("The step was cancelled", { cause });
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