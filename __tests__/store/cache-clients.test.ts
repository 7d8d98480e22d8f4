import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { attempt } from '../../src/failure.ts'
import { startClient } from '../../src/store/ask-cache.ts'
import { createCacheClients } from '../../src/store/cache-clients.ts'
import { createEntryCache } from '../../src/store/entry-cache.ts'
import { cacheClientEnv } from '../support/cache-client-env.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { eventually } from '../support/eventually.ts'

let service: CacheService
let root = ''
let made = 0

const toFolder = (): string => {
  made += 1
  const folder = join(root, `${made}`)
  mkdirSync(folder)
  return folder
}

const toVariables = () => ({
  ACTIONS_RESULTS_URL: service.resultsUrl,
  ACTIONS_RUNTIME_TOKEN: service.token,
  ACTIONS_CACHE_SERVICE_V2: 'true',
})

const access = () => {
  const { signal } = new AbortController()
  const env = cacheClientEnv(root)
  return { env, variables: toVariables(), mask: () => {}, debug: () => {}, signal }
}
const open = () => createEntryCache(access())

const readProc = (pid: string, file: string): string =>
  attempt(() => readFileSync(`/proc/${pid}/${file}`, 'utf8')) ?? ''

/** Clients are our children by their program. */
const clients = (): readonly number[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => readProc(pid, 'status').includes(`PPid:\t${process.pid}\n`))
    .filter((pid) => readProc(pid, 'cmdline').includes('cache-client'))
    .map(Number)

/** Of other numbers, some mean all processes of a group. */
const only = (): number => {
  const [pid] = clients()
  if (pid === undefined) throw new Error('there is no client')
  return pid
}

