import { r as getState } from "./core.js";
import { a as tokenState, c as sweep, r as readEnvironment, s as runIdState, t as createRunner } from "./runner.js";

// src/post.ts
const runner = createRunner();
if (getState("token") === "minted") runner.warning("The step was killed while it had a token. Its watchdog has revoked it, or GitHub ends it within the hour.");
await sweep(readEnvironment(), runner, getState(runIdState));

export {  };