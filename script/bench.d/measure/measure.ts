import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '../host/session.ts'
import { watchDisk } from './disk-sampler.ts'

/** One measurement of anything. */
export type Measured<T> = {
  readonly result: T
  readonly wallMs: number
  readonly peakBytes: number
  readonly afterBytes: number
}

/** What is dirty or being freed from before would be counted with the next measurement. */
const settleMs = 500

const settle = async ({ run, signal }: Session): Promise<void> => {
  await run('sync', [])
  await sleep(settleMs, undefined, { signal })
}

/** Takes time and disk of one piece of work, from a quiet start; `after` is once all is written. */
export const measure = async <T>(
  session: Session,
  folders: readonly string[],
  work: () => Promise<T>,
): Promise<Measured<T>> => {
  await settle(session)
  const disk = await watchDisk(folders)
  const started = performance.now()
  let wallMs = 0
  let peakBytes = 0
  let result: T
  try {
    result = await work()
  } finally {
    wallMs = performance.now() - started
    peakBytes = await disk.stopAtPeak()
  }
  await settle(session)
  return { result, wallMs, peakBytes, afterBytes: await disk.extraNow() }
}
