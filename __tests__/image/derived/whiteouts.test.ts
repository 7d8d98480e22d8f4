import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toDerivedArchive } from '../../../src/image/derived/archive.ts'
import { toWhiteoutLayer } from '../../../src/image/derived/whiteouts.ts'
import { toDigest } from '../../../src/image/digest.ts'
import { folder } from '../../support/entries.ts'

/** As the real tar reads it. */
const tar = (archive: Buffer, ...args: readonly string[]): string =>
  execFileSync('tar', [...args, '--file=-'], {
    input: archive,
    env: { ...process.env, LC_ALL: 'C' },
  }).toString('latin1')

const list = (archive: Buffer): readonly string[] =>
  tar(archive, '--list', '--quoting-style=literal', '--show-transformed-names', '--null').split(
    '\n',
  )

const folders = new Map(
  [
    folder('', { mode: 0o755, mtime: '1.5000000000' }),
    folder('a', { mode: 0o1777, uid: 7, gid: 4_000_000_000, mtime: '-3.0000000000' }),
    folder('a/b', { mode: 0o700 }),
  ].map((entry) => [entry.path, entry]),
)

describe('a layer that hides paths', () => {
  test('has the folders on the way as they are, and each path once', () => {
    const layer = toWhiteoutLayer({ paths: ['a/b', 'a/b/c', 'a/x', 'a/x'], folders })
    const lines = tar(layer, '--list', '--verbose', '--numeric-owner', '--utc', '--full-time')
    expect(lines.trim().split('\n')).toEqual([
      expect.stringMatching(/^drwxr-xr-x 0\/0 +0 1970-01-01 00:00:01 \.\/$/),
      expect.stringMatching(/^drwxrwxrwt 7\/4000000000 +0 1970-01-01 00:00:00 \.\/a\/$/),
      expect.stringMatching(/ \.\/a\/\.wh\.b$/),
      expect.stringMatching(/ \.\/a\/\.wh\.x$/),
    ])
  })

  test.each([
    ['bytes that are no text', '\xff\xfe é'],
    ['a name as long as can be', 'n'.repeat(250)],
    ['a path as long as can be', Array.from({ length: 16 }, () => 'p'.repeat(240)).join('/')],
    ['what a shell would read', '$(rm -rf *) `x` ;&| "\''],
  ])('takes %s', (_, path) => {
    const at = path.lastIndexOf('/') + 1
    const name = `./${path.slice(0, at)}.wh.${path.slice(at)}`
    expect(list(toWhiteoutLayer({ paths: [path], folders }))).toContain(name)
  })

  test('has a bound', () => {
    const paths = Array.from({ length: 130_000 }, (_, at) => `${at}`)
    expect(() => toWhiteoutLayer({ paths, folders })).toThrow('130000 files one by one')
  })
})

describe('an archive of an image with one layer more', () => {
  const config = JSON.stringify({
    config: { Env: ['A=b'] },
    rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
    history: [{ created_by: 'RUN x' }],
  })
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: 'sha256:c', size: 1 },
    layers: [{ digest: 'sha256:l' }],
  })
  const layer = toWhiteoutLayer({ paths: ['x'], folders })
  const unpack = (hasContainerdStore: boolean, source = { config, manifest }) => {
    const into = mkdtempSync(join(tmpdir(), 'slipway-derived-'))
    try {
      const nameOf = (digest: string): string => `slipway.invalid/base/r:${digest.slice(7, 15)}`
      const { name, archive } = toDerivedArchive(source, layer, hasContainerdStore, nameOf)
      writeFileSync(join(into, 'x.tar'), archive)
      execFileSync('tar', ['--extract', '--file=x.tar'], { cwd: into })
      const files = list(archive).filter(Boolean)
      return { name, files: new Map(files.map((file) => [file, readFileSync(join(into, file))])) }
    } finally {
      rmSync(into, { recursive: true })
    }
  }
  const json = (content: Buffer | undefined) => JSON.parse(content?.toString() ?? '')

  test('names layers that Docker has, and holds the new one alone', () => {
    const { name, files } = unpack(false)
    const [{ Config, RepoTags, Layers }] = json(files.get('manifest.json'))
    expect([...files.keys()]).toEqual(['manifest.json', Config, '2/layer.tar'])
    expect([RepoTags, Layers.length]).toEqual([[name], 3])
    expect(files.get(Layers[2])).toEqual(layer)
    expect(toDigest(files.get(Config) ?? '')).toBe(`sha256:${Config.slice(0, -5)}`)
    const { rootfs, ...rest } = json(files.get(Config))
    expect(rootfs.diff_ids).toEqual(['sha256:1', 'sha256:2', toDigest(layer)])
    expect(rest.config).toEqual({ Env: ['A=b'] })
  })

  test('is a layout for the containerd store, of blobs by their digests', () => {
    const { name, files } = unpack(true)
    const [{ digest, annotations }] = json(files.get('index.json')).manifests
    expect(annotations).toEqual({ 'io.containerd.image.name': name })
    for (const [path, content] of files)
      if (path.startsWith('blobs/'))
        expect(`blobs/${toDigest(content).replace(':', '/')}`).toBe(path)
    const found = json(files.get(`blobs/${digest.replace(':', '/')}`))
    expect(found.layers.map((each: { digest: string }) => each.digest)).toEqual([
      'sha256:l',
      toDigest(layer),
    ])
    expect(files.has(`blobs/${found.config.digest.replace(':', '/')}`)).toBe(true)
    expect(found.config.mediaType).toContain('config')
  })

  test('is refused where the store has no JSON', () => {
    expect(() => unpack(true, { config, manifest: '<html>' })).toThrow(
      "image's manifest is no JSON",
    )
    expect(() => unpack(false, { config: '', manifest })).toThrow("image's config is no JSON")
  })
})
