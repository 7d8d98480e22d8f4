import { type Duplex, PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Failure } from '../failure.ts'
import { readStream } from '../host/bounds.ts'
import { pour, type Sink, splitLines } from '../host/lines.ts'
import type { EngineApi } from './engine-api.ts'
import { withoutWarnings } from './warnings.ts'

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
  const header = Buffer.alloc(headerBytes)
  let headed = 0
  // Of the piece that is on its way; it is passed on as it comes, whatever length it claims.
  let missing = 0
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      if (missing === 0) {
        const taken = chunk.copy(header, headed, at, at + headerBytes - headed)
        at += taken
        headed = (headed + taken) % headerBytes
        if (headed === 0) missing = header.readUInt32BE(4)
      } else {
        const piece = chunk.subarray(at, at + missing)
        const stream = header[0] === 2 ? stderr : stdout
        if (!stream.write(piece)) {
          socket.pause()
          stream.once('drain', () => socket.resume())
        }
        missing -= piece.length
        at += piece.length
      }
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

/**
 * Runs a program in a running container and returns what it printed.
 *
 * @throws {Failure} when it cannot be started there, has not ended by its deadline, floods us, or failed
 */
export const execute = async (
  { get, post, attach, cancelled }: EngineApi,
  container: string,
  argv: readonly string[],
  timeoutMs: number,
): Promise<string> => {
  cancelled?.throwIfAborted()
  const create = { Cmd: argv, AttachStdout: true, AttachStderr: true }
  const made = await post<{ readonly Id: string }>(`/containers/${container}/exec`, create)
  if (made === undefined) throw new Failure(`The container ${container} is gone`)
  const socket = await attach(`/exec/${made.Id}/start`, { Detach: false, Tty: false })
  const hangUp = (): void => void socket.destroy()
  const timer = setTimeout(hangUp, timeoutMs)
  cancelled?.addEventListener('abort', hangUp, { once: true })
  if (cancelled?.aborted) hangUp()
  const { stdout, stderr } = partStreams(socket)
  const what = `The output of \`${argv[0]}\` in ${container}`
  const [printed, said] = await Promise.all([
    readStream(stdout, what),
    readStream(stderr, what),
  ]).finally(() => {
    clearTimeout(timer)
    cancelled?.removeEventListener('abort', hangUp)
    hangUp()
  })
  cancelled?.throwIfAborted()
  const ended = await get<{ readonly ExitCode: number | null }>(`/exec/${made.Id}/json`)
  if (ended?.ExitCode === 0) return printed
  const code = ended?.ExitCode ?? 'none: it did not end within its deadline'
  const cause = new Error(withoutWarnings(said).slice(-1_000))
  throw new Failure(`\`${argv[0]}\` in ${container} failed: exit code ${code}`, { cause })
}

/** How long one that was asked to end is waited for; what it undoes goes on afterwards. */
const graceMs = 3_000

export type ContainerWatch = {
  readonly deadlineMs: number
  readonly signal: AbortSignal
  /** `reply` writes into its input. */
  readonly onLine: (line: string, reply: (text: string) => void) => void
  readonly onErrorLine: (line: string) => void
  /** Hears of its ID when it has started. */
  readonly onStarted?: (id: string, reply: (text: string) => void) => void
  /** Takes its output as bytes, in place of lines. */
  readonly createSink?: (reply: (bytes: string | Buffer) => void) => Sink
  /** True as soon as all that was wanted has been printed. */
  readonly isEnough: () => boolean
}

/** Asks a container to end when the deadline passes or the step is cancelled, and waits a little. */
const supervise = ({ post }: EngineApi, path: string, { deadlineMs, signal }: ContainerWatch) => {
  const timers: NodeJS.Timeout[] = []
  const lateness = Promise.withResolvers<string>()
  const end = (): void => {
    // A container that is gone, or a daemon that is: both end the connection, which is waited for.
    post(`${path}/kill?signal=TERM`).catch(() => {})
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
 * @param input what it reads first; may come while it starts
 * @returns how it ended, in words, where it did not say enough
 */
export const runContainer = async (
  api: EngineApi,
  container: unknown,
  input: string | Promise<string>,
  watch: ContainerWatch,
): Promise<string> => {
  const { post, remove, attach } = api
  const made = await post<{ readonly Id: string }>('/containers/create', container)
  if (made === undefined) return 'its image is gone'
  const path = `/containers/${made.Id}`
  try {
    const socket = await attach(`${path}/attach?stream=1&stdin=1&stdout=1&stderr=1`)
    const { stdout, stderr } = partStreams(socket)
    const enough = Promise.withResolvers<string>()
    const reply = (bytes: string | Buffer): void => void socket.write(bytes)
    const check = (): void => (watch.isEnough() ? enough.resolve('') : undefined)
    const sink = watch.createSink?.(reply)
    if (sink === undefined) {
      splitLines(stdout, (line) => {
        watch.onLine(line, reply)
        check()
      })
    } else {
      const write = (chunk: Buffer): void => {
        sink.write(chunk)
        check()
      }
      pour(stdout, { ...sink, write })
    }
    splitLines(stderr, watch.onErrorLine)
    const ended = Promise.all([finished(stdout), finished(stderr)])
    const give = async (): Promise<void> => void socket.write(await input)
    await Promise.all([post(`${path}/start`), give()])
    watch.onStarted?.(made.Id, reply)
    const { late, release } = supervise(api, path, watch)
    const end = ended.then(async () => {
      const waited = await post<Waited>(`${path}/wait?condition=removed`)
      return waited === undefined ? 'it ended' : `exit code ${waited.StatusCode}`
    })
    end.catch(() => {})
    return await Promise.race([enough.promise, end, late]).finally(release)
  } catch (error) {
    await remove(`${path}?force=true`).catch(() => {})
    throw error
  }
}
