import type { Way } from '../way.ts'
import { runAction } from './run-action.ts'

export const actionWay: Way = {
  name: 'action',
  title: 'this action',
  fillsNodes: true,
  load: (trial) => runAction(trial),
}

/** The second run of a job that changed nothing. */
export const unchangedWay: Way = {
  name: 'unchanged',
  title: 'this action, image unchanged',
  fillsNodes: true,
  prepare: async (trial) => {
    await runAction(trial)
    return trial
  },
  load: (trial) => runAction(trial),
}
