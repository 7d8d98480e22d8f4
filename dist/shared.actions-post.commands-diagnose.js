import { createDocker, execute, findRecordings, gatherHere, gatherNodes, inspectNodes, isSameCluster, nodeTimeoutMs, parseImageReference, readRecording, recordReported, toCriName, toRepository, toWhom, updateBaseline, withEngineApi, within } from "./shared.actions-post.actions-step.recorder.js";
import { formatBytes, formatCount, isFilesImage, isMisspelt, longestJobMs, parseQuantity } from "./shared.actions-post.actions-step.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { toRefusal } from "./shared.actions-post.commands-diagnose.pull-explain.pull-mirrors.pull-pull-image.js";
const { readFileSync } = process.getBuiltinModule("node:fs");

// src/diagnose/finding/since.ts
/**
* Whether something came since the baseline; a cluster may be older than the job, or shared. What has no
* time at all counts, as nothing speaks against it.
*
* @param at ISO 8601
* @param since the baseline's clock, ms since 1970; undefined where there is none, and all counts
* @param tookMs how long before `at` it began
*/
const isSince = (at, since, tookMs = 0) => at === void 0 || since === void 0 || Date.parse(at) - tookMs >= Math.floor(since / 1e3) * 1e3;
/** Long enough for a new node to become ready, and for what pods wait for to come a moment after them. */
const settledMs = 3e4;
/** Whether something that may still come right by itself has been so for a while. */
const hasLasted = (at, now) => at === void 0 || now - Date.parse(at) >= settledMs;
/** The newest last; what has no time may be of any, and comes first. */
const byTime = (a, b) => (a.at === void 0 ? 0 : Date.parse(a.at)) - (b.at === void 0 ? 0 : Date.parse(b.at));
/** Of the same thing seen several times. */
const findNewest = (all) => all.toSorted(byTime).at(-1);

// src/diagnose/cluster/commands.ts
/** Commands that tell what is not read here, for people to run. */
const describePod = ({ namespace, name }) => `\`kubectl describe pod ${name} --namespace ${namespace}\``;
/** @param isPrevious of the run that ended, where the container was started again since */
const readLog = ({ namespace, name }, container, isPrevious) => {
	return `\`kubectl logs ${name} --namespace ${namespace} --container ${container}${isPrevious ? " --previous" : ""}\``;
};

