import { markdownTable } from "./vendor/markdown-table.js";
import { escapeCell, escapeLine, formatBytes, formatCount } from "./shared.actions-post.actions-step.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { fixOf, renderEvidence, renderFinding, renderMatchPlace, renderPath, renderPlace, renderProof, renderSaid } from "./shared.actions-step.js";

// src/report/image-report-text.ts
const eighths = [
	"",
	"▏",
	"▎",
	"▍",
	"▌",
	"▋",
	"▊",
	"▉"
];
/** A bar that is as long as a part is of a whole; shorter than that it is not shown. */
const renderBar = (part, whole, width = 10) => {
	const length = whole > 0 ? Math.round(part / whole * width * 8) : 0;
	return "█".repeat(Math.floor(length / 8)) + (eighths[length % 8] ?? "");
};
const percent = (part, whole) => whole > 0 ? `${(part / whole * 100).toFixed(1)} %` : "0 %";
/** `169 MB in 6 layers, about 64 MB in a registry`. */
const renderSizes = ({ totalBytes, layers, packedBytes, isPackedExact }) => {
	const about = isPackedExact ? "" : "about ";
	return `${formatBytes(totalBytes)} in ${formatCount(layers.length, "layer")}, ${about}${formatBytes(packedBytes)} in a registry`;
};
/** Own lines and the base apart, and nothing of what is nothing. */
const renderWaste = ({ waste, totalBytes, dive }) => {
	const { ownBytes, squashBytes, baseBytes } = waste;
	const parts = [
		`${formatBytes(ownBytes)} (${percent(ownBytes, totalBytes)}) that a better Dockerfile does not have`,
		...squashBytes > 0 ? [`${formatBytes(squashBytes)} of the base that your lines hide, which only squashing loses`] : [],
		...baseBytes > 0 ? [`${formatBytes(baseBytes)} inside the base`] : []
	];
	const efficiency = (dive.efficiency * 100).toFixed(4);
	return `${parts.join("; ")}. dive says: efficiency ${efficiency} %, ${formatBytes(dive.wastedBytes)} wasted`;
};
const longestInstruction$1 = 120;
/** Layers that have something, as lines of the log. */
const renderLayers$1 = ({ layers, totalBytes }) => layers.flatMap((layer, index) => {
	const { bytes, wastedBytes } = layer;
	const instruction = toLine(layer.instruction ?? "", longestInstruction$1);
	if (bytes === 0) return [];
	const bar = renderBar(bytes, totalBytes).padEnd(10);
	const waste = wastedBytes > 0 ? ` (${formatBytes(wastedBytes)} hidden)` : "";
	const place = renderPlace(layer, index);
	return [`${formatBytes(bytes).padStart(7)} ${bar} ${place} ${instruction}${waste}`.trimEnd()];
});
/** The report of one image as lines of the log, the title apart. */
const renderReportLines = ({ name, analysis, proof }) => {
	const { findings, layers, folders } = analysis;
	const lines = findings.map((match) => {
		const place = renderMatchPlace(match, layers);
		return `${match.rule.level}${place && ` ${place}`}: ${renderFinding(match)}`;
	});
	return {
		title: `Image report: ${name}: ${renderSizes(analysis)}, ${formatCount(findings.length, "finding")}`,
		lines: [
			`Waste: ${renderWaste(analysis)}`,
			"Layers:",
			...renderLayers$1(analysis),
			"Largest folders:",
			...folders.map(({ path, bytes }) => `${formatBytes(bytes).padStart(7)} ${renderPath(path)}`),
			...lines.length === 0 ? ["Findings: none"] : ["Findings:", ...lines],
			...[renderProof(analysis, proof)].filter(Boolean),
			...renderSaid(proof)
		]
	};
};

// src/report/shared-base.ts
/** Layers that are worth a word. */
const mostPlaces = 3;
const renderPlaces = ({ analysis: { layers } }, common, at) => (common.layers[at] ?? []).slice(0, mostPlaces).flatMap(({ layer }) => {
	const made = layers[layer];
	return made === void 0 ? [] : [renderPlace(made, layer)];
}).join(", ");
const listNames = (names) => names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
/** What several images of the run install, each for itself, and what to do; undefined where there is little. */
const renderCommon = (reports, { common }) => {
	if (common === void 0) return void 0;
	const images = common.images.flatMap((image) => reports[image] ?? []);
	const lines = images.map((image, at) => `${image.name} by ${renderPlaces(image, common, at) || "layers of its own"}`);
	return `${listNames(images.map(({ name }) => name))} each have the same ${formatBytes(common.bytes)} in layers of their own (${common.files} files at the same paths, of the same sizes): ${lines.join("; ")}. Put what these lines install into one stage or Bake target, and begin all of these images with it: it is then built, kept and loaded once, ${formatBytes(common.savedBytes)} less.`;
};

