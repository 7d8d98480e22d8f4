import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { LFS_BUDGET, type LfsObject } from '../support/github/lfs.ts'
import { gitEnvironment } from '../support/github/repositories.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { mint } from './github-client.ts'

const run = promisify(execFile)
const mediaType = 'application/vnd.git-lfs+json'
const content = Buffer.from('a model '.repeat(50_000))
let github: GitHub
let object: LfsObject
let token = ''
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lfs-clones-'))
  github = await startGitHub({ repositories: { 'acme/api': { 'README.md': '# api\n' } } })
  object = github.addLfsObject('acme/api', content)
  token = await mint(github, { permissions: { contents: 'read' } })
})
afterAll(async () => {
  await github.stop()
  await rm(folder, { recursive: true, force: true })
})
afterEach(() => {
  Object.assign(github.lfs, { lifetimeS: 3600, wantsTicket: false })
  github.lfs.overBudget.clear()
})

const ask = async (
  body: object = {},
  headers: Record<string, string> = {},
  repository = 'acme/api.git',
) => {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  const { oid, size } = object
  const response = await fetch(`${github.serverUrl}/${repository}/info/lfs/objects/batch`, {
    method: 'POST',
    headers: {
      accept: mediaType,
      'content-type': mediaType,
      authorization: `Basic ${basic}`,
      ...headers,
    },
    body: JSON.stringify({ operation: 'download', objects: [{ oid, size }], ...body }),
  })
  return { response, json: JSON.parse(await response.text()) }
}

const askForAction = async () => {
  const { json } = await ask()
  const { href, header = {} } = json.objects[0].actions.download
  return { href, header } as { href: string; header: Record<string, string> }
}

test('gives an address at another origin, which is good for parts too', async () => {
  const { response, json } = await ask({ transfers: ['basic'] })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain(mediaType)
  expect(json.transfer).toBe('basic')
  const { href } = await askForAction()
  expect(new URL(href).origin).not.toBe(github.serverUrl)
  expect(Buffer.from(await (await fetch(href)).arrayBuffer())).toEqual(content)
  const part = await fetch(href, { headers: { range: 'bytes=5-' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([
    206,
    `bytes 5-${content.length - 1}/${content.length}`,
  ])
  expect(Buffer.from(await part.arrayBuffer())).toEqual(content.subarray(5))
  const none = await fetch(href, { headers: { range: `bytes=${content.length}-` } })
  expect(none.status).toBe(416)
})

test.each([
  ['no token', { authorization: '' }, 401],
  ['a wrong token', { authorization: 'Basic eDp5' }, 401],
  ['another media type', { accept: 'application/json' }, 406],
  ['another content type', { 'content-type': 'application/json' }, 415],
])('refuses %s', async (_, headers, status) => {
  const { response } = await ask({}, headers)
  expect(response.status).toBe(status)
  const challenge = response.headers.get('lfs-authenticate')
  expect(challenge).toBe(status === 401 ? 'Basic realm="GitHub"' : null)
})

const many = Array.from({ length: 101 }, () => ({ oid: 'a'.repeat(64), size: 1 }))
test.each([
  ['an upload', { operation: 'upload' }, 422],
  ['no oid', { objects: [{ oid: 'abc', size: 1 }] }, 422],
  ['a size below zero', { objects: [{ oid: 'a'.repeat(64), size: -1 }] }, 422],
  ['nothing', { objects: [] }, 422],
  ['another transfer', { transfers: ['tus'] }, 422],
  ['another digest', { hash_algo: 'sha512' }, 409],
  ['101 objects', { objects: many }, 413],
])('refuses %s', async (_, body, status) => {
  const { response } = await ask(body)
  expect(response.status).toBe(status)
})

test('knows what a token reaches, and says of each object whether it is there', async () => {
  await github.addRepository('acme/other')
  const narrow = await mint(github, { repositories: ['other'] })
  const basic = `Basic ${Buffer.from(`x:${narrow}`).toString('base64')}`
  expect((await ask({}, { authorization: basic })).response.status).toBe(404)
  const metadata = await mint(github, { permissions: { metadata: 'read' } })
  const blind = `Basic ${Buffer.from(`x:${metadata}`).toString('base64')}`
  expect((await ask({}, { authorization: blind })).response.status).toBe(404)
  const { json } = await ask({
    objects: [
      { oid: 'a'.repeat(64), size: 1 },
      { oid: object.oid, size: 1 },
    ],
  })
  const codes = json.objects.map((each: { error: { code: number } }) => each.error.code)
  expect(codes).toEqual([404, 422])
  // Another repository's objects are not there either.
  const elsewhere = await ask({}, {}, 'acme/other')
  expect(elsewhere.json.objects[0].error.code).toBe(404)
})

test('an address wants its own header and no other login, and ends', async () => {
  github.lfs.wantsTicket = true
  const { href, header } = await askForAction()
  expect((await fetch(href)).status).toBe(403)
  expect((await fetch(href, { headers: header })).status).toBe(200)
  const both = { ...header, authorization: `Bearer ${token}` }
  expect((await fetch(href, { headers: both })).status).toBe(400)
  const forged = href.replace(/signature=.{4}/, 'signature=0000')
  expect((await fetch(forged, { headers: header })).status).toBe(403)
  github.lfs.lifetimeS = 0
  const ended = await askForAction()
  expect((await fetch(ended.href, { headers: ended.header })).status).toBe(403)
})

test('who is over the budget is refused', async () => {
  github.lfs.overBudget.add('acme')
  const { response, json } = await ask()
  expect([response.status, json.message]).toEqual([403, LFS_BUDGET])
})

const hasGitLfs = spawnSync('git-lfs', ['version']).status === 0

test.skipIf(!hasGitLfs)("Debian's git-lfs pulls through it with a real token", async () => {
  github.lfs.wantsTicket = true
  const files = {
    '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
    'models/large.bin': object.pointer,
  }
  await github.addRepository('acme/models', files)
  github.addLfsObject('acme/models', content)
  const target = join(folder, 'models')
  const env = { ...gitEnvironment(), HOME: folder, GIT_TERMINAL_PROMPT: '0' }
  const git = (...args: string[]) => run('git', args, { cwd: folder, env })
  const url = github.serverUrl.replace('//', `//x-access-token:${token}@`)
  await git('clone', '--quiet', `${url}/acme/models.git`, target)
  expect(await readFile(join(target, 'models/large.bin'), 'utf8')).toBe(object.pointer)
  github.inject({ kind: 'truncate', match: /^GET \/lfs-storage\// })
  await git('-C', target, 'lfs', 'install', '--local')
  await git('-C', target, 'lfs', 'pull')
  expect((await readFile(join(target, 'models/large.bin'))).equals(content)).toBe(true)
  await rm(join(target, '.git/lfs/objects'), { recursive: true })
  github.lfs.overBudget.add('acme')
  const refused = git('-C', target, 'lfs', 'fetch')
  await expect(refused).rejects.toThrow(`batch response: ${LFS_BUDGET}`)
})
