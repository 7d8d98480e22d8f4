import { expect, test, vi } from 'vitest'
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

const builderOf = (
  driver: string,
  nodes: readonly string[] = ['own0'],
  endpoint = 'unix:///var/run/docker.sock',
) =>
  parseBuilder(
    `Name:   own\nDriver: ${driver}\n\nNodes:\n${nodes.map((name) => `Name:     ${name}\nEndpoint: ${endpoint}\n`).join('\n')}`,
    true,
  )

/** Stands for a builder on this machine, which says that nobody has the image. */
const comes = async (image: string): Promise<never> => {
  const [, host, name, tag] = /^([^/]+)\/([^:]+):(\w+)$/.exec(image) ?? []
  const { status } = await fetch(`http://${host}/v2/${name}/manifests/${tag}`, { method: 'HEAD' })
  throw new Error(`exit code 1: ${status}`)
}

/** One on another machine, whose loopback is its own. */
const staysAway = vi.fn(async (): Promise<never> => {
  throw new Error('connection refused')
})

const request = (change: Partial<BuilderRequest>): BuilderRequest => ({
  ...{ driver: 'docker-container', keepsState: 'no', appended: [], config: undefined, options: [] },
  ...{ endpoint: undefined, flags: undefined, platforms: [], certificates: [], ...change },
})

test.each(['docker', 'docker-container'])('%s on this machine can push to us', async (driver) => {
  const builder = builderOf(driver)
  expect(await findObjection(toApi({}), true, builder, undefined, staysAway)).toBeUndefined()
  expect(staysAway).not.toHaveBeenCalled()
})

test('of a builder that the step makes, its options say where it will be', async () => {
  const own = { driver: 'docker-container', isLocal: true }
  const ask = (...options: readonly string[]) =>
    findObjection(toApi({}), true, own, request({ options }), staysAway)
  expect(await ask('image=x', 'network=host')).toBeUndefined()
  expect(await ask('image=x')).toContain('network=host')
  expect(await ask('network=host', 'network=bridge')).toContain('network=host')
})

const near = [
  'tcp://127.0.0.1:1234',
  'tcp://127.1.2.3:1234',
  'tcp://localhost:1234',
  'tcp://[::1]:1234',
  'unix:///run/buildkit/buildkitd.sock',
]

test.each(near)(
  'a remote builder at %s can push to us where it comes when asked',
  async (endpoint) => {
    const builder = builderOf('remote', ['far0'], endpoint)
    // Its network may be another one, also on this machine.
    const api = toApi({ isHere: false })
    expect(await findObjection(api, true, builder, undefined, comes)).toBeUndefined()
    expect(await findObjection(api, true, builder, undefined, staysAway)).toContain(
      "does not reach this machine's loopback",
    )
    const own = request({ driver: 'remote', endpoint })
    const made = { driver: 'remote', isLocal: false }
    expect(await findObjection(api, true, made, own, comes)).toBeUndefined()
    const twice = { ...own, appended: [own] }
    expect(await findObjection(api, true, made, twice, comes)).toContain(
      'only at a loopback address',
    )
  },
)

test('of a remote builder that is not there to be asked, the endpoint is believed', async () => {
  const made = { driver: 'remote', isLocal: false }
  const ask = (endpoint: string) => {
    const own = request({ driver: 'remote', endpoint })
    return findObjection(toApi({}), true, made, own, undefined)
  }
  expect(await ask('tcp://127.0.0.1:1234')).toBeUndefined()
  expect(await ask('tcp://builder.example:1234')).toContain('only at a loopback address')
})

test.each([
  'tcp://builder.example:1234',
  'tcp://127.0.0.1.example:1234',
  'tcp://10.0.0.1:1234',
  'ssh://me@builder',
  'kube-pod://builder',
])('a remote builder at %s is not asked', async (endpoint) => {
  staysAway.mockClear()
  const builder = builderOf('remote', ['far0'], endpoint)
  const why = await findObjection(toApi({}), true, builder, undefined, staysAway)
  expect(why).toContain('only at a loopback address')
  expect(staysAway).not.toHaveBeenCalled()
})

test.each([
  ['the classic store', 'docker', { hasContainerdStore: false }, 'containerd image store'],
  ['a network of its own', 'docker-container', { network: 'bridge' }, 'driver-opts: network=host'],
  ['a daemon on another network', 'docker', { isHere: false }, "does not reach this machine's"],
  ['a daemon on another network', 'docker-container', { isHere: false }, 'does not reach this'],
  ['another driver', 'kubernetes', {}, 'of the driver kubernetes may be on another machine'],
] as const)('%s cannot: %s', async (_, driver, docker, why) => {
  const found = await findObjection(toApi(docker), true, builderOf(driver), undefined, comes)
  expect(found).toContain(why)
})

test('a daemon elsewhere, several nodes, or a builder that nobody knows cannot', async () => {
  const api = toApi({})
  const ask = (...[isLocal, builder]: [boolean, ReturnType<typeof builderOf>]) =>
    findObjection(api, isLocal, builder, undefined, comes)
  expect(await ask(false, builderOf('docker'))).toContain('another machine')
  expect(await ask(false, builderOf('remote', ['far0'], near[0]))).toContain('another machine')
  expect(await ask(true, undefined)).toContain('nobody knows')
  expect(await ask(true, builderOf('docker-container', ['own0', 'own1']))).toContain('network=host')
  expect(await ask(true, builderOf('remote', ['far0', 'far1'], near[0]))).toContain(
    'only at a loopback address',
  )
})
