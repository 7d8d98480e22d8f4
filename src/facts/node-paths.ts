import type { ContainerNode } from '../cluster/node.ts'
import type { Tree } from '../files/sources/source.ts'
import { toFolders } from '../files/tree-id.ts'
import type { EntryKind, GivenFiles, NodePaths } from '../manifests/given-files.ts'
import type { FoundFiles, FoundNodeFiles } from './find-files.ts'

const toEntries = (tree: Tree): ReadonlyMap<string, EntryKind> =>
  new Map([
    ...toFolders(tree).map((path) => [path, 'folder'] as const),
    ...tree.files.map(({ path }) => [path, 'file'] as const),
    ...tree.links.map(({ path }) => [path, 'link'] as const),
  ])

const toGiven = ({ files: { target, isWritable }, found, nodes }: FoundFiles): GivenFiles => {
  const tree = found.kind === 'local' ? found.source : found.source.tree
  return {
    target,
    isWritable,
    isFile: tree?.isFile,
    nodes: nodes.map(({ name }) => name),
    entries: tree && toEntries(tree),
  }
}

/** What manifests may name of nodes' paths, as far as this step knows of it. */
export const toNodePaths = (
  { files, kept }: FoundNodeFiles,
  nodes: readonly Pick<ContainerNode, 'mounts'>[],
): NodePaths => ({
  files: files.map(toGiven),
  others: [
    ...kept,
    // Folders of the machine; all else is below /var.
    ...nodes.flatMap(({ mounts }) =>
      mounts.flatMap(({ destination }) => (destination === '/var' ? [] : [destination])),
    ),
  ],
})
