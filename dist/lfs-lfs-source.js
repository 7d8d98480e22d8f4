import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { createRequests, isLoopback, isPassing, readText, requireSafe, retry, toPassing } from "./shared.commands-doctor.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { askGit, locate, mostPointerBytes, parsePointer, readCheckedOut } from "./shared.lfs-checked-out.lfs-lfs-source.js";
import { doAtOnce } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { formatBytes, formatCount } from "./shared.actions-post.actions-step.js";
import { _usingCtx } from "./usingCtx.js";
import { toStat } from "./shared.actions-step.js";
const { promisify } = process.getBuiltinModule("node:util");
const { createHash, randomBytes } = process.getBuiltinModule("node:crypto");
const { closeSync, constants, fstatSync, lstatSync, openSync, read, readSync, readdirSync, readlinkSync } = process.getBuiltinModule("node:fs");
const { basename, dirname, join, relative } = process.getBuiltinModule("node:path");
const { open, rename, rm, statfs } = process.getBuiltinModule("node:fs/promises");

// src/files/sources/lfs/open-within.ts
const { O_DIRECTORY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** The place of a name in an open folder, which stays the same one, whatever its own name leads to meanwhile. */
const toPlace = (folder, name = "") => `/proc/self/fd/${folder}/${name}`;
/** @param path of a folder, whose last part is no link */
const openFolder = (path) => openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
/** A file or what has taken its place; nobody waits for a pipe. */
const openEnd = (path) => openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
/** Closes a descriptor after use, however that ends. */
const using = (fd, use) => {
	try {
		return use(fd);
	} finally {
		closeSync(fd);
	}
};
/**
* Opens a folder below another one, name by name, so that no link is followed, whoever sets one when.
*
* @param path relative, of names that are none of `.`, `..` and empty; empty for the folder itself
* @throws the system's error; ELOOP or ENOTDIR where there is a link
*/
const openFolderWithin = (root, path) => {
	let folder = openFolder(root);
	for (const name of path.split("/").filter((part) => part !== "")) folder = using(folder, (above) => openFolder(toPlace(above, name)));
	return folder;
};
/** @throws the system's error, and one where it is no file */
const openFileWithin = (root, path) => {
	const cut = path.lastIndexOf("/");
	const folder = openFolderWithin(root, path.slice(0, Math.max(cut, 0)));
	const fd = using(folder, (above) => openEnd(toPlace(above, path.slice(cut + 1))));
	if (fstatSync(fd).isFile()) return fd;
	closeSync(fd);
	throw new Error(`${path} is no file`);
};
/** The bytes that a file has; undefined where there is none. */
const findSizeWithin = (root, path) => attempt(() => using(openFileWithin(root, path), (fd) => fstatSync(fd).size));
const readAsync = promisify(read);
/** Reads a file from its beginning to its end, in pieces that hold only until the next one. */
async function* readPieces(fd, signal) {
	const buffer = Buffer.allocUnsafe(1048576);
	for (let at = 0;;) {
		signal.throwIfAborted();
		const { bytesRead } = await readAsync(fd, buffer, 0, buffer.length, at);
		if (bytesRead === 0) return;
		at += bytesRead;
		yield buffer.subarray(0, bytesRead);
	}
}

// src/files/sources/lfs/endpoint.ts
const remedy = "Run `git lfs pull` before this step, with a login of its own: files that are there are taken as they are.";
/** The last value of each key, of what `git config --null` prints. */
const parseConfig = (text) => new Map((text ?? "").split("\0").flatMap((entry) => {
	const end = entry.indexOf("\n");
	return end < 0 ? [] : [[entry.slice(0, end), entry.slice(end + 1)]];
}));
const keys = "^(lfs\\.url|remote\\.origin\\.lfsurl)$";
const largestConfig = 1e5;
/** Git is handed the file, so that nobody can change which one it is, and follows no `include` of it. */
const readLfsConfig = async (checkout) => {
	const fd = attempt(() => openFileWithin(checkout.root, ".lfsconfig"));
	if (fd === void 0) return /* @__PURE__ */ new Map();
	try {
		if (fstatSync(fd).size > largestConfig) throw new Failure(`.lfsconfig has more than ${largestConfig} bytes`);
		const text = await askGit(checkout, [
			"config",
			"--file",
			"-",
			"--no-includes",
			"--null",
			"--list"
		], { fd });
		if (text !== void 0) return parseConfig(text);
		throw new Failure("Git cannot read .lfsconfig", {
			location: {
				file: ".lfsconfig",
				line: 1
			},
			remedy: "`git config --file .lfsconfig --list` says why."
		});
	} finally {
		closeSync(fd);
	}
};
const repositoryPath = /^\/([\w.-]{1,100})\/([\w.-]{1,100}?)(?:\.git)?\/?$/;
const toBase = (server, path) => {
	const [, owner, name] = repositoryPath.exec(path) ?? [];
	return owner === void 0 || name === void 0 || /^\.*$/.test(owner) || /^\.*$/.test(name) ? void 0 : new URL(`/${owner}/${name}.git/info/lfs`, server);
};
/** `git@HOST:PATH`, which is no URL. */
const toUrl = (remote) => {
	const [, host, path] = /^(?:[\w.-]{1,100}@)?([\w.-]{1,255}):(?!\/\/)\/?(.*)$/s.exec(remote) ?? [];
	return URL.parse(host === void 0 ? remote : `ssh://${host}/${path}`);
};
/**
* Where the files of a remote are asked for, when that is the job's own server.
*
* @param remote as git says it
* @throws {Failure} for others, as the token is for that server alone
*/
const toEndpoint = (remote, server) => {
	const url = toUrl(remote);
	const isThere = url?.protocol === "ssh:" ? url.hostname === server.hostname : url?.origin === server.origin;
	const base = url !== null && isThere ? toBase(server, url.pathname) : void 0;
	if (base !== void 0) return base;
	const where = url === null ? "no address that Slipway reads" : toLine(`${url.protocol}//${url.host}`, 200);
	throw new Failure(isThere ? `The checkout's remote origin is at ${where}, under no name of a repository` : `The checkout's remote origin is at ${where}, and Slipway has a token for ${server.host} alone`, { remedy });
};
/** @throws {Failure} for another server than the job's own */
const toConfigured = (value, key, file, server) => {
	const url = URL.parse(value);
	if (url?.username === "" && url.password === "" && url.search === "" && url.hash === "" && url.origin === server.origin) return new URL(url.href.replace(/\/+$/, ""));
	const where = url === null ? toLine(value, 100) : toLine(`${url.protocol}//${url.host}`, 200);
	throw new Failure(url?.origin === server.origin ? `${key} in ${file} has a login or a query in it, which Slipway does not send` : `${key} in ${file} names ${where}, and Slipway sends GitHub's token to ${server.host} alone`, {
		remedy,
		...file === ".lfsconfig" && { location: {
			file,
			line: 1
		} }
	});
};
const ofJob = ({ repository }, server) => {
	const base = toBase(server, `/${repository ?? ""}`);
	if (base !== void 0) return base;
	throw new Failure("It is not known which repository the files are of", { remedy: "Check it out with `actions/checkout`, or set GITHUB_REPOSITORY to OWNER/NAME." });
};
/**
* Where the server of Git LFS is, found as git-lfs does: git's configuration, `.lfsconfig`, then the remote.
*
* @returns an address of the job's own server, to which `/objects/batch` is added
* @throws {Failure} where it would be another server
*/
const findEndpoint = async (checkout) => {
	const server = URL.parse(checkout.serverUrl);
	const isSafe = server?.protocol === "https:" || server !== null && isLoopback(server);
	if (server === null || !isSafe) throw new Failure(`GITHUB_SERVER_URL is ${toLine(checkout.serverUrl, 100)}, which is no https`);
	const gitDir = `--git-dir=${join(checkout.root, ".git")}`;
	const ask = (...args) => checkout.hasGit ? askGit(checkout, [gitDir, ...args]) : void 0;
	const [local, shared, remote] = await Promise.all([
		ask("config", "--local", "--no-includes", "--null", "--get-regexp", keys),
		readLfsConfig(checkout),
		ask("remote", "get-url", "origin")
	]);
	const own = parseConfig(local);
	for (const key of ["lfs.url", "remote.origin.lfsurl"]) for (const [file, config] of [[".git/config", own], [".lfsconfig", shared]]) {
		const value = config.get(key);
		if (value !== void 0) return toConfigured(value, key, file, server);
	}
	return remote === void 0 ? ofJob(checkout, server) : toEndpoint(remote.trim(), server);
};

// src/files/sources/lfs/refusal.ts
/** What GitHub says since budgets, and what it said of data packs; 509 is the specification's own. */
const overBudget = /exceeded its LFS budget|over its data quota/i;
const toWhat = ({ endpoint, objects }) => {
	const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
	return `${formatCount(objects.length, "file")} of Git LFS (${formatBytes(bytes)}) at ${endpoint.host}${endpoint.pathname}`;
};
const toBudgetRemedy = ({ origin, pathname }) => [
	"`node-files-cache` keeps files between runs, so that they are fetched once.",
	`Until the next billing cycle, only the owner of ${pathname.split("/")[1]} can raise the budget or buy more`,
	`(${origin}/settings/billing/budgets, or the same page of the organization).`
].join(" ");
const remedies = {
	401: "The token is not valid (any more): look at the step that made it.",
	403: "The token needs the permission `contents: read` for this repository.",
	404: "The token needs the permission `contents: read`, and the App or job has to reach this repository.",
	413: "It is more than the server takes at once, which no setting changes."
};
/** Of a server that answered a whole request with a status. */
const toRefusal = (asked, status, message) => {
	const said = message === void 0 ? "" : `: ${toLine(message)}`;
	const what = `Asked for ${toWhat(asked)}, the server answered ${status}${said}`;
	const remedy = status === 509 || overBudget.test(message ?? "") ? toBudgetRemedy(asked.endpoint) : remedies[status];
	return new Failure(what, { ...remedy !== void 0 && { remedy } });
};
const mostTold$1 = 5;
/** Of objects that the server does not have, or does not give. */
const toMissing = (asked, missing) => {
	const told = missing.slice(0, mostTold$1).map(({ path, code, message }) => {
		const said = typeof message === "string" ? toLine(message, 100) : "no reason";
		return `${toLine(path, 200)} (${typeof code === "number" ? code : "no status"}: ${said})`;
	});
	const more = missing.length - told.length;
	const isOverBudget = missing.some(({ message }) => overBudget.test(String(message)));
	return new Failure(`${asked.endpoint.host} does not give ${told.join(", ")}${more > 0 ? ` and ${more} more` : ""}`, { remedy: isOverBudget ? toBudgetRemedy(asked.endpoint) : "`git lfs push --all origin` in a clone that has them sends them there." });
};

// src/files/sources/lfs/batch.ts
const largestAnswer = 2e6;
const mediaType = "application/vnd.git-lfs+json";
const readJson = async (answer, what) => {
	const text = (await readText(answer, largestAnswer, what)).toString("utf8");
	const value = attempt(() => JSON.parse(text));
	return typeof value === "object" && value !== null ? value : void 0;
};
/** What would change how a request is sent, or what is asked for. */
const reserved = /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|range|if-.*|accept-encoding|proxy-.*)$/;
const toHeaders = (value) => {
	if (value === void 0 || value === null) return {};
	if (typeof value !== "object") return void 0;
	const headers = Object.entries(value).map(([name, said]) => [name.toLowerCase(), said]);
	return headers.every(([name, said]) => /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name) && !reserved.test(name) && typeof said === "string" && /^[\x20-\x7e]{0,8000}$/.test(said)) && headers.length <= 30 ? Object.fromEntries(headers) : void 0;
};
/** A link that ends in the midst of a request is of no use. */
const slackMs = 5e3;
const toEnd = (action) => {
	const { expires_in: seconds, expires_at: moment } = action;
	const isCounted = typeof seconds === "number" && seconds !== 0;
	const date = typeof moment === "string" ? Date.parse(moment) - Date.now() : NaN;
	const leftMs = isCounted ? seconds * 1e3 : date;
	if (Number.isNaN(leftMs)) return Number.POSITIVE_INFINITY;
	return performance.now() + leftMs - Math.min(slackMs, leftMs / 10);
};
const toAction = (found, { endpoint }, path) => {
	const download = found.actions?.download;
	const url = typeof download?.["href"] === "string" ? URL.parse(download["href"]) : null;
	const headers = toHeaders(download?.["header"]);
	if (download === void 0 || download === null || url === null || headers === void 0) throw new Failure(`${endpoint.host} gives ${path} no address that Slipway can ask`);
	return {
		url: requireSafe(url, endpoint),
		headers,
		endsMs: toEnd(download)
	};
};
const toHeader = async (token) => {
	const secret = await token();
	if (secret === void 0) return {};
	return { authorization: `Basic ${Buffer.from(`x-access-token:${secret.expose()}`).toString("base64")}` };
};
const askOnce = async (server, objects) => {
	const { endpoint, requests, token } = server;
	const body = JSON.stringify({
		operation: "download",
		transfers: ["basic"],
		objects: objects.map(({ sha256, sizeBytes }) => ({
			oid: sha256,
			size: sizeBytes
		}))
	});
	const answer = await requests.send(new URL(`${endpoint.href}/objects/batch`), {
		accept: mediaType,
		"content-type": mediaType,
		...await toHeader(token)
	}, { body });
	const document = await readJson(answer, `The answer of ${endpoint.host}`);
	const asked = {
		endpoint,
		objects
	};
	if (answer.status !== 200) {
		const message = typeof document?.message === "string" ? document.message : void 0;
		throw toRefusal(asked, answer.status, message);
	}
	const { objects: listed, transfer = "basic" } = document ?? {};
	if (!Array.isArray(listed) || transfer !== "basic") throw new Failure(`${endpoint.host} answered what is no batch of Git LFS`);
	const found = new Map(listed.flatMap((each) => typeof each?.oid === "string" ? [[each.oid, each]] : []));
	const missing = objects.flatMap(({ sha256, path }) => {
		const { error } = found.get(sha256) ?? { error: { message: "not in the answer" } };
		return error ? [{
			path,
			code: error.code,
			message: error.message
		}] : [];
	});
	if (missing.length > 0) throw toMissing(asked, missing);
	return new Map(objects.map(({ sha256, path }) => [sha256, toAction(found.get(sha256) ?? {}, server, path)]));
};
/**
* Asks where objects are, for up to a hundred at once, as late as it can: addresses end after a while.
*
* @param all in the order in which they will be wanted
*/
const createActions = (server, all) => {
	const known = /* @__PURE__ */ new Map();
	const done = /* @__PURE__ */ new Set();
	let asking = Promise.resolve();
	const findKnown = ({ sha256 }) => {
		const action = known.get(sha256);
		return action !== void 0 && action.endsMs > performance.now() ? action : void 0;
	};
	const ask = async (first) => {
		if (findKnown(first) !== void 0) return;
		const objects = [first, ...all.filter((each) => each !== first && !done.has(each.sha256) && findKnown(each) === void 0).slice(0, 99)];
		const { signal, patience } = server;
		const actions = await retry(() => askOnce(server, objects), signal, patience.pauseMs).catch((cause) => {
			if (!isPassing(cause)) throw cause;
			throw new Failure(`${server.endpoint.host} does not say where files of Git LFS are`, { cause });
		});
		for (const [oid, action] of actions) known.set(oid, action);
	};
	const get = async (wanted) => {
		asking = asking.then(() => ask(wanted));
		await asking;
		const action = known.get(wanted.sha256);
		if (action === void 0) throw new Failure(`${server.endpoint.host} gave no address`);
		return action;
	};
	return {
		get: async (wanted) => findKnown(wanted) ?? get(wanted),
		/** The server of an address does not take it. */
		drop: ({ sha256 }) => void known.delete(sha256),
		/** It is here. */
		close: ({ sha256 }) => {
			known.delete(sha256);
			done.add(sha256);
		}
	};
};

