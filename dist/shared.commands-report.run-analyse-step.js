import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { toLine as toLine$1 } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { isWarning, runContainer, toHex } from "./shared.actions-post.actions-step.recorder.js";
import { commonFolder, documentsProgram, findTargetObjection, hideTokens, isLike, storeFolders, toFingerprint, tokenPatterns } from "./shared.actions-step.js";
import { formatBytes, formatDuration, runLabel } from "./shared.actions-post.actions-step.js";
import { findFolderAbove, foldersAbove, isPlainPath } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-prove-step.js";
import { copyRules, countPlaced, estimatePacked, isBase, isCopy, isFromContext, keyOf, matchCopies, nameOf, parentOf, planRemoval, readPackedSizes, toSubject, withoutShared } from "./shared.commands-report.run-analyse-step.run-prove-step.js";
import { hashBlob, openBlob, readArchive } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.run-unpack-archive-step.sources-archive-images.js";
import { createLayerListing } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.js";
const { createHash } = process.getBuiltinModule("node:crypto");
const { readFileSync } = process.getBuiltinModule("node:fs");
const { posix } = process.getBuiltinModule("node:path");

// src/image/background.ts
/** Files in which people write which distributions of Python they want; no lock, which lists all. */
const requirementFile = /^(?:[\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in)|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|environment\.ya?ml|requires\.txt)$/;
const unknownBackground = {
	recipe: void 0,
	context: void 0,
	lineMs: /* @__PURE__ */ new Map(),
	isLazy: false,
	asksForGpu: void 0
};

// src/image/contents/entry.ts
/** How many bytes of files: those that are one file count once, and nothing but files counts. */
const countBytes = (entries) => {
	const seen = /* @__PURE__ */ new Set();
	let bytes = 0;
	for (const { type, inode, sizeBytes } of entries) {
		if (type !== "f" || seen.has(inode)) continue;
		seen.add(inode);
		bytes += sizeBytes;
	}
	return bytes;
};

