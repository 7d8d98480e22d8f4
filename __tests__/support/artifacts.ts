import zlib from 'node:zlib'
import { descriptorOf } from './blob-images.ts'
import { member, sha256, tar } from './tar.ts'

/** A manifest and all that it names. */
export type Artifact = { readonly manifest: Buffer; readonly blobs: readonly Buffer[] }

export type Layer = {
  readonly type: string
  readonly blob: Buffer
  readonly annotations?: Readonly<Record<string, string>>
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const empty = Buffer.from('{}')

/** The config that artifacts have whose tools need none. */
const emptyConfig = { blob: empty, type: 'application/vnd.oci.empty.v1+json' }

export const makeArtifact = (
  layers: readonly Layer[],
  artifactType?: string,
  config: Layer = emptyConfig,
): Artifact => {
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    ...(artifactType && { artifactType }),
    config: descriptorOf(config.blob, config.type),
    layers: layers.map(({ type, blob, annotations }) => ({
      ...descriptorOf(blob, type),
      ...(annotations && { annotations }),
    })),
  }
  return {
    manifest: Buffer.from(JSON.stringify(manifest)),
    blobs: [config.blob, ...layers.map(({ blob }) => blob)],
  }
}

const title = 'org.opencontainers.image.title'

/** A file as `oras push` has it. */
export const orasFile = (name: string, content: Buffer): Layer => ({
  type: 'application/vnd.oci.image.layer.v1.tar',
  blob: content,
  annotations: { [title]: name },
})

/** A folder as `oras push` has it. */
export const orasFolder = (name: string, archive: Buffer, digest = sha256(archive)): Layer => ({
  type: 'application/vnd.oci.image.layer.v1.tar+gzip',
  blob: zlib.gzipSync(archive),
  annotations: {
    [title]: name,
    'io.deis.oras.content.unpack': 'true',
    'io.deis.oras.content.digest': digest,
  },
})

export const makeOras = (...layers: readonly Layer[]): Artifact =>
  makeArtifact(layers, 'application/vnd.unknown.artifact.v1')

const packers = {
  raw: (content: Buffer) => content,
  gguf: (content: Buffer) => content,
  tar: (content: Buffer) => content,
  'tar+gzip': (content: Buffer) => zlib.gzipSync(content),
  'tar+zstd': (content: Buffer) => zlib.zstdCompressSync(content),
}

/** @param vendor `cncf`, or `cnai` as it was called before */
export const modelPackLayer = (
  vendor: string,
  form: keyof typeof packers,
  path: string,
  content: Buffer,
): Layer => ({
  type: `application/vnd.${vendor}.model.weight.v1.${form}`,
  blob: packers[form](content),
  annotations: {
    [`org.${vendor}.model.filepath`]: path,
    [`org.${vendor}.model.file.metadata+json`]: JSON.stringify({ name: path, mode: 0o755 }),
  },
})

export const makeModelPack = (vendor: string, layers: readonly Layer[]): Artifact =>
  makeArtifact(layers, `application/vnd.${vendor}.model.manifest.v1+json`, {
    type: `application/vnd.${vendor}.model.config.v1+json`,
    blob: Buffer.from(JSON.stringify({ descriptor: { name: 'm' } })),
  })

export const kitLayer = (part: string, form: keyof typeof packers, archive: Buffer): Layer => ({
  type: `application/vnd.kitops.modelkit.${part}.v1.${form}`,
  blob: packers[form](archive),
})

export const makeKit = (kitfile: object, layers: readonly Layer[]): Artifact =>
  makeArtifact(layers, undefined, {
    type: 'application/vnd.kitops.modelkit.config.v1+json',
    blob: Buffer.from(JSON.stringify(kitfile)),
  })

/** An image of such layers, as `docker buildx build` pushes it. */
export const makeLayered = (
  archives: readonly Buffer[],
  diffIds: readonly string[] = archives.map(sha256),
): Artifact => {
  const config = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: diffIds },
  }
  return makeArtifact(
    archives.map((archive) => ({
      type: 'application/vnd.oci.image.layer.v1.tar+gzip',
      blob: zlib.gzipSync(archive),
    })),
    undefined,
    {
      type: 'application/vnd.oci.image.config.v1+json',
      blob: Buffer.from(JSON.stringify(config)),
    },
  )
}

export const folder = (name: string): Buffer => member({ name: `${name}/`, type: '5', mode: 0o755 })
export const file = (name: string, content: string | Buffer, mode = 0o644): Buffer =>
  member({ name, content, mode })
export const link = (name: string, target: string): Buffer =>
  member({ name, type: '2', link: target })
export const hardLink = (name: string, target: string): Buffer =>
  member({ name, type: '1', link: target })
export { tar }
export const device = (name: string): Buffer => member({ name, type: '3' })
