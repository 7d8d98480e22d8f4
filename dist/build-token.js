import { t as Secret } from "./secret.js";
import { n as renderError, t as Failure } from "./failure.js";
import { C as noteTold, E as writeBaseline, F as toLines, H as toCriName, T as readNotes, V as parseImageReference, X as readOwnFile, Z as writeOwnFile, _ as execute, b as isWarning, c as pinDockerFolders, d as canWriteIn, g as readScript, h as listMembers, i as runCaptured, n as createDocker, q as parseNodeReport, t as withEngineApi, w as notesFolderOf, x as findNotes } from "./engine-api.js";
import { a as toHarmless, n as createFence } from "./later.js";
import { t as readRegularFile } from "./read-file.js";
import { c as setOutput, h as summary, l as setSecret, n as debug, r as error, s as saveState, t as ExitCode, u as warning } from "./core.js";
import { c as toContextPaths, o as unescapeTemplate, r as toBakeFiles, t as readDockerfile } from "./find.js";
import { isDeepStrictEqual } from "node:util";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, readFileSync, readSync, readlinkSync, rmSync, statfsSync, unlinkSync, writeSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { tmpdir } from "node:os";
import { spawn } from "node:child_process";

// src/diagnose/cluster/news.ts
/**
* Tells whether something is of this job; a cluster may be older, or shared. What has no time at all
* counts, as nothing speaks against it.
*
* @param at ISO 8601
* @param since the baseline's clock, ms since 1970; undefined where there is none, and all counts
*/
const isNews = (at, since) => at === void 0 || since === void 0 || Date.parse(at) >= Math.floor(since / 1e3) * 1e3;
/** The newest last; what has no time may be of any, and comes first. */
const byTime = (a, b) => (a.at === void 0 ? 0 : Date.parse(a.at)) - (b.at === void 0 ? 0 : Date.parse(b.at));
/** Of the same thing seen several times. */
const findNewest = (all) => all.toSorted(byTime).at(-1);

