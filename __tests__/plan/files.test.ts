import { expect, test } from 'vitest'
import type { Facts } from '../../src/facts/facts.ts'
import { type FoundFiles, noFiles } from '../../src/facts/find-files.ts'
import { isStale } from '../../src/facts/find-files-images.ts'
import { planFiles } from '../../src/plan/files.ts'
import { foundFacts, nodeNamed } from '../support/found.ts'
import { read } from '../support/read.ts'

const nodes = ['kind-worker', 'kind-worker2'].map(nodeNamed)
const reference = 'slipway.local/models:0123456789abcdef'
const scope = ['slipway.local/models']

const files = (into: FoundFiles['into'], image?: FoundFiles['image']): FoundFiles => ({
  files: {
    given: 'models:/var/local/models',
    origin: { kind: 'local', path: '/w/models' },
    target: '/var/local/models',
    isWritable: false,
  },
  found: {
    kind: 'remote',
    source: { key: 'k', sizeBytes: 1, tree: undefined, fetch: () => Promise.reject(new Error()) },
  },
  nodes,
  into,
  image,
})

const plan = (all: readonly FoundFiles[], hasStale = false) => {
  const images = { objection: undefined, scope, hasStale }
  const facts: Facts = { ...foundFacts, nodes, nodeFiles: { ...noFiles, files: all, images } }
  return planFiles(read({ images: 'a:1' }), facts, ['wait for disk'], [])
}

const idsOf = (...order: Parameters<typeof plan>) => plan(...order).map(({ id }) => id)

test('images are made once the files are there, only where some node lacks something', () => {
  expect(idsOf([files([])])).toEqual([])
  expect(idsOf([files(nodes)])).toEqual(['node files'])
  expect(idsOf([files([], { reference })])).toEqual([])
  const steps = plan([
    files(nodes, { reference: undefined }),
    files([], { reference }),
    files(nodes),
  ])
  expect(steps.map(({ id }) => id)).toEqual(['node files', 'image volumes'])
  expect(steps[1]).toMatchObject({ needs: ['node files'], lane: 'load', kept: [reference], scope })
  expect(steps[1]).toMatchObject({ wanted: [{ into: nodes, image: { reference: undefined } }] })
})

test('what nobody asks for goes without files being put anywhere', () => {
  const [step, ...others] = plan([files([], { reference })], true)
  expect(others).toEqual([])
  expect(step).toMatchObject({ kind: 'image-volumes', needs: [], wanted: [], kept: [reference] })
})

test.each<[string, string, readonly string[] | undefined, boolean]>([
  ['the version that is asked for', reference, scope, false],
  ['an earlier version', 'slipway.local/models:f', scope, true],
  ['another path', 'slipway.local/models-2:f', scope, false],
  ['another path, where all go', 'slipway.local/models-2:f', undefined, true],
])('of images, %s', (_, name, within, expected) => {
  expect(isStale(name, new Set([reference]), within)).toBe(expected)
})
