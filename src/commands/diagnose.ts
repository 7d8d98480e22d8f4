import { type DiagnosisOptions, diagnose } from '../diagnose/diagnose.ts'
import type { Diagnosis } from '../diagnose/finding/diagnosis.ts'
import { toKey } from '../diagnose/finding/merge.ts'
import { toPulledKey } from '../diagnose/finding/pulled-image.ts'
import {
  findRecordings,
  isSameCluster,
  type Recording,
  readRecording,
  recordReported,
  updateBaseline,
} from '../diagnose/recording/recording.ts'
import { Failure, renderError } from '../failure.ts'

type Values = {
  /** Where the job's steps leave each other their recordings. */
  readonly tempDir: string
  readonly childEnv: Readonly<Record<string, string>>
}

/** Whatever goes wrong on the way is said, and fails nothing. */
const tryToDiagnose = (options: DiagnosisOptions): Promise<Diagnosis> =>
  diagnose(options).catch((error: unknown) => {
    const unchecked = [`the cluster (${renderError(error)})`]
    return { findings: [], pulled: [], checked: [], unchecked, remarks: [], isDockerThere: true }
  })

/**
 * Leaves for the job's other steps what is reported, and what was loaded: their posts come later, when
 * these recordings are gone. That it may not be written costs a repetition.
 */
const leaveForOthers = (all: readonly Recording[], { findings, pulled }: Diagnosis): void => {
  for (const { folder, baseline } of all) {
    try {
      recordReported(folder, [...findings.map(toKey), ...pulled.map(toPulledKey)])
      updateBaseline(folder, baseline)
    } catch {
      // A full disk may be what was found, and another step's post may have ended meanwhile.
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
  folder: string,
): Promise<Diagnosis | undefined> => {
  const own = readRecording(folder)
  if (own === undefined) return undefined
  const { clusterName } = own.baseline
  const all = findRecordings(tempDir, clusterName)
  const { baseline, containers, reported } = all.find((each) => each.folder === folder) ?? own
  // Another job on this machine may have made a cluster of this name by now.
  const nodeIds = baseline.nodes.map(({ id }) => id)
  const options = { childEnv, clusterName, baseline, recorded: containers, nodeIds }
  const diagnosis = await tryToDiagnose(options)
  const findings = diagnosis.findings.filter((finding) => !reported.has(toKey(finding)))
  const pulled = diagnosis.pulled.filter((each) => !reported.has(toPulledKey(each)))
  const news = { ...diagnosis, findings, pulled }
  leaveForOthers(all, news)
  return news
}

/** With `mode: diagnose`: the same as a step of its own, before a teardown. It never fails the step. */
export const diagnoseNow = async (
  { tempDir, childEnv }: Values,
  signal: AbortSignal,
  clusterName: string,
): Promise<Diagnosis> => {
  const all = findRecordings(tempDir, clusterName)
  const last = all.at(-1)
  // Of the first step that saw the cluster as it was last.
  const baseline = last && all.find((each) => isSameCluster(each, last))?.baseline
  const recorded = all.flatMap(({ containers }) => containers)
  const { promise: cancelled, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(new Failure('The step was cancelled')))
  const options = { childEnv, clusterName, baseline, recorded, nodeIds: undefined }
  const diagnosis = await Promise.race([tryToDiagnose(options), cancelled])
  leaveForOthers(all, diagnosis)
  return diagnosis
}
