import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

export type WriteLine = (line: string) => void

/** A line without an end would otherwise be held in memory for ever. */
const longestLine = 64 * 1024

/** Cuts a stream into lines at \n, \r\n and \r, as the runner does. */
export const splitLines = (stream: Readable, onLine: WriteLine): void => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!\n|$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
    while (rest.length > longestLine) {
      onLine(rest.slice(0, longestLine))
      rest = rest.slice(longestLine)
    }
  })
  stream.on('end', () => {
    for (const line of (rest + decoder.end()).split(/\r/)) if (line !== '') onLine(line)
  })
}

/**
 * The runner obeys `##[command]` anywhere in a line, even while commands are stopped by the newer
 * form's fence; a zero-width space between the marks keeps the line readable and harmless.
 */
export const neutralise = (line: string): string => line.replaceAll('##[', '##\u200b[')

/**
 * Runs `body` while the runner takes no commands from our output, so that nothing that a build
 * prints can set a state, an output, a mask or a path. Commands work again afterwards, also when
 * `body` throws.
 */
export const withFence = async <T>(
  write: WriteLine,
  body: (writeUntrusted: WriteLine) => Promise<T>,
): Promise<T> => {
  const token = randomBytes(16).toString('hex')
  write(`::stop-commands::${token}`)
  try {
    return await body((line) => write(neutralise(line)))
  } finally {
    write(`::${token}::`)
  }
}
