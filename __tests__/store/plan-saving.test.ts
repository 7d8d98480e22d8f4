import { describe, expect, test } from 'vitest'
import { parseCacheRecord, type StoredLayer, toRecordStart } from '../../src/store/cache-record.ts'
import type { StoredFile } from '../../src/store/entry.ts'
import { type BuiltCache, planSaving } from '../../src/store/plan-saving.ts'

const toHash = (letter: string): string => letter.repeat(64)
const layer = (letter: string, sizeBytes: number): StoredFile => ({
  sha256: toHash(letter),
  sizeBytes,
})
const stored = (file: StoredFile, usedAt = 1, pack?: string): StoredLayer => ({
  ...file,
  usedAt,
  pack,
})
const start = toRecordStart('api')
const pack = 'f'.repeat(32)
const toConfig = (...digests: readonly string[]) =>
  JSON.stringify({ records: digests.map((digest) => ({ digest, layers: [{ layer: 0 }] })) })

const [base, code, stage] = [layer('a', 50_000_000), layer('b', 2_000), layer('c', 30_000_000)]

const built = (changed: Partial<BuiltCache> = {}): BuiltCache => ({
  start,
  before: undefined,
  refused: new Set(),
  documents: { manifest: '{}', config: toConfig('one') },
  layers: [base, code, stage],
  image: [base.sha256, code.sha256],
  ...changed,
})

const before = (layers: readonly StoredLayer[], config = toConfig('one')) => ({
  ...{ manifest: toHash('0'), config: toHash('1'), image: [], layers },
  documents: { manifest: '{}', config },
})
const all = [stored(base), stored(code, 1, pack), stored(stage)]

const plan = (
  cache: BuiltCache | readonly BuiltCache[],
  onDisk: readonly StoredFile[] = [base, code, stage],
  limitBytes = 1e9,
) => {
  const { entries, texts, leftOut } = planSaving([cache].flat(), {
    onDisk: new Set(onDisk.map(({ sha256 }) => sha256)),
    ...{ limitBytes, now: 9, unique: '01234567' },
  })
  const records = texts.flatMap((text) => parseCacheRecord(text) ?? [])
  return { keys: entries.map(({ key }) => key), entries, records, leftOut }
}

describe('what is kept of builds', () => {
  test('the first time all: large layers alone, small ones together, the record last', () => {
    const { keys, entries, records } = plan(built())
    expect(keys).toEqual([
      `slipway-layer-v1-${base.sha256}`,
      `slipway-layer-v1-${stage.sha256}`,
      expect.stringMatching(/^slipway-layers-v1-[0-9a-f]{32}$/),
      expect.stringMatching(/^slipway-build-v1-[0-9a-f]{16}-[0-9a-f]{64}-01234567$/),
    ])
    expect(entries[2]?.files).toEqual([code])
    expect(records[0]?.image).toEqual([base.sha256, code.sha256])
    const places = records[0]?.layers.map(({ sha256, pack: name }) => [sha256[0], name])
    expect(new Map(places as [])).toEqual(
      new Map([
        ['a', undefined],
        ['b', keys[2]?.slice(-32)],
        ['c', undefined],
      ]),
    )
  })

  test('nothing where nothing changed, whatever was restored or made on the way', () => {
    for (const onDisk of [[], [base, code], [base, code, stage]])
      expect(plan(built({ before: before(all) }), onDisk).keys).toEqual([])
  })

  test('one changed layer moves itself and a record, which says where the others are', () => {
    const changed = layer('d', 3_000)
    const cache = built({
      before: before(all),
      documents: { manifest: '{}', config: toConfig('one', 'two') },
      layers: [base, changed, stage],
      image: [base.sha256, changed.sha256],
    })
    const { entries, records } = plan(cache, [changed])
    expect(entries[0]?.files).toEqual([changed])
    expect(entries).toHaveLength(2)
    expect(records[0]?.layers).toEqual(expect.arrayContaining([stored(base, 9), stored(stage, 1)]))
  })

  test('a step that makes no layer is news, too', () => {
    const cache = built({
      before: before(all),
      documents: { manifest: '{}', config: toConfig('one', 'two') },
    })
    expect(plan(cache).keys).toEqual([expect.stringMatching(/^slipway-build-/)])
  })

  test('what the cache could not give is kept anew, beside the entry that is broken', () => {
    const refused = new Set([base.sha256, code.sha256])
    const { keys, entries, records } = plan(built({ before: before(all), refused }))
    expect(keys).not.toContain(`slipway-layer-v1-${base.sha256}`)
    expect(keys).not.toContain(`slipway-layers-v1-${pack}`)
    expect(entries.slice(0, -1).flatMap(({ files }) => files)).toEqual([code, base])
    expect(records[0]?.layers.find(({ sha256 }) => sha256 === base.sha256)?.pack).toMatch(/^[^f]/)
  })

  test('what nobody has is not promised: only nodes have it, or it has been evicted', () => {
    const evicted = before([stored(base)])
    const { records } = plan(built({ before: evicted }), [code])
    expect(records[0]?.layers.map(({ sha256 }) => sha256)).toEqual([code.sha256, base.sha256])
  })

  test('targets share layers: each is kept once', () => {
    const other = built({ start: toRecordStart('web'), layers: [base], image: [base.sha256] })
    expect(plan([built(), other]).keys.filter((key) => key.includes('layer'))).toHaveLength(3)
    expect(plan([built({ before: before(all) }), other]).keys).toEqual([
      expect.stringContaining(toRecordStart('web')),
    ])
  })

  test('beyond the limit the least recently used go first, then what no image has', () => {
    const [old, large] = [layer('e', 10_000_000), layer('d', 20_000_000)]
    const cache = built({
      before: before([stored(old, 1), stored(stage, 5)]),
      layers: [base, code, stage, old, large],
    })
    const { records, leftOut } = plan(cache, [base, code, large], 105_000_000)
    expect(records[0]?.layers.map(({ sha256 }) => sha256[0])).toEqual(['b', 'a', 'd', 'c'])
    expect(leftOut).toEqual([])
    expect(plan(cache, [base, code, large], 60_000_000).leftOut).toEqual([large])
  })

  test('small layers do not come to lie in ever more entries', () => {
    const small = Array.from({ length: 8 }, (_, at) => layer(`${at}`, 1_000))
    const cache = built({
      before: before(small.map((each, at) => stored(each, 1, `${at}`.repeat(32)))),
      layers: [...small, code],
    })
    const [entry] = plan(cache, [...small.slice(1), code]).entries
    expect(entry?.files).toHaveLength(8)
    expect(plan({ ...cache, layers: small }, small).entries).toEqual([])
  })
})

test.each([
  ['no JSON', '{'],
  ['null', 'null'],
  ['no list of layers', JSON.stringify({ manifest: toHash('0'), config: toHash('1'), image: [] })],
  ...[
    ['a path', { ...stored(base), sha256: '../../etc/passwd' }],
    ['a size that is none', { ...stored(base), sizeBytes: -1 }],
    ['a pack with a path', stored(code, 1, '../x')],
    ['a small layer that is nowhere', stored(code)],
  ].map(([what, each]) => [
    what,
    JSON.stringify({ manifest: toHash('0'), config: toHash('1'), image: [], layers: [each] }),
  ]),
])('a record with %s is none', (_, text) => {
  expect(parseCacheRecord(`${text}`)).toBeUndefined()
})