// src/files/sources/lfs/download.ts
/** Whoever has brought so much since the last trouble may be asked again. */
const enoughBytes = 1e6;
/** Where an answer's first byte belongs; undefined where that cannot be told. */
const toStart = ({ status, headers }) => {
	if (status === 200) return 0;
	const [, first] = /^bytes (\d{1,16})-\d{1,16}\/(?:\d{1,16}|\*)$/.exec(headers["content-range"] ?? "") ?? [];
	return first === void 0 ? void 0 : Number(first);
};
/** Writes what comes, until its end, or until nothing comes any more. */
const pour = async ({ body }, draft, silenceMs) => {
	const timer = setTimeout(() => body.destroy(/* @__PURE__ */ new Error("nothing came any more")), silenceMs);
	try {
		const pieces = body[Symbol.asyncIterator]();
		for (;;) {
			const next = await pieces.next().catch((cause) => {
				throw toPassing(cause);
			});
			if (next.done) return;
			await draft.write(next.value);
			timer.refresh();
		}
	} finally {
		clearTimeout(timer);
		body.destroy();
	}
};
/** An address may have ended earlier than its server said; which of these says so, each one has its own view. */
const isRefused = (status) => [
	400,
	401,
	403,
	404,
	410
].includes(status);
/** @returns when there is nothing more to come, whether all has come or not */
const receive = async ({ requests, actions, patience }, wanted, draft, tries) => {
	const { url, headers } = await actions.get(wanted);
	const from = draft.bytes();
	const answer = await requests.send(url, {
		...headers,
		"accept-encoding": "identity",
		...from > 0 && { range: `bytes=${from}-` }
	}, { forOthers: ["accept-encoding", "range"] });
	const { status } = answer;
	if (status === 200 || status === 206) {
		tries.refusals = 0;
		const start = toStart(answer);
		if (start === 0 && from > 0) await draft.restart();
		if (start === 0 || start === from) {
			await pour(answer, draft, patience.silenceMs);
			const more = draft.bytes() - (start ?? 0);
			if (draft.bytes() < wanted.sizeBytes && more > 0) throw toPassing(void 0);
			return;
		}
	}
	answer.body.destroy();
	if (status === 416 || status === 206) return;
	if (!isRefused(status) || tries.refusals > 0) throw new Failure(`${url.host} answered ${status} to ${wanted.path}`);
	tries.refusals += 1;
	actions.drop(wanted);
	throw toPassing(/* @__PURE__ */ new Error(`${url.host} answered ${status}`));
};
/** As long as something comes in between, trouble may come as often as it likes. */
const transfer = async (downloads, wanted, draft) => {
	const { signal, patience } = downloads;
	const tries = { refusals: 0 };
	for (;;) {
		const before = draft.bytes();
		try {
			return await retry(() => receive(downloads, wanted, draft, tries), signal, patience.pauseMs);
		} catch (error) {
			if (!isPassing(error) || draft.bytes() - before < enoughBytes) throw error;
		}
	}
};
/**
* Brings one object, and once more should it be another one than its digest promises.
*
* @throws {Failure} where it cannot be had, or is wrong twice
*/
const download = async (downloads, wanted, draft) => {
	for (let tries = 1;; tries += 1) {
		await transfer(downloads, wanted, draft);
		const wrong = await draft.finish();
		if (wrong === void 0) return;
		if (tries === 2) throw new Failure(`The server sent ${wanted.path} wrongly, twice: ${wrong}`, { remedy: "Its object is broken there: `git lfs push --all origin` in a clone that has it." });
		await draft.restart();
	}
};

