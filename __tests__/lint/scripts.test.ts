import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { filesProgram } from '../../src/files/helper.ts'
import { readerProgram } from '../../src/image/contents/reader-container.ts'
import { documentsReader } from '../../src/load/helper.ts'

/** Debian's programs; `script/test` installs shellcheck where it is missing. */
const isThere = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`))

const readAll = (...paths: readonly string[]): string =>
  paths.map((path) => readFileSync(path, 'utf8')).join('\n')

const filesIn = (...patterns: readonly string[]): readonly string[] =>
  globSync([...patterns], { exclude: (path) => path.endsWith('/cases') })
    .filter((path) => statSync(path).isFile())
    .sort()

/** Scripts of several parts, which share variables. */
const parts: Readonly<Record<string, readonly string[]>> = {
  'src/load/helper': [
    ...filesIn('src/load/helper/!(main|try|stream|inspect-by-sh).sh'),
    // These call what the others define.
    ...filesIn('src/load/helper/{main,try,stream}.sh'),
  ],
  // With a `ctl` of its own.
  'src/load/helper/inspect-by-sh': ['lists', 'inspect-by-sh'].map(
    (name) => `src/load/helper/${name}.sh`,
  ),
  'script/testbed': filesIn('script/testbed.d/*.sh', 'script/testbed'),
  stories: ['nodes', 'stories'].map((name) => `__tests__/support/cgroup-v2/${name}.sh`),
}
const alone = filesIn('.ci/run', '{script,src,__tests__}/**/*').filter(
  (path) =>
    !Object.values(parts).flat().includes(path) &&
    (path.endsWith('.sh') || /^#!.*sh$/.test(readAll(path).split('\n', 1)[0] ?? '')),
)

const scripts: readonly (readonly [name: string, script: string])[] = [
  ...Object.entries(parts).map(([name, paths]) => [name, readAll(...paths)] as const),
  ...alone.map((path) => [path, readAll(path)] as const),
]

const checks = [
  '--shell=bash',
  '--severity=warning',
  // Files that are sourced are checked with those that source them.
  '--exclude=SC1091',
  // It takes a variable for the one of this name in another function: a list here, a word there.
  '--exclude=SC2128,SC2178',
]

test.skipIf(!isThere('shellcheck')).each(scripts)(
  'shellcheck has nothing to say of %s',
  (_name, script) => {
    const { stdout, stderr } = spawnSync('shellcheck', [...checks, '-'], {
      input: script,
      encoding: 'utf8',
    })
    expect(stdout + stderr).toBe('')
  },
)

test('scripts are found by their ends and by their first lines', () => {
  expect(alone).toEqual(expect.arrayContaining(['.ci/run', 'script/test', 'script/setup.sh']))
})

const perlParts = /\/(files-helper|image\/in-node|reader)\/|\/documents\.pl$/
const wholePrograms = filesIn('src/**/*.pl').filter((path) => !perlParts.test(path))

test.skipIf(!isThere('perl')).each(wholePrograms)('perl can run %s', (path) => {
  const { stderr } = spawnSync('perl', ['-c', '-w', path], { encoding: 'utf8' })
  expect(stderr).toBe(`${path} syntax OK\n`)
})

test.skipIf(!isThere('perl')).each([
  ['the helper for files', filesProgram()],
  ["the reader of images' layers", readerProgram()],
  ["the reader of images' documents", documentsReader()],
])('perl can run the parts of %s together', (_name, input) => {
  const { stderr } = spawnSync('perl', ['-c', '-w'], { input, encoding: 'utf8' })
  expect(stderr).toBe('- syntax OK\n')
})

/** Programs between single quotes, as all of ours are. */
const awkPrograms = scripts.flatMap(([, script]) =>
  [...script.matchAll(/\bawk\b[^'\n|]*'([^']+)'/g)].map(([, program = '']) => program),
)

test.skipIf(!isThere('mawk')).each([...new Set(awkPrograms)])('awk can read %s', (program) => {
  // It prints what it made of a program, and runs nothing.
  expect(spawnSync('mawk', ['-W', 'dump', program], { input: '' }).status).toBe(0)
})
