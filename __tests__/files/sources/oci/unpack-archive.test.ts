import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRoom } from '../../../../src/files/sources/oci/disk-room.ts'
import { toImageItems } from '../../../../src/files/sources/oci/image-items.ts'
import {
  createArtifactListing,
  createLayerListing,
} from '../../../../src/files/sources/oci/listing.ts'
import { collect, createCount, toTree } from '../../../../src/files/sources/oci/tree.ts'
import { unpackArchive } from '../../../../src/files/sources/oci/unpack-archive.ts'
import { createFileStore } from '../../../../src/store/file-store.ts'
import { device, file, folder, hardLink, link, tar } from '../../../support/artifacts.ts'
import { member, pax, sha256 } from '../../../support/tar.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-unpack-'))
})
afterAll(() => rmSync(root, { recursive: true }))

const hex = (content: Buffer | string): string => sha256(content).slice('sha256:'.length)

async function* inPieces(content: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes)
}

const unpackIn = async (
  content: Buffer,
  { pieceBytes = 999, room = 1e9, has = [] as readonly string[], onItem = createCount() } = {},
) => {
  const path = mkdtempSync(join(root, 'x-'))
  const target = { store: createFileStore(path), room: createRoom(room, path), has: new Set(has) }
  const signal = new AbortController().signal
  const pieces = inPieces(content, pieceBytes)
  const listing = createArtifactListing(onItem)
  const unpacked = unpackArchive(pieces, listing, target, undefined, signal)
  const tree = unpacked.then(({ items }) => toTree(collect([items])))
  // It is waited for below.
  tree.catch(() => {})
  return { path, target, tree, settled: tree.catch(() => undefined) }
}

const usual = tar(
  folder('./'),
  folder('./a'),
  file('./a/one', 'one', 0o755),
  file('./a/again', 'one'),
  file('./large', 'y'.repeat(5_000)),
  hardLink('./hard', 'large'),
  link('./a/link', './one'),
  folder('./empty/deep'),
  pax({ path: `${'long/'.repeat(40)}n\u00e4me` }),
  file('x', 'long'),
)

test.each([
  ['as it is', usual],
  ['packed by gzip', zlib.gzipSync(usual)],
  [
    'packed by gzip in two members',
    Buffer.concat([usual.subarray(0, 700), usual.subarray(700)].map((part) => zlib.gzipSync(part))),
  ],
  ['packed by zstd', zlib.zstdCompressSync(usual)],
  [
    'packed by zstd in two frames',
    Buffer.concat(
      [usual.subarray(0, 1536), usual.subarray(1536)].map((part) => zlib.zstdCompressSync(part)),
    ),
  ],
])('an archive, %s, becomes files under their digests', async (_, content) => {
  for (const pieceBytes of [1, 700, 1_000_000]) {
    const { path, tree } = await unpackIn(content, { pieceBytes })
    const { files, links, emptyFolders } = await tree
    const large = { sizeBytes: 5_000, isExecutable: false, sha256: hex('y'.repeat(5_000)) }
    expect(files).toEqual([
      { path: 'a/again', sizeBytes: 3, isExecutable: false, sha256: hex('one') },
      { path: 'a/one', sizeBytes: 3, isExecutable: true, sha256: hex('one') },
      { path: 'hard', ...large },
      { path: 'large', ...large },
      {
        path: `${'long/'.repeat(40)}n\u00e4me`,
        sizeBytes: 4,
        isExecutable: false,
        sha256: hex('long'),
      },
    ])
    expect(links).toEqual([{ path: 'a/link', target: './one' }])
    expect(emptyFolders).toEqual(['empty/deep'])
    const names = readdirSync(path)
    expect(names.toSorted()).toEqual([hex('one'), hex('long'), large.sha256].toSorted())
    for (const name of names) expect(hex(readFileSync(join(path, name)))).toBe(name)
  }
})

