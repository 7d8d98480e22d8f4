import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { posix } from 'node:path'
import { Failure } from '../../failure.ts'
import { createTarCutter } from '../contents/tar/cut-tar.ts'
import { largestText } from './blob-image.ts'

/** A file of an archive, where it lies in it. */
export type Part = { readonly offset: number; readonly bytes: number }

export type Parts = ReadonlyMap<string, Part>

/** More parts than any image has. */
const mostParts = 10_000

/** Enough for a header and a small document behind it. */
const stepBytes = 64 * 1024

const withFile = async <T>(file: string, act: (handle: FileHandle) => Promise<T>): Promise<T> => {
  // Opening a pipe would wait for a writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!(await handle.stat()).isFile()) throw new Failure(`${file} is no regular file`)
    return await act(handle)
  } finally {
    await handle.close()
  }
}

type Link = { readonly name: string; readonly to: string }

/** Docker before version 25 writes a layer once, and links to it inside of the archive. */
const withLinks = (parts: Map<string, Part>, links: readonly Link[]): Parts => {
  for (const { name, to } of links) {
    const part = parts.get(to)
    if (part !== undefined) parts.set(name, part)
  }
  return parts
}

const tidy = (name: string): string => posix.normalize(name).replace(/^\.\//, '')

/**
 * Where the parts of saved images are in an archive. What is in them is not read.
 *
 * @throws {Failure} where it is no tar archive, or ends in the middle
 */
export const findParts = (file: string, signal: AbortSignal): Promise<Parts> =>
  withFile(file, async (handle) => {
    const parts = new Map<string, Part>()
    const links: Link[] = []
    const { write, skip, isOver, end } = createTarCutter({
      onEntry: ({ name, linkName, type, offset, storedBytes: bytes }) => {
        if (parts.size + links.length >= mostParts) return
        if (/^[07]$/.test(type)) parts.set(tidy(name), { offset, bytes })
        // A hard link's name is from the top, a symbolic one's from where it is.
        if (type === '1') links.push({ name: tidy(name), to: tidy(linkName) })
        if (type === '2')
          links.push({ name: tidy(name), to: tidy(posix.join(posix.dirname(name), linkName)) })
      },
      onData: () => {},
      onEntryEnd: () => {},
    })
    const { size } = await handle.stat()
    const block = Buffer.alloc(stepBytes)
    let at = 0
    while (at < size && !isOver()) {
      signal.throwIfAborted()
      const { bytesRead } = await handle.read(block, 0, stepBytes, at)
      write(block.subarray(0, bytesRead))
      at += bytesRead + skip()
    }
    if (at > size) throw new Failure('it is cut off')
    end()
    return withLinks(parts, links)
  })

/** @throws {Failure} for a part that no manifest or config can be */
export const readPart = (file: string, { offset, bytes }: Part): Promise<Buffer> => {
  if (bytes > largestText) throw new Failure(`A manifest or config has ${bytes} bytes`)
  return withFile(file, async (handle) => {
    const content = Buffer.alloc(bytes)
    const { bytesRead } = await handle.read(content, 0, bytes, offset)
    return content.subarray(0, bytesRead)
  })
}

/** The first bytes of a part, by which it shows how it is packed. */
export const readHead = (file: string, { offset, bytes }: Part): Promise<Buffer> =>
  readPart(file, { offset, bytes: Math.min(bytes, 4) })
