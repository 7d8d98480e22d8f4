import { finished } from 'node:stream/promises'
import { Failure, renderError } from '../failure.ts'
import { splitLines } from '../host/lines.ts'
import { partStreams } from './container.ts'
import type { EngineApi } from './engine-api.ts'

/** How a container's program ended; `late` where it had not by its deadline. */
export type ProgramEnd =
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'late' }
  /** In the daemon's words. */
  | { readonly kind: 'not started'; readonly why: string }

type Options = {
  readonly deadlineMs: number
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}

/** Fulfilled when a time has passed or the step is cancelled. */
const waitForEnd = (deadlineMs: number, signal: AbortSignal) => {
  const late = Promise.withResolvers<'late'>()
  const end = (): void => late.resolve('late')
  const timer = setTimeout(end, deadlineMs)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  const release = (): void => {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
  return { late: late.promise, release }
}

/**
 * Runs a container whose program knows nothing of us, and removes it with its volumes whatever it does.
 *
 * @param container as Docker's API takes it, without AutoRemove: its exit code would go with it
 * @throws {Failure} when it cannot be made, or the step is cancelled
 */
export const runToEnd = async (
  { post, remove, attach }: EngineApi,
  container: unknown,
  { deadlineMs, signal, onLine }: Options,
): Promise<ProgramEnd> => {
  signal.throwIfAborted()
  const made = await post<{ readonly Id: string }>('/containers/create', container)
  if (made === undefined) throw new Failure('Docker no longer has the image')
  const path = `/containers/${made.Id}`
  try {
    const socket = await attach(`${path}/attach?stream=1&stdout=1&stderr=1`)
    const { stdout, stderr } = partStreams(socket)
    for (const stream of [stdout, stderr]) splitLines(stream, onLine)
    const ended = Promise.all([finished(stdout), finished(stderr)])
    ended.catch(() => {})
    const why = await post(`${path}/start`).then(() => undefined, renderError)
    if (why !== undefined) {
      socket.destroy()
      return { kind: 'not started', why }
    }
    const { late, release } = waitForEnd(deadlineMs, signal)
    const end = await Promise.race([ended, late]).finally(release)
    if (end === 'late') socket.destroy()
    signal.throwIfAborted()
    if (end === 'late') return { kind: 'late' }
    const waited = await post<{ readonly StatusCode: number }>(`${path}/wait`)
    if (waited === undefined) throw new Failure('Somebody removed the container')
    return { kind: 'ended', exitCode: waited.StatusCode }
  } finally {
    await remove(`${path}?force=true&v=true`).catch(() => {})
  }
}
