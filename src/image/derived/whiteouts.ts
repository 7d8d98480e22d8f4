import { Failure } from '../../failure.ts'
import type { Entry } from '../contents/entry.ts'
import { findFolderAbove, foldersAbove } from '../contents/path.ts'

/** What is not to be seen any more, and the folders that it is in. Paths are bytes. */
export type Hiding = {
  readonly paths: readonly string[]
  readonly folders: ReadonlyMap<string, Entry>
}

const blockBytes = 512

type Header = Pick<Entry, 'mode' | 'uid' | 'gid'> & {
  readonly name: string
  readonly kind: '0' | '5' | 'L'
  readonly sizeBytes: number
  readonly seconds: number
}

const pad = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(-bytes.length & (blockBytes - 1))])

/** Octal digits, or base-256 where they do not suffice (GNU tar). */
const putNumber = (block: Buffer, at: number, length: number, value: number): void => {
  const digits = value.toString(8)
  if (digits.length < length) block.write(digits.padStart(length - 1, '0'), at, 'latin1')
  else {
    block.writeUInt8(0x80, at)
    block.writeUIntBE(value, at + length - 6, 6)
  }
}

const toBlock = ({ name, kind, sizeBytes, mode, uid, gid, seconds }: Header): Buffer => {
  const block = Buffer.alloc(blockBytes)
  block.write(name, 0, 100, 'latin1')
  putNumber(block, 100, 8, mode)
  putNumber(block, 108, 8, uid)
  putNumber(block, 116, 8, gid)
  putNumber(block, 124, 12, sizeBytes)
  putNumber(block, 136, 12, seconds)
  block.write(`        ${kind}`, 148, 'latin1')
  // Names of GNU's kind are any bytes; those of POSIX' would have to be UTF-8.
  block.write('ustar  \0', 257, 'latin1')
  const checksum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

const none = { mode: 0, uid: 0, gid: 0, seconds: 0, sizeBytes: 0 }

/** A file of a tar archive. */
export const toTarEntry = (
  header: Partial<Header> & Pick<Header, 'name'>,
  content: Buffer = Buffer.alloc(0),
): Buffer => {
  const whole: Header = { ...none, kind: '0', ...header, sizeBytes: content.length }
  const name = Buffer.from(`${whole.name}\0`, 'latin1')
  const long =
    name.length <= 101
      ? []
      : [toBlock({ ...none, name: '././@LongLink', kind: 'L', sizeBytes: name.length }), pad(name)]
  return Buffer.concat([...long, toBlock(whole), pad(content)])
}

export const tarEnd = Buffer.alloc(2 * blockBytes)

/** More is no list that somebody waits for. */
const mostBytes = 64_000_000

const toFolderEntry = ({ path, mode, uid, gid, mtime }: Entry): Buffer => {
  const seconds = Math.max(0, Math.floor(Number(mtime)))
  return toTarEntry({
    name: `./${path === '' ? '' : `${path}/`}`,
    kind: '5',
    mode,
    uid,
    gid,
    seconds,
  })
}

const toWhiteout = (path: string): string => {
  const at = path.lastIndexOf('/') + 1
  return `./${path.slice(0, at)}.wh.${path.slice(at)}`
}

/**
 * A layer, as a tar archive, that hides paths of those below it and changes nothing else: the folders on the way
 * come with their owner, mode and time, as the upper ones' count.
 *
 * @throws {Failure} when it hides more than can be
 */
export const toWhiteoutLayer = ({ paths, folders }: Hiding): Buffer => {
  const all = new Set(paths)
  // What is in a hidden folder is hidden with it.
  const hidden = [...all].filter(
    (path) => findFolderAbove(path, (folder) => all.has(folder)) === undefined,
  )
  const above = new Set(hidden.flatMap((path) => ['', ...foldersAbove(path)]))
  const parts = [
    ...[...above].toSorted().flatMap((path) => {
      const entry = folders.get(path)
      return entry === undefined ? [] : [toFolderEntry(entry)]
    }),
    ...hidden.toSorted().map((path) => toTarEntry({ name: toWhiteout(path) })),
    tarEnd,
  ]
  const bytes = parts.reduce((sum, part) => sum + part.length, 0)
  if (bytes > mostBytes) throw new Failure(`It takes away ${hidden.length} files one by one`)
  return Buffer.concat(parts)
}
