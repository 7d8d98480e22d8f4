import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Where a step of a build waits until a test lets it go on. */
export type Barrier = {
  /** The command that waits, for a build on the host's network. */
  readonly command: string
  /** Settles when the command waits. */
  readonly held: Promise<unknown>
  readonly open: () => void
  readonly stop: () => Promise<void>
}

/**
 * So that what never opens it makes a test fail, and not hang. It counts from the start, before anything waits, so
 * it is long enough for a busy machine to come there.
 */
const patienceMs = 300_000

export const startBarrier = async (): Promise<Barrier> => {
  const waiting = new Set<Socket>()
  let isOpen = false
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (isOpen) return void socket.end('\n')
    waiting.add(socket)
  })
  const open = (): void => {
    isOpen = true
    for (const socket of waiting) socket.end('\n')
  }
  const held = once(server, 'connection')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const patience = setTimeout(open, patienceMs)
  const { port } = server.address() as AddressInfo
  return {
    command: `bash -c 'read </dev/tcp/127.0.0.1/${port}'`,
    held,
    open,
    stop: async () => {
      clearTimeout(patience)
      for (const socket of waiting) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
