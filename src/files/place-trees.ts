import type { ContainerNode } from '../cluster/node.ts'
import { Failure } from '../failure.ts'
import type { Helper } from './conversation.ts'
import type { planView } from './places.ts'
import { toRecordName } from './record.ts'
import type { Tree } from './sources/source.ts'
import { toFolders, toTreeId } from './tree-id.ts'
import type { WantedFiles } from './wanted.ts'

/** A target that nobody asks for any more. */
export type Removal = { readonly node: ContainerNode; readonly target: string }

/** How one node got, or lost, the files of one target. */
export type Placed = {
  readonly node: string
  readonly target: string
  /** `kept`: pods still use what is to be removed. */
  readonly way: 'link' | 'mount' | 'copy' | 'write' | 'same' | 'removed' | 'kept'
  /** That the node has of its own. */
  readonly bytes: number
}

type View = ReturnType<typeof planView>
type Command = readonly (string | number)[]

const ways = ['link', 'mount', 'copy', 'write', 'same'] as const

export const toTreeCommands = (tree: Tree, id: string): readonly Command[] => [
  ['tree', id, tree.isFile ? 'file' : 'folder'],
  ...toFolders(tree).map((path) => ['folder', path]),
  ...tree.links.map(({ path, target }) => ['link', path, target]),
  ...tree.files.map(({ path, sha256 = '', isExecutable }) => [
    'entry',
    path,
    sha256,
    isExecutable ? '1' : '',
  ]),
]

/** The fields in the order in which the helper reads them. */
const toPlace = (
  word: 'place' | 'remove',
  view: View,
  node: ContainerNode,
  target: string,
  [id, mode, key, verifies]: readonly [string, string, string, string],
): Command => {
  const { destination, root, var: varFolder, parent, name } = view.toPlace(node, target)
  const where = [node.name, node.pid, destination, root, varFolder, parent, name]
  return [word, ...where, id, mode, key, target, verifies, toRecordName(target)]
}

/** By what a later step knows that nothing has changed. */
export const toKey = ({
  files,
  found,
}: Pick<WantedFiles, 'files' | 'found'>): string | undefined => {
  const { key } = found.source
  return key === undefined ? undefined : `${files.isWritable ? 'rw' : 'ro'}-${key}`
}

/** @throws {Failure} naming all nodes that could not be given something */
export const placeTrees = async (
  helper: Helper,
  wanted: readonly WantedFiles[],
  trees: readonly Tree[],
  removals: readonly Removal[],
  view: View,
  verifies: boolean,
): Promise<readonly Placed[]> => {
  const commands = wanted.flatMap(({ files, found, into }, index) => {
    const { target, isWritable } = files
    const tree = trees[index] as Tree
    const id = toTreeId(tree, isWritable)
    const key = toKey({ files, found }) ?? '-'
    const how = [id, isWritable ? 'rw' : 'ro', key, verifies ? '1' : ''] as const
    return [
      ...toTreeCommands(tree, id),
      ...into.map((node) => toPlace('place', view, node, target, how)),
    ]
  })
  const gone = removals.map(({ node, target }) =>
    toPlace('remove', view, node, target, ['', '', '', '']),
  )
  helper.send([...gone, ...commands, ['go']])
  const placed: Placed[] = []
  const reasons: string[] = []
  await helper.hearUntil('done', ([word, node = '', target = '', third = '', fourth = '']) => {
    const way = ways.find((each) => each === third)
    if (word === 'cannot') reasons.push(`${target} in ${node}: ${third}`)
    else if (word === 'placed' && way) placed.push({ node, target, way, bytes: Number(fourth) })
    else if (word === 'removed' || word === 'kept')
      placed.push({ node, target, way: word, bytes: 0 })
  })
  if (reasons.length === 0) return placed
  throw new Failure(`node-files could not be put there: ${reasons.join('; ')}`, {
    remedy: 'Remove what is there, or take another path.',
  })
}
