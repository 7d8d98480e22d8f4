import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { couldBeId, execute, isDigest, isImageId, isWarning, parseImageReference, readRegularFile, runContainer, toCriName, toDigest, toHex, toImmutable, toNodeNames, toReferences, toRepository } from "./shared.actions-post.actions-step.recorder.js";
import { askCache, findNearestWord, formatBytes, formatCount, formatDuration, parseQuantity, runLabel, toContextFolder, toEntries as toEntries$2, toFields, toFolderId, toLayerIds, toLine as toLine$1, toRemembered, toTextMap, toTexts } from "./shared.actions-post.actions-step.js";
const { Readable, pipeline } = process.getBuiltinModule("node:stream");
const zlib = process.getBuiltinModule("node:zlib"); const { constants, deflateRawSync } = process.getBuiltinModule("node:zlib");
const { createHash, randomBytes, randomUUID } = process.getBuiltinModule("node:crypto");
const { closeSync, constants: constants$1, createReadStream, createWriteStream, existsSync, lstatSync, openSync, readFileSync, readdirSync, statSync, statfsSync, unlinkSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { basename, dirname, join, posix, resolve } = process.getBuiltinModule("node:path");
const { pipeline: pipeline$1 } = process.getBuiltinModule("node:stream/promises");
const { link, lstat, mkdir, open, opendir, rename, rm, stat, statfs } = process.getBuiltinModule("node:fs/promises");

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
	return {
		args: Object.fromEntries(args.map(([name, value]) => [name, unescapeTemplate(value)])),
		target: text(definition["target"]) || void 0,
		contexts: Object.keys(definition["contexts"] ?? {}),
		platform: toTexts(definition["platforms"])[0] ?? usualPlatform
	};
};

