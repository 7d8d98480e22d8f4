import { Failure } from '../failure.ts'
import { toCriName } from '../image/reference.ts'
import { isLike } from '../text/wildcard.ts'
import { findLoaded, isLoaded, type Loaded } from './check-images.ts'
import type { Manifests, NamedImage } from './workload.ts'

/** More than a cluster for tests runs. */
const mostImages = 200

/** Those that nodes do not get by themselves, each once, in the order of the manifests. */
const findOthers = (
  { images }: Pick<Manifests, 'images'>,
  loaded: Loaded,
): readonly NamedImage[] => {
  const names = findLoaded(loaded)
  const byName = Map.groupBy(images, ({ reference }) => toCriName(reference.canonical))
  return [...byName.values()]
    .flatMap(([first]) => first ?? [])
    .filter(({ reference }) => !isLoaded(reference.canonical, names))
}

const isExcluded = ({ reference }: NamedImage, patterns: readonly string[]): boolean =>
  patterns.some((each) => isLike(reference.given, each) || isLike(reference.canonical, each))

/**
 * Finds the images that the manifests name and the step neither builds nor lists.
 *
 * @param exclude names of images that are left out, in which `*` stands for any text
 * @throws {Failure} when there are more than anybody means
 */
export const findNamedImages = (
  manifests: Pick<Manifests, 'images'>,
  loaded: Loaded,
  exclude: readonly string[],
): readonly NamedImage[] => {
  const found = findOthers(manifests, loaded).filter((image) => !isExcluded(image, exclude))
  if (found.length <= mostImages) return found
  throw new Failure(`images-from: the manifests name ${found.length} images`, {
    remedy: `At most ${mostImages} are loaded. Name fewer files in manifests, or leave images out with images-from-exclude.`,
  })
}

/** Where a name stands, as an editor opens it. */
export const renderPlace = ({ file, line }: Pick<NamedImage, 'file' | 'line'>): string =>
  `${JSON.stringify(file).slice(1, -1)}:${line}`

/** So many lines of a kind are told. */
const mostLines = 20

const cut = (lines: readonly string[], what: string): readonly string[] =>
  lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines), `images-from: ${lines.length - mostLines} more ${what}.`]

/** What the step takes from the manifests, and what it cannot know. */
export const renderNamedImages = (
  named: readonly NamedImage[],
  { unknownImages }: Pick<Manifests, 'unknownImages'>,
): readonly string[] => {
  const all = named.map((each) => `${each.reference.given} (${renderPlace(each)})`)
  const count = all.length === 1 ? 'one image' : `${all.length} images`
  const unknown = unknownImages.map((each) => `images-from: not ${renderPlace(each)}: ${each.why}.`)
  return [
    all.length === 0
      ? 'images-from: the manifests name no image that this step does not load anyway.'
      : `images-from: the manifests name ${count} besides: ${all.join(', ')}.`,
    ...cut([...new Set(unknown)], 'places may name an image'),
  ]
}

/** What pods pull from registries, where the step is not to load it; undefined where there is nothing. */
export const renderOthers = (manifests: Manifests, loaded: Loaded): string | undefined => {
  const pods = new Set(
    manifests.workloads.flatMap(({ containers, imageVolumes }) =>
      [...containers, ...imageVolumes].map(({ image }) => image),
    ),
  )
  const others = findOthers(manifests, loaded).filter(({ reference }) => pods.has(reference.given))
  if (others.length === 0) return undefined
  const names = others.slice(0, mostLines).map(({ reference }) => reference.given)
  const more = others.length > names.length ? ` and ${others.length - names.length} more` : ''
  return `Each node pulls what it lacks of ${names.join(', ')}${more}: pods use it, and this step does not load it. images-from: manifests does.`
}
