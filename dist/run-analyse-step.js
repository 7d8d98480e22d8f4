import { analyseImage, requirementFile, toHistoryOrigins, withBlobs, withContents } from "./shared.commands-report.run-analyse-step.js";
import { findStepLine } from "./shared.run-analyse-step.run-build-caches.run-build-step.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { findOutside, toRealPaths } from "./shared.actions-post.actions-step.js";
import { findImage, findInNode, findRoot, parseInstructions, readDockerfile, readQuietly, toBakeFiles, toBakeWords, toWholeBlobs } from "./shared.actions-step.js";
import { findContextSources, largeContextBytes } from "./shared.run-analyse-step.run-build-caches.js";
const { readdirSync } = process.getBuiltinModule("node:fs");
const { join, relative } = process.getBuiltinModule("node:path");

// src/build/context-origin.ts
const mostPatterns = 200;
const longestPattern = 200;
/** A pattern without a slash is about names wherever they are, others about paths from its file on. */
const toPattern = (folder, pattern) => {
	const trimmed = pattern.replace(/^\//, "");
	return pattern.includes("/") ? join(folder, trimmed) : trimmed;
};
const readPatterns = (workspace, folder) => (readQuietly(join(workspace, folder, ".gitattributes")) ?? "").split("\n").flatMap((line) => {
	const [pattern = "", ...attributes] = line.trim().split(/\s+/);
	return /^[^#"!]/.test(pattern) && pattern.length <= longestPattern && attributes.includes("filter=lfs") ? [toPattern(folder, pattern)] : [];
}).slice(0, mostPatterns);
/** Where a build's context is in the workspace; undefined for one that is elsewhere. */
const readContextOrigin = ({ folder: whole }, workspace) => {
	const folder = whole === void 0 ? ".." : relative(workspace, whole);
	if (folder === ".." || folder.startsWith("../")) return void 0;
	return {
		folder,
		lfs: (folder === "" ? [""] : ["", folder]).flatMap((each) => readPatterns(workspace, each))
	};
};

// src/build/dockerfile/order.ts
const has = (...wanted) => (words) => words.some((word) => wanted.some((isIt) => isIt(word)));
const is = (text) => (word) => word === text;
const begins = (text) => (word) => word.startsWith(text);
/** Without the name of a package. */
const namesNothing = (words) => words.every(begins("-"));
const anything = () => true;
/**
* Commands that install what a list says, and nothing of the program, by what follows them: they depend on
* files that change seldom. Those that also build or install the program itself are none.
*/
const installers = [
	["pip install", has(begins("-r"), begins("--requirement"))],
	["pip3 install", has(begins("-r"), begins("--requirement"))],
	["uv pip sync", anything],
	["uv sync", has(is("--no-install-project"))],
	["poetry install", has(is("--no-root"))],
	...[
		"npm ci",
		"npm install",
		"pnpm i",
		"pnpm install"
	].map((command) => [command, namesNothing]),
	...[
		"yarn install",
		"bundle install",
		"composer install",
		"go mod download",
		"cargo fetch"
	].map((command) => [command, anything])
];
/** Words, not patterns: a pull request may bring a line of a megabyte. */
const installs = (script) => script.split(/[&|;]+/).some((command) => {
	const words = command.trim().split(/\s+/);
	return installers.some(([name, fits]) => {
		const named = name.split(" ");
		const at = words.findIndex((_, from) => named.every((word, step) => words[from + step] === word));
		return at >= 0 && fits(words.slice(at + named.length));
	});
});
/** `.` and the like: all of the context. */
const takesAll = ({ keyword, flags, rest }) => (keyword === "copy" || keyword === "add") && !flags.some((flag) => flag.startsWith("--from=")) && /^(?:\[\s*"\.{1,2}\/?"\s*,|\.\/?\s)/.test(rest);
/** Whether a COPY makes a layer that stands on its own, or could: upon what is below it, it does nothing. */
const isUnlinked = ({ keyword, flags }) => (keyword === "copy" || keyword === "add") && !flags.some((flag) => /^--link(?:=true)?$/.test(flag) || flag.startsWith("--parents"));
/** With `--link`, BuildKit cannot know a folder that only a lower layer leads to. */
const canBeLinked = ({ rest }) => /\s"?\/[^\s"]*"?\]?$/.test(rest);
/** Reads which lines have the cache miss, or a cold builder fetch, more than they need. */
const readOrder = (dockerfile) => {
	const early = [];
	let copied;
	let unlinked = [];
	for (const instruction of parseInstructions(dockerfile).instructions) {
		const { keyword, line, rest } = instruction;
		if (keyword === "from") [copied, unlinked] = [void 0, []];
		if (keyword === "run") unlinked = [];
		if (isUnlinked(instruction) && canBeLinked(instruction)) unlinked.push(line);
		if (takesAll(instruction)) copied ??= line;
		else if (keyword === "run" && copied !== void 0 && installs(rest)) early.push({
			copyLine: copied,
			installLine: line
		});
	}
	return {
		early,
		unlinked
	};
};

// src/build/recipe.ts
/** In a folder of that name all are. */
const requirementFolder = /(?:^|\/)requirements$/;
const mostFiles = 50;
const mostNames = 1e4;
const namesIn = (folder) => (attempt(() => readdirSync(folder)) ?? []).slice(0, mostNames);
/** Paths of a context that the Dockerfile takes and that say what is to be installed. */
const findRequirements = (text, words, folder) => (findContextSources(text, words) ?? [{ path: "." }]).flatMap(({ path }) => {
	const name = path.split("/").at(-1) ?? "";
	if (requirementFile.test(name)) return [path];
	const isAll = requirementFolder.test(path);
	return namesIn(join(folder, path)).filter((each) => (isAll ? /\.(?:txt|in)$/ : requirementFile).test(each)).map((each) => join(path, each));
});
const readRequirements = (text, words, { folder }) => {
	if (folder === void 0) return [];
	const [real = folder] = toRealPaths(".", folder);
	return [...new Set(findRequirements(text, words, folder))].filter((path) => findOutside(path, folder, [real]) === void 0).slice(0, mostFiles).flatMap((path) => readQuietly(join(folder, path)) ?? []);
};
/** What the Dockerfile of a target says; undefined where it is not on this machine. */
const readRecipe = ({ bake }, workspace) => {
	const files = toBakeFiles(bake.definition, workspace);
	const words = toBakeWords(bake.definition);
	const text = readDockerfile(files);
	if (text === "") return void 0;
	const { stages, root } = findRoot(text, words);
	const file = files.dockerfile && relative(workspace, files.dockerfile);
	const base = root && {
		image: root.image,
		location: file === void 0 ? void 0 : {
			file,
			line: root.line
		}
	};
	return {
		text,
		requirements: readRequirements(text, words, files),
		origin: readContextOrigin(files, workspace),
		stages,
		order: readOrder(text),
		base
	};
};

// src/build/dockerfile/history-lines.ts
const readStages = (dockerfile) => {
	const stages = [];
	for (const instruction of parseInstructions(dockerfile).instructions) {
		const { keyword, rest } = instruction;
		if (keyword === "from") {
			const [from = "", as = "", name] = rest.split(/[\t\v\f\r ]+/);
			const alias = as.toLowerCase() === "as" ? name?.toLowerCase() : void 0;
			stages.push({
				name: alias,
				from: from.toLowerCase(),
				own: []
			});
		} else stages.at(-1)?.own.push(instruction);
	}
	return stages;
};
/** All that is done upon the image that the stage to build begins with, stages that it builds upon first. */
const findOwn = (dockerfile, target) => {
	const stages = readStages(dockerfile);
	const isTarget = ({ name }) => name === target?.toLowerCase();
	let at = target === void 0 ? stages.length - 1 : stages.findLastIndex(isTarget);
	const chain = [];
	while (at >= 0) {
		const stage = stages[at];
		if (stage === void 0) break;
		chain.unshift(stage.own);
		at = stages.slice(0, at).findLastIndex(({ name }) => name === stage.from);
	}
	return chain.flat();
};
const keywordOf = (createdBy) => {
	const [, old] = /^\/bin\/sh -c #\(nop\)\s+([A-Z]+)\b/.exec(createdBy) ?? [];
	const [, word] = /^([A-Z]+)\s/.exec(createdBy) ?? [];
	return (old ?? word ?? "RUN").toLowerCase();
};
/** So much of a command tells it from others. */
const comparedCharacters = 30;
/** A command is in the history as it is written, unless it is a list or reads on in further lines. */
const isSame = ({ keyword, rest }, createdBy) => {
	if (keywordOf(createdBy) !== keyword) return false;
	return !(keyword === "run" && !rest.startsWith("[") && !rest.includes("<<")) || createdBy.includes(rest.slice(0, comparedCharacters).trim());
};
/**
* Finds the lines that an image's history is of, counted from 1, where BuildKit has no record of the build:
* each instruction of the stage has one entry, so they are matched from the end. An entry of the image that it
* is built upon has none.
*
* @param history what made each entry, oldest first, entries without a layer among them
* @returns undefined where the two do not agree, as nothing is certain then
*/
const findHistoryLines = (dockerfile, target, history) => {
	const own = findOwn(dockerfile, target);
	const base = history.length - own.length;
	if (own.length === 0 || base < 0) return void 0;
	if (!own.every((instruction, at) => isSame(instruction, history[base + at] ?? ""))) return void 0;
	return history.map((_, at) => own[at - base]?.line);
};

// src/run/history-origins.ts
/**
* What made each layer, by the image's history and the Dockerfile that it was built of: for a BuildKit that
* has no record of its builds.
*
* @returns undefined where the two do not agree
*/
const toLineOrigins = (config, layers, { file, text, target }) => {
	const { history } = attempt(() => JSON.parse(config)) ?? {};
	if (!Array.isArray(history)) return void 0;
	const entries = history;
	const ofLayers = findHistoryLines(text, target, entries.map((entry) => String(entry?.created_by ?? "")))?.filter((_, at) => entries[at]?.empty_layer !== true);
	if (ofLayers?.length !== layers) return void 0;
	return toHistoryOrigins(config, layers).map((origin, at) => {
		const line = ofLayers[at];
		return line === void 0 ? {
			...origin,
			isBase: true
		} : {
			...origin,
			location: {
				file,
				line
			}
		};
	});
};

// src/run/analyse-step.ts
/** A moment beside a load, where all goes well. */
const deadlineMs = {
	auto: 12e4,
	full: 9e5
};
/** Over, or ended with all else. */
const waitFor = (over, signal) => {
	const ended = Promise.withResolvers();
	signal.addEventListener("abort", () => ended.resolve(), { once: true });
	if (signal.aborted) ended.resolve();
	return Promise.race([over, ended.promise]);
};
/**
* What another builder has written is read where it lies. The layers that it left out are in the nodes, so
* such an image is read in one of them once it has been loaded.
*/
const analyseLayout = async ({ loaded }, order, { docker: { api, engine }, run }, analyse) => {
	const { image, signal } = order;
	const whole = toWholeBlobs(image);
	if (whole !== void 0) {
		const late = AbortSignal.timeout(order.deadlineMs);
		return withBlobs(whole, AbortSignal.any([signal, late]), analyse);
	}
	if (loaded !== void 0) await waitFor(run.over(loaded.by), signal);
	signal.throwIfAborted();
	for (const node of loaded?.into ?? []) {
		const found = await findInNode({
			api,
			engine
		}, image, node).catch(() => void 0);
		if (found !== void 0) return withContents(api, {
			...order,
			...found
		}, analyse);
	}
	throw new Failure("the builder sent only the layers that nodes lacked, and Docker sees no node that has the others");
};
/** Most contexts are small, and most steps start without the library of ignore files. */
const describeSent = async ({ target, image: source }, { workspace, resultOf }) => {
	const { contextBytes = 0 } = (source.kind === "built" ? resultOf("build", source.by) : void 0)?.metadata ?? {};
	if (target === void 0 || contextBytes < 1e8) return void 0;
	const { describeContext } = await import("./build-sent-context.js");
	return describeContext(target, workspace, contextBytes).catch(() => void 0);
};
/** What its build took where, and whether layers were fetched for it. */
const toCost = ({ target, image: source }, recipe, { resultOf }) => {
	const lines = ((source.kind === "built" ? resultOf("build", source.by) : void 0)?.metadata.timings.slowest ?? []).flatMap(({ name, ms }) => {
		const line = recipe && findStepLine(recipe.text, name);
		return line === void 0 ? [] : [[line, ms]];
	});
	return {
		lineMs: new Map(lines),
		isLazy: target?.output === "registry"
	};
};
/** Says what an image's bytes are for. That fails no step: the image is there and works. */
const analyse = async (step, ports) => {
	const { docker, log, run } = ports;
	const { depth, nodeImage, image: source, names } = step;
	const image = findImage(source, run);
	const built = source.kind === "built" ? run.resultOf("build", source.by) : void 0;
	if (image === void 0 || nodeImage === void 0) throw new Error(`nothing made the image of ${names.join(", ")}`);
	const { api, engine } = docker;
	const { id: runId, signal } = run;
	const order = {
		engine,
		image,
		nodeImage,
		runId,
		signal,
		deadlineMs: deadlineMs[depth]
	};
	const analyseIt = async (contents, files) => {
		const { config, layers } = contents;
		const { origins: recorded, builtOf } = built ?? {};
		const origins = recorded?.length === layers.length ? recorded : builtOf && toLineOrigins(config, layers.length, builtOf);
		const recipe = step.target && readRecipe(step.target, run.workspace);
		const background = {
			recipe,
			context: await describeSent(step, run),
			...toCost(step, recipe, run),
			asksForGpu: step.asksForGpu
		};
		return analyseImage(contents, files, origins, depth, background);
	};
	try {
		if (image.layout !== void 0) return await analyseLayout(step, order, ports, analyseIt);
		return await withContents(api, order, analyseIt);
	} catch (error) {
		if (!signal.aborted) log.warning(`image-report: cannot read the layers of ${names.join(", ")}: ${renderError(error)}. The image is built and loaded all the same; image-report: false leaves the report out.`);
		return;
	}
};

export { analyse };