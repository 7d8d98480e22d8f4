import { expect, test } from 'vitest'
import { toRefusal } from '../../src/image/refusal.ts'

test.each([
  // moby with overlay2, then with the containerd store, which leaves out the code.
  [
    'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    'rate-limit',
  ],
  [
    'error from registry: You have reached your pull rate limit. You may increase the limit',
    'rate-limit',
  ],
  [
    "pull access denied for acme/none, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    'denied',
  ],
  ['unauthorized: authentication required', 'denied'],
  ['Head "https://ghcr.io/v2/a/b/manifests/1": no basic auth credentials', 'denied'],
  ['manifest for postgres:99 not found: manifest unknown: manifest unknown', 'no-tag'],
  ['docker.io/library/postgres:99: not found', 'no-tag'],
  ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'no-platform'],
  [
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'certificate',
  ],
  [
    'Get "https://r.example:5000/v2/": http: server gave HTTP response to HTTPS client',
    'certificate',
  ],
  ['write /var/lib/docker/tmp/GetImageBlob1: no space left on device', 'disk-full'],
  ['Get "https://registry-1.docker.io/v2/": net/http: TLS handshake timeout', 'passing'],
  ['read tcp 10.0.0.1:1->1.2.3.4:443: read: connection reset by peer', 'passing'],
  ['received unexpected HTTP status: 503 Service Unavailable', 'passing'],
  ['unexpected EOF', 'passing'],
  ['dial tcp: lookup registry-1.docker.io: Temporary failure in name resolution', 'passing'],
  [`content digest sha256:${'a'.repeat(64)}: not found`, 'passing'],
  ['something else', 'other'],
] as const)('%s', (said, kind) => {
  expect(toRefusal(`Error response from daemon: ${said}\n`)).toEqual({ kind, said })
})

test.each([
  ['unexpected status code 403', 'denied'],
  [
    'unknown: failed to resolve reference "r.example/a:1": unexpected status from HEAD request to https://r.example/v2/a/manifests/1: 403 Forbidden',
    'denied',
  ],
  [
    'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorised',
    'denied',
  ],
  ['error parsing HTTP 403 response body: invalid character: "<h1>403 ERROR</h1>"', 'denied'],
  ['Error: Status 403 trying to pull repository a', 'denied'],
  ['error parsing HTTP 429 response body: "slow down"', 'rate-limit'],
  ['unexpected status code https://r.example/v2/a/manifests/1: 429', 'rate-limit'],
  ['toomanyrequests: Rate exceeded', 'rate-limit'],
  ['error from registry: Rate exceeded', 'rate-limit'],
  ['unexpected status code [manifests 8.0.403]: 500 Internal Server Error', 'passing'],
  ['unexpected HEAD status code https://r.example/v2/a/manifests/404: 502', 'passing'],
] as const)('the status of an answer is known: %s', (said, kind) => {
  expect(toRefusal(said).kind).toBe(kind)
})

test.each([
  [
    'failed to resolve reference "mcr.microsoft.com/dotnet/sdk:8.0.403": failed to do request: Head "https://mcr.microsoft.com/v2/dotnet/sdk/manifests/8.0.403": net/http: TLS handshake timeout',
    'passing',
  ],
  ['Get "https://registry-1.docker.io/v2/jenkins/jenkins/manifests/2.401.3-lts": EOF', 'passing'],
  [
    'failed to resolve reference "ghcr.io/acme/api:pr-429": ghcr.io/acme/api:pr-429: not found',
    'no-tag',
  ],
  ['manifest for acme/api:401 not found: manifest unknown: manifest unknown', 'no-tag'],
  ['Head "https://r.example/v2/a/manifests/403": odd', 'other'],
  ['Head "https://r.example/v2/a/manifests/503": odd', 'other'],
] as const)('the digits of a tag are no status: %s', (said, kind) => {
  expect(toRefusal(said).kind).toBe(kind)
})

test('nothing of it is long, and there is always something', () => {
  expect(toRefusal('').said).toBe('Docker says nothing')
  expect(toRefusal('x'.repeat(1e6)).said).toHaveLength(1_000)
})

test('what an image is called says nothing of why', () => {
  const pull = (rest: string) =>
    toRefusal(`Failed to pull image "localhost:5000/certificate-x509:1": ${rest}`).kind
  expect(pull('dial tcp 127.0.0.1:5000: connect: connection refused')).toBe('passing')
  expect(pull('something else')).toBe('other')
  expect(pull('remote error: tls: unknown certificate authority')).toBe('certificate')
})
