import { r as getState } from "./core.js";
import { i as sweep, m as readEnvironment, r as runIdState, t as createRunner } from "./runner.js";

// src/post.ts
await sweep(readEnvironment(), createRunner(), getState(runIdState));

export {  };