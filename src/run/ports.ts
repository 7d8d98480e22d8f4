import type { ImageAnalysis } from '../analysis/analyse.ts'
import type { Proof } from '../analysis/proof.ts'
import type { BuilderWatch } from '../build/builder-watch.ts'
import type { BuildMetadata } from '../build/metadata.ts'
import type { RestoredMount } from '../build/mounts/restore-mounts.ts'
import type { Target } from '../build/target.ts'
import type { BuildStats, MissedStep } from '../build/timings.ts'
import type { ClusterState, CreatedCluster } from '../cluster/providers/create-kind.ts'
import type { Freed } from '../disk/free-disk.ts'
import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import type { Env } from '../host/command.ts'
import type { Log } from '../host/log.ts'
import type { ContainerImage, Layer } from '../image/image.ts'
import type { LayerOrigin } from '../image/layer-origin.ts'
import type { Measured } from '../image/sizes.ts'
import type { BuildSecret } from '../inputs/credentials.ts'
import type { NodeLayers } from '../load/common-layers.ts'
import type { ExportLayers, ImageLoad } from '../load/task.ts'
import type { Unpacker } from '../load/unpacker.ts'
import type { FilesImages } from '../load/volume-image.ts'
import type { Step, StepOf } from '../plan/steps.ts'
import type { StepId } from '../plan/work.ts'
import type { CacheDocuments } from '../registry/cache-documents.ts'
import type { LayerSource } from '../registry/layer-source.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import type { EndedToken } from '../token/ended-token.ts'
import type { FilesResult } from './files-result.ts'
import type { BuiltOf } from './history-origins.ts'
import type { PullRecord } from './image-entries.ts'

/** What a build came to. */
export type Built = {
  readonly metadata: BuildMetadata &
    Omit<BuildStats, 'missed'> & { readonly missed: MissedStep | undefined }
  /** As Docker or a folder has it; undefined where it is only in the builder. */
  readonly image: ContainerImage | undefined
  /** Has the builder write layers that it left out; undefined where Docker has the image. */
  readonly exportLayers?: ExportLayers
  /** For the next run's plan; undefined where Docker does not say. */
  readonly measured: Measured | undefined
  /** What made each layer; undefined where nobody asked or BuildKit does not say. */
  readonly origins: readonly LayerOrigin[] | undefined
  /** Where somebody asked, and it is a file of the workspace: what the history may be compared with. */
  readonly builtOf: BuiltOf | undefined
}

export type Pulled = {
  readonly image: ContainerImage
  /** What may be kept of it; undefined where Docker has pulled it. */
  readonly kept: PullRecord | undefined
}

/** What steps come to, of those that come to something. */
type Results = {
  readonly 'create-cluster': CreatedCluster
  /** Whether there is a cluster now. */
  readonly 'await-cluster': boolean
  readonly 'free-disk': readonly Freed[]
  readonly build: Built
  readonly 'hold-image': ContainerImage
  readonly pull: Pulled
  /** What all nodes have; undefined where there were none yet. */
  readonly 'restore-builds': NodeLayers | undefined
  readonly 'restore-mounts': readonly RestoredMount[]
  readonly 'unpack-archive': ContainerImage
  readonly load: ImageLoad
  /** Undefined where the image could not be read. */
  readonly analyse: ImageAnalysis | undefined
  /** Undefined where there was nothing to prove, or no test could be run. */
  readonly prove: Proof | undefined
  readonly 'sync-files': FilesResult
  readonly 'image-volumes': FilesImages
  readonly 'prune-cache': readonly Freed[]
  readonly 'revoke-token': readonly EndedToken[]
}

export type ResultOf<K extends Step['kind']> = K extends keyof Results ? Results[K] : unknown

/** What builds may be given that nobody else may see. */
export type Secrets = {
  /** Ids under which a Dockerfile finds them; the token's first. */
  readonly ids: readonly string[]
  /**
   * Mints the token when the first build asks.
   *
   * @param contexts of the build; those in Git on our server are fetched with the token
   */
  readonly take: (contexts: readonly string[]) => Promise<readonly BuildSecret[]>
  /** Ends the token, and says what has been ended. Never fails. */
  readonly close: () => Promise<readonly EndedToken[]>
  /** By these variables a build finds the Actions cache. */
  readonly cacheEnv: Env
}

