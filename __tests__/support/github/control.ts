import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault } from './faults.ts'
import type { GitHub } from './server.ts'

/** The way in for other processes, on a port and a secret path of its own. */
export interface Control {
  readonly url: string
  readonly stop: () => Promise<void>
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

/** `state` of a token is a function in this process; over the wire it is its value. */
function tokensAsJson(github: GitHub): unknown {
  return github.tokens.map((token) => ({ ...token, state: token.state() }))
}

async function answer(github: GitHub, command: string, request: IncomingMessage): Promise<unknown> {
  switch (command) {
    case 'GET /requests':
      return github.requests
    case 'GET /tokens':
      return tokensAsJson(github)
    case 'POST /faults':
      github.inject((await readJson(request)) as Fault)
      return {}
    case 'POST /repositories': {
      const { name, files } = (await readJson(request)) as {
        name: string
        files?: Record<string, string>
      }
      return await github.addRepository(name, files)
    }
    case 'POST /lfs-objects': {
      const { name, base64 } = (await readJson(request)) as { name: string; base64: string }
      return github.addLfsObject(name, Buffer.from(base64, 'base64'))
    }
    default:
      return undefined
  }
}

/**
 * GET /requests, GET /tokens, POST /faults, POST /repositories {name, files}, POST /lfs-objects {name, base64}
 * below the URL.
 */
export async function startControl(github: GitHub, secret: string): Promise<Control> {
  const server = createServer((request, response) => {
    const [, given, ...rest] = (request.url ?? '').split('/')
    const command = `${request.method} /${rest.join('/')}`
    const work = given === secret ? answer(github, command, request) : Promise.resolve(undefined)
    work.then(
      (body) => response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {})),
      (error: unknown) => response.writeHead(400).end(`${error}\n`),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/${secret}`,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
