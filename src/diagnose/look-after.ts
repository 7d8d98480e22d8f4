import { renderError } from '../failure.ts'
import { createDocker } from '../host/docker.ts'
import type { Environment } from '../host/environment.ts'
import type { Runner } from '../host/runner.ts'
import { type Diagnosis, diagnose } from './diagnose.ts'
import type { Baseline } from './notes/baseline.ts'
import { findNotes, type Notes, noteTold, readNotes } from './notes/notes.ts'
import { toKey } from './render.ts'
import { tellDiagnosis, withoutTold } from './tell.ts'

/** With the 5 s that main may have spent on it, this makes 15 s in all. */
const postPatienceMs = 10_000

/** Somebody who asked waits a little longer. */
const askedPatienceMs = 15_000

const tooLong: Diagnosis = { findings: [], looked: ['nothing, as there was no answer in time'] }

const within = (work: Promise<Diagnosis>, patienceMs: number): Promise<Diagnosis> => {
  const { promise, resolve } = Promise.withResolvers<Diagnosis>()
  const timer = setTimeout(resolve, patienceMs, tooLong)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

/** What the job's steps noted of a cluster, as one: from when it was first seen as it is now. */
const join = (all: readonly Notes[]): Baseline | undefined => {
  const idsOf = ({ nodes }: Baseline): string => nodes.map(({ id }) => id).join(' ')
  const last = all.at(-1)?.baseline
  const same = all.filter(({ baseline }) => last && idsOf(baseline) === idsOf(last))
  const [first] = same
  return (
    first && {
      ...first.baseline,
      images: same.flatMap(({ baseline }) => baseline.images),
      loadedNodes: same.flatMap(({ baseline }) => baseline.loadedNodes),
    }
  )
}

const noteForAll = (
  environment: Environment,
  clusterName: string,
  { findings }: Diagnosis,
): void => {
  for (const { folder } of findNotes(environment.tempDir, clusterName)) {
    noteTold(folder, findings.map(toKey))
  }
}

/** In post: looks for what happened since main, and tells it, if nobody has told it before. */
export const lookAfterJob = async (
  environment: Environment,
  runner: Runner,
  folder: string,
): Promise<void> => {
  const notes = readNotes(folder)
  if (notes === undefined) return
  const { baseline, containers, told } = notes
  const { childEnv } = environment
  const { clusterName } = baseline
  const docker = createDocker(childEnv)
  const work = diagnose({ docker, childEnv, clusterName, baseline, noted: containers })
  const diagnosis = withoutTold(await within(work, postPatienceMs), told)
  await tellDiagnosis(runner, diagnosis, false)
  noteForAll(environment, clusterName, diagnosis)
}

const lookFromAll = async (
  { tempDir, childEnv }: Environment,
  clusterName: string,
): Promise<Diagnosis> => {
  const all = findNotes(tempDir, clusterName)
  const docker = createDocker(childEnv)
  const noted = all.flatMap(({ containers }) => containers)
  return diagnose({ docker, childEnv, clusterName, baseline: join(all), noted })
}

/** With `mode: diagnose`: the same as a step of its own, before a teardown. It never fails the step. */
export const diagnoseNow = async (
  environment: Environment,
  runner: Runner,
  clusterName: string,
): Promise<void> => {
  const looking = lookFromAll(environment, clusterName).catch(
    (error: unknown): Diagnosis => ({ findings: [], looked: [`stopped: ${renderError(error)}`] }),
  )
  const diagnosis = await within(looking, askedPatienceMs)
  runner.output('findings', JSON.stringify(diagnosis.findings))
  await tellDiagnosis(runner, diagnosis, true)
  noteForAll(environment, clusterName, diagnosis)
}
