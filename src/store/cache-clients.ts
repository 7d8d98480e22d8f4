import type { Readable } from 'node:stream'
import { createGate } from '../host/at-once.ts'
import { splitLines } from '../host/lines.ts'
import {
  type CacheAccess,
  type CacheQuestion,
  hearClient,
  parseAnswer,
  startClient,
} from './ask-cache.ts'

type Client = {
  readonly group: ReturnType<typeof startClient>
  readonly answers: Answers
  isOver: boolean
}

/** Nobody who died is asked twice, so whoever asks again gets another. */
class ClientEnded extends Error {}

/**
 * @returns as {@link askCache}
 * @throws as {@link askCache}; whoever was asked is ended then
 */
type Ask = (
  question: Omit<CacheQuestion, 'variables'>,
  timeoutMs: number,
  signal: AbortSignal,
  /** Whether it is soon answered: nobody waits for it until something large has come. */
  isShort?: boolean,
) => Promise<readonly (string | undefined)[]>

type Answers = { hear: (line: string) => void; fail: (error: unknown) => void }

/** Each costs a third of a second of processor time, and moves eight pieces at once. */
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
  const answers: Answers = { hear: () => {}, fail: () => {} }
  const client: Client = { group, answers, isOver: false }
  alive.add(client)
  splitLines(group.child.stdio[3] as Readable, (line) => answers.hear(line))
  hearClient(group.child, access)
  const end = (error: unknown): void => {
    client.isOver = true
    alive.delete(client)
    answers.fail(error)
  }
  group.ended.then(
    ({ code }) => end(new ClientEnded(`the client ended with exit code ${code}`)),
    (error: unknown) => end(error),
  )
  return client
}

/**
 * Processes that ask the Actions cache one question after another: each takes a third of a second to start,
 * and an image has many entries. See {@link askCache} for why they are processes.
 */
export const createCacheClients = (access: CacheAccess): Ask => {
  const gate = createGate(mostClients)
  const idle: { readonly client: Client; readonly timer: NodeJS.Timeout }[] = []
  const rest = (client: Client): void => {
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((each) => each.client === client),
        1,
      )
      // It ends when it hears no more.
      client.group.child.stdin?.end()
    }, idleMs)
    idle.push({ client, timer })
  }
  const takeIdle = (): Client | undefined => {
    const found = idle.pop()
    if (found === undefined) return undefined
    clearTimeout(found.timer)
    return found.client.isOver ? takeIdle() : found.client
  }
  const askClient = async (client: Client, ...[question, timeoutMs, signal]: Parameters<Ask>) => {
    const { group, answers } = client
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    Object.assign(answers, { hear: resolve, fail: reject })
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort)
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    try {
      group.child.stdin?.write(`${JSON.stringify({ ...question, variables: access.variables })}\n`)
      const answer = parseAnswer(await promise)
      rest(client)
      return answer
    } catch (error) {
      group.end()
      await group.ended.catch(() => {})
      throw error
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }
  /** Whoever waited idle may have died a moment ago, unseen: a new one is asked then. */
  const askAny: Ask = async (question, timeoutMs, signal) => {
    signal.throwIfAborted()
    const idler = takeIdle()
    if (idler !== undefined)
      try {
        return await askClient(idler, question, timeoutMs, signal)
      } catch (error) {
        if (!(error instanceof ClientEnded)) throw error
        signal.throwIfAborted()
      }
    return await askClient(start(access), question, timeoutMs, signal)
  }
  return (question, timeoutMs, signal, isShort = false) => {
    const ask = () => askAny(question, timeoutMs, signal)
    return isShort ? ask() : gate(ask)
  }
}
