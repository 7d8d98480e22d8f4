import { parseMadeOf, renderMadeOf } from '../build/missed/kept.ts'
import type { MadeOf } from '../build/missed/made-of.ts'
import { attempt } from '../failure.ts'

/** What a target's builds leave to the next one, beside the builder's cache. */
export type BuildNote = {
  /** Undefined where its Dockerfile is elsewhere, or it is too much. */
  readonly madeOf: MadeOf | undefined
  /** The last build that the cache did not help. */
  readonly whole: { readonly ms: number; readonly at: number } | undefined
  /** Runs in a row that took no less with the cache. */
  readonly slowRuns: number
  /** Until then the cache is not used; in seconds since 1970. */
  readonly offUntil: number
}

export const emptyNote: BuildNote = {
  madeOf: undefined,
  whole: undefined,
  slowRuns: 0,
  offUntil: 0,
}

/** One slow run may have had a slow network. */
const mostSlowRuns = 2

/** Then somebody may have mended it. */
const offSeconds = 7 * 24 * 3_600

/** Less says nothing. */
const leastGainMs = 1_000

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

/** Reads what an earlier run has noted; where somebody else has written it, nothing. */
export const parseNote = (text: string | undefined): BuildNote => {
  const parsed = attempt(() => JSON.parse(text ?? '') as Record<string, unknown> | null)
  const { madeOf, whole, slowRuns, offUntil } = parsed ?? {}
  const { ms, at } = (whole ?? {}) as Record<string, unknown>
  return {
    madeOf: typeof madeOf === 'string' ? parseMadeOf(madeOf) : undefined,
    whole: isCount(ms) && isCount(at) ? { ms, at } : undefined,
    slowRuns: isCount(slowRuns) ? slowRuns : 0,
    offUntil: isCount(offUntil) ? offUntil : 0,
  }
}

export const renderNote = ({ madeOf, ...note }: BuildNote): string =>
  JSON.stringify({ madeOf: madeOf && renderMadeOf(madeOf), ...note })

export type TimedBuild = {
  readonly madeOf: MadeOf | undefined
  /** From its beginning to its image; what was kept of it has been looked up before. */
  readonly ms: number
  readonly cachedSteps: number
}

/**
 * Notes a build.
 *
 * @param now in seconds since 1970
 */
export const planNote = (before: BuildNote, build: TimedBuild, now: number): BuildNote => {
  const { madeOf, ms, cachedSteps } = build
  const { whole } = before
  if (cachedSteps === 0)
    return { ...before, madeOf, whole: { ms: Math.round(ms), at: now }, slowRuns: 0 }
  const isSlow = whole !== undefined && ms > whole.ms + leastGainMs
  const slowRuns = isSlow ? before.slowRuns + 1 : 0
  const isOff = slowRuns >= mostSlowRuns
  return {
    ...{ madeOf, whole, slowRuns: isOff ? 0 : slowRuns },
    offUntil: isOff ? now + offSeconds : before.offUntil,
  }
}
