import { expect, test } from 'vitest'
import { Failure } from '../../src/failure.ts'
import { toFailure } from '../../src/report/failures.ts'
import { emptyReport, toOutputs } from '../../src/report/report.ts'
import { resultOf, toImageRows } from '../../src/report/rows.ts'
import { renderResult, renderSummary } from '../../src/report/summary.ts'
import { escapeCell, escapeText, formatBytes, formatDuration } from '../../src/text/format.ts'
import { imageOf, reportOf, stepsFor, targetOf } from '../support/outcomes.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [999_600, '1.0 MB'],
  [2_306_839_000, '2.3 GB'],
  [45_000_000_000, '45 GB'],
])('%d bytes read as %s', (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected)
})

test.each([
  [12, '12 ms'],
  [1_540, '1.5 s'],
  [200_000, '3 min 20 s'],
])('%d ms read as %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected)
})

test('what comes from outside cannot break out of a cell', () => {
  expect(escapeCell('a|b\n<img src=x>`[l](u)')).toBe('a\\|b &lt;img src=x>\\`\\[l\\](u)')
})

test.each([
  ['# big', '\\# big'],
  ['   ===', '\\==='],
  ['- x\r\n> y\r1. z\n12) w\n+ v', '\\- x\n\\> y\n1\\. z\n12\\) w\n\\+ v'],
  ['~~~\n***\n```\n| a |', '\\~\\~\\~\n\\*\\*\\*\n\\`\\`\\`\n\\| a \\|'],
  ['a $x$ <b>&lt;\n\n    code', 'a \\$x\\$ &lt;b>&amp;lt;\n\ncode'],
  ['plain - text. 1.5 GB #3', 'plain - text. 1.5 GB #3'],
])('%j stays text in Markdown', (text, expected) => {
  expect(escapeText(text)).toBe(expected)
})

const image = imageOf('api:dev', {
  references: [
    { given: 'api:dev', canonical: 'docker.io/library/api:dev' },
    { given: 'api:2', canonical: 'docker.io/library/api:2' },
  ],
  sizeBytes: 2_306_839_000,
})
const timings = { contextMs: 10, pullMs: 20, stepsMs: 1_500, exportMs: 30, cacheMs: 0 }
const slowest = [{ name: '[3/4] RUN make `all` <b>', ms: 1_400 }]
const metadata = {
  ...{ imageId: image.id, digest: undefined, json: '{}', steps: 4, cachedSteps: 3 },
  timings: { ...timings, slowest },
}
const built = { metadata, image, measured: undefined }
const nodes = [
  { name: 'kind-control-plane', way: 'link', because: undefined, copiedBytes: 40_000 },
  {
    name: 'kind-worker',
    way: 'stream',
    because: { kind: 'direct-failed', reason: 'no room | left' },
    copiedBytes: 2_400_000_000,
  },
].map((node) => ({ ...node, durationMs: 900 }))

const targets = ['api', 'cron', 'web', 'worker', 'upon'].map((name) =>
  targetOf(name, name === 'upon' ? ['worker'] : []),
)
const location = { file: 'many/worker/Dockerfile', line: 3 }
const error = new Failure(
  'worker: `RUN make worker` exited with 2: the last line\nE: `` compile\n<b>',
  {
    location,
  },
)
const report = reportOf(stepsFor(targets, [imageOf('redis:7')]), {
  'build api': { result: built, time: { startedMs: 100, endedMs: 1_640 } },
  'load api:dev': { result: { image, nodes }, time: { startedMs: 1_640, endedMs: 42_000 } },
  'build cron': { result: { ...built, image: imageOf('cron:dev') } },
  'load cron:dev': { state: 'cancelled', time: { startedMs: 42_000, endedMs: 42_100 } },
  'build web': { state: 'cancelled' },
  'load web:dev': { state: 'cancelled' },
  'build worker': { state: 'failed', error, time: { startedMs: 100, endedMs: 3_000 } },
  'load worker:dev': { state: 'skipped', because: 'build worker' },
  'build upon': { state: 'skipped', because: 'build worker' },
  'load upon:dev': { state: 'skipped', because: 'build upon' },
  'load redis:7': {
    result: {
      image: imageOf('redis:7'),
      nodes: nodes.map((node) => ({ ...node, way: 'present', because: undefined, copiedBytes: 0 })),
    },
    time: { startedMs: 90, endedMs: 300 },
  },
})
const freed = [{ name: 'android', path: '/usr/local/lib/android', bytes: 11_000_000_000 }]
const told = {
  report,
  clusterName: 'kind',
  beganMs: 20,
  durationMs: 72_000,
  failure: toFailure(report),
}

