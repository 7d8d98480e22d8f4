import { availableParallelism } from 'node:os'
import type { Target } from '../build/target.ts'
import type { Freed } from '../disk/free-disk.ts'
import { createDocker } from '../docker/docker.ts'
import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findGate } from '../load/plan-method.ts'
import { createUnpacker } from '../load/unpacker.ts'
import { fillsDisks, toLane, toLimits } from '../plan/lanes.ts'
import type { Plan } from '../plan/plan.ts'
import type { Step } from '../plan/steps.ts'
import { formatDuration } from '../text/format.ts'
import { createDiskRetry } from './disk-retry.ts'
import { handlers } from './handlers.ts'
import type { Given, Handler, Ports, Run } from './ports.ts'
import { createReclaim } from './reclaim.ts'
import { type Outcome, runJobs } from './scheduler.ts'

export type StepOutcome = Outcome<Step>

const endings = { done: '', failed: 'failed after ', cancelled: 'cancelled after ' } as const

const told = [
  ...['build', 'load', 'free-disk', 'prune-cache', 'sync-files', 'image-volumes', 'pull'],
  'unpack-archive',
]

/** `Build api: 4.1 s` when it has ended; nothing of what is not worth a line. */
const renderEnd = ({ step, state, time }: StepOutcome): string | undefined => {
  if (!told.includes(step.kind) || time === undefined || state === 'skipped') return undefined
  const title = step.id.charAt(0).toUpperCase() + step.id.slice(1)
  return `${title}: ${endings[state]}${formatDuration(time.endedMs - time.startedMs)}`
}

/** Tells who waits for a step when it is over. */
const createBells = (steps: readonly Step[]) => {
  const bells = new Map(steps.map(({ id }) => [id, Promise.withResolvers<void>()]))
  return {
    ring: (id: string): void => bells.get(id)?.resolve(),
    over: async (id: string): Promise<void> => bells.get(id)?.promise,
  }
}

/** The kind picks the handler of its own step, which the compiler cannot see. */
const handlerOf = ({ kind }: Step) => handlers[kind] as Handler<Step['kind']>

/** A container that unpacks, should something have to be; linking is what nodes get of it. */
const openUnpacker = (
  { loadMode }: Inputs,
  { docker: { api, engine }, log: { line } }: Given,
  {
    id,
    isLocal,
    layoutDir,
    signal,
  }: Pick<Run, 'id' | 'layoutDir' | 'signal'> & { isLocal: boolean },
) =>
  loadMode === 'stream' || loadMode === 'kind' || findGate(engine) !== undefined
    ? undefined
    : createUnpacker({
        ...{ api, engine, isLocal, runId: id, layoutDir, signal, line },
        atOnce: Math.min(availableParallelism(), 4),
      })

/**
 * Does all steps of a plan. The first failure ends the others where the plan says so; what finds a disk
 * full is done once more when room could be made.
 *
 * @returns how each ended, in the plan's order, and what was freed beyond the plan; never fails
 */
export const runPlan = async (
  inputs: Inputs,
  facts: Facts,
  { steps, parallel, failFast }: Plan,
  given: Given,
): Promise<{ readonly outcomes: readonly StepOutcome[]; readonly reclaimed: readonly Freed[] }> => {
  const { docker, log, run } = given
  const stop = new AbortController()
  const signal = AbortSignal.any([run.signal, stop.signal])
  const results = new Map<string, unknown>()
  const { ring, over } = createBells(steps)
  const resultOf = ((_, id) => results.get(id)) as Run['resultOf']
  const command = createDocker(run.env, signal)
  const unpacker = openUnpacker(inputs, given, { ...run, isLocal: command.isLocal, signal })
  const ports: Ports = {
    ...given,
    docker: { ...docker, command },
    run: { ...run, signal, resultOf, over, unpacker },
  }
  // What is final goes on when the first failure has ended the rest; a cancelled step ends that, too.
  const finalPorts: Ports = { ...ports, run: { ...ports.run, signal: run.signal } }
  let renewed: ReadonlyMap<string, Step> = new Map()
  const reclaim = createReclaim(inputs, facts, given, async () => {
    const id = steps.find(({ kind }) => kind === 'free-disk')?.id ?? ''
    await over(id)
    return resultOf('free-disk', id) ?? []
  })
  const retry = createDiskRetry(facts, given, reclaim)
  const isKept = (target: Target): boolean => run.buildCaches?.isKept(target) === true
  const outcomes = await runJobs(steps, {
    limits: toLimits(parallel),
    isEnded: () => signal.aborted,
    renew: (step) => toLane(renewed.get(step.id) ?? step, inputs, isKept),
    run: (step) => {
      const work = async () => {
        const result = await handlerOf(step)(step, step.isFinal ? finalPorts : ports)
        if (step.kind === 'create-cluster') {
          // Kind goes on also where its nodes are not what was asked for, and somebody waits for it.
          results.set(step.id, result)
          renewed = new Map((await given.planAgain()).map((each) => [each.id, each]))
        }
        return result
      }
      return fillsDisks.has(step.lane) ? retry(work, signal) : work()
    },
    onEnd: (outcome) => {
      const { step, state, result } = outcome
      if (state === 'done') results.set(step.id, result)
      if (step.kind === 'build') given.onBuilt()
      if (state === 'failed' && failFast) stop.abort()
      ring(step.id)
      const text = renderEnd(outcome)
      if (text !== undefined) log.line(text)
    },
  }).finally(() => unpacker?.close())
  return { outcomes, reclaimed: reclaim.freed }
}
