import { expect, test } from 'vitest'
import { emptyReport, type Report, toOutputs } from '../../src/report/report.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { escapeCell, escapeText, formatBytes, formatDuration } from '../../src/text/format.ts'

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

const image = {
  references: [
    { given: 'api:dev', canonical: 'docker.io/library/api:dev' },
    { given: 'api:2', canonical: 'docker.io/library/api:2' },
  ],
  id: `sha256:${'1'.repeat(64)}`,
  sizeBytes: 2_306_839_000,
  digestNames: [],
  architecture: 'amd64',
  layers: [],
}
const report: Report = {
  builds: [
    { name: 'api', kind: 'own', metadata: { imageId: image.id, digest: undefined, json: '{}' } },
  ],
  loads: [
    {
      image,
      nodes: [
        {
          name: 'kind-control-plane',
          way: 'link',
          because: undefined,
          copiedBytes: 40_000,
          durationMs: 900,
        },
        {
          name: 'kind-worker',
          way: 'stream',
          because: 'no room | left',
          copiedBytes: 2_400_000_000,
          durationMs: 41_000,
        },
      ],
    },
  ],
  freed: [{ name: 'android', path: '/usr/local/lib/android', bytes: 11_000_000_000 }],
  unloaded: [],
  stages: [{ name: 'Load api:dev', durationMs: 41_000 }],
}

test('the summary', () => {
  expect(renderSummary(report)).toMatchInlineSnapshot(`
    "### Slipway

    | Image          | Size   | Node               | Way                        | Copied | Time   |
    | -------------- | ------ | ------------------ | -------------------------- | ------ | ------ |
    | api:dev, api:2 | 2.3 GB | kind-control-plane | linked                     | 40 kB  | 900 ms |
    | api:dev, api:2 | 2.3 GB | kind-worker        | streamed (no room \\| left) | 2.4 GB | 41.0 s |

    | Stage        | Time   |
    | ------------ | ------ |
    | Load api:dev | 41.0 s |

    | Freed                            | Bytes |
    | -------------------------------- | ----- |
    | android (/usr/local/lib/android) | 11 GB |
    "
  `)
})

test('a failure keeps what was done', () => {
  const text = renderSummary({ ...report, loads: [] }, 'It *broke*')
  expect(text).toContain('**Failed:** It \\*broke\\*')
  expect(text).toContain('Load api:dev')
})

test('outputs: one entry per name, nothing that is not known', () => {
  const outputs = toOutputs(report)
  expect(Object.keys(outputs)).toEqual([
    'image-id',
    'metadata',
    'images',
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
  expect(toOutputs(emptyReport)).toEqual({
    images: '[]',
    'immutable-tags': '{}',
    'freed-bytes': '0',
  })
})
