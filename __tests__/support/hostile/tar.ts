/** A tar whose every name, link and attribute may be what an attacker would write. */

const block = 512

/** What an entry is, as tar has it: a file, a hard or symbolic link, a device, a folder, a fifo. */
export type EntryType = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7'

/** One entry. Text is one byte for each character (Latin-1), so that names may be no UTF-8. */
export type Entry = {
  readonly name: string
  readonly type: EntryType
  readonly mode?: number
  readonly owner?: number
  readonly group?: number
  readonly seconds?: number
  /** Where a link leads. */
  readonly target?: string
  readonly content?: string
  readonly device?: readonly [number, number]
  /** Extended attributes; a key that begins with `SCHILY.` is a record as it stands. */
  readonly attributes?: Readonly<Record<string, string>>
}

export const file = (name: string, content = '', rest: Partial<Entry> = {}): Entry => ({
  name,
  type: '0',
  content,
  ...rest,
})
export const folder = (name: string, rest: Partial<Entry> = {}): Entry => ({
  name: `${name}/`,
  type: '5',
  mode: 0o755,
  ...rest,
})
export const symlink = (name: string, target: string): Entry => ({ name, type: '2', target })
export const hardLink = (name: string, target: string, rest: Partial<Entry> = {}): Entry => ({
  name,
  type: '1',
  target,
  ...rest,
})

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')

const pad = (content: Buffer): Buffer =>
  Buffer.concat([content, Buffer.alloc((block - (content.length % block)) % block)])

const header = (entry: Entry, type: string, size: number): Buffer => {
  const bytes = Buffer.alloc(block)
  bytes.write(entry.name.slice(0, 100), 0, 'latin1')
  bytes.write(octal(entry.mode ?? 0o644, 7), 100)
  bytes.write(octal(entry.owner ?? 0, 7), 108)
  bytes.write(octal(entry.group ?? 0, 7), 116)
  bytes.write(octal(size, 11), 124)
  bytes.write(octal(entry.seconds ?? 1_700_000_000, 11), 136)
  bytes.write(' '.repeat(8), 148)
  bytes.write(type, 156)
  bytes.write((entry.target ?? '').slice(0, 100), 157, 'latin1')
  bytes.write('ustar  \0', 257)
  bytes.write(octal(entry.device?.[0] ?? 0, 7), 329)
  bytes.write(octal(entry.device?.[1] ?? 0, 7), 337)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${octal(sum, 6)}\0 `, 148)
  return bytes
}

/** A record before an entry's own: a long name, a long target, or extended attributes. */
const extra = (type: 'L' | 'K' | 'x', text: string): readonly Buffer[] => {
  const content = Buffer.from(text, 'latin1')
  return [header({ name: '././@LongLink', type: '0' }, type, content.length), pad(content)]
}

const toPaxRecord = ([key, value]: readonly [string, string]): string => {
  const rest = ` ${key.startsWith('SCHILY.') ? '' : 'SCHILY.xattr.'}${key}=${value}\n`
  const digits = String(rest.length + 2).length
  const length = rest.length + digits
  return `${String(length).length === digits ? length : length + 1}${rest}`
}

const write = (entry: Entry): readonly Buffer[] => {
  const content = Buffer.from(entry.content ?? '', 'latin1')
  const attributes = Object.entries(entry.attributes ?? {})
  return [
    ...(attributes.length > 0 ? extra('x', attributes.map(toPaxRecord).join('')) : []),
    ...(entry.name.length > 99 ? extra('L', `${entry.name}\0`) : []),
    ...((entry.target?.length ?? 0) > 99 ? extra('K', `${entry.target}\0`) : []),
    header(entry, entry.type, content.length),
    pad(content),
  ]
}

export const writeTar = (entries: readonly Entry[]): Buffer =>
  Buffer.concat([...entries.flatMap(write), Buffer.alloc(2 * block)])
