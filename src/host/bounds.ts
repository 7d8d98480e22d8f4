import { Failure } from '../failure.ts'

const mib = 1024 * 1024

/** The most that is read of what a program prints or a server answers: more is no answer to us. */
export const mostBytes = 64 * mib

/** @param what names what was asked, as the beginning of a sentence */
export const tooMuch = (what: string): Failure =>
  new Failure(`${what} exceeds the ${mostBytes / mib} MB that Slipway reads of it`)

/**
 * Reads a stream to its end.
 *
 * @throws {Failure} as soon as it is more than the bound; the stream is destroyed then
 */
export const readStream = async (stream: AsyncIterable<Buffer>, what: string): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > mostBytes) throw tooMuch(what)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
