import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { renderError } from '../failure.ts'
import { doAtOnce } from '../host/at-once.ts'
import type { Entry } from './entry.ts'
import type { StoreOrder } from './store-order.ts'

const fill = async ({ files, part }: Entry, folder: string, place: string): Promise<void> => {
  await mkdir(join(place, 'kept'), { mode: 0o700 })
  for (const { sha256 } of files) {
    const [from, to] = [join(folder, sha256), join(place, 'kept', sha256)]
    if (part === undefined) await link(from, to)
    else {
      const end = part.offset + part.bytes - 1
      await pipeline(createReadStream(from, { start: part.offset, end }), createWriteStream(to))
    }
  }
}

/** Packing takes all cores, and an upload waits. */
const atOnce = 2

/** Of one layer or several small ones. */
const isOfLayers = ({ key }: Entry): boolean => key.startsWith('slipway-layer')

/**
 * Makes entries, those of layers first: where an entry is that names layers, they are there. What cannot be kept
 * is a warning.
 *
 * @returns how many bytes were kept
 */
export const saveEntries = async (
  entries: readonly Entry[],
  { cache, folder, warn, signal, input }: StoreOrder,
): Promise<number> => {
  let bytes = 0
  const save = async (entry: Entry): Promise<void> => {
    const place = join(folder, `entry-${randomUUID()}`)
    try {
      await mkdir(place, { mode: 0o700 })
      await fill(entry, folder, place)
      if (await cache.save(entry.key, place, signal))
        bytes += entry.part?.bytes ?? entry.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    } catch (error) {
      signal.throwIfAborted()
      warn(`${input}: ${entry.key} is not kept: ${renderError(error)}`)
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  }
  await doAtOnce(entries.filter(isOfLayers), atOnce, save)
  await doAtOnce(
    entries.filter((entry) => !isOfLayers(entry)),
    atOnce,
    save,
  )
  return bytes
}
