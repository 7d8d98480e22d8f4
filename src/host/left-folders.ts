import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../failure.ts'
import { isImagesFolder, longestJobMs } from '../ownership.ts'
import { isOwnFolder } from './own-folder.ts'

/**
 * Removes folders of this user's runs that are so old that no job can have them. Their post was killed, too, or
 * the machine went. Never fails.
 *
 * @param nowMs since 1970
 */
export const removeLeftFolders = (dir: string, nowMs: number): void => {
  for (const name of attempt(() => readdirSync(dir)) ?? []) {
    const folder = join(dir, name)
    if (!isImagesFolder(name) || !isOwnFolder(folder)) continue
    attempt(() => {
      const isOld = nowMs - statSync(folder).mtimeMs > longestJobMs
      if (isOld) rmSync(folder, { recursive: true, force: true })
    })
  }
}
