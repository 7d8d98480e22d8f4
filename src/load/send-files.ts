import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { toBlobPath } from '../image/sources/layout-root.ts'
import { countBytes } from './pipe-end.ts'
import { type Feed, writeManifest } from './send-layers.ts'

/** A file after the line that says what it is; an empty one stands for a layer that is not there. */
async function* readFile(path: string, toHead: (bytes: number) => string): AsyncGenerator<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = await file.stat()
    if (size === 0) throw new Error('the builder left a layer out that the node lacks')
    yield Buffer.from(toHead(size))
    yield* file.createReadStream({ end: size - 1, autoClose: false })
  } finally {
    await file.close()
  }
}

/** Sends layers out of the folder that a builder has written the image into. */
export const sendFiles: Feed = async ({ image, onBytes }, { config }, missing, target) => {
  const { folder = '', manifest = '' } = image.layout ?? {}
  const byLayer = Map.groupBy(missing, (index) => image.layers[index]?.diffId ?? '')
  // One pipe for all: each would leave its listeners at the target.
  const read = async function* (): AsyncGenerator<Buffer> {
    for (const [diffId, indexes] of byLayer) {
      const toHead = (size: number): string => `layer ${size} ${indexes.join(' ')}\n`
      yield* readFile(toBlobPath(folder, diffId), toHead)
    }
    yield* readFile(toBlobPath(folder, config), (size) => `blob ${size} ${config}\n`)
  }
  try {
    await pipeline(read, countBytes(onBytes), target, { end: false })
  } catch (error) {
    return { kind: 'failed', problem: `reading what the builder wrote: ${String(error)}` }
  }
  writeManifest(target, manifest)
  return { kind: 'sent' }
}
