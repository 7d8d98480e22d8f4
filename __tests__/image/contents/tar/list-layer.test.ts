import { execFileSync } from 'node:child_process'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createLayerListing } from '../../../../src/image/contents/tar/list-layer.ts'
import { member, pax, sha256, tar } from '../../../support/tar.ts'

const list = (archive: Buffer, pieceBytes = archive.length) => {
  const listing = createLayerListing(() => {})
  for (let at = 0; at < archive.length; at += pieceBytes)
    listing.write(archive.subarray(at, at + pieceBytes))
  const { entries, index } = listing.finish()
  return { index, entries, of: (path: string) => entries.find((each) => each.path === path) }
}

const folder = mkdtempSync(join(tmpdir(), 'slipway-tar-'))
afterAll(() => rmSync(folder, { recursive: true }))

const long = 'd'.repeat(90)
const top = join(folder, 'top')
const path = join(long, long, 'file-with-a-name-that-is-long')
mkdirSync(join(top, long, long), { recursive: true })
writeFileSync(join(top, path), 'hello')
writeFileSync(join(top, 'caf\u00e9\n'), 'x')
linkSync(join(top, path), join(top, 'zz-second'))
symlinkSync('target', join(top, 'link'))
writeFileSync(join(top, 'holes'), 'begin')
truncateSync(join(top, 'holes'), 50_000_000)
writeFileSync(join(top, 'large'), 'a'.repeat(1_500_000))

const pack = (...options: readonly string[]): Buffer =>
  execFileSync('tar', [...options, '--sort=name', '-C', top, '-c', '.'], { maxBuffer: 1e9 })

describe.each([
  ['GNU', pack('--format=gnu')],
  ['GNU with holes', pack('--format=gnu', '--sparse')],
  ['POSIX', pack('--format=posix')],
  ['POSIX with holes of version 0.1', pack('--format=posix', '--sparse', '--sparse-version=0.1')],
  ['POSIX with holes of version 1.0', pack('--format=posix', '--sparse')],
])('an archive in the form of %s', (_, archive) => {
  test.each([archive.length, 999])('is listed as it was packed, in pieces of %s', (pieceBytes) => {
    const { entries, index, of } = list(archive, pieceBytes)
    expect(entries.map((each) => Buffer.from(each.path, 'latin1').toString())).toEqual(
      expect.arrayContaining([
        '',
        long,
        join(long, long),
        path,
        'caf\u00e9\n',
        'zz-second',
        'link',
      ]),
    )
    expect(entries).toHaveLength(9)
    expect(of('holes')).toMatchObject({ type: 'f', sizeBytes: 50_000_000 })
    expect(of('link')).toMatchObject({ type: 'l', sizeBytes: 6 })
    expect(of('zz-second')).toMatchObject({ sizeBytes: 5, inode: of(path)?.inode })
    const begin = index.offsets.get('zz-second') ?? 0
    expect(archive.toString('latin1', begin, begin + 5)).toBe('hello')
    const hash = index.hashes.get(index.offsets.get('large') ?? -1)
    expect(`sha256:${hash}`).toBe(sha256('a'.repeat(1_500_000)))
  })
})

test('what marks say is gone is whiteouts, and what is made anew in its place is opaque', () => {
  const { of, entries } = list(
    tar(
      member({ name: 'a/.wh.gone' }),
      member({ name: 'a/.wh..wh..opq' }),
      member({ name: 'b/', type: '5' }),
      member({ name: 'b/new', content: 'x' }),
      member({ name: '.wh.b' }),
      member({ name: '.wh.c' }),
      member({ name: 'c', content: 'x' }),
      member({ name: '.wh..wh.plnk/1' }),
    ),
  )
  expect(of('a/gone')).toMatchObject({ type: 'c', isWhiteout: true })
  expect(of('a')).toMatchObject({ type: 'd', isOpaque: true })
  expect(of('b')).toMatchObject({ type: 'd', isOpaque: true, isWhiteout: false })
  expect(of('c')).toMatchObject({ type: 'f', isWhiteout: false })
  expect(entries.map(({ path }) => path)).toEqual(['', 'a', 'b', 'b/new', 'c', 'a/gone'])
})

test('records before a file say its name, owner, time and size', () => {
  const { of } = list(
    tar(
      pax({ path: 'p/q', uid: '7', mtime: '1700000001.123456789', comment: 'x' }),
      member({ name: 'other', content: 'abc' }),
      member({ name: 'next', content: 'z' }),
    ),
  )
  expect(of('p/q')).toMatchObject({ uid: 7, mtime: '1700000001.1234567890', sizeBytes: 3 })
  expect(of('next')).toMatchObject({ uid: 0, mtime: '1700000000.0000000000' })
})

test('an absolute path is below the top, and the last of two of one name counts', () => {
  const { of, entries } = list(
    tar(
      member({ name: '/etc/./passwd', content: 'abc' }),
      member({ name: 'etc//passwd', content: 'abcd' }),
    ),
  )
  expect(of('etc/passwd')).toMatchObject({ sizeBytes: 4 })
  expect(entries).toHaveLength(3)
})

describe('refuses', () => {
  const header = member({ name: 'x' })
  test.each([
    ['a path that leads out', tar(member({ name: 'a/../../etc/passwd' })), 'leads out of it'],
    ['a link that does', tar(member({ name: 'a', type: '1', link: '../x' })), 'leads out of it'],
    ['a name with a NUL', tar(pax({ path: 'a\0b' }), header), 'a path of 3'],
    ['a mark without a name', tar(member({ name: '.wh...' })), 'what has no name'],
    ['very many folders', tar(pax({ path: 'a/'.repeat(5_000) }), header), 'a path of 10000'],
    ['a wrong checksum', tar(Buffer.from(header).fill('y', 0, 1)), 'a wrong checksum'],
    [
      'a header of a gigabyte',
      tar(member({ name: 'x', type: 'x', size: 1e9 })),
      '1000000000 bytes',
    ],
    ['a long name of a gigabyte', tar(member({ name: 'x', type: 'L', size: 1e9 })), '1000000000 b'],
    [
      'a record without an end',
      tar(member({ name: 'x', type: 'x', content: '99 a=b\n' })),
      'not end',
    ],
    ['a size that is none', tar(pax({ size: '-1' }), header), 'a size that is none'],
    ['half a file', member({ name: 'x', size: 5_000, content: 'x' }), 'in the middle of a file'],
    ['half a header', header.subarray(0, 300), 'in the middle of a file'],
  ])('%s', (_, archive, message) => {
    expect(() => list(archive)).toThrow(message)
  })
})
