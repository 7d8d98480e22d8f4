import { arch, platform } from 'node:os'
import type { FileCommand, GitHubContext, RunOptions } from './types.ts'

/** What stays the same for both phases of a run. */
export interface Job {
  readonly root: string
  readonly github: Required<Omit<GitHubContext, 'event' | 'token'>> & { readonly token: string }
  readonly event: unknown
  readonly eventPath: string
  readonly temp: string
  readonly toolCache: string
  readonly pipelineDir: string
  readonly trackingId: string
  readonly options: RunOptions
}

const INHERITED = ['PATH', 'HOME', 'LANG', 'USER', 'SHELL', 'TZ', 'XDG_RUNTIME_DIR']
const ARCHES: Readonly<Record<string, string>> = { x64: 'X64', arm64: 'ARM64', arm: 'ARM' }

/** A runner's own environment made from ours, without what a test tool added to it. */
export function defaultBaseEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name]) => INHERITED.includes(name) || name.startsWith('DOCKER_'),
  )
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']))
}

/** `github.*` with every value that a test did not set. */
export function fillGitHubContext(given: GitHubContext, workspace: string): Job['github'] {
  const serverUrl = given.server_url ?? 'https://github.com'
  return {
    repository: 'acme/app',
    api_url: 'https://api.github.com',
    graphql_url: 'https://api.github.com/graphql',
    event_name: 'push',
    sha: 'ffac537e6cbbf934b08745a378932722df287a53',
    ref: 'refs/heads/main',
    head_ref: '',
    base_ref: '',
    actor: 'octocat',
    run_id: '1658821493',
    run_number: '3',
    run_attempt: '1',
    job: 'build',
    workflow: 'CI',
    token: '',
    ...given,
    server_url: serverUrl,
    workspace: given.workspace ?? workspace,
  }
}

/** The values of `github.*` that the runner shows to expressions. */
export function githubExpressions(job: Job): Record<string, unknown> {
  const { github } = job
  const [owner] = github.repository.split('/')
  return {
    ...github,
    event: job.event,
    event_path: job.eventPath,
    repository_owner: owner,
    ref_name: github.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
  }
}

function githubVariables(job: Job, files: Readonly<Record<FileCommand, string>>) {
  const { token: _token, ...visible } = job.github
  const [owner = ''] = visible.repository.split('/')
  const refName = visible.ref.replace(/^refs\/(heads|tags|pull)\//, '')
  const workflowRef = `${visible.repository}/.github/workflows/ci.yml@${visible.ref}`
  const values: Record<string, string> = {
    ...visible,
    ...files,
    action: '__self',
    // The runner sets both to an empty text for a local action.
    action_ref: '',
    action_repository: '',
    actor_id: '583231',
    event_path: job.eventPath,
    ref_name: refName,
    ref_protected: 'false',
    ref_type: visible.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository_id: '1296269',
    repository_owner: owner,
    repository_owner_id: '9919',
    retention_days: '90',
    triggering_actor: visible.actor,
    workflow_ref: workflowRef,
    workflow_sha: visible.sha,
  }
  return Object.entries(values).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value])
}

function runnerVariables(job: Job): Record<string, string> {
  const { runtime, debug, runnerEnvironment = 'github-hosted' } = job.options
  return {
    RUNNER_OS: platform() === 'darwin' ? 'macOS' : 'Linux',
    RUNNER_ARCH: ARCHES[arch()] ?? 'X64',
    RUNNER_NAME: runnerEnvironment === 'github-hosted' ? 'GitHub Actions 2' : 'runner-double',
    RUNNER_ENVIRONMENT: runnerEnvironment,
    RUNNER_TOOL_CACHE: job.toolCache,
    RUNNER_TEMP: job.temp,
    RUNNER_WORKSPACE: job.pipelineDir,
    RUNNER_TRACKING_ID: job.trackingId,
    ...(debug === true ? { RUNNER_DEBUG: '1' } : {}),
    ...(runtime === undefined
      ? {}
      : {
          ACTIONS_RUNTIME_URL: runtime.url ?? runtime.resultsUrl,
          ACTIONS_RUNTIME_TOKEN: runtime.token,
          ...(runtime.olderUrl === undefined
            ? { ACTIONS_RESULTS_URL: runtime.resultsUrl, ACTIONS_CACHE_SERVICE_V2: 'True' }
            : { ACTIONS_CACHE_URL: runtime.olderUrl }),
        }),
    GITHUB_ACTIONS: 'true',
  }
}

/** What a phase adds to the job: its files, the inputs, and what the step did so far. */
export interface PhaseValues {
  readonly files: Readonly<Record<FileCommand, string>>
  readonly inputs: ReadonlyMap<string, string>
  readonly state: ReadonlyMap<string, string>
  readonly env: ReadonlyMap<string, string>
  readonly path: readonly string[]
}

/** The whole environment of the action's process, in the order in which the runner layers it. */
export function buildEnvironment(job: Job, phase: PhaseValues): Record<string, string> {
  const base = job.options.baseEnv ?? defaultBaseEnv()
  const env: Record<string, string | undefined> = {
    ...base,
    ...Object.fromEntries(phase.env),
    ...job.options.env,
  }
  for (const [name, value] of phase.state) env[`STATE_${name}`] = value
  for (const [name, value] of phase.inputs) {
    env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] = value
  }
  if (phase.path.length > 0) {
    env['PATH'] = [...phase.path.toReversed(), env['PATH'] ?? ''].join(':')
  }
  Object.assign(env, Object.fromEntries(githubVariables(job, phase.files)), runnerVariables(job))
  env['CI'] ??= 'true'
  delete env['NODE_ICU_DATA']
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
