import { expect, test } from 'vitest'
import { toReusableBytes } from '../../src/docker/reusable.ts'
import { sumSizes } from '../../src/image/sizes.ts'
import { parseNodeFolders, toDockersFolder, toFilesystems } from '../../src/storage/filesystems.ts'
import { disk, foundFacts, nodeNamed } from '../support/found.ts'

const step = (CreatedBy: string, Size: number) => ({ Created: 1, CreatedBy, Size })
const base = [step('RUN pip install', 900), step('', 100)]

test('layers that images share count once', () => {
  const images = [
    { sizeBytes: 1_050, history: [step('COPY a', 50), ...base] },
    { sizeBytes: 1_070, history: [step('COPY b', 70), ...base] },
  ]
  expect(sumSizes(images, false)).toEqual({ totalBytes: 1_120, each: [1_050, 1_070] })
})

test('the same step upon something else is another layer', () => {
  const images = [
    { sizeBytes: 150, history: [step('RUN make', 50), step('', 100)] },
    { sizeBytes: 250, history: [step('RUN make', 50), step('', 200)] },
  ]
  expect(sumSizes(images, false).totalBytes).toBe(400)
})

test.each([
  ['as Docker 28 tells them', 400],
  ['with the unpacked layers, as Docker 29 does', 1_400],
])('compressed layers beside the unpacked ones, %s', (_name, sizeBytes) => {
  const image = { sizeBytes, history: base }
  expect(sumSizes([image, image], true)).toEqual({ totalBytes: 1_400, each: [1_400, 1_400] })
})

test('what Docker holds: not the images of nodes, and cache that images share once', () => {
  const node = nodeNamed('kind-worker')
  const usage = {
    LayersSize: 500,
    Images: [
      { Id: node.imageId, Size: 300 },
      { Id: 'sha256:a', Size: 150 },
    ],
    BuildCache: [
      { Size: 150, Shared: true },
      { Size: 40, Shared: false },
    ],
  }
  expect(toReusableBytes(usage, [node])).toBe(190)
  expect(toReusableBytes(usage, [])).toBe(490)
  expect(toReusableBytes({}, [])).toBe(0)
})

const folders = ['/var', '/var/lib/containerd']

test('what a node tells of its folders, and what it does not', () => {
  const [volume, containerd] = parseNodeFolders(
    '65024 4096 1000 250 640 630\n7 4096 10 5 0 0\n',
    true,
    folders,
  )
  expect(volume).toMatchObject({ device: '65024', totalBytes: 4_096_000, freeBytes: 1_024_000 })
  expect(volume).toMatchObject({ path: '/var', totalInodes: 640, freeInodes: 630 })
  expect(containerd).toMatchObject({ device: '7', freeBytes: 20_480 })
  for (const text of ['', 'sh: not found', '65024  ', '1 2 3 4 5 x']) {
    expect(parseNodeFolders(text, true, folders)).toEqual([undefined, undefined])
  }
})

test('folders with the same device are one filesystem', () => {
  const temp = { state: { ...disk, path: '/tmp' }, use: { kind: 'temp' } as const }
  const docker = { state: disk, use: { kind: 'docker' } as const }
  const node = {
    state: { ...disk, device: '2', path: '/var' },
    use: { kind: 'node', name: 'n' } as const,
  }
  const found = toFilesystems([docker, temp, node, { state: undefined, use: { kind: 'temp' } }])
  expect(found.map(({ path, uses }) => [path, uses.map(({ kind }) => kind)])).toEqual([
    ['/var/lib/docker', ['docker', 'temp']],
    ['/var', ['node']],
  ])
})

test("what is free is asked where Docker's images are, which may be a containerd of the system's own", () => {
  const path = '/var/lib/containerd'
  const dockers = { ...disk, device: '2', path, uses: [{ kind: 'docker' as const }] }
  const others = { ...disk, uses: [{ kind: 'temp' as const }] }
  expect(toDockersFolder({ ...foundFacts, filesystems: [others, dockers] })).toBe(path)
  expect(toDockersFolder({ ...foundFacts, filesystems: [others] })).toBe('/var/lib/docker')
})
