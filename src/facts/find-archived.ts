import { architecture } from '../host/architecture.ts'
import type { PackedImage } from '../image/sources/archive-images.ts'
import type { Inputs } from '../inputs/inputs.ts'

/**
 * Images of archives. Most steps have none, and start without what reads them.
 *
 * @param folder for what has to be unpacked first
 */
export const findArchived = async (
  { imageArchives }: Inputs,
  folder: string,
  signal: AbortSignal,
): Promise<readonly PackedImage[]> => {
  if (imageArchives.length === 0) return []
  const { findArchiveImages } = await import('../image/sources/archive-images.ts')
  const found: PackedImage[] = []
  for (const file of imageArchives)
    found.push(...(await findArchiveImages(file, architecture, folder, signal)))
  return found
}
