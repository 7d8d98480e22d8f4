import { require_dist } from "./vendor/yaml.js";

// src/inputs/parse-yaml.ts
var import_dist = require_dist();
/** Aliases of aliases can be more than anything can hold. */
const mostAliases = 2e4;
/** All else is its own text: `1.10` and `yes` stay what they are. */
const nothing = {
	tag: "tag:yaml.org,2002:null",
	default: true,
	test: /^(?:~|null|Null|NULL)?$/,
	resolve: () => null
};
const explain = ({ code, message }, line) => {
	if (/^\s*\t/.test(line)) return "a tab in the indentation, which has to be spaces";
	if (code === "MULTIPLE_DOCS") return "another document begins";
	if (code === "NON_STRING_KEY") return "a name that is no text";
	return message.replace(/\.?(?:\n.*)?$/s, "");
};
/** What the parser throws has no line. */
const explainThrown = ({ message }) => {
	if (/^Unresolved alias/.test(message)) return "an alias of nothing";
	return /^Merge sources/.test(message) ? "<< merges maps, and this is none" : "too large, or it holds itself";
};
/** Parses YAML 1.2. Never throws: what is wrong first comes with its line. */
const parseYaml = (text) => {
	const lineCounter = new import_dist.LineCounter();
	const failed = (line, reason) => {
		return {
			value: void 0,
			lineOf: () => line,
			problem: {
				line,
				reason
			}
		};
	};
	try {
		const document = (0, import_dist.parseDocument)(text, {
			lineCounter,
			prettyErrors: false,
			schema: "failsafe",
			customTags: (tags) => [...tags, nothing],
			merge: true,
			stringKeys: true
		});
		const [problem] = [...document.errors, ...document.warnings];
		if (problem !== void 0) {
			const lines = text.trimEnd().split("\n");
			const line = Math.min(lineCounter.linePos(problem.pos[0]).line, lines.length);
			return failed(line, explain(problem, lines[line - 1] ?? ""));
		}
		const lineOf = (path) => {
			const node = document.getIn(path, true);
			if ((0, import_dist.isNode)(node) && node.range) return lineCounter.linePos(node.range[0]).line;
			return path.length === 0 ? 1 : lineOf(path.slice(0, -1));
		};
		return {
			value: document.toJS({ maxAliasCount: mostAliases }),
			lineOf
		};
	} catch (error) {
		return failed(1, explainThrown(error));
	}
};

export { parseYaml };