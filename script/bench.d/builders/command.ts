import { startOtherBuilder } from '../../../__tests__/support/other-builder.ts'
import { defineCommand } from '../command.ts'
import { choice, count } from '../flags.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { say } from '../host/progress.ts'
import { useEngine } from '../host/testbed.ts'
import { spreadOf } from '../measure/statistics.ts'
import { renderSections } from '../report/table.ts'
import { toBarsSection } from '../report/verdicts.ts'
import { judge, type Rounds } from './bars.ts'
import type { Size } from './context.ts'
import { countLeft } from './killed.ts'
import { type Measured, prepareImage, type Round, runRound, type Stage, ways } from './round.ts'

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

export const buildersCommand = defineCommand({
  name: 'builders',
  summary:
    'an image of a remote builder into two nodes: this action, --load with kind load, and a registry',
  flags: {
    runs: count(3, 'rounds of each way'),
    'size-mb': count(2_200, 'megabytes of the image'),
    files: count(37_000, 'small files of the image'),
    kills: count(20, 'jobs to kill'),
    only: choice(['loads', 'killed'], 'parts'),
  },
  check: () => [],
  run: async ({ runs, 'size-mb': sizeMb, files, kills, only }, given) => {
    warnWhenBusy()
    const session = await useEngine(given, 'overlay2')
    const base = process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest'
    const builder = await startOtherBuilder()
    session.defer('the builder', builder.remove)
    const size = { megabytes: sizeMb, files }
    const verdicts = [
      ...(only.includes('loads')
        ? await measureLoads(await prepareImage(session, builder, base, size), runs, size)
        : []),
      ...(only.includes('killed') ? [await countLeft(session, builder, base, kills)] : []),
    ]
    process.stdout.write(
      renderSections([toBarsSection(verdicts, Math.round((sizeMb / 2_200) * 100))]),
    )
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1
  },
})
