import { findCulprits } from './find-culprits.ts'
import { countRemoved, type Removable, type Removal } from './removal.ts'

/** How a test of the user's ended. */
export type TestEnd =
  | { readonly kind: 'passed' }
  /** What it said last, a line each, as others wrote it. */
  | { readonly kind: 'failed'; readonly how: string; readonly said: readonly string[] }
  /** Cut off, as the time for all runs was over. */
  | { readonly kind: 'late' }

/** What the user's own test says of an image without findings. */
export type Proof = {
  /** How often the test ran. */
  readonly runs: number
  /** Of all runs. */
  readonly durationMs: number
} & (
  | {
      readonly kind: 'tried'
      /** Without these the test passes. */
      readonly removed: readonly Removable[]
      /** Without any of these, beside those, it fails. */
      readonly brokenBy: readonly Removable[]
      /** False where findings are left of which neither is known. */
      readonly isComplete: boolean
      /** The image without what can go. */
      readonly bytes: number
      /** What the test said where it failed last. */
      readonly failed: Extract<TestEnd, { readonly kind: 'failed' }> | undefined
    }
  /** The test does not pass in the image as it is. */
  | { readonly kind: 'useless'; readonly how: string; readonly said: readonly string[] }
)

/** Enough for one culprit among a thousand findings, or some among a few. */
const mostRuns = 12

/**
 * Runs a test in the image as it is, then without findings; where it fails, finds out which of them it needs.
 *
 * @param test runs it without some findings; `late` where there is no time left
 */
export const proveRemoval = async (
  { parts }: Removal,
  totalBytes: number,
  test: (without: readonly Removable[]) => Promise<TestEnd>,
): Promise<Proof> => {
  const beganMs = performance.now()
  let runs = 0
  let failed: Extract<TestEnd, { readonly kind: 'failed' }> | undefined
  const run = async (without: readonly Removable[]): Promise<TestEnd> => {
    runs += 1
    return test(without)
  }
  const count = () => ({ runs, durationMs: performance.now() - beganMs })
  const first = await run([])
  if (first.kind === 'failed') return { ...first, kind: 'useless', ...count() }
  if (first.kind === 'late')
    return { kind: 'useless', how: 'it did not end in time', said: [], ...count() }
  // What no container sees cannot break anything.
  const seen = parts.filter(({ hides }) => hides.length > 0)
  const unseen = parts.filter(({ hides }) => hides.length === 0)
  const search = await findCulprits(seen, async (without) => {
    if (runs > mostRuns) return undefined
    const end = await run(without)
    if (end.kind === 'failed') failed = end
    return end.kind === 'late' ? undefined : end.kind === 'passed'
  })
  const goes = new Set([...unseen, ...search.passing])
  const removed = parts.filter((part) => goes.has(part))
  const { culprits: brokenBy, isComplete } = search
  const bytes = totalBytes - countRemoved(removed)
  return { kind: 'tried', removed, brokenBy, isComplete, bytes, failed, ...count() }
}
