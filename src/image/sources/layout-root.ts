import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readRegularFile } from '../../host/read-file.ts'
import { isDigest, toDigest, toHex } from '../digest.ts'

export type Descriptor = {
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os?: string }
}

/** A manifest, or an index of some. */
type Document = {
  readonly mediaType?: string
  readonly config?: Descriptor
  readonly manifests?: readonly Descriptor[]
}

/** containerd takes no larger manifests and configs. */
const largestBlob = 8_000_000

/** Where an OCI layout has a blob. What is no digest could name any file. */
export const toBlobPath = (folder: string, digest: string): string => {
  if (!isDigest(digest)) throw new Error(`${JSON.stringify(digest)} is no digest`)
  return join(folder, 'blobs', 'sha256', toHex(digest))
}

/** Undefined where it is not there; empty files stand for layers that nobody needs. */
export const sizeOfBlob = (folder: string, digest: string): number | undefined =>
  statSync(toBlobPath(folder, digest), { throwIfNoEntry: false })?.size

/** The text of a blob that is what its digest says. */
export const readBlob = (folder: string, digest: string): string => {
  const content = readRegularFile(toBlobPath(folder, digest), largestBlob)
  const found = toDigest(content)
  if (found !== digest) throw new Error(`the blob ${digest} has the digest ${found}`)
  return content.toString('utf8')
}

const manifestType =
  /^application\/vnd\.(?:oci\.image\.(?:manifest|index)\.v1|docker\.distribution\.manifest(?:\.list)?\.v2)\+json$/

/** A layer is a tar, and other documents are of other types. */
const readDocument = (folder: string, digest: string): Document | undefined => {
  const { size } = statSync(toBlobPath(folder, digest))
  if (size === 0 || size > largestBlob) return undefined
  const text = readBlob(folder, digest)
  try {
    const document = JSON.parse(text) as Document
    return manifestType.test(document.mediaType ?? '') ? document : undefined
  } catch {
    return undefined
  }
}

/** The one manifest or index in a folder that no other one names. */
const findRoot = (folder: string): string => {
  const digests = readdirSync(join(folder, 'blobs', 'sha256')).map((name) => `sha256:${name}`)
  const documents = digests.flatMap((digest) => {
    const document = readDocument(folder, digest)
    return document === undefined ? [] : [{ digest, document }]
  })
  const named = new Set(
    documents.flatMap(({ document }) => (document.manifests ?? []).map(({ digest }) => digest)),
  )
  const roots = documents.filter(({ digest }) => !named.has(digest))
  const [first] = roots
  if (first !== undefined && roots.length === 1) return first.digest
  throw new Error(`it has ${roots.length} images that nothing names, not one`)
}

/** Attestations are for no platform. BuildKit lists an image once for each of its names. */
const pickOne = (manifests: readonly Descriptor[]): string => {
  const images = manifests.filter(({ platform }) => platform?.os !== 'unknown')
  const digests = new Set(images.map(({ digest }) => digest))
  const [first] = digests
  if (first !== undefined && digests.size === 1) return first
  throw new Error(`it has ${digests.size} images, not one`)
}

/**
 * Finds the manifest of the image in an OCI layout.
 *
 * @param reported the digest that buildx reports of a build with further outputs: it writes that into
 *   `index.json`, be it another output's
 */
export const findManifest = (folder: string, reported: string | undefined): string => {
  const index = readRegularFile(join(folder, 'index.json'), largestBlob).toString('utf8')
  const named = pickOne((JSON.parse(index) as Document).manifests ?? [])
  const isElsewhere = named === reported && !existsSync(toBlobPath(folder, named))
  const root = isElsewhere ? findRoot(folder) : named
  const { manifests } = JSON.parse(readBlob(folder, root)) as Document
  return manifests === undefined ? root : pickOne(manifests)
}
