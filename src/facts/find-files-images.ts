import type { ContainerNode } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { toFilesImage, toObjectName } from '../files/volumes.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { NodeFiles } from '../inputs/node-files.ts'
import {
  findVolumeObjection,
  findWhole,
  inspectVolumes,
  type VolumeState,
} from '../load/volume-state.ts'
import { filesImages } from '../ownership.ts'

/** Whether files become images in the nodes, and what nodes have of such images. */
export type FilesImages = {
  /** Why none are made; undefined where they are, or nobody asked. */
  readonly objection: string | undefined
  /** Repositories of which versions go that nobody asks for; undefined for all that are ours. */
  readonly scope: readonly string[] | undefined
  /** Whether something is there that can go. */
  readonly hasStale: boolean
}

export const noImages: FilesImages = { objection: undefined, scope: [], hasStale: false }

/** The versions of nodes' files, by what is put where; undefined for what nodes do not have as it is to be. */
export type IdOf = (node: ContainerNode, files: NodeFiles) => string | undefined

/** In all nodes, and those that have it. */
type InNodes = {
  readonly reference: string | undefined
  readonly nodes: ReadonlySet<ContainerNode>
}

/** Whether an image's version is nobody's business any more. */
export const isStale = (
  name: string,
  kept: ReadonlySet<string>,
  scope: FilesImages['scope'],
): boolean =>
  !kept.has(name) && (scope === undefined || scope.some((each) => name.startsWith(`${each}:`)))

type Asked = Pick<Inputs, 'makesFilesImages' | 'prunesNodeFiles'>

type States = readonly { readonly node: ContainerNode; readonly state: VolumeState }[]

/** Asks nodes what they can do with images of files; undefined where that is of no interest. */
export const inspectNodes = async (
  api: EngineApi,
  { makesFilesImages, prunesNodeFiles }: Asked,
  nodes: readonly ContainerNode[],
): Promise<States | undefined> =>
  makesFilesImages || prunesNodeFiles
    ? Promise.all(nodes.map(async (node) => ({ node, state: await inspectVolumes(api, node) })))
    : undefined

/**
 * Finds which files are images in which nodes.
 *
 * @param able those files that can become images
 */
export const findFilesImages = async (
  api: EngineApi,
  { makesFilesImages, prunesNodeFiles }: Asked,
  able: readonly NodeFiles[],
  states: States | undefined,
  idOf: IdOf,
): Promise<{ readonly images: FilesImages; readonly of: ReadonlyMap<NodeFiles, InNodes> }> => {
  if (states === undefined) return { images: noImages, of: new Map() }
  const nodes = states.map(({ node }) => node)
  const [objection] = states.flatMap(({ node, state }) => findVolumeObjection(node, state) ?? [])
  const wanted = makesFilesImages && objection === undefined ? able : []
  const nameIn = (node: ContainerNode, files: NodeFiles): string | undefined => {
    const id = idOf(node, files)
    return id === undefined ? undefined : toFilesImage(files.target, id)
  }
  const has = new Map(
    await Promise.all(
      states.map(async ({ node, state }) => {
        const pinned = state.images.filter(({ isPinned }) => isPinned)
        const there = new Set(pinned.map(({ name }) => name))
        const names = wanted.flatMap((files) => nameIn(node, files) ?? [])
        const whole = await findWhole(
          api,
          node,
          names.filter((name) => there.has(name)),
        )
        return [node, whole] as const
      }),
    ),
  )
  const of = new Map(
    wanted.map((files) => {
      const names = nodes.map((node) => nameIn(node, files))
      const having = nodes.filter((node, at) => has.get(node)?.has(names[at] ?? '') === true)
      const isSame = new Set(names).size === 1 && having.length === nodes.length
      return [files, { reference: isSame ? names[0] : undefined, nodes: new Set(having) }] as const
    }),
  )
  const kept = new Set([...of.values()].flatMap(({ reference }) => reference ?? []))
  const scope = prunesNodeFiles
    ? undefined
    : wanted.map(({ target }) => `${filesImages}/${toObjectName(target)}`)
  const hasStale = states.some(({ state }) =>
    state.images.some(({ name, isUsed }) => !isUsed && isStale(name, kept, scope)),
  )
  const asked = makesFilesImages ? objection : undefined
  return { images: { objection: asked, scope, hasStale }, of }
}
