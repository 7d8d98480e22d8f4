import type { Finding } from './finding.ts'
import type { PulledImage } from './pulled-image.ts'

/** What was checked, a piece each, such as `2 nodes`; and what was not, such as `events (no kubectl in a)`. */
export type Checks = {
  readonly checked: readonly string[]
  readonly unchecked: readonly string[]
}

/** What came of a diagnosis. */
export type Diagnosis = Checks & {
  readonly findings: readonly Finding[]
  /** What nodes pulled meanwhile, which is nothing wrong and takes time. */
  readonly pulled: readonly PulledImage[]
  /** Sentences about what else was seen. */
  readonly remarks: readonly string[]
  /** Whether Docker answers. */
  readonly isDockerThere: boolean
}
