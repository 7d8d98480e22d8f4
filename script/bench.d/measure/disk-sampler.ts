import { statSync } from 'node:fs'
import { lstat, readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Often enough to see a peak, and a few system calls each time. */
const intervalMs = 50

/** What is deleted is gone from its folder at once, and from its filesystem up to a second later. */
const samplesOfASecond = 1_000 / intervalMs

/** Where to look. */
export type Disk = {
  /** The folders whose filesystems can fill. */
  readonly folders: readonly string[]
  /** The folder in which Docker writes what `docker save` sends. */
  readonly spool: string | undefined
}

/** One folder of every filesystem. */
export const onePerFilesystem = (folders: readonly string[]): readonly string[] => [
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

/** A handful of files, one for each layer; they come and go while we look. */
const spooledBytes = async (spool: string | undefined): Promise<number> => {
  if (spool === undefined) return 0
  const folders = (await readdir(spool)).filter((name) => name.startsWith('docker-export-'))
  const sizes = folders.map(async (folder) => {
    const path = join(spool, folder)
    const names = await readdir(path, { recursive: true }).catch(() => [])
    const blocks = names.map((name) =>
      lstat(join(path, name)).then(
        (found) => (found.isFile() ? found.blocks : 0),
        () => 0,
      ),
    )
    return (await Promise.all(blocks)).reduce((sum, count) => sum + count * 512, 0)
  })
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0)
}

/** Bytes over those at the start. */
export type DiskPeak = {
  readonly peakBytes: number
  /** The same without what Docker spooled for `docker save` at that moment. */
  readonly ownPeakBytes: number
  /** Negative where somebody else has freed something meanwhile. */
  readonly lowestBytes: number
}

export type DiskWatch = {
  /** Ends the sampling. */
  readonly stopAtPeak: () => Promise<DiskPeak>
  /** Bytes over those at the start, now. */
  readonly extraNow: () => Promise<number>
}

/** Watches how much more is on the filesystems than right now. */
export const watchDisk = async ({ folders, spool }: Disk): Promise<DiskWatch> => {
  const places = onePerFilesystem(folders)
  const baseline = await usedBytes(places)
  const extraNow = async (): Promise<number> => (await usedBytes(places)) - baseline
  const ended = new AbortController()
  const sample = async (): Promise<DiskPeak> => {
    let [peakBytes, ownPeakBytes, lowestBytes] = [0, 0, 0]
    let recent: readonly number[] = []
    while (!ended.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: ended.signal }).catch(() => {})
      const [extra, spooled] = await Promise.all([extraNow(), spooledBytes(spool)])
      recent = [...recent, spooled].slice(-samplesOfASecond)
      peakBytes = Math.max(peakBytes, extra)
      lowestBytes = Math.min(lowestBytes, extra)
      ownPeakBytes = Math.max(ownPeakBytes, extra - Math.max(...recent))
    }
    return { peakBytes, ownPeakBytes, lowestBytes }
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
