import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../../src/failure.ts'
import type { Session } from '../host/session.ts'
import { mainFile, makeStep } from '../host/step.ts'
import { watchMemory } from '../measure/memory-sampler.ts'
import { watchHelper } from './helper-memory.ts'

/** The folder whose files are put into nodes, and where. */
export const folderName = 'models'
export const target = '/var/local/slipway-bench'
export const nodeFiles = `${folderName}:${target}`

/** Seconds of a whole step, from the start of its process to its end. */
export const runStep = async (
  session: Session,
  workspace: string,
  inputs: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): Promise<number> => {
  const { temp, env } = makeStep(session.tempDir, inputs)
  const started = performance.now()
  const all = { ...env, ...variables, GITHUB_WORKSPACE: workspace }
  await session.run(process.execPath, [mainFile], { env: all })
  const seconds = (performance.now() - started) / 1_000
  rmSync(temp, { recursive: true, force: true })
  return seconds
}

/** The same until all of it is on the disk. */
export const untilSynced = async (
  session: Session,
  work: () => Promise<number>,
): Promise<number> => {
  const seconds = await work()
  const started = performance.now()
  await session.run('sync', [])
  return seconds + (performance.now() - started) / 1_000
}

const runIdOf = (temp: string): string | undefined => {
  const state = attempt(() => readFileSync(join(temp, 'GITHUB_STATE'), 'utf8')) ?? ''
  return /^run-id<<(\S+)\n([0-9a-f]{16})\n\1$/m.exec(state)?.[2]
}

/** Peaks of memory during a step: of its process, and of its helper with all that this starts. */
export const watchStep = async (
  session: Session,
  workspace: string,
  inputs: Readonly<Record<string, string>>,
): Promise<{ readonly stepBytes: number; readonly helperBytes: number }> => {
  const { temp, env } = makeStep(session.tempDir, inputs)
  let stop = (): number => 0
  const helper = watchHelper(session, () => runIdOf(temp))
  const onStart = (pid: number): void => {
    stop = watchMemory(pid)
  }
  await session.run(process.execPath, [mainFile], {
    env: { ...env, GITHUB_WORKSPACE: workspace },
    onStart,
  })
  const [stepBytes, helperBytes] = [stop(), await helper.stop()]
  rmSync(temp, { recursive: true, force: true })
  if (helperBytes === 0) throw new Error('the helper of the step was not seen')
  return { stepBytes, helperBytes }
}
