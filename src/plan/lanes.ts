import type { Target } from '../build/target.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Lane, Step } from './steps.ts'

/** So many images are loaded at once that are unpacked beside the nodes. */
export const mostCachedLoads = 3

/** How many steps of some lanes together are done at once; a lane that is in none of them has no limit. */
export const toLimits = (
  parallel: number,
): readonly { readonly lanes: readonly Lane[]; readonly most: number }[] => [
  { lanes: ['build'], most: parallel },
  { lanes: ['build', 'cached-build'], most: Math.max(parallel, Math.min(parallel * 2, 8)) },
  { lanes: ['load'], most: 1 },
  { lanes: ['cached-load'], most: mostCachedLoads },
  { lanes: ['report'], most: 1 },
  { lanes: ['proof'], most: 1 },
  { lanes: ['files'], most: 1 },
  { lanes: ['pull'], most: 3 },
]

/** Steps of these are done again when room could be made. */
export const fillsDisks = new Set<Lane>([
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
