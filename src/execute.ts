import { freeDisk, waitForRoom } from './disk/free-disk.ts'
import { pruneCache } from './disk/prune-cache.ts'
import { make } from './make/make.ts'
import type { Step } from './plan/plan.ts'
import { toDockersFolder } from './storage/filesystems.ts'
import { timed, type Workshop } from './workshop.ts'

/** Does one step of the plan. */
export const executeStep = async (shop: Workshop, step: Step): Promise<void> => {
  switch (step.kind) {
    case 'free-disk': {
      const folder = toDockersFolder(shop.facts)
      const { childEnv, runner, signal } = shop
      const freeing = timed(shop, 'Free disk', async () => {
        const freed = await freeDisk(step.freeing, folder, childEnv, runner.line, signal)
        shop.update((report) => ({ ...report, freed: [...report.freed, ...freed] }))
      })
      freeing.catch(() => {})
      // It goes on while the builds run, and is waited for at the end of the step.
      shop.background.push(freeing)
      return waitForRoom(freeing, folder)
    }
    case 'make':
      return make(shop, step)
    case 'prune-cache': {
      const freed = await timed(shop, 'Prune cache', () =>
        pruneCache(shop.docker, shop.runner.line),
      )
      return shop.update((report) => ({ ...report, freed: [...report.freed, ...freed] }))
    }
  }
}
