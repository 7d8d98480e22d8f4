import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../../src/failure.ts'

/** What there is, each inode once: bytes on the disk by `DEVICE:INODE`. */
export type Inodes = ReadonlyMap<string, number>

const identify = (path: string): readonly [string, number] => {
  const { dev, ino, blocks } = lstatSync(path)
  return [`${dev}:${ino}`, blocks * 512]
}

/** All below folders; what is gone before it was looked at is nobody's. */
export const readInodes = (folders: readonly string[]): Inodes =>
  new Map(
    folders.flatMap((folder) =>
      (attempt(() => readdirSync(folder, { recursive: true, encoding: 'utf8' })) ?? []).flatMap(
        (name) => {
          const found = attempt(() => identify(join(folder, name)))
          return found === undefined ? [] : [found]
        },
      ),
    ),
  )

/** Bytes of what there was not before. */
export const sumOfNew = (before: Inodes, after: Inodes): number =>
  [...after].reduce((sum, [inode, bytes]) => (before.has(inode) ? sum : sum + bytes), 0)

/** Removes from a store what nodes of this bench had, and nobody else has now. */
export const removeObjects = (objects: string, ours: Inodes): void => {
  for (const name of attempt(() => readdirSync(objects)) ?? []) {
    const path = join(objects, name)
    const found = attempt(() => lstatSync(path))
    if (found?.nlink === 1 && ours.has(`${found.dev}:${found.ino}`)) rmSync(path)
  }
}
