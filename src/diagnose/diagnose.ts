import type { Docker } from '../host/docker.ts'
import { withEngineApi } from '../host/engine-api.ts'
import type { Baseline } from './baseline.ts'
import { findClockJump, findNodeChanges } from './find-changes.ts'
import { findKills } from './find-kills.ts'
import type { Finding } from './finding.ts'
import { type LookedNode, lookAtNodes, lookHere } from './look-nodes.ts'
import type { KnownContainer, NodeReport } from './node-report.ts'

/** What came of looking. */
export type Diagnosis = {
  readonly findings: readonly Finding[]
  /** What was looked at, and what could not be, a line each. */
  readonly looked: readonly string[]
}

export type DiagnosisOptions = {
  readonly docker: Docker
  readonly childEnv: Readonly<Record<string, string>>
  readonly clusterName: string
  /** Undefined where no step of this job noted how things were. */
  readonly baseline: Baseline | undefined
  /** Containers that were noted while they lived. */
  readonly noted: readonly KnownContainer[]
}

/** From a node, or from this machine where that is the one under the nodes. */
const findMachine = async (
  nodes: readonly LookedNode[],
  { baseline, childEnv }: DiagnosisOptions,
): Promise<NodeReport | undefined> => {
  const asked = nodes.find(({ report }) => report !== undefined)?.report
  if (asked !== undefined || baseline === undefined) return asked
  const here = await lookHere(childEnv)
  return here?.bootId === baseline.bootId ? here : undefined
}

const merge = (
  noted: readonly KnownContainer[],
  nodes: readonly LookedNode[],
): readonly KnownContainer[] => {
  const now = nodes.flatMap(({ report }) => report?.containers ?? [])
  return [...new Map([...noted, ...now].map((each) => [each.id, each])).values()]
}

const renderSince = (baseline: Baseline | undefined): string =>
  baseline === undefined
    ? 'as far back as the kernel remembers'
    : `since ${new Date(baseline.clockMs).toISOString().slice(11, 19)} UTC`

const renderNodes = (nodes: readonly LookedNode[], clusterName: string): string => {
  if (nodes.length === 0) return `the cluster ${clusterName} has no nodes (any more)`
  const silent = nodes.filter(({ report }) => report === undefined).map(({ name }) => name)
  const said = silent.length === 0 ? '' : `; no answer from ${silent.join(', ')}`
  return `nodes ${nodes.map(({ name }) => name).join(', ')}${said}`
}

const renderElsewhere = (count: number): string =>
  `${count} ${count === 1 ? 'process' : 'processes'} killed for memory elsewhere on this machine, which is not this cluster's`

/** Looks for what went wrong in a cluster. What cannot be asked is left out, and said. */
export const diagnose = async (options: DiagnosisOptions): Promise<Diagnosis> => {
  const { docker, clusterName, baseline, noted } = options
  const nodes = await withEngineApi(docker, (api) => lookAtNodes(api, clusterName, 'all')).catch(
    () => undefined,
  )
  const found = nodes ?? []
  const machine = await findMachine(found, options)
  const where = nodes === undefined ? 'Docker does not answer' : renderNodes(found, clusterName)
  const changes = findNodeChanges(baseline, found)
  if (machine === undefined) {
    const why =
      'kills for memory could not be looked for: no node answers, nor can this machine tell'
    return { findings: changes, looked: [where, why] }
  }
  const isSameBoot = baseline === undefined || baseline.bootId === machine.bootId
  if (!isSameBoot) {
    return { findings: changes, looked: [where, 'the machine itself was started anew'] }
  }
  const containers = merge(noted, found)
  const kills = findKills({ baseline, nodes: found, machine, containers })
  return {
    findings: [...kills.findings, ...changes, ...findClockJump(baseline, machine)],
    looked: [
      where,
      `kills for memory ${renderSince(baseline)}`,
      ...(kills.elsewhere > 0 ? [renderElsewhere(kills.elsewhere)] : []),
    ],
  }
}
