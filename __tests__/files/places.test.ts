import { describe, expect, test } from 'vitest'
import type { ContainerNode } from '../../src/cluster/node.ts'
import { findNodeObjection, planView } from '../../src/files/places.ts'
import { nodeNamed } from '../support/found.ts'

const volumes = '/var/lib/docker/volumes'
const store = `${volumes}/slipway-files/_data`

const node = (name: string, mounts: ContainerNode['mounts'] = []): ContainerNode => ({
  ...nodeNamed(name),
  mounts: [{ destination: '/var', source: `${volumes}/${name}/_data` }, ...mounts],
})

const target = '/var/local/models'

describe('where a node can have files', () => {
  test('is below its volumes', () => {
    expect(findNodeObjection(node('a'), target)).toBeUndefined()
    const extra = node('a', [{ destination: '/data', source: '/srv/data' }])
    expect(findNodeObjection(extra, '/data/models')).toBeUndefined()
  })

  test.each<[string, ContainerNode, string, string]>([
    ['its image', node('a'), '/data/models', 'is in the image of a or in its memory'],
    ['a volume itself', node('a', [{ destination: '/data', source: '/x' }]), '/data', 'no volume'],
    ['what only begins like a volume', node('a'), '/variable/m', 'no volume'],
    [
      'what is read-only',
      node('a', [{ destination: '/var/local', source: '/srv', isReadOnly: true }]),
      target,
      '/var/local is mounted read-only into a',
    ],
    [
      'a node without a volume for its records',
      { ...node('a'), mounts: [{ destination: '/data', source: '/srv' }] },
      '/data/models',
      'a has no volume at /var for /var/lib/slipway-files',
    ],
    [
      'a node whose records would be on another volume than its /var',
      node('a', [{ destination: '/var/lib', source: '/srv/lib' }]),
      target,
      'a has no volume at /var for /var/lib/slipway-files',
    ],
  ])('is not %s', (_, at, path, reason) => {
    expect(findNodeObjection(at, path)).toContain(reason)
  })
})

describe('what a helper sees', () => {
  test('is the one folder that holds the store and the volumes, and no more', () => {
    const [a, b] = [node('a'), node('b')]
    const view = planView(store, [
      { node: a, target },
      { node: b, target },
    ])
    expect(view.mounted).toBe(volumes)
    expect(view.store).toBe('/slipway/slipway-files/_data')
    expect(view.toPlace(b, target)).toEqual({
      destination: '/var',
      root: '/slipway/b/_data',
      var: '/slipway/b/_data',
      parent: 'local',
      name: 'models',
    })
  })

  test('is everything where a node has a folder from elsewhere', () => {
    const a = node('a', [{ destination: '/data', source: '/srv/data' }])
    const view = planView(store, [{ node: a, target: '/data/models' }])
    expect(view.mounted).toBe('/')
    expect(view.store).toBe(`/slipway${store}`)
    expect(view.toPlace(a, '/data/models')).toEqual({
      destination: '/data',
      root: '/slipway/srv/data',
      var: `/slipway${volumes}/a/_data`,
      parent: '',
      name: 'models',
    })
  })

  test('is the deepest of a node’s volumes', () => {
    const a = node('a', [{ destination: '/var/local', source: `${volumes}/inner/_data` }])
    const { root, parent, name } = planView(store, [{ node: a, target }]).toPlace(a, target)
    expect([root, parent, name]).toEqual(['/slipway/inner/_data', '', 'models'])
  })
})
