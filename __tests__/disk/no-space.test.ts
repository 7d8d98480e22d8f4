import { expect, test } from 'vitest'
import { explainBuildFailure } from '../../src/build/explain.ts'
import { couldHelp, isNoSpace, renderUsage, saysNoSpace } from '../../src/disk/no-space.ts'
import { parseTotal } from '../../src/disk/prune-cache.ts'
import { Failure } from '../../src/failure.ts'
import { disk } from '../support/found.ts'

test.each([
  ['the daemon', 'failed to register layer: write /usr/lib/x: no space left on device', true],
  [
    'BuildKit',
    'ERROR: failed to solve: mkdir /var/lib/docker/tmp/x: no space left on device',
    true,
  ],
  ['cp in a node', "cp: error writing '/x': No space left on device", true],
  ['Node', 'ENOSPC: no space left on device, write', true],
  ['a quota', 'write /x: disk quota exceeded', true],
  ['something else', 'connection refused', false],
  ['a word of which it is a part', 'ENOSPCX', false],
])('a full disk as %s tells it', (_name, text, expected) => {
  expect(saysNoSpace(text)).toBe(expected)
  expect(isNoSpace(new Failure('It failed', { cause: new Error(text) }))).toBe(expected)
})

test('a program in a build may have said it, and BuildKit only how it ended', () => {
  const tail = [
    "#7 1.2 dd: error writing '/big': No space left on device",
    'ERROR: failed to solve: process "/bin/sh -c dd" did not complete successfully: exit code: 1',
  ]
  expect(isNoSpace(explainBuildFailure('ml', 1, tail))).toBe(true)
  expect(isNoSpace(explainBuildFailure('ml', 1, tail.slice(1)))).toBe(false)
})

test('freeing helps where Docker is full, or nobody knows what is', () => {
  const other = { ...disk, device: 2, uses: [{ kind: 'temp' as const }] }
  const filesystems = [disk, other]
  expect(couldHelp({ filesystems, full: [disk] })).toBe(true)
  expect(couldHelp({ filesystems, full: [other] })).toBe(false)
  expect(couldHelp({ filesystems, full: [] })).toBe(true)
})

test("what Docker's data consists of, largest first", () => {
  const usage = {
    LayersSize: 5e9,
    BuildCache: [
      { Size: 4e9, Shared: true },
      { Size: 3e9, Shared: false },
    ],
    Containers: [{ SizeRw: 2e6 }, {}],
    Volumes: [{ UsageData: { Size: 7e9 } }, { UsageData: { Size: -1 } }, { UsageData: null }],
  }
  expect(renderUsage(usage)).toBe(
    "volumes, the nodes' too 7.0 GB, images 5.0 GB, build cache 3.0 GB, containers 2.0 MB",
  )
  expect(renderUsage({})).toContain('images 0 B')
})

test.each([
  ['ID\tRECLAIMABLE\nx\ttrue\nTotal:\t1.234GB\n', 1_234_000_000],
  ['Total:  0B', 0],
  ['', 0],
  ['Total: many', 0],
])('bytes that a prune tells: %j', (printed, bytes) => {
  expect(parseTotal(printed)).toBe(bytes)
})
