import type { Finding } from './finding.ts'

/** What was checked, a piece each, such as `2 nodes`; and what was not, such as `events (no kubectl in a)`. */
export type Checks = {
  readonly checked: readonly string[]
  readonly unchecked: readonly string[]
}

/** What came of a diagnosis. */
export type Diagnosis = Checks & {
  readonly findings: readonly Finding[]
  /** Sentences about what else was seen. */
  readonly remarks: readonly string[]
  /** Whether Docker answers. */
  readonly isDockerThere: boolean
}
