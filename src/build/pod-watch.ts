import {
  type BuilderPlace,
  findPods,
  findWarnings,
  isRunning,
  type Pod,
  toIncarnation,
} from '../kubernetes/pods.ts'
import { explainGone } from '../kubernetes/trouble.ts'
import type { BuilderWatch } from './builder-watch.ts'

const wentAway = { what: "the builder's pod went away", waitMs: 5_000 }

/** Which pod a build talks to buildx alone knows: a build has lost it when all that were there have gone. */
export const watchPods =
  (place: BuilderPlace): BuilderWatch =>
  () => {
    const asked = findPods(place)
    let before: readonly Pod[] = []
    return {
      findEnd: async () => {
        if (before.length === 0) before = ((await asked) ?? []).filter(isRunning)
        const now = await findPods(place)
        if (now === undefined) return undefined
        // At the build's beginning it may not have been there yet.
        if (before.length === 0) before = now.filter(isRunning)
        const there = new Set(now.filter(isRunning).map(toIncarnation))
        const [first] = before
        if (first === undefined || before.some((pod) => there.has(toIncarnation(pod)))) {
          return undefined
        }
        const name = first.metadata?.name ?? ''
        const why = explainGone(name, now, await findWarnings(place))
        return { what: `the builder's pod ${name} went away: ${why}`, transient: wentAway }
      },
    }
  }
