import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link } from 'node:fs/promises'
import { join } from 'node:path'
import { renderError } from '../failure.ts'
import type { Log } from '../host/log.ts'
import { toHex } from '../image/digest.ts'
import { toBlobPath } from '../image/sources/layout-root.ts'
import { hasLayer } from '../image/sources/oci-layout.ts'
import type { BuildCachePlan } from '../plan/build-cache.ts'
import { parseCacheLayers } from '../registry/cache-documents.ts'
import type { StoredFile } from '../store/entry.ts'
import { createLayerStore } from '../store/layer-store.ts'
import { type BuiltCache, planSaving, type Saving } from '../store/plan-saving.ts'
import type { RestoredRecord } from '../store/restore-record.ts'
import type { StoreOrder } from '../store/store-order.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import { planNote, renderNote } from './build-note.ts'
import { leaveLayers } from './leave-layers.ts'
import { renderMiss, withBases } from './miss.ts'
import type { BuildCaches } from './ports.ts'
import { createRestoring, startOf } from './restoring.ts'
import { renderWorth, type ToldBuild } from './told-builds.ts'

type Place = Omit<StoreOrder, 'input' | 'warn'> & {
  /** Where post finds what it is to keep; made when there is something. */
  readonly laterDir: string
  readonly workspace: string
  readonly log: Pick<Log, 'line' | 'warning'>
}

/** Those that a cache and an image name, by their diff IDs in hex. */
const toStored = (
  documents: RestoredRecord['documents'],
  image: Parameters<BuildCaches['keep']>[2],
): readonly StoredFile[] => {
  const ofCache = parseCacheLayers(documents) ?? []
  const ofImage = image.layers.map(({ diffId: digest }, at) => ({
    ...{ digest, size: image.layout?.layerBytes[at] ?? 0 },
  }))
  const all = new Map([...ofImage, ...ofCache].map(({ digest, size }) => [toHex(digest), size]))
  return [...all].map(([sha256, sizeBytes]) => ({ sha256, sizeBytes }))
}

/** Builds that end together may have sent the same layer. */
const linkOnce = (from: string, to: string): Promise<void> =>
  link(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })

const sumBytes = (files: readonly StoredFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

/** What the Actions cache keeps of the builds of one step. */
export const createBuildCaches = (
  { limitBytes, mayWrite, mayStop }: BuildCachePlan,
  { log, laterDir, workspace, ...place }: Place,
): BuildCaches & {
  /**
   * Says what came, and leaves to post what is new.
   *
   * @returns the mark of that; undefined where there is nothing
   */
  readonly finish: () => Promise<string | undefined>
} => {
  const { folder } = place
  const stop = new AbortController()
  const signal = AbortSignal.any([place.signal, stop.signal])
  const order: StoreOrder = { ...place, signal, input: 'build-cache', warn: log.warning }
  const store = createLayerStore(order)
  const built: Omit<BuiltCache, 'refused'>[] = []
  const told: ToldBuild[] = []
  const now = Math.floor(Date.now() / 1_000)
  const has = ({ sha256 }: Pick<StoredFile, 'sha256'>): boolean => existsSync(join(folder, sha256))
  const toPath = (digest: string): string => join(folder, toHex(digest))
  const find = (digest: string): string | undefined =>
    has({ sha256: toHex(digest) }) ? toPath(digest) : undefined
  const restoring = createRestoring({ ...order, line: log.line }, store, {
    find,
    mayStop,
    now,
    workspace,
  })
  const plan = (): Saving =>
    planSaving(
      built.map((each) => ({ ...each, refused: store.refused })),
      {
        onDisk: new Set(
          built.flatMap(({ layers }) => layers.filter(has).map(({ sha256 }) => sha256)),
        ),
        ...{ limitBytes, now },
        unique: randomBytes(4).toString('hex'),
      },
    )
  /** What images and caches name, and was neither fetched nor sent. */
  const findSpared = (): number => {
    const all = new Map(built.flatMap(({ layers }) => layers).map((each) => [each.sha256, each]))
    return sumBytes([...all.values()].filter((each) => !has(each)))
  }
  const warn = (what: string) => (error: unknown) => {
    place.signal.throwIfAborted()
    log.warning(`build-cache: ${what}: ${renderError(error)}`)
    return undefined
  }
  return {
    source: store,
    bring: store.bring,
    find,
    restore: (...args) =>
      restoring.restore(...args).catch(warn('nothing is used of earlier builds')),
    follow: restoring.follow,
    isKept: ({ bake }) => restoring.restored(bake.name).isKept,
    documentsOf: ({ bake }) => restoring.restored(bake.name).record?.documents,
    keep: async (target, documents, image, layout, build) => {
      const { record, note: before, isOff, described } = restoring.restored(target.bake.name)
      if (isOff) return
      const madeOf = withBases(await described, build.json)
      const note = planNote(before, { ...build, madeOf }, now)
      const { missed: step, steps, cachedSteps } = build
      const missed = step && renderMiss(target, workspace, step, before.madeOf, madeOf)
      told.push({ name: target.name, steps, cachedSteps, missed, whole: before.whole })
      const layers = toStored(documents, image)
      const isSent = (each: StoredFile): boolean =>
        !has(each) && hasLayer(layout, `sha256:${each.sha256}`)
      const linkAll = async (): Promise<void> => {
        for (const each of layers.filter(isSent))
          await linkOnce(toBlobPath(layout, `sha256:${each.sha256}`), join(folder, each.sha256))
        // Builds upon this one need not send them once more.
        store.hold(layers.filter(has))
        if (!mayWrite) return
        built.push({
          ...{ start: startOf(target), before: record, documents, layers },
          note: renderNote(note),
          image: image.layers.map(({ diffId }) => toHex(diffId)),
        })
      }
      // Where nothing is kept, what nodes get leaves the disk when it is loaded.
      if (mayWrite || !target.isWanted)
        await linkAll().catch(warn(`nothing is kept of ${target.name}`))
    },
    finish: async () => {
      // What has not come by now, no node wanted.
      stop.abort()
      await restoring.ended()
      if (place.signal.aborted) return undefined
      const saving = built.length === 0 ? undefined : plan()
      const savedBytes = sumBytes(saving?.entries.flatMap(({ files }) => files) ?? [])
      const moved = { sparedBytes: findSpared(), fetched: store.moved, savedBytes }
      renderWorth(told, moved).forEach(log.line)
      if (!mayWrite) log.line('build-cache: nothing is kept: this run may only read the cache.')
      if (saving === undefined) return undefined
      const { leftOut } = saving
      const leftBytes = sumBytes(leftOut)
      if (leftOut.length > 0)
        log.warning(
          `build-cache-limit: ${formatCount(leftOut.length, 'layer')}, ${formatBytes(leftBytes)}, beyond ${formatBytes(limitBytes)} not kept: later runs make them again.`,
        )
      if (saving.entries.length === 0) return undefined
      return leaveLayers(saving, { folder, laterDir }).catch(warn('nothing is kept'))
    },
  }
}
