import { expect, test } from 'vitest'
import { toTimings } from '../../src/build/timings.ts'

const step = (name: string, ms: number, isCached = false) => ({ name, ms, isCached })

test.each([
  ['[internal] load build context', 'contextMs'],
  ['[api internal] load build context', 'contextMs'],
  ['[internal] load build definition from Dockerfile', 'contextMs'],
  ['[api internal] load metadata for docker.io/library/debian:12', 'pullMs'],
  ['[1/7] FROM docker.io/library/debian:12@sha256:ab', 'pullMs'],
  ['[api build 1/7] FROM docker.io/library/debian:12@sha256:ab', 'pullMs'],
  ['[auth] library/debian:pull token for registry-1.docker.io', 'pullMs'],
  ['[3/7] RUN uv sync', 'stepsMs'],
  ['[linux/arm64 build 3/7] COPY . .', 'stepsMs'],
  ['[api] exporting to oci image format', 'exportMs'],
  ['exporting to image', 'exportMs'],
  ['[api] importing cache manifest from registry.example/cache', 'cacheMs'],
  ['exporting cache to GitHub Actions Cache', 'cacheMs'],
])('%s counts as %s', (name, phase) => {
  const zero = { contextMs: 0, pullMs: 0, stepsMs: 0, exportMs: 0, cacheMs: 0, slowest: [] }
  expect(toTimings([step(name, 500)])).toEqual({ ...zero, [phase]: 500 })
})

test('the three slowest, with what they were; nothing that is cached, quick or unknown', () => {
  const { slowest } = toTimings([
    step('[1/6] FROM debian', 5_000, true),
    step('[2/6] RUN one', 1_000),
    step('[3/6] RUN two', 3_000),
    step('[4/6] RUN three', 2_000),
    step('[5/6] RUN four', 4_000),
    step('[6/6] RUN quick', 999),
    step('what nobody knows', 9_000),
  ])
  expect(slowest).toEqual([
    { name: '[5/6] RUN four', ms: 4_000 },
    { name: '[3/6] RUN two', ms: 3_000 },
    { name: '[4/6] RUN three', ms: 2_000 },
  ])
})

test('a name is one short line', () => {
  const [slow] = toTimings([step(`[1/1] RUN ${'x'.repeat(500)}\n::error::planted`, 2_000)]).slowest
  expect(slow?.name.length).toBeLessThanOrEqual(80)
  expect(slow?.name).not.toContain('\n')
})
