import type { ImageAnalysis } from '../analysis/analyse.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { renderProof, renderSaid } from './image-proof.ts'
import {
  type ImageReport,
  renderFinding,
  renderMatchPlace,
  renderPath,
  renderPlace,
} from './image-report.ts'

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar that is as long as a part is of a whole; shorter than that it is not shown. */
export const renderBar = (part: number, whole: number, width = 10): string => {
  const length = whole > 0 ? Math.round((part / whole) * width * 8) : 0
  return '█'.repeat(Math.floor(length / 8)) + (eighths[length % 8] ?? '')
}

const percent = (part: number, whole: number): string =>
  whole > 0 ? `${((part / whole) * 100).toFixed(1)} %` : '0 %'

/** `169 MB in 6 layers, about 64 MB in a registry`. */
export const renderSizes = ({
  totalBytes,
  layers,
  packedBytes,
  isPackedExact,
}: ImageAnalysis): string => {
  const about = isPackedExact ? '' : 'about '
  return `${formatBytes(totalBytes)} in ${formatCount(layers.length, 'layer')}, ${about}${formatBytes(packedBytes)} in a registry`
}

/** Own lines and the base apart, and nothing of what is nothing. */
export const renderWaste = ({ waste, totalBytes, dive }: ImageAnalysis): string => {
  const { ownBytes, squashBytes, baseBytes } = waste
  const parts = [
    `${formatBytes(ownBytes)} (${percent(ownBytes, totalBytes)}) that a better Dockerfile does not have`,
    ...(squashBytes > 0
      ? [`${formatBytes(squashBytes)} of the base that your lines hide, which only squashing loses`]
      : []),
    ...(baseBytes > 0 ? [`${formatBytes(baseBytes)} inside the base`] : []),
  ]
  const efficiency = (dive.efficiency * 100).toFixed(4)
  return `${parts.join('; ')}. dive says: efficiency ${efficiency} %, ${formatBytes(dive.wastedBytes)} wasted`
}

const longestInstruction = 120

/** Layers that have something, as lines of the log. */
const renderLayers = ({ layers, totalBytes }: ImageAnalysis): readonly string[] =>
  layers.flatMap((layer, index) => {
    const { bytes, wastedBytes } = layer
    const instruction = toLine(layer.instruction ?? '', longestInstruction)
    if (bytes === 0) return []
    const bar = renderBar(bytes, totalBytes).padEnd(10)
    const waste = wastedBytes > 0 ? ` (${formatBytes(wastedBytes)} hidden)` : ''
    const place = renderPlace(layer, index)
    return [`${formatBytes(bytes).padStart(7)} ${bar} ${place} ${instruction}${waste}`.trimEnd()]
  })

/** The report of one image as lines of the log, the title apart. */
export const renderReportLines = ({ name, analysis, proof }: ImageReport) => {
  const { findings, layers, folders } = analysis
  const lines = findings.map((match) => {
    const place = renderMatchPlace(match, layers)
    return `${match.rule.level}${place && ` ${place}`}: ${renderFinding(match)}`
  })
  return {
    title: `Image report: ${name}: ${renderSizes(analysis)}, ${formatCount(findings.length, 'finding')}`,
    lines: [
      `Waste: ${renderWaste(analysis)}`,
      'Layers:',
      ...renderLayers(analysis),
      'Largest folders:',
      ...folders.map(({ path, bytes }) => `${formatBytes(bytes).padStart(7)} ${renderPath(path)}`),
      ...(lines.length === 0 ? ['Findings: none'] : ['Findings:', ...lines]),
      ...[renderProof(analysis, proof)].filter(Boolean),
      ...renderSaid(proof),
    ],
  }
}
