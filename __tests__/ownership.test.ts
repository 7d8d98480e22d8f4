import { expect, test } from 'vitest'
import { isBuilderObject } from '../src/ownership.ts'

const run = '0123456789abcdef'
const node = `slipway-${run}0`

test.each([
  ['deployments', node],
  ['statefulsets', node],
  ['configmaps', `${node}-config`],
  ['configmaps', `${node}-config-12`],
  ['persistentvolumeclaims', `buildkitd-${node}-0`],
] as const)("%s %s is a run's", (resource, name) => {
  expect(isBuilderObject(resource, name, run)).toBe(true)
  expect(isBuilderObject(resource, name, 'fedcba9876543210')).toBe(false)
})

test.each([
  ['deployments', `${node}-config`, run],
  ['deployments', `my-${node}`, run],
  ['configmaps', `${node}-config-a`, run],
  ['persistentvolumeclaims', `data-${node}-0`, run],
  ['persistentvolumeclaims', node, run],
  ['deployments', 'slipway-.*0', '.*'],
  ['deployments', 'slipway-0', ''],
] as const)("%s %s is another's", (resource, name, mark) => {
  expect(isBuilderObject(resource, name, mark)).toBe(false)
})
