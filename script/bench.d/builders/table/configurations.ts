/** Where builds can run, by buildx's names. */
export const drivers = ['docker', 'docker-container', 'remote', 'kubernetes'] as const
export type Driver = (typeof drivers)[number]

/** `here` is the machine that has the nodes. */
export type Place = 'here' | 'far'

export const caches = ['none', 'own', 'registry', 'inline'] as const
export type Cache = (typeof caches)[number]

/** One row of the table. */
export type Configuration = {
  readonly driver: Driver
  readonly place: Place
  readonly cache: Cache
}

const placesOf: Readonly<Record<Driver, readonly Place[]>> = {
  docker: ['here'],
  'docker-container': ['here'],
  remote: ['here', 'far'],
  // A cluster for builders is never the machine of the job.
  kubernetes: ['far'],
}

/** Docker's classic store writes no cache elsewhere, and its own, which others use, cannot be emptied. */
const cachesOf = (driver: Driver): readonly Cache[] =>
  driver === 'docker' ? ['none', 'own'] : caches

export const listConfigurations = (chosen: readonly string[]): readonly Configuration[] =>
  drivers
    .filter((driver) => chosen.includes(driver))
    .flatMap((driver) =>
      placesOf[driver].flatMap((place) =>
        cachesOf(driver).map((cache) => ({ driver, place, cache })),
      ),
    )

/** The step's inputs by which a cache is used; the image is pushed where its cache is in it. */
export const toCacheInputs = ({
  driver,
  cache,
}: Configuration): Readonly<Record<string, string>> =>
  cache === 'registry'
    ? { cache }
    : cache === 'inline'
      ? { cache, push: 'true' }
      : cache === 'none' && driver === 'docker'
        ? { 'no-cache': 'true' }
        : {}

/** Whether each step finds a builder that has nothing, as a new machine or container does. */
export const isFreshEachTime = ({ driver, cache }: Configuration): boolean =>
  driver !== 'docker' && cache !== 'own'
