import { createHash } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Node } from '../cluster/node.ts'
import { isNoSpace } from '../docker/disk-full.ts'
import { Failure, renderError } from '../failure.ts'
import { architecture } from '../host/architecture.ts'
import { retry } from '../host/http.ts'
import type { BlobImage, LayerBlob } from '../image/contents/blobs/blob.ts'
import { isDigest, toDigest, toHex } from '../image/digest.ts'
import { toLayers } from '../image/image.ts'
import { type ImageReference, toRepository } from '../image/reference.ts'
import { readBlobImage } from '../image/sources/blob-image.ts'
import {
  createConversation,
  readDocument,
  toPlace,
} from '../image/sources/registry/conversation.ts'
import { writeLayout } from '../image/sources/write-layout.ts'
import type { StoredFile } from '../store/entry.ts'
import { createEntryCache } from '../store/entry-cache.ts'
import { leastOwnBytes } from '../store/layers.ts'
import type { Moved } from '../store/meter.ts'
import { formatBytes, formatDuration } from '../text/format.ts'
import { createBlobs } from './image-blobs.ts'
import { type PullRecord, readMoved, toStarts } from './image-entries.ts'
import type { Ports, Pulled } from './ports.ts'
import { findWanted } from './wanted-layers.ts'

type Conversation = ReturnType<typeof createConversation>
type Blobs = ReturnType<typeof createBlobs>

/** A name may point elsewhere today; a HEAD counts as no pull. */
const findRoot = async (
  version: string,
  { head, get }: Conversation,
  signal: AbortSignal,
): Promise<{ readonly digest: string; readonly text?: string }> => {
  if (isDigest(version)) return { digest: version }
  const headers = await retry(() => head(`manifests/${version}`), signal)
  const digest = headers['docker-content-digest']
  if (isDigest(digest)) return { digest }
  const text = await retry(() => readDocument(get, `manifests/${version}`, undefined), signal)
  return { digest: toDigest(text), text }
}

const readImage = async (root: string, folder: string, blobs: Blobs): Promise<BlobImage> => {
  const texts = new Set<string>([root])
  const bring = (digest: string, path: string): Promise<string> => {
    texts.add(digest)
    return blobs.bringText(digest, path)
  }
  const rootText = await bring(root, `manifests/${root}`)
  const source = {
    readManifest: ({ digest }: { readonly digest: string }) => bring(digest, `manifests/${digest}`),
    readText: ({ digest }: { readonly digest: string }) => bring(digest, `blobs/${digest}`),
    toFiles: async (layers: readonly { readonly digest: string }[]) =>
      layers.map(({ digest }) => ({ file: join(folder, toHex(digest)), start: 0 })),
  }
  const image = await readBlobImage(rootText, source, architecture)
  const config = JSON.parse(image.config) as { readonly architecture?: unknown }
  // Docker says it better.
  if (config.architecture !== architecture) throw new Failure('It is for other machines')
  return image
}

/** What of an image lies in the folder, to be kept: layers with the sizes that the registry has. */
const sortFiles = async (image: BlobImage, root: string, folder: string) => {
  const toFile = async (digest: string, packedBytes?: number) => {
    const found = await lstat(join(folder, toHex(digest))).catch(() => undefined)
    const file = { sha256: toHex(digest), sizeBytes: packedBytes ?? found?.size ?? 0 }
    return found === undefined ? [] : [file satisfies StoredFile]
  }
  const documents = new Set([root, toDigest(image.manifest), toDigest(image.config)])
  const layers = [...new Map(image.layers.map((layer) => [layer.diffId, layer])).values()]
  const isLarge = ({ sizeBytes }: LayerBlob): boolean => sizeBytes >= leastOwnBytes
  const small = await Promise.all([
    ...[...documents].map((digest) => toFile(digest)),
    ...layers
      .filter((layer) => !isLarge(layer))
      .map(({ diffId, sizeBytes }) => toFile(diffId, sizeBytes)),
  ])
  const large = await Promise.all(
    layers.filter(isLarge).map(({ diffId, sizeBytes }) => toFile(diffId, sizeBytes)),
  )
  const isWhole = small.every((each) => each.length > 0)
  return { small: small.flat(), large: large.flat(), isWhole }
}

