import { parse } from 'yaml'

type Step = {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
type Job = {
  readonly permissions?: unknown
  readonly 'timeout-minutes'?: number
  readonly uses?: string
  readonly steps?: readonly Step[]
}
type Workflow = {
  readonly permissions?: unknown
  readonly on?: unknown
  readonly concurrency?: unknown
  readonly jobs?: Readonly<Record<string, Job>>
}

/** This repository's action: where it is checked out, or where a called workflow has it. */
const isOwn = (uses: string | undefined): boolean => uses === './' || uses === './.git/slipway'

/** A commit alone is what was read; the comment is what Dependabot and people read. */
const findUnpinned = (text: string): readonly string[] =>
  [...text.matchAll(/^\s*(?:- )?uses: *(.*)$/gm)]
    .map(([, uses = '']) => uses)
    // The action of this repository, which examples name as whoever copies them does.
    .filter((uses) => !isOwn(uses) && !/^OWNER\/slipway(\/[\w./-]+)?@v1$/.test(uses))
    .filter((uses) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(uses))
    .map((uses) => `uses ${uses}: not pinned as OWNER/NAME@COMMIT # vX.Y.Z`)

const findInStep = ({ uses, run, with: given }: Step, inputs: readonly string[]): string[] => [
  // Names of branches, titles and the like would be read as shell.
  ...(run?.includes('${{') ? [`run has an expression: ${run.trim()}`] : []),
  ...(uses?.startsWith('actions/checkout@') && given?.['persist-credentials'] !== false
    ? ['checkout without persist-credentials: false']
    : []),
  ...(isOwn(uses) ? Object.keys(given ?? {}).filter((name) => !inputs.includes(name)) : []).map(
    (name) => `uses ${uses} with ${name}: action.yml has no such input`,
  ),
]

/** Rules for every workflow, also for one that somebody copies. */
export const findUnsafe = (text: string, inputs: readonly string[]): readonly string[] => {
  const { permissions, jobs = {} } = parse(text) as Workflow
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? [])
  return [
    ...(JSON.stringify(permissions) === '{}' ? [] : ['permissions at the top are not {}']),
    ...Object.entries(jobs)
      .filter(([, job]) => typeof job.permissions !== 'object')
      .map(([name]) => `job ${name}: names no permissions`),
    ...findUnpinned(text),
    ...steps.flatMap((step) => findInStep(step, inputs)),
  ]
}

/** Further rules for the workflows of this repository. */
export const findUnbounded = (text: string): readonly string[] => {
  const { on, concurrency, jobs = {} } = parse(text) as Workflow
  // The caller says which of its runs end others; one for all callers would end a matrix's jobs.
  const isCalled = typeof on === 'object' && on !== null && 'workflow_call' in on
  return [
    ...(concurrency === undefined && !isCalled ? ['no concurrency'] : []),
    ...Object.entries(jobs)
      .filter(([, job]) => job['timeout-minutes'] === undefined)
      .map(([name]) => `job ${name}: no timeout-minutes`),
  ]
}
