import { markdownTable } from "./vendor/markdown-table.js";
import { escapeCell, formatBytes, formatCount } from "./shared.actions-post.actions-step.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { findLargest, outcomesOf, renderChange, renderMatchPlace, renderParts, renderPath, renderPlace, withoutTag } from "./shared.actions-step.js";
import { marks, renderWaste } from "./shared.actions-publish.report-image-comment.js";
const { createHash } = process.getBuiltinModule("node:crypto");

// src/report/image-comment.ts
/** Commits may be cut to seven digits; what is short counts as a word of its own alone. */
const toPattern = (own) => {
	if (own.length < 7) return `(?<![0-9a-z.])${own}(?![0-9a-z.])`;
	return own.length < 40 ? `${own}(?!\\d)` : `${own.slice(0, 7)}[0-9a-f]*`;
};
/** The same in every run, also of `e2e-${{ github.run_id }}`. */
const withoutRun = (name, ofRun) => name.replace(new RegExp(ofRun.map(toPattern).join("|"), "g"), "");
/**
* How a comment begins, by which a later run finds it. Steps with other images or for another cluster have
* another one. Names count without tags, and the cluster's without the run's numbers: each run would write
* a comment of its own.
*/
const toCommentMarker = ({ workflow, job, ofRun }, clusterName, report) => {
	const names = outcomesOf(report, "analyse").flatMap(({ step }) => step.names.map(withoutTag));
	const parts = [
		workflow,
		job,
		withoutRun(clusterName, ofRun),
		...new Set(names.toSorted())
	];
	return `<!-- slipway:images:${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)} -->`;
};
/** GitHub links names of people and issues in comments, and tells those people. */
const unlink = (text) => escapeCell(text).replace(/[@#]|:(?=\/\/)|\bwww(?=\.)|\bGH(?=-\d)/gi, "$&&#8203;");
const longestName = 120;
const longestList = 600;
/** What others wrote, as text that is nothing else. */
const toCode = (text, longest = longestName) => `<code>${unlink(toLine(text, longest))}</code>`;
const toCell = (bytes) => bytes > 0 ? formatBytes(bytes).replace(" ", "\xA0") : "";
/** So many rows of each make forty lines with all that is around them. */
const most = {
	images: 6,
	excesses: 3,
	findings: 7,
	details: 5
};
const renderRest = (all, shown, what) => all > shown ? [`${formatCount(all - shown, `more ${what}`)} in the summary of the job.`] : [];
const renderTable = (head, rows) => markdownTable([head, ...rows], { alignDelimiters: false }).split("\n");
const renderImages = (images) => {
	const rows = images.slice(0, most.images).map((image) => {
		const { totalBytes, packedBytes, isPackedExact } = image.analysis;
		const packed = `${isPackedExact ? "" : "about "}${formatBytes(packedBytes)}`;
		return [
			toCode(image.name),
			formatBytes(totalBytes),
			packed,
			renderChange(image) ?? "unknown"
		];
	});
	return [
		...renderTable([
			"Image",
			"Files of all layers",
			"In a registry",
			"Change"
		], rows),
		"",
		...renderRest(images.length, most.images, "image")
	];
};
const ranks = {
	error: 0,
	warning: 1,
	info: 2
};
const renderFindings = (images) => {
	const all = images.flatMap(({ name, analysis: { findings, layers } }) => findings.map((match) => ({
		name,
		layers,
		match
	}))).toSorted(({ match: a }, { match: b }) => ranks[a.rule.level] - ranks[b.rule.level] || b.bytes - a.bytes);
	if (all.length === 0) return ["No findings.", ""];
	const rows = all.slice(0, most.findings).map(({ name, layers, match }) => [
		`${marks[match.rule.level]} ${match.rule.what}`,
		toCell(match.bytes),
		toCode(renderMatchPlace(match, layers)),
		match.paths[0] === void 0 ? "" : toCode(renderPath(match.paths[0])),
		toCode(name)
	]);
	return [
		...renderTable([
			"Finding",
			"Bytes",
			"Line",
			"Where",
			"Image"
		], rows),
		"",
		...renderRest(all.length, most.findings, "finding")
	];
};
const renderDetail = ({ name, analysis, grown }) => {
	const largest = findLargest(analysis, false);
	const [folder] = analysis.folders;
	const instruction = largest?.layer.instruction;
	const grew = renderParts({
		analysis,
		grown
	});
	return `- ${[
		`${toCode(name)}: ${formatCount(analysis.layers.length, "layer")}`,
		grew && `grown: ${toCode(grew, longestList)}`,
		`waste ${renderWaste(analysis)}`,
		largest && `largest layer ${toCode(renderPlace(largest.layer, largest.index))}${instruction === void 0 ? "" : ` ${toCode(instruction)}`} ${formatBytes(largest.bytes)}`,
		folder && `largest folder ${toCode(renderPath(folder.path))} ${formatBytes(folder.bytes)}`
	].filter(Boolean).join("; ")}`;
};
const renderOrigin = ({ runUrl, commit }) => {
	return `All of it is in ${runUrl === void 0 ? "the summary of the job" : `[the summary of the job](${runUrl})`}${commit === void 0 ? "" : `; of commit ${commit}`}.`;
};
/** A comment of at most forty lines: sizes and the worst first, the rest folded. */
const renderImageComment = (marker, images, excesses, origin) => {
	return [
		marker,
		"### Image report",
		...excesses.slice(0, most.excesses).map(({ message }) => `- ❌ ${unlink(toLine(message))}`),
		"",
		...renderImages(images),
		...renderFindings(images),
		"<details><summary>Details</summary>",
		"",
		...images.slice(0, most.details).map(renderDetail),
		"",
		"</details>",
		"",
		renderOrigin(origin)
	].join("\n");
};

export { renderImageComment, toCommentMarker };