import { type Diagnosis, type DiagnosisOptions, diagnose } from '../diagnose/diagnose.ts'
import { withoutReported } from '../diagnose/merge.ts'
import { joinNotes } from '../diagnose/recording/join-recordings.ts'
import {
  findNotes,
  type Notes,
  noteTold,
  readNotes,
  writeBaseline,
} from '../diagnose/recording/recording.ts'
import { toKey } from '../diagnose/render.ts'
import type { Docker } from '../docker/docker.ts'
import { Failure, renderError } from '../failure.ts'

type Values = {
  /** Where the job's steps leave each other their recordings. */
  readonly tempDir: string
  readonly childEnv: Readonly<Record<string, string>>
}

/** Whatever goes wrong on the way is said, and fails nothing. */
const tryToDiagnose = (options: DiagnosisOptions): Promise<Diagnosis> =>
  diagnose(options).catch((error: unknown) => ({
    findings: [],
    looked: [`nothing more, as this went wrong: ${renderError(error)}`],
    isDockerThere: true,
  }))

/**
 * Leaves for the job's other steps what is reported, and what was loaded: their posts come later, when
 * these recordings are gone. That it may not be written costs a repetition.
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
 * What happened since main, without what another step has reported already.
 *
 * @param folder where main recorded how things were
 * @returns undefined where main did not come so far, or has said why it recorded nothing
 */
export const diagnoseJob = async (
  { tempDir, childEnv }: Values,
  { docker }: { readonly docker: Docker },
  folder: string,
): Promise<Diagnosis | undefined> => {
  const notes = readNotes(folder)
  if (notes === undefined) return undefined
  const { containers: noted, told } = notes
  const { clusterName } = notes.baseline
  const all = findNotes(tempDir, clusterName)
  const joined = joinNotes(all)
  const images = joined?.isOf(notes.baseline) ? joined.images : notes.baseline.images
  const baseline = { ...notes.baseline, images }
  // Another job on this machine may have made a cluster of this name by now.
  const nodeIds = baseline.nodes.map(({ id }) => id)
  const options = { docker, childEnv, clusterName, baseline, noted, nodeIds }
  const diagnosis = withoutReported(await tryToDiagnose(options), told)
  leaveForOthers(all, diagnosis)
  return diagnosis
}

/** With `mode: diagnose`: the same as a step of its own, before a teardown. It never fails the step. */
export const diagnoseNow = async (
  { tempDir, childEnv }: Values,
  { docker, signal }: { readonly docker: Docker; readonly signal: AbortSignal },
  clusterName: string,
): Promise<Diagnosis> => {
  const all = findNotes(tempDir, clusterName)
  const noted = all.flatMap(({ containers }) => containers)
  const baseline = joinNotes(all)?.baseline
  const options = { docker, childEnv, clusterName, baseline, noted, nodeIds: undefined }
  const { promise: cancelled, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(new Failure('The step was cancelled')))
  const diagnosis = await Promise.race([tryToDiagnose(options), cancelled])
  leaveForOthers(all, diagnosis)
  return diagnosis
}
