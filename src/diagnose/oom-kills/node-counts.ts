import type { NodeNow } from '../nodes/gather-nodes.ts'
import type { Baseline } from '../recording/baseline.ts'

/** Those of the baseline come first; a cluster that was made anew has others of the same names. */
export const toKnownNodes = (baseline: Baseline | undefined, nodes: readonly NodeNow[]) => {
  const before = baseline?.nodes ?? []
  const added = nodes.filter(({ id }) => before.every((node) => node.id !== id))
  return [
    ...before,
    ...added.map(({ id, name, state }) => ({ id, name, startedAt: state.StartedAt, kills: 0 })),
  ].map(({ id, name, startedAt, kills }) => {
    const now = nodes.find((each) => each.id === id)
    const total = now?.report?.nodeKills
    // A node that was started anew begins to count anew.
    const isSame = now?.state.StartedAt === startedAt
    const from = isSame ? kills : 0
    const counted = total === undefined || from === undefined ? undefined : total - from
    return {
      id,
      name,
      /** OOM kills that its cgroup counted since the baseline; undefined where it cannot tell. */
      counted,
      /** It was there all the time, and has counted each. */
      countsAll: isSame && counted !== undefined,
    }
  })
}

/** A node, by the ID that the kernel's log names it by. */
export type KnownNode = Readonly<ReturnType<typeof toKnownNodes>[number]>
