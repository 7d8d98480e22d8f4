import type { LookedNode } from '../nodes/gather-nodes.ts'
import type { KnownContainer, NodeReport } from '../nodes/node-report.ts'
import type { Baseline } from '../recording/baseline.ts'

/** All that tells of kills; nodes and containers that are gone may be missing. */
export type KillFacts = {
  /** Undefined where no step of this job noted how things were. */
  readonly baseline: Baseline | undefined
  readonly nodes: readonly LookedNode[]
  /** The machine under the nodes, from whoever could be asked. */
  readonly machine: NodeReport
  /** Containers that were noted while they lived, and those that are still there. */
  readonly containers: readonly KnownContainer[]
}

/** A node, by the ID that the kernel's log names it by. */
export type KnownNode = {
  readonly id: string
  readonly name: string
  /** What its cgroup had counted; undefined where nobody asked, or it could not tell. */
  readonly killsBefore: number | undefined
}
