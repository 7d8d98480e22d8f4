import { Failure, renderError } from '../failure.ts'
import { type Trigger, whySecretsAreEmpty } from '../inputs/trigger.ts'
import type { Secret } from '../secret.ts'
import {
  type Client,
  createTokenClient,
  isPassing,
  isRefusal,
  withRetries,
} from '../token/github.ts'

/** A pull request, and with what one comments on it. */
export type Thread = {
  readonly apiUrl: string
  readonly token: Secret
  /** `owner/name`. */
  readonly repository: string
  readonly number: number
}

type Front = {
  readonly line: (text: string) => void
  readonly warning: (text: string) => void
  readonly signal: AbortSignal
}

const open = ({ apiUrl, token, repository, number }: Thread) => {
  const [owner = '', repo = ''] = repository.split('/')
  return { client: createTokenClient(apiUrl, token), at: { owner, repo, issue_number: number } }
}

/** Nobody waits longer for a comment, neither before the builds nor at the end. */
const probeDeadlineMs = 15_000
const writeDeadlineMs = 30_000

/**
 * Tries whether the token may comment, without an effect: GitHub looks at permissions first, and answers
 * 403 without them; with them it refuses a comment without text, by 422.
 *
 * @returns why there will be no comment, where nobody can change that; undefined where there will be
 * @throws {Failure} when the workflow does not give the token what it needs
 */
export const probeComments = async (
  thread: Thread,
  trigger: Trigger,
  { line: log, signal }: Front,
): Promise<string | undefined> => {
  const { client, at } = open(thread)
  try {
    await withRetries(
      async (request) => {
        const { data } = await client.rest.issues.createComment({ ...at, body: '', request })
        // Should a GitHub ever take one without text, it must not stay.
        const { owner, repo } = at
        return client.rest.issues.deleteComment({ owner, repo, comment_id: data.id, request })
      },
      { log, signal, deadlineMs: probeDeadlineMs },
    )
    return undefined
  } catch (error) {
    // The builds need not wait for GitHub to be well again.
    if (isPassing(error) || !isRefusal(error) || ![401, 403, 404].includes(error.status)) {
      return undefined
    }
    if (/\blocked\b/i.test(error.message)) return 'the conversation of the pull request is locked'
    if (whySecretsAreEmpty(trigger) !== undefined) {
      const whose = trigger.isFork ? 'of forks' : 'that Dependabot triggers'
      return `workflows ${whose} get a token that may only read`
    }
    const where = `${thread.repository}#${thread.number}`
    throw new Failure(`comment: true, but the token may not comment on ${where}`, {
      cause: error,
      remedy:
        error.status === 401
          ? 'GitHub does not know comment-token: check whether it has expired.'
          : 'Give the job `permissions:` with `pull-requests: write` (and all else that it needs, such as `contents: read`), or leave comment out.',
    })
  }
}

type User = { readonly id?: unknown; readonly login?: unknown } | null | undefined

/** Whose token it is. REST's `/user` answers people alone; this answers Apps as well. */
const findViewer = async (client: Client, request: object): Promise<User> => {
  const query = 'query { viewer { login databaseId } }'
  const { viewer } = await client.graphql<{
    readonly viewer: { readonly login: string; readonly databaseId: number | null }
  }>(query, { request })
  return { login: viewer.login, id: viewer.databaseId }
}

const isSame = (a: User, b: User): boolean =>
  (typeof a?.id === 'number' && a.id === b?.id) ||
  (typeof a?.login === 'string' && a.login === b?.login)

const perPage = 100
const mostPages = 10

/** The comment that an earlier run wrote. Others may copy its marker, and a token may edit theirs. */
const findOwn = async (
  { client, at }: ReturnType<typeof open>,
  marker: string,
  request: object,
): Promise<number | undefined> => {
  const viewer = await findViewer(client, request)
  for (let page = 1; page <= mostPages; page += 1) {
    const paged = { ...at, per_page: perPage, page, request }
    const { data } = await client.rest.issues.listComments(paged)
    if (!Array.isArray(data)) throw new Error("GitHub's answer was cut off")
    const own = data.find(({ body, user }) => body?.startsWith(marker) && isSame(user, viewer))
    if (own !== undefined) return own.id
    if (data.length < perPage) return undefined
  }
  throw new Failure(`an earlier one is not among the first ${mostPages * perPage} comments`)
}

/** Writes the comment that begins with the marker, in the place of the one that is there. */
export const putComment = async (
  thread: Thread,
  marker: string,
  body: string,
  { line: log, warning, signal }: Front,
): Promise<void> => {
  const opened = open(thread)
  const { client, at } = opened
  const { owner, repo } = at
  try {
    // Each try looks again: an answer that was lost may have written one.
    await withRetries(
      async (request) => {
        const id = await findOwn(opened, marker, request)
        return id === undefined
          ? client.rest.issues.createComment({ ...at, body, request })
          : client.rest.issues.updateComment({ owner, repo, comment_id: id, body, request })
      },
      {
        ...{ log, signal, deadlineMs: writeDeadlineMs },
        mayHelp: (error) => !(error instanceof Failure) && isPassing(error),
      },
    )
  } catch (error) {
    const where = `${thread.repository}#${thread.number}`
    warning(`Could not write the comment on ${where}: ${renderError(error)}`)
  }
}
