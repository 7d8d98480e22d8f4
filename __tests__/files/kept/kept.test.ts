import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { toEntries, withinBudget } from '../../../src/files/kept/entries.ts'
import { restoreFiles } from '../../../src/files/kept/restore-files.ts'
import { saveFiles } from '../../../src/files/kept/save-files.ts'
import { createFilesCache } from '../../../src/run/files-cache.ts'
import type { Ports } from '../../../src/run/ports.ts'
import type { StoredFile } from '../../../src/store/entry.ts'
import { createEntryCache } from '../../../src/store/entry-cache.ts'
import { cacheClientEnv } from '../../support/cache-client-env.ts'
import type { CacheEntry } from '../../support/cache-desk.ts'
import { type CacheService, startCacheService } from '../../support/cache-service.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-kept-'))
let service: CacheService
let told: string[] = []
let made = 0

beforeAll(async () => {
  service = await startCacheService()
})
afterAll(async () => {
  await service.stop()
  rmSync(root, { recursive: true })
})
afterEach(() => {
  told = []
  service.mode = 'normal'
  service.entries.splice(0)
})

const makeFolder = (): string => {
  made += 1
  const folder = join(root, `${made}`)
  mkdirSync(folder, { mode: 0o700 })
  return folder
}

const put = (folder: string, content: Buffer): StoredFile => {
  const sha256 = createHash('sha256').update(content).digest('hex')
  writeFileSync(join(folder, sha256), content)
  return { sha256, sizeBytes: content.length }
}

const toAccess = (env = {}) => ({
  env: { ...cacheClientEnv(root), ...env },
  variables: {
    ACTIONS_RESULTS_URL: service.resultsUrl,
    ACTIONS_RUNTIME_TOKEN: service.token,
    ACTIONS_CACHE_SERVICE_V2: 'true',
  },
  mask: () => {},
  debug: () => {},
  signal: new AbortController().signal,
})

const openCache = (folder: string, bytes = 1e9, mayWrite = true, env = {}) => {
  const cache = toAccess(env)
  const log = {
    line: (text: string) => void told.push(text),
    warning: (text: string) => void told.push(`warning: ${text}`),
  }
  const ports = { log, run: { cache, signal: cache.signal } }
  return createFilesCache(
    { bytes, scope: 'acme/api', mayWrite },
    folder,
    ports as unknown as Pick<Ports, 'log' | 'run'>,
  )
}

const partsOrder = () => ({
  cache: createEntryCache(toAccess()),
  input: 'node-files-cache',
  scope: 'acme/api',
  warn: (text: string) => void told.push(text),
  signal: new AbortController().signal,
  mostEntryBytes: 40_000_000,
})

const small = [Buffer.from('one'), Buffer.from('two'), Buffer.alloc(0)]
const large = Buffer.concat([randomBytes(1_000_000), Buffer.alloc(50_000_000)])

/** Saves as a step does that has fetched them. */
const keep = async (...contents: readonly Buffer[]): Promise<readonly StoredFile[]> => {
  const folder = makeFolder()
  const cache = openCache(folder)
  const digests = contents.map((content) => ({
    sha256: createHash('sha256').update(content).digest('hex'),
    sizeBytes: content.length,
  }))
  await cache.restore(digests)
  for (const content of contents) put(folder, content)
  await cache.save()
  return digests
}

test("files come back where the runner's debug log is on, too", async () => {
  const files = await keep(...small)
  const folder = makeFolder()
  await openCache(folder, 1e9, true, { RUNNER_DEBUG: '1' }).restore(files)
  expect(readdirSync(folder)).toHaveLength(small.length)
})

test('files come back as they were, from entries of their own and a common one', async () => {
  const files = await keep(...small, large)
  expect(service.entries.map(({ key }) => key.replace(/[0-9a-f]{16,}/g, '#')).toSorted()).toEqual([
    'slipway-file-v1-#',
    'slipway-files-v1-#-#',
  ])
  expect(told).toContain('node-files-cache: 51 MB kept for later runs.')
  const folder = makeFolder()
  await openCache(folder).restore(files)
  expect(readdirSync(folder).toSorted()).toEqual(files.map(({ sha256 }) => sha256).toSorted())
  expect(readFileSync(join(folder, files[3]?.sha256 ?? '')).equals(large)).toBe(true)
})

test('one more small file makes a new common entry, found by its beginning; the large one stays', async () => {
  await keep(...small, large)
  const first = service.entries.length
  const folder = makeFolder()
  const files = [...small, Buffer.from('three'), large].map((content) => ({
    sha256: createHash('sha256').update(content).digest('hex'),
    sizeBytes: content.length,
  }))
  const cache = openCache(folder)
  await cache.restore(files)
  expect(told.at(-1)).toContain('4 files restored')
  put(folder, Buffer.from('three'))
  await cache.save()
  expect(service.entries).toHaveLength(first + 1)
})

let template: Promise<CacheEntry | undefined> | undefined

/** An entry as somebody else's job could have made it of what `arrange` has put into a folder. */
const poison = async (arrange: (folder: string, digest: string) => string) => {
  const good = { sha256: createHash('sha256').update('good').digest('hex'), sizeBytes: 4 }
  template ??= keep(Buffer.from('good')).then(() => service.entries[0])
  const made = await template
  if (made === undefined) throw new Error('nothing was kept')
  service.entries.splice(0, service.entries.length, { ...made })
  const files = [good]
  const folder = makeFolder()
  const name = arrange(folder, files[0]?.sha256 ?? '')
  const archive = join(root, 'archive.tzst')
  execFileSync('tar', ['-P', '-cf', archive, '-C', folder, name])
  for (const entry of service.entries) entry.content = readFileSync(archive)
  told = []
  return files
}

