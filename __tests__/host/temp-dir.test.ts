import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findTempDir, makeTempDir } from '../../src/host/temp-dir.ts'

test("the runner's folder, where it can be written to; the system's own otherwise", () => {
  expect(findTempDir(process.cwd())).toBe(process.cwd())
  for (const given of [undefined, '', '/not/there', import.meta.filename]) {
    expect(findTempDir(given)).toBe(tmpdir())
  }
})

test('none at all: what to do', () => {
  expect(() => makeTempDir('/proc/slipway')).toThrow('has no folder for its temporary files')
})

test('a name that is taken already is not used, wherever it leads', () => {
  const parent = mkdtempSync(join(tmpdir(), 'temp-dir-'))
  mkdirSync(join(parent, 'theirs'))
  symlinkSync(join(parent, 'theirs'), join(parent, 'link'))
  symlinkSync(join(parent, 'nothing'), join(parent, 'dangling'))
  for (const name of ['theirs', 'link', 'dangling']) {
    expect(() => makeTempDir(join(parent, name))).toThrow('has no folder for its temporary files')
  }
  expect(existsSync(join(parent, 'nothing'))).toBe(false)
  rmSync(parent, { recursive: true })
})
