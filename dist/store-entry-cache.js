import { createEntryCache } from "./shared.commands-keep-layers.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.store-entry-cache.js";

export { createEntryCache };