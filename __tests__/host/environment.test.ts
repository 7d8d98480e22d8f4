import { expect, test } from 'vitest'
import { readEnvironment } from '../../src/host/environment.ts'

test('children inherit neither inputs nor states, and keep what the runner finds them by', () => {
  const { childEnv } = readEnvironment({
    PATH: '/bin',
    RUNNER_TRACKING_ID: 'github_1',
    'INPUT_PRIVATE-KEY': 'key',
    'INPUT_GITHUB-TOKEN': 'token',
    STATE_RUNID: 'x',
  })
  expect(childEnv).toEqual({ PATH: '/bin', RUNNER_TRACKING_ID: 'github_1' })
})

test('the runner is self-hosted unless it says that it is hosted', () => {
  expect(readEnvironment({}).isHostedRunner).toBe(false)
  expect(readEnvironment({ RUNNER_ENVIRONMENT: 'self-hosted' }).isHostedRunner).toBe(false)
  expect(readEnvironment({ RUNNER_ENVIRONMENT: 'github-hosted' }).isHostedRunner).toBe(true)
})

test('inputs come under their own names', () => {
  const { inputs, unknownInputs } = readEnvironment({
    'INPUT_CLUSTER-NAME': 'ci',
    INPUT_TAGS: 'a:1',
    INPUT_OTHER: 'x',
  })
  expect(inputs).toEqual({ 'cluster-name': 'ci', tags: 'a:1' })
  expect(unknownInputs).toEqual(['other'])
})
