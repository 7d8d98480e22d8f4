import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { later, mostBytes, readStream, tooMuch } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { appendOwnFile, makeOwnFolder, readOwnFile, toLine, writeOwnFile } from "./shared.actions-post.actions-step.cache-client.recorder.js";
const { connect } = process.getBuiltinModule("node:net");
const { Agent, request } = process.getBuiltinModule("node:http");
const { Duplex, PassThrough } = process.getBuiltinModule("node:stream");
const { once } = process.getBuiltinModule("node:events");
const { createHash, randomBytes } = process.getBuiltinModule("node:crypto");
const { accessSync, closeSync, constants, fstatSync, openSync, readFileSync, readSync, readdirSync, realpathSync, statSync } = process.getBuiltinModule("node:fs");
const { basename, dirname, isAbsolute, join, resolve } = process.getBuiltinModule("node:path");
const { homedir, hostname, tmpdir, userInfo } = process.getBuiltinModule("node:os");
const { spawn } = process.getBuiltinModule("node:child_process");
const { finished } = process.getBuiltinModule("node:stream/promises");
const { StringDecoder } = process.getBuiltinModule("node:string_decoder");

// src/host/access.ts
const { R_OK, W_OK, X_OK } = constants;
const allows = (path, mode) => attempt(() => accessSync(path, mode) === void 0) ?? false;
/** Whether something may be made in a folder that is there; also false on a read-only mount. */
const canWriteIn = (folder) => allows(folder, R_OK | W_OK | X_OK);
/** Whether files of a folder that is there can be opened by their names. */
const canSearch = (folder) => allows(folder, X_OK);
/** Whether a file may be executed. */
const canRun = (file) => allows(file, X_OK);
/** Whether a file, or what listens at a socket, may be written to. */
const canWrite = (file) => allows(file, W_OK);
const canRead = (file) => allows(file, R_OK);
/** Whether there is something, as far as one may look: in a locked folder, perhaps. */
const isMissing = (path) => kindOf(path) === "nothing";
/** What there is at a path, links followed; what nobody may look at is taken for a file. */
const kindOf = (path) => {
	try {
		const found = statSync(path, { throwIfNoEntry: false });
		if (found === void 0) return "nothing";
		return found.isDirectory() ? "folder" : "file";
	} catch {
		return "file";
	}
};
/** Whether `mkdir --parents` would make a folder that is missing. */
const canMake = (folder) => {
	let above = dirname(resolve(folder));
	while (isMissing(above)) above = dirname(above);
	return canWriteIn(above);
};

// src/host/proc-stat.ts
/**
* The fields of a process's `stat` (proc(5)) from the third on, so that `[0]` is the state: the second one, a name in
* brackets, may hold anything. None for a process that is not there, and on other systems.
*/
const statFieldsOf = (pid) => attempt(() => {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}) ?? [];

// src/host/process-group.ts
/** What is asked to end has this long. Who cancels gives us seconds. */
const graceMs$1 = 2e3;
/** How long output is waited for that nobody prints any more: a grandchild may keep the pipe open. */
const silenceMs = 1e3;
const signalTo = (pid, name) => void attempt(() => process.kill(pid, name));
/** Field 6. */
const sessionOf = (pid) => Number(statFieldsOf(pid)[3]);
/** Processes of a session that have left its first group. Without /proc nobody can say. */
const membersOf = (session) => {
	return (attempt(() => readdirSync("/proc")) ?? []).filter((name) => /^\d+$/.test(name)).filter((pid) => sessionOf(pid) === session).map(Number);
};
const killAll = (pid) => {
	signalTo(-pid, "SIGKILL");
	for (const member of membersOf(pid)) signalTo(member, "SIGKILL");
};
/** Whether there is output that we have not taken yet, or have just taken. */
const createSilenceCheck = ({ stdout, stderr }) => {
	const streams = [stdout, stderr].filter((stream) => stream !== null);
	const sum = () => streams.reduce((all, stream) => all + (stream.bytesRead ?? 0), 0);
	let before = sum();
	return () => {
		const now = sum();
		const isSilent = now === before && streams.every((each) => !each.isPaused() && each.readableLength === 0);
		before = now;
		return isSilent;
	};
};
/**
* Starts a program as the first of a process group and session of its own, so that it can be ended
* together with all that it starts: a signal to `docker` alone does not reach a plugin that is busy.
* It has no terminal, and never had one in a job.
*
* @param ask what is done at first to end it; by default all are sent SIGTERM
*/
const startGroup = ({ file, args, env, cwd, timeoutMs, signal }, stdio, ask) => {
	const child = spawn(file, [...args], {
		env,
		stdio,
		detached: true,
		...cwd !== void 0 && { cwd }
	});
	const { pid } = child;
	const { promise: ended, resolve, reject } = Promise.withResolvers();
	const timers = /* @__PURE__ */ new Set();
	const after = (ms, act) => timers.add(setTimeout(act, ms));
	let isEnding = false;
	let timedOut = false;
	const release = () => {
		for (const timer of timers) clearTimeout(timer);
		signal?.removeEventListener("abort", end);
	};
	const settle = () => {
		release();
		if (isEnding && pid !== void 0) killAll(pid);
		for (const stream of child.stdio) stream?.destroy();
		child.unref();
		resolve({
			code: child.exitCode,
			timedOut
		});
	};
	const end = () => {
		if (isEnding || pid === void 0) return;
		isEnding = true;
		if (ask === void 0) signalTo(-pid, "SIGTERM");
		else ask(child);
		after(graceMs$1, () => {
			killAll(pid);
			after(silenceMs, settle);
		});
	};
	child.once("error", (cause) => {
		release();
		const remedy = `Install ${file} and put it on the PATH.`;
		reject(new Failure(`Could not start ${file}`, {
			cause,
			remedy
		}));
	});
	child.once("exit", () => {
		const isSilent = createSilenceCheck(child);
		const look = () => {
			if (isSilent()) settle();
			else after(silenceMs, look);
		};
		after(silenceMs, look);
	});
	child.once("close", settle);
	after(timeoutMs, () => {
		timedOut = true;
		end();
	});
	signal?.addEventListener("abort", end, { once: true });
	if (signal?.aborted) end();
	return {
		child,
		ended,
		end
	};
};
/** The same with all three streams as pipes. One that ends early closes them; its exit code says why. */
const startPiped = (command, ask) => {
	const group = startGroup(command, "pipe", ask);
	group.child.stdin.on("error", () => {});
	return group;
};

// src/host/process.ts
/**
* Runs a command and hands its output streams to the caller. At its deadline, or when the step is
* cancelled, it ends with all that it started.
*
* @throws {Failure} when the program cannot be started at all; an exit code is a result
*/
const runStreaming = async (command, streams) => {
	const { child, ended } = startGroup(command, [
		command.stdin?.fd ?? "ignore",
		"pipe",
		"pipe"
	]);
	if (child.stdout !== null) streams.stdout(child.stdout);
	if (child.stderr !== null) streams.stderr(child.stderr);
	return ended;
};
/**
* Runs a command to its end and returns what it printed.
*
* @throws {Failure} when it cannot be started, or floods us
*/
const runCaptured = async (command) => {
	const flooded = new AbortController();
	const { signal = flooded.signal } = command;
	let bytes = 0;
	const collect = (stream, chunks) => {
		stream.on("data", (chunk) => {
			bytes += chunk.length;
			if (bytes <= 67108864) chunks.push(chunk);
			else flooded.abort();
		});
	};
	const stdout = [];
	const stderr = [];
	const bounded = {
		...command,
		signal: AbortSignal.any([signal, flooded.signal])
	};
	const ended = await runStreaming(bounded, {
		stdout: (stream) => collect(stream, stdout),
		stderr: (stream) => collect(stream, stderr)
	});
	const { file, args } = command;
	if (flooded.signal.aborted) throw tooMuch(`The output of \`${[file, ...args.slice(0, 2)].join(" ")}\``);
	return {
		...ended,
		stdout: Buffer.concat(stdout).toString("utf8"),
		stderr: Buffer.concat(stderr).toString("utf8")
	};
};

// src/docker/version.ts
const isOlder = ([major, minor], [wantedMajor, wantedMinor]) => major < wantedMajor || major === wantedMajor && minor < wantedMinor;
/** The first that is known to be older; undefined where none is. */
const findOlder = (versions, wanted) => versions.find((version) => version.join(".") !== "0.0" && isOlder(version, wanted));

