import { Failure, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { doAtOnce } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { describeEnd, readRegularFile, runCaptured, toDigest, toHex } from "./shared.actions-post.actions-step.recorder.js";
import { createFileStore } from "./shared.docker-image-source.oci-find-oci-source.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { leastOwnBytes } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.js";
import { restoreEntry } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { formatBytes, formatCount, formatDuration, quote } from "./shared.actions-post.actions-step.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { toMountStart, usualPlatform } from "./shared.actions-step.js";
import { saveEntries } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-sync-files-step.js";
import { createEntryCache } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.store-entry-cache.js";
const { createHash, randomUUID } = process.getBuiltinModule("node:crypto");
const { fileURLToPath } = process.getBuiltinModule("node:url");
const { createReadStream } = process.getBuiltinModule("node:fs");
const { basename, join } = process.getBuiltinModule("node:path");
const { copyFile, mkdir, rename, rm, writeFile } = process.getBuiltinModule("node:fs/promises");

// src/build/mounts/copy-program.ts
const perl = "/usr/bin/perl";
/** Where the folder is in the builder's step. */
const programFolder = "/t";
const script = "mounts.pl";
/**
* Copies this machine's Perl with the libraries that it loads, and the program, into a folder: a step that has
* them needs no image, and nothing of the Dockerfile's.
*
* @returns how it is started there
*/
const copyProgram = async (folder, env, signal) => {
	const { code, stdout } = await runCaptured({
		file: "ldd",
		args: [perl],
		timeoutMs: 1e4,
		env: {
			...env,
			LC_ALL: "C"
		},
		signal
	});
	const libraries = [...stdout.matchAll(/^\s*(?:(\S+) => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)];
	const [loader] = libraries.flatMap(([, name, path = ""]) => name === void 0 ? [path] : []);
	if (code !== 0 || loader === void 0) throw new Failure(`\`ldd ${perl}\` does not say what this machine's Perl consists of`);
	await mkdir(folder, {
		mode: 448,
		recursive: true
	});
	for (const [, name, path = ""] of libraries) await copyFile(path, join(folder, basename(name ?? path)));
	await copyFile(perl, join(folder, "perl"));
	const source = fileURLToPath(new URL(`./in-builder/${script}`, import.meta.url));
	await copyFile(source, join(folder, script));
	const inStep = (name) => `${"/t"}/${name}`;
	return [...[
		inStep(basename(loader)),
		"--library-path",
		"/t"
	], ...[inStep("perl"), inStep(script)]];
};

// src/build/mounts/builder-step.ts
/** Gigabytes may be on their way. */
const timeoutMs$1 = 12e5;
const toFlag = (mount, at) => {
	const given = [
		"uid",
		"gid",
		"mode"
	].flatMap((name) => mount[name] === void 0 ? [] : [`${name}=${mount[name]}`]);
	return `--mount=${[...[
		"type=cache",
		`id=${mount.id}`,
		`target=/m/${at}`,
		`sharing=${mount.sharing}`
	], ...given].join(",")}`;
};
/** Ids have neither commas nor quotes nor variables: inputs with these are refused. */
const toDockerfile = (mounts, hasFiles, argv) => {
	return `FROM scratch\nRUN ${[
		"--network=none",
		`--mount=type=bind,target=${"/t"}`,
		...hasFiles ? ["--mount=type=bind,from=files,target=/files"] : [],
		...mounts.map(toFlag)
	].join(" ")} ${JSON.stringify(argv)}\n`;
};
/**
* Runs the program in the builder with cache mounts: only a RUN step sees what is in them.
*
* @returns the folder that it has written
* @throws {Failure} when the builder cannot run it
*/
const runMountStep = async (step) => {
	const { docker, folder, mounts, trees, files, args } = step;
	const [program, dockerfile, out] = [
		"program",
		"Dockerfile",
		"out"
	].map((name) => join(folder, name));
	await mkdir(folder, { mode: 448 });
	const argv = await copyProgram(program, step.env, step.signal);
	await writeFile(join(program, "run"), randomUUID());
	await Promise.all(trees.map((text, at) => writeFile(join(program, `tree-${at}`), text)));
	await writeFile(dockerfile, toDockerfile(mounts, files !== void 0, [...argv, ...args]));
	const flags = [
		...[
			"--provenance=false",
			"--progress=plain",
			`--platform=${usualPlatform}`
		],
		...[`--file=${dockerfile}`, `--output=type=local,${quote(`dest=${out}`)}`],
		...files === void 0 ? [] : [`--build-context=files=${files}`]
	];
	const ended = await docker.try([
		"buildx",
		"build",
		...flags,
		program
	], { timeoutMs: timeoutMs$1 });
	if (ended.code === 0) return join(out, "out");
	throw new Failure(`The builder could not run Slipway's step: ${describeEnd(ended)}`);
};

// src/build/mounts/find-present.ts
/** A builder with much in it takes its time. */
const timeoutMs = 12e4;
/**
* Where a record begins; the text of a RUN may have lines that begin with `ID:`, too. A Dockerfile that has a whole
* record in there hides no other, and shows no cache that it could not have made by mounting it.
*/
const recordStart = /^(?=ID:[ \t]+\S+\n(?:Parents?|Created at|Mutable):)/m;
const descriptionLabel = /^Description:[ \t]+/m;
/** A RUN that is a heredoc has all of its lines in here; buildx's own next one is the last of that name. */
const toDescription = (record) => {
	const label = descriptionLabel.exec(record);
	const text = label === null ? "" : record.slice(label.index + label[0].length);
	const end = text.lastIndexOf("\nUsage count:");
	return (end < 0 ? text : text.slice(0, end)).trimEnd();
};
/**
* BuildKit writes `cached mount TARGET from exec ARGS with id "/ID"`, without the id where the target is the
* same. A Dockerfile writes the arguments, so only what follows them counts.
*/
const isOf = (description, id) => / with id "(?:[^"\\]|\\.)*"$/.test(description) ? description.endsWith(` with id ${JSON.stringify(`/${id}`)}`) : description.startsWith(`cached mount /${id} from exec `);
/**
* Ids of caches that the builder has. It does not say whose they are: one of another owner counts, too, and is
* left as it is.
*/
const parsePresent = (printed, mounts) => {
	const descriptions = printed.split(recordStart).map(toDescription).filter((text) => text.startsWith("cached mount "));
	return mounts.filter(({ id }) => descriptions.some((text) => isOf(text, id)));
};
/** @throws {Failure} when the builder does not tell */
const findPresent = async (docker, mounts) => {
	const ended = await docker.try([
		"buildx",
		"du",
		"--verbose",
		"--filter=type=exec.cachemount"
	], { timeoutMs });
	if (ended.code === 0) return parsePresent(ended.stdout, mounts);
	throw new Failure(`\`docker buildx du\` does not say what the builder has: ${describeEnd(ended)}`);
};

