import { formatBytes } from '../../text/format.ts'
import type { Finding } from '../finding/finding.ts'
import type { Cluster, Pod } from './cluster.ts'
import { type Sighting, toFindings } from './pod-finding.ts'

type Shortage = Pick<Sighting, 'what' | 'remedy'>

const shortOf = (what: string, request: string): Shortage => ({
  what: `stays pending: no node has as much ${what} left as it requests`,
  remedy: `Lower requests.${request} of this pod or of others, run fewer replicas, or take a larger runner. What counts is what pods request, not what they use.`,
})

/** The scheduler's words, and those of a kubelet that refuses a pod which it was given. */
const shortages: readonly (readonly [words: RegExp, Shortage])[] = [
  [/Insufficient memory|resource: memory/, shortOf('memory', 'memory')],
  [/Insufficient cpu|resource: cpu/, shortOf('cpu', 'cpu')],
  [
    /Insufficient ephemeral-storage|resource: ephemeral-storage/,
    shortOf('disk', 'ephemeral-storage'),
  ],
  [
    /Too many pods|resource: pods/,
    {
      what: 'stays pending: the nodes have as many pods as they may have',
      remedy:
        'Run fewer pods, or give the cluster another node (a node takes 110 pods by default).',
    },
  ],
  [
    /node\.kubernetes\.io\/(disk|memory|pid)-pressure/,
    {
      what: 'stays pending: the nodes are short of disk, memory or process numbers and take no pods',
      remedy: 'See what is said of the nodes.',
    },
  ],
]

const describeNodes = ({ nodes }: Cluster): string =>
  nodes
    .flatMap(({ name, allocatableMemory: bytes }) =>
      bytes === undefined ? [] : [`${name} ${formatBytes(bytes)}`],
    )
    .join(', ')

const toSighting = (pod: Pod, memory: string): readonly Sighting[] => {
  const wasRefused = pod.reason?.startsWith('OutOf') === true
  const words = wasRefused ? pod.message : pod.unschedulable
  if (words === undefined || pod.reason === 'Evicted') return []
  const shortage = shortages.find(([pattern]) => pattern.test(words))?.[1]
  if (shortage === undefined) return []
  const { remedy } = shortage
  const what = wasRefused ? shortage.what.replace('stays pending', 'was refused') : shortage.what
  const isMemory = remedy.includes('requests.memory') && memory !== ''
  const evidence = [words, ...(isMemory ? [`Memory that pods may request: ${memory}`] : [])]
  const at = pod.changedAt ?? pod.createdAt
  return [
    {
      ...{ pod, container: undefined, kind: 'pending', certainty: 'certain' },
      ...{ what, evidence, remedy, at },
    },
  ]
}

/** Pods that found no node with room for them. */
export const findPending = (cluster: Cluster, since: number | undefined): readonly Finding[] => {
  const memory = describeNodes(cluster)
  return toFindings(
    cluster.pods.flatMap((pod) => toSighting(pod, memory)),
    since,
  )
}
