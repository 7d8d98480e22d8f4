import { describe, expect, test } from 'vitest'
import { analyseImage } from '../../src/analysis/analyse.ts'
import { proveRemoval, type TestEnd } from '../../src/analysis/proof.ts'
import { compareReports, toImageReportOutput } from '../../src/report/image-report.ts'
import { renderImageReports } from '../../src/report/image-report-summary.ts'
import { renderReportLines } from '../../src/report/image-report-text.ts'
import { copyOf, file, folder, top } from '../support/entries.ts'

const lower = file('w', 4_000_000)
const base = [top, file('lib', 20_000_000)]
const layers = [
  base,
  [
    top,
    lower,
    ...['root', 'root/.cache', 'root/.cache/pip', 'app', 'app/.git'].map((each) => folder(each)),
  ].concat([
    file('root/.cache/pip/a', 6_000_000),
    file('app/.git/HEAD', 5),
    file('app/.git/p', 500_000),
  ]),
  [top, copyOf(lower, { uid: 7 })],
]

const analysis = await analyseImage(
  { config: '{}', manifest: undefined, layers },
  { bytes: async () => Buffer.alloc(0), hash: async () => '' },
  layers.map((_, at) => ({
    ...{ instruction: 'RUN x', packedBytes: undefined, isBase: at === 0 },
    location: at === 0 ? undefined : { file: 'Dockerfile', line: at + 1 },
  })),
  'full',
)
const { totalBytes } = analysis
if (analysis.removal === undefined) throw new Error('nothing to prove')
const { removal } = analysis

const failed: TestEnd = {
  kind: 'failed',
  how: 'exit code 1',
  said: ['::error::no\x1b[2J refs'],
}

/** A proof by a test that fails without some, as it is told. */
const prove = async (test: (without: readonly string[]) => TestEnd) => {
  const proof = await proveRemoval(removal, totalBytes, async (without) =>
    test(without.map(({ match }) => match.rule.id)),
  )
  const report = { name: 'api:dev', analysis, proof: { command: '/test', proof } }
  const [output] = JSON.parse(toImageReportOutput([report], compareReports([report])))
  const log = renderReportLines(report).lines.join('\n')
  return {
    output: output.proof,
    log,
    summary: renderImageReports([report], compareReports([report])),
  }
}

describe('a test without the findings', () => {
  test('that passes proves them, in two runs', async () => {
    const { output, log, summary } = await prove(() => ({ kind: 'passed' }))
    expect(output).toEqual({
      ...{ bytes: totalBytes - 10_500_005, packedBytes: removal.packedBytes, runs: 2 },
      ...{ removed: ['cache-pip', 'metadata-copies', 'git-folder'], command: '/test' },
      ...{ passed: true, brokenBy: [], isComplete: true },
    })
    expect(log).toMatch(
      /^Without 3 findings \(cache-pip, metadata-copies, git-folder\): 35 MB → 24 MB, about \d+ MB in a registry; your test passes \(2 runs, /m,
    )
    expect(summary).toContain('35 MB → 24 MB')
  })

  test('that needs one of them names it at its line', async () => {
    const needsGit = (without: readonly string[]) =>
      without.includes('git-folder') ? failed : ({ kind: 'passed' } as const)
    const { output, log, summary } = await prove(needsGit)
    expect(output).toMatchObject({
      ...{ bytes: totalBytes - 10_000_000, passed: true, brokenBy: ['git-folder'] },
      removed: ['cache-pip', 'metadata-copies'],
    })
    expect(log).toContain('Your test fails without what git-folder (Dockerfile:2) found')
    expect(log).toContain('The test `/test` failed: exit code 1\n  ::error::no [2J refs')
    // Only the log has masks.
    expect([summary, JSON.stringify(output)].join()).not.toContain('refs')
  })

  test('that needs all of them still loses what nobody sees', async () => {
    const { output } = await prove((without) => (without.length > 0 ? failed : { kind: 'passed' }))
    expect(output).toMatchObject({ removed: ['metadata-copies'], isComplete: true, passed: true })
    expect(output.brokenBy.toSorted()).toEqual(['cache-pip', 'git-folder'])
  })

  test('proves nothing where it fails anyhow', async () => {
    const { output, log } = await prove(() => failed)
    expect(output).toMatchObject({ passed: false, brokenBy: [], runs: 1 })
    expect(log).toContain('does not pass in the image as it is: exit code 1')
    expect((await prove(() => ({ kind: 'late' }))).log).toContain('it did not end in time')
  })

  test('that has no time left says what it does not know', async () => {
    const { output, log } = await prove((without) => ({
      kind: without.length > 0 ? 'late' : 'passed',
    }))
    expect(output).toMatchObject({ removed: ['metadata-copies'], isComplete: false, runs: 2 })
    expect(log).toContain('Other findings are not known')
  })
})

test('without a test the size is told all the same', () => {
  const { lines } = renderReportLines({ name: 'a', analysis })
  expect(lines.join('\n')).toMatch(
    /Without 3 findings whose fix only removes something .*35 MB → 24 MB/,
  )
})
