import { expect, test } from 'vitest'
import type { Recipe } from '../../src/image/background.ts'
import { file } from '../support/entries.ts'
import { findIn, withFolders } from '../support/findings.ts'

const recipe: Recipe = {
  ...{ text: '', requirements: [], origin: undefined, stages: 1, base: undefined },
  order: { early: [{ copyLine: 3, installLine: 4 }], unlinked: [] },
}

test('an installation after all of the context is told, with what it took', async () => {
  const lineMs = new Map([[4, 41_000]])
  const [found] = await findIn([withFolders(file('app/x', 1))], { background: { recipe, lineMs } })
  expect(found?.rule.id).toBe('copied-before-install')
  expect(found?.evidence).toBe('line 4 installs, which took 41.0 s in this build')
})

test.each([
  [true, 300_000_000, 1],
  [true, 20_000_000, 0],
  [false, 300_000_000, 0],
])('lazy %s, %d bytes below a COPY without a link', async (isLazy, bytes, times) => {
  const unlinked = { ...recipe, order: { early: [], unlinked: [7] } }
  const found = await findIn([withFolders(file('app/a', bytes)), withFolders(file('a', 10))], {
    background: { recipe: unlinked, isLazy },
    instructions: ['RUN x', 'COPY a /a'],
    lines: [3, 7],
  })
  const links = found.filter(({ rule }) => rule.id === 'copied-without-link')
  expect(links).toHaveLength(times)
  for (const { evidence, location } of links) {
    expect(evidence).toBe('300 MB below it, about 3.0 s at 100 MB/s; lines 7')
    expect(location?.line).toBe(7)
  }
})
