import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { mostBytes } from '../../host/bounds.ts'
import { readRegularFile } from '../../host/read-file.ts'
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

/** Writes so that nobody ever reads half of it. */
export const writeBaseline = (folder: string, baseline: Baseline): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, baselineFile)
  writeFileSync(`${path}.new`, JSON.stringify(baseline), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Adds containers that were not noted before. */
export const noteContainers = (folder: string, containers: readonly KnownContainer[]): void => {
  const lines = containers.map((container) => `${JSON.stringify(container)}\n`)
  appendFileSync(join(folder, containersFile), lines.join(''), { mode: 0o600 })
}

/** Keeps others of the job from telling the same once more. */
export const noteTold = (folder: string, keys: readonly string[]): void => {
  if (keys.length === 0) return
  appendFileSync(join(folder, toldFile), keys.map((key) => `${key}\n`).join(''), { mode: 0o600 })
}

const read = (path: string): string => {
  try {
    return readRegularFile(path, mostBytes).toString('utf8')
  } catch {
    return ''
  }
}

/** The machine's temp folder may be everybody's: what another user put there is not ours. */
const isOurs = (folder: string): boolean => {
  try {
    return statSync(folder).uid === process.getuid?.()
  } catch {
    return false
  }
}

/** Undefined when there are none, or they are not whole. */
export const readNotes = (folder: string): Notes | undefined => {
  const baseline = isOurs(folder) ? parseBaseline(read(join(folder, baselineFile))) : undefined
  if (baseline === undefined) return undefined
  // Whoever writes may be stopped in the midst of a line. The last word on a container is the newest.
  const noted = read(join(folder, containersFile)).split('\n').flatMap(parseNoted)
  const containers = [...new Map(noted.map((each) => [each.id, each])).values()]
  const told = new Set(read(join(folder, toldFile)).split('\n').filter(Boolean))
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
