import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { rememberNames } from '../memory/memory.ts'
import { isTold, judgeRestore, toRate, toRestoreKey } from '../memory/restore-memory.ts'
import type { PulledImage } from '../plan/work.ts'
import { createEntryCache } from '../store/entry-cache.ts'
import type { Moved } from '../store/meter.ts'
import { saveEntries } from '../store/save-entries.ts'
import { formatBytes } from '../text/format.ts'
import { type PullRecord, toNewEntries, withinLimit } from './image-entries.ts'
import type { Handler, Ports } from './ports.ts'

const add = (all: readonly (Moved | undefined)[]): Moved =>
  all.reduce<Moved>(
    (sum, each) => ({ bytes: sum.bytes + (each?.bytes ?? 0), ms: sum.ms + (each?.ms ?? 0) }),
    { bytes: 0, ms: 0 },
  )

const ofRegistry = ({ fromRegistry, before }: PullRecord): Moved => add([fromRegistry, before])

/** Which way was faster; undefined where only one was gone, or too little to tell. */
export const renderFaster = (pulls: readonly PullRecord[]): string | undefined => {
  const cache = add(pulls.map(({ fromCache }) => fromCache))
  const registry = add(pulls.map(ofRegistry))
  if (!isTold({ cache, registry })) return undefined
  const [restored, pulled] = [toRate(cache), toRate(registry)]
  const verdict = restored >= pulled ? 'the cache was faster' : 'registries were faster'
  const hint = restored >= pulled ? '' : ' `image-cache: false` has Docker pull.'
  return `image-cache: the cache sent ${formatBytes(restored)}/s, registries ${formatBytes(pulled)}/s: ${verdict}.${hint}`
}

/** Remembers of each image which way was faster, where later runs choose by it. */
const rememberRestores = async (pulls: readonly PulledImage[], { run }: Ports): Promise<void> => {
  const keys = pulls.flatMap(({ by, reference, slowRuns }) => {
    const record = run.resultOf('pull', by)?.kept
    if (slowRuns === undefined || record === undefined) return []
    const moved = { cache: record.fromCache, registry: ofRegistry(record) }
    const restore = judgeRestore(moved, slowRuns)
    return restore === undefined ? [] : [toRestoreKey(reference, restore, Date.now())]
  })
  if (keys.length === 0) return
  // Sizes of images are noted in the run's own folder.
  const folder = join(run.layoutDir, 'restores')
  await mkdir(folder, { mode: 0o700, recursive: true })
  await rememberNames({ ...run.cache, env: { ...run.cache.env, RUNNER_TEMP: folder } }, keys)
}

/** Keeps what is new of the images that this step has brought, once the nodes have them. */
export const keepPulled: Handler<'keep-pulled'> = async ({ pulls: images, cache }, ports) => {
  const { log, run } = ports
  const pulls = images.flatMap(({ by }) => run.resultOf('pull', by)?.kept ?? [])
  if (cache.mayWrite) await rememberRestores(images, ports)
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
