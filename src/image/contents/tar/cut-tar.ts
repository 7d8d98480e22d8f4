import { Failure } from '../../../failure.ts'
import {
  blockBytes,
  longestSpecial,
  noTar,
  type PaxRecords,
  parseHeader,
  parsePax,
  type TarHeader,
  withPax,
} from './header.ts'

/** A file of an archive, and where its content begins in it. */
export type TarEntry = TarHeader & { readonly offset: number }

export type TarListener = {
  readonly onEntry: (entry: TarEntry) => void
  /** Its content, as it is in the archive, in pieces. */
  readonly onData: (piece: Buffer) => void
  readonly onEntryEnd: () => void
}

/** One image may have so many files, and each of them a few headers. */
export const mostHeaders = 10_000_000

/** Kinds that have no content, whatever size their header says: links, folders, devices. */
const isWithoutContent = (type: string): boolean => /^[1-6]$/.test(type)

const withoutNul = (bytes: Buffer): string => bytes.toString('latin1').replace(/\0.*$/s, '')

type Special = { readonly type: string; readonly bytes: Buffer; filled: number }

/**
 * Cuts an archive into its files, with as much memory as its longest name. The library for it would keep a
 * header of any length in memory, and makes text of names that are bytes.
 */
export const createTarCutter = ({ onEntry, onData, onEntryEnd }: TarListener) => {
  const header = Buffer.alloc(blockBytes)
  let filled = 0
  let position = 0
  let headers = 0
  let content = 0
  let padding = 0
  let isOver = false
  let isInFile = false
  let special: Special | undefined
  let sparse: TarHeader | undefined
  let [name, linkName]: (string | undefined)[] = []
  let records: PaxRecords = new Map()

  const pad = (bytes: number): void => {
    padding = -bytes & (blockBytes - 1)
  }
  const beginFile = (found: TarHeader): void => {
    const storedBytes = isWithoutContent(found.type) ? 0 : found.storedBytes
    onEntry({ ...found, storedBytes, offset: position })
    content = storedBytes
    // Of sizes beyond 2^31, too, on which `&` is not to be used.
    padding = (blockBytes - (storedBytes % blockBytes)) % blockBytes
    ;[name, linkName, records, sparse] = [undefined, undefined, new Map(), undefined]
    isInFile = content > 0
    if (!isInFile) onEntryEnd()
  }
  const beginSpecial = ({ type, storedBytes }: TarHeader): void => {
    if (storedBytes > longestSpecial)
      throw new Failure(`A layer has a header of ${storedBytes} bytes`)
    special = { type, bytes: Buffer.alloc(storedBytes), filled: 0 }
    pad(storedBytes)
    if (storedBytes === 0) endSpecial()
  }
  const endSpecial = (): void => {
    if (special === undefined) return
    const { type, bytes } = special
    special = undefined
    if (type === 'L') name = withoutNul(bytes)
    else if (type === 'K') linkName = withoutNul(bytes)
    else if (type === 'x') records = parsePax(bytes)
  }
  const takeHeader = (): void => {
    filled = 0
    headers += 1
    if (headers > mostHeaders) throw new Failure(`A layer has more than ${mostHeaders} headers`)
    if (sparse !== undefined) {
      if (header[504] === 0) beginFile(sparse)
      return
    }
    if (header.every((byte) => byte === 0)) {
      isOver = true
      return
    }
    const plain = parseHeader(header)
    // A global header says nothing of one file, and nobody who unpacks layers heeds it.
    if (/^[LKxg]$/.test(plain.type)) {
      beginSpecial(plain)
      return
    }
    const named = { ...plain, name: name ?? plain.name, linkName: linkName ?? plain.linkName }
    const found = withPax(named, records)
    if (found.hasMoreHoles) sparse = found
    else beginFile(found)
  }
  const take = (chunk: Buffer, at: number): number => {
    if (padding > 0 && content === 0 && special === undefined) {
      const taken = Math.min(padding, chunk.length - at)
      padding -= taken
      return taken
    }
    if (content > 0) {
      const piece = chunk.subarray(at, at + content)
      content -= piece.length
      onData(piece)
      if (content === 0) {
        isInFile = false
        onEntryEnd()
      }
      return piece.length
    }
    if (special !== undefined) {
      const { bytes, filled: before } = special
      const taken = chunk.copy(bytes, before, at, at + bytes.length - before)
      special.filled += taken
      if (special.filled === bytes.length) endSpecial()
      return taken
    }
    const taken = chunk.copy(header, filled, at, at + blockBytes - filled)
    filled += taken
    return taken
  }
  const write = (chunk: Buffer): void => {
    for (let at = 0; at < chunk.length; ) {
      // Anything may come behind the end, and is nobody's.
      if (isOver) {
        position += chunk.length - at
        return
      }
      const taken = take(chunk, at)
      at += taken
      position += taken
      if (filled === blockBytes) takeHeader()
    }
  }
  /** Goes beyond the content that is left of the file, which nobody wants: to be read on from there. */
  const skip = (): number => {
    const bytes = content
    position += bytes
    content = 0
    if (isInFile) onEntryEnd()
    isInFile = false
    return bytes
  }
  const end = (): void => {
    const isBetween = filled === 0 && content === 0 && special === undefined && !isInFile
    if (!isOver && !(isBetween && sparse === undefined))
      throw noTar('it ends in the middle of a file')
  }
  return { write, skip, isOver: () => isOver, end }
}
