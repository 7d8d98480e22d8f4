import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineCommand } from '../command.ts'
import { choice, count, toggle } from '../flags.ts'
import { canReach, readEngine } from '../host/engine.ts'
import { sweepLeftovers } from '../host/leftovers.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { useEngine } from '../host/testbed.ts'
import { renderSections } from '../report/table.ts'
import { toBarsSection } from '../report/verdicts.ts'
import { judge, judgeBaked } from './bars.ts'
import { makeTree } from './make-tree.ts'
import { measureBaked } from './measure-baked.ts'
import { measureFiles } from './measure-files.ts'
import { folderName } from './run-step.ts'

/** Room for one shard and what is beside it. */
const leastMegabytes = 100

export const filesCommand = defineCommand({
  name: 'files',
  summary: 'files on nodes: cp -a, a step without them, and the same files in an image',
  flags: {
    bars: toggle('say of each bar whether it is met, which it does anyway'),
    'size-mb': count(3_000, 'megabytes of the files'),
    files: count(2_000, 'files'),
    'baked-mb': count(1_000, 'megabytes of those in an image: each is there eight times'),
    runs: count(3, 'measurements of every way'),
    only: choice(['files', 'baked'], 'parts'),
  },
  check: (values) => [
    ...(['size-mb', 'baked-mb'] as const)
      .filter((name) => values[name] < leastMegabytes)
      .map((name) => `--${name} '${values[name]}': must be ${leastMegabytes} or more`),
    ...(values.files < 100 ? [`--files '${values.files}': must be 100 or more`] : []),
  ],
  run: async ({ 'size-mb': megabytes, 'baked-mb': baked, files, runs, only }, given) => {
    warnWhenBusy()
    const session = await useEngine(given, 'overlay2')
    const engine = await readEngine(session)
    if (!canReach(engine))
      throw new Error("root is needed, and the daemon's folders on this machine")
    await sweepLeftovers(session, engine)
    const base = process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest'
    const workspace = join(session.tempDir, 'workspace')
    mkdirSync(workspace)
    const verdicts = []
    if (only.includes('files')) {
      makeTree(join(workspace, folderName), { megabytes, files })
      verdicts.push(...judge(await measureFiles({ session, engine, workspace, base }, runs)))
    }
    if (only.includes('baked'))
      verdicts.push(
        ...judgeBaked(await measureBaked(given, base, { megabytes: baked, files }, runs)),
      )
    const percent = Math.round((megabytes / 3_000) * 100)
    process.stdout.write(renderSections([toBarsSection(verdicts, percent)]))
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1
  },
})
