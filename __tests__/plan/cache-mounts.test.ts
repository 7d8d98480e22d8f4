import { expect, test } from 'vitest'
import type { Facts } from '../../src/facts/facts.ts'
import type { Inputs } from '../../src/inputs/inputs.ts'
import { afterMounts, planKeeping, planRestoring } from '../../src/plan/cache-mounts.ts'
import { foundFacts } from '../support/found.ts'

const mount = { id: '/pip', uid: undefined, gid: undefined, mode: undefined, sharing: 'shared' }
const facts = {
  ...foundFacts,
  cacheMounts: { mounts: [mount], users: ['api'] },
  filesCache: { repository: 'acme/app', mayWrite: true },
} as Facts
const inputs = { cacheMountsBytes: 5 } as Inputs
const main = ['load api']

test('builds that mount a cache wait for it, others do not; keeping is last', () => {
  const [restore] = planRestoring(facts)
  expect(restore).toMatchObject({ kind: 'restore-mounts', mounts: [mount], needs: [] })
  expect([afterMounts(facts, 'api'), afterMounts(facts, 'web')]).toEqual([[restore?.id], []])
  expect(planKeeping(inputs, facts, main)).toMatchObject([
    { kind: 'keep-mounts', bytes: 5, mayWrite: true, restored: restore?.id },
  ])
  expect(planKeeping(inputs, facts, main)).toMatchObject([
    { needs: [restore?.id, 'build api'], after: ['load api'], isFinal: false },
  ])
})

test('a run that may only read keeps nothing, and without mounts there is no step', () => {
  const reading = { ...facts, filesCache: { repository: 'acme/app', mayWrite: false } }
  expect(planKeeping(inputs, reading, main)).toMatchObject([{ mayWrite: false }])
  expect([planRestoring(foundFacts), planKeeping(inputs, foundFacts, main)]).toEqual([[], []])
})
