/**
 * Where Docker, containerd and BuildKit write the status that a server answered with: a few words after
 * `status`, as in `unexpected status from HEAD request to URL: 403 Forbidden`, as in `error parsing HTTP 429
 * response body`, or before its reason, as in `PUT URL: 500 Internal Server Error`. It is a word of its own:
 * digits of an address or of an image's name are none.
 */
const statusPattern =
  /(?:\b(?:[Ss]tatus(?: ?[Cc]ode)?:?(?: \S+){0,6}?|HTTP(?:\/[\d.]+)?|error response) ([45]\d\d)(?![^\s:,;)"])|(?<![^\s("[>])([45]\d\d) [A-Z][a-z]+\b)/g

/** Whether a message tells of an answer with such a status. */
export const tellsStatus = (text: string, status: RegExp): boolean =>
  [...text.matchAll(statusPattern)].some(([, named, explained]) =>
    status.test(named ?? explained ?? ''),
  )
