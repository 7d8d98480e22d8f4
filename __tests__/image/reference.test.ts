import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  parseImageId,
  parseImageReference,
  toCriName,
  toImmutable,
  toNodeNames,
  toRepository,
} from '../../src/image/reference.ts'

const canonical = (given: string): string => {
  const reference = parseImageReference(given)
  return typeof reference === 'string' ? `refused: ${reference}` : reference.canonical
}

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['a', 'docker.io/library/a:latest'],
  ['a:1', 'docker.io/library/a:1'],
  ['a/b:1', 'docker.io/a/b:1'],
  ['docker.io/a', 'docker.io/library/a:latest'],
  ['index.docker.io/a/b', 'docker.io/a/b:latest'],
  ['host:5000/a', 'host:5000/a:latest'],
  ['localhost/a:x_y.Z', 'localhost/a:x_y.Z'],
  ['HOST/a', 'HOST/a:latest'],
  ['ghcr.io/o/r/s:v1', 'ghcr.io/o/r/s:v1'],
  ['[::1]:5000/a:1', '[::1]:5000/a:1'],
  [`a@${digest}`, `docker.io/library/a@${digest}`],
  [`a:1@${digest}`, `docker.io/library/a:1@${digest}`],
])('%s is %s', (given, expected) => {
  expect(canonical(given)).toBe(expected)
})

test.each([
  '',
  'A',
  'a b',
  'a:',
  'a:-x',
  `a:${'t'.repeat(129)}`,
  'a@sha256:12',
  '-a',
  '--all',
  'a//b',
  'a/',
  '/a',
  'a..b',
  'a$(id)',
  'f'.repeat(64),
  `${'a/'.repeat(130)}a`,
  'a\u00e9',
])('%j is refused', (given) => {
  expect(canonical(given)).toMatch(/^refused: /)
})

test('a canonical name is its own canonical name, and never holds a character that could harm', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), (given) => {
      const name = canonical(given)
      if (name.startsWith('refused: ')) return
      expect(name).toMatch(/^[A-Za-z0-9[\]:._/@-]+$/)
      expect(canonical(name)).toBe(name)
    }),
    { numRuns: 5_000 },
  )
})

test.each([
  ['api', 'api'],
  ['api:dev', 'api'],
  ['localhost:5000/team/api', 'localhost:5000/team/api'],
  ['localhost:5000/team/api:1', 'localhost:5000/team/api'],
  ['[::1]:5000/a', '[::1]:5000/a'],
  [`host:5000/a@${digest}`, 'host:5000/a'],
  [`host:5000/a:1@${digest}`, 'host:5000/a'],
])('the repository of %s is %s', (name, expected) => {
  expect(toRepository(name)).toBe(expected)
})

test('a name by content has the repository as it was spelled, and is a name', () => {
  const id = `sha256:0123456789abcdef${'0'.repeat(48)}`
  const names = ['api', 'index.docker.io/a/b:1', 'localhost:5000/team/api:1', `a:1@${digest}`]
  const immutable = names.map((given) => {
    const reference = parseImageReference(given)
    if (typeof reference === 'string') throw new Error(reference)
    const made = toImmutable(reference, id)
    expect(parseImageReference(made.given)).toEqual(made)
    return made
  })
  expect(immutable).toEqual([
    { given: 'api:sha-0123456789ab', canonical: 'docker.io/library/api:sha-0123456789ab' },
    {
      given: 'index.docker.io/a/b:sha-0123456789ab',
      canonical: 'docker.io/a/b:sha-0123456789ab',
    },
    {
      given: 'localhost:5000/team/api:sha-0123456789ab',
      canonical: 'localhost:5000/team/api:sha-0123456789ab',
    },
    { given: 'a:sha-0123456789ab', canonical: 'docker.io/library/a:sha-0123456789ab' },
  ])
})

test('a node needs both names of one with tag and digest; CRI looks for the second', () => {
  const both = `host:5000/a:1@${digest}`
  expect(toNodeNames(both)).toEqual(['host:5000/a:1', `host:5000/a@${digest}`])
  expect(toCriName(both)).toBe(`host:5000/a@${digest}`)
  for (const one of ['host:5000/a:1', `host:5000/a@${digest}`]) {
    expect(toNodeNames(one)).toEqual([one])
    expect(toCriName(one)).toBe(one)
  }
})

test('an ID is 64 digits, and nothing else', () => {
  const digits = 'a'.repeat(64)
  for (const given of [digits, digest]) {
    expect(parseImageId(given)).toEqual({ given, canonical: digest })
  }
  for (const given of ['a'.repeat(63), `a@${digest}`, 'A'.repeat(64), `${digest}0`, 'api:dev']) {
    expect(parseImageId(given)).toBeUndefined()
  }
})
