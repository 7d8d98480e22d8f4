import { expect, test } from 'vitest'
import { toRefusal } from '../../src/pull/refusal.ts'

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

test('nothing of it is long, and there is always something', () => {
  expect(toRefusal('').said).toBe('Docker says nothing')
  expect(toRefusal('x'.repeat(1e6)).said).toHaveLength(1_000)
})
