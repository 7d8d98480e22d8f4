import type { Entry, LayerEntries } from '../image/contents/entry.ts'

/** What dive 0.13 says of an image. */
export type DiveFigures = {
  readonly efficiency: number
  readonly sizeBytes: number
  readonly wastedBytes: number
  /** Of what is above the lowest layer, 1 for all of it; undefined for an image of one layer. */
  readonly userWasted: number | undefined
}

type DiveNode = { children: Map<string, DiveNode>; sizeBytes: number; isFolder: boolean }

const createNode = (): DiveNode => ({ children: new Map(), sizeBytes: 0, isFolder: false })

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const whiteoutMark = '.wh.'

/** A name as the layer's archive has it. */
const toArchived = ({ path, isWhiteout }: Entry): readonly string[] => {
  const parts = path.split('/')
  return isWhiteout ? [...parts.slice(0, -1), `${whiteoutMark}${parts.at(-1)}`] : parts
}

/** As an archive has them: folder by folder, names sorted by their bytes. */
const inArchiveOrder = (entries: LayerEntries): readonly (readonly [readonly string[], Entry])[] =>
  entries
    .filter(({ path, type }) => path !== '' && type !== 's')
    .map((entry) => [toArchived(entry), entry] as const)
    .toSorted(([a], [b]) => {
      for (let at = 0; ; at += 1) {
        const [one, other] = [a[at], b[at]]
        if (one === undefined || other === undefined) return a.length - b.length
        if (one !== other) return byBytes(one, other)
      }
    })

/** A layer as dive reads it: of a file's names the first has its bytes, and nothing but files has any. */
const toTree = (entries: LayerEntries) => {
  const root = createNode()
  const seen = new Set<string>()
  let sizeBytes = 0
  for (const [names, { type, inode, sizeBytes: size }] of inArchiveOrder(entries)) {
    const isCounted = type === 'f' && !seen.has(inode)
    seen.add(inode)
    if (isCounted) sizeBytes += size
    let node: DiveNode | undefined = root
    for (const name of names) {
      const next: DiveNode | undefined = node.children.get(name)
      if (next === undefined && name.startsWith('.wh..wh..')) {
        node = undefined
        break
      }
      const child: DiveNode = next ?? createNode()
      node.children.set(name, child)
      node = child
    }
    if (node === undefined) continue
    node.sizeBytes = isCounted ? size : 0
    node.isFolder = type === 'd'
  }
  return { root, sizeBytes }
}

const copy = ({ children, ...rest }: DiveNode): DiveNode => ({
  ...rest,
  children: new Map([...children].map(([name, child]) => [name, copy(child)])),
})

const get = (root: DiveNode, path: readonly string[]): DiveNode | undefined => {
  let node: DiveNode | undefined = root
  for (const name of path) node = node?.children.get(name)
  return node
}

const sorted = ({ children }: DiveNode): readonly (readonly [string, DiveNode])[] =>
  [...children].toSorted(([a], [b]) => byBytes(a, b))

/** Calls what it is given for each node, what is in a folder before the folder. */
const visitLast = (
  node: DiveNode,
  path: readonly string[],
  visit: (node: DiveNode, path: readonly string[]) => void,
): void => {
  for (const [name, child] of sorted(node)) visitLast(child, [...path, name], visit)
  if (path.length > 0) visit(node, path)
}

const isMark = (path: readonly string[]): boolean => path.at(-1)?.startsWith(whiteoutMark) ?? false

const toMarked = (path: readonly string[]): readonly string[] =>
  isMark(path) ? [...path.slice(0, -1), (path.at(-1) ?? '').slice(whiteoutMark.length)] : path

/** Puts a layer upon what is below it, as dive does: what is opaque hides nothing. */
const stack = (lower: DiveNode, upper: DiveNode): void =>
  visitLast(upper, [], (node, path) => {
    const real = toMarked(path)
    if (isMark(path)) {
      get(lower, real.slice(0, -1))?.children.delete(real.at(-1) ?? '')
      return
    }
    let below = lower
    for (const name of path) {
      const next = below.children.get(name) ?? createNode()
      below.children.set(name, next)
      below = next
    }
    below.sizeBytes = node.sizeBytes
    below.isFolder = node.isFolder
  })

const sum = ({ sizeBytes, children }: DiveNode): number => {
  let bytes = sizeBytes
  for (const child of children.values()) bytes += sum(child)
  return bytes
}

type Seen = { totalBytes: number; leastBytes: number; times: number }

/** What dive does where a layer deletes what no layer has: it leaves the rest of that layer out. */
class UnknownWhiteout extends Error {}

const count = (layer: DiveNode, lower: DiveNode, seen: Map<string, Seen>): void =>
  visitLast(layer, [], (node, path) => {
    if (node.children.size > 0) return
    const real = toMarked(path)
    const key = real.join('/')
    const known = seen.get(key) ?? { totalBytes: 0, leastBytes: -1, times: 0 }
    seen.set(key, known)
    let bytes = node.sizeBytes
    if (isMark(path)) {
      const gone = get(lower, real)
      if (gone === undefined) throw new UnknownWhiteout()
      bytes = gone.isFolder ? sum(gone) : 0
    }
    known.totalBytes += bytes
    known.leastBytes = known.leastBytes < 0 ? bytes : Math.min(known.leastBytes, bytes)
    known.times += 1
  })

/** dive's own figures, its faults included, for people who know them. */
export const toDiveFigures = (layers: readonly LayerEntries[]): DiveFigures => {
  const trees = layers.map(toTree)
  const seen = new Map<string, Seen>()
  const [lowest] = trees
  const lower = lowest === undefined ? createNode() : copy(lowest.root)
  for (const { root } of trees) {
    try {
      count(root, lower, seen)
    } catch (error) {
      if (!(error instanceof UnknownWhiteout)) throw error
    }
    stack(lower, root)
  }
  // It counts -1 for what it stumbled over.
  const all = [...seen.values()]
  const add = (of: (each: Seen) => number, some = all): number =>
    some.reduce((total, each) => total + of(each), 0)
  const totalBytes = add((each) => each.totalBytes)
  const sizeBytes = trees.reduce((total, tree) => total + tree.sizeBytes, 0)
  const userBytes = sizeBytes - (lowest?.sizeBytes ?? 0)
  const repeated = all.filter(({ times }) => times > 1)
  const wastedBytes = add((each) => each.totalBytes, repeated)
  return {
    efficiency: totalBytes === 0 ? 1 : add((each) => each.leastBytes) / totalBytes,
    sizeBytes,
    wastedBytes,
    userWasted: layers.length < 2 || userBytes === 0 ? undefined : wastedBytes / userBytes,
  }
}
