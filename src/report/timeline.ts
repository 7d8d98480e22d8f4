import { formatDuration } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { type Section, stepSection, type Task } from './tasks.ts'

const width = 40
const longestName = 40

/** Of a shorter step there is no picture to be made. */
const shortMs = 10_000

const renderBar = ({ startMs, endMs, state }: Task, totalMs: number): string => {
  const from = Math.min(width - 1, Math.floor((width * startMs) / totalMs))
  const to = Math.max(from + 1, Math.round((width * endMs) / totalMs))
  const mark = state === 'done' ? '█' : '▒'
  return (' '.repeat(from) + mark.repeat(to - from)).slice(0, width).padEnd(width)
}

const ends = { done: '', failed: ', failed', cancelled: ', cancelled', skipped: '' }

/**
 * What was done when, as bars of text, one a line; nothing for a step that was soon over.
 */
export const renderTimeline = (sections: readonly Section[]): string | undefined => {
  const all = sections.flatMap(({ name, tasks }) =>
    tasks.map((task) => ({
      task,
      title: (name === stepSection ? task.what : `${task.what} ${name}`).slice(0, longestName),
    })),
  )
  const totalMs = Math.max(0, ...all.map(({ task }) => task.endMs))
  if (totalMs < shortMs) return undefined
  const titleWidth = Math.max(...all.map(({ title }) => title.length))
  const lines = all.map(({ task, title }) => {
    const took = `${formatDuration(task.endMs - task.startMs)}${ends[task.state]}`
    return `${toLine(title).padEnd(titleWidth)} |${renderBar(task, totalMs)}| ${took}`
  })
  return lines.join('\n')
}
