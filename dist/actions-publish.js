import { escapeCell, escapeLine, escapeText, formatBytes, formatCount, formatDuration, isPush } from "./shared.actions-post.actions-step.js";
import { compareReports, compareWithUsual, emptyReport, findOtherExcesses, findOthers, freedOf, isForFolder, outcomesOf, renderBecause, renderEndedToken, renderGrowth, renderSum, renderUnloaded, toAnnotations, toGrowths, toImageReportOutput, toImageReports, toLists, toOutputs, toProblems, toVolume } from "./shared.actions-step.js";
import { renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { renderCommon, renderImageReports, renderReportLines } from "./shared.actions-publish.report-image-comment.js";
import { markdownTable } from "./vendor/markdown-table.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
const { existsSync } = process.getBuiltinModule("node:fs");

// src/plan/render.ts
const list = (words) => words.join(", ");
const renderTarget = ({ name, tags, isWanted, further }) => {
	const names = tags.map(({ given }) => given).filter((given) => given !== name);
	const pushed = further.some(isPush) ? "pushed, too" : "";
	const notes = [list(names), isWanted ? pushed : "a dependency, not loaded"].filter(Boolean);
	return `Build ${name}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
};
const renderFiles = ({ wanted, removals }) => {
	const each = wanted.map(({ files: { target }, found: { source } }) => `${target} (${formatBytes(source.sizeBytes)})`);
	const gone = [...new Set(removals.map(({ target }) => `remove ${target}`))];
	return `Put files into nodes: ${list([...each, ...gone])}`;
};
const renderImages = ({ wanted }) => {
	const targets = wanted.map(({ files: { target } }) => target);
	return targets.length === 0 ? "Remove images of files that nobody asks for" : `Make images of files: ${list(targets)}`;
};
/** Undefined for what is only bookkeeping, such as names that exist while a step works. */
const renderStep = (step) => {
	switch (step.kind) {
		case "create-cluster": return `Start the cluster ${step.cluster} with kind, or use the one that is there`;
		case "await-cluster": return "Wait until kind has made the cluster";
		case "free-disk": {
			const { entries, targetFreeBytes } = step.freeing;
			return `Free disk${targetFreeBytes === void 0 ? "" : ` until ${formatBytes(targetFreeBytes)} are free`}: ${list(entries.map(({ name }) => name))}`;
		}
		case "await-disk": return "Wait until builds have enough free disk to start";
		case "build": return renderTarget(step.target);
		case "pull": return `Pull ${step.reference.given}`;
		case "unpack-archive": return `Unpack ${list(step.packed.references.map(({ given }) => given))} from ${step.packed.file}`;
		case "mirror-nodes": return `Have the nodes ask ${list(step.mirrors.map(({ host }) => host))} for what pods pull`;
		case "keep-pulled": return "Keep new layers of pulled images for later runs";
		case "restore-builds": return "Look up what was kept of earlier builds";
		case "restore-mounts": return `Restore cache mounts: ${list(step.mounts.map(({ id }) => id))}`;
		case "keep-mounts": return "Keep cache mounts for later runs";
		case "load": return `Load ${list(step.names)}`;
		case "analyse": return `Report on ${list(step.names)}`;
		case "prove": return `Prove by the test what ${list(step.names)} can do without`;
		case "sync-files": return renderFiles(step);
		case "image-volumes": return renderImages(step);
		case "revoke-token": return "Revoke the token";
		case "prune-cache": return "Prune the build cache that no image uses";
		default: return;
	}
};
/** Numbered in the order of the plan, each with the numbers of those that it waits for. */
const renderSteps = (steps) => {
	const shown = steps.flatMap((step) => {
		const text = renderStep(step);
		return text === void 0 ? [] : [{
			step,
			text
		}];
	});
	const numbers = new Map(shown.map(({ step }, index) => [step.id, index + 1]));
	return shown.map(({ step, text }) => {
		const waits = [...step.needs, ...step.after].flatMap((id) => numbers.get(id) ?? []).sort((a, b) => a - b);
		return `${numbers.get(step.id)}. ${text}${waits.length > 0 ? `, after ${list(waits.map(String))}` : ""}`;
	});
};
const renderMethod$1 = (choice) => {
	if (choice.kind !== "direct") return `by ${choice.kind} (${renderBecause(choice.because)})`;
	return choice.wanted === "auto" ? "by reflink, link or copy (a probe in the node decides)" : `by ${choice.wanted}`;
};
const dockersCopies = {
	always: "Docker keeps its copies.",
	auto: "Slipway removes Docker's copy after a load by copy, stream or kind.",
	never: "Slipway removes Docker's copy after each load."
};
const renderNodes = (steps) => {
	const [first] = steps.filter((step) => step.kind === "load");
	if (first === void 0) return [];
	if (steps.some((step) => step.kind === "build" && isForFolder(step.target))) return [`Nodes:${first.into.map(({ node }) => `\n- ${node.name}`).join("")}`, "The builder sends the layers that the nodes lack. Docker gets no copy of what it builds."];
	if (steps.some(({ kind }) => kind === "create-cluster") && first.into.length === 0) return [`Nodes: those of the cluster ${first.cluster}, as soon as they answer`];
	const renderNode = ({ node, choice }) => `\n- ${node.name}, ${renderMethod$1(choice)}`;
	return [`Nodes:${first.into.map(renderNode).join("")}`, dockersCopies[first.keepImages ?? "always"]];
};
const renderSizes = (sizes, steps) => {
	if (!steps.some(({ kind }) => kind === "build")) return "";
	if (sizes === void 0) return "\n- image sizes: unknown before the first run";
	const each = list(sizes.each.map(formatBytes));
	return `\n- image sizes in the last run: ${formatBytes(sizes.totalBytes)} together (${each})`;
};
/** What was counted, and the plan's graph, for people. */
const renderPlan = ({ disk, steps, parallel, shortage }) => {
	const sums = disk.sums.map((sum) => `\n- ${renderSum(sum)}`);
	const builds = steps.filter(({ kind }) => kind === "build").length;
	const most = Math.min(parallel, builds);
	const atMost = most > 1 ? `up to ${most} builds` : "one build";
	const atOnce = builds > 1 ? `${atMost} and ` : "";
	const loading = steps.filter(({ kind }) => kind === "load");
	const loads = loading.length > 1 && loading.every(({ lane }) => lane === "cached-load") ? `up to ${Math.min(3, loading.length)} loads` : "one load";
	return [
		`Disk:${sums.join("")}${renderSizes(disk.sizes, steps)}`,
		...renderNodes(steps),
		`Steps (${atOnce}${loads} at a time):`,
		...renderSteps(steps),
		...shortage === void 0 ? [] : [renderError(shortage)]
	].join("\n");
};
/** The same in Markdown: its lists stay lists, and what is in them is text. */
const renderPlanSummary = (plan) => {
	return `### Slipway's plan (dry run)\n${renderPlan(plan).split("\n").map((line) => {
		const [, mark = "", text = ""] = /^(- |\d+\. )?(.*)$/s.exec(line) ?? [];
		return mark === "" ? `\n${escapeLine(text)}\n` : mark + escapeLine(text);
	}).join("\n")}\n`;
};

// src/report/node-files.ts
const ways = {
	link: "linked",
	mount: "mounted",
	copy: "copied",
	write: "copied",
	same: "unchanged",
	removed: "removed",
	kept: "removed once no pod uses it"
};
const placedOf = (report) => outcomesOf(report, "sync-files").flatMap(({ result }) => result?.placed ?? []);
/** What became of one target in each node; what was not even tried is as it was. */
const waysOf = ({ files, nodes, into }, placed, isDone) => nodes.map(({ name }) => {
	const own = placed.find(({ node, target }) => node === name && target === files.target);
	const isAsked = into.some((node) => node.name === name);
	if (own !== void 0) return [name, own.way];
	return [name, isAsked && !isDone ? "unknown" : "same"];
});
/** What its files are called as an image; undefined where they are none, or not yet. */
const imageOf = (report, { files, image }) => {
	return outcomesOf(report, "image-volumes").flatMap(({ result }) => result?.made ?? []).find(({ target }) => target === files.target)?.reference ?? image?.reference;
};
const renderImage = (report, each) => {
	const image = imageOf(report, each);
	const bytes = outcomesOf(report, "image-volumes").flatMap(({ result }) => result?.made ?? []).filter(({ target }) => target === each.files.target).flatMap(({ nodes }) => nodes).reduce((sum, { copiedBytes }) => sum + copiedBytes, 0);
	return image === void 0 ? "" : `; image ${image}${bytes > 0 ? `, ${formatBytes(bytes)} copied` : ""}`;
};
const renderWays = (all) => {
	const groups = Map.groupBy(all, ([, way]) => way);
	return [...groups].map(([way, nodes]) => {
		const where = groups.size === 1 ? formatCount(nodes.length, "node") : nodes.map(([name]) => name).join(", ");
		return `${way === "unknown" ? "not there" : ways[way]} (${where})`;
	}).join("; ");
};
/** Which files they are: what the source says, else what was fetched; undefined where neither is known. */
const treeOf = (report, { files: { target }, found }) => {
	if (found.kind === "local") return found.source;
	const synced = outcomesOf(report, "sync-files").flatMap(({ result }) => result ?? []);
	return found.source.tree ?? synced.map(({ trees }) => trees.get(target)).find(Boolean);
};
const countFiles = (tree) => tree === void 0 ? "" : formatCount(tree.files.length, "file");
/** Of the source, which may be a whole image, where nobody knows better. */
const sizeOf = (tree, { found }) => tree?.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? found.source.sizeBytes;
/** A table in Markdown of the files that nodes have beside their images; undefined where there are none. */
const renderNodeFiles = (report, files) => {
	const placed = placedOf(report);
	const isDone = outcomesOf(report, "sync-files").every(({ state }) => state === "done");
	const rows = files.map((each) => {
		const tree = treeOf(report, each);
		return [
			escapeCell(each.files.target),
			escapeCell(each.files.given.slice(0, 80)),
			formatBytes(sizeOf(tree, each)),
			countFiles(tree),
			escapeCell(renderWays(waysOf(each, placed, isDone)) + renderImage(report, each))
		];
	});
	const gone = placed.flatMap(({ node, target, way }) => way === "removed" || way === "kept" ? [[
		escapeCell(target),
		"",
		"",
		"",
		`${ways[way]} (${node})`
	]] : []);
	if (rows.length + gone.length === 0) return void 0;
	return markdownTable([
		[
			"Files",
			"From",
			"Size",
			"Count",
			"How"
		],
		...rows,
		...gone
	]);
};
/** GitHub's prices for Git LFS, as of November 2026: docs.github.com, "Git LFS billing". */
const lfs = {
	freeGib: 10,
	dollarsPerGib: .0875
};
/** What Git LFS's server had to send, and what GitHub takes for that; undefined where it sent nothing. */
const renderLfsCharge = (report) => {
	const bytes = outcomesOf(report, "sync-files").reduce((sum, { result }) => sum + (result?.lfsBytes ?? 0), 0);
	if (bytes === 0) return void 0;
	const gib = bytes / 2 ** 30;
	const runs = Math.floor(lfs.freeGib / gib);
	const free = `${formatCount(runs, "such run")} a month ${runs === 1 ? "is" : "are"} free`;
	const then = `then ${(gib * lfs.dollarsPerGib).toFixed(gib < .1 ? 4 : 2)} dollars each`;
	return `Git LFS sent ${formatBytes(bytes)}, which GitHub counts on the repository's owner: on the Free plan ${free}, ${then}. With node-files-cache: true later runs fetch only what changed.`;
};
/** `2 paths unchanged`, `2 paths put into nodes, 1.2 GB copied`; undefined where there are none. */
const renderFilesVerdict = (report, files) => {
	const outcomes = outcomesOf(report, "sync-files");
	if (files.length === 0 && outcomes.length === 0) return void 0;
	const paths = formatCount(files.length, "path");
	if (outcomes.length === 0) return `${paths} unchanged`;
	if (outcomes.some(({ state }) => state !== "done")) return `${paths} not in the nodes`;
	const copied = outcomes.reduce((sum, { result }) => sum + (result?.copiedBytes ?? 0), 0);
	return `${paths} in the nodes, ${formatBytes(copied)} copied`;
};
/** What the output `volumes` says. */
const toVolumes = (report, all) => all.map((one) => {
	const { files: each, found, nodes } = one;
	const isFile = treeOf(report, one)?.isFile ?? one.isFile;
	return toVolume(each, isFile, found.source.sizeBytes, nodes, imageOf(report, one));
});
const renderPiece = ({ volume, volumeMount, image }) => [
	"volumes:",
	`  - name: ${volume.name}`,
	"    hostPath:",
	`      path: ${volume.hostPath.path}`,
	...volume.hostPath.type === "" ? [] : [`      type: ${volume.hostPath.type}`],
	...image === void 0 ? [] : [
		"    # or, in place of hostPath, without subPath in its mounts:",
		"    # image:",
		`    #   reference: ${image.reference}`,
		`    #   pullPolicy: ${image.pullPolicy}`
	],
	"containers: # in each that uses them",
	"  - volumeMounts:",
	`      - name: ${volumeMount.name}`,
	`        mountPath: ${volumeMount.mountPath}`,
	`        readOnly: ${volumeMount.readOnly}`
].join("\n");
/** The pieces of manifests by which pods use them. */
const renderPieces = (volumes) => volumes.map(renderPiece);

