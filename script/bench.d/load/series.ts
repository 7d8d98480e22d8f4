import { statfs } from 'node:fs/promises'
import { type Engine, foldersToWatch, workFolderOf } from '../host/engine.ts'
import { type FreshNodes, startNodes } from '../host/nodes.ts'
import { moveToOtherFilesystem } from '../host/other-filesystem.ts'
import { messageOf, say } from '../host/progress.ts'
import { type Session, withScope } from '../host/session.ts'
import type { BenchImage } from '../image/make-image.ts'
import { measure } from '../measure/measure.ts'
import { formatSeconds } from '../report/units.ts'
import { warmLayers } from './layers.ts'
import { verify } from './verify.ts'
import type { Loaded, Trial, Way } from './way.ts'

/** All that one measurement gave; `error` says why it does not count. */
export type Sample = Loaded & {
  readonly series: string
  readonly way: string
  readonly run: number
  readonly peakBytes?: number
  /** Without what Docker spools for `docker save`. */
  readonly ownPeakBytes?: number
  readonly afterBytes?: number
  readonly error?: string
}

/** What is compared: ways with the same image and equally many nodes. */
export type Series = {
  readonly name: string
  readonly session: Session
  readonly engine: Engine
  readonly image: BenchImage
  readonly nodes: number
  readonly entries: readonly { readonly way: Way; readonly runs: number }[]
}

type Outcome = Omit<Sample, 'series' | 'way' | 'run'>

/** kind's load holds the bytes three times: archive, blobs, files; only the last two in the node. */
const roomFor = ({ bytes }: BenchImage): number => 2.5 * bytes + 1_000_000_000

const moveApart = (scope: Session, { session, engine, image }: Series, nodes: FreshNodes) =>
  Promise.all(
    nodes.names.map((node) => moveToOtherFilesystem(scope, session, engine, node, roomFor(image))),
  )

const measureTrial = async (
  way: Way,
  given: Trial,
  folders: readonly string[],
): Promise<Outcome> => {
  const trial = (await way.prepare?.(given)) ?? given
  const { engine, session } = trial
  const { result, wallMs, disk } = await measure(
    session,
    {
      folders: [...foldersToWatch(engine), ...folders],
      spool: engine.isLocal ? workFolderOf(engine) : undefined,
    },
    () => way.load(trial),
    () => warmLayers(trial),
  )
  if (way.fillsNodes) await verify(trial)
  return { wallMs, ...disk, ...result }
}

/** Nodes of measurements that are over, oldest first. */
type Kept = FreshNodes[]

/** Removes kept nodes where the next measurement would have no room; they are kept for its speed. */
const makeRoom = async ({ engine, image }: Series, kept: Kept): Promise<void> => {
  if (!engine.isLocal) return
  const { bavail, bsize } = await statfs(engine.dataRoot)
  if (bavail * bsize > 2 * roomFor(image) + 8_000_000_000) return
  for (const { remove } of kept.splice(0)) await remove()
}

const runTrial = async (series: Series, way: Way, kept: Kept): Promise<Outcome> => {
  const { engine, image } = series
  try {
    await makeRoom(series, kept)
    return await withScope(series.session, async (session) => {
      // A node with a filesystem of its own would hold on to it.
      const keeper = way.nodesAreApart ? session : series.session
      const nodes = await startNodes(session, way.fillsNodes ? series.nodes : 0, keeper)
      if (keeper !== session) kept.push(nodes)
      const folders = way.nodesAreApart ? await moveApart(session, series, nodes) : []
      const trial = { session, keeper: series.session, engine, image, nodes }
      return measureTrial(way, trial, folders)
    })
  } catch (error) {
    // The bench goes on with the other ways, unless it is the bench that shall end.
    series.session.signal.throwIfAborted()
    return { error: messageOf(error) }
  }
}

const toWords = ({ wallMs, error }: Outcome): string =>
  wallMs === undefined ? `failed: ${error}` : `${formatSeconds(wallMs)} s`

/** Whether a way that is measured less often than there are rounds has its turn in this one. */
export const hasTurn = (round: number, rounds: number, runs: number): boolean =>
  Array.from({ length: runs }, (_, run) => Math.floor(((run + 0.5) * rounds) / runs)).includes(
    round,
  )

/** Ways take turns, round by round: what changes over time then changes for all. */
export const runSeries = async (all: readonly Series[]): Promise<readonly Sample[]> => {
  const samples: Sample[] = []
  const kept: Kept = []
  const rounds = Math.max(0, ...all.flatMap(({ entries }) => entries.map(({ runs }) => runs)))
  for (let round = 0; round < rounds; round += 1) {
    for (const series of all) {
      for (const { way, runs } of series.entries) {
        if (!hasTurn(round, rounds, runs)) continue
        const outcome = await runTrial(series, way, kept)
        samples.push({ series: series.name, way: way.name, run: round + 1, ...outcome })
        const where = `round ${round + 1} of ${rounds}, ${series.name}`
        say(`${where}: ${way.title}: ${toWords(outcome)}`)
      }
    }
  }
  return samples
}
