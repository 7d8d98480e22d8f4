import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineCommand } from '../command.ts'
import { choice, count, file, toggle, type ValuesOf } from '../flags.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import { renderMarkdown, renderSections, type Section } from '../report/table.ts'
import { barNames, runBars } from './bars/run-bars.ts'
import { mostGrown } from './growth/plan.ts'
import { runGrowth } from './growth/run-growth.ts'
import { type Measurements, runPlan } from './run-plan.ts'
import { renderMachine, renderTitle, summarize, toSection } from './summary.ts'
import { ways } from './ways.ts'

const flags = {
  bars: toggle(
    "measure everything that has a bar, and say whether each is met; the sizes are the bars' own",
  ),
  'only-bars': choice(barNames, 'with --bars, these bars alone'),
  percent: count(100, 'with --bars, so many percent of its sizes, to try it'),
  growth: toggle('let bytes, files, layers and nodes grow, one at a time, and draw it'),
  'size-mb': count(600, "the image's size in MB"),
  files: count(10_000, 'its files'),
  layers: count(5, 'its layers'),
  nodes: count(1, 'nodes to load into'),
  runs: count(3, 'measurements of every way'),
  only: choice(
    ways.map(({ name }) => name),
    'measure these ways alone',
  ),
  json: file('write all raw numbers here'),
  markdown: file('write the tables here as Markdown'),
}

type Values = ValuesOf<typeof flags>

/** Flags that mean something only with, or only without, another one. */
const notWithBars = ['growth', 'size-mb', 'files', 'layers', 'nodes', 'only'] as const
const onlyWithBars = ['only-bars', 'percent'] as const

const findMisplaced = (values: Values): readonly string[] => {
  const names = values.bars ? notWithBars : onlyWithBars
  return names
    .filter((name) => values[name] !== flags[name].fallback)
    .map((name) => `--${name}: means nothing ${values.bars ? 'with' : 'without'} --bars`)
}

/** What grows is compared in the ways that most people choose from. */
const grownByDefault = ['kind', 'save-import', 'action', 'stream']

type Finished = {
  readonly measurements: Measurements
  readonly sections: readonly Section[]
  /** Markdown that goes before the tables. */
  readonly picture?: string
  readonly isGood: boolean
}

const sizeOf = ({ files, layers, nodes, ...values }: Values) => ({
  bytes: values['size-mb'] * 1_000_000,
  files,
  layers,
  nodes,
})

const failedNowhere = ({ samples }: Measurements): boolean =>
  samples.every(({ error }) => error === undefined)

const bars = async (session: Session, { runs, percent, ...values }: Values): Promise<Finished> => {
  const result = await runBars(session, { runs, percent, only: values['only-bars'] })
  return { ...result, isGood: result.verdicts.every(({ isMet }) => isMet) }
}

const growth = async (session: Session, values: Values): Promise<Finished> => {
  const names = values.only === flags.only.fallback ? grownByDefault : values.only
  const { files, ...result } = await runGrowth(session, {
    start: sizeOf(values),
    ways: ways.filter(({ name }) => names.includes(name)),
    runs: values.runs,
    folder: fileURLToPath(new URL('../../../docs', import.meta.url)),
  })
  for (const name of files) say(`drawn: ${name}`)
  return { ...result, isGood: failedNowhere(result.measurements) }
}

const compare = async (session: Session, values: Values): Promise<Finished> => {
  const { nodes, ...weight } = sizeOf(values)
  const entries = ways
    .filter(({ name }) => values.only.includes(name))
    .map((way) => ({ way, runs: values.runs }))
  const plan = { name: 'load', engine: 'own', weight, nodes, entries } as const
  const measurements = await runPlan(session, [plan])
  const { series, samples } = measurements
  const sections = series.map((one) => toSection(one, summarize(one, samples)))
  return { measurements, sections, isGood: failedNowhere(measurements) }
}

const toJson = ({ measurements: { machines, series, samples } }: Finished): string => {
  const titles = series.map((one) => ({ name: one.name, title: renderTitle(one) }))
  return `${JSON.stringify({ machines, series: titles, samples }, null, 2)}\n`
}

const write = (values: Values, finished: Finished): void => {
  const { measurements, sections, picture } = finished
  const machines = measurements.machines.map(renderMachine)
  process.stdout.write(`${machines.join('\n')}\n\n${renderSections(sections)}`)
  if (values.markdown !== undefined) {
    const head = [...machines.map((line) => `${line}.\n`), ...(picture ? [picture] : [])]
    writeFileSync(values.markdown, [...head, renderMarkdown(sections)].join('\n'))
  }
  if (values.json !== undefined) writeFileSync(values.json, toJson(finished))
}

export const loadCommand = defineCommand({
  name: 'load',
  summary: 'an image into fresh kind nodes: this action, and what one would use instead',
  flags,
  check: (values) => {
    const { files } = values
    const { layers } = values.growth ? mostGrown(sizeOf(values)) : values
    return [
      ...findMisplaced(values),
      ...(layers > files
        ? [`--layers '${layers}': every layer needs a file, and --files is ${files}`]
        : []),
    ]
  },
  run: async (values, session) => {
    warnWhenBusy()
    const started = performance.now()
    const measured = values.bars ? bars : values.growth ? growth : compare
    const finished = await measured(session, values)
    write(values, finished)
    say(`all in ${Math.ceil((performance.now() - started) / 60_000)} minutes`)
    return finished.isGood ? 0 : 1
  },
})
