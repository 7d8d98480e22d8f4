import { expect, test } from 'vitest'
import { findTransient } from '../../src/build/transient.ts'

const run = 'process "/bin/sh -c apt-get update" did not complete successfully: exit code: 100'

test.each<[reason: string, what: string]>([
  [
    'failed to push localhost:5000/a: unexpected status from POST request to http://localhost:5000/v2/a/blobs/uploads/: 503 Service Unavailable',
    'the registry failed',
  ],
  [
    'localhost:5000/a: failed to resolve source metadata for localhost:5000/a: unexpected status code [manifests dev]: 500 Internal Server Error',
    'the registry failed',
  ],
  [
    'docker.io/library/debian: unexpected status from HEAD request to https://registry-1.docker.io/v2/library/debian/manifests/12: 429 Too Many Requests',
    'the registry allows no more requests now',
  ],
  [
    'failed to do request: Head "https://ghcr.io/v2/a/manifests/1": dial tcp: lookup ghcr.io: no such host',
    'a name was not found',
  ],
  [
    'failed to do request: Head "https://ghcr.io/v2/a/manifests/1": net/http: TLS handshake timeout',
    'the network failed',
  ],
  [
    'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://a/": EOF',
    'the network failed',
  ],
  ['read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer', 'the network failed'],
  [
    'failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
    'the builder went away',
  ],
  ['no active session for x: context deadline exceeded', 'the builder went away'],
  [
    'closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway: code: NO_ERROR, debug data: "graceful_stop"',
    'the builder went away',
  ],
  [
    'failed to receive status: rpc error: code = Unavailable desc = closing transport due to: connection error: desc = "error reading from server: io: read/write on closed pipe"',
    'the builder went away',
  ],
  [
    'failed to do request: Put "https://r.example/v2/a/blobs/uploads/1": net/http: timeout awaiting response headers',
    'the network failed',
  ],
  [
    'unexpected status from PUT request to https://r.example/v2/a/blobs/uploads/1: 408 Request Timeout',
    'the registry failed',
  ],
  ['Canceled: grpc: the client connection is closing', 'the builder went away'],
  ['frontend grpc server closed unexpectedly', 'the builder went away'],
  [
    'failed to copy: failed to do request: Put "https://ghcr.io/v2/a/blobs/upload/1": use of closed network connection',
    'the network failed',
  ],
  ['no running buildkit pods found', "the builder's pod went away"],
  ...['8.0.403', '8.0.404', 'pr-401'].map((tag): [string, string] => [
    `a:${tag}: failed to do request: Head "https://r.example/v2/a/manifests/${tag}": net/http: TLS handshake timeout`,
    'the network failed',
  ]),
  // As reports of users have them.
  [
    "failed to fetch remote https://github.com/acme/lib.git: git stderr:\nfatal: unable to access 'https://github.com/acme/lib.git/': The requested URL returned error: 503\n: exit status 128",
    'the Git server failed',
  ],
  [
    "failed to fetch remote https://github.com/acme/lib.git: git stderr:\nfatal: unable to access 'https://github.com/acme/lib.git/': Could not resolve host: github.com\n: exit status 128",
    'a name was not found',
  ],
  [
    'failed to fetch remote https://github.com/acme/lib.git: git stderr:\nerror: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: CANCEL (err 8)\nfatal: early EOF\n: exit status 128',
    'the network failed',
  ],
  ['failed to load cache key: invalid response status 503', 'a server failed'],
  [
    'failed to copy: GET https://productionresultssa5.blob.core.windows.net/actions-cache/7e0\n----\nRESPONSE 503: 503 Server Busy\nERROR CODE: ServerBusy\n----',
    'a server failed',
  ],
  [
    'failed to copy: stream error: stream ID 1; INTERNAL_ERROR; received from peer',
    'the network failed',
  ],
  [
    'failed to push ghcr.io/acme/api:1: failed to copy: io: read/write on closed pipe',
    'the network failed',
  ],
  [
    'Get "https://registry-1.docker.io/v2/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    'the network failed',
  ],
  [
    '"layer-sha256:929d" failed size validation: 894478743 != 894478744: failed precondition',
    'the network failed',
  ],
  [
    'unexpected status from HEAD request to https://r.example/v2/a/manifests/404: 502 Bad Gateway',
    'the registry failed',
  ],
])('may succeed the next time: %s', (reason, what) => {
  expect(findTransient(reason, [])?.what).toBe(what)
})

test.each([
  run,
  'process "/bin/sh -c curl" did not complete successfully: exit code: 6: connection reset',
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  'unexpected status from HEAD request to https://ghcr.io/v2/a/manifests/1: 403 Forbidden',
  'unexpected status from HEAD request to https://r.example/v2/a/manifests/501: 400 Bad Request',
  'unexpected status code 401: i/o timeout',
  'failed to solve: docker.io/library/nope:1: not found',
  'dockerfile parse error on line 3: unknown instruction: RUNN',
  'failed to compute cache key: "/500": not found',
  'debian:12: failed to copy: httpReadSeeker: failed open: unexpected status from GET request to https://registry-1.docker.io/v2/library/debian/manifests/sha256:1: 429 Too Many Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
  'failed to load cache key: invalid response status 404',
  "git stderr:\nfatal: unable to access 'https://github.com/acme/lib.git/': The requested URL returned error: 403\n: exit status 128",
  'failed to copy: GET https://x.blob.core.windows.net/c/7e0\n----\nRESPONSE 404: 404 The specified blob does not exist.\nERROR CODE: BlobNotFound\n----',
  'exit code 1',
  '',
])('fails again: %s', (reason) => {
  expect(findTransient(reason, [])).toBeUndefined()
})

test('a RUN that found no name server', () => {
  const output = ['Get:1 http://deb.debian.org', 'E: Temporary failure in name resolution']
  expect(findTransient(run, output)?.what).toBe('a name was not found')
  // What a build prints otherwise is not believed.
  expect(findTransient(run, ['unexpected status from HEAD: 503'])).toBeUndefined()
})

test('who is asked too often is asked later', () => {
  const waits = ['429 Too Many Requests', 'i/o timeout'].map(
    (text) => findTransient(text, [])?.waitMs,
  )
  expect(waits[0]).toBeGreaterThan(waits[1] ?? 0)
})
