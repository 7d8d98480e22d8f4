import { createHash } from 'node:crypto'
import { open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../failure.ts'
import { doAtOnce } from '../../../host/at-once.ts'
import type { Env } from '../../../host/command.ts'
import { retry, toPassing } from '../../../host/http.ts'
import { formatBytes } from '../../../text/format.ts'
import type { BlobImage } from '../../contents/blobs/blob.ts'
import { toHex } from '../../digest.ts'
import { type BlobDescriptor, type BlobSource, readBlobImage } from '../blob-image.ts'
import { createConversation, type Get, readDocument, toPlace } from './conversation.ts'

export type RegistryOrder = {
  /** Canonical. */
  readonly reference: string
  readonly architecture: string
  /** A folder on a disk, for the layers. */
  readonly folder: string
  /** With Docker's logins. */
  readonly env: Env
  readonly signal: AbortSignal
}

const download = async (
  get: Get,
  { digest, size }: BlobDescriptor,
  file: string,
): Promise<void> => {
  const { body } = await get(`blobs/${digest}`)
  // Of an earlier try.
  await rm(file, { force: true })
  const handle = await open(file, 'wx', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length
      if (bytes > size) break
      hash.update(chunk as Buffer)
      await handle.writeFile(chunk as Buffer)
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new Failure('There is no room for its layers', { cause })
    throw toPassing(cause)
  } finally {
    await handle.close()
  }
  if (bytes > size) throw new Failure(`The layer ${digest} has more than its ${size} bytes`)
  if (bytes < size) throw toPassing(undefined)
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw new Failure(`The registry sent ${found} in place of ${digest}`)
}

const requireRoom = async (folder: string, layers: readonly BlobDescriptor[]): Promise<void> => {
  const { bavail, bsize } = await statfs(folder)
  const bytes = layers.reduce((sum, { size }) => sum + size, 0)
  if (bytes <= bavail * bsize) return
  const free = formatBytes(bavail * bsize)
  throw new Failure(`Its layers have ${formatBytes(bytes)}, and ${folder} has ${free} free`)
}

const atOnce = 3

const createSource = (get: Get, { folder, signal }: RegistryOrder): BlobSource => ({
  readText: ({ digest }) => retry(() => readDocument(get, `blobs/${digest}`, digest), signal),
  readManifest: ({ digest }) =>
    retry(() => readDocument(get, `manifests/${digest}`, digest), signal),
  toFiles: async (layers) => {
    const once = [...new Map(layers.map((layer) => [layer.digest, layer])).values()]
    await requireRoom(folder, once)
    const toFile = (digest: string): string => join(folder, toHex(digest))
    await doAtOnce(once, atOnce, (each) =>
      retry(() => download(get, each, toFile(each.digest)), signal),
    )
    return layers.map(({ digest }) => ({ file: toFile(digest), start: 0 }))
  },
})

/**
 * Fetches an image from a registry, as whoever has no login may, or with Docker's own where there is one.
 *
 * @throws {Failure} where it cannot be had, or is not what its digests promise
 */
export const fetchImage = async (order: RegistryOrder): Promise<BlobImage> => {
  const place = toPlace(order.reference)
  const { get, dispose } = createConversation(place, order)
  try {
    const source = createSource(get, order)
    const { version } = place
    const digest = version.startsWith('sha256:') ? version : undefined
    const root = await retry(() => readDocument(get, `manifests/${version}`, digest), order.signal)
    return await readBlobImage(root, source, order.architecture)
  } finally {
    dispose()
  }
}
