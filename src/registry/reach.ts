import type { EngineApi } from '../docker/engine-api.ts'
import { type Builder, findEngine } from '../docker/info.ts'
import type { BuilderRequest } from '../inputs/builder-request.ts'
import { parseOptions } from '../inputs/driver-opts.ts'
import { toContainerName } from '../ownership.ts'
import { send } from './answer.ts'
import { listen } from './loopback.ts'
import { toSecret } from './server.ts'

/**
 * Whether somebody who looks for an image that is not there comes to us: then our loopback is theirs.
 *
 * @param ask has them look for it; how that ends does not matter
 */
const isReached = async (ask: (image: string) => Promise<unknown>): Promise<boolean> => {
  const secret = toSecret()
  let isHere = false
  const server = await listen((request, response) => {
    isHere ||= request.url?.includes(secret) === true
    send(response, 404)
  })
  try {
    await ask(`${server.host}/${secret}:probe`).catch(() => {})
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

/** A tunnel begins here, too, and a socket may be passed on: only asking tells. */
const mayBeHere = (endpoint: string): boolean =>
  /^unix:|^tcp:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(endpoint)

/** A builder on another machine is not asked: it would wait for nobody there. */
const findRemoteObjection = async (
  endpoints: readonly string[],
  ask: ((image: string) => Promise<unknown>) | undefined,
): Promise<string | undefined> => {
  if (endpoints.length !== 1 || !endpoints.every(mayBeHere))
    return 'a builder of the driver remote is used only at a loopback address or a socket'
  if (ask === undefined) return undefined
  return (await isReached(ask)) ? undefined : "the builder does not reach this machine's loopback"
}

const toEndpoints = (
  { endpoints = [] }: Builder,
  own: BuilderRequest | undefined,
): readonly string[] =>
  own === undefined ? endpoints : [own, ...own.appended].flatMap(({ endpoint }) => endpoint ?? [])

/**
 * Why a builder cannot push to this machine's loopback what nodes need; undefined where it can. Found by
 * asking.
 *
 * @param own the builder's request where the step makes it
 * @param askBuilder has the builder look for an image; how that ends does not matter. Undefined where it is not
 *   there: its endpoint is believed then.
 */
export const findObjection = async (
  api: EngineApi,
  isLocalDaemon: boolean,
  builder: Builder | undefined,
  own: BuilderRequest | undefined,
  askBuilder: ((image: string) => Promise<unknown>) | undefined,
): Promise<string | undefined> => {
  const { driver } = builder ?? {}
  if (builder === undefined || !/^(?:docker|docker-container|remote)$/.test(builder.driver))
    return `a builder of the driver ${driver ?? 'that nobody knows'} may be on another machine`
  if (!isLocalDaemon) return 'Docker is on another machine'
  if (driver === 'remote') return findRemoteObjection(toEndpoints(builder, own), askBuilder)
  if (!builder.isLocal) return 'the builder is on another machine'
  if (driver === 'docker' && !(await findEngine(api.get)).hasContainerdStore)
    return "Docker's own builder needs the containerd image store for that"
  if (driver === 'docker-container' && !(await isOnHostNetwork(api, builder, own)))
    return 'its container is not on the host network (`driver-opts: network=host`)'
  const askDaemon = (image: string) => api.get(`/distribution/${image}/json`)
  return (await isReached(askDaemon)) ? undefined : "Docker does not reach this machine's loopback"
}
