import type { SourceLocation } from '../../failure.ts'

/** `error` for what must not be there, `info` for what may have its reasons. */
export type Level = 'error' | 'warning' | 'info'

/** One thing that images should not have, as data: docs/image-report.md has a row for each. */
export type Rule = {
  readonly id: string
  readonly level: Level
  /** Such as `pip's cache`; the beginning of a sentence. */
  readonly what: string
  /** An imperative. */
  readonly fix: string
  /** Where the rule may be wrong; undefined where it cannot be. */
  readonly doubt?: string
  /**
   * What the fix takes away, where it does nothing else: `files` that a container sees, or `copies` that it does
   * not see. Undefined where only a build can tell.
   */
  readonly removes?: 'files' | 'copies'
  /** Only somebody who knows the program can answer it: its bytes are in no total. */
  readonly isQuestion?: true
}

/** What a rule found, before it is known which line did it. */
export type Match = {
  readonly rule: Rule
  /** The layer whose line is to be changed. */
  readonly layer: number
  /** The line, where no layer has it. */
  readonly location?: SourceLocation | undefined
  /** Of the image without it; 0 where bytes are not the point. */
  readonly bytes: number
  /** Paths in the image, as bytes, most important first. */
  readonly paths: readonly string[]
  /** What to do, where more is known than the rule has; Markdown, of nothing that others wrote as it is. */
  readonly fix?: string
  /** What else shows it, such as names of packages; plain text. */
  readonly evidence?: string
}
