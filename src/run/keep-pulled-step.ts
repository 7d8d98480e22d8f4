import { join } from 'node:path'
import { createEntryCache } from '../store/entry-cache.ts'
import type { Moved } from '../store/meter.ts'
import { saveEntries } from '../store/save-entries.ts'
import { formatBytes } from '../text/format.ts'
import { type PullRecord, toNewEntries, withinLimit } from './image-entries.ts'
import type { Handler } from './ports.ts'

const add = (all: readonly (Moved | undefined)[]): Moved =>
  all.reduce<Moved>(
    (sum, each) => ({ bytes: sum.bytes + (each?.bytes ?? 0), ms: sum.ms + (each?.ms ?? 0) }),
    { bytes: 0, ms: 0 },
  )

const toRate = ({ bytes, ms }: Moved): number => (bytes * 1_000) / Math.max(ms, 1)

/** Which way was faster; undefined where only one was gone, or too little to tell. */
export const renderFaster = (pulls: readonly PullRecord[]): string | undefined => {
  const cache = add(pulls.map(({ fromCache }) => fromCache))
  const registry = add(pulls.flatMap(({ fromRegistry, before }) => [fromRegistry, before]))
  if (cache.bytes < 1_000_000 || registry.bytes < 1_000_000) return undefined
  const [restored, pulled] = [toRate(cache), toRate(registry)]
  const verdict = restored >= pulled ? 'the cache was faster' : 'registries were faster'
  const hint = restored >= pulled ? '' : ' `image-cache: false` has Docker pull.'
  return `image-cache: the cache sent ${formatBytes(restored)}/s, registries ${formatBytes(pulled)}/s: ${verdict}.${hint}`
}

/** Keeps what is new of the images that this step has brought, once the nodes have them. */
export const keepPulled: Handler<'keep-pulled'> = async ({ pulls: ids, cache }, { log, run }) => {
  const pulls = ids.flatMap((id) => run.resultOf('pull', id)?.kept ?? [])
  const { kept, leftOut } = withinLimit(pulls, cache.bytes)
  const faster = renderFaster(pulls)
  if (faster !== undefined) log.line(faster)
  if (leftOut.length > 0) {
    const names = leftOut.map(({ name }) => name).join(', ')
    log.warning(
      `image-cache-limit: ${formatBytes(cache.bytes)} have no room for ${names}: not kept, so later runs fetch them again.`,
    )
  }
  const entries = toNewEntries(kept)
  if (entries.length === 0) return
  if (!cache.mayWrite) {
    log.line('image-cache: new layers are not kept: this run may only read the cache.')
    return
  }
  const began = performance.now()
  const bytes = await saveEntries(entries, {
    ...{
      cache: createEntryCache(run.cache),
      folder: join(run.layoutDir, 'pulled'),
      warn: log.warning,
    },
    ...{ signal: run.signal, input: 'image-cache' },
  })
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  log.line(`image-cache: ${formatBytes(bytes)} kept for later runs in ${seconds} s.`)
}
