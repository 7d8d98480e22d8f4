import { commentRoutes } from './comments.ts'
import { type Credential, credentialOf } from './credential.ts'
import { toAppJson, toInstallationJson, toRepositoryJson } from './json.ts'
import { looksLikeJwt, verifyJwt } from './jwt.ts'
import { ipBlockedReply, mintToken } from './mint.ts'
import { errorReply, type RateMeter, type Reply } from './reply.ts'
import { findRepository, reachable, type State, sameName, standingOf } from './state.ts'
import type { App, Installation, IssuedToken } from './types.ts'

/** One API request, already read. */
export interface ApiRequest {
  readonly method: string
  /** Without query and GHES prefix. */
  readonly path: string
  readonly authorization: string | undefined
  readonly body: unknown
  readonly query: URLSearchParams
  readonly lag: { readonly ms: number; readonly status: 401 | 403 }
}

const NOT_FOUND = errorReply(404, 'Not Found')

function withApp(
  state: State,
  credential: Credential | undefined,
  handle: (app: App) => Reply,
): Reply {
  const jwt = credential?.kind === 'bearer' ? credential.secret : ''
  const verdict = verifyJwt(jwt, state.apps, state.nowMs())
  return verdict.kind === 'ok' ? handle(verdict.app) : errorReply(verdict.status, verdict.message)
}

function withToken(
  state: State,
  credential: Credential | undefined,
  handle: (token: IssuedToken, installation: Installation) => Reply,
): Reply {
  if (credential === undefined) return errorReply(401, 'Requires authentication')
  if (looksLikeJwt(credential.secret)) {
    return errorReply(403, 'Resource not accessible by integration')
  }
  const standing = standingOf(state, credential.secret)
  if (standing.kind === 'bad') return errorReply(401, 'Bad credentials')
  if (standing.kind === 'lagging') {
    const message =
      standing.status === 401 ? 'Bad credentials' : 'Resource not accessible by integration'
    return errorReply(standing.status, message)
  }
  if (standing.installation.state === 'ip-blocked') return ipBlockedReply(standing.token.owner)
  return handle(standing.token, standing.installation)
}

function lookUp(state: State, app: App, matches: (installation: Installation) => boolean): Reply {
  const found = state.installations.find((i) => i.appId === app.appId && matches(i))
  return found === undefined ? NOT_FOUND : { status: 200, body: toInstallationJson(state, found) }
}

function lookUpByRepository(state: State, app: App, owner: string, name: string): Reply {
  const repository = findRepository(state, owner, name)
  if (repository === undefined) return NOT_FOUND
  return lookUp(state, app, (i) => reachable(state, i, 'all').includes(repository))
}

function mint(state: State, app: App, id: string, request: ApiRequest): Reply {
  const found = state.installations.find((i) => i.appId === app.appId && `${i.id}` === id)
  return found === undefined ? NOT_FOUND : mintToken(state, found, request.body, request.lag)
}

function showRepository(state: State, request: ApiRequest, owner: string, name: string): Reply {
  const credential = credentialOf(request.authorization)
  // Anonymous callers must not learn that a private repository exists.
  if (credential === undefined) return NOT_FOUND
  return withToken(state, credential, (token, installation) => {
    const found = reachable(state, installation, token.repositories).find(
      (r) => sameName(r.owner, owner) && sameName(r.name, name),
    )
    return found === undefined ? NOT_FOUND : { status: 200, body: toRepositoryJson(found) }
  })
}

function listRepositories(state: State, token: IssuedToken, installation: Installation): Reply {
  const repositories = reachable(state, installation, token.repositories).map(toRepositoryJson)
  const selection = token.repositories === 'all' ? 'all' : 'selected'
  return {
    status: 200,
    body: { total_count: repositories.length, repository_selection: selection, repositories },
  }
}

function rateLimit(state: State, meter: RateMeter): Reply {
  const reset = Math.floor(state.nowMs() / 1000) + 3600
  const core = { limit: meter.limit, used: meter.used, remaining: meter.limit - meter.used, reset }
  return { status: 200, body: { resources: { core }, rate: core } }
}

export interface Route {
  readonly line: RegExp
  readonly answer: (context: RouteContext) => Reply
}

interface RouteContext {
  readonly state: State
  readonly meter: RateMeter
  readonly request: ApiRequest
  readonly asApp: (handle: (app: App) => Reply) => Reply
  readonly asToken: (handle: (token: IssuedToken, installation: Installation) => Reply) => Reply
  /** What the groups of `line` caught. */
  readonly caught: readonly string[]
}

const ROUTES: readonly Route[] = [
  {
    line: /^GET \/app$/,
    answer: ({ state, asApp }) => asApp((app) => ({ status: 200, body: toAppJson(state, app) })),
  },
  {
    line: /^GET \/repos\/([^/]+)\/([^/]+)\/installation$/,
    answer: ({ state, asApp, caught: [owner = '', name = ''] }) =>
      asApp((app) => lookUpByRepository(state, app, owner, name)),
  },
  {
    line: /^GET \/orgs\/([^/]+)\/installation$/,
    answer: ({ state, asApp, caught: [owner = ''] }) =>
      asApp((app) =>
        lookUp(state, app, (i) => sameName(i.owner, owner) && i.ownerType === 'Organization'),
      ),
  },
  {
    // GitHub answers this one for organizations as well.
    line: /^GET \/users\/([^/]+)\/installation$/,
    answer: ({ state, asApp, caught: [owner = ''] }) =>
      asApp((app) => lookUp(state, app, (i) => sameName(i.owner, owner))),
  },
  {
    line: /^POST \/app\/installations\/(\d+)\/access_tokens$/,
    answer: ({ state, request, asApp, caught: [id = ''] }) =>
      asApp((app) => mint(state, app, id, request)),
  },
  {
    line: /^DELETE \/installation\/token$/,
    answer: ({ state, asToken }) =>
      asToken((token) => {
        token.revokedAtMs = state.nowMs()
        return { status: 204 }
      }),
  },
  {
    line: /^GET \/installation\/repositories$/,
    answer: ({ state, asToken }) =>
      asToken((token, installation) => listRepositories(state, token, installation)),
  },
  {
    line: /^GET \/repos\/([^/]+)\/([^/]+)$/,
    answer: ({ state, request, caught: [owner = '', name = ''] }) =>
      showRepository(state, request, owner, name),
  },
  ...commentRoutes,
  { line: /^GET \/rate_limit$/, answer: ({ state, meter }) => rateLimit(state, meter) },
  {
    line: /^GET \/meta$/,
    answer: () => ({ status: 200, body: { verifiable_password_authentication: false } }),
  },
]

/** Answers one API request: the first route that fits, or 404. */
export function answerApi(state: State, meter: RateMeter, request: ApiRequest): Reply {
  const credential = credentialOf(request.authorization)
  for (const { line, answer } of ROUTES) {
    const match = line.exec(`${request.method} ${request.path}`)
    if (match === null) continue
    return answer({
      state,
      meter,
      request,
      asApp: (handle) => withApp(state, credential, handle),
      asToken: (handle) => withToken(state, credential, handle),
      caught: match.slice(1),
    })
  }
  return NOT_FOUND
}
