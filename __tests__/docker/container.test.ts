import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { partStreams } from '../../src/docker/container.ts'

const frame = (stream: 1 | 2, text: string): Buffer => {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

test.each([1, 3, 8, 9, 1_000])(
  'what a container prints is parted, in pieces of %s bytes',
  async (size) => {
    const all = Buffer.concat([
      frame(1, 'out\n'),
      frame(2, 'err\n'),
      frame(1, ''),
      frame(1, 'more \u{1f6a2}\n'),
      frame(2, 'x'.repeat(300)),
    ])
    const socket = new PassThrough()
    const { stdout, stderr } = partStreams(socket)
    const both = Promise.all([buffer(stdout), buffer(stderr)])
    for (let at = 0; at < all.length; at += size) socket.write(all.subarray(at, at + size))
    socket.end()
    const [out, err] = await both
    expect(out.toString()).toBe('out\nmore \u{1f6a2}\n')
    expect(err.toString()).toBe(`err\n${'x'.repeat(300)}`)
  },
)

test('a connection that breaks ends both streams', async () => {
  const socket = new PassThrough()
  const { stdout, stderr } = partStreams(socket)
  socket.write(frame(1, 'whole').subarray(0, 10))
  socket.destroy()
  expect((await buffer(stdout)).toString()).toBe('wh')
  expect((await buffer(stderr)).length).toBe(0)
})

test('a piece that claims to be of 4 GB is passed on as it comes, and not kept', async () => {
  const socket = new PassThrough()
  const { stdout } = partStreams(socket)
  const header = Buffer.from([1, 0, 0, 0, 255, 255, 255, 255])
  socket.write(Buffer.concat([header, Buffer.from('at once')]))
  const [first] = (await once(stdout, 'data')) as [Buffer]
  expect(first.toString()).toBe('at once')
})
