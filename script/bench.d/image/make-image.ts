import { type Engine, isClassic } from '../host/engine.ts'
import type { Session, Undo } from '../host/session.ts'
import { imageArchive, type Layer, type Written } from './archive.ts'
import { createContent } from './content.ts'
import { imageName, toCanonical } from './names.ts'
import { planTopLayer, planTree, type Weight } from './tree.ts'

/** An image in Docker's local store that no node knows. */
export type BenchImage = Weight & {
  /** How Docker calls it. */
  readonly ref: string
  /** How nodes call it. */
  readonly canonical: string
  /** What CRI calls the image's ID, in both of Docker's stores. */
  readonly configDigest: string
  /** Lowest first. */
  readonly diffIds: readonly string[]
  readonly remove: Undo
}

const loadArchive = async (
  session: Session,
  engine: Engine,
  weight: Weight,
  variant: string,
  layers: readonly Layer[],
): Promise<BenchImage> => {
  const ref = `${imageName}:${session.id}-${variant}`
  const remove = session.defer(`image ${ref}`, () =>
    session.docker(['image', 'rm', '--force', ref], { signal: AbortSignal.timeout(120_000) }),
  )
  let written: Written | undefined
  const order = { ref, layers, content: createContent(), isCompressed: !isClassic(engine) }
  const input = imageArchive(order, (end) => {
    written = end
  })
  await session.docker(['load', '--quiet'], { input })
  if (written === undefined) throw new Error(`docker load did not read all of ${ref}`)
  return { ...weight, ...written, ref, canonical: toCanonical(ref), remove }
}

/**
 * Makes an image of just that weight, of bytes that no other image has. `docker load` gives it the
 * same layer folders as a build or a pull would.
 */
export const makeImage = (
  session: Session,
  engine: Engine,
  weight: Weight,
): Promise<BenchImage> => {
  const { bytes, files, layers } = weight
  return loadArchive(session, engine, weight, `${bytes}-${files}-${layers}`, planTree(weight))
}

/** Makes an image of all layers of another one and a small one on top; only the small one is new. */
export const addLayer = (
  session: Session,
  engine: Engine,
  below: BenchImage,
  top: Omit<Weight, 'layers'>,
  variant: string,
): Promise<BenchImage> => {
  const { bytes, files, layers, diffIds } = below
  const sum = { bytes: bytes + top.bytes, files: files + top.files, layers: layers + 1 }
  const there = diffIds.map((diffId) => ({ diffId }))
  return loadArchive(session, engine, sum, variant, [...there, planTopLayer(top, layers)])
}
