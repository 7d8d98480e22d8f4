import { toNodeCommand, tryInNode } from '../cluster/in-node.ts'
import type { Node } from '../cluster/node.ts'
import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { checkInNode } from './check.ts'
import { namesOf } from './helper-request.ts'
import { type ArchivedImage, toNeedlessBlobs } from './layer-blobs.ts'
import { nameImage } from './name-image.ts'
import { emptyState, inspectNode, type NodeState } from './node-state.ts'
import { pump } from './pipe.ts'
import { pipeTimeoutMs } from './pipe-end.ts'
import type { Streaming } from './streaming.ts'

/** containerd 1.6 has no such flag, and 2.x only with an import that it does not do by itself. */
const findImportFlags = async (docker: Docker, node: Node): Promise<readonly string[]> => {
  const { stdout: help } = await tryInNode(docker, node, ['ctr', 'images', 'import', '--help'])
  if (!help.includes('--discard-unpacked-layers')) return []
  return ['--discard-unpacked-layers', ...(/^[ \t]+--local\b/m.test(help) ? ['--local'] : [])]
}

/** Unpacks an archive from standard input. */
const toImport = (node: Node, flags: readonly string[]): readonly string[] => [
  'ctr',
  `--namespace=${node.containerd.namespace}`,
  'images',
  'import',
  `--snapshotter=${node.containerd.snapshotter}`,
  ...flags,
  '-',
]

/** Undefined for one that does not answer. */
const inspectWhole = (api: EngineApi, node: Node): Promise<NodeState | undefined> =>
  inspectNode(api, node, []).catch(() => undefined)

/**
 * What a failed import has left: names that it has made or moved, never one that is as it was. CRI gives every
 * image its ID as a second name and does not take it back; it goes unless it was there before.
 */
const findLeft = async (
  { api, engine, image, node }: Streaming,
  before: NodeState | undefined,
  loadedAs: string,
): Promise<readonly string[]> => {
  // Any other name may have been there.
  if (before === undefined) return [loadedAs]
  const { criIds } = (await inspectWhole(api, node)) ?? emptyState
  const isLeft = (name: string): boolean => {
    const [old, now] = [before.criIds.get(name), criIds.get(name)]
    return old === undefined || (now !== undefined && now !== old)
  }
  const names = [loadedAs, ...namesOf(engine, image).filter(isLeft)]
  const ids = names.map((name) => criIds.get(name) ?? image.id)
  return [...names, ...ids.filter((id) => !before.criIds.has(id))]
}

/** Removes an image whose import failed, so that kubelet does not believe in it. */
const removeImage = async (
  streaming: Streaming,
  before: NodeState | undefined,
  loadedAs: string,
): Promise<void> => {
  const { docker, node } = streaming
  const gone = await findLeft(streaming, before, loadedAs)
  const ctr = ['ctr', `--namespace=${node.containerd.namespace}`]
  for (const name of new Set(gone))
    await tryInNode(docker, node, [...ctr, 'images', 'remove', name])
  await tryInNode(docker, node, [...ctr, 'content', 'prune', 'references'])
}

/** @returns what went wrong, if something did */
const send = async (
  streaming: Streaming,
  archived: ArchivedImage | undefined,
  before: NodeState | undefined,
  loadedAs: string,
): Promise<string | undefined> => {
  const { docker, api, engine, image, node, onBytes } = streaming
  const flags = await findImportFlags(docker, node)
  const leftOut = toNeedlessBlobs(image, archived?.blobs ?? [], before?.chains ?? new Set())
  const importing = toNodeCommand(docker, node, toImport(node, flags), pipeTimeoutMs)
  const problem =
    (await pump(docker, { image, loadedAs, leftOut, importing, onBytes })) ??
    (await nameImage(streaming, archived, loadedAs))
  if (problem !== undefined) return problem
  const config = engine.hasContainerdStore ? undefined : image.id
  return (await checkInNode(api, image, namesOf(engine, image), node, config)).flaw
}

/**
 * Sends an image's tar into a node's containerd, without the layers that the node has, as far as it
 * is known what they are called in the tar. containerd keeps the blobs while it unpacks them, so
 * the image is in the node twice for a while. Until it is whole, only we know its name.
 *
 * @returns what went wrong; the node then does not believe in the image
 */
export const importArchive = async (
  streaming: Streaming,
  archived: ArchivedImage | undefined,
): Promise<string | undefined> => {
  const { docker, api, image, node, runId } = streaming
  const loadedAs = image.heldAs ?? `slipway.invalid/import/${runId}:0`
  const before = await inspectWhole(api, node)
  const problem = await send(streaming, archived, before, loadedAs)
  if (problem !== undefined) await removeImage(streaming, before, loadedAs)
  else
    await tryInNode(docker, node, [
      'ctr',
      `--namespace=${node.containerd.namespace}`,
      'images',
      'remove',
      loadedAs,
    ])
  return problem
}
