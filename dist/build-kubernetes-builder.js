import { createDocker, createLineCutter, describeEnd } from "./shared.actions-post.actions-step.recorder.js";
import { createKubectl, hasKubectl, listAll, makeBuilder, parseOptions, quote, removeLeft, removeMs, removeOf, runLabel, toBuilderName } from "./shared.actions-post.actions-step.js";
import { openCluster } from "./shared.build-kubernetes-builder.kubernetes-open-cluster.js";
import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { neutralise } from "./shared.actions-post.actions-step.watchdog.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
const { setTimeout } = process.getBuiltinModule("node:timers/promises");

// src/kubernetes/pods.ts
/** Undefined where nobody can say. */
const findPods = async ({ kubectl, namespace, runId }) => {
	const selector = encodeURIComponent(`${runLabel}=${runId}`);
	const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?labelSelector=${selector}`;
	const list = await kubectl.get(path);
	return Array.isArray(list?.items) ? list.items : void 0;
};
/** Those that warn, of all of the namespace. */
const findWarnings = async ({ kubectl, namespace }) => {
	const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events?fieldSelector=type%3DWarning`;
	return await listAll(kubectl, path) ?? [];
};
/** What is the same for as long as no container of the pod has begun anew. */
const toIncarnation = ({ metadata, status }) => `${metadata?.uid} ${(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)}`;
const isRunning = ({ status }) => status?.phase === "Running";
/** Whether its probe has been answered: one whose container crashes again and again counts as running, too. */
const isReady = ({ status }) => status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;

// src/kubernetes/trouble.ts
const timeOf = ({ lastTimestamp, eventTime, metadata }) => Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? "") || 0;
const latest = (events) => events.toSorted((a, b) => timeOf(a) - timeOf(b)).at(-1);
/** Kubelets try these again for ever. */
const finalWaits = /^(?:InvalidImageName|ErrImageNeverPull|CreateContainerConfigError)$/;
/** What a registry says of what it has not, or does not give. */
const isRefused = /not found|pull access denied|unauthorized|forbidden|manifest unknown/i;
/** An admission's no, but for a quota, of which something may become free. */
const isNotAdmitted = /violates PodSecurity|admission webhook "[^"]*" denied/;
const explainContainers = (name, { status }, events) => {
	const all = [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []];
	for (const { state, lastState } of all) {
		const { reason = "", message = "" } = state?.waiting ?? {};
		if (/^(?:ErrImagePull|ImagePullBackOff)$/.test(reason)) {
			const text = latest(events.filter((each) => /^Failed to pull image/.test(each.message ?? "")))?.message ?? message;
			const isFinal = reason === "ImagePullBackOff" && isRefused.test(`${text}\n${message}`);
			return {
				text: `the image of pod ${name} cannot be pulled: ${text}`,
				isFinal
			};
		}
		if (reason !== "" && !/^(?:ContainerCreating|PodInitializing)$/.test(reason)) {
			const ended = lastState?.terminated;
			return {
				text: `pod ${name} waits: ${[
					reason,
					ended && `${ended.reason ?? "it"} with exit code ${ended.exitCode}`,
					message
				].filter(Boolean).join(", ")}`,
				isFinal: finalWaits.test(reason)
			};
		}
	}
};
const explainPod = (pod, events) => {
	const { status } = pod;
	const name = pod.metadata?.name ?? "";
	if (isReady(pod)) return void 0;
	if (status?.phase === "Failed") return {
		text: `pod ${name} failed: ${[status.reason, status.message].filter(Boolean).join(": ")}`,
		isFinal: false
	};
	const own = events.filter(({ involvedObject }) => involvedObject?.name === name);
	const unscheduled = status?.conditions?.find((each) => each.type === "PodScheduled" && each.status === "False");
	if (unscheduled !== void 0) return {
		text: `pod ${name} is not scheduled: ${latest(own.filter(({ reason }) => reason === "FailedScheduling"))?.message ?? unscheduled.message ?? ""}`,
		isFinal: false
	};
	const waiting = explainContainers(name, pod, own);
	const event = latest(own);
	if (waiting !== void 0 || event === void 0) return waiting;
	return {
		text: `pod ${name} ${status?.phase === "Running" ? "is not ready" : "does not start"}: ${event.message}`,
		isFinal: false
	};
};
/**
* Says why a builder has no running pod; undefined where nothing speaks against it.
*
* @param node what its objects' names begin with
*/
const findTrouble = (pods, events, node) => {
	const isOurs = ({ involvedObject }) => (involvedObject?.name ?? "").replace(/^buildkitd-/, "").startsWith(node);
	const ours = events.filter(isOurs);
	const found = pods.map((pod) => explainPod(pod, ours)).find((each) => each !== void 0);
	const refused = latest(ours.filter(({ reason }) => reason === "FailedCreate"));
	const told = found ?? (pods.length === 0 && refused !== void 0 ? {
		text: `Kubernetes makes no pod: ${refused.message}`,
		isFinal: isNotAdmitted.test(refused.message ?? "")
	} : void 0);
	return told && {
		...told,
		text: toLine(told.text)
	};
};
/** Says what became of a pod that was there. */
const explainGone = (name, pods, events) => {
	const there = pods.find(({ metadata }) => metadata?.name === name);
	const last = (there?.status?.containerStatuses?.map(({ state, lastState }) => state?.terminated ?? lastState?.terminated))?.find((each) => each !== void 0);
	const told = latest(events.filter(({ involvedObject }) => involvedObject?.name === name));
	const why = there?.status?.message ?? (last && `${last.reason ?? "it ended"} with exit code ${last.exitCode}`) ?? told?.message ?? (there === void 0 ? "it was deleted" : "its container began anew");
	return toLine(why);
};

