import { describe, expect, test } from 'vitest'
import { analyseImage, type ImageAnalysis } from '../../src/analysis/analyse.ts'
import type { Rule } from '../../src/analysis/findings/finding.ts'
import type { FileReader, LayerEntries } from '../../src/image/contents/entry.ts'
import type { LayerOrigin } from '../../src/image/layer-origin.ts'
import {
  compareReports,
  renderPath,
  toAnnotations,
  toImageReportOutput,
  toImageReports,
} from '../../src/report/image-report.ts'
import { renderImageReports } from '../../src/report/image-report-summary.ts'
import { renderBar, renderReportLines } from '../../src/report/image-report-text.ts'
import { copyOf, file, folder, top, whiteout } from '../support/entries.ts'
import { reportOf } from '../support/outcomes.ts'

const nothing: FileReader = { bytes: async () => Buffer.alloc(0), hash: async () => '' }

const origin = (line: number | undefined, instruction?: string): LayerOrigin => ({
  instruction,
  location: line === undefined ? undefined : { file: 'api/Dockerfile', line },
  isBase: line === undefined,
  packedBytes: undefined,
})

const analyse = (
  layers: readonly LayerEntries[],
  origins: readonly LayerOrigin[],
): Promise<ImageAnalysis> => {
  const contents = { config: '{}', manifest: undefined, layers }
  return analyseImage(contents, nothing, origins, 'auto')
}

const hostile = 'a|b`<img src=x>\n::error::\x1b[2J\xe9\xff@someone [x](http://y) $$'
const base = file('lib', 10_000_000)
const own = file(hostile, 2_000_000)
const analysis = await analyse(
  [
    [top, base, file('gone', 500)],
    [
      top,
      own,
      folder('root'),
      folder('root/.cache'),
      folder('root/.cache/pip'),
      file('root/.cache/pip/x', 3_000_000),
    ],
    [top, copyOf(own, { uid: 7 }), whiteout('gone')],
  ],
  [origin(undefined), origin(3, 'RUN make | tee `x` <b>'), origin(4, 'RUN chown 7 /')],
)
const report = { name: 'api:dev', analysis }

test('what is told of an image', () => {
  expect(analysis.waste).toMatchObject({ ownBytes: 2_000_000, squashBytes: 500, baseBytes: 0 })
  const { title, lines } = renderReportLines(report)
  expect(title).toBe(
    'Image report: api:dev: 17 MB in 3 layers, about 17 MB in a registry, 2 findings',
  )
  expect(lines[0]).toBe(
    'Waste: 2.0 MB (11.8 %) that a better Dockerfile does not have; 500 B of the base that your lines hide, which only squashing loses. dive says: efficiency 88.2327 %, 4.0 MB wasted',
  )
  const { errors, warnings } = toAnnotations(report)
  expect(errors).toEqual([])
  expect(warnings.map(({ location }) => location?.line)).toEqual([3, 4])
  expect(warnings[0]?.message).toMatch(
    /^api:dev: The cache of pip: 3\.0 MB; \/root\/\.cache\/pip\. Mount/,
  )
})

describe('a name in an image', () => {
  test('is one line of text', () => {
    expect(renderPath(hostile)).toBe(
      '/a|b`<img src=x> ::error:: [2J\ufffd\ufffd@someone [x](http://y) $$',
    )
    expect(renderPath('caf\xc3\xa9')).toBe('/caf\u00e9')
    expect(renderPath('x'.repeat(5_000)).length).toBeLessThan(200)
  })

  test('is no Markdown in the summary, no command in the log and no line of the output', () => {
    const summary = renderImageReports([report], compareReports([report]))
    expect(summary).not.toContain('<img')
    expect(summary).not.toContain('<b>')
    expect(summary).not.toMatch(/(?<!\\)`x/)
    expect(summary).not.toMatch(/(?<!\\)\[x\]/)
    // Five tables of whole rows.
    for (const row of summary.split('\n').filter((line) => line.startsWith('|')))
      expect(row).toMatch(/\|$/)
    for (const line of renderReportLines(report).lines) expect(line).not.toMatch(/\p{Cc}/u)
    for (const { message } of toAnnotations(report).warnings) expect(message).not.toMatch(/\p{Cc}/u)
    expect(
      JSON.parse(toImageReportOutput([report], compareReports([report])))[0].waste.parts[0].paths,
    ).toEqual([renderPath(hostile)])
  })
})

test('the output has what docs/image-report.md says', () => {
  const growth = { bytes: 5, against: 'default' as const }
  const [image, unknown] = JSON.parse(
    toImageReportOutput([report, report], compareReports([report, report]), [growth, undefined]),
  )
  expect(image.growth).toEqual(growth)
  expect(unknown).not.toHaveProperty('growth')
  expect(Object.keys(image).toSorted()).toEqual(
    [
      ...[
        'image',
        'sharedBytes',
        'growth',
        'totalBytes',
        'visibleBytes',
        'diskBytes',
        'packedBytes',
        'isPackedExact',
      ],
      ...['layers', 'waste', 'dive', 'folders', 'files', 'findings', 'proof'],
    ].toSorted(),
  )
  expect(image.findings[0]).toMatchObject({
    rule: 'cache-pip',
    level: 'warning',
    layer: 1,
    location: { file: 'api/Dockerfile', line: 3 },
    bytes: 3_000_000,
    paths: ['/root/.cache/pip'],
    pathCount: 1,
  })
})

test('a report is no longer than GitHub takes', () => {
  const rule: Rule = { id: 'x', level: 'error', what: 'w'.repeat(300), fix: 'f'.repeat(300) }
  const paths = Array.from({ length: 100 }, (_, at) => `${at}${'p'.repeat(300)}`)
  const findings = Array.from({ length: 500 }, () => ({ rule, layer: 1, bytes: 5, paths }))
  const layers = Array.from({ length: 127 }, () => ({
    ...(analysis.layers[1] as ImageAnalysis['layers'][number]),
    instruction: '<'.repeat(300),
  }))
  const many = Array.from({ length: 10 }, () => ({
    name: 'a',
    analysis: { ...analysis, layers, findings },
  }))
  expect(Buffer.byteLength(renderImageReports(many, compareReports(many)))).toBeLessThan(700_000)
  expect(toImageReportOutput(many, compareReports(many)).length).toBeLessThan(1_000_000)
})

test('only what could be read is reported', () => {
  const steps = [1, 2].map((at) => ({ id: `report ${at}`, kind: 'analyse', names: [`${at}`] }))
  const outcomes = reportOf(steps as never, { 'report 1': { result: analysis } })
  expect(toImageReports(outcomes).map(({ name }) => name)).toEqual(['1'])
  expect(renderImageReports([], compareReports([]))).toBe('')
})

test.each([
  [0, 10, ''],
  [1, 1_000, ''],
  [1, 16, '▋'],
  [5, 10, '█████'],
  [10, 10, '██████████'],
  [1, 0, ''],
])('%i of %i is the bar "%s"', (part, whole, bar) => {
  expect(renderBar(part, whole)).toBe(bar)
})
