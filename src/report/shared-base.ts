import type { Common, Comparison } from '../analysis/common-files.ts'
import { formatBytes } from '../text/format.ts'
import { type ImageReport, renderPlace } from './image-report.ts'

/** Layers that are worth a word. */
const mostPlaces = 3

const renderPlaces = ({ analysis: { layers } }: ImageReport, common: Common, at: number): string =>
  (common.layers[at] ?? [])
    .slice(0, mostPlaces)
    .flatMap(({ layer }) => {
      const made = layers[layer]
      return made === undefined ? [] : [renderPlace(made, layer)]
    })
    .join(', ')

const listNames = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** What several images of the run install, each for itself, and what to do; undefined where there is little. */
export const renderCommon = (
  reports: readonly ImageReport[],
  { common }: Comparison,
): string | undefined => {
  if (common === undefined) return undefined
  const images = common.images.flatMap((image) => reports[image] ?? [])
  const lines = images.map(
    (image, at) => `${image.name} by ${renderPlaces(image, common, at) || 'layers of its own'}`,
  )
  const names = listNames(images.map(({ name }) => name))
  return `${names} each have the same ${formatBytes(common.bytes)} in layers of their own (${common.files} files at the same paths, of the same sizes): ${lines.join('; ')}. Put what these lines install into one stage or Bake target, and begin all of these images with it: it is then built, kept and loaded once, ${formatBytes(common.savedBytes)} less.`
}
