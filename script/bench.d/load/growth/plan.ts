import type { Weight } from '../../image/tree.ts'
import { formatBytes, formatCount } from '../../report/units.ts'
import type { SeriesPlan } from '../run-plan.ts'
import type { Way } from '../way.ts'

/** What can grow, and to how many times what it was. */
const steps = {
  bytes: [1, 2, 4],
  files: [1, 2, 4],
  layers: [1, 5, 25],
  nodes: [1, 2, 4],
} as const

export type Dimension = keyof typeof steps

export type Size = Weight & { readonly nodes: number }

/** One thing grows and the rest stays. */
export type Growth = {
  readonly dimension: Dimension
  readonly points: readonly { readonly value: number; readonly series: string }[]
}

const toName = ({ bytes, files, layers, nodes }: Size): string =>
  [
    formatBytes(bytes),
    formatCount(files, 'file'),
    formatCount(layers, 'layer'),
    formatCount(nodes, 'node'),
  ].join(', ')

const dimensions = Object.keys(steps) as readonly Dimension[]

const grow = (start: Size, dimension: Dimension): readonly Size[] =>
  steps[dimension].map((step) => ({ ...start, [dimension]: start[dimension] * step }))

export const planGrowth = (start: Size): readonly Growth[] =>
  dimensions.map((dimension) => ({
    dimension,
    points: grow(start, dimension).map((size) => ({
      value: size[dimension],
      series: toName(size),
    })),
  }))

/** Every point once: where all things start is the same point for all of them. */
export const planGrowthSeries = (
  start: Size,
  ways: readonly Way[],
  runs: number,
): readonly SeriesPlan[] => {
  const sizes = dimensions.flatMap((dimension) => grow(start, dimension))
  const unique = new Map(sizes.map((size) => [toName(size), size]))
  return [...unique].map(([name, { nodes, ...weight }]) => ({
    name,
    engine: 'own',
    weight,
    nodes,
    entries: ways.map((way) => ({ way, runs })),
  }))
}

/** What the largest of the images will be. */
export const mostGrown = (start: Size): Size => ({
  bytes: start.bytes * Math.max(...steps.bytes),
  files: start.files * Math.max(...steps.files),
  layers: start.layers * Math.max(...steps.layers),
  nodes: start.nodes * Math.max(...steps.nodes),
})
