import type { EngineApi } from '../../docker/engine-api.ts'
import { inspectNodes, type LookedNode, lookAtNodes } from '../nodes/gather-nodes.ts'
import type { Baseline } from './baseline.ts'

/** What there is to note of nodes that were looked at; undefined when none of them tells. */
export const toBaseline = (
  clusterName: string,
  nodes: readonly LookedNode[],
): Baseline | undefined => {
  const machine = nodes.find(({ report }) => report !== undefined)?.report
  if (machine === undefined) return undefined
  const { bootId, clockMs, uptimeS, kills, log } = machine
  return {
    clusterName,
    bootId,
    clockMs,
    uptimeS,
    kills,
    logLastS: typeof log === 'string' ? undefined : log.lastS,
    nodes: nodes.map(({ name, id, startedAt, report }) => ({
      name,
      id,
      startedAt,
      kills: report?.nodeKills,
    })),
    images: [],
  }
}

/** Notes how a cluster and its machine are; undefined when no node tells. */
export const takeBaseline = async (
  api: EngineApi,
  clusterName: string,
): Promise<Baseline | undefined> => {
  const { nodes } = await inspectNodes(api.ask, clusterName)
  return toBaseline(clusterName, await lookAtNodes(api, nodes, 'kernel-only'))
}
