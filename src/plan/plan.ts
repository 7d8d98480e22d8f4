import type { Engine } from '../docker/info.ts'
import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { planMethod } from '../load/plan-method.ts'
import { planDisk } from './disk.ts'
import { planFreeing } from './freeing.ts'
import { planSteps } from './graph.ts'
import { explainShortage } from './shortage.ts'

/** A compiler with less than this would have to swap. */
const memoryOfBuild = 3_000_000_000

const planParallel = ({ cores, memoryBytes }: Engine): number =>
  Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryOfBuild), 8))

/** Decides what to do, in which order, from what was asked and what was found. */
export const planRun = (inputs: Inputs, facts: Facts) => {
  const { engine } = facts
  const nodes = facts.nodes.map((node) => ({
    node,
    choice: planMethod(engine, node, inputs.loadMode, facts.isLocalDaemon),
  }))
  const { freeDisk, freeDiskKeep, failFast } = inputs
  const mayFree = facts.isHostedRunner && facts.isLocalDaemon && freeDisk !== 'never'
  const disk = planDisk(mayFree ? facts : { ...facts, freeable: [] }, nodes, freeDiskKeep)
  return {
    disk,
    steps: planSteps(inputs, facts, nodes, planFreeing(inputs, facts, disk)),
    /** How many builds run at once. */
    parallel: inputs.parallel ?? planParallel(engine),
    /** Whether the first failure ends the rest. */
    failFast,
    /** Why it cannot fit, as far as that is known beforehand. */
    shortage: explainShortage(disk, freeDisk, freeDiskKeep),
  }
}

/** What is to be done, and what was counted to decide it. */
export type Plan = Readonly<ReturnType<typeof planRun>>
