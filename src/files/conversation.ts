import { runContainer } from '../docker/container.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { isWarning } from '../docker/warnings.ts'
import { Failure } from '../failure.ts'

/** What the helper says: a word and what belongs to it. */
export type Told = readonly string[]

export type Helper = {
  /** Commands, each a word and its fields. */
  readonly send: (commands: readonly (readonly (string | number)[])[]) => void
  /** Hears what it says until it says this word, and returns that. */
  readonly hearUntil: (word: string, hear?: (told: Told) => void) => Promise<Told>
}

/** As the helper reads them. */
export const toText = (commands: readonly (readonly (string | number)[])[]): string =>
  commands.map((fields) => `${fields.join('\0')}\0`).join('')

/** What it says, kept until somebody hears it. */
export const createMailbox = () => {
  const waiting: Told[] = []
  let ended: { readonly error: unknown } | undefined
  let wake = Promise.withResolvers<void>()
  const ring = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  const hearUntil: Helper['hearUntil'] = async (word, hear = () => {}) => {
    while (true) {
      for (let told = waiting.shift(); told !== undefined; told = waiting.shift()) {
        if (told[0] === word) return told
        hear(told)
      }
      if (ended !== undefined) throw ended.error
      await wake.promise
    }
  }
  return {
    hearUntil,
    add: (line: string): void => {
      waiting.push(line.split('\t'))
      ring()
    },
    end: (error: unknown): void => {
      ended ??= { error }
      ring()
    },
  }
}

/** Copying 30 GB to a slow disk, and fetching it before. */
const deadlineMs = 3 * 60 * 60_000

/**
 * Starts a helper, has it spoken with, and ends it, however that went.
 *
 * @throws {Failure} when it ends early, saying why; or what `speak` throws
 */
export const withHelper = async <T>(
  api: EngineApi,
  container: unknown,
  first: readonly (readonly (string | number)[])[],
  cancelled: AbortSignal,
  speak: (helper: Helper) => Promise<T>,
): Promise<T> => {
  const mailbox = createMailbox()
  const errors: string[] = []
  const stop = new AbortController()
  const signal = AbortSignal.any([cancelled, stop.signal])
  let reply: ((text: string) => void) | undefined
  let isOver = false
  const running = runContainer(api, container, toText(first), {
    deadlineMs,
    signal,
    onLine: (line, answer) => {
      reply = answer
      mailbox.add(line)
    },
    onErrorLine: (line) => {
      if (!isWarning(line) && errors.length < 20) errors.push(line.slice(0, 1_000))
    },
    isEnough: () => isOver,
  })
  const ended = running.then(
    (how) => mailbox.end(new Failure(`The helper ended early: ${errors.join(' ') || how}`)),
    (error: unknown) => mailbox.end(error),
  )
  const helper: Helper = {
    send: (commands) => reply?.(toText(commands)),
    hearUntil: mailbox.hearUntil,
  }
  try {
    const result = await speak(helper)
    isOver = true
    helper.send([['end']])
    await ended
    return result
  } catch (error) {
    stop.abort()
    await ended
    cancelled.throwIfAborted()
    throw error
  }
}
