import { createDocker, describeEnd, findNodes, findSocket, isMachine, isOlder, readRegularFile, runCaptured, withEngineApi, within } from "./shared.actions-post.actions-step.recorder.js";
import { createBuildToken, findActionsCache, findBuilder, findBuildxVersion, findEngine, formatBytes, formatCount } from "./shared.actions-post.actions-step.js";
import { executeIn, findDockers, findFilesystems, findGate, findImages, groupForHelpers, planMethod, reasonFor, renderBecause, renderEndedToken, runHelper, storeFolders, toHelperRequest, toMounts } from "./shared.actions-step.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { createRequests, readText } from "./shared.commands-doctor.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { _usingCtx } from "./usingCtx.js";
const { connect } = process.getBuiltinModule("node:net");
const { once } = process.getBuiltinModule("node:events");
const { readFileSync } = process.getBuiltinModule("node:fs");
const { totalmem } = process.getBuiltinModule("node:os");
const { statfs } = process.getBuiltinModule("node:fs/promises");

// src/load/try-methods.ts
/** The nodes' own; on a machine any that Docker has. */
const findTrialImage = async (get, node) => {
	const id = isMachine(node) ? (await get("/images/json"))?.[0]?.Id : node.imageId;
	if (id === void 0) return void 0;
	return (await findImages(get, [{
		given: id,
		canonical: id
	}]).catch(() => []))[0];
};
/**
* Tries with the helper of a load, and layers of an image that Docker has, how layers reach the nodes. Nothing
* of it stays.
*
* @returns by the nodes' names
*/
const tryMethods = async (api, { engine, nodes, runId, deadlineMs, signal }) => {
	const [first] = nodes;
	if (first === void 0) return /* @__PURE__ */ new Map();
	const image = await findTrialImage(api.get, first);
	const mounts = image === void 0 ? "there is no image to try it with" : toMounts(engine, image, nodes);
	const forAll = (reason) => new Map(nodes.map(({ name }) => [name, {
		kind: "cannot",
		reason
	}]));
	if (image === void 0 || typeof mounts === "string") return forAll(`${mounts}`);
	const tried = /* @__PURE__ */ new Map();
	const errors = [];
	const input = toHelperRequest(engine, image, nodes, "auto", runId, deadlineMs, mounts);
	const end = await runHelper(api, first, {
		mounts,
		runId,
		act: "try",
		input
	}, {
		deadlineMs,
		signal,
		onLine: (line) => {
			const [node = "", event, word = "", reason = ""] = line.split("	");
			if (event === "would") tried.set(node, {
				kind: "would",
				method: word,
				reason
			});
			if (event !== "cannot") return;
			for (const name of node === "" ? nodes.map((each) => each.name) : [node]) tried.set(name, {
				kind: "cannot",
				reason: word
			});
		},
		onErrorLine: (line) => void errors.push(line.slice(0, 1e3)),
		isEnough: () => tried.size === nodes.length
	});
	return new Map(nodes.map(({ name }) => [name, tried.get(name) ?? {
		kind: "cannot",
		reason: reasonFor(name, errors, end)
	}]));
};

// src/doctor/check.ts
const ok = (found) => ({
	state: "ok",
	found
});
const unknown = (found) => ({
	state: "unknown",
	found
});
const no = (found, remedy) => ({
	state: "no",
	found,
	remedy,
	isNeeded: false
});
/** One without which a step fails. */
const needed = (found, remedy) => ({
	state: "no",
	found,
	remedy,
	isNeeded: true
});
/** A {@link Failure} knows what to do; of all else nobody knows whether it works. */
const toAnswer = (error, refuse = no) => {
	if (!(error instanceof Failure) || error.remedy === void 0) return unknown(renderError(error));
	const { message, cause, remedy } = error;
	return refuse(renderError(new Failure(message, { cause })), remedy);
};

// src/doctor/app.ts
/**
* Has tokens made as a build would, which proves that all of it works, and ends them.
*
* @param token what ends by itself, should this be killed
*/
const checkApp = async (credentials, token) => {
	if (credentials.kind === "given") {
		const { insteadOfApp } = credentials;
		return insteadOfApp === void 0 ? unknown("github-token is yours: Slipway does not try it") : needed(insteadOfApp, "Check the name of the secret; forks and Dependabot get none.");
	}
	try {
		await token.take();
		return ok(`GitHub gives a token: ${(await token.close()).map(renderEndedToken).join("; ")}`);
	} catch (error) {
		return toAnswer(error, needed);
	}
};

