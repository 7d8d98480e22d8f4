import { t as require_dist } from "./dist.js";
import { t as parseQuantity } from "./quantity.js";

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
const textOf = (node) => {
	return (0, import_dist.isScalar)(node) && node.value !== null ? String(node.value) : void 0;
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
	const findMerged = (map, key, depth) => {
		const merge = map.items.find((pair) => textOf(pair.key) === "<<");
		const merged = follow(merge?.value);
		const sources = (0, import_dist.isSeq)(merged) ? merged.items : [merged];
		for (const source of sources) {
			const found = find(source, key, depth + 1);
			if (found !== void 0) return found;
		}
	};
	const find = (node, key, depth) => {
		const map = follow(node);
		if (!(0, import_dist.isMap)(map) || depth > 10) return void 0;
		spend(1 + map.items.length);
		const own = map.items.find((pair) => textOf(pair.key) === key);
		return own === void 0 ? findMerged(map, key, depth) : own.value;
	};
	return {
		at: (node, ...keys) => {
			let at = node;
			for (const key of keys) at = find(at, key, 0);
			return follow(at);
		},
		items: (node) => {
			const list = follow(node);
			if (!(0, import_dist.isSeq)(list)) return [];
			spend(list.items.length);
			return list.items;
		},
		text: (node) => textOf(follow(node))
	};
};

// src/manifests/read-storage.ts
/** Bytes; 0 for what is not written or is no quantity. */
const readBytes = ({ text }, node) => parseQuantity(text(node) ?? "") ?? 0;
/** What a PersistentVolumeClaim, or a template of one, asks for. */
const readClaimed = (reader, claim) => readBytes(reader, reader.at(claim, "spec", "resources", "requests", "storage"));
const readEmptyDir = (reader, volume) => {
	const { at, text } = reader;
	return (text(at(volume, "emptyDir", "medium")) ?? "") === "" ? readBytes(reader, at(volume, "emptyDir", "sizeLimit")) : 0;
};
const sum = (amounts) => amounts.reduce((all, one) => all + one, 0);
const readVolumes = (reader, document, podSpec) => {
	const { at, items } = reader;
	const volumes = items(at(podSpec, "volumes"));
	const templates = items(at(document, "spec", "volumeClaimTemplates"));
	const ephemeral = volumes.map((volume) => at(volume, "ephemeral", "volumeClaimTemplate"));
	return {
		emptyDirs: sum(volumes.map((volume) => readEmptyDir(reader, volume))),
		claims: sum([...templates, ...ephemeral].map((claim) => readClaimed(reader, claim)))
	};
};

