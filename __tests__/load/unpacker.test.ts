import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import type { ContainerNode } from '../../src/cluster/node.ts'
import { toDigest, toHex } from '../../src/image/digest.ts'
import { type ContainerImage, toLayers } from '../../src/image/image.ts'
import { toBlobPath } from '../../src/image/sources/layout-root.ts'
import { createUnpacker } from '../../src/load/unpacker.ts'

const layoutDir = mkdtempSync(join(tmpdir(), 'unpacker-'))
afterAll(() => rmSync(layoutDir, { recursive: true }))

const volume = '/docker/volumes/v/_data'
const node = {
  name: 'n',
  imageId: 'i',
  provider: 'kind',
  userland: 'gnu',
  containerd: { namespace: 'k8s.io', root: '/var/lib/containerd', snapshotter: 'overlayfs' },
  mounts: [{ destination: '/var', source: '/docker/volumes/n/_data' }],
} as unknown as ContainerNode

/** Of layers with these texts in place of tars; an empty one was left out. */
const toImage = (name: string, texts: readonly string[]): ContainerImage => {
  const folder = join(layoutDir, name)
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
  const put = (text: string, digest = toDigest(text)): string => {
    writeFileSync(toBlobPath(folder, digest), text)
    return digest
  }
  const diffIds = texts.map((text, at) => put(text, toDigest(text || `${name} ${at}`)))
  const layers = toLayers(diffIds)
  const layerBytes = texts.map(({ length }) => length)
  const id = put(`{"of":"${name}"}`)
  return { id, layers, layout: { folder, layerBytes } } as unknown as ContainerImage
}

/** A daemon whose container answers each request; `answer` says how, and nothing is no answer. */
const startDaemon = (
  answer: (words: readonly string[]) => string | undefined = ([word, name]) =>
    `done\t${word}\t${name}`,
  mounts: readonly object[] = [{ Destination: '/slipway', Source: volume }],
) => {
  const heard: (readonly string[])[] = []
  const created: unknown[] = []
  const lines: string[] = []
  const socket = new PassThrough()
  const say = (text: string): void => {
    const head = Buffer.alloc(8)
    head[0] = 1
    head.writeUInt32BE(Buffer.byteLength(text), 4)
    socket.push(Buffer.concat([head, Buffer.from(text)]))
  }
  const die = (): void => void socket.push(null)
  const write = (text: string): boolean => {
    for (const line of text.split('\n').filter(Boolean)) {
      const words = line.split('\t')
      heard.push(words)
      if (words[0] === 'end') die()
      else {
        const said = answer(words)
        if (said !== undefined) say(`${said}\n`)
      }
    }
    return true
  }
  const api = {
    post: async (path: string, body?: unknown) => {
      if (path === '/containers/create') created.push(body)
      return path === '/containers/create' ? { Id: 'c' } : { StatusCode: 137 }
    },
    get: async () => ({ Mounts: mounts }),
    attach: async () => Object.assign(socket, { write }),
    remove: async () => {},
  }
  const unpacker = createUnpacker({
    ...{ api, engine: { dataRoot: '/docker' }, isLocal: true, runId: 'run', layoutDir, atOnce: 2 },
    ...{ signal: new AbortController().signal, line: (text: string) => void lines.push(text) },
  } as unknown as Parameters<typeof createUnpacker>[0])
  return { unpacker, heard, created, lines, die }
}

test('each layer is unpacked once, and gets what its folders have below when all are there', async () => {
  const { unpacker, heard, created, lines } = startDaemon()
  const [one, two] = [toImage('one', ['base', 'a']), toImage('two', ['base', 'b'])]
  unpacker.begin(two.layers, 0, toBlobPath(join(layoutDir, 'two'), toDigest('base')), [node])
  expect([unpacker.hasBegun(one), unpacker.hasBegun(toImage('x', ['x']))]).toEqual([true, false])
  const [first, second] = await Promise.all([one, two].map((each) => unpacker.unpack(each, [node])))
  const [base, a, b] = [...one.layers, ...two.layers.slice(1)].map(({ chainId }) => toHex(chainId))
  expect(first?.image.layers.map(({ folder }) => folder)).toEqual([
    `${volume}/${base}/to/0`,
    `${volume}/${a}/to/1`,
  ])
  expect(second?.image.layers.at(-1)?.folder).toBe(`${volume}/${b}/to/1`)
  expect(first?.config).toBe(`${volume}/${toHex(one.id)}`)
  expect(heard.filter(([word]) => word === 'layer').toSorted()).toEqual(
    [
      ['layer', base, '0', toDigest('base'), `two/blobs/sha256/${toHex(toDigest('base'))}`],
      ['layer', a, '1', toDigest('a'), `one/blobs/sha256/${toHex(toDigest('a'))}`],
      ['layer', b, '1', toDigest('b'), `two/blobs/sha256/${toHex(toDigest('b'))}`],
    ].toSorted(),
  )
  expect(heard.filter(([word]) => word === 'parents').toSorted()).toEqual(
    [
      ['parents', base, '0'],
      ['parents', a, '1', base],
      ['parents', b, '1', base],
    ].toSorted(),
  )
  await unpacker.close()
  expect([heard.at(-1), created.length, lines]).toEqual([['end'], 1, []])
})