// src/diagnose/cluster/parse-cluster.ts
/** How many fields each kind of line has, which is how garbled ones are told. */
const widths = {
	pod: 10,
	owner: 3,
	condition: 4,
	volume: 3,
	limit: 2,
	container: 6,
	status: 11,
	event: 9,
	node: 2,
	trouble: 3
};
/** As Go's `urlquery` encodes, or its `%q` what was guarded and is known; undefined of anything else. */
const decode = (field) => {
	if (/^"\P{Cc}*"$/u.test(field)) return attempt(() => JSON.parse(field));
	return /^(?:[\w.~+-]|%[0-9A-F]{2})*$/.test(field) ? attempt(() => decodeURIComponent(field.replaceAll("+", " "))) : void 0;
};
/** Whatever does not look like a line of ours is left out. */
const parseLine = (line) => {
	const [word = "", ...encoded] = line.split("	");
	const row = encoded.map(decode).filter((field) => field !== void 0);
	return encoded.length === widths[word] && row.length === encoded.length ? [{
		word,
		row
	}] : [];
};
/** ISO 8601, as all times here. */
const toTime = (field = "") => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(field) ? field : void 0;
const toCount = (field = "") => /^\d{1,9}$/.test(field) ? Number(field) : void 0;
const toPullPolicy = (policy) => policy === "Always" || policy === "Never" ? policy : "IfNotPresent";
/** @param podLimit of memory, for all of the pod; the kubelet gives it to containers that have none */
const toContainer = (row, status = [], podLimit = "") => {
	const [, name = "", image = "", policy, hasLiveness, limit = ""] = row;
	const [, , waiting, said = "", isRunning, isReady, restarts, code, reason = "", at, id] = status;
	const exitCode = toCount(code);
	return {
		name,
		/** As the pod's spec has it. */
		image,
		pullPolicy: toPullPolicy(policy),
		/** Such as `ErrImagePull`, with the kubelet's words, or `CrashLoopBackOff`, without. */
		waiting: waiting ? {
			reason: waiting,
			message: said
		} : void 0,
		/** What is known of why it did not start, of one that is not tried again. */
		startError: waiting ? "" : said,
		isRunning: isRunning === "yes",
		isReady: isReady === "yes",
		restarts: toCount(restarts) ?? 0,
		/** How it ended last: now, or before it was started again. */
		ended: exitCode === void 0 ? void 0 : {
			exitCode,
			reason,
			at: toTime(at)
		},
		/** Of the container that ended last, as containerd has it. */
		endedId: id?.replace(/^[\w-]+:\/\//, "") || void 0,
		hasLivenessProbe: hasLiveness === "yes",
		/** Bytes; undefined without a limit. */
		memoryLimit: parseQuantity(limit || podLimit),
		hasPodsLimit: limit === "" && podLimit !== ""
	};
};
/** Conditions that tell since when a pod is what it is, the most exact first. */
const changes = [
	"DisruptionTarget",
	"PodScheduled",
	"Ready"
];
/** @param of the pod's other lines, by their first word */
const toPod = (row, of) => {
	const [uid = "", namespace = "", name = "", node, reason, message, created, started] = row;
	const [phase = "", isDeleted] = row.slice(8);
	const [, ownerKind, ownerName] = of("owner")[0] ?? [];
	const condition = (type) => of("condition").find((each) => each[1] === type) ?? [];
	const times = changes.map((type) => toTime(condition(type)[2]));
	return {
		namespace,
		name,
		uid,
		/** What keeps it, such as `ReplicaSet/api-6d4cf56db6`; undefined of a pod of its own. */
		owner: ownerName && `${ownerKind}/${ownerName}`,
		/** Undefined while no node was found for it. */
		node: node || void 0,
		/** Such as `Evicted`. */
		reason: reason || void 0,
		message: message || void 0,
		/** Such as `Pending`. */
		phase,
		/** Whether somebody has deleted it, and it is still ending. */
		isDeleted: isDeleted === "yes",
		/** Why no node was found for it, in the scheduler's words. */
		unschedulable: condition("PodScheduled")[3] || void 0,
		createdAt: toTime(created),
		/** When it became what it is: was evicted, failed, found no node; else when its node took it. */
		changedAt: times.find((time) => time !== void 0) ?? toTime(started),
		/** What its volumes of images mount. */
		volumeImages: of("volume").map(([, image = "", policy]) => {
			return {
				image,
				pullPolicy: toPullPolicy(policy)
			};
		}),
		containers: of("container").map((each) => toContainer(each, of("status").find((status) => status[1] === each[1]), of("limit")[0]?.[1]))
	};
};
/** A message of `Unhealthy` is often but `Liveness probe failed`: the rest may hold secrets, and is not read. */
const toEvent = (row) => {
	const [namespace = "", kind = "", name = "", path = "", reason = "", message = ""] = row;
	const container = /^spec\.(?:initC|c)ontainers\{(.+)\}$/.exec(path)?.[1];
	const [count, at] = [toCount(row[6]) ?? 1, toTime(row[7])];
	return {
		namespace,
		kind,
		name,
		container,
		reason,
		message,
		count,
		at,
		node: row[8] || void 0
	};
};
const toNode = ([name = "", memory = ""], troubles) => ({
	name,
	/** Conditions that are bad now, with the kubelet's words: pressures, and `Ready`, which it is not. */
	troubles: troubles.map(([, type = "", message = ""]) => ({
		type,
		message
	})),
	/** Bytes that Kubernetes believes pods may use there. */
	allocatableMemory: parseQuantity(memory)
});
/** Reads what the templates in kubectl/ print, in any order. */
const parseCluster = (text) => {
	const lines = text.split("\n").flatMap(parseLine);
	const byWord = Map.groupBy(lines, ({ word }) => word);
	const bySubject = Map.groupBy(lines, ({ word, row }) => `${word} ${row[0]}`);
	const all = (word) => (byWord.get(word) ?? []).map(({ row }) => row);
	const of = (word, subject = "") => (bySubject.get(`${word} ${subject}`) ?? []).map(({ row }) => row);
	return {
		pods: all("pod").map((row) => toPod(row, (word) => of(word, row[0]))),
		events: all("event").map(toEvent),
		nodes: all("node").map((row) => toNode(row, of("trouble", row[0])))
	};
};
/** Whether an event is about a pod. */
const isOf = (pod) => ({ kind, namespace, name }) => kind === "Pod" && namespace === pod.namespace && name === pod.name;

// src/diagnose/cluster/pod-events.ts
/** Of the pod itself: a StatefulSet's has the name of the one before, whose events stay for an hour. */
const findPodEvents = (pod, events) => {
	const from = pod.createdAt === void 0 ? void 0 : Date.parse(pod.createdAt);
	return events.filter((event) => isOf(pod)(event) && isSince(event.at, from));
};

// src/diagnose/cluster/start-words.ts
const kinds$1 = {
	c: "ConfigMap",
	s: "Secret"
};
const toKind = (word) => kinds$1[word.charAt(0).toLowerCase()] ?? word;
/** Of the service account's token, which nobody wrote into a manifest, and which has another name in each pod. */
const ownVolume = /^kube-api-access-/;
const lacks = (kind, name, { namespace }, volume) => ({
	why: volume === void 0 ? `${kind} ${name} is not in namespace ${namespace}` : `its volume ${volume} needs ${kind} ${name}, which is not in namespace ${namespace}`,
	remedy: "Create it before the pod, or correct the name in the manifest; what may be missing is `optional: true`."
});
const lacksKey = (key, holder) => ({
	why: `${holder} has no key ${key}`,
	remedy: "Add the key, or correct its name in the manifest; what may be missing is `optional: true`."
});
const nonRoot = (why) => ({
	why,
	remedy: "Give the image a user by number (`USER 1000` in its Dockerfile), or set securityContext.runAsUser."
});
const command = (why) => ({
	why,
	remedy: "Compare the pod's command with the image's: a command with arguments is a list, not one text; what a multi-stage build made has to be copied into its last stage, with its mode."
});
const volume = String.raw`^MountVolume\.SetUp failed for volume "([^"]+)" : `;
const rows$1 = [
	[new RegExp(`${volume}(configmap|secret)s? "([^"]+)" not found$`), (pod, [of = "", kind = "", name = ""]) => lacks(toKind(kind), name, pod, ownVolume.test(of) ? void 0 : of)],
	[new RegExp(`${volume}(?:configmap )?references non-existent (config|secret) key: (.+)$`), (_, [of, kind = "", key = ""]) => lacksKey(key, `the ${toKind(kind)} of its volume ${of}`)],
	[new RegExp(`${volume}hostPath (?:type check failed[:,] )?(.+)$`), (_, [of, why]) => ({
		why: `its volume ${of} is a hostPath, and ${why}`,
		remedy: "A hostPath is a path of the node, not of the runner: mount it into the nodes (extraMounts of kind), or put the files there with node-files."
	})],
	[new RegExp(`${volume}failed to fetch token: serviceaccounts? "([^"]+)" not found$`), (pod, [, name = ""]) => lacks("ServiceAccount", name, pod)],
	[/^(configmap|secret)s? "([^"]+)" not found$/, (pod, [kind = "", name = ""]) => lacks(toKind(kind), name, pod)],
	[/^couldn't find key (\S+) in (ConfigMap|Secret) [^/]+\/(\S+)$/, (_, [key = "", kind, name]) => lacksKey(key, `${kind} ${name}`)],
	[/^container has runAsNonRoot and image will run as root/, () => nonRoot("its pod demands runAsNonRoot, and its image runs as root")],
	[/^container has runAsNonRoot and image has non-numeric user \((.+)\)/, (_, [user]) => nonRoot(`its pod demands runAsNonRoot, and its image's user ${user} is a name, not a number`)],
	[/^container's runAsUser breaks non-root policy/, () => nonRoot("its pod demands runAsNonRoot, and its runAsUser is 0")],
	[/^error mounting$/, () => ({
		why: "a file or folder cannot be mounted into it",
		remedy: "Compare mountPath and subPath with the image and the volume: a file is mounted over a file, a folder over a folder."
	})],
	[/^chdir to cwd$/, () => ({
		why: "its working directory is not there, or not for its user",
		remedy: "Compare workingDir, or the image's WORKDIR, with the image and its user."
	})],
	[/^no command specified$/, () => command("neither it nor its image has a command")],
	[/^executable file not found in \$PATH$/, () => command("its image has no such command on PATH")],
	[/^exec: no such file or directory$/, () => command("its image has no file of its command's name")],
	[/^exec: permission denied$/, () => command("its command may not be executed")],
	[/^container init was OOM-killed$/, () => ({
		why: "its memory limit is too low for it to begin",
		remedy: "Raise limits.memory: a container takes some MB before its program runs."
	})],
	[/can't get final child's PID from pipe: EOF/, () => ({
		why: "the container runtime may not lower OOM scores on this machine",
		remedy: "Set `restrict_oom_score_adj = true` in the CRI section of the nodes' containerd configuration (containerdConfigPatches of kind)."
	})],
	[/^network is not ready|failed to setup network for sandbox|cni plugin not initialized/i, () => ({
		why: "its node has no network for pods yet, or that fails",
		remedy: "Wait until the nodes are ready (`kubectl wait --for=condition=Ready nodes --all`); see the network plugin's own pods in kube-system."
	})]
];
/**
* Says why something does not start.
*
* @param words a kubelet's, or what is known of them (kubectl/known-words.txt)
* @returns undefined where they are not known
*/
const explainStart = (words, pod) => {
	for (const [pattern, explain] of rows$1) {
		const found = pattern.exec(words);
		if (found !== null) return explain(pod, found.slice(1));
	}
};

// src/diagnose/cluster/tries.ts
/** The tries of a Job have names that differ in their last five characters; those of an Indexed one, of each index. */
const toTask = ({ namespace, owner, name }) => owner?.startsWith("Job/") ? `${namespace} ${owner} ${name.slice(0, -5)}` : `${namespace} ${name}`;
/** Tells of each pod whether what it is to do is done, by it or by another try of its Job. */
const toIsDone = (pods) => {
	const done = new Set(pods.filter(({ phase }) => phase === "Succeeded").map(toTask));
	return (pod) => done.has(toTask(pod));
};

// src/diagnose/cluster/not-started.ts
/** What the kubelet and the container runtime write where a container's image is there, and it does not start. */
const reasons$2 = /* @__PURE__ */ new Set([
	"CreateContainerConfigError",
	"CreateContainerError",
	"PostStartHookError",
	"PreCreateHookError",
	"PreStartHookError",
	"RunContainerError"
]);
/** Whether its last try never ran: containerd's word for it, and cri-dockerd's. */
const isFailedStart = ({ ended, waiting }) => /^(?:StartError|ContainerCannotRun)$/.test(ended?.reason ?? "") || reasons$2.has(waiting?.reason ?? "");
const explain$4 = (pod, words, reason) => {
	const known = explainStart(words, pod);
	return {
		pod,
		kind: "not-started",
		certainty: known === void 0 ? "likely" : "certain",
		what: `cannot start: ${known?.why ?? `its kubelet says ${reason}`}`,
		evidence: [words === "" ? reason : `${reason}: ${words}`],
		remedy: known?.remedy ?? `See ${describePod(pod)}: its events say why.`
	};
};
const findContainers = (pod) => pod.containers.flatMap((container) => {
	const { waiting, ended, isRunning, startError } = container;
	if (isRunning || !isFailedStart(container)) return [];
	const reason = reasons$2.has(waiting?.reason ?? "") ? waiting?.reason : ended?.reason;
	const at = pod.createdAt;
	return [{
		...explain$4(pod, waiting?.message ?? startError, reason ?? ""),
		container,
		at
	}];
});
/** In the order of a pod's start (pkg/kubelet, SyncPod): network, volumes, sandbox; then images. */
const before = /* @__PURE__ */ new Set([
	"FailedAttachVolume",
	"FailedCreatePodSandBox",
	"FailedMount",
	"NetworkNotReady"
]);
/** A pod whose containers all wait for it, and of which no image was asked for since. */
const findPod = (pod, events, now) => {
	const isWaiting = pod.containers.every(({ waiting, ended }) => ended === void 0 && /^(?:ContainerCreating|PodInitializing)$/.test(waiting?.reason ?? ""));
	const hasWaited = hasLasted(pod.changedAt ?? pod.createdAt, now);
	if (pod.phase !== "Pending" || !isWaiting || !hasWaited) return [];
	const its = findPodEvents(pod, events);
	const said = findNewest(its.filter(({ reason }) => before.has(reason)));
	const pulled = findNewest(its.filter(({ reason }) => /^Pull(?:ed|ing)$/.test(reason)));
	if (said === void 0) return [];
	if (pulled !== void 0 && findNewest([said, pulled]) === pulled) return [];
	return [{
		...explain$4(pod, said.message, said.reason),
		at: pod.createdAt
	}];
};
/** Pods and containers that have their images, or never came to ask for them, and do not start. */
const findNotStarted = ({ cluster: { pods, events }, now }) => {
	const isDone = toIsDone(pods);
	return pods.flatMap((pod) => pod.isDeleted || isDone(pod) ? [] : [...findContainers(pod), ...findPod(pod, events, now)]);
};

// src/diagnose/cluster/crashed.ts
/** 128 and SIGTERM's 15. */
const asked = 143;
/** What exit codes mean beyond the program's own: of shells (126, 127), and 128 and a signal's number. */
const meanings = /* @__PURE__ */ new Map([
	[126, ["a shell found its command not executable", "Check its mode and its first line (`#!`)."]],
	[127, ["a shell did not find its command", "Check the names in its script, and PATH."]],
	[132, ["SIGILL: an instruction that this CPU does not have", "It was probably built for a newer CPU (`-march`, AVX) than the runner's."]],
	[134, ["SIGABRT: it gave up itself", ""]],
	[135, ["SIGBUS: mostly shared memory that is full", "/dev/shm has 64 MB in a pod: mount an emptyDir with `medium: Memory` there. Or a mapped file's disk is full."]],
	[139, ["SIGSEGV: it used memory that is not its own", ""]],
	[asked, ["SIGTERM: it was asked to end", ""]]
]);
/** Five minutes are what a kubelet waits at most before it starts one again, and five more it has run since. */
const steadyMs = 6e5;
const hasHeld = (endedAt, now) => now - Date.parse(endedAt ?? "") > steadyMs;
/**
* Whether it is down, or was not ready again when it was looked at: one that runs again as it should has
* recovered, and most containers that wait for another one's start so.
*/
const isDown = ({ waiting, isRunning, isReady, ended }, now) => isRunning ? !isReady && !hasHeld(ended?.at, now) : waiting === void 0 || waiting.reason === "CrashLoopBackOff";
/** Whether a kubelet asked it to end, as it does a sidecar when the pod's own containers have. */
const isSidecars = ({ phase, containers }, { ended }) => phase === "Failed" && ended?.exitCode === asked && containers.some(({ ended }) => ended && ended.exitCode !== 0 && ended.exitCode !== asked);
/** What containerd writes of one that went with its node, or with itself. */
const lostReason$1 = "Unknown";
const explain$3 = (pod, container, now) => {
	const { ended, restarts, waiting } = container;
	if (ended === void 0 || !isDown(container, now) || isFailedStart(container)) return void 0;
	if (ended.reason === lostReason$1 || isSidecars(pod, container)) return void 0;
	const log = `Read its log: ${readLog(pod, container.name, restarts > 0)}.`;
	const times = restarts === 0 ? "" : `, restarted ${restarts === 1 ? "once" : `${restarts} times`}`;
	const found = {
		pod,
		container,
		kind: "crash",
		certainty: "certain",
		evidence: [`Exit code ${ended.exitCode}, reason ${ended.reason || "not given"}${times}`],
		at: ended.at ?? pod.changedAt ?? pod.createdAt
	};
	if (ended.exitCode !== 0) {
		const [means = "", also = ""] = meanings.get(ended.exitCode) ?? [];
		const what = `ended with exit code ${ended.exitCode}${means && ` (${means})`}`;
		return {
			...found,
			what,
			remedy: [log, also].filter(Boolean).join(" ")
		};
	}
	if (waiting === void 0) return void 0;
	const remedy = `Its program ends where the pod wants one that stays: run it in the foreground, or as a Job. ${log}`;
	return {
		...found,
		what: "ends with exit code 0, and is started again each time",
		remedy
	};
};
/** Containers that ended on their own, and are down. */
const findCrashed = ({ cluster: { pods }, now }) => {
	const isDone = toIsDone(pods);
	return pods.flatMap((pod) => {
		if (pod.isDeleted || pod.reason !== void 0 || isDone(pod)) return [];
		return pod.containers.flatMap((container) => explain$3(pod, container, now) ?? []);
	});
};

// src/diagnose/cluster/node-resources.ts
/** What all of a node's pods share, and in which words a kubelet says that it runs out. */
const nodeResources = [
	{
		name: "memory",
		kind: "memory-pressure",
		/** The node's while it is short. */
		condition: "MemoryPressure",
		/** It tells when that began. */
		event: "NodeHasInsufficientMemory",
		/** In what a kubelet writes into a pod that it evicts (pkg/kubelet/eviction). */
		inEviction: /low on resource: memory\b|MemoryPressure/,
		remedy: "All nodes share the runner's memory. Run less at once, lower what pods use, or take a larger runner; pods above their requests.memory go first."
	},
	{
		name: "disk",
		kind: "disk-pressure",
		condition: "DiskPressure",
		event: "NodeHasDiskPressure",
		inEviction: /low on resource: (ephemeral-storage|inodes)\b|DiskPressure/,
		remedy: "All nodes share the runner's disk. Free some before the images are built (free-disk), or take a larger runner."
	},
	{
		name: "process IDs",
		kind: "pid-pressure",
		condition: "PIDPressure",
		event: "NodeHasInsufficientPID",
		inEviction: /low on resource: pids\b|PIDPressure/,
		remedy: "A program starts processes without end: see which pod has the most."
	}
];

// src/diagnose/cluster/evictions.ts
const storageLimit = {
	what: "was evicted: it wrote more to disk than its limit",
	remedy: "Raise limits.ephemeral-storage or the sizeLimit of its emptyDir, or write less; logs and temporary files count."
};
/** @param message the kubelet's; the most exact words count */
const explain$2 = (message) => {
	if (/local ephemeral storage limit|local storage usage exceeds|Usage of EmptyDir volume/i.test(message)) return storageLimit;
	const short = nodeResources.find(({ inEviction }) => inEviction.test(message));
	return short === void 0 ? {
		what: "was evicted",
		remedy: "Read what the kubelet says: it names what ran out."
	} : {
		what: `was evicted: its node was short of ${short.name}`,
		remedy: short.remedy
	};
};
const toPodFinding$1 = (pod, message, at) => {
	const evidence = [`Evicted: ${message}`];
	return {
		pod,
		kind: "eviction",
		certainty: "certain",
		...explain$2(message),
		evidence,
		at
	};
};
/** Pods that a kubelet evicted from its node. */
const findEvictions = ({ cluster: { pods, events } }) => {
	const evictions = events.filter(({ kind, reason }) => kind === "Pod" && reason === "Evicted");
	const evicted = pods.filter(({ reason }) => reason === "Evicted");
	const there = evicted.map((pod) => {
		const its = evictions.filter(isOf(pod));
		const at = findNewest([...its, { at: pod.changedAt ?? pod.createdAt }])?.at;
		return toPodFinding$1(pod, pod.message ?? "", at);
	});
	const gone = evictions.filter((event) => !evicted.some((pod) => isOf(pod)(event))).map(({ namespace, name, message, at }) => toPodFinding$1({
		namespace,
		name
	}, message, at));
	return [...there, ...gone];
};

// src/diagnose/finding/finding.ts
/**
* What can be found; docs/diagnosis.md has a row for each. What explains most comes first: what is gone or
* dead, then what never began, then what is unsure.
*/
const findingKinds = [
	"node-gone",
	"node-restarted",
	"files-gone",
	"oom-kill",
	"pull-policy",
	"image-collected",
	"image-pull",
	"eviction",
	"liveness",
	"crash",
	"not-started",
	"disk-pressure",
	"memory-pressure",
	"pid-pressure",
	"no-pods",
	"pending",
	"not-ready",
	"killed",
	"clock-jump"
];
/** More words than this, in a name or two that others chose, say nothing more; a remedy has them in a command. */
const longestText = 600;
/** All texts as one line each, for they quote names and messages that others wrote. */
const toPlain = ({ cause, evidence, remedy, ...rest }) => {
	const texts = Object.entries(rest).map(([key, text]) => [key, text && toLine(text)]);
	return {
		...Object.fromEntries(texts),
		cause: toLine(cause, longestText),
		remedy: toLine(remedy, longestText),
		evidence: evidence.map((line) => toLine(line)).filter((line) => line !== "")
	};
};

// src/diagnose/cluster/find-in-nodes.ts
const renderEvent = ({ reason, message }) => `${reason}: ${message}`;
const eventsOf = ({ events }, node, ...reasons) => events.filter(({ kind, name, reason }) => kind === "Node" && name === node && reasons.includes(reason));
/** Nodes that are short of something now, since whenever, or were for a time. */
const findPressure = ({ cluster, since }) => cluster.nodes.flatMap(({ name: node, troubles }) => nodeResources.flatMap(({ kind, name, condition, event, remedy }) => {
	const now = troubles.find(({ type }) => type === condition);
	const began = findNewest(eventsOf(cluster, node, event));
	if (now === void 0 && (began === void 0 || !isSince(began.at, since))) return [];
	const cause = `Node ${node} ${now === void 0 ? "was for a time" : "is"} short of ${name}: its kubelet accepts no pods and evicts some`;
	const evidence = [now === void 0 ? "" : `${condition}: ${now.message}`, began === void 0 ? "" : renderEvent(began)];
	const at = now === void 0 ? began?.at : void 0;
	return toPlain({
		kind,
		certainty: "certain",
		cause,
		evidence,
		remedy,
		node,
		at
	});
}));
/** A kubelet whose disk is short deletes images first, and writes of that no more than that it tries. */
const isForDisk = ({ reason, message }) => reason !== "EvictionThresholdMet" || /reclaim (ephemeral-storage|inodes)\b/.test(message);
/** Why loaded images are gone from a node, or may be next. */
const explainLost = (node, given, wasCollected) => {
	const deletes = "its disk is almost full, and its kubelet deletes unused images";
	const isGone = `Node ${node} does not have ${given} any more`;
	if (!wasCollected) return {
		cause: `${isGone}: something removed what this job loaded`,
		remedy: "Load it again. Find out what else in the job removes images or recreates the node."
	};
	return {
		cause: given === "" ? `Node ${node}: ${deletes}` : `${isGone}: ${deletes}`,
		remedy: "Free some of the runner's disk before the images are built (free-disk), or take a larger runner; load lost images again."
	};
};
/**
* Images that this job loaded and that a node does not have any more, and kubelets that fail to free
* their disk.
*/
const findCollected = ({ cluster, loaded, nodeImages, since }) => [.../* @__PURE__ */ new Set([...cluster.nodes.map(({ name }) => name), ...nodeImages.keys()])].flatMap((node) => {
	const has = nodeImages.get(node);
	const isLost = ({ canonical, nodes }) => has !== void 0 && nodes.includes(node) && !has.includes(canonical);
	const lost = [...new Set(loaded.filter(isLost).map(({ given }) => given))];
	const recent = (...reasons) => eventsOf(cluster, node, ...reasons).filter(({ at }) => isSince(at, since));
	const failed = recent("FreeDiskSpaceFailed", "ImageGCFailed");
	const shortages = recent("EvictionThresholdMet", "NodeHasDiskPressure").filter(isForDisk);
	if (lost.length === 0 && failed.length === 0) return [];
	const tries = failed.length > 0 ? failed : shortages;
	const troubles = cluster.nodes.find(({ name }) => name === node)?.troubles ?? [];
	const wasCollected = tries.length > 0 || troubles.some(({ type }) => type === "DiskPressure");
	return toPlain({
		kind: "image-collected",
		certainty: lost.length === 0 || !wasCollected ? "possible" : "likely",
		...explainLost(node, lost.join(", "), wasCollected),
		evidence: tries.map(renderEvent),
		node,
		at: lost.length === 0 ? findNewest(tries)?.at : void 0,
		image: lost[0]
	});
});

// src/diagnose/finding/oom-killed.ts
/** 128 and SIGKILL's 9. */
const killed = 137;
/**
* What became of a container that containerd calls OOMKilled: it does where any process in the container was
* killed, however the container ends.
*/
const renderOomKill = (exitCode) => exitCode === 137 ? "was OOM-killed" : `lost a process to an OOM kill before it ended with exit code ${exitCode}`;

// src/diagnose/cluster/killed.ts
const explainMemory = ({ memoryLimit, hasPodsLimit, ended }) => ({
	kind: "oom-kill",
	certainty: "certain",
	what: `${renderOomKill(ended?.exitCode)}; ${memoryLimit === void 0 ? "it has no memory limit, so its pod or the machine ran out of memory" : `it probably exceeded its ${hasPodsLimit ? "pod's " : ""}memory limit of ${formatBytes(memoryLimit)}`}`,
	evidence: [`kubelet: ${ended?.reason}, exit code ${ended?.exitCode}`],
	remedy: memoryLimit === void 0 ? "Run less at once, give the hungry pods a limits.memory, or take a larger runner." : `Raise limits.memory of the ${hasPodsLimit ? "pod" : "container"}, or let it use less. If it uses less, its pod or the machine ran out of memory.`
});
const probeRemedies = {
	liveness: "This is not an OOM kill. Raise timeoutSeconds or failureThreshold of livenessProbe, or add a startupProbe; on a busy runner the program may lack CPU.",
	startup: "This is not an OOM kill. Raise failureThreshold or periodSeconds of startupProbe, or find out why the program starts slowly."
};
const explainProbe = (said, kill, unhealthy, ended) => {
	const probe = /startup/i.test(said.message) ? "startup" : "liveness";
	const times = unhealthy === void 0 || unhealthy.count < 2 ? "" : ` (${unhealthy.count} times)`;
	return {
		kind: "liveness",
		certainty: kill === void 0 ? "likely" : "certain",
		what: `was killed by its kubelet, not for memory: its ${probe} probe failed`,
		evidence: [
			kill ? `Killing: ${kill.message}` : "",
			unhealthy ? `Unhealthy${times}: ${unhealthy.message.replace(/:\s*$/, "")}` : "",
			`Exit code ${ended?.exitCode}, reason ${ended?.reason || "not given"}`
		],
		remedy: probeRemedies[probe]
	};
};
const explainStop = (stop) => ({
	kind: "killed",
	certainty: "likely",
	what: "did not stop within its grace period and was killed",
	evidence: [`Killing: ${stop.message}`],
	remedy: "End the program on SIGTERM (a shell as first process does not pass it on: use `exec`), or raise terminationGracePeriodSeconds."
});
const explainUnknown = ({ hasLivenessProbe, ended }) => ({
	kind: "killed",
	certainty: "possible",
	what: "was killed (exit code 137, SIGKILL); nothing tells by whom",
	evidence: [`Exit code 137, reason ${ended?.reason || "not given"}`],
	remedy: `Read its log: \`kubectl logs --previous\`. It may be an OOM kill of a process in it${hasLivenessProbe ? ", a failed liveness probe (Kubernetes drops events after an hour)" : ""}, or a program in the container or on the runner.`
});
/** What kubelets write of a container that containerd does not have any more, with an exit code of their own. */
const lostReason = "ContainerStatusUnknown";
const lost = {
	kind: "killed",
	certainty: "possible",
	what: "is gone from its node, and nothing tells how it ended",
	evidence: [`${lostReason}: the kubelet lost it, and wrote exit code 137 itself`],
	remedy: "Look for what removed it: a step of the job (`crictl rm`), a node that was made anew or ran out of disk; or its pod was deleted meanwhile."
};
/** Longer than most are given to end. */
const longestGraceMs = 6e5;
/** An end that came much later, or long before, had another cause. */
const mayEnd = (event, ended) => {
	const passed = Date.parse(ended?.at ?? "") - Date.parse(event.at ?? "");
	return Number.isNaN(passed) || Math.abs(passed) < longestGraceMs;
};
/** @param events of the container's pod */
const explain$1 = (container, events) => {
	const { name, ended } = container;
	if (ended === void 0) return void 0;
	if (ended.reason === "OOMKilled") return explainMemory(container);
	const find = (reason, isMeant) => findNewest(events.filter((it) => it.reason === reason && mayEnd(it, ended) && isMeant(it)));
	const kill = find("Killing", ({ container: its, message }) => /\bfailed (liveness|startup) probe\b/.test(message) && (its === name || message.startsWith(`Container ${name} failed `)));
	const unhealthy = find("Unhealthy", (event) => event.container === name && /^(Liveness|Startup) probe /.test(event.message));
	const isLost = ended.reason === lostReason;
	const said = kill ?? (ended.exitCode === 137 && !isLost ? unhealthy : void 0);
	if (said !== void 0) return explainProbe(said, kill, unhealthy, ended);
	if (ended.exitCode !== 137) return void 0;
	if (isLost) return lost;
	const stop = find("Killing", ({ message, at = "" }) => message === `Stopping container ${name}` && !(Date.parse(at) > Date.parse(ended.at ?? "")));
	return stop === void 0 ? explainUnknown(container) : explainStop(stop);
};
/** Containers that were killed: for memory, by a failed probe, or by nobody knows whom. */
const findKilled = ({ cluster: { pods, events } }) => pods.flatMap((pod) => {
	if (pod.reason === "Evicted") return [];
	const its = events.filter(isOf(pod));
	return pod.containers.flatMap((container) => {
		const explained = explain$1(container, its);
		const at = container.ended?.at ?? pod.changedAt ?? pod.createdAt;
		return explained !== void 0 && !(pod.phase === "Succeeded" && explained.kind === "killed") ? [{
			pod,
			container,
			at,
			...explained
		}] : [];
	});
});

// src/diagnose/cluster/no-pods.ts
/** What keeps pods from being made, by the words of the API server and its admission plugins. */
const rows = [
	[
		/^exceeded quota: /,
		"its namespace's quota is used up",
		"Raise the ResourceQuota, lower the requests and limits, or run fewer pods."
	],
	[
		/^failed quota: /,
		"its namespace's quota asks for requests and limits that its pods do not have",
		"Give every container the requests and limits that are named, or the namespace a LimitRange with defaults."
	],
	[
		/^(?:maximum|minimum) /,
		"its namespace's LimitRange does not allow what its containers ask for",
		"Change their requests and limits, or the LimitRange."
	],
	[
		/^violates PodSecurity /,
		"its namespace's Pod Security Standard does not allow them",
		"Set the securityContext that is named, or lower the namespace's label pod-security.kubernetes.io/enforce."
	],
	[
		/^error looking up service account /,
		"their service account is not there",
		"Apply the ServiceAccount before them, or correct serviceAccountName."
	],
	[
		/^failed calling webhook /,
		"an admission webhook does not answer as it should",
		"Wait until the pods behind it are ready (`kubectl rollout status`) before you apply what it is to admit."
	],
	[
		/^(?:admission webhook|ValidatingAdmissionPolicy) /,
		"an admission webhook or policy refuses them",
		"Its own words are in the events: `kubectl get events`."
	],
	[
		/ is invalid$/,
		"their template is not valid",
		"The events say which field: `kubectl get events`."
	]
];
const toFinding$1 = (event, namespace) => {
	const [, why, remedy] = rows.find(([words]) => words.test(event.message)) ?? [];
	const words = event.message === "" ? "" : `: ${event.message}`;
	return toPlain({
		kind: "no-pods",
		certainty: "certain",
		cause: `${event.kind} ${namespace}/${event.name} cannot make pods${why === void 0 ? "" : `: ${why}`}`,
		evidence: [`${event.reason}${words}`],
		remedy: remedy ?? "The events say why: `kubectl get events`.",
		at: event.at
	});
};
/** Others write such events of what they make, which is no pods. */
const makers = /^(?:DaemonSet|Job|ReplicaSet|ReplicationController|StatefulSet)$/;
/** Workloads whose pods nobody lets them make, and which have none. */
const findNoPods = ({ cluster: { pods, events }, since }) => {
	const owners = new Set(pods.map(({ namespace, owner }) => `${namespace} ${owner}`));
	const tries = events.filter(({ kind, reason }) => makers.test(kind) && /^(?:Failed|Successful)Create$/.test(reason));
	return [...Map.groupBy(tries, ({ namespace, kind, name }) => `${namespace} ${kind}/${name}`)].flatMap(([owner, its]) => {
		const newest = findNewest(its.toSorted((a, b) => a.reason.localeCompare(b.reason)));
		return newest?.reason !== "FailedCreate" || owners.has(owner) || !isSince(newest.at, since) ? [] : [toFinding$1(newest, newest.namespace)];
	});
};

// src/diagnose/cluster/not-ready.ts
/** As Kubernetes' own failureThreshold: the first answers of a program that is starting are no trouble. */
const fewest = 3;
/** Containers that run, and that no Service sends anything to. */
const findNotReady = ({ cluster: { pods, events }, now }) => pods.flatMap((pod) => {
	if (pod.isDeleted || !hasLasted(pod.changedAt ?? pod.createdAt, now)) return [];
	const its = findPodEvents(pod, events);
	return pod.containers.flatMap((container) => {
		if (!container.isRunning || container.isReady) return [];
		const said = findNewest(its.filter((event) => event.reason === "Unhealthy" && event.container === container.name && event.message.startsWith("Readiness probe")));
		if (said === void 0 || said.count < fewest) return [];
		return [{
			pod,
			container,
			kind: "not-ready",
			certainty: "certain",
			at: said.at,
			what: "runs and is not ready: its readiness probe fails",
			evidence: [`Unhealthy (${said.count} times): ${said.message.replace(/:\s*$/, "")}`],
			remedy: `Read its log: ${readLog(pod, container.name, false)}. Check the probe's path and port; what listens on 127.0.0.1 alone does not hear the kubelet. If it only starts slowly, raise failureThreshold or add a startupProbe.`
		}];
	});
});

// src/diagnose/cluster/pending.ts
/** @param words the scheduler's, and those of a kubelet that refuses a pod which it was given */
const shortOf = (request, words, name = request) => ({
	words,
	why: `no node has as much ${name} left as the pod requests`,
	remedy: `Lower requests.${request} of this pod or of others, run fewer replicas, or take a larger runner. Kubernetes counts requests, not use.`
});
const ofMemory = shortOf("memory", /Insufficient memory|resource: memory/);
const shortages = [
	ofMemory,
	shortOf("cpu", /Insufficient cpu|resource: cpu/, "CPU"),
	shortOf("ephemeral-storage", /Insufficient ephemeral-storage|resource: ephemeral-storage/, "disk"),
	{
		words: /Too many pods|resource: pods/,
		why: "the nodes run as many pods as they may",
		remedy: "Run fewer pods, or add a node to the cluster (a node takes 110 pods by default)."
	}
];
const underPressure = {
	words: /node\.kubernetes\.io\/(disk|memory|pid)-pressure/,
	why: "the nodes are short of disk, memory or process IDs and take no pods",
	remedy: "See the findings about the nodes."
};
const correctLabels = "Correct nodeSelector, affinity or tolerations of the pod, or give a node that label (`kubectl label node`; in kind nodes[].labels).";
const notReady = {
	words: /node\.kubernetes\.io\/(?:not-ready|unreachable)|no nodes available to schedule pods/,
	why: "no node is ready that might take it",
	remedy: "Wait until the nodes are (`kubectl wait --for=condition=Ready nodes --all`); see the network plugin's own pods in kube-system."
};
/** Where no node is right; what only one kind of pod has comes first. */
const refusals = [
	notReady,
	{
		words: /\bInsufficient /,
		why: "no node has as much left of something that it requests",
		remedy: "Request less of it, or give a node what offers it, such as a device plugin."
	},
	{
		words: /persistentvolumeclaim "[^"]*" (?:not found|is being deleted)/,
		why: "a claim that it mounts is not there",
		remedy: "Apply the PersistentVolumeClaim, or correct claimName."
	},
	{
		words: /unbound immediate PersistentVolumeClaims|persistent volumes to bind/,
		why: "no volume answers a claim that it mounts",
		remedy: "Name a StorageClass that the cluster has (`kubectl get storageclass`; kind's is `standard`), or apply the volume; see `kubectl describe pvc`."
	},
	{
		words: /volume node affinity conflict|didn't match PersistentVolume's node affinity/,
		why: "its volume is on a node that does not take it",
		remedy: "Delete the claim and the pod, or let the pod go to the node that has the volume."
	},
	{
		words: /free ports for the requested pod ports/,
		why: "its hostPort is taken on every node",
		remedy: "Use a Service in its place, or run one such pod for each node."
	},
	{
		words: /anti-affinity rules|topology spread constraints(?! \(missing)/,
		why: "its rules keep it away from every node that has a pod of its kind",
		remedy: "Run fewer replicas, add nodes, or let the rule prefer (`preferredDuringScheduling...`, `ScheduleAnyway`)."
	},
	{
		words: /didn't match pod affinity rules/,
		why: "no node has the pod beside which it is to run",
		remedy: "Start that pod first, or correct podAffinity."
	},
	{
		words: /didn't match Pod's node affinity|didn't match the requested node name|missing required label/,
		why: "no node has the labels that it asks for",
		remedy: correctLabels
	},
	{
		words: /node\(s\) were unschedulable/,
		why: "the nodes were cordoned",
		remedy: "`kubectl uncordon` them, or see who did it (`kubectl drain`)."
	},
	{
		words: /^0\/\d+ nodes are available: (?:(?:, )?\d+ node\(s\) had untolerated taint(?:\(s\)| \{[^}]*\}))+\./,
		why: "the nodes have taints that it does not tolerate",
		remedy: "Give the pod a toleration, or take the taint off (`kubectl taint nodes NAME KEY-`); see `kubectl describe nodes`."
	}
];
/** Since 1.34 schedulers do not say which taint it was (kubernetes#134740). */
const unnamedTaint = /had untolerated taint\(s\)/;
/**
* @param memory what the nodes have, in words
* @param tainted what a taint without a name would mean, as the nodes are
*/
const toPodFinding = (pod, memory, tainted, now) => {
	const wasRefused = pod.reason?.startsWith("OutOf") === true;
	const words = wasRefused ? pod.message : pod.unschedulable;
	if (words === void 0 || pod.reason === "Evicted") return [];
	const named = [...shortages, underPressure].find((each) => each.words.test(words));
	const guessed = named === void 0 && unnamedTaint.test(words) ? tainted : void 0;
	const shortage = named ?? guessed ?? refusals.find((each) => each.words.test(words));
	if (shortage === void 0) return [];
	const certainty = guessed === void 0 ? "certain" : "likely";
	const what = `${wasRefused ? "was refused" : "stays pending"}: ${shortage.why}`;
	const evidence = [words, shortage === ofMemory ? memory : ""];
	const at = pod.changedAt ?? pod.createdAt;
	if (named === void 0 && !hasLasted(at, now)) return [];
	return [{
		pod,
		kind: "pending",
		certainty,
		what,
		evidence,
		remedy: shortage.remedy,
		at
	}];
};
/** Pods that found no node with room for them, or none that takes them. */
const findPending = ({ cluster: { pods, nodes }, now }) => {
	const sizes = nodes.flatMap(({ name, allocatableMemory: bytes }) => bytes === void 0 ? [] : [`${name} ${formatBytes(bytes)}`]);
	const memory = sizes.length === 0 ? "" : `Memory that pods may request: ${sizes.join(", ")}`;
	const types = new Set(nodes.flatMap(({ troubles }) => troubles.map(({ type }) => type)));
	const tainted = nodeResources.some(({ condition }) => types.has(condition)) ? underPressure : types.has("Ready") ? notReady : void 0;
	return pods.flatMap((pod) => toPodFinding(pod, memory, tainted, now));
};

// src/diagnose/cluster/pod-finding.ts
/** OOM kills stay apart: each is matched with the kernel's word of it. */
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
	const name = `${pod.namespace}/${pod.name}`;
	const who = container === void 0 ? `Pod ${name}` : `Container ${container.name} of pod ${name}`;
	return others === 0 ? who : `${who}, and ${others} more of ${pod.owner},`;
};
/** Tells of the first, and how many more there are. */
const toFinding = (group) => {
	const [first] = group;
	if (first === void 0) return [];
	const { pod, container, kind, certainty, what, evidence, remedy } = first;
	const others = new Set(group.map(({ pod }) => pod.name)).size - 1;
	const finding = {
		kind,
		certainty,
		cause: `${renderWho(first, others)} ${what}`,
		evidence,
		remedy,
		node: pod.node,
		namespace: pod.namespace,
		pod: pod.name,
		podUid: pod.uid,
		container: container?.name,
		image: container?.image,
		containerId: container?.endedId,
		at: findNewest(group)?.at
	};
	return [toPlain(finding)];
};
/**
* One finding for each cause and workload, in the order in which they were seen.
*
* @param since as {@link isSince} takes it: older ones are left out, so that none is counted
*/
const toFindings = (all, since) => {
	const recent = all.filter(({ at }) => isSince(at, since));
	return [...Map.groupBy(recent, toKey$1).values()].flatMap(toFinding);
};

