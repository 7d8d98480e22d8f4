import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/diagnose/finding.ts'
import {
  type GreedyPod,
  itsEnd,
  startGreedyPod,
  takeAll,
  takeAllInChild,
} from '../support/greedy-pod.ts'
import { useOneNode } from '../support/one-node.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, docker, eventually, inNode, uniqueName } from '../support/testbed.ts'

const image = `${uniqueName('greedy')}:1`
const fixture = useOneNode()
let runs: Run[] = []

beforeAll(async () => {
  await docker('tag', baseImage(), image)
})
beforeEach(() => {
  runs = []
})
afterAll(async () => {
  await docker('rmi', image)
})

/** Loads the image, lets the job's later steps do something, and runs post. */
const runJob = async (
  betweenPhases: (temp: string) => Promise<void>,
  options: Partial<RunOptions> = {},
): Promise<Run> => {
  const inputs = { images: image, 'cluster-name': fixture.cluster.name }
  const run = await runSlipway(inputs, { betweenPhases, ...options })
  runs.push(run)
  expect([run.exitCode, run.postExitCode]).toEqual([0, 0])
  // The process that notes names has heard of the end, too.
  await eventually('no process outlives the job', () => isOver(run), 5_000)
  expect(run.log).not.toContain('hush-in-the-pod')
  return run
}

const isOver = async ({ trackingId }: Run): Promise<boolean> => {
  const environs = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const texts = await Promise.all(
    environs.map((pid) => readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')),
  )
  return texts.every((text) => !text.includes(trackingId))
}

const startPod = (script: string, name = 'trainer'): Promise<GreedyPod> =>
  startGreedyPod(fixture.node, image, { namespace: 'shop', name, script })

const warningsOf = (run: Run): readonly string[] =>
  run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)

const killed =
  'The container main of the pod shop/trainer was killed: it needed more than its memory limit of 50 MB. Raise resources.limits.memory'

describe('a container of a loaded image takes more memory than it may', () => {
  test('post says which, its limit and what to change', async () => {
    const run = await runJob(async () => itsEnd(await startPod(takeAll)))
    expect(warningsOf(run)).toEqual([expect.stringContaining(killed)])
    expect(run.summary).toContain('### Slipway: what went wrong')
    expect(run.log).toMatch(
      /Kernel log, \d\d:\d\d:\d\d UTC: perl \(process \d+\) was killed, with \d+ MB in memory/,
    )
  })
})

void takeAllInChild
void inNode