// src/report/gantt.ts
/** Mermaid takes colons, commas and much else for its own. */
const toWord = (text) => text.replace(/[^\w./-]+/g, " ").trim().slice(0, 60) || "image";
const marks$1 = {
	done: "",
	failed: "crit, ",
	cancelled: "done, ",
	skipped: "done, "
};
const renderTask = ({ what, state, startMs, endMs }) => `  ${what} :${marks$1[state]}${Math.round(startMs)}, ${Math.round(endMs)}`;
/** What was done when, as a folded Gantt picture; nothing where there is nothing to see. */
const renderGantt = (sections) => {
	if (sections.length === 0) return void 0;
	const lines = sections.flatMap(({ name, tasks }) => [`  section ${toWord(name)}`, ...tasks.map(renderTask)]);
	const leftPadding = 30 + 7 * Math.max(...sections.map(({ name }) => toWord(name).length));
	return [
		"<details><summary>Timeline</summary>",
		"",
		...[
			"```mermaid",
			`%%{init: ${JSON.stringify({ gantt: { leftPadding } })}}%%`,
			...[
				"gantt",
				"  dateFormat x",
				"  axisFormat %M:%S",
				...lines
			],
			"```"
		],
		"",
		"</details>"
	].join("\n");
};

// src/report/rows.ts
/** Every image that the nodes were to get, and every other build that failed. */
const toImageRows = (report) => {
	const builds = outcomesOf(report, "build");
	const loads = outcomesOf(report, "load");
	return [...loads.filter(({ step }) => step.image.kind !== "built").map((load) => ({
		name: load.step.names.join(", "),
		build: void 0,
		load,
		pull: outcomesOf(report, "pull").find(({ step }) => load.step.needs.includes(step.id))
	})), ...builds.flatMap((build) => {
		const { target } = build.step;
		const load = loads.find(({ step }) => step.needs.includes(build.step.id));
		if (!target.isWanted && build.state === "done") return [];
		const tags = target.tags.map(({ given: tag }) => tag).join(", ");
		return [{
			name: tags === "" ? target.name : tags,
			build,
			load
		}];
	})];
};
const resultOf = ({ build, load, pull }) => {
	const states = [
		build?.state,
		load?.state,
		pull?.state
	];
	if (states.includes("failed")) return "failed";
	if (states.includes("skipped")) return "skipped";
	if (states.includes("cancelled")) return "cancelled";
	if (load?.state === "skipped") return "skipped";
	return load === void 0 ? "built" : "loaded";
};
const marks = {
	loaded: "✅",
	built: "✅",
	failed: "❌",
	cancelled: "⏹",
	skipped: "⏹"
};
const methods = {
	reflink: "reflinked",
	link: "linked",
	copy: "copied",
	stream: "streamed",
	kind: "loaded by kind",
	present: "unchanged"
};
const renderMethod = (nodes, isAll) => {
	const [{ way, because } = {
		way: "present",
		because: void 0
	}] = nodes;
	const copied = nodes.reduce((sum, { copiedBytes }) => sum + copiedBytes, 0);
	const bytes = way === "present" ? "" : `, ${formatBytes(copied)} copied`;
	const where = isAll ? "" : ` in ${nodes.map(({ name }) => name).join(", ")}`;
	const why = because === void 0 ? "" : `: ${renderBecause(because)}`;
	return `${because === void 0 ? "" : "⚠️ "}${methods[way]}${where}${bytes}${why}`;
};
/** How it came into the nodes, which are named only where they differ; else what it lacked. */
const renderHow = ({ build, load }) => {
	if (build?.because !== void 0) return `${build.because.replace(/^build /, "")} was not built`;
	const nodes = load?.result?.nodes ?? [];
	const keyOf = ({ way, because }) => `${way} ${because && renderBecause(because)}`;
	const groups = [...Map.groupBy(nodes, keyOf).values()];
	return groups.map((group) => renderMethod(group, groups.length === 1)).join("; ");
};
const renderTime = (outcome) => outcome?.time === void 0 ? "" : formatDuration(outcome.time.endedMs - outcome.time.startedMs);
/** With how many of the Dockerfile's steps the cache had. */
const renderBuild = (build) => {
	const time = renderTime(build);
	const { steps = 0, cachedSteps = 0 } = build?.result?.metadata ?? {};
	return time === "" || steps === 0 ? time : `${time} (${cachedSteps}/${steps})`;
};
const renderSize = ({ build, load }) => {
	const image = load?.result?.image ?? build?.result?.image;
	return image === void 0 ? "" : formatBytes(image.sizeBytes);
};
const columns = [
	["Image", ({ name }) => escapeCell(name)],
	[
		"Result",
		(row) => `${marks[resultOf(row)]} ${resultOf(row)}`,
		"word"
	],
	[
		"Size",
		renderSize,
		"number"
	],
	[
		"Build (cached)",
		({ build }) => renderBuild(build),
		"number"
	],
	[
		"Pull",
		({ pull }) => renderTime(pull),
		"number"
	],
	[
		"Load",
		({ load }) => renderTime(load),
		"number"
	],
	["How", (row) => escapeCell(renderHow(row))]
];
/**
* A table in Markdown with one row an image, without the columns that no image has anything for.
*
* @param space between the words of short cells: one that does not break where a page is narrow
*/
const renderTable = (rows, space) => {
	const used = columns.filter(([, of]) => rows.some((row) => of(row) !== ""));
	const cells = rows.map((row) => used.map(([, of, kind]) => kind === void 0 ? of(row) : of(row).replaceAll(" ", space)));
	const align = used.map(([, , kind]) => kind === "number" ? "r" : "l");
	return markdownTable([used.map(([title]) => title), ...cells], { align });
};

