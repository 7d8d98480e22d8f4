import { createHash } from 'node:crypto'

type Member = {
  readonly name: string
  readonly type?: string
  readonly link?: string
  readonly mode?: number
  readonly uid?: number
  readonly mtime?: number
  readonly content?: string | Buffer
  /** Another one than the content's. */
  readonly size?: number
}

const octal = (value: number, length: number): string =>
  `${value.toString(8).padStart(length - 1, '0')}\0`

/** A header of POSIX's, with a right checksum, and the content behind it. */
export const member = ({ name, type = '0', link = '', ...rest }: Member): Buffer => {
  const { mode = 0o644, uid = 0, mtime = 1_700_000_000, content = '' } = rest
  const body = Buffer.from(content)
  const block = Buffer.alloc(512)
  block.write(name, 0, 100, 'latin1')
  block.write(octal(mode, 8), 100)
  block.write(octal(uid, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(rest.size ?? body.length, 12), 124)
  block.write(octal(mtime, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write(type, 156)
  block.write(link, 157, 100, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

/** A header with such records, for the member behind it. */
export const pax = (records: Readonly<Record<string, string>>): Buffer => {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`)
    const length = rest + String(rest + String(rest).length).length
    return `${length} ${key}=${value}\n`
  })
  return member({ name: 'PaxHeaders/x', type: 'x', content: lines.join('') })
}

export const tar = (...members: readonly Buffer[]): Buffer =>
  Buffer.concat([...members, Buffer.alloc(1024)])

export const sha256 = (content: Buffer | string): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`
