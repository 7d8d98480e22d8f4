import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Finding } from '../../src/diagnose/finding/finding.ts'
import { eventually } from './eventually.ts'
import { type OneNode, useOneNode, useSuiteNode } from './one-node.ts'
import type { Run, RunOptions } from './runner/types.ts'
import { buildTiny } from './shaped-images.ts'
import { runSlipway } from './slipway.ts'
import { docker, inNode, uniqueName } from './testbed.ts'

/** What a pod of the tests has in its environment; nobody may ever print it. */
export const hush = 'hush-in-the-pod'

export type DiagnosedJob = {
  readonly image: string
  readonly fixture: OneNode
  /** Loads the image, lets the job's later steps do something, and runs post. */
  readonly runJob: (
    betweenPhases: (temp: string) => Promise<void>,
    options?: Partial<RunOptions>,
  ) => Promise<Run>
  /** The step `mode: diagnose`, of a job of its own or of the one with this temp folder. */
  readonly runDiagnosis: (options?: Partial<RunOptions>) => Promise<Run>
}

/** Removes all pods of a node. */
const removePods = (node: string): Promise<string> => {
  const script =
    'for pod in $(crictl pods --quiet); do crictl stopp "$pod" && crictl rmp --force "$pod"; done'
  return inNode(node, 'sh', '-c', script)
}

/** As `useDiagnosedJob`, with one node for all tests of the calling suite: of what they leave, pods go. */
export const useSameDiagnosedJob = (): DiagnosedJob => {
  const fixture = useSuiteNode()
  afterEach(async () => void (await removePods(fixture.node)))
  return useJobsOf(fixture)
}

/** Gives every test of the calling suite a node of its own, and jobs that load one image into it. */
export const useDiagnosedJob = (): DiagnosedJob => useJobsOf(useOneNode())

const useJobsOf = (fixture: OneNode): DiagnosedJob => {
  const image = `${uniqueName('greedy')}:1`
  const runs: Run[] = []
  const note = (run: Run): Run => {
    runs.push(run)
    expect([run.exitCode, run.postExitCode]).toEqual([0, 0])
    // The process that notes names, too.
    expect(run.orphans).toEqual([])
    expect(run.log).not.toContain(hush)
    return run
  }
  beforeAll(() => buildTiny(image, ['/usr/bin/perl']))
  afterEach(async () => {
    await Promise.all(runs.splice(0).map((run) => run.dispose()))
  })
  afterAll(async () => {
    await docker('rmi', image)
  })
  const clusterName = (): string => fixture.cluster.name
  return {
    image,
    fixture,
    runJob: async (betweenPhases, options = {}) => {
      const inputs = { images: image, 'cluster-name': clusterName() }
      return note(await runSlipway(inputs, { betweenPhases, ...options }))
    },
    runDiagnosis: async (options = {}) =>
      note(await runSlipway({ mode: 'diagnose', 'cluster-name': clusterName() }, options)),
  }
}

/** What the process beside the job has written down; undefined while nobody listens yet. */
const readRecorded = (temp: string): string | undefined => {
  const folder = readdirSync(temp).find((name) => name.startsWith('slipway-recording-'))
  const file = join(temp, folder ?? 'none', 'containers.jsonl')
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** Pods of real clusters need longer to come than this. */
export const isListening = (temp: string): Promise<void> =>
  eventually('somebody listens', () => readRecorded(temp) !== undefined)

/** Waits until a pod's name is noted; what is noted of it is no secret. */
export const isRecorded = async (temp: string, pod: string): Promise<void> => {
  await eventually(`${pod} is noted`, () => readRecorded(temp)?.includes(`"${pod}"`) === true)
  expect(readRecorded(temp)).not.toContain(hush)
}

/** The same of how it ended, which the node tells a moment later. */
export const isEndRecorded = async (temp: string, pod: string): Promise<void> => {
  await isRecorded(temp, pod)
  const lines = () => (readRecorded(temp) ?? '').split('\n')
  const isEnd = (line: string) => line.includes(`"${pod}"`) && line.includes('"exitCode"')
  await eventually(`the end of ${pod} is noted`, () => lines().some(isEnd))
}

export const warningsOf = (run: Run): readonly string[] =>
  run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)

export const findingsOf = (run: Run): readonly Finding[] =>
  JSON.parse(run.outputs['findings'] ?? '[]')
