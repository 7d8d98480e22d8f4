import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { prepareLayout, toLayoutOutput, wantLayers } from '../../src/build/layout-output.ts'
import { toChainIds } from '../../src/image/image.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { toBlobPath } from '../../src/image/sources/layout-root.ts'
import { hasLayer, readLayout } from '../../src/image/sources/oci-layout.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layout-'))
})
afterEach(() => rm(folder, { recursive: true }))

const reference = parseImageReference('acme/api:dev')
if (typeof reference === 'string') throw new Error(reference)

const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`

const writeBlob = (text: string): string => {
  const digest = digestOf(text)
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  writeFileSync(toBlobPath(folder, digest), text)
  return digest
}

const writeIndex = (manifests: readonly unknown[]): void =>
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ manifests }))

const layers = ['one', 'two'].map((text) => ({ digest: digestOf(text), size: text.length }))

const writeImage = (change: { readonly layers?: unknown; readonly diffIds?: unknown } = {}) => {
  const diffIds = 'diffIds' in change ? change.diffIds : layers.map(({ digest }) => digest)
  const config = writeBlob(
    JSON.stringify({ architecture: 'arm64', rootfs: { type: 'layers', diff_ids: diffIds } }),
  )
  const manifest = {
    config: { digest: config },
    layers: 'layers' in change ? change.layers : layers,
  }
  const text = JSON.stringify(manifest)
  const digest = writeBlob(text)
  writeIndex([{ digest, size: text.length }])
  return { config, digest, text }
}

const read = () => readLayout(folder, [reference])

test('an image that a builder wrote: its ID is the digest of its config, as Docker and CRI have it', () => {
  const { config, digest, text } = writeImage()
  const chains = toChainIds(layers.map((layer) => layer.digest))
  expect(read()).toEqual({
    references: [reference],
    id: config,
    sizeBytes: 6,
    digestNames: [`docker.io/acme/api@${digest}`],
    architecture: 'arm64',
    layers: layers.map((layer, index) => ({
      diffId: layer.digest,
      chainId: chains[index],
      folder: undefined,
    })),
    layout: { folder, digest, manifest: text, layerBytes: [3, 3] },
  })
})

test.each([null, []])('an image without layers: %j', (none) => {
  writeImage({ layers: none, diffIds: none })
  expect(read().layers).toEqual([])
})

test('an attestation beside the image is none', () => {
  const { digest } = writeImage()
  const attestation = { digest: digestOf('x'), size: 1, platform: { os: 'unknown' } }
  writeIndex([attestation, { digest, size: 1, platform: { os: 'linux' } }])
  expect(read().layout?.digest).toBe(digest)
})

test('an image with two names, which BuildKit lists twice, is one image', () => {
  const { digest } = writeImage()
  const named = (name: string) => ({
    ...{ digest, size: 1, platform: { os: 'linux', architecture: 'arm64' } },
    annotations: { 'io.containerd.image.name': `docker.io/acme/api:${name}` },
  })
  writeIndex([named('dev'), named('latest')])
  expect(read().layout?.digest).toBe(digest)
})

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const pushed = digestOf('what another output made')

/** As with a push beside: the index is the pushed one, and nothing names what is here. */
const writePushed = (change: { readonly mediaType?: string } = { mediaType: manifestType }) => {
  const { text, config } = writeImage()
  rmSync(toBlobPath(folder, digestOf(text)))
  const digest = writeBlob(JSON.stringify({ ...JSON.parse(text), ...change }))
  writeIndex([{ digest: pushed }])
  return { digest, config }
}

const readPushed = (digest = pushed) => readLayout(folder, [reference], { digest, isPushed: true })

test('where the pushed image is elsewhere, the one in the folder is found, and has the digest that was pushed', () => {
  const { digest, config } = writePushed()
  writeBlob(JSON.stringify({ mediaType: 'application/vnd.in-toto+json' }))
  writeFileSync(toBlobPath(folder, digestOf('needless')), '')
  const image = readPushed()
  expect([image.id, image.layout?.digest]).toEqual([config, digest])
  expect(image.digestNames).toEqual([`docker.io/acme/api@${pushed}`])
})

test('with an attestation the image is in the index that nothing names', () => {
  const { digest } = writePushed()
  const statement = writeBlob(JSON.stringify({ mediaType: manifestType, layers: [] }))
  writeBlob(
    JSON.stringify({
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        { digest, platform: { os: 'linux' } },
        { digest: statement, platform: { os: 'unknown' } },
      ],
    }),
  )
  expect(readPushed().layout?.digest).toBe(digest)
})

test.each<[name: string, digest: string | undefined, make: () => void]>([
  ['buildx reports another', digestOf('other'), () => {}],
  ['there are two', pushed, () => writeBlob(JSON.stringify({ mediaType: manifestType }))],
  [
    'it is not what its name says',
    pushed,
    () => writeFileSync(toBlobPath(folder, digestOf('x')), '{}'),
  ],
])('what nothing names is not taken where %s', (_name, digest, make) => {
  writePushed()
  make()
  expect(() => readPushed(digest)).toThrow(/what the builder wrote is no image to load/)
})

test('what is no manifest is not taken for one', () => {
  writePushed({ mediaType: 'application/json' })
  expect(() => readPushed()).toThrow(/is no image to load/)
})

test.each<[name: string, make: () => void, problem: RegExp]>([
  ['nothing', () => {}, /ENOENT/],
  ['no image', () => writeIndex([]), /it has 0 images/],
  [
    'several platforms',
    () => {
      const { digest } = writeImage()
      writeIndex([{ digest }, { digest: digestOf('for another machine') }])
    },
    /it has 2 images/,
  ],
  ['a digest that is a path', () => writeIndex([{ digest: '../../etc/passwd' }]), /is no digest/],
  [
    'a layer whose digest is a line of its own',
    () => {
      const digest = `${digestOf('one')}\nrun\tplanted`
      writeImage({ layers: [{ digest, size: 3 }], diffIds: [digest] })
    },
    /its layers are none/,
  ],
  [
    'a layer whose size is no number',
    () =>
      writeImage({ layers: [{ digest: digestOf('one'), size: '3' }], diffIds: [digestOf('one')] }),
    /its layers are none/,
  ],
  [
    'compressed layers',
    () => writeImage({ diffIds: [digestOf('a'), digestOf('b')] }),
    /compressed/,
  ],
  [
    'another manifest than its digest says',
    () => writeFileSync(toBlobPath(folder, writeImage().digest), '{}'),
    /has the digest/,
  ],
  ['no JSON', () => writeFileSync(join(folder, 'index.json'), 'x'), /JSON/],
])('what is no image to load: %s', (_name, make, problem) => {
  make()
  expect(read).toThrow(/^The build ended well, but what the builder wrote is no image to load/)
  try {
    read()
  } catch (error) {
    expect(String((error as Error).cause)).toMatch(problem)
  }
})

test('the folder is there for Bake to look at, also where every layer is needed', () => {
  prepareLayout(join(folder, 'image'), [])
  expect(readdirSync(join(folder, 'image', 'blobs', 'sha256'))).toEqual([])
})

test('empty files stand for layers that are not needed, until they are', () => {
  const [one = '', two = ''] = layers.map(({ digest }) => digest)
  prepareLayout(join(folder, 'image'), [one, two])
  expect(hasLayer(join(folder, 'image'), one)).toBe(false)
  writeFileSync(toBlobPath(join(folder, 'image'), two), 'two')
  expect(hasLayer(join(folder, 'image'), two)).toBe(true)
  wantLayers(join(folder, 'image'), [one])
  expect(() => prepareLayout(join(folder, 'image'), ['sha256:../../x'])).toThrow('is no digest')
})

test('a folder with any name is one field of the output', () => {
  expect(toLayoutOutput('/a,b"c')).toBe(
    'type=oci,tar=false,"dest=/a,b""c",compression=uncompressed,force-compression=true',
  )
})
