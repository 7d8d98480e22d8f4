import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { NodeNow } from '../../src/diagnose/nodes/gather-nodes.ts'
import type { KnownContainer, NodeReport } from '../../src/diagnose/nodes/node-report.ts'
import type { OomFacts } from '../../src/diagnose/oom-kills/find-oom-kills.ts'
import { type FoundOomKills, findOomKills } from '../../src/diagnose/oom-kills/find-oom-kills.ts'
import { toBaseline } from '../../src/diagnose/recording/baseline.ts'
import { hex, type NodeName, type Stories, tellStories } from '../support/cgroup-v2/machine.ts'

// Real kills on a real kernel, in a virtual machine; stories.sh is what happens there.
let stories: Stories
beforeAll(async () => {
  stories = await tellStories()
})
let isAllGreen = true
afterEach(({ task }) => {
  isAllGreen &&= task.result?.state === 'pass'
})
afterAll(() => {
  if (isAllGreen) stories?.keep()
})

const looked = (label: string): readonly NodeNow[] => {
  const nodes = stories.looks.get(label)
  if (nodes === undefined) throw new Error(`No look of this name: ${label}`)
  return nodes
}

/** Containers of stories.sh by the digit that their ID is made of, all in one pod. */
const noted: readonly KnownContainer[] = [...'123456789e'].map((digit) => ({
  id: hex(digit),
  name: `c${digit}`,
  pod: 'api',
  namespace: 'shop',
  podUid: '0d3f1c5e-1111-4222-8333-444455556666',
  image: 'api:dev',
  isRunning: false,
  ended: undefined,
}))

const container = (digit: string): string => `Container c${digit} of pod shop/api`

/** With the ends that containerd would tell of: a container ends when its process is killed. */
const withEnds = ({ log, clockMs, uptimeS }: NodeReport): readonly KnownContainer[] =>
  noted.map((each) => {
    const kills = typeof log === 'string' ? [] : log.kills
    const kill = kills.findLast(({ cgroup }) => cgroup?.includes(each.id))
    const atMs = clockMs - (uptimeS - (kill?.stampS ?? 0)) * 1_000
    return { ...each, ended: kill && { exitCode: 137, atMs } }
  })

const factsOf = (before: string, after: string): OomFacts => {
  const nodes = looked(after)
  const machine = nodes[0]?.report as NodeReport
  const baseline = toBaseline('kind', looked(before))
  return { baseline, nodes, machine, containers: withEnds(machine) }
}

/** What is found between two looks. */
const find = (before: string, after: string, change: Partial<OomFacts> = {}): FoundOomKills =>
  findOomKills({ ...factsOf(before, after), ...change })

const causesOf = ({ findings }: FoundOomKills): readonly string[] =>
  findings.map(({ certainty, cause }) => `${certainty}: ${cause}`)

const evidenceOf = ({ findings }: FoundOomKills): readonly string[] =>
  findings.flatMap(({ evidence }) => evidence)

const inNode = (node: NodeName): string => `certain: Processes in node ${node} were OOM-killed`
const perhaps = 'possible: Processes on this machine were OOM-killed, perhaps in this cluster'

/** Changes what is known of one node. */
const withNode = (
  nodes: readonly NodeNow[],
  name: NodeName,
  change: (node: NodeNow) => Partial<NodeNow>,
): readonly NodeNow[] =>
  nodes.map((node) => (node.name === name ? { ...node, ...change(node) } : node))

describe('the kernel tells all', () => {
  test('of a container over its limit, also of a pod whose cgroup is gone; nobody else is blamed', () => {
    const found = find('begin', 'apart')
    expect(causesOf(found)).toEqual([
      `certain: ${container('1')} was OOM-killed: it exceeded its memory limit of 52 MB`,
      expect.stringMatching(
        /^certain: Process \w+ in a container of an unknown pod \(UID 5c5c5c5c-1111-4222-8333-444455556666\) in node worker was OOM-killed: it exceeded its memory limit of 52 MB$/,
      ),
    ])
    expect(found.findings.map(({ node }) => node)).toEqual(['plane', 'worker'])
    expect(found.elsewhere).toBe(1)
  })

  test('of a child only, and of a container that is killed as a whole', () => {
    const containers = noted.map((each) => ({ ...each, isRunning: each.name === 'c1' }))
    const found = find('apart', 'inside', { containers })
    expect(causesOf(found)).toEqual([
      `certain: ${container('1')} lost process perl: it exceeded its memory limit of 52 MB`,
      `certain: ${container('2')} was OOM-killed: it exceeded its memory limit of 52 MB`,
    ])
    expect(evidenceOf(found).at(-1)).toContain('; 3 more of the same container were killed with it')
    expect(found.elsewhere).toBe(0)
  })

  test('of whose limit it was', () => {
    const found = find('inside', 'limits')
    expect(causesOf(found)).toEqual([
      `certain: ${container('3')} was OOM-killed: its pod exceeded its memory limit of 42 MB`,
      `certain: ${container('4')} was OOM-killed: the node's container exceeded its memory limit of 42 MB`,
      `certain: ${container('5')} was OOM-killed: a memory limit of 42 MB above the node was reached`,
    ])
    expect(found.elsewhere).toBe(0)
  })

  test('of the machine that has no memory left', () => {
    const found = find('machine-begin', 'machine')
    expect(causesOf(found)).toEqual([
      `certain: ${container('e')} was OOM-killed: the machine ran out of memory`,
    ])
    expect(found.elsewhere).toBe(0)
  })

  test('in lines that go on, where nodes are in a pod of a runner', () => {
    const found = find('nested-begin', 'nested')
    expect(stories.logLines.filter((line) => line.endsWith(',task_memcg='))).not.toEqual([])
    expect(causesOf(found)).toEqual([
      `certain: ${container('1')} was OOM-killed: it exceeded its memory limit of 21 MB`,
    ])
    expect(found.elsewhere).toBe(0)
  })
})

