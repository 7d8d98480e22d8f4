import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { commands } from '../../../src/commands/terminal/commands.ts'
import { renderCompletion, shells } from '../../../src/commands/terminal/completion.ts'

type Shell = (typeof shells)[number]

const isThere = (shell: Shell): boolean => spawnSync(shell, ['-c', 'true']).status === 0

/** Fish reads no socket, which is what Node gives a child as standard input. */
const toFile = (script: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-completion-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'script')
  writeFileSync(file, script)
  return file
}

const parse = (shell: Shell, script: string): string => {
  const { status, stderr } = spawnSync(shell, ['-n', toFile(script)], { encoding: 'utf8' })
  return `${status}${stderr}`
}

/** A script that has a shell print what it offers behind these words, each in a line. */
const askers: Readonly<Record<Shell, (words: readonly string[]) => string>> = {
  bash: (words) =>
    `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _slipway; printf '%q\\n' "\${COMPREPLY[@]}"`,
  // Zsh completes in a terminal alone: what it would be told is printed, and chosen from by the last word's beginning.
  zsh: (words) => `words=(${words.join(' ')}); CURRENT=${words.length}; _slipway`,
  fish: (words) => `complete --do-complete "${words.map((word) => word.slice(1, -1)).join(' ')}"`,
}

const withoutTerminal =
  'compdef() { [[ "$*" == "_slipway slipway" ]] || exit 1 }; _files() { :; }; compadd() { shift; print -l -- "$@"; }'

/** Nobody's own settings take part. */
const plain: Readonly<Record<Shell, string>> = {
  bash: '--norc',
  zsh: '--no-rcs',
  fish: '--no-config',
}

const offered = (shell: Shell, ...line: readonly string[]): readonly string[] => {
  const words = ['slipway', ...line].map((word) => `'${word}'`)
  const prelude = shell === 'zsh' ? withoutTerminal : ''
  const file = toFile([prelude, renderCompletion(shell), askers[shell](words), ''].join('\n'))
  const home = dirname(file)
  const printed = execFileSync(shell, [plain[shell], file], {
    cwd: home,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: home },
  })
  const all = printed.split('\n').map((each) => each.split('\t')[0] ?? '')
  const begun = line.at(-1) ?? ''
  return all.filter((each) => each !== '' && each.startsWith(begun)).sort()
}

test.each(shells)('%s gets commands and flags, and none for a secret', (shell) => {
  const script = renderCompletion(shell)
  expect(script).toContain('docker-image')
  expect(script).toContain('bake-files')
  expect(script).not.toContain('private-key')
})

for (const shell of shells) {
  // Where the machine has no such shell they count as skipped.
  describe.skipIf(!isThere(shell))(shell, () => {
    test('its own parser takes the script', () => {
      const script = renderCompletion(shell)
      expect(parse(shell, script)).toBe('0')
      expect(parse(shell, `${script}\nif '`)).not.toBe('0')
    })

    test('it offers commands, then theirs, then flags, and files where a word is no flag', () => {
      expect(offered(shell, 'lo')).toEqual(['load'])
      expect(offered(shell, 'load', '')).toEqual(['docker-image', 'image-archive'])
      expect(offered(shell, 'load', 'docker-image', '--no')).toEqual(['--nodes'])
      expect(offered(shell, 'build', '--bake')).toEqual(['--bake-files', '--bake-set'])
      expect(offered(shell, 'load', 'image-archive', 'x')).toEqual([])
      expect(offered(shell, 'completion', 'f')).toEqual(['fish'])
    })

    test.each(commands.map(({ name }) => name))('it offers the flags of %s alone', (name) => {
      const line = [...name.split(' '), '--']
      expect(offered(shell, ...line)).toEqual(offered('bash', ...line))
      expect(offered('bash', ...line)).toContain('--json')
    })
  })
}
