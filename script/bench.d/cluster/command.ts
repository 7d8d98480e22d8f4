import { defineCommand } from '../command.ts'
import { choice, count, toggle } from '../flags.ts'
import { readEngine } from '../host/engine.ts'
import { sweepLeftovers } from '../host/leftovers.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { say } from '../host/progress.ts'
import { runScenario } from '../host/scenario.ts'
import type { Session } from '../host/session.ts'
import { useEngine } from '../host/testbed.ts'
import { renderSections } from '../report/table.ts'
import { toBarsSection, type Verdict } from '../report/verdicts.ts'
import { judgeJob, judgeTogether } from './bars.ts'
import { measureJob, prepareJob } from './job.ts'
import { measureImages } from './measure-images.ts'
import { prepareStage, type Stage } from './stage.ts'
import { measureWay, ways } from './ways.ts'

const rounds = 50

/** The tests' own, with all its rounds. */
const soakTogether = async (session: Session): Promise<Verdict> =>
  judgeTogether(rounds, await runScenario(session, 'steps-together', { SLIPWAY_THOROUGH: '1' }))

const measureJobs = async (stage: Stage, runs: number, dataRoot: string): Promise<Verdict> => {
  const base = process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest'
  const prepared = await prepareJob(stage, base)
  if (stage.service.entries.length === 0)
    await measureWay(stage, ways.restore, stage.sources.loopback, dataRoot)
  const jobs = []
  for (let round = 1; round <= runs; round += 1) {
    say(`job, round ${round} of ${runs}`)
    jobs.push(await measureJob(stage, prepared, round, dataRoot))
  }
  return judgeJob(jobs)
}

export const clusterCommand = defineCommand({
  name: 'cluster',
  summary: "everybody else's images into two nodes: from the cache, from a registry, as tars",
  flags: {
    bars: toggle('say of each bar whether it is met, which it does anyway'),
    'size-mb': count(3_000, 'megabytes of the ten images, unpacked'),
    runs: count(3, 'measurements of every way'),
    only: choice(['images', 'job', 'together'], 'parts'),
  },
  check: ({ 'size-mb': megabytes }) =>
    megabytes < 100 ? [`--size-mb '${megabytes}': must be 100 or more`] : [],
  run: async ({ 'size-mb': megabytes, runs, only }, given) => {
    warnWhenBusy()
    const session = await useEngine(given, 'overlay2')
    const engine = await readEngine(session)
    await sweepLeftovers(session, engine)
    const verdicts: Verdict[] = []
    if (only.includes('images') || only.includes('job')) {
      const stage = await prepareStage(session, megabytes)
      if (only.includes('images')) verdicts.push(...(await measureImages(stage, runs, engine)))
      if (only.includes('job')) verdicts.push(await measureJobs(stage, runs, engine.dataRoot))
    }
    if (only.includes('together')) verdicts.push(await soakTogether(session))
    const percent = Math.round((megabytes / 3_000) * 100)
    process.stdout.write(renderSections([toBarsSection(verdicts, percent)]))
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1
  },
})
