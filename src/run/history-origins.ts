import { findHistoryLines } from '../build/dockerfile/history-lines.ts'
import { attempt } from '../failure.ts'
import { toHistoryOrigins } from '../image/contents/history.ts'
import type { LayerOrigin } from '../image/layer-origin.ts'

/** A Dockerfile of the workspace, and the stage that was built of it. */
export type BuiltOf = {
  /** Relative to the workspace. */
  readonly file: string
  readonly text: string
  readonly target: string | undefined
}

type Config = {
  readonly history?: readonly { readonly created_by?: unknown; readonly empty_layer?: unknown }[]
}

/**
 * What made each layer, by the image's history and the Dockerfile that it was built of: for a BuildKit that
 * has no record of its builds.
 *
 * @returns undefined where the two do not agree
 */
export const toLineOrigins = (
  config: string,
  layers: number,
  { file, text, target }: BuiltOf,
): readonly LayerOrigin[] | undefined => {
  const { history } = attempt(() => JSON.parse(config) as Config) ?? {}
  if (!Array.isArray(history)) return undefined
  const entries: NonNullable<Config['history']> = history
  const lines = findHistoryLines(
    text,
    target,
    entries.map((entry) => String(entry?.created_by ?? '')),
  )
  const ofLayers = lines?.filter((_, at) => entries[at]?.empty_layer !== true)
  if (ofLayers?.length !== layers) return undefined
  return toHistoryOrigins(config, layers).map((origin, at) => {
    const line = ofLayers[at]
    return line === undefined
      ? { ...origin, isBase: true }
      : { ...origin, location: { file, line } }
  })
}
