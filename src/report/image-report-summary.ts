import { markdownTable } from 'markdown-table'
import type { ImageAnalysis } from '../analysis/analyse.ts'
import type { Comparison } from '../analysis/common-files.ts'
import type { Level, Match } from '../analysis/findings/finding.ts'
import { escapeCell, escapeLine, formatBytes, formatCount } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { renderProof } from './image-proof.ts'
import {
  fixOf,
  type ImageReport,
  renderEvidence,
  renderMatchPlace,
  renderPath,
  renderPlace,
} from './image-report.ts'
import { renderBar, renderSizes, renderWaste } from './image-report-text.ts'
import { renderCommon } from './shared-base.ts'

export const marks: Readonly<Record<Level, string>> = { error: '❌', warning: '⚠️', info: 'ℹ️' }

const fold = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n\n</details>`

/** More rows would be read by nobody. */
const mostFindings = 20

const renderFindings = ({ findings, layers }: ImageAnalysis): readonly string[] => {
  const shown = findings.slice(0, mostFindings)
  if (shown.length === 0) return []
  const toRow = (match: Match): readonly string[] => {
    const { rule, bytes } = match
    const place = escapeCell(renderMatchPlace(match, layers))
    const size = bytes > 0 ? formatBytes(bytes).replace(' ', '\u00a0') : ''
    // Rules' own texts are Markdown.
    const doubt = rule.doubt === undefined ? '' : ` (Unless ${rule.doubt}.)`
    const what = `${marks[rule.level]} ${rule.what}`
    const evidence = escapeCell(renderEvidence({ ...match, bytes: 0 }))
    return [what, size, place, evidence, `${fixOf(match)}${doubt}`]
  }
  const head = ['Finding', 'Bytes', 'Line', 'Where', 'What to do']
  const rest = findings.length - shown.length
  return [
    markdownTable([head, ...shown.map(toRow)], { align: ['l', 'r', 'l', 'l', 'l'] }),
    ...(rest > 0 ? [`${rest} more in the step's log.`] : []),
  ]
}

/** A row should not become a page. */
const longestInstruction = 120

const renderLayers = ({ layers, totalBytes }: ImageAnalysis): string => {
  const rows = layers.flatMap((layer, index) =>
    layer.bytes === 0 && layer.isBase
      ? []
      : [
          [
            escapeCell(renderPlace(layer, index)),
            escapeCell(toLine(layer.instruction ?? '', longestInstruction)),
            formatBytes(layer.bytes),
            renderBar(layer.bytes, totalBytes),
            String(layer.files),
            layer.wastedBytes > 0 ? formatBytes(layer.wastedBytes) : '',
            formatBytes(layer.packedBytes),
          ],
        ],
  )
  const head = ['Line', 'Instruction', 'Bytes', '', 'Files', 'Hidden later', 'Packed']
  return markdownTable([head, ...rows], { align: ['l', 'l', 'r', 'l', 'r', 'r', 'r'] })
}

const renderWasted = ({ waste, layers }: ImageAnalysis): string => {
  const placeOf = (index: number): string => {
    const layer = layers[index]
    return layer === undefined ? '' : escapeCell(renderPlace(layer, index))
  }
  const rows = waste.parts
    .slice(0, mostFindings)
    .map(({ layer, hiddenBy, reason, bytes, files, paths }) => [
      formatBytes(bytes),
      String(files),
      placeOf(layer),
      placeOf(hiddenBy),
      reason,
      escapeCell(paths.map(renderPath).join(', ')),
    ])
  const head = ['Bytes', 'Files', 'Written by', 'Hidden by', 'Reason', 'Largest']
  return markdownTable([head, ...rows], { align: ['r', 'r', 'l', 'l', 'l', 'l'] })
}

const renderLargest = ({ folders, files, visibleBytes }: ImageAnalysis): string =>
  markdownTable(
    [
      ['Bytes', '', 'Folder or file'],
      ...[...folders, ...files].map(({ path, bytes }) => [
        formatBytes(bytes),
        renderBar(bytes, visibleBytes),
        escapeCell(renderPath(path)),
      ]),
    ],
    { align: ['r', 'l', 'l'] },
  )

const renderImage = ({ name, analysis, proof }: ImageReport): string =>
  [
    `#### ${escapeLine(`${name}: ${renderSizes(analysis)}`)}`,
    `**Waste**: ${escapeCell(renderWaste(analysis))}`,
    ...renderFindings(analysis),
    ...[escapeLine(renderProof(analysis, proof))].filter(Boolean),
    fold(formatCount(analysis.layers.length, 'layer'), renderLayers(analysis)),
    ...(analysis.waste.parts.length === 0 ? [] : [fold('Waste', renderWasted(analysis))]),
    fold('Largest folders and files', renderLargest(analysis)),
  ].join('\n\n')

/** GitHub takes a megabyte of a step's summary, and drops a longer one. */
const mostCharacters = 600_000

/** The reports in Markdown, what is to be done first; empty where there are none. */
export const renderImageReports = (
  reports: readonly ImageReport[],
  compared: Comparison,
): string => {
  if (reports.length === 0) return ''
  const common = renderCommon(reports, compared)
  const first = common === undefined ? [] : [escapeLine(common)]
  const parts = [...first, ...reports.map(renderImage)]
  let length = 0
  const shown = parts.filter((part) => {
    length += Buffer.byteLength(part)
    return length <= mostCharacters
  })
  const rest = parts.length - shown.length
  const more = rest > 0 ? [`${formatCount(rest, 'report')} more in the step's log.`] : []
  return `${['### Image report', ...shown, ...more].join('\n\n')}\n`
}
