import type { Masker } from './masker.ts'
import type { Annotation, Command, Level, Phase } from './types.ts'

const MAX_MESSAGE_CHARS = 4096
const MAX_SHOWN_PER_LEVEL = 10

/** What a step leaves behind while it runs; both phases write into the same one. */
export interface StepRecord {
  readonly masker: Masker
  readonly outputs: Map<string, string>
  readonly state: Map<string, string>
  readonly env: Map<string, string>
  readonly path: string[]
  readonly annotations: Annotation[]
  readonly commands: Command[]
  readonly stoppedCommands: Command[]
  readonly summaries: string[]
  /** Set when the runner itself fails the phase, whatever the exit code. */
  failed: boolean
  /** Writes one masked entry to the log. */
  readonly write: (text: string) => void
  readonly debug: (text: string) => void
  readonly annotate: (
    level: Level,
    message: string,
    phase: Phase,
    props?: Readonly<Record<string, string>>,
  ) => void
  readonly logText: () => string
}

/** State and output names are case-insensitive: the last spelling wins. */
export function setIgnoringCase(map: Map<string, string>, name: string, value: string): void {
  for (const key of map.keys()) {
    if (key.toLowerCase() === name.toLowerCase()) map.delete(key)
  }
  map.set(name, value)
}

export interface RecordOptions {
  readonly debug: boolean
  /** False lets the log go nowhere but to `onLog`. */
  readonly keep: boolean
  readonly onLog: ((text: string) => void) | undefined
}

/** An empty record. */
export function createStepRecord(masker: Masker, options: RecordOptions): StepRecord {
  const log: string[] = []
  const annotations: Annotation[] = []
  const write = (text: string): void => {
    const masked = masker.mask(text)
    if (options.keep) log.push(masked)
    options.onLog?.(masked)
  }
  return {
    masker,
    outputs: new Map(),
    state: new Map(),
    env: new Map(),
    path: [],
    annotations,
    commands: [],
    stoppedCommands: [],
    summaries: [],
    failed: false,
    write,
    debug: (text) => {
      if (!options.debug) return
      for (const line of text.split(/\r?\n/)) write(`##[debug]${line}`)
    },
    annotate: (level, text, phase, props = {}) => {
      const message = masker.mask(text).slice(0, MAX_MESSAGE_CHARS)
      const before = annotations.filter((a) => a.level === level && a.phase === phase).length
      annotations.push({ level, message, props, phase, shown: before < MAX_SHOWN_PER_LEVEL })
      if (message !== '') write(`##[${level}]${message}`)
    },
    logText: () => (log.length === 0 ? '' : `${log.join('\n')}\n`),
  }
}
