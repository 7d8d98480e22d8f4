/**
 * Every name by which we find what is ours, and may therefore remove: containers, images, folders, entries
 * of the cache. What bears none of these is somebody else's.
 */

/** The label by which leftover helpers are found, and the run that they belong to. */
export const runLabel = 'dev.slipway.run'

/**
 * Of names that exist only while a step works; what is left of a killed one is found by it. No
 * registry can ever have that name (RFC 2606).
 */
export const intermediateRepository = (runId: string): string => `slipway.invalid/base/${runId}`

/** The name by which a run holds an image. */
export const toHeldName = (runId: string, id: string): string =>
  `${intermediateRepository(runId)}:${id.replace(/^sha256:/, '').slice(0, 32)}`

/** The builder that a run makes for itself. */
export const toBuilderName = (runId: string): string => `slipway-${runId}`

/** The container of such a builder, as buildx calls it, and its volume. */
export const toBuilderContainer = (runId: string): string =>
  `buildx_buildkit_${toBuilderName(runId)}0`

export const toBuilderVolume = (container: string): string => `${container}_state`