// src/build/mounts/tree.ts
/** More files are no cache that is worth its way. */
const mostItems = 2e5;
/** Of the text of a tree. */
const mostTreeBytes = 67108864;
/** Of one cache: an entry of the Actions cache has at most 10 GB. */
const mostMountBytes = 8e9;
const owner = /^[0-7]{1,4} \d{1,10} \d{1,10}$/;
const plain = /^(?:[A-Za-z0-9._~+@=,:/-]|%[0-9A-F]{2})+$/;
const isPath = (path) => plain.test(path) && !/%(?:00|2[BCDEF]|3[0-9AD]|4[0-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/.test(path) && path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
const parseItem = ([kind, ...words]) => {
	const path = words.at(-1) ?? "";
	const who = words.slice(0, 3).join(" ");
	if (!isPath(path)) return void 0;
	if (kind === "d" && words.length === 4 && owner.test(who)) return {
		kind: "folder",
		path,
		owner: who
	};
	if (kind === "l" && words.length === 2 && plain.test(words[0] ?? "")) return {
		kind: "link",
		path,
		target: words[0] ?? ""
	};
	const [, , , time = "", size = "", content = ""] = words;
	if (!(kind === "f" && words.length === 7 && owner.test(who)) || !/^-?\d{1,12}$/.test(time) || !/^\d{1,15}$/.test(size)) return void 0;
	return {
		kind: "file",
		path,
		owner: who,
		time,
		sizeBytes: Number(size),
		content
	};
};
/**
* Reads a tree that somebody else may have written. What is in a folder comes after it, so nothing leads
* through a link.
*
* @throws {Failure} naming the line that is none of ours
*/
const parseTree = (text) => {
	const lines = text.split("\n");
	if (lines.at(-1) !== "" || lines.at(-2) !== "end") throw new Failure("The list has no end");
	const folders = /* @__PURE__ */ new Set([""]);
	const seen = /* @__PURE__ */ new Set();
	const items = [];
	const others = [];
	for (const line of lines.slice(0, -2)) {
		const words = line.split(" ");
		if (!/^[dfl]$/.test(words[0] ?? "")) {
			others.push(words);
			continue;
		}
		const item = parseItem(words);
		const above = item?.path.slice(0, Math.max(0, item.path.lastIndexOf("/")));
		if (item === void 0 || !folders.has(above ?? "") || seen.has(item.path)) throw new Failure(`${JSON.stringify(toLine(line, 200))} is no line of a tree`);
		if (items.length === 2e5) throw new Failure(`It has more than ${mostItems} files, folders and links`);
		seen.add(item.path);
		if (item.kind === "folder") folders.add(item.path);
		items.push(item);
	}
	return {
		items,
		others
	};
};
const renderItem = (item) => {
	if (item.kind === "folder") return `d ${item.owner} ${item.path}`;
	if (item.kind === "link") return `l ${item.target} ${item.path}`;
	return `f ${item.owner} ${item.time} ${item.sizeBytes} ${item.content} ${item.path}`;
};
const renderTree = ({ items, others }) => [
	...others.map((words) => words.join(" ")),
	...items.map(renderItem),
	"end",
	""
].join("\n");
const filesOf = (items) => items.filter((item) => item.kind === "file");
const bytesOf = (items) => filesOf(items).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

// src/build/mounts/mount-index.ts
const emptyIndex = {
	items: [],
	places: /* @__PURE__ */ new Map()
};
/** The index's own entry, which has the small files that were new. */
const own = "own";
const title = "slipway-mount-v1";
/** With more, or when half of what they have is of no use any more, all small files go into one. */
const mostPacks = 8;
const isMountKey = (key) => /^slipway-mount(?:-file)?-v1-[0-9a-f]{16}-[0-9a-f]{64}(?:-[0-9a-f]{8})?$/.test(key);
/** @throws {Failure} when it is not what we would have written */
const parseIndex = (text, ownKey) => {
	const { items, others } = parseTree(text);
	const [first, ...lines] = others;
	const all = lines.map(([word, key = "", bytes = "", ...more]) => {
		const isKey = key === own || isMountKey(key);
		if (word !== "entry" || !isKey || !/^\d{1,15}$/.test(bytes) || more.length > 0) throw new Failure("It names an entry that is none of ours");
		return {
			key: key === own ? ownKey : key,
			bytes: Number(bytes)
		};
	});
	if (first?.join(" ") !== title) throw new Failure("It is no index of a cache mount");
	const places = /* @__PURE__ */ new Map();
	return {
		items: items.map((item) => {
			if (item.kind !== "file") return item;
			const [, sha256 = "", at = ""] = /^([0-9a-f]{64}):(\d{1,6})$/.exec(item.content) ?? [];
			const place = all[Number(at)];
			if (sha256 === "" || place === void 0) throw new Failure("It has a file without a place");
			places.set(sha256, place);
			return {
				...item,
				content: sha256
			};
		}),
		places
	};
};
/** As the program in the builder and later runs read it. */
const renderIndex = ({ items, places }) => {
	const all = [...new Map([...places.values()].map((place) => [place.key, place])).values()];
	const indices = new Map(all.map(({ key }, at) => [key, at]));
	const others = all.map(({ key, bytes }) => [
		"entry",
		key,
		`${bytes}`
	]);
	const numbered = items.map((item) => {
		if (item.kind !== "file") return item;
		return {
			...item,
			content: `${item.content}:${indices.get(places.get(item.content)?.key ?? "")}`
		};
	});
	return renderTree({
		items: numbered,
		others: [[title], ...others]
	});
};
/** The files of a tree, each once. */
const toStored = (items) => {
	const all = filesOf(items).map(({ content: sha256, sizeBytes }) => ({
		sha256,
		sizeBytes
	}));
	return [...new Map(all.map((file) => [file.sha256, file])).values()];
};
const isSmall = ({ sizeBytes }) => sizeBytes < leastOwnBytes;
const sum = (files) => files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
/** Whether the small files that are still wanted are spread too thin. */
const isScattered = (kept, { places }) => {
	const packs = new Map(kept.map(({ sha256 }) => [places.get(sha256)?.key, places.get(sha256)]));
	const bytes = [...packs.values()].reduce((all, place) => all + (place?.bytes ?? 0), 0);
	return packs.size >= mostPacks || sum(kept) < bytes / 2;
};
/**
* The entries that keep a tree, beside those that are there.
*
* @param start how their keys begin
* @returns `index`, which comes last, and its text
*/
const planEntries = (items, before, start) => {
	const files = toStored(items);
	const isKept = ({ sha256 }) => before.places.has(sha256);
	const kept = files.filter((file) => isSmall(file) && isKept(file));
	const packsAll = isScattered(kept, before);
	const packed = files.filter((file) => isSmall(file) && (packsAll || !isKept(file)));
	const alone = files.filter((file) => !isSmall(file) && !isKept(file)).map((file) => ({
		key: `${start.replace("-v1-", "-file-v1-")}${file.sha256}-${randomUUID().slice(0, 8)}`,
		fallbacks: [],
		files: [file],
		part: void 0
	}));
	const places = new Map(files.flatMap(({ sha256 }) => {
		const place = before.places.get(sha256);
		return place === void 0 ? [] : [[sha256, place]];
	}));
	for (const { sha256 } of packed) places.set(sha256, {
		key: own,
		bytes: sum(packed)
	});
	for (const { key, files: ours } of alone) for (const { sha256, sizeBytes } of ours) places.set(sha256, {
		key,
		bytes: sizeBytes
	});
	const text = renderIndex({
		items,
		places
	});
	const sha256 = toHex(toDigest(text));
	const file = {
		sha256,
		sizeBytes: Buffer.byteLength(text)
	};
	return {
		alone,
		index: {
			key: `${start}${sha256}`,
			fallbacks: [],
			files: [file, ...packed],
			part: void 0
		},
		text
	};
};

// src/build/mounts/restore-mounts.ts
const input = "cache-mounts";
/** Downloads take memory, and share one network. */
const atOnce$1 = 2;
const toFilesFolder = ({ folder }) => join(folder, "files");
const toOrder = (ports) => ({
	...ports,
	folder: toFilesFolder(ports),
	input
});
/** The entry with the index has small files, too: which they are, only the index says. */
const findIndex = async (mount, ports) => {
	const start = toMountStart(mount);
	let [count, bytes] = [0, 0];
	const find = (sha256, sizeBytes) => {
		count += 1;
		bytes += sizeBytes;
		if (count > 2e5 || bytes > 8e9 + 67108864) throw new Failure("It has more than Slipway keeps of a cache mount");
		return {
			sha256,
			sizeBytes
		};
	};
	const key = await restoreEntry([start, start], {
		part: void 0,
		find
	}, toOrder(ports));
	if (key === void 0) return void 0;
	try {
		const digest = key.slice(start.length);
		if (!key.startsWith(start) || !/^[0-9a-f]{64}$/.test(digest)) throw new Failure("It has no name that Slipway gives");
		const text = readRegularFile(join(toFilesFolder(ports), digest), mostTreeBytes);
		return parseIndex(text.toString("utf8"), key);
	} catch (error) {
		ports.warn(`${input}: the entry ${toLine(key, 200)} is not used: ${renderError(error)}`);
		return;
	}
};
/** @returns whether all files are there now */
const bringFiles = async ({ items, places }, ports) => {
	const store = createFileStore(toFilesFolder(ports));
	const missing = async (files) => {
		const left = [];
		for (const file of files) if (!await store.has(file.sha256, file.sizeBytes)) left.push(file);
		return left;
	};
	const left = await missing(toStored(items));
	const entries = [...Map.groupBy(left, ({ sha256 }) => places.get(sha256)?.key ?? "")];
	await doAtOnce(entries, atOnce$1, async ([key, files]) => {
		const wanted = new Map(files.map((file) => [file.sha256, file]));
		const find = (sha256) => wanted.get(sha256);
		await restoreEntry([key], {
			part: void 0,
			find
		}, toOrder(ports));
	});
	return (await missing(left)).length === 0;
};
/** All of what is kept, or nothing: tools may take half a cache for a whole one. */
const bring = async (mount, ports) => {
	const index = await findIndex(mount, ports);
	if (index === void 0) return emptyIndex;
	if (await bringFiles(index, ports)) return index;
	ports.line(`${input}: ${mount.id}: not all of its files are in the cache, so it starts empty.`);
	return emptyIndex;
};
/** What is never packed again need not lie here for the rest of the run. */
const dropLarge = async (restored, ports) => {
	const large = restored.flatMap(({ index }) => toStored(index.items)).filter(({ sizeBytes }) => sizeBytes >= leastOwnBytes);
	for (const { sha256 } of large) await rm(join(toFilesFolder(ports), sha256), { force: true });
};
const put = async (found, ports) => {
	const full = found.filter(({ index }) => index.items.length > 0);
	if (full.length === 0) return found;
	const out = await runMountStep({
		...ports,
		folder: join(ports.folder, "restore"),
		files: toFilesFolder(ports),
		mounts: full.map(({ mount }) => mount),
		trees: full.map(({ index }) => renderIndex(index)),
		args: ["restore", `${full.length}`]
	});
	const times = readRegularFile(join(out, "times")).toString().split(" ").map(Number);
	return found.map((each) => ({
		...each,
		time: times[full.indexOf(each)] || 0
	}));
};
/** The program found files in it, and left it as it was. */
const wasFull = ({ index, time }) => index.items.length > 0 && time === 0;
/**
* Puts what earlier runs kept into cache mounts that the builder lacks. Never fails: a cache saves time, and
* nothing else.
*
* @returns those that may be kept later
*/
const restoreMounts = async (mounts, ports) => {
	const { line, warn, signal } = ports;
	const began = performance.now();
	try {
		await mkdir(toFilesFolder(ports), {
			mode: 448,
			recursive: true
		});
		const present = await findPresent(ports.docker, mounts);
		for (const { id } of present) line(`${input}: ${id}: the builder has it.`);
		const found = await Promise.all(mounts.filter((each) => !present.includes(each)).map(async (mount) => ({
			mount,
			index: await bring(mount, ports),
			time: 0
		})));
		const tried = await put(found, ports);
		await dropLarge(tried, ports);
		const took = formatDuration(performance.now() - began);
		const restored = tried.filter((each) => !wasFull(each));
		for (const { mount } of tried.filter(wasFull)) line(`${input}: ${mount.id}: the builder has it.`);
		for (const { mount, index } of restored) {
			const what = `${formatCount(filesOf(index.items).length, "file")}, ${formatBytes(bytesOf(index.items))}, restored in ${took}`;
			line(`${input}: ${mount.id}: ${index.items.length === 0 ? "nothing kept so far" : what}.`);
		}
		return restored;
	} catch (error) {
		signal.throwIfAborted();
		warn(`${input}: not restored, so builds start without what was kept: ${renderError(error)}`);
		return [];
	}
};

// src/build/mounts/save-mounts.ts
/** So many files are hashed at once. */
const atOnce = 4;
const hashFile = async (path) => {
	const hash = createHash("sha256");
	for await (const piece of createReadStream(path, { highWaterMark: 1048576 })) hash.update(piece);
	return hash.digest("hex");
};
/** Gives the files that the step has written their digests as names, and says so in the tree. */
const takeFiles = async (items, from, before, ports) => {
	const known = new Map(filesOf(before.items).map(({ path, content }) => [path, content]));
	const digests = /* @__PURE__ */ new Map();
	await doAtOnce(filesOf(items), atOnce, async ({ path, content }) => {
		ports.signal.throwIfAborted();
		const unchanged = known.get(path);
		if (content === "-" && unchanged !== void 0) {
			digests.set(path, unchanged);
			return;
		}
		if (!/^[1-9]\d{0,5}$/.test(content)) throw new Failure("It has a file without bytes");
		const sha256 = await hashFile(join(from, content));
		await rename(join(from, content), join(toFilesFolder(ports), sha256));
		digests.set(path, sha256);
	});
	return items.map((item) => item.kind === "file" ? {
		...item,
		content: digests.get(item.path) ?? ""
	} : item);
};
/** Without times: tools touch what they read. */
const toComparable = (items) => JSON.stringify(items.map((item) => item.kind === "file" ? {
	...item,
	time: ""
} : item));
/** Keeps one mount; says so in a line. */
const saveMount = async ({ mount, index: before }, from, { bytes: limit }, ports) => {
	const began = performance.now();
	const say = (text) => ports.line(`cache-mounts: ${mount.id}: ${text}.`);
	const { items: listed, others } = parseTree(readRegularFile(join(from, "tree"), mostTreeBytes).toString("utf8"));
	const [word, number] = others[0] ?? [];
	const total = word === "too-large" ? Number(number) : bytesOf(listed);
	if (total > limit) {
		ports.warn(`cache-mounts-limit: ${mount.id} has ${formatBytes(total)}, and ${formatBytes(limit)} are left: not kept. Raise the limit, or give the mount another id to begin anew.`);
		return 0;
	}
	if (listed.length === 0 && before.items.length > 0) {
		say("the builder has it no more; what was kept stays");
		return 0;
	}
	const items = await takeFiles(listed, from, before, ports);
	if (toComparable(items) === toComparable(before.items)) {
		say("unchanged");
		return total;
	}
	const { alone, index, text } = planEntries(items, before, toMountStart(mount));
	const folder = toFilesFolder(ports);
	const order = {
		...ports,
		folder,
		input: "cache-mounts"
	};
	const moved = await saveEntries(alone, order);
	if (moved < alone.flatMap(({ files }) => files).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)) {
		say("not kept, as the Actions cache did not take all of its files");
		return total;
	}
	await writeFile(join(folder, index.files[0]?.sha256 ?? ""), text, { mode: 384 });
	const kept = moved + await saveEntries([index], order);
	const what = `${formatCount(filesOf(items).length, "file")}, ${formatBytes(total)}`;
	const took = formatDuration(performance.now() - began);
	say(kept === moved ? "not kept" : `${what}; ${formatBytes(kept)} of it new, kept in ${took}`);
	return total;
};
/** One mount that cannot be kept says so itself, and takes no part of the limit. */
const trySave = async (restored, from, limits, ports) => {
	try {
		return await saveMount(restored, from, limits, ports);
	} catch (error) {
		ports.signal.throwIfAborted();
		ports.warn(`cache-mounts: ${restored.mount.id}: not kept for later runs: ${renderError(error)}`);
		return 0;
	}
};
/**
* Keeps what builds left in cache mounts for later runs, as far as it has changed. Never fails.
*
* @param limits for all of them together
*/
const saveMounts = async (restored, limits, ports) => {
	if (restored.length === 0) return;
	const limit = Math.min(limits.bytes, mostMountBytes);
	try {
		const out = await runMountStep({
			...ports,
			folder: join(ports.folder, "keep"),
			files: void 0,
			mounts: restored.map(({ mount }) => mount),
			trees: restored.map(({ index }) => renderIndex(index)),
			args: [
				"save",
				`${limit}`,
				...restored.map(({ time }) => `${time}`)
			]
		});
		let left = limits.bytes;
		for (const [at, each] of restored.entries()) left -= await trySave(each, join(out, `${at}`), { bytes: left }, ports);
	} catch (error) {
		ports.signal.throwIfAborted();
		ports.warn(`cache-mounts: not kept for later runs: ${renderError(error)}`);
	}
};

// src/run/cache-mounts-step.ts
const toPorts = ({ docker, log, run }) => ({
	docker: docker.command,
	cache: createEntryCache(run.cache),
	env: run.env,
	folder: join(run.layoutDir, "cache-mounts"),
	line: log.line,
	warn: log.warning,
	signal: run.signal
});
const restoreCacheMounts = ({ mounts }, ports) => restoreMounts(mounts, toPorts(ports));
const keepCacheMounts = async (step, ports) => {
	const restored = ports.run.resultOf("restore-mounts", step.restored) ?? [];
	if (step.mayWrite) await saveMounts(restored, step, toPorts(ports));
	else ports.log.line("cache-mounts: not kept: this run may only read the cache.");
};

export { keepCacheMounts, restoreCacheMounts };