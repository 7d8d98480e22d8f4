import { createHash, type Hash } from 'node:crypto'
import { Failure } from '../../../failure.ts'
import type { Entry, LayerEntries } from '../entry.ts'
import { foldersAbove } from '../path.ts'
import { createTarCutter, type TarEntry } from './cut-tar.ts'

/** What rules compare is at least so large; below it, reading again costs as little. */
const leastHashed = 1_000_000

/** Linux takes no longer one, so no container has it. */
const longestPath = 4_096

/** Most filesystems give files whole blocks of it; an archive says nothing of that. */
const diskBlock = 4_096

/** Names that mark what is gone (OCI image spec, "Whiteouts"). */
export const mark = '.wh.'
export const specialMark = '.wh..wh.'
export const opaqueMark = '.wh..wh..opq'

/** A path below the layer's top. An absolute one is meant so, as everybody unpacks it. */
export const toLayerPath = (name: string): string => {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (name.length > longestPath || name.includes('\0'))
    throw new Failure(`A layer has a path of ${name.length} characters`)
  if (parts.includes('..')) throw new Failure('A layer has a path that leads out of it')
  return parts.join('/')
}

const types: Readonly<Record<string, Entry['type']>> = {
  ...{ '0': 'f', '1': 'f', '2': 'l', '3': 'c', '4': 'b', '5': 'd', '6': 'p', '7': 'f', S: 'f' },
}

/** Where files of a layer are. */
export type Index = {
  /** Where a file's content begins in the archive, by its path; sparse ones are not there. */
  readonly offsets: ReadonlyMap<string, number>
  readonly sizes: ReadonlyMap<string, number>
  /** SHA-256 in hex of the large ones, by where they begin. */
  readonly hashes: ReadonlyMap<number, string>
}

const toFolder = (path: string, inode: string): Entry => ({
  path,
  type: 'd',
  sizeBytes: diskBlock,
  diskBytes: diskBlock,
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: `0.${'0'.repeat(10)}`,
  inode,
  isWhiteout: false,
  isOpaque: false,
})

/**
 * Lists a layer's archive as the reader in a container lists the folder that it would be unpacked to.
 *
 * @param onFile hears of each file, and of each folder that a path alone tells of, so that there are not too many
 */
export const createLayerListing = (onFile: () => void) => {
  const entries = new Map<string, Entry>([['', toFolder('', '0:0')]])
  const whiteouts = new Set<string>()
  const opaque = new Set<string>()
  const offsets = new Map<string, number>()
  const sizes = new Map<string, number>()
  const hashes = new Map<number, string>()
  let inodes = 0
  let hashing: { readonly hash: Hash; readonly offset: number } | undefined
  const nextInode = (): string => {
    inodes += 1
    return `0:${inodes}`
  }
  const provideParents = (path: string): void => {
    for (const parent of foldersAbove(path)) {
      if (entries.has(parent)) continue
      onFile()
      entries.set(parent, toFolder(parent, nextInode()))
    }
  }
  const forget = (path: string): void => {
    offsets.delete(path)
    sizes.delete(path)
  }
  const addLink = (path: string, target: string): Entry | undefined => {
    const found = entries.get(target)
    const [offset, size] = [offsets.get(target), sizes.get(target)]
    if (offset !== undefined) offsets.set(path, offset)
    if (size !== undefined) sizes.set(path, size)
    return found && { ...found, path }
  }
  const addFile = (entry: TarEntry, path: string): Entry => {
    const { storedBytes, realBytes, offset, mode, uid, gid, mtime } = entry
    const type = types[entry.type] ?? 'f'
    const sizeBytes = type === 'f' ? (realBytes ?? storedBytes) : entry.linkName.length
    const isPlain = type === 'f' && realBytes === undefined && entry.type !== '1'
    if (isPlain) {
      offsets.set(path, offset)
      sizes.set(path, sizeBytes)
      if (sizeBytes >= leastHashed) hashing = { hash: createHash('sha256'), offset }
    }
    const diskBytes = Math.ceil((type === 'f' ? storedBytes : 0) / diskBlock) * diskBlock
    const about = { mode, uid, gid, mtime, inode: nextInode() }
    const flags = { isWhiteout: false, isOpaque: false }
    const folder = type === 'd' ? { sizeBytes: diskBlock, diskBytes: diskBlock } : {}
    return { path, type, sizeBytes, diskBytes, ...about, ...flags, ...folder }
  }
  const onEntry = (entry: TarEntry): void => {
    onFile()
    // What nobody knows, nobody unpacks either.
    if (types[entry.type] === undefined) return
    const path = toLayerPath(entry.name)
    const slash = path.lastIndexOf('/')
    const [parent, last] = [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)]
    if (last === opaqueMark) {
      provideParents(path)
      opaque.add(parent)
      return
    }
    if (path.split('/').some((name) => name.startsWith(specialMark))) return
    provideParents(path)
    if (last.startsWith(mark)) {
      const gone = last.slice(mark.length)
      if (/^\.{0,2}$/.test(gone)) throw new Failure('A layer deletes what has no name')
      whiteouts.add(parent === '' ? gone : `${parent}/${gone}`)
      return
    }
    if (path === '' && types[entry.type] !== 'd') return
    const target = entry.type === '1' ? toLayerPath(entry.linkName) : undefined
    if (target === path) return
    forget(path)
    const link = target === undefined ? undefined : addLink(path, target)
    entries.set(path, link ?? addFile(entry, path))
  }
  const cutter = createTarCutter({
    onEntry,
    onData: (piece) => void hashing?.hash.update(piece),
    onEntryEnd: () => {
      if (hashing !== undefined) hashes.set(hashing.offset, hashing.hash.digest('hex'))
      hashing = undefined
    },
  })
  const finish = (): { readonly entries: LayerEntries; readonly index: Index } => {
    cutter.end()
    const reset = (path: string): void => {
      const folder = entries.get(path)
      if (folder?.type === 'd') entries.set(path, { ...folder, isOpaque: true })
    }
    for (const path of opaque) reset(path)
    for (const path of whiteouts) {
      // Whatever the order, what is deleted is the lower layers'.
      if (entries.has(path)) reset(path)
      else {
        const gone = { ...toFolder(path, nextInode()), sizeBytes: 0, diskBytes: 0 }
        entries.set(path, { ...gone, type: 'c', isWhiteout: true })
      }
    }
    return { entries: [...entries.values()], index: { offsets, sizes, hashes } }
  }
  return { write: cutter.write, finish }
}
