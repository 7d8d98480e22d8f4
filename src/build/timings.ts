import type { SourceLocation } from '../failure.ts'
import { toLine } from '../text/to-line.ts'
import type { CachedShare } from './event.ts'
import { shortenInstruction } from './render-event.ts'

/** A step of a build that has ended. */
type EndedStep = { readonly name: string; readonly isCached: boolean; readonly ms: number }

/** Where the time of a build went, in milliseconds. Steps go on side by side, so sums may be longer than it. */
export type Timings = {
  readonly contextMs: number
  /** Metadata and layers of base images. */
  readonly pullMs: number
  /** The Dockerfile's own steps. */
  readonly stepsMs: number
  readonly exportMs: number
  /** Reading and writing caches elsewhere. */
  readonly cacheMs: number
  /** Those that took longest, with what they were, longest first. */
  readonly slowest: readonly { readonly name: string; readonly ms: number }[]
}

/** The first of a Dockerfile's steps that the cache did not have. */
export type MissedStep = {
  /** As the Dockerfile has it, in one short line. */
  readonly instruction: string
  /** Where that is, when it is known. */
  readonly location: SourceLocation | undefined
}

export type BuildStats = CachedShare & {
  readonly timings: Timings
  /** BuildKit's name of the first step that the cache did not have, such as `[3/7] RUN make`. */
  readonly missed: string | undefined
  /** How much of the build context BuildKit was sent. */
  readonly contextBytes: number
}

type Phase = 'context' | 'pull' | 'steps' | 'export' | 'cache'

/** BuildKit's and buildx's names of steps, after the target's and the stage's. */
const phases: readonly (readonly [Phase, RegExp])[] = [
  [
    'context',
    /^\[(?:\S+ )?(?:internal|context \S+)\] load (?:build context|from client|build definition|\.dockerignore)/,
  ],
  [
    'pull',
    /^\[(?:\S+ )*(?:internal|auth|context \S+)\]|^\[(?:[^\]]* )?\d+\/\d+\] FROM |^resolve image config/,
  ],
  ['steps', /^\[(?:[^\]]* )?\d+\/\d+\] /],
  ['cache', /^(?:\[[^\]]*\] )?(?:importing cache|exporting cache|preparing build cache)/],
  [
    'export',
    /^(?:\[[^\]]*\] )?(?:exporting|sending tarball|importing to docker|pushing|unpacking)/,
  ],
]

const toPhase = (name: string): Phase | undefined =>
  phases.find(([, pattern]) => pattern.test(name))?.[0]

const mostSlow = 3

/** Quicker ones are nobody's trouble. */
const slowMs = 1_000

/** Sums up what the steps of a build took. */
export const toTimings = (steps: readonly EndedStep[]): Timings => {
  const sums = { context: 0, pull: 0, steps: 0, export: 0, cache: 0 }
  for (const { name, ms } of steps) {
    const phase = toPhase(name)
    if (phase !== undefined) sums[phase] += ms
  }
  const slowest = steps
    .filter(({ isCached, ms, name }) => !isCached && ms >= slowMs && toPhase(name) !== undefined)
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, mostSlow)
    .map(({ name, ms }) => ({ name: shortenInstruction(toLine(name)), ms }))
  return {
    contextMs: sums.context,
    pullMs: sums.pull,
    stepsMs: sums.steps,
    exportMs: sums.export,
    cacheMs: sums.cache,
    slowest,
  }
}
