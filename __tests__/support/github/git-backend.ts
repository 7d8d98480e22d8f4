import { execFileSync, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { credentialOf } from './credential.ts'
import { gitEnvironment } from './repositories.ts'
import { findRepository, reachable, type State, standingOf } from './state.ts'
import type { Repository } from './types.ts'

const GIT_PATH =
  /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|HEAD|objects\/.+|git-upload-pack|git-receive-pack)$/

/** A request that belongs to git's smart HTTP and not to the API. */
export interface GitRequest {
  readonly owner: string
  readonly name: string
  readonly service: string
  readonly query: string
}

/** Recognizes git's paths; API paths never end like this. */
export function toGitRequest(url: URL): GitRequest | undefined {
  const [, owner, name, service] = GIT_PATH.exec(url.pathname) ?? []
  if (owner === undefined || name === undefined || service === undefined) return undefined
  return { owner, name, service, query: url.search.slice(1) }
}

type Access =
  | { readonly kind: 'granted'; readonly repository: Repository }
  | { readonly kind: 'refused'; readonly status: 401 | 403 | 404; readonly message: string }

/** Whether a caller may read a repository, or write to it. */
export function decideAccess(
  state: State,
  request: GitRequest,
  authorization: string | undefined,
): Access {
  const credential = credentialOf(authorization)
  const standing = credential === undefined ? undefined : standingOf(state, credential.secret)
  if (standing?.kind !== 'live') {
    const message = standing === undefined ? 'No anonymous access.' : 'Invalid username or token.'
    return { kind: 'refused', status: 401, message }
  }
  const { token, installation } = standing
  if (installation.state === 'ip-blocked') {
    return {
      kind: 'refused',
      status: 403,
      message: 'The organization has an IP allow list enabled.',
    }
  }
  const repository = findRepository(state, request.owner, request.name)
  const covered = reachable(state, installation, token.repositories)
  const level = token.permissions['contents']
  if (repository === undefined || !covered.includes(repository) || level === undefined) {
    return { kind: 'refused', status: 404, message: 'Repository not found.' }
  }
  const writes = `${request.service} ${request.query}`.includes('git-receive-pack')
  return writes && level === 'read'
    ? { kind: 'refused', status: 403, message: 'Write access to repository not granted.' }
    : { kind: 'granted', repository }
}

let execPath: string | undefined

function backendProgram(): string {
  execPath ??= execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim()
  return join(execPath, 'git-http-backend')
}

function cgiEnvironment(
  root: string,
  repository: Repository,
  git: GitRequest,
  request: IncomingMessage,
): Record<string, string> {
  const header = (name: string): string => `${request.headers[name] ?? ''}`
  const variables = {
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${repository.owner}/${repository.name}.git/${git.service}`,
    QUERY_STRING: git.query,
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_USER: 'x-access-token',
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    // git compresses large requests; without this the backend reads noise.
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    HTTP_GIT_PROTOCOL: header('git-protocol'),
  }
  const given = Object.entries(variables).filter(([, value]) => value !== '')
  return { ...gitEnvironment(), ...Object.fromEntries(given) }
}

/** Reads the CGI header block, then hands over the rest of the stream untouched. */
async function readCgiHead(stdout: Readable): Promise<Map<string, string> | undefined> {
  let head = Buffer.alloc(0)
  for (;;) {
    const chunk: Buffer | null = stdout.read()
    if (chunk === null) {
      if (stdout.readableEnded || stdout.destroyed) return undefined
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stdout.off('readable', done).off('end', done).off('close', done)
          resolve()
        }
        stdout.on('readable', done).on('end', done).on('close', done)
      })
      continue
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) continue
    stdout.unshift(head.subarray(end + 4))
    const lines = head.subarray(0, end).toString('latin1').split('\r\n')
    return new Map(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
  }
}

function refuse(response: ServerResponse, access: Access & { kind: 'refused' }): void {
  const challenge = access.status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {}
  response.writeHead(access.status, { 'content-type': 'text/plain', ...challenge })
  response.end(`${access.message}\n`)
}

/** Answers a git request through git's own http-backend, streaming both ways. */
export async function answerGit(
  state: State,
  root: string,
  git: GitRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const access = decideAccess(state, git, request.headers.authorization)
  if (access.kind === 'refused') {
    request.resume()
    refuse(response, access)
    return
  }
  const env = cgiEnvironment(root, access.repository, git, request)
  const backend = spawn(backendProgram(), [], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  // A client that leaves early must not leave the backend or our error handling behind.
  response.on('close', () => backend.kill())
  backend.stdin.on('error', () => undefined)
  backend.on('error', () => response.destroy())
  request.pipe(backend.stdin)
  const head = await readCgiHead(backend.stdout)
  if (head === undefined) {
    response.writeHead(500).end()
    return
  }
  const status = Number.parseInt(head.get('status') ?? '200', 10)
  head.delete('status')
  response.writeHead(status, Object.fromEntries(head))
  backend.stdout.pipe(response)
}
