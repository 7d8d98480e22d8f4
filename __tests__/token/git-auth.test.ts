import { expect, test } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { toGitAuth } from '../../src/token/git-auth.ts'

const github = 'https://api.github.com'
const of = (owner: string) => ({
  token: new Secret(`ghs_${owner}`),
  scope: { owner, spellings: [owner], repositories: [] },
})

test.each<[context: string, expected: string | undefined]>([
  ['https://github.com/acme/app.git#main:docker', 'ghs_acme'],
  ['github.com/acme/app', 'ghs_acme'],
  ['.', undefined],
  ['https://gitlab.com/acme/app.git', undefined],
  ['https://github.com.evil.example/acme/app.git', undefined],
  ['http://github.com/acme/app.git', undefined],
  ['git@github.com:acme/app.git', undefined],
  ['docker-image://alpine', undefined],
])('%s is fetched with %s', (context, expected) => {
  const found = toGitAuth(github, ['.', context], [of('acme')])
  expect(found.map(({ id, value }) => [id, value.expose()])).toEqual(
    expected === undefined ? [] : [['GIT_AUTH_TOKEN.github.com', expected]],
  )
})

test('of several tokens it is the one of the owner', () => {
  const both = [of('acme'), of('other')]
  const tokenFor = (context: string) => toGitAuth(github, [context], both)[0]?.value.expose()
  expect(tokenFor('https://github.com/Other/x.git')).toBe('ghs_other')
  expect(tokenFor('https://github.com/nobody/x.git')).toBeUndefined()
})

test('an Enterprise server has its own name, with its port', () => {
  const [found] = toGitAuth(
    'https://ghe.example:8443/api/v3',
    ['https://ghe.example:8443/a/b.git'],
    [of('a')],
  )
  expect(found?.id).toBe('GIT_AUTH_TOKEN.ghe.example:8443')
})
