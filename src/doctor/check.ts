import { Failure, renderError } from '../failure.ts'

/** What an examination says of one thing. */
export type Answer =
  | {
      readonly state: 'ok'
      /** What is there. */
      readonly found: string
    }
  | {
      readonly state: 'no'
      readonly found: string
      /** The line that mends it. */
      readonly remedy: string
      /** Whether a step fails without it; otherwise it is slower, or has less. */
      readonly isNeeded: boolean
    }
  /** Nobody could tell; `found` says why. */
  | { readonly state: 'unknown'; readonly found: string }

/** An answer, and to which question. */
export type Check = Answer & { readonly name: string }

export const ok = (found: string): Answer => ({ state: 'ok', found })

export const unknown = (found: string): Answer => ({ state: 'unknown', found })

export const no = (found: string, remedy: string): Answer => ({
  state: 'no',
  found,
  remedy,
  isNeeded: false,
})

/** One without which a step fails. */
export const needed = (found: string, remedy: string): Answer => ({
  state: 'no',
  found,
  remedy,
  isNeeded: true,
})

/** A {@link Failure} knows what to do; of all else nobody knows whether it works. */
export const toAnswer = (error: unknown, refuse: typeof no = no): Answer => {
  if (!(error instanceof Failure) || error.remedy === undefined) return unknown(renderError(error))
  const { message, cause, remedy } = error
  return refuse(renderError(new Failure(message, { cause })), remedy)
}
