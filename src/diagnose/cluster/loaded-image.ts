/** An image that this job put into the nodes. */
export type LoadedImage = {
  /** As the step was given it. */
  readonly given: string
  /** As containerd has it, such as `docker.io/library/api:dev`. */
  readonly canonical: string
  /** The tag by its content, such as `api:sha-0123456789ab`. */
  readonly immutable: string
  readonly id: string
  /** Names of the nodes that it was put into, which may not be all. */
  readonly nodes: readonly string[]
}
