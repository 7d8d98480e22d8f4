import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { kindOf, parseImageId, parseImageReference } from "./shared.actions-post.actions-step.recorder.js";
import { buildWords, checkOptions, createReader, createRunner, defaultPermissions, defaults, drivers, findNearestWord, forgetSecrets, givenByRunner, grammar, inputNames, isUntrusted, parseOptions, readEnvironment, readSecrets, reportOutside, reportOutsideBuild, runLabel, toContextFolder, toFields, toLines, toList, toOptional, toVariable, whySecretsAreEmpty, withoutSecrets } from "./shared.actions-post.actions-step.js";
import { beginLists, catalog, escapeTemplate, findOverlap, findTargetObjection, isMap, localDelete, readAllow, runInPlace, toAssignments, toExcessFailure, toWordText, withPlace } from "./shared.actions-step.js";
import { Secret } from "./shared.actions-post.actions-step.watchdog.js";
import { isTooPlain, maskPrivateKey, maskSecret, maskToken } from "./shared.actions-step.watchdog.js";
const { isIPv4 } = process.getBuiltinModule("node:net");
const { createPrivateKey } = process.getBuiltinModule("node:crypto");
const { isAbsolute, resolve } = process.getBuiltinModule("node:path");

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
	const entitlements = allow.words.filter((word) => word !== "ssh" && word !== "buildx.local.delete");
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
const readEntry = ({ run, report }, allow, item, index, { lineOf }) => {
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
	const entries = items.flatMap((item, index) => readEntry(reader, allow, item, index, parsed));
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
/** Each once, also where it is written in two ways: as a table, TOML takes it but once. */
const withoutSame = (mirrors) => [...new Map(mirrors.map((mirror) => [`${mirror.isPlain} ${mirror.host.toLowerCase()}`, mirror])).values()];
/** Reads which registries are asked for Docker Hub's images first. */
const readMirrors = ({ list, report }) => {
	const found = list("registry-mirrors").flatMap((given) => {
		const [, scheme, host] = pattern.exec(given) ?? [];
		if (host !== void 0) return [{
			host,
			isPlain: scheme === void 0 ? isLoopback(host) : scheme.toLowerCase() === "http"
		}];
		report("registry-mirrors", "not a registry. Write mirror.example, or https://mirror.example/path.", given);
		return [];
	});
	return withoutSame(found);
};
/** As BuildKit's configuration has them (docs/buildkitd.toml.md). */
const toBuildkitConfig = (mirrors) => {
	const plain = new Set(mirrors.flatMap(({ host, isPlain }) => isPlain ? [host.replace(/\/.*$/, "")] : []));
	return [
		"[registry.\"docker.io\"]",
		`  mirrors = [${mirrors.map(({ host }) => `"${host}"`).join(", ")}]`,
		...[...plain].flatMap((host) => [`[registry."${host}"]`, "  http = true"]),
		""
	].join("\n");
};
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
/** Programs print a file's bytes as UTF-8, and few of them its byte order mark. */
const toPrinted = (value) => value.exposeBytes().toString().replace(/^\ufeff/, "");
/** Nothing may print before the secrets that came as inputs are hidden. */
const maskInputs = ({ credentials, secrets, comment }, given, runner) => {
	const { mask } = runner;
	for (const { value } of secrets) for (const text of /* @__PURE__ */ new Set([value.expose(), toPrinted(value)])) maskSecret(text, mask);
	const plain = secrets.filter(({ value }) => isTooPlain(toPrinted(value))).map(({ id }) => id);
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
		beginLists(environment.inputs, runner);
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