// src/build/boot-in-cluster.ts
const remedy = "See driver-opts, such as image, namespace, nodeselector and requests, and what the cluster allows.";
const fail = (why) => new Failure(`The kubernetes builder does not start: ${neutralise(toLine(why))}`, { remedy });
const lookMs = 1500;
/** More than anybody reads of what buildx prints of a builder. */
const mostLines = 500;
/** Asks now and then why no pod runs, says what is new, and ends what waits for what will not come. */
const watchTrouble = async ({ place, name, line }, signal, onTrouble) => {
	let told;
	while (!signal.aborted) {
		await setTimeout(lookMs, void 0, { signal }).catch(() => {});
		const pods = signal.aborted ? void 0 : await findPods(place);
		if (pods === void 0 || pods.some(isReady)) continue;
		const trouble = findTrouble(pods, await findWarnings(place), name);
		if (signal.aborted) return;
		if (trouble !== void 0 && trouble.text !== told) line(`The builder waits: ${neutralise(trouble.text)}`);
		told = trouble?.text;
		onTrouble(trouble);
	}
};
/** What buildx says of a builder that it has started and does not reach; its exit code is 0. */
const findError = (stdout) => /^Error:\s*(.+)$/m.exec(stdout)?.[1];
/**
* Starts a builder in a cluster, and waits until it answers.
*
* @throws {Failure} with what the cluster says against it
*/
const bootInCluster = async (boot) => {
	const stop = new AbortController();
	const signal = AbortSignal.any([boot.signal, stop.signal]);
	let trouble;
	let refusal;
	const lines = {
		stdout: [],
		stderr: []
	};
	const sinks = [createLineCutter((line) => lines.stdout.push(line) > mostLines && lines.stdout.shift()), createLineCutter((line) => {
		lines.stderr.push(line);
		if (lines.stderr.length > mostLines) lines.stderr.shift();
		if (!line.startsWith("ERROR: ")) return;
		refusal ??= line.slice(7);
		stop.abort();
	})];
	const docker = boot.createDocker(signal);
	const watching = watchTrouble(boot, signal, (found) => {
		trouble = found;
		if (found?.isFinal) stop.abort();
	});
	const { timeoutMs } = boot;
	const args = [
		"buildx",
		"inspect",
		"--bootstrap",
		boot.name
	];
	const ended = await docker.follow(args, () => sinks.shift() ?? createLineCutter(() => {}), { timeoutMs }).finally(() => stop.abort());
	await watching;
	if (boot.signal.aborted) throw boot.signal.reason;
	const isEnded = refusal !== void 0 || trouble?.isFinal === true;
	if (ended.code === 0 && !isEnded) {
		if (findError(lines.stdout.join("\n")) === void 0) return;
		const { stdout } = await boot.createDocker(boot.signal).try([
			"buildx",
			"inspect",
			boot.name
		], { timeoutMs });
		const error = findError(stdout);
		if (error === void 0) return;
		throw fail(error);
	}
	const { place, name } = boot;
	const pods = await findPods(place) ?? [];
	const found = pods.some(isReady) ? void 0 : findTrouble(pods, await findWarnings(place), name) ?? trouble;
	const said = {
		...ended,
		stdout: lines.stdout.join("\n"),
		stderr: lines.stderr.join("\n")
	};
	throw fail(found?.text ?? refusal ?? describeEnd(said));
};

