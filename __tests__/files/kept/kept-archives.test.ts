import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Helper } from '../../../src/files/conversation.ts'
import { fetchTrees } from '../../../src/files/gather-files.ts'
import { findOciSource } from '../../../src/files/sources/oci/find-oci-source.ts'
import { parseImageReference } from '../../../src/image/reference.ts'
import { createFilesCache } from '../../../src/run/files-cache.ts'
import type { Ports } from '../../../src/run/ports.ts'
import {
  type Artifact,
  file,
  makeLayered,
  makeOras,
  orasFile,
  orasFolder,
  tar,
} from '../../support/artifacts.ts'
import { type BadNetwork, startBadNetwork } from '../../support/bad-network.ts'
import { cacheClientEnv } from '../../support/cache-client-env.ts'
import { type CacheService, startCacheService } from '../../support/cache-service.ts'
import {
  pushTo,
  type RealRegistry,
  registryProgram,
  startRealRegistry,
} from '../../support/real-registry.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-kept-archives-'))
const { signal } = new AbortController()
let service: CacheService
let registry: RealRegistry
let network: BadNetwork
let told: string[] = []
let made = 0

beforeAll(async () => {
  if (registryProgram === undefined) return
  service = await startCacheService()
  registry = await startRealRegistry()
  network = await startBadNetwork(registry.host, () => undefined)
})
afterAll(async () => {
  await network?.stop()
  await registry?.stop()
  await service?.stop()
  rmSync(root, { recursive: true })
})
afterEach(() => {
  told = []
  service?.entries.splice(0)
})

const hex = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

/** As a step whose machine has nothing yet. */
const bring = async (given: string, mayWrite = true) => {
  made += 1
  const folder = join(root, `${made}`)
  mkdirSync(folder, { mode: 0o700 })
  const reference = parseImageReference(given)
  if (typeof reference === 'string') throw new Error(reference)
  const env = { DOCKER_CONFIG: root, ...cacheClientEnv(root) }
  const source = await findOciSource({ reference, architecture: 'amd64', env, signal })
  const log = { line: () => {}, warning: (text: string) => void told.push(text) }
  const cache = {
    env,
    variables: {
      ACTIONS_RESULTS_URL: service.resultsUrl,
      ACTIONS_RUNTIME_TOKEN: service.token,
      ACTIONS_CACHE_SERVICE_V2: 'true',
    },
    mask: () => {},
    debug: () => {},
    signal,
  }
  const ports = { log, run: { cache, signal } } as unknown as Pick<Ports, 'log' | 'run'>
  const files = createFilesCache({ bytes: 1e9, scope: 'acme/api', mayWrite }, folder, ports)
  // A store that has nothing.
  const helper: Helper = { send: () => {}, hearUntil: async () => ['answered'] }
  const sought = [{ found: { kind: 'remote', source } as const, seenAs: '/none', folder }]
  const before = network.seen.length
  const [tree] = await fetchTrees(helper, sought, () => {}, signal, files)
  const blobs = network.seen.slice(before).filter(({ url }) => url.includes('/blobs/'))
  await files.save()
  const contents = (tree?.files ?? []).map(({ path, sha256 = '' }) => {
    const content = readFileSync(join(folder, sha256))
    expect(hex(content)).toBe(sha256)
    return [path, content.toString('latin1')]
  })
  return { folder, blobs, files: Object.fromEntries(contents) }
}

const publish = async ({ manifest, blobs }: Artifact): Promise<string> => {
  made += 1
  await pushTo(registry.host, `team/m${made}`, blobs, [['1', manifest]])
  return `${network.host}/team/m${made}:1`
}

const weights = randomBytes(200_000)
const archive = tar(file('data/a', 'x'), file('data/b', randomBytes(50_000)))

describe.skipIf(registryProgram === undefined)('from a real registry', () => {
  test('an artifact with an archive comes whole out of the cache', async () => {
    const given = await publish(makeOras(orasFile('w', weights), orasFolder('data', archive)))
    const first = await bring(given)
    expect(Object.keys(first.files).toSorted()).toEqual(['data/a', 'data/b', 'w'])
    expect(first.blobs).toHaveLength(2)
    const again = await bring(given)
    expect([again.blobs, again.files]).toEqual([[], first.files])
    expect(told).toEqual([])
  })

  test("so do an image's layers, but for its config", async () => {
    const layers = [tar(file('models/w', weights)), tar(file('models/c', '{}'))]
    const given = await publish(makeLayered(layers))
    const first = await bring(given)
    expect(Object.keys(first.files).toSorted()).toEqual(['c', 'w'])
    const again = await bring(given)
    expect([again.blobs.length, again.files]).toEqual([first.blobs.length - 2, first.files])
  })

  test('what is not the archive that was promised is named, and the registry has it', async () => {
    const given = await publish(makeOras(orasFolder('data', archive)))
    const first = await bring(given)
    for (const entry of service.entries) entry.content = randomBytes(1_000)
    const again = await bring(given)
    expect([again.blobs.length, again.files]).toEqual([1, first.files])
    expect(told[0]).toMatch(/^node-files-cache: the entry slipway-files-v1-.* is not used/)
  })

  test('a run that may only read keeps no archive on its disk', async () => {
    const given = await publish(makeOras(orasFolder('data', archive)))
    const { folder, files } = await bring(given, false)
    expect(readdirSync(folder)).toHaveLength(Object.keys(files).length)
    expect(service.entries).toEqual([])
  })
})
