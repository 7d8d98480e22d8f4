import type { Target } from '../build/target.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Lane, Step } from './steps.ts'

/** How many steps of each lane are done at once; a lane that is not here has no limit. */
export const toLanes = (parallel: number) =>
  ({
    build: parallel,
    'cached-build': Math.min(parallel * 2, 8),
    load: 1,
    'cached-load': 3,
    report: 1,
    proof: 1,
    files: 1,
    pull: 3,
  }) as const satisfies Partial<Record<Lane, number>>

/** Steps of these are done again when room could be made. */
export const fillsDisks: ReadonlySet<Lane> = new Set([
  ...(['build', 'cached-build', 'load', 'cached-load', 'files', 'pull'] as const),
])

/**
 * The step, in the lane that it has now. Builds of which something is kept mostly wait, and take hardly any core;
 * but a number that somebody gave is one of all builds.
 */
export const toLane = (
  step: Step,
  { parallel }: Pick<Inputs, 'parallel'>,
  isKept: (target: Target) => boolean,
): Step =>
  step.kind === 'build' && parallel === undefined && isKept(step.target)
    ? { ...step, lane: 'cached-build' }
    : step
