import type { Env } from '../host/command.ts'
import { runCaptured } from '../host/process.ts'
import { type Answer, no, ok } from './check.ts'

/** @param said by sudo; undefined where it works */
export const explainSudo = (user: number | undefined, said: string | undefined): Answer => {
  if (user === 0) return ok('this user is root')
  if (said === undefined) return ok('sudo without a password')
  return no(
    `sudo does not work (${said}): free-disk deletes nothing, and OOM kills are found without the kernel's log where the nodes are gone`,
    'Where you want that, allow it to the user of the runner in /etc/sudoers.d: `USER ALL=(root) NOPASSWD: /usr/bin/dmesg`.',
  )
}

export const checkSudo = async (env: Env, signal: AbortSignal): Promise<Answer> => {
  const user = process.getuid?.()
  if (user === 0) return explainSudo(user, undefined)
  const command = { file: 'sudo', args: ['-n', 'true'], env, timeoutMs: 2_000, signal }
  const ended = await runCaptured(command).catch((error: Error) => ({
    code: 1,
    stderr: error.message,
  }))
  const said = ended.stderr.trim().split('\n').at(-1) || `exit code ${ended.code}`
  return explainSudo(user, ended.code === 0 ? undefined : said)
}
