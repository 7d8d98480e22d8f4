import { parseArgs } from 'node:util'
import { Failure } from '../../failure.ts'
import { type InputName, inputNames, type RawInputs } from '../../inputs/raw-inputs.ts'
import { findNearestWord } from '../../text/nearest.ts'
import {
  type Command,
  commands,
  flagsOf,
  isSwitch,
  secretInputs,
  settings,
  toVariable,
} from './commands.ts'

/** Flags that are no inputs: `short` as kind has them. */
const own = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  verbosity: { type: 'string', short: 'v' },
  name: { type: 'string', short: 'n' },
} as const

export type Asked = {
  /** Undefined for a word that is no command, or none at all. */
  readonly command: Command | undefined
  /** Words that are no flags: those of the command, where there is none, and then operands. */
  readonly words: readonly string[]
  readonly isHelp: boolean
  readonly isVersion: boolean
  readonly isJson: boolean
  readonly isQuiet: boolean
  /** Whether debug lines are printed. */
  readonly isVerbose: boolean
  /** What flags say. */
  readonly given: RawInputs
}

/** A flag alone means yes, and may say `=false`. */
const withSwitches = (argv: readonly string[]): readonly string[] => {
  const end = argv.indexOf('--')
  return argv.map((arg, at) => {
    const isFlag = arg.startsWith('--') && (end < 0 || at < end)
    const name = arg.slice(2)
    return isFlag && inputNames.some((input) => input === name && isSwitch(input))
      ? `${arg}=true`
      : arg
  })
}

const refuse = (flag: string, known: readonly string[]): Failure => {
  const name = flag.replace(/^-+/, '')
  const nearest = findNearestWord(name, known)
  return new Failure(`unknown flag: ${flag}`, {
    remedy: nearest === undefined ? '--help shows the flags.' : `Did you mean --${nearest}?`,
  })
}

const parse = (argv: readonly string[]) => {
  const inputs = inputNames.map((name) => [name, { type: 'string', multiple: true }] as const)
  try {
    return parseArgs({
      args: [...withSwitches(argv)],
      options: { ...Object.fromEntries(inputs), ...own },
      allowPositionals: true,
    })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const [, flag = ''] = /^Unknown option '([^']*)'/.exec(message) ?? []
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw refuse(flag, [...settings, ...Object.keys(own)])
    throw new Failure(message.replace(/\n.*/s, ''), { remedy: '--help shows the flags.' })
  }
}

const findCommand = (words: readonly string[]): Command | undefined =>
  commands.find(({ name }) => {
    const parts = name.split(' ')
    return parts.every((part, at) => words[at] === part)
  })

const refuseForeign = (command: Command, given: readonly InputName[]): void => {
  for (const name of given) {
    if (secretInputs.some((secret) => secret === name)) {
      throw new Failure(`--${name} would show a secret to all who list processes`, {
        remedy: `Put it into the variable ${toVariable(name)}.`,
      })
    }
    if (flagsOf(command).includes(name)) continue
    throw refuse(`--${name}`, flagsOf(command))
  }
}

/**
 * Reads a command line.
 *
 * @throws {Failure} for flags that there are not, or not for this command
 */
export const parseArgv = (argv: readonly string[]): Asked => {
  const { values, positionals } = parse(argv)
  const command = findCommand(positionals)
  const said = Object.entries(values).flatMap(([name, value]) =>
    Array.isArray(value) ? [[name as InputName, value.join('\n')] as const] : [],
  )
  if (command !== undefined)
    refuseForeign(
      command,
      said.map(([name]) => name),
    )
  const { help, version, json, quiet, verbosity = '0', name } = values
  if (typeof verbosity === 'string' && !/^\d{1,2}$/.test(verbosity))
    throw new Failure(`-v takes a number, not ${verbosity}`)
  return {
    command,
    words: positionals.slice(command?.name.split(' ').length ?? 0),
    isHelp: help === true,
    isVersion: version === true,
    isJson: json === true,
    isQuiet: quiet === true,
    isVerbose: Number(verbosity) > 0,
    given: {
      ...Object.fromEntries(said),
      ...(typeof name === 'string' && { 'cluster-name': name }),
    },
  }
}

/** @throws {Failure} where operands are missing, or too many */
export const checkOperands = (
  { least, most, missing, name }: Command,
  words: readonly string[],
) => {
  if (words.length < least) throw new Failure(missing)
  if (words.length <= most) return
  throw new Failure(`slipway ${name} does not take ${words.slice(most).join(' ')}`, {
    remedy: `\`slipway ${name} --help\` shows what it takes.`,
  })
}
