import { formatBytes } from '../../text/format.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { nodeResources } from './node-resources.ts'
import type { Pod } from './parse-cluster.ts'
import type { PodFinding } from './pod-finding.ts'

/** @param words the scheduler's, and those of a kubelet that refuses a pod which it was given */
const shortOf = (request: string, words: RegExp, name = request) => ({
  words,
  why: `no node has as much ${name} left as the pod requests`,
  remedy: `Lower requests.${request} of this pod or of others, run fewer replicas, or take a larger runner. Kubernetes counts requests, not use.`,
})

const ofMemory = shortOf('memory', /Insufficient memory|resource: memory/)
const shortages = [
  ofMemory,
  shortOf('cpu', /Insufficient cpu|resource: cpu/, 'CPU'),
  shortOf(
    'ephemeral-storage',
    /Insufficient ephemeral-storage|resource: ephemeral-storage/,
    'disk',
  ),
  {
    words: /Too many pods|resource: pods/,
    why: 'the nodes run as many pods as they may',
    remedy: 'Run fewer pods, or add a node to the cluster (a node takes 110 pods by default).',
  },
]

const underPressure = {
  words: /node\.kubernetes\.io\/(disk|memory|pid)-pressure/,
  why: 'the nodes are short of disk, memory or process IDs and take no pods',
  remedy: 'See the findings about the nodes.',
}

/** Since 1.34 schedulers do not say which taint it was (kubernetes#134740). */
const unnamedTaint = /had untolerated taint\(s\)/

/** @param memory what the nodes have, in words */
const toPodFinding = (pod: Pod, memory: string, areNodesShort: boolean): readonly PodFinding[] => {
  const wasRefused = pod.reason?.startsWith('OutOf') === true
  const words = wasRefused ? pod.message : pod.unschedulable
  if (words === undefined || pod.reason === 'Evicted') return []
  const named = [...shortages, underPressure].find((each) => each.words.test(words))
  const shortage = named ?? (areNodesShort && unnamedTaint.test(words) ? underPressure : undefined)
  if (shortage === undefined) return []
  const certainty = named === undefined ? 'likely' : 'certain'
  const what = `${wasRefused ? 'was refused' : 'stays pending'}: ${shortage.why}`
  const evidence = [words, shortage === ofMemory ? memory : '']
  const at = pod.changedAt ?? pod.createdAt
  return [{ pod, kind: 'pending', certainty, what, evidence, remedy: shortage.remedy, at }]
}

/** Pods that found no node with room for them. */
export const findPending = ({ cluster: { pods, nodes } }: ClusterFacts): readonly PodFinding[] => {
  const sizes = nodes.flatMap(({ name, allocatableMemory: bytes }) =>
    bytes === undefined ? [] : [`${name} ${formatBytes(bytes)}`],
  )
  const memory = sizes.length === 0 ? '' : `Memory that pods may request: ${sizes.join(', ')}`
  const areNodesShort = nodes.some(({ troubles }) =>
    troubles.some(({ type }) => nodeResources.some(({ condition }) => condition === type)),
  )
  return pods.flatMap((pod) => toPodFinding(pod, memory, areNodesShort))
}
