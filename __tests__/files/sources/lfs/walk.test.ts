import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { refuseTarget } from '../../../../src/files/sources/lfs/target.ts'
import { walkFolder } from '../../../../src/files/sources/lfs/walk.ts'

const folder = mkdtempSync(join(tmpdir(), 'lfs-walk-'))
afterAll(() => rmSync(folder, { recursive: true }))

const walk = (root: string, path: string) => {
  const files: string[] = []
  const walked = walkFolder(root, path, (_fd, _stat, file) => void files.push(file))
  return { files, ...walked }
}

let count = 0
const make = (...files: readonly string[]): string => {
  count += 1
  const root = join(folder, `${count}`)
  mkdirSync(root)
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), file)
  }
  return root
}

test('a folder is listed, without git, and links stay links', () => {
  const root = make('m/a.bin', 'm/deep/er/b.bin', '.git/config', 'n/c.bin')
  mkdirSync(join(root, 'm/empty/inner'), { recursive: true })
  symlinkSync('../deep/er/b.bin', join(root, 'm/empty/link'))
  symlinkSync('nothing', join(root, 'm/dangling'))
  expect(walk(root, 'm')).toMatchObject({
    files: ['a.bin', 'deep/er/b.bin'],
    links: [
      { path: 'dangling', target: 'nothing' },
      { path: 'empty/link', target: '../deep/er/b.bin' },
    ],
    emptyFolders: ['empty/inner'],
  })
  expect(walk(root, '').files).toEqual(['m/a.bin', 'm/deep/er/b.bin', 'n/c.bin'])
})

test.each([
  ['a/link', '../b', undefined],
  ['a/link', './../b/./c', undefined],
  ['a/b/link', '../../c', undefined],
  ['link', '.', undefined],
  ['link', '../b', 'leads out'],
  ['a/link', '../../b', 'leads out'],
  ['a/link', '..//../b', 'leads out'],
  ['a/link', '../..', 'leads out'],
  ['link', '/etc/passwd', 'absolute'],
  ['link', 'a/../../b', 'goes up after it has gone down'],
  ['a/link', 'b/..', 'goes up after it has gone down'],
])('the link %s to %s: %s', (path, target, why) => {
  const refused = refuseTarget(path, target)
  if (why === undefined) expect(refused).toBeUndefined()
  else expect(refused).toContain(why)
})

test('all that cannot be taken is said at once', () => {
  const root = make('m/a.bin', 'm/sub/.git/config')
  symlinkSync('/etc/passwd', join(root, 'm/out'))
  execFileSync('mkfifo', [join(root, 'm/pipe')])
  writeFileSync(Buffer.concat([Buffer.from(`${root}/m/`), Buffer.from([0xff, 0x61])]), '')
  const walking = () => walk(root, 'm')
  for (const why of [
    'out leads to an absolute path',
    'pipe is a pipe',
    'a is no UTF-8',
    'sub is a repository of its own',
  ])
    expect(walking).toThrow(why)
})

test('a folder without an end is refused', () => {
  const deep = make(`${'d/'.repeat(120)}a`)
  expect(() => walk(deep, '')).toThrow('more than 100 folders deep')
})

test('a folder that has become a link is not followed', () => {
  const root = make('m/a.bin')
  symlinkSync('m', join(root, 'link'))
  expect(() => walk(root, 'link')).toThrow(/ELOOP|ENOTDIR/)
})
