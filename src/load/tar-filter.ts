import { Transform, type TransformCallback } from 'node:stream'

const blockBytes = 512

/** A ustar header's file name; blobs have short names, so prefix and long-name records are not read. */
const nameOf = (header: Buffer): string => {
  const end = header.indexOf(0)
  return header.toString('latin1', 0, end < 0 || end > 100 ? 100 : end)
}

/** A ustar header's size: octal digits, or base-256 for files of 8 GiB and more. */
const sizeOf = (header: Buffer): number => {
  if (((header[124] ?? 0) & 0x80) !== 0) return Number(header.readBigUInt64BE(128))
  return Number.parseInt(header.toString('latin1', 124, 136).replace(/\0.*$/s, '').trim() || '0', 8)
}

/** Passes a tar on without the files whose names are to be left out. Constant memory. */
export const leaveOut = (isLeftOut: (name: string) => boolean): Transform => {
  const header = Buffer.alloc(blockBytes)
  let headerBytes = 0
  let bodyBytes = 0
  let keeps = true

  const takeHeader = (chunk: Buffer, at: number): number => {
    const taken = Math.min(blockBytes - headerBytes, chunk.length - at)
    chunk.copy(header, headerBytes, at, at + taken)
    headerBytes += taken
    return taken
  }

  const transform = function (this: Transform, chunk: Buffer, _: string, done: TransformCallback) {
    for (let at = 0; at < chunk.length; ) {
      if (bodyBytes > 0) {
        const taken = Math.min(bodyBytes, chunk.length - at)
        if (keeps) this.push(chunk.subarray(at, at + taken))
        bodyBytes -= taken
        at += taken
        continue
      }
      at += takeHeader(chunk, at)
      if (headerBytes < blockBytes) break
      headerBytes = 0
      keeps = !isLeftOut(nameOf(header))
      bodyBytes = Math.ceil(sizeOf(header) / blockBytes) * blockBytes
      if (keeps) this.push(Buffer.from(header))
    }
    done()
  }
  return new Transform({ transform })
}
