import type { Node } from '../cluster/node.ts'
import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import type { ContainerImage } from '../image/image.ts'
import type { ManifestMaker } from './manifest.ts'

/** One image on its way into one node. */
export type Streaming = {
  readonly docker: Docker
  readonly api: EngineApi
  readonly engine: Engine
  readonly runId: string
  readonly image: ContainerImage
  readonly node: Node
  readonly toManifest: ManifestMaker
  readonly signal: AbortSignal
  /** Hears of all that is sent. */
  readonly onBytes: (bytes: number) => void
}
