import type { Weight } from '../image/tree.ts'

type Size = Omit<Weight, 'layers'>

/** What is installed into one image, by the name of its Dockerfile's package. */
export type Package = Size & { readonly name: string }

export type Service = {
  readonly name: string
  readonly dependencies: Size
  /** Whether it is built upon the base that three share. */
  readonly isUponBase: boolean
}

/** All that a job builds: the story's six images and the base of three. */
export type Platform = {
  readonly base: readonly Package[]
  readonly services: readonly Service[]
  /** Each service's own source. */
  readonly source: Size
}

export type PlatformOrder = {
  readonly baseBytes: number
  readonly baseFiles: number
  /** Of all sizes. */
  readonly percent: number
}

/** Of the base's bytes and files, so many hundredths each: few large files, and many small ones. */
const baseParts = [
  { name: 'system', bytes: 17, files: 28 },
  { name: 'cuda', bytes: 33, files: 2 },
  { name: 'framework', bytes: 30, files: 32 },
  { name: 'science', bytes: 20, files: 38 },
] as const

const serviceSizes = [
  { name: 'api', mb: 60, files: 2_000, isUponBase: false },
  { name: 'datagen', mb: 30, files: 1_000, isUponBase: false },
  { name: 'e2e', mb: 120, files: 3_000, isUponBase: false },
  { name: 'preprocessing', mb: 200, files: 4_000, isUponBase: true },
  { name: 'training', mb: 100, files: 2_000, isUponBase: true },
  { name: 'serving', mb: 50, files: 1_500, isUponBase: true },
] as const

export const serviceNames: readonly string[] = serviceSizes.map(({ name }) => name)

/** The service of which one source file changes: the story's heavy one. */
export const changedService = 'preprocessing'

const sourceSize = { bytes: 8_000_000, files: 200 }

/** The weights of the story's kind, at a size that one can wait for. */
export const planPlatform = ({ baseBytes, baseFiles, percent }: PlatformOrder): Platform => {
  const scale = ({ bytes, files }: Size): Size => ({
    bytes: Math.round((bytes * percent) / 100),
    files: Math.max(2, Math.round((files * percent) / 100)),
  })
  return {
    base: baseParts.map(({ name, bytes, files }) => ({
      name,
      ...scale({ bytes: (baseBytes * bytes) / 100, files: (baseFiles * files) / 100 }),
    })),
    services: serviceSizes.map(({ name, mb, files, isUponBase }) => ({
      name,
      isUponBase,
      dependencies: scale({ bytes: mb * 1_000_000, files }),
    })),
    source: scale(sourceSize),
  }
}

/** Everything that some Dockerfile installs. */
export const packagesOf = ({ base, services }: Platform): readonly Package[] => [
  ...base,
  ...services.map(({ name, dependencies }) => ({ name, ...dependencies })),
]

/** Files below /opt in a service's image, all of them installed. */
export const installedFiles = ({ base }: Platform, service: Service): number =>
  (service.isUponBase ? base : []).reduce(
    (sum, { files }) => sum + files,
    service.dependencies.files,
  )

/** All that the six images hold, what they share counted once; without the system below. */
export const sumOf = (platform: Platform): Size => {
  const own = platform.services.length * platform.source.bytes
  return packagesOf(platform).reduce(
    (sum, { bytes, files }) => ({ bytes: sum.bytes + bytes, files: sum.files + files }),
    { bytes: own, files: platform.services.length * platform.source.files },
  )
}