test('the summary answers first', () => {
  const full = { ...told, report: { ...report, reclaimed: freed } }
  expect(renderSummary(full)).toMatchInlineSnapshot(`
    "### Slipway: 2 of 6 images in kind (0 nodes), 1 failed, 2 cancelled, 1 skipped &nbsp; ⏱ 1 min 12 s

    > **❌ worker** — many/worker/Dockerfile:3 — \\\`RUN make worker\\\` exited with 2: the last line
    > \`\`\`text
    > E: \`\` compile
    > <b>
    > \`\`\`

    | Image      | Result      |   Size | Build (cached) |   Load | How                                                                                                    |
    | :--------- | :---------- | -----: | -------------: | -----: | :----------------------------------------------------------------------------------------------------- |
    | redis:7    | ✅ loaded    | 166 MB |                | 210 ms | unchanged                                                                                              |
    | worker:dev | ❌ failed    |        |          2.9 s |        |                                                                                                        |
    | api:dev    | ✅ loaded    | 2.3 GB |    1.5 s (3/4) | 40.4 s | linked in kind-control-plane, 40 kB copied; ⚠️ streamed in kind-worker, 2.4 GB copied: no room \\| left |
    | cron:dev   | ⏹ cancelled | 166 MB |                | 100 ms |                                                                                                        |
    | web:dev    | ⏹ cancelled |        |                |        |                                                                                                        |
    | upon:dev   | ⏹ skipped   |        |                |        | worker was not built                                                                                   |

    Built, not loaded: cron:dev.

    **Slowest**: api: \\[3/4\\] RUN make \\\`all\\\` &lt;b>, 1.4 s · cron: \\[3/4\\] RUN make \\\`all\\\` &lt;b>, 1.4 s

    **Freed**: 11 GB: android (/usr/local/lib/android) 11 GB

    <details><summary>Timeline</summary>

    \`\`\`mermaid
    %%{init: {"gantt":{"leftPadding":100}}}%%
    gantt
      dateFormat x
      axisFormat %M:%S
      section step
      prepare :0, 70
      section redis 7
      load :70, 280
      section worker dev
      build :crit, 80, 2980
      section api dev
      build :80, 1620
      load :1620, 41980
      section cron dev
      load :done, 41980, 42080
    \`\`\`

    </details>
    "
  `)
})

test('the log ends with the verdict and a row for each image', () => {
  expect(renderResult(told)).toMatchInlineSnapshot(`
    "prepare          |█                                       | 70 ms
    load redis:7     |█                                       | 210 ms
    build worker:dev |▒▒▒                                     | 2.9 s, failed
    build api:dev    |██                                      | 1.5 s
    load api:dev     | ███████████████████████████████████████| 40.4 s
    load cron:dev    |                                       ▒| 100 ms, cancelled

    Slipway: 2 of 6 images in kind (0 nodes), 1 failed, 2 cancelled, 1 skipped, 1 min 12 s
    | Image      | Result      |   Size | Build (cached) |   Load | How                                                                                                    |
    | :--------- | :---------- | -----: | -------------: | -----: | :----------------------------------------------------------------------------------------------------- |
    | redis:7    | ✅ loaded    | 166 MB |                | 210 ms | unchanged                                                                                              |
    | worker:dev | ❌ failed    |        |          2.9 s |        |                                                                                                        |
    | api:dev    | ✅ loaded    | 2.3 GB |    1.5 s (3/4) | 40.4 s | linked in kind-control-plane, 40 kB copied; ⚠️ streamed in kind-worker, 2.4 GB copied: no room \\| left |
    | cron:dev   | ⏹ cancelled | 166 MB |                | 100 ms |                                                                                                        |
    | web:dev    | ⏹ cancelled |        |                |        |                                                                                                        |
    | upon:dev   | ⏹ skipped   |        |                |        | worker was not built                                                                                   |
    Built, not loaded: cron:dev."
  `)
})

