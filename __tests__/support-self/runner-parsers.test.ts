import { describe, expect, it } from 'vitest'
import { evaluate, expand } from '../support/runner/expressions.ts'
import { parseKeyValues } from '../support/runner/file-commands.ts'
import { createLineSplitter } from '../support/runner/lines.ts'
import { createMasker } from '../support/runner/masker.ts'
import { parseV1, parseV2 } from '../support/runner/parse-command.ts'

const known = (name: string) => ['set-output', 'warning', 'add-mask'].includes(name.toLowerCase())

describe('v2 commands', () => {
  it.each([
    ['::warning::text', { name: 'warning', props: {}, data: 'text' }],
    [
      '  \t::WARNING file=a.ts,line=3::a%0Ab%25',
      { name: 'WARNING', props: { file: 'a.ts', line: '3' }, data: 'a\nb%' },
    ],
    ['::warning title=a%3Ab%2Cc::', { name: 'warning', props: { title: 'a:b,c' }, data: '' }],
    ['::warning a==b,c=,=d,e=f=g::x', { name: 'warning', props: { a: 'b', e: 'f=g' }, data: 'x' }],
  ])('%s', (line, expected) => {
    expect(parseV2(line, known)).toMatchObject(expected)
  })

  it.each(['x ::warning::a', '::warning', '::unknown::a', ':: warning::a', '\ufeff::warning::a'])(
    'leaves alone: %s',
    (line) => expect(parseV2(line, known)).toBeUndefined(),
  )
})

describe('v1 commands', () => {
  it('are found anywhere in a line', () => {
    expect(parseV1('#7 0.5 ##[set-output name=a;x=%3B%5D]v%0Aw', known)).toMatchObject({
      name: 'set-output',
      props: { name: 'a', x: ';]' },
      data: 'v\nw',
    })
  })

  it('only the first ##[ of a line counts', () => {
    expect(parseV1('##[foo]##[warning]x', known)).toBeUndefined()
    expect(parseV1('##[warning no end', known)).toBeUndefined()
  })
})

describe('lines', () => {
  it('end at \\n, \\r\\n and \\r, wherever chunks are cut', () => {
    const text = 'a\rb\r\nc\n\nü\r\rlast'
    const bytes = Buffer.from(text)
    for (const size of [1, 2, 3, 100]) {
      const lines: string[] = []
      const splitter = createLineSplitter((line) => lines.push(line))
      for (let i = 0; i < bytes.length; i += size) splitter.write(bytes.subarray(i, i + size))
      splitter.end()
      expect(lines).toEqual(['a', 'b', 'c', '', 'ü', '', 'last'])
    }
  })
})

describe('masking', () => {
  it('covers base64 in its three shifts, URL, JSON and XML forms, not base64url or hex', () => {
    const secret = 'p&ss"wörd<?>secret~~~'
    const masker = createMasker()
    masker.add(secret)
    const encoded = ['', 'u', 'us', 'use'].map((user) =>
      Buffer.from(user + secret).toString('base64'),
    )
    for (const form of [encodeURIComponent(secret), JSON.stringify(secret), ...encoded]) {
      expect(masker.mask(form)).toContain('***')
    }
    expect(masker.mask(encoded[0] ?? '')).toBe('***')
    expect(masker.mask('p&amp;ss&quot;wörd&lt;?&gt;secret~~~')).toBe('***')
    const url = Buffer.from(secret).toString('base64url')
    expect(masker.mask(url)).toBe(url)
    expect(url).toMatch(/[-_]/)
    expect(masker.mask(Buffer.from(secret).toString('hex'))).not.toContain('*')
  })

  it('joins overlapping and touching hits, and adds lines of their own', () => {
    const masker = createMasker()
    masker.addWithLines('first-line\n  second-line\r\n')
    masker.add('linefirst')
    expect(masker.mask('x first-linefirst-line second-line y')).toBe('x *** *** y')
    expect(masker.mask('first-linesecond-line')).toBe('***')
  })
})

describe('file commands', () => {
  it('read NAME=VALUE and heredocs', () => {
    const text = 'a=1\n\nb<<E\nx\n\ny=<<\nE\nc<<D\nD\nd=x<<y\n'
    expect([...parseKeyValues(text)]).toEqual([
      ['a', '1'],
      ['b', 'x\n\ny=<<'],
      ['c', ''],
      ['d', 'x<<y'],
    ])
  })

  it.each([
    ['a<<E\nx\n', /Matching delimiter not found 'E'/],
    ['noise', /Invalid format 'noise'/],
    ['<<E\nE\n', /Name must not be empty/],
  ])('refuse %j', (text, message) => {
    expect(() => [...parseKeyValues(text)]).toThrow(message)
  })
})

it('expressions: what action.yml files use', () => {
  const contexts = { github: { server_url: 'https://github.com', token: 't', event: { n: 3 } } }
  const source = "github.server_url == 'https://github.com' && github.token || ''"
  expect(evaluate(source, contexts)).toBe('t')
  expect(expand(`a $\{{ github.event.n }} $\{{ github.nope }}b`, contexts)).toBe('a 3 b')
  const status = { always: () => true, failure: () => false }
  expect(evaluate("!failure() && (always() != 'it''s')", contexts, status)).toBe(true)
  expect(() => evaluate('a b', contexts)).toThrow(/cannot read "b"/)
})
