import { canReach, type Engine } from '../../host/engine.ts'
import type { Way } from '../way.ts'
import { kindWay } from './kind.ts'
import { runActionBy } from './run-action.ts'

const isImpossible = (engine: Engine): string | undefined =>
  canReach(engine) ? undefined : 'another filesystem needs root on the machine of the daemon'

/** The action's own choice where links cannot reach. */
export const copyWay: Way = {
  name: 'copy',
  title: 'this action, node on another filesystem',
  fillsNodes: true,
  nodesAreApart: true,
  isImpossible,
  load: (trial) => runActionBy('copy', trial),
}

export const kindApartWay: Way = {
  ...kindWay,
  name: 'kind-apart',
  title: 'kind load docker-image, node on another filesystem',
  nodesAreApart: true,
  isImpossible,
}