// src/diagnose/cluster/explain-loaded.ts
/** @param why goes on after `cannot start` */
const cannotStart = (certainty, why, remedy, kind = "image-pull") => ({
	kind,
	certainty,
	what: `cannot start${why}`,
	evidence: [],
	remedy
});
/** The kubelet had to ask a registry all the same. */
const explainAlways = ({ container: { image }, policy }, { canonical, immutable }) => canonical.endsWith(":latest") ? cannotStart("certain", `: Kubernetes always pulls untagged and :latest images, also ${image}, which this job loaded`, `Set ${policy}: IfNotPresent, or name the image by its content: ${immutable}.`, "pull-policy") : cannotStart("certain", `: its ${policy} is Always, so the kubelet pulls ${image} although this job loaded it`, `Set ${policy}: IfNotPresent. If no manifest says Always, the admission plugin AlwaysPullImages set it.`, "pull-policy");
const loadFirst = "Load images before you apply what uses them, or restart it: `kubectl rollout restart`.";
/** The other thing that may be wrong where the node has what the kubelet does not take. */
const ifItStays = "If it stays so with Kubernetes 1.35 or later, some pod has pulled the same image from a registry, and the kubelet does not trust the loaded one any more (kubernetes#138175): load it under every name that pods use, so that none pulls it.";
/**
* The node did not have it when the kubelet looked.
*
* @param nodes into which it was loaded
* @param isThere now; undefined where the node does not tell
*/
const explainAbsent = ({ pod: { node = "" }, container: { image } }, nodes, isThere) => {
	if (isThere) {
		const why = ` yet: the kubelet looked before its node had ${image}, and retries ever less often`;
		return cannotStart("likely", why, `${loadFirst} ${ifItStays}`);
	}
	if (!nodes.includes(node)) {
		const why = `: this job loaded ${image} into ${nodes.join(", ") || "no node"}, not into its node`;
		return cannotStart("certain", why, "Load into all nodes (leave the input nodes empty).");
	}
	if (isThere === false) {
		const why = `: this job loaded ${image}, but its node does not have it any more`;
		return cannotStart("certain", why, "Load it again. Check whether the node is short of disk, or was recreated.");
	}
	const why = `: its node lacked ${image} when the kubelet looked, although this job loaded it there`;
	return cannotStart("likely", why, `${loadFirst} If it was removed, check the node's free disk.`);
};
/** Says why a container waits for an image that this job did load. */
const explainLoaded = (wait, image, { loaded, nodeImages }) => {
	const { pod, container } = wait;
	if (container.pullPolicy === "Always") return explainAlways(wait, image);
	const same = loaded.filter(({ canonical }) => canonical === image.canonical);
	const nodes = [...new Set(same.flatMap((each) => each.nodes))];
	return explainAbsent(wait, nodes, nodeImages.get(pod.node ?? "")?.includes(image.canonical));
};

