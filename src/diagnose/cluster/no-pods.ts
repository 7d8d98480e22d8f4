import { type Finding, toPlain } from '../finding/finding.ts'
import { findNewest, isSince } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import type { Event } from './parse-cluster.ts'

/** What keeps pods from being made, by the words of the API server and its admission plugins. */
const rows: readonly (readonly [words: RegExp, why: string, remedy: string])[] = [
  [
    /^exceeded quota: /,
    "its namespace's quota is used up",
    'Raise the ResourceQuota, lower the requests and limits, or run fewer pods.',
  ],
  [
    /^failed quota: /,
    "its namespace's quota asks for requests and limits that its pods do not have",
    'Give every container the requests and limits that are named, or the namespace a LimitRange with defaults.',
  ],
  [
    /^(?:maximum|minimum) /,
    "its namespace's LimitRange does not allow what its containers ask for",
    'Change their requests and limits, or the LimitRange.',
  ],
  [
    /^violates PodSecurity /,
    "its namespace's Pod Security Standard does not allow them",
    "Set the securityContext that is named, or lower the namespace's label pod-security.kubernetes.io/enforce.",
  ],
  [
    /^error looking up service account /,
    'their service account is not there',
    'Apply the ServiceAccount before them, or correct serviceAccountName.',
  ],
  [
    /^failed calling webhook /,
    'an admission webhook does not answer as it should',
    'Wait until the pods behind it are ready (`kubectl rollout status`) before you apply what it is to admit.',
  ],
  [
    /^(?:admission webhook|ValidatingAdmissionPolicy) /,
    'an admission webhook or policy refuses them',
    'Its own words are in the events: `kubectl get events`.',
  ],
  [
    / is invalid$/,
    'their template is not valid',
    'The events say which field: `kubectl get events`.',
  ],
]

const toFinding = (event: Event, namespace: string): Finding => {
  const found = rows.find(([words]) => words.test(event.message))
  const [, why, remedy] = found ?? []
  const words = event.message === '' ? '' : `: ${event.message}`
  return toPlain({
    kind: 'no-pods',
    certainty: 'certain',
    cause: `${event.kind} ${namespace}/${event.name} cannot make pods${why === undefined ? '' : `: ${why}`}`,
    evidence: [`${event.reason}${words}`],
    remedy: remedy ?? 'The events say why: `kubectl get events`.',
    at: event.at,
  })
}

/** Others write such events of what they make, which is no pods. */
const makers = /^(?:DaemonSet|Job|ReplicaSet|ReplicationController|StatefulSet)$/

/** Workloads whose pods nobody lets them make, and which have none. */
export const findNoPods = ({
  cluster: { pods, events },
  since,
}: ClusterFacts): readonly Finding[] => {
  const owners = new Set(pods.map(({ namespace, owner }) => `${namespace} ${owner}`))
  const tries = events.filter(
    ({ kind, reason }) => makers.test(kind) && /^(?:Failed|Successful)Create$/.test(reason),
  )
  const byOwner = Map.groupBy(tries, ({ namespace, kind, name }) => `${namespace} ${kind}/${name}`)
  return [...byOwner].flatMap(([owner, its]) => {
    // A service account or a webhook may have come a moment later, and what was made be gone since; within
    // one second the failure was first.
    const newest = findNewest(its.toSorted((a, b) => a.reason.localeCompare(b.reason)))
    const isOver = newest?.reason !== 'FailedCreate' || owners.has(owner)
    return isOver || !isSince(newest.at, since) ? [] : [toFinding(newest, newest.namespace)]
  })
}
