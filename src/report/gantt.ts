import type { Section, Task } from './tasks.ts'

/** Mermaid takes colons, commas and much else for its own. */
const toWord = (text: string): string =>
  text
    .replace(/[^\w./-]+/g, ' ')
    .trim()
    .slice(0, 60) || 'image'

const marks = { done: '', failed: 'crit, ', cancelled: 'done, ', skipped: 'done, ' }

const renderTask = ({ what, state, startMs, endMs }: Task): string =>
  `  ${what} :${marks[state]}${Math.round(startMs)}, ${Math.round(endMs)}`

/** What was done when, as a folded Gantt picture; nothing where there is nothing to see. */
export const renderGantt = (sections: readonly Section[]): string | undefined => {
  if (sections.length === 0) return undefined
  const lines = sections.flatMap(({ name, tasks }) => [
    `  section ${toWord(name)}`,
    ...tasks.map(renderTask),
  ])
  // Names would stand over the bars.
  const leftPadding = 30 + 7 * Math.max(...sections.map(({ name }) => toWord(name).length))
  const init = `%%{init: ${JSON.stringify({ gantt: { leftPadding } })}}%%`
  const chart = ['gantt', '  dateFormat x', '  axisFormat %M:%S', ...lines]
  const fenced = ['```mermaid', init, ...chart, '```']
  return ['<details><summary>Timeline</summary>', '', ...fenced, '', '</details>'].join('\n')
}
