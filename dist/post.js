import { a as runIdState, n as getState, o as sweep, r as readEnvironment, t as createRunner } from "./runner.js";

// src/post.ts
await sweep(readEnvironment(), createRunner(), getState(runIdState));

export {  };