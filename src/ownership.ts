/**
 * Every name by which we find what is ours, and may therefore remove: containers, images, folders, entries
 * of the cache. What bears none of these is somebody else's.
 */

/** The label by which leftover helpers are found, and the run that they belong to. */
export const runLabel = 'dev.slipway.run'

/** The variable by which a run's processes are found when the run was killed. */
export const runVariable = 'SLIPWAY_RUN'

/**
 * Of names that exist only while a step works; what is left of a killed one is found by it. No
 * registry can ever have that name (RFC 2606).
 */
export const intermediateRepository = (runId: string): string => `slipway.invalid/base/${runId}`

/** The name by which a run holds an image. */
export const toHeldName = (runId: string, id: string): string =>
  `${intermediateRepository(runId)}:${id.replace(/^sha256:/, '').slice(0, 32)}`

/** Labels of a cluster's nodes: the run that had kind make them, and where it ran. */
export const clusterRunLabel = 'dev.slipway.cluster'
export const clusterMakerLabel = 'dev.slipway.cluster-maker'

/** The volume that holds files for nodes by their digests, and the label that says that we made it. */
export const filesVolume = 'slipway-files'
export const filesLabel = 'dev.slipway.files'

/** Where a node keeps what we know of files in it, in its /var. */
export const filesRecords = 'lib/slipway-files'

/** Of the names that images of such files have in nodes. No registry can be meant (RFC 6762). */
export const filesImages = 'slipway.local'

/** Whether a name of a node's image is such a one. */
export const isFilesImage = (name: string): boolean =>
  /^slipway\.local\/[a-z0-9-]{1,40}:[0-9a-f]{16}$/.test(name)

/** The builder that a run makes for itself. */
export const toBuilderName = (runId: string): string => `slipway-${runId}`

/** The builder of runs that keep its state, one of several that may be at work at once. */
export const toKeptBuilderName = (identity: string, slot: number): string =>
  `slipway-kept-${identity}-${slot}`

/** Whether a name is such a builder's: a build may have tried to set the state that post reads it from. */
export const isKeptBuilderName = (name: string): boolean =>
  /^slipway-kept-[0-9a-f]{16}-[0-9]$/.test(name)

/** The container that says that a step has such a builder. */
export const toLockName = (builder: string): string => `${builder}-lock`

/** The container of a builder's node, as buildx calls it. */
export const toContainerName = (node: string): string => `buildx_buildkit_${node}`

/** That of its first node. */
export const toBuilderContainer = (builder: string): string => toContainerName(`${builder}0`)

/** The containers of such a builder, one for each of its nodes, as buildx calls them; without a run, all runs'. */
export const toBuilderPattern = (runId = '[0-9a-f]{16}'): RegExp =>
  new RegExp(`^buildx_buildkit_${toBuilderName(runId)}[0-9]{1,3}$`)

/** The volume of such a container. */
export const toBuilderVolume = (container: string): string => `${container}_state`

/**
 * GitHub ends jobs on self-hosted runners after five days, and all others sooner. What is older belongs to a
 * machine that died before post could run.
 */
export const longestJobMs = 5 * 24 * 60 * 60 * 1_000

/** Folders of a run that may be as large as images, of which a killed post leaves some. */
export const isImagesFolder = (name: string): boolean =>
  /^slipway-[0-9a-f]{16}-(?:images|layers)$/.test(name)

/** What buildx calls a kind of object of such a builder in a cluster, after the builder's name. */
const objectPatterns = {
  deployments: '%',
  statefulsets: '%',
  configmaps: '%-config(?:-[0-9]+)?',
  persistentvolumeclaims: 'buildkitd-%-[0-9]+',
} as const

/** Whether an object of a cluster has the name that such a builder's would have. */
export const isBuilderObject = (
  resource: keyof typeof objectPatterns,
  name: string,
  runId: string,
): boolean => {
  if (!/^[0-9a-f]{16}$/.test(runId)) return false
  const node = `${toBuilderName(runId)}[0-9]{1,3}`
  return new RegExp(`^${objectPatterns[resource].replace('%', node)}$`).test(name)
}
