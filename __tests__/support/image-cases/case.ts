/** Files below a folder: a text, bytes, or how long a file of nothing is. */
export type Files = Readonly<Record<string, string | Buffer | number>>

/** What an image is built of, beside the folder that it shares with its pair. */
export type Lines = readonly string[]

/** A rule, an image that has its sin, and the same one without it. */
export type Case = {
  /** The rule's; more words behind a colon where it has several cases. */
  readonly name: string
  /** Of the Dockerfile with the sin, counted from 1. */
  readonly line: number
  readonly sin: Lines
  readonly clean: Lines
  /** Further rules that the sin breaks. */
  readonly also?: readonly string[]
  /** Words of what the finding says besides its bytes and paths. */
  readonly evidence?: string
  /** Whether the finding's bytes are what the clean image has less, as Docker counts them. */
  readonly saves?: true
  /** The clean one's ignore file. */
  readonly ignored?: Lines
  readonly files?: Files
  /** What real tools make, in the folder of both. */
  readonly prepare?: (folder: string) => Promise<void>
  /** What pods of these images ask for. */
  readonly pods?: { readonly sin: string; readonly clean: string }
}

/** An image that resembles sins and has none. */
export type LookAlike = Pick<Case, 'name' | 'files' | 'prepare' | 'ignored'> & {
  readonly clean: Lines
}

export const ruleOf = ({ name }: Pick<Case, 'name'>): string => name.split(':', 1)[0] ?? name

/** A folder of the context is laid over the image by one RUN. */
export const lay = (folder: string, options: readonly string[] = [], then = ''): string =>
  [
    `RUN --mount=type=bind,source=${folder},target=/made`,
    ...options,
    `cp -r /made/. /${then === '' ? '' : ` && ${then}`}`,
  ].join(' ')
