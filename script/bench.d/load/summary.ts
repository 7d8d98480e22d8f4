import type { Machine } from '../host/machine.ts'
import { type Spread, spreadOf } from '../measure/statistics.ts'
import { type Column, type Section, toTable } from '../report/table.ts'
import { formatBytes, formatCount, formatRatio, formatSeconds } from '../report/units.ts'
import type { Sample, Series } from './series.ts'

/** One way over all runs. */
export type WaySummary = {
  readonly name: string
  readonly title: string
  readonly runs: number
  readonly wallMs: Spread | undefined
  readonly peakBytes: Spread | undefined
  readonly ownPeakBytes: Spread | undefined
  readonly afterBytes: Spread | undefined
  readonly copiedBytes: Spread | undefined
  readonly memoryBytes: Spread | undefined
  /** How many times faster than `kind load docker-image`. */
  readonly timesFasterThanKind: number | undefined
  /** How many times the limit's time. */
  readonly timesOfLimit: number | undefined
  readonly notes: readonly string[]
  readonly errors: readonly string[]
}

/** What is told of a series beside its samples. */
export type SeriesTitle = Pick<Series, 'name' | 'nodes' | 'entries'> & {
  readonly engine: { readonly driver: string }
  readonly image: { readonly bytes: number; readonly files: number; readonly layers: number }
}

const present = <T>(values: readonly (T | undefined)[]): readonly T[] =>
  values.filter((value) => value !== undefined)

const ratio = (a: Spread | undefined, b: Spread | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a.median / b.median

export const summarize = (
  { name: series, entries }: Pick<Series, 'name' | 'entries'>,
  samples: readonly Sample[],
): readonly WaySummary[] => {
  const of = (name: string): readonly Sample[] =>
    samples.filter((sample) => sample.series === series && sample.way === name)
  const timeOf = (name: string) => spreadOf(present(of(name).map(({ wallMs }) => wallMs)))
  return entries.map(({ way: { name, title, nodesAreApart } }) => {
    const own = of(name)
    const spread = (value: (sample: Sample) => number | undefined) =>
      spreadOf(present(own.map(value)))
    return {
      name,
      title,
      runs: own.length,
      wallMs: timeOf(name),
      peakBytes: spread(({ peakBytes }) => peakBytes),
      ownPeakBytes: spread(({ ownPeakBytes }) => ownPeakBytes),
      afterBytes: spread(({ afterBytes }) => afterBytes),
      copiedBytes: spread(({ copiedBytes }) => copiedBytes),
      memoryBytes: spread(({ memoryBytes }) => memoryBytes),
      timesFasterThanKind: ratio(timeOf(nodesAreApart ? 'kind-apart' : 'kind'), timeOf(name)),
      timesOfLimit: ratio(timeOf(name), timeOf('limit')),
      notes: [...new Set(present(own.map(({ note }) => note)))],
      errors: [...new Set(present(own.map(({ error }) => error)))],
    }
  })
}

const orDash = <T>(value: T | undefined, format: (value: T) => string): string =>
  value === undefined ? '-' : format(value)

const median = (spread: Spread | undefined): string =>
  orDash(spread, (known) => formatBytes(known.median))

export const formatRange = ({ min, max }: Spread): string =>
  `${formatSeconds(min)}-${formatSeconds(max)} s`

const columns: readonly Column<WaySummary>[] = [
  { title: 'way', align: 'left', cell: ({ title }) => title },
  { title: 'runs', align: 'right', cell: ({ runs }) => String(runs) },
  {
    title: 'median',
    align: 'right',
    cell: ({ wallMs }) => orDash(wallMs, (known) => `${formatSeconds(known.median)} s`),
  },
  { title: 'min-max', align: 'right', cell: ({ wallMs }) => orDash(wallMs, formatRange) },
  {
    title: 'faster than kind',
    align: 'right',
    cell: ({ timesFasterThanKind }) => orDash(timesFasterThanKind, formatRatio),
  },
  {
    title: 'of the limit',
    align: 'right',
    cell: ({ timesOfLimit }) => orDash(timesOfLimit, formatRatio),
  },
  { title: 'disk at peak', align: 'right', cell: ({ peakBytes }) => median(peakBytes) },
  { title: 'disk after', align: 'right', cell: ({ afterBytes }) => median(afterBytes) },
  { title: 'how', align: 'left', cell: ({ notes }) => notes.join('; ') },
]

export const renderMachine = (machine: Machine): string =>
  [
    formatCount(machine.cores, 'core'),
    `${formatBytes(machine.memoryBytes)} memory`,
    machine.filesystem,
    `Docker ${machine.docker} (${machine.driver})`,
    `containerd ${machine.containerd}`,
    `kind ${machine.kind}`,
    `Node ${machine.node}`,
  ].join(', ')

export const renderTitle = ({ image, nodes, engine }: SeriesTitle): string =>
  [
    formatBytes(image.bytes),
    formatCount(image.files, 'file'),
    formatCount(image.layers, 'layer'),
    formatCount(nodes, 'fresh node'),
    engine.driver,
  ].join(', ')

/** The table of one series, with what failed below it. */
export const toSection = (series: SeriesTitle, ways: readonly WaySummary[]): Section => ({
  title: renderTitle(series),
  table: toTable(columns, ways),
  notes: ways.flatMap(({ title, errors }) => errors.map((error) => `failed: ${title}: ${error}`)),
})
