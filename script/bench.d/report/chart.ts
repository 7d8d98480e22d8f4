/** A drawing of small panels with the same scale of time, for a page that is light or dark. */

type Point = { readonly x: number; readonly y: number }

export type Panel = {
  readonly title: string
  /** Where the x axis has labels. */
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
  /** One for each of the chart's names; points by rising x. */
  readonly lines: readonly (readonly Point[])[]
}

export type Chart = {
  readonly title: string
  readonly names: readonly string[]
  readonly panels: readonly Panel[]
}

/** Colours that people who see few of them can tell apart (after Okabe and Ito). */
const themes = {
  light: {
    page: '#ffffff',
    ink: '#1f2328',
    faint: '#d1d9e0',
    lines: ['#d55e00', '#0072b2', '#7a5195', '#00795b', '#9a6700'],
  },
  dark: {
    page: '#0d1117',
    ink: '#e6edf3',
    faint: '#30363d',
    lines: ['#ff9b57', '#6cb6ff', '#c9a2e8', '#3fd6a8', '#e3b341'],
  },
} as const

export type Theme = keyof typeof themes

const width = 880
const panelWidth = 400
const panelHeight = 230
const gap = { left: 48, right: 54, top: 40, bottom: 40 }
const legendLine = 22
const labelHeight = 13

const toXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Maps values to places, a factor always being the same distance. */
const logScale =
  ([low, high]: readonly [number, number], [from, to]: readonly [number, number]) =>
  (value: number): number =>
    low === high
      ? (from + to) / 2
      : from + ((to - from) * Math.log(value / low)) / Math.log(high / low)

const rangeOf = (values: readonly number[]): readonly [number, number] => [
  Math.min(...values),
  Math.max(...values),
]

/** 1, 2, 5, 10, ... from below the least value to above the largest. */
const toSteps = ([low, high]: readonly [number, number]): readonly number[] => {
  const all = [-2, -1, 0, 1, 2, 3, 4].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power))
  const from = all.findLastIndex((step) => step <= low)
  const to = all.findIndex((step) => step >= high)
  return all.slice(Math.max(0, from), to < 0 ? undefined : to + 1)
}

const place = (value: number): string => value.toFixed(1)

type Colours = (typeof themes)[Theme]

const formatSeconds = (value: number): string =>
  `${Number(value.toPrecision(value < 10 ? 2 : 3)).toString()} s`

const colourOf = ({ lines }: Colours, index: number): string => lines[index % lines.length] ?? ''

const drawLine = (points: readonly { readonly x: number; readonly y: number }[], colour: string) =>
  [
    `<polyline points="${points.map(({ x, y }) => `${place(x)},${place(y)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(
      ({ x, y }) => `<circle cx="${place(x)}" cy="${place(y)}" r="3.5" fill="${colour}"/>`,
    ),
  ].join('\n')

/** Labels at the lines' ends, moved down where they would cover each other. */
const drawEnds = (ends: readonly { y: number; text: string; colour: string }[]): string => {
  let free = 0
  return ends
    .toSorted((a, b) => a.y - b.y)
    .map(({ y, text, colour }) => {
      const at = Math.max(y, free)
      free = at + labelHeight
      return `<text x="${panelWidth - gap.right + 2}" y="${place(at + 4)}" fill="${colour}">${text}</text>`
    })
    .join('\n')
}

const drawPanel = (panel: Panel, steps: readonly number[], theme: Colours): string => {
  const [left, right] = [gap.left, panelWidth - gap.right]
  const [top, bottom] = [gap.top, panelHeight - gap.bottom]
  const x = logScale(rangeOf(panel.ticks.map(({ value }) => value)), [left + 8, right - 8])
  const y = logScale(rangeOf(steps), [bottom, top])
  const ends = panel.lines.flatMap((points, index) => {
    const last = points.at(-1)
    if (last === undefined) return []
    return [{ y: y(last.y), text: formatSeconds(last.y), colour: colourOf(theme, index) }]
  })
  return [
    `<text x="${left}" y="${top - 14}" fill="${theme.ink}" font-weight="600">${toXml(panel.title)}</text>`,
    ...steps.map(
      (step) =>
        `<line x1="${left}" x2="${right}" y1="${place(y(step))}" y2="${place(y(step))}" stroke="${theme.faint}"/>` +
        `<text x="${left - 6}" y="${place(y(step) + 4)}" text-anchor="end" fill="${theme.ink}">${step}</text>`,
    ),
    ...panel.ticks.map(
      ({ value, label }) =>
        `<text x="${place(x(value))}" y="${bottom + 18}" text-anchor="middle" fill="${theme.ink}">${toXml(label)}</text>`,
    ),
    ...panel.lines.map((points, index) =>
      drawLine(
        points.map((point) => ({ x: x(point.x), y: y(point.y) })),
        colourOf(theme, index),
      ),
    ),
    drawEnds(ends),
  ].join('\n')
}

const drawLegend = (names: readonly string[], theme: Colours): string =>
  names
    .map((name, index) => {
      const at = `${gap.left + (index % 2) * panelWidth},${44 + Math.floor(index / 2) * legendLine}`
      const colour = colourOf(theme, index)
      return `<g transform="translate(${at})"><line x2="22" y1="-4" y2="-4" stroke="${colour}" stroke-width="3"/><text x="30" fill="${theme.ink}">${toXml(name)}</text></g>`
    })
    .join('\n')

/** An SVG with a ground of its own, so that it can be read on any page. */
export const renderChart = ({ title, names, panels }: Chart, themeName: Theme): string => {
  const theme = themes[themeName]
  const values = panels.flatMap(({ lines }) => lines.flat().map(({ y }) => y))
  const steps = values.length === 0 ? [1, 10] : toSteps(rangeOf(values))
  const start = 40 + Math.ceil(names.length / 2) * legendLine
  const height = start + Math.ceil(panels.length / 2) * panelHeight
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${toXml(title)}" font-family="-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" rx="6" fill="${theme.page}"/>`,
    `<text x="${gap.left}" y="22" fill="${theme.ink}" font-size="14" font-weight="600">${toXml(title)}</text>`,
    drawLegend(names, theme),
    ...panels.map((panel, index) => {
      const at = `${(index % 2) * (panelWidth + 30)},${start + Math.floor(index / 2) * panelHeight}`
      return `<g transform="translate(${at})">\n${drawPanel(panel, steps, theme)}\n</g>`
    }),
    '</svg>\n',
  ].join('\n')
}
