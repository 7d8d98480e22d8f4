import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt } from '../../../src/failure.ts'
import { runLabel } from '../../../src/ownership.ts'
import type { Session } from '../host/session.ts'

const intervalMs = 20

const read = (path: string): string => attempt(() => readFileSync(path, 'utf8')) ?? ''

/** A process and all that it started. */
const familyOf = (pid: string): readonly string[] => [
  pid,
  ...read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).flatMap(familyOf),
]

/** Pages that processes share are counted once; the page cache of what they read and write is no part of it. */
const sumOfPages = (pid: string): number =>
  familyOf(pid).reduce((sum, each) => {
    const [, kilobytes = '0'] =
      /^Pss:\s+([0-9]+) kB$/m.exec(read(`/proc/${each}/smaps_rollup`)) ?? []
    return sum + Number(kilobytes) * 1_024
  }, 0)

const findPid = async ({ docker }: Session, runId: string): Promise<string | undefined> => {
  const filter = `label=${runLabel}=${runId}`
  const id = (await docker(['ps', '--quiet', '--filter', filter])).trim().split('\n')[0]
  if (!id) return undefined
  const pid = await docker(['inspect', '--format', '{{.State.Pid}}', id]).catch(() => '')
  return pid.trim() || undefined
}

/** Watches the helper container of a step whose run may not have its name yet. */
export const watchHelper = (
  session: Session,
  runIdOf: () => string | undefined,
): { readonly stop: () => Promise<number> } => {
  let isOver = false
  const watch = async (): Promise<number> => {
    let [peak, pid]: [number, string | undefined] = [0, undefined]
    while (!isOver) {
      const runId = runIdOf()
      if (pid === undefined && runId !== undefined) pid = await findPid(session, runId)
      else if (pid !== undefined) peak = Math.max(peak, sumOfPages(pid))
      await sleep(intervalMs)
    }
    return peak
  }
  const watching = watch()
  return {
    stop: () => {
      isOver = true
      return watching
    },
  }
}
