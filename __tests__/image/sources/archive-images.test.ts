import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { renderError } from '../../../src/failure.ts'
import type { LayerBlob } from '../../../src/image/contents/blobs/blob.ts'
import { findArchiveImages } from '../../../src/image/sources/archive-images.ts'
import { unpackLayer } from '../../../src/image/sources/write-layout.ts'
import { makeImage, makeIndex, type Parts } from '../../support/blob-images.ts'
import { member, sha256, tar } from '../../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-archive-'))
afterAll(() => rmSync(root, { recursive: true }))

const { signal } = new AbortController()

let files = 0
const write = (content: Buffer): string => {
  files += 1
  const file = join(root, `${files}.tar`)
  writeFileSync(file, content)
  return file
}

const find = (content: Buffer) => findArchiveImages(write(content), 'amd64', root, signal)

const refusalOf = (content: Buffer): Promise<string> =>
  find(content).then(
    () => 'nothing was refused',
    (error: unknown) => renderError(error).replace(/^.*?\d+\.tar /, ''),
  )

const blob = (content: Buffer): Buffer =>
  member({ name: `blobs/sha256/${sha256(content).slice(7)}`, content })
const blobsOf = ({ manifest, config, layers }: Parts) => [manifest, config, ...layers].map(blob)
const json = (name: string, value: unknown) => member({ name, content: JSON.stringify(value) })
const named = (name: string) => ({ annotations: { 'io.containerd.image.name': name } })

const image = makeImage(['one', 'two'])
const archives = image.layers.map((layer) => zlib.gunzipSync(layer))
const diffIds = archives.map(sha256)
const configName = `${sha256(image.config).slice(7)}.json`

/** Every layer is unpacked, and is what the config says. */
const unpackAll = async (layers: readonly LayerBlob[]): Promise<void> => {
  for (const layer of layers) await unpackLayer(layer, join(root, `layer-${files++}`), signal)
}

/** As Docker 29 pulls it with an image, and saves it beside the image. */
const signature = Buffer.from(
  JSON.stringify({
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 },
    layers: [],
  }),
)
const aboutImage = { annotations: { 'io.containerd.manifest.subject': sha256(image.manifest) } }

const forms: readonly (readonly [string, Buffer, names: readonly string[], own: boolean])[] = [
  [
    'Docker since 25',
    tar(
      ...blobsOf(image),
      member({ name: 'index.json', content: makeIndex([[image.manifest, {}]]) }),
      json('manifest.json', [
        {
          Config: `blobs/sha256/${sha256(image.config).slice(7)}`,
          RepoTags: ['api:1', 'ghcr.io/acme/api:2'],
          Layers: [],
        },
      ]),
    ),
    ['api:1', 'ghcr.io/acme/api:2'],
    true,
  ],
  [
    'Docker 29, with a signature, without what older ones read',
    tar(
      ...[...blobsOf(image), blob(signature)],
      member({
        name: 'index.json',
        content: makeIndex([
          [image.manifest, named('docker.io/library/api:1')],
          [signature, aboutImage],
        ]),
      }),
    ),
    ['docker.io/library/api:1'],
    true,
  ],
  [
    'Docker before 25, with a layer that is a link',
    tar(
      member({ name: 'a/layer.tar', content: archives[0] as Buffer }),
      member({ name: 'b/layer.tar', type: '2', link: '../c/layer.tar' }),
      member({ name: 'c/layer.tar', content: archives[1] as Buffer }),
      member({ name: configName, content: image.config }),
      json('manifest.json', [
        { Config: configName, RepoTags: ['api:1'], Layers: ['a/layer.tar', 'b/layer.tar'] },
      ]),
    ),
    ['api:1'],
    false,
  ],
  [
    'builders without Docker, whose layers are packed',
    tar(
      member({ name: './config.json', content: image.config }),
      member({ name: '0.tar.gz', content: image.layers[0] as Buffer }),
      member({ name: './1.tar.gz', content: image.layers[1] as Buffer }),
      json('manifest.json', [
        { Config: 'config.json', RepoTags: ['api:1'], Layers: ['./0.tar.gz', '1.tar.gz'] },
      ]),
    ),
    ['api:1'],
    false,
  ],
  [
    'OCI, with an attestation and another machine',
    tar(
      ...blobsOf(image),
      ...blobsOf(makeImage(['other'])),
      blob(
        makeIndex([
          [image.manifest, { platform: { os: 'linux', architecture: 'amd64' } }],
          [makeImage(['other']).manifest, { platform: { os: 'linux', architecture: 's390x' } }],
          [image.config, { platform: { os: 'unknown', architecture: 'unknown' } }],
        ]),
      ),
      member({
        name: 'index.json',
        content: makeIndex([
          [
            makeIndex([
              [image.manifest, { platform: { os: 'linux', architecture: 'amd64' } }],
              [makeImage(['other']).manifest, { platform: { os: 'linux', architecture: 's390x' } }],
              [image.config, { platform: { os: 'unknown', architecture: 'unknown' } }],
            ]),
            named('docker.io/library/api:1'),
          ],
        ]),
      }),
    ),
    ['docker.io/library/api:1'],
    true,
  ],
]

