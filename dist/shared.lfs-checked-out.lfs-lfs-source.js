import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { openMemoryFile } from "./shared.actions-step.js";
import { runCaptured } from "./shared.actions-post.actions-step.recorder.js";
import { findOutside } from "./shared.actions-post.actions-step.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
const { closeSync, lstatSync, openSync, realpathSync, statSync } = process.getBuiltinModule("node:fs");
const { dirname, join, relative, resolve } = process.getBuiltinModule("node:path");

// src/files/sources/git.ts
/** What git says of a repository that others have written: no hook and no program of it runs, and no server is asked. */
const askGit = async ({ env, signal }, args, stdin) => {
	const inherited = Object.entries(env).filter(([name]) => !name.startsWith("GIT_"));
	const { code, stdout } = await runCaptured({
		file: "git",
		args: [
			"-c",
			"core.fsmonitor=false",
			"-c",
			"protocol.allow=never",
			...args
		],
		env: {
			...Object.fromEntries(inherited),
			GIT_CONFIG_NOSYSTEM: "1",
			GIT_CONFIG_GLOBAL: "/dev/null",
			GIT_NO_LAZY_FETCH: "1",
			GIT_TERMINAL_PROMPT: "0",
			LC_ALL: "C"
		},
		cwd: "/",
		stdin,
		timeoutMs: 2e4,
		signal
	});
	signal.throwIfAborted();
	return code === 0 ? stdout : void 0;
};

// src/files/sources/lfs/locate.ts
const gitOf = (folder) => lstatSync(join(folder, ".git"), { throwIfNoEntry: false });
/** The nearest folder above that has a `.git`. */
const findRepository = (root, path) => {
	for (let at = path;; at = dirname(at)) {
		const folder = at === "." ? root : join(root, at);
		const found = gitOf(folder);
		if (found !== void 0) return {
			repository: folder,
			git: found.isDirectory() ? "folder" : "submodule"
		};
		if (at === "." || at === "") return {
			repository: root,
			git: "none"
		};
	}
};
/**
* @param given relative to the workspace
* @throws {Failure} where it is not there, or elsewhere
*/
const locate = (workspace, given) => {
	const name = `lfs:${toLine(given)}`;
	const root = attempt(() => realpathSync(workspace));
	if (root === void 0) throw new Failure(`The workspace ${workspace} is not there`);
	const outside = findOutside(given, root, [root]);
	if (outside !== void 0) throw new Failure(`${name} leads out of the workspace, to ${toLine(outside)}`, { remedy: "Name a folder or file of the checkout, relative to the workspace." });
	const real = attempt(() => realpathSync(resolve(root, given)));
	if (real === void 0) throw new Failure(`${name} is not in the workspace`, { remedy: "Check it out before this step, and look at its spelling." });
	const path = relative(root, real);
	const stat = statSync(real);
	if (path.split("/").includes(".git") || !(stat.isFile() || stat.isDirectory())) throw new Failure(`${name} is no folder and no file of the checkout`);
	const isFile = stat.isFile();
	const folder = isFile ? dirname(path) : path;
	return {
		root,
		path,
		isFile,
		...findRepository(root, folder)
	};
};

