import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { toMountStart } from '../../src/build/mounts/choose-mounts.ts'
import { emptyIndex, parseIndex, planEntries } from '../../src/build/mounts/mount-index.ts'
import { type MountPorts, restoreMounts } from '../../src/build/mounts/restore-mounts.ts'
import { saveMounts } from '../../src/build/mounts/save-mounts.ts'
import { toHex } from '../../src/image/digest.ts'
import { createEntryCache } from '../../src/store/entry-cache.ts'
import { saveEntries } from '../../src/store/save-entries.ts'
import type { CacheEntry } from '../support/cache-desk.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { createKeptPorts } from '../support/kept-pull.ts'
import { sha256 } from '../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'restore-mounts-'))
const toRunPorts = createKeptPorts(root)
const mount = {
  ...{ id: '/pip', uid: undefined, gid: undefined, mode: undefined },
  sharing: 'shared',
} as const
let service: CacheService
let told: string[] = []
/** What an earlier run kept. */
let kept: readonly CacheEntry[] = []

beforeAll(async () => {
  service = await startCacheService()
  await keep()
  kept = service.entries.map((entry) => ({ ...entry }))
})
afterAll(async () => {
  await service.stop()
  rmSync(root, { recursive: true })
})
beforeEach(() => {
  service.entries.splice(0, Number.POSITIVE_INFINITY, ...kept.map((entry) => ({ ...entry })))
  told = []
})

/** A builder that says what it has, and would be asked to run nothing but what it is told to expect. */
const toPorts = (du: object, onBuild: (args: readonly string[]) => object): MountPorts => {
  const { run } = toRunPorts(told, service)
  const ended = { code: 0, timedOut: false, stdout: '', stderr: '' }
  const ask = async (args: readonly string[]) => ({
    ...ended,
    ...(args[1] === 'du' ? du : onBuild(args)),
  })
  return {
    ...{ env: run.env, folder: join(run.layoutDir, 'cache-mounts'), signal: run.signal },
    docker: { try: ask } as unknown as MountPorts['docker'],
    cache: createEntryCache(run.cache),
    line: (text) => void told.push(text),
    warn: (text) => void told.push(`warning: ${text}`),
  }
}

const never = (): object => {
  throw new Error('nothing to run')
}

const bytes = [Buffer.alloc(10_000_000, 'large'), Buffer.from('small')]
const [large = '', small = ''] = bytes.map((each) => toHex(sha256(each)))

/** Keeps a large file and a small one. */
const keep = async (): Promise<void> => {
  const { cache, folder: place, signal } = toPorts({}, never)
  const folder = join(place, 'files')
  mkdirSync(folder, { recursive: true })
  const items = bytes.map((each, at) => {
    writeFileSync(join(folder, toHex(sha256(each))), each)
    const owner = '644 0 0'
    const file = { owner, time: '1', sizeBytes: each.length, content: toHex(sha256(each)) }
    return { kind: 'file', path: `f${at}`, ...file } as const
  })
  const { alone, index, text } = planEntries(items, emptyIndex, toMountStart(mount))
  writeFileSync(join(folder, index.files[0]?.sha256 ?? ''), text)
  const warn = (problem: string): void => void told.push(problem)
  await saveEntries([...alone, index], { cache, folder, signal, warn, input: 'x' })
}

const entryOf = (part: string): CacheEntry | undefined =>
  service.entries.find(({ key }) => key.startsWith(`slipway-mount-${part}`))

test('the builder is given the tree and the bytes, each with its digest for a name', async () => {
  let seen: readonly string[] = []
  const ports = toPorts({}, (args) => {
    const [, out = ''] = /dest=([^,]+)$/.exec(args.find((arg) => /dest=/.test(arg)) ?? '') ?? []
    const files = join(ports.folder, 'files')
    seen = [large, small].map((name) => toHex(sha256(readFileSync(join(files, name)))))
    mkdirSync(join(out, 'out'), { recursive: true })
    writeFileSync(join(out, 'out/times'), '7\n')
    return {}
  })
  const restored = await restoreMounts([mount], ports)
  expect(seen).toEqual([large, small])
  expect(restored).toMatchObject([{ mount, time: 7, index: { items: [{}, { content: small }] } }])
  expect(told).toEqual([expect.stringMatching(/\/pip: 2 files, 10 MB, restored in /)])
  // For the rest of the run only what may be packed again lies there.
  expect(() => readFileSync(join(ports.folder, 'files', large))).toThrow('ENOENT')
})

test('a cache that is found full is left to the builder, and not said to be restored', async () => {
  const ports = toPorts({}, (args) => {
    const [, out = ''] = /dest=([^,]+)$/.exec(args.find((arg) => /dest=/.test(arg)) ?? '') ?? []
    mkdirSync(join(out, 'out'), { recursive: true })
    writeFileSync(join(out, 'out/times'), '0\n')
    return {}
  })
  expect(await restoreMounts([mount], ports)).toEqual([])
  expect(told).toEqual(['cache-mounts: /pip: the builder has it.'])
})