// src/report/image-report-summary.ts
const marks = {
	error: "❌",
	warning: "⚠️",
	info: "ℹ️"
};
const fold = (title, body) => `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
/** More rows would be read by nobody. */
const mostFindings = 20;
const renderFindings = ({ findings, layers }) => {
	const shown = findings.slice(0, mostFindings);
	if (shown.length === 0) return [];
	const toRow = (match) => {
		const { rule, bytes } = match;
		const place = escapeCell(renderMatchPlace(match, layers));
		const size = bytes > 0 ? formatBytes(bytes).replace(" ", "\xA0") : "";
		const doubt = rule.doubt === void 0 ? "" : ` (Unless ${rule.doubt}.)`;
		return [
			`${marks[rule.level]} ${rule.what}`,
			size,
			place,
			escapeCell(renderEvidence({
				...match,
				bytes: 0
			})),
			`${fixOf(match)}${doubt}`
		];
	};
	const head = [
		"Finding",
		"Bytes",
		"Line",
		"Where",
		"What to do"
	];
	const rest = findings.length - shown.length;
	return [markdownTable([head, ...shown.map(toRow)], { align: [
		"l",
		"r",
		"l",
		"l",
		"l"
	] }), ...rest > 0 ? [`${rest} more in the step's log.`] : []];
};
/** A row should not become a page. */
const longestInstruction = 120;
const renderLayers = ({ layers, totalBytes }) => {
	const rows = layers.flatMap((layer, index) => layer.bytes === 0 && layer.isBase ? [] : [[
		escapeCell(renderPlace(layer, index)),
		escapeCell(toLine(layer.instruction ?? "", longestInstruction)),
		formatBytes(layer.bytes),
		renderBar(layer.bytes, totalBytes),
		String(layer.files),
		layer.wastedBytes > 0 ? formatBytes(layer.wastedBytes) : "",
		formatBytes(layer.packedBytes)
	]]);
	return markdownTable([[
		"Line",
		"Instruction",
		"Bytes",
		"",
		"Files",
		"Hidden later",
		"Packed"
	], ...rows], { align: [
		"l",
		"l",
		"r",
		"l",
		"r",
		"r",
		"r"
	] });
};
const renderWasted = ({ waste, layers }) => {
	const placeOf = (index) => {
		const layer = layers[index];
		return layer === void 0 ? "" : escapeCell(renderPlace(layer, index));
	};
	const rows = waste.parts.slice(0, mostFindings).map(({ layer, hiddenBy, reason, bytes, files, paths }) => [
		formatBytes(bytes),
		String(files),
		placeOf(layer),
		placeOf(hiddenBy),
		reason,
		escapeCell(paths.map(renderPath).join(", "))
	]);
	return markdownTable([[
		"Bytes",
		"Files",
		"Written by",
		"Hidden by",
		"Reason",
		"Largest"
	], ...rows], { align: [
		"r",
		"r",
		"l",
		"l",
		"l",
		"l"
	] });
};
const renderLargest = ({ folders, files, visibleBytes }) => markdownTable([[
	"Bytes",
	"",
	"Folder or file"
], ...[...folders, ...files].map(({ path, bytes }) => [
	formatBytes(bytes),
	renderBar(bytes, visibleBytes),
	escapeCell(renderPath(path))
])], { align: [
	"r",
	"l",
	"l"
] });
const renderImage = ({ name, analysis, proof }) => [
	`#### ${escapeLine(`${name}: ${renderSizes(analysis)}`)}`,
	`**Waste**: ${escapeCell(renderWaste(analysis))}`,
	...renderFindings(analysis),
	...[escapeLine(renderProof(analysis, proof))].filter(Boolean),
	fold(formatCount(analysis.layers.length, "layer"), renderLayers(analysis)),
	...analysis.waste.parts.length === 0 ? [] : [fold("Waste", renderWasted(analysis))],
	fold("Largest folders and files", renderLargest(analysis))
].join("\n\n");
/** GitHub takes a megabyte of a step's summary, and drops a longer one. */
const mostCharacters = 6e5;
/** The reports in Markdown, what is to be done first; empty where there are none. */
const renderImageReports = (reports, compared) => {
	if (reports.length === 0) return "";
	const common = renderCommon(reports, compared);
	const parts = [...common === void 0 ? [] : [escapeLine(common)], ...reports.map(renderImage)];
	let length = 0;
	const shown = parts.filter((part) => {
		length += Buffer.byteLength(part);
		return length <= mostCharacters;
	});
	const rest = parts.length - shown.length;
	const more = rest > 0 ? [`${formatCount(rest, "report")} more in the step's log.`] : [];
	return `${[
		"### Image report",
		...shown,
		...more
	].join("\n\n")}\n`;
};

export { marks, renderCommon, renderImageReports, renderReportLines, renderWaste };