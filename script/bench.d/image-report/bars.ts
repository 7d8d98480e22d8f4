import { spreadOf } from '../measure/statistics.ts'
import { formatBytes } from '../report/units.ts'
import type { Verdict } from '../report/verdicts.ts'

/** What a report says, and what is so. */
export type Compared = { readonly told: number; readonly real: number }

/** Seconds of a whole step that reports, with a proof and without one. */
export type Proved = {
  readonly with: readonly number[]
  readonly without: readonly number[]
  /** What the image has less without its findings, and what was to be proved. */
  readonly removedBytes: number
  readonly wantedBytes: number
}

export type Figures = {
  /** Seconds of a whole step that loads, by its `image-report`. */
  readonly off: readonly number[]
  readonly beside: readonly number[]
  /** Reports of the steps with `image-report: false`. */
  readonly reportsWhenOff: number
  /** Seconds of a whole step that only reports, and of dive's way. */
  readonly alone: readonly number[]
  readonly asDive: readonly number[]
  readonly waste: Compared
  readonly packed: Compared
  readonly proof: Proved
  /** What the scenario with an image for each rule, and one without its sin, says is wrong. */
  readonly findings: string | undefined
}

const medianOf = (seconds: readonly number[]): number => spreadOf(seconds)?.median ?? Number.NaN

const render = (seconds: readonly number[]): string => {
  const { median, min, max } = spreadOf(seconds) ?? { median: Number.NaN, min: 0, max: 0 }
  return `${median.toFixed(2)} s (${min.toFixed(2)}-${max.toFixed(2)})`
}

const within = (percent: number, { told, real }: Compared): Omit<Verdict, 'name' | 'measure'> => ({
  bar: `within ${percent}%`,
  measured: `${((told / real - 1) * 100).toFixed(2)}%: ${formatBytes(told)} told, ${formatBytes(real)} real`,
  // Nothing is within a part of nothing.
  isMet: real > 0 && Math.abs(told - real) * 100 <= percent * real,
})

export const judge = (figures: Figures): readonly Verdict[] => {
  const { off, beside, reportsWhenOff, alone, asDive, waste, packed, proof, findings } = figures
  const proving = medianOf(proof.with) - medianOf(proof.without)
  const more = medianOf(beside) - medianOf(off)
  const times = medianOf(asDive) / medianOf(alone)
  return [
    {
      ...{ name: 'beside', measure: 'whole report beside a load: more than the load without' },
      bar: 'at most 2 s',
      measured: `${more.toFixed(2)} s: ${render(beside)} against ${render(off)}`,
      isMet: more <= 2,
    },
    {
      ...{ name: 'off', measure: 'image-report: false: reports made' },
      bar: '0',
      measured: String(reportsWhenOff),
      isMet: reportsWhenOff === 0,
    },
    {
      ...{ name: 'alone', measure: "whole report alone against dive's way" },
      bar: 'at least 10 times faster',
      measured: `${times.toFixed(1)}x: ${render(alone)} against ${render(asDive)}`,
      isMet: times >= 10,
    },
    {
      ...{ name: 'waste', measure: 'waste against what the rebuilt image loses' },
      ...within(1, waste),
    },
    {
      ...{ name: 'packed', measure: "estimate of a registry's size against a push" },
      ...within(5, packed),
    },
    {
      ...{ name: 'findings', measure: 'images with the sin found, clean images accused' },
      bar: 'all, none, over at least 60 images',
      measured: findings ?? 'all, none',
      isMet: findings === undefined,
    },
    {
      ...{ name: 'proof', measure: 'proof by removal: more than the step without it' },
      bar: `at most 5 s for ${formatBytes(proof.wantedBytes)} of findings`,
      measured: `${proving.toFixed(2)} s for ${formatBytes(proof.removedBytes)}: ${render(proof.with)} against ${render(proof.without)}`,
      isMet: proving <= 5 && proof.removedBytes >= proof.wantedBytes,
    },
  ]
}
