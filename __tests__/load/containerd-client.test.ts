import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MachineNode } from '../../src/cluster/node.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import type { Env } from '../../src/host/command.ts'
import { inspectNode } from '../../src/load/node-state.ts'

/** The client against a server that answers as a node's containerd, or as somebody who means harm. */
let folder: string
let server: Http2Server
let socket: string
let answer: (stream: ServerHttp2Stream, path: string) => void

const respond = (stream: ServerHttp2Stream, body: Buffer): void => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' })
  stream.end(body)
}

const grpc = (message: Buffer, isPacked = 0, length = message.length): Buffer => {
  const head = Buffer.alloc(5, isPacked)
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, message])
}

const varint = (value: number): readonly number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]

/** A string, or a message within. */
const field = (number: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([number * 8 + 2, ...varint(bytes.length)]), bytes])
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-'))
  socket = join(folder, 'socket')
  server = createServer().on('stream', (stream, headers) => {
    // Whoever is left by the client, as some answers are meant to make it do.
    stream.on('error', () => {})
    if (headers[':path']?.endsWith('/Version')) respond(stream, grpc(Buffer.alloc(0)))
    else answer(stream, headers[':path'] ?? '')
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

/** What the client says after `ready`. */
const ask = (command: string, reply: typeof answer, further: Env = {}) => {
  answer = reply
  return new Promise<readonly string[]>((resolve) => {
    const script = 'src/load/helper/containerd.pl'
    const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...further } }
    const client = execFile('perl', [script, socket], options, (_error, stdout) =>
      resolve(stdout.trimEnd().split('\n').slice(1)),
    )
    client.stdin?.on('error', () => {})
    client.stdin?.end(`${command}\n`)
  })
}

const askFor = (command: string, message: Buffer) =>
  ask(command, (stream) => respond(stream, grpc(message)))

/** Answers what is asked of each service, and nothing to the others. */
const byService =
  (messages: Readonly<Record<string, Buffer>>): typeof answer =>
  (stream, path) => {
    const [, message = Buffer.alloc(0)] =
      Object.entries(messages).find(([service]) => path.includes(service)) ?? []
    respond(stream, grpc(message))
  }

const id = `sha256:${'a'.repeat(64)}`

