import { expect, test } from 'vitest'
import { makeWorld } from '../support/files-world.ts'

const target = '/var/local/models'

/** What a node has: the target, one version, and what it knows of it, whatever the run was called. */
const stateOf = (world: ReturnType<typeof makeWorld>, node: string): readonly string[] =>
  world.list(node).map((line) => line.replace(/(?<=slipway-files\/[0-9a-f]{32} 644 ).*/, 'record'))

test('killed before any of its changes, the next run makes the same of it, and nothing is left', async () => {
  const world = makeWorld()
  world.write('a.bin', 'one')
  world.write('deep/er/b.bin', 'two')
  await world.sync(target)
  world.write('a.bin', 'another')
  world.write('c.bin', 'three')
  await world.sync(target)
  const wanted = stateOf(world, 'a')
  expect(wanted).toContainEqual(expect.stringMatching(/^local\/models -> models\.[0-9a-f]{16}$/))
  expect(wanted.filter((line) => /\/a\.bin /.test(line))).toHaveLength(1)
  world.remove()
  let killed = 0
  while (true) {
    const each = makeWorld()
    each.write('a.bin', 'one')
    each.write('deep/er/b.bin', 'two')
    await each.sync(target)
    each.write('a.bin', 'another')
    each.write('c.bin', 'three')
    const { wasKilled } = await each.sync(target, { killAt: killed + 1 })
    // No half of a version under a final name, at any time.
    for (const node of ['a', 'b']) {
      const there = each.list(node).join('\n')
      const versions = new Set(there.match(/^local\/models\.[0-9a-f]{16}\/(?=\n)/gm))
      for (const version of versions) expect(there).toContain(`${version}deep/er/b.bin 444 two`)
    }
    expect(each.wrongObjects()).toEqual([])
    if (wasKilled) await each.sync(target)
    for (const node of ['a', 'b']) expect([killed, stateOf(each, node)]).toEqual([killed, wanted])
    expect(each.list('store/staging')).toEqual([])
    each.remove()
    if (!wasKilled) break
    killed += 1
  }
  expect(killed).toBeGreaterThan(20)
})
