import type { Runner } from './commands/actions/runner.ts'
import type { SizeMemory } from './disk/size-memory.ts'
import type { Docker } from './docker/docker.ts'
import type { Facts } from './facts/facts.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { Report } from './report/report.ts'
import type { MoreRoom } from './run/reclaim.ts'
import { formatDuration } from './text/format.ts'
import type { BuildToken } from './token/build-token.ts'

/** All that the steps need to act. */
export type Workshop = {
  readonly docker: Docker
  readonly runner: Runner
  readonly token: BuildToken
  readonly inputs: Inputs
  readonly facts: Facts
  /** Where the images' sizes are kept for the next run; undefined where that is not possible. */
  readonly memory: SizeMemory | undefined
  readonly runId: string
  /** A folder of the step's own, which goes with it. */
  readonly tempDir: string
  /** Where temporary files belong, and the folder above is. */
  readonly tempRoot: string
  readonly moreRoom: MoreRoom
  readonly workspace: string
  readonly childEnv: Readonly<Record<string, string>>
  /** For builds that use the Actions cache. */
  readonly cacheEnv: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Work that goes on beside the steps; the step does not end before it has. */
  readonly background: Promise<void>[]
  /** Called after each piece of work, so that a failure later does not lose it. */
  readonly update: (change: (report: Report) => Report) => void
}

/**
 * Times a stage and enters it into the report, also when it fails or is cut off.
 *
 * @param signal ends the stage
 */
export const timed = async <T>(
  shop: Workshop,
  name: string,
  body: () => Promise<T>,
  signal: AbortSignal = shop.signal,
): Promise<T> => {
  shop.signal.throwIfAborted()
  const started = performance.now()
  let ending: 'done' | 'failed' | 'cancelled' = 'done'
  try {
    return await body()
  } catch (error) {
    ending = signal.aborted ? 'cancelled' : 'failed'
    throw error
  } finally {
    const durationMs = Math.round(performance.now() - started)
    const stage = { name: ending === 'done' ? name : `${name} (${ending})`, durationMs }
    shop.update((report) => ({ ...report, stages: [...report.stages, stage] }))
    const how = ending === 'done' ? '' : `${ending} after `
    shop.runner.line(`${name}: ${how}${formatDuration(durationMs)}`)
  }
}
