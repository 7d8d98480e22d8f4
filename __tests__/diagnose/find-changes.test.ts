import { describe, expect, test } from 'vitest'
import { findClockJump, findNodeChanges, findUnmounted } from '../../src/diagnose/find-changes.ts'
import type { NodeNow } from '../../src/diagnose/nodes/gather-nodes.ts'
import type { NodeReport } from '../../src/diagnose/nodes/node-report.ts'
import type { Baseline } from '../../src/diagnose/recording/baseline.ts'

const id = (digit: string): string => digit.repeat(64)

const baseline: Baseline = {
  clusterName: 'kind',
  bootId: 'boot',
  clockMs: 1_000_000_000,
  uptimeS: 500,
  kills: 0,
  logLastS: 499,
  nodes: [
    {
      name: 'kind-control-plane',
      id: id('a'),
      startedAt: '2026-01-01T00:00:00Z',
      kills: undefined,
    },
    { name: 'kind-worker', id: id('b'), startedAt: '2026-01-01T00:00:00Z', kills: undefined },
  ],
  images: [],
}

const nodeNow = (name: string, digit: string, more: Partial<NodeNow['state']> = {}): NodeNow => ({
  name,
  id: id(digit),
  role: 'worker',
  state: {
    Pid: 1,
    Running: true,
    StartedAt: '2026-01-01T00:00:00Z',
    ExitCode: 0,
    OOMKilled: false,
    ...more,
  },
  report: undefined,
})

const same = nodeNow('kind-control-plane', 'a')

describe('nodes', () => {
  test('that are as they were are no news, nor is a cluster of which nothing is left', () => {
    expect(findNodeChanges(baseline, [same, nodeNow('kind-worker', 'b')])).toEqual([])
    expect(findNodeChanges(baseline, [])).toEqual([])
    expect(findNodeChanges(undefined, [same])).toEqual([])
  })

  test.each([
    ['started again', { StartedAt: '2026-01-01T00:05:00Z' }, 'node-restarted', 'was restarted'],
    [
      'ended',
      { Running: false, ExitCode: 137, OOMKilled: true },
      'node-gone',
      'is no longer running',
    ],
  ])('one that was %s is told', (_what, more, kind, words) => {
    const findings = findNodeChanges(baseline, [same, nodeNow('kind-worker', 'b', more)])
    expect(findings).toMatchObject([{ kind, certainty: 'certain', node: 'kind-worker' }])
    expect(findings[0]?.cause).toContain(words)
  })

  test('one that ended says with what, and whether for memory', () => {
    const ended = nodeNow('kind-worker', 'b', { Running: false, ExitCode: 137, OOMKilled: true })
    const [finding] = findNodeChanges(baseline, [same, ended])
    expect(finding?.evidence).toEqual(['Docker: exit code 137, OOM-killed'])
    expect(finding?.remedy).toContain('more memory')
  })

  test.each([
    ['removed', [same]],
    ['recreated', [same, nodeNow('kind-worker', 'c')]],
  ])('one that was %s has lost what was loaded', (what, now) => {
    const findings = findNodeChanges(baseline, now)
    expect(findings).toMatchObject([{ kind: 'node-gone', node: 'kind-worker' }])
    expect(findings[0]?.cause).toContain(`was ${what} since`)
  })
})

describe('the clock', () => {
  const later = (clockMs: number, uptimeS: number, bootId = 'boot'): NodeReport => ({
    bootId,
    clockMs: baseline.clockMs + clockMs,
    uptimeS: baseline.uptimeS + uptimeS,
    kills: 0,
    nodeKills: undefined,
    nodeGroupKills: 0,
    log: '',
    containers: [],
    ended: [],
    images: [],
    unmounted: [],
  })

  test.each([
    ['goes as the time since the start goes', later(60_000, 60)],
    ['was set by little', later(64_000, 60)],
    ['is that of another start of the machine', later(600_000, -400, 'another')],
  ])('%s: no news', (_what, machine) => {
    expect(findClockJump(baseline, machine)).toEqual([])
  })

  test.each([
    ['forward by 3600 s', later(3_660_000, 60)],
    ['back by 10 s', later(50_000, 60)],
  ])('was set %s', (words, machine) => {
    const findings = findClockJump(baseline, machine)
    expect(findings).toMatchObject([{ kind: 'clock-jump' }])
    expect(findings[0]?.cause).toContain(words)
  })
})

test('files that were mounted into a node and are gone are told, of some paths all', () => {
  const at = (unmounted: readonly string[]): NodeNow => ({
    ...same,
    report: { unmounted } as unknown as NodeReport,
  })
  expect(findUnmounted([same, at([])])).toEqual([])
  const paths = ['a', 'b', 'c', 'd', 'e'].map((name) => `/var/local/${name}`)
  expect(findUnmounted([at(paths)])).toEqual([
    expect.objectContaining({
      kind: 'files-gone',
      node: 'kind-control-plane',
      cause: expect.stringContaining('/var/local/a, /var/local/b, /var/local/c and 2 more'),
    }),
  ])
})
