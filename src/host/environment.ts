import { readFileSync } from 'node:fs'
import { inputNames, type RawInputs } from '../inputs/raw-inputs.ts'
import { secretVariables } from '../inputs/read-secrets.ts'
import { readTrigger, type Trigger } from '../inputs/trigger.ts'
import { findTempDir } from './temp-dir.ts'

/** What the runner told the action, read once. */
export type Environment = {
  readonly inputs: RawInputs
  /** Names of inputs that the runner passed and that we do not know. */
  readonly unknownInputs: readonly string[]
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string | undefined
  readonly trigger: Trigger
  readonly isHostedRunner: boolean
  /** 1 for a job that runs for the first time, more when somebody runs it again. */
  readonly runAttempt: number
  /** Whether the runner told where the Actions cache is, and gave a token for it. */
  readonly hasCacheService: boolean
  /** A folder for what must not outlive the job; the system's own where the runner's is of no use. */
  readonly tempDir: string
  /** Where relative paths of inputs start. */
  readonly workspace: string
  /** All variables of the step, for inputs that name some. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What child processes inherit: everything but the step's inputs, states and secrets. */
  readonly childEnv: Readonly<Record<string, string>>
}

const isOurs = (name: string): boolean => /^(INPUT|STATE)_/i.test(name)

const inputVariable = (name: string): string => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`

/**
 * Inputs hold the private key and perhaps a token, so no child gets to see them.
 * RUNNER_TRACKING_ID stays: the runner finds leftover children by it.
 */
const toChildEnv = (env: NodeJS.ProcessEnv, secrets: readonly string[]): Record<string, string> => {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !isOurs(name) && !secrets.includes(name)) kept[name] = value
  }
  return kept
}

/** Inputs and states out of our own environment, which children that libraries start inherit. */
export const forgetInputs = (env: NodeJS.ProcessEnv = process.env): void => {
  for (const name of Object.keys(env)) if (isOurs(name)) delete env[name]
}

/** The event's payload; without one nothing is known of a fork. */
const readPayload = (path: string | undefined): unknown => {
  try {
    return path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

const readRawInputs = (env: NodeJS.ProcessEnv): RawInputs =>
  Object.fromEntries(
    inputNames.flatMap((name) => {
      const value = env[inputVariable(name)]
      return value === undefined ? [] : [[name, value]]
    }),
  )

const findUnknownInputs = (env: NodeJS.ProcessEnv): readonly string[] => {
  const known = new Set(inputNames.map(inputVariable))
  return Object.keys(env)
    .filter((name) => name.startsWith('INPUT_') && !known.has(name))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
}

/** The only place that reads `process.env`. */
export const readEnvironment = (env: NodeJS.ProcessEnv = process.env): Environment => {
  const inputs = readRawInputs(env)
  return {
    inputs,
    unknownInputs: findUnknownInputs(env),
    repository: env['GITHUB_REPOSITORY'] || undefined,
    trigger: readTrigger(
      env['GITHUB_EVENT_NAME'] ?? '',
      env['GITHUB_ACTOR'] ?? '',
      readPayload(env['GITHUB_EVENT_PATH']),
    ),
    isHostedRunner: env['RUNNER_ENVIRONMENT'] === 'github-hosted',
    runAttempt: Number(env['GITHUB_RUN_ATTEMPT']) || 1,
    hasCacheService: Boolean(env['ACTIONS_RESULTS_URL'] && env['ACTIONS_RUNTIME_TOKEN']),
    tempDir: findTempDir(env['RUNNER_TEMP']),
    workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
    env: { ...env },
    childEnv: toChildEnv(env, secretVariables(inputs)),
  }
}
