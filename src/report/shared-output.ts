import type { Comparison } from '../analysis/common-files.ts'

/** What an image shares with others of the run, and what it could share, as data. */
export const toSharedOutput = (
  names: readonly string[],
  at: number,
  { common, sharedBytes: all }: Comparison,
) => {
  const sharedBytes = all[at] ?? 0
  const position = common?.images.indexOf(at) ?? -1
  if (common === undefined || position < 0) return { sharedBytes }
  const { bytes, files, savedBytes, images, layers } = common
  const withImages = images.filter((image) => image !== at).map((image) => names[image] ?? '')
  const sharedBase = { with: withImages, bytes, files, savedBytes, layers: layers[position] ?? [] }
  return { sharedBytes, sharedBase }
}