test('what images share is counted for the first alone', () => {
  const { unpacker } = startDaemon()
  const [one, two] = [toImage('c1', ['base', 'a']), toImage('c2', ['base', 'bb'])]
  expect([one, two, one].map(unpacker.countBytes)).toEqual([5, 2, 0])
})

test('it has the rights to unpack, and no others', async () => {
  const { unpacker, created } = startDaemon()
  await unpacker.unpack(toImage('rights', ['r']), [node])
  const { HostConfig } = created[0] as { readonly HostConfig: object }
  expect(HostConfig).toEqual({
    AutoRemove: true,
    UsernsMode: 'host',
    NetworkMode: 'none',
    CapAdd: ['SYS_ADMIN'],
    SecurityOpt: ['no-new-privileges', 'label=disable'],
    Mounts: [
      { Type: 'volume', Target: '/slipway' },
      { Type: 'bind', Source: layoutDir, Target: '/slipway-layers', ReadOnly: true },
    ],
  })
  await unpacker.close()
})

test('once its container has ended, nobody waits for it: what was asked, what is asked later', async () => {
  const { unpacker, lines, die, heard } = startDaemon(([word, name]) =>
    word === 'parents' ? undefined : `done\t${word}\t${name}`,
  )
  const pending = unpacker.unpack(toImage('pending', ['p']), [node])
  const asked = (): boolean => heard.some(([word]) => word === 'parents')
  await expect.poll(asked, { timeout: 30_000 }).toBe(true)
  die()
  expect(await pending).toBeUndefined()
  expect(await unpacker.unpack(toImage('later', ['l']), [node])).toBeUndefined()
  expect(await unpacker.unpack(toImage('again', ['p']), [node])).toBeUndefined()
  await unpacker.close()
  expect(lines).toEqual(['Layers are unpacked in nodes, not beside them: exit code 137'])
})

test('a layer that cannot be unpacked is told, and does not keep the others', async () => {
  const { unpacker, lines } = startDaemon(([word, name, at]) =>
    at === '1' && word === 'layer'
      ? `failed\t${word}\t${name}\tno such thing`
      : `done\t${word}\t${name}`,
  )
  expect(await unpacker.unpack(toImage('bad', ['base', 'bad']), [node])).toBeUndefined()
  const good = await unpacker.unpack(toImage('good', ['base']), [node])
  expect(good?.image.layers).toHaveLength(1)
  expect(lines).toEqual(['Layers are unpacked in nodes, not beside them: no such thing'])
  await unpacker.close()
})

test('whose digest was compared before, the helper hears, and of no other', async () => {
  const { unpacker, heard } = startDaemon()
  const image = toImage('proven', ['a', 'b', 'c'])
  const toFile = (at: number): string =>
    toBlobPath(join(layoutDir, 'proven'), image.layers[at]?.diffId ?? '')
  unpacker.begin(image.layers, 0, toFile(0), [node], 'proven')
  unpacker.begin(image.layers, 1, toFile(1), [node])
  await unpacker.unpack(image, [node])
  await unpacker.unpack(toImage('compared', ['d']), [node], 'proven')
  const layers = heard.filter(([word]) => word === 'layer')
  const proof = layers.map(([, , at, , , ...rest]) => [at, ...rest])
  expect(proof.slice(0, 3).toSorted()).toEqual([['0', 'proven'], ['1'], ['2']])
  expect(proof.slice(3)).toEqual([['0', 'proven']])
  await unpacker.close()
})

test('where Docker does not say where the volume is, the container is ended', async () => {
  const { unpacker, lines, heard } = startDaemon(undefined, [])
  expect(await unpacker.unpack(toImage('lost', ['l']), [node])).toBeUndefined()
  await unpacker.close()
  expect([heard, lines.length]).toEqual([[['end']], 1])
})

test('nothing is started where links would not reach, or a layer was left out', async () => {
  const { unpacker, created } = startDaemon()
  const image = toImage('whole', ['w'])
  const elsewhere = { ...node, mounts: [{ destination: '/var', source: '/disk/n' }] }
  const bare = { ...node, userland: 'busybox' as const }
  for (const other of [elsewhere, bare])
    expect(await unpacker.unpack(image, [node, other])).toBeUndefined()
  expect(await unpacker.unpack(toImage('partly', ['', 'top']), [node])).toBeUndefined()
  unpacker.begin(image.layers, 0, '/', [elsewhere])
  await unpacker.close()
  expect(created).toEqual([])
})
