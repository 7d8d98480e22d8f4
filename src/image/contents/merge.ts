import type { Entry, LayerEntries } from './entry.ts'

/** An entry, and the layer that it is from. */
export type Placed = { readonly layer: number; readonly entry: Entry }

/**
 * Why a file of a lower layer is not seen: a line wrote it anew, copied it to change its owner, mode or time
 * or to link it, or deleted it.
 */
export type HidingReason = 'rewritten' | 'metadata copy' | 'linked' | 'deleted'

/** Bytes that the image has and nobody sees. */
export type HiddenCopy = Placed & {
  /** The layer that hid the last of its names. */
  readonly hiddenBy: number
  readonly reason: HidingReason
}

export type Merged = {
  /** What a container sees. */
  readonly visible: readonly Placed[]
  /** Each file once, however many names it had. */
  readonly hidden: readonly HiddenCopy[]
}

/** Most are files and have no children. */
type TreeNode = { children: Map<string, TreeNode> | undefined; placed: Placed | undefined }

const createNode = (): TreeNode => ({ children: undefined, placed: undefined })

const keyOf = ({ layer, entry }: Placed): string => `${layer} ${entry.inode}`

/** How many names each file of a layer has in it: a node's links count for its link count, not here. */
const countNames = (entries: LayerEntries): ReadonlyMap<string, number> => {
  const names = new Map<string, number>()
  for (const { type, inode } of entries)
    if (type === 'f') names.set(inode, (names.get(inode) ?? 0) + 1)
  return names
}

/** Names of folders on the way to a path, and its own. */
const split = (path: string): readonly string[] => (path === '' ? [] : path.split('/'))

const find = (root: TreeNode, path: string): TreeNode | undefined => {
  let node: TreeNode | undefined = root
  for (const name of split(path)) node = node?.children?.get(name)
  return node
}

const provide = (root: TreeNode, path: string): TreeNode => {
  let node = root
  for (const name of split(path)) {
    const children: Map<string, TreeNode> = node.children ?? new Map()
    node.children = children
    const next = children.get(name) ?? createNode()
    children.set(name, next)
    node = next
  }
  return node
}

const walk = (root: TreeNode, visit: (placed: Placed) => void): void => {
  // A path may be as deep as a stack is not.
  const open = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.placed !== undefined) visit(node.placed)
    for (const child of [...(node.children?.values() ?? [])].reverse()) open.push(child)
  }
}

const remove = (root: TreeNode, path: string): void => {
  const names = split(path)
  find(root, names.slice(0, -1).join('/'))?.children?.delete(names.at(-1) ?? '')
}

/**
 * Lays layers upon each other as overlayfs does.
 *
 * @param isRun whether a layer is what a command left: one that keeps size, time, owner and mode of a file was
 *   copied on the way, where a COPY has written it again
 */
export const mergeLayers = (
  layers: readonly LayerEntries[],
  isRun: (layer: number) => boolean = () => true,
): Merged => {
  const root = createNode()
  const hidden: HiddenCopy[] = []
  const names = layers.map(countNames)
  const hiddenNames = new Map<string, number>()
  const namesOf = (layer: number, { inode }: Entry): number => names[layer]?.get(inode) ?? 0
  const compare = (lower: Placed, upper: Entry, by: number): HidingReason => {
    const { entry, layer } = lower
    if (entry.sizeBytes !== upper.sizeBytes || entry.mtime !== upper.mtime) return 'rewritten'
    const isSame = (['mode', 'uid', 'gid'] as const).every((key) => entry[key] === upper[key])
    if (!isSame) return 'metadata copy'
    if (namesOf(by, upper) > namesOf(layer, entry)) return 'linked'
    return isRun(by) ? 'metadata copy' : 'rewritten'
  }
  layers.forEach((entries, by) => {
    const own = new Map(entries.map((entry) => [entry.path, entry]))
    const hide = (placed: Placed): void => {
      const { layer, entry } = placed
      if (entry.type !== 'f') return
      const key = keyOf(placed)
      const count = (hiddenNames.get(key) ?? 0) + 1
      hiddenNames.set(key, count)
      if (count < namesOf(layer, entry)) return
      const upper = own.get(entry.path)
      const reason = upper?.type === 'f' ? compare(placed, upper, by) : 'deleted'
      hidden.push({ ...placed, hiddenBy: by, reason })
    }
    for (const entry of entries) {
      const { path, type, isWhiteout, isOpaque } = entry
      const there = find(root, path)
      const isFolder = type === 'd'
      const wasFolder = there?.placed?.entry.type === 'd'
      // The top of a layer replaces nothing, and neither does a folder what is in a folder.
      const isKept = isFolder && !isOpaque && (wasFolder || path === '')
      if (there !== undefined && !isKept) {
        walk(there, hide)
        there.children = undefined
      }
      if (isWhiteout) remove(root, path)
      else provide(root, path).placed = { layer: by, entry }
    }
  })
  const visible: Placed[] = []
  walk(root, (placed) => visible.push(placed))
  return { visible, hidden }
}