// src/diagnose/cluster/nearest-image.ts
/** In how far a loaded image resembles the one that a pod asks for, the nearest first. */
const resemblances$1 = [
	"same",
	"other-tag",
	"other-place",
	"spelling"
];
const lastPart = (name) => toRepository(name).replace(/^.*\//s, "");
/** Tag, digest or both: `docker.io/library/api:1@sha256:...`. */
const endingOf = (name) => name.slice(toRepository(name).length);
const compare = (asked, loaded) => {
	if (asked === loaded) return "same";
	if (toRepository(asked) === toRepository(loaded)) return "other-tag";
	const [a, b] = [lastPart(asked), lastPart(loaded)];
	if (a === b) return "other-place";
	return isMisspelt(a, b) ? "spelling" : void 0;
};
/**
* Finds the loaded image that was probably meant, if any.
*
* @param asked canonical, as {@link LoadedImage.canonical} is
*/
const findNearest = (asked, loaded) => {
	const resembling = loaded.flatMap((image) => {
		const resemblance = compare(asked, image.canonical);
		return resemblance === void 0 ? [] : [{
			image,
			resemblance
		}];
	});
	const rank = ({ image, resemblance }) => 2 * resemblances$1.indexOf(resemblance) + (endingOf(image.canonical) === endingOf(asked) ? 0 : 1);
	return resembling.toSorted((a, b) => rank(a) - rank(b))[0];
};

// src/diagnose/cluster/pulls.ts
/** What kubelets write where an image keeps a container from starting (pkg/kubelet/images). */
const reasons$1 = /* @__PURE__ */ new Set([
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
/**
* What a container waits for: where it mounts an image, it waits for that one in the same words as for its
* own (pkg/kubelet/kuberuntime, toKubeContainerImageVolumes), and only the kubelet's message names it.
*/
const toMeant = (pod, container) => {
	const names = (container.waiting?.message ?? "").matchAll(/"([^"]+)"|\bimage pull failed for (\S+) because /g);
	const named = new Set([...names].map(([, quoted, bare]) => toAsked(quoted ?? bare ?? "")));
	const own = {
		pod,
		container,
		policy: "imagePullPolicy"
	};
	if (named.has(toAsked(container.image))) return own;
	const mounted = pod.volumeImages.find(({ image }) => named.has(toAsked(image)));
	return mounted ? {
		pod,
		container: {
			...container,
			...mounted
		},
		policy: "pullPolicy"
	} : own;
};
const resemblances = {
	"other-tag": "another tag or digest",
	"other-place": "another registry or folder",
	spelling: "almost the same spelling"
};
/** Why a node could not pull, where nothing about the name, and no secret, would help. */
const obstacles = {
	"disk-full": ["its node has no space left for it", () => "Free some of the runner's disk before the images are built (free-disk), or take a larger runner."],
	"rate-limit": ["its registry lets the node pull no more for now", (image) => `Load ${image} in this job, after a login to its registry, or give the nodes a mirror of Docker Hub (registry-mirrors).`],
	certificate: ["the node does not trust its registry's certificate, or that speaks no TLS", (image) => `Load ${image} in this job, or tell the nodes' containerd of the registry (hosts.toml in /etc/containerd/certs.d).`],
	passing: ["the node does not reach its registry", (image) => `Load ${image} in this job, or check its registry's name, and the network and DNS of the nodes.`]
};
/** A name that this job did not load; the nearest that it did load was probably meant. */
const explainOther = ({ container: { image, pullPolicy, waiting }, policy }, nearest) => {
	const also = pullPolicy === "Always" ? ` Set ${policy}: IfNotPresent, too; it is Always.` : "";
	if (nearest !== void 0 && nearest.resemblance !== "same") {
		const { given } = nearest.image;
		return cannotStart("likely", `: this job loaded ${given}, not ${image} (${resemblances[nearest.resemblance]})`, `Let the manifest say ${given}, or build and load ${image}.${also}`);
	}
	if (isFilesImage(image)) return cannotStart("likely", `: its node has no files image ${image}; its tag changes with the files`, "Take the name from the output volumes of the step with node-files-images, which has to come first and to include that node.");
	if (pullPolicy === "Never") return cannotStart("certain", `: its node lacks ${image}, which ${policy} Never forbids to pull and this job did not load`, `Load ${image} in this job, or set ${policy}: IfNotPresent if a registry has it.`);
	const [why, remedy] = obstacles[toRefusal(waiting?.message ?? "").kind] ?? ["the node cannot pull it", () => `Load ${image} in this job, or check its name, its registry and the pod's imagePullSecrets.`];
	return cannotStart("certain", `: this job did not load ${image}, and ${why}`, `${remedy(image)}${also}`);
};
const explain = (wait, facts) => {
	const { image, waiting } = wait.container;
	if (waiting?.reason === "ImageInspectError") return cannotStart("likely", `: containerd on its node cannot read the image ${image}`, "Remove it from the node (`crictl rmi`) and load it again; check whether the disk is full.");
	const asked = parseImageReference(image);
	const nearest = findNearest(toAsked(image), facts.loaded);
	if (typeof asked === "string") {
		const meant = nearest?.image.given;
		return cannotStart("certain", `: ${image} is not an image name (${asked})${meant ? `; this job loaded ${meant}` : ""}`, `Correct the name in the manifest${meant ? `: ${meant}` : ""}.`);
	}
	return nearest?.resemblance === "same" ? explainLoaded(wait, nearest.image, facts) : explainOther(wait, nearest);
};
/** Says why containers wait for images, going by what this job loaded. */
const findPullTroubles = (facts) => {
	const { cluster, loaded, since } = facts;
	const troubles = cluster.pods.flatMap((pod) => pod.containers.flatMap((each) => {
		const meant = toMeant(pod, each);
		const { waiting, image } = meant.container;
		if (waiting === void 0 || !reasons$1.has(waiting.reason)) return [];
		const isOurs = findNearest(toAsked(image), loaded) !== void 0;
		const wait = {
			...meant,
			at: pod.createdAt
		};
		if (!isOurs && !isSince(wait.at, since)) return [];
		const evidence = [`${waiting.reason}: ${waiting.message}`.replace(/: $/, "")];
		return [{
			...wait,
			...explain(wait, facts),
			evidence
		}];
	}));
	return toFindings(troubles, void 0);
};

// src/diagnose/cluster/find-in-cluster.ts
/** What befell a container, by what explains most; that it is not ready, either, says no more. */
const findInContainers = (facts) => {
	const found = [
		findKilled,
		findNotStarted,
		findCrashed,
		findNotReady
	].flatMap((find) => find(facts));
	const seen = /* @__PURE__ */ new Set();
	return found.filter(({ pod, container, at }) => {
		if (container === void 0 || !isSince(at, facts.since)) return true;
		const key = [
			pod.namespace,
			pod.name,
			container.name
		].join("/");
		const isFirst = !seen.has(key);
		seen.add(key);
		return isFirst;
	});
};
/** Says what Kubernetes tells of: pulls, kills, crashes, evictions, pods that never began, lost images. */
const findInCluster = (facts) => [
	...findPullTroubles(facts),
	...toFindings([
		...findInContainers(facts),
		...findEvictions(facts),
		...findPending(facts)
	], facts.since),
	...findNoPods(facts),
	...findPressure(facts),
	...findCollected(facts)
];

// src/diagnose/cluster/pulled.ts
/**
* A kubelet's words when it has pulled (pkg/kubelet/images/image_manager.go): how long that took, in newer
* ones also with waiting for others' pulls, and the size.
*/
const pullPattern = /^(?:\(combined from similar events\): )?Successfully pulled image "([^"]{1,600})" in (\S{1,40})(?: \((\S{1,40}) including waiting\))?(?:\. Image size: (\d{1,15}) bytes\.)?$/;
const unitsMs = {
	h: 36e5,
	m: 6e4,
	s: 1e3,
	ms: 1,
	µs: .001,
	ns: 1e-6
};
/** As Go writes a duration, such as `1m12.5s`; undefined for anything else. */
const parseDurationMs = (text) => {
	const part = /(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s|µs|ns)/g;
	if (text.replace(part, "") !== "") return void 0;
	return [...text.matchAll(part)].reduce((sum, [, value, unit = ""]) => sum + Number(value) * (unitsMs[unit] ?? 0), 0);
};
const toPull = ({ reason, message, count, node, at }, since) => {
	const [, name, alone = "", waited, size] = reason === "Pulled" ? pullPattern.exec(message) ?? [] : [];
	const waitMs = parseDurationMs(waited ?? alone);
	if (name === void 0 || waitMs === void 0 || waitMs > 432e6) return [];
	if (typeof parseImageReference(name) === "string") return [];
	if (!isSince(at, since, waitMs)) return [];
	return [{
		name,
		waitMs,
		count,
		node,
		sizeBytes: size === void 0 ? void 0 : Number(size)
	}];
};
/** What nodes pulled since the job began, those first that pods waited for longest. */
const findPulled = ({ cluster, loaded, since }) => {
	const pulls = cluster.events.flatMap((event) => toPull(event, since));
	return [...Map.groupBy(pulls, ({ name }) => toAsked(name))].map(([canonical, all]) => ({
		name: all[0]?.name ?? canonical,
		isLoaded: loaded.some((image) => image.canonical === canonical),
		count: all.reduce((sum, { count }) => sum + count, 0),
		nodes: [...new Set(all.flatMap(({ node }) => node ?? []))].toSorted(),
		sizeBytes: all.find(({ sizeBytes }) => sizeBytes !== void 0)?.sizeBytes,
		waitMs: all.reduce((sum, { waitMs }) => sum + waitMs, 0),
		longestMs: Math.max(...all.map(({ waitMs }) => waitMs)),
		isWhole: all.every(({ count }) => count === 1)
	})).toSorted((a, b) => b.waitMs - a.waitMs);
};

