import { freeDisk, waitForRoom } from './disk/free-disk.ts'
import { dropImages, planDropping } from './load/drop-images.ts'
import { make } from './make.ts'
import type { Step } from './plan/plan.ts'
import { timed, type Workshop } from './workshop.ts'

/** Does one step of the plan. */
export const executeStep = async (shop: Workshop, step: Step): Promise<void> => {
  switch (step.kind) {
    case 'free-disk': {
      const { dataRoot } = shop.facts.engine
      const { childEnv, runner, signal } = shop
      const freeing = timed(shop, 'Free disk', async () => {
        const freed = await freeDisk(step.freeing, dataRoot, childEnv, runner.line, signal)
        shop.update((report) => ({ ...report, freed }))
      })
      freeing.catch(() => {})
      // It goes on while the builds run, and is waited for at the end of the step.
      shop.background.push(freeing)
      return waitForRoom(freeing, dataRoot)
    }
    case 'make':
      return make(shop, step)
    case 'drop-images': {
      const names = planDropping(shop.report().loads, shop.inputs.keepImages)
      return dropImages(shop.docker, names, shop.runner.line)
    }
  }
}
