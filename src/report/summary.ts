import { escapeCell, escapeText, formatBytes, formatDuration, renderTable } from '../text/format.ts'
import type { Report } from './report.ts'
import { renderUnloaded } from './unloaded.ts'

const ways = {
  reflink: 'reflinked',
  link: 'linked',
  copy: 'copied',
  stream: 'streamed',
  kind: 'loaded by kind',
  present: 'was there already',
} as const

const renderImages = ({ loads }: Report): string => {
  const rows = loads.flatMap(({ image, nodes }) =>
    nodes.map((node) => [
      escapeCell(image.references.map(({ given }) => given).join(', ')),
      formatBytes(image.sizeBytes),
      escapeCell(node.name),
      ways[node.way] + (node.because === undefined ? '' : ` (${escapeCell(node.because)})`),
      formatBytes(node.copiedBytes),
      formatDuration(node.durationMs),
    ]),
  )
  return renderTable(['Image', 'Size', 'Node', 'Way', 'Copied', 'Time'], rows)
}

const renderStages = ({ stages }: Report): string =>
  renderTable(
    ['Stage', 'Time'],
    stages.map(({ name, durationMs }) => [escapeCell(name), formatDuration(durationMs)]),
  )

const renderFreed = ({ freed }: Report): string =>
  renderTable(
    ['Freed', 'Bytes'],
    freed.map(({ name, path, bytes }) => [escapeCell(`${name} (${path})`), formatBytes(bytes)]),
  )

/** The job summary, as Markdown that reads well in a terminal, too. */
export const renderSummary = (report: Report, failure?: string): string => {
  const parts = ['### Slipway']
  if (failure !== undefined) {
    parts.push(`**Failed:** ${escapeText(failure)}`)
  }
  if (report.loads.length > 0) parts.push(renderImages(report))
  parts.push(...renderUnloaded(report.unloaded).map(escapeCell))
  if (report.stages.length > 0) parts.push(renderStages(report))
  if (report.freed.length > 0) parts.push(renderFreed(report))
  return `${parts.join('\n\n')}\n`
}
