import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readLayout, toWholeBlobs } from '../../src/image/sources/oci-layout.ts'
import { findProgram } from '../support/real-registry.ts'
import { startStepRegistry } from '../support/step-registry.ts'
import { member, sha256, tar } from '../support/tar.ts'

const execute = promisify(execFile)
const run = (file: string, args: readonly string[], cwd: string): Promise<unknown> =>
  execute(file, [...args], { cwd, env: { HOME: cwd, PATH: '/usr/bin:/bin' }, timeout: 60_000 })

const layers = ['one', 'two'].map((name) =>
  tar(member({ name, content: Buffer.alloc(200_000, name) })),
)

/** An OCI layout as buildx writes it. */
const writeImage = (folder: string): void => {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
  const add = (content: Buffer): { readonly digest: string; readonly size: number } => {
    const digest = sha256(content)
    writeFileSync(join(folder, 'blobs', 'sha256', digest.slice(7)), content)
    return { digest, size: content.length }
  }
  const addJson = (mediaType: string, json: object) => ({
    mediaType,
    ...add(Buffer.from(JSON.stringify(json))),
  })
  const type = 'application/vnd.oci.image'
  const config = addJson(`${type}.config.v1+json`, {
    ...{ architecture: 'amd64', os: 'linux', config: {} },
    rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
  })
  const tars = layers.map((layer) => ({ mediaType: `${type}.layer.v1.tar`, ...add(layer) }))
  const mediaType = `${type}.manifest.v1+json`
  const manifest = addJson(mediaType, { schemaVersion: 2, mediaType, config, layers: tars })
  const annotations = { 'org.opencontainers.image.ref.name': 'image' }
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] }
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index))
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
}

type Client = {
  readonly push: (layout: string, name: string) => readonly string[]
  readonly pull: (name: string, layout: string) => readonly string[]
}

/** Clients of registries that others wrote, whose words are all that they know of ours. */
const clients: Readonly<Record<string, Client>> = {
  skopeo: {
    push: (layout, name) => [
      ...['--insecure-policy', 'copy', '--dest-tls-verify=false', '--preserve-digests'],
      ...[`oci:${layout}:image`, `docker://${name}`],
    ],
    pull: (name, layout) => [
      ...[
        '--insecure-policy',
        'copy',
        '--src-tls-verify=false',
        '--dest-oci-accept-uncompressed-layers',
      ],
      ...[`docker://${name}`, `oci:${layout}:image`],
    ],
  },
  crane: {
    push: (layout, name) => ['push', '--insecure', layout, name],
    pull: (name, layout) => ['pull', '--insecure', '--format=oci', name, layout],
  },
}

/** Not every machine has all; those that are missing count as skipped. */
const each = Object.entries(clients).map(
  ([name, client]) => [name, findProgram(name), client] as const,
)

describe.each(each)('%s', (_, file = '', client) => {
  test.skipIf(file === '')('pushes an image, and pulls it again', async () => {
    const { registry, folder } = await startStepRegistry()
    const own = join(folder, 'of-client')
    writeImage(join(own, 'from'))
    await run(file, client.push(join(own, 'from'), registry.image), own)
    const pushed = readLayout(folder, [])
    expect(pushed.layers.map(({ diffId }) => diffId)).toEqual(layers.map(sha256))
    expect(toWholeBlobs(pushed)?.layers).toHaveLength(2)
    await run(file, client.pull(registry.image, join(own, 'to')), own)
    for (const layer of layers)
      expect(readFileSync(join(own, 'to/blobs/sha256', sha256(layer).slice(7)))).toEqual(layer)
    // A second push sends nothing, as all is there.
    await run(file, client.push(join(own, 'from'), registry.image), own)
    expect([registry.trouble(), [...registry.lacking]]).toEqual([undefined, []])
    rmSync(own, { recursive: true })
  })
})