// src/files/sources/lfs/draft.ts
/** @param error of writing into a folder */
const explainWrite = (error, folder, wanted) => error.code === "ENOSPC" ? new Failure(`The disk of ${folder} is full, and ${wanted.path} has ${formatBytes(wanted.sizeBytes)}`, {
	cause: error,
	remedy: "`free-disk: always` frees what a hosted runner has to spare."
}) : error;
/**
* Opens a file under a name of nobody else's, which gets its digest as a name when it is whole and right.
* Closed before, it is gone.
*/
const openDraft = async (folder, wanted, onBytes) => {
	const name = join(folder, `${wanted.sha256}.${randomBytes(8).toString("hex")}.part`);
	const handle = await open(name, "wx", 384);
	let hash = createHash("sha256");
	let bytes = 0;
	let isKept = false;
	const write = async (chunk) => {
		if (bytes + chunk.length > wanted.sizeBytes) throw new Failure(`${wanted.path} came with more than its ${wanted.sizeBytes} bytes`);
		hash.update(chunk);
		try {
			for (let from = 0; from < chunk.length;) {
				const { bytesWritten } = await handle.write(chunk, from, chunk.length - from, bytes + from);
				from += bytesWritten;
			}
		} catch (error) {
			throw explainWrite(error, folder, wanted);
		}
		bytes += chunk.length;
		onBytes(chunk.length);
	};
	const restart = async () => {
		await handle.truncate(0);
		onBytes(-bytes);
		hash = createHash("sha256");
		bytes = 0;
	};
	/** @returns what is wrong with it; undefined where it is right and has its name */
	const finish = async () => {
		if (bytes !== wanted.sizeBytes) return `${bytes} bytes in place of ${wanted.sizeBytes}`;
		const found = hash.digest("hex");
		if (found !== wanted.sha256) return `sha256:${found} in place of sha256:${wanted.sha256}`;
		await handle.close();
		await rename(name, join(folder, wanted.sha256));
		isKept = true;
	};
	return {
		bytes: () => bytes,
		write,
		restart,
		finish,
		[Symbol.asyncDispose]: async () => {
			if (isKept) return;
			await handle.close().catch(() => {});
			await rm(name, { force: true });
			onBytes(-bytes);
		}
	};
};

