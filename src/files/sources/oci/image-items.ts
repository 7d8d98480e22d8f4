import { posix } from 'node:path'
import { Failure } from '../../../failure.ts'
import type { Entry } from '../../../image/contents/entry.ts'
import { mergeLayers } from '../../../image/contents/merge.ts'
import { show } from '../links.ts'
import { imageFolder, type Listed } from './listing.ts'

import { collect, createCount, type Item } from './tree.ts'

type Laid = Entry & { readonly item?: Item }

const letters = { file: 'f', folder: 'd', link: 'l' } as const

/** As the merging of layers wants it, which goes by type, marks and inodes. */
const toEntry = (path: string, type: Entry['type'], inode: string): Entry => ({
  path,
  type,
  sizeBytes: 0,
  diskBytes: 0,
  mode: 0,
  uid: 0,
  gid: 0,
  mtime: '0.0',
  inode,
  isWhiteout: false,
  isOpaque: false,
})

const toEntries = ({ items, gone, opaque }: Listed): readonly Laid[] => {
  const own = new Set(items.map(({ path }) => path))
  // What is deleted and there is the lower layers', whatever the order.
  const isReset = (path: string): boolean => opaque.has(path) || gone.has(path)
  const found = items.map((item, at) => ({
    ...toEntry(item.path, letters[item.kind], `0:${at}`),
    isOpaque: item.kind === 'folder' && isReset(item.path),
    item,
  }))
  const deleted = [...gone].filter((path) => !own.has(path))
  const emptied = [...opaque].filter((path) => !own.has(path))
  return [
    ...emptied.map((path) => ({
      ...toEntry(path, 'd', '1:0'),
      isOpaque: true,
      ...(path !== '' && { item: { kind: 'folder', path } as const }),
    })),
    ...deleted.map((path) => ({ ...toEntry(path, 'c', '1:0'), isWhiteout: true })),
    ...found,
  ]
}

/** Of an absolute link of an image, which leads to something in the image. */
const toRelative = (path: string, target: string): string => {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const isWithin = parts[0] === imageFolder && !parts.includes('..')
  if (!target.startsWith('/') || !isWithin) return target
  return posix.relative(posix.dirname(`/${imageFolder}/${path}`), `/${parts.join('/')}`) || '.'
}

const toOwn = (item: Item): Item => {
  const path = item.path.slice(imageFolder.length + 1)
  return item.kind === 'link'
    ? { ...item, path, target: toRelative(path, item.target) }
    : { ...item, path }
}

/**
 * What a container of an image sees in its folder of models.
 *
 * @param layers lowest first
 * @throws {Failure} where it has no such folder
 */
export const toImageItems = (layers: readonly Listed[]): ReadonlyMap<string, Item> => {
  const count = createCount()
  // A manifest may name one layer a thousand times.
  for (const { items, gone, opaque } of layers) count(items.length + gone.size + opaque.size)
  const { visible } = mergeLayers(layers.map(toEntries))
  const items = visible.flatMap(({ entry }) => (entry as Laid).item ?? [])
  const top = items.find(({ path }) => path === imageFolder)
  if (top?.kind !== 'folder') {
    const what = top === undefined ? 'it has none' : `there it is a ${top.kind}`
    const why = top?.kind === 'link' ? ` to ${show(top.target)}` : ''
    throw new Failure(
      `It is an image, of which nodes get the folder /${imageFolder}: ${what}${why}`,
      {
        remedy: `Copy the files to /${imageFolder}, or push them as an artifact.`,
      },
    )
  }
  return collect([items.map(toOwn)])
}
