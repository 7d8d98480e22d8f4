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
