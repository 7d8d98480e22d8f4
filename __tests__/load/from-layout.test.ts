import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { prepareLayout } from '../../src/build/layout-output.ts'
import type { Node } from '../../src/cluster/node.ts'
import { type ContainerImage, toLayers } from '../../src/image/image.ts'
import { toBlobPath } from '../../src/image/sources/layout-root.ts'
import { beginUnpacking } from '../../src/load/from-layout.ts'
import { sha256 } from '../support/tar.ts'

/** Whose only layer is in a folder. */
const toImage = (bytes: number): ContainerImage => {
  const folder = mkdtempSync(join(tmpdir(), 'from-layout-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const layer = Buffer.alloc(bytes, 'layer')
  prepareLayout(folder, [])
  writeFileSync(toBlobPath(folder, sha256(layer)), layer)
  const layout = { folder, layerBytes: [bytes] }
  return { layers: toLayers([sha256(layer)]), layout } as unknown as ContainerImage
}

test.each([
  ['large: unpacked at once, as what came through the registry was compared', 8_000_001, 1],
  ['small: not before its load', 8_000_000, 0],
])('an image that is %s', (_, bytes, times) => {
  const image = toImage(bytes)
  const unpack = vi.fn(async () => undefined)
  const nodes: readonly Node[] = []
  beginUnpacking({ unpack } as unknown as Parameters<typeof beginUnpacking>[0], image, nodes)
  expect(unpack.mock.calls).toEqual(times > 0 ? [[image, nodes, 'proven']] : [])
})
