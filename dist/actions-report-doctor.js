import { markdownTable } from "./vendor/markdown-table.js";
import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { escapeCell, formatCount, formatDuration } from "./shared.actions-post.actions-step.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";

// src/doctor/render.ts
const longest = 1e3;
const remedyOf = (check) => check.state === "no" ? toLine(check.remedy, longest) : void 0;
const marks = {
	ok: "ok",
	no: "NO",
	unknown: "?"
};
/** For a log or a terminal: a line for each check, and below a "no" the line that mends it. */
const renderChecks = (checks) => {
	const width = Math.max(...checks.map(({ name }) => name.length));
	return checks.flatMap((check) => {
		const remedy = remedyOf(check);
		const line = `${marks[check.state].padEnd(2)}  ${check.name.padEnd(width)}  ${toLine(check.found, longest)}`;
		return remedy === void 0 ? [line] : [line, `${" ".repeat(width + 6)}-> ${remedy}`];
	});
};
/** What a step fails without. */
const findNeeded = (checks) => checks.filter((check) => check.state === "no" && check.isNeeded);
const renderVerdict = (checks, durationMs) => {
	const count = (state) => checks.filter((check) => check.state === state).length;
	const took = formatDuration(durationMs);
	const counts = `${count("ok")} ok, ${count("no")} no, ${count("unknown")} unknown, ${took}`;
	const lacking = findNeeded(checks).map(({ name }) => name);
	return lacking.length === 0 ? `nothing that a step needs is missing (${counts})` : `a step would fail: ${lacking.join(", ")} (${counts})`;
};
const icons = {
	ok: "✅",
	no: "⚠️",
	unknown: "❔"
};
/** A section of the job's summary: what is wrong first. */
const renderDoctorSummary = (checks, durationMs) => {
	const order = (check) => check.state === "no" ? check.isNeeded ? 0 : 1 : check.state === "unknown" ? 2 : 3;
	const rows = checks.toSorted((one, other) => order(one) - order(other)).map((check) => [
		`${order(check) === 0 ? "❌" : icons[check.state]} ${check.name}`,
		escapeCell(toLine(check.found, longest)),
		escapeCell(remedyOf(check) ?? "")
	]);
	const table = markdownTable([[
		"What",
		"Found",
		"What mends it"
	], ...rows]);
	return `### Slipway: ${escapeCell(renderVerdict(checks, durationMs))}\n\n${table}\n`;
};
/** Why a step that examines fails: something is missing that every step needs. */
const toFailure = (checks) => {
	const [first, ...others] = findNeeded(checks);
	if (first === void 0) return void 0;
	const more = others.length === 0 ? "" : `, and ${formatCount(others.length, "thing")} more`;
	const what = `${first.name}: ${toLine(first.found, longest)}${more}`;
	return new Failure(what, { remedy: remedyOf(first) ?? "" });
};

// src/commands/actions/report-doctor.ts
/**
* Reports an examination: the log, a section of the summary, and the output for programs.
*
* @returns why the step fails, if it does
*/
const reportDoctor = async ({ line, output, fenced, summary }, checks, durationMs) => {
	output("checks", JSON.stringify(checks));
	await fenced(async (write) => renderChecks(checks).forEach(write));
	line(`Slipway: ${renderVerdict(checks, durationMs)}`);
	await summary(renderDoctorSummary(checks, durationMs));
	return toFailure(checks);
};

export { reportDoctor };