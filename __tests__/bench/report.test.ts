import { describe, expect, test } from 'vitest'
import { renderChart } from '../../script/bench.d/report/chart.ts'
import {
  renderMarkdown,
  renderSections,
  type Section,
  toTable,
} from '../../script/bench.d/report/table.ts'

const section: Section = {
  title: 'Two ways',
  table: toTable<readonly [string, number]>(
    [
      { title: 'way', align: 'left', cell: ([name]) => name },
      { title: 'times', align: 'right', cell: ([, times]) => String(times) },
    ],
    [
      ['save | import', 7],
      ['link', 100],
    ],
  ),
  notes: ['failed: nothing'],
}

test('tables for a terminal have columns', () => {
  expect(renderSections([section])).toBe(
    'Two ways\n\nway            times\nsave | import      7\nlink             100\nfailed: nothing\n',
  )
})

test('tables for a page are Markdown, with what Markdown would misread escaped', () => {
  expect(renderMarkdown([section])).toBe(
    '### Two ways\n\n| way | times |\n| --- | ---: |\n| save \\| import | 7 |\n| link | 100 |\n\nfailed: nothing\n',
  )
})

describe('a chart', () => {
  const chart = {
    title: 'Seconds & more',
    names: ['kind', 'ours'],
    panels: [
      {
        title: 'bytes',
        ticks: [
          { value: 100, label: '100 MB' },
          { value: 200, label: '200 MB' },
          { value: 400, label: '400 MB' },
        ],
        lines: [
          [
            { x: 100, y: 10 },
            { x: 200, y: 20 },
            { x: 400, y: 40 },
          ],
          [
            { x: 100, y: 1 },
            { x: 200, y: 1 },
            { x: 400, y: 1 },
          ],
        ],
      },
    ],
  }
  const linesOf = (svg: string): readonly (readonly number[])[] =>
    [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = '']) =>
      points.split(/[ ,]/).map(Number),
    )

  test('shows all names, labels and last values, and nothing that breaks XML', () => {
    const svg = renderChart(chart, 'light')
    for (const text of [
      'Seconds &amp; more',
      'kind',
      'ours',
      'bytes',
      '100 MB',
      '400 MB',
      '40 s',
    ]) {
      expect(svg).toContain(text)
    }
    expect(svg).not.toMatch(/&(?!amp;|lt;|gt;)|NaN|undefined/)
    expect(svg.match(/<g\b/g)?.length).toBe(svg.match(/<\/g>/g)?.length)
  })

  test('what grows rises, what does not is level, and what takes longer is higher', () => {
    const [kind = [], ours = []] = linesOf(renderChart(chart, 'light'))
    expect(kind[5]).toBeLessThan(kind[1] ?? 0)
    expect(ours[5]).toBe(ours[1])
    expect(kind[1]).toBeLessThan(ours[1] ?? 0)
  })

  test('the same factor is the same distance, to the side and up, within the drawing', () => {
    const svg = renderChart(chart, 'light')
    const [[x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = []] = linesOf(svg)
    expect(x2 - x1).toBeCloseTo(x3 - x2, 0)
    expect(y2 - y1).toBeCloseTo(y3 - y2, 0)
    const [, width = '0', height = '0'] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []
    expect(x3 - x1).toBeGreaterThan(Number(width) / 4)
    expect([x1, x2, x3].every((x) => x > 0 && x < Number(width))).toBe(true)
    expect([y1, y2, y3].every((y) => y > 0 && y < Number(height))).toBe(true)
  })

  test('has a ground of its own for each theme', () => {
    const grounds = (['light', 'dark'] as const).map(
      (theme) => /<rect [^>]*fill="([^"]*)"/.exec(renderChart(chart, theme))?.[1],
    )
    expect(new Set(grounds).size).toBe(2)
  })

  test('can be drawn of what only failed', () => {
    const failed = {
      ...chart,
      panels: chart.panels.map((panel) => ({ ...panel, lines: [[], []] })),
    }
    expect(renderChart(failed, 'dark')).not.toMatch(/NaN|Infinity/)
  })
})
