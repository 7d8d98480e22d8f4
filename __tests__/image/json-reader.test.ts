import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

/** Prints what it has read of each document: strings as hex, or why it has not read it. */
const printer = `
sub dump_value {
  my ($value) = @_;
  return 'null' unless defined $value;
  return '"' . unpack('H*', $value) . '"' unless ref $value;
  return $$value if ref $value eq 'SCALAR';
  return '[' . join(',', map { dump_value($_) } @$value) . ']' if ref $value eq 'ARRAY';
  return '{' . join(',', map { '"' . unpack('H*', $_) . '":' . dump_value($value->{$_}) } sort keys %$value) . '}';
}
binmode STDIN;
while (read STDIN, my $size, 8) {
  read STDIN, my $document, unpack 'Q>', $size;
  my $value = eval { parse_json($document) };
  print $@ eq '' ? dump_value($value) . "\\n" : $@;
}
`
const program = readFileSync('src/image/in-node/json.pl', 'utf8') + printer

/** What the reader makes of documents: the text of a value with strings as hex, or a message. */
const readAll = (documents: readonly (string | Buffer)[]): readonly string[] => {
  const input = documents.map((document) => {
    const bytes = Buffer.from(document)
    const size = Buffer.alloc(8)
    size.writeBigUInt64BE(BigInt(bytes.length))
    return Buffer.concat([size, bytes])
  })
  const printed = execFileSync('perl', ['-w', '-e', program], {
    input: Buffer.concat(input),
    maxBuffer: 100_000_000,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return printed.trimEnd().split('\n')
}

/** Strings are written as hex, so that no further reader of JSON takes part. */
const fromHex = (value: unknown): unknown => {
  const text = (hex: string): string => Buffer.from(hex, 'hex').toString()
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map(fromHex)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [text(key), fromHex(each)]))
}

const read = (document: string | Buffer): unknown =>
  fromHex(JSON.parse(readAll([document])[0] ?? ''))

const canParse = (document: string): boolean => {
  try {
    JSON.parse(document)
    return true
  } catch {
    return false
  }
}

const isMessage = (line: string | undefined): boolean =>
  line?.startsWith('a document of the image ') ?? false

describe('what JSON.parse reads', () => {
  const arbitrary = fc.record({
    value: fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }),
    indent: fc.constantFrom('', '  ', '\t\r\n '),
    isEscaped: fc.boolean(),
  })
  // Names and strings alone have letters beyond ASCII.
  const inAscii = (text: string): string =>
    text.replace(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const documents = fc
    .sample(arbitrary, { numRuns: 60, seed: 7 })
    .map(({ value, indent, isEscaped }) => {
      const text = JSON.stringify(value, undefined, indent)
      return isEscaped ? inAscii(text) : text
    })

  test('is read alike', () => {
    const values = readAll(documents).map((line) => fromHex(JSON.parse(line)))
    expect(values).toEqual(documents.map((document) => JSON.parse(document)))
  })

  test('and nothing else is, whichever byte of a document is another one', () => {
    const bytes = '{}[]",:\\/0123456789-+.eEutrfn \n\t\u0001\u000b\u007fa'
    const changed = fc.sample(
      fc
        .tuple(
          fc.constantFrom(...documents.filter((text) => text.length < 400).map(inAscii)),
          fc.nat({ max: 1_000 }),
          fc.constantFrom('', ...bytes),
          fc.constantFrom(0, 1),
        )
        .map(([text, place, byte, gone]) => {
          const at = place % (text.length + 1)
          return `${text.slice(0, at)}${byte}${text.slice(at + gone)}`
        }),
      { numRuns: 3_000, seed: 7 },
    )
    const answers = readAll(changed)
    const odd = changed.filter((text, index) => canParse(text) === isMessage(answers[index]))
    expect(odd).toEqual([])
    expect(changed.filter(canParse).length).toBeGreaterThan(200)
    expect(changed.filter((text) => !canParse(text)).length).toBeGreaterThan(200)
  })
})

describe('strings', () => {
  test.each<[string, string, string]>([
    ['escapes', String.raw`"\"\\\/\b\f\n\r\t"`, '"\\/\b\f\n\r\t'],
    ['codes of one, two and three bytes', String.raw`"\u0041\u00e9\u20AC"`, 'Aé€'],
    ['a surrogate pair', String.raw`"\ud83d\uDE00"`, '😀'],
    ['the last code that there is', String.raw`"\udbff\udfff"`, '\u{10ffff}'],
    ['a first half alone', String.raw`"a\ud83d"`, 'a\ufffd'],
    ['a second half alone', String.raw`"\ude00a"`, '\ufffda'],
    ['halves in the wrong order', String.raw`"\ude00\ud83d"`, '\ufffd\ufffd'],
    ['a first half before something else', String.raw`"\ud83d\u0041\n"`, '\ufffdA\n'],
    ['NUL', String.raw`"a\u0000b"`, 'a\0b'],
    ['quotes of their own', String.raw`"\u0022,\u005c"`, '",\\'],
    [
      'what Perl and a shell would take for something',
      '"$x @{[`id`]} %s \\u0024(id)"',
      '$x @{[`id`]} %s $(id)',
    ],
  ])('have %s', (_, document, value) => {
    expect(read(document)).toBe(value)
  })

  test('may have bytes that are no text', () => {
    expect(readAll([Buffer.from([0x22, 0xff, 0xc0, 0x22])])).toEqual(['"ffc0"'])
  })
})

