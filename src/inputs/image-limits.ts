/** How large an image may be, or how much larger than before. */
export type ImageLimit = {
  /** As it was written. */
  readonly given: string
  /** With its tag or without; undefined for all images. */
  readonly image: string | undefined
  readonly bytes: number | undefined
  /** Of what it was before. */
  readonly percent: number | undefined
  /** As a registry has it, in place of its files. */
  readonly isPacked: boolean
}

export type ImageLimits = {
  readonly size: readonly ImageLimit[]
  readonly growth: readonly ImageLimit[]
  /** The step does not fail for them. */
  readonly isWarning: boolean
}
