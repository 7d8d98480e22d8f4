import type { StepOutcome } from '../run/run-plan.ts'
import { outcomesOf, type Report } from './report.ts'
import type { ImageRow } from './rows.ts'

/** Something that took time; in milliseconds since the step began. */
export type Task = {
  readonly what: string
  readonly state: StepOutcome['state']
  readonly startMs: number
  readonly endMs: number
}

/** What was done for one image, or for the step as a whole. */
export type Section = { readonly name: string; readonly tasks: readonly Task[] }

/** The section of the step as a whole. */
export const stepSection = 'step'

type Timed = Pick<StepOutcome, 'time' | 'state'>

const toTask = (what: string, outcome: Timed | undefined, beganMs: number): readonly Task[] => {
  if (outcome?.time === undefined) return []
  const { startedMs, endedMs } = outcome.time
  const { state } = outcome
  return [{ what, state, startMs: startedMs - beganMs, endMs: endedMs - beganMs }]
}

/** More cannot be seen in a picture. */
const mostRows = 40

/**
 * What was done when, of the whole step; empty where there is too little or too much to see.
 *
 * @param beganMs when the step began, by the clock that outcomes have
 */
export const toSections = (
  report: Report,
  rows: readonly ImageRow[],
  beganMs: number,
): readonly Section[] => {
  const images = rows.flatMap(({ name, build, load, pull }): readonly Section[] => {
    const tasks = [
      ...toTask('pull', pull, beganMs),
      ...toTask('build', build, beganMs),
      ...toTask('load', load, beganMs),
    ]
    return tasks.length === 0 ? [] : [{ name, tasks }]
  })
  if (images.flatMap(({ tasks }) => tasks).length < 2 || rows.length > mostRows) return []
  const disk = [
    ...outcomesOf(report, 'create-cluster').flatMap((each) =>
      toTask('start cluster', each, beganMs),
    ),
    ...outcomesOf(report, 'await-cluster').flatMap((each) =>
      toTask('create cluster', each, beganMs),
    ),
    ...outcomesOf(report, 'free-disk').flatMap((each) => toTask('free disk', each, beganMs)),
    ...outcomesOf(report, 'prune-cache').flatMap((each) => toTask('prune cache', each, beganMs)),
  ]
  const begun = [...images.flatMap(({ tasks }) => tasks), ...disk].map(({ startMs }) => startMs)
  const prepared = {
    what: 'prepare',
    state: 'done',
    startMs: 0,
    endMs: Math.min(...begun),
  } as const
  return [{ name: stepSection, tasks: [prepared, ...disk] }, ...images]
}
