import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import timers from 'node:timers/promises'
import { renderError } from '../failure.ts'
import type { Environment } from '../host/environment.ts'
import type { WriteLine } from '../host/log-fence.ts'
import type { Inputs } from '../inputs/inputs.ts'

/**
 * How big an image was last time. All of it is in the name of an entry of the Actions cache, whose
 * content is never fetched: whoever plants an entry can lie about a number and do nothing else.
 */
export type SizeMemory = {
  /** What the names of this image's entries start with. */
  readonly prefix: string
  readonly debug: WriteLine
  readonly signal: AbortSignal
}

type Cache = typeof import('@actions/cache')

const gb = 1_000_000_000
const lookupDeadlineMs = 5_000
const saveDeadlineMs = 10_000

/** The service tells entries apart by path, too; RUNNER_TEMP is not the same on every runner. */
const path = '/tmp/slipway-size'

/** One image of one repository, whichever workflow builds it and whatever its tag is. */
export const toPrefix = (repository: string, canonical: string): string => {
  const name = canonical.replace(/@.*$/, '').replace(/:[^:/]*$/, '')
  const identity = createHash('sha256').update(`${repository}\n${name}`).digest('hex')
  return `slipway-size-v1-${identity.slice(0, 16)}-`
}

/** Whole GB, so that a size that varies a little keeps its name and is not saved again. */
export const toKey = (prefix: string, sizeBytes: number): string =>
  `${prefix}${Math.min(9_999, Math.max(1, Math.ceil(sizeBytes / gb)))}`

/** The size in bytes that a name tells; undefined when it is not one that we would have given. */
export const parseKey = (prefix: string, key: string): number | undefined => {
  const [, start, size] =
    /^(slipway-size-v1-[0-9a-f]{16}-)([1-9][0-9]{0,3})(?:-[0-9a-f]{8})?$/.exec(key) ?? []
  return start === prefix ? Number(size) * gb : undefined
}

/** Decides whether to ask at all: only where the answer could change what is freed. */
export const planMemory = (
  { build, freeDisk }: Pick<Inputs, 'build' | 'freeDisk'>,
  environment: Pick<Environment, 'repository' | 'isHostedRunner' | 'hasCacheService'>,
): string | undefined => {
  const { repository, isHostedRunner, hasCacheService } = environment
  const [tag] = build?.tags ?? []
  if (freeDisk !== 'auto' || !isHostedRunner || !hasCacheService) return undefined
  if (tag === undefined || repository === undefined) return undefined
  return toPrefix(repository, tag.canonical)
}

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

/** Bytes that the image had when it was built last, rounded up to GB; undefined if unknown. */
export const recallSizeBytes = async (memory: SizeMemory): Promise<number | undefined> => {
  const { prefix, debug } = memory
  const key = await askCache(memory, lookupDeadlineMs, (cache) =>
    cache.restoreCache([path], prefix, [prefix], { lookupOnly: true }),
  )
  const sizeBytes = key === undefined ? undefined : parseKey(prefix, key)
  debug(
    `Size of the image last time: ${sizeBytes === undefined ? 'unknown' : `${sizeBytes} bytes`}`,
  )
  return sizeBytes
}

/** Saves the size for the next run, unless that would find the same already. */
export const rememberSize = async (
  memory: SizeMemory,
  sizeBytes: number,
  lastSizeBytes: number | undefined,
): Promise<void> => {
  const size = toKey(memory.prefix, sizeBytes)
  if (lastSizeBytes !== undefined && size === toKey(memory.prefix, lastSizeBytes)) return
  // A name can be taken only once, and a size may come back after it was another.
  const key = `${size}-${randomBytes(4).toString('hex')}`
  await askCache(memory, saveDeadlineMs, async (cache) => {
    // A name in a folder that all may write to: never through what is there already.
    await rm(path, { force: true })
    await writeFile(path, `${key}\n`, { flag: 'wx', mode: 0o600 })
    return cache.saveCache([path], key)
  })
  await rm(path, { force: true }).catch(() => undefined)
}
