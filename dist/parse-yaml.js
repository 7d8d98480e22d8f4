import { t as require_dist } from "./dist.js";

// src/inputs/parse-yaml.ts
var import_dist = require_dist();
/** Aliases of aliases can be more than anything can hold. */
const mostNodes = 2e4;
const deepest = 50;
/** A document's nodes as values; merge keys are what they merge. */
const createReader = (aliased, lineOf) => {
	let count = 0;
	const fail = (node, reason) => {
		throw Object.assign(new Error(reason), { line: lineOf(node) });
	};
	const toMerged = (value, node) => {
		if (value.kind === "map") return value.entries;
		if (value.kind === "list") return value.items.flatMap((item) => toMerged(item, node));
		return fail(node, "<< merges maps, and this is none");
	};
	const toEntries = ({ key, value }, depth, parent) => {
		const name = toValue(key, depth, parent);
		const line = name.line;
		if (name.kind !== "text") return fail(key ?? parent, "a name that is no text");
		const read = toValue(value, depth, key);
		if (name.text === "<<" && (0, import_dist.isScalar)(key) && key.type === "PLAIN") return toMerged(read, key).map((entry) => ({
			...entry,
			isMerged: true
		}));
		return [{
			key: name.text,
			line,
			value: read,
			isMerged: false
		}];
	};
	const toValue = (given, depth, parent) => {
		const line = lineOf(given ?? parent);
		if (given === null || given === void 0) return {
			kind: "none",
			line
		};
		if (++count > mostNodes || depth > deepest) return fail(given, "too large, or it holds itself");
		const node = (0, import_dist.isAlias)(given) ? aliased.get(given) : given;
		if ((0, import_dist.isScalar)(node)) {
			if (node.value === null) return {
				kind: "none",
				line
			};
			return {
				kind: "text",
				line,
				text: node.type === "PLAIN" ? node.source ?? "" : String(node.value)
			};
		}
		if ((0, import_dist.isSeq)(node)) return {
			kind: "list",
			line,
			items: node.items.map((item) => toValue(item, depth + 1, node))
		};
		if ((0, import_dist.isMap)(node)) {
			const all = node.items.flatMap((pair) => toEntries(pair, depth + 1, node));
			const ordered = [...all.filter(({ isMerged }) => !isMerged), ...all.filter((each) => each.isMerged)];
			const entries = /* @__PURE__ */ new Map();
			for (const { key, line: at, value } of ordered) if (!entries.has(key)) entries.set(key, {
				key,
				line: at,
				value
			});
			return {
				kind: "map",
				line,
				entries: [...entries.values()]
			};
		}
		return fail(given, "an alias of nothing");
	};
	return toValue;
};
/** What aliases mean: the anchor of that name that stands before them. */
const findAliased = (document) => {
	const anchors = /* @__PURE__ */ new Map();
	const aliased = /* @__PURE__ */ new Map();
	const note = (node) => {
		if (node.anchor) anchors.set(node.anchor, node);
	};
	(0, import_dist.visit)(document, {
		Value: (_key, node) => note(node),
		Alias: (_key, node) => {
			const found = anchors.get(node.source);
			if (found !== void 0) aliased.set(node, found);
		}
	});
	return aliased;
};
const explain = ({ code, message }, line) => {
	if (/^\s*\t/.test(line)) return "a tab in the indentation, which has to be spaces";
	if (code === "MULTIPLE_DOCS") return "another document begins";
	return message.replace(/\.?(?:\n.*)?$/s, "");
};
/** Parses YAML 1.2. Never throws: what is wrong first comes with its line. */
const parseYaml = (text) => {
	const counter = new import_dist.LineCounter();
	const lineOf = (node) => counter.linePos(node.range?.[0] ?? 0).line;
	try {
		const document = (0, import_dist.parseDocument)(text, {
			lineCounter: counter,
			prettyErrors: false,
			version: "1.2"
		});
		const [problem] = [...document.errors, ...document.warnings];
		const lines = text.trimEnd().split("\n");
		if (problem !== void 0) {
			const line = Math.min(counter.linePos(problem.pos[0]).line, lines.length);
			return {
				value: void 0,
				problem: {
					line,
					reason: explain(problem, lines[line - 1] ?? "")
				}
			};
		}
		const contents = document.contents;
		if (contents === null) return {
			value: void 0,
			problem: void 0
		};
		return {
			value: createReader(findAliased(document), lineOf)(contents, 0, contents),
			problem: void 0
		};
	} catch (error) {
		const { message, line = 1 } = error;
		return {
			value: void 0,
			problem: {
				line,
				reason: message
			}
		};
	}
};

export { parseYaml };