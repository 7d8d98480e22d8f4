import { Transform, type TransformCallback } from 'node:stream'
import {
  blockBytes,
  longestSpecial,
  type PaxRecords,
  parseHeader,
  parsePax,
  withPax,
} from '../image/contents/tar/header.ts'

/** What is passed on of one file of a tar: something before it, its bytes, and perhaps its padding. */
type Kept = { readonly lead: Buffer; readonly isPadded: boolean }

/** What becomes of a whole file's bytes. Only small files are for that. */
type Replaced = { readonly replace: (content: Buffer) => Buffer }

/** @param headers the file's own, and before it what says more of it */
type Choose = (name: string, size: number, headers: Buffer) => Kept | Replaced | undefined

/** Indexes of one image have a few hundred bytes. */
const longestReplaced = 4 * 1024 * 1024

const toWhole = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes

/** A header of POSIX's about the file behind it, and what it says. Docker writes sizes of 8 GiB and more so. */
type Records = { readonly bytes: Buffer; readonly filled: number }

const beginRecords = (header: Buffer, size: number): Records => {
  if (size > longestSpecial) throw new Error(`a header of ${size} bytes`)
  const bytes = Buffer.alloc(blockBytes + toWhole(size))
  return { bytes, filled: header.copy(bytes) }
}

const readRecords = ({ bytes }: Records): PaxRecords => {
  const { storedBytes } = parseHeader(bytes.subarray(0, blockBytes))
  return parsePax(bytes.subarray(blockBytes, blockBytes + storedBytes))
}

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
  let records: Records | undefined
  let replacing: ({ readonly chunks: Buffer[]; readonly size: number } & Replaced) | undefined
  let collectedBytes = 0

  const takeHeader = (chunk: Buffer, at: number): number => {
    const taken = Math.min(blockBytes - headerBytes, chunk.length - at)
    chunk.copy(header, headerBytes, at, at + taken)
    headerBytes += taken
    return taken
  }

  /** The replaced file with its header, once all of it has come. Records before it told of the earlier one. */
  const endReplaced = (): Buffer | undefined => {
    if (replacing === undefined || collectedBytes < replacing.size) return undefined
    const content = replacing.replace(Buffer.concat(replacing.chunks))
    replacing = undefined
    return Buffer.concat([withSize(header, content.length), toPadded(content)])
  }

  const takeRecords = ({ bytes, filled }: Records, chunk: Buffer, at: number): number => {
    const taken = chunk.copy(bytes, filled, at)
    records = { bytes, filled: filled + taken }
    return taken
  }

  const beginFile = (name: string, size: number): Buffer | undefined => {
    const headers = records === undefined ? header : Buffer.concat([records.bytes, header])
    records = undefined
    const bytes = toWhole(size)
    const kept = choose(name, size, headers)
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

  const begin = (): Buffer | undefined => {
    headerBytes = 0
    // Such blocks end an archive.
    if (header.every((byte) => byte === 0)) return beginFile('', 0)
    const plain = parseHeader(header)
    if (plain.type === 'x') {
      records = beginRecords(header, plain.storedBytes)
      return undefined
    }
    const { name, storedBytes } =
      records === undefined ? plain : withPax(plain, readRecords(records))
    return beginFile(name, storedBytes)
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
      } else if (records !== undefined && records.filled < records.bytes.length) {
        at += takeRecords(records, chunk, at)
      } else {
        at += takeHeader(chunk, at)
        if (headerBytes < blockBytes) break
        const lead = begin()
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
  rewrite((name, _, headers) => {
    if (isLeftOut(name)) return undefined
    const change = toReplace(name)
    if (change === undefined) return { lead: Buffer.from(headers), isPadded: true }
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
