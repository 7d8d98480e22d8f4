import type { Amounts, Container, Workload } from './workload.ts'

/** Pods that are alike, and what Kubernetes keeps for each. */
export type PodSet = {
  readonly kind: string
  readonly name: string
  readonly file: string
  readonly line: number
  /** Bytes and CPUs, of one pod. */
  readonly request: Readonly<Record<keyof Amounts, number>>
  readonly volumes: Workload['volumes']
  /** Comes and goes, as a CronJob's do, and is in no node while others start. */
  readonly isOccasional: boolean
  /** How many run at once in so many nodes. */
  readonly countIn: (nodes: number) => number
}

/**
 * What one pod asks for. Init containers run one after another, so the largest of them counts, with
 * the sidecars that started before it; then all others run at once.
 */
const sumRequests = (containers: readonly Container[], resource: keyof Amounts): number => {
  let sidecars = 0
  let peak = 0
  let main = 0
  for (const { role, requests } of containers) {
    const asked = requests[resource] ?? 0
    if (role === 'sidecar') sidecars += asked
    if (role === 'main') main += asked
    peak = Math.max(peak, role === 'init' ? sidecars + asked : 0)
  }
  return Math.max(peak, sidecars + main)
}

type Named = {
  readonly kind?: string
  readonly namespace: string | undefined
  readonly name: string
}

/** Two of one name are one, as in a base and what is laid over it; the last that is applied counts. */
export const withoutTwins = <T extends Named>(all: readonly T[]): readonly T[] =>
  [
    ...Map.groupBy(all, ({ kind, namespace, name }) => `${kind} ${namespace} ${name}`).values(),
  ].flatMap((twins) => twins.at(-1) ?? [])

/** The pods of workloads that are to run at all. */
export const toPodSets = (workloads: readonly Workload[]): readonly PodSet[] =>
  withoutTwins(workloads)
    .filter(({ pods }) => pods !== 0)
    .map(({ kind, name, file, pods, containers, volumes }) => ({
      kind,
      name,
      file,
      line: containers[0]?.line ?? 1,
      request: {
        memory: sumRequests(containers, 'memory'),
        cpu: sumRequests(containers, 'cpu'),
        storage: sumRequests(containers, 'storage'),
      },
      volumes,
      isOccasional: kind === 'CronJob',
      countIn: (nodes) => (pods === 'per-node' ? nodes : pods),
    }))
