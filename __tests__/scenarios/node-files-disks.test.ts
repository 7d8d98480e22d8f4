import { readdirSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { makeWorld } from '../support/files-world.ts'
import { extentsOf, mountSmall, mountXfs } from '../support/loop-disk.ts'

const target = '/var/local/models'
const undos: (() => void)[] = []

afterEach(() => {
  for (const undo of undos.splice(0).toReversed()) undo()
})

const worldOn = (disk?: { readonly folder: string; readonly remove: () => void }) => {
  if (disk !== undefined) undos.push(disk.remove)
  const world = makeWorld(disk?.folder)
  undos.push(world.remove)
  return world
}

const usedOf = (folder: string): number => {
  const { blocks, bfree, bsize } = statfsSync(folder)
  return (blocks - bfree) * bsize
}

test('XFS: links to read, and copies to write that share the blocks of the store', async () => {
  const disk = mountXfs()
  const world = worldOn(disk)
  world.write('large.bin', 'x'.repeat(20_000_000))
  const { placed } = await world.sync(target)
  expect(placed.map(({ way }) => way)).toEqual(['link', 'link'])
  const before = usedOf(disk.folder)
  const own = await world.sync('/var/local/own', { isWritable: true })
  expect(own.placed.map(({ way }) => way)).toEqual(['write', 'write'])
  // What was removed meanwhile, XFS frees a moment later.
  await eventually('only links are new', () => usedOf(disk.folder) - before < 2_000_000)
  const copy = join(world.root, 'a/local/own/large.bin')
  expect(extentsOf(copy)).toMatch(/\bshared\b/)
  expect(statSync(copy)).toMatchObject({ nlink: 1, size: 20_000_000 })
})

test('two runs at once into the same nodes: both end well, and one version is there', async () => {
  for (let round = 0; round < 4; round += 1) {
    const world = worldOn()
    for (let index = 0; index < 300; index += 1) world.write(`deep/${index}.bin`, `file ${index}`)
    // Half of the rounds have nothing to copy, and meet in the nodes.
    if (round % 2 === 1) await world.sync('/var/local/other')
    const runs = await Promise.all([world.sync(target), world.sync(target), world.sync(target)])
    for (const { placed } of runs) expect(placed).toHaveLength(2)
    for (const node of ['a', 'b']) {
      const there = world.list(node)
      const versions = there.filter((line) => /^local\/models\.[0-9a-f]{16}\/$/.test(line))
      expect(versions).toHaveLength(1)
      expect(there.filter((line) => /^local\/models.* 444 file /.test(line))).toHaveLength(300)
      expect(there.filter((line) => /(?:^|\/)\./.test(line))).toEqual([])
    }
    expect([world.list('store/staging'), world.wrongObjects()]).toEqual([[], []])
  }
})

test('a disk that is too small is told before anything is copied', async () => {
  const world = worldOn(mountSmall(1_000))
  world.write('large.bin', 'x'.repeat(3_000_000))
  await expect(world.sync(target)).rejects.toThrow(
    /no space left on device: 3000000 bytes are to be copied into the store, \d+ are free/,
  )
  expect([world.list('store/objects'), world.list('store/staging')]).toEqual([[], []])
})

test('a disk that is full in the middle: nothing that is half, and no space kept', async () => {
  const disk = mountSmall(2_000)
  const world = worldOn(disk)
  world.write('first.bin', 'first')
  await world.sync(target)
  const wanted = world.list('a')
  // More blocks than bytes.
  for (let index = 0; index < 700; index += 1) world.write(`small/${index}`, `small ${index}`)
  const before = usedOf(disk.folder)
  await expect(world.sync(target)).rejects.toThrow(
    /cannot write to the store: No space left on device/,
  )
  expect(world.list('store/staging')).toEqual([])
  expect(world.wrongObjects()).toEqual([])
  expect(world.list('a')).toEqual(wanted)
  // What was whole is kept for the next run; the rest is given back.
  const objects = readdirSync(join(world.root, 'store/objects')).length
  expect(usedOf(disk.folder) - before).toBeLessThan(objects * 4_096 + 100_000)
})

test('a disk that is full while a node gets its copy: the node keeps what it had', async () => {
  const world = worldOn(mountSmall(3_000))
  world.write('own.bin', 'x'.repeat(500_000))
  await world.sync(target, { isWritable: true })
  const wanted = [world.list('a'), world.list('b')]
  world.write('own.bin', 'y'.repeat(900_000))
  await expect(world.sync(target, { isWritable: true })).rejects.toThrow(
    /\/var\/local\/models in [ab]: No space left on device/,
  )
  const now = [world.list('a'), world.list('b')].map((lines) => lines.join('\n'))
  const isOld = (at: number): boolean => now[at]?.includes('xxxx') ?? false
  // One of them may have had room.
  expect([isOld(0), isOld(1)]).toContain(true)
  for (const lines of now) expect(lines).not.toMatch(/(?:^|\/)\.models/m)
  expect(wanted[0]).toEqual(wanted[1])
})

test('asked to verify, it reads what the store has of a file that it did not know', async () => {
  const world = worldOn()
  world.write('a.bin', 'right')
  await world.sync(target)
  const [object = ''] = readdirSync(join(world.root, 'store/objects'))
  writeFileSync(join(world.root, 'store/objects', object), 'wrong')
  // Written anew: nobody knows its digest.
  world.write('a.bin', 'right')
  await world.sync(target, { verifies: true })
  for (const node of ['a', 'b'])
    expect(world.list(node)).toContainEqual(expect.stringMatching(/\/a\.bin 444 right$/))
  expect(world.wrongObjects()).toEqual([])
})
