import { writeFileSync } from 'node:fs'
import { defineCommand } from '../command.ts'
import { count, file, toggle, type ValuesOf } from '../flags.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { say } from '../host/progress.ts'
import { renderMachine } from '../load/summary.ts'
import { renderMarkdown, renderSections, type Section } from '../report/table.ts'
import { toBarsSection } from '../report/verdicts.ts'
import { judgeJob } from './bars.ts'
import { type Measurements, runRounds } from './run-rounds.ts'
import { planPlatform } from './services.ts'
import { summarize, toSection } from './summary.ts'

const flags = {
  bars: toggle('say of each bar whether it is met'),
  'base-mb': count(1_500, 'size of the base that three services share, in MB'),
  'base-files': count(30_000, 'its files'),
  percent: count(100, "so many percent of all sizes, the services' too, to try it"),
  nodes: count(1, 'nodes of each cluster'),
  rounds: count(3, 'how often each way does both jobs'),
  json: file('write all raw numbers here'),
  markdown: file('write the tables here as Markdown'),
}

type Values = ValuesOf<typeof flags>

const write = (
  values: Values,
  { machine, samples }: Measurements,
  sections: readonly Section[],
) => {
  const line = renderMachine(machine)
  process.stdout.write(`${line}\n\n${renderSections(sections)}`)
  if (values.markdown !== undefined) {
    writeFileSync(values.markdown, `${line}.\n\n${renderMarkdown(sections)}`)
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, samples }, null, 2)}\n`)
  }
}

export const jobCommand = defineCommand({
  name: 'job',
  summary: "the story's six images built and loaded: one step of this action, and its shell script",
  flags,
  check: () => [],
  run: async (values, session) => {
    warnWhenBusy()
    const started = performance.now()
    const platform = planPlatform({
      baseBytes: values['base-mb'] * 1_000_000,
      baseFiles: values['base-files'],
      percent: values.percent,
    })
    const { rounds, nodes } = values
    const measurements = await runRounds(session, { platform, rounds, nodes })
    const summaries = summarize(measurements.samples)
    const verdicts = values.bars ? judgeJob(summaries) : []
    const bars = values.bars ? [toBarsSection(verdicts, values.percent)] : []
    write(values, measurements, [...bars, toSection(summaries, platform, nodes)])
    say(`all in ${Math.ceil((performance.now() - started) / 60_000)} minutes`)
    const isGood = measurements.samples.every(({ error }) => error === undefined)
    return isGood && verdicts.every(({ isMet }) => isMet) ? 0 : 1
  },
})
