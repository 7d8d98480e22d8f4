import { expect, test } from 'vitest'
import { parseBuilder } from '../../src/docker/info.ts'
import { toOwnBuilder } from '../../src/facts/find-builds.ts'
import type { BuilderRequest } from '../../src/inputs/builder-request.ts'

const node = { options: [], flags: undefined, platforms: [], certificates: [] }

const request = (change: Partial<BuilderRequest>): BuilderRequest => ({
  ...{ ...node, driver: 'docker-container', endpoint: undefined, keepsState: 'no' },
  ...{ appended: [], config: undefined, ...change },
})

test.each([
  [undefined, true],
  ['default', true],
  ['unix:///var/run/docker.sock', true],
  ['build-farm', false],
  ['tcp://build-farm:2376', false],
  ['default-farm', false],
])('a builder at the endpoint %s is on this machine: %s', (endpoint, isLocal) => {
  expect(toOwnBuilder(request({ endpoint }), { isLocal: true }).isLocal).toBe(isLocal)
  const printed = `Driver: docker-container\n\nNodes:\nName: a\nEndpoint: ${endpoint ?? 'default'}\n`
  expect(parseBuilder(printed, true)?.isLocal).toBe(isLocal)
})

test.each<[string, Partial<BuilderRequest>, boolean]>([
  ['of another driver', { driver: 'remote' }, true],
  ['with further nodes', { appended: [{ ...node, endpoint: 'other' }] }, true],
  ['of a Docker elsewhere', {}, false],
])('a builder %s is not on this machine', (_, change, isLocal) => {
  expect(toOwnBuilder(request(change), { isLocal }).isLocal).toBe(false)
})