test('what nodes have already is not kept, and what is there is not written anew', async () => {
  const { path, target, tree } = await unpackIn(usual, { has: [hex('one')], room: 10_000 })
  await tree
  expect(readdirSync(path)).not.toContain(hex('one'))
  // Its room is given back.
  target.room.take(10_000 - 5_000 - 4, 'all that is left')
  expect(() => target.room.take(1, 'one more')).toThrow('one more has 1 B')
})

describe('refuses by name', () => {
  test.each([
    ['a path that leads out', tar(file('a/../../x', 'x')), '"a/../../x" leads out'],
    ['an absolute path', tar(file('/etc/cron.d/x', 'x')), '"/etc/cron.d/x" is absolute'],
    ['a file without a name', tar(file('./', 'x')), 'without a name'],
    ['a line break', tar(file('a\nb', 'x')), 'control characters'],
    ['an escape', tar(file('a\x1b[2Jb', 'x')), 'control characters'],
    ['what is no UTF-8', tar(file('a\xff', 'x')), 'no UTF-8'],
    ['a long path', tar(pax({ path: 'abcdefgh/'.repeat(120) }), file('x', 'x')), '1024 bytes'],
    ['a deep path', tar(pax({ path: 'a/'.repeat(70) }), file('x', 'x')), '64 folders'],
    ['a long name', tar(pax({ path: 'a'.repeat(300) }), file('x', 'x')), '255 bytes'],
    ['a device', tar(device('null')), '"null" is a device'],
    ['a disk', tar(member({ name: 'sda', type: '4' })), '"sda" is a device'],
    ['a pipe', tar(member({ name: 'p', type: '6' })), '"p" is a pipe'],
    ['an unknown type', tar(member({ name: 'v', type: 'V' })), '"v" is of the type "V"'],
    ['holes', tar(pax({ 'GNU.sparse.realsize': '9' }), file('s', 'x')), '"s" is a file with holes'],
    ['a file twice', tar(file('a', 'x'), file('./a', 'y')), '"a" twice'],
    ['a folder over a file', tar(file('a', 'x'), folder('a')), '"a" twice'],
    ['a link over a file', tar(file('a', 'x'), link('a', 'b')), '"a" twice'],
    [
      'a hard link to what is not there',
      tar(hardLink('a', 'etc/passwd')),
      'hard link to "etc/passwd"',
    ],
    ['one to what comes later', tar(hardLink('a', 'b'), file('b', 'x')), 'hard link to "b"'],
    ['one to a folder', tar(folder('b'), hardLink('a', 'b')), 'hard link to "b"'],
    ['one that leads out', tar(hardLink('a', '../b')), '"../b" leads out'],
    ['an absolute link', tar(link('a', '/etc/passwd'), file('b', 'x')), 'which is absolute'],
    ['a link that leads out', tar(link('a/b', '../../x'), file('b', 'x')), 'out of the folder'],
    ['a link to nowhere', tar(link('a', ''), file('b', 'x')), 'nowhere'],
    ['links in a circle', tar(link('a', 'b'), link('b', 'a'), file('c', 'x')), 'round in a circle'],
    ['a file behind a link', tar(link('a', 'b'), folder('b'), file('a/x', 'x')), 'is no folder'],
    ['a file behind a file', tar(file('a/x', 'x'), file('a', 'x')), 'is no folder'],
    ['nothing', tar(folder('a')), 'It has no files'],
    ['half a file', file('a', 'x'.repeat(2_000)).subarray(0, 1_024), 'middle of a file'],
    ['no archive', Buffer.from('hello'.repeat(500)), 'no tar archive'],
    ['an empty one', Buffer.alloc(0), 'no files'],
    [
      'what comes behind gzip',
      Buffer.concat([zlib.gzipSync(usual), Buffer.from('hello')]),
      'header',
    ],
    [
      'what comes behind zstd',
      Buffer.concat([zlib.zstdCompressSync(usual), Buffer.from('hello')]),
      'frame',
    ],
  ])('%s', async (_, content, text) => {
    const { path, tree } = await unpackIn(content)
    await expect(tree).rejects.toThrow(text)
    for (const name of readdirSync(path)) expect(hex(readFileSync(join(path, name)))).toBe(name)
  })

  test('more than there is room for, before it is written', async () => {
    const bomb = zlib.gzipSync(tar(file('small', 'x'), file('zeros', Buffer.alloc(20_000_000))))
    const { path, tree } = await unpackIn(bomb, { room: 10_000_000 })
    await expect(tree).rejects.toThrow(/^"zeros" has 20 MB, and .* has room for 10.0 MB$/)
    expect(readdirSync(path).filter((name) => name !== hex('x'))).toEqual([])
    const said = tar(member({ name: 'huge', size: 8_000_000_000, content: 'x' }))
    await expect((await unpackIn(said)).tree).rejects.toThrow('"huge" has 8.0 GB')
  })

  test('more files than a tree may have', async () => {
    const onItem = createCount()
    for (let at = 0; at < 99_999; at += 1) onItem()
    const { tree } = await unpackIn(tar(file('a', 'x'), folder('b')), { onItem })
    await expect(tree).rejects.toThrow('more than 100000 files')
  })
})

