import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const home = mkdtempSync(join(tmpdir(), 'last-release-'))
afterAll(() => rmSync(home, { recursive: true }))

/** A repository with this one's script, and tests that only say what they were called with and what they found. */
const createRepository = (name: string) => {
  const root = join(home, name)
  const git = (...args: readonly string[]): void => {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false']
    execFileSync('git', ['-C', root, ...who, ...args])
  }
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text, { mode: 0o700 })
  }
  mkdirSync(root)
  git('init', '--quiet')
  write('script/setup.sh', `cd "$(dirname "$BASH_SOURCE")/.."\n`)
  write(
    'script/test',
    '#!/bin/bash\ncd "$(dirname "$0")/.."\necho "$(cat tests) on $(cat dist/*): $*"\nexit "$(cat code)"\n',
  )
  write('script/changed-since-release.txt', '# Nothing.\n')
  cpSync('script/test-last-release', join(root, 'script/test-last-release'))
  const release = (version: string, files: Readonly<Record<string, string>>, tag = true): void => {
    for (const [path, text] of Object.entries(files)) write(path, text)
    git('add', '--all')
    git('commit', '--quiet', '--message', version)
    if (tag) git('tag', version)
  }
  const temp = join(root, '.git/temp')
  mkdirSync(temp)
  const run = (...args: readonly string[]): string =>
    execFileSync('bash', ['script/test-last-release', ...args], {
      ...{ cwd: root, encoding: 'utf8', env: { ...process.env, TMPDIR: temp } },
    })
  return { release, write, run, left: () => readdirSync(temp) }
}

const files = { 'dist/main.js': 'new', tests: 'new tests', code: '0' }

test('the tests of the release before this one get the bundle of this tree', () => {
  const { release, write, run, left } = createRepository('two')
  release('v0.9.0', { ...files, tests: 'oldest tests' })
  release('v0.10.0', { 'dist/old.js': 'old', tests: 'old tests' })
  release('v1', { mark: 'one' })
  // What is no longer in the bundle is not there.
  rmSync(join(home, 'two/dist/old.js'))
  release('v1.0.0', { tests: 'new tests' })
  expect(run()).toContain('old tests on new: __tests__/scenarios\n')
  expect(run('a', 'b')).toContain('old tests on new: a b\n')
  write('script/changed-since-release.txt', '# Why.\nbuilds > 1.5 (a|b)/c [x]\n\nloads\n')
  expect(run('a')).toContain(
    'old tests on new: a --testNamePattern ^(?!(?:builds > 1\\.5 \\(a\\|b\\)\\/c \\[x\\]|loads)$)\n',
  )
  expect(left()).toEqual([])
})

test('a test that fails is told, and nothing is left', () => {
  const { release, run, left } = createRepository('red')
  release('v1.0.0', { ...files, code: '3' })
  release('v1.1.0', { code: '0' })
  expect(run).toThrow(expect.objectContaining({ status: 3 }))
  expect(left()).toEqual([])
})

test('before the first release there is nothing to run', () => {
  const { release, run } = createRepository('first')
  release('a first commit', files, false)
  expect(run()).toMatch(/no release before this one\.\n0 passed, 0 failed, 0 skipped\n$/)
  release('v1.0.0', { code: '7' })
  expect(run()).toMatch(/no release before this one/)
})
