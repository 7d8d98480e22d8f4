import { isSince } from '../finding/since.ts'
import { type Event, isOf, type Pod } from './parse-cluster.ts'

/** Of the pod itself: a StatefulSet's has the name of the one before, whose events stay for an hour. */
export const findPodEvents = (pod: Pod, events: readonly Event[]): readonly Event[] => {
  const from = pod.createdAt === undefined ? undefined : Date.parse(pod.createdAt)
  return events.filter((event) => isOf(pod)(event) && isSince(event.at, from))
}
