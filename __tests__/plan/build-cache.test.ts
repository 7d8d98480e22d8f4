import { expect, test } from 'vitest'
import type { Target } from '../../src/build/target.ts'
import type { Facts } from '../../src/facts/facts.ts'
import { toLane, toLimits } from '../../src/plan/lanes.ts'
import { planRun } from '../../src/plan/plan.ts'
import { renderPlan } from '../../src/plan/render.ts'
import { foundFacts, nodeNamed } from '../support/found.ts'
import { targetOf } from '../support/outcomes.ts'
import { read } from '../support/read.ts'

const inputs = read({ context: '.', tags: 'a:1', 'cluster-name': 'kind' })
const filesCache = { bytes: 1, scope: '', mayWrite: true } as unknown as Facts['filesCache']
const targets = [targetOf('api', ['base']), targetOf('web'), targetOf('base')].map(
  (target): Target => ({ ...target, output: 'registry' }),
)
const planOf = (change: Partial<Facts> = {}) =>
  planRun(inputs, { ...foundFacts, targets, filesCache, ...change })
const buildsOf = ({ steps }: ReturnType<typeof planOf>) =>
  steps.filter((step) => step.kind === 'build')

test('what was kept of all builds is looked up in one step, before the first of them', () => {
  const plan = planOf()
  const [restore, ...others] = plan.steps.filter((step) => step.kind === 'restore-builds')
  expect([restore?.targets.map(({ name }) => name), others]).toEqual([['base', 'api', 'web'], []])
  for (const { after } of buildsOf(plan)) expect(after).toContain(restore?.id)
  // Docker's own finds its cache by itself.
  const mixed = planOf({ targets: [...targets, targetOf('own')] })
  expect(buildsOf(mixed).find(({ id }) => id === 'build own')?.after).toEqual([])
  expect(renderPlan(plan)).toContain('1. Look up what was kept of earlier builds\n')
})

test.each<[string, Partial<Facts>]>([
  ['the Actions cache keeps nothing', { filesCache: undefined }],
  ["builds are for Docker's store", { targets: [targetOf('api')] }],
])('nothing is looked up where %s', (_, change) => {
  expect(planOf(change).steps.map(({ kind }) => kind)).not.toContain('restore-builds')
})

test('images that are unpacked beside the nodes are loaded side by side, and the plan says so', () => {
  const lanesOf = (plan: ReturnType<typeof planOf>) =>
    plan.steps.flatMap(({ kind, lane }) => (kind === 'load' ? [lane] : []))
  expect(new Set(lanesOf(planOf()))).toEqual(new Set(['cached-load']))
  expect(renderPlan(planOf())).toMatch(/^Steps \(.*up to 3 loads at a time\):$/m)
  // Each node is streamed to, and holds a lock meanwhile.
  const streamed = { context: '.', tags: 'a:1', 'load-mode': 'stream' }
  const facts = { ...foundFacts, targets, filesCache, nodes: [nodeNamed('a')] }
  expect(new Set(lanesOf(planRun(read(streamed), facts)))).toEqual(new Set(['load']))
  const inDocker = planOf({ targets: [targetOf('api'), targetOf('web')] })
  expect(new Set(lanesOf(inDocker))).toEqual(new Set(['load']))
  expect(renderPlan(inDocker)).toMatch(/^Steps \(.*one load at a time\):$/m)
})

test('builds of which something is kept wait for fewer others, unless a number was given', () => {
  const steps = buildsOf(planOf())
  const isKept = ({ name }: Target): boolean => name === 'api'
  const lanes = (parallel: number | undefined) =>
    Object.fromEntries(steps.map((step) => [step.id, toLane(step, { parallel }, isKept).lane]))
  expect(lanes(undefined)).toEqual({
    ...{ 'build base': 'build', 'build api': 'cached-build', 'build web': 'build' },
  })
  expect(new Set(Object.values(lanes(2)))).toEqual(new Set(['build']))
  const together = (parallel: number) =>
    toLimits(parallel).find((limit) => limit.lanes.includes('cached-build'))?.most
  expect([2, 8, 20].map(together)).toEqual([4, 8, 20])
})
