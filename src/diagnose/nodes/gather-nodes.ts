import { listMembers } from '../../cluster/providers/kind.ts'
import { execute } from '../../docker/container.ts'
import type { Ask, EngineApi } from '../../docker/engine-api.ts'
import { runCaptured } from '../../host/process.ts'
import { type NodeReport, parseNodeReport } from './node-report.ts'
import { readScript } from './node-script.ts'

/** A node's container, as Docker has it now. */
export type NodeContainer = {
  readonly name: string
  readonly id: string
  readonly role: string
  readonly isRunning: boolean
  readonly startedAt: string
  readonly exitCode: number
  /** Docker's own word for it; of a node that still runs it may be about something in it. */
  readonly wasKilled: boolean
}

export type LookedNode = NodeContainer & {
  /** Undefined when it does not run, or did not answer. */
  readonly report: NodeReport | undefined
}

/** Nobody waits longer for a node: the job has ended by then. */
export const nodeTimeoutMs = 4_000

/** Finds the containers of a cluster's nodes, also of those that do not run. */
export const inspectNodes = async (
  ask: Ask,
  clusterName: string,
): Promise<{
  readonly nodes: readonly NodeContainer[]
  /** A line for each container that only claims to be one. */
  readonly leftOut: readonly string[]
}> => {
  const { nodes: members, leftOut } = await listMembers(ask, clusterName)
  const nodes = members.map(({ id, name, role, inspected }) => {
    const { Running, StartedAt, ExitCode, OOMKilled } = inspected.State
    const state = { isRunning: Running, startedAt: StartedAt, exitCode: ExitCode }
    return { name, id, role, ...state, wasKilled: OOMKilled }
  })
  return { nodes: nodes.sort((a, b) => a.name.localeCompare(b.name)), leftOut }
}

/**
 * Looks at nodes, side by side; one that does not answer keeps nobody waiting.
 *
 * @param extent `kernel-only` leaves out what the nodes' containerd knows, which takes longer
 */
export const lookAtNodes = async (
  api: EngineApi,
  nodes: readonly NodeContainer[],
  extent: 'all' | 'kernel-only',
): Promise<readonly LookedNode[]> => {
  const argv = ['bash', '-c', readScript('look'), 'bash', extent]
  return Promise.all(
    nodes.map(async (node) => {
      if (!node.isRunning) return { ...node, report: undefined }
      const printed = await execute(api, node.id, argv, nodeTimeoutMs).catch(() => '')
      return { ...node, report: parseNodeReport(printed) }
    }),
  )
}

/** Looks at this machine, for when the nodes are gone; it may be another one than theirs. */
export const lookHere = async (
  env: Readonly<Record<string, string>>,
): Promise<NodeReport | undefined> => {
  // As on a machine without crictl: what this one has of CRI is none of the cluster's.
  const args = ['-c', readScript('look'), 'bash', 'kernel-only']
  const command = { file: 'bash', args, env, timeoutMs: nodeTimeoutMs }
  const ended = await runCaptured(command).catch(() => undefined)
  return ended === undefined ? undefined : parseNodeReport(ended.stdout)
}
