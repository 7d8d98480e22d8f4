import { expect, test } from 'vitest'
import { loadInto, warningsOf } from '../support/loading.ts'
import { buildLight, catLight, expectNothingOfOurs, useOneNode } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { ctr, inNode } from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

const fixture = useOneNode()

/** Even ones give the node one image twice, odd ones two images; what a race is known by is in load-injected. */
const rounds = isThorough ? 50 : 4

test(`two loads into one node at the same moment, ${rounds} rounds`, async () => {
  const [one, two] = [await buildLight('same'), await buildLight('same')]
  const other = await buildLight('other')
  for (let round = 0; round < rounds; round += 1) {
    const images = round % 2 === 0 ? [one, two] : [one, other]
    const runs = await Promise.all(images.map((tag) => loadInto(fixture.cluster, { images: tag })))
    for (const run of runs) {
      expect(warningsOf(run)).toEqual([])
      await run.dispose()
    }
    if (round === rounds - 1)
      expect(await runPod(fixture.node, other, catLight('/layer-5'))).toBe('other-5')
    for (const tag of new Set(images))
      await inNode(fixture.node, 'crictl', 'rmi', tag).catch(() => '')
    await ctr(fixture.node, 'content', 'prune', 'references')
  }
  await expectNothingOfOurs(fixture.node)
})
