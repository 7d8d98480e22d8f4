import type { LoadedImage } from '../diagnose/cluster/loaded-image.ts'
import type { Freed } from '../disk/free-disk.ts'
import { toImmutable, toNodeNames } from '../image/reference.ts'
import { renderBecause } from '../load/because.ts'
import type { ImageLoad } from '../load/task.ts'
import type { Step, StepOf } from '../plan/steps.ts'
import type { ResultOf } from '../run/ports.ts'
import type { StepOutcome } from '../run/run-plan.ts'

/** What came of a plan; of one that was never begun it is empty. */
export type Report = {
  readonly outcomes: readonly StepOutcome[]
  /** Beyond the plan, when a disk was full. */
  readonly reclaimed: readonly Freed[]
}

export const emptyReport: Report = { outcomes: [], reclaimed: [] }

/** An outcome of one kind of step. */
export type OutcomeOf<K extends Step['kind']> = Omit<StepOutcome, 'step' | 'result'> & {
  readonly step: StepOf<K>
  readonly result: ResultOf<K> | undefined
}

export const outcomesOf = <K extends Step['kind']>(
  { outcomes }: Pick<Report, 'outcomes'>,
  kind: K,
): readonly OutcomeOf<K>[] =>
  // The scheduler keeps what the handler of this kind returned.
  outcomes.filter(({ step }) => step.kind === kind) as unknown as readonly OutcomeOf<K>[]

const loadsOf = (report: Report): readonly ImageLoad[] =>
  outcomesOf(report, 'load').flatMap(({ result }) => result ?? [])

export const freedOf = (report: Report): readonly Freed[] => [
  ...outcomesOf(report, 'free-disk').flatMap(({ result }) => result ?? []),
  ...report.reclaimed,
  ...outcomesOf(report, 'prune-cache').flatMap(({ result }) => result ?? []),
]

/** The step's own build's; of Bake's targets, the metadata by their names, as Bake writes it. */
const toBuildOutputs = (report: Report, isSingle: boolean): Readonly<Record<string, string>> => {
  const builds = outcomesOf(report, 'build').flatMap(({ step, result }) =>
    result === undefined ? [] : [{ name: step.target.name, metadata: result.metadata }],
  )
  const [first] = builds
  if (first === undefined) return {}
  if (!isSingle) {
    const all = builds.map(({ name, metadata }) => [name, JSON.parse(metadata.json)])
    return { metadata: JSON.stringify(Object.fromEntries(all)) }
  }
  const { imageId, digest, json } = first.metadata
  return {
    ...(imageId !== undefined && { 'image-id': imageId }),
    ...(digest !== undefined && { digest }),
    metadata: json,
  }
}

/** What post may want to know of what was loaded, and where. */
export const toLoaded = (report: Report): readonly LoadedImage[] =>
  loadsOf(report).flatMap(({ image: { id, references }, nodes }) =>
    references.flatMap((each) =>
      toNodeNames(each.canonical).map((canonical) => ({
        given: each.given,
        canonical,
        immutable: toImmutable(each, id).given,
        id,
        nodes: nodes.map(({ name }) => name),
      })),
    ),
  )

/** What each build took, and for what; by the target's name. */
const toTimingsOutput = (report: Report): string =>
  JSON.stringify(
    Object.fromEntries(
      outcomesOf(report, 'build').flatMap(({ step, time, result }) => {
        if (time === undefined || result === undefined) return []
        const { steps, cachedSteps, timings, missed } = result.metadata
        const load = outcomesOf(report, 'load').find((each) => each.step.needs.includes(step.id))
        const ms = ({ startedMs, endedMs }: NonNullable<typeof time>) =>
          Math.round(endedMs - startedMs)
        const loadMs = load?.time && ms(load.time)
        return [
          [step.target.name, { buildMs: ms(time), loadMs, steps, cachedSteps, missed, ...timings }],
        ]
      }),
    ),
  )

/**
 * The step's outputs; those without a value are left out.
 *
 * @param isSingle whether the step has a build of its own, and no list or file of them
 */
export const toOutputs = (report: Report, isSingle: boolean): Readonly<Record<string, string>> => {
  const images = loadsOf(report).flatMap(({ image, nodes }) =>
    image.references.map(({ given }) => ({
      ref: given,
      id: image.id,
      sizeBytes: image.sizeBytes,
      nodes: nodes.map((node) => ({
        ...node,
        because: node.because && renderBecause(node.because),
      })),
    })),
  )
  const immutable = toLoaded(report).map(({ given, immutable: name }) => [given, name] as const)
  return {
    ...toBuildOutputs(report, isSingle),
    images: JSON.stringify(images),
    timings: toTimingsOutput(report),
    'immutable-tags': JSON.stringify(Object.fromEntries(immutable)),
    'freed-bytes': String(freedOf(report).reduce((sum, { bytes }) => sum + bytes, 0)),
  }
}
