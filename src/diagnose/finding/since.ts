/**
 * Whether something came since the baseline; a cluster may be older than the job, or shared. What has no
 * time at all counts, as nothing speaks against it.
 *
 * @param at ISO 8601
 * @param since the baseline's clock, ms since 1970; undefined where there is none, and all counts
 * @param tookMs how long before `at` it began
 */
export const isSince = (
  at: string | undefined,
  since: number | undefined,
  tookMs: number = 0,
): boolean =>
  // Kubernetes writes full seconds: what came within the baseline's own one may have come after it.
  at === undefined ||
  since === undefined ||
  Date.parse(at) - tookMs >= Math.floor(since / 1_000) * 1_000

/** Long enough for a new node to become ready, and for what pods wait for to come a moment after them. */
const settledMs = 30_000

/** Whether something that may still come right by itself has been so for a while. */
export const hasLasted = (at: string | undefined, now: number): boolean =>
  at === undefined || now - Date.parse(at) >= settledMs

type Timed = { readonly at?: string | undefined }

/** The newest last; what has no time may be of any, and comes first. */
const byTime = (a: Timed, b: Timed): number =>
  (a.at === undefined ? 0 : Date.parse(a.at)) - (b.at === undefined ? 0 : Date.parse(b.at))

/** Of the same thing seen several times. */
export const findNewest = <T extends Timed>(all: readonly T[]): T | undefined =>
  all.toSorted(byTime).at(-1)
