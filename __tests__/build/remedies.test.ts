import { expect, test } from 'vitest'
import { findRefusalRemedy } from '../../src/build/remedies.ts'

const hub = 'https://registry-1.docker.io/v2/library/debian/manifests'

/** As reports of users have them. */
test.each<[reason: string, remedy: RegExp]>([
  [
    `debian:12: failed to copy: httpReadSeeker: failed open: unexpected status from GET request to ${hub}/sha256:1: 429 Too Many Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit.`,
    /hours later\. Log in/,
  ],
  [
    `debian:12: failed to resolve source metadata for docker.io/library/debian:12: unexpected status from HEAD request to ${hub}/12: 429 Too Many Requests`,
    /hours later\. Log in/,
  ],
  [
    "failed to push 1.dkr.ecr.eu-west-1.amazonaws.com/api:1: unexpected status from PUT request to https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/api/manifests/1: 400 Bad Request\nunknown: The image tag '1' already exists in the 'api' repository and cannot be overwritten because the repository is immutable.",
    /push another one/,
  ],
  [
    'failed to push public.ecr.aws/acme/api:1: unexpected status from POST request to https://public.ecr.aws/v2/acme/api/blobs/uploads/: 404 Not Found',
    /Create that repository/,
  ],
  [
    'failed to do request: Post "https://1.dkr.ecr.us-east-1.amazonaws.com/v2/typo/blobs/uploads/": EOF',
    /Create that repository/,
  ],
  [
    "failed to load cache key: error fetching default branch for repository https://github.com/acme/lib.git: git stderr:\nfatal: could not read Username for 'https://github.com': terminal prompts disabled\n: exit status 128",
    /Git needs a token/,
  ],
  [
    "failed to fetch remote https://github.com/acme/lib.git: git stderr:\nremote: Repository not found.\nfatal: repository 'https://github.com/acme/lib.git/' not found\n: exit status 128",
    /Git needs a token/,
  ],
  [
    'failed to push ghcr.io/acme/api:1: denied: installation not allowed to Write organization package',
    /packages: write/,
  ],
  [
    'acme/api:1: failed to resolve source metadata for docker.io/acme/api:1: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    /Check the name, and log in/,
  ],
  [
    'failed to push r.example/a:1: unexpected status from POST request to https://r.example/v2/a/blobs/uploads/: 403 Forbidden',
    /log in to that registry/,
  ],
  [
    'failed to copy: GET https://x.blob.core.windows.net/c/7e0\n----\nRESPONSE 403: 403 Server failed to authenticate the request.\nERROR CODE: AuthenticationFailed\n----',
    /layer of the cache/,
  ],
  [
    'failed to push r.example/a: unexpected status from PUT request to https://r.example/v2/a/blobs/uploads/1: 413 Request Entity Too Large',
    /client_max_body_size/,
  ],
  [
    'r.example/a:1: failed to do request: Head "https://r.example/v2/a/manifests/1": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    /buildkitd-config-inline/,
  ],
  [
    'failed to push r.example:5000/a: failed to do request: Head "https://r.example:5000/v2/a/blobs/sha256:1": http: server gave HTTP response to HTTPS client',
    /http = true/,
  ],
  [
    'failed to push r.example/a:1: unauthorized: unauthorized to access repository: a',
    /log in to that registry/,
  ],
  ['failed to compute cache key: blob sha256:12ab not found', /layer of the cache/],
  [
    'failed to push ghcr.io/acme/immutable-os:1: unexpected status from POST request to https://ghcr.io/v2/acme/immutable-os/blobs/uploads/: 403 Forbidden',
    /log in to that registry/,
  ],
  ['failed to push quay.io/acme/api:1: manifest invalid: tag is immutable.', /push another one/],
  ['failed to load cache key: invalid response status 403', /no login of Docker's/],
  [
    'failed to load cache key: Get "https://files.example/a.tgz": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    /no login of Docker's/,
  ],
  ['failed to load cache key: invalid response status 404', /Check that address/],
])('what to do about a refusal: %s', (reason, remedy) => {
  expect(findRefusalRemedy(reason)).toMatch(remedy)
})

test.each([
  'process "/bin/sh -c echo denied: unauthorized pull rate limit" did not complete successfully: exit code: 1',
  'failed to read dockerfile: open Dockerfile: permission denied',
  '"/nothing.txt": not found',
  '"/errors/unauthorized.html": not found',
  'failed to load cache key: invalid response status 503',
  'docker.io/library/nope:1: not found',
  'dockerfile parse error on line 3: unknown instruction: RUNN',
  '',
])('nobody refused it: %s', (reason) => {
  expect(findRefusalRemedy(reason)).toBeUndefined()
})
