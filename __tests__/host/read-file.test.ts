import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRegularFile } from '../../src/host/read-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-file-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)

test('a file of the largest size is read, one byte more is not', () => {
  writeFileSync(at('a'), Buffer.alloc(100_000, 1))
  expect(readRegularFile(at('a'), 100_000)).toEqual(Buffer.alloc(100_000, 1))
  expect(() => readRegularFile(at('a'), 99_999)).toThrow('larger than 100 KB')
})

test('an empty file is empty', () => {
  writeFileSync(at('empty'), '')
  expect(readRegularFile(at('empty'), 0)).toEqual(Buffer.alloc(0))
})

test.each([
  ['a pipe that nobody writes to', 'pipe'],
  ['a link to a device that does not end', 'zero'],
  ['a folder', '.'],
])('%s is not read', (_name, name) => {
  if (name === 'pipe') execFileSync('mkfifo', [at(name)])
  if (name === 'zero') symlinkSync('/dev/zero', at(name))
  expect(() => readRegularFile(at(name))).toThrow('not a regular file')
})

test('a file that says it has no bytes is read all the same, and no further than allowed', () => {
  expect(readRegularFile('/proc/self/status').toString()).toContain('Name:')
  expect(() => readRegularFile('/proc/self/status', 10)).toThrow('larger than')
})

test('what is not there has the code of the system', () => {
  expect(() => readRegularFile(at('gone'))).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})
