import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isPartsKey,
  parsePartsKey,
  toFolderId,
  toLayerIds,
  toPartsKey,
} from '../../src/memory/parts-memory.ts'
import { toPrefix } from '../../src/memory/targets.ts'
import { targetWith } from '../support/target.ts'

const targets = [targetWith('docker.io/library/api:dev'), targetWith('docker.io/library/web:dev')]
const prefix = toPrefix('parts-default-v1', 'acme/app', targets, 0)
const ending = '01234567'

const part = (id: string) =>
  fc.record({ id: fc.constant(id), bytes: fc.integer({ min: 0, max: 2e12 }) })
const partsOf = (toId: (at: number) => string, most: number) =>
  fc
    .integer({ min: 0, max: most })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => part(toId(at)))))
const layerIds = toLayerIds(Array.from({ length: 127 }, () => 'RUN make'))
const bytes = fc.integer({ min: 0, max: 2e12 })
const images = fc.record({
  totalBytes: bytes,
  baseBytes: bytes,
  layers: partsOf((at) => layerIds[at] ?? '', 127),
  folders: partsOf((at) => toFolderId(`usr/lib/${at}`), 200),
})
const inKb = (number: number): number => Math.round(number / 1000) * 1000

test('a name tells of the largest parts, to the kB, and how large others may be', () => {
  fc.assert(
    fc.property(images, (image) => {
      const key = toPartsKey(prefix, image, ending)
      expect(key.length).toBeLessThanOrEqual(512)
      expect(isPartsKey(key)).toBe(true)
      const last = parsePartsKey(prefix, key, image.totalBytes)
      expect(last?.baseBytes).toBe(inKb(image.baseBytes))
      for (const [kind, other, most] of [
        ['layers', last?.otherLayerBytes, 22],
        ['folders', last?.otherFolderBytes, 15],
      ] as const) {
        const kept = new Map(last?.[kind].map((each) => [each.id, each.bytes]))
        for (const each of image[kind])
          if (kept.has(each.id)) expect(kept.get(each.id)).toBe(inKb(each.bytes))
          else expect(inKb(each.bytes)).toBeLessThanOrEqual(other ?? -1)
        expect(kept.size).toBeGreaterThanOrEqual(
          Math.min(most, image[kind].filter((each) => inKb(each.bytes) > 0).length),
        )
        for (const each of last?.[kind] ?? []) expect(each.bytes).toBeGreaterThan(0)
        // The order says where a layer stood.
        const order = image[kind].filter(({ id }) => kept.has(id)).map(({ id }) => id)
        expect(last?.[kind].map(({ id }) => id)).toEqual(order)
      }
    }),
  )
})

test('what a usual image has is told whole', () => {
  const usual = {
    ...{ totalBytes: 9e8, baseBytes: 1e8 },
    layers: layerIds.slice(0, 12).map((id) => ({ id, bytes: 6e7 })),
    folders: Array.from({ length: 30 }, (_, at) => ({ id: toFolderId(`${at}`), bytes: 4e7 })),
  }
  expect(parsePartsKey(prefix, toPartsKey(prefix, usual, ending), 9e8)).toEqual({
    ...usual,
    ...{ otherLayerBytes: 0, otherFolderBytes: 0 },
  })
})

test('it counts for the run whose image had that size, and for this image alone', () => {
  const image = { totalBytes: 5e6, baseBytes: 0, layers: [], folders: [] }
  const key = toPartsKey(prefix, image, ending)
  expect(parsePartsKey(prefix, key, 5e6)).toBeDefined()
  expect(parsePartsKey(prefix, key, 5.002e6)).toBeUndefined()
  for (const other of [
    toPrefix('parts-default-v1', 'acme/app', targets, 1),
    toPrefix('parts-branch-v1', 'acme/app', targets, 0),
    toPrefix('parts-default-v1', 'acme/other', targets, 0),
    toPrefix('parts-default-v1', 'acme/app', targets.slice(0, 1), 0),
  ])
    expect(parsePartsKey(other, key, 5e6)).toBeUndefined()
})

test('an instruction that stands twice has two names, and a name says nothing of it', () => {
  const ids = toLayerIds(['RUN make', undefined, 'RUN make', 'RUN test'])
  expect(new Set(ids).size).toBe(4)
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]{4}$/)
  expect(toLayerIds(['RUN test', 'RUN make'])).toEqual([ids[3], ids[0]])
  expect(toFolderId('caf\xc3\xa9, x\n')).toMatch(/^[0-9a-z]{5}$/)
})

const whole = `${prefix}1.0.0.0-abcd1.-abcde1.-${ending}`

test.each([
  ['nothing', ''],
  ['no lists', `${prefix}1.0.0.0-${ending}`],
  ['three sums', whole.replace('1.0.0.0', '1.0.0')],
  ['too large a sum', whole.replace('1.0.0.0', '1.0.0.1234567')],
  ['a layer without a size', whole.replace('abcd1.', 'abcd.')],
  ['too large a layer', whole.replace('abcd1.', 'abcd1234567.')],
  ['a folder without an end', whole.replace('abcde1.', 'abcde1')],
  ['a negative size', whole.replace('abcde1.', 'abcde-1.')],
  ['capitals', whole.replace('abcde1.', 'ABCDE1.')],
  ['23 layers', whole.replace('abcd1.', 'abcd1.'.repeat(23))],
  ['more than 512 characters', whole.replace('abcde1.', 'abcde12345.'.repeat(45))],
  ['no ending', whole.replace(`-${ending}`, '')],
  ['another ending', `${whole}0`],
  ['something before it', ` ${whole}`],
  ['a further line', `${whole}\n`],
  ['a command', `${whole}\n::error::x`],
])('a name with %s is refused', (_name, key) => {
  expect(isPartsKey(whole)).toBe(true)
  expect(isPartsKey(key)).toBe(false)
  expect(parsePartsKey(prefix, key, 1000)).toBeUndefined()
})
