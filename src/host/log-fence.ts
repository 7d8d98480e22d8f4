import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

export type WriteLine = (line: string) => void

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

/**
 * Cuts a stream into lines at \n, \r\n and \r, as the runner does. Stops reading while our standard
 * output, where lines mostly go, takes no more.
 *
 * @param cutAt for lines that are read by us, and may be longer than what people read
 */
export const splitLines = (stream: Readable, onLine: WriteLine, cutAt: FindCut = findCut): void => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!\n|$)/)
    rest = lines.pop() ?? ''
    // One write for a chunk's lines: one for each would cost more than the lines.
    process.stdout.cork()
    for (const line of lines) onLine(line)
    for (let cut = cutAt(rest); cut > 0; cut = cutAt(rest)) {
      onLine(rest.slice(0, cut))
      rest = rest.slice(cut)
    }
    process.stdout.uncork()
    if (!process.stdout.writableNeedDrain) return
    stream.pause()
    process.stdout.once('drain', () => stream.resume())
  })
  stream.on('end', () => {
    for (const line of (rest + decoder.end()).split(/\r/)) if (line !== '') onLine(line)
  })
}

/**
 * The older form of commands, `##[command]`, counts anywhere in a line. The fence stops it, too; with
 * a zero-width space between the marks the line is harmless even without, and can be read as before.
 */
export const neutralise = (line: string): string => line.replaceAll('##[', '##\u200b[')

/**
 * Two colons that begin a line, after white space and after characters that a comparison of texts may not
 * weigh. White space alone before them would not help: the runner skips it.
 */
const newForm = /^([^\p{L}\p{N}\p{P}\p{S}]*:)(?=[^\p{L}\p{N}\p{P}\p{S}]*:)/u

/**
 * A text of ours, which may quote others: whatever a server, an image or a file has put into it, no line
 * of it is a command. It can be read as before.
 */
export const toHarmless = (text: string): string =>
  text
    .split(/\r\n|\n|\r/)
    .map((line) => neutralise(line).replace(newForm, '$1\u200b'))
    .join('\n')

/**
 * Keeps the runner from taking commands out of what others print, so that nothing that a build
 * prints can set a state, an output, a mask or a path.
 */
export type Fence = {
  /** Runs `body` inside. Several may be inside at once; commands work again when all are out. */
  readonly within: <T>(body: (writeUntrusted: WriteLine) => Promise<T>) => Promise<T>
  /** Says something to the runner, also while others are inside. */
  readonly outside: (say: () => void) => void
}

/** @param write prints a line as it is */
export const createFence = (write: WriteLine): Fence => {
  let inside = 0
  let token = ''
  const close = (): void => {
    token = randomBytes(16).toString('hex')
    write(`::stop-commands::${token}`)
  }
  const open = (): void => write(`::${token}::`)
  return {
    within: async (body) => {
      inside += 1
      if (inside === 1) close()
      try {
        return await body((line) => write(neutralise(line)))
      } finally {
        inside -= 1
        if (inside === 0) open()
      }
    },
    outside: (say) => {
      if (inside === 0) return say()
      open()
      try {
        say()
      } finally {
        close()
      }
    },
  }
}
