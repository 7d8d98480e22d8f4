import { escapeCell, escapeLine } from "./shared.actions-post.actions-step.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";

// src/diagnose/finding/render.ts
const certainties = {
	certain: "",
	likely: "Likely: ",
	possible: "Possible: "
};
const withEnd = (text) => /[.!?]$/.test(text) ? text : `${text}.`;
/** For an annotation: what happened and what to change. The evidence is in the log. */
const renderAnnotation = ({ certainty, cause, remedy }) => `${certainties[certainty]}${withEnd(cause)} ${remedy}`;
/** For the log: cause first, evidence below, then what to change. */
const renderFinding = ({ certainty, cause, evidence, remedy }) => [
	`${certainties[certainty]}${cause}`,
	...evidence.map((line) => `    ${line}`),
	`  What to change: ${remedy}`
].join("\n");
/** One line that says what was checked, and what could not be. Some of it is what others said. */
const renderChecks = ({ findings, checked, unchecked, remarks }) => {
	const list = (title, pieces) => pieces.length === 0 ? [] : [`${title}: ${pieces.map((piece) => toLine(piece)).join(", ")}.`];
	return [
		...findings.length === 0 ? ["No cause found."] : [],
		...list("Checked", checked),
		...list("Not checked", unchecked),
		...remarks.map((remark) => withEnd(toLine(remark)))
	].join(" ");
};
/** A section of the job's summary. */
const renderDiagnosis = (diagnosis) => {
	return `${[
		"### Slipway: what went wrong",
		...diagnosis.findings.flatMap(({ certainty, cause, evidence, remedy }) => [
			`**${certainties[certainty]}${escapeCell(withEnd(cause))}**`,
			...evidence.length > 0 ? [evidence.map((line) => `- ${escapeLine(line)}`).join("\n")] : [],
			`What to change: ${escapeCell(remedy)}`
		]),
		escapeCell(renderChecks(diagnosis))
	].join("\n\n")}\n`;
};

// src/commands/actions/report-diagnosis.ts
/** GitHub keeps ten of a level; one is for how many more there are. */
const shownAnnotations = 9;
const reportFindings = async ({ line, debug, fenced, output, warning, error, summary }, diagnosis, isAsked) => {
	const { findings } = diagnosis;
	if (isAsked) output("findings", JSON.stringify(findings));
	const checks = renderChecks(diagnosis);
	if (findings.length === 0 && !isAsked) return debug(checks);
	for (const finding of findings.slice(0, shownAnnotations)) (isAsked && finding.certainty === "certain" ? error : warning)(renderAnnotation(finding));
	const more = findings.length - shownAnnotations;
	if (more > 0) warning(`${more} more: see the job's summary, or the log of this step.`);
	if (findings.length > 0) {
		const lines = findings.flatMap((finding) => ["", ...renderFinding(finding).split("\n")]);
		await fenced(async (write) => lines.forEach(write));
	}
	line(checks);
	await summary(renderDiagnosis(diagnosis));
};
/**
* Reports to people: annotations, the log, a section of the summary. All of it is data: names and
* messages are not ours.
*
* @param isAsked whether somebody asked; who did not reads of findings alone, and in warnings
*/
const reportDiagnosis = async (runner, diagnosis, isAsked) => {
	await reportFindings(runner, diagnosis, isAsked);
	const { pulled } = diagnosis;
	if (pulled.length === 0) return;
	const { renderPulled, renderPulledSummary } = await import("./finding-render-pulled.js");
	await runner.fenced(async (write) => renderPulled(pulled).forEach(write));
	await runner.summary(renderPulledSummary(pulled));
};

export { reportDiagnosis };