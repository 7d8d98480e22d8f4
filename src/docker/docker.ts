import { Failure } from '../failure.ts'
import type { Command, Env } from '../host/command.ts'
import { pour, type Sink } from '../host/lines.ts'
import { type Ended, runCaptured, runStreaming } from '../host/process.ts'
import { findPlainBuildx } from './programs.ts'
import { findSocket } from './socket.ts'
import { withoutWarnings } from './warnings.ts'

/** The docker command with the caller's context, host and logins. */
export type Docker = {
  /** Whether the daemon is on this machine, going by its socket. */
  readonly isLocal: boolean
  /** Runs to the end; an exit code other than 0 is a result, not an error. */
  readonly try: (args: readonly string[], options?: DockerOptions) => Promise<Ended>
  /** Runs to the end and returns stdout; an exit code other than 0 is a {@link Failure}. */
  readonly run: (args: readonly string[], options?: DockerOptions) => Promise<string>
  /** Hands what it prints to the caller as it comes, stdout and stderr to a sink of their own. */
  readonly follow: (
    args: readonly string[],
    createSink: () => Sink,
    options?: DockerOptions,
  ) => Promise<Pick<Ended, 'code' | 'timedOut'>>
  /** The command itself, for those who need its pipes. */
  readonly command: (args: readonly string[], options?: DockerOptions) => Command
}

export type DockerOptions = {
  readonly stdin?: Command['stdin']
  readonly cwd?: string
  readonly timeoutMs?: number
  /** Further variables for this command alone. */
  readonly env?: Env
}

/** Questions to the daemon take milliseconds; a minute means that it hangs. */
const defaultTimeoutMs = 60_000

const lastLines = (text: string): string =>
  withoutWarnings(text).trim().split('\n').slice(-3).join(' ').slice(0, 1_000)

/** What a failed command says for itself, in one line. */
export const describeEnd = (ended: Ended): string => {
  if (ended.timedOut) return 'no answer within its deadline'
  const said = lastLines(ended.stderr) || lastLines(ended.stdout)
  return `exit code ${ended.code ?? 'none (ended by a signal)'}${said === '' ? '' : `: ${said}`}`
}

export const createDocker = (env: Env, signal?: AbortSignal): Docker => {
  let buildx: { readonly file: string | undefined } | undefined
  /** Docker would start its plugin twice, and wait for the first: a quarter of a second. */
  const toProgram = (args: readonly string[]): Pick<Command, 'file' | 'args'> => {
    if (args[0] !== 'buildx') return { file: 'docker', args }
    buildx ??= { file: findPlainBuildx(env) }
    const { file } = buildx
    return file === undefined ? { file: 'docker', args } : { file, args: args.slice(1) }
  }
  const command = (args: readonly string[], options: DockerOptions = {}): Command => ({
    ...toProgram(args),
    timeoutMs: defaultTimeoutMs,
    signal,
    ...options,
    env: { ...env, ...options.env },
  })
  const attempt: Docker['try'] = (args, options) => runCaptured(command(args, options))
  return {
    isLocal: findSocket(env) !== undefined,
    command,
    try: attempt,
    run: async (args, options) => {
      const ended = await attempt(args, options)
      if (ended.code === 0) return ended.stdout
      throw new Failure(`\`docker ${args.slice(0, 2).join(' ')}\` failed: ${describeEnd(ended)}`)
    },
    follow: (args, createSink, options) =>
      runStreaming(command(args, options), {
        stdout: (stream) => pour(stream, createSink()),
        stderr: (stream) => pour(stream, createSink()),
      }),
  }
}
