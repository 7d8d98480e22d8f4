import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Failure } from '../failure.ts'
import { canWriteIn } from './access.ts'

/** The runner's folder, or the system's own. Main and post both ask, and find the same. */
export const findTempDir = (given: string | undefined): string =>
  given && canWriteIn(given) ? given : tmpdir()

/** @throws {Failure} when nothing can be written there either */
export const makeTempDir = (path: string): void => {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (cause) {
    throw new Failure('The step has no folder for its temporary files', {
      cause,
      remedy: "Let the runner's user write to RUNNER_TEMP or TMPDIR.",
    })
  }
}