// src/doctor/builders.ts
/** The oldest that Slipway is tried with. */
const oldest = [0, 13];
const install = "Install the package docker-buildx-plugin, or use docker/setup-buildx-action before this step.";
const explainBuildx = (version) => {
	const [major, minor] = version;
	if (major + minor === 0) return ok("buildx without a version");
	if (isOlder(version, oldest)) return no(`buildx ${major}.${minor} is older than any that Slipway is tried with`, install);
	return ok(`buildx ${major}.${minor}`);
};
/** Builds need it; loads do not. */
const checkBuildx = async (docker) => {
	const version = await findBuildxVersion(docker);
	if (version !== void 0) return explainBuildx(version);
	const ended = await docker.try(["buildx", "version"]);
	return no(`\`docker buildx\` does not work: ${describeEnd(ended)}`, install);
};
const places = {
	true: "on this daemon",
	false: "elsewhere"
};
/** @param named the input `builder` */
const checkBuilder = async (docker, named) => {
	try {
		const builder = await findBuilder(docker, named);
		if (builder === void 0) return unknown("buildx says nothing of its builder");
		const { driver, isLocal, versions = [] } = builder;
		const version = versions[0]?.join(".") ?? "not running yet";
		const running = version === "0.0" ? "without a version" : version;
		return ok(`driver ${driver}, ${places[`${isLocal}`]}, BuildKit ${running}`);
	} catch (error) {
		return toAnswer(error);
	}
};

// src/doctor/docker.ts
const whereOf = ({ host, socket }) => socket ?? host ?? "the docker context's host";
const explainDocker = (engine, endpoint) => ok(`Docker ${engine.version} at ${whereOf(endpoint)}: ${formatCount(engine.cores, "CPU")}, ${formatBytes(engine.memoryBytes)} of memory, ${engine.operatingSystem}`);
const start = {
	hosted: "Take a runner that has Docker: `runs-on: ubuntu-latest`; ubuntu-slim has only the client.",
	pod: "Give the runners Docker: `containerMode: {type: dind}` in the values of the chart gha-runner-scale-set; its other modes have none.",
	"self-hosted": "Start it: `sudo systemctl enable --now docker`.",
	laptop: "Start it: `sudo systemctl enable --now docker`, or Docker Desktop."
};
const admit = {
	hosted: "Run the step as the user `runner`, who may; in a container job, as its root.",
	pod: "Start dockerd with `--group=123`, the group `docker` of the runner's image, as the chart does.",
	"self-hosted": "Let the runner's user use it: `sudo usermod --append --groups docker USER`, then restart the runner's service.",
	laptop: "Let this user use it: `sudo usermod --append --groups docker \"$USER\"`, then log in again."
};
/** What is wrong with a daemon that does not answer, by what came back. */
const explainNoDocker = (said, endpoint, place) => {
	const where = whereOf(endpoint);
	if (/EACCES|permission denied/i.test(said)) return needed(`this user may not use ${where} (permission denied)`, admit[place]);
	const named = endpoint.host === void 0 ? "" : ` Or unset DOCKER_HOST, which is ${endpoint.host}.`;
	if (/ENOENT|no such file/i.test(said) && !/spawn/.test(said)) return needed(`there is no socket ${where}`, start[place] + named);
	if (/ECONNREFUSED|connection refused/i.test(said)) return needed(`nobody listens at ${where} (connection refused)`, start[place] + named);
	return needed(`Docker does not answer at ${where}: ${said.replace(/^Docker does not answer: /, "")}`, `Try \`docker version\` as this user, with the same DOCKER_HOST and docker context.${named}`);
};

