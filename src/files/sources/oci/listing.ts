import { Failure } from '../../../failure.ts'
import { foldersAbove } from '../../../image/contents/path.ts'
import type { TarEntry } from '../../../image/contents/tar/cut-tar.ts'
import {
  mark,
  opaqueMark,
  specialMark,
  toLayerPath,
} from '../../../image/contents/tar/list-layer.ts'
import { show } from '../links.ts'
import { showBytes, toText, toTreePath } from './names.ts'
import type { Content, Item } from './tree.ts'

/** What one archive has. */
export type Listed = {
  /** Of an image's layer, a folder before what is in it. */
  readonly items: readonly Item[]
  /** Paths that are gone of the layers below, and folders of which all is gone that these have in them. */
  readonly gone: ReadonlySet<string>
  readonly opaque: ReadonlySet<string>
}

/** The folder of a container image that has the files of a model (KServe's modelcars). */
export const imageFolder = 'models'

const isFile = (type: string): boolean => type === '0' || type === '7'

const others: Readonly<Record<string, string>> = {
  ...{ '3': 'a device', '4': 'a device', '6': 'a pipe', S: 'a file with holes' },
}

const isOfInterest = (path: string): boolean =>
  path === imageFolder || path.startsWith(`${imageFolder}/`)

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** What all listings have to do with an entry: undefined where there is no content to read. */
export type Listing = {
  readonly add: (entry: TarEntry) => Content | undefined
  readonly finish: () => Listed
}

const toContent = ({ storedBytes, mode }: TarEntry): Content => ({
  sizeBytes: storedBytes,
  isExecutable: (mode & 0o111) !== 0,
  sha256: '',
})

/** @returns what is at the path now, of which a file's content is still to be read */
const toItem = (
  entry: TarEntry,
  path: string,
  findTarget: (name: string) => Item | undefined,
): Item => {
  const { type, linkName, realBytes } = entry
  if (type === '5') return { kind: 'folder', path }
  if (type === '2') return { kind: 'link', path, target: toText(linkName) }
  if (type === '1') {
    const target = findTarget(linkName)
    if (target !== undefined && target.kind !== 'folder') return { ...target, path }
    throw new Failure(
      `${show(path)} is a hard link to ${showBytes(linkName)}, of which nothing was read before it`,
    )
  }
  if (isFile(type) && realBytes === undefined)
    return { kind: 'file', path, content: toContent(entry) }
  const what = isFile(type) ? 'a file with holes' : (others[type] ?? `of the type ${show(type)}`)
  throw new Failure(`${show(path)} is ${what}`, {
    remedy: 'Pack it without: nodes get folders, files and links.',
  })
}

const contentOf = (entry: TarEntry, item: Item): Content | undefined =>
  isFile(entry.type) && item.kind === 'file' ? item.content : undefined

/** Lists an archive of an artifact, where all that is not plain is an error. */
export const createArtifactListing = (onItem: () => void): Listing => {
  const items = new Map<string, Item>()
  const toPath = (name: string): string => toTreePath(toText(name))
  return {
    add: (entry) => {
      onItem()
      const path = toPath(entry.name)
      if (path === '' && entry.type !== '5')
        throw new Failure('An archive has a file without a name')
      const item = toItem(entry, path, (name) => items.get(toPath(name)))
      const before = items.get(path)
      if (before !== undefined && (before.kind !== 'folder' || item.kind !== 'folder'))
        throw new Failure(`An archive has ${show(path)} twice`)
      items.set(path, item)
      return contentOf(entry, item)
    },
    finish: () => ({ items: [...items.values()], gone: new Set(), opaque: new Set() }),
  }
}

/** Lists what a layer of an image has in the folder of models; what else it has is nobody's here. */
export const createLayerListing = (onItem: () => void): Listing => {
  const items = new Map<string, Item>()
  const gone = new Set<string>()
  const opaque = new Set<string>()
  const addMark = (marks: Set<string>, path: string): undefined => {
    if (path !== '' && !isOfInterest(path)) return
    onItem()
    marks.add(toTreePath(toText(path)))
  }
  return {
    add: (entry) => {
      const name = toLayerPath(entry.name)
      const [parent, last] = [parentOf(name), name.slice(name.lastIndexOf('/') + 1)]
      if (last === opaqueMark) return addMark(opaque, parent)
      if (name.split('/').some((part) => part.startsWith(specialMark))) return undefined
      if (last.startsWith(mark)) {
        const hidden = last.slice(mark.length)
        if (/^\.{0,2}$/.test(hidden)) throw new Failure('A layer deletes what has no name')
        return addMark(gone, parent === '' ? hidden : `${parent}/${hidden}`)
      }
      if (!isOfInterest(name)) return undefined
      onItem()
      const path = toTreePath(toText(name))
      const item = toItem(entry, path, (target) => items.get(toText(toLayerPath(target))))
      for (const folder of foldersAbove(path)) {
        if (items.has(folder)) continue
        onItem()
        items.set(folder, { kind: 'folder', path: folder })
      }
      items.set(path, item)
      return contentOf(entry, item)
    },
    finish: () => ({ items: [...items.values()], gone, opaque }),
  }
}
