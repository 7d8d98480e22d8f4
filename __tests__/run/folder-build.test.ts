import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { BuildOrder } from '../../src/build/build-image.ts'
import type { Node } from '../../src/cluster/node.ts'
import { toBlobPath } from '../../src/image/sources/layout-root.ts'
import { buildIntoFolder, type TryBuild } from '../../src/run/folder-build.ts'
import type { Ports } from '../../src/run/ports.ts'
import { sha256 } from '../support/tar.ts'

const layer = Buffer.alloc(9_000_000, 'layer')

test('a layer is unpacked while the builder still writes, and its digest is compared', async () => {
  const home = mkdtempSync(join(tmpdir(), 'folder-build-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const folder = join(home, 'layout')
  const begin = vi.fn()
  const put = (content: Buffer | string): { digest: string; size: number } => {
    const digest = sha256(content)
    writeFileSync(toBlobPath(folder, digest), content)
    return { digest, size: Buffer.byteLength(content) }
  }
  const tryBuild = (async (_: BuildOrder, prepare?: () => void) => {
    prepare?.()
    const rootfs = { diff_ids: [sha256(layer)] }
    const config = put(JSON.stringify({ architecture: 'amd64', rootfs }))
    const layers = [put(layer)]
    // The builder is not done before that.
    await expect.poll(() => begin.mock.calls.length, { timeout: 30_000 }).toBe(1)
    const manifest = put(JSON.stringify({ config, layers }))
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ manifests: [manifest] }))
    return { digest: manifest.digest }
  }) as unknown as TryBuild
  const node = { name: 'node' } as unknown as Node
  const order = {
    target: {
      ...{ name: 'api', tags: [], further: [], output: 'oci-layout' },
      bake: { name: 'api', definition: {} },
    },
    layout: folder,
  } as unknown as BuildOrder
  const ports = {
    docker: { api: { get: () => Promise.reject(new Error('no node here')) } },
    run: { unpacker: { begin }, resultOf: () => undefined },
  } as unknown as Ports
  const { inFolder } = await buildIntoFolder(order, [node], ports, tryBuild)
  const file = toBlobPath(folder, sha256(layer))
  expect(begin.mock.calls).toEqual([[inFolder.image.layers, 0, file, [node]]])
})

test.each([
  ['before there were nodes, are told again to those that came', undefined, 1],
  ['with the nodes, are not', { diffIds: new Set(), chainIds: new Set() }, 0],
])('layers of a build that was looked up %s', async (_, asked, times) => {
  const home = mkdtempSync(join(tmpdir(), 'folder-build-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const target = {
    ...{ name: 'api', tags: [], further: [], output: 'registry' },
    bake: { name: 'api', definition: {} },
  }
  const [follow, begin, node] = [vi.fn(), vi.fn(), { name: 'node' } as unknown as Node]
  const source = { find: async () => undefined, open: async () => undefined }
  const run = {
    ...{ unpacker: { begin }, resultOf: () => asked, signal: new AbortController().signal },
    buildCaches: { follow, source, documentsOf: () => undefined },
  }
  const ports = {
    docker: { api: { get: () => Promise.reject(new Error('no node here')) } },
    ...{ run, log: { line: () => {} } },
  } as unknown as Ports
  const order = { target, layout: join(home, 'layout') } as unknown as BuildOrder
  const fail = (() => Promise.reject(new Error('a step failed'))) as unknown as TryBuild
  await expect(buildIntoFolder(order, [node], ports, fail)).rejects.toThrow('a step failed')
  expect(follow).toHaveBeenCalledTimes(times)
  const [own, , onLayer] = follow.mock.calls[0] ?? []
  onLayer?.([], 0, 'file')
  if (times > 0) expect(own).toBe(target)
  expect(begin.mock.calls).toEqual(times > 0 ? [[[], 0, 'file', [node], 'proven']] : [])
})