// src/files/sources/lfs/progress.ts
const everyMs = 250;
/** Says how far it is, not more often than people can read. */
const createProgress = (totalBytes, report, now = () => performance.now()) => {
	let done = 0;
	let saidMs = Number.NEGATIVE_INFINITY;
	return {
		add: (change) => {
			done += change;
			if (now() - saidMs < everyMs) return;
			saidMs = now();
			report(done, totalBytes);
		},
		end: () => report(done, totalBytes)
	};
};

// src/files/sources/lfs/fetch-files.ts
const atOnce$1 = 8;
const isHere = (folder, { sha256, sizeBytes }) => {
	const stat = lstatSync(join(folder, sha256), { throwIfNoEntry: false });
	return stat?.isFile() === true && stat.size === sizeBytes;
};
/** Of the objects of git-lfs, whether one is there with its size. */
const hasObject = ({ object, sizeBytes }) => object !== void 0 && findSizeWithin(object.root, object.path) === sizeBytes;
/** What neither the checkout nor git-lfs' own store has. */
const findAbsent = (all) => new Set(all.filter((each) => each.file === void 0 && !hasObject(each)));
const copy = async ({ root, path }, draft, signal) => {
	const fd = openFileWithin(root, path);
	try {
		for await (const piece of readPieces(fd, signal)) await draft.write(piece);
	} finally {
		closeSync(fd);
	}
	return draft.finish();
};
const bring = async (located, draft, { absent, getDownloads, signal }) => {
	const { file, object, path } = located;
	if (file !== void 0) {
		const wrong = await copy(file, draft, signal);
		if (wrong === void 0) return;
		throw new Failure(`${path} was changed while its files were taken: ${wrong}`);
	}
	if (object !== void 0 && !absent.has(located)) {
		if (await copy(object, draft, signal) === void 0) return;
		await draft.restart();
	}
	const downloads = await getDownloads();
	await download(downloads, located, draft);
	downloads.actions.close(located);
};
const requireRoom = async (folder, bytes) => {
	const { bavail, bsize } = await statfs(folder);
	const free = bavail * bsize;
	if (bytes <= free) return;
	throw new Failure(`Files of ${formatBytes(bytes)} are to come, and ${folder} has ${formatBytes(free)} free`, { remedy: "`free-disk: always` frees what a hosted runner has to spare." });
};
/** Of trouble that did not pass, and of the system's errors. */
const explain$1 = (error, { path }) => isPassing(error) || error instanceof Error && "code" in error && "syscall" in error ? new Failure(`${path} could not be fetched`, { cause: error }) : error;
/** Brings each file once, several at a time; the first trouble ends all. */
const fetchFiles = async (all, remote, order) => {
	const { folder, has } = order;
	const failed = new AbortController();
	const signal = AbortSignal.any([order.signal, failed.signal]);
	signal.throwIfAborted();
	const wanted = all.filter((each) => !has.has(each.sha256) && !isHere(folder, each));
	const totalBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
	await requireRoom(folder, totalBytes);
	const progress = createProgress(totalBytes, order.progress);
	const sorted = wanted.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
	const absent = findAbsent(sorted);
	let downloads;
	const openDownloads = async () => {
		const { findEndpoint, token, patience } = remote;
		const endpoint = await findEndpoint();
		const requests = createRequests(endpoint, signal);
		return {
			requests,
			actions: createActions({
				endpoint,
				requests,
				token,
				signal,
				patience
			}, [...absent]),
			signal,
			patience,
			dispose: requests.dispose
		};
	};
	const getDownloads = () => downloads ??= openDownloads();
	await doAtOnce(sorted, atOnce$1, async (each) => {
		try {
			try {
				var _usingCtx$1 = _usingCtx();
				const draft = _usingCtx$1.a(await openDraft(folder, each, progress.add));
				await bring(each, draft, {
					absent,
					getDownloads,
					signal
				});
			} catch (_) {
				_usingCtx$1.e = _;
			} finally {
				await _usingCtx$1.d();
			}
		} catch (error) {
			failed.abort(explain$1(error, each));
			throw error;
		}
	}).catch(() => {});
	await downloads?.then(({ dispose }) => dispose(), () => {});
	signal.throwIfAborted();
	progress.end();
};