describe('the kernel tells not all', () => {
  test('of many kills at once: those without a heading are blamed on nobody', ({ skip }) => {
    const { log } = factsOf('limits', 'often').machine
    const areThick = typeof log !== 'string' && log.kills.some(({ cgroup }) => cgroup === undefined)
    skip(!areThick, 'the machine was too busy for ten kills in 5 s')
    const found = find('limits', 'often')
    expect(causesOf(found)).toEqual([
      `certain: ${container('6')} was OOM-killed 10 times: it exceeded its memory limit of 42 MB`,
      `certain: ${container('7')} was OOM-killed: a memory limit was reached`,
      inNode('plane'),
      'certain: A process in node worker was OOM-killed',
    ])
    expect(evidenceOf(found).at(-1)).toMatch(/^Which it was is not known: .* more than ten kills/)
    expect(found.elsewhere).toBe(0)
  })

  test('as its log has begun anew: the node still counts, and knows what was elsewhere', () => {
    const found = find('often', 'wrapped')
    expect(causesOf(found)).toEqual([inNode('plane')])
    expect(evidenceOf(found)).toEqual([
      'memory.events of the node: oom_kill rose by 2',
      "Which it was is not known: the kernel's log has begun anew since, so older lines are gone",
    ])
    expect(found.elsewhere).toBe(1)
  })

  test('as its log is refused', () => {
    const found = find('refused-begin', 'refused')
    expect(causesOf(found)).toEqual([inNode('plane')])
    expect(evidenceOf(found).at(-1)).toContain(
      "the kernel's log cannot be read (dmesg: read kernel buffer failed: Operation not permitted)",
    )
    expect(found.elsewhere).toBe(1)
  })

  test('and the node began to count anew', () => {
    const StartedAt = '2026-01-01T00:01:00Z'
    const nodes = withNode(looked('restarted'), 'worker', ({ state }) => ({
      state: { ...state, StartedAt },
    }))
    const found = find('wrapped', 'restarted', { nodes })
    expect(causesOf(found)).toEqual([inNode('worker')])
    expect(found.elsewhere).toBe(0)
  })

  test('and containerd does: nothing is said twice', () => {
    const nodes = withNode(looked('wrapped'), 'plane', ({ report }) => {
      const at = new Date(report?.clockMs ?? 0).toISOString()
      const ended = [{ id: hex('9'), exitCode: 137, reason: 'OOMKilled', at }]
      return { report: report && { ...report, ended } }
    })
    const found = find('often', 'wrapped', { nodes })
    expect(causesOf(found)).toEqual([`certain: ${container('9')} was OOM-killed`])
    expect(found.elsewhere).toBe(1)
  })
})

describe('nodes do not tell all', () => {
  test('one is gone: what is left may be its', () => {
    const nodes = looked('wrapped').filter(({ name }) => name === 'plane')
    const found = find('often', 'wrapped', { nodes })
    expect(causesOf(found)).toEqual([
      inNode('plane'),
      perhaps.replace('Processes', 'A process').replace('were', 'was'),
    ])
    expect(found.elsewhere).toBe(0)
  })

  test('one was silent at first: what it counted may be older', () => {
    const before = withNode(looked('often'), 'plane', () => ({ report: undefined }))
    const found = find('often', 'wrapped', { baseline: toBaseline('kind', before) })
    expect(causesOf(found)).toEqual([perhaps])
    expect(found.elsewhere).toBe(0)
  })
})

test('nothing of the log but what is said of kills leaves a node', () => {
  const told =
    /^(\[ *\d+\.\d+\] (.* invoked oom-killer: |memory: usage |oom-kill:constraint=|Tasks in \/|(Memory cgroup out|Out) of memory: Killed process |[/,])|reach +\d|unread dmesg: )/
  expect(stories.logLines.filter((line) => !told.test(line))).toEqual([])
  expect(stories.kernel).toMatch(/^\d+\.\d+/)
})
