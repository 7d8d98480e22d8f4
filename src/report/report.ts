import type { BuildMetadata } from '../build/metadata.ts'
import type { LoadedImage } from '../diagnose/cluster/cluster.ts'
import type { Freed } from '../disk/free-disk.ts'
import { toImmutable, toNodeNames } from '../image/reference.ts'
import type { ImageLoad } from '../load/task.ts'
import type { Unloaded } from './unloaded.ts'

/** What was done so far; a step that fails half-way has a report, too. */
export type Report = {
  readonly builds: readonly {
    readonly name: string
    readonly kind: 'own' | 'bake'
    readonly metadata: BuildMetadata
  }[]
  readonly loads: readonly ImageLoad[]
  /** What the end of the step found not loaded. */
  readonly unloaded: readonly Unloaded[]
  readonly freed: readonly Freed[]
  readonly stages: readonly { readonly name: string; readonly durationMs: number }[]
}

export const emptyReport: Report = {
  builds: [],
  loads: [],
  unloaded: [],
  freed: [],
  stages: [],
}

/** The step's own build's; of Bake's targets, the metadata by their names, as Bake writes it. */
const toBuildOutputs = (builds: Report['builds']): Readonly<Record<string, string>> => {
  const [first] = builds
  if (first === undefined) return {}
  if (first.kind === 'bake') {
    const all = builds.map(({ name, metadata }) => [name, JSON.parse(metadata.json)])
    return { metadata: JSON.stringify(Object.fromEntries(all)) }
  }
  const { imageId, digest, json } = first.metadata
  return {
    ...(imageId !== undefined && { 'image-id': imageId }),
    ...(digest !== undefined && { digest }),
    metadata: json,
  }
}

/** What post may want to know of what was loaded, and where. */
export const toLoaded = ({ loads }: Report): readonly LoadedImage[] =>
  loads.flatMap(({ image: { id, references }, nodes }) =>
    references.flatMap((each) =>
      toNodeNames(each.canonical).map((canonical) => ({
        given: each.given,
        canonical,
        immutable: toImmutable(each, id).given,
        id,
        nodes: nodes.map(({ name }) => name),
      })),
    ),
  )

/** The step's outputs; those without a value are left out. */
export const toOutputs = (report: Report): Readonly<Record<string, string>> => {
  const { builds, loads, freed } = report
  const images = loads.flatMap(({ image, nodes }) =>
    image.references.map(({ given }) => ({
      ref: given,
      id: image.id,
      sizeBytes: image.sizeBytes,
      nodes,
    })),
  )
  const immutable = toLoaded(report).map(({ given, immutable: name }) => [given, name] as const)
  return {
    ...toBuildOutputs(builds),
    images: JSON.stringify(images),
    'immutable-tags': JSON.stringify(Object.fromEntries(immutable)),
    'freed-bytes': String(freed.reduce((sum, { bytes }) => sum + bytes, 0)),
  }
}
