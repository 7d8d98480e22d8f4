import { defineCommand } from '../command.ts'
import { count, toggle } from '../flags.ts'
import { readEngine } from '../host/engine.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { startNodes } from '../host/nodes.ts'
import { say } from '../host/progress.ts'
import { runScenario } from '../host/scenario.ts'
import { type Session, withScope } from '../host/session.ts'
import { useEngine } from '../host/testbed.ts'
import { type BenchImage, makeImage } from '../image/make-image.ts'
import { renderSections } from '../report/table.ts'
import { toBarsSection } from '../report/verdicts.ts'
import { lookAsDive } from './as-dive.ts'
import { judge } from './bars.ts'
import { compareWaste, pushedBytes } from './compare.ts'
import { measureProof } from './prove.ts'
import { type Report, reportAlone, runStep, type Step } from './run-step.ts'

const layers = 5

/** A load into a node that has just been started. */
const load = (session: Session, image: BenchImage, report: string): Promise<Step> =>
  withScope(session, async (scope) => {
    const { cluster } = await startNodes(scope, 1)
    const inputs = { images: image.ref, 'cluster-name': cluster, 'image-report': report }
    return runStep(scope, inputs)
  })

const measureLoads = async (session: Session, image: BenchImage, runs: number) => {
  const steps = { false: [] as Step[], auto: [] as Step[] }
  for (let round = 1; round <= runs; round += 1) {
    say(`loads, round ${round} of ${runs}`)
    const order = ['false', 'auto'] as const
    for (const report of round % 2 === 0 ? order.toReversed() : order)
      steps[report].push(await load(session, image, report))
  }
  if (steps.auto.some(({ reports }) => reports.length !== 1))
    throw new Error('a load beside which a report was to be made has none')
  return {
    off: steps.false.map(({ seconds }) => seconds),
    beside: steps.auto.map(({ seconds }) => seconds),
    reportsWhenOff: steps.false.reduce((sum, { reports }) => sum + reports.length, 0),
  }
}

const measureAlone = async (session: Session, ref: string, cluster: string, runs: number) => {
  const [alone, asDive]: [number[], number[]] = [[], []]
  let report: Report | undefined
  for (let round = 1; round <= runs; round += 1) {
    say(`alone, round ${round} of ${runs}`)
    const ours = await reportAlone(session, ref, cluster)
    const theirs = await lookAsDive(session, ref)
    report = ours.report
    // Both have seen the same image, or there is nothing to compare.
    if (report.totalBytes !== theirs.bytes)
      throw new Error(`the report counts ${report.totalBytes} bytes, tar ${theirs.bytes}`)
    alone.push(ours.seconds)
    asDive.push(theirs.seconds)
  }
  if (report === undefined || report.isPackedExact) throw new Error('no packed size was estimated')
  return { alone, asDive, told: report.packedBytes }
}

export const reportCommand = defineCommand({
  name: 'report',
  summary: "the image report's time and figures: a load without it, dive's way, a rebuild, a push",
  flags: {
    bars: toggle('say of each bar whether it is met, which it does anyway'),
    'size-mb': count(2_200, 'megabytes of the image'),
    files: count(37_000, 'files of the image'),
    runs: count(3, 'measurements of every way'),
  },
  check: () => [],
  run: async ({ 'size-mb': megabytes, files, runs }, given) => {
    warnWhenBusy()
    // The classic store keeps no packed layers: there the size in a registry is an estimate.
    const session = await useEngine(given, 'overlay2')
    const base = process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest'
    const weight = { bytes: megabytes * 1e6, files, layers }
    const image = await makeImage(session, await readEngine(session), weight)
    const loads = await measureLoads(session, image, runs)
    const { cluster } = await startNodes(session, 1)
    const { told, ...times } = await measureAlone(session, image.ref, cluster, runs)
    say('waste and push')
    const waste = await compareWaste(session, base, megabytes / 50, cluster)
    const packed = { told, real: await pushedBytes(session, image.ref) }
    say('proof')
    const findingsWeight = { bytes: megabytes * (1e9 / 2_200), files: 20_000 }
    const proof = await measureProof(session, base, runs, findingsWeight, cluster)
    say('findings')
    const findings = await runScenario(session, 'image-rules-all')
    const verdicts = judge({ ...loads, ...times, waste, packed, proof, findings })
    const percent = Math.round((megabytes / 2_200) * 100)
    process.stdout.write(renderSections([toBarsSection(verdicts, percent)]))
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1
  },
})
