import { createIgnore, isIgnored, readIgnoreFile } from "./shared.build-ignored.build-sent-context.run-build-caches.js";

export { isIgnored };