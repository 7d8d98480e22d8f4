import type { Spread } from '../../measure/statistics.ts'
import type { Verdict } from '../../report/verdicts.ts'
import type { WaySummary } from '../summary.ts'

export type Key = readonly [series: string, way: string]

/** A way's summary, all measurements of which are good; it throws where there is none. */
export type Find = (key: Key) => WaySummary

/** A way's summary, as far as it was measured. */
export type Look = (key: Key) => WaySummary | undefined

export type Judgement = Pick<Verdict, 'measured' | 'isMet'>

/** One line of the issue that this bench answers. */
export type Bar = Pick<Verdict, 'name' | 'measure' | 'bar'> & {
  /** What must be measured for it. */
  readonly needs: readonly Key[]
  readonly judge: (find: Find, look: Look) => Judgement
}

/** Of what was not measured, or only failed, nothing can be said. */
class NotMeasured extends Error {}

const toFind =
  (look: Look): Find =>
  ([series, way]) => {
    const found = look([series, way])
    if (found === undefined) throw new NotMeasured(`${series}, ${way}: not measured here`)
    const [error] = found.errors
    if (error !== undefined) throw new NotMeasured(`${series}, ${way}: failed: ${error}`)
    return found
  }

/** @throws {NotMeasured} which makes a bar that needs it a missed one */
export const known = (spread: Spread | undefined, what: string): Spread => {
  if (spread === undefined) throw new NotMeasured(`${what} was not measured`)
  return spread
}

/** A bar of which nothing can be said is not met. */
export const judgeBars = (
  bars: readonly Bar[],
  summaries: ReadonlyMap<string, readonly WaySummary[]>,
): readonly Verdict[] => {
  const look: Look = ([series, way]) => summaries.get(series)?.find(({ name }) => name === way)
  return bars.map(({ name, measure, bar, judge }) => {
    try {
      return { name, measure, bar, ...judge(toFind(look), look) }
    } catch (error) {
      if (!(error instanceof NotMeasured)) throw error
      return { name, measure, bar, measured: error.message, isMet: false }
    }
  })
}
