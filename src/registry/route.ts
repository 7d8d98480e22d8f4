import { createHash, timingSafeEqual } from 'node:crypto'
import { isDigest } from '../image/digest.ts'

/** What a request is about. */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'manifest'; readonly reference: string }
  | { readonly kind: 'blob'; readonly digest: string }
  | { readonly kind: 'uploads' }
  | { readonly kind: 'upload'; readonly id: string }
  /** Another repository: whoever asks for it does not know ours. */
  | { readonly kind: 'foreign' }
  /** Nothing that this registry has. */
  | { readonly kind: 'unknown' }

const tag = /^\w[\w.-]{0,127}$/

const uploadId = /^[0-9a-f-]{36}$/

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** How long it takes tells nothing of how much is right. */
const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(digestOf(one), digestOf(other))

const parseRest = (kind: string | undefined, name: string | undefined, id: string): Route => {
  if (kind === 'manifests' && name && (isDigest(name) || tag.test(name)))
    return { kind: 'manifest', reference: name }
  if (kind !== 'blobs') return { kind: 'unknown' }
  if (isDigest(name)) return { kind: 'blob', digest: name }
  if (name !== 'uploads') return { kind: 'unknown' }
  if (id === '') return { kind: 'uploads' }
  return uploadId.test(id) ? { kind: 'upload', id } : { kind: 'unknown' }
}

/** Reads a path of the distribution API. The one repository has a name of one part. */
export const parseRoute = (path: string, repository: string): Route => {
  if (/^\/v2\/?$/.test(path)) return { kind: 'base' }
  const [, version, name = '', kind, reference, id = '', ...more] = path.split('/')
  if (version !== 'v2' || more.length > 0) return { kind: 'unknown' }
  if (!isSame(name, repository)) return { kind: 'foreign' }
  if (id !== '' && reference !== 'uploads') return { kind: 'unknown' }
  return parseRest(kind, reference, id)
}
