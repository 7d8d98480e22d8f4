import type { Transient } from '../failure.ts'
import { tellsStatus } from '../text/http-status.ts'

type Row = readonly [pattern: RegExp, what: string, waitMs: number, status?: RegExp]

/**
 * BuildKit's and buildx's words, and those of whom they pass on: containerd's client of registries, Go's net and
 * http, gRPC, Git with its curl, Azure's client of the Actions cache. The first that fits, and tells of its HTTP
 * status, counts; what is not here does not change by itself.
 */
const rows: readonly Row[] = [
  [/429 Too Many Requests|toomanyrequests/i, 'the registry allows no more requests now', 15_000],
  [/unexpected (?:HTTP |HEAD )?status/i, 'the registry failed', 2_000, /408|5\d\d/],
  // An `ADD` of an address (source/http), and a layer of the Actions cache, by its older and newer service.
  [
    /invalid (?:response status|status response)|^RESPONSE /im,
    'a server failed',
    2_000,
    /429|5\d\d/,
  ],
  [/requested URL returned error: (?:429|5\d\d)/, 'the Git server failed', 5_000],
  [
    /failed to receive status: .{0,500}(?:Unavailable|EOF)|graceful_stop|transport is closing|no active session|error reading from server: EOF|client connection is closing|frontend grpc server closed/i,
    'the builder went away',
    3_000,
  ],
  [
    /no such host|server misbehaving|Temporary failure in name resolution|Could not resolve host/i,
    'a name was not found',
    2_000,
  ],
  [
    /i\/o timeout|TLS handshake timeout|Client\.Timeout exceeded|timeout awaiting response headers|connection (?:reset|refused)|broken pipe|closed pipe|use of closed network|unexpected EOF|failed size validation|(?:failed to do request|failed to copy|httpReadSeeker).{0,500}\bEOF\b/i,
    'the network failed',
    2_000,
  ],
  [
    /http2: (?:server sent GOAWAY|client connection lost)|stream ID \d+; INTERNAL_ERROR/,
    'the network failed',
    2_000,
  ],
  [
    /early EOF|unexpected disconnect while|RPC failed; (?:curl \d|HTTP 5)|Couldn't connect to server|Connection timed out/,
    'the network failed',
    2_000,
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
