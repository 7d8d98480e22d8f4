import { expect, test } from 'vitest'
import type { NodeCapacity } from '../../src/cluster/capacity.ts'
import { checkManifests } from '../../src/manifests/check-manifests.ts'
import { joinManifests } from '../../src/manifests/workload.ts'
import { foundFacts } from '../support/found.ts'
import { workloadOf } from '../support/manifests.ts'

const full: NodeCapacity = {
  node: 'kind-control-plane',
  role: 'control-plane',
  isTainted: true,
  bounds: { memory: [], cpu: [] },
  disk: { device: '1', totalBytes: 100e9, freeBytes: 0, totalInodes: 0, freeInodes: 0 },
  kubernetesMinor: undefined,
  kubelet: undefined,
}

test('what is about room comes before what is about files and images', () => {
  const unread = { message: 'unread', location: { file: 'b.yaml', line: 1 } }
  const workloads = [workloadOf([{ image: 'NO0', line: 1 }])]
  const manifests = joinManifests([{ workloads, warnings: [unread] }])
  const loaded = { wanted: [], images: [] }
  const all = checkManifests(manifests, [full], foundFacts.engine, loaded)
  expect(all.map(({ message }) => message)).toEqual([
    expect.stringContaining('The disk of kind-control-plane has 0 B'),
    'unread',
    expect.stringContaining('NO0'),
  ])
})

test('what nodes and ServiceAccounts say counts for pulls', () => {
  const container = { image: 'api:1', pullPolicy: 'Always', line: 1 }
  const accounts = [{ name: 'default', namespace: undefined }]
  const manifests = joinManifests([{ workloads: [workloadOf([container])], accounts }])
  const wanted = [{ given: 'api:1', canonical: 'docker.io/library/api:1' }]
  const tell = (kubernetesMinor: number) =>
    checkManifests(manifests, [{ ...full, disk: undefined, kubernetesMinor }], foundFacts.engine, {
      wanted,
      images: [],
    }).map(({ message }) => message)
  expect(tell(35)).toEqual([expect.stringContaining('kubernetes#138175')])
  expect(tell(34)).toEqual([expect.not.stringContaining('kubernetes#138175')])
})
