import type { Way } from '../way.ts'
import { runAction } from './action.ts'

/** The second run of a job that changed nothing. */
export const unchangedWay: Way = {
  name: 'unchanged',
  title: 'this action, image unchanged',
  fillsNodes: true,
  prepare: async (trial) => {
    await runAction(trial)
  },
  load: async (trial) => ({ note: await runAction(trial) }),
}
