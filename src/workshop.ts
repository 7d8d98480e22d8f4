import type { SizeMemory } from './disk/size-memory.ts'
import type { Facts } from './facts/facts.ts'
import type { Docker } from './host/docker.ts'
import type { Runner } from './host/runner.ts'
import type { Inputs } from './inputs/inputs.ts'
import { formatDuration } from './report/format.ts'
import type { Report } from './report/report.ts'
import type { BuildToken } from './token/build-token.ts'

/** All that the steps need to act. */
export type Workshop = {
  readonly docker: Docker
  readonly runner: Runner
  readonly token: BuildToken
  readonly inputs: Inputs
  readonly facts: Facts
  /** Where the image's size is kept for the next run; undefined where nobody would ask for it. */
  readonly memory: SizeMemory | undefined
  readonly runId: string
  readonly tempDir: string
  readonly workspace: string
  readonly childEnv: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly report: () => Report
  /** Work that goes on beside the steps; the step does not end before it has. */
  readonly background: Promise<void>[]
  /** Called after each piece of work, so that a failure later does not lose it. */
  readonly update: (change: (report: Report) => Report) => void
}

/** Times a stage and enters it into the report, also when it fails. */
export const timed = async <T>(
  shop: Workshop,
  name: string,
  body: () => Promise<T>,
): Promise<T> => {
  shop.signal.throwIfAborted()
  const started = performance.now()
  try {
    return await body()
  } finally {
    const durationMs = Math.round(performance.now() - started)
    shop.update((report) => ({ ...report, stages: [...report.stages, { name, durationMs }] }))
    shop.runner.line(`${name}: ${formatDuration(durationMs)}`)
  }
}
