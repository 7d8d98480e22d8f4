import { StringDecoder } from 'node:string_decoder'

/** Cuts a stream into lines at \n, \r\n and a lone \r, as .NET's StreamReader.ReadLine does. */
export interface LineSplitter {
  readonly write: (chunk: Uint8Array) => void
  /** Hands over what is left without a line end. */
  readonly end: () => void
}

/** A splitter that calls `onLine` once a line is complete. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let afterReturn = false
  const feed = (piece: string): void => {
    if (piece === '') return
    // The \n of a \r\n whose \r ended the previous chunk is no line of its own.
    const text = afterReturn && piece.startsWith('\n') ? piece.slice(1) : piece
    afterReturn = piece.endsWith('\r')
    const lines = (rest + text).split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  }
  return {
    write: (chunk) => feed(decoder.write(chunk)),
    end: () => {
      feed(decoder.end())
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