// src/image/contents/history.ts
/** Longer ones are data that somebody wrote into a command. */
const longest$4 = 1e4;
const withoutEnd = (text, end) => text.endsWith(end) ? text.slice(0, -end.length).trimEnd() : text;
/**
* An instruction as a Dockerfile would have it. The values of build arguments, which stand before the shell,
* go: they may be secret.
*/
const toInstruction = (createdBy) => {
	const whole = hideTokens(createdBy).slice(0, longest$4).trim();
	const text = withoutEnd(whole, "# buildkit").replace(/^\/bin\/sh -c #\(nop\)\s*/, "");
	const [, withArguments] = /^(?:RUN )?(\|\d+ .*)$/s.exec(text) ?? [];
	if (withArguments === void 0) return toLine$1(text.replace(/^(?:RUN )?\/bin\/(?:ba)?sh -c /, "RUN "));
	const [mark = ""] = / -[a-z]{0,8}c /.exec(withArguments) ?? [];
	const shell = mark === "" ? -1 : withArguments.indexOf(mark);
	return shell < 0 ? "RUN" : toLine$1(`RUN ${withArguments.slice(shell + mark.length)}`);
};
/** What made each layer, as far as the image's own history tells it. */
const toHistoryOrigins = (config, layers) => {
	const { history = [] } = attempt(() => JSON.parse(config)) ?? {};
	const made = (Array.isArray(history) ? history : []).filter((entry) => entry?.empty_layer !== true);
	return Array.from({ length: layers }, (_, at) => {
		const createdBy = made.length === layers ? made[at]?.created_by : void 0;
		const instruction = typeof createdBy === "string" ? toInstruction(createdBy) : "";
		return {
			instruction: instruction === "" ? void 0 : instruction,
			location: void 0,
			isBase: false,
			packedBytes: void 0
		};
	});
};

// src/analysis/dive.ts
const createNode = (path, isMark) => ({
	children: void 0,
	path,
	isMark,
	sizeBytes: 0,
	isFolder: false
});
const byBytes = (a, b) => a < b ? -1 : a > b ? 1 : 0;
const mark = ".wh.";
const nameless = ".wh..wh..";
/** A path's names as the layer's archive has them. */
const toNames = ({ path, isWhiteout }) => {
	const names = path.split("/");
	return isWhiteout ? names.with(-1, `${mark}${names.at(-1)}`) : names;
};
/** Archives have folder by folder, names sorted by their bytes. */
const comesBefore = (path, other) => {
	const [a, b] = [path.split("/"), other.split("/")];
	const at = a.findIndex((name, index) => name !== b[index]);
	return at < 0 ? a.length < b.length : b[at] !== void 0 && byBytes(a[at] ?? "", b[at]) < 0;
};
/** Of a file's names the first has its bytes. */
const findFirstNames = (entries) => {
	const first = /* @__PURE__ */ new Map();
	for (const { type, inode, path } of entries) {
		if (type !== "f") continue;
		const known = first.get(inode);
		if (known === void 0 || comesBefore(path, known)) first.set(inode, path);
	}
	return first;
};
const provide = (root, names) => {
	let node = root;
	for (const name of names) {
		const children = node.children ?? /* @__PURE__ */ new Map();
		node.children = children;
		let child = children.get(name);
		if (child === void 0) {
			if (name.startsWith(nameless)) return void 0;
			const isMark = name.startsWith(mark);
			const own = isMark ? name.slice(4) : name;
			child = createNode(node.path === "" ? own : `${node.path}/${own}`, isMark);
			children.set(name, child);
		}
		node = child;
	}
	return node;
};
/** A layer as dive reads it: nothing but files has bytes. */
const toTree = (entries) => {
	const root = createNode("", false);
	const first = findFirstNames(entries);
	let sizeBytes = 0;
	let hasMarks = false;
	for (const entry of entries) {
		const { path, type, inode } = entry;
		if (path === "" || type === "s") continue;
		const isCounted = type === "f" && first.get(inode) === path;
		if (isCounted) sizeBytes += entry.sizeBytes;
		const node = provide(root, toNames(entry));
		if (node === void 0) continue;
		hasMarks ||= node.isMark;
		node.sizeBytes = isCounted ? entry.sizeBytes : 0;
		node.isFolder = type === "d";
	}
	return {
		root,
		sizeBytes,
		hasMarks
	};
};
const copy = ({ children, ...rest }) => ({
	...rest,
	children: children && new Map([...children].map(([name, child]) => [name, copy(child)]))
});
const get = (root, path) => {
	let node = root;
	for (const name of path.split("/")) node = node?.children?.get(name);
	return node;
};
/** Calls what it is given for each node, what is in a folder before the folder, in the archive's order. */
const visitLast = (root, visit) => {
	const visitBelow = (node) => {
		const children = [...node.children ?? []].toSorted(([a], [b]) => byBytes(a, b));
		for (const [, child] of children) {
			visitBelow(child);
			visit(child);
		}
	};
	visitBelow(root);
};
const toParent = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
/** Puts a layer upon what is below it, as dive does: what is opaque hides nothing. */
const stack = (lower, upper) => visitLast(upper, ({ path, isMark, sizeBytes, isFolder }) => {
	const parent = toParent(path);
	if (isMark) {
		(parent === "" ? lower : get(lower, parent))?.children?.delete(path.slice(parent === "" ? 0 : parent.length + 1));
		return;
	}
	const node = provide(lower, path.split("/"));
	if (node === void 0) return;
	node.sizeBytes = sizeBytes;
	node.isFolder = isFolder;
});
const sum$4 = ({ sizeBytes, children }) => {
	let bytes = sizeBytes;
	for (const child of children?.values() ?? []) bytes += sum$4(child);
	return bytes;
};
/** What dive does where a layer deletes what no layer has: it leaves the rest of that layer out. */
var UnknownWhiteout = class extends Error {};
const count = (layer, lower, seen) => visitLast(layer, ({ children, path, isMark, sizeBytes }) => {
	if ((children?.size ?? 0) > 0) return;
	const known = seen.get(path) ?? {
		totalBytes: 0,
		leastBytes: -1,
		times: 0
	};
	seen.set(path, known);
	let bytes = sizeBytes;
	if (isMark) {
		const gone = get(lower, path);
		if (gone === void 0) throw new UnknownWhiteout();
		bytes = gone.isFolder ? sum$4(gone) : 0;
	}
	known.totalBytes += bytes;
	known.leastBytes = known.leastBytes < 0 ? bytes : Math.min(known.leastBytes, bytes);
	known.times += 1;
});
const countAll = (trees) => {
	const seen = /* @__PURE__ */ new Map();
	const [lowest] = trees;
	if (lowest === void 0) return [];
	const lower = lowest.hasMarks ? copy(lowest.root) : lowest.root;
	for (const { root } of trees) {
		try {
			count(root, lower, seen);
		} catch (error) {
			if (!(error instanceof UnknownWhiteout)) throw error;
		}
		if (root !== lower) stack(lower, root);
	}
	return [...seen.values()];
};
/** dive's own figures, its faults included, for people who know them. */
const toDiveFigures = (layers) => {
	const trees = layers.map(toTree);
	const all = countAll(trees);
	let [totalBytes, leastBytes, wastedBytes] = [
		0,
		0,
		0
	];
	for (const each of all) {
		totalBytes += each.totalBytes;
		leastBytes += each.leastBytes;
		if (each.times > 1) wastedBytes += each.totalBytes;
	}
	const sizeBytes = trees.reduce((total, tree) => total + tree.sizeBytes, 0);
	const userBytes = sizeBytes - (trees[0]?.sizeBytes ?? 0);
	return {
		efficiency: totalBytes === 0 ? 1 : leastBytes / totalBytes,
		sizeBytes,
		wastedBytes,
		userWasted: layers.length < 2 || userBytes === 0 ? void 0 : wastedBytes / userBytes
	};
};

// src/analysis/findings/folders.ts
const mb$1 = 1e6;
const cacheFix = (folders, but = "") => {
	const targets = new Set(folders.map((folder) => folder.replace(/\/_cacache$/, "")));
	const mounts = [...targets].map((target) => `\`--mount=type=cache,target=${target}\``).join(", ");
	return targets.size === 1 ? `Mount a cache in the RUN that fills it (${mounts}), or remove the folder in the same RUN${but}.` : `Mount caches in the RUN that fills them (${mounts}), or remove the folders in the same RUN${but}.`;
};
const cache = (id, tool, folder, path) => ({
	id,
	level: "warning",
	what: `The cache of ${tool}`,
	folder,
	leastBytes: mb$1,
	fix: cacheFix([path]),
	fixFor: (folders) => cacheFix(folders),
	removes: "files"
});
const butPoetry = ", but not `virtualenvs` beside what is cached, where Poetry installs";
const home = "(?:^|/)";
const caches = [
	{
		...cache("cache-apt", "apt", /^var\/(?:lib\/apt\/lists|cache\/apt)$/, "/var/lib/apt"),
		fix: "Write `rm -rf /var/lib/apt/lists/*` and `apt-get clean` at the end of the same RUN, or mount caches at /var/lib/apt and /var/cache/apt.",
		fixFor: void 0
	},
	cache("cache-apk", "apk", /^var\/cache\/apk$/, "/var/cache/apk"),
	cache("cache-dnf", "dnf", /^var\/cache\/(?:dnf|yum|libdnf5)$/, "/var/cache/dnf"),
	cache("cache-pip", "pip", new RegExp(`${home}\\.cache/pip$`), "/root/.cache/pip"),
	{
		...cache("cache-uv", "uv", new RegExp(`${home}\\.cache/uv$`), "/root/.cache/uv"),
		runs: /\/pyvenv\.cfg$/
	},
	{
		...cache("cache-poetry", "Poetry", new RegExp(`${home}\\.cache/pypoetry/(?:cache|artifacts)$`), "/root/.cache/pypoetry/cache"),
		fix: cacheFix(["/root/.cache/pypoetry/cache", "/root/.cache/pypoetry/artifacts"], butPoetry),
		fixFor: (folders) => cacheFix(folders, butPoetry)
	},
	{
		...cache("cache-conda", "conda", /(?:^|\/)(?:(?:ana|mini)?conda|(?:mini|mamba)forge|(?:micro)?mamba)\d?\/pkgs$/i, "/opt/conda/pkgs"),
		sign: /\/pkgs\/(?:urls(?:\.txt)?|[^/]+\.(?:conda|tar\.bz2)|[^/]+\/info\/index\.json)$/,
		fix: "Write `conda clean --all --yes` at the end of the same RUN, or mount a cache at its folder `pkgs`.",
		fixFor: void 0
	},
	cache("cache-npm", "npm", new RegExp(`${home}\\.npm/_cacache$`), "/root/.npm"),
	{
		...cache("cache-yarn", "Yarn", /(?:^|\/)(?:\.cache\/yarn|\.yarn\/(?:berry\/)?cache)$/, "/usr/local/share/.cache/yarn"),
		unless: /^\.pnp\.c?js$/
	},
	{
		...cache("cache-pnpm", "pnpm", /(?:^|\/)(?:\.pnpm-store|\.local\/share\/pnpm\/store|\.cache\/pnpm)$/, "/root/.local/share/pnpm/store"),
		runs: /(?:\.pnpm-store|\/store)\/v\d+\/links\/./
	},
	{
		...cache("cache-go", "Go", /(?:^|\/)(?:\.cache\/go-build|go\/pkg\/mod)$/, "/root/.cache/go-build"),
		sign: /\.cache\/go-build\/|\/pkg\/mod\/cache\/download\//
	},
	cache("cache-cargo", "Cargo", /(?:^|\/)(?:\.cargo|cargo)\/registry$/, "/usr/local/cargo/registry")
];
const copied = [
	{
		id: "git-folder",
		level: "warning",
		removes: "files",
		what: "A Git repository",
		folder: /(?:^|\/)\.git$/,
		mark: "HEAD",
		leastBytes: 1e5,
		fix: "Write `.git` into .dockerignore; clone with `--depth=1` and remove it in the same RUN.",
		doubt: "a program may read its own version from it"
	},
	{
		id: "node-modules-cache",
		level: "warning",
		removes: "files",
		what: "Build tools' cache in node_modules/.cache",
		folder: /(?:^|\/)node_modules\/\.cache$/,
		leastBytes: mb$1,
		fix: "Mount a cache there in the RUN that builds, and write `**/node_modules` into .dockerignore."
	},
	{
		id: "virtual-environment",
		level: "warning",
		what: "A virtual environment of the build context",
		folder: /(?:^|\/)[^/]+$/,
		mark: "pyvenv.cfg",
		isFromContext: true,
		leastBytes: mb$1,
		fix: "Write its folder into .dockerignore, and install in the image: its programs are for another machine."
	},
	{
		id: "node-modules-copied",
		level: "info",
		what: "node_modules of the build context",
		folder: /(?:^|\/)node_modules$/,
		isFromContext: true,
		leastBytes: 10 * mb$1,
		fix: "Write `**/node_modules` into .dockerignore, and install in the image.",
		doubt: "it may be built outside on purpose"
	}
];
const needless = [
	{
		id: "bytecode",
		level: "info",
		what: "Python's bytecode beside its sources",
		folder: /(?:^|\/)__pycache__$/,
		leastBytes: 10 * mb$1,
		fix: "Install with `pip install --no-compile` (PYTHONDONTWRITEBYTECODE keeps only programs that run from writing it, not pip).",
		doubt: "programs start slower without it"
	},
	{
		id: "tests",
		level: "info",
		what: "Tests of installed packages",
		folder: new RegExp(`(?:^|/)(?:site-packages|dist-packages|node_modules)/(?:[^/]+/)*(?:tests?|__tests__)$`),
		leastBytes: 10 * mb$1,
		fix: "Remove them in the RUN that installs the packages.",
		doubt: "some packages import their own tests"
	},
	{
		id: "documentation",
		level: "info",
		what: "Documentation and manuals",
		folder: /^usr\/(?:local\/)?share\/(?:doc|man|info)$/,
		leastBytes: 10 * mb$1,
		fix: "Exclude them by a file in /etc/dpkg/dpkg.cfg.d, or remove them in the RUN that installs."
	},
	{
		id: "locales",
		level: "info",
		what: "Translations of system programs",
		folder: /^usr\/(?:local\/)?share\/(?:locale|i18n)$/,
		leastBytes: 10 * mb$1,
		fix: "Exclude them by a file in /etc/dpkg/dpkg.cfg.d, or remove them in the RUN that installs."
	}
];
const folderRules = [
	...caches,
	...copied,
	...needless
];

// src/analysis/findings/match-cache.ts
const earlyRule = {
	id: "copied-before-install",
	level: "warning",
	what: "All of the build context is copied before dependencies are installed",
	fix: "Copy the files that list the dependencies first, install, and copy the rest afterwards: now each change of any file installs all of them again.",
	doubt: "the installation reads other files of the context"
};
const linkRule = {
	id: "copied-without-link",
	level: "info",
	what: "A cold builder fetches all layers below a COPY to write its layer",
	fix: "Write `COPY --link`: its layer then stands on its own, and nothing is fetched when its files change.",
	doubt: "a lower layer has a link where it copies to"
};
const cacheRules = [earlyRule, linkRule];
/** Less is fetched in a moment. */
const leastBytes$7 = 1e8;
/** Of hosted runners, unpacking included. */
const fetchBytesPerSecond = 1e8;
const findLocation = ({ origins }, line) => origins.find(({ location }) => location?.line === line)?.location;
const matchEarly = (subject) => {
	const { recipe, lineMs } = subject.background;
	return (recipe?.order.early ?? []).map(({ copyLine, installLine }) => {
		const ms = lineMs.get(installLine);
		const evidence = `line ${installLine} installs${ms === void 0 ? "" : `, which took ${formatDuration(ms)} in this build`}`;
		const base = findLocation(subject, copyLine) ?? recipe?.base?.location;
		const location = base && {
			...base,
			line: copyLine
		};
		const layer = Math.max(0, subject.origins.length - 1);
		return {
			rule: earlyRule,
			layer,
			location,
			bytes: 0,
			paths: [],
			evidence
		};
	});
};
const matchUnlinked = (subject) => {
	const { contents, origins, background } = subject;
	if (!background.isLazy) return [];
	const lines = background.recipe?.order.unlinked ?? [];
	const layer = origins.findIndex(({ location }) => location && lines.includes(location.line));
	if (layer < 0) return [];
	const below = contents.layers.slice(0, layer).flat().reduce((sum, { type, sizeBytes }) => sum + (type === "f" ? sizeBytes : 0), 0);
	if (below < leastBytes$7) return [];
	const seconds = formatDuration(below / fetchBytesPerSecond * 1e3);
	const evidence = `${formatBytes(below)} below it, about ${seconds} at ${formatBytes(fetchBytesPerSecond)}/s; lines ${lines.join(", ")}`;
	const { location } = origins[layer] ?? {};
	return [{
		rule: linkRule,
		layer,
		location,
		bytes: 0,
		paths: [],
		evidence
	}];
};
/** Lines that have the cache miss, or a cold builder fetch, more than they need. */
const matchCache = (subject) => [...matchEarly(subject), ...matchUnlinked(subject)];

// src/analysis/findings/match-duplicates.ts
const duplicateRule = {
	id: "same-content",
	level: "warning",
	what: "The same content at several paths",
	fix: "Keep one, and link to it (`ln -s`), or copy only one of them.",
	doubt: "two packages may have brought it, each for itself"
};
const leastBytes$6 = 1e6;
/** Files of one size, the largest first, as many as may be read. */
const findCandidates$1 = ({ merged, mostHashedBytes }) => {
	const large = merged.visible.filter(({ entry }) => entry.type === "f" && entry.sizeBytes >= leastBytes$6);
	const once = [...new Map(large.map((placed) => [keyOf(placed), placed])).values()];
	const groups = [...Map.groupBy(once, ({ entry }) => entry.sizeBytes).entries()].filter(([, group]) => group.length > 1).toSorted(([a], [b]) => b - a);
	let bytes = 0;
	return groups.flatMap(([size, group]) => {
		if (bytes + size * group.length > mostHashedBytes) return [];
		bytes += size * group.length;
		return group;
	});
};
/** Content that is there more than once, of which a line above the base has written one. */
const matchDuplicates = async (subject) => {
	const candidates = findCandidates$1(subject);
	const hashes = await Promise.all(candidates.map(({ layer, entry }) => subject.files.hash(layer, entry.path)));
	const hashed = candidates.flatMap((placed, at) => hashes[at] ? [{
		placed,
		hash: hashes[at]
	}] : []);
	const matches = [...Map.groupBy(hashed, ({ hash }) => hash).values()].flatMap((group) => {
		const sorted = group.map(({ placed }) => placed).toSorted((a, b) => b.layer - a.layer);
		const [last] = sorted;
		if (last === void 0 || sorted.length < 2 || isBase(subject, last.layer)) return [];
		const bytes = last.entry.sizeBytes * (sorted.length - 1);
		const paths = sorted.map(({ entry }) => entry.path);
		return [{
			rule: duplicateRule,
			layer: last.layer,
			bytes,
			paths
		}];
	});
	return [...Map.groupBy(matches, ({ layer }) => layer)].map(([layer, group]) => ({
		rule: duplicateRule,
		layer,
		bytes: group.reduce((sum, { bytes }) => sum + bytes, 0),
		paths: group.toSorted((a, b) => b.bytes - a.bytes).flatMap(({ paths }) => paths)
	}));
};

// src/analysis/findings/copied-from.ts
const isText = (value) => Array.isArray(value) && value.every((each) => typeof each === "string");
/** What stands for something else is not followed. */
const isPlain$1 = (word) => /^[\w.@+/-]+$/.test(word);
/** `ADD` unpacks them: what is in them has no path of its own in the context. */
const archive = /\.(?:tar(?:\.\w+)?|t(?:gz|bz2?|xz|zst))$/i;
const parseCopy = ({ instruction = "" }) => {
	if (/^\S+\s+(?:--\S+\s+)*--parents\b/i.test(instruction)) return void 0;
	const rest = instruction.replace(/ # buildkit$/, "").replace(/^\S+\s+/, "").replace(/^(?:--\S+\s+)*/, "");
	const list = rest.startsWith("[") ? attempt(() => JSON.parse(rest)) : void 0;
	const words = isText(list) ? list : rest.split(/\s+/);
	const [destination = ""] = words.slice(-1);
	const sources = words.slice(0, -1);
	if (sources.length === 0 || !words.every(isPlain$1)) return void 0;
	if (/^ADD\b/i.test(instruction) && sources.some((source) => archive.test(source))) return void 0;
	return {
		sources,
		destination
	};
};
/** The last `WORKDIR` before a line, in its stage; undefined where only the base knows it. */
const findFolder = (text, line) => {
	let folder;
	for (const each of text.split("\n").slice(0, line)) {
		if (/^\s*FROM\s/i.test(each)) folder = void 0;
		const [, given] = /^\s*WORKDIR\s+(\S+)\s*$/i.exec(each) ?? [];
		if (given === void 0) continue;
		if (!isPlain$1(given)) folder = void 0;
		else if (given.startsWith("/")) folder = given;
		else folder = folder && posix.join(folder, given);
	}
	return folder;
};
const tidy = (path) => posix.normalize(`/${path}`).replace(/^\/|\/$/g, "");
/** @returns undefined for a destination that only the base's own folder would tell */
const toDestination = ({ destination }, { location }, recipe) => {
	if (destination.startsWith("/")) return tidy(destination);
	const folder = location && recipe && findFolder(recipe.text, location.line);
	return folder && tidy(posix.join(folder, destination));
};
const isBelow = (path, folder) => folder === "" || path.startsWith(`${folder}/`);
/**
* The path in the build's context that a file of the image was copied from.
*
* @param path in the image
* @returns undefined where that cannot be told from the line
*/
const findCopied = (path, origin, recipe) => {
	const copy = isFromContext(origin) ? parseCopy(origin) : void 0;
	const into = copy && toDestination(copy, origin, recipe);
	if (copy === void 0 || into === void 0) return void 0;
	const sources = copy.sources.map(tidy);
	const [only = ""] = sources;
	if (path === into) return sources.length === 1 ? only : void 0;
	if (!isBelow(path, into)) return void 0;
	const inner = into === "" ? path : path.slice(into.length + 1);
	const file = sources.find((source) => source !== "" && posix.basename(source) === inner);
	if (file !== void 0) return file;
	return sources.length === 1 ? posix.join(only, inner) : void 0;
};

// src/analysis/findings/model-advice.ts
const page = "docs/models.md";
/** What a pod runs must not come from the checkout while the rest comes from the image. */
const code$1 = /\.(?:py|pyc|js|mjs|cjs|ts|rb|go|rs|java|jar|sh|so(?:\.\d+)*|php|pl)$/;
const hasCode = ({ visible }, folder) => [...visible.keys()].some((path) => path.startsWith(`${folder}/`) && code$1.test(path));
const toLine = (source, path, isLfs, { background: { recipe } }) => {
	const folder = recipe?.origin?.folder;
	const whole = folder === void 0 ? "" : posix.join(folder, source);
	const target = `/var/local/${posix.basename(whole)}`;
	if (!isPlainPath(whole) || !isPlainPath(path) || findTargetObjection(target) !== void 0) return [];
	return [{
		source: whole,
		line: `${isLfs ? "lfs:" : ""}${whole}:${target}`,
		mountPath: `/${path}`
	}];
};
/** More lines are better written by whoever knows the folder. */
const mostLines = 3;
const isOfLfs = (source, { background: { recipe } }) => {
	const { folder = "", lfs = [] } = recipe?.origin ?? {};
	const whole = posix.join(folder, source);
	return lfs.some((pattern) => isLike(pattern.includes("/") ? whole : posix.basename(whole), pattern));
};
/** Folders where nothing in them runs, else files; empty where the line does not tell the sources. */
const toLines = (paths, layer, isPointer, subject) => {
	const origin = subject.origins[layer];
	const { recipe } = subject.background;
	const found = paths.map((path) => {
		const source = origin && findCopied(path, origin, recipe);
		if (source === void 0) return [];
		const [inner, above] = [parentOf(source), parentOf(path)];
		const isFile = inner === "" || hasCode(subject, above);
		const isLfs = isPointer || isOfLfs(source, subject);
		return toLine(isFile ? source : inner, isFile ? path : above, isLfs, subject);
	});
	const sources = found.flat().map(({ source }) => source);
	const outer = found.flat().filter(({ source }) => !sources.some((other) => source.startsWith(`${other}/`)));
	const lines = new Map(outer.map((advice) => [advice.line, advice]));
	const targets = new Set([...lines.keys()].map((line) => line.slice(line.lastIndexOf(":"))));
	return found.every((each) => each.length > 0) && targets.size === lines.size && lines.size <= mostLines ? [...lines.values()] : [];
};
const renderAdvice = (advice) => {
	return `\`node-files\` with ${advice.map(({ line }) => `\`${line}\``).join(", ")}, and mount that \`hostPath\` in the pod at ${advice.map(({ mountPath }) => `\`${mountPath}\``).join(", ")}, with \`readOnly: true\` (${page}).`;
};
/** What to write so that models come to the nodes beside the image. */
const adviseOnModels = (paths, layer, subject) => {
	const advice = toLines(paths, layer, false, subject);
	if (advice.length > 0) return `Leave it out of this line, or write it into .dockerignore. Give the step ${renderAdvice(advice)}`;
	const [first = ""] = paths;
	const folder = parentOf(first);
	const place = folder === "" || hasCode(subject, folder) ? first : folder;
	return `Leave it out of the image: have it in a folder before this step, give the step \`node-files\` with \`FOLDER:/var/local/models\`, and mount that \`hostPath\` in the pod${isPlainPath(place) ? ` at \`/${place}\`` : ""}, with \`readOnly: true\` (${page}).`;
};
/** The same for pointers of Git LFS in place of models; undefined where nobody can tell what they are. */
const adviseOnPointers = (paths, layer, subject) => {
	const advice = toLines(paths, layer, true, subject);
	return advice.length === 0 ? void 0 : `Leave it out of the image: give the step ${renderAdvice(advice)} Or, for a file that the image needs, set \`lfs: true\` on actions/checkout.`;
};

