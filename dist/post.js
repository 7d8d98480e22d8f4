import { t as findNodeProblem } from "./node-version.js";

// src/post.ts
if (findNodeProblem(process.versions.node) === void 0) await import("./post2.js");

export {  };