import { createHash, randomUUID } from 'node:crypto'
import { toHex } from '../image/digest.ts'
import type { Entry, StoredFile } from '../store/entry.ts'
import { toLayerEntry } from '../store/layers.ts'
import type { Moved } from '../store/meter.ts'

/** What an image consists of that was pulled through the cache, and where that came from. */
export type PullRecord = {
  /** As people gave it. */
  readonly name: string
  /** How its entry's key begins. */
  readonly start: string
  /** What lies on the disk of it: documents and small layers, which share an entry. */
  readonly small: readonly StoredFile[]
  /** Layers by their diff IDs in hex, with the sizes that the registry has. */
  readonly large: readonly StoredFile[]
  /** Whether nothing of `small` is missing, as nodes had it. */
  readonly isWhole: boolean
  /** Whether all of `small` came out of an entry that is this image's. */
  readonly isKept: boolean
  /** Digests in hex of large layers that came from entries. */
  readonly restored: ReadonlySet<string>
  readonly fromCache: Moved
  readonly fromRegistry: Moved
  /** What the registry took when the entry was made. */
  readonly before: Moved | undefined
}

const shorten = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16)

/**
 * How the keys of images' entries begin: of a repository on one platform, and of one image of it.
 *
 * @param root digest of what the registry has under the name, an index or a manifest
 */
export const toStarts = (repository: string, architecture: string, root: string) => {
  const every = `slipway-image-v1-${shorten(`${repository}\0${architecture}`)}-`
  return { every, one: `${every}${toHex(root).slice(0, 32)}-` }
}

/** A key says what the registry took: later runs compare the cache with that. No two are the same, so that one can be replaced. */
export const toImageEntry = ({ start, small, fromRegistry }: PullRecord): Entry => ({
  key: `${start}${fromRegistry.bytes}b${Math.round(fromRegistry.ms)}ms-${randomUUID().slice(0, 8)}`,
  fallbacks: [],
  files: small,
  part: undefined,
})

/** Whoever writes entries writes their keys, so it is only ever shown. */
export const readMoved = (key: string): Moved | undefined => {
  const [, bytes, ms] = /-(\d{1,15})b(\d{1,10})ms-[0-9a-f]{8}$/.exec(key) ?? []
  return bytes === undefined ? undefined : { bytes: Number(bytes), ms: Number(ms) }
}

const sum = (files: readonly StoredFile[]): number =>
  files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)

/** Images for which a budget has room, in their order, and those for which it has none. */
export const withinLimit = (pulls: readonly PullRecord[], limitBytes: number) => {
  const counted = new Set<string>()
  const kept: PullRecord[] = []
  const leftOut: PullRecord[] = []
  let left = limitBytes
  for (const pull of pulls) {
    const large = pull.large.filter(({ sha256 }) => !counted.has(sha256))
    const bytes = sum(pull.small) + sum(large)
    if (bytes > left) leftOut.push(pull)
    else {
      left -= bytes
      kept.push(pull)
      for (const { sha256 } of large) counted.add(sha256)
    }
  }
  return { kept, leftOut }
}

/** The entries that are not there yet. */
export const toNewEntries = (pulls: readonly PullRecord[]): readonly Entry[] => {
  const restored = new Set(pulls.flatMap((pull) => [...pull.restored]))
  const large = new Map(pulls.flatMap((pull) => pull.large).map((file) => [file.sha256, file]))
  const images = new Map(
    pulls.filter(({ isWhole, isKept }) => isWhole && !isKept).map((pull) => [pull.start, pull]),
  )
  return [
    ...[...large.values()].filter(({ sha256 }) => !restored.has(sha256)).map(toLayerEntry),
    // An image's own entry comes last: where it is, its layers are.
    ...[...images.values()].map(toImageEntry),
  ]
}
