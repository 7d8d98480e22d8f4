import type { Finding } from './finding/finding.ts'
import type { NodeNow } from './nodes/gather-nodes.ts'
import type { NodeReport } from './nodes/node-report.ts'
import type { Baseline, BaselineNode } from './recording/baseline.ts'

type Change = Pick<Finding, 'kind' | 'cause' | 'remedy'> & { readonly seen: string }

const findChange = (
  { name, id, startedAt }: BaselineNode,
  nodes: readonly NodeNow[],
): Change | undefined => {
  const now = nodes.find((node) => node.id === id)
  if (now === undefined) {
    const became = nodes.some((node) => node.name === name) ? 'recreated' : 'removed'
    return {
      kind: 'node-gone',
      cause: `Node ${name} was ${became} since the images were loaded, and they went with it`,
      seen: `Docker: container ${id.slice(0, 12)} no longer exists`,
      remedy: 'Load images after the cluster is created, and keep it until the tests have ended.',
    }
  }
  const { Running, StartedAt, ExitCode, OOMKilled } = now.state
  if (!Running) {
    return {
      kind: 'node-gone',
      cause: `Node ${name} is no longer running`,
      seen: `Docker: exit code ${ExitCode}${OOMKilled ? ', OOM-killed' : ''}`,
      remedy: OOMKilled
        ? 'Give the node, or the machine, more memory, or run less in it.'
        : `\`docker logs ${name}\` shows why it ended.`,
    }
  }
  if (StartedAt === startedAt) return undefined
  return {
    kind: 'node-restarted',
    cause: `Node ${name} was restarted since the images were loaded; all its pods began anew`,
    seen: `Docker: started at ${StartedAt}, before at ${startedAt}`,
    remedy:
      'Find what stopped it: Docker restarting, the machine running out of memory, or a step of the job. Pods need some seconds to come back.',
  }
}

/** A cluster of which nothing is left was torn down by the job itself, which explains nothing. */
export const findNodeChanges = (
  baseline: Baseline | undefined,
  nodes: readonly NodeNow[],
): readonly Finding[] =>
  (nodes.length === 0 ? [] : (baseline?.nodes ?? [])).flatMap((before): readonly Finding[] => {
    const found = findChange(before, nodes)
    if (found === undefined) return []
    const { seen, ...change } = found
    return [{ ...change, certainty: 'certain', evidence: [seen], node: before.name }]
  })

/** Finds that files were mounted into a node and are there no more. */
export const findUnmounted = (nodes: readonly NodeNow[]): readonly Finding[] =>
  nodes.flatMap(({ name, report }): readonly Finding[] => {
    const paths = report?.unmounted ?? []
    if (paths.length === 0) return []
    const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
    return [
      {
        kind: 'files-gone',
        certainty: 'certain',
        cause: `Node ${name} no longer has the files of ${paths.slice(0, 3).join(', ')}${more}; pods see an empty folder`,
        evidence: [
          `In ${name}, nothing is mounted there; a restart of the node removes such mounts`,
        ],
        remedy:
          'Run the step with `node-files` again after the restart: it mounts them in a moment, without copying.',
        node: name,
      },
    ]
  })

/** Clocks are set by a little all the time; certificates and timeouts bear some seconds. */
const toleratedJumpMs = 5_000

/** Finds that the machine's clock was set while the job ran. */
export const findClockJump = (
  baseline: Baseline | undefined,
  { bootId, clockMs, uptimeS }: NodeReport,
): readonly Finding[] => {
  if (baseline === undefined || baseline.bootId !== bootId) return []
  const passedS = uptimeS - baseline.uptimeS
  const jumpMs = clockMs - baseline.clockMs - passedS * 1_000
  if (Math.abs(jumpMs) < toleratedJumpMs) return []
  const direction = jumpMs > 0 ? 'forward' : 'back'
  const seconds = Math.round(Math.abs(jumpMs) / 1_000)
  const clockS = Math.round((clockMs - baseline.clockMs) / 1_000)
  return [
    {
      kind: 'clock-jump',
      certainty: 'likely',
      cause: `The machine's clock was set ${direction} by ${seconds} s while the job ran`,
      evidence: [
        `The clock advanced by ${clockS} s, the machine's uptime by ${Math.round(passedS)} s`,
      ],
      remedy:
        'It can invalidate certificates, expire tokens, lose leases and fail probes. Run the job again; if it stays, check the time service of the machine.',
    },
  ]
}