/** How a build went that may be kept. */
export type BuildTold = Pick<BuildStats, 'steps' | 'cachedSteps' | 'missed'> & {
  /** From its beginning to its image. */
  readonly ms: number
  /** What buildx wrote of it. */
  readonly json: string
}

/** Hears of an image's layer that is here, and where its tar is. */
export type OnLayer = (layers: readonly Layer[], at: number, file: string) => void

/** What is kept of builds from run to run. None of it fails: a cache saves time, and nothing else. */
export type BuildCaches = {
  /**
   * Looks up what earlier builds of targets wrote of their caches. Layers that nodes lack are fetched from now
   * on, in the order of the targets.
   *
   * @param common what all nodes have
   * @param onLayer hears of each layer that is here, of an image of which all are or come
   */
  readonly restore: (
    targets: readonly Target[],
    common: Promise<NodeLayers>,
    onLayer: OnLayer,
  ) => Promise<void>
  /** The same layers of one target once more, for nodes that have come since then. */
  readonly follow: (target: Target, common: NodeLayers, onLayer: OnLayer) => void
  /** Whether most of a target's build need not be done again, as far as can be known before. */
  readonly isKept: (target: Target) => boolean
  /** What an earlier build of a target wrote of its cache; undefined where nothing is kept. */
  readonly documentsOf: (target: Target) => CacheDocuments | undefined
  /** Where layers are that were kept. */
  readonly source: LayerSource
  /** Brings such a layer, and says where its tar is; undefined where it cannot be had. */
  readonly bring: (digest: string) => Promise<string | undefined>
  /** Where its tar is, if it has come. */
  readonly find: (digest: string) => string | undefined
  /**
   * Takes what a build wrote of its cache, its image, and how it went.
   *
   * @param folder an OCI layout with the layers that the builder has sent; it goes when the image is loaded
   */
  readonly keep: (
    target: Target,
    cache: CacheDocuments,
    image: ContainerImage,
    folder: string,
    told: BuildTold,
  ) => Promise<void>
}

/** One run of one plan. */
export type Run = {
  readonly id: string
  /** A folder of the run's own, which goes with it. */
  readonly tempDir: string
  /** The same for images that a builder writes into folders, on a disk. */
  readonly layoutDir: string
  readonly workspace: string
  /** What child processes inherit. */
  readonly env: Env
  /** The same without what leads buildx to the run's own builder, such as its kubeconfig. */
  readonly stepEnv: Env
  /** Looks after the run's own builder, where that is needed. */
  readonly watch?: BuilderWatch | undefined
  /** Where the logs of a cluster go that could not be made. */
  readonly clusterLogs: string
  /** Tells post what there is of the cluster. */
  readonly saveClusterState: (state: ClusterState) => void
  /** Tells post where its kubeconfig is; throws where post would not hear of it. */
  readonly announceKubeconfig: (path: string) => void
  /** How the Actions cache is asked. */
  readonly cache: CacheAccess
  /** Undefined where nothing is kept of builds. */
  readonly buildCaches?: BuildCaches | undefined
  /** Undefined where layers are unpacked in the nodes themselves. */
  readonly unpacker?: Unpacker | undefined
  /** Ends with the step, or with the first failure where that ends all. */
  readonly signal: AbortSignal
  /** What an earlier step came to; undefined where it was not done. */
  readonly resultOf: <K extends Step['kind']>(kind: K, id: StepId) => ResultOf<K> | undefined
  /** Fulfilled when a step is over, however it ended. */
  readonly over: (id: StepId) => Promise<unknown>
}

/** What every step's handler gets besides the step. */
export type Ports = {
  /** The daemon: its command, its API, and what it says of itself. */
  readonly docker: { readonly command: Docker; readonly api: EngineApi; readonly engine: Engine }
  readonly secrets: Secrets
  readonly log: Log
  readonly run: Run
}

/** What a run is given of them; the plan it runs adds what its steps know of each other. */
export type Given = Omit<Ports, 'run'> & {
  readonly run: Omit<Run, 'resultOf' | 'over' | 'unpacker'>
  /** Where temporary files belong. */
  readonly tempRoot: string
  /** Hears of each build that has ended, before anything of it is loaded. */
  readonly onBuilt: () => void
  /** The plan's steps anew, now that there are nodes. */
  readonly planAgain: () => Promise<readonly Step[]>
}

export type Handler<K extends Step['kind']> = (
  step: StepOf<K>,
  ports: Ports,
) => Promise<ResultOf<K>>

export type Handlers = { readonly [K in Step['kind']]: Handler<K> }
