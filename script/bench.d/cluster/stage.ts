import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type CacheService, startCacheService } from '../../../__tests__/support/cache-service.ts'
import { startRealRegistry } from '../../../__tests__/support/real-registry.ts'
import { say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import { type BenchImage, makeImages } from './make-images.ts'
import { type ShapedProxy, startShapedProxy } from './shaped-proxy.ts'

/** Of each stream; Docker and the nodes have three of them at once. */
export const shapedBytesPerSecond = 60_000_000

/** A registry as Docker, on this machine, and nodes, on their network, reach it. */
export type Source = {
  readonly name: 'loopback' | 'shaped'
  readonly host: string
  readonly nodesHost: string
}

/** What all measurements work on. */
export type Stage = {
  readonly session: Session
  readonly images: readonly BenchImage[]
  readonly moveFirst: () => Promise<readonly { readonly bytes: number }[]>
  readonly sources: Readonly<Record<Source['name'], Source>>
  readonly proxy: ShapedProxy
  readonly service: CacheService
}

/** What reaches this machine from the nodes' network, and no other. */
const findGateway = async ({ docker }: Session): Promise<string> => {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}'
  const printed = await docker(['network', 'inspect', 'kind', '--format', format])
  const found = printed.split(/\s+/).find((each) => /^\d+(\.\d+){3}$/.test(each))
  if (found === undefined) throw new Error('the network of the nodes has no gateway')
  return found
}

/** Ten images in a registry, that registry behind a proxy, and a cache service, all on this machine. */
export const prepareStage = async (session: Session, megabytes: number): Promise<Stage> => {
  const gateway = await findGateway(session)
  const data = join(session.tempDir, 'registry')
  mkdirSync(data)
  const [here, there] = [
    await startRealRegistry('127.0.0.1', data),
    await startRealRegistry(gateway, data),
  ]
  for (const each of [here, there]) session.defer('a registry', each.stop)
  const proxy = await startShapedProxy(here.host, ['127.0.0.1', gateway], shapedBytesPerSecond)
  session.defer('the proxy', proxy.stop)
  const service = await startCacheService()
  session.defer('the cache service', service.stop)
  say(`making ten images of ${megabytes} MB`)
  const { images, moveFirst } = await makeImages(here.host, session.id, megabytes)
  const sources: Stage['sources'] = {
    loopback: { name: 'loopback', host: here.host, nodesHost: there.host },
    shaped: {
      ...{ name: 'shaped', host: `127.0.0.1:${proxy.port}` },
      nodesHost: `${gateway}:${proxy.port}`,
    },
  }
  return { session, images, moveFirst, sources, proxy, service }
}

export const toNames = ({ images }: Stage, host: string): readonly string[] =>
  images.map(({ repository, tag }) => `${host}/${repository}:${tag}`)