// src/build/pod-watch.ts
const wentAway = {
	what: "the builder's pod went away",
	waitMs: 5e3
};
/** Which pod a build talks to buildx alone knows: a build has lost it when all that were there have gone. */
const watchPods = (place) => () => {
	const asked = findPods(place);
	let before = [];
	return { findEnd: async () => {
		if (before.length === 0) before = (await asked ?? []).filter(isRunning);
		const now = await findPods(place);
		if (now === void 0) return void 0;
		if (before.length === 0) before = now.filter(isRunning);
		const there = new Set(now.filter(isRunning).map(toIncarnation));
		const [first] = before;
		if (first === void 0 || before.some((pod) => there.has(toIncarnation(pod)))) return;
		const name = first.metadata?.name ?? "";
		return {
			what: `the builder's pod ${name} went away: ${explainGone(name, now, await findWarnings(place))}`,
			transient: wentAway
		};
	} };
};

// src/build/kubernetes-builder.ts
/** On all that Kubernetes keeps of a builder. ConfigMaps have only the annotations. */
const withMarks = (options, runId) => {
	const rest = options.filter(([name]) => name !== "labels" && name !== "annotations");
	const marks = ["labels", "annotations"].map((name) => {
		const given = options.findLast(([each]) => each === name)?.[1].replace(/^"+|"+$/g, "");
		return [name, [`${runLabel}=${runId}`, ...given ? [given] : []].join(",")];
	});
	return [...rest, ...marks].map(([name, value]) => quote(`${name}=${value}`));
};
const unitsMs = {
	h: 36e5,
	m: 6e4,
	s: 1e3,
	ms: 1
};
/** Go's durations, such as `1m30s`; what is none is buildx's to refuse. */
const toMs = (duration) => [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (unitsMs[unit] ?? 0), 0);
/** buildx waits for the pod itself; this is for what hangs. */
const slackMs = 18e4;
const usualTimeout = "120s";
/**
* Makes a builder of the run's own in a cluster, which boots meanwhile.
*
* @throws {Failure} where there is no cluster, or buildx makes none
*/
const createKubernetesBuilder = async (env, signal, request, place, { line, warning }) => {
	const { runId, tempDir } = place;
	const options = parseOptions(request.options);
	const find = (wanted) => options.findLast(([name]) => name === wanted)?.[1] || void 0;
	const cluster = openCluster(env, tempDir, find("namespace"));
	const { namespace } = cluster;
	const name = toBuilderName(runId);
	try {
		const marked = {
			...request,
			options: withMarks(options, runId)
		};
		await makeBuilder(createDocker(cluster.env, signal), marked, place);
	} catch (error) {
		cluster.close();
		throw error;
	}
	if (!hasKubectl(env)) line("There is no kubectl: Slipway cannot say why a pod does not start, and only buildx removes the builder.");
	const lasting = {
		kubectl: createKubectl(cluster.env, {}),
		namespace,
		runId
	};
	const booted = bootInCluster({
		signal,
		createDocker: (each) => createDocker(cluster.env, each),
		place: {
			...lasting,
			kubectl: createKubectl(cluster.env, { signal })
		},
		name,
		timeoutMs: toMs(find("timeout") ?? usualTimeout) + slackMs,
		line
	});
	booted.catch(() => {});
	const swept = removeLeft(lasting, Date.now());
	return {
		name,
		env: cluster.env,
		booted,
		watch: watchPods(lasting),
		remove: async () => {
			await booted.catch(() => {});
			await createDocker(cluster.env).try([
				"buildx",
				"rm",
				"--force",
				name
			], { timeoutMs: removeMs }).catch(() => {});
			const [problems] = await Promise.all([removeOf(lasting), swept]);
			cluster.close();
			for (const problem of problems ?? []) warning(`Slipway could not remove its builder's ${problem}`);
		}
	};
};

export { createKubernetesBuilder };