import { formatBytes } from '../../text/format.ts'
import { hasLasted } from '../finding/since.ts'
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

const correctLabels =
  'Correct nodeSelector, affinity or tolerations of the pod, or give a node that label (`kubectl label node`; in kind nodes[].labels).'

const notReady = {
  words: /node\.kubernetes\.io\/(?:not-ready|unreachable)|no nodes available to schedule pods/,
  // Of a node that has such a taint the scheduler says nothing else, such as that its labels are wrong.
  why: 'no node is ready that might take it',
  remedy:
    "Wait until the nodes are (`kubectl wait --for=condition=Ready nodes --all`); see the network plugin's own pods in kube-system.",
}

/** Where no node is right; what only one kind of pod has comes first. */
const refusals = [
  notReady,
  {
    words: /\bInsufficient /,
    why: 'no node has as much left of something that it requests',
    remedy: 'Request less of it, or give a node what offers it, such as a device plugin.',
  },
  {
    words: /persistentvolumeclaim "[^"]*" (?:not found|is being deleted)/,
    why: 'a claim that it mounts is not there',
    remedy: 'Apply the PersistentVolumeClaim, or correct claimName.',
  },
  {
    words: /unbound immediate PersistentVolumeClaims|persistent volumes to bind/,
    why: 'no volume answers a claim that it mounts',
    remedy:
      "Name a StorageClass that the cluster has (`kubectl get storageclass`; kind's is `standard`), or apply the volume; see `kubectl describe pvc`.",
  },
  {
    words: /volume node affinity conflict|didn't match PersistentVolume's node affinity/,
    why: 'its volume is on a node that does not take it',
    remedy: 'Delete the claim and the pod, or let the pod go to the node that has the volume.',
  },
  {
    words: /free ports for the requested pod ports/,
    why: 'its hostPort is taken on every node',
    remedy: 'Use a Service in its place, or run one such pod for each node.',
  },
  {
    words: /anti-affinity rules|topology spread constraints(?! \(missing)/,
    why: 'its rules keep it away from every node that has a pod of its kind',
    remedy:
      'Run fewer replicas, add nodes, or let the rule prefer (`preferredDuringScheduling...`, `ScheduleAnyway`).',
  },
  {
    words: /didn't match pod affinity rules/,
    why: 'no node has the pod beside which it is to run',
    remedy: 'Start that pod first, or correct podAffinity.',
  },
  {
    // A spread over zones, which kind's nodes do not have.
    words:
      /didn't match Pod's node affinity|didn't match the requested node name|missing required label/,
    why: 'no node has the labels that it asks for',
    remedy: correctLabels,
  },
  {
    words: /node\(s\) were unschedulable/,
    why: 'the nodes were cordoned',
    remedy: '`kubectl uncordon` them, or see who did it (`kubectl drain`).',
  },
  {
    // Of nodes with other reasons, which nobody knows, it may be no cause.
    words:
      /^0\/\d+ nodes are available: (?:(?:, )?\d+ node\(s\) had untolerated taint(?:\(s\)| \{[^}]*\}))+\./,
    why: 'the nodes have taints that it does not tolerate',
    remedy:
      'Give the pod a toleration, or take the taint off (`kubectl taint nodes NAME KEY-`); see `kubectl describe nodes`.',
  },
]

/** Since 1.34 schedulers do not say which taint it was (kubernetes#134740). */
const unnamedTaint = /had untolerated taint\(s\)/

/**
 * @param memory what the nodes have, in words
 * @param tainted what a taint without a name would mean, as the nodes are
 */
const toPodFinding = (
  pod: Pod,
  memory: string,
  tainted: typeof notReady | undefined,
  now: number,
): readonly PodFinding[] => {
  const wasRefused = pod.reason?.startsWith('OutOf') === true
  const words = wasRefused ? pod.message : pod.unschedulable
  if (words === undefined || pod.reason === 'Evicted') return []
  const named = [...shortages, underPressure].find((each) => each.words.test(words))
  const guessed = named === undefined && unnamedTaint.test(words) ? tainted : undefined
  const shortage = named ?? guessed ?? refusals.find((each) => each.words.test(words))
  if (shortage === undefined) return []
  const certainty = guessed === undefined ? 'certain' : 'likely'
  const what = `${wasRefused ? 'was refused' : 'stays pending'}: ${shortage.why}`
  const evidence = [words, shortage === ofMemory ? memory : '']
  const at = pod.changedAt ?? pod.createdAt
  if (named === undefined && !hasLasted(at, now)) return []
  return [{ pod, kind: 'pending', certainty, what, evidence, remedy: shortage.remedy, at }]
}

/** Pods that found no node with room for them, or none that takes them. */
export const findPending = ({
  cluster: { pods, nodes },
  now,
}: ClusterFacts): readonly PodFinding[] => {
  const sizes = nodes.flatMap(({ name, allocatableMemory: bytes }) =>
    bytes === undefined ? [] : [`${name} ${formatBytes(bytes)}`],
  )
  const memory = sizes.length === 0 ? '' : `Memory that pods may request: ${sizes.join(', ')}`
  const types = new Set(nodes.flatMap(({ troubles }) => troubles.map(({ type }) => type)))
  const areNodesShort = nodeResources.some(({ condition }) => types.has(condition))
  const tainted = areNodesShort ? underPressure : types.has('Ready') ? notReady : undefined
  return pods.flatMap((pod) => toPodFinding(pod, memory, tainted, now))
}
