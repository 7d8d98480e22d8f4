import type { Entry, LayerEntries } from '../image/contents/entry.ts'

/** What dive 0.13 says of an image. */
export type DiveFigures = {
  readonly efficiency: number
  readonly sizeBytes: number
  readonly wastedBytes: number
  /** Of what is above the lowest layer, 1 for all of it; undefined for an image of one layer. */
  readonly userWasted: number | undefined
}

type DiveNode = {
  /** Undefined where there are none: most nodes are files. */
  children: Map<string, DiveNode> | undefined
  /** Of what it is about, without a whiteout's mark. */
  readonly path: string
  readonly isMark: boolean
  sizeBytes: number
  isFolder: boolean
}

const createNode = (path: string, isMark: boolean): DiveNode => ({
  children: undefined,
  path,
  isMark,
  sizeBytes: 0,
  isFolder: false,
})

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const mark = '.wh.'
const nameless = '.wh..wh..'

/** A path's names as the layer's archive has them. */
const toNames = ({ path, isWhiteout }: Entry): readonly string[] => {
  const names = path.split('/')
  return isWhiteout ? names.with(-1, `${mark}${names.at(-1)}`) : names
}

/** Archives have folder by folder, names sorted by their bytes. */
const comesBefore = (path: string, other: string): boolean => {
  const [a, b] = [path.split('/'), other.split('/')]
  const at = a.findIndex((name, index) => name !== b[index])
  return at < 0 ? a.length < b.length : b[at] !== undefined && byBytes(a[at] ?? '', b[at]) < 0
}

/** Of a file's names the first has its bytes. */
const findFirstNames = (entries: LayerEntries): ReadonlyMap<string, string> => {
  const first = new Map<string, string>()
  for (const { type, inode, path } of entries) {
    if (type !== 'f') continue
    const known = first.get(inode)
    if (known === undefined || comesBefore(path, known)) first.set(inode, path)
  }
  return first
}

const provide = (root: DiveNode, names: readonly string[]): DiveNode | undefined => {
  let node = root
  for (const name of names) {
    const children: Map<string, DiveNode> = node.children ?? new Map()
    node.children = children
    let child = children.get(name)
    if (child === undefined) {
      if (name.startsWith(nameless)) return undefined
      const isMark = name.startsWith(mark)
      const own = isMark ? name.slice(mark.length) : name
      child = createNode(node.path === '' ? own : `${node.path}/${own}`, isMark)
      children.set(name, child)
    }
    node = child
  }
  return node
}

type Tree = {
  readonly root: DiveNode
  readonly sizeBytes: number
  readonly hasMarks: boolean
}

/** A layer as dive reads it: nothing but files has bytes. */
const toTree = (entries: LayerEntries): Tree => {
  const root = createNode('', false)
  const first = findFirstNames(entries)
  let sizeBytes = 0
  let hasMarks = false
  for (const entry of entries) {
    const { path, type, inode } = entry
    if (path === '' || type === 's') continue
    const isCounted = type === 'f' && first.get(inode) === path
    if (isCounted) sizeBytes += entry.sizeBytes
    const node = provide(root, toNames(entry))
    if (node === undefined) continue
    hasMarks ||= node.isMark
    node.sizeBytes = isCounted ? entry.sizeBytes : 0
    node.isFolder = type === 'd'
  }
  return { root, sizeBytes, hasMarks }
}

const copy = ({ children, ...rest }: DiveNode): DiveNode => ({
  ...rest,
  children: children && new Map([...children].map(([name, child]) => [name, copy(child)])),
})

const get = (root: DiveNode, path: string): DiveNode | undefined => {
  let node: DiveNode | undefined = root
  for (const name of path.split('/')) node = node?.children?.get(name)
  return node
}

/** Calls what it is given for each node, what is in a folder before the folder, in the archive's order. */
const visitLast = (root: DiveNode, visit: (node: DiveNode) => void): void => {
  const visitBelow = (node: DiveNode): void => {
    const children = [...(node.children ?? [])].toSorted(([a], [b]) => byBytes(a, b))
    for (const [, child] of children) {
      visitBelow(child)
      visit(child)
    }
  }
  visitBelow(root)
}

const toParent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Puts a layer upon what is below it, as dive does: what is opaque hides nothing. */
const stack = (lower: DiveNode, upper: DiveNode): void =>
  visitLast(upper, ({ path, isMark, sizeBytes, isFolder }) => {
    const parent = toParent(path)
    if (isMark) {
      const folder = parent === '' ? lower : get(lower, parent)
      folder?.children?.delete(path.slice(parent === '' ? 0 : parent.length + 1))
      return
    }
    const node = provide(lower, path.split('/'))
    if (node === undefined) return
    node.sizeBytes = sizeBytes
    node.isFolder = isFolder
  })

const sum = ({ sizeBytes, children }: DiveNode): number => {
  let bytes = sizeBytes
  for (const child of children?.values() ?? []) bytes += sum(child)
  return bytes
}

type Seen = { totalBytes: number; leastBytes: number; times: number }

/** What dive does where a layer deletes what no layer has: it leaves the rest of that layer out. */
class UnknownWhiteout extends Error {}

const count = (layer: DiveNode, lower: DiveNode, seen: Map<string, Seen>): void =>
  visitLast(layer, ({ children, path, isMark, sizeBytes }) => {
    if ((children?.size ?? 0) > 0) return
    const known = seen.get(path) ?? { totalBytes: 0, leastBytes: -1, times: 0 }
    seen.set(path, known)
    let bytes = sizeBytes
    if (isMark) {
      const gone = get(lower, path)
      if (gone === undefined) throw new UnknownWhiteout()
      bytes = gone.isFolder ? sum(gone) : 0
    }
    known.totalBytes += bytes
    known.leastBytes = known.leastBytes < 0 ? bytes : Math.min(known.leastBytes, bytes)
    known.times += 1
  })

const countAll = (trees: readonly Tree[]): readonly Seen[] => {
  const seen = new Map<string, Seen>()
  const [lowest] = trees
  if (lowest === undefined) return []
  // It lays the lowest upon itself, which changes it where there is something to delete.
  const lower = lowest.hasMarks ? copy(lowest.root) : lowest.root
  for (const { root } of trees) {
    try {
      count(root, lower, seen)
    } catch (error) {
      if (!(error instanceof UnknownWhiteout)) throw error
    }
    if (root !== lower) stack(lower, root)
  }
  // It counts -1 for what it stumbled over.
  return [...seen.values()]
}

/** dive's own figures, its faults included, for people who know them. */
export const toDiveFigures = (layers: readonly LayerEntries[]): DiveFigures => {
  const trees = layers.map(toTree)
  const all = countAll(trees)
  let [totalBytes, leastBytes, wastedBytes] = [0, 0, 0]
  for (const each of all) {
    totalBytes += each.totalBytes
    leastBytes += each.leastBytes
    if (each.times > 1) wastedBytes += each.totalBytes
  }
  const sizeBytes = trees.reduce((total, tree) => total + tree.sizeBytes, 0)
  const userBytes = sizeBytes - (trees[0]?.sizeBytes ?? 0)
  return {
    efficiency: totalBytes === 0 ? 1 : leastBytes / totalBytes,
    sizeBytes,
    wastedBytes,
    userWasted: layers.length < 2 || userBytes === 0 ? undefined : wastedBytes / userBytes,
  }
}
