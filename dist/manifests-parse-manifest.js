import { require_dist } from "./vendor/yaml.js";
import { attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { isFilesImage, parseQuantity } from "./shared.actions-post.actions-step.js";
import { isOfKo, isPlaceholder, joinManifests, readClaimed, readPlacement, readTerms, readVolumes } from "./shared.actions-step.js";
import { parseImageReference, toRepository } from "./shared.actions-post.actions-step.recorder.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";

// src/manifests/document.ts
var import_dist = require_dist();
/** How much of a file may be looked at; aliases in aliases could have us look for ever. */
const largestEffort = 1e6;
/** One walk for all aliases; the library would take one for each. */
const findTargets = (document) => {
	const anchors = /* @__PURE__ */ new Map();
	const targets = /* @__PURE__ */ new Map();
	(0, import_dist.visit)(document, { Node: (_, node) => {
		const target = (0, import_dist.isAlias)(node) ? anchors.get(node.source) : void 0;
		if ((0, import_dist.isAlias)(node)) {
			if (target !== void 0) targets.set(node, target);
		} else if (node.anchor !== void 0) anchors.set(node.anchor, node);
	} });
	return targets;
};
/** A merge key is a symbol where the document is of YAML 1.1 or the key has a tag, as `yq -i` gives it one. */
const textOf = (node) => {
	if (!(0, import_dist.isScalar)(node) || node.value === null) return void 0;
	return typeof node.value === "symbol" ? node.value.description : String(node.value);
};
/**
* Opens a document for reading, aliases and merge keys followed as kubectl does.
*
* @throws {Error} from its functions, once they have looked at too much
*/
const createReader = (document) => {
	const targets = findTargets(document);
	let effort = 0;
	const follow = (node) => (0, import_dist.isAlias)(node) ? targets.get(node) : node;
	const spend = (amount) => {
		effort += amount;
		if (effort > largestEffort) throw new Error("aliases within aliases");
	};
	const findMerged = (value, key, depth) => {
		const merged = follow(value);
		for (const source of (0, import_dist.isSeq)(merged) ? merged.items : [merged]) {
			const found = find(source, key, depth + 1);
			if (found !== void 0) return found;
		}
	};
	const find = (node, key, depth) => {
		const map = follow(node);
		if (!(0, import_dist.isMap)(map) || depth > 10) return void 0;
		spend(1 + map.items.length);
		for (const pair of map.items.toReversed()) {
			const name = textOf(pair.key);
			if (name === key) return pair.value;
			const found = name === "<<" ? findMerged(pair.value, key, depth) : void 0;
			if (found !== void 0) return found;
		}
	};
	const collect = (node, into, depth) => {
		const map = follow(node);
		if (!((0, import_dist.isMap)(map) || (0, import_dist.isSeq)(map)) || depth > 10) return;
		spend(1 + map.items.length);
		if ((0, import_dist.isSeq)(map)) {
			for (const item of map.items.toReversed()) collect(item, into, depth + 1);
			return;
		}
		for (const pair of map.items) {
			const name = textOf(pair.key);
			if (name === "<<") collect(pair.value, into, depth + 1);
			else if (name !== void 0) into.set(name, follow(pair.value));
		}
	};
	const findKeys = (node, depth) => {
		const map = follow(node);
		if (!((0, import_dist.isMap)(map) || (0, import_dist.isSeq)(map)) || depth > 10) return [];
		spend(1 + map.items.length);
		if ((0, import_dist.isSeq)(map)) return map.items.flatMap((item) => findKeys(item, depth + 1));
		return map.items.flatMap(({ key, value }) => {
			const name = textOf(key);
			if (name === "<<") return findKeys(value, depth + 1);
			return name === void 0 ? [] : [name];
		});
	};
	return {
		/** What stands under keys, one in the other; undefined where there is nothing. */
		at: (node, ...keys) => {
			let at = node;
			for (const key of keys) at = find(at, key, 0);
			return follow(at);
		},
		/** Names in a map, and in those that are merged into it. */
		keys: (node) => findKeys(node, 0),
		/** All that is in a map, with what is merged into it; empty for what is no map. */
		entries: (node) => {
			const into = /* @__PURE__ */ new Map();
			if ((0, import_dist.isMap)(follow(node))) collect(node, into, 0);
			return into;
		},
		items: (node) => {
			const list = follow(node);
			if (!(0, import_dist.isSeq)(list)) return [];
			spend(list.items.length);
			return list.items;
		},
		/** A word or number; undefined for what is something else. */
		text: (node) => textOf(follow(node))
	};
};

// src/manifests/json-documents.ts
/** Where the objects of a file that holds several end: outside of strings, where all braces are closed. */
const findEnds = (text) => {
	const ends = [];
	let depth = 0;
	let isString = false;
	for (let at = 0; at < text.length; at += 1) {
		const character = text[at];
		if (isString) {
			if (character === "\\") at += 1;
			else if (character === "\"") isString = false;
		} else if (character === "\"") isString = true;
		else if (character === "{" || character === "[") depth += 1;
		else if (character === "}" || character === "]") {
			depth -= 1;
			if (depth === 0) ends.push(at + 1);
		}
	}
	return ends;
};
/** The objects of a file of JSON, one after another as kubectl takes them. */
const splitJson = (text) => {
	const ends = findEnds(text);
	const starts = [0, ...ends];
	return [...ends, text.length].flatMap((end, index) => {
		const offset = starts[index] ?? 0;
		const part = text.slice(offset, end);
		return part.trim() === "" ? [] : [{
			text: part,
			offset
		}];
	});
};
/** Whether a beginning of JSON is wrong before its end. */
const isWrongWithin = (text) => {
	try {
		JSON.parse(text);
		return false;
	} catch (error) {
		const [, position] = / at position (\d+)/.exec(String(error)) ?? [];
		if (position !== void 0) return Number(position) < text.length;
		return !String(error).includes("end of JSON input");
	}
};
/**
* Where JSON stops being JSON, as an offset; undefined where it is. kubectl takes no more than that. Node.js does
* not always say where, so ever smaller parts are looked at.
*/
const findJsonError = ({ text, offset }) => {
	if (!isWrongWithin(text) && attempt(() => JSON.parse(text)) !== void 0) return void 0;
	let [right, wrong] = [0, text.length];
	while (wrong - right > 1) {
		const middle = right + wrong >> 1;
		if (isWrongWithin(text.slice(0, middle))) wrong = middle;
		else right = middle;
	}
	return offset + wrong - 1;
};

// src/manifests/read-pod-files.ts
const isTrue = ({ text }, node) => /^(true|yes|on|y)$/i.test(text(node) ?? "");
const lineOf = ({ lineAt }, node) => lineAt(Number((node?.range)?.[0] ?? 0));
/** Of `hostPath` or `local`; undefined for what a template is still to write. */
const readHostPath = (source, volume) => {
	const { at, text } = source.reader;
	const node = at(volume, "path");
	const path = text(node);
	if (path === void 0 || isPlaceholder(path)) return void 0;
	const type = at(volume, "type");
	const line = lineOf(source, node);
	return {
		path,
		type: text(type) || void 0,
		line,
		typeLine: type === void 0 ? line : lineOf(source, type)
	};
};
const readVolume = (source, volume) => {
	const { reader } = source;
	const { at, text } = reader;
	const name = text(at(volume, "name")) ?? "";
	const claim = at(volume, "persistentVolumeClaim");
	const host = readHostPath(source, at(volume, "hostPath"));
	const claimName = text(at(claim, "claimName"));
	if (host === void 0 && claimName === void 0) return [];
	return [{
		name,
		host,
		claim: claimName,
		isReadOnly: isTrue(reader, at(claim, "readOnly"))
	}];
};
const readMounts = (source, container) => {
	const { reader } = source;
	const { at, items, text } = reader;
	return items(at(container, "volumeMounts")).map((mount) => {
		const where = at(mount, "mountPath") ?? at(mount, "name");
		const expression = text(at(mount, "subPathExpr"));
		return {
			container: text(at(container, "name")) ?? "?",
			volume: text(at(mount, "name")) ?? "",
			subPath: expression === void 0 ? text(at(mount, "subPath")) || void 0 : "$",
			isReadOnly: isTrue(reader, at(mount, "readOnly")),
			line: lineOf(source, where)
		};
	});
};
/** Reads what a pod has of its node's files. */
const readPodFiles = (source, spec) => {
	const { at, items } = source.reader;
	const fsGroup = at(spec, "securityContext", "fsGroup");
	return {
		volumes: items(at(spec, "volumes")).flatMap((volume) => readVolume(source, volume)),
		mounts: ["initContainers", "containers"].flatMap((list) => items(at(spec, list)).flatMap((container) => readMounts(source, container))),
		fsGroupLine: fsGroup === void 0 ? void 0 : lineOf(source, fsGroup),
		placement: readPlacement(source, spec)
	};
};

// src/manifests/read-claims.ts
/** A `generateName` ends with a dash here, as most do and as no name may. */
const readName = ({ at, text }, node) => {
	const metadata = at(node, "metadata");
	const generated = text(at(metadata, "generateName"))?.replace(/-?$/, "-");
	const name = text(at(metadata, "name")) ?? generated ?? "?";
	return {
		namespace: text(at(metadata, "namespace")),
		name
	};
};
/** A PersistentVolumeClaim that stands by itself. */
const readClaim = ({ file, reader, lineAt }, { node, kind }) => {
	if (kind !== "PersistentVolumeClaim") return [];
	const { at, text } = reader;
	const line = lineAt(at(node, "kind")?.range?.[0] ?? 0);
	const volumeName = text(at(node, "spec", "volumeName")) || void 0;
	const bytes = readClaimed(reader, node);
	return [{
		file,
		...readName(reader, node),
		bytes,
		volumeName,
		line
	}];
};
/** A PersistentVolume that is a folder of a node. */
const readPersistentVolume = (source, { node, kind }) => {
	if (kind !== "PersistentVolume") return [];
	const { file, reader, lineAt } = source;
	const { at, text } = reader;
	const spec = at(node, "spec");
	const local = at(spec, "local");
	const host = readHostPath(source, local ?? at(spec, "hostPath"));
	if (host === void 0) return [];
	const claim = at(spec, "claimRef");
	const claimName = text(at(claim, "name"));
	const required = at(spec, "nodeAffinity", "required");
	const terms = readTerms(reader, required);
	return [{
		file,
		...readName(reader, node),
		host,
		isLocal: local !== void 0,
		claim: claimName === void 0 ? void 0 : {
			namespace: text(at(claim, "namespace")),
			name: claimName
		},
		placement: {
			always: [],
			terms,
			isTolerant: true,
			line: terms.length === 0 ? void 0 : lineAt(required?.range?.[0] ?? 0)
		}
	}];
};

// src/manifests/image-arguments.ts
/** Programs that start pods of images which they are told in their arguments. */
const programs = [
	{
		source: "github.com/prometheus-operator/prometheus-operator cmd/operator/main.go",
		flags: ["prometheus-config-reloader", "config-reloader-image"]
	},
	{
		source: "github.com/cert-manager/cert-manager cmd/controller/app/options/options.go",
		flags: ["acme-http01-solver-image"]
	},
	{
		source: "github.com/tektoncd/pipeline cmd/controller/main.go",
		flags: [...[
			"entrypoint-image",
			"nop-image",
			"sidecarlogresults-image",
			"workingdirinit-image"
		], ...["shell-image", "git-image"]]
	},
	{
		source: "github.com/argoproj/argo-workflows cmd/workflow-controller/main.go",
		flags: ["executor-image"]
	},
	{
		source: "github.com/longhorn/longhorn-manager app/daemon.go",
		flags: [...[
			"engine-image",
			"instance-manager-image",
			"share-manager-image",
			"manager-image"
		], ...["backing-image-manager-image", "support-bundle-manager-image"]]
	},
	{
		source: "github.com/open-telemetry/opentelemetry-operator internal/config",
		flags: [
			...["collector-image", "clusterobservability-collector-image"],
			...["target-allocator-image", "operator-opamp-bridge-image"],
			...[
				"java",
				"nodejs",
				"python",
				"dotnet",
				"go",
				"apache-httpd",
				"nginx"
			].map((language) => `auto-instrumentation-${language}-image`)
		]
	},
	{
		source: "github.com/kubeflow/training-operator cmd/training-operator.v1/main.go",
		flags: ["pytorch-init-container-image", "mpi-kubectl-delivery-image"]
	}
];
/** Longhorn's driver has them of its environment: github.com/longhorn/longhorn-manager app/driver.go. */
const variables = [...[
	"CSI_ATTACHER_IMAGE",
	"CSI_PROVISIONER_IMAGE",
	"CSI_RESIZER_IMAGE",
	"CSI_SNAPSHOTTER_IMAGE"
], ...["CSI_NODE_DRIVER_REGISTRAR_IMAGE", "CSI_LIVENESS_PROBE_IMAGE"]];
/** Whether operators are told an image by such a variable; `RELATED_IMAGE_` is of the Operator Lifecycle Manager. */
const isImageVariable = (name) => name.startsWith("RELATED_IMAGE_") || variables.includes(name);
const known = new Set(programs.flatMap(({ flags }) => flags));
/**
* What an argument says of an image: the flag, and its value where it stands in the same argument.
* Undefined for all other arguments, of which nothing is kept.
*/
const parseImageArgument = (argument) => {
	const [, flag = "", value] = /^--?([a-z0-9][a-z0-9-]{0,99})(?:=(.*))?$/s.exec(argument) ?? [];
	if (known.has(flag)) return {
		flag,
		value,
		isKnown: true
	};
	if (!flag.endsWith("-image")) return void 0;
	return {
		flag,
		value: void 0,
		isKnown: false
	};
};

// src/manifests/read-images.ts
/** What was found in several places, as one. */
const joinNamed = (all) => ({
	images: all.flatMap(({ images }) => images),
	unknownImages: all.flatMap(({ unknownImages }) => unknownImages)
});
const none = {
	images: [],
	unknownImages: []
};
const placeOf = ({ file, lineAt }, node) => ({
	file,
	line: lineAt(node?.range?.[0] ?? 0)
});
const toImage = (source, node, reference) => ({
	...none,
	images: [{
		reference,
		...placeOf(source, node)
	}]
});
const toUnknown = (source, node, why) => ({
	...none,
	unknownImages: [{
		...placeOf(source, node),
		why
	}]
});
const quote = (text) => toLine(JSON.stringify(text.slice(0, 100)));
const hasVersion = ({ given }) => given !== toRepository(given);
/**
* @param isSure whether it is an image for sure; what else looks like a name is one where it has a tag or
*   a digest. Without both, its pods would pull it in any case.
*/
const read = (source, node, written, isSure) => {
	if (isOfKo(written)) return toUnknown(source, node, `${quote(written)} gets its name when ko applies the file`);
	if (/^\$\(RELATED_IMAGE_\w+\)$/.test(written)) return none;
	if (isPlaceholder(written)) return toUnknown(source, node, `${quote(written)} is a placeholder`);
	const reference = parseImageReference(written);
	if (typeof reference === "string") return none;
	if (isFilesImage(reference.canonical)) return none;
	if (isSure || hasVersion(reference)) return toImage(source, node, reference);
	return toUnknown(source, node, `${quote(written)} has no tag, and may be no image`);
};
const readSure = (source, node) => {
	const written = source.reader.text(node);
	return written === void 0 || written === "" ? none : read(source, node, written, true);
};
const readArguments = (source, all) => {
	const { text } = source.reader;
	const found = all.flatMap((node, index) => {
		const argument = parseImageArgument(text(node) ?? "");
		if (argument === void 0) return [];
		const { flag, value, isKnown } = argument;
		if (!isKnown) return [toUnknown(source, node, `the argument --${flag} is not one that Slipway knows`)];
		if (value !== void 0) return [value === "" ? none : read(source, node, value, true)];
		return [readSure(source, all[index + 1])];
	});
	return joinNamed(found);
};
const readEnvironment = (source, all) => {
	const { at, text } = source.reader;
	const related = all.filter((each) => isImageVariable(text(at(each, "name")) ?? ""));
	return joinNamed(related.map((each) => readSure(source, at(each, "value"))));
};
/** What a container says to the program in it. */
const readProgram = (source, container) => {
	const { at, items } = source.reader;
	return joinNamed([readArguments(source, [...items(at(container, "command")), ...items(at(container, "args"))]), readEnvironment(source, items(at(container, "env")))]);
};
const containerLists = [
	"initContainers",
	"containers",
	"ephemeralContainers"
];
const readPod = (source, spec) => {
	const { at, items } = source.reader;
	const containers = containerLists.flatMap((list) => [...items(at(spec, list))]);
	const volumes = items(at(spec, "volumes"));
	return joinNamed([
		...containers.map((each) => readSure(source, at(each, "image"))),
		...volumes.map((each) => readSure(source, at(each, "image", "reference"))),
		...containers.map((each) => readProgram(source, each))
	]);
};
/** `image`, `baseImage`; CloudNativePG says `imageName`. */
const imageKey = /^image$|^imageName$|[a-z0-9]Image$/;
/** An image's name in parts, as charts and many operators have it. */
const readParts = (source, map, parts) => {
	const part = (name) => source.reader.text(parts.get(name)) ?? "";
	const [registry, repository, tag, digest] = [
		"registry",
		"repository",
		"tag",
		"digest"
	].map(part);
	if (!repository) {
		const whole = part("reference");
		return whole === "" ? none : read(source, parts.get("reference"), whole, false);
	}
	const written = `${registry ? `${registry}/${repository}` : repository}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
	return read(source, parts.get("repository") ?? map, written, false);
};
const readField = (source, key, node, siblings) => {
	const { text } = source.reader;
	const written = text(node) ?? "";
	if (written === "") return none;
	const reference = parseImageReference(written);
	if (typeof reference === "string" || hasVersion(reference)) return read(source, node, written, false);
	if (["registry", "repository"].some((name) => text(siblings.get(name)))) return toUnknown(source, node, `of ${quote(written)} its operator makes a name`);
	const tag = text(siblings.get(`${key}Tag`)) || text(siblings.get("tag"));
	return read(source, node, tag ? `${written}:${tag}` : written, false);
};
/** More levels are nothing that people write, and a map may hold itself. */
const deepest = 40;
const speaksOfImage = (keys) => keys.includes("images") || imageKey.test(keys[1]);
const walk = (source, node, keys, depth) => {
	if (depth > deepest) return [];
	const { entries, items } = source.reader;
	if ((0, import_dist.isSeq)(node)) return items(node).flatMap((each) => walk(source, source.reader.at(each), keys, depth + 1));
	if (!(0, import_dist.isMap)(node)) return [];
	const fields = entries(node);
	const found = [...fields].flatMap(([key, value]) => {
		if (!(0, import_dist.isScalar)(value)) return walk(source, value, [keys[1], key], depth + 1);
		return imageKey.test(key) ? [readField(source, key, value, fields)] : [];
	});
	const own = speaksOfImage(keys) ? [readParts(source, node, fields)] : [];
	const isProgram = [
		"command",
		"args",
		"env"
	].some((key) => (0, import_dist.isSeq)(fields.get(key)));
	return [
		...own,
		...found,
		...isProgram ? [readProgram(source, node)] : []
	];
};
/** Operators with a name like those of Kubernetes itself. */
const approved = ["sparkoperator.k8s.io"];
/** Groups of Kubernetes itself have no images outside of pods; a kind cluster's are those of its nodes. */
const isCustom = (apiVersion) => {
	const group = /^([^/]*\.[^/]*)\//.exec(apiVersion)?.[1];
	if (group === void 0 || group === "kind.x-k8s.io") return false;
	return !group.endsWith(".k8s.io") || approved.includes(group);
};
/** What an object says itself; its status is what a cluster has said of it. */
const readCustom = (source, object) => {
	const own = [...source.reader.entries(object)].filter(([key]) => key !== "metadata" && key !== "status");
	return joinNamed(own.flatMap(([key, value]) => walk(source, value, ["", key], 0)));
};
/**
* Finds the images that an object names, wherever its kind has them. Of all else that it says nothing is
* kept.
*
* @param pod what its pods are made from; undefined for what makes none, or makes them in its own way
*/
const readImages = (source, object, apiVersion, pod) => {
	try {
		if (pod !== void 0) return readPod(source, pod);
		return isCustom(apiVersion) ? readCustom(source, object) : none;
	} catch {
		return toUnknown(source, object, "the object is too large to be searched for images");
	}
};

// src/manifests/read-pulls.ts
const hasSecrets = ({ at, items }, node) => items(at(node, "imagePullSecrets")).length > 0;
/** @param spec of a pod */
const readPulls = (reader, spec) => ({
	hasSecrets: hasSecrets(reader, spec),
	account: reader.text(reader.at(spec, "serviceAccountName")) || reader.text(reader.at(spec, "serviceAccount")) || "default"
});
/** @param spec of a pod */
const readImageVolumes = ({ reader, lineAt }, spec) => {
	const { at, items, text } = reader;
	return items(at(spec, "volumes")).flatMap((volume) => {
		const written = at(volume, "image", "reference");
		const image = text(written) ?? "";
		if (image === "" || isOfKo(image) || isPlaceholder(image) || isFilesImage(image)) return [];
		const pullPolicy = text(at(volume, "image", "pullPolicy")) || void 0;
		const line = lineAt(written?.range?.[0] ?? 0);
		return [{
			name: text(at(volume, "name")) ?? "?",
			image,
			pullPolicy,
			line
		}];
	});
};
/** Whether an object gives secrets for pulling to the pods that run under its name. */
const readAccount = (reader, kind, node) => kind === "ServiceAccount" && hasSecrets(reader, node);

// src/manifests/read-document.ts
/** Where each kind has what its pods are made from. */
const podPaths = {
	Pod: ["spec"],
	Deployment: [
		"spec",
		"template",
		"spec"
	],
	StatefulSet: [
		"spec",
		"template",
		"spec"
	],
	DaemonSet: [
		"spec",
		"template",
		"spec"
	],
	ReplicaSet: [
		"spec",
		"template",
		"spec"
	],
	ReplicationController: [
		"spec",
		"template",
		"spec"
	],
	Job: [
		"spec",
		"template",
		"spec"
	],
	CronJob: [
		"spec",
		"jobTemplate",
		"spec",
		"template",
		"spec"
	],
	PodTemplate: ["template", "spec"]
};
/** Kinds that controllers of many clusters add, by the beginning of their apiVersion. */
const furtherPaths = [
	[
		"argoproj.io/",
		"Rollout",
		[
			"spec",
			"template",
			"spec"
		]
	],
	[
		"serving.knative.dev/",
		"Service",
		[
			"spec",
			"template",
			"spec"
		]
	],
	[
		"apps.openshift.io/",
		"DeploymentConfig",
		[
			"spec",
			"template",
			"spec"
		]
	]
];
const findPath = (kind, apiVersion) => furtherPaths.find(([group, name]) => name === kind && apiVersion.startsWith(group))?.[2] ?? podPaths[kind];
/** Lists may hold lists, but nobody writes that, and one may hold itself. */
const deepestList = 3;
/** What to do about templates. */
const renderFirst = "Render it before this step (`helm template`, `kustomize build`), and name the output instead.";
const readAmounts = ({ reader, lineAt, warn }, resources) => {
	const { at, text } = reader;
	const read = (name) => {
		const node = at(resources, name);
		const written = text(node);
		if (written === void 0 || isPlaceholder(written)) return void 0;
		const amount = parseQuantity(written.trim());
		if (amount === void 0) warn(`Kubernetes refuses the amount ${JSON.stringify(written.slice(0, 100))} of ${name}: write a number with a unit, such as 128Mi or 500m.`, lineAt(node?.range?.[0] ?? 0));
		return amount;
	};
	return {
		memory: read("memory"),
		cpu: read("cpu"),
		storage: read("ephemeral-storage")
	};
};
/** Of a container, or of a pod as a whole. */
const readResources = (source, node) => {
	const { at } = source.reader;
	return {
		limits: readAmounts(source, at(node, "resources", "limits")),
		requests: readAmounts(source, at(node, "resources", "requests"))
	};
};
const roleOf = ({ at, text }, node, list) => {
	if (list === "containers") return "main";
	return text(at(node, "restartPolicy")) === "Always" ? "sidecar" : "init";
};
/** Such as `nvidia.com/gpu`, `amd.com/gpu`, `gpu.intel.com/i915`, `nvidia.com/mig-1g.5gb`. */
const gpuResource = /gpu|nvidia/i;
/** Where devices are claimed, nobody but the cluster knows of which kind they are. */
const readsGpu = ({ at, keys }, container) => at(container, "resources", "claims") !== void 0 || ["limits", "requests"].some((list) => keys(at(container, "resources", list)).some((name) => gpuResource.test(name)));
const readContainer = (source, node, list, isGpuPod) => {
	const { reader, lineAt, warn } = source;
	const { at, text } = reader;
	const written = at(node, "image");
	if (written === void 0) return [];
	const image = text(written);
	const line = lineAt(written.range?.[0] ?? 0);
	if (image !== void 0 && isOfKo(image)) {
		warn("ko builds and names this image when it applies the file, so it is not checked.", line);
		return [];
	}
	if (image === void 0 || isPlaceholder(image)) {
		warn(`The image${image === void 0 ? "" : ` ${JSON.stringify(image.slice(0, 100))}`} is a placeholder, so it is not checked. ${renderFirst}`, line);
		return [];
	}
	const { limits, requests: asked } = readResources(source, node);
	const requests = {
		memory: asked.memory ?? limits.memory,
		cpu: asked.cpu ?? limits.cpu,
		storage: asked.storage ?? limits.storage
	};
	const name = text(at(node, "name")) ?? "?";
	const pullPolicy = text(at(node, "imagePullPolicy")) || void 0;
	return [{
		name,
		role: roleOf(reader, node, list),
		image,
		pullPolicy,
		requests,
		limits,
		asksForGpu: isGpuPod || readsGpu(reader, node),
		line
	}];
};
const readCount = ({ at, text }, spec, key) => {
	const written = text(at(spec, key));
	return written !== void 0 && /^\d{1,9}$/.test(written) ? Number(written) : void 0;
};
const countPods = (reader, kind, document) => {
	const { at, text } = reader;
	if (kind === "Pod") return 1;
	if (kind === "PodTemplate") return 0;
	if (kind === "DaemonSet") return "per-node";
	const spec = at(document, "spec");
	if (kind !== "Job" && kind !== "CronJob") return readCount(reader, spec, "replicas") ?? 1;
	if (/^(true|yes|on|y)$/i.test(text(at(spec, "suspend")) ?? "")) return 0;
	const job = kind === "Job" ? spec : at(spec, "jobTemplate", "spec");
	const parallelism = readCount(reader, job, "parallelism") ?? 1;
	return Math.min(parallelism, readCount(reader, job, "completions") ?? parallelism);
};
/** A document, or all that is in it where it is a list. */
const unpack = (reader, node, usual = "", depth = 0) => {
	const { at, items, text } = reader;
	const kind = text(at(node, "kind")) ?? usual;
	if (!kind.endsWith("List") || depth >= deepestList) return [{
		node,
		kind
	}];
	const itemKind = kind.slice(0, -4);
	return items(at(node, "items")).flatMap((it) => unpack(reader, it, itemKind, depth + 1));
};
const readWorkload = (source, { node, kind }) => {
	const { file, reader } = source;
	const { at, items, text } = reader;
	const path = findPath(kind, text(at(node, "apiVersion")) ?? "");
	if (path === void 0) return [];
	const spec = at(node, ...path);
	const isGpuPod = gpuResource.test(text(at(spec, "runtimeClassName")) ?? "");
	const containers = ["initContainers", "containers"].flatMap((list) => items(at(spec, list)).flatMap((item) => readContainer(source, item, list, isGpuPod)));
	return [{
		file,
		kind,
		...readName(reader, node),
		pods: countPods(reader, kind, node),
		containers,
		resources: readResources(source, spec),
		volumes: readVolumes(reader, node, spec),
		imageVolumes: readImageVolumes(source, spec),
		files: readPodFiles(source, spec),
		pulls: readPulls(reader, spec)
	}];
};
const readNamed = (source, { node, kind }) => {
	const { at, text } = source.reader;
	const apiVersion = text(at(node, "apiVersion")) ?? "";
	const path = findPath(kind, apiVersion);
	return readImages(source, node, apiVersion, path && at(node, ...path));
};
/** Reads what runs pods, claims volumes or is one, and what names images in a document. */
const readDocument = (source, contents) => {
	const found = unpack(source.reader, contents);
	return {
		workloads: found.flatMap((item) => readWorkload(source, item)),
		claims: found.flatMap((item) => readClaim(source, item)),
		persistentVolumes: found.flatMap((item) => readPersistentVolume(source, item)),
		accounts: found.flatMap(({ node, kind }) => readAccount(source.reader, kind, node) ? [readName(source.reader, node)] : []),
		...joinNamed(found.map((item) => readNamed(source, item)))
	};
};

// src/manifests/parse-manifest.ts
/** Why a document cannot be read, in words of its own where people can do something about it. */
const describeError = (code, text, at) => {
	const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at + 1);
	if (code === "TAB_AS_INDENT" || /^ *\t/.test(line)) return "Not checked from here on: YAML allows no tab here. Replace it with spaces.";
	if (text.includes("{{")) return `Not checked from here on: this is an unrendered template. ${renderFirst}`;
	return `Not checked from here on: this is not valid YAML (${code.toLowerCase().replaceAll("_", " ")}). ${renderFirst}`;
};
/** Other than a comment that no space is before: kubectl takes that, and it is read all the same. */
const findErrors = ({ errors }) => errors.filter(({ message }) => !message.startsWith("Comments must be separated"));
/** Where a map has a name once more. The library would compare each with all others, which takes minutes. */
const findTwins = (document) => {
	const twins = [];
	(0, import_dist.visit)(document, { Map: (_, { items }) => {
		const names = /* @__PURE__ */ new Set();
		for (const { key } of items) {
			if (!(0, import_dist.isScalar)(key)) continue;
			if (names.has(key.value)) twins.push(key.range?.[0] ?? 0);
			names.add(key.value);
		}
	} });
	return twins;
};
/**
* Tells the first thing that is wrong with a document; true where it can be read all the same: of what a map has
* twice kubectl takes the last, and of two merge keys both. Charts often have a label twice.
*/
const isReadable = (document, { text, lineAt }, warn, remark) => {
	const [wrong] = findErrors(document);
	if (wrong !== void 0) {
		warn(describeError(wrong.code, text, wrong.pos[0]), lineAt(wrong.pos[0]));
		return false;
	}
	const [at] = findTwins(document);
	if (at === void 0) return true;
	remark(text.startsWith("<<", at) ? "A map has the merge key << twice: kubectl takes both, kustomize and others refuse it. Write <<: [*one, *two]." : "A map has a key twice: kubectl and Helm take the last one, kustomize and others refuse it. Leave one.", lineAt(at));
	return true;
};
/**
* @param linesBefore in the file, in which lines are counted from 1
* @param last of the file's lines
*/
const parsePart = (text, linesBefore, last) => {
	const lines = new import_dist.LineCounter();
	const parsed = (0, import_dist.parseAllDocuments)(text, {
		lineCounter: lines,
		uniqueKeys: false
	});
	const lineAt = (offset) => Math.min(last, linesBefore + Math.max(1, lines.linePos(offset).line));
	return {
		text,
		documents: Array.isArray(parsed) ? parsed : [],
		lineAt
	};
};
/** What is missing at the end is missing on a line that there is not. */
const findLast = (text) => text.trimEnd().split("\n").length;
/** The objects of a file of JSON need nothing between them; YAML keeps its documents apart by itself. */
const parseParts = (text, json) => {
	const last = findLast(text);
	if (json === void 0) return [parsePart(text, 0, last)];
	let [at, linesBefore] = [0, 0];
	return json.map(({ offset, text: part }) => {
		linesBefore += text.slice(at, offset).split("\n").length - 1;
		at = offset;
		return parsePart(part, linesBefore, last);
	});
};
/** More objects in one file are no manifest that people write. */
const mostObjects = 500;
/** What YAML has no such comments for, and the library takes for the beginning of a name. */
const foreignComment = /(?:^|[\s,[{])\/[/*]/;
/** Reads what runs pods or claims volumes in a file of manifests; what cannot be read becomes a warning. */
const parseManifest = (text, file) => {
	const warnings = [];
	const warn = (message, line) => {
		if (warnings.length === 0) warnings.push({
			message,
			location: {
				file,
				line
			}
		});
	};
	/** What is told where there is nothing worse. */
	const remarks = [];
	const remark = (message, line) => remarks.push({
		message,
		location: {
			file,
			line
		}
	});
	const json = /\.json$/i.test(file) && /^\s*[[{]/.test(text) ? splitJson(text).slice(0, mostObjects) : void 0;
	const wrong = json?.map(findJsonError).find((offset) => offset !== void 0);
	try {
		const parts = parseParts(text, wrong === void 0 ? json : void 0);
		if (wrong !== void 0) {
			const line = Math.min(findLast(text), text.slice(0, wrong).split("\n").length);
			if (parts.flatMap(({ documents }) => documents.flatMap(findErrors)).length > 0 || foreignComment.test(text)) return joinManifests([{ warnings: [{
				message: "Not checked: this is not valid JSON. kubectl takes no comments with //, and before 1.33 none with # and no trailing commas.",
				location: {
					file,
					line
				}
			}] }]);
			remark("This is no JSON, but YAML: kubectl before 1.33 refuses it, and other programs.", line);
		}
		const read = parts.flatMap((part) => part.documents.map((document) => {
			if (!isReadable(document, part, warn, remark)) return {};
			const reader = createReader(document);
			return readDocument({
				file,
				reader,
				lineAt: part.lineAt,
				warn
			}, document.contents);
		}));
		return joinManifests([...read, { warnings: [...warnings, ...remarks].slice(0, 1) }]);
	} catch {
		warn("Not checked: the file is nested too deeply.", 1);
		return joinManifests([{ warnings }]);
	}
};

export { parseManifest };