import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { toRenaming } from '../../src/load/archive-names.ts'
import { leaveOut } from '../../src/load/tar-filter.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-names-'))
afterAll(() => rmSync(folder, { recursive: true }))

const names = ['docker.io/library/api:dev', `docker.io/library/api@sha256:${'a'.repeat(64)}`]
const held = 'slipway.invalid/base/0123456789abcdef:0'

const index = {
  schemaVersion: 2,
  manifests: [
    {
      digest: 'sha256:1',
      size: 3,
      annotations: {
        'config.digest': 'sha256:2',
        'io.containerd.image.name': held,
        'org.opencontainers.image.ref.name': '0',
      },
    },
  ],
}

/** An archive as `docker save` writes it, cut into chunks of a size. */
const rename = async (files: Readonly<Record<string, string>>, chunkBytes: number) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const tar = ['--create', '--format=ustar', '-C', folder, ...Object.keys(files)]
  const archive = execFileSync('tar', tar, { maxBuffer: 16 * 1024 * 1024 })
  const chunks = Array.from({ length: Math.ceil(archive.length / chunkBytes) }, (_, at) =>
    archive.subarray(at * chunkBytes, (at + 1) * chunkBytes),
  )
  const filter = leaveOut(() => false, toRenaming(names))
  writeFileSync(join(folder, 'out.tar'), await buffer(Readable.from(chunks).pipe(filter)))
  const read = (name: string): string =>
    execFileSync('tar', ['-xOf', join(folder, 'out.tar'), name], { encoding: 'utf8' })
  return { archive, read, all: readFileSync(join(folder, 'out.tar')) }
}

test('the archive names the image as the node is to have it, and nothing else changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3_000 }), async (chunkBytes) => {
      const blob = 'x'.repeat(700)
      const manifest = JSON.stringify([
        { Config: 'blobs/sha256/2', RepoTags: [held], Layers: null },
      ])
      const files = {
        blob,
        'index.json': JSON.stringify(index),
        'manifest.json': manifest,
        end: '',
      }
      const { read, all } = await rename(files, chunkBytes)
      expect(JSON.parse(read('index.json'))).toEqual({
        schemaVersion: 2,
        manifests: names.map((name) => ({
          digest: 'sha256:1',
          size: 3,
          annotations: { 'config.digest': 'sha256:2', 'io.containerd.image.name': name },
        })),
      })
      expect(JSON.parse(read('manifest.json'))).toEqual([
        { Config: 'blobs/sha256/2', RepoTags: names, Layers: null },
      ])
      expect([read('blob'), read('end')]).toEqual([blob, ''])
      expect(all.includes(held)).toBe(false)
    }),
    { numRuns: 10 },
  )
})

test('signatures that Docker 29 saves beside an image do not get its names', async () => {
  const [image] = index.manifests
  const signature = {
    digest: 'sha256:3',
    size: 4,
    artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    annotations: { 'io.containerd.manifest.subject': 'sha256:1' },
  }
  const signed = { ...index, manifests: [image, signature] }
  const { read } = await rename({ 'index.json': JSON.stringify(signed) }, 512)
  const { manifests } = JSON.parse(read('index.json')) as typeof index
  expect(manifests.map(({ digest }) => digest)).toEqual(names.map(() => 'sha256:1'))
})

test('an image without any name in the archive gets its names, too', async () => {
  const bare = { ...index, manifests: [{ digest: 'sha256:1', size: 3 }] }
  const manifest = JSON.stringify([{ Config: 'c', RepoTags: null }])
  const files = { 'index.json': JSON.stringify(bare), 'manifest.json': manifest }
  const { read } = await rename(files, 512)
  expect(JSON.parse(read('index.json')).manifests).toHaveLength(names.length)
  expect(JSON.parse(read('manifest.json'))[0].RepoTags).toEqual(names)
})

test('an index that no image has ends the stream', async () => {
  const files = { 'index.json': 'x'.repeat(5 * 1024 * 1024) }
  await expect(rename(files, 65_536)).rejects.toThrow('an index of 5242880 bytes')
})
