/** An image that nodes pulled from a registry while the job ran, by the events of their kubelets. */
export type PulledImage = {
  /** As pods have it, with the tag that Kubernetes takes where they name none. */
  readonly name: string
  /** Whether this job loaded it all the same. */
  readonly isLoaded: boolean
  readonly count: number
  /** Names of the nodes that pulled it, as far as known. */
  readonly nodes: readonly string[]
  /** Packed, as the registry has it; undefined where the kubelets are too old to say. */
  readonly sizeBytes: number | undefined
  /** How long all pods together waited for it, and one pull at most. */
  readonly waitMs: number
  readonly longestMs: number
  /** Whether the times of all pulls are known: Kubernetes puts many events into one. */
  readonly isWhole: boolean
}

/** By which a second diagnosis of the job knows what the first one has told. */
export const toPulledKey = ({ name }: PulledImage): string => `pulled ${name}`
