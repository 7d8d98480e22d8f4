import { expect, test } from 'vitest'
import { renderEndedToken } from '../../src/token/ended-token.ts'

const token = {
  owner: 'acme',
  repositories: ['one', 'two'],
  permissions: { contents: 'read', packages: 'write' },
  livedMs: 4_100,
  isRevoked: true,
}

test.each([
  [{}, 'acme/one, acme/two · contents: read, packages: write · lived 4.1 s, revoked'],
  [
    { repositories: [] },
    'all repositories of acme · contents: read, packages: write · lived 4.1 s, revoked',
  ],
  [{ permissions: {}, isRevoked: false }, 'acme/one, acme/two · lived 4.1 s, not revoked yet'],
])('a token that %j', (change, expected) => {
  expect(renderEndedToken({ ...token, ...change })).toBe(expected)
})
