import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { renderCompletion, shells } from '../../../src/commands/terminal/completion.ts'

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0

const check = (shell: string, script: string): string => {
  const { status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' })
  return `${status}${stderr}`
}

test.each(shells)("%s's own parser takes the script, where it is there", (shell) => {
  const script = renderCompletion(shell)
  expect(script).toContain('docker-image')
  expect(script).toContain('bake-files')
  expect(script).not.toContain('private-key')
  if (!isThere(shell)) return
  expect(check(shell, script)).toBe('0')
  expect(check(shell, `${script}\nif '`)).not.toBe('0')
})

/** What bash offers behind these words. */
const offered = (...line: readonly string[]): readonly string[] => {
  const words = ['slipway', ...line].map((word) => `'${word}'`).join(' ')
  const ask = `COMP_WORDS=(${words}); COMP_CWORD=${line.length}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`
  const input = `${renderCompletion('bash')}\n${ask}`
  return execFileSync('bash', { input, encoding: 'utf8' }).split('\n').filter(Boolean)
}

test('bash offers commands, then theirs, then flags, and files where a word is no flag', () => {
  expect(offered('lo')).toEqual(['load'])
  expect(offered('load', '')).toEqual(['docker-image', 'image-archive'])
  expect(offered('load', 'docker-image', '--no')).toEqual(['--nodes'])
  expect(offered('build', '--bake')).toEqual(['--bake-files', '--bake-set'])
  expect(offered('load', 'image-archive', 'x')).toEqual([])
  expect(offered('completion', 'f')).toEqual(['fish'])
})
