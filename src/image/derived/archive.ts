import { attempt, Failure } from '../../failure.ts'
import { toDigest } from '../digest.ts'
import { tarEnd, toTarEntry } from './whiteouts.ts'

/** An image as its store has it, in JSON. */
export type Source = { readonly config: string; readonly manifest: string | undefined }

type Config = {
  readonly rootfs?: { readonly diff_ids?: readonly string[] }
  readonly history?: readonly unknown[]
}

type Manifest = {
  readonly mediaType?: string
  readonly config?: object
  readonly layers?: readonly object[]
}

const parse = <T extends object>(json: string | undefined, what: string): T => {
  const value = attempt(() => JSON.parse(json ?? '') as T)
  if (typeof value === 'object' && value !== null) return value
  throw new Failure(`The image's ${what} is no JSON`)
}

const toConfig = (json: string, layer: Buffer): Buffer => {
  const config = parse<Config>(json, 'config')
  const { rootfs = {}, history = [] } = config
  return Buffer.from(
    JSON.stringify({
      ...config,
      rootfs: { ...rootfs, diff_ids: [...(rootfs.diff_ids ?? []), toDigest(layer)] },
      history: [...history, { created_by: 'slipway: without findings' }],
    }),
  )
}

const toTar = (files: Readonly<Record<string, Buffer>>): Buffer =>
  Buffer.concat([
    ...Object.entries(files).map(([name, content]) => toTarEntry({ name, mode: 0o644 }, content)),
    tarEnd,
  ])

const toJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const toBlobName = (content: Buffer): string => `blobs/sha256/${toDigest(content).slice(7)}`

/** What the classic store loads: layers that it has need no file. */
const toDockerArchive = (config: Buffer, layer: Buffer, name: string): Buffer => {
  const { rootfs } = JSON.parse(config.toString()) as Config
  const layers = (rootfs?.diff_ids ?? []).map((_, at) => `${at}/layer.tar`)
  const file = `${toDigest(config).slice(7)}.json`
  return toTar({
    'manifest.json': toJson([{ Config: file, RepoTags: [name], Layers: layers }]),
    [file]: config,
    [layers.at(-1) ?? '']: layer,
  })
}

/** What the containerd store loads: a layout without the blobs that it has. */
const toLayoutArchive = (source: Source, config: Buffer, layer: Buffer, name: string): Buffer => {
  const old = parse<Manifest>(source.manifest, 'manifest')
  const { mediaType = 'application/vnd.oci.image.manifest.v1+json' } = old
  const describe = (content: Buffer) => ({ digest: toDigest(content), size: content.length })
  const added = { mediaType: 'application/vnd.oci.image.layer.v1.tar', ...describe(layer) }
  const manifest = toJson({
    ...old,
    config: { ...old.config, ...describe(config) },
    layers: [...(old.layers ?? []), added],
  })
  const annotations = { 'io.containerd.image.name': name }
  const manifests = [{ mediaType, ...describe(manifest), annotations }]
  return toTar({
    'oci-layout': toJson({ imageLayoutVersion: '1.0.0' }),
    'index.json': toJson({ schemaVersion: 2, manifests }),
    [toBlobName(manifest)]: manifest,
    [toBlobName(config)]: config,
    [toBlobName(layer)]: layer,
  })
}

/**
 * An archive from which Docker makes an image of one that it has and a layer upon it. It holds that layer alone,
 * so that nothing is copied.
 *
 * @param nameOf the new image's name, by a digest that is its own
 */
export const toDerivedArchive = (
  source: Source,
  layer: Buffer,
  hasContainerdStore: boolean,
  nameOf: (digest: string) => string,
): { readonly name: string; readonly archive: Buffer } => {
  const config = toConfig(source.config, layer)
  const name = nameOf(toDigest(config))
  const archive = hasContainerdStore
    ? toLayoutArchive(source, config, layer, name)
    : toDockerArchive(config, layer, name)
  return { name, archive }
}
