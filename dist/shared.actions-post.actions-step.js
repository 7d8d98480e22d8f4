import { Secret, createFence, toHarmless } from "./shared.actions-post.actions-step.watchdog.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { later } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { readOwnFile, toLine, writeOwnFile } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { canRun, canWriteIn, clusterPattern, createDocker, describeEnd, execute, findContainers as findContainers$1, findDockerFolders, findOlder, isWarning, kind, pinDockerFolders, readRegularFile, recordingFolderOf, runCaptured, splitLines, startGroup, statFieldsOf, toRepository, withEngineApi, within } from "./shared.actions-post.actions-step.recorder.js";
import { ExitCode, debug, endGroup, error, exportVariable, saveState, setOutput, setSecret, startGroup as startGroup$1, summary, warning } from "./vendor/actions-core.js";
import { closestMatch, leven } from "./vendor/leven.js";
const timers = process.getBuiltinModule("node:timers/promises"); const { setTimeout: setTimeout$1 } = process.getBuiltinModule("node:timers/promises");
const { isIP } = process.getBuiltinModule("node:net");
const { connect: connect$1 } = process.getBuiltinModule("node:tls");
const { createHash, randomBytes } = process.getBuiltinModule("node:crypto");
const { fileURLToPath } = process.getBuiltinModule("node:url");
const { closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, readFileSync, readSync, readdirSync, readlinkSync, rmSync, statSync, statfsSync, writeFileSync, writeSync } = process.getBuiltinModule("node:fs");
const { basename, delimiter, dirname, isAbsolute, join, resolve } = process.getBuiltinModule("node:path");
const { tmpdir } = process.getBuiltinModule("node:os");
const { spawn } = process.getBuiltinModule("node:child_process");

// src/host/architecture.ts
/** In the words of images; where Docker's daemon is, it is this machine's, too. */
const architecture = {
	x64: "amd64",
	ia32: "386"
}[process.arch] ?? process.arch;

// src/image/platform.ts
/** Other names of architectures, and the variant that some of them mean, as containerd has them. */
const aliases = /* @__PURE__ */ new Map([
	["i386", ["386", ""]],
	["x86_64", ["amd64"]],
	["x86-64", ["amd64"]],
	["aarch64", ["arm64"]],
	["armhf", ["arm", "v7"]],
	["armel", ["arm", "v6"]]
]);
/** Variants in other words, with their architectures. The usual one has none, but for `arm`. */
const variants = new Map([
	["amd64/v1", ""],
	...[
		"8",
		"v8",
		"v8.0"
	].map((word) => [`arm64/${word}`, ""]),
	...[
		"9",
		"9.0",
		"v9.0"
	].map((word) => [`arm64/${word}`, "v9"]),
	...[
		"5",
		"6",
		"7",
		"8"
	].map((word) => [`arm/${word}`, `v${word}`]),
	["arm/", "v7"]
]);
/** Architectures that may stand alone. */
const known = /^(?:386|amd64|arm|arm64|loong64|mips|mipsle|mips64|mips64le|ppc64|ppc64le|riscv64|s390x)$/;
/**
* A platform in the one spelling that buildx makes of all, such as `linux/arm64` of `aarch64`. What it takes
* for none stays, and `local`.
*/
const normalizePlatform = (platform) => {
	const parts = platform.toLowerCase().split("/");
	const [os, name = architecture, told = ""] = parts.length > 1 ? parts : ["linux", ...parts.filter((part) => part !== "linux")];
	const [arch, meant = told] = aliases.get(name) ?? [name];
	if (parts.length > 3 || parts.length === 1 && !known.test(arch)) return platform;
	const variant = variants.get(`${arch}/${meant}`) ?? meant;
	return [
		os,
		arch,
		...variant === "" ? [] : [variant]
	].join("/");
};

// src/inputs/context.ts
/** What is out of reach for us is so for buildx, too. */
const isFolder = (path) => attempt(() => statSync(path).isDirectory()) ?? false;
/** What BuildKit fetches itself, or takes from another build; every other name is a path. */
const elsewhere = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|[\w.-]+@[^/]+:|docker-image:\/\/|target:)/;
const cutAt = (text, sign) => text.includes(sign) ? text.slice(0, text.lastIndexOf(sign)) : text;
/** A path with a tag, a digest or both behind it; what looks like one may belong to the path. */
const toLayoutPaths = (layout, workspace) => {
	const [named, tagged] = [cutAt(cutAt(layout, "@"), ":"), cutAt(layout, "@")];
	return [named, ...[
		tagged,
		layout,
		cutAt(layout, ":")
	].filter((path) => path !== named).filter((path) => isFolder(resolve(workspace, path)))];
};
/**
* The paths of this machine that a build context means, as written; none for what is elsewhere. buildx
* looks for a folder of that name first, so that `https://x` may be one.
*/
const toContextPaths = (context, workspace) => {
	const path = context.replace(/^cwd:\/\//, "");
	if (isFolder(resolve(workspace, path)) || isFolder(`${workspace}/${path}`)) return [path];
	const layout = /^oci-layout:\/\/(.*)$/s.exec(path)?.[1];
	if (layout !== void 0) return toLayoutPaths(layout, workspace);
	return elsewhere.test(path) ? [] : [path];
};
/**
* The folder of a build context; undefined for a context that is elsewhere. GitHub's old short form is
* a folder where there is one, and else an address.
*/
const toContextFolder = (context, workspace) => {
	const [path] = toContextPaths(context, workspace);
	if (path === void 0 || context.startsWith("oci-layout:")) return void 0;
	const folder = resolve(workspace, path);
	return path.startsWith("github.com/") && !existsSync(folder) ? void 0 : folder;
};
/**
* What is read for a Dockerfile: itself, which may be written in lower case, and the policy that buildx takes
* from beside it.
*/
const toDockerfilePaths = (path) => [.../* @__PURE__ */ new Set([path, path.replace(/(^|\/)Dockerfile$/, "$1dockerfile")])].flatMap((file) => [file, `${file}.rego`]);
/** Git over SSH wants the agent. */
const wantsAgent = (context) => /^(?:ssh:\/\/|[\w.-]+@[^/]+:)/.test(context);

// src/inputs/entries.ts
/** The entries of a target's list; one alone may stand without it. */
const toEntries$1 = (value) => Array.isArray(value) ? value : value === void 0 || value === null ? [] : [value];
/** The texts of a list. */
const toTexts = (value) => toEntries$1(value).filter((each) => typeof each === "string");
/** The texts of a map. */
const toTextMap = (value) => Object.fromEntries(Object.entries(value ?? {}).filter(([, each]) => typeof each === "string"));
/** A line of CSV as Go reads it, where a field in quotes has commas of its own. */
const splitFields = (line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = ""]) => quoted?.replaceAll("\"\"", "\"") ?? plain);
/**
* An entry as newer versions of buildx print it, a map, or as older ones do, `key=value,...`. Names are
* in lower case; what has no sign is under the empty one.
*/
const toFields = (entry) => {
	const pairs = typeof entry === "string" ? splitFields(entry).map((field) => {
		const at = field.indexOf("=");
		return at < 0 ? ["", field] : [field.slice(0, at).trim(), field.slice(at + 1)];
	}) : Object.entries(entry ?? {});
	return new Map(pairs.flatMap(([key, value]) => /^(?:string|boolean)$/.test(typeof value) ? [[key.toLowerCase(), String(value)]] : []));
};

// src/text/nearest.ts
/** Two slips, and fewer in short words, which would all resemble each other. */
const slipsIn = (letters) => Math.min(2, Math.floor(letters / 3));
/** Whether one word may be a slip of the pen for the other. */
const isMisspelt = (a, b) => leven(a, b) <= slipsIn(Math.min(a.length, b.length));
/** The word that was probably meant, of those that are known; undefined where none is near. */
const findNearestWord = (word, known) => closestMatch(word, [...known], { maxDistance: Math.max(1, slipsIn(word.length)) });

// src/inputs/driver-opts.ts
/** What every buildx has that Slipway works with. */
const always = "always";
const optionsOf = {
	"docker-container": {
		image: always,
		network: always,
		"env.": always,
		"cgroup-parent": always,
		memory: always,
		"memory-swap": always,
		"cpu-period": always,
		"cpu-quota": always,
		"cpu-shares": always,
		"cpuset-cpus": always,
		"cpuset-mems": always,
		"restart-policy": always,
		"default-load": [0, 14],
		"provenance-add-gha": [0, 30],
		"allow-untrusted-image": [0, 36]
	},
	remote: {
		cacert: always,
		cert: always,
		key: always,
		servername: always,
		"default-load": [0, 14]
	},
	kubernetes: {
		image: always,
		namespace: always,
		replicas: always,
		rootless: always,
		loadbalance: always,
		nodeselector: always,
		tolerations: always,
		serviceaccount: always,
		annotations: always,
		labels: always,
		"qemu.install": always,
		"qemu.image": always,
		"requests.cpu": always,
		"requests.memory": always,
		"limits.cpu": always,
		"limits.memory": always,
		"requests.ephemeral-storage": [0, 14],
		"limits.ephemeral-storage": [0, 14],
		schedulername: [0, 14],
		"default-load": [0, 14],
		timeout: [0, 15],
		"buildkit-root-volume-memory": [0, 26],
		"env.": [0, 28],
		"persistent-volume-claim.requests.storage": [0, 34]
	}
};
const drivers = Object.keys(optionsOf);
/** Reads lines of `driver-opts`, each a line of CSV, as buildx does. */
const parseOptions = (lines) => lines.flatMap(splitFields).map((field) => {
	const at = field.indexOf("=");
	return at < 0 ? [field, ""] : [field.slice(0, at), field.slice(at + 1)];
});
const wordOf = (name) => name.startsWith("env.") ? "env." : name;
const hasOption = (driver, name) => name !== "env." && Object.hasOwn(optionsOf[driver], wordOf(name));
/** The release of buildx that an option came with; undefined for one that is in all of them. */
const firstVersionOf = (driver, name) => {
	const options = optionsOf[driver];
	const first = hasOption(driver, name) ? options[wordOf(name)] : void 0;
	return first === always ? void 0 : first;
};
/** Reports what buildx would refuse, or takes for something else. */
const checkOptions = (driver, lines, report) => {
	const known = Object.keys(optionsOf[driver]);
	for (const line of lines) for (const field of splitFields(line)) {
		const [name = ""] = field.split("=", 1);
		if (!field.includes("=") || name === "") report("driver-opts", "not an option. Write name=value, one a line.", line);
		else if (!hasOption(driver, name)) {
			const near = findNearestWord(name, known);
			report("driver-opts", `${driver} has no such option.${near === void 0 ? "" : ` Did you mean ${near}?`} It has ${known.map((each) => each.replace(/\.$/, ".NAME")).join(", ")}.`, name);
		}
	}
};

// src/kubernetes/kubectl.ts
const answerMs = 1e4;
const createKubectl = (env, { signal, context }) => {
	const ask = (verb, path) => {
		const chosen = context === void 0 ? [] : [`--context=${context}`];
		const args = [
			verb,
			"--raw",
			path,
			`--request-timeout=${answerMs / 1e3}s`,
			...chosen
		];
		return runCaptured({
			file: "kubectl",
			args,
			env,
			timeoutMs: 2 * answerMs,
			signal
		}).catch(() => void 0);
	};
	return {
		get: async (path) => {
			const ended = await ask("get", path);
			return ended?.code === 0 ? attempt(() => JSON.parse(ended.stdout)) : void 0;
		},
		remove: async (path) => {
			const ended = await ask("delete", path);
			if (ended === void 0) return "there is no kubectl";
			if (ended.code === 0 || ended.stderr.includes("(NotFound)")) return void 0;
			return ended.timedOut ? "no answer within its deadline" : toLine(ended.stderr);
		}
	};
};
/** Whether there is one to ask. */
const hasKubectl = (env) => (env["PATH"] ?? "").split(delimiter).some((folder) => folder && canRun(join(folder, "kubectl")));
/** More than anybody has of them in a namespace. */
const mostPages = 20;
/** Reads a list to its end; undefined where nobody answers, or may not. */
const listAll = async ({ get }, path) => {
	const found = [];
	const start = `${path}${path.includes("?") ? "&" : "?"}limit=500`;
	let rest = "";
	for (let page = 0; rest !== void 0 && page < mostPages; page += 1) {
		const list = await get(`${start}${rest === "" ? "" : `&continue=${encodeURIComponent(rest)}`}`);
		if (list === void 0 && page === 0) return void 0;
		if (Array.isArray(list?.items)) found.push(...list.items);
		rest = list?.metadata?.continue || void 0;
	}
	return found;
};

// src/ownership.ts
/**
* Every name by which we find what is ours, and may therefore remove: containers, images, folders, entries
* of the cache. What bears none of these is somebody else's.
*/
/** The label by which leftover helpers are found, and the run that they belong to. */
const runLabel = "dev.slipway.run";
/** The variable by which a run's processes are found when the run was killed. */
const runVariable = "SLIPWAY_RUN";
/**
* Of names that exist only while a step works; what is left of a killed one is found by it. No
* registry can ever have that name (RFC 2606).
*/
const intermediateRepository = (runId) => `slipway.invalid/base/${runId}`;
/** The name by which a run holds an image. */
const toHeldName = (runId, id) => `${intermediateRepository(runId)}:${id.replace(/^sha256:/, "").slice(0, 32)}`;
/** Labels of a cluster's nodes: the run that had kind make them, and where it ran. */
const clusterRunLabel = "dev.slipway.cluster";
const clusterMakerLabel = "dev.slipway.cluster-maker";
/** The volume that holds files for nodes by their digests, and the label that says that we made it. */
const filesVolume = "slipway-files";
const filesLabel = "dev.slipway.files";
/** Where a node keeps what we know of files in it, in its /var. */
const filesRecords = "lib/slipway-files";
/** Of the names that images of such files have in nodes. No registry can be meant (RFC 6762). */
const filesImages = "slipway.local";
/** Whether a name of a node's image is such a one. */
const isFilesImage = (name) => /^slipway\.local\/[a-z0-9-]{1,40}:[0-9a-f]{16}$/.test(name);
/** The builder that a run makes for itself. */
const toBuilderName = (runId) => `slipway-${runId}`;
/** The builder of runs that keep its state, one of several that may be at work at once. */
const toKeptBuilderName = (identity, slot) => `slipway-kept-${identity}-${slot}`;
/** Whether a name is such a builder's: a build may have tried to set the state that post reads it from. */
const isKeptBuilderName = (name) => /^slipway-kept-[0-9a-f]{16}-[0-9]$/.test(name);
/** The container that says that a step has such a builder. */
const toLockName = (builder) => `${builder}-lock`;
/** The container of a builder's node, as buildx calls it. */
const toContainerName = (node) => `buildx_buildkit_${node}`;
/** That of its first node. */
const toBuilderContainer = (builder) => toContainerName(`${builder}0`);
/** The containers of such a builder, one for each of its nodes, as buildx calls them; without a run, all runs'. */
const toBuilderPattern = (runId = "[0-9a-f]{16}") => new RegExp(`^buildx_buildkit_${toBuilderName(runId)}[0-9]{1,3}$`);
/** The volume of such a container. */
const toBuilderVolume = (container) => `${container}_state`;
/**
* GitHub ends jobs on self-hosted runners after five days, and all others sooner. What is older belongs to a
* machine that died before post could run.
*/
const longestJobMs = 432e6;
/** Folders of a run that may be as large as images, of which a killed post leaves some. */
const isImagesFolder = (name) => /^slipway-[0-9a-f]{16}-(?:images|layers)$/.test(name);
/** What buildx calls a kind of object of such a builder in a cluster, after the builder's name. */
const objectPatterns = {
	deployments: "%",
	statefulsets: "%",
	configmaps: "%-config(?:-[0-9]+)?",
	persistentvolumeclaims: "buildkitd-%-[0-9]+"
};
/** Whether an object of a cluster has the name that such a builder's would have. */
const isBuilderObject = (resource, name, runId) => {
	if (!/^[0-9a-f]{16}$/.test(runId)) return false;
	const node = `${toBuilderName(runId)}[0-9]{1,3}`;
	return new RegExp(`^${objectPatterns[resource].replace("%", node)}$`).test(name);
};

