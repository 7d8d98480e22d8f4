import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findLayoutImage } from '../../../src/image/sources/layout-image.ts'
import { makeImage, makeIndex, type Parts, writeLayout } from '../../support/blob-images.ts'
import { sha256 } from '../../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-layout-'))
afterAll(() => rmSync(root, { recursive: true }))

const amd64 = { platform: { os: 'linux', architecture: 'amd64' } }
const arm64 = { platform: { os: 'linux', architecture: 'arm64' } }
const attestation = { platform: { os: 'unknown', architecture: 'unknown' } }
const tagged = (tag: string) => ({ annotations: { 'org.opencontainers.image.ref.name': tag } })

const [one, two] = [makeImage(['one']), makeImage(['two', 'two'])]
const blobsOf = ({ manifest, config, layers }: Parts): readonly Buffer[] => [
  manifest,
  config,
  ...layers,
]
const inner = makeIndex([
  [one.manifest, amd64],
  [two.manifest, arm64],
  [one.config, attestation],
])

let folders = 0
const layoutOf = (index: Buffer, ...more: readonly Buffer[]): string => {
  folders += 1
  const folder = join(root, `${folders}`)
  writeLayout(folder, index, [...blobsOf(one), ...blobsOf(two), ...more])
  return folder
}

const find = (folder: string, about: { tag?: string; digest?: string } = {}, machine = 'amd64') =>
  findLayoutImage({ folder, tag: about.tag, digest: about.digest }, machine)

let tags = ''
beforeAll(() => {
  tags = layoutOf(
    makeIndex([
      [one.manifest, tagged('one')],
      [two.manifest, { annotations: { 'io.containerd.image.name': 'docker.io/library/a:two' } }],
    ]),
  )
})

const diffIdsOf = ({ config }: Parts): readonly string[] =>
  (JSON.parse(config.toString()) as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids

test.each([
  ['its tag', { tag: 'one' }, one],
  ["containerd's whole name", { tag: 'two' }, two],
  ['its digest', { digest: sha256(two.manifest) }, two],
])('an image is found by %s', async (_, about, parts) => {
  const { manifest, config, layers } = await find(tags, about)
  expect([manifest, config]).toEqual([`${parts.manifest}`, `${parts.config}`])
  expect(layers.map(({ digest, diffId, sizeBytes }) => [digest, diffId, sizeBytes])).toEqual(
    parts.layers.map((layer, at) => [sha256(layer), diffIdsOf(parts)[at], layer.length]),
  )
})

test.each([
  ['amd64', one],
  ['arm64', two],
  ['riscv64', one],
])('of several platforms it is the one for %s, or the usual one', async (machine, { manifest }) => {
  const folder = layoutOf(makeIndex([[inner, tagged('x')]]), inner)
  expect((await find(folder, {}, machine)).manifest).toBe(`${manifest}`)
})

test('an image with two names, which BuildKit lists twice, is the only one', async () => {
  const named = makeIndex([
    [inner, tagged('1')],
    [inner, tagged('latest')],
  ])
  expect((await find(layoutOf(named, inner))).manifest).toBe(`${one.manifest}`)
})

test('a signature beside the only image is none that could be meant', async () => {
  const about = { annotations: { 'io.containerd.manifest.subject': sha256(one.manifest) } }
  const folder = layoutOf(
    makeIndex([
      [one.manifest, tagged('one')],
      [two.config, about],
    ]),
  )
  expect((await find(folder)).manifest).toBe(`${one.manifest}`)
})

test('says which tags it has', async () => {
  await expect(find(tags, { tag: 'three' })).rejects.toThrow('no tag three: it has one, two')
})

test('what is no layout, or not whole, is said to be so', async () => {
  await expect(find(join(root, 'none'))).rejects.toThrow('no OCI layout')
  const absent = layoutOf(makeIndex([[Buffer.from('{}'), {}]]))
  await expect(find(absent)).rejects.toThrow('It has no blob')
  const other = layoutOf(makeIndex([[one.manifest, {}]]))
  const config = join(other, 'blobs', 'sha256', sha256(one.config).slice(7))
  writeFileSync(config, 'else')
  await expect(find(other)).rejects.toThrow('another one in its place')
  const file = layoutOf(Buffer.from('root:x:0:0'))
  const failure = await find(file).catch(String)
  expect(failure).toContain('its index is no JSON')
  expect(failure).not.toContain('root:x')
})

test.each([
  ['a chart', { config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' } }, 'no config'],
  ['no digests', { layers: [{ digest: '../../etc/passwd', size: 1 }] }, 'no digest and size'],
  ['a size that is none', { layers: [{ digest: sha256('x'), size: -1 }] }, 'no digest and size'],
  ['fewer layers', { layers: [] }, '0 layers, its config 1'],
  ['too many', { layers: Array.from({ length: 1_001 }, () => 0) }, 'it has 1001 layers'],
])('a manifest with %s is none', async (_, change, message) => {
  const { manifest } = makeImage(['one'], change)
  const folder = layoutOf(makeIndex([[manifest, {}]]), manifest)
  await expect(find(folder)).rejects.toThrow(message)
})
