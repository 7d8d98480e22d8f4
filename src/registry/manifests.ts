import type { IncomingMessage, ServerResponse } from 'node:http'
import { attempt } from '../failure.ts'
import { isDigest, toDigest } from '../image/digest.ts'
import { readBlob } from '../image/sources/layout-root.ts'
import { Refusal, send } from './answer.ts'
import type { Blobs } from './blobs.ts'
import { type CacheDocuments, parseCacheLayers } from './cache-documents.ts'

/** As registries have it, by the distribution specification. */
const mostManifestBytes = 4 * 1024 * 1024

/** A build has one for its image, one for its cache, and with attestations some more. */
const mostManifests = 1_000

/** Under these tags the one build of a registry finds and puts what it makes. */
export const tags = { image: 'image', cache: 'cache' } as const

const types =
  /^application\/vnd\.(?:oci\.image\.(?:manifest|index)\.v1|docker\.distribution\.manifest(?:\.list)?\.v2)\+json$/

type Descriptor = { readonly digest?: unknown }
type Manifest = {
  readonly mediaType?: unknown
  readonly config?: Descriptor | null
  readonly layers?: readonly Descriptor[] | null
  readonly manifests?: readonly Descriptor[] | null
}

type Known = { readonly digest: string; readonly type: string; readonly content: string }

const readContent = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostManifestBytes)
      throw new Refusal('SIZE_INVALID', `a manifest has at most ${mostManifestBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const parse = (content: string, type: string): Manifest => {
  const manifest = attempt(() => JSON.parse(content) as Manifest | null)
  if (typeof manifest !== 'object' || manifest === null || !types.test(type))
    throw new Refusal('MANIFEST_INVALID', 'it is no manifest of an image, and no index of some')
  if (manifest.mediaType !== undefined && manifest.mediaType !== type)
    throw new Refusal('MANIFEST_INVALID', 'its media type is not that of the request')
  return manifest
}

/** All that it is made of: an image is taken only when nothing of it is missing. */
const partsOf = ({ config, layers, manifests }: Manifest): readonly unknown[] => {
  const lists = [config ? [config] : [], layers ?? [], manifests ?? []]
  if (!lists.every(Array.isArray))
    throw new Refusal('MANIFEST_INVALID', 'what it is made of is no list')
  return lists.flat().map((each: Descriptor | null) => each?.digest)
}

/** The manifests of one registry. */
export const createManifests = (blobs: Blobs, has: (digest: string) => Promise<boolean>) => {
  const byDigest = new Map<string, Known>()
  const byTag = new Map<string, Known>()
  const find = (reference: string): Known | undefined =>
    (isDigest(reference) ? byDigest : byTag).get(reference)
  const add = async (content: string, type: string, tag?: string): Promise<Known> => {
    if (byDigest.size >= mostManifests)
      throw new Refusal('TOOMANYREQUESTS', `there are ${mostManifests} manifests already`)
    const digest = await blobs.add(content)
    const known = { digest, type, content }
    byDigest.set(digest, known)
    if (tag !== undefined) byTag.set(tag, known)
    if (tag === tags.image)
      await blobs.name({ mediaType: type, digest, size: Buffer.byteLength(content) })
    return known
  }
  const put = async (
    request: IncomingMessage,
    response: ServerResponse,
    reference: string,
  ): Promise<void> => {
    const content = await readContent(request)
    const type = request.headers['content-type'] ?? ''
    const manifest = parse(content, type)
    const isTag = !isDigest(reference)
    if (!isTag && reference !== toDigest(content))
      throw new Refusal('DIGEST_INVALID', 'it has another digest')
    for (const digest of partsOf(manifest)) {
      if (isDigest(digest) && (byDigest.has(digest) || (await has(digest)))) continue
      throw new Refusal(
        'MANIFEST_BLOB_UNKNOWN',
        `it names ${JSON.stringify(digest)?.slice(0, 100)}`,
      )
    }
    const { digest } = await add(content, type, isTag ? reference : undefined)
    const location = `${request.url?.split('?')[0] ?? ''}`
    send(response, 201, { location, 'docker-content-digest': digest })
  }
  const get = (response: ServerResponse, reference: string, isHead: boolean): void => {
    const known = find(reference)
    if (known === undefined) throw new Refusal('MANIFEST_UNKNOWN', 'there is no such manifest')
    const { type, digest, content } = known
    const headers = {
      ...{ 'content-type': type, 'docker-content-digest': digest },
      'content-length': Buffer.byteLength(content),
    }
    send(response, 200, headers, isHead ? '' : content)
  }
  return {
    put,
    get,
    /** Has the next build find a cache. */
    seed: async ({ manifest, config }: CacheDocuments): Promise<void> => {
      await blobs.add(config)
      await add(manifest, 'application/vnd.oci.image.manifest.v1+json', tags.cache)
    },
    /** The cache that the build has written; undefined where it has not. */
    findCache: (folder: string): CacheDocuments | undefined => {
      const { content: manifest = '' } = byTag.get(tags.cache) ?? {}
      const { config } = attempt(() => JSON.parse(manifest) as Manifest) ?? {}
      const text = attempt(() => readBlob(folder, String(config?.digest)))
      if (text === undefined) return undefined
      const documents = { manifest, config: text }
      return parseCacheLayers(documents) && documents
    },
  }
}
