import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { toDigest, toHex } from '../image/digest.ts'
import type { ContainerImage } from '../image/image.ts'
import { toRepository } from '../image/reference.ts'
import { unpackLayer, writeLayout } from '../image/sources/write-layout.ts'
import type { Handler } from './ports.ts'
import { findWanted } from './wanted-layers.ts'

/**
 * Unpacks what nodes lack of an image of an archive.
 *
 * @throws {Failure} where a layer is not what the image's config promises
 */
export const unpackArchive: Handler<'unpack-archive'> = async (
  { packed: { image, references }, nodes },
  ports,
): Promise<ContainerImage> => {
  const { layoutDir, signal } = ports.run
  const root = toDigest(image.manifest)
  const [reference] = references
  if (reference === undefined) throw new Error('an image of an archive has no name')
  // Two archives may have the same image.
  const folder = join(layoutDir, `archive-${toHex(root)}-${toHex(toDigest(reference.canonical))}`)
  const drafts = `${folder}-layers`
  await mkdir(drafts, { mode: 0o700 })
  try {
    const wanted = await findWanted(image, nodes, ports)
    const unpacked = await writeLayout({
      ...{ image, folder, reference, root, wanted },
      bring: async (layer) => {
        const path = join(drafts, toHex(layer.diffId))
        await unpackLayer(layer, path, signal)
        return path
      },
    })
    const repositories = new Set(references.map(({ canonical }) => toRepository(canonical)))
    const digestNames = [...repositories].map((repository) => `${repository}@${root}`)
    // Layers that are not needed have the size that they have in the archive.
    const bytes = image.layers.map(
      ({ sizeBytes }, at) => unpacked.layout?.layerBytes[at] || sizeBytes,
    )
    const sizeBytes = bytes.reduce((sum, each) => sum + each, 0)
    return { ...unpacked, references, digestNames, sizeBytes }
  } finally {
    await rm(drafts, { recursive: true, force: true })
  }
}