// src/doctor/links.ts
const own = (name, tried) => tried.kind === "would" ? `${name}: ${tried.method}${tried.reason === "" ? "" : ` (${tried.reason})`}` : `${name}: ${tried.reason}`;
const remedyFor = (reason, machineRoot) => {
	if (/cross-device/i.test(reason) && machineRoot !== void 0) return `Keep Docker's data and ${machineRoot} on one filesystem: \`data-root\` in /etc/docker/daemon.json, \`root\` in containerd's configuration, or \`--data-dir\` of K3s.`;
	if (/cross-device/i.test(reason)) return "Keep Docker's layers and volumes on one filesystem: no other disk at its folder `volumes`, and no `extraMounts` over /var or /var/lib/containerd in kind-config.";
	if (/Operation not permitted|not supported/i.test(reason)) return "Move Docker's data to ext4, XFS or btrfs on a local disk (`data-root` in /etc/docker/daemon.json).";
	if (/only root/.test(reason)) return "Allow sudo without a password to the user of the runner, and install bash, flock, GNU tar and cp.";
	if (/another machine/.test(reason)) return "Nothing mends it, and streaming works.";
	if (/BusyBox/.test(reason)) return "Nothing mends it, and streaming works; take kind where loads have to be quick.";
	if (/no Perl/.test(reason)) return "Install Perl where the node's containerd runs: manifests of Docker's containerd store are read with it.";
	return "Leave load-mode at auto, which copies or streams there, and compare with docs/loading.md.";
};
/**
* Says of the nodes how layers reach them.
*
* @param machineRoot the folder of this machine's own containerd, where that is the node
*/
const explainLinks = (tried, machineRoot) => {
	const all = [...tried];
	if (all.length === 0) return unknown("there is no node to try it with");
	const busy = all.find(([, each]) => each.kind === "cannot" && /another load/.test(each.reason));
	if (busy !== void 0) return unknown(own(...busy));
	const isFast = (each) => each.kind === "would" && each.method !== "copy";
	const slow = all.filter(([, each]) => !isFast(each));
	const [first] = slow;
	if (first === void 0) {
		const ways = all.map(([name, each]) => each.kind === "would" ? `${name} by ${each.method}` : name);
		return ok(`layers reach ${ways.join(", ")}, tried with a file and a whiteout`);
	}
	return no(`layers do not reach every node without a copy. ${slow.map((each) => own(...each)).join("; ")}`, remedyFor(first[1].reason, machineRoot));
};

// src/doctor/machine.ts
const elsewhere = "the daemon is on another machine";
/** @param version of the daemon's host */
const explainCgroups = (version) => {
	if (version === "2") return ok("version 2");
	if (version !== "1") return unknown("Docker does not say which version");
	return no("version 1: kubelet of Kubernetes 1.35 and newer does not start", "Boot the machine with `systemd.unified_cgroup_hierarchy=1`, or take a node image of Kubernetes 1.34 or older.");
};
/** kind's own advice: https://kind.sigs.k8s.io/docs/user/known-issues/. */
const wantedWatches = 524288;
const wantedInstances = 512;
/** @param limits of the daemon's host */
const explainInotify = ({ watches, instances }, place) => {
	if (Number.isNaN(watches + instances)) return unknown("the limits cannot be read");
	const found = `${watches} watches, ${instances} instances`;
	if (watches >= wantedWatches && instances >= wantedInstances) return ok(found);
	const line = `sysctl fs.inotify.max_user_watches=${wantedWatches} fs.inotify.max_user_instances=${wantedInstances}`;
	return no(`${found}: clusters of several nodes fail with "too many open files"`, place === "pod" ? `On the machine of the pod, as root: \`${line}\`.` : `\`sudo ${line}\`; in /etc/sysctl.d it stays.`);
};
const readNumber = (path) => Number(attempt(() => readRegularFile(path).toString()) ?? NaN);
const checkInotify = (place) => explainInotify({
	watches: readNumber("/proc/sys/fs/inotify/max_user_watches"),
	instances: readNumber("/proc/sys/fs/inotify/max_user_instances")
}, place);
/** What a control plane takes, before any pod of yours. */
const leastMemory = 15e8;
/** @param availableBytes undefined where nobody can tell, as of another machine */
const explainMemory = (totalBytes, availableBytes) => {
	if (availableBytes === void 0) return ok(`${formatBytes(totalBytes)} in all; ${elsewhere}`);
	const found = `${formatBytes(availableBytes)} of ${formatBytes(totalBytes)} available`;
	if (availableBytes >= leastMemory) return ok(found);
	return no(`${found}: a kind node alone takes about 1 GB`, "End what else runs (`docker stats`), or take a larger machine.");
};
const checkMemory = (isLocalDaemon, engineBytes) => {
	const text = attempt(() => readRegularFile("/proc/meminfo").toString()) ?? "";
	const kib = /^MemAvailable: +(\d+) kB$/m.exec(text)?.[1];
	return isLocalDaemon && kib !== void 0 ? explainMemory(totalmem(), Number(kib) * 1024) : explainMemory(engineBytes, void 0);
};
/** Of which less is left, a build or a load fails. */
const leastDisk = 1e9;
/** kubelet begins to remove images at 85% of use, and to evict pods at 90%. */
const leastShare = .15;
const leastInodes = .05;
const explainDisk = (filesystems, place) => {
	const docker = findDockers(filesystems);
	if (docker === void 0) return unknown("nobody here can see Docker's filesystem");
	const { path, freeBytes, totalBytes, freeInodes, totalInodes } = docker;
	const found = `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free at ${path}`;
	const remedy = place === "hosted" ? "Give the step `free-disk: always`." : "See what takes it with `docker system df`; `docker builder prune` and `docker image prune` free some.";
	if (totalInodes > 0 && freeInodes < leastInodes * totalInodes) return no(`${freeInodes} of ${totalInodes} inodes are free at ${path}`, remedy);
	if (freeBytes < leastDisk) return needed(`${found}: the disk is full`, remedy);
	if (freeBytes < leastShare * totalBytes) return no(`${found}: kubelet removes images and evicts pods when so little is left`, remedy);
	return ok(found);
};

