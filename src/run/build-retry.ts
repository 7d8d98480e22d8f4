import { setTimeout } from 'node:timers/promises'
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
