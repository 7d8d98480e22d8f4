import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { findPruneObjection } from '../../src/disk/prune-cache.ts'
import type { Docker } from '../../src/docker/docker.ts'
import { parseBuilder } from '../../src/docker/info.ts'
import type { Facts } from '../../src/facts/facts.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { isLeftOver } from '../../src/run/intermediates.ts'
import type { Given } from '../../src/run/ports.ts'
import { createReclaim } from '../../src/run/reclaim.ts'
import { foundFacts } from '../support/found.ts'
import { read } from '../support/read.ts'
import { targetWith } from '../support/target.ts'

const target = targetWith()

/** A round on a machine without any tool chains, with a docker that prunes so much. */
const room = (change: Partial<Facts>, raw: RawInputs = {}, pruned = '0B', freeing = 0) => {
  const asked: string[] = []
  const docker = {
    try: async (args: readonly string[]) => {
      asked.push(args.slice(0, 2).join(' '))
      return { code: 0, stdout: `Total:\t${pruned}\n`, stderr: '', timedOut: false }
    },
  } as unknown as Docker
  const more = createReclaim(
    read({ images: 'a:1', ...raw }),
    { ...foundFacts, targets: [target], freeable: [], ...change },
    {
      docker: { command: docker },
      log: { line: () => {} },
      run: { env: {}, signal: new AbortController().signal },
    } as unknown as Given,
    async () => {
      await setTimeout(20)
      return freeing === 0 ? [] : [{ name: 'planned', path: '/', bytes: freeing }]
    },
  )
  return { more, asked }
}

test('what freeing gave that went on when the disk was full counts, and is worth a try', async () => {
  const { more } = room({}, {}, '0B', 14e9)
  expect(await more.run(performance.now())).toBe(14e9)
})

test('one round for all who ask, and nothing for who began after it', async () => {
  const { more, asked } = room({}, {}, '2GB')
  const began = performance.now()
  expect(await Promise.all([more.run(began), more.run(began)])).toEqual([2e9, 2e9])
  expect(asked).toEqual(['buildx prune'])
  expect(await more.run(performance.now())).toBe(0)
  expect(asked).toHaveLength(1)
})

const container = { driver: 'docker-container', isLocal: true }

test.each<[string, Partial<Facts>, RawInputs, readonly string[]]>([
  ["Docker's own builder", {}, {}, ['buildx prune']],
  ['a builder in a container here', { builder: container }, {}, ['buildx prune']],
  ['a builder elsewhere', { builder: { ...container, isLocal: false } }, {}, []],
  ['prune-cache: false', {}, { 'prune-cache': 'false' }, []],
])('the build cache, with %s', async (_name, change, raw, expected) => {
  const { more, asked } = room(change, raw)
  await more.run(performance.now())
  expect(asked).toEqual(expected)
})

test.each<[string, Partial<Facts>, RawInputs, RegExp]>([
  ['a machine that is not GitHub’s', { isHostedRunner: false }, {}, /not a GitHub-hosted runner/],
  ['a daemon elsewhere', { isLocalDaemon: false }, {}, /another machine/],
  ['an author who said so', {}, { 'free-disk': 'never', 'prune-cache': 'false' }, /forbid it/],
])('nothing is freed for %s, and it is said', async (_name, change, raw, expected) => {
  const { more, asked } = room(change, raw, '2GB')
  expect(more.objection).toMatch(expected)
  expect(await more.run(performance.now())).toBe(0)
  expect(asked).toEqual([])
})

test.each<[string, Partial<Facts>, string | undefined]>([
  ['a builder here', {}, undefined],
  ['nothing that is built', { targets: [], builder: undefined }, 'nothing is built'],
  [
    'a machine that is not GitHub’s',
    { isHostedRunner: false },
    'this is not a GitHub-hosted runner',
  ],
  ['a builder elsewhere', { builder: { ...container, isLocal: false } }, 'runs on another machine'],
  ['an unknown builder', { builder: undefined }, 'buildx does not report'],
])('why the build cache stays with %s', (_name, change, expected) => {
  const objection = findPruneObjection({ ...foundFacts, targets: [target], ...change })
  if (expected === undefined) expect(objection).toBeUndefined()
  else expect(objection).toContain(expected)
})

const inspected = (driver: string, ...endpoints: readonly string[]): string =>
  `Name: b\nDriver: ${driver}\n\nNodes:\n${endpoints.map((each) => `Endpoint: ${each}\n`).join('')}`

test.each<[string, string, boolean, boolean]>([
  ["Docker's own", inspected('docker', 'default'), true, true],
  ["Docker's own, of a daemon elsewhere", inspected('docker', 'default'), false, false],
  ['a container', inspected('docker-container', 'unix:///var/run/docker.sock'), true, true],
  ['a container elsewhere', inspected('docker-container', 'ssh://builder'), true, false],
  ['one here and one elsewhere', inspected('docker-container', 'default', 'ssh://b'), true, false],
  ['Kubernetes', inspected('kubernetes', 'kubernetes:///b'), true, false],
  ['remote', inspected('remote', 'unix:///run/buildkit.sock'), true, false],
])('whose disk the cache is on: %s', (_name, printed, isLocalDaemon, expected) => {
  expect(parseBuilder(printed, isLocalDaemon)?.isLocal).toBe(expected)
})

test('a builder that does not tell is none', () => {
  expect(parseBuilder('', true)).toBeUndefined()
})

test.each([
  ['an hour ago', 3_600_000, false],
  ['as long ago as a job may last', 5 * 86_400_000, false],
  ['six days ago', 6 * 86_400_000, true],
])('an intermediate image that was made %s', (_name, ageMs, expected) => {
  const now = Date.now()
  expect(isLeftOver(new Date(now - ageMs).toISOString(), now)).toBe(expected)
  expect(isLeftOver(undefined, now)).toBe(false)
})

test('an intermediate image of which nobody knows when it was made is left alone', () => {
  expect(isLeftOver('0001-01-01T00:00:00Z', Date.now())).toBe(false)
})