// src/doctor/network.ts
const variables = ["HTTPS_PROXY", "HTTP_PROXY"];
/** What programs take for a proxy; a string says of one that it is none. */
const findProxies = (env) => variables.flatMap((variable) => {
	const given = env[variable] ?? env[variable.toLowerCase()];
	if (!given) return [];
	const url = URL.parse(given) ?? URL.parse(`http://${given}`);
	if (!url?.hostname || !/^https?:$/.test(url.protocol)) return [`${variable} is no address of a proxy`];
	const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
	return [{
		variable,
		host: url.hostname.replace(/^\[|\]$/g, ""),
		port
	}];
});
const isExempt = (env) => /(?:^|,)\s*(?:\*|localhost|127\.0\.0\.1|127\.0\.0\.0\/8)\s*(?:,|$)/.test(env["NO_PROXY"] ?? env["no_proxy"] ?? "");
/** @param unreachable proxies that nobody can connect to, and why */
const explainProxies = (env, unreachable) => {
	const proxies = findProxies(env);
	const wrong = proxies.filter((each) => typeof each === "string");
	const how = "Correct it where the job or the service of the runner sets it: `http://HOST:PORT`.";
	if (wrong[0] !== void 0) return no(wrong[0], how);
	if (unreachable[0] !== void 0) return no(unreachable[0], how);
	if (proxies.length === 0) return ok("none");
	const names = proxies.flatMap((each) => typeof each === "string" ? [] : [`${each.variable} ${each.host}:${each.port}`]);
	if (isExempt(env)) return ok(names.join(", "));
	return no(`${names.join(", ")}, and NO_PROXY does not name this machine: kind hands them on to its nodes`, "Set `NO_PROXY=localhost,127.0.0.1,.svc,.cluster.local` beside it, with the hosts of your own registries.");
};
const tryToConnect = async ({ variable, host, port }, signal) => {
	const socket = connect({
		host,
		port,
		signal
	});
	try {
		await once(socket, "connect");
		return [];
	} catch (error) {
		signal.throwIfAborted();
		return [`${variable}: nobody answers at ${host}:${port} (${String(error)})`];
	} finally {
		socket.destroy();
	}
};
const checkProxies = async (env, signal) => {
	const proxies = findProxies(env).filter((each) => typeof each !== "string");
	const tried = await Promise.all(proxies.map((proxy) => tryToConnect(proxy, signal)));
	return explainProxies(env, tried.flat());
};
/** A question for a key that nobody has: the service looks at the token first. */
const toQuestion = ({ version, address }) => {
	const [key, entryVersion] = ["slipway-doctor", "0".repeat(64)];
	if (version === 1) {
		const path = `_apis/artifactcache/cache?keys=${key}&version=${entryVersion}`;
		return {
			url: new URL(`${address}${path}`),
			headers: { accept: "application/json;api-version=6.0-preview.1" },
			order: {}
		};
	}
	const path = "twirp/github.actions.results.api.v1.CacheService/GetCacheEntryDownloadURL";
	const body = JSON.stringify({
		key,
		restore_keys: [],
		version: entryVersion
	});
	return {
		url: new URL(path, address),
		headers: { "content-type": "application/json" },
		order: { body }
	};
};
const explainCache = (status, said, host) => {
	if (status === 200 || status === 204) return ok(`the Actions cache answers at ${host}`);
	if (status === 401 || status === 403) return no(`${host} refuses the job's token (${status})`, "Run the job again: its token may have ended. Check ACTIONS_CACHE_MODE of the runner.");
	return unknown(`${host} answered ${status}: ${said.slice(0, 200)}`);
};
/** @param variables by which the runner says where it is, and where its server is */
const checkCache = async (variables, place, signal) => {
	const found = findActionsCache(variables);
	if (found === void 0) {
		if (place === "laptop") return unknown("there is no Actions cache outside of a job");
		return no("the runner names no Actions cache: `cache: gha` and what Slipway keeps between runs do nothing", "Run Slipway as a `uses:` step, not in `run:`; a server of your own needs its storage configured for Actions.");
	}
	const server = URL.parse(found.address);
	if (server === null) return unknown("ACTIONS_RESULTS_URL or ACTIONS_CACHE_URL is no address");
	const { send, dispose } = createRequests(server, signal);
	try {
		const { url, headers, order } = toQuestion(found);
		const answer = await send(url, {
			authorization: `Bearer ${found.token}`,
			...headers
		}, order);
		const said = await readText(answer, 64e3, `The answer of ${server.host}`);
		return explainCache(answer.status, said.toString("utf8"), server.host);
	} catch (error) {
		if (error instanceof Failure || signal.aborted) throw error;
		return no(`nobody answers at ${server.host}`, "Let the runner reach it: *.actions.githubusercontent.com and *.blob.core.windows.net, past HTTPS_PROXY.");
	} finally {
		dispose();
	}
};