// src/diagnose/cluster/read-cluster.ts
/**
* The program in the node gives up before; this is for a node that hangs as a whole, and for Docker's answers.
* Shorter than the whole diagnosis waits for all of them, which would lose what others told.
*/
const timeoutMs = 4400;
const readPart = (name) => readFileSync(new URL(`./kubectl/${name}`, import.meta.url), "utf8");
const kinds = [
	"pods",
	"events",
	"nodes"
];
/** The last words: kubectl begins with what its library says of every try. */
const toProblem = (error) => {
	const cause = error instanceof Error ? error.cause : void 0;
	const said = cause instanceof Error && cause.message || renderError(error);
	if (/: executing "\w+" at </.test(said)) return "they have an unexpected form";
	return toLine(said.trim().split("\n").at(-1) ?? "");
};
const ask = (api, { id, name }, kind) => {
	const template = readPart(`${kind}.gotemplate`);
	const known = readPart("known-words.txt");
	const command = [
		"bash",
		"-c",
		readPart("ask.sh"),
		"slipway",
		kind,
		template,
		name,
		known
	];
	const asked = execute(api, id, command, timeoutMs).then((text) => ({
		kind,
		text
	}), (error) => ({
		kind,
		text: "",
		problem: toProblem(error)
	}));
	return within(asked, timeoutMs, {
		kind,
		text: "",
		problem: `the API server of ${name} does not answer`
	});
};
const readFrom = async (api, node) => {
	const answers = await Promise.all(kinds.map((kind) => ask(api, node, kind)));
	const failed = answers.filter(({ problem }) => problem !== void 0);
	const isSilent = failed.length === answers.length;
	const what = isSilent ? "Kubernetes" : failed.map(({ kind }) => kind).join(", ");
	const why = [...new Set(failed.map(({ problem }) => problem))].join("; ");
	return {
		/** Undefined where nothing answered; what alone did not answer is empty in it. */
		cluster: isSilent ? void 0 : parseCluster(answers.map(({ text }) => text).join("\n")),
		/** What it did not tell, and why, such as `events (the API server of a does not answer)`. */
		unchecked: failed.length === 0 ? [] : [`${what} (${why})`]
	};
};
/**
* Asks the control-plane nodes' own kubectl, side by side, as each may hang. The first one that tells
* something is believed.
*/
const readCluster = async (api, nodes) => {
	const asked = nodes.filter(({ role }) => role === "control-plane").toSorted((a, b) => a.name.localeCompare(b.name));
	const readings = await Promise.all(asked.map((node) => readFrom(api, node)));
	if (readings.length === 0) return {
		cluster: void 0,
		unchecked: ["Kubernetes (no control-plane node is running)"]
	};
	return readings.find(({ cluster }) => cluster !== void 0) ?? {
		cluster: void 0,
		unchecked: readings.flatMap(({ unchecked }) => unchecked)
	};
};

