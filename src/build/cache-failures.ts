import { Failure } from '../failure.ts'
import { neutralise } from '../host/log-fence.ts'
import { toLine } from '../text/to-line.ts'
import type { BuildEvent } from './event.ts'
import { findTransient } from './transient.ts'

/** A cache that BuildKit could not read or write. */
export type CacheFailure = {
  readonly kind: 'import' | 'export'
  /** BuildKit's last word of it. */
  readonly error: string
}

/** With the target before it, where a build has several. */
const stepPattern =
  /^(?:\[[\w.-]+\] )?(?:(importing cache manifest from )|exporting (?:cache to |content cache|to GitHub Actions Cache))/

/** Whether a step of BuildKit's reads or writes a cache. */
export const toCacheKind = (name: string): CacheFailure['kind'] | undefined => {
  const found = stepPattern.exec(name)
  if (found === null) return undefined
  return found[1] === undefined ? 'export' : 'import'
}

type Row = readonly [pattern: RegExp, cause: string, remedy: string]

const actionsRemedy =
  "Runs for a fork or of pull_request_target read it alone; the default branch's write it. Its size is in the repository under Actions, Caches: beyond the limit (10 GB by default) nothing is added until older entries go."

const manifestRemedy =
  'Slipway sets image-manifest=true,oci-mediatypes=true where cache-to does not say otherwise. A registry that refuses that, too, takes `cache: inline`.'

/** What BuildKit and those that it passes on say; the first that fits counts. */
const rows: readonly Row[] = [
  [
    /failed to reserve cache|cache write denied|no writable scopes?/i,
    "the Actions cache takes nothing from this run: its token is read-only, or the repository's quota is used up",
    actionsRemedy,
  ],
  [
    /cache token expired/i,
    'the token of the Actions cache has expired, as the job runs for so long',
    'Write the cache to a registry, or build earlier in the job.',
  ],
  [
    /\b429\b|exceeding usage of resource|maximum timeout reached|toomanyrequests|rate ?limit/i,
    'the service takes no more requests now (rate limit)',
    'Fewer layers need fewer requests: `mode=min` in cache-to, or a cache in a registry.',
  ],
  [
    /quota|limit ?exceeded|insufficient storage|\b(?:413|507)\b|no space left/i,
    'the place for it is full (quota)',
    'Remove older caches there, or write less with `mode=min` in cache-to.',
  ],
  [
    /Cache export is not supported|unknown cache (?:ex|im)porter/i,
    'this builder cannot do that',
    "Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, or set `cache: inline`.",
  ],
  [
    /error writing (?:manifest|config) blob.{0,1000}\b(?:400|404|405|406|415)\b|manifest invalid|MANIFEST_INVALID|unsupported (?:media|manifest)/i,
    'the registry refuses cache manifests',
    manifestRemedy,
  ],
  [
    /denied|unauthorized|insufficient_scope|authorization failed|\b(?:401|403)\b/i,
    'the registry does not allow it',
    "Log in with docker/login-action before this step, with a token that may write packages; a fork's token may only read.",
  ],
  [
    /no such host|i\/o timeout|connection (?:refused|reset)|TLS handshake|EOF|\b5\d\d\b/i,
    'the place of the cache cannot be reached',
    'The builder reads and writes caches, so it is the builder that needs the way there.',
  ],
]

/** What they pass on may be a whole page of a proxy. */
const longestError = 4_000
const longestTold = 400

const findRow = (error: string): Row | undefined =>
  rows.find(([pattern]) => pattern.test(error.slice(0, longestError)))

/** What to do about a cache that cannot be read or written. */
export const findCacheRemedy = (error: string): string | undefined => findRow(error)?.[2]

const isMissing = ({ kind, error }: CacheFailure): boolean =>
  kind === 'import' &&
  /not found|\b404\b|manifest unknown|NAME_UNKNOWN/i.test(error.slice(0, longestError))

const explain = (name: string, { kind, error }: CacheFailure) => {
  const [, cause, remedy] = findRow(error) ?? []
  const what = `${name}: the cache could not be ${kind === 'import' ? 'read' : 'written'}`
  const said = neutralise(toLine(error, longestTold))
  return { text: `${[what, ...(cause === undefined ? [] : [cause])].join(': ')} (${said})`, remedy }
}

/** A line of the warnings. */
export const renderCacheFailure = (name: string, failure: CacheFailure): string => {
  const { text, remedy } = explain(name, failure)
  return [text, 'The image is complete', ...(remedy === undefined ? [] : [remedy])]
    .join('. ')
    .replace(/([^.])$/, '$1.')
}

/** The failure of a step whose caches are required. */
export const toCacheError = (name: string, failure: CacheFailure): Failure => {
  const { text, remedy } = explain(name, failure)
  return new Failure(text, {
    remedy: remedy ?? 'Without cache-required, this is a warning.',
    transient: findTransient(failure.error, []),
  })
}

/** BuildKit's words, and buildx', for a cache that no build can write, whatever its entry says. */
const beforehand =
  /failed to configure \S+ cache exporter|Cache export is not supported|unknown cache exporter/

/** A build that failed for its cache before it began, and may do without; undefined for all others. */
export const toNeedlessFailure = (error: unknown): CacheFailure | undefined =>
  error instanceof Failure && beforehand.test(error.message)
    ? {
        kind: 'export',
        error: error.message.replace(/^.*?(?=failed to configure|Cache export|unknown cache)/s, ''),
      }
    : undefined

/** Follows a build, and keeps what went wrong with its caches. One that is not there yet is no failure. */
export const watchCaches = () => {
  const failures = new Map<string, CacheFailure>()
  return {
    onEvent: (event: BuildEvent): void => {
      if (event.kind !== 'ended') return
      const { name } = event.step
      const kind = toCacheKind(name)
      if (kind === undefined) return
      const failure = { kind, error: event.error }
      // A vertex may end several times; the last one counts.
      if (event.how === 'failed' && !isMissing(failure)) failures.set(name, failure)
      else failures.delete(name)
    },
    failures: (): readonly CacheFailure[] => [...failures.values()],
  }
}
