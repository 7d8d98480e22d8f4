import { type ContainerNode, isContainer, type Node } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { Failure, renderError } from '../failure.ts'
import { toKey } from '../files/place-trees.ts'
import { findNodeObjection } from '../files/places.ts'
import { type FilesRecord, readRecords } from '../files/record.ts'
import type { FilesSource } from '../files/wanted.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { NodeFiles } from '../inputs/node-files.ts'
import {
  type FilesImages,
  findFilesImages,
  type IdOf,
  inspectNodes,
  noImages,
} from './find-files-images.ts'
import { type FilesContext, findSource } from './find-source.ts'

/** Files that nodes are to have, and which nodes lack them. */
export type FoundFiles = {
  readonly files: NodeFiles
  readonly found: FilesSource
  /** All that are to have them. */
  readonly nodes: readonly ContainerNode[]
  readonly into: readonly ContainerNode[]
  /** Whether they are a single file, where a node that has them says so. */
  readonly isFile?: boolean | undefined
  /** What the files are called as an image, once all nodes have that; undefined where none is made. */
  readonly image?: { readonly reference: string | undefined } | undefined
}

export type FoundNodeFiles = {
  readonly files: readonly FoundFiles[]
  /** What nodes have of ours and nobody asks for. */
  readonly removals: readonly { readonly node: ContainerNode; readonly target: string }[]
  /** Paths of what nodes have of ours from other steps, and keep. */
  readonly kept: readonly string[]
  readonly images: FilesImages
}

export const noFiles: FoundNodeFiles = { files: [], removals: [], kept: [], images: noImages }

/** One error for all that cannot be. */
const requireAll = <T>(
  results: readonly PromiseSettledResult<T>[],
  objections: readonly string[],
): readonly T[] => {
  const failed = results.flatMap((each) =>
    each.status === 'rejected' ? [renderError(each.reason)] : [],
  )
  const all = [...new Set([...objections.map((text) => `node-files: ${text}`), ...failed])]
  if (all.length > 0) throw new Failure(all.join('\n'))
  return results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
}

/** Of files that a node has as they are to be. */
const findCurrent = (
  records: readonly FilesRecord[] | undefined,
  files: NodeFiles,
  found: FilesSource,
): FilesRecord | undefined => {
  const key = toKey({ files, found })
  return (records ?? []).find(
    (record) =>
      record.target === files.target && record.isThere && key !== undefined && record.key === key,
  )
}

/** Only folders can be layers, and only what nobody writes to. */
const canBeImage = ({ isWritable }: NodeFiles, { kind, source }: FilesSource): boolean =>
  !isWritable && (kind === 'local' ? source : source.tree)?.isFile !== true

/** As people wrote it. */
const sourceOf = ({ given, target }: NodeFiles): string =>
  given.slice(0, Math.max(given.lastIndexOf(`:${target}`), 0)) || given

/**
 * Finds the files that nodes are to have, and what the nodes have already.
 *
 * @throws {Failure} one that names all that cannot be had, or not be put there
 */
export const findNodeFiles = async (
  api: EngineApi,
  inputs: Pick<Inputs, 'nodeFiles' | 'prunesNodeFiles' | 'verifiesNodeFiles' | 'makesFilesImages'>,
  all: readonly Node[],
  context: FilesContext,
): Promise<FoundNodeFiles> => {
  const { nodeFiles, prunesNodeFiles, verifiesNodeFiles } = inputs
  if (nodeFiles.length === 0 && !prunesNodeFiles) return noFiles
  const bare = all.find(({ userland }) => userland === 'busybox')
  if (bare !== undefined) {
    throw new Failure(`node-files cannot work with ${bare.name}: its image has BusyBox alone`, {
      remedy: 'Put the files into the image, or take kind.',
    })
  }
  // Inputs refuse files for a machine.
  const nodes = all.filter(isContainer)
  const objections = nodeFiles.flatMap(({ target }) =>
    nodes.flatMap((node) => findNodeObjection(node, target) ?? []),
  )
  const finding = Promise.allSettled(
    nodeFiles.map(async (each) => findSource(api, each, sourceOf(each), context)),
  )
  const [records, states] = await Promise.all([
    Promise.all(nodes.map((node) => readRecords(api, node))),
    inspectNodes(api, inputs, nodes),
  ])
  const sources = requireAll(await finding, objections)
  const recordsOf = new Map(nodes.map((node, at) => [node, records[at]]))
  const foundOf = new Map(nodeFiles.map((each, at) => [each, sources[at] as FilesSource]))
  const currentIn = (node: ContainerNode, each: NodeFiles): FilesRecord | undefined =>
    findCurrent(recordsOf.get(node), each, foundOf.get(each) as FilesSource)
  // What some sources have is known only once it is there.
  const able = nodeFiles.filter(
    (each) =>
      canBeImage(each, foundOf.get(each) as FilesSource) &&
      !nodes.some((node) => currentIn(node, each)?.isFile),
  )
  const idOf: IdOf = (node, each) => currentIn(node, each)?.id
  const { images, of } = await findFilesImages(api, inputs, able, states, idOf)
  const files = [...foundOf].map(([each, found]) => {
    const image = of.get(each)
    const isDone = (node: ContainerNode): boolean =>
      currentIn(node, each) !== undefined && image?.nodes.has(node) !== false
    return {
      files: each,
      found,
      nodes,
      into: nodes.filter((node) => verifiesNodeFiles || !isDone(node)),
      isFile: nodes.map((node) => currentIn(node, each)?.isFile).find((is) => is !== undefined),
      image,
    }
  })
  const isNamed = (target: string): boolean => nodeFiles.some((each) => each.target === target)
  const removals = nodes.flatMap((node) =>
    (recordsOf.get(node) ?? []).flatMap(({ target }) =>
      isNamed(target) ? [] : [{ node, target }],
    ),
  )
  return prunesNodeFiles
    ? { files, removals, kept: [], images }
    : { files, removals: [], kept: [...new Set(removals.map(({ target }) => target))], images }
}
