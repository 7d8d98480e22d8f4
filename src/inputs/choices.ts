/**
 * `auto` frees what is missing, `always` all of the catalog, a number until so much is free; on hosted
 * runners only.
 */
export type FreeDisk = 'auto' | 'always' | 'never' | { readonly targetBytes: number }

/** `auto` takes the best way that works; the others are the way to take, or to fail. */
export type LoadMode = 'auto' | 'reflink' | 'link' | 'copy' | 'stream' | 'kind'

/** `missing` pulls what Docker lacks. */
export type PullImages = 'missing' | 'always' | 'never'

/** Whether pulled images are kept in the Actions cache: `auto` on hosted runners. */
export type ImageCache = 'auto' | 'always' | 'never'

/** Whether Docker's own copy stays once the nodes have theirs. */
export type KeepImages = 'auto' | 'always' | 'never'

/** Whether the build cache that no image holds may go, on hosted runners: `auto` when the disk is full. */
export type PruneCache = 'auto' | 'always' | 'never'

/** `full` reads as much as it takes, `auto` what takes a moment beside a load. */
export type ImageReport = 'auto' | 'full' | 'false'

/** Where builds keep their caches, where they do not say so themselves; `auto` takes what can be had. */
export type CacheChoice = 'none' | 'gha' | 'registry' | 'inline' | 'auto'

/** Whether builders push to a registry of the step's own; `auto` where they can. */
export type BuildCache = 'auto' | 'always' | 'never'

/**
 * `run` builds and loads, `diagnose` says what went wrong in a cluster, `report` what images' bytes are for,
 * `doctor` what of this machine works.
 */
export type Mode = 'run' | 'diagnose' | 'report' | 'doctor'
