import { expect, test } from 'vitest'
import { analyseImage } from '../../src/analysis/analyse.ts'
import type { LayerEntries } from '../../src/image/contents/entry.ts'
import { compareReports, toImageReportOutput } from '../../src/report/image-report.ts'
import { renderImageReports } from '../../src/report/image-report-summary.ts'
import { renderCommon } from '../../src/report/shared-base.ts'
import { file, folder, top } from '../support/entries.ts'

const nothing = { bytes: async () => Buffer.alloc(0), hash: async () => '' }

/** @param stack one letter a layer, by which it is known */
const reportOf = async (name: string, stack: string, layers: readonly LayerEntries[]) => {
  const diffIds = [...stack].map((letter) => `sha256:${letter.repeat(64)}`)
  const contents = {
    config: JSON.stringify({ rootfs: { diff_ids: diffIds } }),
    manifest: undefined,
    layers,
  }
  const origins = layers.map((_, at) => ({
    instruction: 'RUN pip install torch',
    location: at === 0 ? undefined : { file: `${name}/Dockerfile`, line: at + 3 },
    isBase: at === 0,
    packedBytes: undefined,
  }))
  return { name, analysis: await analyseImage(contents, nothing, origins, 'auto') }
}

const base: LayerEntries = [top, file('lib', 40_000_000)]
const torch = (bytes = 30_000_000): LayerEntries => [
  top,
  folder('site'),
  file('site/torch', bytes),
  file('site/numpy', 5_000_000),
  file('site/empty', 0),
]
const own = (name: string): LayerEntries => [top, file(name, 60_000_000)]

const api = await reportOf('api', 'abc', [base, torch(), own('api')])
const worker = await reportOf('worker', 'adef', [base, own('worker'), torch(), own('x')])
const web = await reportOf('web', 'ag', [base, own('web')])

test('a base that images lack is told with what it saves, and with their lines', () => {
  const told = renderCommon([api, web, worker], compareReports([api, web, worker]))
  expect(told).toBe(
    'api and worker each have the same 35 MB in layers of their own (2 files at the same paths, of the same sizes): api by api/Dockerfile:4; worker by worker/Dockerfile:5. Put what these lines install into one stage or Bake target, and begin all of these images with it: it is then built, kept and loaded once, 35 MB less.',
  )
  expect(renderImageReports([api, web, worker], compareReports([api, web, worker]))).toContain(
    'each have the same 35 MB',
  )
  const output = JSON.parse(
    toImageReportOutput([api, web, worker], compareReports([api, web, worker])),
  )
  expect(output[0].sharedBase).toEqual({
    with: ['worker'],
    ...{ bytes: 35_000_000, files: 2, savedBytes: 35_000_000 },
    layers: [{ layer: 1, bytes: 35_000_000 }],
  })
  expect(output[1].sharedBase).toBeUndefined()
  expect(output.map((each: { sharedBytes: number }) => each.sharedBytes)).toEqual([
    40_000_000, 40_000_000, 40_000_000,
  ])
  expect(output[0].fingerprint).toBeUndefined()
})

test('three images save twice', async () => {
  const third = await reportOf('third', 'ah', [base, torch()])
  expect(renderCommon([api, third, worker], compareReports([api, third, worker]))).toMatch(
    /^api, third and worker .* 70 MB less\.$/,
  )
})

test.each([
  ['the base is common already', [api, web]],
  ['one image is alone', [api]],
  ['there are none', []],
])('nothing is told where %s', (_, reports) => {
  expect(renderCommon(reports, compareReports(reports))).toBeUndefined()
})

test('what resembles is not the same', async () => {
  const sameStack = await reportOf('again', 'abi', [base, torch(), own('again')])
  expect(renderCommon([api, sameStack], compareReports([api, sameStack]))).toBeUndefined()
  const otherSize = await reportOf('other', 'aj', [base, torch(29_999_999)])
  expect(renderCommon([api, otherSize], compareReports([api, otherSize]))).toBeUndefined()
  // A config that does not tell which layer is which.
  const unknown = await reportOf('unknown', 'a', [base, torch()])
  expect(renderCommon([api, unknown], compareReports([api, unknown]))).toBeUndefined()
})
