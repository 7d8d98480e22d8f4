import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findOutside, toRealPaths } from '../../src/host/real-path.ts'

let root: string
let workspace: string
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'real-path-')))
  workspace = join(root, 'work')
  for (const folder of ['work/app/deep', 'other/deep', 'workshop']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  writeFileSync(join(workspace, 'file'), '')
  for (const [name, target] of [
    ['proc', '/proc'],
    ['root', '/'],
    ['up', '..'],
    ['up-and-back', '../work/app'],
    ['inside', 'app/deep'],
    ['elsewhere', '../other/deep'],
    ['nowhere', '../gone/x'],
    ['chain', 'elsewhere'],
    ['loop', 'loop'],
    ['hidden', '.../x'],
  ] as const) {
    symlinkSync(target, join(workspace, name))
  }
})
afterAll(() => rmSync(root, { recursive: true }))

test.each([
  '.',
  '',
  'app',
  'app/../file',
  'inside',
  'inside/x',
  'up-and-back/deep',
  'not/there/yet',
  'not/there/../yet',
  'a\nb',
  '.../x',
  'hidden',
  'https://x/y',
])('%j stays in the workspace', (path) => {
  expect(findOutside(path, workspace, [workspace])).toBeUndefined()
})

test.each([
  ['..', ''],
  ['../workshop', '/workshop'],
  ['up', ''],
  ['up/other', '/other'],
  ['elsewhere', '/other/deep'],
  ['chain/x', '/other/deep/x'],
  ['nowhere', '/gone/x'],
  ['nowhere/../../y', '/y'],
  // Taken out of the text first, this would be `file`; the kernel goes up from where the link led.
  ['elsewhere/../file', '/other/file'],
  ['app/deep/../../../other', '/other'],
])('%j leads out of it, to %j', (path, real) => {
  expect(findOutside(path, workspace, [workspace])).toBe(`${root}${real}`)
})

test.each([
  ['proc', '/proc'],
  ['proc/self/cwd', '/proc/self/cwd'],
  ['root', '/'],
  ['root/etc', '/etc'],
  ['loop', '/'],
  ['/etc', '/etc'],
  // Who it is that opens it makes it another file.
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/proc/self/root', '/proc/self/root'],
])('%j leads to %j, whoever follows it', (path, real) => {
  expect(findOutside(path, workspace, [workspace])).toBe(real)
})

test('a workspace that is a link is where it leads', () => {
  const link = join(root, 'link')
  symlinkSync('work', link)
  expect(toRealPaths('app', link)).toEqual([join(workspace, 'app')])
  expect(findOutside('app', link, toRealPaths('.', link))).toBeUndefined()
})

test('all is below the root', () => {
  expect(findOutside('/etc', workspace, ['/'])).toBeUndefined()
})
