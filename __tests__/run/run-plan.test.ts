import { expect, test, vi } from 'vitest'
import { Failure } from '../../src/failure.ts'
import { planRun } from '../../src/plan/plan.ts'
import { toBuildId } from '../../src/plan/steps.ts'
import { handlers } from '../../src/run/handlers.ts'
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

test('where the new nodes are not what was asked for, the end of kind is waited for', async () => {
  const inputs = read({ 'create-cluster': 'true', nodes: 'worker9', 'load-mode': 'stream' })
  const kind = Promise.withResolvers<boolean>()
  const creating = vi.spyOn(handlers, 'create-cluster')
  creating.mockResolvedValue({ kubeconfig: '/k', ended: kind.promise })
  const planAgain = () => {
    setTimeout(() => kind.resolve(true), 50)
    return Promise.reject(new Failure('The cluster has no node worker9'))
  }
  const plan = planRun(inputs, foundFacts)
  const ports = { ...given(() => {}), planAgain }
  const { outcomes } = await runPlan(inputs, foundFacts, plan, ports)
  creating.mockRestore()
  const [start, create] = outcomes
  expect(start).toMatchObject({
    state: 'failed',
    error: new Failure('The cluster has no node worker9'),
  })
  expect(create).toMatchObject({ step: { id: 'create cluster' }, state: 'done', result: true })
})
