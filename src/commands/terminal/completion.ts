import { type Command, commands, flagsOf, isSwitch } from './commands.ts'
import { words } from './words.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

type Shell = (typeof shells)[number]

export const isShell = (word: string): word is Shell => shells.some((shell) => shell === word)

const firstWords: readonly string[] = [
  ...new Set([...commands.map(({ name }) => name.split(' ')[0] ?? ''), 'completion', 'help']),
]

/** What may follow `load`, and `completion`. */
const secondWords: readonly (readonly [first: string, seconds: readonly string[]])[] = [
  ...[
    ...Map.groupBy(
      commands.filter(({ name }) => name.includes(' ')),
      ({ name }) => name.split(' ')[0] ?? '',
    ),
  ].map(([first, all]) => [first, all.map(({ name }) => name.split(' ')[1] ?? '')] as const),
  ['completion', shells],
]

const ownFlags = ({ inputs }: Command): readonly string[] => [
  ...(inputs.includes('cluster-name') ? ['name'] : []),
  ...['json', 'quiet', 'help'],
]

const toFlags = (command: Command): string =>
  [...flagsOf(command), ...ownFlags(command)].map((flag) => `--${flag}`).join(' ')

/** Bash and zsh: a case for each place in a line. */
const renderCases = (set: (words: string) => string): string =>
  [
    ['', firstWords.join(' ')] as const,
    ...secondWords.map(([first, seconds]) => [first, seconds.join(' ')] as const),
    ...commands.map((command) => [command.name, toFlags(command)] as const),
  ]
    .map(([place, candidates]) => `    '${place}') ${set(candidates)} ;;`)
    .join('\n')

const groups = secondWords.map(([first]) => first).join('|')

const renderBash = (): string => `# source <(slipway completion bash)
_slipway() {
  local word="\${COMP_WORDS[COMP_CWORD]}" place= candidates=
  ((COMP_CWORD > 1)) && place="\${COMP_WORDS[1]}"
  case "$place" in ${groups}) ((COMP_CWORD > 2)) && place="$place \${COMP_WORDS[2]}" ;; esac
  case "$place" in
${renderCases((text) => `candidates='${text}'`)}
  esac
  # What begins with no dash, behind a command, is a file; the shell completes that.
  case "$candidates" in --*) [[ $word == -* ]] || return ;; esac
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
}
complete -o default -F _slipway slipway`

const renderZsh = (): string => `#compdef slipway
# source <(slipway completion zsh)
_slipway() {
  local place= candidates=
  ((CURRENT > 2)) && place="\${words[2]}"
  case "$place" in ${groups}) ((CURRENT > 3)) && place="$place \${words[3]}" ;; esac
  case "$place" in
${renderCases((text) => `candidates='${text}'`)}
  esac
  if [[ $candidates == --* && \${words[CURRENT]} != -* ]]; then _files; else compadd -- \${=candidates}; fi
}
compdef _slipway slipway`

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const renderFish = (): string => {
  const seen = (name: string): string =>
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
  const flags = commands.flatMap((command) =>
    [...flagsOf(command), ...ownFlags(command)].map((flag) => {
      const [, text = ''] = (words as Record<string, readonly [string, string]>)[flag] ?? []
      const isAlone = ['json', 'quiet', 'help'].includes(flag) || isSwitch(flag as never)
      const about = text === '' ? '' : ` -d ${quote(text)}`
      return `complete -c slipway -n ${quote(seen(command.name))} -l ${flag}${isAlone ? '' : ' -r'}${about}`
    }),
  )
  const seconds = secondWords.map(
    ([first, all]) => `complete -c slipway -f -n ${quote(seen(first))} -a ${quote(all.join(' '))}`,
  )
  return [
    '# slipway completion fish | source',
    `complete -c slipway -f -n __fish_use_subcommand -a ${quote(firstWords.join(' '))}`,
    ...seconds,
    ...flags,
  ].join('\n')
}

const renderers = { bash: renderBash, zsh: renderZsh, fish: renderFish } as const

/** A script for a shell that completes commands and flags. */
export const renderCompletion = (shell: Shell): string => renderers[shell]()
