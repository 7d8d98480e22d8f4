import { createHash, randomBytes } from 'node:crypto'
import { renderError } from '../failure.ts'
import { architecture } from '../host/architecture.ts'
import { type ImageReference, toRepository } from '../image/reference.ts'
import { askCache, type CacheAccess } from '../store/ask-cache.ts'
import type { Moved } from '../store/meter.ts'

/** How an image came out of the cache last, beside how its registry had sent it. */
export type Restore = {
  readonly cache: Moved
  readonly registry: Moved
  /** In how many runs in a row the registry was faster, until then. */
  readonly slowRuns: number
}

/** A cache that was slow so often is left alone. */
const mostSlowRuns = 2

/** For so long; then it is tried again. */
export const pauseDays = 7

const dayMs = 24 * 60 * 60_000
const lookupDeadlineMs = 5_000

/** Less says nothing of a way. */
const leastBytes = 1_000_000

export const toRate = ({ bytes, ms }: Moved): number => (bytes * 1_000) / Math.max(ms, 1)

export const isTold = ({ cache, registry }: Omit<Restore, 'slowRuns'>): boolean =>
  cache.bytes >= leastBytes && registry.bytes >= leastBytes

export const isPaused = (last: Restore | undefined): boolean =>
  last !== undefined && last.slowRuns >= mostSlowRuns

/**
 * What is to be remembered of a restore.
 *
 * @param slowRuns before it
 * @returns undefined where nothing has changed, or too little came to tell
 */
export const judgeRestore = (
  moved: Omit<Restore, 'slowRuns'>,
  slowRuns: number,
): Restore | undefined => {
  if (!isTold(moved)) return undefined
  const isSlow = toRate(moved.cache) < toRate(moved.registry)
  return isSlow || slowRuns > 0 ? { ...moved, slowRuns: isSlow ? slowRuns + 1 : 0 } : undefined
}

/** The beginning of all names for a repository's images. */
const toPrefix = ({ canonical }: ImageReference): string => {
  const identity = createHash('sha256').update(`${toRepository(canonical)}\0${architecture}`)
  return `slipway-restore-v1-${identity.digest('hex').slice(0, 16)}-`
}

const toWord = (value: number): string => Math.round(value).toString(36)

/** The name that holds a restore; no two are the same. */
export const toRestoreKey = (
  reference: ImageReference,
  { cache, registry, slowRuns }: Restore,
  nowMs: number,
): string => {
  const ways = [cache, registry].map(({ bytes, ms }) => `${toWord(bytes)}.${toWord(ms)}`)
  const words = [toWord(nowMs / dayMs), toWord(slowRuns), ...ways]
  return `${toPrefix(reference)}${words.join('-')}-${randomBytes(4).toString('hex')}`
}

const keyPattern =
  /^(slipway-restore-v1-[0-9a-f]{16}-)([0-9a-z]{1,5})-([0-9a-z])-([0-9a-z]{1,9})\.([0-9a-z]{1,6})-([0-9a-z]{1,9})\.([0-9a-z]{1,6})-[0-9a-f]{8}$/

/** What a name tells; undefined where it is not one that we would have given, or too old. */
export const parseRestoreKey = (
  reference: ImageReference,
  key: string,
  nowMs: number,
): Restore | undefined => {
  const [, prefix, ...words] = keyPattern.exec(key) ?? []
  if (prefix !== toPrefix(reference)) return undefined
  const [day = 0, slowRuns = 0, bytes = 0, ms = 0, registryBytes = 0, registryMs = 0] = words.map(
    (word) => Number.parseInt(word, 36),
  )
  const age = Math.round(nowMs / dayMs) - day
  if (age < 0 || age >= pauseDays) return undefined
  return { cache: { bytes, ms }, registry: { bytes: registryBytes, ms: registryMs }, slowRuns }
}

/** What is remembered of images, by their canonical names. Nothing here may fail or hold up a job. */
export const recallRestores = async (
  access: CacheAccess,
  references: readonly ImageReference[],
): Promise<ReadonlyMap<string, Restore>> => {
  try {
    const question = { path: 'slipway', keys: references.map(toPrefix), kind: 'look' } as const
    const keys = await askCache(access, lookupDeadlineMs, question)
    return new Map(
      references.flatMap((reference, at) => {
        const found = parseRestoreKey(reference, keys[at] ?? '', Date.now())
        return found === undefined ? [] : [[reference.canonical, found] as const]
      }),
    )
  } catch (error) {
    access.debug(`Actions cache: ${renderError(error)}`)
    return new Map()
  }
}