// src/diagnose/find-changes.ts
const findChange = ({ name, id, startedAt }, nodes) => {
	const now = nodes.find((node) => node.id === id);
	if (now === void 0) return {
		kind: "node-gone",
		cause: `Node ${name} was ${nodes.some((node) => node.name === name) ? "recreated" : "removed"} since the images were loaded, and they went with it`,
		seen: `Docker: container ${id.slice(0, 12)} no longer exists`,
		remedy: "Load images after the cluster is created, and keep it until the tests have ended."
	};
	const { Running, StartedAt, ExitCode, OOMKilled } = now.state;
	if (!Running) return {
		kind: "node-gone",
		cause: `Node ${name} is no longer running`,
		seen: `Docker: exit code ${ExitCode}${OOMKilled ? ", OOM-killed" : ""}`,
		remedy: OOMKilled ? "Give the node, or the machine, more memory, or run less in it." : `\`docker logs ${name}\` shows why it ended.`
	};
	if (StartedAt === startedAt) return void 0;
	return {
		kind: "node-restarted",
		cause: `Node ${name} was restarted since the images were loaded; all its pods began anew`,
		seen: `Docker: started at ${StartedAt}, before at ${startedAt}`,
		remedy: "Find what stopped it: Docker restarting, the machine running out of memory, or a step of the job. Pods need some seconds to come back."
	};
};
/** A cluster of which nothing is left was torn down by the job itself, which explains nothing. */
const findNodeChanges = (baseline, nodes) => (nodes.length === 0 ? [] : baseline?.nodes ?? []).flatMap((before) => {
	const found = findChange(before, nodes);
	if (found === void 0) return [];
	const { seen, ...change } = found;
	return [{
		...change,
		certainty: "certain",
		evidence: [seen],
		node: before.name
	}];
});
/** Finds that files were mounted into a node and are there no more. */
const findUnmounted = (nodes) => nodes.flatMap(({ name, report }) => {
	const paths = report?.unmounted ?? [];
	if (paths.length === 0) return [];
	const more = paths.length > 3 ? ` and ${paths.length - 3} more` : "";
	return [{
		kind: "files-gone",
		certainty: "certain",
		cause: `Node ${name} no longer has the files of ${paths.slice(0, 3).join(", ")}${more}; pods see an empty folder`,
		evidence: [`In ${name}, nothing is mounted there; a restart of the node removes such mounts`],
		remedy: "Run the step with `node-files` again after the restart: it mounts them in a moment, without copying.",
		node: name
	}];
});
/** Clocks are set by a little all the time; certificates and timeouts bear some seconds. */
const toleratedJumpMs = 5e3;
/** Finds that the machine's clock was set while the job ran. */
const findClockJump = (baseline, { bootId, clockMs, uptimeS }) => {
	if (baseline === void 0 || baseline.bootId !== bootId) return [];
	const passedS = uptimeS - baseline.uptimeS;
	const jumpMs = clockMs - baseline.clockMs - passedS * 1e3;
	if (Math.abs(jumpMs) < toleratedJumpMs) return [];
	const direction = jumpMs > 0 ? "forward" : "back";
	const seconds = Math.round(Math.abs(jumpMs) / 1e3);
	const clockS = Math.round((clockMs - baseline.clockMs) / 1e3);
	return [{
		kind: "clock-jump",
		certainty: "likely",
		cause: `The machine's clock was set ${direction} by ${seconds} s while the job ran`,
		evidence: [`The clock advanced by ${clockS} s, the machine's uptime by ${Math.round(passedS)} s`],
		remedy: "It can invalidate certificates, expire tokens, lose leases and fail probes. Run the job again; if it stays, check the time service of the machine."
	}];
};

// src/diagnose/finding/merge.ts
const isSameContainer = (a, b) => a.containerId !== void 0 && a.containerId === b.containerId || a.pod !== void 0 && a.namespace === b.namespace && a.pod === b.pod && (a.container === void 0 || b.container === void 0 || a.container === b.container);
/**
* What the kubelet tells of a kill, or of an end that it led to, where it is no other than the kernel's. That a probe failed is
* likely where only the kubelet is asked; who runs out of memory does not answer probes, either.
*/
const isKill = ({ kind, certainty }) => kind === "oom-kill" || kind === "killed" || kind === "crash" || kind === "liveness" && certainty === "likely";
/**
* Puts together what the kernel and what the cluster tell. The kernel knows more of an OOM kill: the
* limit that was hit, and by which process. What only it could not locate, the cluster may have.
*/
const mergeKills = (kernels, clusters) => {
	const added = clusters.filter((finding) => !isKill(finding) || !kernels.some((kernel) => isSameContainer(kernel, finding)));
	const isLocated = added.some(({ kind }) => kind === "oom-kill");
	return [...kernels.filter(({ certainty }) => !isLocated || certainty !== "possible"), ...added];
};
const toRank = ({ kind, certainty }) => findingKinds.indexOf(kind) + (certainty === "possible" ? findingKinds.length : 0);
/** Sorts for people: GitHub shows ten annotations of a step, and nobody reads the twentieth line. */
const sortFindings = (findings) => findings.toSorted((a, b) => toRank(a) - toRank(b));
/**
* What is one and the same finding for whoever diagnoses a second time, when there may be more of it:
* whom it hit, or what it says where that is not known.
*/
const toKey = (finding) => {
	const { kind, cause, node, namespace, pod, container, containerId } = finding;
	const whom = [
		node,
		namespace,
		pod,
		container,
		containerId
	].map((part) => part ?? "");
	return toLine([kind, ...whom.some((part) => part !== "") ? whom : [cause]].join(" "));
};

