import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeContentStore, type PutBlob } from '../../support/content-store.ts'
import { type HelperEnd, startHelper } from '../../support/helper-process.ts'

/** How a helper finds an image in Docker's containerd, without a containerd. */
let place: string
let put: PutBlob
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-source-'))
  put = await makeContentStore(place)
})
afterEach(() => rm(place, { recursive: true }))

const diffs = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`)

/** Reads an image that Docker says has these layers. */
const read = (
  image: string,
  layers: readonly string[] = diffs,
  path = `${place}/bin:$PATH`,
): Promise<HelperEnd> => {
  const rows = [
    ['run', 'r1'],
    ['deadline', '60'],
    ['method', 'auto'],
    ['mount', '/data', '/slipway'],
    ['node', 'n', '17', '/n', '/data/n'],
    ['containerd', '/run/c.sock', 'moby', image, 'amd64'],
    ...layers.map((diff) => ['layer', diff, diff]),
    ['go'],
  ]
  // What comes after the documents needs Docker.
  const body = `PATH=${path}; chains=()
    read_containerd
    echo "$config_digest $(<"$work/digest")"; cd "$work/blobs/sha256"; sha256sum * | while read -r sum name; do echo "$name $sum"; done`
  const helper = startHelper(place, body)
  helper.write(rows.map((row) => `${row.join('\t')}\n`).join(''))
  return helper.end
}

const putImage = async (layers: readonly string[] | null = diffs) => {
  const config = await put({ rootfs: { diff_ids: layers } })
  return { config, manifest: await put({ config: { digest: config } }) }
}

const expectFound = async (
  { config, manifest }: { readonly config: string; readonly manifest: string },
  end: Promise<HelperEnd>,
): Promise<void> => {
  const blobs = [config, manifest].map((digest) => digest.slice(7)).toSorted()
  const lines = [`${config} ${manifest}`, ...blobs.map((hex) => `${hex} ${hex}`), '']
  expect(await end).toEqual({ code: 0, stdout: lines.join('\n'), stderr: '' })
}

test('manifest and config are kept under their digests', async () => {
  const image = await putImage()
  await expectFound(image, read(image.manifest))
  const asked = await readFile(join(place, 'asked'), 'utf8')
  expect(asked).toContain('--address /slipway-containerd/c.sock --namespace moby content get')
})

test('of an index, those for the architecture', async () => {
  const image = await putImage()
  const platform = { os: 'linux', architecture: 'amd64' }
  const index = await put({ manifests: [{ digest: image.manifest, platform }] })
  await expectFound(image, read(index))
})

test('an image may have no layers', async () => {
  const image = await putImage(null)
  await expectFound(image, read(image.manifest, []))
})

test.each<[string, readonly string[]]>([
  ['in another order', diffs.toReversed()],
  ['less', diffs.slice(1)],
  ['more', [...diffs, ...diffs]],
  ['none', []],
])('a config that has the layers of Docker %s is not of this image', async (_, layers) => {
  const { manifest } = await putImage(layers)
  const stderr = "the image's config names other layers than docker does\n"
  expect(await read(manifest)).toEqual({ code: 1, stdout: '', stderr })
})

test.each<[string, unknown, string]>([
  ['no document', '{', 'a document of the image is no JSON at byte 1'],
  [
    'no digest',
    { config: { digest: '-' } },
    'a document of the image has no digest where one belongs',
  ],
])('a manifest that is or has %s ends it with a word', async (_, document, reason) => {
  const end = await read(await put(document))
  expect(end).toEqual({ code: 1, stdout: '', stderr: `${reason}\n` })
})

test('an index without the architecture was to be foreseen', async () => {
  const reason = "the image's index has no manifest for linux/amd64"
  expect(await read(await put({ manifests: [] }))).toEqual({
    code: 1,
    stdout: `\tcannot\t${reason}\n`,
    stderr: '',
  })
})

test('so was a node without Perl', async () => {
  const { manifest } = await putImage()
  const { stdout } = await read(manifest, diffs, place)
  expect(stdout).toBe('\tcannot\tthere is no Perl to read manifests with\n')
})