// src/kubernetes/marked.ts
/** In this order, as a claim goes only once its pod has gone. ConfigMaps have annotations alone. */
const resources = [
	[
		"apis/apps/v1",
		"deployments",
		true
	],
	[
		"apis/apps/v1",
		"statefulsets",
		true
	],
	[
		"api/v1",
		"configmaps",
		false
	],
	[
		"api/v1",
		"persistentvolumeclaims",
		true
	]
];
const segment = encodeURIComponent;
/**
* Finds what runs have made in a namespace. Only what has both the mark and the name that goes with it counts.
*
* @param runId undefined for all runs
* @returns undefined where the cluster answers nothing
*/
const findMarked = async (kubectl, namespace, runId) => {
	const found = await Promise.all(resources.map(async ([api, resource, hasLabel]) => {
		const base = `/${api}/namespaces/${segment(namespace)}/${resource}`;
		const selector = runId === void 0 ? runLabel : `${runLabel}=${runId}`;
		const query = hasLabel ? `?labelSelector=${segment(selector)}` : "";
		return (await listAll(kubectl, `${base}${query}`))?.flatMap(({ metadata }) => {
			const { name = "", labels, annotations, creationTimestamp } = metadata ?? {};
			const mark = (hasLabel ? labels : annotations)?.["dev.slipway.run"] ?? "";
			if (runId !== void 0 && mark !== runId) return [];
			if (!isBuilderObject(resource, name, mark)) return [];
			const madeMs = Date.parse(creationTimestamp ?? "");
			return [{
				path: `${base}/${segment(name)}`,
				name: `${resource}/${name}`,
				madeMs
			}];
		});
	}));
	if (found.every((objects) => objects === void 0)) return void 0;
	return found.flatMap((objects) => objects ?? []);
};
const remove = async ({ remove }, objects) => {
	const problems = [];
	for (const { path, name } of objects) {
		const problem = await remove(path);
		if (problem !== void 0) problems.push(`${name}: ${problem}`);
	}
	return problems;
};
/**
* Removes what a run made in the cluster, which nobody makes any more.
*
* @returns what could not be removed, with why; undefined where the cluster answers nothing
*/
const removeOf = async ({ kubectl, namespace, runId }) => {
	const all = await findMarked(kubectl, namespace, runId);
	return all && remove(kubectl, all);
};
/**
* Removes what runs left on machines that died before post could run. Never fails.
*
* @param nowMs since 1970
*/
const removeLeft = async ({ kubectl, namespace }, nowMs) => {
	const all = await findMarked(kubectl, namespace) ?? [];
	await remove(kubectl, all.filter(({ madeMs }) => nowMs - madeMs > longestJobMs));
};

