import type { SourceLocation } from '../failure.ts'

/** Files in which people write which distributions of Python they want; no lock, which lists all. */
export const requirementFile =
  /^(?:[\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in)|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|environment\.ya?ml|requires\.txt)$/

/** Where a build's context is in the checkout. */
export type ContextOrigin = {
  /** Relative to the workspace; empty for the workspace itself. */
  readonly folder: string
  /** Patterns of names and of paths in the workspace that Git LFS keeps, as .gitattributes has them. */
  readonly lfs: readonly string[]
}

/** Lines of a Dockerfile, counted from 1, whose order or flags cost more than they need. */
export type RecipeOrder = {
  /** All of the context is copied before a line that installs what a list says. */
  readonly early: readonly { readonly copyLine: number; readonly installLine: number }[]
  /** Lines at the end of the last stage that copy without `--link`, with no RUN after them. */
  readonly unlinked: readonly number[]
}

/** What a Dockerfile says of the image that it made. */
export type Recipe = {
  /** All of it, as it was written. */
  readonly text: string
  /** Texts of files of the context that say which distributions of Python are wanted. */
  readonly requirements: readonly string[]
  /** Undefined for a context that is not in the workspace. */
  readonly origin: ContextOrigin | undefined
  /** How many stages there are, needed or not. */
  readonly stages: number
  readonly order: RecipeOrder
  /** What the image begins with once all stages are followed; undefined where that cannot be known. */
  readonly base:
    | { readonly image: string; readonly location: SourceLocation | undefined }
    | undefined
}

/** A part of a build context that the image has no use for. */
export type NeedlessPart = {
  /** Relative to the context, in plain text. */
  readonly path: string
  readonly bytes: number
  /** The line of .dockerignore that leaves it out, checked. */
  readonly pattern: string
}

/** What a large build context was sent for. */
export type SentContext = {
  readonly sentBytes: number
  /** Where the Dockerfile copies the most general part of it. */
  readonly location: SourceLocation | undefined
  /** The largest first. */
  readonly needless: readonly NeedlessPart[]
  /** What is largest of all, where that is not needless: `data/ 300 MB`. */
  readonly largest: readonly { readonly path: string; readonly bytes: number }[]
  /** Relative to the context, such as `.dockerignore`. */
  readonly ignoreFile: string
}

/** What is known of an image besides what is in it; undefined where nobody knows. */
export type Background = {
  readonly recipe: Recipe | undefined
  /** Undefined also for a context that is small. */
  readonly context: SentContext | undefined
  /** How long slow lines of its Dockerfile took in this build. */
  readonly lineMs: ReadonlyMap<number, number>
  /** Whether its builder fetches a layer only where a step needs it. */
  readonly isLazy: boolean
  /** Whether some pod that runs it asks for a GPU; undefined where no manifest names it. */
  readonly asksForGpu: boolean | undefined
}

export const unknownBackground: Background = {
  recipe: undefined,
  context: undefined,
  lineMs: new Map(),
  isLazy: false,
  asksForGpu: undefined,
}
