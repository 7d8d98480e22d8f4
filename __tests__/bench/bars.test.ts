import { describe, expect, test } from 'vitest'
import { planBars } from '../../script/bench.d/load/bars/bars.ts'
import { judgeBars } from '../../script/bench.d/load/bars/judge.ts'
import { planSeries, planWeights } from '../../script/bench.d/load/bars/plan.ts'
import type { Sample } from '../../script/bench.d/load/series.ts'
import { summarize } from '../../script/bench.d/load/summary.ts'
import type { Verdict } from '../../script/bench.d/report/verdicts.ts'

type Given = Readonly<Record<string, Omit<Sample, 'series' | 'way' | 'run'>>>

const weights = planWeights(100)
const bars = planBars(weights)

/** What is said of one bar, where each of its ways was measured once, as `series/way` says. */
const judge = (name: string, given: Given): Verdict | undefined => {
  const samples = Object.entries(given).map(([key, measured]) => {
    const [series = '', way = ''] = key.split('/')
    return { series, way, run: 1, ...measured }
  })
  const plans = planSeries(weights, 1, undefined)
  const named = Object.keys(given)
  const measured = plans.map((plan) => ({
    ...plan,
    entries: plan.entries.filter(({ way }) => named.includes(`${plan.name}/${way.name}`)),
  }))
  const summaries = new Map(measured.map((plan) => [plan.name, summarize(plan, samples)]))
  return judgeBars(bars, summaries).find((verdict) => verdict.name === name)
}

const time = (seconds: number) => ({ wallMs: seconds * 1_000 })

/** For every bar: what just meets it, and what just misses it. */
const edges: readonly (readonly [name: string, met: Given, missed: Given])[] = [
  [
    'load',
    { 'main/kind': time(40), 'main/action': time(1) },
    { 'main/kind': time(40), 'main/action': time(1.001) },
  ],
  [
    'limit',
    { 'main/action': time(0.7), 'main/limit': time(0.4) },
    { 'main/action': time(0.701), 'main/limit': time(0.4) },
  ],
  [
    'bytes',
    { 'main/action': time(2.2), 'light/action': time(2) },
    { 'main/action': time(2.201), 'light/action': time(2) },
  ],
  [
    'nodes',
    { 'light-4-nodes/action': time(2.2), 'light/action': time(1) },
    { 'light-4-nodes/action': time(2.201), 'light/action': time(1) },
  ],
  [
    'layers',
    { 'layered/action': time(4), 'light/action': time(1) },
    { 'layered/action': time(4.001), 'light/action': time(1) },
  ],
  [
    'layers-containerd',
    { 'containerd-layered/action': time(4), 'containerd/action': time(1) },
    { 'containerd-layered/action': time(4.001), 'containerd/action': time(1) },
  ],
  ['unchanged', { 'main/unchanged': time(0.25) }, { 'main/unchanged': time(0.251) }],
  ['changed', { 'main/changed': time(0.5) }, { 'main/changed': time(0.501) }],
  [
    'disk',
    { 'main/action': { peakBytes: 19_000_000, afterBytes: 19_000_000 } },
    { 'main/action': { peakBytes: 19_000_000, afterBytes: 19_000_001 } },
  ],
  [
    'copy',
    { 'apart/kind-apart': time(9), 'apart/copy': time(3) },
    { 'apart/kind-apart': time(9), 'apart/copy': time(3.001) },
  ],
  [
    'copy-disk',
    { 'apart/copy': { peakBytes: 2_310_000_000 } },
    { 'apart/copy': { peakBytes: 2_310_000_001 } },
  ],
  [
    'stream',
    { 'main/save-import': time(9), 'main/stream': time(8.999) },
    { 'main/save-import': time(9), 'main/stream': time(9) },
  ],
  [
    'stream-disk',
    { 'main/stream': { peakBytes: 9_000_000_000, ownPeakBytes: 2_310_000_000 } },
    { 'main/stream': { peakBytes: 9_000_000_000, ownPeakBytes: 2_310_000_001 } },
  ],
  [
    'stream-changed',
    { 'main/stream-changed': { copiedBytes: 2_000_000 } },
    { 'main/stream-changed': { copiedBytes: 2_000_001 } },
  ],
  [
    'containerd',
    { 'containerd/kind': time(12), 'containerd/action': time(1) },
    { 'containerd/kind': time(12), 'containerd/action': time(1.001) },
  ],
  [
    'memory',
    { 'main/stream': { memoryBytes: 120_000_000 } },
    { 'main/stream': { memoryBytes: 120_000_001 } },
  ],
]

test.each(edges)('%s: what just meets the bar, and what just misses it', (name, met, missed) => {
  expect(judge(name, met)).toMatchObject({ isMet: true })
  expect(judge(name, missed)).toMatchObject({ isMet: false })
})

test('there are edges for every bar', () => {
  expect(bars.map(({ name }) => name)).toEqual(edges.map(([name]) => name))
})

describe('of what is not known nothing good is said', () => {
  test('a way that was not measured', () => {
    expect(judge('load', { 'main/action': time(1) })).toMatchObject({
      isMet: false,
      measured: 'main, kind: not measured here',
    })
  })

  test('a way that failed', () => {
    expect(judge('unchanged', { 'main/unchanged': { error: 'no node' } })).toMatchObject({
      isMet: false,
      measured: 'main, unchanged: failed: no node',
    })
  })

  test('a size that nobody looked at', () => {
    expect(judge('memory', { 'main/stream': time(1) })).toMatchObject({ isMet: false })
  })
})

test("kind's growth is shown beside ours, and not judged", () => {
  const own = { 'light-4-nodes/action': time(2), 'light/action': time(1) }
  const kind = { 'light-4-nodes/kind': time(80), 'light/kind': time(20) }
  expect(judge('nodes', { ...own, ...kind })).toMatchObject({
    isMet: true,
    measured: expect.stringContaining('kind 4.0x: 80.0 s against 20.0 s'),
  })
})

describe('the plan', () => {
  const keysOf = (chosen: Parameters<typeof planSeries>[2]): readonly string[] =>
    planSeries(weights, 3, chosen).flatMap(({ name, entries }) =>
      entries.map(({ way }) => `${name}/${way.name}`),
    )

  test('measures what every bar needs, and beside it what one would pick instead', () => {
    const needed = bars.flatMap(({ needs }) => needs.map((key) => key.join('/')))
    expect(keysOf(undefined)).toEqual(expect.arrayContaining([...needed, 'main/registry']))
  })

  test('measures for some bars only what they need', () => {
    const chosen = bars.filter(({ name }) => name === 'limit')
    expect(keysOf(chosen)).toEqual(['main/action', 'main/limit'])
  })

  test("has the issue's own weights", () => {
    expect(weights.main).toEqual({ bytes: 2_200_000_000, files: 37_000, layers: 5 })
    expect(weights.main.bytes).toBe(4 * weights.light.bytes)
    expect(weights.light.files).toBe(weights.main.files)
    expect(weights.containerd).toMatchObject({ bytes: 640_000_000, layers: 3 })
  })
})
