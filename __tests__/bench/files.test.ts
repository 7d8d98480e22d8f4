import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Figures, judge, judgeBaked } from '../../script/bench.d/files/bars.ts'
import { readInodes, removeObjects, sumOfNew } from '../../script/bench.d/files/disk-use.ts'
import { planTree, shardBytes } from '../../script/bench.d/files/make-tree.ts'

const good: Figures = {
  ...{ without: [1, 9, 0.5], unchanged: [1.4, 1.3, 9], copied: [1], twoNodes: [1.2] },
  ...{ oneNode: [0.7], changed: [1], changedBytes: 50_500_000, treeBytes: 100, heldBytes: 101 },
  ...{ stepBytes: 100e6, helperBytes: 50e6 },
}

const missedOf = (figures: Partial<Figures>): readonly string[] =>
  judge({ ...good, ...figures })
    .filter(({ isMet }) => !isMet)
    .map(({ name }) => name)

test('bars of files on nodes are met at their very edge, and missed behind it', () => {
  expect(missedOf({})).toEqual([])
  expect(missedOf({ unchanged: [1.41] })).toEqual(['unchanged'])
  expect(missedOf({ copied: [0.99] })).toEqual(['cold'])
  expect(missedOf({ oneNode: [0.69] })).toEqual(['second-node'])
  expect(missedOf({ changed: [1.01], changedBytes: 50_500_001 })).toEqual([
    'changed',
    'changed-bytes',
  ])
  expect(missedOf({ heldBytes: 101.1 })).toEqual(['disk'])
  expect(missedOf({ helperBytes: 50e6 + 1 })).toEqual(['memory'])
  expect(missedOf({ twoNodes: [], unchanged: [] })).toEqual(['unchanged', 'cold', 'second-node'])
  const areMet = (beside: number, restored: number) =>
    judgeBaked({ megabytes: 1, baked: [5], beside: [beside], restored: [restored] }).map(
      ({ isMet }) => isMet,
    )
  expect(areMet(1, 1.1)).toEqual([true, false])
  expect(areMet(1.1, 1)).toEqual([false, true])
})

test('a tree has the size and the files that are asked for', () => {
  for (const size of [
    { megabytes: 3_000, files: 2_000 },
    { megabytes: 100, files: 100 },
  ]) {
    const { shards, small, smallBytes } = planTree(size)
    expect(shards + small).toBe(size.files)
    expect((shards * shardBytes + small * smallBytes) / 1e6).toBeCloseTo(size.megabytes, 1)
  }
})

test('an inode is counted once, and removed from the store where only the bench had it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-files-'))
  for (const name of ['objects', 'node']) mkdirSync(join(folder, name))
  const object = (name: string): string => join(folder, 'objects', name)
  for (const name of ['ours', 'shared', 'theirs']) writeFileSync(object(name), 'x'.repeat(5_000))
  const before = readInodes([join(folder, 'node')])
  for (const name of ['ours', 'shared']) linkSync(object(name), join(folder, 'node', name))
  const ours = readInodes([join(folder, 'node')])
  expect(sumOfNew(before, new Map([...ours, ...readInodes([folder])]))).toBeGreaterThan(24_000)
  expect(sumOfNew(before, ours)).toBe(16_384)
  rmSync(join(folder, 'node', 'ours'))
  removeObjects(join(folder, 'objects'), ours)
  expect(readdirSync(join(folder, 'objects')).sort()).toEqual(['shared', 'theirs'])
  rmSync(folder, { recursive: true })
})
