import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Baseline, parseBaseline } from '../../../src/diagnose/recording/baseline.ts'
import { endRecorder } from '../../../src/diagnose/recording/recorder.ts'
import {
  findRecordings,
  readRecording,
  recordContainers,
  recordingFolderOf,
  recordReported,
  updateBaseline,
  writeBaseline,
} from '../../../src/diagnose/recording/recording.ts'

let temp: string
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'notes-'))
})
afterEach(() => rmSync(temp, { recursive: true }))

const baselineOf = (clusterName: string, clockMs = 1): Baseline => ({
  clusterName,
  bootId: 'boot',
  clockMs,
  uptimeS: 1,
  kills: 0,
  logLastS: undefined,
  nodes: [{ name: 'n', id: 'a'.repeat(64), startedAt: 'then', kills: 0 }],
  images: [
    {
      given: 'api',
      canonical: 'docker.io/library/api:latest',
      immutable: 'api:x',
      id: 'y',
      nodes: ['n'],
    },
  ],
})

const container = (id: string, pod: string) => ({
  id,
  name: 'main',
  pod,
  namespace: 'shop',
  podUid: 'uid',
  image: 'api',
  isRunning: false,
  ended: { exitCode: 137, atMs: 5 },
})

test('what was written is read, by nobody else', () => {
  const folder = recordingFolderOf(temp, 'a1')
  writeBaseline(folder, baselineOf('kind'))
  recordContainers(folder, [container('1', 'one'), container('2', 'two')])
  recordReported(folder, ['a key'])
  expect(readRecording(folder)).toEqual({
    folder,
    baseline: JSON.parse(JSON.stringify(baselineOf('kind'))),
    containers: [container('1', 'one'), container('2', 'two')],
    reported: new Set(['a key']),
  })
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'baseline.json')).mode & 0o777).toBe(0o600)
})

test('notes in a folder that a link leads to are nobody’s, and stay as they are', () => {
  const elsewhere = join(temp, 'elsewhere')
  writeBaseline(elsewhere, baselineOf('kind'))
  symlinkSync(elsewhere, recordingFolderOf(temp, 'a1'))
  expect(findRecordings(temp, 'kind')).toEqual([])
  expect(() => recordReported(recordingFolderOf(temp, 'a1'), ['a key'])).toThrow()
  expect(() => writeBaseline(recordingFolderOf(temp, 'a1'), baselineOf('other'))).toThrow()
  expect(readdirSync(elsewhere)).toEqual(['baseline.json'])
})

test('half a line, and lines that are something else, are left out', () => {
  const folder = recordingFolderOf(temp, 'a1')
  writeBaseline(folder, baselineOf('kind'))
  recordContainers(folder, [container('1', 'one')])
  writeFileSync(join(folder, 'containers.jsonl'), '[]\nnull\n{"id":3}\n{"id":"2","na', {
    flag: 'a',
  })
  expect(readRecording(folder)?.containers.map(({ id }) => id)).toEqual(['1'])
})

test('no folder, no baseline or half of one: no notes', () => {
  const folder = recordingFolderOf(temp, 'a1')
  expect(readRecording(folder)).toBeUndefined()
  mkdirSync(folder)
  expect(readRecording(folder)).toBeUndefined()
  writeFileSync(join(folder, 'baseline.json'), JSON.stringify(baselineOf('kind')).slice(0, 50))
  expect(readRecording(folder)).toBeUndefined()
})

test("in a temp folder for everybody, another user's notes are none of ours", () => {
  const folder = recordingFolderOf(temp, 'a1')
  writeBaseline(folder, baselineOf('kind'))
  chownSync(folder, 12_345, 12_345)
  expect(findRecordings(temp, 'kind')).toEqual([])
})

test('notes of all steps about one cluster, the earliest first', () => {
  writeBaseline(recordingFolderOf(temp, 'a'), baselineOf('kind', 30))
  writeBaseline(recordingFolderOf(temp, 'b'), baselineOf('other', 20))
  writeBaseline(recordingFolderOf(temp, 'c'), baselineOf('kind', 10))
  expect(findRecordings(temp, 'kind').map(({ baseline }) => baseline.clockMs)).toEqual([10, 30])
})

test('a baseline of any other shape is refused, never a throw', () => {
  const sound = baselineOf('kind')
  expect(parseBaseline(JSON.stringify(sound))).toMatchObject({ clusterName: 'kind' })
  const worse = [
    { ...sound, clockMs: '1' },
    { ...sound, nodes: [{ name: 'n', id: '../..', startedAt: 'x' }] },
    { ...sound, nodes: undefined },
    { ...sound, images: [{}] },
    { ...sound, images: [{ ...sound.images[0], nodes: [1] }] },
    { ...sound, images: [{ ...sound.images[0], given: 'a\n::error::b' }] },
    { ...sound, clusterName: 'kind\n::error::b' },
  ]
  for (const each of worse) expect(parseBaseline(JSON.stringify(each))).toBeUndefined()
  fc.assert(fc.property(fc.json(), (json) => parseBaseline(json) === undefined))
})

test("a number that is another process's by now is left alone", async () => {
  const folder = recordingFolderOf(temp, 'a1')
  mkdirSync(folder)
  for (const pid of [`${process.pid}`, '1', '0', '-1', 'nonsense', '']) {
    writeFileSync(join(folder, 'pid'), pid)
    await endRecorder(folder)
  }
  expect(existsSync(folder)).toBe(true)
})

test('what another step leaves for a recording that is gone does not make it anew', () => {
  const gone = recordingFolderOf(temp, 'f1')
  expect(() => updateBaseline(gone, baselineOf('kind'))).toThrow()
  expect(existsSync(gone)).toBe(false)
})
