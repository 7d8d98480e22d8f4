import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import type { ContainerImage } from '../image/image.ts'
import type { Bar, Progress } from '../text/progress.ts'
import type { Because } from './because.ts'
import type { ManifestMaker } from './manifest.ts'
import type { LoadMethod } from './plan-method.ts'
import type { Unpacker } from './unpacker.ts'

/** How an image got into one node. */
export type NodeLoad = {
  readonly name: string
  /** `present`: the node had every layer already. */
  readonly way: LoadMethod | 'present'
  /** Why it was not the best method; undefined when it was. */
  readonly because: Because | undefined
  /** Bytes of files that were copied or sent; what is linked costs none. */
  readonly copiedBytes: number
  readonly durationMs: number
}

export type ImageLoad = {
  readonly image: ContainerImage
  readonly nodes: readonly NodeLoad[]
}

/** @param diffIds of layers that a builder did not write, as no node lacked them then */
export type ExportLayers = (diffIds: readonly string[]) => Promise<void>

export type LoadContext = {
  readonly docker: Docker
  readonly api: EngineApi
  readonly engine: Engine
  readonly clusterName: string
  readonly runId: string
  /** Makes sure that Docker keeps an image, whatever becomes of its names. */
  readonly hold: (image: ContainerImage) => Promise<ContainerImage>
  readonly exportLayers: ExportLayers | undefined
  /** Undefined where layers are unpacked in the nodes themselves. */
  readonly unpacker?: Unpacker | undefined
  /** A folder of the step's own. */
  readonly tempDir: string
  readonly signal: AbortSignal
  readonly line: (text: string) => void
  readonly warn: (message: string) => void
  readonly bar: Bar | undefined
}

/** One image on its way into nodes. */
export type Task = LoadContext & {
  readonly image: ContainerImage
  readonly progress: Progress
  readonly toManifest: ManifestMaker
}

/** The same while Docker is still asked to keep the image, and what its manifest is made of. */
export type BegunTask = Omit<Task, 'toManifest'> & { readonly begun: Promise<Task> }

/** Waits for all before it fails with the first failure: no node's load may outlive the step. */
export const allEnded = async <T>(works: readonly Promise<T>[]): Promise<readonly T[]> => {
  await Promise.allSettled(works)
  return Promise.all(works)
}
