import type { ReportDepth } from '../analysis/analyse.ts'
import type { CacheMount } from '../build/dockerfile/cache-mounts.ts'
import type { Target } from '../build/target.ts'
import type { Node } from '../cluster/node.ts'
import type { ClusterRequest } from '../cluster/request.ts'
import type { Freeing } from '../disk/free-disk.ts'
import type { Removal } from '../files/place-trees.ts'
import type { WantedFiles } from '../files/wanted.ts'
import type { ContainerImage } from '../image/image.ts'
import type { ImageReference } from '../image/reference.ts'
import type { Sizes } from '../image/sizes.ts'
import type { PackedImage } from '../image/sources/archive-images.ts'
import type { KeepImages } from '../inputs/choices.ts'
import type { RegistryMirror, ReportedImage } from '../inputs/inputs.ts'
import type { NodePlan } from '../load/plan-method.ts'

/** Such as `build api`; what people read of a step, too. */
export type StepId = string

/** What the Actions cache may keep of files from elsewhere; undefined where it keeps none. */
export type FilesCachePlan =
  | {
      readonly bytes: number
      /** Only steps of one scope share what is small. */
      readonly scope: string
      readonly mayWrite: boolean
    }
  | undefined

/** What the Actions cache may keep of pulled images; undefined where it keeps none. */
export type ImageCachePlan =
  | {
      readonly bytes: number
      readonly mayWrite: boolean
      /** In how many runs in a row the registry was faster; undefined where that does not matter. */
      readonly slowRuns: number | undefined
    }
  | undefined

/** An image that was pulled, as far as its keeping goes. */
export type PulledImage = {
  readonly by: StepId
  readonly reference: ImageReference
  readonly slowRuns: number | undefined
}

/** An image on its way into nodes, and where the load finds it. */
export type ImageSource =
  /** Made by a build of this step. */
  | { readonly kind: 'built'; readonly by: StepId }
  /** In Docker's store before, under a name that another step has given it meanwhile. */
  | { readonly kind: 'held'; readonly by: StepId }
  | { readonly kind: 'local'; readonly image: ContainerImage }
  /** Out of an archive. */
  | { readonly kind: 'unpacked'; readonly by: StepId }
  /** Pulled by this step. */
  | { readonly kind: 'pulled'; readonly by: StepId }
  /** Wherever it is: nothing loads it. */
  | { readonly kind: 'elsewhere'; readonly image: ReportedImage }

