import { expect, test } from 'vitest'
import { findActionsCache } from '../../src/host/cache-service.ts'

const token = { ACTIONS_RUNTIME_TOKEN: 'token' }
const [results, older] = [
  { ACTIONS_RESULTS_URL: 'https://results/' },
  { ACTIONS_CACHE_URL: 'https://older/' },
]
const isNew = { ACTIONS_CACHE_SERVICE_V2: 'True' }
const own = { GITHUB_SERVER_URL: 'https://github.acme.example' }

test.each([
  ['of github.com', { ...results, ...older, ...isNew }, 2, 'https://results/'],
  [
    'of a company at ghe.com',
    { ...results, ...isNew, GITHUB_SERVER_URL: 'https://acme.ghe.com' },
    2,
    'https://results/',
  ],
  ["of a server of one's own", { ...older, ...own }, 1, 'https://older/'],
  ["of one's own with both", { ...older, ...results, ...isNew, ...own }, 1, 'https://older/'],
  ['of an older runner', { ...older, ...results }, 1, 'https://older/'],
  ['without an address of its own', results, 1, 'https://results/'],
  ['where the server is no address', { ...older, GITHUB_SERVER_URL: 'acme' }, 1, 'https://older/'],
])('the Actions cache %s', (_, env, version, address) => {
  expect(findActionsCache({ ...env, ...token })).toEqual({ version, address, token: 'token' })
})

test.each([
  ['no token', results],
  ['no address', token],
  ['an empty address', { ACTIONS_RESULTS_URL: '', ...token }],
  ['the newer one alone, without its address', { ...older, ...isNew, ...token }],
])('is none with %s', (_, env) => {
  expect(findActionsCache(env)).toBeUndefined()
})
