import { expect, test } from 'vitest'
import type { ImageAnalysis } from '../../src/analysis/analyse.ts'
import type { Level } from '../../src/analysis/findings/finding.ts'
import { renderImageComment, toCommentMarker } from '../../src/report/image-comment.ts'
import { reportOf } from '../support/outcomes.ts'

const origin = {
  workflow: 'CI',
  job: 'build',
  runUrl: 'https://github.com/acme/app/actions/runs/7',
  commit: 'f'.repeat(40),
  ofRun: [] as readonly string[],
}
const marker = '<!-- slipway:images:0123456789abcdef -->'

const analysisOf = (text: string, findings = 1): ImageAnalysis => {
  const rule = (level: Level) => ({ id: level, level, what: `A finding (${level})`, fix: 'Mend.' })
  const location = { file: text, line: 7 }
  return {
    layers: [
      { instruction: `RUN ${text}`, location, isBase: false },
      { instruction: 'FROM', location: undefined, isBase: true },
    ].map((layer) => ({ ...layer, bytes: 6e8, files: 1, wastedBytes: 0, packedBytes: 1e8 })),
    ...{ totalBytes: 1.2e9, packedBytes: 2e8, isPackedExact: false },
    waste: { ownBytes: 3e6, squashBytes: 0, baseBytes: 0, parts: [] },
    dive: { efficiency: 1, sizeBytes: 0, wastedBytes: 0, userWasted: 0 },
    folders: [{ path: text, bytes: 5e8 }],
    files: [],
    findings: Array.from({ length: findings }, (_, at) => ({
      ...{ rule: rule(at === 1 ? 'error' : 'warning'), layer: 0 },
      ...{ bytes: at * 1e6, paths: [text] },
    })),
  } as unknown as ImageAnalysis
}

const imageOf = (name: string, findings?: number, before?: number) => ({
  name,
  analysis: analysisOf(name, findings),
  before:
    before === undefined
      ? undefined
      : { bytes: before, packedBytes: 1, against: 'default' as const },
})

test('sizes, what they were, and the worst findings with line and bytes', () => {
  const images = [imageOf('api:dev', 3, 1e9), imageOf('web:dev')]
  const lines = renderImageComment(marker, images, [], origin).split('\n')
  expect(lines.slice(0, 2)).toEqual([marker, '### Image report'])
  expect(lines).toContain(
    "| <code>api:dev</code> | 1.2 GB | about 200 MB | +200 MB (20.0 %) since the default branch's last run |",
  )
  expect(lines).toContain('| <code>web:dev</code> | 1.2 GB | about 200 MB | unknown |')
  const findings = lines.filter((line) => line.includes('A finding'))
  expect(findings.map((line) => line.split(/ *\| ?/).slice(1, 4))).toEqual([
    ['❌ A finding (error)', '1.0\u00a0MB', '<code>api:dev:7</code>'],
    ['⚠️ A finding (warning)', '2.0\u00a0MB', '<code>api:dev:7</code>'],
    ['⚠️ A finding (warning)', '', '<code>api:dev:7</code>'],
    ['⚠️ A finding (warning)', '', '<code>web:dev:7</code>'],
  ])
  expect(lines.at(-1)).toBe(
    `All of it is in [the summary of the job](${origin.runUrl}); of commit ${origin.commit}.`,
  )
})

test('what grew stands with the details', () => {
  const grown = { baseBytes: 0, leastBytes: 1e6, layers: [{ index: 0, bytes: 4e7 }], paths: [] }
  const comment = renderImageComment(
    marker,
    [{ ...imageOf('a@b', 1, 1e9), grown }, imageOf('web')],
    [],
    origin,
  )
  expect(comment).toContain(
    '- <code>a@&#8203;b</code>: 2 layers; grown: <code>a@&#8203;b:7 RUN a@&#8203;b +40 MB</code>; waste ',
  )
  expect(comment).toContain('- <code>web</code>: 2 layers; waste ')
})

test('forty lines, and no more than GitHub takes, however much there is', () => {
  const images = Array.from({ length: 40 }, () => imageOf('@'.repeat(500), 50, 1))
  const excess = { message: '@'.repeat(1_000), location: undefined }
  const comment = renderImageComment(marker, images, [excess, excess, excess, excess], origin)
  expect(comment.split('\n').length).toBeLessThanOrEqual(40)
  expect(comment.length).toBeLessThan(65_536)
  expect(comment).toContain('\n\n34 more images in the summary')
  expect(comment).toContain('\n\n1993 more findings in the summary')
})

