import { expect, test } from 'vitest'
import { doAtOnce } from '../../src/host/at-once.ts'

test('never more than so many at once, and all of them', async () => {
  let [active, most] = [0, 0]
  const done: number[] = []
  await doAtOnce([1, 2, 3, 4, 5], 2, async (item) => {
    active += 1
    most = Math.max(most, active)
    await Promise.resolve()
    active -= 1
    done.push(item)
  })
  expect([most, done.toSorted()]).toEqual([2, [1, 2, 3, 4, 5]])
})

test('the first failure is told when the others have ended, and none begins after it', async () => {
  const begun: number[] = []
  const slow = Promise.withResolvers<void>()
  let isOver = false
  const all = doAtOnce([1, 2, 3], 2, async (item) => {
    begun.push(item)
    if (item === 2) throw new Error('two')
    await slow.promise
  }).catch((error: Error) => {
    isOver = true
    return error.message
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect([begun, isOver]).toEqual([[1, 2], false])
  slow.resolve()
  expect(await all).toBe('two')
  expect(begun).toEqual([1, 2])
})
