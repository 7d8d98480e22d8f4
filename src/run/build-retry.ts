import { setTimeout } from 'node:timers/promises'
import { LostLayerFailure } from '../build/explain.ts'
import { type Target, toUnread } from '../build/target.ts'
import { Failure, type Transient } from '../failure.ts'
import { formatDuration } from '../text/format.ts'

type Retrying = {
  readonly name: string
  /** How often at most. */
  readonly retries: number
  readonly signal: AbortSignal
  readonly line: (text: string) => void
}

/** So that builds which failed together do not come back together. */
const withJitter = ({ waitMs }: Transient): number => Math.round(waitMs * (1 + Math.random()))

/** Builds again what failed on the way, and not by itself. BuildKit's cache has what was done before. */
export const retryBuild = async <T>(
  { name, retries, signal, line }: Retrying,
  build: () => Promise<T>,
): Promise<T> => {
  for (let left = retries; ; left -= 1) {
    try {
      return await build()
    } catch (error) {
      const transient = error instanceof Failure ? error.transient : undefined
      if (transient === undefined || left === 0 || signal.aborted) throw error
      const waitMs = withJitter(transient)
      line(`${name}: ${transient.what}. Building again in ${formatDuration(waitMs)}.`)
      await setTimeout(waitMs, undefined, { signal }).catch(() => {
        throw error
      })
    }
  }
}

type Reading = {
  readonly target: Target
  /** Whether it fails where its cache cannot be read. */
  readonly cacheRequired: boolean
  readonly signal: AbortSignal
  readonly warn: (text: string) => void
}

/**
 * Builds again without reading caches where a layer is gone that one of them promised: BuildKit asks for it only when
 * the build needs it, and fails then, perhaps while it exports, so this is a whole try of its own. What it had done
 * before is in its own cache.
 */
export const retryUnread = async <T>(
  { target, cacheRequired, signal, warn }: Reading,
  build: (target: Target) => Promise<T>,
): Promise<T> => {
  try {
    return await build(target)
  } catch (error) {
    if (!(error instanceof LostLayerFailure) || cacheRequired || signal.aborted) throw error
    const unread = toUnread(target)
    if (unread === undefined) throw error
    warn(`${error.message}. Building again without reading caches.`)
    return await build(unread)
  }
}
