import { mkdir } from 'node:fs/promises'
import { toScope } from '../build/cache-places.ts'
import type { Target } from '../build/target.ts'
import { type Layer, toLayers } from '../image/image.ts'
import type { NodeLayers } from '../load/common-layers.ts'
import { toRecordStart } from '../store/cache-record.ts'
import type { LayerStore } from '../store/layer-store.ts'
import { type RestoredRecord, restoreRecords } from '../store/restore-record.ts'
import type { StoreOrder } from '../store/store-order.ts'
import { type BuildNote, emptyNote, parseNote } from './build-note.ts'
import { type Described, describeTarget } from './miss.ts'
import type { BuildCaches, OnLayer } from './ports.ts'
import { renderOff } from './told-builds.ts'

type Surroundings = Pick<BuildCaches, 'find'> & {
  /** Whether a target goes without what was kept where that does not pay. */
  readonly mayStop: boolean
  /** In seconds since 1970. */
  readonly now: number
  readonly workspace: string
}

/** What is known of a target's earlier builds. */
type Restored = {
  /** Undefined where nothing is used. */
  readonly record: RestoredRecord | undefined
  readonly note: BuildNote
  /** Whether it goes without for a while. */
  readonly isOff: boolean
  /** Whether the cache or the nodes have something of it, as far as they were asked. */
  readonly isKept: boolean
  /** What it is made of now. */
  readonly described: Promise<Described> | undefined
}

/** How the keys of a target's records begin. */
export const startOf = (target: Target): string =>
  toRecordStart(toScope(target, { architecture: process.arch }).full)

const layersOf = ({ image }: RestoredRecord): readonly Layer[] =>
  toLayers(image.map((sha256) => `sha256:${sha256}`))

const isIn = ({ chainIds }: NodeLayers, record: RestoredRecord): boolean =>
  chainIds.has(layersOf(record).at(-1)?.chainId ?? '')

/** Looks up what was kept of all builds of a step, and fetches what nodes lack of it. */
export const createRestoring = (
  order: StoreOrder & { readonly line: (text: string) => void },
  store: LayerStore,
  { find, mayStop, now, workspace }: Surroundings,
) => {
  const all = new Map<string, Restored>()
  const fetching: Promise<unknown>[] = []
  const restored = (name: string): Restored =>
    all.get(name) ?? {
      ...{ record: undefined, note: emptyNote, described: undefined },
      ...{ isOff: false, isKept: false },
    }
  /** Fetches in the order in which nodes unpack. */
  const fetchLacking = async (
    record: RestoredRecord,
    { chainIds }: NodeLayers,
    onLayer: OnLayer,
  ): Promise<void> => {
    const layers = layersOf(record)
    const isThere = ({ chainId }: Layer): boolean => chainIds.has(chainId)
    const there = layers.filter(isThere).map(({ diffId }) => diffId)
    const lacking = layers.filter((each) => !isThere(each)).map(({ diffId }) => diffId)
    // Another build may have fetched what nodes have got meanwhile.
    const isWhole = there.every(find)
    const tell = (digest: string, path: string): void => {
      for (const [at, { diffId }] of layers.entries())
        if (isWhole && diffId === digest) onLayer(layers, at, path)
    }
    for (const digest of there) {
      const path = find(digest)
      if (path !== undefined) tell(digest, path)
    }
    await store.bringAll(lacking, tell)
  }
  const follow: BuildCaches['follow'] = ({ bake }, common, onLayer) => {
    const { record } = restored(bake.name)
    // Whoever wants one asks for it again.
    if (record !== undefined) fetching.push(fetchLacking(record, common, onLayer).catch(() => {}))
  }
  const restore: BuildCaches['restore'] = async (targets, asking, onLayer) => {
    await mkdir(order.folder, { recursive: true, mode: 0o700 })
    const described = targets.map((target) => describeTarget(target, workspace))
    const records = await restoreRecords(targets.map(startOf), order)
    const common = await asking
    for (const [at, { name, bake }] of targets.entries()) {
      const record = records[at]
      const note = parseNote(record?.noteText)
      const isOff = mayStop && note.offUntil > now
      const used = isOff ? undefined : record
      const isKept = used !== undefined && (used.layers.length > 0 || isIn(common, used))
      all.set(bake.name, { record: used, note, isOff, isKept, described: described[at] })
      if (isOff) order.line(renderOff(name, note))
      store.add(used?.layers ?? [])
    }
    for (const target of targets) follow(target, common, onLayer)
  }
  return {
    restore,
    follow,
    restored,
    /** When nothing more comes. */
    ended: () => Promise.allSettled(fetching),
  }
}