// src/manifests/parse-manifest.ts
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
	]
};
/** Lists may hold lists, but nobody writes that, and one may hold itself. */
const deepestList = 3;
const renderFirst = "Name the output of `helm template` or `kustomize build` instead, which has to be made before this step.";
const readAmounts = ({ at, text }, resources) => {
	const read = (name) => parseQuantity(text(at(resources, name)) ?? "");
	return {
		memory: read("memory"),
		cpu: read("cpu"),
		storage: read("ephemeral-storage")
	};
};
const roleOf = ({ at, text }, node, list) => {
	if (list === "containers") return "main";
	return text(at(node, "restartPolicy")) === "Always" ? "sidecar" : "init";
};
const readContainer = (source, node, list) => {
	const { reader, lineAt, warn } = source;
	const { at, text } = reader;
	const written = at(node, "image");
	if (written === void 0) return [];
	const image = text(written);
	const line = lineAt(written.range?.[0] ?? 0);
	if (image === void 0 || /\{\{|\$[{(]/.test(image)) {
		warn(`The image is still to be filled in, so it is not checked. ${renderFirst}`, line);
		return [];
	}
	const limits = readAmounts(reader, at(node, "resources", "limits"));
	const asked = readAmounts(reader, at(node, "resources", "requests"));
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
	if (kind === "DaemonSet") return "per-node";
	const spec = at(document, "spec");
	if (kind !== "Job" && kind !== "CronJob") return readCount(reader, spec, "replicas") ?? 1;
	if (text(at(spec, "suspend")) === "true") return 0;
	const job = kind === "Job" ? spec : at(spec, "jobTemplate", "spec");
	const parallelism = readCount(reader, job, "parallelism") ?? 1;
	return Math.min(parallelism, readCount(reader, job, "completions") ?? parallelism);
};
/** A document, or all that is in it where it is a list. */
const unpack = (reader, node, depth = 0) => {
	const { at, items, text } = reader;
	return text(at(node, "kind"))?.endsWith("List") && depth < deepestList ? items(at(node, "items")).flatMap((it) => unpack(reader, it, depth + 1)) : [node];
};
const readName = ({ at, text }, node) => {
	const metadata = at(node, "metadata");
	const name = text(at(metadata, "name")) ?? text(at(metadata, "generateName")) ?? "?";
	return {
		namespace: text(at(metadata, "namespace")),
		name
	};
};
const readWorkload = (source, node) => {
	const { file, reader } = source;
	const { at, items, text } = reader;
	const kind = text(at(node, "kind")) ?? "";
	const path = podPaths[kind];
	if (path === void 0) return [];
	const spec = at(node, ...path);
	const containers = ["initContainers", "containers"].flatMap((list) => items(at(spec, list)).flatMap((item) => readContainer(source, item, list)));
	const pods = countPods(reader, kind, node);
	const volumes = readVolumes(reader, node, spec);
	return [{
		file,
		kind,
		...readName(reader, node),
		pods,
		containers,
		volumes
	}];
};
const readClaim = ({ file, reader, lineAt }, node) => {
	const { at, text } = reader;
	const kind = at(node, "kind");
	if (text(kind) !== "PersistentVolumeClaim") return [];
	const bytes = readClaimed(reader, node);
	return [{
		file,
		...readName(reader, node),
		bytes,
		line: lineAt(kind?.range?.[0] ?? 0)
	}];
};
const parseDocuments = (text) => {
	const lines = new import_dist.LineCounter();
	const parsed = (0, import_dist.parseAllDocuments)(text, { lineCounter: lines });
	return {
		documents: Array.isArray(parsed) ? parsed : [],
		lines
	};
};
/** Reads what runs pods or claims volumes in a file of manifests; what cannot be read becomes a warning. */
const parseManifest = (text, file) => {
	const warnings = [];
	const warn = (message, line) => {
		if (warnings.length === 0) warnings.push({
			message,
			place: {
				file,
				line
			}
		});
	};
	try {
		const { documents, lines } = parseDocuments(text);
		const last = text.trimEnd().split("\n").length;
		const lineAt = (offset) => Math.min(last, Math.max(1, lines.linePos(offset).line));
		const read = documents.map((document) => {
			const [error] = document.errors;
			if (error === void 0) {
				const reader = createReader(document);
				const source = {
					file,
					reader,
					lineAt,
					warn
				};
				const nodes = unpack(reader, document.contents);
				return {
					workloads: nodes.flatMap((node) => readWorkload(source, node)),
					claims: nodes.flatMap((node) => readClaim(source, node))
				};
			}
			const reason = error.code.toLowerCase().replaceAll("_", " ");
			warn(`Not checked from here on, as this is no YAML (${reason}). ${renderFirst}`, lineAt(error.pos[0]));
			return {
				workloads: [],
				claims: []
			};
		});
		return {
			workloads: read.flatMap(({ workloads }) => workloads),
			claims: read.flatMap(({ claims }) => claims),
			warnings
		};
	} catch {
		warn("Not checked, as the file is nested too deeply.", 1);
		return {
			workloads: [],
			claims: [],
			warnings
		};
	}
};

export { parseManifest };