// src/host/memory-file.ts
/** Where anonymous files are, as /proc tells of them. */
const memoryFolder = "/dev/shm";
/** O_TMPFILE: a file that never has a name. Node's constants lack it; Linux's own value. */
const withoutName = 4194304 | constants$1.O_DIRECTORY;
const openNameless = () => {
	try {
		return openSync(memoryFolder, withoutName | constants$1.O_RDWR, 384);
	} catch {
		const path = `${memoryFolder}/slipway-${randomBytes(16).toString("hex")}`;
		const flags = constants$1.O_RDWR | constants$1.O_CREAT | constants$1.O_EXCL | constants$1.O_NOFOLLOW;
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
const explain$1 = (error) => {
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
		throw explain$1(error);
	}
};

// src/image/contents/path.ts
/** Folders that a path is in, the topmost first; the top itself has no name and is not among them. */
const foldersAbove = (path) => {
	const folders = [];
	for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) folders.push(path.slice(0, at));
	return folders;
};
/** The topmost folder that a path is in and that is one of those. */
const findFolderAbove = (path, isOne) => {
	for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
		const folder = path.slice(0, at);
		if (isOne(folder)) return folder;
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
const longest$5 = 8192;
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
			if (text.length > longest$5 && !isRaw) throw new Error("too long");
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
const expand = (source, escapeSign, lookup) => source.length > longest$5 ? void 0 : attempt(() => readText(source, {
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
const toInstruction$1 = (text, escapeSign, line) => {
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
const isList$1 = (text) => {
	return (text.startsWith("[") ? attempt(() => JSON.parse(text)) : void 0)?.every((word) => typeof word === "string") ?? false;
};
const mayHaveHeredocs = (instruction, escapeSign) => {
	const { keyword, rest } = instruction.keyword === "onbuild" ? toInstruction$1(instruction.rest, escapeSign, 0) : instruction;
	return /^(?:add|copy|run)$/.test(keyword) && !isList$1(rest);
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
		const instruction = toInstruction$1(text, escapeSign, line);
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

// src/build/dockerfile/sources.ts
const isList = (value) => Array.isArray(value) && value.every((each) => typeof each === "string");
const toWords = (rest, escapeSign) => {
	const list = rest.startsWith("[") ? attempt(() => JSON.parse(rest)) : void 0;
	return isList(list) ? list : toQuotedWords(rest, escapeSign);
};
const isElsewhere = (source) => source.startsWith("<<") || /^(?:https?|git|ssh):\/\/|^git@/i.test(source);
/** As written, variables and all. */
const toWritten = ({ keyword, flags, rest }, escapeSign) => {
	if (keyword === "copy" || keyword === "add") return flags.some((flag) => flag.startsWith("--from=")) ? [] : toWords(rest, escapeSign).slice(0, -1).filter((source) => !isElsewhere(source));
	if (keyword !== "run") return [];
	return flags.flatMap((flag) => {
		const options = flag.startsWith("--mount=") ? toFields(flag.slice(8)) : void 0;
		if (options === void 0 || options.has("from") || (options.get("type") ?? "bind") !== "bind") return [];
		return [options.get("source") ?? options.get("src") ?? "."];
	});
};
/** Paths of a context begin at its top, also with `/` or `../` before them. */
const tidy$1 = (path) => {
	const tidied = posix.normalize(`/${path}`).slice(1).replace(/\/$/, "");
	return tidied === "" ? "." : tidied;
};
const setVariables = ({ rest }, escapeSign, given, variables) => {
	for (const word of toQuotedWords(rest, escapeSign)) {
		const [, name = "", sign = "", text = ""] = /^([^=]*)(=?)(.*)$/s.exec(word) ?? [];
		const value = given[name] ?? (sign === "" ? void 0 : expand(text, escapeSign, (key) => variables.get(key)));
		if (value !== void 0) variables.set(name, value);
	}
};
/**
* What all stages take of the build context, needed or not.
*
* @returns undefined where a name cannot be known
*/
const findContextSources = (dockerfile, { args }) => {
	const { escapeSign, instructions } = parseInstructions(dockerfile);
	const variables = new Map(Object.entries(args));
	const sources = [];
	for (const given of instructions) {
		const instruction = given.keyword === "onbuild" ? toInstruction$1(given.rest, escapeSign, given.line) : given;
		const { keyword, line } = instruction;
		if (keyword === "arg" || keyword === "env") setVariables(instruction, escapeSign, keyword === "arg" ? args : {}, variables);
		for (const written of toWritten(instruction, escapeSign)) {
			let isKnown = true;
			const lookup = (name) => {
				isKnown &&= variables.has(name);
				return variables.get(name);
			};
			const path = expand(written, escapeSign, lookup);
			if (path === void 0 || !isKnown) return void 0;
			sources.push({
				path: tidy$1(path),
				line
			});
		}
	}
	return sources;
};

// src/build/walk-context.ts
/** From here on a context is worth a look. */
const largeContextBytes = 1e8;
/** More than that takes longer than the answer is worth. */
const mostEntries$1 = 2e5;
const listFolder = async (path, most) => {
	const entries = [];
	for await (const entry of await opendir(path)) {
		if (entries.length >= most) break;
		entries.push(entry);
	}
	return entries;
};
/**
* All files of a folder; no link is followed.
*
* @param isLeftOut whether nobody needs to look into a folder, or at a file
* @param isLate whether it has taken too long
* @returns undefined where there are too many, or it takes too long
*/
const walkContext = async (root, isLeftOut, isLate) => {
	const files = [];
	const folders = /* @__PURE__ */ new Map();
	const open = [""];
	let entries = 0;
	for (let folder = open.pop(); folder !== void 0; folder = open.pop()) {
		const found = await listFolder(join(root, folder), mostEntries$1 - entries).catch(() => []);
		entries += found.length;
		if (entries >= mostEntries$1) return void 0;
		folders.set(folder, new Set(found.map(({ name }) => name)));
		for (const entry of found) {
			if (isLate()) return void 0;
			const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
			if (isLeftOut(path, entry.isDirectory())) continue;
			if (entry.isDirectory()) open.push(path);
			else if (entry.isFile()) {
				const bytes = await lstat(join(root, path)).then(({ size }) => size, () => 0);
				files.push({
					path,
					bytes
				});
			}
		}
	}
	return {
		files,
		folders
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
const isWithin$1 = (path, folder) => `${path}/`.startsWith(`${folder}/`);
/** Why files cannot be put at a path of a node, whatever the node is; undefined where they can. */
const findTargetObjection = (target) => {
	const names = target.split("/").slice(1);
	if (!targetPattern.test(target) || names.some((name) => /^\.{1,2}$/.test(name))) return "the path on the node must be absolute, of letters, digits and _ @ + . -, as in /var/local/models";
	if (target.length > 200 || (names.at(-1) ?? "").length > 80) return "the path on the node is too long: at most 200 characters, its last name 80";
	if (systemPattern.test(target)) return "that path is in the node's own image or in its memory, where nothing stays. Take one below /var, such as /var/local/models";
	const owner = foreign.find((folder) => isWithin$1(target, folder) || isWithin$1(folder, target));
	if (owner !== void 0) return `${owner} belongs to the node's own programs and its pods. Take another path, such as /var/local/models`;
};
/** Pairs of which one is the other, or is in it. */
const findOverlap = (all, { target }) => all.find((other) => isWithin$1(target, other.target) || isWithin$1(other.target, target));

// src/build/exports.ts
/** Whether the builder can write its cache to another place than the image. */
const canExportCache = ({ driver, hasContainerdStore }) => driver !== "docker" || hasContainerdStore;
/** Why it cannot. */
const classicStore = "the docker driver cannot export its cache from the classic image store";
/** The names of targets with an entry of some kind. */
const findNames$1 = (targets, word, isMeant) => targets.filter(({ bake }) => toEntries$2(bake.definition[word]).map(toFields).some(isMeant)).map(({ name }) => name);
/** Targets whose images shall have attestations, by their names. */
const findAttested = (targets) => findNames$1(targets, "attest", (fields) => fields.get("disabled") !== "true");
/** The same of annotations. */
const findAnnotated = (targets) => targets.filter(({ bake }) => toEntries$2(bake.definition["annotations"]).length > 0).map(({ name }) => name);
/**
* Requires that the builder can do what `cache-to` says.
*
* @throws {Failure} before anything is built, as every one of these builds would fail
*/
const requireCacheExport = (targets, facts) => {
	if (canExportCache(facts)) return;
	const names = findNames$1(targets, "cache-to", (fields) => {
		const type = fields.get("type") ?? "registry";
		return type !== "inline" && (type !== "gha" || facts.hasCacheService);
	});
	if (names.length === 0) return;
	throw new Failure(`cache-to of ${names.join(", ")}: ${classicStore}`, { remedy: "Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, write type=inline (or `cache: inline`), or set `bake-set: '*.cache-to='`." });
};

// src/image/sources/layout-root.ts
/** containerd takes no larger manifests and configs. */
const largestBlob = 8e6;
/** Where an OCI layout has a blob. What is no digest could name any file. */
const toBlobPath = (folder, digest) => {
	if (!isDigest(digest)) throw new Error(`${JSON.stringify(digest)} is no digest`);
	return join(folder, "blobs", "sha256", toHex(digest));
};
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
/** Attestations are for no platform. */
const pickOne = (manifests) => {
	const images = manifests.filter(({ platform }) => platform?.os !== "unknown");
	const [first] = images;
	if (first !== void 0 && images.length === 1) return first.digest;
	throw new Error(`it has ${images.length} images, not one`);
};
/**
* Finds the manifest of the image in an OCI layout.
*
* @param reported the digest that buildx reports of a build with further outputs: it writes that into
*   `index.json`, be it another output's
*/
const findManifest = (folder, reported) => {
	const index = readRegularFile(join(folder, "index.json"), largestBlob).toString("utf8");
	const named = pickOne(JSON.parse(index).manifests ?? []);
	const root = named === reported && !existsSync(toBlobPath(folder, named)) ? findRoot(folder) : named;
	const { manifests } = JSON.parse(readBlob(folder, root));
	return manifests === void 0 ? root : pickOne(manifests);
};

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

// src/cluster/capacity.ts
/** What kubelet takes where its configuration says nothing. */
const defaultEvicts = {
	"nodefs.available": "10%",
	"imagefs.available": "15%",
	"nodefs.inodesFree": "5%",
	"imagefs.inodesFree": "5%"
};
const defaultCollectsAbove = 85;
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
const toKubelet = (printed) => {
	const [, config] = printed.split(/^kubelet\n/m);
	if (config === void 0) return void 0;
	const written = [...config.matchAll(/^ +([\w.]+): {0,9}"?([^"\n]*)"?$/gm)].map(([, signal = "", threshold = ""]) => [signal, threshold]);
	const collects = /^imageGCHighThresholdPercent: *(\d+)$/m.exec(config)?.[1];
	return {
		/** Below which it evicts pods, such as `nodefs.available` to `10%`. */
		evicts: config.includes("evictionHard:") ? Object.fromEntries(written) : defaultEvicts,
		/** Percent of use of the disk above which it removes images that no container runs. */
		collectsAbove: collects === void 0 ? defaultCollectsAbove : Number(collects)
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
		/** Every layer that caps it; {@link findTightest} has the one that counts. */
		bounds,
		/** The filesystem of `/var`, where images and pods are; undefined where the node does not tell. */
		disk: parseDisk(lineOf(printed, "disk"), isLocalDaemon),
		/** The second number of the node's version of Kubernetes; undefined where nobody knows. */
		kubernetesMinor: parseMinor(lineOf(printed, "kubernetes")),
		/** Undefined where nobody knows. */
		kubelet: toKubelet(printed)
	};
};
const timeoutMs$3 = 1e4;
/** The script that prints a node's capacity. */
const readCapacityScript = () => readFileSync(new URL("./in-node/capacity.sh", import.meta.url), "utf8");
const findNodeCapacity = async (api, node, { engine, isLocalDaemon }) => {
	const argv = [
		"bash",
		"-c",
		readCapacityScript()
	];
	const [inspected, printed, above] = await Promise.all([
		api.get(`/containers/${node.containerId}/json`).catch(() => void 0),
		execute(api, node.containerId, argv, timeoutMs$3).catch(() => ""),
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
/** Where containerd keeps all that it has in a node. */
const containerdFolder = "/var/lib/containerd";
/** The volume that kind gives a node, and the folder of its containerd: mostly one filesystem. */
const nodeFolders = ["/var", containerdFolder];
const askNode = `for folder in ${nodeFolders.join(" ")}; do
  echo "$(stat -L -c %d "$folder")" "$(stat -f -c '%S %b %a %c %d' "$folder")"
done
ctr --namespace=k8s.io images list --quiet`;
/** Reads the first lines that `askNode` prints. */
const parseNodeFolders = (printed, isHere) => nodeFolders.map((path, index) => {
	const disk = parseDisk(printed.split("\n")[index] ?? "", isHere);
	return disk && {
		...disk,
		path
	};
});
/** A node that cannot tell is no reason to fail: less is known, that is all. */
const inspectNode$1 = async (api, node, isHere) => {
	const argv = [
		"sh",
		"-c",
		askNode
	];
	const printed = await execute(api, node.containerId, argv, 1e4).catch(() => "");
	const [volume, containerd] = parseNodeFolders(printed, isHere);
	return {
		node,
		volume,
		containerd,
		images: printed.split("\n").slice(nodeFolders.length).filter(Boolean)
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
	const hasVolume = ({ mounts }) => mounts.some(({ destination, source }) => destination === "/var" && source.startsWith(`${dataRoot}/`));
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

// src/load/helper.ts
/** Where the helper sees the one folder that it mounts; its scripts know it, too. */
const mountPoint$1 = "/slipway";
const readPart = (name) => readFileSync(new URL(`./helper/${name}`, import.meta.url), "utf8");
/** The program in Perl that our scripts speak with containerd by. */
const containerdClient = () => readPart("containerd.pl");
/** Joins parts of our shell scripts, in the order in which they are given. */
const joinScript = (...parts) => parts.map((part) => readPart(`${part}.sh`)).join("\n");
/** Puts one image into the node in which it runs. */
const streamScript = () => {
	return joinScript(...[
		"record",
		"client",
		"source",
		"node",
		"names",
		"stage",
		"publish"
	], "entries", "receive", "stream");
};
/** A helper for nodes like this one, made from its image, in the words of Docker's API. */
const toHelperContainer = (node, { mountedFolder, socketFolder }, runId) => {
	const script = joinScript(...[
		"request",
		"record",
		"client",
		"source",
		"node",
		"names",
		"stage",
		"publish",
		"main"
	]);
	return {
		...toHelperBase(node, runId),
		Cmd: [
			"-c",
			script,
			"slipway",
			containerdClient()
		],
		HostConfig: {
			...helperHostConfig,
			PidMode: "host",
			Mounts: [mountFolder(mountedFolder, mountPoint$1), ...socketFolder === void 0 ? [] : [mountFolder(socketFolder, `${mountPoint$1}-containerd`)]]
		}
	};
};
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
			...mountFolder(folder, mountPoint$1),
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
const timeoutMs$2 = 3e4;
/**
* Asks a node for what it has. A name without a record answers the question whether the image is there, and
* nothing else is said then.
*
* @param names for their records; none for all but records
* @throws {Failure} when the node does not answer
*/
const inspectNode = async (api, node, names) => {
	const command = [
		"bash",
		"-c",
		joinScript("record", "client", "inspect"),
		"bash",
		containerdClient(),
		...names
	];
	return parseNodeState(await execute(api, node.name, command, timeoutMs$2));
};

// src/image/contents/tar/header.ts
const noTar = (why) => new Failure(`A layer is no tar archive: ${why}`);
/** Up to the first NUL. */
const toText$1 = (block, from, length) => {
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
	const text = toText$1(block, from, length).trim();
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
	const name = toText$1(block, 0, 100);
	const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? toText$1(block, 345, 155) : "";
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
		linkName: toText$1(block, 157, 100),
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

// src/image/contents/tar/cut-tar.ts
/** Go's reader, and so every builder of images, takes no longer names and records. */
const longestSpecial = 1048576;
/** One image may have so many files, and each of them a few headers. */
const mostHeaders = 1e7;
/** Kinds that have no content, whatever size their header says: links, folders, devices. */
const isWithoutContent = (type) => /^[1-6]$/.test(type);
const withoutNul = (bytes) => bytes.toString("latin1").replace(/\0.*$/s, "");
/**
* Cuts an archive into its files, with as much memory as its longest name. The library for it would keep a
* header of any length in memory, and makes text of names that are bytes.
*/
const createTarCutter = ({ onEntry, onData, onEntryEnd }) => {
	const header = Buffer.alloc(512);
	let filled = 0;
	let position = 0;
	let headers = 0;
	let content = 0;
	let padding = 0;
	let isOver = false;
	let isInFile = false;
	let special;
	let sparse;
	let [name, linkName] = [];
	let records = /* @__PURE__ */ new Map();
	const pad = (bytes) => {
		padding = -bytes & 512 - 1;
	};
	const beginFile = (found) => {
		const storedBytes = isWithoutContent(found.type) ? 0 : found.storedBytes;
		onEntry({
			...found,
			storedBytes,
			offset: position
		});
		content = storedBytes;
		padding = (512 - storedBytes % 512) % 512;
		[name, linkName, records, sparse] = [
			void 0,
			void 0,
			/* @__PURE__ */ new Map(),
			void 0
		];
		isInFile = content > 0;
		if (!isInFile) onEntryEnd();
	};
	const beginSpecial = ({ type, storedBytes }) => {
		if (storedBytes > longestSpecial) throw new Failure(`A layer has a header of ${storedBytes} bytes`);
		special = {
			type,
			bytes: Buffer.alloc(storedBytes),
			filled: 0
		};
		pad(storedBytes);
		if (storedBytes === 0) endSpecial();
	};
	const endSpecial = () => {
		if (special === void 0) return;
		const { type, bytes } = special;
		special = void 0;
		if (type === "L") name = withoutNul(bytes);
		else if (type === "K") linkName = withoutNul(bytes);
		else if (type === "x") records = parsePax(bytes);
	};
	const takeHeader = () => {
		filled = 0;
		headers += 1;
		if (headers > 1e7) throw new Failure(`A layer has more than ${mostHeaders} headers`);
		if (sparse !== void 0) {
			if (header[504] === 0) beginFile(sparse);
			return;
		}
		if (header.every((byte) => byte === 0)) {
			isOver = true;
			return;
		}
		const plain = parseHeader(header);
		if (/^[LKxg]$/.test(plain.type)) {
			beginSpecial(plain);
			return;
		}
		const named = {
			...plain,
			name: name ?? plain.name,
			linkName: linkName ?? plain.linkName
		};
		const found = withPax(named, records);
		if (found.hasMoreHoles) sparse = found;
		else beginFile(found);
	};
	const take = (chunk, at) => {
		if (padding > 0 && content === 0 && special === void 0) {
			const taken = Math.min(padding, chunk.length - at);
			padding -= taken;
			return taken;
		}
		if (content > 0) {
			const piece = chunk.subarray(at, at + content);
			content -= piece.length;
			onData(piece);
			if (content === 0) {
				isInFile = false;
				onEntryEnd();
			}
			return piece.length;
		}
		if (special !== void 0) {
			const { bytes, filled: before } = special;
			const taken = chunk.copy(bytes, before, at, at + bytes.length - before);
			special.filled += taken;
			if (special.filled === bytes.length) endSpecial();
			return taken;
		}
		const taken = chunk.copy(header, filled, at, at + 512 - filled);
		filled += taken;
		return taken;
	};
	const write = (chunk) => {
		for (let at = 0; at < chunk.length;) {
			if (isOver) {
				position += chunk.length - at;
				return;
			}
			const taken = take(chunk, at);
			at += taken;
			position += taken;
			if (filled === 512) takeHeader();
		}
	};
	const end = () => {
		if (!isOver && !(filled === 0 && content === 0 && special === void 0 && !isInFile && sparse === void 0)) throw noTar("it ends in the middle of a file");
	};
	return {
		write,
		end
	};
};

// src/image/contents/tar/list-layer.ts
/** What rules compare is at least so large; below it, reading again costs as little. */
const leastHashed = 1e6;
/** Linux takes no longer one, so no container has it. */
const longestPath$2 = 4096;
/** Most filesystems give files whole blocks of it; an archive says nothing of that. */
const diskBlock = 4096;
/** Names that mark what is gone (OCI image spec, "Whiteouts"). */
const mark$1 = ".wh.";
const specialMark = ".wh..wh.";
const opaqueMark = ".wh..wh..opq";
/** A path below the layer's top. An absolute one is meant so, as everybody unpacks it. */
const toLayerPath = (name) => {
	const parts = name.split("/").filter((part) => part !== "" && part !== ".");
	if (name.length > longestPath$2 || name.includes("\0")) throw new Failure(`A layer has a path of ${name.length} characters`);
	if (parts.includes("..")) throw new Failure("A layer has a path that leads out of it");
	return parts.join("/");
};
const types$2 = {
	"0": "f",
	"1": "f",
	"2": "l",
	"3": "c",
	"4": "b",
	"5": "d",
	"6": "p",
	"7": "f",
	S: "f"
};
const toFolder = (path, inode) => ({
	path,
	type: "d",
	sizeBytes: diskBlock,
	diskBytes: diskBlock,
	mode: 493,
	uid: 0,
	gid: 0,
	mtime: `0.${"0".repeat(10)}`,
	inode,
	isWhiteout: false,
	isOpaque: false
});
/**
* Lists a layer's archive as the reader in a container lists the folder that it would be unpacked to.
*
* @param onFile hears of each file, and of each folder that a path alone tells of, so that there are not too many
*/
const createLayerListing$1 = (onFile) => {
	const entries = /* @__PURE__ */ new Map([["", toFolder("", "0:0")]]);
	const whiteouts = /* @__PURE__ */ new Set();
	const opaque = /* @__PURE__ */ new Set();
	const offsets = /* @__PURE__ */ new Map();
	const sizes = /* @__PURE__ */ new Map();
	const hashes = /* @__PURE__ */ new Map();
	let inodes = 0;
	let hashing;
	const nextInode = () => {
		inodes += 1;
		return `0:${inodes}`;
	};
	const provideParents = (path) => {
		for (const parent of foldersAbove(path)) {
			if (entries.has(parent)) continue;
			onFile();
			entries.set(parent, toFolder(parent, nextInode()));
		}
	};
	const forget = (path) => {
		offsets.delete(path);
		sizes.delete(path);
	};
	const addLink = (path, target) => {
		const found = entries.get(target);
		const [offset, size] = [offsets.get(target), sizes.get(target)];
		if (offset !== void 0) offsets.set(path, offset);
		if (size !== void 0) sizes.set(path, size);
		return found && {
			...found,
			path
		};
	};
	const addFile = (entry, path) => {
		const { storedBytes, realBytes, offset, mode, uid, gid, mtime } = entry;
		const type = types$2[entry.type] ?? "f";
		const sizeBytes = type === "f" ? realBytes ?? storedBytes : entry.linkName.length;
		if (type === "f" && realBytes === void 0 && entry.type !== "1") {
			offsets.set(path, offset);
			sizes.set(path, sizeBytes);
			if (sizeBytes >= leastHashed) hashing = {
				hash: createHash("sha256"),
				offset
			};
		}
		const diskBytes = Math.ceil((type === "f" ? storedBytes : 0) / diskBlock) * diskBlock;
		const about = {
			mode,
			uid,
			gid,
			mtime,
			inode: nextInode()
		};
		const flags = {
			isWhiteout: false,
			isOpaque: false
		};
		const folder = type === "d" ? {
			sizeBytes: diskBlock,
			diskBytes: diskBlock
		} : {};
		return {
			path,
			type,
			sizeBytes,
			diskBytes,
			...about,
			...flags,
			...folder
		};
	};
	const onEntry = (entry) => {
		onFile();
		if (types$2[entry.type] === void 0) return;
		const path = toLayerPath(entry.name);
		const slash = path.lastIndexOf("/");
		const [parent, last] = [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
		if (last === ".wh..wh..opq") {
			provideParents(path);
			opaque.add(parent);
			return;
		}
		if (path.split("/").some((name) => name.startsWith(".wh..wh."))) return;
		provideParents(path);
		if (last.startsWith(".wh.")) {
			const gone = last.slice(4);
			if (/^\.{0,2}$/.test(gone)) throw new Failure("A layer deletes what has no name");
			whiteouts.add(parent === "" ? gone : `${parent}/${gone}`);
			return;
		}
		if (path === "" && types$2[entry.type] !== "d") return;
		const target = entry.type === "1" ? toLayerPath(entry.linkName) : void 0;
		if (target === path) return;
		forget(path);
		const link = target === void 0 ? void 0 : addLink(path, target);
		entries.set(path, link ?? addFile(entry, path));
	};
	const cutter = createTarCutter({
		onEntry,
		onData: (piece) => void hashing?.hash.update(piece),
		onEntryEnd: () => {
			if (hashing !== void 0) hashes.set(hashing.offset, hashing.hash.digest("hex"));
			hashing = void 0;
		}
	});
	const finish = () => {
		cutter.end();
		const reset = (path) => {
			const folder = entries.get(path);
			if (folder?.type === "d") entries.set(path, {
				...folder,
				isOpaque: true
			});
		};
		for (const path of opaque) reset(path);
		for (const path of whiteouts) if (entries.has(path)) reset(path);
		else {
			const gone = {
				...toFolder(path, nextInode()),
				sizeBytes: 0,
				diskBytes: 0
			};
			entries.set(path, {
				...gone,
				type: "c",
				isWhiteout: true
			});
		}
		return {
			entries: [...entries.values()],
			index: {
				offsets,
				sizes,
				hashes
			}
		};
	};
	return {
		write: cutter.write,
		finish
	};
};

// src/files/sources/links.ts
/** A name as it may be shown, whoever wrote it. */
const show$1 = (name) => `"${toLine$1(name, 100)}"`;
/** As Linux. */
const mostFollowed = 40;
/** Links may lead through links; all of them together should not take for ever. */
const mostSteps = 2e6;
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
		const refuse = (why) => new Failure(`The link ${show$1(link)} leads to ${show$1(target)}, ${why}`);
		if (target === "") throw refuse("which is nowhere");
		if (target.startsWith("/")) throw refuse("which is absolute");
		const at = link.split("/").slice(0, -1);
		const waiting = target.split("/").reverse();
		let followed = 0;
		for (let part = waiting.pop(); part !== void 0; part = waiting.pop()) {
			steps += 1;
			if (steps > mostSteps) throw new Failure("Its links lead through too many links");
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

// src/files/sources/oci/names.ts
/** What the node puts before a path has to fit, too: Linux takes 4,096 bytes. */
const longestPath$1 = 1024;
const longestName = 255;
/** Nobody nests deeper, and what walks up from each file should not take for ever. */
const deepest$2 = 64;
/** The same of an archive's, which are bytes, one a character. */
const showBytes = (name) => show$1(Buffer.from(name, "latin1").toString());
const refuse = (name, why) => new Failure(`The path ${show$1(name)} ${why}`);
/**
* A path as it may become one on a node: relative, without `.`, `..` and empty names.
*
* @param name text
* @returns empty for the top itself
* @throws {Failure} for what leads elsewhere, or is none
*/
const toTreePath = (name) => {
	if (Buffer.byteLength(name) > longestPath$1) throw refuse(name, `has more than ${longestPath$1} bytes`);
	if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) throw refuse(name, "has control characters");
	if (!name.isWellFormed()) throw refuse(name, "is no text");
	if (name.startsWith("/")) throw refuse(name, "is absolute");
	const parts = name.split("/").filter((part) => part !== "" && part !== ".");
	if (parts.includes("..")) throw refuse(name, "leads out of the folder");
	if (parts.length > deepest$2) throw refuse(name, `has more than ${deepest$2} folders`);
	if (parts.some((part) => Buffer.byteLength(part) > longestName)) throw refuse(name, `has a name of more than ${longestName} bytes`);
	return parts.join("/");
};
const decoder = new TextDecoder("utf-8", {
	fatal: true,
	ignoreBOM: true
});
/**
* Text of what an archive says, which is bytes.
*
* @param bytes one a character (latin1)
* @throws {Failure} for what is no UTF-8: elsewhere it would become another name
*/
const toText = (bytes) => {
	try {
		return decoder.decode(Buffer.from(bytes, "latin1"));
	} catch {
		throw new Failure(`The path ${showBytes(bytes)} is no UTF-8`);
	}
};

// src/files/sources/oci/listing.ts
/** The folder of a container image that has the files of a model (KServe's modelcars). */
const imageFolder = "models";
const isFile = (type) => type === "0" || type === "7";
const others = {
	"3": "a device",
	"4": "a device",
	"6": "a pipe",
	S: "a file with holes"
};
const isOfInterest = (path) => path === "models" || path.startsWith(`${"models"}/`);
const parentOf$1 = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const toContent = ({ storedBytes, mode }) => ({
	sizeBytes: storedBytes,
	isExecutable: (mode & 73) !== 0,
	sha256: ""
});
/** @returns what is at the path now, of which a file's content is still to be read */
const toItem = (entry, path, findTarget) => {
	const { type, linkName, realBytes } = entry;
	if (type === "5") return {
		kind: "folder",
		path
	};
	if (type === "2") return {
		kind: "link",
		path,
		target: toText(linkName)
	};
	if (type === "1") {
		const target = findTarget(linkName);
		if (target !== void 0 && target.kind !== "folder") return {
			...target,
			path
		};
		throw new Failure(`${show$1(path)} is a hard link to ${showBytes(linkName)}, of which nothing was read before it`);
	}
	if (isFile(type) && realBytes === void 0) return {
		kind: "file",
		path,
		content: toContent(entry)
	};
	const what = isFile(type) ? "a file with holes" : others[type] ?? `of the type ${show$1(type)}`;
	throw new Failure(`${show$1(path)} is ${what}`, { remedy: "Pack it without: nodes get folders, files and links." });
};
const contentOf = (entry, item) => isFile(entry.type) && item.kind === "file" ? item.content : void 0;
/** Lists an archive of an artifact, where all that is not plain is an error. */
const createArtifactListing = (onItem) => {
	const items = /* @__PURE__ */ new Map();
	const toPath = (name) => toTreePath(toText(name));
	return {
		add: (entry) => {
			onItem();
			const path = toPath(entry.name);
			if (path === "" && entry.type !== "5") throw new Failure("An archive has a file without a name");
			const item = toItem(entry, path, (name) => items.get(toPath(name)));
			const before = items.get(path);
			if (before !== void 0 && (before.kind !== "folder" || item.kind !== "folder")) throw new Failure(`An archive has ${show$1(path)} twice`);
			items.set(path, item);
			return contentOf(entry, item);
		},
		finish: () => ({
			items: [...items.values()],
			gone: /* @__PURE__ */ new Set(),
			opaque: /* @__PURE__ */ new Set()
		})
	};
};
/** Lists what a layer of an image has in the folder of models; what else it has is nobody's here. */
const createLayerListing = (onItem) => {
	const items = /* @__PURE__ */ new Map();
	const gone = /* @__PURE__ */ new Set();
	const opaque = /* @__PURE__ */ new Set();
	const addMark = (marks, path) => {
		if (path !== "" && !isOfInterest(path)) return;
		onItem();
		marks.add(toTreePath(toText(path)));
	};
	return {
		add: (entry) => {
			const name = toLayerPath(entry.name);
			const [parent, last] = [parentOf$1(name), name.slice(name.lastIndexOf("/") + 1)];
			if (last === ".wh..wh..opq") return addMark(opaque, parent);
			if (name.split("/").some((part) => part.startsWith(".wh..wh."))) return void 0;
			if (last.startsWith(".wh.")) {
				const hidden = last.slice(mark$1.length);
				if (/^\.{0,2}$/.test(hidden)) throw new Failure("A layer deletes what has no name");
				return addMark(gone, parent === "" ? hidden : `${parent}/${hidden}`);
			}
			if (!isOfInterest(name)) return void 0;
			onItem();
			const path = toTreePath(toText(name));
			const item = toItem(entry, path, (target) => items.get(toText(toLayerPath(target))));
			for (const folder of foldersAbove(path)) {
				if (items.has(folder)) continue;
				onItem();
				items.set(folder, {
					kind: "folder",
					path: folder
				});
			}
			items.set(path, item);
			return contentOf(entry, item);
		},
		finish: () => ({
			items: [...items.values()],
			gone,
			opaque
		})
	};
};

// src/files/sources/oci/store-files.ts
/** What stays free, for everybody else on that disk. */
const spareBytes = 256e6;
/** @param bytes that are left of the disk of a folder */
const createRoom = (bytes, folder) => {
	let left = bytes;
	return {
		take: (wanted, what) => {
			if (wanted > left) throw new Failure(`${what} has ${formatBytes(wanted)}, and ${folder} has room for ${formatBytes(left)}`, { remedy: "Free space on that disk, such as with `free-disk`." });
			left -= wanted;
		},
		give: (unused) => {
			left += unused;
		}
	};
};
const findRoom = async (folder) => {
	const { bavail, bsize } = await statfs(folder);
	return createRoom(Math.max(0, bavail * bsize - spareBytes), folder);
};
/** Neither blocks nor inodes are left. */
const explain = (folder) => (cause) => {
	if (cause.code !== "ENOSPC") throw cause;
	throw new Failure(`The disk of ${folder} is full`, { cause });
};
/** Files of a folder that are called by their digests: what others call them names nothing here. */
const createFileStore = (folder) => {
	const toPath = (sha256) => join(folder, sha256);
	/** Whether it is there: what has a digest's name is whole. */
	const has = async (sha256, sizeBytes) => {
		const found = await lstat(toPath(sha256)).catch(() => void 0);
		return found?.isFile() === true && found.size === sizeBytes;
	};
	/** A file that has no name yet: `keep` gives it one, and without that it goes. */
	const create = async () => {
		const draft = join(folder, `part-${randomUUID()}`);
		const handle = await open(draft, "wx", 384).catch(explain(folder));
		let isOpen = true;
		const close = async () => {
			if (isOpen) await handle.close();
			isOpen = false;
		};
		return {
			write: (bytes) => handle.writeFile(bytes).catch(explain(folder)),
			keep: async (sha256) => {
				await close();
				await rename(draft, toPath(sha256));
			},
			drop: async () => {
				await close();
				await rm(draft, { force: true });
			}
		};
	};
	return {
		has,
		create
	};
};

// src/files/sources/oci/tree.ts
/** As many files as one tree may have: nodes get each of them by its name. */
const mostItems = 1e5;
/** Counts what there is, from however many layers. */
const createCount = () => {
	let items = 0;
	return (more = 1) => {
		items += more;
		if (items > mostItems) throw new Failure(`It has more than ${mostItems} files`);
	};
};
/**
* Collects what several layers bring beside each other.
*
* @throws {Failure} where two of them have a file at the same path
*/
const collect$1 = (layers) => {
	const found = /* @__PURE__ */ new Map();
	const count = createCount();
	for (const items of layers) for (const item of items) {
		count();
		const other = found.get(item.path);
		if (other !== void 0 && (other.kind !== "folder" || item.kind !== "folder")) throw new Failure(`It has ${show$1(item.path)} twice`);
		found.set(item.path, item);
	}
	return found;
};
/**
* @throws {Failure} where something is in what is no folder, or a link leads out
*/
const toTree$1 = (items) => {
	const full = /* @__PURE__ */ new Set();
	for (const { path } of items.values()) for (const folder of foldersAbove(path)) {
		const above = items.get(folder);
		if (above !== void 0 && above.kind !== "folder") throw new Failure(`${show$1(path)} is in ${show$1(folder)}, which is no folder`);
		full.add(folder);
	}
	const check = createLinkCheck((path) => {
		const item = items.get(path);
		return item?.kind === "link" ? item.target : void 0;
	});
	const sorted = [...items.values()].toSorted((a, b) => a.path < b.path ? -1 : 1);
	const tree = {
		isFile: false,
		files: sorted.flatMap((item) => item.kind === "file" ? [{
			path: item.path,
			...item.content
		}] : []),
		links: sorted.flatMap((item) => {
			if (item.kind !== "link") return [];
			check(item.path, item.target);
			return [{
				path: item.path,
				target: item.target
			}];
		}),
		emptyFolders: sorted.flatMap(({ kind, path }) => kind === "folder" && path !== "" && !full.has(path) ? [path] : [])
	};
	if (tree.files.length > 0) return tree;
	throw new Failure("It has no files");
};

// src/image/contents/blobs/zstd-frames.ts
const read$2 = (bytes) => ({
	bytes,
	isRead: true
});
const pass = (bytes) => ({
	bytes,
	isRead: false
});
/** Bytes of a frame's header behind its first one, which tells of them. */
const countHeader = (about) => {
	const isSingle = (about & 32) !== 0;
	const window = isSingle ? 0 : 1;
	const dictionary = [
		0,
		1,
		2,
		4
	][about & 3] ?? 0;
	const size = [
		isSingle ? 1 : 0,
		2,
		4,
		8
	][about >> 6] ?? 0;
	return window + dictionary + size;
};
/** RFC 8878, 3.1. What is none of it, the unpacker refuses. */
function* walkFrames() {
	for (;;) {
		const magic = (yield read$2(4)).readUInt32LE(0);
		if (magic >= 407710288 && magic <= 407710303) yield pass((yield read$2(4)).readUInt32LE(0));
		else if (magic === 4247762216) {
			const [about = 0] = yield read$2(1);
			yield pass(countHeader(about));
			for (let isLast = false; !isLast;) {
				const block = (yield read$2(3)).readUIntLE(0, 3);
				isLast = (block & 1) === 1;
				yield pass((block >> 1 & 3) === 1 ? 1 : block >> 3);
			}
			if ((about & 4) !== 0) yield pass(4);
		} else yield pass(Number.POSITIVE_INFINITY);
		yield "end";
	}
}
/**
* Cuts what zstd has packed where its frames end: Node's unpacker drops, without a word, what comes behind
* the end of a frame in the same piece.
*/
async function* splitFrames(pieces) {
	const walk = walkFrames();
	const none = Buffer.alloc(0);
	let want = walk.next(none).value;
	let seen = none;
	let missing = want === "end" ? 0 : want.bytes;
	for await (const piece of pieces) {
		let [begin, at] = [0, 0];
		while (at < piece.length || missing === 0) {
			const taken = Math.min(missing, piece.length - at);
			if (want !== "end" && want.isRead) seen = Buffer.concat([seen, piece.subarray(at, at + taken)]);
			at += taken;
			missing -= taken;
			if (missing > 0) break;
			want = walk.next(seen).value;
			seen = none;
			missing = want === "end" ? 0 : want.bytes;
			if (want !== "end") continue;
			if (at > begin) yield piece.subarray(begin, at);
			begin = at;
		}
		if (at > begin) yield piece.subarray(begin, at);
	}
}

// src/image/contents/blobs/blob.ts
/** Type names of layers differ from what is in them, so their first bytes count, as for Docker. */
const sniff = (head) => {
	if (head.length < 4) return "tar";
	if (head.readUInt16BE(0) === 8075) return "gzip";
	const number = head.readUInt32LE(0);
	return number === 4247762216 || number >= 407710288 && number <= 407710303 ? "zstd" : "tar";
};
/**
* Opens a layer, without following a link.
*
* @throws {Failure} where there is no such file, or one of another size
*/
const openBlob = async (blob) => {
	const { file, start, sizeBytes, digest } = blob;
	const flags = constants$1.O_RDONLY | constants$1.O_NOFOLLOW | constants$1.O_NONBLOCK;
	const handle = await open(file, flags).catch((cause) => {
		throw new Failure(`The layer ${digest} cannot be read`, { cause });
	});
	try {
		const about = await handle.stat();
		if (!about.isFile() || sizeBytes === 0 || about.size < start + sizeBytes) throw new Failure(`The layer ${digest} has ${about.size} bytes in place of ${sizeBytes}`);
		const head = Buffer.alloc(4);
		await handle.read(head, 0, Math.min(4, sizeBytes), start);
		return {
			...blob,
			handle,
			packing: sniff(head)
		};
	} catch (error) {
		await handle.close();
		throw error;
	}
};
const unpackers = {
	gzip: () => zlib.createGunzip({ chunkSize: 131072 }),
	zstd: () => {
		if (zlib.createZstdDecompress === void 0) throw new Failure("A layer is packed with zstd, for which Slipway needs Node.js 24");
		return zlib.createZstdDecompress({ chunkSize: 131072 });
	}
};
const readRaw = ({ handle, start, sizeBytes }) => handle.createReadStream({
	start,
	end: start + sizeBytes - 1,
	autoClose: false,
	highWaterMark: 262144
});
/** What is packed, as it is read. Whoever leaves it before its end ends what unpacks it. */
const unpack = (packed, packing) => {
	if (packing === "tar") return packed;
	const unpacker = unpackers[packing]();
	if (packing === "gzip") pipeline(packed, unpacker, () => {});
	else pipeline(packed, splitFrames, unpacker, () => {});
	return unpacker;
};
/** The archive in a layer. */
const readArchive = (blob) => unpack(readRaw(blob), blob.packing);
const hashBlob = async (blob, signal) => {
	const hash = createHash("sha256");
	for await (const chunk of readRaw(blob)) {
		signal.throwIfAborted();
		hash.update(chunk);
	}
	return `sha256:${hash.digest("hex")}`;
};

// src/files/sources/oci/unpack-archive.ts
/** What is read and thrown away is bounded as well: it takes time, and a packed file may hold any number of zeros. */
const mostBytes$1 = 2e12;
/** The first bytes of a stream, and all of it. */
const peek = async (pieces, bytes) => {
	const source = pieces[Symbol.asyncIterator]();
	let head = Buffer.alloc(0);
	while (head.length < bytes) {
		const { value, done } = await source.next();
		if (done === true) break;
		head = Buffer.concat([head, value]);
	}
	async function* all() {
		try {
			yield head;
			yield* { [Symbol.asyncIterator]: () => source };
		} finally {
			await source.return?.();
		}
	}
	return {
		head,
		all: all()
	};
};
/** Writes what an archive has, one file after another, as the archive is cut. */
const createWriter = (listing, { store, room, has }) => {
	let acts = [];
	let draft;
	let current;
	let hash = createHash("sha256");
	const finish = async (content) => {
		content.sha256 = hash.digest("hex");
		const { sha256, sizeBytes } = content;
		if (has.has(sha256) || await store.has(sha256, sizeBytes)) {
			await draft?.drop();
			room.give(sizeBytes);
		} else await draft?.keep(sha256);
		draft = void 0;
	};
	const cutter = createTarCutter({
		onEntry: (entry) => {
			const content = listing.add(entry);
			current = content;
			if (content === void 0) return;
			room.take(content.sizeBytes, showBytes(entry.name));
			acts.push(async () => {
				draft = await store.create();
				hash = createHash("sha256");
			});
		},
		onData: (piece) => {
			if (current === void 0) return;
			acts.push(async () => {
				hash.update(piece);
				await draft?.write(piece);
			});
		},
		onEntryEnd: () => {
			const content = current;
			if (content !== void 0) acts.push(() => finish(content));
			current = void 0;
		}
	});
	return {
		write: async (piece) => {
			cutter.write(piece);
			for (const act of acts) await act();
			acts = [];
		},
		end: cutter.end,
		drop: async () => draft?.drop()
	};
};
/**
* Unpacks an archive while it comes. No name in it is used as one on this machine: files come to be called
* by their digests.
*
* @param unpackedDigest what the archive has to be, where somebody has said it
* @throws {Failure} for what is no archive, is not what was promised, or has what nodes do not get
*/
const unpackArchive = async (pieces, listing, target, unpackedDigest, signal) => {
	let isWhole = false;
	async function* watched() {
		yield* pieces;
		isWhole = true;
	}
	const { head, all } = await peek(watched(), 4);
	const archive = unpack(Readable.from(all), sniff(head));
	const hash = unpackedDigest === void 0 ? void 0 : createHash("sha256");
	const writer = createWriter(listing, target);
	let bytes = 0;
	try {
		for await (const piece of archive) {
			signal.throwIfAborted();
			bytes += piece.length;
			if (bytes > mostBytes$1) throw new Failure("It is too large once it is unpacked");
			hash?.update(piece);
			await writer.write(piece);
		}
		writer.end();
		if (!isWhole) throw new Failure("Something comes behind its end");
	} finally {
		await writer.drop();
	}
	const found = hash && `sha256:${hash.digest("hex")}`;
	if (found === unpackedDigest) return listing.finish();
	throw new Failure(`Unpacked it has the digest ${found}; ${unpackedDigest} was promised`);
};

// src/host/architecture.ts
/** In the words of images; where Docker's daemon is, it is this machine's, too. */
const architecture = {
	x64: "amd64",
	ia32: "386"
}[process.arch] ?? process.arch;

// src/image/image.ts
/** Chain IDs of layers, lowest first (OCI image spec, "Layer ChainID"). */
const toChainIds = (diffIds) => {
	const chain = [];
	for (const diffId of diffIds) {
		const parent = chain.at(-1);
		chain.push(parent === void 0 ? diffId : toDigest(`${parent} ${diffId}`));
	}
	return chain;
};

// src/image/own-names.ts
/**
* Of images that nobody ever named. No registry can be meant: without a port, `localhost` is nobody's
* in a node.
*/
const nameless$1 = {
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
	return digests.length > 0 ? digests : [toImmutable(nameless$1, image.Id)];
};
/** Whether Docker has an image without any name; with a name of ours it would lose it, too. */
const isNameless = (id, references) => references[0]?.canonical === toImmutable(nameless$1, id).canonical;
/** What a pod can use of an image that was given by its ID and has no name; undefined for others. */
const renderNameless = (id, references) => {
	const [name] = references;
	if (name === void 0 || !isNameless(id, references)) return void 0;
	return `${id} has no name in Docker; pods find it as ${name.given}.`;
};

// src/image/sources/docker.ts
const foldersOf$1 = ({ GraphDriver }) => {
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
	const folders = foldersOf$1(inspected);
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
const toUsers = (workloads) => workloads.flatMap(({ file, namespace, pulls, containers }) => containers.flatMap((container) => {
	const reference = parseImageReference(container.image);
	if (typeof reference === "string") return [];
	return [{
		...container,
		canonical: reference.canonical,
		file,
		namespace,
		pulls
	}];
}));
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
	const { name, image, pullPolicy, canonical, file, line } = user;
	return {
		message: `The container ${name} pulls ${image} from a registry, although this step loads it: ${pullPolicy === void 0 ? "without an imagePullPolicy, Kubernetes always pulls `latest` and untagged images" : "imagePullPolicy is Always"}. ${`Set imagePullPolicy: IfNotPresent${tagOf(canonical) === "latest" && pullPolicy === void 0 ? ", or use another tag than latest" : ""}.`}${renderSecretPull(user, facts)}`,
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
	const { name, image, canonical, file, line } = user;
	const twin = repositoryOf(canonical) !== repositoryOf(nearest.canonical) ? renderTwinPull(nearest.given, facts) : "";
	return {
		message: `The container ${name} uses ${image}, which this step does not load. It loads ${nearest.given}, a different image to Kubernetes. Use the same name in both places.${twin}`,
		location: {
			file,
			line
		}
	};
};
/** A name from elsewhere is loaded as it is written, also where the image that was built is meant. */
const toTwinWarning = (user, nearest) => {
	const { name, image, file, line } = user;
	return {
		message: `The container ${name} uses ${image}, which images-from takes from this file. The step also loads ${nearest.given}, a different image to Kubernetes. If that is meant, use the same name in both places; else leave ${image} as it is.`,
		location: {
			file,
			line
		}
	};
};
const toNameWarnings = (workloads) => workloads.flatMap(({ file, containers }) => containers.flatMap(({ name, image, line }) => {
	const reason = parseImageReference(image);
	if (typeof reason !== "string") return [];
	const why = image.trim() === image ? reason : "it has white space around it";
	return [{
		message: `Kubernetes refuses the image ${JSON.stringify(image.slice(0, 200))} of the container ${name}: ${why}.`,
		location: {
			file,
			line
		}
	}];
}));
/** What is wrong with the images that manifests name, going by what will be in the nodes. */
const checkImages = (workloads, given, facts = noPullFacts) => {
	const loaded = findLoaded(given);
	const users = toUsers(workloads);
	const used = new Set(users.map(({ canonical }) => canonical));
	const named = new Set(given.named?.map(({ canonical }) => canonical));
	const own = loaded.filter(({ canonical }) => !named.has(canonical));
	const warnings = users.flatMap((user) => {
		const nearest = findNearest(user.canonical, own, used);
		if (isLoaded(user.canonical, loaded)) {
			const isTwin = nearest !== void 0 && !isLoaded(user.canonical, own);
			return [...isPulled(user) ? [toPullWarning(user, facts)] : [], ...isTwin ? [toTwinWarning(user, nearest)] : []];
		}
		return nearest === void 0 ? [] : [toStrangerWarning(user, nearest, facts)];
	});
	return [...toNameWarnings(workloads), ...warnings];
};
/** The canonical names that containers use: whether they pull has been judged, each at its line. */
const findUsed = (workloads) => new Set(toUsers(workloads).map(({ canonical }) => canonical));
/**
* Whether some container that runs an image of these names asks for a GPU; undefined where none runs it, or
* one may be in what cannot be read.
*/
const asksForGpu = ({ workloads, warnings }, names) => {
	const users = toUsers(workloads).filter(({ canonical }) => isLoaded(canonical, names));
	if (users.some((user) => user.asksForGpu)) return true;
	return users.length === 0 || warnings.length > 0 ? void 0 : false;
};

// src/manifests/find-images.ts
/** More than a cluster for tests runs. */
const mostImages = 200;
/** Those that nodes do not get by themselves, each once, in the order of the manifests. */
const findOthers$1 = ({ images }, loaded) => {
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
	const found = findOthers$1(manifests, loaded).filter((image) => !isExcluded(image, exclude));
	if (found.length <= mostImages) return found;
	throw new Failure(`images-from: the manifests name ${found.length} images`, { remedy: `At most ${mostImages} are loaded. Name fewer files in manifests, or leave images out with images-from-exclude.` });
};
/** Where a name stands, as an editor opens it. */
const renderPlace$1 = ({ file, line }) => `${JSON.stringify(file).slice(1, -1)}:${line}`;
/** So many lines of a kind are told. */
const mostLines$1 = 20;
const cut = (lines, what) => lines.length <= mostLines$1 ? lines : [...lines.slice(0, mostLines$1), `images-from: ${lines.length - mostLines$1} more ${what}.`];
/** What the step takes from the manifests, and what it cannot know. */
const renderNamedImages = (named, { unknownImages }) => {
	const all = named.map((each) => `${each.reference.given} (${renderPlace$1(each)})`);
	const count = all.length === 1 ? "one image" : `${all.length} images`;
	const unknown = unknownImages.map((each) => `images-from: not ${renderPlace$1(each)}: ${each.why}.`);
	return [all.length === 0 ? "images-from: the manifests name no image that this step does not load anyway." : `images-from: the manifests name ${count} besides: ${all.join(", ")}.`, ...cut([...new Set(unknown)], "places may name an image")];
};
/** What pods pull from registries, where the step is not to load it; undefined where there is nothing. */
const renderOthers = (manifests, loaded) => {
	const pods = new Set(manifests.workloads.flatMap(({ containers }) => containers.map(({ image }) => image)));
	const others = findOthers$1(manifests, loaded).filter(({ reference }) => pods.has(reference.given));
	if (others.length === 0) return void 0;
	const names = others.slice(0, mostLines$1).map(({ reference }) => reference.given);
	const more = others.length > names.length ? ` and ${others.length - names.length} more` : "";
	return `Each node pulls what it lacks of ${names.join(", ")}${more}: pods use it, and this step does not load it. images-from: manifests does.`;
};

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
		case "load-mode": return `load-mode is ${because.mode}`;
		case "out-of-reach": return "links cannot reach the node";
		case "streaming-failed": return "streaming failed";
		case "direct-failed": return because.reason;
	}
};

// src/plan/disk.ts
const largestOf$1 = (sizes) => Math.max(0, ...sizes);
/** Images go from their builder through a folder into the nodes. */
const areLayouts = ({ targets }) => targets.some(({ output }) => output === "oci-layout");
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

// src/disk/prune-cache.ts
/** BuildKit deletes file after file. */
const timeoutMs$1 = 3e5;
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
	], { timeoutMs: timeoutMs$1 });
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

// src/plan/steps.ts
const toStep = (id, work, order = {}) => ({
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
const renderParts$1 = (needs) => needs.map((need) => `${nameNeed(need)} ${formatBytes(need.bytes)}`).join(" + ");
/** A filesystem with what it has to take. */
const renderSum = ({ filesystem, needs, neededBytes, freeableBytes }) => {
	const need = needs.length === 0 ? "" : `; needed: ${formatBytes(neededBytes)}`;
	const parts = needs.length < 2 ? "" : ` = ${renderParts$1(needs)}`;
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
		return `${renderFilesystem(sum.filesystem)}. Needed: ${formatBytes(sum.neededBytes)} (${renderParts$1(sum.needs)}); available: ${has.join(" + ")}`;
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
const nameOf$1 = ({ step }) => {
	if (step.kind === "build") return step.target.name;
	return step.kind === "load" || step.kind === "analyse" ? step.names.join(", ") : step.id;
};
const toProblems = ({ outcomes }) => outcomes.filter(({ state }) => state === "failed").map((outcome) => {
	const { error } = outcome;
	const location = error instanceof Failure ? error.location : void 0;
	const isClusters = /^(?:create|await)-cluster$/.test(outcome.step.kind);
	return {
		name: nameOf$1(outcome),
		error,
		location,
		isClusters
	};
});
/** A build that failed begins with its own name, and a cluster has it in its sentence. */
const renderProblem = ({ name, error, isClusters }) => {
	const text = renderError(error);
	return isClusters || text.startsWith(`${name}: `) ? text : `${name}: ${text}`;
};
/** All but the first, whose location is that of the step's own error, as far as they have one. */
const findOthers = (report) => toProblems(report).slice(1).map((problem) => ({
	message: renderProblem(problem),
	location: problem.location
})).filter(({ location }) => location !== void 0);
/** Nothing where there is nothing to list. */
const list$2 = (title, names) => names.length === 0 ? [] : [`${title}: ${names.join(", ")}.`];
/** One sentence for images that were built here and no node got, one for the others. */
const renderUnloaded = (report) => {
	const made = outcomesOf(report, "build").filter(({ state }) => state === "done");
	const unloaded = outcomesOf(report, "load").filter(({ state }) => state !== "done");
	const built = unloaded.filter(({ step: { image } }) => made.some(({ step }) => image.kind === "built" && image.by === step.id));
	const given = unloaded.filter(({ step }) => step.image.kind !== "built");
	return [...list$2("Built, not loaded", built.map(nameOf$1)), ...list$2("Not loaded", given.map(nameOf$1))];
};
/** What others' failures left undone. */
const renderUndone = (report) => {
	const builds = outcomesOf(report, "build");
	const skipped = builds.filter(({ state }) => state === "skipped");
	const cancelled = builds.filter(({ state }) => state === "cancelled");
	const withReason = (build) => {
		const needed = builds.find(({ step }) => step.id === build.because);
		return nameOf$1(build) + (needed === void 0 ? "" : ` (needs ${nameOf$1(needed)})`);
	};
	return [
		...list$2("Not built", skipped.map(withReason)),
		...list$2("Cancelled", cancelled.map(nameOf$1)),
		...renderUnloaded(report)
	];
};
/** How many images the step was about. */
const countImages = (report) => outcomesOf(report, "build").length + outcomesOf(report, "load").filter(({ step }) => step.image.kind !== "built").length + outcomesOf(report, "analyse").filter(({ step }) => step.image.kind === "elsewhere").length;
/**
* One error for all that went wrong, the causes first, then what came of them; the only one is told
* as it is. Undefined where nothing went wrong.
*/
const toFailure = (report) => {
	const problems = toProblems(report);
	const among = countImages(report);
	const [first] = problems;
	const ofFiles = [...outcomesOf(report, "sync-files"), ...outcomesOf(report, "image-volumes")];
	const isOnlyOne = problems.length === 1 && ofFiles.length > 0;
	const isImages = among === 1 && !first?.isClusters;
	if (first === void 0 || isImages || among === 0 && isOnlyOne) return first?.error;
	const mark = problems.length === 1 ? "" : "- ";
	const causes = problems.map((problem) => `${mark}${renderProblem(problem)}`);
	const failed = problems.filter(({ isClusters }) => !isClusters).length;
	const rest = [...failed === 0 ? [] : [`${failed} of ${among} images failed.`], ...renderUndone(report)].join(" ");
	if (rest === "") return first.error;
	return new Failure([...causes, rest].join("\n"), { location: first.location });
};

// src/analysis/common-files.ts
/** Smaller ones are many and come to little. */
const leastBytes$8 = 1024;
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
		if (type !== "f" || bytes < leastBytes$8 || seen.has(key)) continue;
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
	return `Without ${formatCount(parts.length, "finding")}: ${renderSize(totalBytes, bytes)}. Your test proves nothing, as it does not pass in the image as it is: ${toLine$1(proof.how)}`;
};
/** What the test said where it failed, for the log alone: its output may hold what only the log masks. */
const renderSaid = (told) => {
	if (told === void 0) return [];
	const { proof, command } = told;
	const failed = proof.kind === "tried" ? proof.failed : proof;
	if (failed === void 0) return [];
	return [`The test \`${toLine$1(command, 200)}\` failed: ${toLine$1(failed.how)}`, ...failed.said.map((line) => `  ${toLine$1(line)}`)];
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
const renderPath = (path) => toLine$1(`/${Buffer.from(path, "latin1").toString("utf8")}`, 160);
/** Where a layer comes from, in a word: its line, else its number. */
const renderPlace = ({ location, isBase }, index) => {
	if (location !== void 0) return `${location.file}:${location.line}`;
	return isBase ? "base" : `layer ${index + 1}`;
};
/** Where to change something for a finding. */
const renderMatchPlace = ({ location, layer: index }, layers) => {
	if (location !== void 0) return `${location.file}:${location.line}`;
	const layer = layers[index];
	return layer === void 0 ? "" : renderPlace(layer, index);
};
const pathsShown$1 = 3;
const renderPaths = (paths) => {
	const shown = paths.slice(0, pathsShown$1).map(renderPath);
	const rest = paths.length - shown.length;
	return `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
};
/** What a finding is about: bytes, paths and what else shows it. */
const renderEvidence = ({ bytes, paths, evidence }) => [
	bytes > 0 ? formatBytes(bytes) : "",
	renderPaths(paths),
	toLine$1(evidence ?? "")
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
		evidence: evidence === void 0 ? void 0 : toLine$1(evidence)
	};
};
const toOutput = ({ name, analysis, proof }, growth) => {
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
		...toOutput(report, growths[at]),
		...toSharedOutput(names, at, compared)
	}));
	const json = JSON.stringify(all);
	if (json.length <= mostCharacters) return json;
	return JSON.stringify(all.map(({ layers: _, ...rest }) => rest));
};

// src/report/grown.ts
const sum$9 = (numbers) => numbers.reduce((total, each) => total + each, 0);
/** What is kept of an image, for the next runs to compare. */
const toImageParts = ({ layers, totalBytes, folderSizes }) => {
	const own = layers.filter(({ isBase }) => !isBase);
	const ids = toLayerIds(own.map(({ instruction }) => instruction));
	return {
		totalBytes,
		baseBytes: totalBytes - sum$9(own.map(({ bytes }) => bytes)),
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
const longestInstruction$1 = 80;
/** `Dockerfile:12 RUN pip install . +40 MB; /usr/lib/x +38 MB`; empty where nothing grew much. */
const renderGrown = ({ layers }, { baseBytes, layers: grown, paths, leastBytes }) => {
	return [
		...grown.slice(0, mostShown).flatMap(({ index, bytes }) => {
			const layer = layers[index];
			if (layer === void 0) return [];
			const instruction = toLine$1(layer.instruction ?? "", longestInstruction$1);
			return [[
				renderPlace(layer, index),
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
		const found = all.find(({ step: { image } }) => image.kind === "built" && image.by === toBuildId(name))?.result;
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
const renderParts = ({ analysis, grown }) => grown === void 0 ? "" : renderGrown(analysis, grown);
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
			const parts = renderParts({
				analysis,
				...one
			});
			return change === void 0 ? [] : [`${name} ${change}${parts && `: ${parts}`}`];
		});
	});
	return each.length === 0 ? void 0 : each.join(" · ");
};

// src/report/image-limits.ts
/** A name without its tag and digest. */
const withoutTag = (name) => name.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
/** Whether a limit is about an image of these names; one that names none is about all. */
const isAbout = ({ image }, name) => image === void 0 || name.split(", ").some((each) => each === image || withoutTag(each) === image);
const sizeOf = ({ totalBytes, packedBytes }, isPacked) => isPacked ? packedBytes : totalBytes;
const wordOf = ({ isPacked }, { isPackedExact }) => isPacked ? ` compressed${isPackedExact ? "" : " (estimated)"}` : "";
/** The largest of one's own layers, of which one can do something. */
const findLargest$1 = ({ layers }, isPacked) => {
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
const longestInstruction = 80;
const renderLargest = (analysis, isPacked) => {
	const largest = findLargest$1(analysis, isPacked);
	if (largest === void 0) return "";
	const { layer, index, bytes } = largest;
	const instruction = toLine$1(layer.instruction ?? "", longestInstruction);
	const what = instruction === "" ? "" : ` ${instruction}`;
	return ` The largest of its own layers is ${renderPlace(layer, index)}${what}, ${formatBytes(bytes)}.`;
};
const toExcess = ({ analysis }, limit, what) => ({
	message: `${what}.${renderLargest(analysis, limit.isPacked)}`,
	location: findLargest$1(analysis, limit.isPacked)?.layer.location
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
	const parts = renderParts(report);
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

// src/docker/disk-full.ts
/** Whoever says it: the daemon, BuildKit, a node, or a program in a build. */
const pattern = /no space left on device|\bENOSPC\b(?!: System limit)|disk quota exceeded/i;
const saysNoSpace = (text) => pattern.test(text);
const isNoSpace = (error) => saysNoSpace(renderError(error));

// src/image/background.ts
/** Files in which people write which distributions of Python they want; no lock, which lists all. */
const requirementFile = /^(?:[\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in)|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|environment\.ya?ml|requires\.txt)$/;
const unknownBackground = {
	recipe: void 0,
	context: void 0,
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

// src/image/tokens.ts
/** Secrets that can be told by how they look. */
const tokenPatterns = [
	["GitHub's token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{40,251})\b/],
	["npm's token", /\bnpm_[A-Za-z0-9]{36}\b/],
	["AWS's key", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
	["a private key", /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/]
];
/** A text of an image or a Dockerfile, without the secrets that somebody wrote into it. */
const hideTokens = (text) => tokenPatterns.reduce((hidden, [, pattern]) => hidden.replaceAll(new RegExp(pattern, "g"), "***"), text);

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
const createNode$1 = (path, isMark) => ({
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
const provide$1 = (root, names) => {
	let node = root;
	for (const name of names) {
		const children = node.children ?? /* @__PURE__ */ new Map();
		node.children = children;
		let child = children.get(name);
		if (child === void 0) {
			if (name.startsWith(nameless)) return void 0;
			const isMark = name.startsWith(mark);
			const own = isMark ? name.slice(4) : name;
			child = createNode$1(node.path === "" ? own : `${node.path}/${own}`, isMark);
			children.set(name, child);
		}
		node = child;
	}
	return node;
};
/** A layer as dive reads it: nothing but files has bytes. */
const toTree = (entries) => {
	const root = createNode$1("", false);
	const first = findFirstNames(entries);
	let sizeBytes = 0;
	let hasMarks = false;
	for (const entry of entries) {
		const { path, type, inode } = entry;
		if (path === "" || type === "s") continue;
		const isCounted = type === "f" && first.get(inode) === path;
		if (isCounted) sizeBytes += entry.sizeBytes;
		const node = provide$1(root, toNames(entry));
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
	const node = provide$1(lower, path.split("/"));
	if (node === void 0) return;
	node.sizeBytes = sizeBytes;
	node.isFolder = isFolder;
});
const sum$8 = ({ sizeBytes, children }) => {
	let bytes = sizeBytes;
	for (const child of children?.values() ?? []) bytes += sum$8(child);
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
		bytes = gone.isFolder ? sum$8(gone) : 0;
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
const cacheFix = (path) => `Mount a cache in the RUN that fills it (\`--mount=type=cache,target=${path}\`), or remove the folder in the same RUN.`;
const cache = (id, tool, folder, path) => ({
	id,
	level: "warning",
	what: `The cache of ${tool}`,
	folder,
	leastBytes: mb$1,
	fix: cacheFix(path),
	removes: "files"
});
const home = "(?:^|/)";
const caches = [
	{
		...cache("cache-apt", "apt", /^var\/(?:lib\/apt\/lists|cache\/apt)$/, "/var/lib/apt"),
		fix: "Write `rm -rf /var/lib/apt/lists/*` and `apt-get clean` at the end of the same RUN, or mount caches at /var/lib/apt and /var/cache/apt."
	},
	cache("cache-apk", "apk", /^var\/cache\/apk$/, "/var/cache/apk"),
	cache("cache-dnf", "dnf", /^var\/cache\/(?:dnf|yum|libdnf5)$/, "/var/cache/dnf"),
	cache("cache-pip", "pip", new RegExp(`${home}\\.cache/pip$`), "/root/.cache/pip"),
	cache("cache-uv", "uv", new RegExp(`${home}\\.cache/uv$`), "/root/.cache/uv"),
	cache("cache-poetry", "Poetry", new RegExp(`${home}\\.cache/pypoetry$`), "/root/.cache/pypoetry"),
	{
		...cache("cache-conda", "conda", /(?:^|\/)(?:conda|(?:mini|ana|mamba|miniforge)\w*)\/pkgs$/i, "/opt/conda/pkgs"),
		fix: "Write `conda clean --all --yes` at the end of the same RUN, or mount a cache at its folder `pkgs`."
	},
	cache("cache-npm", "npm", new RegExp(`${home}\\.npm/_cacache$`), "/root/.npm"),
	cache("cache-yarn", "Yarn", /(?:^|\/)(?:\.cache\/yarn|\.yarn\/(?:berry\/)?cache)$/, "/usr/local/share/.cache/yarn"),
	cache("cache-pnpm", "pnpm", /(?:^|\/)(?:\.pnpm-store|\.local\/share\/pnpm\/store|\.cache\/pnpm)$/, "/root/.local/share/pnpm/store"),
	cache("cache-go", "Go", /(?:^|\/)(?:\.cache\/go-build|go\/pkg\/mod)$/, "/root/.cache/go-build"),
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
		fix: "Set PYTHONDONTWRITEBYTECODE=1, or install with `pip --no-compile`.",
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

// src/image/contents/merge.ts
const createNode = () => ({
	children: void 0,
	placed: void 0
});
const keyOf$1 = ({ layer, entry }) => `${layer} ${entry.inode}`;
/** How many names each file of a layer has in it: a node's links count for its link count, not here. */
const countNames = (entries) => {
	const names = /* @__PURE__ */ new Map();
	for (const { type, inode } of entries) if (type === "f") names.set(inode, (names.get(inode) ?? 0) + 1);
	return names;
};
/** Names of folders on the way to a path, and its own. */
const split = (path) => path === "" ? [] : path.split("/");
const find = (root, path) => {
	let node = root;
	for (const name of split(path)) node = node?.children?.get(name);
	return node;
};
const provide = (root, path) => {
	let node = root;
	for (const name of split(path)) {
		const children = node.children ?? /* @__PURE__ */ new Map();
		node.children = children;
		const next = children.get(name) ?? createNode();
		children.set(name, next);
		node = next;
	}
	return node;
};
const walk = (root, visit) => {
	const open = [root];
	for (let node = open.pop(); node !== void 0; node = open.pop()) {
		if (node.placed !== void 0) visit(node.placed);
		for (const child of [...node.children?.values() ?? []].reverse()) open.push(child);
	}
};
const remove = (root, path) => {
	const names = split(path);
	find(root, names.slice(0, -1).join("/"))?.children?.delete(names.at(-1) ?? "");
};
/**
* Lays layers upon each other as overlayfs does.
*
* @param isRun whether a layer is what a command left: one that keeps size, time, owner and mode of a file was
*   copied on the way, where a COPY has written it again
*/
const mergeLayers = (layers, isRun = () => true) => {
	const root = createNode();
	const hidden = [];
	const names = layers.map(countNames);
	const hiddenNames = /* @__PURE__ */ new Map();
	const namesOf = (layer, { inode }) => names[layer]?.get(inode) ?? 0;
	const compare = (lower, upper, by) => {
		const { entry, layer } = lower;
		if (entry.sizeBytes !== upper.sizeBytes || entry.mtime !== upper.mtime) return "rewritten";
		if (![
			"mode",
			"uid",
			"gid"
		].every((key) => entry[key] === upper[key])) return "metadata copy";
		if (namesOf(by, upper) > namesOf(layer, entry)) return "linked";
		return isRun(by) ? "metadata copy" : "rewritten";
	};
	layers.forEach((entries, by) => {
		const own = new Map(entries.map((entry) => [entry.path, entry]));
		const hide = (placed) => {
			const { layer, entry } = placed;
			if (entry.type !== "f") return;
			const key = keyOf$1(placed);
			const count = (hiddenNames.get(key) ?? 0) + 1;
			hiddenNames.set(key, count);
			if (count < namesOf(layer, entry)) return;
			const upper = own.get(entry.path);
			const reason = upper?.type === "f" ? compare(placed, upper, by) : "deleted";
			hidden.push({
				...placed,
				hiddenBy: by,
				reason
			});
		};
		for (const entry of entries) {
			const { path, type, isWhiteout, isOpaque } = entry;
			const there = find(root, path);
			const isFolder = type === "d";
			const wasFolder = there?.placed?.entry.type === "d";
			if (there !== void 0 && !(isFolder && !isOpaque && (wasFolder || path === ""))) {
				walk(there, hide);
				there.children = void 0;
			}
			if (isWhiteout) remove(root, path);
			else provide(root, path).placed = {
				layer: by,
				entry
			};
		}
	});
	const visible = [];
	walk(root, (placed) => visible.push(placed));
	return {
		visible,
		hidden
	};
};

// src/analysis/findings/subject.ts
const keyOf = ({ layer, entry }) => `${layer} ${entry.inode}`;
/** Whether a line writes what it has from elsewhere; other lines run commands. */
const isCopy = (instruction) => instruction !== void 0 && /^(?:COPY|ADD)\b/i.test(instruction);
/** Whether a line has copied from the build's context, and not from another stage or image. */
const isFromContext = ({ instruction }) => isCopy(instruction) && !/\s--from=/.test(instruction ?? "");
const toSubject = (contents, origins, files, mostHashedBytes, background) => {
	const merged = mergeLayers(contents.layers, (layer) => !isCopy(origins[layer]?.instruction));
	const names = /* @__PURE__ */ new Map();
	contents.layers.forEach((entries, layer) => {
		for (const entry of entries) {
			if (entry.type !== "f") continue;
			const key = keyOf({
				layer,
				entry
			});
			names.set(key, (names.get(key) ?? 0) + 1);
		}
	});
	return {
		contents,
		origins,
		merged,
		visible: new Map(merged.visible.map((placed) => [placed.entry.path, placed])),
		namesOf: (placed) => names.get(keyOf(placed)) ?? 0,
		files,
		mostHashedBytes,
		background
	};
};
/** Bytes of what is placed, each file once. */
const countPlaced = (all) => {
	const seen = /* @__PURE__ */ new Set();
	let bytes = 0;
	for (const placed of all) {
		const key = keyOf(placed);
		if (placed.entry.type !== "f" || seen.has(key)) continue;
		seen.add(key);
		bytes += placed.entry.sizeBytes;
	}
	return bytes;
};
/** Each file once, of which no name is elsewhere: what has one there stays without these, too. */
const withoutShared = (files, { namesOf }) => {
	const inside = /* @__PURE__ */ new Map();
	for (const placed of files) inside.set(keyOf(placed), (inside.get(keyOf(placed)) ?? 0) + 1);
	return [...new Map(files.map((placed) => [keyOf(placed), placed]))].flatMap(([key, placed]) => inside.get(key) === namesOf(placed) ? placed : []);
};
const isBase = ({ origins }, layer) => origins[layer]?.isBase ?? false;
const nameOf = ({ path }) => path.slice(path.lastIndexOf("/") + 1);
const parentOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

// src/analysis/findings/match-copies.ts
/** Less, of two lines, is not worth a word. */
const leastBytes$7 = 1e6;
const copyRules = {
	"metadata copy": {
		id: "metadata-copies",
		level: "warning",
		removes: "copies",
		what: "A later line changes owner, mode or time of files, which copies them whole",
		fix: "Write the files with their owner and mode at once: `COPY --chown=... --chmod=...`, or change them in the RUN that makes them."
	},
	linked: {
		id: "linked-copies",
		level: "warning",
		removes: "copies",
		what: "A later line gives files of a lower layer another name, which copies them whole",
		fix: "Make the links in the RUN that makes the files, or use symbolic links."
	},
	rewritten: {
		id: "rewritten",
		level: "warning",
		removes: "copies",
		what: "A later line writes files again",
		fix: "Write them once, or in the same RUN."
	},
	deleted: {
		id: "deleted-later",
		level: "warning",
		removes: "copies",
		what: "A later line deletes files, which stay in the image",
		fix: "Delete them in the RUN that makes them, or make them in a stage of their own and copy what is needed."
	}
};
/**
* What a rebuilt image would not have. Copies in the base are the base's, but for those that our own line makes
* of them.
*/
const matchCopies = (subject) => {
	const isOurs = ({ layer, hiddenBy, reason }) => !isBase(subject, layer) || !isBase(subject, hiddenBy) && (reason === "metadata copy" || reason === "linked");
	const own = subject.merged.hidden.filter(isOurs);
	const keyOf = ({ layer, hiddenBy, reason }) => `${isBase(subject, layer) ? "base" : layer} ${hiddenBy} ${reason}`;
	return [...Map.groupBy(own, keyOf).values()].flatMap((group) => {
		const [first] = group;
		const bytes = group.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
		if (first === void 0 || bytes < leastBytes$7) return [];
		const { layer, hiddenBy, reason } = first;
		const other = subject.origins[reason === "deleted" ? hiddenBy : layer];
		const role = reason === "deleted" ? "deleted" : "written";
		const where = other?.location === void 0 ? "" : ` in line ${other.location.line}`;
		const paths = group.toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes).map(({ entry }) => entry.path);
		return [{
			rule: copyRules[reason],
			layer: reason === "deleted" ? layer : hiddenBy,
			bytes,
			paths,
			evidence: other?.instruction && `${role}${where} by ${other.instruction}`
		}].map(({ evidence, ...rest }) => evidence === void 0 ? rest : {
			...rest,
			evidence
		});
	});
};

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
const parseCopy = ({ instruction = "" }) => {
	const rest = instruction.replace(/ # buildkit$/, "").replace(/^\S+\s+/, "").replace(/^(?:--\S+\s+)*/, "");
	const list = rest.startsWith("[") ? attempt(() => JSON.parse(rest)) : void 0;
	const words = isText(list) ? list : rest.split(/\s+/);
	const [destination = ""] = words.slice(-1);
	if (words.length < 2 || !words.every(isPlain$1)) return void 0;
	return {
		sources: words.slice(0, -1),
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
/** Signs that neither an input nor a manifest nor Markdown takes for something else. */
const isPlain = (path) => /^[\w.@+-]+(?:\/[\w.@+-]+)*$/.test(path);
const toLine = (source, path, isLfs, { background: { recipe } }) => {
	const folder = recipe?.origin?.folder;
	const whole = folder === void 0 ? "" : posix.join(folder, source);
	const target = `/var/local/${posix.basename(whole)}`;
	if (!isPlain(whole) || !isPlain(path) || findTargetObjection(target) !== void 0) return [];
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
	return `Leave it out of the image: have it in a folder before this step, give the step \`node-files\` with \`FOLDER:/var/local/models\`, and mount that \`hostPath\` in the pod${isPlain(place) ? ` at \`/${place}\`` : ""}, with \`readOnly: true\` (${page}).`;
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
const findFolders = ({ merged, visible }) => {
	const found = /* @__PURE__ */ new Map();
	const unmarked = folderRules.filter(({ mark }) => mark === void 0);
	const marked = folderRules.filter(({ mark }) => mark !== void 0);
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
	return found;
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
const sum$7 = (files) => files.reduce((bytes, { entry }) => bytes + entry.sizeBytes, 0);
const isOfRule = ({ origins }, { isFromContext: wanted }, layer) => {
	const origin = origins[layer];
	return wanted === void 0 || origin !== void 0 && isFromContext(origin);
};
const elsewhere = "the line mounts a cache at another path: another USER or HOME has another cache folder";
/** What rules about folders find, for each line that has put something there. */
const matchFolders = (subject) => {
	const own = collect(subject).flatMap(({ rule, path, files }) => [...Map.groupBy(files, ({ layer }) => layer)].map(([layer, own]) => ({
		rule,
		layer,
		path,
		bytes: sum$7(own)
	}))).filter(({ rule, layer }) => !isBase(subject, layer) && isOfRule(subject, rule, layer));
	return [...Map.groupBy(own, ({ rule, layer }) => `${rule.id} ${layer}`).values()].flatMap((group) => {
		const [first] = group;
		const bytes = group.reduce((total, part) => total + part.bytes, 0);
		if (first === void 0 || bytes < first.rule.leastBytes) return [];
		const { rule, layer } = first;
		const paths = group.toSorted((a, b) => b.bytes - a.bytes).map(({ path }) => path);
		const mounts = /--mount=\S*type=cache/.test(subject.origins[layer]?.instruction ?? "");
		return [{
			rule,
			layer,
			bytes,
			paths,
			...rule.id.startsWith("cache-") && mounts ? { evidence: elsewhere } : {}
		}];
	});
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
const secretFiles = [
	{
		kind: "netrc",
		path: /(?:^|\/)[._]netrc$/,
		content: /\bpassword\s{1,9}\S/
	},
	{
		kind: "Git's credentials",
		path: /(?:^|\/)(?:\.git-credentials|\.config\/git\/credentials)$/,
		content: /^https?:\/\/[^\s/@:]*:[^\s/@]+@/m
	},
	{
		kind: "a token in a Git configuration",
		path: /(?:^|\/)(?:\.git\/config|\.gitconfig)$/,
		content: /extraheader[ \t]{0,9}=[ \t]{0,9}authorization:|https?:\/\/[^\s/@:]*:[^\s/@]+@/i
	},
	{
		kind: "an SSH key",
		path: /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.ssh\/[^/]+)$/,
		content: /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/
	},
	{
		kind: "npm's token",
		path: /(?:^|\/)\.npmrc$/,
		content: /^[^#;\n]*(?:_authToken|_password|_auth)[ \t]{0,9}=[ \t]{0,9}["']?[^\s"'$]/m
	},
	{
		kind: "PyPI's password",
		path: /(?:^|\/)\.pypirc$/,
		content: /^[ \t]{0,9}password[ \t]{0,9}[:=][ \t]{0,9}\S/m
	},
	{
		kind: "Docker's login",
		path: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg)$/,
		content: /"(?:auth|identitytoken)"\s{0,9}:\s{0,9}"[^"]/
	},
	{
		kind: "AWS's keys",
		path: /(?:^|\/)\.aws\/credentials$/,
		content: /aws_secret_access_key[ \t]{0,9}=[ \t]{0,9}\S/i
	},
	{
		kind: "a cluster administrator",
		path: /(?:^|\/)\.kube\/config$/,
		content: /(?:client-key-data|token):[ \t]{0,9}\S/
	}
];
/** What a file holds that nobody should see; undefined where it is none of these, or has no secret in it. */
const findSecret = (path, head) => secretFiles.find((each) => each.path.test(path) && each.content.test(head))?.kind;
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
			const secret = secretFiles.find(({ path }) => path.test(entry.path));
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
/** Packages bring keys of their own tests and examples, which are no secret. */
const isPublic = /(?:^|\/)(?:site-packages|dist-packages|node_modules|gems|tests?|testdata|fixtures|examples?|doc|docs)\//;
const privateKey = /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/;
const mostKeys = 1e3;
const headBytes$1 = 16e3;
const matchKeys = async (subject) => {
	const candidates = subject.merged.visible.filter(({ layer, entry }) => entry.type === "f" && (entry.mode & othersRead) !== 0 && keyName.test(nameOf(entry)) && !isPublic.test(entry.path) && !isBase(subject, layer)).slice(0, mostKeys);
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
	"lib/apk/db/installed": parseApk
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
const sum$6 = (all) => all.reduce((bytes, each) => bytes + each.bytes, 0);
/** `numpy 2.1.0, torch 2.4.0 and 3 more`, the largest first. */
const listDistributions = (all) => {
	const names = all.toSorted((a, b) => b.bytes - a.bytes).map(({ name, version }) => `${name} ${version}`.trim());
	const more = names.length - shown$1;
	return `${names.slice(0, shown$1).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
};
/** The folders that they are installed in, as bytes. */
const pathsOf = (all) => [...new Set(all.map(({ site }) => site))];
/** One match for each line that has brought some of them. */
const toMatches = (rule, all, least) => [...Map.groupBy(all, ({ layer }) => layer)].flatMap(([layer, group]) => sum$6(group) < least ? [] : [{
	rule,
	layer,
	bytes: sum$6(group),
	paths: pathsOf(group),
	evidence: listDistributions(group)
}]);
const matchOrphans = (orphans) => toMatches(orphanRule$1, orphans, leastBytes$3);
/** What is there for two Pythons, of which a line of ours has brought one. */
const matchTwice$1 = (subject, all) => {
	const extra = [...Map.groupBy(all, ({ name }) => name).values()].flatMap((group) => {
		const large = group.filter(({ bytes }) => bytes >= leastBytes$3);
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
/** They are often brought up to date first. */
const tools = /* @__PURE__ */ new Set([
	"pip",
	"setuptools",
	"wheel",
	"uv",
	"pipenv",
	"poetry"
]);
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
const pip = "`pip install --index-url https://download.pytorch.org/whl/cpu torch==VERSION`";
const orphanRule = {
	id: "cuda-orphaned",
	level: "warning",
	what: "CUDA beside a torch that runs on CPUs",
	fix: `Install torch first, in a line of its own, by ${pip}: what comes before it brings CUDA, which stays when this torch takes its place.`
};
const unusedRule = {
	id: "cuda-unused",
	level: "warning",
	what: "CUDA, and no pod that runs the image asks for a GPU",
	fix: `Install torch for CPUs, in a line of its own before the rest: ${pip}. uv takes the index from pyproject.toml, with \`explicit = true\` and \`tool.uv.sources\`: see docs/image-report.md.`,
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
/** NVIDIA's parts of CUDA, not what only asks a driver. */
const isCudaPart = ({ name }) => /^nvidia-(?:cu|nccl|nvtx|nvjitlink|nvjpeg|nvshmem|npp|nvfatbin)|^(?:pytorch-)?triton$/.test(name);
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
const matchUnused = (subject, wheels) => {
	if (subject.background.asksForGpu !== false) return [];
	const ours = wheels.filter(({ layer }) => !isBase(subject, layer));
	return [...toMatches(unusedRule, ours, leastBytes$2), ...toSystemMatch(unusedRule, subject, findSystem(subject), void 0)];
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
	const unused = matchUnused(subject, wheels);
	const twice = unused.length > 0 ? [] : matchTwice(subject, wheels);
	return {
		matches: [
			...toMatches(orphanRule, orphaned, leastBytes$2),
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
const list$1 = (parts) => parts.slice(0, shownParts).map(({ path, bytes }) => `${path} ${formatBytes(bytes)}`).join(", ");
const matchContext = ({ background, origins }) => {
	const { context } = background;
	if (context === void 0) return [];
	const { sentBytes, location, needless, largest, ignoreFile } = context;
	const patterns = [...new Set(needless.map(({ pattern }) => pattern))];
	const evidence = [
		`BuildKit was sent ${formatBytes(sentBytes)}`,
		...needless.length > 0 ? [`not needed: ${list$1(needless)}`] : [],
		...patterns.length > 0 ? [`lines for ${ignoreFile}: ${patterns.join(" ")}`] : [],
		...needless.length === 0 && largest.length > 0 ? [`largest: ${list$1(largest)}`] : []
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
const mostCompared$1 = 2e3;
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
})).filter(({ path, bytes }) => path !== "" && bytes >= leastCompared).filter(({ path }) => path.split("/").length <= deepestCompared).toSorted(bySize).slice(0, mostCompared$1);
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

// src/analysis/packed.ts
/** How much of the image is compressed to know about the rest. */
const sampledBytes = 8388608;
const blockBytes$1 = 16384;
/** Deflate looks back so far. */
const windowBytes = 32768;
/** A file's place in its layer's archive, once packed. */
const entryBytes = 70;
/** So few samples say less of a layer than the whole image does. */
const fewSamples = 4;
/** What the containerd store keeps of layers that came packed, or were built so. */
const readPackedSizes = (manifest, layers) => {
	const listed = attempt(() => JSON.parse(manifest ?? ""))?.layers ?? [];
	const sizes = (Array.isArray(listed) ? listed : []).map(({ mediaType, size }) => /[.+](gzip|zstd)$/.test(String(mediaType)) && Number.isSafeInteger(size) ? Number(size) : void 0);
	return sizes.length === layers ? sizes : Array.from({ length: layers }, () => void 0);
};
/** In an archive, files of one folder are beside each other, in the order of their names. */
const toStream = (entries, layer) => {
	const seen = /* @__PURE__ */ new Set();
	const files = entries.filter(({ type, sizeBytes, inode }) => {
		if (type !== "f" || sizeBytes === 0 || seen.has(inode)) return false;
		seen.add(inode);
		return true;
	}).sort((a, b) => a.path < b.path ? -1 : 1);
	const starts = [];
	let bytes = 0;
	for (const { sizeBytes } of files) {
		starts.push(bytes);
		bytes += sizeBytes;
	}
	return {
		layer,
		files,
		starts,
		bytes
	};
};
/** The last file that begins at or before a place. */
const findFile = (starts, at) => {
	let [low, high] = [0, starts.length - 1];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((starts[middle] ?? 0) <= at) low = middle;
		else high = middle - 1;
	}
	return low;
};
const readStretch = async ({ layer, files, starts }, from, to, reader) => {
	const parts = [];
	let at = from;
	for (let index = findFile(starts, from); at < to && index < files.length; index += 1) {
		const file = files[index];
		if (file === void 0) break;
		const offset = at - (starts[index] ?? 0);
		const length = Math.min(file.sizeBytes - offset, to - at);
		parts.push(reader.bytes(layer, file.path, offset, length));
		at += length;
	}
	return Buffer.concat(await Promise.all(parts));
};
const options = {
	level: 6,
	memLevel: 9,
	strategy: constants.Z_DEFAULT_STRATEGY
};
/** How a block is compressed that follows another one, as in the middle of an archive. */
const toRatio = (stretch, before) => {
	const body = stretch.subarray(before);
	if (body.length === 0) return void 0;
	const dictionary = stretch.subarray(0, before);
	return deflateRawSync(body, before > 0 ? {
		...options,
		dictionary
	} : options).length / body.length;
};
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/**
* Estimates what a registry would have, by compressing blocks from all over the image. The mean of the
* blocks' ratios is what is near; their sums are not.
*
* @param known of layers that have been packed
*/
const estimatePacked = async (layers, known, reader) => {
	const streams = layers.map(toStream);
	const unknown = streams.filter(({ layer }) => known[layer] === void 0);
	const bytes = unknown.reduce((sum, stream) => sum + stream.bytes, 0);
	const step = Math.max(1, bytes / (sampledBytes / blockBytes$1));
	const ratios = /* @__PURE__ */ new Map();
	let passed = 0;
	for (const stream of unknown) {
		const places = [];
		const first = (Math.ceil(passed / step - .5) + .5) * step - passed;
		for (let at = first; at < stream.bytes; at += step) places.push(Math.floor(at));
		passed += stream.bytes;
		const found = await Promise.all(places.map(async (at) => {
			const from = Math.max(0, at - windowBytes);
			const stretch = await readStretch(stream, from, Math.min(stream.bytes, at + blockBytes$1), reader);
			return toRatio(stretch, at - from);
		}));
		ratios.set(stream.layer, found.filter((ratio) => ratio !== void 0));
	}
	const all = [...ratios.values()].flat();
	const common = all.length === 0 ? 1 : mean(all);
	return {
		layerBytes: streams.map(({ layer, bytes: size }) => {
			const own = ratios.get(layer) ?? [];
			const ratio = own.length < fewSamples ? common : mean(own);
			const entries = layers[layer]?.length ?? 0;
			return known[layer] ?? Math.round(size * ratio + entries * entryBytes);
		}),
		isExact: unknown.length === 0
	};
};

// src/analysis/removal.ts
const sum$5 = (numbers) => {
	let total = 0;
	for (const number of numbers) total += number;
	return total;
};
const toFiles = (subject, layer, entries) => {
	const files = entries.filter(({ type }) => type === "f").map((entry) => ({
		layer,
		entry
	}));
	const groups = Map.groupBy(files, keyOf);
	return new Map([...groups].flatMap(([key, [first, ...others]]) => first !== void 0 && subject.namesOf(first) === others.length + 1 ? [[key, first.entry.sizeBytes]] : []));
};
/** In the archive of a layer, such a name says something of its own. */
const isMark = (path) => nameOf({ path }).startsWith(".wh.");
/** By a path, what is there and below it. */
const groupBelow = (all, tops) => {
	const found = /* @__PURE__ */ new Map();
	for (const placed of all) {
		const { path } = placed.entry;
		for (const top of [...foldersAbove(path), path]) {
			if (!tops.has(top)) continue;
			const group = found.get(top) ?? [];
			found.set(top, group);
			group.push(placed);
		}
	}
	return found;
};
/** What findings are about: as a container sees it, and the folders of each layer. */
const indexSeen = ({ contents, merged }, matches) => {
	const tops = new Set(matches.flatMap(({ paths }) => paths));
	const folders = contents.layers.flatMap((entries, layer) => entries.filter(({ type }) => type === "d").map((entry) => ({
		layer,
		entry
	})));
	return {
		seen: groupBelow(merged.visible, tops),
		folders: groupBelow(folders, tops)
	};
};
/** The path, and the folders that it is in, as far as they are not above another one. */
const toWay = (top, path) => [...foldersAbove(path), path].filter(({ length }) => length >= top.length);
/** A part that takes files away: those of its line, as other lines' are other findings. */
const toSeen = (subject, match, { seen, folders }) => {
	const given = new Set(match.paths);
	const going = [];
	const kept = /* @__PURE__ */ new Set();
	for (const top of given) {
		if (findFolderAbove(top, (folder) => given.has(folder)) !== void 0) continue;
		const keep = (path) => {
			for (const folder of toWay(top, path)) kept.add(folder);
		};
		for (const { layer, entry } of seen.get(top) ?? []) {
			const { path, type } = entry;
			if (layer !== match.layer || isMark(path)) keep(type === "d" ? path : parentOf(path));
			else if (type !== "d") going.push({
				top,
				entry
			});
		}
		for (const { layer, entry } of folders.get(top) ?? []) if (layer < match.layer) keep(entry.path);
	}
	const hides = going.map(({ top, entry: { path } }) => toWay(top, path).find((each) => !kept.has(each)) ?? path);
	const entries = going.map(({ entry }) => entry);
	return {
		match,
		files: toFiles(subject, match.layer, entries),
		hides: [...new Set(hides)]
	};
};
/** A part that takes copies away which nobody sees; those in the base are the base's. */
const toUnseen = (subject, match) => {
	const paths = new Set(match.paths);
	const copies = subject.merged.hidden.filter(({ layer, hiddenBy, reason, entry }) => {
		const by = reason === "deleted" ? layer : hiddenBy;
		return copyRules[reason] === match.rule && by === match.layer && paths.has(entry.path) && !isBase(subject, layer);
	});
	return {
		match,
		files: new Map(copies.map((copy) => [keyOf(copy), copy.entry.sizeBytes])),
		hides: []
	};
};
/** Bytes that go with some parts, each file once. */
const countRemoved = (parts) => sum$5(new Map(parts.flatMap(({ files }) => [...files])).values());
const withoutFiles = (layers, gone) => layers.map((entries, layer) => entries.filter((entry) => !gone.has(keyOf({
	layer,
	entry
}))));
/**
* Finds out what the image would be without all findings whose fix only takes something away.
*
* @returns undefined where there are none
*/
const planRemoval = async (subject, matches, packed, totalBytes, reader) => {
	const index = indexSeen(subject, matches.filter(({ rule }) => rule.removes === "files"));
	const parts = matches.flatMap((match) => {
		const { removes } = match.rule;
		if (removes === void 0) return [];
		return [removes === "files" ? toSeen(subject, match, index) : toUnseen(subject, match)];
	}).filter(({ files }) => files.size > 0).toSorted((a, b) => countRemoved([b]) - countRemoved([a]));
	if (parts.length === 0) return void 0;
	const gone = new Set(parts.flatMap(({ files }) => [...files.keys()]));
	const layers = withoutFiles(subject.contents.layers, gone);
	const known = layers.map((entries, layer) => entries.length === subject.contents.layers[layer]?.length ? packed.layerBytes[layer] : void 0);
	const { layerBytes } = await estimatePacked(layers, known, reader);
	const folders = [...new Set(parts.flatMap(({ hides }) => hides.flatMap(foldersAbove))), ""].flatMap((path) => {
		const entry = subject.visible.get(path)?.entry;
		return entry?.type === "d" ? [[path, entry]] : [];
	});
	const { config, manifest } = subject.contents;
	return {
		parts,
		bytes: totalBytes - countRemoved(parts),
		packedBytes: sum$5(layerBytes),
		folders: new Map(folders),
		config,
		manifest
	};
};

// src/analysis/waste.ts
const pathsShown = 3;
const sum$4 = (copies) => copies.reduce((bytes, { entry }) => bytes + entry.sizeBytes, 0);
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
			bytes: sum$4(group),
			files: group.length,
			paths
		}];
	});
	return {
		ownBytes: sum$4(own),
		squashBytes: sum$4(ofBase.filter(({ hiddenBy }) => !isBase(subject, hiddenBy))),
		baseBytes: sum$4(ofBase.filter(({ hiddenBy }) => isBase(subject, hiddenBy))),
		parts: parts.filter(({ bytes }) => bytes > 0).toSorted((a, b) => b.bytes - a.bytes)
	};
};

// src/analysis/analyse.ts
const mostHashedBytes = {
	auto: 256e6,
	full: Number.POSITIVE_INFINITY
};
const sum$3 = (numbers) => numbers.reduce((total, each) => total + each, 0);
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
			wastedBytes: sum$3((wasted.get(at) ?? []).map(({ entry }) => entry.sizeBytes)),
			packedBytes: packed.layerBytes[at] ?? 0
		};
	});
	const onDisk = layers.flatMap((entries) => [...new Map(entries.map((entry) => [entry.inode, entry.diskBytes])).values()]);
	const totalBytes = sum$3(analysed.map(({ bytes }) => bytes));
	return {
		layers: analysed,
		totalBytes,
		visibleBytes: countPlaced(subject.merged.visible),
		diskBytes: sum$3(onDisk),
		packedBytes: sum$3(packed.layerBytes),
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
	const listing = createLayerListing$1(() => {
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
const types$1 = /* @__PURE__ */ new Set([
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
	if (!types$1.has(type)) throw odd("an entry of an unknown type");
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
* @param nodeImage ID of an image with Perl, GNU find and, for the containerd store, ctr and jq
* @param config its file on the daemon's host, of an image that a node has with its layers' folders
*/
const toReaderContainer = (engine, image, nodeImage, runId, config) => {
	const { mounted, socketFolder, argv } = toSight(engine, image, runId, config);
	return {
		Image: nodeImage,
		Entrypoint: ["/usr/bin/perl"],
		Cmd: [
			"-e",
			readFileSync(new URL("./reader/read.pl", import.meta.url), "utf8"),
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

// src/files/kept/entries.ts
/** What is smaller shares an entry: each costs requests. */
const largeBytes = 5e7;
/** An entry has at most 10 GiB. */
const mostEntryBytes = 8 * 2 ** 30;
const toParts = (file, most) => {
	const count = Math.ceil(file.sizeBytes / most);
	return Array.from({ length: count }, (_, at) => ({
		key: `slipway-file-v1-${file.sha256}${count === 1 ? "" : `-${at + 1}of${count}`}`,
		fallbacks: [],
		files: [file],
		part: count === 1 ? void 0 : {
			offset: at * most,
			bytes: Math.min(most, file.sizeBytes - at * most)
		}
	}));
};
/** In groups that an entry can hold. */
const toGroups = (files, most) => {
	const groups = [];
	let bytes = Number.POSITIVE_INFINITY;
	for (const file of files) {
		if (bytes + file.sizeBytes > most) {
			groups.push([]);
			bytes = 0;
		}
		groups.at(-1)?.push(file);
		bytes += file.sizeBytes;
	}
	return groups;
};
const hashOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
/**
* The entries that hold files: a changed shard of a model moves nothing but itself.
*
* @param scope what tells steps apart whose small files change together
*/
const toEntries$1 = (files, scope, most = mostEntryBytes) => {
	const sorted = [...new Map(files.map((file) => [file.sha256, file])).values()].toSorted((a, b) => a.sha256 < b.sha256 ? -1 : 1);
	const small = sorted.filter(({ sizeBytes }) => sizeBytes < largeBytes);
	const groups = toGroups(small, most).map((group, at) => {
		const start = `slipway-files-v1-${hashOf(`${scope}\0${at}`)}-`;
		return {
			key: `${start}${hashOf(group.map(({ sha256 }) => sha256).join("\n"))}`,
			fallbacks: [start],
			files: group,
			part: void 0
		};
	});
	const large = sorted.filter(({ sizeBytes }) => sizeBytes >= largeBytes);
	return [...groups, ...large.flatMap((file) => toParts(file, most))];
};
/** As many files as a budget has room for, the largest first, and what is left out. */
const withinBudget = (files, budgetBytes) => {
	let left = budgetBytes;
	const kept = [];
	const leftOut = [];
	for (const file of files.toSorted((a, b) => b.sizeBytes - a.sizeBytes)) if (file.sizeBytes > left) leftOut.push(file);
	else {
		kept.push(file);
		left -= file.sizeBytes;
	}
	return {
		kept,
		leftOut
	};
};

// src/files/kept/save-files.ts
const fill = async ({ files, part }, folder, place) => {
	await mkdir(join(place, "kept"), { mode: 448 });
	for (const { sha256 } of files) {
		const [from, to] = [join(folder, sha256), join(place, "kept", sha256)];
		if (part === void 0) await link(from, to);
		else {
			const end = part.offset + part.bytes - 1;
			await pipeline$1(createReadStream(from, {
				start: part.offset,
				end
			}), createWriteStream(to));
		}
	}
};
/** What changed of the small ones makes a new entry of all of them. */
const isNew = ({ files }, restored) => files.some(({ sha256 }) => !restored.has(sha256));
/**
* Makes entries; what cannot be kept is a warning.
*
* @returns how many bytes were kept
*/
const saveEntries = async (entries, { cache, folder, warn, signal, input = "node-files-cache" }) => {
	let bytes = 0;
	for (const entry of entries) {
		const place = join(folder, `entry-${randomUUID()}`);
		try {
			await mkdir(place, { mode: 448 });
			await fill(entry, folder, place);
			if (await cache.save(entry.key, place, signal)) bytes += entry.part?.bytes ?? entry.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
		} catch (error) {
			signal.throwIfAborted();
			warn(`${input}: ${entry.key} is not kept: ${renderError(error)}`);
		} finally {
			await rm(place, {
				recursive: true,
				force: true
			});
		}
	}
	return bytes;
};
/**
* Keeps files for later runs.
*
* @returns how many bytes were kept
*/
const saveFiles = (files, order) => {
	const entries = toEntries$1(files, order.scope, order.mostEntryBytes);
	return saveEntries(entries.filter((each) => isNew(each, order.restored)), order);
};

// src/host/at-once.ts
/**
* Does something with each item, so many at once. The first failure lets none begin any more.
*
* @throws that failure, when none is at work any more: what they write to may go then
*/
const doAtOnce = async (items, most, act) => {
	const waiting = items.map((item) => ({ item }));
	const work = async () => {
		for (let next = waiting.shift(); next !== void 0; next = waiting.shift()) try {
			await act(next.item);
		} catch (error) {
			waiting.length = 0;
			throw error;
		}
	};
	const workers = Array.from({ length: most }, work);
	await Promise.allSettled(workers);
	await Promise.all(workers);
};

// src/files/kept/read-entry.ts
const types = {
	"1": "a hard link",
	"2": "a symbolic link",
	"3": "a device",
	"4": "a device",
	"6": "a pipe"
};
const show = (name) => `"${toLine$1(Buffer.from(name, "latin1").toString(), 100)}"`;
/** Folders that the packer names; everything else has to be a file that somebody waits for. */
const findWanted = ({ name, type, storedBytes }, { find, part }) => {
	if (type === "5" && /^(?:\.\/)?kept\/?$/.test(name)) return void 0;
	if (type !== "0" && type !== "7") throw new Failure(`${show(name)} is ${types[type] ?? "no file"}, which Slipway never keeps`);
	const [, digest] = /^(?:\.\/)?kept\/([0-9a-f]{64})$/.exec(name) ?? [];
	if (digest === void 0) throw new Failure(`${show(name)} is no name that Slipway gives`);
	const file = find(digest, storedBytes);
	const bytes = part?.bytes ?? file?.sizeBytes;
	if (file === void 0) return void 0;
	if (storedBytes === bytes) return file;
	throw new Failure(`${show(name)} has ${storedBytes} bytes in place of ${bytes}`);
};
/** Writes a part to where it belongs; the whole is compared with its digest once all parts are there. */
const writePart = async (path, offset) => {
	const handle = await open(path, "r+");
	let at = offset;
	return {
		write: async (piece) => {
			await handle.write(piece, 0, piece.length, at);
			at += piece.length;
		},
		close: () => handle.close()
	};
};
/**
* Takes files out of an entry's archive, as whoever could write to the cache has packed it: nothing in it
* becomes a path, and what is not what its digest promises is not kept.
*
* @param parts where a file is put together that has several
* @throws {Failure} naming what is not ours
*/
const readEntry = async (archive, entry, folder, parts, signal) => {
	const store = createFileStore(folder);
	const source = createReadStream(archive);
	const [head] = await readHead(archive);
	const unpacked = unpack(source, sniff(head));
	let acts = [];
	let current;
	let draft;
	let part;
	let hash = createHash("sha256");
	const finish = async (file) => {
		await part?.close();
		part = void 0;
		if (entry.part !== void 0) return;
		const found = hash.digest("hex");
		if (found === file.sha256) await draft?.keep(found);
		else await draft?.drop();
		draft = void 0;
		if (found !== file.sha256) throw new Failure(`What is called ${file.sha256} has the digest ${found}`);
	};
	const cutter = createTarCutter({
		onEntry: (each) => {
			const file = findWanted(each, entry);
			current = file;
			if (file === void 0) return;
			acts.push(async () => {
				hash = createHash("sha256");
				if (entry.part === void 0) draft = await store.create();
				else part = await writePart(parts(file), entry.part.offset);
			});
		},
		onData: (piece) => {
			if (current === void 0) return;
			acts.push(async () => {
				hash.update(piece);
				await draft?.write(piece);
				await part?.write(piece);
			});
		},
		onEntryEnd: () => {
			const file = current;
			if (file !== void 0) acts.push(() => finish(file));
			current = void 0;
		}
	});
	try {
		for await (const piece of unpacked) {
			signal.throwIfAborted();
			cutter.write(piece);
			for (const act of acts) await act();
			acts = [];
		}
		cutter.end();
	} finally {
		source.destroy();
		await draft?.drop();
		await part?.close();
	}
};
const readHead = async (path) => {
	const handle = await open(path);
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
	await handle.close();
	return [buffer.subarray(0, bytesRead)];
};

// src/files/kept/restore-files.ts
/** Downloads take memory, and share one network. */
const atOnce = 2;
/** Entries of files that are put together here from several, by their digests. */
const createAssembly = (folder) => {
	const drafts = /* @__PURE__ */ new Map();
	return {
		open: async ({ sha256, sizeBytes }, parts) => {
			const path = join(folder, `part-${randomUUID()}`);
			const handle = await open(path, "wx", 384);
			await handle.truncate(sizeBytes);
			await handle.close();
			drafts.set(sha256, {
				path,
				missing: parts
			});
		},
		pathOf: ({ sha256 }) => drafts.get(sha256)?.path ?? "",
		count: ({ sha256 }) => {
			const draft = drafts.get(sha256);
			if (draft !== void 0) draft.missing -= 1;
		},
		/** Of what has all its parts, what is right is kept. */
		close: async (warn) => {
			for (const [sha256, { path, missing }] of drafts) {
				const hash = createHash("sha256");
				if (missing === 0) for await (const piece of createReadStream(path)) hash.update(piece);
				const found = missing === 0 ? hash.digest("hex") : void 0;
				if (found === sha256) await rename(path, join(folder, sha256));
				else await rm(path, { force: true });
				if (missing === 0 && found !== sha256) warn(`The parts of ${sha256} in the cache have the digest ${found}`);
			}
		}
	};
};
const restoreEntry = async (entry, assembly, order) => {
	const { cache, folder, signal, warn } = order;
	const place = join(folder, `entry-${randomUUID()}`);
	await mkdir(place, { mode: 448 });
	try {
		if (await cache.fetch([entry.key, ...entry.fallbacks], place, signal) === void 0) return;
		const archive = join(place, "archive");
		const find = (digest) => entry.files.find(({ sha256 }) => sha256 === digest);
		await readEntry(archive, {
			part: entry.part,
			find
		}, folder, assembly.pathOf, signal);
		for (const file of entry.files) assembly.count(file);
	} catch (error) {
		signal.throwIfAborted();
		warn(`node-files-cache: the entry ${entry.key} is not used: ${renderError(error)}`);
	} finally {
		await rm(place, {
			recursive: true,
			force: true
		});
	}
};
/**
* Brings files from the Actions cache, each compared with its digest; what cannot be had is left to its
* source. Whoever can write to the cache may have written what is there.
*
* @returns digests of those that came
*/
const restoreFiles = async (files, order) => {
	const { folder, scope, warn, mostEntryBytes } = order;
	const entries = toEntries$1(files, scope, mostEntryBytes);
	const assembly = createAssembly(folder);
	const parted = Map.groupBy(entries.filter(({ part }) => part !== void 0), ({ files: [file] }) => file?.sha256 ?? "");
	for (const [, parts] of parted) {
		const file = parts[0]?.files[0];
		if (file !== void 0) await assembly.open(file, parts.length);
	}
	await doAtOnce(entries, atOnce, (entry) => restoreEntry(entry, assembly, order));
	await assembly.close(warn);
	const came = await Promise.all(files.map(async ({ sha256 }) => {
		return (await lstat(join(folder, sha256)).catch(() => void 0))?.isFile() ? [sha256] : [];
	}));
	return new Set(came.flat());
};

// src/run/files-cache.ts
/** The library's own for a download; uploads of 10 GB take as long. */
const timeoutMs = 12e5;
/** By the library for it, in a process of its own. */
const toCache = (access) => {
	const ask = async (kind, keys, folder, signal) => {
		const own = {
			...access,
			env: {
				...access.env,
				RUNNER_TEMP: folder
			},
			signal
		};
		const [found] = await askCache(own, timeoutMs, {
			kind,
			path: "kept",
			keys
		});
		return found;
	};
	return {
		fetch: (keys, folder, signal) => ask("fetch", keys, folder, signal),
		save: async (key, folder, signal) => await ask("save", [key], folder, signal) !== void 0
	};
};
const sum$2 = (files) => files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
/** Files from elsewhere that one step needs, kept from run to run in the Actions cache. */
const createFilesCache = (plan, folder, { log, run }) => {
	const asked = /* @__PURE__ */ new Map();
	const restored = /* @__PURE__ */ new Set();
	const cache = toCache(run.cache);
	const { signal } = run;
	return {
		restore: async (files) => {
			for (const file of files) asked.set(file.sha256, file);
			if (plan === void 0 || files.length === 0) return;
			const { kept } = withinBudget(files, plan.bytes);
			const order = {
				cache,
				folder,
				scope: plan.scope,
				warn: log.warning,
				signal
			};
			const came = await restoreFiles(kept, order);
			for (const sha256 of came) restored.add(sha256);
			const bytes = sum$2(kept.filter(({ sha256 }) => came.has(sha256)));
			if (came.size > 0) log.line(`node-files-cache: ${formatCount(came.size, "file")} restored, ${formatBytes(bytes)}`);
		},
		/**
		* Keeps what has come from its source.
		*
		* @returns that
		*/
		save: async () => {
			const all = [...asked.values()].filter(({ sha256 }) => lstatSync(join(folder, sha256), { throwIfNoEntry: false }) !== void 0);
			const fetched = all.filter(({ sha256 }) => !restored.has(sha256));
			if (fetched.length === 0) return fetched;
			const what = `${formatCount(fetched.length, "file")}, ${formatBytes(sum$2(fetched))},`;
			if (plan === void 0) return fetched;
			if (!plan.mayWrite) {
				log.line(`node-files-cache: ${what} not kept: this run may only read the cache.`);
				return fetched;
			}
			const { kept, leftOut } = withinBudget(all, plan.bytes);
			const order = {
				cache,
				folder,
				scope: plan.scope,
				restored,
				warn: log.warning,
				signal
			};
			const bytes = await saveFiles(kept, order);
			log.line(`node-files-cache: ${formatBytes(bytes)} kept for later runs.`);
			if (leftOut.length > 0) log.warning(`node-files-cache-limit: ${formatCount(leftOut.length, "file")}, ${formatBytes(sum$2(leftOut))}, beyond ${formatBytes(plan.bytes)} not kept. Later runs fetch them again.`);
			return fetched;
		}
	};
};

// src/run/kept-pull.ts
/** Smaller layers share the image's entry: each entry costs requests. */
const leastOwnBytes = 1e7;
const shorten = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
/**
* How the keys of images' entries begin: of a repository on one platform, and of one image of it.
*
* @param root digest of what the registry has under the name, an index or a manifest
*/
const toStarts = (repository, architecture, root) => {
	const every = `slipway-image-v1-${shorten(`${repository}\0${architecture}`)}-`;
	return {
		every,
		one: `${every}${toHex(root).slice(0, 32)}-`
	};
};
/** A layer's entry has its tar, which unpacks sooner than what registries have. */
const toLayerEntry = (file) => ({
	key: `slipway-layer-v1-${file.sha256}`,
	fallbacks: [],
	files: [file],
	part: void 0
});
/** A key says what the registry took: later runs compare the cache with that. No two are the same, so that one can be replaced. */
const toImageEntry = ({ start, small, fromRegistry }) => ({
	key: `${start}${fromRegistry.bytes}b${Math.round(fromRegistry.ms)}ms-${randomUUID().slice(0, 8)}`,
	fallbacks: [],
	files: small,
	part: void 0
});
/** Whoever writes entries writes their keys, so it is only ever shown. */
const readMoved = (key) => {
	const [, bytes, ms] = /-(\d{1,15})b(\d{1,10})ms-[0-9a-f]{8}$/.exec(key) ?? [];
	return bytes === void 0 ? void 0 : {
		bytes: Number(bytes),
		ms: Number(ms)
	};
};
const sum$1 = (files) => files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
/** Images for which a budget has room, in their order, and those for which it has none. */
const withinLimit = (pulls, limitBytes) => {
	const counted = /* @__PURE__ */ new Set();
	const kept = [];
	const leftOut = [];
	let left = limitBytes;
	for (const pull of pulls) {
		const large = pull.large.filter(({ sha256 }) => !counted.has(sha256));
		const bytes = sum$1(pull.small) + sum$1(large);
		if (bytes > left) leftOut.push(pull);
		else {
			left -= bytes;
			kept.push(pull);
			for (const { sha256 } of large) counted.add(sha256);
		}
	}
	return {
		kept,
		leftOut
	};
};
/** The entries that are not there yet. */
const toNewEntries = (pulls) => {
	const restored = new Set(pulls.flatMap((pull) => [...pull.restored]));
	const large = new Map(pulls.flatMap((pull) => pull.large).map((file) => [file.sha256, file]));
	const images = new Map(pulls.filter(({ isWhole, isKept }) => isWhole && !isKept).map((pull) => [pull.start, pull]));
	return [...[...large.values()].filter(({ sha256 }) => !restored.has(sha256)).map(toLayerEntry), ...[...images.values()].map(toImageEntry)];
};

// src/run/scheduler.ts
/**
* Does jobs side by side, each after those that it needs. What needs one that was not done is skipped.
* What is at work when all is ended has no failure of its own, whatever it says.
*
* @returns how each ended, in the order of the jobs; never fails
*/
const runJobs = async (jobs, { lanes, isEnded, renew = (job) => job, run, onEnd }) => {
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
	const isFull = (lane) => [...running.values()].filter((each) => each.lane === lane).length >= (lanes[lane] ?? Number.POSITIVE_INFINITY);
	const stateOf = (id) => outcomes.get(id)?.state;
	/** Ends or begins one job that may be; false where there is none. */
	const advance = () => jobs.some((job) => {
		if (outcomes.has(job.id) || running.has(job.id)) return false;
		const lost = job.needs.find((id) => /failed|skipped/.test(stateOf(id) ?? ""));
		if (lost !== void 0) end(job, "skipped", { because: lost });
		else if (isEnded() && !job.isFinal) end(job, "cancelled");
		else if (job.needs.every((id) => stateOf(id) === "done") && job.after.every((id) => outcomes.has(id)) && !isFull(job.lane)) begin(job);
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

// src/facts/facts.ts
/** The names that the nodes are to get: of what is built for them, and of what was there before. */
const toWanted = ({ targets, images, pulls = [] }) => [
	...targets.filter(({ isWanted }) => isWanted).flatMap(({ tags }) => tags),
	...images.flatMap(({ references }) => references),
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
* What one pod asks for. Init containers run one after another, so the largest of them counts, with
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
/** Two of one name are one, as in a base and what is laid over it; the last that is applied counts. */
const withoutTwins = (all) => [...Map.groupBy(all, ({ kind, namespace, name }) => `${kind} ${namespace} ${name}`).values()].flatMap((twins) => twins.at(-1) ?? []);
/** The pods of workloads that are to run at all. */
const toPodSets = (workloads) => withoutTwins(workloads).filter(({ pods }) => pods !== 0).map(({ pods, containers, ...workload }) => ({
	...workload,
	line: containers[0]?.line ?? 1,
	/** Bytes and CPUs, of one pod. */
	request: {
		memory: sumRequests(containers, "memory"),
		cpu: sumRequests(containers, "cpu"),
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
	const workers = capacities.filter(({ role }) => role !== "control-plane");
	return workers.length > 0 ? workers : capacities;
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
const hostname = "kubernetes.io/hostname";
const controlPlane = "node-role.kubernetes.io/control-plane";
const readRules = ({ at, items, text }, term) => ["matchExpressions", "matchFields"].flatMap((list) => items(at(term, list)).map((rule) => ({
	key: text(at(rule, "key")) ?? "",
	operator: text(at(rule, "operator")) ?? "",
	values: items(at(rule, "values")).map((value) => text(value) ?? "")
})));
/** Of the terms of an affinity, or of a PersistentVolume's. */
const readTerms = (reader, required) => reader.items(reader.at(required, "nodeSelectorTerms")).map((term) => readRules(reader, term)).filter((rules) => rules.length > 0);
const toleratesAny = ({ at, items, text }, spec) => items(at(spec, "tolerations")).some((each) => {
	const key = text(at(each, "key")) ?? "";
	return key === "" || key === "node-role.kubernetes.io/control-plane";
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
		key: hostname,
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
		isTolerant: name !== void 0 || toleratesAny(reader, spec),
		line: hasRules ? lineAt(first?.range?.[0] ?? 0) : void 0
	};
};
/** Undefined for labels that nobody here knows of. */
const holds = ({ key, operator, values }, { node, role }) => {
	const labels = /* @__PURE__ */ new Map([
		[hostname, node],
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
	return nodes.length === 1 ? `write nodeSelector: { ${hostname}: ${only} }` : `let the pods run on ${list(nodes)} alone`;
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
		named
	};
	const paths = manifests.workloads.length + manifests.persistentVolumes.length === 0 ? noPaths : toNodePaths(facts.nodeFiles, facts.nodes);
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

export { analyseImage, architecture, asksForGpu, canExportCache, checkImageLimits, classicStore, collect$1 as collect, commonFolder, compareImages, compareReports, containerdClient, containerdFolder, countRemoved, createArtifactListing, createCount, createFileStore, createFilesCache, createLayerListing, createLinkCheck, createTarCutter, doAtOnce, emptyReport, emptyState, escapeTemplate, expand, explainShortage, findAnnotated, findAttested, findContextSources, findDockers, findFilesystems, findFolderAbove, findImages, findLargest$1 as findLargest, findManifest, findNamedImages, findNodeCapacities, findOthers, findOverlap, findPruneObjection, findRoom, findTargetObjection, fixOf, foldersAbove, freedOf, helperHostConfig, hideTokens, idsOf$1 as idsOf, imageFolder, inspectNode, isMap, isNameless, isNoSpace, isOfKo, isPlaceholder, joinManifests, joinScript, largeContextBytes, leastOwnBytes, lookForImages, memoryFolder, mergeLayers, mountFolder, openBlob, openMemoryFile, outcomesOf, parseInstructions, planDisk, pruneCache, readArchive, readBlob, readClaimed, readDockerfile, readEntry, readMoved, readPlacement, readQuietly$1 as readQuietly, readTerms, readVolumes, refuseMissing, refuseShortage, refuseUnknownLimits, refuseUnknownNames, remark, remarkOnLoads, remarkOnManifests, renderBecause, renderChange, renderEvidence, renderFilesystem, renderFinding, renderGrowth, renderMatchPlace, renderParts, renderPath, renderPlace, renderPlace$1, renderProof, renderSaid, renderSum, renderUnloaded, requireCacheExport, requirementFile, runJobs, saveEntries, saysNoSpace, show$1 as show, storeFolders, streamScript, toAnnotations, toAssignments, toBakeFiles, toBakeWords, toBlobPath, toBuildId, toCache, toChainIds, toContainerImage, toDevice, toDockersFolder, toFailure, toFolders, toGrowths, toHelperBase, toHelperContainer, toHistoryOrigins, toImageReportOutput, toImageReports, toImagesToKeep, toInstruction$1 as toInstruction, toLayerEntry, toLayoutHelper, toLoaded, toNewEntries, toOutputs, toProblems, toQuotedWords, toStarts, toStep, toTree$1 as toTree, toTreeDigest, toTreeId, toTreePath, toWordText, trimPrefix, unpackArchive, usualPlatform, walkContext, withBlobs, withContents, withinLimit, withoutTag };