import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { RegistryNames } from '../../src/build/registry-output.ts'
import { Failure } from '../../src/failure.ts'
import { toChainIds } from '../../src/image/image.ts'
import { hasLayer, readLayout } from '../../src/image/sources/oci-layout.ts'
import type { CacheDocuments } from '../../src/registry/cache-documents.ts'
import {
  buildThroughRegistry,
  exportThroughRegistry,
  type RegistryBuild,
} from '../../src/run/registry-build.ts'
import { pushTo } from '../support/real-registry.ts'
import { sha256 } from '../support/tar.ts'

const [base, middle, top] = ['base', 'middle', 'top'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
]
const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const describe = (blob: Buffer) => ({ digest: sha256(blob), size: blob.length })

const toPlace = (registry: RegistryNames) => {
  const [, host = '', repository = ''] = /^([^/]+)\/([^:]+):/.exec(registry.image) ?? []
  return { host, repository, base: `http://${host}/v2/${repository}` }
}

/** Stands for a builder: pushes an image, of whose layers only those that the registry lacks. */
const push = async (registry: RegistryNames, layers: readonly Buffer[]): Promise<string[]> => {
  const { host, repository, base } = toPlace(registry)
  const diff_ids = layers.map(sha256)
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', rootfs: { diff_ids } }))
  const image = {
    ...{ schemaVersion: 2, mediaType: manifestType },
    ...{ config: describe(config), layers: layers.map(describe) },
  }
  const sent: Buffer[] = []
  for (const layer of layers) {
    const { ok } = await fetch(`${base}/blobs/${sha256(layer)}`, { method: 'HEAD' })
    if (!ok) sent.push(layer)
  }
  const manifest = Buffer.from(JSON.stringify(image))
  await pushTo(host, repository, [...sent, config], [['image', manifest]])
  return sent.map(String)
}

let folder: string
const lines: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-registry-build-'))
  lines.length = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** @param nodes the layers of each image that all nodes have */
const workWith = <T>(
  nodes: readonly (readonly Buffer[])[],
  build: RegistryBuild<T>['build'],
  cache?: CacheDocuments,
): RegistryBuild<T> => ({
  ...{ name: 'api', folder, cache, build },
  common: {
    diffIds: new Set(nodes.flat().map(sha256)),
    chainIds: new Set(nodes.flatMap((layers) => toChainIds(layers.map(sha256)))),
  },
  signal: new AbortController().signal,
  line: (text) => lines.push(text),
})
const read = () => readLayout(folder, [])

test('a layer that nodes have is not sent, and the image names it', async () => {
  const work = workWith([[base, middle]], (registry) => push(registry, [base, middle, top]))
  const { built, image } = await buildThroughRegistry(work, read)
  expect([built, image.layers.length, lines]).toEqual([['top'], 3, []])
})

test('layers that nodes have on top of others are sent when it is built again', async () => {
  const work = workWith([[base, middle]], (registry) => push(registry, [base, top, middle]))
  const { built } = await buildThroughRegistry(work, read)
  expect(built).toEqual(['top', 'middle'])
  expect(lines).toEqual(['api: the nodes have 1 of its layers on top of others. Building again.'])
})

/** Promises some layers; those that it can give come from a folder. */
const keptOf = (promised: readonly Buffer[], there: readonly Buffer[]) => {
  const asked: string[] = []
  const place = mkdtempSync(join(tmpdir(), 'slipway-registry-build-kept-'))
  onTestFinished(() => rmSync(place, { recursive: true }))
  const pathOf = (digest: string): string | undefined =>
    there.some((each) => sha256(each) === digest) ? join(place, digest.slice(7)) : undefined
  for (const each of there) writeFileSync(pathOf(sha256(each)) ?? '', each)
  // What was asked for in vain is promised no more.
  const isPromised = (digest: string) =>
    promised.some((each) => sha256(each) === digest) && !asked.includes(digest)
  const kept: RegistryBuild<unknown>['kept'] = {
    source: {
      find: async (digest) => (isPromised(digest) ? { sizeBytes: null } : undefined),
      open: async () => undefined,
    },
    bring: async (digest) => {
      asked.push(digest)
      return pathOf(digest)
    },
    find: pathOf,
  }
  return { kept, asked }
}

