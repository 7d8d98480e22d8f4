import type { Env } from '../../../host/command.ts'
import type { Secret } from '../../../secret.ts'

/** Who asks a registry: with Docker's logins, which the environment leads to. */
export type Asker = { readonly env: Env; readonly signal: AbortSignal }

/** `basic`: the whole header, for a registry or who gives its tokens; `identity`: a token for tokens. */
export type Login = { readonly kind: 'basic' | 'identity'; readonly secret: Secret }

export type FoundLogin = {
  /** Undefined where Docker has none. */
  readonly login: Login | undefined
  /** Why the program that has it did not tell, as a sentence. */
  readonly trouble?: string
}
