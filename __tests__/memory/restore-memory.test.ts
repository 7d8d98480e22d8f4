import { expect, test } from 'vitest'
import {
  isPaused,
  judgeRestore,
  parseRestoreKey,
  type Restore,
  toRestoreKey,
} from '../../src/memory/restore-memory.ts'

const reference = { given: 'redis:7', canonical: 'docker.io/library/redis:7' }
const dayMs = 24 * 60 * 60_000
const now = 20_000 * dayMs

const restore: Restore = {
  cache: { bytes: 123_456_789, ms: 4_321 },
  registry: { bytes: 120_000_000, ms: 2_000 },
  slowRuns: 2,
}

test('a name tells of a restore for a week, whatever the tag', () => {
  const key = toRestoreKey(reference, restore, now)
  expect(parseRestoreKey(reference, key, now)).toEqual(restore)
  expect(parseRestoreKey(reference, key, now + 6 * dayMs)).toEqual(restore)
  expect(parseRestoreKey(reference, key, now + 7 * dayMs)).toBeUndefined()
  expect(parseRestoreKey(reference, key, now - dayMs)).toBeUndefined()
  const moved = { given: 'redis:8', canonical: 'docker.io/library/redis:8' }
  expect(parseRestoreKey(moved, key, now)).toEqual(restore)
  const other = { given: 'queue:1', canonical: 'docker.io/library/queue:1' }
  expect(parseRestoreKey(other, key, now)).toBeUndefined()
  expect(toRestoreKey(reference, restore, now)).not.toBe(key)
})

test.each(['', 'slipway-restore-v1-', toRestoreKey(reference, restore, now).slice(0, -1)])(
  '"%s" tells nothing',
  (key) => {
    expect(parseRestoreKey(reference, key, now)).toBeUndefined()
  },
)

test('runs in which the registry was faster are counted in a row; what tells nothing changes nothing', () => {
  const { slowRuns: _, ...slow } = restore
  const fast = { cache: slow.registry, registry: slow.cache }
  expect(judgeRestore(slow, 0)).toEqual({ ...slow, slowRuns: 1 })
  expect(judgeRestore(slow, 1)).toEqual({ ...slow, slowRuns: 2 })
  expect(judgeRestore(fast, 1)).toEqual({ ...fast, slowRuns: 0 })
  expect(judgeRestore(fast, 0)).toBeUndefined()
  expect(judgeRestore({ ...slow, cache: { bytes: 999_999, ms: 1 } }, 1)).toBeUndefined()
  expect(judgeRestore({ ...slow, registry: { bytes: 999_999, ms: 1 } }, 1)).toBeUndefined()
  expect([0, 1, 2, 3].map((slowRuns) => isPaused({ ...slow, slowRuns }))).toEqual([
    ...[false, false, true, true],
  ])
  expect(isPaused(undefined)).toBe(false)
})
