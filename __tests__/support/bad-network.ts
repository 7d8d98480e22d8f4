import { once } from 'node:events'
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Seen = {
  readonly method: string
  readonly url: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

/** What happens to an answer on its way. */
export type Trouble = {
  /** Ends it after so many bytes. */
  readonly cutAfter?: number
  /** Resets the connection there, as a middlebox does. */
  readonly isReset?: true
  /** Added to those of the answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Changes the byte there. */
  readonly changeAt?: number
  /** Asks for all of it, whatever part was asked for. */
  readonly isWithoutRanges?: true
  /** Answers in the registry's place. */
  readonly answer?: (response: ServerResponse) => void
}

/** A network before a real registry, which is what it is told to be. */
export type BadNetwork = {
  readonly host: string
  readonly seen: Seen[]
  readonly stop: () => Promise<void>
}

const forward = (
  target: string,
  { cutAfter, isReset, headers: added, changeAt = -1, isWithoutRanges }: Trouble,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const { range: _, authorization: __, host: ___, ...rest } = request.headers
  const range = request.headers.range
  const headers = { ...rest, ...(range && !isWithoutRanges && { range }) }
  const url = `http://${target}${request.url}`
  ask(url, { method: request.method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...added })
    let bytes = 0
    answer.on('data', (chunk: Buffer) => {
      if (response.destroyed) return
      const at = changeAt - bytes
      if (at >= 0 && at < chunk.length) chunk.writeUInt8(chunk.readUInt8(at) ^ 1, at)
      bytes += chunk.length
      if (cutAfter === undefined || bytes <= cutAfter) return void response.write(chunk)
      const left = chunk.subarray(0, chunk.length - (bytes - cutAfter))
      answer.destroy()
      // An end comes behind what was sent; a reset may drop that, too.
      const { socket } = response
      response.write(left, () => (isReset ? socket?.resetAndDestroy() : socket?.end()))
    })
    answer.on('end', () => response.end())
    answer.on('error', () => response.destroy())
  })
    // Clients try again for a while, also when the registry has ended.
    .on('error', () => response.destroy())
    .end()
}

/** @param toTrouble what befalls a request; nothing where it is undefined */
export const startBadNetwork = async (
  target: string,
  toTrouble: (seen: Seen, before: readonly Seen[]) => Trouble | undefined,
): Promise<BadNetwork> => {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const { url = '', method = '', headers } = request
    const each = { method, url, range: headers.range, authorization: headers.authorization }
    const trouble = toTrouble(each, seen) ?? {}
    seen.push(each)
    if (trouble.answer) trouble.answer(response)
    else forward(target, trouble, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
