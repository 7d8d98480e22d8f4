/** Secrets that can be told by how they look. */
export const tokenPatterns: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["GitHub's token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{40,251})\b/],
  ["npm's token", /\bnpm_[A-Za-z0-9]{36}\b/],
  // Those of Amazon's documentation end so, and are in many a test's environment.
  ["AWS's key", /\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE\b)[A-Z0-9]{16}\b/],
  ['a private key', /-----BEGIN (?:[A-Z]{1,20} ){0,5}PRIVATE KEY-----/],
]

/** A text of an image or a Dockerfile, without the secrets that somebody wrote into it. */
export const hideTokens = (text: string): string =>
  tokenPatterns.reduce(
    (hidden, [, pattern]) => hidden.replaceAll(new RegExp(pattern, 'g'), '***'),
    text,
  )
