/** Everything that a Dockerfile might print, to be drawn from at random. */
import fc from 'fast-check'
import type { Output } from './through-runner.ts'

export const commandNames = [
  'set-output',
  'save-state',
  'set-env',
  'add-path',
  'add-mask',
  'add-matcher',
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'echo',
  'stop-commands',
  'start-action',
  'internal-set-repo-path',
]

const anyCase = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((char, at) => (upper[at] ? char.toUpperCase() : char)).join(''))

const hexOf = (length: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((b) => Buffer.from(b).toString('hex'))

const names = fc.oneof(fc.constantFrom(...commandNames).chain(anyCase), hexOf(16))
const properties = fc.constantFrom('', ' ', ' name=x', ' name=x,file=y;line=1', ' name=%0A')
const newForm = fc.tuple(names, properties).map(([name, rest]) => `::${name}${rest}::`)
const oldForm = fc.tuple(names, properties).map(([name, rest]) => `##[${name}${rest}]`)

/** Characters that collations do not weigh: .NET searches `##[` with the collation of a culture. */
export const unseen = ['\u200b', '\u200d', '\ufeff', '\u00ad', '\0', '\u0001', '\u061c', '\ufe0f']

export const asciiFragments = fc
  .oneof(newForm, oldForm, fc.constantFrom('\n', '#', '['))
  .map(Buffer.from)

const fragments: fc.Arbitrary<Buffer> = fc
  .oneof(
    { weight: 4, arbitrary: newForm },
    { weight: 4, arbitrary: oldForm },
    { weight: 4, arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\r\r\n', '\n\r') },
    {
      weight: 3,
      arbitrary: fc.constantFrom('#', '##', '##[', '[', ']', ':', '::', ';', ' ', '\t'),
    },
    { weight: 3, arbitrary: fc.constantFrom(...unseen, '\u0085', '\u2028', '\u2029', '\u000b') },
    {
      weight: 2,
      arbitrary: fc.constantFrom('#7 0.531 ', '\u001b[31m', '%0A', '%0D', '%5D', '$(x)'),
    },
    { weight: 2, arbitrary: fc.constantFrom('ä', '€', '😀', '한', 'e\u0301', '＃＃［') },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.nat(300).map((length) => 'x'.repeat(length)) },
  )
  .map((text) => Buffer.from(text))

/** Bytes that are no UTF-8 at all, among others that are. */
const noise = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes))

const bytesOf = (text: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.array(text, { maxLength: 30 }).map((parts) => Buffer.concat(parts))

/** A text in pieces that start and end anywhere, also inside of a character or of \r\n. */
const inPieces = (text: fc.Arbitrary<Buffer>): fc.Arbitrary<Output> =>
  fc.tuple(text, fc.array(fc.nat(40), { maxLength: 12 })).map(([bytes, sizes]) => {
    const pieces: Buffer[] = []
    let at = 0
    for (const size of sizes) {
      pieces.push(bytes.subarray(at, at + size))
      at += size
    }
    return [...pieces, bytes.subarray(at)]
  })

export const texts = inPieces(bytesOf(fragments))
export const outputs = fc.tuple(
  fc.oneof({ weight: 9, arbitrary: texts }, inPieces(bytesOf(fc.oneof(fragments, noise)))),
  texts,
)
export const orders = fc.array(fc.boolean(), { maxLength: 24 })
export const cuts = fc.integer({ min: 1, max: 97 })
