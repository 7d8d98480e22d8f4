import { createHash } from 'node:crypto'
import type { Entry, StoredFile } from '../../store/entry.ts'

/** What is smaller shares an entry: each costs requests. */
const largeBytes = 50_000_000

/** An entry has at most 10 GiB. */
const mostEntryBytes = 8 * 2 ** 30

const toParts = (file: StoredFile, most: number): readonly Entry[] => {
  const count = Math.ceil(file.sizeBytes / most)
  return Array.from({ length: count }, (_, at) => ({
    key: `slipway-file-v1-${file.sha256}${count === 1 ? '' : `-${at + 1}of${count}`}`,
    fallbacks: [],
    files: [file],
    part:
      count === 1
        ? undefined
        : { offset: at * most, bytes: Math.min(most, file.sizeBytes - at * most) },
  }))
}

/** In groups that an entry can hold. */
const toGroups = (
  files: readonly StoredFile[],
  most: number,
): readonly (readonly StoredFile[])[] => {
  const groups: StoredFile[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const file of files) {
    if (bytes + file.sizeBytes > most) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)?.push(file)
    bytes += file.sizeBytes
  }
  return groups
}

const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16)

/**
 * The entries that hold files: a changed shard of a model moves nothing but itself.
 *
 * @param scope what tells steps apart whose small files change together
 */
export const toEntries = (
  files: readonly StoredFile[],
  scope: string,
  most = mostEntryBytes,
): readonly Entry[] => {
  const once = [...new Map(files.map((file) => [file.sha256, file])).values()]
  const sorted = once.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
  const small = sorted.filter(({ sizeBytes }) => sizeBytes < largeBytes)
  const groups = toGroups(small, most).map((group, at): Entry => {
    const start = `slipway-files-v1-${hashOf(`${scope}\0${at}`)}-`
    const content = hashOf(group.map(({ sha256 }) => sha256).join('\n'))
    return { key: `${start}${content}`, fallbacks: [start], files: group, part: undefined }
  })
  const large = sorted.filter(({ sizeBytes }) => sizeBytes >= largeBytes)
  return [...groups, ...large.flatMap((file) => toParts(file, most))]
}

/** As many files as a budget has room for, the largest first, and what is left out. */
export const withinBudget = (files: readonly StoredFile[], budgetBytes: number) => {
  let left = budgetBytes
  const kept: StoredFile[] = []
  const leftOut: StoredFile[] = []
  for (const file of files.toSorted((a, b) => b.sizeBytes - a.sizeBytes)) {
    if (file.sizeBytes > left) leftOut.push(file)
    else {
      kept.push(file)
      left -= file.sizeBytes
    }
  }
  return { kept, leftOut }
}