// src/cluster/providers/machine.ts
/** Where clusters without containers have their containerd. */
const usualSockets = "K3s and RKE2 have it at /run/k3s/containerd/containerd.sock, MicroK8s at /var/snap/microk8s/common/run/containerd.sock, k0s at /run/k0s/containerd.sock, kubeadm at /run/containerd/containerd.sock";
/** CRI's first stable version, which we speak, came with it. */
const oldest = [1, 6];
/** Reads what in-node/machine.sh prints. */
const parseMachine = (printed) => {
	const rows = printed.split("\n").map((line) => line.split("	"));
	const factOf = (word) => rows.find(([first]) => first === word)?.[1] || void 0;
	return {
		tools: new Set(rows.flatMap(([word, tool = ""]) => word === "tool" ? [tool] : [])),
		silence: rows.find(([first]) => first === "silent")?.[1],
		version: factOf("version"),
		cri: factOf("cri"),
		overlayfs: factOf("overlayfs"),
		snapshotter: factOf("snapshotter")
	};
};
const toVersion = (text) => {
	const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})\b/.exec(text) ?? [];
	return major === void 0 ? void 0 : [Number(major), Number(minor)];
};
/** With these an image's layers are unpacked as they come, each once. */
const unpackingTools = [
	"bash",
	"flock",
	"tar",
	"cp"
];
const canUnpack = ({ overlayfs, tools }) => overlayfs !== void 0 && unpackingTools.every((tool) => tools.has(tool));
/** Why nothing can be loaded into a containerd; undefined where it can. */
const findObjection$1 = (facts, address) => {
	const { tools, silence, version, cri } = facts;
	if (!tools.has("ctr")) return new Failure(`This machine has no ctr, by which images get into ${address}`, { remedy: "Link the one of its containerd: MicroK8s: `sudo ln -s /snap/microk8s/current/bin/ctr /usr/local/bin/`; RKE2: `sudo ln -s /var/lib/rancher/rke2/bin/ctr /usr/local/bin/`." });
	if (version === void 0) return new Failure(`The containerd at ${address} does not answer: ${toLine(silence ?? "")}`, { remedy: "See whether it runs: `systemctl status containerd`, or that of k3s." });
	const known = toVersion(version);
	if (known !== void 0 && isOlder(known, oldest)) return new Failure(`The containerd at ${address} is ${version}`, { remedy: `Slipway needs ${oldest.join(".")} or newer.` });
	if (cri !== "ok") return new Failure(`The containerd at ${address} has no CRI, so no kubelet takes images from it`, { remedy: `Docker's own is like that. Set containerd-address to the cluster's: ${usualSockets}. Or take "cri" out of disabled_plugins in /etc/containerd/config.toml.` });
	if (tools.has("crictl") || tools.has("perl") && canUnpack(facts)) return void 0;
	return new Failure("This machine has no crictl, by which CRI is asked", { remedy: "Install it: https://github.com/kubernetes-sigs/cri-tools." });
};
/**
* This machine as a node.
*
* @param start how its programs are started, and with which variables
* @throws {Failure} when no image can be loaded into its containerd
*/
const toMachineNode = (facts, address, start, host) => {
	const objection = findObjection$1(facts, address);
	if (objection !== void 0) throw objection;
	const { overlayfs, version = "", snapshotter = "overlayfs" } = facts;
	return {
		name: /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(host) ? host : "this-machine",
		role: "machine",
		provider: "containerd",
		version,
		address,
		userland: canUnpack(facts) ? "gnu" : "busybox",
		containerd: {
			namespace: "k8s.io",
			root: overlayfs?.replace(/\/[^/]*$/, "") ?? "/",
			snapshotter
		},
		...start({
			CONTAINERD_SNAPSHOTTER: snapshotter,
			...overlayfs !== void 0 && { SLIPWAY_SNAPSHOTTER: overlayfs }
		})
	};
};

// src/cluster/providers/containerd.ts
const timeoutMs$1 = 2e4;
/** By these, programs find the containerd: `ctr`, `crictl`, and our scripts. */
const toVariables = (address) => ({
	CONTAINERD_ADDRESS: address,
	CONTAINERD_NAMESPACE: "k8s.io",
	CONTAINER_RUNTIME_ENDPOINT: `unix://${address}`,
	IMAGE_SERVICE_ENDPOINT: `unix://${address}`,
	SLIPWAY_SOCKET: address
});
const toStart = ({ address, env }, isThroughSudo) => (further) => {
	const own = Object.fromEntries(["PATH", "HOME"].flatMap((name) => env[name] === void 0 ? [] : [[name, env[name]]]));
	const variables = {
		...own,
		...toVariables(address),
		...further
	};
	if (!isThroughSudo) return {
		startedBy: [],
		env: variables
	};
	return {
		startedBy: [
			"sudo",
			"-n",
			"env",
			...Object.entries(variables).map(([name, value]) => `${name}=${value}`)
		],
		env: own
	};
};
const maySudo = async ({ env, signal }) => {
	return runCaptured({
		file: "sudo",
		args: ["-n", "true"],
		env,
		timeoutMs: 5e3,
		signal
	}).then(({ code }) => code === 0, () => false);
};
const requireSocket = (address) => {
	let found;
	try {
		found = statSync(address, { throwIfNoEntry: false });
	} catch {
		return;
	}
	if (found?.isSocket()) return;
	throw new Failure(`${found === void 0 ? "There is no" : "It is no socket:"} ${address}, where cluster: containerd looks for it`, { remedy: `Start the cluster before this step, or set containerd-address to its socket: ${usualSockets}.` });
};
const refuseRights = (address) => {
	const user = attempt(() => userInfo().username) ?? "this user";
	throw new Failure(`${user} may not use ${address}, and sudo asks for a password`, { remedy: `Allow it to the user of the runner in /etc/sudoers.d: \`${user} ALL=(root) NOPASSWD: ALL\`; or give its group the socket (\`gid\` below [grpc] in containerd's configuration; MicroK8s: \`sudo usermod --append --groups microk8s ${user}\`).` });
};
/**
* Finds this machine's own containerd.
*
* @throws {Failure} when there is none, or nobody could load an image into it
*/
const findMachine = async (place) => {
	const { address, signal } = place;
	requireSocket(address);
	const isRoot = process.getuid?.() === 0;
	const isThroughSudo = !isRoot && await maySudo(place);
	if (!isRoot && !isThroughSudo && !canWrite(address)) refuseRights(address);
	const start = toStart(place, isThroughSudo);
	const { startedBy, env } = start({});
	const script = readFileSync(new URL("./in-node/machine.sh", import.meta.url), "utf8");
	const [file = "", ...args] = [
		...startedBy,
		"sh",
		"-c",
		script
	];
	const { stdout } = await runCaptured({
		file,
		args,
		env,
		timeoutMs: timeoutMs$1,
		signal
	});
	signal?.throwIfAborted();
	return toMachineNode(parseMachine(stdout), address, start, hostname());
};

// src/cluster/providers/k3d.ts
const flag = "--snapshotter=";
/**
* K3s in containers of Docker's, by k3d's labels (pkg/types/types.go). Its image is K3s and BusyBox: `ctr` and
* `crictl` are K3s itself, and know its containerd.
*/
const k3d = {
	provider: "k3d",
	userland: "busybox",
	clusterLabel: "k3d.cluster",
	roleLabel: "k3d.role",
	runsPods: (role) => role === "server" || role === "agent",
	create: "k3d cluster create",
	toContainerd: ({ Config }) => {
		return {
			namespace: "k8s.io",
			root: "/var/lib/rancher/k3s/agent/containerd",
			snapshotter: (Config.Cmd?.find((word) => word.startsWith(flag)))?.slice(14) || "overlayfs"
		};
	}
};

// src/cluster/providers/kind.ts
const variable = "KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER=";
/** Containers that kind made have these labels, by which it finds them, and so do we. */
const kind = {
	provider: "kind",
	userland: "gnu",
	clusterLabel: "io.x-k8s.kind.cluster",
	roleLabel: "io.x-k8s.kind.role",
	runsPods: (role) => role !== "external-load-balancer",
	create: "kind create cluster",
	toContainerd: ({ Config }) => {
		return {
			namespace: "k8s.io",
			root: "/var/lib/containerd",
			snapshotter: (Config.Env?.find((entry) => entry.startsWith(variable)))?.slice(41) || "overlayfs"
		};
	}
};

// src/cluster/providers/proof.ts
/**
* Why a container with the labels of nodes is no node; undefined when it is one. A container inherits the
* labels of its image, so whoever makes an image can write them; only who starts a container can make it
* privileged and give it labels of its own. A node gets commands and, through the helper, its own bash
* as root of the host: that must be no more than the container has already.
*
* @param image undefined when it is gone
* @param labels those of nodes
*/
const findObjection = ({ HostConfig, Config }, image, labels) => {
	if (HostConfig.Privileged !== true) return "it is not privileged";
	if (image === void 0) return "its image is gone, so its labels may come from it";
	const given = Config.Labels ?? {};
	const fromImage = image.Config?.Labels ?? {};
	const inherited = labels.find((label) => given[label] !== void 0 && given[label] === fromImage[label]);
	return inherited && `its label ${inherited} comes from its image`;
};

