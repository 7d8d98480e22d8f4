import { Failure } from '../failure.ts'
import { type Docker, describeEnd } from '../host/docker.ts'
import type { Ask } from '../host/engine-api.ts'
import type { Engine } from './facts.ts'

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
export const findEngine = async (ask: Ask): Promise<Engine> =>
  toEngine((await ask<Info>('/info')) ?? {})

/**
 * Asks which kind of builder buildx uses, such as `docker` or `docker-container`.
 *
 * @returns undefined where buildx does not tell, which is the builds' own trouble
 * @throws {Failure} when the docker command has no buildx
 */
export const findBuilderDriver = async (docker: Docker): Promise<string | undefined> => {
  const inspected = await docker.try(['buildx', 'inspect'])
  if (inspected.code === 0) return /^Driver:\s*(\S+)/m.exec(inspected.stdout)?.[1]
  const ended = await docker.try(['buildx', 'version'])
  if (ended.code === 0) return undefined
  throw new Failure(`\`docker buildx\` does not work: ${describeEnd(ended)}`, {
    remedy: 'Install the buildx plugin, or use docker/setup-buildx-action before this step.',
  })
}