const tell = (where: string, { bytes, ms }: Moved): readonly string[] =>
  bytes === 0 ? [] : [`${formatBytes(bytes)} from ${where} in ${formatDuration(ms)}`]

/** Has a layer that came unpacked while the others come, where nodes get all of them. */
const createBring = (
  { layers }: BlobImage,
  nodes: readonly Node[],
  wanted: ReadonlySet<string>,
  blobs: Blobs,
  { unpacker }: Ports['run'],
) => {
  const chain = toLayers(layers.map(({ diffId }) => diffId))
  const isWhole = layers.every(({ diffId }) => wanted.has(diffId))
  return async (layer: LayerBlob): Promise<string> => {
    const file = await blobs.bring(layer)
    if (isWhole)
      layers.forEach(({ diffId }, at) => {
        if (diffId === layer.diffId) unpacker?.begin(chain, at, file, nodes, 'proven')
      })
    return file
  }
}

const bringImage = async (
  reference: ImageReference,
  nodes: readonly Node[],
  conversation: Conversation,
  ports: Pick<Ports, 'docker' | 'log' | 'run'>,
): Promise<Pulled> => {
  const { log, run } = ports
  const { signal } = run
  const { given: name, canonical } = reference
  const folder = join(run.layoutDir, 'pulled')
  await mkdir(folder, { mode: 0o700, recursive: true })
  const { get } = conversation
  const cache = createEntryCache(run.cache)
  const order = { cache, folder, input: 'image-cache', warn: log.warning, signal }
  const blobs = createBlobs({ ...order, get })
  const { digest: root, text } = await findRoot(toPlace(canonical).version, conversation, signal)
  if (text !== undefined) await blobs.addText(text)
  const { every, one: start } = toStarts(toRepository(canonical), architecture, root)
  const found = await blobs.restoreImage([start, start, every])
  const image = await readImage(root, folder, blobs)
  const wanted = await findWanted(image, nodes, ports)
  const place = `${folder}-${createHash('sha256').update(canonical).digest('hex').slice(0, 16)}`
  const bring = createBring(image, nodes, wanted, blobs, run)
  const loaded = await writeLayout({
    ...{ image, folder: place, reference, root, wanted, bring },
  })
  const files = await sortFiles(image, root, folder)
  const { fromCache, fromRegistry, restored } = blobs
  const isOwn = found?.key.startsWith(start) ?? false
  const kept: PullRecord = {
    ...{ name, start, ...files, restored, fromCache, fromRegistry },
    isKept: isOwn && files.small.every(({ sha256 }) => found?.came.has(sha256)),
    before: isOwn ? readMoved(found?.key ?? '') : undefined,
  }
  const told = [...tell('the cache', fromCache), ...tell('its registry', fromRegistry)]
  log.line(`image-cache: ${name}: ${told.join(', ') || 'the nodes have all of it'}`)
  return { image: loaded, kept }
}

/**
 * Brings an image for the nodes without Docker: out of the Actions cache, and from its registry what that
 * lacks. Whatever the cache has is held against the digest that the registry, or the image's name, says.
 *
 * @returns undefined where Docker is to pull it, which can do more, and explains what it cannot
 */
export const pullThroughCache = async (
  reference: ImageReference,
  nodes: readonly Node[],
  ports: Pick<Ports, 'docker' | 'log' | 'run'>,
): Promise<Pulled | undefined> => {
  const { env, signal } = ports.run
  const place = toPlace(reference.canonical)
  const leave = (why: string): void =>
    ports.log.line(`image-cache: Docker pulls ${reference.given}: ${why}`)
  const conversation = createConversation(place, { env, signal })
  try {
    return await bringImage(reference, nodes, conversation, ports)
  } catch (error) {
    signal.throwIfAborted()
    if (isNoSpace(error)) throw error
    leave(renderError(error))
    return undefined
  } finally {
    conversation.dispose()
  }
}
