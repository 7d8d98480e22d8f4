import { describe, expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const filesOf = (lines: string) => read({ 'node-files': lines }).nodeFiles
const problems = (lines: string) => problemsOf({ 'node-files': lines })

describe('a line', () => {
  test.each<[string, object]>([
    ['models:/var/local/m', { target: '/var/local/m', isWritable: false }],
    ['models:/var/local/m:ro', { target: '/var/local/m', isWritable: false }],
    ['models:/var/local/m:rw', { target: '/var/local/m', isWritable: true }],
    ['models:/var/local/m///', { target: '/var/local/m' }],
    ['models/:/var/local/m', { origin: { kind: 'local', path: '/models' } }],
    ['/srv/models:/var/local/m', { origin: { kind: 'local', path: '/srv/models' } }],
    ['a:b/c d:/var/local/m', { origin: { kind: 'local', path: '/a:b/c d' } }],
    ['lfs:models:/var/local/m', { origin: { kind: 'lfs', path: '/models' } }],
    // What is a path of the node in one place is one of the image in the other.
    [
      'image://a:1:/opt/m:/var/local/m:rw',
      {
        origin: expect.objectContaining({ kind: 'image', path: '/opt/m' }),
        target: '/var/local/m',
        isWritable: true,
      },
    ],
    ['  models:/var/local/m  ', { target: '/var/local/m' }],
  ])('%s', (line, expected) => {
    expect(filesOf(line)).toEqual([expect.objectContaining({ given: line.trim(), ...expected })])
  })

  test.each<[string, string]>([
    ['oci://ghcr.io/acme/m:1:/var/local/m', 'ghcr.io/acme/m:1'],
    ['oci://localhost:5000/m:/var/local/m', 'localhost:5000/m:latest'],
    [
      `oci://ghcr.io/acme/m@sha256:${'a'.repeat(64)}:/var/local/m`,
      `ghcr.io/acme/m@sha256:${'a'.repeat(64)}`,
    ],
  ])('%s has its ports, tags and digests', (line, canonical) => {
    const [found] = filesOf(line)
    expect(found?.origin).toMatchObject({ kind: 'oci', reference: { canonical } })
    expect(found?.target).toBe('/var/local/m')
  })

  test('of several, each', () => {
    const targets = filesOf('a:/var/local/a\n\n  b:/var/local/b:rw\n').map(({ target }) => target)
    expect(targets).toEqual(['/var/local/a', '/var/local/b'])
  })
})

test.each<[string, string]>([
  ['models', 'names no path on the node'],
  ['models:', 'names no path on the node'],
  ['models:var/local/m', 'names no path on the node'],
  [':/var/local/m', 'names no path on the node'],
  // A drive's letter is no source of ours, and its colon no node's path.
  ['C:\\models', 'names no path on the node'],
  ['models:C:\\models', 'names no path on the node'],
  ['models:/var/local/m:rx', 'rx is neither ro nor rw'],
  ['models:/var/local/m:RW', 'RW is neither ro nor rw'],
  ['models:/var/local/m:', 'is neither ro nor rw'],
  ['ftp://host/m:/var/local/m', 'unknown source ftp://'],
  ['https://host/m:/var/local/m', 'unknown source https://'],
  ['hf://org/name:/var/local/m', 'unknown source hf://'],
  ['image://a:1:/var/local/m', 'names no folder of the image'],
  ['image://A:1:/opt:/var/local/m', 'is no name of an image'],
  ['oci://:/var/local/m', 'is no name of an image'],
  ['oci://ghcr.io/A:/var/local/m', 'is no name of an image'],
  ['m:/var/local/../../etc', 'must be absolute'],
  ['m:/var/local/./m', 'must be absolute'],
  ['m:/var//local', 'must be absolute'],
  ['m:/', 'must be absolute'],
  ['m:/var/local/a b', 'must be absolute'],
  ['m:/var/local/$(id)', 'must be absolute'],
  ["m:/var/local/'", 'must be absolute'],
  ['m:/var/local/ü', 'must be absolute'],
  [`m:/var/${'a/'.repeat(100)}b`, 'too long'],
  [`m:/var/${'a'.repeat(81)}`, 'too long'],
  ['m:/etc/m', "node's own image"],
  ['m:/tmp/m', "node's own image"],
  ['m:/run/m', "node's own image"],
  ['m:/usr/share/m', "node's own image"],
  ['m:/var/lib/kubelet/pods/x', "belongs to the node's own programs"],
  ['m:/var/lib', "belongs to the node's own programs"],
  ['m:/var', "belongs to the node's own programs"],
  ['m:/var/lib/slipway-files/x', "belongs to the node's own programs"],
])('%j is refused', (line, reason) => {
  const told = problems(line)
  expect(told).toHaveLength(1)
  expect(told[0]).toContain(reason)
  expect(told[0]).toContain('node-files')
})

test.each(['../m:/var/local/m', 'lfs:a/../../m:/var/local/m'])('%s is outside', (line) => {
  const told = problemsOf({ 'node-files': line }, { workspace: '/srv/checkout' })
  expect(told).toEqual([expect.stringContaining('it leads out of the workspace, to /srv/m')])
})

test('only what begins with such a path is in it', () => {
  expect(problems('m:/var/library/m\nn:/var/lib/kubelets\no:/etcetera/m\np:/vary/m')).toEqual([])
})

test('a source that is not there is named', () => {
  const told = problemsOf({ 'node-files': 'models:/var/local/m' }, { kindOf: () => 'nothing' })
  expect(told).toEqual([
    expect.stringContaining('there is no models. Paths start in the workspace'),
  ])
})

describe('two lines', () => {
  test.each([
    ['/var/local/m', '/var/local/m'],
    ['/var/local/m', '/var/local/m/inner'],
    ['/var/local/m/inner', '/var/local/m'],
    ['/var/local/m', '/var/local/m/'],
  ])('for %s and %s are one too many', (first, second) => {
    const told = problems(`a:${first}\nb:${second}`)
    expect(told).toHaveLength(1)
    expect(told[0]).toContain(`what \`a:${first}\` makes`)
  })

  test('beside each other are none', () => {
    expect(problems('a:/var/local/m\na:/var/local/m2\na:/var/local/m.old')).toEqual([])
  })
})

test('all problems are told at once', () => {
  const told = problems('one\nm:/etc/m:rx\nftp://x:/var/local/m\nm:/var/local/ok')
  expect(told).toHaveLength(4)
})

test('what names nothing is an error, and nothing is nothing', () => {
  expect(problems(' \n ,')).toHaveLength(1)
  expect(read({ images: 'a:1' })).toMatchObject({
    nodeFiles: [],
    prunesNodeFiles: false,
    verifiesNodeFiles: false,
  })
  const told = problemsOf({ images: 'a:1', 'node-files-prune': 'yes', 'node-files-verify': '1' })
  expect(told).toHaveLength(2)
})

test('a hostile line takes no time', () => {
  const began = performance.now()
  const line = `${':/'.repeat(20_000)}${'a:'.repeat(20_000)}`
  expect(problems(line)).toHaveLength(1)
  expect(problems(`image://${':/a'.repeat(20_000)}`).length).toBeGreaterThan(0)
  expect(performance.now() - began).toBeLessThan(2_000)
})
