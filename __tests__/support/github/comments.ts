import type { Route } from './app-api.ts'
import { errorReply, type Reply } from './reply.ts'
import { reachable, type State, sameName } from './state.ts'
import type { Comment, Installation, IssuedToken } from './types.ts'

/** Every repository has these pull requests, and no other. */
const MOST_PULL_REQUESTS = 99
const LEVELS = ['read', 'write', 'admin']
const LONGEST_BODY = 65_536
const NOT_FOUND = errorReply(404, 'Not Found')

/** A pull request's conversation asks for one of two permissions. */
function mayUse(token: IssuedToken, level: 'read' | 'write'): boolean {
  return ['issues', 'pull_requests'].some(
    (name) => LEVELS.indexOf(token.permissions[name] ?? '') >= LEVELS.indexOf(level),
  )
}

/** Who an App is when it writes. */
function botOf(state: State, { appId }: Installation): Comment['user'] {
  const slug = state.apps.find((app) => app.appId === appId)?.slug
  return { login: `${slug}[bot]`, id: 40_000_000 + appId, type: 'Bot' }
}

function refuse(
  state: State,
  token: IssuedToken,
  installation: Installation,
  [owner = '', name = '', number = '1']: readonly string[],
  level: 'read' | 'write',
): Reply | undefined {
  const isReachable = reachable(state, installation, token.repositories).some(
    (r) => sameName(r.owner, owner) && sameName(r.name, name),
  )
  if (!isReachable || Number(number) < 1 || Number(number) > MOST_PULL_REQUESTS) return NOT_FOUND
  // Before the body is looked at.
  return mayUse(token, level)
    ? undefined
    : errorReply(403, 'Resource not accessible by integration')
}

function textOf(body: unknown): unknown {
  return (body as { readonly body?: unknown } | null | undefined)?.body
}

function refuseBody({ takesEmptyComments }: State, body: unknown): Reply | undefined {
  const text = textOf(body)
  if (typeof text !== 'string') return errorReply(422, 'Invalid request.')
  if (text.trim() === '' && !takesEmptyComments)
    return errorReply(422, 'Validation Failed: "Body cannot be blank"')
  if (text.length <= LONGEST_BODY) return undefined
  return errorReply(
    422,
    `Validation Failed: body is too long (maximum is ${LONGEST_BODY} characters)`,
  )
}

const THREAD = '\\/repos\\/([^/]+)\\/([^/]+)\\/issues'

function threadOf([owner, name, number]: readonly string[]): string {
  return `${owner}/${name}#${number}`.toLowerCase()
}

/** @param thread as `owner/name#7` */
export function addComment(
  state: State,
  thread: string,
  body: string,
  user: Comment['user'],
): Comment {
  const id = 2_000_000_000 + state.comments.length
  const comment: Comment = { id, thread: thread.toLowerCase(), body, user }
  state.comments.push(comment)
  return comment
}

/** Comments on pull requests, as the REST API has them, and who one is, as GraphQL says. */
export const commentRoutes: readonly Route[] = [
  {
    line: new RegExp(`^GET ${THREAD}\\/(\\d+)\\/comments$`),
    answer: ({ state, request, asToken, caught }) =>
      asToken((token, installation) => {
        const size = Math.min(100, Number(request.query.get('per_page') ?? 30))
        const start = (Number(request.query.get('page') ?? 1) - 1) * size
        const all = state.comments.filter(({ thread }) => thread === threadOf(caught))
        const page = all.slice(start, start + size)
        return refuse(state, token, installation, caught, 'read') ?? { status: 200, body: page }
      }),
  },
  {
    line: new RegExp(`^POST ${THREAD}\\/(\\d+)\\/comments$`),
    answer: ({ state, request: { body }, asToken, caught }) =>
      asToken((token, installation) => {
        const refusal =
          refuse(state, token, installation, caught, 'write') ?? refuseBody(state, body)
        if (refusal !== undefined) return refusal
        const user = botOf(state, installation)
        return { status: 201, body: addComment(state, threadOf(caught), `${textOf(body)}`, user) }
      }),
  },
  {
    // Whoever may write may edit what others wrote.
    line: new RegExp(`^PATCH ${THREAD}\\/comments\\/(\\d+)$`),
    answer: ({ state, request: { body }, asToken, caught: [owner = '', name = '', id = ''] }) =>
      asToken((token, installation) => {
        const refusal = refuse(state, token, installation, [owner, name], 'write')
        if (refusal !== undefined) return refusal
        const found = state.comments.find((comment) => `${comment.id}` === id)
        if (!found?.thread.startsWith(`${owner}/${name}#`.toLowerCase())) return NOT_FOUND
        const wrong = refuseBody(state, body)
        if (wrong !== undefined) return wrong
        found.body = `${textOf(body)}`
        return { status: 200, body: found }
      }),
  },
  {
    line: new RegExp(`^DELETE ${THREAD}\\/comments\\/(\\d+)$`),
    answer: ({ state, asToken, caught: [owner = '', name = '', id = ''] }) =>
      asToken((token, installation) => {
        const refusal = refuse(state, token, installation, [owner, name], 'write')
        if (refusal !== undefined) return refusal
        const at = state.comments.findIndex((comment) => `${comment.id}` === id)
        if (!state.comments[at]?.thread.startsWith(`${owner}/${name}#`.toLowerCase()))
          return NOT_FOUND
        state.comments.splice(at, 1)
        return { status: 204 }
      }),
  },
  {
    line: /^POST (?:\/api)?\/graphql$/,
    answer: ({ state, request: { body }, asToken }) =>
      asToken((_token, installation) => {
        const query = (body as { readonly query?: unknown } | undefined)?.query
        if (query !== 'query { viewer { login databaseId } }') {
          return {
            status: 200,
            body: { errors: [{ message: 'The double knows the viewer alone' }] },
          }
        }
        const { login, id } = botOf(state, installation)
        return { status: 200, body: { data: { viewer: { login, databaseId: id } } } }
      }),
  },
]
