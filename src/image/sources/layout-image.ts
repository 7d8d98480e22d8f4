import { join } from 'node:path'
import { attempt, Failure } from '../../failure.ts'
import { readRegularFile } from '../../host/read-file.ts'
import type { BlobImage } from '../contents/blobs/blob.ts'
import {
  type BlobSource,
  largestText,
  pickManifest,
  readBlobImage,
  toListed,
} from './blob-image.ts'
import { readBlob, toBlobPath } from './layout-root.ts'

/** Which image of an OCI layout. */
export type LayoutReference = {
  readonly folder: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

/** Where an index says how its images are called; containerd has whole names. */
const toTags = (annotations: Readonly<Record<string, unknown>> | null | undefined) => {
  const name = annotations?.['org.opencontainers.image.ref.name']
  const whole = `${annotations?.['io.containerd.image.name'] ?? ''}`
  const [, tag] = /:([\w.-]{1,128})$/.exec(whole) ?? []
  return [name, tag].filter((each) => typeof each === 'string')
}

const findRoot = (
  { tag, digest }: LayoutReference,
  index: string,
  architecture: string,
): string => {
  const all = toListed(index)
  if (digest !== undefined) return digest
  const named =
    tag === undefined ? all : all.filter((each) => toTags(each.annotations).includes(tag))
  if (named.length > 0) {
    // An image with several names is listed once for each of them.
    const digests = new Set(named.map((each) => each.digest))
    const [first] = digests
    return first && digests.size === 1 ? first : pickManifest(named, architecture).digest
  }
  const tags = all.flatMap(({ annotations }) => toTags(annotations)).slice(0, 20)
  const has = tags.length === 0 ? 'none of its images has a tag' : `it has ${tags.join(', ')}`
  throw new Failure(tag === undefined ? 'It has no images' : `It has no tag ${tag}: ${has}`)
}

const createSource = (folder: string): BlobSource => {
  const readText: BlobSource['readText'] = async ({ digest }) => {
    const text = attempt(() => readBlob(folder, digest))
    if (text !== undefined) return text
    throw new Failure(`It has no blob ${digest}, or another one in its place`)
  }
  return {
    readText,
    readManifest: readText,
    toFiles: async (layers) =>
      layers.map(({ digest }) => ({ file: toBlobPath(folder, digest), start: 0 })),
  }
}

/**
 * Finds an image in an OCI layout, as buildx, skopeo and others write them.
 *
 * @throws {Failure} where it is not there, or none
 */
export const findLayoutImage = async (
  reference: LayoutReference,
  architecture: string,
): Promise<BlobImage> => {
  const { folder } = reference
  const index = attempt(() => readRegularFile(join(folder, 'index.json'), largestText))
  if (index === undefined)
    throw new Failure(`${folder} is no OCI layout: it has no index.json that can be read`, {
      remedy: 'Name the folder that `--output type=oci,tar=false,dest=FOLDER` has written.',
    })
  const source = createSource(folder)
  const digest = findRoot(reference, index.toString('utf8'), architecture)
  return readBlobImage(await source.readManifest({ digest }), source, architecture)
}
