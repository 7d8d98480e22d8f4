import type { Duplex } from 'node:stream'
import type { EngineApi } from './engine-api.ts'

/**
 * Takes a name in the daemon that nobody else can have until it is released: that of a container which
 * only waits for the end of its input, and so for ours. Whatever ends this process releases it.
 *
 * @param imageId of any image that has a `cat`
 * @returns what releases it, and never fails; undefined where somebody has it
 */
export const takeLock = async (
  { get, post, remove, attach }: EngineApi,
  name: string,
  imageId: string,
  labels: Readonly<Record<string, string>>,
): Promise<(() => Promise<void>) | undefined> => {
  const container = {
    ...{ Image: imageId, Entrypoint: ['cat'], Cmd: [], Labels: labels, StopSignal: 'TERM' },
    ...{ AttachStdin: true, OpenStdin: true, StdinOnce: true },
    HostConfig: { AutoRemove: true, NetworkMode: 'none' },
  }
  const named = encodeURIComponent(name)
  const create = `/containers/create?name=${named}`
  const made = await post<{ readonly Id: string }>(create, container).catch(async (error) => {
    if ((await get(`/containers/${named}/json`)) !== undefined) return undefined
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
