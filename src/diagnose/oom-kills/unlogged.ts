import type { Finding } from '../finding/finding.ts'
import type { LookedNode } from '../nodes/gather-nodes.ts'
import type { Baseline } from '../recording/baseline.ts'
import type { KillFacts, KnownNode } from './facts.ts'

/** How many they were is not known: the first process of a container killed as a whole counts twice. */
const renderKilled = (count: number, where: string): string =>
  `${count === 1 ? 'A process' : 'Processes'} ${where} ${count === 1 ? 'was' : 'were'} killed for memory`

const isAfter = (baseline: Baseline | undefined, at: string): boolean =>
  baseline === undefined || Date.parse(at) >= baseline.clockMs

/** What CRI itself calls killed for memory, and the kernel's log does not tell of. */
export const killedByCri = (
  { baseline, nodes, containers }: KillFacts,
  isTold: (id: string) => boolean,
): readonly Finding[] =>
  nodes.flatMap(({ name: node, report }) =>
    (report?.ended ?? []).flatMap(({ id, exitCode, reason, at }): readonly Finding[] => {
      if (reason !== 'OOMKilled' || isTold(id) || !isAfter(baseline, at)) return []
      const known = containers.find((container) => container.id === id)
      const who = known ? `${known.name} of the pod ${known.namespace}/${known.pod}` : id
      return [
        {
          kind: 'oom-kill',
          certainty: 'certain',
          cause: `The container ${who} was killed for memory`,
          evidence: [
            `containerd in ${node}: ${reason}, exit code ${exitCode}, ${at.slice(11, 19)} UTC`,
          ],
          remedy:
            'Raise resources.limits.memory of this container, or have the program use less memory.',
          node,
          containerId: id,
          at,
          ...(known && {
            namespace: known.namespace,
            pod: known.pod,
            container: known.name,
            image: known.image,
          }),
        },
      ]
    }),
  )

/** What a node's counters make of kills that CRI alone tells of: at least this. */
export const sumByCri = (
  told: readonly Finding[],
  { name, report }: Pick<LookedNode, 'name' | 'report'>,
): number =>
  told.filter(({ node }) => node === name).length * (report && report.nodeGroupKills > 0 ? 2 : 1)

/** Kills that a node's own cgroup has counted since, beyond those that are told of otherwise. */
export const countedInNodes = (
  { nodes }: KillFacts,
  known: readonly KnownNode[],
  told: readonly Finding[],
  gap: string | undefined,
  loggedIn: (node: string) => number,
): readonly { readonly finding: Finding; readonly count: number }[] =>
  nodes.flatMap(({ id, name: node, report }) => {
    const before = known.find((each) => each.id === id)?.killsBefore
    if (before === undefined || report?.nodeKills === undefined) return []
    const since = report.nodeKills - before
    const rest = since - loggedIn(node) - sumByCri(told, { name: node, report })
    if (rest <= 0) return []
    const finding: Finding = {
      kind: 'oom-kill',
      certainty: 'certain',
      cause: renderKilled(rest, `in the node ${node}`),
      evidence: [
        `memory.events of the node: oom_kill went up by ${since}`,
        ...(gap === undefined ? [] : [`Which it was is not known: ${gap}`]),
      ],
      remedy: `Look for containers with exit code 137 or restarts in ${node}, and raise their memory limits.`,
      node,
    }
    return [{ finding, count: rest }]
  })

/** Of kills that nobody can say the place of. */
export const toPossible = (count: number, gap: string): Finding => ({
  kind: 'oom-kill',
  certainty: 'possible',
  cause: `${renderKilled(count, 'on this machine')}, perhaps in this cluster`,
  evidence: [
    `/proc/vmstat: oom_kill went up by ${count} that nothing else explains`,
    `Whose it was is not known: ${gap}`,
  ],
  remedy:
    'Look for containers with exit code 137; a step with `mode: diagnose` and `if: failure()` before the teardown sees more.',
})
