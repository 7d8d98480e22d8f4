import type { Duplex } from 'node:stream'
import { partStreams } from '../../docker/container.ts'
import type { EngineApi } from '../../docker/engine-api.ts'
import { splitLines } from '../../host/lines.ts'
import { readScript } from '../nodes/gather-nodes.ts'
import { type KnownContainer, parseContainers } from '../nodes/node-report.ts'

/** A node's list is one line, of more than 1 KB for each container; half of one says nothing. */
const longestList = 8 * 1024 * 1024

const exitPattern = /^exited ([0-9a-f]{64}) (\d+) (\d+)$/

/**
 * Hears from a node which containers it has, each time that changes, and how they end, until the connection is ended.
 *
 * @returns undefined when the node is gone
 */
const listen = async (
  { post, attach }: EngineApi,
  nodeId: string,
  hear: (line: string) => void,
): Promise<Duplex | undefined> => {
  const streams = { AttachStdin: true, AttachStdout: true, AttachStderr: true }
  const create = { Cmd: ['bash', '-c', readScript('record')], ...streams }
  const made = await post<{ readonly Id: string }>(`/containers/${nodeId}/exec`, create)
  if (made === undefined) return undefined
  const socket = await attach(`/exec/${made.Id}/start`, { Detach: false, Tty: false })
  const { stdout, stderr } = partStreams(socket)
  const cutAt = (text: string): number => (text.length > longestList ? longestList : 0)
  splitLines(stdout, hear, cutAt)
  stderr.resume()
  return socket
}

/**
 * Records the nodes' containers until `isWanted` says no, or all nodes are gone.
 *
 * @param record is given each container, and again when it has ended; nothing at first, as a sign that somebody listens
 */
export const recordPods = async (
  api: EngineApi,
  nodeIds: readonly string[],
  record: (containers: readonly KnownContainer[]) => void,
  isWanted: () => boolean,
): Promise<void> => {
  const recorded = new Map<string, KnownContainer>()
  const ends = new Map<string, KnownContainer['ended']>()
  const hear = (line: string): void => {
    const [, endedId = '', exitCode, seconds] = exitPattern.exec(line) ?? []
    if (endedId !== '') {
      ends.set(endedId, { exitCode: Number(exitCode), atMs: Number(seconds) * 1_000 })
    }
    const known = recorded.get(endedId) ?? []
    const listed = parseContainers(line).filter(({ id }) => !recorded.has(id))
    const added = [...listed, known].flat().map((each) => ({ ...each, ended: ends.get(each.id) }))
    for (const each of added) recorded.set(each.id, each)
    if (added.length > 0 && isWanted()) record(added)
  }
  const listening = nodeIds.map((id) => listen(api, id, hear).catch(() => undefined))
  const sockets = (await Promise.all(listening)).filter((socket) => socket !== undefined)
  record([])
  const ended = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  const timer = setInterval(() => {
    // The end of their input is what the nodes' ends wait for.
    if (!isWanted()) for (const socket of sockets) socket.destroy()
  }, 1_000)
  await Promise.all(ended)
  clearInterval(timer)
}