// src/diagnose/kernel/cgroup.ts
const podPattern = /\bpod([0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12})(?:\.slice)?(?:\/|$)/;
const containerPattern = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;
/** What is in the node of the cgroup's name; undefined when it is of none of these nodes. */
const withinNode = (path, nodeIds) => {
	const nodeId = nodeIds.find((id) => path.includes(id));
	if (nodeId === void 0) return void 0;
	const end = path.indexOf(nodeId) + nodeId.length;
	return {
		nodeId,
		rest: path.slice(end).replace(/^\.scope/, "")
	};
};
/**
* Finds the node, the pod and the container of a cgroup, as the kernel names it from the machine's
* root: `/docker/ID/kubelet/kubepods/burstable/podUID/ID`, or systemd's `docker-ID.scope` and slices.
*/
const parseCgroup = (path, nodeIds) => {
	const found = path === void 0 ? void 0 : withinNode(path, nodeIds);
	if (found === void 0) return void 0;
	const { nodeId, rest } = found;
	return {
		/** The node container's ID. */
		nodeId,
		/** Undefined for the node's own processes, such as its kubelet. */
		podUid: podPattern.exec(rest)?.[1]?.replaceAll("_", "-"),
		/** ID of the container as CRI knows it. */
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

// src/diagnose/oom-kills/explain.ts
/** The end of a container follows its kill at once; one that ends later was stopped. */
const atOnceMs = 3e3;
const renderVictim = ({ known, cgroup, nodeName, kills }) => {
	const { name, pod, namespace, isRunning, ended } = known;
	const last = kills.at(-1);
	const times = kills.length === 1 ? "" : ` ${kills.length} times`;
	if (pod === void 0 && cgroup.podUid === void 0) return `Process ${last?.process} of node ${nodeName} was OOM-killed${times}`;
	const whose = pod === void 0 ? `an unknown pod (UID ${cgroup.podUid}) in node ${nodeName}` : `pod ${namespace}/${pod}`;
	const victim = `${name === void 0 ? "A container" : `Container ${name}`} of ${whose}`;
	if (isRunning) return `${victim} lost process ${last?.process}${times}`;
	const sinceKillMs = (ended?.atMs ?? 0) - Date.parse(last?.at ?? "");
	return ended?.exitCode === 137 && Math.abs(sinceKillMs) < atOnceMs || kills.some(({ others }) => others > 0) ? `${victim} was OOM-killed${times}` : `Process ${last?.process} in ${victim.replace(/^./, (first) => first.toLowerCase())} was OOM-killed${times}`;
};
/** @param size empty, or such as ` of 50 MB` */
const reasons = {
	container: (size) => `it exceeded its memory limit${size}`,
	pod: (size) => `its pod exceeded its memory limit${size}`,
	kubelet: (size) => `all pods together exceeded the kubelet's memory limit${size}`,
	node: (size) => `the node's container exceeded its memory limit${size}`,
	above: (size) => `a memory limit${size} above the node was reached`,
	machine: () => "the machine ran out of memory",
	unknown: () => "a memory limit was reached"
};
const remedies = {
	container: "Raise resources.limits.memory of this container (of its pod, if only that has it), or let the program use less, such as by fewer workers or a smaller batch.",
	pod: "Raise the memory limit of the pod, or those of its containers if it has none of its own, or let their programs use less.",
	kubelet: "Use less memory in all pods together, or give the node more.",
	node: "Give the node more memory (`docker update --memory`), or run less in it.",
	above: "Raise the memory limit of what runs the runner or Docker, or run less at once.",
	machine: "Run less at once, give pods smaller limits, or take a larger runner. Pods whose requests fit the machine do not start together.",
	unknown: "Raise resources.limits.memory of what was killed, or let its programs use less."
};
const renderKill = (kill) => {
	const { process, pid, processBytes, usedBytes, others, at } = kill;
	const size = processBytes === void 0 ? "" : `, with ${formatBytes(processBytes)} in memory`;
	const all = usedBytes === void 0 ? "" : `; all under the limit used ${formatBytes(usedBytes)}`;
	const rest = others === 0 ? "" : `; ${others} more of the same container were killed with it`;
	return `Kernel log, ${at.slice(11, 19)} UTC: ${process} (process ${pid}) was killed${size}${all}${rest}`;
};
/** More than these of one container say nothing new. */
const shownKills = 3;
/** Says what the kernel did. */
const explainKills = (group) => {
	const { kills, limit, cgroup, known, nodeName } = group;
	const last = kills.at(-1);
	const size = last?.limitBytes === void 0 ? "" : ` of ${formatBytes(last.limitBytes)}`;
	const before = kills.length - shownKills;
	return {
		kind: "oom-kill",
		certainty: "certain",
		cause: `${renderVictim(group)}: ${reasons[limit](size)}`,
		evidence: [
			...kills.slice(-3).map(renderKill),
			before > 0 ? `and ${before} before` : "",
			known.isRunning ? `The container still runs: only ${last?.process} in it was killed` : ""
		],
		remedy: remedies[limit],
		node: nodeName,
		...toWhom(known),
		podUid: cgroup.podUid,
		containerId: cgroup.containerId,
		at: last?.at
	};
};

// src/diagnose/oom-kills/node-counts.ts
/** Those of the baseline come first; a cluster that was made anew has others of the same names. */
const toKnownNodes = (baseline, nodes) => {
	const before = baseline?.nodes ?? [];
	const added = nodes.filter(({ id }) => before.every((node) => node.id !== id));
	return [...before, ...added.map(({ id, name, state }) => ({
		id,
		name,
		startedAt: state.StartedAt,
		kills: 0
	}))].map(({ id, name, startedAt, kills }) => {
		const now = nodes.find((each) => each.id === id);
		const total = now?.report?.nodeKills;
		const isSame = now?.state.StartedAt === startedAt;
		const from = isSame ? kills : 0;
		const counted = total === void 0 || from === void 0 ? void 0 : total - from;
		return {
			id,
			name,
			/** OOM kills that its cgroup counted since the baseline; undefined where it cannot tell. */
			counted,
			/** It was there all the time, and has counted each. */
			countsAll: isSame && counted !== void 0
		};
	});
};

// src/diagnose/oom-kills/unlogged.ts
/** How many they were is not known: the first process of a container killed as a whole counts twice. */
const renderKilled = (count, where) => `${count === 1 ? "A process" : "Processes"} ${where} ${count === 1 ? "was" : "were"} OOM-killed`;
/** What containerd itself calls OOM-killed, and `isLogged` does not know by the container's ID. */
const findByContainerd = ({ name: node, report }, containers, sinceMs = 0, isLogged) => (report?.ended ?? []).flatMap(({ id, exitCode, reason, at }) => {
	if (reason !== "OOMKilled" || isLogged(id) || Date.parse(at) < sinceMs) return [];
	const known = containers.find((container) => container.id === id);
	const who = known ? `${known.name} of pod ${known.namespace}/${known.pod}` : id;
	const seen = `containerd in ${node}: ${reason}, exit code ${exitCode}, ${at.slice(11, 19)} UTC`;
	return [{
		kind: "oom-kill",
		certainty: "certain",
		cause: `Container ${who} ${renderOomKill(exitCode)}`,
		evidence: [seen],
		remedy: "Raise resources.limits.memory of this container (of its pod, if only that has it), or let the program use less.",
		node,
		...toWhom(known ?? {}),
		containerId: id,
		at
	}];
});
const possibly = (gap) => gap === void 0 ? [] : [`Which it was is not known: ${gap}`];
/** Of kills that only a node's counter tells of: `rest` of the `counted` are told of by nothing else. */
const toCounted = (node, counted, rest, gap) => ({
	kind: "oom-kill",
	certainty: "certain",
	cause: renderKilled(rest, `in node ${node}`),
	evidence: [`memory.events of the node: oom_kill rose by ${counted}`, ...possibly(gap)],
	remedy: `Look for containers with exit code 137 or restarts in ${node}, and raise their memory limits.`,
	node
});
/** Of kills that may have been anywhere on the machine. */
const toPossible = (count, gap) => ({
	kind: "oom-kill",
	certainty: "possible",
	cause: `${renderKilled(count, "on this machine")}, perhaps in this cluster`,
	evidence: [`/proc/vmstat: oom_kill rose by ${count} that nothing else explains`, ...possibly(gap)],
	remedy: "Look for containers with exit code 137. A step with `mode: diagnose` and `if: failure()` before the teardown sees more."
});

// src/diagnose/oom-kills/find-oom-kills.ts
const groupKills = (kills, known, { containers, machine: { clockMs, uptimeS } }) => {
	const ids = known.map(({ id }) => id);
	const located = kills.flatMap((kill) => {
		const cgroup = parseCgroup(kill.cgroup, ids);
		if (cgroup === void 0) return [];
		const at = (/* @__PURE__ */ new Date(clockMs - (uptimeS - kill.stampS) * 1e3)).toISOString();
		const container = containers.find(({ id }) => id === cgroup.containerId);
		const sibling = containers.find(({ podUid }) => podUid === cgroup.podUid && podUid !== "");
		const pod = sibling && {
			pod: sibling.pod,
			namespace: sibling.namespace
		};
		const of = container ?? pod ?? {};
		const nodeName = known.find(({ id }) => id === cgroup.nodeId)?.name ?? cgroup.nodeId;
		const limit = toLimit(kill, ids);
		return [{
			kills: [{
				...kill,
				at
			}],
			cgroup,
			known: of,
			nodeName,
			limit
		}];
	});
	const whose = ({ cgroup, known, kills: [kill] }) => known.id === void 0 ? `${cgroup.nodeId} ${cgroup.containerId ?? kill?.process}` : `${known.podUid} ${known.name}`;
	return [...Map.groupBy(located, whose).values()].flatMap((group) => {
		const last = group.at(-1);
		return last === void 0 ? [] : [{
			...last,
			kills: group.flatMap(({ kills }) => kills)
		}];
	});
};
/** Why the log may not tell of every kill since; undefined when it tells of all. */
const findGap = ({ baseline, machine: { log } }, recent) => {
	if (typeof log === "string") return `the kernel's log cannot be read (${log})`;
	if (baseline?.logLastS !== void 0 && log.firstS > baseline.logLastS) return "the kernel's log has begun anew since, so older lines are gone";
	return recent.some(({ cgroup }) => cgroup === void 0) ? "the kernel's log does not say where, as when more than ten kills come within 5 s" : void 0;
};
const sum = (counts) => counts.reduce((all, count) => all + count, 0);
/** What the kernel's counters make of them. */
const sumCounted = (kills) => sum(kills.map(({ counted }) => counted));
/**
* What the kernel's log does not tell of a node.
*
* @returns also what the machine's counter makes of it, at least
*/
const findUnlogged = (node, counted, groups, { baseline, containers }, gap) => {
	const logged = groups.flatMap(({ kills }) => kills);
	const isLogged = (id) => logged.some(({ cgroup }) => cgroup?.includes(id));
	const byContainerd = findByContainerd(node, containers, baseline?.clockMs, isLogged);
	const told = byContainerd.length * ((node.report?.nodeGroupKills ?? 0) > 0 ? 2 : 1);
	const here = groups.filter(({ cgroup }) => cgroup.nodeId === node.id);
	const rest = (counted ?? 0) - sum(here.map(({ kills }) => sumCounted(kills))) - told;
	if (counted === void 0 || rest <= 0) return {
		findings: byContainerd,
		count: told
	};
	return {
		findings: [...byContainerd, toCounted(node.name, counted, rest, gap)],
		count: told + rest
	};
};
/**
* Finds what was OOM-killed in a cluster's nodes. A kill is the cluster's only when something says so;
* what may be nobody knows is `possible`, and what is known to be elsewhere is only counted.
*/
const findOomKills = (facts) => {
	const { baseline, nodes, machine } = facts;
	const since = baseline === void 0 ? void 0 : machine.kills - baseline.kills;
	if (since !== void 0 && since <= 0) return {
		findings: [],
		elsewhere: 0
	};
	const known = toKnownNodes(baseline, nodes);
	const from = baseline?.logLastS ?? baseline?.uptimeS ?? 0;
	const recent = (typeof machine.log === "string" ? [] : machine.log.kills).filter(({ stampS }) => stampS > from);
	const gap = findGap(facts, recent);
	const groups = groupKills(recent, known, facts);
	const unlogged = nodes.map((node) => {
		const counted = known.find(({ id }) => id === node.id)?.counted;
		return findUnlogged(node, counted, groups, facts, gap);
	});
	const findings = [...groups.map(explainKills), ...unlogged.flatMap((each) => each.findings)].map(toPlain);
	const ids = known.map(({ id }) => id);
	const isElsewhere = ({ cgroup }) => cgroup !== void 0 && parseCgroup(cgroup, ids) === void 0;
	const elsewhere = baseline === void 0 ? 0 : recent.filter(isElsewhere).length;
	const told = sumCounted(recent.filter(({ cgroup }) => cgroup !== void 0));
	const rest = (since ?? 0) - told - sum(unlogged.map(({ count }) => count));
	if (rest <= 0) return {
		findings,
		elsewhere
	};
	const doAllCount = known.length > 0 && known.every(({ countsAll }) => countsAll);
	if (gap === void 0 || doAllCount) return {
		findings,
		elsewhere: elsewhere + rest
	};
	return {
		findings: [...findings, toPlain(toPossible(rest, gap))],
		elsewhere
	};
};

// src/diagnose/diagnose.ts
/**
* Each source has a time of its own, so that what one told is not lost for another. With this machine
* itself, which is asked last, and what main may have waited, they make 15 s.
*/
const dockerPatienceMs = 3e3;
const nodePatienceMs = nodeTimeoutMs + 500;
const noCluster = {
	cluster: void 0,
	unchecked: ["Kubernetes (no answer in time)"]
};
/** Undefined where Docker does not answer. */
const gather = ({ childEnv, clusterName, nodeIds }) => withEngineApi(createDocker(childEnv), async (api) => {
	const inspecting = inspectNodes(api.get, clusterName);
	const members = await within(inspecting, dockerPatienceMs, void 0);
	if (members === void 0) return void 0;
	const found = members.nodes.filter(({ id }) => nodeIds?.includes(id) ?? true);
	const running = found.filter(({ state }) => state.Running);
	const [nodes, reading] = await Promise.all([within(gatherNodes(api, found, "all"), nodePatienceMs, found), within(readCluster(api, running), nodePatienceMs, noCluster)]);
	return {
		...members,
		nodes,
		reading
	};
}).catch(() => void 0);
/** From a node, or from this machine where that is the one under the nodes. */
const findMachine = async (nodes, { baseline, childEnv }) => {
	const asked = nodes.find(({ report }) => report !== void 0)?.report;
	if (asked !== void 0 || baseline === void 0) return asked;
	const here = await gatherHere(childEnv);
	return here?.bootId === baseline.bootId ? here : void 0;
};
/** Those that were recorded, and those that are there now. */
const joinContainers = (recorded, nodes) => {
	const reports = nodes.flatMap(({ report }) => report ?? []);
	const ended = reports.flatMap((report) => report.ended);
	const ends = new Map([...recorded.map((each) => [each.id, each.ended]), ...ended.map(({ id, exitCode, at }) => [id, {
		exitCode,
		atMs: Date.parse(at)
	}])]);
	const all = [...recorded, ...reports.flatMap(({ containers }) => containers)];
	return [...new Map(all.map((each) => [each.id, each])).values()].map((each) => ({
		...each,
		ended: ends.get(each.id)
	}));
};
/** What the kernel's clock and its counters tell; a machine that was started anew has forgotten. */
const findInMachine = (machine, nodes, { baseline, recorded }) => {
	const refuse = (why) => {
		return {
			findings: [],
			checked: [],
			unchecked: [`OOM kills (${why})`]
		};
	};
	if (machine === void 0) return refuse("no node answered; the kernel log is not readable here");
	if (baseline !== void 0 && baseline.bootId !== machine.bootId) return refuse("the machine was restarted");
	const containers = joinContainers(recorded, nodes);
	const { findings, elsewhere } = findOomKills({
		baseline,
		nodes,
		machine,
		containers
	});
	const others = elsewhere === 0 ? "" : ` (${elsewhere} elsewhere on this machine)`;
	return {
		findings: [...findings, ...findClockJump(baseline, machine)],
		checked: [`OOM kills ${renderSince(baseline)}${others}`],
		unchecked: []
	};
};
const renderSince = (baseline) => baseline === void 0 ? "as far back as the kernel log reaches" : `since ${new Date(baseline.clockMs).toISOString().slice(11, 16)} UTC`;
const checkNodes = (gathered, clusterName) => {
	if (gathered === void 0) return {
		checked: [],
		unchecked: ["nodes (Docker does not answer)"]
	};
	const { nodes, reading } = gathered;
	if (nodes.length === 0) return {
		checked: [],
		unchecked: [`nodes (cluster ${clusterName} has none)`]
	};
	const { pods, events } = reading.cluster ?? {};
	const answering = nodes.filter(({ report }) => report !== void 0);
	const silent = nodes.filter(({ report }) => report === void 0);
	return {
		checked: [
			...answering.length === 0 ? [] : [formatCount(answering.length, "node")],
			...pods ? [formatCount(pods.length, "pod")] : [],
			...events ? [formatCount(events.length, "event")] : []
		],
		unchecked: [...silent.map(({ name }) => `node ${name} (no answer)`), ...reading.unchecked]
	};
};
/** Finds what went wrong in a cluster. What cannot be asked is left out, and said. */
const diagnose = async (options) => {
	const { clusterName, baseline } = options;
	const gathered = await gather(options);
	const nodes = gathered?.nodes ?? [];
	const cluster = gathered?.reading.cluster;
	const inMachine = findInMachine(await findMachine(nodes, options), nodes, options);
	const nodeImages = new Map(nodes.flatMap(({ name, report }) => report?.images.length ? [[name, report.images]] : []));
	const loaded = baseline?.images ?? [];
	const times = {
		since: baseline?.clockMs,
		now: Date.now()
	};
	const facts = cluster && {
		cluster,
		loaded,
		nodeImages,
		...times
	};
	const inCluster = facts && findInCluster(facts);
	const inNodes = checkNodes(gathered, clusterName);
	return {
		findings: sortFindings([
			...mergeKills(inMachine.findings, inCluster ?? []),
			...findNodeChanges(baseline, nodes),
			...findUnmounted(nodes)
		]),
		pulled: facts === void 0 ? [] : findPulled(facts),
		checked: [...inNodes.checked, ...inMachine.checked],
		unchecked: [...inNodes.unchecked, ...inMachine.unchecked],
		remarks: gathered?.leftOut ?? [],
		isDockerThere: gathered !== void 0
	};
};

// src/diagnose/finding/pulled-image.ts
/** By which a second diagnosis of the job knows what the first one has told. */
const toPulledKey = ({ name }) => `pulled ${name}`;

// src/commands/diagnose.ts
/** Whatever goes wrong on the way is said, and fails nothing. */
const tryToDiagnose = (options) => diagnose(options).catch((error) => {
	return {
		findings: [],
		pulled: [],
		checked: [],
		unchecked: [`the cluster (${renderError(error)})`],
		remarks: [],
		isDockerThere: true
	};
});
/**
* Leaves for the job's other steps what is reported, and what was loaded: their posts come later, when
* these recordings are gone. That it may not be written costs a repetition.
*/
const leaveForOthers = (all, { findings, pulled }) => {
	for (const { folder, baseline } of all) try {
		recordReported(folder, [...findings.map(toKey), ...pulled.map(toPulledKey)]);
		updateBaseline(folder, baseline);
	} catch {}
};
/**
* What happened since main, without what another step has reported already.
*
* @param folder where main recorded how things were
* @returns undefined where main did not come so far, or has said why it recorded nothing
*/
const diagnoseJob = async ({ tempDir, childEnv }, folder) => {
	const own = readRecording(folder);
	if (own === void 0) return void 0;
	const { clusterName } = own.baseline;
	const all = findRecordings(tempDir, clusterName);
	const { baseline, containers, reported } = all.find((each) => each.folder === folder) ?? own;
	const options = {
		childEnv,
		clusterName,
		baseline,
		recorded: containers,
		nodeIds: baseline.nodes.map(({ id }) => id)
	};
	const diagnosis = await tryToDiagnose(options);
	const findings = diagnosis.findings.filter((finding) => !reported.has(toKey(finding)));
	const pulled = diagnosis.pulled.filter((each) => !reported.has(toPulledKey(each)));
	const news = {
		...diagnosis,
		findings,
		pulled
	};
	leaveForOthers(all, news);
	return news;
};
/** With `mode: diagnose`: the same as a step of its own, before a teardown. It never fails the step. */
const diagnoseNow = async ({ tempDir, childEnv }, signal, clusterName) => {
	const all = findRecordings(tempDir, clusterName);
	const last = all.at(-1);
	const baseline = last && all.find((each) => isSameCluster(each, last))?.baseline;
	const recorded = all.flatMap(({ containers }) => containers);
	const { promise: cancelled, reject } = Promise.withResolvers();
	signal.addEventListener("abort", () => reject(new Failure("The step was cancelled")));
	const options = {
		childEnv,
		clusterName,
		baseline,
		recorded,
		nodeIds: void 0
	};
	const diagnosis = await Promise.race([tryToDiagnose(options), cancelled]);
	leaveForOthers(all, diagnosis);
	return diagnosis;
};

export { diagnoseJob, diagnoseNow };