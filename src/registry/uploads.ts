import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isDigest } from '../image/digest.ts'
import { Refusal, send } from './answer.ts'
import type { Blobs, Draft } from './blobs.ts'

/** BuildKit sends a handful of layers at once. */
const mostUploads = 64

type Upload = { readonly draft: Draft; isBusy: boolean }

/** Of `content-range`, which only some clients send: where a piece begins. */
const startOf = ({ headers }: IncomingMessage): number | undefined => {
  const range = headers['content-range']
  if (range === undefined) return undefined
  const [, start = ''] = /^(?:bytes )?(\d{1,15})-\d{1,15}(?:\/[\d*]+)?$/.exec(range) ?? []
  return start === '' ? -1 : Number(start)
}

/** Blobs on their way into one registry, each in one piece or in several. */
export const createUploads = (blobs: Blobs, place: string) => {
  const open = new Map<string, Upload>()
  const placeOf = (id: string): string => `${place}${id}`
  const headersOf = (id: string, { draft }: Upload) => ({
    location: placeOf(id),
    'docker-upload-uuid': id,
    range: `0-${Math.max(0, draft.bytes() - 1)}`,
  })
  const find = (id: string): Upload => {
    const upload = open.get(id)
    if (upload === undefined) throw new Refusal('BLOB_UPLOAD_UNKNOWN', 'there is no such upload')
    return upload
  }
  const drop = async (id: string, { draft }: Upload): Promise<void> => {
    open.delete(id)
    await draft.drop()
  }
  /** Adds what a request brings; one that is cut off ends the upload. */
  const take = async (id: string, upload: Upload, request: IncomingMessage): Promise<void> => {
    const start = startOf(request)
    if (upload.isBusy || (start !== undefined && start !== upload.draft.bytes()))
      throw new Refusal('BLOB_UPLOAD_INVALID', `${upload.draft.bytes()} bytes are here`)
    upload.isBusy = true
    try {
      await upload.draft.take(request)
    } catch (error) {
      await drop(id, upload)
      throw error
    } finally {
      upload.isBusy = false
    }
  }
  const keep = async (
    id: string,
    { draft }: Upload,
    digest: string | null,
    response: ServerResponse,
  ): Promise<void> => {
    open.delete(id)
    if (!isDigest(digest)) {
      await draft.drop()
      throw new Refusal('DIGEST_INVALID', 'digest is no SHA-256 digest')
    }
    await draft.keep(digest)
    const location = `${place.replace(/uploads\/$/, '')}${digest}`
    send(response, 201, { location, 'docker-content-digest': digest })
  }
  /** Files take a moment to be made, and many may be asked for in it. */
  let beginning = 0
  const begin = async (): Promise<readonly [id: string, Upload]> => {
    if (open.size + beginning >= mostUploads)
      throw new Refusal('TOOMANYREQUESTS', `there are ${mostUploads} uploads already`)
    beginning += 1
    const draft = await blobs.create().finally(() => {
      beginning -= 1
    })
    const [id, upload] = [randomUUID(), { draft, isBusy: false }]
    open.set(id, upload)
    return [id, upload]
  }
  return {
    /** POST: begins one, or takes all of it where the digest is said at once. */
    begin: async (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => {
      const [id, upload] = await begin()
      if (!query.has('digest')) return send(response, 202, headersOf(id, upload))
      await take(id, upload, request)
      return keep(id, upload, query.get('digest'), response)
    },
    /** PATCH, PUT, GET and DELETE of one. */
    go: async (
      id: string,
      request: IncomingMessage,
      response: ServerResponse,
      query: URLSearchParams,
    ): Promise<void> => {
      const upload = find(id)
      switch (request.method) {
        case 'PATCH':
          await take(id, upload, request)
          return send(response, 202, headersOf(id, upload))
        case 'PUT':
          await take(id, upload, request)
          return keep(id, upload, query.get('digest'), response)
        case 'GET':
          return send(response, 204, headersOf(id, upload))
        case 'DELETE':
          await drop(id, upload)
          return send(response, 204)
        default:
          throw new Refusal('UNSUPPORTED', 'uploads take PATCH, PUT, GET and DELETE')
      }
    },
    dropAll: async (): Promise<void> => {
      await Promise.all([...open].map(([id, upload]) => drop(id, upload)))
    },
  }
}
