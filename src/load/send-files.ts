import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { toBlobPath } from '../image/sources/layout-root.ts'
import { countBytes } from './pipe-end.ts'
import { type Feed, writeManifest } from './send-layers.ts'

/** Sends a file after the line that says what it is; an empty one stands for a layer that is not there. */
const sendFile = async (
  path: string,
  toHead: (bytes: number) => string,
  onBytes: (bytes: number) => void,
  target: Writable,
): Promise<void> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = await file.stat()
    if (size === 0) throw new Error('the builder left a layer out that the node lacks')
    target.write(toHead(size))
    const content = file.createReadStream({ end: size - 1, autoClose: false })
    await pipeline(content, countBytes(onBytes), target, { end: false })
  } finally {
    await file.close()
  }
}

/** Sends layers out of the folder that a builder has written the image into. */
export const sendFiles: Feed = async ({ image, onBytes }, { config }, missing, target) => {
  const { folder = '', manifest = '' } = image.layout ?? {}
  const byLayer = Map.groupBy(missing, (index) => image.layers[index]?.diffId ?? '')
  try {
    for (const [diffId, indexes] of byLayer) {
      const toHead = (size: number): string => `layer ${size} ${indexes.join(' ')}\n`
      await sendFile(toBlobPath(folder, diffId), toHead, onBytes, target)
    }
    const toHead = (size: number): string => `blob ${size} ${config}\n`
    await sendFile(toBlobPath(folder, config), toHead, onBytes, target)
  } catch (error) {
    return { kind: 'failed', problem: `reading what the builder wrote: ${String(error)}` }
  }
  writeManifest(target, manifest)
  return { kind: 'sent' }
}
