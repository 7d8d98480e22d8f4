import { t as findNodeProblem } from "./node-version.js";

// src/main.ts
const problem = findNodeProblem(process.versions.node);
if (problem === void 0) await import("./step.js");
else {
	process.stdout.write(`::error::${problem}\n`);
	process.exitCode = 1;
}

export {  };