import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { LocalImage } from '../image/image.ts'
import type { MakeStep } from '../plan/plan.ts'
import type { Handovers } from '../run/intermediates.ts'
import type { Workshop } from '../workshop.ts'

/** Builds and loads that run at the same time, and end together where the first failure ends all. */
export type Bench = {
  readonly shop: Workshop
  readonly step: MakeStep
  readonly api: EngineApi
  /** Ends with the step, or with the first failure. */
  readonly signal: AbortSignal
  readonly docker: Docker
  readonly handovers: Handovers
  /** Loads, one after another: each has all nodes at work already. */
  readonly load: (name: string, images: readonly LocalImage[], isBuilt: boolean) => void
}
