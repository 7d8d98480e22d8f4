import { mkdirSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { attempt, Failure } from '../failure.ts'
import { canWriteIn } from './access.ts'

/** The runner's folder, or the system's own. Main and post both ask, and find the same. */
export const findTempDir = (given: string | undefined): string =>
  given && canWriteIn(given) ? given : tmpdir()

/** Kinds of filesystems that are in memory, as `statfs` numbers them: tmpfs and ramfs. */
const inMemory: readonly number[] = [0x01021994, 0x858458f6]

/** For what may be as large as an image: the temp folder, or the system's large one where that is in memory. */
export const findRoomyDir = (tempDir: string): string => {
  const isRoomy = (path: string): boolean =>
    attempt(() => !inMemory.includes(statfsSync(path).type)) ?? false
  const large = '/var/tmp'
  return !isRoomy(tempDir) && isRoomy(large) && canWriteIn(large) ? large : tempDir
}

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
