import { expect, test } from 'vitest'
import type { ImageAnalysis } from '../../src/analysis/analyse.ts'
import type { ImageLimit } from '../../src/inputs/image-limits.ts'
import { renderGrowth, toGrowths } from '../../src/report/image-growth.ts'
import { checkImageLimits, isAbout } from '../../src/report/image-limits.ts'

const layer = (bytes: number, line: number | undefined) => ({
  instruction: line === undefined ? undefined : 'RUN pip install .',
  location: line === undefined ? undefined : { file: 'api/Dockerfile', line },
  isBase: line === undefined,
  ...{ bytes, files: 1, wastedBytes: 0, packedBytes: bytes / 4 },
})
const layers = [layer(1.5e9, undefined), layer(6e8, 7), layer(1e8, 9)]
const analysis = {
  layers,
  ...{ totalBytes: 2.2e9, packedBytes: 5.5e8, isPackedExact: false },
} as unknown as ImageAnalysis

const compared = (bytes?: number, packedBytes = 1) => ({
  name: 'acme/api:dev, acme/api:2',
  analysis,
  before: bytes === undefined ? undefined : { bytes, packedBytes, against: 'branch' as const },
})
const limitOf = (given: string, change: Partial<ImageLimit>): ImageLimit => ({
  ...{ given, image: undefined, bytes: undefined, percent: undefined, isPacked: false },
  ...change,
})
const check = (
  kind: 'size' | 'growth',
  given: string,
  change: Partial<ImageLimit>,
  ...before: Parameters<typeof compared>
): readonly string[] => {
  const limits = { size: [], growth: [], isWarning: false, [kind]: [limitOf(given, change)] }
  return checkImageLimits([compared(...before)], limits).map(
    ({ message, location }) => `${location?.file}:${location?.line}: ${message}`,
  )
}

const largest = 'The largest of its own layers is api/Dockerfile:7 RUN pip install ., 600 MB.'
const packed = 'The largest of its own layers is api/Dockerfile:7 RUN pip install ., 150 MB.'

test('an image beyond its size: the sum, the layer, the line', () => {
  expect(check('size', '2GB', { bytes: 2e9 })).toEqual([
    `api/Dockerfile:7: acme/api:dev, acme/api:2 has 2.2 GB, 200 MB more than image-size-limit allows (2GB). ${largest}`,
  ])
  expect(check('size', '500MB compressed', { bytes: 5e8, isPacked: true })).toEqual([
    `api/Dockerfile:7: acme/api:dev, acme/api:2 has 550 MB compressed (estimated), 50 MB more than image-size-limit allows (500MB compressed). ${packed}`,
  ])
  expect(check('size', '2.2GB', { bytes: 2.2e9 })).toEqual([])
  expect(check('size', 'web=1GB', { bytes: 1e9, image: 'web' })).toEqual([])
})

test('an image that grew by too much: since when, from what to what', () => {
  expect(check('growth', '5%', { percent: 5 }, 2e9)).toEqual([
    `api/Dockerfile:7: acme/api:dev, acme/api:2 grew by 200 MB (10.0 %) since this branch's last run, from 2.0 GB to 2.2 GB, more than image-growth-limit allows (5%). ${largest}`,
  ])
  const isPacked = { bytes: 1e7, isPacked: true }
  expect(check('growth', '10MB compressed', isPacked, 2e9, 5e8)).toHaveLength(1)
  expect(check('growth', '10%', { percent: 10 }, 2e9)).toEqual([])
  expect(check('growth', '0%', { percent: 0 }, 2.3e9)).toEqual([])
})

test('where it is known what grew, the error names that, at its line', () => {
  const grown = {
    ...{ baseBytes: 3e7, leastBytes: 1e6 },
    layers: [{ index: 2, bytes: 4e7 }],
    paths: [{ path: 'usr/lib/x', bytes: 3.8e7 }],
  }
  const report = { ...compared(2e9, 5e8), grown }
  const told = (change: Partial<ImageLimit>) =>
    checkImageLimits([report], {
      ...{ size: [], isWarning: false, growth: [limitOf('1%', { percent: 1, ...change })] },
    }).map(({ message, location }) => [message.replace(/^.*allows /, ''), location?.line])
  const what = 'api/Dockerfile:9 RUN pip install . +40 MB; base +30 MB; /usr/lib/x +38 MB.'
  expect(told({})).toEqual([[`(1%): ${what}`, 9]])
  expect(told({ isPacked: true })).toEqual([[`(1%). Before compression: ${what}`, 9]])
  expect(renderGrowth([report])).toBe(
    `acme/api:dev, acme/api:2 +200 MB (10.0 %) since this branch's last run: ${what.slice(0, -1)}`,
  )
  expect(toGrowths([report])).toMatchObject([{ bytes: 2e8, baseBytes: 3e7, layers: [{}] }])
  // Nothing that is worth a word: the largest layer instead.
  const little = { ...report, grown: { ...grown, baseBytes: 0, layers: [], paths: [] } }
  const limits = { size: [], isWarning: false, growth: [limitOf('1%', { percent: 1 })] }
  expect(checkImageLimits([little], limits)[0]?.message).toContain(largest)
})

test('a long instruction of somebody else is one short line', () => {
  const instruction = `RUN ${'x'.repeat(500)}\n::error::planted`
  const [own] = layers.filter(({ isBase }) => !isBase)
  const long = { ...analysis, layers: [{ ...own, instruction }] } as unknown as ImageAnalysis
  const limits = { size: [limitOf('1GB', { bytes: 1e9 })], growth: [], isWarning: false }
  const [excess] = checkImageLimits([{ ...compared(), analysis: long }], limits)
  expect(excess?.message.length).toBeLessThan(300)
  expect(excess?.message).not.toContain('\n')
})

test('what is not known has not grown, and what any rebuild makes is no growth', () => {
  expect(check('growth', '0%', { percent: 0 })).toEqual([])
  expect(check('growth', '0%', { percent: 0 }, 2.19e9)).toEqual([])
})

test('limits name images with their tags or without', () => {
  const named = (image: string) =>
    isAbout(limitOf('', { image }), 'ghcr.io:443/acme/api:dev, api:2')
  expect(['ghcr.io:443/acme/api', 'ghcr.io:443/acme/api:dev', 'api', 'api:2'].map(named)).toEqual([
    ...[true, true, true, true],
  ])
  expect(['ghcr.io', 'ghcr.io:443', 'ap', 'api:3', 'acme/api'].map(named)).not.toContain(true)
})

test('growth for the output: by how much, against what, and nothing where it is unknown', () => {
  expect(toGrowths([compared(2e9), compared(), compared(2.3e9)])).toEqual([
    { bytes: 2e8, against: 'branch' },
    undefined,
    { bytes: -1e8, against: 'branch' },
  ])
})

test('growth is told where it is known', () => {
  expect(renderGrowth([compared()])).toBeUndefined()
  expect(renderGrowth([compared(2e9), compared(), compared(2.3e9)])).toBe(
    "acme/api:dev, acme/api:2 +200 MB (10.0 %) since this branch's last run · acme/api:dev, acme/api:2 -100 MB (-4.3 %) since this branch's last run",
  )
})
