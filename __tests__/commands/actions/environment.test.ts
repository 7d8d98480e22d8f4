import { expect, test } from 'vitest'
import { readEnvironment } from '../../../src/commands/actions/environment.ts'

test('children inherit neither inputs nor states, and keep what the runner finds them by', async () => {
  const { childEnv } = await readEnvironment({
    PATH: '/bin',
    RUNNER_TRACKING_ID: 'github_1',
    'INPUT_PRIVATE-KEY': 'key',
    'INPUT_GITHUB-TOKEN': 'token',
    STATE_RUNID: 'x',
    BUILDER_NODE_12_AUTH_TLS_KEY: 'key',
    BUILDER_NODE_0_AUTH_TLS_CACERT: 'certificate',
  })
  expect(childEnv).toEqual({ PATH: '/bin', RUNNER_TRACKING_ID: 'github_1' })
})

test('children get nothing that the runner means for the action alone', async () => {
  const forChildren = { ACTIONS_STEP_DEBUG: 'true', GITHUB_TOKEN: 'mine', GITHUB_SHA: 'abc' }
  const forCache = {
    ACTIONS_RUNTIME_TOKEN: 'token',
    ACTIONS_RESULTS_URL: 'https://results',
    ACTIONS_CACHE_URL: 'https://cache',
    ACTIONS_CACHE_SERVICE_V2: 'True',
  }
  const { childEnv, cacheEnv } = await readEnvironment({
    ...forChildren,
    ...forCache,
    ACTIONS_RUNTIME_URL: 'https://pipelines',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://oidc',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'oidc',
    GITHUB_OUTPUT: '/output',
    GITHUB_STATE: '/state',
    GITHUB_ENV: '/env',
    GITHUB_PATH: '/path',
    GITHUB_STEP_SUMMARY: '/summary',
  })
  expect(childEnv).toEqual(forChildren)
  expect(cacheEnv).toEqual(forCache)
})

test.each([
  ['/a:/b', '/a:/b'],
  ['/a::/b:', '/a:/b'],
  ['.:node_modules/.bin:/usr/bin:./x', '/usr/bin'],
  ['', undefined],
  [':.', undefined],
  [undefined, undefined],
])('children look for programs in %j as in %j', async (PATH, expected) => {
  const { childEnv } = await readEnvironment({ HOME: '/h', PATH })
  expect(childEnv['PATH']).toBe(expected)
})

test('the runner is self-hosted unless it says that it is hosted', async () => {
  expect((await readEnvironment({})).isHostedRunner).toBe(false)
  expect((await readEnvironment({ RUNNER_ENVIRONMENT: 'self-hosted' })).isHostedRunner).toBe(false)
  expect((await readEnvironment({ RUNNER_ENVIRONMENT: 'github-hosted' })).isHostedRunner).toBe(true)
})

test('inputs come under their own names', async () => {
  const { inputs, unknownInputs } = await readEnvironment({
    'INPUT_CLUSTER-NAME': 'ci',
    INPUT_TAGS: 'a:1',
    INPUT_OTHER: 'x',
  })
  expect(inputs).toEqual({ 'cluster-name': 'ci', tags: 'a:1' })
  expect(unknownInputs).toEqual(['other'])
})
