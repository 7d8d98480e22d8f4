import { expect, test } from 'vitest'
import { judge } from '../../script/bench.d/builders/bars.ts'
import type { Round } from '../../script/bench.d/builders/round.ts'

const round = (
  cold: number,
  unchanged: number,
  changed: number,
  bytes = 10_000,
  extraBytes = 2.3e9,
): Round => ({
  cold: { seconds: cold, bytes: 2.3e9, extraBytes },
  unchanged: { seconds: unchanged, bytes: 1, extraBytes: 0 },
  changed: { seconds: changed, bytes, extraBytes: 0 },
})

const verdictsOf = (
  slipway: Round,
  today: Round,
  oneNode: Round,
  registry: Round = round(30, 20, 20),
): Record<string, boolean> => {
  const rounds = { slipway: [slipway], today: [today], oneNode: [oneNode], registry: [registry] }
  return Object.fromEntries(judge(rounds, 2.2e9).map(({ name, isMet }) => [name, isMet]))
}

test('bars that are met', () => {
  const verdicts = verdictsOf(round(12, 1, 2), round(48, 20, 40), round(10, 1, 2))
  expect(Object.values(verdicts)).toEqual(Array.from({ length: 9 }, () => true))
})

test.each([
  ['changed-bytes', round(12, 1, 2, 80_000)],
  ['changed', round(12, 1, 2.1)],
  ['cold', round(12.1, 1, 2)],
  ['unchanged', round(12, 1.1, 2)],
  ['disk', round(12, 1, 2, 10_000, 2.6e9)],
])('%s that is not', (name, ours) => {
  const verdicts = verdictsOf(ours, round(48, 20, 40), round(11, 1, 2))
  expect(Object.keys(verdicts).filter((each) => !verdicts[each])).toEqual([name])
})

test('nodes that cost too much each', () => {
  expect(verdictsOf(round(12, 1, 2), round(48, 20, 40), round(9, 1, 2))['nodes']).toBe(false)
})

test.each([
  ['registry-cold', round(11.9, 20, 20)],
  ['registry-changed', round(30, 20, 1.9)],
])('%s that is faster', (name, registry) => {
  const verdicts = verdictsOf(round(12, 1, 2), round(48, 20, 40), round(10, 1, 2), registry)
  expect(Object.keys(verdicts).filter((each) => !verdicts[each])).toEqual([name])
})
