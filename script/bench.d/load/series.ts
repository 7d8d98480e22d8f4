import { type Engine, foldersToWatch } from '../host/engine.ts'
import { type FreshNodes, startNodes } from '../host/nodes.ts'
import { messageOf, say } from '../host/progress.ts'
import type { Session } from '../host/session.ts'
import type { BenchImage } from '../image/make-image.ts'
import { measure } from '../measure/measure.ts'
import { formatSeconds } from '../report/units.ts'
import { warmLayers } from './layers.ts'
import { verify } from './verify.ts'
import type { Trial, Way } from './way.ts'

/** All that one measurement gave; `error` says why it does not count. */
export type Sample = {
  readonly way: string
  readonly run: number
  readonly wallMs?: number
  readonly peakBytes?: number
  readonly afterBytes?: number
  readonly note?: string
  readonly error?: string
}

/** What is compared: all ways with the same image and equally many nodes. */
export type Series = {
  readonly ways: readonly Way[]
  readonly image: BenchImage
  readonly engine: Engine
  readonly nodes: number
  readonly runs: number
}

const noNodes: FreshNodes = { cluster: '', names: [], remove: async () => {} }

const measureTrial = async (way: Way, trial: Trial): Promise<Omit<Sample, 'way' | 'run'>> => {
  await way.prepare?.(trial)
  const { result, wallMs, peakBytes, afterBytes } = await measure(
    trial.session,
    foldersToWatch(trial.engine),
    () => way.load(trial),
    () => warmLayers(trial),
  )
  await result.undo?.()
  if (way.fillsNodes) await verify(trial)
  const { note } = result
  return { wallMs: result.wallMs ?? wallMs, peakBytes, afterBytes, ...(note && { note }) }
}

const runTrial = async (
  session: Session,
  { image, engine, nodes: amount }: Series,
  way: Way,
): Promise<Omit<Sample, 'way' | 'run'>> => {
  const nodes = way.fillsNodes ? await startNodes(session, amount) : noNodes
  try {
    return await measureTrial(way, { session, engine, image, nodes })
  } catch (error) {
    // The bench goes on with the other ways, unless it is the bench that shall end.
    session.signal.throwIfAborted()
    return { error: messageOf(error) }
  } finally {
    await nodes.remove()
  }
}

/** Every way once, then every way again: what changes over time then changes for all. */
export const runSeries = async (session: Session, series: Series): Promise<readonly Sample[]> => {
  const samples: Sample[] = []
  for (let run = 1; run <= series.runs; run += 1) {
    for (const way of series.ways) {
      const sample = { way: way.name, run, ...(await runTrial(session, series, way)) }
      samples.push(sample)
      const { wallMs, error } = sample
      const outcome = wallMs === undefined ? `failed: ${error}` : `${formatSeconds(wallMs)} s`
      say(`run ${run} of ${series.runs}: ${way.title}: ${outcome}`)
    }
  }
  return samples
}
