import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { MintedToken } from './mint.ts'

/** A line that the watchdog reads: a token to guard, or that all of them have ended. */
export type WatchdogMessage =
  | { readonly guard: { readonly apiUrl: string; readonly token: string } }
  | 'done'

/** Guards tokens against our own sudden end. */
export type Watchdog = {
  readonly guard: (token: MintedToken) => void
  /** Tells that nothing is left to revoke, and waits for the watchdog's end. */
  readonly dismiss: () => Promise<void>
}

const send = ({ stdin }: ChildProcess, message: WatchdogMessage): void => {
  stdin?.write(`${JSON.stringify(message)}\n`)
}

/** A watchdog that does not end by itself must not hold up the step. */
const patienceMs = 3_000

/**
 * Starts a process of its own that holds tokens in memory and revokes them when its standard input
 * ends without a word: then we were killed. Tokens reach it through a pipe alone. It has a session of
 * its own, so that a signal to our process group does not reach it.
 */
export const startWatchdog = (env: Readonly<Record<string, string>>): Watchdog => {
  const script = fileURLToPath(new URL('./watchdog.js', import.meta.url))
  const child = spawn(process.execPath, [script], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  // Without a watchdog the step works as well; the pipe's end shows in the same way.
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  return {
    guard: ({ apiUrl, secret }) => send(child, { guard: { apiUrl, token: secret.expose() } }),
    dismiss: async () => {
      if (child.exitCode !== null || child.pid === undefined) return
      const ended = once(child, 'close')
      send(child, 'done')
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      await ended
      clearTimeout(timer)
    },
  }
}
