import { Failure } from '../../../failure.ts'
import { foldersAbove } from '../../../image/contents/path.ts'
import { createLinkCheck, show } from '../links.ts'
import type { Tree } from '../source.ts'

/** A file's content; several names may be one. */
export type Content = {
  readonly sizeBytes: number
  readonly isExecutable: boolean
  /** In hex; known when it has been read. */
  sha256: string
}

/** Something at a path of a tree. */
export type Item = { readonly path: string } & (
  | { readonly kind: 'folder' }
  | { readonly kind: 'file'; readonly content: Content }
  | { readonly kind: 'link'; readonly target: string }
)

/** As many files as one tree may have: nodes get each of them by its name. */
const mostItems = 100_000

/** Counts what there is, from however many layers. */
export const createCount = () => {
  let items = 0
  return (more = 1): void => {
    items += more
    if (items > mostItems) throw new Failure(`It has more than ${mostItems} files`)
  }
}

/**
 * Collects what several layers bring beside each other.
 *
 * @throws {Failure} where two of them have a file at the same path
 */
export const collect = (layers: readonly (readonly Item[])[]): ReadonlyMap<string, Item> => {
  const found = new Map<string, Item>()
  // A manifest may name one archive a thousand times.
  const count = createCount()
  for (const items of layers)
    for (const item of items) {
      count()
      const other = found.get(item.path)
      if (other !== undefined && (other.kind !== 'folder' || item.kind !== 'folder'))
        throw new Failure(`It has ${show(item.path)} twice`)
      found.set(item.path, item)
    }
  return found
}

/**
 * @throws {Failure} where something is in what is no folder, or a link leads out
 */
export const toTree = (items: ReadonlyMap<string, Item>): Tree => {
  const full = new Set<string>()
  for (const { path } of items.values())
    for (const folder of foldersAbove(path)) {
      const above = items.get(folder)
      if (above !== undefined && above.kind !== 'folder')
        throw new Failure(`${show(path)} is in ${show(folder)}, which is no folder`)
      full.add(folder)
    }
  const check = createLinkCheck((path) => {
    const item = items.get(path)
    return item?.kind === 'link' ? item.target : undefined
  })
  const sorted = [...items.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const tree: Tree = {
    isFile: false,
    files: sorted.flatMap((item) =>
      item.kind === 'file' ? [{ path: item.path, ...item.content }] : [],
    ),
    links: sorted.flatMap((item) => {
      if (item.kind !== 'link') return []
      check(item.path, item.target)
      return [{ path: item.path, target: item.target }]
    }),
    emptyFolders: sorted.flatMap(({ kind, path }) =>
      kind === 'folder' && path !== '' && !full.has(path) ? [path] : [],
    ),
  }
  if (tree.files.length > 0) return tree
  throw new Failure('It has no files')
}