// src/cluster/providers/labelled.ts
const toListed = ({ Id: id, Names: [name = ""], State: state, Labels, HostConfig }, { clusterLabel, roleLabel, findOwner }) => {
	const { [clusterLabel]: label = "", [roleLabel]: role } = Labels;
	const network = HostConfig?.NetworkMode ?? "";
	const owner = findOwner?.(label, network);
	return {
		id,
		name: name.replace(/^\//, ""),
		state,
		label,
		network,
		cluster: owner?.cluster ?? label,
		role: role || owner?.role || "unknown"
	};
};
/** All that bear the labels of nodes, whoever wrote them there. */
const listClaims = async (get, provider) => {
	return (await get(`/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify({ label: [provider.clusterLabel] }))}`) ?? []).map((each) => toListed(each, provider)).filter(({ role }) => provider.runsPods(role));
};
/** Parts nodes from what only bears their labels; what has just been removed is neither. */
const prove = async (get, provider, claims) => {
	const labels = [provider.clusterLabel, provider.roleLabel];
	const images = /* @__PURE__ */ new Map();
	const askImage = (id) => {
		const asked = images.get(id) ?? get(`/images/${encodeURIComponent(id)}/json`);
		images.set(id, asked);
		return asked;
	};
	const proven = await Promise.all(claims.map(async (claim) => {
		const inspected = await get(`/containers/${claim.id}/json`);
		if (inspected === void 0) return void 0;
		const objection = findObjection(inspected, await askImage(inspected.Image), labels);
		if (objection === void 0) return {
			...claim,
			inspected
		};
		return `Slipway ignores ${claim.name}: it has the labels of a ${provider.provider} node, but ${objection}.`;
	}));
	return {
		nodes: proven.filter((each) => typeof each === "object"),
		/** A line for each container that only claims to be one. */
		leftOut: proven.filter((each) => typeof each === "string")
	};
};
/** Finds the nodes of a cluster, running or not. */
const listMembers = async (get, provider, clusterName) => {
	const claims = (await listClaims(get, provider)).filter(({ cluster }) => cluster === clusterName);
	return prove(get, provider, claims);
};
/** The nodes of all clusters that there are of one provider. */
const listAll = async (get, provider) => prove(get, provider, await listClaims(get, provider));
/** Names of the clusters that there are of one provider. */
const listClusters = async (get, provider) => {
	const { nodes } = await listAll(get, provider);
	return [...new Set(nodes.map(({ cluster }) => cluster))].sort().map((name) => provider.provider === "kind" ? name : `${name} (${provider.provider})`);
};
/**
* @param providers of the providers that were asked, the first that people think of first
* @throws {Failure} naming the clusters that there are
*/
const refuseCluster = async (get, providers, clusterName, leftOut) => {
	const known = (await Promise.all(providers.map((provider) => listClusters(get, provider)))).flat();
	const { provider = "kind", create = "" } = providers[0] ?? {};
	const own = provider === "kind" ? ", or set create-cluster: true" : "";
	const remedy = known.length === 0 ? `This Docker daemon runs none. Create one before this step (\`${create}\`)${own}.` : `Set cluster-name to one of: ${known.join(", ")}.`;
	throw new Failure(`There is no ${provider} cluster named ${clusterName}`, { remedy: [...leftOut, remedy].join(" ") });
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
const requireRunning = (picked, { restart }) => {
	const down = picked.filter(({ state }) => state !== "running");
	const [first] = down;
	if (first === void 0) return;
	const list = down.map(({ name, state }) => `${name} is ${state}`).join(", ");
	const names = down.map(({ name }) => name).join(" ");
	const isPaused = down.every(({ state }) => state === "paused");
	const start = restart?.(first.cluster) ?? `docker start ${names}`;
	throw new Failure(`Not every node is running: ${list}`, { remedy: `\`${isPaused ? `docker unpause ${names}` : start}\` starts it again; or leave it out of the input nodes.` });
};
const toNode = ({ inspected, role }, provider) => ({
	name: inspected.Name.replace(/^\//, ""),
	role,
	containerId: inspected.Id,
	imageId: inspected.Image,
	pid: inspected.State.Pid,
	mounts: inspected.Mounts.flatMap(({ Destination: destination, Source: source, RW }) => source ? [{
		destination,
		source,
		isReadOnly: RW === false
	}] : []),
	provider: provider.provider,
	userland: provider.userland,
	containerd: provider.toContainerd(inspected)
});
/**
* The nodes among a cluster's that are wanted.
*
* @throws {Failure} when there is no such node, or one is not running
*/
const toNodes = (members, provider, wanted) => {
	const picked = pickNodes(members, wanted);
	requireRunning(picked, provider);
	return picked.map((member) => toNode(member, provider)).sort((a, b) => a.name.localeCompare(b.name));
};

// src/host/lines.ts
/** From here on a line is cut where it has white space, so that no word and no secret is torn. */
const longLine = 65536;
/** A line without an end would otherwise be held in memory for ever. */
const longestLine = 1048576;
const findCut = (text) => {
	if (text.length <= longLine) return 0;
	const space = text.slice(longLine).search(/\s/);
	if (space >= 0) return longLine + space;
	if (text.length <= longestLine) return 0;
	return (text.charCodeAt(1048575) & 64512) === 55296 ? 1048575 : longestLine;
};
/**
* Cuts bytes into lines at \n, \r\n and \r, as the runner does.
*
* @param cutAt for lines that are read by us, and may be longer than what people read
*/
const createLineCutter = (onLine, cutAt = findCut) => {
	const decoder = new StringDecoder("utf8");
	let rest = "";
	return {
		write: (chunk) => {
			const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!\n|$)/);
			rest = lines.pop() ?? "";
			for (const line of lines) onLine(line);
			for (let cut = cutAt(rest); cut > 0; cut = cutAt(rest)) {
				onLine(rest.slice(0, cut));
				rest = rest.slice(cut);
			}
		},
		end: () => {
			for (const line of (rest + decoder.end()).split(/\r/)) if (line !== "") onLine(line);
			rest = "";
		}
	};
};
/**
* Cuts bytes at \n alone, into what programs write for programs.
*
* @param onRecord gets undefined for one that is longer
*/
const createRecordCutter = (onRecord, longest) => {
	let parts = [];
	let length = 0;
	const add = (part) => {
		length += part.length;
		if (length <= longest) parts.push(part);
		else parts = [];
	};
	const end = () => {
		if (length > 0) onRecord(length > longest ? void 0 : Buffer.concat(parts));
		parts = [];
		length = 0;
	};
	return {
		write: (chunk) => {
			let from = 0;
			for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
				add(chunk.subarray(from, at + 1));
				end();
				from = at + 1;
			}
			add(chunk.subarray(from));
		},
		end
	};
};
/** Reads a stream, and stops while our standard output, where lines mostly go, takes no more. */
const pour = (stream, { write, end }) => {
	stream.on("data", (chunk) => {
		process.stdout.cork();
		write(chunk);
		process.stdout.uncork();
		if (!process.stdout.writableNeedDrain) return;
		stream.pause();
		process.stdout.once("drain", () => stream.resume());
	});
	stream.on("end", end);
};
const splitLines = (stream, onLine, cutAt) => pour(stream, createLineCutter(onLine, cutAt));

