import { writeFileSync } from 'node:fs'
import { startOtherBuilder } from '../../../__tests__/support/other-builder.ts'
import { defineCommand } from '../command.ts'
import { choice, count, file, ownCount, toggle, type ValuesOf } from '../flags.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import { useEngine } from '../host/testbed.ts'
import { spreadOf } from '../measure/statistics.ts'
import { renderMarkdown, renderSections } from '../report/table.ts'
import { toBarsSection } from '../report/verdicts.ts'
import { judge, type Rounds } from './bars.ts'
import type { Size } from './context.ts'
import { countLeft } from './killed.ts'
import { type Measured, prepareImage, type Round, runRound, type Stage, ways } from './round.ts'
import { drivers } from './table/configurations.ts'
import { runTable } from './table/run-table.ts'

const renderMeasured = (all: readonly Measured[]): string => {
  const { median, min, max } = spreadOf(all.map(({ seconds }) => seconds)) ?? {
    ...{ median: Number.NaN, min: 0, max: 0 },
  }
  const bytes = Math.max(...all.map((each) => each.bytes))
  return `${median.toFixed(2)} s (${min.toFixed(2)}-${max.toFixed(2)}), ${(bytes / 1e6).toFixed(2)} MB`
}

const measureLoads = async (stage: Stage, runs: number, size: Size) => {
  const rounds: Record<keyof Rounds, Round[]> = {
    ...{ slipway: [], today: [], registry: [], oneNode: [] },
  }
  for (let round = 1; round <= runs; round += 1) {
    say(`round ${round} of ${runs}`)
    for (const way of round % 2 === 0 ? ways.toReversed() : ways)
      rounds[way].push(await runRound(stage, way, 2))
    rounds.oneNode.push(await runRound(stage, 'slipway', 1))
  }
  for (const [way, all] of Object.entries(rounds))
    for (const what of ['cold', 'unchanged', 'changed'] as const)
      say(`${way}, ${what}: ${renderMeasured(all.map((each) => each[what]))}`)
  return judge(rounds, size.megabytes * 1e6)
}

const flags = {
  bars: toggle('say of each bar whether it is met, which it does unless it prints the table'),
  table: toggle(
    "each driver, here and on another machine, with each cache: a step's time and bytes",
  ),
  runs: count(3, 'rounds of each way'),
  'size-mb': ownCount('megabytes of the image (2200; with --table 200)'),
  files: ownCount('small files of the image (37000; with --table 1000)'),
  kills: count(20, 'jobs to kill'),
  only: choice(['loads', 'killed'], 'parts'),
  drivers: choice(drivers, 'with --table, these alone'),
  'far-mbit': count(200, 'with --table, megabits a second of the line to the other machine'),
  markdown: file('with --table, write it here as Markdown'),
}

type Values = ValuesOf<typeof flags>

const onlyWithTable = ['drivers', 'far-mbit', 'markdown'] as const
const notWithTable = ['bars', 'runs', 'kills', 'only'] as const

const findMisplaced = (values: Values): readonly string[] => {
  const names = values.table ? notWithTable : onlyWithTable
  return names
    .filter((name) => values[name] !== flags[name].fallback)
    .map((name) => `--${name}: means nothing ${values.table ? 'with' : 'without'} --table`)
}

const printTable = async (session: Session, base: string, values: Values): Promise<number> => {
  const size = { megabytes: values['size-mb'] ?? 200, files: values.files ?? 1_000 }
  const asked = { drivers: values.drivers, megabits: values['far-mbit'] }
  const { section, isWhole } = await runTable(session, base, size, asked)
  process.stdout.write(renderSections([section]))
  if (values.markdown !== undefined) writeFileSync(values.markdown, renderMarkdown([section]))
  return isWhole ? 0 : 1
}

const judgeBars = async (session: Session, base: string, values: Values): Promise<number> => {
  const { runs, kills, only } = values
  const builder = await startOtherBuilder()
  session.defer('the builder', builder.remove)
  const size = { megabytes: values['size-mb'] ?? 2_200, files: values.files ?? 37_000 }
  const verdicts = [
    ...(only.includes('loads')
      ? await measureLoads(await prepareImage(session, builder, base, size), runs, size)
      : []),
    ...(only.includes('killed') ? [await countLeft(session, builder, base, kills)] : []),
  ]
  const percent = Math.round((size.megabytes / 2_200) * 100)
  process.stdout.write(renderSections([toBarsSection(verdicts, percent)]))
  return verdicts.every(({ isMet }) => isMet) ? 0 : 1
}

export const buildersCommand = defineCommand({
  name: 'builders',
  summary:
    'an image of a remote builder into two nodes: this action, --load with kind load, and a registry',
  flags,
  check: findMisplaced,
  run: async (values, given) => {
    warnWhenBusy()
    const session = await useEngine(given, 'overlay2')
    const base = process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest'
    return (values.table ? printTable : judgeBars)(session, base, values)
  },
})
