import type { Way } from '../way.ts'
import { runActionBy } from './run-action.ts'

export const streamWay: Way = {
  name: 'stream',
  title: 'this action by streaming',
  fillsNodes: true,
  load: (trial) => runActionBy('stream', trial, { 'load-mode': 'stream' }),
}
