import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContainerNode } from '../../src/cluster/node.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { findNodeFiles, noFiles } from '../../src/facts/find-files.ts'
import { toNodePaths } from '../../src/facts/node-paths.ts'
import { toRecordName } from '../../src/files/record.ts'
import { findLocalSource } from '../../src/files/sources/local.ts'
import type { NodeFiles } from '../../src/inputs/node-files.ts'
import { eventually } from '../support/eventually.ts'
import { nodeNamed } from '../support/found.ts'

const workspace = mkdtempSync(join(tmpdir(), 'slipway-find-'))
const nodes = ['kind-worker', 'kind-worker2'].map(nodeNamed)
const target = '/var/local/models'
const id = 'a'.repeat(16)
let key = ''

beforeAll(async () => {
  mkdirSync(join(workspace, 'models/deep'), { recursive: true })
  writeFileSync(join(workspace, 'models/deep/a.bin'), 'x')
  mkdirSync(join(workspace, 'pointers'))
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`
  writeFileSync(join(workspace, 'pointers/model.bin'), pointer)
  await eventually('the files have been quiet', async () => {
    key = findLocalSource(join(workspace, 'models'), 'models').key ?? ''
    return key !== ''
  })
})

afterAll(() => rmSync(workspace, { recursive: true }))

const recordOf = (path: string, { there = 'there', mode = 'ro', by = key } = {}): string =>
  [there, toRecordName(path), 'v1', path, id, mode, 'link', `${mode}-${by}`, id].join('\t')

/** Docker as far as records need it: each node prints its own. */
const asking = (records: Readonly<Record<string, readonly string[]>>) => {
  const asked: string[] = []
  const api = {
    get: async () => ({ ExitCode: 0 }),
    post: async (path: string) => {
      const [, name = ''] = /^\/containers\/([^/]+)\/exec$/.exec(path) ?? []
      asked.push(name)
      return { Id: name }
    },
    attach: async (path: string) => {
      const name = path.split('/')[2] ?? ''
      const text = (records[name] ?? []).join('\n')
      const header = Buffer.alloc(8)
      header[0] = 1
      header.writeUInt32BE(text.length, 4)
      const socket = new PassThrough()
      socket.end(Buffer.concat([header, Buffer.from(text)]))
      return socket
    },
  } as unknown as EngineApi
  return { api, asked }
}

const files = (given: string, change: Partial<NodeFiles> = {}): NodeFiles => {
  const [source = '', path = ''] = given.split(/:(?=\/)/)
  return {
    given,
    origin: { kind: 'local', path: join(workspace, source) },
    target: path,
    isWritable: false,
    ...change,
  }
}

const find = (
  nodeFiles: readonly NodeFiles[],
  records: Readonly<Record<string, readonly string[]>> = {},
  { prunes = false, verifies = false, into = nodes as readonly ContainerNode[] } = {},
) =>
  findNodeFiles(
    asking(records).api,
    {
      nodeFiles,
      prunesNodeFiles: prunes,
      verifiesNodeFiles: verifies,
      makesFilesImages: false,
    },
    into,
    {
      runId: 'run',
      workspace,
      env: {},
      serverUrl: 'https://github.com',
      repository: 'acme/app',
      takeToken: async () => undefined,
      signal: new AbortController().signal,
    },
  )

const models = files(`models:${target}`)

const intoOf = async (...order: Parameters<typeof find>): Promise<readonly string[]> =>
  (await find(...order)).files.flatMap(({ into }) => into.map(({ name }) => name))

describe('which nodes lack files', () => {
  const both = ['kind-worker', 'kind-worker2']

  test('is known by their records, without a byte read', async () => {
    expect(await intoOf([models])).toEqual(both)
    expect(await intoOf([models], { 'kind-worker': [recordOf(target)] })).toEqual(['kind-worker2'])
    const all = Object.fromEntries(both.map((name) => [name, [recordOf(target)]]))
    expect(await intoOf([models], all)).toEqual([])
    expect(await intoOf([models], all, { verifies: true })).toEqual(both)
  })

  test.each<[string, () => string]>([
    ['is gone', () => recordOf(target, { there: 'gone' })],
    ['is of other files', () => recordOf(target, { by: 'b'.repeat(64) })],
    ['is of nobody knows what', () => recordOf(target, { by: '' })],
    ['is for writing', () => recordOf(target, { mode: 'rw' })],
    ['is elsewhere', () => recordOf('/var/local/other')],
    ['is no record', () => 'there\tx'],
  ])('counts what %s as lacking', async (_, record) => {
    const records = { 'kind-worker': [record()], 'kind-worker2': [recordOf(target)] }
    expect(await intoOf([models], records)).toEqual(['kind-worker'])
  })

  test('is a single file where a node that has it says so', async () => {
    const isFileOf = async (...records: readonly string[]) =>
      (await find([models], { 'kind-worker2': records })).files.map(({ isFile }) => isFile)
    expect(await isFileOf(recordOf(target, { there: 'file' }))).toEqual([true])
    expect(await isFileOf(recordOf(target))).toEqual([false])
    expect(await isFileOf()).toEqual([undefined])
    expect(await isFileOf(recordOf(target, { there: 'file', by: 'b' }))).toEqual([undefined])
  })

  test('does not know files that are just written', async () => {
    writeFileSync(join(workspace, 'fresh'), 'x')
    const fresh = files('fresh:/var/local/fresh')
    expect((await find([fresh])).files[0]?.found.source.key).toBeUndefined()
    expect(await intoOf([fresh], { 'kind-worker': [recordOf('/var/local/fresh')] })).toEqual(both)
  })
})

describe('what nobody names', () => {
  const old = { 'kind-worker': [recordOf(target), recordOf('/var/local/old')] }

  test('stays, and is known, unless it is to go', async () => {
    expect(await find([models], old)).toMatchObject({ removals: [], kept: ['/var/local/old'] })
    const pruned = await find([models], old, { prunes: true })
    expect(pruned.kept).toEqual([])
    expect(pruned.removals.map(({ node, target: path }) => [node.name, path])).toEqual([
      ['kind-worker', '/var/local/old'],
    ])
    expect((await find([], old, { prunes: true })).removals).toHaveLength(2)
  })

  test('is not asked for where the step has nothing to do with files', async () => {
    const { api, asked } = asking(old)
    const inputs = {
      nodeFiles: [],
      prunesNodeFiles: false,
      verifiesNodeFiles: true,
      makesFilesImages: true,
    }
    expect(await findNodeFiles(api, inputs, nodes, undefined as never)).toBe(noFiles)
    expect(asked).toEqual([])
  })
})

test('all that cannot be is one error', async () => {
  const memory = files('models:/data/models')
  const pointers = files('pointers:/var/local/p')
  const error = await find([memory, pointers, files('none:/var/local/n')]).catch(String)
  expect(error).toContain('/data/models is in the image of kind-worker or in its memory')
  expect(error).toContain('of kind-worker2')
  expect(error).toMatch(/all files of pointers are Git LFS pointers.*Write lfs:pointers/s)
  expect(error).toContain('none')
})

test('manifests see paths, kinds and whose they are', async () => {
  const found = await find(
    [models, files('models/deep/a.bin:/var/local/one', { isWritable: true })],
    { 'kind-worker': [recordOf('/var/local/old')] },
    { into: nodes.slice(0, 1) },
  )
  const extra = { destination: '/data', source: '/srv' }
  const mounts = [...(nodes[0]?.mounts ?? []), extra]
  const { files: given, others } = toNodePaths(found, [{ mounts }])
  expect(others).toEqual(['/var/local/old', '/data'])
  expect(given.map(({ entries, ...rest }) => ({ ...rest, entries: [...(entries ?? [])] }))).toEqual(
    [
      {
        target,
        isWritable: false,
        isFile: false,
        nodes: ['kind-worker'],
        entries: [
          ['deep', 'folder'],
          ['deep/a.bin', 'file'],
        ],
      },
      {
        target: '/var/local/one',
        isWritable: true,
        isFile: true,
        nodes: ['kind-worker'],
        entries: [['a.bin', 'file']],
      },
    ],
  )
})
