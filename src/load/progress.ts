import { formatBytes, formatDuration } from '../report/format.ts'

/** Hears how far a long way has come in one node, in bytes. */
export type Progress = (node: string, doneBytes: number, totalBytes: number) => void

/** Often enough to show life, seldom enough to keep the log short. */
const intervalMs = 5_000

/** Tells bytes, rate and time left of each node, at most every five seconds. */
export const createProgress = (line: (text: string) => void, what: string): Progress => {
  const started = performance.now()
  const lastTold = new Map<string, number>()
  return (node, doneBytes, totalBytes) => {
    const now = performance.now()
    if (now - (lastTold.get(node) ?? started) < intervalMs) return
    lastTold.set(node, now)
    const perMs = doneBytes / (now - started)
    const left = perMs > 0 ? Math.max(0, totalBytes - doneBytes) / perMs : Number.NaN
    const rate = `${formatBytes(perMs * 1_000)}/s`
    const rest = Number.isNaN(left) ? '' : `, ${formatDuration(left)} left`
    line(
      `${what}, ${node}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${rate}${rest}`,
    )
  }
}