test('names are text: no Markdown, no line, no marker, nobody called, no issue mentioned', () => {
  const hostile =
    'a|b`<img src=x>\n[x](http://y)</code></details>\u2028<!-- slipway --> @octocat #12 a/b#3 GH-4 www.evil.example *b* ~s~ \x1b[2J'
  const excess = { message: hostile, location: undefined }
  // In two parts: of a long name the middle is left out.
  const names = [hostile.slice(0, 60), hostile.slice(60)]
  const commentOn = (all: readonly string[]): string =>
    renderImageComment(
      marker,
      all.map((name) => imageOf(name)),
      [excess],
      origin,
    )
  const comment = commentOn(names)
  expect(comment.split('\n').length).toBe(commentOn(['a', 'b']).split('\n').length)
  expect(comment.split('\n').join('')).not.toMatch(/[\p{Cc}\u2028]/u)
  expect(comment.match(/<!--/g)).toHaveLength(1)
  expect(comment.match(/<\/details>/g)).toHaveLength(1)
  expect(comment.match(/<code>/g)?.length).toBe(comment.match(/<\/code>/g)?.length)
  expect(comment).toContain('@&#8203;octocat')
  expect(comment).not.toMatch(/<img|@octocat|#12|#3\b|GH-4|http:\/\/y|www\.evil/)
  expect(comment).not.toMatch(/(?<!\\)(?:\[x|\*b|~s|`)/)
  for (const row of comment.split('\n').filter((line) => line.startsWith('|')))
    expect(row.match(/(?<!\\)\|/g)?.length).toBeOneOf([5, 6])
})

const markerOf = (
  names: readonly string[],
  change: Partial<typeof origin> = {},
  cluster = 'kind',
): string => {
  const steps = names.map((name) => ({ id: name, kind: 'analyse', names: [name] }))
  return toCommentMarker({ ...origin, ...change }, cluster, reportOf(steps as never))
}

test('a step finds its comment again, and no other step does', () => {
  const own = markerOf(['api:1', 'web:1'])
  expect(own).toMatch(/^<!-- slipway:images:[0-9a-f]{16} -->$/)
  expect(markerOf(['web:2', `api:2@sha256:${'a'.repeat(64)}`])).toBe(own)
  const others = [
    markerOf(['api:1']),
    markerOf(['api:1', 'web:1'], { job: 'test' }),
    markerOf(['api:1', 'web:1'], { workflow: 'Nightly' }),
    markerOf(['api:1', 'web:1'], {}, 'other'),
  ]
  expect(new Set([own, ...others]).size).toBe(5)
})

test.each([
  ['its id', 'e2e-101234567', 'e2e-101234568'],
  ['its id without a sign before it', 'e2e101234567', 'e2e101234568'],
  ['its id and the attempt', 'e2e-101234567-1', 'e2e-101234568-2'],
  ['a short id, as of a server of its own', 'e2e-9', 'e2e-10'],
  ['its commit', `e2e-${'a1'.repeat(20)}`, `e2e-${'b2'.repeat(20)}`],
  ['its commit, cut', 'e2e-a1a1a1a-kind', 'e2e-b2b2b2b-kind'],
])('a run whose cluster is called by %s finds the comment of the last', (_name, before, now) => {
  const first = { ofRun: ['101234567-1', '101234567', '9', 'a1'.repeat(20)] }
  const second = { ofRun: ['101234568-2', '101234568', '10', 'b2'.repeat(20)] }
  const own = markerOf(['api:1'], first, before)
  expect(markerOf(['api:1'], second, now)).toBe(own)
  expect(markerOf(['api:1'], second, `other-${now}`)).not.toBe(own)
})

test('clusters of one run stay apart by all else, such as a version', () => {
  const run = { ofRun: ['101234567-1', '101234567', '9'] }
  const clusters = ['e2e-1.9', 'e2e-1.10', 'e2e9', 'e2e', 'e2e-101234567-11', 'e2e-101234567-12']
  expect(new Set(clusters.map((each) => markerOf(['api:1'], run, each))).size).toBe(6)
})
