import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import zlib from 'node:zlib'
import type { Registry } from './registry.ts'
import { member, sha256, tar } from './tar.ts'

export type Parts = {
  readonly manifest: Buffer
  readonly config: Buffer
  readonly layers: readonly Buffer[]
}

const oci = (kind: string): string => `application/vnd.oci.image.${kind}.v1`

export const descriptorOf = (content: Buffer, mediaType: string) => ({
  mediaType,
  digest: sha256(content),
  size: content.length,
})

/** An image of a layer for each text, as a registry has it. */
export const makeImage = (texts: readonly string[], change: object = {}): Parts => {
  const archives = texts.map((content, at) => tar(member({ name: `file-${at}`, content })))
  const layers = archives.map((archive) => zlib.gzipSync(archive, { level: 1 }))
  const rootfs = { type: 'layers', diff_ids: archives.map(sha256) }
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs }))
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${oci('manifest')}+json`,
      config: descriptorOf(config, `${oci('config')}+json`),
      layers: layers.map((layer) => descriptorOf(layer, `${oci('layer')}.tar+gzip`)),
      ...change,
    }),
  )
  return { manifest, config, layers }
}

export const makeIndex = (
  manifests: readonly (readonly [manifest: Buffer, about: object])[],
): Buffer =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${oci('index')}+json`,
      manifests: manifests.map(([manifest, about]) => ({
        ...descriptorOf(manifest, `${oci('manifest')}+json`),
        ...about,
      })),
    }),
  )

export const writeLayout = (folder: string, index: Buffer, blobs: readonly Buffer[]): void => {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
  writeFileSync(join(folder, 'index.json'), index)
  for (const blob of blobs)
    writeFileSync(join(folder, 'blobs', 'sha256', sha256(blob).slice(7)), blob)
}

/** Pushes blobs and then manifests, under their digests and tags, as `docker push` does. */
export const push = async (
  { host, auth }: Registry,
  repository: string,
  blobs: readonly Buffer[],
  manifests: readonly (readonly [name: string, content: Buffer])[],
): Promise<void> => {
  const asked = await fetch(`http://${host}/token`, { headers: { authorization: `Basic ${auth}` } })
  const { token } = (await asked.json()) as { readonly token: string }
  const put = async (path: string, body: Buffer, type: string): Promise<void> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const options = { method: 'PUT', headers, body: new Uint8Array(body) }
    const { status } = await fetch(`http://${host}/v2/${repository}/${path}`, options)
    if (status !== 201) throw new Error(`${path}: ${status}`)
  }
  for (const blob of blobs)
    await put(`blobs/uploads/x?digest=${sha256(blob)}`, blob, 'application/octet-stream')
  for (const [name, content] of manifests) {
    const { mediaType } = JSON.parse(content.toString()) as { readonly mediaType: string }
    await put(`manifests/${name}`, content, mediaType)
  }
}
