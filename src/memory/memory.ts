import { randomBytes } from 'node:crypto'
import { renderError } from '../failure.ts'
import type { Sizes } from '../image/sizes.ts'
import { askCache, type CacheAccess } from './cache-client.ts'
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
}

/** The state by which post knows the name that `nameTimes` gave. */
export const timesState = 'times'

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

export const nothingRemembered: Remembered = { sizes: undefined, times: undefined }

/** What is known of the images of earlier runs. */
export const recall = async (memory: Memory, targets: readonly Built[]): Promise<Remembered> => {
  const { repository, debug } = memory
  if (!areRememberable(targets)) return nothingRemembered
  const { length } = toRemembered(targets)
  const prefixes = [
    toPrefix('size-v2', repository, targets),
    toPrefix('time-v1', repository, targets),
  ] as const
  const keys = await quietly(memory, () =>
    askCache(memory, lookupDeadlineMs, { path, keys: prefixes, isNew: false }),
  )
  if (keys === undefined) return nothingRemembered
  const [sizesKey, timesKey] = keys
  const sizes = sizesKey ? parseSizesKey(prefixes[0], sizesKey, length) : undefined
  const times = timesKey ? parseTimesKey(prefixes[1], timesKey, length) : []
  debug(`Size of the images last time: ${sizes === undefined ? 'unknown' : JSON.stringify(sizes)}`)
  return { sizes, times }
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
  await rememberName(memory, `${toSizesKey(prefix, sizes)}-${toEnding()}`)
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

/** Saves an entry of that name. */
export const rememberName = async (access: CacheAccess, key: string): Promise<void> => {
  await quietly(access, () => askCache(access, saveDeadlineMs, { path, keys: [key], isNew: true }))
}
