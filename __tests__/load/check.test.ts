import { describe, expect, test } from 'vitest'
import type { Node } from '../../src/cluster/node.ts'
import type { ContainerImage } from '../../src/image/image.ts'
import { hasImage, isPresent } from '../../src/load/check.ts'
import { toNeedlessBlobs } from '../../src/load/layer-blobs.ts'
import { parseNodeState } from '../../src/load/node-state.ts'

const hex = (digit: string): string => digit.repeat(64)
const name = 'docker.io/library/api:1'
const [image, config, tops] = [hex('a'), hex('c'), hex('d')]
const [lower, top] = [`sha256:${hex('1')}`, `sha256:${hex('2')}`]
const record = `${image}.${config}.${tops}.17.18`

const local: ContainerImage = {
  references: [{ given: 'api:1', canonical: name }],
  id: `sha256:${image}`,
  sizeBytes: 1,
  architecture: 'amd64',
  digestNames: [],
  layers: [
    { diffId: 'sha256:x', chainId: lower, folder: undefined },
    { diffId: 'sha256:y', chainId: top, folder: undefined },
  ],
}

/** What helper/inspect.sh prints in a node that has the image: a line for each fact. */
const whole = {
  label: `label\t${name}\t${record}`,
  snapshots: `snapshot\t${lower}\t3\nsnapshot\t${top}\t3\nsnapshot\trunning\t2`,
  held: `held\tsha256:${config}\t${top}`,
  cri: `image\tsha256:${config}\t${name}`,
}

const stateOf = (change: Partial<typeof whole> = {}) =>
  parseNodeState(Object.values({ ...whole, ...change }).join('\n'))

describe('an image is present', () => {
  test('when name, record, snapshots, config and CRI agree', () => {
    expect(isPresent(local, [name], stateOf())).toBe(true)
  })

  test.each<[string, Partial<typeof whole>]>([
    ['nobody remembers it', { label: `label\t${name}\t` }],
    ['its layers look different now', { label: '' }],
    ['a snapshot is missing', { snapshots: whole.snapshots.replace(/^.*1\t3$/m, '') }],
    ['a snapshot is not committed', { snapshots: whole.snapshots.replace(/3$/m, '2') }],
    ['CRI has another ID', { cri: whole.cri.replace(config, hex('e')) }],
    ['CRI does not answer', { cri: '' }],
    ['its config holds on to nothing', { held: '' }],
  ])('not when %s', (_, change) => {
    expect(isPresent(local, [name], stateOf(change))).toBe(false)
  })

  test('not when Docker has given the name to another image', () => {
    expect(isPresent({ ...local, id: `sha256:${hex('f')}` }, [name], stateOf())).toBe(false)
  })

  test('not when one of several names is missing', () => {
    expect(isPresent(local, [name, 'docker.io/library/api:2'], stateOf())).toBe(false)
  })
})

describe('blobs that need not cross', () => {
  const blobs = ['sha256:b1', 'sha256:b2']

  test('are those of layers that the node has', () => {
    expect(toNeedlessBlobs(local, blobs, new Set([lower]))).toEqual(new Set(['blobs/sha256/b1']))
  })

  test('but not one that is also the blob of a missing layer', () => {
    expect(toNeedlessBlobs(local, ['sha256:b', 'sha256:b'], new Set([lower]))).toEqual(new Set())
  })
})

describe('an image is in a node that keeps no records', () => {
  const node = { userland: 'busybox' } as Node
  const names = [name, `docker.io/library/api:sha-${image.slice(0, 12)}`]
  const both = `image\tsha256:${config}\t${names.join('\t')}`
  const has = (change: Partial<typeof whole> = {}) =>
    hasImage(node, local, names, stateOf({ label: '', cri: both, ...change }))

  test('when all its names are one image with its layers', () => {
    expect(has()).toBe(true)
    expect(hasImage({ userland: 'gnu' } as Node, local, names, stateOf({ label: '' }))).toBe(false)
  })

  test.each<[string, Partial<typeof whole>]>([
    ['a name is missing', { cri: whole.cri }],
    ['a name is another image', { cri: `${whole.cri}\nimage\tsha256:${hex('e')}\t${names[1]}` }],
    ['a snapshot is missing', { snapshots: whole.snapshots.replace(/^.*1\t3$/m, '') }],
    ['its config holds on to another', { held: `held\tsha256:${config}\t${lower}` }],
  ])('not when %s', (_, change) => {
    expect(has(change)).toBe(false)
  })

  test('not without any name', () => {
    expect(hasImage(node, local, [], stateOf())).toBe(false)
  })
})