// src/analysis/findings/match-files.ts
const mb = 1e6;
const modelName = /\.(?:safetensors|gguf|ggml|onnx|pt|pth|bin|ckpt|h5|keras|tflite|pb|msgpack)$/i;
const lfsHead = "version https://git-lfs.github.com/spec/";
/** ELF, and of its types the one of a dump (elf.h: ET_CORE). */
const isCoreDump = (head) => head.length >= 18 && head.readUInt32BE(0) === 2135247942 && head.readUInt16LE(16) === 4;
const fileRules = [
	{
		id: "model-file",
		level: "warning",
		what: "A model in the image",
		name: modelName,
		leastBytes: 100 * mb,
		fix: "Keep it out of the image: give it to the nodes with `node-files`, and mount it in the pod (docs/models.md). A new image does not carry it again.",
		doubt: "an image that must work on its own needs it"
	},
	{
		id: "lfs-pointer",
		level: "error",
		what: "A pointer of Git LFS in place of the file",
		name: /\.\w{1,12}$/,
		leastBytes: 100,
		mostBytes: 300,
		isIt: (head) => head.toString("latin1").startsWith(lfsHead),
		fix: "Set `lfs: true` on actions/checkout, or run `git lfs pull` before the build. A model need not be in the image: `node-files` takes `lfs:PATH` (docs/models.md)."
	},
	{
		id: "core-dump",
		level: "warning",
		removes: "files",
		what: "A core dump",
		name: /^core(?:\.\d+)?$|\.core$/,
		leastBytes: 1e4,
		isIt: isCoreDump,
		fix: "Find out which program crashed in this RUN, and remove the file."
	},
	{
		id: "log-file",
		level: "warning",
		removes: "files",
		what: "A log of more than 10 MB",
		name: /\.log$/,
		leastBytes: 10 * mb,
		fix: "Remove it in the same RUN."
	},
	{
		id: "static-libraries",
		level: "info",
		what: "Static libraries, which only a linker reads",
		name: /\.a$/,
		leastBytes: 1,
		leastTotal: 10 * mb,
		fix: "Build in a stage of its own and copy what runs.",
		doubt: "an image that compiles needs them"
	}
];
/** What is better said of these files than of all that the rule is about. */
const adviseOn = ({ id }, paths, layer, subject) => {
	if (id === "model-file") return { fix: adviseOnModels(paths, layer, subject) };
	const fix = id === "lfs-pointer" && paths.every((path) => modelName.test(path)) ? adviseOnPointers(paths, layer, subject) : void 0;
	return fix === void 0 ? {} : { fix };
};
const headBytes$3 = 200;
/** More candidates would take longer than they are worth. */
const mostHeads$1 = 2e3;
/** What rules about files find, for each line that has put some there. */
const matchFiles$1 = async (subject) => {
	const found = [];
	const seen = /* @__PURE__ */ new Set();
	for (const placed of subject.merged.visible) {
		const { entry, layer } = placed;
		if (entry.type !== "f" || isBase(subject, layer)) continue;
		for (const rule of fileRules) {
			const { leastBytes, mostBytes = Number.POSITIVE_INFINITY, name } = rule;
			if (entry.sizeBytes < leastBytes || entry.sizeBytes > mostBytes) continue;
			if (!name.test(nameOf(entry)) || seen.has(keyOf(placed))) continue;
			seen.add(keyOf(placed));
			found.push({
				rule,
				placed
			});
		}
	}
	const looked = found.filter(({ rule }) => rule.isIt !== void 0).slice(0, mostHeads$1);
	const heads = await Promise.all(looked.map(({ placed: { layer, entry } }) => subject.files.bytes(layer, entry.path, 0, headBytes$3)));
	const confirmed = [...found.filter(({ rule }) => rule.isIt === void 0), ...looked.filter(({ rule }, at) => rule.isIt?.(heads[at] ?? Buffer.alloc(0)))];
	return [...Map.groupBy(confirmed, ({ rule, placed }) => `${rule.id} ${placed.layer}`).values()].flatMap((group) => {
		const [first] = group;
		const sorted = group.map(({ placed }) => placed.entry).toSorted((a, b) => b.sizeBytes - a.sizeBytes);
		const bytes = sorted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
		if (first === void 0 || bytes < (first.rule.leastTotal ?? 0)) return [];
		const paths = sorted.map(({ path }) => path);
		const { rule, placed } = first;
		const { layer } = placed;
		return [{
			rule,
			layer,
			bytes,
			paths,
			...adviseOn(rule, paths, layer, subject)
		}];
	});
};

// src/analysis/findings/match-folders.ts
/** Without those that some file of the image speaks against. */
const findRules = ({ merged }) => {
	const isSpokenFor = (unless) => merged.visible.some(({ entry }) => entry.type === "f" && unless.test(nameOf(entry)));
	return folderRules.filter(({ unless }) => unless === void 0 || !isSpokenFor(unless));
};
/** Folders that are what their rule is about, and that nothing runs from. */
const withoutUsed = (folders, { merged }) => {
	if (folders.size === 0) return folders;
	const used = /* @__PURE__ */ new Set();
	const signed = /* @__PURE__ */ new Set();
	for (const { entry } of merged.visible) for (const folder of foldersAbove(entry.path)) {
		const { runs, sign } = folders.get(folder) ?? {};
		if (runs?.test(entry.path)) used.add(folder);
		if (sign?.test(entry.path)) signed.add(folder);
	}
	return new Map([...folders].filter(([folder, { sign }]) => !used.has(folder) && (sign === void 0 || signed.has(folder))));
};
const findFolders = (subject) => {
	const { merged, visible } = subject;
	const found = /* @__PURE__ */ new Map();
	const rules = findRules(subject);
	const unmarked = rules.filter(({ mark }) => mark === void 0);
	const marked = rules.filter(({ mark }) => mark !== void 0);
	for (const { entry } of merged.visible) {
		const { type, path } = entry;
		if (type === "d") {
			const rule = unmarked.find(({ folder }) => folder.test(path));
			if (rule !== void 0) found.set(path, rule);
		} else {
			const folder = parentOf(path);
			const rule = marked.find((each) => each.mark === nameOf(entry) && each.folder.test(folder));
			if (rule !== void 0 && visible.has(folder)) found.set(folder, rule);
		}
	}
	return withoutUsed(found, subject);
};
/** The topmost folder that a rule is about and that a path is in; what is only worth a hint comes last. */
const findAround = (path, folders) => findFolderAbove(path, (folder) => (folders.get(folder)?.level ?? "info") !== "info") ?? findFolderAbove(path, (folder) => folders.has(folder));
const collect = (subject) => {
	const folders = findFolders(subject);
	if (folders.size === 0) return [];
	const files = /* @__PURE__ */ new Map();
	for (const placed of subject.merged.visible) {
		const { type, path } = placed.entry;
		const folder = type === "f" ? findAround(path, folders) : void 0;
		if (folder === void 0) continue;
		const known = files.get(folder) ?? [];
		files.set(folder, known);
		known.push(placed);
	}
	return [...files].flatMap(([path, inside]) => {
		const rule = folders.get(path);
		return rule === void 0 ? [] : [{
			rule,
			path,
			files: withoutShared(inside, subject)
		}];
	});
};
const sum$3 = (files) => files.reduce((bytes, { entry }) => bytes + entry.sizeBytes, 0);
const isOfRule = ({ origins }, { isFromContext: wanted }, layer) => {
	const origin = origins[layer];
	return wanted === void 0 || origin !== void 0 && isFromContext(origin);
};
/** More would be a page of options. */
const mostFolders = 4;
/** The fix that names these folders, the largest first. */
const fixFor = ({ fixFor: render }, paths) => {
	const plain = paths.filter(isPlainPath).slice(0, mostFolders);
	return render === void 0 || plain.length === 0 ? {} : { fix: render(plain.map((path) => `/${path}`)) };
};
const elsewhere = "the line mounts a cache at another path: another USER or HOME has another cache folder";
/** What rules about folders find, for each line that has put something there. */
const matchFolders = (subject) => {
	const own = collect(subject).flatMap(({ rule, path, files }) => [...Map.groupBy(files, ({ layer }) => layer)].map(([layer, own]) => ({
		rule,
		layer,
		path,
		bytes: sum$3(own)
	}))).filter(({ rule, layer }) => !isBase(subject, layer) && isOfRule(subject, rule, layer));
	return [...Map.groupBy(own, ({ rule, layer }) => `${rule.id} ${layer}`).values()].flatMap((group) => {
		const [first] = group;
		const bytes = group.reduce((total, part) => total + part.bytes, 0);
		if (first === void 0 || bytes < first.rule.leastBytes) return [];
		const { rule, layer } = first;
		const paths = group.toSorted((a, b) => b.bytes - a.bytes).map(({ path }) => path);
		const mounts = /--mount=\S*type=cache/.test(subject.origins[layer]?.instruction ?? "");
		const evidence = rule.id.startsWith("cache-") && mounts ? { evidence: elsewhere } : {};
		return [{
			rule,
			layer,
			bytes,
			paths,
			...fixFor(rule, paths),
			...evidence
		}];
	});
};

// src/analysis/findings/public-keys.ts
const ofPackage = /(?:^|\/)(?:site-packages|dist-packages|node_modules|gems)\//;
const ofSample = /(?:^|\/)(?:tests?|testdata|fixtures|examples?|doc|docs)\//;
/** Packages bring keys of their own tests and examples, which are no secret. */
const isPublic = (path) => ofPackage.test(path) || ofSample.test(path);
/** The same of installed packages' tests and examples alone: what is elsewhere may be somebody's own. */
const isSampleOfPackage = (path) => {
	const [found] = ofPackage.exec(path) ?? [];
	return found !== void 0 && ofSample.test(path.slice(path.indexOf(found) + found.length));
};

// src/analysis/findings/match-secrets.ts
const fileRule = {
	id: "credentials",
	level: "error",
	what: "Credentials in the image",
	fix: "Revoke them: whoever can pull the image has them, also if a later line deletes them. Mount them with `RUN --mount=type=secret`."
};
const textRule = {
	id: "credentials-in-history",
	level: "error",
	what: "A token in the image's history or environment",
	fix: "Revoke it: `docker history` and `docker inspect` show it. Use `RUN --mount=type=secret` in place of ARG and ENV."
};
const privateKey$1 = /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/;
/** Not what stands for a secret until somebody puts it there: `$TOKEN`, `${TOKEN}`. */
const given = String.raw`(?!["']?\$(?:[A-Za-z_]\w{0,99}|\{[^}\s]{1,99}\})["']?(?:[\s@]|$))`;
const secretFiles = [
	{
		kind: "netrc",
		path: /(?:^|\/)[._]netrc$/,
		content: new RegExp(String.raw`\bpassword\s{1,9}${given}\S`)
	},
	{
		kind: "Git's credentials",
		path: /(?:^|\/)(?:\.git-credentials|\.config\/git\/credentials)$/,
		content: new RegExp(String.raw`^https?://[^\s/@:]*:${given}[^\s/@]+@`, "m")
	},
	{
		kind: "a token in a Git configuration",
		path: /(?:^|\/)(?:\.git\/config|\.gitconfig)$/,
		content: new RegExp(String.raw`extraheader[ \t]{0,9}=[ \t]{0,9}authorization:|https?://[^\s/@:]*:${given}[^\s/@]+@`, "i")
	},
	{
		kind: "an SSH key",
		path: /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.ssh\/[^/]+)$/,
		content: privateKey$1,
		isPublic: isSampleOfPackage
	},
	{
		kind: "npm's token",
		path: /(?:^|\/)\.npmrc$/,
		content: /^[^#;\n]*(?:_authToken|_password|_auth)[ \t]{0,9}=[ \t]{0,9}["']?[^\s"'$]/m
	},
	{
		kind: "PyPI's password",
		path: /(?:^|\/)\.pypirc$/,
		content: new RegExp(String.raw`^[ \t]{0,9}password[ \t]{0,9}[:=][ \t]{0,9}${given}\S`, "m")
	},
	{
		kind: "Docker's login",
		path: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg)$/,
		content: /"(?:auth|identitytoken)"\s{0,9}:\s{0,9}"[^"]/
	},
	{
		kind: "AWS's keys",
		path: /(?:^|\/)\.aws\/credentials$/,
		content: /aws_secret_access_key[ \t]{0,9}=[ \t]{0,9}(?![\w/+]{1,60}EXAMPLEKEY\b)[^\s=]/i
	},
	{
		kind: "a cluster administrator",
		path: /(?:^|\/)\.kube\/config$/,
		content: new RegExp(String.raw`(?:client-key-data|token):[ \t]{0,9}${given}(?!""|'')\S`)
	}
];
const isOf = ({ path: known, isPublic }, path) => known.test(path) && isPublic?.(path) !== true;
/** What a file holds that nobody should see; undefined where it is none of these, or has no secret in it. */
const findSecret = (path, head) => secretFiles.find((each) => isOf(each, path) && each.content.test(head))?.kind;
const headBytes$2 = 16e3;
const mostHeads = 1e3;
/** In all layers: who deletes it later only hides it. */
const matchFiles = async (subject) => {
	const candidates = [];
	subject.contents.layers.forEach((entries, layer) => {
		for (const entry of entries) {
			if (entry.type !== "f" || entry.sizeBytes === 0) continue;
			const name = nameOf(entry);
			if (!/^(?:[._]|id_|credentials$|config)/.test(name) && !entry.path.includes(".ssh/")) continue;
			const secret = secretFiles.find((each) => isOf(each, entry.path));
			if (secret !== void 0) candidates.push({
				secret,
				placed: {
					layer,
					entry
				}
			});
		}
	});
	const looked = candidates.slice(0, mostHeads);
	const heads = await Promise.all(looked.map(({ placed: { layer, entry } }) => subject.files.bytes(layer, entry.path, 0, headBytes$2)));
	const found = looked.filter(({ placed }, at) => findSecret(placed.entry.path, heads[at]?.toString("latin1") ?? ""));
	return [...Map.groupBy(found, ({ placed }) => placed.layer)].map(([layer, group]) => ({
		rule: fileRule,
		layer,
		bytes: 0,
		paths: group.map(({ placed }) => placed.entry.path),
		evidence: [...new Set(group.map(({ secret }) => secret.kind))].join(", ")
	}));
};
/** A layer for each entry of the history: its own, or the one that comes after it. */
const toLayers = (history, layers) => {
	let next = 0;
	return history.map(({ empty_layer: isEmpty }) => {
		const layer = Math.min(next, layers - 1);
		if (isEmpty !== true) next += 1;
		return layer;
	});
};
const matchTexts = ({ contents, origins }) => {
	const { history = [], config = {} } = attempt(() => JSON.parse(contents.config)) ?? {};
	if (!Array.isArray(history)) return [];
	const layers = toLayers(history, contents.layers.length);
	const found = [...history.map(({ created_by: text }, at) => ({
		text: String(text),
		layer: layers[at] ?? 0
	})), ...(Array.isArray(config.Env) ? config.Env : []).map((text) => ({
		text: String(text),
		layer: Math.max(0, origins.length - 1)
	}))].flatMap(({ text, layer }) => tokenPatterns.filter(([, pattern]) => pattern.test(text)).map(([kind]) => ({
		kind,
		layer
	})));
	const [first] = found;
	if (first === void 0) return [];
	const evidence = [...new Set(found.map(({ kind }) => kind))].join(", ");
	return [{
		rule: textRule,
		layer: first.layer,
		bytes: 0,
		paths: [],
		evidence
	}];
};
const secretRules = [fileRule, textRule];
/** Credentials that the image shows to all who can pull it; of values nothing is told. */
const matchSecrets = async (subject) => [...await matchFiles(subject), ...matchTexts(subject)];

