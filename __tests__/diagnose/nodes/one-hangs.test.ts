import { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readCluster } from '../../../src/diagnose/cluster/read-cluster.ts'
import { gatherNodes, type NodeNow } from '../../../src/diagnose/nodes/gather-nodes.ts'
import type { EngineApi } from '../../../src/docker/engine-api.ts'
import { within } from '../../../src/host/deadline.ts'

/** As long as the whole diagnosis waits for nodes, and for the cluster. */
const patienceMs = 4_500

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const toFrame = (text: string): Buffer => {
  const body = Buffer.from(text)
  const head = Buffer.alloc(8)
  head.writeUInt8(1, 0)
  head.writeUInt32BE(body.length, 4)
  return Buffer.concat([head, body])
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A Docker that takes its time for each answer, with nodes that print something or, called `hung`, nothing. */
const createApi = (latencyMs: number, printed: string): EngineApi => {
  const api: Partial<EngineApi> = {
    post: async <T>(path: string) => {
      await sleep(latencyMs)
      return { Id: path.split('/')[2] } as T
    },
    attach: async (path: string) => {
      await sleep(latencyMs)
      const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
      if (!path.includes('hung')) {
        socket.push(toFrame(printed))
        socket.push(null)
      }
      return socket as Awaited<ReturnType<EngineApi['attach']>>
    },
    get: async <T>(path: string) => {
      await sleep(latencyMs)
      return { ExitCode: path.includes('hung') ? null : 0 } as T
    },
  }
  return api as EngineApi
}

const nodeOf = (name: string): NodeNow => ({
  ...{ name, id: name, role: 'control-plane', report: undefined },
  state: { Running: true } as NodeNow['state'],
})

const nodes = [nodeOf('good'), nodeOf('hung')]

const settle = async <T>(work: Promise<T>): Promise<T> => {
  const late = within<T | undefined>(work, patienceMs, undefined)
  await vi.advanceTimersByTimeAsync(patienceMs)
  const found = await late
  if (found === undefined) throw new Error('it came too late')
  return found
}

const report = `== boot\nabc\n== clock\n1764000000.0\n1000.0\n== kills\noom_kill 3\n== events\n== log\nreach 1.0 999.0\n`

test.each([10, 300])(
  'what a node tells is not lost for one that hangs, Docker answering in %s ms',
  async (ms) => {
    const found = await settle(gatherNodes(createApi(ms, report), nodes, 'all'))
    expect(found.map(({ name, report: told }) => [name, told?.bootId])).toEqual([
      ['good', 'abc'],
      ['hung', undefined],
    ])
  },
)

test.each([10, 300])('nor what an API server tells, Docker answering in %s ms', async (ms) => {
  const api = createApi(ms, 'pod\tu\tdefault\tapi\tkind\t\t\t\t\t\t\n')
  const { cluster } = await settle(readCluster(api, nodes))
  expect(cluster?.pods.map(({ name }) => name)).toContain('api')
  const { unchecked } = await settle(readCluster(api, nodes.slice(1)))
  expect(unchecked).toEqual(['Kubernetes (the API server of hung does not answer)'])
})
