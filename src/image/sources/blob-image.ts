import { attempt, Failure } from '../../failure.ts'
import type { BlobImage } from '../contents/blobs/blob.ts'
import { isDigest } from '../digest.ts'
import { isAboutAnother } from '../signature.ts'

export type BlobDescriptor = { readonly digest: string; readonly size: number }

export type Listed = BlobDescriptor & {
  readonly platform?: { readonly os?: unknown; readonly architecture?: unknown } | null
  readonly annotations?: Readonly<Record<string, unknown>> | null
}

type Document = {
  readonly config?: BlobDescriptor & { readonly mediaType?: unknown }
  readonly layers?: readonly BlobDescriptor[] | null
  readonly manifests?: readonly Listed[] | null
}

/** Where the parts of an image are. */
export type BlobSource = {
  /** What a config says, which is what its digest promises. */
  readonly readText: (descriptor: Pick<BlobDescriptor, 'digest'>) => Promise<string>
  /** The same of a manifest. */
  readonly readManifest: (descriptor: Pick<BlobDescriptor, 'digest'>) => Promise<string>
  /** Files of this machine with the layers. */
  readonly toFiles: (
    layers: readonly BlobDescriptor[],
  ) => Promise<readonly { readonly file: string; readonly start: number }[]>
}

/** Of manifests and configs: containerd takes no larger ones. */
export const largestText = 8_000_000

/** Docker stacks 127; more than so many nobody can. */
const mostLayers = 1_000

/** An index of indexes of indexes is none. */
const deepest = 4

const odd = (why: string): Failure => new Failure(`It is no image that Slipway can read: ${why}`)

/** Whether a config's type says that its manifest is an image's. */
export const isImageConfig = (mediaType: unknown): boolean =>
  /^application\/vnd\.(?:oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/.test(
    `${mediaType}`,
  )

const isDescriptor = (value: unknown): value is BlobDescriptor => {
  const { digest, size } = (value ?? {}) as Partial<BlobDescriptor>
  return isDigest(digest) && Number.isSafeInteger(size) && Number(size) >= 0
}

/** The parser's own error would show what it has read. */
export const parseJson = <T extends object>(text: string, what: string): T => {
  const value = attempt(() => JSON.parse(text) as unknown)
  if (typeof value === 'object' && value !== null) return value as T
  throw odd(`${what} is no JSON`)
}

const toPlatform = ({ platform }: Listed): string =>
  `${String(platform?.os ?? 'linux')}/${String(platform?.architecture ?? 'unknown')}`.slice(0, 60)

/** Attestations are for no platform. */
const isForMachines = ({ platform }: Listed): boolean => platform?.os !== 'unknown'

/** What of an index is for this machine, else for the usual one, else the only one that there is. */
export const pickManifest = (all: readonly Listed[], architecture: string): Listed => {
  const images = all.filter(isForMachines)
  const wanted = [`linux/${architecture}`, 'linux/amd64']
  const found = wanted.flatMap((name) => images.find((each) => toPlatform(each) === name) ?? [])[0]
  const [only] = images
  const picked = found ?? (images.length === 1 ? only : undefined)
  if (picked === undefined) {
    const platforms = images.slice(0, 20).map(toPlatform).join(', ') || 'none'
    throw odd(`it is for ${platforms}, not for ${wanted[0]}`)
  }
  if (isDescriptor(picked)) return picked
  throw odd('its index has no digests')
}

/** What an index lists, but for signatures and others that are about an image beside them. */
export const toListed = (text: string): readonly Listed[] => {
  const { manifests } = parseJson<Document>(text, 'its index')
  const listed: readonly Listed[] = Array.isArray(manifests) ? manifests.filter(isDescriptor) : []
  return listed.filter((each) => !isAboutAnother(each))
}

/** @throws {Failure} where a layer of a manifest has no digest */
export const toLayers = (manifest: string): readonly BlobDescriptor[] => {
  const { layers } = parseJson<Document>(manifest, 'its manifest')
  const all: readonly unknown[] = Array.isArray(layers) ? layers : []
  if (all.length > mostLayers) throw odd(`it has ${all.length} layers`)
  if (all.every(isDescriptor)) return all
  throw odd('a layer has no digest and size')
}

export const toDiffIds = (config: string): readonly string[] => {
  type Config = { readonly rootfs?: { readonly diff_ids?: readonly unknown[] | null } | null }
  const { rootfs } = parseJson<Config>(config, 'its config')
  const diffIds: readonly unknown[] = Array.isArray(rootfs?.diff_ids) ? rootfs.diff_ids : []
  if (diffIds.every(isDigest)) return diffIds
  throw odd('its config names layers that are no digests')
}

/** A manifest's text: the root itself, or what of an index is for this machine. */
export const findManifestText = async (
  root: string,
  { readManifest }: Pick<BlobSource, 'readManifest'>,
  architecture: string,
): Promise<string> => {
  let text = root
  for (let depth = 0; depth < deepest; depth += 1) {
    if (!Array.isArray(parseJson<Document>(text, 'its manifest').manifests)) return text
    text = await readManifest(pickManifest(toListed(text), architecture))
  }
  throw odd('its index leads to indexes alone')
}

/**
 * Finds what an image consists of.
 *
 * @param root text of a manifest, or of an index of some
 * @param architecture of this machine, such as `amd64`
 * @throws {Failure} where that is no image
 */
export const readBlobImage = async (
  root: string,
  source: BlobSource,
  architecture: string,
): Promise<BlobImage> => {
  const manifest = await findManifestText(root, source, architecture)
  const { config: descriptor } = parseJson<Document>(manifest, 'its manifest')
  if (!isDescriptor(descriptor)) throw odd('its manifest names no config')
  const { mediaType = '' } = descriptor as { readonly mediaType?: unknown }
  // Charts, signatures and others are kept in registries, too.
  if (!isImageConfig(mediaType)) throw odd('it is something else that registries keep')
  const config = await source.readText(descriptor)
  const [layers, diffIds] = [toLayers(manifest), toDiffIds(config)]
  if (layers.length !== diffIds.length)
    throw odd(`its manifest has ${layers.length} layers, its config ${diffIds.length}`)
  const files = await source.toFiles(layers)
  return {
    manifest,
    config,
    layers: layers.map(({ digest, size: sizeBytes }, at) => {
      const { file = '', start = 0 } = files[at] ?? {}
      return { file, start, sizeBytes, digest, diffId: diffIds[at] ?? '' }
    }),
  }
}
