import { delimiter, isAbsolute } from 'node:path'
import { pinDockerFolders } from '../../docker/docker-folders.ts'
import { findActionsCache } from '../../host/cache-service.ts'
import type { Env } from '../../host/command.ts'
import { findTempDir } from '../../host/temp-dir.ts'
import { isBuilderKey } from '../../inputs/builder-keys.ts'
import { inputNames, type RawInputs } from '../../inputs/raw-inputs.ts'
import { secretVariables } from '../../inputs/read-secrets.ts'
import { readTrigger } from '../../inputs/trigger.ts'
import {
  findPullRequest,
  findRepository,
  isOfDefaultBranch,
  readCommentOrigin,
  readContext,
} from './context.ts'
import { wipeVariables } from './own-environment.ts'

/** Inputs and states of a step, and the command line's secrets. */
const isOurs = (name: string): boolean =>
  /^(?:INPUT_|STATE_|SLIPWAY_(?:PRIVATE_KEY|GITHUB_TOKEN|SECRETS)$)/i.test(name)

/** The toolkit writes to these. */
const isCommandFile = (name: string): boolean =>
  /^GITHUB_(OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)$/.test(name)

/**
 * What the runner means for an action and for nothing that it starts: tokens of the run, and the files
 * by which one sets outputs, states, variables and paths.
 */
const isRunners = (name: string): boolean =>
  /^ACTIONS_(ID_TOKEN_REQUEST|RUNTIME|RESULTS|CACHE)_/.test(name) || isCommandFile(name)

/** By these BuildKit (`type=gha`) and we find the Actions cache. */
const isForCache = (name: string): boolean =>
  /^ACTIONS_(RUNTIME_TOKEN|RESULTS_URL|CACHE_URL|CACHE_SERVICE_V2|CACHE_MODE)$/.test(name)

/** What no child may have: the step's own, the runner's, and keys of builders. */
const isKept = (name: string): boolean => isOurs(name) || isRunners(name) || isBuilderKey(name)

const inputVariable = (name: string): string => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`

/**
 * Where programs are looked for, but never in the folder that a command is started in: that may be the
 * workspace, and an empty entry means it, too.
 */
const toSearched = (path: string | undefined): { readonly PATH?: string } => {
  const folders = (path ?? '').split(delimiter).filter(isAbsolute)
  return folders.length === 0 ? {} : { PATH: folders.join(delimiter) }
}

const pick = (env: NodeJS.ProcessEnv, isMeant: (name: string) => boolean): Env =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && isMeant(name) ? [[name, value]] : [],
    ),
  )

/**
 * Inputs hold the private key and perhaps a token, so no child gets to see them; a Bake file takes its
 * variables from the environment. RUNNER_TRACKING_ID stays: the runner finds leftover children by it.
 */
export const toChildEnv = (env: NodeJS.ProcessEnv, secrets: readonly string[]): Env => {
  const { PATH, ...rest } = pick(env, (name) => !isKept(name) && !secrets.includes(name))
  return pinDockerFolders({ ...rest, ...toSearched(PATH) })
}

/**
 * Takes inputs, states, secrets and the run's tokens out of our own environment, and out of what others
 * can read of it. The runner's files stay for the toolkit, where nobody else sees them, and it looks for
 * programs where children do.
 *
 * @returns why others can still read it, if they can
 */
export const forgetSecrets = (
  { inputs, childEnv }: Pick<Environment, 'inputs' | 'childEnv'>,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined => {
  const secrets = secretVariables(inputs)
  const isSecret = (name: string): boolean => isKept(name) || secrets.includes(name)
  const files = Object.entries(env).filter(([name]) => isCommandFile(name))
  for (const name of Object.keys(env)) if (isSecret(name)) delete env[name]
  const why = wipeVariables(isSecret)
  // Set anew, a variable is in another place of the memory, and not in /proc/PID/environ.
  Object.assign(env, Object.fromEntries(files), { PATH: childEnv['PATH'] ?? '' })
  return why
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
export const readEnvironment = async (own: NodeJS.ProcessEnv = process.env) => {
  const env = { ...own }
  const inputs = readRawInputs(env)
  const context = await readContext(own)
  return {
    inputs,
    /** Names of inputs that the runner passed and that we do not know. */
    unknownInputs: findUnknownInputs(env),
    /** `owner/name` of the repository that the workflow runs in. */
    repository: findRepository(context),
    trigger: readTrigger(context),
    pullRequest: findPullRequest(context),
    commentOrigin: readCommentOrigin(context),
    isHostedRunner: env['RUNNER_ENVIRONMENT'] === 'github-hosted',
    /** 1 for a job that runs for the first time, more when somebody runs it again. */
    runAttempt: context.runAttempt || 1,
    /** Whether the runner told where the Actions cache is, and gave a token for it. */
    hasCacheService: findActionsCache(env) !== undefined,
    /** Whether it is more than read: the runner says so for runs that it does not trust. */
    mayWriteCache: !/^\s*(?:none|read)\s*$/i.test(env['ACTIONS_CACHE_MODE'] ?? ''),
    /** A folder for what must not outlive the job; the system's own where the runner's is of no use. */
    tempDir: findTempDir(env['RUNNER_TEMP']),
    /** Whether what the run builds is what the repository's default branch has. */
    isDefaultBranch: isOfDefaultBranch(context),
    /** Where relative paths of inputs start. */
    workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
    /** All variables of the step, for inputs that name some. */
    env,
    /** What child processes inherit: nothing of the step's inputs, states, secrets, and of the runner's. */
    childEnv: toChildEnv(env, secretVariables(inputs)),
    /** Where the Actions cache is and the token for it: our own client's, and builds' that use it. */
    cacheEnv: pick(env, isForCache),
  }
}

/** What the runner told the action, read once. */
export type Environment = Readonly<Awaited<ReturnType<typeof readEnvironment>>>
