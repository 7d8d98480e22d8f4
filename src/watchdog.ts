import { createInterface } from 'node:readline'
import { Secret } from './secret.ts'
import { type GuardedToken, revokeToken } from './token/installation-token.ts'
import type { WatchdogMessage } from './token/watchdog.ts'

/**
 * Runs beside main while it has a minted token. Ends with main's "done"; when standard input ends
 * without it, main was killed, and the tokens are revoked from here.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const guarded: GuardedToken[] = []
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as WatchdogMessage
  if (message === 'done') process.exit()
  guarded.push({ apiUrl: message.guard.apiUrl, token: new Secret(message.guard.token) })
}
await Promise.allSettled(guarded.map((token) => revokeToken(token, () => {})))
process.exit()