// src/files/sources/lfs/target.ts
/**
* Why a link may not be: folders of the tree are no links, so that `..` at the beginning leads to where it
* says; after the name of a link it would lead elsewhere.
*/
const refuseTarget = (path, target) => {
	if (target.startsWith("/")) return "leads to an absolute path";
	const parts = target.split("/").filter((part) => part !== "" && part !== ".");
	const down = parts.findIndex((part) => part !== "..");
	const steps = down < 0 ? parts.length : down;
	if (parts.slice(steps).includes("..")) return "goes up after it has gone down";
	return steps > path.split("/").length - 1 ? "leads out of what is taken" : void 0;
};

// src/files/sources/lfs/walk.ts
const mostEntries = 1e5;
/** A path that is longer could not be opened by its name. */
const mostPathBytes = 4e3;
const deepest = 100;
const mostTold = 10;
const decoder = new TextDecoder("utf-8", { fatal: true });
/** Names and targets are bytes; what is no text stays `undefined`. */
const decode = (bytes) => attempt(() => decoder.decode(bytes));
const toKind = (stat) => {
	if (stat.isSocket()) return "a socket";
	return stat.isFIFO() ? "a pipe" : "a device";
};
const addLink = (walk, place, path) => {
	const target = decode(readlinkSync(place, { encoding: "buffer" }));
	const why = target === void 0 ? "leads to what is no UTF-8" : refuseTarget(path, target);
	if (target !== void 0 && why === void 0) walk.links.push({
		path,
		target
	});
	else throw new Failure(`the link ${path} ${why}`);
};
const addFile = (walk, place, path) => using(openEnd(place), (fd) => {
	const stat = fstatSync(fd);
	if (!stat.isFile()) throw new Failure(`${path} is no file any more`);
	walk.look(fd, stat, path);
});
const addEntry = (walk, place, path, depth) => {
	if (Buffer.byteLength(path) > mostPathBytes) throw new Failure(`the path ${path} has more than ${mostPathBytes} bytes`);
	const stat = lstatSync(place);
	if (stat.isFile()) addFile(walk, place, path);
	else if (stat.isSymbolicLink()) addLink(walk, place, path);
	else if (stat.isDirectory()) using(openFolder(place), (below) => addFolder(walk, below, path, depth + 1));
	else throw new Failure(`${path} is ${toKind(stat)}`);
};
const explain = (error, path) => {
	if (error instanceof Failure) return error;
	const { code } = error;
	if (code === void 0) throw error;
	return new Failure(`${path} cannot be opened (${code})`);
};
/** Ends the walk at once. */
var TooMuch = class extends Error {};
const refuseEnd = (walk, path, depth) => {
	if (depth > deepest) throw new TooMuch(`${path} is more than ${deepest} folders deep`);
	if (walk.entries > mostEntries) throw new TooMuch(`it has more than ${mostEntries} files, links and folders`);
};
const addFolder = (walk, folder, path, depth) => {
	const names = readdirSync(toPlace(folder), { encoding: "buffer" });
	walk.entries += names.length;
	refuseEnd(walk, path, depth);
	const isGit = (name) => name.toString("latin1") === ".git";
	if (path !== "" && names.some(isGit)) throw new Failure(`${path} is a repository of its own, whose files need a line of their own`);
	const taken = names.filter((name) => !isGit(name)).toSorted(Buffer.compare);
	for (const bytes of taken) {
		const name = decode(bytes);
		const below = `${path}${path === "" ? "" : "/"}${name ?? bytes.toString("latin1")}`;
		try {
			if (name === void 0) throw new Failure(`the name ${below} is no UTF-8`);
			addEntry(walk, toPlace(folder, name), below, depth);
		} catch (error) {
			if (error instanceof TooMuch) throw error;
			walk.problems.push(explain(error, below));
		}
	}
	if (taken.length === 0 && path !== "") walk.emptyFolders.push(path);
};
/** One message of all problems, of which the first ones are told. */
const refuseAll = (path, problems) => {
	const [first] = problems;
	if (problems.length === 1 && first instanceof Failure && first.remedy !== void 0) return first;
	const more = problems.length - mostTold;
	const told = problems.slice(0, mostTold).map(({ message }) => toLine(message, 400));
	const rest = more > 0 ? `; and ${more} more` : "";
	return new Failure(`lfs:${toLine(path) || "."} has what no node can be given: ${told.join("; ")}${rest}`, { remedy: "Take it away, or name a folder without it." });
};
/**
* Goes through a folder of a checkout without its `.git`. No link is followed. Not asynchronous: thousands
* of files are opened in the time that so many promises would take alone.
*
* @param root real path of the workspace
* @param path of the folder in it, without links
* @throws {Failure} that names all that cannot be taken
*/
const walkFolder = (root, path, look) => {
	const walk = {
		links: [],
		emptyFolders: [],
		problems: [],
		look,
		entries: 0
	};
	try {
		using(openFolderWithin(root, path), (folder) => addFolder(walk, folder, "", 0));
	} catch (error) {
		walk.problems.push(error instanceof TooMuch ? error : explain(error, path));
	}
	if (walk.problems.length > 0) throw refuseAll(path, walk.problems);
	return walk;
};

