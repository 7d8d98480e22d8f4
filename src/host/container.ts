import { type Duplex, PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Failure } from '../failure.ts'
import type { EngineApi } from './engine-api.ts'
import { splitLines } from './log-fence.ts'

/** Before each piece: which stream, three zeros, its length (Docker's API, "Attach to a container"). */
const headerBytes = 8

/**
 * Parts what a container prints into standard output and error. Both end when it has ended or the
 * connection is lost.
 */
export const partStreams = (
  socket: Duplex,
): { readonly stdout: PassThrough; readonly stderr: PassThrough } => {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4)
      if (rest.length < end) return
      const stream = rest[0] === 2 ? stderr : stdout
      stream.write(rest.subarray(headerBytes, end))
      rest = rest.subarray(end)
    }
  })
  const end = (): void => {
    stdout.end()
    stderr.end()
  }
  socket.once('end', end)
  socket.once('close', end)
  return { stdout, stderr }
}

const collect = async (stream: PassThrough): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Runs a program in a running container and returns what it printed.
 *
 * @throws {Failure} when it cannot be started there, has not ended by its deadline, or failed
 */
export const execute = async (
  { ask, tell, attach }: EngineApi,
  container: string,
  argv: readonly string[],
  timeoutMs: number,
): Promise<string> => {
  const create = { Cmd: argv, AttachStdout: true, AttachStderr: true }
  const made = await tell<{ readonly Id: string }>('POST', `/containers/${container}/exec`, create)
  if (made === undefined) throw new Failure(`The container ${container} is gone`)
  const socket = await attach(`/exec/${made.Id}/start`, { Detach: false, Tty: false })
  const timer = setTimeout(() => socket.destroy(), timeoutMs)
  const { stdout, stderr } = partStreams(socket)
  const [printed, said] = await Promise.all([collect(stdout), collect(stderr)])
  clearTimeout(timer)
  const ended = await ask<{ readonly ExitCode: number | null }>(`/exec/${made.Id}/json`)
  if (ended?.ExitCode === 0) return printed
  const code = ended?.ExitCode ?? 'none: it has not ended within its deadline'
  throw new Failure(
    `\`${argv[0]}\` in ${container} failed: exit code ${code} ${said.slice(-1_000)}`,
  )
}

/** How long one that was asked to end is waited for; what it undoes goes on afterwards. */
const graceMs = 3_000

export type ContainerWatch = {
  readonly deadlineMs: number
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
  readonly onErrorLine: (line: string) => void
  /** True as soon as all that was wanted has been printed. */
  readonly isEnough: () => boolean
}

/** Asks a container to end when the deadline passes or the step is cancelled, and waits a little. */
const supervise = ({ tell }: EngineApi, path: string, { deadlineMs, signal }: ContainerWatch) => {
  const timers: NodeJS.Timeout[] = []
  const lateness = Promise.withResolvers<string>()
  const end = (): void => {
    // A container that is gone, or a daemon that is: both end the connection, which is waited for.
    tell('POST', `${path}/kill?signal=TERM`).catch(() => {})
    timers.push(setTimeout(lateness.resolve, graceMs, 'it does not end'))
  }
  timers.push(setTimeout(end, deadlineMs))
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  const release = (): void => {
    for (const timer of timers) clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
  return { late: lateness.promise, release }
}

type Waited = { readonly StatusCode: number }

/**
 * Runs a container to its end, or until it has said enough. Its input stays open as a lifeline: its
 * end tells it that we are gone.
 *
 * @param container as Docker's API takes it, with AutoRemove
 * @param input what it reads first
 * @returns how it ended, in words, where it did not say enough
 */
export const runContainer = async (
  api: EngineApi,
  container: unknown,
  input: string,
  watch: ContainerWatch,
): Promise<string> => {
  const { tell, attach } = api
  const made = await tell<{ readonly Id: string }>('POST', '/containers/create', container)
  if (made === undefined) return 'its image is gone'
  const path = `/containers/${made.Id}`
  try {
    const socket = await attach(`${path}/attach?stream=1&stdin=1&stdout=1&stderr=1`)
    const { stdout, stderr } = partStreams(socket)
    const enough = Promise.withResolvers<string>()
    splitLines(stdout, (line) => {
      watch.onLine(line)
      if (watch.isEnough()) enough.resolve('')
    })
    splitLines(stderr, watch.onErrorLine)
    const ended = Promise.all([finished(stdout), finished(stderr)])
    await tell('POST', `${path}/start`)
    socket.write(input)
    const { late, release } = supervise(api, path, watch)
    const end = ended.then(async () => {
      const waited = await tell<Waited>('POST', `${path}/wait?condition=removed`)
      return waited === undefined ? 'it ended' : `exit code ${waited.StatusCode}`
    })
    end.catch(() => {})
    return await Promise.race([enough.promise, end, late]).finally(release)
  } catch (error) {
    await tell('DELETE', `${path}?force=true`).catch(() => {})
    throw error
  }
}
