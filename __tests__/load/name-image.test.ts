import { expect, test } from 'vitest'
import type { ArchivedImage } from '../../src/load/layer-blobs.ts'
import { findManifest } from '../../src/load/name-image.ts'
import type { Streaming } from '../../src/load/streaming.ts'

test.each([
  ['fits into an argument', 100_000, 100_000],
  ['does not, as its publisher wrote so much into it', 100_001, 0],
])("the containerd store's own manifest, where it %s", async (_name, length, expected) => {
  const streaming = { engine: { hasContainerdStore: true } } as Streaming
  const archived = { manifest: 'x'.repeat(length) } as ArchivedImage
  // Without one, the node takes what came with the archive.
  expect(await findManifest(streaming, archived, '')).toHaveLength(expected)
})
