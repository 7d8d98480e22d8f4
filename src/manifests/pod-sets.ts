import type { Container, Named, Resource, Workload } from './workload.ts'

/**
 * What the containers of a pod ask for. Init containers run one after another, so the largest of them counts, with
 * the sidecars that started before it; then all others run at once.
 */
const sumRequests = (containers: readonly Container[], resource: Resource): number => {
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

/**
 * What one pod asks for. What it says as a whole comes before its containers, and its limit is asked for where they
 * ask for nothing: Kubernetes' pkg/apis/core/v1/defaults.go, defaultPodRequests.
 */
const toRequest = (
  { containers, resources: { requests, limits } }: Pick<Workload, 'containers' | 'resources'>,
  resource: 'memory' | 'cpu',
): number => {
  const isAsked = containers.some((each) => each.requests[resource] !== undefined)
  const ofContainers = isAsked ? sumRequests(containers, resource) : undefined
  return requests[resource] ?? ofContainers ?? limits[resource] ?? 0
}

/**
 * Two of one name are one, as in a base and what is laid over it; the last that is applied counts. Of a
 * `generateName`, which ends as no name may, Kubernetes makes one each.
 */
export const withoutTwins = <T extends Named & { readonly kind?: string }>(
  all: readonly T[],
): readonly T[] =>
  [
    ...Map.groupBy(all, (each) => {
      const { kind, namespace, name } = each
      return name.endsWith('-') ? each : `${kind} ${namespace} ${name}`
    }).values(),
  ].flatMap((twins) => twins.at(-1) ?? [])

/** The pods of workloads that are to run at all. */
export const toPodSets = (workloads: readonly Workload[]) =>
  withoutTwins(workloads)
    .filter(({ pods }) => pods !== 0)
    .map(({ pods, containers, resources, ...workload }) => ({
      ...workload,
      line: containers[0]?.line ?? 1,
      /** Bytes and CPUs, of one pod. */
      request: {
        memory: toRequest({ containers, resources }, 'memory'),
        cpu: toRequest({ containers, resources }, 'cpu'),
        storage: sumRequests(containers, 'storage'),
      },
      /** Comes and goes, and is in no node while others start. */
      isOccasional: workload.kind === 'CronJob',
      /** How many run at once in so many nodes. */
      countIn: (nodes: number) => (pods === 'per-node' ? nodes : pods),
    }))

/** Pods that are alike, and what Kubernetes keeps for each. */
export type PodSet = ReturnType<typeof toPodSets>[number]
