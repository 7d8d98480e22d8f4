import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { constants, createDeflate } from 'node:zlib'

/** Frames of SPDY/3.1. */
const synStream = 1
const synReply = 2
const ping = 6
const withEnd = 1

/** In the order in which client-go opens them. */
const [errorStream, stdinStream, stdoutStream, stderrStream] = [1, 3, 5, 7] as const

const mostInFrame = 64 * 1024

const toControl = (type: number, flags: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x8003, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt32BE(flags * 0x1000000 + payload.length, 4)
  return Buffer.concat([head, payload])
}

const toData = (stream: number, bytes: Buffer, flags = 0): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(stream, 0)
  head.writeUInt32BE(flags * 0x1000000 + bytes.length, 4)
  return Buffer.concat([head, bytes])
}

type Frame = { readonly isControl: boolean; readonly head: Buffer; readonly payload: Buffer }

/** Cuts bytes into frames. */
const createFrameCutter = (onFrame: (frame: Frame) => void): ((bytes: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= 8) {
      const end = 8 + rest.readUIntBE(5, 3)
      if (rest.length < end) return
      const head = rest.subarray(0, 8)
      onFrame({ isControl: head.readUInt8(0) >= 0x80, head, payload: rest.subarray(8, end) })
      rest = rest.subarray(end)
    }
  }
}

/** What the API server writes on the error stream at the end. */
const toStatus = (code: number | null): Buffer =>
  Buffer.from(
    JSON.stringify(
      code === 0
        ? { metadata: {}, status: 'Success' }
        : {
            metadata: {},
            status: 'Failure',
            message: `command terminated with exit code ${code}`,
            reason: 'NonZeroExitCode',
            details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
            code: 500,
          },
    ),
  )

/**
 * Replies to what opens a stream, with no headers: a count of zero. All headers of a connection are one
 * stream of zlib; Go takes one that was made without SPDY's dictionary.
 */
const createReplies = (send: (bytes: Buffer) => void): ((stream: Buffer) => void) => {
  const deflate = createDeflate({ flush: constants.Z_SYNC_FLUSH })
  const waiting: Buffer[] = []
  deflate.on('data', (headers: Buffer) => {
    const stream = waiting.shift()
    if (stream === undefined) throw new Error('SPDY: headers came in two pieces')
    send(toControl(synReply, 0, Buffer.concat([stream, headers])))
  })
  return (stream) => {
    waiting.push(stream)
    deflate.write(Buffer.alloc(4))
  }
}

/** Answers what the client says, and hands its standard input on. */
const listen = (
  send: (bytes: Buffer) => void,
  { stdin }: ChildProcessWithoutNullStreams,
): ((bytes: Buffer) => void) => {
  const reply = createReplies(send)
  return createFrameCutter(({ isControl, head, payload }) => {
    if (isControl) {
      const type = head.readUInt16BE(2)
      if (type === synStream) reply(payload.subarray(0, 4))
      if (type === ping) send(toControl(ping, 0, payload))
      return
    }
    if (head.readUInt32BE(0) !== stdinStream) return
    if (payload.length > 0) stdin.write(payload)
    if ((head.readUInt8(4) & withEnd) !== 0) stdin.end()
  })
}

/**
 * Runs a command for `pods/NAME/exec`, over SPDY/3.1 as kubelets speak it, version 4 of its channels.
 * There is no flow control: client-go has none either.
 */
export const serveExec = (socket: Duplex, head: Buffer, argv: readonly string[]): void => {
  const [file = '', ...args] = argv
  const child = spawn(file, args)
  const send = (bytes: Buffer): void => {
    if (!socket.destroyed) socket.write(bytes)
  }
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
  )
  for (const [stream, from] of [
    [stdoutStream, child.stdout],
    [stderrStream, child.stderr],
  ] as const) {
    from.on('data', (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += mostInFrame) {
        send(toData(stream, bytes.subarray(at, at + mostInFrame)))
      }
    })
  }
  const hear = listen(send, child)
  if (head.length > 0) hear(head)
  socket.on('data', hear)
  socket.on('error', () => {})
  socket.on('close', () => child.kill('SIGKILL'))
  child.stdin.on('error', () => {})
  child.on('close', (code) => {
    for (const stream of [stdoutStream, stderrStream]) send(toData(stream, Buffer.alloc(0), 1))
    send(toData(errorStream, toStatus(code), withEnd))
    if (!socket.destroyed) socket.end()
  })
}
