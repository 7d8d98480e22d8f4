import type { Target } from '../build/target.ts'
import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { type Step, toStep } from './steps.ts'
import type { StepId } from './work.ts'

/** The step that looks up what was kept. */
export const restoringBuilds: StepId = 'restore builds'

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

/**
 * One step for all builds, before the first: so they ask the cache and the nodes together, and layers come
 * while builds wait for each other.
 *
 * @param targets in the order in which they are built
 */
export const planRestoringBuilds = (
  inputs: Inputs,
  facts: Facts,
  targets: readonly Target[],
  needs: readonly StepId[],
): readonly Step[] => {
  if (planBuildCache(inputs, facts) === undefined) return []
  const kept = targets.filter(({ output }) => output === 'registry')
  const work = { kind: 'restore-builds', targets: kept, nodes: facts.nodes } as const
  return [toStep(restoringBuilds, work, { needs })]
}
