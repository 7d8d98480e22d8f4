import { expect, test } from 'vitest'
import { problemsOf } from '../../script/bench.d/command.ts'
import { count, parseFlags, renderFlags, toggle } from '../../script/bench.d/flags.ts'
import { loadCommand } from '../../script/bench.d/load/command.ts'

const flags = { fast: toggle('go fast'), runs: count(3, 'how often') }

test('a flag with and one without a value, in any order', () => {
  expect(parseFlags(flags, ['--fast', '--runs', '5'])).toEqual({
    values: { fast: true, runs: 5 },
    problems: [],
  })
  expect(parseFlags(flags, ['--runs=5']).values).toEqual({ fast: false, runs: 5 })
})

test('all problems are told at once, each with what was given', () => {
  expect(parseFlags(flags, ['--fast=yes', '--runs', 'many', '--slow', '--runs']).problems).toEqual([
    "--fast 'yes': takes no value",
    "--runs 'many': must be a whole number, 1 or more",
    "there is no flag '--slow'",
    '--runs: needs a value (N)',
  ])
})

test('the usage shows a value only where one is taken', () => {
  expect(renderFlags(flags)).toBe('  --fast    go fast\n  --runs N  how often (3)\n')
})

test.each([
  [['--bars', '--files', '20'], '--files: means nothing with --bars'],
  [['--bars', '--growth'], '--growth: means nothing with --bars'],
  [['--percent', '10'], '--percent: means nothing without --bars'],
  [['--files', '4'], "--layers '5': every layer needs a file, and --files is 4"],
  [['--growth', '--files', '100'], "--layers '125': every layer needs a file, and --files is 100"],
])('script/bench load %j is refused', (args, problem) => {
  expect(problemsOf(loadCommand, args)).toEqual([problem])
})

test.each([
  [['--bars']],
  [['--bars', '--only-bars', 'load,disk', '--percent', '10']],
  [['--growth']],
  [[]],
])('script/bench load %j is taken', (args) => {
  expect(problemsOf(loadCommand, args)).toEqual([])
})
