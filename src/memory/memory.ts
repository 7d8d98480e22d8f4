import { randomBytes } from 'node:crypto'
import { renderError } from '../failure.ts'
import type { Sizes } from '../image/sizes.ts'
import { askCache, type CacheAccess } from '../store/ask-cache.ts'
import { type ImageSize, parseImagesKey, toImagesKey } from './image-memory.ts'
import { type ImageParts, type LastParts, parsePartsKey, toPartsKey } from './parts-memory.ts'
import { isNear, parseSizesKey, toSizesKey } from './size-memory.ts'
import { areRememberable, type Built, toPrefix, toRemembered } from './targets.ts'
import { type BuildTimes, parseTimesKey, toTimesKey } from './time-memory.ts'

/**
 * What is kept from run to run. All of it is in names of entries of the Actions cache, whose content is
 * never fetched: whoever plants an entry can lie about numbers and do nothing else.
 */
export type Memory = CacheAccess & {
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string
}

/** What was kept of the images that are built. */
export type Remembered = {
  /** When they were built last; undefined when nobody remembers. */
  readonly sizes: Sizes | undefined
  /** Of the last runs, latest first; undefined where nobody could be asked. */
  readonly times: readonly BuildTimes[] | undefined
  readonly images: LastImages
}

/** How large an image was, and what it was made of, as far as somebody knows. */
export type LastImage = ImageSize & { readonly parts?: LastParts | undefined }

/** How large the images were, in the last run of each; undefined where nobody knows, or asked. */
export type LastImages = {
  readonly ofDefaultBranch: readonly LastImage[] | undefined
  readonly ofBranch: readonly LastImage[] | undefined
}

/** The state by which post knows the names that it is to keep, with spaces between them. */
export const namesState = 'names'

const lookupDeadlineMs = 5_000
const saveDeadlineMs = 10_000

/** In the step's own folder. The service tells entries apart by path, too, so it is the same on every runner. */
const path = 'slipway'

/** Nothing here may fail or hold up a job: all that goes wrong is a line of the debug log. */
const quietly = async <T>({ debug }: CacheAccess, body: () => Promise<T>) => {
  try {
    return await body()
  } catch (error) {
    return debug(`Actions cache: ${renderError(error)}`)
  }
}

/** A name can be taken only once, and what it holds may come back after it was something else. */
const toEnding = (): string => randomBytes(4).toString('hex')

export const nothingRemembered: Remembered = {
  sizes: undefined,
  times: undefined,
  images: { ofDefaultBranch: undefined, ofBranch: undefined },
}

/** Each takes a name of its own, and the service counts requests. */
const mostWithParts = 10

/** The beginnings of a branch's names: that of all sizes, then of what each image is made of. */
const toImagePrefixes = (
  branch: 'default' | 'branch',
  repository: string,
  targets: readonly Built[],
): readonly string[] => {
  const all = toRemembered(targets)
  const withParts = all.length <= mostWithParts ? all : []
  return [
    toPrefix(`image-${branch}-v1`, repository, targets),
    ...withParts.map((_, at) => toPrefix(`parts-${branch}-v1`, repository, targets, at)),
  ]
}

const parseImages = (
  [prefix = '', ...partsPrefixes]: readonly string[],
  [key = '', ...partsKeys]: readonly (string | undefined)[],
  images: number,
): readonly LastImage[] | undefined =>
  parseImagesKey(prefix, key, images)?.map((size, at) => ({
    ...size,
    parts: parsePartsKey(partsPrefixes[at] ?? '', partsKeys[at] ?? '', size.bytes),
  }))

/**
 * What is known of the images of earlier runs.
 *
 * @param withImages whether it is asked how large each was and what it was made of, too
 */
export const recall = async (
  memory: Memory,
  targets: readonly Built[],
  withImages: boolean,
): Promise<Remembered> => {
  const { repository, debug } = memory
  if (!areRememberable(targets)) return nothingRemembered
  const { length } = toRemembered(targets)
  const branches = withImages ? (['default', 'branch'] as const) : []
  const ofImages = branches.map((branch) => toImagePrefixes(branch, repository, targets))
  const prefixes = [
    toPrefix('size-v2', repository, targets),
    toPrefix('time-v1', repository, targets),
    ...ofImages.flat(),
  ] as const
  const keys = await quietly(memory, () =>
    askCache(memory, lookupDeadlineMs, { path, keys: prefixes, kind: 'look' }),
  )
  if (keys === undefined) return nothingRemembered
  const [sizesKey, timesKey, ...imagesKeys] = keys
  const sizes = sizesKey ? parseSizesKey(prefixes[0], sizesKey, length) : undefined
  const times = timesKey ? parseTimesKey(prefixes[1], timesKey, length) : []
  debug(`Size of the images last time: ${sizes === undefined ? 'unknown' : JSON.stringify(sizes)}`)
  const [ofDefaultBranch, ofBranch] = ofImages.map((own, at) =>
    parseImages(own, imagesKeys.slice(at * own.length), length),
  )
  return { sizes, times, images: { ofDefaultBranch, ofBranch } }
}

/** Saves sizes for the next run, unless that would find nearly the same already. */
export const rememberSizes = async (
  memory: Memory,
  targets: readonly Built[],
  sizes: Sizes,
  lastSizes: Sizes | undefined,
): Promise<void> => {
  if (!areRememberable(targets) || sizes.each.length !== toRemembered(targets).length) return
  if (lastSizes !== undefined && isNear(sizes, lastSizes)) return
  const prefix = toPrefix('size-v2', memory.repository, targets)
  await rememberNames(memory, [`${toSizesKey(prefix, sizes)}-${toEnding()}`])
}

/**
 * The name by which the next runs know how long these builds took; undefined where it cannot hold them.
 *
 * @param times in the order of the targets that are remembered
 */
export const nameTimes = (
  repository: string,
  targets: readonly Built[],
  times: BuildTimes,
  before: readonly BuildTimes[],
): string | undefined =>
  areRememberable(targets)
    ? toTimesKey(toPrefix('time-v1', repository, targets), times, before, toEnding())
    : undefined

/** The same of how large the images are, and what they are made of. */
export const nameImages = (
  repository: string,
  targets: readonly Built[],
  images: readonly (ImageSize & { readonly parts: ImageParts })[],
  isDefaultBranch: boolean,
): readonly string[] => {
  const branch = isDefaultBranch ? 'default' : 'branch'
  const [prefix = '', ...partsPrefixes] = toImagePrefixes(branch, repository, targets)
  const key = toImagesKey(prefix, images, toEnding())
  // Parts say nothing without the sizes of the same run.
  if (key === undefined) return []
  const ofParts = images.flatMap(({ parts }, at) => {
    const own = partsPrefixes[at]
    return own === undefined ? [] : [toPartsKey(own, parts, toEnding())]
  })
  return [key, ...ofParts]
}

/** Saves entries of these names. */
export const rememberNames = async (
  access: CacheAccess,
  keys: readonly string[],
): Promise<void> => {
  await quietly(access, () => askCache(access, saveDeadlineMs, { path, keys, kind: 'note' }))
}
