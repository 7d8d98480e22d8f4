import { executeIn, tryInNode } from '../cluster/in-node.ts'
import { describeEnd } from '../docker/docker.ts'
import { renderError } from '../failure.ts'
import { toDigest } from '../image/digest.ts'
import { checkNames } from './check.ts'
import { containerdClient, joinScript } from './helper.ts'
import { namesOf } from './helper-request.ts'
import type { ArchivedImage } from './layer-blobs.ts'
import type { Streaming } from './streaming.ts'

const timeoutMs = 30_000

const parts = ['record', 'lists', 'client', 'names', 'node', 'source', 'publish', 'name']

/** An argument has at most 128 KiB; who publishes an image may write as much as he likes into its manifest. */
const longestManifest = 100_000

/** The manifest that the image has in every node; without one it is what came with the archive. */
export const findManifest = async (
  { api, engine, node, toManifest }: Streaming,
  archived: ArchivedImage | undefined,
  config: string,
): Promise<string> => {
  if (engine.hasContainerdStore) {
    const { manifest = '' } = archived ?? {}
    return Buffer.byteLength(manifest) > longestManifest ? '' : manifest
  }
  const get = ['ctr', `--namespace=${node.containerd.namespace}`, 'content', 'get', config]
  return toManifest(Buffer.byteLength(await executeIn(api, node, get, timeoutMs)))
}

/** Without bash, an image keeps the manifest that it came with, and no record says that it is there. */
const tagImage = async ({ api, engine, image, node }: Streaming, loadedAs: string) => {
  const tag = ['ctr', `--namespace=${node.containerd.namespace}`, 'images', 'tag', '--force']
  const names = namesOf(engine, image)
  await executeIn(api, node, [...tag, loadedAs, ...names], timeoutMs)
}

/**
 * Gives an image that a node has unpacked, under a name that only this run uses, its own names and manifest,
 * and lets the next run know it again.
 *
 * @returns what went wrong, if something did
 */
export const nameImage = async (
  streaming: Streaming,
  archived: ArchivedImage | undefined,
  loadedAs: string,
): Promise<string | undefined> => {
  const { docker, api, engine, runId, image, node } = streaming
  const { flaw, state } = await checkNames(api, [loadedAs], node)
  if (flaw !== undefined) return flaw
  if (node.userland === 'busybox')
    return tagImage(streaming, loadedAs).then(() => undefined, renderError)
  const config = state.criIds.get(loadedAs) ?? ''
  const manifest = await findManifest(streaming, archived, config)
  const isOverlay = node.containerd.snapshotter === 'overlayfs'
  const chains = isOverlay ? image.layers.map(({ chainId }) => chainId).join(' ') : ''
  const script = joinScript(...parts)
  const about = [loadedAs, runId, image.id, config, chains, toDigest(manifest), manifest]
  const args = [containerdClient(), ...about, ...namesOf(engine, image)]
  const ended = await tryInNode(docker, node, ['bash', '-c', script, 'bash', ...args])
  return ended.code === 0 ? undefined : `naming it: ${describeEnd(ended)}`
}
