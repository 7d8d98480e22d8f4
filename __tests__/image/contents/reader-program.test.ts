import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readerProgram } from '../../../src/image/contents/reader-container.ts'
import { makeContentStore, type PutBlob } from '../../support/content-store.ts'

const run = promisify(execFile)

/** What the reader says of an image without layers in a containerd. */
let place: string
let put: PutBlob
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-reader-'))
  put = await makeContentStore(place)
})
afterEach(() => rm(place, { recursive: true }))

const read = async (image: string): Promise<string> => {
  const args = [
    'containerd',
    '/slipway-containerd/c.sock',
    'moby',
    'k',
    image,
    'amd64',
    '',
    '/data',
  ]
  const env = { ...process.env, PATH: `${join(place, 'bin')}:${process.env['PATH']}` }
  const reading = run('perl', ['-w', '-e', readerProgram(), ...args], { env })
  reading.child.stdin?.end('end\0')
  const { stdout, stderr } = await reading
  expect(stderr.replace(/^ctr: .*\n/, '')).toBe('')
  return stdout
}

const config = '{"config":{"Labels":{"a":"\\u0000"}}}'

test('manifest and config, as the store has them', async () => {
  const manifest = `{ "config": {"digest": "${await put(config)}"} }\n`
  const said = ['manifest', `${manifest.length}`, `${manifest}config`, `${config.length}`]
  const whole = `${[...said, `${config}listed`, '0', 'end'].join('\0')}\0`
  const image = await put(manifest)
  expect(await read(image)).toBe(whole)
  const platform = { os: 'linux', architecture: 'amd64' }
  expect(await read(await put({ manifests: [{ digest: image, platform }] }))).toBe(whole)
})

test.each<[string, unknown, string]>([
  ['no JSON', '[', 'a document of the image is no JSON at byte 1'],
  ['for others', { manifests: [] }, "the image's index has no manifest for linux/amd64"],
  [
    'without a digest',
    { config: { digest: '-h' } },
    'a document of the image has no digest where one belongs',
  ],
  [
    'without its config',
    { config: { digest: `sha256:${'0'.repeat(64)}` } },
    `Docker's containerd does not have sha256:${'0'.repeat(64)}`,
  ],
])('it says why it cannot read an image that is %s', async (_, document, reason) => {
  expect(await read(await put(document))).toBe(`cannot\0${reason}\0`)
})
