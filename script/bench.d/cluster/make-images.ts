import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { pushTo } from '../../../__tests__/support/real-registry.ts'
import { architecture } from '../../../src/host/architecture.ts'
import { treeTar } from '../image/archive.ts'
import { type Content, createContent } from '../image/content.ts'
import { imageName } from '../image/names.ts'
import { planTopLayer } from '../image/tree.ts'

/** Of all bytes, in percent: two bases, each below five images, and what each image has of its own. */
const baseShare = 3
const ownShares = [24, 17, 13, 10, 9, 7, 5, 4, 3, 2]

/** Of an image's own bytes, in percent, lowest layer first; those of large images are above 10 MB, and others not. */
const layerShares = [60, 25, 14, 1]

/** As in images of this kind. */
const bytesOfFile = 60_000

const pack = promisify(gzip)

type Layer = { readonly tarBytes: number; readonly diffId: string; readonly packed: Buffer }

/** An image in the registry. */
export type BenchImage = {
  readonly repository: string
  readonly tag: string
  readonly layers: readonly Pick<Layer, 'diffId' | 'tarBytes'>[]
  readonly blobs: readonly { readonly digest: string; readonly bytes: number }[]
}

const digestOf = (content: Buffer): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`

/** Level 1 unpacks about as fast as what registries have. */
const makeLayer = async (bytes: number, at: number, content: Content): Promise<Layer> => {
  const files = Math.max(2, Math.round(bytes / bytesOfFile))
  const tar = Buffer.concat([...treeTar(planTopLayer({ bytes, files }, at), content)])
  const packed = await pack(tar, { level: 1 })
  return { tarBytes: tar.length, diffId: digestOf(tar), packed }
}

const oci = (kind: string): string => `application/vnd.oci.image.${kind}`

const describe = (content: Buffer, mediaType: string) => ({
  ...{ mediaType, digest: digestOf(content), size: content.length },
})

const publish = async (
  host: string,
  repository: string,
  tag: string,
  layers: readonly Layer[],
): Promise<BenchImage> => {
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) }
  const config = Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs }))
  const manifest = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: oci('manifest.v1+json') },
      config: describe(config, oci('config.v1+json')),
      layers: layers.map(({ packed }) => describe(packed, oci('layer.v1.tar+gzip'))),
    }),
  )
  const packed = layers.map((each) => each.packed)
  await pushTo(host, repository, [config, ...packed], [[tag, manifest]])
  return {
    ...{ repository, tag },
    layers: layers.map(({ diffId, tarBytes }) => ({ diffId, tarBytes })),
    blobs: [config, ...packed].map((each) => ({ digest: digestOf(each), bytes: each.length })),
  }
}

/** Pushes ten images of so many megabytes together, unpacked, and says how to move one of them. */
export const makeImages = async (host: string, tag: string, megabytes: number) => {
  const content = createContent()
  const bytesOf = (percent: number): number => Math.round((percent / 100) * megabytes * 1e6)
  const bases = [
    await makeLayer(bytesOf(baseShare), 0, content),
    await makeLayer(bytesOf(baseShare), 0, content),
  ]
  const makeOwn = (image: number, shares: readonly number[], from: number) =>
    Promise.all(
      shares.map((share, at) =>
        makeLayer(bytesOf(((ownShares[image] ?? 0) * share) / 100), from + at, content),
      ),
    )
  const images: BenchImage[] = []
  let moved: readonly Layer[] = []
  for (const [image] of ownShares.entries()) {
    const base = bases[image % bases.length]
    const layers = [
      ...(base === undefined ? [] : [base]),
      ...(await makeOwn(image, layerShares, 1)),
    ]
    if (image === 0) moved = layers
    images.push(await publish(host, `${imageName}-${image}`, tag, layers))
  }
  /** The first image's tag gets an image whose last two layers are new. */
  const moveFirst = async (): Promise<readonly { readonly bytes: number }[]> => {
    const top = await makeOwn(0, layerShares.slice(2), 3)
    await publish(host, `${imageName}-0`, tag, [...moved.slice(0, 3), ...top])
    return top.map(({ packed }) => ({ bytes: packed.length }))
  }
  return { images, moveFirst }
}