const outside = join(root, 'outside')

test.each<readonly [string, (folder: string, digest: string) => string, RegExp]>([
  [
    'a path that leads out',
    (folder) => {
      writeFileSync(join(folder, '..', 'outside'), 'evil')
      return '../outside'
    },
    /"\.\.\/outside" is no name that Slipway gives/,
  ],
  [
    'an absolute path',
    () => {
      writeFileSync(outside, 'evil')
      return outside
    },
    /outside" is no name that Slipway gives/,
  ],
  [
    'a link in place of the file',
    (folder, digest) => {
      mkdirSync(join(folder, 'kept'))
      symlinkSync('/etc/passwd', join(folder, 'kept', digest))
      return 'kept'
    },
    /is a symbolic link/,
  ],
  [
    'a hard link',
    (folder, digest) => {
      mkdirSync(join(folder, 'kept'))
      writeFileSync(join(folder, 'kept', digest), 'good')
      linkSync(join(folder, 'kept', digest), join(folder, 'kept', 'f'.repeat(64)))
      return 'kept'
    },
    /is a hard link/,
  ],
  [
    'a device',
    (folder, digest) => {
      mkdirSync(join(folder, 'kept'))
      execFileSync('mkfifo', [join(folder, 'kept', digest)])
      return 'kept'
    },
    /is a pipe/,
  ],
  [
    'other bytes under its digest',
    (folder, digest) => {
      mkdirSync(join(folder, 'kept'))
      writeFileSync(join(folder, 'kept', digest), 'evil')
      return 'kept'
    },
    /has the digest/,
  ],
  [
    'more bytes than it has',
    (folder, digest) => {
      mkdirSync(join(folder, 'kept'))
      writeFileSync(join(folder, 'kept', digest), 'good and more')
      return 'kept'
    },
    /has 13 bytes in place of 4/,
  ],
])('%s is refused by name, and nothing of it is there', async (_, arrange, why) => {
  const files = await poison(arrange)
  rmSync(outside, { force: true })
  const folder = makeFolder()
  await openCache(folder).restore(files)
  expect(told).toEqual([expect.stringMatching(why)])
  expect([readdirSync(folder), existsSync(outside)]).toEqual([[], false])
})

test.each([
  ['cut', (content: Buffer) => content.subarray(0, content.length / 2)],
  ['no archive', () => Buffer.from('this is none')],
  ['empty', () => Buffer.alloc(0)],
])('an entry that is %s is not used', async (_, change) => {
  const files = await keep(Buffer.from('good'.repeat(100)))
  for (const entry of service.entries) entry.content = change(entry.content ?? Buffer.alloc(0))
  told = []
  const folder = makeFolder()
  await openCache(folder).restore(files)
  expect(readdirSync(folder)).toEqual([])
})

test('a file that one entry cannot hold comes back from its parts, if all of them are there', async () => {
  const from = makeFolder()
  const file = put(from, large)
  const order = { ...partsOrder(), folder: from, restored: new Set<string>() }
  expect(await saveFiles([file], order)).toBe(large.length)
  expect(service.entries).toHaveLength(2)
  const to = makeFolder()
  expect(await restoreFiles([file], { ...partsOrder(), folder: to })).toEqual(
    new Set([file.sha256]),
  )
  expect(readFileSync(join(to, file.sha256)).equals(large)).toBe(true)
  service.entries.pop()
  const without = makeFolder()
  expect(await restoreFiles([file], { ...partsOrder(), folder: without })).toEqual(new Set())
  expect(readdirSync(without)).toEqual([])
})

test('a cache that may only be read is a notice, and the budget leaves out what is beyond it', async () => {
  const folder = makeFolder()
  const file = put(folder, Buffer.from('one'))
  rmSync(join(folder, file.sha256))
  const reading = openCache(folder, 1e9, false)
  await reading.restore([file])
  put(folder, Buffer.from('one'))
  await reading.save()
  expect(told).toEqual([expect.stringMatching(/3 B, not kept: this run may only read/)])
  expect(service.entries).toEqual([])
  told = []
  const other = makeFolder()
  const tight = openCache(other, 2)
  await tight.restore([file])
  put(other, Buffer.from('one'))
  await tight.save()
  expect(told.at(-1)).toMatch(/^warning: node-files-cache-limit: 1 file, 3 B, beyond 2 B/)
})

test('what one entry cannot hold is kept in parts, and compared as a whole', () => {
  const file = { sha256: 'a'.repeat(64), sizeBytes: 100_000_001 }
  const entries = toEntries([file], 'scope', 50_000_000)
  expect(entries.map(({ key, part }) => [key.slice(-5), part])).toEqual([
    ['-1of3', { offset: 0, bytes: 50_000_000 }],
    ['-2of3', { offset: 50_000_000, bytes: 50_000_000 }],
    ['-3of3', { offset: 100_000_000, bytes: 1 }],
  ])
  expect(withinBudget([file, { sha256: 'b', sizeBytes: 5 }], 10)).toEqual({
    kept: [{ sha256: 'b', sizeBytes: 5 }],
    leftOut: [file],
  })
})
