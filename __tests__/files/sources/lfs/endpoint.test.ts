import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findEndpoint, toEndpoint } from '../../../../src/files/sources/lfs/endpoint.ts'
import { gitEnvironment } from '../../../support/github/repositories.ts'

const folder = mkdtempSync(join(tmpdir(), 'lfs-endpoint-'))
afterAll(() => rmSync(folder, { recursive: true }))

const server = new URL('https://github.com')
const right = 'https://github.com/acme/api.git/info/lfs'

test.each([
  ['https://github.com/acme/api'],
  ['https://github.com/acme/api.git'],
  ['https://github.com/acme/api/'],
  ['https://x-access-token:secret@github.com/acme/api.git'],
  ['https://github.com:443/acme/api'],
  ['git@github.com:acme/api.git'],
  ['github.com:acme/api'],
  ['ssh://git@github.com:22/acme/api.git'],
])('%s is at the server', (remote) => {
  expect(toEndpoint(remote, server).href).toBe(right)
})

test.each([
  ['https://gitlab.com/acme/api.git', 'is at https://gitlab.com,'],
  ['https://user:secret@example.com/acme/api.git', 'is at https://example.com,'],
  ['https://github.com.example.com/acme/api', 'is at https://github.com.example.com,'],
  ['https://github.com:8443/acme/api', 'is at https://github.com:8443,'],
  ['http://github.com/acme/api', 'is at http://github.com,'],
  ['git@example.com:acme/api.git', 'is at ssh://example.com,'],
  ['file:///github.com/acme/api', 'is at file://,'],
  ['/srv/git/api.git', 'is at no address that Slipway reads,'],
  ['https://github.com/acme', 'under no name of a repository'],
  ['https://github.com/acme/api/more', 'under no name of a repository'],
  ['https://github.com/acme/..', 'under no name of a repository'],
])('%s is refused', (remote, why) => {
  const find = () => toEndpoint(remote, server)
  expect(find).toThrow(why)
  expect(find).not.toThrow('secret')
})

let count = 0
/** A checkout whose configuration of git holds more. */
const checkOut = (config: string, lfsConfig?: string): string => {
  count += 1
  const root = join(folder, `${count}`)
  execFileSync('git', ['init', '--quiet', root], { env: gitEnvironment() })
  writeFileSync(join(root, '.git/config'), `[core]\nrepositoryformatversion = 0\n${config}`)
  if (lfsConfig !== undefined) writeFileSync(join(root, '.lfsconfig'), lfsConfig)
  return root
}

const env = { PATH: process.env['PATH'] ?? '' }
const find = async (root: string, more = {}) => {
  const { signal } = new AbortController()
  const serverUrl = 'https://github.com'
  const checkout = { root, hasGit: true, serverUrl, repository: 'acme/job', env, signal, ...more }
  return (await findEndpoint(checkout)).href
}

const origin = '[remote "origin"]\nurl = https://github.com/acme/api\n'
const elsewhere = '[lfs]\nurl = https://lfs.example.com/acme\n'

test('it is found as git-lfs finds it', async () => {
  expect(await find(checkOut(origin))).toBe(right)
  const other = 'https://github.com/acme/models.git/info/lfs'
  expect(await find(checkOut(origin, `[lfs]\nurl = ${other}/\n`))).toBe(other)
  // What the checkout's own configuration says comes first, and `lfs.url` before the remote's.
  expect(await find(checkOut(`${origin}[lfs]\nurl = ${right}\n`, elsewhere))).toBe(right)
  const both = `[remote "origin"]\nlfsurl = https://lfs.example.com\n[lfs]\nurl = ${other}\n`
  expect(await find(checkOut(origin, both))).toBe(other)
  const insteadOf = `${origin.replace('https://github.com/', 'hub:')}[url "https://github.com/"]\ninsteadOf = hub:\n`
  expect(await find(checkOut(insteadOf))).toBe(right)
})

test('without git, or a remote, it is the repository of the job', async () => {
  const job = 'https://github.com/acme/job.git/info/lfs'
  expect(await find(checkOut(''))).toBe(job)
  expect(await find(checkOut(origin), { hasGit: false })).toBe(job)
  const nowhere = find(checkOut(''), { repository: undefined })
  await expect(nowhere).rejects.toThrow('not known which repository')
})

test.each([
  ['another server', elsewhere, 'lfs.url in .lfsconfig names https://lfs.example.com'],
  [
    'another name of the same',
    '[lfs]\nurl = https://github.com:444/a\n',
    'names https://github.com:444',
  ],
  ['plain HTTP', '[lfs]\nurl = http://github.com/acme\n', 'names http://github.com,'],
  ['SSH', '[lfs]\nurl = ssh://git@github.com/acme\n', 'names ssh://github.com'],
  ['a folder', '[lfs]\nurl = ../elsewhere\n', 'names ../elsewhere'],
  ['a login', '[lfs]\nurl = https://u:secret@github.com/a\n', 'has a login or a query'],
  ['a query', '[lfs]\nurl = https://github.com/a?b=c\n', 'has a login or a query'],
  [
    'a remote elsewhere',
    '[remote "origin"]\nlfsurl = https://x.example.com\n',
    'remote.origin.lfsurl',
  ],
  ['what git cannot read', '[lfs\n', 'Git cannot read .lfsconfig'],
  ['no end', '#'.repeat(200_000), 'more than 100000 bytes'],
])('a .lfsconfig with %s is an error', async (_, config, why) => {
  const trying = find(checkOut(origin, config))
  await expect(trying).rejects.toThrow(why)
  await expect(trying).rejects.not.toThrow('secret')
})

test('links and includes of .lfsconfig are not followed', async () => {
  const linked = checkOut(origin)
  writeFileSync(join(folder, 'other'), elsewhere)
  symlinkSync(join(folder, 'other'), join(linked, '.lfsconfig'))
  expect(await find(linked)).toBe(right)
  const including = checkOut(origin, `[include]\npath = ${join(folder, 'other')}\n`)
  expect(await find(including)).toBe(right)
})

test("nothing that a checkout's configuration names is run", async () => {
  const mark = join(folder, 'mark')
  const program = join(folder, 'program')
  writeFileSync(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 })
  const hooks = join(folder, 'hooks')
  mkdirSync(hooks)
  const all = [
    'core.fsmonitor',
    'core.sshCommand',
    'core.pager',
    'credential.helper',
    'alias.remote',
  ]
  const config = all
    .map((key) => `[${key.split('.')[0]}]\n${key.split('.')[1]} = ${program}\n`)
    .join('')
  expect(await find(checkOut(`${origin}${config}`))).toBe(right)
  expect(existsSync(mark)).toBe(false)
})

test("what git's variables say of another repository does not count", async () => {
  const other = checkOut('[remote "origin"]\nurl = https://example.com/a/b\n')
  const misled = {
    ...env,
    GIT_DIR: join(other, '.git'),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'url.https://example.com/.insteadOf',
    GIT_CONFIG_VALUE_0: 'https://github.com/',
  }
  expect(await find(checkOut(origin), { env: misled })).toBe(right)
})