describe('an image of CRI', () => {
  const image = (...fields: readonly Buffer[]): Buffer => field(1, Buffer.concat(fields))

  test('has an ID, among numbers and further fields', async () => {
    const size = Buffer.from([4 * 8, ...varint(3_000_000_000)])
    const fixed = Buffer.from([15 * 8 + 1, ...Array(8).fill(7)])
    const info = field(2, field(1, 'info'))
    const whole = Buffer.concat([image(field(2, 'a:1'), fixed, size, field(1, id)), info])
    expect(await askFor('image\ta:1', whole)).toEqual([id])
  })

  test('is none when it is in no answer', async () => {
    expect(await askFor('image\ta:1', Buffer.alloc(0))).toEqual(['none'])
  })

  test.each<[string, Buffer]>([
    ['no ID', image(field(2, 'a:1'))],
    ['an ID of several lines', image(field(1, `${id}\n`))],
    ['an ID that is none', image(field(1, 'none'))],
    ['an image that is cut off', image(field(1, id)).subarray(0, 40)],
    ['a length without an end', Buffer.alloc(40, 0xff)],
    ['a length of petabytes', Buffer.from([10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['another kind of field', Buffer.from([1 * 8 + 3])],
  ])('is not told by an answer with %s', async (_, message) => {
    expect(await askFor('image\ta:1', message)).toEqual(['failed'])
  })

  test.each<[string, Buffer]>([
    ['packed', grpc(image(field(1, id)), 1)],
    ['shorter than it says', grpc(image(field(1, id)), 0, 1_000)],
    ['longer than it says', grpc(image(field(1, id)), 0, 2)],
  ])('is not told by a message that is %s', async (_, body) => {
    expect(await ask('image\ta:1', (stream) => respond(stream, body))).toEqual(['failed'])
  })

  test('is not told by an error', async () => {
    const refuse = (stream: ServerHttp2Stream): void =>
      stream.respond({ ':status': 200, 'grpc-status': '12' }, { endStream: true })
    expect(await ask('image\ta:1', refuse)).toEqual(['failed'])
  })
})

describe('the state of a node', () => {
  const labelled = (name: string, record: string): Buffer => {
    const label = field(2, Buffer.concat([field(1, 'dev.slipway/record'), field(2, record)]))
    return field(1, Buffer.concat([field(1, name), ...(record === '' ? [] : [label])]))
  }
  const cri = field(1, Buffer.concat([field(1, id), field(2, 'a:1')]))
  const snapshot = field(1, Buffer.concat([field(1, 'c'), Buffer.from([3 * 8, 3])]))
  const rest = { 'v1.ImageService': cri, Snapshots: snapshot, Content: Buffer.alloc(0) }
  const inspect = (names: readonly string[], ...labels: readonly Buffer[]) =>
    ask(['state', ...names].join('\t'), byService({ 'v1.Images/': Buffer.concat(labels), ...rest }))
  const lists = ['snapshot\tc\t3', `image\t${id}\ta:1`, 'done']

  test('is told where all names have a record', async () => {
    const labels = [labelled('a:1', 'r'), labelled('b:1', 'r')]
    expect(await inspect(['a:1', 'b:1'], ...labels)).toEqual([
      'label\ta:1\tr',
      'label\tb:1\tr',
      ...lists,
    ])
  })

  test.each<[string, readonly string[], readonly Buffer[]]>([
    ['no name', [], []],
    ['not all of the names', ['label\ta:1\tr'], [labelled('a:1', 'r')]],
    [
      'all names, and one has no record',
      ['label\ta:1\tr', 'label\tb:1\t'],
      [labelled('a:1', 'r'), labelled('b:1', '')],
    ],
  ])('is no more than labels where it knows %s', async (_, lines, labels) => {
    expect(await inspect(['a:1', 'b:1'], ...labels)).toEqual([...lines, 'done'])
  })

  test('is told without labels where nobody asks for them', async () => {
    expect(await inspect([], labelled('a:1', 'r'))).toEqual(lists)
  })

  test('is told over the one connection alone: there may be no crictl', async () => {
    answer = byService(rest)
    const node = {
      provider: 'containerd',
      userland: 'gnu',
      containerd: { snapshotter: 'overlayfs' },
      startedBy: [],
      env: { PATH: process.env['PATH'] ?? '', SLIPWAY_SOCKET: socket },
    } as unknown as MachineNode
    const { chains, criIds } = await inspectNode({} as EngineApi, node, [])
    expect([[...chains], [...criIds.keys()]]).toEqual([['c'], [id, 'a:1']])
  })
})

test.each<[string, Env]>([
  ['overlayfs', {}],
  ['native', { CONTAINERD_SNAPSHOTTER: 'native' }],
])('snapshots are those of the snapshotter %s', async (snapshotter, further) => {
  const reply: typeof answer = (stream) =>
    stream.once('data', (asked: Buffer) => {
      const kind = Buffer.from([3 * 8, 3])
      const isIt = asked.subarray(5).equals(field(1, snapshotter))
      const info = Buffer.concat([field(1, 'c'), kind])
      respond(stream, grpc(isIt ? field(1, info) : Buffer.alloc(0)))
    })
  expect(await ask('snapshots', reply, further)).toEqual(['snapshot\tc\t3', 'done'])
})

describe('the list of images', () => {
  const entry = (...names: readonly string[]): Buffer =>
    field(1, Buffer.concat([field(1, id), ...names.map((name) => field(2, name))]))

  test('may be longer than what a connection carries without being asked for more', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `docker.io/library/a:${index}`)
    const lines = await askFor('images', Buffer.concat(Array(1_000).fill(entry(...names))))
    expect(lines).toHaveLength(1_001)
    expect(lines[999]).toBe(['image', id, ...names].join('\t'))
    expect(lines.at(-1)).toBe('done')
  })

  test('has no name that would be several words or lines', async () => {
    const list = entry('a:1', 'b:1\nimage', 'c\t1', '')
    expect(await askFor('images', list)).toEqual([`image\t${id}\ta:1`, 'done'])
  })

  test('is not told when it is cut off', async () => {
    expect(await askFor('images', entry('a:1', 'b:2').subarray(0, -1))).toEqual(['failed'])
  })

  test('has an end: a flood is not read', async () => {
    const piece = Buffer.alloc(1024 * 1024)
    let sent = 0
    const flood = (stream: ServerHttp2Stream): void => {
      stream.respond({ ':status': 200 })
      const pour = (): void => {
        while (sent < 64 && !stream.destroyed) {
          sent += 1
          if (!stream.write(piece)) break
        }
      }
      stream.on('drain', pour)
      pour()
    }
    expect(await ask('images', flood)).toEqual([])
    expect(sent).toBeLessThan(30)
  })
})
