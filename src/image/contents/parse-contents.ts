import { Failure } from '../../failure.ts'
import type { Sink } from '../../host/lines.ts'
import type { Entry } from './entry.ts'

/** What the reader in the container says: a word, its fields, and bytes where a length was said. */
export type Message = {
  readonly word: string
  readonly fields: readonly string[]
  readonly bytes: Buffer
}

/** How many fields come after each word; where bytes follow, the last one is their length. */
const shapes: Readonly<Record<string, { readonly fields: number; readonly hasBytes?: true }>> = {
  manifest: { fields: 1, hasBytes: true },
  config: { fields: 1, hasBytes: true },
  bytes: { fields: 1, hasBytes: true },
  e: { fields: 10 },
  whiteout: { fields: 1 },
  opaque: { fields: 1 },
  listed: { fields: 1 },
  hash: { fields: 1 },
  cannot: { fields: 1 },
  end: { fields: 0 },
}

const longestField = 64 * 1024

/** Paths are four kilobytes long, so this is no image that anybody uses. */
const deepest = 4_000
const mostBytes = 16_000_000

const odd = (what: string): Failure =>
  new Failure(`The container that reads the image's layers sent ${what}`)

const parseCount = (text: string, most: number): number => {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (count <= most) return count
  throw odd(`"${text.slice(0, 40)}" where a number was due`)
}

/** Cuts what the reader prints into messages. */
export const createMessageCutter = (onMessage: (message: Message) => void): Sink => {
  let rest = Buffer.alloc(0)
  let word: string | undefined
  let fields: string[] = []
  let missing = 0
  let parts: Buffer[] = []
  const finish = (bytes: Buffer): void => {
    const message = { word: word ?? '', fields, bytes }
    word = undefined
    fields = []
    parts = []
    onMessage(message)
  }
  const take = (field: string): void => {
    if (word === undefined) word = field
    else fields.push(field)
    const shape = shapes[word]
    if (shape === undefined) throw odd('a word that it does not know')
    if (fields.length < shape.fields) return
    missing = shape.hasBytes ? parseCount(fields.at(-1) ?? '', mostBytes) : 0
    if (missing === 0) finish(Buffer.alloc(0))
  }
  const write = (chunk: Buffer): void => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (at < data.length) {
      if (missing > 0) {
        const part = data.subarray(at, at + missing)
        parts.push(Buffer.from(part))
        missing -= part.length
        at += part.length
        if (missing === 0) finish(Buffer.concat(parts))
        continue
      }
      const end = data.indexOf(0, at)
      if (end < 0) break
      take(data.toString('latin1', at, end))
      at = end + 1
    }
    if (data.length - at > longestField) throw odd('a field without an end')
    rest = Buffer.from(data.subarray(at))
  }
  return { write, end: () => {} }
}

const types = new Set(['f', 'd', 'l', 'c', 'b', 'p', 's'])

const blockBytes = 512

/** A record of `find`'s, as the reader asks for it, without the depth at its beginning. */
export const parseEntry = (fields: readonly string[]): Entry => {
  const [type = '', size = '', blocks = '', mode = '', uid = '', gid = '', mtime = '', inode = ''] =
    fields
  if (!types.has(type)) throw odd('an entry of an unknown type')
  if (!/^[0-7]{1,5}$/.test(mode)) throw odd('an entry without a mode')
  if (!/^-?\d{1,16}\.\d{9,10}$/.test(mtime)) throw odd('an entry without a time')
  if (!/^\d{1,20}:\d{1,20}$/.test(inode)) throw odd('an entry without an inode')
  const path = fields[8] ?? ''
  if (/^\/|(^|\/)\.{1,2}(\/|$)|\/\/|\/$/.test(path))
    throw odd('an entry whose path leads elsewhere')
  if (path.split('/').length > deepest) throw odd(`a path of more than ${deepest} folders`)
  return {
    path,
    type: type as Entry['type'],
    sizeBytes: parseCount(size, Number.MAX_SAFE_INTEGER),
    diskBytes: parseCount(blocks, Number.MAX_SAFE_INTEGER / blockBytes) * blockBytes,
    mode: Number.parseInt(mode, 8),
    uid: parseCount(uid, 2 ** 32),
    gid: parseCount(gid, 2 ** 32),
    mtime,
    inode,
    isWhiteout: false,
    isOpaque: false,
  }
}

/** More would not fit into memory. */
const mostEntries = 3_000_000

/** Collects the entries of all layers, the lowest first, and what is said of them afterwards. */
export const createListing = () => {
  const layers: Entry[][] = []
  const whiteouts = new Set<string>()
  const opaque = new Set<string>()
  let count = 0
  return {
    add: ({ word, fields }: Message): void => {
      const [first = '', ...others] = fields
      if (word === 'whiteout') whiteouts.add(first)
      else if (word === 'opaque') opaque.add(first)
      else {
        count += 1
        if (count > mostEntries) throw new Failure(`The image has more than ${mostEntries} files`)
        // The top of a layer comes before all that is in it.
        if (first === '0') layers.push([])
        const layer = layers.at(-1)
        if (layer === undefined || (first === '0') !== (others[8] === ''))
          throw odd('an entry that is in no layer')
        layer.push(parseEntry(others))
      }
    },
    /** @param expected how many layers there are */
    finish: (expected: number): readonly (readonly Entry[])[] => {
      if (layers.length !== expected)
        throw odd(`${layers.length} layers where there are ${expected}`)
      return layers.map((entries) =>
        entries.map((entry) => {
          if (entry.type === 'c' && whiteouts.has(entry.inode))
            return { ...entry, isWhiteout: true }
          if (entry.type === 'd' && opaque.has(entry.inode)) return { ...entry, isOpaque: true }
          return entry
        }),
      )
    },
  }
}
