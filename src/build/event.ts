import type { BuildKitWarning, Transfer } from './status.ts'

/** A step of a build, with its number in the log. */
export type BuildStep = { readonly number: number; readonly name: string }

export type Ending = 'done' | 'cached' | 'failed' | 'cancelled'

/** What happens in a build. All text is one line of others' words. */
export type BuildEvent =
  /** buildx itself says something. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'began'; readonly step: BuildStep }
  | {
      readonly kind: 'output'
      readonly step: BuildStep
      readonly ms: number
      readonly text: string
    }
  | { readonly kind: 'transfer'; readonly step: BuildStep; readonly transfer: Transfer }
  | { readonly kind: 'warning'; readonly step: BuildStep; readonly warning: BuildKitWarning }
  | {
      readonly kind: 'ended'
      readonly step: BuildStep
      readonly how: Ending
      readonly ms: number
      /** Empty for what did not fail. */
      readonly error: string
    }

export type OnBuildEvent = (event: BuildEvent) => void

/** Of the Dockerfile's own steps, without its bases. */
export type CachedShare = { readonly steps: number; readonly cachedSteps: number }
