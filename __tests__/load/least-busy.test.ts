import { expect, test } from 'vitest'
import { inLeastBusy } from '../../src/load/least-busy.ts'
import type { NodePlan } from '../../src/load/plan-method.ts'
import { nodeNamed } from '../support/found.ts'

test('images that are unpacked at once are so in different nodes, and failures leave nobody busy', async () => {
  const plans = ['one', 'two'].map((name) => ({ node: nodeNamed(name) }) as NodePlan)
  const end = Promise.withResolvers<void>()
  const took: string[] = []
  const unpack = async ({ node }: NodePlan): Promise<string> => {
    took.push(node.name)
    await end.promise
    return node.name
  }
  const all = [inLeastBusy(plans, unpack), inLeastBusy(plans, unpack)]
  expect(took).toEqual(['one', 'two'])
  end.reject(new Error('no room'))
  expect(await Promise.allSettled(all)).toMatchObject([
    { reason: { message: 'no room' } },
    { reason: { message: 'no room' } },
  ])
  expect(await inLeastBusy(plans, async ({ node }) => node.name)).toBe('one')
  expect(await inLeastBusy([], unpack)).toBeUndefined()
})
