import { createDocker, describeEnd, execute, findContainers, isMissing, kind, listMembers, readRegularFile, runCaptured, runStreaming, splitLines } from "./shared.actions-post.actions-step.recorder.js";
import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { makeOwnFolder, toLine, writeOwnFile } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { createEnds } from "./shared.run-build-step.run-create-cluster-step.js";
import { findMaker, formatDuration, isComplete, listClaimed, listMadeBy, markComplete, removeOwned } from "./shared.actions-post.actions-step.js";
const { setTimeout } = process.getBuiltinModule("node:timers/promises");
const { createServer } = process.getBuiltinModule("node:net");
const { mkdirSync, readFileSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { delimiter, join, resolve } = process.getBuiltinModule("node:path");
const { userInfo } = process.getBuiltinModule("node:os");

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
const timeoutMs = 18e5;
/** The user's, or what the system knows of the user. */
const findHome = (env) => env["HOME"] || attempt(() => userInfo().homedir) || "/";
/** Without a home, kind would have its kubeconfig in the folder that it is started in: the workspace. */
const createKindDocker = (env) => createDocker({
	...env,
	HOME: findHome(env)
});
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
		timeoutMs
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
	const found = named.find((path) => !isMissing(path)) ?? named.at(-1);
	return resolve(found ?? join(findHome(env), ".kube", "config"));
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
/** kind finds no control plane, no way to it, or no kubeconfig in it yet. */
const isUnmade = (said) => /could not locate any control plane|failed to get (?:cluster internal kubeconfig|api server endpoint)/.test(said);
/** Also of a cluster that is whole, where its entry finds no place. */
const exportKubeconfig = async ({ place, cluster, request }) => {
	const command = toKindCommand(place, [
		"export",
		"kubeconfig",
		`--name=${cluster}`
	], request);
	const ended = await runCaptured(command);
	if (ended.code === 0) return;
	const cause = new Error(describeEnd(ended));
	if (isUnmade(ended.stderr)) refuseHalf(cluster, "Slipway did not make it", cause);
	const file = findKubeconfig(request, command.env);
	throw new Failure(`kind could not write the kubeconfig ${file} of the cluster ${cluster}`, {
		cause,
		remedy: `Give kubeconfig a file that can be written. If ${file}.lock is there and no kind runs, remove it.`
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
	await findContainers(api, {
		clusterName: cluster,
		cluster: "kind"
	});
	await exportKubeconfig(options);
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
		remedy: () => "See who has it with `docker ps`, or leave the hostPort out of kind-config, or take another one. Where kind-config names none, kind chose it: run the job again."
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
		pattern: /unable to decode config|unknown apiVersion|unknown kind|could not determine kind|yaml:|error reading file|invalid (?:configuration|pod subnet|service subnet|ipFamily|kubeProxyMode|apiServerPort)|is not a valid cluster name|must have at least one control-plane/i,
		remedy: () => "Correct kind-config: https://kind.sigs.k8s.io/docs/user/configuration/."
	},
	{
		pattern: /failed to (?:patch|restart) containerd/,
		remedy: () => "Correct containerdConfigPatches of kind-config: TOML for version 2 of containerd's configuration, which kind's node images have, also with containerd 2."
	},
	{
		pattern: /failed to generate kubeadm config content/,
		remedy: () => "Correct kubeadmConfigPatches of kind-config: each is a piece of YAML with a kind, such as ClusterConfiguration."
	},
	{
		pattern: /error while creating mount source path|invalid mount config|invalid volume specification/,
		remedy: () => "Correct extraMounts of kind-config: the machine on which Docker runs has to have each hostPath."
	},
	{
		pattern: /non-overlapping (?:subnet|IPv4 address pool)/,
		remedy: () => "Docker has no addresses left for a network: `docker network prune`."
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
/** Docker's client says its own name first, and ends with a hint at its help. */
const tellsWhy = /^(?:Command Output: )?(?:docker: )?(?:error|fatal|\s*\[ERROR)/i;
/** `failed to create cluster: ` and what of a command's output says most: its last line. */
const findReason = (lines) => {
	const at = lines.findIndex((line) => line.startsWith("ERROR: "));
	if (at < 0) return lines.findLast((line) => line.trim() !== "") ?? "it printed nothing";
	const error = (lines[at] ?? "").slice(7).replace(/^failed to create cluster: /, "").replace(/(?:^|: )command "(docker \S+)?.*" failed with error: .*$/, (said, ran = "a command") => said.startsWith(": ") ? "" : `${ran} failed`);
	const output = lines.slice(at + 1).filter((line) => line.trim() !== "");
	const said = (output.find((line) => tellsWhy.test(line)) ?? output.at(-1))?.replace(/^(?:Command Output: )?(?:docker: )?/, "");
	return said === void 0 ? error : `${error}: ${said.trim()}`;
};
/** Where a line says it, and not the banner of a node. */
const most = 600;
/** Explains a creation that failed by what kind printed. */
const explainKind = (lines) => {
	const at = lines.findIndex((line) => line.startsWith("ERROR: "));
	const text = (at < 0 ? lines : lines.slice(at)).join("\n");
	const reason = toLine(findReason(lines), most);
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
		await setTimeout(pauseMs, void 0, { signal });
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
		const { nodes } = await listMembers(api.get, kind, cluster);
		const answers = await Promise.allSettled(nodes.map(({ id }) => execute(api, id, ["crictl", "version"], 1e4)));
		if (answers.length > 0 && answers.every(({ status }) => status === "fulfilled")) return;
		await setTimeout(pauseMs);
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
		options.announceKubeconfig(kubeconfig);
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
	const { id: runId, tempDir, workspace, signal, clusterLogs: logsFolder } = run;
	const { saveClusterState: saveState, announceKubeconfig } = run;
	const place = {
		docker: createKindDocker(run.stepEnv),
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
		signal,
		log,
		saveState,
		announceKubeconfig
	});
};
/** Also waits for a kind that is being ended, so that post finds it gone. */
const awaitClusterStep = async ({ creating }, { run }) => await run.resultOf("create-cluster", creating)?.ended ?? false;

export { awaitClusterStep, createClusterStep };