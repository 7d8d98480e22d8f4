import { tmpdir } from 'node:os'
import { kindOf } from '../../host/access.ts'
import type { Env } from '../../host/command.ts'
import { defaults, type RawInputs } from '../../inputs/raw-inputs.ts'
import { importYaml } from '../../inputs/read-builds.ts'
import { readInputs } from '../../inputs/read-inputs.ts'
import { secretVariables } from '../../inputs/read-secrets.ts'
import { toChildEnv } from '../actions/environment.ts'
import { type Command, secretInputs, toVariable } from './commands.ts'
import type { Asked } from './parse-argv.ts'
import { readSettings } from './settings.ts'

const pick = (raw: RawInputs, names: Command['inputs']): RawInputs =>
  Object.fromEntries(names.flatMap((name) => (raw[name] === undefined ? [] : [[name, raw[name]]])))

/** kind reads its own variable, where no flag names a cluster. Where this machine is the cluster, it has no name. */
const fromVariables = (env: NodeJS.ProcessEnv, { cluster }: RawInputs): RawInputs => {
  const named = cluster === 'containerd' ? undefined : env['KIND_CLUSTER_NAME']
  const secrets = secretInputs.flatMap((name) => {
    const value = env[toVariable(name)]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...(named && { 'cluster-name': named }), ...Object.fromEntries(secrets) }
}

/** What a command is given, by whom: the file's settings, then variables, then flags, then its operands. */
export const gatherInputs = async (
  command: Command,
  { given, words }: Asked,
  env: NodeJS.ProcessEnv,
): Promise<RawInputs> => {
  const { inputs, toInputs } = command
  const settings = await readSettings(process.cwd())
  const variables = fromVariables(env, pick({ ...settings, ...given }, inputs))
  const said = pick({ ...settings, ...variables, ...given }, inputs)
  const own = toInputs(words, said)
  // `--pull-images missing` says more than the command's name.
  return withDefaults({ ...said, ...own, ...pick(given, inputs) })
}

/** A runner passes the defaults of action.yml. */
const withDefaults = (raw: RawInputs): RawInputs => {
  const usual = Object.entries(defaults).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(usual), ...raw }
}

/** Where a command runs: on somebody's machine, which has no runner's cache, event or repository. */
export const toEnvironment = (inputs: RawInputs, own: NodeJS.ProcessEnv = process.env) => {
  const env = { ...own }
  const none: Env = {}
  return {
    inputs,
    ...{ env, childEnv: toChildEnv(env, secretVariables(inputs)), cacheEnv: none },
    ...{ workspace: process.cwd(), tempDir: tmpdir(), isRecorded: false },
    ...{ repository: undefined, isHostedRunner: false, isDefaultBranch: false, runAttempt: 1 },
    ...{ hasCacheService: false, mayWriteCache: false },
  }
}

export type TerminalEnvironment = Readonly<ReturnType<typeof toEnvironment>>

/** @throws {Failure} naming all that is wrong with flags and settings */
export const readTerminalInputs = async (environment: TerminalEnvironment) => {
  const { inputs } = environment
  const trigger = { event: '', isFork: false, isDependabot: false }
  const parseYaml = await importYaml(inputs)
  const whose = 'Flags and settings have'
  return readInputs(inputs, {
    ...environment,
    unknownInputs: [],
    trigger,
    parseYaml,
    kindOf,
    whose,
  })
}