// src/files/sources/lfs/pointer.ts
/** What has so many bytes is no pointer, as the specification has it. */
const mostPointerBytes = 1024;
/** Of all versions, and as git-lfs takes it: with white space before it. */
const beginning = /^\s*version (?:https:\/\/git-lfs\.github\.com\/|https:\/\/hawser\.github\.com\/|http:\/\/git-media\.io\/)/;
const version = "https://git-lfs.github.com/spec/v1";
/** The only form of specification v1 that has no extensions; git-lfs can do without the last line's end. */
const grammar$1 = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize (0|[1-9][0-9]{0,15})\n?$/;
const known = [
	"version",
	"oid",
	"size"
];
const refuseLine = (line, index) => {
	const [, key = "", value = ""] = /^([^ ]*)(?: (.*))?$/s.exec(line) ?? [];
	if (/^ext-/.test(key)) return `it has the extension ${toLine(key, 60)}, a program of the repository's, which Slipway does not run`;
	if (!known.includes(key)) return `specification v1 knows no key ${JSON.stringify(toLine(key, 60))}`;
	if (key !== known[index]) return `${key} is not in its place`;
	if (key === "version" && value !== version) return `its version is ${toLine(value, 80)}`;
	if (key === "oid" && !/^sha256:[0-9a-f]{64}$/.test(value)) return "its oid is no SHA-256";
	if (key === "size" && !/^(?:0|[1-9][0-9]{0,15})$/.test(value)) return "its size is no number";
};
const explain = (text) => {
	const lines = text.replace(/\n$/, "").split("\n");
	for (const [index, line] of lines.entries()) {
		const why = refuseLine(line, index);
		if (why !== void 0) return {
			line: index + 1,
			why
		};
	}
	return {
		line: 1,
		why: "it is not whole"
	};
};
/** As `core.autocrlf` leaves it in a checkout; where only some lines end so, it stays as it is. */
const withoutReturns = (text) => /(?<!\r)\n|\r(?!\n)/.test(text) ? text : text.replaceAll("\r\n", "\n");
/**
* Reads what may be a pointer of Git LFS. The empty file is its own.
*
* @param file relative to the workspace
* @returns undefined for what is none
* @throws {Failure} for what begins like one and is none: a node would get it in place of the file
*/
const parsePointer = (content, file) => {
	if (content.length >= 1024) return void 0;
	const raw = content.toString("utf8");
	if (!beginning.test(raw)) return void 0;
	const text = withoutReturns(raw);
	const [, oid, digits] = grammar$1.exec(text) ?? [];
	const sizeBytes = Number(digits);
	if (oid !== void 0 && Number.isSafeInteger(sizeBytes)) return {
		oid,
		sizeBytes
	};
	const { line, why } = explain(text);
	throw new Failure(`${toLine(file)} is no pointer of Git LFS that Slipway reads: ${why}`, {
		location: {
			file,
			line
		},
		remedy: "Run `git lfs pull` before this step: files that are there are taken as they are."
	});
};

