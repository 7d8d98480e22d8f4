import type { Weight } from '../../image/tree.ts'
import type { SeriesPlan } from '../run-plan.ts'
import { actionWay, unchangedWay } from '../ways/action.ts'
import { copyWay, kindApartWay } from '../ways/apart.ts'
import { changedWay, streamChangedWay } from '../ways/changed.ts'
import { kindWay } from '../ways/kind.ts'
import { limitWay } from '../ways/limit.ts'
import { registryWay } from '../ways/registry.ts'
import { saveImportWay } from '../ways/save-import.ts'
import { streamWay } from '../ways/stream.ts'
import type { Weights } from './bars.ts'
import type { Bar } from './judge.ts'

/** The issue's own weights; to try the bench, so many percent of their bytes and files. */
export const planWeights = (percent: number): Weights => {
  const scale = ({ bytes, files, layers }: Weight): Weight => ({
    bytes: Math.round((bytes * percent) / 100),
    files: Math.max(layers, Math.round((files * percent) / 100)),
    layers,
  })
  const light = { bytes: 550_000_000, files: 37_000, layers: 5 }
  const containerd = { bytes: 640_000_000, files: 11_000, layers: 3 }
  return {
    main: scale({ bytes: 2_200_000_000, files: 37_000, layers: 5 }),
    light: scale(light),
    layered: scale({ ...light, layers: 125 }),
    containerd: scale(containerd),
    containerdLayered: scale({ ...containerd, layers: 127 }),
  }
}

/**
 * All series of the bars. What takes a second is measured more often than what takes a minute, so
 * that medians are of use and the whole ends within the hour.
 */
const planAll = (
  { main, light, layered, containerd, containerdLayered }: Weights,
  runs: number,
) => {
  const often = 2 * runs - 1
  const seldom = Math.max(1, runs - 1)
  const once = 1
  return [
    {
      name: 'main',
      engine: 'own',
      weight: main,
      nodes: 1,
      entries: [
        { way: kindWay, runs },
        { way: actionWay, runs: often },
        { way: limitWay, runs: often },
        { way: unchangedWay, runs: often },
        { way: changedWay, runs: often },
        { way: saveImportWay, runs: seldom },
        { way: streamWay, runs: seldom },
        { way: streamChangedWay, runs: once },
        { way: registryWay, runs: once },
      ],
    },
    {
      name: 'light',
      engine: 'own',
      weight: light,
      nodes: 1,
      entries: [
        { way: kindWay, runs: once },
        { way: actionWay, runs: often },
      ],
    },
    {
      name: 'light-4-nodes',
      engine: 'own',
      weight: light,
      nodes: 4,
      entries: [
        { way: kindWay, runs: once },
        { way: actionWay, runs },
      ],
    },
    {
      name: 'layered',
      engine: 'own',
      weight: layered,
      nodes: 1,
      entries: [{ way: actionWay, runs }],
    },
    {
      name: 'apart',
      engine: 'own',
      weight: main,
      nodes: 1,
      entries: [
        { way: kindApartWay, runs: seldom },
        { way: copyWay, runs: seldom },
      ],
    },
    {
      name: 'containerd',
      engine: 'containerd',
      weight: containerd,
      nodes: 1,
      entries: [
        { way: kindWay, runs },
        { way: actionWay, runs },
      ],
    },
    {
      name: 'containerd-layered',
      engine: 'containerd',
      weight: containerdLayered,
      nodes: 1,
      entries: [{ way: actionWay, runs }],
    },
  ] as const satisfies readonly SeriesPlan[]
}

/** The series with only what some bars compare; further ways are left out. */
const keepNeeded = (plans: readonly SeriesPlan[], bars: readonly Bar[]): readonly SeriesPlan[] => {
  const needed = new Set(bars.flatMap(({ needs }) => needs.map((key) => key.join('/'))))
  return plans
    .map((plan) => ({
      ...plan,
      entries: plan.entries.filter(({ way }) => needed.has(`${plan.name}/${way.name}`)),
    }))
    .filter(({ entries }) => entries.length > 0)
}

/** Everything, or what the chosen bars need. */
export const planSeries = (
  weights: Weights,
  runs: number,
  chosen: readonly Bar[] | undefined,
): readonly SeriesPlan[] => {
  const all: readonly SeriesPlan[] = planAll(weights, runs)
  return chosen === undefined ? all : keepNeeded(all, chosen)
}
