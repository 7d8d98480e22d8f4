import { at, idOf, sentinel, uidOf } from './make-pods.ts'
import type { ApiEvent, ApiNode } from './types.ts'

/** An event as a kubelet records it; `pod/container`, or a node. */
export const eventOf = (
  about: string,
  reason: string,
  message: string,
  lastTimestamp: string,
  count = 1,
): ApiEvent => {
  const [name = '', container] = about.split('/')
  const ofPod = { kind: 'Pod', namespace: 'default', name, uid: uidOf(name), apiVersion: 'v1' }
  const path = container ? { fieldPath: `spec.containers{${container}}` } : {}
  const isNode = container === undefined
  return {
    metadata: { name: `${name}.${idOf(about + reason).slice(0, 16)}`, namespace: 'default' },
    involvedObject: isNode ? { kind: 'Node', name } : { ...ofPod, ...path },
    reason,
    message,
    source: { component: 'kubelet', host: 'kind-worker' },
    firstTimestamp: at('01:00'),
    lastTimestamp,
    count,
    type: 'Warning',
    eventTime: null,
    reportingComponent: 'kubelet',
    reportingInstance: 'kind-worker',
  }
}

/** Type, whether it is well, the kubelet's word when it is, and when it is not. */
const conditions = [
  [
    'MemoryPressure',
    'kubelet has sufficient memory available',
    'kubelet has insufficient memory available',
  ],
  ['DiskPressure', 'kubelet has no disk pressure', 'kubelet has disk pressure'],
  ['PIDPressure', 'kubelet has sufficient PID available', 'kubelet has insufficient PID available'],
  ['Ready', 'kubelet is posting ready status', 'Kubelet stopped posting node status.'],
] as const

/** A node as the API server has it, with conditions that are bad. */
export const nodeOf = (name: string, ...troubles: readonly string[]): ApiNode => ({
  metadata: {
    name,
    ...{
      uid: name,
      creationTimestamp: at('00:00'),
      annotations: { 'example.com/token': sentinel },
    },
  },
  status: {
    allocatable: { memory: '16369224Ki', cpu: '4', pods: '110' },
    conditions: conditions.map(([type, good, bad]) => {
      const isBad = troubles.includes(type)
      const status = type === 'Ready' ? (isBad ? 'Unknown' : 'True') : isBad ? 'True' : 'False'
      return { type, status, message: isBad ? bad : good, lastTransitionTime: at('03:50') }
    }),
  },
})
