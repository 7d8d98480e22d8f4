import { spreadOf } from '../measure/statistics.ts'
import { formatBytes } from '../report/units.ts'
import type { Verdict } from '../report/verdicts.ts'
import type { Job } from './job.ts'

/** Seconds of every measurement of every way. */
export type Times = {
  readonly restore: readonly number[]
  readonly pull: readonly number[]
  readonly nodes: readonly number[]
  readonly tars: readonly number[]
  readonly shapedRestore: readonly number[]
  readonly shapedPull: readonly number[]
  readonly shapedNodes: readonly number[]
}

export type Registry = {
  /** That the images have, each once. */
  readonly blobBytes: number
  /** That came from the registry for two nodes. */
  readonly sentBytes: number
}

const render = (seconds: readonly number[]): string => {
  const { median, min, max } = spreadOf(seconds) ?? { median: Number.NaN, min: 0, max: 0 }
  return `${median.toFixed(1)} s (${min.toFixed(1)}-${max.toFixed(1)})`
}

const medianOf = (seconds: readonly number[]): number => spreadOf(seconds)?.median ?? Number.NaN

const compare = (
  name: string,
  other: string,
  ours: readonly number[],
  theirs: readonly number[],
  atLeast: number,
): Verdict => {
  const times = medianOf(theirs) / medianOf(ours)
  return {
    name,
    measure: `restored from the cache, against ${other}`,
    bar: atLeast === 1 ? 'faster' : `at least ${atLeast} times faster`,
    measured: `${times.toFixed(2)}x: ${render(ours)} against ${render(theirs)}`,
    isMet: times >= atLeast,
  }
}

export const judgeTimes = (times: Times): readonly Verdict[] => [
  compare('pull', 'Docker and links', times.restore, times.pull, 1),
  compare('nodes', 'two nodes that pull', times.restore, times.nodes, 1),
  compare('tars', 'a tar in the cache, docker load, kind load', times.restore, times.tars, 4),
  compare('shaped-pull', 'Docker and links, shaped', times.shapedRestore, times.shapedPull, 1),
  compare('shaped-nodes', 'two nodes that pull, shaped', times.shapedRestore, times.shapedNodes, 1),
]

export const judgeRegistry = (ways: Readonly<Record<string, Registry>>): readonly Verdict[] =>
  Object.entries(ways).map(([name, { blobBytes, sentBytes }]) => ({
    ...{ name: `bytes-${name}`, measure: `bytes from the registry, two nodes, ${name}` },
    bar: 'each blob once',
    measured: `${formatBytes(sentBytes)} of ${formatBytes(blobBytes)}`,
    isMet: sentBytes === blobBytes,
  }))

export const judgePulls = (pulls: number): Verdict => ({
  ...{ name: 'pods', measure: 'images that kubelet would pull with IfNotPresent' },
  ...{ bar: 'none', measured: `${pulls}`, isMet: pulls === 0 },
})

/** @param newBytes of the new layers, as the registry has them */
export const judgeSaved = (savedBytes: number, newBytes: number): Verdict => ({
  ...{ name: 'saved', measure: 'one image of ten moved: bytes that the cache gets' },
  bar: 'at most its new layers',
  measured: `${formatBytes(savedBytes)} of ${formatBytes(newBytes)}`,
  isMet: savedBytes <= newBytes,
})

export const judgeJob = (jobs: readonly Job[]): Verdict => {
  const of = (name: keyof Job): readonly number[] => jobs.map((job) => job[name])
  const longest = Math.max(
    ...(['creation', 'builds', 'images'] as const).map((each) => medianOf(of(each))),
  )
  const more = medianOf(of('whole')) - longest
  const parts = `creation ${render(of('creation'))}, builds ${render(of('builds'))}, images ${render(of('images'))}`
  return {
    ...{ name: 'job', measure: 'a cluster created, six builds, ten images, in one step' },
    bar: 'at most the longest of them and 5 s',
    measured: `${more.toFixed(1)} s more: ${render(of('whole'))}; ${parts}`,
    isMet: more <= 5 && jobs.every(({ pulls }) => pulls === 0),
  }
}

export const judgeTogether = (rounds: number, problem: string | undefined): Verdict => ({
  ...{ name: 'together', measure: 'two steps at once' },
  bar: `${rounds} rounds without a failure, and nothing left`,
  measured: problem ?? `${rounds} rounds`,
  isMet: problem === undefined,
})
