import { Failure } from '../failure.ts'
import { neutralise } from '../host/log-fence.ts'
import { tellsStatus } from '../text/http-status.ts'
import { toLine } from '../text/to-line.ts'
import type { BuildEvent } from './event.ts'
import { immutableWords, missingRepositoryWords, tooLarge, untrusted } from './remedies.ts'
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

/** Words, or an HTTP status, that tell of a cause; the status where it is about something, if that is named. */
type Signs = { readonly words: RegExp; readonly status?: RegExp; readonly about?: RegExp }

type Row = Signs & { readonly cause: string; readonly remedy: string }

const actionsRemedy =
  "Runs for a fork or of pull_request_target read it alone; the default branch's write it. Its size is in the repository under Actions, Caches: beyond the limit (10 GB by default) nothing is added until older entries go."

const manifestRemedy =
  'Slipway sets image-manifest=true,oci-mediatypes=true where cache-to does not say otherwise. A registry that refuses that, too, takes `cache: inline`. One whose tags are immutable answers so from the second time on: exempt the tag of the cache there.'

/** What BuildKit and those that it passes on say; the first that fits counts. */
const rows: readonly Row[] = [
  {
    words: /failed to reserve cache|cache write denied|no writable scopes?|\bnot_found\b/i,
    cause:
      "the Actions cache takes nothing from this run: its token is read-only, the repository's quota is used up, or another run writes the same entry now",
    remedy: actionsRemedy,
  },
  {
    words: /cache token expired/i,
    cause: 'the token of the Actions cache has expired, as the job runs for so long',
    remedy: 'Write the cache to a registry, or build earlier in the job.',
  },
  {
    words: /exceeding usage of resource|maximum timeout reached|toomanyrequests|rate ?limit/i,
    status: /429/,
    cause: 'the service takes no more requests now (rate limit)',
    remedy: 'Fewer layers need fewer requests: `mode=min` in cache-to, or a cache in a registry.',
  },
  {
    ...tooLarge,
    cause: 'a layer is larger than the registry takes, or a proxy before it (413)',
  },
  {
    words: /quota|limit ?exceeded|insufficient storage|no space left/i,
    status: /507/,
    cause: 'the place for it is full (quota)',
    remedy: 'Remove older caches there, or write less with `mode=min` in cache-to.',
  },
  {
    words: /Cache export is not supported|unknown cache (?:ex|im)porter/i,
    cause: 'this builder cannot do that',
    remedy:
      "Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, or set `cache: inline`.",
  },
  {
    words: immutableWords,
    status: /412/,
    cause: 'its tag is there, and the registry lets nobody overwrite it (immutable tags)',
    remedy: 'Exempt the tag of the cache there, or name another repository in cache-ref.',
  },
  {
    words: missingRepositoryWords,
    cause: 'the registry has no such repository',
    remedy: 'Create it there first: Amazon ECR and others make none by a push.',
  },
  {
    words: /manifest invalid|MANIFEST_INVALID|unsupported (?:media|manifest)/i,
    status: /40[0456]|415/,
    about: /error writing (?:manifest|config) blob/i,
    cause: 'the registry refuses cache manifests',
    remedy: manifestRemedy,
  },
  {
    words: /denied|unauthorized|insufficient_scope|authorization failed/i,
    status: /40[13]/,
    cause: 'the registry does not allow it',
    remedy:
      "Log in with docker/login-action before this step, with a token that may write packages; a fork's token may only read.",
  },
  {
    ...untrusted,
    cause: 'the builder does not trust its certificate, or it speaks no TLS',
  },
  {
    words: /no such host|i\/o timeout|connection (?:refused|reset)|TLS handshake|EOF/i,
    status: /5\d\d/,
    cause: 'the place of the cache cannot be reached',
    remedy: 'The builder reads and writes caches, so it is the builder that needs the way there.',
  },
]

/** What they pass on may be a whole page of a proxy. */
const longestError = 4_000
const longestTold = 400

const hasSigns = (text: string, { words, status, about }: Signs): boolean =>
  words.test(text) ||
  (status !== undefined && about?.test(text) !== false && tellsStatus(text, status))

const findRow = (error: string): Row | undefined => {
  const text = error.slice(0, longestError)
  return rows.find((row) => hasSigns(text, row))
}

/** What to do about a cache that cannot be read or written. */
export const findCacheRemedy = (error: string): string | undefined => findRow(error)?.remedy

const isMissing = ({ kind, error }: CacheFailure): boolean =>
  kind === 'import' &&
  hasSigns(error.slice(0, longestError), {
    words: /not found|\bnot_found\b|manifest unknown|NAME_UNKNOWN/i,
    status: /404/,
  })

const explain = (name: string, { kind, error }: CacheFailure) => {
  const { cause, remedy } = findRow(error) ?? {}
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
