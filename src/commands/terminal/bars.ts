import { formatBytes } from '../../text/format.ts'

/** Often enough to look alive. */
const intervalMs = 100

const barWidth = 20

const renderBar = (what: string, done: number, total: number, columns: number): string => {
  const share = total > 0 ? Math.min(1, done / total) : 0
  const filled = Math.round(share * barWidth)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`
  const text = `${bar} ${formatBytes(done)} of ${formatBytes(total)} ${what}`
  return text.slice(0, Math.max(1, columns - 1))
}

type Terminal = { readonly write: (text: string) => void; readonly columns: () => number }

/** Draws bars below the lines of a terminal, and takes them away where a line is to be written. */
export const createBars = ({ write, columns }: Terminal) => {
  const bars = new Map<string, readonly [done: number, total: number]>()
  let drawn = 0
  let drawnMs = Number.NEGATIVE_INFINITY
  const erase = (): void => {
    if (drawn > 0) write(`\u001b[${drawn}A\u001b[J`)
    drawn = 0
  }
  const draw = (): void => {
    for (const [what, [done, total]] of bars) write(`${renderBar(what, done, total, columns())}\n`)
    drawn = bars.size
    drawnMs = performance.now()
  }
  return {
    /** @param act writes lines */
    around: (act: () => void): void => {
      erase()
      act()
      draw()
    },
    show: (what: string, done: number, total: number): void => {
      bars.set(what, [done, total])
      if (performance.now() - drawnMs < intervalMs) return
      erase()
      draw()
    },
    clear: (what: string): void => {
      if (!bars.delete(what)) return
      erase()
      draw()
    },
  }
}
