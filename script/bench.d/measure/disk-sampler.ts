import { statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Often enough to see a peak, and one system call each time. */
const intervalMs = 50

/** One folder of every filesystem. */
const onePerFilesystem = (folders: readonly string[]): readonly string[] => [
  ...new Map(folders.map((folder) => [statSync(folder).dev, folder])).values(),
]

const usedBytes = async (folders: readonly string[]): Promise<number> => {
  const used = await Promise.all(
    folders.map(async (folder) => {
      const { blocks, bfree, bsize } = await statfs(folder)
      return (blocks - bfree) * bsize
    }),
  )
  return used.reduce((sum, bytes) => sum + bytes, 0)
}

export type DiskWatch = {
  /** Ends the sampling; bytes over those at the start. */
  readonly stopAtPeak: () => Promise<number>
  /** Bytes over those at the start, now. */
  readonly extraNow: () => Promise<number>
}

/** Watches how much more is on the filesystems than right now. */
export const watchDisk = async (folders: readonly string[]): Promise<DiskWatch> => {
  const places = onePerFilesystem(folders)
  const baseline = await usedBytes(places)
  const extraNow = async (): Promise<number> => (await usedBytes(places)) - baseline
  const ended = new AbortController()
  const sample = async (): Promise<number> => {
    let peak = 0
    while (!ended.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: ended.signal }).catch(() => {})
      peak = Math.max(peak, await extraNow())
    }
    return peak
  }
  const sampling = sample()
  return {
    extraNow,
    stopAtPeak: () => {
      ended.abort()
      return sampling
    },
  }
}
