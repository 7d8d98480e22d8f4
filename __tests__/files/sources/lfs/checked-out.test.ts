import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseEntries, recallDigests } from '../../../../src/files/sources/lfs/checked-out.ts'
import { findLocalSource } from '../../../../src/files/sources/local.ts'
import { gitEnvironment } from '../../../support/github/repositories.ts'
import {
  find,
  makeContent,
  sha256,
  startCheckouts,
  toPointer,
} from '../../../support/lfs-checkout.ts'

const checkouts = startCheckouts()
afterAll(() => checkouts.stop())

const asker = { env: { PATH: process.env['PATH'] ?? '' }, signal: new AbortController().signal }
const content = makeContent(5_000)
/** What nobody can read out of the file. */
const other = sha256('other')

/**
 * A checkout as git-lfs leaves it: the index has pointers, the folder what they point to. A filter stands for
 * git-lfs, which prints the pointer that it is told.
 */
const checkOut = (pointer = toPointer(other, content.length)): string => {
  const root = checkouts.checkOut(
    { 'models/llm.bin': content, 'models/plain.bin': content, 'models/c.json': '{}' },
    'https://github.com/acme/models',
  )
  writeFileSync(join(root, '../pointer'), pointer)
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', root, ...args], { env: gitEnvironment() })
  git('config', 'filter.lfs.clean', `cat >&2; cat ../pointer`)
  // Programs of the repository that must not run.
  git('config', 'core.fsmonitor', 'touch ../ran; false')
  writeFileSync(join(root, '.gitattributes'), 'llm.bin filter=lfs\n')
  execFileSync('git', ['-C', root, '-c', 'core.fsmonitor=false', 'add', '.'], {
    env: gitEnvironment(),
    stdio: 'ignore',
  })
  // Later than its files, as after any checkout that takes a moment.
  const later = new Date(Date.now() + 10_000)
  utimesSync(join(root, '.git/index'), later, later)
  return root
}

const recall = async (root: string): Promise<Readonly<Record<string, string | undefined>>> => {
  const source = findLocalSource(join(root, 'models'), 'models')
  const { files } = await recallDigests(source, root, asker)
  return Object.fromEntries(files.map(({ path, sha256: digest }) => [path, digest]))
}

const unknown = { 'llm.bin': undefined, 'plain.bin': undefined, 'c.json': undefined }

test('what git-lfs has checked out is known by its pointer; touched, it is not', async () => {
  const root = checkOut()
  expect(await recall(root)).toEqual({ ...unknown, 'llm.bin': other })
  expect(existsSync(join(root, '../ran'))).toBe(false)
  appendFileSync(join(root, 'models/llm.bin'), 'x')
  expect(await recall(root)).toEqual(unknown)
})

test('a source lfs: does not read it, and reads it once it was touched', async () => {
  const root = checkOut()
  const digestsOf = async () => {
    const { tree } = await find(root, 'https://github.com', undefined, { path: 'models' })
    return tree?.files.map(({ sha256: digest }) => digest)
  }
  const json = sha256('{}')
  expect(await digestsOf()).toEqual([json, other, sha256(content)])
  const now = new Date()
  utimesSync(join(root, 'models/llm.bin'), now, now)
  expect(await digestsOf()).toEqual([json, sha256(content), sha256(content)])
})

test.each([
  ['of another size', toPointer(other, content.length + 1)],
  ['that is none', 'version https://git-lfs.github.com/spec/v1\noid sha256:no\n'],
  ['that is no UTF-8', Buffer.from([0xff, 0xfe, 0x0a]).toString('latin1')],
])('a pointer %s says nothing', async (_, pointer) => {
  expect(await recall(checkOut(pointer))).toEqual(unknown)
})

test('a file that changed when the index was written, or later, may look the same', async () => {
  const root = checkOut()
  const seconds = Math.floor(lstatSync(join(root, 'models/llm.bin')).ctimeMs / 1_000)
  utimesSync(join(root, '.git/index'), seconds, seconds)
  expect(await recall(root)).toEqual(unknown)
})

test('without git, or with a repository that git does not read, nothing is known', async () => {
  const plain = checkouts.checkOut({ 'models/llm.bin': content })
  expect(await recall(plain)).toEqual({ 'llm.bin': undefined })
  const root = checkOut()
  writeFileSync(join(root, '.git/index'), 'DIRC')
  expect(await recall(root)).toEqual(unknown)
  mkdirSync(join(plain, '.git'))
  expect(await recall(plain)).toEqual({ 'llm.bin': undefined })
})

test('of a list in another form nothing is believed', () => {
  const entry = (mode: string, stage: number) =>
    `${mode} ${'a'.repeat(40)} ${stage}\tp\n\0  ctime: 5:7\n  mtime: 4:9\n  dev: 1\tino: 2\n  uid: 0\tgid: 0\n  size: 3\tflags: 0\n`
  const file = { object: 'a'.repeat(40), path: 'p\n', stat: '2:3:4000000009:5000000007' }
  expect(parseEntries(entry('100644', 0), 6_000_000_000n)).toEqual([file])
  expect(parseEntries(entry('100644', 0), 5_000_000_007n)).toEqual([])
  expect(parseEntries(entry('120000', 0) + entry('100755', 1), 6_000_000_000n)).toEqual([])
  expect(parseEntries(`${entry('100644', 0)}more`, 6_000_000_000n)).toEqual([])
})