// src/text/to-line.ts
/** Of longer words the middle goes: kubelets say at the end what it was. */
const longest$1 = 300;
const half = 148;
const withoutQuery = (address) => {
	const at = address.indexOf("?");
	return at < 0 ? address : `${address.slice(0, at)}?...`;
};
/**
* Makes one short line of what others wrote, such as a kubelet's message: no control characters, and
* neither the login nor the query of an address, which hold secrets.
*/
const toLine = (text) => {
	const line = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").replace(/\/\/[^/\s@"]+@/g, "//***@").replace(/\bhttps?:\/\/[^\s"]+/g, withoutQuery).trim();
	const characters = [...line];
	if (characters.length <= longest$1) return line;
	return `${characters.slice(0, half).join("")} ... ${characters.slice(-148).join("")}`;
};

// src/diagnose/cluster/sighting.ts
/** Kills for memory stay apart: each is matched with the kernel's word of it. */
const toKey$1 = ({ pod, container, kind, what }) => {
	const workload = pod.owner === void 0 || kind === "oom-kill" ? `Pod/${pod.name}` : pod.owner;
	return JSON.stringify([
		pod.namespace,
		workload,
		container?.name,
		kind,
		what
	]);
};
const renderWho = ({ pod, container }, others) => {
	const name = `the pod ${pod.namespace}/${pod.name}`;
	const who = container === void 0 ? name : `the container ${container.name} of ${name}`;
	const more = others === 0 ? "" : `, and ${others} more of ${pod.owner},`;
	return toLine(`${who.replace(/^t/, "T")}${more}`);
};
/** A pod that was replaced by another of its name is still one of them. */
const countOthers = (sightings) => new Set(sightings.map(({ pod }) => pod.name)).size - 1;
/** Tells of the first, and how many more there are. */
const toFinding$1 = (sightings) => {
	const [first] = sightings;
	const { pod, container, kind, certainty, what, evidence, remedy } = first;
	const at = findNewest(sightings)?.at;
	return {
		kind,
		certainty,
		cause: `${renderWho(first, countOthers(sightings))} ${what}`,
		evidence: evidence.map(toLine).filter((line) => line !== ""),
		remedy,
		namespace: toLine(pod.namespace),
		pod: toLine(pod.name),
		...pod.node !== void 0 && { node: toLine(pod.node) },
		...pod.uid !== void 0 && { podUid: toLine(pod.uid) },
		...container !== void 0 && {
			container: toLine(container.name),
			image: toLine(container.image)
		},
		...container?.endedId !== void 0 && { containerId: toLine(container.endedId) },
		...at !== void 0 && { at }
	};
};
/**
* One finding for each cause and workload, in the order in which they were seen.
*
* @param since as {@link isNews} takes it: older sightings are left out, so that none is counted
*/
const toFindings = (sightings, since) => {
	const groups = /* @__PURE__ */ new Map();
	for (const sighting of sightings.filter(({ at }) => isNews(at, since))) {
		const group = groups.get(toKey$1(sighting));
		if (group === void 0) groups.set(toKey$1(sighting), [sighting]);
		else group.push(sighting);
	}
	return [...groups.values()].map(toFinding$1);
};

// src/diagnose/cluster/evictions.ts
/** What kubelets write into a pod that they evict (pkg/kubelet/eviction), the most exact first. */
const causes = [
	{
		words: /ephemeral.storage (limit|usage exceeds)|Usage of EmptyDir volume/i,
		what: "was evicted: it wrote more to disk than its limit",
		remedy: "Raise limits.ephemeral-storage or the sizeLimit of its emptyDir, or write less: logs and temporary files count, too."
	},
	{
		words: /low on resource: memory\b|MemoryPressure/,
		what: "was evicted: its node's memory ran out",
		remedy: "All nodes share the memory of the runner. Run less at once, lower what pods use, or take a larger runner; requests.memory decides who goes last."
	},
	{
		words: /low on resource: (ephemeral-storage|inodes)\b|DiskPressure/,
		what: "was evicted: its node's disk is almost full",
		remedy: "All nodes share the runner's disk. Free some before the images are built (free-disk), or take a larger runner."
	},
	{
		words: /low on resource: pids\b|PIDPressure/,
		what: "was evicted: its node ran out of process numbers",
		remedy: "Something starts processes without end: see which pod has the most."
	}
];
const unknownCause = {
	what: "was evicted",
	remedy: "See the kubelet's words: they name what ran out."
};
const toSighting$1 = (pod, message, at) => {
	const { what, remedy } = causes.find(({ words }) => words.test(message)) ?? unknownCause;
	return {
		pod,
		container: void 0,
		kind: "eviction",
		certainty: "certain",
		what,
		evidence: [`Evicted: ${message}`],
		remedy,
		at
	};
};
/** An event tells of a pod that has been removed since, too, whose name another one may have now. */
const fromEvent = (pods, event) => {
	const { namespace, kind, name, reason, message, at } = event;
	if (kind !== "Pod" || reason !== "Evicted") return [];
	return pods.find((it) => it.namespace === namespace && it.name === name)?.reason === "Evicted" ? [] : [toSighting$1({
		namespace,
		name
	}, message, at)];
};
/** The event is gone after an hour, and the pod stays. */
const fromPod = (pod, events) => {
	if (pod.reason !== "Evicted") return [];
	const its = events.filter(({ namespace, name, reason }) => namespace === pod.namespace && name === pod.name && reason === "Evicted");
	const at = findNewest([...its, { at: pod.changedAt ?? pod.createdAt }])?.at;
	return [toSighting$1(pod, pod.message ?? "", at)];
};
/** Pods that a kubelet put out of its node. */
const findEvictions = ({ pods, events }, since) => {
	const sightings = [...pods.flatMap((pod) => fromPod(pod, events)), ...events.flatMap((event) => fromEvent(pods, event))];
	return toFindings(sightings, since);
};

// src/report/format.ts
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
/** Text that stays text in a Markdown table's cell, whatever a name or a message holds. */
const escapeCell = (text) => text.replace(/[\r\n]+/g, " ").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(/[|`\\[\]*_~$]/g, (mark) => `\\${mark}`);
/** A line that stays text in Markdown, too: no heading, list, quotation or rule. */
const escapeLine = (text) => escapeCell(text.trim()).replace(/^(\d*)([#>+=.)-])/, "$1\\$2");
/** The same for each line of a text. */
const escapeText = (text) => text.split(/\r\n|\n|\r/).map(escapeLine).join("\n");
/** A Markdown table with padded columns, so that it reads well in a terminal, too. */
const renderTable = (header, rows) => {
	const widths = header.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
	const renderRow = (cells) => `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
	const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
	return [
		renderRow(header),
		rule,
		...rows.map(renderRow)
	].join("\n");
};

// src/diagnose/cluster/killed.ts
/** 128 and SIGKILL's 9. */
const killed$1 = 137;
const explainMemory = ({ memoryLimit, ended }) => ({
	kind: "oom-kill",
	certainty: "certain",
	what: memoryLimit === void 0 ? "was killed because memory ran out; it has no limit of its own, so it was that of its pod or of the runner" : `was killed because it needed more memory than its limit of ${formatBytes(memoryLimit)}`,
	evidence: [`The kubelet says ${ended?.reason}, exit code ${ended?.exitCode}`],
	remedy: memoryLimit === void 0 ? "Run less at once, give the hungry pods a limits.memory, or take a larger runner." : "Raise limits.memory of the container, or let it use less."
});
const probeWords = /\bfailed (liveness|startup) probe\b/;
/** Longer than most are given to end. */
const longestGraceMs = 6e5;
/** An end that came much later, or long before, had another cause. */
const mayEnd = (event, ended) => {
	const passed = Date.parse(ended?.at ?? "") - Date.parse(event.at ?? "");
	return Number.isNaN(passed) || Math.abs(passed) < longestGraceMs;
};
/** The event of the kill itself; its container is named in its words, where not in its path. */
const findProbeKill = (events, { name, ended }) => findNewest(events.filter((event) => event.reason === "Killing" && mayEnd(event, ended) && probeWords.test(event.message) && (event.container === name || event.message.startsWith(`Container ${name} failed `))));
const findUnhealthy = (events, { name, ended }) => findNewest(events.filter((event) => event.reason === "Unhealthy" && mayEnd(event, ended) && event.container === name && /^(Liveness|Startup) probe /.test(event.message)));
const probeRemedies = {
	liveness: "This is not for memory. Give livenessProbe more time (timeoutSeconds, failureThreshold) or the program a startupProbe; see why it does not answer, which on a busy runner may be lack of cpu.",
	startup: "This is not for memory. Give startupProbe more time (failureThreshold times periodSeconds), or see why the program starts so slowly."
};
const explainProbe = ({ ended }, kill, unhealthy) => {
	const said = kill ?? unhealthy;
	if (said === void 0) return void 0;
	const probe = /startup/i.test(said.message) ? "startup" : "liveness";
	const times = unhealthy === void 0 || unhealthy.count < 2 ? "" : ` (${unhealthy.count} times)`;
	return {
		kind: "liveness",
		certainty: kill === void 0 ? "likely" : "certain",
		what: `was killed by its kubelet, not for memory: its ${probe} probe failed`,
		evidence: [
			...kill === void 0 ? [] : [`Killing: ${kill.message}`],
			...unhealthy === void 0 ? [] : [`Unhealthy${times}: ${unhealthy.message.replace(/:\s*$/, "")}`],
			`Exit code ${ended?.exitCode}, reason ${ended?.reason || "not given"}`
		],
		remedy: probeRemedies[probe] ?? ""
	};
};
const explainStop = (kill) => ({
	kind: "killed",
	certainty: "likely",
	what: "was asked to stop and killed because it did not in time",
	evidence: [`Killing: ${kill.message}`],
	remedy: "Its program has to end on SIGTERM; a shell as first process does not pass that on (use `exec`). Or raise terminationGracePeriodSeconds."
});
const explainUnknown = ({ hasLivenessProbe, ended }) => ({
	kind: "killed",
	certainty: "possible",
	what: "was killed (137, SIGKILL), and nothing tells by whom",
	evidence: [`Exit code 137, reason ${ended?.reason || "not given"}`],
	remedy: `It may be the kernel, for memory of one of its processes${hasLivenessProbe ? ", or the kubelet, for its liveness probe (its events are gone after an hour)" : ""}, or something in the container or on the runner. See its log: \`kubectl logs --previous\`.`
});
const findStop = (events, { name, ended }) => findNewest(events.filter((event) => event.reason === "Killing" && mayEnd(event, ended) && event.message === `Stopping container ${name}`));
const explain$2 = (container, events) => {
	const { ended } = container;
	if (ended === void 0) return void 0;
	if (ended.reason === "OOMKilled") return explainMemory(container);
	const kill = findProbeKill(events, container);
	const probe = explainProbe(container, kill, findUnhealthy(events, container));
	if (ended.exitCode !== killed$1) return kill === void 0 ? void 0 : probe;
	const stop = findStop(events, container);
	return probe ?? (stop === void 0 ? explainUnknown(container) : explainStop(stop));
};
const eventsOf = (events, { namespace, name }) => events.filter((it) => it.kind === "Pod" && it.namespace === namespace && it.name === name);
/** Containers that were killed: for memory, by a failed probe, or by nobody knows whom. */
const findKilled = ({ pods, events }, since) => {
	const sightings = pods.flatMap((pod) => {
		if (pod.reason === "Evicted") return [];
		const its = eventsOf(events, pod);
		return pod.containers.flatMap((container) => {
			const explained = explain$2(container, its);
			const at = container.ended?.at ?? pod.changedAt ?? pod.createdAt;
			return explained === void 0 ? [] : [{
				pod,
				container,
				at,
				...explained
			}];
		});
	});
	return toFindings(sightings, since);
};

// src/diagnose/cluster/pending.ts
const shortOf = (what, request) => ({
	what: `stays pending: no node has as much ${what} left as it requests`,
	remedy: `Lower requests.${request} of this pod or of others, run fewer replicas, or take a larger runner. What counts is what pods request, not what they use.`
});
/** The scheduler's words, and those of a kubelet that refuses a pod which it was given. */
const shortages = [
	[/Insufficient memory|resource: memory/, shortOf("memory", "memory")],
	[/Insufficient cpu|resource: cpu/, shortOf("cpu", "cpu")],
	[/Insufficient ephemeral-storage|resource: ephemeral-storage/, shortOf("disk", "ephemeral-storage")],
	[/Too many pods|resource: pods/, {
		what: "stays pending: the nodes have as many pods as they may have",
		remedy: "Run fewer pods, or give the cluster another node (a node takes 110 pods by default)."
	}],
	[/node\.kubernetes\.io\/(disk|memory|pid)-pressure/, {
		what: "stays pending: the nodes are short of disk, memory or process numbers and take no pods",
		remedy: "See what is said of the nodes."
	}]
];
const describeNodes = ({ nodes }) => nodes.flatMap(({ name, allocatableMemory: bytes }) => bytes === void 0 ? [] : [`${name} ${formatBytes(bytes)}`]).join(", ");
const toSighting = (pod, memory) => {
	const wasRefused = pod.reason?.startsWith("OutOf") === true;
	const words = wasRefused ? pod.message : pod.unschedulable;
	if (words === void 0 || pod.reason === "Evicted") return [];
	const shortage = shortages.find(([pattern]) => pattern.test(words))?.[1];
	if (shortage === void 0) return [];
	const { remedy } = shortage;
	return [{
		pod,
		container: void 0,
		kind: "pending",
		certainty: "certain",
		what: wasRefused ? shortage.what.replace("stays pending", "was refused") : shortage.what,
		evidence: [words, ...remedy.includes("requests.memory") && memory !== "" ? [`Memory that pods may request: ${memory}`] : []],
		remedy,
		at: pod.changedAt ?? pod.createdAt
	}];
};
/** Pods that found no node with room for them. */
const findPending = (cluster, since) => {
	const memory = describeNodes(cluster);
	return toFindings(cluster.pods.flatMap((pod) => toSighting(pod, memory)), since);
};

// src/diagnose/cluster/pressure.ts
const pressures = {
	DiskPressure: {
		kind: "disk-pressure",
		short: "disk",
		event: "NodeHasDiskPressure",
		remedy: "All nodes share the runner's disk. Free some before the images are built (free-disk), or take a larger runner."
	},
	MemoryPressure: {
		kind: "memory-pressure",
		short: "memory",
		event: "NodeHasInsufficientMemory",
		remedy: "All nodes share the memory of the runner. Run less at once, lower what pods use, or take a larger runner."
	},
	PIDPressure: {
		kind: "pid-pressure",
		short: "process numbers",
		event: "NodeHasInsufficientPID",
		remedy: "Something starts processes without end: see which pod has the most."
	}
};
const isOf = ({ name }, event) => event.kind === "Node" && event.name === name;
const renderEvent = ({ reason, message }) => toLine(`${reason}: ${message}`);
/** Nodes that are short of something now, since whenever, or were for a time. */
const findPressure = ({ nodes, events }, since) => nodes.flatMap((node) => Object.entries(pressures).flatMap(([type, { kind, short, event, remedy }]) => {
	const now = node.troubles.find((trouble) => trouble.type === type);
	const began = findNewest(events.filter((it) => isOf(node, it) && it.reason === event));
	if (now === void 0 && (began === void 0 || !isNews(began.at, since))) return [];
	const is = now === void 0 ? "was for a time" : "is";
	const name = toLine(node.name);
	return {
		kind,
		certainty: "certain",
		cause: `The node ${name} ${is} short of ${short}: its kubelet takes no further pods and evicts some`,
		evidence: [...now === void 0 ? [] : [toLine(`${type}: ${now.message}`)], ...began === void 0 ? [] : [renderEvent(began)]],
		remedy,
		node: name,
		...now !== void 0 || began?.at === void 0 ? {} : { at: began.at }
	};
}));
/** As given, of those that were put into the node; several steps may have loaded the same one. */
const findLost = (loaded, node, has) => {
	if (has === void 0) return [];
	const lost = loaded.filter(({ canonical, nodes }) => nodes.includes(node) && !has.includes(canonical));
	return [...new Set(lost.map(({ given }) => toLine(given)))];
};
/** What tells that a kubelet deletes images to make room. */
const collecting = /* @__PURE__ */ new Set(["FreeDiskSpaceFailed", "ImageGCFailed"]);
/**
* Images that this job loaded and that a node does not have any more, and kubelets that fail to free
* their disk.
*
* @param nodeImages canonical names that nodes have, by the nodes' names; what is not known is left out
*/
const findCollected = ({ nodes, events }, loaded, nodeImages, since) => [.../* @__PURE__ */ new Set([...nodes.map(({ name }) => name), ...nodeImages.keys()])].flatMap((name) => {
	const lost = findLost(loaded, name, nodeImages.get(name));
	const tries = events.filter((it) => it.kind === "Node" && it.name === name && collecting.has(it.reason) && isNews(it.at, since));
	const at = lost.length > 0 ? void 0 : findNewest(tries)?.at;
	if (lost.length === 0 && tries.length === 0) return [];
	const given = lost.join(", ");
	const isShort = nodes.some((node) => node.name === name && node.troubles.some(({ type }) => type === "DiskPressure"));
	const wasCollected = tries.length > 0 || isShort;
	return {
		kind: "image-collected",
		certainty: lost.length === 0 || !wasCollected ? "possible" : "likely",
		cause: lost.length === 0 ? `The disk of the node ${toLine(name)} is almost full, and its kubelet deletes images that no container uses` : wasCollected ? `The node ${toLine(name)} does not have ${given} any more: its disk is almost full, and its kubelet deletes images that no container uses` : `The node ${toLine(name)} does not have ${given} any more: something removed what this job loaded`,
		evidence: tries.map(renderEvent),
		remedy: wasCollected ? "Free some of the runner's disk before the images are built (free-disk), or take a larger runner; load again what is gone." : "Load it again. See what else in the job removes images or makes the node anew.",
		node: toLine(name),
		...at !== void 0 && { at },
		...lost[0] !== void 0 && { image: lost[0] }
	};
});

// src/diagnose/cluster/ghosts.ts
/**
* Says what the machine did to pods while nobody looked: kills, evictions, lack of room, lost images.
*
* @param nodeImages canonical names that nodes have, by the nodes' names; what is not known is left out
* @param since the baseline's clock, ms since 1970; what is older, and not so now, is left out
*/
const findGhosts = (cluster, loaded, nodeImages, since) => [
	...findKilled(cluster, since),
	...findEvictions(cluster, since),
	...findPressure(cluster, since),
	...findCollected(cluster, loaded, nodeImages, since),
	...findPending(cluster, since)
];

// src/diagnose/cluster/explain-loaded.ts
const hasNoTag = (image) => !/[:@]/.test(image.slice(image.lastIndexOf("/") + 1));
/** The kubelet had to ask a registry all the same. */
const explainAlways = ({ image }, loaded) => {
	const isDefault = /:latest$/.test(loaded.canonical);
	const why = !isDefault ? "its imagePullPolicy is Always, so that Kubernetes asks a registry each time" : hasNoTag(image) ? "without a tag Kubernetes takes :latest and asks a registry each time (imagePullPolicy Always)" : "with the tag :latest Kubernetes asks a registry each time (imagePullPolicy Always)";
	const remedy = isDefault ? `Set imagePullPolicy: IfNotPresent, or name the image by its content: ${toLine(loaded.immutable)}.` : "Set imagePullPolicy: IfNotPresent. Where nobody wrote Always, the admission plugin AlwaysPullImages of the cluster did.";
	return {
		kind: "pull-policy",
		certainty: "certain",
		what: `cannot start: this job loaded ${toLine(image)}, but ${why}`,
		remedy
	};
};
const cannot = (certainty, why, remedy) => ({
	kind: "image-pull",
	certainty,
	what: `cannot start${why}`,
	remedy
});
/**
* The node did not have it when the kubelet looked.
*
* @param nodes into which it was loaded
* @param isThere now; undefined where the node does not tell
*/
const explainAbsent = ({ pod: { node = "" }, container }, nodes, isThere) => {
	const image = toLine(container.image);
	const absent = `: this job loaded ${image}, but the node that it runs on does not have it`;
	const [first, again] = ["Load images before what uses them is applied, or restart it: `kubectl rollout restart`.", "Load it again. Something removed it: see whether that node is short of disk, or was made anew."];
	if (isThere) {
		const why = ` yet: it was created before its node had ${image}, and tries again ever more seldom`;
		return cannot("likely", why, first);
	}
	if (!nodes.includes(node)) {
		const others = nodes.map(toLine).join(", ") || "no node";
		return cannot("certain", `${absent}: it was loaded into ${others}`, "Load into all nodes (leave the input nodes empty).");
	}
	if (isThere === false) return cannot("certain", `${absent} any more`, again);
	const why = `: its node did not have ${image} when it looked, although this job loaded it there`;
	return cannot("likely", why, `${first} Or it was removed since: see whether that node is short of disk.`);
};
/** Says why a container waits for an image that this job did load. */
const explainLoaded = (wait, image, loaded, has) => {
	if (wait.container.pullPolicy === "Always") return explainAlways(wait.container, image);
	const same = loaded.filter(({ canonical }) => canonical === image.canonical);
	const nodes = [...new Set(same.flatMap((each) => each.nodes))];
	return explainAbsent(wait, nodes, has.get(wait.pod.node ?? "")?.includes(image.canonical));
};

// node_modules/leven/index.js
const array = [];
const characterCodeCache = [];
function leven(first, second, options) {
	if (first === second) return 0;
	const maxDistance = options?.maxDistance;
	const swap = first;
	if (first.length > second.length) {
		first = second;
		second = swap;
	}
	let firstLength = first.length;
	let secondLength = second.length;
	while (firstLength > 0 && first.charCodeAt(~-firstLength) === second.charCodeAt(~-secondLength)) {
		firstLength--;
		secondLength--;
	}
	let start = 0;
	while (start < firstLength && first.charCodeAt(start) === second.charCodeAt(start)) start++;
	firstLength -= start;
	secondLength -= start;
	if (maxDistance !== void 0 && secondLength - firstLength > maxDistance) return maxDistance;
	if (firstLength === 0) return maxDistance !== void 0 && secondLength > maxDistance ? maxDistance : secondLength;
	let bCharacterCode;
	let result;
	let temporary;
	let temporary2;
	let index = 0;
	let index2 = 0;
	while (index < firstLength) {
		characterCodeCache[index] = first.charCodeAt(start + index);
		array[index] = ++index;
	}
	while (index2 < secondLength) {
		bCharacterCode = second.charCodeAt(start + index2);
		temporary = index2++;
		result = index2;
		for (index = 0; index < firstLength; index++) {
			temporary2 = bCharacterCode === characterCodeCache[index] ? temporary : temporary + 1;
			temporary = array[index];
			result = array[index] = temporary > result ? temporary2 > result ? result + 1 : temporary2 : temporary2 > temporary ? temporary + 1 : temporary2;
		}
		if (maxDistance !== void 0) {
			let rowMinimum = result;
			for (index = 0; index < firstLength; index++) if (array[index] < rowMinimum) rowMinimum = array[index];
			if (rowMinimum > maxDistance) return maxDistance;
		}
	}
	array.length = firstLength;
	characterCodeCache.length = firstLength;
	return maxDistance !== void 0 && result > maxDistance ? maxDistance : result;
}
function closestMatch(target, candidates, options) {
	if (!Array.isArray(candidates) || candidates.length === 0) return;
	const userMax = options?.maxDistance;
	const targetLength = target.length;
	for (const candidate of candidates) if (candidate === target) return candidate;
	if (userMax === 0) return;
	let best;
	let bestDist = Number.POSITIVE_INFINITY;
	const seen = /* @__PURE__ */ new Set();
	for (const candidate of candidates) {
		if (seen.has(candidate)) continue;
		seen.add(candidate);
		const lengthDiff = Math.abs(candidate.length - targetLength);
		if (lengthDiff >= bestDist) continue;
		if (userMax !== void 0 && lengthDiff > userMax) continue;
		const cap = Number.isFinite(bestDist) ? userMax === void 0 ? bestDist : Math.min(bestDist, userMax) : userMax;
		const distance = cap === void 0 ? leven(target, candidate) : leven(target, candidate, { maxDistance: cap });
		if (userMax !== void 0 && distance > userMax) continue;
		let actualD = distance;
		if (cap !== void 0 && distance === cap && cap === userMax) actualD = leven(target, candidate);
		if (actualD < bestDist) {
			bestDist = actualD;
			best = candidate;
			if (bestDist === 0) break;
		}
	}
	if (userMax !== void 0 && bestDist > userMax) return;
	return best;
}

// src/text/nearest.ts
/** Two slips, and fewer in short words, which would all resemble each other. */
const slipsIn = (letters) => Math.min(2, Math.floor(letters / 3));
/** Whether one word may be a slip of the pen for the other. */
const isMisspelt = (a, b) => leven(a, b) <= slipsIn(Math.min(a.length, b.length));
/** The word that was probably meant, of those that are known; undefined where none is near. */
const findNearestWord = (word, known) => closestMatch(word, [...known], { maxDistance: Math.max(1, slipsIn(word.length)) });

// src/diagnose/cluster/nearest-image.ts
/** Both may be there: `docker.io/library/api:1@sha256:...`. */
const splitName = (canonical) => {
	const [, repository = canonical, ending = ""] = /^(.*?)((?::[^/:@]*)?(?:@.*)?)$/s.exec(canonical) ?? [];
	return {
		repository,
		last: repository.slice(repository.lastIndexOf("/") + 1),
		ending
	};
};
const compare = (asked, loaded) => {
	if (asked === loaded) return "same";
	const [a, b] = [splitName(asked), splitName(loaded)];
	if (a.repository === b.repository) return "other-tag";
	if (a.last === b.last) return "other-place";
	return isMisspelt(a.last, b.last) ? "spelling" : void 0;
};
const order$1 = [
	"same",
	"other-tag",
	"other-place",
	"spelling"
];
/**
* Finds the loaded image that was probably meant, if any.
*
* @param asked canonical, as {@link LoadedImage.canonical} is
*/
const findNearest = (asked, loaded) => {
	const { ending } = splitName(asked);
	const resembling = loaded.flatMap((image) => {
		const resemblance = compare(asked, image.canonical);
		return resemblance === void 0 ? [] : [{
			image,
			resemblance
		}];
	});
	const rank = ({ image, resemblance }) => 2 * order$1.indexOf(resemblance) + (splitName(image.canonical).ending === ending ? 0 : 1);
	return resembling.toSorted((a, b) => rank(a) - rank(b))[0];
};

// src/diagnose/cluster/pulls.ts
/** What kubelets write where an image keeps a container from starting (pkg/kubelet/images). */
const reasons = /* @__PURE__ */ new Set([
	"ErrImagePull",
	"ImagePullBackOff",
	"ErrImagePullBackOff",
	"ErrImageNeverPull",
	"InvalidImageName",
	"ImageInspectError",
	"RegistryUnavailable"
]);
/** A name as canonical as can be, to compare with those that were loaded. */
const toAsked = (image) => {
	const asked = parseImageReference(image);
	const lower = typeof asked === "string" ? parseImageReference(image.toLowerCase()) : asked;
	return typeof lower === "string" ? image : toCriName(lower.canonical);
};
/** With `Always` a right name alone changes nothing. */
const addPolicy = ({ pullPolicy }, remedy) => pullPolicy === "Always" ? `${remedy} Set imagePullPolicy: IfNotPresent, too: now it is Always.` : remedy;
const resemblances = {
	"other-tag": "with another tag or digest",
	"other-place": "from another registry or folder",
	spelling: "with a name that is spelt almost the same"
};
/** A name that this job did not load; the nearest that it did load was probably meant. */
const explainOther = (wait, asked, loaded) => {
	const { container } = wait;
	const image = toLine(container.image);
	const nearest = findNearest(asked, loaded);
	if (nearest !== void 0 && nearest.resemblance !== "same") {
		const given = toLine(nearest.image.given);
		return {
			kind: "image-pull",
			certainty: "likely",
			what: `cannot start: ${image} was not loaded by this job, but ${given} was, ${resemblances[nearest.resemblance]}`,
			remedy: addPolicy(container, `Let the manifest say ${given}, or build and load ${image}.`)
		};
	}
	const isNever = container.pullPolicy === "Never";
	return {
		kind: "image-pull",
		certainty: "certain",
		what: isNever ? `cannot start: its node does not have ${image}, imagePullPolicy Never forbids to pull it, and this job did not load it` : `cannot start: ${image} was not loaded by this job and cannot be pulled`,
		remedy: addPolicy(container, isNever ? `Load ${image} in this job, or set imagePullPolicy: IfNotPresent where a registry has it.` : `Load ${image} in this job, or see that the nodes may pull it: its name, its registry and its imagePullSecrets.`)
	};
};
const explainInvalid = (wait, why, loaded) => {
	const nearest = findNearest(toAsked(wait.container.image), loaded)?.image;
	const meant = nearest && toLine(nearest.given);
	const instead = meant === void 0 ? "" : `; this job loaded ${meant}`;
	return {
		kind: "image-pull",
		certainty: "certain",
		what: `cannot start: ${toLine(wait.container.image)} is no name of an image: ${toLine(why)}${instead}`,
		remedy: `Correct the name in the manifest${meant === void 0 ? "" : `: ${meant}`}.`
	};
};
/** containerd has something by that name, and cannot read it. */
const explainUnreadable = ({ container }) => ({
	kind: "image-pull",
	certainty: "likely",
	what: `cannot start: containerd of its node cannot read the image ${toLine(container.image)}`,
	remedy: "Remove it from the node (`crictl rmi`) and load it again; see whether the disk is full."
});
const explain$1 = (wait, loaded, has) => {
	const { container } = wait;
	if (container.waiting?.reason === "ImageInspectError") return explainUnreadable(wait);
	const asked = parseImageReference(container.image);
	if (typeof asked === "string") return explainInvalid(wait, asked, loaded);
	const nearest = findNearest(asked.canonical, loaded);
	if (nearest?.resemblance !== "same") return explainOther(wait, asked.canonical, loaded);
	return explainLoaded(wait, nearest.image, loaded, has);
};
/** Who waits for what this job loaded, or meant to, is its business however long that has waited. */
const isOurs$1 = ({ container }, loaded) => findNearest(toAsked(container.image), loaded) !== void 0;
/**
* Says why containers wait for images, going by what this job loaded.
*
* @param nodeImages canonical names that nodes have, by the nodes' names; what is not known is left out
* @param since the baseline's clock, ms since 1970; pods that are older and wait for something else
*   are somebody else's
*/
const findPullTroubles = ({ pods }, loaded, nodeImages, since) => {
	const sightings = pods.flatMap((pod) => pod.containers.flatMap((container) => {
		const { waiting } = container;
		const wait = {
			pod,
			container
		};
		if (waiting === void 0 || !reasons.has(waiting.reason)) return [];
		const at = pod.createdAt;
		if (!isOurs$1(wait, loaded) && !isNews(at, since)) return [];
		const evidence = [`${waiting.reason}: ${waiting.message}`.replace(/: $/, "")];
		return [{
			...wait,
			...explain$1(wait, loaded, nodeImages),
			evidence,
			at
		}];
	}));
	return toFindings(sightings, void 0);
};

// src/diagnose/cluster/parse-cluster.ts
/** How many fields each kind of line has, which is how garbled ones are told. */
const widths = {
	pod: 9,
	owner: 3,
	condition: 4,
	container: 6,
	status: 9,
	event: 8,
	node: 2,
	trouble: 3
};
/** As Go's `urlquery` encodes; undefined of anything else. */
const decode = (field) => {
	if (!/^(?:[\w.~+-]|%[0-9A-F]{2})*$/.test(field)) return void 0;
	try {
		return decodeURIComponent(field.replaceAll("+", " "));
	} catch {
		return;
	}
};
const parseLine = (line) => {
	const [word = "", ...encoded] = line.split("	");
	if (encoded.length !== widths[word]) return void 0;
	const fields = encoded.map(decode).filter((field) => field !== void 0);
	return fields.length === encoded.length ? {
		word,
		fields
	} : void 0;
};
/** Whatever does not look like a line of ours is left out. */
const parseLines = (text) => text.split("\n").flatMap((line) => parseLine(line) ?? []);
const toText$1 = (field) => field || void 0;
const toTime = (field = "") => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(field) ? field : void 0;
const toCount = (field = "") => /^\d{1,9}$/.test(field) ? Number(field) : void 0;
const units = {
	m: .001,
	"": 1,
	k: 1e3,
	M: 1e6,
	G: 1e9,
	T: 0xe8d4a51000,
	Ki: 1024,
	Mi: 1024 ** 2,
	Gi: 1024 ** 3,
	Ti: 1024 ** 4
};
/** Kubernetes' quantities, such as `50Mi` or `128974848`, in bytes. */
const parseQuantity = (text = "") => {
	const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?(?:e\d{1,2})?)([a-zA-Z]{0,2})$/.exec(text) ?? [];
	const factor = units[unit];
	return number === "" || factor === void 0 ? void 0 : Math.floor(Number(number) * factor);
};
const toPolicy = (field) => field === "Always" || field === "Never" ? field : "IfNotPresent";
const unknownStatus = {
	restarts: 0,
	waiting: void 0,
	ended: void 0,
	endedId: void 0
};
const toStatus = (fields) => {
	const [, , restarts, waiting, said = "", code, reason = "", at, id] = fields;
	const exitCode = toCount(code);
	return {
		restarts: toCount(restarts) ?? 0,
		waiting: waiting ? {
			reason: waiting,
			message: said
		} : void 0,
		ended: exitCode === void 0 ? void 0 : {
			exitCode,
			reason,
			at: toTime(at)
		},
		endedId: toText$1(id?.replace(/^[\w-]+:\/\//, ""))
	};
};
const toContainer = (fields, statuses) => {
	const [uid, name = "", image = "", policy, hasLiveness, limit] = fields;
	const status = statuses.find(({ fields: [of, called] }) => of === uid && called === name);
	return {
		name,
		image,
		pullPolicy: toPolicy(policy),
		...status === void 0 ? unknownStatus : toStatus(status.fields),
		hasLivenessProbe: hasLiveness === "yes",
		memoryLimit: parseQuantity(limit)
	};
};
/** Conditions that tell since when a pod is what it is, the most exact first. */
const changes = [
	"DisruptionTarget",
	"PodScheduled",
	"Ready"
];
/** Of the conditions' lines, which are only printed where they are bad. */
const toChange = (conditions, startedAt) => {
	const of = (type) => conditions.find(({ fields }) => fields[1] === type);
	const times = changes.map((type) => toTime(of(type)?.fields[2]));
	return {
		unschedulable: toText$1(of("PodScheduled")?.fields[3]),
		changedAt: times.find((time) => time !== void 0) ?? toTime(startedAt)
	};
};
/** Reads what kubectl/pods.gotemplate prints. */
const parsePods = (text) => {
	const byPod = /* @__PURE__ */ new Map();
	for (const line of parseLines(text)) {
		const [uid = ""] = line.fields;
		byPod.set(uid, [...byPod.get(uid) ?? [], line]);
	}
	return [...byPod].flatMap(([uid, lines]) => {
		const of = (word) => lines.filter((line) => line.word === word);
		const [pod] = of("pod");
		if (pod === void 0) return [];
		const [, namespace = "", name = "", node, phase = "", reason, message, ...times] = pod.fields;
		const [, ownerKind, ownerName] = of("owner")[0]?.fields ?? [];
		return {
			namespace,
			name,
			uid,
			owner: ownerName && `${ownerKind}/${ownerName}`,
			node: toText$1(node),
			phase,
			reason: toText$1(reason),
			message: toText$1(message),
			createdAt: toTime(times[0]),
			...toChange(of("condition"), times[1]),
			containers: of("container").map(({ fields }) => toContainer(fields, of("status")))
		};
	});
};
/** Reads what kubectl/events.gotemplate prints. */
const parseEvents = (text) => parseLines(text).flatMap(({ word, fields }) => {
	if (word !== "event") return [];
	const [namespace = "", kind = "", name = "", path = "", reason = "", message = ""] = fields;
	const container = /^spec\.(?:initC|c)ontainers\{(.+)\}$/.exec(path)?.[1];
	const [count, at] = [toCount(fields[6]) ?? 1, toTime(fields[7])];
	return {
		namespace,
		kind,
		name,
		container,
		reason,
		message,
		count,
		at
	};
});
/** Reads what kubectl/nodes.gotemplate prints. */
const parseNodes = (text) => {
	const lines = parseLines(text);
	return lines.flatMap(({ word, fields: [name = "", memory] }) => {
		if (word !== "node") return [];
		return {
			name,
			troubles: lines.filter((line) => line.word === "trouble" && line.fields[0] === name).map(({ fields: [, type = "", message = ""] }) => ({
				type,
				message
			})),
			allocatableMemory: parseQuantity(memory)
		};
	});
};

// src/diagnose/cluster/read-cluster.ts
/** The program in the node gives up before; this is for a node that hangs as a whole. */
const timeoutMs = 5e3;
const readPart$1 = (name) => readFileSync(new URL(`./kubectl/${name}`, import.meta.url), "utf8");
/** The last words: kubectl begins with what its library says of every try. */
const toProblem = (error) => {
	const [, said = ""] = /exit code \d+ (.*)$/s.exec(renderError(error)) ?? ["", renderError(error)];
	if (/: executing "\w+" at </.test(said)) return "they have another form than expected";
	return toLine(said.trim().split("\n").at(-1) ?? "");
};
const ask = async (api, node, kind) => {
	const template = readPart$1(`${kind}.gotemplate`);
	const command = [
		"bash",
		"-c",
		readPart$1("ask.sh"),
		"slipway",
		kind,
		template
	];
	try {
		return { text: await execute(api, node.id, command, timeoutMs) };
	} catch (error) {
		return { problem: toProblem(error) };
	}
};
const toText = (told) => "text" in told ? told.text : "";
/** In words, each problem once: mostly all have the same. */
const toMissing = ({ name }, told) => {
	const problems = Object.entries(told).flatMap(([kind, it]) => "problem" in it ? [{
		kind,
		problem: it.problem
	}] : []);
	if (problems.length === 0) return void 0;
	return `${name} does not tell of ${problems.map(({ kind }) => kind).join(", ")}: ${[...new Set(problems.map(({ problem }) => problem))].join("; ")}`;
};
const readFrom = async (api, node) => {
	const [pods, events, nodes] = await Promise.all([
		ask(api, node, "pods"),
		ask(api, node, "events"),
		ask(api, node, "nodes")
	]);
	const missing = toMissing(node, {
		pods,
		events,
		nodes
	});
	if (![
		pods,
		events,
		nodes
	].some((told) => "text" in told)) return {
		cluster: void 0,
		missing
	};
	return {
		cluster: {
			pods: parsePods(toText(pods)),
			events: parseEvents(toText(events)),
			nodes: parseNodes(toText(nodes))
		},
		missing
	};
};
/**
* Asks the control-plane nodes' own kubectl, side by side, as each may hang. The first one that tells
* something is believed.
*/
const readCluster = async (api, nodes) => {
	const asked = nodes.filter(({ role }) => role === "control-plane").toSorted((a, b) => a.name.localeCompare(b.name));
	const readings = await Promise.all(asked.map((node) => readFrom(api, node)));
	const first = readings.find(({ cluster }) => cluster !== void 0);
	if (first !== void 0) return first;
	return {
		cluster: void 0,
		missing: readings.flatMap(({ missing }) => missing ?? []).join(". ") || "no control-plane node of the cluster is known"
	};
};

// src/diagnose/deadline.ts
/** Waits for work only so long; what did not come in time is `late`, and goes on by itself. */
const within = async (work, patienceMs, late) => {
	const { promise, resolve } = Promise.withResolvers();
	const timer = setTimeout(resolve, patienceMs, late);
	return Promise.race([work, promise]).finally(() => clearTimeout(timer));
};

// src/diagnose/kernel/explain-kill.ts
/** 128 and SIGKILL's 9. */
const killed = 137;
/** The end of a container follows its kill at once; one that ends later was stopped. */
const atOnceMs = 3e3;
/** What became of the container, of which the kernel killed at least one process. */
const toFate = ({ container, kills }, killedAtMs) => {
	if (container?.isRunning === true) return "goes on";
	const end = container?.ended;
	return end?.exitCode === killed && Math.abs(end.atMs - killedAtMs) < atOnceMs || kills.some(({ others }) => others > 0) ? "killed" : "unknown";
};
const renderContainer = ({ container, pod, place, nodeName }) => {
	if (container !== void 0) return `container ${container.name} of the pod ${container.namespace}/${container.pod}`;
	if (pod !== void 0) return `container of the pod ${pod.namespace}/${pod.pod}`;
	return place.podUid === void 0 ? void 0 : `container of a pod whose name is gone (UID ${place.podUid}) in the node ${nodeName}`;
};
const renderVictim = (group, process, atMs) => {
	const container = renderContainer(group);
	const times = group.kills.length === 1 ? "" : ` ${group.kills.length} times`;
	if (container === void 0) return `The process ${process} of the node ${group.nodeName} was killed${times}`;
	const victim = `${group.container === void 0 ? "a" : "the"} ${container}`;
	const atFirst = victim[0]?.toUpperCase() + victim.slice(1);
	switch (toFate(group, atMs)) {
		case "killed": return `${atFirst} was killed${times}`;
		case "goes on": return `${atFirst} lost a process${times}`;
		case "unknown": return `A process (${process}) in ${victim} was killed${times}`;
	}
};
const renderLimit = (limit, bytes) => {
	const size = bytes === void 0 ? "" : ` of ${formatBytes(bytes)}`;
	switch (limit) {
		case "container": return `it needed more than its memory limit${size}`;
		case "pod": return `its pod needed more than its memory limit${size}`;
		case "kubelet": return `all pods together needed more than the${size} that kubelet leaves them`;
		case "node": return `the node's container needed more than its memory limit${size}`;
		case "above": return `a memory limit${size} above the node was reached`;
		case "machine": return "the machine had no memory left";
		case "unknown": return "a memory limit was reached";
	}
};
const remedies = {
	container: "Raise resources.limits.memory of this container, or have the program use less, such as by fewer workers or a smaller batch.",
	pod: "Raise the memory limits of the pod's containers, or have their programs use less.",
	kubelet: "Ask for less memory with all pods together, or give the node more.",
	node: "Give the node more memory (`docker update --memory`), or run less in it.",
	above: "The limit is that of what the runner or Docker itself runs in: raise it there, or run less at once.",
	machine: "Run less at once, give pods smaller limits, or take a larger runner. Requests that fit the machine keep pods from starting together.",
	unknown: "Raise resources.limits.memory of what was killed, or have its programs use less."
};
const renderTime = (iso) => iso.slice(11, 19);
const renderKill = (kill, at) => {
	const { process, pid, processBytes, usedBytes, others } = kill;
	const size = processBytes === void 0 ? "" : `, with ${formatBytes(processBytes)} in memory`;
	const all = usedBytes === void 0 ? "" : `; all under the limit used ${formatBytes(usedBytes)}`;
	const rest = others === 0 ? "" : `; ${others} more of the same container were killed with it`;
	return toLine(`Kernel log, ${renderTime(at)} UTC: ${process} (process ${pid}) was killed${size}${all}${rest}`);
};
/** More than these of one container say nothing new. */
const shownKills = 3;
/** Says what the kernel did, in a finding. `toTime` makes ISO 8601 of the kernel's seconds. */
const explainKills = (group, toTime) => {
	const { kills, limit, place, container, pod, nodeName } = group;
	const last = kills.at(-1);
	const whose = container ?? pod;
	const process = toLine(last?.process ?? "unknown");
	const at = last && toTime(last.stampS);
	const shown = kills.slice(-3).map((kill) => renderKill(kill, toTime(kill.stampS)));
	const goesOn = container?.isRunning === true;
	return {
		kind: "oom-kill",
		certainty: "certain",
		cause: toLine(`${renderVictim(group, process, Date.parse(at ?? ""))}: ${renderLimit(limit, last?.limitBytes)}`),
		evidence: [
			...shown,
			...kills.length > shownKills ? [`and ${kills.length - shownKills} before`] : [],
			...goesOn ? [`The container goes on: only ${process} in it was killed, such as a worker`] : []
		],
		remedy: remedies[limit],
		node: nodeName,
		...place.podUid !== void 0 && { podUid: place.podUid },
		...place.containerId !== void 0 && { containerId: place.containerId },
		...container !== void 0 && {
			container: container.name,
			image: container.image
		},
		...whose !== void 0 && {
			namespace: whose.namespace,
			pod: whose.pod
		},
		...at !== void 0 && { at }
	};
};

// src/diagnose/kernel/place.ts
const podPattern = /\bpod([0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12})(?:\.slice)?(?:\/|$)/;
const containerPattern = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;
/** What is in the node of the cgroup's name; undefined when it is of none of these nodes. */
const withinNode = (cgroup, nodeIds) => {
	const nodeId = nodeIds.find((id) => cgroup.includes(id));
	if (nodeId === void 0) return void 0;
	const end = cgroup.indexOf(nodeId) + nodeId.length;
	return {
		nodeId,
		rest: cgroup.slice(end).replace(/^\.scope/, "")
	};
};
/**
* Finds the node, the pod and the container of a cgroup, as the kernel names it from the machine's
* root: `/docker/ID/kubelet/kubepods/burstable/podUID/ID`, or systemd's `docker-ID.scope` and slices.
*/
const toPlace = (cgroup, nodeIds) => {
	const found = cgroup === void 0 ? void 0 : withinNode(cgroup, nodeIds);
	if (found === void 0) return void 0;
	const { nodeId, rest } = found;
	return {
		nodeId,
		podUid: podPattern.exec(rest)?.[1]?.replaceAll("_", "-"),
		containerId: containerPattern.exec(rest)?.[1]
	};
};
/** Says whose limit was hit. */
const toLimit = ({ isOfMachine, limitCgroup }, nodeIds) => {
	if (isOfMachine || limitCgroup === "/") return "machine";
	if (limitCgroup === void 0) return "unknown";
	const found = withinNode(limitCgroup, nodeIds);
	if (found === void 0) return "above";
	if (containerPattern.test(found.rest)) return "container";
	if (podPattern.test(found.rest)) return "pod";
	return found.rest === "" || found.rest === "/" ? "node" : "kubelet";
};

// src/diagnose/kernel/unlogged-kills.ts
/** How many they were is not known: the first process of a container killed as a whole counts twice. */
const renderKilled = (count, where) => `${count === 1 ? "A process" : "Processes"} ${where} ${count === 1 ? "was" : "were"} killed for memory`;
const isAfter = (baseline, at) => baseline === void 0 || Date.parse(at) >= baseline.clockMs;
/** What CRI itself calls killed for memory, and the kernel's log does not tell of. */
const killedByCri = ({ baseline, nodes, containers }, isTold) => nodes.flatMap(({ name: node, report }) => (report?.ended ?? []).flatMap(({ id, exitCode, reason, at }) => {
	if (reason !== "OOMKilled" || isTold(id) || !isAfter(baseline, at)) return [];
	const known = containers.find((container) => container.id === id);
	return [{
		kind: "oom-kill",
		certainty: "certain",
		cause: `The container ${known ? `${known.name} of the pod ${known.namespace}/${known.pod}` : id} was killed for memory`,
		evidence: [`containerd in ${node}: ${reason}, exit code ${exitCode}, ${at.slice(11, 19)} UTC`],
		remedy: "Raise resources.limits.memory of this container, or have the program use less memory.",
		node,
		containerId: id,
		at,
		...known && {
			namespace: known.namespace,
			pod: known.pod,
			container: known.name,
			image: known.image
		}
	}];
}));
/** What a node's counters make of kills that CRI alone tells of: at least this. */
const sumByCri = (told, { name, report }) => told.filter(({ node }) => node === name).length * (report && report.nodeGroupKills > 0 ? 2 : 1);
/** Kills that a node's own cgroup has counted since, beyond those that are told of otherwise. */
const countedInNodes = ({ nodes }, known, told, gap, loggedIn) => nodes.flatMap(({ id, name: node, report }) => {
	const before = known.find((each) => each.id === id)?.killsBefore;
	if (before === void 0 || report?.nodeKills === void 0) return [];
	const since = report.nodeKills - before;
	const rest = since - loggedIn(node) - sumByCri(told, {
		name: node,
		report
	});
	if (rest <= 0) return [];
	return [{
		finding: {
			kind: "oom-kill",
			certainty: "certain",
			cause: renderKilled(rest, `in the node ${node}`),
			evidence: [`memory.events of the node: oom_kill went up by ${since}`, ...gap === void 0 ? [] : [`Which it was is not known: ${gap}`]],
			remedy: `Look for containers with exit code 137 or restarts in ${node}, and raise their memory limits.`,
			node
		},
		count: rest
	}];
});
/** Of kills that nobody can say the place of. */
const toPossible = (count, gap) => ({
	kind: "oom-kill",
	certainty: "possible",
	cause: `${renderKilled(count, "on this machine")}, perhaps in this cluster`,
	evidence: [`/proc/vmstat: oom_kill went up by ${count} that nothing else explains`, `Whose it was is not known: ${gap}`],
	remedy: "Look for containers with exit code 137; a step with `mode: diagnose` and `if: failure()` before the teardown sees more."
});

// src/diagnose/kernel/find-kills.ts
/** Those of the baseline come first; a cluster that was made anew has others of the same names. */
const knownNodes = ({ baseline, nodes }) => {
	const before = (baseline?.nodes ?? []).map(({ id, name, startedAt, kills }) => {
		const now = nodes.find((node) => node.id === id);
		return {
			id,
			name,
			killsBefore: now === void 0 || now.startedAt === startedAt ? kills : 0
		};
	});
	const isNew = ({ id }) => before.every((node) => node.id !== id);
	return [...before, ...nodes.filter(isNew).map(({ id, name }) => ({
		id,
		name,
		killsBefore: 0
	}))];
};
/** Whether each node has counted since the baseline, and is there to say so. */
const doAllCount = ({ baseline, nodes }, known) => known.length > 0 && known.every(({ id, killsBefore }) => {
	const now = nodes.find((node) => node.id === id);
	const before = baseline?.nodes.find((node) => node.id === id);
	return (before === void 0 || before.startedAt === now?.startedAt) && killsBefore !== void 0 && now?.report?.nodeKills !== void 0;
});
const toTimes = ({ clockMs, uptimeS }) => (stampS) => (/* @__PURE__ */ new Date(clockMs - (uptimeS - stampS) * 1e3)).toISOString();
const groupKills = (kills, known, containers) => {
	const ids = known.map(({ id }) => id);
	const located = kills.flatMap((kill) => {
		const place = toPlace(kill.cgroup, ids);
		if (place === void 0) return [];
		return [{
			kill,
			place,
			container: containers.find(({ id }) => id === place.containerId),
			pod: containers.find(({ podUid }) => podUid === place.podUid && podUid !== ""),
			nodeName: known.find(({ id }) => id === place.nodeId)?.name ?? place.nodeId,
			limit: toLimit(kill, ids)
		}];
	});
	const whose = ({ place, container, kill }) => container === void 0 ? `${place.nodeId} ${place.containerId ?? kill.process}` : `${container.podUid} ${container.name}`;
	return [...Map.groupBy(located, whose).values()].flatMap((group) => {
		const last = group.at(-1);
		return last === void 0 ? [] : [{
			...last,
			kills: group.map(({ kill }) => kill)
		}];
	});
};
/** Why the log may not tell of every kill since; undefined when it tells of all. */
const findGap = ({ baseline, machine }, recent) => {
	if (typeof machine.log === "string") return `the kernel's log cannot be read (${machine.log})`;
	const since = baseline?.logLastS;
	if (since !== void 0 && machine.log.firstS > since) return "the kernel's log has begun anew since, so older lines are gone";
	return recent.some(({ cgroup }) => cgroup === void 0) ? "the kernel's log does not say where, as when more than ten kills come within 5 s" : void 0;
};
/** What the kernel's counters make of them. */
const sumCounted = (kills) => kills.reduce((sum, { counted }) => sum + counted, 0);
/**
* Finds what was killed for memory in a cluster's nodes. A kill is the cluster's only when something
* says so; what may be nobody knows is `possible`, and what is known to be elsewhere is only counted.
*/
const findKills = (facts) => {
	const { baseline, nodes, machine, containers } = facts;
	const since = baseline === void 0 ? void 0 : machine.kills - baseline.kills;
	if (since !== void 0 && since <= 0) return {
		findings: [],
		elsewhere: 0
	};
	const known = knownNodes(facts);
	const from = baseline?.logLastS ?? baseline?.uptimeS ?? 0;
	const recent = (typeof machine.log === "string" ? [] : machine.log.kills).filter(({ stampS }) => stampS > from);
	const gap = findGap(facts, recent);
	const groups = groupKills(recent, known, containers);
	const ours = groups.flatMap(({ kills }) => kills);
	const explained = groups.map((group) => explainKills(group, toTimes(machine)));
	const byCri = killedByCri(facts, (id) => ours.some(({ cgroup }) => cgroup?.includes(id)));
	const loggedIn = (node) => sumCounted(groups.filter(({ nodeName }) => nodeName === node).flatMap(({ kills }) => kills));
	const counted = countedInNodes(facts, known, byCri, gap, loggedIn);
	const findings = [
		...explained,
		...byCri,
		...counted.map(({ finding }) => finding)
	];
	const isOurs = new Set(ours);
	const others = recent.filter((kill) => kill.cgroup !== void 0 && !isOurs.has(kill));
	const told = [...nodes.map((node) => sumByCri(byCri, node)), ...counted.map(({ count }) => count)].reduce((sum, count) => sum + count, sumCounted([...ours, ...others]));
	const rest = (since ?? 0) - told;
	const elsewhere = baseline === void 0 ? 0 : others.length;
	if (rest <= 0) return {
		findings,
		elsewhere
	};
	if (gap === void 0 || doAllCount(facts, known)) return {
		findings,
		elsewhere: elsewhere + rest
	};
	return {
		findings: [...findings, toPossible(rest, gap)],
		elsewhere
	};
};

// src/diagnose/merge.ts
const isSameContainer = (a, b) => a.containerId !== void 0 && a.containerId === b.containerId || a.pod !== void 0 && a.namespace === b.namespace && a.pod === b.pod && (a.container === void 0 || b.container === void 0 || a.container === b.container);
/**
* What the kubelet tells of a kill, where it is no other than the kernel's. That a probe failed is
* likely where only the kubelet is asked; who runs out of memory does not answer probes, either.
*/
const isKill = ({ kind, certainty }) => kind === "oom-kill" || kind === "killed" || kind === "liveness" && certainty === "likely";
/**
* Puts together what the kernel and what the cluster tell. The kernel knows more of a kill for memory:
* the limit that was hit, and by which process. What only it could not place, the cluster may have.
*/
const mergeKills = (kernels, clusters) => {
	const news = clusters.filter((finding) => !isKill(finding) || !kernels.some((kernel) => isSameContainer(kernel, finding)));
	const isPlaced = news.some(({ kind }) => kind === "oom-kill");
	return [...kernels.filter(({ certainty }) => !isPlaced || certainty !== "possible"), ...news];
};

// src/diagnose/nodes/find-changes.ts
const renderEnd = ({ exitCode, wasKilled }) => `Docker: exit code ${exitCode}${wasKilled ? ", killed for memory" : ""}`;
const toFinding = (kind, node, cause, evidence, remedy) => ({
	kind,
	certainty: "certain",
	cause,
	evidence,
	remedy,
	node
});
const findChange = (before, nodes) => {
	const { name } = before;
	const now = nodes.find((node) => node.id === before.id);
	if (now === void 0) {
		const isNew = nodes.some((node) => node.name === name);
		return toFinding("node-gone", name, `The node ${name} was ${isNew ? "made anew" : "removed"} since the images were loaded, and they went with it`, [`Docker: there is no container ${before.id.slice(0, 12)} any more`], "Load the images after the cluster is made, and keep the cluster until the tests have ended.");
	}
	if (!now.isRunning) return toFinding("node-gone", name, `The node ${name} does not run any more`, [renderEnd(now)], now.wasKilled ? "Give the node, or the machine, more memory, or run less in it." : `\`docker logs ${name}\` says why it ended.`);
	if (now.startedAt === before.startedAt) return void 0;
	return toFinding("node-restarted", name, `The node ${name} was restarted since the images were loaded; all its pods began anew`, [`Docker: started at ${now.startedAt}, before at ${before.startedAt}`], "Find what stopped it: Docker restarting, the machine running out of memory, or a step of the job. Pods need some seconds to come back.");
};
/** A cluster of which nothing is left was torn down by the job itself, which is no news. */
const findNodeChanges = (baseline, nodes) => nodes.length === 0 ? [] : (baseline?.nodes ?? []).flatMap((before) => findChange(before, nodes) ?? []);
/** Clocks are set by a little all the time; certificates and timeouts bear some seconds. */
const toleratedJumpMs = 5e3;
/** Finds that the machine's clock was set while the job ran. */
const findClockJump = (baseline, { bootId, clockMs, uptimeS }) => {
	if (baseline === void 0 || baseline.bootId !== bootId) return [];
	const passedMs = (uptimeS - baseline.uptimeS) * 1e3;
	const jumpMs = clockMs - baseline.clockMs - passedMs;
	if (Math.abs(jumpMs) < toleratedJumpMs) return [];
	const seconds = Math.round(Math.abs(jumpMs) / 1e3);
	return [{
		kind: "clock-jump",
		certainty: "likely",
		cause: `The machine's clock was set ${jumpMs > 0 ? "forward" : "back"} by ${seconds} s while the job ran`,
		evidence: [`By the clock ${Math.round((clockMs - baseline.clockMs) / 1e3)} s have passed, by the time since the machine's start ${Math.round(passedMs / 1e3)} s`],
		remedy: "Certificates that are not valid yet, tokens that have expired, leases that are lost and probes that time out may come from it. Run the job again; where it stays, look at the time service of the machine."
	}];
};

// src/diagnose/nodes/look-nodes.ts
/** Nobody waits longer for a node: the job has ended by then. */
const nodeTimeoutMs = 4e3;
/** Finds the containers of a cluster's nodes, also of those that do not run. */
const inspectNodes = async (ask, clusterName) => {
	const { nodes: members, leftOut } = await listMembers(ask, clusterName);
	return {
		nodes: members.map(({ id, name, role, inspected }) => {
			const { Running, StartedAt, ExitCode, OOMKilled } = inspected.State;
			return {
				name,
				id,
				role,
				isRunning: Running,
				startedAt: StartedAt,
				exitCode: ExitCode,
				wasKilled: OOMKilled
			};
		}).sort((a, b) => a.name.localeCompare(b.name)),
		leftOut
	};
};
/**
* Looks at nodes, side by side; one that does not answer keeps nobody waiting.
*
* @param extent `kernel-only` leaves out what the nodes' containerd knows, which takes longer
*/
const lookAtNodes = async (api, nodes, extent) => {
	const argv = [
		"bash",
		"-c",
		readScript("look"),
		"bash",
		extent
	];
	return Promise.all(nodes.map(async (node) => {
		if (!node.isRunning) return {
			...node,
			report: void 0
		};
		const printed = await execute(api, node.id, argv, nodeTimeoutMs).catch(() => "");
		return {
			...node,
			report: parseNodeReport(printed)
		};
	}));
};
/** Looks at this machine, for when the nodes are gone; it may be another one than theirs. */
const lookHere = async (env) => {
	const command = {
		file: "bash",
		args: [
			"-c",
			readScript("look"),
			"bash",
			"kernel-only"
		],
		env,
		timeoutMs: nodeTimeoutMs
	};
	const ended = await runCaptured(command).catch(() => void 0);
	return ended === void 0 ? void 0 : parseNodeReport(ended.stdout);
};

// src/diagnose/render.ts
const certainties = {
	certain: "",
	likely: "Likely: ",
	possible: "Possible: "
};
/** What explains most comes first: what is gone or dead, then what never began, then what is unsure. */
const order = [
	"node-gone",
	"node-restarted",
	"oom-kill",
	"pull-policy",
	"image-collected",
	"image-pull",
	"eviction",
	"liveness",
	"disk-pressure",
	"memory-pressure",
	"pid-pressure",
	"pending",
	"killed",
	"clock-jump"
];
const toRank = ({ kind, certainty }) => order.indexOf(kind) + (certainty === "possible" ? order.length : 0);
/** Sorts for people: GitHub shows ten annotations of a step, and nobody reads the twentieth line. */
const sortFindings = (findings) => findings.toSorted((a, b) => toRank(a) - toRank(b));
/**
* What is one and the same finding for whoever looks a second time, when there may be more of it: whom
* it hit, or what it says where that is not known.
*/
const toKey = (finding) => {
	const { kind, cause, node = "", namespace = "", pod = "", container = "", containerId = "" } = finding;
	const whom = [
		node,
		namespace,
		pod,
		container,
		containerId
	];
	return toLine([kind, ...whom.some((part) => part !== "") ? whom : [cause]].join(" "));
};
const withEnd = (text) => /[.!?]$/.test(text) ? text : `${text}.`;
/** For an annotation: what happened and what to change. The evidence is in the log. */
const renderAnnotation = ({ certainty, cause, remedy }) => `${certainties[certainty]}${withEnd(cause)} ${remedy}`;
/** For the log: cause first, evidence below, then what to change. */
const renderFinding = ({ certainty, cause, evidence, remedy }) => [
	`${certainties[certainty]}${cause}`,
	...evidence.map((line) => `    ${line}`),
	`  What to change: ${remedy}`
].join("\n");
/** One line that says what was looked at, and what could not be. Some of it is what others said. */
const renderLooked = ({ findings, looked }) => {
	const what = looked.map(toLine).join("; ");
	return findings.length === 0 ? `Slipway found nothing that would explain a failure. It looked at: ${what}.` : `Slipway looked at: ${what}.`;
};
/** A section of the job's summary. */
const renderDiagnosis = (diagnosis) => {
	const { findings } = diagnosis;
	return `${[
		"### Slipway: what went wrong",
		...findings.flatMap(({ certainty, cause, evidence, remedy }) => [
			`**${certainties[certainty]}${escapeCell(withEnd(cause))}**`,
			...evidence.length > 0 ? [evidence.map((line) => `- ${escapeLine(line)}`).join("\n")] : [],
			`What to change: ${escapeCell(remedy)}`
		]),
		escapeCell(renderLooked(diagnosis))
	].join("\n\n")}\n`;
};

// src/diagnose/diagnose.ts
/**
* Each source has a time of its own, so that what one told is not lost for another. With this machine
* itself, which is asked last, and what main may have waited, they make 15 s.
*/
const dockerPatienceMs = 3e3;
const nodePatienceMs = nodeTimeoutMs + 500;
const clusterPatienceMs = nodeTimeoutMs + 500;
const noCluster = {
	cluster: void 0,
	missing: "it did not answer in time"
};
/** Undefined where Docker does not answer. */
const look = ({ docker, clusterName, nodeIds }) => withEngineApi(docker, async (api) => {
	const asking = inspectNodes(api.ask, clusterName);
	const members = await within(asking, dockerPatienceMs, void 0);
	if (members === void 0) return void 0;
	const { nodes: all, leftOut } = members;
	const found = all.filter(({ id }) => nodeIds === void 0 || nodeIds.includes(id));
	const running = found.filter(({ isRunning }) => isRunning);
	const silent = found.map((node) => ({
		...node,
		report: void 0
	}));
	const [nodes, reading] = await Promise.all([within(lookAtNodes(api, found, "all"), nodePatienceMs, silent), within(readCluster(api, running), clusterPatienceMs, noCluster)]);
	return {
		nodes,
		reading,
		leftOut
	};
}).catch(() => void 0);
/** From a node, or from this machine where that is the one under the nodes. */
const findMachine = async (nodes, { baseline, childEnv }) => {
	const asked = nodes.find(({ report }) => report !== void 0)?.report;
	if (asked !== void 0 || baseline === void 0) return asked;
	const here = await lookHere(childEnv);
	return here?.bootId === baseline.bootId ? here : void 0;
};
const merge = (noted, nodes) => {
	const reports = nodes.flatMap(({ report }) => report ?? []);
	const ends = new Map([...noted.map(({ id, ended }) => [id, ended]), ...reports.flatMap(({ ended }) => ended.map(({ id, exitCode, at }) => [id, {
		exitCode,
		atMs: Date.parse(at)
	}]))]);
	const now = reports.flatMap(({ containers }) => containers.map((each) => ({
		...each,
		ended: ends.get(each.id)
	})));
	return [...new Map([...noted, ...now].map((each) => [each.id, each])).values()];
};
/** Canonical names of the images that nodes have; of those that answer. */
const toNodeImages = (nodes) => new Map(nodes.flatMap(({ name, report }) => report !== void 0 && report.images.length > 0 ? [[name, report.images]] : []));
const findInCluster = (cluster, nodes, baseline) => {
	if (cluster === void 0) return [];
	const images = baseline?.images ?? [];
	const nodeImages = toNodeImages(nodes);
	const since = baseline?.clockMs;
	return [...findPullTroubles(cluster, images, nodeImages, since), ...findGhosts(cluster, images, nodeImages, since)];
};
/** What the kernel's clock and its counters tell; a machine that was started anew has forgotten. */
const findInMachine = (machine, nodes, { baseline, noted }) => {
	if (machine === void 0) return {
		findings: [],
		looked: ["kills for memory not, as no node answers, and this machine cannot tell"]
	};
	if (baseline !== void 0 && baseline.bootId !== machine.bootId) return {
		findings: [],
		looked: ["kills for memory not, as the machine was started anew"]
	};
	const containers = merge(noted, nodes);
	const { findings, elsewhere } = findKills({
		baseline,
		nodes,
		machine,
		containers
	});
	return {
		findings: [...findings, ...findClockJump(baseline, machine)],
		looked: [`kills for memory ${renderSince(baseline)}`, ...elsewhere > 0 ? [renderElsewhere(elsewhere)] : []]
	};
};
const renderSince = (baseline) => baseline === void 0 ? "as far back as the kernel remembers" : `since ${new Date(baseline.clockMs).toISOString().slice(11, 19)} UTC`;
const renderNodes = (nodes, clusterName) => {
	if (nodes.length === 0) return `the cluster ${clusterName}, which has no nodes (any more)`;
	const silent = nodes.filter(({ report }) => report === void 0).map(({ name }) => name);
	const said = silent.length === 0 ? "" : ` (no answer from ${silent.join(", ")})`;
	return `nodes ${nodes.map(({ name }) => name).join(", ")}${said}`;
};
const renderElsewhere = (count) => `${count} ${count === 1 ? "process" : "processes"} killed for memory elsewhere on this machine, which is not this cluster's`;
const renderReading = ({ cluster, missing }) => [...cluster === void 0 ? [] : [`${cluster.pods.length} pods and ${cluster.events.length} events`], ...missing === void 0 ? [] : [`not all of Kubernetes, as ${missing}`]];
/** Looks for what went wrong in a cluster. What cannot be asked is left out, and said. */
const diagnose = async (options) => {
	const { clusterName, baseline } = options;
	const looked = await look(options);
	const nodes = looked?.nodes ?? [];
	const inMachine = findInMachine(await findMachine(nodes, options), nodes, options);
	const inCluster = findInCluster(looked?.reading.cluster, nodes, baseline);
	return {
		findings: sortFindings([...mergeKills(inMachine.findings, inCluster), ...findNodeChanges(baseline, nodes)]),
		looked: [
			looked === void 0 ? "no node, as Docker does not answer" : renderNodes(nodes, clusterName),
			...(looked?.leftOut ?? []).map((line) => line.replace(/\.$/, "")),
			...nodes.length === 0 || looked === void 0 ? [] : renderReading(looked.reading),
			...inMachine.looked
		],
		isDockerThere: looked !== void 0
	};
};

// src/diagnose/notes/join-notes.ts
const idsOf = ({ nodes }) => nodes.map(({ id }) => id).join(" ");
/** A later load of the same name counts. */
const joinImages = (all) => [...new Map(all.flatMap(({ images }) => images).map((image) => [`${image.canonical} ${image.nodes}`, image])).values()];
/** Undefined without any. The earliest come first. */
const joinNotes = (all) => {
	const last = all.at(-1)?.baseline;
	if (last === void 0) return void 0;
	const isOf = (baseline) => idsOf(baseline) === idsOf(last);
	const same = all.map(({ baseline }) => baseline).filter(isOf);
	const images = joinImages(same);
	return {
		baseline: {
			...same[0] ?? last,
			images
		},
		images,
		isOf
	};
};

// src/diagnose/tell.ts
/** What others of the job have told already is not told again. */
const withoutTold = (diagnosis, told) => ({
	...diagnosis,
	findings: diagnosis.findings.filter((finding) => !told.has(toKey(finding)))
});
/** GitHub keeps ten of a level; one is for how many more there are. */
const shownAnnotations = 9;
/**
* Tells people: annotations, the log, a section of the summary. All of it is data: names and messages
* are not ours.
*
* @param isAsked whether somebody asked; who did not is told of findings alone, and by warnings
*/
const tellDiagnosis = async ({ line, fenced, warning, error, summary }, diagnosis, isAsked) => {
	const { findings } = diagnosis;
	for (const finding of findings.slice(0, shownAnnotations)) (isAsked && finding.certainty === "certain" ? error : warning)(renderAnnotation(finding));
	const more = findings.length - shownAnnotations;
	if (more > 0) warning(`${more} more: see the job's summary, or the log of this step.`);
	if (findings.length > 0) {
		const lines = findings.flatMap((finding) => ["", ...renderFinding(finding).split("\n")]);
		await fenced(async (write) => lines.forEach(write));
	}
	line(renderLooked(diagnosis));
	if (findings.length > 0 || isAsked) await summary(renderDiagnosis(diagnosis));
};

// src/diagnose/look-after.ts
const stopped = (error) => ({
	findings: [],
	looked: [`nothing more, as this went wrong: ${renderError(error)}`],
	isDockerThere: true
});
/**
* Leaves for the job's other steps what was told, and what was loaded: their posts come later, when
* these notes are gone. That it may not be written costs a repetition.
*/
const leaveForOthers = (all, { findings }) => {
	const joined = joinNotes(all);
	for (const { folder, baseline } of all) try {
		noteTold(folder, findings.map(toKey));
		if (joined?.isOf(baseline)) writeBaseline(folder, {
			...baseline,
			images: joined.images
		});
	} catch {}
};
/**
* In post: looks for what happened since main, and tells it, if nobody has told it before.
*
* @returns whether Docker is there for what comes next
*/
const lookAfterJob = async ({ tempDir, childEnv }, runner, folder) => {
	const notes = readNotes(folder);
	if (notes === void 0) return true;
	const { containers: noted, told } = notes;
	const { clusterName } = notes.baseline;
	const all = findNotes(tempDir, clusterName);
	const joined = joinNotes(all);
	const images = joined?.isOf(notes.baseline) ? joined.images : notes.baseline.images;
	const baseline = {
		...notes.baseline,
		images
	};
	const nodeIds = baseline.nodes.map(({ id }) => id);
	const docker = createDocker(childEnv);
	const looking = diagnose({
		docker,
		childEnv,
		clusterName,
		baseline,
		noted,
		nodeIds
	});
	const diagnosis = withoutTold(await looking.catch(stopped), told);
	await tellDiagnosis(runner, diagnosis, false);
	leaveForOthers(all, diagnosis);
	return diagnosis.isDockerThere;
};
const lookNow = async ({ childEnv }, clusterName, all) => {
	const docker = createDocker(childEnv);
	const noted = all.flatMap(({ containers }) => containers);
	const baseline = joinNotes(all)?.baseline;
	return diagnose({
		docker,
		childEnv,
		clusterName,
		baseline,
		noted,
		nodeIds: void 0
	});
};
/** With `mode: diagnose`: the same as a step of its own, before a teardown. It never fails the step. */
const diagnoseNow = async (environment, runner, clusterName, signal) => {
	const all = findNotes(environment.tempDir, clusterName);
	const { promise: cancelled, reject } = Promise.withResolvers();
	signal.addEventListener("abort", () => reject(new Failure("The step was cancelled")));
	const looking = lookNow(environment, clusterName, all).catch(stopped);
	const diagnosis = await Promise.race([looking, cancelled]);
	runner.output("findings", JSON.stringify(diagnosis.findings));
	await tellDiagnosis(runner, diagnosis, true);
	leaveForOthers(all, diagnosis);
};

// src/inputs/raw-inputs.ts
/** What a single build is told, by the step or by an entry of `builds`. */
const buildWords = [
	"ssh",
	"context",
	"file",
	"target",
	"tags",
	"build-args",
	"labels",
	"build-contexts",
	"network",
	"no-cache",
	"pull"
];
/** The names of all inputs; a test holds them equal to those of `action.yml`. */
const inputNames = [
	"mode",
	"client-id",
	"app-id",
	"private-key",
	"owner",
	"repositories",
	"permissions",
	"github-token",
	"github-api-url",
	"allow-untrusted-trigger",
	"secret-format",
	"secret-id",
	"secrets",
	"secret-envs",
	"secret-files",
	...buildWords,
	"bake-files",
	"targets",
	"bake-set",
	"builds",
	"allow",
	"parallel",
	"fail-fast",
	"dry-run",
	"images",
	"cluster-name",
	"nodes",
	"load-mode",
	"keep-images",
	"free-disk",
	"free-disk-keep",
	"prune-cache",
	"manifests"
];
/** What the runner passes where the step says nothing, as in `action.yml`. */
const defaults = {
	mode: "run",
	permissions: "contents: read",
	"allow-untrusted-trigger": "false",
	"secret-format": "token",
	"no-cache": "false",
	pull: "false",
	"fail-fast": "true",
	"dry-run": "false",
	"cluster-name": "kind",
	"load-mode": "auto",
	"keep-images": "auto",
	"free-disk": "auto",
	"prune-cache": "auto"
};

// src/host/real-path.ts
/** Go's limit, which is beyond the kernel's. */
const mostLinks = 255;
const isLink = (path) => {
	try {
		return lstatSync(path).isSymbolicLink();
	} catch {
		return false;
	}
};
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
const reportOutside = (input, path, workspace, report) => {
	if (path.startsWith("/")) return true;
	const outside = findOutside(path, workspace, toRealPaths(".", workspace));
	if (outside === void 0) return true;
	report({
		input,
		value: path,
		reason: `it leads out of the workspace, to ${outside}`,
		remedy: "Write the absolute path where that is meant."
	});
	return false;
};
/** Reports what of a build's files is outside of the workspace. */
const reportOutsideBuild = ({ context, file, buildContexts }, workspace, report) => {
	const paths = toContextPaths(context, workspace);
	for (const path of paths) reportOutside("context", path, workspace, report);
	if (paths.length > 0 && file !== void 0) {
		if (reportOutside("file", dirname(file), workspace, report)) reportOutside("file", file, workspace, report);
	}
	for (const line of buildContexts) for (const path of toContextPaths(line.slice(line.indexOf("=") + 1), workspace)) reportOutside("build-contexts", path, workspace, report);
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
* Reads the trigger from GITHUB_EVENT_NAME, GITHUB_ACTOR and the event's payload, which is written
* by GitHub and not by the fork. A comment's payload does not say whose code the pull request has,
* and a discussion's has no code at all: where outsiders can be behind it, it counts as a fork's.
*/
const readTrigger = (event, actor, payload) => {
	const given = payload ?? {};
	return {
		event,
		isFork: isThere(given.pull_request) && isForeign(given.pull_request.head?.repo, given) || isThere(given.workflow_run) && isForeign(given.workflow_run.head_repository, given) || isThere(given.issue?.pull_request) || isThere(given.discussion) && !insiders.includes(given.comment?.author_association),
		isDependabot: actor === "dependabot[bot]"
	};
};
/** These run with this repository's secrets on whatever code they check out. */
const privileged = [
	"pull_request_target",
	"workflow_run",
	"issue_comment",
	"pull_request_review",
	"pull_request_review_comment",
	"discussion",
	"discussion_comment"
];
/** True where a secret would be shown to somebody else's Dockerfile. */
const isUntrusted = ({ event, isFork }) => isFork && privileged.includes(event);
/** Why secrets are empty in this run; undefined where they should not be. */
const whySecretsAreEmpty = ({ event, isFork, isDependabot }) => {
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
const toEntries = (input, entries, what, report) => entries.flatMap((entry) => {
	const at = entry.indexOf("=");
	const id = entry.slice(0, Math.max(at, 0)).trim();
	const rest = entry.slice(at + 1);
	if (at > 0 && idPattern.test(id)) return [{
		id,
		rest
	}];
	const reason = at < 0 ? "a line without =" : "not an id";
	report({
		input,
		...at > 0 && { value: `${id}=...` },
		reason,
		remedy: `Write one id=${what} a line; an id has letters, digits, dots, dashes and underscores.`
	});
	return [];
});
const readFile = (path, id, workspace, report) => {
	if (!reportOutside("secret-files", path, workspace, report)) return void 0;
	try {
		return readRegularFile(resolve(workspace, path), largestBytes$1).toString("latin1");
	} catch (error) {
		const { code, message } = error;
		report({
			input: "secret-files",
			value: `${id}=${path}`,
			reason: `cannot be read (${code ?? message})`,
			remedy: "Check the path; it starts in the workspace."
		});
		return;
	}
};
const fromEnvironment = ({ id, rest }, { env }, report) => {
	const value = env[rest.trim()];
	if (value !== void 0) return new Secret(value);
	report({
		input: "secret-envs",
		value: `${id}=${rest}`,
		reason: "the step has no such environment variable",
		remedy: "Set it with env: on the step or the job."
	});
};
/** A step that mounts a secret without a value would fail later, or worse, not at all. */
const reportEmpty = (input, id, trigger, report) => {
	const why = whySecretsAreEmpty(trigger);
	report({
		input,
		value: id,
		reason: `it has no value${why === void 0 ? "" : `: ${why}`}`,
		remedy: "Check where the value comes from, or leave the line out where there is none (`RUN --mount=type=secret` needs no value unless it says required=true)."
	});
};
const reportSizesAndTwins = (secrets, taken, report) => {
	const seen = new Set(taken === void 0 ? [] : [taken]);
	for (const { id, value } of secrets) {
		const remedy = "Give every secret an id of its own, and see secret-id for the token's.";
		if (seen.has(id)) report({
			input: "secrets",
			value: id,
			reason: "the id is used twice",
			remedy
		});
		seen.add(id);
		if (value.exposeBytes().length > largestBytes$1) report({
			input: "secrets",
			value: id,
			reason: "larger than the 500 KB that BuildKit takes",
			remedy: "Pass a key to it instead."
		});
	}
};
/** The names of environment variables whose values are secrets, so that no child gets them. */
const secretVariables = (raw) => toLines(raw["secret-envs"]).map((line) => line.slice(line.indexOf("=") + 1).trim());
/**
* Reads the further secrets of the build.
*
* @param tokenId the id that the token uses, if there is one
*/
const readSecrets = (raw, places, tokenId, report) => {
	const written = toEntries("secrets", splitSecrets(raw["secrets"] ?? ""), "value", report);
	const variables = toEntries("secret-envs", toLines(raw["secret-envs"]), "VARIABLE", report);
	const files = toEntries("secret-files", toLines(raw["secret-files"]), "path", report);
	const read = (input, entries, toValue) => entries.flatMap((entry) => {
		const value = entry.rest.trim() === "" ? new Secret("") : toValue(entry);
		if (value?.exposeBytes().length === 0) reportEmpty(input, entry.id, places.trigger, report);
		return value === void 0 ? [] : [{
			id: entry.id,
			value
		}];
	});
	const secrets = [
		...read("secrets", written, ({ rest }) => new Secret(rest)),
		...read("secret-envs", variables, (entry) => fromEnvironment(entry, places, report)),
		...read("secret-files", files, ({ id, rest }) => {
			const content = readFile(rest.trim(), id, places.workspace, report);
			return content === void 0 ? void 0 : new Secret(content, "latin1");
		})
	];
	reportSizesAndTwins(secrets, tokenId, report);
	return secrets;
};

// src/host/own-environment.ts
/** More than the kernel lets anybody pass. */
const largestBytes = 67108864;
/** Fields 50 and 51 of proc_pid_stat(5); the second field, in brackets, may hold anything. */
const findBlock = () => {
	const stat = readFileSync("/proc/self/stat", "latin1");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
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

// src/host/temp-dir.ts
/** The runner's folder, or the system's own. Main and post both ask, and find the same. */
const findTempDir = (given) => given && canWriteIn(given) ? given : tmpdir();
/** @throws {Failure} when nothing can be written there either */
const makeTempDir = (path) => {
	try {
		mkdirSync(path, { mode: 448 });
	} catch (cause) {
		throw new Failure("There is no folder for what the step has to write down for a while", {
			cause,
			remedy: "Let the runner's user write to the folder that RUNNER_TEMP names, or to TMPDIR."
		});
	}
};

// src/host/environment.ts
const isOurs = (name) => /^(INPUT|STATE)_/i.test(name);
/**
* What the runner means for an action and for nothing that it starts: tokens of the run, and the files
* by which one sets outputs, states, variables and paths.
*/
const isRunners = (name) => /^ACTIONS_(ID_TOKEN_REQUEST|RUNTIME|RESULTS|CACHE)_/.test(name) || /^GITHUB_(OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)$/.test(name);
/** By these BuildKit finds the Actions cache (`type=gha`). */
const isForCache = (name) => /^ACTIONS_(RUNTIME_TOKEN|RESULTS_URL|CACHE_URL|CACHE_SERVICE_V2)$/.test(name);
const inputVariable = (name) => `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
/**
* Where programs are looked for, but never in the folder that a command is started in: that may be the
* workspace, and an empty entry means it, too.
*/
const toSearched = (path) => {
	const folders = (path ?? "").split(delimiter).filter(isAbsolute);
	return folders.length === 0 ? {} : { PATH: folders.join(delimiter) };
};
/**
* Inputs hold the private key and perhaps a token, so no child gets to see them; a Bake file takes its
* variables from the environment. RUNNER_TRACKING_ID stays: the runner finds leftover children by it.
*/
const toChildEnv = (env, secrets) => {
	const kept = {};
	for (const [name, value] of Object.entries(env)) {
		const isKept = !isOurs(name) && !isRunners(name) && !secrets.includes(name);
		if (value !== void 0 && isKept) kept[name] = value;
	}
	const { PATH, ...rest } = kept;
	return pinDockerFolders({
		...rest,
		...toSearched(PATH)
	});
};
const toCacheEnv = (env) => Object.fromEntries(Object.entries(env).flatMap(([name, value]) => value !== void 0 && isForCache(name) ? [[name, value]] : []));
/**
* Takes inputs, states and secrets out of our own environment, and out of what others can read of it.
* What the runner means for us alone stays for the libraries that use it, where nobody else sees it.
*
* @returns why others can still read it, if they can
*/
const forgetSecrets = ({ inputs }, env = process.env) => {
	const secrets = secretVariables(inputs);
	const isSecret = (name) => isOurs(name) || secrets.includes(name);
	for (const name of Object.keys(env)) if (isSecret(name)) delete env[name];
	const runners = Object.entries(env).filter(([name]) => isRunners(name));
	const why = wipeVariables((name) => isSecret(name) || isRunners(name));
	Object.assign(env, Object.fromEntries(runners));
	return why;
};
/** GitHub's own limit is 25 MB. */
const largestPayload = 32e6;
/** The event's payload; without one nothing is known of a fork. */
const readPayload = (path) => {
	try {
		return path === void 0 ? void 0 : JSON.parse(readRegularFile(path, largestPayload).toString("utf8"));
	} catch {
		return;
	}
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
const readEnvironment = (env = process.env) => {
	const inputs = readRawInputs(env);
	return {
		inputs,
		unknownInputs: findUnknownInputs(env),
		repository: env["GITHUB_REPOSITORY"] || void 0,
		trigger: readTrigger(env["GITHUB_EVENT_NAME"] ?? "", env["GITHUB_ACTOR"] ?? "", readPayload(env["GITHUB_EVENT_PATH"])),
		isHostedRunner: env["RUNNER_ENVIRONMENT"] === "github-hosted",
		runAttempt: Number(env["GITHUB_RUN_ATTEMPT"]) || 1,
		hasCacheService: Boolean(env["ACTIONS_RESULTS_URL"] && env["ACTIONS_RUNTIME_TOKEN"]),
		tempDir: findTempDir(env["RUNNER_TEMP"]),
		workspace: env["GITHUB_WORKSPACE"] || process.cwd(),
		env: { ...env },
		childEnv: toChildEnv(env, secretVariables(inputs)),
		cacheEnv: toCacheEnv(env)
	};
};

// src/host/runner.ts
const toProperties = (place) => place === void 0 ? {} : {
	file: place.file,
	startLine: place.line
};
const createRunner = () => {
	const write = (text) => process.stdout.write(`${text}\n`);
	const { within, outside } = createFence(write);
	return {
		line: (text) => write(toHarmless(text)),
		debug: (text) => outside(() => debug(text)),
		warning: (message, place) => outside(() => warning(message, toProperties(place))),
		error: (message, place) => outside(() => error(message, toProperties(place))),
		fail: (message, place) => outside(() => {
			process.exitCode = ExitCode.Failure;
			error(message, toProperties(place));
		}),
		mask: (value) => outside(() => setSecret(value)),
		output: setOutput,
		saveState,
		summary: async (markdown) => {
			await summary.addRaw(markdown, true).write().catch((error) => {
				outside(() => debug(`The job summary could not be written: ${renderError(error)}`));
			});
		},
		fenced: within,
		flush: () => new Promise((resolve) => process.stdout.write("", () => resolve()))
	};
};

// src/host/memory-file.ts
/** Where anonymous files are, as /proc tells of them. */
const memoryFolder = "/dev/shm";
/** O_TMPFILE: a file that never has a name. Node's constants lack it; Linux's own value. */
const withoutName = 4194304 | constants.O_DIRECTORY;
const openNameless = () => {
	try {
		return openSync(memoryFolder, withoutName | constants.O_RDWR, 384);
	} catch {
		const path = `${memoryFolder}/slipway-${randomBytes(16).toString("hex")}`;
		const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
		const fd = openSync(path, flags, 384);
		unlinkSync(path);
		return fd;
	}
};
/** A file system that is nearly full takes a part, and says nothing. */
const writeAll = (fd, content) => {
	for (let at = 0; at < content.length;) at += writeSync(fd, content, at);
};
/** Opens it anew, as its reader will. */
const requireWhole = (fd, content) => {
	const again = openSync(`/proc/self/fd/${fd}`, "r");
	try {
		const found = Buffer.alloc(content.length + 1);
		let bytes = 0;
		for (let read = -1; read !== 0 && bytes < found.length; bytes += read) read = readSync(again, found, { offset: bytes });
		if (!found.subarray(0, bytes).equals(content)) throw new Error(`${bytes} bytes of ${content.length} can be read again`);
	} finally {
		closeSync(again);
	}
};
/** Where the folder is full, how full it is. */
const explain = (error) => {
	if (error.code !== "ENOSPC") return error;
	const { bavail, bsize, blocks } = statfsSync(memoryFolder);
	return new Error(`ENOSPC: ${memoryFolder} is full, ${bavail * bsize} of ${blocks * bsize} bytes are free`, { cause: error });
};
/**
* Makes an anonymous file in memory that holds `content`, and returns its descriptor, which the
* caller closes. Other than a pipe it can be opened again and again, through /proc or, as a child's
* fd 0, as /dev/stdin.
*
* @throws where there is no /dev/shm, it is full, or /proc does not let us open the file again
*/
const openMemoryFile = (content) => {
	let fd;
	try {
		fd = openNameless();
		writeAll(fd, content);
		requireWhole(fd, content);
		return fd;
	} catch (error) {
		if (fd !== void 0) closeSync(fd);
		throw explain(error);
	}
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
		throw new Failure(`The targets ${other.name} and ${target.name} both have the tag ${given}, so one image would replace the other`, { remedy: "Give each target a tag of its own." });
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
		throw new Failure(`The target ${name} has the context ${JSON.stringify(context)}, and the workspace has no such folder`, { remedy: beside === void 0 ? "Check the path, and that actions/checkout ran before this step." : `Bake starts relative paths in the workspace, not beside its file: write ${beside}, or add \`${name}.context=${beside}\` to bake-set.` });
	}
};

// src/build/dockerfile/glob.ts
/**
* The lengths of a value's beginnings that a shell's pattern fits: `*`, `?`, and `\` before what is
* meant as it is. All states at once, as going back and forth could take for ever.
*/
const fittingLengths = (pattern, value) => {
	const tokens = [...pattern.matchAll(/\\([\s\S])|[\s\S]/g)].map(([whole, escaped]) => escaped === void 0 ? {
		text: whole,
		isPlain: false
	} : {
		text: escaped,
		isPlain: true
	});
	const isStar = (state) => tokens[state]?.text === "*" && !tokens[state]?.isPlain;
	const close = (states) => {
		const all = new Set(states);
		for (const state of all) if (isStar(state)) all.add(state + 1);
		return all;
	};
	let states = close([0]);
	const lengths = [];
	for (let length = 0;; length++) {
		if (states.has(tokens.length)) lengths.push(length);
		const character = value[length];
		if (character === void 0 || states.size === 0) return lengths;
		states = close([...states].flatMap((state) => {
			const token = tokens[state];
			if (token === void 0) return [];
			if (isStar(state)) return [state];
			return token.text === "?" && !token.isPlain || token.text === character ? [state + 1] : [];
		}));
	}
};
/** `${value#pattern}`: without the shortest beginning that fits, or the longest. */
const trimPrefix = (pattern, value, isGreedy) => {
	const lengths = fittingLengths(pattern, value);
	return value.slice((isGreedy ? lengths.at(-1) : lengths[0]) ?? 0);
};
const reverse = (text) => [...text].reverse().join("");
/** `${value%pattern}`: without the shortest end that fits, or the longest. */
const trimSuffix = (pattern, value, isGreedy) => {
	const tokens = pattern.match(/\\[\s\S]|[\s\S]/g) ?? [];
	return reverse(trimPrefix(tokens.toReversed().join(""), reverse(value), isGreedy));
};

// src/build/dockerfile/words.ts
/** Longer text is no name of an image: nobody writes it, and nested defaults could double for ever. */
const longest = 8192;
/** A space as Go has it, which is not JavaScript's. */
const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const isSpace = (character) => space.test(character);
const name = /\p{Nd}+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
/** Collects characters into words, as BuildKit does: quotes hold them together. */
const createWords = () => {
	const words = [];
	let word = "";
	let isIn = false;
	const end = () => {
		if (word === "") return;
		words.push(word);
		word = "";
		isIn = false;
	};
	const addRaw = (text) => {
		word += text;
		isIn = true;
	};
	const add = (text) => {
		for (const character of text) if (!isSpace(character)) addRaw(character);
		else if (isIn) end();
	};
	return {
		words,
		end,
		add,
		addRaw
	};
};
/** One pass over a text, by the rules of BuildKit's shell lexer. */
const createReader = (source, { escapeSign, lookup, isRaw }) => {
	let at = 0;
	const take = () => source[at++] ?? "";
	const takeName = () => {
		name.lastIndex = at;
		const [found = ""] = name.exec(source) ?? [];
		at += found.length;
		return found;
	};
	const takeSingle = () => {
		const end = source.indexOf("'", at + 1);
		if (end < 0) throw new Error("a quote that does not end");
		const text = source.slice(at, end + 1);
		at = end + 1;
		return isRaw ? text : text.slice(1, -1);
	};
	const takeDouble = (keepsEscapes) => {
		let text = isRaw ? take() : take() && "";
		while (at < source.length) {
			const character = source[at];
			if (character === "\"") return isRaw ? text + take() : take() && text;
			if (character === "$") text += takeDollar();
			else if (character !== escapeSign) text += take();
			else {
				take();
				const next = source[at] ?? "";
				const isEscape = next === "\"" || next === "$" || next === escapeSign;
				if (keepsEscapes || !isEscape && next !== "") text += escapeSign;
				if (isEscape) text += take();
			}
		}
		throw new Error("a quote that does not end");
	};
	/** Nobody names an image by a replacement, so it is only read over. */
	const skipReplacement = () => {
		if (source[at] === "/") take();
		takeUntil("/", true);
		takeUntil("}", true);
		if (!isRaw) throw new Error("a replacement");
	};
	const pick = (key, sign, ifEmpty, word) => {
		const value = lookup(key);
		const isSet = value !== void 0 && !(ifEmpty && value === "");
		if (sign === "-") return isSet ? value : word;
		if (sign === "+") return isSet ? word : "";
		if (sign === "?") {
			if (isSet) return value;
			throw new Error(`${key} is not set`);
		}
		if (ifEmpty) throw new Error("a modifier that there is not");
		const isGreedy = word.startsWith(sign);
		return (sign === "#" ? trimPrefix : trimSuffix)(isGreedy ? word.slice(1) : word, value ?? "", isGreedy);
	};
	const takeDollar = () => {
		take();
		if (source[at] !== "{") {
			const key = takeName();
			if (key === "") return "$";
			return lookup(key) ?? (isRaw ? `$${key}` : "");
		}
		take();
		if (at >= source.length || /[{}:]/.test(source[at] ?? "")) throw new Error("bad substitution");
		const key = takeName();
		const begin = at;
		const sign = take();
		if (sign === "}") return lookup(key) ?? (isRaw ? `\${${key}}` : "");
		if (sign === "/") {
			skipReplacement();
			return source.slice(begin, at);
		}
		const ifEmpty = sign === ":";
		const modifier = ifEmpty ? take() : sign;
		if (!"+-?#%".includes(modifier) || modifier === "") throw new Error("bad substitution");
		const word = takeUntil("}", modifier === "#" || modifier === "%").text;
		if (isRaw && lookup(key) === void 0) return `\${${key}${source.slice(begin, at)}`;
		return pick(key, modifier, ifEmpty, word);
	};
	/** `<<` and the spaces behind it belong to the word that ends a heredoc. */
	const takeLess = () => {
		take();
		if (source[at] !== "<") return "<";
		take();
		let text = "<<";
		while (/[ \t\r\n]/.test(source[at] ?? "")) text += take();
		return text;
	};
	const takeUntil = (stop, keepsEscapes) => {
		const { words, end, add, addRaw } = createWords();
		let text = "";
		const keep = (part, into) => {
			into(part);
			text += part;
			if (text.length > longest && !isRaw) throw new Error("too long");
		};
		while (at < source.length) {
			const character = source[at] ?? "";
			if (character === stop) {
				take();
				end();
				return {
					text,
					words
				};
			}
			if (character === "$") keep(takeDollar(), add);
			else if (character === "<") keep(takeLess(), addRaw);
			else if (character === "'") keep(takeSingle(), addRaw);
			else if (character === "\"") keep(takeDouble(keepsEscapes), addRaw);
			else if (character !== escapeSign) keep(take(), add);
			else {
				take();
				if (keepsEscapes) keep(escapeSign, addRaw);
				keep(take(), addRaw);
			}
		}
		if (stop !== "") throw new Error(`no ${stop}`);
		end();
		return {
			text,
			words
		};
	};
	return takeUntil("", isRaw);
};
/** Text with variables put in and quotes taken away; undefined where BuildKit would refuse it. */
const expand = (source, escapeSign, lookup) => {
	if (source.length > longest) return void 0;
	try {
		return createReader(source, {
			escapeSign,
			lookup,
			isRaw: false
		}).text;
	} catch {
		return;
	}
};
/** The words of a line as a shell would get them; none where a quote does not end. */
const toRawWords = (source) => {
	try {
		return createReader(source, {
			escapeSign: "\\",
			lookup: () => void 0,
			isRaw: true
		}).words;
	} catch {
		return [];
	}
};

// src/build/dockerfile/instructions.ts
const trimEnd = (text, isCut) => {
	let end = text.length;
	while (end > 0 && isCut(text.charAt(end - 1))) end--;
	return text.slice(0, end);
};
const trimStart = (text) => {
	let begin = 0;
	while (begin < text.length && isSpace(text.charAt(begin))) begin++;
	return text.slice(begin);
};
const trim = (text) => trimStart(trimEnd(text, isSpace));
const isComment = (line) => trimStart(line).startsWith("#");
/**
* Cuts a text into words at spaces; quotes hold a word together and what is escaped is no quote.
*
* @param isPlain takes quotes and escapes away
* @param goesOn whether the word that begins at an index is wanted
*/
const cut = (text, escapeSign, isPlain, goesOn) => {
	const words = [];
	for (let at = 0;;) {
		while (at < text.length && isSpace(text.charAt(at))) at++;
		if (at >= text.length) return {
			words,
			rest: ""
		};
		if (!goesOn(at)) return {
			words,
			rest: text.slice(at)
		};
		let word = "";
		let quote = "";
		for (; at < text.length && (quote !== "" || !isSpace(text.charAt(at))); at++) {
			const character = text.charAt(at);
			const isQuote = quote === "" ? /["']/.test(character) : character === quote;
			if (isQuote) quote = quote === "" ? character : "";
			else if (character === escapeSign && (isPlain || quote !== "'")) {
				if (!isPlain && at + 1 < text.length) word += character;
				word += text.charAt(++at);
				continue;
			}
			if (!isQuote || !isPlain) word += character;
		}
		if (word === "--" && isPlain) return {
			words,
			rest: trimStart(text.slice(at))
		};
		words.push(word);
	}
};
/** The words of `ARG`, with the quotes that they have. */
const toQuotedWords = (text, escapeSign) => cut(text, escapeSign, false, () => true).words;
/** An instruction from its line, in which continued ones are one. */
const toInstruction = (text, escapeSign, line) => {
	const whole = trim(text);
	const end = whole.search(/[\t\v\f\r ]/);
	const keyword = end < 0 ? whole : whole.slice(0, end);
	const after = end < 0 ? "" : whole.slice(end);
	const { words, rest } = cut(after, escapeSign, true, (at) => after.startsWith("--", at));
	return {
		keyword: keyword.toLowerCase(),
		flags: words,
		rest: trim(rest),
		line
	};
};
const isList = (text) => {
	if (!text.startsWith("[")) return false;
	try {
		return JSON.parse(text).every((word) => typeof word === "string");
	} catch {
		return false;
	}
};
const mayHaveHeredocs = (instruction, escapeSign) => {
	const { keyword, rest } = instruction.keyword === "onbuild" ? toInstruction(instruction.rest, escapeSign, 0) : instruction;
	return /^(?:add|copy|run)$/.test(keyword) && !isList(rest);
};
const findHeredocs = (text) => toRawWords(text).flatMap((word) => {
	const [, dash, rest = ""] = /^\d*<<(-?)([^<]*)$/.exec(word) ?? [];
	const names = cut(rest, "\\", true, () => true).words;
	return names.length === 1 && names[0] ? [{
		end: names[0],
		isIndented: dash === "-"
	}] : [];
});
/** Where the heredocs end that begin at an index; undefined where one does not end. */
const skipHeredocs = (heredocs, lines, begin) => {
	let at = begin;
	for (const { end, isIndented } of heredocs) {
		const isEnd = (line) => (isIndented ? line.replace(/^\t+/, "") : line) === end;
		while (at < lines.length && !isEnd(lines[at] ?? "")) at++;
		if (at++ >= lines.length) return void 0;
	}
	return at;
};
/** `# escape=...` and others stand at the very beginning. */
const findEscape = (lines) => {
	for (const line of lines) {
		const [, key = "", value] = /^#\s*([a-z][a-z0-9]*)\s*=\s*(\S.*?)\s*$/i.exec(trimStart(line).slice(0, 200)) ?? [];
		if (!/^(?:syntax|escape|check)$/i.test(key)) break;
		if (key.toLowerCase() === "escape") return value === "`" ? "`" : "\\";
	}
	return "\\";
};
/** A line without the sign that it goes on, and whether it does. */
const splitContinued = (line, escapeSign) => {
	const text = trimEnd(line, (character) => character === " " || character === "	");
	return text.endsWith(escapeSign) && text.at(-2) !== escapeSign ? [text.slice(0, -1), true] : [line, false];
};
/**
* Reads a Dockerfile's instructions as BuildKit's own parser does: a test compares what both make of
* odd files. Never fails: what is none is left for BuildKit to say.
*/
const parseInstructions = (dockerfile) => {
	const lines = dockerfile.replace(/^\ufeff/, "").split("\n").map((line) => trimEnd(line, (character) => character === "\r"));
	const escapeSign = findEscape(lines);
	const instructions = [];
	let hasHeredocs = true;
	for (let at = 0; at < lines.length;) {
		const first = trimStart(lines[at++] ?? "");
		if (first === "" || first.startsWith("#")) continue;
		const line = at;
		let [text, goesOn] = splitContinued(first, escapeSign);
		while (goesOn && at < lines.length) {
			const next = lines[at++] ?? "";
			if (isComment(next) || trimStart(next) === "") continue;
			const [more, further] = splitContinued(next, escapeSign);
			text += more;
			goesOn = further;
		}
		const instruction = toInstruction(text, escapeSign, line);
		if (instruction.keyword !== "") instructions.push(instruction);
		if (!hasHeredocs || !text.includes("<<") || !mayHaveHeredocs(instruction, escapeSign)) continue;
		const end = skipHeredocs(findHeredocs(text), lines, at);
		if (end === void 0) hasHeredocs = false;
		else at = end;
	}
	return {
		escapeSign,
		instructions
	};
};

// src/build/dockerfile/stages.ts
/** `key=value,...` of a mount; a field with commas is in quotes. */
const toOptions = (mount) => new Map((mount.match(/"(?:[^"]|"")*"|[^,"]+/g) ?? []).map((field) => {
	const text = field.replace(/^"|"$/g, "").replaceAll("\"\"", "\"");
	const at = text.indexOf("=");
	return at < 0 ? [text.toLowerCase(), "true"] : [text.slice(0, at).toLowerCase(), text.slice(at + 1)];
}));
const mountsOf = ({ keyword, flags }) => keyword !== "run" ? [] : flags.flatMap((flag) => flag.startsWith("--mount=") ? [toOptions(flag.slice(8))] : []);
const toSecrets = (instruction) => mountsOf(instruction).flatMap((options) => {
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
		const otherwise = at < 0 ? void 0 : expand(word.slice(at + 1), escapeSign, (each) => variables.get(each));
		const value = given[name] ?? otherwise;
		if (value !== void 0) variables.set(name, value);
	}
};
/** Reads the stages of a Dockerfile, with build arguments put into what they begin with. */
const readStages = (dockerfile, words) => {
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
			const found = expand(image, escapeSign, (each) => variables.get(each));
			const begun = {
				name,
				base: byName.get(found?.toLowerCase() ?? "") ?? found,
				sources: [],
				secrets: [],
				laterSecrets: []
			};
			stages.push(begun);
			if (name !== void 0) byName.set(name, begun);
		} else if (keyword === "onbuild") stage?.laterSecrets.push(...toSecrets(toInstruction(rest, escapeSign, line)));
		else if (stage !== void 0) {
			stage.sources.push(...toSources(instruction));
			stage.secrets.push(...toSecrets(instruction));
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
const findBases = (dockerfile, words) => [...findNeeded(readStages(dockerfile, words), words).images];
/**
* The secrets that the RUN steps of a stage and of those below it mount.
*
* @returns `certain`, which the file alone decides, and `all` that there may be
*/
const findSecretMounts = (dockerfile, words) => {
	const stages = readStages(dockerfile, words);
	const { needed } = findNeeded(stages, words);
	return {
		certain: [...needed].flatMap(({ secrets }) => secrets).filter(({ id }) => !id.includes("$")).toSorted((one, other) => one.line - other.line),
		all: stages.flatMap(({ secrets, laterSecrets }) => [...secrets, ...laterSecrets])
	};
};

// src/build/words.ts
const text = (value) => typeof value === "string" ? value : void 0;
/** Linux for this machine's processor, where nobody says what is built for. */
const usualPlatform = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** What decides what a Dockerfile means, of a target of Bake's. */
const toBakeWords = (definition) => {
	const { args, contexts, platforms, target } = definition;
	const given = Object.entries(isRecord(args) ? args : {}).flatMap(([name, value]) => typeof value === "string" ? [[name, unescapeTemplate(value)]] : []);
	const [platform] = Array.isArray(platforms) ? platforms : [];
	return {
		args: Object.fromEntries(given),
		target: text(target) || void 0,
		contexts: Object.keys(isRecord(contexts) ? contexts : {}),
		platform: text(platform) ?? usualPlatform
	};
};
/** Of any build. */
const toBuildWords = (source) => {
	if (source.kind === "bake") return toBakeWords(source.targets[0]?.definition ?? {});
	const { buildArgs, buildContexts, target } = source.build;
	const split = (line) => {
		const at = line.indexOf("=");
		return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
	};
	return {
		args: Object.fromEntries(buildArgs.map(split)),
		target,
		contexts: buildContexts.map((line) => split(line)[0]),
		platform: usualPlatform
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
		const links = findBases(dockerfile, words).flatMap((base) => {
			const reference = parseImageReference(base);
			if (typeof reference === "string") return [];
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
/** Whether one target comes before another one by what is known. */
const isBelow = (below, above, known) => {
	const seen = /* @__PURE__ */ new Set([above]);
	for (const each of seen) for (const upon of known.get(each) ?? []) seen.add(upon);
	return seen.has(below);
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
		if (isBelow(of, upon, known)) return false;
		known.get(of)?.add(upon);
		return true;
	});
	return found.filter((link) => kept.includes(link));
};

// src/build/definition.ts
const strings = (value) => Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
const toStrings = (value) => Object.fromEntries(Object.entries(value ?? {}).flatMap(([key, each]) => typeof each === "string" ? [[key, each]] : []));
const readTags = (name, value) => strings(value).map((tag) => {
	const reference = parseImageReference(tag);
	if (typeof reference !== "string") return reference;
	throw new Failure(`The target ${name} has a tag that is none, ${JSON.stringify(tag)}: ${reference}`, { remedy: "Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev." });
});
const targetPrefix = "target:";
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
const inOrder = ({ target }, wanted, order) => {
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
	const all = inOrder(printed, wanted, order).map((name) => {
		if (!/^[\w-]+$/.test(name)) throw new Failure(`Bake has a target with the name ${name}`);
		const definition = printed.target[name] ?? {};
		return {
			name,
			definition,
			tags: readTags(name, definition["tags"]),
			isWanted: wanted.has(name)
		};
	});
	refuseContradictions(all);
	const given = new Map(all.map(({ name, definition }) => [name, toDependencies(toStrings(definition["contexts"]))]));
	requireOrder(given);
	const links = inferLinks(all, given, workspace);
	return all.map((target) => {
		const own = links.filter(({ of }) => of === target.name);
		const contexts = {
			...Object.fromEntries(own.map(({ name, upon }) => [name, `${targetPrefix}${upon}`])),
			...toStrings(target.definition["contexts"])
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
const toDependencies = (contexts) => [...new Set(Object.values(contexts).filter((context) => context.startsWith(targetPrefix)).map((context) => context.slice(7)))];
const requireOrder = (targets) => {
	const done = /* @__PURE__ */ new Set();
	for (let before = -1; before !== done.size;) {
		before = done.size;
		for (const [name, dependsOn] of targets) if (dependsOn.every((base) => done.has(base))) done.add(name);
	}
	const rest = [...targets.keys()].filter((name) => !done.has(name));
	if (rest.length === 0) return;
	throw new Failure(`No order to build these targets in, as they build upon each other: ${rest.join(", ")}`, { remedy: "See their contexts in the Bake file." });
};
/** A target with all that it builds upon. */
const withBases = (name, targets) => {
	const picked = /* @__PURE__ */ new Map();
	const pick = (each) => {
		const target = targets.find((one) => one.name === each);
		if (target === void 0 || picked.has(each)) return;
		picked.set(each, target);
		target.dependsOn.forEach(pick);
	};
	pick(name);
	return [...picked.values()];
};

// src/build/target.ts
/**
* Of names that exist only while a step works; what is left of a killed one is found by it. No
* registry can ever have that name (RFC 2606).
*/
const handoverRepository = (runId) => `slipway.invalid/base/${runId}`;
/** The step's own build, without any Bake file. */
const toOwnTarget = (build, runId) => {
	const handover = `${handoverRepository(runId)}:0`;
	const tags = [...build.tags, {
		given: handover,
		canonical: handover
	}];
	return {
		name: build.tags[0]?.given ?? build.context,
		tags: build.tags,
		dependsOn: [],
		isWanted: true,
		handover,
		source: {
			kind: "own",
			build: {
				...build,
				tags
			}
		}
	};
};
/** The target with images in place of the targets that it builds upon. */
const withImages = (target, handoverOf) => {
	const contexts = Object.entries(target.definition["contexts"] ?? {}).map(([key, context]) => {
		const [, base] = /^target:(.*)$/.exec(String(context)) ?? [];
		const handover = base === void 0 ? void 0 : handoverOf(base);
		return [key, handover === void 0 ? context : `docker-image://${handover}`];
	});
	return {
		...target,
		definition: {
			...target.definition,
			contexts: Object.fromEntries(contexts)
		}
	};
};
/**
* What Bake has, as builds of their own.
*
* Docker's own builder finds what others build upon as images: from its cache it would take them
* mostly, but not while another build works upon the same lower image (moby/buildkit#6954), and
* then builds them twice. Other builders do not see Docker's images, and have only the cache; and
* `pull` would look for them in a registry.
*/
const toTargets = (all, builderDriver, runId) => {
	const bases = new Set(all.flatMap(({ dependsOn }) => dependsOn));
	const isHandedOver = (name) => builderDriver === "docker" && bases.has(name);
	const nameOf = (name) => {
		const index = all.findIndex((target) => target.name === name);
		return `${handoverRepository(runId)}:${index}`;
	};
	const handoverOf = (name) => isHandedOver(name) ? nameOf(name) : void 0;
	return all.map((target) => {
		const { name, tags, dependsOn, isWanted, definition } = target;
		const isExported = isHandedOver(name) || isWanted && tags.length > 0;
		const pulls = definition["pull"] === true;
		const source = {
			kind: "bake",
			targets: builderDriver === "docker" && !pulls ? [withImages(target, handoverOf)] : withBases(name, all)
		};
		return {
			name,
			tags,
			dependsOn,
			isWanted,
			handover: isExported ? nameOf(name) : void 0,
			source
		};
	});
};
/**
* The Bake file for one target: as Bake resolved it, and with our secrets. What is asked for and has a
* name goes into the local store; what is made for others is there for a while, or only in the build
* cache.
*/
const toBakeFile = ({ name, tags, isWanted, handover }, targets, secrets) => ({ target: Object.fromEntries(targets.map(({ name: each, definition }) => {
	const given = Array.isArray(definition["secret"]) ? definition["secret"] : [];
	const ours = secrets.map(({ id, from }) => `id=${id},${from}`);
	const output = each === name && handover !== void 0 ? ["type=docker"] : ["type=cacheonly"];
	const own = isWanted ? tags.map((tag) => tag.given) : [];
	const names = each === name ? { tags: [...own, ...handover ? [handover] : []] } : {};
	const again = each === name ? {} : {
		"no-cache": false,
		"no-cache-filter": [],
		pull: false
	};
	const none = {
		attest: void 0,
		call: void 0
	};
	const changed = {
		...names,
		...again,
		...none,
		secret: [...given, ...ours],
		output
	};
	return [each, {
		...definition,
		...changed
	}];
})) });
/**
* What was checked, once more for Bake's own check, which would ask on a terminal otherwise. Our
* secrets are files in memory.
*/
const toAllowFlags = (targets, secrets) => {
	if (targets.some(({ allowances }) => allowances === void 0)) return [];
	const own = secrets.some(({ from }) => from.startsWith("src=")) ? [`fs.read=${memoryFolder}`] : [];
	return [.../* @__PURE__ */ new Set([...targets.flatMap(({ allowances = [] }) => allowances), ...own])].map((allowance) => `--allow=${allowance}`);
};
/** The target for another try: it has just been built, so the cache has it, and nothing newer is wanted. */
const toCached = (target) => {
	const { source } = target;
	if (source.kind === "own") {
		const build = {
			...source.build,
			noCache: false,
			pull: false
		};
		return {
			...target,
			source: {
				...source,
				build
			}
		};
	}
	const again = {
		"no-cache": false,
		"no-cache-filter": [],
		pull: false
	};
	const targets = source.targets.map((each) => {
		return {
			...each,
			definition: {
				...each.definition,
				...again
			}
		};
	});
	return {
		...target,
		source: {
			...source,
			targets
		}
	};
};
/** The arguments of `docker` that build one target of a Bake file. */
const toBakeArgs = (file, name, targets, metadataFile, secrets) => [
	"buildx",
	"bake",
	"--progress=plain",
	"--provenance=false",
	...toAllowFlags(targets, secrets),
	`--file=${file}`,
	`--metadata-file=${metadataFile}`,
	"--",
	name
];

// src/diagnose/notes/note-taker.ts
/**
* All that a process beside the job needs to reach Docker; the last lets the runner end it. No more of
* the step's variables: later steps can read them for as long as it runs.
*/
const wanted = /^(PATH|HOME|USER|DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS|TLS_VERIFY|API_VERSION)|SSH_AUTH_SOCK|XDG_RUNTIME_DIR|RUNNER_TRACKING_ID)$/;
const pidFile = "pid";
/**
* Starts a process that goes on after the step has ended, until somebody ends it or the notes' folder
* is gone. That it may not start costs names of pods, and nothing else.
*/
const startNoteTaker = (folder, env) => {
	const script = fileURLToPath(new URL("./note-taker.js", import.meta.url));
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
const read = (path) => {
	try {
		return readRegularFile(path).toString("utf8");
	} catch {
		return "";
	}
};
/** Numbers of processes are used again: it is ours only as long as it was started for this folder. */
const isIts = (pid, folder) => read(`/proc/${pid}/cmdline`).split("\0").includes(folder);
const patienceMs = 2e3;
/** Ends it and waits for that, so that the runner finds nothing to end. */
const endNoteTaker = async (folder) => {
	const pid = Number(readOwnFile(folder, pidFile));
	if (!Number.isInteger(pid) || pid < 2 || !isIts(pid, folder)) return;
	try {
		process.kill(pid, "SIGTERM");
	} catch {
		return;
	}
	const deadline = performance.now() + patienceMs;
	while (isIts(pid, folder) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
};

// src/load/helper.ts
/** The label by which leftover helpers are found, and the run that they belong to. */
const runLabel = "dev.slipway.run";
/** Where the helper sees the one folder that it mounts; its scripts know it, too. */
const mountPoint = "/slipway";
const readPart = (name) => readFileSync(new URL(`./helper/${name}`, import.meta.url), "utf8");
/** The program in Perl that our scripts speak with containerd by. */
const containerdClient = () => readPart("containerd.pl");
/** Joins parts of our shell scripts, in the order in which they are given. */
const joinScript = (...parts) => parts.map((part) => readPart(`${part}.sh`)).join("\n");
/** A helper for nodes like this one, made from its image, in the words of Docker's API. */
const toHelperContainer = (node, { mountedFolder, socketFolder }, runId) => {
	const mount = (source, target) => ({
		Type: "bind",
		Source: source,
		Target: target
	});
	return {
		Image: node.imageId,
		Entrypoint: ["/bin/bash"],
		Cmd: [
			"-c",
			joinScript("order", "record", "source", "node", "names", "stage", "publish", "main"),
			"slipway",
			containerdClient()
		],
		Labels: {
			[runLabel]: runId,
			"dev.slipway.node": node.name
		},
		StopSignal: "TERM",
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true,
		OpenStdin: true,
		StdinOnce: true,
		HostConfig: {
			AutoRemove: true,
			Privileged: true,
			UsernsMode: "host",
			PidMode: "host",
			NetworkMode: "none",
			Mounts: [mount(mountedFolder, mountPoint), ...socketFolder === void 0 ? [] : [mount(socketFolder, `${mountPoint}-containerd`)]]
		}
	};
};

// src/sweep.ts
/** What Docker answers of a container that is going or gone. */
const isGoing = /already in progress|no such container/i;
/** The job has ended: a daemon that hangs does not keep it longer. */
const question = { timeoutMs: 1e4 };
/** The state by which post knows what this run was called. */
const runIdState = "run-id";
/** The state is only taken for a run's name when it looks like one: a build may have tried to set it. */
const isRunId = (state) => state !== void 0 && /^[0-9a-f]{16}$/.test(state);
/** Where a run leaves things while it works, and by which label its helpers are found. */
const leftoversOf = (environment, runId) => ({
	tempDir: join(environment.tempDir, `slipway-${runId}`),
	notesFolder: notesFolderOf(environment.tempDir, runId),
	label: `${runLabel}=${runId}`
});
/** Images by which a killed main handed one target over to another. */
const removeImages = async (docker, runId) => {
	const filter = `reference=${handoverRepository(runId)}`;
	const listed = await docker.try([
		"image",
		"ls",
		"--filter",
		filter,
		"--format",
		"{{.Repository}}:{{.Tag}}"
	], question);
	const names = listed.code === 0 ? listed.stdout.split("\n").filter(Boolean) : [];
	if (names.length > 0) await docker.try(["rmi", ...names]);
};
/**
* Removes what a killed main left: helper containers and the temp folder. It warns and never fails,
* and a second run finds nothing to do.
*/
const sweep = async (environment, runner, runId, isDockerThere) => {
	if (!isRunId(runId)) return;
	const { tempDir, notesFolder, label } = leftoversOf(environment, runId);
	try {
		rmSync(tempDir, {
			recursive: true,
			force: true
		});
		await endNoteTaker(notesFolder);
		rmSync(notesFolder, {
			recursive: true,
			force: true
		});
		if (!isDockerThere) return;
		const docker = createDocker(environment.childEnv);
		const listed = await docker.try([
			"ps",
			"--all",
			"--quiet",
			"--filter",
			`label=${label}`
		], question);
		const containers = listed.code === 0 ? listed.stdout.split("\n").filter(Boolean) : [];
		await removeImages(docker, runId);
		if (containers.length === 0) return;
		const problems = (await docker.try([
			"rm",
			"--force",
			...containers
		])).stderr.split("\n").filter((line) => line !== "" && !isGoing.test(line) && !isWarning(line));
		if (problems.length > 0) throw new Failure(problems.join(" "));
	} catch (error) {
		runner.warning(`Cleaning up was not complete: ${renderError(error)}`);
	}
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
/** What the Dockerfile finds at the token's id. */
const formatToken = (format, apiUrl, credentials) => {
	const server = toServerUrl(apiUrl);
	switch (format) {
		case "token": return new Secret(credentials[0]?.token.expose() ?? "");
		case "gitconfig": return new Secret(toGitConfig(server, credentials));
		case "git-credentials": return new Secret(toGitCredentials(server, credentials));
		case "netrc": return new Secret(toNetrc(server, credentials));
	}
};

// src/token/build-token.ts
/** The state by which post knows whether main ended what it minted. It never holds a token. */
const tokenState = "token";
const createBuildToken = (options) => {
	const { inputs, warn, saveState } = options;
	const { credentials, apiUrl, secretFormat } = inputs;
	let keeping;
	return {
		isTaken: () => keeping !== void 0,
		take: async () => {
			if (credentials.kind === "none") return void 0;
			if (credentials.kind === "given") return formatToken(secretFormat, apiUrl, [{ token: credentials.token }]);
			keeping ??= import("./keeper.js").then(({ createTokenKeeper }) => createTokenKeeper({
				...options,
				app: {
					...credentials,
					apiUrl
				}
			}));
			const keeper = await keeping;
			saveState(tokenState, "minted");
			const known = (await keeper.take()).map(({ secret, scope }) => ({
				token: secret,
				scope
			}));
			return formatToken(secretFormat, apiUrl, known);
		},
		close: async () => {
			if (keeping === void 0) return;
			try {
				await (await keeping).close();
				saveState(tokenState, "ended");
			} catch (error) {
				warn(`The token could not be ended: ${renderError(error)}`);
			}
			keeping = void 0;
		}
	};
};

export { withoutSecrets as A, inspectNodes as B, createRunner as C, readSecrets as D, makeTempDir as E, buildWords as F, escapeText as G, within as H, defaults as I, renderTable as J, formatBytes as K, inputNames as L, reportOutsideBuild as M, findOutside as N, isUntrusted as O, toRealPaths as P, diagnoseNow as R, openMemoryFile as S, readEnvironment as T, findNearestWord as U, lookAtNodes as V, escapeCell as W, toLine as Y, toTargets as _, runIdState as a, findSecretMounts as b, joinScript as c, startNoteTaker as d, handoverRepository as f, toOwnTarget as g, toCached as h, leftoversOf as i, reportOutside as j, whySecretsAreEmpty as k, runLabel as l, toBakeFile as m, tokenState as n, sweep as o, toBakeArgs as p, formatDuration as q, isRunId as r, containerdClient as s, createBuildToken as t, toHelperContainer as u, readTargets as v, forgetSecrets as w, refuseMissing as x, toBuildWords as y, lookAfterJob as z };