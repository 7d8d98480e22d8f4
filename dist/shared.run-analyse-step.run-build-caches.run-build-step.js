import { parseInstructions } from "./shared.actions-step.js";

// src/build/dockerfile/step-line.ts
/** What BuildKit counts as steps of a stage, beside what the stage begins with. */
const countedKeywords = [
	"add",
	"copy",
	"run",
	"workdir"
];
/** `[3/7] RUN make`, `[build 3/7] RUN make`, `[linux/arm64 build 3/7] RUN make`. */
const stepPattern = /^\[(?:([^\]]*) )?(\d{1,5})\/(\d{1,5})\] (\w+)/;
const readStages = (dockerfile) => {
	const stages = [];
	for (const instruction of parseInstructions(dockerfile).instructions) {
		const { keyword, rest } = instruction;
		if (keyword === "from") {
			const [, name] = /\sas\s+(\S+)\s*$/i.exec(rest) ?? [];
			const names = [`stage-${stages.length}`, ...name === void 0 ? [] : [name.toLowerCase()]];
			stages.push({
				names,
				steps: []
			});
		} else if (countedKeywords.includes(keyword)) stages.at(-1)?.steps.push(instruction);
	}
	return stages;
};
/**
* The line, counted from 1, of the instruction that BuildKit calls by that name; undefined where the
* Dockerfile does not say so for certain.
*/
const findStepLine = (dockerfile, name) => {
	const [, words = "", number, total, keyword = ""] = stepPattern.exec(name) ?? [];
	const stageName = words.split(" ").at(-1)?.toLowerCase() ?? "";
	const stages = readStages(dockerfile);
	const found = (stages.find(({ names }) => names.includes(stageName)) ?? (stages.length === 1 ? stages[0] : void 0))?.steps.at(Number(number) - Number(total) - 1);
	return found?.keyword === keyword.toLowerCase() ? found.line : void 0;
};

export { countedKeywords, findStepLine };