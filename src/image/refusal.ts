import { tellsStatus } from '../text/http-status.ts'

/** Why Docker, or a node, did not pull something, in kinds that want different remedies. */
export type Refusal = {
  readonly kind:
    | 'rate-limit'
    | 'denied'
    | 'no-tag'
    | 'no-platform'
    | 'certificate'
    | 'disk-full'
    | 'passing'
    | 'other'
  /** Its own words, in one line. */
  readonly said: string
}

type Row = readonly [pattern: RegExp, kind: Refusal['kind'], status?: RegExp]

/**
 * The daemon's words, with either store (moby: distribution/errors.go, containerd/registry_errors.go), and
 * those of Go's net, http and x509. The first that fits, by its words or by its HTTP status, counts.
 */
const rows: readonly Row[] = [
  // The containerd store passes on the message, without the code.
  [/pull rate limit|rate exceeded|toomanyrequests|too many requests/i, 'rate-limit', /429/],
  [/no space left on device/i, 'disk-full'],
  // Of a registry that has just changed what a tag names.
  [/content digest .{1,200} not found/i, 'passing'],
  [
    /pull access denied|repository does not exist|unauthorized|authentication required|no basic auth credentials|insufficient_scope|denied:|access forbidden/i,
    'denied',
    /40[13]/,
  ],
  [
    /no matching manifest|does not match the specified platform|no match for platform/i,
    'no-platform',
  ],
  [/manifest unknown|manifest for .{1,500} not found|\bnot found\b/i, 'no-tag'],
  // An image may be called so, too.
  [
    /\bx509: |\btls: [^:]{0,100}certificate|server gave HTTP response to HTTPS client/i,
    'certificate',
  ],
  [
    /TLS handshake timeout|connection re(?:set|fused)|unexpected EOF|i\/o timeout|Client\.Timeout exceeded|no such host|server misbehaving|Temporary failure in name resolution|\bEOF\b|context deadline exceeded/i,
    'passing',
    /5\d\d/,
  ],
]

const longest = 1_000

/** @param said what the command printed to its standard error */
export const toRefusal = (said: string): Refusal => {
  const text = said
    .replace(/^Error response from daemon: /gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longest)
  const row = rows.find(
    ([pattern, , status]) =>
      pattern.test(text) || (status !== undefined && tellsStatus(text, status)),
  )
  return { kind: row?.[1] ?? 'other', said: text === '' ? 'Docker says nothing' : text }
}

export const hub = 'docker.io'

/** Docker Hub's limit ends only hours later; others throttle who asks too often at once. */
export const mayPass = ({ kind }: Refusal, domain: string): boolean =>
  kind === 'passing' || (kind === 'rate-limit' && domain !== hub)
