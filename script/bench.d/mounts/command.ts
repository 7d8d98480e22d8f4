import { defineCommand } from '../command.ts'
import { count } from '../flags.ts'
import { warnWhenBusy } from '../host/machine.ts'
import { say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import { useEngine } from '../host/testbed.ts'
import { spreadOf } from '../measure/statistics.ts'
import { type Column, renderSections, toTable } from '../report/table.ts'
import { prepareStage, type Stage } from './stage.ts'
import { dancesWay, slipwaysWay, type Way } from './ways.ts'

type Round = {
  readonly restoredMs: number
  readonly savedMs: number
  readonly savedBytes: number
}

type Row = { readonly name: string; readonly rounds: readonly Round[] }

const time = async (act: () => Promise<void>): Promise<number> => {
  const began = performance.now()
  await act()
  return performance.now() - began
}

const bytesIn = ({ service }: Stage): number =>
  service.entries.reduce((sum, { content }) => sum + (content?.length ?? 0), 0)

/** A mount that a run before has kept, restored by a new builder; then one file of it changes. */
const measure = async (stage: Stage, way: Way, change: string): Promise<Round> => {
  await stage.lose()
  const restoredMs = await time(way.restore)
  await stage.inMount(`test -s file-1 && ${change}`)
  const before = bytesIn(stage)
  const savedMs = await time(way.save)
  return { restoredMs, savedMs, savedBytes: bytesIn(stage) - before }
}

const show = (values: readonly number[], unit: number): string => {
  const { median, min, max } = spreadOf(values) ?? { median: 0, min: 0, max: 0 }
  return [median, min, max]
    .map((value) => (value / unit).toFixed(unit === 1e6 ? 2 : 1))
    .join(' ')
    .replace(/ (\S+) (\S+)$/, ' ($1-$2)')
}

const columns: readonly Column<Row>[] = [
  { title: 'way', align: 'left', cell: ({ name }) => name },
  {
    title: 'restored, s',
    align: 'right',
    cell: ({ rounds }) =>
      show(
        rounds.map(({ restoredMs }) => restoredMs),
        1_000,
      ),
  },
  {
    title: 'saved after one changed file, s',
    align: 'right',
    cell: ({ rounds }) =>
      show(
        rounds.map(({ savedMs }) => savedMs),
        1_000,
      ),
  },
  {
    title: 'uploaded, MB',
    align: 'right',
    cell: ({ rounds }) =>
      show(
        rounds.map(({ savedBytes }) => savedBytes),
        1e6,
      ),
  },
]

const fill = (files: number, megabytes: number): string =>
  `for i in $(seq ${files}); do head -c ${Math.round((megabytes * 1e6) / files)} /dev/urandom >file-$i; done`

const runWays = async (session: Session, base: string, files: number, mb: number, runs: number) => {
  const rows: Row[] = []
  for (const toWay of [slipwaysWay, dancesWay]) {
    const stage = await prepareStage(session, base)
    const way = toWay(stage)
    await stage.lose()
    await way.restore()
    await stage.inMount(fill(files, mb))
    await way.save()
    const rounds: Round[] = []
    while (rounds.length < runs) {
      say(`${way.name}, round ${rounds.length + 1} of ${runs}`)
      const change = `head -c 100000 /dev/urandom >file-${rounds.length + 2}`
      rounds.push(await measure(stage, way, change))
    }
    rows.push({ name: way.name, rounds })
    await stage.lose()
  }
  return rows
}

export const mountsCommand = defineCommand({
  name: 'mounts',
  summary: 'caches of RUN --mount=type=cache, out of the Actions cache and into it',
  flags: {
    files: count(1_000, 'files in the mount'),
    'size-mb': count(200, 'megabytes of all of them'),
    runs: count(3, 'measurements of every way'),
  },
  check: () => [],
  run: async ({ files, 'size-mb': megabytes, runs }, given) => {
    warnWhenBusy()
    const session = await useEngine(given, 'overlay2')
    const base = process.env['SLIPWAY_BASE_IMAGE'] ?? 'slipway-testbed/base:latest'
    const rows = await runWays(session, base, files, megabytes, runs)
    const title = `A cache mount of ${files} files, ${megabytes} MB: median (min-max) of ${runs}`
    process.stdout.write(renderSections([{ title, table: toTable(columns, rows), notes: [] }]))
    return 0
  },
})
