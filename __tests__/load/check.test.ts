import { describe, expect, test } from 'vitest'
import type { LocalImage } from '../../src/image/image.ts'
import { isPresent } from '../../src/load/check.ts'
import { toNeedlessBlobs } from '../../src/load/layer-blobs.ts'
import { parseNodeState } from '../../src/load/node-state.ts'

const hex = (digit: string): string => digit.repeat(64)
const name = 'docker.io/library/api:1'
const [image, config, tops] = [hex('a'), hex('c'), hex('d')]
const [lower, top] = [`sha256:${hex('1')}`, `sha256:${hex('2')}`]
const record = `${image}.${config}.${tops}.17.18`

const local: LocalImage = {
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

/** What helper/look.sh prints in a node that has the image, as `ctr` and `crictl` write it. */
const whole = {
  images: `REF TYPE DIGEST SIZE PLATFORMS LABELS\n${name} application/json sha256:${hex('b')} 1.0 MiB linux/amd64 dev.slipway/record=${record},io.cri-containerd.image=managed\n`,
  sound: `${record}\n`,
  snapshots: `KEY PARENT KIND\n${lower}  Committed\n${top} ${lower} Committed\nrunning ${top} Active\n`,
  content: `sha256:${config}\t2kB\t5 minutes\tcontainerd.io/gc.ref.snapshot.overlayfs=${top}\n`,
  cri: `{"images":[{"id":"sha256:${config}","repoTags":["${name}"],"repoDigests":[]}]}`,
}

const stateOf = (change: Partial<typeof whole> = {}) =>
  parseNodeState(
    Object.entries({ ...whole, ...change })
      .map(([title, text]) => `== ${title}\n${text}`)
      .join(''),
  )

describe('an image is present', () => {
  test('when name, record, snapshots, config and CRI agree', () => {
    expect(isPresent(local, [name], stateOf())).toBe(true)
  })

  test.each<[string, Partial<typeof whole>]>([
    ['nobody remembers it', { images: whole.images.replace(/dev\S+,/, '') }],
    ['its layers look different now', { sound: '' }],
    ['a snapshot is missing', { snapshots: whole.snapshots.replace(/^.*1 .*$/m, '') }],
    ['a snapshot is not committed', { snapshots: whole.snapshots.replace('Committed', 'Active') }],
    ['CRI has another ID', { cri: whole.cri.replace(config, hex('e')) }],
    ['CRI does not answer', { cri: '' }],
    ['its config holds on to nothing', { content: '' }],
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