// src/build/outputs.ts
const typeOf = (output) => output.get("type") ?? "";
/** Whether it goes to a registry. */
const isPush = (output) => typeOf(output) === "image" && output.get("push") === "true";
/** Docker's own store, which is an output of ours. */
const isLoad = (output) => typeOf(output) === "docker" && !output.has("dest");
const isImage = (output) => /^(?:image|oci|docker)$/.test(typeOf(output));
/** A folder alone is written to, and `registry` is a short form. */
const toFull = (output) => {
	const folder = output.get("");
	if (folder !== void 0 && !output.has("type")) return toFields(`type=local,dest=${folder}`);
	if (typeOf(output) !== "registry") return output;
	return new Map([
		...output,
		["type", "image"],
		["push", "true"]
	]);
};
const push = /* @__PURE__ */ new Map([["type", "image"], ["push", "true"]]);
/**
* What a build makes besides the image for the nodes. Pushes come last: what buildx reports of an image is
* what the last output says of it.
*
* @param isOwn the step itself says what it makes, not a Bake file
* @param pushes all that was asked for is pushed
*/
const toFurther = ({ definition, isWanted }, { isOwn, pushes }) => {
	if (!isWanted) return {
		further: [],
		isLoaded: false
	};
	const given = isOwn ? toEntries$1(definition["output"]).map(toFields).map(toFull) : [];
	const others = given.filter((output) => !isLoad(output) && typeOf(output) !== "cacheonly");
	const pushed = others.filter(isPush);
	const last = pushes && pushed.length === 0 ? [push] : pushed;
	return {
		further: [...others.filter((output) => !isPush(output)), ...last],
		isLoaded: given.some(isLoad)
	};
};
/** A field of CSV, as buildx splits an output. */
const quote = (field) => /[",\n]/.test(field) ? `"${field.replaceAll("\"", "\"\"")}"` : field;
/** As it is put down: CSV, whose names buildx takes in lower case; where that would change one, a map. */
const toEntry = (output) => [...output.keys()].some((name) => /[A-Z]/.test(name)) ? Object.fromEntries(output) : [...output].map(([name, value]) => quote(`${name}=${value}`)).join(",");
/** As attributes of one output: of a target, they would be on the nodes' image, too. */
const toAnnotations = (definition) => toTexts(definition["annotations"]).flatMap((text) => {
	const at = text.indexOf("=");
	const [name, value] = [text.slice(0, at), text.slice(at + 1)];
	const colon = name.indexOf(":");
	if (colon < 0) return [[`annotation.${name}`, value]];
	return name.slice(0, colon).split(",").map((level) => [`annotation-${level}.${name.slice(colon + 1)}`, value]);
});
/**
* The outputs beside ours as entries of a Bake file.
*
* @param names of the image; without them an output's own stays
*/
const toFurtherEntries = (further, definition, names) => further.map((output) => {
	if (!isImage(output)) return toEntry(output);
	const named = names.length === 0 ? [] : [["name", names.join(",")]];
	return toEntry(new Map([
		...output,
		...named,
		...toAnnotations(definition)
	]));
});
const withoutProvenance = "type=provenance,disabled=true";
/** Attestations are for whoever gets the other outputs; without a word there is none. */
const toAttests = (further, definition) => {
	const given = further.length === 0 ? [] : toEntries$1(definition["attest"]);
	return given.some((entry) => toFields(entry).get("type") === "provenance") ? given : [...given, withoutProvenance];
};

// src/build/probe-tls.ts
const isUntrusted$1 = /^(?:UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/;
const isRefusal = /ALERT_(?:CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_EXPIRED)/;
/** What is certain to be wrong, with what to do; undefined for all that buildx may do otherwise than we. */
const explain = ({ code = "", message }) => {
	if (isUntrusted$1.test(code)) return ["cacert did not sign its certificate", "Give cacert the certificate of who did."];
	if (code === "CERT_HAS_EXPIRED") return ["its certificate has expired", "Make a new one."];
	if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return [`its certificate is for another name: ${message}`, "Set servername to one of its names."];
	if (isRefusal.test(code)) return [`it refuses our certificate: ${message}`, "Give cert and key that who it trusts has signed."];
};
/** With TLS 1.3, who listens refuses a certificate when we take all to be well. */
const secondThoughtsMs = 1e3;
const probe = (options) => new Promise((resolve) => {
	const socket = connect$1(options);
	const end = (error) => {
		socket.destroy();
		resolve(error);
	};
	socket.on("error", end);
	socket.once("close", () => end());
	socket.once("secureConnect", () => socket.setTimeout(secondThoughtsMs, end));
	socket.setTimeout(1e4, end);
	socket.resume();
});
/**
* Tries TLS as buildx is about to do: it dials again and again, and says `context deadline exceeded` of whatever
* is wrong.
*
* @throws {Failure} with what is certainly wrong
*/
const probeTls = async ({ endpoint = "", options }) => {
	const given = Object.fromEntries(parseOptions(options));
	const url = attempt(() => new URL(endpoint));
	if (url?.protocol !== "tcp:" || given["cacert"] === void 0) return;
	const { hostname, port } = url;
	const host = hostname.replace(/^\[|\]$/g, "");
	const read = (name, option = name) => {
		const content = attempt(() => readRegularFile(given[option] ?? ""));
		return content === void 0 ? {} : { [name]: content };
	};
	const error = await probe({
		host,
		port: Number(port),
		ALPNProtocols: ["h2"],
		allowPartialTrustChain: true,
		...read("ca", "cacert"),
		...read("cert"),
		...read("key"),
		servername: given["servername"] ?? (isIP(host) === 0 ? host : "")
	}).catch(() => void 0);
	const [why, remedy] = (error && explain(error)) ?? [];
	if (why === void 0 || remedy === void 0) return;
	throw new Failure(`The remote builder ${endpoint} cannot be used: ${toLine(why)}`, { remedy });
};

// src/text/http-status.ts
/**
* Where Docker, containerd and BuildKit write the status that a server answered with: a few words after
* `status`, as in `unexpected status from HEAD request to URL: 403 Forbidden`, as in `error parsing HTTP 429
* response body`, or before its reason, as in `PUT URL: 500 Internal Server Error`. It is a word of its own:
* digits of an address or of an image's name are none.
*/
const statusPattern = /(?:\b(?:[Ss]tatus(?: ?[Cc]ode)?:?(?: \S+){0,6}?|HTTP(?:\/[\d.]+)?|error response) ([45]\d\d)(?![^\s:,;)"])|(?<![^\s("[>])([45]\d\d) [A-Z][a-z]+\b)/g;
/** Whether a message tells of an answer with such a status. */
const tellsStatus = (text, status) => [...text.matchAll(statusPattern)].some(([, named, explained]) => status.test(named ?? explained ?? ""));

// src/build/transient.ts
/**
* BuildKit's and buildx's words, and those of whom they pass on: containerd's client of registries, Go's net and
* http, gRPC, Git with its curl, Azure's client of the Actions cache. The first that fits, and tells of its HTTP
* status, counts; what is not here does not change by itself.
*/
const rows = [
	[
		/429 Too Many Requests|toomanyrequests/i,
		"the registry allows no more requests now",
		15e3
	],
	[
		/unexpected (?:HTTP |HEAD )?status/i,
		"the registry failed",
		2e3,
		/408|5\d\d/
	],
	[
		/invalid (?:response status|status response)|^RESPONSE /im,
		"a server failed",
		2e3,
		/429|5\d\d/
	],
	[
		/requested URL returned error: (?:429|5\d\d)/,
		"the Git server failed",
		5e3
	],
	[
		/failed to receive status: .{0,500}(?:Unavailable|EOF)|graceful_stop|transport is closing|no active session|error reading from server: EOF|client connection is closing|frontend grpc server closed/i,
		"the builder went away",
		3e3
	],
	[
		/no such host|server misbehaving|Temporary failure in name resolution|Could not resolve host/i,
		"a name was not found",
		2e3
	],
	[
		/i\/o timeout|TLS handshake timeout|Client\.Timeout exceeded|timeout awaiting response headers|connection (?:reset|refused)|broken pipe|closed pipe|use of closed network|unexpected EOF|failed size validation|(?:failed to do request|failed to copy|httpReadSeeker).{0,500}\bEOF\b/i,
		"the network failed",
		2e3
	],
	[
		/http2: (?:server sent GOAWAY|client connection lost)|stream ID \d+; INTERNAL_ERROR/,
		"the network failed",
		2e3
	],
	[
		/early EOF|unexpected disconnect while|RPC failed; (?:curl \d|HTTP 5)|Couldn't connect to server|Connection timed out/,
		"the network failed",
		2e3
	],
	[
		/no running buildkit pods found|expected \d+ replicas to be ready/i,
		"the builder's pod went away",
		5e3
	]
];
/** A registry that refuses, or has it not, does so again; Docker Hub's pull limit ends only hours later. */
const finalWords = /insufficient_scope|pull access denied|authorization failed|manifest unknown|: not found\b|pull rate limit/i;
const isFinal = (text) => finalWords.test(text) || tellsStatus(text, /40[134]/);
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
	if (isFinal(text)) return void 0;
	const row = rows.find(([pattern, , , status]) => pattern.test(text) && (status === void 0 || tellsStatus(text, status)));
	return row && {
		what: row[1],
		waitMs: row[2]
	};
};

// src/build/own-builder.ts
/** As docker/setup-buildx-action has it; what a build may use of it, `allow` says. */
const usualFlags = "--allow-insecure-entitlement security.insecure --allow-insecure-entitlement network.host";
/**
* The arguments of `docker` that make a builder, or append a node to it.
*
* @param config file with BuildKit's configuration
* @param index of the node, from 0
*/
const toCreateArgs = (request, name, config, index = 0) => {
	const { driver, config: given, appended } = request;
	const { options, endpoint, flags, platforms } = appended[index - 1] ?? request;
	const usual = driver === "remote" ? void 0 : usualFlags;
	const wanted = flags ?? request.flags ?? usual;
	const file = given?.kind === "file" ? given.path : config;
	return [
		...[
			"buildx",
			"create",
			`--name=${name}`,
			`--driver=${driver}`
		],
		...index === 0 ? [] : ["--append", `--node=${name}${index}`],
		...options.map((option) => `--driver-opt=${option}`),
		...platforms.length === 0 ? [] : [`--platform=${platforms.join(",")}`],
		...wanted === void 0 ? [] : [`--buildkitd-flags=${wanted}`],
		...file === void 0 ? [] : [`--buildkitd-config=${file}`],
		...endpoint === void 0 ? [] : ["--", endpoint]
	];
};
/** BuildKit's image has to be pulled, perhaps. */
const bootMs = 3e5;
/** The job may be cancelled, and who cancels gives us seconds. */
const removeMs = 2e4;
/** Files of the run, which buildx reads at each dial. They go with its folder. */
const writeCertificates = (request, tempDir) => {
	const write = (node, index) => {
		const options = node.certificates.map(([option, pem]) => {
			const file = join(tempDir, `node-${index}-${option}.pem`);
			writeFileSync(file, pem.expose(), { mode: 384 });
			return quote(`${option}=${file}`);
		});
		return {
			...node,
			options: [...node.options, ...options],
			certificates: []
		};
	};
	const appended = request.appended.map((node, at) => write(node, at + 1));
	return {
		...write(request, 0),
		appended
	};
};
/**
* Has buildx write down a builder, which does not run yet.
*
* @param request without certificates, which are files by now
* @returns its name
* @throws {Failure} when buildx makes none
*/
const makeBuilder = async (docker, request, { runId, tempDir, workspace }, name = toBuilderName(runId)) => {
	const config = join(tempDir, "buildkitd.toml");
	const isInline = request.config?.kind === "inline";
	if (request.config?.kind === "inline") writeFileSync(config, request.config.text, { mode: 384 });
	for (let index = 0; index <= request.appended.length; index += 1) {
		const args = toCreateArgs(request, name, isInline ? config : void 0, index);
		const made = await docker.try(args, { cwd: workspace });
		if (made.code === 0) continue;
		throw new Failure(`buildx made no builder: ${describeEnd(made)}`, { remedy: "See driver, driver-opts, endpoint, buildkitd-flags and append." });
	}
	return name;
};
/** Removes a builder but for its state: also where buildx has forgotten it with the folder that knew it. */
const removeKept = async (docker, name) => {
	const options = { timeoutMs: removeMs };
	await docker.try([
		"buildx",
		"rm",
		"--force",
		"--keep-state",
		name
	], options);
	await docker.try([
		"rm",
		"--force",
		toBuilderContainer(name)
	], options);
};
/** BuildKit's image comes from a registry, which may fail for a moment; other drivers try by themselves. */
const bootPausesMs = [2e3, 5e3];
/**
* @param signal ends a pause between two tries
* @throws {Failure} where it does not answer
*/
const boot = async (docker, driver, name, signal, pausesMs = driver === "docker-container" ? bootPausesMs : []) => {
	const args = [
		"buildx",
		"inspect",
		"--bootstrap",
		name
	];
	const ended = await docker.try(args, { timeoutMs: bootMs });
	if (ended.code === 0) return;
	const said = describeEnd(ended);
	const [pauseMs, ...others] = pausesMs;
	if (pauseMs !== void 0 && findTransient(said, []) !== void 0) {
		await setTimeout$1(pauseMs, void 0, { signal });
		return boot(docker, driver, name, signal, others);
	}
	throw new Failure(`The ${driver} builder does not start: ${said}`, { remedy: "See that its image can be pulled, or that BuildKit listens at the endpoint." });
};
/**
* Makes a builder of the run's own, which boots meanwhile.
*
* @param docker ends with what waits for the builder
* @param remover does not
* @param kept the one whose state it goes on with
* @throws {Failure} when buildx makes none
*/
const createBuilder = async (docker, remover, request, place, kept) => {
	const whole = writeCertificates(request, place.tempDir);
	const rm = (name) => [
		"buildx",
		"rm",
		"--force",
		...kept ? ["--keep-state"] : [],
		name
	];
	if (kept !== void 0) await removeKept(docker, kept.name);
	const name = await makeBuilder(docker, whole, place, kept?.name);
	const removing = new AbortController();
	const booting = boot(docker, request.driver, name, removing.signal);
	const refusals = [whole, ...whole.appended].map((node) => probeTls(node).then(() => new Promise(() => {})));
	const booted = Promise.race([booting, ...refusals]);
	booted.catch(() => {});
	return {
		name,
		booted,
		remove: async () => {
			removing.abort();
			await booting.catch(() => {});
			await remover.try(rm(name), { timeoutMs: removeMs }).catch(() => {});
			await kept?.release();
		}
	};
};

// src/cluster/providers/kind-owned.ts
const { clusterLabel, roleLabel } = kind;
/** The state by which post knows what there is of a cluster that the run has made. */
const clusterState = "cluster";
/** The state by which post knows which file kind wrote that cluster's entry to. */
const kubeconfigState = "cluster-kubeconfig";
/** Who starts a container gives it labels; so does who made its image, and that proves nothing. */
const findMade = async (get, { Labels, ImageID }) => {
	const [runId, maker = ""] = [Labels[clusterRunLabel], Labels[clusterMakerLabel]];
	if (runId === void 0) return void 0;
	const image = await get(`/images/${encodeURIComponent(ImageID)}/json`);
	return image === void 0 || image.Config?.Labels?.["dev.slipway.cluster"] !== void 0 ? void 0 : {
		runId,
		maker
	};
};
/** @param label all that bear it are listed, such as `LABEL` or `LABEL=VALUE` */
const list$2 = async (get, label) => {
	const all = await get(`/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify({ label: [clusterLabel, label] }))}`) ?? [];
	return Promise.all(all.map(async (one) => ({
		id: one.Id,
		name: one.Names[0]?.replace(/^\//, "") ?? one.Id,
		cluster: one.Labels[clusterLabel] ?? "",
		role: one.Labels[roleLabel] ?? "",
		createdMs: one.Created * 1e3,
		made: await findMade(get, one)
	})));
};
const listClaimed = (get, cluster) => list$2(get, `${clusterLabel}=${cluster}`);
/** What one run had kind make, of whatever cluster. */
const listMadeBy = async (get, runId) => (await list$2(get, `${clusterRunLabel}=${runId}`)).filter(({ made }) => made?.runId === runId);
/**
* Where a lock of ours reaches: the same kernel since its start, the same network. What another place
* makes may be under way although nobody here has the lock.
*/
const findMaker = () => {
	const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1")) ?? "";
	const network = attempt(() => readlinkSync("/proc/self/ns/net")) ?? "";
	return createHash("sha256").update(`${boot}\n${network}`).digest("hex").slice(0, 16);
};
/** In a control plane's own layer, so that it goes with it. */
const mark = "/kind/slipway-made";
const controlPlanesOf = (nodes) => nodes.filter(({ role }) => role === "control-plane");
/** Writes down that kind has ended well: what lacks it was cut off. */
const markComplete = async (api, nodes) => {
	for (const { id } of controlPlanesOf(nodes)) await execute(api, id, ["touch", mark], 1e4);
};
/** Whether kind ended well with it; read from outside, as its nodes may be down. */
const isComplete = async (api, nodes) => {
	for (const { id } of controlPlanesOf(nodes)) {
		const file = await api.download(`/containers/${id}/archive?path=${encodeURIComponent(mark)}`);
		file?.destroy();
		if (file !== void 0) return true;
	}
	return false;
};
/**
* Removes containers of ours, by their IDs, and their volumes. While they have the names of the cluster's
* nodes nobody else can make it, so kind's own deletion, which forgets the kubeconfig's entry, takes
* nothing else.
*/
const removeOwned = async (docker, api, owned, kubeconfig) => {
	for (const cluster of new Set(owned.map((each) => each.cluster))) {
		const all = await listClaimed(api.get, cluster);
		const isOurs = all.every(({ id }) => owned.some((each) => each.id === id));
		if (all.length === 0 || !isOurs) continue;
		const file = kubeconfig === void 0 ? [] : [`--kubeconfig=${kubeconfig}`];
		const command = docker.command([
			"delete",
			"cluster",
			`--name=${cluster}`,
			...file
		]);
		await runCaptured({
			...command,
			file: "kind",
			timeoutMs: 6e4
		}).catch(() => {});
	}
	for (const { id } of owned) await api.remove(`/containers/${id}?force=true&v=true`);
};

// src/store/ask-cache.ts
/** Beside us in the bundle; a source beside sources. */
const script$1 = fileURLToPath(import.meta.url.endsWith(".ts") ? new URL("../cache-client.ts", import.meta.url) : new URL("./cache-client.js", import.meta.url));
/** As the runner reads the values of commands. */
const toValue = (value) => value.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
/** Starts a client, which reads questions in lines, and writes a line for each to its descriptor 3. */
const startClient = ({ env, signal }, timeoutMs) => {
	const command = {
		file: process.execPath,
		args: [script$1],
		env,
		timeoutMs
	};
	const group = startGroup({
		...command,
		...signal && { signal }
	}, [
		"pipe",
		"pipe",
		"pipe",
		"pipe"
	]);
	group.child.stdin?.on("error", () => {});
	return group;
};
/** Takes masks of what the library prints, and the rest for what it is: others' words. */
const hearClient = ({ stdout, stderr }, { mask, debug }) => {
	const hear = (line) => {
		const [, value] = /^::add-mask::(.*)/.exec(line) ?? [];
		if (value === void 0) debug(`Actions cache: ${line}`);
		else mask(toValue(value));
	};
	for (const output of [stdout, stderr]) splitLines(output, hear);
};
/** Keys are what the service says; undefined where the line is none of a client's. */
const parseAnswer = (line) => {
	const said = attempt(() => JSON.parse(line));
	if (!Array.isArray(said?.keys)) return void 0;
	return {
		...said,
		keys: said.keys.map((key) => typeof key === "string" ? key : null)
	};
};
/** @throws {Failure} where the client could not ask */
const readKeys = ({ keys, error }) => {
	if (error !== void 0) throw new Failure(`The Actions cache cannot be asked: ${error}`);
	return keys.map((key) => key ?? void 0);
};
/**
* Has a process of its own ask the Actions cache, and ends it at the deadline or with the step.
* `@actions/cache` has no brake, annotates the step with errors and warnings of its own, and prints the
* names of entries as they are, which could hold a command for the runner: of all that it prints only
* masks are taken for what they are. The token goes through a pipe alone.
*
* @returns the keys of the entries that were found or made, in that order; undefined for what was not
*/
const askCache = async (access, timeoutMs, question) => {
	const { env, variables } = access;
	const { child, ended } = startClient(access, timeoutMs);
	hearClient(child, access);
	const folder = env["RUNNER_TEMP"] ?? "";
	let answer;
	splitLines(child.stdio[3], (line) => {
		answer = parseAnswer(line);
		child.stdin?.end();
	});
	child.stdin?.write(`${JSON.stringify({
		id: 0,
		variables,
		folder,
		...question
	})}\n`);
	const { code, timedOut } = await ended;
	if (answer !== void 0) return readKeys(answer);
	if (timedOut) throw new Error(`no answer within ${timeoutMs} ms`);
	throw new Error(`the client ended with exit code ${code}`);
};

// src/memory/image-memory.ts
/** With more, names of entries have no room for what they are. */
const mostImages$1 = 26;
const toWord$2 = (bytes) => Math.min(36 ** 8 - 1, Math.max(0, bytes)).toString(36);
/**
* The name that holds the sizes of a run's images; undefined where there are too many.
*
* @param ending what tells it from all names before
*/
const toImagesKey = (prefix, sizes, ending) => {
	if (sizes.length === 0 || sizes.length > mostImages$1) return void 0;
	return `${prefix}${sizes.map(({ bytes, packedBytes }) => `${toWord$2(bytes)}.${toWord$2(packedBytes)}`).join("-")}-${ending}`;
};
const keyPattern$3 = /^(slipway-image-(?:default|branch)-v1-[0-9a-f]{16}-)((?:[0-9a-z]{1,8}\.[0-9a-z]{1,8}-){1,26})[0-9a-f]{8}$/;
/** Whether it is one that we would have given. */
const isImagesKey = (key) => key.length <= 512 && keyPattern$3.test(key);
/** The sizes that a name tells; undefined when it is not one that we would have given. */
const parseImagesKey = (prefix, key, images) => {
	const [, start, list = ""] = keyPattern$3.exec(key) ?? [];
	if (start !== prefix || !isImagesKey(key)) return void 0;
	const sizes = list.split("-").slice(0, -1).map((word) => {
		const [bytes = 0, packedBytes = 0] = word.split(".").map((each) => Number.parseInt(each, 36));
		return {
			bytes,
			packedBytes
		};
	});
	return sizes.length === images ? sizes : void 0;
};

// src/memory/parts-memory.ts
const longestKey$1 = 512;
const mostLayers = 22;
const mostFolders = 60;
const kb = 1e3;
const toId = (text, length) => {
	const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
	return BigInt(`0x${hash}`).toString(36).padStart(length, "0").slice(-length);
};
const layerLength = 4;
const folderLength = 5;
/** Of the same instruction's layers, each its own, in the order in which they are. */
const toLayerIds = (instructions) => {
	const counts = /* @__PURE__ */ new Map();
	return instructions.map((instruction = "") => {
		const count = counts.get(instruction) ?? 0;
		counts.set(instruction, count + 1);
		return toId(Buffer.from(`${count} ${instruction}`), layerLength);
	});
};
/** @param path as bytes */
const toFolderId = (path) => toId(Buffer.from(path, "latin1"), folderLength);
const toWord$1 = (bytes) => Math.min(36 ** 6 - 1, Math.max(0, Math.round(bytes / kb))).toString(36);
const toWords$1 = (parts) => parts.map(({ id, bytes }) => `${id}${toWord$1(bytes)}.`).join("");
/** Whether it has anything, in whole kB. */
const isSeen = ({ bytes }) => Math.round(bytes / kb) > 0;
/** The largest, in the order in which they were, and what the largest of the others has. */
const pick$1 = (parts, most) => {
	const bySize = parts.filter(isSeen).toSorted((a, b) => b.bytes - a.bytes);
	const picked = new Set(bySize.slice(0, most));
	return {
		parts: parts.filter((part) => picked.has(part)),
		others: bySize[most]?.bytes ?? 0
	};
};
/**
* The name that holds what an image is made of: its largest layers, and as many of its largest folders as
* there is room for.
*
* @param ending what tells it from all names before
*/
const toPartsKey = (prefix, { totalBytes, baseBytes, layers, folders }, ending) => {
	const own = pick$1(layers, mostLayers);
	const toKey = (most) => {
		const { parts, others } = pick$1(folders, most);
		return `${prefix}${[
			totalBytes,
			baseBytes,
			own.others,
			others
		].map(toWord$1).join(".")}-${toWords$1(own.parts)}-${toWords$1(parts)}-${ending}`;
	};
	let most = Math.min(mostFolders, folders.length);
	while (most > 0 && toKey(most).length > longestKey$1) most -= 1;
	return toKey(most);
};
const keyPattern$2 = /^(slipway-parts-(?:default|branch)-v1-[0-9a-f]{16}-)((?:[0-9a-z]{1,6}\.){3}[0-9a-z]{1,6})-((?:[0-9a-z]{5,10}\.){0,22})-((?:[0-9a-z]{6,11}\.){0,60})-[0-9a-f]{8}$/;
/** Whether it is one that we would have given. */
const isPartsKey = (key) => key.length <= longestKey$1 && keyPattern$2.test(key);
const toBytes = (word) => Number.parseInt(word, 36) * kb;
const toParts = (words, length) => words.split(".").slice(0, -1).map((word) => ({
	id: word.slice(0, length),
	bytes: toBytes(word.slice(length))
}));
/**
* What a name tells; undefined when it is not one that we would have given, or that of another run than the
* size is from.
*
* @param totalBytes what the image had in that run
*/
const parsePartsKey = (prefix, key, totalBytes) => {
	const [, start, sums = "", layers = "", folders = ""] = keyPattern$2.exec(key) ?? [];
	if (start !== prefix || !isPartsKey(key)) return void 0;
	const [total = "", ...rest] = sums.split(".");
	if (total !== toWord$1(totalBytes)) return void 0;
	const [baseBytes = 0, otherLayerBytes = 0, otherFolderBytes = 0] = rest.map(toBytes);
	return {
		totalBytes,
		baseBytes,
		otherLayerBytes,
		otherFolderBytes,
		layers: toParts(layers, layerLength),
		folders: toParts(folders, folderLength)
	};
};

// src/memory/size-memory.ts
const mb = 1e6;
/** MB with three digits that count, rounded up, so that names stay short. */
const toMb = (bytes) => {
	const whole = Math.min(999e4, Math.max(1, Math.ceil(bytes / mb)));
	const step = 10 ** Math.max(0, `${whole}`.length - 3);
	return Math.ceil(whole / step) * step;
};
/** Such as `PREFIX7120-6200.950`: all together, and each. */
const toSizesKey = (prefix, { totalBytes, each }) => `${prefix}${toMb(totalBytes)}-${each.map(toMb).join(".")}`;
const keyPattern$1 = /^(slipway-size-v2-[0-9a-f]{16}-)([1-9][0-9]{0,6})-([1-9][0-9]{0,6}(?:\.[1-9][0-9]{0,6})*)(?:-[0-9a-f]{8})?$/;
/** The sizes that a name tells; undefined when it is not one that we would have given. */
const parseSizesKey = (prefix, key, images) => {
	const [, start, total, list = ""] = keyPattern$1.exec(key) ?? [];
	const each = list.split(".").map((size) => Number(size) * mb);
	if (start !== prefix || each.length !== images) return void 0;
	return {
		totalBytes: Number(total) * mb,
		each
	};
};
/** So little is not worth another entry. */
const isNear = (a, b) => Math.abs(a.totalBytes - b.totalBytes) <= .05 * b.totalBytes;

// src/inputs/variant.ts
/**
* What makes a target another image than one of the same name: its stage, and its platforms in one word.
*
* @param definition as Bake has it
* @param architecture of this machine, in the words of images
*/
const toVariant = (definition, architecture) => {
	const { target } = definition;
	const given = toTexts(definition["platforms"]);
	const platforms = given.length > 0 ? given : [`linux/${architecture}`];
	return {
		stage: typeof target === "string" ? target : void 0,
		platforms: platforms.map(normalizePlatform).join("-")
	};
};

// src/memory/targets.ts
/** Names of entries have room for these, and for no more than 512 characters in all. */
const mostImages = 60;
/** Targets of whose images something is kept, in an order that does not depend on Bake's. */
const toRemembered = (targets) => {
	return targets.filter(({ isWanted, tags }) => isWanted && tags.length > 0).toSorted((a, b) => compare(nameOf(a), nameOf(b)));
};
/** Whether a name can hold something of each. */
const areRememberable = (targets) => {
	const { length } = toRemembered(targets);
	return length > 0 && length <= mostImages;
};
/** By code units, the same in every language; 0 for what is the same, as sorting wants it. */
const compare = (a, b) => Number(a > b) - Number(a < b);
/** Stages and platforms of one repository are images of their own. */
const nameOf = ({ tags: [tag], bake }) => {
	const { stage = "", platforms } = toVariant(bake.definition, architecture);
	return [
		toRepository(tag?.canonical ?? ""),
		stage,
		platforms
	].join(" ");
};
/**
* The beginning of all names for the same images of one repository, whichever workflow builds them and
* whatever their tags and build arguments are.
*
* @param at of names for one of the images, which
*/
const toPrefix = (kind, repository, targets, at) => {
	const names = toRemembered(targets).map(nameOf);
	return `slipway-${kind}-${createHash("sha256").update([
		repository,
		...names,
		...at === void 0 ? [] : [at]
	].join("\n")).digest("hex").slice(0, 16)}-`;
};

// src/memory/time-memory.ts
/** Names of entries hold no more. */
const longestKey = 512;
const mostRuns = 10;
/** With more images, only the sum is kept, so that there is room for enough runs. */
const mostTimes = 12;
const tenthMs = 100;
/** Tenths of a second in base 36: three characters up to an hour and a quarter. */
const toWord = (ms) => Math.min(36 ** 5 - 1, Math.max(0, Math.round(ms / tenthMs))).toString(36);
const toRunWord = (times) => times.map(toWord).join(".");
/** Of so many images each has a time of its own. */
const toKept = (times) => times.length <= mostTimes ? times : [times.reduce((sum, ms) => sum + ms, 0)];
/**
* The name that holds the times of a run and of those before it, latest first, as many as it has room for.
*
* @param ending what tells it from all names before
*/
const toTimesKey = (prefix, times, before, ending) => {
	const words = [toKept(times), ...before].slice(0, mostRuns).map(toRunWord);
	const toKey = (runs) => [...words.slice(0, runs), ending].join("-");
	let runs = words.length;
	while (runs > 1 && prefix.length + toKey(runs).length > longestKey) runs -= 1;
	return prefix + toKey(runs);
};
const keyPattern = /^(slipway-time-v1-[0-9a-f]{16}-)((?:[0-9a-z]{1,5}(?:\.[0-9a-z]{1,5}){0,11}-){1,10})[0-9a-f]{8}$/;
/** Whether it is one that we would have given. */
const isTimesKey = (key) => key.length <= longestKey && keyPattern.test(key);
/** The times that a name tells, latest first; empty when it is not one that we would have given. */
const parseTimesKey = (prefix, key, images) => {
	const [, start, list = ""] = keyPattern.exec(key) ?? [];
	const length = images <= mostTimes ? images : 1;
	const runs = list.split("-").slice(0, -1).map((run) => run.split(".").map((word) => Number.parseInt(word, 36) * tenthMs));
	return start === prefix && runs.every((run) => run.length === length) ? runs : [];
};

// src/memory/memory.ts
/** The state by which post knows the names that it is to keep, with spaces between them. */
const namesState = "names";
const lookupDeadlineMs = 5e3;
const saveDeadlineMs = 1e4;
/** In the step's own folder. The service tells entries apart by path, too, so it is the same on every runner. */
const path = "slipway";
/** Nothing here may fail or hold up a job: all that goes wrong is a line of the debug log. */
const quietly = async ({ debug }, body) => {
	try {
		return await body();
	} catch (error) {
		return debug(`Actions cache: ${renderError(error)}`);
	}
};
/** A name can be taken only once, and what it holds may come back after it was something else. */
const toEnding = () => randomBytes(4).toString("hex");
const nothingRemembered = {
	sizes: void 0,
	times: void 0,
	images: {
		ofDefaultBranch: void 0,
		ofBranch: void 0
	}
};
/** Each takes a name of its own, and the service counts requests. */
const mostWithParts = 10;
/** The beginnings of a branch's names: that of all sizes, then of what each image is made of. */
const toImagePrefixes = (branch, repository, targets) => {
	const all = toRemembered(targets);
	const withParts = all.length <= mostWithParts ? all : [];
	return [toPrefix(`image-${branch}-v1`, repository, targets), ...withParts.map((_, at) => toPrefix(`parts-${branch}-v1`, repository, targets, at))];
};
const parseImages = ([prefix = "", ...partsPrefixes], [key = "", ...partsKeys], images) => parseImagesKey(prefix, key, images)?.map((size, at) => ({
	...size,
	parts: parsePartsKey(partsPrefixes[at] ?? "", partsKeys[at] ?? "", size.bytes)
}));
/**
* What is known of the images of earlier runs.
*
* @param withImages whether it is asked how large each was and what it was made of, too
*/
const recall = async (memory, targets, withImages) => {
	const { repository, debug } = memory;
	if (!areRememberable(targets)) return nothingRemembered;
	const { length } = toRemembered(targets);
	const ofImages = (withImages ? ["default", "branch"] : []).map((branch) => toImagePrefixes(branch, repository, targets));
	const prefixes = [
		toPrefix("size-v2", repository, targets),
		toPrefix("time-v1", repository, targets),
		...ofImages.flat()
	];
	const keys = await quietly(memory, () => askCache(memory, lookupDeadlineMs, {
		path,
		keys: prefixes,
		kind: "look"
	}));
	if (keys === void 0) return nothingRemembered;
	const [sizesKey, timesKey, ...imagesKeys] = keys;
	const sizes = sizesKey ? parseSizesKey(prefixes[0], sizesKey, length) : void 0;
	const times = timesKey ? parseTimesKey(prefixes[1], timesKey, length) : [];
	debug(`Size of the images last time: ${sizes === void 0 ? "unknown" : JSON.stringify(sizes)}`);
	const [ofDefaultBranch, ofBranch] = ofImages.map((own, at) => parseImages(own, imagesKeys.slice(at * own.length), length));
	return {
		sizes,
		times,
		images: {
			ofDefaultBranch,
			ofBranch
		}
	};
};
/** Saves sizes for the next run, unless that would find nearly the same already. */
const rememberSizes = async (memory, targets, sizes, lastSizes) => {
	if (!areRememberable(targets) || sizes.each.length !== toRemembered(targets).length) return;
	if (lastSizes !== void 0 && isNear(sizes, lastSizes)) return;
	const prefix = toPrefix("size-v2", memory.repository, targets);
	await rememberNames(memory, [`${toSizesKey(prefix, sizes)}-${toEnding()}`]);
};
/**
* The name by which the next runs know how long these builds took; undefined where it cannot hold them.
*
* @param times in the order of the targets that are remembered
*/
const nameTimes = (repository, targets, times, before) => areRememberable(targets) ? toTimesKey(toPrefix("time-v1", repository, targets), times, before, toEnding()) : void 0;
/** The same of how large the images are, and what they are made of. */
const nameImages = (repository, targets, images, isDefaultBranch) => {
	const [prefix = "", ...partsPrefixes] = toImagePrefixes(isDefaultBranch ? "default" : "branch", repository, targets);
	const key = toImagesKey(prefix, images, toEnding());
	if (key === void 0) return [];
	return [key, ...images.flatMap(({ parts }, at) => {
		const own = partsPrefixes[at];
		return own === void 0 ? [] : [toPartsKey(own, parts, toEnding())];
	})];
};
/** Saves entries of these names. */
const rememberNames = async (access, keys) => {
	await quietly(access, () => askCache(access, saveDeadlineMs, {
		path,
		keys,
		kind: "note"
	}));
};

// src/token/formats.ts
/**
* The server of repositories that belongs to an API: `https://api.github.com` to github.com,
* `https://api.SUB.ghe.com` to SUB.ghe.com, `https://HOST/api/v3` to HOST.
*/
const toServerUrl = (apiUrl) => {
	const { protocol, host } = new URL(apiUrl);
	return `${protocol}//${host.replace(/^api\./, "")}`;
};
const basic = (token) => Buffer.from(`x-access-token:${token.expose()}`).toString("base64");
/**
* Git reads the header from its configuration, so the token is in no command line: an address with a
* password in it would be an argument of git-remote-https.
*/
const toGitConfig = (server, credentials) => {
	const { hostname } = new URL(server);
	const rewrite = [
		`[url "${server}/"]`,
		`\tinsteadOf = ssh://git@${hostname}/`,
		`\tinsteadOf = git@${hostname}:`
	];
	const headers = credentials.flatMap(({ token, scope }) => {
		const addresses = credentials.length === 1 || scope === void 0 ? [`${server}/`] : scope.spellings.map((owner) => `${server}/${owner}/`);
		const header = `\textraheader = AUTHORIZATION: basic ${basic(token)}`;
		return addresses.flatMap((address) => [`[http "${address}"]`, header]);
	});
	return [
		...rewrite,
		...headers,
		""
	].join("\n");
};
/** With several owners each repository has lines of its own; git needs credential.useHttpPath then. */
const toGitCredentials = (server, credentials) => {
	const { protocol, host } = new URL(server);
	return `${credentials.flatMap(({ token, scope }) => {
		const line = `${protocol}//x-access-token:${encodeURIComponent(token.expose())}@${host}`;
		if (credentials.length === 1 || scope === void 0) return [line];
		return scope.spellings.flatMap((owner) => scope.repositories.map((name) => `${line}/${owner}/${name}`)).flatMap((path) => [path, `${path}.git`]);
	}).join("\n")}\n`;
};
const toNetrc = (server, [first]) => `machine ${new URL(server).hostname} login x-access-token password ${first?.token.expose()}\n`;
const formats = {
	token: (_server, [first]) => first?.token.expose() ?? "",
	gitconfig: toGitConfig,
	"git-credentials": toGitCredentials,
	netrc: toNetrc
};
/** What the Dockerfile finds at the token's id. */
const formatToken = (format, apiUrl, credentials) => new Secret(formats[format](toServerUrl(apiUrl), credentials));

// src/token/watchdog.ts
const send = ({ stdin }, message) => {
	stdin?.write(`${JSON.stringify(message)}\n`);
};
const guardBy = (child, { apiUrl, token }) => send(child, { guard: {
	apiUrl,
	token: token.expose()
} });
/** A watchdog that does not end by itself must not hold up the step. */
const patienceMs$2 = 1500;
/** What dies again and again is not started for ever. */
const mostDeaths = 3;
/** Beside us in the bundle; a source beside sources. */
const script = fileURLToPath(import.meta.url.endsWith(".ts") ? new URL("../watchdog.ts", import.meta.url) : new URL("./watchdog.js", import.meta.url));
const hasEnded$1 = ({ pid, exitCode, signalCode }) => pid === void 0 || exitCode !== null || signalCode !== null;
/**
* Starts a process of its own that holds tokens in memory and revokes them when its standard input
* ends without a word: then we were killed. Tokens reach it through a pipe alone. It has a session of
* its own, so that a signal to our process group does not reach it. When it dies another one takes its
* place.
*
* @param warn hears of that
*/
const startWatchdog = (env, warn) => {
	const guarded = [];
	let deaths = 0;
	let isOver = false;
	const start = () => {
		const child = spawn(process.execPath, [script], {
			env: {
				...env,
				GITHUB_EVENT_PATH: ""
			},
			stdio: [
				"pipe",
				"ignore",
				"ignore"
			],
			detached: true
		});
		child.stdin.on("error", () => {});
		child.once("error", ({ message }) => replace(message));
		child.once("exit", (code, signal) => replace(signal ?? `exit code ${code}`));
		for (const token of guarded) guardBy(child, token);
		return child;
	};
	const replace = (why) => {
		if (isOver) return;
		deaths += 1;
		const what = `The watchdog, which revokes the token should this step be killed, has ended (${why})`;
		if (deaths > mostDeaths) {
			isOver = true;
			warn(`${what} ${deaths} times: there is none from here on.`);
			return;
		}
		child = start();
		warn(`${what}: started another one.`);
	};
	let child = start();
	return {
		guard: (token) => {
			guarded.push(token);
			guardBy(child, token);
		},
		/** Tells that nothing is left to revoke, and waits for the watchdog's end. */
		dismiss: async () => {
			isOver = true;
			if (hasEnded$1(child)) return;
			const ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
			send(child, "done");
			child.stdin?.end();
			await Promise.race([ended, timers.setTimeout(patienceMs$2, void 0, { ref: false })]);
			child.kill("SIGKILL");
		},
		/** Leaves what it guards to it: it revokes, also when we have ended. */
		release: () => {
			isOver = true;
			child.stdin?.end();
			child.unref();
		}
	};
};

// src/token/build-token.ts
/** The state by which post knows whether main ended what it minted. It never holds a token. */
const tokenState = "token";
/** A build that starts with less than this left may outlive its token. */
const enoughMs = 6e5;
/** Who cancels gives us seconds; after so many of them revoking is the watchdog's. */
const revokingMs = 4e3;
/** The GitHub client is most of the bundle; a step that only loads starts without it. */
const importClient = () => import("./token-installation-token.js");
const isFresh = ({ expiresAt }) => Date.parse(expiresAt) - Date.now() > enoughMs;
const createBuildToken = (options) => {
	const { inputs, log, warn, announce, saveState, signal, childEnv } = options;
	const { credentials, apiUrl, secretFormat } = inputs;
	const tooLate = later(signal, revokingMs);
	let watchdog;
	let current = [];
	/** Another build may still use what has too little life left for a new one. */
	let older = [];
	let taking;
	let closing = Promise.resolve([]);
	/** Tokens with life enough for a build, one for each scope. */
	const takeFresh = async (app) => {
		if (current.length === app.scopes.length && current.every(isFresh)) return current;
		older = [...older, ...current];
		current = [];
		announce(tokenState, "minted");
		const { mintToken, probeToken } = await importClient();
		watchdog ??= startWatchdog(childEnv, warn);
		const minting = app.scopes.map(async (scope) => {
			const token = await mintToken({
				...app,
				apiUrl
			}, scope, options);
			watchdog?.guard(token);
			current = [...current, token];
			await probeToken(token, log, signal);
		});
		for (const outcome of await Promise.allSettled(minting)) if (outcome.status === "rejected") throw outcome.reason;
		return current;
	};
	/** `isOver` where nothing is left to do. */
	const revoke = async (token) => {
		const { scope, permissions, mintedMs } = token;
		const end = (isRevoked, isOver = isRevoked) => {
			const livedMs = performance.now() - mintedMs;
			return {
				isOver,
				ended: {
					...scope,
					permissions,
					livedMs,
					isRevoked
				}
			};
		};
		try {
			const { revokeToken } = await importClient();
			await revokeToken(token, log, tooLate);
			return end(true);
		} catch (error) {
			const expiry = `it ends at ${token.expiresAt}`;
			if (tooLate.aborted) warn(`The token is not revoked yet: the watchdog goes on trying, and ${expiry}.`);
			else warn(`The token could not be revoked; ${expiry}: ${renderError(error)}`);
			return end(false, !tooLate.aborted);
		}
	};
	/** What is taken from then on is minted anew, with a watchdog of its own. */
	const setAside = () => {
		const aside = {
			ending: [...older, ...current],
			guard: watchdog
		};
		taking = void 0;
		older = [];
		current = [];
		watchdog = void 0;
		return aside;
	};
	const endAll = async () => {
		if (taking === void 0) return [];
		let last;
		do {
			last = taking;
			await last.catch(() => {});
		} while (last !== taking);
		const { ending, guard } = setAside();
		const outcomes = await Promise.all(ending.map(revoke));
		if (outcomes.every(({ isOver }) => isOver)) await guard?.dismiss();
		else guard?.release();
		if (taking === void 0) saveState(tokenState, "ended");
		return outcomes.map(({ ended }) => ended);
	};
	/**
	* Ends all that was minted, whatever happened before. Never fails, and can be called again.
	*
	* @returns what this call has ended
	*/
	const close = () => {
		closing = closing.then(endAll).catch((error) => {
			warn(`The token could not be ended: ${renderError(error)}`);
			return [];
		});
		return closing;
	};
	const toTaken = (all) => ({
		value: formatToken(secretFormat, apiUrl, all),
		credentials: all
	});
	return {
		/** What the Dockerfile finds at the token's id, and what that is made of; undefined for no token. */
		take: async () => {
			if (credentials.kind === "none") return void 0;
			if (credentials.kind === "given") return toTaken([{ token: credentials.token }]);
			taking = (taking ?? Promise.resolve([])).catch(() => {}).then(() => takeFresh(credentials));
			return toTaken(await taking);
		},
		close,
		[Symbol.asyncDispose]: async () => void await close()
	};
};

// src/diagnose/recording/recorder.ts
/**
* All that a process beside the job needs to reach Docker; the last lets the runner end it. No more of
* the step's variables: later steps can read them for as long as it runs.
*/
const wanted = /^(PATH|HOME|USER|DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS|TLS_VERIFY|API_VERSION)|SSH_AUTH_SOCK|XDG_RUNTIME_DIR|RUNNER_TRACKING_ID)$/;
const pidFile = "pid";
/**
* Starts a process that goes on after the step has ended, until somebody ends it or the recording's folder
* is gone. That it may not start costs names of pods, and nothing else.
*/
const startRecorder = (folder, env) => {
	const script = fileURLToPath(new URL("./recorder.js", import.meta.url));
	const child = spawn(process.execPath, [
		"--max-old-space-size=64",
		script,
		folder
	], {
		cwd: "/",
		env: Object.fromEntries(Object.entries(env).filter(([name]) => wanted.test(name))),
		stdio: "ignore",
		detached: true
	});
	child.on("error", () => {});
	child.unref();
	if (child.pid !== void 0) writeOwnFile(folder, pidFile, `${child.pid}`);
};
/** Numbers of processes are used again: it is ours only as long as it was started for this folder. */
const isIts = (pid, folder) => {
	return attempt(() => readRegularFile(`/proc/${pid}/cmdline`).toString("utf8"))?.split("\0").includes(folder) === true;
};
const patienceMs$1 = 2e3;
/** It ends within milliseconds, and every post waits for it. */
const pauseMs$1 = 5;
/** Ends it and waits for that, so that the runner finds nothing to end. */
const endRecorder = async (folder) => {
	const pid = Number(readOwnFile(folder, pidFile));
	if (!Number.isInteger(pid) || pid < 2 || !isIts(pid, folder)) return;
	try {
		process.kill(pid, "SIGTERM");
	} catch {
		return;
	}
	const deadline = performance.now() + patienceMs$1;
	while (isIts(pid, folder) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, pauseMs$1));
};

// src/docker/left-builders.ts
const list$1 = (get, path) => {
	return get(`${path}filters=${encodeURIComponent("{\"name\":[\"buildx_buildkit_slipway-\"]}")}`);
};
const findContainers = async (get, pattern) => {
	return (await list$1(get, "/containers/json?all=1&") ?? []).filter(({ Names = [] }) => Names.some((name) => pattern.test(name.replace(/^\//, "")))).map(({ Id: id, Created = 0 }) => ({
		id,
		createdMs: Created * 1e3
	}));
};
const findVolumes = async (get, pattern) => {
	const listed = await list$1(get, "/volumes?");
	const end = toBuilderVolume("");
	return (listed?.Volumes ?? []).filter(({ Name }) => Name.endsWith(end) && pattern.test(Name.slice(0, -end.length))).map(({ Name: name, CreatedAt = "" }) => ({
		name,
		createdMs: Date.parse(CreatedAt)
	}));
};
const removeContainer = (api, id) => api.remove(`/containers/${id}?force=1`);
/** Docker refuses it for one that a container has. */
const removeVolume = (api, name) => api.remove(`/volumes/${name}`).catch(() => {});
/**
* Removes the containers and volumes of a run's builder.
*
* @returns whether there were any
*/
const removeBuilderOf = async (api, runId) => {
	const pattern = toBuilderPattern(runId);
	const containers = await findContainers(api.get, pattern);
	for (const { id } of containers) await removeContainer(api, id);
	const volumes = await findVolumes(api.get, pattern);
	for (const { name } of volumes) await removeVolume(api, name);
	return containers.length + volumes.length > 0;
};
/** Every command of buildx talks through a process in the container. */
const isInUse = async (get, id) => ((await get(`/containers/${id}/json`))?.ExecIDs ?? []).length > 0;
/** Docker has written no time for what it does not know. */
const isLeft = (createdMs, nowMs) => createdMs > 0 && nowMs - createdMs > 432e6;
/** Names of builders that buildx still knows. */
const findKnown = (docker, nowMs) => {
	const { path } = findDockerFolders(docker.command([]).env).buildx;
	const folder = join(path ?? "", "instances");
	const pattern = new RegExp(`^${toBuilderName("[0-9a-f]{16}")}$`);
	return (path && attempt(() => readdirSync(folder)) || []).filter((name) => pattern.test(name) && isLeft(attempt(() => statSync(join(folder, name)).mtimeMs) ?? 0, nowMs));
};
/**
* Removes builders of runs on machines that died before post could run.
*
* @param nowMs since 1970
*/
const removeLeftBuilders = async (docker, api, nowMs) => {
	const pattern = toBuilderPattern();
	for (const { id, createdMs } of await findContainers(api.get, pattern)) if (isLeft(createdMs, nowMs) && !await isInUse(api.get, id)) await removeContainer(api, id);
	for (const { name, createdMs } of await findVolumes(api.get, pattern)) if (isLeft(createdMs, nowMs)) await removeVolume(api, name);
	for (const name of findKnown(docker, nowMs)) await docker.try([
		"buildx",
		"rm",
		"--force",
		name
	]);
};

// src/docker/list.ts
/** Who lists has something to remove, and the job has ended: a daemon that hangs does not keep it longer. */
const patienceMs = 1e4;
/** A docker command for each list would be most of what a post takes. Undefined where nobody answers. */
const list = async (docker, path, filters) => {
	const filter = encodeURIComponent(JSON.stringify(filters));
	const asked = withEngineApi(docker, ({ get }) => get(`${path}filters=${filter}`)).catch(() => void 0);
	return within(asked, patienceMs, void 0);
};
const listContainers = (docker, filters) => list(docker, "/containers/json?all=1&", filters);
/** The IDs of a run's containers, also of those that have ended; undefined where Docker does not answer. */
const listContainersOf = async (docker, runId) => (await listContainers(docker, { label: [`${runLabel}=${runId}`] }))?.map(({ Id }) => Id);
/** The run that has a container, by its label; empty where it is nobody's, undefined where there is none. */
const findRunOf = async (docker, container) => {
	const [found] = await listContainers(docker, { name: [`^${container}$`] }) ?? [];
	return found && (found.Labels?.["dev.slipway.run"] ?? "");
};
/** The names that a repository's images have; undefined where Docker does not answer. */
const listNamesIn = async (docker, repository) => {
	return ((await list(docker, "/images/json?", { reference: [repository] }))?.flatMap(({ RepoTags }) => RepoTags ?? []))?.filter((name) => name.startsWith(`${repository}:`));
};

// src/host/strays.ts
const read$1 = (pid, name) => (attempt(() => readFileSync(`/proc/${pid}/${name}`, "utf8")) ?? "").split("\0");
/** Processes of some programs that have a word as an argument, or as a variable's value. */
const find = (programs, word) => (attempt(() => readdirSync("/proc")) ?? []).filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
	const args = read$1(pid, "cmdline");
	if (!programs.includes(basename(args[0] ?? ""))) return false;
	const names = (text) => text === word || text.endsWith(`=${word}`);
	return args.some(names) || read$1(pid, "environ").some(names);
}).map(Number);
const graceMs = 2e3;
const pauseMs = 50;
/**
* Ends what a killed main has started, and that goes on without it.
*
* @param programs by their file's name; none of others is touched
* @param word that no other run's process has
*/
const endStrays = async (programs, word) => {
	const end = (signal) => find(programs, word).filter((pid) => attempt(() => process.kill(pid, signal))).length;
	const until = performance.now() + graceMs;
	let left = end("SIGTERM");
	while (left > 0) {
		await new Promise((resolve) => setTimeout(resolve, pauseMs));
		left = performance.now() < until ? find(programs, word).length : end("SIGKILL");
		if (performance.now() > until + graceMs) return;
	}
};

// src/host/temp-dir.ts
/** The runner's folder, or the system's own. Main and post both ask, and find the same. */
const findTempDir = (given) => given && canWriteIn(given) ? given : tmpdir();
/** Kinds of filesystems that are in memory, as `statfs` numbers them: tmpfs and ramfs. */
const inMemory = [16914836, 2240043254];
/** For what may be as large as an image: the temp folder, or the system's large one where that is in memory. */
const findRoomyDir = (tempDir) => {
	const isRoomy = (path) => attempt(() => !inMemory.includes(statfsSync(path).type)) ?? false;
	const large = "/var/tmp";
	return !isRoomy(tempDir) && isRoomy(large) && canWriteIn(large) ? large : tempDir;
};
/** @throws {Failure} when nothing can be written there either */
const makeTempDir = (path) => {
	try {
		mkdirSync(path, { mode: 448 });
	} catch (cause) {
		throw new Failure("The step has no folder for its temporary files", {
			cause,
			remedy: "Let the runner's user write to RUNNER_TEMP or TMPDIR."
		});
	}
};

// src/commands/cleanup.ts
/** What Docker answers of a container that is going or gone. */
const isGoing = /already in progress|no such container/i;
/** The state by which post knows which layers main has left to it. */
const layersState = "layers";
/** The state by which post knows what this run was called. */
const runIdState = "run-id";
/** The state by which post finds the process of main. */
const mainState = "main";
/** The state is only taken for a run's name when it looks like one: a build may have tried to set it. */
const isRunId = (state) => state !== void 0 && /^[0-9a-f]{16}$/.test(state);
/** Where a run leaves things while it works. */
const leftoversOf = ({ tempDir }, runId) => ({
	tempDir: join(tempDir, `slipway-${runId}`),
	layoutDir: join(findRoomyDir(tempDir), `slipway-${runId}-images`),
	laterDir: join(findRoomyDir(tempDir), `slipway-${runId}-layers`),
	recordingFolder: recordingFolderOf(tempDir, runId),
	clusterLogs: join(tempDir, `slipway-${runId}-cluster-logs`)
});
/**
* Images by which a killed main handed one target over to another.
*
* @returns whether Docker named them
*/
const removeImages = async (docker, runId) => {
	const names = await listNamesIn(docker, intermediateRepository(runId));
	if (names !== void 0 && names.length > 0) await docker.try(["rmi", ...names]);
	return names !== void 0;
};
const settleMs = 300;
const mostLooks = 10;
/**
* The builder that a killed main made. buildx may still be making it, and may have forgotten it with main's own
* folder.
*/
const removeBuilder = async (docker, runId, cluster, warning) => {
	const name = toBuilderName(runId);
	await endStrays(["docker", "docker-buildx"], name);
	await docker.try([
		"buildx",
		"rm",
		"--force",
		name
	], { timeoutMs: 2e4 });
	if (cluster !== void 0) {
		const later = "A later step with a builder in that namespace removes it, five days after it was made.";
		const problems = await removeOf(cluster);
		if (problems === void 0) warning(`Slipway could not ask the cluster whether its builder is gone. ${later}`);
		else if (problems.length > 0) warning(`Slipway could not remove its builder's ${problems.join(", ")}. ${later}`);
		return;
	}
	await withEngineApi(docker, async (api) => {
		for (let looks = 1, isThere = true; looks <= mostLooks && isThere; looks += 1) {
			isThere = await removeBuilderOf(api, runId) || looks === 1;
			if (isThere) await setTimeout$1(settleMs);
		}
	});
};
/** The same of one whose state is kept, unless another step has gone on with it. */
const leaveState = async (docker, runId, name) => {
	const holder = await findRunOf(docker, toLockName(name));
	if (holder !== void 0 && holder !== runId) return;
	await endStrays(["docker", "docker-buildx"], name);
	await removeKept(docker, name);
};
/**
* The cluster that this run has made, or was killed while it made it. What its kind asked the daemon for
* last may come when we have looked already.
*/
const removeCluster = async (docker, runId, kubeconfig) => {
	await endStrays(["kind", "docker"], runId);
	await withEngineApi(docker, async (api) => {
		for (let looks = 1, isThere = true; looks <= mostLooks && isThere; looks += 1) {
			const owned = await listMadeBy(api.get, runId);
			isThere = owned.length > 0 || looks === 1;
			await removeOwned(docker, api, owned, kubeconfig);
			if (isThere) await setTimeout$1(settleMs);
		}
	});
};
/** The state of `withBuilder`; a build may have tried to set it. */
const toLeftBuilder = (state) => {
	if (state === "made") return state;
	return isKeptBuilderName(state) ? { kept: state } : void 0;
};
/** The state of `createCluster`; a build may have tried to set it. kind takes its own entry out of that file. */
const toKubeconfig = (state) => state === resolve(state) && !state.includes("\0") ? state : void 0;
/** Most steps start without a library for YAML. */
const findCluster = async (env, tempDir, runId) => {
	const { reopenCluster } = await import("./kubernetes-open-cluster.js");
	return reopenCluster(env, tempDir, runId);
};
/**
* Removes what a killed main left: helper containers and temp folders. It warns and never fails,
* and a second run finds nothing to do.
*
* @returns whether it could look for all of it, and remove it
*/
const cleanUp = async (context, { warning }, runId, { isDockerThere, builder, cluster: made }) => {
	if (!isRunId(runId)) return true;
	const { tempDir, layoutDir, laterDir, recordingFolder, clusterLogs } = leftoversOf(context, runId);
	try {
		const cluster = builder === "made" ? await findCluster(context.childEnv, tempDir, runId) : void 0;
		for (const folder of [
			tempDir,
			layoutDir,
			laterDir,
			clusterLogs
		]) rmSync(folder, {
			recursive: true,
			force: true
		});
		await endRecorder(recordingFolder);
		rmSync(recordingFolder, {
			recursive: true,
			force: true,
			maxRetries: 5,
			retryDelay: 20
		});
		if (!isDockerThere) return false;
		const docker = createDocker(context.childEnv);
		const listed = await listContainersOf(docker, runId);
		const containers = listed ?? [];
		if (made !== void 0) await removeCluster(docker, runId, made.kubeconfig);
		if (builder === "made") await removeBuilder(docker, runId, cluster, warning);
		else if (builder !== void 0) await leaveState(docker, runId, builder.kept);
		const removed = containers.length === 0 ? { stderr: "" } : await docker.try([
			"rm",
			"--force",
			"--volumes",
			...containers
		]);
		const areImagesNamed = await removeImages(docker, runId);
		const problems = removed.stderr.split("\n").filter((line) => line !== "" && !isGoing.test(line) && !isWarning(line));
		if (problems.length > 0) throw new Failure(problems.join(" "));
		return listed !== void 0 && areImagesNamed;
	} catch (error) {
		warning(`Cleanup was incomplete: ${renderError(error)}`);
		return false;
	}
};