test.each(forms)('an archive of %s', async (_, content, names, hasManifest) => {
  const [found, ...others] = await find(content)
  expect(others).toEqual([])
  expect(found?.references.map(({ given }) => given)).toEqual(names)
  expect(found?.image.config).toBe(image.config.toString())
  expect(found?.image.layers.map(({ diffId }) => diffId)).toEqual(diffIds)
  if (hasManifest) expect(found?.image.manifest).toBe(image.manifest.toString())
  const { layers } = JSON.parse(found?.image.manifest ?? '') as { layers: { digest: string }[] }
  expect(layers.map(({ digest }) => digest)).toEqual(
    found?.image.layers.map(({ digest }) => digest),
  )
  await unpackAll(found?.image.layers ?? [])
})

/** As skopeo and podman write it. */
const ociNamed = (annotations: Readonly<Record<string, string>>): Buffer =>
  tar(
    ...blobsOf(image),
    member({ name: 'index.json', content: makeIndex([[image.manifest, { annotations }]]) }),
  )
const refName = 'org.opencontainers.image.ref.name'

test.each([
  [{ [refName]: 'api:dev' }, 'docker.io/library/api:dev'],
  [{ [refName]: 'ghcr.io/acme/api' }, 'ghcr.io/acme/api:latest'],
  [{ [refName]: 'v1', 'io.containerd.image.name': 'ghcr.io/acme/api:v1' }, 'ghcr.io/acme/api:v1'],
  [{ 'io.containerd.image.name': 'api' }, 'docker.io/library/api:latest'],
])('an OCI image that is annotated %j is called %s', async (annotations, name) => {
  const [found] = await find(ociNamed(annotations))
  expect(found?.references.map(({ canonical }) => canonical)).toEqual([name])
})

test.each(['v1', 'latest', '1.2'])('a tag alone, such as %s, is no name', async (tag) => {
  expect(await refusalOf(ociNamed({ [refName]: tag }))).toBe(
    'has no name. Save it by its name: `docker save --output FILE NAME:TAG`, `skopeo copy … oci-archive:FILE:NAME:TAG`.',
  )
})

const saved = (change: object, ...more: readonly Buffer[]) =>
  tar(
    member({ name: 'config.json', content: image.config }),
    member({ name: '0', content: archives[0] as Buffer }),
    member({ name: '1', content: archives[1] as Buffer }),
    ...more,
    json('manifest.json', [
      { Config: 'config.json', RepoTags: ['api:1'], Layers: ['0', '1'], ...change },
    ]),
  )

