import { toLine } from '../../text/to-line.ts'

/**
 * What can be found; docs/diagnosis.md has a row for each. What explains most comes first: what is gone or
 * dead, then what never began, then what is unsure.
 */
export const findingKinds = [
  'node-gone',
  'node-restarted',
  'files-gone',
  'oom-kill',
  'pull-policy',
  'image-collected',
  'image-pull',
  'eviction',
  'liveness',
  'crash',
  'not-started',
  'disk-pressure',
  'memory-pressure',
  'pid-pressure',
  'no-pods',
  'pending',
  'not-ready',
  'killed',
  'clock-jump',
] as const

/** Why something died or never began, as far as the machine still tells. */
export type Finding = {
  readonly kind: (typeof findingKinds)[number]
  /**
   * `certain`: the evidence names what was hit. `likely`: it fits, and something of it is missing.
   * `possible`: it happened on this machine, and may have nothing to do with this job.
   */
  readonly certainty: 'certain' | 'likely' | 'possible'
  /** In one line, such as `Pod default/api was evicted: its node was short of memory`. */
  readonly cause: string
  /** What was seen, a line each, such as a line of the kernel's log. */
  readonly evidence: readonly string[]
  /** What to change, in one or two sentences. */
  readonly remedy: string
  /** Whom it hit, as far as known. */
  readonly node?: string | undefined
  readonly namespace?: string | undefined
  readonly pod?: string | undefined
  readonly container?: string | undefined
  /** The pod's UID and the container's ID in containerd, which the kernel's log names, too. */
  readonly podUid?: string | undefined
  readonly containerId?: string | undefined
  readonly image?: string | undefined
  /** When, ISO 8601. */
  readonly at?: string | undefined
}

/** More words than this, in a name or two that others chose, say nothing more; a remedy has them in a command. */
const longestText = 600

/** All texts as one line each, for they quote names and messages that others wrote. */
export const toPlain = ({ cause, evidence, remedy, ...rest }: Finding): Finding => {
  const texts = Object.entries(rest).map(([key, text]) => [key, text && toLine(text)])
  return {
    ...(Object.fromEntries(texts) as typeof rest),
    cause: toLine(cause, longestText),
    remedy: toLine(remedy, longestText),
    evidence: evidence.map((line) => toLine(line)).filter((line) => line !== ''),
  }
}
