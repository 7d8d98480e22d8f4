import { spreadOf } from '../measure/statistics.ts'
import { formatBytes } from '../report/units.ts'
import type { Verdict } from '../report/verdicts.ts'

/** Seconds of each measurement, but for what says bytes. */
export type Figures = {
  /** Of whole steps that find nothing to do. */
  readonly without: readonly number[]
  readonly unchanged: readonly number[]
  /** Until all is on the disk. */
  readonly copied: readonly number[]
  readonly twoNodes: readonly number[]
  readonly oneNode: readonly number[]
  readonly changed: readonly number[]
  readonly changedBytes: number
  /** Of the files, and of what the store and both nodes hold for them. */
  readonly treeBytes: number
  readonly heldBytes: number
  readonly stepBytes: number
  readonly helperBytes: number
}

/** The same files in an image, and beside it. */
export type Baked = {
  readonly megabytes: number
  readonly baked: readonly number[]
  readonly beside: readonly number[]
  /** Out of the Actions cache, into nodes of a machine that has none of them. */
  readonly restored: readonly number[]
}

const medianOf = (seconds: readonly number[]): number => spreadOf(seconds)?.median ?? Number.NaN

const render = (seconds: readonly number[]): string => {
  const { median, min, max } = spreadOf(seconds) ?? { median: Number.NaN, min: 0, max: 0 }
  return `${median.toFixed(2)} s (${min.toFixed(2)}-${max.toFixed(2)})`
}

const compare = (ours: readonly number[], theirs: readonly number[]): string =>
  `${render(ours)} against ${render(theirs)}`

export const judge = (figures: Figures): readonly Verdict[] => {
  const { without, unchanged, copied, twoNodes, oneNode, changed } = figures
  const more = medianOf(unchanged) - medianOf(without)
  const times = medianOf(twoNodes) / medianOf(copied)
  const second = medianOf(twoNodes) - medianOf(oneNode)
  const disk = figures.heldBytes / figures.treeBytes
  const memory = figures.stepBytes + figures.helperBytes
  return [
    {
      ...{ name: 'unchanged', measure: 'nothing changed: more than the step without node-files' },
      bar: 'at most 0.4 s',
      measured: `${more.toFixed(2)} s: ${compare(unchanged, without)}`,
      isMet: more <= 0.4,
    },
    {
      ...{ name: 'cold', measure: 'two fresh nodes, read-only, on the disk: against cp -a' },
      bar: 'at most 1.2 times',
      measured: `${times.toFixed(2)}x: ${compare(twoNodes, copied)}`,
      isMet: times <= 1.2,
    },
    {
      ...{ name: 'second-node', measure: 'the same: more than into one node' },
      bar: 'at most 0.5 s',
      measured: `${second.toFixed(2)} s: ${compare(twoNodes, oneNode)}`,
      isMet: second <= 0.5,
    },
    {
      ...{ name: 'changed', measure: 'one file of 50 MB changed, two nodes, whole step' },
      bar: 'at most 1 s',
      measured: render(changed),
      isMet: medianOf(changed) <= 1,
    },
    {
      ...{
        name: 'changed-bytes',
        measure: 'the same: written, with folders',
      },
      bar: 'at most 50 MB and 1%',
      measured: formatBytes(figures.changedBytes),
      isMet: figures.changedBytes <= 50e6 * 1.01,
    },
    {
      ...{ name: 'disk', measure: 'two nodes, read-only: disk of the store and both' },
      bar: 'at most 1.01 times the files',
      measured: `${disk.toFixed(4)}x: ${formatBytes(figures.heldBytes)}`,
      isMet: disk <= 1.01,
    },
    {
      ...{ name: 'memory', measure: 'memory of the step and its helper' },
      bar: 'at most 150 MB',
      measured: `${formatBytes(memory)}: ${formatBytes(figures.stepBytes)} and ${formatBytes(figures.helperBytes)}`,
      isMet: memory <= 150e6,
    },
  ]
}

export const judgeBaked = ({ megabytes, baked, beside, restored }: Baked): readonly Verdict[] => {
  const toVerdict = (name: string, how: string, seconds: readonly number[]): Verdict => {
    const times = medianOf(baked) / medianOf(seconds)
    return {
      name,
      measure: `${megabytes} MB, two nodes: in an image, built and loaded by kind, against ${how}`,
      bar: 'at least 5 times faster',
      measured: `${times.toFixed(1)}x: ${compare(seconds, baked)}`,
      isMet: times >= 5,
    }
  }
  return [
    toVerdict('baked', 'beside it', beside),
    toVerdict('restored', 'beside it, out of the Actions cache', restored),
  ]
}
