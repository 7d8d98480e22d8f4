import { toLine } from '../text/to-line.ts'
import { isReady, type Pod, type PodEvent } from './pods.ts'

/** Why a builder's pod does not run. */
export type Trouble = {
  readonly text: string
  /** Whether it stays so until somebody changes something. */
  readonly isFinal: boolean
}

const timeOf = ({ lastTimestamp, eventTime, metadata }: PodEvent): number =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '') || 0

const latest = (events: readonly PodEvent[]): PodEvent | undefined =>
  events.toSorted((a, b) => timeOf(a) - timeOf(b)).at(-1)

/** Kubelets try these again for ever. */
const finalWaits = /^(?:InvalidImageName|ErrImageNeverPull|CreateContainerConfigError)$/

/** What a registry says of what it has not, or does not give. */
const isRefused = /not found|pull access denied|unauthorized|forbidden|manifest unknown/i

/** An admission's no, but for a quota, of which something may become free. */
const isNotAdmitted = /violates PodSecurity|admission webhook "[^"]*" denied/

const explainContainers = (
  name: string,
  { status }: Pod,
  events: readonly PodEvent[],
): Trouble | undefined => {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  for (const { state, lastState } of all) {
    const { reason = '', message = '' } = state?.waiting ?? {}
    if (/^(?:ErrImagePull|ImagePullBackOff)$/.test(reason)) {
      // Kubelets record `Error: ErrImagePull` and `Error: ImagePullBackOff` as well, and later.
      const told = latest(events.filter((each) => /^Failed to pull image/.test(each.message ?? '')))
      const text = told?.message ?? message
      // Once may be an accident.
      const isFinal = reason === 'ImagePullBackOff' && isRefused.test(`${text}\n${message}`)
      return { text: `the image of pod ${name} cannot be pulled: ${text}`, isFinal }
    }
    if (reason !== '' && !/^(?:ContainerCreating|PodInitializing)$/.test(reason)) {
      const ended = lastState?.terminated
      const how = ended && `${ended.reason ?? 'it'} with exit code ${ended.exitCode}`
      const text = `pod ${name} waits: ${[reason, how, message].filter(Boolean).join(', ')}`
      return { text, isFinal: finalWaits.test(reason) }
    }
  }
  return undefined
}

const explainPod = (pod: Pod, events: readonly PodEvent[]): Trouble | undefined => {
  const { status } = pod
  const name = pod.metadata?.name ?? ''
  if (isReady(pod)) return undefined
  if (status?.phase === 'Failed') {
    const why = [status.reason, status.message].filter(Boolean).join(': ')
    return { text: `pod ${name} failed: ${why}`, isFinal: false }
  }
  const own = events.filter(({ involvedObject }) => involvedObject?.name === name)
  const unscheduled = status?.conditions?.find(
    (each) => each.type === 'PodScheduled' && each.status === 'False',
  )
  if (unscheduled !== undefined) {
    const event = latest(own.filter(({ reason }) => reason === 'FailedScheduling'))
    const why = event?.message ?? unscheduled.message ?? ''
    return { text: `pod ${name} is not scheduled: ${why}`, isFinal: false }
  }
  const waiting = explainContainers(name, pod, own)
  const event = latest(own)
  if (waiting !== undefined || event === undefined) return waiting
  const what = status?.phase === 'Running' ? 'is not ready' : 'does not start'
  return { text: `pod ${name} ${what}: ${event.message}`, isFinal: false }
}

/**
 * Says why a builder has no running pod; undefined where nothing speaks against it.
 *
 * @param node what its objects' names begin with
 */
export const findTrouble = (
  pods: readonly Pod[],
  events: readonly PodEvent[],
  node: string,
): Trouble | undefined => {
  const isOurs = ({ involvedObject }: PodEvent): boolean =>
    (involvedObject?.name ?? '').replace(/^buildkitd-/, '').startsWith(node)
  const ours = events.filter(isOurs)
  const found = pods.map((pod) => explainPod(pod, ours)).find((each) => each !== undefined)
  const refused = latest(ours.filter(({ reason }) => reason === 'FailedCreate'))
  const told: Trouble | undefined =
    found ??
    (pods.length === 0 && refused !== undefined
      ? {
          text: `Kubernetes makes no pod: ${refused.message}`,
          isFinal: isNotAdmitted.test(refused.message ?? ''),
        }
      : undefined)
  return told && { ...told, text: toLine(told.text) }
}

/** Says what became of a pod that was there. */
export const explainGone = (
  name: string,
  pods: readonly Pod[],
  events: readonly PodEvent[],
): string => {
  const there = pods.find(({ metadata }) => metadata?.name === name)
  const ended = there?.status?.containerStatuses?.map(
    ({ state, lastState }) => state?.terminated ?? lastState?.terminated,
  )
  const last = ended?.find((each) => each !== undefined)
  const told = latest(events.filter(({ involvedObject }) => involvedObject?.name === name))
  const why =
    there?.status?.message ??
    (last && `${last.reason ?? 'it ended'} with exit code ${last.exitCode}`) ??
    told?.message ??
    (there === undefined ? 'it was deleted' : 'its container began anew')
  return toLine(why)
}
