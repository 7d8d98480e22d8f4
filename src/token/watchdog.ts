import { type ChildProcess, spawn } from 'node:child_process'
import timers from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Env } from '../host/command.ts'
import type { GuardedToken } from './installation-token.ts'

/** A line that the watchdog reads: a token to guard, or that all of them have ended. */
export type WatchdogMessage =
  | { readonly guard: { readonly apiUrl: string; readonly token: string } }
  | 'done'

const send = ({ stdin }: ChildProcess, message: WatchdogMessage): void => {
  stdin?.write(`${JSON.stringify(message)}\n`)
}

const guardBy = (child: ChildProcess, { apiUrl, token }: GuardedToken): void =>
  send(child, { guard: { apiUrl, token: token.expose() } })

/** A watchdog that does not end by itself must not hold up the step. */
const patienceMs = 1_500

/** What dies again and again is not started for ever. */
const mostDeaths = 3

/** Beside us in the bundle; a source beside sources. */
const script = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('../watchdog.ts', import.meta.url)
    : new URL('./watchdog.js', import.meta.url),
)

const hasEnded = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null

/**
 * Starts a process of its own that holds tokens in memory and revokes them when its standard input
 * ends without a word: then we were killed. Tokens reach it through a pipe alone. It has a session of
 * its own, so that a signal to our process group does not reach it. When it dies another one takes its
 * place.
 *
 * @param warn hears of that
 */
export const startWatchdog = (env: Env, warn: (message: string) => void) => {
  const guarded: GuardedToken[] = []
  let deaths = 0
  let isOver = false
  const start = (): ChildProcess => {
    const child = spawn(process.execPath, [script], {
      // The toolkit would read the event when it is imported: whatever is there, and however large.
      env: { ...env, GITHUB_EVENT_PATH: '' },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    // The pipe's end shows in the same way.
    child.stdin.on('error', () => {})
    child.once('error', ({ message }) => replace(message))
    child.once('exit', (code, signal) => replace(signal ?? `exit code ${code}`))
    for (const token of guarded) guardBy(child, token)
    return child
  }
  const replace = (why: string): void => {
    if (isOver) return
    deaths += 1
    const what = `The watchdog, which revokes the token should this step be killed, has ended (${why})`
    if (deaths > mostDeaths) {
      // Without one the step works as well.
      isOver = true
      warn(`${what} ${deaths} times: there is none from here on.`)
      return
    }
    child = start()
    warn(`${what}: started another one.`)
  }
  let child = start()
  return {
    guard: (token: GuardedToken): void => {
      guarded.push(token)
      guardBy(child, token)
    },
    /** Tells that nothing is left to revoke, and waits for the watchdog's end. */
    dismiss: async (): Promise<void> => {
      isOver = true
      if (hasEnded(child)) return
      const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
      send(child, 'done')
      child.stdin?.end()
      await Promise.race([ended, timers.setTimeout(patienceMs, undefined, { ref: false })])
      child.kill('SIGKILL')
    },
    /** Leaves what it guards to it: it revokes, also when we have ended. */
    release: (): void => {
      isOver = true
      child.stdin?.end()
      child.unref()
    },
  }
}

/** Guards tokens against our own sudden end. */
export type Watchdog = ReturnType<typeof startWatchdog>
