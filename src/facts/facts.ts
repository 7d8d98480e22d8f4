import type { ChosenMounts } from '../build/mounts/choose-mounts.ts'
import { isPush } from '../build/outputs.ts'
import type { Target } from '../build/target.ts'
import type { NodeCapacity } from '../cluster/capacity.ts'
import type { Node } from '../cluster/node.ts'
import type { Freeable } from '../disk/freeable.ts'
import type { Builder, Engine } from '../docker/info.ts'
import type { ContainerImage } from '../image/image.ts'
import type { ImageReference } from '../image/reference.ts'
import type { Sizes } from '../image/sizes.ts'
import type { PackedImage } from '../image/sources/archive-images.ts'
import type { Manifests, NamedImage } from '../manifests/workload.ts'
import type { LastImages } from '../memory/memory.ts'
import type { Restore } from '../memory/restore-memory.ts'
import type { BuildTimes } from '../memory/time-memory.ts'
import type { Filesystem } from '../storage/filesystems.ts'
import type { FoundNodeFiles } from './find-files.ts'

/** What we found on the machine before anything was done. */
export type Facts = {
  readonly engine: Engine
  readonly nodes: readonly Node[]
  /** A line for each container that has the labels of this cluster's nodes, and is none. */
  readonly leftOut: readonly string[]
  /** What is to be built. */
  readonly targets: readonly Target[]
  /** Lines of what their caches are. */
  readonly cacheLines: readonly string[]
  /** Caches of RUN steps that are kept between runs. */
  readonly cacheMounts: ChosenMounts
  /** Images to load that exist already. */
  readonly images: readonly ContainerImage[]
  /** Images to load that have to be pulled first. */
  readonly pulls: readonly ImageReference[]
  /** Images to load that are in archives. */
  readonly archived: readonly PackedImage[]
  /** Whether the daemon is on this machine. */
  readonly isLocalDaemon: boolean
  /** Undefined when nothing is built, or nobody knows. */
  readonly builder: Builder | undefined
  /** Of Docker's data, the temp folder and the nodes; those that nobody could look at are missing. */
  readonly filesystems: readonly Filesystem[]
  /** Names of the images that nodes have, by the nodes' names; of those that were asked. */
  readonly nodeImages: ReadonlyMap<string, readonly string[]>
  readonly isHostedRunner: boolean
  /** What of the catalog is there; nothing on machines that are not GitHub's. */
  readonly freeable: readonly Freeable[]
  /** The repository in whose Actions cache sizes and times are kept for the next run; undefined where they are not. */
  readonly keptFor: string | undefined
  /** Of the images to build, when they were built last; undefined when nobody remembers. */
  readonly lastSizes: Sizes | undefined
  /** What the builds took in the last runs, latest first; undefined where nobody could be asked. */
  readonly lastTimes: readonly BuildTimes[] | undefined
  readonly lastImages: LastImages
  /** Docker's images and build cache, which builds may reuse; 0 where the plan does not need it. */
  readonly reusableBytes: number
  readonly nodeFiles: FoundNodeFiles
  /** Whose Actions cache may keep files; undefined where there is none. */
  readonly filesCache: { readonly repository: string; readonly mayWrite: boolean } | undefined
  /** What is remembered of images to pull, by their names, where the Actions cache may be left alone for it. */
  readonly restores: ReadonlyMap<string, Restore>
  /** Empty where none were named. */
  readonly manifests: Manifests
  /** Those of `images` that the manifests name, and no input. */
  readonly namedImages: readonly NamedImage[]
  /** Of all nodes of the cluster; empty where there are no manifests to compare with. */
  readonly nodeCapacities: readonly NodeCapacity[]
}

/** Those of the wanted names that a registry has, or gets by a build of this step. */
export const toRegistered = ({
  targets,
  pulls,
}: Pick<Facts, 'targets' | 'pulls'>): readonly ImageReference[] => [
  ...targets.filter(({ further }) => further.some(isPush)).flatMap(({ tags }) => tags),
  ...pulls,
]

/** The names that the nodes are to get: of what is built for them, and of what was there before. */
export const toWanted = ({
  targets,
  images,
  pulls = [],
  archived = [],
}: Pick<Facts, 'targets' | 'images'> &
  Partial<Pick<Facts, 'pulls' | 'archived'>>): readonly ImageReference[] => [
  ...targets.filter(({ isWanted }) => isWanted).flatMap(({ tags }) => tags),
  ...images.flatMap(({ references }) => references),
  ...archived.flatMap(({ references }) => references),
  ...pulls,
]
