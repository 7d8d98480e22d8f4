import { createServer } from 'node:net'

/**
 * Takes a name on this machine that no other process can have until it is released: that of a socket
 * without a file. Whatever ends this process releases it, and no child inherits it.
 *
 * @returns what releases it; undefined where somebody has it
 */
export const takeNameLock = async (name: string): Promise<(() => Promise<void>) | undefined> => {
  const server = createServer((socket) => socket.destroy())
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  server.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
  )
  // unix(7): a name that begins with a zero is in no folder.
  server.listen(`\0${name}`, () => resolve(true))
  if (!(await promise)) return undefined
  server.unref()
  return () => new Promise((done) => server.close(() => done()))
}
