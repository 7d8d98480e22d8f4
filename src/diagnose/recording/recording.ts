import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../failure.ts'
import { appendOwnFile, makeOwnFolder, readOwnFile, writeOwnFile } from '../../host/own-folder.ts'
import type { LoadedImage } from '../cluster/loaded-image.ts'
import type { KnownContainer } from '../nodes/node-report.ts'
import { type Baseline, parseBaseline } from './baseline.ts'

/** What a step wrote down for its post, and for a later step with `mode: diagnose`. */
export type Recording = {
  readonly folder: string
  readonly baseline: Baseline
  readonly containers: readonly KnownContainer[]
  /** Keys of findings that somebody has reported already. */
  readonly reported: ReadonlySet<string>
}

const prefix = 'slipway-recording-'
const baselineFile = 'baseline.json'
const containersFile = 'containers.jsonl'
const reportedFile = 'reported'

/** A folder of the run's own, beside its temp folder, which does not live until post. */
export const recordingFolderOf = (tempRoot: string, runId: string): string =>
  join(tempRoot, `${prefix}${runId}`)

/** @throws where there is no such folder: the post of its step may just have removed it */
export const updateBaseline = (folder: string, baseline: Baseline): void =>
  writeOwnFile(folder, baselineFile, JSON.stringify(baseline))

export const writeBaseline = (folder: string, baseline: Baseline): void => {
  makeOwnFolder(folder)
  updateBaseline(folder, baseline)
}

/** Adds containers, or what is newly known of them. */
export const recordContainers = (folder: string, containers: readonly KnownContainer[]): void => {
  const lines = containers.map((container) => `${JSON.stringify(container)}\n`)
  appendOwnFile(folder, containersFile, lines.join(''))
}

/** Keeps others of the job from reporting the same once more. */
export const recordReported = (folder: string, keys: readonly string[]): void => {
  if (keys.length > 0) appendOwnFile(folder, reportedFile, `${keys.join('\n')}\n`)
}

const isEnd = (value: KnownContainer['ended']): boolean =>
  Number.isInteger(value?.exitCode) && Number.isFinite(value?.atMs)

/** Nothing where the line is not whole: whoever writes may be stopped in the midst of it. */
const parseContainer = (line: string): KnownContainer | undefined =>
  attempt(() => {
    const { id, name, pod, namespace, podUid, image, ended } = JSON.parse(line) as KnownContainer
    const texts = { id, name, pod, namespace, podUid, image }
    if (!Object.values(texts).every((text) => typeof text === 'string')) return undefined
    return { ...texts, isRunning: false, ended: isEnd(ended) ? ended : undefined }
  })

/** Undefined when there is none, or it is not whole. */
export const readRecording = (folder: string): Recording | undefined => {
  // The machine's temp folder may be everybody's: what another user put there is not ours.
  const baseline = parseBaseline(readOwnFile(folder, baselineFile))
  if (baseline === undefined) return undefined
  const lines = readOwnFile(folder, containersFile).split('\n')
  const recorded = lines.flatMap((line) => parseContainer(line) ?? [])
  // The last word on a container is the newest.
  const containers = [...new Map(recorded.map((each) => [each.id, each])).values()]
  const reported = new Set(readOwnFile(folder, reportedFile).split('\n').filter(Boolean))
  return { folder, baseline, containers, reported }
}

/** Whether two steps saw the same cluster, and not one of its name that was removed. */
export const isSameCluster = (a: Recording, b: Recording): boolean =>
  a.baseline.nodes.map(({ id }) => id).join() === b.baseline.nodes.map(({ id }) => id).join()

/** A later load of the same name counts. */
const joinImages = (all: readonly Recording[]): readonly LoadedImage[] => {
  const images = all.flatMap(({ baseline }) => baseline.images)
  return [...new Map(images.map((each) => [`${each.canonical} ${each.nodes}`, each])).values()]
}

/**
 * What all steps of this job recorded of clusters with a name, the earliest first. Each has the images
 * that any of them loaded into the cluster that it saw.
 */
export const findRecordings = (tempRoot: string, clusterName: string): readonly Recording[] => {
  const folders = attempt(() => readdirSync(tempRoot)) ?? []
  const all = folders
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => readRecording(join(tempRoot, name)) ?? [])
    .filter(({ baseline }) => baseline.clusterName === clusterName)
    .toSorted((a, b) => a.baseline.clockMs - b.baseline.clockMs)
  return all.map((each) => {
    const images = joinImages(all.filter((other) => isSameCluster(each, other)))
    return { ...each, baseline: { ...each.baseline, images } }
  })
}
