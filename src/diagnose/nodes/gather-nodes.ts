import { readFileSync } from 'node:fs'
import { findMembers } from '../../cluster/providers/find-cluster.ts'
import type { Member, Members } from '../../cluster/providers/labelled.ts'
import { execute } from '../../docker/container.ts'
import type { EngineApi, Get } from '../../docker/engine-api.ts'
import { within } from '../../host/deadline.ts'
import { runCaptured } from '../../host/process.ts'
import { type NodeReport, parseNodeReport } from './node-report.ts'

/** A node's container, as Docker has it now, and what the node tells. */
export type NodeNow = Pick<Member, 'name' | 'id' | 'role'> & {
  /** Docker's `OOMKilled` of a node that still runs may be about something in it. */
  readonly state: Member['inspected']['State']
  /** Undefined when it does not run, did not answer, or was not asked. */
  readonly report: NodeReport | undefined
}

export type ClusterNodes = Pick<Members, 'leftOut'> & { readonly nodes: readonly NodeNow[] }

/** Nobody waits longer for a node: the job has ended by then. */
export const nodeTimeoutMs = 4_000

/** Finds the containers of a cluster's nodes, also of those that do not run; none is asked yet. */
export const inspectNodes = async (get: Get, clusterName: string): Promise<ClusterNodes> => {
  const { nodes: members, leftOut } = await findMembers(get, clusterName)
  const nodes = members.map(({ id, name, role, inspected }) => {
    return { name, id, role, state: inspected.State, report: undefined }
  })
  return { nodes: nodes.toSorted((a, b) => a.name.localeCompare(b.name)), leftOut }
}

/** One of our scripts that run in a node, as it is. */
export const readScript = (name: 'look' | 'record'): string =>
  readFileSync(new URL(`./in-node/${name}.sh`, import.meta.url), 'utf8')

/**
 * Asks nodes, side by side; one that does not answer keeps nobody waiting.
 *
 * @param extent `kernel-only` leaves out what the nodes' containerd knows, which takes longer
 */
export const gatherNodes = (
  api: EngineApi,
  nodes: readonly NodeNow[],
  extent: 'all' | 'kernel-only',
): Promise<readonly NodeNow[]> => {
  const argv = ['bash', '-c', readScript('look'), 'bash', extent]
  return Promise.all(
    nodes.map(async (node) => {
      if (!node.state.Running) return node
      // Docker's own answers take long where memory is short.
      const asked = execute(api, node.id, argv, nodeTimeoutMs).catch(() => '')
      const printed = await within(asked, nodeTimeoutMs, '')
      return { ...node, report: parseNodeReport(printed) }
    }),
  )
}

/** Asks this machine, for when the nodes are gone; it may be another one than theirs. */
export const gatherHere = async (
  env: Readonly<Record<string, string>>,
): Promise<NodeReport | undefined> => {
  // As on a machine without crictl: what this one has of CRI is none of the cluster's.
  const args = ['-c', readScript('look'), 'bash', 'kernel-only']
  const command = { file: 'bash', args, env, timeoutMs: nodeTimeoutMs }
  const ended = await runCaptured(command).catch(() => undefined)
  return ended && parseNodeReport(ended.stdout)
}
