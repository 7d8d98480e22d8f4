import type { Finding } from '../finding/finding.ts'
import { renderOomKill } from '../finding/oom-killed.ts'
import type { NodeNow } from '../nodes/gather-nodes.ts'
import { type KnownContainer, toWhom } from '../nodes/node-report.ts'

/** How many they were is not known: the first process of a container killed as a whole counts twice. */
const renderKilled = (count: number, where: string): string =>
  `${count === 1 ? 'A process' : 'Processes'} ${where} ${count === 1 ? 'was' : 'were'} OOM-killed`

/** What containerd itself calls OOM-killed, and `isLogged` does not know by the container's ID. */
export const findByContainerd = (
  { name: node, report }: NodeNow,
  containers: readonly KnownContainer[],
  sinceMs = 0,
  isLogged: (id: string) => boolean,
): readonly Finding[] =>
  (report?.ended ?? []).flatMap(({ id, exitCode, reason, at }): readonly Finding[] => {
    if (reason !== 'OOMKilled' || isLogged(id) || Date.parse(at) < sinceMs) return []
    const known = containers.find((container) => container.id === id)
    const who = known ? `${known.name} of pod ${known.namespace}/${known.pod}` : id
    const seen = `containerd in ${node}: ${reason}, exit code ${exitCode}, ${at.slice(11, 19)} UTC`
    return [
      {
        kind: 'oom-kill',
        certainty: 'certain',
        cause: `Container ${who} ${renderOomKill(exitCode)}`,
        evidence: [seen],
        remedy:
          'Raise resources.limits.memory of this container (of its pod, if only that has it), or let the program use less.',
        node,
        ...toWhom(known ?? {}),
        containerId: id,
        at,
      },
    ]
  })

const possibly = (gap: string | undefined): readonly string[] =>
  gap === undefined ? [] : [`Which it was is not known: ${gap}`]

/** Of kills that only a node's counter tells of: `rest` of the `counted` are told of by nothing else. */
export const toCounted = (
  node: string,
  counted: number,
  rest: number,
  gap: string | undefined,
): Finding => ({
  kind: 'oom-kill',
  certainty: 'certain',
  cause: renderKilled(rest, `in node ${node}`),
  evidence: [`memory.events of the node: oom_kill rose by ${counted}`, ...possibly(gap)],
  remedy: `Look for containers with exit code 137 or restarts in ${node}, and raise their memory limits.`,
  node,
})

/** Of kills that may have been anywhere on the machine. */
export const toPossible = (count: number, gap: string): Finding => ({
  kind: 'oom-kill',
  certainty: 'possible',
  cause: `${renderKilled(count, 'on this machine')}, perhaps in this cluster`,
  evidence: [
    `/proc/vmstat: oom_kill rose by ${count} that nothing else explains`,
    ...possibly(gap),
  ],
  remedy:
    'Look for containers with exit code 137. A step with `mode: diagnose` and `if: failure()` before the teardown sees more.',
})
