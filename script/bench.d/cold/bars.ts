import { spreadOf } from '../measure/statistics.ts'
import { formatBytes } from '../report/units.ts'
import type { Verdict } from '../report/verdicts.ts'

/** What the store lets through, in both directions together. */
export const storeBytesPerSecond = 200_000_000

/** Seconds of every measurement of every way. */
export type Times = {
  readonly unchanged: readonly number[]
  readonly changed: readonly number[]
  readonly everything: readonly number[]
  readonly gha: readonly number[]
  readonly tars: readonly number[]
}

export type Figures = Times & {
  /** That the store has of the layers which empty nodes lack, packed. */
  readonly nodesBytes: number
  /** Layers' entries that were fetched for nodes that have everything. */
  readonly fetchedForFull: number
  /** What the store got after one changed line; undefined where that was not measured. */
  readonly savedBytes: number | undefined
  /** The new layers of it, packed. */
  readonly newBytes: number
  /** Entries of layers and records that main made. */
  readonly madeByMain: number
  /** Of the post step after the first build, which saves all. */
  readonly postSeconds: number
  /** What was wrong after a layer in the store was broken. */
  readonly poison: string | undefined
}

/** Its bar is missed. */
const unmeasured = 'not measured'

const render = (seconds: readonly number[]): string => {
  const spread = spreadOf(seconds)
  if (spread === undefined) return unmeasured
  const { median, min, max } = spread
  return `${median.toFixed(1)} s (${min.toFixed(1)}-${max.toFixed(1)})`
}

const medianOf = (seconds: readonly number[]): number => spreadOf(seconds)?.median ?? Number.NaN

const versus = (
  name: 'gha' | 'tars',
  other: string,
  { unchanged, [name]: theirs }: Times,
): Verdict => {
  const times = medianOf(theirs) / medianOf(unchanged)
  return {
    name,
    measure: `nothing changed: against ${other}`,
    bar: 'at least 8 times faster',
    measured: Number.isNaN(times)
      ? unmeasured
      : `${times.toFixed(2)}x: ${render(unchanged)} against ${render(theirs)}`,
    isMet: times >= 8,
  }
}

const judgeTimes = (figures: Figures): readonly Verdict[] => {
  const { unchanged, changed, everything, nodesBytes, fetchedForFull } = figures
  const fetchSeconds = nodesBytes / storeBytesPerSecond
  const fetched = `${formatBytes(nodesBytes)} take ${fetchSeconds.toFixed(1)} s`
  return [
    {
      ...{ name: 'unchanged', measure: 'nothing changed: empty builder, two empty nodes' },
      bar: "at most 1.3 times the nodes' bytes at 200 MB/s",
      measured: `${render(unchanged)}; ${fetched}`,
      isMet: medianOf(unchanged) <= fetchSeconds * 1.3,
    },
    {
      ...{ name: 'changed', measure: 'one line changed, COPY --link' },
      bar: 'the same and 2 s',
      measured: `${render(changed)}; ${fetched}`,
      isMet: medianOf(changed) <= fetchSeconds * 1.3 + 2,
    },
    versus('gha', 'type=gha,mode=max, --load, kind load', figures),
    versus('tars', 'a tar in the cache, docker load, kind load', figures),
    {
      ...{ name: 'everything', measure: 'nodes that have everything, empty builder' },
      bar: 'at most 1.5 s, no layer fetched',
      measured: `${render(everything)}, ${fetchedForFull} fetched`,
      isMet: medianOf(everything) <= 1.5 && fetchedForFull === 0,
    },
  ]
}

const judgeSaved = ({ savedBytes, newBytes }: Figures): Verdict => ({
  ...{ name: 'saved', measure: 'one line changed: bytes that the store gets' },
  bar: 'at most the new layers and 100 KB',
  measured:
    savedBytes === undefined
      ? unmeasured
      : `${formatBytes(savedBytes)} of ${formatBytes(newBytes)}`,
  isMet: savedBytes !== undefined && savedBytes <= newBytes + 100_000,
})

export const judge = (figures: Figures): readonly Verdict[] => [
  ...judgeTimes(figures),
  judgeSaved(figures),
  {
    ...{ name: 'main-saves', measure: 'entries of layers and records that main makes' },
    ...{ bar: 'none', measured: `${figures.madeByMain}`, isMet: figures.madeByMain === 0 },
  },
  {
    ...{ name: 'post', measure: 'post, which saves all of the first build' },
    bar: 'at most 20 s',
    measured: `${figures.postSeconds.toFixed(1)} s`,
    isMet: figures.postSeconds <= 20,
  },
  {
    ...{ name: 'poisoned', measure: 'the largest layer in the store is broken' },
    bar: 'named, not in a node, built again',
    measured: figures.poison ?? 'so it was',
    isMet: figures.poison === undefined,
  },
]
