import type { Spread } from '../../measure/statistics.ts'
import { formatBytes, formatRatio, formatSeconds } from '../../report/units.ts'
import { formatRange, type WaySummary } from '../summary.ts'
import { type Bar, type Judgement, type Key, known, type Look } from './judge.ts'

const seconds = (spread: Spread): string =>
  `${formatSeconds(spread.median)} s (${formatRange(spread)})`

const bytes = ({ median, min, max }: Spread): string =>
  `${formatBytes(median)} (${formatBytes(min)} to ${formatBytes(max)})`

const wallOf = ({ wallMs, title }: WaySummary): Spread => known(wallMs, `time of ${title}`)

/** What a bar is called, and what is measured for it. */
export type Name = Pick<Bar, 'name' | 'measure'>

/** Medians of times, the second being so many times as long as the first. */
const judgeFaster = (fast: WaySummary, slow: WaySummary, times: number): Judgement => {
  const ratio = wallOf(slow).median / wallOf(fast).median
  return {
    measured: `${formatRatio(ratio)}: ${seconds(wallOf(fast))} against ${seconds(wallOf(slow))}`,
    isMet: ratio >= times && ratio > 1,
  }
}

export const atLeastTimesFaster = (
  name: Name,
  times: number,
  fast: Key,
  slow: Key,
  than = '`kind load docker-image`',
): Bar => ({
  ...name,
  bar: times > 1 ? `at least ${times} times faster than ${than}` : `faster than ${than}`,
  needs: [fast, slow],
  judge: (find) => judgeFaster(find(fast), find(slow), times),
})

export const atMostSeconds = (name: Name, limit: number, key: Key): Bar => ({
  ...name,
  bar: `at most ${limit} s, whole process`,
  needs: [key],
  judge: (find) => {
    const wall = wallOf(find(key))
    return { measured: seconds(wall), isMet: wall.median <= limit * 1_000 }
  },
})

export const atMostBytes = (
  name: Name & Pick<Bar, 'bar'>,
  limit: number,
  key: Key,
  spreadsOf: (found: WaySummary) => readonly (Spread | undefined)[],
): Bar => ({
  ...name,
  needs: [key],
  judge: (find) => {
    const spreads = spreadsOf(find(key)).map((spread) => known(spread, name.measure))
    return {
      measured: `${spreads.map(bytes).join(', ')}; the limit is ${formatBytes(limit)}`,
      isMet: spreads.every(({ median }) => median <= limit),
    }
  },
})

/** @param more seconds that the rest of the step may take beside what only links */
export const nearTheLimit = (name: Name, more: number, action: Key, limit: Key): Bar => ({
  ...name,
  bar: `at most ${formatSeconds(more * 1_000)} s more than a bare \`cp -al\` of the same folders`,
  needs: [action, limit],
  judge: (find) => {
    const [wall, bare] = [wallOf(find(action)), wallOf(find(limit))]
    const overMs = wall.median - bare.median
    return {
      measured: `${formatSeconds(overMs)} s more: ${seconds(wall)} against ${seconds(bare)}`,
      isMet: overMs <= more * 1_000,
    }
  },
})

type Growth = {
  readonly more: Key
  readonly less: Key
  /** The same of another way, which is shown and not judged. */
  readonly beside?: { readonly called: string; readonly more: Key; readonly less: Key }
}

const ratioOf = (more: Spread, less: Spread): string => formatRatio(more.median / less.median)

const describeBeside = ({ beside }: Growth, look: Look): string => {
  const [more, less] = [beside && look(beside.more)?.wallMs, beside && look(beside.less)?.wallMs]
  if (beside === undefined || more === undefined || less === undefined) return ''
  const times = `${formatSeconds(more.median)} s against ${formatSeconds(less.median)} s`
  return `; ${beside.called} ${ratioOf(more, less)}: ${times}`
}

export const growsAtMost = (
  name: Name & Pick<Bar, 'bar'>,
  growth: Growth,
  isMet: (more: Spread, less: Spread) => boolean,
): Bar => ({
  ...name,
  needs: [growth.more, growth.less, growth.beside?.more ?? [], growth.beside?.less ?? []].filter(
    (key): key is Key => key.length > 0,
  ),
  judge: (find, look) => {
    const [more, less] = [wallOf(find(growth.more)), wallOf(find(growth.less))]
    const own = `${ratioOf(more, less)}: ${seconds(more)} against ${seconds(less)}`
    return { measured: own + describeBeside(growth, look), isMet: isMet(more, less) }
  },
})
