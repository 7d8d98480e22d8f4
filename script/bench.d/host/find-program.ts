import { accessSync, constants, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** The file behind a program of the PATH; undefined where there is none. */
export const findProgram = (name: string): string | undefined => {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    try {
      const file = join(folder, name)
      accessSync(file, constants.X_OK)
      return realpathSync(file)
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}