test.each<readonly [string, () => void, RegExp]>([
  [
    'another file',
    () => Object.assign(entryOf('file') ?? {}, { content: entryOf('v1')?.content }),
    /not all of its files are in the cache/,
  ],
  [
    'half of one',
    () => {
      const entry = entryOf('file')
      if (entry !== undefined) entry.content = entry.content?.subarray(0, 500)
    },
    /warning: cache-mounts: the entry slipway-mount-file-v1-\S+ is not used/,
  ],
  [
    'none',
    () =>
      void service.entries.splice(
        service.entries.findIndex(({ key }) => /-file-/.test(key)),
        1,
      ),
    /not all of its files are in the cache/,
  ],
  [
    'an index of another name',
    () => Object.assign(entryOf('v1') ?? {}, { key: `${toMountStart(mount)}${'0'.repeat(64)}` }),
    /warning: cache-mounts: the entry \S+0000 is not used/,
  ],
])('a cache that has %s gives the builder nothing, and is kept anew', async (_, spoil, said) => {
  spoil()
  const restored = await restoreMounts([mount], toPorts({}, never))
  expect(restored).toEqual([{ mount, index: emptyIndex, time: 0 }])
  expect(told.join('\n')).toMatch(said)
})

test('what the builder has is left to it; what it cannot run is a warning', async () => {
  const stdout =
    'ID:\tabc\nMutable:\ttrue\nDescription:\tcached mount /m from exec x with id "//pip"\n'
  expect(await restoreMounts([mount], toPorts({ stdout }, never))).toEqual([])
  expect(told.splice(0)).toEqual(['cache-mounts: /pip: the builder has it.'])
  expect(await restoreMounts([mount], toPorts({ code: 1, stderr: 'gone' }, never))).toEqual([])
  expect(told.splice(0)).toEqual([
    expect.stringMatching(/^warning: .*does not say what the builder has: exit code 1: gone/),
  ])
  const failing = toPorts({}, () => ({ code: 1, stderr: 'exec format error' }))
  expect(await restoreMounts([mount], failing)).toEqual([])
  expect(told).toEqual([expect.stringMatching(/^warning: .* exit code 1: exec format error/)])
})

const before = parseIndex(
  `slipway-mount-v1\nentry ${toMountStart(mount)}${'0'.repeat(64)} 5\nf 644 0 0 1 5 ${small}:0 f\nend\n`,
  'own',
)

const other = { ...mount, id: '/npm' } as const

/** A step that writes such trees, and files beside the first, and what comes of that. */
const saveAll = async (
  trees: readonly (readonly string[])[],
  files: Readonly<Record<string, string>> = {},
) => {
  service.entries.splice(0)
  const ports = toPorts({}, (args) => {
    const [, out = ''] = /dest=([^,]+)$/.exec(args.find((arg) => /dest=/.test(arg)) ?? '') ?? []
    for (const [at, tree] of trees.entries()) {
      const folder = join(out, 'out', `${at}`)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'tree'), [...tree, 'end', ''].join('\n'))
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    }
    return {}
  })
  mkdirSync(join(ports.folder, 'files'), { recursive: true })
  const restored = [mount, other].map((each) => ({ mount: each, index: before, time: 7 }))
  await saveMounts(restored.slice(0, trees.length), { bytes: 10 }, ports)
  return { keys: service.entries.map(({ key }) => key), said: told.splice(0) }
}

const save = (tree: readonly string[], files?: Readonly<Record<string, string>>) =>
  saveAll([tree], files)

test('what has changed is kept, by content and not by time', async () => {
  const changed = await save(['f 644 0 0 1 5 - f', 'f 644 0 0 1 5 1 g'], { 1: 'other' })
  expect(changed.keys).toEqual([expect.stringContaining(toMountStart(mount))])
  expect(changed.said).toEqual([expect.stringMatching(/2 files, 10 B; [\d.]+ B of it new, kept/)])
  for (const tree of [['f 644 0 0 1 5 - f'], ['f 644 0 0 9 5 1 f']])
    expect(await save(tree, { 1: 'small' })).toEqual({
      keys: [],
      said: ['cache-mounts: /pip: unchanged.'],
    })
})

test.each<readonly [string, readonly string[], RegExp]>([
  ['is too large for its limit', ['too-large 11'], /warning: cache-mounts-limit: \/pip has 11 B/],
  ['has grown meanwhile', ['f 644 0 0 1 11 1 f'], /warning: cache-mounts-limit: \/pip has 11 B/],
  ['is not there any more', ['others 0'], /the builder has it no more; what was kept stays/],
  ['has a way out', ['f 644 0 0 1 5 1 ../f'], /warning: .*no line of a tree/],
  ['names other files of the machine', ['f 644 0 0 1 5 ../../1 f'], /a file without bytes/],
  ['has no bytes that anybody knows', ['f 644 0 0 1 5 - g'], /a file without bytes/],
])('a mount that %s is not kept', async (_, tree, said) => {
  const kept = await save(tree, { 1: 'other' })
  expect([kept.keys, kept.said]).toEqual([[], [expect.stringMatching(said)]])
})

test('a mount that cannot be kept is named, and the others are kept', async () => {
  const many = Array.from({ length: 200_001 }, (_, at) => `f 644 0 0 1 0 1 f${at}`)
  const good = ['f 644 0 0 1 5 1 g']
  const { keys, said } = await saveAll([many, good], { 1: 'other' })
  expect(said).toEqual([
    'warning: cache-mounts: /pip: not kept for later runs: It has more than 200000 files, folders and links',
    expect.stringMatching(/^cache-mounts: \/npm: 1 file, 5 B; .* kept in /),
  ])
  expect(keys).toEqual([expect.stringContaining(toMountStart(other))])
})
