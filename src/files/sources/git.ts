import type { Env } from '../../host/command.ts'
import { runCaptured } from '../../host/process.ts'

/** Who asks git. */
export type GitAsker = { readonly env: Env; readonly signal: AbortSignal }

/** What git says of a repository that others have written: no hook and no program of it runs, and no server is asked. */
export const askGit = async (
  { env, signal }: GitAsker,
  args: readonly string[],
  stdin?: { readonly fd: number },
): Promise<string | undefined> => {
  const inherited = Object.entries(env).filter(([name]) => !name.startsWith('GIT_'))
  const { code, stdout } = await runCaptured({
    file: 'git',
    args: ['-c', 'core.fsmonitor=false', '-c', 'protocol.allow=never', ...args],
    env: {
      ...Object.fromEntries(inherited),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_NO_LAZY_FETCH: '1',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    },
    cwd: '/',
    stdin,
    timeoutMs: 20_000,
    signal,
  })
  signal.throwIfAborted()
  return code === 0 ? stdout : undefined
}
