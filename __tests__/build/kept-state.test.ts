import { expect, test } from 'vitest'
import { claimState } from '../../src/build/kept-state.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import type { BuilderRequest } from '../../src/inputs/builder-request.ts'
import { read } from '../support/read.ts'

const raw = { context: '.', tags: 'a:1', driver: 'docker-container', 'keep-state': 'true' }
const place = { runId: '0123456789abcdef', repository: 'acme/app', clusterName: 'dev' }
const labels = { 'io.x-k8s.kind.cluster': 'dev', 'io.x-k8s.kind.role': 'worker' }
const node = {
  ...{ Id: 'a'.repeat(64), Name: '/dev-worker', Image: 'sha256:node' },
  ...{ State: { Running: true, Pid: 7 }, HostConfig: { Privileged: true } },
  Mounts: [{ Source: '/data/volumes/v/_data', Destination: '/var' }],
  Config: { Env: [], Cmd: [], Labels: labels },
}

/** A daemon in which every name is taken that a container could get. */
const claimWith = (nodes: readonly (typeof node)[]) => {
  const api = {
    get: async (path: string) => {
      if (path.startsWith('/containers/json'))
        return nodes.map((each) => ({
          ...{ Id: each.Id, Names: [each.Name], State: 'running', Labels: labels },
        }))
      return path.startsWith('/images/') ? { Config: {} } : node
    },
    post: async () => {
      throw new Error('the name is in use')
    },
  }
  return claimState(api as unknown as EngineApi, read(raw).builder as BuilderRequest, place)
}

test('why no state that is kept can be had', async () => {
  expect(await claimWith([])).toBe(
    'the cluster dev has no running node yet, whose image could claim what is kept',
  )
  expect(await claimWith([node])).toBe('other steps use all that is kept')
})