test('of equal names the last one counts', () => {
  expect(read(String.raw`{"a":1,"b":2,"\u0061":{"a":3},"b":null}`)).toEqual({
    a: { a: 3 },
    b: null,
  })
})

test('no number, and no boolean, is a string', () => {
  const numbers = '[0,-0,12,-1.50,1E+2,2e-7,123456789012345678901234567890]'
  expect(readAll([numbers, '[true,false,null]'])).toEqual([numbers, '[true,false,null]'])
})

test.each<[string, string]>([
  ['nothing', ''],
  ['blanks alone', ' \n'],
  ['two documents', '{} {}'],
  ['something behind it', '{}x'],
  ['a byte order mark', '\ufeff{}'],
  ['NUL behind it', '{}\0'],
  ['a comma too much', '[1,]'],
  ['a comma too much in an object', '{"a":1,}'],
  ['no comma', '[1 2]'],
  ['a name without a value', '{"a"}'],
  ['a name that is no string', '{a:1}'],
  ['a number as a name', '{1:1}'],
  ['single quotes', "{'a':1}"],
  ['a comment', '{}//'],
  ['another kind of blank', '[\u00a01]'],
  ['an escape that is none', String.raw`"\x41"`],
  ['an escape cut off', String.raw`"\u004"`],
  ['a number with a zero before it', '[01]'],
  ['a number that ends in its point', '[1.]'],
  ['a number without digits', '[-]'],
  ['an exponent without digits', '[1e]'],
  ['an exponent that is a sign', '[1E+]'],
  ['a number with a plus', '[+1]'],
  ['hexadecimal', '[0x1]'],
  ['what is no number', '[NaN]'],
  ['what is larger than numbers', '[-Infinity]'],
  ['a word in capitals', '[True]'],
  ['a word of two', '[nullnull]'],
])('%s is no document', (_, document) => {
  expect(canParse(document)).toBe(false)
  expect(readAll([document])).toEqual([expect.stringMatching(/ is no JSON at byte \d+$/)])
})

test('no byte below a blank is in a string as it is', () => {
  const bytes = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))
  expect(readAll(bytes.map((byte) => `"a${byte}b"`)).filter((line) => !isMessage(line))).toEqual([])
  expect(readAll(['" "', '"\u007f"'])).toEqual(['"20"', '"7f"'])
})

test('there are four kinds of blanks, each of them wherever one may be', () => {
  const places = ' { "a" : [ 1 , { } , [ ] , true ] , "b" : "" } '
  const one = [...places.matchAll(/ /g)].map(({ index }) => index)
  const replaceEach = (blank: string): readonly string[] =>
    one.map((at) => `${places.slice(0, at)}${blank}${places.slice(at + 1)}`)
  const answers = (blanks: readonly string[]) => new Set(readAll(blanks.flatMap(replaceEach)))
  expect(answers([' ', '\t', '\n', '\r', ' \r\n\t ', '']).size).toBe(1)
  const others = [...answers(['\v', '\f', '\0', '\u0085', '\u00a0', '\u2028', '\ufeff'])]
  expect(others.filter((line) => !isMessage(line))).toEqual([])
})

test('a document that is cut off anywhere is none', () => {
  const whole = String.raw`{"a":[1.5e3,"\u00e9\n",{"b":null,"c":[]}],"d":true}`
  const pieces = Array.from({ length: whole.length }, (_, length) => whole.slice(0, length))
  expect(readAll(pieces).filter((line) => !isMessage(line))).toEqual([])
})

describe('what is read has bounds', () => {
  const nested = (depth: number): string =>
    `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`
  const values = (count: number): string =>
    `[${Array(count - 1)
      .fill(1)
      .join(',')}]`
  const long = (length: number): string => `"${'x'.repeat(length - 2)}"`

  test.each<[string, string, string]>([
    ['deep', nested(62), nested(64)],
    ['with many values', values(100_000), values(100_001)],
    ['long', long(16_000_000), long(16_000_001)],
  ])('%s documents', (_, last, first) => {
    const [within, beyond] = readAll([last, first])
    expect(isMessage(within)).toBe(false)
    expect(beyond).toMatch(/^a document of the image (has too much in it|is too long)$/)
  })

  test.each<[string, string]>([
    ['brackets', '['.repeat(15_000_000)],
    ['objects', '{"a":'.repeat(3_000_000)],
    ['empty lists', `[${'[],'.repeat(5_000_000)}[]]`],
    ['quotes', '"'.repeat(15_000_000)],
    ['blanks', ' '.repeat(15_000_000)],
    ['digits and nothing else', `${'1'.repeat(15_000_000)}x`],
    ['escapes without an end', '"\\\\'.padEnd(2_000_000, '\\"')],
  ])('a flood of %s ends soon', (_, document) => {
    const started = performance.now()
    expect(isMessage(readAll([document])[0])).toBe(true)
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})
