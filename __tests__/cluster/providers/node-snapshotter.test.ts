import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { findContainers } from '../../../src/cluster/providers/find-cluster.ts'
import { parseSnapshotter } from '../../../src/cluster/providers/node-snapshotter.ts'
import type { EngineApi } from '../../../src/docker/engine-api.ts'

/** As kind's node images have it, 0.20 to 0.33 (images/base/files/etc/containerd/config.toml). */
const kinds = (snapshotter: string): string => `# explicitly use v2 config format
version = 2

[proxy_plugins]
# fuse-overlayfs is used for rootless
[proxy_plugins."fuse-overlayfs"]
  type = "snapshot"
  address = "/run/containerd-fuse-overlayfs.sock"

[plugins."io.containerd.grpc.v1.cri".containerd]
  # save disk space when using a single snapshotter
  discard_unpacked_layers = true
  # explicitly use default snapshotter so we can sed it in entrypoint
  snapshotter = "${snapshotter}"
`

/** As kind writes it once a patch is in it, which brings tables into an order of its own. */
const patched = `version = 2

[plugins]

  [plugins."io.containerd.grpc.v1.cri"]
    sandbox_image = "registry.k8s.io/pause:3.10"

    [plugins."io.containerd.grpc.v1.cri".containerd]
      discard_unpacked_layers = true
      snapshotter = "stargz"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes]

        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]
          snapshotter = "devmapper"
`

const version3 = `version = 3
[plugins.'io.containerd.grpc.v1.cri'.containerd]
  snapshotter = 'native'
[plugins.'io.containerd.cri.v1.images']
  snapshotter = 'zfs'
`

test.each([
  ['overlayfs', kinds('overlayfs')],
  ['native', kinds('native')],
  ['stargz', patched],
  ['zfs', version3],
  ['zfs', version3.replace('version = 3', 'version = 4')],
  [undefined, patched.replace(/^ +snapshotter = "stargz"\n/m, '')],
  [undefined, kinds('$(reboot)')],
  [undefined, ''],
])('CRI uses %s', (snapshotter, config) => {
  expect(parseSnapshotter(config)).toBe(snapshotter)
})

const labels = { 'io.x-k8s.kind.cluster': 'dev', 'io.x-k8s.kind.role': 'worker' }
const variable = 'KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER'

const container = {
  Id: '1',
  Names: ['/dev-worker'],
  Name: '/dev-worker',
  Image: 'sha256:node',
  State: 'running',
  Labels: labels,
}

/** A daemon with one node, whose configuration is this; or that cannot tell. */
const daemonWith = (config: string | undefined) => {
  const asked: string[] = []
  const get = async (path: string): Promise<unknown> => {
    if (path.startsWith('/containers/json')) return [container]
    if (path.startsWith('/images/')) return { Config: {} }
    return {
      ...container,
      State: { Pid: 1, Running: true },
      HostConfig: { Privileged: true },
      Config: { Env: [`${variable}=fuse-overlayfs`], Labels: labels },
      Mounts: [],
    }
  }
  const download = async (path: string) => {
    asked.push(path)
    if (config === undefined) throw new Error('Docker answered 500')
    const head = Buffer.alloc(512)
    head.write('config.toml')
    return Readable.from([head, Buffer.from(config)]) as unknown as IncomingMessage
  }
  return { api: { get, download } as unknown as EngineApi, asked }
}

const find = async (config: string | undefined) => {
  const { api, asked } = daemonWith(config)
  const { nodes } = await findContainers(api, { clusterName: 'dev' })
  return { found: nodes.map(({ containerd }) => containerd.snapshotter), asked }
}

test('the version is seen in the first line, too', async () => {
  expect((await find(version3)).found).toEqual(['zfs'])
})

test("a node of kind has the snapshotter of its containerd's configuration", async () => {
  const { found, asked } = await find(kinds('native'))
  expect(found).toEqual(['native'])
  expect(asked).toEqual(['/containers/1/archive?path=%2Fetc%2Fcontainerd%2Fconfig.toml'])
})

test.each([[undefined], [''], ['version = 2\n']])(
  'one that does not tell has that of its variable',
  async (config) => {
    expect((await find(config)).found).toEqual(['fuse-overlayfs'])
  },
)
