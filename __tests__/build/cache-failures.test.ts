import { expect, test } from 'vitest'
import {
  renderCacheFailure,
  toCacheError,
  toCacheKind,
  toNeedlessFailure,
  watchCaches,
} from '../../src/build/cache-failures.ts'
import { Failure } from '../../src/failure.ts'

test.each([
  ['importing cache manifest from gha:1241927905649341978', 'import'],
  ['[api] importing cache manifest from ghcr.io/acme/c:1', 'import'],
  ['exporting cache to registry', 'export'],
  ['[api] exporting cache to client directory', 'export'],
  ['exporting to GitHub Actions Cache', 'export'],
  ['exporting content cache', 'export'],
  ['exporting to image', undefined],
  ['exporting to oci image format', undefined],
  ['[api 2/2] RUN echo exporting cache to registry', undefined],
])('%s is the %s of a cache', (name, kind) => {
  expect(toCacheKind(name)).toBe(kind)
})

test.each([
  ['error writing layer blob: failed to reserve cache', 'its token is read-only, the repository'],
  ['failed to reserve cache', 'or another run writes the same entry now'],
  ['not_found', 'quota is used up'],
  [
    'error writing manifest blob: failed commit on ref "sha256:1": unexpected status from PUT request to https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/c/manifests/1: 400 Bad Request',
    'the registry refuses cache manifests',
  ],
  [
    'error writing layer blob: denied: installation not allowed to Write organization package',
    'the registry does not allow it',
  ],
  [
    "error writing manifest blob: failed commit on ref: unexpected status from PUT request to https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/c/manifests/buildcache-api: 400 Bad Request tag invalid: The image tag 'buildcache-api' already exists in the 'c' repository and cannot be overwritten because the repository is immutable.",
    'immutable tags',
  ],
  [
    'error writing layer blob: unexpected status from POST request to https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/c/blobs/uploads/: 404 Not Found',
    'the registry has no such repository',
  ],
  [
    'error writing layer blob: failed to do request: Post "https://1.dkr.ecr.us-east-1.amazonaws.com/v2/c/blobs/uploads/": EOF',
    'the registry has no such repository',
  ],
  ['failed to push: unexpected status: 403 Forbidden', 'the registry does not allow it'],
  [
    "failed to parse error response 429: Request was blocked due to exceeding usage of resource 'Count'",
    'rate limit',
  ],
  ['maximum timeout reached', 'rate limit'],
  ['error writing layer blob: denied: adding 1 GiB exceeds the project quota', '(quota)'],
  ['unexpected status from PUT request: 413 Request Entity Too Large', 'a proxy before it (413)'],
  ['unexpected status from PUT request: 507 Insufficient Storage', '(quota)'],
  ['Cache export is not supported for the docker driver.', 'this builder cannot do that'],
  ['failed to configure gha cache exporter: cache token expired at 2026', 'has expired'],
  [
    'failed to do request: Head "https://c.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'does not trust its certificate',
  ],
  ['failed to do request: dial tcp: lookup c.example: no such host', 'cannot be reached'],
  // Digits of a digest or of a tag tell of nothing.
  ...['pr-403', 'pr-404', 'pr-413', 'pr-429', 'pr-507'].map((tag): [string, string] => [
    `failed to do request: Head "https://ghcr.io/v2/acme/cache/manifests/${tag}-api": net/http: TLS handshake timeout`,
    'cannot be reached',
  ]),
  ['failed to copy sha256:a4291404: failed to do request: EOF', 'cannot be reached'],
])('%s: %s', (error, cause) => {
  const text = renderCacheFailure('api', { kind: 'export', error })
  expect(text).toMatch(/^api: the cache could not be written: /)
  expect(text).toContain(cause)
  expect(text).toContain(error)
  expect(text).toMatch(/\. The image is complete\. .+\.$/)
})

test('what nobody knows is told as it is, and no command of the runner', () => {
  const error = 'odd\n::add-mask::x'
  const text = renderCacheFailure('api', { kind: 'import', error })
  expect(text).toMatch(/^api: the cache could not be read \(odd .*\)\. The image is complete\.$/)
  expect(text).not.toContain('\n')
})

test('an address that is signed is told without what signs it', () => {
  const error = 'PUT https://x.example/a?se=1&sig=abc%2F1&sp=w: 500 Internal Server Error'
  const text = renderCacheFailure('api', { kind: 'export', error })
  expect(text).toContain('(PUT https://x.example/a?... 500 Internal')
})

test('a registry that fails for a moment fails a required cache for a moment', () => {
  const error = 'unexpected status from PUT request to https://x: 503 Service Unavailable'
  expect(toCacheError('api', { kind: 'export', error }).transient?.what).toBe('the registry failed')
})

test.each([
  ['api: the build failed: failed to configure gha cache exporter: cache token expired', true],
  ['api: the build failed: Cache export is not supported for the docker driver.', true],
  ['api: RUN make exited with 2', false],
])('%s: the build may do without: %j', (message, isNeedless) => {
  expect(toNeedlessFailure(new Failure(message)) !== undefined).toBe(isNeedless)
})

const watch = (...events: readonly (readonly [name: string, error: string])[]) => {
  const caches = watchCaches()
  for (const [name, error] of events) {
    const how = error === '' ? 'done' : 'failed'
    caches.onEvent({ kind: 'ended', step: { number: 1, name }, how, ms: 1, error })
  }
  return caches.failures()
}

test('only what failed last, of caches, and is there, is told', () => {
  const missing = 'failed to configure registry cache importer: x/y:1: not found'
  expect(watch(['importing cache manifest from x/y:1', missing])).toEqual([])
  // The Actions cache has a word for it.
  expect(watch(['importing cache manifest from gha:1', 'not_found'])).toEqual([])
  const cut = 'failed to copy sha256:a4291404, of x/y:pr-404-api: unexpected EOF'
  expect(watch(['importing cache manifest from x/y:1', cut])).toHaveLength(1)
  expect(
    watch(['exporting cache to registry', 'bad'], ['exporting cache to registry', '']),
  ).toEqual([])
  expect(watch(['[1/2] RUN x', 'bad'])).toEqual([])
  expect(watch(['exporting cache to registry', 'x: not found'])).toEqual([
    { kind: 'export', error: 'x: not found' },
  ])
})
