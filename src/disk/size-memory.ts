import { createHash, randomBytes } from 'node:crypto'
import { renderError } from '../failure.ts'
import { type ImageReference, toRepository } from '../image/reference.ts'
import type { Sizes } from '../image/sizes.ts'
import { askCache, type CacheAccess } from './cache-client.ts'

/**
 * How big the images of a step were last time. All of it is in the name of an entry of the Actions
 * cache, whose content is never fetched: whoever plants an entry can lie about numbers and do
 * nothing else.
 */
export type SizeMemory = CacheAccess & {
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string
}

/** What is built, as far as its size is kept. */
type Built = { readonly tags: readonly ImageReference[]; readonly isWanted: boolean }

const mb = 1_000_000
const lookupDeadlineMs = 5_000
const saveDeadlineMs = 10_000

/** A name has room for these, and for no more than 512 characters in all. */
const mostImages = 60

/** In the step's own folder. The service tells entries apart by path, too, so it is the same on every runner. */
const path = 'slipway-size'

/** Targets whose images' sizes are kept, in an order that does not depend on Bake's. */
export const toRemembered = <T extends Built>(targets: readonly T[]): readonly T[] => {
  const wanted = targets.filter(({ isWanted, tags }) => isWanted && tags.length > 0)
  return wanted.toSorted((a, b) => compare(nameOf(a), nameOf(b)))
}

/** By code units, the same in every language; 0 for what is the same, as sorting wants it. */
const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)

const nameOf = ({ tags: [tag] }: Built): string => toRepository(tag?.canonical ?? '')

/** The same images of one repository, whichever workflow builds them and whatever their tags are. */
export const toPrefix = (repository: string, targets: readonly Built[]): string => {
  const names = toRemembered(targets).map(nameOf)
  const identity = createHash('sha256')
    .update([repository, ...names].join('\n'))
    .digest('hex')
  return `slipway-size-v2-${identity.slice(0, 16)}-`
}

/** MB with three digits that count, rounded up, so that names stay short. */
const toMb = (bytes: number): number => {
  const whole = Math.min(9_990_000, Math.max(1, Math.ceil(bytes / mb)))
  const step = 10 ** Math.max(0, `${whole}`.length - 3)
  return Math.ceil(whole / step) * step
}

/** Such as `PREFIX7120-6200.950`: all together, and each. */
export const toKey = (prefix: string, { totalBytes, each }: Sizes): string =>
  `${prefix}${toMb(totalBytes)}-${each.map(toMb).join('.')}`

const keyPattern =
  /^(slipway-size-v2-[0-9a-f]{16}-)([1-9][0-9]{0,6})-([1-9][0-9]{0,6}(?:\.[1-9][0-9]{0,6})*)(?:-[0-9a-f]{8})?$/

/** The sizes that a name tells; undefined when it is not one that we would have given. */
export const parseKey = (prefix: string, key: string, images: number): Sizes | undefined => {
  const [, start, total, list = ''] = keyPattern.exec(key) ?? []
  const each = list.split('.').map((size) => Number(size) * mb)
  if (start !== prefix || each.length !== images) return undefined
  return { totalBytes: Number(total) * mb, each }
}

/** So little is not worth another entry. */
const isNear = (a: Sizes, b: Sizes): boolean =>
  Math.abs(a.totalBytes - b.totalBytes) <= 0.05 * b.totalBytes

/** Nothing here may fail or hold up a job: all that goes wrong is a line of the debug log. */
const quietly = async <T>({ debug }: SizeMemory, body: () => Promise<T>) => {
  try {
    return await body()
  } catch (error) {
    return debug(`Actions cache: ${renderError(error)}`)
  }
}

/** The sizes that the images had when they were built last; undefined when nobody remembers. */
export const recallSizes = async (
  memory: SizeMemory,
  targets: readonly Built[],
): Promise<Sizes | undefined> => {
  const { repository, debug } = memory
  const { length } = toRemembered(targets)
  if (length === 0 || length > mostImages) return undefined
  const prefix = toPrefix(repository, targets)
  const key = await quietly(memory, () =>
    askCache(memory, lookupDeadlineMs, { path, key: prefix, isNew: false }),
  )
  const sizes = key ? parseKey(prefix, key, length) : undefined
  debug(`Size of the images last time: ${sizes === undefined ? 'unknown' : JSON.stringify(sizes)}`)
  return sizes
}

/** Saves sizes for the next run, unless that would find nearly the same already. */
export const rememberSizes = async (
  memory: SizeMemory,
  targets: readonly Built[],
  sizes: Sizes,
  lastSizes: Sizes | undefined,
): Promise<void> => {
  const { length } = toRemembered(targets)
  if (length === 0 || length > mostImages || sizes.each.length !== length) return
  if (lastSizes !== undefined && isNear(sizes, lastSizes)) return
  // A name can be taken only once, and sizes may come back after they were others.
  const prefix = toPrefix(memory.repository, targets)
  const key = `${toKey(prefix, sizes)}-${randomBytes(4).toString('hex')}`
  await quietly(memory, () => askCache(memory, saveDeadlineMs, { path, key, isNew: true }))
}
