import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { prepareConfig } from '../docker/prepare-config.ts'
import { Failure } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { forbidCoreDumps } from '../host/core-limit.ts'
import { removeLeftFolders } from '../host/left-folders.ts'
import { startOf } from '../host/running.ts'
import { findRoomyDir, makeTempDir } from '../host/temp-dir.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { runVariable } from '../ownership.ts'
import type { Excess } from '../report/image-limits.ts'
import { leftoversOf, mainState, runIdState } from './cleanup.ts'
import { type Result, run } from './run.ts'
import type { FrontEnd, RunContext } from './run-context.ts'

/** What a run's own place is made of. */
type Surroundings = Omit<
  RunContext,
  | 'runId'
  | 'tempDir'
  | 'tempRoot'
  | 'layoutDir'
  | 'laterDir'
  | 'recordingFolder'
  | 'clusterLogs'
  | 'env'
  | 'watch'
> & {
  /** Where temporary files belong. */
  readonly tempDir: string
  /** What child processes inherit. */
  readonly childEnv: Env
  /** Whether a post comes: it looks what became of the nodes, and keeps layers. */
  readonly isRecorded?: boolean
}

/** Where a command works, and who shows what it does. */
type Stage = { readonly place: RunContext; readonly front: FrontEnd }

/** Gives a command a place of its own, which goes with it. */
export const withPlace = async <T>(
  inputs: Inputs,
  surroundings: Surroundings,
  front: FrontEnd,
  command: (stage: Stage) => Promise<T>,
): Promise<T> => {
  const runId = randomBytes(8).toString('hex')
  const left = leftoversOf(surroundings, runId)
  const { tempDir, layoutDir, clusterLogs } = left
  front.announce(runIdState, runId)
  front.announce(mainState, `${process.pid}-${startOf(process.pid)}`)
  const roomyDir = findRoomyDir(surroundings.tempDir)
  // The runner empties its own folder before each job, and nobody this one.
  if (roomyDir !== surroundings.tempDir) removeLeftFolders(roomyDir, Date.now())
  try {
    makeTempDir(tempDir)
    makeTempDir(layoutDir)
    const childEnv = { ...surroundings.childEnv, [runVariable]: runId }
    const env = prepareConfig(childEnv, tempDir, front.log.line)
    const { credentials, secrets, comment } = inputs
    const isSecretive =
      credentials.kind !== 'none' || secrets.length > 0 || comment?.token !== undefined
    if (isSecretive) await forbidCoreDumps(env)
    const { tempDir: tempRoot, isRecorded = true } = surroundings
    const recordingFolder = isRecorded ? left.recordingFolder : undefined
    const laterDir = isRecorded ? left.laterDir : undefined
    const folders = { tempDir, layoutDir, laterDir, tempRoot, recordingFolder, clusterLogs }
    return await command({ place: { ...surroundings, ...folders, runId, env }, front })
  } finally {
    for (const folder of [tempDir, layoutDir]) rmSync(folder, { recursive: true, force: true })
  }
}

/** A whole run, or a report alone, in a place of its own. */
export const runInPlace = (
  inputs: Inputs,
  surroundings: Surroundings,
  front: FrontEnd,
): Promise<Result> =>
  withPlace(inputs, surroundings, front, async ({ place }) => {
    if (inputs.mode !== 'report') return run(inputs, place, front)
    // Other commands start without what registries are asked with.
    const { report } = await import('./report.ts')
    return report(inputs, place, front)
  })

/** A run fails for the first image that is beyond its limit, unless that is to be a warning. */
export const toExcessFailure = (
  { imageLimits }: Inputs,
  { excesses }: Extract<Result, { kind: 'run' }>,
): Failure | undefined => {
  const [first] = imageLimits.isWarning ? [] : excesses
  return first && new Failure(first.message, { location: first.location })
}

/** What is beyond its limit, but for what the run fails with. */
export const findOtherExcesses = (
  { excesses }: Extract<Result, { kind: 'run' }>,
  failure: unknown,
): readonly Excess[] =>
  excesses.filter(({ message }) => !(failure instanceof Failure && failure.message === message))
