import { expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const build = { context: '.', tags: 'api:dev' }

test('without a driver the step uses the builder that is there', () => {
  expect(read(build).builder).toBeUndefined()
})

test('a builder in the words of setup-buildx-action', () => {
  const given = {
    ...build,
    driver: 'docker-container',
    'driver-opts': 'image=moby/buildkit:v0.25.0\n"env.A=1,2"',
    'buildkitd-flags': '--debug',
    'buildkitd-config': 'buildkitd.toml',
  }
  expect(read(given).builder).toEqual({
    driver: 'docker-container',
    options: ['image=moby/buildkit:v0.25.0', '"env.A=1,2"'],
    endpoint: undefined,
    flags: '--debug',
    config: { kind: 'file', path: 'buildkitd.toml' },
  })
})

test('a configuration as text', () => {
  const text = '[worker.oci]\n  max-parallelism = 2'
  const given = { ...build, driver: 'docker-container', 'buildkitd-config-inline': text }
  expect(read(given).builder?.config).toEqual({ kind: 'inline', text })
})

test('a builder in a cluster', () => {
  const options = ['namespace=ci', '"labels=a=1,b=2"', 'env.HTTP_PROXY=a:1']
  const given = { ...build, driver: 'kubernetes', 'driver-opts': options.join('\n') }
  expect(read(given).builder).toMatchObject({ driver: 'kubernetes', options })
})

const inCluster = { driver: 'kubernetes' }

test.each([
  [{ driver: 'kube' }, /driver.*unknown. Write one of docker-container, remote, kubernetes/],
  [
    { ...inCluster, endpoint: 'kubernetes:///a' },
    /endpoint.*where the kubeconfig leads.*KUBECONFIG/,
  ],
  [
    { ...inCluster, 'driver-opts': 'name-space=ci' },
    /driver-opts \("name-space"\): kubernetes has no such option. Did you mean namespace\? It has image, namespace/,
  ],
  [{ ...inCluster, 'driver-opts': 'network=host' }, /network.*kubernetes has no such option/],
  [{ ...inCluster, 'driver-opts': 'env.=1' }, /env\..*kubernetes has no such option/],
  [{ ...inCluster, 'driver-opts': 'rootless' }, /rootless.*not an option. Write name=value/],
  [{ ...inCluster, 'driver-opts': 'labels=a=1,b=2' }, /"b".*kubernetes has no such option/],
  [
    { ...inCluster, 'driver-opts': '"annotations=a=1,dev.slipway.run=x"' },
    /dev\.slipway\.run is what Slipway finds its own builders by/,
  ],
  [
    { driver: 'docker-container', 'driver-opts': 'namespace=a' },
    /docker-container has no such option.*env\.NAME/,
  ],
  [
    { driver: 'remote', endpoint: 'tcp://a:1', 'driver-opts': 'image=a' },
    /remote has no such option. It has cacert, cert, key, servername/,
  ],
  [{ driver: 'remote' }, /endpoint.*empty, though driver is remote/],
  [{ endpoint: 'tcp://a:1' }, /endpoint: given without driver/],
  [{ 'driver-opts': 'network=host' }, /driver-opts: given without driver/],
  [
    { driver: 'docker-container', 'buildkitd-config': 'nothing' },
    /buildkitd-config.*there is no such file/,
  ],
  [
    { driver: 'docker-container', 'buildkitd-config': 'a.toml', 'buildkitd-config-inline': 'x' },
    /buildkitd-config-inline.*Keep one/,
  ],
  [
    { driver: 'remote', endpoint: 'tcp://a:1', 'buildkitd-config-inline': 'x' },
    /buildkitd-config.*a remote builder has its own configuration/,
  ],
])('%j is refused', (change, problem) => {
  expect(problemsOf({ ...build, ...change })).toEqual([expect.stringMatching(problem)])
})
