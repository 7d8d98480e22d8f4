import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Session } from '../../host/session.ts'
import { type Chart, renderChart } from '../../report/chart.ts'
import { type Column, type Section, toTable } from '../../report/table.ts'
import { formatBytes, formatCount, formatRatio, formatSeconds } from '../../report/units.ts'
import { type Measurements, runPlan } from '../run-plan.ts'
import { summarize } from '../summary.ts'
import type { Way } from '../way.ts'
import { type Dimension, type Growth, planGrowth, planGrowthSeries, type Size } from './plan.ts'

/** One way's times while one thing grows, in ms; undefined where it failed. */
export type Line = {
  readonly title: string
  readonly times: readonly (number | undefined)[]
}

export type GrowthLines = Growth & { readonly lines: readonly Line[] }

const formatValue = (dimension: Dimension, value: number): string =>
  dimension === 'bytes' ? formatBytes(value) : formatCount(value, dimension.slice(0, -1))

const describeRest = (dimension: Dimension, start: Size): string =>
  (['bytes', 'files', 'layers', 'nodes'] as const)
    .filter((other) => other !== dimension)
    .map((other) => formatValue(other, start[other]))
    .join(', ')

const toColumns = ({ dimension, points }: Growth): readonly Column<Line>[] => [
  { title: 'way', align: 'left', cell: ({ title }) => title },
  ...points.map(
    ({ value }, index): Column<Line> => ({
      title: formatValue(dimension, value),
      align: 'right',
      cell: ({ times }) => {
        const ms = times[index]
        return ms === undefined ? 'failed' : `${formatSeconds(ms)} s`
      },
    }),
  ),
  {
    title: 'growth',
    align: 'right',
    cell: ({ times }) => {
      const [first, last] = [times.at(0), times.at(-1)]
      return first === undefined || last === undefined ? '-' : formatRatio(last / first)
    },
  },
]

export const toSections = (growths: readonly GrowthLines[], start: Size): readonly Section[] =>
  growths.map((growth) => ({
    title: `More ${growth.dimension} (${describeRest(growth.dimension, start)})`,
    table: toTable(toColumns(growth), growth.lines),
    notes: [],
  }))

const title = 'Seconds to load an image, by what grows (both axes are logarithmic)'

export const toChart = (growths: readonly GrowthLines[]): Chart => ({
  title,
  names: growths[0]?.lines.map(({ title }) => title) ?? [],
  panels: growths.map(({ dimension, points, lines }) => ({
    title: dimension,
    ticks: points.map(({ value }) => ({
      value,
      label: dimension === 'bytes' ? formatBytes(value) : value.toLocaleString('en-US'),
    })),
    lines: lines.map(({ times }) =>
      points.flatMap(({ value }, index) => {
        const ms = times[index]
        return ms === undefined ? [] : [{ x: value, y: ms / 1_000 }]
      }),
    ),
  })),
})

const readLines = (
  growths: readonly Growth[],
  ways: readonly Way[],
  { series, samples }: Measurements,
): readonly GrowthLines[] => {
  const summaries = new Map(series.map((one) => [one.name, summarize(one, samples)]))
  return growths.map((growth) => ({
    ...growth,
    lines: ways.map(({ name, title }) => ({
      title,
      times: growth.points.map((point) => {
        const found = summaries.get(point.series)?.find((way) => way.name === name)
        return found?.errors.length === 0 ? found.wallMs?.median : undefined
      }),
    })),
  }))
}

export type GrowthOrder = {
  readonly start: Size
  readonly ways: readonly Way[]
  readonly runs: number
  /** The folder for the drawings. */
  readonly folder: string
}

/** For a page in the same folder; GitHub takes the drawing that suits the reader's theme. */
const renderPicture = ([light = '', dark = '']: readonly string[]): string =>
  [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="${basename(dark)}">`,
    `  <img alt="${title}" src="${basename(light)}">`,
    '</picture>\n',
  ].join('\n')

export type GrowthResult = {
  readonly measurements: Measurements
  readonly sections: readonly Section[]
  readonly files: readonly string[]
  /** Markdown that shows the drawings. */
  readonly picture: string
}

/** Lets one thing after the other grow, and tells and draws what that costs in every way. */
export const runGrowth = async (
  session: Session,
  { start, ways, runs, folder }: GrowthOrder,
): Promise<GrowthResult> => {
  const measurements = await runPlan(session, planGrowthSeries(start, ways, runs))
  const lines = readLines(planGrowth(start), ways, measurements)
  const files = (['light', 'dark'] as const).map((theme) => {
    const file = join(folder, `load-growth-${theme}.svg`)
    writeFileSync(file, renderChart(toChart(lines), theme))
    return file
  })
  return { measurements, sections: toSections(lines, start), files, picture: renderPicture(files) }
}
