import { attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
const { createHash } = process.getBuiltinModule("node:crypto");

// src/store/saved-plan.ts
const savedPlanFile = "entries.json";
const isHex = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const keys = /^slipway-(?:layer-v1-[0-9a-f]{64}|layers-v1-[0-9a-f]{32}|build-v1-[0-9a-f]{16}-[0-9a-f]{64}-[0-9a-f]{8})$/;
const isEntry = ({ key, files }) => typeof key === "string" && keys.test(key) && Array.isArray(files) && files.every((file) => isHex(file?.sha256));
/** By this the list is known again. */
const toMark = (text) => createHash("sha256").update(text).digest("hex");
/**
* Reads the list. Later steps of the job run as the same user, and may have changed it.
*
* @param mark of the list that main has left
* @returns undefined where it is another one
*/
const parseSavedPlan = (text, mark) => {
	const entries = toMark(text) === mark ? attempt(() => JSON.parse(text)) : void 0;
	return Array.isArray(entries) && entries.every(isEntry) ? entries : void 0;
};

export { parseSavedPlan, savedPlanFile, toMark };