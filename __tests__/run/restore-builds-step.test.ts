import { expect, test, vi } from 'vitest'
import type { Node } from '../../src/cluster/node.ts'
import { toStep } from '../../src/plan/steps.ts'
import type { Ports } from '../../src/run/ports.ts'
import { restoreBuilds } from '../../src/run/restore-builds-step.ts'
import { targetOf } from '../support/outcomes.ts'

const targets = [targetOf('api'), targetOf('web')]

/** Nodes that do not answer have nothing. */
const restoreWith = (nodes: readonly Node[], run: object) => {
  const work = { kind: 'restore-builds', targets, nodes } as const
  const docker = { api: { get: () => Promise.reject(new Error('no node here')) } }
  return restoreBuilds({ ...toStep('restore builds', work), ...work }, {
    docker,
    run,
  } as unknown as Ports)
}

test('all builds are looked up in one go, and layers that come are unpacked for the nodes', async () => {
  const [restore, begin, node] = [vi.fn(), vi.fn(), { name: 'a' } as unknown as Node]
  const common = await restoreWith([node], { buildCaches: { restore }, unpacker: { begin } })
  expect(common).toEqual({ diffIds: new Set(), chainIds: new Set() })
  expect(restore).toHaveBeenCalledTimes(1)
  const [asked, , onLayer] = restore.mock.calls[0] ?? []
  expect(asked).toEqual(targets)
  onLayer([], 0, 'file')
  expect(begin).toHaveBeenCalledWith([], 0, 'file', [node], 'proven')
})

test('of nodes that are not there yet nothing is known, so builds ask them later', async () => {
  expect(await restoreWith([], { buildCaches: { restore: vi.fn() } })).toBeUndefined()
  expect(await restoreWith([], {})).toBeUndefined()
})
