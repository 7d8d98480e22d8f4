import { findNewest, hasLasted } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { readLog } from './commands.ts'
import { findPodEvents } from './pod-events.ts'
import type { PodFinding } from './pod-finding.ts'

/** As Kubernetes' own failureThreshold: the first answers of a program that is starting are no trouble. */
const fewest = 3

/** Containers that run, and that no Service sends anything to. */
export const findNotReady = ({
  cluster: { pods, events },
  now,
}: ClusterFacts): readonly PodFinding[] =>
  pods.flatMap((pod) => {
    if (pod.isDeleted || !hasLasted(pod.changedAt ?? pod.createdAt, now)) return []
    const its = findPodEvents(pod, events)
    return pod.containers.flatMap((container) => {
      if (!container.isRunning || container.isReady) return []
      const said = findNewest(
        its.filter(
          (event) =>
            event.reason === 'Unhealthy' &&
            event.container === container.name &&
            event.message.startsWith('Readiness probe'),
        ),
      )
      if (said === undefined || said.count < fewest) return []
      return [
        {
          ...{ pod, container, kind: 'not-ready', certainty: 'certain', at: said.at },
          what: 'runs and is not ready: its readiness probe fails',
          evidence: [`Unhealthy (${said.count} times): ${said.message.replace(/:\s*$/, '')}`],
          remedy: `Read its log: ${readLog(pod, container.name, false)}. Check the probe's path and port; what listens on 127.0.0.1 alone does not hear the kubelet. If it only starts slowly, raise failureThreshold or add a startupProbe.`,
        } as const,
      ]
    })
  })
