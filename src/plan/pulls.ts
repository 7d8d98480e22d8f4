import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { planImageCache } from './image-cache.ts'
import { afterReport, nodesFirst, type ToLoad, type ToReport } from './loads.ts'
import { idsOf, type Step, toStep } from './steps.ts'
import type { StepId } from './work.ts'

/** What is new of them is kept when all are loaded. */
const planKeeping = (steps: readonly Step[]): readonly Step[] => {
  const pulls = steps.flatMap((each) =>
    each.kind === 'pull' && each.cache !== undefined ? [{ ...each, cache: each.cache }] : [],
  )
  const [first] = pulls
  if (first === undefined) return []
  const work = {
    kind: 'keep-pulled',
    pulls: pulls.map(({ id, reference, cache: { slowRuns } }) => ({ by: id, reference, slowRuns })),
    cache: first.cache,
  } as const
  return [toStep('keep images', work, { after: idsOf(steps) })]
}

/** Each is loaded as soon as it is there; what is new is kept when all are. */
export const planPulls = (
  inputs: Inputs,
  facts: Facts,
  toLoad: ToLoad,
  toReport: ToReport,
  room: readonly StepId[],
): readonly Step[] => {
  const { mirrors } = inputs
  const { pulls, nodes } = facts
  const steps = pulls.flatMap((reference) => {
    const id = `pull ${reference.given}`
    const cache = planImageCache(inputs, facts, reference)
    const own = { kind: 'pull', reference, mirrors, cache, nodes } as const
    const pull = toStep(id, own, { needs: room, lane: 'pull' })
    const source = { kind: 'pulled', by: id } as const
    const reports = toReport([reference], source, [id])
    const load = afterReport(toLoad([reference], source, [id]), reports)
    const isUnpacked = cache !== undefined
    return [pull, isUnpacked ? { ...load, lane: 'cached-load' as const } : load, ...reports]
  })
  const tell = { kind: 'mirror-nodes', into: nodes, mirrors } as const
  const order = { needs: nodesFirst(inputs) }
  const told = mirrors.length === 0 ? [] : [toStep('mirrors of nodes', tell, order)]
  return [...told, ...steps, ...planKeeping(steps)]
}
