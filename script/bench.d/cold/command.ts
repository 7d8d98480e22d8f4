import { defineCommand } from '../command.ts'
import { choice, count, toggle } from '../flags.ts'
import { readEngine } from '../host/engine.ts'
import { sweepLeftovers } from '../host/leftovers.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { useEngine } from '../host/testbed.ts'
import { renderSections } from '../report/table.ts'
import { toBarsSection } from '../report/verdicts.ts'
import { judge } from './bars.ts'
import { measureCold, type Part } from './measure-cold.ts'
import { fullMegabytes, prepareStage } from './stage.ts'

const parts: readonly Part[] = ['unchanged', 'changed', 'gha', 'tars', 'poisoned']

export const coldCommand = defineCommand({
  name: 'cold',
  summary: "six builds with an empty builder and empty nodes: build-cache, BuildKit's gha, tars",
  flags: {
    bars: toggle('say of each bar whether it is met, which it does anyway'),
    'size-mb': count(fullMegabytes, 'megabytes of the six images, what they share once'),
    runs: count(3, 'measurements of every way'),
    only: choice(parts, 'parts; bars of the others are missed'),
  },
  check: ({ 'size-mb': megabytes }) =>
    megabytes < 100 ? [`--size-mb '${megabytes}': must be 100 or more`] : [],
  run: async ({ 'size-mb': megabytes, runs, only }, given) => {
    warnWhenBusy()
    const session = await useEngine(given, 'containerd')
    const engine = await readEngine(session)
    await sweepLeftovers(session, engine)
    const stage = await prepareStage(session, megabytes)
    const verdicts = judge(await measureCold(stage, engine, runs, only as readonly Part[]))
    const percent = Math.round((megabytes / fullMegabytes) * 100)
    process.stdout.write(renderSections([toBarsSection(verdicts, percent)]))
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1
  },
})
