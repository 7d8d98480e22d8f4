import type { Transient } from '../failure.ts'
import { tellsStatus } from '../text/http-status.ts'

type Row = readonly [pattern: RegExp, what: string, waitMs: number, status?: RegExp]

/**
 * BuildKit's and buildx's words, and those of the libraries that they pass on: containerd's client of
 * registries, Go's net and http, gRPC. The first that fits, and tells of its HTTP status, counts; what is not here
 * does not change by itself.
 */
const rows: readonly Row[] = [
  [/429 Too Many Requests|toomanyrequests/i, 'the registry allows no more requests now', 15_000],
  [/unexpected (?:HTTP |HEAD )?status/i, 'the registry failed', 2_000, /5\d\d/],
  [
    /no such host|server misbehaving|Temporary failure in name resolution/i,
    'a name was not found',
    2_000,
  ],
  [
    /i\/o timeout|TLS handshake timeout|connection (?:reset|refused)|broken pipe|unexpected EOF|(?:failed to do request|failed to copy|httpReadSeeker).{0,500}\bEOF\b/i,
    'the network failed',
    2_000,
  ],
  [
    /failed to receive status: .{0,500}(?:Unavailable|EOF)|graceful_stop|transport is closing|no active session|error reading from server: EOF/i,
    'the builder went away',
    3_000,
  ],
  [
    /no running buildkit pods found|expected \d+ replicas to be ready/i,
    "the builder's pod went away",
    5_000,
  ],
]

/** A registry that refuses, or has it not, does so again; Docker Hub's pull limit ends only hours later. */
const finalWords =
  /insufficient_scope|pull access denied|authorization failed|manifest unknown|: not found\b|pull rate limit/i

const isFinal = (text: string): boolean => finalWords.test(text) || tellsStatus(text, /40[134]/)

const isRun = /did not complete successfully: exit code/

/** What they pass on may be a whole page of a proxy. */
const longestReason = 4_000

/** A program that found no server says this in whatever words it has; the C library's are these. */
const isNameFailure = /Temporary failure in name resolution/

/**
 * Says why a build that failed might succeed the next time; undefined where it would fail again.
 *
 * @param reason BuildKit's last word
 * @param output what the failed step printed
 */
export const findTransient = (reason: string, output: readonly string[]): Transient | undefined => {
  const said = isRun.test(reason) ? (output.find((line) => isNameFailure.test(line)) ?? '') : reason
  const text = said.slice(0, longestReason)
  if (isFinal(text)) return undefined
  const row = rows.find(
    ([pattern, , , status]) =>
      pattern.test(text) && (status === undefined || tellsStatus(text, status)),
  )
  return row && { what: row[1], waitMs: row[2] }
}