// src/text/format.ts
/** `840 MB`, `1.2 GB`: decimal units, as Docker shows them. */
const formatBytes = (bytes) => {
	const units = [
		"B",
		"kB",
		"MB",
		"GB",
		"TB"
	];
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1e3;
		unit += 1;
	}
	return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
};
/** `85 ms`, `1.4 s`, `3 min 20 s`. */
const formatDuration = (ms) => {
	if (ms < 1e3) return `${Math.round(ms)} ms`;
	if (ms < 6e4) return `${(ms / 1e3).toFixed(1)} s`;
	const seconds = Math.round(ms / 1e3);
	return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};
/** `1 node`, `2 nodes`. */
const formatCount = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
/** Text that stays text in a Markdown table's cell, whatever a name or a message holds. */
const escapeCell = (text) => text.replace(/[\r\n]+/g, " ").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(/[|`\\[\]*_~$]/g, (mark) => `\\${mark}`);
/** A line that stays text in Markdown, too: no heading, list, quotation or rule. */
const escapeLine = (text) => escapeCell(text.trim()).replace(/^(\d*)([#>+=.)-])/, "$1\\$2");
/** The same for each line of a text. */
const escapeText = (text) => text.split(/\r\n|\n|\r/).map(escapeLine).join("\n");

// src/cluster/quantity.ts
const decimal = {
	n: 1e-9,
	u: 1e-6,
	m: .001,
	k: 1e3,
	M: 1e6,
	G: 1e9,
	T: 0xe8d4a51000,
	P: 0x38d7ea4c68000,
	E: 0xde0b6b3a7640000
};
const binary = {
	Ki: 1024,
	Mi: 2 ** 20,
	Gi: 2 ** 30,
	Ti: 2 ** 40,
	Pi: 2 ** 50,
	Ei: 2 ** 60
};
const suffixes = {
	"": 1,
	...decimal,
	...binary
};
const pattern = /^\+?((?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;
/**
* Reads what Kubernetes calls a quantity, such as `128Mi`, `1.5Gi`, `500m` or `1e3`; undefined for
* what it would refuse, and for what is below nothing, which nobody can ask for.
*/
const parseQuantity = (text) => {
	const [, digits, exponent = "", suffix = ""] = pattern.exec(text) ?? [];
	const factor = suffixes[suffix];
	if (digits === void 0 || factor === void 0) return void 0;
	const value = Number(`${digits}${exponent}`);
	return factor < 1 ? value / Math.round(1 / factor) : value * factor;
};

// src/docker/lock.ts
/**
* Takes a name in the daemon that nobody else can have until it is released: that of a container which
* only waits for the end of its input, and so for ours. Whatever ends this process releases it.
*
* @param imageId of any image that has a `cat`
* @returns what releases it, and never fails; undefined where somebody has it
*/
const takeLock = async ({ get, post, remove, attach }, name, imageId, labels) => {
	const container = {
		Image: imageId,
		Entrypoint: ["cat"],
		Cmd: [],
		Labels: labels,
		StopSignal: "TERM",
		AttachStdin: true,
		OpenStdin: true,
		StdinOnce: true,
		HostConfig: {
			AutoRemove: true,
			NetworkMode: "none"
		}
	};
	const named = encodeURIComponent(name);
	const made = await post(`/containers/create?name=${named}`, container).catch(async (error) => {
		if (await get(`/containers/${named}/json`) !== void 0) return void 0;
		throw error;
	});
	if (made === void 0) return void 0;
	const path = `/containers/${made.Id}`;
	let socket;
	const release = async () => {
		socket?.destroy();
		await remove(`${path}?force=true`).catch(() => {});
	};
	try {
		socket = await attach(`${path}/attach?stream=1&stdin=1`);
		socket.on("error", () => {});
		await post(`${path}/start`);
		return release;
	} catch (error) {
		await release();
		throw error;
	}
};

// src/build/kept-state.ts
/** So many steps at once have a state that is kept; more begin with an empty one. */
const mostSlots = 4;
/** Builders that are made in the same way for the same repository have one state. */
const toIdentity = ({ options, flags }, { repository = "" }) => createHash("sha256").update(JSON.stringify([
	repository,
	options,
	flags ?? ""
])).digest("hex").slice(0, 16);
/**
* Claims a state that is kept from run to run.
*
* @returns why it cannot, where all are in use, or there is no node whose image could hold the claim
*/
const claimState = async (api, request, place) => {
	const { nodes } = await findContainers$1(api, place).catch(() => ({ nodes: [] }));
	const [node] = nodes;
	if (node === void 0) return `the cluster ${place.clusterName} has no running node yet, whose image could claim what is kept`;
	const identity = toIdentity(request, place);
	for (let slot = 0; slot < mostSlots; slot += 1) {
		const name = toKeptBuilderName(identity, slot);
		const labels = { [runLabel]: place.runId };
		const release = await takeLock(api, toLockName(name), node.imageId, labels);
		if (release !== void 0) return {
			name,
			release
		};
	}
	return "other steps use all that is kept";
};

// src/build/require-options.ts
/**
* Requires that buildx knows all options of a driver.
*
* @param findVersion asks buildx, if that matters
* @throws {Failure} with the release that brought the first that it does not know
*/
const requireOptions = async ({ driver, options, appended }, findVersion) => {
	const recent = [options, ...appended.map((node) => node.options)].flatMap(parseOptions).flatMap(([name]) => {
		const wanted = firstVersionOf(driver, name);
		return wanted === void 0 ? [] : [{
			name,
			wanted
		}];
	});
	if (recent.length === 0) return;
	const version = await findVersion();
	const missing = version && recent.find(({ wanted }) => findOlder([version], wanted) !== void 0);
	if (missing === void 0) return;
	const what = `driver-opts: ${missing.name} needs buildx ${missing.wanted.join(".")} or newer, and this one is ${version?.join(".")}`;
	throw new Failure(what, { remedy: "Install a newer one, as with `version: latest` of docker/setup-buildx-action." });
};

// src/docker/info.ts
const toEngine = (info) => {
	const driverStatus = Object.fromEntries(info.DriverStatus ?? []);
	const { Address: address, Namespaces } = info.Containerd ?? {};
	const namespace = Namespaces?.Containers ?? "moby";
	return {
		version: info.ServerVersion ?? "unknown",
		/** Such as `overlay2`; `overlayfs` is a snapshotter of the containerd store. */
		driver: info.Driver ?? "unknown",
		/** Name to value, as in `docker info`: `Backing Filesystem`, `Native Overlay Diff` and others. */
		driverStatus,
		dataRoot: info.DockerRootDir ?? "/var/lib/docker",
		/** Of the daemon's host. */
		cores: info.NCPU ?? 1,
		memoryBytes: info.MemTotal ?? 0,
		/** Such as `name=rootless` or `name=userns`. */
		securityOptions: info.SecurityOptions ?? [],
		operatingSystem: info.OperatingSystem ?? "unknown",
		/** `1` or `2`; undefined where it does not say. */
		cgroupVersion: info.CgroupVersion,
		/** The containerd behind the daemon, as it calls it; undefined where it does not say. */
		containerd: address === void 0 ? void 0 : {
			address,
			namespace
		},
		/** Images are in the containerd store, not in that of a graph driver. */
		hasContainerdStore: driverStatus["driver-type"]?.startsWith("io.containerd") ?? false
	};
};
/** @throws {Failure} when there is no daemon */
const findEngine = async (get) => toEngine(await get("/info") ?? {});
/** A context by another name than `default` may be another machine's. */
const isDaemonHere = (endpoint) => /^(?:default$|unix:)/.test(endpoint);
/** Reads what `buildx inspect` prints. */
const parseBuilder = (printed, isLocalDaemon) => {
	const driver = /^Driver:\s*(\S+)/m.exec(printed)?.[1];
	if (driver === void 0) return void 0;
	const endpoints = [...printed.matchAll(/^Endpoint:\s*(\S+)/gm)].map(([, each = ""]) => each);
	const lists = [...printed.matchAll(/^Platforms:\s*(.+)$/gm)].map(([, list = ""]) => list.split(","));
	const versions = [...printed.matchAll(/^BuildKit(?: version)?:\s*v?(\d+)\.(\d+)/gim)];
	const isOnDaemon = driver === "docker" || driver === "docker-container";
	const [, listed = ""] = printed.split(/^Nodes:$/m);
	return {
		driver,
		nodes: [...listed.matchAll(/^Name:\s*(\S+)/gm)].map(([, name = ""]) => name),
		endpoints,
		isLocal: isLocalDaemon && isOnDaemon && endpoints.every(isDaemonHere),
		platforms: lists.flat().map((each) => each.trim().replace(/\*$/, "")),
		versions: versions.map(([, major, minor]) => [Number(major), Number(minor)])
	};
};
/** @returns undefined where buildx says nothing that looks like a version */
const findBuildxVersion = async (docker) => {
	const { stdout } = await docker.try(["buildx", "version"]);
	const [, major, minor] = /\bv?(\d+)\.(\d+)\.\d/.exec(stdout) ?? [];
	return major === void 0 ? void 0 : [Number(major), Number(minor)];
};
/**
* Asks which builder buildx uses.
*
* @param named the one that is to be used
* @returns undefined where buildx does not tell, which is the builds' own trouble
* @throws {Failure} when the docker command has no buildx, or buildx no such builder
*/
const findBuilder = async (docker, named) => {
	const inspected = await docker.try(["buildx", "inspect"]);
	if (inspected.code === 0) return parseBuilder(inspected.stdout, docker.isLocal);
	const ended = await docker.try(["buildx", "version"]);
	if (ended.code === 0) {
		if (named === void 0) return void 0;
		throw new Failure(`buildx cannot use the builder ${named}: ${describeEnd(inspected)}`, { remedy: "Give builder a name that `docker buildx ls` shows in this job, or leave it out." });
	}
	throw new Failure(`\`docker buildx\` does not work: ${describeEnd(ended)}`, { remedy: "Install the buildx plugin, or use docker/setup-buildx-action before this step; `mode: doctor` says what else is missing." });
};

