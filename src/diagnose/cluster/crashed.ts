import type { ClusterFacts } from './cluster-facts.ts'
import { readLog } from './commands.ts'
import { isFailedStart } from './not-started.ts'
import type { Container, Pod } from './parse-cluster.ts'
import type { PodFinding } from './pod-finding.ts'
import { toIsDone } from './tries.ts'

/** 128 and SIGTERM's 15. */
const asked = 143

/** What exit codes mean beyond the program's own: of shells (126, 127), and 128 and a signal's number. */
const meanings: ReadonlyMap<number, readonly [means: string, remedy: string]> = new Map([
  [126, ['a shell found its command not executable', 'Check its mode and its first line (`#!`).']],
  [127, ['a shell did not find its command', 'Check the names in its script, and PATH.']],
  [
    132,
    [
      'SIGILL: an instruction that this CPU does not have',
      "It was probably built for a newer CPU (`-march`, AVX) than the runner's.",
    ],
  ],
  [134, ['SIGABRT: it gave up itself', '']],
  [
    135,
    [
      'SIGBUS: mostly shared memory that is full',
      "/dev/shm has 64 MB in a pod: mount an emptyDir with `medium: Memory` there. Or a mapped file's disk is full.",
    ],
  ],
  [139, ['SIGSEGV: it used memory that is not its own', '']],
  [asked, ['SIGTERM: it was asked to end', '']],
])

/** Five minutes are what a kubelet waits at most before it starts one again, and five more it has run since. */
const steadyMs = 10 * 60_000

const hasHeld = (endedAt: string | undefined, now: number): boolean =>
  now - Date.parse(endedAt ?? '') > steadyMs

/**
 * Whether it is down, or was not ready again when it was looked at: one that runs again as it should has
 * recovered, and most containers that wait for another one's start so.
 */
const isDown = ({ waiting, isRunning, isReady, ended }: Container, now: number): boolean =>
  isRunning
    ? !isReady && !hasHeld(ended?.at, now)
    : waiting === undefined || waiting.reason === 'CrashLoopBackOff'

/** Whether a kubelet asked it to end, as it does a sidecar when the pod's own containers have. */
const isSidecars = ({ phase, containers }: Pod, { ended }: Container): boolean =>
  phase === 'Failed' &&
  ended?.exitCode === asked &&
  containers.some(({ ended }) => ended && ended.exitCode !== 0 && ended.exitCode !== asked)

/** What containerd writes of one that went with its node, or with itself. */
const lostReason = 'Unknown'

const explain = (pod: Pod, container: Container, now: number): PodFinding | undefined => {
  const { ended, restarts, waiting } = container
  if (ended === undefined || !isDown(container, now) || isFailedStart(container)) return undefined
  if (ended.reason === lostReason || isSidecars(pod, container)) return undefined
  const log = `Read its log: ${readLog(pod, container.name, restarts > 0)}.`
  const times = restarts === 0 ? '' : `, restarted ${restarts === 1 ? 'once' : `${restarts} times`}`
  const evidence = [`Exit code ${ended.exitCode}, reason ${ended.reason || 'not given'}${times}`]
  const found = {
    pod,
    container,
    kind: 'crash',
    certainty: 'certain',
    evidence,
    // As of one that was killed.
    at: ended.at ?? pod.changedAt ?? pod.createdAt,
  } as const
  if (ended.exitCode !== 0) {
    const [means = '', also = ''] = meanings.get(ended.exitCode) ?? []
    const what = `ended with exit code ${ended.exitCode}${means && ` (${means})`}`
    return { ...found, what, remedy: [log, also].filter(Boolean).join(' ') }
  }
  if (waiting === undefined) return undefined
  const remedy = `Its program ends where the pod wants one that stays: run it in the foreground, or as a Job. ${log}`
  return { ...found, what: 'ends with exit code 0, and is started again each time', remedy }
}

/** Containers that ended on their own, and are down. */
export const findCrashed = ({ cluster: { pods }, now }: ClusterFacts): readonly PodFinding[] => {
  const isDone = toIsDone(pods)
  return pods.flatMap((pod) => {
    // Who deletes a pod ends its containers; who fails it for a reason of its own has been told of.
    if (pod.isDeleted || pod.reason !== undefined || isDone(pod)) return []
    return pod.containers.flatMap((container) => explain(pod, container, now) ?? [])
  })
}
