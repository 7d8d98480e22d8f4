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

/** What is passed on of one file of a tar: something before it, its bytes, and perhaps its padding. */
type Kept = { readonly lead: Buffer; readonly isPadded: boolean }

type Choose = (name: string, size: number, header: Buffer) => Kept | undefined

/** Goes through a tar with constant memory and passes on what is kept. */
const rewrite = (choose: Choose): Transform => {
  const header = Buffer.alloc(blockBytes)
  let headerBytes = 0
  let keptBytes = 0
  let droppedBytes = 0

  const takeHeader = (chunk: Buffer, at: number): number => {
    const taken = Math.min(blockBytes - headerBytes, chunk.length - at)
    chunk.copy(header, headerBytes, at, at + taken)
    headerBytes += taken
    return taken
  }

  const beginFile = (): Buffer | undefined => {
    headerBytes = 0
    const size = sizeOf(header)
    const bytes = Math.ceil(size / blockBytes) * blockBytes
    const kept = choose(nameOf(header), size, header)
    keptBytes = kept === undefined ? 0 : kept.isPadded ? bytes : size
    droppedBytes = bytes - keptBytes
    return kept?.lead
  }

  const transform = function (this: Transform, chunk: Buffer, _: string, done: TransformCallback) {
    for (let at = 0; at < chunk.length; ) {
      if (keptBytes > 0) {
        const taken = Math.min(keptBytes, chunk.length - at)
        this.push(chunk.subarray(at, at + taken))
        keptBytes -= taken
        at += taken
      } else if (droppedBytes > 0) {
        const taken = Math.min(droppedBytes, chunk.length - at)
        droppedBytes -= taken
        at += taken
      } else {
        at += takeHeader(chunk, at)
        if (headerBytes < blockBytes) break
        const lead = beginFile()
        if (lead !== undefined) this.push(lead)
      }
    }
    done()
  }
  return new Transform({ transform })
}

/** Passes a tar on without the files whose names are to be left out. */
export const leaveOut = (isLeftOut: (name: string) => boolean): Transform =>
  rewrite((name, _, header) =>
    isLeftOut(name) ? undefined : { lead: Buffer.from(header), isPadded: true },
  )

/**
 * Passes on only some files of a tar, each as a line and its bytes.
 *
 * @param toLine hears of every file; undefined leaves it out
 */
export const pickOut = (toLine: (name: string, size: number) => string | undefined): Transform =>
  rewrite((name, size) => {
    const line = toLine(name, size)
    return line === undefined ? undefined : { lead: Buffer.from(`${line}\n`), isPadded: false }
  })
