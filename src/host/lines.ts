import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { WriteLine } from './log-fence.ts'

/** From here on a line is cut where it has white space, so that no word and no secret is torn. */
const longLine = 64 * 1024

/** A line without an end would otherwise be held in memory for ever. */
const longestLine = 1024 * 1024

/** Where to cut what has no end yet; 0 where it may still grow. */
type FindCut = (text: string) => number

const findCut: FindCut = (text) => {
  if (text.length <= longLine) return 0
  const space = text.slice(longLine).search(/\s/)
  if (space >= 0) return longLine + space
  if (text.length <= longestLine) return 0
  const isPair = (text.charCodeAt(longestLine - 1) & 0xfc00) === 0xd800
  return isPair ? longestLine - 1 : longestLine
}

/** Takes what a stream brings. */
export type Sink = { readonly write: (chunk: Buffer) => void; readonly end: () => void }

/**
 * Cuts bytes into lines at \n, \r\n and \r, as the runner does.
 *
 * @param cutAt for lines that are read by us, and may be longer than what people read
 */
export const createLineCutter = (onLine: WriteLine, cutAt: FindCut = findCut): Sink => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    write: (chunk) => {
      const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!\n|$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
      for (let cut = cutAt(rest); cut > 0; cut = cutAt(rest)) {
        onLine(rest.slice(0, cut))
        rest = rest.slice(cut)
      }
    },
    end: () => {
      for (const line of (rest + decoder.end()).split(/\r/)) if (line !== '') onLine(line)
      rest = ''
    },
  }
}

/**
 * Cuts bytes at \n alone, into what programs write for programs.
 *
 * @param onRecord gets undefined for one that is longer
 */
export const createRecordCutter = (
  onRecord: (record: Buffer | undefined) => void,
  longest: number,
): Sink => {
  let parts: Buffer[] = []
  let length = 0
  const add = (part: Buffer): void => {
    length += part.length
    if (length <= longest) parts.push(part)
    else parts = []
  }
  const end = (): void => {
    if (length > 0) onRecord(length > longest ? undefined : Buffer.concat(parts))
    parts = []
    length = 0
  }
  return {
    write: (chunk) => {
      let from = 0
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        add(chunk.subarray(from, at + 1))
        end()
        from = at + 1
      }
      add(chunk.subarray(from))
    },
    end,
  }
}

/** Reads a stream, and stops while our standard output, where lines mostly go, takes no more. */
export const pour = (stream: Readable, { write, end }: Sink): void => {
  stream.on('data', (chunk: Buffer) => {
    // One write for a chunk's lines: one for each would cost more than the lines.
    process.stdout.cork()
    write(chunk)
    process.stdout.uncork()
    if (!process.stdout.writableNeedDrain) return
    stream.pause()
    process.stdout.once('drain', () => stream.resume())
  })
  stream.on('end', end)
}

export const splitLines = (stream: Readable, onLine: WriteLine, cutAt?: FindCut): void =>
  pour(stream, createLineCutter(onLine, cutAt))
