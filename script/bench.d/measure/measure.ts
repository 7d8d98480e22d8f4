import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import { type Disk, type DiskPeak, onePerFilesystem, watchDisk } from './disk-sampler.ts'

/** Bytes on the disk over those at the start. */
export type DiskUse = {
  readonly peakBytes: number
  readonly ownPeakBytes: number
  readonly afterBytes: number
}

/** One measurement of anything. */
export type Measured<T> = {
  readonly result: T
  readonly wallMs: number
  /** Undefined where somebody else's work on the disk was seen. */
  readonly disk: DiskUse | undefined
}

/** Nothing that we measure leaves less on the disk than there was, but for the odd log and journal. */
const toleratedLossBytes = 8_000_000

const toDiskUse = ({ lowestBytes, ...peak }: DiskPeak, afterBytes: number): DiskUse | undefined => {
  if (Math.min(lowestBytes, afterBytes) >= -toleratedLossBytes) return { ...peak, afterBytes }
  say('the disk is not ours alone: somebody has freed space meanwhile, so its figures are left out')
  return undefined
}

/** What is dirty or being freed from before would be counted with the next measurement. */
const settleMs = 500

/** A disk that is still busy with what was deleted before answers an fsync late. */
const quietFsyncMs = 10
const quietInARow = 10
const longestWaitMs = 120_000

const fsyncTime = async (file: FileHandle): Promise<number> => {
  await file.write(Buffer.alloc(4_096), 0, 4_096, 0)
  const started = performance.now()
  await file.sync()
  return performance.now() - started
}

const waitForQuietDisk = async (folder: string, signal: AbortSignal): Promise<void> => {
  const path = join(folder, `slipway-bench-${process.pid}`)
  const file = await open(path, 'w')
  try {
    const deadline = performance.now() + longestWaitMs
    for (let quiet = 0; quiet < quietInARow && performance.now() < deadline; ) {
      quiet = (await fsyncTime(file)) < quietFsyncMs ? quiet + 1 : 0
      await sleep(50, undefined, { signal })
    }
  } finally {
    await file.close()
    await rm(path)
  }
}

/** Waits until all is written, and what was deleted is free. */
export const settle = async (
  { run, signal }: Session,
  folders: readonly string[],
): Promise<void> => {
  await run('sync', [])
  await sleep(settleMs, undefined, { signal })
  for (const folder of onePerFilesystem(folders)) await waitForQuietDisk(folder, signal)
}

/** Takes time and disk of one piece of work, from a quiet start; `after` is once all is written. */
export const measure = async <T>(
  session: Session,
  disk: Disk,
  work: () => Promise<T>,
  warm: () => Promise<void> = async () => {},
): Promise<Measured<T>> => {
  await settle(session, disk.folders)
  await warm()
  const watch = await watchDisk(disk)
  const started = performance.now()
  let wallMs = 0
  let peak: DiskPeak
  let result: T
  try {
    result = await work()
  } finally {
    wallMs = performance.now() - started
    peak = await watch.stopAtPeak()
  }
  await settle(session, disk.folders)
  return { result, wallMs, disk: toDiskUse(peak, await watch.extraNow()) }
}
