import { Failure } from '../../../failure.ts'

export const blockBytes = 512

/** Go's reader, and so every builder of images, takes no longer names and records. */
export const longestSpecial = 1024 * 1024

/** What an archive says of one file. Names are bytes, one a character (latin1). */
export type TarHeader = {
  readonly name: string
  readonly linkName: string
  /** One character: `0` a file, `5` a folder, and so on. */
  readonly type: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Of the content in the archive. */
  readonly storedBytes: number
  /** Of a sparse file with its holes; undefined for others. */
  readonly realBytes: number | undefined
  /** Seconds since 1970 with ten digits behind the point, as the reader in a container says it. */
  readonly mtime: string
  /** Blocks about more of a sparse file's holes follow. */
  readonly hasMoreHoles: boolean
}

export const noTar = (why: string): Failure => new Failure(`A layer is no tar archive: ${why}`)

/** Up to the first NUL. */
const toText = (block: Buffer, from: number, length: number): string => {
  const text = block.toString('latin1', from, from + length)
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

/** Base 256 with its sign, which GNU's tar writes where octal digits do not do. */
const toBinary = (field: Buffer): number => {
  const isNegative = ((field[0] ?? 0) & 0x40) !== 0
  let value = isNegative ? -1n : 0n
  field.forEach((byte, at) => {
    const bits = at > 0 ? byte : isNegative ? byte | 0x80 : byte & 0x7f
    value = (value << 8n) | BigInt(bits)
  })
  return Number(value)
}

const toNumber = (block: Buffer, from: number, length: number): number => {
  if (((block[from] ?? 0) & 0x80) !== 0) return toBinary(block.subarray(from, from + length))
  const text = toText(block, from, length).trim()
  if (text === '') return 0
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN
}

const toSize = (value: number): number => {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw noTar('a size that is none')
}

/** Owners that are none say nothing that a report needs. */
const toOwner = (value: number): number =>
  Number.isSafeInteger(value) && value >= 0 && value <= 2 ** 32 ? value : 0

/** The sum over a header in which its own field is blanks; old programs added signed bytes. */
const hasRightSum = (block: Buffer): boolean => {
  let [sum, signed] = [0, 0]
  block.forEach((byte, at) => {
    const value = at >= 148 && at < 156 ? 32 : byte
    sum += value
    signed += value > 127 ? value - 256 : value
  })
  const said = toNumber(block, 148, 8)
  return said === sum || said === signed
}

const toName = (block: Buffer): string => {
  const name = toText(block, 0, 100)
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isPosix ? toText(block, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

export const formatTime = (seconds: number): string =>
  `${Number.isSafeInteger(seconds) ? seconds : 0}.${'0'.repeat(10)}`

/** @throws {Failure} for a block that is no header */
export const parseHeader = (block: Buffer): TarHeader => {
  if (!hasRightSum(block)) throw noTar('a header with a wrong checksum')
  const name = toName(block)
  const flag = block.toString('latin1', 156, 157)
  // Before POSIX, a slash was what made a folder.
  const type = flag === '\0' ? (name.endsWith('/') ? '5' : '0') : flag
  const isSparse = type === 'S'
  return {
    name,
    linkName: toText(block, 157, 100),
    type,
    mode: toNumber(block, 100, 8) & 0o7777,
    uid: toOwner(toNumber(block, 108, 8)),
    gid: toOwner(toNumber(block, 116, 8)),
    storedBytes: toSize(toNumber(block, 124, 12)),
    realBytes: isSparse ? toSize(toNumber(block, 483, 12)) : undefined,
    mtime: formatTime(toNumber(block, 136, 12)),
    hasMoreHoles: isSparse && block[482] !== 0,
  }
}

export type PaxRecords = ReadonlyMap<string, string>

/** Records of the form `LENGTH KEY=VALUE\n`, in which a length counts its own digits. */
export const parsePax = (bytes: Buffer): PaxRecords => {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const [, digits = ''] = /^(\d{1,9}) /.exec(bytes.toString('latin1', at, at + 10)) ?? []
    const end = at + Number(digits)
    const isWhole = digits !== '' && end > at + digits.length + 1 && end <= bytes.length
    if (!isWhole || bytes[end - 1] !== 0x0a) throw noTar('a record of a header that does not end')
    const record = bytes.toString('latin1', at + digits.length + 1, end - 1)
    const sign = record.indexOf('=')
    if (sign < 1) throw noTar('a record of a header without a name')
    records.set(record.slice(0, sign), record.slice(sign + 1))
    at = end
  }
  return records
}

const readCount = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise
  return toSize(/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN)
}

const readTime = (text: string | undefined, otherwise: string): string => {
  const [, seconds, rest = ''] = /^(-?\d{1,16})(?:\.(\d{1,30}))?$/.exec(text ?? '') ?? []
  return seconds === undefined ? otherwise : `${seconds}.${rest.slice(0, 10).padEnd(10, '0')}`
}

/** A header with what the records before it say instead. */
export const withPax = (header: TarHeader, records: PaxRecords): TarHeader => {
  if (records.size === 0) return header
  const sparse = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size')
  return {
    ...header,
    name: records.get('GNU.sparse.name') ?? records.get('path') ?? header.name,
    linkName: records.get('linkpath') ?? header.linkName,
    uid: toOwner(readCount(records.get('uid'), header.uid)),
    gid: toOwner(readCount(records.get('gid'), header.gid)),
    storedBytes: readCount(records.get('size'), header.storedBytes),
    realBytes: sparse === undefined ? header.realBytes : readCount(sparse, 0),
    mtime: readTime(records.get('mtime'), header.mtime),
  }
}
