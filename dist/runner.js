import { a as renderError, i as Failure, n as neutralise, t as createFence } from "./log-fence.js";
import { D as describeEnd, E as createDocker, M as canWriteIn, O as runCaptured, S as parseImageReference, T as withEngineApi, _ as parseNodeReport, a as readNotes, f as toLines, h as readScript, i as notesFolderOf, o as writeBaseline, r as noteTold, t as findNotes, y as execute } from "./notes.js";
import { c as setOutput, d as summary, l as setSecret, n as error, o as saveState, s as setFailed, t as debug, u as warning } from "./core.js";
import { t as Secret } from "./secret.js";
import { randomBytes } from "node:crypto";
import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

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

// src/diagnose/to-line.ts
/** Of longer words the middle goes: kubelets say at the end what it was. */
const longest = 300;
const half = 148;
/**
* Makes one short line of what others wrote, such as a kubelet's message: no control characters, and
* neither the login nor the query of an address, which hold secrets.
*/
const toLine = (text) => {
	const line = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").replace(/\/\/[^/\s@"]+@/g, "//***@").replace(/(\bhttps?:\/\/[^\s"?]+)\?[^\s"]*/g, "$1?...").trim();
	const characters = [...line];
	if (characters.length <= longest) return line;
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
const escapeCell = (text) => text.replace(/[\r\n]+/g, " ").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(/[|`\\[\]*_]/g, (mark) => `\\${mark}`);
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
const explain$1 = (container, events) => {
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
			const explained = explain$1(container, its);
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
const hasNoTag = (image) => !/[:@][^/]*$/.test(image);
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

// src/diagnose/cluster/nearest-image.ts
/** Both may be there: `docker.io/library/api:1@sha256:...`. */
const splitName = (canonical) => {
	const [, repository = canonical, ending = ""] = /^(.*?)((?::[^/:@]*)?(?:@.*)?)$/.exec(canonical) ?? [];
	return {
		repository,
		last: repository.slice(repository.lastIndexOf("/") + 1),
		ending
	};
};
/** The number of letters to add, drop or change between two words (Levenshtein's distance). */
const countEdits = (a, b) => {
	let row = Array.from({ length: b.length + 1 }, (_, at) => at);
	for (const [from, letter] of [...a].entries()) {
		const next = [from + 1];
		for (let at = 1; at <= b.length; at += 1) {
			const changed = (row[at - 1] ?? 0) + (letter === b[at - 1] ? 0 : 1);
			next.push(Math.min((row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1, changed));
		}
		row = next;
	}
	return row[b.length] ?? 0;
};
/** Two slips, and fewer in short names, which would all resemble each other. */
const isMisspelt = (a, b) => countEdits(a, b) <= Math.min(2, Math.floor(Math.min(a.length, b.length) / 3));
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
	return typeof lower === "string" ? image : lower.canonical;
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
const explain = (wait, loaded, has) => {
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
			...explain(wait, loaded, nodeImages),
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
	const others = recent.filter((kill) => kill.cgroup !== void 0 && !ours.includes(kill));
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

// src/facts/nodes.ts
const clusterLabel = "io.x-k8s.kind.cluster";
const roleLabel = "io.x-k8s.kind.role";
/** kind's load balancer carries the cluster's label, too, but runs no pods. */
const runsPods = ({ role }) => role !== "external-load-balancer";
const listNodes = async (ask) => {
	return (await ask(`/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify({ label: [clusterLabel] }))}`) ?? []).map(({ Id: id, Names: [name = ""], State: state, Labels }) => ({
		id,
		name: name.replace(/^\//, ""),
		state,
		cluster: Labels[clusterLabel] ?? "",
		role: Labels[roleLabel] ?? ""
	})).filter(runsPods);
};
const requireCluster = (all, clusterName) => {
	const members = all.filter(({ cluster }) => cluster === clusterName);
	if (members.length > 0) return members;
	const known = [...new Set(all.map(({ cluster }) => cluster))].sort();
	throw new Failure(`There is no kind cluster named ${clusterName}`, { remedy: known.length === 0 ? "Create one before this step (`kind create cluster`); Docker here runs none." : `Set cluster-name to one of: ${known.join(", ")}.` });
};
const pickNodes = (members, wanted) => {
	const isMeant = (word, { name, role }) => word === name || word === role;
	const unknown = wanted.filter((word) => !members.some((member) => isMeant(word, member)));
	if (unknown.length > 0) {
		const known = members.map(({ name, role }) => `${name} (${role})`).sort();
		throw new Failure(`The cluster has no node with the name or role ${unknown.join(", ")}`, { remedy: `Its nodes are: ${known.join(", ")}.` });
	}
	if (wanted.length === 0) return members;
	return members.filter((member) => wanted.some((word) => isMeant(word, member)));
};
const requireRunning = (picked) => {
	const down = picked.filter(({ state }) => state !== "running");
	if (down.length === 0) return;
	const list = down.map(({ name, state }) => `${name} is ${state}`).join(", ");
	const paused = down.every(({ state }) => state === "paused");
	throw new Failure(`Not every node is up: ${list}`, { remedy: `\`docker ${paused ? "unpause" : "start"} ${down.map(({ name }) => name).join(" ")}\` brings it back, or leave it out with the input nodes.` });
};
const toNode = (inspected) => {
	const variable = "KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER=";
	const chosen = inspected.Config.Env?.find((entry) => entry.startsWith(variable));
	return {
		name: inspected.Name.replace(/^\//, ""),
		role: inspected.Config.Labels[roleLabel] ?? "unknown",
		containerId: inspected.Id,
		imageId: inspected.Image,
		pid: inspected.State.Pid,
		mounts: inspected.Mounts.flatMap(({ Destination, Source }) => Source === void 0 || Source === "" ? [] : [{
			destination: Destination,
			source: Source
		}]),
		snapshotter: chosen?.slice(41) || "overlayfs"
	};
};
/**
* Finds a kind cluster's nodes by the labels that kind gives their containers.
*
* @throws {Failure} when there is no such cluster or node, or one is not running
*/
const findNodes = async (ask, clusterName, wanted) => {
	const members = requireCluster(await listNodes(ask), clusterName);
	const picked = pickNodes(members, wanted);
	requireRunning(picked);
	return (await Promise.all(picked.map(async ({ id, name }) => {
		const found = await ask(`/containers/${id}/json`);
		if (found === void 0) throw new Failure(`The node ${name} has just been removed`);
		return toNode(found);
	}))).sort((a, b) => a.name.localeCompare(b.name));
};

// src/diagnose/nodes/look-nodes.ts
/** Nobody waits longer for a node: the job has ended by then. */
const nodeTimeoutMs = 4e3;
/** Finds the containers of a cluster's nodes, also of those that do not run. */
const inspectNodes = async (ask, clusterName) => {
	const members = (await listNodes(ask)).filter(({ cluster }) => cluster === clusterName);
	return (await Promise.all(members.map(async ({ id, name, role }) => {
		const found = await ask(`/containers/${id}/json`);
		if (found === void 0) return [];
		const { Running, StartedAt, ExitCode, OOMKilled } = found.State;
		return [{
			name,
			id,
			role,
			isRunning: Running,
			startedAt: StartedAt,
			exitCode: ExitCode,
			wasKilled: OOMKilled
		}];
	}))).flat().sort((a, b) => a.name.localeCompare(b.name));
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
			...evidence.length > 0 ? [evidence.map((line) => `- ${escapeCell(line)}`).join("\n")] : [],
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
	const all = await within(asking, dockerPatienceMs, void 0);
	if (all === void 0) return void 0;
	const found = all.filter(({ id }) => nodeIds === void 0 || nodeIds.includes(id));
	const running = found.filter(({ isRunning }) => isRunning);
	const silent = found.map((node) => ({
		...node,
		report: void 0
	}));
	const [nodes, reading] = await Promise.all([within(lookAtNodes(api, found, "all"), nodePatienceMs, silent), within(readCluster(api, running), clusterPatienceMs, noCluster)]);
	return {
		nodes,
		reading
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
	line(neutralise(renderLooked(diagnosis)));
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
const diagnoseNow = async (environment, runner, clusterName) => {
	const all = findNotes(environment.tempDir, clusterName);
	const diagnosis = await lookNow(environment, clusterName, all).catch(stopped);
	runner.output("findings", JSON.stringify(diagnosis.findings));
	await tellDiagnosis(runner, diagnosis, true);
	leaveForOthers(all, diagnosis);
};

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
	if (child.pid !== void 0) writeFileSync(join(folder, pidFile), `${child.pid}`, { mode: 384 });
};
const read = (path) => {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
};
/** Numbers of processes are used again: it is ours only as long as it was started for this folder. */
const isIts = (pid, folder) => read(`/proc/${pid}/cmdline`).split("\0").includes(folder);
const patienceMs = 2e3;
/** Ends it and waits for that, so that the runner finds nothing to end. */
const endNoteTaker = async (folder) => {
	const pid = Number(read(join(folder, pidFile)));
	if (!Number.isInteger(pid) || pid < 2 || !isIts(pid, folder)) return;
	try {
		process.kill(pid, "SIGTERM");
	} catch {
		return;
	}
	const deadline = performance.now() + patienceMs;
	while (isIts(pid, folder) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
};

// src/host/memory-file.ts
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
/**
* Makes an anonymous file in memory that holds `content`, and returns its descriptor, which the
* caller closes. Other than a pipe it can be opened again and again, through /proc or, as a child's
* fd 0, as /dev/stdin.
*
* @throws where there is no /dev/shm, or /proc does not let us open it again
*/
const openMemoryFile = (content) => {
	const fd = openNameless();
	try {
		writeSync(fd, content);
		closeSync(openSync(`/proc/self/fd/${fd}`, "r"));
		return fd;
	} catch (error) {
		closeSync(fd);
		throw error;
	}
};

// src/build/bases.ts
/** `${NAME}`, `${NAME:-word}` and `$NAME`, as Dockerfiles have them in FROM. */
const substitute = (text, args) => text.replace(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (_, braced, otherwise, bare) => args.get(braced ?? bare ?? "") || otherwise || "");
/** Lines that end with a backslash go on in the next one; comments are none. */
const toInstructions = (dockerfile) => dockerfile.replace(/^\s*#.*$/gm, "").replace(/\\\r?\n/g, " ").split("\n").map((line) => line.trim()).filter((line) => line !== "");
/**
* The images that a Dockerfile builds upon or copies from, as it writes them, with build arguments
* put in. Its own stages are left out.
*
* @param given build arguments, which go before the defaults in the Dockerfile
*/
const findBases = (dockerfile, given) => {
	const args = /* @__PURE__ */ new Map();
	const stages = /* @__PURE__ */ new Set();
	const bases = /* @__PURE__ */ new Set();
	const add = (name) => {
		if (name !== "" && !stages.has(name.toLowerCase()) && !/^\d+$/.test(name)) bases.add(name);
	};
	for (const line of toInstructions(dockerfile)) {
		const [, name = "", otherwise = ""] = /^ARG\s+(\w+)(?:=(\S*))?/i.exec(line) ?? [];
		if (name !== "" && stages.size + bases.size === 0) args.set(name, given[name] ?? substitute(otherwise.replace(/^["']|["']$/g, ""), args));
		const [, base, stage] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
		if (base !== void 0) add(substitute(base, args));
		if (stage !== void 0) stages.add(stage.toLowerCase());
		for (const [, from = ""] of line.matchAll(/(?:--from=|[,=]from=)([^\s,]+)/g)) add(from);
	}
	return [...bases];
};

// src/build/definition.ts
const text = (value) => typeof value === "string" ? value : void 0;
const strings = (value) => Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
const toStrings = (value) => Object.fromEntries(Object.entries(value ?? {}).flatMap(([key, each]) => typeof each === "string" ? [[key, each]] : []));
const readTags = (name, value) => strings(value).map((tag) => {
	const reference = parseImageReference(tag);
	if (typeof reference !== "string") return reference;
	throw new Failure(`The target ${name} has a tag that is none, ${JSON.stringify(tag)}: ${reference}`, { remedy: "Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev." });
});
/** The target's Dockerfile, as far as it is a file of this machine. */
const readDockerfile = (definition, workspace) => {
	const inline = text(definition["dockerfile-inline"]);
	if (inline !== void 0) return inline;
	try {
		const context = resolve(workspace, text(definition["context"]) ?? ".");
		return readFileSync(resolve(context, text(definition["dockerfile"]) ?? "Dockerfile"), "utf8");
	} catch {
		return "";
	}
};
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
/**
* Reads what Bake printed. A Dockerfile that names another target's tag builds upon that target, so
* that this one finds what the other has just made, also with a builder that does not see Docker's
* images.
*
* @throws {Failure} when a tag is none, or targets build upon each other
*/
const readTargets = (printed, workspace) => {
	const wanted = readWanted(printed);
	const all = Object.entries(printed.target).map(([name, definition]) => {
		if (!/^[\w-]+$/.test(name)) throw new Failure(`Bake has a target with the name ${name}`);
		return {
			name,
			definition,
			tags: readTags(name, definition["tags"])
		};
	});
	const byTag = new Map(all.flatMap(({ name, tags }) => tags.map(({ canonical }) => [canonical, name])));
	const targets = all.map(({ name, definition, tags }) => {
		const given = toStrings(definition["contexts"]);
		const links = findBases(readDockerfile(definition, workspace), toStrings(definition["args"])).flatMap((base) => {
			const reference = parseImageReference(base);
			const target = typeof reference === "string" ? void 0 : byTag.get(reference.canonical);
			if (target === void 0 || target === name || base in given) return [];
			return [[base, `${targetPrefix}${target}`]];
		});
		const contexts = {
			...Object.fromEntries(links),
			...given
		};
		const dependsOn = Object.values(contexts).filter((context) => context.startsWith(targetPrefix)).map((context) => context.slice(7));
		return {
			name,
			tags,
			isWanted: wanted.has(name),
			dependsOn: [...new Set(dependsOn)],
			definition: {
				...definition,
				contexts
			}
		};
	});
	requireOrder(targets);
	return targets;
};
const requireOrder = (targets) => {
	const done = /* @__PURE__ */ new Set();
	for (let before = -1; before !== done.size;) {
		before = done.size;
		for (const { name, dependsOn } of targets) if (dependsOn.every((base) => done.has(base))) done.add(name);
	}
	const rest = targets.filter(({ name }) => !done.has(name)).map(({ name }) => name);
	if (rest.length === 0) return;
	throw new Failure(`No order to build these targets in, as they build upon each other: ${rest.join(", ")}`, { remedy: "See their contexts, and the FROM lines of their Dockerfiles." });
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
/**
* Has Bake read its files, or the builds that are written in the step.
*
* @throws {Failure} with what Bake said
*/
const printTargets = async (docker, { files, definition, targets, sets }, workspace) => {
	const args = [
		"buildx",
		"bake",
		"--print",
		...[...(definition === void 0 ? files : ["/dev/stdin"]).map((file) => `--file=${file}`), ...sets.map((set) => `--set=${set}`)],
		"--",
		...targets
	];
	const fd = definition && openMemoryFile(Buffer.from(JSON.stringify(definition)));
	const stdin = fd === void 0 ? {} : { stdin: { fd } };
	const ended = await docker.try(args, {
		cwd: workspace,
		...stdin
	}).finally(() => {
		if (fd !== void 0) closeSync(fd);
	});
	if (ended.code !== 0) throw new Failure(`Bake cannot read ${files.join(", ") || "builds"}: ${describeEnd(ended)}`, { remedy: `\`docker buildx bake --print ${files.map((file) => `-f ${file}`).join(" ")}\` says the same on your machine.` });
	return readTargets(JSON.parse(ended.stdout), workspace);
};

// src/build/target.ts
/** The step's own build, without any Bake file. */
const toOwnTarget = (build) => ({
	name: build.tags[0]?.given ?? build.context,
	tags: build.tags,
	dependsOn: [],
	isWanted: true,
	handover: void 0,
	source: {
		kind: "own",
		build
	}
});
/**
* Of images that exist only while a step works; what is left of a killed one is found by it. No
* registry can ever have that name (RFC 2606).
*/
const handoverRepository = (runId) => `slipway.invalid/base/${runId}`;
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
	const bases = [...new Set(all.flatMap(({ dependsOn }) => dependsOn))];
	const handoverOf = (name) => builderDriver === "docker" && bases.includes(name) ? `${handoverRepository(runId)}:${bases.indexOf(name)}` : void 0;
	return all.map((target) => {
		const { name, tags, dependsOn, isWanted, definition } = target;
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
			handover: handoverOf(name),
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
	const output = each === name && (handover !== void 0 || isWanted && tags.length > 0) ? ["type=docker"] : ["type=cacheonly"];
	const own = isWanted ? tags.map((tag) => tag.given) : [];
	const names = each === name ? { tags: [...own, ...handover ? [handover] : []] } : {};
	const again = each === name ? {} : {
		"no-cache": false,
		"no-cache-filter": [],
		pull: false
	};
	const changed = {
		...names,
		...again,
		secret: [...given, ...ours],
		output
	};
	return [each, {
		...definition,
		...changed
	}];
})) });
/** Bake asks on a terminal, where there is none, whether a target may use the network that it names. */
const toAllowances = (targets) => targets.some(({ definition }) => definition["network"] === "host") ? ["--allow=network.host"] : [];
/** The arguments of `docker` that build one target of a Bake file. */
const toBakeArgs = (file, name, targets, metadataFile) => [
	"buildx",
	"bake",
	"--progress=plain",
	"--provenance=false",
	...toAllowances(targets),
	`--file=${file}`,
	`--metadata-file=${metadataFile}`,
	"--",
	name
];

// src/load/helper.ts
/** The label by which leftover helpers are found, and the run that they belong to. */
const runLabel = "dev.slipway.run";
/** Where the helper sees the one folder that it mounts; its scripts know it, too. */
const mountPoint = "/slipway";
const readPart = (name) => readFileSync(new URL(`./helper/${name}`, import.meta.url), "utf8");
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
			joinScript("order", "record", "source", "node", "stage", "publish", "main"),
			"slipway",
			readPart("containerd.pl")
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

// src/inputs/trigger.ts
/** A fork that has been deleted has no name any more; it was one all the same. */
const isForeign = (head, { repository }) => head?.full_name === void 0 || head.full_name !== repository?.full_name;
/**
* Reads the trigger from GITHUB_EVENT_NAME, GITHUB_ACTOR and the event's payload, which is written
* by GitHub and not by the fork.
*/
const readTrigger = (event, actor, payload) => {
	const given = payload ?? {};
	return {
		event,
		isFork: given.pull_request !== void 0 && isForeign(given.pull_request.head?.repo, given) || given.workflow_run !== void 0 && isForeign(given.workflow_run.head_repository, given),
		isDependabot: actor === "dependabot[bot]"
	};
};
/** These run with this repository's secrets on whatever code they check out. */
const privileged = ["pull_request_target", "workflow_run"];
/** True where a minted token would be shown to somebody else's Dockerfile. */
const isUntrusted = ({ event, isFork }) => isFork && privileged.includes(event);
/** Why secrets are empty in this run; undefined where they should not be. */
const whySecretsAreEmpty = ({ isFork, isDependabot }) => {
	if (isFork) return "workflows that a fork triggers get no secrets";
	if (isDependabot) return "Dependabot triggered this run, and it has secrets of its own";
};

// src/inputs/read-secrets.ts
/** `--secret` is CSV: a comma in an id would start another option. */
const idPattern = /^[\w.-]+$/;
/** BuildKit's own limit. */
const largestBytes = 512e3;
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
	if (at > 0 && idPattern.test(id) && rest !== "") return [{
		id,
		rest
	}];
	const reason = at < 0 ? "a line without =" : "not an id, or nothing after it";
	report({
		input,
		...at > 0 && { value: `${id}=...` },
		reason,
		remedy: `Write one id=${what} a line; an id has letters, digits, dots, dashes and underscores.`
	});
	return [];
});
const readFile = (path, id, report) => {
	try {
		return readFileSync(path, "latin1");
	} catch (error) {
		report({
			input: "secret-files",
			value: `${id}=${path}`,
			reason: `cannot be read (${error.code})`,
			remedy: "Check the path; it starts in the workspace."
		});
		return;
	}
};
const fromEnvironment = ({ id, rest }, { env }, report) => {
	const value = env[rest.trim()];
	if (value !== void 0) return [{
		id,
		value: new Secret(value)
	}];
	report({
		input: "secret-envs",
		value: `${id}=${rest}`,
		reason: "the step has no such environment variable",
		remedy: "Set it with env: on the step or the job."
	});
	return [];
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
		if (value.exposeBytes().length > largestBytes) report({
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
	const secrets = [
		...written.map(({ id, rest }) => ({
			id,
			value: new Secret(rest)
		})),
		...variables.flatMap((entry) => fromEnvironment(entry, places, report)),
		...files.flatMap(({ id, rest }) => {
			const content = readFile(resolve(places.workspace, rest.trim()), id, report);
			return content === void 0 ? [] : [{
				id,
				value: new Secret(content, "latin1")
			}];
		})
	];
	reportSizesAndTwins(secrets, tokenId, report);
	return secrets;
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
		])).stderr.split("\n").filter((line) => line !== "" && !isGoing.test(line));
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
		return [`[http "${credentials.length === 1 || scope === void 0 ? `${server}/` : `${server}/${scope.owner}/`}"]`, `\textraheader = AUTHORIZATION: basic ${basic(token)}`];
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
		return scope.repositories.flatMap((name) => {
			const path = `${line}/${scope.owner}/${name}`;
			return [path, `${path}.git`];
		});
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

// src/host/environment.ts
const isOurs = (name) => /^(INPUT|STATE)_/i.test(name);
const inputVariable = (name) => `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
/**
* Inputs hold the private key and perhaps a token, so no child gets to see them.
* RUNNER_TRACKING_ID stays: the runner finds leftover children by it.
*/
const toChildEnv = (env, secrets) => {
	const kept = {};
	for (const [name, value] of Object.entries(env)) if (value !== void 0 && !isOurs(name) && !secrets.includes(name)) kept[name] = value;
	return kept;
};
/** Inputs and states out of our own environment, which children that libraries start inherit. */
const forgetInputs = (env = process.env) => {
	for (const name of Object.keys(env)) if (isOurs(name)) delete env[name];
};
/** The event's payload; without one nothing is known of a fork. */
const readPayload = (path) => {
	try {
		return path === void 0 ? void 0 : JSON.parse(readFileSync(path, "utf8"));
	} catch {
		return;
	}
};
const readRawInputs = (env) => Object.fromEntries(inputNames.flatMap((name) => {
	const value = env[inputVariable(name)];
	return value === void 0 ? [] : [[name, value]];
}));
/** The only place that reads `process.env`. */
const readEnvironment = (env = process.env) => {
	const inputs = readRawInputs(env);
	return {
		inputs,
		repository: env["GITHUB_REPOSITORY"] || void 0,
		trigger: readTrigger(env["GITHUB_EVENT_NAME"] ?? "", env["GITHUB_ACTOR"] ?? "", readPayload(env["GITHUB_EVENT_PATH"])),
		isHostedRunner: env["RUNNER_ENVIRONMENT"] === "github-hosted",
		runAttempt: Number(env["GITHUB_RUN_ATTEMPT"]) || 1,
		hasCacheService: Boolean(env["ACTIONS_RESULTS_URL"] && env["ACTIONS_RUNTIME_TOKEN"]),
		tempDir: findTempDir(env["RUNNER_TEMP"]),
		workspace: env["GITHUB_WORKSPACE"] || process.cwd(),
		env: { ...env },
		childEnv: toChildEnv(env, secretVariables(inputs))
	};
};

// src/host/runner.ts
const createRunner = () => {
	const line = (text) => process.stdout.write(`${text}\n`);
	const { within, outside } = createFence(line);
	return {
		line,
		debug: (text) => outside(() => debug(text)),
		warning: (message, place) => outside(() => warning(message, place && {
			file: place.file,
			startLine: place.line
		})),
		error: (message) => outside(() => error(message)),
		fail: (message) => outside(() => setFailed(message)),
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

export { findNodes as A, printTargets as C, lookAfterJob as D, diagnoseNow as E, renderTable as F, escapeCell as M, formatBytes as N, inspectNodes as O, formatDuration as P, toTargets as S, startNoteTaker as T, toHelperContainer as _, tokenState as a, toBakeFile as b, runIdState as c, isUntrusted as d, whySecretsAreEmpty as f, runLabel as g, joinScript as h, createBuildToken as i, within as j, lookAtNodes as k, sweep as l, makeTempDir as m, forgetInputs as n, isRunId as o, buildWords as p, readEnvironment as r, leftoversOf as s, createRunner as t, readSecrets as u, handoverRepository as v, openMemoryFile as w, toOwnTarget as x, toBakeArgs as y };