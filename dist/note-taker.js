import { K as parseContainers, S as noteContainers, T as readNotes, Y as isOwnFolder, g as readScript, h as listMembers, n as createDocker, t as withEngineApi, v as partStreams } from "./engine-api.js";
import { i as splitLines } from "./later.js";

// src/diagnose/notes/take-notes.ts
/** A node's list is one line, of more than 1 KB for each container; half of one says nothing. */
const longestList = 8388608;
const toHeard = (line) => {
	const [, id, exitCode, seconds] = /^exited ([0-9a-f]{64}) (\d+) (\d+)$/.exec(line) ?? [];
	if (id === void 0) return {
		containers: parseContainers(line),
		end: void 0
	};
	return {
		containers: [],
		end: {
			id,
			exitCode: Number(exitCode),
			atMs: Number(seconds) * 1e3
		}
	};
};
/**
* Hears from a node which containers it has, each time that changes, and how they end, until the connection is ended.
*
* @returns undefined when the node is gone
*/
const listen = async ({ tell, attach }, nodeId, hear) => {
	const create = {
		Cmd: [
			"bash",
			"-c",
			readScript("notes")
		],
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true
	};
	const made = await tell("POST", `/containers/${nodeId}/exec`, create);
	if (made === void 0) return void 0;
	const socket = await attach(`/exec/${made.Id}/start`, {
		Detach: false,
		Tty: false
	});
	const { stdout, stderr } = partStreams(socket);
	const cutAt = (text) => text.length > longestList ? longestList : 0;
	splitLines(stdout, (line) => hear(toHeard(line)), cutAt);
	stderr.resume();
	return socket;
};
/**
* Notes the nodes' containers until `isWanted` says no, or all nodes are gone.
*
* @param note is given each container, and again when it has ended; nothing at first, as a sign that somebody listens
*/
const takeNotes = async (api, nodeIds, note, isWanted) => {
	const noted = /* @__PURE__ */ new Map();
	const ends = /* @__PURE__ */ new Map();
	const hear = ({ containers, end }) => {
		if (end !== void 0) ends.set(end.id, {
			exitCode: end.exitCode,
			atMs: end.atMs
		});
		const known = end && noted.get(end.id);
		const news = [...containers.filter(({ id }) => !noted.has(id)), ...known ? [known] : []].map((each) => ({
			...each,
			ended: ends.get(each.id)
		}));
		for (const each of news) noted.set(each.id, each);
		if (news.length > 0 && isWanted()) note(news);
	};
	const listening = nodeIds.map((id) => listen(api, id, hear).catch(() => void 0));
	const sockets = (await Promise.all(listening)).filter((socket) => socket !== void 0);
	note([]);
	const ended = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
	const timer = setInterval(() => {
		if (!isWanted()) for (const socket of sockets) socket.destroy();
	}, 1e3);
	await Promise.all(ended);
	clearInterval(timer);
};

// src/note-taker.ts
/**
* Runs beside the job, from main to post: notes the names of pods and containers while they live.
* Post ends it; it also ends when the folder it writes to is gone, and at the latest with the job.
*/
for (const signal of [
	"SIGINT",
	"SIGTERM",
	"SIGHUP"
]) process.on(signal, () => process.exit());
const folder = process.argv[2] ?? "";
const notes = readNotes(folder);
const env = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => value === void 0 ? [] : [[name, value]]));
if (notes !== void 0) {
	const noted = notes.baseline.nodes.map(({ id }) => id);
	const isWanted = () => isOwnFolder(folder);
	await withEngineApi(createDocker(env), async (api) => {
		const { nodes } = await listMembers(api.ask, notes.baseline.clusterName);
		const ids = nodes.map(({ id }) => id).filter((id) => noted.includes(id));
		await takeNotes(api, ids, (containers) => noteContainers(folder, containers), isWanted);
	});
}
process.exit();

export {  };