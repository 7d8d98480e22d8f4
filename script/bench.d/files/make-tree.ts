import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of the files that a change replaces. */
export const shardBytes = 50_000_000

export type TreeSize = { readonly megabytes: number; readonly files: number }

/** Two thirds of the bytes are shards, as of a model; the rest are small files of one size. */
export const planTree = ({ megabytes, files }: TreeSize) => {
  const bytes = megabytes * 1e6
  const shards = Math.max(1, Math.min(files - 1, Math.round((bytes * 2) / 3 / shardBytes)))
  const small = files - shards
  return { shards, small, smallBytes: Math.ceil((bytes - shards * shardBytes) / small) }
}

export const shardName = (index: number): string => `shard-${index}.bin`

export const writeShard = (folder: string, index: number): void =>
  writeFileSync(join(folder, shardName(index)), randomBytes(shardBytes))

/** Makes a folder like that of a model: shards, and many small files in twenty folders, which pack to nothing less. */
export const makeTree = (folder: string, size: TreeSize): void => {
  const { shards, small, smallBytes } = planTree(size)
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < shards; index += 1) writeShard(folder, index)
  for (let index = 0; index < small; index += 1) {
    const inner = join(folder, `part-${index % 20}`)
    mkdirSync(inner, { recursive: true })
    writeFileSync(join(inner, `${index}.json`), randomBytes(smallBytes))
  }
}
