import { expect, test } from 'vitest'
import type { NodeRoom } from '../../../src/cluster/capacity.ts'
import { tellManifests } from '../../../src/commands/actions/report-manifests.ts'
import { foundFacts } from '../../support/found.ts'
import { workloadOf } from '../../support/manifests.ts'

/** Each image of these is no name. */
const wrong = (count: number) =>
  workloadOf(
    Array.from({ length: count }, (_, index) => ({ image: `NO${index}`, line: index + 1 })),
  )

const full: NodeRoom = {
  node: 'kind-control-plane',
  role: 'control-plane',
  bounds: { memory: [], cpu: [] },
  disk: { device: '1', totalBytes: 100e9, freeBytes: 0, totalInodes: 0, freeInodes: 0 },
  kubelet: undefined,
}

const tell = async (count: number, nodeRooms: readonly NodeRoom[] = []) => {
  const warned: string[] = []
  const logged: string[] = []
  const unread = { message: 'unread', place: { file: 'b.yaml', line: 1 } }
  const manifests = { workloads: [wrong(count)], claims: [], warnings: [unread] }
  await tellManifests(
    { ...foundFacts, manifests, nodeRooms },
    {
      warning: (message, place) => warned.push(`${place?.line} ${message}`),
      fenced: (body) => body((line) => logged.push(line)),
    },
  )
  return { warned, logged }
}

test('nine are all shown', async () => {
  const { warned, logged } = await tell(8)
  expect([warned.length, logged]).toEqual([9, []])
  expect(warned[8]).toMatch(/^8 .*NO7/)
})

test('of more, the tenth says how many are in the log alone, with their lines', async () => {
  const one = await tell(9)
  expect(one.warned).toHaveLength(10)
  expect(one.warned[9]).toBe(
    "undefined 1 more warning is in the step's log, as GitHub shows ten of a step.",
  )
  expect(one.logged).toEqual([expect.stringMatching(/^k8s\/api\.yaml:9: .*NO8/)])
  const many = await tell(30)
  expect(many.warned).toHaveLength(10)
  expect(many.warned[9]).toContain('22 more warnings are')
  expect(many.logged).toHaveLength(22)
})

test('what is about room is shown before what is about files and images', async () => {
  const { warned } = await tell(30, [full])
  expect(warned.slice(0, 3)).toEqual([
    expect.stringContaining('The disk of kind-control-plane has 0 B'),
    '1 unread',
    expect.stringContaining('NO0'),
  ])
})
