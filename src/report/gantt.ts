import type { StepOutcome } from '../run/run-plan.ts'
import type { ImageRow } from './rows.ts'

/** Mermaid takes colons, commas and much else for its own. */
const toWord = (text: string): string =>
  text
    .replace(/[^\w./-]+/g, ' ')
    .trim()
    .slice(0, 60) || 'image'

const toTask = (
  what: string,
  outcome: Pick<StepOutcome, 'time' | 'state'> | undefined,
  beginMs: number,
): readonly string[] => {
  if (outcome?.time === undefined) return []
  const { startedMs, endedMs } = outcome.time
  const mark = { done: '', failed: 'crit, ', cancelled: 'done, ', skipped: 'done, ' }[outcome.state]
  return [`  ${what} :${mark}${Math.round(startedMs - beginMs)}, ${Math.round(endedMs - beginMs)}`]
}

/** What was done when, as a folded Gantt picture; nothing where there is too little or too much to see. */
export const renderGantt = (rows: readonly ImageRow[]): string | undefined => {
  const times = rows.flatMap(({ build, load }) => [build, load]).flatMap((it) => it?.time ?? [])
  if (times.length < 2 || rows.length > 40) return undefined
  const beginMs = Math.min(...times.map(({ startedMs }) => startedMs))
  const sections = rows.flatMap(({ name, build, load }) => {
    const tasks = [...toTask('build', build, beginMs), ...toTask('load', load, beginMs)]
    return tasks.length === 0 ? [] : [`  section ${toWord(name)}`, ...tasks]
  })
  // Names would stand over the bars.
  const leftPadding = 30 + 7 * Math.max(...rows.map(({ name }) => toWord(name).length))
  const init = `%%{init: ${JSON.stringify({ gantt: { leftPadding } })}}%%`
  const chart = ['gantt', '  dateFormat x', '  axisFormat %M:%S', ...sections]
  const lines = ['```mermaid', init, ...chart, '```']
  return ['<details><summary>Timeline</summary>', '', ...lines, '', '</details>'].join('\n')
}
