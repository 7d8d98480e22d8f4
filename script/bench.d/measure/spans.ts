/** A stretch of time, in milliseconds of one clock. */
export type Span = { readonly from: number; readonly to: number }

/** How long at least one of them lasts. */
export const unionMs = (spans: readonly Span[]): number => {
  let sum = 0
  let covered = Number.NEGATIVE_INFINITY
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, covered))
    covered = Math.max(covered, to)
  }
  return sum
}

/** How long at least one of them lasts while none of the others does. */
export const unionWithoutMs = (spans: readonly Span[], others: readonly Span[]): number =>
  unionMs([...spans, ...others]) - unionMs(others)
