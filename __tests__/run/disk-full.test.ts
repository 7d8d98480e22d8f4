import { expect, test } from 'vitest'
import { explainBuildFailure } from '../../src/build/explain.ts'
import { parseDu, renderUsage } from '../../src/disk/fill.ts'
import { parseTotal } from '../../src/disk/prune-cache.ts'
import { isNoSpace, saysNoSpace } from '../../src/docker/disk-full.ts'
import { Failure } from '../../src/failure.ts'
import { couldBeFull, couldHelp, isChoked } from '../../src/run/disk-full.ts'
import { step, toEvents } from '../support/build-log.ts'
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
  ['a limit of another kind', 'Error: ENOSPC: System limit for number of file watchers', false],
  ['a word of which it is a part', 'ENOSPCX', false],
])('a full disk as %s tells it', (_name, text, expected) => {
  expect(saysNoSpace(text)).toBe(expected)
  expect(isNoSpace(new Failure('It failed', { cause: new Error(text) }))).toBe(expected)
})

test('a program in a build may have said it, and BuildKit only how it ended', () => {
  const ended = 'process "/bin/sh -c dd" did not complete successfully: exit code: 1'
  const isFull = (output: string): boolean => {
    const log = `${step('RUN dd', output, ended)}ERROR: failed to solve: ${ended}`
    const failed = { name: 'ml', dockerfile: undefined }
    return isNoSpace(explainBuildFailure(failed, 1, toEvents(log)))
  }
  expect(isFull("dd: error writing '/big': No space left on device")).toBe(true)
  expect(isFull('')).toBe(false)
})

test('freeing helps where Docker is full, or nobody knows what is', () => {
  const other = { ...disk, device: '2', uses: [{ kind: 'temp' as const }] }
  const filesystems = [disk, other]
  expect(couldHelp({ filesystems, full: [disk] })).toBe(true)
  expect(couldHelp({ filesystems, full: [other] })).toBe(false)
  expect(couldHelp({ filesystems, full: [] })).toBe(true)
})

test('on a disk that takes nothing more, whatever is said, that is why', () => {
  const choked = { ...disk, freeBytes: 1e6 }
  expect(isChoked({ filesystems: [disk, choked], full: [choked] })).toBe(true)
  expect(isChoked({ filesystems: [{ ...disk, freeInodes: 3 }], full: [] })).toBe(true)
  const uncounted = { ...disk, freeInodes: 0, totalInodes: 0 }
  expect(isChoked({ filesystems: [disk, uncounted], full: [] })).toBe(false)
})

test('where all have plenty, it was something else that was full', () => {
  expect(couldBeFull({ filesystems: [disk], full: [] })).toBe(false)
  expect(couldBeFull({ filesystems: [disk, { ...disk, freeBytes: 2e9 }], full: [] })).toBe(true)
  expect(couldBeFull({ filesystems: [disk], full: [disk] })).toBe(true)
  expect(couldBeFull({ filesystems: [], full: [] })).toBe(true)
})

test('the largest folders that du tells, without the sum of all', () => {
  const printed = '5\t/v/a\n100\t/v/b\n30\t/v/c d\n7\t/v/e\n142\t/v\n'
  expect(parseDu(printed).map(({ what }) => what)).toEqual(['/v/b', '/v/c d', '/v/e'])
  expect(parseDu('du: no such file')).toEqual([])
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
    "volumes (the nodes' included) 7.0 GB, images 5.0 GB, build cache 3.0 GB, containers 2.0 MB",
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
