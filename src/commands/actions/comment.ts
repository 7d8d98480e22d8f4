import type { Inputs } from '../../inputs/inputs.ts'
import type { Result } from '../run.ts'
import type { Environment } from './environment.ts'
import type { Runner } from './runner.ts'

type Run = Extract<Result, { kind: 'run' }>

/** Writes on the pull request what came of a run; whatever goes wrong with that is a warning. */
export type WriteComment = (result: Run) => Promise<void>

const none = 'comment: true writes no comment:'

/**
 * Finds out whether a comment can be written, before anything else is done.
 *
 * @returns undefined where none is wanted, or none is possible, which the log says
 * @throws {Failure} when the job's token lacks the permission
 */
export const prepareComment = async (
  { comment, isDryRun, apiUrl, clusterName }: Inputs,
  { pullRequest: number, repository, trigger, commentOrigin: origin }: Environment,
  { line, warning }: Pick<Runner, 'line' | 'warning'>,
  signal: AbortSignal,
): Promise<WriteComment | undefined> => {
  // A dry run does nothing, and reports no image.
  if (comment === undefined || isDryRun) return undefined
  if (number === undefined || repository === undefined) {
    line(`${none} the event ${trigger.event || '(unknown)'} is not that of a pull request.`)
    return undefined
  }
  const { token } = comment
  if (token === undefined) {
    line(`${none} comment-token is empty, as this run gets no secrets.`)
    return undefined
  }
  // Other steps start without GitHub's client.
  const { probeComments, putComment } = await import('../pull-comment.ts')
  const thread = { apiUrl, token, repository, number }
  const front = { line, warning, signal }
  const why = await probeComments(thread, trigger, front)
  if (why !== undefined) {
    line(`${none} ${why}.`)
    return undefined
  }
  return async ({ report, compared, excesses }) => {
    if (compared.length === 0) return line(`${none} there is no image report.`)
    const { renderImageComment, toCommentMarker } = await import('../../report/image-comment.ts')
    const marker = toCommentMarker(origin, clusterName, report)
    const body = renderImageComment(marker, compared, excesses, origin)
    await putComment(thread, marker, body, front)
  }
}
