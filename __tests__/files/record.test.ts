import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { readRecords, toRecordName } from '../../src/files/record.ts'
import { nodeNamed } from '../support/found.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-records-'))
const records = join(root, 'records')
const models = join(root, 'models')
const id = 'a'.repeat(16)

afterAll(() => rmSync(root, { recursive: true }))

/** Docker as far as a command in a node needs it: it prints what it is given. */
const printing = (text: string): EngineApi => {
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return {
    get: async () => ({ ExitCode: 0 }),
    post: async () => ({ Id: 'x' }),
    attach: async () => {
      const socket = new PassThrough()
      socket.end(Buffer.concat([header, Buffer.from(text)]))
      return socket
    },
  } as unknown as EngineApi
}

/** What the node's own script prints, of a folder that stands for the node's. */
const print = (): string => {
  const script = readFileSync('src/files/in-node/records.sh', 'utf8')
  const own = script.replaceAll('/var/lib/slipway-files', records)
  expect(own).not.toBe(script)
  const { stdout, status } = spawnSync('/bin/bash', ['-c', own], { encoding: 'utf8' })
  expect(status).toBe(0)
  return stdout
}

const readThem = (text = print()) => readRecords(printing(text), nodeNamed('a'))

const line = (target: string, way = 'link', key = 'ro-key'): string =>
  `${['v1', target, id, 'ro', way, key, id].join('\t')}\n`

const note = (target: string, text = line(target), name = toRecordName(target)): void =>
  writeFileSync(join(records, name), text)

beforeEach(() => {
  rmSync(records, { recursive: true, force: true })
  rmSync(`${models}.${id}`, { recursive: true, force: true })
  rmSync(models, { force: true })
  mkdirSync(records)
})

const target = '/var/local/models'

describe("a node's records", () => {
  test('say whether the files are there', async () => {
    note(models)
    // Links of a temp folder are none of a node's, so what the script prints is looked at.
    expect(print()).toMatch(/^gone\t/)
    mkdirSync(`${models}.${id}`)
    symlinkSync(`models.${id}`, models)
    expect(print()).toBe(`there\t${toRecordName(models)}\t${line(models)}`)
    note(models, line(models, 'mount'))
    expect(print()).toMatch(/^gone\t/)
    note(models)
    rmSync(`${models}.${id}`, { recursive: true })
    writeFileSync(`${models}.${id}`, '')
    utimesSync(`${models}.${id}`, 0, 0)
    expect(print()).toMatch(/^file\t/)
    rmSync(models)
    mkdirSync(join(root, 'elsewhere'), { recursive: true })
    symlinkSync('elsewhere', models)
    expect(print()).toMatch(/^gone\t/)
  })

  test('say whether somebody wrote to read-only files, by their time', () => {
    mkdirSync(join(`${models}.${id}`, 'deep'), { recursive: true })
    symlinkSync(`models.${id}`, models)
    const file = join(models, 'deep/a.bin')
    writeFileSync(file, 'x')
    utimesSync(file, 1, 1)
    note(models)
    expect(print()).toMatch(/^there\t/)
    writeFileSync(file, 'y')
    expect(print()).toMatch(/^gone\t/)
    // What pods may write to is theirs.
    note(models, line(models).replace('\tro\t', '\trw\t'))
    expect(print()).toMatch(/^there\t/)
  })

  test('are read by the way that the script prints them', async () => {
    note(target)
    expect(await readThem()).toEqual([{ target, id, key: 'ro-key', isThere: false, isFile: false }])
    expect(await readThem(print().replace('gone', 'there'))).toEqual([
      { target, id, key: 'ro-key', isThere: true, isFile: false },
    ])
    expect(await readThem(print().replace('gone', 'file'))).toEqual([
      { target, id, key: 'ro-key', isThere: true, isFile: true },
    ])
  })

  test('are none where there is no folder of them', async () => {
    rmSync(records, { recursive: true })
    expect(await readThem()).toEqual([])
  })

  test('that are links, folders, too many, or have other names are left out', async () => {
    note(target)
    symlinkSync(join(records, toRecordName(target)), join(records, 'f'.repeat(32)))
    mkdirSync(join(records, 'e'.repeat(32)))
    writeFileSync(join(records, 'lock'), line('/var/local/other'))
    writeFileSync(join(records, `.${'d'.repeat(32)}`), line('/var/local/other'))
    expect((await readThem()).map((each) => each.target)).toEqual([target])
    expect(print().trim().split('\n')).toHaveLength(1)
    for (let at = 0; at < 600; at++)
      writeFileSync(join(records, at.toString(16).padStart(32, '0')), line('/x'))
    expect(print().trim().split('\n')).toHaveLength(500)
  })
})

test.each<[string, string, string?]>([
  ['a path that we would not take', line('/etc/passwd'), toRecordName('/etc/passwd')],
  ['a path that leads elsewhere', line('/var/a/../../etc'), toRecordName('/var/a/../../etc')],
  ['another version', line(target).replace('v1', 'v2')],
  ['an id that is none', line(target).replaceAll(id, '../../../../etc')],
  ['another target than its name says', line(target), toRecordName('/var/local/other')],
  ['nothing', ''],
  ['bytes', '\u0000\u0001\u00ff'],
])('a record with %s is nobody’s', async (_, text, name = toRecordName(target)) => {
  expect(await readThem(`there\t${name}\t${text}\n`)).toEqual([])
})

test('a record whose target would be an option of a program runs nothing', () => {
  const names = ['1', '2'].map((digit) => digit.repeat(32))
  for (const name of names) writeFileSync(join(records, name), line('-delete', 'mount'))
  expect(print()).toBe('')
  expect(readdirSync(records).toSorted()).toEqual(expect.arrayContaining(names))
})
