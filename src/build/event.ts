import type { BuildKitWarning, Transfer } from './status.ts'

/** A step of a build, with its number in the log. */
export type BuildStep = { readonly number: number; readonly name: string }

export type Ending = 'done' | 'cached' | 'failed' | 'cancelled'

type StepEvent =
  | { readonly kind: 'began' }
  | { readonly kind: 'output'; readonly ms: number; readonly text: string }
  | { readonly kind: 'transfer'; readonly transfer: Transfer }
  | { readonly kind: 'warning'; readonly warning: BuildKitWarning }
  /** The error is empty for what did not fail. */
  | { readonly kind: 'ended'; readonly how: Ending; readonly ms: number; readonly error: string }

/** What happens in a build, or buildx itself says. All text is one line of others' words. */
export type BuildEvent =
  | { readonly kind: 'text'; readonly text: string }
  | (StepEvent & { readonly step: BuildStep })

export type OnBuildEvent = (event: BuildEvent) => void

/** Of the Dockerfile's own steps, without its bases. */
export type CachedShare = { readonly steps: number; readonly cachedSteps: number }