// src/report/tasks.ts
/** The section of the step as a whole. */
const stepSection = "step";
const toTask = (what, outcome, beganMs) => {
	if (outcome?.time === void 0) return [];
	const { startedMs, endedMs } = outcome.time;
	const { state } = outcome;
	return [{
		what,
		state,
		startMs: startedMs - beganMs,
		endMs: endedMs - beganMs
	}];
};
/** More cannot be seen in a picture. */
const mostRows = 40;
/**
* What was done when, of the whole step; empty where there is too little or too much to see.
*
* @param beganMs when the step began, by the clock that outcomes have
*/
const toSections = (report, rows, beganMs) => {
	const images = rows.flatMap(({ name, build, load, pull }) => {
		const tasks = [
			...toTask("pull", pull, beganMs),
			...toTask("build", build, beganMs),
			...toTask("load", load, beganMs)
		];
		return tasks.length === 0 ? [] : [{
			name,
			tasks
		}];
	});
	if (images.flatMap(({ tasks }) => tasks).length < 2 || rows.length > mostRows) return [];
	const disk = [
		...outcomesOf(report, "create-cluster").flatMap((each) => toTask("start cluster", each, beganMs)),
		...outcomesOf(report, "await-cluster").flatMap((each) => toTask("create cluster", each, beganMs)),
		...outcomesOf(report, "free-disk").flatMap((each) => toTask("free disk", each, beganMs)),
		...outcomesOf(report, "prune-cache").flatMap((each) => toTask("prune cache", each, beganMs))
	];
	const begun = [...images.flatMap(({ tasks }) => tasks), ...disk].map(({ startMs }) => startMs);
	const prepared = {
		what: "prepare",
		state: "done",
		startMs: 0,
		endMs: Math.min(...begun)
	};
	return [{
		name: stepSection,
		tasks: [prepared, ...disk]
	}, ...images];
};