test('one image that all went well for', () => {
  const steps = stepsFor([targetOf('api')])
  const fine = reportOf(steps, {
    'build api': { result: built },
    'load api:dev': { result: { image, nodes: nodes.slice(0, 1) } },
  })
  const text = renderResult({
    report: fine,
    beganMs: 0,
    clusterName: 'kind',
    durationMs: 900,
    failure: undefined,
  })
  expect(text).toMatch(/^Slipway: 1 image in kind \(\d nodes?\), 900 ms\n/)
  expect(text).toContain('linked, 40 kB copied')
})

test('what went wrong before anything was begun', () => {
  const failure = new Failure('It *broke*\n::error::x')
  const text = renderSummary({ ...told, report: emptyReport, failure })
  expect(text).toContain('### Slipway: failed')
  expect(text).toContain('> **❌** It \\*broke\\*')
})

test('outputs: one entry per name, nothing that is not known', () => {
  const steps = stepsFor([targetOf('api')])
  const outputs = toOutputs(
    {
      ...reportOf(steps, {
        'build api': { result: built },
        'load api:dev': { result: { image, nodes } },
      }),
      reclaimed: freed,
    },
    true,
  )
  expect(Object.keys(outputs)).toEqual([
    'image-id',
    'metadata',
    'images',
    'timings',
    'immutable-tags',
    'freed-bytes',
  ])
  expect(JSON.parse(outputs['images'] ?? '')).toMatchObject([
    {
      ref: 'api:dev',
      id: image.id,
      sizeBytes: 2_306_839_000,
      nodes: [{ way: 'link' }, { way: 'stream' }],
    },
    { ref: 'api:2' },
  ])
  expect(JSON.parse(outputs['immutable-tags'] ?? '')).toEqual({
    'api:dev': 'api:sha-111111111111',
    'api:2': 'api:sha-111111111111',
  })
  expect(outputs['freed-bytes']).toBe('11000000000')
  expect(toOutputs(emptyReport, false)).toEqual({
    images: '[]',
    timings: '{}',
    'immutable-tags': '{}',
    'freed-bytes': '0',
  })
})

test('the output timings: what a build took, and for what', () => {
  const { timings: text = '' } = toOutputs(report, false)
  expect(JSON.parse(text)['api']).toEqual({
    ...{ buildMs: 1_540, loadMs: 40_360, steps: 4, cachedSteps: 3 },
    ...timings,
    slowest,
  })
})

test('builds that make one image are told with the load that they share', () => {
  const twins = ['web', 'worker'].map((name) => ({ ...targetOf(name), tags: image.references }))
  const time = { startedMs: 1_640, endedMs: 42_000 }
  const shared = reportOf(stepsFor(twins), {
    ...{ 'build web': { result: built, time }, 'build worker': { result: built, time } },
    'load api:dev, api:2': { result: { image, nodes }, time },
  })
  expect(toImageRows(shared).map((row) => [row.name, resultOf(row)])).toEqual([
    ['api:dev, api:2', 'loaded'],
    ['api:dev, api:2', 'loaded'],
  ])
  const { images = '', timings: each = '' } = toOutputs(shared, false)
  expect(JSON.parse(images)).toHaveLength(2)
  expect(JSON.parse(each)).toMatchObject({ web: { loadMs: 40_360 }, worker: { loadMs: 40_360 } })
})
