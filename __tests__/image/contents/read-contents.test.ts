import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { EngineApi } from '../../../src/docker/engine-api.ts'
import type { Engine } from '../../../src/docker/info.ts'
import type { FileReader, ImageContents } from '../../../src/image/contents/entry.ts'
import { withContents } from '../../../src/image/contents/read-contents.ts'
import { toReaderContainer } from '../../../src/image/contents/reader-container.ts'
import type { ContainerImage } from '../../../src/image/image.ts'
import { foundFacts } from '../../support/found.ts'
import { imageOf } from '../../support/outcomes.ts'

const overlay2: Engine = { ...foundFacts.engine, hasContainerdStore: false, dataRoot: '/data' }

const layer = (letter: string, folder: string | undefined) => ({
  diffId: `sha256:${letter.repeat(64)}`,
  chainId: `sha256:${letter.repeat(64)}`,
  folder,
})

const image = imageOf('a:1', {
  layers: [layer('a', '/data/overlay2/a/diff'), layer('b', '/data/overlay2/b/diff')],
})

const join = (...fields: readonly string[]): string => fields.map((field) => `${field}\0`).join('')

const listing = [
  join('config', '2'),
  '{}',
  join('e', '0', 'd', '0', '0', '755', '0', '0', '1.1234567890', '5:1', ''),
  join('e', '1', 'f', '3', '8', '644', '0', '0', '1.1234567890', '5:2', 'a'),
  join('e', '0', 'd', '0', '0', '755', '0', '0', '1.1234567890', '5:3', ''),
].join('')

/** A daemon whose container prints that, then answers to each request what `answer` says. */
const createApi = (printed: string, answer: (fields: readonly string[]) => string) => {
  const container = new PassThrough()
  const print = (text: string): void => {
    const body = Buffer.from(text, 'latin1')
    const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
    header.writeUInt32BE(body.length, 4)
    container.push(Buffer.concat([header, body]))
  }
  const asked: string[] = []
  container.write = ((bytes: Buffer) => {
    const text = bytes.toString('latin1')
    if (text === '') return true
    asked.push(text)
    const said = answer(text.split('\0'))
    if (said !== '') print(said)
    return true
  }) as typeof container.write
  const api: EngineApi = {
    get: async () => undefined,
    post: async <T>(path: string) => {
      if (path.endsWith('/start')) print(printed)
      return (path === '/containers/create' ? { Id: 'c' } : { StatusCode: 7 }) as T
    },
    remove: async () => undefined,
    attach: async () => container,
    download: async () => undefined,
  }
  return { api, asked, end: () => container.push(null) }
}

const read = <T>(
  api: EngineApi,
  body: (contents: ImageContents, files: FileReader) => Promise<T>,
  given: ContainerImage = image,
): Promise<T> => {
  const { signal } = new AbortController()
  const order = {
    engine: overlay2,
    image: given,
    nodeImage: 'n',
    runId: 'r',
    deadlineMs: 9_000,
    signal,
  }
  return withContents(api, order, body)
}

const fail = async (): Promise<never> => {
  throw new Error('there is nothing to work with')
}

describe('an image is read', () => {
  test('as a listing, and then file by file with bytes for names', async () => {
    const { api, asked } = createApi(listing + join('listed', '2'), ([first, kind]) => {
      if (first === 'end') return join('end')
      return kind === 'hash' ? join('hash', 'abc') : `${join('bytes', '3')}\xffyz`
    })
    const found = await read(api, async ({ layers, config }, files) => [
      config,
      layers.map((entries) => entries.map(({ path }) => path)),
      await files.bytes(0, 'caf\xe9\n', 5, 3),
      await files.hash(1, 'a'),
    ])
    expect(found).toEqual(['{}', [['', 'a'], ['']], Buffer.from('\xffyz', 'latin1'), 'abc'])
    expect(asked).toEqual([...['0\x005\x003\0caf\xe9\n\0', '1\0hash\x000\0a\0', 'end\0']])
  })

  test.each([
    ['cannot', join('cannot', 'find could not read all'), 'find could not read all'],
    ['sends what it should not', join('boo'), 'a word that it does not know'],
    ['lists too few layers', join('listed', '2'), '0 layers where there are 2'],
  ])('or not, where the reader %s', async (_, printed, message) => {
    const { api } = createApi(printed, () => join('end'))
    await expect(read(api, fail)).rejects.toThrow(message)
  })

  test('or not, where the container ends before it has told all', async () => {
    const { api, end } = createApi(listing, () => '')
    setTimeout(end)
    await expect(read(api, fail)).rejects.toThrow('It ended: exit code 7')
  })

  test('or not, where a request has no answer any more', async () => {
    const { api, end } = createApi(listing + join('listed', '2'), () => {
      setTimeout(end)
      return ''
    })
    await expect(read(api, (_, files) => files.hash(0, 'a'))).rejects.toThrow('It ended')
  })

  test('and its container goes when whoever works with it fails', async () => {
    const { api, asked } = createApi(listing + join('listed', '2'), () => join('end'))
    await expect(read(api, fail)).rejects.toThrow('there is nothing to work with')
    expect(asked).toEqual(['end\0'])
  })

  test('only where Docker says where its layers are', async () => {
    const { api } = createApi('', () => '')
    const without = { ...image, layers: [layer('a', undefined)] }
    await expect(read(api, fail, without)).rejects.toThrow('Docker does not say where')
  })
})

test('the reader sees one folder, read-only, without a network, and has two rights', () => {
  const { Cmd, HostConfig } = toReaderContainer(overlay2, image, 'n', 'r')
  expect(Cmd.slice(2)).toEqual([
    'overlay2',
    `/slipway/image/overlay2/imagedb/content/sha256/${'1'.repeat(64)}`,
    '/slipway/overlay2/a/diff',
    '/slipway/overlay2/b/diff',
  ])
  expect(HostConfig).toMatchObject({
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    LogConfig: { Type: 'none' },
    CapDrop: ['ALL'],
    CapAdd: ['DAC_READ_SEARCH', 'SYS_ADMIN'],
    Mounts: [{ Source: '/data', Target: '/slipway', ReadOnly: true }],
  })
  expect(HostConfig).not.toHaveProperty('PidMode')
  expect(HostConfig).not.toHaveProperty('Privileged')
})
