import type { Dirent } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/** From here on a context is worth a look. */
export const largeContextBytes = 100_000_000

/** What a build context has. */
export type WalkedFile = { readonly path: string; readonly bytes: number }

export type WalkedContext = {
  readonly files: readonly WalkedFile[]
  /** With the names of what is in them. */
  readonly folders: ReadonlyMap<string, ReadonlySet<string>>
}

/** More than that takes longer than the answer is worth. */
const mostEntries = 200_000

const listFolder = async (path: string, most: number): Promise<readonly Dirent[]> => {
  const entries: Dirent[] = []
  // It closes itself; a folder that is closed to us is so to buildx, too.
  for await (const entry of await opendir(path)) {
    if (entries.length >= most) break
    entries.push(entry)
  }
  return entries
}

/**
 * All files of a folder; no link is followed.
 *
 * @param isLeftOut whether nobody needs to look into a folder, or at a file
 * @param isLate whether it has taken too long
 * @returns undefined where there are too many, or it takes too long
 */
export const walkContext = async (
  root: string,
  isLeftOut: (path: string, isFolder: boolean) => boolean,
  isLate: () => boolean,
): Promise<WalkedContext | undefined> => {
  const files: WalkedFile[] = []
  const folders = new Map<string, ReadonlySet<string>>()
  const open = ['']
  let entries = 0
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const found = await listFolder(join(root, folder), mostEntries - entries).catch(() => [])
    entries += found.length
    if (entries >= mostEntries) return undefined
    folders.set(folder, new Set(found.map(({ name }) => name)))
    for (const entry of found) {
      if (isLate()) return undefined
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (isLeftOut(path, entry.isDirectory())) continue
      if (entry.isDirectory()) open.push(path)
      else if (entry.isFile()) {
        // It may be gone by now.
        const bytes = await lstat(join(root, path)).then(
          ({ size }) => size,
          () => 0,
        )
        files.push({ path, bytes })
      }
    }
  }
  return { files, folders }
}
