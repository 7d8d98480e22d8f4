import type { Secret } from '../secret.ts'
import type { Driver } from './driver-opts.ts'

/** One BuildKit of a builder. */
export type BuilderNode = {
  /** Such as `image=moby/buildkit:v0.25.0`. */
  readonly options: readonly string[]
  /** Where BuildKit listens, or a docker context. */
  readonly endpoint: string | undefined
  /** Of buildkitd, in one word; undefined for the usual ones. */
  readonly flags: string | undefined
  /** What it is to build for; what it says itself where there are none. */
  readonly platforms: readonly string[]
  /** Options whose values are files, by what is to be in them. */
  readonly certificates: readonly (readonly [option: string, pem: Secret])[]
}

/** A builder for the step alone, in the words of docker/setup-buildx-action. */
export type BuilderRequest = BuilderNode & {
  readonly driver: Driver
  /** Whether its cache is to be there in the next run: not for code that a fork may have written. */
  readonly keepsState: 'no' | 'yes' | 'not-for-forks'
  /** Nodes beyond the first. */
  readonly appended: readonly BuilderNode[]
  /** Of buildkitd, in TOML. */
  readonly config:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'inline'; readonly text: string }
    | undefined
}