// src/doctor/nodes.ts
/** The cluster's nodes, which all run. */
const explainCluster = (clusterName, nodes) => ok(`${clusterName}, ${formatCount(nodes.length, "node")}, running: ${nodes.map(({ name, role }) => `${name} (${role})`).join(", ")}`);
const parse = (printed) => {
	const lines = printed.split("\n");
	return {
		version: /^containerd (\d+\.\d+\S*)$/m.exec(printed)?.[1],
		tools: new Set(lines.flatMap((line) => /^tool (\w+)$/.exec(line)?.[1] ?? [])),
		hasSocket: lines.includes("socket"),
		isAnswering: lines.includes("answers"),
		hasCri: lines.includes("cri")
	};
};
/** Without these nothing gets into a node. */
const neededTools = [
	"bash",
	"ctr",
	"crictl"
];
/** Without these, it takes longer. */
const linkingTools = [
	"cp",
	"flock",
	"nsenter",
	"tar"
];
/** How people call these. */
const called = {
	cp: "GNU cp",
	perl: "Perl"
};
/** An image that has all of it. */
const images = {
	kind: "Create the cluster with one of kind's own node images: `kind create cluster --image kindest/node:VERSION`.",
	k3d: "Create the cluster with one of K3s' own images: `k3d cluster create --image rancher/k3s:VERSION`.",
	minikube: "Create the cluster with minikube's own image: `minikube start` without `--base-image`."
};
/** Who has found it has tried it. */
const explainMachine = ({ name, version, address, startedBy, userland }) => {
	return `${name}: containerd ${version} at ${address}${startedBy.length === 0 ? "" : ", through sudo"}: ${userland === "gnu" ? "layer by layer" : "whole images"}`;
};
const startAgain = ({ name, provider }) => provider === "minikube" ? "`minikube start` with its profile" : `\`docker restart ${name}\``;
const explainNode = (node, hasContainerdStore) => {
	if (!("printed" in node)) return ok(explainMachine(node));
	const { name, provider, userland, printed } = node;
	const { version = "of an unknown version", tools, ...found } = parse(printed);
	const isBusybox = userland === "busybox";
	const lacks = (wanted) => wanted.filter((tool) => !tools.has(tool));
	const missing = lacks(isBusybox ? ["ctr", "crictl"] : neededTools);
	if (missing.length > 0) return needed(`${name} has no ${missing.join(", ")}`, images[provider]);
	const look = `See \`docker exec ${name} journalctl --unit containerd\`; ${startAgain(node)} starts it again.`;
	if (!found.hasSocket && !isBusybox) return needed(`${name} has no socket /run/containerd/containerd.sock`, look);
	if (!found.isAnswering) return needed(`${name}: its containerd does not answer`, look);
	if (!found.hasCri) return needed(`${name}: its containerd's CRI does not answer`, look);
	if (isBusybox) return ok(`${name}: containerd ${version}, BusyBox`);
	const slower = lacks(hasContainerdStore ? [...linkingTools, "perl"] : linkingTools);
	if (slower.length > 0) {
		const what = slower.map((tool) => called[tool] ?? tool).join(", ");
		return no(`${name} has no ${what}: Slipway streams images there`, images[provider]);
	}
	return ok(`${name}: containerd ${version}${tools.has("perl") ? "" : ", without Perl"}`);
};
/** @param hasContainerdStore whether Docker keeps images in containerd */
const explainNodes = (nodes, hasContainerdStore) => {
	const answers = nodes.map((node) => explainNode(node, hasContainerdStore));
	const bad = answers.filter((answer) => answer.state === "no");
	return bad.find(({ isNeeded }) => isNeeded) ?? bad[0] ?? ok(answers.map(({ found }) => found).join(", "));
};
const timeoutMs = 4500;
/** Asks all nodes side by side for their containerd and its tools. */
const inspectNodes = async (api, nodes) => {
	const script = readFileSync(new URL("./in-node/tools.sh", import.meta.url), "utf8");
	const inspect = async (node) => {
		if (isMachine(node)) return node;
		const printed = await executeIn(api, node, [
			"sh",
			"-c",
			script
		], timeoutMs);
		return {
			...node,
			printed
		};
	};
	return Promise.all(nodes.map(inspect));
};
/** What a node's own folder is on, as `stat` calls it, where that is a volume of Docker's. */
const findVolumesFilesystem = (dataRoot, nodes) => {
	const node = nodes.find(({ mounts }) => mounts.some(({ destination, source }) => destination === "/var" && source.startsWith(dataRoot)));
	return /^filesystem (\w\S*)$/m.exec(node?.printed ?? "")?.[1];
};

