/** What the run says of itself, as far as trust depends on it. */
export type Trigger = {
  /** Such as `push` or `pull_request_target`. */
  readonly event: string
  /** The code may come from a repository of somebody else: it does, or the event does not tell. */
  readonly isFork: boolean
  readonly isDependabot: boolean
}

/** Of the toolkit's `context`, what the trigger is read from. */
type Run = { readonly eventName?: string; readonly actor?: string; readonly payload?: unknown }
type Repository = { readonly full_name?: string } | null
type Payload = {
  readonly repository?: Repository
  readonly pull_request?: { readonly head?: { readonly repo?: Repository } } | null
  readonly workflow_run?: { readonly head_repository?: Repository } | null
  readonly issue?: { readonly pull_request?: unknown } | null
  readonly discussion?: unknown
  readonly comment?: { readonly author_association?: unknown } | null
}

/** JSON has null where there is nothing. */
const isThere = <T>(value: T | null | undefined): value is T =>
  value !== undefined && value !== null

/** A fork that has been deleted has no name any more; it was one all the same. */
const isForeign = (head: Repository | undefined, { repository }: Payload): boolean =>
  head?.full_name === undefined || head.full_name !== repository?.full_name

/** People who may write to this repository, or belong to those who own it. */
const insiders: readonly unknown[] = ['OWNER', 'MEMBER', 'COLLABORATOR']

/**
 * Reads the trigger from the toolkit's `context`. The event's payload is written by GitHub and not by
 * the fork. A comment's payload does not say whose code the pull request has,
 * and a discussion's has no code at all: where outsiders can be behind it, it counts as a fork's.
 */
export const readTrigger = ({ eventName: event = '', actor, payload }: Run): Trigger => {
  const given = (payload ?? {}) as Payload
  const isFork =
    (isThere(given.pull_request) && isForeign(given.pull_request.head?.repo, given)) ||
    (isThere(given.workflow_run) && isForeign(given.workflow_run.head_repository, given)) ||
    isThere(given.issue?.pull_request) ||
    (isThere(given.discussion) && !insiders.includes(given.comment?.author_association))
  return { event, isFork, isDependabot: actor === 'dependabot[bot]' }
}

/** These run with this repository's secrets on whatever code they check out. */
const privileged =
  /^(?:pull_request_target|pull_request_review(?:_comment)?|workflow_run|issue_comment|discussion(?:_comment)?)$/

/** True where a secret would be shown to somebody else's Dockerfile. */
export const isUntrusted = ({ event, isFork }: Trigger): boolean => isFork && privileged.test(event)

/** Why secrets are empty in this run; undefined where they should not be. */
export const whySecretsAreEmpty = (trigger: Trigger): string | undefined => {
  const { event, isFork, isDependabot } = trigger
  if (isFork && !/^(pull_request_target|workflow_run|issue|discussion)/.test(event)) {
    return 'workflows that a fork triggers get no secrets'
  }
  if (isDependabot) return 'Dependabot triggered this run, and it has secrets of its own'
  return undefined
}

/** What a workflow can do where secrets are empty. */
export const withoutSecrets =
  "Leave the job or the step out there, with `if: github.event.pull_request.head.repo.fork != true && github.actor != 'dependabot[bot]'`, or give github-token as well (such as the job's own): it is used where the key is empty."
