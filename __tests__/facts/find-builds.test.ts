import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Docker } from '../../src/docker/docker.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { parseBuilder } from '../../src/docker/info.ts'
import { decideRegistry, toOwnBuilder } from '../../src/facts/find-builds.ts'
import type { BuilderRequest } from '../../src/inputs/builder-request.ts'
import { read } from '../support/read.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-builds-'))
afterAll(() => rmSync(folder, { recursive: true }))

const node = { options: [], flags: undefined, platforms: [], certificates: [] }

const request = (change: Partial<BuilderRequest>): BuilderRequest => ({
  ...{ ...node, driver: 'docker-container', endpoint: undefined, keepsState: 'no' },
  ...{ appended: [], config: undefined, ...change },
})

test.each([
  [undefined, true],
  ['default', true],
  ['unix:///var/run/docker.sock', true],
  ['build-farm', false],
  ['tcp://build-farm:2376', false],
  ['default-farm', false],
])('a builder at the endpoint %s is on this machine: %s', (endpoint, isLocal) => {
  expect(toOwnBuilder(request({ endpoint }), { isLocal: true }).isLocal).toBe(isLocal)
  const printed = `Driver: docker-container\n\nNodes:\nName: a\nEndpoint: ${endpoint ?? 'default'}\n`
  expect(parseBuilder(printed, true)?.isLocal).toBe(isLocal)
})

test.each<[string, Partial<BuilderRequest>, boolean]>([
  ['of another driver', { driver: 'remote' }, true],
  ['with further nodes', { appended: [{ ...node, endpoint: 'other' }] }, true],
  ['of a Docker elsewhere', {}, false],
])('a builder %s is not on this machine', (_, change, isLocal) => {
  expect(toOwnBuilder(request(change), { isLocal }).isLocal).toBe(false)
})

test.each([
  ['a dry run', 'true', 0],
  ['a run', 'false', 1],
] as const)(
  '%s with a remote builder of its own: asked only where there is one',
  async (_, isDry, times) => {
    const raw = { context: '.', tags: 'api:dev', 'build-cache': 'auto', 'dry-run': isDry }
    const own = { driver: 'remote', endpoint: 'tcp://127.0.0.1:1234' } as const
    const asked: string[] = []
    const ask = async (args: readonly string[]) => void asked.push(args.join(' '))
    const docker = { isLocal: true, try: ask } as unknown as Docker
    const builder = { driver: 'remote', isLocal: false }
    const inputs = read({ ...raw, ...own })
    const decided = await decideRegistry({} as EngineApi, docker, inputs, builder, folder)
    expect(asked).toHaveLength(times)
    const line = expect.stringContaining(times === 0 ? 'only a run can ask' : 'does not reach')
    expect(decided).toEqual({ usesRegistry: times === 0, cacheLines: [line] })
  },
)

test('a dry run asks a remote builder that is there', async () => {
  const raw = { context: '.', tags: 'api:dev', 'build-cache': 'auto', 'dry-run': 'true' }
  const asked: string[] = []
  const ask = async (args: readonly string[]) => void asked.push(args.join(' '))
  const docker = { isLocal: true, try: ask } as unknown as Docker
  const builder = { driver: 'remote', isLocal: false, endpoints: ['tcp://127.0.0.1:1234'] }
  await decideRegistry({} as EngineApi, docker, read(raw), builder, folder)
  expect(asked).toHaveLength(1)
})
