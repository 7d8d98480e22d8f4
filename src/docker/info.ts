import { Failure } from '../failure.ts'
import { type Docker, describeEnd } from './docker.ts'
import type { Get } from './engine-api.ts'

export type Engine = {
  readonly version: string
  /** Such as `overlay2`; `overlayfs` is a snapshotter of the containerd store. */
  readonly driver: string
  /** Name to value, as in `docker info`: `Backing Filesystem`, `Native Overlay Diff` and others. */
  readonly driverStatus: Readonly<Record<string, string>>
  readonly dataRoot: string
  /** Of the daemon's host. */
  readonly cores: number
  readonly memoryBytes: number
  /** Such as `name=rootless` or `name=userns`. */
  readonly securityOptions: readonly string[]
  readonly operatingSystem: string
  /** The containerd behind the daemon, as it calls it; undefined where it does not say. */
  readonly containerd: { readonly address: string; readonly namespace: string } | undefined
  /** Images are in the containerd store, not in that of a graph driver. */
  readonly hasContainerdStore: boolean
}

export type Builder = {
  /** Such as `docker` or `docker-container`, as buildx calls them. */
  readonly driver: string
  /** Whether its cache is with the daemon of this machine. */
  readonly isLocal: boolean
}

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

const toEngine = (info: Info): Engine => {
  const driverStatus = Object.fromEntries(info.DriverStatus ?? [])
  const { Address: address, Namespaces } = info.Containerd ?? {}
  const namespace = Namespaces?.Containers ?? 'moby'
  return {
    version: info.ServerVersion ?? 'unknown',
    driver: info.Driver ?? 'unknown',
    driverStatus,
    dataRoot: info.DockerRootDir ?? '/var/lib/docker',
    cores: info.NCPU ?? 1,
    memoryBytes: info.MemTotal ?? 0,
    securityOptions: info.SecurityOptions ?? [],
    operatingSystem: info.OperatingSystem ?? 'unknown',
    containerd: address === undefined ? undefined : { address, namespace },
    hasContainerdStore: driverStatus['driver-type']?.startsWith('io.containerd') ?? false,
  }
}

/** @throws {Failure} when there is no daemon */
export const findEngine = async (get: Get): Promise<Engine> =>
  toEngine((await get<Info>('/info')) ?? {})

/** Reads what `buildx inspect` prints. */
export const parseBuilder = (printed: string, isLocalDaemon: boolean): Builder | undefined => {
  const driver = /^Driver:\s*(\S+)/m.exec(printed)?.[1]
  if (driver === undefined) return undefined
  const endpoints = [...printed.matchAll(/^Endpoint:\s*(\S+)/gm)].map(
    ([, endpoint = '']) => endpoint,
  )
  const isHere = (endpoint: string): boolean => /^(?:default$|unix:)/.test(endpoint)
  const isOnDaemon = driver === 'docker' || driver === 'docker-container'
  return { driver, isLocal: isLocalDaemon && isOnDaemon && endpoints.every(isHere) }
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
