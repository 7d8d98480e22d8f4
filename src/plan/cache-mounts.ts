import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { type Step, toBuildId, toStep } from './steps.ts'
import type { StepId } from './work.ts'

const restoring = 'restore cache mounts'

/** The step after which a target can be built that mounts a cache. */
export const afterMounts = ({ cacheMounts }: Facts, target: string): readonly StepId[] =>
  cacheMounts.users.includes(target) ? [restoring] : []

export const planRestoring = ({ cacheMounts: { mounts } }: Facts): readonly Step[] =>
  mounts.length === 0 ? [] : [toStep(restoring, { kind: 'restore-mounts', mounts })]

/** What builds left is kept when they ended well and nodes have their images: nobody waits for it longer. */
export const planKeeping = (
  { cacheMountsBytes: bytes }: Inputs,
  { cacheMounts: { mounts, users }, filesCache }: Facts,
  after: readonly StepId[],
): readonly Step[] => {
  if (mounts.length === 0) return []
  const mayWrite = filesCache?.mayWrite === true
  const work = { kind: 'keep-mounts', restored: restoring, bytes, mayWrite } as const
  const order = { needs: [restoring, ...users.map(toBuildId)], after }
  return [toStep('keep cache mounts', work, order)]
}
