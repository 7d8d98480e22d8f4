import { spreadOf } from '../measure/statistics.ts'
import type { Verdict } from '../report/verdicts.ts'
import type { Measured, Round } from './round.ts'

/** All rounds of each way into two nodes, and of ours into one. */
export type Rounds = {
  readonly [W in 'slipway' | 'today' | 'registry' | 'oneNode']: readonly Round[]
}

type What = keyof Round

const medianOf = (numbers: readonly number[]): number => spreadOf(numbers)?.median ?? Number.NaN

const secondsOf = (rounds: readonly Round[], what: What): number =>
  medianOf(rounds.map((round) => round[what].seconds))

const bytesOf = (rounds: readonly Round[], what: What): number =>
  Math.max(...rounds.map((round): Measured => round[what]).map(({ bytes }) => bytes))

/** The tar of a layer of one file, and 64 KB for config, manifest and what buildx and BuildKit say. */
const changedBytes = 2_048 + 64 * 1024

/** The testbed's base, which the builder has and the nodes lack. */
const baseBytes = 175e6

const others = {
  today: '`--load` and `kind load`',
  registry: 'push to and pull from a registry on loopback',
} as const

const times = (
  rounds: Rounds,
  what: What,
  atLeast: number,
  other: keyof typeof others = 'today',
): Omit<Verdict, 'name' | 'measure'> => {
  const [ours, theirs] = [secondsOf(rounds.slipway, what), secondsOf(rounds[other], what)]
  return {
    bar: `${atLeast === 1 ? '' : `at least ${atLeast} times `}faster than ${others[other]}`,
    measured: `${(theirs / ours).toFixed(1)}x: ${ours.toFixed(2)} s against ${theirs.toFixed(2)} s`,
    isMet: theirs / ours >= atLeast,
  }
}

/**
 * Judges what was measured.
 *
 * @param imageBytes of the image's layers together
 */
export const judge = (rounds: Rounds, imageBytes: number): readonly Verdict[] => {
  const { slipway, oneNode } = rounds
  const bytes = bytesOf(slipway, 'changed')
  const unchanged = secondsOf(slipway, 'unchanged')
  const nodes = secondsOf(slipway, 'cold') / secondsOf(oneNode, 'cold')
  const cold = bytesOf(slipway, 'cold')
  const extra = medianOf(slipway.map((round) => round.cold.extraBytes))
  return [
    {
      ...{ name: 'changed-bytes', measure: 'one line changed, two nodes: bytes from the builder' },
      bar: 'at most the new layer and 64 KB',
      measured: `${(bytes / 1e3).toFixed(1)} kB`,
      isMet: bytes <= changedBytes,
    },
    { name: 'changed', measure: 'one line changed, two nodes', ...times(rounds, 'changed', 20) },
    { name: 'cold', measure: 'all layers, two nodes', ...times(rounds, 'cold', 4) },
    {
      ...{ name: 'registry-changed', measure: 'one line changed, two nodes' },
      ...times(rounds, 'changed', 1, 'registry'),
    },
    {
      ...{ name: 'registry-cold', measure: 'all layers, two nodes' },
      ...times(rounds, 'cold', 1, 'registry'),
    },
    {
      ...{ name: 'cold-bytes', measure: 'all layers, two nodes: bytes from the builder' },
      bar: 'at most 1.1 times the image and its base',
      measured: `${(cold / 1e6).toFixed(0)} MB`,
      isMet: cold <= 1.1 * (imageBytes + baseBytes),
    },
    {
      ...{ name: 'disk', measure: 'all layers, two nodes: disk beyond what stays' },
      bar: 'at most 1.05 times the image and its base',
      measured: `${(extra / 1e6).toFixed(0)} MB`,
      isMet: extra <= 1.05 * (imageBytes + baseBytes),
    },
    {
      ...{ name: 'unchanged', measure: 'unchanged, two nodes, whole step' },
      bar: 'at most 1 s',
      measured: `${unchanged.toFixed(2)} s`,
      isMet: unchanged <= 1,
    },
    {
      ...{ name: 'nodes', measure: 'all layers, two nodes against one' },
      bar: 'at most 1.2 times the time',
      measured: `${nodes.toFixed(2)}x`,
      isMet: nodes <= 1.2,
    },
  ]
}
