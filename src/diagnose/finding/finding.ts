/** What can be found; docs/diagnosis.md has a row for each. */
export type FindingKind =
  | 'oom-kill'
  | 'pull-policy'
  | 'image-pull'
  | 'image-collected'
  | 'eviction'
  | 'disk-pressure'
  | 'memory-pressure'
  | 'pid-pressure'
  | 'pending'
  | 'liveness'
  | 'killed'
  | 'node-restarted'
  | 'node-gone'
  | 'clock-jump'

/** Why something died or never began, as far as the machine still tells. */
export type Finding = {
  readonly kind: FindingKind
  /**
   * `certain`: the evidence names what was hit. `likely`: it fits, and something of it is missing.
   * `possible`: it happened on this machine, and may have nothing to do with this job.
   */
  readonly certainty: 'certain' | 'likely' | 'possible'
  /** The cause in one line, such as `The pod default/api was killed for its memory limit of 50 MB`. */
  readonly cause: string
  /** What was seen, a line each, such as a line of the kernel's log. */
  readonly evidence: readonly string[]
  /** What to change, in one or two sentences. */
  readonly remedy: string
  /** Whom it hit, as far as known. */
  readonly node?: string
  readonly namespace?: string
  readonly pod?: string
  readonly container?: string
  /** The pod's UID and the container's ID in containerd, which the kernel's log names, too. */
  readonly podUid?: string
  readonly containerId?: string
  readonly image?: string
  /** When, ISO 8601. */
  readonly at?: string
}

/** What is told of looking. */
export type Told = {
  readonly findings: readonly Finding[]
  /** What was looked at, and what could not be, a piece each. */
  readonly looked: readonly string[]
}
