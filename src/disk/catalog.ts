/** A tool chain of GitHub's hosted images that a job with containers hardly ever needs. */
export type CatalogEntry = {
  readonly name: string
  readonly paths: readonly string[]
  /** What it usually holds, to plan with; what it really held is measured. */
  readonly typicalBytes: number
}

const gb = 1_000_000_000

/**
 * What may go, fewest files per byte first, so that the cheapest bytes go first.
 * Swap and apt packages stay: the one keeps memory-hungry jobs alive, the others take minutes.
 */
export const catalog: readonly CatalogEntry[] = [
  { name: 'codeql', paths: ['/opt/hostedtoolcache/CodeQL'], typicalBytes: 1.7 * gb },
  { name: 'android', paths: ['/usr/local/lib/android'], typicalBytes: 11 * gb },
  { name: 'ghcup', paths: ['/usr/local/.ghcup', '/opt/ghc'], typicalBytes: 5 * gb },
  { name: 'swift', paths: ['/usr/share/swift'], typicalBytes: 3 * gb },
  { name: 'dotnet', paths: ['/usr/share/dotnet', '/usr/lib/dotnet'], typicalBytes: 4 * gb },
]