describe('processes that ask the Actions cache', () => {
  beforeAll(async () => {
    service = await startCacheService()
  })
  afterAll(() => service.stop())
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'slipway-clients-'))
    service.entries.splice(0)
    service.mode = 'normal'
    // Those of earlier tests, of whichever file, end by themselves after a second.
    await eventually('no other client is there', () => clients().length === 0)
  })
  afterEach(() => rmSync(root, { recursive: true }))

  test('one after another are asked by one process, which then ends by itself', async () => {
    const cache = open()
    const { signal } = new AbortController()
    const seen = new Set<number>()
    for (const word of ['a', 'b', 'c']) {
      const folder = toFolder()
      mkdirSync(join(folder, 'kept'))
      writeFileSync(join(folder, 'kept', 'file'), word)
      expect(await cache.save(`key-${word}`, folder, signal)).toBe(true)
      for (const pid of clients()) seen.add(pid)
    }
    for (const word of ['a', 'b', 'none']) {
      const folder = toFolder()
      const key = word === 'none' ? undefined : `key-${word}`
      expect(await cache.fetch([`key-${word}`], folder, signal)).toBe(key)
      expect(existsSync(join(folder, 'archive'))).toBe(key !== undefined)
    }
    expect(seen.size).toBe(1)
    await eventually('it ends', () => clients().length === 0)
  })

  test('several at once have one each, and whoever is given up is ended', async () => {
    const cache = open()
    const stop = new AbortController()
    const { signal } = new AbortController()
    service.mode = 'hanging'
    const given = expect(cache.fetch(['x'], toFolder(), stop.signal)).rejects.toThrow('enough')
    const other = expect(cache.fetch(['y'], toFolder(), stop.signal)).rejects.toThrow('enough')
    await eventually('both ask', () => clients().length === 2)
    stop.abort(new Error('enough'))
    await Promise.all([given, other])
    service.mode = 'normal'
    expect(clients()).toEqual([])
    expect(await cache.fetch(['z'], toFolder(), signal)).toBeUndefined()
  })

  test('whoever only looks, or wants little, does not wait for what is large', async () => {
    const cache = open()
    const stop = new AbortController()
    const { signal } = new AbortController()
    service.mode = 'hanging'
    const before = service.requests.length
    const large = ['a', 'b', 'c', 'd'].map((key) => cache.fetch([key], toFolder(), stop.signal))
    const ended = Promise.allSettled(large)
    let isOver = false
    for (const each of large) each.catch(() => {}).finally(() => (isOver = true))
    await eventually('all ask', () => service.requests.length === before + 4)
    service.mode = 'normal'
    const folder = toFolder()
    mkdirSync(join(folder, 'kept'))
    expect(await cache.look(['x'], folder, signal)).toEqual(new Set())
    expect(await cache.fetch(['x'], toFolder(), signal, true)).toBeUndefined()
    // The library gives up by itself after some minutes.
    expect(isOver).toBe(false)
    stop.abort(new Error('enough'))
    expect((await ended).map(({ status }) => status)).toEqual(large.map(() => 'rejected'))
  })

  const keep = async (words: readonly string[]): Promise<void> => {
    const cache = open()
    const { signal } = new AbortController()
    for (const word of words) {
      const folder = toFolder()
      mkdirSync(join(folder, 'kept'))
      writeFileSync(join(folder, 'kept', 'file'), word)
      await cache.save(`key-${word}`, folder, signal)
    }
    await eventually('whoever saved has ended', () => clients().length === 0)
  }

  /** What comes to each folder, as bytes that are in the entries. */
  const ask = async (
    cache: ReturnType<typeof open>,
    word: string,
    { signal } = stopNever,
    folder = toFolder(),
  ) => {
    const key = await cache.fetch([`key-${word}`], folder, signal, true)
    const entry = service.entries.find((each) => each.key === key)
    return [word, key, entry?.content?.equals(readFileSync(join(folder, 'archive')))]
  }
  const stopNever = new AbortController()
  const answerTo = (word: string) => [word, `key-${word}`, true]

  test('all short questions of a moment go to one, and none gets what another asked for', async () => {
    const words = ['one', 'two', 'three', 'four', 'five']
    await keep(words)
    const cache = open()
    const seen = new Set<number>()
    const look = setInterval(() => {
      for (const pid of clients()) seen.add(pid)
    }, 20)
    const none = cache.look(['none', 'key-one'], toFolder(), stopNever.signal)
    const came = await Promise.all(words.map((word) => ask(cache, word)))
    clearInterval(look)
    expect(came).toEqual(words.map(answerTo))
    expect(await none).toEqual(new Set(['key-one']))
    expect(seen.size).toBe(1)
  })

  test('a question that fails is told why, and others that were asked beside it have their answers', async () => {
    await keep(['one', 'two'])
    const cache = open()
    writeFileSync(join(root, 'file'), '')
    const good = Promise.all(['one', 'two'].map((word) => ask(cache, word)))
    const bad = cache.fetch(['key-one'], join(root, 'file', 'nowhere'), stopNever.signal, true)
    await expect(bad).rejects.toThrow(/^The Actions cache cannot be asked: .*ENOTDIR/)
    expect(await good).toEqual(['one', 'two'].map(answerTo))
    expect(clients()).toHaveLength(1)
  })

  test.each([
    ['dies', (): void => void process.kill(only(), 'SIGKILL')],
    ['is ended as one of them is given up', (stop: AbortController): void => stop.abort('enough')],
  ])('whose client %s while others ask it, too, gets the answer from another', async (_, end) => {
    await keep(['one', 'two'])
    const cache = open()
    const stop = new AbortController()
    service.mode = 'hanging'
    const before = service.requests.length
    const given = Promise.allSettled([ask(cache, 'one', stop)])
    const others = Promise.all([ask(cache, 'one'), ask(cache, 'two')])
    await eventually('all ask', () => service.requests.length === before + 3)
    const first = only()
    expect(clients()).toHaveLength(1)
    const seen = new Set<number>()
    const look = setInterval(() => {
      for (const pid of clients()) seen.add(pid)
    }, 20)
    service.mode = 'normal'
    end(stop)
    expect(await others).toEqual([answerTo('one'), answerTo('two')])
    clearInterval(look)
    seen.delete(first)
    expect(seen.size).toBe(1)
    expect((await given)[0]?.status).toBe(stop.signal.aborted ? 'rejected' : 'fulfilled')
  })

  test('one that is late is told how long it had, and others have their answers', async () => {
    const clientsOfAll = createCacheClients(access())
    const { signal } = stopNever
    const look = (timeoutMs: number) => {
      const question = { kind: 'look', folder: toFolder(), path: 'kept', keys: ['none'] } as const
      return clientsOfAll(question, timeoutMs, signal, true)
    }
    service.mode = 'hanging'
    const before = service.requests.length
    const late = expect(look(3_000)).rejects.toThrow('no answer within 3000 ms')
    const other = look(60_000)
    await eventually('both ask', () => service.requests.length === before + 2)
    service.mode = 'normal'
    await late
    expect(await other).toEqual([undefined])
  })

  test("what a client that died has left is in nobody else's way", async () => {
    await keep(['one'])
    const folder = toFolder()
    mkdirSync(join(folder, 'programs'))
    writeFileSync(join(folder, 'archive'), 'half')
    expect(await ask(open(), 'one', stopNever, folder)).toEqual(answerTo('one'))
  })

  test('where whoever asked is gone, nothing comes any more', async () => {
    const before = service.requests.length
    service.mode = 'hanging'
    const { child, ended } = startClient({ env: cacheClientEnv(root) }, 60_000)
    const folder = toFolder()
    const question = { id: 1, kind: 'fetch', folder, path: 'kept', keys: ['key'] }
    child.stdin?.write(`${JSON.stringify({ ...question, variables: toVariables() })}\n`)
    await eventually('it asks', () => service.requests.length > before)
    rmSync(folder, { recursive: true })
    child.stdin?.end()
    expect((await ended).code).toBe(0)
    service.mode = 'normal'
    expect(existsSync(folder)).toBe(false)
  })

  test('one that has died meanwhile is not asked', async () => {
    const cache = open()
    const { signal } = new AbortController()
    await cache.fetch(['x'], toFolder(), signal)
    const pid = only()
    process.kill(pid, 'SIGKILL')
    await eventually('it is gone', () => !clients().includes(pid))
    expect(await cache.fetch(['x'], toFolder(), signal)).toBeUndefined()
  })

  test('one that dies while it is asked has a successor', async () => {
    const cache = open()
    const { signal } = new AbortController()
    await cache.fetch(['x'], toFolder(), signal)
    const pid = only()
    process.kill(pid, 'SIGKILL')
    expect(await cache.fetch(['x'], toFolder(), signal)).toBeUndefined()
  })
})
