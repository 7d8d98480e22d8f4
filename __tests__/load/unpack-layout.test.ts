import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { Failure } from '../../src/failure.ts'
import { toDigest } from '../../src/image/digest.ts'
import { toBlobPath } from '../../src/image/sources/layout-root.ts'
import { sendFiles } from '../../src/load/send-files.ts'
import type { Streaming } from '../../src/load/streaming.ts'
import { unpackLayout } from '../../src/load/unpack-layout.ts'

const folder = mkdtempSync(join(tmpdir(), 'layout-'))
afterAll(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })

const put = (text: string): string => {
  writeFileSync(toBlobPath(folder, toDigest(text)), text)
  return toDigest(text)
}
const config = put('{"config":1}')
const diffIds = Array.from({ length: 12 }, (_, index) => put(`layer ${index}`))
const manifest = '{"manifest":1}'
const archived = { blobs: diffIds, unpackers: diffIds.map(() => 'cat' as const), config, manifest }

const streaming = (more: object): Streaming & { readonly bytes: number[] } => {
  const bytes: number[] = []
  const layers = diffIds.map((diffId) => ({ diffId, chainId: diffId, folder: undefined }))
  const layout = { folder, digest: '', manifest, layerBytes: diffIds.map((_, at) => at + 100) }
  return {
    docker: { isLocal: true },
    engine: {},
    runId: 'run',
    image: { id: config, references: [], digestNames: [], layers, layout },
    node: { name: 'n', imageId: 'i' },
    signal: new AbortController().signal,
    onBytes: (count: number) => void bytes.push(count),
    bytes,
    ...more,
  } as unknown as Streaming & { readonly bytes: number[] }
}

/** A daemon whose container says lines, after it was given a request, and keeps what it is told. */
const startDouble = (said: readonly string[], created: { value?: unknown }) => {
  const heard: string[] = []
  const frame = (text: string): Buffer => {
    const head = Buffer.alloc(8)
    head[0] = 1
    head.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([head, Buffer.from(text)])
  }
  const attach = async () => {
    const fromContainer = new PassThrough()
    return Object.assign(fromContainer, {
      write: (text: string) => {
        heard.push(text)
        if (heard.length === 1) for (const line of said) fromContainer.push(frame(`${line}\n`))
        if (!said.includes('loaded')) fromContainer.push(null)
        return true
      },
    })
  }
  const post = async (path: string, body?: unknown) => {
    if (path === '/containers/create') created.value = body
    return path === '/containers/create' ? { Id: 'c' } : { StatusCode: 1 }
  }
  return { api: { post, attach, remove: async () => {} }, heard }
}

test('the helper sees the folder alone, and unpacks what lies there', async () => {
  const created: { value?: unknown } = {}
  const { api, heard } = startDouble(
    ['missing\t1\t3', 'unpacked\t1', 'unpacked\t3', 'loaded'],
    created,
  )
  const task = streaming({ api })
  expect(await unpackLayout(task, archived)).toEqual({ kind: 'sent' })
  expect(created.value).toMatchObject({
    HostConfig: {
      PidMode: 'container:n',
      Mounts: [{ Source: folder, Target: '/slipway', ReadOnly: true }],
    },
  })
  expect(heard[1]).toBe(
    `layer here 1\nlayer here 3\nblob 12 ${config}\n{"config":1}blob 14 ${toDigest(manifest)}\n${manifest}end ${toDigest(manifest)}\n`,
  )
  expect(task.bytes).toEqual([101, 103])
})

test('where the daemon is elsewhere, or does not see the folder, it cannot', async () => {
  const refusing = {
    post: async () => Promise.reject(new Failure('bind source path does not exist')),
    remove: async () => {},
  }
  expect(await unpackLayout(streaming({ api: refusing }), archived)).toEqual({ kind: 'cannot' })
  const { api } = startDouble([], {})
  expect(await unpackLayout(streaming({ api, docker: { isLocal: false } }), archived)).toEqual({
    kind: 'cannot',
  })
  expect(await unpackLayout(streaming({ api }), archived)).toEqual({ kind: 'cannot' })
})

test('what fails once it has begun is not begun anew', async () => {
  const { api } = startDouble(['missing\t1'], {})
  expect(await unpackLayout(streaming({ api }), archived)).toEqual({
    kind: 'failed',
    problem: 'exit code 1',
  })
})

test('many layers go through one pipe, without a warning about listeners', async () => {
  const warnings: string[] = []
  const onWarning = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', onWarning)
  const target = new PassThrough()
  const sent = sendFiles(
    streaming({}),
    archived,
    diffIds.map((_, index) => index),
    target,
  ).then((result) => {
    target.end()
    return result
  })
  const text = (await buffer(target)).toString()
  expect(await sent).toEqual({ kind: 'sent' })
  expect(text).toMatch(/^layer 7 0\nlayer 0layer 7 1\n/)
  expect(text.endsWith(`end ${toDigest(manifest)}\n`)).toBe(true)
  await new Promise(setImmediate)
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})
