import { createIgnore, isIgnored, readIgnoreFile } from "./shared.build-ignored.build-sent-context.js";

export { isIgnored };