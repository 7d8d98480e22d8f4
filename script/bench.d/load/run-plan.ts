import { type Engine, mostLayers, readEngine } from '../host/engine.ts'
import { sweepLeftovers } from '../host/leftovers.ts'
import { type Machine, readMachine } from '../host/machine.ts'
import { startNodes } from '../host/nodes.ts'
import { say } from '../host/progress.ts'
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

/** Leaves out what cannot be done here, and says so. */
const pickEntries = ({ entries, weight }: SeriesPlan, engine: Engine): SeriesPlan['entries'] =>
  entries.filter(({ way }) => {
    const why = way.isImpossible?.(engine, weight)
    if (why !== undefined) say(`not measured: ${way.title}: ${why}`)
    return why === undefined
  })

/** Makes what the series need, each image once, and measures them side by side. */
export const runPlan = async (
  session: Session,
  plans: readonly SeriesPlan[],
): Promise<Measurements> => {
  const places = new Map<SeriesPlan['engine'], Place>()
  const images = new Map<string, BenchImage>()
  const series: Series[] = []
  for (const plan of plans) {
    const { name, nodes, weight } = plan
    const place = places.get(plan.engine) ?? (await openPlace(session, plan.engine))
    places.set(plan.engine, place)
    const entries = pickEntries(plan, place.engine)
    const key = JSON.stringify([plan.engine, weight])
    if (weight.layers > mostLayers(place.engine)) {
      throw new Error(
        `an image of ${weight.layers} layers: this store takes ${mostLayers(place.engine)} at most`,
      )
    }
    const make = () => makeImage(place.session, place.engine, weight)
    const image = images.get(key) ?? (await timed(`making the image of ${name}`, make))
    images.set(key, image)
    series.push({ name, nodes, image, entries, session: place.session, engine: place.engine })
  }
  const samples = await runSeries(series)
  return { machines: [...places.values()].map(({ machine }) => machine), series, samples }
}
