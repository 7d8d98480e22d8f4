import { neutralise } from "./shared.actions-post.actions-step.watchdog.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { createGate } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { isOwnFolder, toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { canRead, canSearch, couldBeId, createDocker, createLineCutter, createRecordCutter, describeEnd, execute, findDockerFolders, findNodes as findNodes$2, findOlder, findToolImage, gatherNodes as gatherNodes$1, inspectNodes as inspectNodes$2, isContainer, isDigest, isDirect as isDirect$1, isImageId, isMachine, isMissing as isMissing$1, isOlder, isWarning, parseImageReference, readRegularFile, runCaptured, runContainer, snapshotsOf, splitLines, startPiped, toBaseline, toCriName, toDigest, toHex, toHostPath, toImmutable, toNodeNames, toReferences, toRepository, withEngineApi, within, writeBaseline } from "./shared.actions-post.actions-step.recorder.js";
import { architecture, askCache, clusterState, createBuildToken, filesImages, filesRecords, findBuilder, findBuildxVersion, findEngine, findNearestWord, findOutside, findRoomyDir, findTransient, formatBytes, formatCount, formatDuration, intermediateRepository, isDaemonHere, isFilesImage, isImagesFolder, isPush, kubeconfigState, layersState, leftoversOf, longestJobMs, mainState, makeTempDir, nameImages, nameTimes, namesState, normalizePlatform, nothingRemembered, parseOptions, parseQuantity, quote as quote$1, recall, rememberSizes, removeLeftBuilders, runIdState, runLabel, runVariable, splitFields, startOf as startOf$1, startRecorder, tellsStatus, toAttests, toContainerName, toContextFolder, toContextPaths, toDockerfilePaths, toEntries as toEntries$1, toFields, toFolderId, toFurther, toFurtherEntries, toHeldName, toLayerIds, toRealPaths, toRemembered, toServerUrl, toTextMap, toTexts, toVariant, wantsAgent, withBuilder } from "./shared.actions-post.actions-step.js";
import { _usingCtx } from "./usingCtx.js";
const { isDeepStrictEqual } = process.getBuiltinModule("node:util");
const { createServer } = process.getBuiltinModule("node:http");
const { Transform } = process.getBuiltinModule("node:stream");
const { isUtf8 } = process.getBuiltinModule("node:buffer");
const { once } = process.getBuiltinModule("node:events");
const { createHash, randomBytes, randomUUID, timingSafeEqual } = process.getBuiltinModule("node:crypto");
const { closeSync, constants, createReadStream, existsSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, statSync, statfsSync, symlinkSync, unlinkSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { basename, dirname, join, posix, relative, resolve } = process.getBuiltinModule("node:path");
const { setFlagsFromString } = process.getBuiltinModule("node:v8");
const { availableParallelism, totalmem } = process.getBuiltinModule("node:os");
const { pipeline: pipeline$1 } = process.getBuiltinModule("node:stream/promises");
const { glob, lstat, open, realpath, rename, rm, stat, statfs, writeFile } = process.getBuiltinModule("node:fs/promises");
const { runInNewContext } = process.getBuiltinModule("node:vm");

// src/inputs/yaml-words.ts
const isMap = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const refuse$1 = (value, wanted, path, report) => {
	report(path, `${value === null ? "a value is missing" : `a ${Array.isArray(value) ? "list" : "map"} where none can be`}. Write ${wanted}.`);
	return [];
};
/** Entries of `name=value` from a map, or a list of such entries and maps. A name alone has no value. */
const toAssignments = (value, path, report) => {
	const wanted = "a map of names and texts, or a list of name=value";
	if (value === null) return [];
	if (typeof value === "string") return [value];
	if (Array.isArray(value)) return value.flatMap((item, at) => typeof item === "string" || isMap(item) ? toAssignments(item, [...path, at], report) : refuse$1(item, wanted, [...path, at], report));
	return Object.entries(value).flatMap(([key, each]) => {
		if (key.includes("=")) report([...path, key], `a name with =. Write ${wanted}.`, key);
		if (each === null) return [key];
		return typeof each === "string" ? [`${key}=${each}`] : refuse$1(each, wanted, [...path, key], report);
	});
};
const lists = [
	"tags",
	"ssh",
	"add-hosts",
	"annotations",
	"attests",
	"cache-from",
	"cache-to",
	"no-cache-filters",
	"outputs",
	"platforms",
	"ulimit"
];
/** A value as the input of that name has it: the items of a list are its lines. */
const toWordText = (value, path, report) => {
	if (value === null) return "";
	if (typeof value === "string") return value;
	const mayBeList = lists.includes(path.at(-1));
	if (Array.isArray(value) && mayBeList) return value.flatMap((item, at) => typeof item === "string" ? [item] : refuse$1(item, "a text", [...path, at], report)).join("\n");
	refuse$1(value, mayBeList ? "a text, or a list of texts" : "a text", path, report);
	return "";
};

// src/inputs/template.ts
/** Text as a Bake file has to write it: Bake puts in what `${...}` and `%{...}` say. */
const escapeTemplate = (text) => text.replace(/[$%](?=\{)/g, "$&$&");
/** What Bake reads of it. */
const unescapeTemplate = (text) => text.replace(/([$%])\1(?=\{)/g, "$1");

// src/build/dockerfile/find.ts
/** A Dockerfile's path as BuildKit looks for it: `Dockerfile` may be written in lower case, too. */
const findDockerfile = (path) => {
	const lower = join(dirname(path), "dockerfile");
	return basename(path) === "Dockerfile" && !existsSync(path) && existsSync(lower) ? lower : path;
};
const text = (value) => typeof value === "string" ? value : void 0;
/**
* Where the files of a build are, as far as they are on this machine. Bake looks for a target's
* Dockerfile in its context.
*/
const toBakeFiles = (definition, workspace) => {
	const inline = text(definition["dockerfile-inline"]);
	const folder = toContextFolder(text(definition["context"]) ?? ".", workspace);
	const given = text(definition["dockerfile"]) || "Dockerfile";
	const own = given.startsWith("cwd://") ? given.slice(6) : void 0;
	const base = own === void 0 ? folder : workspace;
	const isUrl = /^https?:\/\//.test(given);
	return {
		/** The context's folder; undefined for one that is elsewhere. */
		folder,
		/** Undefined where it is elsewhere, or written in the Bake file. */
		dockerfile: inline === void 0 && !isUrl && (base !== void 0 || given[0] === "/") ? findDockerfile(resolve(base ?? "/", own ?? given)) : void 0,
		/** What is written in the Bake file. */
		inline: inline && unescapeTemplate(inline)
	};
};
/** A file's text; undefined where it cannot be read, which the build itself says better. */
const readQuietly$1 = (path) => path === void 0 ? void 0 : attempt(() => readRegularFile(path).toString("utf8"));
/** The Dockerfile's text; empty where it is elsewhere. */
const readDockerfile = ({ dockerfile, inline }) => inline ?? readQuietly$1(dockerfile) ?? "";
/** Linux for this machine's processor, where nobody says what is built for. */
const usualPlatform = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
/** What decides what a Dockerfile means, of a target of Bake's. */
const toBakeWords = (definition) => {
	const args = Object.entries(toTextMap(definition["args"]));
	const [platform = "local"] = toTexts(definition["platforms"]);
	return {
		args: Object.fromEntries(args.map(([name, value]) => [name, unescapeTemplate(value)])),
		target: text(definition["target"]) || void 0,
		contexts: Object.keys(definition["contexts"] ?? {}),
		platform: platform === "local" ? usualPlatform : normalizePlatform(platform)
	};
};

// src/host/memory-file.ts
/** Where anonymous files are, as /proc tells of them. */
const memoryFolder = "/dev/shm";
/** O_TMPFILE: a file that never has a name. Node's constants lack it; Linux's own value. */
const withoutName$1 = 4194304 | constants.O_DIRECTORY;
const openNameless = () => {
	try {
		return openSync(memoryFolder, withoutName$1 | constants.O_RDWR, 384);
	} catch {
		const path = `${memoryFolder}/slipway-${randomBytes(16).toString("hex")}`;
		const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
		const fd = openSync(path, flags, 384);
		unlinkSync(path);
		return fd;
	}
};
/** Opens it anew, as its reader will. */
const requireWhole = (fd, content) => {
	const found = readFileSync(`/proc/self/fd/${fd}`);
	if (found.equals(content)) return;
	throw new Error(`${found.length} bytes of ${content.length} can be read again`);
};
/** Where the folder is full, how full it is. */
const explain$2 = (error) => {
	if (error.code !== "ENOSPC") return error;
	const { bavail, bsize, blocks } = statfsSync(memoryFolder);
	return new Error(`ENOSPC: ${memoryFolder} is full, ${bavail * bsize} of ${blocks * bsize} bytes are free`, { cause: error });
};
/**
* Makes an anonymous file in memory that holds `content`, and returns its descriptor, which the
* caller closes. Other than a pipe it can be opened again and again, through /proc or, as a child's
* fd 0, as /dev/stdin.
*
* @throws where there is no /dev/shm, it is full, or /proc does not let us open the file again
*/
const openMemoryFile = (content) => {
	let fd;
	try {
		fd = openNameless();
		writeFileSync(fd, content);
		requireWhole(fd, content);
		return fd;
	} catch (error) {
		if (fd !== void 0) closeSync(fd);
		throw explain$2(error);
	}
};

// src/build/dockerfile/glob.ts
/**
* The lengths of a value's beginnings that a shell's pattern fits: `*`, `?`, and `\` before what is
* meant as it is. All lengths at once, as going back and forth could take for ever.
*/
const fittingLengths = (pattern, value) => {
	let fits = Array.from({ length: value.length + 1 }, (_, at) => at === 0);
	for (const [token, escaped] of pattern.matchAll(/\\([\s\S])|[\s\S]/g)) {
		const before = fits;
		let isOpen = false;
		fits = before.map((isFit, at) => {
			if (token !== "*") {
				const isSame = token === "?" || value[at - 1] === (escaped ?? token);
				return at > 0 && isSame && before[at - 1] === true;
			}
			isOpen ||= isFit;
			return isOpen;
		});
	}
	return fits.flatMap((isFit, length) => isFit ? [length] : []);
};
/** `${value#pattern}`: without the shortest beginning that fits, or the longest. */
const trimPrefix = (pattern, value, isGreedy) => {
	const lengths = fittingLengths(pattern, value);
	return value.slice((isGreedy ? lengths.at(-1) : lengths[0]) ?? 0);
};
const reverse = (text) => [...text].reverse().join("");
/** `${value%pattern}`: without the shortest end that fits, or the longest. */
const trimSuffix = (pattern, value, isGreedy) => {
	const tokens = pattern.match(/\\[\s\S]|[\s\S]/g) ?? [];
	return reverse(trimPrefix(tokens.toReversed().join(""), reverse(value), isGreedy));
};

// src/build/dockerfile/words.ts
/** Longer text is no name of an image: nobody writes it, and nested defaults could double for ever. */
const longest = 8192;
/** A space as Go has it, which is not JavaScript's. */
const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const isSpace = (character) => space.test(character);
const name = /\p{Nd}+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
/** Collects characters into words, as BuildKit does: quotes hold them together. */
const createWords = () => {
	const words = [];
	let word = "";
	const end = () => {
		if (word === "") return;
		words.push(word);
		word = "";
	};
	const addRaw = (text) => {
		word += text;
	};
	const add = (text) => {
		for (const character of text) if (isSpace(character)) end();
		else addRaw(character);
	};
	return {
		words,
		end,
		add,
		addRaw
	};
};
/** One pass over a text, by the rules of BuildKit's shell lexer. */
const readText = (source, { escapeSign, lookup, isRaw }) => {
	let at = 0;
	const take = () => source[at++] ?? "";
	const takeName = () => {
		name.lastIndex = at;
		const [found = ""] = name.exec(source) ?? [];
		at += found.length;
		return found;
	};
	const takeSingle = () => {
		const end = source.indexOf("'", at + 1);
		if (end < 0) throw new Error("a quote that does not end");
		const text = source.slice(at, end + 1);
		at = end + 1;
		return isRaw ? text : text.slice(1, -1);
	};
	const takeDouble = (keepsEscapes) => {
		let text = isRaw ? take() : take() && "";
		while (at < source.length) {
			const character = source[at];
			if (character === "\"") return isRaw ? text + take() : take() && text;
			if (character === "$") text += takeDollar();
			else if (character !== escapeSign) text += take();
			else {
				take();
				const next = source[at] ?? "";
				const isEscape = next === "\"" || next === "$" || next === escapeSign;
				if (keepsEscapes || !isEscape && next !== "") text += escapeSign;
				if (isEscape) text += take();
			}
		}
		throw new Error("a quote that does not end");
	};
	/** Nobody names an image by a replacement, so it is only read over. */
	const skipReplacement = () => {
		if (source[at] === "/") take();
		takeUntil("/", true);
		takeUntil("}", true);
		if (!isRaw) throw new Error("a replacement");
	};
	const pick = (key, sign, ifEmpty, word) => {
		const value = lookup(key);
		const isSet = value !== void 0 && !(ifEmpty && value === "");
		if (sign === "-") return isSet ? value : word;
		if (sign === "+") return isSet ? word : "";
		if (sign === "?") {
			if (isSet) return value;
			throw new Error(`${key} is not set`);
		}
		if (ifEmpty) throw new Error("a modifier that there is not");
		const isGreedy = word.startsWith(sign);
		return (sign === "#" ? trimPrefix : trimSuffix)(isGreedy ? word.slice(1) : word, value ?? "", isGreedy);
	};
	const takeDollar = () => {
		take();
		if (source[at] !== "{") {
			const key = takeName();
			if (key === "") return "$";
			return lookup(key) ?? (isRaw ? `$${key}` : "");
		}
		take();
		if (at >= source.length || /[{}:]/.test(source[at] ?? "")) throw new Error("bad substitution");
		const key = takeName();
		const begin = at;
		const sign = take();
		if (sign === "}") return lookup(key) ?? (isRaw ? `\${${key}}` : "");
		if (sign === "/") {
			skipReplacement();
			return source.slice(begin, at);
		}
		const ifEmpty = sign === ":";
		const modifier = ifEmpty ? take() : sign;
		if (!"+-?#%".includes(modifier) || modifier === "") throw new Error("bad substitution");
		const word = takeUntil("}", modifier === "#" || modifier === "%").text;
		if (isRaw && lookup(key) === void 0) return `\${${key}${source.slice(begin, at)}`;
		return pick(key, modifier, ifEmpty, word);
	};
	/** `<<` and the spaces behind it belong to the word that ends a heredoc. */
	const takeLess = () => {
		take();
		if (source[at] !== "<") return "<";
		take();
		let text = "<<";
		while (/[ \t\r\n]/.test(source[at] ?? "")) text += take();
		return text;
	};
	const takeUntil = (stop, keepsEscapes) => {
		const { words, end, add, addRaw } = createWords();
		let text = "";
		const keep = (part, into) => {
			into(part);
			text += part;
			if (text.length > longest && !isRaw) throw new Error("too long");
		};
		while (at < source.length) {
			const character = source[at] ?? "";
			if (character === stop) {
				take();
				end();
				return {
					text,
					words
				};
			}
			if (character === "$") keep(takeDollar(), add);
			else if (character === "<") keep(takeLess(), addRaw);
			else if (character === "'") keep(takeSingle(), addRaw);
			else if (character === "\"") keep(takeDouble(keepsEscapes), addRaw);
			else if (character !== escapeSign) keep(take(), add);
			else {
				take();
				if (keepsEscapes) keep(escapeSign, addRaw);
				keep(take(), addRaw);
			}
		}
		if (stop !== "") throw new Error(`no ${stop}`);
		end();
		return {
			text,
			words
		};
	};
	return takeUntil("", isRaw);
};
/** Text with variables put in and quotes taken away; undefined where BuildKit would refuse it. */
const expand$1 = (source, escapeSign, lookup) => source.length > longest ? void 0 : attempt(() => readText(source, {
	escapeSign,
	lookup,
	isRaw: false
}).text);
/** The words of a line as a shell would get them; none where a quote does not end. */
const toRawWords = (source) => attempt(() => readText(source, {
	escapeSign: "\\",
	lookup: () => void 0,
	isRaw: true
}))?.words ?? [];

// src/build/dockerfile/instructions.ts
const trimEnd = (text, isCut) => {
	let end = text.length;
	while (end > 0 && isCut(text.charAt(end - 1))) end--;
	return text.slice(0, end);
};
const trimStart = (text) => {
	let begin = 0;
	while (begin < text.length && isSpace(text.charAt(begin))) begin++;
	return text.slice(begin);
};
const trim = (text) => trimStart(trimEnd(text, isSpace));
const isBlankOrComment = (line) => /^(?:#|$)/.test(trimStart(line));
/**
* Cuts a text into words at spaces; quotes hold a word together and what is escaped is no quote.
*
* @param isPlain takes quotes and escapes away
* @param goesOn whether the word that begins at an index is wanted
*/
const cut$1 = (text, escapeSign, isPlain, goesOn) => {
	const words = [];
	for (let at = 0;;) {
		while (at < text.length && isSpace(text.charAt(at))) at++;
		if (at >= text.length) return {
			words,
			rest: ""
		};
		if (!goesOn(at)) return {
			words,
			rest: text.slice(at)
		};
		let word = "";
		let quote = "";
		for (; at < text.length && (quote !== "" || !isSpace(text.charAt(at))); at++) {
			const character = text.charAt(at);
			const isQuote = quote === "" ? /["']/.test(character) : character === quote;
			if (isQuote) quote = quote === "" ? character : "";
			else if (character === escapeSign && (isPlain || quote !== "'")) {
				if (!isPlain && at + 1 < text.length) word += character;
				word += text.charAt(++at);
				continue;
			}
			if (!isQuote || !isPlain) word += character;
		}
		if (word === "--" && isPlain) return {
			words,
			rest: trimStart(text.slice(at))
		};
		words.push(word);
	}
};
/** The words of `ARG`, with the quotes that they have. */
const toQuotedWords = (text, escapeSign) => cut$1(text, escapeSign, false, () => true).words;
/**
* An instruction from its line, in which continued ones are one. Flags, such as `--from=base`, are
* without the quotes around them; `rest` is what follows them.
*
* @param line where it begins, counted from 1
*/
const toInstruction = (text, escapeSign, line) => {
	const whole = trim(text);
	const end = whole.search(/[\t\v\f\r ]/);
	const keyword = end < 0 ? whole : whole.slice(0, end);
	const after = end < 0 ? "" : whole.slice(end);
	const { words, rest } = cut$1(after, escapeSign, true, (at) => after.startsWith("--", at));
	return {
		keyword: keyword.toLowerCase(),
		flags: words,
		rest: trim(rest),
		line
	};
};
const isList = (text) => {
	return (text.startsWith("[") ? attempt(() => JSON.parse(text)) : void 0)?.every((word) => typeof word === "string") ?? false;
};
const mayHaveHeredocs = (instruction, escapeSign) => {
	const { keyword, rest } = instruction.keyword === "onbuild" ? toInstruction(instruction.rest, escapeSign, 0) : instruction;
	return /^(?:add|copy|run)$/.test(keyword) && !isList(rest);
};
const findHeredocs = (text) => toRawWords(text).flatMap((word) => {
	const [, dash, rest = ""] = /^\d*<<(-?)([^<]*)$/.exec(word) ?? [];
	const names = cut$1(rest, "\\", true, () => true).words;
	return names.length === 1 && names[0] ? [{
		end: names[0],
		isIndented: dash === "-"
	}] : [];
});
/** Where the heredocs end that begin at an index; undefined where one does not end. */
const skipHeredocs = (heredocs, lines, begin) => {
	let at = begin;
	for (const { end, isIndented } of heredocs) {
		const isEnd = (line) => (isIndented ? line.replace(/^\t+/, "") : line) === end;
		while (at < lines.length && !isEnd(lines[at] ?? "")) at++;
		if (at++ >= lines.length) return void 0;
	}
	return at;
};
/** `# escape=...` and others stand at the very beginning. */
const findEscape = (lines) => {
	for (const line of lines) {
		const [, key = "", value] = /^#\s*([a-z][a-z0-9]*)\s*=\s*(\S.*?)\s*$/i.exec(trimStart(line).slice(0, 200)) ?? [];
		if (!/^(?:syntax|escape|check)$/i.test(key)) break;
		if (key.toLowerCase() === "escape") return value === "`" ? "`" : "\\";
	}
	return "\\";
};
/** A line without the sign that it goes on, and whether it does. */
const splitContinued = (line, escapeSign) => {
	const text = trimEnd(line, (character) => character === " " || character === "	");
	return text.endsWith(escapeSign) && text.at(-2) !== escapeSign ? [text.slice(0, -1), true] : [line, false];
};
/**
* Reads a Dockerfile's instructions as BuildKit's own parser does: a test compares what both make of
* odd files. Never fails: what is none is left for BuildKit to say.
*/
const parseInstructions = (dockerfile) => {
	const lines = dockerfile.replace(/^\ufeff/, "").split("\n").map((line) => trimEnd(line, (character) => character === "\r"));
	const escapeSign = findEscape(lines);
	const instructions = [];
	let hasHeredocs = true;
	for (let at = 0; at < lines.length;) {
		const first = trimStart(lines[at++] ?? "");
		if (isBlankOrComment(first)) continue;
		const line = at;
		let [text, goesOn] = splitContinued(first, escapeSign);
		while (goesOn && at < lines.length) {
			const next = lines[at++] ?? "";
			if (isBlankOrComment(next)) continue;
			const [more, further] = splitContinued(next, escapeSign);
			text += more;
			goesOn = further;
		}
		const instruction = toInstruction(text, escapeSign, line);
		if (instruction.keyword !== "") instructions.push(instruction);
		if (!hasHeredocs || !text.includes("<<") || !mayHaveHeredocs(instruction, escapeSign)) continue;
		const end = skipHeredocs(findHeredocs(text), lines, at);
		if (end === void 0) hasHeredocs = false;
		else at = end;
	}
	return {
		escapeSign,
		instructions
	};
};

// src/build/cache-entries.ts
/** A text without `=` is the name of an image. */
const typeOf = (fields) => (fields.get("type") ?? "registry").toLowerCase();
/** What is there is never changed. */
const addFields = (entry, added) => {
	const fields = toFields(entry);
	const missing = Object.entries(added).filter(([key]) => !fields.has(key));
	if (missing.length === 0) return entry;
	if (typeof entry !== "string") return {
		...entry,
		...Object.fromEntries(missing)
	};
	return [fields.has("") ? `type=registry,ref=${entry}` : entry, ...missing.map(([key, value]) => `${key}=${value}`)].join(",");
};
/** Registries such as Amazon's refuse the older form of a cache, an index of layers. */
const asImage = (fields) => fields.get("oci-mediatypes") === "false" || fields.get("image-manifest") === "false" ? {} : {
	"image-manifest": "true",
	"oci-mediatypes": "true"
};
/** The first release of BuildKit that knows `ignore-error`. */
const ignoreError = [0, 12];
const toSafe = (entry, { isRequired, versions }) => {
	const fields = toFields(entry);
	const type = typeOf(fields);
	const isKnown = findOlder(versions, ignoreError) === void 0;
	const isLenient = type !== "inline" && !isRequired && isKnown;
	return addFields(entry, {
		...type === "registry" && asImage(fields),
		...isLenient && { "ignore-error": "true" }
	});
};
/**
* A definition whose caches are written in a form that every registry takes, and that does not fail where
* one cannot be written.
*/
const withSafeCaches = (definition, rules) => {
	const entries = toEntries$1(definition["cache-to"]);
	if (entries.length === 0) return definition;
	return {
		...definition,
		"cache-to": entries.map((entry) => toSafe(entry, rules))
	};
};
/** One that reads no cache. */
const withoutCacheImport = (definition) => ({
	...definition,
	"cache-from": []
});
/** One that writes no cache but what is a part of the image itself, whose ID would be another one. */
const withoutCacheExport = (definition) => {
	const entries = toEntries$1(definition["cache-to"]);
	const inline = entries.filter((entry) => typeOf(toFields(entry)) === "inline");
	return inline.length === entries.length ? definition : {
		...definition,
		"cache-to": inline
	};
};

// src/build/contradictions.ts
/**
* Two that are asked for and have one name would overwrite each other's image. The same build twice, as
* services of Compose often have it, makes one image.
*
* @throws {Failure} with the targets and the tag
*/
const refuseContradictions = (targets) => {
	const byTag = /* @__PURE__ */ new Map();
	for (const target of targets.filter(({ isWanted }) => isWanted)) for (const { canonical, given } of target.tags) {
		const other = byTag.get(canonical);
		byTag.set(canonical, target);
		if (other === void 0 || isDeepStrictEqual(other.definition, target.definition)) continue;
		const what = `The targets ${other.name} and ${target.name} both have the tag ${given}`;
		throw new Failure(`${what}, so one image would replace the other`, { remedy: "Give each target a tag of its own." });
	}
};
/** A folder that a file of Compose names relatively to itself. */
const findBeside = (context, files, workspace) => files.map((file) => relative(workspace, resolve(workspace, dirname(file), context))).find((path) => existsSync(join(workspace, path)));
/**
* A context that is not there, said before a token is minted for it.
*
* @throws {Failure} with the target and the folder that may have been meant
*/
const refuseMissing$1 = (targets, files, workspace) => {
	for (const { name, definition } of targets) {
		const { folder } = toBakeFiles(definition, workspace);
		if (folder === void 0 || existsSync(folder)) continue;
		const context = String(definition["context"] ?? ".");
		const beside = findBeside(context, files, workspace);
		const remedy = beside === void 0 ? "Check the path, and that actions/checkout ran before this step." : `Bake starts relative paths in the workspace, not beside its file: write ${beside}, or add \`${name}.context=${beside}\` to bake-set.`;
		const what = `The target ${name} has the context ${JSON.stringify(context)}`;
		throw new Failure(`${what}, and the workspace has no such folder`, { remedy });
	}
};

// src/build/dockerfile/cache-mounts.ts
const isSharing = (word) => word === "shared" || word === "private" || word === "locked";
const toMount = (options) => {
	const target = options.get("target") ?? options.get("dst") ?? options.get("destination") ?? "";
	const sharing = options.get("sharing")?.toLowerCase() || "shared";
	const [uid, gid, mode] = [
		"uid",
		"gid",
		"mode"
	].map((name) => options.get(name) || void 0);
	if (options.has("from") || options.has("source") || options.has("src")) return "begins with files of the build (from, source)";
	if (![uid, gid].every((each) => each === void 0 || /^\d{1,10}$/.test(each))) return "has an owner that is no number";
	if (mode !== void 0 && !/^[0-7]{1,5}$/.test(mode)) return "has a mode that is no octal number";
	if (!isSharing(sharing)) return "has an unknown sharing";
	return {
		id: options.get("id") || posix.normalize(target).replace(/(.)\/$/, "$1"),
		uid,
		gid,
		mode,
		sharing
	};
};
/**
* The caches that an instruction mounts.
*
* @param variables that are known at this line
*/
const toCacheMounts = ({ keyword, flags, line }, escapeSign, variables) => keyword !== "run" ? [] : flags.flatMap((flag) => {
	if (!/^--mount=(?:.*,)?\s*type=cache\b/i.test(flag)) return [];
	let isKnown = true;
	const text = expand$1(flag.slice(8), escapeSign, (name) => {
		isKnown &&= variables.has(name);
		return variables.get(name);
	});
	const mount = isKnown && text !== void 0 ? toMount(toFields(text)) : "has variables without a value";
	return [typeof mount === "string" ? {
		line,
		mount: void 0,
		why: mount
	} : {
		line,
		mount
	}];
});

// src/build/dockerfile/stages.ts
const mountsOf = ({ keyword, flags }) => keyword !== "run" ? [] : flags.flatMap((flag) => flag.startsWith("--mount=") ? [toFields(flag.slice(8))] : []);
const toSecrets$1 = (instruction) => mountsOf(instruction).flatMap((options) => {
	if (options.get("type")?.toLowerCase() !== "secret") return [];
	const given = options.get("id") ?? options.get("source") ?? options.get("src");
	const target = options.get("target") ?? options.get("dst") ?? options.get("destination");
	const id = given ?? target?.split("/").findLast((part) => part !== "");
	return id === void 0 ? [] : [{
		id,
		line: instruction.line
	}];
});
const toSources$1 = (instruction) => {
	const { keyword, flags } = instruction;
	const from = flags.find((flag) => keyword === "copy" && flag.startsWith("--from="));
	const mounted = mountsOf(instruction).flatMap((options) => options.get("from") ?? []);
	return [...from === void 0 ? [] : [from.slice(7)], ...mounted];
};
/** Variables that BuildKit has without being told. */
const builtIn = (kind, platform) => {
	const [os = "", arch = "", variant = ""] = platform.split("/");
	return Object.fromEntries(Object.entries({
		PLATFORM: platform,
		OS: os,
		OSVERSION: "",
		ARCH: arch,
		VARIANT: variant
	}).map(([name, value]) => [kind + name, value]));
};
const toVariables = ({ args, platform, target }) => {
	const known = {
		...builtIn("BUILD", platform),
		...builtIn("TARGET", platform),
		TARGETSTAGE: target ?? "default"
	};
	return new Map(Object.entries(known).map(([name, value]) => [name, args[name] ?? value]));
};
const setArguments = (text, escapeSign, given, variables, inherited) => {
	for (const word of toQuotedWords(text, escapeSign)) {
		const at = word.indexOf("=");
		const name = at < 0 ? word : word.slice(0, at);
		const otherwise = at < 0 ? inherited?.get(name) : expand$1(word.slice(at + 1), escapeSign, (each) => variables.get(each));
		const value = given[name] ?? otherwise;
		if (value !== void 0) variables.set(name, value);
	}
};
/** Reads the stages of a Dockerfile, with build arguments put into what they begin with. */
const readStages = (dockerfile, words) => {
	const { escapeSign, instructions } = parseInstructions(dockerfile);
	const variables = toVariables(words);
	const byName = /* @__PURE__ */ new Map();
	const stages = [];
	for (const instruction of instructions) {
		const { keyword, rest, line } = instruction;
		const stage = stages.at(-1);
		if (keyword === "from") {
			const [image = "", as = "", alias] = rest.split(/[\t\v\f\r ]+/);
			const name = as.toLowerCase() === "as" ? alias?.toLowerCase() : void 0;
			const found = expand$1(image, escapeSign, (each) => variables.get(each));
			const base = byName.get(found?.toLowerCase() ?? "") ?? found;
			const begun = {
				line,
				name,
				base,
				sources: [],
				secrets: [],
				laterSecrets: [],
				caches: [],
				variables: new Map(typeof base === "object" ? base.variables : [])
			};
			stages.push(begun);
			if (name !== void 0) byName.set(name, begun);
		} else if (keyword === "onbuild") stage?.laterSecrets.push(...toSecrets$1(toInstruction(rest, escapeSign, line)));
		else if (stage !== void 0) {
			stage.sources.push(...toSources$1(instruction));
			stage.secrets.push(...toSecrets$1(instruction));
			stage.caches.push(...toCacheMounts(instruction, escapeSign, stage.variables));
			if (keyword === "arg") setArguments(rest, escapeSign, words.args, stage.variables, variables);
			if (keyword === "env") setArguments(rest, escapeSign, {}, stage.variables);
		} else if (keyword === "arg") setArguments(rest, escapeSign, words.args, variables);
	}
	return stages;
};
/** What the stage to build needs: stages, and images that the Dockerfile does not make. */
const findNeeded = (stages, { target, contexts }) => {
	const byName = new Map(stages.flatMap((stage) => stage.name ? [[stage.name, stage]] : []));
	const elsewhere = new Set(contexts.map((context) => context.split("::")[0] ?? ""));
	const images = /* @__PURE__ */ new Set();
	const needed = /* @__PURE__ */ new Set();
	const need = (each) => {
		if (typeof each === "string") images.add(each);
		else if (each !== void 0 && !elsewhere.has(each.name ?? "")) needed.add(each);
	};
	need(target === void 0 ? stages.at(-1) : byName.get(target.toLowerCase()));
	for (const { base, sources } of needed) {
		need(base);
		for (const source of sources) if (/^\d+$/.test(source)) need(stages[Number(source)]);
		else need(byName.get(source.toLowerCase()) ?? source);
	}
	for (const none of ["", "scratch"]) images.delete(none);
	return {
		needed,
		images
	};
};
/**
* The images that a Dockerfile builds upon or copies from, as it writes them, with build arguments put
* in. Only what the stage to build needs counts, and the Dockerfile's own stages do not.
*/
const findBases = (dockerfile, words) => [...findNeeded(readStages(dockerfile, words), words).images];
/**
* The secrets that the RUN steps of a stage and of those below it mount.
*
* @returns `certain`, which the file alone decides, and `all` that there may be
*/
const findSecretMounts = (dockerfile, words) => {
	const stages = readStages(dockerfile, words);
	const { needed } = findNeeded(stages, words);
	return {
		certain: [...needed].flatMap(({ secrets }) => secrets).filter(({ id }) => !id.includes("$")).toSorted((one, other) => one.line - other.line),
		all: stages.flatMap(({ secrets, laterSecrets }) => [...secrets, ...laterSecrets])
	};
};
/** The caches that the RUN steps of a stage mount, and of those that it needs. */
const findCacheMounts$1 = (dockerfile, words) => [...findNeeded(readStages(dockerfile, words), words).needed].flatMap(({ caches }) => caches);
/**
* How many stages there are, and what the stage to build begins with once its stages are followed, with the
* line of that FROM; undefined for an image that is given from elsewhere, or a name that cannot be known.
*/
const findRoot$1 = (dockerfile, words) => {
	const stages = readStages(dockerfile, words);
	const target = words.target?.toLowerCase();
	const elsewhere = new Set(words.contexts.map((context) => context.split("::")[0] ?? ""));
	let stage = target === void 0 ? stages.at(-1) : stages.findLast(({ name }) => name === target);
	while (typeof stage?.base === "object" && !elsewhere.has(stage.base.name ?? "")) stage = stage.base;
	const base = stage?.base;
	const root = stage === void 0 || typeof base !== "string" || elsewhere.has(base) ? void 0 : {
		image: base,
		line: stage.line
	};
	return {
		stages: stages.length,
		root
	};
};

// src/build/links.ts
/** A name as BuildKit looks for it among the contexts; Bake takes their names as they are. */
const toContextName = ({ canonical }) => canonical.replace(/^docker\.io\/(library\/(?=[^/]*$))?/, "").replace(/:latest$/, "");
/** Which targets' tags the Dockerfiles of others name. */
const findLinks = (targets, workspace) => {
	const inOrder = targets.toSorted((one, other) => Number(one.isWanted) - Number(other.isWanted));
	const byTag = new Map(inOrder.flatMap(({ name, tags }) => tags.map(({ canonical }) => [canonical, name])));
	return targets.flatMap(({ name, definition }) => {
		const words = toBakeWords(definition);
		const dockerfile = readDockerfile(toBakeFiles(definition, workspace));
		const links = toReferences(findBases(dockerfile, words)).flatMap((reference) => {
			const upon = byTag.get(reference.canonical);
			const context = toContextName(reference);
			const isGiven = words.contexts.some((each) => each.split("::")[0] === context);
			if (upon === void 0 || upon === name || isGiven) return [];
			return [{
				of: name,
				upon,
				name: context
			}];
		});
		return [...new Map(links.map((link) => [link.name, link])).values()];
	});
};
/** All that a target builds upon, by what is known of each. */
const findBelow = (name, known) => {
	const below = new Set(known.get(name));
	for (const each of below) for (const upon of known.get(each) ?? []) below.add(upon);
	return below;
};
/**
* The links that Dockerfiles have by naming another target's tag. They are a guess, so what would close
* a circle is left out, first of all what goes against the order in which the targets were given.
*
* @param given what the targets' contexts say themselves, by their names
*/
const inferLinks = (targets, given, workspace) => {
	const known = new Map([...given].map(([name, upon]) => [name, new Set(upon)]));
	const places = new Map(targets.map(({ name }, index) => [name, index]));
	const isForward = ({ of, upon }) => (places.get(upon) ?? 0) > (places.get(of) ?? 0);
	const found = findLinks(targets, workspace);
	const kept = found.toSorted((one, other) => Number(isForward(one)) - Number(isForward(other))).filter(({ of, upon }) => {
		if (upon === of || findBelow(upon, known).has(of)) return false;
		known.get(of)?.add(upon);
		return true;
	});
	return found.filter((link) => kept.includes(link));
};

// src/build/definition.ts
const readTags = (name, value) => toTexts(value).map((tag) => {
	const reference = parseImageReference(tag);
	if (typeof reference !== "string") return reference;
	throw new Failure(`The target ${name} has the invalid tag ${JSON.stringify(tag)}: ${reference}`, { remedy: "Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev." });
});
/** What was asked for. A group may hold groups; Bake makes one of every target with a matrix, too. */
const readWanted = ({ group = {}, target }) => {
	const wanted = new Set(group["default"]?.targets ?? Object.keys(target));
	for (const name of wanted) {
		if (name in target) continue;
		for (const member of group[name]?.targets ?? []) wanted.add(member);
	}
	return wanted;
};
/** What was asked for in the order in which it was, and then what that builds upon. */
const inOrder$1 = ({ target }, wanted, order) => {
	return [.../* @__PURE__ */ new Set([
		...order,
		...wanted,
		...Object.keys(target)
	])].filter((name) => Object.hasOwn(target, name));
};
/**
* Reads what Bake printed. A Dockerfile that names another target's tag builds upon that target, so
* that this one finds what the other has just made, also with a builder that does not see Docker's
* images.
*
* @param allowances of the targets, by their names; undefined where Bake does not know of them
* @param order names in the order in which somebody gave them, as Bake sorts its own
* @throws {Failure} when a tag is none or two targets have it, or targets build upon each other
*/
const readTargets = (printed, workspace, allowances, order = []) => {
	const wanted = readWanted(printed);
	const all = inOrder$1(printed, wanted, order).map((name) => {
		if (!/^[\w-]+$/.test(name)) throw new Failure(`Bake has a target whose name is no file name: ${JSON.stringify(name)}`);
		const definition = printed.target[name] ?? {};
		return {
			name,
			definition,
			tags: readTags(name, definition["tags"]),
			isWanted: wanted.has(name)
		};
	});
	refuseContradictions(all);
	const given = new Map(all.map(({ name, definition }) => [name, toDependencies(toTextMap(definition["contexts"]))]));
	requireOrder(given);
	const links = inferLinks(all, given, workspace);
	return all.map((target) => {
		const own = links.filter(({ of }) => of === target.name);
		const contexts = {
			...Object.fromEntries(own.map(({ name, upon }) => [name, `target:${upon}`])),
			...toTextMap(target.definition["contexts"])
		};
		const dependsOn = toDependencies(contexts);
		return {
			...target,
			dependsOn,
			definition: {
				...target.definition,
				contexts
			},
			allowances: allowances && (allowances.get(target.name) ?? [])
		};
	});
};
/** The targets among contexts. */
const toDependencies = (contexts) => {
	const names = Object.values(contexts).flatMap((each) => /^target:(.*)$/s.exec(each)?.[1] ?? []);
	return [...new Set(names)];
};
const requireOrder = (targets) => {
	const circle = [...targets.keys()].filter((name) => findBelow(name, targets).has(name));
	if (circle.length === 0) return;
	throw new Failure(`These targets build upon each other in a circle: ${circle.join(", ")}`, { remedy: "See their contexts in the Bake file." });
};
/** All that a target builds upon. */
const findBaseTargets = (name, targets) => {
	const upon = new Map(targets.map((target) => [target.name, target.dependsOn]));
	const below = findBelow(name, upon);
	return targets.filter((target) => below.has(target.name));
};

// src/build/registry-output.ts
/** A layer's digest is its diff ID then: what a node has is known by it. */
const form = "compression=uncompressed,force-compression=true,oci-mediatypes=true";
/** Has a builder push an image. Docker's own would otherwise unpack it, for which it would fetch all layers. */
const toRegistryOutput = (image) => `type=image,name=${image},push=true,unpack=false,store=false,${form}`;
/** Adds the caches in such a registry to those that a target has. */
const withRegistryCaches = (definition, { cacheTo, cacheFrom, keepsStages = false }) => {
	const add = (word, entry) => [...toEntries$1(definition[word]), `type=registry,ref=${entry}`];
	return {
		...definition,
		...cacheFrom && { "cache-from": add("cache-from", cacheFrom) },
		"cache-to": add("cache-to", `${cacheTo},mode=${keepsStages ? "max" : "min"},image-manifest=true,ignore-error=true,${form}`)
	};
};
/** Whoever reads the log need not know by which name one may read and write in the registry. */
const hideNames = (event, { image }) => {
	const [repository, secret] = /^[^/]+\/([0-9a-f]+)(?=:)/.exec(image) ?? [];
	const text = JSON.stringify(event);
	if (repository === void 0 || secret === void 0 || !text.includes(secret)) return event;
	const hidden = text.replaceAll(repository, "the step's registry").replaceAll(secret, "***");
	return JSON.parse(hidden);
};

// src/build/target.ts
/** Whether an image goes into a folder, from which the nodes get it. */
const isForFolder = ({ output }) => output === "oci-layout" || output === "registry";
/** The target with images in place of the targets that it builds upon. */
const withImages = (target, intermediateOf) => {
	const contexts = Object.entries(target.definition["contexts"] ?? {}).map(([key, context]) => {
		const [, base] = /^target:(.*)$/.exec(String(context)) ?? [];
		const intermediate = base === void 0 ? void 0 : intermediateOf(base);
		return [key, intermediate === void 0 ? context : `docker-image://${intermediate}`];
	});
	return {
		...target,
		definition: {
			...target.definition,
			contexts: Object.fromEntries(contexts)
		}
	};
};
/** It has just been built, so the cache has it, and nothing newer is wanted. */
const toCachedBake = (target) => {
	const again = {
		"no-cache": false,
		"no-cache-filter": [],
		pull: false
	};
	return {
		...target,
		definition: {
			...target.definition,
			...again
		}
	};
};
/** The target as it is for the nodes alone: nothing is pushed once more. */
const withoutFurther = (target) => ({
	...target,
	further: []
});
/** The target for another try. */
const toCached = (target) => ({
	...target,
	bake: toCachedBake(target.bake)
});
/** The target as it is built through a registry of the step's own. */
const throughRegistry = (target, names) => ({
	...target,
	bake: {
		...target.bake,
		definition: withRegistryCaches(target.bake.definition, names)
	}
});
/** The target without the caches that it would write. */
const toUncached = (target) => ({
	...target,
	bake: {
		...target.bake,
		definition: withoutCacheExport(target.bake.definition)
	}
});
const readsCache = ({ definition }) => toEntries$1(definition["cache-from"]).length > 0;
/** The target without the caches that it would read; undefined where it reads none. */
const toUnread = (target) => {
	if (!toBakeTargets(target).some(readsCache)) return void 0;
	const unread = (each) => ({
		...each,
		definition: withoutCacheImport(each.definition)
	});
	return {
		...target,
		bake: unread(target.bake),
		bases: target.bases.map(unread)
	};
};
/**
* What Bake has, as builds of their own.
*
* Docker's own builder finds what others build upon as images: from its cache it would take them
* mostly, but not while another build works upon the same lower image (moby/buildkit#6954), and
* then builds them twice. Other builders do not see Docker's images, and have only the cache; and
* `pull` would look for them in a registry.
*
* Nor need Docker have what they make: it goes from them into the nodes.
*
* @param isSingle the step's own build, which people know by its tag
* @param isOwn the step itself says what is built, not a Bake file
* @param pushes all that was asked for goes to its registries, too
* @param keepsInDocker Docker's store is to have what another builder makes
* @param usesRegistry what the nodes get goes through a registry of the step's own, also from Docker's builder
*/
const toTargets = (all, builderDriver, runId, { isSingle = false, isOwn = false, pushes = false, keepsInDocker = false, usesRegistry = false } = {}) => {
	const isDockers = !usesRegistry && (builderDriver === "docker" || builderDriver === void 0);
	const findsOthers = isDockers && builderDriver === "docker";
	const upon = new Set(all.flatMap(({ dependsOn }) => dependsOn));
	const isIntermediate = (name) => findsOthers && upon.has(name);
	const nameOf = (name) => `${intermediateRepository(runId)}:${all.findIndex((target) => target.name === name)}`;
	const intermediateOf = (name) => isIntermediate(name) ? nameOf(name) : void 0;
	return all.map((bake) => {
		const { name, tags, dependsOn, isWanted, definition } = bake;
		const isExported = usesRegistry && upon.has(name) || isIntermediate(name) || isWanted && tags.length > 0;
		const findsImages = findsOthers && definition["pull"] !== true;
		const below = findsImages ? [] : findBaseTargets(name, all);
		const { further, isLoaded } = toFurther(bake, {
			isOwn,
			pushes
		});
		const output = isExported ? isDockers || keepsInDocker || isLoaded ? "docker" : usesRegistry ? "registry" : "oci-layout" : "cache";
		return {
			name: isSingle && tags[0]?.given || name,
			tags,
			dependsOn,
			isWanted,
			intermediate: output === "docker" ? nameOf(name) : void 0,
			output,
			further,
			bake: findsImages ? withImages(bake, intermediateOf) : bake,
			bases: below.map(toCachedBake)
		};
	});
};
/** All that Bake is told of for one build. */
const toBakeTargets = ({ bake, bases }) => [bake, ...bases];
/** Where the files of a build come from, as written. */
const toContexts = (target) => toBakeTargets(target).flatMap(({ definition }) => [String(definition["context"] ?? "."), ...Object.values(toTextMap(definition["contexts"]))]);

// src/load/because.ts
/** The words of it, for people. */
const renderBecause = (because) => {
	switch (because.kind) {
		case "rootless": return "the daemon is rootless";
		case "remapped-users": return "the daemon remaps users";
		case "hidden-containerd": return "Docker does not say where its containerd is";
		case "redirects": return "the layers may hold redirects (Native Overlay Diff is false)";
		case "metacopy": return "the layers may hold metadata alone (metacopy is on)";
		case "storage-driver": return `Docker's storage driver is ${because.name}`;
		case "snapshotter": return `Docker's snapshotter is ${because.name}`;
		case "node-snapshotter": return `its snapshotter is ${because.name}`;
		case "busybox": return "its image has BusyBox in place of bash and GNU cp";
		case "elsewhere": return "Docker's daemon is on another machine";
		case "not-ours": return "only root may write into its containerd";
		case "load-mode": return `load-mode is ${because.mode}`;
		case "out-of-reach": return "links cannot reach the node";
		case "streaming-failed": return "streaming failed";
		case "direct-failed": return because.reason;
	}
};

// src/plan/lanes.ts
/** So many images are loaded at once that are unpacked beside the nodes. */
const mostCachedLoads = 3;
/** How many steps of some lanes together are done at once; a lane that is in none of them has no limit. */
const toLimits = (parallel) => [
	{
		lanes: ["build"],
		most: parallel
	},
	{
		lanes: ["build", "cached-build"],
		most: Math.max(parallel, Math.min(parallel * 2, 8))
	},
	{
		lanes: ["load"],
		most: 1
	},
	{
		lanes: ["cached-load"],
		most: 3
	},
	{
		lanes: ["report"],
		most: 1
	},
	{
		lanes: ["proof"],
		most: 1
	},
	{
		lanes: ["files"],
		most: 1
	},
	{
		lanes: ["pull"],
		most: 3
	}
];
/** Steps of these are done again when room could be made. */
const fillsDisks = /* @__PURE__ */ new Set([...[
	"build",
	"cached-build",
	"load",
	"cached-load",
	"files",
	"pull"
]]);
/**
* The step, in the lane that it has now. Builds of which something is kept mostly wait, and take hardly any core;
* but a number that somebody gave is one of all builds.
*/
const toLane = (step, { parallel }, isKept) => step.kind === "build" && parallel === void 0 && isKept(step.target) ? {
	...step,
	lane: "cached-build"
} : step;

// src/host/device.ts
/** Numbers of another machine may be the same, and mean nothing here. */
const toDevice = (dev, isHere = true) => `${isHere ? "" : "daemon:"}${dev}`;

// src/cluster/cgroups.ts
/** Nothing where there is no limit. */
const bound = (what, amount, isShared) => amount ? [{
	what,
	amount,
	isShared
}] : [];
const readQuietly = async (path) => attempt(() => readRegularFile(path).toString("utf8"));
/** Version 1 says "no limit" with a number that no machine has. */
const leastUnlimited = 2 ** 60;
/** Reads a limit of memory, of either version of cgroups; undefined for none. */
const parseMemoryLimit = (text) => {
	const bytes = /^\s*(\d+)\s*$/.exec(text)?.[1];
	return bytes === void 0 || Number(bytes) >= leastUnlimited ? void 0 : Number(bytes);
};
/** Reads microseconds and the period that they are of, as `cpu.max` has them; undefined for no limit. */
const parseCpuLimit = (text) => {
	const [, quota, period] = /^\s*(\d+)\s+(\d+)\s*$/.exec(text) ?? [];
	return quota === void 0 || Number(period) === 0 ? void 0 : Number(quota) / Number(period);
};
/**
* The cgroups above a container's own, outermost first. There are none where the text is of another
* process, as when we are in a container with process numbers of its own.
*
* @param text of `/proc/PID/cgroup`
*/
const toAbove = (text, controller, containerId) => {
	const lines = text.split("\n").map((line) => line.split(":"));
	const first = lines.find(([, names = ""]) => names.split(",").includes(controller));
	const [, , path = ""] = first ?? lines.find(([number]) => number === "0") ?? [];
	const parts = path.split("/").slice(1);
	const own = parts.findIndex((part) => part.includes(containerId));
	if (own < 0 || parts.includes("..")) return [];
	const base = first === void 0 ? "/sys/fs/cgroup" : `/sys/fs/cgroup/${controller}`;
	return Array.from({ length: own + 1 }, (_, depth) => {
		const above = parts.slice(0, depth);
		const folder = [base, ...above].join("/");
		return {
			path: `/${above.join("/")}`,
			folder,
			version: first === void 0 ? 2 : 1
		};
	});
};
const limitOf = async ({ folder, version }, controller, read) => {
	const file = async (name) => await read(join(folder, name)) ?? "";
	if (controller === "memory") return parseMemoryLimit(await file(version === 1 ? "memory.limit_in_bytes" : "memory.max"));
	if (version === 2) return parseCpuLimit(await file("cpu.max"));
	return parseCpuLimit(`${await file("cpu.cfs_quota_us")} ${await file("cpu.cfs_period_us")}`);
};
/** Limits of the layers between this machine and a container that runs on it. */
const findBoundsAbove = async (pid, containerId, read = readQuietly) => {
	const text = await read(`/proc/${pid}/cgroup`) ?? "";
	const find = async (controller) => {
		const found = toAbove(text, controller, containerId).map(async (layer) => {
			const amount = await limitOf(layer, controller, read);
			return bound(`limit of the machine's cgroup ${layer.path}`, amount, true);
		});
		return (await Promise.all(found)).flat();
	};
	return {
		memory: await find("memory"),
		cpu: await find("cpu")
	};
};

// src/cluster/in-node.ts
/**
* Bash takes a pipe of Node.js, which is a socket, for one of a remote shell, and would begin with the user's
* `.bashrc` where no other shell is known to have started it, as after `sudo`.
*/
const withoutRc = ([program = "", ...args]) => program === "bash" ? [
	program,
	"--norc",
	...args
] : [program, ...args];
/** The command that runs a program on this machine, as what its containerd takes orders from. */
const toMachineCommand = ({ startedBy, env }, argv) => {
	const [file = "", ...args] = [...startedBy, ...withoutRc(argv)];
	return {
		file,
		args,
		env
	};
};
const executeHere = async (node, argv, timeoutMs, signal) => {
	const ended = await runCaptured({
		...toMachineCommand(node, argv),
		timeoutMs,
		signal
	});
	signal?.throwIfAborted();
	if (ended.code === 0) return ended.stdout;
	throw new Failure(`\`${argv[0]}\` in ${node.name} failed: ${describeEnd(ended)}`);
};
/**
* Runs a program in a node and returns what it printed.
*
* @throws {Failure} when it cannot be started there, has not ended by its deadline, floods us, or failed
*/
const executeIn = (api, node, argv, timeoutMs) => isMachine(node) ? executeHere(node, argv, timeoutMs, api.cancelled) : execute(api, node.name, argv, timeoutMs);
/** The command that runs a program in a node, with our pipes as its own. */
const toNodeCommand = (docker, node, argv, timeoutMs) => {
	const command = docker.command([
		"exec",
		"--interactive",
		node.name,
		...argv
	], timeoutMs === void 0 ? {} : { timeoutMs });
	return isMachine(node) ? {
		...command,
		...toMachineCommand(node, argv)
	} : command;
};
/** Runs a program in a node to its end; an exit code other than 0 is a result, not an error. */
const tryInNode = (docker, node, argv) => isMachine(node) ? runCaptured(toNodeCommand(docker, node, argv)) : docker.try([
	"exec",
	node.name,
	...argv
]);

// src/cluster/kubelet.ts
/** What kubelet takes where its configuration says nothing. */
const defaultEvicts = {
	"nodefs.available": "10%",
	"imagefs.available": "15%",
	"nodefs.inodesFree": "5%",
	"imagefs.inodesFree": "5%"
};
const defaultCollectsAbove = 85;
/** K3s, RKE2, MicroK8s and k0s keep it elsewhere on a machine: each evicts in its own way, and collects by default. */
const hidden = {
	evicts: {},
	collectsAbove: defaultCollectsAbove
};
/** What k3d's users have K3s tell its kubelet, which comes before its configuration. */
const toFlag = (args, name) => args.findLast((word) => word.startsWith(`--kubelet-arg=${name}=`))?.split("=").slice(2).join("=");
/** `nodefs.available<1%,imagefs.available<1%`. */
const toThresholds = (flag) => Object.fromEntries([...flag.matchAll(/([\w.]+)<([^,]+)/g)].map(([, signal = "", least = ""]) => [signal, least]));
/**
* When a kubelet evicts pods and removes images; undefined where nobody knows.
*
* @param printed what in-node/capacity.sh printed
* @param args what the node's container was started with
*/
const toKubelet = (printed, args, provider) => {
	const [, config] = printed.split(/^kubelet\n/m);
	if (config === void 0) return provider === "containerd" ? hidden : void 0;
	const written = [...config.matchAll(/^ +([\w.]+): {0,9}"?([^"\n]*)"?$/gm)].map(([, signal = "", threshold = ""]) => [signal, threshold]);
	const collects = toFlag(args, "image-gc-high-threshold") ?? [...config.matchAll(/^imageGCHighThresholdPercent: *(\d+)$/gm)].at(-1)?.[1];
	const evicts = toFlag(args, "eviction-hard");
	const configured = config.includes("evictionHard:") ? Object.fromEntries(written) : defaultEvicts;
	return {
		/** Below which it evicts pods, such as `nodefs.available` to `10%`. */
		evicts: evicts === void 0 ? configured : toThresholds(evicts),
		/** Percent of use of the disk above which it removes images that no container runs. */
		collectsAbove: collects === void 0 ? defaultCollectsAbove : Number(collects)
	};
};

// src/cluster/capacity.ts
/** Limits are rounded to pages, and what is a hair lower is the same limit seen once more. */
const isTighter = (one, other) => one.amount < other.amount * .9999;
/** The one that counts; of equal ones the first. */
const findTightest = ([first, ...rest]) => first && rest.reduce((least, bound) => isTighter(bound, least) ? bound : least, first);
const toContainerBounds = ({ HostConfig = {} }) => {
	const { Memory, NanoCpus = 0, CpuQuota = 0, CpuPeriod } = HostConfig;
	const quota = CpuQuota > 0 ? CpuQuota / (CpuPeriod || 1e5) : void 0;
	const own = (amount) => bound("limit of its container", amount, false);
	return {
		memory: own(Memory),
		cpu: [...own(NanoCpus / 1e9), ...own(quota)]
	};
};
const lineOf = (printed, word) => printed.split("\n").find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? "";
/** What the node itself sees of its cgroups. */
const toInnerBounds = (printed, { HostConfig = {} }) => {
	const line = (word) => lineOf(printed, word);
	const inner = "limit of its container's cgroup";
	const around = "limit of a cgroup above its container";
	const isPinned = Boolean(HostConfig.CpusetCpus);
	return {
		memory: [...bound(inner, parseMemoryLimit(line("memory")), false), ...bound(around, parseMemoryLimit(line("memory-around")), true)],
		cpu: [...bound(inner, parseCpuLimit(line("cpu")), false), ...bound(isPinned ? "the CPUs of its container" : "the CPUs it may run on", Number(line("cores")), !isPinned)]
	};
};
/** Reads what `stat` prints for us: device, block size, blocks, free blocks, inodes, free inodes. */
const parseDisk = (line, isHere) => {
	if (!/^\d+( \d+){5}$/.test(line)) return void 0;
	const [dev = 0, block = 0, blocks = 0, free = 0, totalInodes = 0, freeInodes = 0] = line.split(" ").map(Number);
	return {
		/** Machine and the kernel's number; what has the same is one filesystem. */
		device: toDevice(dev, isHere),
		totalBytes: blocks * block,
		/** What an ordinary user may still write. */
		freeBytes: free * block,
		totalInodes,
		freeInodes
	};
};
const parseMinor = (version) => {
	const minor = /^v1\.(\d{1,3})\./.exec(version)?.[1];
	return minor === void 0 ? void 0 : Number(minor);
};
/** Puts together what the engine, the node and the machine say of one node. */
const toNodeCapacity = (sources) => {
	const { engine, node, inspected, printed, above, isLocalDaemon } = sources;
	const container = toContainerBounds(inspected);
	const inner = toInnerBounds(printed, inspected);
	const all = (amount) => bound("the whole machine", amount, true);
	const bounds = {
		memory: [
			...container.memory,
			...all(engine.memoryBytes),
			...above.memory,
			...inner.memory
		],
		cpu: [
			...container.cpu,
			...all(engine.cores),
			...above.cpu,
			...inner.cpu
		]
	};
	return {
		node: node.name,
		/** Such as `control-plane` or `worker`. */
		role: node.role,
		/** Whether it keeps ordinary pods away where there are other nodes: only kind leaves its control planes so. */
		isTainted: node.provider === "kind" && node.role === "control-plane",
		/** Every layer that caps it; {@link findTightest} has the one that counts. */
		bounds,
		/** The filesystem of `/var`, where images and pods are; undefined where the node does not tell. */
		disk: parseDisk(lineOf(printed, "disk"), isLocalDaemon),
		/** The second number of the node's version of Kubernetes; undefined where nobody knows. */
		kubernetesMinor: parseMinor(lineOf(printed, "kubernetes")),
		/** Undefined where nobody knows. */
		kubelet: toKubelet(printed, inspected.Config?.Cmd ?? [], node.provider)
	};
};
const timeoutMs$8 = 1e4;
/** The script that prints a node's capacity. */
const readCapacityScript = () => readFileSync(new URL("./in-node/capacity.sh", import.meta.url), "utf8");
/** Docker's daemon may be on another machine. */
const findOwnCapacity = (node, printed) => {
	const engine = {
		memoryBytes: totalmem(),
		cores: availableParallelism()
	};
	return toNodeCapacity({
		engine,
		node,
		inspected: {},
		printed,
		above: {
			memory: [],
			cpu: []
		},
		isLocalDaemon: true
	});
};
const findNodeCapacity = async (api, node, { engine, isLocalDaemon }) => {
	const argv = [
		"sh",
		"-c",
		readCapacityScript(),
		"sh",
		node.provider
	];
	if (isMachine(node)) return findOwnCapacity(node, await executeIn(api, node, argv, timeoutMs$8).catch(() => ""));
	const [inspected, printed, above] = await Promise.all([
		api.get(`/containers/${node.containerId}/json`).catch(() => void 0),
		executeIn(api, node, argv, timeoutMs$8).catch(() => ""),
		isLocalDaemon ? findBoundsAbove(node.pid, node.containerId) : {
			memory: [],
			cpu: []
		}
	]);
	return toNodeCapacity({
		engine,
		node,
		inspected: inspected ?? {},
		printed,
		above,
		isLocalDaemon
	});
};
/** Inspects how much memory, how many CPUs and how much disk nodes have. */
const findNodeCapacities = (api, nodes, found) => Promise.all(nodes.map((node) => findNodeCapacity(api, node, found)));

// src/docker/store-folders.ts
/** Where the store's folders are, that of the layers last; a containerd of the system's own has a root of its own. */
const storeFolders = ({ containerd, dataRoot, hasContainerdStore }) => {
	const isSystems = containerd !== void 0 && /^(\/var)?\/run\/containerd\//.test(containerd.address);
	return hasContainerdStore && isSystems ? [dataRoot, "/var/lib/containerd"] : [dataRoot];
};

// src/storage/filesystems.ts
/** Undefined where the folder is not on this machine, or not for us to see. */
const inspectFolder = async (path) => {
	try {
		const [{ dev }, at] = await Promise.all([stat(path), statfs(path)]);
		return {
			device: toDevice(dev),
			path,
			totalBytes: at.blocks * at.bsize,
			freeBytes: at.bavail * at.bsize,
			totalInodes: at.files,
			freeInodes: at.ffree
		};
	} catch {
		return;
	}
};
/** The volume that kind gives a node, and the folder of its containerd: mostly one filesystem. */
const foldersOf$1 = ({ containerd }) => ["/var", containerd.root];
const askNode$1 = `for folder; do
  echo "$(stat -L -c %d "$folder")" "$(stat -f -c '%S %b %a %c %d' "$folder")"
done
ctr --namespace=k8s.io images list --quiet`;
/** Reads the first lines that `askNode` prints. */
const parseNodeFolders = (printed, isHere, folders) => folders.map((path, index) => {
	const disk = parseDisk(printed.split("\n")[index] ?? "", isHere);
	return disk && {
		...disk,
		path
	};
});
/** A node that cannot tell is no reason to fail: less is known, that is all. */
const inspectNode$1 = async (api, node, isHere) => {
	const folders = foldersOf$1(node);
	const argv = [
		"sh",
		"-c",
		askNode$1,
		"sh",
		...folders
	];
	const printed = await executeIn(api, node, argv, 1e4).catch(() => "");
	const [volume, containerd] = parseNodeFolders(printed, isHere || isMachine(node), folders);
	return {
		node,
		volume,
		containerd,
		images: printed.split("\n").slice(folders.length).filter(Boolean)
	};
};
/** One entry per filesystem, with all of its uses. */
const toFilesystems = (states) => {
	const known = states.flatMap(({ state, use }) => state === void 0 ? [] : [{
		state,
		use
	}]);
	return [...Map.groupBy(known, ({ state }) => state.device).values()].flatMap((group) => {
		const [first] = group;
		return first === void 0 ? [] : [{
			...first.state,
			uses: group.map(({ use }) => use)
		}];
	});
};
/**
* Looks at the filesystems of Docker's data, of the temp folder and of the nodes.
*
* A node's volume is in Docker's folder, so what the node sees there is Docker's filesystem: also
* where the daemon is elsewhere, and a folder of that name here would be another one.
*/
const findFilesystems = async (api, { engine, nodes, isLocalDaemon }, tempDir) => {
	const { dataRoot } = engine;
	const store = storeFolders(engine).at(-1) ?? dataRoot;
	const [local, temp, ...inNodes] = await Promise.all([
		isLocalDaemon ? inspectFolder(store) : void 0,
		inspectFolder(tempDir),
		...nodes.map((node) => inspectNode$1(api, node, isLocalDaemon))
	]);
	const hasVolume = (node) => isContainer(node) && node.mounts.some(({ destination, source }) => destination === "/var" && source.startsWith(`${dataRoot}/`));
	const volume = store === dataRoot ? inNodes.find(({ node }) => hasVolume(node))?.volume : void 0;
	const docker = volume === void 0 ? local : {
		...volume,
		path: dataRoot
	};
	return {
		filesystems: toFilesystems([
			{
				state: docker,
				use: { kind: "docker" }
			},
			{
				state: temp,
				use: { kind: "temp" }
			},
			...inNodes.map(({ node, containerd }) => ({
				state: containerd,
				use: {
					kind: "node",
					name: node.name
				}
			}))
		]),
		nodeImages: new Map(inNodes.map(({ node, images }) => [node.name, images]))
	};
};
/** The one that a use is on. */
const findUse = (filesystems, isMeant) => filesystems.find(({ uses }) => uses.some(isMeant));
const findDockers = (filesystems) => findUse(filesystems, ({ kind }) => kind === "docker");
/** Where to ask what is free for Docker: with a containerd of the system's own not its own folder. */
const toDockersFolder = ({ filesystems, engine }) => findDockers(filesystems)?.path ?? engine.dataRoot;

// src/plan/disk.ts
const largestOf$1 = (sizes) => Math.max(0, ...sizes);
/** Images go from their builder through a folder into the nodes. */
const areLayouts = ({ targets }) => targets.some(isForFolder);
const toBuildNeeds = (facts, sizes) => {
	const { builder, filesystems } = facts;
	const { totalBytes, each } = sizes;
	const dockers = findDockers(filesystems);
	const temp = findUse(filesystems, ({ kind }) => kind === "temp");
	const isLayout = areLayouts(facts);
	const exported = {
		need: {
			kind: "export",
			bytes: largestOf$1(each)
		},
		filesystem: isLayout ? temp : dockers
	};
	const needs = isLayout ? [exported] : [{
		need: {
			kind: "images",
			bytes: totalBytes
		},
		filesystem: dockers
	}];
	if (builder?.driver !== "docker-container" || !builder.isLocal) return needs;
	const own = {
		need: {
			kind: "builder",
			bytes: totalBytes
		},
		filesystem: dockers
	};
	return isLayout ? [...needs, own] : [
		...needs,
		own,
		exported
	];
};
const toLoaded$1 = ({ targets, images, lastSizes }) => [...toRemembered(targets).flatMap((target, index) => {
	const bytes = lastSizes?.each[index];
	if (bytes === void 0) return [];
	return [{
		repository: toRepository(target.tags[0]?.canonical ?? ""),
		bytes
	}];
}), ...images.map(({ references, sizeBytes }) => ({
	repository: toRepository(references[0]?.canonical ?? ""),
	bytes: sizeBytes
}))];
/**
* What a node that has other versions of some images lacks at least, and the largest that it lacks:
* of those that it has, perhaps nothing has changed.
*/
const findLacking = (facts, node) => {
	const there = new Set(facts.nodeImages.get(node)?.map(toRepository));
	const loaded = toLoaded$1(facts);
	const lacking = loaded.filter(({ repository }) => !there.has(repository));
	const sum = (all) => all.reduce((bytes, one) => bytes + one.bytes, 0);
	const totalBytes = facts.images.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0) + (facts.lastSizes?.totalBytes ?? 0);
	return {
		bytes: Math.max(0, totalBytes - (sum(loaded) - sum(lacking))),
		largestBytes: largestOf$1(lacking.map((one) => one.bytes))
	};
};
/** What a load writes into one node at least; links cost nothing that is worth counting. */
const toLoadNeeds = (facts, { node, choice }) => {
	const { filesystems } = facts;
	const { bytes, largestBytes } = findLacking(facts, node.name);
	if (bytes === 0) return [];
	const filesystem = findUse(filesystems, (use) => use.kind === "node" && use.name === node.name);
	const copies = (times) => ({
		need: {
			kind: "copies",
			node: node.name,
			bytes: times * bytes
		},
		filesystem
	});
	const isReachable = filesystem === findDockers(filesystems);
	if (areLayouts(facts)) return [copies(1)];
	switch (choice.kind) {
		case "direct": return choice.wanted === "copy" || !isReachable ? [copies(1)] : [];
		case "stream": return [copies(1)];
		case "kind": {
			const temp = findUse(filesystems, ({ kind }) => kind === "temp");
			return [copies(2), {
				need: {
					kind: "tar",
					bytes: largestBytes
				},
				filesystem: temp
			}];
		}
	}
};
/** The store's, and each node's own where pods may write to it. */
const toFilesNeeds = ({ nodeFiles, filesystems }) => {
	const bytes = nodeFiles.files.reduce((sum, { files, found, into }) => {
		return sum + (into.length === 0 ? 0 : 1 + (files.isWritable ? into.length : 0)) * found.source.sizeBytes;
	}, 0);
	const fetchedBytes = nodeFiles.files.reduce((sum, { found, into }) => {
		return sum + (found.kind === "remote" && into.length > 0 ? found.source.sizeBytes : 0);
	}, 0);
	const temp = findUse(filesystems, ({ kind }) => kind === "temp");
	return [{
		need: {
			kind: "files",
			bytes
		},
		filesystem: findDockers(filesystems)
	}, {
		need: {
			kind: "files",
			bytes: fetchedBytes
		},
		filesystem: temp
	}].filter(({ need }) => need.bytes > 0);
};
const sumUp = (facts, needs, keep) => facts.filesystems.map((filesystem) => {
	const here = needs.filter((each) => each.filesystem === filesystem).map(({ need }) => need);
	const free = facts.freeable.filter(({ name, device }) => device === filesystem.device && !keep.includes(name));
	const isDockers = filesystem === findDockers(facts.filesystems);
	return {
		filesystem,
		/** As far as sizes are known. */
		needs: here,
		neededBytes: here.reduce((sum, { bytes }) => sum + bytes, 0),
		/** What may be deleted there, as it usually is. */
		freeableBytes: free.reduce((sum, { typicalBytes }) => sum + typicalBytes, 0),
		/** Docker's images and build cache there, which builds may reuse. */
		reusableBytes: isDockers ? facts.reusableBytes : 0
	};
});
/**
* Sums up what builds and loads write where, from the sizes that the images had last time.
*
* @param keep names of the catalog's entries that must stay
*/
const planDisk = (facts, nodes, keep) => {
	const { lastSizes } = facts;
	const needs = [
		...lastSizes === void 0 ? [] : toBuildNeeds(facts, lastSizes),
		...nodes.flatMap((node) => toLoadNeeds(facts, node)),
		...toFilesNeeds(facts)
	];
	/** Of the images to build; undefined before they were built once. */
	const sizes = lastSizes;
	return {
		sums: sumUp(facts, needs, keep),
		sizes
	};
};
/** Sizes are rounded, and images change a little: what is this close is tried. */
const tolerance = .95;
/** Nobody knows what of its part a builder, or the store of files, has already. */
const isCertain = ({ kind }) => kind !== "builder" && kind !== "export" && kind !== "files";
/** True when not even all that could be freed would make room, should images be as they were. */
const cannotFit = ({ filesystem, needs, freeableBytes, reusableBytes }) => {
	return needs.filter(isCertain).reduce((sum, { bytes }) => sum + bytes, 0) * tolerance > filesystem.freeBytes + freeableBytes + reusableBytes;
};

// src/plan/shortage.ts
const nameUse = (use) => {
	if (use.kind === "node") return use.name;
	return use.kind === "docker" ? "Docker's data" : "the temp folder";
};
/** Such as `/var/lib/docker (Docker's data, kind-worker): 5.0 GB of 14 GB free, 812,000 inodes`. */
const renderFilesystem = (filesystem) => {
	const { path, uses, freeBytes, totalBytes, freeInodes, totalInodes } = filesystem;
	const names = uses.map(nameUse).join(", ");
	const inodes = totalInodes === 0 ? "" : `, ${freeInodes.toLocaleString("en")} inodes`;
	return `${path} (${names}): ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free${inodes}`;
};
const needNames = {
	images: "images",
	builder: "the builder's copies",
	export: "one image's export from the builder",
	tar: "one image's tar",
	files: "files for nodes"
};
const nameNeed = (need) => need.kind === "copies" ? `copies in ${need.node}` : needNames[need.kind];
const renderParts$2 = (needs) => needs.map((need) => `${nameNeed(need)} ${formatBytes(need.bytes)}`).join(" + ");
/** A filesystem with what it has to take. */
const renderSum = ({ filesystem, needs, neededBytes, freeableBytes }) => {
	const need = needs.length === 0 ? "" : `; needed: ${formatBytes(neededBytes)}`;
	const parts = needs.length < 2 ? "" : ` = ${renderParts$2(needs)}`;
	const may = freeableBytes === 0 ? "" : `; reclaimable: about ${formatBytes(freeableBytes)}`;
	return `${renderFilesystem(filesystem)}${need}${parts}${may}`;
};
/** What would make room, most useful first. */
const findHelp = (sum, freeDisk, keep) => [
	...freeDisk === "never" ? ["set free-disk: auto (on a GitHub-hosted runner)"] : [],
	...keep.length > 0 ? [`empty free-disk-keep (it protects ${keep.join(", ")})`] : [],
	...sum.needs.some(({ kind }) => kind === "copies") ? ["keep the nodes on Docker's filesystem, where Slipway links images instead of copying them"] : [],
	...sum.needs.some(({ kind }) => kind === "builder") ? ["use buildx's docker driver, which keeps no second copy"] : [],
	"build fewer images in this job (targets), or smaller ones",
	"use a runner with a larger disk"
];
/**
* Says why the images cannot fit, as far as that is known before anything is built.
*
* @returns undefined when they may fit, or nobody knows how large they are
*/
const explainShortage = ({ sums, sizes }, freeDisk, keep) => {
	const short = sums.filter(cannotFit);
	const [first] = short;
	if (first === void 0) return void 0;
	const lines = short.map((sum) => {
		const has = [`${formatBytes(sum.filesystem.freeBytes)} free`];
		if (sum.freeableBytes > 0) has.push(`about ${formatBytes(sum.freeableBytes)} reclaimable`);
		if (sum.reusableBytes > 0) has.push(`${formatBytes(sum.reusableBytes)} of images and build cache`);
		return `${renderFilesystem(sum.filesystem)}. Needed: ${formatBytes(sum.neededBytes)} (${renderParts$2(sum.needs)}); available: ${has.join(" + ")}`;
	});
	return new Failure(`The images do not fit on the disk${sizes === void 0 ? "" : ", going by their sizes in the last run"}: ${lines.join("; ")}`, { remedy: `To make them fit: ${findHelp(first, freeDisk, keep).join("; ")}. If the images are smaller now, re-run the job: a second attempt only warns.` });
};

// src/report/report.ts
const emptyReport = {
	outcomes: [],
	reclaimed: []
};
const outcomesOf = ({ outcomes }, kind) => outcomes.filter(({ step }) => step.kind === kind);
const loadsOf = (report) => outcomesOf(report, "load").flatMap(({ result }) => result ?? []);
const freedOf = (report) => [
	...outcomesOf(report, "free-disk").flatMap(({ result }) => result ?? []),
	...report.reclaimed,
	...outcomesOf(report, "prune-cache").flatMap(({ result }) => result ?? [])
];
/** The step's own build's; of Bake's targets, the metadata by their names, as Bake writes it. */
const toBuildOutputs = (report, isSingle) => {
	const builds = outcomesOf(report, "build").flatMap(({ step, result }) => result === void 0 ? [] : [{
		name: step.target.name,
		metadata: result.metadata
	}]);
	const [first] = builds;
	if (first === void 0) return {};
	if (!isSingle) {
		const all = builds.map(({ name, metadata }) => [name, JSON.parse(metadata.json)]);
		return { metadata: JSON.stringify(Object.fromEntries(all)) };
	}
	const { imageId, digest, json } = first.metadata;
	return {
		...imageId !== void 0 && { "image-id": imageId },
		...digest !== void 0 && { digest },
		metadata: json
	};
};
/** What post may want to know of what was loaded, and where. */
const toLoaded = (report) => loadsOf(report).flatMap(({ image: { id, references }, nodes }) => references.flatMap((each) => toNodeNames(each.canonical).map((canonical) => ({
	given: each.given,
	canonical,
	immutable: toImmutable(each, id).given,
	id,
	nodes: nodes.map(({ name }) => name)
}))));
/** What each build took, and for what; by the target's name. */
const toTimingsOutput = (report) => JSON.stringify(Object.fromEntries(outcomesOf(report, "build").flatMap(({ step, time, result }) => {
	if (time === void 0 || result === void 0) return [];
	const { steps, cachedSteps, timings, missed } = result.metadata;
	const load = outcomesOf(report, "load").find((each) => each.step.needs.includes(step.id));
	const ms = ({ startedMs, endedMs }) => Math.round(endedMs - startedMs);
	const loadMs = load?.time && ms(load.time);
	return [[step.target.name, {
		buildMs: ms(time),
		loadMs,
		steps,
		cachedSteps,
		missed,
		...timings
	}]];
})));
/**
* The step's outputs; those without a value are left out.
*
* @param isSingle whether the step has a build of its own, and no list or file of them
*/
const toOutputs = (report, isSingle) => {
	const images = loadsOf(report).flatMap(({ image, nodes }) => image.references.map(({ given }) => ({
		ref: given,
		id: image.id,
		sizeBytes: image.sizeBytes,
		nodes: nodes.map((node) => ({
			...node,
			because: node.because && renderBecause(node.because)
		}))
	})));
	const immutable = toLoaded(report).map(({ given, immutable: name }) => [given, name]);
	return {
		...toBuildOutputs(report, isSingle),
		images: JSON.stringify(images),
		timings: toTimingsOutput(report),
		"immutable-tags": JSON.stringify(Object.fromEntries(immutable)),
		"freed-bytes": String(freedOf(report).reduce((sum, { bytes }) => sum + bytes, 0))
	};
};

// src/report/failures.ts
const nameOf = ({ step }) => {
	if (step.kind === "build") return step.target.name;
	return step.kind === "load" || step.kind === "analyse" ? step.names.join(", ") : step.id;
};
/** When one of these fails, an image does not become what was asked for. */
const ofImages = /^(?:build|pull|unpack-archive|hold-image|load|analyse)$/;
const toProblems = ({ outcomes }) => outcomes.filter(({ state }) => state === "failed").map((outcome) => {
	const { error } = outcome;
	const location = error instanceof Failure ? error.location : void 0;
	const { kind } = outcome.step;
	const isClusters = /^(?:create|await)-cluster$/.test(kind);
	return {
		name: nameOf(outcome),
		error,
		location,
		isClusters,
		isImages: ofImages.test(kind)
	};
});
/** A build that failed begins with its own name, and a cluster has it in its sentence. */
const renderProblem = ({ name, error, isClusters }) => {
	const text = renderError(error);
	return isClusters || text.startsWith(`${name}: `) ? text : `${name}: ${text}`;
};
/** All but the first, whose location is that of the step's own error, as far as they have one. */
const findOthers$1 = (report) => toProblems(report).slice(1).map((problem) => ({
	message: renderProblem(problem),
	location: problem.location
})).filter(({ location }) => location !== void 0);
/** Nothing where there is nothing to list. */
const list$1 = (title, names) => names.length === 0 ? [] : [`${title}: ${names.join(", ")}.`];
/** One sentence for images that were built here and no node got, one for the others. */
const renderUnloaded = (report) => {
	const made = outcomesOf(report, "build").filter(({ state }) => state === "done");
	const unloaded = outcomesOf(report, "load").filter(({ state }) => state !== "done");
	const built = unloaded.filter(({ step: { image } }) => made.some(({ step }) => image.kind === "built" && image.by === step.id));
	const given = unloaded.filter(({ step }) => step.image.kind !== "built");
	return [...list$1("Built, not loaded", built.map(nameOf)), ...list$1("Not loaded", given.map(nameOf))];
};
/** What others' failures left undone. */
const renderUndone = (report) => {
	const builds = outcomesOf(report, "build");
	const skipped = builds.filter(({ state }) => state === "skipped");
	const cancelled = builds.filter(({ state }) => state === "cancelled");
	const withReason = (build) => {
		const needed = builds.find(({ step }) => step.id === build.because);
		return nameOf(build) + (needed === void 0 ? "" : ` (needs ${nameOf(needed)})`);
	};
	return [
		...list$1("Not built", skipped.map(withReason)),
		...list$1("Cancelled", cancelled.map(nameOf)),
		...renderUnloaded(report)
	];
};
/** How many images the step was about. */
const countImages = (report) => outcomesOf(report, "build").length + outcomesOf(report, "load").filter(({ step }) => step.image.kind !== "built").length + outcomesOf(report, "analyse").filter(({ step }) => step.image.kind === "elsewhere").length;
/**
* One error for all that went wrong, the causes first, then what came of them; the only one is told
* as it is. Undefined where nothing went wrong.
*/
const toFailure$1 = (report) => {
	const problems = toProblems(report);
	const among = countImages(report);
	const [first] = problems;
	const ofFiles = [...outcomesOf(report, "sync-files"), ...outcomesOf(report, "image-volumes")];
	const isAllThereIs = among === 1 ? !first?.isClusters : among === 0 && ofFiles.length > 0;
	const isOnlyOne = problems.length === 1;
	if (first === void 0 || isOnlyOne && isAllThereIs) return first?.error;
	const mark = isOnlyOne ? "" : "- ";
	const causes = problems.map((problem) => `${mark}${renderProblem(problem)}`);
	const failed = problems.filter(({ isImages }) => isImages).length;
	const rest = [...failed === 0 ? [] : [`${failed} of ${among} images failed.`], ...renderUndone(report)].join(" ");
	if (isOnlyOne && rest === "") return first.error;
	const lines = [...causes, ...rest === "" ? [] : [rest]];
	return new Failure(lines.join("\n"), { location: first.location });
};

// src/plan/steps.ts
const toStep$1 = (id, work, order = {}) => ({
	id,
	needs: [],
	after: [],
	lane: "none",
	isFinal: false,
	...order,
	...work
});
const toBuildId = (target) => `build ${target}`;
const idsOf$1 = (steps) => steps.map(({ id }) => id);

// src/image/image.ts
/** Layers by their diff IDs, lowest first, of which nobody has folders yet. */
const toLayers = (diffIds) => {
	const chainIds = toChainIds(diffIds);
	return diffIds.map((diffId, at) => ({
		diffId,
		chainId: chainIds[at] ?? "",
		folder: void 0
	}));
};
/** Chain IDs of layers, lowest first (OCI image spec, "Layer ChainID"). */
const toChainIds = (diffIds) => {
	const chain = [];
	for (const diffId of diffIds) {
		const parent = chain.at(-1);
		chain.push(parent === void 0 ? diffId : toDigest(`${parent} ${diffId}`));
	}
	return chain;
};

// src/analysis/common-files.ts
/** Smaller ones are many and come to little. */
const leastBytes$1 = 1024;
const toStacks = ({ config, layers }) => {
	const diffIds = attempt(() => JSON.parse(config))?.rootfs?.diff_ids;
	return Array.isArray(diffIds) && diffIds.length === layers.length ? toChainIds(diffIds.map(String)) : [];
};
const toFingerprint = ({ contents, merged }) => {
	const seen = /* @__PURE__ */ new Set();
	const files = /* @__PURE__ */ new Map();
	for (const { layer, entry } of merged.visible) {
		const { type, path, sizeBytes: bytes, inode } = entry;
		const key = `${layer} ${inode}`;
		if (type !== "f" || bytes < leastBytes$1 || seen.has(key)) continue;
		seen.add(key);
		files.set(`${path}\0${bytes}`, {
			layer,
			bytes
		});
	}
	return {
		stacks: toStacks(contents),
		files
	};
};
const sumByLayer = (shared, image) => {
	const sums = /* @__PURE__ */ new Map();
	for (const { bytes, layers } of shared) {
		const layer = layers.get(image);
		if (layer !== void 0) sums.set(layer, (sums.get(layer) ?? 0) + bytes);
	}
	return [...sums].map(([layer, bytes]) => ({
		layer,
		bytes
	})).toSorted((a, b) => b.bytes - a.bytes);
};
/** How many layers of their own have a file that all of these images have. */
const countStacks = (prints, images, { layers }) => new Set(images.map((image) => prints[image]?.stacks[layers.get(image) ?? -1])).size;
/** Files that several images have, but for those that all of them share already. */
const findShared = (prints) => {
	const holders = /* @__PURE__ */ new Map();
	prints.forEach(({ files }, image) => {
		for (const [key, { layer }] of files) {
			const held = holders.get(key) ?? /* @__PURE__ */ new Map();
			held.set(image, layer);
			holders.set(key, held);
		}
	});
	return [...holders].flatMap(([key, layers]) => {
		const shared = {
			bytes: Number(key.slice(key.lastIndexOf("\0") + 1)),
			layers
		};
		return countStacks(prints, [...layers.keys()], shared) > 1 ? [shared] : [];
	});
};
const unknown = {
	stacks: [],
	files: /* @__PURE__ */ new Map()
};
/** Whoever publishes images can have as many as there are files. */
const mostGroups = 50;
/** Less is not worth a stage of its own. */
const leastSavedBytes = 2e7;
/**
* Which of a run's images install the same, each in layers of its own: files at the same path and of the same
* size. The group that a common base would save most for.
*/
const findCommon = (prints) => {
	const known = prints.map((print) => print.stacks.length > 0 ? print : unknown);
	const all = findShared(known);
	const groups = Map.groupBy(all, ({ layers }) => [...layers.keys()].join(" "));
	const sumOf = (group) => (groups.get(group) ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
	const [best] = [...groups.keys()].toSorted((a, b) => sumOf(b) - sumOf(a)).slice(0, mostGroups).map((group) => {
		const images = group.split(" ").map(Number);
		const apart = all.filter(({ layers }) => images.every((image) => layers.has(image))).filter((each) => countStacks(known, images, each) > 1);
		return {
			images,
			bytes: apart.reduce((sum, { bytes }) => sum + bytes, 0),
			files: apart.length,
			savedBytes: apart.reduce((sum, each) => sum + each.bytes * (countStacks(known, images, each) - 1), 0),
			layers: images.map((image) => sumByLayer(apart, image))
		};
	}).toSorted((a, b) => b.savedBytes - a.savedBytes);
	return best !== void 0 && best.savedBytes >= leastSavedBytes ? best : void 0;
};
/** Bytes of an image's layers that others of the run have, too. */
const countShared = (prints, image, layerBytes) => {
	const others = new Set(prints.flatMap(({ stacks }, at) => at === image ? [] : stacks));
	const { stacks = [] } = prints[image] ?? {};
	return layerBytes.reduce((sum, bytes, at) => others.has(stacks[at] ?? "") ? sum + bytes : sum, 0);
};
const compareContents = (images) => {
	const prints = images.map(({ fingerprint }) => fingerprint);
	return {
		sharedBytes: images.map(({ layers }, at) => countShared(prints, at, layers.map(({ bytes }) => bytes))),
		common: findCommon(prints)
	};
};

// src/report/image-proof.ts
const idsOf = (parts) => [...new Set(parts.map(({ match }) => match.rule.id))];
const renderRuns = ({ runs, durationMs }) => `${formatCount(runs, "run")}, ${formatDuration(durationMs)}`;
const renderSize = (before, after) => `${formatBytes(before)} → ${formatBytes(after)}`;
/** With the lines of what people have to look at. */
const renderNeeded = (parts, layers) => parts.map(({ match: { rule, layer } }) => {
	const { location } = layers[layer] ?? {};
	return location === void 0 ? rule.id : `${rule.id} (${location.file}:${location.line})`;
}).join(", ");
const renderTried = (proof, { parts, packedBytes }, { totalBytes, layers }) => {
	const { removed, brokenBy, isComplete, bytes } = proof;
	const packed = removed.length === parts.length ? `, about ${formatBytes(packedBytes)} in a registry` : "";
	const what = formatCount(removed.length, "finding");
	const size = renderSize(totalBytes, bytes);
	return `${[
		...removed.length === 0 ? [] : [`Without ${what} (${idsOf(removed).join(", ")}): ${size}${packed}; your test passes`],
		...brokenBy.length === 0 ? [] : [`Your test fails without what ${renderNeeded(brokenBy, layers)} found`],
		...isComplete ? [] : ["Other findings are not known, as runs or time were over"]
	].join(". ")} (${renderRuns(proof)})`;
};
/** What the image would be without its findings, and whether it still worked, as a line; empty for no such finding. */
const renderProof = (analysis, told) => {
	const { removal, totalBytes } = analysis;
	if (removal === void 0) return "";
	const { parts, bytes, packedBytes } = removal;
	if (told === void 0) return `Without ${formatCount(parts.length, "finding")} whose fix only removes something (${idsOf(parts).join(", ")}): ${renderSize(totalBytes, bytes)}, about ${formatBytes(packedBytes)} in a registry`;
	const { proof } = told;
	if (proof.kind === "tried") return renderTried(proof, removal, analysis);
	return `Without ${formatCount(parts.length, "finding")}: ${renderSize(totalBytes, bytes)}. Your test proves nothing, as it does not pass in the image as it is: ${toLine(proof.how)}`;
};
/** What the test said where it failed, for the log alone: its output may hold what only the log masks. */
const renderSaid = (told) => {
	if (told === void 0) return [];
	const { proof, command } = told;
	const failed = proof.kind === "tried" ? proof.failed : proof;
	if (failed === void 0) return [];
	return [`The test \`${toLine(command, 200)}\` failed: ${toLine(failed.how)}`, ...failed.said.map((line) => `  ${toLine(line)}`)];
};
/** The same for programs; undefined where nothing can only be removed. */
const toProofOutput = ({ removal }, told) => {
	if (removal === void 0) return void 0;
	const { parts, bytes, packedBytes } = removal;
	const whole = {
		bytes,
		packedBytes,
		removed: idsOf(parts)
	};
	if (told === void 0) return whole;
	const { command, proof } = told;
	const { runs } = proof;
	if (proof.kind === "useless") return {
		...whole,
		command,
		runs,
		passed: false,
		brokenBy: []
	};
	const { removed, brokenBy, isComplete } = proof;
	const isWhole = removed.length === parts.length;
	return {
		bytes: proof.bytes,
		packedBytes: isWhole ? packedBytes : void 0,
		removed: idsOf(removed),
		command,
		runs,
		passed: removed.length > 0,
		brokenBy: idsOf(brokenBy),
		isComplete
	};
};

// src/report/shared-output.ts
/** What an image shares with others of the run, and what it could share, as data. */
const toSharedOutput = (names, at, { common, sharedBytes: all }) => {
	const sharedBytes = all[at] ?? 0;
	const position = common?.images.indexOf(at) ?? -1;
	if (common === void 0 || position < 0) return { sharedBytes };
	const { bytes, files, savedBytes, images, layers } = common;
	return {
		sharedBytes,
		sharedBase: {
			with: images.filter((image) => image !== at).map((image) => names[image] ?? ""),
			bytes,
			files,
			savedBytes,
			layers: layers[position] ?? []
		}
	};
};

// src/report/image-report.ts
const toImageReports = (report) => {
	const proofs = new Map(outcomesOf(report, "prove").map(({ step: { report: id, command }, result: proof }) => [id, proof && {
		command,
		proof
	}]));
	return outcomesOf(report, "analyse").flatMap(({ step, result: analysis }) => analysis === void 0 ? [] : [{
		name: step.names.join(", "),
		analysis,
		proof: proofs.get(step.id)
	}]);
};
/** What the images have in common; all of their files are gone through, so once is enough. */
const compareReports = (reports) => compareContents(reports.map(({ analysis }) => analysis));
/** A path in an image, of which names are bytes, as one line of text. */
const renderPath = (path) => toLine(`/${Buffer.from(path, "latin1").toString("utf8")}`, 160);
/** Where a layer comes from, in a word: its line, else its number. */
const renderPlace$1 = ({ location, isBase }, index) => {
	if (location !== void 0) return `${location.file}:${location.line}`;
	return isBase ? "base" : `layer ${index + 1}`;
};
/** Where to change something for a finding. */
const renderMatchPlace = ({ location, layer: index }, layers) => {
	if (location !== void 0) return `${location.file}:${location.line}`;
	const layer = layers[index];
	return layer === void 0 ? "" : renderPlace$1(layer, index);
};
const pathsShown = 3;
const renderPaths = (paths) => {
	const shown = paths.slice(0, pathsShown).map(renderPath);
	const rest = paths.length - shown.length;
	return `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
};
/** What a finding is about: bytes, paths and what else shows it. */
const renderEvidence = ({ bytes, paths, evidence }) => [
	bytes > 0 ? formatBytes(bytes) : "",
	renderPaths(paths),
	toLine(evidence ?? "")
].filter(Boolean).join("; ");
/** What to do about it. */
const fixOf = ({ rule, fix }) => fix ?? rule.fix;
/** A finding in one line, as an annotation has it. */
const renderFinding = (match) => {
	const { what, doubt } = match.rule;
	const why = doubt === void 0 ? "" : ` (Unless ${doubt}.)`;
	return `${what}: ${renderEvidence(match)}. ${fixOf(match)}${why}`;
};
/** What is to be told at the Dockerfile's lines; what only may be better is in the report alone. */
const toAnnotations = ({ name, analysis }) => {
	const { findings, layers } = analysis;
	const toWarning = (match) => ({
		message: `${name}: ${renderFinding(match)}`,
		location: match.location ?? layers[match.layer]?.location
	});
	const ofLevel = (level) => findings.filter(({ rule }) => rule.level === level).map(toWarning);
	return {
		errors: ofLevel("error"),
		warnings: ofLevel("warning")
	};
};
const mostParts = 20;
const mostFindings = 50;
const mostPaths = 5;
const toFindingOutput = (match, all) => {
	const { rule, layer, location, bytes, paths, evidence } = match;
	return {
		rule: rule.id,
		level: rule.level,
		what: rule.what,
		fix: fixOf(match),
		doubt: rule.doubt,
		layer,
		isQuestion: rule.isQuestion,
		location: location ?? all.layers[layer]?.location,
		bytes,
		pathCount: paths.length,
		paths: paths.slice(0, mostPaths).map(renderPath),
		evidence: evidence === void 0 ? void 0 : toLine(evidence)
	};
};
const toOutput$1 = ({ name, analysis, proof }, growth) => {
	const { waste, folders, files, findings, removal, fingerprint: _, ...more } = analysis;
	const { folderSizes: __, ...rest } = more;
	const toLarge = ({ path, bytes }) => ({
		path: renderPath(path),
		bytes
	});
	const parts = waste.parts.slice(0, mostParts);
	return {
		image: name,
		growth,
		...rest,
		waste: {
			...waste,
			parts: parts.map((part) => ({
				...part,
				paths: part.paths.map(renderPath)
			}))
		},
		folders: folders.map(toLarge),
		files: files.map(toLarge),
		findings: findings.slice(0, mostFindings).map((match) => toFindingOutput(match, analysis)),
		proof: toProofOutput({ removal }, proof)
	};
};
/** GitHub takes a megabyte of a job's outputs. */
const mostCharacters = 5e5;
/**
* The output `image-report`; of very many layers, no list.
*
* @param compared of all of them
* @param growths of each, in their order
*/
const toImageReportOutput = (reports, compared, growths = []) => {
	const names = reports.map(({ name }) => name);
	const all = reports.map((report, at) => ({
		...toOutput$1(report, growths[at]),
		...toSharedOutput(names, at, compared)
	}));
	const json = JSON.stringify(all);
	if (json.length <= mostCharacters) return json;
	return JSON.stringify(all.map(({ layers: _, ...rest }) => rest));
};

// src/report/grown.ts
const sum$3 = (numbers) => numbers.reduce((total, each) => total + each, 0);
/** What is kept of an image, for the next runs to compare. */
const toImageParts = ({ layers, totalBytes, folderSizes }) => {
	const own = layers.filter(({ isBase }) => !isBase);
	const ids = toLayerIds(own.map(({ instruction }) => instruction));
	return {
		totalBytes,
		baseBytes: totalBytes - sum$3(own.map(({ bytes }) => bytes)),
		layers: own.map(({ bytes }, at) => ({
			id: ids[at] ?? "",
			bytes
		})),
		folders: folderSizes.map(({ path, bytes }) => ({
			id: toFolderId(path),
			bytes
		}))
	};
};
/** Those that only one side has, by the last one before them that both have. */
const groupOpen = (parts, others) => {
	const known = new Set(others.map(({ id }) => id));
	let last = "";
	const open = [];
	for (const part of parts) if (known.has(part.id)) last = part.id;
	else open.push({
		part,
		after: last
	});
	return open;
};
/**
* Which layers are those of lines that somebody has changed: they stand where those stood, and are the
* nearest in size.
*/
const pairChanged = (now, then) => {
	const before = groupOpen(then, now);
	const pairs = groupOpen(now, then).flatMap(({ part, after }) => before.filter((each) => each.after === after).map((each) => ({
		part,
		was: each.part
	}))).toSorted((a, b) => Math.abs(a.part.bytes - a.was.bytes) - Math.abs(b.part.bytes - b.was.bytes));
	const paired = /* @__PURE__ */ new Map();
	const taken = /* @__PURE__ */ new Set();
	for (const { part, was } of pairs) {
		if (paired.has(part) || taken.has(was)) continue;
		paired.set(part, was);
		taken.add(was);
	}
	return paired;
};
const byGrowth = (a, b) => b.bytes - a.bytes;
const findGrownLayers = (now, last) => {
	const known = new Map(last.layers.map(({ id, bytes }) => [id, bytes]));
	const changed = pairChanged(now, last.layers);
	return now.map((part) => {
		const before = known.get(part.id) ?? changed.get(part)?.bytes ?? last.otherLayerBytes;
		return part.bytes - before;
	});
};
/** So much of a folder's growth is all of it. */
const mostOfIt = .9;
/** Each as deep as nearly all that it grew by is in it. */
const findGrownPaths = (folders, last, leastBytes) => {
	const known = new Map(last.folders.map(({ id, bytes }) => [id, bytes]));
	const grown = folders.map(({ path, bytes }) => ({
		path,
		bytes: bytes - (known.get(toFolderId(path)) ?? last.otherFolderBytes)
	})).filter(({ bytes }) => bytes >= leastBytes).toSorted(byGrowth);
	const isSaidBelow = ({ path, bytes }) => {
		const inside = `${path}/`;
		return grown.some((each) => each.bytes >= mostOfIt * bytes && each.path.startsWith(inside));
	};
	return grown.filter((each) => !isSaidBelow(each));
};
const kb = 1e3;
/** So many are kept. */
const mostGrown = 20;
/** What an image has grown by; undefined where nobody knows what it was made of. */
const findGrown = (analysis, last, leastBytes) => {
	if (last?.parts === void 0) return void 0;
	const { parts } = last;
	const { baseBytes, layers } = toImageParts(analysis);
	const grown = findGrownLayers(layers, parts);
	const own = analysis.layers.flatMap(({ isBase }, index) => isBase ? [] : [index]);
	return {
		leastBytes,
		baseBytes: Math.round(baseBytes / kb) * kb - parts.baseBytes,
		layers: own.map((index, at) => ({
			index,
			bytes: grown[at] ?? 0
		})).filter(({ bytes }) => bytes >= leastBytes).toSorted(byGrowth).slice(0, mostGrown),
		paths: findGrownPaths(analysis.folderSizes, parts, leastBytes).slice(0, mostGrown)
	};
};
/** For the output. */
const toGrownOutput = ({ layers }, { baseBytes, layers: grown, paths }) => ({
	baseBytes,
	layers: grown.map(({ index, bytes }) => ({
		location: layers[index]?.location,
		instruction: layers[index]?.instruction,
		bytes
	})),
	paths: paths.map(({ path, bytes }) => ({
		path: renderPath(path),
		bytes
	}))
});
const mostShown = 3;
const longestInstruction$2 = 80;
/** `Dockerfile:12 RUN pip install . +40 MB; /usr/lib/x +38 MB`; empty where nothing grew much. */
const renderGrown = ({ layers }, { baseBytes, layers: grown, paths, leastBytes }) => {
	return [
		...grown.slice(0, mostShown).flatMap(({ index, bytes }) => {
			const layer = layers[index];
			if (layer === void 0) return [];
			const instruction = toLine(layer.instruction ?? "", longestInstruction$2);
			return [[
				renderPlace$1(layer, index),
				instruction,
				`+${formatBytes(bytes)}`
			].filter(Boolean).join(" ")];
		}),
		...baseBytes >= leastBytes ? [`base +${formatBytes(baseBytes)}`] : [],
		...paths.slice(0, mostShown).map(({ path, bytes }) => `${renderPath(path)} +${formatBytes(bytes)}`)
	].join("; ");
};

// src/report/image-growth.ts
const runs = {
	default: "the default branch's last run",
	branch: "this branch's last run"
};
/** Less is what any rebuild makes: an image's clock, a package's patch. */
const leastGrowthOf = ({ bytes }) => Math.max(1e6, .005 * bytes);
const toSince = (analysis, last, against) => last && {
	before: {
		...last,
		against
	},
	grown: findGrown(analysis, last, leastGrowthOf(last))
};
/**
* What was found out about the images of this run, each beside what it was.
*
* @param targets names of those whose sizes are kept, in the order of these
*/
const compareImages = (report, targets, last) => outcomesOf(report, "analyse").flatMap(({ step, result: analysis }) => {
	if (analysis === void 0) return [];
	const { image, names } = step;
	const at = targets.findIndex((name) => image.kind === "built" && image.by === toBuildId(name));
	const ofDefault = toSince(analysis, last.ofDefaultBranch?.[at], "default");
	const ofBranch = toSince(analysis, last.ofBranch?.[at], "branch");
	const since = ofDefault ?? ofBranch ?? { before: void 0 };
	return [{
		name: names.join(", "),
		analysis,
		...since,
		ofBranch: ofDefault && ofBranch
	}];
});
/** What to keep of the images, in the order of the targets; undefined where not all are known. */
const toImagesToKeep = (report, targets) => {
	const all = outcomesOf(report, "analyse");
	const images = targets.flatMap((name) => {
		const found = all.find(({ step }) => step.needs.includes(toBuildId(name)))?.result;
		if (found === void 0) return [];
		const { totalBytes: bytes, packedBytes } = found;
		return [{
			bytes,
			packedBytes,
			parts: toImageParts(found)
		}];
	});
	return images.length === targets.length ? images : void 0;
};
const toGrowth = (analysis, { before, grown }) => before && {
	bytes: analysis.totalBytes - before.bytes,
	against: before.against,
	...grown && toGrownOutput(analysis, grown)
};
/** How much each has grown, for the output; undefined where no earlier size is known. */
const toGrowths = (reports) => reports.map(({ analysis, ofBranch, ...since }) => {
	const growth = toGrowth(analysis, since);
	return growth && {
		...growth,
		ofBranch: ofBranch && toGrowth(analysis, ofBranch)
	};
});
const percentOf$1 = (part, whole) => whole === 0 ? "" : ` (${(100 * part / whole).toFixed(1)} %)`;
/** `+12 MB (0.6 %) since ...`; undefined where no earlier size is known. */
const renderChange = ({ analysis, before }) => {
	if (before === void 0) return void 0;
	const grown = analysis.totalBytes - before.bytes;
	return `${`${grown < 0 ? "-" : "+"}${formatBytes(Math.abs(grown))}${percentOf$1(grown, before.bytes)}`} since ${runs[before.against]}`;
};
/** What grew; empty where nobody knows. */
const renderParts$1 = ({ analysis, grown }) => grown === void 0 ? "" : renderGrown(analysis, grown);
/** Whether it is worth a second look that an image is not what it was in the branch's last run. */
const hasChanged = ({ totalBytes }, { before }) => before !== void 0 && Math.abs(totalBytes - before.bytes) >= leastGrowthOf(before);
/** `api:dev +12 MB (0.6 %) since ...: Dockerfile:7 ... +10 MB`, where an earlier size is known. */
const renderGrowth = (reports) => {
	const each = reports.flatMap(({ name, analysis, ofBranch, ...since }) => {
		return [since, ...ofBranch !== void 0 && hasChanged(analysis, ofBranch) ? [ofBranch] : []].flatMap((one) => {
			const change = renderChange({
				analysis,
				...one
			});
			const parts = renderParts$1({
				analysis,
				...one
			});
			return change === void 0 ? [] : [`${name} ${change}${parts && `: ${parts}`}`];
		});
	});
	return each.length === 0 ? void 0 : each.join(" · ");
};

// src/text/shorten.ts
/**
* A name that is cut, with digits of a hash in place of what it does not say: others that are cut stay apart from
* it, and it is the same in every run.
*
* @param most characters of the result
* @param meant what it stands for
*/
const shorten = (name, most, meant, digits = 8) => {
	const mark = createHash("sha256").update(meant).digest("hex").slice(0, digits);
	return `${name.slice(0, most - digits - 1).replace(/[^a-zA-Z0-9]+$/, "")}-${mark}`;
};

// src/files/volumes.ts
/**
* A name that Kubernetes takes for objects and labels, and that no other path has: `/var/local/NAME` is NAME, and
* what does not say all of a path has digits behind it.
*/
const toObjectName = (target) => {
	const name = target.toLowerCase().replace(/^\/var\/(?:local\/|lib\/)?/, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "files";
	return target === `/var/local/${name}` && name.length <= 40 ? name : shorten(name, 40, target);
};
/** What the image of a path's files is called in the nodes. */
const toFilesImage = (target, id) => `${filesImages}/${toObjectName(target)}:${id}`;
const accessOf = (isWritable) => isWritable ? "ReadWriteOnce" : "ReadOnlyMany";
/** A local volume is on one node, and a claim takes one volume: each node has its own of both. */
const toPersistent = (name, { target, isWritable }, node, bytes) => {
	const accessModes = [accessOf(isWritable)];
	const storage = `${Math.max(1, Math.ceil(bytes / 2 ** 20))}Mi`;
	const whole = `${name}-${node}`;
	const own = whole.length > 63 ? shorten(whole, 63, `${target}\0${node}`) : whole;
	return [{
		apiVersion: "v1",
		kind: "PersistentVolume",
		metadata: { name: own },
		spec: {
			capacity: { storage },
			accessModes,
			persistentVolumeReclaimPolicy: "Retain",
			storageClassName: "",
			claimRef: {
				namespace: "default",
				name: own
			},
			local: { path: target },
			nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{
				key: "kubernetes.io/hostname",
				operator: "In",
				values: [node]
			}] }] } }
		}
	}, {
		apiVersion: "v1",
		kind: "PersistentVolumeClaim",
		metadata: {
			name: own,
			namespace: "default"
		},
		spec: {
			accessModes,
			storageClassName: "",
			volumeName: own,
			resources: { requests: { storage } }
		}
	}];
};
/** How pods use files that nodes have. */
const toVolume = (files, isFile, sizeBytes, nodes, image) => {
	const { target, isWritable } = files;
	const name = toObjectName(target);
	const type = isFile === void 0 ? "" : isFile ? "File" : "Directory";
	return {
		target,
		nodes: nodes.map((node) => node.name),
		volume: {
			name,
			hostPath: {
				path: target,
				type
			}
		},
		volumeMount: {
			name,
			mountPath: target,
			readOnly: !isWritable
		},
		...image !== void 0 && { image: {
			reference: image,
			pullPolicy: "Never"
		} },
		persistentVolumes: isFile ? [] : nodes.flatMap((node) => toPersistent(name, files, node.name, sizeBytes))
	};
};

// src/token/ended-token.ts
/** `acme/one, acme/two · contents: read · lived 4.1 s, revoked`. */
const renderEndedToken = (token) => {
	const { owner, repositories, permissions, livedMs, isRevoked } = token;
	const names = repositories.length === 0 ? `all repositories of ${owner}` : repositories.map((name) => `${owner}/${name}`).join(", ");
	const granted = Object.entries(permissions).map(([name, level]) => `${name}: ${level}`);
	const life = `lived ${formatDuration(livedMs)}, ${isRevoked ? "revoked" : "not revoked yet"}`;
	return [
		names,
		...granted.length === 0 ? [] : [granted.join(", ")],
		life
	].join(" · ");
};

// src/report/usual.ts
/** Fewer runs have no usual time. */
const fewestRuns = 3;
/** What is no longer than this is not worth a word. */
const shortMs = 5e3;
/** So much more than usual is noteworthy. */
const isMuch = (ms, usualMs) => ms - usualMs >= 2 * shortMs && ms >= 1.3 * usualMs;
const sum$2 = (times) => times.reduce((total, ms) => total + ms, 0);
const toMedian = (times) => {
	const sorted = times.toSorted((a, b) => a - b);
	const middle = (sorted.length - 1) / 2;
	return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
};
const buildsOf = (report, { targets }) => targets.flatMap((name) => outcomesOf(report, "build").filter(({ step }) => step.target.name === name));
const toMs$1 = ({ time }) => time === void 0 ? 0 : time.endedMs - time.startedMs;
/** How long the builds took, each; undefined where not all ended well. */
const toBuildTimes = (report, history) => {
	const builds = buildsOf(report, history);
	return builds.every(({ state }) => state === "done") && builds.length === history.targets.length ? builds.map(toMs$1) : void 0;
};
/** What took the time of a build, as far as that is not its own slow steps. */
const findCauses = ({ result }) => {
	if (result === void 0) return [];
	const { timings, missed } = result.metadata;
	const phases = [
		["base images pulled anew", timings.pullMs],
		["context sent", timings.contextMs],
		["caches read and written", timings.cacheMs],
		["image exported", timings.exportMs]
	];
	const at = missed?.location;
	const where = at === void 0 ? "" : ` from line ${at.line} of ${at.file}`;
	return [...phases.flatMap(([what, ms]) => ms < shortMs ? [] : [`${what} (${formatDuration(ms)})`]), ...missed === void 0 ? [] : [`cache missed${where}: ${missed.instruction}`]];
};
/** The target that took most beyond its usual time, where each has one. */
const findSlower = (builds, before) => {
	return builds.map((build, index) => {
		const usualMs = toMedian(before.map((times) => times[index] ?? 0));
		return {
			build,
			ms: toMs$1(build),
			usualMs
		};
	}).toSorted((a, b) => b.ms - b.usualMs - (a.ms - a.usualMs))[0];
};
/**
* How long the builds took beside what they usually take, in one line, and why they took longer; undefined
* where nobody knows what is usual.
*/
const compareWithUsual = (report, history) => {
	const { before } = history;
	const times = toBuildTimes(report, history);
	if (times === void 0 || before.length < fewestRuns) return void 0;
	const [ms, usualMs] = [sum$2(times), toMedian(before.map(sum$2))];
	const runs = `the last ${before.length} runs`;
	const all = `${formatDuration(ms)}, usually ${formatDuration(usualMs)} (${runs})`;
	if (!isMuch(ms, usualMs)) return {
		line: all,
		isSlower: false
	};
	const builds = buildsOf(report, history);
	const slower = before.every(({ length }) => length === builds.length) && builds.length > 1 ? findSlower(builds, before) : void 0;
	const ofOne = slower && `${slower.build.step.target.name} ${formatDuration(slower.ms)}`;
	const one = slower && `; most of it ${ofOne}, usually ${formatDuration(slower.usualMs)}`;
	const build = slower?.build ?? builds.toSorted((a, b) => toMs$1(b) - toMs$1(a))[0];
	const causes = build === void 0 ? [] : findCauses(build);
	const why = causes.length === 0 ? "" : `: ${causes.join("; ")}`;
	return {
		line: `${all}${one ?? ""}${why}`,
		isSlower: true
	};
};

// src/docker/prepare-config.ts
/**
* What the step gives the docker command of its own, instead of what this user cannot use. Keeps all that works. Where a folder for logins is out of reach, nothing is lost with another one.
* Where only buildx cannot write, logins and contexts stay where they are, and buildx alone gets
* another one: so a login never has to be copied.
*
* @param tempDir a folder that ends with the step
*/
const planOwnFolders = ({ config, buildx }, tempDir) => {
	const own = join(tempDir, "docker");
	const ownBuildx = join(own, "buildx");
	const variables = {
		...!config.isInReach && { DOCKER_CONFIG: own },
		...!buildx.isUsable && { BUILDX_CONFIG: ownBuildx }
	};
	const from = config.isInReach && !buildx.isUsable ? buildx.path : void 0;
	return {
		variables,
		builders: from === void 0 ? void 0 : {
			from,
			to: ownBuildx
		}
	};
};
/** Names of builders and of this machine; no secrets, which `instances` may hold. */
const copyIfThere = (from, to) => {
	if (!isMissing$1(from)) writeFileSync(to, readRegularFile(from), { mode: 384 });
};
/**
* Lets buildx find the builders of a folder in which it cannot write, and which of them is in use.
* The builders themselves are only linked: with them are keys of registries and of remote builders.
*
* @returns whether there are none that could not be read
*/
const lendBuilders = (from, to) => {
	mkdirSync(join(to, "defaults"), {
		recursive: true,
		mode: 448
	});
	const instances = resolve(from, "instances");
	if (isMissing$1(instances)) return true;
	if (!canRead(instances) || !canSearch(instances)) return false;
	try {
		for (const name of [".buildNodeID", "current"]) copyIfThere(join(from, name), join(to, name));
		const defaults = join(from, "defaults");
		for (const name of isMissing$1(defaults) ? [] : readdirSync(defaults)) copyIfThere(join(defaults, name), join(to, "defaults", name));
	} catch {
		return false;
	}
	symlinkSync(instances, join(to, "instances"));
	return true;
};
/**
* Makes folders of the step's own where docker and buildx cannot use this user's.
*
* @param tempDir a folder that ends with the step
* @returns the environment for docker, and for all that starts it
*/
const prepareConfig = (env, tempDir, log) => {
	const found = findDockerFolders(env);
	const { variables, builders } = planOwnFolders(found, tempDir);
	if (variables["DOCKER_CONFIG"] !== void 0) {
		const { path } = found.config;
		log(path === void 0 ? "This user has no home folder: docker has no logins and no contexts." : `This user cannot use ${path}: docker has no logins and no contexts from there.`);
	}
	if (builders !== void 0) {
		const without = lendBuilders(builders.from, builders.to) ? "" : ", and cannot read the builders there";
		log(`buildx cannot write to ${builders.from}${without}: it uses a folder of this step.`);
	}
	return {
		...env,
		...variables
	};
};

// src/host/core-limit.ts
/**
* Keeps secrets out of core dumps of this process and of the children that it starts from now on. One
* byte, not none: the kernel then writes no file and starts no collector either (core(5)); a limit of
* none would be ignored for collectors. Node cannot set limits, util-linux can.
*/
const forbidCoreDumps = async (env) => {
	const args = [`--pid=${process.pid}`, "--core=1:1"];
	const options = {
		env: { ...env },
		silent: true,
		ignoreReturnCode: true
	};
	const file = ["/usr/bin/prlimit", "/bin/prlimit"].find(existsSync);
	if (file === void 0) return;
	const { exec } = await import("./exec.js");
	await exec(file, args, options).catch(() => void 0);
};

// src/host/left-folders.ts
/**
* Removes folders of this user's runs that are so old that no job can have them. Their post was killed, too, or
* the machine went. Never fails.
*
* @param nowMs since 1970
*/
const removeLeftFolders = (dir, nowMs) => {
	for (const name of attempt(() => readdirSync(dir)) ?? []) {
		const folder = join(dir, name);
		if (!isImagesFolder(name) || !isOwnFolder(folder)) continue;
		attempt(() => {
			if (nowMs - statSync(folder).mtimeMs > 432e6) rmSync(folder, {
				recursive: true,
				force: true
			});
		});
	}
};

// src/diagnose/recording/begin-recording.ts
/** Mostly it has ended long before. */
const patienceMs = 3500;
/** A string says why nothing could be recorded. */
const record = async (options) => {
	await options.after;
	const { clusterName, folder, childEnv } = options;
	const baseline = await withEngineApi(createDocker(childEnv), async (api) => {
		const { nodes } = await inspectNodes$2(api.get, clusterName);
		return toBaseline(clusterName, await gatherNodes$1(api, nodes, "kernel-only"));
	});
	if (baseline === void 0) return "no node answered";
	writeBaseline(folder, baseline);
	startRecorder(folder, childEnv);
	return baseline;
};
/**
* Records how things are before anything is loaded, and has a process go on recording until post. No
* trouble with it is the step's.
*
* @returns what adds the images that were loaded
*/
const beginRecording = (options) => {
	const recording = record(options).catch(renderError);
	const refuse = (why) => options.line(`Could not record the nodes' state; the post step will not diagnose: ${why}`);
	return async (images) => {
		const baseline = await within(recording, patienceMs, "no answer in time");
		if (typeof baseline === "string") return refuse(baseline);
		try {
			writeBaseline(options.folder, {
				...baseline,
				images
			});
		} catch (error) {
			refuse(renderError(error));
		}
	};
};

// src/build/refuse.ts
/**
* An image in `images` is loaded as Docker has it at the start, so one that this step is about to
* build would be the old one or the new one, as it happens.
*
* @throws {Failure} naming them
*/
const refuseOwnImages = (images, targets) => {
	for (const image of images) {
		const target = targets.find(({ tags }) => tags.some(({ canonical }) => canonical === image.canonical));
		if (target === void 0) continue;
		const remedy = target.isWanted ? `Remove ${image.given} from images: what the step builds is loaded anyway.` : `Remove ${image.given} from images, and add ${target.name} to targets, so that it is loaded.`;
		throw new Failure(`images names ${image.given}, which this step itself builds`, { remedy });
	}
};
/**
* Only the containerd store holds an image for several platforms; what goes into the nodes at once is for
* theirs.
*
* @throws {Failure} naming the first target that asks for them
*/
const refuseSeveralPlatforms = (targets, { driver, hasContainerdStore }) => {
	for (const target of targets) {
		const platforms = toTexts(target.bake.definition["platforms"]);
		if (platforms.length < 2 || target.output === "cache") continue;
		const isLayout = isForFolder(target);
		if (hasContainerdStore && !isLayout) continue;
		const what = `${target.name} is for several platforms (${platforms.join(", ")})`;
		if (isLayout) {
			const how = `Name the nodes' platform, ${onePlatformOf(platforms)}, and build for others in a step of its own.`;
			throw new Failure(`${what}, and nodes take an image for one`, { remedy: how });
		}
		throw new Failure(`${what}, and Docker's ${driver} store holds one`, { remedy: `Set bake-set: ${target.name}.platform=${onePlatformOf(platforms)}, as the nodes need no other, or use Docker's containerd image store.` });
	}
};
/** That of the nodes, as far as this machine tells: they run beside us, mostly. */
const onePlatformOf = (platforms) => platforms.includes(usualPlatform) ? usualPlatform : platforms[0] ?? usualPlatform;

// src/build/exports.ts
/** Whether the builder can write its cache to another place than the image. */
const canExportCache = ({ driver, hasContainerdStore }) => driver !== "docker" || hasContainerdStore;
/** Why it cannot. */
const classicStore = "the docker driver cannot export its cache from the classic image store";
/** The names of targets with an entry of some kind. */
const findNames = (targets, word, isMeant) => targets.filter(({ bake }) => toEntries$1(bake.definition[word]).map(toFields).some(isMeant)).map(({ name }) => name);
/** Targets whose images shall have attestations, by their names. */
const findAttested = (targets) => findNames(targets, "attest", (fields) => fields.get("disabled") !== "true");
/** The same of annotations. */
const findAnnotated = (targets) => targets.filter(({ bake }) => toEntries$1(bake.definition["annotations"]).length > 0).map(({ name }) => name);
/**
* Requires that the builder can do what `cache-to` says.
*
* @throws {Failure} before anything is built, as every one of these builds would fail
*/
const requireCacheExport = (targets, facts) => {
	if (canExportCache(facts)) return;
	const names = findNames(targets, "cache-to", (fields) => {
		const type = fields.get("type") ?? "registry";
		return type !== "inline" && (type !== "gha" || facts.hasCacheService);
	});
	if (names.length === 0) return;
	throw new Failure(`cache-to of ${names.join(", ")}: ${classicStore}`, { remedy: "Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, write type=inline (or `cache: inline`), or set `bake-set: '*.cache-to='`." });
};

// src/build/require-outputs.ts
/** The first release of buildx whose Bake knows an attribute; older ones leave it out without a word. */
const firstBuildx = {
	"extra-hosts": ["add-hosts", [0, 25]],
	network: ["network", [0, 17]],
	entitlements: ["allow", [0, 17]]
};
/**
* Requires that buildx knows what the step says.
*
* @param findVersion asks buildx, if that matters
* @throws {Failure} with the input, and the version that it needs
*/
const requireBuildx = async ({ definition }, findVersion) => {
	const targets = Object.values(definition?.target ?? {});
	for (const [word, [input, wanted]] of Object.entries(firstBuildx)) {
		if (!targets.some((target) => target[word] !== void 0)) continue;
		const version = await findVersion();
		if (version === void 0 || !isOlder(version, wanted)) continue;
		const what = `${input} needs buildx ${wanted.join(".")} or newer, and this one is ${version.join(".")}`;
		throw new Failure(what, { remedy: "Install a newer one, as with `version: latest` of docker/setup-buildx-action." });
	}
};
const another = "Use another builder, as of docker/setup-buildx-action, and leave load out.";
const findUnnamed = (targets) => targets.filter(({ further, tags }) => tags.length === 0 && further.some((out) => isPush(out) && !out.has("name"))).map(({ name }) => [`push: ${name} has no tags, so nothing says where to`, "Give it a tag with its registry, such as ghcr.io/acme/api:dev."]);
/** What would be in Docker's store with the image, and go into the nodes. */
const findMixed = (targets) => {
	const mixed = targets.filter(({ output, further }) => output === "docker" && further.length > 0);
	const toProblem = (word, names) => names.length === 0 ? [] : [[`${word} of ${names.join(", ")} would also be in Docker's store and in the nodes`, another]];
	return [...toProblem("attestations", findAttested(mixed)), ...toProblem("annotations", findAnnotated(mixed))];
};
const findImpossible = (targets, { builder, hasContainerdStore }) => {
	if (builder?.driver !== "docker" || hasContainerdStore) return [];
	return targets.flatMap(({ name, further }) => further.map((output) => output.get("type") ?? "").filter((type) => type === "oci" || type === "docker").map((type) => [`outputs of ${name}: Docker's classic image store cannot write type=${type}`, "Use another builder, as of docker/setup-buildx-action, or the containerd image store."]));
};
const severalOutputs = [0, 13];
const findOld = (targets, { builder }) => {
	const old = findOlder(builder?.versions ?? [], severalOutputs);
	const names = targets.filter(({ further }) => further.length > 0).map(({ name }) => name);
	if (old === void 0 || names.length === 0) return [];
	return [[`${`several outputs at once (${names.join(", ")}) need BuildKit 0.13 or newer`}, and the builder has ${old.join(".")}`, "Use a newer builder."]];
};
/** The part that decides: variants run on what is newer, and a builder has one for each. */
const toBare = (platform) => normalizePlatform(platform).replace(/^([^/]+\/(?:amd64|arm64))\/.*$/, "$1");
/** A Dockerfile that says where its steps run may need no such machine. */
const saysPlatform = ({ bake }, workspace) => {
	const { dockerfile, folder } = toBakeFiles(bake.definition, workspace);
	const text = dockerfile && readQuietly$1(dockerfile);
	return folder === void 0 || text === void 0 || /--platform=/.test(text);
};
const findForeign$1 = (targets, { builder, workspace }) => {
	const known = (builder?.platforms ?? []).map(toBare);
	if (known.length === 0) return [];
	return targets.flatMap((target) => {
		const lacking = toTexts(target.bake.definition["platforms"]).filter((each) => each !== "local" && !known.includes(toBare(each)));
		if (lacking.length === 0 || saysPlatform(target, workspace)) return [];
		return [[`${`platforms of ${target.name}: the builder has no ${lacking.join(", ")}`} (it has ${[...new Set(known)].join(", ")})`, "Use docker/setup-qemu-action before, a builder for them, or FROM --platform=$BUILDPLATFORM."]];
	});
};
/**
* Requires that the builder can make all that targets say at once.
*
* @throws {Failure} one for all that it cannot, before anything is built
*/
const requireOutputs = (targets, facts) => {
	const problems = [
		...findUnnamed(targets),
		...findMixed(targets),
		...findImpossible(targets, facts),
		...findOld(targets, facts),
		...findForeign$1(targets, facts)
	];
	const [first] = problems;
	if (first === void 0) return;
	const [what, remedy] = first;
	if (problems.length === 1) throw new Failure(what, { remedy });
	const lines = problems.map(([each, how]) => `- ${each}. ${how}`);
	throw new Failure(["The builder cannot make what the step asks for:", ...lines].join("\n"));
};

// src/manifests/decode.ts
/** Marks at a file's beginning that say how its text is encoded. */
const encodings = [
	[[
		239,
		187,
		191
	], "utf-8"],
	[[255, 254], "utf-16le"],
	[[254, 255], "utf-16be"]
];
const hasMark = (bytes, mark) => mark.every((byte, index) => bytes[index] === byte);
/** A manifest's text, as an editor of any system may have saved it; a string with `why` says why it is none. */
const decodeManifest = (bytes) => {
	const [, encoding = "utf-8"] = encodings.find(([mark]) => hasMark(bytes, mark)) ?? [];
	try {
		const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
		return text.includes("\0") ? { why: "it is not UTF-8 text (UTF-16 without a byte order mark?)" } : { text };
	} catch {
		return { why: `it is not ${encoding.toUpperCase()} text` };
	}
};

// src/manifests/workload.ts
/** What was found in several places, as one. */
const joinManifests = (all) => ({
	workloads: all.flatMap(({ workloads = [] }) => workloads),
	claims: all.flatMap(({ claims = [] }) => claims),
	persistentVolumes: all.flatMap(({ persistentVolumes = [] }) => persistentVolumes),
	accounts: all.flatMap(({ accounts = [] }) => accounts),
	images: all.flatMap(({ images = [] }) => images),
	unknownImages: all.flatMap(({ unknownImages = [] }) => unknownImages),
	warnings: all.flatMap(({ warnings = [] }) => warnings)
});

// src/manifests/find-manifests.ts
/** More than this is a whole repository, not what is applied. */
const mostFiles = 2e3;
const isManifestName = (path) => /\.(ya?ml|json)$/i.test(path);
/** Links are followed; one that leads nowhere is `other`, as is what is not there. */
const inspectPath = async (path, pattern, workspace) => {
	const found = await stat(path).catch(() => void 0);
	return {
		path,
		kind: found?.isFile() ? "file" : found?.isDirectory() ? "folder" : "other",
		outside: findOwnOutside(path, pattern, workspace)
	};
};
/** Links there are whoever's who wrote what was checked out; an absolute glob is the author's own. */
const findOwnOutside = (path, pattern, workspace) => pattern.startsWith("/") ? void 0 : findOutside(path, workspace, toRealPaths(".", workspace));
/** What would be gone through must not be the whole machine. */
const requireInside = (pattern, workspace) => {
	const folder = pattern.replace(/[^/]*[*?{[(].*$/s, "");
	const outside = findOwnOutside(folder, pattern, workspace);
	if (outside === void 0) return;
	throw new Failure(`manifests: ${pattern} leads out of the workspace, to ${outside}`, { remedy: "Write the absolute path if you mean that." });
};
const expand = async (pattern, search) => {
	const { workspace, exclude } = search;
	requireInside(pattern, workspace);
	const named = await inspectPath(resolve(workspace, pattern), pattern, workspace);
	if (named.kind !== "other") return [named];
	const entries = [];
	for await (const path of glob(pattern, {
		cwd: workspace,
		exclude
	})) {
		if (entries.length > mostFiles) break;
		if (isManifestName(path)) entries.push(await inspectPath(resolve(workspace, path), pattern, workspace));
	}
	return entries.filter(({ kind }) => kind !== "folder");
};
const requireSome = async (pattern, entries, excluded, workspace) => {
	const [first] = entries;
	if (first?.kind === "folder") throw new Failure(`manifests: ${pattern} is a folder`, { remedy: `Name its files, such as ${pattern.replace(/\/$/, "")}/*.yaml.` });
	if (entries.length > 0) return;
	if (excluded.length > 0 && (await expand(pattern, {
		workspace,
		exclude: []
	})).length > 0) {
		const all = excluded.map((glob) => `!${glob}`).join(", ");
		throw new Failure(`manifests: ${all} leaves out all files that ${pattern} matches`, { remedy: "Exclude less, or do not set manifests at all." });
	}
	throw new Failure(`manifests: ${pattern} matches no file that ends in .yaml, .yml or .json`, { remedy: "Paths start in the workspace. A step that writes manifests must run before this one." });
};
const findEntries$1 = async (patterns, workspace) => {
	const excluded = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1).trim().replace(/^\.\//, ""));
	const search = {
		workspace,
		exclude: ["**/node_modules", ...excluded]
	};
	const found = /* @__PURE__ */ new Map();
	for (const pattern of patterns.filter((each) => !each.startsWith("!"))) {
		const entries = await expand(pattern, search);
		await requireSome(pattern, entries, excluded, workspace);
		for (const entry of entries) found.set(entry.path, entry);
	}
	if (found.size > mostFiles) throw new Failure(`manifests: more than ${mostFiles} files match`, { remedy: "Name the folder of the manifests, such as k8s/**/*.yaml." });
	return [...found.values()].sort((a, b) => a.path.localeCompare(b.path));
};
const readManifest = (path) => {
	try {
		return decodeManifest(readRegularFile(path));
	} catch (error) {
		const { code, message } = error;
		return { why: `it cannot be read (${code ?? message})` };
	}
};
const readEntry = async ({ path, kind, outside }, workspace) => {
	const below = relative(workspace, path);
	const file = below.startsWith("..") ? path : below;
	const skip = (why) => ({ warnings: [{
		message: `${file} is not checked: ${why}.`,
		location: {
			file,
			line: 1
		}
	}] });
	if (kind !== "file") return skip("it is not a file");
	if (outside !== void 0) return skip(`it leads out of the workspace, to ${outside}`);
	const decoded = readManifest(path);
	if ("why" in decoded) return skip(decoded.why);
	const { parseManifest } = await import("./manifests-parse-manifest.js");
	return parseManifest(decoded.text, file);
};
/**
* Reads the Kubernetes manifests that the globs name, those that begin with `!` left out.
*
* @throws {Failure} when a glob matches no manifest: a typo must not mean that nothing is checked
*/
const findManifests = async (patterns, workspace) => {
	const read = [];
	for (const entry of await findEntries$1(patterns, workspace)) read.push(await readEntry(entry, workspace));
	return joinManifests(read);
};

// src/memory/restore-memory.ts
/** A cache that was slow so often is left alone. */
const mostSlowRuns = 2;
/** For so long; then it is tried again. */
const pauseDays = 7;
const dayMs = 864e5;
const lookupDeadlineMs = 5e3;
/** Less says nothing of a way. */
const leastBytes = 1e6;
const toRate = ({ bytes, ms }) => bytes * 1e3 / Math.max(ms, 1);
const isTold = ({ cache, registry }) => cache.bytes >= leastBytes && registry.bytes >= leastBytes;
const isPaused = (last) => last !== void 0 && last.slowRuns >= mostSlowRuns;
/**
* What is to be remembered of a restore.
*
* @param slowRuns before it
* @returns undefined where nothing has changed, or too little came to tell
*/
const judgeRestore = (moved, slowRuns) => {
	if (!isTold(moved)) return void 0;
	const isSlow = toRate(moved.cache) < toRate(moved.registry);
	return isSlow || slowRuns > 0 ? {
		...moved,
		slowRuns: isSlow ? slowRuns + 1 : 0
	} : void 0;
};
/** The beginning of all names for a repository's images. */
const toPrefix = ({ canonical }) => {
	return `slipway-restore-v1-${createHash("sha256").update(`${toRepository(canonical)}\0${architecture}`).digest("hex").slice(0, 16)}-`;
};
const toWord$1 = (value) => Math.round(value).toString(36);
/** The name that holds a restore; no two are the same. */
const toRestoreKey = (reference, { cache, registry, slowRuns }, nowMs) => {
	const ways = [cache, registry].map(({ bytes, ms }) => `${toWord$1(bytes)}.${toWord$1(ms)}`);
	const words = [
		toWord$1(nowMs / dayMs),
		toWord$1(slowRuns),
		...ways
	];
	return `${toPrefix(reference)}${words.join("-")}-${randomBytes(4).toString("hex")}`;
};
const keyPattern = /^(slipway-restore-v1-[0-9a-f]{16}-)([0-9a-z]{1,5})-([0-9a-z])-([0-9a-z]{1,9})\.([0-9a-z]{1,6})-([0-9a-z]{1,9})\.([0-9a-z]{1,6})-[0-9a-f]{8}$/;
/** What a name tells; undefined where it is not one that we would have given, or too old. */
const parseRestoreKey = (reference, key, nowMs) => {
	const [, prefix, ...words] = keyPattern.exec(key) ?? [];
	if (prefix !== toPrefix(reference)) return void 0;
	const [day = 0, slowRuns = 0, bytes = 0, ms = 0, registryBytes = 0, registryMs = 0] = words.map((word) => Number.parseInt(word, 36));
	const age = Math.round(nowMs / dayMs) - day;
	if (age < 0 || age >= 7) return void 0;
	return {
		cache: {
			bytes,
			ms
		},
		registry: {
			bytes: registryBytes,
			ms: registryMs
		},
		slowRuns
	};
};
/** What is remembered of images, by their canonical names. Nothing here may fail or hold up a job. */
const recallRestores = async (access, references) => {
	try {
		const question = {
			path: "slipway",
			keys: references.map(toPrefix),
			kind: "look"
		};
		const keys = await askCache(access, lookupDeadlineMs, question);
		return new Map(references.flatMap((reference, at) => {
			const found = parseRestoreKey(reference, keys[at] ?? "", Date.now());
			return found === void 0 ? [] : [[reference.canonical, found]];
		}));
	} catch (error) {
		access.debug(`Actions cache: ${renderError(error)}`);
		return /* @__PURE__ */ new Map();
	}
};

// src/facts/find-archived.ts
/**
* Images of archives. Most steps have none, and start without what reads them.
*
* @param folder for what has to be unpacked first
*/
const findArchived$1 = async ({ imageArchives }, folder, signal) => {
	if (imageArchives.length === 0) return [];
	const { findArchiveImages } = await import("./sources-archive-images.js");
	const found = [];
	for (const file of imageArchives) found.push(...await findArchiveImages(file, architecture, folder, signal));
	return found;
};

// src/build/cache-places.ts
/** Node.js' names, where they are not Docker's. */
const architectures = {
	x64: "amd64",
	ia32: "386"
};
const toWord = (text) => text.replace(/[^\w.-]+/g, "-");
/**
* What tells a target's cache from others: the target's name, and what else makes it another build. Jobs
* for several platforms, or stages, often share all else.
*/
const toScope = ({ name, tags, bake }, { architecture }) => {
	const isSingle = name !== bake.name;
	const own = architectures[architecture] ?? architecture;
	const { stage, platforms } = toVariant(bake.definition, own);
	const image = toRepository(tags[0]?.canonical ?? "").replace(/^docker\.io\/(library\/)?/, "");
	const rest = [...isSingle && stage !== void 0 ? [stage] : [], ...platforms === "linux/amd64" ? [] : [platforms]];
	return {
		full: toWord([isSingle ? image : name, ...rest].join("-")),
		/** Where the image's name stands before it. */
		short: toWord([...isSingle ? [] : [name], ...rest].join("-"))
	};
};
/**
* A name with its registry. Others are names of this machine: on Docker Hub they may be a stranger's, whose
* cache the build would take.
*/
const findRegistryTag = ({ tags }) => tags.find(({ given }) => /^(?:[^/]*[.:][^/]*|localhost)\//.test(given))?.given;
const longestTag = 128;
const toTag = (text) => text.length <= longestTag ? text : shorten(text, longestTag, text, 12);
const toCacheRef = (target, ref, facts) => {
	const { full, short } = toScope(target, facts);
	if (ref !== void 0) {
		const repository = toRepository(ref);
		return `${repository}:${toTag(`${ref.slice(repository.length + 1) || "buildcache"}-${full}`)}`;
	}
	const tag = findRegistryTag(target);
	const words = ["buildcache", ...short === "" ? [] : [short]];
	return tag && `${toRepository(tag)}:${toTag(words.join("-"))}`;
};
/** The entries of one target, and how its cache is called; undefined where it has no place. */
const toCache = (kind, target, { cacheRef }, facts) => {
	switch (kind) {
		case "none": return {
			place: "",
			entries: {}
		};
		case "gha": {
			const { full } = toScope(target, facts);
			const entry = `type=gha,scope=${full}`;
			const to = facts.mayWriteCache ? { "cache-to": [`${entry},mode=max`] } : {};
			return {
				place: `scope ${full}`,
				entries: {
					"cache-from": [entry],
					...to
				}
			};
		}
		case "registry": {
			const ref = toCacheRef(target, cacheRef, facts);
			const entry = `type=registry,ref=${ref}`;
			const entries = {
				"cache-from": [entry],
				"cache-to": [`${entry},mode=max`]
			};
			return ref === void 0 ? void 0 : {
				place: ref,
				entries
			};
		}
		case "inline": {
			const tag = findRegistryTag(target);
			const from = tag === void 0 ? {} : { "cache-from": [`type=registry,ref=${tag}`] };
			return {
				place: tag ?? "the image",
				entries: {
					...from,
					"cache-to": ["type=inline"]
				}
			};
		}
	}
};

// src/build/caches.ts
/** Why builds cannot use the Actions cache; undefined where they can. */
const findGhaObjection = ({ hasCacheService, isTrusted }) => {
	if (!hasCacheService) return "this runner offers no Actions cache";
	return isTrusted ? void 0 : "builds of a fork do not get the token of the Actions cache";
};
const readOnly = "this run may only read the Actions cache";
const choose = (targets, facts) => {
	const objection = findGhaObjection(facts) ?? (canExportCache(facts) ? void 0 : "the docker driver cannot export its cache from the classic image store");
	if (objection === void 0) return ["gha", "the runner has the Actions cache"];
	if (targets.some(({ further }) => further.some(isPush))) return ["inline", objection];
	return ["none", objection];
};
const hasOwn = ({ bake }) => [bake.definition["cache-from"], bake.definition["cache-to"]].some((each) => toEntries$1(each).length > 0);
const namesOf$1 = (targets) => targets.map(({ name }) => name).join(", ");
const refuseHomeless = (targets) => {
	if (targets.length === 0) return;
	throw new Failure(`cache: registry has no place for the cache of ${namesOf$1(targets)}: no tag names a registry`, { remedy: "Name a repository in cache-ref, such as ghcr.io/acme/cache, or begin a tag with its registry." });
};
const toLack = (why) => new Failure(`cache-required is set, and there is no cache: ${why}`, { remedy: "Leave cache-required out for such runs, or take another cache." });
/** Adds the caches that `cache` asks for. A target that has some of its own keeps them. */
const addCaches = (all, inputs, facts) => {
	if (inputs.cache === "none" || all.length === 0) return {
		targets: all,
		lines: []
	};
	const own = all.filter(hasOwn);
	const [kind, why] = inputs.cache === "auto" ? choose(all, facts) : [inputs.cache, ""];
	if (kind === "none" && own.length < all.length && inputs.cacheRequired) throw toLack(why);
	const found = all.map((target) => ({
		target,
		cache: hasOwn(target) ? void 0 : toCache(kind, target, inputs, facts)
	}));
	refuseHomeless(found.flatMap(({ target, cache }) => cache || hasOwn(target) ? [] : [target]));
	const places = found.flatMap(({ target, cache }) => cache && kind !== "none" ? [`${target.name} (${cache.place})`] : []);
	const chosen = inputs.cache === "auto" ? `auto chose ${kind}, as ${why}` : kind;
	const into = places.length === 0 ? "" : `: ${places.join(", ")}`;
	return {
		targets: found.map(({ target, cache }) => change(target, (definition) => ({
			...definition,
			...cache?.entries
		}))),
		lines: [`cache: ${chosen}${into}.`, ...own.length === 0 ? [] : [`cache: cache-from and cache-to stay as they are for ${namesOf$1(own)}.`]]
	};
};
const change = (target, toDefinition) => ({
	...target,
	bake: {
		...target.bake,
		definition: toDefinition(target.bake.definition)
	}
});
/** What its bases have as targets of their own: they find their cache, and have written it. */
const withBases = (target, all) => ({
	...target,
	bases: target.bases.map((base) => {
		const { definition = base.definition } = all.find(({ bake }) => bake.name === base.name)?.bake ?? {};
		const { "cache-from": from } = definition;
		const found = from === void 0 ? base.definition : {
			...base.definition,
			"cache-from": from
		};
		return {
			...base,
			definition: withoutCacheExport(found)
		};
	})
});
const isGha = (entry) => typeOf(toFields(entry)) === "gha";
/** buildx leaves out what it has no token for, and says nothing of it. */
const findIdle = (targets, facts) => {
	const uses = (word) => targets.filter(({ bake }) => toEntries$1(bake.definition[word]).some(isGha));
	const users = [.../* @__PURE__ */ new Set([...uses("cache-from"), ...uses("cache-to")])];
	if (users.length === 0) return void 0;
	const objection = findGhaObjection(facts);
	if (objection !== void 0) return `type=gha of ${namesOf$1(users)} has no effect: ${objection}`;
	return facts.mayWriteCache ? void 0 : `The cache of ${namesOf$1(users)} stays as it is: ${readOnly}`;
};
/**
* Decides where each target's cache is: what `cache` asks for, or the definition's own, made such that every
* registry takes it and that a build does not fail where it is not to.
*
* @throws {Failure} when a cache has no place, or what is required cannot be
*/
const planCaches = (all, inputs, facts) => {
	const added = addCaches(all, inputs, facts);
	const rules = {
		isRequired: inputs.cacheRequired,
		versions: facts.versions
	};
	const targets = added.targets.map((target) => change(target, (definition) => withSafeCaches(definition, rules)));
	const idle = findIdle(targets, facts);
	if (inputs.cacheRequired && idle !== void 0) throw toLack(idle);
	return {
		targets: targets.map((target) => withBases(target, targets)),
		lines: [...added.lines, ...idle === void 0 ? [] : [`${idle}.`]]
	};
};

// src/build/look-for-image.ts
/** A builder that is there answers in half a second. */
const deadlineMs$5 = 1e4;
/**
* Has the builder look for an image in its registry. Where nobody has it, that is no failure.
*
* @param folder of the run's own, which need not be there
*/
const lookForImage = async (docker, image, folder) => {
	mkdirSync(folder, {
		recursive: true,
		mode: 448
	});
	writeFileSync(join(folder, "Dockerfile"), `FROM ${image}\n`);
	const args = [
		"buildx",
		"build",
		"--quiet",
		"--output=type=cacheonly",
		"--",
		folder
	];
	await docker.try(args, { timeoutMs: deadlineMs$5 });
};

// src/build/requests.ts
const read$2 = (path) => ["read", path];
const write = (path) => ["write", path];
const ofContexts = (target, workspace) => {
	const { context = ".", contexts, dockerfile = "Dockerfile" } = target;
	const named = typeof context === "string" ? context : void 0;
	const paths = named === void 0 ? [] : toContextPaths(named, workspace);
	const file = String(dockerfile);
	const local = /^cwd:\/\/(.*)$/s.exec(file)?.[1];
	const ofFiles = (local !== void 0 || file.startsWith("/") ? [local ?? file] : paths.map((path) => join(path, file))).flatMap((path) => [dirname(path), ...toDockerfilePaths(path)]);
	const further = Object.values(contexts ?? {}).map(String);
	const agent = {
		key: "context",
		kind: "word",
		text: "ssh"
	};
	const ofKey = (key, all) => all.map((text) => ({
		key,
		kind: "read",
		text
	}));
	return [
		...ofKey("context", paths),
		...ofKey("dockerfile", ofFiles),
		...named !== void 0 && wantsAgent(named) ? [agent] : [],
		...further.flatMap((each) => ofKey("contexts", toContextPaths(each, workspace)))
	];
};
const ofSecret = (entry) => {
	const fields = toFields(entry);
	const env = fields.get("env");
	const paths = ["src", "source"].flatMap((name) => fields.get(name) || []);
	if (paths.length > 0 && fields.get("type") === "env" && !env) return [];
	return (paths.length > 0 || env ? paths : [fields.get("id") ?? ""]).map(read$2);
};
const ofSsh = (entry) => {
	const paths = typeof entry === "string" ? entry.slice(entry.indexOf("=") + 1 || entry.length).split(",") : toEntries$1(entry?.paths).map(String);
	const named = paths.filter((path) => path !== "");
	const isAgent = named.length < Math.max(paths.length, 1);
	return [...named.map(read$2), ...isAgent ? [["word", "ssh"]] : []];
};
const cachePaths = (entry) => ["src", "dest"].flatMap((name) => toFields(entry).get(name) ?? []);
/** `-` is standard output, a text without `=` a folder. */
const ofOutput = (entry) => {
	const path = toFields(entry).get("dest") ?? toFields(entry).get("");
	return path === void 0 || path === "" || path === "-" ? [] : [write(path)];
};
const ofEntitlement = (entry) => {
	const [name = "", value = ""] = String(entry).split(/=(.*)/s);
	const [device] = splitFields(value);
	return [["word", name === "device" && device ? `device=${device}` : String(entry)]];
};
/** buildx 0.31 reads any file; newer ones stay in the context and the folder that they are started in. */
const ofPolicy = (entry) => splitFields(String(entry)).flatMap((field) => {
	const [, path] = /^\s*filename\s*=(?:cwd:\/\/)?(.+)$/is.exec(field) ?? [];
	return path === void 0 ? [] : [read$2(path)];
});
/** What each entry of a word requests. */
const finders = {
	secret: ofSecret,
	ssh: ofSsh,
	"cache-from": (entry) => cachePaths(entry).map(read$2),
	"cache-to": (entry) => cachePaths(entry).map(write),
	output: ofOutput,
	policy: ofPolicy,
	network: (entry) => entry === "host" ? [["word", "network.host"]] : [],
	entitlements: ofEntitlement
};
/** `output` is replaced by ours. */
const reaching = [
	"context",
	"contexts",
	"dockerfile",
	...Object.keys(finders)
].filter((key) => key !== "output");
/**
* Bake printed what it had read, and reads it once more for the build: `${...}` in a path would be
* something else then.
*/
const ofTemplates = (target) => reaching.flatMap((key) => {
	const text = JSON.stringify(target[key] ?? "");
	return /[$%]\{/.test(text) ? [{
		key,
		kind: "template",
		text
	}] : [];
});
/**
* All that a target requests of the machine, as far as Bake's own `--allow` is about it, and more: what
* follows from an id alone, folders of images, names that look like addresses.
*/
const findRequests = (target, workspace) => [
	...ofTemplates(target),
	...ofContexts(target, workspace),
	...Object.entries(finders).flatMap(([key, find]) => toEntries$1(target[key]).flatMap(find).map(([kind, text]) => ({
		key,
		kind,
		text
	})))
];
/** What each target requests, by its name. */
const findTargetRequests = ({ target }, workspace) => new Map(Object.entries(target).map(([name, definition]) => [name, findRequests(definition, workspace)]));

// src/build/allowed.ts
const findNeeds = (requests, workspace, granted) => requests.flatMap((request) => {
	const { kind, text } = request;
	if (kind === "template") return [{
		request,
		allowance: ""
	}];
	if (kind === "word") return [{
		request,
		allowance: text
	}];
	const outside = findOutside(text, workspace, granted[kind]);
	return outside === void 0 ? [] : [{
		request,
		allowance: `fs.${kind}=${outside}`
	}];
});
const toFolders$1 = (paths, workspace) => paths.flatMap((path) => path === "*" ? ["/"] : toRealPaths(path, workspace));
/** `bake-set` is the workflow's author's own word; as for an input, an absolute path is meant. */
const findSetPaths = (sets, workspace) => sets.flatMap((line) => {
	const [, key = "", value = ""] = /^[^=]*?\.([\w-]+)[^=]*=(.*)$/s.exec(line) ?? [];
	const word = key === "secrets" ? "secret" : key;
	return findRequests({
		context: "target:",
		...word === "contexts" ? { contexts: { set: value } } : { [word]: value }
	}, workspace).filter(({ kind, text }) => /^(?:read|write)$/.test(kind) && text.startsWith("/"));
});
const toGranted = ({ sets }, allow, workspace) => {
	const own = toRealPaths(".", workspace);
	const set = findSetPaths(sets, workspace);
	const grant = (wanted, paths) => {
		const given = set.flatMap(({ kind, text }) => kind === wanted ? [text] : []);
		return [...own, ...toFolders$1([...paths, ...given], workspace)];
	};
	return {
		read: grant("read", allow.reads),
		write: grant("write", allow.writes)
	};
};
const isGranted = ({ request, allowance }, { words }) => request.kind === "word" && words.some((word) => word === allowance || word === "device" && /^device=/.test(allowance));
const longestValue = 200;
const quote = (text) => JSON.stringify(text.slice(0, longestValue));
/** As it is where that is one line that can be copied. */
const show$1 = (text) => /^[\x20-\x7e]*$/.test(text) && text.length <= longestValue ? text : quote(text);
const renderRefusal = (name, { request, allowance }) => {
	const { key, kind, text } = request;
	const what = `- ${name}: ${key}`;
	if (kind === "word") return `${what} needs ${show$1(allowance)}`;
	if (kind !== "template") return `${what} ${kind}s ${quote(text)} outside the workspace, needs ${show$1(allowance)}`;
	const how = key === "env_file" ? " (fs.read=* allows it)" : "";
	return `${what} has a variable in it, which Bake would evaluate: ${show$1(text)}${how}`;
};
/** A folder covers what is in it. */
const isCovered = (allowance, by) => allowance.startsWith(`${by.replace(/\/$/, "")}/`);
const toAllowances = (needs) => {
	const all = [...new Set(needs.map(({ allowance }) => allowance).filter((each) => each !== ""))];
	return all.filter((each) => !all.some((other) => other !== each && isCovered(each, other)));
};
/** A Bake file may have thousands of targets. */
const mostLines$1 = 50;
const toFailure = (lines, needs) => {
	const more = lines.length > mostLines$1 ? [`- and ${lines.length - mostLines$1} more`] : [];
	const allowances = toAllowances(needs).map(show$1);
	const remedy = allowances.length === 0 ? "Write these values without $ and %{." : `To allow it, add this line to the step: \`allow: ${allowances.join(", ")}\`. It then holds for the Bake file of every pull request.`;
	return new Failure([
		"The Bake files want what this step does not allow; nothing was built.",
		...lines.slice(0, mostLines$1),
		...more,
		remedy
	].join("\n"));
};
/** A Dockerfile in a context that is refused already says nothing new. */
const isNews = ({ request, allowance }, all) => request.key !== "dockerfile" || !all.some((other) => isCovered(allowance, other.allowance) || other.request.key === "context" && other.allowance === allowance);
/** Whether something may be read, of which a refusal is told later. */
const createMayRead = (bake, allow, workspace) => {
	const granted = toGranted(bake, allow, workspace);
	return ({ kind, text }) => kind === "read" && findOutside(text, workspace, granted.read) === void 0;
};
/**
* Requires that targets request nothing of the machine but files of the workspace and what the
* workflow's author allows. What is written in the step itself is that author's own.
*
* @param requested by targets, or by files
* @returns what each of them needs beyond the workspace, in the words of `bake --allow`
* @throws {Failure} one for all that is not allowed, with the input that allows it
*/
const requireAllowed = (requested, bake, allow, workspace) => {
	const own = toRealPaths(".", workspace);
	const granted = toGranted(bake, allow, workspace);
	const isRefused = (need) => need.request.kind === "template" || !(bake.definition !== void 0 || isGranted(need, allow));
	const refused = [...requested].map(([name, requests]) => {
		const needs = findNeeds(requests, workspace, granted).filter(isRefused);
		return {
			name,
			needs: needs.filter((need) => isNews(need, needs))
		};
	});
	const lines = refused.flatMap(({ name, needs }) => needs.map((need) => renderRefusal(name, need)));
	const needs = refused.flatMap((each) => each.needs);
	if (lines.length > 0) throw toFailure([...new Set(lines)], needs);
	const workspaceOnly = {
		read: own,
		write: own
	};
	return new Map([...requested].map(([name, requests]) => [name, toAllowances(findNeeds(requests, workspace, workspaceOnly))]));
};

// src/inputs/allow.ts
/** Lets outputs with `mode=delete` delete what their folders have besides. buildx alone asks for it. */
const localDelete = "buildx.local.delete";
/** Reads what the workflow's author allows. */
const readAllow = ({ list, check }) => {
	const values = check("allow", list("allow"));
	const pathsOf = (kind) => values.flatMap((value) => new RegExp(`^fs(?:\\.${kind})?=(.+)$`).exec(value)?.[1] ?? []);
	return {
		/** Such as `network.host` or `ssh`. */
		words: values.filter((value) => !/^fs(?:\.\w+)?=/.test(value)),
		/** Paths as given; `*` is all of them. */
		reads: pathsOf("read"),
		writes: pathsOf("write")
	};
};

// src/build/local-delete.ts
/** The first release of buildx whose Bake wants to be told of it; older ones refuse the word. */
const firstAsking = [0, 35];
/** The folders in which outputs delete what is not theirs, read as BuildKit does. */
const findDeleting = ({ definition }) => toEntries$1(definition["output"]).map(toFields).filter((output) => output.get("type") === "local" && output.get("mode")?.trim().toLowerCase() === "delete").map((output) => output.get("dest") ?? "");
/** Whether it is below the workspace, wherever links lead, and not all of it. */
const isBelow = (folder, workspace) => {
	const own = toRealPaths(".", workspace);
	return findOutside(folder, workspace, own) === void 0 && !toRealPaths(folder, workspace).some((real) => own.includes(real));
};
/**
* Lets outputs of the step's own delete what their folders have besides. Those of Bake files are left out of
* every build.
*
* @param findVersion asks buildx, if that matters
* @throws {Failure} where one would delete elsewhere than below the workspace, and nobody allows it
*/
const allowDeleting = async (targets, { words }, workspace, findVersion) => {
	const deleting = targets.filter((target) => findDeleting(target).length > 0);
	const version = deleting.length === 0 ? void 0 : await findVersion();
	if (version === void 0 || isOlder(version, firstAsking)) return targets;
	for (const target of words.includes("buildx.local.delete") ? [] : deleting) {
		const outside = findDeleting(target).find((folder) => !isBelow(folder, workspace));
		if (outside === void 0) continue;
		const what = `outputs of ${target.name}: mode=delete would delete files in ${JSON.stringify(outside)}, which is no folder below the workspace`;
		const remedy = `Take a folder of its own for dest. To allow it, add \`allow: ${localDelete}\` to the step.`;
		throw new Failure(what, { remedy });
	}
	return targets.map((target) => deleting.includes(target) && target.allowances !== void 0 ? {
		...target,
		allowances: [...target.allowances, localDelete]
	} : target);
};

// src/build/policy.ts
const isPrinted = (entry) => typeof entry === "object" && entry !== null && "Files" in entry;
/** What buildx 0.31 has read of the files is left out: it reads them again. */
const toEntry = ({ Files, Reset, Disabled, Strict, LogLevel }) => [
	...(Files ?? []).map(({ Filename = "" }) => `filename=${Filename}`),
	...Reset === true ? ["reset=true"] : [],
	...Disabled === true ? ["disabled=true"] : [],
	...typeof Strict === "boolean" ? [`strict=${Strict}`] : [],
	...LogLevel ? [`log-level=${LogLevel}`] : []
].map(quote$1).join(",");
/** What Bake printed, with the policies of its targets as Bake reads them. */
const withPolicies = (printed) => ({
	...printed,
	target: Object.fromEntries(Object.entries(printed.target).map(([name, target]) => {
		const { policy } = target;
		if (!Array.isArray(policy)) return [name, target];
		const entries = policy.map((each) => isPrinted(each) ? toEntry(each) : each);
		return [name, {
			...target,
			policy: entries
		}];
	}))
});

// src/build/way-in.ts
const timeoutMs$7 = 2e4;
/** Has buildx read a file that holds no secret, in the way in which it is to read secrets. */
const arrives = async (docker, way) => {
	const name = `probe-${randomBytes(8).toString("hex")}`;
	const fd = openMemoryFile(Buffer.from(JSON.stringify({ target: { [name]: {} } })));
	try {
		const args = [
			"buildx",
			"bake",
			"--print",
			`--file=${toPath(way, fd)}`,
			"--",
			name
		];
		const { code, stdout } = await docker.try(args, {
			timeoutMs: timeoutMs$7,
			stdin: { fd }
		});
		return code === 0 && stdout.includes(`"${name}"`);
	} finally {
		closeSync(fd);
	}
};
/** The path by which a child opens a descriptor of ours. */
const toPath = (way, fd) => way === "stdin" ? "/dev/stdin" : `/proc/${process.pid}/fd/${fd}`;
/**
* Finds out how a file in memory reaches buildx. What stands before docker, such as a script on the
* PATH, may close its standard input, and a secret would be empty without a word; or run it as
* another user or in a container, where our descriptors are not to be seen.
*
* @returns undefined where there is no way
*/
const findWayIn = async (docker) => {
	if (isDirect$1(docker.command([]).env) || await arrives(docker, "stdin")) return "stdin";
	return await arrives(docker, "descriptor") ? "descriptor" : void 0;
};
const variable = "SLIPWAY_PROBE";
/**
* The same for the environment.
*
* @param tempDir a folder of the step's own
*/
const passesEnvironment = async (docker, tempDir) => {
	if (isDirect$1(docker.command([]).env)) return true;
	const value = randomBytes(8).toString("hex");
	const file = join(tempDir, "probe.hcl");
	writeFileSync(file, `variable "${variable}" { default = "" }\n${`target "probe" { args = { VALUE = ${variable} } }`}\n`, { mode: 384 });
	const args = [
		"buildx",
		"bake",
		"--print",
		`--file=${file}`,
		"--",
		"probe"
	];
	const { code, stdout } = await docker.try(args, {
		timeoutMs: timeoutMs$7,
		env: { [variable]: value }
	});
	return code === 0 && stdout.includes(value);
};

// src/build/print-targets.ts
/** Grants nothing, as nothing is built; a Bake that does not know the flag says so. */
const probe = "--allow=network.host";
const knowsAllow = ({ code, stderr }) => code === 0 || !/unknown flag: --allow/.test(stderr);
/** What Bake reads on its own while it only prints: what it says of it may hold what is in it. */
const findFileRequests = async (bake, allow, workspace) => {
	const env = {
		key: ".env",
		kind: "read",
		text: ".env"
	};
	const compose = bake.files.filter((file) => !/\.(?:hcl|json)$/i.test(file));
	if (compose.length === 0) return [env];
	const { findComposeRequests } = await import("./build-compose-requests.js");
	return [env, ...findComposeRequests(compose, workspace, createMayRead(bake, allow, workspace))];
};
/** Bake's last word, without what it printed of its progress before. */
const explainUnread = ({ files }, ended) => {
	const said = ended.stderr.split("\n").findLast((line) => line.startsWith("ERROR: "));
	const why = said === void 0 || ended.timedOut ? describeEnd(ended) : said.slice(7);
	if (files.length === 0) return new Failure(`Bake refuses what the step builds: ${why}`, { remedy: "Correct the input, or the entry of builds, that it names." });
	return new Failure(`Bake cannot read ${files.join(", ")}: ${why}`, { remedy: `\`docker buildx bake --print ${files.map((file) => `-f ${file}`).join(" ")}\` says the same on your machine.` });
};
/**
* Has Bake read its files, or the builds that are written in the step.
*
* @throws {Failure} with what Bake said, or with what its targets want and may not have
*/
const printTargets = async (docker, bake, allow, workspace) => {
	const { files, definition, targets, sets } = bake;
	const way = definition !== void 0 && await findWayIn(docker) || "stdin";
	const print = async (...more) => {
		const fd = definition && openMemoryFile(Buffer.from(JSON.stringify(definition)));
		const flags = [...(fd === void 0 ? files : [toPath(way, fd)]).map((file) => `--file=${file}`), ...sets.map((set) => `--set=${set}`)];
		const args = [
			"buildx",
			"bake",
			"--print",
			...more,
			...flags,
			"--",
			...targets
		];
		const stdin = fd === void 0 ? {} : {
			stdin: { fd },
			env: { BUILDX_BAKE_FILE_RELATIVE_PATHS: "0" }
		};
		return docker.try(args, {
			cwd: workspace,
			...stdin
		}).finally(() => {
			if (fd !== void 0) closeSync(fd);
		});
	};
	const read = await findFileRequests(bake, allow, workspace);
	requireAllowed(/* @__PURE__ */ new Map([[files.join(", "), read]]), bake, allow, workspace);
	const first = await print(probe);
	const isAsking = knowsAllow(first);
	const ended = isAsking ? first : await print();
	if (ended.code !== 0) throw explainUnread(bake, ended);
	const printed = withPolicies(JSON.parse(ended.stdout));
	const requests = findTargetRequests(printed, workspace);
	const allowances = requireAllowed(requests, bake, allow, workspace);
	const order = targets.length > 0 ? targets : definition?.group?.["default"]?.targets ?? [];
	const found = readTargets(printed, workspace, isAsking ? allowances : void 0, order);
	refuseMissing$1(found, files, workspace);
	if (definition === void 0) return found;
	return allowDeleting(found, allow, workspace, () => findBuildxVersion(docker));
};

// src/registry/answer.ts
/** The distribution API's own codes, with the status that goes with each. */
const statuses = {
	BLOB_UNKNOWN: 404,
	BLOB_UPLOAD_INVALID: 416,
	BLOB_UPLOAD_UNKNOWN: 404,
	DIGEST_INVALID: 400,
	MANIFEST_BLOB_UNKNOWN: 400,
	MANIFEST_INVALID: 400,
	MANIFEST_UNKNOWN: 404,
	NAME_UNKNOWN: 404,
	SIZE_INVALID: 413,
	TOOMANYREQUESTS: 429,
	UNSUPPORTED: 405
};
/** What is refused, in the words of the API. */
var Refusal = class extends Error {
	code;
	constructor(code, message) {
		super(message);
		this.code = code;
	}
};
const send$2 = (response, status, headers = {}, body = "") => {
	response.writeHead(status, {
		"content-length": Buffer.byteLength(body),
		...headers
	});
	response.end(body);
};
const sendError = (response, status, code, message) => {
	if (response.headersSent) {
		response.destroy();
		return;
	}
	const body = JSON.stringify({ errors: [{
		code,
		message
	}] });
	send$2(response, status, {
		"content-type": "application/json",
		connection: "close"
	}, body);
};
const sendRefusal = (response, { code, message }) => sendError(response, statuses[code], code, message);
/** What is our own trouble: nobody but the step hears more of it. */
const sendTrouble = (response, isFull) => isFull ? sendError(response, 507, "DENIED", "no space left on device") : sendError(response, 500, "UNKNOWN", "the registry failed");

// src/registry/loopback.ts
/** A builder asks with a dozen connections at once. */
const mostConnections = 200;
const headersMs = 2e4;
/** Of a connection on which nothing moves. */
const silenceMs = 3e5;
/** Serves HTTP to processes of this machine, on a port that the system picks. */
const listen = async (handle) => {
	const server = createServer({
		headersTimeout: headersMs,
		requestTimeout: 0
	}, handle);
	server.maxConnections = mostConnections;
	server.setTimeout(silenceMs);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address();
	return {
		host: `127.0.0.1:${port}`,
		/** Cuts off all who ask. */
		close: async () => {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		}
	};
};

// src/docker/disk-full.ts
/** Whoever says it: the daemon, BuildKit, a node, or a program in a build. */
const pattern = /no space left on device|\bENOSPC\b(?!: System limit)|disk quota exceeded/i;
const saysNoSpace = (text) => pattern.test(text);
const isNoSpace = (error) => saysNoSpace(renderError(error));

// src/image/sources/layout-root.ts
/** containerd takes no larger manifests and configs. */
const largestBlob = 8e6;
/** Where an OCI layout has a blob. What is no digest could name any file. */
const toBlobPath = (folder, digest) => {
	if (!isDigest(digest)) throw new Error(`${JSON.stringify(digest)} is no digest`);
	return join(folder, "blobs", "sha256", toHex(digest));
};
/** Undefined where it is not there; empty files stand for layers that nobody needs. */
const sizeOfBlob = (folder, digest) => statSync(toBlobPath(folder, digest), { throwIfNoEntry: false })?.size;
/** The text of a blob that is what its digest says. */
const readBlob = (folder, digest) => {
	const content = readRegularFile(toBlobPath(folder, digest), largestBlob);
	const found = toDigest(content);
	if (found !== digest) throw new Error(`the blob ${digest} has the digest ${found}`);
	return content.toString("utf8");
};
const manifestType = /^application\/vnd\.(?:oci\.image\.(?:manifest|index)\.v1|docker\.distribution\.manifest(?:\.list)?\.v2)\+json$/;
/** A layer is a tar, and other documents are of other types. */
const readDocument = (folder, digest) => {
	const { size } = statSync(toBlobPath(folder, digest));
	if (size === 0 || size > largestBlob) return void 0;
	const text = readBlob(folder, digest);
	try {
		const document = JSON.parse(text);
		return manifestType.test(document.mediaType ?? "") ? document : void 0;
	} catch {
		return;
	}
};
/** The one manifest or index in a folder that no other one names. */
const findRoot = (folder) => {
	const documents = readdirSync(join(folder, "blobs", "sha256")).map((name) => `sha256:${name}`).flatMap((digest) => {
		const document = readDocument(folder, digest);
		return document === void 0 ? [] : [{
			digest,
			document
		}];
	});
	const named = new Set(documents.flatMap(({ document }) => (document.manifests ?? []).map(({ digest }) => digest)));
	const roots = documents.filter(({ digest }) => !named.has(digest));
	const [first] = roots;
	if (first !== void 0 && roots.length === 1) return first.digest;
	throw new Error(`it has ${roots.length} images that nothing names, not one`);
};
/** Attestations are for no platform. BuildKit lists an image once for each of its names. */
const pickOne = (manifests) => {
	const images = manifests.filter(({ platform }) => platform?.os !== "unknown");
	const digests = new Set(images.map(({ digest }) => digest));
	const [first] = digests;
	if (first !== void 0 && digests.size === 1) return first;
	throw new Error(`it has ${digests.size} images, not one`);
};
/**
* Finds the manifest of the image in an OCI layout.
*
* @param reported the digest that buildx reports of a build with further outputs: it writes that into
*   `index.json`, be it another output's
*/
const findManifest$1 = (folder, reported) => {
	const index = readRegularFile(join(folder, "index.json"), largestBlob).toString("utf8");
	const named = pickOne(JSON.parse(index).manifests ?? []);
	const root = named === reported && !existsSync(toBlobPath(folder, named)) ? findRoot(folder) : named;
	const { manifests } = JSON.parse(readBlob(folder, root));
	return manifests === void 0 ? root : pickOne(manifests);
};

// src/registry/blobs.ts
/** No layer of an image is larger; the disk may well be smaller. */
const mostBlobBytes = 2e11;
const createDraft = async (folder) => {
	const path = join(folder, `draft-${randomUUID()}`);
	const handle = await open(path, "wx", 384);
	const hash = createHash("sha256");
	let bytes = 0;
	const drop = async () => {
		await handle.close().catch(() => {});
		await rm(path, { force: true });
	};
	return {
		bytes: () => bytes,
		take: async (stream) => {
			for await (const chunk of stream) {
				bytes += chunk.length;
				if (bytes > mostBlobBytes) throw new Refusal("SIZE_INVALID", `a blob has at most ${mostBlobBytes} bytes`);
				hash.update(chunk);
				await handle.writeFile(chunk);
			}
		},
		keep: async (digest) => {
			const found = `sha256:${hash.digest("hex")}`;
			if (found !== digest) {
				await drop();
				throw new Refusal("DIGEST_INVALID", `${bytes} bytes came with the digest ${found}`);
			}
			await handle.close();
			await rename(path, toBlobPath(folder, digest));
		},
		drop
	};
};
/** The blobs of an OCI layout, each of which is what its name says. */
const createBlobs = (folder) => ({
	/** Its size; undefined where it is not there. */
	sizeOf: async (digest) => {
		const found = await lstat(toBlobPath(folder, digest)).catch(() => void 0);
		return found?.isFile() ? found.size : void 0;
	},
	pathOf: (digest) => toBlobPath(folder, digest),
	create: () => createDraft(folder),
	/** @returns its digest */
	add: async (content) => {
		const digest = toDigest(content);
		await writeFile(toBlobPath(folder, digest), content, { mode: 384 });
		return digest;
	},
	/** Says which of the layout's manifests is the image. */
	name: (descriptor) => writeFile(join(folder, "index.json"), JSON.stringify({
		schemaVersion: 2,
		manifests: [descriptor]
	}), { mode: 384 })
});

// src/registry/cache-documents.ts
const isLayer = (value) => {
	const { digest, size } = value ?? {};
	return isDigest(digest) && Number.isSafeInteger(size) && Number(size) > 0;
};
/** More steps than any Dockerfile has. */
const mostLayers = 5e3;
/**
* The layers that such documents name.
*
* @returns undefined where they are none: others may have written them
*/
const parseCacheLayers = ({ manifest, config }) => {
	const parsed = attempt(() => JSON.parse(manifest));
	const { layers } = parsed ?? {};
	return parsed?.config?.digest === toDigest(config) && Array.isArray(layers) && layers.length <= mostLayers && layers.every(isLayer) ? layers : void 0;
};
/** BuildKit takes a result whose layer the manifest does not name for one that it does not have. */
const withLayers = ({ manifest, config }, isThere) => {
	const parsed = JSON.parse(manifest);
	const layers = parsed.layers.filter(({ digest }) => isThere.has(digest));
	return {
		manifest: JSON.stringify({
			...parsed,
			layers
		}),
		config
	};
};
/**
* The part of a cache whose layers are still there: a result whose layers are gone would be found, and then
* fail the build.
*
* @returns undefined where nothing is left of it
*/
const toUsableCache = async (documents, has) => {
	const layers = parseCacheLayers(documents);
	if (layers === void 0) return void 0;
	const found = await Promise.all(layers.map(async ({ digest }) => await has(digest) ? [digest] : []));
	const there = new Set(found.flat());
	return there.size === 0 ? void 0 : withLayers(documents, there);
};

// src/registry/manifests.ts
/** As registries have it, by the distribution specification. */
const mostManifestBytes = 4194304;
/** A build has one for its image, one for its cache, and with attestations some more. */
const mostManifests = 1e3;
/** Under these tags the one build of a registry finds and puts what it makes. */
const tags = {
	image: "image",
	cache: "cache"
};
const types = /^application\/vnd\.(?:oci\.image\.(?:manifest|index)\.v1|docker\.distribution\.manifest(?:\.list)?\.v2)\+json$/;
const readContent$1 = async (request) => {
	const chunks = [];
	let bytes = 0;
	for await (const chunk of request) {
		bytes += chunk.length;
		if (bytes > mostManifestBytes) throw new Refusal("SIZE_INVALID", `a manifest has at most ${mostManifestBytes} bytes`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
};
const parse = (content, type) => {
	const manifest = attempt(() => JSON.parse(content));
	if (typeof manifest !== "object" || manifest === null || !types.test(type)) throw new Refusal("MANIFEST_INVALID", "it is no manifest of an image, and no index of some");
	if (manifest.mediaType !== void 0 && manifest.mediaType !== type) throw new Refusal("MANIFEST_INVALID", "its media type is not that of the request");
	return manifest;
};
/** All that it is made of: an image is taken only when nothing of it is missing. */
const partsOf = ({ config, layers, manifests }) => {
	const lists = [
		config ? [config] : [],
		layers ?? [],
		manifests ?? []
	];
	if (!lists.every(Array.isArray)) throw new Refusal("MANIFEST_INVALID", "what it is made of is no list");
	return lists.flat().map((each) => each?.digest);
};
/** The manifests of one registry. */
const createManifests = (blobs, has) => {
	const byDigest = /* @__PURE__ */ new Map();
	const byTag = /* @__PURE__ */ new Map();
	const find = (reference) => (isDigest(reference) ? byDigest : byTag).get(reference);
	const add = async (content, type, tag) => {
		if (byDigest.size >= mostManifests) throw new Refusal("TOOMANYREQUESTS", `there are ${mostManifests} manifests already`);
		const digest = await blobs.add(content);
		const known = {
			digest,
			type,
			content
		};
		byDigest.set(digest, known);
		if (tag !== void 0) byTag.set(tag, known);
		if (tag === tags.image) await blobs.name({
			mediaType: type,
			digest,
			size: Buffer.byteLength(content)
		});
		return known;
	};
	const put = async (request, response, reference) => {
		const content = await readContent$1(request);
		const type = request.headers["content-type"] ?? "";
		const manifest = parse(content, type);
		const isTag = !isDigest(reference);
		if (!isTag && reference !== toDigest(content)) throw new Refusal("DIGEST_INVALID", "it has another digest");
		for (const digest of partsOf(manifest)) {
			if (isDigest(digest) && (byDigest.has(digest) || await has(digest))) continue;
			throw new Refusal("MANIFEST_BLOB_UNKNOWN", `it names ${JSON.stringify(digest)?.slice(0, 100)}`);
		}
		const { digest } = await add(content, type, isTag ? reference : void 0);
		const location = `${request.url?.split("?")[0] ?? ""}`;
		send$2(response, 201, {
			location,
			"docker-content-digest": digest
		});
	};
	const get = (response, reference, isHead) => {
		const known = find(reference);
		if (known === void 0) throw new Refusal("MANIFEST_UNKNOWN", "there is no such manifest");
		const { type, digest, content } = known;
		const headers = {
			"content-type": type,
			"docker-content-digest": digest,
			"content-length": Buffer.byteLength(content)
		};
		send$2(response, 200, headers, isHead ? "" : content);
	};
	return {
		put,
		get,
		/** Has the next build find a cache. */
		seed: async ({ manifest, config }) => {
			await blobs.add(config);
			await add(manifest, "application/vnd.oci.image.manifest.v1+json", tags.cache);
		},
		/** The cache that the build has written; undefined where it has not. */
		findCache: (folder) => {
			const { content: manifest = "" } = byTag.get(tags.cache) ?? {};
			const { config } = attempt(() => JSON.parse(manifest)) ?? {};
			const text = attempt(() => readBlob(folder, String(config?.digest)));
			if (text === void 0) return void 0;
			const documents = {
				manifest,
				config: text
			};
			return parseCacheLayers(documents) && documents;
		}
	};
};

// src/registry/route.ts
const tag = /^\w[\w.-]{0,127}$/;
const uploadId = /^[0-9a-f-]{36}$/;
const digestOf = (text) => createHash("sha256").update(text).digest();
/** How long it takes tells nothing of how much is right. */
const isSame$1 = (one, other) => timingSafeEqual(digestOf(one), digestOf(other));
const parseRest = (kind, name, id) => {
	if (kind === "manifests" && name && (isDigest(name) || tag.test(name))) return {
		kind: "manifest",
		reference: name
	};
	if (kind !== "blobs") return { kind: "unknown" };
	if (isDigest(name)) return {
		kind: "blob",
		digest: name
	};
	if (name !== "uploads") return { kind: "unknown" };
	if (id === "") return { kind: "uploads" };
	return uploadId.test(id) ? {
		kind: "upload",
		id
	} : { kind: "unknown" };
};
/** Reads a path of the distribution API. The one repository has a name of one part. */
const parseRoute = (path, repository) => {
	if (/^\/v2\/?$/.test(path)) return { kind: "base" };
	const [, version, name = "", kind, reference, id = "", ...more] = path.split("/");
	if (version !== "v2" || more.length > 0) return { kind: "unknown" };
	if (!isSame$1(name, repository)) return { kind: "foreign" };
	if (id !== "" && reference !== "uploads") return { kind: "unknown" };
	return parseRest(kind, reference, id);
};

// src/registry/uploads.ts
/** BuildKit sends a handful of layers at once. */
const mostUploads = 64;
/** Of `content-range`, which only some clients send: where a piece begins. */
const startOf = ({ headers }) => {
	const range = headers["content-range"];
	if (range === void 0) return void 0;
	const [, start = ""] = /^(?:bytes )?(\d{1,15})-\d{1,15}(?:\/[\d*]+)?$/.exec(range) ?? [];
	return start === "" ? -1 : Number(start);
};
/** Blobs on their way into one registry, each in one piece or in several. */
const createUploads = (blobs, place) => {
	const open = /* @__PURE__ */ new Map();
	const placeOf = (id) => `${place}${id}`;
	const headersOf = (id, { draft }) => ({
		location: placeOf(id),
		"docker-upload-uuid": id,
		range: `0-${Math.max(0, draft.bytes() - 1)}`
	});
	const find = (id) => {
		const upload = open.get(id);
		if (upload === void 0) throw new Refusal("BLOB_UPLOAD_UNKNOWN", "there is no such upload");
		return upload;
	};
	const drop = async (id, { draft }) => {
		open.delete(id);
		await draft.drop();
	};
	/** Adds what a request brings; one that is cut off ends the upload. */
	const take = async (id, upload, request) => {
		const start = startOf(request);
		if (upload.isBusy || start !== void 0 && start !== upload.draft.bytes()) throw new Refusal("BLOB_UPLOAD_INVALID", `${upload.draft.bytes()} bytes are here`);
		upload.isBusy = true;
		try {
			await upload.draft.take(request);
		} catch (error) {
			await drop(id, upload);
			throw error;
		} finally {
			upload.isBusy = false;
		}
	};
	const keep = async (id, { draft }, digest, response) => {
		open.delete(id);
		if (!isDigest(digest)) {
			await draft.drop();
			throw new Refusal("DIGEST_INVALID", "digest is no SHA-256 digest");
		}
		await draft.keep(digest);
		const location = `${place.replace(/uploads\/$/, "")}${digest}`;
		send$2(response, 201, {
			location,
			"docker-content-digest": digest
		});
	};
	/** Files take a moment to be made, and many may be asked for in it. */
	let beginning = 0;
	const begin = async () => {
		if (open.size + beginning >= mostUploads) throw new Refusal("TOOMANYREQUESTS", `there are ${mostUploads} uploads already`);
		beginning += 1;
		const draft = await blobs.create().finally(() => {
			beginning -= 1;
		});
		const [id, upload] = [randomUUID(), {
			draft,
			isBusy: false
		}];
		open.set(id, upload);
		return [id, upload];
	};
	return {
		/** POST: begins one, or takes all of it where the digest is said at once. */
		begin: async (request, response, query) => {
			const [id, upload] = await begin();
			if (!query.has("digest")) return send$2(response, 202, headersOf(id, upload));
			await take(id, upload, request);
			return keep(id, upload, query.get("digest"), response);
		},
		/** PATCH, PUT, GET and DELETE of one. */
		go: async (id, request, response, query) => {
			const upload = find(id);
			switch (request.method) {
				case "PATCH":
					await take(id, upload, request);
					return send$2(response, 202, headersOf(id, upload));
				case "PUT":
					await take(id, upload, request);
					return keep(id, upload, query.get("digest"), response);
				case "GET": return send$2(response, 204, headersOf(id, upload));
				case "DELETE":
					await drop(id, upload);
					return send$2(response, 204);
				default: throw new Refusal("UNSUPPORTED", "uploads take PATCH, PUT, GET and DELETE");
			}
		},
		dropAll: async () => {
			await Promise.all([...open].map(([id, upload]) => drop(id, upload)));
		}
	};
};

// src/registry/server.ts
/** 128 bits: nobody guesses it in the life of a build. */
const toSecret = () => randomBytes(16).toString("hex");
/** Gives and takes what the distribution API has, in one repository. */
const createRepository = (order, repository) => {
	const { folder, layers, signal } = order;
	const blobs = createBlobs(folder);
	const lacking = /* @__PURE__ */ new Set();
	const has = async (digest) => await blobs.sizeOf(digest) !== void 0 || await layers.find(digest) !== void 0;
	/** What has been promised may be lost when the manifest comes; it is made good after the build. */
	const promised = /* @__PURE__ */ new Set();
	const manifests = createManifests(blobs, async (digest) => promised.has(digest) || has(digest));
	const uploads = createUploads(blobs, `/v2/${repository}/blobs/uploads/`);
	const findBlob = async (response, digest) => {
		const sizeBytes = await blobs.sizeOf(digest) ?? (await layers.find(digest))?.sizeBytes;
		if (sizeBytes === void 0) throw new Refusal("BLOB_UNKNOWN", "there is no such blob");
		promised.add(digest);
		const length = sizeBytes === null ? {} : { "content-length": sizeBytes };
		response.writeHead(200, {
			"content-type": "application/octet-stream",
			"docker-content-digest": digest,
			...length
		});
		response.end();
	};
	const sendBlob = async (response, digest) => {
		const size = await blobs.sizeOf(digest);
		const isOwn = size !== void 0;
		const sizeBytes = isOwn ? size : (await layers.find(digest))?.sizeBytes;
		const stream = isOwn ? createReadStream(blobs.pathOf(digest)) : await layers.open(digest, signal).catch(() => void 0);
		if (stream === void 0) {
			lacking.add(digest);
			throw new Refusal("BLOB_UNKNOWN", "its bytes are not here");
		}
		const length = typeof sizeBytes === "number" ? { "content-length": sizeBytes } : {};
		response.writeHead(200, {
			"content-type": "application/octet-stream",
			"docker-content-digest": digest,
			...length
		});
		/** Who ended it first. */
		const ends = response.destroyed ? ["builder"] : [];
		stream.once("error", () => void ends.push("source"));
		for (const end of ["error", "close"]) response.once(end, () => void ends.push("builder"));
		try {
			await pipeline$1(stream, response, { signal });
		} catch (error) {
			if (!isOwn && ends[0] === "source") lacking.add(digest);
			throw error;
		}
	};
	const answer = async (route, request, response, query) => {
		const { method = "" } = request;
		const isRead = method === "GET" || method === "HEAD";
		switch (route.kind) {
			case "base": return send$2(response, 200, { "content-type": "application/json" }, isRead ? "{}" : "");
			case "foreign": throw new Refusal("NAME_UNKNOWN", "there is no such repository");
			case "unknown": throw new Refusal("UNSUPPORTED", "this registry has manifests, blobs and uploads");
			case "manifest":
				if (isRead) return manifests.get(response, route.reference, method === "HEAD");
				if (method === "PUT") return manifests.put(request, response, route.reference);
				break;
			case "blob":
				if (method === "HEAD") return findBlob(response, route.digest);
				if (method === "GET") return sendBlob(response, route.digest);
				break;
			case "uploads":
				if (method === "POST") return uploads.begin(request, response, query);
				break;
			case "upload": return uploads.go(route.id, request, response, query);
		}
		throw new Refusal("UNSUPPORTED", `${method} is not for this`);
	};
	return {
		has,
		manifests,
		uploads,
		lacking,
		answer
	};
};
/**
* Starts a registry for one build, on the loopback alone. Its one repository has a random name: builders
* send what they are told as a name, and no token without a login in Docker's configuration, a file. It
* says "I have it" for layers that need not move, so a builder whose cache is empty moves none.
*/
const startRegistry = async (order) => {
	const secret = toSecret();
	const { has, manifests, uploads, lacking, answer } = createRepository(order, secret);
	const cache = order.cache && await toUsableCache(order.cache, has);
	if (cache !== void 0) await manifests.seed(cache);
	let trouble;
	const server = await listen((request, response) => {
		const [path = "", query] = (request.url ?? "").split("?");
		const route = parseRoute(path, secret);
		answer(route, request, response, new URLSearchParams(query)).catch((error) => {
			if (error instanceof Refusal) return sendRefusal(response, error);
			if (!request.destroyed && !response.destroyed) trouble ??= error;
			return sendTrouble(response, isNoSpace(error));
		});
	});
	const toName = (tag) => `${server.host}/${secret}:${tag}`;
	return {
		image: toName(tags.image),
		cacheTo: toName(tags.cache),
		cacheFrom: cache && toName(tags.cache),
		lacking,
		trouble: () => trouble,
		findCache: () => manifests.findCache(order.folder),
		close: async () => {
			await server.close();
			await uploads.dropAll();
		}
	};
};

// src/registry/reach.ts
/**
* Whether somebody who looks for an image that is not there comes to us: then our loopback is theirs.
*
* @param ask has them look for it; how that ends does not matter
*/
const isReached = async (ask) => {
	const secret = toSecret();
	let isHere = false;
	const server = await listen((request, response) => {
		isHere ||= request.url?.includes(secret) === true;
		send$2(response, 404);
	});
	try {
		await ask(`${server.host}/${secret}:probe`).catch(() => {});
		return isHere;
	} finally {
		await server.close();
	}
};
/** @param own the one that the step makes, which may not be there yet */
const isOnHostNetwork = async ({ get }, { nodes }, own) => {
	if (own !== void 0) return parseOptions(own.options).findLast(([name]) => name === "network")?.[1] === "host" && own.appended.length === 0;
	const [node = "", ...others] = nodes ?? [];
	if (node === "" || others.length > 0) return false;
	return (await get(`/containers/${toContainerName(node)}/json`))?.HostConfig?.NetworkMode === "host";
};
/** A tunnel begins here, too, and a socket may be passed on: only asking tells. */
const mayBeHere = (endpoint) => /^unix:|^tcp:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(endpoint);
/** A builder on another machine is not asked: it would wait for nobody there. */
const findRemoteObjection = async (endpoints, ask) => {
	if (endpoints.length !== 1 || !endpoints.every(mayBeHere)) return "a builder of the driver remote is used only at a loopback address or a socket";
	if (ask === void 0) return void 0;
	return await isReached(ask) ? void 0 : "the builder does not reach this machine's loopback";
};
const toEndpoints = ({ endpoints = [] }, own) => own === void 0 ? endpoints : [own, ...own.appended].flatMap(({ endpoint }) => endpoint ?? []);
/**
* Why a builder cannot push to this machine's loopback what nodes need; undefined where it can. Found by
* asking.
*
* @param own the builder's request where the step makes it
* @param askBuilder has the builder look for an image; how that ends does not matter. Undefined where it is not
*   there: its endpoint is believed then.
*/
const findObjection$2 = async (api, isLocalDaemon, builder, own, askBuilder) => {
	const { driver } = builder ?? {};
	if (builder === void 0 || !/^(?:docker|docker-container|remote)$/.test(builder.driver)) return `a builder of the driver ${driver ?? "that nobody knows"} may be on another machine`;
	if (!isLocalDaemon) return "Docker is on another machine";
	if (driver === "remote") return findRemoteObjection(toEndpoints(builder, own), askBuilder);
	if (!builder.isLocal) return "the builder is on another machine";
	if (driver === "docker" && !(await findEngine(api.get)).hasContainerdStore) return "Docker's own builder needs the containerd image store for that";
	if (driver === "docker-container" && !await isOnHostNetwork(api, builder, own)) return "its container is not on the host network (`driver-opts: network=host`)";
	const askDaemon = (image) => api.get(`/distribution/${image}/json`);
	return await isReached(askDaemon) ? void 0 : "Docker does not reach this machine's loopback";
};

// src/facts/find-builds.ts
/** The builder that the run makes, by what it is to be: it may still be booting. */
const toOwnBuilder = ({ driver, endpoint = "default", appended }, { isLocal }) => ({
	driver,
	isLocal: isLocal && driver === "docker-container" && appended.length === 0 && isDaemonHere(endpoint)
});
const toLast = ({ sizes, times, images }) => ({
	lastSizes: sizes,
	lastTimes: times,
	lastImages: images
});
/** What is to be linked, or loaded by kind, has to be in Docker's store. */
const keepsInDocker = ({ keepsInDocker: isAsked, loadMode }) => isAsked || loadMode !== "auto";
const onlyInRun = "build-cache: only a run can ask the builder whether it reaches this machine's loopback; this plan assumes it does.";
/**
* Whether the images come through a registry of the step's own, and a line that says why they do not.
*
* @throws {Failure} where the step asks for that in any case, and it cannot be
*/
const decideRegistry = async (api, docker, inputs, builder, layoutDir) => {
	const { buildCache, builder: own, keepImages } = inputs;
	if (buildCache === "never") return {
		usesRegistry: false,
		cacheLines: []
	};
	const isMissing = own !== void 0 && inputs.isDryRun;
	const ask = (image) => lookForImage(docker, image, join(layoutDir, "probe"));
	const objection = keepsInDocker(inputs) || keepImages === "always" ? "load, load-mode and keep-images want the images in Docker's store" : await findObjection$2(api, docker.isLocal, builder, own, isMissing ? void 0 : ask);
	if (objection === void 0) return {
		usesRegistry: true,
		cacheLines: isMissing && own.driver === "remote" ? [onlyInRun] : []
	};
	if (buildCache === "auto") return {
		usesRegistry: false,
		cacheLines: [`build-cache: not used, as ${objection}.`]
	};
	throw new Failure(`build-cache: true, but ${objection}`, { remedy: "Take `build-cache: auto` for runs that can do without." });
};
/** What is to be built, with what, and how large it was last time. */
const findBuilds = async (docker, api, inputs, { runId, workspace, layoutDir, hasCacheService, repository }, cache) => {
	const { bake, builder: own, existingBuilder, allow, imageReport } = inputs;
	const keptFor = hasCacheService ? repository : void 0;
	if (bake === void 0) return {
		targets: [],
		builder: void 0,
		cacheLines: [],
		...toLast(nothingRemembered),
		keptFor
	};
	const asking = own === void 0 ? findBuilder(docker, existingBuilder) : toOwnBuilder(own, docker);
	const printing = requireBuildx(bake, () => findBuildxVersion(docker)).then(() => printTargets(docker, bake, allow, workspace));
	const deciding = Promise.resolve(asking).then((found) => decideRegistry(api, docker, inputs, found, layoutDir));
	await Promise.allSettled([
		asking,
		printing,
		deciding
	]);
	const builder = await asking;
	const { usesRegistry, cacheLines } = await deciding;
	const targets = toTargets(await printing, builder?.driver, runId, {
		isSingle: bake.isSingle,
		isOwn: bake.definition !== void 0,
		pushes: bake.pushes,
		keepsInDocker: keepsInDocker(inputs),
		usesRegistry
	});
	const last = keptFor === void 0 ? nothingRemembered : await recall({
		repository: keptFor,
		...cache
	}, targets, imageReport !== "false");
	return {
		targets,
		builder,
		cacheLines,
		...toLast(last),
		keptFor
	};
};
/** Where the builds' caches are, of which nothing is asked on the way. */
const findCaches = (found, inputs, context) => {
	const { hasContainerdStore } = found.engine;
	const { hasCacheService, mayWriteCache } = context;
	const { driver, versions = [] } = found.builder ?? {};
	const { isTrusted } = inputs;
	const facts = {
		driver,
		versions,
		hasContainerdStore,
		hasCacheService,
		mayWriteCache,
		isTrusted,
		architecture: process.arch
	};
	const plan = planCaches(found.targets, inputs, facts);
	const usesService = hasCacheService && isTrusted;
	requireCacheExport(plan.targets, {
		...facts,
		hasCacheService: usesService
	});
	return plan;
};

// src/build/mounts/choose-mounts.ts
const noMounts = {
	mounts: [],
	users: []
};
/** What has another of these is another cache, though its id is the same; `sharing` is only how it is used. */
const toIdentity = ({ id, uid, gid, mode }) => JSON.stringify([
	id,
	uid ?? null,
	gid ?? null,
	mode ?? null
]);
/** How the keys of a cache's entries begin. */
const toMountStart = (mount) => {
	const text = `${architecture}\0${toIdentity(mount)}`;
	return `slipway-mount-v1-${createHash("sha256").update(text).digest("hex").slice(0, 16)}-`;
};
const findInTarget = ({ name, bake }, workspace) => {
	const words = toBakeWords(bake.definition);
	const dockerfile = readDockerfile(toBakeFiles(bake.definition, workspace));
	const isApart = "BUILDKIT_CACHE_MOUNT_NS" in words.args;
	return findCacheMounts$1(dockerfile, words).map((found) => ({
		...found,
		name,
		...isApart && {
			mount: void 0,
			why: "has BUILDKIT_CACHE_MOUNT_NS before its id"
		}
	}));
};
const explain$1 = (id, known, unclear) => {
	const near = findNearestWord(id, known);
	const others = known.length === 0 ? "" : ` They mount ${known.join(", ")}.`;
	const hint = near === void 0 ? others : ` Did you mean ${near}?`;
	const left = unclear.length === 0 ? "" : ` Not known: ${unclear.join("; ")}.`;
	return new Failure(`cache-mounts (${JSON.stringify(id)}): no build mounts a cache of this id`, { remedy: `Write the id of a RUN --mount=type=cache, or its target where it has none.${hint}${left}` });
};
/**
* Finds the caches of these ids in the Dockerfiles of what is built.
*
* @throws {Failure} when no build mounts one of them, as far as Dockerfiles of this machine say
*/
const chooseMounts = (ids, targets, workspace) => {
	if (ids.length === 0) return noMounts;
	const all = targets.flatMap((target) => findInTarget(target, workspace));
	const clear = all.flatMap(({ mount, name }) => mount === void 0 ? [] : [{
		mount,
		name
	}]);
	const known = [...new Set(clear.map(({ mount }) => mount.id))];
	const unclear = all.flatMap((each) => each.mount === void 0 ? [`the one in line ${each.line} of ${each.name} ${each.why}`] : []);
	for (const id of ids) if (!known.includes(id)) throw explain$1(id, known, unclear);
	const chosen = clear.filter(({ mount }) => ids.includes(mount.id));
	return {
		mounts: [...new Map(chosen.map(({ mount }) => [toIdentity(mount), mount])).values()],
		users: [...new Set(chosen.map(({ name }) => name))]
	};
};

// src/facts/find-cache-mounts.ts
/** Caches of RUN steps that can be kept, and a line that says why none can be. */
const findCacheMounts = ({ builder, targets }, { cacheMounts, isTrusted, builder: own }, { hasCacheService, workspace }) => {
	if (cacheMounts.length === 0) return {
		cacheMounts: noMounts,
		lines: []
	};
	const chosen = chooseMounts(cacheMounts, targets, workspace);
	const hasSeveral = (builder?.nodes?.length ?? 0) > 1 || (own?.appended.length ?? 0) > 0;
	const [objection] = [
		...hasCacheService ? [] : ["this run has no Actions cache"],
		...isTrusted ? [] : ["a fork's Dockerfile would see what is in them"],
		...hasSeveral ? ["the builder has several nodes"] : []
	];
	return objection === void 0 ? {
		cacheMounts: chosen,
		lines: []
	} : {
		cacheMounts: noMounts,
		lines: [`cache-mounts: not used, as ${objection}.`]
	};
};

// src/storage/catalog.ts
const gb = 1e9;
const everywhere = [
	"ubuntu22",
	"ubuntu24",
	"ubuntu26"
];
/**
* What may go: what should have the fewest files per byte first, as its bytes cost the least.
* Swap and apt packages stay: the one keeps memory-hungry jobs alive, the others take minutes.
*/
const catalog = [
	{
		name: "codeql",
		what: "the bundle of CodeQL",
		paths: ["/opt/hostedtoolcache/CodeQL"],
		typicalBytes: 1.7 * gb,
		images: everywhere
	},
	{
		name: "android",
		what: "the Android SDK and NDK",
		paths: ["/usr/local/lib/android"],
		typicalBytes: 11 * gb,
		images: everywhere
	},
	{
		name: "ghcup",
		what: "Haskell's compiler and tools",
		paths: ["/usr/local/.ghcup", "/opt/ghc"],
		typicalBytes: 5 * gb,
		images: everywhere
	},
	{
		name: "swift",
		what: "the Swift tool chain",
		paths: ["/usr/share/swift"],
		typicalBytes: 3 * gb,
		images: ["ubuntu22", "ubuntu24"]
	},
	{
		name: "dotnet",
		what: "the .NET SDKs",
		paths: ["/usr/share/dotnet", "/usr/lib/dotnet"],
		typicalBytes: 4 * gb,
		images: everywhere
	}
];

// src/disk/freeable.ts
/** Looks which folders of the catalog are there; whether they may go is asked once more then. */
const findFreeable = async () => {
	const found = catalog.map(async ({ name, paths, typicalBytes }) => {
		const stats = await Promise.all(paths.map((path) => lstat(path).catch(() => void 0)));
		const present = paths.flatMap((path, index) => {
			const stat = stats[index];
			return stat?.isDirectory() ? [{
				name,
				path,
				device: toDevice(stat.dev)
			}] : [];
		});
		return present.map((each) => ({
			...each,
			typicalBytes: typicalBytes / present.length
		}));
	});
	return (await Promise.all(found)).flat();
};

// src/docker/usage.ts
const toUsage = (answer) => {
	const { ImageUsage, BuildCacheUsage, ContainerUsage, VolumeUsage } = answer;
	if (ImageUsage === void 0) return answer.LayersSize === void 0 ? void 0 : answer;
	return {
		LayersSize: ImageUsage.TotalSize,
		Images: ImageUsage.Items,
		BuildCache: BuildCacheUsage?.Items,
		Containers: ContainerUsage?.Items,
		Volumes: VolumeUsage?.Items
	};
};
/**
* Asks for what Docker's data consists of.
*
* @param parts what is to be counted, images among it
* @returns undefined where Docker answers in words that are not known here
*/
const findUsage = async (get, parts) => {
	const answer = await get(`/system/df?${parts.map((part) => `type=${part}`).join("&")}&verbose=1`);
	return answer && toUsage(answer);
};

// src/docker/reusable.ts
/** Docker says -1 of what it has not counted. */
const sumBytes = (sizes = []) => sizes.reduce((all, size) => all + Math.max(0, size ?? 0), 0);
/** Of the build cache, what no image holds as well. */
const sumCache = ({ BuildCache }) => sumBytes(BuildCache?.filter(({ Shared }) => Shared !== true).map(({ Size }) => Size));
/** Upper bound of the bytes that a build may reuse: Docker's images except node images, plus unshared build cache. */
const toReusableBytes = (usage, nodes) => {
	const ofNodes = new Set(nodes.map(({ imageId }) => imageId));
	const images = usage.Images?.filter(({ Id }) => !ofNodes.has(Id));
	const imageBytes = sumBytes(images?.map(({ Size }) => Size));
	return Math.min(imageBytes, usage.LayersSize ?? 0) + sumCache(usage);
};
/** Docker may count long, or be asked the same by another job: nothing is refused for that. */
const deadlineMs$4 = 1e4;
/** Docker takes long to count them, so this is asked only where it matters. Infinite when unknown. */
const findReusableBytes = async (get, nodes) => {
	const asked = findUsage(get, ["image", "build-cache"]).catch(() => void 0);
	const usage = await within(asked, deadlineMs$4, void 0);
	return usage === void 0 ? Number.POSITIVE_INFINITY : toReusableBytes(usage, nodes);
};

// src/facts/find-disk.ts
/** What a load alone writes is little; it does not wait for this. */
const isNeeded = ({ targets }, { isDryRun }, { isHostedRunner }) => targets.length > 0 || isDryRun || isHostedRunner;
const findDisk = async (api, found, inputs, context) => {
	const { nodes, lastSizes } = found;
	const { tempRoot, isHostedRunner } = context;
	if (!isNeeded(found, inputs, context)) return {
		filesystems: [],
		nodeImages: /* @__PURE__ */ new Map(),
		freeable: [],
		reusableBytes: 0
	};
	const [{ filesystems, nodeImages }, freeable] = await Promise.all([findFilesystems(api, found, tempRoot), isHostedRunner ? findFreeable() : []]);
	const freeBytes = findDockers(filesystems)?.freeBytes ?? Number.POSITIVE_INFINITY;
	return {
		filesystems,
		nodeImages,
		freeable,
		reusableBytes: lastSizes !== void 0 && 4 * lastSizes.totalBytes > freeBytes ? await findReusableBytes(api.get, nodes.filter(isContainer)) : 0
	};
};

// src/inputs/node-files.ts
/** Of nodes' paths: what a shell, a manifest and a record take as it is. */
const targetPattern = /^(?:\/[A-Za-z0-9_@+.-]+)+$/;
/** Other programs' own, or memory. */
const foreign = [
	"/var/lib/containerd",
	"/var/lib/kubelet",
	"/var/lib/etcd",
	"/var/lib/docker",
	"/var/lib/cni",
	"/var/lib/slipway-files",
	"/var/run",
	"/var/lock",
	"/var/log"
];
const systemPattern = new RegExp(`^/(?:${[
	...[
		"bin",
		"boot",
		"dev",
		"etc",
		"kind",
		"lib",
		"lib64",
		"proc",
		"root",
		"run"
	],
	"sbin",
	"sys",
	"tmp",
	"usr"
].join("|")})(?:/|$)`);
const isWithin$2 = (path, folder) => `${path}/`.startsWith(`${folder}/`);
/** Why files cannot be put at a path of a node, whatever the node is; undefined where they can. */
const findTargetObjection = (target) => {
	const names = target.split("/").slice(1);
	if (!targetPattern.test(target) || names.some((name) => /^\.{1,2}$/.test(name))) return "the path on the node must be absolute, of letters, digits and _ @ + . -, as in /var/local/models";
	if (target.length > 200 || (names.at(-1) ?? "").length > 80) return "the path on the node is too long: at most 200 characters, its last name 80";
	if (systemPattern.test(target)) return "that path is in the node's own image or in its memory, where nothing stays. Take one below /var, such as /var/local/models";
	const owner = foreign.find((folder) => isWithin$2(target, folder) || isWithin$2(folder, target));
	if (owner !== void 0) return `${owner} belongs to the node's own programs and its pods. Take another path, such as /var/local/models`;
};
/** Pairs of which one is the other, or is in it. */
const findOverlap = (all, { target }) => all.find((other) => isWithin$2(target, other.target) || isWithin$2(other.target, target));

// src/files/record.ts
/** The name of a target's record. */
const toRecordName = (target) => createHash("sha256").update(target).digest("hex").slice(0, 32);
/** Longer than any node takes that answers. */
const timeoutMs$6 = 3e4;
const script = () => readFileSync(new URL("./in-node/records.sh", import.meta.url), "utf8");
const parseLine = (line) => {
	const [there, name, version, target = "", id = "", , , key = ""] = line.split("	");
	const isOurs = version === "v1" && findTargetObjection(target) === void 0 && name === toRecordName(target) && /^[0-9a-f]{16}$/.test(id);
	const isFile = there === "file";
	return isOurs ? [{
		target,
		id,
		key,
		isThere: isFile || there === "there",
		isFile
	}] : [];
};
/**
* Reads what one node has of ours.
*
* @throws {Failure} where the node does not answer
*/
const readRecords$1 = async (api, node) => {
	return (await execute(api, node.name, [
		"/bin/bash",
		"-c",
		script()
	], timeoutMs$6)).split("\n").flatMap(parseLine);
};

// src/files/tree-id.ts
/** What tells trees apart that nodes get: names, links, bytes, who may run and who may write what. */
const toTreeDigest = ({ isFile, files, links, emptyFolders }, isWritable) => {
	const rows = [
		...files.map(({ path, sha256, isExecutable }) => [
			path,
			isExecutable ? "x" : "f",
			sha256 ?? ""
		]),
		...links.map(({ path, target }) => [
			path,
			"l",
			target
		]),
		...emptyFolders.map((path) => [
			path,
			"d",
			""
		])
	].toSorted(([a = ""], [b = ""]) => a < b ? -1 : 1);
	const hash = createHash("sha256").update(`v1\0${isFile}\0${isWritable}\0`);
	for (const row of rows) hash.update(`${row.join("\0")}\0`);
	return hash.digest("hex");
};
/** The same for names of folders. */
const toTreeId = (tree, isWritable) => toTreeDigest(tree, isWritable).slice(0, 16);
/** The folders of a tree, each after the one that it is in. */
const toFolders = ({ files, links, emptyFolders }) => {
	const folders = new Set(emptyFolders);
	const addAbove = (path) => {
		for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
			const folder = path.slice(0, at);
			if (folders.has(folder)) return;
			folders.add(folder);
		}
	};
	for (const { path } of [...files, ...links]) addAbove(path);
	for (const path of emptyFolders) addAbove(path);
	return [...folders].toSorted();
};

// src/files/place-trees.ts
const ways = [
	"link",
	"mount",
	"copy",
	"write",
	"same"
];
const toTreeCommands = (tree, id) => [
	[
		"tree",
		id,
		tree.isFile ? "file" : "folder"
	],
	...toFolders(tree).map((path) => ["folder", path]),
	...tree.links.map(({ path, target }) => [
		"link",
		path,
		target
	]),
	...tree.files.map(({ path, sha256 = "", isExecutable }) => [
		"entry",
		path,
		sha256,
		isExecutable ? "1" : ""
	])
];
/** The fields in the order in which the helper reads them. */
const toPlace = (word, view, node, target, [id, mode, key, verifies]) => {
	const { destination, root, var: varFolder, parent, name } = view.toPlace(node, target);
	return [
		word,
		...[
			node.name,
			node.pid,
			destination,
			root,
			varFolder,
			parent,
			name
		],
		id,
		mode,
		key,
		target,
		verifies,
		toRecordName(target)
	];
};
/** By what a later step knows that nothing has changed. */
const toKey = ({ files, found }) => {
	const { key } = found.source;
	return key === void 0 ? void 0 : `${files.isWritable ? "rw" : "ro"}-${key}`;
};
/** @throws {Failure} naming all nodes that could not be given something */
const placeTrees = async (helper, wanted, trees, removals, view, verifies) => {
	const commands = wanted.flatMap(({ files, found, into }, index) => {
		const { target, isWritable } = files;
		const tree = trees[index];
		const id = toTreeId(tree, isWritable);
		const key = toKey({
			files,
			found
		}) ?? "-";
		const how = [
			id,
			isWritable ? "rw" : "ro",
			key,
			verifies ? "1" : ""
		];
		return [...toTreeCommands(tree, id), ...into.map((node) => toPlace("place", view, node, target, how))];
	});
	const gone = removals.map(({ node, target }) => toPlace("remove", view, node, target, [
		"",
		"",
		"",
		""
	]));
	helper.send([
		...gone,
		...commands,
		["go"]
	]);
	const placed = [];
	const reasons = [];
	await helper.hearUntil("done", ([word, node = "", target = "", third = "", fourth = ""]) => {
		const way = ways.find((each) => each === third);
		if (word === "cannot") reasons.push(`${target} in ${node}: ${third}`);
		else if (word === "placed" && way) placed.push({
			node,
			target,
			way,
			bytes: Number(fourth)
		});
		else if (word === "removed" || word === "kept") placed.push({
			node,
			target,
			way: word,
			bytes: 0
		});
	});
	if (reasons.length === 0) return placed;
	throw new Failure(`node-files could not be put there: ${reasons.join("; ")}`, { remedy: "Remove what is there, or take another path." });
};

// src/host/common-folder.ts
/** The deepest folder that holds all the paths. */
const commonFolder = (paths) => {
	const [first = "", ...others] = paths;
	const parts = first.split("/");
	const isShared = (length) => {
		const prefix = `${parts.slice(0, length).join("/")}/`;
		return others.every((path) => `${path}/`.startsWith(prefix));
	};
	let length = parts.length;
	while (length > 1 && !isShared(length)) length -= 1;
	return parts.slice(0, length).join("/") || "/";
};

// src/cluster/helper-container.ts
/** A folder of the daemon's host, as a container sees it. */
const mountFolder = (source, target) => ({
	Type: "bind",
	Source: source,
	Target: target
});
/** Of a helper, which does on the daemon's host what only root there may. */
const helperHostConfig = {
	AutoRemove: true,
	Privileged: true,
	UsernsMode: "host",
	NetworkMode: "none"
};
/** A helper made from a node's image, in the words of Docker's API; it ends with our connection. */
const toHelperBase = (node, runId) => ({
	Image: node.imageId,
	Entrypoint: ["/bin/bash"],
	Labels: {
		[runLabel]: runId,
		"dev.slipway.node": node.name
	},
	StopSignal: "TERM",
	AttachStdin: true,
	AttachStdout: true,
	AttachStderr: true,
	OpenStdin: true,
	StdinOnce: true
});

// src/files/helper.ts
/** Where the helper sees the one folder that holds the store and the nodes' volumes. */
const mountPoint$1 = "/slipway";
const parts$2 = [
	"common",
	"store",
	"gather",
	"node",
	"mount",
	"place",
	"stage",
	"main"
];
/** All of it, as Perl takes it. */
const filesProgram = () => parts$2.map((part) => readFileSync(new URL(`./files-helper/${part}.pl`, import.meta.url), "utf8")).join("\n");
/** A helper that puts files into nodes like this one, in the words of Docker's API. */
const toFilesHelper = (node, mountedFolder, sources, runId) => ({
	...toHelperBase(node, runId),
	Entrypoint: ["/usr/bin/perl"],
	Cmd: ["-e", filesProgram()],
	Env: ["LC_ALL=C"],
	HostConfig: {
		...helperHostConfig,
		PidMode: "host",
		LogConfig: { Type: "none" },
		Mounts: [mountFolder(mountedFolder, mountPoint$1), ...sources.map(({ folder, seenAs }) => ({
			...mountFolder(folder, seenAs),
			ReadOnly: true
		}))]
	}
});

// src/files/places.ts
const isWithin$1 = (path, folder) => path.startsWith(`${folder}/`);
/** The folder of the daemon's host that a path of a node is in. */
const findMount = (node, path) => node.mounts.filter(({ destination }) => isWithin$1(path, destination)).toSorted((a, b) => b.destination.length - a.destination.length)[0];
const recordsFolder = `/var/${filesRecords}`;
const varOf = (node) => findMount(node, recordsFolder);
/** Why a node can have nothing of ours at a path; undefined where it can. */
const findNodeObjection = (node, target) => {
	const below = "Take a path below /var, such as /var/local/models";
	const mount = findMount(node, target);
	if (mount === void 0) return `${target} is in the image of ${node.name} or in its memory, on no volume of it. ${below}`;
	if (mount.isReadOnly) return `${mount.destination} is mounted read-only into ${node.name}. ${below}`;
	if (varOf(node)?.destination !== "/var") return `${node.name} has no volume at /var for ${recordsFolder}, where Slipway keeps what it knows`;
};
/** What a helper has to see of the daemon's host, and where it sees the rest then. */
const planView = (store, at) => {
	const mountOf = (node, path) => findMount(node, path) ?? {
		destination: "/var",
		source: store
	};
	const sources = at.flatMap(({ node, target }) => [mountOf(node, recordsFolder).source, mountOf(node, target).source]);
	const mounted = commonFolder([store, ...sources]);
	const inside = (path) => mounted === "/" ? `${mountPoint$1}${path}` : `${mountPoint$1}${path.slice(mounted.length)}`;
	const toPlace = (node, target) => {
		const { destination, source } = mountOf(node, target);
		const cut = target.lastIndexOf("/");
		return {
			destination,
			root: inside(source),
			var: inside(mountOf(node, recordsFolder).source),
			parent: target.slice(destination.length + 1, Math.max(cut, destination.length + 1)),
			name: target.slice(cut + 1)
		};
	};
	return {
		mounted,
		store: inside(store),
		toPlace
	};
};

// src/image/documents.ts
const parts$1 = ["json", "documents"];
/** The part of a program in Perl that reads an image's documents out of a containerd, and what is in them. */
const documentsProgram = () => parts$1.map((part) => readFileSync(new URL(`./in-node/${part}.pl`, import.meta.url), "utf8")).join("\n");

// src/load/helper.ts
/** Where a helper in a container sees the one folder that it mounts. */
const mountPoint = "/slipway";
const readPart = (name) => readFileSync(new URL(`./helper/${name}`, import.meta.url), "utf8");
/** The program in Perl that our scripts speak with containerd by. */
const containerdClient = () => readPart("containerd.pl");
/** The program in Perl by which source.sh reads what Docker's containerd has of an image. */
const documentsReader = () => [documentsProgram(), readPart("documents.pl")].join("\n");
/** Joins parts of our shell scripts, in the order in which they are given. */
const joinScript = (...parts) => parts.map((part) => readPart(`${part}.sh`)).join("\n");
/** Puts one image into the node in which it runs. */
const streamScript = () => {
	return joinScript(...[
		"record",
		"lists",
		"client",
		"source",
		"node",
		"names",
		"stage",
		"publish"
	], "entries", "receive", "stream");
};
/** Unpacks layers beside the nodes. */
const unpackScript = () => joinScript("names", "source", "entries", "receive", "unpack");
/** The arguments of bash for a helper. */
const toHelperArguments = (act) => {
	return [
		"-c",
		joinScript(...[
			"request",
			"record",
			"lists",
			"client",
			"source",
			"node",
			"nodes",
			"names",
			"stage"
		], ...act === "main" ? ["publish", act] : [act]),
		"slipway",
		containerdClient(),
		documentsReader()
	];
};
/** A helper for nodes like this one, made from its image, in the words of Docker's API. */
const toHelperContainer = (node, { mountedFolder, socketFolder }, runId, act) => ({
	...toHelperBase(node, runId),
	Cmd: toHelperArguments(act),
	HostConfig: {
		...helperHostConfig,
		PidMode: "host",
		Mounts: [mountFolder(mountedFolder, mountPoint), ...socketFolder === void 0 ? [] : [mountFolder(socketFolder, `${mountPoint}-containerd`)]]
	}
});
/** In the node's place, with a folder that only the helper sees: what is open stays open. */
const enterNode = "exec 9</slipway && exec nsenter --target=1 --mount -- /bin/bash -c \"$@\"";
/** A helper that puts an image into one node out of a folder that a builder has written it into. */
const toLayoutHelper = (node, folder, runId) => ({
	...toHelperBase(node, runId),
	Cmd: [
		"-c",
		enterNode,
		"slipway",
		streamScript(),
		"slipway",
		containerdClient()
	],
	HostConfig: {
		...helperHostConfig,
		PidMode: `container:${node.name}`,
		Mounts: [{
			...mountFolder(folder, mountPoint),
			ReadOnly: true
		}]
	}
});

// src/load/node-state.ts
/** Of a node that tells nothing: all is loaded then. */
const emptyState = {
	chains: /* @__PURE__ */ new Set(),
	held: /* @__PURE__ */ new Map(),
	records: /* @__PURE__ */ new Map(),
	criIds: /* @__PURE__ */ new Map()
};
/** As containerd counts: the others are views, and being written. */
const committedKind = "3";
const recordPattern = /^([0-9a-f]{64})\.([0-9a-f]{64})\.[0-9a-z]+([0-9.]*)$/;
/** Reads what helper/inspect.sh prints: a line for each fact, tab-separated. */
const parseNodeState = (text) => {
	const chains = /* @__PURE__ */ new Set();
	const held = /* @__PURE__ */ new Map();
	const records = /* @__PURE__ */ new Map();
	const criIds = /* @__PURE__ */ new Map();
	for (const line of text.split("\n")) {
		const [word, first = "", second = "", ...rest] = line.split("	");
		if (word === "snapshot" && second === committedKind) chains.add(first);
		if (word === "held") held.set(first, second);
		if (word === "image") for (const name of [
			first,
			second,
			...rest
		]) criIds.set(name, first);
		if (word !== "label") continue;
		const [, image = "", config = "", folders = ""] = recordPattern.exec(second) ?? [];
		records.set(first, {
			image,
			config,
			folders: folders.split(".").slice(1)
		});
	}
	return {
		chains,
		held,
		records,
		criIds
	};
};
/** A node that does not answer should not keep anybody waiting; its programs have deadlines, too. */
const timeoutMs$5 = 3e4;
/** Without bash and Perl all is told, and no record. */
const toInspection = ({ userland, containerd: { snapshotter } }, names) => userland === "busybox" ? [
	"sh",
	"-c",
	joinScript("lists", "inspect-by-sh"),
	"sh",
	snapshotter
] : [
	...[
		"bash",
		"-c",
		joinScript("record", "lists", "client", "inspect"),
		"bash"
	],
	...[containerdClient(), snapshotter],
	...names
];
/**
* Asks a node for what it has. A name without a record answers the question whether the image is there, and
* nothing else is said then.
*
* @param names for their records; none for all but records
* @throws {Failure} when the node does not answer
*/
const inspectNode = async (api, node, names) => {
	return parseNodeState(await executeIn(api, node, toInspection(node, names), timeoutMs$5));
};

// src/load/volume-state.ts
const timeoutMs$4 = 3e4;
const toVersion = (text) => {
	const [, major, minor] = /\bv?([0-9]{1,4})\.([0-9]{1,4})\b/.exec(text) ?? [];
	return major === void 0 ? void 0 : [Number(major), Number(minor)];
};
/** Reads what helper/volumes.sh prints: a line for each fact, tab-separated. */
const parseVolumeState = (text) => {
	const rows = text.split("\n").map((line) => line.split("	"));
	const factOf = (word) => rows.find(([first]) => first === word)?.[1] ?? "";
	const gate = factOf("gate");
	return {
		containerd: toVersion(factOf("containerd")),
		kubelet: toVersion(factOf("kubelet")),
		gate: gate === "" ? void 0 : gate === "true",
		images: rows.flatMap(([word, name = "", use, pinned]) => word === "image" && isFilesImage(name) ? [{
			name,
			isUsed: use !== "free",
			isPinned: pinned === "pinned"
		}] : [])
	};
};
const run$1 = (api, { name }, act, names = []) => {
	const script = joinScript("lists", "client", "volumes");
	return execute(api, name, [
		"bash",
		"-c",
		script,
		"bash",
		act,
		...names
	], timeoutMs$4);
};
/** @throws {Failure} where the node does not answer */
const inspectVolumes = async (api, node) => parseVolumeState(await run$1(api, node, "list"));
/** Has kubelet keep images that nobody could bring again. */
const pinVolumes = (api, node, names) => run$1(api, node, "pin", names);
/**
* Removes images of ours that nothing in the node uses.
*
* @returns those that it has no more
*/
const dropVolumes = async (api, node, names) => {
	const ours = names.filter(isFilesImage);
	if (ours.length === 0) return [];
	const printed = await run$1(api, node, "drop", ours);
	const kept = new Set(printed.match(/(?<=^kept\t).*$/gm));
	return ours.filter((name) => !kept.has(name));
};
/** Whether a node has an image of files whole, as an earlier load left it. */
const isWhole$1 = (name, { records, criIds, held, chains }) => {
	const record = records.get(name);
	const config = `sha256:${record?.config}`;
	const top = held.get(config);
	const isKnown = record?.image === record?.config && criIds.get(name) === config;
	return record !== void 0 && isKnown && top !== void 0 && chains.has(top);
};
/** Which of some images a node has. */
const findWhole = async (api, node, names) => {
	if (names.length === 0) return /* @__PURE__ */ new Set();
	const state = await inspectNode(api, node, names);
	return new Set(names.filter((name) => isWhole$1(name, state)));
};
const render = ([major, minor]) => `${major}.${minor}`;
/** Why pods of a node cannot mount images; undefined where they can, as far as the node tells. */
const findVolumeObjection = ({ name, provider, containerd: { snapshotter } }, { containerd, kubelet, gate }) => {
	if (snapshotter !== "overlayfs") return `the snapshotter of ${name} is ${snapshotter}, and only overlayfs takes layers of links`;
	if (containerd === void 0) return `the containerd of ${name} does not tell its version`;
	if (isOlder(containerd, [2, 1])) return `${name} has containerd ${render(containerd)}, and image volumes need 2.1`;
	if (kubelet === void 0) return void 0;
	if (isOlder(kubelet, [1, 31])) return `${name} has Kubernetes ${render(kubelet)}, and image volumes need 1.35, or 1.31 with the feature gate ImageVolume`;
	if (gate ?? !isOlder(kubelet, [1, 35])) return void 0;
	return `the feature gate ImageVolume is off in ${name} (Kubernetes ${render(kubelet)}): ${provider === "minikube" ? "start it with `minikube start --feature-gates=ImageVolume=true`" : "create the cluster with featureGates: {ImageVolume: true}"}`;
};

// src/facts/find-files-images.ts
const noImages = {
	objection: void 0,
	scope: [],
	hasStale: false
};
/** Whether an image's version is nobody's business any more. */
const isStale = (name, kept, scope) => !kept.has(name) && (scope === void 0 || scope.some((each) => name.startsWith(`${each}:`)));
/** Asks nodes what they can do with images of files; undefined where that is of no interest. */
const inspectNodes$1 = async (api, { makesFilesImages, prunesNodeFiles }, nodes) => makesFilesImages || prunesNodeFiles ? Promise.all(nodes.map(async (node) => ({
	node,
	state: await inspectVolumes(api, node)
}))) : void 0;
/**
* Finds which files are images in which nodes.
*
* @param able those files that can become images
*/
const findFilesImages = async (api, { makesFilesImages, prunesNodeFiles }, able, states, idOf) => {
	if (states === void 0) return {
		images: noImages,
		of: /* @__PURE__ */ new Map()
	};
	const nodes = states.map(({ node }) => node);
	const [objection] = states.flatMap(({ node, state }) => findVolumeObjection(node, state) ?? []);
	const wanted = makesFilesImages && objection === void 0 ? able : [];
	const nameIn = (node, files) => {
		const id = idOf(node, files);
		return id === void 0 ? void 0 : toFilesImage(files.target, id);
	};
	const has = new Map(await Promise.all(states.map(async ({ node, state }) => {
		const pinned = state.images.filter(({ isPinned }) => isPinned);
		const there = new Set(pinned.map(({ name }) => name));
		const names = wanted.flatMap((files) => nameIn(node, files) ?? []);
		return [node, await findWhole(api, node, names.filter((name) => there.has(name)))];
	})));
	const of = new Map(wanted.map((files) => {
		const names = nodes.map((node) => nameIn(node, files));
		const having = nodes.filter((node, at) => has.get(node)?.has(names[at] ?? "") === true);
		return [files, {
			reference: new Set(names).size === 1 && having.length === nodes.length ? names[0] : void 0,
			nodes: new Set(having)
		}];
	}));
	const kept = new Set([...of.values()].flatMap(({ reference }) => reference ?? []));
	const scope = prunesNodeFiles ? void 0 : wanted.map(({ target }) => `${filesImages}/${toObjectName(target)}`);
	const hasStale = states.some(({ state }) => state.images.some(({ name, isUsed }) => !isUsed && isStale(name, kept, scope)));
	return {
		images: {
			objection: makesFilesImages ? objection : void 0,
			scope,
			hasStale
		},
		of
	};
};

// src/files/sources/links.ts
/** A name as it may be shown, whoever wrote it. */
const show = (name) => `"${toLine(name, 100)}"`;
/** As Linux. */
const mostFollowed = 40;
/** Links may lead through links; all of them together should not take for ever. */
const mostSteps$1 = 2e6;
/**
* Follows links as the kernel would that finds the tree on a node: `..` goes up from where a link has led,
* so that names alone do not tell where it ends.
*
* @param findTarget where the link at a path leads; undefined for what is no link
* @returns a check, which fails for what leads out of the tree or nowhere
*/
const createLinkCheck = (findTarget) => {
	let steps = 0;
	return (link, target) => {
		const refuse = (why) => new Failure(`The link ${show(link)} leads to ${show(target)}, ${why}`);
		if (target === "") throw refuse("which is nowhere");
		if (target.startsWith("/")) throw refuse("which is absolute");
		const at = link.split("/").slice(0, -1);
		const waiting = target.split("/").reverse();
		let followed = 0;
		for (let part = waiting.pop(); part !== void 0; part = waiting.pop()) {
			steps += 1;
			if (steps > mostSteps$1) throw new Failure("Its links lead through too many links");
			if (part === "" || part === ".") continue;
			if (part === "..") {
				if (at.pop() === void 0) throw refuse("which is out of the folder");
				continue;
			}
			at.push(part);
			const next = findTarget(at.join("/"));
			if (next === void 0) continue;
			followed += 1;
			if (followed > mostFollowed) throw refuse("which leads round in a circle");
			if (next.startsWith("/")) throw refuse("which is out of the folder");
			at.pop();
			waiting.push(...next.split("/").reverse());
		}
	};
};

// src/files/sources/local.ts
const mostEntries = 1e5;
/** Times of files tell changes apart only if some time lies between them. */
const quietNs = 2000000000n;
const hasModels = (names) => names.some((name) => /^(?:models|datasets|spaces)--/.test(name));
/** Whether a folder is a cache of Hugging Face's, or the home of one (`HF_HOME`). */
const isCache = (folder, names) => hasModels(names) || names.includes("hub") && hasModels(attempt(() => readdirSync(join(folder, "hub"))) ?? []);
/** Of a cache of Hugging Face's, what is of use to nobody who only reads: locks, and second copies. */
const ofDownloads = /* @__PURE__ */ new Set([".locks", "xet"]);
const pointerStart = "version https://git-lfs.github.com/spec/v1\n";
const isPointer = (path, { size }) => size > 100n && size < 1024n && readRegularFile(path, 1024).toString("latin1").startsWith(pointerStart);
const refuse = (path, why, remedy) => {
	throw new Failure(`node-files: ${path} ${why}`, { remedy });
};
/** Within the tree, and lexically so: what is at its path is somebody else's to say. */
const requireInner = (path, target, given) => {
	const end = posix.normalize(posix.join(posix.dirname(path), target));
	if (target.startsWith("/") || end === ".." || end.startsWith("../")) refuse(`${given}/${path}`, `is a link that leads out of ${given}`, "Put a file in its place, or name the folder that holds both.");
};
const toStat = ({ dev, ino, size, mtimeNs, ctimeNs }) => `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
const addFile = (found, root, path, stats) => {
	const { size, mode, mtimeNs, ctimeNs } = stats;
	for (const time of [mtimeNs, ctimeNs]) if (time > found.latestNs) found.latestNs = time;
	const isExecutable = (mode & 64n) !== 0n;
	const file = {
		path,
		sizeBytes: Number(size),
		isExecutable,
		sha256: void 0
	};
	found.files.push({
		...file,
		stat: toStat(stats)
	});
	if (isPointer(join(root, path), stats)) found.pointers.push(path);
};
const addFolder = (found, root, path, given) => {
	const names = readdirSync(join(root, path), { encoding: "buffer" });
	const isOfCache = isCache(join(root, path), names.map(String));
	let isEmpty = true;
	for (const bytes of names.toSorted(Buffer.compare)) {
		const name = bytes.toString("utf8");
		const inner = path === "" ? name : `${path}/${name}`;
		if (!Buffer.from(name).equals(bytes)) refuse(`${given}/${inner}`, "has a name that is not UTF-8", "Rename it.");
		if (inner === ".git" || isOfCache && ofDownloads.has(name)) continue;
		isEmpty = false;
		found.count += 1;
		if (found.count > found.mostEntries) refuse(given, `has more than ${found.mostEntries} files and folders`, "Name a folder with fewer, or pack it.");
		const stats = lstatSync(join(root, inner), { bigint: true });
		if (stats.isDirectory()) addFolder(found, root, inner, given);
		else if (stats.isFile()) addFile(found, root, inner, stats);
		else if (stats.isSymbolicLink()) {
			const target = readlinkSync(join(root, inner));
			requireInner(inner, target, given);
			found.links.push({
				path: inner,
				target
			});
		} else refuse(`${given}/${inner}`, "is neither a file, a folder nor a link", "Leave it out of the folder.");
	}
	if (isEmpty && path !== "") found.emptyFolders.push(path);
};
/** Names alone do not tell where a link ends that leads through another one. */
const requireInnerEnds = ({ links }, given) => {
	const targets = new Map(links.map(({ path, target }) => [path, target]));
	const check = createLinkCheck((path) => targets.get(path));
	for (const { path, target } of links) try {
		check(path, target);
	} catch (cause) {
		throw new Failure(`node-files: ${given} has a link that no node can be given`, { cause });
	}
};
const toStatKey = ({ files, links, emptyFolders }, isFile) => {
	const hash = createHash("sha256").update(isFile ? "file\0" : "folder\0");
	for (const { path, isExecutable, stat } of files) hash.update(`f${path}\0${isExecutable}\0${stat}\0`);
	for (const { path, target } of links) hash.update(`l${path}\0${target}\0`);
	for (const path of emptyFolders) hash.update(`d${path}\0`);
	return hash.digest("hex");
};
/**
* Lists a folder, or a file, of this machine.
*
* @param path absolute; checked to be one that the workflow's author means
* @param given as people wrote it
* @param most of files and folders
* @throws {Failure} for what cannot be put onto a node
*/
const findLocalSource = (path, given, most = mostEntries) => {
	const real = realpathSync(path);
	const top = lstatSync(real, { bigint: true });
	const isFile = top.isFile();
	if (!isFile && !top.isDirectory()) refuse(given, "is neither a file nor a folder", "Name one.");
	const folder = isFile ? dirname(real) : real;
	const found = {
		files: [],
		links: [],
		emptyFolders: [],
		pointers: [],
		latestNs: 0n,
		count: 0,
		mostEntries: most
	};
	if (isFile) addFile(found, folder, basename(real), top);
	else addFolder(found, folder, "", given);
	requireInnerEnds(found, given);
	if (found.files.length === 0) refuse(given, "has no files", "Name a folder that has some; is it made by a later step?");
	const { dev, ino } = lstatSync(folder, { bigint: true });
	const isQuiet = BigInt(Date.now()) * 1000000n - found.latestNs > quietNs;
	return {
		isFile,
		...found,
		folder,
		identity: `${dev}:${ino}`,
		sizeBytes: found.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
		key: isQuiet ? toStatKey(found, isFile) : void 0
	};
};

// src/image/own-names.ts
/**
* Of images that nobody ever named. No registry can be meant: without a port, `localhost` is nobody's
* in a node.
*/
const nameless = {
	given: "localhost/slipway",
	canonical: "localhost/slipway"
};
/** Names that Docker or a step of ours keeps for itself. */
const isPrivate = ({ canonical }) => /^slipway\.invalid\/|^docker\.io\/library\/moby-dangling[:@]/.test(canonical);
const read$1 = (names) => toReferences(names ?? []).filter((reference) => !isPrivate(reference));
/** The names that Docker has for an image, tags before digests; else one that its content gives it. */
const toOwnNames = (image) => {
	const tags = read$1(image.RepoTags);
	if (tags.length > 0) return tags;
	const digests = read$1(image.RepoDigests);
	return digests.length > 0 ? digests : [toImmutable(nameless, image.Id)];
};
/** Whether Docker has an image without any name; with a name of ours it would lose it, too. */
const isNameless = (id, references) => references[0]?.canonical === toImmutable(nameless, id).canonical;
/** What a pod can use of an image that was given by its ID and has no name; undefined for others. */
const renderNameless = (id, references) => {
	const [name] = references;
	if (name === void 0 || !isNameless(id, references)) return void 0;
	return `${id} has no name in Docker; pods find it as ${name.given}.`;
};

// src/image/sources/docker.ts
const foldersOf = ({ GraphDriver }) => {
	const { UpperDir, LowerDir } = GraphDriver?.Data ?? {};
	if (UpperDir === void 0) return [];
	return [UpperDir, ...LowerDir === void 0 || LowerDir === "" ? [] : LowerDir.split(":")].reverse();
};
/** Digests under the repositories that were asked for; other names of the image are not ours. */
const toDigestNames = (repoDigests, references) => {
	const repositories = new Set(references.map(({ canonical }) => toRepository(canonical)));
	return toReferences(repoDigests).map(({ canonical }) => canonical).filter((canonical) => repositories.has(toRepository(canonical)));
};
/** Reads what the daemon says of an image. */
const toContainerImage = (inspected, references) => {
	const diffIds = inspected.RootFS.Layers ?? [];
	const chainIds = toChainIds(diffIds);
	const folders = foldersOf(inspected);
	return {
		references,
		id: inspected.Id,
		sizeBytes: inspected.Size,
		architecture: inspected.Architecture,
		digestNames: toDigestNames(inspected.RepoDigests ?? [], references),
		layers: diffIds.map((diffId, index) => ({
			diffId,
			chainId: chainIds[index] ?? "",
			folder: folders.length === diffIds.length ? folders[index] : void 0
		}))
	};
};
/** As Docker knows it; the beginning of an ID counts where nothing has it as its name. */
const inspectImage = async (get, reference) => {
	const inspected = await get(`/images/${reference.canonical}/json`);
	if (inspected !== void 0 || !couldBeId(reference)) return {
		reference,
		inspected,
		isById: isImageId(reference)
	};
	const digits = reference.given.replace(/^sha256:/, "");
	const other = await get(`/images/${digits}/json`);
	const isIt = other?.Id.startsWith(`sha256:${digits}`) ?? false;
	return {
		reference,
		inspected: isIt ? other : void 0,
		isById: isIt
	};
};
const groupById = (found) => {
	const rows = found.flatMap(({ reference, inspected, isById }) => inspected === void 0 ? [] : [{
		inspected,
		names: isById ? toOwnNames(inspected) : [reference]
	}]);
	return [...Map.groupBy(rows, ({ inspected }) => inspected.Id).values()].flatMap((group) => {
		const [first] = group;
		const names = new Map(group.flatMap(({ names }) => names.map((name) => [name.canonical, name])));
		return first === void 0 ? [] : [toContainerImage(first.inspected, [...names.values()])];
	});
};
/** Looks for images in the local store; several names of one image become one entry. */
const lookForImages = async (get, references) => {
	const found = await Promise.all(references.map((reference) => inspectImage(get, reference)));
	const missing = found.filter(({ inspected }) => inspected === void 0);
	return {
		images: groupById(found),
		missing: missing.map(({ reference }) => reference)
	};
};
/**
* @param placeOf where a name was found that no input has, such as ` (k8s/db.yaml:7)`
* @throws {Failure} naming images that are not there
*/
const refuseMissing = (missing, remedy, placeOf = () => "") => {
	if (missing.length === 0) return;
	const names = missing.map((reference) => reference.given + placeOf(reference)).join(", ");
	throw new Failure(`Docker's local store does not have ${names}`, { remedy });
};
/**
* Finds images in the local store; several names of one image become one entry.
*
* @throws {Failure} naming the images that are not there
*/
const findImages = async (get, references) => {
	const { images, missing } = await lookForImages(get, references);
	refuseMissing(missing, "Build or pull it before this step; `docker image ls` shows what is there.");
	return images;
};

// src/facts/find-source.ts
const requireContent = ({ files, pointers }, path) => {
	if (pointers.length < files.length) return;
	throw new Failure(`node-files: all files of ${path} are Git LFS pointers, not what they point to`, { remedy: `Write lfs:${path}, and Slipway fetches them; or check out with lfs: true.` });
};
const findRemote = async (api, origin, context) => {
	const { runId, workspace, env, serverUrl, repository, takeToken: token, signal } = context;
	switch (origin.kind) {
		case "oci": {
			const { findOciSource } = await import("./oci-find-oci-source.js");
			return findOciSource({
				reference: origin.reference,
				architecture,
				env,
				signal
			});
		}
		case "image": {
			const [image] = await findImages(api.get, [origin.reference]);
			if (image === void 0) throw new Failure(`Docker has no image ${origin.reference.given}`);
			const { findImageSource } = await import("./docker-image-source.js");
			return findImageSource(api, image, origin.path, runId);
		}
		case "lfs": {
			const path = relative(workspace, origin.path);
			const { findLfsSource } = await import("./lfs-lfs-source.js");
			return findLfsSource({
				workspace,
				path,
				serverUrl,
				repository,
				token,
				env,
				signal
			});
		}
	}
};
/**
* Finds where files for nodes come from, moving none of them.
*
* @param given as people wrote it
* @throws {Failure} where it is not there, or is nothing that nodes could get
*/
const findSource = async (api, { origin }, given, context) => {
	if (origin.kind !== "local") return {
		kind: "remote",
		source: await findRemote(api, origin, context)
	};
	const source = findLocalSource(origin.path, given);
	requireContent(source, given);
	const recall = async () => {
		const { recallDigests } = await import("./lfs-checked-out.js");
		return recallDigests(source, context.workspace, context);
	};
	return {
		kind: "local",
		source,
		recall
	};
};

// src/facts/find-files.ts
const noFiles = {
	files: [],
	removals: [],
	kept: [],
	images: noImages
};
/** One error for all that cannot be. */
const requireAll = (results, objections) => {
	const failed = results.flatMap((each) => each.status === "rejected" ? [renderError(each.reason)] : []);
	const all = [.../* @__PURE__ */ new Set([...objections.map((text) => `node-files: ${text}`), ...failed])];
	if (all.length > 0) throw new Failure(all.join("\n"));
	return results.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
};
/** Of files that a node has as they are to be. */
const findCurrent = (records, files, found) => {
	const key = toKey({
		files,
		found
	});
	return (records ?? []).find((record) => record.target === files.target && record.isThere && key !== void 0 && record.key === key);
};
/** Only folders can be layers, and only what nobody writes to. */
const canBeImage = ({ isWritable }, { kind, source }) => !isWritable && (kind === "local" ? source : source.tree)?.isFile !== true;
/** As people wrote it. */
const sourceOf = ({ given, target }) => given.slice(0, Math.max(given.lastIndexOf(`:${target}`), 0)) || given;
/**
* Finds the files that nodes are to have, and what the nodes have already.
*
* @throws {Failure} one that names all that cannot be had, or not be put there
*/
const findNodeFiles = async (api, inputs, all, context) => {
	const { nodeFiles, prunesNodeFiles, verifiesNodeFiles } = inputs;
	if (nodeFiles.length === 0 && !prunesNodeFiles) return noFiles;
	const bare = all.find(({ userland }) => userland === "busybox");
	if (bare !== void 0) throw new Failure(`node-files cannot work with ${bare.name}: its image has BusyBox alone`, { remedy: "Put the files into the image, or take kind." });
	const nodes = all.filter(isContainer);
	const objections = nodeFiles.flatMap(({ target }) => nodes.flatMap((node) => findNodeObjection(node, target) ?? []));
	const finding = Promise.allSettled(nodeFiles.map(async (each) => findSource(api, each, sourceOf(each), context)));
	const [records, states] = await Promise.all([Promise.all(nodes.map((node) => readRecords$1(api, node))), inspectNodes$1(api, inputs, nodes)]);
	const sources = requireAll(await finding, objections);
	const recordsOf = new Map(nodes.map((node, at) => [node, records[at]]));
	const foundOf = new Map(nodeFiles.map((each, at) => [each, sources[at]]));
	const currentIn = (node, each) => findCurrent(recordsOf.get(node), each, foundOf.get(each));
	const able = nodeFiles.filter((each) => canBeImage(each, foundOf.get(each)) && !nodes.some((node) => currentIn(node, each)?.isFile));
	const idOf = (node, each) => currentIn(node, each)?.id;
	const { images, of } = await findFilesImages(api, inputs, able, states, idOf);
	const files = [...foundOf].map(([each, found]) => {
		const image = of.get(each);
		const isDone = (node) => currentIn(node, each) !== void 0 && image?.nodes.has(node) !== false;
		return {
			files: each,
			found,
			nodes,
			into: nodes.filter((node) => verifiesNodeFiles || !isDone(node)),
			isFile: nodes.map((node) => currentIn(node, each)?.isFile).find((is) => is !== void 0),
			image
		};
	});
	const isNamed = (target) => nodeFiles.some((each) => each.target === target);
	const removals = nodes.flatMap((node) => (recordsOf.get(node) ?? []).flatMap(({ target }) => isNamed(target) ? [] : [{
		node,
		target
	}]));
	return prunesNodeFiles ? {
		files,
		removals,
		kept: [],
		images
	} : {
		files,
		removals: [],
		kept: [...new Set(removals.map(({ target }) => target))],
		images
	};
};

// src/text/wildcard.ts
/**
* Whether a text is like a pattern, in which each row of `*` stands for any text and `?` for one sign. Takes
* at most the product of their lengths.
*/
const isLike = (text, pattern) => {
	let [at, to] = [0, 0];
	/** Of the last star, and of what it has taken so far. */
	let [star, taken] = [-1, 0];
	while (at < text.length) if (pattern[to] === "*") {
		star = to;
		taken = at;
		to += 1;
	} else if (to < pattern.length && (pattern[to] === "?" || pattern[to] === text[at])) {
		at += 1;
		to += 1;
	} else if (star >= 0) {
		to = star + 1;
		taken += 1;
		at = taken;
	} else return false;
	while (pattern[to] === "*") to += 1;
	return to === pattern.length;
};

// src/manifests/knative.ts
/** Registries that Knative does not ask, unless its config says otherwise: knative/serving, pkg/deployment/config.go. */
const skipped = [
	"kind.local",
	"ko.local",
	"dev.local"
];
/**
* Whether Knative's controller puts another image in the place of the one that is loaded, before there is a pod:
* knative/serving, pkg/reconciler/revision/resolve.go.
*
* @param images what was there before; one with a name by digest may be in a registry, too
*/
const checkKnative = ({ file, kind, name, image, canonical, line }, images) => {
	const [registry = ""] = canonical.split("/");
	if (kind !== "Service" || canonical.includes("@") || skipped.includes(registry)) return [];
	if (images.some(({ digestNames }) => digestNames.some((each) => toRepository(each) === toRepository(canonical)))) return [];
	const asked = registry === "docker.io" ? "index.docker.io" : registry;
	return [{
		message: `The container ${name} of a Knative Service uses ${image}, and Knative asks ${asked} for its digest before it makes pods: unless the image is there, too, it fails (Unable to fetch image), and it runs what is there, not what this step loads. Call the image dev.local/… in both places, or add ${asked} to registries-skipping-tag-resolving in Knative's ConfigMap config-deployment.`,
		location: {
			file,
			line
		}
	}];
};

// src/manifests/poisoned-pulls.ts
/**
* From this minor version on, kubelets keep a record for each image's content that they have pulled
* themselves. What was loaded is trusted only while its content has none (kubernetes#138175).
*/
const since = 35;
const noPullFacts = {
	accounts: [],
	minors: []
};
/** A namespace that is not written is whichever kubectl is told. */
const isSame = (one, other) => one === void 0 || other === void 0 || one === other;
const hasSecrets = ({ hasSecrets, account }, namespace, { accounts }) => hasSecrets || accounts.some((each) => each.name === account && isSame(each.namespace, namespace));
const renderSince = ({ minors }) => {
	if (minors.some((minor) => minor !== void 0 && minor >= since)) return "Kubernetes";
	return minors.length > 0 && minors.every((minor) => minor === void 0) ? `Kubernetes 1.${since} and later` : void 0;
};
const issue = "kubernetes#138175";
/** What comes of it that a pod pulls what was loaded; empty for nothing. */
const renderSecretPull = ({ pulls, namespace }, facts) => {
	const who = renderSince(facts);
	if (who === void 0 || !hasSecrets(pulls, namespace, facts)) return "";
	return ` The pod has imagePullSecrets: once it has pulled, ${who} also pulls this image for pods without these secrets, and refuses them with imagePullPolicy Never (${issue}).`;
};
/**
* What comes of it that a pod pulls, from another repository, what may be the same content.
*
* @param loaded the name that the step loads
*/
const renderTwinPull = (loaded, facts) => {
	const who = renderSince(facts);
	if (who === void 0) return "";
	return ` If both are the same content, ${who} then also pulls ${loaded}, and refuses it with imagePullPolicy Never (${issue}).`;
};

// src/manifests/check-images.ts
const toUses = (workloads) => workloads.flatMap(({ file, kind, namespace, pulls, containers, imageVolumes }) => {
	const pod = {
		file,
		kind,
		namespace,
		pulls
	};
	return [...containers.map((each) => ({
		...each,
		...pod,
		what: "container"
	})), ...imageVolumes.map((each) => ({
		...each,
		...pod,
		what: "image volume",
		asksForGpu: void 0
	}))];
});
const toUsers = (workloads) => toUses(workloads).flatMap((use) => {
	const reference = parseImageReference(use.image);
	return typeof reference === "string" ? [] : [{
		...use,
		canonical: reference.canonical
	}];
});
const withoutDigest = (canonical) => canonical.replace(/@.*$/, "");
/** Undefined for a name that has a digest and no tag. */
const tagOf = (canonical) => /:([^/:]+)$/.exec(withoutDigest(canonical))?.[1];
const repositoryOf = (canonical) => toRepository(withoutDigest(canonical));
const lastPart = (canonical) => repositoryOf(canonical).split("/").at(-1) ?? "";
/** Whether the node asks a registry although it has the image. */
const isPulled = ({ pullPolicy, canonical }) => pullPolicy === void 0 ? tagOf(canonical) === "latest" : pullPolicy === "Always";
/** The names under which the nodes will have something once the step has ended. */
const findLoaded = (loaded) => [...loaded.wanted, ...loaded.images.flatMap(({ digestNames }) => digestNames.map((name) => ({
	given: name,
	canonical: name
})))];
/** What is loaded can also be named by what it holds: `api:sha-0123456789ab`. */
const isLoaded = (canonical, loaded) => loaded.some((image) => toNodeNames(image.canonical).includes(toCriName(canonical))) || /^sha-[0-9a-f]{12}$/.test(tagOf(canonical) ?? "") && loaded.some((image) => repositoryOf(image.canonical) === repositoryOf(canonical));
const toPullWarning = (user, facts) => {
	const { what, name, image, pullPolicy, canonical, file, line } = user;
	const field = what === "container" ? "imagePullPolicy" : "pullPolicy";
	return {
		message: `The ${what} ${name} pulls ${image} from a registry, although this step loads it: ${pullPolicy === void 0 ? `without ${field === "pullPolicy" ? "a" : "an"} ${field}, Kubernetes always pulls \`latest\` and untagged images` : `${field} is Always`}. ${`Set ${field}: IfNotPresent${tagOf(canonical) === "latest" && pullPolicy === void 0 ? ", or use another tag than latest" : ""}.`}${renderSecretPull(user, facts)}`,
		location: {
			file,
			line
		}
	};
};
/**
* The loaded image that was probably meant. A name from elsewhere is suspicious with the same tag, or
* while nothing uses the one that is loaded; `nginx:1.27` beside an `acme/nginx:dev` is neither.
*/
const findNearest = (canonical, loaded, used) => {
	const repository = repositoryOf(canonical);
	const alike = loaded.filter((image) => lastPart(image.canonical) === lastPart(canonical));
	const sameTag = alike.filter((image) => tagOf(image.canonical) === tagOf(canonical));
	return alike.find((image) => repositoryOf(image.canonical) === repository) ?? sameTag[0] ?? alike.find((image) => !used.has(image.canonical));
};
const toStrangerWarning = (user, nearest, facts) => {
	const { what, name, image, canonical, file, line } = user;
	const twin = repositoryOf(canonical) !== repositoryOf(nearest.canonical) ? renderTwinPull(nearest.given, facts) : "";
	return {
		message: `The ${what} ${name} uses ${image}, which this step does not load. It loads ${nearest.given}, a different image to Kubernetes. Use the same name in both places.${twin}`,
		location: {
			file,
			line
		}
	};
};
/** A name from elsewhere is loaded as it is written, also where the image that was built is meant. */
const toTwinWarning = (user, nearest) => {
	const { what, name, image, file, line } = user;
	return {
		message: `The ${what} ${name} uses ${image}, which images-from takes from this file. The step also loads ${nearest.given}, a different image to Kubernetes. If that is meant, use the same name in both places; else leave ${image} as it is.`,
		location: {
			file,
			line
		}
	};
};
const toNameWarnings = (workloads) => toUses(workloads).flatMap(({ what, name, image, file, line }) => {
	const reason = parseImageReference(image);
	if (typeof reason !== "string") return [];
	const why = image.trim() === image ? reason : "it has white space around it";
	return [{
		message: `Kubernetes refuses the image ${JSON.stringify(image.slice(0, 200))} of the ${what} ${name}: ${why}.`,
		location: {
			file,
			line
		}
	}];
});
/** What is wrong with the images that manifests name, going by what will be in the nodes. */
const checkImages = (workloads, given, facts = noPullFacts) => {
	const loaded = findLoaded(given);
	const users = toUsers(workloads);
	const used = new Set(users.flatMap(({ canonical }) => [canonical, toCriName(canonical)]));
	const named = new Set(given.named?.map(({ canonical }) => toCriName(canonical)));
	const own = loaded.filter(({ canonical }) => !named.has(toCriName(canonical)));
	const warnings = users.flatMap((user) => {
		const nearest = findNearest(user.canonical, own, used);
		if (isLoaded(user.canonical, loaded)) {
			const isOwn = isLoaded(user.canonical, own);
			const isTwin = nearest !== void 0 && !isOwn;
			const isRegistered = isLoaded(user.canonical, given.registered ?? []);
			return [
				...isOwn && !isRegistered ? checkKnative(user, given.images) : [],
				...isPulled(user) ? [toPullWarning(user, facts)] : [],
				...isTwin ? [toTwinWarning(user, nearest)] : []
			];
		}
		return nearest === void 0 ? [] : [toStrangerWarning(user, nearest, facts)];
	});
	return [...toNameWarnings(workloads), ...warnings];
};
/** The canonical names that containers and image volumes use: whether they pull has been judged, each at its line. */
const findUsed = (workloads) => new Set(toUsers(workloads).map(({ canonical }) => canonical));
/**
* Whether some container that runs an image of these names asks for a GPU; undefined where none runs it, or
* one may be in what cannot be read.
*/
const asksForGpu = ({ workloads, images, warnings }, names) => {
	const users = toUsers(workloads).filter(({ what, canonical }) => what === "container" && isLoaded(canonical, names));
	if (users.some((user) => user.asksForGpu)) return true;
	const isOfUser = ({ file, line }) => users.some((user) => user.file === file && user.line === line);
	const others = images.filter((each) => isLoaded(each.reference.canonical, names) && !isOfUser(each));
	return users.length > 0 && others.length === 0 && warnings.length === 0 ? false : void 0;
};

// src/manifests/find-images.ts
/** More than a cluster for tests runs. */
const mostImages = 200;
/** Those that nodes do not get by themselves, each once, in the order of the manifests. */
const findOthers = ({ images }, loaded) => {
	const names = findLoaded(loaded);
	return [...Map.groupBy(images, ({ reference }) => toCriName(reference.canonical)).values()].flatMap(([first]) => first ?? []).filter(({ reference }) => !isLoaded(reference.canonical, names));
};
const isExcluded = ({ reference }, patterns) => patterns.some((each) => isLike(reference.given, each) || isLike(reference.canonical, each));
/**
* Finds the images that the manifests name and the step neither builds nor lists.
*
* @param exclude names of images that are left out, in which `*` stands for any text
* @throws {Failure} when there are more than anybody means
*/
const findNamedImages = (manifests, loaded, exclude) => {
	const found = findOthers(manifests, loaded).filter((image) => !isExcluded(image, exclude));
	if (found.length <= mostImages) return found;
	throw new Failure(`images-from: the manifests name ${found.length} images`, { remedy: `At most ${mostImages} are loaded. Name fewer files in manifests, or leave images out with images-from-exclude.` });
};
/** Where a name stands, as an editor opens it. */
const renderPlace = ({ file, line }) => `${JSON.stringify(file).slice(1, -1)}:${line}`;
/** So many lines of a kind are told. */
const mostLines = 20;
const cut = (lines, what) => lines.length <= mostLines ? lines : [...lines.slice(0, mostLines), `images-from: ${lines.length - mostLines} more ${what}.`];
/** What the step takes from the manifests, and what it cannot know. */
const renderNamedImages = (named, { unknownImages }) => {
	const all = named.map((each) => `${each.reference.given} (${renderPlace(each)})`);
	const count = all.length === 1 ? "one image" : `${all.length} images`;
	const unknown = unknownImages.map((each) => `images-from: not ${renderPlace(each)}: ${each.why}.`);
	return [all.length === 0 ? "images-from: the manifests name no image that this step does not load anyway." : `images-from: the manifests name ${count} besides: ${all.join(", ")}.`, ...cut([...new Set(unknown)], "places may name an image")];
};
/** What pods pull from registries, where the step is not to load it; undefined where there is nothing. */
const renderOthers = (manifests, loaded) => {
	const pods = new Set(manifests.workloads.flatMap(({ containers, imageVolumes }) => [...containers, ...imageVolumes].map(({ image }) => image)));
	const others = findOthers(manifests, loaded).filter(({ reference }) => pods.has(reference.given));
	if (others.length === 0) return void 0;
	const names = others.slice(0, mostLines).map(({ reference }) => reference.given);
	const more = others.length > names.length ? ` and ${others.length - names.length} more` : "";
	return `Each node pulls what it lacks of ${names.join(", ")}${more}: pods use it, and this step does not load it. images-from: manifests does.`;
};

// src/facts/find-given.ts
/**
* The step's images: those that Docker has, and those that it is to pull.
*
* @param placeOf where a name was found that no input has
*/
const findGiven = async (get, { images: references, pullImages }, placeOf) => {
	const isNamed = (reference) => !isImageId(reference);
	if (pullImages === "always") {
		const { images, missing } = await lookForImages(get, references.filter(isImageId));
		refuseMissing(missing, "An ID cannot be pulled: name the image.");
		return {
			images,
			pulls: references.filter(isNamed)
		};
	}
	const { images, missing } = await lookForImages(get, references);
	const [named, ids] = [missing.filter(isNamed), missing.filter(isImageId)];
	refuseMissing(ids, "An ID cannot be pulled: name the image.");
	if (pullImages === "never") refuseMissing(named, "Build or pull it first, or set pull-images to missing.", placeOf);
	return {
		images,
		pulls: named
	};
};
/**
* Adds the images that the manifests name to those of the inputs. All are looked for together: two names
* may be one image.
*/
const findNamed = async (get, inputs, manifests, { targets, images, pulls, archived }) => {
	const { imagesFrom } = inputs;
	if (imagesFrom === void 0) return {
		images,
		pulls,
		namedImages: []
	};
	const built = targets.flatMap(({ tags }) => tags);
	const brought = [...images, ...archived].flatMap(({ references }) => references);
	const wanted = [
		...built,
		...brought,
		...pulls
	];
	const namedImages = findNamedImages(manifests, {
		wanted,
		images
	}, imagesFrom.exclude);
	if (namedImages.length === 0) return {
		images,
		pulls,
		namedImages
	};
	const places = new Map(namedImages.map((each) => [each.reference, ` (${renderPlace(each)})`]));
	const references = [...inputs.images, ...places.keys()];
	const placeOf = (reference) => places.get(reference) ?? "";
	return {
		...await findGiven(get, {
			...inputs,
			images: references
		}, placeOf),
		namedImages
	};
};

// src/facts/shared-names.ts
/**
* Archives may share an image, such as a base, and Docker may have it, too, as when a job loaded it for itself: it
* is loaded once under each of its names.
*/
const mergeRepeated = (archived, images) => {
	const toKey = ({ canonical }, id) => `${canonical} ${id}`;
	const seen = new Set(images.flatMap(({ id, references }) => references.map((each) => toKey(each, id))));
	return archived.flatMap((packed) => {
		const id = toDigest(packed.image.config);
		const references = packed.references.filter((each) => {
			const key = toKey(each, id);
			return !seen.has(key) && seen.add(key);
		});
		return references.length === 0 ? [] : [{
			...packed,
			references
		}];
	});
};
/** Those that are loaded. Of several with one tag, which are the same build then, one counts. */
const toBuilds = (targets) => {
	const told = /* @__PURE__ */ new Set();
	return targets.filter(({ isWanted, output }) => isWanted && output !== "cache").map(({ name, tags }) => {
		const references = tags.filter(({ canonical }) => !told.has(canonical));
		for (const { canonical } of references) told.add(canonical);
		return {
			from: `the build of ${name}`,
			references
		};
	});
};
/** What brings images into the nodes. */
const toSources = ({ images, pulls, targets, archived }) => [
	...images.map(({ references }) => ({
		from: "Docker's store",
		references
	})),
	...pulls.map((reference) => ({
		from: "a registry",
		references: [reference]
	})),
	...toBuilds(targets),
	...archived.map(({ given, references }) => ({
		from: given,
		references
	}))
];
const withoutTwins$1 = (references) => {
	const seen = /* @__PURE__ */ new Set();
	return references.filter(({ canonical }) => !seen.has(canonical) && seen.add(canonical));
};
/**
* A name with tag and digest gives a node both. Where an image has that tag by itself, it gives the digest's
* alone, which is what CRI looks for when a pod has this name.
*/
const leaveSharedTags = (found) => {
	const names = new Set(toSources(found).flatMap(({ references }) => references.map(({ canonical }) => canonical)));
	const leave = (reference) => {
		const [tag = "", ...digest] = toNodeNames(reference.canonical);
		return digest.length > 0 && names.has(tag) ? {
			...reference,
			canonical: toCriName(reference.canonical)
		} : reference;
	};
	const leaveAll = (references) => withoutTwins$1(references.map(leave));
	const images = found.images.map((image) => ({
		...image,
		references: leaveAll(image.references)
	}));
	return {
		...found,
		images,
		pulls: leaveAll(found.pulls)
	};
};
/**
* A node has one image by each name: of several, it would be the last one to come.
*
* @throws {Failure} naming all such names, and where they come from
*/
const refuseSharedNames = (found) => {
	const rows = toSources(found).flatMap(({ from, references }) => [...new Set(references.map(({ canonical }) => canonical))].map((name) => ({
		name,
		from
	})));
	const shared = [...Map.groupBy(rows, ({ name }) => name)].filter(([, all]) => all.length > 1);
	if (shared.length === 0) return;
	const list = shared.map(([name, all]) => `${name} (${all.map(({ from }) => from).join(", ")})`);
	throw new Failure(`Several images of this step have one name: ${list.join("; ")}`, { remedy: "Leave out all but one of each name, or give the others names of their own." });
};

// src/facts/gather.ts
/** Only manifests are compared with it; their pods may also go to nodes that the step leaves out. */
const findCapacities = async (api, inputs, { env }, found) => {
	if (inputs.manifests.length === 0 || found.nodes.length === 0) return [];
	const all = inputs.nodes.length === 0 ? found : await findNodes$2(api, inputs, env).catch(() => found);
	return findNodeCapacities(api, all.nodes, found);
};
/** A cluster that is still to be made has none yet. */
const findNodes$1 = (api, inputs, { env }) => inputs.createCluster === void 0 ? findNodes$2(api, inputs, env, inputs.nodes) : Promise.resolve({
	nodes: [],
	leftOut: []
});
/** Whoever asks for the cache, or cannot have it, wants no memory of it. */
const findRestores = async ({ pulls }, { imageCache }, { isHostedRunner, hasCacheService }, cache) => {
	return imageCache === "auto" && isHostedRunner && hasCacheService && pulls.length > 0 ? recallRestores(cache, pulls) : /* @__PURE__ */ new Map();
};
const toFilesContext = (inputs, context, cache) => ({
	...context,
	serverUrl: toServerUrl(inputs.apiUrl),
	signal: cache.signal
});
/**
* Adds what only nodes can tell, once there are some.
*
* @throws {Failure} when there are none, or they lack what is wanted of them
*/
const gatherNodes = async (api, inputs, context, cache, facts) => {
	const found = await findNodes$2(api, inputs, context.env, inputs.nodes);
	const [nodeFiles, nodeCapacities] = await Promise.all([findNodeFiles(api, inputs, found.nodes, toFilesContext(inputs, context, cache)), findCapacities(api, inputs, context, {
		...facts,
		...found
	})]);
	return {
		...facts,
		...found,
		nodeFiles,
		nodeCapacities
	};
};
/**
* Asks for all that the plan depends on, changing nothing.
*
* @throws {Failure} one per thing that is missing: docker, buildx, the cluster, nodes, images
*/
const gather = async (docker, api, inputs, context, cache) => {
	const { get } = api;
	const questions = [
		findEngine(get),
		findNodes$1(api, inputs, context),
		findGiven(get, inputs),
		findBuilds(docker, api, inputs, context, cache),
		findManifests(inputs.manifests, context.workspace),
		findArchived$1(inputs, context.layoutDir, cache.signal)
	];
	const [, , , builds] = await Promise.allSettled(questions);
	if (builds.status === "fulfilled") refuseOwnImages(inputs.images, builds.value.targets);
	const [engine, given] = [await questions[0], await questions[2]];
	const { nodes, leftOut } = await questions[1];
	const { isLocal: isLocalDaemon } = docker;
	const built = await questions[3];
	const manifests = await questions[4];
	const archived = mergeRepeated(await questions[5], given.images);
	const images = await findNamed(get, inputs, manifests, {
		...built,
		...given,
		archived
	});
	const found = leaveSharedTags({
		engine,
		isLocalDaemon,
		nodes,
		leftOut,
		archived,
		...built,
		...images
	});
	refuseSeveralPlatforms(found.targets, engine);
	refuseSharedNames(found);
	const { isHostedRunner, workspace } = context;
	const { hasContainerdStore } = engine;
	requireOutputs(found.targets, {
		builder: found.builder,
		hasContainerdStore,
		workspace
	});
	const { targets, lines: cacheLines } = findCaches(found, inputs, context);
	const { cacheMounts, lines: mountLines } = findCacheMounts(found, inputs, context);
	const [disk, restores, nodeFiles, nodeCapacities] = await Promise.all([
		findDisk(api, found, inputs, context),
		findRestores(found, inputs, context, cache),
		findNodeFiles(api, inputs, nodes, toFilesContext(inputs, context, cache)),
		findCapacities(api, inputs, context, found)
	]);
	const { hasCacheService, mayWriteCache: mayWrite, repository } = context;
	return {
		...found,
		targets,
		filesCache: hasCacheService && repository ? {
			repository,
			mayWrite
		} : void 0,
		cacheLines: [
			...found.cacheLines,
			...cacheLines,
			...mountLines
		],
		cacheMounts,
		...disk,
		restores,
		nodeFiles,
		isHostedRunner,
		manifests,
		nodeCapacities
	};
};

// src/load/plan-method.ts
/**
* Says why Docker's layer folders must not be used, from what the daemon says of itself. With other
* drivers, remapped users or layers that hold only differences of metadata, it would succeed and be
* wrong, and nothing later would notice.
*/
const findGate = (engine) => {
	const has = (option) => engine.securityOptions.some((text) => text.split(",").includes(option));
	if (has("name=rootless")) return { kind: "rootless" };
	if (has("name=userns")) return { kind: "remapped-users" };
	if (engine.hasContainerdStore) {
		if (engine.driver !== "overlayfs") return {
			kind: "snapshotter",
			name: engine.driver
		};
		return engine.containerd === void 0 ? { kind: "hidden-containerd" } : void 0;
	}
	if (engine.driver !== "overlay2") return {
		kind: "storage-driver",
		name: engine.driver
	};
	if (engine.driverStatus["Native Overlay Diff"] === "false") return { kind: "redirects" };
	if (engine.driverStatus["Using metacopy"] === "true") return { kind: "metacopy" };
};
const findNodeGate = (node, isLocalDaemon) => {
	const { userland, containerd } = node;
	const { snapshotter: name } = containerd;
	if (isMachine(node) && !isLocalDaemon) return { kind: "elsewhere" };
	if (userland === "busybox") return { kind: isMachine(node) ? "not-ours" : "busybox" };
	return name === "overlayfs" ? void 0 : {
		kind: "node-snapshotter",
		name
	};
};
/**
* Chooses how to load into one node.
*
* @param isLocalDaemon whether Docker's daemon is on this machine; what a machine links has to be there
* @throws {Failure} when a method is wanted that cannot work
*/
const planMethod = (engine, node, mode, isLocalDaemon) => {
	if (mode === "kind" && node.provider !== "kind") throw new Failure(`load-mode: kind cannot work with ${node.name}: ${node.provider} made it`, { remedy: "Use load-mode: auto." });
	if (mode === "stream" || mode === "kind") return {
		kind: mode,
		because: {
			kind: "load-mode",
			mode
		}
	};
	const gate = findGate(engine) ?? findNodeGate(node, isLocalDaemon);
	if (gate === void 0) return {
		kind: "direct",
		wanted: mode
	};
	if (mode === "auto") return {
		kind: "stream",
		because: gate
	};
	throw new Failure(`load-mode: ${mode} cannot work with ${node.name}: ${renderBecause(gate)}`, { remedy: "Use load-mode: auto, which streams the image then; `mode: doctor` says what would mend it." });
};

// src/plan/freeing.ts
/**
* What a build of unknown size should find: hosted runners promise 14 GB in all, and the story's
* largest image takes 7 GB while its layers are unpacked beside the build cache.
*/
const comfortableBytes = 16e9;
/** For stages that are not part of an image, the context, logs and what else the job writes. */
const spareBytes = 2e9;
/** Of the catalog, what this machine has where it helps Docker, and what is not to be kept. */
const findEntries = (asked, facts) => {
	const { freeable, filesystems } = facts;
	const device = findDockers(filesystems)?.device;
	const helps = (name) => freeable.some((each) => each.name === name && each.device === device);
	return catalog.filter(({ name }) => helps(name) && !asked.freeDiskKeep.includes(name));
};
/** What `auto` wants to be free before images are built and loaded. */
const toWantedBytes = ({ targets }, { sums, sizes }) => {
	if (targets.length > 0 && sizes === void 0) return comfortableBytes;
	const neededBytes = sums.find(({ filesystem }) => filesystem.uses.some(({ kind }) => kind === "docker"))?.neededBytes ?? 0;
	return neededBytes === 0 ? 0 : Math.ceil(neededBytes * 1.25) + spareBytes;
};
/** Decides what to free. Self-hosted runners' files are not ours to delete, whatever was asked. */
const planFreeing = (asked, facts, disk) => {
	const { freeDisk, freeDiskKeep } = asked;
	if (freeDisk === "never" || !facts.isHostedRunner) return void 0;
	if (freeDisk === "always") return {
		entries: catalog.filter(({ name }) => !freeDiskKeep.includes(name)),
		targetFreeBytes: void 0
	};
	const freeBytes = findDockers(facts.filesystems)?.freeBytes;
	const targetFreeBytes = freeDisk === "auto" ? toWantedBytes(facts, disk) : freeDisk.targetBytes;
	const entries = findEntries(asked, facts);
	return freeBytes !== void 0 && freeBytes < targetFreeBytes && entries.length > 0 ? {
		entries,
		targetFreeBytes
	} : void 0;
};

// src/disk/prune-cache.ts
/** BuildKit deletes file after file. */
const timeoutMs$3 = 3e5;
const units = {
	B: 1,
	kB: 1e3,
	MB: 1e6,
	GB: 1e9,
	TB: 0xe8d4a51000
};
/** Bytes of the line `Total:  1.2GB`. */
const parseTotal = (printed) => {
	const [, number = "0", unit = "B"] = /^Total:\s*(\d+(?:\.\d+)?)\s*([kMGT]?B)\s*$/m.exec(printed) ?? [];
	return Math.round(Number(number) * (units[unit] ?? 0));
};
/** Why the build cache stays whatever was asked, as caches of others do; undefined where it may go. */
const findPruneObjection = ({ targets, isHostedRunner, builder }) => {
	if (targets.length === 0) return "nothing is built";
	if (!isHostedRunner) return "this is not a GitHub-hosted runner";
	if (builder === void 0) return "buildx does not report where the builder runs";
	return builder.isLocal ? void 0 : "the builder runs on another machine";
};
/** Removes the build cache that no image holds and no build uses, of the builder in use. */
const pruneCache = async (docker, line) => {
	const { code, stdout } = await docker.try([
		"buildx",
		"prune",
		"--force"
	], { timeoutMs: timeoutMs$3 });
	if (code !== 0) line("Could not prune the build cache; the step continues.");
	const bytes = parseTotal(stdout);
	if (bytes === 0) return [];
	line(`Freed ${formatBytes(bytes)}: build cache.`);
	return [{
		name: "build cache",
		path: "`docker buildx prune`",
		bytes
	}];
};

// src/plan/archives.ts
/** Each is unpacked as far as nodes lack it, and loaded from there. */
const planArchives = ({ archived, nodes }, toLoad, toReport, room) => archived.flatMap((packed) => {
	const { references } = packed;
	const id = `unpack ${references.map(({ given }) => given).join(", ")}`;
	const unpack = toStep$1(id, {
		kind: "unpack-archive",
		packed,
		nodes
	}, {
		needs: room,
		lane: "pull"
	});
	const source = {
		kind: "unpacked",
		by: id
	};
	const load = toLoad(references, source, [id]);
	return [
		unpack,
		load,
		...toReport(references, source, [id], load.id)
	];
});

// src/plan/build-cache.ts
/** The step that looks up what was kept. */
const restoringBuilds = "restore builds";
/** Undefined where nothing is kept: a registry of the step's own sees what builders make, and nothing else does. */
const planBuildCache = ({ buildCache, buildCacheBytes, isTrusted }, { targets, filesCache }) => filesCache === void 0 || !targets.some(({ output }) => output === "registry") ? void 0 : {
	limitBytes: buildCacheBytes,
	mayWrite: isTrusted && filesCache.mayWrite,
	mayStop: buildCache === "auto"
};
/**
* One step for all builds, before the first: so they ask the cache and the nodes together, and layers come
* while builds wait for each other.
*
* @param targets in the order in which they are built
*/
const planRestoringBuilds = (inputs, facts, targets, needs) => {
	if (planBuildCache(inputs, facts) === void 0) return [];
	const work = {
		kind: "restore-builds",
		targets: targets.filter(({ output }) => output === "registry"),
		nodes: facts.nodes
	};
	return [toStep$1(restoringBuilds, work, { needs })];
};

// src/plan/cache-mounts.ts
const restoring = "restore cache mounts";
/** The step after which a target can be built that mounts a cache. */
const afterMounts = ({ cacheMounts }, target) => cacheMounts.users.includes(target) ? [restoring] : [];
const planRestoring = ({ cacheMounts: { mounts } }) => mounts.length === 0 ? [] : [toStep$1(restoring, {
	kind: "restore-mounts",
	mounts
})];
/** What builds left is kept when they ended well and nodes have their images: nobody waits for it longer. */
const planKeeping$1 = ({ cacheMountsBytes: bytes }, { cacheMounts: { mounts, users }, filesCache }, after) => {
	if (mounts.length === 0) return [];
	const mayWrite = filesCache?.mayWrite === true;
	const work = {
		kind: "keep-mounts",
		restored: restoring,
		bytes,
		mayWrite
	};
	const order = {
		needs: [restoring, ...users.map(toBuildId)],
		after
	};
	return [toStep$1("keep cache mounts", work, order)];
};

// src/plan/files.ts
const syncId = "node files";
const planImages = ({ nodes, nodeFiles: { files, images } }, isPossible) => {
	const all = files.filter(({ image }) => image !== void 0);
	const wanted = all.filter(({ into }) => into.length > 0);
	if (wanted.length === 0 && !images.hasStale && !isPossible) return [];
	const kept = all.flatMap(({ image }) => image?.reference ?? []);
	const work = {
		kind: "image-volumes",
		wanted,
		sync: syncId,
		nodes,
		kept
	};
	const needs = wanted.length === 0 && !isPossible ? [] : [syncId];
	return [toStep$1("image volumes", {
		...work,
		scope: images.scope
	}, {
		needs,
		lane: "load"
	})];
};
/** Nothing where all nodes have all of it. */
const planFiles = (inputs, facts, room, nodesFirst) => {
	const { verifiesNodeFiles: verifies, nodeFilesCacheBytes: bytes, isTrusted } = inputs;
	const { nodeFiles, filesCache } = facts;
	const { files, removals } = nodeFiles;
	const isPossible = nodesFirst.length > 0 && (files.length > 0 || inputs.prunesNodeFiles);
	const images = planImages(facts, isPossible && inputs.makesFilesImages);
	const wanted = files.filter(({ into }) => into.length > 0);
	if (wanted.length + removals.length === 0 && !isPossible) return images;
	const scope = [filesCache?.repository, ...files.map(({ files: { given } }) => given)].join("\n");
	const mayWrite = isTrusted && filesCache?.mayWrite === true;
	const work = {
		kind: "sync-files",
		wanted,
		removals,
		verifies,
		cache: filesCache === void 0 || bytes === void 0 ? void 0 : {
			bytes,
			scope,
			mayWrite
		}
	};
	const needs = [...room, ...nodesFirst];
	return [toStep$1(syncId, work, {
		needs,
		lane: "files"
	}), ...images];
};
const isLfs = ({ origin }) => origin.kind === "lfs";
/** Git LFS is asked with the builds' token; for nodes that are still to be made, when they are there. */
const usersOfToken = ({ nodeFiles }, files, nodesFirst) => {
	const mayAsk = nodesFirst.length > 0 && nodeFiles.some(isLfs);
	return files.flatMap((each) => {
		if (each.kind !== "sync-files") return [];
		return mayAsk || each.wanted.some((wanted) => isLfs(wanted.files)) ? [each.id] : [];
	});
};

// src/plan/loads.ts
/** Self-hosted machines keep what they have unless they are told otherwise. */
const dropsCopies = ({ keepImages }, { isHostedRunner, isLocalDaemon }) => keepImages === "never" || keepImages === "auto" && isHostedRunner && isLocalDaemon;
/** Beside all else; what needs nodes begins when they answer, while kind is at work on Kubernetes. */
const planCluster = ({ createCluster: request, clusterName: cluster }) => {
	if (request === void 0) return [];
	const create = toStep$1("start cluster", {
		kind: "create-cluster",
		cluster,
		request
	});
	const work = {
		kind: "await-cluster",
		creating: create.id
	};
	return [create, toStep$1("create cluster", work, {
		after: [create.id],
		isFinal: true
	})];
};
/** What is to be done before anything can be done with nodes. */
const nodesFirst = (inputs) => idsOf$1(planCluster(inputs).filter(({ kind }) => kind === "create-cluster"));
const createToLoad = (inputs, facts, into) => {
	const keepImages = dropsCopies(inputs, facts) ? inputs.keepImages : void 0;
	const { clusterName: cluster } = inputs;
	return (references, image, needs) => {
		const names = references.map(({ given }) => given);
		const work = {
			kind: "load",
			names,
			image,
			cluster,
			into,
			keepImages
		};
		const order = {
			needs: [...needs, ...nodesFirst(inputs)],
			lane: "load"
		};
		return toStep$1(`load ${names.join(", ")}`, work, order);
	};
};
/** Nothing where no report is wanted, or nobody could read the image. */
const createToReport = (inputs, { nodes, manifests }) => {
	const { imageReport: depth, prove } = inputs;
	const nodeImage = findToolImage(nodes);
	const first = nodesFirst(inputs);
	return (references, image, needs, loadedBy, target) => {
		if (depth === "false" || nodeImage === void 0 && first.length === 0) return [];
		const names = references.map(({ given }) => given);
		const loaded = loadedBy === void 0 ? void 0 : {
			by: loadedBy,
			into: nodes
		};
		const about = {
			target,
			asksForGpu: asksForGpu(manifests, references)
		};
		const work = {
			kind: "analyse",
			names,
			image,
			depth,
			nodeImage,
			loaded,
			...about
		};
		const order = {
			needs: [...needs, ...first],
			lane: "report"
		};
		const report = toStep$1(`report ${names.join(", ")}`, work, order);
		if (prove === void 0 || loaded !== void 0) return [report];
		const { given: command, argv, timeoutMs } = prove;
		const test = {
			kind: "prove",
			names,
			image,
			report: report.id,
			argv,
			command,
			timeoutMs
		};
		return [report, toStep$1(`prove ${names.join(", ")}`, test, {
			needs: [report.id],
			lane: "proof"
		})];
	};
};
/** A load that may remove Docker's copy waits until the copy has been read; others go on beside that. */
const afterReport = (load, reports) => load.kind === "load" && load.keepImages !== void 0 ? {
	...load,
	after: [...load.after, ...idsOf$1(reports)]
} : load;

// src/plan/image-cache.ts
/** As far as nobody has measured that it does not pay. */
const planWanted = ({ imageCache, imageCacheBytes: bytes, createCluster, imageReport, keepsInDocker, keepImages, loadMode, mirrors, isTrusted }, { engine, filesCache, nodes, isHostedRunner, isLocalDaemon, restores }, { canonical }) => {
	if (filesCache === void 0) return void 0;
	const isWanted = imageCache === "always" || imageCache === "auto" && isHostedRunner;
	const needsDocker = imageReport !== "false" || keepsInDocker || keepImages === "always";
	const needsMirror = mirrors.length > 0 && canonical.startsWith("docker.io/");
	const goesAnyWay = loadMode === "auto" || loadMode === "stream";
	const hasOverlay = nodes.length > 0 ? nodes.every(({ userland, containerd }) => userland !== "busybox" && containerd.snapshotter === "overlayfs") : createCluster !== void 0 && /^overlay/.test(engine.driver);
	if (!isWanted || needsDocker || needsMirror || !goesAnyWay || !(isLocalDaemon && hasOverlay)) return void 0;
	const slowRuns = imageCache === "auto" ? restores.get(canonical)?.slowRuns ?? 0 : void 0;
	return {
		bytes,
		mayWrite: isTrusted && filesCache.mayWrite,
		slowRuns
	};
};
/**
* Whether an image to pull comes from the Actions cache, and is kept there. Such images go into the nodes out of a
* folder, so Docker's store has none of them: whoever wants them there has Docker pull.
*/
const planImageCache = (inputs, facts, reference) => isPaused(facts.restores.get(reference.canonical)) ? void 0 : planWanted(inputs, facts, reference);
/** Lines of the images that could come from the cache, and do not as it was slower. */
const renderPaused = (inputs, facts) => facts.pulls.flatMap((reference) => {
	const last = facts.restores.get(reference.canonical);
	if (last === void 0 || !isPaused(last)) return [];
	if (planWanted(inputs, facts, reference) === void 0) return [];
	const [cache, registry] = [last.cache, last.registry].map((way) => formatBytes(toRate(way)));
	return [`image-cache: Docker pulls ${reference.given}: its registry sent ${registry}/s and the cache ${cache}/s, slower in ${last.slowRuns} runs in a row. Slipway tries the cache again within ${7} days; \`image-cache: true\` takes it now.`];
});

// src/plan/pulls.ts
/** What is new of them is kept when all are loaded. */
const planKeeping = (steps) => {
	const pulls = steps.flatMap((each) => each.kind === "pull" && each.cache !== void 0 ? [{
		...each,
		cache: each.cache
	}] : []);
	const [first] = pulls;
	if (first === void 0) return [];
	const work = {
		kind: "keep-pulled",
		pulls: pulls.map(({ id, reference, cache: { slowRuns } }) => ({
			by: id,
			reference,
			slowRuns
		})),
		cache: first.cache
	};
	return [toStep$1("keep images", work, { after: idsOf$1(steps) })];
};
/** Each is loaded as soon as it is there; what is new is kept when all are. */
const planPulls = (inputs, facts, toLoad, toReport, room) => {
	const { mirrors } = inputs;
	const { pulls, nodes } = facts;
	const steps = pulls.flatMap((reference) => {
		const id = `pull ${reference.given}`;
		const cache = planImageCache(inputs, facts, reference);
		const pull = toStep$1(id, {
			kind: "pull",
			reference,
			mirrors,
			cache,
			nodes
		}, {
			needs: room,
			lane: "pull"
		});
		const source = {
			kind: "pulled",
			by: id
		};
		const reports = toReport([reference], source, [id]);
		const load = afterReport(toLoad([reference], source, [id]), reports);
		return [
			pull,
			cache !== void 0 ? {
				...load,
				lane: "cached-load"
			} : load,
			...reports
		];
	});
	const tell = {
		kind: "mirror-nodes",
		into: nodes,
		mirrors
	};
	const order = { needs: nodesFirst(inputs) };
	return [
		...mirrors.length === 0 ? [] : [toStep$1("mirrors of nodes", tell, order)],
		...steps,
		...planKeeping(steps)
	];
};

// src/plan/graph.ts
/** Builds and loads begin as soon as there is room; freeing goes on beside them. */
const planDiskSteps = (freeing, folder) => freeing === void 0 ? [] : [toStep$1("free disk", {
	kind: "free-disk",
	freeing,
	folder
}), toStep$1("wait for disk", {
	kind: "await-disk",
	freeing: "free disk",
	folder
})];
/**
* The first is loaded at once. The others may lose their names meanwhile, and with them their place in
* the containerd store, so they are held; the other store keeps them.
*/
const planGiven = (images, isAtRisk, toLoad, toReport, room) => images.flatMap((image, index) => {
	const { id, references } = image;
	const hold = isAtRisk && index > 0 ? toStep$1(`hold ${id}`, {
		kind: "hold-image",
		image
	}) : void 0;
	const source = hold === void 0 ? {
		kind: "local",
		image
	} : {
		kind: "held",
		by: hold.id
	};
	const needs = hold === void 0 ? room : [hold.id, ...room];
	const reports = toReport(references, source, needs);
	const load = afterReport(toLoad(references, source, needs), reports);
	const steps = [
		...hold === void 0 ? [] : [hold],
		load,
		...reports
	];
	if (isNameless(id, references)) return steps;
	const release = {
		kind: "release-image",
		image,
		loadedBy: load.id
	};
	const after = [load.id, ...idsOf$1(reports)];
	return [...steps, toStep$1(`release ${id}`, release, {
		after,
		isFinal: true
	})];
});
/**
* First those upon which the longest rows of others are built, as these all wait; else as they were given. So
* each comes after those that it is built upon.
*/
const inOrder = (targets) => {
	const rows = /* @__PURE__ */ new Map();
	/** How many are in the longest row upon it. */
	const rowUpon = (target) => {
		const known = rows.get(target);
		if (known !== void 0) return known;
		const upon = targets.filter(({ dependsOn }) => dependsOn.includes(target.name));
		const row = Math.max(0, ...upon.map((other) => rowUpon(other) + 1));
		rows.set(target, row);
		return row;
	};
	return targets.toSorted((one, other) => rowUpon(other) - rowUpon(one));
};
/** What an image left on its way into the nodes. */
const planDrop = (target, after) => {
	const { name, intermediate } = target;
	const order = {
		after,
		isFinal: true
	};
	if (isForFolder(target)) return [toStep$1(`drop the files of ${name}`, {
		kind: "drop-layout",
		target
	}, order)];
	if (intermediate === void 0) return [];
	return [toStep$1(`drop ${intermediate}`, {
		kind: "drop-image",
		name: intermediate
	}, order)];
};
/**
* Wanted targets with the tags of this one, itself among them: no other build may have these, so all make
* one image, as services of Compose often do.
*/
const findTwins = ({ tags }, targets) => targets.filter((other) => other.isWanted && other.tags[0]?.canonical === tags[0]?.canonical);
/** Whether all nodes that there are get links, for which an image is unpacked once. */
const isDirect = (load) => load.kind === "load" && load.into.every(({ choice }) => choice.kind === "direct");
const planBuilds = (inputs, facts, toLoad, toReport, room) => {
	const { retries, cacheRequired } = inputs;
	const { targets, nodes } = facts;
	const ordered = inOrder(targets);
	const restoring = planRestoringBuilds(inputs, facts, ordered, room);
	const builds = ordered.flatMap((target) => {
		const { name, tags, isWanted, output, dependsOn } = target;
		const id = toBuildId(name);
		const needs = [...dependsOn.map(toBuildId), ...room];
		const isAlone = targets.length === 1;
		const looked = output === "registry" ? idsOf$1(restoring) : [];
		const isLoaded = isWanted && output !== "cache" && tags.length > 0;
		const twins = isLoaded ? findTwins(target, ordered) : [];
		const made = twins.map((twin) => toBuildId(twin.name));
		const source = {
			kind: "built",
			by: id
		};
		const load = toLoad(tags, source, made);
		const isLayout = isForFolder(target);
		const loadedBy = isLayout ? load.id : void 0;
		const reports = isLoaded ? toReport(tags, source, made, loadedBy, target) : [];
		const own = isLayout && isDirect(load) ? {
			...load,
			lane: "cached-load"
		} : load;
		const loads = isLoaded ? [isLayout ? own : afterReport(load, reports)] : [];
		const wantsOrigins = reports.length > 0;
		const order = {
			target,
			isAlone,
			retries,
			cacheRequired,
			nodes,
			wantsOrigins
		};
		const upon = targets.filter((other) => other.dependsOn.includes(name));
		const users = [...idsOf$1([...loads, ...reports]), ...upon.map((other) => toBuildId(other.name))];
		return [
			toStep$1(id, {
				kind: "build",
				...order
			}, {
				needs,
				after: [...looked, ...afterMounts(facts, name)],
				lane: "build"
			}),
			...twins.at(-1) === target ? [...loads, ...reports] : [],
			...planDrop(target, [id, ...users])
		];
	});
	return [...restoring, ...builds];
};
/** What is done once all is built. */
const planAfterBuilds = ({ credentials }, facts, others) => {
	const { targets, lastSizes, keptFor: repository } = facts;
	const after = targets.map(({ name }) => toBuildId(name));
	const users = [...after, ...others];
	if (users.length === 0) return [];
	const sizes = {
		kind: "record-sizes",
		targets: toRemembered(targets),
		lastSizes
	};
	return [
		...credentials.kind === "app" ? [toStep$1("revoke token", { kind: "revoke-token" }, {
			after: users,
			isFinal: true
		})] : [],
		...repository === void 0 || after.length === 0 ? [] : [toStep$1("record sizes", {
			...sizes,
			repository
		}, {
			after,
			isFinal: true
		})],
		...targets.some(({ intermediate }) => intermediate !== void 0) ? [toStep$1("drop leftovers", { kind: "drop-leftovers" }, { after })] : []
	];
};
/**
* Steps are known by their ids: of two with one, the second would be told as done when the first is.
*
* @throws {Error} for a fault of ours
*/
const requireOwnIds = (steps) => {
	const shared = idsOf$1(steps).find((id, at, ids) => ids.indexOf(id) !== at);
	if (shared === void 0) return steps;
	throw new Error(`The plan has two steps called ${shared}`);
};
/** Puts together what is to be done, and what has to wait for what. */
const planSteps = (inputs, facts, nodes, freeing) => {
	const { images, engine } = facts;
	const disk = planDiskSteps(freeing, toDockersFolder(facts));
	const room = disk.filter(({ kind }) => kind === "await-disk").map(({ id }) => id);
	const toLoad = createToLoad(inputs, facts, nodes);
	const toReport = createToReport(inputs, facts);
	const first = nodesFirst(inputs);
	const files = planFiles(inputs, facts, room, first);
	const main = [
		...planCluster(inputs),
		...disk,
		...files,
		...planRestoring(facts),
		...planGiven(images, engine.hasContainerdStore, toLoad, toReport, room),
		...planArchives(facts, toLoad, toReport, room),
		...planPulls(inputs, facts, toLoad, toReport, room),
		...planBuilds(inputs, facts, toLoad, toReport, room)
	];
	const prunes = inputs.pruneCache === "always" && findPruneObjection(facts) === void 0;
	const needs = idsOf$1(main.filter(({ isFinal }) => !isFinal));
	const keeping = planKeeping$1(inputs, facts, needs);
	const order = {
		needs,
		after: idsOf$1(keeping)
	};
	return requireOwnIds([
		...main,
		...keeping,
		...planAfterBuilds(inputs, facts, usersOfToken(inputs, files, first)),
		...prunes ? [toStep$1("prune cache", { kind: "prune-cache" }, order)] : []
	]);
};

// src/plan/plan.ts
/** A compiler with less than this would have to swap. */
const memoryOfBuild = 3e9;
const planParallel = ({ cores, memoryBytes }) => Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryOfBuild), 8));
/** Decides what to do, in which order, from what was asked and what was found. */
const planRun = (inputs, facts) => {
	const { engine } = facts;
	const nodes = facts.nodes.map((node) => ({
		node,
		choice: planMethod(engine, node, inputs.loadMode, facts.isLocalDaemon)
	}));
	const { freeDisk, freeDiskKeep, failFast } = inputs;
	const mayFree = facts.isHostedRunner && facts.isLocalDaemon && freeDisk !== "never";
	const disk = planDisk(mayFree ? facts : {
		...facts,
		freeable: []
	}, nodes, freeDiskKeep);
	return {
		disk,
		steps: planSteps(inputs, facts, nodes, planFreeing(inputs, facts, disk)),
		/** How many builds run at once. */
		parallel: inputs.parallel ?? planParallel(engine),
		/** Whether the first failure ends the rest. */
		failFast,
		/** Why it cannot fit, as far as that is known beforehand. */
		shortage: explainShortage(disk, freeDisk, freeDiskKeep)
	};
};

// src/report/image-limits.ts
/** A name without its tag and digest. */
const withoutTag = (name) => name.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
/** Whether a limit is about an image of these names; one that names none is about all. */
const isAbout = ({ image }, name) => image === void 0 || name.split(", ").some((each) => each === image || withoutTag(each) === image);
const sizeOf = ({ totalBytes, packedBytes }, isPacked) => isPacked ? packedBytes : totalBytes;
const wordOf = ({ isPacked }, { isPackedExact }) => isPacked ? ` compressed${isPackedExact ? "" : " (estimated)"}` : "";
/** The largest of one's own layers, of which one can do something. */
const findLargest = ({ layers }, isPacked) => {
	const all = layers.map((layer, index) => ({
		layer,
		index
	}));
	const own = all.filter(({ layer }) => !layer.isBase);
	const bytesOf = ({ layer }) => isPacked ? layer.packedBytes : layer.bytes;
	const [largest] = (own.length > 0 ? own : all).toSorted((a, b) => bytesOf(b) - bytesOf(a));
	return largest && {
		...largest,
		bytes: bytesOf(largest)
	};
};
/** The place says where all of it is. */
const longestInstruction$1 = 80;
const renderLargest = (analysis, isPacked) => {
	const largest = findLargest(analysis, isPacked);
	if (largest === void 0) return "";
	const { layer, index, bytes } = largest;
	const instruction = toLine(layer.instruction ?? "", longestInstruction$1);
	const what = instruction === "" ? "" : ` ${instruction}`;
	return ` The largest of its own layers is ${renderPlace$1(layer, index)}${what}, ${formatBytes(bytes)}.`;
};
const toExcess = ({ analysis }, limit, what) => ({
	message: `${what}.${renderLargest(analysis, limit.isPacked)}`,
	location: findLargest(analysis, limit.isPacked)?.layer.location
});
const checkSize = (report, limit) => {
	const { name, analysis } = report;
	const bytes = sizeOf(analysis, limit.isPacked);
	if (limit.bytes === void 0 || bytes <= limit.bytes) return [];
	const has = `${name} has ${formatBytes(bytes)}${wordOf(limit, analysis)}`;
	return [toExcess(report, limit, `${has}, ${formatBytes(bytes - limit.bytes)} more than image-size-limit allows (${limit.given})`)];
};
const checkGrowth = (report, limit) => {
	const { name, analysis, before } = report;
	if (before === void 0) return [];
	const then = limit.isPacked ? before.packedBytes : before.bytes;
	const now = sizeOf(analysis, limit.isPacked);
	const grown = now - then;
	if (grown <= (limit.bytes ?? then * (limit.percent ?? 0) / 100) || grown < leastGrowthOf({ bytes: then })) return [];
	const word = wordOf(limit, analysis);
	const what = `${`${name} grew by ${formatBytes(grown)}${percentOf$1(grown, then)}${word} since ${runs[before.against]}`}, ${`from ${formatBytes(then)} to ${formatBytes(now)}`}, more than image-growth-limit allows (${limit.given})`;
	const excess = toExcess(report, limit, what);
	const parts = renderParts$1(report);
	if (parts === "") return [excess];
	const [first] = report.grown?.layers ?? [];
	const location = first && analysis.layers[first.index]?.location;
	return [{
		message: `${what}${limit.isPacked ? ". Before compression: " : ": "}${parts}.`,
		location: location ?? excess.location
	}];
};
/** What is beyond the limits that its author has set. */
const checkImageLimits = (reports, { size, growth }) => reports.flatMap((report) => [...size.filter((each) => isAbout(each, report.name)).flatMap((each) => checkSize(report, each)), ...growth.filter((each) => isAbout(each, report.name)).flatMap((each) => checkGrowth(report, each))]);

// src/image/sources/oci-layout.ts
const isSize = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const readImage = (folder, references, reported) => {
	const digest = findManifest$1(folder, reported?.digest);
	const manifest = readBlob(folder, digest);
	const { config, layers } = JSON.parse(manifest);
	const { architecture = "", rootfs } = JSON.parse(readBlob(folder, config.digest));
	const diffIds = rootfs?.diff_ids ?? [];
	const layerBytes = (layers ?? []).map(({ size }) => size);
	if (diffIds.join() !== (layers ?? []).map((layer) => layer.digest).join()) throw new Error("its layers are compressed, as only BuildKit before 0.10 has them");
	if (!diffIds.every(isDigest) || !layerBytes.every(isSize)) throw new Error("its layers are none");
	const repositories = new Set(references.map(({ canonical }) => toRepository(canonical)));
	const chainIds = toChainIds(diffIds);
	const known = reported?.isPushed && reported.digest || digest;
	return {
		references,
		id: config.digest,
		sizeBytes: layerBytes.reduce((sum, bytes) => sum + bytes, 0),
		digestNames: [...repositories].map((repository) => `${repository}@${known}`),
		architecture,
		layers: diffIds.map((diffId, index) => ({
			diffId,
			chainId: chainIds[index] ?? "",
			folder: void 0
		})),
		layout: {
			folder,
			digest,
			manifest,
			layerBytes
		}
	};
};
/**
* Reads the image that a builder has written into a folder, as buildx does with `type=oci,tar=false` and no
* compression. Layers may be missing there: empty files stand for those that nobody needs.
*
* @param reported where the same build made more; by the pushed digest nodes find the image, too
* @throws {Failure} when it is not one image, or not what its digests say
*/
const readLayout = (folder, references, reported) => {
	try {
		return readImage(folder, references, reported);
	} catch (cause) {
		throw new Failure("The build ended well, but what the builder wrote is no image to load", {
			cause,
			remedy: "Slipway needs buildx 0.13 and BuildKit 0.11 or newer: `docker buildx inspect`."
		});
	}
};
/** Whether a layout has a layer itself, not only an empty file in its place. */
const hasLayer = (folder, diffId) => (sizeOfBlob(folder, diffId) ?? 0) > 0;
/** An image that a builder has written, to be read where it lies; undefined where layers were left out. */
const toWholeBlobs = ({ id, layers, layout }) => {
	if (layout === void 0 || !layers.every(({ diffId }) => hasLayer(layout.folder, diffId))) return void 0;
	const { folder, manifest, layerBytes } = layout;
	return {
		manifest,
		config: readBlob(folder, id),
		layers: layers.map(({ diffId }, at) => ({
			file: toBlobPath(folder, diffId),
			start: 0,
			sizeBytes: layerBytes[at] ?? 0,
			digest: diffId,
			diffId
		}))
	};
};

// src/load/helper-request.ts
/**
* All names under which a node should have an image: as it was given first, then by its content. Only
* the containerd store keeps the manifest, and so its digest, that a registry knows.
*/
const namesOf = (engine, image) => [.../* @__PURE__ */ new Set([
	...image.references.flatMap(({ canonical }) => toNodeNames(canonical)),
	...image.references.map((reference) => toImmutable(reference, image.id).canonical),
	...engine.hasContainerdStore || image.layout ? image.digestNames : []
])];
/** What Docker is asked for: never a name that somebody may have given to another image meanwhile. */
const toSource = ({ heldAs, id }) => heldAs ?? id;
/** Where the socket of Docker's containerd is; undefined with a store that has none. */
const socketFolderOf = ({ hasContainerdStore, containerd }) => hasContainerdStore ? containerd?.address.replace(/\/[^/]*$/, "") : void 0;
/** Of a store whose folders are known, and which keeps no manifest for the helper to read. */
const folderRows = (image, config) => {
	return [[
		"overlay2",
		config,
		image.id
	], ...image.layers.map(({ diffId, chainId, folder = "" }) => [
		"layer",
		diffId,
		chainId,
		folder
	])];
};
const containerdRows = ({ containerd }, image) => [[
	"containerd",
	containerd?.address ?? "",
	containerd?.namespace ?? "",
	image.id,
	image.architecture
], ...image.layers.map(({ diffId, chainId }) => [
	"layer",
	diffId,
	chainId
])];
const sourceRows = (engine, image, config) => {
	if (config !== void 0) return folderRows(image, config);
	if (engine.hasContainerdStore) return containerdRows(engine, image);
	return folderRows(image, `${engine.dataRoot}/image/overlay2/imagedb/content/sha256/${toHex(image.id)}`);
};
/** Where the node's snapshots are; no part of a volume where the helper must go through the node. */
const rootOf = (node) => isMachine(node) ? snapshotsOf(node) : toHostPath(node, snapshotsOf(node)) ?? "/";
/** A helper in a container sees one folder of the host in another place; on a machine, all where it is. */
const toMountRow = (node, { mountedFolder }) => node !== void 0 && isMachine(node) ? ["mount", "/"] : [
	"mount",
	mountedFolder,
	mountPoint
];
/** Whether links reach the nodes from a volume of Docker's. */
const areBeside = ({ dataRoot }, nodes) => nodes.every((node) => isContainer(node) && node.userland === "gnu" && node.containerd.snapshotter === "overlayfs" && rootOf(node).startsWith(`${dataRoot}/volumes/`));
/**
* Chooses what a helper has to see of the daemon's host for one image and some nodes.
*
* @returns a string where it could not see enough, saying why
*/
const toMounts = (engine, image, nodes) => {
	const isInDocker = image.layout === void 0;
	if (isInDocker && !engine.hasContainerdStore && image.layers.some(({ folder }) => folder === void 0)) return "Docker does not say where the image's layers are";
	const folders = image.layers.flatMap(({ folder }) => folder ?? []);
	const reachable = nodes.map(rootOf).filter((root) => root !== "/");
	return {
		mountedFolder: commonFolder([
			...isInDocker ? storeFolders(engine) : [],
			...reachable,
			...folders
		]),
		socketFolder: isInDocker ? socketFolderOf(engine) : void 0
	};
};
/**
* Writes the request for one image and nodes that are given it by their folders.
*
* @param runId names the snapshots while they are being made: `slipway/RUN/CHAIN`
* @param config the image's, on the daemon's host, where another node has the image and not Docker
*/
const toHelperRequest = (engine, image, nodes, wanted, runId, deadlineMs, mounts, config) => {
	return `${[
		["run", runId],
		["deadline", String(Math.ceil(deadlineMs / 1e3))],
		["method", wanted],
		toMountRow(nodes[0], mounts),
		...namesOf(engine, image).map((name) => ["name", name]),
		...nodes.map((node) => {
			const pid = isMachine(node) ? "self" : String(node.pid);
			return [
				"node",
				node.name,
				pid,
				snapshotsOf(node),
				rootOf(node)
			];
		}),
		...sourceRows(engine, image, config),
		["go"]
	].map((row) => row.join("	")).join("\n")}\n`;
};

// src/load/unpacker-helper.ts
/** Longer than any step. */
const deadlineMs$3 = 864e5;
/** Where the helper sees its volume and the step's layers; its script knows them, too. */
const [volumePoint, layersPoint] = ["/slipway", "/slipway-layers"];
/**
* A helper with a volume of its own, which Docker removes with it. It unpacks what others have made, so it may
* no more than that: `SYS_ADMIN` is for overlay's attributes.
*/
const toUnpacker$1 = (node, layoutDir, runId) => ({
	...toHelperBase(node, runId),
	Cmd: ["-c", unpackScript()],
	HostConfig: {
		AutoRemove: true,
		UsernsMode: "host",
		NetworkMode: "none",
		CapAdd: ["SYS_ADMIN"],
		SecurityOpt: ["no-new-privileges", "label=disable"],
		Mounts: [{
			Type: "volume",
			Target: volumePoint
		}, {
			...mountFolder(layoutDir, layersPoint),
			ReadOnly: true
		}]
	}
});
/** Starts the container, which reads requests in lines and answers each; see helper/unpack.sh. */
const startUnpackerHelper = ({ api, layoutDir, runId, signal }, node) => {
	const waiting = /* @__PURE__ */ new Map();
	let said = "";
	/** Why it answers no more. */
	let over;
	const started = Promise.withResolvers();
	const fail = (error) => {
		over ??= { error };
		started.reject(error);
		for (const each of waiting.values()) each.reject(error);
		waiting.clear();
	};
	const onLine = (line) => {
		const [state, word, name, reason = ""] = line.split("	");
		const asked = waiting.get(`${word} ${name}`);
		waiting.delete(`${word} ${name}`);
		if (state === "done") asked?.resolve();
		else asked?.reject(new Failure(reason));
	};
	const onStarted = async (id, reply) => {
		const path = `/containers/${id}/json`;
		const { Mounts = [] } = await api.get(path).catch(() => void 0) ?? {};
		const volume = Mounts.find(({ Destination }) => Destination === volumePoint)?.Source ?? "";
		const ask = (...words) => {
			if (over !== void 0) return Promise.reject(over.error);
			const answer = Promise.withResolvers();
			waiting.set(words.slice(0, 2).join(" "), answer);
			reply(`${words.join("	")}\n`);
			return answer.promise;
		};
		const end = () => reply("end\n");
		if (volume !== "") return started.resolve({
			volume,
			ask,
			end
		});
		end();
		fail(new Failure("Docker does not say where the volume is"));
	};
	const watch = {
		deadlineMs: deadlineMs$3,
		signal,
		onLine,
		onStarted,
		onErrorLine: (line) => {
			said = line.slice(0, 1e3);
		},
		isEnough: () => false
	};
	const ended = runContainer(api, toUnpacker$1(node, layoutDir, runId), "", watch).then((end) => fail(new Failure(said || end)), fail);
	started.promise.catch(() => {});
	return {
		started: started.promise,
		ended
	};
};

// src/load/unpacker.ts
/** Does a thing once for each name; whoever asks again waits for the same. */
const createOnce = () => {
	const begun = /* @__PURE__ */ new Map();
	const doOnce = (name, act) => {
		const work = begun.get(name) ?? act();
		begun.set(name, work);
		work.catch(() => {});
		return work;
	};
	return {
		doOnce,
		hasBegun: (name) => begun.has(name)
	};
};
const createUnpacker = (order) => {
	const { engine, isLocal, layoutDir, atOnce, line } = order;
	const gate = createGate(atOnce);
	const [unpacking, finishing, giving] = [
		createOnce(),
		createOnce(),
		createOnce()
	];
	let helper;
	let isTold = false;
	const getHelper = (node) => {
		helper ??= startUnpackerHelper(order, node);
		return helper.started;
	};
	/** By chain IDs: a layer's folders may have what those below say. */
	const unpackLayer = (layers, at, file, node, proven) => {
		const { chainId = "", diffId = "" } = layers[at] ?? {};
		const words = [
			toHex(chainId),
			String(at),
			diffId,
			relative(layoutDir, file)
		];
		if (proven !== void 0) words.push(proven);
		return unpacking.doOnce(chainId, async () => {
			const { ask } = await getHelper(node);
			await gate(() => ask("layer", ...words));
		});
	};
	/** One of them, whose programs are used; undefined where links do not reach them all. */
	const findNode = (nodes) => isLocal && areBeside(engine, nodes) ? nodes.find(isContainer) : void 0;
	const begin = (layers, at, file, nodes, proven) => {
		const node = findNode(nodes);
		if (node !== void 0) unpackLayer(layers, at, file, node, proven);
	};
	const unpackAll = async (image, node, proven) => {
		const { layers, layout, id } = image;
		const toFile = (digest) => toBlobPath(layout?.folder ?? "", digest);
		await Promise.all(layers.map(({ diffId }, at) => unpackLayer(layers, at, toFile(diffId), node, proven)));
		const { volume, ask } = await getHelper(node);
		const chains = layers.map(({ chainId }) => toHex(chainId));
		for (const [at, chain] of chains.entries()) await finishing.doOnce(chain, () => ask("parents", chain, String(at), ...chains.slice(0, at)));
		await giving.doOnce(id, () => ask("config", id, relative(layoutDir, toFile(id))));
		const toFolder = (layer, at) => ({
			...layer,
			folder: `${volume}/${chains[at]}/to/${at}`
		});
		return {
			image: {
				...image,
				layers: layers.map(toFolder)
			},
			config: `${volume}/${toHex(id)}`
		};
	};
	const unpack = async (image, nodes, proven) => {
		const node = findNode(nodes);
		const { folder = "" } = image.layout ?? {};
		const isWhole = image.layers.every(({ diffId }) => hasLayer(folder, diffId));
		const isOurs = !relative(layoutDir, folder).startsWith("..");
		if (node === void 0 || !isWhole || !isOurs) return void 0;
		return unpackAll(image, node, proven).catch((error) => {
			order.signal.throwIfAborted();
			if (!isTold) line(`Layers are unpacked in nodes, not beside them: ${renderError(error)}`);
			isTold = true;
		});
	};
	const counted = /* @__PURE__ */ new Set();
	const countBytes = ({ layers, layout }) => layers.reduce((sum, { chainId }, at) => {
		if (counted.has(chainId)) return sum;
		counted.add(chainId);
		return sum + (layout?.layerBytes[at] ?? 0);
	}, 0);
	const close = async () => {
		isTold = true;
		const { end } = await helper?.started.catch(() => void 0) ?? {};
		end?.();
		await helper?.ended;
	};
	const hasBegun = ({ layers }) => layers.some(({ chainId }) => unpacking.hasBegun(chainId));
	return {
		begin,
		unpack,
		countBytes,
		hasBegun,
		close
	};
};

// src/disk/fill.ts
/** Files are counted for this; the reason of a failure is worth some seconds. */
const deadlineMs$2 = 15e3;
const renderParts = (parts) => parts.toSorted((a, b) => b.bytes - a.bytes).map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`).join(", ");
/** What Docker's data consists of, largest first. */
const renderUsage = (usage) => {
	const volumes = usage.Volumes?.map(({ UsageData }) => UsageData?.Size);
	return renderParts([
		{
			what: "images",
			bytes: usage.LayersSize ?? 0
		},
		{
			what: "build cache",
			bytes: sumCache(usage)
		},
		{
			what: "containers",
			bytes: sumBytes(usage.Containers?.map(({ SizeRw }) => SizeRw))
		},
		{
			what: "volumes (the nodes' included)",
			bytes: sumBytes(volumes)
		}
	]);
};
/** What is asked first where several are on one filesystem. */
const order = [
	"docker",
	"node",
	"temp"
];
const duArgs = [
	"--one-file-system",
	"--max-depth=1",
	"--block-size=1",
	"--"
];
/** The largest folders of those that `du` prints, the last of which is all together. */
const parseDu = (printed) => printed.split("\n").flatMap((line) => {
	const [, bytes, what = ""] = /^(\d+)\t(.+)$/.exec(line) ?? [];
	return bytes === void 0 ? [] : [{
		what,
		bytes: Number(bytes)
	}];
}).slice(0, -1).toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
const askDocker = async (get) => {
	const usage = await findUsage(get, [
		"image",
		"build-cache",
		"container",
		"volume"
	]);
	if (usage === void 0) return "";
	return `. Docker's disk usage: ${renderUsage(usage)} (files that nodes share with Docker count twice)`;
};
const renderFolders = (parts) => parts.length === 0 ? "" : `. Largest folders: ${renderParts(parts)}`;
const askNode = async (api, nodes, name) => {
	const node = nodes.find((each) => each.name === name);
	if (node === void 0) return "";
	const argv = [
		"du",
		...duArgs,
		node.containerd.root
	];
	return renderFolders(parseDu(await executeIn(api, node, argv, deadlineMs$2)));
};
const askTemp = async ({ cancelled }, env, path) => {
	const command = {
		file: "du",
		args: [...duArgs, path],
		env,
		timeoutMs: deadlineMs$2
	};
	const { stdout } = await runCaptured({
		...command,
		signal: cancelled
	});
	return renderFolders(parseDu(stdout));
};
/** What fills a filesystem, as the end of a sentence; nothing where nobody can say in time. */
const describeFill = async (api, nodes, { uses, path }, env) => {
	const asked = (use) => {
		switch (use.kind) {
			case "docker": return askDocker(api.get);
			case "node": return askNode(api, nodes, use.name);
			case "temp": return askTemp(api, env, path);
		}
	};
	const [first] = uses.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
	if (first === void 0) return "";
	const answer = asked(first).catch(() => "");
	return within(answer, deadlineMs$2, "");
};

// src/run/disk-full.ts
/** Full, or as good as: what was half done has been removed meanwhile. */
const isFull = ({ freeBytes, totalBytes, freeInodes, totalInodes }) => freeBytes < Math.max(.03 * totalBytes, 1e8) || totalInodes > 0 && freeInodes < .01 * totalInodes;
/** Inspects the disks once more: the builds have changed what was found before. */
const inspectDisks = async (api, facts, tempDir) => {
	const { filesystems } = await findFilesystems(api, facts, tempDir);
	return {
		filesystems,
		full: filesystems.filter(isFull)
	};
};
/** Nothing can be written: whatever failed just now failed for that, also where it says otherwise. */
const isChoked = ({ filesystems }) => filesystems.some(({ freeBytes, freeInodes, totalInodes }) => freeBytes < 32e6 || totalInodes > 0 && freeInodes < 100);
/**
* False when all have as much as a build should find: then a program in it meant something else,
* such as its shared memory, and nothing is said of disks.
*/
const couldBeFull = ({ filesystems, full }) => filesystems.length === 0 || full.length > 0 || filesystems.some(({ freeBytes }) => freeBytes < 16e9);
/** True when room on Docker's filesystem could help: it is full itself, or nobody knows which is. */
const couldHelp = ({ filesystems, full }) => {
	const dockers = findDockers(filesystems);
	return full.length === 0 || dockers !== void 0 && full.includes(dockers);
};
const remedies = {
	docker: "Build fewer or smaller images in this job, free the disk before this step (`docker system prune`, `docker buildx prune`), or use a runner with a larger one.",
	node: "Remove images from the node (`docker exec NODE crictl rmi --prune`), give its /var a larger filesystem, or keep it on Docker's, where Slipway links images.",
	temp: "Point RUNNER_TEMP at a folder with more free space, or set load-mode: auto, which needs none there."
};
/**
* What to say of something that did not fit: where it was full, and what fills it.
*
* @param tried what was done to make room, or why nothing was
*/
const explainNoSpace = async ({ api, facts, env }, error, { filesystems, full }, tried) => {
	const fullest = filesystems.toSorted((a, b) => a.freeBytes - b.freeBytes).slice(0, 1);
	const shown = full.length > 0 ? full : fullest;
	const lines = await Promise.all(shown.map(async (one) => renderFilesystem(one) + await describeFill(api, facts.nodes, one, env)));
	const where = full.length > 0 ? "Full:" : "After cleanup:";
	const what = error instanceof Error ? error.message : String(error);
	const kinds = shown[0]?.uses.map(({ kind }) => kind) ?? [];
	const kind = [
		"docker",
		"node",
		"temp"
	].find((each) => kinds.includes(each)) ?? "docker";
	return new Failure(`${what.replace(/\.$/, "")}. ${where} ${lines.join("; ")}. ${tried}`, {
		cause: error,
		remedy: remedies[kind]
	});
};

// src/run/disk-retry.ts
/** Frees what may go; tells what came of it, and whether it is worth another try. */
const reclaimSpace = async (reclaim, state, sinceMs) => {
	const giveUp = (tried) => ({
		isWorthIt: false,
		tried
	});
	if (reclaim.objection !== void 0) return giveUp(reclaim.objection);
	if (!couldHelp(state)) return giveUp("Slipway freed nothing: that disk has nothing that it may delete");
	const bytes = await reclaim.run(sinceMs);
	if (bytes === 0) return giveUp("Slipway found nothing more to free");
	return {
		isWorthIt: true,
		tried: `Freeing ${formatBytes(bytes)} more was not enough`
	};
};
/**
* Does something that writes to disks. When they are full, more is freed where that is allowed, and
* it is done once more; else the failure names the full filesystem and what fills it.
*/
const createDiskRetry = (facts, given, reclaim) => {
	const { docker, log, run, tempRoot } = given;
	const inspect = () => inspectDisks(docker.api, facts, tempRoot);
	const explain = async (error, tried) => explainNoSpace({
		api: docker.api,
		facts,
		env: run.env
	}, error, await inspect(), tried);
	return async (body, signal) => {
		const sinceMs = performance.now();
		try {
			return await body();
		} catch (error) {
			if (signal.aborted) throw error;
			const state = await inspect().catch(() => void 0);
			if (state === void 0) throw error;
			if (!isChoked(state) && !(isNoSpace(error) && couldBeFull(state))) throw error;
			const { isWorthIt, tried } = await reclaimSpace(reclaim, state, sinceMs);
			if (!isWorthIt) throw await explain(error, tried);
			if (signal.aborted) throw error;
			log.line(`${renderError(error)} Retrying once.`);
			return body().catch(async (again) => {
				throw isNoSpace(again) ? await explain(again, tried) : again;
			});
		}
	};
};

// src/disk/free-disk.ts
/** The largest entry has some 100,000 files, and the disk may be slow. */
const timeoutMs$2 = 9e5;
/** As `statfs` numbers it. */
const overlay = 2035054128;
/** Why a catalog path stays; undefined means that it may go. */
const findObjection$1 = async (path) => {
	const stat = await lstat(path).catch(() => void 0);
	if (stat === void 0) return "not there";
	if (!stat.isDirectory()) return "it is not a folder";
	if (await realpath(path) !== path) return "its path has a symbolic link";
	if ((await statfs(path)).type === overlay) return "it is of the job's container, and deleting it would free nothing";
	for (let parent = dirname(path), child = stat;; parent = dirname(parent)) {
		const above = await lstat(parent);
		if (above.uid !== 0) return `${parent} does not belong to root`;
		if (child === stat && above.dev !== stat.dev) return "it is a mount";
		child = above;
		if (parent === "/") return void 0;
	}
};
const runAsRoot = (context, program, ...args) => {
	const command = process.getuid?.() === 0 ? {
		...context,
		file: program,
		args,
		timeoutMs: timeoutMs$2
	} : {
		...context,
		file: "sudo",
		args: [
			"-n",
			program,
			...args
		],
		timeoutMs: timeoutMs$2
	};
	return runCaptured(command).catch(() => ({
		code: 127,
		stdout: ""
	}));
};
/**
* Bytes on the disk below a folder. Free space before and after would not tell: builds write
* meanwhile. Whoever removes the folder next needs what this reads.
*/
const measureFolder = async (context, path) => {
	const { stdout } = await runAsRoot(context, "du", ...[
		"--summarize",
		"--one-file-system",
		"--block-size=1"
	], "--", path);
	return Number(/^\d+/.exec(stdout)?.[0] ?? 0);
};
/** Moved aside first: a path that half exists would break whoever uses it meanwhile. */
const removeFolder = async (context, path) => {
	const aside = join(dirname(path), `.slipway-freed-${process.pid}`);
	if ((await runAsRoot(context, "mv", "--no-target-directory", "--", path, aside)).code !== 0) return false;
	return (await runAsRoot(context, "rm", "-rf", "--one-file-system", "--", aside)).code === 0;
};
const freePath = async (context, name, path, log) => {
	const objection = await findObjection$1(path).catch(renderError);
	if (objection !== void 0) {
		if (objection !== "not there") log(`Kept ${path}: ${objection}.`);
		return [];
	}
	const bytes = await measureFolder(context, path);
	if (context.signal.aborted) return [];
	if (!await removeFolder(context, path)) {
		log(`Could not remove ${path}; the step continues.`);
		return [];
	}
	log(`Freed ${formatBytes(bytes)}: ${name} (${path}).`);
	return [{
		name,
		path,
		bytes
	}];
};
/** Bytes that an ordinary user may still write to the filesystem that holds `path`. */
const freeBytesAt = async (path) => {
	const { bavail, bsize } = await statfs(path);
	return bavail * bsize;
};
const hasEnough = async (freeing, folder) => freeing.targetFreeBytes !== void 0 && await freeBytesAt(folder).catch(() => Number.POSITIVE_INFINITY) >= freeing.targetFreeBytes;
/** With this a build can begin: it will not have written as much before more is free. */
const enoughToBegin = 4e9;
/** Waits until builds have enough free disk to start, or nothing more is freed. */
const waitForDisk = async (freeing, folder) => {
	let hasEnded = false;
	const ending = Promise.allSettled([freeing]).then(() => {
		hasEnded = true;
	});
	const freeBytes = () => freeBytesAt(folder).catch(() => enoughToBegin);
	while (!hasEnded && await freeBytes() < enoughToBegin) await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, 500))]);
};
/**
* Removes entries of the catalog, one after another, until the target is reached.
*
* @param folder one on the filesystem that is to have room
*/
const freeDisk = async (freeing, folder, env, log, signal) => {
	const freed = [];
	const all = freeing.entries.flatMap(({ name, paths }) => paths.map((path) => ({
		name,
		path
	})));
	for (const { name, path } of all) {
		if (signal.aborted || await hasEnough(freeing, folder)) break;
		freed.push(...await freePath({
			env,
			signal
		}, name, path, log));
	}
	return freed;
};

// src/image/sizes.ts
/** Bytes of all steps, and of those that no image before this one had. */
const sumSteps = (history, seen) => {
	let chain = "";
	let allBytes = 0;
	let newBytes = 0;
	for (const { Created, CreatedBy, Size } of history.toReversed()) {
		chain = toDigest(JSON.stringify([
			chain,
			Created,
			CreatedBy,
			Size
		]));
		allBytes += Size;
		if (!seen.has(chain)) newBytes += Size;
		seen.add(chain);
	}
	return {
		allBytes,
		newBytes
	};
};
/**
* Sums what the histories tell. Steps that look the same from the lowest up are one layer.
*
* @param keepsBlobs whether the store keeps the compressed layers beside the unpacked ones, as
*   containerd's does; their size is that of the image, to which some versions of Docker add the
*   unpacked layers
*/
const sumSizes = (images, keepsBlobs) => {
	const seen = /* @__PURE__ */ new Set();
	let totalBytes = 0;
	const each = images.map(({ sizeBytes, history }) => {
		const { allBytes, newBytes } = sumSteps(history, seen);
		if (!keepsBlobs || allBytes === 0) {
			totalBytes += newBytes;
			return sizeBytes;
		}
		const blobBytes = sizeBytes > allBytes ? sizeBytes - allBytes : sizeBytes;
		totalBytes += newBytes + Math.round(blobBytes * newBytes / allBytes);
		return allBytes + blobBytes;
	});
	return {
		totalBytes,
		each
	};
};
/** Asks Docker what an image consists of, as long as it is there. */
const measureImage = async (get, image) => ({
	sizeBytes: image.sizeBytes,
	history: await get(`/images/${image.id}/history`) ?? []
});

// src/run/intermediates.ts
/**
* True for a name that no step can be using any more, as its machine died before post could run. Who does
* not know the time writes one of the year 1.
*/
const isLeftOver = (lastTagTime, nowMs) => {
	const taggedMs = Date.parse(lastTagTime ?? "");
	return taggedMs > 0 && nowMs - taggedMs > 432e6;
};
/** Names that machines left which died before post could run. */
const findLeftOvers = async ({ get }) => {
	const everyRun = intermediateRepository("");
	const ours = (await get(`/images/json?filters=${encodeURIComponent(JSON.stringify({ reference: [`${everyRun}*`] }))}`) ?? []).flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => name.startsWith(everyRun));
	const inspected = await Promise.all(ours.map((name) => get(`/images/${name}/json`)));
	const now = Date.now();
	return ours.filter((_, index) => isLeftOver(inspected[index]?.Metadata?.LastTagTime, now));
};
/**
* Gives an image a name that only this run uses; again for one that is held costs nothing. Its own
* names may be given to another one at any moment, and Docker's containerd store drops an image with
* its last name.
*
* @throws {Failure} when Docker has it no more
*/
const holdImage = async ({ get, post }, runId, image) => {
	if (image.heldAs !== void 0 || isNameless(image.id, image.references)) return image;
	const name = toHeldName(runId, image.id);
	const [repository = "", tag] = name.split(":");
	await post(`/images/${image.id}/tag?repo=${encodeURIComponent(repository)}&tag=${tag}`);
	if ((await get(`/images/${name}/json`))?.Id === image.id) return {
		...image,
		heldAs: name
	};
	const names = image.references.map(({ given }) => given).join(", ");
	throw new Failure(`Docker no longer has the image that ${names} named when this step began`, { remedy: "Another process removed it or moved its tag. Run the step again." });
};
/**
* Removes a name. What was never made, or is gone already, is what we want; with the last name of an
* image go its layers.
*/
const dropName$1 = async ({ remove }, name) => {
	const path = `/images/${name}`;
	const again = () => remove(`${path}?force=true`);
	await remove(path).catch(again).catch(() => {});
};

// src/build/actions-cache.ts
/** A secret of the Bake file's could be the token itself, by the name of its variable. */
const namesToken = ({ definition }) => /ACTIONS_/.test(JSON.stringify(definition["secret"] ?? ""));
/**
* Whether a target's cache is GitHub's, for which BuildKit needs the run's own token. One build gets
* it for all of its entries, or for none: an address of the Bake file's own choice would be sent it.
*/
const usesActionsCache = (targets) => {
	const entries = targets.flatMap(({ definition }) => [definition["cache-from"], definition["cache-to"]]).flatMap((each) => Array.isArray(each) ? each : []).map(toFields).filter((fields) => /^gha$/i.test(fields.get("type") ?? ""));
	const isElsewhere = entries.some((fields) => fields.has("url") || fields.has("url_v2"));
	return entries.length > 0 && !isElsewhere && !targets.some(namesToken);
};

// src/build/layout-output.ts
/** Has buildx write an image as files, each layer as the tar that its diff ID is the digest of. */
const toLayoutOutput = (folder) => [
	"type=oci",
	"tar=false",
	quote$1(`dest=${folder}`),
	"compression=uncompressed",
	"force-compression=true"
].join(",");
/**
* Makes the folder that a builder writes an image into. It does not send a layer whose file is there, and does
* not look into it.
*
* @param folder an absolute path; what was there is gone
* @param needless diff IDs of layers that nobody needs
*/
const prepareLayout = (folder, needless) => {
	rmSync(folder, {
		recursive: true,
		force: true
	});
	mkdirSync(join(folder, "blobs", "sha256"), {
		recursive: true,
		mode: 448
	});
	for (const diffId of needless) writeFileSync(toBlobPath(folder, diffId), "");
};
/** Has the next build send layers that the last one was not to send. */
const wantLayers = (folder, diffIds) => {
	for (const diffId of diffIds) rmSync(toBlobPath(folder, diffId), { force: true });
};

// src/build/bake-command.ts
/** @param names that only this output has, where others have others */
const toOutput = ({ output }, place, names) => {
	switch (output) {
		case "docker": return names.length === 0 ? "type=docker" : `type=docker,${quote$1(`name=${names.join(",")}`)}`;
		case "oci-layout": return toLayoutOutput(place);
		case "registry": return toRegistryOutput(place);
		case "cache": return "type=cacheonly";
	}
};
/** Whether some output takes attestations. */
const isAttested = ({ further, bake }) => further.length > 0 && toEntries$1(bake.definition["attest"]).length > 0;
/**
* The Bake file for one target: as Bake resolved it, and with our secrets. What is asked for and has a
* name goes into the local store or into a folder; what is made for others is in the store for a while, or
* only in the build cache.
*
* @param place the folder, or the image's name in the step's own registry
*/
const toBakeFile = (target, secrets, place) => {
	const { bake, bases, tags, isWanted, intermediate, further } = target;
	const ours = secrets.map(({ id, from }) => `id=${id},${from}`);
	const own = isWanted ? tags.map((tag) => tag.given) : [];
	const names = intermediate === void 0 ? own : [...own, intermediate];
	const isApart = further.length > 0 && intermediate !== void 0 || target.output === "registry";
	const toEntry = ({ definition }, output) => ({
		...definition,
		attest: void 0,
		annotations: void 0,
		call: void 0,
		secret: [...toEntries$1(definition["secret"]), ...ours],
		output
	});
	const outputs = [toOutput(target, place, isApart ? names : []), ...toFurtherEntries(further, bake.definition, isApart ? own : [])];
	const attest = isAttested(target) ? { attest: toAttests(further, bake.definition) } : {};
	return { target: {
		...Object.fromEntries(bases.map((base) => [base.name, toEntry(base, ["type=cacheonly"])])),
		[bake.name]: {
			...toEntry(bake, outputs),
			...attest,
			tags: isApart ? void 0 : names
		}
	} };
};
/**
* What was checked, once more for Bake's own check, which would ask on a terminal otherwise. Our
* secrets are files in memory, and the folder for the image is ours.
*/
const toAllowFlags = (target, secrets, layout) => {
	const targets = toBakeTargets(target);
	if (targets.some(({ allowances }) => allowances === void 0)) return [];
	const own = [...secrets.some(({ from }) => from.startsWith("src=")) ? [`fs.read=${memoryFolder}`] : [], ...target.output === "oci-layout" ? [`fs.write=${layout}`] : []];
	return [.../* @__PURE__ */ new Set([...targets.flatMap(({ allowances = [] }) => allowances), ...own])].map((allowance) => `--allow=${allowance}`);
};
/** The arguments of `docker` that build one target. */
const toBakeArgs = (target, file, metadataFile, secrets, layout) => [
	"buildx",
	"bake",
	...isAttested(target) ? [] : ["--provenance=false"],
	...toAllowFlags(target, secrets, layout),
	`--file=${file}`,
	`--metadata-file=${metadataFile}`,
	"--",
	target.bake.name
];

// src/build/remedies.ts
const loginRemedy = "Check the name, and log in to that registry before this step (docker/login-action) with an account that may do that; at ghcr.io, packages: read or packages: write of the job. A login that has expired is refused for public images, too.";
const tooLarge = {
	words: /Request Entity Too Large/,
	status: /413/,
	remedy: "Raise the limit of the proxy (nginx: client_max_body_size), go around it, or make smaller layers: BuildKit sends each in one piece."
};
/** An image may be called so, too. */
const immutableWords = /(?<![^\s"'(])immutable(?![\w/-]|[.:]\w)|cannot be overwritten/i;
/** Amazon ECR hangs up in some regions (aws/containers-roadmap#1970). */
const missingRepositoryWords = /POST request to \S+\/blobs\/uploads\/\S*: 404 |Post "https:\/\/[^\s/"]+\.amazonaws\.com\/[^\s"]+\/blobs\/uploads\/[^\s"]*": EOF|name unknown:/;
/** buildx copies the files that a builder's configuration names into it (util/confutil); of Docker's it knows none. */
const untrusted = {
	words: /\bx509: |server gave HTTP response to HTTPS client/,
	remedy: "Docker's own builder reads /etc/docker/certs.d and insecure-registries; another one its own configuration alone: buildkitd-config-inline with [registry.\"HOST\"] and its ca, or http = true."
};
/**
* A layer of a cache that is read only when it is needed, by the Actions cache's two services and by registries; of
* these it may be a base image's, too.
*/
const lostLayerWords = /ERROR CODE: [A-Z]|invalid status response|\bblob (?:sha256:\w+ )?not found|could not fetch content descriptor \S+ \S+ from remote: not found/;
/**
* What BuildKit passes on of registries (containerd's core/remotes/docker) and of Git, in their own words. The first
* that fits counts.
*/
const rows$1 = [
	{
		words: lostLayerWords,
		remedy: "A layer of the cache that the build reads, or of a base image, is gone, or is not given any more. Run the job again; if it stays so, build once without cache and cache-from, or remove the entries of that cache."
	},
	{
		words: /pull rate limit|registry-1\.docker\.io\S*: 429 /,
		remedy: "Docker Hub's limit ends only hours later. Log in before this step (docker/login-action), which doubles it and counts for the account alone, or have the builder ask a mirror."
	},
	{
		words: immutableWords,
		remedy: "The registry lets nobody overwrite this tag: push another one, such as with the commit in it, or exempt it there."
	},
	{
		words: missingRepositoryWords,
		remedy: "Create that repository at the registry first: Amazon ECR and others make none by a push. Else check its name."
	},
	{
		words: /invalid response status 4(?!29|08)|failed to load cache key: (?:Get|Head) "[^"]*": (?:tls|x509|http): /,
		remedy: "Check that address. The builder fetches it itself, with no login of Docker's and with its own certificates; else fetch the file before this step, and COPY it."
	},
	untrusted,
	tooLarge,
	{
		words: /could not read (?:Username|Password)|Authentication failed for|[Rr]epository (?:'[^']{0,500}' )?not found\b|access to repository not granted|requested URL returned error: 40[134]|Permission denied \(publickey/,
		remedy: "Git needs a token for that repository: the App (client-id) is to be installed on it, owner and repositories are to name it, and permissions have contents: read. For an address by SSH: ssh."
	},
	{
		words: /pull access denied|(?<!permission )\bdenied: |\bunauthorized: |insufficient_scope|authorization failed|no basic auth credentials/i,
		status: /40[13]/,
		remedy: loginRemedy
	}
];
/** What they pass on may be a whole page of a proxy. */
const longestReason = 4e3;
/** A command may have any words. */
const isRun = /did not complete successfully: exit code/;
/** What to do about a registry or a Git server that refused; undefined for all else. */
const findRefusalRemedy = (reason) => {
	if (isRun.test(reason)) return void 0;
	const text = reason.slice(0, longestReason);
	return rows$1.find(({ words, status }) => words.test(text) || status !== void 0 && tellsStatus(text, status))?.remedy;
};
/** Whether a build failed as a layer is gone that a cache had promised. */
const tellsLostLayer = (reason) => !isRun.test(reason) && lostLayerWords.test(reason.slice(0, longestReason));

// src/build/cache-failures.ts
/** With the target before it, where a build has several. */
const stepPattern = /^(?:\[[\w.-]+\] )?(?:(importing cache manifest from )|exporting (?:cache to |content cache|to GitHub Actions Cache))/;
/** Whether a step of BuildKit's reads or writes a cache. */
const toCacheKind = (name) => {
	const found = stepPattern.exec(name);
	if (found === null) return void 0;
	return found[1] === void 0 ? "export" : "import";
};
const actionsRemedy = "Runs for a fork or of pull_request_target read it alone; the default branch's write it. Its size is in the repository under Actions, Caches: beyond the limit (10 GB by default) nothing is added until older entries go.";
const manifestRemedy = "Slipway sets image-manifest=true,oci-mediatypes=true where cache-to does not say otherwise. A registry that refuses that, too, takes `cache: inline`. One whose tags are immutable answers so from the second time on: exempt the tag of the cache there.";
/** What BuildKit and those that it passes on say; the first that fits counts. */
const rows = [
	{
		words: /failed to reserve cache|cache write denied|no writable scopes?|\bnot_found\b/i,
		cause: "the Actions cache takes nothing from this run: its token is read-only, the repository's quota is used up, or another run writes the same entry now",
		remedy: actionsRemedy
	},
	{
		words: /cache token expired/i,
		cause: "the token of the Actions cache has expired, as the job runs for so long",
		remedy: "Write the cache to a registry, or build earlier in the job."
	},
	{
		words: /exceeding usage of resource|maximum timeout reached|toomanyrequests|rate ?limit/i,
		status: /429/,
		cause: "the service takes no more requests now (rate limit)",
		remedy: "Fewer layers need fewer requests: `mode=min` in cache-to, or a cache in a registry."
	},
	{
		...tooLarge,
		cause: "a layer is larger than the registry takes, or a proxy before it (413)"
	},
	{
		words: /quota|limit ?exceeded|insufficient storage|no space left/i,
		status: /507/,
		cause: "the place for it is full (quota)",
		remedy: "Remove older caches there, or write less with `mode=min` in cache-to."
	},
	{
		words: /Cache export is not supported|unknown cache (?:ex|im)porter/i,
		cause: "this builder cannot do that",
		remedy: "Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, or set `cache: inline`."
	},
	{
		words: immutableWords,
		status: /412/,
		cause: "its tag is there, and the registry lets nobody overwrite it (immutable tags)",
		remedy: "Exempt the tag of the cache there, or name another repository in cache-ref."
	},
	{
		words: missingRepositoryWords,
		cause: "the registry has no such repository",
		remedy: "Create it there first: Amazon ECR and others make none by a push."
	},
	{
		words: /manifest invalid|MANIFEST_INVALID|unsupported (?:media|manifest)/i,
		status: /40[0456]|415/,
		about: /error writing (?:manifest|config) blob/i,
		cause: "the registry refuses cache manifests",
		remedy: manifestRemedy
	},
	{
		words: /denied|unauthorized|insufficient_scope|authorization failed/i,
		status: /40[13]/,
		cause: "the registry does not allow it",
		remedy: "Log in with docker/login-action before this step, with a token that may write packages; a fork's token may only read."
	},
	{
		...untrusted,
		cause: "the builder does not trust its certificate, or it speaks no TLS"
	},
	{
		words: /no such host|i\/o timeout|connection (?:refused|reset)|TLS handshake|EOF/i,
		status: /5\d\d/,
		cause: "the place of the cache cannot be reached",
		remedy: "The builder reads and writes caches, so it is the builder that needs the way there."
	}
];
/** What they pass on may be a whole page of a proxy. */
const longestError = 4e3;
const longestTold$1 = 400;
const hasSigns = (text, { words, status, about }) => words.test(text) || status !== void 0 && about?.test(text) !== false && tellsStatus(text, status);
const findRow = (error) => {
	const text = error.slice(0, longestError);
	return rows.find((row) => hasSigns(text, row));
};
/** What to do about a cache that cannot be read or written. */
const findCacheRemedy = (error) => findRow(error)?.remedy;
const isMissing = ({ kind, error }) => kind === "import" && hasSigns(error.slice(0, longestError), {
	words: /not found|\bnot_found\b|manifest unknown|NAME_UNKNOWN/i,
	status: /404/
});
const explain = (name, { kind, error }) => {
	const { cause, remedy } = findRow(error) ?? {};
	const what = `${name}: the cache could not be ${kind === "import" ? "read" : "written"}`;
	const said = neutralise(toLine(error, longestTold$1));
	return {
		text: `${[what, ...cause === void 0 ? [] : [cause]].join(": ")} (${said})`,
		remedy
	};
};
/** A line of the warnings. */
const renderCacheFailure = (name, failure) => {
	const { text, remedy } = explain(name, failure);
	return [
		text,
		"The image is complete",
		...remedy === void 0 ? [] : [remedy]
	].join(". ").replace(/([^.])$/, "$1.");
};
/** The failure of a step whose caches are required. */
const toCacheError = (name, failure) => {
	const { text, remedy } = explain(name, failure);
	return new Failure(text, {
		remedy: remedy ?? "Without cache-required, this is a warning.",
		transient: findTransient(failure.error, [])
	});
};
/** BuildKit's words, and buildx', for a cache that no build can write, whatever its entry says. */
const beforehand = /failed to configure \S+ cache exporter|Cache export is not supported|unknown cache exporter/;
/** A build that failed for its cache before it began, and may do without; undefined for all others. */
const toNeedlessFailure = (error) => error instanceof Failure && beforehand.test(error.message) ? {
	kind: "export",
	error: error.message.replace(/^.*?(?=failed to configure|Cache export|unknown cache)/s, "")
} : void 0;
/** Follows a build, and keeps what went wrong with its caches. One that is not there yet is no failure. */
const watchCaches = () => {
	const failures = /* @__PURE__ */ new Map();
	return {
		onEvent: (event) => {
			if (event.kind !== "ended") return;
			const { name } = event.step;
			const kind = toCacheKind(name);
			if (kind === void 0) return;
			const failure = {
				kind,
				error: event.error
			};
			if (event.how === "failed" && !isMissing(failure)) failures.set(name, failure);
			else failures.delete(name);
		},
		failures: () => [...failures.values()]
	};
};

// src/build/failed-step.ts
/**
* The step that failed, as the Dockerfile has it, such as `RUN make`, and what it printed. Undefined
* where none was run, as with a mistake in the Dockerfile.
*/
const findFailedStep = (log) => {
	const failed = log.findLast((event) => event.kind === "ended" && event.how === "failed");
	if (failed?.kind !== "ended" || failed.step.name.startsWith("[internal]")) return void 0;
	const { step } = failed;
	const output = log.flatMap((event) => event.kind === "output" && event.step === step ? [event.text] : []);
	return {
		instruction: step.name.replace(/^\[[^\]]*\] /, ""),
		output
	};
};
const rule = "--------------------";
/**
* `worker.Dockerfile:3`, above the lines that buildx quotes between two rules; no event has it. The
* file's name is without a folder.
*/
const findFailedPlace = (log) => {
	const end = log.lastIndexOf(rule);
	const start = end > 0 ? log.lastIndexOf(rule, end - 1) : -1;
	const above = start > 0 ? log[start - 1] ?? "" : "";
	const colon = above.lastIndexOf(":");
	const [file, line] = [above.slice(0, colon), above.slice(colon + 1)];
	if (colon < 1 || !/^\d{1,7}$/.test(line)) return void 0;
	const marked = log.slice(start, end).find((text) => /^ *\d+ \| >>>/.test(text));
	return {
		file,
		line: Number(marked?.trim().split(" ", 1)[0] ?? line)
	};
};
/** Words with which programs begin what went wrong, most telling first. */
const tellingWords = [
	/^\S{1,200}[:(]\d+\S{0,20}: (fatal )?error\b/i,
	/(^|\s)(fatal )?error(\[\w{1,20}\])?: /i,
	/^(Uncaught )?[\w.]{0,100}(Error|Exception|Panic)\b(: |$)/,
	/^(E: |ERR!|npm (error|ERR!) |fatal: |panic: |ERROR\b|Err:)/,
	/^\S{1,200}:\d+:\d+: /,
	/\b(no such file or directory|not found|permission denied|cannot |could not |failed|denied)\b/i
];
/** Programs that only pass on that another one failed. */
const isPassedOn = (line) => /^(g?make(\[\d+\])?: \*\*\*|ninja: build stopped|npm (error|ERR!) (code|path|command|A complete log)|error: could not compile|The command .* returned)/i.test(line);
/** Longer lines are data that a program dumped, and patterns need not go through all of them. */
const longestTold = 500;
/** The line that says what went wrong: the first of the most telling kind, else the last one. */
const findCause = (output) => {
	const lines = output.map((line) => line.slice(0, longestTold).trim()).filter((line) => line !== "");
	const own = lines.filter((line) => !isPassedOn(line));
	for (const pattern of tellingWords) {
		const found = own.find((line) => pattern.test(line));
		if (found !== void 0) return found;
	}
	return own.at(-1) ?? lines.at(-1);
};

// src/build/render-event.ts
const toSeconds = (ms) => (ms / 1e3).toFixed(1);
/** Longer ones are heredocs and chains of commands; the place says where all of it is. */
const longestInstruction = 80;
const shortenInstruction = (text) => text.length <= longestInstruction ? text : `${text.slice(0, 77).trimEnd()}...`;
const renderTransfer = (transfer) => {
	const { id, currentBytes, totalBytes, startedMs, completedMs, atMs = 0 } = transfer;
	const bytes = [currentBytes, totalBytes].filter((each) => each > 0).map(formatBytes);
	const ms = (completedMs ?? atMs) - (startedMs ?? completedMs ?? atMs);
	const took = ms >= 100 ? [`${toSeconds(ms)}s`] : [];
	const done = completedMs === void 0 ? [] : ["done"];
	return [
		id,
		...bytes.length > 0 ? [bytes.join(" / ")] : [],
		...took,
		...done
	].join(" ");
};
/**
* The lines of one event, nearly as BuildKit prints them itself (`--progress=plain`), so that they are
* recognised. Steps at work side by side keep their own lines apart by their numbers alone.
*/
const renderEvent = (event) => {
	if (event.kind === "text") return [event.text];
	const { step } = event;
	const mark = `#${step.number}`;
	switch (event.kind) {
		case "began": return ["", `${mark} ${step.name}`];
		case "output": return [`${mark} ${(event.ms / 1e3).toFixed(3)} ${event.text}`];
		case "transfer": return [`${mark} ${renderTransfer(event.transfer)}`];
		case "warning": return [`${mark} WARN: ${event.warning.message}`];
		case "ended":
			if (event.how === "failed") return [`${mark} ERROR: ${event.error}`];
			if (event.how === "cancelled") return [`${mark} CANCELED`];
			return [`${mark} ${event.how === "cached" ? "CACHED" : `DONE ${toSeconds(event.ms)}s`}`];
	}
};
const renderStep = ({ name }) => shortenInstruction(toLine(name));
/** Quicker steps are not worth a line of their own. */
const slowMs$1 = 1e3;
/** In one line for one of several builds; undefined for what is not worth one. */
const renderBriefly = (event) => {
	if (event.kind !== "ended" || event.how === "cancelled") return void 0;
	const { step, how, ms } = event;
	const took = ms < slowMs$1 ? [] : [formatDuration(ms)];
	const parts = [...how === "failed" ? ["failed"] : [], ...took];
	return parts.length === 0 ? void 0 : [renderStep(step), ...parts].join(", ");
};
const renderWaiting = (step) => `${renderStep(step)}, still running`;

// src/build/explain.ts
/**
* BuildKit's last word, without what each layer of it has put before. A registry's own words and Git's are in
* lines of their own; buildx ends with an empty one.
*/
const findReason = (log) => {
	const isError = (text) => text.startsWith("ERROR: ");
	const last = log.findLastIndex(isError);
	if (last < 0) return void 0;
	const before = log.lastIndexOf("", last);
	const start = log.findIndex((text, at) => at > before && isError(text));
	const end = log.indexOf("", start);
	return log.slice(start, end < 0 ? void 0 : end).join("\n").replace(/^ERROR: (failed to build: )?(failed to solve: )?/, "").replace(/^failed to compute cache key: /, "").replace(/failed to calculate checksum of ref \S+: /, "").trim();
};
/** A build that failed as a layer is gone, mostly one that a cache had promised. */
var LostLayerFailure = class extends Failure {};
/** 128 and SIGKILL's 9, as BuildKit and programs that start others tell it. */
const wasKilled = /\bexit code: 137\b|\bsignal: killed\b/;
/** The docker driver's and the exporter's own words. */
const hasSeveralPlatforms = /exporting manifest lists|Multi-platform build is not supported/;
const platformsRemedy = "Docker's store here holds an image for one platform: set that alone (bake-set: TARGET.platform=linux/amd64), or use Docker's containerd image store.";
const usualRemedy = "The build's log has all that the instruction printed.";
const killedRemedy = "Something of it was killed, mostly by the kernel as memory ran out; the last line of this job's post step counts such kills. Build fewer images at once (parallel: 1), have the step use less, or take a larger runner.";
const remedyFor = (reason, instruction) => {
	const ofCache = toCacheKind(instruction) && findCacheRemedy(reason);
	if (ofCache !== void 0) return ofCache;
	if (hasSeveralPlatforms.test(reason)) return platformsRemedy;
	return wasKilled.test(reason) ? killedRemedy : findRefusalRemedy(reason) ?? usualRemedy;
};
/**
* A build that failed, said in one line: the image, the instruction, and the line of its output that
* says why. The annotation is at the Dockerfile's line.
*/
const explainBuildFailure = ({ name, dockerfile }, code, log) => {
	const said = log.flatMap((event) => event.kind === "text" ? [event.text] : []);
	const printed = log.flatMap((event) => event.kind === "output" ? [event.text] : []);
	const reason = findReason(said) ?? `exit code ${code ?? "none (ended by a signal)"}`;
	const step = findFailedStep(log);
	const found = findFailedPlace(said);
	const location = found && {
		file: dockerfile ?? found.file,
		line: found.line
	};
	const exitCode = /did not complete successfully: exit code: (\d+)/.exec(reason)?.[1];
	const cause = exitCode === void 0 ? reason : findCause(step?.output ?? []);
	const full = [...said, ...printed].some(saysNoSpace) && !saysNoSpace(cause ?? "") ? ": no space left on device" : "";
	const what = step === void 0 ? "the build" : shortenInstruction(step.instruction);
	const ending = exitCode === void 0 ? "failed" : `exited with ${exitCode}`;
	const told = cause === void 0 ? "" : `: ${toLine(cause)}`;
	const at = location === void 0 ? "" : `${location.file}:${location.line}. `;
	return new (tellsLostLayer(reason) ? LostLayerFailure : Failure)(neutralise(toLine(`${name}: ${what} ${ending}`) + told + full), {
		remedy: neutralise(`${at}${remedyFor(reason, step?.instruction ?? "")}`),
		location: dockerfile === void 0 ? void 0 : location,
		transient: findTransient(reason, step?.output ?? [])
	});
};

// src/build/metadata.ts
/** `image.name` lists all names of an image, separated by commas. */
const withoutName = (json, name) => json.replace(`,${name}"`, "\"").replace(`"${name}"`, "\"\"");
/**
* Reads buildx's metadata file; a digest that is none is left out.
*
* @param intermediate a name of the image that is nobody else's business
*/
const parseMetadata = (text, intermediate) => {
	const parsed = JSON.parse(text);
	const digestOf = (key) => {
		const value = parsed?.[key];
		return isDigest(value) ? value : void 0;
	};
	const digest = digestOf("containerimage.digest");
	return {
		/** Of the image's config, or of its manifest where that is the image's ID. */
		imageId: digestOf("containerimage.config.digest") ?? digest,
		digest,
		/** buildx's own JSON, without the name that only the step uses. */
		json: intermediate === void 0 ? text.trim() : withoutName(text.trim(), intermediate)
	};
};

// src/build/name-race.ts
/**
* BuildKit's words in the containerd store for two builds that make one name at the same time. All
* is built by then.
*/
const isNameRace = (error) => error instanceof Failure && /\bimage "[^"]+": already exists/.test(error.message);
/** Once the name is there, nobody fails on it; it may be removed and made again. */
const nameTries = 4;
/** Builds once more where another build takes the name at the same moment. */
const buildNamed = async (order, build, onEvent) => {
	for (let tries = 1, each = order;; tries += 1) try {
		return await build(each);
	} catch (error) {
		if (tries === nameTries || !isNameRace(error)) throw error;
		onEvent({
			kind: "text",
			text: "Another build gave an image that name at the same moment; trying once more."
		});
		each = {
			...order,
			target: toCached(order.target)
		};
	}
};

// src/build/status.ts
const isFields = (value) => typeof value === "object" && value !== null;
const toList = (value) => Array.isArray(value) ? value.filter(isFields) : [];
/** A name is a Dockerfile's text, which may be as long as that. */
const longestText = 1e4;
/** One line, of what others wrote. */
const toText$1 = (value) => typeof value === "string" ? value.slice(0, longestText).replace(/\p{Cc}+/gu, " ") : "";
const toBytes = (value) => Buffer.from(typeof value === "string" ? value : "", "base64");
const toMs = (value) => {
	const ms = typeof value === "string" ? Date.parse(value) : NaN;
	return Number.isNaN(ms) ? void 0 : ms;
};
const toCount = (value) => typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
const toVertex = (fields) => ({
	digest: toText$1(fields["digest"]),
	/** Such as `[build 2/3] RUN make`. */
	name: toText$1(fields["name"]),
	/** Whether it is made of what another one made. */
	hasInputs: Array.isArray(fields["inputs"]) && fields["inputs"].length > 0,
	/** Undefined where it is only announced. */
	startedMs: toMs(fields["started"]),
	completedMs: toMs(fields["completed"]),
	isCached: fields["cached"] === true,
	/** Empty for what did not fail. */
	error: toText$1(fields["error"])
});
const toTransfer = (fields) => ({
	vertex: toText$1(fields["vertex"]),
	id: toText$1(fields["id"]),
	currentBytes: toCount(fields["current"]),
	/** 0 where nobody knows. */
	totalBytes: toCount(fields["total"]),
	startedMs: toMs(fields["started"]),
	completedMs: toMs(fields["completed"]),
	atMs: toMs(fields["timestamp"])
});
const toLog = (fields) => ({
	vertex: toText$1(fields["vertex"]),
	data: toBytes(fields["data"]),
	atMs: toMs(fields["timestamp"])
});
const toWarning = (fields) => {
	const [range] = toList(fields["range"]);
	const start = range?.["start"];
	return {
		vertex: toText$1(fields["vertex"]),
		message: toText$1(toBytes(fields["short"]).toString("utf8")),
		/** Counted from 1; undefined where it is about no line. */
		line: isFields(start) && toCount(start["line"]) || void 0
	};
};
/** Whether a record is meant as a status; the rest of what buildx prints is text. */
const isStatus = (line) => /^(?:\{\s*"(?:vertexes|statuses|logs|warnings)":|\{\}\s*$|null\s*$)/.test(line.toString("latin1", 0, 16));
/** Undefined where it cannot be read. What is not as BuildKit writes it counts as left out. */
const parseStatus = (line) => attempt(() => {
	const parsed = JSON.parse(line.toString("utf8"));
	const fields = isFields(parsed) ? parsed : {};
	return {
		vertexes: toList(fields["vertexes"]).map(toVertex),
		transfers: toList(fields["statuses"]).map(toTransfer),
		logs: toList(fields["logs"]).map(toLog),
		warnings: toList(fields["warnings"]).map(toWarning)
	};
});

// src/build/status-cutter.ts
/** The second line of a status, as buildx before 0.15 writes it. */
const firstWord = /^ {2}"(?:vertexes|statuses|logs|warnings)": \[\n$/;
const isLine = (line, text) => line?.equals(Buffer.from(text)) === true;
/**
* Cuts what buildx prints with `rawjson` into lines, and into whole statuses: before 0.15 it writes each
* over many lines, of which the first and the last are a brace alone.
*
* @param onRecord gets undefined for one that is longer
*/
const createStatusCutter = (onRecord, longest) => {
	/** Of a status that has begun. */
	let lines = [];
	let bytes = 0;
	const release = (records) => {
		lines = [];
		bytes = 0;
		records.forEach(onRecord);
	};
	const gather = (line) => {
		bytes += line?.length ?? longest + 1;
		if (line !== void 0 && bytes <= longest) lines.push(line);
		if (isLine(line, "}\n")) release([bytes > longest ? void 0 : Buffer.concat(lines)]);
	};
	const goesOn = (line) => lines.length > 1 || line !== void 0 && firstWord.test(line.toString("latin1", 0, 32));
	const onLine = (line) => {
		if (lines.length > 0 && !goesOn(line)) release(lines);
		if (lines.length > 0 || isLine(line, "{\n")) gather(line);
		else onRecord(line);
	};
	const cutter = createRecordCutter(onLine, longest);
	return {
		write: cutter.write,
		end: () => {
			cutter.end();
			release(lines.length > 1 ? [Buffer.concat(lines)] : lines);
		}
	};
};

// src/build/timings.ts
/** BuildKit's and buildx's names of steps, after the target's and the stage's. */
const phases = [
	["context", /^\[(?:\S+ )?(?:internal|context \S+)\] load (?:build context|from client|build definition|\.dockerignore)/],
	["pull", /^\[(?:\S+ )*(?:internal|auth|context \S+)\]|^\[(?:[^\]]* )?\d+\/\d+\] FROM |^resolve image config/],
	["steps", /^\[(?:[^\]]* )?\d+\/\d+\] /],
	["cache", /^(?:\[[^\]]*\] )?(?:importing cache|exporting cache|preparing build cache)/],
	["export", /^(?:\[[^\]]*\] )?(?:exporting|sending tarball|importing to docker|pushing|unpacking)/]
];
const toPhase = (name) => phases.find(([, pattern]) => pattern.test(name))?.[0];
const mostSlow = 3;
/** Quicker ones are nobody's trouble. */
const slowMs = 1e3;
/** Sums up what the steps of a build took. */
const toTimings = (steps) => {
	const sums = {
		context: 0,
		pull: 0,
		steps: 0,
		export: 0,
		cache: 0
	};
	for (const { name, ms } of steps) {
		const phase = toPhase(name);
		if (phase !== void 0) sums[phase] += ms;
	}
	const slowest = steps.filter(({ isCached, ms, name }) => !isCached && ms >= slowMs && toPhase(name) !== void 0).toSorted((a, b) => b.ms - a.ms).slice(0, mostSlow).map(({ name, ms }) => ({
		name: shortenInstruction(toLine(name)),
		ms
	}));
	return {
		contextMs: sums.context,
		pullMs: sums.pull,
		stepsMs: sums.steps,
		exportMs: sums.export,
		cacheMs: sums.cache,
		slowest
	};
};

// src/build/progress.ts
/** BuildKit's messages have at most 16 MB, in JSON and base64 somewhat more. */
const longestStatus = 67108864;
/** A build that has more is not worth our memory. */
const mostSteps = 1e4;
/** A part that goes on is told of so often. */
const transferMs = 5e3;
/** A vertex that looks into the cache ends at once, and begins again to do its work: so long is waited. */
const briefMs = 150;
/**
* `[3/7] RUN make`, `[linux/arm64 build 3/7] RUN make`: not BuildKit's own work. A base that is there
* counts as cached only where something is done with it.
*/
const isCounted = ({ step: { name }, hasInputs, how }) => /^\[(?:[^\]]* )?\d+\/\d+\] (?!FROM )/.test(name) && (hasInputs || !/^\[[^\]]+\] ADD /.test(name)) && how !== "cancelled";
const isContext = ({ name }) => /^\[(?:\S+ )?internal\] load build context$/.test(name);
/** What is known of a step. */
const createTracked = (step, hasInputs, onEvent) => {
	const tracked = {
		step,
		hasInputs,
		startedMs: 0,
		/** Undefined while it goes on. */
		completedMs: void 0,
		isCached: false,
		how: "done",
		/** How it ended last, so that nothing is told twice. */
		ending: "",
		/** When what it printed last was printed. */
		printedMs: 0,
		output: createLineCutter((text) => {
			onEvent({
				kind: "output",
				step,
				ms: tracked.printedMs - tracked.startedMs,
				text
			});
		}),
		/** When a part of it was told of last. */
		toldMs: /* @__PURE__ */ new Map(),
		/** Of the build context, as far as it is sent. */
		contextBytes: 0
	};
	return tracked;
};
const track = ({ all, onEvent }, { digest, name, hasInputs }) => {
	const step = {
		number: all.size + 1,
		name
	};
	const tracked = createTracked(step, hasInputs, onEvent);
	all.set(digest, tracked);
	onEvent({
		kind: "began",
		step
	});
	return tracked;
};
const hold = ({ held }, digest, end) => {
	const drop = () => {
		clearTimeout(timer);
		held.delete(digest);
	};
	const release = () => {
		drop();
		end();
	};
	const timer = setTimeout(release, briefMs);
	held.set(digest, {
		drop,
		release
	});
};
const toEnding = ({ error, isCached }) => {
	if (error !== "") return error.endsWith("context canceled") ? "cancelled" : "failed";
	return isCached ? "cached" : "done";
};
const onVertex = (state, vertex) => {
	const { all, held, onEvent } = state;
	const { digest, startedMs, completedMs, error } = vertex;
	if (startedMs === void 0 || !all.has(digest) && all.size === mostSteps) return;
	const tracked = all.get(digest) ?? track(state, vertex);
	const how = toEnding(vertex);
	const ending = `${startedMs} ${completedMs} ${how}`;
	if (ending === tracked.ending) return;
	held.get(digest)?.drop();
	Object.assign(tracked, {
		startedMs,
		completedMs,
		isCached: vertex.isCached,
		how,
		ending
	});
	if (completedMs === void 0) return;
	const ms = completedMs - startedMs;
	const end = () => {
		tracked.output.end();
		onEvent({
			kind: "ended",
			step: tracked.step,
			how,
			ms,
			error
		});
	};
	if (ms < briefMs && how === "done") hold(state, digest, end);
	else end();
};
const onTransfer = ({ all, onEvent }, transfer) => {
	const { id, startedMs = 0, completedMs, atMs = 0 } = transfer;
	const tracked = all.get(transfer.vertex);
	if (tracked === void 0) return;
	const { step, toldMs } = tracked;
	if (id === "transferring context:" && isContext(step)) tracked.contextBytes = Math.max(tracked.contextBytes, transfer.currentBytes);
	if (completedMs !== void 0) toldMs.delete(id);
	else if (atMs - (toldMs.get(id) ?? startedMs) < transferMs || toldMs.size > mostSteps) return;
	else toldMs.set(id, atMs);
	onEvent({
		kind: "transfer",
		step,
		transfer
	});
};
const onLog = ({ all }, { vertex, data, atMs }) => {
	const tracked = all.get(vertex);
	if (tracked === void 0) return;
	tracked.printedMs = atMs ?? tracked.printedMs;
	tracked.output.write(data);
};
const onWarning = ({ all, onEvent }, warning) => {
	const step = all.get(warning.vertex)?.step;
	if (step !== void 0) onEvent({
		kind: "warning",
		step,
		warning
	});
};
const onStatus = (state, { vertexes, transfers, logs, warnings }) => {
	const again = new Set(vertexes.map(({ digest }) => digest));
	for (const [digest, { release }] of [...state.held]) if (!again.has(digest)) release();
	for (const each of vertexes) onVertex(state, each);
	for (const each of transfers) onTransfer(state, each);
	for (const each of logs) onLog(state, each);
	for (const each of warnings) onWarning(state, each);
};
const onRecord = (state, record) => {
	const toldText = (text) => state.onEvent({
		kind: "text",
		text
	});
	if (record !== void 0 && !isStatus(record)) {
		const lines = createLineCutter(toldText);
		lines.write(record);
		lines.end();
		return;
	}
	const status = record && parseStatus(record);
	if (status !== void 0) onStatus(state, status);
	else toldText("A part of the progress is left out, as it could not be read.");
};
/** Follows one build: what buildx prints goes in, events come out. */
const createProgress$1 = (onEvent) => {
	const state = {
		onEvent,
		all: /* @__PURE__ */ new Map(),
		held: /* @__PURE__ */ new Map()
	};
	return {
		createSink: () => createStatusCutter((record) => onRecord(state, record), longestStatus),
		/** Tells what is still held back. */
		finish: () => {
			for (const { release } of [...state.held.values()]) release();
			for (const { output } of state.all.values()) output.end();
		},
		stats: () => {
			const all = [...state.all.values()];
			const steps = all.filter(isCounted);
			const cachedSteps = steps.filter(({ isCached }) => isCached).length;
			const ended = all.flatMap(({ step: { name }, startedMs, completedMs, isCached }) => completedMs === void 0 ? [] : [{
				name,
				isCached,
				ms: completedMs - startedMs
			}]);
			const [missed] = steps.filter(({ isCached }) => !isCached).toSorted((a, b) => a.startedMs - b.startedMs);
			const timings = toTimings(ended);
			const contextBytes = all.reduce((sum, each) => sum + each.contextBytes, 0);
			const missedName = missed?.step.name;
			return {
				steps: steps.length,
				cachedSteps,
				timings,
				missed: missedName,
				contextBytes
			};
		}
	};
};

// src/image/tokens.ts
/** Secrets that can be told by how they look. */
const tokenPatterns = [
	["GitHub's token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{40,251})\b/],
	["npm's token", /\bnpm_[A-Za-z0-9]{36}\b/],
	["AWS's key", /\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE\b)[A-Z0-9]{16}\b/],
	["a private key", /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/]
];
/** A text of an image or a Dockerfile, without the secrets that somebody wrote into it. */
const hideTokens = (text) => tokenPatterns.reduce((hidden, [, pattern]) => hidden.replaceAll(new RegExp(pattern, "g"), "***"), text);

// src/build/provenance.ts
const buildkitKey = "https://mobyproject.org/buildkit@v1#metadata";
/** With several platforms, one for each: `buildx.build.provenance/linux/amd64`. */
const provenanceKey = "buildx.build.provenance";
const isPrefix = (chain, of) => chain.length <= of.length && chain.every(({ digest }, at) => digest === of[at]?.digest);
/** The image's layers: those of the step that the last one hands on. */
const findFinal = (definitions, layers) => {
	const last = definitions.at(-1)?.inputs?.[0] ?? "";
	const longest = Object.values(layers ?? {}).flat().toSorted((a, b) => b.length - a.length)[0];
	return layers?.[last]?.[0] ?? longest ?? [];
};
/** The instruction's text and its first line, of the Dockerfile that BuildKit has read. */
const readPlace = (source, step) => {
	const place = source?.locations?.[step]?.locations?.[0];
	const known = (place?.ranges ?? []).flatMap(({ start, end }) => [start?.line, end?.line]).filter((line) => Number.isSafeInteger(line));
	if (known.length === 0) return void 0;
	const [first, last] = [Math.min(...known), Math.max(...known)];
	const index = place?.sourceIndex ?? 0;
	const whole = Buffer.from(source?.infos?.[index]?.data ?? "", "base64").toString("utf8").split(/\r?\n/).slice(first - 1, last).map((line) => line.replace(/\\\s*$/, "")).join(" ");
	const instruction = toLine(hideTokens(whole));
	return {
		line: first,
		index,
		instruction: instruction === "" ? void 0 : instruction
	};
};
const toStep = (key) => key.replace(/:\d+$/, "");
/** The steps of the last stage that make a layer each, lowest first; undefined where others are among them. */
const findMakers = (definitions) => {
	const byId = new Map(definitions.map((definition) => [definition.id, definition]));
	const makers = [];
	let step = toStep(definitions.at(-1)?.inputs?.[0] ?? "");
	for (let at = byId.get(step); at !== void 0; at = byId.get(step)) {
		const { source, exec, file } = at.op?.Op ?? {};
		if (source !== void 0) return makers.toReversed();
		if (exec === void 0 && file === void 0 || makers.length > definitions.length) break;
		makers.push(step);
		step = toStep(at.inputs?.[0] ?? "");
	}
};
/**
* Which step made each layer, from some layer on. The record has no layers of a step that another build has
* run at the same time, and none of a base that nobody had to look into: only counting tells these apart.
*
* @returns undefined where the record has a layer that would be another's
*/
const countMakers = (definitions, own, layers) => {
	const makers = findMakers(definitions);
	const baseLayers = layers - (makers?.length ?? layers + 1);
	const fits = own.every(({ step }) => {
		const at = makers?.indexOf(step) ?? -1;
		return at < 0 || own.some((each) => each.step === step && each.length === baseLayers + at + 1);
	});
	return makers !== void 0 && baseLayers >= 0 && fits ? {
		baseLayers,
		makers
	} : void 0;
};
const toOrigins = ({ buildConfig, metadata }, dockerfile) => {
	const definitions = buildConfig?.llbDefinition ?? [];
	const { layers = {}, source } = metadata?.[buildkitKey] ?? {};
	const final = findFinal(definitions, layers);
	const chains = Object.entries(layers).flatMap(([key, all]) => all.filter((chain) => isPrefix(chain, final)).map((chain) => ({
		step: toStep(key),
		length: chain.length
	})));
	const bases = new Set(definitions.filter(({ op }) => op?.Op?.source?.identifier?.startsWith("docker-image://")).map(({ id }) => id));
	const own = chains.filter(({ step }) => !bases.has(step));
	const counted = countMakers(definitions, own, final.length);
	const places = final.map((_, at) => {
		const made = own.filter(({ length }) => length === at + 1).map(({ step }) => step);
		const maker = counted?.makers[at - counted.baseLayers];
		return (made.length > 0 || maker === void 0 ? made : [maker]).flatMap((step) => readPlace(source, step) ?? []).at(-1);
	});
	const firstOwn = places.findIndex((place) => place !== void 0);
	const known = chains.filter(({ step }) => bases.has(step)).map(({ length }) => length);
	const baseLayers = Math.max(0, firstOwn, ...known);
	return final.map(({ mediaType = "", size = -1 }, at) => {
		const place = at < baseLayers ? void 0 : places[at];
		const isOurs = place?.index === 0 && dockerfile !== void 0;
		return {
			instruction: place?.instruction,
			location: isOurs ? {
				file: dockerfile,
				line: place.line
			} : void 0,
			isBase: at < baseLayers,
			packedBytes: /[.+](gzip|zstd)$/.test(mediaType) && size > 0 ? size : void 0
		};
	});
};
/**
* Reads which line of the Dockerfile made which layer, of the record that BuildKit keeps of each build.
*
* @param metadata what buildx wrote of one target
* @param dockerfile relative to the workspace; undefined where it is no file of this machine
* @returns undefined where there is no such record
*/
const parseOrigins = (metadata, dockerfile) => {
	const [, provenance] = Object.entries(metadata ?? {}).find(([key]) => key.startsWith(provenanceKey)) ?? [];
	const origins = attempt(() => toOrigins(provenance, dockerfile));
	return origins === void 0 || origins.length === 0 ? void 0 : origins;
};
/** The metadata as buildx writes them unless it is asked for the whole record. */
const withoutRecord = (metadata) => Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => {
	if (!key.startsWith(provenanceKey)) return [key, value];
	const { buildConfig: _, metadata: __, ...rest } = value ?? {};
	return [key, rest];
}));

// src/build/secret-channel.ts
/** Linux takes no longer variable (MAX_ARG_STRLEN), and its name is part of it. */
const longestVariable = 131008;
/** A variable is text without NUL: other bytes would arrive as others, or cut. */
const requireText = ({ id, value }) => {
	const bytes = value.exposeBytes();
	const isText = isUtf8(bytes) && !bytes.includes(0);
	if (isText && bytes.length < longestVariable) return bytes.toString();
	const what = `The secret ${id} is ${isText ? "too long" : "no text"}`;
	throw new Failure(`${what}, and can reach the build through a file in memory alone`, { remedy: "Give the runner a /dev/shm with room, and put the docker program itself on the PATH." });
};
const byEnvironment = (secrets) => {
	const texts = secrets.map(requireText);
	const nameOf = (index) => `SLIPWAY_SECRET_${index}`;
	return {
		sources: secrets.map(({ id }, index) => ({
			id,
			from: `env=${nameOf(index)}`
		})),
		stdinFd: void 0,
		env: Object.fromEntries(texts.map((text, index) => [nameOf(index), text]))
	};
};
const byMemory = (secrets, fds, way) => ({
	sources: secrets.map(({ id }, index) => ({
		id,
		from: `src=${toPath(index === 0 ? way : "descriptor", fds[index] ?? -1)}`
	})),
	stdinFd: way === "stdin" ? fds[0] : void 0,
	env: {}
});
const openAll = (secrets, fds) => {
	try {
		for (const { value } of secrets) fds.push(openMemoryFile(value.exposeBytes()));
		return;
	} catch (error) {
		return `anonymous files in memory do not work here (${error.message})`;
	}
};
const openChannel = async (secrets, fds, { docker, tempDir, warn }) => {
	if (secrets.length === 0) return {
		sources: [],
		stdinFd: void 0,
		env: {}
	};
	const flaw = openAll(secrets, fds);
	const way = flaw === void 0 ? await findWayIn(docker) : void 0;
	if (way !== void 0) return byMemory(secrets, fds, way);
	const why = flaw ?? "the docker on the PATH passes no file in memory to buildx";
	if (!await passesEnvironment(docker, tempDir)) throw new Failure(`No secret can reach the build: ${why}, nor its environment`, { remedy: "Put the docker program itself on the PATH, before what stands for it." });
	const channel = byEnvironment(secrets);
	warn(`Secrets reach buildx through its environment, as ${why}.`);
	return channel;
};
/**
* Runs `body` with a way for secrets to reach one build. Each is an anonymous file in memory: the
* first is the child's standard input, the others stay open in our own process. BuildKit opens the
* path anew for every RUN that mounts it, so a pipe would be empty from the second on
* (moby/buildkit#2880), and Node's own piped stdin is a socket, which cannot be opened at all
* (nodejs/node#21941).
*
* @throws {Failure} when a secret would not arrive as it is
*/
const withSecretChannel = async (secrets, options, body) => {
	const fds = [];
	try {
		return await body(await openChannel(secrets, fds, options));
	} finally {
		for (const fd of fds) closeSync(fd);
	}
};

// src/build/build-image.ts
/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 216e5;
/** Enough of the end to name the step that failed. */
const keptEvents = 2e3;
const keptLength = 1e4;
/** For machines, of buildx 0.12 or newer. As an option, it would keep Bake from checking `--allow`. */
const progressEnv = { BUILDKIT_PROGRESS: "rawjson" };
/** Bake's own check stays on, beside ours; and paths mean what they meant when they were checked. */
const bakeEnv = {
	BUILDX_BAKE_ENTITLEMENTS_FS: "1",
	BUILDX_BAKE_FILE_RELATIVE_PATHS: "0"
};
/** BuildKit's record of the build, which knows the lines, goes with the metadata. */
const recordEnv = { BUILDX_METADATA_PROVENANCE: "max" };
/** A target's own, whatever others are called. */
const toBuildFiles = ({ target, tempDir }) => ({
	bake: join(tempDir, `bake-${target.bake.name}.json`),
	metadata: join(tempDir, `metadata-${target.bake.name}.json`)
});
/** The command, once the files that it reads are there. They hold names of secrets, never a value. */
const prepare = (order, { sources }) => {
	const { cacheEnv, layout, registry } = order;
	const target = registry ? throughRegistry(order.target, registry) : order.target;
	const place = registry?.image ?? layout;
	const { bake: file, metadata } = toBuildFiles(order);
	writeFileSync(file, JSON.stringify(toBakeFile(target, sources, place)), { mode: 384 });
	const args = toBakeArgs(target, file, metadata, sources, layout);
	const usesService = usesActionsCache(toBakeTargets(target));
	return {
		args,
		env: {
			...bakeEnv,
			...order.wantsOrigins && recordEnv,
			...usesService && cacheEnv
		}
	};
};
/** What tells of a failure. */
const keep = (tail, event) => {
	if (event.kind === "text" || event.kind === "output") tail.push({
		...event,
		text: event.text.slice(0, keptLength)
	});
	else if (event.kind === "ended") tail.push(event);
	if (tail.length > keptEvents) tail.shift();
};
const runBuild = async (docker, order, channel, onEvent) => {
	const tail = [];
	const caches = watchCaches();
	const { registry } = order;
	const progress = createProgress$1((given) => {
		const event = registry ? hideNames(given, registry) : given;
		keep(tail, event);
		caches.onEvent(event);
		onEvent(event);
	});
	const { args, env } = prepare(order, channel);
	const options = {
		cwd: order.workspace,
		timeoutMs: buildTimeoutMs,
		env: {
			...env,
			...channel.env,
			...progressEnv
		},
		...channel.stdinFd !== void 0 && { stdin: { fd: channel.stdinFd } }
	};
	const { code } = await docker.follow(args, progress.createSink, options).finally(() => progress.finish());
	if (code === 0) return {
		...progress.stats(),
		cacheFailures: caches.failures()
	};
	throw explainBuildFailure({
		name: order.target.name,
		dockerfile: order.dockerfile
	}, code, tail);
};
/**
* Builds without writing caches where BuildKit cannot even begin to, and tells what went wrong with caches.
*
* @throws {Failure} where they are required
*/
const buildWithCaches = async (order, build, warn) => {
	const { target, cacheRequired } = order;
	const tell = (failure) => {
		if (cacheRequired) throw toCacheError(target.name, failure);
		warn(renderCacheFailure(target.name, failure));
	};
	const { cacheFailures, ...share } = await build(order).catch((error) => {
		const failure = toNeedlessFailure(error);
		if (failure === void 0 || cacheRequired) throw error;
		tell(failure);
		return build({
			...order,
			target: toUncached(target)
		});
	});
	cacheFailures.forEach(tell);
	return share;
};
/** It holds the provenance of each target, where an option of buildx has that. */
const largestMetadata = 16e6;
const readMetadata = (order) => {
	const { bake, intermediate = order.registry?.image } = order.target;
	const file = toBuildFiles(order).metadata;
	const text = readRegularFile(file, largestMetadata).toString("utf8");
	const own = JSON.parse(text)[bake.name];
	if (!order.wantsOrigins) return {
		...parseMetadata(JSON.stringify(own), intermediate),
		origins: void 0
	};
	rmSync(file, { force: true });
	return {
		...parseMetadata(JSON.stringify(withoutRecord(own)), intermediate),
		origins: parseOrigins(own, order.dockerfile)
	};
};
/**
* Builds one image into the local store, and tells what happens. Secrets are in memory and exist
* nowhere else.
*
* @param warn hears where that is not possible
* @throws {Failure} naming the Dockerfile's step that failed
*/
const buildImage = async (docker, order, onEvent, warn) => {
	const { secrets, tempDir } = order;
	const build = (each) => withSecretChannel(secrets, {
		docker,
		tempDir,
		warn
	}, (channel) => runBuild(docker, each, channel, onEvent));
	const named = (each) => buildWithCaches(each, build, warn);
	const share = await buildNamed(order, named, onEvent);
	try {
		return {
			...readMetadata(order),
			...share
		};
	} catch (cause) {
		throw new Failure("The build ended well, but buildx left no metadata that can be read", {
			cause,
			remedy: "Slipway needs buildx 0.13 or newer; see `docker buildx version`."
		});
	}
};

// src/run/layouts.ts
/** Where a builder writes the image of a target, which may be called like a folder of our own. */
const toLayoutFolder = ({ layoutDir }, { bake }) => join(layoutDir, "builds", bake.name);
/** Never fails: the run's own folder goes at its end. */
const dropLayout = (folder) => attempt(() => rmSync(folder, {
	recursive: true,
	force: true
}));
/** As Docker would tell of its own: a layer looks the same whichever image it is in. */
const measureLayout = ({ sizeBytes, layers, layout }) => ({
	sizeBytes,
	history: layers.map(({ diffId }, index) => ({
		Created: 0,
		CreatedBy: diffId,
		Size: layout?.layerBytes[index] ?? 0
	})).reverse()
});
/** Has the builder write layers that were not needed when it built: all is in its cache, so no step runs again. */
const createExportLayers = (order, { docker, log }) => async (diffIds) => {
	wantLayers(order.layout, diffIds);
	await buildImage(docker.command, order, () => {}, log.warning);
};

// src/load/drop-images.ts
/**
* The names that may go from Docker's store. Where links share the files, removing a name frees
* nothing, so `auto` keeps it.
*/
const planDropping = (loads, keepImages) => loads.filter(({ nodes }) => keepImages === "never" || nodes.every(({ way }) => way === "copy" || way === "stream" || way === "kind")).flatMap(({ image: { references, id } }) => references.map((each) => ({
	...each,
	id
})));
/** Of what a container uses, Docker refuses to remove the last name alone, and a load has given it one more. */
const isUsed = async (get, id) => {
	return (await get(`/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify({ ancestor: [id] }))}`) ?? []).some(({ ImageID }) => ImageID === id);
};
/**
* Removes names; layers go with the last of them. What is in use stays, and that is no failure; so
* does a name that somebody else has given to another image.
*/
const dropImages = async (docker, get, names, line) => {
	for (const { given, canonical, id } of names) {
		const now = await get(`/images/${canonical}/json`);
		if (now === void 0) continue;
		if (now.Id !== id) {
			line(`Docker keeps ${given}: it names another image now.`);
			continue;
		}
		line(!await isUsed(get, id) && (await docker.try(["rmi", given])).code === 0 ? `Removed ${given} from Docker.` : `Docker keeps ${given}: it is in use.`);
	}
};

// src/load/foreign.ts
/** What an image is for, and the nodes that are something else; undefined where there are none. */
const renderForeign = ({ references, architecture }, nodes) => {
	const others = nodes.filter((node) => architecture !== "" && node.architecture !== architecture);
	const [first] = others;
	if (first === void 0) return void 0;
	return `${references.map(({ given }) => given).join(", ")} is built for ${architecture}, and ${others.map((node) => node.name).join(", ")} ${others.length > 1 ? "are" : "is"} ${first.architecture}: its pods end with "exec format error", unless the machine emulates ${architecture}. Build it with the platform linux/${first.architecture}.`;
};
/** Asks for what the nodes are: what their image is for, or the daemon where that is gone. */
const findForeign = async (get, image, plans) => {
	const ids = [...new Set(plans.flatMap(({ node }) => isMachine(node) ? [] : [node.imageId]))];
	const known = new Map(await Promise.all(ids.map(async (id) => {
		const found = await get(`/images/${id}/json`) ?? await get("/version");
		return [id, found?.Architecture ?? found?.Arch ?? image.architecture];
	})));
	const nodes = plans.map(({ node }) => ({
		name: node.name,
		architecture: isMachine(node) ? architecture : known.get(node.imageId) ?? image.architecture
	}));
	return renderForeign(image, nodes);
};

// src/text/progress.ts
/** Often enough to show life, seldom enough to keep the log short. */
const intervalMs = 5e3;
/** Before so much is done, the beginning says nothing of the rest. */
const telling = {
	bytes: 1e6,
	share: .01
};
/** Nobody waits for longer, so nobody needs to be told. */
const longestMs = 864e5;
/** Bytes; as soon as there are some, their rate; the time left as soon as the rate tells it. */
const renderProgress = (doneBytes, totalBytes, elapsedMs) => {
	const done = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
	const perMs = doneBytes / elapsedMs;
	if (!(doneBytes > 0 && elapsedMs > 0)) return done;
	const leftMs = (totalBytes - doneBytes) / perMs;
	const rest = doneBytes >= Math.max(telling.bytes, telling.share * totalBytes) && leftMs > 0 && leftMs < longestMs ? `, ${formatDuration(leftMs)} left` : "";
	return `${done}, ${formatBytes(perMs * 1e3)}/s${rest}`;
};
/** Tells bytes, rate and time left of each node, at most every five seconds; or draws bars of them. */
const createProgress = (line, what, bar) => {
	if (bar !== void 0) return (node, done, total) => bar.show(`${what}, ${node}`, done, total);
	const started = performance.now();
	const lastTold = /* @__PURE__ */ new Map();
	return (node, doneBytes, totalBytes) => {
		const now = performance.now();
		if (now - (lastTold.get(node) ?? started) < intervalMs) return;
		lastTold.set(node, now);
		line(`${what}, ${node}: ${renderProgress(doneBytes, totalBytes, now - started)}`);
	};
};

// src/load/check.ts
/**
* True when the node has the image whole, by every name, as an earlier load of ours left it. False
* may also mean that somebody else brought the image: then it is loaded, which costs little.
*/
const isPresent = (image, names, state) => image.layers.every(({ chainId }) => state.chains.has(chainId)) && names.every((name) => {
	const record = state.records.get(name);
	if (record === void 0 || `sha256:${record.image}` !== image.id) return false;
	const config = `sha256:${record.config}`;
	return record.folders.length === image.layers.length && state.criIds.get(name) === config && state.held.get(config) === image.layers.at(-1)?.chainId;
});
/**
* The same of a node that keeps no records: all names are one image with these layers. One of them has the
* image's ID in it, and only a load of ours gives that.
*/
const isWhole = (image, names, state) => {
	return new Set(names.map((name) => state.criIds.get(name))).size === 1 && findFlaw(image, names, void 0, state) === void 0;
};
/** Whether nothing has to be done for a node. */
const hasImage = (node, image, names, state) => (node.userland === "busybox" ? isWhole : isPresent)(image, names, state);
/** CRI hears of images by events, so it may need a moment. */
const retryMs = 200;
const attempts = 15;
/**
* Says what is wrong with an image that has just been imported: CRI must know it by every name, and
* every chain must be there. Undefined means that all is well.
*
* @param config the expected digest of its config, where Docker tells
*/
const findFlaw = (image, names, config, { chains, criIds, held }) => {
	const missing = image.layers.find(({ chainId }) => !chains.has(chainId));
	if (missing !== void 0) return `snapshot ${missing.chainId} is missing after the import`;
	for (const name of names) {
		const id = criIds.get(name);
		if (id === void 0) return `CRI does not have ${name} after the import`;
		if (config !== void 0 && id !== config) return `CRI has ${name} as ${id}, not as ${config}`;
		if (held.get(id) !== image.layers.at(-1)?.chainId) return `${name} does not hold on to its snapshots`;
	}
};
const inspectUntilWell = async (api, node, judge) => {
	for (let attempt = 1;; attempt += 1) {
		const state = await inspectNode(api, node, []);
		const flaw = judge(state);
		if (flaw === void 0 || attempt === attempts) return {
			flaw,
			state
		};
		await new Promise((resolve) => setTimeout(resolve, retryMs));
	}
};
/** Inspects the node until the image is as it should be by all names, or says what is wrong with it. */
const checkInNode = (api, image, names, node, config) => inspectUntilWell(api, node, (state) => findFlaw(image, names, config, state));
/** Inspects the node until CRI knows one and the same image by all names; the rest was somebody else's work. */
const checkNames = (api, names, node) => inspectUntilWell(api, node, ({ criIds }) => {
	const missing = names.find((name) => !criIds.has(name));
	if (missing !== void 0) return `CRI does not have ${missing}`;
	const other = names.find((name) => criIds.get(name) !== criIds.get(names[0] ?? ""));
	return other === void 0 ? void 0 : `CRI has another image as ${other}`;
});

// src/load/layer-blobs.ts
const readContent = async ({ docker, engine, node, runId }, digest) => {
	const folder = socketFolderOf(engine);
	const { address = "", namespace = "" } = engine.containerd ?? {};
	if (folder === void 0) return void 0;
	const get = [
		`--namespace=${namespace}`,
		"content",
		"get",
		digest
	];
	if (isMachine(node)) {
		if (!docker.isLocal) return void 0;
		const here = await tryInNode(docker, node, [
			"ctr",
			`--address=${address}`,
			...get
		]);
		return here.code === 0 ? here.stdout : void 0;
	}
	const ended = await docker.try([
		"run",
		"--rm",
		"--pull=never",
		"--network=none",
		"--userns=host",
		`--label=${runLabel}=${runId}`,
		`--mount=type=bind,source=${folder},target=/slipway-containerd`,
		"--entrypoint=ctr",
		node.imageId,
		`--address=/slipway-containerd/${address.split("/").at(-1)}`,
		...get
	]);
	return ended.code === 0 ? ended.stdout : void 0;
};
const toUnpacker = ({ mediaType = "" }) => {
	if (/[.+]gzip$/.test(mediaType)) return "gzip";
	return /[.+]zstd$/.test(mediaType) ? "zstd" : "cat";
};
const ofContainerdStore = async (archivist, image) => {
	const root = await readContent(archivist, image.id);
	if (root === void 0) return void 0;
	const own = JSON.parse(root).manifests?.find(({ platform }) => platform?.os === "linux" && platform.architecture === image.architecture);
	const manifest = own === void 0 ? root : await readContent(archivist, own.digest);
	const { layers: listed, config } = JSON.parse(manifest ?? "{}");
	const layers = listed ?? [];
	if (config === void 0 || layers.length !== image.layers.length) return void 0;
	return {
		blobs: layers.map(({ digest }) => digest),
		unpackers: layers.map(toUnpacker),
		config: config.digest,
		manifest
	};
};
/**
* Under which names an archive of `docker save` has what the image is made of. In the overlay2 store a
* layer's blob is its uncompressed tar, named by the diff ID; in the containerd store the manifest
* names it. Undefined where that cannot be found out.
*/
const findArchived = async (archivist, image) => {
	if (archivist.engine.hasContainerdStore && image.layout === void 0) return ofContainerdStore(archivist, image);
	return {
		blobs: image.layers.map(({ diffId }) => diffId),
		unpackers: image.layers.map(() => "cat"),
		config: image.id,
		manifest: image.layout?.manifest
	};
};
/** The name of a blob in the archive. */
const toBlobName = (digest) => `blobs/sha256/${digest.replace("sha256:", "")}`;
/**
* The archive's files that need not cross: layers that the node has. One that occurs twice in the
* image must be there both times.
*/
const toNeedlessBlobs = (image, blobs, chains) => {
	const isThere = image.layers.map(({ chainId }) => chains.has(chainId));
	const missing = new Set(blobs.filter((_, index) => !isThere[index]));
	const needless = blobs.filter((digest) => !missing.has(digest));
	return new Set(needless.map(toBlobName));
};

// src/load/name-image.ts
const timeoutMs$1 = 3e4;
const parts = [
	"record",
	"lists",
	"client",
	"names",
	"node",
	"source",
	"publish",
	"name"
];
/** An argument has at most 128 KiB; who publishes an image may write as much as he likes into its manifest. */
const longestManifest = 1e5;
/** The manifest that the image has in every node; without one it is what came with the archive. */
const findManifest = async ({ api, engine, node, toManifest }, archived, config) => {
	if (engine.hasContainerdStore) {
		const { manifest = "" } = archived ?? {};
		return Buffer.byteLength(manifest) > longestManifest ? "" : manifest;
	}
	const get = [
		"ctr",
		`--namespace=${node.containerd.namespace}`,
		"content",
		"get",
		config
	];
	return toManifest(Buffer.byteLength(await executeIn(api, node, get, timeoutMs$1)));
};
/** Without bash, an image keeps the manifest that it came with, and no record says that it is there. */
const tagImage = async ({ api, engine, image, node }, loadedAs) => {
	const tag = [
		"ctr",
		`--namespace=${node.containerd.namespace}`,
		"images",
		"tag",
		"--force"
	];
	const names = namesOf(engine, image);
	await executeIn(api, node, [
		...tag,
		loadedAs,
		...names
	], timeoutMs$1);
};
/**
* Gives an image that a node has unpacked, under a name that only this run uses, its own names and manifest,
* and lets the next run know it again.
*
* @returns what went wrong, if something did
*/
const nameImage = async (streaming, archived, loadedAs) => {
	const { docker, api, engine, runId, image, node } = streaming;
	const { flaw, state } = await checkNames(api, [loadedAs], node);
	if (flaw !== void 0) return flaw;
	if (node.userland === "busybox") return tagImage(streaming, loadedAs).then(() => void 0, renderError);
	const config = state.criIds.get(loadedAs) ?? "";
	const manifest = await findManifest(streaming, archived, config);
	const chains = node.containerd.snapshotter === "overlayfs" ? image.layers.map(({ chainId }) => chainId).join(" ") : "";
	const script = joinScript(...parts);
	const about = [
		loadedAs,
		runId,
		image.id,
		config,
		chains,
		toDigest(manifest),
		manifest
	];
	const args = [
		containerdClient(),
		...about,
		...namesOf(engine, image)
	];
	const ended = await tryInNode(docker, node, [
		"bash",
		"-c",
		script,
		"bash",
		...args
	]);
	return ended.code === 0 ? void 0 : `naming it: ${describeEnd(ended)}`;
};

// src/load/kind.ts
/** The slowest method takes its time. */
const timeoutMs = 36e5;
const timeoutOfRemovalMs = 3e4;
const ctrImages = [
	"ctr",
	"--namespace=k8s.io",
	"images"
];
/** A name that was never made is as good as gone. */
const dropName = async (api, loaded, node) => {
	const remove = [
		...ctrImages,
		"remove",
		loaded
	];
	await executeIn(api, node, remove, timeoutOfRemovalMs).catch(() => {});
};
/**
* The last resort: kind's own load, which writes the whole image to the temp folder.
*
* @throws {Failure} with what kind said
*/
const loadWithKind = async (streaming) => {
	const { docker, api, engine, image, node, clusterName, tempDir } = streaming;
	const loaded = toSource(image);
	const args = [
		"load",
		"docker-image",
		loaded,
		`--name=${clusterName}`,
		`--nodes=${node.name}`
	];
	const options = {
		timeoutMs,
		env: { TMPDIR: tempDir }
	};
	try {
		const ended = await runCaptured({
			...docker.command(args, options),
			file: "kind"
		});
		if (ended.code !== 0) throw new Failure(`\`kind load docker-image\` failed for ${node.name}: ${describeEnd(ended)}`);
		const names = namesOf(engine, image);
		const flaw = await nameImage(streaming, await findArchived(streaming, image), loaded) ?? (await checkNames(api, names, node)).flaw;
		if (flaw !== void 0) throw new Failure(`Naming ${names[0]} in ${node.name} failed: ${flaw}`);
	} finally {
		await dropName(api, loaded, node);
	}
};

// src/image/signature.ts
/**
* Whether an entry of an archive's index is a signature of an image beside it, or something else about it:
* Docker 29 pulls these with an image and saves them with it (containerd, core/images/annotations.go).
*/
const isAboutAnother = ({ annotations }) => typeof annotations?.["io.containerd.manifest.subject"] === "string";

// src/load/archive-names.ts
/** containerd takes the first; Docker writes both. */
const nameKeys = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
const renameIndex = (text, names) => {
	const index = JSON.parse(text);
	const manifests = (index.manifests ?? []).filter((descriptor) => !isAboutAnother(descriptor)).flatMap((descriptor) => {
		const { [nameKeys[1]]: _, ...others } = descriptor.annotations ?? {};
		return names.map((name) => ({
			...descriptor,
			annotations: {
				...others,
				[nameKeys[0]]: name
			}
		}));
	});
	return JSON.stringify({
		...index,
		manifests
	});
};
const renameManifest = (text, names) => {
	const images = JSON.parse(text);
	return JSON.stringify(images.map((image) => ({
		...image,
		RepoTags: names
	})));
};
/**
* Gives the one image of an archive of `docker save` its names in the node, whatever it is called in
* the archive: in `index.json`, and in `manifest.json`, all that Docker before version 25 has.
*/
const toRenaming = (names) => (file) => {
	if (file === "index.json") return (text) => renameIndex(text, names);
	return file === "manifest.json" ? (text) => renameManifest(text, names) : void 0;
};

// src/load/minor-gc.ts
/** What may pile up before it is collected. */
const heapBytes = 8388608;
/**
* Node allocates a buffer for each read from a pipe and by itself collects them only when there are
* 64 MB of them. Whoever is told of all bytes of a stream by the returned function collects sooner;
* it takes a millisecond or two.
*/
const createCollector = () => {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc");
	let pendingBytes = 0;
	return (bytes) => {
		pendingBytes += bytes;
		if (pendingBytes < heapBytes) return;
		pendingBytes = 0;
		collect({ type: "minor" });
	};
};

// src/load/pipe-end.ts
/** `docker save` of a large image on a slow disk. */
const pipeTimeoutMs = 18e5;
/** Of what a program says, its end is kept, from the beginning of a line. */
const keepEnd = (text) => text.length <= 4e3 ? text : text.slice(-4e3).replace(/^.*\n/, "");
const withStderr = ({ child, ended }) => {
	let stderr = "";
	child.stderr.on("data", (chunk) => {
		stderr = keepEnd(stderr + chunk.toString("utf8"));
	});
	return ended.then((end) => ({
		...end,
		stdout: "",
		stderr
	}), (error) => ({
		code: null,
		timedOut: false,
		stdout: "",
		stderr: error.message
	}));
};
/** Starts a docker command whose output goes into a pipe. Cancelled, it is ended. */
const startSource = (docker, args) => {
	const group = startPiped(docker.command(args, { timeoutMs: pipeTimeoutMs }));
	const { stdin, stdout } = group.child;
	stdin.end();
	const collect = createCollector();
	stdout.on("data", (chunk) => collect(chunk.length));
	return {
		stdout,
		ended: withStderr(group)
	};
};
/**
* Starts a command that reads from a pipe. Cancelled, it sees the pipe's end first and has a
* moment to undo what it did.
*/
const startTarget = (command) => {
	const group = startPiped(command, ({ stdin }) => stdin?.end());
	const { stdin, stdout } = group.child;
	return {
		stdin,
		stdout,
		ended: withStderr(group)
	};
};
/** Passes everything on and tells how much it was. */
const countBytes = (onBytes) => new Transform({ transform: (chunk, _, done) => {
	onBytes(chunk.length);
	done(null, chunk);
} });

// src/image/contents/tar/header.ts
/** Go's reader, and so every builder of images, takes no longer names and records. */
const longestSpecial = 1048576;
const noTar = (why) => new Failure(`A layer is no tar archive: ${why}`);
/** Up to the first NUL. */
const toText = (block, from, length) => {
	const text = block.toString("latin1", from, from + length);
	const end = text.indexOf("\0");
	return end < 0 ? text : text.slice(0, end);
};
/** Base 256 with its sign, which GNU's tar writes where octal digits do not do. */
const toBinary = (field) => {
	const isNegative = ((field[0] ?? 0) & 64) !== 0;
	let value = isNegative ? -1n : 0n;
	field.forEach((byte, at) => {
		const bits = at > 0 ? byte : isNegative ? byte | 128 : byte & 127;
		value = value << 8n | BigInt(bits);
	});
	return Number(value);
};
const toNumber = (block, from, length) => {
	if (((block[from] ?? 0) & 128) !== 0) return toBinary(block.subarray(from, from + length));
	const text = toText(block, from, length).trim();
	if (text === "") return 0;
	return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : NaN;
};
const toSize = (value) => {
	if (Number.isSafeInteger(value) && value >= 0) return value;
	throw noTar("a size that is none");
};
/** Owners that are none say nothing that a report needs. */
const toOwner = (value) => Number.isSafeInteger(value) && value >= 0 && value <= 2 ** 32 ? value : 0;
/** The sum over a header in which its own field is blanks; old programs added signed bytes. */
const hasRightSum = (block) => {
	let [sum, signed] = [0, 0];
	block.forEach((byte, at) => {
		const value = at >= 148 && at < 156 ? 32 : byte;
		sum += value;
		signed += value > 127 ? value - 256 : value;
	});
	const said = toNumber(block, 148, 8);
	return said === sum || said === signed;
};
const toName = (block) => {
	const name = toText(block, 0, 100);
	const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? toText(block, 345, 155) : "";
	return prefix === "" ? name : `${prefix}/${name}`;
};
const formatTime = (seconds) => `${Number.isSafeInteger(seconds) ? seconds : 0}.${"0".repeat(10)}`;
/** @throws {Failure} for a block that is no header */
const parseHeader = (block) => {
	if (!hasRightSum(block)) throw noTar("a header with a wrong checksum");
	const name = toName(block);
	const flag = block.toString("latin1", 156, 157);
	const type = flag === "\0" ? name.endsWith("/") ? "5" : "0" : flag;
	const isSparse = type === "S";
	return {
		name,
		linkName: toText(block, 157, 100),
		type,
		mode: toNumber(block, 100, 8) & 4095,
		uid: toOwner(toNumber(block, 108, 8)),
		gid: toOwner(toNumber(block, 116, 8)),
		storedBytes: toSize(toNumber(block, 124, 12)),
		realBytes: isSparse ? toSize(toNumber(block, 483, 12)) : void 0,
		mtime: formatTime(toNumber(block, 136, 12)),
		hasMoreHoles: isSparse && block[482] !== 0
	};
};
/** Records of the form `LENGTH KEY=VALUE\n`, in which a length counts its own digits. */
const parsePax = (bytes) => {
	const records = /* @__PURE__ */ new Map();
	for (let at = 0; at < bytes.length;) {
		const [, digits = ""] = /^(\d{1,9}) /.exec(bytes.toString("latin1", at, at + 10)) ?? [];
		const end = at + Number(digits);
		if (!(digits !== "" && end > at + digits.length + 1 && end <= bytes.length) || bytes[end - 1] !== 10) throw noTar("a record of a header that does not end");
		const record = bytes.toString("latin1", at + digits.length + 1, end - 1);
		const sign = record.indexOf("=");
		if (sign < 1) throw noTar("a record of a header without a name");
		records.set(record.slice(0, sign), record.slice(sign + 1));
		at = end;
	}
	return records;
};
const readCount = (text, otherwise) => {
	if (text === void 0) return otherwise;
	return toSize(/^\d{1,16}$/.test(text) ? Number(text) : NaN);
};
const readTime = (text, otherwise) => {
	const [, seconds, rest = ""] = /^(-?\d{1,16})(?:\.(\d{1,30}))?$/.exec(text ?? "") ?? [];
	return seconds === void 0 ? otherwise : `${seconds}.${rest.slice(0, 10).padEnd(10, "0")}`;
};
/** A header with what the records before it say instead. */
const withPax = (header, records) => {
	if (records.size === 0) return header;
	const sparse = records.get("GNU.sparse.realsize") ?? records.get("GNU.sparse.size");
	return {
		...header,
		name: records.get("GNU.sparse.name") ?? records.get("path") ?? header.name,
		linkName: records.get("linkpath") ?? header.linkName,
		uid: toOwner(readCount(records.get("uid"), header.uid)),
		gid: toOwner(readCount(records.get("gid"), header.gid)),
		storedBytes: readCount(records.get("size"), header.storedBytes),
		realBytes: sparse === void 0 ? header.realBytes : readCount(sparse, 0),
		mtime: readTime(records.get("mtime"), header.mtime)
	};
};

// src/load/tar-filter.ts
/** Indexes of one image have a few hundred bytes. */
const longestReplaced = 4194304;
const toWhole = (bytes) => Math.ceil(bytes / 512) * 512;
const beginRecords = (header, size) => {
	if (size > 1048576) throw new Error(`a header of ${size} bytes`);
	const bytes = Buffer.alloc(512 + toWhole(size));
	return {
		bytes,
		filled: header.copy(bytes)
	};
};
const readRecords = ({ bytes }) => {
	const { storedBytes } = parseHeader(bytes.subarray(0, 512));
	return parsePax(bytes.subarray(512, 512 + storedBytes));
};
/** A header for a file of another size; its checksum counts its own field as blanks (POSIX ustar). */
const withSize = (header, size) => {
	const changed = Buffer.from(header);
	changed.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
	changed.write(" ".repeat(8), 148, "latin1");
	const sum = changed.reduce((all, byte) => all + byte, 0);
	changed.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
	return changed;
};
const toPadded = (content) => Buffer.concat([content, Buffer.alloc(-content.length & 512 - 1)]);
/** Goes through a tar with constant memory and passes on what is kept. */
const rewrite = (choose) => {
	const header = Buffer.alloc(512);
	let headerBytes = 0;
	let keptBytes = 0;
	let droppedBytes = 0;
	let records;
	let replacing;
	let collectedBytes = 0;
	const takeHeader = (chunk, at) => {
		const taken = Math.min(512 - headerBytes, chunk.length - at);
		chunk.copy(header, headerBytes, at, at + taken);
		headerBytes += taken;
		return taken;
	};
	/** The replaced file with its header, once all of it has come. Records before it told of the earlier one. */
	const endReplaced = () => {
		if (replacing === void 0 || collectedBytes < replacing.size) return void 0;
		const content = replacing.replace(Buffer.concat(replacing.chunks));
		replacing = void 0;
		return Buffer.concat([withSize(header, content.length), toPadded(content)]);
	};
	const takeRecords = ({ bytes, filled }, chunk, at) => {
		const taken = chunk.copy(bytes, filled, at);
		records = {
			bytes,
			filled: filled + taken
		};
		return taken;
	};
	const beginFile = (name, size) => {
		const headers = records === void 0 ? header : Buffer.concat([records.bytes, header]);
		records = void 0;
		const bytes = toWhole(size);
		const kept = choose(name, size, headers);
		if (kept !== void 0 && "replace" in kept) {
			if (size > longestReplaced) throw new Error(`an index of ${size} bytes`);
			replacing = {
				chunks: [],
				size,
				...kept
			};
			collectedBytes = 0;
			droppedBytes = bytes - size;
			return size === 0 ? endReplaced() : void 0;
		}
		keptBytes = kept === void 0 ? 0 : kept.isPadded ? bytes : size;
		droppedBytes = bytes - keptBytes;
		return kept?.lead;
	};
	const begin = () => {
		headerBytes = 0;
		if (header.every((byte) => byte === 0)) return beginFile("", 0);
		const plain = parseHeader(header);
		if (plain.type === "x") {
			records = beginRecords(header, plain.storedBytes);
			return;
		}
		const { name, storedBytes } = records === void 0 ? plain : withPax(plain, readRecords(records));
		return beginFile(name, storedBytes);
	};
	const pass = function(chunk) {
		for (let at = 0; at < chunk.length;) if (replacing !== void 0) {
			const taken = Math.min(replacing.size - collectedBytes, chunk.length - at);
			replacing.chunks.push(Buffer.from(chunk.subarray(at, at + taken)));
			collectedBytes += taken;
			at += taken;
			const whole = endReplaced();
			if (whole !== void 0) this.push(whole);
		} else if (keptBytes > 0) {
			const taken = Math.min(keptBytes, chunk.length - at);
			this.push(chunk.subarray(at, at + taken));
			keptBytes -= taken;
			at += taken;
		} else if (droppedBytes > 0) {
			const taken = Math.min(droppedBytes, chunk.length - at);
			droppedBytes -= taken;
			at += taken;
		} else if (records !== void 0 && records.filled < records.bytes.length) at += takeRecords(records, chunk, at);
		else {
			at += takeHeader(chunk, at);
			if (headerBytes < 512) break;
			const lead = begin();
			if (lead !== void 0) this.push(lead);
		}
	};
	const transform = function(chunk, _, done) {
		try {
			pass.call(this, chunk);
			done();
		} catch (error) {
			done(error);
		}
	};
	return new Transform({ transform });
};
/**
* Passes a tar on without the files whose names are to be left out.
*
* @param toReplace says of a file, by its name, what becomes of its text; undefined leaves it as it is
*/
const leaveOut = (isLeftOut, toReplace = () => void 0) => rewrite((name, _, headers) => {
	if (isLeftOut(name)) return void 0;
	const change = toReplace(name);
	if (change === void 0) return {
		lead: Buffer.from(headers),
		isPadded: true
	};
	return { replace: (content) => Buffer.from(change(content.toString("utf8"))) };
});
/**
* Passes on only some files of a tar, each as a line and its bytes.
*
* @param toLine hears of every file; undefined leaves it out
*/
const pickOut = (toLine) => rewrite((name, size) => {
	const line = toLine(name, size);
	return line === void 0 ? void 0 : {
		lead: Buffer.from(`${line}\n`),
		isPadded: false
	};
});

// src/load/pipe.ts
/** Pipes an image's archive from Docker into a node. Returns which end failed and why, if one did. */
const pump = async (docker, pumping) => {
	const { image, loadedAs, leftOut, importing, onBytes } = pumping;
	const source = startSource(docker, [
		"save",
		"--",
		toSource(image)
	]);
	const target = startTarget(importing);
	target.stdout.resume();
	const piped = pipeline$1(source.stdout, leaveOut((name) => leftOut.has(name), toRenaming([loadedAs])), countBytes(onBytes), target.stdin).catch(() => {});
	const [saved, imported] = await Promise.all([
		source.ended,
		target.ended,
		piped
	]);
	if (imported.code !== 0) return `ctr's import: ${describeEnd(imported)}`;
	return saved.code === 0 ? void 0 : `docker save: ${describeEnd(saved)}`;
};

// src/load/import-archive.ts
/** containerd 1.6 has no such flag, and 2.x only with an import that it does not do by itself. */
const findImportFlags = async (docker, node) => {
	const { stdout: help } = await tryInNode(docker, node, [
		"ctr",
		"images",
		"import",
		"--help"
	]);
	if (!help.includes("--discard-unpacked-layers")) return [];
	return ["--discard-unpacked-layers", .../^[ \t]+--local\b/m.test(help) ? ["--local"] : []];
};
/** Unpacks an archive from standard input. */
const toImport = (node, flags) => [
	"ctr",
	`--namespace=${node.containerd.namespace}`,
	"images",
	"import",
	`--snapshotter=${node.containerd.snapshotter}`,
	...flags,
	"-"
];
/** Undefined for one that does not answer. */
const inspectWhole = (api, node) => inspectNode(api, node, []).catch(() => void 0);
/**
* What a failed import has left: names that it has made or moved, never one that is as it was. CRI gives every
* image its ID as a second name and does not take it back; it goes unless it was there before.
*/
const findLeft = async ({ api, engine, image, node }, before, loadedAs) => {
	if (before === void 0) return [loadedAs];
	const { criIds } = await inspectWhole(api, node) ?? emptyState;
	const isLeft = (name) => {
		const [old, now] = [before.criIds.get(name), criIds.get(name)];
		return old === void 0 || now !== void 0 && now !== old;
	};
	const names = [loadedAs, ...namesOf(engine, image).filter(isLeft)];
	const ids = names.map((name) => criIds.get(name) ?? image.id);
	return [...names, ...ids.filter((id) => !before.criIds.has(id))];
};
/** Removes an image whose import failed, so that kubelet does not believe in it. */
const removeImage = async (streaming, before, loadedAs) => {
	const { docker, node } = streaming;
	const gone = await findLeft(streaming, before, loadedAs);
	const ctr = ["ctr", `--namespace=${node.containerd.namespace}`];
	for (const name of new Set(gone)) await tryInNode(docker, node, [
		...ctr,
		"images",
		"remove",
		name
	]);
	await tryInNode(docker, node, [
		...ctr,
		"content",
		"prune",
		"references"
	]);
};
/** @returns what went wrong, if something did */
const send$1 = async (streaming, archived, before, loadedAs) => {
	const { docker, api, engine, image, node, onBytes } = streaming;
	const flags = await findImportFlags(docker, node);
	const leftOut = toNeedlessBlobs(image, archived?.blobs ?? [], before?.chains ?? /* @__PURE__ */ new Set());
	const importing = toNodeCommand(docker, node, toImport(node, flags), pipeTimeoutMs);
	const problem = await pump(docker, {
		image,
		loadedAs,
		leftOut,
		importing,
		onBytes
	}) ?? await nameImage(streaming, archived, loadedAs);
	if (problem !== void 0) return problem;
	const config = engine.hasContainerdStore ? void 0 : image.id;
	return (await checkInNode(api, image, namesOf(engine, image), node, config)).flaw;
};
/**
* Sends an image's tar into a node's containerd, without the layers that the node has, as far as it
* is known what they are called in the tar. containerd keeps the blobs while it unpacks them, so
* the image is in the node twice for a while. Until it is whole, only we know its name.
*
* @returns what went wrong; the node then does not believe in the image
*/
const importArchive = async (streaming, archived) => {
	const { docker, api, image, node, runId } = streaming;
	const loadedAs = image.heldAs ?? `slipway.invalid/import/${runId}:0`;
	const before = await inspectWhole(api, node);
	const problem = await send$1(streaming, archived, before, loadedAs);
	if (problem !== void 0) await removeImage(streaming, before, loadedAs);
	else await tryInNode(docker, node, [
		"ctr",
		`--namespace=${node.containerd.namespace}`,
		"images",
		"remove",
		loadedAs
	]);
	return problem;
};

// src/load/send-layers.ts
/** What is to be put into the node, for helper/stream.sh. */
const toRequest$1 = ({ engine, runId, image, node }, { unpackers, config }) => {
	return [
		["run", runId],
		["node", node.name],
		["image", image.id],
		["config", config],
		...namesOf(engine, image).map((name) => ["name", name]),
		...image.layers.map(({ diffId, chainId }, index) => [
			"layer",
			diffId,
			chainId,
			unpackers[index] ?? "cat"
		]),
		["go"]
	].map((row) => `${row.join("	")}\n`).join("");
};
/** Chooses the archive's files that the node needs, and says what they are. */
const pickMissing = (archived, missing) => {
	const { blobs, config } = archived;
	const wanted = Map.groupBy(missing, (index) => toBlobName(blobs[index] ?? ""));
	const sizes = /* @__PURE__ */ new Map();
	return {
		files: pickOut((name, size) => {
			const isAgain = sizes.has(name);
			sizes.set(name, size);
			const indexes = wanted.get(name);
			if (isAgain) return void 0;
			if (indexes !== void 0) return `layer ${size} ${indexes.join(" ")}`;
			return name === toBlobName(config) ? `blob ${size} ${config}` : void 0;
		}),
		sizes
	};
};
/** Docker before version 25 gives its files other names. Its archive is not for us. */
const hasBlobs = (sizes) => [...sizes.keys()].some((name) => name.startsWith("blobs/"));
const writeManifest = (target, text) => {
	const digest = toDigest(text);
	target.write(`blob ${Buffer.byteLength(text)} ${digest}\n${text}end ${digest}\n`);
};
/** Out of what `docker save` writes. */
const sendSaved = async ({ docker, image, toManifest, onBytes }, archived, missing, target) => {
	const source = startSource(docker, [
		"save",
		"--",
		toSource(image)
	]);
	const { files, sizes } = pickMissing(archived, missing);
	const pipes = [
		source.stdout,
		files,
		countBytes(onBytes),
		target
	];
	const piped = pipeline$1(...pipes, { end: false }).catch(() => {});
	const [saved] = await Promise.all([source.ended, piped]);
	if (saved.code !== 0) return {
		kind: "failed",
		problem: `docker save: ${describeEnd(saved)}`
	};
	if (!hasBlobs(sizes)) return { kind: "cannot" };
	const configBytes = sizes.get(toBlobName(archived.config)) ?? 0;
	writeManifest(target, archived.manifest ?? toManifest(configBytes));
	return { kind: "sent" };
};
/**
* Sends an image's missing layers into a node, where they are unpacked as they arrive: nothing is
* kept twice. The node undoes everything when it fails or when the stream ends early.
*/
const sendLayers = async (streaming, archived, feed) => {
	const { docker, node } = streaming;
	const program = [
		"bash",
		"-c",
		streamScript(),
		"slipway",
		containerdClient()
	];
	const command = toNodeCommand(docker, node, program, pipeTimeoutMs);
	const { stdin, stdout, ended } = startTarget(command);
	let sending;
	let result;
	splitLines(stdout, (line) => {
		const [event, ...rest] = line.split("	");
		if (event === "loaded") result = { kind: "sent" };
		if (event === "cannot") result = { kind: "cannot" };
		if (event !== "missing") return;
		sending = feed(streaming, archived, rest.map(Number), stdin);
		sending.then(({ kind }) => kind === "sent" || stdin.end());
	});
	stdin.write(toRequest$1(streaming, archived));
	const end = await ended;
	const endedFirst = stdin.errored !== null;
	stdin.destroy();
	const sent = await sending;
	if (result !== void 0) return result;
	if (sent !== void 0 && sent.kind !== "sent" && !endedFirst) return sent;
	return {
		kind: "failed",
		problem: describeEnd(end)
	};
};

// src/load/send-files.ts
/** A file after the line that says what it is; an empty one stands for a layer that is not there. */
async function* readFile(path, toHead) {
	const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const { size } = await file.stat();
		if (size === 0) throw new Error("the builder left a layer out that the node lacks");
		yield Buffer.from(toHead(size));
		yield* file.createReadStream({
			end: size - 1,
			autoClose: false
		});
	} finally {
		await file.close();
	}
}
/** Sends layers out of the folder that a builder has written the image into. */
const sendFiles = async ({ image, onBytes }, { config }, missing, target) => {
	const { folder = "", manifest = "" } = image.layout ?? {};
	const byLayer = Map.groupBy(missing, (index) => image.layers[index]?.diffId ?? "");
	const read = async function* () {
		for (const [diffId, indexes] of byLayer) {
			const toHead = (size) => `layer ${size} ${indexes.join(" ")}\n`;
			yield* readFile(toBlobPath(folder, diffId), toHead);
		}
		yield* readFile(toBlobPath(folder, config), (size) => `blob ${size} ${config}\n`);
	};
	try {
		await pipeline$1(read, countBytes(onBytes), target, { end: false });
	} catch (error) {
		return {
			kind: "failed",
			problem: `reading what the builder wrote: ${String(error)}`
		};
	}
	writeManifest(target, manifest);
	return { kind: "sent" };
};

// src/load/run-helper.ts
/** Its input stays open as a lifeline: its end, which is ours as well, has the helper undo what it did. */
const runOnMachine = async (node, { act, input }, { deadlineMs: timeoutMs, signal, onLine, onErrorLine, isEnough }) => {
	const command = toMachineCommand(node, ["bash", ...toHelperArguments(act)]);
	const { child, ended } = startPiped({
		...command,
		timeoutMs,
		signal
	}, ({ stdin }) => stdin?.end());
	const { stdin, stdout, stderr } = child;
	const enough = Promise.withResolvers();
	splitLines(stdout, (line) => {
		onLine(line, (text) => void stdin.write(text));
		if (isEnough()) enough.resolve("");
	});
	splitLines(stderr, onErrorLine);
	child.once("exit", () => stdin.end());
	const end = ended.then(({ code }) => `exit code ${code ?? "none (ended by a signal)"}`);
	end.catch(() => {});
	try {
		const text = await input;
		stdin.write(text);
		return await Promise.race([enough.promise, end]);
	} finally {
		stdin.end();
	}
};
/**
* Runs the helper for nodes like this one, in a container made from their image or on the machine itself, to
* its end or until it has said enough.
*
* @returns how it ended, in words, where it did not say enough
*/
const runHelper = (api, node, request, watch) => {
	if (isMachine(node)) return runOnMachine(node, request, watch);
	const { mounts, runId, act, input } = request;
	return runContainer(api, toHelperContainer(node, mounts, runId, act), input, watch);
};

// src/load/direct.ts
/** Linking takes a second; copying a large image to a slow disk, minutes. */
const deadlineMs$1 = 9e5;
const toMethod = (word) => word === "link" || word === "reflink" || word === "copy" ? word : "present";
/** Reads the helper's events: tab-separated node, event and details; without a node for all of them. */
const watchEvents = (nodes, started, progress, toManifest) => {
	const results = /* @__PURE__ */ new Map();
	const repaired = /* @__PURE__ */ new Map();
	const onLine = (line, reply) => {
		const [node = "", event, first, second, third] = line.split("	");
		if (event === "copying") progress(node, Number(first), Number(second));
		if (event === "config") toManifest.then((make) => {
			const manifest = make(Number(first));
			reply(`${toDigest(manifest)}\t${Buffer.byteLength(manifest)}\n${manifest}`);
		});
		if (event === "repaired") repaired.set(node, Number(first));
		if (event === "cannot") {
			const result = {
				kind: "failed",
				reason: first ?? "",
				isForeseen: true
			};
			for (const name of node === "" ? nodes : [node]) results.set(name, result);
		}
		if (event !== "loaded") return;
		results.set(node, {
			kind: "loaded",
			way: toMethod(third),
			copiedBytes: Number(second),
			repairedLayers: repaired.get(node) ?? 0,
			durationMs: Math.round(performance.now() - started)
		});
	};
	return {
		results,
		onLine
	};
};
/** How much of what a helper says on standard error is kept. */
const errorLines = 200;
/** The last that a helper said of a node that is not merely a warning; else of all, or how it ended. */
const reasonFor = (node, errors, end) => {
	const said = errors.flatMap((line) => {
		const isOwn = line.startsWith(`${node}: `);
		const text = isOwn ? line.slice(node.length + 2) : line;
		return isWarning(text) ? [] : [{
			isOwn,
			text
		}];
	});
	const own = said.filter(({ isOwn }) => isOwn);
	return (own.length > 0 ? own : said).slice(-2).map(({ text }) => text).join(" ") || end;
};
/**
* Gives one image to nodes by its layers' folders, side by side, with one helper. A node
* that fails has nothing of the image, and the result says why.
*/
const loadDirectly = async (api, { engine, image, nodes, wanted, runId, config, toManifest }, progress, signal) => {
	const [first] = nodes;
	if (first === void 0) return /* @__PURE__ */ new Map();
	const mounts = toMounts(engine, image, nodes);
	if (typeof mounts === "string") {
		const result = {
			kind: "failed",
			reason: mounts,
			isForeseen: true
		};
		return new Map(nodes.map(({ name }) => [name, result]));
	}
	const names = nodes.map(({ name }) => name);
	const { results, onLine } = watchEvents(names, performance.now(), progress, toManifest);
	const errors = [];
	const lines = toHelperRequest(engine, image, nodes, wanted, runId, deadlineMs$1, mounts, config);
	const input = toManifest.then(() => lines);
	input.catch(() => {});
	const end = await runHelper(api, first, {
		mounts,
		runId,
		act: "main",
		input
	}, {
		deadlineMs: 915e3,
		signal,
		onLine,
		onErrorLine: (line) => {
			errors.push(line.slice(0, 4e3));
			if (errors.length > errorLines) errors.shift();
		},
		isEnough: () => [...results.values()].every(({ kind }) => kind === "loaded") && results.size === nodes.length
	});
	return new Map(names.map((name) => [name, results.get(name) ?? {
		kind: "failed",
		reason: reasonFor(name, errors, end),
		isForeseen: false
	}]));
};

// src/load/unpack-layout.ts
/** A large image on a slow disk. */
const deadlineMs = 18e5;
/** What the helper is told once it has said what is missing: layers lie there, all else is sent. */
const toRecords = ({ image }, { config }, missing) => {
	const { folder = "", manifest = "" } = image.layout ?? {};
	const layers = [...Map.groupBy(missing, (index) => image.layers[index]?.diffId ?? "").values()].map((indexes) => `layer here ${indexes.join(" ")}\n`);
	const toRecord = (digest, text) => `blob ${Buffer.byteLength(text)} ${digest}\n${text}`;
	const digest = toDigest(manifest);
	const blobs = [toRecord(config, readBlob(folder, config)), toRecord(digest, manifest)];
	return [
		...layers,
		...blobs,
		`end ${digest}\n`
	].join("");
};
/**
* Unpacks an image's missing layers in a node out of the folder that a builder has written it into, which a
* helper container sees: through a pipe, each byte would be copied ten times.
*
* @returns `cannot` where the daemon does not see the folder, or starts no such container, or the node is none
*/
const unpackLayout = async (streaming, archived) => {
	const { docker, api, image, node, runId, signal, onBytes } = streaming;
	const { folder = "", layerBytes = [] } = image.layout ?? {};
	if (!docker.isLocal || isMachine(node)) return { kind: "cannot" };
	let result = { kind: "cannot" };
	const errors = [];
	const onLine = (line, reply) => {
		const [event, ...rest] = line.split("	");
		if (event === "loaded") result = { kind: "sent" };
		if (event === "unpacked") onBytes(layerBytes[Number(rest[0])] ?? 0);
		if (event !== "missing") return;
		result = {
			kind: "failed",
			problem: ""
		};
		reply(toRecords(streaming, archived, rest.map(Number)));
	};
	const watch = {
		deadlineMs,
		signal,
		onLine,
		onErrorLine: (line) => void errors.push(line.slice(0, 4e3)),
		isEnough: () => result.kind === "sent"
	};
	const helper = toLayoutHelper(node, folder, runId);
	const end = await runContainer(api, helper, toRequest$1(streaming, archived), watch).catch((error) => {
		if (!(error instanceof Failure) || result.kind === "failed") throw error;
		return "";
	});
	signal.throwIfAborted();
	return result.kind === "failed" ? {
		kind: "failed",
		problem: reasonFor(node.name, errors, end)
	} : result;
};

// src/load/stream.ts
const whyNoLayers = (node) => {
	const { userland, containerd } = node;
	if (userland !== "busybox") return `its snapshotter is ${containerd.snapshotter}`;
	return isMachine(node) ? "only root may write into its containerd" : "its image has BusyBox alone";
};
const sendLayout = async (streaming, archived) => {
	const unpacked = await unpackLayout(streaming, archived);
	return unpacked.kind === "cannot" ? sendLayers(streaming, archived, sendFiles) : unpacked;
};
const send = async (streaming, archived) => {
	const { image, node } = streaming;
	const { userland, containerd } = node;
	const isBusybox = userland === "busybox";
	if (archived !== void 0 && containerd.snapshotter === "overlayfs" && !isBusybox) {
		const sent = await (image.layout === void 0 ? sendLayers(streaming, archived, sendSaved) : sendLayout(streaming, archived));
		if (sent.kind === "sent") return void 0;
		if (sent.kind === "failed") return sent.problem;
	}
	if (image.layout !== void 0) return `${whyNoLayers(node)}, so it takes no single layers. Set load: true`;
	return importArchive(streaming, archived);
};
/**
* Sends an image out of `docker save` into a node, without a file in between and without the layers
* that the node has.
*
* @returns the bytes that were sent
* @throws {Failure} saying which end failed; the node then does not believe in the image
*/
const streamImage = async (task) => {
	const { image, node, progress } = task;
	let sentBytes = 0;
	const onBytes = (bytes) => {
		sentBytes += bytes;
		progress(node.name, sentBytes, image.sizeBytes);
	};
	const problem = await send({
		...task,
		onBytes
	}, await findArchived(task, image));
	if (problem === void 0) return sentBytes;
	const name = image.references[0]?.given ?? image.id;
	throw new Failure(`Streaming ${name} into ${node.name} failed: ${problem}`, { remedy: `See whether the node is well and has room: \`${isMachine(node) ? "" : `docker exec ${node.name} `}df -h ${isMachine(node) ? node.containerd.root : "/var"}\`.` });
};

// src/load/by-stream.ts
const timed = async (name, way, because, body) => {
	const started = performance.now();
	return {
		name,
		way,
		because,
		copiedBytes: await body(),
		durationMs: Math.round(performance.now() - started)
	};
};
/** Docker's graph drivers answer `empty export - not implemented`, to kind as well. */
const refuseEmpty = ({ engine, image }) => {
	if (!(image.layout === void 0) || engine.hasContainerdStore || image.layers.length > 0) return;
	const name = image.references[0]?.given ?? image.id;
	const store = engine.driver;
	throw new Failure(`${name} has no layers, and Docker's ${store} store cannot export such an image`, { remedy: "Give it a file (COPY), or use load-mode: auto where links reach the node." });
};
/** Has kind load it. */
const byKind = (task, node, because) => timed(node.name, "kind", because, async () => {
	refuseEmpty(task);
	await loadWithKind({
		...task,
		node,
		onBytes: () => {}
	});
	return task.image.sizeBytes;
});
/** Streams; where even that fails and nobody insisted on it, kind may do what we could not. */
const byStream = async (task, node, because) => {
	const { signal, warn } = task;
	refuseEmpty(task);
	try {
		return await timed(node.name, "stream", because, () => streamImage({
			...task,
			node
		}));
	} catch (error) {
		signal.throwIfAborted();
		const isInDocker = task.image.layout === void 0;
		if (!(node.provider === "kind") || !isInDocker || because?.kind === "load-mode" || isNoSpace(error)) throw error;
		warn(`${renderError(error)} Trying \`kind load\` as the last resort.`);
		return byKind(task, node, { kind: "streaming-failed" }).catch(() => Promise.reject(error));
	}
};

// src/load/task.ts
/** Waits for all before it fails with the first failure: no node's load may outlive the step. */
const allEnded = async (works) => {
	await Promise.allSettled(works);
	return Promise.all(works);
};

// src/load/by-direct.ts
const groupForHelpers = (plans) => [...Map.groupBy(plans.flatMap(({ node, choice }) => choice.kind === "direct" ? [{
	node,
	choice
}] : []), ({ node }) => isMachine(node) ? node.name : node.imageId).values()].map((group) => ({
	nodes: group.map(({ node }) => node),
	wanted: group[0]?.choice.wanted ?? "auto"
}));
/**
* What to say of a node that did not get its image by folders. A failure that nobody foresaw is a fault of
* ours where the image got there otherwise; where it did not, the node is not well.
*
* @param load how it got the image then; undefined when it has not, or not yet
*/
const renderFallback = (node, { reason, isForeseen }, load) => {
	if (isForeseen || load === void 0) return `Linking into ${node} failed, so the image is streamed: ${reason}`;
	return `Linking into ${node} failed unexpectedly: ${reason}. ${load.way === "kind" ? "kind loaded the image" : "The image was streamed"} instead: ${`${formatBytes(load.copiedBytes)} in ${formatDuration(load.durationMs)}`}. Please report this as an issue of Slipway's repository, with this message, the step's log, \`docker version\` and \`docker exec ${node} ctr version\`.`;
};
/** Streams after a failure. What one that nobody foresaw has cost is told as soon as it is known. */
const fallBack = async (task, node, failure) => {
	const report = (load) => task.warn(renderFallback(node.name, failure, load));
	if (failure.isForeseen) report();
	const streaming = byStream(task, node, {
		kind: "direct-failed",
		reason: failure.reason
	});
	if (!failure.isForeseen) await streaming.then(report, () => report());
	return streaming;
};
/**
* By folders; streams to those nodes where that turned out not to work and was not insisted on.
*
* @param config see `DirectLoad`
*/
const byDirect = async (task, { nodes, wanted }, config) => {
	const { api, engine, image, runId, progress, signal, warn, begun } = task;
	const toManifest = begun.then((whole) => whole.toManifest);
	toManifest.catch(() => {});
	const results = await loadDirectly(api, {
		engine,
		image,
		nodes,
		wanted,
		runId,
		config,
		toManifest
	}, progress, signal);
	signal.throwIfAborted();
	return allEnded(nodes.map(async (node) => {
		const result = results.get(node.name);
		if (result?.kind === "loaded") {
			const { way, copiedBytes, durationMs, repairedLayers } = result;
			if (repairedLayers > 0) warn(`${node.name} had ${repairedLayers} broken layers of the image; they are whole again.`);
			const because = wanted === "auto" && way === "copy" ? { kind: "out-of-reach" } : void 0;
			return {
				name: node.name,
				way,
				because,
				copiedBytes,
				durationMs
			};
		}
		const failure = result ?? {
			kind: "failed",
			reason: "no result",
			isForeseen: false
		};
		const { reason } = failure;
		if (wanted !== "auto") throw new Failure(`load-mode: ${wanted} does not work with ${node.name}: ${reason}`, { remedy: "Use load-mode: auto, which takes another way then." });
		if (saysNoSpace(reason)) throw new Failure(`${node.name} could not take the image: ${reason}`);
		return fallBack(await begun, node, failure);
	}));
};

// src/load/find-in-node.ts
/** Finds an image in a node that was given it; undefined where it is gone, or out of Docker's reach. */
const findInNode = async ({ api, engine }, image, node) => {
	if (isMachine(node)) return void 0;
	const [name = ""] = namesOf(engine, image);
	const { records } = await inspectNode(api, node, [name]);
	const { folders = [] } = records.get(name) ?? {};
	const root = toHostPath(node, snapshotsOf(node));
	const content = `${node.containerd.root}/io.containerd.content.v1.content/blobs/sha256`;
	const config = toHostPath(node, `${content}/${toHex(image.id)}`);
	if (root === void 0 || config === void 0 || folders.length !== image.layers.length) return void 0;
	const layers = image.layers.map((layer, index) => ({
		...layer,
		folder: `${root}/snapshots/${folders[index]}/fs`
	}));
	return {
		image: {
			...image,
			layers
		},
		config
	};
};

// src/load/least-busy.ts
/** How many images nodes unpack, by their names. */
const busy = /* @__PURE__ */ new Map();
const countOf = ({ node }) => busy.get(node.name) ?? 0;
/** Has the node do it that does least of the kind: a node unpacks one image after the other. */
const inLeastBusy = async (plans, unpack) => {
	const [plan] = plans.toSorted((a, b) => countOf(a) - countOf(b));
	if (plan === void 0) return void 0;
	const { name } = plan.node;
	busy.set(name, countOf(plan) + 1);
	try {
		return await unpack(plan);
	} finally {
		busy.set(name, countOf(plan) - 1);
	}
};

// src/load/from-layout.ts
/** Layers that some node lacks and the builder left out: no node lacked them when it began, or below others. */
const findLeftOut = async ({ api, image }, plans) => {
	const unwritten = image.layers.filter(({ diffId }) => !hasLayer(image.layout?.folder ?? "", diffId));
	if (unwritten.length === 0) return [];
	const states = await Promise.all(plans.map(({ node }) => inspectNode(api, node, []).catch(() => void 0)));
	return unwritten.filter(({ chainId }) => states.some((state) => state?.chains.has(chainId) !== true)).map(({ diffId }) => diffId);
};
/** So few bytes are unpacked in each node sooner than they are linked from the first one. */
const fewBytes$1 = 8e6;
const sumWritten = ({ layers, layout }) => layers.reduce((sum, { diffId }, index) => {
	return sum + (hasLayer(layout?.folder ?? "", diffId) ? layout?.layerBytes[index] ?? 0 : 0);
}, 0);
/** Links what has folders into nodes, as if it were Docker's; streams where links cannot be. */
const spread = async (task, found, plans) => {
	const stream = async ({ node }) => byStream(await task.begun, node);
	if (found === void 0) return allEnded(plans.map(stream));
	const { image, config } = found;
	const begun = task.begun.then((whole) => ({
		...whole,
		image
	}));
	return (await allEnded([...groupForHelpers(plans).map((group) => byDirect({
		...task,
		image,
		begun
	}, group, config)), ...plans.filter(({ choice }) => choice.kind !== "direct").map(async (plan) => [await stream(plan)])])).flat();
};
/**
* Has an image unpacked before its load's turn comes. All of it came through the step's own registry or its store,
* which compare digests before a layer has its name.
*/
const beginUnpacking = (unpacker, image, nodes) => {
	if (sumWritten(image) > 8e6) unpacker?.unpack(image, nodes, "proven").catch(() => {});
};
/** Unpacked once for all nodes, where links reach from there. */
const loadBeside = async (task, plans) => {
	const { unpacker, image } = task;
	if (!plans.every(({ choice }) => choice.kind === "direct")) return void 0;
	const nodes = plans.map(({ node }) => node);
	const found = await unpacker?.unpack(image, nodes);
	if (found === void 0) return void 0;
	const [one, ...others] = await spread(task, found, plans);
	if (one === void 0) return void 0;
	const copiedBytes = one.way === "link" || one.way === "reflink" ? unpacker?.countBytes(image) ?? 0 : one.copiedBytes;
	return [{
		...one,
		copiedBytes
	}, ...others];
};
/**
* Puts an image that a builder has written into a folder into nodes that lack it: unpacked once and linked
* into all of them. Where nodes have layers of it already, it is unpacked in one and linked into the others;
* what is small is unpacked in all of them, side by side.
*/
const loadLayout = async (task, plans) => {
	if (task.exportLayers !== void 0) {
		const leftOut = await findLeftOut(task, plans);
		if (leftOut.length > 0) await task.exportLayers(leftOut);
	}
	const begun = await task.begun;
	const isSmall = sumWritten(task.image) <= fewBytes$1;
	const beside = !isSmall || task.unpacker?.hasBegun(task.image) === true ? await loadBeside(task, plans) : void 0;
	if (beside !== void 0) return beside;
	if (isSmall) return allEnded(plans.map(({ node }) => byStream(begun, node)));
	const first = await inLeastBusy(plans, async ({ node }) => ({
		node,
		unpacked: await byStream(begun, node)
	}));
	if (first === void 0) return [];
	const others = plans.filter(({ node }) => node !== first.node);
	const found = others.length === 0 ? void 0 : await findInNode(task, task.image, first.node).catch(() => void 0);
	return [first.unpacked, ...await spread(task, found, others)];
};

// src/image/to-manifest.ts
/**
* The manifest of an image of a store that keeps none: the same bytes, and so the same digest, whichever way
* the image takes. CRI reports the sum of the sizes as the image's, and kubelet rejects 0.
*/
const toManifest = (config, layers) => {
	const describe = (kind, { digest, size }) => ({
		mediaType: `application/vnd.oci.image.${kind}`,
		digest,
		size
	});
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: "application/vnd.oci.image.manifest.v1+json",
		config: describe("config.v1+json", config),
		layers: layers.map((layer) => describe(`layer.v1.tar${layer.packing === void 0 ? "" : `+${layer.packing}`}`, layer))
	});
};

// src/load/manifest.ts
/**
* The layers' sizes out of the history, which also has steps without a layer, as steps of 0 bytes. A layer of
* 0 bytes looks the same, and which of them it is does not matter.
*
* @param historyBytes oldest first
* @param totalBytes what the lowest layer is said to have where the history is not one of all layers
*/
const toLayerSizes = (historyBytes, layers, totalBytes) => {
	let needless = historyBytes.length - layers;
	const sizes = [];
	for (const bytes of historyBytes) if (bytes === 0 && needless > 0) needless -= 1;
	else sizes.push(bytes);
	return sizes.length === layers ? sizes : Array.from({ length: layers }, (_, index) => index === 0 ? totalBytes : 0);
};
/** Asks for what an image's manifest is made of; a store that keeps manifests need not be asked. */
const findManifestMaker = async (get, { hasContainerdStore }, image) => {
	const { layout } = image;
	if (layout !== void 0) return () => layout.manifest;
	const path = `/images/${image.id}/history`;
	const bytes = (hasContainerdStore ? [] : await get(path) ?? []).map(({ Size }) => Size).reverse();
	const sizes = toLayerSizes(bytes, image.layers.length, image.sizeBytes);
	const layers = image.layers.map(({ diffId }, index) => ({
		digest: diffId,
		size: sizes[index] ?? 0
	}));
	return (configBytes) => toManifest({
		digest: image.id,
		size: configBytes
	}, layers);
};

// src/load/load-image.ts
/** Nodes that do not answer are left to the loading, which says more when it fails. */
const inspectNodes = async ({ api, engine, signal }, image, nodes) => {
	const states = /* @__PURE__ */ new Map();
	await Promise.all(nodes.map(async (node) => {
		const state = await inspectNode(api, node, namesOf(engine, image)).catch(() => void 0);
		if (state !== void 0) states.set(node.name, state);
	}));
	signal.throwIfAborted();
	return states;
};
const loadFromDocker = async (task, plans) => {
	return (await allEnded([...groupForHelpers(plans).map((group) => byDirect(task, group)), ...plans.map(async ({ node, choice }) => {
		if (choice.kind === "direct") return [];
		return [await (choice.kind === "kind" ? byKind : byStream)(await task.begun, node, choice.because)];
	})])).flat();
};
/** A helper starts meanwhile: both take a while. */
const begin = (task) => {
	const { api, engine, image, hold } = task;
	const holding = image.layout === void 0 ? hold(image) : image;
	const begun = Promise.all([holding, findManifestMaker(api.get, engine, image)]).then(([held, toManifest]) => ({
		...task,
		image: held,
		toManifest
	}));
	begun.catch(() => {});
	return {
		...task,
		begun
	};
};
/**
* Puts one image into all nodes, side by side. Nothing is done to those that have it.
*
* @throws {Failure} when a node could not be given the image in any way
*/
const loadImage = async (context, image, plans) => {
	const started = performance.now();
	const nodes = plans.map(({ node }) => node);
	const states = await inspectNodes(context, image, nodes);
	const names = namesOf(context.engine, image);
	const isThere = (node) => {
		const state = states.get(node.name);
		return state !== void 0 && hasImage(node, image, names, state);
	};
	const durationMs = Math.round(performance.now() - started);
	const present = nodes.filter(isThere).map(({ name }) => ({
		name,
		way: "present",
		because: void 0,
		copiedBytes: 0,
		durationMs
	}));
	const lacking = plans.filter(({ node }) => !isThere(node));
	if (lacking.length === 0) return {
		image,
		nodes: present
	};
	const name = image.references[0]?.given ?? image.id;
	const progress = createProgress(context.line, name, context.bar);
	const task = begin({
		...context,
		image,
		progress
	});
	const loads = await (image.layout === void 0 ? loadFromDocker : loadLayout)(task, lacking).finally(() => {
		for (const { node } of lacking) context.bar?.clear(`${name}, ${node.name}`);
	});
	const all = [...present, ...loads];
	const { image: held } = await task.begun;
	return {
		image: held,
		nodes: all.sort((a, b) => a.name.localeCompare(b.name))
	};
};

// src/run/find-image.ts
/** The plan has a step wait for the one that makes or holds its image. */
const findImage = (source, { resultOf }) => {
	switch (source.kind) {
		case "built": return resultOf("build", source.by)?.image;
		case "held": return resultOf("hold-image", source.by);
		case "unpacked": return resultOf("unpack-archive", source.by);
		case "pulled": return resultOf("pull", source.by)?.image;
		case "local": return source.image;
		case "elsewhere": return;
	}
};

// src/run/load-step.ts
/**
* Loads an image into nodes. Docker's copy goes at once where the plan says so: the next image may
* need its room.
*
* @throws {Failure} when it cannot be loaded in any way, or does not fit
*/
const load = async (step, { docker, log, run }) => {
	const image = findImage(step.image, run);
	if (image === void 0) throw new Error(`nothing made the image of ${step.names.join(", ")}`);
	const { api, engine } = docker;
	const foreign = findForeign(api.get, image, step.into).then((text) => text !== void 0 && log.warning(text), () => {});
	const { image: source } = step;
	const context = {
		docker: docker.command,
		api,
		engine,
		clusterName: step.cluster,
		runId: run.id,
		hold: (each) => holdImage(api, run.id, each),
		exportLayers: source.kind === "built" ? run.resultOf("build", source.by)?.exportLayers : void 0,
		unpacker: run.unpacker,
		tempDir: run.tempDir,
		signal: run.signal,
		line: log.line,
		warn: log.warning,
		bar: log.bar
	};
	const done = await loadImage(context, image, step.into).finally(() => foreign);
	if ((source.kind === "pulled" || source.kind === "unpacked") && image.layout !== void 0) dropLayout(image.layout.folder);
	if (step.keepImages !== void 0 && image.layout === void 0) await dropImages(docker.command, api.get, planDropping([done], step.keepImages), log.line);
	return done;
};

// src/run/pull-step.ts
/** Brings an image out of the Actions cache, or has Docker pull it, and finds what has come. */
const pull = async ({ reference, mirrors, cache, nodes }, ports) => {
	const { docker, log, run } = ports;
	const { env, signal } = run;
	if (cache !== void 0) {
		const { pullThroughCache } = await import("./run-pull-through-cache.js");
		const pulled = await pullThroughCache(reference, nodes, ports);
		if (pulled !== void 0) return pulled;
	}
	const { pullImage } = await import("./pull-pull-image.js");
	const { explainPull } = await import("./pull-explain.js");
	const explain = (refusal) => explainPull(reference, refusal, {
		env,
		signal
	});
	const { pullFromMirrors } = await import("./pull-mirrors.js");
	if (!await pullFromMirrors(docker.command, docker.api.get, reference, mirrors, log.line)) await pullImage(docker.command, reference, log.line, explain, signal);
	const [image] = await findImages(docker.api.get, [reference]);
	if (image === void 0) throw new Error(`${reference.given} is gone after it was pulled`);
	return {
		image,
		kept: void 0
	};
};

// src/run/handlers.ts
/** A start reads only what every plan needs: what others need is read when they do. */
const later = (find) => async (step, ports) => (await find())(step, ports);
/** How each kind of step is done. */
const handlers = {
	load,
	pull,
	analyse: later(async () => (await import("./run-analyse-step.js")).analyse),
	build: later(async () => (await import("./run-build-step.js")).build),
	prove: later(async () => (await import("./run-prove-step.js")).prove),
	"unpack-archive": later(async () => (await import("./run-unpack-archive-step.js")).unpackArchive),
	"create-cluster": later(async () => (await import("./run-create-cluster-step.js")).createClusterStep),
	"await-cluster": later(async () => (await import("./run-create-cluster-step.js")).awaitClusterStep),
	"keep-pulled": later(async () => (await import("./run-keep-pulled-step.js")).keepPulled),
	"restore-builds": later(async () => (await import("./run-restore-builds-step.js")).restoreBuilds),
	"restore-mounts": later(async () => (await import("./run-cache-mounts-step.js")).restoreCacheMounts),
	"keep-mounts": later(async () => (await import("./run-cache-mounts-step.js")).keepCacheMounts),
	"sync-files": later(async () => (await import("./run-sync-files-step.js")).syncNodeFiles),
	"image-volumes": later(async () => (await import("./run-image-volumes-step.js")).makeImageVolumes),
	"free-disk": ({ freeing, folder }, { log, run }) => freeDisk(freeing, folder, run.env, log.line, run.signal),
	"await-disk": ({ freeing, folder }, { run }) => waitForDisk(run.over(freeing), folder),
	"hold-image": ({ image }, { docker, run }) => holdImage(docker.api, run.id, image),
	"mirror-nodes": async ({ into, mirrors }, { docker, log }) => {
		const { mirrorNodes } = await import("./pull-mirrors.js");
		for (const line of await mirrorNodes(docker.api, into, mirrors)) log.line(line);
	},
	"revoke-token": async (_, { secrets, log }) => {
		const ended = await secrets.close();
		for (const token of ended) log.line(`Token: ${renderEndedToken(token)}`);
		return ended;
	},
	"record-sizes": async ({ repository, targets, lastSizes }, { docker, run }) => {
		const images = targets.flatMap(({ name }) => run.resultOf("build", toBuildId(name))?.measured ?? []);
		if (images.length === 0) return;
		const areInDocker = targets.some(({ output }) => output === "docker");
		const sizes = sumSizes(images, areInDocker && docker.engine.hasContainerdStore);
		const memory = {
			...run.cache,
			repository,
			signal: run.signal
		};
		await rememberSizes(memory, targets, sizes, lastSizes);
	},
	"drop-image": ({ name }, { docker }) => dropName$1(docker.api, name),
	"release-image": async ({ image, loadedBy }, { docker, run }) => {
		const loaded = run.resultOf("load", loadedBy);
		if (loaded === void 0 || loaded.image.heldAs !== void 0) await dropName$1(docker.api, toHeldName(run.id, image.id));
	},
	"drop-leftovers": async (_, { docker: { api } }) => {
		for (const name of await findLeftOvers(api).catch(() => [])) await dropName$1(api, name);
	},
	"drop-layout": async ({ target }, { run }) => dropLayout(toLayoutFolder(run, target)),
	"prune-cache": (_, { docker, log }) => pruneCache(docker.command, log.line)
};

// src/run/reclaim.ts
const sum$1 = (all) => all.reduce((bytes, one) => bytes + one.bytes, 0);
const findObjection = ({ freeDisk, pruneCache }, facts) => {
	if (!facts.isHostedRunner) return "Slipway freed nothing: this is not a GitHub-hosted runner";
	if (!facts.isLocalDaemon) return "Slipway freed nothing: the Docker daemon is on another machine";
	return freeDisk === "never" && pruneCache === "never" ? "Slipway freed nothing: free-disk and prune-cache forbid it" : void 0;
};
/**
* What to do when the disk is full although the plan said that it would do.
*
* @param freeing what is freed already by a step of the plan, as soon as that is over
*/
const createReclaim = (inputs, facts, { docker, log: { line }, run: { env, signal } }, freeing) => {
	const objection = findObjection(inputs, facts);
	const freed = [];
	let isOver = false;
	const planned = freeing().then((all) => {
		isOver = true;
		return sum$1(all);
	});
	const free = async () => {
		line("The disk is full: reclaiming space.");
		const meanwhile = isOver ? 0 : await planned;
		const rest = {
			entries: inputs.freeDisk === "never" ? [] : findEntries(inputs, facts),
			targetFreeBytes: void 0
		};
		const folders = await freeDisk(rest, toDockersFolder(facts), env, line, signal);
		const cache = inputs.pruneCache !== "never" && findPruneObjection(facts) === void 0 ? await pruneCache(docker.command, line) : [];
		freed.push(...folders, ...cache);
		return {
			bytes: meanwhile + sum$1(freed),
			endedMs: performance.now()
		};
	};
	let round;
	return {
		objection,
		freed,
		run: async (sinceMs) => {
			if (objection !== void 0) return 0;
			round ??= free();
			const { bytes, endedMs } = await round;
			return endedMs < sinceMs ? 0 : bytes;
		}
	};
};

// src/run/scheduler.ts
/**
* Does jobs side by side, each after those that it needs. What needs one that was not done is skipped.
* What is at work when all is ended has no failure of its own, whatever it says.
*
* @returns how each ended, in the order of the jobs; never fails
*/
const runJobs = async (jobs, { limits, isEnded, renew = (job) => job, run, onEnd }) => {
	const outcomes = /* @__PURE__ */ new Map();
	const running = /* @__PURE__ */ new Map();
	const end = (step, state, more = {}) => {
		const outcome = {
			result: void 0,
			error: void 0,
			because: void 0,
			time: void 0,
			...more,
			step,
			state
		};
		outcomes.set(step.id, outcome);
		running.delete(step.id);
		onEnd(outcome);
	};
	const begin = (known) => {
		const job = renew(known);
		const startedMs = performance.now();
		const time = () => ({
			startedMs,
			endedMs: performance.now()
		});
		const work = run(job).then((result) => end(job, "done", {
			result,
			time: time()
		}), (error) => isEnded() && !job.isFinal ? end(job, "cancelled", { time: time() }) : end(job, "failed", {
			error,
			time: time()
		}));
		running.set(job.id, {
			lane: job.lane,
			work
		});
	};
	const isFull = (lane) => {
		const working = [...running.values()];
		return limits.some(({ lanes, most }) => lanes.includes(lane) && working.filter((each) => lanes.includes(each.lane)).length >= most);
	};
	const stateOf = (id) => outcomes.get(id)?.state;
	/** Ends or begins one job that may be; false where there is none. */
	const advance = () => jobs.some((job) => {
		if (outcomes.has(job.id) || running.has(job.id)) return false;
		const lost = job.needs.find((id) => /failed|skipped/.test(stateOf(id) ?? ""));
		if (lost !== void 0) end(job, "skipped", { because: lost });
		else if (isEnded() && !job.isFinal) end(job, "cancelled");
		else if (job.needs.every((id) => stateOf(id) === "done") && job.after.every((id) => outcomes.has(id)) && !isFull(renew(job).lane)) begin(job);
		else return false;
		return true;
	});
	for (;;) {
		while (advance());
		if (running.size === 0) break;
		await Promise.race([...running.values()].map(({ work }) => work));
	}
	return jobs.flatMap(({ id }) => outcomes.get(id) ?? []);
};

// src/run/run-plan.ts
const endings = {
	done: "",
	failed: "failed after ",
	cancelled: "cancelled after "
};
const told = [...[
	"build",
	"load",
	"free-disk",
	"prune-cache",
	"sync-files",
	"image-volumes",
	"pull"
], "unpack-archive"];
/** `Build api: 4.1 s` when it has ended; nothing of what is not worth a line. */
const renderEnd = ({ step, state, time }) => {
	if (!told.includes(step.kind) || time === void 0 || state === "skipped") return void 0;
	return `${step.id.charAt(0).toUpperCase() + step.id.slice(1)}: ${endings[state]}${formatDuration(time.endedMs - time.startedMs)}`;
};
/** Tells who waits for a step when it is over. */
const createBells = (steps) => {
	const bells = new Map(steps.map(({ id }) => [id, Promise.withResolvers()]));
	return {
		ring: (id) => bells.get(id)?.resolve(),
		over: async (id) => bells.get(id)?.promise
	};
};
/** The kind picks the handler of its own step, which the compiler cannot see. */
const handlerOf = ({ kind }) => handlers[kind];
/** A container that unpacks, should something have to be; linking is what nodes get of it. */
const openUnpacker = ({ loadMode }, { docker: { api, engine }, log: { line } }, { id, isLocal, layoutDir, signal }) => loadMode === "stream" || loadMode === "kind" || findGate(engine) !== void 0 ? void 0 : createUnpacker({
	api,
	engine,
	isLocal,
	runId: id,
	layoutDir,
	signal,
	line,
	atOnce: Math.min(availableParallelism(), 4)
});
/**
* Does all steps of a plan. The first failure ends the others where the plan says so; what finds a disk
* full is done once more when room could be made.
*
* @returns how each ended, in the plan's order, and what was freed beyond the plan; never fails
*/
const runPlan = async (inputs, facts, { steps, parallel, failFast }, given) => {
	const { docker, log, run } = given;
	const stop = new AbortController();
	const signal = AbortSignal.any([run.signal, stop.signal]);
	const results = /* @__PURE__ */ new Map();
	const { ring, over } = createBells(steps);
	const resultOf = ((_, id) => results.get(id));
	const command = createDocker(run.env, signal);
	const unpacker = openUnpacker(inputs, given, {
		...run,
		isLocal: command.isLocal,
		signal
	});
	const ports = {
		...given,
		docker: {
			...docker,
			command
		},
		run: {
			...run,
			signal,
			resultOf,
			over,
			unpacker
		}
	};
	const finalPorts = {
		...ports,
		run: {
			...ports.run,
			signal: run.signal
		}
	};
	let renewed = /* @__PURE__ */ new Map();
	const reclaim = createReclaim(inputs, facts, given, async () => {
		const id = steps.find(({ kind }) => kind === "free-disk")?.id ?? "";
		await over(id);
		return resultOf("free-disk", id) ?? [];
	});
	const retry = createDiskRetry(facts, given, reclaim);
	const isKept = (target) => run.buildCaches?.isKept(target) === true;
	return {
		outcomes: await runJobs(steps, {
			limits: toLimits(parallel),
			isEnded: () => signal.aborted,
			renew: (step) => toLane(renewed.get(step.id) ?? step, inputs, isKept),
			run: (step) => {
				const work = async () => {
					const result = await handlerOf(step)(step, step.isFinal ? finalPorts : ports);
					if (step.kind === "create-cluster") {
						results.set(step.id, result);
						renewed = new Map((await given.planAgain()).map((each) => [each.id, each]));
					}
					return result;
				};
				return fillsDisks.has(step.lane) ? retry(work, signal) : work();
			},
			onEnd: (outcome) => {
				const { step, state, result } = outcome;
				if (state === "done") results.set(step.id, result);
				if (step.kind === "build") given.onBuilt();
				if (state === "failed" && failFast) stop.abort();
				ring(step.id);
				const text = renderEnd(outcome);
				if (text !== void 0) log.line(text);
			}
		}).finally(() => unpacker?.close()),
		reclaimed: reclaim.freed
	};
};

// src/facts/facts.ts
/** Those of the wanted names that a registry has, or gets by a build of this step. */
const toRegistered = ({ targets, pulls }) => [...targets.filter(({ further }) => further.some(isPush)).flatMap(({ tags }) => tags), ...pulls];
/** The names that the nodes are to get: of what is built for them, and of what was there before. */
const toWanted = ({ targets, images, pulls = [], archived = [] }) => [
	...targets.filter(({ isWanted }) => isWanted).flatMap(({ tags }) => tags),
	...images.flatMap(({ references }) => references),
	...archived.flatMap(({ references }) => references),
	...pulls
];

// src/facts/node-paths.ts
const toEntries = (tree) => new Map([
	...toFolders(tree).map((path) => [path, "folder"]),
	...tree.files.map(({ path }) => [path, "file"]),
	...tree.links.map(({ path }) => [path, "link"])
]);
const toGiven = ({ files: { target, isWritable }, found, nodes }) => {
	const tree = found.kind === "local" ? found.source : found.source.tree;
	return {
		target,
		isWritable,
		isFile: tree?.isFile,
		nodes: nodes.map(({ name }) => name),
		entries: tree && toEntries(tree)
	};
};
/** What manifests may name of nodes' paths, as far as this step knows of it. */
const toNodePaths = ({ files, kept }, nodes) => ({
	files: files.map(toGiven),
	others: [...kept, ...nodes.flatMap(({ mounts }) => mounts.flatMap(({ destination }) => destination === "/var" ? [] : [destination]))]
});

// src/manifests/pod-sets.ts
/**
* What the containers of a pod ask for. Init containers run one after another, so the largest of them counts, with
* the sidecars that started before it; then all others run at once.
*/
const sumRequests = (containers, resource) => {
	let sidecars = 0;
	let peak = 0;
	let main = 0;
	for (const { role, requests } of containers) {
		const asked = requests[resource] ?? 0;
		if (role === "sidecar") sidecars += asked;
		if (role === "main") main += asked;
		peak = Math.max(peak, role === "init" ? sidecars + asked : 0);
	}
	return Math.max(peak, sidecars + main);
};
/**
* What one pod asks for. What it says as a whole comes before its containers, and its limit is asked for where they
* ask for nothing: Kubernetes' pkg/apis/core/v1/defaults.go, defaultPodRequests.
*/
const toRequest = ({ containers, resources: { requests, limits } }, resource) => {
	const ofContainers = containers.some((each) => each.requests[resource] !== void 0) ? sumRequests(containers, resource) : void 0;
	return requests[resource] ?? ofContainers ?? limits[resource] ?? 0;
};
/**
* Two of one name are one, as in a base and what is laid over it; the last that is applied counts. Of a
* `generateName`, which ends as no name may, Kubernetes makes one each.
*/
const withoutTwins = (all) => [...Map.groupBy(all, (each) => {
	const { kind, namespace, name } = each;
	return name.endsWith("-") ? each : `${kind} ${namespace} ${name}`;
}).values()].flatMap((twins) => twins.at(-1) ?? []);
/** The pods of workloads that are to run at all. */
const toPodSets = (workloads) => withoutTwins(workloads).filter(({ pods }) => pods !== 0).map(({ pods, containers, resources, ...workload }) => ({
	...workload,
	line: containers[0]?.line ?? 1,
	/** Bytes and CPUs, of one pod. */
	request: {
		memory: toRequest({
			containers,
			resources
		}, "memory"),
		cpu: toRequest({
			containers,
			resources
		}, "cpu"),
		storage: sumRequests(containers, "storage")
	},
	/** Comes and goes, and is in no node while others start. */
	isOccasional: workload.kind === "CronJob",
	/** How many run at once in so many nodes. */
	countIn: (nodes) => pods === "per-node" ? nodes : pods
}));

// src/manifests/check-capacity.ts
/** What Kubernetes' own pods ask for in a node of kind's. */
const systemRequests = (role) => role === "control-plane" ? {
	memory: 3e8,
	cpu: .95
} : {
	memory: 5e7,
	cpu: .1
};
/** Sums of tenths are not quite what they should be. */
const slack = 1.000001;
const format = (resource, amount) => {
	if (resource === "memory") return `${formatBytes(amount)} of memory`;
	return `${Number(amount.toFixed(2))} CPU${amount === 1 ? "" : "s"}`;
};
const systemOf = (nodes, resource) => nodes.reduce((sum, { role }) => sum + systemRequests(role)[resource], 0);
const capacityOf = (capacity, resource) => {
	const { node, role, bounds } = capacity;
	const tightest = findTightest(bounds[resource]);
	if (tightest === void 0) return void 0;
	const { amount, what } = tightest;
	return {
		amount,
		words: `the node ${node} has ${format(resource, amount)} (${what})`,
		system: systemRequests(role)[resource]
	};
};
const largestOf = ({ nodes, resource }) => {
	const [largest] = nodes.flatMap((node) => capacityOf(node, resource) ?? []).toSorted((a, b) => b.amount - b.system - (a.amount - a.system));
	if (largest === void 0 || nodes.length === 1) return largest;
	return {
		...largest,
		words: `${largest.words}, and no node has more`
	};
};
const togetherOf = ({ nodes, resource }) => {
	const capacities = nodes.flatMap((node) => capacityOf(node, resource) ?? []);
	if (capacities.length < nodes.length) return void 0;
	if (capacities.length === 1) return capacities[0];
	const amount = capacities.reduce((sum, capacity) => sum + capacity.amount, 0);
	return {
		amount,
		words: `${nodes.map(({ node }) => node).join(" and ")} have ${format(resource, amount)} together`,
		system: systemOf(nodes, resource)
	};
};
/** Nodes of one machine share what it has, and each may have a limit of its own. */
const totalOf = (each) => {
	const { allNodes, resource } = each;
	const together = togetherOf(each);
	const isOfAll = ({ what, isShared }) => isShared && allNodes.every(({ bounds }) => bounds[resource].some((it) => it.what === what));
	const shared = findTightest(allNodes.flatMap(({ bounds }) => bounds[resource].filter(isOfAll)));
	if (allNodes.length === 1 || together === void 0 || shared === void 0) return together;
	if (together.amount < shared.amount) return together;
	const words = `all nodes share ${format(resource, shared.amount)} (${shared.what})`;
	return {
		amount: shared.amount,
		words,
		system: systemOf(allNodes, resource)
	};
};
/** Kubelet sees the whole machine, in each of its nodes, whatever their limits. */
const consequence$2 = (needed, believers, { resource, engine }) => {
	const each = resource === "memory" ? engine.memoryBytes : engine.cores;
	if (needed > each * believers * slack) return `Some stay Pending (Insufficient ${resource}).`;
	const end = resource === "memory" ? "the kernel kills one (OOM) when the memory is used up" : "they are slow, and probes may time out";
	return `Kubernetes believes that each node has ${format(resource, each).replace(" of memory", "")} and starts them all. Then ${end}.`;
};
const remedy = "Lower the requests or the replicas, or give the nodes more.";
/** `a.yaml and 2 other files`, each once and in the order given. */
const listFiles = (sets) => {
	const [first = "", second, ...more] = [...new Set(sets.map(({ file }) => file))];
	if (second === void 0) return first;
	return `${first} and ${more.length === 0 ? second : `${more.length + 1} other files`}`;
};
const checkLargest$1 = (each) => {
	const { resource, sets } = each;
	const largest = largestOf(each);
	if (largest === void 0) return [];
	const { amount, words, system } = largest;
	return sets.flatMap(({ file, line, kind, name, request }) => {
		const asked = request[resource];
		if (asked === 0 || asked + system <= amount * slack) return [];
		const own = format(resource, system);
		return [{
			message: `A pod of the ${kind} ${name} requests ${format(resource, asked)}, and Kubernetes' own pods request about ${own}; ${words}. ${consequence$2(asked + system, 1, each)} ${remedy}`,
			location: {
				file,
				line
			}
		}];
	});
};
const checkTotal$1 = (each) => {
	const { resource, nodes } = each;
	const capacity = totalOf(each);
	const sets = each.sets.filter(({ request, isOccasional }) => request[resource] > 0 && !isOccasional);
	const totalOfSet = ({ request, countIn }) => request[resource] * countIn(nodes.length);
	const [most] = sets.toSorted((a, b) => totalOfSet(b) - totalOfSet(a));
	if (capacity === void 0 || most === void 0) return [];
	const asked = sets.reduce((sum, set) => sum + totalOfSet(set), 0);
	const needed = asked + capacity.system;
	if (needed <= capacity.amount * slack) return [];
	return [{
		message: `The pods of ${listFiles([most, ...sets])} request ${format(resource, asked)}, and Kubernetes' own pods request about ${format(resource, capacity.system)}; ${capacity.words}. ${consequence$2(needed, nodes.length, each)} ${remedy}`,
		location: {
			file: most.file,
			line: most.line
		}
	}];
};
/** Limits that the node's own comes before; one that is asked for as well has been told of. */
const checkLimits$1 = (workloads, each) => {
	const largest = largestOf(each);
	if (largest === void 0) return [];
	return workloads.flatMap(({ file, containers }) => containers.flatMap(({ name, limits, requests, line }) => {
		const limit = limits.memory ?? 0;
		if (limit <= largest.amount * slack || requests.memory === limit) return [];
		return [{
			message: `The container ${name} has a limit of ${format("memory", limit)}; ${largest.words}. The kernel kills a process of the node, perhaps another pod's, before the container reaches its limit. Lower the limit.`,
			location: {
				file,
				line
			}
		}];
	}));
};
/** kind lets ordinary pods into a control plane only where that is the one node. */
const takesPods = (capacities) => {
	const open = capacities.filter(({ isTainted }) => !isTainted);
	return open.length > 0 ? open : capacities;
};
/** Whether the pods of the manifests find the memory and CPUs that they ask for. */
const checkCapacity = (workloads, capacities, engine) => {
	if (capacities.length === 0) return [];
	const sets = toPodSets(workloads);
	const facts = {
		engine,
		nodes: takesPods(capacities),
		allNodes: capacities,
		sets
	};
	return [...["memory", "cpu"].flatMap((resource) => {
		const each = {
			...facts,
			resource
		};
		const total = checkTotal$1(each);
		const alone = capacities.length > 1 ? sets : sets.filter(({ isOccasional }) => isOccasional);
		const tooLarge = checkLargest$1({
			...each,
			sets: alone
		});
		return capacities.length > 1 && tooLarge.length > 0 ? tooLarge : [...tooLarge, ...total];
	}), ...checkLimits$1(workloads, {
		...facts,
		resource: "memory"
	})];
};

// src/manifests/check-disk.ts
/** Below this share an image with many small files may find no free space, whatever kubelet does. */
const fewInodes = .05;
/** Below this a layer or a log may find no free space, also where kubelet minds nothing, as kind has it. */
const fewBytes = (totalBytes) => Math.min(1e9, .05 * totalBytes);
/** A filesystem, with all its nodes: those of one machine mostly share it. */
const groupDisks = (capacities) => {
	const seen = capacities.flatMap(({ node, disk, kubelet }) => disk ? [{
		...disk,
		node,
		kubelet
	}] : []);
	return [...Map.groupBy(seen, ({ device }) => device).values()].flatMap((group) => {
		const [first] = group;
		return first ? [{
			...first,
			nodes: group.map(({ node }) => node)
		}] : [];
	});
};
/** `15%` of something, or an amount. */
const toAmount = (threshold, total) => {
	const percent = /^(\d+(?:\.\d+)?)%$/.exec(threshold ?? "")?.[1];
	return percent === void 0 ? parseQuantity(threshold ?? "") ?? 0 : total * Number(percent) / 100;
};
/** Below how much kubelet evicts pods, by the names that it has for the node's disk and for images'. */
const findEvictsBelow = ({ kubelet }, what, total) => {
	const thresholds = ["nodefs", "imagefs"].map((disk) => kubelet?.evicts[`${disk}.${what}`]);
	return Math.max(...thresholds.map((threshold) => toAmount(threshold, total)));
};
const percentOf = (part, whole) => `${(part / whole * 100).toFixed(0)} %`;
const checkBytes = (where, disk) => {
	const { totalBytes, freeBytes, kubelet } = disk;
	const collectsAbove = kubelet?.collectsAbove ?? 100;
	const evictsBelow = findEvictsBelow(disk, "available", totalBytes);
	const is = `${where} has ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free (${percentOf(freeBytes, totalBytes)})`;
	if (freeBytes < evictsBelow) return `${is}. The kubelet evicts pods below ${formatBytes(evictsBelow)}. Free disk space first.`;
	if (100 - 100 * freeBytes / totalBytes >= collectsAbove && collectsAbove < 100) return `${is}. Above ${collectsAbove} % use, the kubelet removes images that no pod runs, also freshly loaded ones. Free disk space first.`;
	if (freeBytes >= fewBytes(totalBytes)) return void 0;
	return `${is}. Images, logs and pods write there, and fail with \`no space left on device\` once it is full. Free disk space first.`;
};
const checkInodes = (where, disk) => {
	const { totalInodes, freeInodes } = disk;
	const evictsBelow = findEvictsBelow(disk, "inodesFree", totalInodes);
	if (totalInodes === 0 || freeInodes >= Math.max(evictsBelow, fewInodes * totalInodes)) return;
	const end = freeInodes < evictsBelow ? "The kubelet evicts pods there." : "Images consist of many files.";
	return `${where} has ${freeInodes} of ${totalInodes} inodes free (${percentOf(freeInodes, totalInodes)}). ${end} Delete folders with many small files.`;
};
/** Whether kubelet would evict pods or remove images at once, or there is hardly any room at all. */
const checkDisks = (capacities) => groupDisks(capacities).flatMap((disk) => {
	const where = `The disk of ${disk.nodes.join(" and ")}`;
	return [checkBytes(where, disk), checkInodes(where, disk)].flatMap((message) => message === void 0 ? [] : [{
		message,
		location: void 0
	}]);
});

// src/manifests/given-files.ts
const noPaths = {
	files: [],
	others: []
};
const isWithin = (path, folder) => `${path}/`.startsWith(`${folder}/`);
/** `/var/local/models/` is `/var/local/models`. */
const tidyPath = (path) => posix.normalize(path).replace(/(?<=[^/])\/+$/, "");
/** A manifest may be anybody's: comparing words takes the product of their lengths. */
const mostCompared = 1e3;
const longestPath = 1e3;
const findInTree = (files, inner) => {
	const { target, entries } = files;
	if (entries === void 0) return {
		kind: "ours",
		files,
		is: void 0
	};
	const names = inner.split("/");
	if (names.map((_, at) => names.slice(0, at + 1).join("/")).some((path) => entries.get(path) === "link")) return {
		kind: "ours",
		files,
		is: void 0
	};
	const is = entries.get(inner);
	if (is !== void 0) return {
		kind: "ours",
		files,
		is
	};
	const parent = names.slice(0, -1).join("/");
	const beside = [...entries.keys()].filter((path) => posix.dirname(path) === (parent || ".")).slice(0, mostCompared);
	const nearest = findNearestWord(inner, beside);
	return {
		kind: "missing",
		files,
		nearest: nearest && `${target}/${nearest}`
	};
};
const kindOf = ({ isFile }) => {
	if (isFile === void 0) return void 0;
	return isFile ? "file" : "folder";
};
/** @param isMade whether Kubernetes is told to make what is not there, so that another name may well be meant */
const findAtPath = (given, { files, others }, isMade) => {
	if (given.length > longestPath) return { kind: "foreign" };
	const path = tidyPath(given);
	const own = files.find(({ target }) => isWithin(path, target));
	if (own?.target === path) return {
		kind: "ours",
		files: own,
		is: kindOf(own)
	};
	if (own !== void 0) {
		if (own.isFile) return {
			kind: "missing",
			files: own,
			nearest: own.target
		};
		return findInTree(own, path.slice(own.target.length + 1));
	}
	if (others.some((other) => isWithin(path, other)) || files.some(({ target }) => isWithin(target, path))) return { kind: "foreign" };
	const word = findNearestWord(path, files.map(({ target }) => target));
	const near = files.find(({ target }) => target === word) ?? files.find(({ target }) => !isMade && isWithin(path, "/var") && posix.basename(target) === posix.basename(path));
	return near === void 0 ? { kind: "foreign" } : {
		kind: "near",
		files: near
	};
};

// src/manifests/placeholders.ts
/** What templates, scripts and `sed` put a name in place of. */
const marks = [
	/\{\{|\}\}|\[\[|\]\]/,
	/\$|#\{/,
	/%[^%]*%|<[^>]*>|@@|^_|__[A-Z0-9_]+__/,
	/placeholder|replace[-_]?me|change[-_]?me/i,
	/^[A-Z][A-Z0-9_]*$/
];
/** Whether an image's name is still to be written by something that runs before `kubectl apply`. */
const isPlaceholder = (image) => {
	const beginning = image.slice(0, 1e3);
	return marks.some((mark) => mark.test(beginning));
};
/** Names that ko builds and fills in when it applies the file. */
const isOfKo = (image) => image.startsWith("ko://");

// src/manifests/read-placement.ts
/** Of a label that every node has. */
const hostname$1 = "kubernetes.io/hostname";
const controlPlane = "node-role.kubernetes.io/control-plane";
const readRules = ({ at, items, text }, term) => ["matchExpressions", "matchFields"].flatMap((list) => items(at(term, list)).map((rule) => ({
	key: text(at(rule, "key")) ?? "",
	operator: text(at(rule, "operator")) ?? "",
	values: items(at(rule, "values")).map((value) => text(value) ?? "")
})));
/** Of the terms of an affinity, or of a PersistentVolume's. */
const readTerms = (reader, required) => reader.items(reader.at(required, "nodeSelectorTerms")).map((term) => readRules(reader, term)).filter((rules) => rules.length > 0);
/** Whether a pod tolerates the taint of kind's control planes, which has no value and the effect NoSchedule. */
const isTolerant = ({ at, items, text }, spec) => items(at(spec, "tolerations")).some((each) => {
	const [key, effect, value] = [
		"key",
		"effect",
		"value"
	].map((name) => text(at(each, name)));
	return (!key || key === "node-role.kubernetes.io/control-plane") && (!effect || effect === "NoSchedule") && !value;
});
const readPlacement = ({ reader, lineAt }, spec) => {
	const { at, keys, text } = reader;
	const nodeName = at(spec, "nodeName");
	const selector = at(spec, "nodeSelector");
	const required = at(spec, ...[
		"affinity",
		"nodeAffinity",
		"requiredDuringSchedulingIgnoredDuringExecution"
	]);
	const name = text(nodeName);
	const always = [...name === void 0 ? [] : [{
		key: hostname$1,
		operator: "In",
		values: [name]
	}], ...keys(selector).map((key) => ({
		key,
		operator: "In",
		values: [text(at(selector, key)) ?? ""]
	}))];
	const terms = readTerms(reader, required);
	const first = nodeName ?? selector ?? required;
	const hasRules = always.length + terms.length > 0;
	return {
		always,
		terms,
		isTolerant: name !== void 0 || isTolerant(reader, spec),
		line: hasRules ? lineAt(first?.range?.[0] ?? 0) : void 0
	};
};
/** Undefined for labels that nobody here knows of. */
const holds = ({ key, operator, values }, { node, role }) => {
	const labels = /* @__PURE__ */ new Map([
		[hostname$1, node],
		["metadata.name", node],
		["kubernetes.io/os", "linux"],
		[controlPlane, role === "control-plane" ? "" : void 0]
	]);
	if (!labels.has(key) || values.some(isPlaceholder)) return void 0;
	const label = labels.get(key);
	if (operator === "In") return label !== void 0 && values.includes(label);
	if (operator === "NotIn") return label === void 0 || !values.includes(label);
	if (operator === "Exists") return label !== void 0;
	return operator === "DoesNotExist" ? label === void 0 : void 0;
};
const all = (answers) => {
	if (answers.includes(false)) return false;
	return answers.includes(void 0) ? void 0 : true;
};
const any = (answers) => {
	if (answers.includes(true)) return true;
	return answers.includes(void 0) ? void 0 : false;
};
/** Whether the conditions let a pod run on a node; undefined where labels decide that nobody here knows of. */
const mayRunOn = ({ always, terms }, node) => all([...always.map((rule) => holds(rule, node)), ...terms.length === 0 ? [] : [any(terms.map((term) => all(term.map((rule) => holds(rule, node)))))]]);

// src/manifests/check-file-nodes.ts
/** Those that all conditions are known to let in. */
const findNodes = ({ isTolerant, ...placement }, capacities) => (isTolerant ? capacities : takesPods(capacities)).filter((each) => mayRunOn(placement, each) === true).map(({ node }) => node);
const list = (names) => names.join(" and ");
const toRemedy = (nodes) => {
	const [only] = nodes;
	return nodes.length === 1 ? `write nodeSelector: { ${hostname$1}: ${only} }` : `let the pods run on ${list(nodes)} alone`;
};
const renderLack = ({ kind, name, files: { placement } }, { target, nodes }, lacking) => {
	return `${kind === "PersistentVolume" ? `The PersistentVolume ${name} is of ${list(lacking)}` : `Pods of the ${kind} ${name} ${placement.line === void 0 ? "may start" : "run"} on ${list(lacking)}`}, and only ${list(nodes)} ${nodes.length === 1 ? "gets" : "get"} ${target}. Add ${list(lacking)} to nodes, or ${toRemedy(nodes)}.`;
};
/** Whether the pods are where the files are: the input `nodes` may leave out some. */
const checkPlacement = (placed, hostPaths, capacities, paths) => {
	const { placement } = placed.files;
	const used = hostPaths.flatMap((path) => {
		const found = findAtPath(path, paths, true);
		return found.kind === "ours" ? [found.files] : [];
	});
	const nodes = findNodes(placement, capacities);
	return [...new Set(used)].flatMap((files) => {
		const lacking = nodes.filter((node) => !files.nodes.includes(node));
		if (lacking.length === 0) return [];
		const line = placement.line ?? placed.containers?.[0]?.line ?? 1;
		return [{
			message: renderLack(placed, files, lacking),
			location: {
				file: placed.file,
				line
			}
		}];
	});
};

// src/manifests/check-files.ts
const makes = (type) => /OrCreate$/.test(type ?? "");
const waits = "The pod would wait for it (FailedMount).";
/** What comes of a path that is not there. */
const consequence$1 = ({ type }, isLocal) => isLocal || type !== void 0 && !makes(type) ? waits : "Kubernetes would make something empty there.";
/** Types that Kubernetes takes for what is there. */
const fitting = {
	file: ["File", "FileOrCreate"],
	folder: ["Directory", "DirectoryOrCreate"]
};
const checkType = (what, { path, type }, is) => {
	if (type === void 0 || is !== "file" && is !== "folder" || fitting[is].includes(type)) return void 0;
	return `${what} has type: ${type}, and ${path} is a ${is}. ${waits} Write type: ${fitting[is][0]}.`;
};
const checkFound = (what, host, found, isLocal) => {
	if (found.kind === "foreign") return void 0;
	const { path } = host;
	const { files } = found;
	const { target } = files;
	if (found.kind === "ours") {
		if (isLocal && found.is === "file") return `${what} is ${path}, a file, and Kubernetes takes only folders for local volumes. Write hostPath with type: File, or give node-files the folder that it is in.`;
		return isLocal ? void 0 : checkType(what, host, found.is);
	}
	const end = consequence$1(host, isLocal);
	if (found.kind === "near") return `${what} is ${path}, where this step puts nothing; it puts files at ${target}. ${end} Write path: ${target}.`;
	return `${what} is ${path}, and nothing of that name is in what node-files puts at ${target}. ${end} ${found.nearest === void 0 ? "Write a path that it has." : `The nearest is ${found.nearest}. Write path: ${found.nearest}.`}`;
};
const checkHost = ({ file }, what, host, paths, isLocal) => {
	const found = findAtPath(host.path, paths, makes(host.type));
	const message = checkFound(what, host, found, isLocal);
	if (message === void 0) return [];
	return [{
		message,
		location: {
			file,
			line: found.kind === "ours" && !isLocal ? host.typeLine : host.line
		}
	}];
};
const isOneNamespace = (a, b) => (a ?? b ?? "default") === (b ?? a ?? "default");
/** The PersistentVolume that a claim is, or is to be, bound to; undefined for one that is made on demand. */
const findBound = (name, { namespace }, { claims, persistentVolumes }) => {
	const own = claims.find((each) => each.name === name && isOneNamespace(each.namespace, namespace));
	return persistentVolumes.find((volume) => volume.name === own?.volumeName || volume.claim?.name === name && isOneNamespace(volume.claim.namespace, namespace));
};
const toUsed = (workload, manifests) => workload.files.volumes.flatMap((volume) => {
	if (volume.host !== void 0) return [{
		...volume,
		at: volume.host,
		isLocal: false
	}];
	const bound = findBound(volume.claim ?? "", workload, manifests);
	return bound === void 0 ? [] : [{
		...volume,
		at: bound.host,
		isLocal: bound.isLocal
	}];
});
/** Where a mount leads in the node; undefined where that is not known. */
const toMounted = ({ subPath = "" }, { at }) => /[$]/.test(subPath) ? void 0 : tidyPath(`${at.path}/${subPath}`);
const checkMount = (mount, used, paths) => {
	const path = toMounted(mount, used) ?? used.at.path;
	const found = findAtPath(path, paths, true);
	const { container, subPath } = mount;
	if (found.kind === "missing" && subPath !== void 0) {
		const nearest = found.nearest === void 0 ? "" : ` The nearest is ${found.nearest}.`;
		return `The container ${container} mounts subPath: ${subPath}, and ${path} is not in what node-files puts at ${found.files.target}.${nearest} Write a path that it has.`;
	}
	const isReadOnly = mount.isReadOnly || used.isReadOnly;
	if (found.kind !== "ours" || found.files.isWritable || isReadOnly) return void 0;
	return `The container ${container} mounts ${path} without readOnly: true, and all nodes share these files. As root it would change them for all; any other user gets "Permission denied". Write readOnly: true, or :rw behind ${found.files.target} in node-files.`;
};
const checkFsGroup = ({ file, files: { fsGroupLine } }, used, paths) => {
	if (fsGroupLine === void 0) return [];
	const changed = used.find(({ isLocal, isReadOnly, at }) => {
		const found = findAtPath(at.path, paths, true);
		return isLocal && !isReadOnly && found.kind === "ours" && !found.files.isWritable;
	});
	if (changed === void 0) return [];
	return [{
		message: `With fsGroup, the kubelet changes group and mode of every file of ${changed.at.path}, which all nodes share: it is a local PersistentVolume. Write readOnly: true below persistentVolumeClaim of the volume ${changed.name}, or use hostPath, where fsGroup does nothing.`,
		location: {
			file,
			line: fsGroupLine
		}
	}];
};
const checkWorkload = (workload, manifests, capacities, paths) => {
	const { file, kind, name, files } = workload;
	const used = toUsed(workload, manifests);
	const own = used.flatMap(({ host, name: volume }) => host === void 0 ? [] : checkHost(workload, `The volume ${volume} of the ${kind} ${name}`, host, paths, false));
	const mounts = files.mounts.flatMap((mount) => {
		const volume = used.find((each) => each.name === mount.volume);
		const message = volume && checkMount(mount, volume, paths);
		return message === void 0 ? [] : [{
			message,
			location: {
				file,
				line: mount.line
			}
		}];
	});
	const hosts = used.flatMap(({ host }) => host === void 0 ? [] : [host.path]);
	return [
		...own,
		...mounts,
		...checkFsGroup(workload, used, paths),
		...checkPlacement(workload, hosts, capacities, paths)
	];
};
/** What manifests mount of nodes' files, compared with what `node-files` puts there. */
const checkFiles = (manifests, capacities, paths) => {
	if (paths.files.length === 0) return [];
	const volumes = manifests.persistentVolumes.flatMap((volume) => [...checkHost(volume, `The PersistentVolume ${volume.name}`, volume.host, paths, volume.isLocal), ...checkPlacement({
		...volume,
		kind: "PersistentVolume",
		files: { placement: volume.placement }
	}, [volume.host.path], capacities, paths)]);
	const pods = manifests.workloads.flatMap((each) => checkWorkload(each, manifests, capacities, paths));
	return [...volumes, ...pods];
};

// src/manifests/read-storage.ts
/** Bytes; 0 for what is not written or is no quantity. */
const readBytes = ({ text }, node) => parseQuantity(text(node) ?? "") ?? 0;
/** What a PersistentVolumeClaim, or a template of one, asks for. */
const readClaimed = (reader, claim) => readBytes(reader, reader.at(claim, "spec", "resources", "requests", "storage"));
const readEmptyDir = (reader, volume) => {
	const { at, text } = reader;
	return (text(at(volume, "emptyDir", "medium")) ?? "") === "" ? readBytes(reader, at(volume, "emptyDir", "sizeLimit")) : 0;
};
const sum = (amounts) => amounts.reduce((all, one) => all + one, 0);
const readVolumes = (reader, document, podSpec) => {
	const { at, items } = reader;
	const volumes = items(at(podSpec, "volumes"));
	const templates = items(at(document, "spec", "volumeClaimTemplates"));
	const ephemeral = volumes.map((volume) => at(volume, "ephemeral", "volumeClaimTemplate"));
	return {
		/** The limits of its `emptyDir`s, which Kubernetes counts as the pod's ephemeral storage. */
		emptyDirs: sum(volumes.map((volume) => readEmptyDir(reader, volume))),
		/** What it claims for itself: each replica of a StatefulSet has volumes of its own. */
		claims: sum([...templates, ...ephemeral].map((claim) => readClaimed(reader, claim)))
	};
};

// src/manifests/check-storage.ts
const toWriters = (workloads, claims, nodes) => [...toPodSets(workloads).map(({ kind, name, file, line, request, volumes, ...set }) => ({
	what: `A pod of the ${kind} ${name}`,
	file,
	line,
	/** Of one pod, in bytes: what it requests, which is all that Kubernetes looks at. */
	requested: request.storage,
	/** Requested or not. Kubernetes counts emptyDirs in what a pod asked for: no sum of the two. */
	ephemeral: Math.max(request.storage, volumes.emptyDirs),
	claims: volumes.claims,
	count: set.countIn(nodes),
	isOccasional: set.isOccasional
})), ...withoutTwins(claims).map(({ name, file, line, bytes }) => ({
	what: `The PersistentVolumeClaim ${name}`,
	file,
	line,
	requested: 0,
	ephemeral: 0,
	claims: bytes,
	count: 1,
	isOccasional: false
}))];
/** `the disk of kind-worker and kind-worker2 has 4.0 GB of 100 GB free`. */
const renderFree = (disks) => {
	const names = disks.flatMap(({ nodes }) => nodes).join(" and ");
	const free = formatBytes(sum(disks.map(({ freeBytes }) => freeBytes)));
	const total = formatBytes(sum(disks.map(({ totalBytes }) => totalBytes)));
	return `${disks.length === 1 ? "the disk of" : "the disks of"} ${names} ${disks.length === 1 ? "has" : "have"} ${free} of ${total} free`;
};
/** `14 GB to disk (4.0 GB of ephemeral storage, 10 GB of volumes)`. */
const renderAmount = (ephemeral, claims) => {
	const parts = [...ephemeral > 0 ? [`${formatBytes(ephemeral)} of ephemeral storage`] : [], ...claims > 0 ? [`${formatBytes(claims)} of volumes`] : []];
	return `${formatBytes(ephemeral + claims)} to disk (${parts.join(", ")})`;
};
/** Kubelet says that each node has the whole disk, whatever is on it and whoever shares it. */
const consequence = (requested, believed) => requested > believed ? "Some stay Pending (Insufficient ephemeral-storage). Request less." : "Kubernetes compares requests with the disk's size, not with its free space, and does not count kind's volumes at all. So it starts all pods, and writing fails for every pod (no space left on device) once the disk is full. Request less, or free disk space first.";
const checkTotal = (writers, disks) => {
	const lasting = writers.filter(({ isOccasional }) => !isOccasional);
	const bytesOf = ({ ephemeral, claims, count }) => (ephemeral + claims) * count;
	const asking = lasting.filter((writer) => bytesOf(writer) > 0);
	const [most] = asking.toSorted((a, b) => bytesOf(b) - bytesOf(a));
	if (most === void 0) return [];
	const ephemeral = sum(asking.map((writer) => writer.ephemeral * writer.count));
	const claims = sum(asking.map((writer) => writer.claims * writer.count));
	const requested = sum(asking.map((writer) => writer.requested * writer.count));
	const believed = sum(disks.map(({ totalBytes, nodes }) => totalBytes * nodes.length));
	if (ephemeral + claims <= sum(disks.map(({ freeBytes }) => freeBytes))) return [];
	return [{
		message: `The pods and claims of ${listFiles([most, ...asking])} may write ${renderAmount(ephemeral, claims)}; ${renderFree(disks)}. ${consequence(requested, believed)}`,
		location: {
			file: most.file,
			line: most.line
		}
	}];
};
/** Those that are too large by themselves: a pod and its volumes are in one node. */
const checkLargest = (writers, largest) => writers.filter(({ ephemeral, claims }) => ephemeral + claims > largest.freeBytes).map(({ what, file, line, requested, ephemeral, claims }) => ({
	message: `${what} may write ${renderAmount(ephemeral, claims)}; ${renderFree([largest])}. ${consequence(requested, largest.totalBytes)}`,
	location: {
		file,
		line
	}
}));
/** Limits above what is free; one that is asked for as well has been told of. */
const checkLimits = (workloads, largest) => workloads.flatMap(({ file, containers }) => containers.flatMap(({ name, limits, requests, line }) => {
	const limit = limits.storage ?? 0;
	if (limit <= largest.freeBytes || requests.storage === limit) return [];
	return [{
		message: `The container ${name} may write ${renderAmount(limit, 0)} before it reaches its limit; ${renderFree([largest])}. Once that is full, writing fails for all pods there (no space left on device). Lower the limit, or free disk space first.`,
		location: {
			file,
			line
		}
	}];
}));
/** Whether what the manifests may write to the nodes' disks finds the room for it. */
const checkStorage = ({ workloads, claims }, capacities) => {
	const nodes = takesPods(capacities);
	const disks = nodes.every(({ disk }) => disk) ? groupDisks(nodes) : [];
	const [largest] = disks.toSorted((a, b) => b.freeBytes - a.freeBytes);
	if (largest === void 0) return [];
	const writers = toWriters(workloads, claims, nodes.length);
	const alone = disks.length > 1 ? writers : writers.filter(({ isOccasional }) => isOccasional);
	const tooLarge = checkLargest(alone, largest);
	const total = checkTotal(writers, disks);
	return [...disks.length > 1 && tooLarge.length > 0 ? tooLarge : [...tooLarge, ...total], ...checkLimits(workloads, largest)];
};

// src/manifests/check-manifests.ts
/**
* All that is to be said of the manifests before anything is built. What is about room comes first:
* it is about all pods, where the others are about one line, and GitHub shows only the first ones.
*/
const checkManifests = (manifests, nodeCapacities, engine, loaded, paths = noPaths) => [
	...checkCapacity(manifests.workloads, nodeCapacities, engine),
	...checkStorage(manifests, nodeCapacities),
	...checkDisks(nodeCapacities),
	...manifests.warnings,
	...checkImages(manifests.workloads, loaded, {
		accounts: manifests.accounts,
		minors: nodeCapacities.map(({ kubernetesMinor }) => kubernetesMinor)
	}),
	...checkFiles(manifests, nodeCapacities, paths)
];

// src/plan/pull-warning.ts
/**
* Warns of images whose pods pull by default, whatever the nodes have: those with the tag `latest` or
* none. Undefined when there is none.
*
* @param judged canonical names of which something else has been said already, at its line
*/
const renderPullWarning = (references, judged) => {
	const pulled = references.filter(({ canonical }) => canonical.endsWith(":latest") && !judged.has(canonical));
	if (pulled.length === 0) return void 0;
	return `Pods will pull ${[...new Set(pulled.map(({ given }) => given))].join(", ")} instead of using the loaded image: Kubernetes always pulls \`latest\` and untagged images. Set imagePullPolicy: IfNotPresent, or use the names in the output immutable-tags.`;
};

// src/commands/remarks.ts
/** What was asked and will not happen should not surprise anybody later. */
const remarkOnInputs = (inputs, facts, { line, warning }) => {
	for (const text of [...facts.leftOut, ...facts.cacheLines]) line(text);
	if (facts.targets.length > 0 && inputs.credentials.kind === "none") line("The build gets no token: neither client-id with private-key nor github-token is given.");
	if (inputs.credentials.kind === "given" && inputs.credentials.insteadOfApp !== void 0) line(`${inputs.credentials.insteadOfApp}; the build gets github-token.`);
	const forNodes = facts.targets.filter(({ further }) => further.length === 0);
	const annotated = findAnnotated(forNodes).join(", ");
	if (annotated !== "") line(`Slipway leaves out annotations of ${annotated}: only a pushed image has them.`);
	const attested = findAttested(forNodes).join(", ");
	if (attested !== "") line(`Slipway leaves out attest of ${attested}: nodes take images without attestations.`);
	if (inputs.freeDisk !== "auto" && inputs.freeDisk !== "never" && !facts.isHostedRunner) line("free-disk deletes nothing: this is not a GitHub-hosted runner.");
	else if (typeof inputs.freeDisk === "object" && !facts.isLocalDaemon) line("free-disk deletes nothing: the Docker daemon is on another machine.");
	for (const text of renderPaused(inputs, facts)) line(text);
	const disk = findDockers(facts.filesystems);
	const targetBytes = typeof inputs.freeDisk === "object" ? inputs.freeDisk.targetBytes : 0;
	if (disk !== void 0 && targetBytes > disk.totalBytes) warning(`free-disk: ${formatBytes(targetBytes)} can never be free: the disk has ${formatBytes(disk.totalBytes)} in all.`);
	const { images } = facts.nodeFiles;
	if (images.objection !== void 0) warning(`node-files-images: none are made, as ${images.objection}. Pods mount the paths on the nodes, as the output volumes says.`);
	const objection = findPruneObjection(facts);
	if (inputs.pruneCache === "always" && objection !== void 0) line(`Kept the build cache: ${objection}.`);
};
/** @throws {Failure} when a limit is for an image that the run does not have */
const refuseUnknownNames = ({ size, growth }, names) => {
	const unknown = [...size, ...growth].filter((limit) => !names.some((name) => isAbout(limit, name)));
	if (unknown.length === 0) return;
	const given = unknown.map((limit) => limit.given).join(", ");
	throw new Failure(`A limit is for an image that this step does not have: ${given}`, { remedy: `It has ${names.join(", ")}.` });
};
const refuseUnknownLimits = ({ imageLimits }, facts) => refuseUnknownNames(imageLimits, toWanted(facts).map(({ given }) => given));
/** What the author of the workflow should know before anything is done. */
const remark = async (inputs, facts, log) => {
	remarkOnInputs(inputs, facts, log);
	if (inputs.createCluster === void 0 || inputs.isDryRun) await remarkOnManifests(inputs, facts, log);
};
/** What Kubernetes will do with the images otherwise than their author may think. */
const remarkOnManifests = async (inputs, facts, log) => {
	const { manifests, nodeCapacities, engine, images } = facts;
	const named = facts.namedImages.map(({ reference }) => reference);
	const loaded = {
		wanted: toWanted(facts),
		images,
		named,
		registered: toRegistered(facts)
	};
	const paths = manifests.workloads.length + manifests.persistentVolumes.length === 0 ? noPaths : toNodePaths(facts.nodeFiles, facts.nodes.filter(isContainer));
	await log.warnings(checkManifests(manifests, nodeCapacities, engine, loaded, paths));
	const others = renderOthers(manifests, loaded);
	if (inputs.imagesFrom !== void 0) for (const line of renderNamedImages(facts.namedImages, manifests)) log.line(line);
	else if (others !== void 0) log.line(others);
};
/**
* Names that manifests use have been judged there, each at its line; a dry run loads nothing that pods
* could miss.
*/
const remarkOnLoads = (facts, { line, warning }) => {
	const text = renderPullWarning(toWanted(facts), findUsed(facts.manifests.workloads));
	if (text !== void 0) warning(text);
	for (const { id, references } of facts.images) {
		const nameless = renderNameless(id, references);
		if (nameless !== void 0) line(nameless);
	}
};
/**
* Whoever runs the job again knows better than what we remember of the last time.
*
* @throws {Failure} when what is to be done cannot fit
*/
const refuseShortage = ({ disk, shortage }, runAttempt, log) => {
	for (const sum of disk.sums) if (sum.needs.length > 0) log.line(renderSum(sum));
	if (shortage === void 0) return;
	if (runAttempt === 1) throw shortage;
	log.warning(`${shortage.message}. The step tries anyway, as this is a re-run.`);
};

// src/commands/run-memory.ts
/** Post writes down what these names hold, for which nobody waits. */
const leaveNames = ({ keptFor, targets, lastTimes }, report, history, { mayWriteCache, isDefaultBranch }, { saveState }) => {
	const times = toBuildTimes(report, history);
	if (keptFor === void 0 || lastTimes === void 0 || !mayWriteCache) return;
	const images = toImagesToKeep(report, history.targets);
	const names = [times && nameTimes(keptFor, targets, times, lastTimes), ...images === void 0 ? [] : nameImages(keptFor, targets, images, isDefaultBranch)].filter((name) => name !== void 0);
	if (names.length > 0) saveState(namesState, names.join(" "));
};
/** Undefined where nothing is kept of builds. */
const openBuildCaches = async (inputs, facts, { layoutDir, laterDir, workspace }, access, log) => {
	const plan = planBuildCache(inputs, facts);
	if (plan === void 0 || laterDir === void 0) return void 0;
	const [{ createBuildCaches }, { createEntryCache }] = await Promise.all([import("./run-build-caches.js"), import("./store-entry-cache.js")]);
	const { signal } = access;
	const place = {
		folder: join(layoutDir, "kept"),
		laterDir,
		workspace,
		log,
		signal
	};
	return createBuildCaches(plan, {
		cache: createEntryCache(access),
		...place
	});
};

// src/token/git-auth.ts
/** The address of a context on a server; undefined for what is elsewhere, or no address. */
const toAddress = (context, server) => {
	const address = /^github\.com\//.test(context) ? `https://${context}` : context;
	if (!URL.canParse(address)) return void 0;
	const url = new URL(address);
	return url.protocol === server.protocol && url.host === server.host ? url : void 0;
};
/**
* The token by which BuildKit fetches contexts in Git, under the name that it has for one server. It is
* nobody else's: BuildKit sends it to that server alone.
*
* @param contexts of one build
*/
const toGitAuth = (apiUrl, contexts, credentials) => {
	const server = new URL(toServerUrl(apiUrl));
	const owners = contexts.flatMap((context) => {
		const [, owner] = toAddress(context, server)?.pathname.split("/") ?? [];
		return owner === void 0 ? [] : [owner.toLowerCase()];
	});
	if (owners.length === 0) return [];
	const [only] = credentials;
	const found = credentials.length === 1 ? only : credentials.find(({ scope }) => scope && owners.includes(scope.owner.toLowerCase()));
	return found === void 0 ? [] : [{
		id: `GIT_AUTH_TOKEN.${server.host}`,
		value: found.token
	}];
};

// src/commands/run-secrets.ts
/** What builds may have, and what ends with them. */
const toSecrets = (inputs, token, { cacheEnv }) => {
	const { credentials, secretId, secrets, isTrusted } = inputs;
	return {
		ids: [...credentials.kind === "none" ? [] : [secretId], ...secrets.map(({ id }) => id)],
		take: async (contexts) => {
			const taken = await token.take();
			if (taken === void 0) return secrets;
			const { value, credentials } = taken;
			const git = toGitAuth(inputs.apiUrl, contexts, credentials);
			const own = [{
				id: secretId,
				value
			}, ...secrets];
			return [...own, ...git.filter(({ id }) => !own.some((other) => other.id === id))];
		},
		close: token.close,
		cacheEnv: isTrusted ? cacheEnv : {}
	};
};
/** What Git LFS keeps of the repository is fetched with the builds' token, where there is one. */
const takeFilesToken = async (token, { apiUrl }, { repository = "" }) => {
	const taken = await token.take();
	const address = `${toServerUrl(apiUrl)}/${repository}`;
	return taken && toGitAuth(apiUrl, [address], taken.credentials)[0]?.value;
};

// src/commands/run.ts
const toCacheAccess = ({ env, tempDir, cacheEnv }, { log, mask, signal }) => ({
	env: {
		...env,
		RUNNER_TEMP: tempDir
	},
	variables: cacheEnv,
	mask,
	debug: log.debug,
	signal
});
const toHistory = ({ targets, lastTimes }) => ({
	targets: toRemembered(targets).map(({ name }) => name),
	before: lastTimes ?? []
});
/** So long the first builds may have the cores to themselves, as all of a small step waits for them. */
const aheadMs = 500;
/** Whether nodes can get nothing before a build has ended. */
const beginsWithBuilds = ({ targets, images, pulls, archived, nodeFiles }) => targets.length > 0 && [
	images,
	pulls,
	archived,
	nodeFiles.files
].every(({ length }) => length === 0);
const runWith = async (api, inputs, context, front, booted) => {
	try {
		var _usingCtx$1 = _usingCtx();
		const { log, signal } = front;
		const { env, recordingFolder: folder } = context;
		const command = createDocker(env, signal);
		const cache = toCacheAccess(context, front);
		const token = _usingCtx$1.a(createBuildToken({
			...front,
			inputs,
			log: log.line,
			warn: log.warning,
			childEnv: env
		}));
		const takeToken = () => takeFilesToken(token, inputs, context);
		const facts = await gather(command, api, inputs, {
			...context,
			takeToken
		}, cache);
		await remark(inputs, facts, log);
		const plan = planRun(inputs, facts);
		refuseUnknownLimits(inputs, facts);
		if (inputs.isDryRun) return {
			kind: "planned",
			plan
		};
		refuseShortage(plan, context.runAttempt, log);
		remarkOnLoads(facts, log);
		await booted;
		const { cluster, clusterName, createCluster } = inputs;
		const built = Promise.withResolvers();
		const record = (after) => {
			if (folder === void 0) return void 0;
			if (cluster !== "containerd") return beginRecording({
				clusterName,
				folder,
				childEnv: env,
				line: log.line,
				after
			});
			log.line("The post step will not diagnose: with cluster: containerd there is no node to ask.");
		};
		const ahead = beginsWithBuilds(facts) ? within(built.promise, aheadMs, void 0) : Promise.resolve();
		let finishRecording = createCluster === void 0 ? record(ahead) : void 0;
		let known = facts;
		const planAgain = async () => {
			known = await gatherNodes(api, inputs, {
				...context,
				takeToken
			}, cache, facts);
			finishRecording = record(Promise.resolve());
			await remarkOnManifests(inputs, known, log);
			return planRun(inputs, known).steps;
		};
		const buildCaches = await openBuildCaches(inputs, facts, context, cache, log);
		const report = await runPlan(inputs, facts, plan, {
			docker: {
				command,
				api,
				engine: facts.engine
			},
			secrets: toSecrets(inputs, token, context),
			log,
			run: {
				...context,
				id: context.runId,
				cache,
				buildCaches,
				signal,
				saveClusterState: (state) => front[state === "making" ? "announce" : "saveState"](clusterState, state),
				announceKubeconfig: (path) => front.announce(kubeconfigState, path)
			},
			tempRoot: context.tempRoot,
			planAgain,
			onBuilt: built.resolve
		});
		built.resolve();
		if (!signal.aborted) await finishRecording?.(toLoaded(report));
		const mark = await buildCaches?.finish();
		if (mark !== void 0) front.saveState(layersState, mark);
		const history = toHistory(facts);
		const compared = compareImages(report, history.targets, facts.lastImages);
		const excesses = checkImageLimits(compared, inputs.imageLimits);
		const failure = signal.aborted ? signal.reason : toFailure$1(report);
		if (failure === void 0 && (excesses.length === 0 || inputs.imageLimits.isWarning)) leaveNames(facts, report, history, context, front);
		const { files: nodeFiles } = known.nodeFiles;
		const { clusterLogs } = context;
		return {
			kind: "run",
			report,
			history,
			nodeFiles,
			compared,
			excesses,
			clusterLogs,
			failure
		};
	} catch (_) {
		_usingCtx$1.e = _;
	} finally {
		await _usingCtx$1.d();
	}
};
/**
* Builds and loads what the inputs ask for, or says what it would do.
*
* @throws {Failure} when nothing could be begun; what went wrong later is in the result
*/
const run = (inputs, context, front) => {
	const { existingBuilder } = inputs;
	const named = existingBuilder === void 0 ? {} : { BUILDX_BUILDER: existingBuilder };
	const env = {
		...context.env,
		...named
	};
	return withEngineApi(createDocker(env, front.signal), (api) => withBuilder(inputs, api, {
		...context,
		env
	}, front, async (place, booted) => {
		const swept = inputs.builder !== void 0 && !inputs.isDryRun && removeLeftBuilders(createDocker(env), api, Date.now()).catch(() => {});
		return runWith(api, inputs, place, front, booted).finally(() => swept);
	}));
};

// src/commands/run-in-place.ts
/** Gives a command a place of its own, which goes with it. */
const withPlace = async (inputs, surroundings, front, command) => {
	const runId = randomBytes(8).toString("hex");
	const left = leftoversOf(surroundings, runId);
	const { tempDir, layoutDir, clusterLogs } = left;
	front.announce(runIdState, runId);
	front.announce(mainState, `${process.pid}-${startOf$1(process.pid)}`);
	const roomyDir = findRoomyDir(surroundings.tempDir);
	if (roomyDir !== surroundings.tempDir) removeLeftFolders(roomyDir, Date.now());
	try {
		makeTempDir(tempDir);
		makeTempDir(layoutDir);
		const childEnv = {
			...surroundings.childEnv,
			[runVariable]: runId
		};
		const env = prepareConfig(childEnv, tempDir, front.log.line);
		const { credentials, secrets, comment } = inputs;
		if (credentials.kind !== "none" || secrets.length > 0 || comment?.token !== void 0) await forbidCoreDumps(env);
		const { tempDir: tempRoot, isRecorded = true } = surroundings;
		const recordingFolder = isRecorded ? left.recordingFolder : void 0;
		const folders = {
			tempDir,
			layoutDir,
			laterDir: isRecorded ? left.laterDir : void 0,
			tempRoot,
			recordingFolder,
			clusterLogs
		};
		return await command({
			place: {
				...surroundings,
				...folders,
				runId,
				env
			},
			front
		});
	} finally {
		for (const folder of [tempDir, layoutDir]) rmSync(folder, {
			recursive: true,
			force: true
		});
	}
};
/** A whole run, or a report alone, in a place of its own. */
const runInPlace = (inputs, surroundings, front) => withPlace(inputs, surroundings, front, async ({ place }) => {
	if (inputs.mode !== "report") return run(inputs, place, front);
	const { report } = await import("./commands-report.js");
	return report(inputs, place, front);
});
/** A run fails for the first image that is beyond its limit, unless that is to be a warning. */
const toExcessFailure = ({ imageLimits }, { excesses }) => {
	const [first] = imageLimits.isWarning ? [] : excesses;
	return first && new Failure(first.message, { location: first.location });
};
/** What is beyond its limit, but for what the run fails with. */
const findOtherExcesses = ({ excesses }, failure) => excesses.filter(({ message }) => !(failure instanceof Failure && failure.message === message));

// src/commands/actions/lists.ts
const ofModes = /* @__PURE__ */ new Map([["diagnose", "findings"], ["doctor", "checks"]]);
/**
* Sets what such a mode comes to, before it can fail: `fromJSON` of an output that is missing ends the job.
* What it finds is set later, and the runner takes the last.
*/
const beginLists = ({ mode }, { output }) => {
	const name = ofModes.get(mode?.trim());
	if (name !== void 0) output(name, "[]");
};
/**
* The lists of a run, with nothing in them where nothing came of it. Where nobody could read what was asked
* for, all are there.
*/
const toLists = (inputs, imageReport, volumes) => ({
	...(inputs?.imageReport !== "false" || inputs.mode === "report") && { "image-report": imageReport },
	...inputs?.nodeFiles.length !== 0 && { volumes }
});

export { LostLayerFailure, beginLists, beginUnpacking, buildImage, catalog, checkImageLimits, commonFolder, compareImages, compareReports, compareWithUsual, createExportLayers, createLinkCheck, createProgress, documentsProgram, dropName$1 as dropName, dropVolumes, emptyReport, escapeTemplate, executeIn, expand$1 as expand, fewBytes$1 as fewBytes, findDockers, findFilesystems, findGate, findImage, findImages, findInNode, findLargest, findOtherExcesses, findOthers$1 as findOthers, findOverlap, findRoot$1 as findRoot, findSecretMounts, findTargetObjection, fixOf, freedOf, groupForHelpers, hasLayer, hideTokens, inspectNode, inspectVolumes, isAboutAnother, isForFolder, isLike, isMap, isNoSpace, isOfKo, isPlaceholder, isStale, isTold, joinManifests, judgeRestore, loadDirectly, localDelete, longestSpecial, measureImage, measureLayout, noTar, openMemoryFile, outcomesOf, parseCacheLayers, parseHeader, parseInstructions, parsePax, pinVolumes, placeTrees, planMethod, planView, prepareLayout, readAllow, readBlob, readClaimed, readDockerfile, readLayout, readPlacement, readQuietly$1 as readQuietly, readTerms, readVolumes, reasonFor, refuseUnknownNames, renderBecause, renderBriefly, renderChange, renderEndedToken, renderEvent, renderEvidence, renderFinding, renderGrowth, renderMatchPlace, renderParts$1 as renderParts, renderPath, renderPlace$1 as renderPlace, renderProof, renderSaid, renderSum, renderUnloaded, renderWaiting, restoringBuilds, runHelper, runInPlace, runJobs, shortenInstruction, show, sizeOfBlob, startRegistry, storeFolders, toAnnotations, toAssignments, toBakeFiles, toBakeWords, toBlobPath, toCached, toChainIds, toContainerImage, toContexts, toExcessFailure, toFailure$1 as toFailure, toFilesHelper, toFilesImage, toFingerprint, toGrowths, toHelperRequest, toImageReportOutput, toImageReports, toInstruction, toLayers, toLayoutFolder, toLists, toManifest, toMountStart, toMounts, toOutputs, toProblems, toQuotedWords, toRate, toRestoreKey, toScope, toStat, toTreeCommands, toTreeDigest, toTreeId, toUncached, toUnread, toUsableCache, toVolume, toWholeBlobs, toWordText, tokenPatterns, trimPrefix, usualPlatform, withPax, withPlace, withoutFurther, withoutTag };