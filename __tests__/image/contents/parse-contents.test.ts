import { describe, expect, test } from 'vitest'
import {
  createListing,
  createMessageCutter,
  type Message,
  parseEntry,
} from '../../../src/image/contents/parse-contents.ts'

const cut = (bytes: Buffer, pieceBytes: number): readonly Message[] => {
  const messages: Message[] = []
  const cutter = createMessageCutter((message) => messages.push(message))
  for (let at = 0; at < bytes.length; at += pieceBytes)
    cutter.write(bytes.subarray(at, at + pieceBytes))
  return messages
}

const join = (...fields: readonly string[]): string => fields.map((field) => `${field}\0`).join('')

const record = (depth: string, type: string, path: string, inode = '5:9'): string =>
  join('e', depth, type, '12', '8', '644', '0', '7', '-1.1234567890', inode, path)

describe('messages', () => {
  const config = Buffer.from('{"a":"\0\u{1F433}"}')
  const all = Buffer.concat([
    Buffer.from(join('config', String(config.length))),
    config,
    Buffer.from(record('0', 'd', '')),
    Buffer.from(record('1', 'f', 'new\nline\t| `x` caf\xe9'), 'latin1'),
    Buffer.from(join('whiteout', '5:9', 'bytes', '0', 'listed', '1', 'end')),
  ])

  test.each([1, 2, 7, 10_000])('are the same in pieces of %i bytes', (pieceBytes) => {
    const messages = cut(all, pieceBytes)
    expect(messages.map(({ word }) => word)).toEqual([
      ...['config', 'e', 'e', 'whiteout', 'bytes', 'listed', 'end'],
    ])
    expect(messages[0]?.bytes.equals(config)).toBe(true)
    expect(messages[2]?.fields.at(-1)).toBe('new\nline\t| `x` caf\xe9')
    expect(messages[4]?.bytes).toHaveLength(0)
  })

  test.each([
    ['a word that it does not know', join('exec', 'x')],
    ['where a number was due', join('bytes', '-1')],
    ['where a number was due', join('bytes', '16000001')],
    ['where a number was due', join('bytes', '0x10')],
    ['a field without an end', 'e'.repeat(70_000)],
  ])('%s is refused', (what, text) => {
    expect(() => cut(Buffer.from(text), 50)).toThrow(what)
  })
})

describe('an entry', () => {
  const fields = ['f', '12', '8', '4755', '0', '7', '1.1234567890', '5:9', 'usr/bin/x']
  const withField = (at: number, value: string): readonly string[] => fields.with(at, value)

  test('is what find says of it', () => {
    expect(parseEntry(fields)).toEqual({
      path: 'usr/bin/x',
      type: 'f',
      sizeBytes: 12,
      diskBytes: 8 * 512,
      mode: 0o4755,
      uid: 0,
      gid: 7,
      mtime: '1.1234567890',
      inode: '5:9',
      isWhiteout: false,
      isOpaque: false,
    })
  })

  test.each([
    ['unknown type', 0, 'D'],
    ['number', 1, '1e9'],
    ['number', 2, ''],
    ['mode', 3, '9'],
    ['number', 4, '-1'],
    ['time', 6, '1'],
    ['inode', 7, '5'],
    ['leads elsewhere', 8, '/etc'],
    ['leads elsewhere', 8, '../etc'],
    ['leads elsewhere', 8, 'a/../b'],
    ['leads elsewhere', 8, 'a//b'],
    ['leads elsewhere', 8, 'a/.'],
    ['more than 4000 folders', 8, 'a/'.repeat(4_000).concat('a')],
  ])('with another %s is refused', (what, at, value) => {
    expect(() => parseEntry(withField(at, value))).toThrow(what)
  })

  test('may have dots in its name', () => {
    expect(parseEntry(withField(8, '..a/...')).path).toBe('..a/...')
  })
})

describe('a listing', () => {
  const list = (text: string, layers: number) => {
    const listing = createListing()
    for (const message of cut(Buffer.from(text), 10_000)) listing.add(message)
    return listing.finish(layers)
  }

  test('begins a layer at each top, and marks what is said of inodes', () => {
    const text = [
      ...[record('0', 'd', ''), record('1', 'c', 'gone', '5:1'), record('1', 'c', 'null', '5:2')],
      ...[record('0', 'd', ''), record('1', 'd', 'a', '5:3'), record('1', 'd', 'b', '5:4')],
      join('whiteout', '5:1', 'opaque', '5:3'),
    ].join('')
    const marks = list(text, 2).map((layer) =>
      layer.map((each) => [each.path, each.isWhiteout, each.isOpaque]),
    )
    expect(marks).toEqual([
      [
        ['', false, false],
        ['gone', true, false],
        ['null', false, false],
      ],
      [
        ['', false, false],
        ['a', false, true],
        ['b', false, false],
      ],
    ])
  })

  test.each([
    ['in no layer', record('1', 'f', 'a')],
    ['in no layer', record('0', 'd', '') + record('1', 'f', '')],
    ['in no layer', record('0', 'd', 'a')],
    ['1 layers where there are 2', record('0', 'd', '')],
  ])('of which something is %s is refused', (what, text) => {
    expect(() => list(text, 2)).toThrow(what)
  })
})