// src/analysis/findings/read-texts.ts
/** Files as texts of one byte a character; undefined for those that are not there or too many or too long. */
const readTexts = ({ files }, placed, { longest, most, mayBeCut = false }) => {
	let bytes = 0;
	return Promise.all(placed.map(async (each) => {
		if (each === void 0 || each.entry.type !== "f") return void 0;
		const { layer, entry } = each;
		const length = Math.min(entry.sizeBytes, longest);
		if (entry.sizeBytes > longest && !mayBeCut) return void 0;
		bytes += length;
		if (bytes > most) return void 0;
		return (await files.bytes(layer, entry.path, 0, length)).toString("latin1");
	}));
};

// src/analysis/findings/match-modes.ts
const writableRule = {
	id: "writable-by-all",
	level: "warning",
	what: "Files or folders that anybody may write",
	fix: "Copy with `--chmod=` or write `chmod o-w` in the RUN that makes them; give them to the user that runs the program.",
	doubt: "the program runs as a user that nobody knows beforehand"
};
const keyRule = {
	id: "readable-key",
	level: "error",
	what: "A private key that anybody may read",
	fix: "Replace it: whoever can pull the image has it. Mount it in the pod from a Secret, with `defaultMode: 0400`."
};
const modeRules = [writableRule, keyRule];
const [othersWrite, othersRead, sticky] = [
	2,
	4,
	512
];
/** Where all may write by design. */
const isShared = /^(?:tmp|var\/tmp|dev|proc|sys|run\/lock|var\/lock)(?:\/|$)/;
const matchWritable = (subject) => {
	const found = subject.merged.visible.filter(({ layer, entry: { type, mode, path } }) => !isBase(subject, layer) && path !== "" && (type === "f" || type === "d") && (mode & othersWrite) !== 0 && (mode & sticky) === 0 && !isShared.test(path));
	return [...Map.groupBy(found, ({ layer }) => layer)].map(([layer, group]) => ({
		rule: writableRule,
		layer,
		bytes: 0,
		paths: group.map(({ entry }) => entry.path).toSorted((a, b) => a.split("/").length - b.split("/").length)
	}));
};
const keyName = /\.(?:pem|key)$|^(?:id_(?:rsa|dsa|ecdsa|ed25519)|ssh_host_\w+_key|key)$/;
const privateKey = /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/;
const mostKeys = 1e3;
const headBytes$1 = 16e3;
const matchKeys = async (subject) => {
	const candidates = subject.merged.visible.filter(({ layer, entry }) => entry.type === "f" && (entry.mode & othersRead) !== 0 && keyName.test(nameOf(entry)) && !isPublic(entry.path) && !isBase(subject, layer)).slice(0, mostKeys);
	const heads = await readTexts(subject, candidates, {
		longest: headBytes$1,
		most: mostKeys * headBytes$1,
		mayBeCut: true
	});
	const keys = candidates.filter(({ entry }, at) => {
		const head = heads[at] ?? "";
		return privateKey.test(head) && findSecret(entry.path, head) === void 0;
	});
	return [...Map.groupBy(keys, ({ layer }) => layer)].map(([layer, group]) => ({
		rule: keyRule,
		layer,
		bytes: 0,
		paths: group.map(({ entry }) => entry.path)
	}));
};
/** What more people may do with files than they should. */
const matchModes = async (subject) => [...matchWritable(subject), ...await matchKeys(subject)];

// src/analysis/findings/match-node.ts
const nodeRule = {
	id: "node-dev-packages",
	level: "warning",
	what: "npm's packages for development",
	fix: "Install with `npm ci --omit=dev`; where the build needs them, `npm prune --omit=dev` at its end, in a stage of its own.",
	doubt: "the image is there to build or test"
};
/** Less, of one line, is not worth a word. */
const leastBytes$5 = 1e6;
const mostLists = 500;
const bounds$1 = {
	longest: 16e6,
	most: 64e6
};
const listPath = /(?:^|\/)node_modules\/\.package-lock\.json$/;
/** Folders of packages that only development needs, as npm wrote them down: `node_modules/vitest`. */
const readDev = (text) => Object.entries(attempt(() => JSON.parse(text))?.packages ?? {}).flatMap(([path, about]) => {
	return path.startsWith("node_modules/") && !path.split("/").includes("..") && about?.dev === true ? [path] : [];
});
/** The packages that npm says are only for development, and are in the image. */
const matchNode = async (subject) => {
	const { visible } = subject.merged;
	const lists = visible.filter(({ entry }) => entry.type === "f" && listPath.test(entry.path)).slice(0, mostLists);
	if (lists.length === 0) return [];
	const texts = await readTexts(subject, lists, bounds$1);
	const folders = new Set(lists.flatMap(({ entry }, at) => {
		const root = parentOf(parentOf(entry.path));
		const text = Buffer.from(texts[at] ?? "", "latin1").toString("utf8");
		return readDev(text).map((path) => {
			const bytes = Buffer.from(path).toString("latin1");
			return root === "" ? bytes : `${root}/${bytes}`;
		});
	}));
	if (folders.size === 0) return [];
	const findAround = (path) => findFolderAbove(path, (folder) => folders.has(folder));
	const files = visible.filter(({ entry }) => entry.type === "f" && findAround(entry.path) !== void 0);
	const own = withoutShared(files, subject).filter(({ layer }) => !isBase(subject, layer));
	return [...Map.groupBy(own, ({ layer }) => layer)].flatMap(([layer, group]) => {
		const bytes = group.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
		const sizes = /* @__PURE__ */ new Map();
		for (const { entry } of group) {
			const folder = findAround(entry.path) ?? "";
			sizes.set(folder, (sizes.get(folder) ?? 0) + entry.sizeBytes);
		}
		const paths = [...sizes].toSorted(([, a], [, b]) => b - a).map(([path]) => path);
		return bytes < leastBytes$5 ? [] : [{
			rule: nodeRule,
			layer,
			bytes,
			paths
		}];
	});
};

// src/analysis/findings/match-packages.ts
const packageRule = {
	id: "build-tools",
	level: "warning",
	what: "Compilers and headers of packages",
	fix: "Build in a stage of its own and copy what runs, or remove the packages in the RUN that needs them.",
	doubt: "a program may compile while it runs"
};
const stageRule = {
	id: "single-stage",
	level: "warning",
	what: "A single stage that ends with build tools",
	fix: "Give the build a stage of its own: `FROM ... AS build`, a second FROM without the tools, and `COPY --from=build` of what runs.",
	doubt: "a program may compile while it runs"
};
const packageRules = [packageRule, stageRule];
/** Less, of one line, is not worth a word. */
const leastBytes$4 = 1e7;
const longest$3 = 16e6;
const mostRead$1 = 64e6;
/** By what these packages are called in Debian and Alpine. */
const buildTool = /^(?:build-essential|build-base|dpkg-dev|(?:gcc|g\+\+|cpp|clang|llvm|gfortran|make|cmake|binutils|rustc|cargo|golang|go)(?:-[\d.]+)?(?:-go|-src|-[a-z\d-]+-linux-gnu[a-z]*)?)$|-dev$/;
/** Of dpkg's database, in stanzas: what is installed, and its size. */
const parseDpkg = (text) => {
	const packages = /* @__PURE__ */ new Map();
	for (const stanza of text.split("\n\n")) {
		const [, name] = /^Package: (\S+)$/m.exec(stanza) ?? [];
		const [, size] = /^Installed-Size: (\d{1,12})$/m.exec(stanza) ?? [];
		if (name === void 0 || !/^Status: \S+ \S+ installed$/m.test(stanza)) continue;
		packages.set(name, Number(size ?? 0) * 1024);
	}
	return packages;
};
/** The same of apk's. */
const parseApk = (text) => {
	const packages = /* @__PURE__ */ new Map();
	for (const stanza of text.split("\n\n")) {
		const [, name] = /^P:(\S+)$/m.exec(stanza) ?? [];
		const [, size] = /^I:(\d{1,15})$/m.exec(stanza) ?? [];
		if (name !== void 0) packages.set(name, Number(size ?? 0));
	}
	return packages;
};
const databases = {
	"var/lib/dpkg/status": parseDpkg,
	"lib/apk/db/installed": parseApk,
	"usr/lib/apk/db/installed": parseApk
};
const findVersions = ({ contents }, path) => contents.layers.flatMap((entries, layer) => {
	const entry = entries.find((each) => each.path === path);
	return entry?.type === "f" ? [{
		layer,
		entry
	}] : [];
});
/** Build tools that a line has installed, and that are still there at the end. */
const matchDatabase = async (subject, path) => {
	const parse = databases[path] ?? parseDpkg;
	const versions = findVersions(subject, path);
	const bytes = versions.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
	if (!subject.visible.has(path) || bytes > mostRead$1) return [];
	const states = (await Promise.all(versions.map(({ layer }) => subject.files.bytes(layer, path, 0, longest$3)))).map((text) => parse(text.toString("latin1")));
	const last = states.at(-1) ?? /* @__PURE__ */ new Map();
	return versions.flatMap(({ layer }, at) => {
		if (isBase(subject, layer)) return [];
		const before = states[at - 1];
		const added = [...states[at] ?? []].filter(([name]) => before?.has(name) !== true && last.has(name) && buildTool.test(name));
		const total = added.reduce((sum, [, size]) => sum + size, 0);
		if (total < leastBytes$4) return [];
		const names = added.toSorted(([, a], [, b]) => b - a).map(([name]) => name);
		const more = names.length > 8 ? ` and ${names.length - 8} more` : "";
		const evidence = `${names.slice(0, 8).join(", ")}${more}`;
		return [{
			rule: subject.background.recipe?.stages === 1 ? stageRule : packageRule,
			layer,
			bytes: total,
			paths: [],
			evidence
		}];
	});
};
/** What packages of the distribution are there that only builds need. */
const matchPackages = async (subject) => (await Promise.all(Object.keys(databases).map((path) => matchDatabase(subject, path)))).flat();

