import { expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const images = 'a:1'

test.each([
  ['', 'auto'],
  ['never', 'never'],
  ['always', 'always'],
  ['20GB', { targetBytes: 20e9 }],
  ['1.5 gb', { targetBytes: 1.5e9 }],
  ['500MB', { targetBytes: 500e6 }],
  ['8GiB', { targetBytes: 8 * 2 ** 30 }],
])('free-disk of "%s"', (text, expected) => {
  expect(read({ images, 'free-disk': text }).freeDisk).toEqual(expected)
})

test.each(['20', '0GB', '-1GB', 'GB', '1e3GB', 'sometimes', '5 apples'])(
  'free-disk of "%s" is refused',
  (text) => {
    expect(problemsOf({ images, 'free-disk': text })).toEqual([
      expect.stringMatching(/^- free-disk .* such as 20GB\./),
    ])
  },
)

test('entries that stay are named', () => {
  expect(read({ images, 'free-disk-keep': 'DotNet, swift' }).freeDiskKeep).toEqual([
    'dotnet',
    'swift',
  ])
  expect(problemsOf({ images, 'free-disk-keep': 'java' })).toEqual([
    expect.stringMatching(/^- free-disk-keep \("java"\): .*codeql, android, ghcup, swift, dotnet/),
  ])
})
