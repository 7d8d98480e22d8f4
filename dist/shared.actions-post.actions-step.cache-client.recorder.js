import { attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
const { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");

// src/host/own-folder.ts
/**
* Files that we leave for later in a folder where others may write, such as the runner's temporary one,
* which every step of the job has. What they put there in our name is not followed: no link, no second
* name of another file, nothing that is not a file, nothing of another user's.
*/
const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
/** We write far less; whoever wrote more is somebody else. */
const mostBytes = 16777216;
const refuse = (path, why) => {
	throw new Error(`refused to use ${path}: ${why}`);
};
const withDescriptor = (path, flags, body, mode) => {
	const fd = openSync(path, flags | O_NOFOLLOW, mode);
	try {
		if (fstatSync(fd).uid !== process.getuid?.()) refuse(path, "it is not ours");
		return body(fd);
	} finally {
		closeSync(fd);
	}
};
/** Gives `body` a path to a folder that stays the same one, whatever its name leads to meanwhile. */
const withFolder = (folder, body) => withDescriptor(folder, O_RDONLY | O_DIRECTORY, (fd) => {
	const path = `/proc/self/fd/${fd}`;
	return body(existsSync(path) ? path : folder);
});
/** Nobody is waited for: what has this name may be a pipe. */
const withFile = (folder, name, flags, body) => withFolder(folder, (path) => withDescriptor(join(path, name), flags | O_NONBLOCK, (fd) => {
	const stat = fstatSync(fd);
	if (!stat.isFile()) refuse(join(folder, name), "it is not a file");
	if (stat.nlink !== 1) refuse(join(folder, name), "it has other names");
	return body(fd);
}, 384));
/** Makes a folder that nobody else may look into; one that is there already has to be ours. */
const makeOwnFolder = (folder) => {
	try {
		mkdirSync(folder, { mode: 448 });
	} catch (error) {
		if (error.code !== "EEXIST") throw error;
		withFolder(folder, () => {});
	}
};
/** Whether a folder is there, is one and no link, and is ours. */
const isOwnFolder = (folder) => attempt(() => withFolder(folder, () => true)) ?? false;
/** Writes a file so that nobody ever reads half of it. */
const writeOwnFile = (folder, name, text) => {
	const draft = `${name}.new`;
	withFolder(folder, (path) => {
		rmSync(join(path, draft), { force: true });
	});
	withFile(folder, draft, O_WRONLY | O_CREAT | O_EXCL, (fd) => writeFileSync(fd, text));
	withFolder(folder, (path) => renameSync(join(path, draft), join(path, name)));
};
const appendOwnFile = (folder, name, text) => withFile(folder, name, O_WRONLY | O_CREAT | O_APPEND, (fd) => writeFileSync(fd, text));
/** What a file of ours holds; nothing where there is none. */
const readOwnFile = (folder, name) => attempt(() => withFile(folder, name, O_RDONLY, (fd) => {
	const bytes = Buffer.alloc(Math.min(fstatSync(fd).size, mostBytes));
	return bytes.toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, 0));
})) ?? "";

// src/text/to-line.ts
const withoutQuery = (address) => {
	const at = address.indexOf("?");
	return at < 0 ? address : `${address.slice(0, at)}?...`;
};
/**
* Makes one short line of what others wrote, such as a kubelet's message: no control characters, and
* neither the login nor the query of an address, which hold secrets. Of a longer one the middle goes:
* kubelets say at the end what it was.
*/
const toLine = (text, longest = 300) => {
	const line = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").replace(/\/\/[^/\s@"]+@/g, "//***@").replace(/\bhttps?:\/\/[^\s"]+/g, withoutQuery).trim();
	const characters = [...line];
	if (characters.length <= longest) return line;
	const half = (longest - 4) / 2;
	return `${characters.slice(0, half).join("")} ... ${characters.slice(-half).join("")}`;
};

export { appendOwnFile, isOwnFolder, makeOwnFolder, readOwnFile, toLine, writeOwnFile };