import { type Command, commands, flagsOf } from './commands.ts'
import { words } from './words.ts'

const table = (rows: readonly (readonly [left: string, right: string])[]): readonly string[] => {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`.trimEnd())
}

const common = (isOfCluster: boolean, isOfRun: boolean) =>
  [
    ...(isOfCluster ? [['-n, --name NAME', 'the cluster (default: kind)'] as const] : []),
    ...(isOfRun ? [['    --json', 'print the result as JSON'] as const] : []),
    ['-q, --quiet', 'print nothing on standard error'],
    ['-h, --help', 'show this'],
  ] as const

/** Fits a terminal of 24 lines of 80 letters. */
export const renderHelp = (): string =>
  [
    'Builds images with private dependencies and loads them into kind, in a second.',
    '',
    'Usage: slipway COMMAND [FLAGS]',
    '',
    ...table([
      ...commands.map(({ name, summary }) => [name, summary] as const),
      ['completion', 'Print completion for bash, zsh or fish'],
    ]),
    '',
    ...table([
      ['-h, --help', 'help; also of a command: slipway build --help'],
      ['    --version', 'the version'],
    ]),
    '',
    'slipway.yaml in this folder has settings by the names of flags.',
  ].join('\n')

const renderFlag = (name: Command['shown'][number]): readonly [string, string] => {
  const [value, text] = words[name] ?? ['VALUE', '']
  return [`    --${name}${value && ` ${value}`}`, text]
}

export const renderCommandHelp = (command: Command): string => {
  const { name, operands, summary, example, shown, act, inputs } = command
  const more = flagsOf(command).length > shown.length + 2
  return [
    `${summary}.`,
    '',
    `Usage: slipway ${name}${operands && ` ${operands}`} [FLAGS]`,
    '',
    ...table([
      ...shown.map(renderFlag),
      ...common(inputs.includes('cluster-name'), act !== 'clean'),
    ]),
    ...(more
      ? ['', "More flags have the names of the action's inputs: docs/command-line.md."]
      : []),
    '',
    `Example: ${example}`,
  ].join('\n')
}

/** `slipway load` by itself: which of its commands. */
export const renderGroupHelp = (group: string): string =>
  [
    `Usage: slipway ${group} COMMAND [FLAGS]`,
    '',
    ...table(
      commands
        .filter(({ name }) => name.startsWith(`${group} `))
        .map(({ name, summary }) => [name, summary]),
    ),
  ].join('\n')
