import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { appendOwnFile, makeOwnFolder, readOwnFile, writeOwnFile } from '../../host/own-folder.ts'
import { type KnownContainer, parseNoted } from '../nodes/node-report.ts'
import { type Baseline, parseBaseline } from './baseline.ts'

/** What a step wrote down for its post, and for a later step with `mode: diagnose`. */
export type Notes = {
  readonly folder: string
  readonly baseline: Baseline
  readonly containers: readonly KnownContainer[]
  /** Keys of findings that somebody was told already. */
  readonly told: ReadonlySet<string>
}

const prefix = 'slipway-notes-'
const baselineFile = 'baseline.json'
const containersFile = 'containers.jsonl'
const toldFile = 'told'

/** A folder of the run's own, beside its temp folder, which does not live until post. */
export const notesFolderOf = (tempRoot: string, runId: string): string =>
  join(tempRoot, `${prefix}${runId}`)

export const writeBaseline = (folder: string, baseline: Baseline): void => {
  makeOwnFolder(folder)
  writeOwnFile(folder, baselineFile, JSON.stringify(baseline))
}

/** Adds containers that were not noted before. */
export const noteContainers = (folder: string, containers: readonly KnownContainer[]): void => {
  const lines = containers.map((container) => `${JSON.stringify(container)}\n`)
  appendOwnFile(folder, containersFile, lines.join(''))
}

/** Keeps others of the job from telling the same once more. */
export const noteTold = (folder: string, keys: readonly string[]): void => {
  if (keys.length === 0) return
  appendOwnFile(folder, toldFile, keys.map((key) => `${key}\n`).join(''))
}

/** Undefined when there are none, or they are not whole. */
export const readNotes = (folder: string): Notes | undefined => {
  // The machine's temp folder may be everybody's: what another user put there is not ours.
  const baseline = parseBaseline(readOwnFile(folder, baselineFile))
  if (baseline === undefined) return undefined
  // Whoever writes may be stopped in the midst of a line. The last word on a container is the newest.
  const noted = readOwnFile(folder, containersFile).split('\n').flatMap(parseNoted)
  const containers = [...new Map(noted.map((each) => [each.id, each])).values()]
  const told = new Set(readOwnFile(folder, toldFile).split('\n').filter(Boolean))
  return { folder, baseline, containers, told }
}

const listFolders = (tempRoot: string): readonly string[] => {
  try {
    return readdirSync(tempRoot).filter((name) => name.startsWith(prefix))
  } catch {
    return []
  }
}

/** Notes of all steps of this job about a cluster, the earliest first. */
export const findNotes = (tempRoot: string, clusterName: string): readonly Notes[] => {
  return listFolders(tempRoot)
    .flatMap((name) => readNotes(join(tempRoot, name)) ?? [])
    .filter(({ baseline }) => baseline.clusterName === clusterName)
    .sort((a, b) => a.baseline.clockMs - b.baseline.clockMs)
}
