import type { Target } from '../build/target.ts'
import type { Freeing } from '../disk/free-disk.ts'
import { findPruneObjection } from '../disk/prune-cache.ts'
import type { Engine } from '../docker/info.ts'
import type { Facts } from '../facts/facts.ts'
import type { Failure } from '../failure.ts'
import type { LocalImage } from '../image/image.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { type NodePlan, planWay } from '../load/plan-way.ts'
import { type DiskPlan, planDisk } from './disk.ts'
import { planFreeing } from './freeing.ts'
import { explainShortage } from './shortage.ts'

/** One thing to do. A plan is a list of these: it can be printed, tested and compared. */
export type Step =
  | { readonly kind: 'free-disk'; readonly freeing: Freeing }
  | MakeStep
  | { readonly kind: 'prune-cache' }

/** Builds and loads: every image goes into the nodes as soon as it is there. */
export type MakeStep = {
  readonly kind: 'make'
  readonly targets: readonly Target[]
  /** How many are built at once. */
  readonly parallel: number
  /** Images that the local store has already. */
  readonly images: readonly LocalImage[]
  readonly nodes: readonly NodePlan[]
  /** Whether Docker's copies of images go once they are loaded, where that gives anything back. */
  readonly dropsCopies: boolean
}

/** What is to be done, and what was counted to decide it. */
export type Plan = {
  readonly disk: DiskPlan
  readonly steps: readonly Step[]
  /** Why it cannot fit, as far as that is known beforehand. */
  readonly shortage: Failure | undefined
}

/** Self-hosted machines keep what they have unless they are told otherwise. */
const dropsImages = ({ keepImages }: Inputs, { isHostedRunner, isLocalDaemon }: Facts): boolean =>
  keepImages === 'never' || (keepImages === 'auto' && isHostedRunner && isLocalDaemon)

/** A compiler with less than this would have to swap. */
const memoryOfBuild = 3_000_000_000

const planParallel = ({ cores, memoryBytes }: Engine): number =>
  Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryOfBuild), 8))

/** Decides what to do, in which order, from what was asked and what was found. */
export const planRun = (inputs: Inputs, facts: Facts): Plan => {
  const { targets, images, engine } = facts
  const nodes = facts.nodes.map((node) => ({
    node,
    choice: planWay(engine, node, inputs.loadMode),
  }))
  const { freeDisk, freeDiskKeep } = inputs
  const mayFree = facts.isHostedRunner && facts.isLocalDaemon && freeDisk !== 'never'
  const disk = planDisk(mayFree ? facts : { ...facts, freeable: [] }, nodes, freeDiskKeep)
  const freeing = planFreeing(inputs, facts, disk)
  const steps: Step[] = []
  if (freeing !== undefined) steps.push({ kind: 'free-disk', freeing })
  const parallel = inputs.parallel ?? planParallel(engine)
  const dropsCopies = dropsImages(inputs, facts)
  steps.push({ kind: 'make', targets, parallel, images, nodes, dropsCopies })
  const prunes = inputs.pruneCache === 'always' && findPruneObjection(facts) === undefined
  if (prunes) steps.push({ kind: 'prune-cache' })
  return { disk, steps, shortage: explainShortage(disk, freeDisk, freeDiskKeep) }
}
