/** A line of a file, counted from 1; the file is relative to the workspace. */
export type SourceLocation = { readonly file: string; readonly line: number }

/** What goes wrong on the way, and may not go wrong the next time. */
export type Transient = {
  /** For people. */
  readonly what: string
  /** How long to wait at least, in milliseconds: who is asked too often wants to be left alone. */
  readonly waitMs: number
}

type Options = {
  readonly remedy?: string
  readonly cause?: unknown
  readonly location?: SourceLocation | undefined
  readonly transient?: Transient | undefined
}

/** A failure that we can explain: what was tried, what came back, and what to do about it. */
export class Failure extends Error {
  readonly remedy: string | undefined
  /** The file and line to look at, where there is one. */
  readonly location: SourceLocation | undefined
  /** Why the same might succeed the next time; undefined where it would fail again. */
  readonly transient: Transient | undefined

  constructor(what: string, options: Options = {}) {
    super(what, { cause: options.cause })
    this.name = 'Failure'
    this.remedy = options.remedy
    this.location = options.location
    this.transient = options.transient
  }
}

const isWorthAddingTo = (message: string, cause: Error): boolean =>
  cause.message !== '' && !message.includes(cause.message)

/**
 * The one formatter for errors: what was tried, what came back (the chain of causes), what to do.
 * An error that nobody foresaw keeps its stack in the debug log, not here.
 */
export const renderError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError) return error.errors.map(renderError).join('\n')
  let message = error.message
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (isWorthAddingTo(message, cause)) message = `${message}: ${cause.message}`
  }
  const remedy = error instanceof Failure ? error.remedy : undefined
  return remedy === undefined ? message : `${message.replace(/\.$/, '')}. ${remedy}`
}

/** What `act` returns; undefined where it throws, for reading what may be anything or may not be there. */
export const attempt = <T>(act: () => T): T | undefined => {
  try {
    return act()
  } catch {
    return undefined
  }
}
