import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { documentsReader } from '../../../src/load/helper.ts'
import { makeContentStore, type PutBlob } from '../../support/content-store.ts'

const run = promisify(execFile)

/** What is read of an image in a containerd, whoever has written its documents. */
let place: string
let put: PutBlob
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-documents-'))
  put = await makeContentStore(place)
})
afterEach(() => rm(place, { recursive: true }))

const diffs = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`)
const none = `sha256:${'0'.repeat(64)}`

/** What goes to both outputs, and the files that it has written. */
const read = async (image: string) => {
  const args = ['-w', '-e', documentsReader(), '/run/c.sock', 'moby', image, 'arm64', place]
  const env = { ...process.env, PATH: `${join(place, 'bin')}:${process.env['PATH']}` }
  const { stdout, stderr } = await run('perl', args, { env }).catch(
    (failed: { stdout: string; stderr: string }) => failed,
  )
  const [manifest, config] = await Promise.all(
    ['manifest', 'config'].map((name) =>
      readFile(join(place, name), 'utf8').catch(() => undefined),
    ),
  )
  return { lines: stdout.split('\n').slice(0, -1), stderr, manifest, config }
}

const putConfig = (rootfs: unknown = { type: 'layers', diff_ids: diffs }): Promise<string> =>
  put({ architecture: 'arm64', rootfs })

const putManifest = async (config?: unknown): Promise<string> =>
  put({ schemaVersion: 2, config: { digest: config ?? (await putConfig()) }, layers: [] })

const entry = (digest: unknown, architecture: unknown = 'arm64', os: unknown = 'linux') => ({
  digest,
  platform: { os, architecture },
})

describe('the digests of manifest, config and layers', () => {
  test('are printed, and the documents are as the store has them', async () => {
    const text = `{"rootfs": {"diff_ids": ${JSON.stringify(diffs)}}, "history": ["\\u0024(id)\\n"]}\n`
    const config = await put(text)
    const manifest = await putManifest(config)
    expect(await read(manifest)).toEqual({
      lines: [manifest, config, ...diffs],
      stderr: '',
      manifest: await readFile(join(place, 'blobs', manifest), 'utf8'),
      config: text,
    })
    expect(await readFile(join(place, 'asked'), 'utf8')).toBe(
      [manifest, config]
        .map((digest) => `--address /run/c.sock --namespace moby content get ${digest}\n`)
        .join(''),
    )
  })

  test('are those of the first manifest of an index that is for Linux and the architecture', async () => {
    const [manifest, other] = [await putManifest(), await put('{}')]
    const entries = [
      entry(other, 'amd64'),
      entry(other, 'arm64', 'windows'),
      entry(other, 'unknown', 'unknown'),
      { digest: other },
      { digest: other, platform: null },
      entry(other, { arm64: 'arm64' }),
      entry(other, ['arm64'], 'linux'),
      { ...entry(manifest), annotations: { 'org.example': '"digest":"' } },
      entry(other),
    ]
    const { lines } = await read(await put({ schemaVersion: 2, manifests: entries }))
    expect(lines).toEqual([manifest, expect.any(String), ...diffs])
  })

  test('are those of the last one of equal names', async () => {
    const config = await putConfig()
    const twice = `{"config":{"digest":"${none}"},"config":{"digest":"${none}","d\\u0069gest":"${config}"}}`
    expect((await read(await put(twice))).lines.slice(1)).toEqual([config, ...diffs])
  })

  test.each<[string, unknown]>([
    ['an empty list of layers', { diff_ids: [] }],
    ['none', { type: 'layers', diff_ids: null }],
    ['nothing of layers', { type: 'layers' }],
    ['nothing at all', null],
  ])('are two where the config has %s', async (_, rootfs) => {
    const manifest = await putManifest(await putConfig(rootfs))
    expect((await read(manifest)).lines).toEqual([manifest, expect.any(String)])
  })

  test.each<[string, readonly unknown[]]>([
    ['is empty', []],
    ['is for others', [entry(none, 'amd64')]],
    ['says no platform', [{ digest: none }]],
  ])('are not there, without a word, where an index %s', async (_, manifests) => {
    const empty = { lines: [], stderr: '', manifest: undefined, config: undefined }
    expect(await read(await put({ manifests }))).toEqual(empty)
  })
})

describe('a document is not read', () => {
  const expectRefused = async (image: string, reason: string): Promise<void> => {
    const { lines, stderr } = await read(image)
    expect([lines, stderr]).toEqual([[], `${reason}\n`])
  }

  test.each<[string, unknown]>([
    ['is a number', 5],
    ['is an object', { sha256: none }],
    ['is a list', [none]],
    ['is true', true],
    ['is missing', null],
    ['is empty', ''],
    ['is short', 'sha256:0'],
    ['has capitals', none.replace('0', 'A')],
    ['has another line', `${none}\n`],
    ['has a line before it', `\n${none}`],
    ['has NUL', `${none}\0`],
    ['is an option', '--help'],
    ['leads elsewhere', `sha256:../${'0'.repeat(61)}`],
    ['is of another kind', `sha512:${'0'.repeat(128)}`],
  ])('whose digest %s', async (_, digest) => {
    const reason = 'a document of the image has no digest where one belongs'
    await expectRefused(await put({ config: { digest } }), reason)
    await expectRefused(await put({ manifests: [entry(digest)] }), reason)
    await expectRefused(await putManifest(await putConfig({ diff_ids: [none, digest] })), reason)
  })

  test.each<[string, unknown, string]>([
    ['is a list', [], 'object with manifests'],
    ['is a string', '"manifests"', 'object with manifests'],
    ['is null', null, 'object with manifests'],
    ['has no config', {}, 'object with digest'],
    ['has a list as its config', { config: [none] }, 'object with digest'],
    ['has an object of manifests', { manifests: { 0: entry(none) } }, 'list of manifests'],
    [
      'has null as its manifests',
      { manifests: null, config: { digest: none } },
      'list of manifests',
    ],
    ['has a manifest that is a string', { manifests: [none] }, 'object with platform'],
    ['has one behind its own', { manifests: [entry(none), 5] }, 'object with platform'],
    ['has a platform that is a string', { manifests: [{ platform: 'linux' }] }, 'object with os'],
  ])('that %s', async (_, document, what) => {
    await expectRefused(await put(document), `a document of the image has no ${what}`)
  })

  test('where its layers are no list', async () => {
    const manifest = await putManifest(await putConfig({ diff_ids: diffs[0] }))
    await expectRefused(manifest, 'a document of the image has no list of diff_ids')
  })

  test.each<[string, string]>([
    ['is no JSON', '{"config":}'],
    ['is cut off', '{"config":{"digest":"'],
    ['goes on', `{"config":{"digest":"${none}"}}{}`],
    ['is empty', ''],
  ])('that %s', async (_, text) => {
    const { lines, stderr } = await read(await put(text))
    expect([lines, stderr]).toEqual([[], expect.stringMatching(/ is no JSON at byte \d+\n$/)])
  })

  test('that is too long, such as a layer in the place of a config', async () => {
    const layer = await put(' '.repeat(40_000_000))
    await expectRefused(layer, 'a document of the image is too long')
    await expectRefused(await putManifest(layer), 'a document of the image is too long')
  })

  test('that is not there', async () => {
    for (const image of [none, await putManifest(none), await put({ manifests: [entry(none)] })]) {
      const { lines, stderr } = await read(image)
      expect([lines, stderr]).toEqual([
        [],
        `ctr: content digest ${none}: not found\nDocker's containerd does not have ${none}\n`,
      ])
    }
  })
})
