/** What the run says of itself, as far as trust depends on it. */
export type Trigger = {
  /** Such as `push` or `pull_request_target`. */
  readonly event: string
  /** The code comes from a repository of somebody else. */
  readonly isFork: boolean
  readonly isDependabot: boolean
}

type Repository = { readonly full_name?: string } | null
type Payload = {
  readonly repository?: Repository
  readonly pull_request?: { readonly head?: { readonly repo?: Repository } }
  readonly workflow_run?: { readonly head_repository?: Repository }
}

/** A fork that has been deleted has no name any more; it was one all the same. */
const isForeign = (head: Repository | undefined, { repository }: Payload): boolean =>
  head?.full_name === undefined || head.full_name !== repository?.full_name

/**
 * Reads the trigger from GITHUB_EVENT_NAME, GITHUB_ACTOR and the event's payload, which is written
 * by GitHub and not by the fork.
 */
export const readTrigger = (event: string, actor: string, payload: unknown): Trigger => {
  const given = (payload ?? {}) as Payload
  const isFork =
    (given.pull_request !== undefined && isForeign(given.pull_request.head?.repo, given)) ||
    (given.workflow_run !== undefined && isForeign(given.workflow_run.head_repository, given))
  return { event, isFork, isDependabot: actor === 'dependabot[bot]' }
}

/** These run with this repository's secrets on whatever code they check out. */
const privileged = ['pull_request_target', 'workflow_run']

/** True where a minted token would be shown to somebody else's Dockerfile. */
export const isUntrusted = ({ event, isFork }: Trigger): boolean =>
  isFork && privileged.includes(event)

/** Why secrets are empty in this run; undefined where they should not be. */
export const whySecretsAreEmpty = ({ isFork, isDependabot }: Trigger): string | undefined => {
  if (isFork) return 'workflows that a fork triggers get no secrets'
  if (isDependabot) return 'Dependabot triggered this run, and it has secrets of its own'
  return undefined
}
