import { tellsStatus } from '../text/http-status.ts'

/** Words, or an HTTP status, that tell of a cause. */
type Row = { readonly words: RegExp; readonly status?: RegExp; readonly remedy: string }

const loginRemedy =
  'Check the name, and log in to that registry before this step (docker/login-action) with an account that may do that; at ghcr.io, packages: read or packages: write of the job. A login that has expired is refused for public images, too.'

export const tooLarge: Row = {
  words: /Request Entity Too Large/,
  status: /413/,
  remedy:
    'Raise the limit of the proxy (nginx: client_max_body_size), go around it, or make smaller layers: BuildKit sends each in one piece.',
}

/** An image may be called so, too. */
export const immutableWords = /(?<![^\s"'(])immutable(?![\w/-]|[.:]\w)|cannot be overwritten/i

/** Amazon ECR hangs up in some regions (aws/containers-roadmap#1970). */
export const missingRepositoryWords =
  /POST request to \S+\/blobs\/uploads\/\S*: 404 |Post "https:\/\/[^\s/"]+\.amazonaws\.com\/[^\s"]+\/blobs\/uploads\/[^\s"]*": EOF|name unknown:/

/** buildx copies the files that a builder's configuration names into it (util/confutil); of Docker's it knows none. */
export const untrusted: Row = {
  words: /\bx509: |server gave HTTP response to HTTPS client/,
  remedy:
    'Docker\'s own builder reads /etc/docker/certs.d and insecure-registries; another one its own configuration alone: buildkitd-config-inline with [registry."HOST"] and its ca, or http = true.',
}

/**
 * A layer of a cache that is read only when it is needed, by the Actions cache's two services and by registries; of
 * these it may be a base image's, too.
 */
const lostLayerWords =
  /ERROR CODE: [A-Z]|invalid status response|\bblob (?:sha256:\w+ )?not found|could not fetch content descriptor \S+ \S+ from remote: not found/

/**
 * What BuildKit passes on of registries (containerd's core/remotes/docker) and of Git, in their own words. The first
 * that fits counts.
 */
const rows: readonly Row[] = [
  {
    words: lostLayerWords,
    remedy:
      'A layer of the cache that the build reads, or of a base image, is gone, or is not given any more. Run the job again; if it stays so, build once without cache and cache-from, or remove the entries of that cache.',
  },
  {
    words: /pull rate limit|registry-1\.docker\.io\S*: 429 /,
    remedy:
      "Docker Hub's limit ends only hours later. Log in before this step (docker/login-action), which doubles it and counts for the account alone, or have the builder ask a mirror.",
  },
  {
    words: immutableWords,
    remedy:
      'The registry lets nobody overwrite this tag: push another one, such as with the commit in it, or exempt it there.',
  },
  {
    words: missingRepositoryWords,
    remedy:
      'Create that repository at the registry first: Amazon ECR and others make none by a push. Else check its name.',
  },
  {
    // An `ADD` of an address (BuildKit: source/http), which has to do with no registry.
    words:
      /invalid response status 4(?!29|08)|failed to load cache key: (?:Get|Head) "[^"]*": (?:tls|x509|http): /,
    remedy:
      "Check that address. The builder fetches it itself, with no login of Docker's and with its own certificates; else fetch the file before this step, and COPY it.",
  },
  untrusted,
  tooLarge,
  {
    words:
      /could not read (?:Username|Password)|Authentication failed for|[Rr]epository (?:'[^']{0,500}' )?not found\b|access to repository not granted|requested URL returned error: 40[134]|Permission denied \(publickey/,
    remedy:
      'Git needs a token for that repository: the App (client-id) is to be installed on it, owner and repositories are to name it, and permissions have contents: read. For an address by SSH: ssh.',
  },
  {
    words:
      /pull access denied|(?<!permission )\bdenied: |\bunauthorized: |insufficient_scope|authorization failed|no basic auth credentials/i,
    status: /40[13]/,
    remedy: loginRemedy,
  },
]

/** What they pass on may be a whole page of a proxy. */
const longestReason = 4_000

/** A command may have any words. */
const isRun = /did not complete successfully: exit code/

/** What to do about a registry or a Git server that refused; undefined for all else. */
export const findRefusalRemedy = (reason: string): string | undefined => {
  if (isRun.test(reason)) return undefined
  const text = reason.slice(0, longestReason)
  return rows.find(
    ({ words, status }) => words.test(text) || (status !== undefined && tellsStatus(text, status)),
  )?.remedy
}

/** Whether a build failed as a layer is gone that a cache had promised. */
export const tellsLostLayer = (reason: string): boolean =>
  !isRun.test(reason) && lostLayerWords.test(reason.slice(0, longestReason))
