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

/** What becomes of a whole file's bytes. Only small files are for that. */
type Replaced = { readonly replace: (content: Buffer) => Buffer }

type Choose = (name: string, size: number, header: Buffer) => Kept | Replaced | undefined

/** Indexes of one image have a few hundred bytes. */
const longestReplaced = 4 * 1024 * 1024

/** A header for a file of another size; its checksum counts its own field as blanks (POSIX ustar). */
const withSize = (header: Buffer, size: number): Buffer => {
  const changed = Buffer.from(header)
  changed.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  changed.write(' '.repeat(8), 148, 'latin1')
  const sum = changed.reduce((all, byte) => all + byte, 0)
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return changed
}

const toPadded = (content: Buffer): Buffer =>
  Buffer.concat([content, Buffer.alloc(-content.length & (blockBytes - 1))])

/** Goes through a tar with constant memory and passes on what is kept. */
const rewrite = (choose: Choose): Transform => {
  const header = Buffer.alloc(blockBytes)
  let headerBytes = 0
  let keptBytes = 0
  let droppedBytes = 0
  let replacing: ({ readonly chunks: Buffer[]; readonly size: number } & Replaced) | undefined
  let collectedBytes = 0

  const takeHeader = (chunk: Buffer, at: number): number => {
    const taken = Math.min(blockBytes - headerBytes, chunk.length - at)
    chunk.copy(header, headerBytes, at, at + taken)
    headerBytes += taken
    return taken
  }

  /** The replaced file with its header, once all of it has come. */
  const endReplaced = (): Buffer | undefined => {
    if (replacing === undefined || collectedBytes < replacing.size) return undefined
    const content = replacing.replace(Buffer.concat(replacing.chunks))
    replacing = undefined
    return Buffer.concat([withSize(header, content.length), toPadded(content)])
  }

  const beginFile = (): Buffer | undefined => {
    headerBytes = 0
    const size = sizeOf(header)
    const bytes = Math.ceil(size / blockBytes) * blockBytes
    const kept = choose(nameOf(header), size, header)
    if (kept !== undefined && 'replace' in kept) {
      if (size > longestReplaced) throw new Error(`an index of ${size} bytes`)
      replacing = { chunks: [], size, ...kept }
      collectedBytes = 0
      droppedBytes = bytes - size
      return size === 0 ? endReplaced() : undefined
    }
    keptBytes = kept === undefined ? 0 : kept.isPadded ? bytes : size
    droppedBytes = bytes - keptBytes
    return kept?.lead
  }

  const pass = function (this: Transform, chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (replacing !== undefined) {
        const taken = Math.min(replacing.size - collectedBytes, chunk.length - at)
        replacing.chunks.push(Buffer.from(chunk.subarray(at, at + taken)))
        collectedBytes += taken
        at += taken
        const whole = endReplaced()
        if (whole !== undefined) this.push(whole)
      } else if (keptBytes > 0) {
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
  }
  const transform = function (this: Transform, chunk: Buffer, _: string, done: TransformCallback) {
    try {
      pass.call(this, chunk)
      done()
    } catch (error) {
      done(error as Error)
    }
  }
  return new Transform({ transform })
}

/**
 * Passes a tar on without the files whose names are to be left out.
 *
 * @param toReplace says of a file, by its name, what becomes of its text; undefined leaves it as it is
 */
export const leaveOut = (
  isLeftOut: (name: string) => boolean,
  toReplace: (name: string) => ((text: string) => string) | undefined = () => undefined,
): Transform =>
  rewrite((name, _, header) => {
    if (isLeftOut(name)) return undefined
    const change = toReplace(name)
    if (change === undefined) return { lead: Buffer.from(header), isPadded: true }
    return { replace: (content) => Buffer.from(change(content.toString('utf8'))) }
  })

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
