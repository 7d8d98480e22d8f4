import type { Env } from '../host/command.ts'
import { runCaptured } from '../host/process.ts'
import { type Answer, no, ok } from './check.ts'

/** What sudo does without a password: all, or reading the kernel's log alone; else what it said. */
type Sudo = 'all' | 'dmesg' | { readonly said: string }

export const explainSudo = (user: number | undefined, sudo: Sudo): Answer => {
  if (user === 0) return ok('this user is root')
  if (sudo === 'all') return ok('sudo without a password')
  if (sudo === 'dmesg') return ok("sudo without a password for `dmesg`, the kernel's log")
  return no(
    `sudo does not work (${sudo.said}): free-disk deletes nothing, and OOM kills are found without the kernel's log where the nodes are gone`,
    'Where you want that log, allow it to the user of the runner in /etc/sudoers.d: `USER ALL=(root) NOPASSWD: /usr/bin/dmesg`.',
  )
}

export const checkSudo = async (
  env: Env,
  signal: AbortSignal,
  user: number | undefined = process.getuid?.(),
): Promise<Answer> => {
  if (user === 0) return explainSudo(user, 'all')
  /** @returns what it said; undefined where it works */
  const ask = async (...args: readonly string[]): Promise<string | undefined> => {
    const command = { file: 'sudo', args: ['-n', ...args], env, timeoutMs: 2_000, signal }
    const { code, stderr } = await runCaptured(command).catch((error: Error) => ({
      code: 1,
      stderr: error.message,
    }))
    return code === 0 ? undefined : stderr.trim().split('\n').at(-1) || `exit code ${code}`
  }
  const said = await ask('true')
  if (said === undefined) return explainSudo(user, 'all')
  const mayReadLog = (await ask('dmesg', '--version')) === undefined
  return explainSudo(user, mayReadLog ? 'dmesg' : { said })
}
