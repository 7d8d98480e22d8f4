import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CacheDocuments } from '../../src/registry/cache-documents.ts'
import type { LayerSource } from '../../src/registry/layer-source.ts'
import { createNodeLayers } from '../../src/registry/layers.ts'
import { startRegistry } from '../../src/registry/server.ts'

type Options = { readonly layers?: LayerSource; readonly cache?: CacheDocuments }

/** A registry of the test's own, which ends with it. */
export const startStepRegistry = async ({ layers, cache }: Options = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-step-registry-'))
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
  const stop = new AbortController()
  const registry = await startRegistry({
    folder,
    layers: layers ?? createNodeLayers(new Set()),
    cache,
    signal: stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await registry.close().catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  })
  const [, host = '', repository = ''] = /^([^/]+)\/([^:]+):image$/.exec(registry.image) ?? []
  return { registry, folder, host, repository, base: `http://${host}/v2/${repository}` }
}
