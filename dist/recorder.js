import { createDocker, findMembers, parseContainers, partStreams, readRecording, readScript, recordContainers, splitLines, withEngineApi } from "./shared.actions-post.actions-step.recorder.js";
import { isOwnFolder } from "./shared.actions-post.actions-step.cache-client.recorder.js";

// src/diagnose/recording/record-pods.ts
/** A node's list is one line, of more than 1 KB for each container; half of one says nothing. */
const longestList = 8388608;
const exitPattern = /^exited ([0-9a-f]{64}) (\d+) (\d+)$/;
/**
* Hears from a node which containers it has, each time that changes, and how they end, until the connection is ended.
*
* @returns undefined when the node is gone
*/
const listen = async ({ post, attach }, nodeId, hear) => {
	const create = {
		Cmd: [
			"bash",
			"-c",
			readScript("record")
		],
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true
	};
	const made = await post(`/containers/${nodeId}/exec`, create);
	if (made === void 0) return void 0;
	const socket = await attach(`/exec/${made.Id}/start`, {
		Detach: false,
		Tty: false
	});
	const { stdout, stderr } = partStreams(socket);
	const cutAt = (text) => text.length > longestList ? longestList : 0;
	splitLines(stdout, hear, cutAt);
	stderr.resume();
	return socket;
};
/**
* Records the nodes' containers until `isWanted` says no, or all nodes are gone.
*
* @param record is given each container, and again when it has ended; nothing at first, as a sign that somebody listens
*/
const recordPods = async (api, nodeIds, record, isWanted) => {
	const recorded = /* @__PURE__ */ new Map();
	const ends = /* @__PURE__ */ new Map();
	const hear = (line) => {
		const [, endedId = "", exitCode, seconds] = exitPattern.exec(line) ?? [];
		if (endedId !== "") ends.set(endedId, {
			exitCode: Number(exitCode),
			atMs: Number(seconds) * 1e3
		});
		const known = recorded.get(endedId) ?? [];
		const added = [...parseContainers(line).filter(({ id }) => !recorded.has(id)), known].flat().map((each) => ({
			...each,
			ended: ends.get(each.id)
		}));
		for (const each of added) recorded.set(each.id, each);
		if (added.length > 0 && isWanted()) record(added);
	};
	const listening = nodeIds.map((id) => listen(api, id, hear).catch(() => void 0));
	const sockets = (await Promise.all(listening)).filter((socket) => socket !== void 0);
	record([]);
	const ended = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
	const timer = setInterval(() => {
		if (!isWanted()) for (const socket of sockets) socket.destroy();
	}, 1e3);
	await Promise.all(ended);
	clearInterval(timer);
};

// src/recorder.ts
/**
* Runs beside the job, from main to post: records the names of pods and containers while they live.
* Post ends it; it also ends when the folder it writes to is gone, and at the latest with the job.
*/
for (const signal of [
	"SIGINT",
	"SIGTERM",
	"SIGHUP"
]) process.on(signal, () => process.exit());
const folder = process.argv[2] ?? "";
const recording = readRecording(folder);
if (recording !== void 0) {
	const recorded = recording.baseline.nodes.map(({ id }) => id);
	const isWanted = () => isOwnFolder(folder);
	await withEngineApi(createDocker(process.env), async (api) => {
		const { nodes } = await findMembers(api.get, recording.baseline.clusterName);
		const ids = nodes.map(({ id }) => id).filter((id) => recorded.includes(id));
		await recordPods(api, ids, (containers) => recordContainers(folder, containers), isWanted);
	});
}
process.exit();

export {  };