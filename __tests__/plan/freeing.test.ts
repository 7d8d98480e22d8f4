import { expect, test } from 'vitest'
import type { Facts } from '../../src/facts/facts.ts'
import type { FreeDisk } from '../../src/inputs/choices.ts'
import { planDisk } from '../../src/plan/disk.ts'
import { comfortableBytes, planFreeing } from '../../src/plan/freeing.ts'
import { catalog } from '../../src/storage/catalog.ts'
import { disk, foundFacts, toolChains, withFree } from '../support/found.ts'
import { targetWith } from '../support/target.ts'

const gb = 1e9
const target = targetWith()
const sized = (bytes: number) => ({ lastSizes: { totalBytes: bytes, each: [bytes] } })

/** What is freed for one build on a disk with 14 GB, as GitHub promises. */
const plan = (freeDisk: FreeDisk, change: Partial<Facts> = {}, freeDiskKeep: string[] = []) => {
  const facts = { ...foundFacts, ...withFree(14 * gb), targets: [target], ...change }
  const counted = planDisk(facts, [], freeDiskKeep)
  return planFreeing({ freeDisk, freeDiskKeep }, facts, counted)
}

test.each<[string, Partial<Facts>, number]>([
  ['unknown: what is comfortable', {}, comfortableBytes],
  ['small: no more than what it takes', sized(1 * gb), 3.25 * gb],
  ['7 GB, the largest of the story', sized(7 * gb), 10.75 * gb],
  ['larger than any disk: all that there is', sized(9_999 * gb), 12_500.75 * gb],
])('images whose size is %s', (_name, change, neededBytes) => {
  const freeing = { entries: catalog, targetFreeBytes: neededBytes }
  expect(plan('auto', { ...change, ...withFree(neededBytes - 1) })).toEqual(freeing)
  expect(plan('auto', { ...change, ...withFree(neededBytes) })).toBeUndefined()
})

test('small images leave a disk alone that would be too full for unknown ones', () => {
  expect(plan('auto')?.targetFreeBytes).toBe(comfortableBytes)
  expect(plan('auto', sized(4 * gb))).toBeUndefined()
})

test('always does not stop at a number, and takes what was not found', () => {
  const freeing = { entries: catalog, targetFreeBytes: undefined }
  expect(plan('always', { ...sized(gb), targets: [], freeable: [] })).toEqual(freeing)
})

test.each<[string, FreeDisk, Partial<Facts>]>([
  ['never', 'never', {}],
  ['nothing is built', 'auto', { targets: [] }],
  ['the disk is elsewhere', 'auto', { filesystems: [] }],
  ['the tool chains are on another disk', 'auto', withOther()],
  ['there are none', 'auto', { freeable: [] }],
  ['the runner is self-hosted', 'auto', { isHostedRunner: false }],
  ['the runner is self-hosted, with always', 'always', { isHostedRunner: false }],
])('nothing is freed when %s, however large the images', (_name, mode, change) => {
  expect(plan(mode, { ...sized(change.targets ? 0 : 100 * gb), ...change })).toBeUndefined()
})

function withOther(): Partial<Facts> {
  return { freeable: toolChains.map((each) => ({ ...each, device: `${disk.device}0` })) }
}

test('a size frees until so much is free, also where nothing is built', () => {
  const size = { targetBytes: 20 * gb }
  expect(plan(size, { targets: [] })?.targetFreeBytes).toBe(20 * gb)
  expect(plan(size, withFree(20 * gb))).toBeUndefined()
  expect(plan(size, { isHostedRunner: false })).toBeUndefined()
})

test('what is to stay is no part of the plan', () => {
  const names = (mode: FreeDisk) =>
    plan(mode, {}, ['dotnet', 'codeql'])?.entries.map(({ name }) => name)
  expect(names('always')).toEqual(['android', 'ghcup', 'swift'])
  expect(names('auto')).toEqual(['android', 'ghcup', 'swift'])
})
