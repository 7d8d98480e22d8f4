import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** What the Actions cache may keep of builds. */
export type BuildCachePlan = { readonly limitBytes: number; readonly mayWrite: boolean }

/** Undefined where nothing is kept: a registry of the step's own sees what builders make, and nothing else does. */
export const planBuildCache = (
  { buildCacheBytes, isTrusted }: Pick<Inputs, 'buildCacheBytes' | 'isTrusted'>,
  { targets, filesCache }: Pick<Facts, 'targets' | 'filesCache'>,
): BuildCachePlan | undefined =>
  filesCache === undefined || !targets.some(({ output }) => output === 'registry')
    ? undefined
    : { limitBytes: buildCacheBytes, mayWrite: isTrusted && filesCache.mayWrite }
