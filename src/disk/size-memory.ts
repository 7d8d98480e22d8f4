import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import timers from 'node:timers/promises'
import { renderError } from '../failure.ts'
import type { WriteLine } from '../host/log-fence.ts'
import type { ImageReference } from '../image/reference.ts'
import { toRepository } from '../image/reference.ts'
import type { Sizes } from '../image/sizes.ts'

/**
 * How big the images of a step were last time. All of it is in the name of an entry of the Actions
 * cache, whose content is never fetched: whoever plants an entry can lie about numbers and do
 * nothing else.
 */
export type SizeMemory = {
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string
  readonly debug: WriteLine
  readonly signal: AbortSignal
}

/** What is built, as far as its size is kept. */
type Built = { readonly tags: readonly ImageReference[]; readonly isWanted: boolean }

type Cache = typeof import('@actions/cache')

const mb = 1_000_000
const lookupDeadlineMs = 5_000
const saveDeadlineMs = 10_000

/** A name has room for these, and for no more than 512 characters in all. */
const mostImages = 60

/** The service tells entries apart by path, too; RUNNER_TEMP is not the same on every runner. */
const path = '/tmp/slipway-size'

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

const listener = new AsyncLocalStorage<WriteLine | undefined>()

/**
 * Runs `body` with all that it prints going to `hear`, and nothing that others print meanwhile.
 * `@actions/cache` annotates the step with errors and warnings of its own, and prints the names of
 * entries as they are, which could hold a command for the runner. Only masks go through.
 */
const overhear = <T>(hear: WriteLine, body: () => Promise<T>): Promise<T> => {
  // This stays: what was cut off at its deadline may still print, when the build has long begun.
  for (const stream of [process.stdout, process.stderr]) divert(stream)
  return listener.run(hear, body)
}

const divert = (stream: NodeJS.WriteStream): void => {
  const write = stream.write.bind(stream)
  stream.write = (chunk: string | Uint8Array, ...rest: []): boolean => {
    const hear = listener.getStore()
    if (hear === undefined) return write(chunk, ...rest)
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    // Without the listener: what it prints itself must get out.
    listener.run(undefined, () => {
      for (const line of text.trimEnd().split('\n')) {
        if (line.startsWith('::add-mask::')) write(`${line}\n`)
        else hear(line)
      }
    })
    return true
  }
}

/** Gives up waiting at the deadline or when the step is cancelled; the work itself has no brake. */
const within = async <T>(deadlineMs: number, signal: AbortSignal, work: Promise<T>): Promise<T> => {
  const settled = new AbortController()
  const expiry = timers.setTimeout(deadlineMs, undefined, {
    signal: AbortSignal.any([signal, settled.signal]),
  })
  const lateness = expiry.then(() => {
    throw new Error(`no answer within ${deadlineMs} ms`)
  })
  try {
    return await Promise.race([work, lateness])
  } finally {
    settled.abort()
  }
}

/** Nothing here may fail or hold up a job: all that goes wrong is a line of the debug log. */
const askCache = async <T>(
  { debug, signal }: SizeMemory,
  deadlineMs: number,
  ask: (cache: Cache) => Promise<T>,
): Promise<T | undefined> => {
  let isOver = false
  const hear = (line: string): void => {
    if (!isOver) debug(`Actions cache: ${line}`)
  }
  try {
    // A large library, mostly of Azure; other steps start without it.
    const work = overhear(hear, async () => ask(await import('@actions/cache')))
    return await within(deadlineMs, signal, work)
  } catch (error) {
    debug(`Actions cache: ${renderError(error)}`)
    return undefined
  } finally {
    isOver = true
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
  const key = await askCache(memory, lookupDeadlineMs, (cache) =>
    cache.restoreCache([path], prefix, [prefix], { lookupOnly: true }),
  )
  const sizes = key === undefined ? undefined : parseKey(prefix, key, length)
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
  await askCache(memory, saveDeadlineMs, async (cache) => {
    // A name in a folder that all may write to: never through what is there already.
    await rm(path, { force: true })
    await writeFile(path, `${key}\n`, { flag: 'wx', mode: 0o600 })
    return cache.saveCache([path], key)
  })
  await rm(path, { force: true }).catch(() => undefined)
}
