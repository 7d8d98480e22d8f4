import type { NodeNow } from '../nodes/gather-nodes.ts'
import type { Baseline } from '../recording/baseline.ts'

/** A node, by the ID that the kernel's log names it by. */
export type KnownNode = {
  readonly id: string
  readonly name: string
  /** OOM kills that its cgroup counted since the baseline; undefined where it cannot tell. */
  readonly counted: number | undefined
  /** It was there all the time, and has counted each. */
  readonly countsAll: boolean
}

/** Those of the baseline come first; a cluster that was made anew has others of the same names. */
export const toKnownNodes = (
  baseline: Baseline | undefined,
  nodes: readonly NodeNow[],
): readonly KnownNode[] => {
  const before = baseline?.nodes ?? []
  const added = nodes.filter(({ id }) => before.every((node) => node.id !== id))
  return [
    ...before,
    ...added.map(({ id, name, state }) => ({ id, name, startedAt: state.StartedAt, kills: 0 })),
  ].map((node) => {
    const { id, name, startedAt, kills } = node
    const now = nodes.find((each) => each.id === id)
    const total = now?.report?.nodeKills
    // A node that was started anew begins to count anew.
    const isSame = now?.state.StartedAt === startedAt
    const from = isSame ? kills : 0
    const counted = total === undefined || from === undefined ? undefined : total - from
    return { id, name, counted, countsAll: isSame && counted !== undefined }
  })
}
