import { createIgnore, isIgnored, readIgnoreFile } from "./shared.actions-step.js";

export { isIgnored };