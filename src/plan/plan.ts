import type { Engine } from '../docker/info.ts'
import type { Facts } from '../facts/facts.ts'
import type { Failure } from '../failure.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { planWay } from '../load/plan-way.ts'
import { type DiskPlan, planDisk } from './disk.ts'
import { planFreeing } from './freeing.ts'
import { planSteps } from './graph.ts'
import { explainShortage } from './shortage.ts'
import type { Step } from './steps.ts'

/** What is to be done, and what was counted to decide it. */
export type Plan = {
  readonly disk: DiskPlan
  readonly steps: readonly Step[]
  /** How many builds run at once. */
  readonly parallel: number
  /** Whether the first failure ends the rest. */
  readonly failFast: boolean
  /** Why it cannot fit, as far as that is known beforehand. */
  readonly shortage: Failure | undefined
}

/** A compiler with less than this would have to swap. */
const memoryOfBuild = 3_000_000_000

const planParallel = ({ cores, memoryBytes }: Engine): number =>
  Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryOfBuild), 8))

/** Decides what to do, in which order, from what was asked and what was found. */
export const planRun = (inputs: Inputs, facts: Facts): Plan => {
  const { engine } = facts
  const nodes = facts.nodes.map((node) => ({
    node,
    choice: planWay(engine, node, inputs.loadMode),
  }))
  const { freeDisk, freeDiskKeep, failFast } = inputs
  const mayFree = facts.isHostedRunner && facts.isLocalDaemon && freeDisk !== 'never'
  const disk = planDisk(mayFree ? facts : { ...facts, freeable: [] }, nodes, freeDiskKeep)
  return {
    disk,
    steps: planSteps(inputs, facts, nodes, planFreeing(inputs, facts, disk)),
    parallel: inputs.parallel ?? planParallel(engine),
    failFast,
    shortage: explainShortage(disk, freeDisk, freeDiskKeep),
  }
}
