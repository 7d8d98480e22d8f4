import { type Diagnosis, diagnose } from '../diagnose/diagnose.ts'
import { joinNotes } from '../diagnose/recording/join-recordings.ts'
import {
  findNotes,
  type Notes,
  noteTold,
  readNotes,
  writeBaseline,
} from '../diagnose/recording/recording.ts'
import { toKey } from '../diagnose/render.ts'
import { createDocker } from '../docker/docker.ts'
import { Failure, renderError } from '../failure.ts'
import type { Environment } from './actions/environment.ts'
import { tellDiagnosis, withoutTold } from './actions/report-diagnosis.ts'
import type { Runner } from './actions/runner.ts'

const stopped = (error: unknown): Diagnosis => ({
  findings: [],
  looked: [`nothing more, as this went wrong: ${renderError(error)}`],
  isDockerThere: true,
})

/**
 * Leaves for the job's other steps what was told, and what was loaded: their posts come later, when
 * these notes are gone. That it may not be written costs a repetition.
 */
const leaveForOthers = (all: readonly Notes[], { findings }: Diagnosis): void => {
  const joined = joinNotes(all)
  for (const { folder, baseline } of all) {
    try {
      noteTold(folder, findings.map(toKey))
      if (joined?.isOf(baseline)) writeBaseline(folder, { ...baseline, images: joined.images })
    } catch {
      // A full disk may be what was found.
    }
  }
}

/**
 * In post: looks for what happened since main, and tells it, if nobody has told it before.
 *
 * @returns whether Docker is there for what comes next
 */
export const lookAfterJob = async (
  { tempDir, childEnv }: Environment,
  runner: Runner,
  folder: string,
): Promise<boolean> => {
  const notes = readNotes(folder)
  // Main did not come so far, or has said why it noted nothing.
  if (notes === undefined) return true
  const { containers: noted, told } = notes
  const { clusterName } = notes.baseline
  const all = findNotes(tempDir, clusterName)
  const joined = joinNotes(all)
  const images = joined?.isOf(notes.baseline) ? joined.images : notes.baseline.images
  const baseline = { ...notes.baseline, images }
  // Another job on this machine may have made a cluster of this name by now.
  const nodeIds = baseline.nodes.map(({ id }) => id)
  const docker = createDocker(childEnv)
  const looking = diagnose({ docker, childEnv, clusterName, baseline, noted, nodeIds })
  const diagnosis = withoutTold(await looking.catch(stopped), told)
  await tellDiagnosis(runner, diagnosis, false)
  leaveForOthers(all, diagnosis)
  return diagnosis.isDockerThere
}

const lookNow = async (
  { childEnv }: Environment,
  clusterName: string,
  all: readonly Notes[],
): Promise<Diagnosis> => {
  const docker = createDocker(childEnv)
  const noted = all.flatMap(({ containers }) => containers)
  const baseline = joinNotes(all)?.baseline
  return diagnose({ docker, childEnv, clusterName, baseline, noted, nodeIds: undefined })
}

/** With `mode: diagnose`: the same as a step of its own, before a teardown. It never fails the step. */
export const diagnoseNow = async (
  environment: Environment,
  runner: Runner,
  clusterName: string,
  signal: AbortSignal,
): Promise<void> => {
  const all = findNotes(environment.tempDir, clusterName)
  const { promise: cancelled, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(new Failure('The step was cancelled')))
  const looking = lookNow(environment, clusterName, all).catch(stopped)
  const diagnosis = await Promise.race([looking, cancelled])
  runner.output('findings', JSON.stringify(diagnosis.findings))
  await tellDiagnosis(runner, diagnosis, true)
  leaveForOthers(all, diagnosis)
}
