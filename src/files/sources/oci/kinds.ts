import { attempt, Failure } from '../../../failure.ts'
import { isDigest } from '../../../image/digest.ts'
import {
  type BlobDescriptor,
  isImageConfig,
  parseJson,
  toLayers,
} from '../../../image/sources/blob-image.ts'
import { toLine } from '../../../text/to-line.ts'
import { kitConfigType } from './kitfile.ts'
import { toTreePath } from './names.ts'

/** What a layer of an artifact holds. */
export type ArtifactLayer = BlobDescriptor &
  (
    | { readonly kind: 'file'; readonly path: string; readonly isExecutable: boolean }
    | {
        readonly kind: 'archive'
        /** The folder that all of it has to be in; empty for any. */
        readonly folder: string
        /** Of the archive itself, where somebody has said it. */
        readonly unpackedDigest: string | undefined
      }
  )

type Annotations = Readonly<Record<string, unknown>>

type Layer = BlobDescriptor & {
  readonly mediaType?: unknown
  readonly annotations?: Annotations | null
}

type Manifest = {
  readonly config?: { readonly mediaType?: unknown } | null
}

/** What an artifact has in place of layers where there are none (OCI image spec), and what tells of the others. */
const withoutFiles: readonly unknown[] = ['application/vnd.oci.empty.v1+json', kitConfigType]

const modelPack =
  /^application\/vnd\.(?:cncf|cnai)\.model\.(?:weight|weight\.config|doc|code|dataset)\.v1\.(raw|gguf|safetensors|tar|tar\+gzip|tar\+zstd)$/
const kitOps =
  /^application\/vnd\.kitops\.modelkit\.(?:model|modelpart|dataset|code|docs)\.v1\.(raw|tar|tar\+gzip|tar\+zstd)$/

const titleKey = 'org.opencontainers.image.title'
const pathKeys = ['org.cncf.model.filepath', 'org.cnai.model.filepath']
const metadataKeys = ['org.cncf.model.file.metadata+json', 'org.cnai.model.file.metadata+json']

const find = ({ annotations }: Layer, keys: readonly string[]): string | undefined => {
  for (const key of keys) {
    const value =
      annotations && Object.hasOwn(annotations, key) ? (annotations[key] as unknown) : undefined
    if (typeof value === 'string') return value
  }
  return undefined
}

const isExecutable = (layer: Layer): boolean => {
  type Metadata = { readonly mode?: unknown } | null
  const metadata = attempt(() => JSON.parse(find(layer, metadataKeys) ?? '') as Metadata)
  const mode = metadata?.mode
  return typeof mode === 'number' && Number.isSafeInteger(mode) && (mode & 0o100) !== 0
}

const toFile = (
  layer: Layer,
  keys: readonly string[],
  type: string,
  otherwise?: string,
): ArtifactLayer => {
  const { digest, size } = layer
  const name = find(layer, keys) ?? otherwise
  if (name === undefined)
    throw new Failure(
      `Nothing names the file of the layer ${digest}: it has the type ${type}, and no ${keys.join(' or ')}`,
    )
  const path = toTreePath(name)
  if (path === '') throw new Failure(`The layer ${digest} has a file without a name`)
  return { digest, size, kind: 'file', path, isExecutable: isExecutable(layer) }
}

/** A folder that ORAS has packed, under its own name. */
const toFolder = (layer: Layer): ArtifactLayer => {
  const { digest, size } = layer
  const folder = toTreePath(find(layer, [titleKey]) ?? '')
  const said = find(layer, ['io.deis.oras.content.digest'])
  if (said !== undefined && !isDigest(said))
    throw new Failure(`The folder of the layer ${digest} has a digest that is no sha256`)
  return { digest, size, kind: 'archive', folder, unpackedDigest: said }
}

const toLayer = (layer: Layer, kitPaths: ReadonlyMap<string, string>): ArtifactLayer => {
  const { digest, size, mediaType } = layer
  const type = typeof mediaType === 'string' ? toLine(mediaType, 120) : 'none'
  const [, form] = modelPack.exec(type) ?? kitOps.exec(type) ?? []
  if (form?.startsWith('tar') === true)
    return { digest, size, kind: 'archive', folder: '', unpackedDigest: undefined }
  if (form !== undefined) return toFile(layer, [...pathKeys, titleKey], type, kitPaths.get(digest))
  const isFolder = find(layer, ['io.deis.oras.content.unpack']) === 'true'
  return isFolder && find(layer, [titleKey]) !== undefined
    ? toFolder(layer)
    : toFile(layer, [titleKey], type)
}

/** Whether a manifest is a container image's, so that its layers lie upon each other. */
export const isImage = (manifest: string): boolean =>
  isImageConfig(parseJson<Manifest>(manifest, 'its manifest').config?.mediaType)

/**
 * What the layers of an artifact are, as ORAS, ModelPack and KitOps write them.
 *
 * @param kitPaths what a Kitfile calls them, by their digests
 * @throws {Failure} where a layer's files have no names, or some that are not to be used
 */
export const toArtifactLayers = (
  manifest: string,
  kitPaths: ReadonlyMap<string, string> = new Map(),
): readonly ArtifactLayer[] => {
  const layers = (toLayers(manifest) as readonly Layer[]).filter(
    ({ mediaType }) => !withoutFiles.includes(mediaType),
  )
  if (layers.length === 0) throw new Failure('It has no files')
  return layers.map((layer) => toLayer(layer, kitPaths))
}
