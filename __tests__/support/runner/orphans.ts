import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Orphan } from './types.ts'

/** Living processes with this RUNNER_TRACKING_ID; the id is unique to one run. Linux only. */
export async function findOrphans(trackingId: string): Promise<Orphan[]> {
  const names = await readdir('/proc').catch(() => [])
  const found: Orphan[] = []
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue
    const environ = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
    if (!environ.split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`)) continue
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    found.push({ pid: Number(name), command: command.replaceAll('\0', ' ').trim() })
  }
  return found
}

/**
 * Kills them, as the runner does when the job ends, and waits a while until they are gone: before that they may still
 * write into the folder that is removed next.
 */
export async function killOrphans(trackingId: string): Promise<void> {
  const killed = await findOrphans(trackingId)
  for (const { pid } of killed) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself in the meantime.
    }
  }
  const isOneOf = ({ pid }: Orphan): boolean => killed.some((each) => each.pid === pid)
  const deadline = performance.now() + 10_000
  while (killed.length > 0 && performance.now() < deadline) {
    if (!(await findOrphans(trackingId)).some(isOneOf)) return
    await delay(20)
  }
}
