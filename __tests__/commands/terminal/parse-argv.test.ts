import { expect, test } from 'vitest'
import { checkOperands, parseArgv } from '../../../src/commands/terminal/parse-argv.ts'
import { renderError } from '../../../src/failure.ts'

const refusalOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return renderError(error)
  }
  throw new Error('nothing was refused')
}

test.each([
  [['load', 'docker-image', 'a:1', 'b:2', '--name', 'dev']],
  [['load', 'docker-image', '--name=dev', 'a:1', 'b:2']],
  [['load', 'docker-image', '-n', 'dev', 'a:1', '--', 'b:2']],
  [['-n', 'dev', 'load', 'docker-image', 'a:1', 'b:2']],
])("kind's words and flags, in kind's orders: %j", (argv) => {
  const { command, words, given } = parseArgv(argv)
  expect([command?.name, words, given]).toEqual([
    'load docker-image',
    ['a:1', 'b:2'],
    { 'cluster-name': 'dev' },
  ])
})

test('a list by commas, by repetition, and the last of two names', () => {
  const argv = ['load', 'image-archive', 'f', '--nodes', 'a,b', '--nodes=c', '-n', 'x', '-n', 'y']
  expect(parseArgv(argv).given).toEqual({ nodes: 'a,b\nc', 'cluster-name': 'y' })
})

test('flags are called like inputs; one that is yes or no needs no value, and takes one', () => {
  const { given } = parseArgv(['build', '.', '--tags', 'a:1', '--push', '--fail-fast=false'])
  expect(given).toEqual({ tags: 'a:1', push: 'true', 'fail-fast': 'false' })
})

test("kind's flags for what is printed", () => {
  const argv = ['load', 'docker-image', 'a', '-q', '-v', '3']
  expect(parseArgv(argv)).toMatchObject({ isQuiet: true, isVerbose: true, isHelp: false })
  expect(refusalOf(() => parseArgv(['build', '-v', 'x']))).toBe('-v takes a number, not x')
})

test.each([
  [['build', '--tag', 'x'], 'unknown flag: --tag. Did you mean --tags?'],
  [['build', '--gibberish'], 'unknown flag: --gibberish. --help shows the flags.'],
  // Inputs of the action that mean nothing here, or nothing for this command.
  [['build', '--free-disk', 'auto'], 'unknown flag: --free-disk. --help shows the flags.'],
  [['load', 'docker-image', 'a', '--push'], 'unknown flag: --push. --help shows the flags.'],
  [['build', '--name'], /argument missing/],
  [
    ['build', '--private-key', 'x'],
    '--private-key would show a secret to all who list processes. Put it into the variable SLIPWAY_PRIVATE_KEY.',
  ],
])('%j is refused', (argv, message) => {
  expect(refusalOf(() => parseArgv(argv))).toMatch(message)
})

test('operands: too few in the words of kind, and too many', () => {
  const check = (...argv: readonly string[]) => {
    const { command, words } = parseArgv(argv)
    if (command === undefined) throw new Error('no command')
    checkOperands(command, words)
  }
  expect(refusalOf(() => check('load', 'docker-image'))).toBe('a list of image names is required')
  expect(refusalOf(() => check('load', 'image-archive'))).toBe('name of image archive is required')
  expect(refusalOf(() => check('build', '.', 'more'))).toMatch(
    /^slipway build does not take more\./,
  )
  expect(() => check('build')).not.toThrow()
})

test('no word, and a word that is no command', () => {
  expect(parseArgv([])).toMatchObject({ command: undefined, words: [] })
  expect(parseArgv(['load', 'nothing'])).toMatchObject({ words: ['load', 'nothing'] })
})
