import type { Duplex } from 'node:stream'
import { partStreams } from '../../docker/container.ts'
import type { EngineApi } from '../../docker/engine-api.ts'
import { splitLines } from '../../host/lines.ts'
import { type KnownContainer, parseContainers } from '../nodes/node-report.ts'
import { readScript } from '../nodes/node-script.ts'

/** What a node tells: the containers that it has, or with what one of them has ended. */
type Heard = {
  readonly containers: readonly KnownContainer[]
  readonly end: ({ readonly id: string } & NonNullable<KnownContainer['ended']>) | undefined
}

/** A node's list is one line, of more than 1 KB for each container; half of one says nothing. */
const longestList = 8 * 1024 * 1024

const toHeard = (line: string): Heard => {
  const [, id, exitCode, seconds] = /^exited ([0-9a-f]{64}) (\d+) (\d+)$/.exec(line) ?? []
  if (id === undefined) return { containers: parseContainers(line), end: undefined }
  const end = { id, exitCode: Number(exitCode), atMs: Number(seconds) * 1_000 }
  return { containers: [], end }
}

/**
 * Hears from a node which containers it has, each time that changes, and how they end, until the connection is ended.
 *
 * @returns undefined when the node is gone
 */
const listen = async (
  { tell, attach }: EngineApi,
  nodeId: string,
  hear: (heard: Heard) => void,
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
  const cutAt = (text: string): number => (text.length > longestList ? longestList : 0)
  splitLines(stdout, (line) => hear(toHeard(line)), cutAt)
  stderr.resume()
  return socket
}

/**
 * Notes the nodes' containers until `isWanted` says no, or all nodes are gone.
 *
 * @param note is given each container, and again when it has ended; nothing at first, as a sign that somebody listens
 */
export const takeNotes = async (
  api: EngineApi,
  nodeIds: readonly string[],
  note: (containers: readonly KnownContainer[]) => void,
  isWanted: () => boolean,
): Promise<void> => {
  const noted = new Map<string, KnownContainer>()
  const ends = new Map<string, KnownContainer['ended']>()
  const hear = ({ containers, end }: Heard): void => {
    if (end !== undefined) ends.set(end.id, { exitCode: end.exitCode, atMs: end.atMs })
    const known = end && noted.get(end.id)
    const news = [...containers.filter(({ id }) => !noted.has(id)), ...(known ? [known] : [])].map(
      (each) => ({ ...each, ended: ends.get(each.id) }),
    )
    for (const each of news) noted.set(each.id, each)
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
