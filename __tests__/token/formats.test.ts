import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { formatToken, toServerUrl } from '../../src/token/formats.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { mintFor } from '../support/mint-for.ts'

let github: GitHub
let home: string
beforeEach(async () => {
  github = await startGitHub({
    installations: [{ owner: 'acme' }, { owner: 'other' }],
    repositories: { 'acme/one': { a: '1' }, 'other/two': { b: '2' } },
  })
  home = mkdtempSync(join(tmpdir(), 'slipway-formats-'))
})
afterEach(async () => {
  rmSync(home, { recursive: true })
  await github.stop()
})

/** Asks a real git for a repository's first commit, with a secret as its only configuration. */
const reaches = async (
  address: string,
  files: Readonly<Record<string, Secret>>,
  config = '',
): Promise<boolean> => {
  for (const [name, secret] of Object.entries(files)) {
    writeFileSync(join(home, name), secret.exposeBytes(), { mode: 0o600 })
  }
  if (config !== '') writeFileSync(join(home, '.gitconfig'), config)
  try {
    const env = { PATH: process.env['PATH'], HOME: home, GIT_TERMINAL_PROMPT: '0' }
    const { stdout } = await promisify(execFile)('git', ['ls-remote', address], { env })
    return stdout.includes('HEAD')
  } catch {
    return false
  }
}

const git = (path: string): string => `${github.serverUrl}/${path}.git`

test.each([
  ['https://api.github.com', 'https://github.com'],
  ['https://api.acme.ghe.com', 'https://acme.ghe.com'],
  ['https://git.example.com/api/v3', 'https://git.example.com'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
])('the server of %s', (apiUrl, server) => {
  expect(toServerUrl(apiUrl)).toBe(server)
})

test('without a credential git reaches nothing: what follows is due to the secret', async () => {
  expect(await reaches(git('acme/one'), {})).toBe(false)
})

test('a gitconfig serves https and both ssh addresses', async () => {
  const config = formatToken('gitconfig', github.apiUrl, [await mintFor(github, 'acme')])
  const files = { '.gitconfig': config }
  const { hostname } = new URL(github.serverUrl)
  for (const address of [
    git('acme/one'),
    `git@${hostname}:acme/one.git`,
    `ssh://git@${hostname}/acme/one`,
  ]) {
    expect([address, await reaches(address, files)]).toEqual([address, true])
  }
})

test('a gitconfig of several owners gives each its own token', async () => {
  const both = [await mintFor(github, 'acme'), await mintFor(github, 'other')]
  const files = { '.gitconfig': formatToken('gitconfig', github.apiUrl, both) }
  expect([await reaches(git('acme/one'), files), await reaches(git('other/two'), files)]).toEqual([
    true,
    true,
  ])
})

test('git finds the token of an owner in every spelling, where there are several', async () => {
  const acme = await mintFor(github, 'acme', ['one'])
  const scope = { owner: 'Acme', repositories: ['one'], spellings: ['Acme', 'acme'] }
  const both = [{ ...acme, scope }, await mintFor(github, 'other', ['two'])]
  const config = formatToken('gitconfig', github.apiUrl, both).expose()
  expect(config).toContain(`[http "${github.serverUrl}/Acme/"]`)
  const files = { '.gitconfig': new Secret(config) }
  expect(await reaches(git('acme/one'), files)).toBe(true)
  const credentials = formatToken('git-credentials', github.apiUrl, both)
  const useful = store(home, '\tuseHttpPath = true\n')
  rmSync(join(home, '.gitconfig'))
  expect(await reaches(git('acme/one'), { credentials }, useful)).toBe(true)
})

const store = (home: string, more = '') =>
  `[credential]\n\thelper = store --file=${home}/credentials\n${more}`

test('git-credentials, for one owner and for several', async () => {
  const acme = await mintFor(github, 'acme', ['one'])
  const one = { credentials: formatToken('git-credentials', github.apiUrl, [acme]) }
  expect(await reaches(git('acme/one'), one, store(home))).toBe(true)
  const both = [acme, await mintFor(github, 'other', ['two'])]
  const two = { credentials: formatToken('git-credentials', github.apiUrl, both) }
  const config = store(home, '\tuseHttpPath = true\n')
  expect([
    await reaches(git('acme/one'), two, config),
    await reaches(git('other/two'), two, config),
  ]).toEqual([true, true])
})

test('netrc', async () => {
  const netrc = formatToken('netrc', github.apiUrl, [await mintFor(github, 'acme')])
  expect(await reaches(git('acme/one'), { '.netrc': netrc })).toBe(true)
})

test('the token alone, without a newline', () => {
  const token = new Secret('ghs_x')
  expect(formatToken('token', github.apiUrl, [{ token }]).expose()).toBe('ghs_x')
})
