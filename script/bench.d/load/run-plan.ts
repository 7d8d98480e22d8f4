import { type Engine, mostLayers, readEngine } from '../host/engine.ts'
import { sweepLeftovers } from '../host/leftovers.ts'
import { type Machine, readMachine } from '../host/machine.ts'
import { startNodes } from '../host/nodes.ts'
import { messageOf, say } from '../host/progress.ts'
import { type Session, withScope } from '../host/session.ts'
import { useEngine } from '../host/testbed.ts'
import { type BenchImage, makeImage } from '../image/make-image.ts'
import type { Weight } from '../image/tree.ts'
import { formatSeconds } from '../report/units.ts'
import { runSeries, type Sample, type Series } from './series.ts'
import type { Way } from './way.ts'

/** A series before its image is made. */
export type SeriesPlan = {
  readonly name: string
  /** `own`: that of the shell in which the bench was started. */
  readonly engine: 'own' | 'containerd'
  readonly weight: Weight
  readonly nodes: number
  readonly entries: readonly { readonly way: Way; readonly runs: number }[]
}

/** All that was measured, and on what. */
export type Measurements = {
  readonly machines: readonly Machine[]
  readonly series: readonly Series[]
  readonly samples: readonly Sample[]
}

type Place = { readonly session: Session; readonly engine: Engine; readonly machine: Machine }

const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const started = performance.now()
  const result = await work()
  say(`${what}: ${formatSeconds(performance.now() - started)} s`)
  return result
}

const openPlace = async (own: Session, name: SeriesPlan['engine']): Promise<Place> => {
  const session = name === 'own' ? own : await useEngine(own, name)
  const engine = await readEngine(session)
  await sweepLeftovers(session, engine)
  const machine = await withScope(session, async (scope) =>
    readMachine(scope, engine, await startNodes(scope, 1)),
  )
  return { session, engine, machine }
}

/** Undefined where the testbed cannot bring up an engine of its own beside the one that is there. */
const tryPlace = async (own: Session, name: SeriesPlan['engine']): Promise<Place | undefined> => {
  try {
    return await openPlace(own, name)
  } catch (error) {
    own.signal.throwIfAborted()
    if (name === 'own') throw error
    say(`not measured: all on the engine ${name}: ${messageOf(error)}`)
    return undefined
  }
}

/** Leaves out what cannot be done here, and says so. */
const pickEntries = ({ entries, weight }: SeriesPlan, engine: Engine): SeriesPlan['entries'] =>
  entries.filter(({ way }) => {
    const why = way.isImpossible?.(engine, weight)
    if (why !== undefined) say(`not measured: ${way.title}: ${why}`)
    return why === undefined
  })

const toSeries = async (
  plan: SeriesPlan,
  { session, engine }: Place,
  images: Map<string, BenchImage>,
): Promise<Series> => {
  const { name, nodes, weight } = plan
  const most = mostLayers(engine)
  if (weight.layers > most) {
    throw new Error(`an image of ${weight.layers} layers: this store takes ${most} at most`)
  }
  const entries = pickEntries(plan, engine)
  const key = JSON.stringify([plan.engine, weight])
  const make = () => makeImage(session, engine, weight)
  const image = images.get(key) ?? (await timed(`making the image of ${name}`, make))
  images.set(key, image)
  return { name, nodes, image, entries, session, engine }
}

/** Makes what the series need, each image once, and measures them side by side. */
export const runPlan = async (
  session: Session,
  plans: readonly SeriesPlan[],
): Promise<Measurements> => {
  const places = new Map<SeriesPlan['engine'], Place | undefined>()
  const images = new Map<string, BenchImage>()
  const series: Series[] = []
  for (const plan of plans) {
    if (!places.has(plan.engine)) places.set(plan.engine, await tryPlace(session, plan.engine))
    const place = places.get(plan.engine)
    if (place !== undefined) series.push(await toSeries(plan, place, images))
  }
  const samples = await runSeries(series)
  const machines = [...places.values()].flatMap((place) => place?.machine ?? [])
  return { machines, series, samples }
}
