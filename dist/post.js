import { findNodeProblem } from "./shared.main.post.js";

// src/post.ts
if (findNodeProblem(process.versions.node, process.platform) === void 0) await import("./actions-post.js");

export {  };