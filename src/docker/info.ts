import { Failure } from '../failure.ts'
import { type Docker, describeEnd } from './docker.ts'
import type { Get } from './engine-api.ts'
import type { Version } from './version.ts'

type Info = {
  readonly ServerVersion?: string
  readonly Driver?: string
  readonly DriverStatus?: readonly (readonly [string, string])[] | null
  readonly DockerRootDir?: string
  readonly NCPU?: number
  readonly MemTotal?: number
  readonly SecurityOptions?: readonly string[] | null
  readonly OperatingSystem?: string
  readonly CgroupVersion?: string
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
    /** `1` or `2`; undefined where it does not say. */
    cgroupVersion: info.CgroupVersion,
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
  /** Names of its nodes; none where buildx does not tell. */
  readonly nodes?: readonly string[]
  /** Where these are, as buildx was told. */
  readonly endpoints?: readonly string[]
  /** Whether its cache is with the daemon of this machine. */
  readonly isLocal: boolean
  /** Of all its nodes, such as `linux/amd64`; none where buildx does not tell. */
  readonly platforms?: readonly string[]
  /** The nodes' versions of BuildKit; none where they do not run yet. */
  readonly versions?: readonly Version[]
}

/** A context by another name than `default` may be another machine's. */
export const isDaemonHere = (endpoint: string): boolean => /^(?:default$|unix:)/.test(endpoint)

/** Reads what `buildx inspect` prints. */
export const parseBuilder = (printed: string, isLocalDaemon: boolean): Builder | undefined => {
  const driver = /^Driver:\s*(\S+)/m.exec(printed)?.[1]
  if (driver === undefined) return undefined
  const endpoints = [...printed.matchAll(/^Endpoint:\s*(\S+)/gm)].map(([, each = '']) => each)
  const lists = [...printed.matchAll(/^Platforms:\s*(.+)$/gm)].map(([, list = '']) =>
    list.split(','),
  )
  const versions = [...printed.matchAll(/^BuildKit(?: version)?:\s*v?(\d+)\.(\d+)/gim)]
  const isOnDaemon = driver === 'docker' || driver === 'docker-container'
  const [, listed = ''] = printed.split(/^Nodes:$/m)
  const nodes = [...listed.matchAll(/^Name:\s*(\S+)/gm)].map(([, name = '']) => name)
  return {
    driver,
    nodes,
    endpoints,
    isLocal: isLocalDaemon && isOnDaemon && endpoints.every(isDaemonHere),
    platforms: lists.flat().map((each) => each.trim().replace(/\*$/, '')),
    versions: versions.map(([, major, minor]) => [Number(major), Number(minor)] as const),
  }
}

/** @returns undefined where buildx says nothing that looks like a version */
export const findBuildxVersion = async (docker: Docker): Promise<Version | undefined> => {
  const { stdout } = await docker.try(['buildx', 'version'])
  const [, major, minor] = /\bv?(\d+)\.(\d+)\.\d/.exec(stdout) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor)]
}

/**
 * Asks which builder buildx uses.
 *
 * @param named the one that is to be used
 * @returns undefined where buildx does not tell, which is the builds' own trouble
 * @throws {Failure} when the docker command has no buildx, or buildx no such builder
 */
export const findBuilder = async (docker: Docker, named?: string): Promise<Builder | undefined> => {
  const inspected = await docker.try(['buildx', 'inspect'])
  if (inspected.code === 0) return parseBuilder(inspected.stdout, docker.isLocal)
  const ended = await docker.try(['buildx', 'version'])
  if (ended.code === 0) {
    if (named === undefined) return undefined
    throw new Failure(`buildx cannot use the builder ${named}: ${describeEnd(inspected)}`, {
      remedy: 'Give builder a name that `docker buildx ls` shows in this job, or leave it out.',
    })
  }
  throw new Failure(`\`docker buildx\` does not work: ${describeEnd(ended)}`, {
    remedy:
      'Install the buildx plugin, or use docker/setup-buildx-action before this step; `mode: doctor` says what else is missing.',
  })
}
