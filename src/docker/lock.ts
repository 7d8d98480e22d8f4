import type { Duplex } from 'node:stream'
import { Failure } from '../failure.ts'
import type { EngineApi } from './engine-api.ts'

/** Somebody else's container has the name. */
const isTaken = (error: unknown): boolean =>
  error instanceof Failure && error.message.startsWith('Docker answered 409 ')

/**
 * Takes a name in the daemon that nobody else can have until it is released: that of a container which
 * only waits for the end of its input, and so for ours. Whatever ends this process releases it.
 *
 * @param imageId of any image that has a `cat`
 * @returns what releases it, and never fails; undefined where somebody has it
 */
export const takeLock = async (
  { post, remove, attach }: EngineApi,
  name: string,
  imageId: string,
  labels: Readonly<Record<string, string>>,
): Promise<(() => Promise<void>) | undefined> => {
  const container = {
    ...{ Image: imageId, Entrypoint: ['cat'], Cmd: [], Labels: labels, StopSignal: 'TERM' },
    ...{ AttachStdin: true, OpenStdin: true, StdinOnce: true },
    HostConfig: { AutoRemove: true, NetworkMode: 'none' },
  }
  const made = await post<{ readonly Id: string }>(
    `/containers/create?name=${encodeURIComponent(name)}`,
    container,
  ).catch((error: unknown) => {
    if (isTaken(error)) return undefined
    throw error
  })
  if (made === undefined) return undefined
  const path = `/containers/${made.Id}`
  let socket: Duplex | undefined
  const release = async (): Promise<void> => {
    socket?.destroy()
    await remove(`${path}?force=true`).catch(() => {})
  }
  try {
    socket = await attach(`${path}/attach?stream=1&stdin=1`)
    socket.on('error', () => {})
    await post(`${path}/start`)
    return release
  } catch (error) {
    await release()
    throw error
  }
}