// src/commands/with-builder.ts
/**
* The state by which post knows that the run made a builder: `made`, or its name where its state is kept, and
* `removed` when it is gone.
*/
const builderState = "builder";
/** The state that is kept, where nothing speaks against it, which is told. */
const claim = async (builder, api, clusterName, place, { line }) => {
	if (builder.keepsState === "not-for-forks") {
		line("keep-state: the builder begins with an empty cache, as the code may be a fork's.");
		return;
	}
	const kept = await claimState(api, builder, {
		...place,
		clusterName
	});
	if (typeof kept !== "string") return kept;
	line(`keep-state: the builder begins with an empty cache, as ${kept}.`);
};
/** Most steps start without a library for YAML. */
const inCluster = async (...order) => {
	const { createKubernetesBuilder } = await import("./build-kubernetes-builder.js");
	return createKubernetesBuilder(...order);
};
/**
* Does something with the builder that the inputs ask for, which boots meanwhile and goes afterwards; with the
* current one where they ask for none. Every buildx command finds it by its variable.
*
* @param body gets what is to be waited for before anything is built
*/
const withBuilder = async ({ builder, bake, isDryRun, clusterName }, api, place, { log, signal, announce, saveState }, body) => {
	const { env } = place;
	if (builder === void 0 || bake === void 0 || isDryRun) return body({
		...place,
		stepEnv: env
	}, Promise.resolve());
	await requireOptions(builder, () => findBuildxVersion(createDocker(env, signal)));
	const kept = builder.keepsState === "no" ? void 0 : await claim(builder, api, clusterName, place, log);
	announce(builderState, kept?.name ?? "made");
	const stop = new AbortController();
	const until = AbortSignal.any([signal, stop.signal]);
	const own = builder.driver === "kubernetes" ? await inCluster(env, until, builder, place, log) : await createBuilder(createDocker(env, until), createDocker(env), builder, place, kept);
	try {
		const { watch } = own;
		const ownEnv = {
			...env,
			...own.env,
			BUILDX_BUILDER: own.name
		};
		return await body({
			...place,
			env: ownEnv,
			stepEnv: env,
			watch
		}, own.booted);
	} finally {
		stop.abort();
		await own.remove();
		saveState(builderState, "removed");
	}
};

