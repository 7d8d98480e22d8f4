import type { ClusterKind } from '../cluster/node.ts'
import type { ClusterRequest } from '../cluster/request.ts'
import type { ImageReference } from '../image/reference.ts'
import type { Secret } from '../secret.ts'
import type { Allowances } from './allow.ts'
import type { BuilderRequest } from './builder-request.ts'
import type {
  BuildCache,
  CacheChoice,
  FreeDisk,
  ImageCache,
  ImageReport,
  KeepImages,
  LoadMode,
  Mode,
  PruneCache,
  PullImages,
} from './choices.ts'
import type { BuildSecret, Credentials, SecretFormat } from './credentials.ts'
import type { ImageLimits } from './image-limits.ts'
import type { NodeFiles } from './node-files.ts'

/** What is to be built, in Bake's words. */
export type BakeInputs = {
  /** The step's own build and no list: the ID and digest of its image are outputs. */
  readonly isSingle: boolean
  /** Files of Bake or Compose; empty where the builds are written in the step. */
  readonly files: readonly string[]
  /** What is written in the step, as a file of Bake would have it. */
  readonly definition: BakeFile | undefined
  /** Targets or groups; empty means Bake's own default. */
  readonly targets: readonly string[]
  /** As `--set` takes them, such as `*.platform=linux/amd64`. */
  readonly sets: readonly string[]
  /** All that was asked for goes to its registries, too. */
  readonly pushes: boolean
}

/** A target of a Bake file in JSON. */
export type BakeDefinition = Readonly<Record<string, unknown>>

/** A Bake file in JSON. */
export type BakeFile = {
  readonly group?: Readonly<Record<string, { readonly targets: readonly string[] }>>
  readonly target: Readonly<Record<string, BakeDefinition>>
}

/** A registry that has what Docker Hub has. */
export type RegistryMirror = {
  /** With a port and a path, perhaps. */
  readonly host: string
  /** It speaks no TLS. */
  readonly isPlain: boolean
}

/** A command that says by its exit code whether an image works. */
export type Prove = {
  /** As it was written. */
  readonly given: string
  readonly argv: readonly string[]
  /** For all runs in one image. */
  readonly timeoutMs: number
}

/** What the step says of caches. */
export type CacheInputs = {
  readonly cache: CacheChoice
  /** The repository for `registry`, perhaps with the beginning of a tag. */
  readonly cacheRef: string | undefined
  /** Whether the step fails where a cache cannot be read or written. */
  readonly cacheRequired: boolean
}

/** An image that is only looked at. */
export type ReportedImage =
  /** In an OCI layout, a folder of this machine. */
  | {
      readonly kind: 'layout'
      readonly given: string
      readonly folder: string
      readonly tag: string | undefined
      readonly digest: string | undefined
    }
  /** In a registry; `any` in Docker's store, else in its registry. */
  | {
      readonly kind: 'registry' | 'any'
      readonly given: string
      readonly reference: ImageReference
    }

/** What of the images that manifests name is loaded. */
export type ImagesFrom = {
  /** Names that are left out, in which `*` stands for any text. */
  readonly exclude: readonly string[]
}

/** All that a workflow author said, checked. */
export type Inputs = CacheInputs & {
  readonly mode: Mode
  /** Given, and not used in this mode. */
  readonly unused: readonly string[]
  /** Whether the code comes from this repository, or its author says that it may be trusted. */
  readonly isTrusted: boolean
  readonly credentials: Credentials
  /** URL of GitHub's REST API, without a slash at its end. */
  readonly apiUrl: string
  readonly secretFormat: SecretFormat
  /** Under which the Dockerfile finds the token. */
  readonly secretId: string
  readonly secrets: readonly BuildSecret[]
  readonly bake: BakeInputs | undefined
  /** Beyond the files of the workspace. */
  readonly allow: Allowances
  readonly buildCache: BuildCache
  /** How many bytes of layers the Actions cache may keep for this step's builds, unpacked. */
  readonly buildCacheBytes: number
  /** Ids of RUN steps' caches that are kept between runs. */
  readonly cacheMounts: readonly string[]
  /** How much of them this step may keep. */
  readonly cacheMountsBytes: number
  /** Undefined where the step uses the builder that is there. */
  readonly builder: BuilderRequest | undefined
  /** Docker's store is to have what another builder than its own makes. */
  readonly keepsInDocker: boolean
  /** A builder that is there already; undefined for the one that buildx uses. */
  readonly existingBuilder: string | undefined
  /** How many builds may run at once; undefined leaves it to the machine. */
  readonly parallel: number | undefined
  /** How often a build that failed on the way, as by a registry, is tried again. */
  readonly retries: number
  /** Whether the first failure ends the other builds, too. */
  readonly failFast: boolean
  /** Only say what would be done. */
  readonly isDryRun: boolean
  /** Images of the local store that are loaded as they are. */
  readonly images: readonly ImageReference[]
  /** Files with images that are loaded, too. */
  readonly imageArchives: readonly string[]
  /** Asked for Docker Hub's images before it. */
  readonly mirrors: readonly RegistryMirror[]
  /** Which of them Docker pulls first. */
  readonly pullImages: PullImages
  readonly imageCache: ImageCache
  /** How much of them this step may keep. */
  readonly imageCacheBytes: number
  /** Images that `mode: report` looks at. */
  readonly reported: readonly ReportedImage[]
  readonly clusterName: string
  /** Who made it. */
  readonly cluster: ClusterKind
  /** Where this machine's containerd listens, with `cluster: containerd`. */
  readonly containerdAddress: string
  /** Undefined where the cluster is there before the step. */
  readonly createCluster: ClusterRequest | undefined
  /** Names or roles; empty means all nodes of the cluster. */
  readonly nodes: readonly string[]
  readonly loadMode: LoadMode
  readonly keepImages: KeepImages
  readonly freeDisk: FreeDisk
  /** Names of the catalog's entries that stay. */
  readonly freeDiskKeep: readonly string[]
  readonly pruneCache: PruneCache
  /** Whether, and how thoroughly, the step says what its images' bytes are for. */
  readonly imageReport: ImageReport
  readonly imageLimits: ImageLimits
  /** A comment on the pull request is wanted; the token for it is missing where forks get no secrets. */
  readonly comment: { readonly token: Secret | undefined } | undefined
  /** The test to run in images without their findings; undefined for none. */
  readonly prove: Prove | undefined
  /** Files that the nodes are to have beside their images. */
  readonly nodeFiles: readonly NodeFiles[]
  /** Whether files of ours go that the step does not name. */
  readonly prunesNodeFiles: boolean
  /** Whether files that nodes have already are read whole and compared with their digests. */
  readonly verifiesNodeFiles: boolean
  /** Whether read-only folders become images in the nodes, too, for pods to mount. */
  readonly makesFilesImages: boolean
  /** How many bytes of files from elsewhere the Actions cache may keep for this step; undefined for none. */
  readonly nodeFilesCacheBytes: number | undefined
  /** Globs of Kubernetes manifests to check, relative to the workspace. */
  readonly manifests: readonly string[]
  /** Whether images that the manifests name are loaded like those of `images`; undefined for no. */
  readonly imagesFrom: ImagesFrom | undefined
}