// src/doctor/place.ts
const placeWords = {
	hosted: "one of GitHub's runners",
	pod: "a runner in a pod (ARC)",
	"self-hosted": "a self-hosted runner",
	laptop: "no runner"
};
/** @param env what programs inherit */
const findPlace = (env, isHostedRunner) => {
	if (isHostedRunner) return "hosted";
	if (!env["GITHUB_ACTIONS"]) return "laptop";
	return env["KUBERNETES_SERVICE_HOST"] ? "pod" : "self-hosted";
};

// src/doctor/rights.ts
const explainSudo = (user, sudo) => {
	if (user === 0) return ok("this user is root");
	if (sudo === "all") return ok("sudo without a password");
	if (sudo === "dmesg") return ok("sudo without a password for `dmesg`, the kernel's log");
	return no(`sudo does not work (${sudo.said}): free-disk deletes nothing, and OOM kills are found without the kernel's log where the nodes are gone`, "Where you want that log, allow it to the user of the runner in /etc/sudoers.d: `USER ALL=(root) NOPASSWD: /usr/bin/dmesg`.");
};
const checkSudo = async (env, signal, user = process.getuid?.()) => {
	if (user === 0) return explainSudo(user, "all");
	/** @returns what it said; undefined where it works */
	const ask = async (...args) => {
		const command = {
			file: "sudo",
			args: ["-n", ...args],
			env,
			timeoutMs: 2e3,
			signal
		};
		const { code, stderr } = await runCaptured(command).catch((error) => ({
			code: 1,
			stderr: error.message
		}));
		return code === 0 ? void 0 : stderr.trim().split("\n").at(-1) || `exit code ${code}`;
	};
	const said = await ask("true");
	if (said === void 0) return explainSudo(user, "all");
	const mayReadLog = await ask("dmesg", "--version") === void 0;
	return explainSudo(user, mayReadLog ? "dmesg" : { said });
};

