import type { BuildMetadata } from '../build/metadata.ts'
import type { Freed } from '../disk/free-disk.ts'
import type { ImageLoad } from '../load/task.ts'

/** What was done so far; a step that fails half-way has a report, too. */
export type Report = {
  readonly metadata: BuildMetadata | undefined
  readonly loads: readonly ImageLoad[]
  readonly freed: readonly Freed[]
  readonly stages: readonly { readonly name: string; readonly durationMs: number }[]
}

export const emptyReport: Report = { metadata: undefined, loads: [], freed: [], stages: [] }

/** The step's outputs; those without a value are left out. */
export const toOutputs = (report: Report): Readonly<Record<string, string>> => {
  const { metadata, loads, freed } = report
  const images = loads.flatMap(({ image, nodes }) =>
    image.references.map(({ given }) => ({
      ref: given,
      id: image.id,
      sizeBytes: image.sizeBytes,
      nodes,
    })),
  )
  return {
    ...(metadata?.imageId !== undefined && { 'image-id': metadata.imageId }),
    ...(metadata?.digest !== undefined && { digest: metadata.digest }),
    ...(metadata !== undefined && { metadata: metadata.json }),
    images: JSON.stringify(images),
    'freed-bytes': String(freed.reduce((sum, { bytes }) => sum + bytes, 0)),
  }
}
