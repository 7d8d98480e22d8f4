import type { ContainerImage } from '../../src/image/image.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { planSteps } from '../../src/plan/graph.ts'
import type { Step } from '../../src/plan/steps.ts'
import { emptyReport, type Report } from '../../src/report/report.ts'
import type { StepOutcome } from '../../src/run/run-plan.ts'
import { foundFacts } from './found.ts'
import { read } from './read.ts'
import { targetWith } from './target.ts'

const toReference = (name: string) => {
  const reference = parseImageReference(name)
  if (typeof reference === 'string') throw new Error(reference)
  return reference
}

/** A target of Bake's as far as a plan has to know it. */
export const targetOf = (name: string, dependsOn: readonly string[] = []) => ({
  ...targetWith(`${name}:dev`),
  name,
  dependsOn,
  intermediate: `slipway.invalid/base/run:${name}`,
})

export const imageOf = (name: string, change: Partial<ContainerImage> = {}): ContainerImage => ({
  references: [toReference(name)],
  id: `sha256:${'1'.repeat(64)}`,
  sizeBytes: 166_000_000,
  digestNames: [],
  architecture: 'amd64',
  layers: [],
  ...change,
})

/** The steps that a plan has for builds and given images, with the inputs' names. */
export const stepsFor = (
  targets: readonly ReturnType<typeof targetOf>[],
  images: readonly ContainerImage[] = [],
): readonly Step[] =>
  planSteps(read({ context: '.', tags: 'a:1' }), { ...foundFacts, targets, images }, [], undefined)

export type Ending = Partial<Omit<StepOutcome, 'step'>>

/** What came of steps: each is done, but those that are named here. */
export const reportOf = (
  steps: readonly Step[],
  endings: Readonly<Record<string, Ending>> = {},
): Report => ({
  ...emptyReport,
  outcomes: steps.map((step) => ({
    state: 'done',
    result: undefined,
    error: undefined,
    because: undefined,
    time: undefined,
    ...endings[step.id],
    step,
  })),
})