// src/analysis/findings/requirement.ts
/** A name as an index of Python compares it (PEP 503). */
const toDistributionName = (name) => name.toLowerCase().replace(/[-_.]+/g, "-");
/** Longer ones are none that people write. */
const longest$2 = 2e3;
/** No image of Linux gets what is only for these. */
const otherSystem = /\b(?:sys_platform|platform_system|os_name)\s{0,9}==\s{0,9}["'](?:win32|cygwin|darwin|Windows|Darwin|nt|java)["']/;
/**
* The name of what a distribution requires (PEP 508), on Linux. What is for an extra counts: nobody writes
* down which extras were asked for.
*/
const readRequired = (requirement) => {
	const [, name = "", rest = ""] = /^\s{0,9}([A-Za-z\d](?:[\w.-]{0,200}[A-Za-z\d])?)(?![\w.-])([^\n]*)$/.exec(requirement.slice(0, longest$2)) ?? [];
	if (name === "") return void 0;
	const marker = rest.slice(rest.indexOf(";") + 1);
	return rest.includes(";") && !/\bor\b/.test(marker) && otherSystem.test(marker) ? void 0 : toDistributionName(name);
};
/** All that might be a distribution's name in texts of people. */
const findNames = (texts) => new Set(texts.flatMap((text) => [...text.matchAll(/[A-Za-z\d][\w.-]{0,200}/g)].map(([name]) => toDistributionName(name.replace(/[-_.]+$/, "")))));
/** Options of pip and uv that take a value, in the next word. */
const valued = /^(?:-[rciftep]|--(?:requirement|constraint|index-url|extra-index-url|find-links|target|prefix|python|editable|root|index|default-index|torch-backend|platform|python-version|only-binary|no-binary|timeout|retries|cache-dir|trusted-host|override|group|extra))$/;
/**
* Distributions that a RUN installs by their names, each with the program that does it: another path
* installs for another Python.
*/
const findInstalled = (instruction) => instruction.split(/&&|\|\||[;|]/).flatMap((command) => {
	const [, by = "", rest = ""] = /(?:^|\s)(\S{0,200}(?:pip[\d.]{0,5}|uv pip|uv|poetry|pdm))\s+(?:install|add)\s+(.*)$/s.exec(command.slice(0, 2e4)) ?? [];
	const words = rest.split(/\s+/).filter(Boolean);
	return words.flatMap((word, at) => {
		const plain = word.replace(/^["']|["']$/g, "");
		if (valued.test(words[at - 1] ?? "") || !/^[A-Za-z\d][\w.-]*(?:\[[^\]]*\])?(?:[=<>!~@;].*)?$/.test(plain)) return [];
		const name = readRequired(plain);
		return name === void 0 ? [] : [{
			name,
			by
		}];
	});
});

// src/analysis/findings/distributions.ts
const metadataPath = /(?:^|\/)(?:site|dist)-packages\/[^/]+\.dist-info\/METADATA$/;
/** An image that has more is no image of one program. */
const mostDistributions = 3e3;
/** Headers come first; the rest is a description for people. */
const headBytes = 64e3;
const longestRecord = 8e6;
const mostRead = 64e6;
/** Of the headers, which end with an empty line. */
const readMetadata = (text) => {
	const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
	const lines = text.slice(0, end).split(/\r?\n/);
	const all = (key) => lines.flatMap((line) => line.startsWith(`${key}: `) ? line.slice(key.length + 2).trim() : []);
	return {
		name: toDistributionName(all("Name")[0] ?? ""),
		version: all("Version")[0] ?? "",
		requires: all("Requires-Dist").flatMap((each) => readRequired(each) ?? [])
	};
};
/** Paths of a RECORD (PEP 376), relative to the folder that Python looks into. */
const readRecord = (text) => text.split(/\r?\n/).flatMap((line) => {
	const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^,"]*)),/.exec(line) ?? [];
	const path = quoted?.replaceAll("\"\"", "\"") ?? plain;
	return path === void 0 || path === "" ? [] : [path];
});
/** Where a file of a RECORD is; what leads out of the image is nowhere. */
const toPath = (site, path) => path.startsWith("/") ? path.slice(1) : posix.normalize(`${site}/${path}`);
/** What an import names of a file. */
const toModules = (paths) => [...new Set(paths.flatMap((path) => {
	const [first = "", ...rest] = path.split("/");
	if (/^\.\.?$|\.(?:dist-info|data|egg-info)$|^__pycache__$/.test(first)) return [];
	if (rest.length > 0) return [first];
	const [, module] = /^([A-Za-z_]\w*)(?:\.[\w-]+)*\.(?:py|so|pth)$/.exec(first) ?? [];
	return module === void 0 ? [] : [module];
}))];
const isPluginsList = (text) => [...text.matchAll(/^\[([^\]\n]{1,200})\]/gm)].some(([, group = ""]) => !/^(?:console|gui)_scripts$/.test(group.trim()));
/** What is installed for all Pythons of an image. */
const readDistributions = async (subject) => {
	const { visible, merged } = subject;
	const found = merged.visible.filter(({ entry: { type, path } }) => type === "f" && metadataPath.test(path)).slice(0, mostDistributions);
	const beside = (placed, name) => visible.get(`${parentOf(placed.entry.path)}/${name}`);
	const read = (name, longest) => readTexts(subject, found.map((placed) => beside(placed, name)), {
		longest,
		most: mostRead
	});
	const [metadata, records, installers, entryPoints] = await Promise.all([
		readTexts(subject, found, {
			longest: headBytes,
			most: mostRead,
			mayBeCut: true
		}),
		read("RECORD", longestRecord),
		read("INSTALLER", 100),
		read("entry_points.txt", 1e5)
	]);
	return found.flatMap((placed, at) => {
		const about = readMetadata(metadata[at] ?? "");
		if (about.name === "") return [];
		const site = parentOf(parentOf(placed.entry.path));
		const paths = readRecord(records[at] ?? "");
		const files = withoutShared([...new Set(paths.map((path) => toPath(site, path)))].flatMap((path) => {
			const file = visible.get(path);
			return file?.entry.type === "f" ? [file] : [];
		}), subject);
		return [{
			...about,
			site,
			layer: placed.layer,
			installer: (installers[at] ?? "").trim(),
			isRequested: beside(placed, "REQUESTED") !== void 0,
			files,
			bytes: files.reduce((sum, { entry }) => sum + entry.sizeBytes, 0),
			modules: toModules(paths),
			isPlugin: isPluginsList(entryPoints[at] ?? "")
		}];
	});
};

// src/analysis/findings/cuda-advice.ts
/** NVIDIA's parts of CUDA, not what only asks a driver. */
const isCudaPart = ({ name }) => /^nvidia-(?:cu|nccl|nvtx|nvjitlink|nvjpeg|nvshmem|npp|nvfatbin)|^(?:pytorch-)?triton$/.test(name);
/** Built against one torch each: those of PyPI do not load beside a torch of another index. */
const companions = ["torchvision", "torchaudio"];
const toPip = (names) => `\`pip install --index-url https://download.pytorch.org/whl/cpu ${names.map((name) => `${name}==VERSION`).join(" ")}\``;
const list$1 = new Intl.ListFormat("en-GB", { style: "long" });
const first = (names, which) => `Install ${which} first, in a line of its own, by ${toPip(names)}: what comes before that line brings CUDA, which stays when this torch takes its place.`;
const forCpus = (names, which) => `Install ${which} for CPUs, in a line of its own before the rest: ${toPip(names)}. uv takes the index from pyproject.toml, with \`explicit = true\` and each of these in \`tool.uv.sources\`: see docs/image-report.md.`;
const everyTorch = ["torch", ...companions];
const anyTorch = "torch (with torchvision and torchaudio, where they are installed)";
/** What the pages say, where nobody has looked into an image. */
const generalAdvice = {
	orphaned: first(everyTorch, anyTorch),
	unused: `${forCpus(everyTorch, anyTorch)} In place of xgboost, install \`xgboost-cpu\`; install TensorFlow without \`[and-cuda]\`. Where the system has CUDA, begin with an image without it.`
};
const findBeside = (some, all) => {
	const sites = new Set(some.map(({ site }) => site));
	return all.filter(({ site }) => sites.has(site));
};
const namesOfTorch = (beside) => ["torch", ...companions.filter((name) => beside.some((each) => each.name === name))];
/** What to install instead of parts that a torch has left behind. */
const adviseOnOrphaned = (parts, all) => {
	const names = namesOfTorch(findBeside(parts, all));
	return first(names, list$1.format(names));
};
/** Who has brought parts of CUDA; that may have been by way of other parts. */
const findRequirers = (some, beside) => {
	const names = new Set(some.map(({ name }) => name));
	for (const name of names) for (const each of beside) if (isCudaPart(each) && each.requires.includes(name)) names.add(each.name);
	return beside.filter((each) => !isCudaPart(each) && (names.has(each.name) || each.requires.some((required) => names.has(required))));
};
/** Their names are written by others. */
const isPlain = ({ name }) => /^[a-z\d-]{1,100}$/.test(name);
const adviseOnRequirer = ({ name }) => {
	if (name === "xgboost") return "Install `xgboost-cpu` in place of xgboost, which requires it.";
	if (/^(?:tensorflow|tf-nightly)$/.test(name)) return `Install ${name} without \`[and-cuda]\`, which requires it.`;
	return `Install the build for CPUs of ${name}, which requires it, if there is one.`;
};
const mostRequirers = 3;
/** What to install instead, by who requires CUDA that no pod asks for. */
const adviseOnUnused = (some, all) => {
	const beside = findBeside(some, all);
	const requirers = findRequirers(some, beside);
	if (requirers.some(({ name }) => name === "torch")) {
		const names = namesOfTorch(beside);
		return forCpus(names, list$1.format(names));
	}
	if (requirers.length === 0) return "Leave these distributions out: none of those beside them requires them.";
	const advice = requirers.filter(isPlain).slice(0, mostRequirers).map(adviseOnRequirer);
	return advice.length === 0 ? generalAdvice.unused : advice.join(" ");
};
/** The same for CUDA of the system. */
const adviseOnSystem = (isOfBase) => isOfBase ? "Begin with an image without CUDA." : "Leave CUDA's packages out of this line.";

// src/analysis/findings/match-distributions.ts
const orphanRule$1 = {
	id: "orphaned-distributions",
	level: "warning",
	what: "Python distributions that nothing requires",
	fix: "Install with one `pip install` in one RUN, or `pip uninstall` them in the RUN that brings them: pip leaves what an earlier version or an uninstalled distribution required."
};
const twiceRule$1 = {
	id: "distribution-twice",
	level: "warning",
	what: "The same Python distribution for two Pythons",
	fix: "Install it once: into one virtual environment, or with the Python that runs the program.",
	doubt: "two programs need different versions"
};
const replacedRule = {
	id: "distribution-replaced",
	level: "warning",
	what: "A later line installs a Python distribution again",
	fix: "Name its version once, before the first line that installs it, or install all in one RUN."
};
const askedTwiceRule = {
	id: "distribution-asked-twice",
	level: "info",
	what: "Two lines ask for the same Python distribution",
	fix: "Keep one of the lines: the later one decides the version, and which one counts is hard to see."
};
const distributionRules = [
	orphanRule$1,
	twiceRule$1,
	replacedRule,
	askedTwiceRule
];
/** Less, of one line, is not worth a word. */
const leastBytes$3 = 1e6;
const shown$1 = 8;
const sum$2 = (all) => all.reduce((bytes, each) => bytes + each.bytes, 0);
/** `numpy 2.1.0, torch 2.4.0 and 3 more`, the largest first. */
const listDistributions = (all) => {
	const names = all.toSorted((a, b) => b.bytes - a.bytes).map(({ name, version }) => `${name} ${version}`.trim());
	const more = names.length - shown$1;
	return `${names.slice(0, shown$1).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
};
/** The folders that they are installed in, as bytes. */
const pathsOf = (all) => [...new Set(all.map(({ site }) => site))];
/** One match for each line that has brought some of them. */
const toMatches = (rule, all, least) => [...Map.groupBy(all, ({ layer }) => layer)].flatMap(([layer, group]) => sum$2(group) < least ? [] : [{
	rule,
	layer,
	bytes: sum$2(group),
	paths: pathsOf(group),
	evidence: listDistributions(group)
}]);
const matchOrphans = (orphans) => toMatches(orphanRule$1, orphans, leastBytes$3);
/** They are often brought up to date first, and each environment has its own. */
const tools = /* @__PURE__ */ new Set([
	"pip",
	"setuptools",
	"wheel",
	"uv",
	"pipenv",
	"poetry"
]);
/** What is there for two Pythons, of which a line of ours has brought one. */
const matchTwice$1 = (subject, all) => {
	const extra = [...Map.groupBy(all, ({ name }) => name).values()].flatMap((group) => {
		const large = group.filter(({ bytes, name }) => bytes >= leastBytes$3 && !tools.has(name));
		const [smallest] = large.filter(({ layer }) => !isBase(subject, layer)).toSorted((a, b) => a.bytes - b.bytes);
		return smallest !== void 0 && new Set(large.map(({ site }) => site)).size > 1 ? [smallest] : [];
	});
	return toMatches(twiceRule$1, extra, leastBytes$3);
};
/** Where a path has the metadata of what, in which version. */
const readPath = (path) => {
	if (!path.endsWith(".dist-info/METADATA")) return void 0;
	const folder = parentOf(path);
	const site = parentOf(folder);
	const [, name = "", version = ""] = /^(.*)-([^-]+)\.dist-info$/.exec(nameOf({ path: folder })) ?? [];
	return /^(?:site|dist)-packages$/.test(nameOf({ path: site })) && name !== "" ? {
		site,
		name: toDistributionName(name),
		version
	} : void 0;
};
/** More are no accident, and all that is hidden is gone through for each. */
const mostReplaced = 200;
/** What one of our lines has installed and another one has installed over it. */
const matchReplaced = (subject, all) => {
	const { merged, origins } = subject;
	const now = new Map(all.map((each) => [`${each.site} ${each.name}`, each]));
	return merged.hidden.flatMap(({ layer, hiddenBy, entry, reason }) => {
		const was = reason === "deleted" || reason === "rewritten" ? readPath(entry.path) : void 0;
		if (was === void 0 || isBase(subject, layer) || isBase(subject, hiddenBy)) return [];
		const known = now.get(`${was.site} ${was.name}`);
		return known === void 0 ? [] : [{
			known,
			...was,
			layer,
			hiddenBy
		}];
	}).slice(0, mostReplaced).flatMap((each) => {
		const { known, site, version, layer, hiddenBy } = each;
		const modules = new Set(known.modules);
		const roots = known.modules.map((module) => `${site}/${module}`);
		const isOfIt = (path) => path.startsWith(`${site}/`) && modules.has(path.slice(site.length + 1).split("/", 1)[0] ?? "");
		const bytes = merged.hidden.filter((copy) => copy.layer === layer && copy.hiddenBy === hiddenBy && isOfIt(copy.entry.path)).reduce((total, { entry }) => total + entry.sizeBytes, 0);
		if (bytes < leastBytes$3) return [];
		const line = origins[layer]?.location?.line;
		const where = line === void 0 ? "" : ` of line ${line}`;
		const evidence = `${known.name} ${version}${where} gives way to ${known.version}`;
		return [{
			rule: replacedRule,
			layer: hiddenBy,
			bytes,
			paths: roots,
			evidence
		}];
	});
};
/** Names on two lines of ours, of the same program. That costs a layer, and few bytes. */
const matchAskedTwice = (subject) => {
	const asked = subject.origins.flatMap(({ instruction = "", location, isBase: isOfBase }, layer) => isOfBase || !/^RUN\b/i.test(instruction) ? [] : findInstalled(instruction).map((each) => ({
		...each,
		layer,
		line: location?.line
	})));
	const twice = [...Map.groupBy(asked, ({ name, by }) => `${by} ${name}`).values()].flatMap((group) => {
		const [first, last] = [group[0], group.at(-1)];
		if (first === void 0 || last === void 0 || first.layer === last.layer) return [];
		return tools.has(first.name) ? [] : [{
			...last,
			before: first.line ?? first.layer + 1
		}];
	});
	return [...Map.groupBy(twice, ({ layer }) => layer)].map(([layer, group]) => {
		const names = group.map(({ name, line, before }) => `${name} (${line === void 0 ? "layer" : "line"} ${before}, too)`);
		return {
			rule: askedTwiceRule,
			layer,
			bytes: 0,
			paths: [],
			evidence: names.join(", ")
		};
	});
};

// src/analysis/findings/match-cuda.ts
const orphanRule = {
	id: "cuda-orphaned",
	level: "warning",
	what: "CUDA beside a torch that runs on CPUs",
	fix: generalAdvice.orphaned
};
const unusedRule = {
	id: "cuda-unused",
	level: "warning",
	what: "CUDA, and no pod that runs the image asks for a GPU",
	fix: generalAdvice.unused,
	doubt: "the image runs on GPUs elsewhere"
};
const twiceRule = {
	id: "cuda-twice",
	level: "warning",
	what: "CUDA's libraries twice: of Python's distributions and of the system",
	fix: "Begin with an image without CUDA: the distributions bring all that Python needs, but for the driver, which the node has.",
	doubt: "a program that is not Python's needs them"
};
const cudaRules = [
	orphanRule,
	unusedRule,
	twiceRule
];
/** Less is no CUDA. */
const leastBytes$2 = 1e7;
const isCpuTorch = ({ name, version }) => name === "torch" && /\+cpu(?:\.|$)/.test(version);
/** Parts of CUDA that a torch has brought which is no longer there: nothing else requires or names them. */
const findOrphaned = (subject, all, askedFor) => {
	const sites = new Set(all.filter(isCpuTorch).map(({ site }) => site));
	const required = new Set(all.filter((each) => !isCudaPart(each)).flatMap(({ requires }) => requires));
	const parts = all.filter((each) => isCudaPart(each) && sites.has(each.site));
	const isKept = ({ name, layer, installer, isRequested }) => required.has(name) || askedFor.has(name) || isBase(subject, layer) || installer === "pip" && isRequested;
	const kept = new Set(parts.filter(isKept));
	for (const { requires } of kept) for (const part of parts) if (requires.includes(part.name)) kept.add(part);
	return parts.filter((part) => !kept.has(part));
};
const systemFolder = /^usr\/local\/cuda[^/]*\/(?!.*\/stubs\/)|^usr\/lib\/[^/]+\/lib(?:cublas|cudnn|cufft|curand|cusolver|cusparse|nccl|npp|nvrtc|nvjpeg|nvjitlink)/i;
/** `libcublasLt` of `libcublasLt.so.12.1.3`. */
const toLibrary = (path) => /^(lib\w+)\.so[\d.]*$/.exec(nameOf({ path }))?.[1];
/** CUDA as the system has it, of a base or a package. */
const findSystem = ({ merged }) => merged.visible.filter(({ entry }) => entry.type === "f" && systemFolder.test(entry.path));
/** What torch has in its own folder, in older versions. */
const torchLibrary = /\/torch\/lib\/lib(?:torch_cuda|c10_cuda|caffe2_nvrtc|cu[bdfrs]|nccl|nv)/;
const findWheels = (all) => all.flatMap((each) => {
	if (isCudaPart(each)) return [each];
	const files = each.files.filter(({ entry }) => torchLibrary.test(`/${entry.path}`));
	if (each.name !== "torch" || files.length === 0) return [];
	return [{
		...each,
		files,
		bytes: countPlaced(files)
	}];
});
const foldersOf = (files) => [...new Set(files.toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes).map(({ entry }) => parentOf(entry.path)))];
/** Of the system's, for the line that has brought most; the base's is the line of FROM. */
const toSystemMatch = (rule, subject, files, ours) => {
	const bytes = countPlaced(files);
	const [largest] = files.toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes);
	if (largest === void 0 || bytes < leastBytes$2) return [];
	const paths = foldersOf(files);
	if (!isBase(subject, largest.layer)) return [{
		rule,
		layer: largest.layer,
		bytes,
		paths
	}];
	const location = subject.background.recipe?.base?.location;
	if (location === void 0 && ours === void 0) return [];
	return [{
		rule,
		layer: ours ?? largest.layer,
		location,
		bytes,
		paths
	}];
};
/** One match for each line, with what is better done there. */
const toAdvised = (rule, some, advise) => [...Map.groupBy(some, ({ layer }) => layer).values()].flatMap((group) => toMatches(rule, group, leastBytes$2).map((match) => ({
	...match,
	fix: advise(group)
})));
const matchUnused = (subject, wheels, all) => {
	if (subject.background.asksForGpu !== false) return [];
	const ours = wheels.filter(({ layer }) => !isBase(subject, layer));
	const ofSystem = toSystemMatch(unusedRule, subject, findSystem(subject), void 0);
	return [...toAdvised(unusedRule, ours, (group) => adviseOnUnused(group, all)), ...ofSystem.map((match) => ({
		...match,
		fix: adviseOnSystem(isBase(subject, match.layer))
	}))];
};
const matchTwice = (subject, wheels) => {
	const ours = wheels.filter(({ layer }) => !isBase(subject, layer));
	const inWheels = new Set(wheels.flatMap(({ files }) => files.flatMap(({ entry }) => toLibrary(entry.path) ?? [])));
	const same = findSystem(subject).filter(({ entry }) => inWheels.has(toLibrary(entry.path) ?? "-"));
	const [layer] = ours.toSorted((a, b) => b.bytes - a.bytes).map((each) => each.layer);
	if (same.every((each) => isBase(subject, each.layer)) && layer === void 0) return [];
	return toSystemMatch(twiceRule, subject, same, layer).map((match) => ({
		...match,
		evidence: `also of ${listDistributions(wheels)}`
	}));
};
/**
* CUDA that nobody needs. What is told by one rule is told by no other.
*
* @returns the findings, and the distributions that they are about
*/
const matchCuda = (subject, all, askedFor) => {
	const orphaned = findOrphaned(subject, all, askedFor);
	const wheels = findWheels(all).filter((each) => !orphaned.includes(each));
	const unused = matchUnused(subject, wheels, all);
	const twice = unused.length > 0 ? [] : matchTwice(subject, wheels);
	return {
		matches: [
			...toAdvised(orphanRule, orphaned, (group) => adviseOnOrphaned(group, all)),
			...unused,
			...twice
		],
		told: /* @__PURE__ */ new Set([...orphaned, ...unused.length > 0 ? wheels : []])
	};
};

// src/analysis/findings/match-imports.ts
const importRule = {
	id: "never-imported",
	level: "info",
	what: "Does the program need these Python distributions? Nothing in it names them",
	fix: "Try the program's tests without them, and take them out of the requirements.",
	doubt: "it loads them by a name that it puts together, or another program of the image needs them",
	isQuestion: true
};
/** Less is not worth a question. */
const leastBytes$1 = 2e7;
const isInstalled = /(?:^|\/)(?:site-packages|dist-packages|node_modules|lib\/python[\d.]+)\//;
const code = /\.(?:py|pyi|pyx|ipynb|sh|toml|cfg|ini|ya?ml|json|conf|txt)$|^[^.]+$/;
const mostFiles$1 = 5e3;
const longest$1 = 5e5;
const most = 16e6;
/** The program's own files; undefined where there are too many to be sure, or no Python among them. */
const readOwn = async (subject) => {
	const own = subject.merged.visible.filter(({ layer, entry }) => entry.type === "f" && !isBase(subject, layer) && !isInstalled.test(entry.path) && !/^(?:etc|usr\/share|var|proc|sys)\//.test(entry.path) && code.test(nameOf(entry)) && !requirementFile.test(nameOf(entry)));
	const python = own.filter(({ entry }) => entry.path.endsWith(".py"));
	const bytes = own.reduce((sum, { entry }) => sum + Math.min(entry.sizeBytes, longest$1), 0);
	if (python.length === 0 || own.length > mostFiles$1 || bytes > most) return void 0;
	return (await readTexts(subject, own, {
		longest: longest$1,
		most,
		mayBeCut: true
	})).join("\n");
};
/** How the container is started, and with what. */
const readStart = ({ contents }) => {
	const { config } = attempt(() => JSON.parse(contents.config)) ?? {};
	return JSON.stringify([
		config?.["Entrypoint"],
		config?.["Cmd"],
		config?.["Env"]
	]);
};
/**
* Asks about large distributions that nothing requires and whose modules no file of the program names.
*
* @param told what another rule has told of
*/
const matchImports = async (subject, all, told) => {
	const required = new Set(all.flatMap(({ requires }) => requires));
	const candidates = all.filter((each) => each.bytes >= leastBytes$1 && !isBase(subject, each.layer) && !required.has(each.name) && !each.isPlugin && each.modules.length > 0 && !told.has(each));
	if (candidates.length === 0) return [];
	const own = await readOwn(subject);
	if (own === void 0) return [];
	const text = `${own}\n${readStart(subject)}`;
	const words = new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
	const isNamed = ({ modules, name }) => modules.some((module) => words.has(module)) || words.has(name.replaceAll("-", "_")) || text.includes(name);
	return toMatches(importRule, candidates.filter((each) => !isNamed(each)), leastBytes$1);
};

// src/analysis/findings/needed.ts
const mostFiles = 500;
const bounds = {
	longest: 5e5,
	most: 8e6
};
/** All that people may have asked for by its name: in the Dockerfile, its files, and the image's. */
const findAskedFor = async (subject) => {
	const { merged, origins, background } = subject;
	const files = merged.visible.filter(({ entry }) => entry.type === "f" && requirementFile.test(nameOf(entry))).slice(0, mostFiles);
	const texts = await readTexts(subject, files, bounds);
	const { text = "", requirements = [] } = background.recipe ?? {};
	return findNames([
		text,
		...requirements,
		...origins.flatMap(({ instruction }) => instruction ?? []),
		...texts.filter((each) => each !== void 0)
	]);
};
/** They install others, and themselves. */
const ownTools = /* @__PURE__ */ new Set([
	"pip",
	"setuptools",
	"wheel",
	"uv",
	"distribute",
	"poetry",
	"pipenv"
]);
/**
* Whether a distribution is there for its own sake, as far as anybody can tell. pip marks what it was asked
* for; of what others installed, nobody knows.
*/
const isWanted = (subject, { name, layer, installer, isRequested }, askedFor) => isRequested || installer !== "pip" || isBase(subject, layer) || ownTools.has(name) || askedFor.has(name);
/** What others require, which others require, and so on. */
const follow = (all, begin) => {
	const byName = Map.groupBy(all, ({ name }) => name);
	const reached = new Set(begin);
	for (const { requires } of reached) for (const name of requires) for (const each of byName.get(name) ?? []) reached.add(each);
	return reached;
};
/** What pip has brought for something else that is no longer there, or no longer needs it. */
const findOrphans = (subject, all, askedFor) => {
	const marked = new Set(all.flatMap(({ site, isRequested }) => isRequested ? [site] : []));
	const needed = follow(all, all.filter((each) => isWanted(subject, each, askedFor)));
	return all.filter((each) => marked.has(each.site) && !needed.has(each));
};

// src/analysis/findings/match-python.ts
const pythonRules = [
	...cudaRules,
	...distributionRules,
	importRule
];
/** What is installed for Python and need not be. */
const matchPython = async (subject) => {
	const all = await readDistributions(subject);
	const askedFor = all.length === 0 ? /* @__PURE__ */ new Set() : await findAskedFor(subject);
	const cuda = matchCuda(subject, all, askedFor);
	const orphans = findOrphans(subject, all, askedFor).filter((each) => !cuda.told.has(each));
	const told = /* @__PURE__ */ new Set([...cuda.told, ...orphans]);
	return [
		...cuda.matches,
		...matchOrphans(orphans),
		...matchTwice$1(subject, all),
		...matchReplaced(subject, all),
		...matchAskedTwice(subject),
		...await matchImports(subject, all, told)
	];
};

// src/analysis/findings/match-recipe.ts
const baseRule = {
	id: "build-base",
	level: "warning",
	what: "The final stage begins with an image that is made to build",
	fix: "Build in a stage of its own, begin the last one with a smaller image (`-runtime`, `-slim`, distroless, the JRE), and `COPY --from` what runs.",
	doubt: "the program compiles while it runs"
};
const pythonRule = {
	id: "full-python-base",
	level: "info",
	what: "Is Python's whole image needed? It has compilers and headers",
	fix: "Try `-slim` of the same version, and build what it cannot install in a stage of its own.",
	doubt: "distributions without wheels are compiled in it",
	isQuestion: true
};
const contextRule = {
	id: "large-context",
	level: "warning",
	what: "A large build context",
	fix: "Write what the image does not need into .dockerignore: each build on a fresh machine reads and sends all of it."
};
const recipeRules = [
	baseRule,
	pythonRule,
	contextRule
];
/** Repository without the registry, and tag, of a name as a Dockerfile has it. */
const splitImage = (image) => {
	const [, name = "", tag = ""] = /^([^@]*?)(?::([^:/@]*))?(?:@.*)?$/.exec(image) ?? [];
	return {
		repository: name.replace(/^[^/]*[.:][^/]*\/|^localhost\//, "").replace(/^library\//, ""),
		tag
	};
};
const findBaseRule = (image) => {
	const { repository, tag } = splitImage(image);
	if (/^(?:rust|golang|maven|gradle|gcc)$/.test(repository)) return baseRule;
	if (/(?:^|-)devel(?:-|$)/.test(tag)) return baseRule;
	return repository === "python" && !/slim|alpine|windows/.test(tag) && /^(?:3(?:\.\d+)*(?:-\w+)?|latest|)$/.test(tag) ? pythonRule : void 0;
};
const matchBase = ({ background, origins }) => {
	const { image, location } = background.recipe?.base ?? {};
	const rule = image === void 0 ? void 0 : findBaseRule(image);
	if (rule === void 0) return [];
	return [{
		rule,
		layer: Math.max(0, origins.findLastIndex(({ isBase }) => isBase)),
		location,
		bytes: 0,
		paths: [],
		evidence: `FROM ${image}`
	}];
};
const shownParts = 4;
const list = (parts) => parts.slice(0, shownParts).map(({ path, bytes }) => `${path} ${formatBytes(bytes)}`).join(", ");
const matchContext = ({ background, origins }) => {
	const { context } = background;
	if (context === void 0) return [];
	const { sentBytes, location, needless, largest, ignoreFile } = context;
	const patterns = [...new Set(needless.map(({ pattern }) => pattern))];
	const evidence = [
		`BuildKit was sent ${formatBytes(sentBytes)}`,
		...needless.length > 0 ? [`not needed: ${list(needless)}`] : [],
		...patterns.length > 0 ? [`lines for ${ignoreFile}: ${patterns.join(" ")}`] : [],
		...needless.length === 0 && largest.length > 0 ? [`largest: ${list(largest)}`] : []
	].join("; ");
	return [{
		rule: contextRule,
		layer: origins.length - 1,
		location,
		bytes: 0,
		paths: [],
		evidence
	}];
};
/** What the Dockerfile and what was sent for it say of the image. */
const matchRecipe = (subject) => [...matchBase(subject), ...matchContext(subject)];

// src/analysis/findings/catalog.ts
/** All rules that there are. */
const catalog = [
	...secretRules,
	...fileRules,
	...folderRules,
	...Object.values(copyRules),
	duplicateRule,
	...packageRules,
	...recipeRules,
	...cacheRules,
	...pythonRules,
	nodeRule,
	...modeRules
];
const order = [
	"error",
	"warning",
	"info"
];
/** An informational finding is worth a word from so much of the image on. */
const leastShare = .01;
const compare = (a, b) => order.indexOf(a.rule.level) - order.indexOf(b.rule.level) || Number(a.rule.isQuestion ?? false) - Number(b.rule.isQuestion ?? false) || b.bytes - a.bytes;
/** Asks all rules; the worst first, and the largest of these. */
const findMatches = async (subject) => {
	const found = await Promise.all([
		matchSecrets(subject),
		matchFiles$1(subject),
		matchFolders(subject),
		matchCopies(subject),
		matchDuplicates(subject),
		matchPackages(subject),
		matchRecipe(subject),
		matchCache(subject),
		matchPython(subject),
		matchNode(subject),
		matchModes(subject)
	]);
	const imageBytes = countPlaced(subject.merged.visible);
	return found.flat().filter(({ rule, bytes }) => rule.level !== "info" || bytes === 0 || bytes >= leastShare * imageBytes).toSorted(compare);
};

// src/analysis/findings/touched.ts
/** Less is not worth reading twice. */
const leastBytes = 1e6;
/** Rewritten files that have kept their size, the largest first, as many as may be read. */
const findCandidates = ({ merged, contents, origins, mostHashedBytes }) => {
	const rewritten = merged.hidden.filter(({ reason, entry, hiddenBy }) => reason === "rewritten" && entry.sizeBytes >= leastBytes && !isCopy(origins[hiddenBy]?.instruction));
	const layers = new Map([...new Set(rewritten.map(({ hiddenBy }) => hiddenBy))].map((layer) => [layer, new Map((contents.layers[layer] ?? []).map((entry) => [entry.path, entry]))]));
	const same = rewritten.filter(({ hiddenBy, entry }) => {
		return (layers.get(hiddenBy)?.get(entry.path))?.sizeBytes === entry.sizeBytes;
	});
	let bytes = 0;
	return same.toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes).filter(({ entry }) => {
		bytes += 2 * entry.sizeBytes;
		return bytes <= mostHashedBytes;
	});
};
/** The same subject, in which files that were only touched are no longer said to be rewritten. */
const withTouched = async (subject) => {
	const candidates = findCandidates(subject);
	const isSame = await Promise.all(candidates.map(async ({ layer, hiddenBy, entry: { path } }) => {
		const [lower, upper] = await Promise.all([subject.files.hash(layer, path), subject.files.hash(hiddenBy, path)]);
		return lower !== "" && lower === upper;
	}));
	const touched = new Set(candidates.filter((_, at) => isSame[at]));
	if (touched.size === 0) return subject;
	const hidden = subject.merged.hidden.map((copy) => touched.has(copy) ? {
		...copy,
		reason: "metadata copy"
	} : copy);
	return {
		...subject,
		merged: {
			...subject.merged,
			hidden
		}
	};
};

// src/analysis/largest.ts
const shown = 10;
/** Deeper ones say nothing to people. */
const deepest$1 = 8;
const filesOf = ({ merged }) => {
	const once = /* @__PURE__ */ new Map();
	for (const placed of merged.visible) if (placed.entry.type === "f" && !once.has(keyOf(placed))) once.set(keyOf(placed), placed);
	return [...once.values()];
};
/** A Python package lies so deep: `usr/local/lib/python3.12/site-packages/torch`. */
const deepestCompared = 6;
const leastCompared = 1e6;
const mostCompared = 2e3;
const sumFolders = (files) => {
	const sums = /* @__PURE__ */ new Map();
	for (const { entry } of files) {
		const { path, sizeBytes } = entry;
		for (let folder = path; folder !== "";) {
			folder = parentOf(folder);
			sums.set(folder, (sums.get(folder) ?? 0) + sizeBytes);
		}
	}
	return sums;
};
const bySize = (a, b) => b.bytes - a.bytes;
/** The largest folders, each as deep as it says something: no folder that has little beside one below it. */
const findLargeFolders = (sums) => {
	const children = Map.groupBy([...sums.keys()].filter((path) => path !== ""), parentOf);
	const toLarge = (path) => ({
		path,
		bytes: sums.get(path) ?? 0
	});
	const open = (children.get("") ?? []).map(toLarge);
	const done = [];
	for (let steps = 0; steps < 200 && open.length > 0; steps += 1) {
		open.sort(bySize);
		const large = open.shift();
		if (large === void 0) break;
		const inside = (children.get(large.path) ?? []).map(toLarge).toSorted(bySize);
		if ((inside[0]?.bytes ?? 0) >= large.bytes / 2 && large.path.split("/").length < deepest$1) open.push(...inside);
		else done.push(large);
	}
	return done.toSorted(bySize).slice(0, shown);
};
const findCompared = (sums) => [...sums].map(([path, bytes]) => ({
	path,
	bytes
})).filter(({ path, bytes }) => path !== "" && bytes >= leastCompared).filter(({ path }) => path.split("/").length <= deepestCompared).toSorted(bySize).slice(0, mostCompared);
/** What takes most of an image. */
const findLargest = (subject) => {
	const placed = filesOf(subject);
	const sums = sumFolders(placed);
	const files = placed.map(({ entry }) => ({
		path: entry.path,
		bytes: entry.sizeBytes
	})).toSorted(bySize);
	return {
		folders: findLargeFolders(sums),
		files: files.slice(0, shown),
		folderSizes: findCompared(sums)
	};
};

// src/analysis/waste.ts
const pathsShown = 3;
const sum$1 = (copies) => copies.reduce((bytes, { entry }) => bytes + entry.sizeBytes, 0);
const toWaste = (subject) => {
	const { hidden } = subject.merged;
	const own = hidden.filter(({ layer }) => !isBase(subject, layer));
	const ofBase = hidden.filter(({ layer }) => isBase(subject, layer));
	const keyOf = ({ layer, hiddenBy, reason }) => `${layer} ${hiddenBy} ${reason}`;
	const parts = [...Map.groupBy(hidden, keyOf).values()].flatMap((group) => {
		const [first] = group;
		if (first === void 0) return [];
		const { layer, hiddenBy, reason } = first;
		const paths = group.toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes).slice(0, pathsShown).map(({ entry }) => entry.path);
		return [{
			layer,
			hiddenBy,
			reason,
			bytes: sum$1(group),
			files: group.length,
			paths
		}];
	});
	return {
		ownBytes: sum$1(own),
		squashBytes: sum$1(ofBase.filter(({ hiddenBy }) => !isBase(subject, hiddenBy))),
		baseBytes: sum$1(ofBase.filter(({ hiddenBy }) => isBase(subject, hiddenBy))),
		parts: parts.filter(({ bytes }) => bytes > 0).toSorted((a, b) => b.bytes - a.bytes)
	};
};

// src/analysis/analyse.ts
const mostHashedBytes = {
	auto: 256e6,
	full: Number.POSITIVE_INFINITY
};
const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
/** @param origins undefined where only the history knows what made the layers */
const analyseImage = async (contents, files, given, depth, background = unknownBackground) => {
	const { layers, config, manifest } = contents;
	const origins = given?.length === layers.length && given !== void 0 ? given : toHistoryOrigins(config, layers.length);
	const most = mostHashedBytes[depth];
	const subject = await withTouched(toSubject(contents, origins, files, most, background));
	const [packed, findings] = await Promise.all([estimatePacked(layers, readPackedSizes(manifest, layers.length), files), findMatches(subject)]);
	const wasted = Map.groupBy(subject.merged.hidden, ({ layer }) => layer);
	const analysed = layers.map((entries, at) => {
		const origin = origins[at];
		return {
			instruction: origin?.instruction,
			location: origin?.location,
			isBase: origin?.isBase ?? false,
			bytes: countBytes(entries),
			files: entries.filter(({ type }) => type === "f").length,
			wastedBytes: sum((wasted.get(at) ?? []).map(({ entry }) => entry.sizeBytes)),
			packedBytes: packed.layerBytes[at] ?? 0
		};
	});
	const onDisk = layers.flatMap((entries) => [...new Map(entries.map((entry) => [entry.inode, entry.diskBytes])).values()]);
	const totalBytes = sum(analysed.map(({ bytes }) => bytes));
	return {
		layers: analysed,
		totalBytes,
		visibleBytes: countPlaced(subject.merged.visible),
		diskBytes: sum(onDisk),
		packedBytes: sum(packed.layerBytes),
		isPackedExact: packed.isExact,
		waste: toWaste(subject),
		dive: toDiveFigures(layers),
		...findLargest(subject),
		findings,
		fingerprint: toFingerprint(subject),
		removal: await planRemoval(subject, findings, packed, totalBytes, files)
	};
};

// src/image/contents/blobs/read-ranges.ts
/** One pass over a layer, up to the last byte that is wanted. */
const readInPass = async (blob, ranges, signal) => {
	const waiting = ranges.toSorted((a, b) => b.offset - a.offset);
	let open = [];
	let position = 0;
	for await (const chunk of readArchive(blob)) {
		signal.throwIfAborted();
		const end = position + chunk.length;
		while ((waiting.at(-1)?.offset ?? Number.POSITIVE_INFINITY) < end) {
			const next = waiting.pop();
			if (next !== void 0) open.push(next);
		}
		for (const { offset, bytes } of open) {
			const from = Math.max(offset, position);
			const to = Math.min(offset + bytes.length, end);
			chunk.copy(bytes, from - offset, from - position, to - position);
		}
		for (const { offset, bytes, done } of open) if (offset + bytes.length <= end) done.resolve(bytes);
		open = open.filter(({ offset, bytes }) => offset + bytes.length > end);
		position = end;
		if (open.length === 0 && waiting.length === 0) return;
	}
	throw new Error("the archive is shorter than it was");
};
const readAt = async ({ handle, start }, offset, length) => {
	const bytes = Buffer.alloc(length);
	for (let filled = 0; filled < length;) {
		const { bytesRead } = await handle.read(bytes, filled, length - filled, start + offset + filled);
		if (bytesRead === 0) throw new Error("the archive is shorter than it was");
		filled += bytesRead;
	}
	return bytes;
};
/**
* Reads parts of a layer's archive. Of one that is packed, all that is asked for at a time is read in one
* pass, so that nothing of it has to be kept.
*/
const createRangeReader = (blob, signal) => {
	let asked = [];
	let passing = Promise.resolve();
	const pass = async () => {
		const ranges = asked;
		asked = [];
		if (ranges.length === 0) return;
		await readInPass(blob, ranges, signal).catch((error) => {
			for (const { done } of ranges) done.reject(error);
		});
	};
	return (offset, length) => {
		if (length === 0) return Promise.resolve(Buffer.alloc(0));
		if (blob.packing === "tar") return readAt(blob, offset, length);
		const done = Promise.withResolvers();
		asked.push({
			offset,
			bytes: Buffer.alloc(length),
			done
		});
		if (asked.length === 1) passing = passing.then(() => new Promise((next) => setImmediate(next))).then(pass);
		return done.promise;
	};
};

// src/image/contents/blobs/scan-layer.ts
/** More fits neither into memory nor onto a runner's disk. */
const createBudget = () => ({
	bytes: 2e11,
	entries: 3e6
});
const listArchive = async (blob, budget, signal) => {
	const listing = createLayerListing(() => {
		budget.entries -= 1;
		if (budget.entries < 0) throw new Failure("The image has too many files");
	});
	const hash = createHash("sha256");
	try {
		for await (const chunk of readArchive(blob)) {
			signal.throwIfAborted();
			budget.bytes -= chunk.length;
			if (budget.bytes < 0) throw new Failure("The image is too large once it is unpacked");
			hash.update(chunk);
			listing.write(chunk);
		}
	} catch (cause) {
		if (cause instanceof Failure || signal.aborted) throw cause;
		throw new Failure(`The layer ${blob.digest} cannot be unpacked`, { cause });
	}
	const diffId = `sha256:${hash.digest("hex")}`;
	if (diffId !== blob.diffId) throw new Failure(`The layer ${blob.digest} has the content ${diffId}; the image's config promises ${blob.diffId}`);
	return listing.finish();
};
/**
* Lists what a layer has, and finds out whether it is what its manifest and its config promise.
*
* @throws {Failure} where it is not, or more than anybody unpacks
*/
const scanLayer = async (blob, budget, signal) => {
	const isOneDigest = blob.packing === "tar" && blob.digest === blob.diffId;
	const [listed, digest] = await Promise.all([listArchive(blob, budget, signal), isOneDigest ? blob.digest : hashBlob(blob, signal)]);
	if (digest === blob.digest) return listed;
	throw new Failure(`A layer has the digest ${digest}; the manifest promises ${blob.digest}`);
};

// src/image/contents/blobs/read-blobs.ts
/** No rule reads more of one file. */
const longest = 16e6;
const createFileReader = (blobs, indexes, signal) => {
	const readers = blobs.map((blob) => createRangeReader(blob, signal));
	const bytes = async (layer, path, offset, length) => {
		const [begin, size] = [indexes[layer]?.offsets.get(path), indexes[layer]?.sizes.get(path)];
		const read = readers[layer];
		if (begin === void 0 || size === void 0 || read === void 0) return Buffer.alloc(0);
		const wanted = Math.max(0, Math.min(length, size - offset, longest));
		return read(begin + offset, wanted);
	};
	const hash = async (layer, path) => {
		const index = indexes[layer];
		const begin = index?.offsets.get(path);
		if (index === void 0 || begin === void 0) return "";
		const known = index.hashes.get(begin);
		if (known !== void 0) return known;
		return createHash("sha256").update(await bytes(layer, path, 0, longest)).digest("hex");
	};
	return {
		bytes,
		hash
	};
};
/**
* Reads what the layers of an image have that lie in files of this machine, as `withContents` does of an
* image in Docker's store. Nothing is unpacked to a disk.
*
* @throws {Failure} where a layer is not what its digests promise
*/
const withBlobs = async ({ manifest, config, layers }, signal, body, budget = createBudget()) => {
	const blobs = [];
	try {
		for (const layer of layers) blobs.push(await openBlob(layer));
		const listed = [];
		for (const blob of blobs) listed.push(await scanLayer(blob, budget, signal));
		const contents = {
			manifest,
			config,
			layers: listed.map(({ entries }) => entries)
		};
		const indexes = listed.map(({ index }) => index);
		return await body(contents, createFileReader(blobs, indexes, signal));
	} finally {
		await Promise.all(blobs.map(({ handle }) => handle.close().catch(() => {})));
	}
};

// src/image/contents/parse-contents.ts
/** How many fields come after each word; where bytes follow, the last one is their length. */
const shapes = {
	manifest: {
		fields: 1,
		hasBytes: true
	},
	config: {
		fields: 1,
		hasBytes: true
	},
	bytes: {
		fields: 1,
		hasBytes: true
	},
	e: { fields: 10 },
	whiteout: { fields: 1 },
	opaque: { fields: 1 },
	listed: { fields: 1 },
	hash: { fields: 1 },
	cannot: { fields: 1 },
	end: { fields: 0 }
};
const longestField = 65536;
/** Paths are four kilobytes long, so this is no image that anybody uses. */
const deepest = 4e3;
const mostBytes = 16e6;
const odd = (what) => new Failure(`The container that reads the image's layers sent ${what}`);
const parseCount = (text, most) => {
	const count = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
	if (count <= most) return count;
	throw odd(`"${text.slice(0, 40)}" where a number was due`);
};
/** Cuts what the reader prints into messages. */
const createMessageCutter = (onMessage) => {
	let rest = Buffer.alloc(0);
	let word;
	let fields = [];
	let missing = 0;
	let parts = [];
	const finish = (bytes) => {
		const message = {
			word: word ?? "",
			fields,
			bytes
		};
		word = void 0;
		fields = [];
		parts = [];
		onMessage(message);
	};
	const take = (field) => {
		if (word === void 0) word = field;
		else fields.push(field);
		const shape = shapes[word];
		if (shape === void 0) throw odd("a word that it does not know");
		if (fields.length < shape.fields) return;
		missing = shape.hasBytes ? parseCount(fields.at(-1) ?? "", mostBytes) : 0;
		if (missing === 0) finish(Buffer.alloc(0));
	};
	const write = (chunk) => {
		const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		let at = 0;
		while (at < data.length) {
			if (missing > 0) {
				const part = data.subarray(at, at + missing);
				parts.push(Buffer.from(part));
				missing -= part.length;
				at += part.length;
				if (missing === 0) finish(Buffer.concat(parts));
				continue;
			}
			const end = data.indexOf(0, at);
			if (end < 0) break;
			take(data.toString("latin1", at, end));
			at = end + 1;
		}
		if (data.length - at > longestField) throw odd("a field without an end");
		rest = Buffer.from(data.subarray(at));
	};
	return {
		write,
		end: () => {}
	};
};
const types = /* @__PURE__ */ new Set([
	"f",
	"d",
	"l",
	"c",
	"b",
	"p",
	"s"
]);
const blockBytes = 512;
/** A record of `find`'s, as the reader asks for it, without the depth at its beginning. */
const parseEntry = (fields) => {
	const [type = "", size = "", blocks = "", mode = "", uid = "", gid = "", mtime = "", inode = ""] = fields;
	if (!types.has(type)) throw odd("an entry of an unknown type");
	if (!/^[0-7]{1,5}$/.test(mode)) throw odd("an entry without a mode");
	if (!/^-?\d{1,16}\.\d{9,10}$/.test(mtime)) throw odd("an entry without a time");
	if (!/^\d{1,20}:\d{1,20}$/.test(inode)) throw odd("an entry without an inode");
	const path = fields[8] ?? "";
	if (/^\/|(^|\/)\.{1,2}(\/|$)|\/\/|\/$/.test(path)) throw odd("an entry whose path leads elsewhere");
	if (path.split("/").length > deepest) throw odd(`a path of more than ${deepest} folders`);
	return {
		path,
		type,
		sizeBytes: parseCount(size, Number.MAX_SAFE_INTEGER),
		diskBytes: parseCount(blocks, Number.MAX_SAFE_INTEGER / blockBytes) * blockBytes,
		mode: Number.parseInt(mode, 8),
		uid: parseCount(uid, 2 ** 32),
		gid: parseCount(gid, 2 ** 32),
		mtime,
		inode,
		isWhiteout: false,
		isOpaque: false
	};
};
/** More would not fit into memory. */
const mostEntries = 3e6;
/** Collects the entries of all layers, the lowest first, and what is said of them afterwards. */
const createListing = () => {
	const layers = [];
	const whiteouts = /* @__PURE__ */ new Set();
	const opaque = /* @__PURE__ */ new Set();
	let count = 0;
	return {
		add: ({ word, fields }) => {
			const [first = "", ...others] = fields;
			if (word === "whiteout") whiteouts.add(first);
			else if (word === "opaque") opaque.add(first);
			else {
				count += 1;
				if (count > mostEntries) throw new Failure(`The image has more than ${mostEntries} files`);
				if (first === "0") layers.push([]);
				const layer = layers.at(-1);
				if (layer === void 0 || first === "0" !== (others[8] === "")) throw odd("an entry that is in no layer");
				layer.push(parseEntry(others));
			}
		},
		/** @param expected how many layers there are */
		finish: (expected) => {
			if (layers.length !== expected) throw odd(`${layers.length} layers where there are ${expected}`);
			return layers.map((entries) => entries.map((entry) => {
				if (entry.type === "c" && whiteouts.has(entry.inode)) return {
					...entry,
					isWhiteout: true
				};
				if (entry.type === "d" && opaque.has(entry.inode)) return {
					...entry,
					isOpaque: true
				};
				return entry;
			}));
		}
	};
};

// src/image/contents/reader-container.ts
/** Where the reader sees the one folder that it mounts; its program knows it, too. */
const mountPoint = "/slipway";
const socketPoint = "/slipway-containerd";
/** What the container runs. */
const readerProgram = () => [documentsProgram(), readFileSync(new URL("./reader/read.pl", import.meta.url), "utf8")].join("\n");
const toConfigFile = ({ dataRoot }, { id }) => `${dataRoot}/image/overlay2/imagedb/content/sha256/${toHex(id)}`;
/** What the program is told, and which folders of the daemon's host it has to see. */
const toSight = (engine, image, runId, config) => {
	const { containerd, hasContainerdStore } = engine;
	if (!hasContainerdStore || config !== void 0) {
		const folders = image.layers.flatMap(({ folder }) => folder ?? []);
		const paths = [config ?? toConfigFile(engine, image), ...folders];
		const mounted = commonFolder(paths);
		return {
			mounted,
			socketFolder: void 0,
			argv: ["overlay2", ...paths.map((path) => `${mountPoint}${path.slice(mounted.length)}`)]
		};
	}
	const { address = "", namespace = "" } = containerd ?? {};
	const mounted = commonFolder(storeFolders(engine));
	const chain = image.layers.at(-1)?.chainId ?? "";
	const argv = [
		"containerd",
		`${socketPoint}/${address.replace(/^.*\//, "")}`,
		namespace,
		`slipway/${runId}/report/${toHex(chain)}`,
		image.id,
		image.architecture,
		chain,
		mounted
	];
	return {
		mounted,
		socketFolder: address.replace(/\/[^/]*$/, ""),
		argv
	};
};
const mount = (source, target) => ({
	Type: "bind",
	Source: source,
	Target: target,
	ReadOnly: true,
	BindOptions: { NonRecursive: true }
});
/**
* A container that reads an image's layers, in the words of Docker's API. It sees them read-only, has no
* network, and of all rights two: to read what is root's, and to see which folders are opaque.
*
* @param nodeImage ID of an image with Perl, GNU find and, for the containerd store, ctr
* @param config its file on the daemon's host, of an image that a node has with its layers' folders
*/
const toReaderContainer = (engine, image, nodeImage, runId, config) => {
	const { mounted, socketFolder, argv } = toSight(engine, image, runId, config);
	return {
		Image: nodeImage,
		Entrypoint: ["/usr/bin/perl"],
		Cmd: [
			"-e",
			readerProgram(),
			...argv
		],
		Env: ["LC_ALL=C"],
		Labels: { [runLabel]: runId },
		StopSignal: "TERM",
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true,
		OpenStdin: true,
		StdinOnce: true,
		HostConfig: {
			AutoRemove: true,
			UsernsMode: "host",
			NetworkMode: "none",
			ReadonlyRootfs: true,
			CapDrop: ["ALL"],
			CapAdd: ["DAC_READ_SEARCH", "SYS_ADMIN"],
			SecurityOpt: ["no-new-privileges"],
			LogConfig: { Type: "none" },
			Mounts: [mount(mounted, mountPoint), ...socketFolder === void 0 ? [] : [mount(socketFolder, socketPoint)]]
		}
	};
};

// src/image/contents/read-contents.ts
/** The container as it is talked with: what it lists, then an answer to each request. */
const createTalk = (layerCount) => {
	const contents = Promise.withResolvers();
	const answers = [];
	const listing = createListing();
	let [config, manifest] = [];
	let ended;
	let isOver = false;
	let reply = () => {};
	const close = (error) => {
		ended ??= error;
		contents.reject(ended);
		for (const answer of answers.splice(0)) answer.reject(ended);
	};
	const onMessage = (message) => {
		const { word, fields, bytes } = message;
		if (word === "config") config = bytes.toString("utf8");
		else if (word === "manifest") manifest = bytes.toString("utf8");
		else if (word === "bytes" || word === "hash") answers.shift()?.resolve(message);
		else if (word === "cannot") close(new Failure(Buffer.from(fields[0] ?? "", "latin1").toString()));
		else if (word === "end") isOver = true;
		else if (word === "listed") {
			const layers = listing.finish(layerCount);
			contents.resolve({
				config: config ?? "",
				manifest,
				layers
			});
		} else listing.add(message);
	};
	const createSink = (answer) => {
		reply = answer;
		const cutter = createMessageCutter(onMessage);
		const write = (chunk) => {
			if (ended !== void 0) return;
			try {
				cutter.write(chunk);
			} catch (error) {
				close(error);
			}
		};
		return {
			...cutter,
			write
		};
	};
	const ask = (...fields) => {
		if (ended !== void 0) return Promise.reject(ended);
		const answer = Promise.withResolvers();
		answers.push(answer);
		reply(Buffer.from(`${fields.join("\0")}\0`, "latin1"));
		return answer.promise;
	};
	return {
		contents: contents.promise,
		reader: {
			bytes: async (layer, path, offset, length) => (await ask(layer, offset, length, path)).bytes,
			hash: async (layer, path) => (await ask(layer, "hash", 0, path)).fields[0] ?? ""
		},
		createSink,
		close,
		end: () => reply("end\0"),
		isOver: () => isOver || ended !== void 0
	};
};
/**
* Reads what an image's layers have, and hands it on with a way to read its files. The layers belong to
* root, so a container reads them, and goes with us.
*
* @throws {Failure} where they cannot be read
*/
const withContents = async (api, order, body) => {
	const { engine, image, config, nodeImage, runId, deadlineMs, signal } = order;
	if ((config !== void 0 || !engine.hasContainerdStore) && image.layers.some(({ folder }) => folder === void 0)) throw new Failure("Docker does not say where the image's layers are");
	const talk = createTalk(image.layers.length);
	const errors = [];
	const work = talk.contents.then((contents) => body(contents, talk.reader)).finally(talk.end);
	work.catch(() => {});
	const watch = {
		deadlineMs,
		signal,
		onLine: () => {},
		onErrorLine: (line) => {
			if (!isWarning(line) && errors.length < 20) errors.push(line.slice(0, 1e3));
		},
		createSink: talk.createSink,
		isEnough: talk.isOver
	};
	const container = toReaderContainer(engine, image, nodeImage, runId, config);
	try {
		const end = await runContainer(api, container, "", watch);
		talk.close(new Failure(`It ended: ${[...errors.slice(-2), end].filter(Boolean).join("; ")}`));
	} catch (error) {
		talk.close(error);
	}
	return work;
};

export { analyseImage, requirementFile, toHistoryOrigins, withBlobs, withContents };