// src/doctor/store.ts
const restart = "then restart Docker";
/** What a container's own folder is no good for is a volume's work. */
const giveVolume = (place) => place === "pod" ? "Mount an `emptyDir: {}` at `/var/lib/docker` of the dind container (in the chart's values under `template.spec`): the chart mounts nothing there." : "Docker runs in a container itself: start that with a volume for its data, `--volume docker-data:/var/lib/docker`.";
const useLocalDisk = (place) => place === "pod" ? "Mount an `emptyDir: {}` or a volume of local disks at `/var/lib/docker` of the dind container, in place of the one on NFS." : `Set \`"data-root"\` in /etc/docker/daemon.json to a folder on a local disk, ${restart}.`;
const useOverlay2 = `Set \`"storage-driver": "overlay2"\` in /etc/docker/daemon.json, ${restart}; images have to be built again.`;
const remedies = {
	rootless: "Use the machine's own daemon, which runs as root: `docker context use default`.",
	"remapped-users": `Take \`userns-remap\` out of /etc/docker/daemon.json, ${restart}.`,
	"hidden-containerd": "Update Docker to 28 or newer, which says where its containerd is.",
	redirects: `\`echo N | sudo tee /sys/module/overlay/parameters/redirect_dir\`, ${restart}.`,
	metacopy: `\`echo N | sudo tee /sys/module/overlay/parameters/metacopy\`, ${restart}.`,
	"storage-driver": useOverlay2,
	snapshotter: `Set \`"storage-driver": "overlayfs"\` in /etc/docker/daemon.json, ${restart}; images have to be built again.`
};
const slower = "Slipway streams images in place of linking them";
const isOverlay = (filesystem) => /^overlay(fs)?$/.test(filesystem ?? "");
const isNfs = (filesystem) => /^nfs/.test(filesystem ?? "");
/** dockerd falls back to it where overlay cannot be mounted, and only the filesystem says why. */
const explainVfs = (filesystem, place) => {
	const what = "the storage driver is vfs: each layer is a full copy of all below it";
	if (isNfs(filesystem)) return no(`${what}. Docker's data is on NFS, which overlay cannot use`, useLocalDisk(place));
	if (isOverlay(filesystem) || filesystem === void 0 && place === "pod") return no(`${what}. Docker's data is on a container's own overlay, and overlay on overlay cannot be`, giveVolume(place));
	return no(what, useOverlay2);
};
/**
* What Docker keeps images in, and whether it can be linked from.
*
* @param filesystem of Docker's data, as Docker or `stat` calls it; undefined where nobody says
*/
const explainStore = (engine, filesystem, place) => {
	const { driver, hasContainerdStore } = engine;
	if (driver === "vfs" || driver === "native") return explainVfs(filesystem, place);
	const gate = findGate(engine);
	if (gate !== void 0) return no(`${renderBecause(gate)}: ${slower}`, remedies[gate.kind]);
	const store = hasContainerdStore ? "the containerd store, snapshotter overlayfs" : driver;
	if (isOverlay(filesystem)) return no(`${store} on another overlay: deleted files may come back`, giveVolume(place));
	if (isNfs(filesystem)) return no(`${store} on NFS, which keeps no overlay's marks`, useLocalDisk(place));
	return ok(`${store}${filesystem === void 0 ? "" : ` on ${filesystem}`}, ${engine.dataRoot}`);
};

