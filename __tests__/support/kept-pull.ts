import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Ports, Pulled } from '../../src/run/ports.ts'
import type { Parts } from './blob-images.ts'
import { cacheClientEnv } from './cache-client-env.ts'
import type { CacheService } from './cache-service.ts'
import { sha256 } from './tar.ts'

/** What a pull by way of the cache needs of a run: a folder of its own, a cache, and who is told. */
export const createKeptPorts = (root: string) => {
  let made = 0
  return (told: string[], service: CacheService): Ports => {
    made += 1
    const layoutDir = join(root, `${made}`)
    mkdirSync(layoutDir, { mode: 0o700 })
    const { signal } = new AbortController()
    const env = cacheClientEnv(root)
    const variables = {
      ACTIONS_RESULTS_URL: service.resultsUrl,
      ACTIONS_RUNTIME_TOKEN: service.token,
      ACTIONS_CACHE_SERVICE_V2: 'true',
    }
    const log = {
      line: (text: string) => void told.push(text),
      warning: (text: string) => void told.push(`warning: ${text}`),
    }
    const cache = { env, variables, mask: () => {}, debug: () => {}, signal }
    return { log, docker: {}, run: { layoutDir, env, signal, cache } } as unknown as Ports
  }
}

/** Whether a folder has an image as builders write it, layer for layer. */
export const expectWhole = (
  pulled: Pulled | undefined,
  { manifest, config, layers }: Parts,
): void => {
  const { layout, id } = pulled?.image ?? {}
  expect([layout?.manifest, id]).toEqual([manifest.toString(), sha256(config)])
  const read = (digest: string): string =>
    sha256(readFileSync(join(layout?.folder ?? '', 'blobs/sha256', digest.slice(7))))
  const { rootfs } = JSON.parse(config.toString())
  expect(rootfs.diff_ids).toHaveLength(layers.length)
  for (const diffId of rootfs.diff_ids) expect(read(diffId)).toBe(diffId)
}
