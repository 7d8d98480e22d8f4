import type { EngineApi } from '../docker/engine-api.ts'
import { type Builder, findEngine } from '../docker/info.ts'
import type { BuilderRequest } from '../inputs/builder-request.ts'
import { parseOptions } from '../inputs/driver-opts.ts'
import { toContainerName } from '../ownership.ts'
import { send } from './answer.ts'
import { listen } from './loopback.ts'
import { toSecret } from './server.ts'

/** Has the daemon look for an image that is not there: it is on our network where that brings it to us. */
const isDaemonHere = async ({ get }: EngineApi): Promise<boolean> => {
  const secret = toSecret()
  let isHere = false
  const server = await listen((request, response) => {
    isHere ||= request.url?.includes(secret) === true
    send(response, 404)
  })
  try {
    await get(`/distribution/${server.host}/${secret}:probe/json`).catch(() => {})
    return isHere
  } finally {
    await server.close()
  }
}

type Inspected = { readonly HostConfig?: { readonly NetworkMode?: string } }

/** @param own the one that the step makes, which may not be there yet */
const isOnHostNetwork = async (
  { get }: EngineApi,
  { nodes }: Builder,
  own: BuilderRequest | undefined,
): Promise<boolean> => {
  if (own !== undefined) {
    const option = parseOptions(own.options).findLast(([name]) => name === 'network')
    return option?.[1] === 'host' && own.appended.length === 0
  }
  const [node = '', ...others] = nodes ?? []
  if (node === '' || others.length > 0) return false
  const container = await get<Inspected>(`/containers/${toContainerName(node)}/json`)
  return container?.HostConfig?.NetworkMode === 'host'
}

/**
 * Why a builder cannot push to this machine's loopback what nodes need; undefined where it can. Found by
 * asking.
 *
 * @param own the builder's request where the step makes it
 */
export const findObjection = async (
  api: EngineApi,
  isLocalDaemon: boolean,
  builder: Builder | undefined,
  own: BuilderRequest | undefined,
): Promise<string | undefined> => {
  const { driver } = builder ?? {}
  if (driver !== 'docker' && driver !== 'docker-container')
    return `a builder of the driver ${driver ?? 'that nobody knows'} may be on another machine`
  if (!isLocalDaemon || !builder?.isLocal) return 'the builder is on another machine'
  if (driver === 'docker' && !(await findEngine(api.get)).hasContainerdStore)
    return "Docker's own builder needs the containerd image store for that"
  if (driver === 'docker-container' && !(await isOnHostNetwork(api, builder, own)))
    return 'its container is not on the host network (`driver-opts: network=host`)'
  return (await isDaemonHere(api)) ? undefined : "Docker does not reach this machine's loopback"
}
