import { type Column, type Section, toTable } from '../../report/table.ts'
import { formatBytes, formatSeconds } from '../../report/units.ts'
import type { Cache, Configuration } from './configurations.ts'
import type { Row, Took } from './measure-row.ts'

const cacheNames: Readonly<Record<Cache, string>> = {
  none: 'none',
  own: "the builder's own",
  registry: 'registry',
  inline: 'inline, pushed',
}

export const renderConfiguration = ({ driver, place, cache }: Configuration): string =>
  `${driver}, ${place === 'here' ? 'this machine' : 'another one'}, ${cacheNames[cache]}`

const renderTime = ({ seconds }: Took): string => `${formatSeconds(seconds * 1_000)} s`

/** A builder in this machine's Docker sends nothing, and most have nothing to do with a registry. */
const renderMoved = ({ driver, cache }: Configuration, took: Took): string => {
  if (driver === 'docker') return '-'
  const fromBuilder = formatBytes(took.builderBytes)
  const isPlain = cache === 'none' || cache === 'own'
  return isPlain ? fromBuilder : `${fromBuilder} + ${formatBytes(took.registryBytes)}`
}

export const renderTook = (configuration: Configuration, took: Took): string =>
  `${renderTime(took)}, ${renderMoved(configuration, took)}`

const stageColumn = (title: string, stage: keyof Row['took']): Column<Row> => ({
  title,
  align: 'right',
  cell: ({ configuration, took }) => renderTook(configuration, took[stage]),
})

const columns: readonly Column<Row>[] = [
  { title: 'driver', align: 'left', cell: ({ configuration: { driver } }) => driver },
  {
    title: 'builder on',
    align: 'left',
    cell: ({ configuration: { place } }) => (place === 'here' ? 'this machine' : 'another one'),
  },
  {
    title: 'cache',
    align: 'left',
    cell: ({ configuration: { cache } }) => cacheNames[cache],
  },
  stageColumn('cold', 'cold'),
  stageColumn('unchanged', 'unchanged'),
  stageColumn('one line changed', 'changed'),
]

/** @param megabits of the line to the other machine, in a second */
export const toTableSection = (
  rows: readonly Row[],
  megabytes: number,
  megabits: number,
): Section => ({
  title: `One image of ${megabytes} MB and its base, 1 node, a line of ${megabits} Mbit/s`,
  table: toTable(columns, rows),
  notes: [
    'Time of the whole step, and what was moved: from the builder into this machine, and after the `+` between the builder and the registry.',
  ],
})
