import type { ImageAnalysis } from '../analysis/analyse.ts'
import { countShared, findCommon } from '../analysis/common-files.ts'

type Analysed = { readonly name: string; readonly analysis: ImageAnalysis }

/** What an image shares with others of the run, and what it could share, as data. */
export const toSharedOutput = (reports: readonly Analysed[], at: number) => {
  const prints = reports.map(({ analysis }) => analysis.fingerprint)
  const layerBytes = reports[at]?.analysis.layers.map(({ bytes }) => bytes) ?? []
  const sharedBytes = countShared(prints, at, layerBytes)
  const common = findCommon(prints)
  const position = common?.images.indexOf(at) ?? -1
  if (common === undefined || position < 0) return { sharedBytes }
  const { bytes, files, savedBytes, images, layers } = common
  const others = images.filter((image) => image !== at)
  const withImages = others.map((image) => reports[image]?.name ?? '')
  const sharedBase = { with: withImages, bytes, files, savedBytes, layers: layers[position] ?? [] }
  return { sharedBytes, sharedBase }
}
