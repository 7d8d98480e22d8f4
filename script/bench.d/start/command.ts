import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { defineCommand } from '../command.ts'
import { count } from '../flags.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { spreadOf } from '../measure/statistics.ts'
import { renderSections } from '../report/table.ts'
import { toBarsSection, type Verdict } from '../report/verdicts.ts'
import { measurePosts } from './measure-post.ts'
import { measureHelp, measureStart, type Started } from './measure-start.ts'

const [barMs, helpMs, postMs] = [150, 80, 250]

type Step = { readonly name: string } & Started

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
  { name: 'slipway load docker-image', argv: ['load', 'docker-image', 'app:dev'] },
  { name: 'slipway build', argv: ['build', '--tags', 'app:dev'] },
]

const judge = (name: string, measure: string, bar: number, times: readonly number[]): Verdict => {
  const { median, min, max } = spreadOf(times) ?? { median: Number.NaN, min: 0, max: 0 }
  return {
    name,
    measure,
    bar: `at most ${bar} ms`,
    measured: `${median.toFixed(0)} ms (${min.toFixed(0)}-${max.toFixed(0)})`,
    isMet: median <= bar,
  }
}

const toDocker = "start to the first call at Docker's socket"

export const startCommand = defineCommand({
  name: 'start',
  summary: 'how long a step takes until it asks Docker something, and a post that finds nothing',
  flags: { runs: count(15, 'measurements of every step') },
  check: () => [],
  run: async ({ runs }, session) => {
    warnWhenBusy()
    execFileSync(process.execPath, ['script/build.ts', '--cli'], { stdio: 'inherit' })
    const verdicts: Verdict[] = []
    for (const step of makeSteps()) {
      const times: number[] = []
      while (times.length < runs) times.push(await measureStart(session, step))
      verdicts.push(judge(step.name, toDocker, barMs, times))
    }
    const times: number[] = []
    while (times.length < runs) times.push(await measureHelp(session))
    verdicts.push(judge('slipway --help', 'start to end', helpMs, times))
    const posts = await measurePosts(session, runs)
    verdicts.push(judge('post without findings', 'start to end', postMs, posts))
    process.stdout.write(renderSections([toBarsSection(verdicts, 100)]))
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1
  },
})