// src/doctor/examine.ts
/** All answers come in one or two seconds; what takes longer hangs, or the machine is very busy. */
const deadlineMs = 5e3;
const magics = {
	61267: "ext4",
	1481003842: "xfs",
	2435016766: "btrfs",
	801189825: "zfs",
	2035054128: "overlay",
	26985: "nfs"
};
/** Undefined where the folder is not on this machine, or on something rare. */
const findOwnFilesystem = async (folder) => statfs(folder).then(({ type }) => magics[type], () => void 0);
const tryNodes = async ({ api, docker, runId, signal }, engine, nodes) => {
	if (findGate(engine) !== void 0) return unknown("not tried, as the store is no good for links");
	const plans = nodes.map((node) => ({
		node,
		choice: planMethod(engine, node, "auto", docker.isLocal)
	}));
	const gated = plans.flatMap(({ node: { name }, choice }) => choice.kind === "direct" ? [] : [[name, {
		kind: "cannot",
		reason: renderBecause(choice.because)
	}]]);
	const trial = {
		engine,
		runId,
		deadlineMs,
		signal
	};
	const tried = await Promise.all(groupForHelpers(plans).map((group) => tryMethods(api, {
		...trial,
		nodes: group.nodes
	})));
	const machineRoot = nodes.find(isMachine)?.containerd.root;
	return explainLinks(new Map([...gated, ...tried.flatMap((each) => [...each])]), machineRoot);
};
/** What several answers depend on, asked once. */
const ask = (examination) => {
	const { api } = examination;
	const engine = findEngine(api.get);
	const found = findNodes(api, examination, examination.env);
	const inspected = found.then(({ nodes }) => inspectNodes(api, nodes));
	for (const each of [
		engine,
		found,
		inspected
	]) each.catch(() => {});
	return {
		engine,
		found,
		inspected
	};
};
const findStore = async ({ docker, place }, { inspected }, engine) => {
	const told = engine.driverStatus["Backing Filesystem"];
	const own = storeFolders(engine).at(-1) ?? engine.dataRoot;
	const filesystem = told ?? await inspected.then((nodes) => findVolumesFilesystem(engine.dataRoot, nodes.filter((node) => "printed" in node)), () => void 0) ?? (docker.isLocal ? await findOwnFilesystem(own) : void 0);
	return explainStore(engine, filesystem, place);
};
const findDocker = async ({ engine }, endpoint, place) => {
	const hangs = /* @__PURE__ */ new Error(`no answer within ${deadlineMs / 1e3} s`);
	const asked = engine.catch((error) => error);
	const answer = await within(asked, 4800, hangs);
	return answer instanceof Error ? explainNoDocker(answer.message, endpoint, place) : explainDocker(answer, endpoint);
};
const toQuestions = (examination) => {
	const { api, docker, env, place, signal, tempRoot, credentials } = examination;
	const asked = ask(examination);
	const endpoint = {
		host: env["DOCKER_HOST"] || void 0,
		socket: findSocket(env)
	};
	const withDocker = (answer) => () => asked.engine.then(answer, () => unknown("not checked, as Docker does not answer"));
	const withNodes = (answer) => withDocker((engine) => asked.found.then(({ nodes }) => answer(engine, nodes), () => unknown("not checked, as there are no nodes to ask")));
	const ofHost = (answer) => withDocker(() => docker.isLocal ? answer() : unknown(elsewhere));
	return [
		["machine", () => ok(placeWords[place])],
		["Docker", () => findDocker(asked, endpoint, place)],
		["store", withDocker((engine) => findStore(examination, asked, engine))],
		["buildx", () => checkBuildx(docker)],
		["builder", withDocker(() => checkBuilder(docker, examination.existingBuilder))],
		["cluster", withDocker(() => asked.found.then(({ nodes }) => explainCluster(examination.clusterName, nodes), toAnswer))],
		["nodes", withNodes(async ({ hasContainerdStore }) => explainNodes(await asked.inspected, hasContainerdStore))],
		["links", withNodes((engine, nodes) => tryNodes(examination, engine, nodes))],
		["disk", withDocker(async (engine) => {
			const scope = {
				engine,
				nodes: await asked.found.then((found) => found.nodes, () => []),
				isLocalDaemon: docker.isLocal
			};
			return explainDisk((await findFilesystems(api, scope, tempRoot)).filesystems, place);
		})],
		["memory", withDocker(({ memoryBytes }) => checkMemory(docker.isLocal, memoryBytes))],
		["cgroups", withDocker(({ cgroupVersion }) => explainCgroups(cgroupVersion))],
		["inotify", ofHost(() => checkInotify(place))],
		["sudo", () => checkSudo(env, signal)],
		["proxies", () => checkProxies(env, signal)],
		["cache", () => checkCache({
			...env,
			...examination.cacheEnv
		}, place, signal)],
		...credentials.kind === "none" ? [] : [["App", () => checkApp(credentials, examination.token)]]
	];
};
/** Answers all questions side by side; one that hangs is unknown, and holds up no other. */
const examine = (examination) => {
	const late = unknown(`no answer within ${deadlineMs / 1e3} s`);
	return Promise.all(toQuestions(examination).map(async ([name, answer]) => {
		const asked = Promise.resolve().then(answer).catch(toAnswer);
		return {
			name,
			...await within(asked, deadlineMs, late)
		};
	}));
};

// src/commands/doctor.ts
/** Says what of this machine works for Slipway, and what mends the rest. Changes nothing. */
const doctor = async (inputs, { env, isHostedRunner, ...place }, front) => {
	try {
		var _usingCtx$1 = _usingCtx();
		const over = new AbortController();
		const signal = AbortSignal.any([front.signal, over.signal]);
		const { debug, warning } = front.log;
		const token = _usingCtx$1.a(createBuildToken({
			...front,
			signal,
			inputs,
			log: debug,
			warn: warning,
			childEnv: env
		}));
		const docker = createDocker(env, signal);
		return await withEngineApi(docker, async (api) => {
			try {
				const where = findPlace(env, isHostedRunner);
				return await examine({
					...inputs,
					...place,
					env,
					docker,
					api,
					token,
					signal,
					place: where
				});
			} finally {
				over.abort();
			}
		});
	} catch (_) {
		_usingCtx$1.e = _;
	} finally {
		await _usingCtx$1.d();
	}
};

export { doctor };