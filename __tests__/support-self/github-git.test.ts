import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gitEnvironment } from '../support/github/repositories.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { findNode } from '../support/runner/process.ts'
import { mint } from './github-client.ts'

const run = promisify(execFile)
let github: GitHub
let folder: string
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'git-clones-'))
  github = await startGitHub()
})
afterAll(async () => {
  await github.stop()
  await rm(folder, { recursive: true, force: true })
})

async function git(...args: string[]): Promise<string> {
  const env = { ...gitEnvironment(), GIT_TERMINAL_PROMPT: '0' }
  return (await run('git', args, { cwd: folder, env })).stdout
}

async function clone(name: string, credential: string): Promise<string> {
  count += 1
  const target = join(folder, `clone-${count}`)
  const url = `${github.serverUrl.replace('//', `//${credential}`)}/acme/${name}.git`
  await git('clone', '--quiet', url, target)
  return target
}

it('clones with a live token that covers the repository, and not otherwise', async () => {
  const token = await mint(github, { repositories: ['api'] })
  const target = await clone('api', `x-access-token:${token}@`)
  expect(await readFile(join(target, 'NAME.txt'), 'utf8')).toBe('acme/api\n')
  await expect(clone('private-one', `x-access-token:${token}@`)).rejects.toThrow(/not found/)
  await expect(clone('api', 'x-access-token:wrong@')).rejects.toThrow(/Authentication failed/)
  await expect(clone('api', '')).rejects.toThrow(/could not read Username/)
  await fetch(`${github.apiUrl}/installation/token`, {
    method: 'DELETE',
    headers: { authorization: `token ${token}` },
  })
  await expect(clone('api', `x-access-token:${token}@`)).rejects.toThrow(/Authentication failed/)
})

it('takes a bearer header, pushes only with contents: write', async () => {
  const writer = await mint(github, { permissions: { contents: 'write' } })
  const reader = await mint(github, { permissions: { contents: 'read' } })
  const target = await clone('private-two', `any-user:${reader}@`)
  const push = (token: string) =>
    git(
      '-c',
      `http.extraHeader=Authorization: Bearer ${token}`,
      '-C',
      target,
      'push',
      '--quiet',
      `${github.serverUrl}/acme/private-two.git`,
      'HEAD:refs/heads/next',
    )
  await expect(push(reader)).rejects.toThrow(/403/)
  await push(writer)
})

it('streams a larger repository, compressed requests included', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`d/${i}.txt`, `${i} `.repeat(20_000)]),
  )
  await github.addRepository('acme/large', many)
  const token = await mint(github, { repositories: ['large'] })
  const target = await clone('large', `x-access-token:${token}@`)
  expect((await stat(join(target, 'd/299.txt'))).size).toBe(80_000)
  // git compresses a request that has much to say; the backend must be told.
  const response = await fetch(`${github.serverUrl}/acme/large.git/git-upload-pack`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-git-upload-pack-request',
      'content-encoding': 'gzip',
      'git-protocol': 'version=2',
    },
    body: gzipSync('0014command=ls-refs\n0000'),
  })
  expect(await response.text()).toContain('refs/heads/main')
})

it('runs standalone, with a key file of mode 0600, and ends with its lifeline', async () => {
  const state = join(folder, 'state.json')
  const script = join(import.meta.dirname, '../support/github/serve.ts')
  const child = spawn(findNode(), [script, '--state', state, '--stdin-lifeline'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const told = JSON.parse(line.toString('utf8')) as Record<string, string>
  expect((await stat(state)).mode & 0o777).toBe(0o600)
  expect(await readFile(told['privateKeyPath'] ?? '', 'utf8')).toContain('RSA PRIVATE KEY')
  expect((await fetch(`${told['apiUrl']}/meta`)).status).toBe(200)
  const requests = (await (await fetch(`${told['controlUrl']}/requests`)).json()) as unknown[]
  expect(requests).toHaveLength(1)
  child.stdin.end()
  await once(child, 'exit')
  await expect(stat(state)).rejects.toThrow(/ENOENT/)
  await expect(stat(told['privateKeyPath'] ?? '')).rejects.toThrow(/ENOENT/)
})
