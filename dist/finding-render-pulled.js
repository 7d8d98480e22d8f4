import { markdownTable } from "./vendor/markdown-table.js";
import { escapeCell, formatBytes, formatCount, formatDuration } from "./shared.actions-post.actions-step.js";

// src/diagnose/finding/render-pulled.ts
const mostShown = 30;
const hour = "Kubernetes keeps events for an hour, so there may have been more.";
const isAlwaysPulled = ({ name }) => name.endsWith(":latest");
const toRemark = (image) => {
	if (image.isLoaded) return "this job loaded it, too: the pod came first, its imagePullPolicy is Always, or kubernetes#138175";
	return isAlwaysPulled(image) ? "needs imagePullPolicy: IfNotPresent, too" : "";
};
const toWait = ({ waitMs, isWhole }) => `${isWhole ? "" : "at least "}${formatDuration(waitMs)}`;
/** What to write for those that nobody loaded. */
const toInput = (images) => {
	const names = images.filter(({ isLoaded }) => !isLoaded).map(({ name }) => name);
	return names.length === 0 ? [] : ["images: |", ...names.toSorted().map((name) => `  ${name}`)];
};
const advice = "Loaded beforehand, they cost pods nothing: with these lines in the inputs of the step, or with `images-from: manifests` where `manifests` name them.";
const toMore = (images) => images.length > mostShown ? [`${images.length - mostShown} more are left out here.`] : [];
/** For the log. */
const renderPulled = (images) => {
	const shown = images.slice(0, mostShown);
	const lines = shown.map((image) => {
		const { name, count, nodes, sizeBytes, longestMs } = image;
		const where = nodes.length === 0 ? "" : ` on ${formatCount(nodes.length, "node")}`;
		const size = sizeBytes === void 0 ? "" : ` of ${formatBytes(sizeBytes)}`;
		const longest = count === 1 ? "" : `, ${formatDuration(longestMs)} at most for one`;
		const remark = toRemark(image);
		return `    ${name}: ${`${formatCount(count, "pull")}${size}${where}`}, pods waited ${toWait(image)}${longest}${remark && ` (${remark})`}`;
	});
	const input = toInput(shown);
	return [
		`Images that nodes pulled, and how long pods waited for them. ${hour}`,
		...lines,
		...toMore(images),
		...input.length === 0 ? [] : [advice, ...input.map((line) => `    ${line}`)]
	];
};
/** A section of the job's summary. */
const renderPulledSummary = (images) => {
	const shown = images.slice(0, mostShown);
	const rows = shown.map((image) => {
		const { name, count, nodes, sizeBytes, longestMs } = image;
		const remark = toRemark(image);
		return [
			`${escapeCell(name)}${remark && `<br>${escapeCell(remark)}`}`,
			`${count}`,
			escapeCell(nodes.join(", ")),
			sizeBytes === void 0 ? "" : formatBytes(sizeBytes),
			toWait(image),
			formatDuration(longestMs)
		];
	});
	const input = toInput(shown);
	return `${[
		"### Slipway: images that nodes pulled",
		markdownTable([[
			"Image",
			"Pulls",
			"Nodes",
			"Size",
			"Pods waited, in all",
			"at most for one"
		], ...rows], { align: [
			"l",
			"r",
			"l",
			"r",
			"r",
			"r"
		] }),
		...toMore(images),
		...input.length === 0 ? [] : [advice, [
			"```yaml",
			...input,
			"```"
		].join("\n")],
		hour
	].join("\n\n")}\n`;
};

export { renderPulled, renderPulledSummary };