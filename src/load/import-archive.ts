import type { KindNode } from '../cluster/node.ts'
import { type Docker, describeEnd } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import type { LocalImage } from '../image/image.ts'
import { toNodeNames } from '../image/reference.ts'
import { checkInNode } from './check.ts'
import { joinScript } from './helper.ts'
import { type ArchivedImage, toNeedlessBlobs } from './layer-blobs.ts'
import type { NodeState } from './node-state.ts'
import { namesOf } from './order.ts'
import { pump } from './pipe.ts'

/** One image on its way into one node. */
export type Streaming = {
  readonly docker: Docker
  readonly api: EngineApi
  readonly engine: Engine
  readonly runId: string
  readonly image: LocalImage
  readonly node: KindNode
  /** What the node had before. */
  readonly before: NodeState
  /** Hears of all that is sent. */
  readonly onBytes: (bytes: number) => void
}

/** containerd 1.6 has no such flag, and 2.x only with an import that it does not do by itself. */
const findImportFlags = async (docker: Docker, node: KindNode): Promise<readonly string[]> => {
  const { stdout: help } = await docker.try([
    'exec',
    node.name,
    'ctr',
    'images',
    'import',
    '--help',
  ])
  if (!help.includes('--discard-unpacked-layers')) return []
  return ['--discard-unpacked-layers', ...(/^[ \t]+--local\b/m.test(help) ? ['--local'] : [])]
}

/** The arguments of `docker` that unpack an archive from standard input in a node. */
const toImportArgs = (node: KindNode, flags: readonly string[]): readonly string[] => [
  'exec',
  '--interactive',
  node.name,
  'ctr',
  '--namespace=k8s.io',
  'images',
  'import',
  `--snapshotter=${node.snapshotter}`,
  ...flags,
  '-',
]

/**
 * Removes an image whose import failed, so that kubelet does not believe in it. CRI gives every
 * image its ID as a second name and does not take it back; it goes unless it was there before.
 */
const removeImage = async (
  { docker, engine, image, node, before }: Streaming,
  after: NodeState | undefined,
): Promise<void> => {
  const names = namesOf(engine, image)
  const ids = names.map((name) => after?.criIds.get(name) ?? image.id)
  const gone = [...names, ...ids.filter((id) => !before.criIds.has(id))]
  const ctr = ['exec', node.name, 'ctr', '--namespace=k8s.io']
  for (const name of new Set(gone)) await docker.try([...ctr, 'images', 'remove', name])
  await docker.try([...ctr, 'content', 'prune', 'references'])
}

/** Lets the next run know the image again. Returns what went wrong, if something did. */
const remember = async (
  { docker, engine, runId, image, node }: Streaming,
  state: NodeState,
): Promise<string | undefined> => {
  const [given = '', ...further] = namesOf(engine, image)
  const config = state.criIds.get(given) ?? ''
  const script = joinScript('record', 'mark')
  const top = image.layers.at(-1)?.chainId ?? ''
  const args = [runId, image.id, config, top, given, ...further]
  const ended = await docker.try(['exec', node.name, 'bash', '-c', script, 'bash', ...args])
  return ended.code === 0 ? undefined : `naming it: ${describeEnd(ended)}`
}

/** @returns what went wrong, and what the node had then */
const send = async (streaming: Streaming, blobs: readonly string[]) => {
  const { docker, api, engine, image, node, before, onBytes } = streaming
  const flags = await findImportFlags(docker, node)
  const leftOut = toNeedlessBlobs(image, blobs, before.chains)
  const importArgs = toImportArgs(node, flags)
  const problem = await pump(docker, { image, leftOut, importArgs, onBytes })
  if (problem !== undefined) return { problem, state: undefined }
  const config = engine.hasContainerdStore ? undefined : image.id
  const check = (names: readonly string[]) => checkInNode(api, image, names, node, config)
  // The archive has the names that were given, and no others.
  const { flaw, state } = await check(
    image.references.flatMap(({ canonical }) => toNodeNames(canonical)),
  )
  const unnamed = flaw ?? (await remember(streaming, state))
  if (unnamed !== undefined) return { problem: unnamed, state }
  const named = await check(namesOf(engine, image))
  return { problem: named.flaw, state: named.state }
}

/**
 * Sends an image's tar into a node's containerd, without the layers that the node has, as far as it
 * is known what they are called in the tar. containerd keeps the blobs while it unpacks them, so
 * the image is in the node twice for a while.
 *
 * @returns what went wrong; the node then does not believe in the image
 */
export const importArchive = async (
  streaming: Streaming,
  archived: ArchivedImage | undefined,
): Promise<string | undefined> => {
  const { problem, state } = await send(streaming, archived?.blobs ?? [])
  if (problem !== undefined) await removeImage(streaming, state)
  return problem
}
