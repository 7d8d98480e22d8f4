import type { Machine } from '../host/machine.ts'
import type { Weight } from '../image/tree.ts'
import { type Spread, spreadOf } from '../measure/statistics.ts'
import { type Column, renderTable } from '../report/table.ts'
import { formatBytes, formatCount, formatRatio, formatSeconds } from '../report/units.ts'
import type { Sample } from './series.ts'
import type { Way } from './way.ts'

/** One way over all runs. */
export type WaySummary = {
  readonly name: string
  readonly title: string
  readonly wallMs: Spread | undefined
  readonly peakBytes: Spread | undefined
  readonly afterBytes: Spread | undefined
  /** How many times faster than `kind load docker-image`. */
  readonly timesFasterThanKind: number | undefined
  /** How many times the limit's time. */
  readonly timesOfLimit: number | undefined
  readonly notes: readonly string[]
  readonly errors: readonly string[]
}

const present = <T>(values: readonly (T | undefined)[]): readonly T[] =>
  values.filter((value) => value !== undefined)

const ratio = (a: Spread | undefined, b: Spread | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a.median / b.median

export const summarize = (
  ways: readonly Way[],
  samples: readonly Sample[],
): readonly WaySummary[] => {
  const of = (name: string): readonly Sample[] => samples.filter(({ way }) => way === name)
  const timeOf = (name: string) => spreadOf(present(of(name).map(({ wallMs }) => wallMs)))
  return ways.map(({ name, title }) => {
    const own = of(name)
    return {
      name,
      title,
      wallMs: timeOf(name),
      peakBytes: spreadOf(present(own.map(({ peakBytes }) => peakBytes))),
      afterBytes: spreadOf(present(own.map(({ afterBytes }) => afterBytes))),
      timesFasterThanKind: ratio(timeOf('kind'), timeOf(name)),
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

const columns: readonly Column<WaySummary>[] = [
  { title: 'way', align: 'left', cell: ({ title }) => title },
  {
    title: 'median',
    align: 'right',
    cell: ({ wallMs }) => orDash(wallMs, (known) => `${formatSeconds(known.median)} s`),
  },
  {
    title: 'min-max',
    align: 'right',
    cell: ({ wallMs }) =>
      orDash(wallMs, ({ min, max }) => `${formatSeconds(min)}-${formatSeconds(max)} s`),
  },
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

type Title = Weight & { readonly nodes: number; readonly runs: number }

const renderTitle = ({ bytes, files, layers, nodes, runs }: Title): string =>
  [
    formatBytes(bytes),
    formatCount(files, 'file'),
    formatCount(layers, 'layer'),
    formatCount(nodes, 'fresh node'),
    `median of ${formatCount(runs, 'run')}`,
  ].join(', ')

/** The report that people read. */
export const renderSummary = (
  title: Title,
  machine: Machine,
  summaries: readonly WaySummary[],
): string => {
  const failures = summaries.flatMap((summary) =>
    summary.errors.map((error) => `failed: ${summary.title}: ${error}\n`),
  )
  return [
    `${renderTitle(title)}\n${renderMachine(machine)}\n\n`,
    renderTable(columns, summaries),
    ...(failures.length > 0 ? ['\n', ...failures] : []),
  ].join('')
}