test('an archive that is packed as a whole, and one behind a link', async () => {
  const [found] = await find(zlib.gzipSync(saved({})))
  expect(found?.given).toBe(join(root, `${files}.tar`))
  expect(found?.file).not.toBe(found?.given)
  await unpackAll(found?.image.layers ?? [])
  const link = join(root, 'link.tar')
  symlinkSync(write(saved({})), link)
  expect(await findArchiveImages(link, 'amd64', root, signal)).toHaveLength(1)
})

test('layers that are larger than what is read at once are found behind each other', async () => {
  const large = makeImage(['a'.repeat(300_001), 'b'.repeat(200_000), 'c'])
  const tars = large.layers.map((layer) => zlib.gunzipSync(layer))
  const Layers = tars.map((_, at) => `${at}`)
  const content = tar(
    ...tars.map((each, at) => member({ name: `${at}`, content: each })),
    member({ name: 'config.json', content: large.config }),
    json('manifest.json', [{ Config: 'config.json', RepoTags: ['large:1'], Layers }]),
  )
  const [found] = await find(content)
  await unpackAll(found?.image.layers ?? [])
})

test('several images, each with its names', async () => {
  const other = { Config: 'config.json', RepoTags: ['b:1', 'no name at all'], Layers: ['0', '1'] }
  const content = tar(
    member({ name: 'config.json', content: image.config }),
    ...archives.map((archive, at) => member({ name: `${at}`, content: archive })),
    json('manifest.json', [{ ...other, RepoTags: ['a:1'] }, other]),
  )
  const found = await find(content)
  expect(found.map(({ references }) => references.map(({ canonical }) => canonical))).toEqual([
    ['docker.io/library/a:1'],
    ['docker.io/library/b:1'],
  ])
})

test.each([
  ['text', Buffer.from('x'.repeat(2_000)), /^is no archive of images: .*wrong checksum/],
  ['nothing', Buffer.alloc(0), /^is no archive of images/],
  ['another archive', tar(member({ name: 'a', content: 'b' })), /there is no image in it/],
  ['one that is cut off', saved({}).subarray(0, 1_200), /ends in the middle of a file/],
  [
    'one that is cut off in a large layer',
    member({ name: 'a', content: Buffer.alloc(300_000) }).subarray(0, 200_000),
    /it is cut off/,
  ],
  ['a missing layer', saved({ Layers: ['0', '2'] }), /it has no "2"/],
  ['a layer too few', saved({ Layers: ['0'] }), /has 1 layers, the config 2/],
  [
    'a link that leads out',
    saved({ Layers: ['0', 'l'] }, member({ name: 'l', type: '2', link: '/etc/passwd' })),
    /it has no "l"/,
  ],
  [
    'a path that leads out',
    saved({ Config: '../../etc/passwd' }),
    /it has no "..\/..\/etc\/passwd"/,
  ],
  ['layers that are no names', saved({ Layers: [1, 2] }), /names no config or layers/],
  ['no name', saved({ RepoTags: null }), /^has no name\. Save it by its name/],
  ['no list', tar(json('manifest.json', {})), /is no list/],
  ['no JSON', tar(member({ name: 'manifest.json', content: '{' })), /is no JSON/],
])('%s is refused', async (_, content, message) => {
  expect(await refusalOf(content)).toMatch(message)
})

test('a blob that is not what its digest says', async () => {
  const [manifest, config] = blobsOf(image)
  const other = member({
    name: `blobs/sha256/${sha256(image.config).slice(7)}`,
    content: `${image.config} `,
  })
  const index = member({ name: 'index.json', content: makeIndex([[image.manifest, named('a:1')]]) })
  expect(config).toBeDefined()
  expect(await refusalOf(tar(manifest as Buffer, other, index))).toMatch(/another blob in place/)
})

test('a layer that is not what the config promises is not unpacked', async () => {
  const [found] = await find(saved({ Layers: ['1', '0'] }))
  await expect(unpackAll(found?.image.layers ?? [])).rejects.toThrow(/unpacks to sha256:/)
})
