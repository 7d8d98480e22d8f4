import { Failure } from '../failure.ts'
import type { OnBuildEvent } from './event.ts'
import { type Target, toCached } from './target.ts'
import type { BuildStats } from './timings.ts'

/**
 * BuildKit's words in the containerd store for two builds that make one name at the same time. All
 * is built by then.
 */
const isNameRace = (error: unknown): boolean =>
  error instanceof Failure && /\bimage "[^"]+": already exists/.test(error.message)

/** Once the name is there, nobody fails on it; it may be removed and made again. */
const nameTries = 4

/** Builds once more where another build takes the name at the same moment. */
export const buildNamed = async <Order extends { readonly target: Target }>(
  order: Order,
  build: (order: Order) => Promise<BuildStats>,
  onEvent: OnBuildEvent,
): Promise<BuildStats> => {
  for (let tries = 1, each = order; ; tries += 1) {
    try {
      return await build(each)
    } catch (error) {
      if (tries === nameTries || !isNameRace(error)) throw error
      const text = 'Another build gave an image that name at the same moment; trying once more.'
      onEvent({ kind: 'text', text })
      each = { ...order, target: toCached(order.target) }
    }
  }
}
