import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { toRecordStart } from '../../src/store/cache-record.ts'
import { createEntryCache } from '../../src/store/entry-cache.ts'
import { createLayerStore } from '../../src/store/layer-store.ts'
import { type BuiltCache, planSaving } from '../../src/store/plan-saving.ts'
import { restoreRecords } from '../../src/store/restore-record.ts'
import { saveEntries } from '../../src/store/save-entries.ts'
import { cacheClientEnv } from '../support/cache-client-env.ts'
import type { CacheEntry } from '../support/cache-desk.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { sha256 } from '../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-layer-store-'))
const start = toRecordStart('api')
let service: CacheService
let told: string[] = []
let made = 0
let hasOlder = false

const toOrder = () => {
  made += 1
  const folder = join(root, `${made}`)
  mkdirSync(folder, { mode: 0o700 })
  const { signal } = new AbortController()
  const variables = {
    ACTIONS_RUNTIME_TOKEN: service.token,
    ...(hasOlder
      ? { ACTIONS_CACHE_URL: service.olderUrl }
      : { ACTIONS_RESULTS_URL: service.resultsUrl, ACTIONS_CACHE_SERVICE_V2: 'true' }),
  }
  const env = cacheClientEnv(root)
  const cache = createEntryCache({ env, variables, mask: () => {}, debug: () => {}, signal })
  return {
    cache,
    folder,
    input: 'build-cache',
    warn: (text: string) => void told.push(text),
    signal,
  }
}

const large = randomBytes(10_500_000)
const [small, tiny] = [Buffer.from('small'.repeat(1_000)), Buffer.from('tiny')]
const toName = (content: Buffer): string => sha256(content).slice(7)

/** As a step keeps it whose build made these layers, and whose cache had those of `before`. */
const keep = async (
  contents: readonly Buffer[],
  { before, refused }: Pick<BuiltCache, 'before' | 'refused'> = {
    before: undefined,
    refused: new Set(),
  },
  fresh = contents,
): Promise<void> => {
  const order = toOrder()
  for (const content of fresh) writeFileSync(join(order.folder, toName(content)), content)
  const layers = contents.map((each) => ({ sha256: toName(each), sizeBytes: each.length }))
  const records = layers.map((each) => ({ digest: `of ${each.sha256}` }))
  const documents = {
    manifest: JSON.stringify({ layers: layers.map(({ sha256: hex }) => hex) }),
    config: JSON.stringify({ records, createdAt: made }),
  }
  const image = layers.map(({ sha256: hex }) => hex)
  const { entries, texts } = planSaving([{ start, before, refused, documents, layers, image }], {
    onDisk: new Set(fresh.map(toName)),
    ...{ limitBytes: 1e9, now: 1, unique: randomBytes(4).toString('hex') },
  })
  for (const text of texts) writeFileSync(join(order.folder, toName(Buffer.from(text))), text)
  await saveEntries(entries, order)
}

/** As the next step finds it. */
const restore = async () => {
  const order = toOrder()
  const [record] = await restoreRecords([start], order)
  const store = createLayerStore(order)
  store.add(record?.layers ?? [])
  return { ...order, record, store }
}

const findEntry = (beginning: string): CacheEntry => {
  const found = service.entries.find(({ key }) => key.startsWith(beginning))
  if (found === undefined) throw new Error(`there is no entry ${beginning}`)
  return found
}

const toPacked = (files: Readonly<Record<string, Buffer | string>>): Buffer => {
  made += 1
  const folder = join(root, `${made}`)
  mkdirSync(join(folder, 'kept'), { recursive: true })
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, 'kept', name), content)
  return execFileSync('tar', ['-c', '-C', folder, 'kept'], { maxBuffer: 1e9 })
}

