import { Failure } from '../failure.ts'
import { type Docker, describeEnd } from './docker.ts'
import type { Get } from './engine-api.ts'

type Info = {
  readonly ServerVersion?: string
  readonly Driver?: string
  readonly DriverStatus?: readonly (readonly [string, string])[] | null
  readonly DockerRootDir?: string
  readonly NCPU?: number
  readonly MemTotal?: number
  readonly SecurityOptions?: readonly string[] | null
  readonly OperatingSystem?: string
  readonly Containerd?: {
    readonly Address?: string
    readonly Namespaces?: { readonly Containers?: string }
  } | null
}

const toEngine = (info: Info) => {
  const driverStatus: Readonly<Record<string, string>> = Object.fromEntries(info.DriverStatus ?? [])
  const { Address: address, Namespaces } = info.Containerd ?? {}
  const namespace = Namespaces?.Containers ?? 'moby'
  return {
    version: info.ServerVersion ?? 'unknown',
    /** Such as `overlay2`; `overlayfs` is a snapshotter of the containerd store. */
    driver: info.Driver ?? 'unknown',
    /** Name to value, as in `docker info`: `Backing Filesystem`, `Native Overlay Diff` and others. */
    driverStatus,
    dataRoot: info.DockerRootDir ?? '/var/lib/docker',
    /** Of the daemon's host. */
    cores: info.NCPU ?? 1,
    memoryBytes: info.MemTotal ?? 0,
    /** Such as `name=rootless` or `name=userns`. */
    securityOptions: info.SecurityOptions ?? [],
    operatingSystem: info.OperatingSystem ?? 'unknown',
    /** The containerd behind the daemon, as it calls it; undefined where it does not say. */
    containerd: address === undefined ? undefined : { address, namespace },
    /** Images are in the containerd store, not in that of a graph driver. */
    hasContainerdStore: driverStatus['driver-type']?.startsWith('io.containerd') ?? false,
  }
}

/** What the daemon says of itself. */
export type Engine = Readonly<ReturnType<typeof toEngine>>

/** @throws {Failure} when there is no daemon */
export const findEngine = async (get: Get): Promise<Engine> =>
  toEngine((await get<Info>('/info')) ?? {})

export type Builder = {
  /** Such as `docker` or `docker-container`, as buildx calls them. */
  readonly driver: string
  /** Whether its cache is with the daemon of this machine. */
  readonly isLocal: boolean
  /** Such as `v0.20.2`; undefined where it does not run yet. Distributions have `v0.0.0+unknown`. */
  readonly buildkitVersion?: string | undefined
}

/** Reads what `buildx inspect` prints. */
export const parseBuilder = (printed: string, isLocalDaemon: boolean): Builder | undefined => {
  const driver = /^Driver:\s*(\S+)/m.exec(printed)?.[1]
  if (driver === undefined) return undefined
  const endpoints = [...printed.matchAll(/^Endpoint:\s*(\S+)/gm)]
  const areHere = endpoints.every(([, endpoint = '']) => /^(?:default$|unix:)/.test(endpoint))
  const isOnDaemon = driver === 'docker' || driver === 'docker-container'
  return {
    driver,
    isLocal: isLocalDaemon && isOnDaemon && areHere,
    buildkitVersion: /^BuildKit(?: version)?:\s*(\S+)/im.exec(printed)?.[1],
  }
}

/**
 * Asks which builder buildx uses.
 *
 * @returns undefined where buildx does not tell, which is the builds' own trouble
 * @throws {Failure} when the docker command has no buildx
 */
export const findBuilder = async (docker: Docker): Promise<Builder | undefined> => {
  const inspected = await docker.try(['buildx', 'inspect'])
  if (inspected.code === 0) return parseBuilder(inspected.stdout, docker.isLocal)
  const ended = await docker.try(['buildx', 'version'])
  if (ended.code === 0) return undefined
  throw new Failure(`\`docker buildx\` does not work: ${describeEnd(ended)}`, {
    remedy: 'Install the buildx plugin, or use docker/setup-buildx-action before this step.',
  })
}