// src/host/cache-service.ts
/** Whether GitHub itself runs the server, as `@actions/cache` has it. */
const isGitHubs = (serverUrl = "https://github.com") => {
	const host = attempt(() => new URL(serverUrl).hostname) ?? "";
	return host === "github.com" || /\.(?:ghe\.com|localhost)$/.test(host);
};
/**
* Finds the Actions cache by the variables of the runner, as `@actions/cache` does (`getCacheServiceURL`), which keeps
* this to itself.
*/
const findActionsCache = (env) => {
	const { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: results } = env;
	const isNew = isGitHubs(env["GITHUB_SERVER_URL"] || void 0) && env["ACTIONS_CACHE_SERVICE_V2"];
	const address = isNew ? results : env["ACTIONS_CACHE_URL"] || results;
	return address && token ? {
		version: isNew ? 2 : 1,
		address,
		token
	} : void 0;
};

// src/inputs/builder-keys.ts
/** The variable of docker/setup-buildx-action that holds one of a node's certificates, or its key. */
const toVariable = (index, word) => `BUILDER_NODE_${index}_AUTH_TLS_${word.toUpperCase()}`;
/** Whether a variable holds a key of a builder: no program may inherit it. */
const isBuilderKey = (name) => /^BUILDER_NODE_\d+_AUTH_TLS_(?:CACERT|CERT|KEY)$/.test(name);

// src/inputs/raw-inputs.ts
/** What a single build is told, by the step or by an entry of `builds`. */
const ofBuild = {
	ssh: void 0,
	context: void 0,
	file: void 0,
	target: void 0,
	tags: void 0,
	"build-args": void 0,
	labels: void 0,
	"build-contexts": void 0,
	network: void 0,
	"no-cache": "false",
	pull: "false",
	"add-hosts": void 0,
	annotations: void 0,
	attests: void 0,
	provenance: void 0,
	sbom: void 0,
	"cache-from": void 0,
	"cache-to": void 0,
	"cgroup-parent": void 0,
	"no-cache-filters": void 0,
	outputs: void 0,
	platforms: void 0,
	push: "false",
	"shm-size": void 0,
	ulimit: void 0,
	call: void 0
};
const defaultPermissions = "contents: read";
/**
* All inputs, and what the runner passes where the step says nothing; a test holds both equal to
* `action.yml`.
*/
const defaults = {
	mode: "run",
	"client-id": void 0,
	"app-id": void 0,
	"private-key": void 0,
	owner: void 0,
	repositories: void 0,
	permissions: defaultPermissions,
	"github-token": void 0,
	"github-api-url": void 0,
	"allow-untrusted-trigger": "false",
	"secret-format": "token",
	"secret-id": void 0,
	secrets: void 0,
	"secret-envs": void 0,
	"secret-files": void 0,
	...ofBuild,
	"bake-files": void 0,
	targets: void 0,
	"bake-set": void 0,
	builds: void 0,
	allow: void 0,
	cache: "none",
	"cache-ref": void 0,
	"cache-required": "false",
	"build-cache": "false",
	"build-cache-limit": "5GB",
	"cache-mounts": void 0,
	"cache-mounts-limit": "2GB",
	load: "false",
	driver: void 0,
	"driver-opts": void 0,
	endpoint: void 0,
	"buildkitd-flags": void 0,
	"buildkitd-config": void 0,
	"buildkitd-config-inline": void 0,
	"builder-platforms": void 0,
	append: void 0,
	"keep-state": "false",
	builder: void 0,
	parallel: void 0,
	retries: "1",
	"fail-fast": "true",
	"dry-run": "false",
	images: void 0,
	"image-archives": void 0,
	"pull-images": "missing",
	"registry-mirrors": void 0,
	"image-cache": "false",
	"image-cache-limit": "4GB",
	"cluster-name": "kind",
	cluster: "auto",
	"containerd-address": void 0,
	"create-cluster": "false",
	"kind-config": void 0,
	"node-image": void 0,
	wait: void 0,
	kubeconfig: void 0,
	"keep-cluster": "false",
	nodes: void 0,
	"load-mode": "auto",
	"keep-images": "auto",
	"free-disk": "auto",
	"free-disk-keep": void 0,
	"prune-cache": "auto",
	"node-files": void 0,
	"node-files-prune": "false",
	"node-files-verify": "false",
	"node-files-images": "false",
	"node-files-cache": "false",
	"node-files-cache-limit": "5GB",
	manifests: void 0,
	"images-from": void 0,
	"images-from-exclude": void 0,
	"image-report": "false",
	prove: void 0,
	"prove-timeout": "10m",
	"image-size-limit": void 0,
	"image-growth-limit": void 0,
	"image-limit-action": "error",
	comment: "false",
	"comment-token": void 0
};
/** What action.yml fills in from the run: nobody said it. */
const givenByRunner = ["github-api-url", "comment-token"];
const inputNames = Object.keys(defaults);
const buildWords = Object.keys(ofBuild);