describe('layers in the Actions cache', () => {
  let entries: readonly CacheEntry[] = []
  beforeAll(async () => {
    service = await startCacheService()
    await keep([large, small, tiny])
    entries = service.entries.map((each) => ({ ...each }))
  })
  afterAll(async () => {
    await service.stop()
    rmSync(root, { recursive: true })
  })
  beforeEach(() => {
    told = []
    service.entries.splice(0, Number.POSITIVE_INFINITY, ...entries.map((each) => ({ ...each })))
  })

  test('come back whole, small ones in one go; an unchanged run saves nothing', async () => {
    expect(entries).toHaveLength(3)
    const { record, store, folder } = await restore()
    expect(record?.image).toEqual([large, small, tiny].map(toName))
    expect(await store.find(sha256(small))).toEqual({ sizeBytes: small.length })
    expect(await store.find(sha256(Buffer.from('other')))).toBeUndefined()
    const asked = service.requests.length
    await store.bringAll([sha256(small), sha256(tiny)], () => {})
    expect(service.requests.slice(asked).map(({ name }) => name)).toEqual([
      'GetCacheEntryDownloadURL',
      'GET blob',
    ])
    const stream = await store.open(sha256(large), new AbortController().signal)
    expect((await buffer(stream ?? Readable.from([]))).equals(large)).toBe(true)
    expect(readFileSync(join(folder, toName(tiny)))).toEqual(tiny)
    expect(store.moved.bytes).toBe(large.length + small.length + tiny.length)
    await keep([large, small, tiny], { before: record, refused: store.refused }, [small])
    expect([service.entries.length, told]).toEqual([3, []])
  })

  test('one that changed costs itself and less than 100 KB', async () => {
    const changed = randomBytes(200_000)
    const { record, store } = await restore()
    await keep([large, changed, tiny], { before: record, refused: store.refused }, [changed])
    const saved = service.entries.slice(3).map(({ content }) => content?.length ?? 0)
    expect(saved.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(changed.length + 100_000)
    const next = await restore()
    expect(next.record?.layers.map((each) => each.sha256).toSorted()).toEqual(
      [large, changed, tiny].map(toName).toSorted(),
    )
  })

  test.each<readonly [string, (entry: CacheEntry) => void, RegExp | undefined]>([
    ['evicted meanwhile', ({ key }) => evict(key), undefined],
    [
      'truncated',
      (entry) => {
        entry.content = entry.content?.subarray(0, 5_000_000)
      },
      /is not used/,
    ],
    [
      'poisoned',
      (entry) => {
        entry.content = toPacked({ [toName(large)]: Buffer.alloc(large.length, 'evil') })
      },
      /What is called [0-9a-f]{64} has the digest/,
    ],
    [
      'longer than it was',
      (entry) => {
        entry.content = toPacked({ [toName(large)]: Buffer.concat([large, tiny]) })
      },
      /has 10500004 bytes in place of 10500000/,
    ],
  ])('one that is %s is not there, and named', async (_, change, why) => {
    const entry = findEntry('slipway-layer-')
    const { store, folder } = await restore()
    change(entry)
    const digest = sha256(large)
    await store.bringAll([digest, sha256(tiny)], () => {})
    expect(await store.bring(digest)).toBeUndefined()
    expect([
      await store.find(digest),
      await store.open(digest, new AbortController().signal),
    ]).toEqual([undefined, undefined])
    expect(told).toEqual(why === undefined ? [] : [expect.stringMatching(why)])
    if (why !== undefined) expect(told[0]).toContain(`build-cache: the entry ${entry.key}`)
    expect(readdirSync(folder)).not.toContain(toName(large))
    expect(readdirSync(folder)).toContain(toName(tiny))
  })

  const evict = (key: string): void => {
    service.entries.splice(
      service.entries.findIndex((each) => each.key === key),
      1,
    )
  }

  test('a broken one is kept anew beside its entry, once it is made again', async () => {
    findEntry('slipway-layer-').content = toPacked({ [toName(large)]: 'evil' })
    const { record, store } = await restore()
    await store.bring(sha256(large))
    await keep([large, small, tiny], { before: record, refused: store.refused }, [large])
    const next = await restore()
    expect(await next.store.bring(sha256(large))).toBe(join(next.folder, toName(large)))
  })

  test('records of several targets are found together, and what they have is asked for once', async () => {
    const order = toOrder()
    const asked = service.requests.length
    const none = toRecordStart('none')
    const [first, missing, again] = await restoreRecords([start, none, start], order)
    expect([first?.layers.length, missing, again?.layers.length]).toEqual([3, undefined, 3])
    const looked = service.requests
      .slice(asked)
      .filter(({ name, body }) => name !== 'GET blob' && String(body['key']).includes('-layer'))
    expect(looked).toHaveLength(2)
  })

  test('where nobody knows what the cache still has, no record is used, and one line says so', async () => {
    const order = toOrder()
    const look = () => Promise.reject(new Error('no answer'))
    const found = await restoreRecords([start, start], {
      ...order,
      cache: { ...order.cache, look },
    })
    expect([found[0], found[1]]).toEqual([undefined, undefined])
    expect(told).toEqual([expect.stringMatching(/^build-cache: nobody knows .*no answer$/)])
  })

  test('when all has been ended, nothing begins any more, and nothing is left of what had', async () => {
    const [stop, begun] = [new AbortController(), [] as string[]]
    const fetch = (keys: readonly string[], _: string, signal: AbortSignal) => {
      begun.push(...keys)
      if (signal.aborted) return Promise.reject(signal.reason)
      const late = 50 * begun.length
      return new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), late))
      })
    }
    const order = toOrder()
    const cache = { ...order.cache, fetch }
    const ended = createLayerStore({ ...order, cache, signal: stop.signal })
    ended.add(
      Array.from({ length: 9 }, (_, at) => ({
        ...{ sha256: `${at}`.repeat(64), sizeBytes: 20_000_000, pack: undefined, usedAt: 0 },
      })),
    )
    const digests = Array.from({ length: 9 }, (_, at) => `sha256:${`${at}`.repeat(64)}`)
    const coming = ended.bringAll(digests, () => {})
    await expect.poll(() => begun.length).toBe(3)
    stop.abort(new Error('enough'))
    await expect(coming).rejects.toThrow('enough')
    expect([begun.length, readdirSync(order.folder)]).toEqual([3, []])
  })

  test('a layer that two images have is fetched once, and both hear of it', async () => {
    const { store } = await restore()
    const heard: string[] = []
    const hear = (digest: string): void => void heard.push(digest)
    const asked = service.requests.length
    await Promise.all([
      store.bringAll([sha256(large), sha256(small)], hear),
      store.bringAll([sha256(large), sha256(Buffer.from('other'))], hear),
    ])
    expect(heard.toSorted()).toEqual([sha256(large), sha256(large), sha256(small)].toSorted())
    const fetched = service.requests.slice(asked).filter(({ name }) => name === 'GET blob')
    expect(fetched.map(({ key }) => String(key)).toSorted()).toEqual(
      [findEntry('slipway-layer-').key, findEntry('slipway-layers-').key].toSorted(),
    )
  })

  test('what was evicted before is no part of the record', async () => {
    evict(findEntry('slipway-layer-').key)
    const { record } = await restore()
    expect(record?.layers.map(({ sizeBytes }) => sizeBytes).toSorted()).toEqual([4, 5_000])
  })

  test.each<readonly [string, (digest: string) => Readonly<Record<string, Buffer | string>>]>([
    ['another record under its digest', (digest) => ({ [digest]: '{"layers": []}' })],
    ['no record', () => ({ [toName(tiny)]: tiny })],
    ['nothing', () => ({})],
  ])('an entry of a build with %s is not used', async (_, arrange) => {
    const entry = findEntry('slipway-build-')
    const [, digest = ''] = /-([0-9a-f]{64})-/.exec(entry.key) ?? []
    entry.content = toPacked(arrange(digest))
    expect((await restore()).record).toBeUndefined()
    expect(told).toEqual([
      expect.stringMatching(/^build-cache: the entry slipway-build-\S+ is not used/),
    ])
  })

  test('nobody is told of a cache that has nothing', async () => {
    service.entries.splice(0)
    expect((await restore()).record).toBeUndefined()
    expect(told).toEqual([])
  })

  test("with the older service, of a server of one's own, they come back, too", async () => {
    hasOlder = true
    try {
      service.entries.splice(0)
      // Sent in more pieces than one.
      const huge = randomBytes(40_000_000)
      await keep([huge, small, tiny])
      const { record, store, folder } = await restore()
      expect(record?.image).toEqual([huge, small, tiny].map(toName))
      await store.bringAll([sha256(huge), sha256(small), sha256(tiny)], () => {})
      expect(readFileSync(join(folder, toName(huge))).equals(huge)).toBe(true)
      expect(readFileSync(join(folder, toName(tiny)))).toEqual(tiny)
      await keep([huge, small, tiny], { before: record, refused: store.refused }, [small])
      expect([service.entries.length, told]).toEqual([3, []])
    } finally {
      hasOlder = false
    }
  })
})
