import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { isNoSpace } from '../docker/disk-full.ts'
import { Refusal, send, sendRefusal, sendTrouble } from './answer.ts'
import { createBlobs } from './blobs.ts'
import { type CacheDocuments, toUsableCache } from './cache-documents.ts'
import type { LayerSource } from './layer-source.ts'
import { listen } from './loopback.ts'
import { createManifests, tags } from './manifests.ts'
import { parseRoute, type Route } from './route.ts'
import { createUploads } from './uploads.ts'

export type RegistryOrder = {
  /** An OCI layout, whose folders are there. Blobs and manifests are written into it. */
  readonly folder: string
  /** Where layers are that the builder need not send. */
  readonly layers: LayerSource
  /** What an earlier build wrote of its cache. */
  readonly cache: CacheDocuments | undefined
  /** Ends what is read for the builder. */
  readonly signal: AbortSignal
}

/** A registry for one build, which goes with it. */
export type Registry = {
  /** How the builder calls what it makes; whoever knows these names may read and write. */
  readonly image: string
  readonly cacheTo: string
  /** Undefined where there is no cache to be found. */
  readonly cacheFrom: string | undefined
  /** Layers that a step had to run on, or that were to be sent, and that nobody could give. */
  readonly lacking: ReadonlySet<string>
  /** Why the builder was told of trouble of ours; undefined where it was not. */
  readonly trouble: () => unknown
  /** What the build wrote of its cache. */
  readonly findCache: () => CacheDocuments | undefined
  /** Nobody can ask any more, and no draft is left. */
  readonly close: () => Promise<void>
}

/** 128 bits: nobody guesses it in the life of a build. */
export const toSecret = (): string => randomBytes(16).toString('hex')

/** Gives and takes what the distribution API has, in one repository. */
const createRepository = (order: RegistryOrder, repository: string) => {
  const { folder, layers, signal } = order
  const blobs = createBlobs(folder)
  const lacking = new Set<string>()
  const has = async (digest: string): Promise<boolean> =>
    (await blobs.sizeOf(digest)) !== undefined || (await layers.find(digest)) !== undefined
  /** What has been promised may be lost when the manifest comes; it is made good after the build. */
  const promised = new Set<string>()
  const manifests = createManifests(blobs, async (digest) => promised.has(digest) || has(digest))
  const uploads = createUploads(blobs, `/v2/${repository}/blobs/uploads/`)
  const findBlob = async (response: ServerResponse, digest: string): Promise<void> => {
    const sizeBytes = (await blobs.sizeOf(digest)) ?? (await layers.find(digest))?.sizeBytes
    if (sizeBytes === undefined) throw new Refusal('BLOB_UNKNOWN', 'there is no such blob')
    promised.add(digest)
    // What a node has unpacked has no size that anybody knows.
    const length = sizeBytes === null ? {} : { 'content-length': sizeBytes }
    const type = 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'docker-content-digest': digest, ...length })
    response.end()
  }
  const sendBlob = async (response: ServerResponse, digest: string): Promise<void> => {
    const size = await blobs.sizeOf(digest)
    const isOwn = size !== undefined
    const sizeBytes = isOwn ? size : (await layers.find(digest))?.sizeBytes
    const stream = isOwn
      ? createReadStream(blobs.pathOf(digest))
      : await layers.open(digest, signal).catch(() => undefined)
    if (stream === undefined) {
      lacking.add(digest)
      throw new Refusal('BLOB_UNKNOWN', 'its bytes are not here')
    }
    const length = typeof sizeBytes === 'number' ? { 'content-length': sizeBytes } : {}
    const type = 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'docker-content-digest': digest, ...length })
    /** Who ended it first. */
    const ends: ('source' | 'builder')[] = response.destroyed ? ['builder'] : []
    stream.once('error', () => void ends.push('source'))
    for (const end of ['error', 'close']) response.once(end, () => void ends.push('builder'))
    try {
      await pipeline(stream, response, { signal })
    } catch (error) {
      // A builder that wants no more of it has hung up; else the source has broken off.
      if (!isOwn && ends[0] === 'source') lacking.add(digest)
      throw error
    }
  }
  const answer = async (
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ): Promise<void> => {
    const { method = '' } = request
    const isRead = method === 'GET' || method === 'HEAD'
    switch (route.kind) {
      case 'base':
        return send(response, 200, { 'content-type': 'application/json' }, isRead ? '{}' : '')
      case 'foreign':
        throw new Refusal('NAME_UNKNOWN', 'there is no such repository')
      case 'unknown':
        throw new Refusal('UNSUPPORTED', 'this registry has manifests, blobs and uploads')
      case 'manifest':
        if (isRead) return manifests.get(response, route.reference, method === 'HEAD')
        if (method === 'PUT') return manifests.put(request, response, route.reference)
        break
      case 'blob':
        if (method === 'HEAD') return findBlob(response, route.digest)
        if (method === 'GET') return sendBlob(response, route.digest)
        break
      case 'uploads':
        if (method === 'POST') return uploads.begin(request, response, query)
        break
      case 'upload':
        return uploads.go(route.id, request, response, query)
    }
    throw new Refusal('UNSUPPORTED', `${method} is not for this`)
  }
  return { has, manifests, uploads, lacking, answer }
}

/**
 * Starts a registry for one build, on the loopback alone. Its one repository has a random name: builders
 * send what they are told as a name, and no token without a login in Docker's configuration, a file. It
 * says "I have it" for layers that need not move, so a builder whose cache is empty moves none.
 */
export const startRegistry = async (order: RegistryOrder): Promise<Registry> => {
  const secret = toSecret()
  const { has, manifests, uploads, lacking, answer } = createRepository(order, secret)
  const cache = order.cache && (await toUsableCache(order.cache, has))
  if (cache !== undefined) await manifests.seed(cache)
  let trouble: unknown
  const server = await listen((request, response) => {
    const [path = '', query] = (request.url ?? '').split('?')
    const route = parseRoute(path, secret)
    answer(route, request, response, new URLSearchParams(query)).catch((error: unknown) => {
      if (error instanceof Refusal) return sendRefusal(response, error)
      if (!request.destroyed && !response.destroyed) trouble ??= error
      return sendTrouble(response, isNoSpace(error))
    })
  })
  const toName = (tag: string): string => `${server.host}/${secret}:${tag}`
  return {
    image: toName(tags.image),
    cacheTo: toName(tags.cache),
    cacheFrom: cache && toName(tags.cache),
    lacking,
    trouble: () => trouble,
    findCache: () => manifests.findCache(order.folder),
    close: async () => {
      await server.close()
      await uploads.dropAll()
    },
  }
}
