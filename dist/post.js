import { r as getState } from "./core.js";
import { a as runIdState, o as sweep, r as readEnvironment, t as createRunner } from "./runner.js";

// src/post.ts
await sweep(readEnvironment(), createRunner(), getState(runIdState));

export {  };