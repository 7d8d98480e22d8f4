import { expect, test } from 'vitest'
import { planRun } from '../../src/plan/plan.ts'
import { toBuildId } from '../../src/plan/steps.ts'
import type { Given } from '../../src/run/ports.ts'
import { runPlan } from '../../src/run/run-plan.ts'
import { foundFacts } from '../support/found.ts'
import { targetOf } from '../support/outcomes.ts'
import { read } from '../support/read.ts'

/** No step of it comes to anything. */
const given = (onBuilt: () => void): Given =>
  ({
    docker: {
      engine: foundFacts.engine,
      api: { get: () => Promise.reject(new Error('no daemon')) },
    },
    secrets: { ids: [], take: () => Promise.reject(new Error('no token')), close: async () => [] },
    log: { line: () => {}, warning: () => {} },
    run: { env: {}, layoutDir: '/nowhere', signal: new AbortController().signal },
    onBuilt,
  }) as unknown as Given

test('the end of each build is told, however it ends', async () => {
  const inputs = read({ context: '.', tags: 'api:dev', 'fail-fast': 'false' })
  const facts = { ...foundFacts, targets: [targetOf('api'), targetOf('web')] }
  const plan = planRun(inputs, facts)
  let told = 0
  const { outcomes } = await runPlan(
    inputs,
    facts,
    plan,
    given(() => told++),
  )
  const states = outcomes.map(({ step, state }) => [step.id, state])
  expect(states).toContainEqual([toBuildId('api'), 'failed'])
  expect(told).toBe(2)
})
