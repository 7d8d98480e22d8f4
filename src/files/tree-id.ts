import { createHash } from 'node:crypto'
import type { Tree } from './sources/source.ts'

/** What tells trees apart that nodes get: names, links, bytes, who may run and who may write what. */
export const toTreeDigest = (
  { isFile, files, links, emptyFolders }: Tree,
  isWritable: boolean,
): string => {
  const rows = [
    ...files.map(({ path, sha256, isExecutable }) => [
      path,
      isExecutable ? 'x' : 'f',
      sha256 ?? '',
    ]),
    ...links.map(({ path, target }) => [path, 'l', target]),
    ...emptyFolders.map((path) => [path, 'd', '']),
  ].toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
  const hash = createHash('sha256').update(`v1\0${isFile}\0${isWritable}\0`)
  for (const row of rows) hash.update(`${row.join('\0')}\0`)
  return hash.digest('hex')
}

/** The same for names of folders. */
export const toTreeId = (tree: Tree, isWritable: boolean): string =>
  toTreeDigest(tree, isWritable).slice(0, 16)

/** The folders of a tree, each after the one that it is in. */
export const toFolders = ({ files, links, emptyFolders }: Tree): readonly string[] => {
  const folders = new Set<string>(emptyFolders)
  const addAbove = (path: string): void => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at)
      if (folders.has(folder)) return
      folders.add(folder)
    }
  }
  for (const { path } of [...files, ...links]) addAbove(path)
  for (const path of emptyFolders) addAbove(path)
  return [...folders].toSorted()
}
