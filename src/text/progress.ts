import { formatBytes, formatDuration } from './format.ts'

/** Hears how far a long way has come in one node, in bytes. */
export type Progress = (node: string, doneBytes: number, totalBytes: number) => void

/** Draws how far something has come, where somebody watches. */
export type Bar = {
  readonly show: (what: string, doneBytes: number, totalBytes: number) => void
  readonly clear: (what: string) => void
}

/** Often enough to show life, seldom enough to keep the log short. */
const intervalMs = 5_000

/** Before so much is done, the beginning says nothing of the rest. */
const telling = { bytes: 1_000_000, share: 0.01 }

/** Nobody waits for longer, so nobody needs to be told. */
const longestMs = 24 * 60 * 60_000

/** Bytes; as soon as there are some, their rate; the time left as soon as the rate tells it. */
export const renderProgress = (
  doneBytes: number,
  totalBytes: number,
  elapsedMs: number,
): string => {
  const done = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`
  const perMs = doneBytes / elapsedMs
  if (!(doneBytes > 0 && elapsedMs > 0)) return done
  const leftMs = (totalBytes - doneBytes) / perMs
  const isTelling = doneBytes >= Math.max(telling.bytes, telling.share * totalBytes)
  const rest =
    isTelling && leftMs > 0 && leftMs < longestMs ? `, ${formatDuration(leftMs)} left` : ''
  return `${done}, ${formatBytes(perMs * 1_000)}/s${rest}`
}

/** Tells bytes, rate and time left of each node, at most every five seconds; or draws bars of them. */
export const createProgress = (line: (text: string) => void, what: string, bar?: Bar): Progress => {
  if (bar !== undefined) return (node, done, total) => bar.show(`${what}, ${node}`, done, total)
  const started = performance.now()
  const lastTold = new Map<string, number>()
  return (node, doneBytes, totalBytes) => {
    const now = performance.now()
    if (now - (lastTold.get(node) ?? started) < intervalMs) return
    lastTold.set(node, now)
    line(`${what}, ${node}: ${renderProgress(doneBytes, totalBytes, now - started)}`)
  }
}
