import { describe, expect, test } from 'vitest'
import { findCulprits } from '../../src/analysis/find-culprits.ts'

/** Of so many things some are needed; a limit on the runs is what ends a search early. */
const search = async (count: number, needed: readonly number[], most = 1_000) => {
  const all = Array.from({ length: count }, (_, at) => at)
  let runs = 0
  const found = await findCulprits(all, async (without) => {
    if (runs === most) return undefined
    runs += 1
    return !without.some((each) => needed.includes(each))
  })
  return { ...found, runs }
}

describe('a search for what cannot go', () => {
  test.each([[[]], [[0]], [[7]], [[3, 4]], [[0, 1, 2, 3, 4, 5, 6, 7]], [[1, 6]]])(
    'finds %j among eight things',
    async (needed) => {
      const { culprits, passing, isComplete } = await search(8, needed)
      expect(isComplete).toBe(true)
      expect(culprits.toSorted()).toEqual(needed)
      expect([...passing, ...culprits].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    },
  )

  test('takes one run where all can go, and few for one culprit among many', async () => {
    expect((await search(1_000, [])).runs).toBe(1)
    expect((await search(1_000, [123])).runs).toBeLessThanOrEqual(12)
    expect((await search(0, [])).runs).toBe(0)
  })

  test('that ends early says what is known to pass, and no more', async () => {
    const { passing, culprits, isComplete } = await search(16, [9], 3)
    expect(isComplete).toBe(false)
    expect(passing).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(culprits).toEqual([])
    const second = await search(16, [2, 9], 6)
    expect([second.culprits, second.isComplete]).toEqual([[2], false])
    expect(second.passing).toEqual([0, 1])
  })
})

test('things that only break together cost one of them', async () => {
  const found = await findCulprits(['a', 'b', 'c'], async (without) =>
    ['a', 'c'].some((each) => !without.includes(each)),
  )
  expect(found).toEqual({ passing: ['a', 'b'], culprits: ['c'], isComplete: true })
})
