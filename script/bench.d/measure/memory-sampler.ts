import { readFileSync } from 'node:fs'

/** The kernel keeps the peak itself, so a sample is only needed shortly before the end. */
const intervalMs = 20

const peakOf = (pid: number): number => {
  const [, kilobytes] = /^VmHWM:\s+([0-9]+) kB$/m.exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  ) ?? [undefined, '0']
  return Number(kilobytes) * 1_024
}

/** Watches the resident memory of one process, without its children; returns how to end with the peak. */
export const watchMemory = (pid: number): (() => number) => {
  let peak = 0
  const sample = (): void => {
    try {
      peak = Math.max(peak, peakOf(pid))
    } catch {
      // It has ended.
    }
  }
  sample()
  const timer = setInterval(sample, intervalMs)
  return () => {
    clearInterval(timer)
    return peak
  }
}
