import type { Finding } from './finding/finding.ts'
import type { LookedNode } from './nodes/gather-nodes.ts'
import type { NodeReport } from './nodes/node-report.ts'
import type { Baseline, BaselineNode } from './recording/baseline.ts'

const renderEnd = ({ exitCode, wasKilled }: LookedNode): string =>
  `Docker: exit code ${exitCode}${wasKilled ? ', killed for memory' : ''}`

const toFinding = (
  kind: Finding['kind'],
  node: string,
  cause: string,
  evidence: readonly string[],
  remedy: string,
): Finding => ({ kind, certainty: 'certain', cause, evidence, remedy, node })

const findChange = (before: BaselineNode, nodes: readonly LookedNode[]): Finding | undefined => {
  const { name } = before
  const now = nodes.find((node) => node.id === before.id)
  if (now === undefined) {
    const isNew = nodes.some((node) => node.name === name)
    return toFinding(
      'node-gone',
      name,
      `The node ${name} was ${isNew ? 'made anew' : 'removed'} since the images were loaded, and they went with it`,
      [`Docker: there is no container ${before.id.slice(0, 12)} any more`],
      'Load the images after the cluster is made, and keep the cluster until the tests have ended.',
    )
  }
  if (!now.isRunning) {
    return toFinding(
      'node-gone',
      name,
      `The node ${name} does not run any more`,
      [renderEnd(now)],
      now.wasKilled
        ? 'Give the node, or the machine, more memory, or run less in it.'
        : `\`docker logs ${name}\` says why it ended.`,
    )
  }
  if (now.startedAt === before.startedAt) return undefined
  return toFinding(
    'node-restarted',
    name,
    `The node ${name} was restarted since the images were loaded; all its pods began anew`,
    [`Docker: started at ${now.startedAt}, before at ${before.startedAt}`],
    'Find what stopped it: Docker restarting, the machine running out of memory, or a step of the job. Pods need some seconds to come back.',
  )
}

/** A cluster of which nothing is left was torn down by the job itself, which is no news. */
export const findNodeChanges = (
  baseline: Baseline | undefined,
  nodes: readonly LookedNode[],
): readonly Finding[] =>
  nodes.length === 0
    ? []
    : (baseline?.nodes ?? []).flatMap((before) => findChange(before, nodes) ?? [])

/** Clocks are set by a little all the time; certificates and timeouts bear some seconds. */
const toleratedJumpMs = 5_000

/** Finds that the machine's clock was set while the job ran. */
export const findClockJump = (
  baseline: Baseline | undefined,
  { bootId, clockMs, uptimeS }: NodeReport,
): readonly Finding[] => {
  if (baseline === undefined || baseline.bootId !== bootId) return []
  const passedMs = (uptimeS - baseline.uptimeS) * 1_000
  const jumpMs = clockMs - baseline.clockMs - passedMs
  if (Math.abs(jumpMs) < toleratedJumpMs) return []
  const seconds = Math.round(Math.abs(jumpMs) / 1_000)
  return [
    {
      kind: 'clock-jump',
      certainty: 'likely',
      cause: `The machine's clock was set ${jumpMs > 0 ? 'forward' : 'back'} by ${seconds} s while the job ran`,
      evidence: [
        `By the clock ${Math.round((clockMs - baseline.clockMs) / 1_000)} s have passed, by the time since the machine's start ${Math.round(passedMs / 1_000)} s`,
      ],
      remedy:
        'Certificates that are not valid yet, tokens that have expired, leases that are lost and probes that time out may come from it. Run the job again; where it stays, look at the time service of the machine.',
    },
  ]
}