// src/inputs/grammar.ts
const ofApp = [/^[\w.-]+$/, "not the ID of a GitHub App. Copy the Client ID from the App's settings page."];
/** Of inputs that are words, or lists or lines of them; values of secrets are not shown, and not here. */
const grammar = {
	"client-id": ofApp,
	"app-id": ofApp,
	owner: [/^[\w.-]+$/, "not a user or an organization. Write the name alone, as in github.com/NAME."],
	repositories: [/^(?:[\w.-]+\/)?[\w.-]+$/, "not the name of a repository. Write its name, or owner/name."],
	"secret-id": [/^[\w.-]+$/, "not a valid value. Use letters, digits, dots, dashes and underscores."],
	ssh: [/^[\w.-]+(=.+)?$/, "not what --ssh takes. Write default, or id=path of a socket or key, one a line."],
	"add-hosts": [/^[\w.-]+[:=](?:host-gateway|[\da-f.:[\]]+)$/i, "not a host with its address. Write name:address, such as db:10.0.0.7, or name:host-gateway."],
	annotations: [/^(?:[\w,[\]/-]+:)?[^\s=:]+=/, "not an annotation. Write key=value, or LEVEL:key=value with a level such as index or manifest."],
	attests: [/(?:^|,)type=[\w.-]+(?:,|$)/, "not an attestation. Write type=sbom or type=provenance, and its parameters after commas."],
	"no-cache-filters": [/^[\w.-]+$/, "not the name of a build stage. Write names of stages."],
	outputs: [/^(?!-$)(?!.*[$%]\{)(?!.*\bdest=-(?:,|$))./, "no place for an output. Write type=TYPE,dest=PATH as for --output; a step has no standard output, and Bake would evaluate ${."],
	platforms: [/^[a-z0-9][a-z0-9_-]*(?:\/[\w.-]+){0,2}$/, "not a platform. Write OS/ARCHITECTURE, such as linux/amd64 or linux/arm64."],
	"shm-size": [/^\d+(?:\.\d+)?[bkmg]?b?$/i, "not a size. Write a number with a unit, such as 128m."],
	ulimit: [/^\w+=-?\d+(?::-?\d+)?$/, "not a limit. Write name=soft or name=soft:hard, such as nofile=1024:4096, one a line."],
	builder: [/^\w[\w.-]*$/, "not the name of a builder. Write a name that `docker buildx ls` shows."],
	targets: [/^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/, "not the name of a target. Write names of targets or groups, as the Bake file has them."],
	"bake-set": [/^[^\s.=]+\.[^\s=]+=/, "not a change to a target. Write TARGET.KEY=VALUE, as for `docker buildx bake --set`."],
	allow: [/^(?:fs(?:\.read|\.write)?=.+|network\.host|security\.insecure|ssh|device(?:=.+)?|buildx\.local\.delete)$/, "unknown. Write fs=PATH, fs.read=PATH, fs.write=PATH, network.host, security.insecure, ssh, device, device=NAME or buildx.local.delete."],
	"cache-mounts": [/^[\w./:@+~=-]{1,200}$/, "not the id of a cache mount. Write the id of RUN --mount=type=cache, or its target, without commas, quotes and variables, one a line."],
	"images-from-exclude": [/^[\w./:@*?[\]-]+$/, "not the name of an image. Write names, in which * stands for any text, such as ghcr.io/acme/*."],
	retries: [/^[0-9]$/, "not a number of tries. Write 0 to 9."],
	parallel: [/^[1-9][0-9]?$/, "not a number of builds. Write 1 to 99."],
	"node-image": [/^[a-z0-9][\w./:@-]*$/i, "not the name of an image. Write NAME:TAG, such as kindest/node:v1.33.1."],
	wait: [/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/, "not a duration. Write one as kind takes it, such as 60s or 5m."],
	"containerd-address": [/^(?:\/[\w.@+-]+)+$/, "not the path of a socket. Write it from the root, such as /run/containerd/containerd.sock."],
	"cluster-name": [clusterPattern, "not a valid value. Use the name that `kind get clusters` shows."]
};

// src/inputs/reader.ts
/** Empty and blank inputs are the same as none: the runner passes a missing input as ''. */
const toOptional = (raw) => raw?.trim() || void 0;
const toWords = (raw, separator) => (raw ?? "").split(separator).map((word) => word.trim()).filter((word) => word !== "");
/** Comma- or newline-separated words. */
const toList = (raw) => toWords(raw, /[\n,]/);
/** One entry a line: values may contain commas. */
const toLines = (raw) => toWords(raw, "\n");
/** Said of what is there and says nothing: it must not become "all of them". */
const namesNothing = "it names nothing. Leave it out, or name at least one.";
/** @returns methods that give a value of the right kind in any case, so that reading goes on */
const createReader = (raw, report, run) => {
	const text = (input) => toOptional(raw[input]);
	/** Values as they are, once what the grammar says of them is checked. */
	const check = (input, values) => {
		const [pattern, wrong] = grammar[input];
		for (const value of values) if (!pattern.test(value)) report(input, wrong, value);
		return values;
	};
	/** A word that follows the grammar; undefined for none. */
	const word = (input) => {
		const given = text(input);
		return given && check(input, [given])[0];
	};
	/** What is there and says nothing, such as `,` or `{}`. */
	const reportNothing = (input) => {
		const given = text(input);
		if (given === void 0) return;
		report(input, namesNothing, given);
	};
	/**
	* Words that name something where they are given at all: a `,` that a template left over must not
	* become "all of them".
	*/
	const list = (input, separate = toList) => {
		const words = separate(raw[input]);
		if (words.length === 0) reportNothing(input);
		return words;
	};
	/** YAML 1.2's booleans, the ones that @actions/core takes; a typo is not `false`. */
	const isTrue = (input, usual = "false") => {
		const given = text(input) ?? usual;
		if (/^(true|True|TRUE)$/.test(given)) return true;
		if (!/^(false|False|FALSE)$/.test(given)) report(input, "not a boolean. Write true or false.", given);
		return false;
	};
	/** One of a few words, of which the first is the usual one. */
	const choice = (input, choices) => {
		const given = text(input) ?? choices[0];
		const found = choices.find((each) => each === given);
		if (found === void 0) report(input, `unknown. Write one of ${choices.join(", ")}.`, given);
		return found ?? choices[0];
	};
	return {
		raw,
		report,
		run,
		text,
		check,
		word,
		list,
		isTrue,
		choice
	};
};

// src/host/real-path.ts
/** Go's limit, which is beyond the kernel's. */
const mostLinks = 255;
const isLink = (path) => attempt(() => lstatSync(path).isSymbolicLink()) ?? false;
/** There each process sees something else, so nobody can say for another one where a link leads. */
const isOfProcess = (path) => /^\/proc(\/|$)/.test(path);
/**
* Where a path leads when every link is followed, also where its end is not there yet. `..` goes up
* from where a link led, as for the kernel.
*
* @param path absolute
*/
const follow = (path) => {
	const parts = path.split("/").reverse();
	let at = "";
	let links = 0;
	for (let part = parts.pop(); part !== void 0; part = parts.pop()) {
		if (part === "" || part === ".") continue;
		if (part === "..") {
			at = at.slice(0, Math.max(at.lastIndexOf("/"), 0));
			continue;
		}
		const next = `${at}/${part}`;
		if (isOfProcess(next) || !isLink(next)) {
			at = next;
			continue;
		}
		links += 1;
		if (links > mostLinks) return "/";
		const target = readlinkSync(next);
		if (target.startsWith("/")) at = "";
		parts.push(...target.split("/").reverse());
	}
	return at === "" ? "/" : at;
};
/**
* Where a path may lead, each program following its own rule: `..` is taken out of it before links
* are followed, or after.
*
* @param base where a relative path starts
*/
const toRealPaths = (path, base) => {
	const tidied = follow(resolve(base, path));
	const asWritten = follow(path.startsWith("/") ? path : `${base}/${path}`);
	return asWritten === tidied ? [tidied] : [tidied, asWritten];
};
const isWithin = (path, folder) => path === folder || folder === "/" || path.startsWith(`${folder}/`);
/**
* The first place that a path may lead to and that is in none of the folders; undefined where it stays
* within.
*
* @param folders real paths
*/
const findOutside = (path, base, folders) => toRealPaths(path, base).find((real) => !folders.some((folder) => isWithin(real, folder)));

// src/inputs/report-outside.ts
/**
* Reports a relative path that does not stay in the workspace: links in it are whoever's who wrote what
* was checked out. An absolute one is the workflow's author's own.
*
* @returns whether it stays
*/
const reportOutside = ({ run, report }, input, path) => {
	const { workspace } = run;
	if (path.startsWith("/")) return true;
	const outside = findOutside(path, workspace, toRealPaths(".", workspace));
	if (outside === void 0) return true;
	report(input, `it leads out of the workspace, to ${outside}. Write the absolute path where that is meant.`, path);
	return false;
};
/**
* Reports what of a build's files is outside of the workspace.
*
* @param contexts further ones
*/
const reportOutsideBuild = (reader, contexts) => {
	const { text, run } = reader;
	const file = text("file");
	const paths = toContextPaths(text("context") ?? ".", run.workspace);
	const reportFiles = (input, dockerfile) => {
		for (const path of toDockerfilePaths(dockerfile)) reportOutside(reader, input, path);
	};
	for (const path of paths) if (reportOutside(reader, "context", path) && file === void 0) reportFiles("context", `${path}/Dockerfile`);
	if (paths.length > 0 && file !== void 0) {
		if (reportOutside(reader, "file", dirname(file))) reportFiles("file", file);
	}
	for (const path of contexts.flatMap((each) => toContextPaths(each, run.workspace))) reportOutside(reader, "build-contexts", path);
};

// src/inputs/trigger.ts
/** JSON has null where there is nothing. */
const isThere = (value) => value !== void 0 && value !== null;
/** A fork that has been deleted has no name any more; it was one all the same. */
const isForeign = (head, { repository }) => head?.full_name === void 0 || head.full_name !== repository?.full_name;
/** People who may write to this repository, or belong to those who own it. */
const insiders = [
	"OWNER",
	"MEMBER",
	"COLLABORATOR"
];
/**
* Reads the trigger from the toolkit's `context`. The event's payload is written by GitHub and not by
* the fork. A comment's payload does not say whose code the pull request has,
* and a discussion's has no code at all: where outsiders can be behind it, it counts as a fork's.
*/
const readTrigger = ({ eventName: event = "", actor, payload }) => {
	const given = payload ?? {};
	return {
		event,
		isFork: isThere(given.pull_request) && isForeign(given.pull_request.head?.repo, given) || isThere(given.workflow_run) && isForeign(given.workflow_run.head_repository, given) || isThere(given.issue?.pull_request) || isThere(given.discussion) && !insiders.includes(given.comment?.author_association),
		isDependabot: actor === "dependabot[bot]"
	};
};
/** These run with this repository's secrets on whatever code they check out. */
const privileged = /^(?:pull_request_target|pull_request_review(?:_comment)?|workflow_run|issue_comment|discussion(?:_comment)?)$/;
/** True where a secret would be shown to somebody else's Dockerfile. */
const isUntrusted = ({ event, isFork }) => isFork && privileged.test(event);
/** Why secrets are empty in this run; undefined where they should not be. */
const whySecretsAreEmpty = (trigger) => {
	const { event, isFork, isDependabot } = trigger;
	if (isFork && !/^(pull_request_target|workflow_run|issue|discussion)/.test(event)) return "workflows that a fork triggers get no secrets";
	if (isDependabot) return "Dependabot triggered this run, and it has secrets of its own";
};
/** What a workflow can do where secrets are empty. */
const withoutSecrets = "Leave the job or the step out there, with `if: github.event.pull_request.head.repo.fork != true && github.actor != 'dependabot[bot]'`, or give github-token as well (such as the job's own): it is used where the key is empty.";

// src/inputs/read-secrets.ts
/** `--secret` is CSV: a comma in an id would start another option. */
const idPattern = /^[\w.-]+$/;
/** BuildKit's own limit. */
const largestBytes$1 = 512e3;
/**
* Cuts `secrets` into entries, one a line. Values are taken as they are, whatever marks they hold; an
* entry whose first character is a quote may span lines and ends at the next quote, `""` being one.
*/
const splitSecrets = (text) => {
	const entries = [];
	const pattern = /[^\S\n]*(?:"((?:[^"]|"")*)"[^\S\n\r]*(?=\r?\n|$)|([^\n]*))(?:\n|$)/y;
	while (pattern.lastIndex < text.length) {
		const [, quoted, plain = ""] = pattern.exec(text) ?? [];
		const entry = quoted?.replaceAll("\"\"", "\"") ?? plain.replace(/\r$/, "");
		if (entry.trim() !== "") entries.push(entry);
	}
	return entries;
};
const fromText = (_, { rest }) => new Secret(rest);
const toEntries = ({ raw, report }, { input, split, what }) => split(raw[input] ?? "").flatMap((entry) => {
	const at = entry.indexOf("=");
	const id = entry.slice(0, Math.max(at, 0)).trim();
	if (at > 0 && idPattern.test(id)) return [{
		id,
		rest: entry.slice(at + 1)
	}];
	report(input, `${at < 0 ? "a line without =" : "not an id"}. ${`Write one id=${what} a line; an id has letters, digits, dots, dashes and underscores.`}`, at > 0 ? `${id}=...` : void 0);
	return [];
});
const fromFile = (reader, { id, rest }) => {
	const path = rest.trim();
	if (!reportOutside(reader, "secret-files", path)) return void 0;
	try {
		const bytes = readRegularFile(resolve(reader.run.workspace, path), largestBytes$1);
		return new Secret(bytes.toString("latin1"), "latin1");
	} catch (error) {
		const { code, message } = error;
		const text = `cannot be read (${code ?? message}). Check the path; it starts in the workspace.`;
		reader.report("secret-files", text, `${id}=${path}`);
		return;
	}
};
const fromEnvironment = ({ run, report }, { id, rest }) => {
	const value = run.env[rest.trim()];
	if (value !== void 0) return new Secret(value);
	report("secret-envs", `the step has no such environment variable. Set it with env: on the step or the job.`, `${id}=${rest}`);
};
/** Inputs with secrets: how each is cut, what stands behind an entry's id, and what that means. */
const sources = [
	{
		input: "secrets",
		split: splitSecrets,
		what: "value",
		toValue: fromText
	},
	{
		input: "secret-envs",
		split: toLines,
		what: "VARIABLE",
		toValue: fromEnvironment
	},
	{
		input: "secret-files",
		split: toLines,
		what: "path",
		toValue: fromFile
	}
];
/** A step that mounts a secret without a value would fail later, or worse, not at all. */
const renderEmpty = (trigger) => {
	const why = whySecretsAreEmpty(trigger);
	return `it has no value${why === void 0 ? "" : `: ${why}`}. Check where the value comes from, or leave the line out where there is none (\`RUN --mount=type=secret\` needs no value unless it says required=true).`;
};
const reportSizesAndTwins = ({ report }, secrets, taken) => {
	const seen = /* @__PURE__ */ new Set([taken]);
	const twice = "Give every secret an id of its own, and see secret-id for the token's.";
	for (const { id, value } of secrets) {
		if (seen.has(id)) report("secrets", `the id is used twice. ${twice}`, id);
		seen.add(id);
		if (value.exposeBytes().length <= largestBytes$1) continue;
		report("secrets", "larger than the 500 KB that BuildKit takes. Pass a key to it instead.", id);
	}
};
/** The names of environment variables whose values are secrets, so that no child gets them. */
const secretVariables = (raw) => toLines(raw["secret-envs"]).map((line) => line.slice(line.indexOf("=") + 1).trim());
/**
* Reads the further secrets of the build.
*
* @param tokenId the id that the token uses, if there is one
*/
const readSecrets = (reader, tokenId) => {
	const { run, report } = reader;
	const secrets = sources.flatMap((source) => toEntries(reader, source).flatMap((entry) => {
		const value = entry.rest.trim() === "" ? new Secret("") : source.toValue(reader, entry);
		if (value?.exposeBytes().length === 0) report(source.input, renderEmpty(run.trigger), entry.id);
		return value === void 0 ? [] : [{
			id: entry.id,
			value
		}];
	}));
	reportSizesAndTwins(reader, secrets, tokenId);
	return secrets;
};