// src/report/timeline.ts
const width = 40;
const longestName = 40;
/** Of a shorter step there is no picture to be made. */
const shortMs = 1e4;
const renderBar = ({ startMs, endMs, state }, totalMs) => {
	const from = Math.min(39, Math.floor(width * startMs / totalMs));
	const to = Math.max(from + 1, Math.round(width * endMs / totalMs));
	const mark = state === "done" ? "█" : "▒";
	return (" ".repeat(from) + mark.repeat(to - from)).slice(0, width).padEnd(width);
};
const ends = {
	done: "",
	failed: ", failed",
	cancelled: ", cancelled",
	skipped: ""
};
/**
* What was done when, as bars of text, one a line; nothing for a step that was soon over.
*/
const renderTimeline = (sections) => {
	const all = sections.flatMap(({ name, tasks }) => tasks.map((task) => ({
		task,
		title: (name === "step" ? task.what : `${task.what} ${name}`).slice(0, longestName)
	})));
	const totalMs = Math.max(0, ...all.map(({ task }) => task.endMs));
	if (totalMs < shortMs) return void 0;
	const titleWidth = Math.max(...all.map(({ title }) => title.length));
	return all.map(({ task, title }) => {
		const took = `${formatDuration(task.endMs - task.startMs)}${ends[task.state]}`;
		return `${toLine(title).padEnd(titleWidth)} |${renderBar(task, totalMs)}| ${took}`;
	}).join("\n");
};

