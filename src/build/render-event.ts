import { formatBytes, formatDuration } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import type { BuildEvent, BuildStep } from './event.ts'
import type { Transfer } from './status.ts'

const toSeconds = (ms: number): string => (ms / 1_000).toFixed(1)

/** Longer ones are heredocs and chains of commands; the place says where all of it is. */
const longestInstruction = 80

export const shortenInstruction = (text: string): string =>
  text.length <= longestInstruction ? text : `${text.slice(0, longestInstruction - 3).trimEnd()}...`

const renderTransfer = (transfer: Transfer): string => {
  const { id, currentBytes, totalBytes, startedMs, completedMs, atMs = 0 } = transfer
  const bytes = [currentBytes, totalBytes].filter((each) => each > 0).map(formatBytes)
  const ms = (completedMs ?? atMs) - (startedMs ?? completedMs ?? atMs)
  const took = ms >= 100 ? [`${toSeconds(ms)}s`] : []
  const done = completedMs === undefined ? [] : ['done']
  return [id, ...(bytes.length > 0 ? [bytes.join(' / ')] : []), ...took, ...done].join(' ')
}

/**
 * The lines of one event, nearly as BuildKit prints them itself (`--progress=plain`), so that they are
 * recognised. Steps at work side by side keep their own lines apart by their numbers alone.
 */
export const renderEvent = (event: BuildEvent): readonly string[] => {
  if (event.kind === 'text') return [event.text]
  const { step } = event
  const mark = `#${step.number}`
  switch (event.kind) {
    case 'began':
      return ['', `${mark} ${step.name}`]
    case 'output':
      return [`${mark} ${(event.ms / 1_000).toFixed(3)} ${event.text}`]
    case 'transfer':
      return [`${mark} ${renderTransfer(event.transfer)}`]
    case 'warning':
      return [`${mark} WARN: ${event.warning.message}`]
    case 'ended':
      if (event.how === 'failed') return [`${mark} ERROR: ${event.error}`]
      if (event.how === 'cancelled') return [`${mark} CANCELED`]
      return [`${mark} ${event.how === 'cached' ? 'CACHED' : `DONE ${toSeconds(event.ms)}s`}`]
  }
}

const renderStep = ({ name }: BuildStep): string => shortenInstruction(toLine(name))

/** Quicker steps are not worth a line of their own. */
const slowMs = 1_000

/** In one line for one of several builds; undefined for what is not worth one. */
export const renderBriefly = (event: BuildEvent): string | undefined => {
  if (event.kind !== 'ended' || event.how === 'cancelled') return undefined
  const { step, how, ms } = event
  const took = ms < slowMs ? [] : [formatDuration(ms)]
  const parts = [...(how === 'failed' ? ['failed'] : []), ...took]
  return parts.length === 0 ? undefined : [renderStep(step), ...parts].join(', ')
}

export const renderWaiting = (step: BuildStep): string => `${renderStep(step)}, still running`
