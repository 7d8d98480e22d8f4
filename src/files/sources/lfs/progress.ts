import type { FetchProgress } from '../source.ts'

const everyMs = 250

/** Says how far it is, not more often than people can read. */
export const createProgress = (
  totalBytes: number,
  report: FetchProgress,
  now = () => performance.now(),
) => {
  let done = 0
  let saidMs = Number.NEGATIVE_INFINITY
  return {
    add: (change: number): void => {
      done += change
      if (now() - saidMs < everyMs) return
      saidMs = now()
      report(done, totalBytes)
    },
    end: (): void => report(done, totalBytes),
  }
}