// src/files/sources/lfs/inspect.ts
/** @param place relative to the workspace */
const lookAt = (fd, { mode, size }, path, place) => {
	const isExecutable = (mode & 64) !== 0;
	const large = {
		path,
		sizeBytes: size,
		isExecutable,
		sha256: void 0,
		isPointer: false
	};
	if (size >= 1024) return large;
	const buffer = Buffer.alloc(mostPointerBytes);
	const content = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0));
	if (content.length === 1024) return large;
	const pointer = parsePointer(content, place);
	if (pointer !== void 0) return {
		path,
		sizeBytes: pointer.sizeBytes,
		isExecutable,
		sha256: pointer.oid,
		isPointer: true
	};
	const sha256 = createHash("sha256").update(content).digest("hex");
	return {
		path,
		sizeBytes: content.length,
		isExecutable,
		sha256,
		isPointer: false
	};
};
const hashFile = async ({ root, repository }, place, file, findDigest, signal) => {
	const fd = openFileWithin(root, place);
	try {
		const stats = fstatSync(fd, { bigint: true });
		const known = findDigest(relative(repository, join(root, place)), toStat(stats));
		if (known !== void 0) return {
			...file,
			sizeBytes: Number(stats.size),
			sha256: known
		};
		const hash = createHash("sha256");
		let sizeBytes = 0;
		for await (const piece of readPieces(fd, signal)) {
			hash.update(piece);
			sizeBytes += piece.length;
		}
		return {
			...file,
			sizeBytes,
			sha256: hash.digest("hex")
		};
	} finally {
		closeSync(fd);
	}
};
const atOnce = 4;
const listFiles = ({ root, path, isFile }, folder) => {
	const found = [];
	const add = (fd, stat, name) => void found.push(lookAt(fd, stat, name, folder === "" ? name : `${folder}/${name}`));
	if (!isFile) return {
		found,
		...walkFolder(root, path, add)
	};
	using(openFileWithin(root, path), (fd) => add(fd, fstatSync(fd), basename(path)));
	return {
		found,
		links: [],
		emptyFolders: []
	};
};
/** Nobody is asked where all are pointers. */
const findCheckedOut = async ({ root, path, repository, git }, found, asker) => git === "folder" && found.some(({ sha256 }) => sha256 === void 0) ? readCheckedOut(repository, relative(repository, join(root, path)), asker) : () => void 0;
/**
* Finds what a line names, and reads what is no pointer to have its digest, where git does not know it.
*
* @param folder of the files' paths, in the workspace
* @throws {Failure} that names all that cannot be taken
*/
const inspect$1 = async (location, folder, asker) => {
	const { found, links, emptyFolders } = listFiles(location, folder);
	const { signal } = asker;
	const findDigest = await findCheckedOut(location, found, asker);
	const problems = [];
	const files = [];
	const waiting = found.toReversed();
	const work = async () => {
		for (let each = waiting.pop(); each !== void 0; each = waiting.pop()) {
			const { path, sha256 } = each;
			if (sha256 !== void 0) {
				files.push({
					...each,
					sha256
				});
				continue;
			}
			const place = folder === "" ? path : `${folder}/${path}`;
			await hashFile(location, place, each, findDigest, signal).then((file) => void files.push(file), () => void problems.push(new Failure(`${path} cannot be read`)));
			signal.throwIfAborted();
		}
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	if (problems.length > 0) throw refuseAll(location.path, problems);
	return {
		files: files.toSorted((a, b) => a.path < b.path ? -1 : 1),
		links,
		emptyFolders
	};
};

// src/files/sources/lfs/lfs-source.ts
const usualPatience = {
	silenceMs: 6e4,
	pauseMs: 500
};
const toKey = ({ isFile, files, links, emptyFolders }) => {
	const entries = [
		...files.map(({ path, isExecutable, sha256 }) => [
			path,
			isExecutable ? "755" : "644",
			sha256
		]),
		...links.map(({ path, target }) => [
			path,
			"link",
			target
		]),
		...emptyFolders.map((path) => [
			path,
			"folder",
			""
		])
	].map((entry) => entry.map((part) => `${part}\0`).join(""));
	const all = [isFile ? "file\0" : "folder\0", ...entries.toSorted()];
	return createHash("sha256").update(all.join("")).digest("hex");
};
/** Each content once, where it may be found. */
const toLocated = (files, folder, { root, repository, git }) => {
	const found = /* @__PURE__ */ new Map();
	for (const { path, sha256, sizeBytes, isPointer } of files) {
		const known = found.get(sha256);
		if (known !== void 0 && known.sizeBytes !== sizeBytes) throw new Failure(`${toLine(path)} and ${toLine(known.path)} are said to be the same, of ${sizeBytes} and ${known.sizeBytes} bytes`, { remedy: "One of the two pointers is wrong: make it anew with `git add --renormalize`." });
		const place = folder === "" ? path : `${folder}/${path}`;
		const object = {
			root: repository,
			path: `.git/lfs/objects/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`
		};
		found.set(sha256, {
			sha256,
			sizeBytes,
			path: known?.path ?? path,
			file: known?.file ?? (isPointer ? void 0 : {
				root,
				path: place
			}),
			object: git === "folder" ? object : void 0
		});
	}
	return [...found.values()];
};
/**
* A folder or file of the checkout, whose pointers of Git LFS are replaced by what they point to.
*
* @throws {Failure} where something cannot be taken, or would have to come from another server
*/
const findLfsSource = async (order) => {
	const { signal, token, patience = usualPatience } = order;
	const location = locate(order.workspace, order.path);
	const { path, isFile, repository, git } = location;
	const folder = isFile ? dirname(path).replace(/^\.$/, "") : path;
	const { files: inspected, links, emptyFolders } = await inspect$1(location, folder, order);
	const located = toLocated(inspected, folder, location);
	const findServer = async () => {
		if (git === "submodule") throw new Failure(`lfs:${toLine(order.path)} is in a submodule, whose server is not asked`, { remedy: "Run `git submodule foreach git lfs pull` before this step." });
		const { serverUrl, env } = order;
		return findEndpoint({
			root: repository,
			hasGit: git === "folder",
			serverUrl,
			repository: order.repository,
			env,
			signal
		});
	};
	const absent = findAbsent(located);
	const endpoint = absent.size > 0 ? await findServer() : void 0;
	const tree = {
		isFile,
		files: inspected.map(({ isPointer: _, ...file }) => file),
		links,
		emptyFolders
	};
	const findEndpointLater = async () => endpoint ?? findServer();
	return {
		key: toKey(tree),
		sizeBytes: located.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
		tree,
		elsewhere: new Set([...absent].map(({ sha256 }) => sha256)),
		fetch: async (fetchOrder) => {
			await fetchFiles(located, {
				findEndpoint: findEndpointLater,
				token,
				patience
			}, fetchOrder);
			return tree;
		}
	};
};

export { findLfsSource };