// src/docker/warnings.ts
/**
* What programs log beside what they say: warnings and less, as logrus (docker, ctr, crictl), klog
* (kubectl) and loggers of JSON write them. helper/node.sh knows the first two, too.
*/
const logged = [
	/^time="[^"]*" level=(warning|info|debug|trace)\b/,
	/^(WARN|INFO|DEBU|TRAC)\[[^\]]*\] /,
	/^[IW]\d{4} \d\d:\d\d:\d\d/,
	/^\{.*"level": ?"(warn|warning|info|debug|trace)"/
];
const colour = /\x1b\[[0-9;]*m/g;
/** Some programs warn at every call, whether it works or not: a warning is never why one failed. */
const isWarning = (line) => {
	const plain = line.replace(colour, "");
	return logged.some((pattern) => pattern.test(plain));
};
/** What a program said on standard error, without its warnings. */
const withoutWarnings = (text) => text.split("\n").filter((line) => !isWarning(line)).join("\n");

// src/docker/container.ts
/** Before each piece: which stream, three zeros, its length (Docker's API, "Attach to a container"). */
const headerBytes = 8;
/**
* Parts what a container prints into standard output and error. Both end when it has ended or the
* connection is lost.
*/
const partStreams = (socket) => {
	const stdout = new PassThrough();
	const stderr = new PassThrough();
	const header = Buffer.alloc(headerBytes);
	let headed = 0;
	let missing = 0;
	socket.on("data", (chunk) => {
		for (let at = 0; at < chunk.length;) if (missing === 0) {
			const taken = chunk.copy(header, headed, at, at + headerBytes - headed);
			at += taken;
			headed = (headed + taken) % headerBytes;
			if (headed === 0) missing = header.readUInt32BE(4);
		} else {
			const piece = chunk.subarray(at, at + missing);
			const stream = header[0] === 2 ? stderr : stdout;
			if (!stream.write(piece)) {
				socket.pause();
				stream.once("drain", () => socket.resume());
			}
			missing -= piece.length;
			at += piece.length;
		}
	});
	const end = () => {
		stdout.end();
		stderr.end();
	};
	socket.once("end", end);
	socket.once("close", end);
	return {
		stdout,
		stderr
	};
};
/**
* Runs a program in a running container and returns what it printed.
*
* @throws {Failure} when it cannot be started there, has not ended by its deadline, floods us, or failed
*/
const execute = async ({ get, post, attach, cancelled }, container, argv, timeoutMs) => {
	cancelled?.throwIfAborted();
	const create = {
		Cmd: argv,
		AttachStdout: true,
		AttachStderr: true
	};
	const made = await post(`/containers/${container}/exec`, create);
	if (made === void 0) throw new Failure(`The container ${container} is gone`);
	const socket = await attach(`/exec/${made.Id}/start`, {
		Detach: false,
		Tty: false
	});
	const hangUp = () => void socket.destroy();
	const timer = setTimeout(hangUp, timeoutMs);
	cancelled?.addEventListener("abort", hangUp, { once: true });
	if (cancelled?.aborted) hangUp();
	const { stdout, stderr } = partStreams(socket);
	const what = `The output of \`${argv[0]}\` in ${container}`;
	const [printed, said] = await Promise.all([readStream(stdout, what), readStream(stderr, what)]).finally(() => {
		clearTimeout(timer);
		cancelled?.removeEventListener("abort", hangUp);
		hangUp();
	});
	cancelled?.throwIfAborted();
	const ended = await get(`/exec/${made.Id}/json`);
	if (ended?.ExitCode === 0) return printed;
	const code = ended?.ExitCode ?? "none: it did not end within its deadline";
	const cause = new Error(withoutWarnings(said).slice(-1e3));
	throw new Failure(`\`${argv[0]}\` in ${container} failed: exit code ${code}`, { cause });
};
/** How long one that was asked to end is waited for; what it undoes goes on afterwards. */
const graceMs = 3e3;
/** Asks a container to end when the deadline passes or the step is cancelled, and waits a little. */
const supervise = ({ post }, path, { deadlineMs, signal }) => {
	const timers = [];
	const lateness = Promise.withResolvers();
	const end = () => {
		post(`${path}/kill?signal=TERM`).catch(() => {});
		timers.push(setTimeout(lateness.resolve, graceMs, "it does not end"));
	};
	timers.push(setTimeout(end, deadlineMs));
	signal.addEventListener("abort", end, { once: true });
	if (signal.aborted) end();
	const release = () => {
		for (const timer of timers) clearTimeout(timer);
		signal.removeEventListener("abort", end);
	};
	return {
		late: lateness.promise,
		release
	};
};
/**
* Runs a container to its end, or until it has said enough. Its input stays open as a lifeline: its
* end tells it that we are gone.
*
* @param container as Docker's API takes it, with AutoRemove
* @param input what it reads first; may come while it starts
* @returns how it ended, in words, where it did not say enough
*/
const runContainer = async (api, container, input, watch) => {
	const { post, remove, attach } = api;
	const made = await post("/containers/create", container);
	if (made === void 0) return "its image is gone";
	const path = `/containers/${made.Id}`;
	try {
		const socket = await attach(`${path}/attach?stream=1&stdin=1&stdout=1&stderr=1`);
		const { stdout, stderr } = partStreams(socket);
		const enough = Promise.withResolvers();
		const reply = (bytes) => void socket.write(bytes);
		const check = () => watch.isEnough() ? enough.resolve("") : void 0;
		const sink = watch.createSink?.(reply);
		if (sink === void 0) splitLines(stdout, (line) => {
			watch.onLine(line, reply);
			check();
		});
		else {
			const write = (chunk) => {
				sink.write(chunk);
				check();
			};
			pour(stdout, {
				...sink,
				write
			});
		}
		splitLines(stderr, watch.onErrorLine);
		const ended = Promise.all([finished(stdout), finished(stderr)]);
		const give = async () => void socket.write(await input);
		await Promise.all([post(`${path}/start`), give()]);
		watch.onStarted?.(made.Id, reply);
		const { late, release } = supervise(api, path, watch);
		const end = ended.then(async () => {
			const waited = await post(`${path}/wait?condition=removed`);
			return waited === void 0 ? "it ended" : `exit code ${waited.StatusCode}`;
		});
		end.catch(() => {});
		return await Promise.race([
			enough.promise,
			end,
			late
		]).finally(release);
	} catch (error) {
		await remove(`${path}?force=true`).catch(() => {});
		throw error;
	}
};

// src/cluster/providers/minikube.ts
/** A cluster's nodes beyond the first have labels of their own: `minikube-m02` (pkg/minikube/config/config.go). */
const clusterOf = (machine) => /^(.+)-m\d{2,}$/.exec(machine)?.[1];
/** minikube with its driver docker, by its labels (pkg/drivers/kic/oci/types.go). Its image began as kind's. */
const minikube = {
	provider: "minikube",
	userland: "gnu",
	clusterLabel: "name.minikube.sigs.k8s.io",
	roleLabel: "role.minikube.sigs.k8s.io",
	findOwner: (machine, network) => {
		const cluster = clusterOf(machine);
		if (network === cluster) return {
			cluster,
			role: "worker"
		};
		return cluster === void 0 || network === machine ? {
			cluster: machine,
			role: "control-plane"
		} : void 0;
	},
	runsPods: () => true,
	create: "minikube start --driver=docker --container-runtime=containerd",
	restart: (cluster) => `minikube start --profile=${cluster}`,
	toContainerd: () => ({
		namespace: "k8s.io",
		root: "/var/lib/containerd",
		snapshotter: "overlayfs"
	})
};
/**
* minikube puts all nodes into another network where `--network` names one.
*
* @param wanted names or roles; empty means all
* @throws {Failure} for what is called like a node of the cluster and may be none
*/
const refuseUnclear = async (get, cluster, wanted) => {
	const { nodes } = await listAll(get, minikube);
	const known = nodes.filter((node) => node.cluster === cluster);
	const names = known.map(({ name }) => name);
	if (wanted.length > 0 && wanted.every((word) => names.includes(word))) return;
	const networks = known.map(({ network }) => network);
	const unclear = nodes.find(({ label, network }) => clusterOf(label) === cluster && networks.includes(network) && ![cluster, label].includes(network));
	if (unclear === void 0) return;
	const { name, network } = unclear;
	throw new Failure(`Slipway cannot tell whether ${name} is a node of the cluster ${cluster}`, { remedy: `Its network is ${network}, and not ${cluster}. Start minikube without --network, or load with \`minikube image load\`.` });
};
const timeoutMs = 1e4;
/** By this `crictl` finds the runtime that minikube has chosen. */
const isOnContainerd = (crictlConfig) => /^ *runtime-endpoint: *"?unix:\/\/(?:\/var)?\/run\/containerd\/containerd\.sock"?\s*$/m.test(crictlConfig);
/**
* Another runtime has a store of its own, in which an image of containerd's is not there.
*
* @throws {Failure} for nodes whose pods do not come from containerd
*/
const requireContainerd = async (api, nodes) => {
	await Promise.all(nodes.map(async ({ name, containerId }) => {
		const config = await execute(api, containerId, ["cat", "/etc/crictl.yaml"], timeoutMs);
		if (isOnContainerd(config)) return;
		throw new Failure(`${name} does not run its pods with containerd`, { remedy: "Start it with `minikube start --container-runtime=containerd`, or load with `minikube image load`." });
	}));
};

// src/cluster/providers/node-snapshotter.ts
const file = "/etc/containerd/config.toml";
/** Where CRI's snapshotter is named, by the version of containerd's configuration (kind: pkg/cluster/nodeutils). */
const tableOf = (version) => Number(version) > 2 ? "plugins.io.containerd.cri.v1.images" : "plugins.io.containerd.grpc.v1.cri.containerd";
/** The snapshotter that a node's containerd is configured with; undefined where the text names none. */
const parseSnapshotter = (config) => {
	const wanted = tableOf(/^version *= *(\d+)/m.exec(config)?.[1]);
	let table = "";
	for (const line of config.split("\n")) {
		const header = /^\s*\[([^[\]]+)\]/.exec(line)?.[1];
		if (header !== void 0) table = header.replace(/["'\s]/g, "");
		const named = /^\s*snapshotter *= *["']([a-z0-9._-]+)["']/.exec(line)?.[1];
		if (named !== void 0 && table === wanted) return named;
	}
};
/** Out of an archive of this one file, which is in it as it is. */
const readConfig = async ({ download }, node) => {
	const archive = await download(`/containers/${node.containerId}/archive?path=${encodeURIComponent(file)}`);
	if (archive === void 0) return "";
	return (await readStream(archive, `${file} of ${node.name}`)).replaceAll("\0", "\n");
};
/**
* Finds which snapshotter nodes of kind and minikube really use: their entrypoint, which minikube has from kind,
* takes another one than overlayfs on ZFS, on FUSE and in user namespaces that cannot mount overlayfs, and
* `containerdConfigPatches` may name any. A node whose configuration cannot be read keeps what its variables say.
*/
const withSnapshotters = (api, nodes) => Promise.all(nodes.map(async (node) => {
	const config = await readConfig(api, node).catch(() => "");
	const { snapshotter: said } = node.containerd;
	const snapshotter = parseSnapshotter(config) ?? said;
	return {
		...node,
		containerd: {
			...node.containerd,
			snapshotter
		}
	};
}));

// src/cluster/providers/find-cluster.ts
/** kind comes first: who has it waits for nobody else's. */
const providers = [
	kind,
	k3d,
	minikube
];
const toProviders = (wanted) => wanted === "auto" ? providers : providers.filter(({ provider }) => provider === wanted);
/** The first provider that has a cluster of this name; all that only claim to be of one are left out. */
const findCluster = async (get, clusterName, asked) => {
	const leftOut = [];
	for (const provider of asked) {
		const members = await listMembers(get, provider, clusterName);
		leftOut.push(...members.leftOut);
		if (members.nodes.length > 0) return {
			provider,
			nodes: members.nodes,
			leftOut
		};
	}
	return {
		provider: void 0,
		nodes: [],
		leftOut
	};
};
/** Finds the nodes of a cluster, running or not; none where there is no such cluster. */
const findMembers = async (get, clusterName) => {
	const { nodes, leftOut } = await findCluster(get, clusterName, providers);
	return {
		nodes: [...nodes],
		leftOut
	};
};
/**
* Finds the nodes of a cluster in Docker's containers, whoever made it.
*
* @param wanted names or roles; empty means all
* @throws {Failure} when there is no such cluster or node, or one cannot be used
*/
const findContainers = async (api, { clusterName, cluster = "auto" }, wanted = []) => {
	const asked = toProviders(cluster);
	const { provider, nodes: members, leftOut } = await findCluster(api.get, clusterName, asked);
	if (provider === void 0) return refuseCluster(api.get, asked, clusterName, leftOut);
	if (provider === minikube) await refuseUnclear(api.get, clusterName, wanted);
	const nodes = toNodes(members, provider, wanted);
	if (provider === minikube) await requireContainerd(api, nodes);
	return {
		nodes: provider === k3d ? nodes : await withSnapshotters(api, nodes),
		leftOut
	};
};
/**
* Finds the nodes of a cluster, whoever made it.
*
* @param env what programs inherit
* @param wanted names or roles; empty means all
* @throws {Failure} when there is no such cluster or node, or one cannot be used
*/
const findNodes = async (api, { clusterName, cluster, containerdAddress: address }, env, wanted = []) => {
	if (cluster !== "containerd") return findContainers(api, {
		clusterName,
		cluster
	}, wanted);
	return {
		nodes: [await findMachine({
			address,
			env,
			signal: api.cancelled
		})],
		leftOut: []
	};
};

// src/host/deadline.ts
/** Waits for work only so long; what did not come in time is `late`, and goes on by itself. */
const within = async (work, patienceMs, late) => {
	const { promise, resolve } = Promise.withResolvers();
	const timer = setTimeout(resolve, patienceMs, late);
	return Promise.race([work, promise]).finally(() => clearTimeout(timer));
};

// src/text/sections.ts
/** Splits what our scripts print into its sections, each headed by `== name`. */
const toSections = (text) => {
	const [, ...parts] = text.split(/^== (\w+)\n/m);
	const sections = /* @__PURE__ */ new Map();
	for (let at = 0; at < parts.length; at += 2) sections.set(parts[at] ?? "", parts[at + 1] ?? "");
	return sections;
};

// src/diagnose/kernel/kernel-line.ts
const linePattern = /^\[ *(\d{1,20}\.\d{1,20})\](?:\[ *[CT]\d{1,20}\])? (.*)$/;
const heading = "oom-kill:constraint=";
const headingEnd = /,pid=(\d{1,10}),uid=\d{1,10}$/;
/** Three names of cgroups, of at most 4 KB each, and some words. */
const longestHeading = 16384;
/** The text between two words, the second of which comes after the first; undefined without them. */
const between = (text, before, after, from = 0) => {
	const start = text.indexOf(before, from);
	const end = start < 0 ? -1 : text.indexOf(after, start + before.length);
	return end < 0 ? void 0 : text.slice(start + before.length, end);
};
/** Since Linux 5.0. A program's name comes after the cgroups, and may hold what looks like one. */
const parsePaths = (text) => {
	if (!text.startsWith(heading)) return void 0;
	const [end = "", pid] = headingEnd.exec(text.slice(-32)) ?? [];
	if (pid === void 0) return void 0;
	const named = text.slice(0, -end.length);
	const ofLimit = named.indexOf(",oom_memcg=");
	const ofMachine = named.indexOf(",global_oom,task_memcg=");
	const isOfLimit = ofLimit >= 0 && (ofMachine < 0 || ofLimit < ofMachine);
	const at = isOfLimit ? ofLimit : ofMachine;
	const cgroup = at < 0 ? void 0 : between(named, ",task_memcg=", ",task=", at);
	if (cgroup === void 0) return void 0;
	const limitCgroup = isOfLimit ? between(named, ",oom_memcg=", ",task_memcg=", at) : void 0;
	return {
		pid: Number(pid),
		cgroup,
		limitCgroup
	};
};
/** Before Linux 5.0. */
const parseOlderPaths = (text) => {
	const [, cgroup, limitCgroup] = /^Task in (.*) killed as a result of limit of (.*)$/s.exec(text) ?? [];
	return cgroup === void 0 ? void 0 : {
		cgroup,
		limitCgroup
	};
};
/** The cgroup that is killed as a whole. */
const parseGroup = (text) => /^Tasks in (.*) are going to be killed due to memory\.oom\.group set$/s.exec(text)?.[1];
const killed = "Killed process ";
const sizes = " total-vm:";
/** The process that was killed, and what is said of its size. Its name may hold what looks like that. */
const parseKilled = (text) => {
	const at = text.indexOf(killed);
	if (at < 0) return void 0;
	const rest = text.slice(at + 15);
	const [begin, pid] = /^(\d{1,10}) \(/.exec(rest.slice(0, 16)) ?? [];
	const end = rest.lastIndexOf(")", rest.lastIndexOf(sizes));
	if (begin === void 0 || end < begin.length) return void 0;
	return {
		pid: Number(pid),
		process: rest.slice(begin.length, end),
		sizes: rest.slice(end)
	};
};
const isCutOff = ({ text }) => text.startsWith(heading) && text.length < longestHeading && !headingEnd.test(text.slice(-32));
/**
* Parts times and texts. A heading longer than a line of the kernel's, as nested containers make it, goes
* on in the next ones: it becomes one again.
*/
const toLines = (raw) => {
	const lines = [];
	for (const each of raw) {
		const [, stamp, text = ""] = linePattern.exec(each) ?? [];
		if (stamp === void 0) continue;
		const last = lines.at(-1);
		if (last && /^[,/]/.test(text) && isCutOff(last)) lines[lines.length - 1] = {
			...last,
			text: last.text + text
		};
		else lines.push({
			stampS: Number(stamp),
			text
		});
	}
	return lines;
};

// src/diagnose/kernel/kernel-log.ts
const usagePattern = /^memory: usage (\d{1,20})kB, limit (\d{1,20})kB/;
const residentPattern = /\b(?:anon|file|shmem)-rss:(\d{1,20})kB/g;
/** Of kills within so many seconds the kernel writes no more headings than so many. */
const headingPeriodS = 5;
/** While it may leave headings out, only what comes so soon is taken for one of a group. */
const groupPauseS = .005;
const toBytes = (kilobytes) => kilobytes === void 0 ? void 0 : Number(kilobytes) * 1024;
const residentBytes = (text) => [...text.matchAll(residentPattern)].reduce((sum, [, kB]) => sum + (toBytes(kB) ?? 0), 0);
const unknown = {};
/** What a line adds to a heading; undefined when it is none of it. */
const addTo = (heading, text) => {
	if (text.includes(" invoked oom-killer: ")) return unknown;
	const usage = usagePattern.exec(text);
	if (usage) return {
		...heading,
		usedBytes: toBytes(usage[1]),
		limitBytes: toBytes(usage[2])
	};
	const paths = parsePaths(text) ?? parseOlderPaths(text);
	return paths && {
		...heading,
		...paths
	};
};
const toKill = ({ stampS, text }, heading) => {
	const killed = parseKilled(text);
	if (killed === void 0) return void 0;
	const { pid, process, sizes } = killed;
	const { cgroup, limitCgroup, limitBytes, usedBytes } = heading.pid === void 0 || heading.pid === pid ? heading : unknown;
	return {
		/** Seconds since the machine started, by the kernel's clock. */
		stampS,
		pid,
		/** The program's short name; up to 15 characters that it chose itself. */
		process,
		/** cgroup of the process, from the root of the machine; undefined where the log does not say. */
		cgroup,
		/** cgroup whose limit was hit; undefined where there is none, or the log does not say. */
		limitCgroup,
		/** Undefined where the machine itself had none left. */
		limitBytes,
		/** Bytes that all of that cgroup used. */
		usedBytes,
		/** The machine itself had no memory left; otherwise a limit was hit. */
		isOfMachine: !text.startsWith("Memory cgroup") && limitCgroup === void 0,
		/** Bytes of the process itself that were in memory. */
		processBytes: residentBytes(sizes),
		/** Further processes that were killed with it, as `memory.oom.group` wants it. */
		others: 0,
		/** By how much the kernel's counters go up. One that is chosen, and then killed with its group, counts twice. */
		counted: 1
	};
};
/**
* Reads lines of the kernel's log, as `dmesg` prints them. Where a cgroup is killed as a whole
* (`memory.oom.group`) the log names the process that was chosen, then the cgroup, then all processes in
* it, mostly with the chosen one again: that is one kill.
*/
const parseOomKills = (raw) => {
	const kills = [];
	const headings = [];
	let heading = unknown;
	let group;
	let beginsGroup = false;
	const isOfGroup = ({ pid, stampS }) => {
		if (group === void 0) return false;
		return (headings.at(-10) ?? -Infinity) <= stampS - headingPeriodS || pid === group.chosen || stampS - group.atS < groupPauseS;
	};
	for (const line of toLines(raw)) {
		const kill = toKill(line, heading);
		const last = kills.at(-1);
		const named = parseGroup(line.text);
		if (named !== void 0 && last && heading === unknown) {
			kills[kills.length - 1] = {
				...last,
				cgroup: last.cgroup ?? named
			};
			group = {
				chosen: last.pid,
				atS: line.stampS
			};
		} else if (named !== void 0) {
			heading = {
				...heading,
				pid: void 0,
				cgroup: heading.cgroup ?? named
			};
			beginsGroup = true;
		} else if (kill === void 0) {
			const added = addTo(heading, line.text);
			if (added === unknown) headings.push(line.stampS);
			if (added !== void 0) group = void 0;
			heading = added ?? heading;
		} else if (last && isOfGroup(kill)) {
			const others = last.others + (kill.pid === last.pid ? 0 : 1);
			kills[kills.length - 1] = {
				...last,
				others,
				counted: last.counted + 1
			};
			group = {
				chosen: last.pid,
				atS: line.stampS
			};
		} else {
			kills.push(kill);
			heading = unknown;
			group = beginsGroup ? {
				chosen: kill.pid,
				atS: line.stampS
			} : void 0;
			beginsGroup = false;
		}
	}
	return kills;
};

// src/diagnose/nodes/node-report.ts
/** As findings name it. */
const toWhom = ({ namespace, pod, name, image }) => {
	return {
		namespace,
		pod,
		container: name,
		image
	};
};
const toKnown = ({ id, state, labels, image }) => {
	const label = (name) => labels?.[`io.kubernetes.${name}`] ?? "";
	const pod = label("pod.name");
	if (id === void 0 || pod === "") return [];
	const of = {
		pod,
		namespace: label("pod.namespace"),
		podUid: label("pod.uid")
	};
	const isRunning = state === "CONTAINER_RUNNING";
	const named = image?.userSpecifiedImage || image?.image || "";
	return [{
		id,
		name: label("container.name"),
		image: named,
		...of,
		isRunning,
		ended: void 0
	}];
};
/** Reads what `crictl ps --all --output json` prints; nothing where it printed something else. */
const parseContainers = (json) => attempt(() => {
	const { containers } = JSON.parse(json);
	return containers?.flatMap(toKnown);
}) ?? [];
/** How a container ended: a reason of CRI's, such as `OOMKilled` or `Error`, and a time in ISO 8601. */
const toEnded = (line) => {
	const [, id, exitCode, reason = "", at = ""] = /^([0-9a-f]{64}) (-?\d+) (\w*) (\S+)$/.exec(line) ?? [];
	return id === void 0 ? [] : [{
		id,
		exitCode: Number(exitCode),
		reason,
		at
	}];
};
/**
* What the log says of kills, and between which times it reaches; a string says why it could not be
* read.
*/
const toLog = (section) => {
	const lines = section.trimEnd().split("\n");
	const last = lines.at(-1) ?? "";
	const [, first, end] = /^reach (\S+) +(\S+)$/.exec(last.replace(/ +/g, " ")) ?? [];
	if (first === void 0 || end === void 0) return last.replace(/^unread ?/, "").trim() || "it is empty";
	return {
		kills: parseOomKills(lines),
		firstS: Number(first),
		lastS: Number(end)
	};
};
const numberIn = (text, pattern) => {
	const found = pattern.exec(text)?.[1];
	return found === void 0 ? void 0 : Number(found);
};
/** Reads what in-node/look.sh prints; undefined when that is not what it prints. */
const parseNodeReport = (text) => {
	const sections = toSections(text);
	const section = (name) => sections.get(name) ?? "";
	const [seconds, uptimeS] = section("clock").split("\n").map(Number);
	const bootId = section("boot").trim();
	const kills = numberIn(section("kills"), /^oom_kill (\d+)$/m);
	if (bootId === "" || !seconds || !uptimeS || kills === void 0) return void 0;
	return {
		/** Changes when the machine starts anew. */
		bootId,
		/** Milliseconds since 1970, by the machine's clock. */
		clockMs: Math.round(seconds * 1e3),
		/** Seconds since the machine started. */
		uptimeS,
		/** Processes OOM-killed since then, in all the machine. */
		kills,
		/** Of the node as a whole; undefined where its cgroup does not count (version 1). */
		nodeKills: numberIn(section("events"), /^oom_kill (\d+)$/m),
		/** Containers in it that were killed as a whole; such a kill counts its first process twice. */
		nodeGroupKills: numberIn(section("events"), /^oom_group_kill (\d+)$/m) ?? 0,
		log: toLog(section("log")),
		containers: parseContainers(section("containers")),
		ended: section("ended").split("\n").flatMap(toEnded),
		/** Paths of `node-files` that were mounted into the node and are no more. */
		unmounted: section("unmounted").split("\n").filter(Boolean),
		/** Names of the images that the node has. */
		images: section("images").split("\n").filter(Boolean)
	};
};

// src/diagnose/nodes/gather-nodes.ts
/** Nobody waits longer for a node: the job has ended by then. */
const nodeTimeoutMs = 4e3;
/** Finds the containers of a cluster's nodes, also of those that do not run; none is asked yet. */
const inspectNodes = async (get, clusterName) => {
	const { nodes: members, leftOut } = await findMembers(get, clusterName);
	return {
		nodes: members.map(({ id, name, role, inspected }) => {
			return {
				name,
				id,
				role,
				state: inspected.State,
				report: void 0
			};
		}).toSorted((a, b) => a.name.localeCompare(b.name)),
		leftOut
	};
};
/** One of our scripts that run in a node, as it is. */
const readScript = (name) => readFileSync(new URL(`./in-node/${name}.sh`, import.meta.url), "utf8");
/**
* Asks nodes, side by side; one that does not answer keeps nobody waiting.
*
* @param extent `kernel-only` leaves out what the nodes' containerd knows, which takes longer
*/
const gatherNodes = (api, nodes, extent) => {
	const argv = [
		"bash",
		"-c",
		readScript("look"),
		"bash",
		extent
	];
	return Promise.all(nodes.map(async (node) => {
		if (!node.state.Running) return node;
		const asked = execute(api, node.id, argv, nodeTimeoutMs).catch(() => "");
		const printed = await within(asked, nodeTimeoutMs, "");
		return {
			...node,
			report: parseNodeReport(printed)
		};
	}));
};
/** Asks this machine, for when the nodes are gone; it may be another one than theirs. */
const gatherHere = async (env) => {
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
	return ended && parseNodeReport(ended.stdout);
};

// src/cluster/node.ts
const isMachine = (node) => node.provider === "containerd";
const isContainer = (node) => !isMachine(node);
/** An image with the programs that read others; undefined where no node has one. */
const findToolImage = (nodes) => nodes.filter(isContainer).find(({ userland }) => userland !== "busybox")?.imageId;
/** Where a node's containerd keeps overlayfs snapshots, in the node. */
const snapshotsOf = ({ containerd }) => `${containerd.root}/io.containerd.snapshotter.v1.overlayfs`;
/** The folder of the daemon's host behind a folder of the node; undefined when it is no mount. */
const toHostPath = (node, path) => {
	const mount = node.mounts.filter(({ destination }) => path === destination || path.startsWith(`${destination}/`)).sort((a, b) => b.destination.length - a.destination.length)[0];
	return mount && `${mount.source}${path.slice(mount.destination.length)}`;
};
/** Names that kind takes for clusters. */
const clusterPattern = /^[a-z0-9.-]+$/;

// src/image/digest.ts
/** `sha256:...` of a text's or a file's bytes. */
const toDigest = (content) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
/** The digits alone, by which files are called. */
const toHex = (digest) => digest.replace(/^sha256:/, "");
/** Whether a value that others wrote is such a digest: nothing else may name a file. */
const isDigest = (value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value);

// src/image/reference.ts
const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const pathPattern = new RegExp(`^${component}(?:/${component})*$`);
const domainPattern = /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const splitDomain = (name) => {
	const slash = name.indexOf("/");
	const first = name.slice(0, slash);
	const isDomain = slash > 0 && (/[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first);
	const domain = isDomain && first !== "index.docker.io" ? first : "docker.io";
	const path = isDomain ? name.slice(slash + 1) : name;
	return [domain, domain === "docker.io" && !path.includes("/") ? `library/${path}` : path];
};
const splitTag = (text) => {
	const colon = text.lastIndexOf(":");
	return colon > text.lastIndexOf("/") ? [text.slice(0, colon), text.slice(colon + 1)] : [text, void 0];
};
/** `sha256:...`, or all 64 digits of it. */
const idPattern = /^(?:sha256:)?([a-f0-9]{64})$/;
/** The beginning of an ID, as `docker image ls` shows it; it could be a name, too. */
const shortIdPattern = /^(?:sha256:)?[a-f0-9]{12,63}$/;
/** Reads an image's ID, whole; it stands for the names that Docker has for it. */
const parseImageId = (given) => {
	const digits = idPattern.exec(given)?.[1];
	return digits === void 0 ? void 0 : {
		given,
		canonical: `sha256:${digits}`
	};
};
/** True for what is no name: Docker's own names for an image are to be found by it. */
const isImageId = ({ canonical }) => idPattern.test(canonical);
const couldBeId = ({ given }) => shortIdPattern.test(given);
/** Reads an image reference; a string is the reason why the text is none. */
const parseImageReference = (given) => {
	const at = given.indexOf("@");
	const digest = at < 0 ? void 0 : given.slice(at + 1);
	const [name, tag] = splitTag(at < 0 ? given : given.slice(0, at));
	if (digest !== void 0 && !isDigest(digest)) return "the part after @ is not a sha256 digest";
	if (tag !== void 0 && !tagPattern.test(tag)) return "a tag has up to 128 letters, digits, dots, dashes and underscores";
	if (/^[a-f0-9]{64}$/.test(name)) return "an image ID is not a name; give the image a tag";
	const [domain, path] = splitDomain(name);
	if (path !== path.toLowerCase()) return "image names are lower case";
	if (!domainPattern.test(domain) || !pathPattern.test(path) || name.length > 255) return "this is not an image name";
	const ending = `${tag === void 0 ? "" : `:${tag}`}${digest === void 0 ? "" : `@${digest}`}`;
	return {
		given,
		canonical: `${domain}/${path}${ending === "" ? ":latest" : ending}`
	};
};
/** Those of some names that are names of images. */
const toReferences = (names) => names.map(parseImageReference).filter((each) => typeof each !== "string");
/**
* The names under which a node needs an image. Of a name with tag and digest CRI drops the tag and
* looks for exactly the rest.
*/
const toNodeNames = (canonical) => {
	const [, repository = "", tag = "", digest = ""] = /^(.*?)(:[^/:@]*)?(@.*)?$/.exec(canonical) ?? [];
	return tag === "" || digest === "" ? [canonical] : [`${repository}${tag}`, `${repository}${digest}`];
};
/** What CRI looks for when a pod has this name. */
const toCriName = (canonical) => toNodeNames(canonical).at(-1) ?? canonical;
/** A name without its tag and digest, given or canonical. */
const toRepository = (name) => name.replace(/(:[^/:@]*)?(@.*)?$/s, "");
/** The tag that only this image can have: the beginning of its ID, as Docker shows it. */
const immutableTag = (id) => `sha-${id.replace(/^sha256:/, "").slice(0, 12)}`;
/** What an image is called by its content, in its repository and in the spelling that was given. */
const toImmutable = ({ given, canonical }, id) => {
	const rename = (name) => `${toRepository(name)}:${immutableTag(id)}`;
	return {
		given: rename(given),
		canonical: rename(canonical)
	};
};

// src/diagnose/recording/baseline.ts
/** What there is to record of nodes that were asked; undefined when none of them answered. */
const toBaseline = (clusterName, nodes) => {
	const machine = nodes.find(({ report }) => report !== void 0)?.report;
	if (machine === void 0) return void 0;
	const { bootId, clockMs, uptimeS, kills, log } = machine;
	return {
		clusterName,
		bootId,
		clockMs,
		uptimeS,
		kills,
		images: [],
		/** The last time in the kernel's log; undefined where that could not be read. */
		logLastS: typeof log === "string" ? void 0 : log.lastS,
		nodes: nodes.map(({ name, id, state, report }) => ({
			name,
			id,
			/** When its container was started, as Docker writes it. */
			startedAt: state.StartedAt,
			/** OOM kills in the node by then; undefined where its cgroup does not count them. */
			kills: report?.nodeKills
		}))
	};
};
const isText = (value) => typeof value === "string";
const isNode = ({ name, id, startedAt }) => isText(name) && /^[0-9a-f]{64}$/.test(id) && isText(startedAt);
const isName = (value) => isText(value) && typeof parseImageReference(value) !== "string";
const isImage = ({ given, canonical, immutable, id, nodes }) => [
	given,
	canonical,
	immutable
].every(isName) && isText(id) && nodes.every(isText);
/** Reads what main wrote; undefined for anything else, such as half a file. */
const parseBaseline = (json) => attempt(() => {
	const value = JSON.parse(json);
	return [value.clusterName, value.bootId].every(isText) && clusterPattern.test(value.clusterName) && [
		value.clockMs,
		value.uptimeS,
		value.kills
	].every(Number.isFinite) && value.nodes.every(isNode) && value.images.every(isImage) ? value : void 0;
});

// src/diagnose/recording/recording.ts
const prefix = "slipway-recording-";
const baselineFile = "baseline.json";
const containersFile = "containers.jsonl";
const reportedFile = "reported";
/** A folder of the run's own, beside its temp folder, which does not live until post. */
const recordingFolderOf = (tempRoot, runId) => join(tempRoot, `${prefix}${runId}`);
/** @throws where there is no such folder: the post of its step may just have removed it */
const updateBaseline = (folder, baseline) => writeOwnFile(folder, baselineFile, JSON.stringify(baseline));
const writeBaseline = (folder, baseline) => {
	makeOwnFolder(folder);
	updateBaseline(folder, baseline);
};
/** Adds containers, or what is newly known of them. */
const recordContainers = (folder, containers) => {
	const lines = containers.map((container) => `${JSON.stringify(container)}\n`);
	appendOwnFile(folder, containersFile, lines.join(""));
};
/** Keeps others of the job from reporting the same once more. */
const recordReported = (folder, keys) => {
	if (keys.length > 0) appendOwnFile(folder, reportedFile, `${keys.join("\n")}\n`);
};
const isEnd = (value) => Number.isInteger(value?.exitCode) && Number.isFinite(value?.atMs);
/** Nothing where the line is not whole: whoever writes may be stopped in the midst of it. */
const parseContainer = (line) => attempt(() => {
	const { id, name, pod, namespace, podUid, image, ended } = JSON.parse(line);
	const texts = {
		id,
		name,
		pod,
		namespace,
		podUid,
		image
	};
	if (!Object.values(texts).every((text) => typeof text === "string")) return void 0;
	return {
		...texts,
		isRunning: false,
		ended: isEnd(ended) ? ended : void 0
	};
});
/** Undefined when there is none, or it is not whole. */
const readRecording = (folder) => {
	const baseline = parseBaseline(readOwnFile(folder, baselineFile));
	if (baseline === void 0) return void 0;
	const recorded = readOwnFile(folder, containersFile).split("\n").flatMap((line) => parseContainer(line) ?? []);
	return {
		folder,
		baseline,
		containers: [...new Map(recorded.map((each) => [each.id, each])).values()],
		reported: new Set(readOwnFile(folder, reportedFile).split("\n").filter(Boolean))
	};
};
/** Whether two steps saw the same cluster, and not one of its name that was removed. */
const isSameCluster = (a, b) => a.baseline.nodes.map(({ id }) => id).join() === b.baseline.nodes.map(({ id }) => id).join();
/** A later load of the same name counts. */
const joinImages = (all) => {
	const images = all.flatMap(({ baseline }) => baseline.images);
	return [...new Map(images.map((each) => [`${each.canonical} ${each.nodes}`, each])).values()];
};
/**
* What all steps of this job recorded of clusters with a name, the earliest first. Each has the images
* that any of them loaded into the cluster that it saw.
*/
const findRecordings = (tempRoot, clusterName) => {
	const all = (attempt(() => readdirSync(tempRoot)) ?? []).filter((name) => name.startsWith(prefix)).flatMap((name) => readRecording(join(tempRoot, name)) ?? []).filter(({ baseline }) => baseline.clusterName === clusterName).toSorted((a, b) => a.baseline.clockMs - b.baseline.clockMs);
	return all.map((each) => {
		const images = joinImages(all.filter((other) => isSameCluster(each, other)));
		return {
			...each,
			baseline: {
				...each.baseline,
				images
			}
		};
	});
};

// src/host/read-file.ts
/** Nobody writes a Dockerfile, an ignore file or a manifest that is larger. */
const largestText = 1e6;
/**
* Reads a file that somebody else may have put there: never a device or a pipe, which might not end,
* and no more than `largest` bytes.
*
* @throws an error that says why it is not read, with the system's code where that is one of its own
*/
const readRegularFile = (path, largest = largestText) => {
	const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
	try {
		if (!fstatSync(fd).isFile()) throw new Error("not a regular file");
		const chunks = [];
		for (let bytes = 0;;) {
			const chunk = Buffer.alloc(Math.min(65536, largest + 1 - bytes));
			const read = readSync(fd, chunk);
			if (read === 0) return Buffer.concat(chunks);
			bytes += read;
			if (bytes > largest) throw new Error(`larger than ${Math.round(largest / 1e3)} KB`);
			chunks.push(chunk.subarray(0, read));
		}
	} finally {
		closeSync(fd);
	}
};

// src/docker/docker-folders.ts
/** A user may have no home at all: none in the environment, and none in the system's list of users. */
const findHome = (env) => env["HOME"] || (attempt(homedir) ?? "");
/** For a user without a home: a folder that is not there, and that nobody can guess and make. */
const nowhere = resolve(tmpdir(), `slipway-nowhere-${randomBytes(16).toString("hex")}`);
/**
* Undefined without any home. Docker itself would then take `.docker` of the folder that it is started
* in, the workspace: programs and logins of whoever wrote what is checked out there.
*/
const dockerFolderOf = (env) => {
	const given = env["DOCKER_CONFIG"];
	if (given) return given === nowhere ? void 0 : resolve(given);
	const home = findHome(env);
	return isAbsolute(home) ? join(home, ".docker") : void 0;
};
/**
* An environment in which docker and buildx find the same folders wherever they are started. Who gives
* one relatively means the folder that the step is started in.
*/
const pinDockerFolders = (env) => {
	const pinned = { ...env };
	for (const name of ["DOCKER_CONFIG", "BUILDX_CONFIG"]) if (env[name]) pinned[name] = resolve(env[name]);
	return dockerFolderOf(env) === void 0 ? {
		...pinned,
		DOCKER_CONFIG: nowhere
	} : pinned;
};
const foldersIn = (parent) => isMissing(parent) ? [] : readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
/** Another user's buildx may have left single folders and files that are closed to us. */
const canBuildxUse = (folder) => {
	if (isMissing(folder)) return canMake(folder);
	const inside = (...names) => names.map((name) => join(folder, name));
	const builders = attempt(() => {
		const folders = inside("refs").flatMap(foldersIn);
		return [...folders, ...folders.flatMap(foldersIn)];
	});
	if (builders === void 0) return false;
	return [...inside("", "instances", "defaults", "activity", "refs"), ...builders].every((path) => isMissing(path) || canWriteIn(path)) && inside(".lock", "current").every((path) => isMissing(path) || canRead(path));
};
const isInReach = (folder) => isMissing(folder) ? canMake(folder) : canSearch(folder);
/** Looks at them, and changes nothing. */
const findDockerFolders = (env) => {
	const config = dockerFolderOf(env);
	const given = env["BUILDX_CONFIG"];
	const buildx = given ? resolve(given) : config && join(config, "buildx");
	return {
		/** Logins, contexts and plugins: to be read, or made where it is missing. */
		config: {
			path: config,
			isInReach: config !== void 0 && isInReach(config)
		},
		/** Builders, and what was built: buildx stops where it cannot write. */
		buildx: {
			path: buildx,
			isUsable: buildx !== void 0 && canBuildxUse(buildx)
		}
	};
};

// src/docker/programs.ts
/** Where the docker command looks for its plugins, after its own folder. */
const pluginFolders = [
	"local/lib",
	"local/libexec",
	"lib",
	"libexec"
].map((folder) => `/usr/${folder}/docker/cli-plugins`);
const isProgram = (path) => canRun(path) && kindOf(path) === "file";
/** Neither a script, which may do anything with its input, nor a snap, which is shut in. */
const isPlain = (path) => attempt(() => {
	const real = realpathSync(path);
	const fd = openSync(real, "r");
	const head = Buffer.alloc(4);
	try {
		readSync(fd, head);
	} finally {
		closeSync(fd);
	}
	return head.toString("latin1") === "ELF" && basename(real) !== "snap";
}) ?? false;
/** Further folders, which come first. */
const readPluginFolders = (dockerFolder) => {
	const file = join(dockerFolder, "config.json");
	const folders = attempt(() => JSON.parse(readRegularFile(file).toString()))?.cliPluginsExtraDirs;
	return Array.isArray(folders) ? folders.filter((each) => typeof each === "string") : [];
};
/** What runs when we run `docker buildx`, as far as that is known. */
const findPrograms = (env) => {
	const docker = (env["PATH"] ?? "").split(":").map((folder) => join(folder, "docker")).find((file) => !isAbsolute(file) || isProgram(file));
	const own = dockerFolderOf(env);
	return {
		docker,
		buildx: [...own === void 0 ? [] : [...readPluginFolders(own), join(own, "cli-plugins")], ...pluginFolders].map((folder) => join(folder, "docker-buildx")).find(isProgram)
	};
};
/** Whether there is nothing between us and buildx that anybody could have written. */
const isDirect = (env) => {
	const { docker, buildx } = findPrograms(env);
	return docker !== void 0 && [docker, buildx ?? docker].every(isPlain);
};
/** The program of buildx itself, where that is what `docker buildx` would start; undefined elsewhere. */
const findPlainBuildx = (env) => isDirect(env) ? findPrograms(env).buildx : void 0;

// src/docker/socket.ts
const defaultSocket = "/var/run/docker.sock";
/** The context that `docker context use` wrote down. */
const readCurrentContext = (env) => {
	const folder = dockerFolderOf(env);
	if (folder === void 0) return void 0;
	const name = attempt(() => JSON.parse(readRegularFile(join(folder, "config.json")).toString("utf8")))?.currentContext;
	return typeof name === "string" && name !== "" ? name : void 0;
};
/**
* The daemon's socket on this machine; undefined where only the docker command knows the way, such as
* over SSH or TLS.
*/
const findSocket = (env) => {
	const host = env["DOCKER_HOST"] || void 0;
	if (host !== void 0) return /^unix:\/\/(\/.+)$/.exec(host)?.[1];
	const context = env["DOCKER_CONTEXT"] || readCurrentContext(env);
	return context === void 0 || context === "default" ? defaultSocket : void 0;
};

// src/docker/docker.ts
/** Questions to the daemon take milliseconds; a minute means that it hangs. */
const defaultTimeoutMs = 6e4;
const lastLines = (text) => withoutWarnings(text).trim().split("\n").slice(-3).join(" ").slice(0, 1e3);
/** What a failed command says for itself, in one line. */
const describeEnd = (ended) => {
	if (ended.timedOut) return "no answer within its deadline";
	const said = lastLines(ended.stderr) || lastLines(ended.stdout);
	return `exit code ${ended.code ?? "none (ended by a signal)"}${said === "" ? "" : `: ${said}`}`;
};
const createDocker = (env, signal) => {
	let buildx;
	/** Docker would start its plugin twice, and wait for the first: a quarter of a second. */
	const toProgram = (args) => {
		if (args[0] !== "buildx") return {
			file: "docker",
			args
		};
		buildx ??= { file: findPlainBuildx(env) };
		const { file } = buildx;
		return file === void 0 ? {
			file: "docker",
			args
		} : {
			file,
			args: args.slice(1)
		};
	};
	const command = (args, options = {}) => ({
		...toProgram(args),
		timeoutMs: defaultTimeoutMs,
		signal,
		...options,
		env: {
			...env,
			...options.env
		}
	});
	const attempt = (args, options) => runCaptured(command(args, options));
	return {
		isLocal: findSocket(env) !== void 0,
		command,
		try: attempt,
		run: async (args, options) => {
			const ended = await attempt(args, options);
			if (ended.code === 0) return ended.stdout;
			throw new Failure(`\`docker ${args.slice(0, 2).join(" ")}\` failed: ${describeEnd(ended)}`);
		},
		follow: (args, createSink, options) => runStreaming(command(args, options), {
			stdout: (stream) => pour(stream, createSink()),
			stderr: (stream) => pour(stream, createSink())
		})
	};
};

// src/docker/endpoint.ts
const noAnswer = (why) => new Failure(`Docker does not answer: ${why}`, { remedy: "Start the daemon. Check DOCKER_HOST, the docker context, and whether this user may use the socket; `mode: doctor` says which." });
/** Of a timer, about 24 days: nobody needs a connection for so long. */
const longestMs = 2 ** 31 - 1;
/** What the HTTP client asks of a socket, and a child's pipes need not do. */
const toSocket = ({ stdout, stdin }) => {
	const nothing = () => {};
	const pipes = Duplex.from({
		readable: stdout ?? void 0,
		writable: stdin ?? void 0
	});
	return Object.assign(pipes, {
		setKeepAlive: nothing,
		setNoDelay: nothing,
		setTimeout: nothing,
		ref: nothing,
		unref: nothing
	});
};
const dialSocket = (path) => {
	const socket = connect(path);
	return {
		socket,
		gone: new Promise((_, reject) => {
			let problem = "the connection was closed";
			socket.once("error", ({ message }) => {
				problem = message;
			});
			socket.once("close", () => reject(noAnswer(problem)));
		})
	};
};
/** The docker command's own way to the daemon, whatever the context. */
const dialWithCommand = (docker) => {
	const command = docker.command(["system", "dial-stdio"]);
	const { child, ended, end } = startPiped({
		...command,
		timeoutMs: longestMs,
		signal: void 0
	});
	const socket = toSocket(child);
	let problem = "";
	child.stderr.on("data", (chunk) => {
		problem = (problem + chunk.toString("utf8")).slice(-2e3);
	});
	const gone = ended.then(() => {
		throw noAnswer(withoutWarnings(problem).trim() || "the connection was closed");
	});
	socket.once("close", end);
	return {
		socket,
		gone
	};
};
/** How to reach the daemon that the docker command would reach. */
const findEndpoint = (docker) => {
	const path = findSocket(docker.command([]).env);
	const dial = () => {
		const connection = path === void 0 ? dialWithCommand(docker) : dialSocket(path);
		connection.socket.on("error", () => {});
		connection.gone.catch(() => {});
		return connection;
	};
	return {
		dial,
		connections: path === void 0 ? 1 : 4
	};
};

// src/docker/engine-api.ts
/** People do not wait longer for a daemon that hangs. */
const answerTimeoutMs = 3e4;
/** So long the daemon can still be asked to undo something when the step is cancelled. */
const undoMs = 3500;
const toBody = (body) => ({
	payload: body === void 0 ? "" : JSON.stringify(body),
	headers: body === void 0 ? {} : { "content-type": "application/json" }
});
const refused = (said, { statusCode }, path) => new Failure(`Docker answered ${statusCode} to ${path}: ${said.trim().slice(0, 1e3)}`);
const readAnswer = async (response, path) => {
	const body = await readStream(response, `Docker's answer to ${path}`);
	const { statusCode = 0 } = response;
	if (statusCode === 404) return void 0;
	if (statusCode < 200 || statusCode > 299) throw refused(body, response, path);
	return body === "" ? void 0 : JSON.parse(body);
};
/** Sends a request and waits for the first answer, or for the reason why none can come. */
const send = async (options, payload, goneOf, signal, isLong = false) => {
	const timeout = new AbortController();
	const timer = setTimeout(() => timeout.abort(), answerTimeoutMs).unref();
	const asked = request({
		...options,
		signal: AbortSignal.any([signal, timeout.signal])
	});
	let gone;
	asked.once("socket", (socket) => {
		gone = goneOf(socket);
	});
	const answered = Promise.race([once(asked, "response").then(([response]) => ({ response })), once(asked, "upgrade").then(([response, socket, head]) => {
		if (head.length > 0) socket.unshift(head);
		return {
			response,
			socket
		};
	})]);
	asked.end(payload);
	const waited = answered.then((answer) => {
		if (isLong || answer.socket !== void 0) clearTimeout(timer);
		else answer.response.once("close", () => clearTimeout(timer));
		return answer;
	});
	waited.catch(() => clearTimeout(timer));
	return waited.catch(async (cause) => {
		if (cause.name === "AbortError") throw noAnswer("no answer within its deadline");
		return gone ?? Promise.reject(noAnswer(cause.message));
	});
};
/** Talks with the daemon that the docker command would talk with, and hangs up at the end. */
const withEngineApi = async (docker, body) => {
	const { dial, connections } = findEndpoint(docker);
	const open = /* @__PURE__ */ new Map();
	const createConnection = () => {
		const connection = dial();
		open.set(connection.socket, connection);
		connection.gone.catch(() => open.delete(connection.socket));
		return connection.socket;
	};
	const { signal: cancelled } = docker.command([]);
	const tooLate = later(cancelled, undoMs);
	const goneOf = (socket) => open.get(socket)?.gone;
	const agent = new Agent({
		keepAlive: true,
		maxSockets: connections
	});
	agent.createConnection = createConnection;
	const call = async (method, path, content) => {
		const { payload, headers } = toBody(content);
		const { response } = await send({
			agent,
			method,
			path,
			headers
		}, payload, goneOf, method === "GET" && cancelled || tooLate);
		return readAnswer(response, path);
	};
	const download = async (path) => {
		const { response } = await send({
			createConnection,
			method: "GET",
			path
		}, "", goneOf, cancelled ?? tooLate, true);
		if (response.statusCode === 200) return response;
		const said = await readStream(response, `Docker's answer to ${path}`);
		if (response.statusCode === 404) return void 0;
		throw refused(said, response, path);
	};
	const attach = async (path, content) => {
		const { payload, headers } = toBody(content);
		const upgrade = {
			...headers,
			connection: "Upgrade",
			upgrade: "tcp"
		};
		const { response, socket } = await send({
			createConnection,
			method: "POST",
			path,
			headers: upgrade
		}, payload, goneOf, tooLate);
		if (socket === void 0) throw refused(await readStream(response, `Docker's answer to ${path}`), response, path);
		return socket;
	};
	try {
		return await body({
			get: (path) => call("GET", path),
			post: (path, content) => call("POST", path, content),
			remove: (path) => call("DELETE", path),
			attach,
			download,
			cancelled
		});
	} finally {
		const connections = [...open.values()];
		agent.destroy();
		for (const { socket } of connections) socket.destroy();
		await Promise.allSettled(connections.map(({ gone }) => gone));
	}
};

export { canRead, canRun, canSearch, canWriteIn, clusterPattern, couldBeId, createDocker, createLineCutter, createRecordCutter, describeEnd, dockerFolderOf, execute, findContainers, findDockerFolders, findMembers, findNodes, findOlder, findRecordings, findSocket, findToolImage, gatherHere, gatherNodes, inspectNodes, isContainer, isDigest, isDirect, isImageId, isMachine, isMissing, isOlder, isSameCluster, isWarning, kind, kindOf, listMembers, nodeTimeoutMs, parseContainers, parseImageId, parseImageReference, partStreams, pinDockerFolders, readRecording, readRegularFile, readScript, recordContainers, recordReported, recordingFolderOf, runCaptured, runContainer, runStreaming, snapshotsOf, splitLines, startGroup, startPiped, statFieldsOf, toBaseline, toCriName, toDigest, toHex, toHostPath, toImmutable, toNodeNames, toReferences, toRepository, toWhom, updateBaseline, withEngineApi, within, withoutWarnings, writeBaseline };