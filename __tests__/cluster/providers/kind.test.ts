import { expect, test } from 'vitest'
import { findContainers } from '../../../src/cluster/providers/find-cluster.ts'
import { kind } from '../../../src/cluster/providers/kind.ts'
import { listMembers } from '../../../src/cluster/providers/labelled.ts'
import type { EngineApi, Get } from '../../../src/docker/engine-api.ts'

type Labels = Readonly<Record<string, string>>

const cluster = 'io.x-k8s.kind.cluster'
const role = 'io.x-k8s.kind.role'
const kinds = { [cluster]: 'kind', [role]: 'worker' }

/** What Docker 28.5 tells of a container, as far as anybody may ask. */
const container = (
  name: string,
  { own, image, isPrivileged = true }: { own: Labels; image: string; isPrivileged?: boolean },
) => ({
  Id: name.padEnd(64, '0'),
  Name: `/${name}`,
  Image: image,
  State: {
    Status: 'running',
    Running: true,
    Pid: 19167,
    ExitCode: 0,
    OOMKilled: false,
    StartedAt: '2026-11-28T13:53:21.116566454Z',
  },
  HostConfig: { Privileged: isPrivileged, UsernsMode: '', CapAdd: null },
  Mounts: [{ Type: 'volume', Source: '/var/lib/docker/volumes/v/_data', Destination: '/var' }],
  Config: {
    Env: ['KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER='],
    Labels: own as Labels | null,
  },
})

type Recorded = ReturnType<typeof container>

/** Labels of an image, by its ID; `null` where an image has none. */
const images: Readonly<Record<string, Labels | null>> = {
  'sha256:node': null,
  'sha256:custom': { maintainer: 'kind', [cluster]: 'another' },
  'sha256:hostile': kinds,
  'sha256:half': { [role]: 'worker' },
}

/** A daemon with these containers. */
const daemonWith =
  (...containers: readonly Recorded[]): Get =>
  async <T>(path: string): Promise<T | undefined> => {
    const answer = (): unknown => {
      if (path.startsWith('/containers/json')) {
        return containers.map(({ Id, Name, State, Config }) => ({
          Id,
          Names: [Name],
          State: State.Status,
          Labels: Config.Labels,
        }))
      }
      const [, kind, id = ''] = /^\/(containers|images)\/([^/]+)\/json$/.exec(path) ?? []
      if (kind === 'containers') return containers.find(({ Id }) => Id === id)
      const labels = images[decodeURIComponent(id)]
      return labels === undefined ? undefined : { Config: { Labels: labels } }
    }
    return answer() as T | undefined
  }

const node = container('kind-worker', { own: kinds, image: 'sha256:node' })

const findIn = (get: Get, clusterName: string, wanted: readonly string[]) =>
  findContainers({ get } as EngineApi, { clusterName, cluster: 'kind' }, wanted)

const listed = async (...others: readonly Recorded[]) => {
  const { nodes, leftOut } = await listMembers(daemonWith(node, ...others), kind, 'kind')
  return { nodes: nodes.map(({ name }) => name), leftOut }
}

test('a node is privileged, and has its labels of its own', async () => {
  const custom = container('custom', { own: kinds, image: 'sha256:custom' })
  expect(await listed(custom)).toEqual({ nodes: ['kind-worker', 'custom'], leftOut: [] })
})

test.each([
  [{ image: 'sha256:hostile', isPrivileged: false }, 'it is not privileged'],
  [{ image: 'sha256:node', isPrivileged: false }, 'it is not privileged'],
  [{ image: 'sha256:hostile' }, `its label ${cluster} comes from its image`],
  [{ image: 'sha256:half' }, `its label ${role} comes from its image`],
  [{ image: 'sha256:gone' }, 'its image is gone, so its labels may come from it'],
])('%j is left out, as %s', async (what, why) => {
  expect(await listed(container('other', { own: kinds, ...what }))).toEqual({
    nodes: ['kind-worker'],
    leftOut: [`Slipway ignores other: it has the labels of a kind node, but ${why}.`],
  })
})

test('what Docker does not tell counts against a container', async () => {
  const bare = { ...container('bare', { own: kinds, image: 'sha256:node' }), HostConfig: {} }
  expect((await listed(bare as Recorded)).nodes).toEqual(['kind-worker'])
})

test('who only claims to be a node is neither picked nor named as one', async () => {
  const own = { ...kinds, [role]: 'control-plane' }
  const other = container('other', { own, image: 'sha256:hostile', isPrivileged: false })
  const get = daemonWith(node, other)
  expect((await findIn(get, 'kind', [])).nodes.map(({ name }) => name)).toEqual(['kind-worker'])
  await expect(findIn(get, 'kind', ['control-plane'])).rejects.toMatchObject({
    remedy: 'Its nodes are: kind-worker (worker).',
  })
})

test('clusters that only claim to be there are not offered', async () => {
  const trap = container('trap', {
    own: { ...kinds, [cluster]: 'trap' },
    image: 'sha256:node',
    isPrivileged: false,
  })
  await expect(findIn(daemonWith(node, trap), 'dev', [])).rejects.toMatchObject({
    remedy: 'Set cluster-name to one of: kind.',
  })
  await expect(findIn(daemonWith(trap), 'trap', [])).rejects.toMatchObject({
    message: 'There is no kind cluster named trap',
    remedy: expect.stringMatching(
      /^Slipway ignores trap: .* not privileged\. This Docker daemon runs none\. Create one before/,
    ),
  })
})
