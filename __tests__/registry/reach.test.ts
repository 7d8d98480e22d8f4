import { expect, test } from 'vitest'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { parseBuilder } from '../../src/docker/info.ts'
import type { BuilderRequest } from '../../src/inputs/builder-request.ts'
import { findObjection } from '../../src/registry/reach.ts'

type Docker = {
  readonly hasContainerdStore?: boolean
  readonly network?: string
  /** Whether our loopback is the daemon's. */
  readonly isHere?: boolean
}

/** Stands for the daemon, which asks the registry that it is asked for. */
const toApi = ({
  hasContainerdStore = true,
  network = 'host',
  isHere = true,
}: Docker): EngineApi => {
  const get = async (path: string): Promise<unknown> => {
    if (path === '/info')
      return {
        DriverStatus: hasContainerdStore ? [['driver-type', 'io.containerd.snapshotter.v1']] : [],
      }
    if (path === '/containers/buildx_buildkit_own0/json')
      return { HostConfig: { NetworkMode: network } }
    const [, host, name, tag] = /^\/distribution\/([^/]+)\/([^:]+):(\w+)\/json$/.exec(path) ?? []
    if (isHere) await fetch(`http://${host}/v2/${name}/manifests/${tag}`, { method: 'HEAD' })
    throw new Error('Docker answered 500')
  }
  return { get } as unknown as EngineApi
}

const builderOf = (driver: string, nodes: readonly string[] = ['own0']) =>
  parseBuilder(
    `Name:   own\nDriver: ${driver}\n\nNodes:\n${nodes.map((name) => `Name:     ${name}\nEndpoint: unix:///var/run/docker.sock\n`).join('\n')}`,
    true,
  )

test.each(['docker', 'docker-container'])('%s on this machine can push to us', async (driver) => {
  expect(await findObjection(toApi({}), true, builderOf(driver), undefined)).toBeUndefined()
})

const request = (...options: readonly string[]): BuilderRequest => ({
  ...{ driver: 'docker-container', keepsState: 'no', appended: [], config: undefined, options },
  ...{ endpoint: undefined, flags: undefined, platforms: [], certificates: [] },
})

test('of a builder that the step makes, its options say where it will be', async () => {
  const own = { driver: 'docker-container', isLocal: true }
  const ask = (asked: BuilderRequest) => findObjection(toApi({}), true, own, asked)
  expect(await ask(request('image=x', 'network=host'))).toBeUndefined()
  expect(await ask(request('image=x'))).toContain('network=host')
  expect(await ask(request('network=host', 'network=bridge'))).toContain('network=host')
})

test.each([
  ['the classic store', 'docker', { hasContainerdStore: false }, 'containerd image store'],
  ['a network of its own', 'docker-container', { network: 'bridge' }, 'driver-opts: network=host'],
  ['a daemon on another network', 'docker', { isHere: false }, "does not reach this machine's"],
  ['a daemon on another network', 'docker-container', { isHere: false }, 'does not reach this'],
  ['another driver', 'remote', {}, 'of the driver remote may be on another machine'],
] as const)('%s cannot: %s', async (_, driver, docker, why) => {
  expect(await findObjection(toApi(docker), true, builderOf(driver), undefined)).toContain(why)
})

test('a daemon elsewhere, several nodes, or a builder that nobody knows cannot', async () => {
  const api = toApi({})
  expect(await findObjection(api, false, builderOf('docker'), undefined)).toContain(
    'another machine',
  )
  expect(await findObjection(api, true, undefined, undefined)).toContain('nobody knows')
  const two = builderOf('docker-container', ['own0', 'own1'])
  expect(await findObjection(api, true, two, undefined)).toContain('network=host')
})
