import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { attempt } from '../failure.ts'

const { R_OK, W_OK, X_OK } = constants

const allows = (path: string, mode: number): boolean =>
  attempt(() => accessSync(path, mode) === undefined) ?? false

/** Whether something may be made in a folder that is there; also false on a read-only mount. */
export const canWriteIn = (folder: string): boolean => allows(folder, R_OK | W_OK | X_OK)

/** Whether files of a folder that is there can be opened by their names. */
export const canSearch = (folder: string): boolean => allows(folder, X_OK)

/** Whether a file may be executed. */
export const canRun = (file: string): boolean => allows(file, X_OK)

/** Whether a file, or what listens at a socket, may be written to. */
export const canWrite = (file: string): boolean => allows(file, W_OK)

export const canRead = (file: string): boolean => allows(file, R_OK)

/** Whether there is something, as far as one may look: in a locked folder, perhaps. */
export const isMissing = (path: string): boolean => kindOf(path) === 'nothing'

/** What there is at a path, links followed; what nobody may look at is taken for a file. */
export const kindOf = (path: string): 'folder' | 'file' | 'nothing' => {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return 'nothing'
    return found.isDirectory() ? 'folder' : 'file'
  } catch {
    return 'file'
  }
}

/** Whether `mkdir --parents` would make a folder that is missing. */
export const canMake = (folder: string): boolean => {
  let above = dirname(resolve(folder))
  while (isMissing(above)) above = dirname(above)
  return canWriteIn(above)
}
