import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly signal?: AbortSignal
  readonly input?: Iterable<Buffer>
  /** Told the process's ID as soon as there is one. */
  readonly onStart?: (pid: number) => void
}

/** What a program gets between SIGTERM and SIGKILL. */
const graceMs = 5_000

/** The last words of a program are what tells why it failed. */
const keptErrorChars = 4_000

/**
 * Ends a program and all that it started. It has a process group of its own, so that a Ctrl-C in a
 * terminal reaches this process alone, which then undoes things in order.
 */
const endGroup = (pid: number | undefined): NodeJS.Timeout | undefined => {
  if (pid === undefined) return undefined
  const kill = (name: NodeJS.Signals): void => {
    try {
      process.kill(-pid, name)
    } catch {
      // It has ended in the meantime.
    }
  }
  kill('SIGTERM')
  return setTimeout(() => kill('SIGKILL'), graceMs)
}

const describe = (file: string, args: readonly string[]): string =>
  [file.split('/').at(-1), ...args.slice(0, 2)].join(' ').split('\n')[0]?.slice(0, 80) ?? file

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws {Error} with its last words when it failed
 */
export const run = async (
  file: string,
  args: readonly string[],
  { env, cwd, signal, input, onStart }: RunOptions = {},
): Promise<string> => {
  signal?.throwIfAborted()
  const stdin = input === undefined ? 'ignore' : 'pipe'
  const child = spawn(file, [...args], {
    detached: true,
    stdio: [stdin, 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    timer = endGroup(child.pid)
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  const printed: Buffer[] = []
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-keptErrorChars)
  })
  // A program that ends early closes the pipe; its exit code says why.
  const fed =
    input === undefined || child.stdin === null
      ? undefined
      : pipeline(Readable.from(input), child.stdin).catch(() => {})
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    await fed
    signal?.throwIfAborted()
    const stdout = Buffer.concat(printed).toString('utf8')
    if (code === 0) return stdout
    const words = (said.trim() || stdout.trim()).split('\n').slice(-3).join(' ')
    throw new Error(`${describe(file, args)}: exit code ${code ?? 'none (a signal)'}: ${words}`)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
