import type { Readable } from 'node:stream'
import { attempt } from '../failure.ts'
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
  question: Omit<CacheQuestion, 'variables' | 'id'>,
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
    const answer = attempt(() => parseAnswer(line))
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
  const askClient = async (client: Client, ...[question, timeoutMs, signal]: Parameters<Ask>) => {
    const { group, waiting } = client
    const { promise, resolve, reject } = Promise.withResolvers<CacheAnswer>()
    asked += 1
    const id = asked
    waiting.set(id, { hear: resolve, fail: reject })
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort)
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${Math.round(timeoutMs)} ms`)),
      timeoutMs,
    )
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
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      waiting.delete(id)
      if (waiting.size === 0) {
        if (shared === client) shared = undefined
        if (!client.isOver) rest(client)
      }
    }
  }
  const getShared = (): Client | undefined => (shared?.isOver === false ? shared : undefined)
  /**
   * Whoever waited idle may have died a moment ago, unseen, and whom others asked, too, they may have ended:
   * another is asked then, for as long as is left.
   */
  const askAny = async (...[question, timeoutMs, signal, isShort = false]: Parameters<Ask>) => {
    const beganMs = performance.now()
    signal.throwIfAborted()
    const found = (isShort ? getShared() : undefined) ?? take()
    const client = found ?? start(access)
    if (isShort) shared = client
    try {
      return await askClient(client, question, timeoutMs, signal)
    } catch (error) {
      if (!(error instanceof ClientEnded) || (found === undefined && !isShort)) throw error
    }
    signal.throwIfAborted()
    const other = (isShort ? getShared() : undefined) ?? start(access)
    if (isShort) shared = other
    return await askClient(other, question, timeoutMs - (performance.now() - beganMs), signal)
  }
  return (question, timeoutMs, signal, isShort = false) => {
    const ask = async () => readKeys(await askAny(question, timeoutMs, signal, isShort))
    return isShort ? ask() : gate(ask)
  }
}
