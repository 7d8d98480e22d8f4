import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { buildersCommand } from '../../script/bench.d/builders/command.ts'
import {
  drivers,
  isFreshEachTime,
  listConfigurations,
  toCacheInputs,
} from '../../script/bench.d/builders/table/configurations.ts'
import type { Row, Took } from '../../script/bench.d/builders/table/measure-row.ts'
import { toTableSection } from '../../script/bench.d/builders/table/render.ts'
import { problemsOf } from '../../script/bench.d/command.ts'
import { renderMarkdown } from '../../script/bench.d/report/table.ts'
import { startLine } from '../support/builder-line.ts'

test('every driver, and each cache that it can have', () => {
  const rows = listConfigurations(drivers)
  const named = rows.map(({ driver, place, cache }) => `${driver} ${place} ${cache}`)
  expect(new Set(named).size).toBe(18)
  expect(named).toContain('remote far registry')
  expect(named).not.toContain('docker here registry')
  expect(listConfigurations(['docker'])).toHaveLength(2)
})

test.each([
  ['docker', 'none', { 'no-cache': 'true' }, false],
  ['docker', 'own', {}, false],
  ['remote', 'none', {}, true],
  ['remote', 'own', {}, false],
  ['remote', 'registry', { cache: 'registry' }, true],
  ['remote', 'inline', { cache: 'inline', push: 'true' }, true],
] as const)('%s with the cache %s', (driver, cache, inputs, isFresh) => {
  const configuration = { driver, place: 'here', cache } as const
  expect(toCacheInputs(configuration)).toEqual(inputs)
  expect(isFreshEachTime(configuration)).toBe(isFresh)
})

test('what was moved, from the builder and beside it', () => {
  const took = (seconds: number): Took => ({ seconds, builderBytes: 7e6, registryBytes: 5e6 })
  const times = { cold: took(12.34), unchanged: took(2), changed: took(3) }
  const row = (configuration: Row['configuration']): Row => ({ configuration, took: times })
  const rows = [
    row({ driver: 'docker', place: 'here', cache: 'own' }),
    row({ driver: 'remote', place: 'far', cache: 'none' }),
    row({ driver: 'remote', place: 'far', cache: 'inline' }),
  ]
  const markdown = renderMarkdown([toTableSection(rows, 100, 200)])
  expect(markdown.split('\n').slice(4, 7)).toEqual([
    "| docker | this machine | the builder's own | 12.3 s, - | 2.00 s, - | 3.00 s, - |",
    '| remote | another one | none | 12.3 s, 7.0 MB | 2.00 s, 7.0 MB | 3.00 s, 7.0 MB |',
    '| remote | another one | inline, pushed | 12.3 s, 7.0 MB + 5.0 MB | 2.00 s, 7.0 MB + 5.0 MB | 3.00 s, 7.0 MB + 5.0 MB |',
  ])
})

test.each([
  [['--bars'], []],
  [['--table', '--size-mb', '100', '--drivers', 'docker,remote'], []],
  [['--table', '--runs', '2'], ['--runs: means nothing with --table']],
  [['--far-mbit', '5'], ['--far-mbit: means nothing without --table']],
])('script/bench builders %j', (args, problems) => {
  expect(problemsOf(buildersCommand, args)).toEqual(problems)
})

/** Answers each upgrade, and sends `bytes` after it. */
const startDaemon = async (bytes: number): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'builder-line-'))
  const socketPath = join(folder, 'docker.sock')
  const daemon = createServer((socket) => {
    // The line may hang up first.
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 UPGRADED\r\n\r\n')
      socket.end(Buffer.alloc(bytes, 'x'))
    })
  }).listen(socketPath)
  await once(daemon, 'listening')
  onTestFinished(() => {
    daemon.close()
    rmSync(folder, { recursive: true })
  })
  return socketPath
}

test.each([
  ['as fast as it can', undefined, 0],
  ['at its bandwidth', 1_000_000, 200],
])('a line to a builder passes everything %s', async (_name, bytesPerSecond, leastMs) => {
  const line = await startLine(await startDaemon(200_000), bytesPerSecond)
  onTestFinished(line.close)
  const started = performance.now()
  // Of two at the same time each has a half of the line.
  const came = await Promise.all(
    [1, 2].map(() => text(connect(Number(new URL(line.endpoint).port)))),
  )
  expect(came.map(({ length }) => length)).toEqual([200_000, 200_000])
  expect(performance.now() - started).toBeGreaterThanOrEqual(2 * leastMs - 5)
})
