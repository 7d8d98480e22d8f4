import { Failure } from '../failure.ts'
import { type Docker, describeEnd } from '../host/docker.ts'
import type { Engine } from './facts.ts'

/** `docker info` waits long for a daemon that does not answer; people do not. */
const answerTimeoutMs = 30_000

type Info = {
  readonly ServerVersion?: string
  readonly Driver?: string
  readonly DriverStatus?: readonly (readonly [string, string])[] | null
  readonly DockerRootDir?: string
  readonly SecurityOptions?: readonly string[] | null
  readonly OperatingSystem?: string
  readonly Containerd?: {
    readonly Address?: string
    readonly Namespaces?: { readonly Containers?: string }
  } | null
}

/** Reads `docker info --format '{{json .}}'`; undefined when only the client speaks in it. */
export const parseEngine = (json: string): Engine | undefined => {
  const info = JSON.parse(json) as Info
  if (!info.ServerVersion) return undefined
  const driverStatus = Object.fromEntries(info.DriverStatus ?? [])
  const { Address: address, Namespaces } = info.Containerd ?? {}
  const namespace = Namespaces?.Containers ?? 'moby'
  return {
    version: info.ServerVersion,
    driver: info.Driver ?? 'unknown',
    driverStatus,
    dataRoot: info.DockerRootDir ?? '/var/lib/docker',
    securityOptions: info.SecurityOptions ?? [],
    operatingSystem: info.OperatingSystem ?? 'unknown',
    containerd: address === undefined ? undefined : { address, namespace },
    hasContainerdStore: driverStatus['driver-type']?.startsWith('io.containerd') ?? false,
  }
}

/** @throws {Failure} when there is no docker, or no daemon behind it */
export const findEngine = async (docker: Docker): Promise<Engine> => {
  const ended = await docker.try(['info', '--format', '{{json .}}'], { timeoutMs: answerTimeoutMs })
  // Without a daemon docker prints JSON all the same, about the client alone.
  const engine = ended.stdout.trim().startsWith('{') ? parseEngine(ended.stdout) : undefined
  if (engine !== undefined) return engine
  throw new Failure(`Docker does not answer: ${ended.stderr.trim() || describeEnd(ended)}`, {
    remedy:
      'Start the daemon, and check DOCKER_HOST, the docker context and that this user may use the socket.',
  })
}

/** @throws {Failure} when the docker command has no buildx */
export const requireBuildx = async (docker: Docker): Promise<void> => {
  const ended = await docker.try(['buildx', 'version'])
  if (ended.code === 0) return
  throw new Failure(`\`docker buildx\` does not work: ${describeEnd(ended)}`, {
    remedy: 'Install the buildx plugin, or use docker/setup-buildx-action before this step.',
  })
}