// src/files/sources/lfs/checked-out.ts
/** Of `ls-files --stage --debug -z`, which may change with git's version: what differs has no digests. */
const grammar = /([0-7]{6}) ([0-9a-f]{40}|[0-9a-f]{64}) ([0-3])\t([^\0]+)\0 {2}ctime: ([0-9]{1,10}):([0-9]{1,9})\n {2}mtime: ([0-9]{1,10}):([0-9]{1,9})\n {2}dev: [0-9]+\tino: ([0-9]{1,10})\n {2}uid: [0-9]+\tgid: [0-9]+\n {2}size: ([0-9]{1,10})\tflags: [0-9a-f]+\n/y;
const secondNs = 1000000000n;
const toNs = (seconds, rest) => BigInt(seconds) * secondNs + BigInt(rest);
/** Git's index has 32 bits for each of them. */
const shorten = (value) => BigInt.asUintN(32, value);
/**
* Reads what git has written of files.
*
* @param writtenNs when it was written: a file that was changed in that moment or later may look the same
*/
const parseEntries = (text, writtenNs) => {
	const entries = [];
	for (let at = 0; at < text.length; at = grammar.lastIndex) {
		grammar.lastIndex = at;
		const found = grammar.exec(text);
		if (found === null) return [];
		const [, mode = "", object = "", stage, path = "", cs = "", cn = "", ms = "", mn = ""] = found;
		const [changed, modified] = [toNs(cs, cn), toNs(ms, mn)];
		if (mode.startsWith("100") && stage === "0" && changed < writtenNs && modified < writtenNs) entries.push({
			object,
			path,
			stat: `${found[9]}:${found[10]}:${modified}:${changed}`
		});
	}
	return entries;
};
/** As far as git's index has it. */
const toShortStat = (stat) => {
	const [, inode = 0n, size = 0n, modified = 0n, changed = 0n] = stat.split(":").map(BigInt);
	const toShortNs = (time) => shorten(time / secondNs) * secondNs + time % secondNs;
	return [
		shorten(inode),
		shorten(size),
		toShortNs(modified),
		toShortNs(changed)
	].join(":");
};
/** Asks git about objects. */
const askObjects = async (asker, gitDir, how, objects) => {
	const named = openMemoryFile(Buffer.from(objects.map((object) => `${object}\n`).join("")));
	const fd = openSync(`/proc/self/fd/${named}`, "r");
	try {
		return await askGit(asker, [
			gitDir,
			"cat-file",
			how
		], { fd }) ?? "";
	} finally {
		for (const each of [fd, named]) closeSync(each);
	}
};
/** Those small enough to be pointers: what else a repository has may be large. */
const findSmall = (printed) => printed.split("\n").flatMap((line) => {
	const [, object = "", size] = /^([0-9a-f]+) blob ([0-9]+)$/.exec(line) ?? [];
	return Number(size) < 1024 ? [object] : [];
});
const parsePointers = (printed) => {
	const rest = Buffer.from(printed);
	const pointers = /* @__PURE__ */ new Map();
	for (let at = 0; at < rest.length;) {
		const end = rest.indexOf("\n", at);
		const [, object = "", size] = /^([0-9a-f]+) blob ([0-9]{1,4})$/.exec(rest.toString("latin1", at, end)) ?? [];
		if (end < 0 || size === void 0) break;
		const content = rest.subarray(end + 1, end + 1 + Number(size));
		const pointer = attempt(() => parsePointer(content, object));
		if (pointer !== void 0) pointers.set(object, pointer);
		at = end + Number(size) + 2;
	}
	return pointers;
};
const nothing = () => void 0;
const read$1 = async (repository, path, asker) => {
	const gitDir = `--git-dir=${join(repository, ".git")}`;
	const index = lstatSync(join(repository, ".git/index"), { bigint: true });
	const args = [
		"--literal-pathspecs",
		"ls-files",
		"--stage",
		"--debug",
		"-z"
	];
	const where = path === "" ? [] : ["--", path];
	const tree = `--work-tree=${repository}`;
	const listed = await askGit(asker, [
		"-C",
		repository,
		gitDir,
		tree,
		...args,
		...where
	]);
	const entries = parseEntries(listed ?? "", index.mtimeNs);
	if (entries.length === 0) return nothing;
	const ask = (how, objects) => askObjects(asker, gitDir, how, objects);
	const objects = [...new Set(entries.map(({ object }) => object))];
	const small = findSmall(await ask("--batch-check", objects));
	const pointers = parsePointers(small.length === 0 ? "" : await ask("--batch", small));
	const byPath = new Map(entries.map((entry) => [entry.path, entry]));
	return (name, stat) => {
		const entry = byPath.get(name);
		const pointer = pointers.get(entry?.object ?? "");
		if (entry === void 0 || pointer === void 0) return void 0;
		return entry.stat === toShortStat(stat) && stat.split(":")[2] === `${pointer.sizeBytes}` && pointer.sizeBytes >= 1024 ? pointer.oid : void 0;
	};
};
/**
* Reads of git's index which files git-lfs has checked out in place of which pointers. Where git cannot tell,
* files are read instead.
*
* @param repository real path of its folder
* @param path in it
*/
const readCheckedOut = (repository, path, asker) => read$1(repository, path, asker).catch(() => {
	asker.signal.throwIfAborted();
	return nothing;
});
/** Gives files of a checkout the digests that git knows: what the store has of them need not be read. */
const recallDigests = async (source, workspace, asker) => {
	const { folder } = source;
	const files = source.files;
	const location = attempt(() => locate(workspace, relative(realpathSync(workspace), folder)));
	if (location?.git !== "folder") return source;
	const within = relative(location.repository, folder);
	const findDigest = await readCheckedOut(location.repository, within, asker);
	const digestOf = (path, stat) => findDigest(join(within, path), stat);
	return {
		...source,
		files: files.map((file) => ({
			...file,
			sha256: digestOf(file.path, file.stat)
		}))
	};
};

export { askGit, locate, mostPointerBytes, parseEntries, parsePointer, readCheckedOut, recallDigests };