import { expect, test } from 'vitest'
import { catalog } from '../../src/disk/catalog.ts'
import { comfortableBytes, planFreeing } from '../../src/disk/plan-freeing.ts'

const gb = 1e9
const hosted = { isHostedRunner: true, freeBytes: 14 * gb, lastSizeBytes: undefined }

test.each([
  ['unknown: what is comfortable', undefined, comfortableBytes],
  ['small: no more than what it takes', 1 * gb, 5 * gb],
  ['7 GB, the largest of the story', 7 * gb, 23 * gb],
  ['larger than any disk: all that there is', 9_999 * gb, 29_999 * gb],
])('an image whose size is %s', (_name, lastSizeBytes, neededBytes) => {
  const facts = { ...hosted, lastSizeBytes }
  const freeing = { entries: catalog, targetFreeBytes: neededBytes }
  expect(planFreeing('auto', [], { ...facts, freeBytes: neededBytes - 1 }, true)).toEqual(freeing)
  expect(planFreeing('auto', [], { ...facts, freeBytes: neededBytes }, true)).toBeUndefined()
})

test('a small image leaves a disk alone that would be too full for an unknown one', () => {
  expect(planFreeing('auto', [], hosted, true)?.targetFreeBytes).toBe(comfortableBytes)
  expect(planFreeing('auto', [], { ...hosted, lastSizeBytes: 4 * gb }, true)).toBeUndefined()
})

test('a huge image frees a disk that would do for an unknown one', () => {
  const facts = { ...hosted, freeBytes: 30 * gb }
  expect(planFreeing('auto', [], facts, true)).toBeUndefined()
  expect(planFreeing('auto', [], { ...facts, lastSizeBytes: 12 * gb }, true)?.targetFreeBytes).toBe(
    38 * gb,
  )
})

test('always does not stop at a number', () => {
  const freeing = { entries: catalog, targetFreeBytes: undefined }
  expect(planFreeing('always', [], { ...hosted, lastSizeBytes: gb }, false)).toEqual(freeing)
})

test.each([
  ['never', 'never', {}, true],
  ['nothing is built', 'auto', {}, false],
  ['the disk is elsewhere', 'auto', { freeBytes: undefined }, true],
  ['the runner is self-hosted', 'auto', { isHostedRunner: false }, true],
  ['the runner is self-hosted, with always', 'always', { isHostedRunner: false }, true],
] as const)('nothing is freed when %s, however large the image', (_name, mode, change, builds) => {
  expect(
    planFreeing(mode, [], { ...hosted, lastSizeBytes: 100 * gb, ...change }, builds),
  ).toBeUndefined()
})

test('a size frees until so much is free, also where nothing is built', () => {
  const target = { targetBytes: 20 * gb }
  expect(planFreeing(target, [], hosted, false)?.targetFreeBytes).toBe(20 * gb)
  expect(planFreeing(target, [], { ...hosted, freeBytes: 20 * gb }, false)).toBeUndefined()
  expect(planFreeing(target, [], { ...hosted, isHostedRunner: false }, true)).toBeUndefined()
})

test('what is to stay is no part of the plan', () => {
  const names = planFreeing('always', ['dotnet', 'codeql'], hosted, true)?.entries.map(
    ({ name }) => name,
  )
  expect(names).toEqual(['android', 'ghcup', 'swift'])
})
