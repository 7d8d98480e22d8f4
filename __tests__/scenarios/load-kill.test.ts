import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toChainIds } from '../../src/image/image.ts'
import { eventually } from '../support/eventually.ts'
import { buildGatedImage, closeGate, type Gate, type GatedImage } from '../support/gate.ts'
import { loadInto, warningsOf, waysOf } from '../support/loading.ts'
import {
  afterHelperStarts,
  buildLight,
  catLight,
  expectNothingOfOurs,
  type OneNode,
  removeAndExpectEmpty,
  useTags,
} from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { docker, inNode, snapshotsOf, startCluster } from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

const one = {} as OneNode
let image: GatedImage
let tag: string
let chains: readonly string[]

useTags()
beforeAll(async () => {
  image = await buildGatedImage(process.env['SLIPWAY_NODE_IMAGE'] ?? '')
  one.cluster = await startCluster(1, ['--image', image.tag])
  one.node = one.cluster.nodes[0] ?? ''
  one.empty = await snapshotsOf(one.node)
  tag = await buildLight('kill')
  const layers = await docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', tag)
  chains = toChainIds(JSON.parse(layers))
})
afterAll(async () => {
  await one.cluster?.remove()
  await image?.remove()
})

/** What of a load by link is known by the call that begins it, in the order in which they come. */
const stages = {
  'waits for the node': 'flock *',
  'reads what the node has': 'perl snapshots',
  'tries a link': 'cp *slipway/probe*',
  'stages a layer': 'cp */to/3',
  'compares layers': 'tar --create*',
  'commits the lowest layer': 'perl publish*/to/0*',
  'publishes a layer on others': 'perl publish*/to/4*',
  'imports the image': 'perl import*',
  'checks what it has loaded': 'perl held',
  'lets go of the top snapshot': 'perl release?TOP',
  'clears up': 'rm -rf */slipway',
}

type Stage = keyof typeof stages

/** What is in the node at these is what is there a stage before. */
const repetitions: readonly Stage[] = [
  'reads what the node has',
  'compares layers',
  'commits the lowest layer',
  'lets go of the top snapshot',
]

const distinct = (Object.keys(stages) as readonly Stage[]).filter(
  (stage) => isThorough || !repetitions.includes(stage),
)

const killHelper = (helper: string): Promise<unknown> => docker('kill', '--signal=KILL', helper)

const helperOfNode = (): Promise<string> =>
  docker('ps', '--quiet', '--no-trunc', '--filter', `label=dev.slipway.node=${one.node}`)

/** A helper whose action is gone reads its input's end before it goes on, if it does at all. */
const untilLifelineEnds = (helper: string): Promise<void> =>
  eventually('the helper hears that the action is gone', async () => {
    const programs = await docker('top', helper, '-o', 'pid,comm').catch(() => '')
    return !/ cat$/m.test(programs)
  })

const inputs = () => ({ 'cluster-name': one.cluster.name, images: tag, 'load-mode': 'link' })

const expectConverges = async (): Promise<void> => {
  const second = await loadInto(one.cluster, { images: tag })
  expect(warningsOf(second)).toEqual([])
  expect(['link', 'present']).toContain(waysOf(second)[0])
  await second.dispose()
  await expectNothingOfOurs(one.node)
}

const expectWhole = async (): Promise<void> => {
  const layers = await runPod(one.node, tag, catLight('/layer-0', '/layer-5'))
  expect(layers).toBe('kill-0\nkill-5')
}

/** Loads, and kills at a gate. */
const killAt = async (
  stage: Stage,
  kill: (helper: string, action: number, gate: Gate) => Promise<unknown>,
): Promise<Run> => {
  const gate = await closeGate(image, stages[stage].replace('TOP', chains.at(-1) ?? ''))
  try {
    let action = 0
    const running = runSlipway(inputs(), {
      onSpawn: (pid, phase) => {
        if (phase === 'main') action = pid
      },
    })
    await gate.held()
    await kill(await helperOfNode(), action, gate)
    return await running
  } finally {
    await gate.remove()
  }
}

describe('kill -9 at every stage: the next run converges and nothing leaks', () => {
  test.each(distinct)('to the helper as it %s', async (stage) => {
    const cut = await killAt(stage, killHelper)
    expect(cut.exitCode).toBe(1)
    await cut.dispose()
    await expectConverges()
    await expectWhole()
    await removeAndExpectEmpty(one, tag)
  })

  // What a helper undoes whose action is gone differs by these.
  test.each([
    'waits for the node',
    'stages a layer',
    'publishes a layer on others',
    'checks what it has loaded',
    'clears up',
  ] as const)('to the action as its helper %s', async (stage) => {
    const cut = await killAt(stage, async (helper, action, gate) => {
      process.kill(action, 'SIGKILL')
      await untilLifelineEnds(helper)
      await gate.open()
    })
    expect(cut.exitCode).toBe(137)
    await cut.dispose()
    await expectConverges()
    await expectWhole()
    await removeAndExpectEmpty(one, tag)
  })
})

const ctr = (...args: readonly string[]): Promise<string> =>
  inNode(one.node, 'ctr', '--namespace', 'k8s.io', ...args)

test('what a helper had let go of when it was killed is not collected while the next one builds on it', async () => {
  const cut = await killAt('publishes a layer on others', killHelper)
  await cut.dispose()
  // As one leaves it that is killed as it undoes: released, and in the journal still.
  const left = chains.slice(0, 4)
  for (const chain of left) await ctr('snapshots', 'label', chain, 'containerd.io/gc.root=')
  const gate = await closeGate(image, 'cp */to/4')
  try {
    const loading = loadInto(one.cluster, { images: tag })
    await gate.held()
    await ctr('content', 'prune', 'references')
    await gate.open()
    const second = await loading
    expect([warningsOf(second), waysOf(second)]).toEqual([[], ['link']])
    await second.dispose()
  } finally {
    await gate.remove()
  }
  await expectWhole()
  await expectNothingOfOurs(one.node)
  await removeAndExpectEmpty(one, tag)
})

describe.runIf(isThorough)('kill -9 at any moment', () => {
  const moments = 26

  const killActionAfter = (delayMs: number): Partial<RunOptions> => ({
    onSpawn: (spawned, phase) => {
      if (phase !== 'main') return
      setTimeout(() => {
        try {
          process.kill(spawned, 'SIGKILL')
        } catch {
          // It had ended before its moment came.
        }
      }, 150 + delayMs)
    },
  })

  test.each([
    ['the helper', (delayMs: number) => afterHelperStarts(one.node, killHelper, delayMs)],
    ['the action', killActionAfter],
  ] as const)(
    `%s, at ${moments} moments: the next run converges and nothing leaks`,
    async (_victim, killAfter) => {
      let killed = 0
      for (let moment = 0; moment < moments; moment += 1) {
        const first = await runSlipway(inputs(), killAfter(moment * 25))
        if (first.exitCode !== 0) killed += 1
        await first.dispose()
        await expectConverges()
        if (moment % 10 === 0) await expectWhole()
        await removeAndExpectEmpty(one, tag)
      }
      expect(killed).toBeGreaterThan(moments / 4)
    },
    600_000,
  )
})
