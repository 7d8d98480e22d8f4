import { expect, test } from 'vitest'
import { sumOfListing } from '../../script/bench.d/image-report/as-dive.ts'
import { type Figures, judge } from '../../script/bench.d/image-report/bars.ts'

const good: Figures = {
  ...{ off: [1, 9, 2], beside: [4, 3, 9], reportsWhenOff: 0, alone: [1], asDive: [10] },
  ...{ waste: { told: 101, real: 100 }, packed: { told: 95, real: 100 }, findings: undefined },
  proof: { with: [6], without: [1], removedBytes: 100, wantedBytes: 100 },
}

const missedOf = (figures: Partial<Figures>): readonly string[] =>
  judge({ ...good, ...figures })
    .filter(({ isMet }) => !isMet)
    .map(({ name }) => name)

test('bars of the report are met at their very edge, and missed behind it', () => {
  expect(missedOf({})).toEqual([])
  expect(missedOf({ beside: [4.01, 3, 9] })).toEqual(['beside'])
  expect(missedOf({ reportsWhenOff: 1 })).toEqual(['off'])
  expect(missedOf({ asDive: [9.9] })).toEqual(['alone'])
  expect(missedOf({ waste: { told: 98.9, real: 100 } })).toEqual(['waste'])
  expect(missedOf({ packed: { told: 105.1, real: 100 } })).toEqual(['packed'])
  expect(missedOf({ waste: { told: 0, real: 0 } })).toEqual(['waste'])
  expect(missedOf({ findings: 'a clean image accused' })).toEqual(['findings'])
  expect(missedOf({ proof: { ...good.proof, with: [6.01] } })).toEqual(['proof'])
  expect(missedOf({ proof: { ...good.proof, removedBytes: 99 } })).toEqual(['proof'])
  expect(missedOf({ alone: [], off: [] })).toEqual(['beside', 'alone'])
})

test('of what tar lists, files alone have bytes', () => {
  const listing = [
    'drwxr-xr-x 0/0               0 2023-11-14 22:13 opt/',
    '-rw-r--r-- 0/0         1234567 2023-11-14 22:13 opt/a 5 b',
    'hrw-r--r-- 0/0               0 2023-11-14 22:13 opt/c link to opt/a',
    '-rw-r--r-- 1000/1000        33 2023-11-14 22:13 opt/d',
  ]
  expect(sumOfListing(`${listing.join('\n')}\n`)).toBe(1_234_600)
})
