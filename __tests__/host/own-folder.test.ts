import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEnvironment } from '../../src/commands/actions/environment.ts'
import { createRunner } from '../../src/commands/actions/runner.ts'
import { cleanUp, leftoversOf } from '../../src/commands/cleanup.ts'
import {
  appendOwnFile,
  isOwnFolder,
  makeOwnFolder,
  readOwnFile,
  writeOwnFile,
} from '../../src/host/own-folder.ts'

let temp: string
let folder: string
/** Somebody else's, which nothing may touch. */
let elsewhere: string
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'own-folder-'))
  folder = join(temp, 'ours')
  elsewhere = join(temp, 'elsewhere')
  mkdirSync(elsewhere)
  writeFileSync(join(elsewhere, 'file'), 'theirs')
})
afterEach(() => {
  expect(readdirSync(elsewhere)).toEqual(['file'])
  expect(readFileSync(join(elsewhere, 'file'), 'utf8')).toBe('theirs')
  rmSync(temp, { recursive: true })
})

test('what is written is read, and nobody else looks into it', () => {
  makeOwnFolder(folder)
  makeOwnFolder(folder)
  writeOwnFile(folder, 'a', 'one')
  writeOwnFile(folder, 'a', 'two')
  appendOwnFile(folder, 'b', '1\n')
  appendOwnFile(folder, 'b', '2\n')
  expect([readOwnFile(folder, 'a'), readOwnFile(folder, 'b')]).toEqual(['two', '1\n2\n'])
  expect(readdirSync(folder)).toEqual(['a', 'b'])
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o600)
  expect(isOwnFolder(folder)).toBe(true)
})

test('a folder that is a link is not ours', () => {
  symlinkSync(elsewhere, folder)
  expect(isOwnFolder(folder)).toBe(false)
  expect(() => makeOwnFolder(folder)).toThrow()
  expect(() => writeOwnFile(folder, 'new', 'x')).toThrow()
  expect(() => appendOwnFile(folder, 'file', 'x')).toThrow()
  expect(readOwnFile(folder, 'file')).toBe('')
})

test('nor is a file, or nothing at all', () => {
  expect(isOwnFolder(folder)).toBe(false)
  writeFileSync(folder, '')
  expect(isOwnFolder(folder)).toBe(false)
  expect(() => makeOwnFolder(folder)).toThrow()
})

test.each([
  ['a link', (path: string) => symlinkSync(join(elsewhere, 'file'), path)],
  ['a link to nothing', (path: string) => symlinkSync(join(elsewhere, 'new'), path)],
  ['another name of a file', (path: string) => linkSync(join(elsewhere, 'file'), path)],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
])('%s in the place of a file is neither read nor added to, but replaced', (_what, plant) => {
  makeOwnFolder(folder)
  for (const name of ['a', 'a.new', 'b']) plant(join(folder, name))
  expect(readOwnFile(folder, 'b')).toBe('')
  expect(() => appendOwnFile(folder, 'b', 'x')).toThrow()
  writeOwnFile(folder, 'a', 'ours')
  expect(readOwnFile(folder, 'a')).toBe('ours')
})

test.runIf(process.getuid?.() === 0)("another user's file is not read", () => {
  makeOwnFolder(folder)
  writeOwnFile(folder, 'a', 'x')
  execFileSync('chown', ['4242', join(folder, 'a')])
  expect(readOwnFile(folder, 'a')).toBe('')
})

test('cleaning up takes links away, not what they lead to, and ends nobody whom they name', async () => {
  const runId = '0123456789abcdef'
  const environment = await readEnvironment({ ...process.env, RUNNER_TEMP: temp })
  const { tempDir, recordingFolder } = leftoversOf(environment, runId)
  symlinkSync(elsewhere, tempDir)
  symlinkSync(elsewhere, recordingFolder)
  await cleanUp(environment, createRunner(), runId, {
    isDockerThere: false,
    builder: undefined,
    cluster: undefined,
  })
  expect([existsSync(tempDir), existsSync(recordingFolder)]).toEqual([false, false])
})
