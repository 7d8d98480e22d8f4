import { readlinkSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { attempt } from '../../failure.ts'
import { isRunning, type Running } from '../../host/running.ts'

/** The state is only taken for a process when it looks like one: a build may have tried to set it. */
const parse = (state: string): Running | undefined => {
  const [, pid, start] = /^([1-9]\d{0,8})-(\d+)$/.exec(state) ?? []
  return pid === undefined || start === undefined ? undefined : { pid: Number(pid), start }
}

const programOf = (pid: number | 'self'): string | undefined =>
  attempt(() => readlinkSync(`/proc/${pid}/exe`))

/** Whether it runs, and in the same Node.js as we. */
const isMain = (main: Running): boolean =>
  isRunning(main) && programOf(main.pid) !== undefined && programOf(main.pid) === programOf('self')

/** As long as the runner gives a process that it reaches: 7.5 seconds after SIGINT, 2.5 after SIGTERM. */
const usualGraceMs = 10_000
const pauseMs = 50

/**
 * Ends a main that still runs when its post begins. In a job's container no signal reaches it: the runner ends
 * its own `docker exec`, and neither that nor the daemon tells what it has started. So main would go on until
 * the container is removed, and its token's watchdog goes in the same moment.
 *
 * @param state what main has said of itself
 * @returns `ended` where it has ended by itself once it was asked to
 */
export const endMain = async (
  state: string,
  graceMs = usualGraceMs,
): Promise<'gone' | 'ended' | 'killed'> => {
  const main = parse(state)
  if (main === undefined || !isMain(main)) return 'gone'
  attempt(() => process.kill(main.pid, 'SIGTERM'))
  const until = performance.now() + graceMs
  while (performance.now() < until) {
    await setTimeout(pauseMs)
    if (!isRunning(main)) return 'ended'
  }
  attempt(() => process.kill(main.pid, 'SIGKILL'))
  return 'killed'
}
