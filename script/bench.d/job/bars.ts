import type { Spread } from '../measure/statistics.ts'
import { formatBytes, formatRatio, formatSeconds } from '../report/units.ts'
import type { Verdict } from '../report/verdicts.ts'
import type { Phase } from './run-rounds.ts'
import { formatShare, type JobSummary } from './summary.ts'
import type { Way } from './way.ts'

/** The issue's own. */
const mostNotBuilding = 0.05
const mostOfScript = 1 / 5
const mostOfAlone = 1.15

const range = ({ median, min, max }: Spread, format: (value: number) => string): string =>
  `${format(median)} (${format(min)} to ${format(max)})`

const seconds = (ms: number): string => `${formatSeconds(ms)} s`

type Numbers = Pick<JobSummary, 'wallMs' | 'notBuilding' | 'peakBytes' | 'afterBytes'>
type Known<K extends keyof Numbers> = (way: Way['name'], phase: Phase, what: K) => Spread

/** Of what was not measured, or failed once, nothing can be said. */
const toKnown =
  (summaries: readonly JobSummary[]): Known<keyof Numbers> =>
  (way, phase, what) => {
    const found = summaries.find((summary) => summary.way === way && summary.phase === phase)
    const [error] = found?.errors ?? []
    if (error !== undefined) throw new Error(`${found?.title}: failed: ${error}`)
    const spread = found?.[what]
    if (spread === undefined) throw new Error(`${way}, ${phase}: not measured`)
    return spread
  }

type Judgement = Pick<Verdict, 'measured' | 'isMet'>

const judgeRest = (known: Known<keyof Numbers>): Judgement => {
  const share = known('action', 'cold', 'notBuilding')
  const script = known('script', 'cold', 'notBuilding')
  return {
    measured: `${range(share, formatShare)}; the script ${range(script, formatShare)}`,
    isMet: share.median <= mostNotBuilding,
  }
}

const judgeChanged = (known: Known<keyof Numbers>): Judgement => {
  const wall = known('action', 'changed', 'wallMs')
  const script = known('script', 'changed', 'wallMs')
  const times = formatRatio(script.median / wall.median)
  return {
    measured: `${times} faster: ${range(wall, seconds)} against ${range(script, seconds)}`,
    isMet: wall.median <= mostOfScript * script.median,
  }
}

const judgeDisk = (known: Known<keyof Numbers>): Judgement => {
  const peak = known('action', 'cold', 'peakBytes')
  const alone = known('alone', 'cold', 'afterBytes')
  const script = known('script', 'cold', 'peakBytes')
  const times = (spread: Spread): string => `${(spread.median / alone.median).toFixed(2)} times`
  const parts = [`${times(peak)}: ${range(peak, formatBytes)} against ${formatBytes(alone.median)}`]
  return {
    measured: [...parts, `the script ${times(script)}: ${formatBytes(script.median)}`].join('; '),
    isMet: peak.median <= mostOfAlone * alone.median,
  }
}

const bars = [
  {
    name: 'not-building',
    measure: 'cold: wall time in which no build runs',
    bar: 'at most 5% of the wall time',
    judge: judgeRest,
  },
  {
    name: 'one-changed',
    measure: 'one service changed: wall time',
    bar: "at most a fifth of the script's",
    judge: judgeChanged,
  },
  {
    name: 'peak-disk',
    measure: 'cold: disk at peak',
    bar: 'at most 1.15 times what the images and their build cache occupy alone',
    judge: judgeDisk,
  },
] as const

/** Every bar of the issue; one of which nothing can be said is not met. */
export const judgeJob = (summaries: readonly JobSummary[]): readonly Verdict[] =>
  bars.map(({ judge, ...bar }) => {
    try {
      return { ...bar, ...judge(toKnown(summaries)) }
    } catch (error) {
      return { ...bar, measured: (error as Error).message, isMet: false }
    }
  })