test('an archive, or a layer, that is named a thousand times is counted each time', () => {
  const items = Array.from({ length: 200 }, (_, at) => ({
    kind: 'folder' as const,
    path: `models/${at}`,
  }))
  const layer = { items, gone: new Set<string>(), opaque: new Set<string>() }
  const all = Array.from({ length: 1_000 }, () => layer)
  expect(() => collect(all.map((each) => each.items))).toThrow('more than 100000 files')
  expect(() => toImageItems(all)).toThrow('more than 100000 files')
})

test('no link in the folder is followed, and what is none of its files is replaced', async () => {
  const path = mkdtempSync(join(root, 'x-'))
  writeFileSync(join(path, hex('x')), 'half of something else')
  const target = {
    store: createFileStore(path),
    room: createRoom(1e6, path),
    has: new Set<string>(),
  }
  const listing = createArtifactListing(createCount())
  const pieces = inPieces(tar(file('a', 'x')), 512)
  await unpackArchive(pieces, listing, target, undefined, new AbortController().signal)
  expect(readFileSync(join(path, hex('x')), 'utf8')).toBe('x')
})

test('a layer of an image is heard of where it has models, and only there', async () => {
  const path = mkdtempSync(join(root, 'x-'))
  const target = {
    store: createFileStore(path),
    room: createRoom(1e6, path),
    has: new Set<string>(),
  }
  let items = 0
  const listing = createLayerListing(() => {
    items += 1
  })
  const archive = tar(
    file('etc/\xff', 'not text'),
    device('dev/null'),
    file('modelsx/a', 'x'),
    file('models/deep/a', 'a'),
    file('.wh.models', ''),
    file('models/.wh.b', ''),
    file('models/.wh..wh.plnk', ''),
    file('etc/.wh.passwd', ''),
  )
  const signal = new AbortController().signal
  const listed = await unpackArchive(inPieces(archive, 300), listing, target, undefined, signal)
  expect(listed.items.map((item) => item.path)).toEqual(['models', 'models/deep', 'models/deep/a'])
  expect([...listed.gone]).toEqual(['models', 'models/b'])
  expect(items).toBe(5)
  expect(readdirSync(path)).toEqual([hex('a')])
  for (const [bad, text] of [
    [device('models/null'), 'is a device'],
    [file('models/\xff', 'x'), 'no UTF-8'],
    [hardLink('models/a', 'etc/passwd'), 'hard link to "etc/passwd"'],
    [file('models/../../a', 'x'), 'leads out of it'],
  ] as const)
    await expect(
      unpackArchive(
        inPieces(tar(bad), 300),
        createLayerListing(() => {}),
        target,
        undefined,
        signal,
      ),
    ).rejects.toThrow(text)
})
