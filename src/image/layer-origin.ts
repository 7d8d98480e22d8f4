import type { SourceLocation } from '../failure.ts'

/** What made a layer. */
export type LayerOrigin = {
  /** As the Dockerfile or the history has it, on one line; undefined where nobody says. */
  readonly instruction: string | undefined
  /** In the Dockerfile; undefined where nobody says. */
  readonly location: SourceLocation | undefined
  /** Of the image that it was built upon. */
  readonly isBase: boolean
  /** As a registry has it; undefined where nobody has packed it. */
  readonly packedBytes: number | undefined
}
