/**
 * What can go wrong on request. `match` is tested against `METHOD /path` (no GHES prefix, with
 * query); without it every request matches. Objects of Git LFS are at `/lfs-storage/OWNER/NAME/OID`. `times` is how many matching requests, default 1.
 */
export type Fault = { readonly match?: RegExp | string; readonly times?: number } & FaultAction

export type FaultAction =
  /** Answer this status without doing the work. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly message?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** 403 with the secondary limit's message and `retry-after`. */
  | { readonly kind: 'secondary-limit'; readonly retryAfterS: number }
  /** 403 with a spent `x-ratelimit-remaining` and its `x-ratelimit-reset`. */
  | { readonly kind: 'primary-limit'; readonly resetInS: number }
  /** Cut the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Do the work, then cut the connection: the client never learns about its token. */
  | { readonly kind: 'lost-answer' }
  /** Accept and never answer. */
  | { readonly kind: 'hang' }
  /** Answer with something that is no JSON; `status` default 200. */
  | { readonly kind: 'garbage'; readonly status?: number; readonly body?: string }
  /** Answer the first half of the body, then cut the connection. */
  | { readonly kind: 'truncate' }
  /** Answer the first half of an object of Git LFS, then nothing more. */
  | { readonly kind: 'stall' }
  /** Answer as if the object had a byte that is another one, half its bytes, or twice as many. */
  | { readonly kind: 'flip' | 'short' | 'long' }
  /** Answer the whole object, whatever part was asked for. */
  | { readonly kind: 'no-range' }
  /** Answer correctly, but late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answer correctly with a Date header that is wrong by this much. */
  | { readonly kind: 'date'; readonly skewMs: number }
  /** The token made by the matching mint answers 401 (or 403) for this long. */
  | { readonly kind: 'lag'; readonly ms: number; readonly status?: 401 | 403 }

/** The faults that are waiting for a request. */
export interface FaultQueue {
  readonly inject: (fault: Fault) => void
  readonly take: (method: string, path: string) => Fault | undefined
  readonly clear: () => void
}

const MINT = /^POST \/app\/installations\/\d+\/access_tokens$/

function matches(fault: Fault, line: string): boolean {
  const pattern = fault.match ?? (fault.kind === 'lag' ? MINT : undefined)
  return pattern === undefined || new RegExp(pattern).test(line)
}

/** A queue in which the oldest matching fault is used first, until its `times` are spent. */
export function createFaultQueue(): FaultQueue {
  const waiting: { fault: Fault; left: number }[] = []
  return {
    inject: (fault) => {
      waiting.push({ fault, left: fault.times ?? 1 })
    },
    take: (method, path) => {
      const found = waiting.find(
        ({ fault, left }) => left > 0 && matches(fault, `${method} ${path}`),
      )
      if (found === undefined) return undefined
      found.left -= 1
      return found.fault
    },
    clear: () => {
      waiting.length = 0
    },
  }
}
