import { createEntryCache } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.store-entry-cache.js";

export { createEntryCache };