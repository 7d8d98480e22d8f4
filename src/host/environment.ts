import { inputNames, type RawInputs } from '../inputs/raw-inputs.ts'

/** What the runner told the action, read once. */
export type Environment = {
  readonly inputs: RawInputs
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string | undefined
  readonly isHostedRunner: boolean
  /** A folder for what must not outlive the job; the system's own without a runner. */
  readonly tempDir: string
  /** Where relative paths of inputs start. */
  readonly workspace: string
  /** What child processes inherit: everything but the step's own inputs and states. */
  readonly childEnv: Readonly<Record<string, string>>
}

const inputVariable = (name: string): string => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`

/**
 * Inputs hold the private key and perhaps a token, so no child gets to see them.
 * RUNNER_TRACKING_ID stays: the runner finds leftover children by it.
 */
const toChildEnv = (env: NodeJS.ProcessEnv): Record<string, string> => {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !/^(INPUT|STATE)_/i.test(name)) kept[name] = value
  }
  return kept
}

/** The only place that reads `process.env`. */
export const readEnvironment = (env: NodeJS.ProcessEnv = process.env): Environment => ({
  inputs: Object.fromEntries(
    inputNames.flatMap((name) => {
      const value = env[inputVariable(name)]
      return value === undefined ? [] : [[name, value]]
    }),
  ),
  repository: env['GITHUB_REPOSITORY'] || undefined,
  isHostedRunner: env['RUNNER_ENVIRONMENT'] === 'github-hosted',
  tempDir: env['RUNNER_TEMP'] || '/tmp',
  workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
  childEnv: toChildEnv(env),
})
