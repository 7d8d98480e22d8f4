import { generateKeyPairSync } from 'node:crypto'
import { defineCommand } from '../command.ts'
import { count } from '../flags.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { spreadOf } from '../measure/statistics.ts'
import { renderSections } from '../report/table.ts'
import { toBarsSection, type Verdict } from '../report/verdicts.ts'
import { measureStart } from './measure-start.ts'

const barMs = 150

type Step = { readonly name: string; readonly inputs: Readonly<Record<string, string>> }

const makeKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2_048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString()

/** What a step is asked to do decides what it loads before it asks Docker. */
const makeSteps = (): readonly Step[] => [
  { name: 'load an image', inputs: { images: 'app:dev' } },
  {
    name: 'build with a token',
    inputs: { context: '.', tags: 'app:dev', 'client-id': 'Iv1.bench', 'private-key': makeKey() },
  },
  { name: 'a list of builds', inputs: { builds: '- { context: ., tags: app:dev }' } },
]

const judge = ({ name }: Step, times: readonly number[]): Verdict => {
  const { median, min, max } = spreadOf(times) ?? { median: Number.NaN, min: 0, max: 0 }
  return {
    name,
    measure: "start of dist/main.js to its first call at Docker's socket",
    bar: `at most ${barMs} ms`,
    measured: `${median.toFixed(0)} ms (${min.toFixed(0)}-${max.toFixed(0)})`,
    isMet: median <= barMs,
  }
}

export const startCommand = defineCommand({
  name: 'start',
  summary: 'how long a step takes until it asks Docker something',
  flags: { runs: count(15, 'measurements of every step') },
  check: () => [],
  run: async ({ runs }, session) => {
    warnWhenBusy()
    const verdicts: Verdict[] = []
    for (const step of makeSteps()) {
      const times: number[] = []
      while (times.length < runs) times.push(await measureStart(session, step.inputs))
      verdicts.push(judge(step, times))
    }
    process.stdout.write(renderSections([toBarsSection(verdicts, 100)]))
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1
  },
})
