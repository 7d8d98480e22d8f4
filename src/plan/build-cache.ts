import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** What the Actions cache may keep of builds. */
export type BuildCachePlan = {
  readonly limitBytes: number
  readonly mayWrite: boolean
  /** Whether a target goes without it for a while where it does not pay. */
  readonly mayStop: boolean
}

/** Undefined where nothing is kept: a registry of the step's own sees what builders make, and nothing else does. */
export const planBuildCache = (
  {
    buildCache,
    buildCacheBytes,
    isTrusted,
  }: Pick<Inputs, 'buildCache' | 'buildCacheBytes' | 'isTrusted'>,
  { targets, filesCache }: Pick<Facts, 'targets' | 'filesCache'>,
): BuildCachePlan | undefined =>
  filesCache === undefined || !targets.some(({ output }) => output === 'registry')
    ? undefined
    : {
        limitBytes: buildCacheBytes,
        mayWrite: isTrusted && filesCache.mayWrite,
        mayStop: buildCache === 'auto',
      }
