import { findNodeProblem } from "./shared.main.post.js";

// src/main.ts
const problem = findNodeProblem(process.versions.node, process.platform);
if (problem === void 0) await import("./actions-step.js");
else {
	process.stdout.write(`::error::${problem}\n`);
	process.exitCode = 1;
}

export {  };