// src/report/summary.ts
const findNodes = (rows) => Math.max(0, ...rows.map(({ load }) => load?.step.into.length ?? 0));
/** `2 of 3 images reported`, where nothing else was asked for. */
const renderReported = (report) => {
	const all = outcomesOf(report, "analyse");
	if (all.length === 0) return void 0;
	const done = all.filter(({ state }) => state === "done").length;
	return `${done === all.length ? "" : `${done} of `}${formatCount(all.length, "image")} reported`;
};
/** `4 of 6 images in kind (2 nodes), 1 failed, 1 cancelled`. */
const renderVerdict = ({ report, clusterName, failure, files }) => {
	const rows = toImageRows(report);
	if (rows.length === 0) return renderReported(report) ?? (failure === void 0 ? files ?? "nothing to do" : "failed");
	const number = (result) => rows.filter((row) => resultOf(row) === result).length;
	const loads = rows.filter(({ load }) => load !== void 0);
	const done = number("loaded");
	const all = done === rows.length ? formatCount(done, "image") : `${done} of ${formatCount(rows.length, "image")}`;
	const where = loads.length === 0 ? "" : ` in ${clusterName} (${formatCount(findNodes(rows), "node")})`;
	const rest = [
		"built",
		"failed",
		"cancelled",
		"skipped"
	].flatMap((result) => number(result) === 0 ? [] : [`${number(result)} ${result}`]);
	return [
		`${all}${where}`,
		...rest,
		...files === void 0 ? [] : [files]
	].join(", ");
};
/** Longer than any run of backquotes inside, so that nothing in it can end it. */
const renderCode = (text) => {
	const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
	const fence = "`".repeat(longest + 1);
	return `${fence}text\n${text}\n${fence}`;
};
const quote = (text) => `> ${text.replaceAll("\n", "\n> ")}`;
const renderProblem = ({ name, error, location }) => {
	const [first = "", ...rest] = renderError(error).split(/\r\n|\n|\r/);
	const what = first.startsWith(`${name}: `) ? first.slice(name.length + 2) : first;
	const at = location && `${location.file}:${location.line}`;
	const where = at === void 0 || first.includes(at) ? "" : ` — ${escapeLine(at)}`;
	const head = `**❌ ${escapeLine(name)}**${where} — ${escapeLine(what)}`;
	return quote(rest.length === 0 ? head : `${head}\n${renderCode(rest.join("\n"))}`);
};
const renderFailure = ({ report, failure }) => {
	if (failure === void 0) return [];
	const problems = toProblems(report);
	if (problems.length > 0) return problems.map(renderProblem);
	return [quote(`**❌** ${escapeText(renderError(failure))}`)];
};
const renderFreed = (report) => {
	const freed = freedOf(report);
	if (freed.length === 0) return [];
	const bytes = freed.reduce((sum, each) => sum + each.bytes, 0);
	const each = freed.map((one) => `${one.name} (${one.path}) ${formatBytes(one.bytes)}`).join(", ");
	return [`**Freed**: ${formatBytes(bytes)}: ${escapeLine(each)}`];
};
/** Of all builds, the three instructions that took longest. */
const renderSlowest = (report) => {
	const slowest = outcomesOf(report, "build").flatMap(({ step, result }) => (result?.metadata.timings.slowest ?? []).map((slow) => ({
		target: step.target.name,
		...slow
	}))).toSorted((a, b) => b.ms - a.ms).slice(0, 3);
	if (slowest.length === 0) return [];
	return [`**Slowest**: ${slowest.map(({ target, name, ms }) => `${target}: ${name}, ${formatDuration(ms)}`).map(escapeLine).join(" · ")}`];
};
const renderTokens = (report) => outcomesOf(report, "revoke-token").flatMap(({ result }) => result ?? []).map((token) => `**Token**: ${escapeLine(renderEndedToken(token))}`);
/** What the log ends with: what was done when, the verdict, and one row an image. */
const renderResult = (told) => {
	const rows = toImageRows(told.report);
	const verdict = `${renderVerdict(told)}, ${formatDuration(told.durationMs)}`;
	const timeline = renderTimeline(toSections(told.report, rows, told.beganMs));
	return [
		...timeline === void 0 ? [] : [timeline, ""],
		`Slipway: ${verdict}`,
		...rows.length === 0 ? [] : [renderTable(rows, " ")],
		...told.growth === void 0 ? [] : [`Growth: ${told.growth}`],
		...told.usual?.isSlower === true ? [`Builds: ${told.usual.line}`] : [],
		...renderUnloaded(told.report)
	].join("\n");
};
/** The job summary, in Markdown: the answer first. */
const renderSummary = (told) => {
	const rows = toImageRows(told.report);
	const gantt = renderGantt(toSections(told.report, rows, told.beganMs));
	return `${[
		`### Slipway: ${escapeLine(renderVerdict(told))} &nbsp; ⏱ ${formatDuration(told.durationMs)}`,
		...renderFailure(told),
		...rows.length === 0 ? [] : [renderTable(rows, "\xA0")],
		...renderUnloaded(told.report).map(escapeLine),
		...told.usual === void 0 ? [] : [`**Builds**: ${escapeLine(told.usual.line)}`],
		...told.growth === void 0 ? [] : [`**Growth**: ${escapeLine(told.growth)}`],
		...renderSlowest(told.report),
		...renderTokens(told.report),
		...renderFreed(told.report),
		...gantt === void 0 ? [] : [gantt]
	].join("\n\n")}\n`;
};

// src/commands/actions/publish.ts
/** At the Dockerfile's lines, and with all that is behind it in the log. */
const tellReports = async (runner, reports, compared) => {
	for (const report of reports) {
		const { title, lines } = renderReportLines(report);
		runner.group(title, lines);
	}
	const common = renderCommon(reports, compared);
	if (common !== void 0) runner.line(`Image report: ${toLine(common, 2e3)}`);
	const annotations = reports.map(toAnnotations);
	for (const { message, location } of annotations.flatMap(({ errors }) => errors)) runner.error(message, location);
	await runner.warnings(annotations.flatMap(({ warnings }) => warnings));
};
/** By what pods use the files, to be copied by people. */
const tellVolumes = (runner, volumes) => {
	const lines = renderPieces(volumes).flatMap((piece) => [...piece.split("\n"), ""]);
	runner.group("node-files: pieces of manifests for pods that use them", lines);
};
/** Later steps find the cluster, or what is left of one that could not be made. */
const tellCluster = (runner, { report, clusterLogs = "" }) => {
	const [creation] = outcomesOf(report, "create-cluster");
	if (creation === void 0) return;
	if (existsSync(clusterLogs)) runner.output("cluster-logs", clusterLogs);
	const isMade = outcomesOf(report, "await-cluster").some(({ result }) => result === true);
	const { kubeconfig } = creation.result ?? {};
	if (kubeconfig === void 0 || !isMade) return;
	runner.output("kubeconfig", kubeconfig);
	runner.exportVariable("KUBECONFIG", kubeconfig);
};
/** All but the one that the step fails with. */
const tellExcesses = async (runner, result, inputs, failure) => {
	if (inputs?.imageLimits.isWarning === true) return runner.warnings(result.excesses);
	for (const { message, location } of findOtherExcesses(result, failure)) runner.error(message, location);
};
/** Sets the outputs, and writes down what came of it: the end of the log, and the summary. */
const publish = async (runner, { inputs, result, failure, beganMs }) => {
	const report = result?.kind === "run" ? result.report : emptyReport;
	const nodeFiles = result?.kind === "run" ? result.nodeFiles : [];
	const volumes = toVolumes(report, nodeFiles);
	const reports = toImageReports(report);
	const compared = compareReports(reports);
	const growths = result?.kind === "run" ? toGrowths(result.compared) : [];
	const outputs = {
		...toOutputs(report, inputs?.bake?.isSingle === true),
		...toLists(inputs, toImageReportOutput(reports, compared, growths), JSON.stringify(volumes))
	};
	for (const [name, value] of Object.entries(outputs)) runner.output(name, value);
	if (result?.kind === "planned") {
		runner.line(`The plan (dry-run: Slipway does none of it):\n${renderPlan(result.plan)}`);
		return runner.summary(renderPlanSummary(result.plan));
	}
	if (result?.kind === "run") tellCluster(runner, result);
	for (const { message, location } of findOthers(report)) runner.error(message, location);
	const history = result?.kind === "run" ? result.history : void 0;
	const usual = history && compareWithUsual(report, history);
	const durationMs = performance.now() - beganMs;
	const growth = result?.kind === "run" ? renderGrowth(result.compared) : void 0;
	const told = {
		files: renderFilesVerdict(report, nodeFiles),
		growth,
		beganMs,
		report,
		usual,
		clusterName: inputs?.clusterName ?? "",
		durationMs,
		failure
	};
	const files = renderNodeFiles(report, nodeFiles);
	if (nodeFiles.length > 0) tellVolumes(runner, volumes);
	await tellReports(runner, reports, compared);
	if (result?.kind === "run") await tellExcesses(runner, result, inputs, failure);
	if (report.outcomes.length + nodeFiles.length > 0) runner.line(`\n${renderResult(told)}`);
	if (files !== void 0) runner.line(`\n${files}`);
	const details = renderImageReports(reports, compared);
	const charge = inputs?.nodeFilesCacheBytes === void 0 ? renderLfsCharge(report) : void 0;
	if (charge !== void 0) runner.line(charge);
	const parts = [
		renderSummary(told),
		files,
		charge && `\n${charge}\n`,
		details
	].filter((part) => part !== void 0 && part !== "");
	await runner.summary(parts.join("\n"));
};

export { publish };