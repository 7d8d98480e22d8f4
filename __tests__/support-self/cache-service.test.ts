import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { restoreCache, saveCache } from '@actions/cache'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CacheService, startCacheService } from '../support/cache-service.ts'

let folder: string
let file: string
let service: CacheService

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-service-'))
  file = join(folder, 'workspace', 'kept')
  service = await startCacheService()
  await mkdir(join(folder, 'workspace'))
  await writeFile(file, 'first')
  // The library annotates whatever job runs these tests.
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.stubEnv('ACTIONS_CACHE_SERVICE_V2', 'True')
  vi.stubEnv('ACTIONS_RESULTS_URL', service.resultsUrl)
  vi.stubEnv('ACTIONS_RUNTIME_TOKEN', service.token)
  vi.stubEnv('GITHUB_WORKSPACE', join(folder, 'workspace'))
  vi.stubEnv('RUNNER_TEMP', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await Promise.all([service.stop(), rm(folder, { recursive: true })])
})

const asked = (): readonly string[] => service.requests.map(({ name }) => name)

test('the real library saves to it and restores from it', async () => {
  expect(await saveCache([file], 'a-1')).toBeGreaterThan(0)
  await writeFile(file, 'second')
  expect(await restoreCache([file], 'a-1')).toBe('a-1')
  expect(await readFile(file, 'utf8')).toBe('first')
  expect(asked().slice(-2)).toEqual(['GetCacheEntryDownloadURL', 'GET blob'])
})

test('an exact name comes first, then the newest that starts with one of the keys', async () => {
  for (const key of ['a-2', 'a-10', 'a-1', 'b-1']) await saveCache([file], key)
  const find = (key: string, ...prefixes: readonly string[]) =>
    restoreCache([file], key, [...prefixes], { lookupOnly: true })
  expect(await find('a-10')).toBe('a-10')
  expect(await find('a-', 'a-')).toBe('a-1')
  expect(await find('c-', 'b-', 'a-')).toBe('b-1')
  expect(await find('c-')).toBeUndefined()
  expect(await restoreCache([`${file}2`], 'a-1')).toBeUndefined()
  expect(asked()).not.toContain('GET blob')
})

test('a name is short and has no comma', async () => {
  for (const key of ['a,b', 'a'.repeat(513)]) {
    const { resultsUrl, token } = service
    const url = `${resultsUrl}twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry`
    const headers = { authorization: `Bearer ${token}` }
    const body = JSON.stringify({ key, version: 'v' })
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(400)
  }
})

test('a name is taken once', async () => {
  expect(await saveCache([file], 'a-1')).toBeGreaterThan(0)
  expect(await saveCache([file], 'a-1')).toBe(-1)
  expect(service.entries).toHaveLength(1)
})

test('an upload that was not finalized is not found', async () => {
  await saveCache([file], 'a-1')
  for (const entry of service.entries) entry.isFinal = false
  expect(await restoreCache([file], 'a-1')).toBeUndefined()
})

test('read-only, it finds and does not create', async () => {
  await saveCache([file], 'a-1')
  service.mode = 'read-only'
  expect(await saveCache([file], 'a-2')).toBe(-1)
  expect(await restoreCache([file], 'a-', [], { lookupOnly: true })).toBe('a-1')
})

test('only the token of the job is taken, and only signed URLs', async () => {
  await saveCache([file], 'a-1')
  vi.stubEnv('ACTIONS_RUNTIME_TOKEN', 'another')
  expect(await restoreCache([file], 'a-1')).toBeUndefined()
  expect(service.requests.at(-1)?.status).toBe(401)
  const unsigned = await fetch(`${service.resultsUrl}account/actions-cache/1?sig=x`)
  expect(unsigned.status).toBe(403)
})

test('an upload in blocks is put together in the order of the list, and read from an offset', async () => {
  const ask = async (method: string, body: object) => {
    const url = `${service.resultsUrl}twirp/github.actions.results.api.v1.CacheService/${method}`
    const headers = { authorization: `Bearer ${service.token}` }
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await answer.json()) as Readonly<Record<string, string | boolean>>
  }
  const entry = { key: 'blocks', version: 'v' }
  const { signed_upload_url: upload } = await ask('CreateCacheEntry', entry)
  const put = async (query: string, body: string): Promise<number> =>
    (await fetch(`${upload}&${query}`, { method: 'PUT', body })).status
  const toList = (...ids: readonly string[]): string =>
    `<BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join('')}</BlockList>`
  expect(await put('comp=block&blockid=b', 'later')).toBe(201)
  expect(await put('comp=blocklist', toList('a', 'b'))).toBe(400)
  expect(await put('comp=block&blockid=a', 'first ')).toBe(201)
  expect(await put('comp=blocklist', toList('a', 'b'))).toBe(201)
  expect(await ask('FinalizeCacheEntryUpload', { ...entry, size_bytes: 12 })).toMatchObject({
    ok: false,
  })
  expect(await ask('FinalizeCacheEntryUpload', { ...entry, size_bytes: 11 })).toMatchObject({
    ok: true,
  })
  const { signed_download_url: from } = await ask('GetCacheEntryDownloadURL', entry)
  const rest = await fetch(String(from), { headers: { 'x-ms-range': 'bytes=6-' } })
  expect([rest.status, await rest.text()]).toEqual([206, 'later'])
})

describe("the older service, which servers of one's own have", () => {
  beforeEach(() => {
    vi.stubEnv('ACTIONS_CACHE_SERVICE_V2', '')
    vi.stubEnv('ACTIONS_RESULTS_URL', '')
    vi.stubEnv('ACTIONS_CACHE_URL', service.olderUrl)
  })

  test('the real library saves to it and restores from it', async () => {
    expect(await saveCache([file], 'a-1')).toBeGreaterThan(0)
    await writeFile(file, 'second')
    expect(await restoreCache([file], 'b-1', ['a-'])).toBe('a-1')
    expect(await readFile(file, 'utf8')).toBe('first')
    expect(await restoreCache([file], 'b-')).toBeUndefined()
    expect(await saveCache([file], 'a-1')).toBe(-1)
    expect(asked()).not.toContain('CreateCacheEntry')
  })

  test('what was not committed is not found, nor what another token asks for', async () => {
    await saveCache([file], 'a-1')
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', 'another')
    expect(await restoreCache([file], 'a-1')).toBeUndefined()
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', service.token)
    for (const entry of service.entries) entry.isFinal = false
    expect(await restoreCache([file], 'a-1')).toBeUndefined()
  })
})