test('what has come already is in the folder, also where nodes have it; nothing is fetched for them', async () => {
  const work = workWith([[base, middle]], (registry) => push(registry, [base, middle, top]))
  const { kept, asked } = keptOf([base, middle], [base])
  await buildThroughRegistry({ ...work, kept }, read)
  const there = [base, middle, top].map((layer) => hasLayer(folder, sha256(layer)))
  expect([there, asked]).toEqual([[true, false, true], []])
})

const config = '{}'
const cache = {
  manifest: JSON.stringify({
    ...{ mediaType: manifestType, config: describe(Buffer.from(config)) },
    layers: [describe(base)],
  }),
  config,
}

test('a step on a layer that only nodes have is built again without the cache', async () => {
  const seen: (string | undefined)[] = []
  const build = async (registry: RegistryNames): Promise<string[]> => {
    seen.push(registry.cacheFrom)
    if (registry.cacheFrom === undefined) return push(registry, [base, top])
    const answer = await fetch(`${toPlace(registry).base}/blobs/${sha256(base)}`)
    throw new Failure(`not found: ${answer.status}`)
  }
  const { built, cache: written } = await buildThroughRegistry(
    workWith([[base]], build, cache),
    read,
  )
  expect([built, written]).toEqual([['top'], undefined])
  expect(seen).toEqual([expect.stringContaining(':cache'), undefined])
  expect(lines).toEqual(['api: steps run on 1 layers that only nodes have. Building them again.'])
})

test('only what is built upon such a layer leaves the cache, which is given up when that does not help', async () => {
  const seen: (string | undefined)[] = []
  const both = {
    manifest: JSON.stringify({
      ...{ mediaType: manifestType, config: describe(Buffer.from(config)) },
      layers: [describe(base), describe(middle)],
    }),
    config,
  }
  const build = async (registry: RegistryNames): Promise<string[]> => {
    const { base: address } = toPlace(registry)
    const found = await fetch(`${address}/manifests/cache`)
    seen.push(registry.cacheFrom && (await found.text()))
    if (registry.cacheFrom === undefined) return push(registry, [base, top])
    throw new Failure(`not found: ${(await fetch(`${address}/blobs/${sha256(base)}`)).status}`)
  }
  await buildThroughRegistry(workWith([[base, middle]], build, both), read)
  expect(seen.map((text) => [base, middle].map((each) => text?.includes(sha256(each))))).toEqual([
    [true, true],
    [false, true],
    [undefined, undefined],
  ])
})

test('what fails for another reason fails at once, with its own words', async () => {
  let builds = 0
  const build = async (): Promise<never> => {
    builds += 1
    throw new Failure('RUN make exited with 2')
  }
  await expect(buildThroughRegistry(workWith([[base]], build, cache), read)).rejects.toThrow(
    'RUN make exited with 2',
  )
  expect(builds).toBe(1)
})

test('what a builder cannot leave out at last is its own failure', async () => {
  const build = async (registry: RegistryNames): Promise<never> => {
    await fetch(`${toPlace(registry).base}/blobs/${sha256(base)}`)
    throw new Failure('not found')
  }
  const building = buildThroughRegistry(workWith([[base]], build, cache), read)
  await expect(building).rejects.toThrow('not found')
  expect(lines).toHaveLength(2)
})

test('what we could not take is told with our reason, not with the status that the builder saw', async () => {
  const build = async (registry: RegistryNames): Promise<string[]> => {
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    return push(registry, [top])
  }
  const building = buildThroughRegistry(workWith([], build), read)
  await expect(building).rejects.toMatchObject({
    message: 'api: Slipway could not take what the builder sent',
    cause: expect.objectContaining({ code: 'ENOTDIR' }),
  })
})

test('layers that nodes lose later are sent by a builder that has them, else named', async () => {
  const work = workWith([[base, middle]], (registry) => push(registry, [base, middle, top]))
  await buildThroughRegistry(work, read)
  await exportThroughRegistry(work, [sha256(middle)])
  const other = workWith([[base, middle]], (registry) => push(registry, [base, top]))
  await expect(exportThroughRegistry(other, [sha256(base)])).resolves.toBeUndefined()
  const lost = exportThroughRegistry(other, [sha256(Buffer.from('made by another build'))])
  await expect(lost).rejects.toThrow(
    'api: nodes lost 1 layers while it was built, and the builder does not have them',
  )
})
