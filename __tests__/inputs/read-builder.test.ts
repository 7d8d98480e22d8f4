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
    platforms: [],
    certificates: [],
    appended: [],
    keepsState: 'no',
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
  [{ 'keep-state': 'true' }, /keep-state: given without driver/],
  [{ ...inCluster, 'keep-state': 'true' }, /keep-state: of a builder in Kubernetes nothing stays/],
  [
    { driver: 'remote', endpoint: 'tcp://a:1', 'keep-state': 'true' },
    /keep-state: a remote builder stays as it is/,
  ],
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

test('a state is kept beside a cluster that stays', () => {
  const kept = { driver: 'docker-container', 'keep-state': 'true', 'create-cluster': 'true' }
  expect(read({ ...build, ...kept, 'keep-cluster': 'true' }).builder?.keepsState).toBe('yes')
})

const remote = { driver: 'remote', endpoint: 'tcp://a:1' }
const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'

test('further nodes, in the words of setup-buildx-action', () => {
  const append = `
- name: arm
  endpoint: tcp://b:1
  platforms: linux/arm64, linux/arm/v7
  driver-opts: |
    cacert=/ca.pem
    servername=b
- endpoint: tcp://c:1
  driver-opts: [servername=c, cacert=/ca.pem]
  buildkitd-flags: --debug`
  const given = { ...build, ...remote, 'builder-platforms': 'linux/amd64', append }
  const none = { flags: undefined, certificates: [] }
  expect(read(given).builder).toMatchObject({
    platforms: ['linux/amd64'],
    appended: [
      {
        ...none,
        endpoint: 'tcp://b:1',
        options: ['cacert=/ca.pem', 'servername=b'],
        platforms: ['linux/arm64', 'linux/arm/v7'],
      },
      {
        ...none,
        endpoint: 'tcp://c:1',
        options: ['servername=c', 'cacert=/ca.pem'],
        platforms: [],
        flags: '--debug',
      },
    ],
  })
})

test('certificates of each node in variables of the step', () => {
  const append = '- endpoint: tcp://b:1'
  const env = {
    BUILDER_NODE_0_AUTH_TLS_CACERT: pem,
    BUILDER_NODE_1_AUTH_TLS_CACERT: pem,
    BUILDER_NODE_1_AUTH_TLS_CERT: pem,
    BUILDER_NODE_1_AUTH_TLS_KEY: `${pem}\n`,
    BUILDER_NODE_2_AUTH_TLS_KEY: pem,
  }
  const { builder } = read({ ...build, ...remote, append }, { env })
  const shown = (each: typeof builder | undefined) =>
    each?.certificates.map(([name, secret]) => [name, secret.expose(), String(secret)])
  expect(shown(builder)).toEqual([['cacert', `${pem}\n`, '***']])
  expect(builder?.appended[0]?.certificates.map(([name]) => name)).toEqual([
    'cacert',
    'cert',
    'key',
  ])
})

const inNode = (text: string) => ({ ...remote, append: `- endpoint: tcp://b:1\n  ${text}` })

test.each<[Readonly<Record<string, string>>, RegExp]>([
  [{ append: '- endpoint: a' }, /append.*given without driver/],
  [{ 'builder-platforms': 'linux/amd64' }, /builder-platforms.*given without driver/],
  [{ ...remote, 'builder-platforms': 'Linux' }, /builder-platforms.*"Linux".*not a platform/],
  [{ ...remote, append: 'a: b' }, /append.*not a YAML list/],
  [{ ...remote, append: '- [' }, /append, line 1/],
  [{ ...remote, append: '- a' }, /append, line 1.*not a map/],
  [{ ...remote, append: '- platforms: linux/arm64' }, /append, line 1, endpoint.*empty/],
  [inNode('flags: a'), /append, line 2, flags.*unknown. It may have: name, endpoint/],
  [inNode('platforms: {a: b}'), /append, line 2, platforms.*neither a text nor a list/],
  [inNode('platforms: ARM'), /append, line 2, platforms.*"ARM".*not a platform/],
  [inNode('driver-opts: image=a'), /append, line 2, driver-opts.*remote has no such option/],
  [{ driver: 'kubernetes', append: '- endpoint: a' }, /append.*one node here/],
  [{ ...remote, 'driver-opts': 'cacert=ca.pem' }, /driver-opts.*no absolute path/],
  [{ ...remote, 'driver-opts': 'cacert=/nowhere' }, /driver-opts.*cacert: there is no such file/],
  [{ ...remote, 'driver-opts': 'servername=a' }, /driver-opts.*TLS needs cacert/],
  [{ ...remote, 'driver-opts': 'cacert=/a.pem\nkey=/a.pem' }, /cert and key together/],
])('is refused: %j', (given, expected) => {
  expect(problemsOf({ ...build, ...given }).join('\n')).toMatch(expected)
})

test('a variable that holds no certificate, or one that an option has, too', () => {
  const env = { BUILDER_NODE_0_AUTH_TLS_CACERT: '/ca.pem' }
  const given = { ...build, ...remote, 'driver-opts': 'cacert=/a.pem' }
  expect(problemsOf(given, { env }).join('\n')).toMatch(
    /BUILDER_NODE_0_AUTH_TLS_CACERT.*no PEM[\s\S]*driver-opts.*also in a variable/,
  )
})
