/** GitHub's images, by what they call themselves (`ImageOS`). */
export type HostedImage = 'ubuntu22' | 'ubuntu24' | 'ubuntu26'

/** A tool chain of GitHub's hosted images that a job with containers hardly ever needs. */
export type CatalogEntry = {
  readonly name: string
  /** What a job has to do without when it is gone. */
  readonly what: string
  readonly paths: readonly string[]
  /** What it usually holds, to plan with; what it really held is measured. */
  readonly typicalBytes: number
  /** Where it is to be expected. Those for arm64 have no Android and no ghcup. */
  readonly images: readonly HostedImage[]
}

const gb = 1_000_000_000
const everywhere = ['ubuntu22', 'ubuntu24', 'ubuntu26'] as const

/**
 * What may go: what should have the fewest files per byte first, as its bytes cost the least.
 * Swap and apt packages stay: the one keeps memory-hungry jobs alive, the others take minutes.
 */
export const catalog: readonly CatalogEntry[] = [
  {
    name: 'codeql',
    what: 'the bundle of CodeQL',
    paths: ['/opt/hostedtoolcache/CodeQL'],
    typicalBytes: 1.7 * gb,
    images: everywhere,
  },
  {
    name: 'android',
    what: 'the Android SDK and NDK',
    paths: ['/usr/local/lib/android'],
    typicalBytes: 11 * gb,
    images: everywhere,
  },
  {
    name: 'ghcup',
    what: "Haskell's compiler and tools",
    paths: ['/usr/local/.ghcup', '/opt/ghc'],
    typicalBytes: 5 * gb,
    images: everywhere,
  },
  {
    name: 'swift',
    what: 'the Swift tool chain',
    paths: ['/usr/share/swift'],
    typicalBytes: 3 * gb,
    images: ['ubuntu22', 'ubuntu24'],
  },
  {
    name: 'dotnet',
    what: 'the .NET SDKs',
    paths: ['/usr/share/dotnet', '/usr/lib/dotnet'],
    typicalBytes: 4 * gb,
    images: everywhere,
  },
]
