import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leaveOut, pickOut } from '../../src/load/tar-filter.ts'
import { member, pax, tar as toTar } from '../support/tar.ts'

let folder: string
let tar: Buffer

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-tar-'))
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  for (const [name, size] of [
    ['a', 0],
    ['b', 1],
    ['c', 512],
    ['d', 513],
    ['e', 100_000],
  ] as const) {
    writeFileSync(join(folder, 'blobs/sha256', name), name.repeat(size))
  }
  writeFileSync(join(folder, 'index.json'), '{}')
  tar = execFileSync('tar', ['-C', folder, '-c', '.', '--transform=s,^\\./,,'], { maxBuffer: 1e8 })
})
afterAll(() => rmSync(folder, { recursive: true }))

const filter = (chunks: readonly Buffer[], isLeftOut: (name: string) => boolean): Promise<Buffer> =>
  buffer(Readable.from(chunks).pipe(leaveOut(isLeftOut)))

const inPieces = (lengths: readonly number[]): readonly Buffer[] => {
  const chunks: Buffer[] = []
  for (let at = 0, i = 0; at < tar.length; i += 1) {
    const length = lengths[i % lengths.length] ?? 1
    chunks.push(tar.subarray(at, at + length))
    at += length
  }
  return chunks
}

const list = (archive: Buffer): readonly string[] =>
  execFileSync('tar', ['-t'], { input: archive, encoding: 'utf8' })
    .split('\n')
    .filter((name) => /[^/]$/.test(name))
    .sort()

test('what is not left out is the same, byte for byte', async () => {
  expect((await filter([tar], () => false)).equals(tar)).toBe(true)
})

test('however the archive arrives in pieces, exactly the named files are gone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(['a', 'b', 'c', 'd', 'e']),
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 40 }),
      async (names, lengths) => {
        const gone = new Set(names.map((name) => `blobs/sha256/${name}`))
        const kept = list(await filter(inPieces(lengths), (name) => gone.has(name)))
        expect(kept).toEqual(list(tar).filter((name) => !gone.has(name)))
      },
    ),
    { numRuns: 50 },
  )
})

const bodies = { a: '', b: 'b', c: 'c'.repeat(512), d: 'd'.repeat(513), e: 'e'.repeat(100_000) }

test('what is picked out is a line and exactly the bytes of each file, in the order of the archive', async () => {
  const order = execFileSync('tar', ['-t'], { input: tar, encoding: 'utf8' }).split('\n')
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(['a', 'b', 'c', 'd', 'e'] as const),
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 40 }),
      async (names, lengths) => {
        const heard: string[] = []
        const picking = pickOut((name, size) => {
          if (/[^/]$/.test(name)) heard.push(`${name} ${size}`)
          const file = names.find((it) => name === `blobs/sha256/${it}`)
          return file && `${file} ${size}`
        })
        const picked = await text(Readable.from(inPieces(lengths)).pipe(picking))
        const expected = names
          .toSorted(
            (a, b) => order.indexOf(`blobs/sha256/${a}`) - order.indexOf(`blobs/sha256/${b}`),
          )
          .map((name) => `${name} ${bodies[name].length}\n${bodies[name]}`)
        expect(picked).toBe(expected.join(''))
        // What is left out is heard of, too.
        expect(heard.filter(Boolean).sort()).toEqual(
          [
            ...Object.entries(bodies).map(([name, body]) => `blobs/sha256/${name} ${body.length}`),
            'index.json 2',
          ].sort(),
        )
      },
    ),
    { numRuns: 50 },
  )
})

/** As Docker writes a file of 8 GiB and more: its own header has no size. */
const recorded = (name: string, content: string): readonly Buffer[] => [
  pax({ mtime: '1.5', size: `${content.length}` }),
  member({ name, size: 0, content }),
]

const [first, second, third] = [
  recorded('blobs/sha256/a', 'a'.repeat(1_000)),
  [member({ name: 'blobs/sha256/b', content: 'b'.repeat(700) })],
  recorded('blobs/sha256/c', 'c'.repeat(1)),
] as const

const inPiecesOf300 = (archive: Buffer): readonly Buffer[] =>
  Array.from({ length: Math.ceil(archive.length / 300) }, (_, at) =>
    archive.subarray(at * 300, at * 300 + 300),
  )

test('a file whose size is in records before it goes with its records, and others stay as they are', async () => {
  const archive = toTar(...first, ...second, ...third)
  expect(await filter(inPiecesOf300(archive), () => false)).toEqual(archive)
  expect(await filter(inPiecesOf300(archive), (name) => name.endsWith('a'))).toEqual(
    toTar(...second, ...third),
  )
  expect(await filter(inPiecesOf300(archive), (name) => /[bc]$/.test(name))).toEqual(
    toTar(...first),
  )
})

test('a file whose size is in records before it is picked out whole, and the records are no file', async () => {
  const heard: string[] = []
  const picking = pickOut((name, size) => {
    if (name !== '') heard.push(`${name} ${size}`)
    return name.endsWith('a') ? `a ${size}` : undefined
  })
  const archive = toTar(...first, ...second, ...third)
  expect(await text(Readable.from(inPiecesOf300(archive)).pipe(picking))).toBe(
    `a 1000\n${'a'.repeat(1_000)}`,
  )
  expect(heard).toEqual(['blobs/sha256/a 1000', 'blobs/sha256/b 700', 'blobs/sha256/c 1'])
})

test('what is replaced has no records of the size that it had', async () => {
  const replacing = leaveOut(
    () => false,
    (name) => (name === 'index.json' ? () => '{"new": true}' : undefined),
  )
  const archive = toTar(...recorded('index.json', '{}'), ...third)
  expect(await buffer(Readable.from([archive]).pipe(replacing))).toEqual(
    toTar(member({ name: 'index.json', content: '{"new": true}' }), ...third),
  )
})

test('records that are longer than any reader takes are not kept in memory', async () => {
  const archive = member({ name: 'PaxHeaders/x', type: 'x', size: 1024 ** 2 + 1 })
  await expect(filter([archive], () => false)).rejects.toThrow('a header of 1048577 bytes')
})

const hugeBytes = 9 * 1024 ** 3

test.each([
  ['in base 256', 'gnu', 512],
  ['in records', 'posix', 3 * 512],
])(
  'a file of more than 8 GiB is skipped by its real size, which is %s',
  async (_, format, bytes) => {
    const huge = join(folder, 'blobs/sha256/huge')
    writeFileSync(huge, '')
    truncateSync(huge, hugeBytes)
    // The headers alone, as GNU tar writes them, and what follows them.
    const headers = execFileSync('sh', [
      '-c',
      `tar -C ${folder} --format=${format} -c blobs/sha256/huge | head -c ${bytes}`,
    ])
    const said = headers.subarray(-512)
    if (format === 'gnu') expect(Number(said.readBigUInt64BE(128))).toBe(hugeBytes)
    else
      expect([said.toString('latin1', 124, 135), `${headers}`]).toEqual([
        '00000000000',
        expect.stringContaining(` size=${hugeBytes}\n`),
      ])
    const stream = leaveOut((name) => name.endsWith('huge'))
    let passed = 0
    stream.on('data', (chunk: Buffer) => {
      passed += chunk.length
    })
    stream.write(headers)
    const block = Buffer.alloc(64 * 1024 * 1024)
    for (let written = 0; written < hugeBytes; written += block.length) {
      if (!stream.write(block)) await new Promise((resolve) => stream.once('drain', resolve))
    }
    stream.end(tar)
    await new Promise((resolve) => stream.once('end', resolve))
    expect(passed).toBe(tar.length)
  },
)
