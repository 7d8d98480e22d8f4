import type { Duplex } from 'node:stream'
import { partStreams } from '../../host/container.ts'
import type { EngineApi } from '../../host/engine-api.ts'
import { splitLines } from '../../host/log-fence.ts'
import { type KnownContainer, parseContainers } from '../nodes/node-report.ts'
import { readScript } from '../nodes/node-script.ts'

/**
 * Hears from a node which containers it has, each time that changes, until the connection is ended.
 *
 * @returns undefined when the node is gone
 */
const listen = async (
  { tell, attach }: EngineApi,
  nodeId: string,
  hear: (containers: readonly KnownContainer[]) => void,
): Promise<Duplex | undefined> => {
  const create = {
    Cmd: ['bash', '-c', readScript('notes')],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  }
  const made = await tell<{ readonly Id: string }>('POST', `/containers/${nodeId}/exec`, create)
  if (made === undefined) return undefined
  const socket = await attach(`/exec/${made.Id}/start`, { Detach: false, Tty: false })
  const { stdout, stderr } = partStreams(socket)
  splitLines(stdout, (line) => hear(parseContainers(line)))
  stderr.resume()
  return socket
}

/**
 * Notes the nodes' containers until `isWanted` says no, or all nodes are gone.
 *
 * @param note is given each container once; nothing at first, as a sign that somebody listens
 */
export const takeNotes = async (
  api: EngineApi,
  nodeIds: readonly string[],
  note: (containers: readonly KnownContainer[]) => void,
  isWanted: () => boolean,
): Promise<void> => {
  const noted = new Set<string>()
  const hear = (containers: readonly KnownContainer[]): void => {
    const news = containers.filter(({ id }) => !noted.has(id))
    for (const { id } of news) noted.add(id)
    if (news.length > 0 && isWanted()) note(news)
  }
  const listening = nodeIds.map((id) => listen(api, id, hear).catch(() => undefined))
  const sockets = (await Promise.all(listening)).filter((socket) => socket !== undefined)
  note([])
  const ended = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  const timer = setInterval(() => {
    // The end of their input is what the nodes' ends wait for.
    if (!isWanted()) for (const socket of sockets) socket.destroy()
  }, 1_000)
  await Promise.all(ended)
  clearInterval(timer)
}