// src/commands/actions/context.ts
/** GitHub's own limit is 25 MB. */
const largestPayload = 32e6;
/** The event's payload; without one nothing is known of a fork. */
const readPayload = (path = "") => attempt(() => JSON.parse(readRegularFile(path, largestPayload).toString("utf8"))) ?? {};
/**
* The toolkit's `context`, with an event that we have read. The toolkit would do that while it is imported,
* whatever is there: wait for a pipe, fill the memory, print a path, throw what is no JSON as it is. So it
* does not hear where the event is, neither now nor when its client is imported.
*/
const readContext = async (env) => {
	const path = env["GITHUB_EVENT_PATH"];
	delete env["GITHUB_EVENT_PATH"];
	const { context } = await import("./github.js");
	context.payload = readPayload(path);
	return context;
};
/** `owner/name`; undefined where nobody says it, as the toolkit throws then. */
const findRepository = (context) => {
	const found = attempt(() => context.repo);
	return found && `${found.owner}/${found.repo}`;
};
/** Of these, the ref is that of the code. */
const ofBranches = [
	"push",
	"schedule",
	"workflow_dispatch",
	"repository_dispatch"
];
/** Whether the run's code is that of the repository's default branch. */
const isOfDefaultBranch = ({ eventName, ref, payload }) => {
	const name = payload.repository?.["default_branch"];
	return ofBranches.includes(eventName) && typeof name === "string" && ref === `refs/heads/${name}`;
};
/** The number of the pull request that the run is for; undefined for other events. */
const findPullRequest = ({ eventName, payload }) => {
	const number = payload.pull_request?.number;
	return /^pull_request/.test(eventName ?? "") && typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : void 0;
};
/** Nothing but an address: it becomes a link. */
const isPlainUrl = (text) => /^https?:\/\/[\w.:/-]+$/.test(text);
const isCommit = (sha) => typeof sha === "string" && /^[0-9a-f]{40,64}$/.test(sha);
const readCommentOrigin = (context) => {
	const { workflow = "", job = "", serverUrl, runId, runAttempt, payload } = context;
	const runUrl = `${serverUrl}/${findRepository(context)}/actions/runs/${runId}`;
	const sha = payload.pull_request?.["head"]?.sha;
	const commit = isCommit(sha) ? sha : void 0;
	const numbers = [`${runId}-${runAttempt}`, `${runId}`];
	const commits = [commit, context.sha].filter(isCommit);
	return {
		workflow,
		job,
		runUrl: isPlainUrl(runUrl) ? runUrl : void 0,
		commit,
		ofRun: [...numbers.filter((each) => /^\d+(?:-\d+)?$/.test(each)), ...new Set(commits)]
	};
};

// src/commands/actions/own-environment.ts
/** More than the kernel lets anybody pass. */
const largestBytes = 67108864;
/** Fields 50 and 51 of proc_pid_stat(5). */
const findBlock = () => {
	const fields = statFieldsOf("self");
	const [start, end] = [Number(fields[47]), Number(fields[48])];
	if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start > 0) || end < start || end - start > largestBytes) throw new Error("/proc/self/stat does not say where it is");
	return {
		start,
		end
	};
};
/** Where values lie in a block of `NAME=value` entries, each of which ends with a zero. */
const findValues = (block, isMeant) => {
	const found = [];
	for (let start = 0, end = 0; start < block.length; start = end + 1) {
		end = block.indexOf(0, start);
		if (end < 0) end = block.length;
		const sign = block.indexOf("=", start);
		if (sign < start || sign >= end || sign + 1 === end) continue;
		if (isMeant(block.toString("utf8", start, sign))) found.push({
			start: sign + 1,
			end
		});
	}
	return found;
};
const wipe = (memory, { start, end }, isMeant) => {
	const read = () => {
		const block = Buffer.alloc(end - start);
		return block.subarray(0, readSync(memory, block, 0, block.length, start));
	};
	for (const value of findValues(read(), isMeant)) {
		const length = value.end - value.start;
		writeSync(memory, Buffer.alloc(length), 0, length, start + value.start);
	}
	if (findValues(read(), isMeant).length > 0) throw new Error("it stays as it is");
};
/**
* Overwrites values in the environment that this process was started with. Taking a variable out of
* `process.env` leaves it there, and whoever may read `/proc/PID/environ` has it as long as we run:
* a build, too, whose context is `/proc`.
*
* @returns why that was not possible, if it was not
*/
const wipeVariables = (isMeant) => {
	let memory;
	try {
		const block = findBlock();
		memory = openSync("/proc/self/mem", constants.O_RDWR);
		wipe(memory, block, isMeant);
		return;
	} catch (error) {
		return error.message;
	} finally {
		if (memory !== void 0) closeSync(memory);
	}
};

// src/commands/actions/environment.ts
/** Inputs and states of a step, and the command line's secrets. */
const isOurs = (name) => /^(?:INPUT_|STATE_|SLIPWAY_(?:PRIVATE_KEY|GITHUB_TOKEN|SECRETS)$)/i.test(name);
/** The toolkit writes to these. */
const isCommandFile = (name) => /^GITHUB_(OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)$/.test(name);
/**
* What the runner means for an action and for nothing that it starts: tokens of the run, and the files
* by which one sets outputs, states, variables and paths.
*/
const isRunners = (name) => /^ACTIONS_(ID_TOKEN_REQUEST|RUNTIME|RESULTS|CACHE)_/.test(name) || isCommandFile(name);
/** By these BuildKit (`type=gha`) and we find the Actions cache. */
const isForCache = (name) => /^ACTIONS_(RUNTIME_TOKEN|RESULTS_URL|CACHE_URL|CACHE_SERVICE_V2|CACHE_MODE)$/.test(name);
/** What no child may have: the step's own, the runner's, and keys of builders. */
const isKept = (name) => isOurs(name) || isRunners(name) || isBuilderKey(name);
const inputVariable = (name) => `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
/**
* Where programs are looked for, but never in the folder that a command is started in: that may be the
* workspace, and an empty entry means it, too.
*/
const toSearched = (path) => {
	const folders = (path ?? "").split(delimiter).filter(isAbsolute);
	return folders.length === 0 ? {} : { PATH: folders.join(delimiter) };
};
const pick = (env, isMeant) => Object.fromEntries(Object.entries(env).flatMap(([name, value]) => value !== void 0 && isMeant(name) ? [[name, value]] : []));
/**
* Inputs hold the private key and perhaps a token, so no child gets to see them; a Bake file takes its
* variables from the environment. RUNNER_TRACKING_ID stays: the runner finds leftover children by it.
*/
const toChildEnv = (env, secrets) => {
	const { PATH, ...rest } = pick(env, (name) => !isKept(name) && !secrets.includes(name));
	return pinDockerFolders({
		...rest,
		...toSearched(PATH)
	});
};
/**
* Takes inputs, states, secrets and the run's tokens out of our own environment, and out of what others
* can read of it. The runner's files stay for the toolkit, where nobody else sees them, and it looks for
* programs where children do.
*
* @returns why others can still read it, if they can
*/
const forgetSecrets = ({ inputs, childEnv }, env = process.env) => {
	const secrets = secretVariables(inputs);
	const isSecret = (name) => isKept(name) || secrets.includes(name);
	const files = Object.entries(env).filter(([name]) => isCommandFile(name));
	for (const name of Object.keys(env)) if (isSecret(name)) delete env[name];
	const why = wipeVariables(isSecret);
	Object.assign(env, Object.fromEntries(files), { PATH: childEnv["PATH"] ?? "" });
	return why;
};
const readRawInputs = (env) => Object.fromEntries(inputNames.flatMap((name) => {
	const value = env[inputVariable(name)];
	return value === void 0 ? [] : [[name, value]];
}));
const findUnknownInputs = (env) => {
	const known = new Set(inputNames.map(inputVariable));
	return Object.keys(env).filter((name) => name.startsWith("INPUT_") && !known.has(name)).map((name) => name.slice(6).toLowerCase());
};
/** The only place that reads `process.env`. */
const readEnvironment = async (own = process.env) => {
	const env = { ...own };
	const inputs = readRawInputs(env);
	const context = await readContext(own);
	return {
		inputs,
		/** Names of inputs that the runner passed and that we do not know. */
		unknownInputs: findUnknownInputs(env),
		/** `owner/name` of the repository that the workflow runs in. */
		repository: findRepository(context),
		trigger: readTrigger(context),
		pullRequest: findPullRequest(context),
		commentOrigin: readCommentOrigin(context),
		isHostedRunner: env["RUNNER_ENVIRONMENT"] === "github-hosted",
		/** 1 for a job that runs for the first time, more when somebody runs it again. */
		runAttempt: context.runAttempt || 1,
		/** Whether the runner told where the Actions cache is, and gave a token for it. */
		hasCacheService: findActionsCache(env) !== void 0,
		/** Whether it is more than read: the runner says so for runs that it does not trust. */
		mayWriteCache: !/^\s*(?:none|read)\s*$/i.test(env["ACTIONS_CACHE_MODE"] ?? ""),
		/** A folder for what must not outlive the job; the system's own where the runner's is of no use. */
		tempDir: findTempDir(env["RUNNER_TEMP"]),
		/** Whether what the run builds is what the repository's default branch has. */
		isDefaultBranch: isOfDefaultBranch(context),
		/** Where relative paths of inputs start. */
		workspace: env["GITHUB_WORKSPACE"] || process.cwd(),
		/** All variables of the step, for inputs that name some. */
		env,
		/** What child processes inherit: nothing of the step's inputs, states, secrets, and of the runner's. */
		childEnv: toChildEnv(env, secretVariables(inputs)),
		/** Where the Actions cache is and the token for it: our own client's, and builds' that use it. */
		cacheEnv: pick(env, isForCache)
	};
};

// src/host/running.ts
/** The 22nd field; empty on other systems. */
const startOf = (pid) => statFieldsOf(pid)[19] ?? "";
/** One that has ended, and that nobody has asked for its exit code, has a number still. */
const hasEnded = (pid) => /^[ZX]$/.test(statFieldsOf(pid)[0] ?? "");
const isRunning = ({ pid, start }) => {
	return (attempt(() => process.kill(pid, 0)) ?? false) && startOf(pid) === start && !hasEnded(pid);
};

// src/commands/lenient.ts
/**
* For what is told to others, who may have a full disk: what a command does, does not fail for that.
*
* @returns what never throws; of each such function, the first value that is lost is a warning, others are lines
*/
const createLenient = ({ line, warning }) => (what, write) => {
	let tell = warning;
	return (name, value) => {
		try {
			write(name, value);
		} catch (error) {
			tell(`The ${what} ${name} could not be written: ${renderError(error)}`);
			tell = line;
		}
	};
};

// src/commands/actions/runner.ts
/** GitHub shows ten annotations of a step; the tenth tells of those that it would leave out. */
const mostShown = 9;
/** The runner cuts a longer annotation, and its line in the log, too (`ExecutionContext.AddIssue`). */
const longestMessage = 4096;
const renderLine = ({ message, location }) => location ? `${location.file}:${location.line}: ${message}` : message;
const toProperties = (location) => location === void 0 ? {} : {
	file: location.file,
	startLine: location.line
};
const announce = (name, value) => {
	try {
		saveState(name, value);
	} catch (cause) {
		const what = `The state ${name} could not be written, by which post knows what this step makes`;
		throw new Failure(what, { cause });
	}
};
const createRunner = () => {
	const write = (text) => process.stdout.write(`${text}\n`);
	const { within, outside, block } = createFence(write);
	const group = (title, lines) => {
		outside(() => startGroup$1(title));
		block(lines);
		outside(() => endGroup());
	};
	const annotate = (say) => (message, location) => {
		outside(() => say(message, toProperties(location)));
		if (message.length > longestMessage) group("All of this message", message.split(/\r\n|\n|\r/));
	};
	const warning$1 = annotate(warning);
	const error$1 = annotate(error);
	const line = (text) => void write(toHarmless(text));
	const lenient = createLenient({
		line,
		warning: warning$1
	});
	return {
		line,
		debug: (text) => outside(() => debug(text)),
		warning: warning$1,
		warnings: async (all) => {
			for (const { message, location } of all.slice(0, mostShown)) warning$1(message, location);
			const rest = all.slice(mostShown);
			if (rest.length === 0) return;
			const are = rest.length === 1 ? "warning is" : "warnings are";
			warning$1(`${rest.length} more ${are} in the step's log: GitHub shows ten per step.`);
			await within(async (writeUntrusted) => {
				for (const each of rest) writeUntrusted(renderLine(each));
			});
		},
		error: error$1,
		fail: (message, location) => {
			process.exitCode = ExitCode.Failure;
			error$1(message, location);
		},
		mask: (value) => outside(() => setSecret(value)),
		output: lenient("output", setOutput),
		saveState: lenient("state", saveState),
		announce,
		exportVariable: lenient("variable", exportVariable),
		summary: async (markdown) => {
			await summary.addRaw(markdown, true).write().catch((error) => {
				outside(() => debug(`Could not write the job summary: ${renderError(error)}`));
			});
		},
		fenced: within,
		group,
		flush: () => new Promise((resolve) => process.stdout.write("", () => resolve()))
	};
};

export { architecture, askCache, buildWords, builderState, checkOptions, cleanUp, clusterState, createBuildToken, createKubectl, createReader, createRunner, defaultPermissions, defaults, drivers, escapeCell, escapeLine, escapeText, filesImages, filesLabel, filesRecords, filesVolume, findActionsCache, findBuilder, findBuildxVersion, findEngine, findMaker, findNearestWord, findOutside, findRoomyDir, findTransient, forgetSecrets, formatBytes, formatCount, formatDuration, givenByRunner, grammar, hasKubectl, hearClient, inputNames, intermediateRepository, isComplete, isDaemonHere, isFilesImage, isImagesFolder, isImagesKey, isMisspelt, isPartsKey, isPush, isRunId, isRunning, isTimesKey, isUntrusted, kubeconfigState, layersState, leftoversOf, listAll, listClaimed, listMadeBy, longestJobMs, mainState, makeBuilder, makeTempDir, markComplete, nameImages, nameTimes, namesState, normalizePlatform, nothingRemembered, parseAnswer, parseOptions, parseQuantity, quote, readEnvironment, readKeys, readSecrets, recall, rememberNames, rememberSizes, removeLeft, removeLeftBuilders, removeMs, removeOf, removeOwned, reportOutside, reportOutsideBuild, runIdState, runLabel, runVariable, splitFields, startClient, startOf, startRecorder, tellsStatus, toAttests, toBuilderName, toContainerName, toContextFolder, toContextPaths, toDockerfilePaths, toEntries$1 as toEntries, toFields, toFolderId, toFurther, toFurtherEntries, toHeldName, toKubeconfig, toLayerIds, toLeftBuilder, toLines, toList, toOptional, toRealPaths, toRemembered, toServerUrl, toTextMap, toTexts, toVariable, toVariant, tokenState, wantsAgent, whySecretsAreEmpty, withBuilder, withoutSecrets };