export type Work =
  /** Ends when the nodes answer; then what needs them is planned again, under the same ids. */
  | {
      readonly kind: 'create-cluster'
      readonly cluster: string
      readonly request: ClusterRequest
    }
  /** Ends when kind has ended. */
  | { readonly kind: 'await-cluster'; readonly creating: StepId }
  | { readonly kind: 'free-disk'; readonly freeing: Freeing; readonly folder: string }
  /** Ends as soon as a build has room to begin; freeing goes on. */
  | { readonly kind: 'await-disk'; readonly freeing: StepId; readonly folder: string }
  | {
      readonly kind: 'build'
      readonly target: Target
      readonly isAlone: boolean
      /** How often what failed on the way is built again. */
      readonly retries: number
      /** Whether it fails where its cache cannot be read or written. */
      readonly cacheRequired: boolean
      /** That get the image; what they have, another builder than Docker's need not send. */
      readonly nodes: readonly Node[]
      /** Whether to find out which line made which layer. */
      readonly wantsOrigins: boolean
    }
  /** Has Docker pull an image, or brings it for the nodes out of the Actions cache. */
  | {
      readonly kind: 'pull'
      readonly reference: ImageReference
      /** Asked first. */
      readonly mirrors: readonly RegistryMirror[]
      readonly cache: ImageCachePlan
      /** That get the image: what they have need not come. */
      readonly nodes: readonly Node[]
    }
  /** Unpacks the layers that nodes lack of an image of an archive. */
  | {
      readonly kind: 'unpack-archive'
      readonly packed: PackedImage
      readonly nodes: readonly Node[]
    }
  /** Keeps what was pulled for later runs. */
  | {
      readonly kind: 'keep-pulled'
      readonly pulls: readonly PulledImage[]
      readonly cache: NonNullable<ImageCachePlan>
    }
  /**
   * Looks up what earlier runs kept of builds, and begins to fetch what nodes lack of it. Comes to the layers
   * that all nodes have.
   */
  | {
      readonly kind: 'restore-builds'
      readonly targets: readonly Target[]
      readonly nodes: readonly Node[]
    }
  /** Puts what earlier runs kept into caches that RUN steps mount, where the builder lacks them. */
  | { readonly kind: 'restore-mounts'; readonly mounts: readonly CacheMount[] }
  /** Keeps what builds left there for later runs. */
  | {
      readonly kind: 'keep-mounts'
      readonly restored: StepId
      readonly bytes: number
      readonly mayWrite: boolean
    }
  /** Has nodes ask mirrors for what pods pull. */
  | {
      readonly kind: 'mirror-nodes'
      readonly into: readonly Node[]
      readonly mirrors: readonly RegistryMirror[]
    }
  /** Gives an image a name that only this run uses: its own may be given to another one. */
  | { readonly kind: 'hold-image'; readonly image: ContainerImage }
  | {
      readonly kind: 'load'
      /** As people gave them. */
      readonly names: readonly string[]
      readonly image: ImageSource
      readonly cluster: string
      readonly into: readonly NodePlan[]
      /** Undefined where Docker's copy stays whatever came of the load. */
      readonly keepImages: KeepImages | undefined
    }
  /** Says what an image's bytes are for. */
  | {
      readonly kind: 'analyse'
      readonly names: readonly string[]
      readonly image: ImageSource
      readonly depth: ReportDepth
      /** Of which the image was built; undefined for one that was there before. */
      readonly target: Target | undefined
      /** Whether a pod that runs it asks for a GPU; undefined where no manifest names it. */
      readonly asksForGpu: boolean | undefined
      /** ID of an image that nodes run: its programs read the layers; undefined where there are none. */
      readonly nodeImage: string | undefined
      /** Who has all of what another builder made, once that has been loaded; undefined for Docker's images. */
      readonly loaded: { readonly by: StepId; readonly into: readonly Node[] } | undefined
    }
  /** Runs a test of the user's in the image without what the report found. */
  | {
      readonly kind: 'prove'
      readonly names: readonly string[]
      readonly image: ImageSource
      /** The step that says what can go. */
      readonly report: StepId
      readonly argv: readonly string[]
      /** As it was written, for people. */
      readonly command: string
      readonly timeoutMs: number
    }
  /** Puts files into nodes, and takes out what nobody asks for any more. */
  | {
      readonly kind: 'sync-files'
      readonly wanted: readonly WantedFiles[]
      readonly removals: readonly Removal[]
      readonly verifies: boolean
      readonly cache: FilesCachePlan
    }
  /** Makes files that nodes have images, too, and removes those that nobody asks for. */
  | {
      readonly kind: 'image-volumes'
      /** Of whose nodes some lack the image. */
      readonly wanted: readonly WantedFiles[]
      /** That has put the files there. */
      readonly sync: StepId
      readonly nodes: readonly Node[]
      /** Names of images that all nodes have, and that are still asked for. */
      readonly kept: readonly string[]
      /** Repositories of which other versions go; undefined for all that are ours. */
      readonly scope: readonly string[] | undefined
    }
  | { readonly kind: 'revoke-token' }
  /** Notes how big the images are, for the next run's plan. */
  | {
      readonly kind: 'record-sizes'
      readonly repository: string
      readonly targets: readonly Target[]
      readonly lastSizes: Sizes | undefined
    }
  /** Removes a name that only this run uses; with the last name of an image go its layers. */
  | { readonly kind: 'drop-image'; readonly name: string }
  /** The same for what was held until it was loaded. */
  | { readonly kind: 'release-image'; readonly image: ContainerImage; readonly loadedBy: StepId }
  /** The same for what machines left that died. */
  | { readonly kind: 'drop-leftovers' }
  /** Removes what a builder has written for the nodes. */
  | { readonly kind: 'drop-layout'; readonly target: Target }
  | { readonly kind: 'prune-cache' }
