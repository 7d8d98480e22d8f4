import { attempt } from '../../failure.ts'
import { readRegularFile } from '../../host/read-file.ts'
import type { CommentOrigin } from '../../report/image-comment.ts'

type Context = typeof import('@actions/github')['context']

/** GitHub's own limit is 25 MB. */
const largestPayload = 32_000_000

/** The event's payload; without one nothing is known of a fork. */
const readPayload = (path = '') =>
  attempt(() => JSON.parse(readRegularFile(path, largestPayload).toString('utf8'))) ?? {}

/**
 * The toolkit's `context`, with an event that we have read. The toolkit would do that while it is imported,
 * whatever is there: wait for a pipe, fill the memory, print a path, throw what is no JSON as it is. So it
 * does not hear where the event is, neither now nor when its client is imported.
 */
export const readContext = async (env: NodeJS.ProcessEnv): Promise<Context> => {
  const path = env['GITHUB_EVENT_PATH']
  delete env['GITHUB_EVENT_PATH']
  const { context } = await import('@actions/github')
  context.payload = readPayload(path)
  return context
}

/** `owner/name`; undefined where nobody says it, as the toolkit throws then. */
export const findRepository = (context: Context): string | undefined => {
  const found = attempt(() => context.repo)
  return found && `${found.owner}/${found.repo}`
}

/** Of these, the ref is that of the code. */
const ofBranches = ['push', 'schedule', 'workflow_dispatch', 'repository_dispatch']

/** Whether the run's code is that of the repository's default branch. */
export const isOfDefaultBranch = ({ eventName, ref, payload }: Context): boolean => {
  const name: unknown = payload.repository?.['default_branch']
  return ofBranches.includes(eventName) && typeof name === 'string' && ref === `refs/heads/${name}`
}

/** The number of the pull request that the run is for; undefined for other events. */
export const findPullRequest = ({ eventName, payload }: Context): number | undefined => {
  const number: unknown = payload.pull_request?.number
  const isPull = /^pull_request/.test(eventName ?? '')
  return isPull && typeof number === 'number' && Number.isSafeInteger(number) && number > 0
    ? number
    : undefined
}

/** Nothing but an address: it becomes a link. */
const isPlainUrl = (text: string): boolean => /^https?:\/\/[\w.:/-]+$/.test(text)

const isCommit = (sha: unknown): sha is string =>
  typeof sha === 'string' && /^[0-9a-f]{40,64}$/.test(sha)

export const readCommentOrigin = (context: Context): CommentOrigin => {
  const { workflow = '', job = '', serverUrl, runId, runAttempt, payload } = context
  const runUrl = `${serverUrl}/${findRepository(context)}/actions/runs/${runId}`
  const sha: unknown = payload.pull_request?.['head']?.sha
  const commit = isCommit(sha) ? sha : undefined
  // Not its number among the workflow's runs: so few digits are in names of all runs, too.
  const numbers = [`${runId}-${runAttempt}`, `${runId}`]
  const commits = [commit, context.sha].filter(isCommit)
  return {
    workflow,
    job,
    runUrl: isPlainUrl(runUrl) ? runUrl : undefined,
    commit,
    ofRun: [...numbers.filter((each) => /^\d+(?:-\d+)?$/.test(each)), ...new Set(commits)],
  }
}
