import type { Readable } from 'node:stream'
import { createGate } from '../host/at-once.ts'
import { splitLines } from '../host/lines.ts'
import {
  type CacheAccess,
  type CacheAnswer,
  type CacheQuestion,
  hearClient,
  parseAnswer,
  readKeys,
  startClient,
} from './ask-cache.ts'

type Keys = readonly (string | undefined)[]

type Question = Omit<CacheQuestion, 'variables' | 'id'>

type Waiting = {
  readonly hear: (answer: CacheAnswer) => void
  readonly fail: (error: unknown) => void
}

type Client = {
  readonly group: ReturnType<typeof startClient>
  /** Who waits for its answers, by the questions' numbers. */
  readonly waiting: Map<number, Waiting>
  /** Whether nobody may ask it any more. */
  isOver: boolean
}

/** Nobody who died is asked twice, so whoever asks again gets another. */
class ClientEnded extends Error {}

/**
 * @returns as {@link askCache}
 * @throws as {@link askCache}; whoever did not answer is ended then
 */
type Ask = (
  question: Question,
  timeoutMs: number,
  signal: AbortSignal,
  /** Whether it is soon answered: nobody waits for it until something large has come. */
  isShort?: boolean,
) => Promise<Keys>

/** Each costs a fifth of a second of processor time, and moves eight pieces at once. */
const mostClients = 4

/** Somebody may ask again in a moment. */
const idleMs = 1_000

/** Without a question of its own for so long, no deadline is meant. */
const noDeadlineMs = 2 ** 31 - 1

/** Those that live; none outlives us. */
const alive = new Set<Client>()

process.once('exit', () => {
  for (const { group } of alive) group.child.kill('SIGKILL')
})

const start = ({ signal: _, ...access }: CacheAccess): Client => {
  const group = startClient(access, noDeadlineMs)
  const client: Client = { group, waiting: new Map(), isOver: false }
  alive.add(client)
  const end = (error: unknown): void => {
    client.isOver = true
    alive.delete(client)
    for (const { fail } of client.waiting.values()) fail(error)
  }
  splitLines(group.child.stdio[3] as Readable, (line) => {
    const answer = parseAnswer(line)
    if (answer === undefined) group.end()
    else client.waiting.get(answer.id)?.hear(answer)
  })
  hearClient(group.child, access)
  group.ended.then(
    ({ code }) => end(new ClientEnded(`the client ended with exit code ${code}`)),
    (error: unknown) => end(error),
  )
  return client
}

/** Those that nobody asks at the moment; after a second without a question they end. */
const createIdle = () => {
  const idle: { readonly client: Client; readonly timer: NodeJS.Timeout }[] = []
  return {
    rest: (client: Client): void => {
      const timer = setTimeout(() => {
        idle.splice(
          idle.findIndex((each) => each.client === client),
          1,
        )
        // It ends when it hears no more.
        client.group.child.stdin?.end()
      }, idleMs)
      idle.push({ client, timer })
    },
    take: (): Client | undefined => {
      for (let found = idle.pop(); found !== undefined; found = idle.pop()) {
        clearTimeout(found.timer)
        if (!found.client.isOver) return found.client
      }
      return undefined
    },
  }
}

/**
 * Processes that ask the Actions cache: each takes a fifth of a second of processor time to start, and an image
 * has many entries, so one is asked one question after another, and all short ones of a moment at once. See
 * {@link askCache} for why they are processes.
 */
export const createCacheClients = (access: CacheAccess): Ask => {
  const gate = createGate(mostClients)
  const { rest, take } = createIdle()
  let asked = 0
  /** Who is asked short questions. */
  let shared: Client | undefined
  const getShared = (isShort: boolean): Client | undefined =>
    isShort && shared?.isOver === false ? shared : undefined
  const askClient = async (client: Client, question: Question, signal: AbortSignal) => {
    const { group, waiting } = client
    const { promise, resolve, reject } = Promise.withResolvers<CacheAnswer>()
    asked += 1
    const id = asked
    waiting.set(id, { hear: resolve, fail: reject })
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort)
    try {
      const { variables } = access
      group.child.stdin?.write(`${JSON.stringify({ ...question, id, variables })}\n`)
      return await promise
    } catch (error) {
      client.isOver = true
      group.end()
      await group.ended.catch(() => {})
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
      waiting.delete(id)
      if (waiting.size === 0) {
        if (shared === client) shared = undefined
        if (!client.isOver) rest(client)
      }
    }
  }
  /**
   * Whoever waited idle may have died a moment ago, unseen, and whom others asked, too, they may have ended:
   * another is asked then.
   */
  const askAny = async (question: Question, isShort: boolean, signal: AbortSignal) => {
    const begin = (client: Client): Promise<CacheAnswer> => {
      if (isShort) shared = client
      return askClient(client, question, signal)
    }
    signal.throwIfAborted()
    const found = getShared(isShort) ?? take()
    try {
      return await begin(found ?? start(access))
    } catch (error) {
      if (!(error instanceof ClientEnded) || (found === undefined && !isShort)) throw error
    }
    signal.throwIfAborted()
    return await begin(getShared(isShort) ?? start(access))
  }
  return (question, timeoutMs, signal, isShort = false) => {
    const ask = async (): Promise<Keys> => {
      const late = new AbortController()
      const error = new Error(`no answer within ${timeoutMs} ms`)
      const timer = setTimeout(() => late.abort(error), timeoutMs)
      const either = AbortSignal.any([signal, late.signal])
      const answer = await askAny(question, isShort, either).finally(() => clearTimeout(timer))
      return readKeys(answer)
    }
    return isShort ? ask() : gate(ask)
  }
}
